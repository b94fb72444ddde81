/*
 * From the words of an STE and a CD to what a walk needs.  IHI 0070 G.b 5.2,
 * 5.4, 3.4, 3.13; DDI 0487 D8.2.
 */
#include "model/config_priv.h"

#include "mem/mem.h"
#include "spec/effective.h"

/* The initial table of a stage 1 walk: the last level that resolves all the rest. */
static int initial_level(enum smmu_desc_family family, enum smmu_granule granule, unsigned ia_bits)
{
	int first = smmu_desc_level_first(family, granule);
	int level = SMMU_DESC_LEVEL_MAX;

	while (level > first) {
		const struct smmu_desc_level *l = smmu_desc_level(family, granule, level);

		if (ia_bits <= (unsigned)l->size_log2 + l->stride)
			break;
		level--;
	}
	return level;
}

/* Where one table is and how much of the input address it resolves. */
struct table {
	enum smmu_desc_family family;
	enum smmu_granule granule;
	int level;
	unsigned ia_bits, oa_bits;
	uint64_t base;
};

/*
 * Legality leaves ia_bits in range (5.2 S2T0SZ, 5.4 T0SZ), except that a
 * SMMUv3.0 may take the nearest permitted value (CONSTRAINED UNPREDICTABLE).
 */
static void place_table(struct smmu_tt *tt, const struct table *t)
{
	const struct smmu_desc_level *l = smmu_desc_level(t->family, t->granule, t->level);
	const struct smmu_desc_level *last = l + (SMMU_DESC_LEVEL_MAX - t->level);
	unsigned ia_bits = t->ia_bits > l->size_log2 ? t->ia_bits : l->size_log2 + 1u;
	unsigned initial_bits = ia_bits - l->size_log2;
	unsigned align_log2;

	tt->initial = l;
	tt->initial_level = (int8_t)t->level;
	tt->ia_bits = (uint8_t)ia_bits;
	tt->wide = t->family == SMMU_DESC_D128;
	tt->index_mask = smmu_ones(last->stride);
	tt->page_log2 = (uint8_t)(last->size_log2 + SMMU_MEM_PAGE_LOG2 - last->desc_log2);
	tt->granule_log2 = (uint8_t)smmu_granule_log2(t->granule);
	tt->oa_excess = ~smmu_ones(t->oa_bits);
	/*
	 * 5.4 TTB0, 5.2 S2TTB: aligned to its size, and in VMSAv8-64 to 64 bytes with 52-bit
	 * output; two descriptors of VMSAv9-128 have the 32 bytes that it asks for.
	 */
	align_log2 = initial_bits + l->desc_log2;
	if (align_log2 < 6 && t->oa_bits >= 52 && !tt->wide)
		align_log2 = 6;
	tt->base = smmu_align_down_log2(t->base, align_log2);
}

/* Overrides of PRIV and INST (5.2 PRIVCFG, INSTCFG): 0b10 clears, 0b11 sets. */
static bool overridden(uint64_t cfg, bool incoming)
{
	return cfg == SMMU_STE_PRIVCFG_UNPRIVILEGED ? false
	       : cfg == SMMU_STE_PRIVCFG_PRIVILEGED ? true
						    : incoming;
}

/* 5.2, 6.3.16: without ATTR_TYPES_OVR and ATTR_PERMS_OVR everything is as it comes in. */
static struct smmu_overrides effective(struct smmu_overrides o, const struct smmu_ids *ids,
				       enum smmu_sec sec)
{
	if (!smmu_IDR1_ATTR_TYPES_OVR(ids->idr[1]))
		o.memory = (struct smmu_attr_override){.shcfg = SMMU_STE_SHCFG_INCOMING};
	if (!smmu_IDR1_ATTR_PERMS_OVR(ids->idr[1])) {
		o.privcfg = o.instcfg = 0;
		/* 5.2 NSCFG: Realm streams have it in any case. */
		if (sec != SMMU_SEC_REALM)
			o.nscfg = SMMU_STE_NSCFG_INCOMING;
	}
	return o;
}

enum smmu_pas smmu_overrides_space(const struct smmu_overrides *o, const struct smmu_txn *txn)
{
	enum smmu_pas own = txn->sec == SMMU_SEC_S ? SMMU_PAS_S : SMMU_PAS_REALM;

	if (txn->sec == SMMU_SEC_NS || o->nscfg == SMMU_STE_NSCFG_NS)
		return SMMU_PAS_NS;
	if (o->nscfg == SMMU_STE_NSCFG_OWN)
		return own;
	return smmu_attr_ns(txn) ? SMMU_PAS_NS : own;
}

static struct smmu_overrides overrides_ste(const struct smmu_ste *ste,
					   const struct smmu_rule_ctx *ctx)
{
	return effective(
		(struct smmu_overrides){{smmu_ste_MTCFG(ste), (uint8_t)smmu_ste_MemAttr(ste),
					 (uint8_t)smmu_ste_ALLOCCFG(ste),
					 (uint8_t)smmu_ste_SHCFG(ste)},
					(uint8_t)smmu_ste_PRIVCFG(ste),
					(uint8_t)smmu_ste_INSTCFG(ste),
					(uint8_t)smmu_ste_NSCFG(ste)},
		ctx->ids, ctx->sec);
}

struct smmu_overrides smmu_overrides_gbpa(uint64_t gbpa, const struct smmu_ids *ids)
{
	return effective(
		(struct smmu_overrides){{smmu_GBPA_MTCFG(gbpa), (uint8_t)smmu_GBPA_MemAttr(gbpa),
					 (uint8_t)smmu_GBPA_ALLOCCFG(gbpa),
					 (uint8_t)smmu_GBPA_SHCFG(gbpa)},
					(uint8_t)smmu_GBPA_PRIVCFG(gbpa),
					(uint8_t)smmu_GBPA_INSTCFG(gbpa),
					(uint8_t)smmu_GBPA_NSCFG(gbpa)},
		ids, SMMU_SEC_NS);
}

/* KEEP and SET of one attribute: its field's 0b10 clears, 0b11 sets. */
static unsigned mark(unsigned cfg, unsigned keep, unsigned set)
{
	if (cfg == SMMU_STE_PRIVCFG_UNPRIVILEGED)
		return 0;
	return cfg == SMMU_STE_PRIVCFG_PRIVILEGED ? set : keep;
}

/* 13.1.2: from SMMUv3.4 on everything is output as Data, Privileged. */
uint8_t smmu_overrides_marks(const struct smmu_overrides *o, const struct smmu_ids *ids)
{
	if (smmu_ids_is_v3(ids, 4))
		return SMMU_MARK_SET_PRIV;
	return (uint8_t)(mark(o->privcfg, SMMU_MARK_KEEP_PRIV, SMMU_MARK_SET_PRIV) |
			 mark(o->instcfg, SMMU_MARK_KEEP_INST, SMMU_MARK_SET_INST));
}

/* 13.1.2: writes are Data; atomics are data reads and writes whatever INSTCFG says. */
static void access_needs(struct smmu_config *config, const struct smmu_overrides *o)
{
	for (unsigned i = 0; i < SMMU_LEN(config->need); i++) {
		bool write = i & SMMU_TXN_INDEX_WRITE;
		bool read = i & SMMU_TXN_INDEX_READ || !write;
		bool priv = overridden(o->privcfg, i & SMMU_TXN_INDEX_PRIVILEGED);
		bool inst = !write && overridden(o->instcfg, i & SMMU_TXN_INDEX_INSTRUCTION);
		unsigned need = 0;

		if (read)
			need |= inst ? SMMU_PERM_PX : SMMU_PERM_PR;
		if (write)
			need |= SMMU_PERM_PW;
		config->need[i] = (uint8_t)(priv ? need : need << SMMU_PERM_UNPRIV_SHIFT);
		config->marks[i] = (uint8_t)smmu_marks_out(config->attr.marks, i);
	}
	for (unsigned i = 0; i < SMMU_LEN(config->alike); i++) {
		config->alike[i] = 0;
		for (unsigned k = 0; k < SMMU_LEN(config->marks); k++)
			config->alike[i] |= (uint16_t)((config->marks[k] == config->marks[i]) << k);
	}
	for (unsigned perm = 0; perm < SMMU_LEN(config->allowed); perm++) {
		config->allowed[perm] = 0;
		for (unsigned i = 0; i < SMMU_LEN(config->need); i++)
			config->allowed[perm] |= (uint16_t)(!(config->need[i] & ~perm) << i);
	}
}

/* {HA, HD} 0b10 and 0b11; 0b01 is reserved and behaves as 0b00 (5.2 S2HA, 5.4 HA). */
struct httu {
	bool ha, hd, haft, affd;
};

static void set_httu(struct smmu_tt *tt, const struct smmu_ids *ids, struct httu httu)
{
	uint64_t have = smmu_IDR0_HTTU(ids->idr[0]);

	tt->ha = have != SMMU_IDR0_HTTU_NONE && httu.ha;
	tt->hd = have >= SMMU_IDR0_HTTU_AF_DIRTY && tt->ha && httu.hd;
	tt->haft = have == SMMU_IDR0_HTTU_TABLE_AF && tt->ha && httu.haft;
	tt->affd = !tt->ha && httu.affd;
}

/*
 * ia_log2: input address bits from there on are ignored.  AF and DBM are the
 * same bits at both stages.  All leaves have the address bits that can be in
 * excess: none maps more than the 32 bits of the smallest output size.
 */
static void set_quick(struct smmu_tt *tt, bool quick, unsigned ia_log2)
{
	const struct smmu_desc_level *first = tt->initial;

	tt->quick = quick && !tt->big_endian && !tt->wide && !tt->pbha && !tt->haft &&
		    first->high_width == 0 && tt->ia_bits <= 48;
	tt->ia_mask = smmu_ones(tt->ia_bits);
	tt->ia_excess = smmu_ones(ia_log2) & ~tt->ia_mask;
	tt->taken_mask = tt->had ? 0 : smmu_row_taken_mask();
	tt->initial_log2 = first->size_log2;
	tt->last_log2 = first[SMMU_DESC_LEVEL_MAX - tt->initial_level].size_log2;
	tt->stride = first[SMMU_DESC_LEVEL_MAX - tt->initial_level].stride;
	tt->table_mask = smmu_mask(tt->last_log2, 48u - tt->last_log2);
	tt->excess = tt->table_mask & tt->oa_excess;
	tt->watched = tt->taken_mask | tt->excess;
	tt->want = tt->affd ? 0 : smmu_s1desc_set_AF(0, 1);
	tt->look = tt->want | tt->excess | (tt->hd ? smmu_s1desc_set_DBM(0, 1) : 0);
}

/*
 * 5.4 HWU0, 5.2 S2HWU: which of the descriptor bits [62:59].  What has no PBHA
 * has none that count: VMSAv9-128 and AIE (DDI 0487 D8.7.2).
 */
static uint8_t hwu(uint64_t b59, uint64_t b60, uint64_t b61, uint64_t b62)
{
	return (uint8_t)(b59 | b60 << 1 | b61 << 2 | b62 << 3);
}

/* HAD must be on, which is not there where HAD0 is DisCH0 (IDR5.D128). */
static uint8_t stage1_pbha(const struct smmu_s1 *s1, const struct smmu_cd *cd,
			   const struct smmu_ids *ids, unsigned n)
{
	if (!smmu_IDR3_PBHA(ids->idr[3]) || smmu_IDR5_D128(ids->idr[5]) || s1->aie ||
	    !(n ? smmu_cd_HAD1(cd) : smmu_cd_HAD0(cd)))
		return 0;
	return n ? hwu(smmu_cd_HWU159(cd), smmu_cd_HWU160(cd), smmu_cd_HWU161(cd),
		       smmu_cd_HWU162(cd))
		 : hwu(smmu_cd_HWU059(cd), smmu_cd_HWU060(cd), smmu_cd_HWU061(cd),
		       smmu_cd_HWU062(cd));
}

/* With overlays an S2HWU bit is ILLEGAL (5.2 S2POE). */
static uint8_t stage2_pbha(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	if (!smmu_IDR3_PBHA(ids->idr[3]) || smmu_ste_s2_vmsa(ste, ids) == SMMU_VMSA_128)
		return 0;
	return hwu(smmu_ste_S2HWU59(ste), smmu_ste_S2HWU60(ste), smmu_ste_S2HWU61(ste),
		   smmu_ste_S2HWU62(ste));
}

static unsigned memattr_scheme(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	unsigned scheme = SMMU_MEMATTR_COMBINE;

	if (smmu_IDR3_FWB(ids->idr[3]) && smmu_ste_S2FWB(ste))
		scheme |= SMMU_MEMATTR_FWB;
	if (smmu_IDR3_MTEPERM(ids->idr[3]))
		scheme |= SMMU_MEMATTR_MTE;
	return scheme;
}

/* The tables for Secure IPAs of a Secure stream, or the others (5.2 S_S2TTB). */
static void stage2_table(struct smmu_tt *tt, const struct smmu_ste *ste,
			 const struct smmu_rule_ctx *ctx, bool secure)
{
	const struct smmu_ids *ids = ctx->ids;
	struct table t = {.family = SMMU_DESC_LPAE,
			  .oa_bits = smmu_ste_s2ps_bits(ste, ids),
			  .base = secure ? smmu_ste_s_s2ttb(ste, ids) : smmu_ste_s2ttb(ste, ids)};
	uint64_t t0sz = secure ? smmu_ste_S_S2T0SZ(ste) : smmu_ste_S2T0SZ(ste);
	enum smmu_vmsa format = smmu_ste_s2_vmsa(ste, ids);
	bool lpae = format == SMMU_VMSA_LPAE;

	tt->sh = -1;
	if (lpae) {
		/* 5.2 S2T0SZ: a signed number of 4 bits. */
		t.ia_bits = 32 - (unsigned)smmu_sign_extend(t0sz, 4);
	} else {
		smmu_tg0_granule(&t.granule, secure ? smmu_ste_S_S2TG(ste) : smmu_ste_S2TG(ste));
		t.family =
			format == SMMU_VMSA_128
				? SMMU_DESC_D128
				: smmu_desc_family_a64(t.granule, smmu_ste_s2ds(ste, ctx->sec, ids),
						       smmu_oas_bits(ids) >= 52);
		t.ia_bits = 64 - (unsigned)t0sz;
	}
	if (t.family == SMMU_DESC_A64_DS)
		tt->sh = (int8_t)smmu_ste_S2SH0(ste);
	smmu_ste_s2_start_level(&t.level, ste, ctx->sec, secure, ids);
	place_table(tt, &t);
	tt->big_endian = smmu_ste_S2ENDI(ste);
	set_httu(tt, ids,
		 (struct httu){!lpae && smmu_ste_S2HA(ste), smmu_ste_S2HD(ste),
			       smmu_ste_S2HAFT(ste), smmu_ste_S2AFFD(ste)});
}

/* Where tables are and outputs lead (3.10.2.2, 3.10.3). */
static void stage2_spaces(struct smmu_s2 *s2, const struct smmu_ste *ste,
			  const struct smmu_rule_ctx *ctx)
{
	bool sw = smmu_ste_S2SW(ste), sa = sw || smmu_ste_S2SA(ste);
	bool nsw = smmu_ste_S2NSW(ste), nsa = nsw || sa || smmu_ste_S2NSA(ste);

	s2->realm = ctx->sec == SMMU_SEC_REALM;
	s2->tt.pas = s2->out = s2->realm ? SMMU_PAS_REALM : SMMU_PAS_NS;
	if (ctx->sec != SMMU_SEC_S)
		return;
	stage2_table(&s2->secure, ste, ctx, true);
	s2->tt.pas = nsw ? SMMU_PAS_NS : SMMU_PAS_S;
	s2->out = nsa ? SMMU_PAS_NS : SMMU_PAS_S;
	s2->secure.pas = sw ? SMMU_PAS_NS : SMMU_PAS_S;
	s2->secure_out = sa ? SMMU_PAS_NS : SMMU_PAS_S;
}

/* 3.26.2; VMSAv9-128 has no other permissions. */
static void set_indirect(struct smmu_s2 *s2, const struct smmu_ste *ste,
			 const struct smmu_config_in *in)
{
	const struct smmu_ids *ids = in->legal->ids;
	enum smmu_vmsa format = smmu_ste_s2_vmsa(ste, ids);

	s2->indirect =
		format == SMMU_VMSA_128 ||
		(format == SMMU_VMSA_64 && smmu_IDR3_S2PI(ids->idr[3]) && smmu_ste_S2PIE(ste));
	s2->overlay = s2->indirect && smmu_IDR3_S2PO(ids->idr[3]) && smmu_ste_S2POE(ste);
	for (unsigned i = 0; i < SMMU_LEN(s2->base); i++) {
		s2->base[i] = (uint8_t)smmu_S2PII_S2PII(in->s2pii, i);
		s2->over[i] = (uint8_t)smmu_ste_S2POI(ste, i);
	}
}

/* 3.27.2; VMSAv9-128 has the AssuredOnly attribute in any case. */
static void set_hardening(struct smmu_s2 *s2, const struct smmu_ste *ste,
			  const struct smmu_ids *ids)
{
	bool the = smmu_IDR3_THE(ids->idr[3]);

	s2->assured_only =
		the && (smmu_ste_s2_vmsa(ste, ids) == SMMU_VMSA_128 || smmu_ste_AssuredOnly(ste));
	s2->top[0] = the && smmu_ste_TL0(ste);
	s2->top[1] = the && smmu_ste_TL1(ste);
	s2->hardened = s2->assured_only || s2->top[0] || s2->top[1];
}

static void stage2(struct smmu_s2 *s2, const struct smmu_ste *ste, const struct smmu_config_in *in)
{
	const struct smmu_ids *ids = in->legal->ids;

	stage2_table(&s2->tt, ste, in->legal, false);
	stage2_spaces(s2, ste, in->legal);
	set_indirect(s2, ste, in);
	s2->lpae = smmu_ste_s2_vmsa(ste, ids) == SMMU_VMSA_LPAE;
	s2->ptw = smmu_ste_S2PTW(ste);
	set_hardening(s2, ste, ids);
	s2->memattr = (uint8_t)memattr_scheme(ste, ids);
	s2->record = smmu_ste_S2R(ste);
	s2->stall = smmu_ste_S2S(ste);
	s2->tt.pbha = s2->secure.pbha = stage2_pbha(ste, ids);
	set_quick(&s2->tt,
		  !s2->ptw && !s2->indirect && !s2->hardened && in->legal->sec == SMMU_SEC_NS, 64);
	smmu_perm_stage2(s2, smmu_IDR3_XNX(ids->idr[3]));
}

/* 17.2: what the STE alone says; with S1MPAM a CD replaces it. */
static void set_mpam(struct smmu_config *config, const struct smmu_rule_ctx *ctx)
{
	bool mpam = smmu_ids_has_mpam(ctx->ids, ctx->sec);

	config->attr.partid = mpam ? (uint16_t)smmu_ste_PARTID(&config->ste) : 0;
	config->attr.pmg = mpam ? (uint8_t)smmu_ste_PMG(&config->ste) : 0;
}

void smmu_config_ste(struct smmu_config *config, const struct smmu_config_in *in)
{
	const struct smmu_rule_ctx *ctx = in->legal;
	const struct smmu_ids *ids = ctx->ids;
	unsigned incoming = smmu_attr_incoming(in->txn);
	uint64_t cfg = smmu_ste_Config(&config->ste);
	struct smmu_overrides o = overrides_ste(&config->ste, ctx);

	config->s1 = cfg == SMMU_STE_CONFIG_S1 || cfg == SMMU_STE_CONFIG_NESTED;
	config->s2 = cfg == SMMU_STE_CONFIG_S2 || cfg == SMMU_STE_CONFIG_NESTED;
	config->s1_skipped = false;
	config->world = smmu_ste_streamworld(&config->ste, ctx->sec, ids, ctx->e2h);
	config->attr.memory = smmu_attr_replace(smmu_attr_of_incoming(incoming), &o.memory);
	config->nosnoop = smmu_attr_nosnoop(incoming);
	config->attr.marks = smmu_overrides_marks(&o, ids);
	set_mpam(config, ctx);
	access_needs(config, &o);
	if (config->s2)
		stage2(&config->stage2, &config->ste, in);
	/* Realm has one IPA space. */
	config->bypass = config->s2 && ctx->sec == SMMU_SEC_REALM
				 ? SMMU_PAS_REALM
				 : smmu_overrides_space(&o, in->txn);
	/* 6.3.57 SIF, DDI 0487 D8.4.4: at stage 1 where that has the last word on Realm. */
	config->stage1.ns_fetch_denied =
		ctx->sec == SMMU_SEC_S ? in->sif : ctx->sec == SMMU_SEC_REALM && !config->s2;
}

static void stage1_table(struct smmu_tt *tt, enum smmu_vmsa format, const struct smmu_cd *cd,
			 const struct smmu_ids *ids, unsigned n)
{
	unsigned txsz = (unsigned)(n ? smmu_cd_T1SZ(cd) : smmu_cd_T0SZ(cd));
	struct table t = {.family = SMMU_DESC_LPAE,
			  .oa_bits = smmu_cd_ips_bits(cd, ids),
			  .base = smmu_cd_ttb(cd, n, ids)};

	tt->sh = -1;
	if (format == SMMU_VMSA_LPAE) {
		/* 5.4 T0SZ: bits [5:3] are IGNORED. */
		t.ia_bits = 32 - (unsigned)smmu_bits(txsz, 0, 3);
		t.level = initial_level(t.family, t.granule, t.ia_bits);
		place_table(tt, &t);
		return;
	}
	if (n)
		smmu_tg1_granule(&t.granule, smmu_cd_TG1(cd));
	else
		smmu_tg0_granule(&t.granule, smmu_cd_TG0(cd));
	t.ia_bits = 64 - txsz;
	if (format == SMMU_VMSA_128) {
		t.family = SMMU_DESC_D128;
		t.level = smmu_d128_start_level(
			txsz, t.granule, (unsigned)(n ? smmu_cd_SKL1(cd) : smmu_cd_SKL0(cd)));
	} else {
		t.family = smmu_desc_family_a64(t.granule, smmu_cd_ds(cd, ids),
						smmu_oas_bits(ids) >= 52);
		t.level = initial_level(t.family, t.granule, t.ia_bits);
	}
	if (t.family == SMMU_DESC_A64_DS)
		tt->sh = (int8_t)(n ? smmu_cd_SH1(cd) : smmu_cd_SH0(cd));
	place_table(tt, &t);
}

/* 13.4.2, 3.10.3: EL1 of Realm has no say in the output space, EL2 by the NS bit alone. */
static void stage1_spaces(struct smmu_config *config, const struct smmu_rule_ctx *ctx, unsigned n)
{
	const struct smmu_cd *cd = &config->cd;
	struct smmu_tt *tt = &config->stage1.tt[n];

	tt->pas = SMMU_PAS_NS;
	if (ctx->sec == SMMU_SEC_S && !(n ? smmu_cd_NSCFG1(cd) : smmu_cd_NSCFG0(cd)))
		tt->pas = SMMU_PAS_S;
	else if (ctx->sec == SMMU_SEC_REALM)
		tt->pas = SMMU_PAS_REALM;
	tt->ns_table = ctx->sec == SMMU_SEC_S;
	tt->ns_bit =
		tt->ns_table || (ctx->sec == SMMU_SEC_REALM && config->world != SMMU_SW_REALM_EL1);
}

/* One of the two tables, and what is switched off for it. */
static void stage1_half(struct smmu_config *config, const struct smmu_rule_ctx *ctx, unsigned n)
{
	const struct smmu_ids *ids = ctx->ids;
	struct smmu_s1 *s1 = &config->stage1;
	const struct smmu_cd *cd = &config->cd;
	struct smmu_tt *tt = &s1->tt[n];

	tt->absent = n && s1->one_privilege;
	tt->disabled = smmu_cd_epd(cd, n, config->world);
	tt->tbi = n ? smmu_cd_TBI1(cd) : smmu_cd_TBI0(cd);
	/*
	 * DDI 0487 D8.4.1.3, D8.6.1: the Indirect scheme and AIE have no hierarchical permissions.
	 * 5.4: HAD0 and HAD1 are DisCH0 and DisCH1 where IDR5.D128 is 1.
	 */
	tt->had = s1->indirect || s1->aie ||
		  (smmu_IDR3_HAD(ids->idr[3]) && !smmu_IDR5_D128(ids->idr[5]) &&
		   (n ? smmu_cd_HAD1(cd) : smmu_cd_HAD0(cd)));
	tt->e0pd = smmu_IDR3_E0PD(ids->idr[3]) && !s1->lpae && !s1->one_privilege &&
		   (n ? smmu_cd_E0PD1(cd) : smmu_cd_E0PD0(cd));
	/* 3.27.1 */
	tt->protect = smmu_IDR3_THE(ids->idr[3]) && !s1->lpae &&
		      (smmu_cd_vmsa(cd, ids) == SMMU_VMSA_128 || smmu_cd_PnCH(cd));
	tt->big_endian = smmu_cd_ENDI(cd);
	tt->pbha = stage1_pbha(s1, cd, ids, n);
	set_httu(tt, ids,
		 (struct httu){!s1->lpae && smmu_cd_HA(cd), smmu_cd_HD(cd), smmu_cd_HAFT(cd),
			       smmu_cd_AFFD(cd)});
	if (tt->absent || tt->disabled)
		return;
	stage1_table(tt, smmu_cd_vmsa(cd, ids), cd, ids, n);
	stage1_spaces(config, ctx, n);
	set_quick(tt, !s1->lpae && !s1->indirect && !s1->aie && !tt->e0pd && !tt->ns_bit,
		  tt->tbi ? 56 : 64);
}

void smmu_config_cd(struct smmu_config *config, const struct smmu_rule_ctx *ctx)
{
	const struct smmu_ids *ids = ctx->ids;
	struct smmu_s1 *s1 = &config->stage1;
	const struct smmu_cd *cd = &config->cd;

	s1->one_privilege = !smmu_streamworld_has_el0(config->world);
	s1->lpae = smmu_cd_vmsa(cd, ids) == SMMU_VMSA_LPAE;
	s1->wxn = smmu_cd_WXN(cd);
	s1->uwxn = s1->lpae && smmu_cd_UWXN(cd);
	s1->pan = smmu_cd_PAN(cd) && !s1->one_privilege;
	s1->mair = smmu_cd_MAIR1(cd) << 32 | smmu_cd_MAIR0(cd);
	s1->aie = !s1->lpae && smmu_IDR3_AIE(ids->idr[3]) && smmu_cd_AIE(cd);
	/* 3.26.1; VMSAv9-128 has no other permissions. */
	s1->indirect = smmu_cd_vmsa(cd, ids) == SMMU_VMSA_128 ||
		       (!s1->lpae && smmu_IDR3_S1PI(ids->idr[3]) && smmu_ste_S1PIE(&config->ste) &&
			smmu_cd_PIE(cd));
	s1->abort = smmu_cd_A(cd);
	s1->record = smmu_cd_R(cd);
	s1->stall = smmu_cd_S(cd);
	stage1_half(config, ctx, 0);
	stage1_half(config, ctx, 1);
	smmu_perm_stage1(s1, cd, !s1->lpae && smmu_IDR3_EPAN(ids->idr[3]) && smmu_cd_EPAN(cd));
}
