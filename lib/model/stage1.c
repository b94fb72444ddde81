/*
 * Stage 1: from an input address to an IPA or PA.  IHI 0070 G.b 3.4.1, 5.4,
 * 7.3.12 - 7.3.16, 13.4.1; DDI 0487 D8.2, D8.3, D8.4.1.
 */
#include "model/cache_priv.h"

/* Stage 1 faults of a translation have CLASS IN (7.3.13). */
static int cd_fault(struct smmu_walk *w, enum smmu_reason reason, const char *field)
{
	smmu_walk_blame(w, SMMU_EVT_F_TRANSLATION, reason, SMMU_STRUCT_CD, w->config->cd_pa, field);
	w->fault.class = SMMU_EVT_CLASS_IN;
	w->result->blame.stage = 1;
	w->result->blame.ipa = w->config->s2 ? w->config->cd_ipa : 0;
	return 1;
}

static int fail(struct smmu_walk *w, const struct smmu_entry *e, unsigned type,
		enum smmu_reason reason, const char *field)
{
	smmu_walk_entry_fault(w, e, type, reason, field);
	w->fault.class = type == SMMU_EVT_F_WALK_EABT ? SMMU_EVT_CLASS_TT : SMMU_EVT_CLASS_IN;
	w->result->blame.where = SMMU_STRUCT_S1_DESC;
	w->result->blame.stage = 1;
	w->result->blame.ipa = w->config->s2 ? e->ipa : 0;
	return 1;
}

/* Not a Table and no leaf either. */
static int no_leaf(struct smmu_walk *w, const struct smmu_entry *e)
{
	bool invalid = smmu_entry_kind(e) == SMMU_DESC_INVALID;

	return fail(w, e, SMMU_EVT_F_TRANSLATION,
		    invalid ? SMMU_REASON_DESC_INVALID : SMMU_REASON_DESC_RESERVED, NULL);
}

static void show(const struct smmu_walk *w, const struct smmu_entry *e, bool aborted)
{
	struct smmu_show what = {.stage = 1, .aborted = aborted, .input = w->txn->address};

	smmu_walk_show(w, e, &what);
}

/*
 * VMSAv8-64: VA bit 55 selects the table, the bits above its range repeat it
 * (3.4.1).  NULL after a fault.
 */
static const struct smmu_tt *select64(struct smmu_walk *w, uint64_t *ia)
{
	uint64_t va = w->txn->address;
	/* 3.4.1: EL3 has one table of up to 56 bits, of which bit 55 then is one. */
	bool high = smmu_bit(va, 55) && w->config->stage1.tt[0].ia_bits < 56;
	const struct smmu_tt *tt = &w->config->stage1.tt[high];
	uint64_t above = high ? ~va : va;
	bool low_fits = smmu_bits_fit(smmu_bits(above, 0, 56), tt->ia_bits);

	if (tt->absent)
		cd_fault(w, SMMU_REASON_TTB1_ABSENT, NULL);
	else if (tt->disabled)
		cd_fault(w, SMMU_REASON_TTB_DISABLED, high ? "EPD1" : "EPD0");
	else if (!low_fits)
		cd_fault(w, SMMU_REASON_VA_RANGE, high ? "T1SZ" : "T0SZ");
	else if (!tt->tbi && !smmu_bits_fit(above, tt->ia_bits))
		cd_fault(w, SMMU_REASON_VA_TOP_BYTE, high ? "TBI1" : "TBI0");
	else {
		*ia = smmu_bits(va, 0, tt->ia_bits);
		return tt;
	}
	return NULL;
}

/*
 * VMSAv8-32: 32 bits of input address (DDI 0487 G5.5).  TTB0 has the lowest
 * 2^(32-T0SZ) bytes and TTB1 the highest 2^(32-T1SZ); a size of 0 stands for
 * what the other one leaves, and for nothing at TTB1 when both are 0.  NULL
 * after a fault.
 */
static const struct smmu_tt *select32(struct smmu_walk *w, uint64_t *ia)
{
	const struct smmu_s1 *s1 = &w->config->stage1;
	const struct smmu_cd *cd = &w->config->cd;
	uint64_t va = w->txn->address;
	unsigned t0sz = (unsigned)smmu_bits(smmu_cd_T0SZ(cd), 0, 3);
	unsigned t1sz = s1->tt[1].absent ? 0 : (unsigned)smmu_bits(smmu_cd_T1SZ(cd), 0, 3);
	bool low = smmu_bits(va, 32 - t0sz, t0sz) == 0;
	bool high = smmu_bits(va, 32 - t1sz, t1sz) == smmu_ones(t1sz);
	unsigned n = low && !(t1sz && high) ? 0 : 1;

	if (!smmu_bits_fit(va, 32) || (n && (!high || s1->tt[1].absent))) {
		cd_fault(w, SMMU_REASON_VA_RANGE, n ? "T1SZ" : "T0SZ");
		return NULL;
	}
	if (s1->tt[n].disabled) {
		cd_fault(w, SMMU_REASON_TTB_DISABLED, n ? "EPD1" : "EPD0");
		return NULL;
	}
	*ia = smmu_bits(va, 0, s1->tt[n].ia_bits);
	return &s1->tt[n];
}

/* The PA of the descriptor that is at e->ipa, for a read. */
static int resolve(struct smmu_walk *w, struct smmu_entry *e)
{
	struct smmu_leaf leaf = {.oa = e->ipa, .pas = e->ipa_pas};

	w->assured = e->assured;
	if (w->config->s2 && smmu_stage2_walk(w, &leaf, (struct smmu_pa){e->ipa, e->ipa_pas},
					      SMMU_PERM_PR, SMMU_EVT_CLASS_TT))
		return 1;
	e->mro = leaf.mro;
	e->pa = leaf.oa;
	e->pas = leaf.pas;
	return 0;
}

/* Reads the descriptor at e->pa. */
static int fetch(struct smmu_walk *w, struct smmu_entry *e)
{
	bool there = smmu_entry_load(w, e);

	if (w->log) {
		show(w, e, !there);
	}
	if (!there) {
		return fail(w, e, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_ABORT, NULL);
	}
	return 0;
}

/* Fields that 128-bit descriptors have elsewhere. */
static unsigned piindex(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return (unsigned)(e->tt->wide ? smmu_s1desc128_PIIndex(desc)
				      : smmu_s1desc_PIIndex(e->desc));
}

static bool is_ns(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return e->tt->wide ? smmu_s1desc128_NS(desc) : smmu_s1desc_NS(e->desc);
}

static bool is_ns_table(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	return e->tt->wide ? smmu_s1table128_NSTable(desc) : smmu_s1table_NSTable(e->desc);
}

/*
 * Writes the descriptor back.  It is a write to an IPA that stage 2 must permit
 * (3.13.5), and may make a stage 2 descriptor dirty in turn.
 */
static int update_desc(struct smmu_walk *w, const struct smmu_entry *e, uint64_t update)
{
	struct smmu_pa ipa = {e->ipa, e->ipa_pas};
	struct smmu_leaf table;

	if (w->config->s2 && smmu_stage2_walk(w, &table, ipa, SMMU_PERM_PW, SMMU_EVT_CLASS_TT))
		return 1;
	if (smmu_walk_update(w, smmu_entry_low(e), update, e->tt->big_endian))
		return 0;
	return fail(w, e, SMMU_EVT_F_WALK_EABT, SMMU_REASON_DESC_UPDATE_ABORT, NULL);
}

/* Through the Table descriptor of e: what it takes away that those above it left. */
static void pass_table(struct smmu_tables *tables, const struct smmu_entry *e, bool ns)
{
	unsigned took = smmu_row_taken(e->desc) & ~smmu_row_taken(tables->desc);

	if (ns)
		took |= SMMU_TAKEN_NS;
	if (took)
		tables->limit[tables->count++] =
			(struct smmu_table_limit){.pa = e->pa,
						  .ipa = e->ipa,
						  .desc = e->desc,
						  .pas = (uint8_t)e->pas,
						  .took = (uint8_t)took,
						  .level = (int8_t)smmu_entry_level(e)};
	tables->desc |= e->desc;
}

/*
 * DDI 0487 D8.2.7.3: whether the IPA that the descriptor leads to has the
 * Assured Translation property.
 */
static bool assures(const struct smmu_entry *e)
{
	const uint64_t desc[2] = {e->desc, e->high};

	if (!e->assured || !e->mro || !e->tt->protect)
		return false;
	return e->tt->wide ? smmu_s1desc128_Protected(desc) : smmu_s1desc_Protected(e->desc);
}

/* The initial table: stage 2 may say that none but TTBn's is there (3.27.2). */
static void start_assured(struct smmu_walk *w, struct smmu_entry *e)
{
	const struct smmu_config *config = w->config;
	unsigned n = e->tt == config->stage1.tt ? 0 : 1;

	w->top = (uint8_t)(n + 1);
	e->assured = config->cd_assured && config->stage2.top[n];
}

/* The levels of the walk, down to what is no Table. */
static int descend(struct smmu_walk *w, struct smmu_entry *e, uint64_t ia,
		   struct smmu_tables *tables)
{
	const struct smmu_tt *tt = e->tt;
	bool cached = smmu_cached_stage1(w, e, tables), ns;

	if (!cached) {
		e->ipa = smmu_entry_first(e, ia);
		e->ipa_pas = tt->pas;
		if (w->config->s2 && w->config->stage2.hardened)
			start_assured(w, e);
	}
	for (;; cached = false) {
		uint64_t table;

		if (!cached && (resolve(w, e) || fetch(w, e)))
			return 1;
		if (smmu_entry_kind(e) != SMMU_DESC_TABLE)
			break;
		table = smmu_desc_nlta(e->desc, e->l);
		if (table & tt->oa_excess)
			return fail(w, e, SMMU_EVT_F_ADDR_SIZE, SMMU_REASON_TABLE_ADDRESS_SIZE,
				    "NLTA");
		/* 3.13.6 */
		if (tt->haft && !smmu_s1table_AF(e->desc) &&
		    update_desc(w, e, smmu_s1table_set_AF(e->desc, 1)))
			return 1;
		smmu_cached_keep_stage1(w, e, tables);
		ns = tt->ns_table && is_ns_table(e) && e->ipa_pas != SMMU_PAS_NS;
		pass_table(tables, e, ns);
		if (ns)
			e->ipa_pas = SMMU_PAS_NS;
		e->assured = assures(e);
		w->top = 0;
		e->ipa = smmu_entry_next(e, table, ia);
	}
	return 0;
}

/* Instruction fetches from Non-secure memory that SIF or Realm deny. */
static bool is_fetch_denied(const struct smmu_walk *w, const struct smmu_leaf *leaf)
{
	return leaf->pas == SMMU_PAS_NS && w->config->stage1.ns_fetch_denied;
}

/* smmu_row_taken() of the way to e. */
static unsigned taken_of(const struct smmu_entry *e, const struct smmu_tables *tables)
{
	return e->tt->had ? 0 : smmu_row_taken(tables->desc);
}

/* The Table descriptor that took one of the rights is to blame, not the leaf that lacks them. */
static void blame_table(struct smmu_walk *w, const struct smmu_tables *tables, unsigned took)
{
	struct smmu_blame *blame = &w->result->blame;

	for (unsigned i = 0; i < tables->count; i++) {
		const struct smmu_table_limit *limit = &tables->limit[i];

		if (!(limit->took & took))
			continue;
		blame->pa = (struct smmu_pa){limit->pa, (enum smmu_pas)limit->pas};
		blame->ipa = w->config->s2 ? limit->ipa : 0;
		blame->word = limit->desc;
		blame->level = limit->level;
		return;
	}
}

/* Why the address is Non-secure: by itself, by a Table descriptor, or as all of the table is. */
static struct smmu_perm_denial fetch_denial(const struct smmu_entry *e,
					    const struct smmu_tables *tables)
{
	struct smmu_perm_denial denial = {.reason = SMMU_REASON_NONSECURE_FETCH, .field = "NS"};

	for (unsigned i = 0; i < tables->count && !is_ns(e); i++)
		if (tables->limit[i].took & SMMU_TAKEN_NS) {
			denial.field = "NSTable";
			denial.took = SMMU_TAKEN_NS;
		}
	return denial;
}

static int no_permission(struct smmu_walk *w, const struct smmu_entry *e,
			 const struct smmu_leaf *leaf, const struct smmu_tables *tables)
{
	unsigned missing = w->need & ~(unsigned)leaf->perm;
	struct smmu_perm_denial denial;

	if (missing & SMMU_PERM_EXEC && is_fetch_denied(w, leaf))
		denial = fetch_denial(e, tables);
	else
		smmu_perm_explain(&denial, &w->config->stage1, e->desc,
				  w->config->stage1.indirect ? piindex(e) : 0, missing,
				  taken_of(e, tables));
	fail(w, e, SMMU_EVT_F_PERMISSION, denial.reason, denial.field);
	if (denial.took)
		blame_table(w, tables, denial.took);
	w->fault.lacks_read = !(missing & SMMU_PERM_WRITE);
	w->fault.dirty = denial.dirty;
	return 1;
}

/*
 * Permissions of the final descriptor.  clean says that a write makes it dirty:
 * for the rest it counts as writable (D8.5.2, writable-clean).
 */
static unsigned permissions(const struct smmu_s1 *s1, const struct smmu_entry *e, unsigned taken,
			    bool *clean)
{
	uint64_t desc = e->desc;
	unsigned row = smmu_row_of(desc);

	*clean = false;
	if (s1->indirect) {
		unsigned perm = s1->perm[piindex(e)];

		/* 3.13.3.2: nDirty holds writes back until hardware or software clears it. */
		if (smmu_s1desc_nDirty(desc)) {
			*clean = e->tt->hd;
			perm &= e->tt->hd ? SMMU_PERM_ALL : ~(unsigned)SMMU_PERM_WRITE;
		}
		return perm;
	}
	if (e->tt->hd && smmu_s1desc_DBM(desc) && row & SMMU_ROW_AP2) {
		*clean = true;
		row &= ~(unsigned)SMMU_ROW_AP2;
	}
	return s1->perm[smmu_row_effective(row, taken)];
}

/* A leaf that needs an update (3.13), or does not permit the access. */
static int settle(struct smmu_walk *w, const struct smmu_entry *e, const struct smmu_tables *tables,
		  struct smmu_leaf *leaf, bool clean)
{
	uint64_t update = e->desc;

	if (!smmu_s1desc_AF(update) && !e->tt->affd) {
		if (!e->tt->ha)
			return fail(w, e, SMMU_EVT_F_ACCESS, SMMU_REASON_ACCESS_FLAG, "AF");
		update = smmu_s1desc_set_AF(update, 1);
	}
	if (w->need & ~leaf->perm)
		return no_permission(w, e, leaf, tables);
	if (clean) {
		/* nDirty and AP[2] are the same bit: 0 lets writes through. */
		if (w->need & SMMU_PERM_WRITE)
			update = smmu_s1desc_set_nDirty(update, 0);
		else
			leaf->perm &= (uint8_t)~SMMU_PERM_WRITE;
	}
	return update == e->desc ? 0 : update_desc(w, e, update);
}

/* The checks of 7.3.22 on what the walk ended with. */
static int check_leaf(struct smmu_walk *w, const struct smmu_entry *e,
		      const struct smmu_tables *tables, struct smmu_leaf *leaf)
{
	bool clean;

	if (smmu_entry_kind(e) < SMMU_DESC_BLOCK) {
		return no_leaf(w, e);
	}
	leaf->desc = e->desc;
	leaf->pa = (struct smmu_pa){e->pa, e->pas};
	leaf->ipa = e->ipa;
	leaf->level = (int8_t)smmu_entry_level(e);
	leaf->size_log2 = e->l->size_log2;
	leaf->oa = smmu_desc_oa(e->desc, e->l);
	leaf->memory = smmu_config_memory1(w->config, e->tt, e->desc);
	leaf->pbha = (uint8_t)smmu_config_pbha(e->tt, e->desc);
	leaf->pas = e->tt->ns_bit && is_ns(e) ? SMMU_PAS_NS : e->ipa_pas;
	leaf->perm = (uint8_t)permissions(&w->config->stage1, e, taken_of(e, tables), &clean);
	if (is_fetch_denied(w, leaf))
		leaf->perm &= (uint8_t)~SMMU_PERM_EXEC;
	if (leaf->oa & e->tt->oa_excess) {
		return fail(w, e, SMMU_EVT_F_ADDR_SIZE, SMMU_REASON_OUTPUT_ADDRESS_SIZE, "OA");
	}
	if (!smmu_s1desc_AF(e->desc) || w->need & ~leaf->perm || clean) {
		return settle(w, e, tables, leaf, clean);
	}
	return 0;
}

int smmu_stage1_walk(struct smmu_walk *w, struct smmu_leaf *leaf)
{
	struct smmu_entry e = {0};
	struct smmu_tables tables;
	uint64_t ia = 0;

	e.tt = w->config->stage1.lpae ? select32(w, &ia) : select64(w, &ia);
	if (!e.tt)
		return 1;
	/* 5.4 E0PD0: a Translation fault before any table is read. */
	if (e.tt->e0pd && w->need & SMMU_PERM_UNPRIV)
		return cd_fault(w, SMMU_REASON_E0PD,
				e.tt == w->config->stage1.tt ? "E0PD0" : "E0PD1");
	tables.desc = 0;
	tables.count = 0;
	if (descend(w, &e, ia, &tables) || check_leaf(w, &e, &tables, leaf)) {
		leaf->size_log2 = e.l->size_log2;
		return 1;
	}
	smmu_cached_keep_stage1(w, &e, &tables);
	w->assured = assures(&e);
	leaf->oa |= smmu_bits(ia, 0, leaf->size_log2);
	return 0;
}
