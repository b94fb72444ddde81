/* The rules of spec/reg_rules.def. */
#include "spec/reg_rule.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/effective.h"
#include "spec/gpt.h"
#include "spec/queue.h"
#include "spec/strtab.h"

/* What the conditions ask about. */
struct smmu_reg_rule_facts {
	const uint64_t *regs;
	struct smmu_ids ids;
	enum smmu_sec sec;
	unsigned index; /* of the element of an array */
	uint64_t value;
};

#define NO_VALUE		UINT64_MAX
#define OVERRIDE_RESERVED	1u
#define NS			(1u << SMMU_SEC_NS)
#define SECURE			(1u << SMMU_SEC_S)
#define REALM			(1u << SMMU_SEC_REALM)
#define ROOT			(1u << SMMU_SEC_ROOT)
#define ANY			(NS | SECURE | REALM)

#define IDR0(FIELD)		smmu_IDR0_##FIELD(ids->idr[0])
#define RESERVED(values, value) (!smmu_enum_find(&smmu_##values, value))
#define R(ID)			f->regs[smmu_reg_of(SMMU_REG_##ID, sec)]
#define ELEMENT(ID)		f->regs[smmu_reg_of((enum smmu_reg)(SMMU_REG_##ID + f->index), sec)]

static struct smmu_queue cmdq_of(const struct smmu_ids *ids, uint64_t base)
{
	return smmu_queue_from(ids, SMMU_QUEUE_CMD, base);
}

static struct smmu_queue eventq_of(const struct smmu_ids *ids, uint64_t base)
{
	return smmu_queue_from(ids, SMMU_QUEUE_EVENT, base);
}

static struct smmu_queue priq_of(const struct smmu_ids *ids, uint64_t base)
{
	return smmu_queue_from(ids, SMMU_QUEUE_PRI, base);
}

/* prod and cons are whole registers: bits above the wrap bit do not count (3.5.1). */
static bool is_inconsistent(struct smmu_queue queue, uint64_t prod, uint64_t cons)
{
	return smmu_queue_used(&queue, prod, cons) > smmu_pow2(queue.log2size);
}

static struct smmu_strtab strtab(const struct smmu_reg_rule_facts *f)
{
	return smmu_strtab_from(&f->ids, f->sec, f->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE, f->sec)],
				f->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE_CFG, f->sec)]);
}

/* Of an unknown size nothing is cut off. */
static uint64_t table_base(uint64_t base, unsigned space_log2, unsigned l0_log2)
{
	unsigned entries_log2 = space_log2 > l0_log2 ? space_log2 - l0_log2 : 0;

	return l0_log2 && entries_log2 > 9 ? smmu_align_down_log2(base, entries_log2 + 3) : base;
}

static uint64_t dpt_base(const struct smmu_reg_rule_facts *f)
{
	uint64_t cfg = f->regs[smmu_reg_of(SMMU_REG_DPT_BASE_CFG, f->sec)];

	return table_base(smmu_DPT_BASE_BADDR(f->value),
			  smmu_address_size_bits(smmu_DPT_BASE_CFG_DPTPS(cfg)),
			  smmu_gpt_l0_log2(smmu_DPT_BASE_CFG_L0DPTSZ(cfg)));
}

static uint64_t gpt_base(const struct smmu_reg_rule_facts *f)
{
	uint64_t cfg = f->regs[SMMU_REG_ROOT_GPT_BASE_CFG];

	return table_base(smmu_ROOT_GPT_BASE_ADDR(f->value),
			  smmu_address_size_bits(smmu_ROOT_GPT_BASE_CFG_PPS(cfg)),
			  smmu_gpt_l0_log2(smmu_ROOT_GPT_BASE_CFG_L0GPTSZ(cfg)));
}

static bool has_granule(const struct smmu_ids *ids, uint64_t tg)
{
	enum smmu_granule granule;

	return smmu_tg0_granule(&granule, tg) && smmu_ids_has_granule(ids, granule);
}

static bool has_msi(const struct smmu_reg_rule_facts *f)
{
	return f->sec == SMMU_SEC_REALM ? smmu_R_IDR0_MSI(f->ids.r_idr[0])
					: smmu_IDR0_MSI(f->ids.idr[0]);
}

/* Device-*, and what is reserved behaves as one. */
static bool memattr_is_device(uint64_t memattr)
{
	return memattr <= SMMU_MEMATTR_GRE || RESERVED(ste_memattr, memattr);
}

static bool s2pii_is_reserved(uint64_t value)
{
	for (unsigned i = 0; i < 16; i++)
		if (RESERVED(s2pii, smmu_S2PII_S2PII(value, i)))
			return true;
	return false;
}

/* The limits of the PARTID space that MPAM_NS selects (6.3.42, 6.3.88). */
static uint64_t mpamidr(const struct smmu_reg_rule_facts *f, uint64_t mpam_ns)
{
	uint64_t own = f->sec == SMMU_SEC_S	  ? f->ids.s_mpamidr
		       : f->sec == SMMU_SEC_REALM ? f->ids.r_mpamidr
						  : f->ids.mpamidr;

	return f->sec != SMMU_SEC_NS && mpam_ns && smmu_MPAMIDR_HAS_MPAM_NS(own) ? f->ids.mpamidr
										 : own;
}

static uint64_t partid_max(const struct smmu_reg_rule_facts *f, uint64_t mpam_ns)
{
	return smmu_MPAMIDR_PARTID_MAX(mpamidr(f, mpam_ns));
}

static uint64_t pmg_max(const struct smmu_reg_rule_facts *f, uint64_t mpam_ns)
{
	return smmu_MPAMIDR_PMG_MAX(mpamidr(f, mpam_ns));
}

#define SCOPE                                                                                      \
	const struct smmu_ids *ids = &f->ids;                                                      \
	enum smmu_sec sec = f->sec;                                                                \
	uint64_t v = f->value;                                                                     \
                                                                                                   \
	(void)ids, (void)sec, (void)v
#define RULE(NAME, ID, FIELD, sect, sec_mask, condition, used, sentence, effect, id_list)          \
	static bool broken_##NAME(const struct smmu_reg_rule_facts *f)                             \
	{                                                                                          \
		SCOPE;                                                                             \
		return condition;                                                                  \
	}                                                                                          \
	static uint64_t counts_##NAME(const struct smmu_reg_rule_facts *f)                         \
	{                                                                                          \
		SCOPE;                                                                             \
		return used;                                                                       \
	}
#include "spec/reg_rules.def"

static const struct smmu_reg_rule rules[] = {
#define RULE(NAME, ID, FIELD, sect, sec_mask, condition, used, sentence, effect, id_list)          \
	{                                                                                          \
		.name = #NAME, .section = "IHI 0070 " sect, .text = sentence, .outcome = effect,   \
		.field = #FIELD                                                                    \
		, .ids = id_list, .reg = SMMU_REG_##ID, .secs = sec_mask, .broken = broken_##NAME, \
		  .counts = counts_##NAME                                                          \
	}                                                                                          \
	,
#include "spec/reg_rules.def"
};

bool smmu_reg_rule_concerns(const struct smmu_reg_rule *rule, const struct smmu_reg_info *info)
{
	enum smmu_reg reg =
		info->sec == SMMU_SEC_ROOT ? rule->reg : smmu_reg_of(rule->reg, info->sec);

	if (!(rule->secs & (1u << info->sec)) || reg == SMMU_REG_COUNT)
		return false;
	return smmu_reg_info((enum smmu_reg)(reg + info->index)) == info;
}

static struct smmu_reg_rule_facts facts(const uint64_t *regs, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	struct smmu_reg_rule_facts f = {
		.regs = regs, .sec = info->sec, .index = info->index, .value = regs[reg]};

	smmu_ids_from_regs(&f.ids, regs);
	return f;
}

const struct smmu_reg_rule *smmu_reg_rule_next(const struct smmu_reg_rule *after,
					       const uint64_t *regs, enum smmu_reg reg)
{
	const struct smmu_reg_rule_facts f = facts(regs, reg);
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	struct smmu_when_ctx ctx = {.word = &f.value, .ids = &f.ids, .sec = f.sec};

	if (info->present && !info->present(&ctx))
		return NULL;
	for (size_t i = after ? (size_t)(after - rules) + 1 : 0; i < SMMU_LEN(rules); i++)
		if (smmu_reg_rule_concerns(&rules[i], info) && rules[i].broken(&f))
			return &rules[i];
	return NULL;
}

bool smmu_reg_rule_counts(uint64_t *value, const struct smmu_reg_rule *rule, const uint64_t *regs,
			  enum smmu_reg reg)
{
	const struct smmu_reg_rule_facts f = facts(regs, reg);

	*value = rule->counts(&f);
	return *value != NO_VALUE;
}

size_t smmu_reg_rules(const struct smmu_reg_rule **all)
{
	*all = rules;
	return SMMU_LEN(rules);
}
