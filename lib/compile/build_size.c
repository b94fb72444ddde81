/*
 * Sizes of a domain's addresses, and the geometry of its tables.  IHI 0070 3.4,
 * 5.2, 5.4; DDI 0487 D8.1.6, D8.2.
 */
#include <string.h>

#include "compile/build_priv.h"

#define BITS_MOST	48u /* of 4K and 16K granules without DS (D8.1.6) */
#define BITS_MOST_LARGE 52u
#define BITS_MOST_D128	56u
#define BITS_LPAE	40u /* of VMSAv8-32 outputs, and of inputs of stage 2 (G5.5) */
#define BITS_LPAE_VA	32u
#define CONCAT_LOG2_MAX 4 /* DDI 0487 D8.2.2: up to 16 tables */

bool build_wants_ds(const struct smmu_sys_domain *domain)
{
	return domain->format.v == SMMU_SYS_VMSA64 && domain->granule.v != SMMU_GRANULE_64K &&
	       (domain->input_bits.v > BITS_MOST || domain->output_bits.v > BITS_MOST);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What the format of the domain's tables can hold of bits. */
static unsigned cap(unsigned bits, const struct smmu_sys_domain *domain)
{
	bool large = domain->granule.v == SMMU_GRANULE_64K || build_wants_ds(domain);

	if (domain->format.v == SMMU_SYS_D128)
		return least(bits, BITS_MOST_D128);
	return least(bits, large ? BITS_MOST_LARGE : BITS_MOST);
}

unsigned build_output_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	unsigned bits = smmu_oas_bits(ids);

	/* VMSAv8-32 has no output size of its own: 40 bits whatever IPS says (3.4). */
	if (domain->format.v == SMMU_SYS_LPAE)
		return BITS_LPAE;
	if (smmu_sys_given(domain->output_bits.at))
		bits = least(bits, (unsigned)domain->output_bits.v);
	return cap(bits, domain);
}

unsigned build_input_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	if (smmu_sys_given(domain->input_bits.at))
		return (unsigned)domain->input_bits.v;
	if (domain->format.v == SMMU_SYS_LPAE)
		return domain->stage.v == 2 ? BITS_LPAE : BITS_LPAE_VA;
	/* Stage 2 takes what stage 1 or a bypass can give it; stage 1 the common 48 bits. */
	return domain->stage.v == 2 ? cap(smmu_ias_bits(ids), domain) : BITS_MOST;
}

uint64_t build_size_encoding(unsigned bits)
{
	uint64_t encoding = 0;

	while (encoding < 7 && smmu_address_size_bits(encoding) < bits)
		encoding++;
	return encoding;
}

/* VMSAv8-32 has two halves of its 32 bits, and one where these are all of them (G5.5). */
uint64_t build_high_bits(const struct smmu_sys_domain *domain, unsigned ia_bits)
{
	unsigned all = domain->format.v == SMMU_SYS_LPAE ? BITS_LPAE_VA : 64;

	return smmu_ones(all) & ~smmu_ones(ia_bits);
}

bool build_is_high(const struct smmu_sys_domain *domain, unsigned ia_bits, uint64_t input)
{
	uint64_t high = build_high_bits(domain, ia_bits);

	return domain->stage.v == 1 && high && (input & ~smmu_ones(ia_bits)) == high;
}

static uint64_t field_of(const struct smmu_sys_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->v[i].name, name))
			return fields->v[i].v;
	return 0;
}

unsigned build_skl(const struct smmu_sys_domain *domain, unsigned half)
{
	const struct smmu_sys_fields *fields = domain->stage.v == 1 ? &domain->cd : &domain->ste;
	const char *name = domain->stage.v == 2 ? "S2SKL" : half ? "SKL1" : "SKL0";

	return domain->format.v == SMMU_SYS_D128 ? (unsigned)field_of(fields, name) : 0;
}

static enum smmu_desc_family family_of(const struct smmu_sys_domain *domain,
				       const struct smmu_ids *ids)
{
	if (domain->format.v == SMMU_SYS_LPAE)
		return SMMU_DESC_LPAE;
	if (domain->format.v == SMMU_SYS_D128)
		return SMMU_DESC_D128;
	return smmu_desc_family_a64((enum smmu_granule)domain->granule.v, build_wants_ds(domain),
				    build_output_bits(domain, ids) > BITS_MOST);
}

/* What the fields of its CD or STE make of descriptors. */
static void set_features(struct build_tt *tt, const struct smmu_sys_domain *domain)
{
	struct smmu_ste ste = {{0}};

	tt->indirect = build_is_indirect(domain);
	tt->features = tt->indirect ? SMMU_DESC_F_PIE : 0;
	if (tt->stage == 1) {
		build_cd_base(&tt->cd, domain);
		tt->features |= smmu_cd_AIE(&tt->cd) ? SMMU_DESC_F_AIE : 0;
		tt->features |= smmu_cd_PnCH(&tt->cd) ? SMMU_DESC_F_PNCH : 0;
		return;
	}
	build_stage2_base(&ste, domain);
	tt->fwb = smmu_ste_S2FWB(&ste);
	tt->features |= tt->fwb ? SMMU_DESC_F_FWB : 0;
	tt->features |= smmu_ste_S2POE(&ste) ? SMMU_DESC_F_POE : 0;
	tt->features |= smmu_ste_AssuredOnly(&ste) ? SMMU_DESC_F_THE : 0;
}

struct build_tt build_tt_of(const struct smmu_sys_domain *domain, const struct smmu_ids *ids,
			    uint64_t s2pii)
{
	enum smmu_granule granule = (enum smmu_granule)domain->granule.v;
	unsigned ia_bits = build_input_bits(domain, ids);
	bool is_lpae = domain->format.v == SMMU_SYS_LPAE;
	/* D8-24: at stage 2 a walk of 4KB tables starts at level 3 with small tables only. */
	bool below = domain->stage.v == 1 ||
		     (!is_lpae && (granule != SMMU_GRANULE_4K || smmu_IDR3_STT(ids->idr[3])));
	struct build_tt tt = {
		.family = family_of(domain, ids),
		.granule = granule,
		.stage = (unsigned)domain->stage.v,
		.ia_bits = ia_bits,
		.ia_mask = smmu_ones(ia_bits),
		.concat_log2_max = domain->stage.v == 2 ? CONCAT_LOG2_MAX : 0,
		.start_most = below ? SMMU_DESC_LEVEL_MAX : SMMU_DESC_LEVEL_MAX - 1,
		.leaves = (enum smmu_sys_leaves)domain->leaves.v,
		.big_endian = domain->endian.v != 0,
		.skl = build_skl(domain, 0),
		.s2pii = s2pii,
		.table = &domain->table,
		.table_skl = (unsigned)field_of(&domain->table, "SKL"),
		.table_disch = field_of(&domain->table, "DisCH") != 0,
	};

	set_features(&tt, domain);
	return tt;
}
