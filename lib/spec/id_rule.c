/* The rules of spec/id_rules.def. */
#include "spec/id_rule.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/reg.h"

#define V(reg)		 regs[SMMU_REG_##reg]
#define IDR0(field)	 smmu_IDR0_##field(V(IDR0))
#define IDR1(field)	 smmu_IDR1_##field(V(IDR1))
#define IDR3(field)	 smmu_IDR3_##field(V(IDR3))
#define IDR5(field)	 smmu_IDR5_##field(V(IDR5))
#define S_IDR0(field)	 smmu_S_IDR0_##field(V(S_IDR0))
#define S_IDR1(field)	 smmu_S_IDR1_##field(V(S_IDR1))
#define R_IDR0(field)	 smmu_R_IDR0_##field(V(R_IDR0))
#define R_IDR3(field)	 smmu_R_IDR3_##field(V(R_IDR3))
#define ROOT_IDR0(field) smmu_ROOT_IDR0_##field(V(ROOT_IDR0))

/* 6.3.6: the model of the highest state that is not Root. */
static uint64_t stall_model(const uint64_t *regs)
{
	return S_IDR1(SECURE_IMPL) ? S_IDR0(STALL_MODEL) : IDR0(STALL_MODEL);
}

/* Where an unknown register is taken to be all ones (ids.c), it agrees with any value. */
static bool are_known(uint64_t a, uint64_t b)
{
	return a != UINT64_MAX && b != UINT64_MAX;
}

#define RULE(NAME, sect, condition, sentence)                                                      \
	static bool broken_##NAME(const uint64_t *regs)                                            \
	{                                                                                          \
		return condition;                                                                  \
	}
#include "spec/id_rules.def"

size_t smmu_id_rules(const struct smmu_id_rule **all)
{
	static const struct smmu_id_rule rules[] = {
#define RULE(NAME, sect, condition, sentence) {#NAME, "IHI 0070 " sect, sentence, broken_##NAME},
#include "spec/id_rules.def"
	};

	*all = rules;
	return SMMU_LEN(rules);
}
