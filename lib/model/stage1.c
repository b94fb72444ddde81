/*
 * Stage 1: from an input address to an IPA or PA.  IHI 0070 G.b 3.4.1, 5.4,
 * 7.3.12 - 7.3.16, 13.4.1; DDI 0487 D8.2, D8.3, D8.4.1.
 */
#include "model/walk_priv.h"

/* What Table descriptors on the way take from the final permissions (D8.4.1.2). */
struct hierarchy {
	unsigned set;	/* row bits of smmu_s1's perm that count as 1 */
	unsigned clear; /* and as 0 */
};

/* A fault of this stage; stage 1 faults of a translation have CLASS IN (7.3.13). */
static int fault(struct smmu_walk *w, unsigned type, enum smmu_reason reason)
{
	smmu_walk_fault(w, type, reason);
	w->fault.class = SMMU_EVT_CLASS_IN;
	w->result->blame.stage = 1;
	return 1;
}

static SMMU_NOINLINE int cd_fault(struct smmu_walk *w, enum smmu_reason reason, const char *field)
{
	fault(w, SMMU_EVT_F_TRANSLATION, reason);
	w->result->blame.where = SMMU_STRUCT_CD;
	w->result->blame.pa = w->config->cd_pa;
	w->result->blame.ipa = w->config->s2 ? w->config->cd_ipa : 0;
	w->result->blame.field = field;
	return 1;
}

static SMMU_NOINLINE int desc_fault(struct smmu_walk *w, const struct smmu_leaf *at, unsigned type,
				    enum smmu_reason reason, const char *field)
{
	fault(w, type, reason);
	if (type == SMMU_EVT_F_WALK_EABT) {
		w->fault.class = SMMU_EVT_CLASS_TT;
		w->fault.fetch = at->pa.pa;
	}
	w->result->blame.where = SMMU_STRUCT_S1_DESC;
	w->result->blame.level = at->level;
	w->result->blame.pa = at->pa;
	w->result->blame.ipa = w->config->s2 ? at->ipa : 0;
	w->result->blame.word = at->desc;
	w->result->blame.field = field;
	return 1;
}

static SMMU_NOINLINE void show(const struct smmu_walk *w, const struct smmu_tt *tt,
			       const struct smmu_leaf *at, uint64_t index, bool aborted)
{
	smmu_walk_show(w, &(struct smmu_desc_read){.stage = 1,
						   .level = at->level,
						   .aborted = aborted,
						   .input = w->txn->address,
						   .index = index,
						   .pa = at->pa,
						   .desc = at->desc,
						   .tt = tt,
						   .ipa_valid = w->config->s2,
						   .ipa = at->ipa});
}

/* VMSAv8-64: VA bit 55 selects the table, the bits above its range repeat it (3.4.1). */
static int select64(struct smmu_walk *w, const struct smmu_tt **table, uint64_t *ia)
{
	uint64_t va = w->txn->address;
	unsigned high = smmu_bit(va, 55);
	const struct smmu_tt *tt = &w->config->stage1.tt[high];
	uint64_t above = high ? ~va : va;

	*table = tt;
	if (SMMU_UNLIKELY(tt->absent))
		return cd_fault(w, SMMU_REASON_TTB1_ABSENT, NULL);
	if (tt->tbi)
		above = smmu_bits(above, 0, 56);
	if (SMMU_UNLIKELY(tt->disabled))
		return cd_fault(w, SMMU_REASON_TTB_DISABLED, high ? "EPD1" : "EPD0");
	if (SMMU_UNLIKELY(!smmu_bits_fit(above, tt->ia_bits))) {
		if (smmu_bits_fit(smmu_bits(above, 0, 56), tt->ia_bits))
			return cd_fault(w, SMMU_REASON_VA_TOP_BYTE, high ? "TBI1" : "TBI0");
		return cd_fault(w, SMMU_REASON_VA_RANGE, high ? "T1SZ" : "T0SZ");
	}
	*ia = smmu_bits(va, 0, tt->ia_bits);
	return 0;
}

/*
 * VMSAv8-32: 32 bits of input address; TTB0 has the lowest 2^(32-T0SZ) bytes,
 * TTB1 the highest 2^(32-T1SZ), or what TTB0 leaves when T1SZ is 0 (DDI 0487
 * G5.4.3).
 */
static int select32(struct smmu_walk *w, const struct smmu_tt **table, uint64_t *ia)
{
	const struct smmu_s1 *s1 = &w->config->stage1;
	uint64_t va = w->txn->address;
	unsigned t0sz = (unsigned)smmu_bits(smmu_cd_T0SZ(&w->config->cd), 0, 3);
	unsigned t1sz = (unsigned)smmu_bits(smmu_cd_T1SZ(&w->config->cd), 0, 3);
	bool low = smmu_bits(va, 32 - t0sz, t0sz) == 0;
	bool high = smmu_bits(va, 32 - t1sz, t1sz) == smmu_ones(t1sz);
	unsigned n = low ? 0 : 1;

	if (!smmu_bits_fit(va, 32) || (!low && (!high || s1->tt[1].absent)))
		return cd_fault(w, SMMU_REASON_VA_RANGE, low ? "T0SZ" : "T1SZ");
	*table = &s1->tt[n];
	if (s1->tt[n].disabled)
		return cd_fault(w, SMMU_REASON_TTB_DISABLED, n ? "EPD1" : "EPD0");
	*ia = smmu_bits(va, 0, s1->tt[n].ia_bits);
	return 0;
}

/* Reads the descriptor at address, an IPA under stage 2. */
SMMU_INLINE int fetch(struct smmu_walk *w, const struct smmu_tt *tt, struct smmu_leaf *leaf,
		      uint64_t index, bool nested)
{
	struct smmu_model *m = w->model;
	bool there;

	if (nested) {
		struct smmu_leaf table;

		if (smmu_stage2_walk(w, &table, leaf->ipa, SMMU_PERM_PR, SMMU_EVT_CLASS_TT))
			return 1;
		leaf->pa.pa = table.oa;
	}
	smmu_walk_touch(w, leaf->pa.pa);
	there = smmu_mem_cursor_ld64(&leaf->desc, &m->cursor[0][leaf->level + 1], m->mem, leaf->pa);
	if (SMMU_UNLIKELY(tt->big_endian))
		leaf->desc = smmu_swap64(leaf->desc);
	if (SMMU_UNLIKELY(w->log))
		show(w, tt, leaf, index, !there);
	if (SMMU_UNLIKELY(!there))
		return desc_fault(w, leaf, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_ABORT, NULL);
	return 0;
}

/*
 * Writes the descriptor back.  It is a write to an IPA that stage 2 must permit
 * (3.13.5), and may make a stage 2 descriptor dirty in turn.
 */
static SMMU_NOINLINE int update_desc(struct smmu_walk *w, const struct smmu_tt *tt,
				     const struct smmu_leaf *at, uint64_t update)
{
	struct smmu_leaf table;

	if (w->config->s2 && smmu_stage2_walk(w, &table, at->ipa, SMMU_PERM_PW, SMMU_EVT_CLASS_TT))
		return 1;
	if (smmu_walk_update(w, at->pa, update, tt->big_endian))
		return 0;
	return desc_fault(w, at, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT, NULL);
}

/* A Table descriptor: what it takes away below it, and its Access flag (3.13.6). */
SMMU_INLINE int pass_table(struct smmu_walk *w, const struct smmu_tt *tt,
			   const struct smmu_leaf *at, struct hierarchy *h)
{
	if (!tt->had) {
		unsigned ap = (unsigned)smmu_s1table_APTable(at->desc);

		h->set |= (ap & SMMU_ROW_AP2) |
			  (smmu_s1table_PXNTable(at->desc) ? SMMU_ROW_PXN : 0u) |
			  (smmu_s1table_UXNTable(at->desc) ? SMMU_ROW_UXN : 0u);
		h->clear |= ap & SMMU_ROW_AP1;
	}
	if (SMMU_UNLIKELY(tt->haft) && !smmu_s1table_AF(at->desc))
		return update_desc(w, tt, at, smmu_s1table_set_AF(at->desc, 1));
	return 0;
}

/* The levels of the walk, down to a Block or Page with an address in range. */
SMMU_INLINE int descend(struct smmu_walk *w, const struct smmu_tt *tt, uint64_t ia,
			struct smmu_leaf *leaf, struct hierarchy *h, bool nested)
{
	const struct smmu_desc_level *l = tt->initial;
	unsigned bits = tt->initial_bits;
	uint64_t table = tt->base;

	leaf->pa.pas = w->model->bank.pas;
	for (leaf->level = tt->initial_level;; leaf->level++, l++) {
		uint64_t index = smmu_bits(ia, l->size_log2, bits);
		enum smmu_desc_kind kind;

		leaf->pa.pa = leaf->ipa = table + index * 8;
		if (fetch(w, tt, leaf, index, nested))
			return 1;
		kind = smmu_desc_kind(leaf->desc, l);
		if (kind == SMMU_DESC_TABLE) {
			table = smmu_desc_nlta(leaf->desc, l);
			if (SMMU_UNLIKELY(table & tt->oa_excess))
				return desc_fault(w, leaf, SMMU_EVT_F_ADDR_SIZE,
						  SMMU_REASON_TABLE_ADDRESS_SIZE, "NLTA");
			if (pass_table(w, tt, leaf, h))
				return 1;
			bits = l[1].stride;
			continue;
		}
		if (SMMU_UNLIKELY(kind == SMMU_DESC_INVALID))
			return desc_fault(w, leaf, SMMU_EVT_F_TRANSLATION, SMMU_REASON_DESC_INVALID,
					  NULL);
		if (SMMU_UNLIKELY(kind == SMMU_DESC_RESERVED))
			return desc_fault(w, leaf, SMMU_EVT_F_TRANSLATION,
					  SMMU_REASON_DESC_RESERVED, NULL);
		leaf->size_log2 = l->size_log2;
		leaf->oa = smmu_desc_oa(leaf->desc, l);
		if (SMMU_UNLIKELY(leaf->oa & tt->oa_excess))
			return desc_fault(w, leaf, SMMU_EVT_F_ADDR_SIZE,
					  SMMU_REASON_OUTPUT_ADDRESS_SIZE, "OA");
		return 0;
	}
}

static SMMU_NOINLINE int no_permission(struct smmu_walk *w, const struct smmu_leaf *leaf,
				       unsigned perm, const struct hierarchy *h)
{
	struct smmu_perm_denial denial;
	unsigned missing = w->need & ~perm;

	smmu_perm_explain(&denial, &w->config->stage1, leaf->desc, missing, h->set, h->clear);
	desc_fault(w, leaf, SMMU_EVT_F_PERMISSION, denial.reason, denial.field);
	w->fault.lacks_read = !(missing & SMMU_PERM_WRITE);
	w->fault.dirty = denial.dirty;
	return 1;
}

/*
 * Permissions of the final descriptor.  clean says that a write makes it dirty:
 * for the rest it counts as writable (D8.5.2, writable-clean).
 */
SMMU_INLINE unsigned permissions(const struct smmu_s1 *s1, const struct smmu_tt *tt, uint64_t desc,
				 const struct hierarchy *h, bool *clean)
{
	unsigned row;

	*clean = false;
	if (SMMU_UNLIKELY(s1->indirect)) {
		unsigned perm = s1->perm[smmu_s1desc_PIIndex(desc)];

		/* 3.13.3.2: nDirty holds writes back until hardware or software clears it. */
		if (smmu_s1desc_nDirty(desc)) {
			*clean = tt->hd;
			perm &= tt->hd ? SMMU_PERM_ALL : ~(unsigned)SMMU_PERM_WRITE;
		}
		return perm;
	}
	row = smmu_row_of(desc);
	if (SMMU_UNLIKELY(tt->hd) && smmu_s1desc_DBM(desc) && row & SMMU_ROW_AP2) {
		*clean = true;
		row &= ~(unsigned)SMMU_ROW_AP2;
	}
	return s1->perm[(row | h->set) & ~h->clear];
}

/* The checks of 7.3.22 on the final descriptor, and the updates of 3.13. */
SMMU_INLINE int check_leaf(struct smmu_walk *w, const struct smmu_tt *tt, struct smmu_leaf *leaf,
			   const struct hierarchy *h)
{
	const struct smmu_s1 *s1 = &w->config->stage1;
	uint64_t desc = leaf->desc, update = desc;
	bool clean;
	unsigned perm = permissions(s1, tt, desc, h, &clean);

	if (SMMU_UNLIKELY(!smmu_s1desc_AF(desc)) && !tt->affd) {
		if (!tt->ha)
			return desc_fault(w, leaf, SMMU_EVT_F_ACCESS, SMMU_REASON_ACCESS_FLAG,
					  "AF");
		update = smmu_s1desc_set_AF(update, 1);
	}
	if (SMMU_UNLIKELY(w->need & ~perm))
		return no_permission(w, leaf, perm, h);
	leaf->perm = (uint8_t)perm;
	if (SMMU_UNLIKELY(clean)) {
		/* nDirty and AP[2] are the same bit: 0 lets writes through. */
		if (w->need & SMMU_PERM_WRITE)
			update = smmu_s1desc_set_nDirty(update, 0);
		else
			leaf->perm &= (uint8_t)~SMMU_PERM_WRITE;
	}
	return SMMU_UNLIKELY(update != desc) ? update_desc(w, tt, leaf, update) : 0;
}

SMMU_INLINE int walk(struct smmu_walk *w, struct smmu_leaf *leaf, bool nested)
{
	struct hierarchy h = {0, 0};
	const struct smmu_tt *tt;
	uint64_t ia;

	if (SMMU_UNLIKELY(w->config->stage1.lpae) ? select32(w, &tt, &ia) : select64(w, &tt, &ia))
		return 1;
	/* 5.4 E0PD0: a Translation fault before any table is read. */
	if (SMMU_UNLIKELY(tt->e0pd) && w->need & SMMU_PERM_UNPRIV)
		return cd_fault(w, SMMU_REASON_E0PD,
				tt == w->config->stage1.tt ? "E0PD0" : "E0PD1");
	if (descend(w, tt, ia, leaf, &h, nested) || check_leaf(w, tt, leaf, &h))
		return 1;
	leaf->oa |= smmu_bits(ia, 0, leaf->size_log2);
	return 0;
}

int smmu_stage1_walk(struct smmu_walk *w, struct smmu_leaf *leaf)
{
	return w->config->s2 ? walk(w, leaf, true) : walk(w, leaf, false);
}
