/* Registers as values: names, completion, identification.  IHI 0070 G.b chapter 6. */
#include "spec/reg.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/err.h"

int smmu_reg_find(enum smmu_reg *reg, const char *name)
{
	static const char prefix[] = "SMMU_";
	const size_t n = sizeof(prefix) - 1;

	if (strncasecmp(name, prefix, n) == 0)
		name += n;
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		if (strcasecmp(smmu_reg_info((enum smmu_reg)i)->name + n, name) != 0)
			continue;
		*reg = (enum smmu_reg)i;
		return 0;
	}
	return SMMU_E_UNKNOWN;
}

/* Registers that take another one's value when they are left out (contract). */
static const struct {
	enum smmu_reg reg, from;
	bool index_only; /* only the queue index has a counterpart */
} followers[] = {
#define FOLLOW(reg, from, index_only)                                                              \
	{                                                                                          \
		SMMU_REG_##reg, SMMU_REG_##from, index_only                                        \
	}
	FOLLOW(CR0ACK, CR0, false),
	FOLLOW(S_CR0ACK, S_CR0, false),
	FOLLOW(R_CR0ACK, R_CR0, false),
	FOLLOW(ROOT_CR0ACK, ROOT_CR0, false),
	FOLLOW(IRQ_CTRLACK, IRQ_CTRL, false),
	FOLLOW(S_IRQ_CTRLACK, S_IRQ_CTRL, false),
	FOLLOW(R_IRQ_CTRLACK, R_IRQ_CTRL, false),
	FOLLOW(PMCG_IRQ_CTRLACK, PMCG_IRQ_CTRL, false),
	FOLLOW(GERRORN, GERROR, false),
	FOLLOW(S_GERRORN, S_GERROR, false),
	FOLLOW(R_GERRORN, R_GERROR, false),
	FOLLOW(CMDQ_CONS, CMDQ_PROD, true),
	FOLLOW(S_CMDQ_CONS, S_CMDQ_PROD, true),
	FOLLOW(R_CMDQ_CONS, R_CMDQ_PROD, true),
	FOLLOW(EVENTQ_CONS, EVENTQ_PROD, false),
	FOLLOW(S_EVENTQ_CONS, S_EVENTQ_PROD, false),
	FOLLOW(R_EVENTQ_CONS, R_EVENTQ_PROD, false),
	FOLLOW(PRIQ_CONS, PRIQ_PROD, false),
	FOLLOW(R_PRIQ_CONS, R_PRIQ_PROD, false),
#undef FOLLOW
};

/* EN and ENACK, ERRACK and ERR, WR and RD of an ECMDQ stand in the same bits. */
static const enum smmu_reg ecmdqs[][2] = {
	{SMMU_REG_ECMDQ_CONS, SMMU_REG_ECMDQ_PROD},
	{SMMU_REG_S_ECMDQ_CONS, SMMU_REG_S_ECMDQ_PROD},
	{SMMU_REG_R_ECMDQ_CONS, SMMU_REG_R_ECMDQ_PROD},
};

void smmu_regs_complete(uint64_t *values, const bool *given)
{
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);

		if (!given[i])
			values[i] = info->reset;
		values[i] &= smmu_ones(info->width_bits);
	}
	/* Translated traffic of Realm streams is always checked (6.3.128). */
	if (smmu_R_IDR0_ATS(values[SMMU_REG_R_IDR0]))
		values[SMMU_REG_R_CR0] = smmu_CR0_set_ATSCHK(values[SMMU_REG_R_CR0], 1);
	for (size_t i = 0; i < SMMU_LEN(followers); i++) {
		uint64_t from = values[followers[i].from];

		if (given[followers[i].reg])
			continue;
		values[followers[i].reg] = followers[i].index_only ? smmu_CMDQ_PROD_WR(from) : from;
	}
	for (size_t i = 0; i < SMMU_LEN(ecmdqs); i++)
		for (unsigned n = 0; n < SMMU_ECMDQS; n++)
			if (!given[ecmdqs[i][0] + n])
				values[ecmdqs[i][0] + n] = values[ecmdqs[i][1] + n];
}

bool smmu_reg_is_id(enum smmu_reg reg)
{
	static const uint16_t ids[] = {
		SMMU_REG_IDR0,	    SMMU_REG_IDR1,     SMMU_REG_IDR2,	   SMMU_REG_IDR3,
		SMMU_REG_IDR4,	    SMMU_REG_IDR5,     SMMU_REG_IDR6,	   SMMU_REG_IIDR,
		SMMU_REG_AIDR,	    SMMU_REG_S_IDR0,   SMMU_REG_S_IDR1,	   SMMU_REG_S_IDR2,
		SMMU_REG_S_IDR3,    SMMU_REG_S_IDR4,   SMMU_REG_S_IDR6,	   SMMU_REG_R_IDR0,
		SMMU_REG_R_IDR1,    SMMU_REG_R_IDR2,   SMMU_REG_R_IDR3,	   SMMU_REG_R_IDR4,
		SMMU_REG_R_IDR6,    SMMU_REG_R_AIDR,   SMMU_REG_MPAMIDR,   SMMU_REG_S_MPAMIDR,
		SMMU_REG_R_MPAMIDR, SMMU_REG_R_MECIDR, SMMU_REG_ROOT_IDR0, SMMU_REG_ROOT_IIDR,
	};

	for (size_t i = 0; i < SMMU_LEN(ids); i++)
		if (ids[i] == reg)
			return true;
	return false;
}

void smmu_ids_from_regs(struct smmu_ids *ids, const uint64_t *values)
{
	*ids = (struct smmu_ids){
		.root_idr0 = (uint32_t)values[SMMU_REG_ROOT_IDR0],
		.iidr = (uint32_t)values[SMMU_REG_IIDR],
		.aidr = (uint32_t)values[SMMU_REG_AIDR],
		.mpamidr = (uint32_t)values[SMMU_REG_MPAMIDR],
		.s_mpamidr = (uint32_t)values[SMMU_REG_S_MPAMIDR],
		.r_mpamidr = (uint32_t)values[SMMU_REG_R_MPAMIDR],
		.r_mecidr = (uint32_t)values[SMMU_REG_R_MECIDR],
	};
	for (unsigned i = 0; i < SMMU_LEN(ids->idr); i++)
		ids->idr[i] = (uint32_t)values[i < 6 ? SMMU_REG_IDR0 + i : SMMU_REG_IDR6];
	for (unsigned i = 0; i < SMMU_LEN(ids->s_idr); i++) {
		ids->s_idr[i] = (uint32_t)values[SMMU_REG_S_IDR0 + i];
		ids->r_idr[i] = (uint32_t)values[SMMU_REG_R_IDR0 + i];
	}
}

unsigned smmu_vax_bits(const struct smmu_ids *ids)
{
	switch (smmu_IDR5_VAX(ids->idr[5])) {
	case SMMU_IDR5_VAX_52:
		return 52;
	case SMMU_IDR5_VAX_56:
		return 56;
	default: /* 0b11 is reserved and taken for the least */
		return 48;
	}
}

static unsigned least(uint64_t a, unsigned b)
{
	return a < b ? (unsigned)a : b;
}

bool smmu_ids_e2h(const struct smmu_ids *ids, enum smmu_sec sec, uint64_t cr2)
{
	bool has_el2 = sec == SMMU_SEC_S    ? smmu_S_IDR1_SEL2(ids->s_idr[1])
		       : sec == SMMU_SEC_NS ? smmu_IDR0_Hyp(ids->idr[0])
					    : true;

	return has_el2 && smmu_CR2_E2H(cr2);
}

unsigned smmu_sid_bits(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return least(smmu_S_IDR1_S_SIDSIZE(ids->s_idr[1]), 32);
	return least(smmu_IDR1_SIDSIZE(ids->idr[1]), 32);
}

unsigned smmu_ssid_bits(const struct smmu_ids *ids)
{
	return least(smmu_IDR1_SSIDSIZE(ids->idr[1]), 20);
}

unsigned smmu_version(const struct smmu_ids *ids)
{
	return (unsigned)smmu_AIDR_ArchMinorRev(ids->aidr);
}

unsigned smmu_vmid_bits(const struct smmu_ids *ids)
{
	return smmu_IDR0_VMID16(ids->idr[0]) ? 16 : 8;
}

unsigned smmu_asid_bits(const struct smmu_ids *ids)
{
	return smmu_IDR0_ASID16(ids->idr[0]) ? 16 : 8;
}

bool smmu_has_sec(const struct smmu_ids *ids, enum smmu_sec sec)
{
	switch (sec) {
	case SMMU_SEC_S:
		return smmu_S_IDR1_SECURE_IMPL(ids->s_idr[1]);
	case SMMU_SEC_REALM:
		return smmu_ROOT_IDR0_REALM_IMPL(ids->root_idr0);
	case SMMU_SEC_ROOT:
		return smmu_ROOT_IDR0_ROOT_IMPL(ids->root_idr0);
	case SMMU_SEC_NS:
	case SMMU_SEC_COUNT:
		break;
	}
	return true;
}
