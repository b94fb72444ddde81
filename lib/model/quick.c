/*
 * Translations in which nothing happens, quickly and through caches.  What the
 * architecture asks is in stage1.c and stage2.c; this knows only how to
 * recognize an access that they would let through without a fault, an update
 * or anything unusual, and gives up on all others.  IHI 0070 G.b 3.4; DDI 0487
 * D8.2, D8.3.
 */
#include "model/walk_priv.h"

/* An access, and what finds it in the caches. */
struct access {
	uint64_t address;
	uint64_t key;
	uint32_t ctx; /* 0: no caches */
	unsigned need;
	unsigned index; /* smmu_txn_index() */
};

/* A walk of one stage. */
struct run {
	struct smmu_model *model;
	const struct smmu_tt *tt;
	uint64_t ia;
	uint64_t key;
	uint32_t ctx;
	enum smmu_pas pas;
};

/* What it came to. */
struct found {
	uint64_t desc;
	const struct smmu_desc_level *l;
	unsigned taken;
};

/* Of a page that is not among those found last; invalid when memory does not answer. */
static SMMU_NOINLINE uint64_t load_slow(struct smmu_model *model, struct smmu_pa pa)
{
	const uint8_t *page = smmu_model_table_slow(model, pa);

	return page ? smmu_ld64le(page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2)) : 0;
}

/* The descriptor there, or one that is invalid. */
SMMU_INLINE uint64_t load(const struct run *r, uint64_t at)
{
	struct smmu_pa pa = {at, r->pas};
	const struct smmu_frame *frame = smmu_model_frame(r->model, pa);

	if (SMMU_UNLIKELY(!frame))
		return load_slow(r->model, pa);
	return smmu_ld64le(frame->page + smmu_bits(at, 0, SMMU_MEM_PAGE_LOG2));
}

/* Where the descriptor for ia is, in the initial table and in another. */
SMMU_INLINE uint64_t initial_at(const struct run *r)
{
	return r->tt->base + (r->ia >> r->tt->initial->size_log2) * 8;
}

SMMU_INLINE uint64_t next_at(const struct run *r, const struct smmu_desc_level *l, uint64_t table)
{
	return table + (r->ia >> l->size_log2 & r->tt->index_mask) * 8;
}

/* Whether a Block or Page can be used as it is, where nothing that is needed is denied. */
SMMU_INLINE bool is_settled(const struct smmu_tt *tt, const struct found *f, unsigned denied)
{
	return SMMU_LIKELY(!denied && (f->desc & tt->leaf_care) == tt->leaf_want);
}

/* Output address: that of the descriptor, with the input bits below it (at most 48 bits). */
SMMU_INLINE uint64_t output(const struct found *f, uint64_t ia)
{
	return (f->desc & f->l->leaf_mask) | (ia & ~f->l->leaf_mask);
}

SMMU_INLINE const struct smmu_desc_level *last_level(const struct smmu_tt *tt)
{
	return tt->initial + (SMMU_DESC_LEVEL_MAX - tt->initial_level);
}

/* Stage 2 from its initial table, or from the last level when a walk has been there. */
SMMU_INLINE bool descend2(const struct run *r, struct found *f)
{
	const struct smmu_tt *tt = r->tt;
	struct smmu_walk_entry *slot = NULL;
	enum smmu_desc_kind kind;
	uint64_t at, table, tag = 0;

	if (r->ctx) {
		tag = r->ia >> tt->page_log2;
		slot = smmu_walk_slot(r->model->tlb, 2, r->ctx, tag);
		if (slot->tag == tag && slot->ctx == r->ctx) {
			f->l = last_level(tt);
			f->desc = load(r, slot->pa + smmu_walk_offset(r->ia >> f->l->size_log2));
			return smmu_desc_kind(f->desc, f->l) == SMMU_DESC_PAGE;
		}
	}
	f->l = tt->initial;
	at = initial_at(r);
	for (;;) {
		f->desc = load(r, at);
		kind = smmu_desc_kind(f->desc, f->l);
		if (kind != SMMU_DESC_TABLE)
			break;
		table = f->desc & f->l->table_mask;
		if (SMMU_UNLIKELY(table & tt->oa_excess))
			return false;
		f->l++;
		at = next_at(r, f->l, table);
	}
	if (slot && kind == SMMU_DESC_PAGE)
		*slot = (struct smmu_walk_entry){
			.tag = tag,
			.pa = at - smmu_walk_offset(r->ia >> f->l->size_log2),
			.ctx = r->ctx,
		};
	return kind >= SMMU_DESC_BLOCK;
}

SMMU_INLINE bool stage2(struct smmu_model *model, struct smmu_leaf *leaf,
			const struct smmu_config *config, const struct access *access)
{
	const struct smmu_s2 *s2 = &config->stage2;
	const struct smmu_tt *tt = &s2->tt;
	struct run r = {.model = model,
			.tt = tt,
			.ia = access->address,
			.key = access->key,
			.ctx = access->ctx,
			.pas = tt->pas};
	struct found f;

	if (SMMU_UNLIKELY(!tt->quick || access->address & tt->ia_excess) || !descend2(&r, &f))
		return false;
	leaf->perm = s2->perm[smmu_s2desc_XN(f.desc) << 2 | smmu_s2desc_S2AP(f.desc)];
	leaf->desc = f.desc;
	leaf->size_log2 = f.l->size_log2;
	leaf->oa = output(&f, access->address);
	return is_settled(tt, &f, access->need & ~leaf->perm);
}

/* The PA of a stage 1 descriptor under stage 2; pages of IPA are remembered. */
static bool resolve(const struct run *r, uint64_t *pa, const struct smmu_config *config,
		    uint64_t ipa)
{
	uint64_t page = smmu_tlb_page(r->model->tlb, ipa);
	struct access read = {.address = ipa, .key = r->key, .ctx = r->ctx, .need = SMMU_PERM_PR};
	struct smmu_leaf leaf;

	if (r->ctx) {
		const struct smmu_tlb_entry *hit =
			smmu_tlb_find(r->model->tlb, smmu_key_s2(r->key), page);

		if (hit) {
			*pa = smmu_tlb_pa(hit) | smmu_bits(ipa, 0, SMMU_TLB_PAGE_LOG2);
			return true;
		}
	}
	if (!stage2(r->model, &leaf, config, &read))
		return false;
	*pa = leaf.oa;
	if (r->ctx)
		smmu_tlb_insert(r->model->tlb,
				&(struct smmu_tlb_entry){.page = page,
							 .key = smmu_key_s2(r->key),
							 .out = smmu_tlb_out(leaf.oa, 0)});
	return true;
}

/* The same as descend2() for stage 1, whose tables are in IPA space when nested. */
SMMU_INLINE bool descend1(const struct run *r, struct found *f, const struct smmu_config *config,
			  bool nested)
{
	const struct smmu_tt *tt = r->tt;
	uint64_t tables = 0, at, desc, tag = 0;
	struct smmu_walk_entry *slot = NULL;
	const struct smmu_desc_level *l;
	enum smmu_desc_kind kind;

	if (r->ctx) {
		/* No input address reaches bit 63, which tells the two tables apart. */
		tag = r->ia >> tt->page_log2 | (uint64_t)(tt != config->stage1.tt) << 63;
		slot = smmu_walk_slot(r->model->tlb, 1, r->ctx, tag);
		if (slot->tag == tag && slot->ctx == r->ctx) {
			f->l = last_level(tt);
			f->taken = slot->taken;
			f->desc = load(r, slot->pa + smmu_walk_offset(r->ia >> f->l->size_log2));
			return smmu_desc_kind(f->desc, f->l) == SMMU_DESC_PAGE;
		}
	}
	l = tt->initial;
	at = initial_at(r);
	if (nested && !resolve(r, &at, config, at))
		return false;
	desc = load(r, at);
	while ((kind = smmu_desc_kind(desc, l)) == SMMU_DESC_TABLE) {
		tables |= desc;
		l++;
		at = next_at(r, l, desc & l->table_mask);
		if (nested && !resolve(r, &at, config, at))
			return false;
		desc = load(r, at);
	}
	f->l = l;
	f->desc = desc;
	f->taken = 0;
	if (SMMU_UNLIKELY(tables & tt->notable)) {
		if (tables & tt->oa_excess & f->l->table_mask)
			return false;
		f->taken = smmu_row_taken(tables & tt->taken_mask);
	}
	if (slot && kind == SMMU_DESC_PAGE)
		*slot = (struct smmu_walk_entry){
			.tag = tag,
			.pa = at - smmu_walk_offset(r->ia >> f->l->size_log2),
			.ctx = r->ctx,
			.taken = (uint8_t)f->taken,
		};
	return kind >= SMMU_DESC_BLOCK;
}

SMMU_INLINE bool stage1(struct smmu_model *model, struct smmu_leaf *leaf,
			const struct smmu_config *config, const struct access *access, bool nested)
{
	const struct smmu_s1 *s1 = &config->stage1;
	bool high = smmu_bit(access->address, 55);
	const struct smmu_tt *tt = high ? &s1->tt[1] : &s1->tt[0];
	uint64_t above = high ? ~access->address : access->address;
	struct run r = {.model = model,
			.tt = tt,
			.ia = access->address & tt->ia_mask,
			.key = access->key,
			.ctx = access->ctx,
			.pas = tt->pas};
	struct found f;
	unsigned row;

	if (SMMU_UNLIKELY(!tt->quick || above & tt->ia_excess) || !descend1(&r, &f, config, nested))
		return false;
	row = smmu_row_of(f.desc);
	if (SMMU_UNLIKELY(f.taken))
		row = smmu_row_effective(row, f.taken);
	leaf->perm = s1->perm[row];
	leaf->memory = s1->memory[smmu_memory_row(smmu_s1desc_AttrIndx(f.desc),
						  (unsigned)smmu_s1desc_SH(f.desc))];
	leaf->size_log2 = f.l->size_log2;
	leaf->oa = output(&f, r.ia);
	return is_settled(tt, &f, access->need & ~leaf->perm);
}

/* Stage 1 in IPA space, then stage 2 of its output. */
static SMMU_NOINLINE bool nested(struct smmu_model *model, struct smmu_leaf *leaf,
				 const struct smmu_config *config, const struct access *access)
{
	struct access second = *access;
	struct smmu_leaf first;

	if (!stage1(model, &first, config, access, true))
		return false;
	second.address = first.oa;
	if (!stage2(model, leaf, config, &second))
		return false;
	leaf->perm &= first.perm;
	leaf->memory = smmu_config_memory2(config, first.memory, leaf->desc);
	if (first.size_log2 < leaf->size_log2)
		leaf->size_log2 = first.size_log2;
	return true;
}

/* 3.4: what bypasses stage 1 must fit in IAS. */
static SMMU_NOINLINE bool second_only(struct smmu_model *model, struct smmu_leaf *leaf,
				      const struct smmu_config *config, const struct access *access)
{
	if (!config->s2 ||
	    !smmu_bits_fit(access->address, model->iface[SMMU_SEC_NS].now.ias_bits) ||
	    !stage2(model, leaf, config, access))
		return false;
	leaf->memory = smmu_config_memory2(config, config->attr.memory, leaf->desc);
	return true;
}

/* Keeps what a later access to the same page may take without a walk. */
SMMU_INLINE void keep(struct smmu_model *model, const struct access *access,
		      const struct smmu_config *config, const struct smmu_leaf *leaf,
		      struct smmu_attr attr)
{
	attr.spare = smmu_tlb_range(leaf->size_log2, config->ste_pa.pas);
	smmu_tlb_insert(model->tlb,
			&(struct smmu_tlb_entry){
				.page = smmu_tlb_page(model->tlb, access->address),
				.key = access->key,
				.out = smmu_tlb_out(leaf->oa, config->allowed[leaf->perm]),
				.attr = attr,
			});
}

SMMU_INLINE struct access start(const struct smmu_txn *txn, const struct smmu_cfg_hit *hit,
				bool caches)
{
	unsigned index = smmu_txn_index(txn);

	return (struct access){.address = txn->address,
			       .key = hit->key,
			       .ctx = caches ? hit->ctx : 0,
			       .need = hit->config->need[index],
			       .index = index};
}

/* Answers with what both stages came to, and keeps it where there are caches. */
SMMU_INLINE int answer(struct smmu_result *result, struct smmu_model *model,
		       const struct access *access, const struct smmu_config *config,
		       const struct smmu_leaf *leaf)
{
	struct smmu_attr attr = config->attr;

	attr.memory = leaf->memory;
	if (access->ctx)
		keep(model, access, config, leaf, attr);
	attr.marks = config->marks[access->index];
	memcpy(&result->attr, &attr, sizeof(attr));
	smmu_walk_answer(result, (struct smmu_pa){leaf->oa, config->ste_pa.pas}, leaf->size_log2);
	return 0;
}

/* Through stage 2, after stage 1 or alone. */
static SMMU_NOINLINE int walk_stage2(struct smmu_result *result, struct smmu_model *model,
				     const struct smmu_txn *txn, const struct smmu_cfg_hit *hit,
				     bool caches)
{
	const struct smmu_config *config = hit->config;
	struct access access = start(txn, hit, caches);
	struct smmu_leaf leaf;

	if (!(config->s1 ? nested(model, &leaf, config, &access)
			 : second_only(model, &leaf, config, &access)))
		return smmu_model_translate_full(result, model, txn, hit->key);
	leaf.memory = smmu_attr_final(leaf.memory, config->nosnoop);
	return answer(result, model, &access, config, &leaf);
}

/* Not in the TLB, or there is none: a walk, if the configuration is cached. */
SMMU_INLINE int walk(struct smmu_result *result, struct smmu_model *model,
		     const struct smmu_txn *txn, uint64_t key, bool caches)
{
	const struct smmu_cfg_hit *hit = smmu_cfg_find(model->tlb, key);
	const struct smmu_config *config;
	struct access access;
	struct smmu_leaf leaf;

	if (SMMU_UNLIKELY(!hit))
		return smmu_model_translate_full(result, model, txn, key);
	config = hit->config;
	access = start(txn, hit, caches);
	if (SMMU_UNLIKELY(!config->s1_only))
		return walk_stage2(result, model, txn, hit, caches);
	if (SMMU_UNLIKELY(!stage1(model, &leaf, config, &access, false)))
		return smmu_model_translate_full(result, model, txn, key);
	return answer(result, model, &access, config, &leaf);
}

static SMMU_NOINLINE int walk_cached(struct smmu_result *result, struct smmu_model *model,
				     const struct smmu_txn *txn, uint64_t key)
{
	return walk(result, model, txn, key, true);
}

static SMMU_NOINLINE int walk_uncached(struct smmu_result *result, struct smmu_model *model,
				       const struct smmu_txn *txn, uint64_t key)
{
	return walk(result, model, txn, key, false);
}

SMMU_INLINE int translate(struct smmu_result *result, struct smmu_model *model,
			  const struct smmu_txn *txn, uint64_t key)
{
	const struct smmu_tlb_entry *hit;
	unsigned index;

	if (SMMU_UNLIKELY(!model->tlb_on))
		return walk_uncached(result, model, txn, key);
	hit = smmu_tlb_find(model->tlb, key, smmu_tlb_page(model->tlb, txn->address));
	index = smmu_txn_index(txn);
	if (SMMU_UNLIKELY(!hit || !smmu_bit(hit->out, index)))
		return walk_cached(result, model, txn, key);
	smmu_walk_attr(&result->attr, &hit->attr, index);
	smmu_walk_answer(
		result,
		(struct smmu_pa){smmu_tlb_pa(hit) | smmu_bits(txn->address, 0, SMMU_TLB_PAGE_LOG2),
				 (enum smmu_pas)smmu_bits(hit->attr.spare, 0, 2)},
		hit->attr.spare >> 2);
	return 0;
}

static SMMU_NOINLINE int translate_unusual(struct smmu_result *result, struct smmu_model *model,
					   const struct smmu_txn *txn)
{
	return translate(result, model, txn, smmu_cfg_key(txn));
}

int smmu_model_translate(struct smmu_result *result, struct smmu_model *model,
			 const struct smmu_txn *txn)
{
	uint64_t key;

	if (SMMU_UNLIKELY(!smmu_cfg_key_plain(&key, txn)))
		return translate_unusual(result, model, txn);
	return translate(result, model, txn, key);
}
