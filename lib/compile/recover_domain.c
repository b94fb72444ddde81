/*
 * Domains out of CDs and STEs.  IHI 0070 5.2, 5.4.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compile/recover_priv.h"
#include "spec/rule.h"

#define STALL_FORCED 2u /* IDR0.STALL_MODEL: faults stall, and nothing else is legal (6.3.1) */

int recover_grow(void *array, size_t *capacity, size_t count, size_t size, struct smmu_diag *diag)
{
	return smmu_array_reserve(array, capacity, count, size) ? smmu_diag_nomem(diag) : 0;
}

void recover_extend(struct recover_extent *extent, uint64_t address, uint64_t size)
{
	if (extent->low > extent->high)
		*extent = (struct recover_extent){address, address + size};
	if (address < extent->low)
		extent->low = address;
	if (address + size > extent->high)
		extent->high = address + size;
}

struct recover_extent *recover_extent_of(struct recover *r, size_t smmu, size_t through)
{
	return through == RECOVER_NONE ? &r->smmu[smmu].extent : &r->domain[through].beneath;
}

/* The range of a domain that holds an input address; NULL: none. */
static const struct recover_range *find_range(const struct recover_domain *d, uint64_t input)
{
	size_t low = 0, high = d->ranges_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->range[middle].input <= input)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || input - d->range[low - 1].input >= d->range[low - 1].size)
		return NULL;
	return &d->range[low - 1];
}

const uint8_t *recover_read(size_t *size, const struct recover *r, size_t through, uint64_t address)
{
	struct smmu_pa at = {address, SMMU_PAS_NS};
	uint64_t room = BUILD_PAGE - smmu_bits(address, 0, BUILD_PAGE_LOG2);
	const uint8_t *page;

	if (through != RECOVER_NONE) {
		const struct recover_range *range = find_range(&r->domain[through], address);

		if (!range)
			return NULL;
		at.pa = range->pa + (address - range->input);
	}
	if (*size > room)
		*size = (size_t)room;
	if (!smmu_mem_exists(r->machine->mem, at, *size))
		return NULL;
	page = smmu_mem_page(r->machine->mem, at);
	return page ? page + smmu_bits(at.pa, 0, BUILD_PAGE_LOG2) : NULL;
}

static const struct smmu_ids *ids_of(const struct recover *r, size_t smmu)
{
	return smmu_model_ids(r->machine->smmu[smmu].model);
}

uint64_t recover_other_fields(const struct smmu_format *format, const uint64_t *word,
			      const struct smmu_ids *ids, const char *const *names, size_t count)
{
	struct smmu_when_ctx ctx = {.word = word, .ids = ids, .sec = SMMU_SEC_NS};
	uint64_t found = 0;

	for (size_t f = 0; f < format->fields_count && f < 64; f++) {
		const struct smmu_field *field = &format->fields[f];
		bool known = false;

		for (size_t n = 0; n < count && !known; n++)
			known = !strcmp(field->name, names[n]);
		for (unsigned i = 0; !known && i < (field->array_count ? field->array_count : 1);
		     i++)
			if (smmu_field_is_present(field, &ctx) && smmu_field_get(field, word, i))
				found |= smmu_pow2((unsigned)f);
	}
	return found;
}

/* Adds d and walks its tables. */
static int add_domain(size_t *domain, struct recover *r, const struct recover_domain *d)
{
	const struct smmu_ids *ids = ids_of(r, d->smmu);
	struct smmu_sys_domain plain = {.stage.v = d->stage, .granule.v = d->granule};
	int status;

	if (recover_grow(&r->domain, &r->domains_capacity, r->domains_count, sizeof(*r->domain),
			 r->diag))
		return SMMU_E_NOMEM;
	*domain = r->domains_count++;
	r->domain[*domain] = *d;
	if (d->twin != RECOVER_NONE)
		r->domain[d->twin].has_twins = true;
	r->domain[*domain].same = *domain;
	r->domain[*domain].ia_given = d->ia_bits != build_input_bits(&plain, ids);
	plain.input_bits.v = r->domain[*domain].ia_given ? d->ia_bits : 0;
	r->domain[*domain].oa_given = d->oa_bits != build_output_bits(&plain, ids);
	status = recover_tables(r, *domain);
	if (r->domain[*domain].tables.low <= r->domain[*domain].tables.high) {
		const struct recover_extent *own = &r->domain[*domain].tables;

		recover_extend(recover_extent_of(r, d->smmu, d->under), own->low,
			       own->high - own->low);
	}
	return status;
}

/* ---- stage 1 ---- */

static const char *const cd_names[] = {
	"T0SZ", "TG0",	"IR0",	"OR0",	"SH0",	"EPD0", "ENDI", "T1SZ",	 "TG1",	  "IR1", "OR1",
	"SH1",	"EPD1", "V",	"IPS",	"AFFD", "AA64", "HD",	"HA",	 "S",	  "R",	 "A",
	"ASET", "ASID", "HAD0", "TTB0", "HAD1", "TTB1", "DS",	"MAIR0", "MAIR1",
};

/* Sizes that the tables of this granule have (5.4 T0SZ); others are the model's to judge. */
static bool is_size(unsigned bits, enum smmu_granule granule, bool ds)
{
	return bits > smmu_granule_log2(granule) &&
	       bits <= (granule == SMMU_GRANULE_64K || ds ? 52 : 48);
}

static void set_stage1(struct recover_domain *d, struct recover *r, const struct smmu_cd *cd,
		       const struct smmu_ids *ids)
{
	enum smmu_granule granule[2] = {SMMU_GRANULE_4K, SMMU_GRANULE_4K};
	unsigned bits[2] = {64 - (unsigned)smmu_cd_T0SZ(cd), 64 - (unsigned)smmu_cd_T1SZ(cd)};

	d->used[0] = !smmu_cd_EPD0(cd) && smmu_tg0_granule(&granule[0], smmu_cd_TG0(cd));
	d->used[1] = !smmu_cd_EPD1(cd) && smmu_tg1_granule(&granule[1], smmu_cd_TG1(cd));
	smmu_tg0_granule(&granule[0], smmu_cd_TG0(cd));
	for (unsigned half = 0; half < 2; half++) {
		if (!d->used[half] || is_size(bits[half], granule[half], smmu_cd_ds(cd, ids)))
			continue;
		r->lost[RECOVER_FORMAT]++;
		d->used[half] = false;
	}
	/* Both halves have one size and granule in a description. */
	if (d->used[0] && d->used[1] && (bits[0] != bits[1] || granule[0] != granule[1])) {
		r->lost[RECOVER_HALVES]++;
		d->used[1] = false;
	}
	d->granule = granule[d->used[1] && !d->used[0]];
	d->ia_bits = bits[d->used[1] && !d->used[0]];
	if (!is_size(d->ia_bits, d->granule, smmu_cd_ds(cd, ids)))
		d->ia_bits = 48; /* of a domain without tables: any will do */
	d->oa_bits = smmu_cd_ips_bits(cd, ids);
	d->big_endian = smmu_cd_ENDI(cd);
	d->stall = smmu_cd_S(cd);
	d->is_stall_forced = smmu_IDR0_STALL_MODEL(ids->idr[0]) == STALL_FORCED;
	for (unsigned half = 0; half < 2; half++)
		d->ttb[half] = smmu_cd_ttb(cd, half, ids);
	d->had[0] = smmu_cd_HAD0(cd);
	d->had[1] = smmu_cd_HAD1(cd);
	d->family = smmu_desc_family_a64(d->granule, smmu_cd_ds(cd, ids), d->oa_bits > 48);
}

int recover_stage1(size_t *domain, struct recover *r, size_t smmu, size_t under,
		   const struct smmu_cd *cd, bool needs_own_asid)
{
	struct recover_domain d = {
		.smmu = smmu,
		.under = under,
		.cd = *cd,
		.stage = 1,
		.twin = RECOVER_NONE,
		.tables = {1, 0},
		.beneath = {1, 0},
	};
	const struct smmu_ids *ids = ids_of(r, smmu);
	uint32_t asid = (uint32_t)smmu_cd_ASID(cd);

	smmu_cd_set_ASID(&d.cd, 0);
	/* Devices come in the order of their CDs: the domain is usually a recent one. */
	for (size_t i = r->domains_count; i > 0; i--) {
		struct recover_domain *old = &r->domain[i - 1];

		if (old->stage != 1 || old->smmu != smmu || old->under != under ||
		    memcmp(&old->cd, &d.cd, sizeof(d.cd)) != 0)
			continue;
		if (needs_own_asid && old->has_id && old->id != asid) {
			d.twin = old->twin != RECOVER_NONE ? old->twin : i - 1;
			continue;
		}
		*domain = i - 1;
		if (needs_own_asid) {
			old->id = asid;
			old->has_id = true;
		}
		return 0;
	}
	if (smmu_cd_vmsa(cd, ids) != SMMU_VMSA_64) {
		r->lost[RECOVER_FORMAT]++;
		*domain = RECOVER_NONE;
		return 0;
	}
	set_stage1(&d, r, cd, ids);
	r->lost_cd |=
		recover_other_fields(&smmu_cd_format, cd->word, ids, cd_names, SMMU_LEN(cd_names));
	d.id = needs_own_asid ? asid : 0;
	d.has_id = needs_own_asid;
	return add_domain(domain, r, &d);
}

/* ---- stage 2 ---- */

/* An STE with nothing but its stage 2 fields: what two streams of one domain share. */
static struct smmu_ste stage2_fields(const struct smmu_ste *ste)
{
	struct smmu_ste only = {{0}};

	only.word[2] = ste->word[2];
	only.word[3] = ste->word[3];
	smmu_ste_set_S2FWB(&only, smmu_ste_S2FWB(ste));
	return only;
}

int recover_stage2(size_t *domain, struct recover *r, size_t smmu, const struct smmu_ste *ste)
{
	struct recover_domain d = {
		.smmu = smmu,
		.under = RECOVER_NONE,
		.stage = 2,
		.twin = RECOVER_NONE,
		.ste = stage2_fields(ste),
		.tables = {1, 0},
		.beneath = {1, 0},
	};
	const struct smmu_ids *ids = ids_of(r, smmu);

	for (size_t i = 0; i < r->domains_count; i++) {
		if (r->domain[i].stage != 2 || r->domain[i].smmu != smmu ||
		    memcmp(&r->domain[i].ste, &d.ste, sizeof(d.ste)) != 0)
			continue;
		*domain = i;
		return 0;
	}
	*domain = RECOVER_NONE;
	if (smmu_ste_s2_vmsa(ste, ids) != SMMU_VMSA_64 ||
	    !smmu_tg0_granule(&d.granule, smmu_ste_S2TG(ste)) ||
	    !smmu_ste_s2_start_level(&d.start_level, ste, SMMU_SEC_NS, false, ids)) {
		r->lost[RECOVER_FORMAT]++;
		return 0;
	}
	d.ia_bits = 64 - (unsigned)smmu_ste_S2T0SZ(ste);
	d.oa_bits = smmu_ste_s2ps_bits(ste, ids);
	d.big_endian = smmu_ste_S2ENDI(ste);
	d.stall = smmu_ste_S2S(ste);
	d.is_stall_forced = smmu_IDR0_STALL_MODEL(ids->idr[0]) == STALL_FORCED;
	d.ttb[0] = smmu_ste_s2ttb(ste, ids);
	d.used[0] = true;
	d.family = smmu_desc_family_a64(d.granule, smmu_ste_s2ds(ste, SMMU_SEC_NS, ids),
					d.oa_bits > 48);
	d.id = (uint32_t)smmu_ste_S2VMID(ste);
	d.has_id = true;
	return add_domain(domain, r, &d);
}
