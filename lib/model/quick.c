/*
 * Translations in which nothing happens, quickly and through caches.  What the
 * architecture asks is in stage1.c and stage2.c; this knows only how to
 * recognize an access that they would let through without a fault, an update
 * or anything unusual, and gives up on all others.  IHI 0070 G.b 3.4; DDI 0487
 * D8.2, D8.3.
 */
#include "model/walk_priv.h"

/* What all steps of one translation share. */
struct run {
	struct smmu_model *model;
	const struct smmu_config *config;
	uint64_t key;
	uint32_t ctx; /* finds what walks before this one left in the walk caches; 0: nothing */
	unsigned index;
};

/* What one stage came to. */
struct found {
	uint64_t desc;
	uint64_t oa;
	unsigned size_log2;
	unsigned perm;
	unsigned taken; /* what Table descriptors take away: smmu_row_taken() */
};

static SMMU_NOINLINE uint64_t load_slow(struct smmu_model *model, struct smmu_pa pa)
{
	const uint8_t *page = smmu_model_table_slow(model, pa);

	return page ? smmu_ld64le(page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2)) : 0;
}

/* The descriptor at pa, or one that is invalid when memory does not answer. */
SMMU_INLINE uint64_t load(struct smmu_model *model, uint64_t pa, enum smmu_pas pas)
{
	const struct smmu_frame *frame = smmu_model_frame(model, pa);

	if (SMMU_UNLIKELY(frame->key != smmu_frame_key((struct smmu_pa){pa, pas})))
		return load_slow(model, (struct smmu_pa){pa, pas});
	return smmu_ld64le(frame->page + smmu_bits(pa, 0, SMMU_MEM_PAGE_LOG2));
}

/* Whether a descriptor of the level that resolves input bits from log2 on is a leaf. */
static SMMU_NOINLINE bool is_block(const struct smmu_tt *tt, uint64_t desc, unsigned log2)
{
	const struct smmu_desc_level *l = tt->initial;

	while (l->size_log2 != log2)
		l++;
	return smmu_desc_kind(desc, l) >= SMMU_DESC_BLOCK;
}

/* The PA of a stage 1 descriptor under stage 2, or NOWHERE. */
static uint64_t resolve(const struct run *r, uint64_t ipa);
#define NOWHERE UINT64_MAX

/* A walk of one table under way. */
struct walk {
	uint64_t at; /* PA of desc */
	uint64_t desc;
	uint64_t tables; /* Table descriptors that led there, or-ed */
	unsigned log2;	 /* lowest input bit that the level of desc resolves */
};

/* Reads the descriptor at its address, an IPA where nested; an invalid one where there is none. */
SMMU_INLINE void read_desc(const struct run *r, struct walk *w, const struct smmu_tt *tt,
			   uint64_t at, bool nested)
{
	w->at = nested ? resolve(r, at) : at;
	if (nested && SMMU_UNLIKELY(w->at == NOWHERE))
		w->desc = 0;
	else
		w->desc = load(r->model, w->at, tt->pas);
}

/* Tables of 4 KiB, which are one page each: to the level of log2, a constant. */
SMMU_INLINE bool step_4k(const struct run *r, struct walk *w, const struct smmu_tt *tt, uint64_t ia,
			 unsigned log2, bool nested)
{
	uint64_t table = smmu_desc_next_4k(w->desc), offset = smmu_bits(ia, log2, 9) * 8;
	/* The bits that choose a frame are the same in the descriptor: that much sooner. */
	const struct smmu_frame *frame = smmu_model_frame(r->model, w->desc);

	if (!smmu_desc_is_0b11(w->desc))
		return false;
	w->tables |= w->desc;
	w->log2 = log2;
	if (nested) {
		read_desc(r, w, tt, table + offset, true);
		return true;
	}
	w->at = table + offset;
	if (SMMU_UNLIKELY(frame->key != table + (uint64_t)tt->pas))
		w->desc = load_slow(r->model, (struct smmu_pa){w->at, tt->pas});
	else
		w->desc = smmu_ld64le(frame->page + offset);
	return true;
}

/* Whether it ends at a Page; otherwise w is where it ended. */
SMMU_INLINE bool descend_4k(const struct run *r, struct walk *w, const struct smmu_tt *tt,
			    uint64_t ia, bool nested)
{
	read_desc(r, w, tt, w->at, nested);
	switch (tt->initial_log2) {
	case 39:
		if (!step_4k(r, w, tt, ia, 30, nested))
			return false;
		/* fall through */
	case 30:
		if (!step_4k(r, w, tt, ia, 21, nested))
			return false;
		/* fall through */
	case 21:
		if (!step_4k(r, w, tt, ia, 12, nested))
			return false;
		/* fall through */
	default:
		return smmu_desc_is_0b11(w->desc);
	}
}

/* The same for tables of any size. */
SMMU_INLINE bool descend_any(const struct run *r, struct walk *w, const struct smmu_tt *tt,
			     uint64_t ia, bool nested)
{
	for (;;) {
		read_desc(r, w, tt, w->at, nested);
		if (!smmu_desc_is_0b11(w->desc) || w->log2 == tt->last_log2)
			return smmu_desc_is_0b11(w->desc);
		w->tables |= w->desc;
		w->log2 -= tt->stride;
		w->at = (w->desc & tt->table_mask) + (ia >> w->log2 & tt->index_mask) * 8;
	}
}

/*
 * Walks tt for ia, and leaves in slot where the last level was.  What is read
 * through a Table descriptor beyond the output size is not looked at.
 */
SMMU_INLINE bool descend(const struct run *r, struct found *f, const struct smmu_tt *tt,
			 uint64_t ia, struct smmu_walk_entry *slot, uint64_t tag, bool nested)
{
	struct walk w = {.log2 = tt->initial_log2};
	bool page;

	w.at = tt->base + (ia >> w.log2) * 8;
	if (SMMU_LIKELY(tt->last_log2 == SMMU_MEM_PAGE_LOG2))
		page = descend_4k(r, &w, tt, ia, nested);
	else
		page = descend_any(r, &w, tt, ia, nested);
	f->desc = w.desc;
	f->size_log2 = w.log2;
	f->taken = 0;
	if (SMMU_UNLIKELY(w.tables & tt->watched)) {
		f->taken = smmu_row_taken(w.tables & tt->taken_mask);
		if (w.tables & tt->excess)
			return false;
	}
	if (SMMU_UNLIKELY(!page))
		return is_block(tt, w.desc, w.log2);
	if (slot)
		*slot = (struct smmu_walk_entry){
			.tag = tag,
			.pa = w.at - smmu_walk_offset(ia >> w.log2),
			.ctx = r->ctx,
			.taken = (uint8_t)f->taken,
		};
	return true;
}

/* The same from the last level, where a walk has been before. */
SMMU_INLINE bool descend_cached(const struct run *r, struct found *f, const struct smmu_tt *tt,
				uint64_t ia, unsigned stage, uint64_t tag, bool nested)
{
	struct smmu_walk_entry *slot;

	if (!r->ctx)
		return descend(r, f, tt, ia, NULL, 0, nested);
	slot = smmu_walk_slot(r->model->tlb, stage, r->ctx, tag);
	if (SMMU_UNLIKELY(slot->tag != tag || slot->ctx != r->ctx))
		return descend(r, f, tt, ia, slot, tag, nested);
	f->size_log2 = tt->last_log2;
	f->taken = slot->taken;
	f->desc = load(r->model, slot->pa + smmu_walk_offset(ia >> tt->last_log2), tt->pas);
	return smmu_desc_is_0b11(f->desc);
}

/*
 * Whether a leaf can be used as it is for the accesses need: in range,
 * accessed, not to be made dirty.  Its output address: that of the descriptor,
 * with the input bits below it.
 */
SMMU_INLINE bool settle(struct found *f, const struct smmu_tt *tt, uint64_t ia, unsigned need)
{
	uint64_t below = smmu_pow2(SMMU_MEM_PAGE_LOG2) - 1;

	if (SMMU_UNLIKELY(f->size_log2 != SMMU_MEM_PAGE_LOG2))
		below = smmu_pow2(f->size_log2) - 1;
	f->oa = (f->desc & tt->table_mask & ~below) | (ia & below);
	return SMMU_LIKELY(!((f->desc ^ tt->want) & tt->look) && !(need & ~f->perm));
}

SMMU_INLINE bool stage2(const struct run *r, struct found *f, uint64_t ipa, unsigned need)
{
	const struct smmu_s2 *s2 = &r->config->stage2;
	const struct smmu_tt *tt = &s2->tt;

	if (SMMU_UNLIKELY(!tt->quick || ipa & tt->ia_excess) ||
	    !descend_cached(r, f, tt, ipa, 2, ipa >> tt->page_log2, false))
		return false;
	f->perm = s2->perm[smmu_desc_permissions(f->desc)];
	return settle(f, tt, ipa, need);
}

static SMMU_NOINLINE uint64_t resolve_fresh(struct smmu_model *model,
					    const struct smmu_config *config, uint64_t ipa)
{
	const struct run fresh = {.model = model, .config = config};
	struct found f;

	return stage2(&fresh, &f, ipa, SMMU_PERM_PR) ? f.oa : NOWHERE;
}

/* Pages of IPA are remembered. */
static SMMU_NOINLINE uint64_t resolve_cached(const struct run *r, uint64_t ipa)
{
	uint64_t page = smmu_tlb_page(r->model->tlb, ipa), key = smmu_key_s2(r->key);
	const struct smmu_tlb_entry *hit = smmu_tlb_find(r->model->tlb, key, page);
	struct found f;

	if (hit)
		return smmu_tlb_pa(hit) | smmu_bits(ipa, 0, SMMU_TLB_PAGE_LOG2);
	if (!stage2(r, &f, ipa, SMMU_PERM_PR))
		return NOWHERE;
	smmu_tlb_insert(
		r->model->tlb,
		&(struct smmu_tlb_entry){.page = page, .key = key, .out = smmu_tlb_out(f.oa, 0)});
	return f.oa;
}

static uint64_t resolve(const struct run *r, uint64_t ipa)
{
	return r->ctx ? resolve_cached(r, ipa) : resolve_fresh(r->model, r->config, ipa);
}

SMMU_INLINE bool stage1(const struct run *r, struct found *f, uint64_t va, unsigned need,
			bool nested)
{
	const struct smmu_s1 *s1 = &r->config->stage1;
	bool high = smmu_bit(va, 55);
	const struct smmu_tt *tt = SMMU_UNLIKELY(high) ? &s1->tt[1] : &s1->tt[0];
	uint64_t above = SMMU_UNLIKELY(high) ? ~va : va, ia = va & tt->ia_mask;
	/* No input address reaches bit 63, which tells the two tables apart. */
	uint64_t tag = ia >> tt->page_log2 | (high ? smmu_pow2(63) : 0);
	unsigned row;

	if (SMMU_UNLIKELY(!tt->quick || above & tt->ia_excess) ||
	    !descend_cached(r, f, tt, ia, 1, tag, nested))
		return false;
	row = smmu_row_of(f->desc);
	if (SMMU_UNLIKELY(f->taken))
		row = smmu_row_effective(row, f->taken);
	f->perm = s1->perm[row];
	return settle(f, tt, ia, need);
}

/* The attributes of two leaves, for the first time; second: 0 where there is no stage 2. */
static SMMU_NOINLINE void work_out(struct smmu_attr *attr, const struct smmu_config *config,
				   uint64_t first, uint64_t second)
{
	/* Either table, but one that is quick: descriptors of those have the SH (no DS). */
	const struct smmu_tt *tt = config->stage1.tt;
	uint16_t memory = config->attr.memory;

	if (config->s1)
		memory = smmu_config_memory1(config, tt[0].quick ? &tt[0] : &tt[1], first);
	if (config->s2)
		memory = smmu_config_memory2(config, memory, second);
	*attr = smmu_config_attr(config, memory);
}

SMMU_INLINE const struct smmu_attr *attributes(const struct run *r, uint64_t first, uint64_t second)
{
	struct smmu_memo *memo = r->model->tlb->last_memo;
	unsigned kind = smmu_memo_kind(first, second), slot = smmu_memo_slot(kind);

	if (SMMU_UNLIKELY(memo->kind[slot] != kind + 1)) {
		work_out(&memo->attr[slot], r->config, first, second);
		memo->kind[slot] = (uint16_t)(kind + 1);
	}
	return &memo->attr[slot];
}

/* Keeps what a later access to the same page may take without a walk. */
SMMU_INLINE void keep(const struct run *r, uint64_t address, const struct found *leaf,
		      const struct smmu_attr *attr)
{
	unsigned allowed = r->config->allowed[leaf->perm] & r->config->alike[r->index];
	struct smmu_tlb_entry entry = {
		.page = smmu_tlb_page(r->model->tlb, address),
		.key = r->key,
		.out = smmu_tlb_out(leaf->oa, allowed),
	};

	memcpy(&entry.attr, attr, sizeof(entry.attr));
	entry.attr.marks = r->config->marks[r->index];
	entry.attr.pbha = smmu_tlb_range(leaf->size_log2, r->config->ste_pa.pas);
	smmu_tlb_insert(r->model->tlb, &entry);
}

SMMU_INLINE int answer(const struct run *r, struct smmu_result *result, const struct smmu_txn *txn,
		       const struct found *leaf, const struct smmu_attr *attr)
{
	memcpy(&result->attr, attr, sizeof(result->attr));
	result->attr.marks = r->config->marks[r->index];
	smmu_walk_answer(result, (struct smmu_pa){leaf->oa, r->config->ste_pa.pas},
			 leaf->size_log2);
	if (r->ctx)
		keep(r, txn->address, leaf, attr);
	return 0;
}

/* With the configuration that is at hand. */
SMMU_INLINE struct run begin(struct smmu_model *model, const struct smmu_txn *txn, uint64_t key,
			     bool tlb_on)
{
	return (struct run){
		.model = model,
		.config = model->tlb->last_config,
		.key = key,
		.ctx = tlb_on ? model->tlb->last->ctx : 0,
		.index = smmu_txn_index(txn),
	};
}

SMMU_INLINE int first_only(struct smmu_result *result, struct smmu_model *model,
			   const struct smmu_txn *txn, uint64_t key, bool tlb_on)
{
	struct run r = begin(model, txn, key, tlb_on);
	struct found leaf;

	if (!stage1(&r, &leaf, txn->address, r.config->need[r.index], false))
		return smmu_model_translate_full(result, model, txn, key);
	return answer(&r, result, txn, &leaf, attributes(&r, leaf.desc, 0));
}

static SMMU_NOINLINE int first_only_cached(struct smmu_result *result, struct smmu_model *model,
					   const struct smmu_txn *txn, uint64_t key)
{
	return first_only(result, model, txn, key, true);
}

static SMMU_NOINLINE int first_only_uncached(struct smmu_result *result, struct smmu_model *model,
					     const struct smmu_txn *txn, uint64_t key)
{
	return first_only(result, model, txn, key, false);
}

/* Stage 1 in IPA space, then stage 2 of its output. */
SMMU_INLINE int nested(struct smmu_result *result, struct smmu_model *model,
		       const struct smmu_txn *txn, uint64_t key, bool tlb_on)
{
	struct run r = begin(model, txn, key, tlb_on);
	unsigned need = r.config->need[r.index];
	struct found first, leaf;

	if (!stage1(&r, &first, txn->address, need, true) || !stage2(&r, &leaf, first.oa, need))
		return smmu_model_translate_full(result, model, txn, key);
	leaf.perm &= first.perm;
	if (first.size_log2 < leaf.size_log2)
		leaf.size_log2 = first.size_log2;
	return answer(&r, result, txn, &leaf, attributes(&r, first.desc, leaf.desc));
}

static SMMU_NOINLINE int nested_cached(struct smmu_result *result, struct smmu_model *model,
				       const struct smmu_txn *txn, uint64_t key)
{
	return nested(result, model, txn, key, true);
}

static SMMU_NOINLINE int nested_uncached(struct smmu_result *result, struct smmu_model *model,
					 const struct smmu_txn *txn, uint64_t key)
{
	return nested(result, model, txn, key, false);
}

/* 3.4: what bypasses stage 1 must fit in IAS. */
static SMMU_NOINLINE int second_only(struct smmu_result *result, struct smmu_model *model,
				     const struct smmu_txn *txn, uint64_t key)
{
	struct run r = begin(model, txn, key, model->tlb_on);
	struct found leaf;

	if (!r.config->s2 || !smmu_bits_fit(txn->address, model->iface[SMMU_SEC_NS].now.ias_bits) ||
	    !stage2(&r, &leaf, txn->address, r.config->need[r.index]))
		return smmu_model_translate_full(result, model, txn, key);
	return answer(&r, result, txn, &leaf, attributes(&r, 0, leaf.desc));
}

/* Not in the TLB: a walk, if the configuration is cached. */
static SMMU_NOINLINE int walk(struct smmu_result *result, struct smmu_model *model,
			      const struct smmu_txn *txn, uint64_t key)
{
	const struct smmu_config *config;

	if (SMMU_UNLIKELY(model->tlb->last_key != key) && !smmu_cfg_recall(model->tlb, key))
		return smmu_model_translate_full(result, model, txn, key);
	config = model->tlb->last_config;
	if (SMMU_UNLIKELY(!config->s1))
		return second_only(result, model, txn, key);
	if (config->s2)
		return model->tlb_on ? nested_cached(result, model, txn, key)
				     : nested_uncached(result, model, txn, key);
	return model->tlb_on ? first_only_cached(result, model, txn, key)
			     : first_only_uncached(result, model, txn, key);
}

/* An entry of the TLB that permits the access, or NULL. */
SMMU_INLINE const struct smmu_tlb_entry *permitted(const struct smmu_tlb *tlb,
						   const struct smmu_txn *txn, uint64_t key)
{
	const struct smmu_tlb_entry *hit =
		smmu_tlb_find(tlb, key, smmu_tlb_page(tlb, txn->address));

	if (SMMU_UNLIKELY(!hit || !smmu_bit(hit->out, smmu_txn_index(txn))))
		return NULL;
	return hit;
}

SMMU_INLINE int translate(struct smmu_result *result, struct smmu_model *model,
			  const struct smmu_txn *txn, uint64_t key)
{
	const struct smmu_tlb_entry *hit;

	if (SMMU_UNLIKELY(!model->tlb_on))
		return walk(result, model, txn, key);
	hit = permitted(model->tlb, txn, key);
	if (SMMU_UNLIKELY(!hit))
		return walk(result, model, txn, key);
	memcpy(&result->attr, &hit->attr, sizeof(result->attr));
	result->attr.pbha = 0;
	smmu_walk_answer(
		result,
		(struct smmu_pa){smmu_tlb_pa(hit) | smmu_bits(txn->address, 0, SMMU_TLB_PAGE_LOG2),
				 (enum smmu_pas)smmu_bits(hit->attr.pbha, 0, 2)},
		hit->attr.pbha >> 2);
	return 0;
}

static SMMU_NOINLINE int translate_unusual(struct smmu_result *result, struct smmu_model *model,
					   const struct smmu_txn *txn)
{
	return translate(result, model, txn, smmu_cfg_key(txn));
}

/* As smmu_cfg_key() has it, for a transaction with nothing out of the ordinary. */
SMMU_INLINE bool plain_key(uint64_t *key, const struct smmu_txn *txn)
{
	*key = txn->stream | (uint64_t)txn->sec << SMMU_KEY_SEC;
	if (SMMU_UNLIKELY(!smmu_txn_is_plain(txn)))
		return false;
	if (txn->ssv) {
		if (SMMU_UNLIKELY(!smmu_bits_fit(txn->substream, 20)))
			return false;
		*key |= ((uint64_t)txn->substream << 1 | 1) << SMMU_KEY_SUBSTREAM;
	}
	return true;
}

int smmu_model_translate(struct smmu_result *result, struct smmu_model *model,
			 const struct smmu_txn *txn)
{
	uint64_t key;

	if (SMMU_UNLIKELY(!plain_key(&key, txn)))
		return translate_unusual(result, model, txn);
	return translate(result, model, txn, key);
}

/* Nothing but an answer. */
static bool is_plain(const struct smmu_result *result)
{
	return result->status == SMMU_STATUS_OK && !result->updates_count && !result->stale;
}

int smmu_model_translate_run(struct smmu_result *result, size_t *passed, struct smmu_model *model,
			     const struct smmu_txn *txn, size_t stride, size_t count)
{
	const struct smmu_tlb *tlb = model->tlb;
	bool tlb_on = model->tlb_on;
	uint64_t key;
	size_t i;
	int error = 0;

	if (SMMU_UNLIKELY(!plain_key(&key, txn)))
		key = smmu_cfg_key(txn);
	for (i = 0; i < count; i++) {
		if (SMMU_UNLIKELY(!tlb_on) || SMMU_UNLIKELY(!permitted(tlb, txn, key))) {
			error = walk(result, model, txn, key);
			if (SMMU_UNLIKELY(error || !is_plain(result)))
				break;
		}
		txn = (const struct smmu_txn *)((const uint8_t *)txn + stride);
	}
	*passed = i;
	return error;
}
