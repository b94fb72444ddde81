/*
 * Domains: the context descriptor of a stage 1 domain and the stage 2 fields of
 * an STE, with the translation tables they lead to.  IHI 0070 5.2, 5.4.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "compile/build_priv.h"

/* MAIR attributes by the index that leaf descriptors use (build_tt.c): DDI 0487 D8.6. */
#define MAIR_LOW  0x0444bbffu /* nGnRE, Normal nc, wt, wb */
#define MAIR_HIGH 0x000c0800u /* -, GRE, nGRE, nGnRnE */

struct build_area *build_context_area(struct builder *b, const struct build_context *context)
{
	return context->stage2 == BUILD_NONE ? &b->smmu[context->smmu].area
					     : &b->ipa_area[context->stage2];
}

static struct build_tt table_of(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	enum smmu_granule granule = (enum smmu_granule)domain->granule.v;
	unsigned ia_bits = build_input_bits(domain, ids);

	return (struct build_tt){
		.family = smmu_desc_family_a64(granule, false, build_output_bits(domain, ids) > 48),
		.granule = granule,
		.stage = (unsigned)domain->stage.v,
		.ia_bits = ia_bits,
		.ia_mask = smmu_ones(ia_bits),
		.concatenate = domain->stage.v == 2,
		.big_endian = domain->endian.v != 0,
	};
}

/* Maps of the lower half come first: their number. */
static size_t low_maps(const struct build_maps *maps)
{
	size_t n = 0;

	while (n < maps->count && !smmu_bit(maps->v[n]->input.v, 55))
		n++;
	return n;
}

/* Both tables of a stage 1 domain; one without maps is left out (EPD). */
static int build_stage1_tables(struct build_stage1 *use, struct builder *b,
			       struct build_context *context, size_t domain_index)
{
	const struct smmu_sys_domain *domain = &b->info->domains[domain_index];
	const struct build_maps *maps = &b->maps[domain_index];
	struct build_area *area = build_context_area(b, context);
	struct build_tt tt = table_of(domain, &b->smmu[context->smmu].ids);
	size_t low = low_maps(maps);
	int status =
		build_check_domain(b, context->smmu, domain_index, context->stage2 != BUILD_NONE);

	if (status)
		return status;
	build_group_begin(area);
	for (unsigned n = 0; status == 0 && n < 2; n++) {
		tt.maps = n == 0 ? maps->v : maps->v + low;
		tt.maps_count = n == 0 ? low : maps->count - low;
		use->used[n] = tt.maps_count > 0;
		if (use->used[n])
			status = build_tt_build(&use->ttb[n], b, area, &tt, "its stage 1 tables");
	}
	if (status == 0)
		status = build_group_end(b, area, "stage 1 tables of %s%s%s", domain->name.v,
					 context->stage2 == BUILD_NONE ? "" : " under ",
					 context->stage2 == BUILD_NONE
						 ? ""
						 : b->info->domains[context->stage2].name.v);
	use->built = status == 0;
	return status;
}

/* TG0 and S2TG, and TG1 (5.4): each granule has an encoding of its own. */
static uint64_t tg_encoding(enum smmu_granule granule,
			    bool (*granule_of)(enum smmu_granule *, uint64_t))
{
	enum smmu_granule found;

	for (uint64_t tg = 0; tg < 4; tg++)
		if (granule_of(&found, tg) && found == granule)
			return tg;
	return 0;
}

static void fill_cd(struct smmu_cd *cd, const struct smmu_sys_domain *domain,
		    const struct build_stage1 *use, const struct smmu_ids *ids)
{
	enum smmu_granule granule = (enum smmu_granule)domain->granule.v;
	unsigned txsz = 64 - build_input_bits(domain, ids);

	*cd = (struct smmu_cd){{0}};
	smmu_cd_set_V(cd, 1);
	smmu_cd_set_AA64(cd, SMMU_AA64_VMSA64);
	smmu_cd_set_ENDI(cd, domain->endian.v);
	smmu_cd_set_T0SZ(cd, txsz);
	smmu_cd_set_TG0(cd, tg_encoding(granule, smmu_tg0_granule));
	smmu_cd_set_EPD0(cd, !use->used[0]);
	smmu_cd_set_TTB0(cd, use->ttb[0]);
	smmu_cd_set_T1SZ(cd, txsz);
	smmu_cd_set_TG1(cd, tg_encoding(granule, smmu_tg1_granule));
	smmu_cd_set_EPD1(cd, !use->used[1]);
	smmu_cd_set_TTB1(cd, use->ttb[1]);
	smmu_cd_set_IR0(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_OR0(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_SH0(cd, SMMU_SH_ISH);
	smmu_cd_set_IR1(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_OR1(cd, SMMU_TT_WB_RAWA);
	smmu_cd_set_SH1(cd, SMMU_SH_ISH);
	smmu_cd_set_IPS(cd, build_size_encoding(build_output_bits(domain, ids)));
	smmu_cd_set_MAIR0(cd, MAIR_LOW);
	smmu_cd_set_MAIR1(cd, MAIR_HIGH);
	/* Faults are recorded and abort; STALL_MODEL 0b10 knows stalls only (5.5). */
	smmu_cd_set_A(cd, 1);
	smmu_cd_set_R(cd, 1);
	smmu_cd_set_S(cd, domain->stall.v || smmu_IDR0_STALL_MODEL(ids->idr[0]) == 2);
	/* The ASID is the SMMU's own: PEs do not broadcast to it (3.17). */
	smmu_cd_set_ASET(cd, 1);
}

int build_cd(struct smmu_cd *cd, struct builder *b, struct build_context *context, size_t domain,
	     uint32_t asid)
{
	struct build_stage1 *use = &context->stage1[domain];

	if (!use->built) {
		int status = build_stage1_tables(use, b, context, domain);

		if (status)
			return status;
	}
	fill_cd(cd, &b->info->domains[domain], use, &b->smmu[context->smmu].ids);
	smmu_cd_set_ASID(cd, asid);
	return 0;
}

/* S2SL0 of a start level: DDI 0487 D8.2, IHI 0070 5.2. */
static uint64_t sl0_of(enum smmu_granule granule, int level)
{
	if (granule == SMMU_GRANULE_4K)
		return level == 3 ? 3 : (uint64_t)(2 - level);
	return (uint64_t)(3 - level);
}

static int build_stage2_tables(struct build_stage2 *use, struct builder *b, size_t smmu,
			       size_t domain_index)
{
	const struct smmu_sys_domain *domain = &b->info->domains[domain_index];
	struct build_area *area = &b->smmu[smmu].area;
	struct build_tt tt = table_of(domain, &b->smmu[smmu].ids);
	int status = build_check_domain(b, smmu, domain_index, false);

	if (status)
		return status;
	tt.maps = b->maps[domain_index].v;
	tt.maps_count = b->maps[domain_index].count;
	build_group_begin(area);
	status = build_tt_build(&use->ttb, b, area, &tt, "its stage 2 tables");
	if (status == 0)
		status = build_group_end(b, area, "stage 2 tables of %s", domain->name.v);
	use->built = status == 0;
	return status;
}

int build_stage2(struct smmu_ste *ste, struct builder *b, size_t smmu, size_t domain_index)
{
	const struct smmu_sys_domain *domain = &b->info->domains[domain_index];
	const struct smmu_ids *ids = &b->smmu[smmu].ids;
	struct build_stage2 *use = &b->smmu[smmu].stage2[domain_index];
	struct build_tt tt = table_of(domain, ids);
	unsigned concat_log2;
	int status = use->built ? 0 : build_stage2_tables(use, b, smmu, domain_index);

	if (status)
		return status;
	smmu_ste_set_S2VMID(ste, use->vmid);
	smmu_ste_set_S2T0SZ(ste, 64 - tt.ia_bits);
	smmu_ste_set_S2SL0(ste, sl0_of(tt.granule, build_tt_start(&concat_log2, &tt)));
	smmu_ste_set_S2IR0(ste, SMMU_TT_WB_RAWA);
	smmu_ste_set_S2OR0(ste, SMMU_TT_WB_RAWA);
	smmu_ste_set_S2SH0(ste, SMMU_SH_ISH);
	smmu_ste_set_S2TG(ste, tg_encoding(tt.granule, smmu_tg0_granule));
	smmu_ste_set_S2PS(ste, build_size_encoding(build_output_bits(domain, ids)));
	smmu_ste_set_S2AA64(ste, SMMU_AA64_VMSA64);
	smmu_ste_set_S2ENDI(ste, domain->endian.v);
	smmu_ste_set_S2R(ste, 1);
	smmu_ste_set_S2S(ste, domain->stall.v || smmu_IDR0_STALL_MODEL(ids->idr[0]) == 2);
	smmu_ste_set_S2TTB(ste, use->ttb);
	return 0;
}
