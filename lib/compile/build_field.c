/*
 * Fields that a description gives by their architected names, over what every
 * structure has in any case.  IHI 0070 5.2, 5.4, 6.3.50.
 */
#include <string.h>

#include "compile/build_priv.h"

/* MAIR attributes, in an order that leaf descriptors find by value: DDI 0487 D8.6. */
#define MAIR_LOW  0x0444bbffu /* nGnRE, Normal nc, wt, wb */
#define MAIR_HIGH 0x000c0800u /* -, GRE, nGRE, nGnRnE */
/* Each index is the encoding of table D8-82 that it has as its value. */
#define S2PII_IDENTITY UINT64_C(0xfedcba9876543210)

#define S2POI_ALL      0xf /* General, everything */

void build_set_fields(uint64_t *word, const struct smmu_sys_fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		smmu_field_set(fields->v[i].field, word, fields->v[i].index, fields->v[i].v);
}

bool build_has_field(const struct smmu_sys_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->v[i].name, name))
			return true;
	return false;
}

static bool is_set(const struct smmu_sys_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->v[i].name, name) && fields->v[i].v)
			return true;
	return false;
}

int build_check_fields(struct builder *b, const struct smmu_sys_fields *fields,
		       const struct smmu_when_ctx *ctx, const char *what)
{
	int status = 0;

	for (size_t i = 0; i < fields->count; i++) {
		const struct smmu_sys_field *given = &fields->v[i];

		if (given->index == 0 && !smmu_field_is_present(given->field, ctx))
			status = build_error(b, given->at, SMMU_E_CONFLICT,
					     "this %s has the field %s only with: %s", what,
					     given->name, given->field->when_text);
	}
	return status;
}

uint64_t build_s2pii(const struct smmu_sys_smmu *smmu)
{
	return smmu->given[SMMU_REG_S2PII] ? smmu->regs[SMMU_REG_S2PII] : S2PII_IDENTITY;
}

bool build_is_indirect(const struct smmu_sys_domain *domain)
{
	const struct smmu_sys_fields *fields = domain->stage.v == 1 ? &domain->cd : &domain->ste;

	return domain->format.v == SMMU_SYS_D128 ||
	       (domain->format.v == SMMU_SYS_VMSA64 &&
		is_set(fields, domain->stage.v == 1 ? "PIE" : "S2PIE"));
}

/* An index for every access, those for privileged accesses alone from 8 on. */
static void set_indirection(struct smmu_cd *cd)
{
	static const uint8_t accesses[] = {
		SMMU_SYS_ACCESS_R,
		SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W,
		SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_X,
		SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X,
		SMMU_SYS_ACCESS_X,
	};

	for (unsigned i = 0; i < SMMU_LEN(accesses); i++)
		for (unsigned n = 0; n < 2; n++) {
			unsigned u, p;

			build_pii(&u, &p, accesses[i], n);
			smmu_cd_set_PIIU(cd, i + 8 * n, u);
			smmu_cd_set_PIIP(cd, i + 8 * n, p);
		}
}

void build_cd_base(struct smmu_cd *cd, const struct smmu_sys_domain *domain)
{
	*cd = (struct smmu_cd){{0}};
	smmu_cd_set_V(cd, 1);
	smmu_cd_set_IR0(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_OR0(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_SH0(cd, SMMU_SH_ISH);
	smmu_cd_set_IR1(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_OR1(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_SH1(cd, SMMU_SH_ISH);
	smmu_cd_set_MAIR0(cd, MAIR_LOW);
	smmu_cd_set_MAIR1(cd, MAIR_HIGH);
	/* Faults are recorded and abort; STALL_MODEL 0b10 knows stalls only (5.5). */
	smmu_cd_set_A(cd, 1);
	smmu_cd_set_R(cd, 1);
	/* The ASID is the SMMU's own: PEs do not broadcast to it (3.17). */
	smmu_cd_set_ASET(cd, 1);
	if (build_is_indirect(domain))
		set_indirection(cd);
	build_set_fields(cd->word, &domain->cd);
}

void build_stage2_base(struct smmu_ste *ste, const struct smmu_sys_domain *domain)
{
	smmu_ste_set_S2IR0(ste, SMMU_TT_WB_RAWA);
	smmu_ste_set_S2OR0(ste, SMMU_TT_WB_RAWA);
	smmu_ste_set_S2SH0(ste, SMMU_SH_ISH);
	smmu_ste_set_S2R(ste, 1);
	for (unsigned i = 0; is_set(&domain->ste, "S2POE") && i < 16; i++)
		smmu_ste_set_S2POI(ste, i, S2POI_ALL);
	build_set_fields(ste->word, &domain->ste);
}

/* Where attributes can be overridden, the incoming ones are used (5.2 SHCFG). */
void build_ste_base(struct smmu_ste *ste, const struct smmu_ids *ids, uint64_t config,
		    bool indirect)
{
	*ste = (struct smmu_ste){{0}};
	smmu_ste_set_V(ste, 1);
	smmu_ste_set_Config(ste, config);
	if (smmu_IDR1_ATTR_TYPES_OVR(ids->idr[1]) && config != SMMU_STE_CONFIG_ABORT)
		smmu_ste_set_SHCFG(ste, SMMU_STE_SHCFG_INCOMING);
	smmu_ste_set_S1PIE(ste, indirect);
}
