/* The rules of spec/id_rules.def. */
#include "spec/id_rule.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/id_words_priv.h"

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
