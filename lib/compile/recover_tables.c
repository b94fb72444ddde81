/*
 * Translation tables back to ranges: leaves that continue each other with the
 * same attributes are one.  DDI 0487 D8.2, D8.3, D8.4; IHI 0070 5.4 (HAD, HD).
 */
#include <string.h>

#include "compile/recover_priv.h"

#define RANGES_MOST (UINT64_C(1) << 24)

/* What Table descriptors on the way take away (D8.4.1). */
struct limits {
	bool read_only, privileged, uxn, pxn;
};

struct walk {
	struct recover *r;
	struct recover_domain *d;
	size_t through;
	unsigned half;
	/* What the attribute bits of the leaf before came to. */
	struct build_leaf bits;
	struct limits limits;
	struct recover_attr attr;
	bool has_attr;
	int level;
};

static int add_range(struct recover *r, struct recover_domain *d, uint64_t input, uint64_t pa,
		     uint64_t size, const struct recover_attr *attr)
{
	struct recover_range *last = d->ranges_count ? &d->range[d->ranges_count - 1] : NULL;

	if (last && last->input + last->size == input && last->pa + last->size == pa &&
	    recover_same_attr(&last->attr, attr)) {
		last->size += size;
		return 0;
	}
	if (d->ranges_count == RANGES_MOST)
		return SMMU_E_LIMIT;
	if (recover_grow(&d->range, &d->ranges_capacity, d->ranges_count, sizeof(*d->range),
			 r->diag))
		return SMMU_E_NOMEM;
	d->range[d->ranges_count++] = (struct recover_range){input, pa, size, *attr};
	return 0;
}

/* ---- what a leaf says ---- */

/* The type with that attribute byte; another one has no name. */
static enum smmu_memtype_in mair_memory(struct walk *w, uint64_t mair)
{
	static const struct {
		uint8_t mair, memory;
	} names[] = {
		{0xff, SMMU_MEMTYPE_NORMAL_WB},	    {0xbb, SMMU_MEMTYPE_NORMAL_WT},
		{0x44, SMMU_MEMTYPE_NORMAL_NC},	    {0x0c, SMMU_MEMTYPE_DEVICE_GRE},
		{0x08, SMMU_MEMTYPE_DEVICE_NGRE},   {0x04, SMMU_MEMTYPE_DEVICE_NGNRE},
		{0x00, SMMU_MEMTYPE_DEVICE_NGNRNE},
	};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		if (names[i].mair == mair)
			return (enum smmu_memtype_in)names[i].memory;
	w->d->has_unnamed = true;
	return SMMU_MEMTYPE_NORMAL_WB;
}

/* What MemAttr is the first to stand for; others are told by their value. */
static enum smmu_memtype_in stage2_memory(const struct walk *w, uint64_t memattr)
{
	static const uint8_t names[16] = {
		[0x0] = SMMU_MEMTYPE_DEVICE_NGNRNE, [0x1] = SMMU_MEMTYPE_DEVICE_NGNRE,
		[0x2] = SMMU_MEMTYPE_DEVICE_NGRE,   [0x3] = SMMU_MEMTYPE_DEVICE_GRE,
		[0x5] = SMMU_MEMTYPE_NORMAL_NC,	    [0xa] = SMMU_MEMTYPE_NORMAL_WT,
		[0xf] = SMMU_MEMTYPE_NORMAL_WB,
	};

	if (w->d->tt.fwb && memattr > 5)
		return SMMU_MEMTYPE_NORMAL_WB;
	return names[memattr] ? (enum smmu_memtype_in)names[memattr] : SMMU_MEMTYPE_NORMAL_WB;
}

/* What the builder gives the memory type needs no word. */
static uint8_t shareability(const struct walk *w, uint64_t sh, uint8_t memory)
{
	bool is_cached = memory == SMMU_MEMTYPE_NORMAL_WB || memory == SMMU_MEMTYPE_NORMAL_WT;

	if (w->d->family == SMMU_DESC_A64_DS || sh == (is_cached ? SMMU_SH_ISH : SMMU_SH_OSH))
		return SMMU_SH_IN_NONE;
	return sh == SMMU_SH_ISH   ? SMMU_SH_IN_ISH
	       : sh == SMMU_SH_OSH ? SMMU_SH_IN_OSH
				   : SMMU_SH_IN_NSH;
}

static uint8_t pii_access(uint64_t encoding)
{
	uint8_t access = 0;

	/* 5.4 PIIU: read in bit 0, execute in bit 1, write in bit 2. */
	access |= smmu_bit(encoding, 0) ? SMMU_SYS_ACCESS_R : 0;
	access |= smmu_bit(encoding, 1) ? SMMU_SYS_ACCESS_X : 0;
	access |= smmu_bit(encoding, 2) ? SMMU_SYS_ACCESS_W : 0;
	return access;
}

static uint64_t piindex1(const struct walk *w, const struct build_leaf *leaf)
{
	return w->d->tt.family == SMMU_DESC_D128 ? smmu_s1desc128_PIIndex(leaf->word)
						 : smmu_s1desc_PIIndex(leaf->word[0]);
}

static uint64_t piindex2(const struct walk *w, const struct build_leaf *leaf)
{
	return w->d->tt.family == SMMU_DESC_D128 ? smmu_s2desc128_PIIndex(leaf->word)
						 : smmu_s2desc_PIIndex(leaf->word[0]);
}

/* Permissions of a leaf in a map's terms, as near as they come. */
static void access1(struct walk *w, const struct build_leaf *leaf)
{
	uint64_t desc = leaf->word[0], ap = smmu_s1desc_AP(desc);
	bool ux = !smmu_s1desc_UXN(desc), px = !smmu_s1desc_PXN(desc);
	bool unprivileged = smmu_bit(ap, 0);
	struct recover_attr *attr = &w->attr;

	if (w->d->tt.indirect) {
		unsigned index = (unsigned)piindex1(w, leaf);
		uint64_t u = smmu_cd_PIIU(&w->d->cd, index), p = smmu_cd_PIIP(&w->d->cd, index);

		attr->privileged = u == SMMU_PII_NONE && p != SMMU_PII_NONE;
		attr->access = pii_access(attr->privileged ? p : u);
		return;
	}
	attr->privileged = !unprivileged;
	attr->access = SMMU_SYS_ACCESS_R;
	attr->access |= smmu_bit(ap, 1) ? 0 : SMMU_SYS_ACCESS_W;
	if (w->d->tt.family == SMMU_DESC_LPAE)
		ux = px = ux && px;
	attr->access |= (unprivileged ? ux : px) ? SMMU_SYS_ACCESS_X : 0;
}

/* Table D8-82; what permits nothing, or mostly reads, is a read with more to be said. */
static void access2(struct walk *w, const struct build_leaf *leaf)
{
	uint64_t desc = leaf->word[0], s2ap = smmu_s2desc_S2AP(desc), xn = smmu_s2desc_XN(desc);
	struct recover_attr *attr = &w->attr;

	if (w->d->tt.indirect) {
		uint64_t e = smmu_S2PII_S2PII(w->d->tt.s2pii, (unsigned)piindex2(w, leaf));

		attr->access = e == 4 ? SMMU_SYS_ACCESS_W : SMMU_SYS_ACCESS_R;
		if (smmu_bit(e, 3) && smmu_bit(e, 2))
			attr->access |= SMMU_SYS_ACCESS_W;
		if (smmu_bit(e, 3) && (e & 3) == 3)
			attr->access |= SMMU_SYS_ACCESS_X;
		return;
	}
	attr->access |= smmu_bit(s2ap, 0) ? SMMU_SYS_ACCESS_R : 0;
	attr->access |= smmu_bit(s2ap, 1) ? SMMU_SYS_ACCESS_W : 0;
	/* Without XNX only XN[1] counts; with it the odd encodings tell privilege apart. */
	attr->access |= smmu_bit(xn, 1) ? 0 : SMMU_SYS_ACCESS_X;
}

/* The leaf as it would be built, but with another PIIndex than it has. */
static struct build_leaf contrary(const struct walk *w, const struct build_leaf *built,
				  const struct build_leaf *leaf)
{
	struct build_leaf other = *built;

	if (w->d->tt.family == SMMU_DESC_D128)
		smmu_s1desc128_set_PIIndex(other.word, ~piindex1(w, leaf));
	else
		other.word[0] = smmu_s1desc_set_PIIndex(other.word[0], ~piindex1(w, leaf));
	return other;
}

/* A map that a build makes this leaf of, but for what is told by fields. */
static int describe(struct walk *w, const struct build_leaf *leaf)
{
	const struct build_tt *tt = &w->d->tt;
	struct recover_attr *attr = &w->attr;
	uint64_t desc = leaf->word[0], sh = smmu_s1desc_SH(desc);
	struct smmu_sys_map map = {.is_ipa = tt->stage == 2};
	struct build_leaf built;

	*attr = (struct recover_attr){.access = 0};
	if (tt->stage == 1) {
		unsigned index = (unsigned)smmu_s1desc_AttrIndx(desc);

		access1(w, leaf);
		attr->global = !smmu_s1desc_nG(desc);
		attr->memory = (uint8_t)mair_memory(w, smmu_cd_attribute(&w->d->cd, index));
	} else {
		access2(w, leaf);
		attr->memory = (uint8_t)stage2_memory(w, smmu_s2desc_MemAttr(desc));
	}
	if (attr->access == 0)
		attr->access = SMMU_SYS_ACCESS_R;
	attr->sh = shareability(w, sh, attr->memory);
	map.access.v = attr->access;
	map.privileged.v = attr->privileged;
	map.global.v = attr->global;
	map.memory.v = attr->memory;
	map.sh.v = attr->sh;
	built = build_tt_leaf(tt, &map);
	/* What cannot be built must be told, whatever stands there by chance. */
	if (build_leaf_lack(tt, &map) == BUILD_LACKS_MEMORY)
		built.word[0] = tt->stage == 1
					? smmu_s1desc_set_AttrIndx(built.word[0],
								   ~smmu_s1desc_AttrIndx(desc))
					: smmu_s2desc_set_MemAttr(built.word[0],
								  ~smmu_s2desc_MemAttr(desc));
	else if (build_leaf_lack(tt, &map) == BUILD_LACKS_ACCESS)
		built = contrary(w, &built, leaf);
	return recover_raw(&attr->raw, w->r, leaf, &built);
}

/* The bits of a leaf that are neither address nor kind, with what Table descriptors take away. */
static struct build_leaf bits_of(const struct walk *w, const uint64_t desc[2], int level,
				 const struct smmu_desc_level *l, const struct limits *limits)
{
	const struct build_tt *tt = &w->d->tt;
	struct build_leaf leaf = {{smmu_desc_set_oa(desc[0], 0, l), desc[1]}};
	uint64_t ap;

	if (build_has_runs(tt, level))
		build_set_run(&leaf, tt, false);
	if (tt->family == SMMU_DESC_D128)
		smmu_s1desc128_set_SKL(leaf.word, 0);
	leaf.word[0] = smmu_desc_set_kind(leaf.word[0], SMMU_DESC_INVALID);
	if (tt->stage == 2 || tt->indirect)
		return leaf;
	ap = smmu_s1desc_AP(leaf.word[0]);
	ap = smmu_bits_set(ap, 1, 1, smmu_bit(ap, 1) || limits->read_only);
	ap = smmu_bits_set(ap, 0, 1, smmu_bit(ap, 0) && !limits->privileged);
	leaf.word[0] = smmu_s1desc_set_AP(leaf.word[0], ap);
	if (limits->uxn)
		leaf.word[0] = smmu_s1desc_set_UXN(leaf.word[0], 1);
	if (limits->pxn)
		leaf.word[0] = smmu_s1desc_set_PXN(leaf.word[0], 1);
	return leaf;
}

static int add_leaf(struct walk *w, const uint64_t desc[2], uint64_t ia, int level,
		    const struct smmu_desc_level *l, const struct limits *limits)
{
	uint64_t oa = smmu_desc_oa(desc[0], l);
	struct build_leaf bits = bits_of(w, desc, level, l, limits);
	bool run = w->d->tt.family == SMMU_DESC_D128 ? smmu_s1desc128_Contiguous(desc)
						     : smmu_s1desc_Contiguous(desc[0]);
	int status;

	w->d->has_block = w->d->has_block || level != SMMU_DESC_LEVEL_MAX;
	w->d->has_run = w->d->has_run ||
			(l->contig_log2 > l->size_log2 && build_has_runs(&w->d->tt, level) && run);
	if (!w->has_attr || !build_same_leaf(&bits, &w->bits)) {
		w->has_attr = true;
		w->bits = bits;
		status = describe(w, &bits);
		if (status)
			return status;
	}
	if (!smmu_bits_fit(oa, w->d->oa_bits)) {
		w->r->lost[RECOVER_OUTPUT]++;
		return 0;
	}
	return add_range(w->r, w->d, ia, oa, smmu_pow2(l->size_log2), &w->attr);
}

/* ---- the walk ---- */

static struct limits tighten(const struct walk *w, const struct limits *above, uint64_t desc)
{
	struct limits limits = *above;

	if (w->d->stage == 2 || w->d->had[w->half] || w->d->tt.indirect ||
	    w->d->tt.features & SMMU_DESC_F_AIE || w->d->limits_in_table)
		return limits;
	limits.read_only |= smmu_bit(smmu_s1table_APTable(desc), 1);
	limits.privileged |= smmu_bit(smmu_s1table_APTable(desc), 0);
	limits.uxn |= smmu_s1table_UXNTable(desc) != 0;
	limits.pxn |= smmu_s1table_PXNTable(desc) != 0;
	return limits;
}

static int walk_table(struct walk *w, uint64_t table, int level, uint64_t ia, uint64_t entries,
		      const struct limits *limits);

static int walk_entry(struct walk *w, const uint64_t desc[2], int level, uint64_t ia,
		      const struct limits *limits)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->d->family, w->d->granule, level);
	struct recover_below below;
	struct limits tighter;

	switch (recover_kind(w->d, desc, l)) {
	case SMMU_DESC_TABLE:
		below = recover_below(w->d, desc, level);
		tighter = tighten(w, limits, desc[0]);
		return walk_table(w, below.table, below.level, ia, smmu_pow2(below.entries_log2),
				  &tighter);
	case SMMU_DESC_BLOCK:
	case SMMU_DESC_PAGE:
		return add_leaf(w, desc, ia, level, l, limits);
	case SMMU_DESC_INVALID:
	case SMMU_DESC_RESERVED:
		break;
	}
	return 0;
}

static int walk_table(struct walk *w, uint64_t table, int level, uint64_t ia, uint64_t entries,
		      const struct limits *limits)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->d->family, w->d->granule, level);
	size_t each = (size_t)1 << l->desc_log2, left = 0;
	const uint8_t *bytes = NULL;
	int status = 0;

	if (w->r->budget < entries)
		return SMMU_E_LIMIT;
	w->r->budget -= entries;
	recover_extend(&w->d->tables, table, entries << l->desc_log2);
	for (uint64_t i = 0; status == 0 && i < entries; i++, ia += smmu_pow2(l->size_log2)) {
		uint64_t desc[2];

		if (left < each) {
			left = (size_t)(entries - i) << l->desc_log2;
			bytes = recover_read(&left, w->r, w->through, table + (i << l->desc_log2));
		}
		if (!bytes) {
			w->r->lost[RECOVER_UNREADABLE]++;
			return 0;
		}
		recover_load(desc, w->d, bytes);
		bytes += each;
		left -= each;
		status = walk_entry(w, desc, level, ia, limits);
	}
	return status;
}

/* ---- which leaves were permitted ---- */

/* Whether the range holds the 2^log2 bytes from start on, and the output is aligned alike. */
static bool holds(const struct recover_range *range, uint64_t start, unsigned log2)
{
	uint64_t offset = start - range->input;

	return smmu_is_aligned_log2(range->input ^ range->pa, log2) && start >= range->input &&
	       offset < range->size && range->size - offset >= smmu_pow2(log2);
}

static uint64_t first_piece(const struct recover_range *range, unsigned log2)
{
	return smmu_align_down_log2(range->input + smmu_ones(log2), log2);
}

/* A Contiguous run that no larger Block takes in: the first or the last of the range. */
static bool wants_run(const struct recover_range *range, const struct smmu_desc_level *l,
		      bool has_parent)
{
	uint64_t first = first_piece(range, l->contig_log2);
	uint64_t last = smmu_align_down_log2(range->input + (range->size - 1) + 1, l->contig_log2) -
			smmu_pow2(l->contig_log2);
	unsigned parent = has_parent ? l[-1].size_log2 : 0;

	if (l->contig_log2 <= l->size_log2 || first < range->input ||
	    !holds(range, first, l->contig_log2))
		return false;
	return !has_parent || !holds(range, smmu_align_down_log2(first, parent), parent) ||
	       !holds(range, smmu_align_down_log2(last, parent), parent);
}

static bool has_blocks(const struct recover_domain *d, int level)
{
	return level >= SMMU_DESC_LEVEL_MIN && level < SMMU_DESC_LEVEL_MAX &&
	       smmu_desc_level(d->family, d->granule, level)->is_level &&
	       build_has_leaf(&d->tt, level);
}

static void choose_leaves(struct recover_domain *d)
{
	bool wants_block = false, wants_runs = false;

	for (int level = SMMU_DESC_LEVEL_MIN; level <= SMMU_DESC_LEVEL_MAX; level++) {
		const struct smmu_desc_level *l = smmu_desc_level(d->family, d->granule, level);

		for (size_t i = 0; l->is_level && i < d->ranges_count; i++) {
			const struct recover_range *range = &d->range[i];

			if (has_blocks(d, level) &&
			    first_piece(range, l->size_log2) >= range->input &&
			    holds(range, first_piece(range, l->size_log2), l->size_log2))
				wants_block = true;
			if ((level == SMMU_DESC_LEVEL_MAX || has_blocks(d, level)) &&
			    build_has_runs(&d->tt, level))
				wants_runs =
					wants_runs || wants_run(range, l, has_blocks(d, level - 1));
		}
	}
	d->leaves = SMMU_SYS_LEAVES_LARGEST;
	if (!d->has_run && !d->has_block && wants_block)
		d->leaves = SMMU_SYS_LEAVES_PAGES;
	else if (!d->has_run && wants_runs)
		d->leaves = SMMU_SYS_LEAVES_BLOCKS;
}

static int walk_half(struct recover *r, struct recover_domain *d, unsigned half)
{
	struct walk w = {.r = r, .d = d, .through = d->under, .half = half};
	const struct smmu_sys_domain shape = {.format.v = d->format};
	uint64_t base = half ? build_high_bits(&shape, d->ia_bits) : 0;
	struct limits none;
	unsigned entries_log2;
	int level;

	recover_initial(&level, &entries_log2, d, half);
	memset(&none, 0, sizeof(none));
	return walk_table(&w, d->ttb[half], level, base, smmu_pow2(entries_log2), &none);
}

int recover_tables(struct recover *r, size_t domain)
{
	struct recover_domain *d = &r->domain[domain];
	int status = 0;

	recover_table_descriptors(r, d);
	for (unsigned half = 0; status == 0 && half < 2; half++)
		if (d->used[half])
			status = walk_half(r, d, half);
	choose_leaves(d);
	return status;
}
