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

static bool is_pie(const char *name)
{
	return !strcmp(name, "PIE") || !strcmp(name, "S2PIE") || !strcmp(name, "S2POE");
}

static bool is_stage2_field(const char *name)
{
	return smmu_sys_is_ste_field(name) && smmu_sys_is_stage2_field(name);
}

/* The domain as a description has it, for what a build makes of it. */
static struct smmu_sys_domain plain_of(const struct recover_domain *d)
{
	struct smmu_sys_fields fields = {{1, 1}, d->fields.v, d->fields.count};
	struct smmu_sys_domain plain = {
		.stage.v = d->stage, .granule.v = d->granule, .format.v = d->format};

	if (d->stage == 1)
		plain.cd = fields;
	else
		plain.ste = fields;
	return plain;
}

/*
 * Fields that a key stands for nowhere.  The first ones decide what a build
 * gives the others: whether permissions are indirect, whether there are overlays.
 */
static int find_fields(struct recover *r, struct recover_domain *d, const struct smmu_ids *ids)
{
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd;
	struct smmu_sys_domain plain = plain_of(d);
	struct smmu_when_ctx ctx = {.word = d->stage == 1 ? d->cd.word : d->ste.word,
				    .ids = ids,
				    .d128 = smmu_IDR5_D128(ids->idr[5])};
	int status;

	if (d->stage == 1) {
		build_cd_base(&cd, &plain);
		status = recover_add_fields(&d->fields, &smmu_cd_format, &ctx, cd.word, is_pie,
					    r->diag);
		plain = plain_of(d);
		build_cd_base(&cd, &plain);
		return status ? status
			      : recover_add_fields(&d->fields, &smmu_cd_format, &ctx, cd.word,
						   smmu_sys_is_cd_field, r->diag);
	}
	build_stage2_base(&ste, &plain);
	status = recover_add_fields(&d->fields, &smmu_ste_format, &ctx, ste.word, is_pie, r->diag);
	plain = plain_of(d);
	build_stage2_base(&ste, &plain);
	return status ? status
		      : recover_add_fields(&d->fields, &smmu_ste_format, &ctx, ste.word,
					   is_stage2_field, r->diag);
}

static uint64_t s2pii_of(const struct recover *r, size_t smmu)
{
	return smmu_model_reg(r->machine->smmu[smmu].model, SMMU_REG_S2PII);
}

/* Adds d and walks its tables. */
static int add_domain(size_t *domain, struct recover *r, const struct recover_domain *d)
{
	const struct smmu_ids *ids = ids_of(r, d->smmu);
	struct recover_domain *new;
	struct smmu_sys_domain plain;
	int status;

	if (recover_grow(&r->domain, &r->domains_capacity, r->domains_count, sizeof(*r->domain),
			 r->diag))
		return SMMU_E_NOMEM;
	*domain = r->domains_count++;
	r->domain[*domain] = *d;
	if (d->twin != RECOVER_NONE)
		r->domain[d->twin].has_twins = true;
	r->domain[*domain].same = *domain;
	new = &r->domain[*domain];
	status = find_fields(r, new, ids);
	if (status)
		return status;
	plain = plain_of(new);
	new->ia_given = d->ia_bits != build_input_bits(&plain, ids);
	plain.input_bits.v = new->ia_given ? d->ia_bits : 0;
	new->oa_given = d->oa_bits != build_output_bits(&plain, ids);
	plain.input_bits = (struct smmu_sys_u64){d->ia_bits, {1, 1}};
	plain.output_bits = (struct smmu_sys_u64){d->oa_bits, {1, 1}};
	new->tt = build_tt_of(&plain, ids, s2pii_of(r, d->smmu));
	new->tt.family = d->family;
	new->tt.table = NULL;
	status = recover_tables(r, *domain);
	if (r->domain[*domain].tables.low <= r->domain[*domain].tables.high) {
		const struct recover_extent *own = &r->domain[*domain].tables;

		recover_extend(recover_extent_of(r, d->smmu, d->under), own->low,
			       own->high - own->low);
	}
	return status;
}

/* ---- stage 1 ---- */

/* Sizes that the tables of this granule have (5.4 T0SZ); others are the model's to judge. */
static bool is_size(const struct recover_domain *d, unsigned bits, enum smmu_granule granule,
		    bool ds)
{
	if (d->format == SMMU_SYS_D128)
		return bits > smmu_granule_log2(granule) && bits <= 56;
	return bits > smmu_granule_log2(granule) &&
	       bits <= (granule == SMMU_GRANULE_64K || ds ? 52 : 48);
}

static enum smmu_sys_tt_format format_of(enum smmu_vmsa vmsa)
{
	return vmsa == SMMU_VMSA_LPAE  ? SMMU_SYS_LPAE
	       : vmsa == SMMU_VMSA_128 ? SMMU_SYS_D128
				       : SMMU_SYS_VMSA64;
}

static enum smmu_desc_family family_of(const struct recover_domain *d, bool ds)
{
	if (d->format == SMMU_SYS_LPAE)
		return SMMU_DESC_LPAE;
	if (d->format == SMMU_SYS_D128)
		return SMMU_DESC_D128;
	return smmu_desc_family_a64(d->granule, ds, d->oa_bits > 48);
}

/* G5.5: a description has the lowest addresses by TTB0, and as many of the highest by TTB1. */
static void set_halves32(struct recover_domain *d, struct recover *r, const struct smmu_cd *cd)
{
	uint64_t t0sz = smmu_cd_T0SZ(cd), t1sz = smmu_cd_T1SZ(cd);

	/* 5.4 T0SZ: bits [5:3] are IGNORED. */
	t0sz = smmu_bits(t0sz, 0, 3);
	t1sz = smmu_bits(t1sz, 0, 3);
	d->used[0] = !smmu_cd_EPD0(cd);
	d->granule = SMMU_GRANULE_4K;
	d->used[1] = !smmu_cd_EPD1(cd) && t1sz && (t0sz == t1sz || !d->used[0]);
	d->ia_bits = 32 - (unsigned)(d->used[1] ? t1sz : t0sz);
	if (!smmu_cd_EPD1(cd) && !d->used[1] && (t0sz || t1sz))
		r->lost[RECOVER_HALVES]++;
}

static void set_halves(struct recover_domain *d, struct recover *r, const struct smmu_cd *cd,
		       const struct smmu_ids *ids)
{
	enum smmu_granule granule[2] = {SMMU_GRANULE_4K, SMMU_GRANULE_4K};
	unsigned bits[2] = {64 - (unsigned)smmu_cd_T0SZ(cd), 64 - (unsigned)smmu_cd_T1SZ(cd)};

	d->used[0] = !smmu_cd_EPD0(cd) && smmu_tg0_granule(&granule[0], smmu_cd_TG0(cd));
	d->used[1] = !smmu_cd_EPD1(cd) && smmu_tg1_granule(&granule[1], smmu_cd_TG1(cd));
	smmu_tg0_granule(&granule[0], smmu_cd_TG0(cd));
	for (unsigned half = 0; half < 2; half++) {
		if (!d->used[half] || is_size(d, bits[half], granule[half], smmu_cd_ds(cd, ids)))
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
	if (!is_size(d, d->ia_bits, d->granule, smmu_cd_ds(cd, ids)))
		d->ia_bits = 48; /* of a domain without tables: any will do */
}

static void set_stage1(struct recover_domain *d, struct recover *r, const struct smmu_cd *cd,
		       const struct smmu_ids *ids)
{
	d->format = format_of(smmu_cd_vmsa(cd, ids));
	if (d->format == SMMU_SYS_LPAE)
		set_halves32(d, r, cd);
	else
		set_halves(d, r, cd, ids);
	d->oa_bits = smmu_cd_ips_bits(cd, ids);
	d->big_endian = smmu_cd_ENDI(cd);
	d->stall = smmu_cd_S(cd);
	d->is_stall_forced = smmu_IDR0_STALL_MODEL(ids->idr[0]) == STALL_FORCED;
	for (unsigned half = 0; half < 2; half++)
		d->ttb[half] = smmu_cd_ttb(cd, half, ids);
	d->had[0] = smmu_cd_HAD0(cd);
	d->had[1] = smmu_cd_HAD1(cd);
	d->family = family_of(d, smmu_cd_ds(cd, ids));
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
	set_stage1(&d, r, cd, ids);
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
	smmu_ste_set_V(&only, 1);
	smmu_ste_set_Config(&only, SMMU_STE_CONFIG_S2);
	for (size_t f = 0; f < smmu_ste_format.fields_count; f++) {
		const struct smmu_field *field = &smmu_ste_format.fields[f];
		unsigned elements = field->array_count ? field->array_count : 1;

		for (unsigned i = 0; smmu_sys_is_stage2_field(field->name) && i < elements; i++)
			smmu_field_set(field, only.word, i, smmu_field_get(field, ste->word, i));
	}
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
	d.format = format_of(smmu_ste_s2_vmsa(ste, ids));
	if ((d.format != SMMU_SYS_LPAE && !smmu_tg0_granule(&d.granule, smmu_ste_S2TG(ste))) ||
	    !smmu_ste_s2_start_level(&d.start_level, ste, SMMU_SEC_NS, false, ids)) {
		r->lost[RECOVER_FORMAT]++;
		return 0;
	}
	d.ia_bits = d.format == SMMU_SYS_LPAE
			    ? 32 - (unsigned)smmu_sign_extend(smmu_ste_S2T0SZ(ste), 4)
			    : 64 - (unsigned)smmu_ste_S2T0SZ(ste);
	d.oa_bits = smmu_ste_s2ps_bits(ste, ids);
	d.big_endian = smmu_ste_S2ENDI(ste);
	d.stall = smmu_ste_S2S(ste);
	d.is_stall_forced = smmu_IDR0_STALL_MODEL(ids->idr[0]) == STALL_FORCED;
	d.ttb[0] = smmu_ste_s2ttb(ste, ids);
	d.used[0] = true;
	d.family = family_of(&d, smmu_ste_s2ds(ste, SMMU_SEC_NS, ids));
	d.id = (uint32_t)smmu_ste_S2VMID(ste);
	d.has_id = true;
	return add_domain(domain, r, &d);
}
