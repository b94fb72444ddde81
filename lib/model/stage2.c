/*
 * Stage 2: from an IPA to a PA, for a transaction, a stage 1 descriptor or a
 * CD.  IHI 0070 G.b 3.4, 5.2, 7.3.13 - 7.3.16; DDI 0487 D8.2, D8.3, D8.4.2.
 */
#include "model/walk_priv.h"

/* One stage 2 translation under way. */
struct s2_walk {
	uint64_t ipa;
	unsigned need;
	enum smmu_event_class class;
};

/* The faults of this stage, whatever structure is to blame. */
static int fault(struct smmu_walk *w, const struct s2_walk *s, unsigned type,
		 enum smmu_reason reason)
{
	smmu_walk_fault(w, type, reason);
	w->fault.s2 = true;
	w->fault.class = (uint8_t)s->class;
	w->fault.ipa = s->ipa;
	w->fault.ttrnw = !(s->need & SMMU_PERM_WRITE);
	w->result->blame.stage = 2;
	return 1;
}

static int ipa_out_of_range(struct smmu_walk *w, const struct s2_walk *s)
{
	fault(w, s, SMMU_EVT_F_TRANSLATION, SMMU_REASON_IPA_RANGE);
	w->result->blame.where = SMMU_STRUCT_STE;
	w->result->blame.pa = w->config->ste_pa;
	w->result->blame.field = "S2T0SZ";
	return 1;
}

static SMMU_NOINLINE int desc_fault(struct smmu_walk *w, const struct s2_walk *s,
				    const struct smmu_leaf *at, unsigned type,
				    enum smmu_reason reason, const char *field)
{
	fault(w, s, type, reason);
	w->fault.fetch = at->pa.pa;
	w->result->blame.where = SMMU_STRUCT_S2_DESC;
	w->result->blame.level = at->level;
	w->result->blame.pa = at->pa;
	w->result->blame.word = at->desc;
	w->result->blame.field = field;
	return 1;
}

static SMMU_NOINLINE void show(const struct smmu_walk *w, const struct s2_walk *s,
			       const struct smmu_leaf *at, uint64_t index, bool aborted)
{
	smmu_walk_show(w, &(struct smmu_desc_read){.stage = 2,
						   .level = at->level,
						   .nested = s->class != SMMU_EVT_CLASS_IN,
						   .aborted = aborted,
						   .input = s->ipa,
						   .index = index,
						   .pa = at->pa,
						   .desc = at->desc,
						   .tt = &w->config->stage2.tt});
}

/* Reads the descriptor at leaf->pa. */
static int fetch(struct smmu_walk *w, const struct s2_walk *s, struct smmu_leaf *leaf,
		 uint64_t index)
{
	struct smmu_model *m = w->model;
	const struct smmu_tt *tt = &w->config->stage2.tt;
	bool there =
		smmu_mem_cursor_ld64(&leaf->desc, &m->cursor[1][leaf->level + 1], m->mem, leaf->pa);

	smmu_walk_touch(w, leaf->pa.pa);
	if (SMMU_UNLIKELY(tt->big_endian))
		leaf->desc = smmu_swap64(leaf->desc);
	if (SMMU_UNLIKELY(w->log))
		show(w, s, leaf, index, !there);
	if (SMMU_UNLIKELY(!there))
		return desc_fault(w, s, leaf, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_ABORT, NULL);
	return 0;
}

/* 3.13.6: the Access flag of a Table descriptor. */
static int table_flag(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_leaf *at)
{
	if (smmu_s2table_AF(at->desc) ||
	    smmu_walk_update(w, at->pa, smmu_s2table_set_AF(at->desc, 1),
			     w->config->stage2.tt.big_endian))
		return 0;
	return desc_fault(w, s, at, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT, NULL);
}

/* The levels of the walk, down to a Block or Page with an address in range. */
static int descend(struct smmu_walk *w, const struct s2_walk *s, struct smmu_leaf *leaf)
{
	const struct smmu_tt *tt = &w->config->stage2.tt;
	const struct smmu_desc_level *l = tt->initial;
	unsigned bits = tt->initial_bits;
	uint64_t table = tt->base;

	leaf->pa.pas = w->model->bank.pas;
	for (leaf->level = tt->initial_level;; leaf->level++, l++) {
		uint64_t index = smmu_bits(s->ipa, l->size_log2, bits);
		enum smmu_desc_kind kind;

		leaf->pa.pa = table + index * 8;
		if (fetch(w, s, leaf, index))
			return 1;
		kind = smmu_desc_kind(leaf->desc, l);
		if (kind == SMMU_DESC_TABLE) {
			table = smmu_desc_nlta(leaf->desc, l);
			if (SMMU_UNLIKELY(table & tt->oa_excess))
				return desc_fault(w, s, leaf, SMMU_EVT_F_ADDR_SIZE,
						  SMMU_REASON_TABLE_ADDRESS_SIZE, "NLTA");
			if (SMMU_UNLIKELY(tt->haft) && table_flag(w, s, leaf))
				return 1;
			bits = l[1].stride;
			continue;
		}
		if (SMMU_UNLIKELY(kind == SMMU_DESC_INVALID))
			return desc_fault(w, s, leaf, SMMU_EVT_F_TRANSLATION,
					  SMMU_REASON_DESC_INVALID, NULL);
		if (SMMU_UNLIKELY(kind == SMMU_DESC_RESERVED))
			return desc_fault(w, s, leaf, SMMU_EVT_F_TRANSLATION,
					  SMMU_REASON_DESC_RESERVED, NULL);
		leaf->size_log2 = l->size_log2;
		leaf->oa = smmu_desc_oa(leaf->desc, l);
		if (SMMU_UNLIKELY(leaf->oa & tt->oa_excess))
			return desc_fault(w, s, leaf, SMMU_EVT_F_ADDR_SIZE,
					  SMMU_REASON_OUTPUT_ADDRESS_SIZE, "OA");
		return 0;
	}
}

/* Stage 2 MemAttr that makes any access Device: D8.6.5, D8.6.6 with FWB. */
static bool is_device(const struct smmu_s2 *s2, uint64_t desc)
{
	return s2->fwb ? smmu_s2desc_MemAttr_FWB(desc) < 4 : smmu_s2desc_MemAttr(desc) < 4;
}

static int no_permission(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_leaf *leaf,
			 unsigned missing)
{
	enum smmu_reason reason = missing & SMMU_PERM_WRITE  ? SMMU_REASON_NO_WRITE
				  : missing & SMMU_PERM_READ ? SMMU_REASON_NO_READ
							     : SMMU_REASON_NO_EXECUTE;

	desc_fault(w, s, leaf, SMMU_EVT_F_PERMISSION, reason,
		   missing & SMMU_PERM_EXEC ? "XN" : "S2AP");
	w->fault.lacks_read = s->class == SMMU_EVT_CLASS_IN && !(missing & SMMU_PERM_WRITE);
	return 1;
}

/* The checks of 7.3.22 on the final descriptor, and the updates of 3.13. */
static int check_leaf(struct smmu_walk *w, const struct s2_walk *s, struct smmu_leaf *leaf)
{
	const struct smmu_s2 *s2 = &w->config->stage2;
	uint64_t desc = leaf->desc, update = desc;
	unsigned row = (unsigned)(smmu_s2desc_XN(desc) << 2 | smmu_s2desc_S2AP(desc));
	unsigned perm = s2->perm[row];

	if (SMMU_UNLIKELY(!smmu_s2desc_AF(desc)) && !s2->tt.affd) {
		if (!s2->tt.ha)
			return desc_fault(w, s, leaf, SMMU_EVT_F_ACCESS, SMMU_REASON_ACCESS_FLAG,
					  "AF");
		update = smmu_s2desc_set_AF(update, 1);
	}
	leaf->perm = (uint8_t)perm;
	if (SMMU_UNLIKELY(s->need & ~perm)) {
		/* 3.13.3.1: a writable-clean descriptor becomes writable-dirty. */
		if (!s2->tt.hd || !smmu_s2desc_DBM(desc) || s->need & ~(perm | SMMU_PERM_WRITE))
			return no_permission(w, s, leaf, s->need & ~perm);
		update = smmu_s2desc_set_S2AP(update, smmu_s2desc_S2AP(update) | 2);
		leaf->perm |= SMMU_PERM_WRITE;
	}
	if (SMMU_UNLIKELY(s2->ptw) && s->class != SMMU_EVT_CLASS_IN && is_device(s2, desc))
		return desc_fault(w, s, leaf, SMMU_EVT_F_PERMISSION, SMMU_REASON_WALK_DEVICE,
				  "MemAttr");
	if (SMMU_UNLIKELY(update != desc) &&
	    !smmu_walk_update(w, leaf->pa, update, s2->tt.big_endian))
		return desc_fault(w, s, leaf, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT,
				  NULL);
	return 0;
}

int smmu_stage2_walk(struct smmu_walk *w, struct smmu_leaf *leaf, uint64_t ipa, unsigned need,
		     enum smmu_event_class class)
{
	struct s2_walk s = {ipa, need, class};

	if (SMMU_UNLIKELY(!smmu_bits_fit(ipa, w->config->stage2.tt.ia_bits)))
		return ipa_out_of_range(w, &s);
	if (descend(w, &s, leaf) || check_leaf(w, &s, leaf))
		return 1;
	leaf->oa |= smmu_bits(ipa, 0, leaf->size_log2);
	return 0;
}
