/*
 * Table descriptors: what all of a domain's have alike, which a description says
 * once.  DDI 0487 D8.2.8, D8.3.
 */
#include <string.h>

#include "compile/recover_priv.h"

void recover_initial(int *level, unsigned *entries_log2, struct recover_domain *d, unsigned half)
{
	if (d->format == SMMU_SYS_D128 && d->stage == 1)
		d->tt.skl = (unsigned)(half ? smmu_cd_SKL1(&d->cd) : smmu_cd_SKL0(&d->cd));
	*level = d->stage == 2 ? d->start_level : build_tt_start(&d->tt);
	*entries_log2 = d->ia_bits - smmu_desc_level(d->family, d->granule, *level)->size_log2;
}

void recover_load(uint64_t desc[2], const struct recover_domain *d, const uint8_t *bytes)
{
	bool wide = d->family == SMMU_DESC_D128, big = d->big_endian;
	uint64_t first = big ? smmu_ld64be(bytes) : smmu_ld64le(bytes);

	desc[0] = first;
	desc[1] = 0;
	if (!wide)
		return;
	/* The upper word of a big-endian descriptor comes first. */
	desc[big ? 0 : 1] = big ? smmu_ld64be(bytes + 8) : smmu_ld64le(bytes + 8);
	desc[big ? 1 : 0] = first;
}

enum smmu_desc_kind recover_kind(const struct recover_domain *d, const uint64_t desc[2],
				 const struct smmu_desc_level *l)
{
	return d->family == SMMU_DESC_D128 ? smmu_desc128_kind(desc[0], desc[1], l)
					   : smmu_desc_kind(desc[0], l);
}

static unsigned skips(const struct recover_domain *d, const uint64_t desc[2])
{
	return d->family == SMMU_DESC_D128 ? (unsigned)smmu_s1table128_SKL(desc) : 0;
}

struct recover_below recover_below(const struct recover_domain *d, const uint64_t desc[2],
				   int level)
{
	const struct smmu_desc_level *l = smmu_desc_level(d->family, d->granule, level), *below;
	struct recover_below found = {.level = level + 1 + (int)skips(d, desc)};

	below = smmu_desc_level(d->family, d->granule, found.level);
	found.entries_log2 = (unsigned)l->size_log2 - below->size_log2;
	found.table = smmu_align_down_log2(smmu_desc_nlta(desc[0], l),
					   found.entries_log2 + below->desc_log2);
	return found;
}

/* ---- what they have alike ---- */

struct scan {
	struct recover *r;
	struct recover_domain *d;
	uint64_t budget; /* of descriptors looked at */
	struct smmu_desc_format format;
	struct build_leaf alike; /* the fields of the first one */
	unsigned skl, skl_least;
	bool skl_known, any, is_mixed;
};

/* A descriptor with nothing but the fields that can be told. */
static struct build_leaf bare(const struct scan *s, const uint64_t desc[2])
{
	struct build_leaf bare = {{0}};

	for (size_t i = 0; i < s->format.format.fields_count; i++) {
		const struct smmu_field *field = &s->format.format.fields[i];

		if (!build_leaf_decides(field->name))
			smmu_field_set(field, bare.word, 0, smmu_field_get(field, desc, 0));
	}
	return bare;
}

/* One that skips all levels there are says how many at least, any other one how many. */
static void note(struct scan *s, const uint64_t desc[2], int level)
{
	struct build_leaf found = bare(s, desc);
	unsigned skl = skips(s->d, desc), most = (unsigned)(SMMU_DESC_LEVEL_MAX - level - 1);

	if (!s->any)
		s->alike = found;
	s->any = true;
	if (!build_same_leaf(&found, &s->alike))
		s->is_mixed = true;
	if (skl == most && skl > s->skl_least)
		s->skl_least = skl;
	if (skl == most)
		return;
	if (s->skl_known && skl != s->skl)
		s->is_mixed = true;
	s->skl_known = true;
	s->skl = skl;
}

static void scan_table(struct scan *s, uint64_t table, int level, uint64_t entries)
{
	const struct smmu_desc_level *l = smmu_desc_level(s->d->family, s->d->granule, level);
	size_t each = (size_t)1 << l->desc_log2, left = 0;
	const uint8_t *bytes = NULL;

	for (uint64_t i = 0; level < SMMU_DESC_LEVEL_MAX && i < entries && !s->is_mixed; i++) {
		uint64_t desc[2];

		if (left < each) {
			left = (size_t)(entries - i) << l->desc_log2;
			bytes = recover_read(&left, s->r, s->d->under, table + (i << l->desc_log2));
		}
		if (!bytes)
			return;
		recover_load(desc, s->d, bytes);
		bytes += each;
		left -= each;
		s->is_mixed = s->budget-- == 0;
		if (recover_kind(s->d, desc, l) == SMMU_DESC_TABLE) {
			struct recover_below below = recover_below(s->d, desc, level);

			note(s, desc, level);
			scan_table(s, below.table, below.level, smmu_pow2(below.entries_log2));
		}
	}
}

/* Takes from the Table descriptors what they take away from leaves; false: nothing. */
static bool drop_limits(struct scan *s)
{
	static const char *const names[] = {"APTable", "UXNTable", "PXNTable", "NSTable"};
	bool any = false;

	for (size_t i = 0; i < SMMU_LEN(names); i++) {
		const struct smmu_field *field = smmu_format_field(&s->format.format, names[i]);

		if (!field || !smmu_field_get(field, s->alike.word, 0))
			continue;
		any = true;
		smmu_field_set(field, s->alike.word, 0, 0);
	}
	return any;
}

void recover_table_descriptors(struct recover *r, struct recover_domain *d)
{
	struct scan s = {.r = r, .d = d, .budget = r->budget};
	unsigned entries_log2;
	bool in_start;
	int level;

	if (!build_leaf_format(&s.format, &d->tt, SMMU_DESC_TABLE))
		return;
	for (unsigned half = 0; half < 2; half++)
		if (d->used[half]) {
			recover_initial(&level, &entries_log2, d, half);
			scan_table(&s, d->ttb[half], level, smmu_pow2(entries_log2));
		}
	d->has_tables = s.any;
	if (!s.skl_known)
		s.skl = s.skl_least;
	if (!s.any || s.is_mixed || s.skl < s.skl_least)
		return;
	/*
	 * Where a build could put a leaf into the initial table there would be no
	 * Table descriptor above it: the leaves have to say what they lack.
	 */
	in_start = build_has_leaf(&d->tt, build_tt_start(&d->tt));
	d->limits_in_table = !(in_start && drop_limits(&s));
	d->table = s.alike;
	d->tt.table_skl = s.skl;
	d->tt.table_disch =
		d->family == SMMU_DESC_D128 && d->stage == 1 && smmu_s1table128_DisCH(s.alike.word);
}

void recover_emit_table(struct smmu_emit *emit, const struct recover_domain *d)
{
	struct smmu_desc_format format;
	bool any = d->tt.table_skl > 0;

	if (!build_leaf_format(&format, &d->tt, SMMU_DESC_TABLE) ||
	    (!any && !d->table.word[0] && !d->table.word[1]))
		return;
	smmu_emit_object(emit, "table-descriptor");
	for (size_t i = 0; i < format.format.fields_count; i++) {
		const struct smmu_field *field = &format.format.fields[i];
		uint64_t value = smmu_field_get(field, d->table.word, 0);

		if (value)
			smmu_emit_uint(emit, field->name, value);
	}
	if (any)
		smmu_emit_uint(emit, "SKL", d->tt.table_skl);
	smmu_emit_end(emit);
}
