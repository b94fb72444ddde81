/*
 * Domains: the context descriptor of a stage 1 domain and the stage 2 fields of
 * an STE, with the translation tables they lead to.  IHI 0070 5.2, 5.4.
 */
#include "compile/build_priv.h"

struct build_area *build_context_area(struct builder *b, const struct build_context *context)
{
	return context->stage2 == BUILD_NONE ? &b->smmu[context->smmu].area
					     : &b->ipa_area[context->stage2];
}

static const struct smmu_sys_domain *domain_of(const struct builder *b, const struct build_use *use)
{
	return &b->info->domains[use->domain];
}

/* Maps of the lower half come first: their number. */
static size_t low_maps(const struct builder *b, const struct build_use *use, unsigned ia_bits)
{
	const struct build_maps *maps = &b->maps[use->domain];
	size_t n = 0;

	while (n < maps->count && !build_is_high(domain_of(b, use), ia_bits, maps->v[n]->input.v))
		n++;
	return n;
}

static struct build_tt tt_of(const struct builder *b, const struct build_use *use)
{
	return build_tt_of(domain_of(b, use), &b->smmu[use->smmu].ids,
			   build_s2pii(&b->info->smmus[use->smmu]));
}

/* Both tables of a stage 1 domain; one without maps is left out (EPD). */
static int build_stage1_tables(struct builder *b, struct build_use *use)
{
	const struct smmu_sys_domain *domain = domain_of(b, use);
	const struct build_maps *maps = &b->maps[use->domain];
	struct build_area *area = build_context_area(b, &b->context[use->context]);
	struct build_tt tt = tt_of(b, use);
	size_t low = low_maps(b, use, tt.ia_bits);
	int status = 0;

	build_group_begin(area);
	for (unsigned n = 0; status == 0 && n < 2; n++) {
		tt.maps = n == 0 ? maps->v : maps->v + low;
		tt.maps_count = n == 0 ? low : maps->count - low;
		use->used[n] = tt.maps_count > 0 || (n == 0 && use->needs_ttb0);
		tt.skl = build_skl(domain, n);
		if (use->used[n])
			status = build_tt_build(&use->ttb[n], b, area, &tt, "a translation table");
	}
	if (status)
		return status;
	if (use->stage2 == BUILD_NONE)
		return build_group_end(b, area, domain->name.v, "stage 1 tables of %s",
				       domain->name.v);
	return build_group_end(b, area, domain->name.v, "stage 1 tables of %s under %s",
			       domain->name.v, area->whose);
}

static int build_stage2_tables(struct builder *b, struct build_use *use)
{
	const struct smmu_sys_domain *domain = domain_of(b, use);
	struct build_area *area = &b->smmu[use->smmu].area;
	struct build_tt tt = tt_of(b, use);
	int status;

	tt.maps = b->maps[use->domain].v;
	tt.maps_count = b->maps[use->domain].count;
	build_group_begin(area);
	status = build_tt_build(&use->ttb[0], b, area, &tt, "a translation table");
	return status ? status
		      : build_group_end(b, area, domain->name.v, "stage 2 tables of %s",
					domain->name.v);
}

int build_tables(struct builder *b, struct build_use *use)
{
	return domain_of(b, use)->stage.v == 1 ? build_stage1_tables(b, use)
					       : build_stage2_tables(b, use);
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

static uint64_t aa64_of(const struct smmu_sys_domain *domain)
{
	return domain->format.v == SMMU_SYS_VMSA64 ? SMMU_AA64_VMSA64 : 0;
}

/* VMSAv8-32: the lowest 2^input-bits, and the highest where something is mapped there (G5.5). */
static void set_size32(struct smmu_cd *cd, unsigned ia_bits, bool has_high)
{
	smmu_cd_set_T0SZ(cd, 32 - ia_bits);
	smmu_cd_set_T1SZ(cd, has_high ? 32 - ia_bits : 0);
	smmu_cd_set_TG0(cd, 0);
	smmu_cd_set_TG1(cd, 0);
}

void build_cd(struct smmu_cd *cd, const struct builder *b, const struct build_use *use)
{
	const struct smmu_sys_domain *domain = domain_of(b, use);
	const struct smmu_ids *ids = &b->smmu[use->smmu].ids;
	enum smmu_granule granule = (enum smmu_granule)domain->granule.v;
	unsigned ia_bits = build_input_bits(domain, ids);

	build_cd_base(cd, domain);
	smmu_cd_set_AA64(cd, aa64_of(domain));
	smmu_cd_set_ENDI(cd, domain->endian.v);
	if (domain->format.v == SMMU_SYS_LPAE) {
		set_size32(cd, ia_bits, use->used[1]);
	} else {
		smmu_cd_set_T0SZ(cd, 64 - ia_bits);
		smmu_cd_set_TG0(cd, tg_encoding(granule, smmu_tg0_granule));
		smmu_cd_set_T1SZ(cd, 64 - ia_bits);
		smmu_cd_set_TG1(cd, tg_encoding(granule, smmu_tg1_granule));
		smmu_cd_set_IPS(cd, build_size_encoding(build_output_bits(domain, ids)));
		smmu_cd_set_DS(cd, build_wants_ds(domain));
	}
	smmu_cd_set_EPD0(cd, !use->used[0]);
	smmu_cd_set_TTB0(cd, use->ttb[0]);
	smmu_cd_set_EPD1(cd, !use->used[1]);
	smmu_cd_set_TTB1(cd, use->ttb[1]);
	smmu_cd_set_S(cd, domain->stall.v || smmu_IDR0_STALL_MODEL(ids->idr[0]) == 2);
	smmu_cd_set_ASID(cd, b->id[use->domain] ? b->id[use->domain] - 1 : 0);
}

/* S2SL0, and S2SL0_2 beside it, of a start level: those that lead to it (5.2). */
static void set_start_level(struct smmu_ste *ste, int level, const struct smmu_ids *ids)
{
	for (unsigned sl = 0; sl < 8; sl++) {
		int found;

		smmu_ste_set_S2SL0(ste, sl % 4);
		smmu_ste_set_S2SL0_2(ste, sl / 4);
		if (smmu_ste_s2_start_level(&found, ste, SMMU_SEC_NS, false, ids) && found == level)
			return;
	}
}

void build_stage2(struct smmu_ste *ste, const struct builder *b, const struct build_use *use)
{
	const struct smmu_sys_domain *domain = domain_of(b, use);
	const struct smmu_ids *ids = &b->smmu[use->smmu].ids;
	struct build_tt tt = tt_of(b, use);

	build_stage2_base(ste, domain);
	smmu_ste_set_S2VMID(ste, b->id[use->domain] - 1);
	smmu_ste_set_S2AA64(ste, aa64_of(domain));
	smmu_ste_set_S2ENDI(ste, domain->endian.v);
	if (domain->format.v == SMMU_SYS_LPAE) {
		/* 5.2 S2T0SZ: a signed number of 4 bits. */
		smmu_ste_set_S2T0SZ(ste, smmu_bits(32 - (uint64_t)tt.ia_bits, 0, 4));
	} else {
		smmu_ste_set_S2T0SZ(ste, 64 - tt.ia_bits);
		smmu_ste_set_S2TG(ste, tg_encoding(tt.granule, smmu_tg0_granule));
		smmu_ste_set_S2PS(ste, build_size_encoding(build_output_bits(domain, ids)));
		smmu_ste_set_S2DS(ste, build_wants_ds(domain));
	}
	smmu_ste_set_S2S(ste, domain->stall.v || smmu_IDR0_STALL_MODEL(ids->idr[0]) == 2);
	smmu_ste_set_S2TTB(ste, use->ttb[0]);
	if (domain->format.v != SMMU_SYS_D128)
		set_start_level(ste, build_tt_start(&tt), ids);
}
