/*
 * Stage 2: from an IPA to a PA, for a transaction, a stage 1 descriptor or a
 * CD.  IHI 0070 G.b 3.4, 5.2, 7.3.13 - 7.3.16; DDI 0487 D8.2, D8.3, D8.4.2.
 */
#include "model/cache_priv.h"

/* One stage 2 translation under way. */
struct s2_walk {
	uint64_t ipa;
	enum smmu_pas space; /* of the IPA */
	unsigned need;
	enum smmu_event_class class;
};

/* What the events of this stage say besides. */
static int stage2_fault(struct smmu_walk *w, const struct s2_walk *s)
{
	w->fault.s2 = true;
	w->fault.class = (uint8_t)s->class;
	w->fault.ipa = s->ipa;
	w->fault.ipa_pas = s->space;
	w->fault.ttrnw = !(s->need & SMMU_PERM_WRITE);
	w->result->blame.stage = 2;
	return 1;
}

static int ipa_out_of_range(struct smmu_walk *w, const struct s2_walk *s)
{
	smmu_walk_blame(w, SMMU_EVT_F_TRANSLATION, SMMU_REASON_IPA_RANGE, SMMU_STRUCT_STE,
			w->config->ste_pa, s->space == SMMU_PAS_S ? "S_S2T0SZ" : "S2T0SZ");
	return stage2_fault(w, s);
}

static int fail(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
		unsigned type, enum smmu_reason reason, const char *field)
{
	smmu_walk_entry_fault(w, e, type, reason, field);
	w->result->blame.where = SMMU_STRUCT_S2_DESC;
	return stage2_fault(w, s);
}

/* Not a Table and no leaf either. */
static int no_leaf(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e)
{
	bool invalid = smmu_entry_kind(e) == SMMU_DESC_INVALID;

	return fail(w, s, e, SMMU_EVT_F_TRANSLATION,
		    invalid ? SMMU_REASON_DESC_INVALID : SMMU_REASON_DESC_RESERVED, NULL);
}

static void show(const struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
		 bool aborted)
{
	struct smmu_show what = {.stage = 2,
				 .nested = s->class != SMMU_EVT_CLASS_IN,
				 .aborted = aborted,
				 .input = s->ipa};

	smmu_walk_show(w, e, &what);
}

/* Reads the descriptor at e->pa. */
static int fetch(struct smmu_walk *w, const struct s2_walk *s, struct smmu_entry *e)
{
	bool there = smmu_entry_load(w, e);

	if (w->log) {
		show(w, s, e, !there);
	}
	if (!there) {
		return fail(w, s, e, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_ABORT, NULL);
	}
	return 0;
}

/* Fields that 128-bit descriptors have elsewhere. */
static unsigned piindex(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return (unsigned)(e->tt->wide ? smmu_s2desc128_PIIndex(desc)
				      : smmu_s2desc_PIIndex(e->desc));
}

static unsigned poindex(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return (unsigned)(e->tt->wide ? smmu_s2desc128_POIndex(desc)
				      : smmu_s2desc_POIndex(e->desc));
}

static bool is_ns(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return e->tt->wide ? smmu_s2desc128_NS(desc) : smmu_s2desc_NS(e->desc);
}

/* What Base and Overlay permissions of the Indirect scheme come to. */
static unsigned encoding_of(const struct smmu_s2 *s2, const struct smmu_entry *e)
{
	unsigned base = s2->base[piindex(e)];

	return s2->overlay ? smmu_perm_s2_combine(base, s2->over[poindex(e)]) : base;
}

/* What the descriptor permits, but for its dirty state. */
static unsigned permissions(const struct smmu_s2 *s2, const struct s2_walk *s,
			    const struct smmu_entry *e)
{
	if (!s2->indirect)
		return s2->perm[smmu_s2desc_XN(e->desc) << 2 | smmu_s2desc_S2AP(e->desc)];
	return smmu_perm_s2_encoding(encoding_of(s2, e), s->class != SMMU_EVT_CLASS_IN);
}

static bool is_assured_only(const struct smmu_s2 *s2, const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return s2->assured_only &&
	       (e->tt->wide ? smmu_s2desc128_AssuredOnly(desc) : smmu_s2desc_AssuredOnly(e->desc));
}

/* Tables D8-14 and D8-15: whether the initial table of TTBn, with n + 1 as top, may not be there.
 */
static bool is_top_denied(const struct smmu_s2 *s2, const struct smmu_entry *e, unsigned top)
{
	unsigned encoding = s2->indirect ? encoding_of(s2, e) : 0;
	unsigned n = top - 1;
	bool own = smmu_perm_s2_is_top(encoding, n), other = smmu_perm_s2_is_top(encoding, !n);

	return (s2->top[n] && !own) || (s2->top[!n] && !own && other);
}

/* 3.13.6: the Access flag of a Table descriptor. */
static int table_flag(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e)
{
	struct smmu_pa pa = smmu_entry_low(e);

	if (smmu_s2table_AF(e->desc) ||
	    smmu_walk_update(w, pa, smmu_s2table_set_AF(e->desc, 1), e->tt->big_endian))
		return 0;
	return fail(w, s, e, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT, NULL);
}

/* The levels of the walk, down to what is no Table. */
static int descend(struct smmu_walk *w, const struct s2_walk *s, struct smmu_entry *e)
{
	const struct smmu_tt *tt = e->tt;
	bool cached = smmu_cached_stage2(w, e, (struct smmu_pa){s->ipa, s->space}, s->class);

	if (!cached) {
		e->pas = tt->pas;
		e->pa = smmu_entry_first(e, s->ipa);
	}
	for (;; cached = false) {
		uint64_t table;

		if (!cached && fetch(w, s, e))
			return 1;
		if (smmu_entry_kind(e) != SMMU_DESC_TABLE)
			return 0;
		table = smmu_desc_nlta(e->desc, e->l);
		if (table & tt->oa_excess)
			return fail(w, s, e, SMMU_EVT_F_ADDR_SIZE, SMMU_REASON_TABLE_ADDRESS_SIZE,
				    "NLTA");
		if (tt->haft && table_flag(w, s, e))
			return 1;
		smmu_cached_keep_stage2(w, e, (struct smmu_pa){s->ipa, s->space}, s->class);
		e->pa = smmu_entry_next(e, table, s->ipa);
	}
}

static int no_permission(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
			 unsigned missing)
{
	const struct smmu_s2 *s2 = &w->config->stage2;
	unsigned first = missing & SMMU_PERM_WRITE ? missing & SMMU_PERM_WRITE : missing;
	enum smmu_reason reason = missing & SMMU_PERM_WRITE  ? SMMU_REASON_NO_WRITE
				  : missing & SMMU_PERM_READ ? SMMU_REASON_NO_READ
							     : SMMU_REASON_NO_EXECUTE;
	const char *field = missing & SMMU_PERM_EXEC ? "XN" : "S2AP";

	/* 7.3.16: what Realm may not do in Non-secure memory. */
	if (s2->realm && is_ns(e) && (s->class != SMMU_EVT_CLASS_IN || missing & SMMU_PERM_EXEC)) {
		reason = SMMU_REASON_NONSECURE_FETCH;
		field = "NS";
	}
	if (s2->indirect && reason != SMMU_REASON_NONSECURE_FETCH) {
		reason = SMMU_REASON_INDIRECT_PERMISSION;
		field = "PIIndex";
	}
	fail(w, s, e, SMMU_EVT_F_PERMISSION, reason, field);
	/* 7.3.16, 13.1.1: write permission is checked before read permission. */
	if (s2->overlay &&
	    first & ~smmu_perm_s2_encoding(s2->over[poindex(e)], s->class != SMMU_EVT_CLASS_IN)) {
		w->fault.overlay = true;
		w->result->blame.reason = SMMU_REASON_OVERLAY;
		w->result->blame.field = "POIndex";
	}
	w->fault.lacks_read = s->class == SMMU_EVT_CLASS_IN && !(missing & SMMU_PERM_WRITE);
	return 1;
}

/* 3.26.2 step 4: everything but the dirty state would permit the write. */
static int not_dirty(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e)
{
	fail(w, s, e, SMMU_EVT_F_PERMISSION, SMMU_REASON_INDIRECT_PERMISSION, "Dirty");
	w->fault.dirty = true;
	return 1;
}

/* 3.27.2, 3.26.2 step 1; DDI 0487 D8.15.5: TopLevel checks, then AssuredOnly. */
static int harden(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
		  struct smmu_leaf *leaf)
{
	const struct smmu_s2 *s2 = &w->config->stage2;

	leaf->assured_only = is_assured_only(s2, e);
	leaf->mro = s2->indirect && smmu_perm_s2_is_mro(encoding_of(s2, e));
	if (s->class == SMMU_EVT_CLASS_TT && w->top && is_top_denied(s2, e, w->top))
		return fail(w, s, e, SMMU_EVT_F_PERMISSION, SMMU_REASON_TOP_LEVEL,
			    s2->indirect ? "PIIndex" : "S2AP");
	/* A CD's address is none that stage 1 gives. */
	if (s->class == SMMU_EVT_CLASS_CD || !leaf->assured_only || w->assured)
		return 0;
	fail(w, s, e, SMMU_EVT_F_PERMISSION, SMMU_REASON_ASSURED_ONLY, "AssuredOnly");
	w->fault.assured = true;
	return 1;
}

/* A leaf that needs an update (3.13), does not permit the access, or is Device under S2PTW. */
static int settle(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
		  struct smmu_leaf *leaf)
{
	const struct smmu_s2 *s2 = &w->config->stage2;
	struct smmu_pa pa = smmu_entry_low(e);
	uint64_t update = e->desc;

	if (!smmu_s2desc_AF(update) && !e->tt->affd) {
		if (!e->tt->ha)
			return fail(w, s, e, SMMU_EVT_F_ACCESS, SMMU_REASON_ACCESS_FLAG, "AF");
		update = smmu_s2desc_set_AF(update, 1);
	}
	if (s2->hardened && harden(w, s, e, leaf))
		return 1;
	if (s->need & ~leaf->perm) {
		/* 3.13.3.1: a writable-clean descriptor becomes writable-dirty. */
		if (!e->tt->hd || s2->indirect || !smmu_s2desc_DBM(update) ||
		    s->need & ~(leaf->perm | (unsigned)SMMU_PERM_WRITE))
			return no_permission(w, s, e, s->need & ~leaf->perm);
		update = smmu_s2desc_set_S2AP(update, smmu_s2desc_S2AP(update) | 2);
		leaf->perm |= SMMU_PERM_WRITE;
	}
	if (s2->ptw && s->class != SMMU_EVT_CLASS_IN &&
	    smmu_attr_s2_is_device((unsigned)smmu_s2desc_MemAttr(e->desc), s2->memattr))
		return fail(w, s, e, SMMU_EVT_F_PERMISSION, SMMU_REASON_WALK_DEVICE, "MemAttr");
	if (s2->indirect && !smmu_s2desc_Dirty(update)) {
		if (!(s->need & SMMU_PERM_WRITE))
			leaf->perm &= (uint8_t)~SMMU_PERM_WRITE;
		else if (e->tt->hd)
			update = smmu_s2desc_set_Dirty(update, 1);
		else
			return not_dirty(w, s, e);
	}
	if (update != e->desc && !smmu_walk_update(w, pa, update, e->tt->big_endian))
		return fail(w, s, e, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT, NULL);
	return 0;
}

/* The checks of 7.3.22 on what the walk ended with. */
static int check_leaf(struct smmu_walk *w, const struct s2_walk *s, const struct smmu_entry *e,
		      struct smmu_leaf *leaf)
{
	const struct smmu_s2 *s2 = &w->config->stage2;

	if (smmu_entry_kind(e) < SMMU_DESC_BLOCK) {
		return no_leaf(w, s, e);
	}
	leaf->desc = e->desc;
	leaf->pa = (struct smmu_pa){e->pa, e->pas};
	leaf->level = (int8_t)smmu_entry_level(e);
	leaf->size_log2 = e->l->size_log2;
	leaf->oa = smmu_desc_oa(e->desc, e->l);
	leaf->perm = (uint8_t)permissions(s2, s, e);
	leaf->pbha = (uint8_t)smmu_config_pbha(e->tt, e->desc);
	leaf->pas = s->space == SMMU_PAS_S ? s2->secure_out : s2->out;
	leaf->assured_only = leaf->mro = false;
	if (s2->realm && is_ns(e)) {
		leaf->pas = SMMU_PAS_NS;
		leaf->perm &= s->class == SMMU_EVT_CLASS_IN ? (uint8_t)~SMMU_PERM_EXEC : 0;
	}
	if (leaf->oa & e->tt->oa_excess) {
		return fail(w, s, e, SMMU_EVT_F_ADDR_SIZE, SMMU_REASON_OUTPUT_ADDRESS_SIZE, "OA");
	}
	if (!smmu_s2desc_AF(e->desc) || s->need & ~leaf->perm || s2->ptw || s2->indirect ||
	    s2->hardened) {
		return settle(w, s, e, leaf);
	}
	return 0;
}

int smmu_stage2_walk(struct smmu_walk *w, struct smmu_leaf *leaf, struct smmu_pa ipa, unsigned need,
		     enum smmu_event_class class)
{
	const struct s2_walk s = {ipa.pa, ipa.pas, need, class};
	const struct smmu_s2 *s2 = &w->config->stage2;
	struct smmu_entry e = {.tt = ipa.pas == SMMU_PAS_S ? &s2->secure : &s2->tt};

	if (!smmu_bits_fit(ipa.pa, e.tt->ia_bits))
		return ipa_out_of_range(w, &s);
	if (descend(w, &s, &e) || check_leaf(w, &s, &e, leaf))
		return 1;
	smmu_cached_keep_stage2(w, &e, ipa, class);
	leaf->oa |= smmu_bits(ipa.pa, 0, leaf->size_log2);
	return 0;
}
