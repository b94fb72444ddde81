/* One translation table changed in place.  DDI 0487 D8.2, D8.3, D8.7.1. */
#include <stdlib.h>

#include "base/array.h"
#include "compile/edit_priv.h"

static const struct smmu_desc_level *level_of(const struct edit_range *r, int level)
{
	return smmu_desc_level(r->tt->family, r->tt->granule, level);
}

static enum smmu_desc_kind leaf_kind(int level)
{
	return level == SMMU_DESC_LEVEL_MAX ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK;
}

static int load(uint64_t *desc, const struct edit_range *r, uint64_t at)
{
	const uint8_t *entry = build_page(r->b, r->area, at);

	*desc = 0;
	if (!entry)
		return r->b->error;
	*desc = smmu_ld64le(entry);
	if (r->tt->big_endian)
		*desc = smmu_swap64(*desc);
	return 0;
}

static int store(const struct edit_range *r, uint64_t at, uint64_t desc)
{
	uint8_t *entry = build_page(r->b, r->area, at);

	if (!entry)
		return r->b->error;
	smmu_st64le(entry, r->tt->big_endian ? smmu_swap64(desc) : desc);
	return 0;
}

/* All tables that are not initial are as large as the granule. */
static uint64_t table_size(const struct edit_range *r)
{
	return smmu_pow2(smmu_granule_log2(r->tt->granule));
}

static int new_table(uint64_t *table, const struct edit_range *r)
{
	struct edit_pool *pool = r->pool;
	unsigned align_log2 = smmu_granule_log2(r->tt->granule);

	for (size_t i = pool->count; i-- > 0;) {
		if (pool->v[i].area != r->area || pool->v[i].size_log2 != align_log2)
			continue;
		*table = pool->v[i].address;
		pool->v[i] = pool->v[--pool->count];
		return 0;
	}
	return build_alloc(table, r->b, r->area, table_size(r), align_log2, "a translation table");
}

/* A table and those below it lead nowhere any more. */
static int drop_table(const struct edit_range *r, uint64_t table, int level)
{
	const struct smmu_desc_level *l = level_of(r, level);
	struct edit_pool *pool = r->pool;
	int status = 0;

	for (uint64_t i = 0; level < SMMU_DESC_LEVEL_MAX && i < smmu_pow2(l->stride); i++) {
		uint64_t desc;

		status = load(&desc, r, table + 8 * i);
		if (!status && smmu_desc_kind(desc, l) == SMMU_DESC_TABLE)
			status = drop_table(r, smmu_desc_nlta(desc, l), level + 1);
		if (status)
			return status;
	}
	if (smmu_array_reserve(&pool->v, &pool->capacity, pool->count, sizeof(*pool->v)))
		return build_nomem(r->b);
	pool->v[pool->count++] =
		(struct edit_table){r->area, table, (uint8_t)smmu_granule_log2(r->tt->granule)};
	return 0;
}

/* A Block as a table of leaves that say the same. */
static int split(uint64_t *table, const struct edit_range *r, uint64_t desc, int level)
{
	const struct smmu_desc_level *l = level_of(r, level), *next = level_of(r, level + 1);
	uint64_t oa = smmu_desc_oa(desc, l);
	uint64_t leaf = smmu_desc_set_kind(smmu_desc_set_oa(desc, 0, l), leaf_kind(level + 1));
	int status = new_table(table, r);

	for (uint64_t i = 0; status == 0 && i < smmu_pow2(next->stride); i++)
		status = store(r, *table + 8 * i,
			       smmu_desc_set_oa(leaf, oa + (i << next->size_log2), next));
	return status;
}

/* D8.7.1: all entries of a run have the bit or none. */
static int break_run(const struct edit_range *r, uint64_t at, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);
	uint64_t before = smmu_bits(ia, 0, l->contig_log2) >> l->size_log2;
	uint64_t count = smmu_pow2(l->contig_log2 - l->size_log2), desc;
	int status = load(&desc, r, at);

	if (status || smmu_desc_kind(desc, l) != leaf_kind(level) || !smmu_s1desc_Contiguous(desc))
		return status;
	for (uint64_t i = 0; status == 0 && i < count; i++) {
		uint64_t entry = at - 8 * before + 8 * i;

		status = load(&desc, r, entry);
		if (!status)
			status = store(r, entry, smmu_s1desc_set_Contiguous(desc, 0));
	}
	return status;
}

/* Whether the whole entry at ia can be a leaf of the range. */
static bool fits_leaf(const struct edit_range *r, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);
	enum smmu_desc_kind kind = leaf_kind(level);

	if (level < SMMU_DESC_LEVEL_MAX && r->tt->leaves == SMMU_SYS_LEAVES_PAGES)
		return false;
	return l->kind[smmu_desc_type_bits(kind)] == kind &&
	       smmu_is_aligned_log2(r->oa + (ia - r->start), l->size_log2);
}

static int edit_table(const struct edit_range *r, uint64_t table, int level, uint64_t base,
		      uint64_t entries);

/* An entry that is changed in part, or by the table it is to lead to. */
static int edit_below(const struct edit_range *r, uint64_t at, int level, uint64_t ia,
		      uint64_t desc)
{
	const struct smmu_desc_level *l = level_of(r, level), *next = level_of(r, level + 1);
	enum smmu_desc_kind kind = smmu_desc_kind(desc, l);
	uint64_t child;
	int status = 0;

	if (kind != SMMU_DESC_TABLE && kind != SMMU_DESC_BLOCK && !r->leaf)
		return 0;
	if (kind == SMMU_DESC_TABLE)
		child = smmu_desc_nlta(desc, l);
	else if (kind == SMMU_DESC_BLOCK)
		status = split(&child, r, desc, level);
	else if ((status = new_table(&child, r)) == 0)
		status = build_clear(r->b, r->area, child, table_size(r));
	if (status == 0)
		status = edit_table(r, child, level + 1, ia, smmu_pow2(next->stride));
	if (status || kind == SMMU_DESC_TABLE)
		return status;
	/* Written last: a walk finds the old entry or the finished table. */
	return store(r, at, smmu_desc_set_nlta(smmu_desc_type_bits(SMMU_DESC_TABLE), child, l));
}

static int edit_entry(const struct edit_range *r, uint64_t at, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);
	bool whole = r->start <= ia && r->end - ia >= smmu_pow2(l->size_log2);
	uint64_t desc, leaf = 0;
	int status = break_run(r, at, level, ia);

	if (!status)
		status = load(&desc, r, at);
	if (status)
		return status;
	if (!whole || (r->leaf && !fits_leaf(r, level, ia)))
		return edit_below(r, at, level, ia, desc);
	if (r->leaf)
		leaf = smmu_desc_set_kind(smmu_desc_set_oa(r->leaf, r->oa + (ia - r->start), l),
					  leaf_kind(level));
	status = store(r, at, leaf);
	if (!status && smmu_desc_kind(desc, l) == SMMU_DESC_TABLE)
		status = drop_table(r, smmu_desc_nlta(desc, l), level + 1);
	return status;
}

/* The entries of one table that the range concerns; its first is for input address base. */
static int edit_table(const struct edit_range *r, uint64_t table, int level, uint64_t base,
		      uint64_t entries)
{
	const struct smmu_desc_level *l = level_of(r, level);
	uint64_t first = r->start > base ? (r->start - base) >> l->size_log2 : 0;
	int status = 0;

	for (uint64_t i = first; status == 0 && i < entries; i++) {
		uint64_t ia = base + (i << l->size_log2);

		if (ia >= r->end)
			break;
		status = edit_entry(r, table + 8 * i, level, ia);
	}
	return status;
}

int edit_tt(const struct edit_range *range, uint64_t root)
{
	int level = build_tt_start(range->tt);
	const struct smmu_desc_level *l = level_of(range, level);

	return edit_table(range, root, level, 0, smmu_pow2(range->tt->ia_bits - l->size_log2));
}
