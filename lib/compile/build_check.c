/*
 * What a domain may ask of an SMMU: found before anything is built, each
 * problem with its place.  IHI 0070 3.4, 5.2, 5.4, 6.3; DDI 0487 D8.2.
 */
#include <inttypes.h>

#include "base/text.h"
#include "compile/build_priv.h"

/* With 4K and 16K granules and no DS, addresses have 48 bits at most (D8.1.6). */
static unsigned cap_by_granule(unsigned bits, const struct smmu_sys_domain *domain)
{
	return domain->granule.v != SMMU_GRANULE_64K && bits > 48 ? 48 : bits;
}

unsigned build_output_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	unsigned bits = smmu_oas_bits(ids);

	if (smmu_sys_given(domain->output_bits.at) && domain->output_bits.v < bits)
		bits = (unsigned)domain->output_bits.v;
	bits = cap_by_granule(bits, domain);
	return bits > 52 ? 52 : bits;
}

unsigned build_input_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids)
{
	if (smmu_sys_given(domain->input_bits.at))
		return (unsigned)domain->input_bits.v;
	/* Stage 2 takes what stage 1 or a bypass can give it; stage 1 the common 48 bits. */
	return domain->stage.v == 2 ? cap_by_granule(smmu_oas_bits(ids), domain) : 48;
}

uint64_t build_size_encoding(unsigned bits)
{
	uint64_t encoding = 0;

	while (encoding < 6 && smmu_address_size_bits(encoding) < bits)
		encoding++;
	return encoding;
}

/* Limits of T0SZ and S2T0SZ: 3.4, and 5.4 T0SZ for small tables. */
static void check_input_bits(struct builder *b, const struct smmu_sys_domain *domain,
			     const struct smmu_ids *ids)
{
	bool stt = smmu_IDR3_STT(ids->idr[3]);
	bool wide = domain->granule.v == SMMU_GRANULE_64K && smmu_vax_bits(ids) > 48;
	unsigned least = !stt ? 25 : domain->granule.v == SMMU_GRANULE_64K ? 17 : 16;
	unsigned most = domain->stage.v == 2 ? cap_by_granule(smmu_oas_bits(ids), domain)
					     : (wide ? 52 : 48);
	unsigned bits = build_input_bits(domain, ids);
	struct smmu_mark at =
		smmu_sys_given(domain->input_bits.at) ? domain->input_bits.at : domain->at;

	if (bits < least || bits > most)
		build_error(b, at, SMMU_E_RANGE,
			    "domain %s has %u input bits; this SMMU takes %u to %u at stage %u%s",
			    domain->name.v, bits, least, most, (unsigned)domain->stage.v,
			    bits < least && !stt ? " (fewer need SMMU_IDR3.STT)" : "");
}

static void check_features(struct builder *b, const struct smmu_sys_domain *domain,
			   const struct smmu_ids *ids, const char *smmu)
{
	static const char *const field[] = {"GRAN4K", "GRAN16K", "GRAN64K"};
	static const char *const size[] = {"4K", "16K", "64K"};
	bool stage1 = domain->stage.v == 1;

	if (stage1 ? !smmu_IDR0_S1P(ids->idr[0]) : !smmu_IDR0_S2P(ids->idr[0]))
		build_error(b, domain->at, SMMU_E_CONFLICT,
			    "domain %s is stage %u, and %s has no stage %u (SMMU_IDR0.S%uP)",
			    domain->name.v, stage1 ? 1u : 2u, smmu, stage1 ? 1u : 2u,
			    stage1 ? 1u : 2u);
	if (!smmu_bit(smmu_IDR0_TTF(ids->idr[0]), 1))
		build_error(b, domain->at, SMMU_E_CONFLICT,
			    "%s does not walk VMSAv8-64 tables (SMMU_IDR0.TTF)", smmu);
	if (!smmu_ids_has_granule(ids, (enum smmu_granule)domain->granule.v))
		build_error(b, domain->granule.at.line ? domain->granule.at : domain->at,
			    SMMU_E_CONFLICT,
			    "domain %s has granule %s, which %s does not have (SMMU_IDR5.%s)",
			    domain->name.v, size[domain->granule.v], smmu,
			    field[domain->granule.v]);
	if (domain->endian.v ? smmu_IDR0_TTENDIAN(ids->idr[0]) == 2
			     : smmu_IDR0_TTENDIAN(ids->idr[0]) == 3)
		build_error(
			b, domain->endian.at.line ? domain->endian.at : domain->at, SMMU_E_CONFLICT,
			"%s does not walk tables of this endianness (SMMU_IDR0.TTENDIAN)", smmu);
	/* STALL_MODEL: 0b01 has no stall, 0b10 forces it (6.3.1). */
	if (domain->stall.v && smmu_IDR0_STALL_MODEL(ids->idr[0]) == 1)
		build_error(b, domain->stall.at, SMMU_E_CONFLICT,
			    "%s cannot stall (SMMU_IDR0.STALL_MODEL)", smmu);
}

/* Whether an input address is one of ia_bits, at stage 1 in either half (3.4.1). */
static bool fits_input(const struct smmu_sys_map *map, unsigned stage, unsigned ia_bits)
{
	uint64_t last = map->input.v + (map->size.v - 1);
	uint64_t high = ~smmu_ones(ia_bits);

	if (last < map->input.v)
		return false;
	if (smmu_bits_fit(last, ia_bits))
		return true;
	return stage == 1 && (map->input.v & high) == high && (last & high) == high;
}

/* Stage 1 has no write-only and no execute-only; both are readable there (D8.4.1). */
static void check_access(struct builder *b, const struct smmu_sys_map *map, unsigned stage)
{
	struct smmu_mark at = map->access.at.line ? map->access.at : map->at;

	if (stage == 1 && !(map->access.v & SMMU_SYS_ACCESS_R))
		build_error(b, at, SMMU_E_INVALID,
			    "stage 1 cannot grant %s without r: a table entry that permits it "
			    "permits reading too",
			    map->access.v & SMMU_SYS_ACCESS_W ? "w" : "x");
	if (stage == 2 && map->privileged.v)
		build_error(b, map->privileged.at, SMMU_E_INVALID,
			    "stage 2 does not tell privileged accesses from others");
	if (stage == 2 && map->global.v)
		build_error(b, map->global.at, SMMU_E_INVALID, "stage 2 has no global maps");
}

static void check_map(struct builder *b, const struct smmu_sys_domain *domain,
		      const struct smmu_sys_map *map, unsigned ia_bits, unsigned oa_bits)
{
	unsigned granule_log2 = smmu_granule_log2((enum smmu_granule)domain->granule.v);
	uint64_t last_pa = map->pa.v + (map->size.v - 1);
	char text[24];

	if (!smmu_is_aligned_log2(map->size.v | map->input.v | map->pa.v, granule_log2))
		build_error(b, map->at, SMMU_E_INVALID,
			    "addresses and size must be multiples of the granule, %s",
			    smmu_format_size(text, smmu_pow2(granule_log2)));
	if (!fits_input(map, (unsigned)domain->stage.v, ia_bits))
		build_error(b, map->at, SMMU_E_RANGE,
			    "0x%" PRIx64 " to 0x%" PRIx64 " is outside the %u input bits of "
			    "domain %s",
			    map->input.v, map->input.v + (map->size.v - 1), ia_bits,
			    domain->name.v);
	if (last_pa < map->pa.v || !smmu_bits_fit(last_pa, oa_bits))
		build_error(b, map->pa.at.line ? map->pa.at : map->at, SMMU_E_RANGE,
			    "output address 0x%" PRIx64 " is beyond the %u output bits of "
			    "domain %s",
			    last_pa, oa_bits, domain->name.v);
	check_access(b, map, (unsigned)domain->stage.v);
}

int build_check_domain(struct builder *b, size_t smmu, size_t domain_index, bool nested)
{
	const struct smmu_sys_domain *domain = &b->info->domains[domain_index];
	const struct smmu_ids *ids = &b->smmu[smmu].ids;
	unsigned ia_bits = build_input_bits(domain, ids);
	unsigned oa_bits = build_output_bits(domain, ids);
	int before = b->error;

	b->error = 0;
	check_features(b, domain, ids, b->info->smmus[smmu].name);
	check_input_bits(b, domain, ids);
	if (nested && !smmu_IDR0_S2P(ids->idr[0]))
		build_error(b, domain->at, SMMU_E_CONFLICT, "%s has no stage 2 to nest under",
			    b->info->smmus[smmu].name);
	for (size_t i = 0; b->error == 0 && i < domain->maps_count; i++)
		check_map(b, domain, &domain->maps[i], ia_bits, oa_bits);
	int status = b->error;

	b->error = before ? before : status;
	return status;
}
