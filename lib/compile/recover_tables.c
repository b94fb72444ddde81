/*
 * Translation tables back to ranges: leaves that continue each other with the
 * same attributes are one.  DDI 0487 D8.2, D8.3, D8.4; IHI 0070 5.4 (HAD, HD).
 */
#include <string.h>

#include "compile/recover_priv.h"

#define RANGES_MOST (UINT64_C(1) << 24)
#define ENTRY_LOG2  3

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
	uint64_t bits;
	struct limits limits;
	struct recover_attr attr;
	bool has_attr, is_lost; /* lost: the leaf cannot be used */
	int level;
};

static bool same_attr(const struct recover_attr *a, const struct recover_attr *b)
{
	return a->access == b->access && a->memory == b->memory && a->sh == b->sh &&
	       a->privileged == b->privileged && a->global == b->global;
}

static int add_range(struct recover *r, struct recover_domain *d, uint64_t input, uint64_t pa,
		     uint64_t size, const struct recover_attr *attr)
{
	struct recover_range *last = d->ranges_count ? &d->range[d->ranges_count - 1] : NULL;

	if (last && last->input + last->size == input && last->pa + last->size == pa &&
	    same_attr(&last->attr, attr)) {
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

static enum smmu_memtype_in mair_memory(struct recover *r, uint64_t mair)
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
	r->lost[RECOVER_MEMORY]++;
	/* Device has zeros above (D8.6, MAIR_EL1); other Normal memory is nearest to write-back. */
	return smmu_bits_fit(mair, 4) ? SMMU_MEMTYPE_DEVICE_NGNRNE : SMMU_MEMTYPE_NORMAL_WB;
}

static enum smmu_memtype_in stage2_memory(struct walk *w, uint64_t desc)
{
	static const uint8_t names[16] = {
		[0x0] = SMMU_MEMTYPE_DEVICE_NGNRNE, [0x1] = SMMU_MEMTYPE_DEVICE_NGNRE,
		[0x2] = SMMU_MEMTYPE_DEVICE_NGRE,   [0x3] = SMMU_MEMTYPE_DEVICE_GRE,
		[0x5] = SMMU_MEMTYPE_NORMAL_NC,	    [0xa] = SMMU_MEMTYPE_NORMAL_WT,
		[0xf] = SMMU_MEMTYPE_NORMAL_WB,
	};
	uint64_t memattr = smmu_s2desc_MemAttr(desc);

	if (!smmu_ste_S2FWB(&w->d->ste) && names[memattr])
		return (enum smmu_memtype_in)names[memattr];
	w->r->lost[RECOVER_MEMORY]++;
	return SMMU_MEMTYPE_NORMAL_WB;
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

static void stage1_leaf(struct walk *w, uint64_t desc)
{
	const struct smmu_cd *cd = &w->d->cd;
	unsigned index = (unsigned)smmu_s1desc_AttrIndx(desc);
	uint64_t mair = index < 4 ? smmu_cd_MAIR0(cd) : smmu_cd_MAIR1(cd);
	uint64_t ap = smmu_s1desc_AP(desc);
	bool read_only = smmu_bit(ap, 1) || w->limits.read_only;
	bool unprivileged = smmu_bit(ap, 0) && !w->limits.privileged;
	bool ux = !smmu_s1desc_UXN(desc) && !w->limits.uxn;
	bool px = !smmu_s1desc_PXN(desc) && !w->limits.pxn;
	struct recover_attr *attr = &w->attr;

	if (smmu_cd_HD(cd) && smmu_s1desc_DBM(desc) && !w->limits.read_only)
		read_only = false;
	/* One x for both: that of the accesses the map is for. */
	if (unprivileged ? ux != px : ux)
		w->r->lost[RECOVER_ACCESS]++;
	*attr = (struct recover_attr){.access = SMMU_SYS_ACCESS_R,
				      .privileged = !unprivileged,
				      .global = !smmu_s1desc_nG(desc)};
	if (!read_only)
		attr->access |= SMMU_SYS_ACCESS_W;
	if (unprivileged ? ux : px)
		attr->access |= SMMU_SYS_ACCESS_X;
	attr->memory = (uint8_t)mair_memory(w->r, smmu_bits(mair, index % 4 * 8, 8));
	attr->sh = shareability(w, smmu_s1desc_SH(desc), attr->memory);
	if (!smmu_s1desc_AF(desc) && !smmu_cd_HA(cd) && !smmu_cd_AFFD(cd))
		w->is_lost = true;
}

static void stage2_leaf(struct walk *w, uint64_t desc)
{
	const struct smmu_ste *ste = &w->d->ste;
	uint64_t s2ap = smmu_s2desc_S2AP(desc), xn = smmu_s2desc_XN(desc);
	struct recover_attr *attr = &w->attr;

	*attr = (struct recover_attr){.access = 0};
	if (smmu_bit(s2ap, 0))
		attr->access |= SMMU_SYS_ACCESS_R;
	if (smmu_bit(s2ap, 1) || (smmu_ste_S2HD(ste) && smmu_s2desc_DBM(desc)))
		attr->access |= SMMU_SYS_ACCESS_W;
	/* Without XNX only XN[1] counts; with it the odd encodings tell privilege apart. */
	if (smmu_bit(xn, 0))
		w->r->lost[RECOVER_ACCESS]++;
	if (!smmu_bit(xn, 1))
		attr->access |= SMMU_SYS_ACCESS_X;
	attr->memory = (uint8_t)stage2_memory(w, desc);
	attr->sh = shareability(w, smmu_s2desc_SH(desc), attr->memory);
	/* A leaf that grants nothing is no map. */
	if (attr->access == 0)
		w->is_lost = true;
	if (!smmu_s2desc_AF(desc) && !smmu_ste_S2HA(ste) && !smmu_ste_S2AFFD(ste))
		w->is_lost = true;
}

static int add_leaf(struct walk *w, uint64_t desc, uint64_t ia, int level,
		    const struct smmu_desc_level *l, const struct limits *limits)
{
	uint64_t oa = smmu_desc_oa(desc, l);
	uint64_t bits = smmu_s1desc_set_Contiguous(smmu_desc_set_oa(desc, 0, l), 0);

	w->d->has_block = w->d->has_block || level != SMMU_DESC_LEVEL_MAX;
	w->d->has_run =
		w->d->has_run || (l->contig_log2 > l->size_log2 && smmu_s1desc_Contiguous(desc));
	if (!w->has_attr || bits != w->bits || level != w->level ||
	    memcmp(limits, &w->limits, sizeof(*limits)) != 0) {
		w->has_attr = true;
		w->bits = bits;
		w->level = level;
		w->limits = *limits;
		w->is_lost = false;
		if (w->d->stage == 1)
			stage1_leaf(w, desc);
		else
			stage2_leaf(w, desc);
	}
	if (w->is_lost) {
		w->r->lost[RECOVER_AF]++;
		return 0;
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

	if (w->d->stage == 2 || w->d->had[w->half])
		return limits;
	limits.read_only |= smmu_bit(smmu_s1table_APTable(desc), 1);
	limits.privileged |= smmu_bit(smmu_s1table_APTable(desc), 0);
	limits.uxn |= smmu_s1table_UXNTable(desc) != 0;
	limits.pxn |= smmu_s1table_PXNTable(desc) != 0;
	return limits;
}

static int walk_table(struct walk *w, uint64_t table, int level, uint64_t ia, uint64_t entries,
		      const struct limits *limits)
{
	const struct smmu_desc_level *l = smmu_desc_level(w->d->family, w->d->granule, level);
	const uint8_t *bytes = NULL;
	size_t left = 0;
	int status = 0;

	if (w->r->budget < entries)
		return SMMU_E_LIMIT;
	w->r->budget -= entries;
	recover_extend(&w->d->tables, table, entries << ENTRY_LOG2);
	for (uint64_t i = 0; status == 0 && i < entries; i++, ia += smmu_pow2(l->size_log2)) {
		uint64_t desc;

		if (left < 8) {
			left = (size_t)(entries - i) << ENTRY_LOG2;
			bytes = recover_read(&left, w->r, w->through, table + (i << ENTRY_LOG2));
		}
		if (!bytes) {
			w->r->lost[RECOVER_UNREADABLE]++;
			return 0;
		}
		desc = w->d->big_endian ? smmu_ld64be(bytes) : smmu_ld64le(bytes);
		bytes += 8;
		left -= 8;
		switch (smmu_desc_kind(desc, l)) {
		case SMMU_DESC_TABLE: {
			const struct limits below = tighten(w, limits, desc);

			status = walk_table(w, smmu_desc_nlta(desc, l), level + 1, ia,
					    smmu_pow2(l[1].stride), &below);
			break;
		}
		case SMMU_DESC_BLOCK:
		case SMMU_DESC_PAGE:
			status = add_leaf(w, desc, ia, level, l, limits);
			break;
		case SMMU_DESC_INVALID:
		case SMMU_DESC_RESERVED:
			break;
		}
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
	unsigned parent = l[-1].size_log2;

	if (l->contig_log2 <= l->size_log2 || first < range->input ||
	    !holds(range, first, l->contig_log2))
		return false;
	return !has_parent || !holds(range, smmu_align_down_log2(first, parent), parent) ||
	       !holds(range, smmu_align_down_log2(last, parent), parent);
}

static bool has_blocks(const struct smmu_desc_level *l)
{
	return l->is_level && l->kind[smmu_desc_type_bits(SMMU_DESC_BLOCK)] == SMMU_DESC_BLOCK;
}

static void choose_leaves(struct recover_domain *d)
{
	bool wants_block = false, wants_runs = false;

	for (int level = 0; level <= SMMU_DESC_LEVEL_MAX; level++) {
		const struct smmu_desc_level *l = smmu_desc_level(d->family, d->granule, level);

		for (size_t i = 0; l->is_level && i < d->ranges_count; i++) {
			const struct recover_range *range = &d->range[i];

			if (has_blocks(l) && first_piece(range, l->size_log2) >= range->input &&
			    holds(range, first_piece(range, l->size_log2), l->size_log2))
				wants_block = true;
			if (level == SMMU_DESC_LEVEL_MAX || has_blocks(l))
				wants_runs = wants_runs || wants_run(range, l, has_blocks(l - 1));
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
	struct build_tt tt = {
		.family = d->family,
		.granule = d->granule,
		.ia_bits = d->ia_bits,
		.start_most = SMMU_DESC_LEVEL_MAX,
	};
	uint64_t base = half ? ~smmu_ones(d->ia_bits) : 0;
	int level = d->stage == 2 ? d->start_level : build_tt_start(&tt);
	unsigned size_log2 = smmu_desc_level(d->family, d->granule, level)->size_log2;
	struct limits none;

	memset(&none, 0, sizeof(none));
	return walk_table(&w, d->ttb[half], level, base, smmu_pow2(d->ia_bits - size_log2), &none);
}

int recover_tables(struct recover *r, size_t domain)
{
	struct recover_domain *d = &r->domain[domain];
	int status = 0;

	for (unsigned half = 0; status == 0 && half < 2; half++)
		if (d->used[half])
			status = walk_half(r, d, half);
	choose_leaves(d);
	return status;
}
