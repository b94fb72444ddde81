/*
 * What a description may ask of an SMMU: found before anything is built, each
 * problem with its place.  IHI 0070 3.4, 5.2, 5.4, 6.3; DDI 0487 D8.2.
 */
#include <inttypes.h>

#include "base/text.h"
#include "compile/build_priv.h"

#define SUBSTREAM_ZERO 0

/* A domain on one SMMU. */
struct pair {
	const struct smmu_sys_domain *domain;
	const struct smmu_ids *ids;
	const char *smmu;
};

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Limits of T0SZ and S2T0SZ (3.4, 5.2, 5.4): 25 bits, fewer with small tables. */
static void check_input_bits(struct builder *b, const struct pair *p)
{
	const struct smmu_sys_domain *domain = p->domain;
	bool stt = smmu_IDR3_STT(p->ids->idr[3]), is_64k = domain->granule.v == SMMU_GRANULE_64K;
	bool wide = is_64k || smmu_IDR5_DS(p->ids->idr[5]);
	unsigned fewest = !stt ? 25 : is_64k ? 17 : 16, bits = build_input_bits(domain, p->ids);
	unsigned most = domain->stage.v == 2 ? smmu_ias_bits(p->ids) : smmu_vax_bits(p->ids);

	if (domain->format.v == SMMU_SYS_LPAE) {
		/* G5.5: T0SZ of 0 to 7; S2T0SZ from -8 to 7. */
		fewest = 25;
		most = domain->stage.v == 2 ? 40 : 32;
		stt = true;
	} else if (domain->format.v == SMMU_SYS_VMSA64) {
		most = least(most, wide ? 52 : 48);
	}
	if (bits >= fewest && bits <= most)
		return;
	build_error(b, build_mark(domain->input_bits.at, domain->at), SMMU_E_RANGE,
		    "domain %s has %u input bits; %s takes %u to %u at stage %u%s", domain->name.v,
		    bits, p->smmu, fewest, most, (unsigned)domain->stage.v,
		    bits < fewest && !stt ? " (fewer need SMMU_IDR3.STT)" : "");
}

static void check_output_bits(struct builder *b, const struct pair *p)
{
	const struct smmu_sys_domain *domain = p->domain;
	unsigned oas = smmu_oas_bits(p->ids);

	if (domain->output_bits.v > oas)
		build_error(b, domain->output_bits.at, SMMU_E_RANGE,
			    "domain %s has %u output bits; %s has %u (SMMU_IDR5.OAS)",
			    domain->name.v, (unsigned)domain->output_bits.v, p->smmu, oas);
	else if (domain->output_bits.v > build_output_bits(domain, p->ids))
		build_error(b, domain->output_bits.at, SMMU_E_RANGE,
			    "domain %s has %u output bits; its tables hold addresses of %u",
			    domain->name.v, (unsigned)domain->output_bits.v,
			    build_output_bits(domain, p->ids));
}

/* False, and said, when the domain asks for addresses that only DS (LPA2) has. */
static bool check_ds(struct builder *b, const struct pair *p)
{
	const struct smmu_sys_domain *domain = p->domain;
	bool by_output = domain->output_bits.v > 48;

	if (!build_wants_ds(domain) || smmu_IDR5_DS(p->ids->idr[5]))
		return true;
	build_error(b, by_output ? domain->output_bits.at : domain->input_bits.at, SMMU_E_CONFLICT,
		    "more than 48 address bits with this granule need SMMU_IDR5.DS, which %s does "
		    "not have",
		    p->smmu);
	return false;
}

/* 6.3.1 TTF, 6.3.6 D128: with it, what AA64 == 0 selects is no VMSAv8-32. */
static void check_tt_format(struct builder *b, const struct pair *p)
{
	static const char *const names[] = {"VMSAv8-64", "VMSAv8-32 LPAE", "VMSAv9-128"};
	const struct smmu_sys_domain *domain = p->domain;
	bool d128 = smmu_IDR5_D128(p->ids->idr[5]);
	uint64_t ttf = smmu_IDR0_TTF(p->ids->idr[0]);
	const bool has[] = {smmu_bit(ttf, 1), smmu_bit(ttf, 0) && !d128, d128};

	if (!has[domain->format.v])
		build_error(b, build_mark(domain->format.at, domain->at), SMMU_E_CONFLICT,
			    "%s does not walk %s tables (SMMU_%s)", p->smmu,
			    names[domain->format.v],
			    domain->format.v == SMMU_SYS_D128 ? "IDR5.D128" : "IDR0.TTF");
	if (domain->format.v == SMMU_SYS_LPAE && domain->granule.v != SMMU_GRANULE_4K)
		build_error(b, domain->granule.at, SMMU_E_INVALID,
			    "VMSAv8-32 LPAE tables have a granule of 4K");
}

static void check_formats(struct builder *b, const struct pair *p)
{
	static const char *const field[] = {"GRAN4K", "GRAN16K", "GRAN64K"};
	static const char *const size[] = {"4K", "16K", "64K"};
	const struct smmu_sys_domain *domain = p->domain;
	uint32_t idr0 = p->ids->idr[0];
	unsigned stage = (unsigned)domain->stage.v;

	if (stage == 1 ? !smmu_IDR0_S1P(idr0) : !smmu_IDR0_S2P(idr0))
		build_error(b, domain->at, SMMU_E_CONFLICT,
			    "domain %s is stage %u, and %s has no stage %u (SMMU_IDR0.S%uP)",
			    domain->name.v, stage, p->smmu, stage, stage);
	check_tt_format(b, p);
	if (!smmu_ids_has_granule(p->ids, (enum smmu_granule)domain->granule.v))
		build_error(b, build_mark(domain->granule.at, domain->at), SMMU_E_CONFLICT,
			    "domain %s has granule %s, which %s does not have (SMMU_IDR5.%s)",
			    domain->name.v, size[domain->granule.v], p->smmu,
			    field[domain->granule.v]);
	/* TTENDIAN: 0b10 is little-endian only, 0b11 big-endian only (6.3.1). */
	if (smmu_IDR0_TTENDIAN(idr0) == (domain->endian.v ? 2 : 3))
		build_error(b, build_mark(domain->endian.at, domain->at), SMMU_E_CONFLICT,
			    "%s does not walk %s-endian tables, those of domain %s "
			    "(SMMU_IDR0.TTENDIAN)",
			    p->smmu, domain->endian.v ? "big" : "little", domain->name.v);
	/* STALL_MODEL: 0b01 has no stall, 0b10 forces it (6.3.1). */
	if (domain->stall.v && smmu_IDR0_STALL_MODEL(idr0) == 1)
		build_error(b, domain->stall.at, SMMU_E_CONFLICT,
			    "%s cannot stall (SMMU_IDR0.STALL_MODEL)", p->smmu);
	if (!domain->stall.v && smmu_sys_given(domain->stall.at) &&
	    smmu_IDR0_STALL_MODEL(idr0) == 2)
		build_error(b, domain->stall.at, SMMU_E_CONFLICT,
			    "%s stalls at every fault (SMMU_IDR0.STALL_MODEL)", p->smmu);
}

/* Whether an input address is one of ia_bits, at stage 1 in either half (3.4.1). */
static bool fits_input(const struct smmu_sys_map *map, const struct smmu_sys_domain *domain,
		       unsigned ia_bits)
{
	uint64_t last = map->input.v + (map->size.v - 1);

	return smmu_bits_fit(last, ia_bits) || (build_is_high(domain, ia_bits, map->input.v) &&
						build_is_high(domain, ia_bits, last));
}

/*
 * With DS, shareability of cacheable memory is that of CD.SH0 and S2SH0 (D8.3);
 * the rest is Outer Shareable whatever a descriptor says (D8.6).
 */
static void check_shareability(struct builder *b, const struct smmu_sys_map *map)
{
	bool is_cached =
		map->memory.v == SMMU_MEMTYPE_NORMAL_WB || map->memory.v == SMMU_MEMTYPE_NORMAL_WT;
	uint64_t has = is_cached ? SMMU_SH_IN_ISH : SMMU_SH_IN_OSH;

	if (map->sh.v != SMMU_SH_IN_NONE && map->sh.v != has)
		build_error(b, map->sh.at, SMMU_E_INVALID,
			    "descriptors with 52-bit addresses do not hold shareability: it is %s "
			    "for all %s memory of the domain",
			    is_cached ? "ish" : "osh", is_cached ? "cacheable" : "other");
}

/* Fields by name that its descriptors do not have, or that hold less. */
static void
check_descriptor(struct builder *b, const struct build_tt *tt, const struct smmu_sys_domain *domain,
		 const struct smmu_sys_fields *fields,
		 bool (*find)(struct smmu_field *, const struct build_tt *, const char *))
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct smmu_sys_field *given = &fields->v[i];
		struct smmu_field field;
		uint64_t word[2] = {0};

		if (!find(&field, tt, given->name))
			build_error(b, given->at, SMMU_E_UNKNOWN,
				    "the %s of domain %s have no field '%.32s' to give",
				    find == build_leaf_field ? "descriptors" : "Table descriptors",
				    domain->name.v, given->name);
		else if (smmu_field_set(&field, word, 0, given->v))
			build_error(b, given->at, SMMU_E_RANGE,
				    "0x%" PRIx64 " does not fit in %s of a descriptor", given->v,
				    given->name);
	}
}

/* What its descriptors cannot say, as the domain's registers and structures are. */
static void check_leaf(struct builder *b, const struct build_tt *tt, const struct pair *p,
		       const struct smmu_sys_map *map)
{
	const struct smmu_sys_domain *domain = p->domain;
	enum build_leaf_lack lack = build_leaf_lack(tt, map);

	if (lack == BUILD_LACKS_MEMORY)
		build_error(
			b, build_mark(map->memory.at, map->at), SMMU_E_CONFLICT,
			domain->stage.v == 1
				? "no attribute in MAIR0 and MAIR1 of domain %s is that memory type"
				: "with S2FWB, stage 2 of domain %s cannot make memory "
				  "write-through",
			domain->name.v);
	if (lack == BUILD_LACKS_ACCESS)
		build_error(b, build_mark(map->access.at, map->at), SMMU_E_CONFLICT,
			    "no permission in %s grants just this access",
			    domain->stage.v == 1 ? "PIIU and PIIP" : "SMMU_S2PII");
	check_descriptor(b, tt, domain, &map->descriptor, build_leaf_field);
}

static void check_map(struct builder *b, const struct pair *p, const struct build_tt *tt,
		      const struct smmu_sys_map *map)
{
	const struct smmu_sys_domain *domain = p->domain;
	unsigned ia_bits = build_input_bits(domain, p->ids);
	unsigned oa_bits = build_output_bits(domain, p->ids);
	uint64_t last_pa = map->pa.v + (map->size.v - 1);

	if (!fits_input(map, domain, ia_bits))
		build_error(b, build_mark(map->input.at, map->at), SMMU_E_RANGE,
			    "0x%" PRIx64 " to 0x%" PRIx64 " is outside the %u input bits of "
			    "domain %s",
			    map->input.v, map->input.v + (map->size.v - 1), ia_bits,
			    domain->name.v);
	if (!smmu_bits_fit(last_pa, oa_bits))
		build_error(b, build_mark(map->pa.at, map->at), SMMU_E_RANGE,
			    "output address 0x%" PRIx64 " is beyond the %u output bits of "
			    "domain %s on %s",
			    last_pa, oa_bits, domain->name.v, p->smmu);
	if (build_wants_ds(domain))
		check_shareability(b, map);
	check_leaf(b, tt, p, map);
}

/* Domains on the SMMUs where they are used; maps only where the domain itself is possible. */
static void check_uses(struct builder *b)
{
	for (size_t i = 0; i < b->uses_count; i++) {
		const struct build_use *use = &b->use[i];
		const struct smmu_sys_domain *domain = &b->info->domains[use->domain];
		struct pair p = {domain, &b->smmu[use->smmu].ids, b->info->smmus[use->smmu].name};
		int before = b->error;
		struct build_tt tt;
		bool is_possible;

		if (i > 0 && use->smmu == use[-1].smmu && use->domain == use[-1].domain)
			continue;
		b->error = 0;
		check_formats(b, &p);
		if (check_ds(b, &p)) {
			check_input_bits(b, &p);
			check_output_bits(b, &p);
		}
		is_possible = b->error == 0;
		tt = build_tt_of(domain, p.ids, build_s2pii(&b->info->smmus[use->smmu]));
		if (is_possible)
			check_descriptor(b, &tt, domain, &domain->table, build_table_field);
		for (size_t m = 0; is_possible && m < domain->maps_count && !build_is_full(b); m++)
			check_map(b, &p, &tt, &domain->maps[m]);
		b->error = before ? before : b->error;
	}
}

/*
 * Stage 1 has no write-only and no execute-only: both are readable there
 * (D8.4.1).  PIIU and PIIP have no encoding for write-only either (5.4).
 */
static void check_access(struct builder *b, const struct smmu_sys_domain *domain,
			 const struct smmu_sys_map *map)
{
	bool is_execute_only = map->access.v == SMMU_SYS_ACCESS_X && build_is_indirect(domain);

	if (!(map->access.v & SMMU_SYS_ACCESS_R) && !is_execute_only)
		build_error(b, build_mark(map->access.at, map->at), SMMU_E_INVALID,
			    "stage 1 cannot grant %s without r: a table entry that permits it "
			    "permits reading too",
			    map->access.v & SMMU_SYS_ACCESS_W ? "w" : "x");
}

static void check_domains(struct builder *b)
{
	for (size_t d = 0; d < b->info->domains_count; d++) {
		const struct smmu_sys_domain *domain = &b->info->domains[d];

		for (size_t m = 0;
		     domain->stage.v == 1 && m < domain->maps_count && !build_is_full(b); m++)
			check_access(b, domain, &domain->maps[m]);
	}
}

/* ---- devices ---- */

static void check_substream(struct builder *b, const struct smmu_sys_device *device,
			    const struct smmu_sys_substream *sub)
{
	size_t smmu = device->smmu.index;
	unsigned bits = smmu_ssid_bits(&b->smmu[smmu].ids);
	uint64_t last = sub->first.v + sub->count.v - 1;

	if (!smmu_bits_fit(last, bits))
		build_error(b, sub->at, SMMU_E_RANGE,
			    "SubstreamID %" PRIu64
			    " does not fit in the %u bits of %s (SMMU_IDR1.SSIDSIZE)",
			    last, bits, b->info->smmus[smmu].name);
	if (sub->first.v != SUBSTREAM_ZERO || !device->stage1.name)
		return;
	build_error(b, sub->at, SMMU_E_CONFLICT,
		    "substream 0 beside 'stage1', which is what CD 0 belongs to (S1DSS 0b10)");
	build_note(b, device->stage1.at, "this is the other claim to CD 0");
}

/* Stage 1 structures of a nested device are read through stage 2, so they need a place there. */
static void check_nesting(struct builder *b, const struct smmu_sys_device *device)
{
	size_t stage2 = build_stage2_of(device);
	const struct smmu_sys_domain *domain;

	if (stage2 == BUILD_NONE || !build_has_stage1(device) || b->ipa_area[stage2].is_given)
		return;
	domain = &b->info->domains[stage2];
	build_error(b, device->at, SMMU_E_CONFLICT,
		    "device %s is nested under %s, which has no place for its stage 1 structures: "
		    "give the domain tables: {ipa, size}",
		    device->name.v, domain->name.v);
	build_note(b, domain->at, "the domain is here");
}

static void check_devices(struct builder *b)
{
	for (size_t i = 0; i < b->info->devices_count; i++) {
		const struct smmu_sys_device *device = &b->info->devices[i];

		check_nesting(b, device);
		for (size_t s = 0; s < device->substreams_count; s++)
			check_substream(b, device, &device->substreams[s]);
	}
}

/* ---- SMMUs ---- */

static void check_stream_table(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	const struct smmu_sys_strtab *strtab = &from->strtab;
	const struct build_smmu *on = &b->smmu[smmu];
	unsigned bits = smmu_sid_bits(&on->ids, SMMU_SEC_NS);

	if (strtab->stream_bits.v > bits)
		build_error(b, strtab->stream_bits.at, SMMU_E_RANGE,
			    "%" PRIu64 " StreamID bits are more than the %u of %s "
			    "(SMMU_IDR1.SIDSIZE)",
			    strtab->stream_bits.v, bits, from->name);
	if (on->two_level && !smmu_IDR0_ST_LEVEL(on->ids.idr[0]))
		build_error(b, strtab->format.at, SMMU_E_CONFLICT,
			    "%s has no two-level stream tables (SMMU_IDR0.ST_LEVEL)", from->name);
}

/* What a described SMMU needs: a place, and nobody else's stream table. */
static void check_smmu(struct builder *b, size_t smmu)
{
	static const enum smmu_reg own[] = {SMMU_REG_STRTAB_BASE, SMMU_REG_STRTAB_BASE_CFG};
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	struct smmu_mark at = {from->at.line, from->at.col};

	for (size_t i = 0; i < SMMU_LEN(own); i++)
		if (from->given[own[i]])
			build_error(b,
				    (struct smmu_mark){from->reg_at[own[i]].line,
						       from->reg_at[own[i]].col},
				    SMMU_E_CONFLICT,
				    "%s is given, and the stream table of %s is to be built: leave "
				    "it out",
				    smmu_reg_info(own[i])->name, from->name);
	if (!b->smmu[smmu].area.is_given)
		build_error(b, at, SMMU_E_CONFLICT,
			    "%s has no place for its tables: give it tables: {base, size}",
			    from->name);
	check_stream_table(b, smmu);
	build_check_queues(b, smmu);
}

int build_check(struct builder *b)
{
	for (size_t s = 0; s < b->info->smmus_count; s++)
		if (b->smmu[s].is_described)
			check_smmu(b, s);
	check_domains(b);
	check_uses(b);
	check_devices(b);
	build_check_areas(b);
	if (build_is_full(b))
		smmu_diag_note(b->diag, NULL, "more than %u problems; the rest is not looked at",
			       BUILD_PROBLEMS_MAX);
	return b->error;
}
