/*
 * Translation tables of any format from sorted maps, with the largest blocks
 * and Contiguous runs that fit.  DDI 0487 D8.2 (geometry, concatenation), D8.3
 * (descriptors), D8.7.1 (Contiguous).
 *
 * One pass: the input address ascends through tables and maps together, so a
 * cursor into the maps never goes back.  Maps that continue each other count
 * as one.  Every entry of a table is written once, leaf tables in place.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"

#define BLOCK 8u /* entries stored at once: a compiler makes vectors of them */

struct walk {
	struct builder *b;
	struct build_area *area;
	const struct build_tt *tt;
	const char *whose;
	/* The range at the cursor: input [start, end), where it goes, its leaf without address. */
	uint64_t start, end, oa;
	struct build_leaf leaf;
	unsigned entry_log2;
	bool at_end;   /* there is no range left */
	size_t cursor; /* the first map after the range */
};

static bool is_alike(const struct walk *w, const struct smmu_sys_map *map)
{
	struct build_leaf leaf = build_tt_leaf(w->tt, map);

	return build_same_leaf(&leaf, &w->leaf);
}

/* The next range: a map, and those after it that continue it. */
static void next_range(struct walk *w)
{
	const struct build_tt *tt = w->tt;
	const struct smmu_sys_map *map;

	w->at_end = w->cursor == tt->maps_count;
	if (w->at_end)
		return;
	map = tt->maps[w->cursor++];
	w->start = map->input.v & tt->ia_mask; /* without the sign extension */
	w->end = w->start + map->size.v;
	w->oa = map->pa.v;
	w->leaf = build_tt_leaf(w->tt, map);
	while (w->cursor < tt->maps_count) {
		map = tt->maps[w->cursor];
		if ((map->input.v & tt->ia_mask) != w->end ||
		    map->pa.v != w->oa + (w->end - w->start) || !is_alike(w, map))
			break;
		w->end += map->size.v;
		w->cursor++;
	}
}

static void store(const struct walk *w, uint8_t *entry, const uint64_t desc[2])
{
	bool big = w->tt->big_endian, wide = w->entry_log2 == 4;

	/* The upper word of a big-endian descriptor comes first. */
	if (big)
		smmu_st64be(entry + (wide ? 8 : 0), desc[0]);
	else
		smmu_st64le(entry, desc[0]);
	if (wide && big)
		smmu_st64be(entry, desc[1]);
	else if (wide)
		smmu_st64le(entry + 8, desc[1]);
}

/* A word whose bytes in memory are those of v in little-endian order. */
static uint64_t little_endian(uint64_t v)
{
	uint64_t word = v;

	if (!SMMU_HOST_IS_LITTLE_ENDIAN)
		smmu_st64le(&word, v);
	return word;
}

/* Entries one after another with the same attributes, the first for output oa. */
static void store_leaves(const struct walk *w, uint8_t *entry, uint64_t count,
			 const struct build_leaf *leaf, uint64_t oa,
			 const struct smmu_desc_level *l)
{
	uint64_t step = smmu_pow2(l->size_log2), desc = leaf->word[0];

	/* Where the address stands in one piece it can be counted up in the descriptor. */
	if (l->high_width == 0 && !w->tt->big_endian && w->entry_log2 == 3) {
		desc = smmu_desc_set_oa(desc, oa, l);
		for (; count >= BLOCK; count -= BLOCK, entry += 8 * BLOCK, desc += BLOCK * step) {
			uint64_t block[BLOCK];

			for (unsigned i = 0; i < BLOCK; i++)
				block[i] = little_endian(desc + i * step);
			memcpy(entry, block, sizeof(block));
		}
		for (; count > 0; count--, entry += 8, desc += step)
			smmu_st64le(entry, desc);
		return;
	}
	for (uint64_t i = 0; i < count; i++, oa += step) {
		uint64_t word[2] = {smmu_desc_set_oa(desc, oa, l), leaf->word[1]};

		store(w, entry + (i << w->entry_log2), word);
	}
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * count entries from input address ia on, leaves of the range at the cursor.
 * A Contiguous run is aligned on both sides and wholly inside the range
 * (D8.7.1); it may go on in the next page of the same table.
 */
static void fill(const struct walk *w, uint8_t *entry, uint64_t count, uint64_t ia,
		 const struct smmu_desc_level *l, int level)
{
	enum smmu_desc_kind kind = level == SMMU_DESC_LEVEL_MAX ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK;
	struct build_leaf desc = w->leaf, runs;
	uint64_t oa = w->oa + (ia - w->start), end = ia + (count << l->size_log2);
	uint64_t first = end, last = end; /* of the runs */

	build_set_kind(&desc, w->tt, kind, level);
	runs = desc;
	build_set_run(&runs, w->tt, true);
	if (w->tt->leaves == SMMU_SYS_LEAVES_LARGEST && build_has_runs(w->tt, level) &&
	    l->contig_log2 > l->size_log2 && smmu_is_aligned_log2(ia ^ oa, l->contig_log2)) {
		uint64_t pad = smmu_ones(l->contig_log2);

		first = smmu_align_down_log2(w->start + pad, l->contig_log2);
		last = smmu_align_down_log2(w->end, l->contig_log2);
		first = least(end, first > ia ? first : ia);
		last = least(end, last > first ? last : first);
	}
	for (unsigned part = 0; part < 3; part++) {
		uint64_t to = part == 0 ? first : part == 1 ? last : end;
		uint64_t n = (to - ia) >> l->size_log2;

		store_leaves(w, entry, n, part == 1 ? &runs : &desc, oa, l);
		entry += n << w->entry_log2;
		oa += to - ia;
		ia = to;
	}
}

/* How many of left entries from ia on are leaves of the range at the cursor; 0: none. */
static uint64_t leaves(const struct walk *w, uint64_t ia, uint64_t left,
		       const struct smmu_desc_level *l, int level)
{
	bool is_last = level == SMMU_DESC_LEVEL_MAX;

	if (!build_has_leaf(w->tt, level) || w->start > ia ||
	    w->end - ia < smmu_pow2(l->size_log2) ||
	    !smmu_is_aligned_log2(w->oa + (ia - w->start), l->size_log2))
		return 0;
	if (!is_last && w->tt->leaves == SMMU_SYS_LEAVES_PAGES)
		return 0;
	return least((w->end - ia) >> l->size_log2, left);
}

static int build_table(uint64_t *address, struct walk *w, int level, uint64_t ia,
		       unsigned entries_log2);

/* One entry that leads to a table. */
static int fill_child(struct walk *w, uint8_t *entry, int level, uint64_t ia,
		      const struct smmu_desc_level *l)
{
	int below = build_tt_below(w->tt, level);
	const struct smmu_desc_level *next = smmu_desc_level(w->tt->family, w->tt->granule, below);
	struct build_leaf desc;
	uint64_t child;
	int status = build_table(&child, w, below, ia, (unsigned)l->size_log2 - next->size_log2);

	if (status)
		return status;
	desc = build_tt_table(w->tt, level, child);
	store(w, entry, desc.word);
	return 0;
}

/* All of entries are written; the first is for input address base. */
static int fill_entries(struct walk *w, uint8_t *entry, int level, uint64_t base, uint64_t entries)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->tt->family, w->tt->granule, level);
	uint64_t i = 0;
	int status = 0;

	while (i < entries && status == 0) {
		uint64_t ia = base + (i << l->size_log2), n = entries - i;

		if (!w->at_end && w->end <= ia) {
			next_range(w);
			continue;
		}
		if (w->at_end || (w->start > ia && (w->start - ia) >> l->size_log2 >= n)) {
			memset(entry + (i << w->entry_log2), 0, (size_t)n << w->entry_log2);
			break;
		}
		if (w->start > ia && (w->start - ia) >> l->size_log2) {
			n = (w->start - ia) >> l->size_log2;
			memset(entry + (i << w->entry_log2), 0, (size_t)n << w->entry_log2);
			i += n;
			continue;
		}
		n = leaves(w, ia, n, l, level);
		if (n > 0)
			fill(w, entry + (i << w->entry_log2), n, ia, l, level);
		else
			status = fill_child(w, entry + (i << w->entry_log2), level, ia, l);
		i += n > 0 ? n : 1;
	}
	return status;
}

/* A leaf table, page by page in the memory where it lies. */
static int fill_in_place(struct walk *w, uint64_t address, int level, uint64_t ia, uint64_t entries)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->tt->family, w->tt->granule, level);

	for (uint64_t done = 0; done < entries;) {
		uint64_t n = least(entries - done, BUILD_PAGE >> w->entry_log2);
		uint8_t *entry = build_page(w->b, w->area, address + (done << w->entry_log2));

		if (!entry)
			return w->b->error;
		fill_entries(w, entry, level, ia + (done << l->size_log2), n);
		done += n;
	}
	return 0;
}

/* A table whose children are built between its entries. */
static int fill_copied(struct walk *w, uint64_t address, int level, uint64_t ia, uint64_t entries)
{
	size_t size = (size_t)entries << w->entry_log2;
	uint8_t *table = malloc(size);
	int status;

	if (!table)
		return build_nomem(w->b);
	status = fill_entries(w, table, level, ia, entries);
	if (status == 0)
		status = build_put(w->b, w->area, address, table, size);
	free(table);
	return status;
}

/* Allocated before its children, so that tables lie in the order of a walk. */
static int build_table(uint64_t *address, struct walk *w, int level, uint64_t ia,
		       unsigned entries_log2)
{
	unsigned size_log2 = entries_log2 + w->entry_log2;
	uint64_t entries = smmu_pow2(entries_log2);
	/* CD.TTB and S2TTB hold bits [55:4]; with 52-bit output a table is 64-byte aligned. */
	int status = build_alloc(address, w->b, w->area, smmu_pow2(size_log2),
				 size_log2 < 6 ? 6 : size_log2, w->whose);

	if (status)
		return status;
	return level == SMMU_DESC_LEVEL_MAX ? fill_in_place(w, *address, level, ia, entries)
					    : fill_copied(w, *address, level, ia, entries);
}

bool build_has_leaf(const struct build_tt *tt, int level)
{
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);
	bool is_last = level == SMMU_DESC_LEVEL_MAX;
	enum smmu_desc_kind kind = is_last ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK;
	unsigned skl = (unsigned)(SMMU_DESC_LEVEL_MAX - level);

	/* Table D8-49: SKL tells the kinds of 128-bit descriptors apart. */
	if (tt->family == SMMU_DESC_D128)
		return skl < SMMU_LEN(l->kind) && l->kind[skl] == kind;
	return l->kind[smmu_desc_type_bits(kind)] == kind;
}

void build_set_kind(struct build_leaf *desc, const struct build_tt *tt, enum smmu_desc_kind kind,
		    int level)
{
	if (tt->family != SMMU_DESC_D128) {
		desc->word[0] = smmu_desc_set_kind(desc->word[0], kind);
		return;
	}
	desc->word[0] = smmu_desc_set_kind(desc->word[0], SMMU_DESC_BLOCK);
	/* I_PJZBK: a Page has no nT, and no address bit in its place either. */
	if (kind == SMMU_DESC_PAGE)
		smmu_s1desc128_set_nT(desc->word, 0);
	smmu_s1desc128_set_SKL(
		desc->word, kind == SMMU_DESC_TABLE ? 0 : (unsigned)(SMMU_DESC_LEVEL_MAX - level));
}

int build_tt_below(const struct build_tt *tt, int level)
{
	int skips = tt->family == SMMU_DESC_D128 ? (int)tt->table_skl : 0;
	int most = SMMU_DESC_LEVEL_MAX - level - 1;

	return level + 1 + (skips < most ? skips : most);
}

struct build_leaf build_tt_table(const struct build_tt *tt, int level, uint64_t address)
{
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);
	struct build_leaf desc = {{0}};

	for (size_t i = 0; tt->table && i < tt->table->count; i++) {
		struct smmu_field field;

		if (build_table_field(&field, tt, tt->table->v[i].name))
			smmu_field_set(&field, desc.word, 0, tt->table->v[i].v);
	}
	build_set_kind(&desc, tt, SMMU_DESC_TABLE, level);
	if (tt->family == SMMU_DESC_D128)
		smmu_s1table128_set_SKL(desc.word,
					(uint64_t)(build_tt_below(tt, level) - level - 1));
	desc.word[0] = smmu_desc_set_nlta(desc.word[0], address, l);
	return desc;
}

void build_set_run(struct build_leaf *desc, const struct build_tt *tt, bool run)
{
	if (tt->family == SMMU_DESC_D128)
		smmu_s1desc128_set_Contiguous(desc->word, run);
	else
		desc->word[0] = smmu_s1desc_set_Contiguous(desc->word[0], run);
}

int build_tt_start(const struct build_tt *tt)
{
	int level = tt->start_most;
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);

	if (tt->family == SMMU_DESC_D128)
		return smmu_d128_start_level(64 - tt->ia_bits, tt->granule, tt->skl);
	while (tt->ia_bits > (unsigned)l->size_log2 + l->stride + tt->concat_log2_max) {
		level--;
		l = smmu_desc_level(tt->family, tt->granule, level);
	}
	return level;
}

bool build_has_runs(const struct build_tt *tt, int level)
{
	/* Table D8-56: DisCH of a Table descriptor is for the table it leads to. */
	if (tt->table_disch && level != build_tt_start(tt))
		return false;
	if (tt->stage == 2)
		return true;
	if (tt->family == SMMU_DESC_D128)
		return !smmu_cd_DisCH0(&tt->cd) || level != build_tt_start(tt);
	return !(tt->features & SMMU_DESC_F_PNCH);
}

/* What Pages take at least: those of maps that no Block fits. */
static uint64_t page_bytes(const struct build_tt *tt)
{
	const struct smmu_desc_level *page =
		smmu_desc_level(tt->family, tt->granule, SMMU_DESC_LEVEL_MAX);
	uint64_t bytes = 0;

	for (size_t i = 0; i < tt->maps_count; i++) {
		const struct smmu_sys_map *map = tt->maps[i];

		if (tt->leaves == SMMU_SYS_LEAVES_PAGES ||
		    !smmu_is_aligned_log2(map->input.v ^ map->pa.v, page[-1].size_log2))
			bytes += map->size.v >> page->size_log2 << page->desc_log2;
	}
	return bytes;
}

int build_tt_build(uint64_t *root, struct builder *b, struct build_area *area,
		   const struct build_tt *tt, const char *whose)
{
	struct walk w = {
		.b = b, .area = area, .tt = tt, .whose = whose, .entry_log2 = build_entry_log2(tt)};
	int level = build_tt_start(tt);
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);

	if (build_check_room(b, area, page_bytes(tt), "the translation tables"))
		return b->error;
	next_range(&w);
	return build_table(root, &w, level, 0, tt->ia_bits - l->size_log2);
}
