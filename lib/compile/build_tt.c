/*
 * Translation tables of VMSAv8-64 from sorted maps, with the largest blocks
 * and Contiguous runs that fit.  DDI 0487 D8.2 (geometry, concatenation), D8.3
 * (descriptors), D8.7.1 (Contiguous).
 *
 * One pass: the input address ascends through tables and maps together, so a
 * cursor into the maps never goes back.
 */
#include <stdlib.h>

#include "compile/build_priv.h"

#define CONCAT_LOG2_MAX 4 /* DDI 0487 D8.2.2: up to 16 tables */

struct walk {
	struct builder *b;
	struct build_area *area;
	const struct build_tt *tt;
	const char *whose;
	size_t cursor; /* the first map that ends beyond the current input address */
};

/* Input address without the sign extension. */
static uint64_t map_start(const struct walk *w, const struct smmu_sys_map *map)
{
	return map->input.v & w->tt->ia_mask;
}

/* MAIR index and stage 2 MemAttr of a memory type (DDI 0487 D8.6; build_domain.c sets MAIR). */
static uint64_t memory_of(unsigned stage, uint64_t memory)
{
	static const uint8_t index[] = {
		[SMMU_MEMTYPE_NONE] = 0,	 [SMMU_MEMTYPE_NORMAL_WB] = 0,
		[SMMU_MEMTYPE_NORMAL_WT] = 1,	 [SMMU_MEMTYPE_NORMAL_NC] = 2,
		[SMMU_MEMTYPE_DEVICE_GRE] = 6,	 [SMMU_MEMTYPE_DEVICE_NGRE] = 5,
		[SMMU_MEMTYPE_DEVICE_NGNRE] = 3, [SMMU_MEMTYPE_DEVICE_NGNRNE] = 4,
	};
	static const uint8_t memattr[] = {
		[SMMU_MEMTYPE_NONE] = 0xf,	 [SMMU_MEMTYPE_NORMAL_WB] = 0xf,
		[SMMU_MEMTYPE_NORMAL_WT] = 0xa,	 [SMMU_MEMTYPE_NORMAL_NC] = 0x5,
		[SMMU_MEMTYPE_DEVICE_GRE] = 3,	 [SMMU_MEMTYPE_DEVICE_NGRE] = 2,
		[SMMU_MEMTYPE_DEVICE_NGNRE] = 1, [SMMU_MEMTYPE_DEVICE_NGNRNE] = 0,
	};

	return stage == 1 ? index[memory] : memattr[memory];
}

/* Cacheable memory is Inner Shareable unless the map says otherwise, the rest Outer. */
static uint64_t shareability_of(const struct smmu_sys_map *map)
{
	switch ((enum smmu_sh_in)map->sh.v) {
	case SMMU_SH_IN_NSH:
		return SMMU_SH_NSH;
	case SMMU_SH_IN_OSH:
		return SMMU_SH_OSH;
	case SMMU_SH_IN_ISH:
		return SMMU_SH_ISH;
	case SMMU_SH_IN_NONE:
		break;
	}
	return map->memory.v == SMMU_MEMTYPE_NORMAL_WB || map->memory.v == SMMU_MEMTYPE_NORMAL_WT
		       ? SMMU_SH_ISH
		       : SMMU_SH_OSH;
}

/* Attributes of a stage 1 leaf: DDI 0487 D8.4.1.  AP[2] is read-only, AP[1] unprivileged too. */
static uint64_t leaf1(const struct smmu_sys_map *map)
{
	bool x = map->access.v & SMMU_SYS_ACCESS_X, w = map->access.v & SMMU_SYS_ACCESS_W;
	uint64_t desc = 0;

	desc = smmu_s1desc_set_AttrIndx(desc, memory_of(1, map->memory.v));
	desc = smmu_s1desc_set_SH(desc, shareability_of(map));
	desc = smmu_s1desc_set_AF(desc, 1);
	desc = smmu_s1desc_set_nG(desc, !map->global.v);
	desc = smmu_s1desc_set_AP(desc, (w ? 0u : 2u) + (map->privileged.v ? 0u : 1u));
	desc = smmu_s1desc_set_UXN(desc, !x || map->privileged.v);
	return smmu_s1desc_set_PXN(desc, !x);
}

/* Attributes of a stage 2 leaf: D8.4.2.  XN 0b10 is no execution at all. */
static uint64_t leaf2(const struct smmu_sys_map *map)
{
	bool r = map->access.v & SMMU_SYS_ACCESS_R, w = map->access.v & SMMU_SYS_ACCESS_W;
	uint64_t desc = 0;

	desc = smmu_s2desc_set_MemAttr(desc, memory_of(2, map->memory.v));
	desc = smmu_s2desc_set_SH(desc, shareability_of(map));
	desc = smmu_s2desc_set_AF(desc, 1);
	desc = smmu_s2desc_set_S2AP(desc, (r ? 1u : 0u) + (w ? 2u : 0u));
	return smmu_s2desc_set_XN(desc, map->access.v & SMMU_SYS_ACCESS_X ? 0 : 2);
}

static void store(const struct walk *w, uint8_t *table, uint64_t i, uint64_t desc)
{
	if (w->tt->big_endian)
		smmu_st64be(table + 8 * i, desc);
	else
		smmu_st64le(table + 8 * i, desc);
}

/* Entries [from, to) of a table, the first at input address ia, as leaves of map. */
static void fill(const struct walk *w, uint8_t *table, uint64_t from, uint64_t to, uint64_t ia,
		 const struct smmu_sys_map *map, const struct smmu_desc_level *l, int level)
{
	uint64_t oa = map->pa.v + (ia - map_start(w, map));
	uint64_t desc = w->tt->stage == 1 ? leaf1(map) : leaf2(map);
	uint64_t step = smmu_pow2(l->size_log2), end = ia + (to - from) * step;
	/* A Contiguous run: aligned at both sides and wholly inside (D8.7.1). */
	bool runs = l->contig_log2 > l->size_log2 && smmu_is_aligned_log2(ia ^ oa, l->contig_log2);
	uint64_t run = smmu_pow2(l->contig_log2);

	desc |= smmu_desc_type_bits(level == SMMU_DESC_LEVEL_MAX ? SMMU_DESC_PAGE
								 : SMMU_DESC_BLOCK);
	for (uint64_t i = from; i < to; i++, ia += step, oa += step) {
		uint64_t start = smmu_align_down_log2(ia, l->contig_log2);
		bool contiguous = runs && start >= end - (to - from) * step && start + run <= end;
		uint64_t one = smmu_s1desc_set_Contiguous(desc, contiguous);

		store(w, table, i, smmu_desc_set_oa(one, oa, l));
	}
}

static int build_table(uint64_t *address, struct walk *w, int level, uint64_t ia,
		       unsigned entries_log2);

/* How many entries from i on are leaves of the map at the cursor; 0: a table is needed. */
static uint64_t leaves(const struct walk *w, const struct smmu_sys_map *map, uint64_t ia,
		       uint64_t left, const struct smmu_desc_level *l, int level)
{
	uint64_t start = map_start(w, map), end = start + map->size.v;
	enum smmu_desc_kind kind = level == SMMU_DESC_LEVEL_MAX ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK;
	bool has_leaf = l->kind[smmu_desc_type_bits(kind)] == kind;

	if (!has_leaf || start > ia || end - ia < smmu_pow2(l->size_log2) ||
	    !smmu_is_aligned_log2(map->pa.v + (ia - start), l->size_log2))
		return 0;
	uint64_t whole = (end - ia) >> l->size_log2;

	return whole < left ? whole : left;
}

static int fill_table(uint8_t *table, struct walk *w, int level, uint64_t base, uint64_t entries)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->tt->family, w->tt->granule, level);
	uint64_t i = 0;

	while (i < entries && w->cursor < w->tt->maps_count) {
		const struct smmu_sys_map *map = w->tt->maps[w->cursor];
		uint64_t start = map_start(w, map), end = start + map->size.v;
		uint64_t ia = base + (i << l->size_log2), n;

		if (end <= ia) {
			w->cursor++;
			continue;
		}
		if (start > ia) {
			uint64_t skip = (start - ia) >> l->size_log2;

			if (skip >= entries - i)
				break;
			i += skip;
			ia = base + (i << l->size_log2);
		}
		n = leaves(w, map, ia, entries - i, l, level);
		if (n > 0) {
			fill(w, table, i, i + n, ia, map, l, level);
			i += n;
			continue;
		}
		const struct smmu_desc_level *next =
			smmu_desc_level(w->tt->family, w->tt->granule, level + 1);
		uint64_t child;
		int status = build_table(&child, w, level + 1, ia, next->stride);

		if (status)
			return status;
		store(w, table, i,
		      smmu_desc_set_nlta(smmu_desc_type_bits(SMMU_DESC_TABLE), child, l));
		i++;
	}
	return 0;
}

/* Allocated before its children, so that tables lie in the order of a walk. */
static int build_table(uint64_t *address, struct walk *w, int level, uint64_t ia,
		       unsigned entries_log2)
{
	size_t size = (size_t)smmu_pow2(entries_log2 + 3);
	unsigned align_log2 = entries_log2 + 3;
	uint8_t *table;
	int status;

	/* CD.TTB and S2TTB hold bits [55:4]; with 52-bit output a table is 64-byte aligned. */
	if (align_log2 < 6)
		align_log2 = 6;
	status = build_alloc(address, w->b, w->area, size, align_log2, w->whose);
	if (status)
		return status;
	table = calloc(1, size);
	if (!table)
		return w->b->error = smmu_diag_nomem(w->b->diag);
	status = fill_table(table, w, level, ia, smmu_pow2(entries_log2));
	if (status == 0)
		status = build_put(w->b, w->area, *address, table, size);
	free(table);
	return status;
}

int build_tt_start(unsigned *concat_log2, const struct build_tt *tt)
{
	int level = SMMU_DESC_LEVEL_MAX;
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);

	*concat_log2 = 0;
	while (tt->ia_bits > (unsigned)l->size_log2 + l->stride) {
		unsigned over = tt->ia_bits - l->size_log2 - l->stride;

		if (tt->concatenate && over <= CONCAT_LOG2_MAX) {
			*concat_log2 = over;
			break;
		}
		level--;
		l = smmu_desc_level(tt->family, tt->granule, level);
	}
	return level;
}

int build_tt_build(uint64_t *root, struct builder *b, struct build_area *area,
		   const struct build_tt *tt, const char *whose)
{
	struct walk w = {.b = b, .area = area, .tt = tt, .whose = whose};
	unsigned concat_log2;
	int level = build_tt_start(&concat_log2, tt);
	const struct smmu_desc_level *l = smmu_desc_level(tt->family, tt->granule, level);

	return build_table(root, &w, level, 0, tt->ia_bits - l->size_log2);
}
