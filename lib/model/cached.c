/*
 * What a walk finds in caches and leaves there.  IHI 0070 G.b 3.17, 3.21,
 * 16.2.
 *
 * IMPDEF: structures that are invalid or ILLEGAL are kept (3.21.3 permits it);
 * of translations only what ended without a fault is (3.21.1).  Entries hold
 * what one descriptor maps, contiguous or not.
 */
#include "model/cache_priv.h"
#include "spec/effective.h"

static unsigned l1cd_log2(const struct smmu_walk *w)
{
	return smmu_ste_S1Fmt(&w->config->ste) == SMMU_STE_S1FMT_4K ? 6 : 10;
}

/* False: a structure that has no cache. */
static bool tag_structure(struct smmu_cache_tag *tag, const struct smmu_walk *w,
			  const struct smmu_step *step)
{
	*tag = (struct smmu_cache_tag){.sec = (uint8_t)w->txn->sec, .stream = w->txn->stream};
	switch (step->kind) {
	case SMMU_STRUCT_L1STD:
		tag->what = SMMU_CACHED_L1STD;
		tag->size_log2 = w->iface->now.split;
		tag->stream = (uint32_t)smmu_align_down_log2(w->txn->stream, tag->size_log2);
		return true;
	case SMMU_STRUCT_STE:
		tag->what = SMMU_CACHED_STE;
		return true;
	case SMMU_STRUCT_L1CD:
		tag->what = SMMU_CACHED_L1CD;
		tag->size_log2 = (uint8_t)l1cd_log2(w);
		tag->reach_log2 = tag->size_log2;
		tag->address = smmu_align_down_log2(step->input, tag->size_log2);
		return true;
	case SMMU_STRUCT_CD:
		tag->what = SMMU_CACHED_CD;
		tag->address = step->input;
		return true;
	case SMMU_STRUCT_VMS:
		tag->what = SMMU_CACHED_VMS;
		tag->vmid = (uint16_t)smmu_ste_S2VMID(&w->config->ste);
		tag->address = step->input;
		return true;
	default:
		return false;
	}
}

bool smmu_caches_structure(struct smmu_walk *w, struct smmu_step *step)
{
	struct smmu_cache *cache = w->caches->of[SMMU_CACHE_CONFIG];
	struct smmu_cache_tag tag;
	const struct smmu_cache_entry *e;

	if (!cache || !tag_structure(&tag, w, step))
		return false;
	e = smmu_cache_find(cache, &tag, false);
	if (!e)
		return false;
	step->pa = e->structure.pa;
	step->ipa = e->structure.ipa;
	step->words = e->structure.words;
	for (unsigned i = 0; i < step->words; i++)
		step->word[i] = e->structure.word[i];
	return true;
}

void smmu_caches_keep_structure(struct smmu_walk *w, const struct smmu_step *step)
{
	struct smmu_cache *cache = w->caches->of[SMMU_CACHE_CONFIG];
	struct smmu_cache_entry *e;
	struct smmu_cache_tag tag;

	if (!cache || !tag_structure(&tag, w, step))
		return;
	e = smmu_cache_fill(cache, &tag);
	if (!e)
		return;
	e->structure.pa = step->pa;
	e->structure.ipa = step->ipa;
	e->structure.words = (uint8_t)step->words;
	for (unsigned i = 0; i < step->words; i++)
		e->structure.word[i] = step->word[i];
}

static bool is_el1(enum smmu_streamworld world)
{
	return world == SMMU_SW_NS_EL1 || world == SMMU_SW_S_EL1 || world == SMMU_SW_REALM_EL1;
}

/* 3.17: worlds without ASIDs tag nothing with one. */
static bool has_asid(enum smmu_streamworld world)
{
	return smmu_streamworld_has_el0(world);
}

/*
 * 3.17, 5.2 S2VMID: EL1 is tagged by VMID where its Security state has stage 2;
 * Secure stage 1 alone by VMID 0.
 */
static uint16_t vmid_of(const struct smmu_walk *w)
{
	const struct smmu_ids *ids = &w->model->ids;
	bool s2 = w->txn->sec == SMMU_SEC_S ? smmu_S_IDR1_SEL2(ids->s_idr[1])
					    : smmu_IDR0_S2P(ids->idr[0]);

	if (!s2 || !is_el1(w->config->world) || (w->txn->sec == SMMU_SEC_S && !w->config->s2))
		return 0;
	return (uint16_t)smmu_ste_S2VMID(&w->config->ste);
}

/* The VA as invalidations name it: without the top byte. */
static uint64_t va_of(const struct smmu_walk *w)
{
	return smmu_bits(w->txn->address, 0, 56);
}

/* A stage 1 look-up at one level, for a leaf or a Table. */
static struct smmu_cache_tag tag_stage1(const struct smmu_walk *w, const struct smmu_entry *e,
					bool table)
{
	bool asid = has_asid(w->config->world);
	uint8_t size_log2 = e->l->size_log2;

	return (struct smmu_cache_tag){
		.what = SMMU_CACHED_S1,
		.sec = (uint8_t)w->txn->sec,
		.world = (uint8_t)w->config->world,
		.size_log2 = size_log2,
		.reach_log2 = size_log2,
		.granule_log2 = e->tt->granule_log2,
		.level = (int8_t)smmu_entry_level(e),
		.table = table,
		.wide = e->tt->wide,
		.global = !asid,
		.aset = smmu_cd_ASET(&w->config->cd),
		.vmid = vmid_of(w),
		.asid = asid ? (uint16_t)smmu_cd_ASID(&w->config->cd) : 0,
		.address = smmu_align_down_log2(va_of(w), size_log2),
	};
}

static struct smmu_cache_tag tag_stage2(const struct smmu_walk *w, const struct smmu_entry *e,
					struct smmu_pa ipa, bool table)
{
	uint8_t size_log2 = e->l->size_log2;

	return (struct smmu_cache_tag){
		.what = SMMU_CACHED_S2,
		.sec = (uint8_t)w->txn->sec,
		.world = (uint8_t)w->config->world,
		.size_log2 = size_log2,
		.reach_log2 = size_log2,
		.granule_log2 = e->tt->granule_log2,
		.level = (int8_t)smmu_entry_level(e),
		.table = table,
		.wide = e->tt->wide,
		.global = true,
		.space = (uint8_t)ipa.pas,
		.vmid = vmid_of(w),
		.address = smmu_align_down_log2(ipa.pa, size_log2),
	};
}

/*
 * A nested leaf by VA, one entry a smallest page; an invalidation of any part
 * of what both stages map as one takes all of it.
 */
static struct smmu_cache_tag tag_nested(const struct smmu_walk *w)
{
	bool asid = has_asid(w->config->world);

	return (struct smmu_cache_tag){
		.what = SMMU_CACHED_S1S2,
		.sec = (uint8_t)w->txn->sec,
		.world = (uint8_t)w->config->world,
		.size_log2 = SMMU_MEM_PAGE_LOG2,
		.reach_log2 = w->leaf1.size_log2,
		.granule_log2 = w->leaf1.granule_log2,
		.level = w->leaf1.level,
		.global = w->leaf1.global,
		.wide = w->leaf1.wide,
		.aset = smmu_cd_ASET(&w->config->cd),
		.vmid = vmid_of(w),
		.asid = asid ? (uint16_t)smmu_cd_ASID(&w->config->cd) : 0,
		.address = smmu_align_down_log2(va_of(w), SMMU_MEM_PAGE_LOG2),
	};
}

/* The words of an entry, under the table that the walk has. */
static void use(struct smmu_walk *w, struct smmu_entry *e, const struct smmu_cache_entry *found)
{
	const struct smmu_tt *tt = e->tt;

	*e = found->desc.entry;
	e->tt = tt;
	w->cached = true;
}

static const struct smmu_desc_level *last_level(const struct smmu_tt *tt)
{
	return tt->initial + (SMMU_DESC_LEVEL_MAX - tt->initial_level);
}

/* What a walk looks for in one cache after the other: descriptors of one stage. */
struct search {
	const struct smmu_walk *w;
	unsigned stage;
	struct smmu_pa ipa; /* stage 2 */
	bool fetch;	    /* stage 2, of what a walk fetches */
};

static struct smmu_cache_tag tag_of(const struct search *s, const struct smmu_entry *e, bool table)
{
	return s->stage == 1 ? tag_stage1(s->w, e, table) : tag_stage2(s->w, e, s->ipa, table);
}

/* In one of them: the descriptor nearest to the leaf, which e->l then is of. */
static const struct smmu_cache_entry *look_in(const struct search *s, struct smmu_entry *e,
					      enum smmu_cache_kind kind)
{
	const struct smmu_cache_set *set = s->w->caches;
	const struct smmu_cache *asked = NULL;

	for (e->l = last_level(e->tt);; e->l--) {
		for (unsigned table = 0; table <= (kind == SMMU_CACHE_WALK ? 1U : 0U); table++) {
			struct smmu_cache_tag tag = tag_of(s, e, table);
			struct smmu_cache *cache =
				kind == SMMU_CACHE_WALK
					? smmu_cache_set_walk(set, s->stage, &tag, s->fetch)
					: set->of[kind];
			const struct smmu_cache_entry *found =
				cache ? smmu_cache_find(cache, &tag, cache == asked) : NULL;

			if (found)
				return found;
			asked = cache ? cache : asked;
		}
		if (e->l == e->tt->initial)
			return NULL;
	}
}

/* In all of them, nearest first; tlb: the TLBs have such leaves, otherwise the IPA cache. */
static const struct smmu_cache_entry *look(const struct search *s, struct smmu_entry *e, bool tlb)
{
	static const enum smmu_cache_kind with[] = {SMMU_CACHE_MICRO, SMMU_CACHE_INTERFACE,
						    SMMU_CACHE_MAIN, SMMU_CACHE_WALK};
	static const enum smmu_cache_kind without[] = {SMMU_CACHE_IPA, SMMU_CACHE_WALK};
	const enum smmu_cache_kind *kind = tlb ? with : without;
	const struct smmu_cache_set *set = s->w->caches;
	size_t count = tlb ? SMMU_LEN(with) : SMMU_LEN(without);
	const struct smmu_cache_entry *found = NULL;

	for (size_t i = 0; i < count && !found && !s->w->afresh; i++)
		if (set->of[kind[i]] || (kind[i] == SMMU_CACHE_WALK && set->config.walk_count))
			found = look_in(s, e, kind[i]);
	return found;
}

bool smmu_caches_stage1(struct smmu_walk *w, struct smmu_entry *e, struct smmu_tables *tables)
{
	const struct search s = {.w = w, .stage = 1};
	const struct smmu_cache_entry *found = look(&s, e, true);

	if (!found)
		return false;
	use(w, e, found);
	*tables = found->desc.tables;
	return true;
}

static void keep_in(struct smmu_cache *cache, const struct smmu_cache_tag *tag,
		    const struct smmu_cache_entry *what)
{
	struct smmu_cache_entry *e = cache ? smmu_cache_fill(cache, tag) : NULL;

	if (e)
		e->desc = what->desc;
}

static void keep_leaf(const struct smmu_walk *w, const struct smmu_cache_tag *tag,
		      const struct smmu_cache_entry *what)
{
	for (unsigned kind = SMMU_CACHE_MICRO; kind <= SMMU_CACHE_MAIN; kind++)
		keep_in(w->caches->of[kind], tag, what);
}

/* The descriptor of e after the updates of this walk. */
static void settle(const struct smmu_walk *w, struct smmu_entry *e)
{
	for (unsigned i = 0; i < w->result->updates_count; i++) {
		const struct smmu_update *u = &w->result->updates[i];

		if (u->pa.pa == smmu_entry_low(e).pa && u->pa.pas == e->pas)
			e->desc = e->tt->big_endian ? smmu_swap64(u->value) : u->value;
	}
}

/* 3.17.1: what Secure streams read from Non-secure memory, or IPAs, is not global. */
static bool is_global(const struct smmu_walk *w, const struct smmu_entry *e)
{
	bool foreign = e->pas == SMMU_PAS_NS || (w->config->s2 && e->ipa_pas == SMMU_PAS_NS);

	return !smmu_s1desc_nG(e->desc) && !(w->txn->sec == SMMU_SEC_S && foreign);
}

void smmu_caches_keep_stage1(struct smmu_walk *w, const struct smmu_entry *e,
			     const struct smmu_tables *tables)
{
	struct smmu_cache_entry what = {.desc = {.entry = *e, .tables = *tables}};
	bool table = smmu_entry_kind(e) == SMMU_DESC_TABLE;
	struct smmu_cache_tag tag;

	settle(w, &what.desc.entry);
	tag = tag_stage1(w, e, table);
	tag.global |= !table && is_global(w, e);
	keep_in(smmu_cache_set_walk(w->caches, 1, &tag, false), &tag, &what);
	if (table)
		return;
	w->leaf1.size_log2 = tag.size_log2;
	w->leaf1.granule_log2 = tag.granule_log2;
	w->leaf1.level = tag.level;
	w->leaf1.global = tag.global;
	w->leaf1.wide = tag.wide;
	keep_leaf(w, &tag, &what);
}

static bool is_nested_output(const struct smmu_walk *w, enum smmu_event_class class)
{
	return class == SMMU_EVT_CLASS_IN && w->config->s1;
}

/* By VA, and only while stage 1 still leads to the IPA that it was for. */
static const struct smmu_cache_entry *find_nested(const struct smmu_walk *w, struct smmu_pa ipa)
{
	struct smmu_cache_tag tag = tag_nested(w);
	const struct smmu_cache_entry *found = NULL;

	for (unsigned kind = SMMU_CACHE_MICRO; kind <= SMMU_CACHE_MAIN && !found; kind++)
		if (w->caches->of[kind] && !w->afresh)
			found = smmu_cache_find(w->caches->of[kind], &tag, false);
	if (!found || found->desc.ipa.pa != smmu_align_down_log2(ipa.pa, SMMU_MEM_PAGE_LOG2) ||
	    found->desc.ipa.pas != ipa.pas)
		return NULL;
	return found;
}

/* A transaction of stage 2 alone has its leaves in the TLBs, the rest in the IPA cache. */
static bool is_alone(const struct smmu_walk *w, enum smmu_event_class class)
{
	return class == SMMU_EVT_CLASS_IN && !w->config->s1;
}

bool smmu_caches_stage2(struct smmu_walk *w, struct smmu_entry *e, struct smmu_pa ipa,
			enum smmu_event_class class)
{
	const struct search s = {w, 2, ipa, class != SMMU_EVT_CLASS_IN};
	const struct smmu_cache_entry *found = NULL;

	if (is_nested_output(w, class))
		found = find_nested(w, ipa);
	if (!found)
		found = look(&s, e, is_alone(w, class));
	if (!found)
		return false;
	use(w, e, found);
	return true;
}

void smmu_caches_keep_stage2(struct smmu_walk *w, const struct smmu_entry *e, struct smmu_pa ipa,
			     enum smmu_event_class class)
{
	struct smmu_cache_entry what = {
		.desc = {.entry = *e,
			 .ipa = {smmu_align_down_log2(ipa.pa, SMMU_MEM_PAGE_LOG2), ipa.pas}}};
	bool table = smmu_entry_kind(e) == SMMU_DESC_TABLE;
	struct smmu_cache_tag tag;

	settle(w, &what.desc.entry);
	tag = tag_stage2(w, e, ipa, table);
	keep_in(smmu_cache_set_walk(w->caches, 2, &tag, class != SMMU_EVT_CLASS_IN), &tag, &what);
	if (table)
		return;
	if (is_nested_output(w, class)) {
		struct smmu_cache_tag nested = tag_nested(w);

		if (nested.reach_log2 > tag.size_log2)
			nested.reach_log2 = tag.size_log2;
		keep_leaf(w, &nested, &what);
	}
	if (is_alone(w, class))
		keep_leaf(w, &tag, &what);
	else
		keep_in(w->caches->of[SMMU_CACHE_IPA], &tag, &what);
}
