/*
 * Sizes of a domain's addresses, and the geometry of its tables.  IHI 0070 3.4,
 * 5.2, 5.4; DDI 0487 D8.1.6, D8.2.
 */
#include "compile/build_priv.h"

#define BITS_MOST	48u /* of 4K and 16K granules without DS (D8.1.6) */
#define BITS_MOST_LARGE 52u
#define CONCAT_LOG2_MAX 4 /* DDI 0487 D8.2.2: up to 16 tables */

bool build_wants_ds(const struct smmu_sys_domain *domain)
{
	return domain->granule.v != SMMU_GRANULE_64K &&
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

	return least(bits, large ? BITS_MOST_LARGE : BITS_MOST);
}

unsigned build_output_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	unsigned bits = smmu_oas_bits(ids);

	if (smmu_sys_given(domain->output_bits.at))
		bits = least(bits, (unsigned)domain->output_bits.v);
	return cap(bits, domain);
}

unsigned build_input_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	if (smmu_sys_given(domain->input_bits.at))
		return (unsigned)domain->input_bits.v;
	/* Stage 2 takes what stage 1 or a bypass can give it; stage 1 the common 48 bits. */
	return domain->stage.v == 2 ? cap(smmu_ias_bits(ids), domain) : BITS_MOST;
}

uint64_t build_size_encoding(unsigned bits)
{
	uint64_t encoding = 0;

	while (encoding < 6 && smmu_address_size_bits(encoding) < bits)
		encoding++;
	return encoding;
}

struct build_tt build_tt_of(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	enum smmu_granule granule = (enum smmu_granule)domain->granule.v;
	unsigned ia_bits = build_input_bits(domain, ids);
	/* D8-24: at stage 2 a walk of 4KB tables starts at level 3 with small tables only. */
	bool below =
		domain->stage.v == 1 || granule != SMMU_GRANULE_4K || smmu_IDR3_STT(ids->idr[3]);

	return (struct build_tt){
		.family = smmu_desc_family_a64(granule, build_wants_ds(domain),
					       build_output_bits(domain, ids) > BITS_MOST),
		.granule = granule,
		.stage = (unsigned)domain->stage.v,
		.ia_bits = ia_bits,
		.ia_mask = smmu_ones(ia_bits),
		.concat_log2_max = domain->stage.v == 2 ? CONCAT_LOG2_MAX : 0,
		.start_most = below ? SMMU_DESC_LEVEL_MAX : SMMU_DESC_LEVEL_MAX - 1,
		.leaves = (enum smmu_sys_leaves)domain->leaves.v,
		.big_endian = domain->endian.v != 0,
	};
}
