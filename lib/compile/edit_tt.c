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

static bool is_wide(const struct edit_range *r)
{
	return r->tt->family == SMMU_DESC_D128;
}

static enum smmu_desc_kind kind_of(const struct edit_range *r, const struct build_leaf *desc,
				   const struct smmu_desc_level *l)
{
	return is_wide(r) ? smmu_desc128_kind(desc->word[0], desc->word[1], l)
			  : smmu_desc_kind(desc->word[0], l);
}

static bool is_run(const struct edit_range *r, const struct build_leaf *desc)
{
	return is_wide(r) ? smmu_s1desc128_Contiguous(desc->word)
			  : smmu_s1desc_Contiguous(desc->word[0]);
}

/* Where entry i of a table is. */
static uint64_t entry_at(const struct edit_range *r, uint64_t table, uint64_t i)
{
	return table + (i << build_entry_log2(r->tt));
}

/* The upper word of a big-endian descriptor comes first. */
static uint8_t *word_at(const struct edit_range *r, uint8_t *entry, unsigned word)
{
	return entry + 8 * (is_wide(r) && r->tt->big_endian ? 1 - word : word);
}

static int load(struct build_leaf *desc, const struct edit_range *r, uint64_t at)
{
	uint8_t *entry = build_page(r->b, r->area, at);

	*desc = (struct build_leaf){{0}};
	if (!entry)
		return r->b->error;
	for (unsigned i = 0; i < (is_wide(r) ? 2u : 1u); i++) {
		desc->word[i] = smmu_ld64le(word_at(r, entry, i));
		if (r->tt->big_endian)
			desc->word[i] = smmu_swap64(desc->word[i]);
	}
	return 0;
}

static int store(const struct edit_range *r, uint64_t at, const struct build_leaf *desc)
{
	uint8_t *entry = build_page(r->b, r->area, at);

	if (!entry)
		return r->b->error;
	for (unsigned i = 0; i < (is_wide(r) ? 2u : 1u); i++)
		smmu_st64le(word_at(r, entry, i),
			    r->tt->big_endian ? smmu_swap64(desc->word[i]) : desc->word[i]);
	return 0;
}

/* The same descriptor for another output address, as a leaf of that level. */
static struct build_leaf leaf_at(const struct edit_range *r, const struct build_leaf *desc,
				 uint64_t oa, int level)
{
	struct build_leaf leaf = *desc;

	leaf.word[0] = smmu_desc_set_oa(leaf.word[0], oa, level_of(r, level));
	build_set_kind(&leaf, r->tt, leaf_kind(level), level);
	return leaf;
}

static uint64_t nlta_of(const struct build_leaf *desc, const struct smmu_desc_level *l)
{
	return smmu_desc_nlta(desc->word[0], l);
}

/* The level of the table that a Table descriptor leads to. */
static int level_below(const struct edit_range *r, const struct build_leaf *desc, int level)
{
	return level + 1 + (is_wide(r) ? (int)smmu_s1table128_SKL(desc->word) : 0);
}

/* log2 of the entries of a table of level below under an entry of level. */
static unsigned entries_log2(const struct edit_range *r, int level, int below)
{
	return (unsigned)level_of(r, level)->size_log2 - level_of(r, below)->size_log2;
}

static unsigned table_log2(const struct edit_range *r, int level, int below)
{
	return entries_log2(r, level, below) + build_entry_log2(r->tt);
}

static int new_table(uint64_t *table, const struct edit_range *r, unsigned align_log2)
{
	struct edit_pool *pool = r->pool;

	for (size_t i = pool->count; i-- > 0;) {
		if (pool->v[i].area != r->area || pool->v[i].size_log2 != align_log2)
			continue;
		*table = pool->v[i].address;
		pool->v[i] = pool->v[--pool->count];
		return 0;
	}
	return build_alloc(table, r->b, r->area, smmu_pow2(align_log2), align_log2,
			   "a translation table");
}

/* A table of level under an entry of level above, and those below it, lead nowhere any more. */
static int drop_table(const struct edit_range *r, uint64_t table, int above, int level)
{
	const struct smmu_desc_level *l = level_of(r, level);
	uint64_t entries = smmu_pow2(entries_log2(r, above, level));
	struct edit_pool *pool = r->pool;
	int status = 0;

	for (uint64_t i = 0; level < SMMU_DESC_LEVEL_MAX && i < entries; i++) {
		struct build_leaf desc;

		status = load(&desc, r, entry_at(r, table, i));
		if (!status && kind_of(r, &desc, l) == SMMU_DESC_TABLE)
			status = drop_table(r, nlta_of(&desc, l), level,
					    level_below(r, &desc, level));
		if (status)
			return status;
	}
	if (smmu_array_reserve(&pool->v, &pool->capacity, pool->count, sizeof(*pool->v)))
		return build_nomem(r->b);
	pool->v[pool->count++] =
		(struct edit_table){r->area, table, (uint8_t)table_log2(r, above, level)};
	return 0;
}

/* A Block as a table of leaves that say the same. */
static int split(uint64_t *table, const struct edit_range *r, const struct build_leaf *desc,
		 int level)
{
	int below = build_tt_below(r->tt, level);
	const struct smmu_desc_level *l = level_of(r, level), *next = level_of(r, below);
	uint64_t oa = smmu_desc_oa(desc->word[0], l);
	struct build_leaf bare = *desc;
	int status = new_table(table, r, table_log2(r, level, below));

	bare.word[0] = smmu_desc_set_oa(bare.word[0], 0, l);
	for (uint64_t i = 0; status == 0 && i < smmu_pow2(entries_log2(r, level, below)); i++) {
		struct build_leaf leaf = leaf_at(r, &bare, oa + (i << next->size_log2), below);

		status = store(r, entry_at(r, *table, i), &leaf);
	}
	return status;
}

/* D8.7.1: all entries of a run have the bit or none. */
static int break_run(const struct edit_range *r, uint64_t at, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);
	uint64_t before = smmu_bits(ia, 0, l->contig_log2) >> l->size_log2;
	uint64_t count = smmu_pow2(l->contig_log2 - l->size_log2);
	uint64_t first = at - (before << build_entry_log2(r->tt));
	struct build_leaf desc;
	int status = load(&desc, r, at);

	if (status || kind_of(r, &desc, l) != leaf_kind(level) || !build_has_runs(r->tt, level) ||
	    !is_run(r, &desc))
		return status;
	for (uint64_t i = 0; status == 0 && i < count; i++) {
		status = load(&desc, r, entry_at(r, first, i));
		build_set_run(&desc, r->tt, false);
		if (!status)
			status = store(r, entry_at(r, first, i), &desc);
	}
	return status;
}

/* Whether the whole entry at ia can be a leaf of the range. */
static bool fits_leaf(const struct edit_range *r, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);

	if (level < SMMU_DESC_LEVEL_MAX && r->tt->leaves == SMMU_SYS_LEAVES_PAGES)
		return false;
	return build_has_leaf(r->tt, level) &&
	       smmu_is_aligned_log2(r->oa + (ia - r->start), l->size_log2);
}

static int edit_table(const struct edit_range *r, uint64_t table, int level, uint64_t base,
		      uint64_t entries);

/* An entry that is changed in part, or by the table it is to lead to. */
static int edit_below(const struct edit_range *r, uint64_t at, int level, uint64_t ia,
		      const struct build_leaf *desc)
{
	const struct smmu_desc_level *l = level_of(r, level);
	enum smmu_desc_kind kind = kind_of(r, desc, l);
	int below = kind == SMMU_DESC_TABLE ? level_below(r, desc, level)
					    : build_tt_below(r->tt, level);
	struct build_leaf table;
	uint64_t child;
	int status = 0;

	if (kind != SMMU_DESC_TABLE && kind != SMMU_DESC_BLOCK && !r->maps)
		return 0;
	if (kind == SMMU_DESC_TABLE)
		child = nlta_of(desc, l);
	else if (kind == SMMU_DESC_BLOCK)
		status = split(&child, r, desc, level);
	else if ((status = new_table(&child, r, table_log2(r, level, below))) == 0)
		status = build_clear(r->b, r->area, child, smmu_pow2(table_log2(r, level, below)));
	if (status == 0)
		status = edit_table(r, child, below, ia, smmu_pow2(entries_log2(r, level, below)));
	if (status || kind == SMMU_DESC_TABLE)
		return status;
	/* Written last: a walk finds the old entry or the finished table. */
	table = build_tt_table(r->tt, level, child);
	return store(r, at, &table);
}

static int edit_entry(const struct edit_range *r, uint64_t at, int level, uint64_t ia)
{
	const struct smmu_desc_level *l = level_of(r, level);
	bool whole = r->start <= ia && r->end - ia >= smmu_pow2(l->size_log2);
	struct build_leaf desc, leaf = {{0}};
	int status = break_run(r, at, level, ia);

	if (!status)
		status = load(&desc, r, at);
	if (status)
		return status;
	if (!whole || (r->maps && !fits_leaf(r, level, ia)))
		return edit_below(r, at, level, ia, &desc);
	if (r->maps)
		leaf = leaf_at(r, &r->leaf, r->oa + (ia - r->start), level);
	status = store(r, at, &leaf);
	if (!status && kind_of(r, &desc, l) == SMMU_DESC_TABLE)
		status = drop_table(r, nlta_of(&desc, l), level, level_below(r, &desc, level));
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
		status = edit_entry(r, entry_at(r, table, i), level, ia);
	}
	return status;
}

int edit_tt(const struct edit_range *range, uint64_t root)
{
	int level = build_tt_start(range->tt);
	const struct smmu_desc_level *l = level_of(range, level);

	return edit_table(range, root, level, 0, smmu_pow2(range->tt->ia_bits - l->size_log2));
}
