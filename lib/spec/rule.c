/*
 * The rules of spec/ste_rules.def and spec/cd_rules.def: as a table, and
 * compiled into one function a structure for the fetch path.
 */
#include "spec/rule.h"

#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/effective.h"
#include "spec/reg.h"

/* SMMU_(*_)IDR0.STALL_MODEL and SMMU_IDR0.TTENDIAN. */
enum { STALL_BOTH = 0, STALL_NEVER = 1, STALL_ALWAYS = 2 };
enum { ENDIAN_LITTLE = 2, ENDIAN_BIG = 3 };

/* What the conditions ask about, worked out once for a structure. */
struct smmu_rule_facts {
	const struct smmu_ste *ste;
	const struct smmu_cd *cd; /* NULL for rules of the STE */
	const struct smmu_ids *ids;
	enum smmu_sec sec;
	enum smmu_streamworld world;
	enum smmu_vmsa s1, s2;	       /* formats of the tables */
	unsigned oas, ias;	       /* bits */
	unsigned stall, stall_ns;      /* stall models: of sec, and Non-secure */
	bool live;		       /* the rest of the structure counts */
	bool translates1, translates2; /* Config */
	bool tt0, tt1;		       /* CD: that table is in use */
	bool ats, dpt, strw, vmid;     /* EATS, DPT and STRW count, S2VMID counts */
	bool indirect;		       /* CD: indirect permissions */
	bool v31;		       /* SMMUv3.1 or later */
};

#define STE(FIELD)	smmu_ste_##FIELD(f->ste)
#define CD(FIELD)	smmu_cd_##FIELD(f->cd)
#define IDR0(FIELD)	smmu_IDR0_##FIELD(f->ids->idr[0])
#define IDR1(FIELD)	smmu_IDR1_##FIELD(f->ids->idr[1])
#define IDR3(FIELD)	smmu_IDR3_##FIELD(f->ids->idr[3])
#define IDR5(FIELD)	smmu_IDR5_##FIELD(f->ids->idr[5])
#define S_IDR1(FIELD)	smmu_S_IDR1_##FIELD(f->ids->s_idr[1])
#define FITS(v, width)	smmu_bits_fit(v, width)

#define NS		(1u << SMMU_SEC_NS)
#define SECURE		(1u << SMMU_SEC_S)
#define REALM		(1u << SMMU_SEC_REALM)
#define ANY		(NS | SECURE | REALM)

#define GIVEN_ALWAYS	true
#define GIVEN_LIVE	f->live
#define GIVEN_S1	(f->live && f->translates1)
#define GIVEN_S2	(f->live && f->translates2)
#define GIVEN_SECURE_S2 (f->live && f->translates2)
#define GIVEN_TT0	(f->live && f->tt0)
#define GIVEN_TT1	(f->live && f->tt1)

/* 3.12: NSSTALLD takes the Stall model away from Non-secure streams. */
static unsigned stall_model_ns(const struct smmu_rule_ctx *ctx)
{
	unsigned model = (unsigned)smmu_IDR0_STALL_MODEL(ctx->ids->idr[0]);

	return model == STALL_BOTH && ctx->nsstalld ? STALL_NEVER : model;
}

static unsigned stall_model(const struct smmu_rule_ctx *ctx)
{
	if (ctx->sec == SMMU_SEC_S)
		return (unsigned)smmu_S_IDR0_STALL_MODEL(ctx->ids->s_idr[0]);
	if (ctx->sec == SMMU_SEC_REALM)
		return (unsigned)smmu_R_IDR0_STALL_MODEL(ctx->ids->r_idr[0]);
	return stall_model_ns(ctx);
}

/* 5.2.2 IgnoreSTES2VMID(), the other way round. */
static bool vmid_counts(const struct smmu_rule_facts *f)
{
	if (f->sec == SMMU_SEC_S)
		return S_IDR1(SEL2) && f->translates2;
	return IDR0(S2P) && (f->translates1 || f->translates2) && !(f->strw && STE(STRW));
}

static struct smmu_rule_facts facts(const struct smmu_ste *ste, const struct smmu_rule_ctx *ctx)
{
	struct smmu_rule_facts out = {.ste = ste, .ids = ctx->ids, .sec = ctx->sec};
	struct smmu_rule_facts *f = &out;

	f->live = STE(V) && (STE(Config) & 4);
	f->translates1 = STE(Config) & 1;
	f->translates2 = STE(Config) & 2;
	f->v31 = smmu_ids_is_v3(ctx->ids, 1);
	f->oas = smmu_oas_bits(ctx->ids);
	f->ias = smmu_ias_bits(ctx->ids);
	f->stall = stall_model(ctx);
	/* 5.5 names IDR0 for every state; NSSTALLD is no matter of Secure streams. */
	f->stall_ns = f->sec == SMMU_SEC_S ? f->stall : stall_model_ns(ctx);
	f->s2 = smmu_ste_s2_vmsa(ste, ctx->ids);
	f->strw = smmu_ste_has_strw(ste, ctx->sec, ctx->ids);
	f->world = smmu_ste_streamworld(ste, ctx->sec, ctx->ids, ctx->e2h);
	f->vmid = vmid_counts(f);
	f->dpt = f->sec == SMMU_SEC_REALM ? smmu_R_IDR3_DPT(ctx->ids->r_idr[3]) : IDR3(DPT);
	f->ats = f->sec == SMMU_SEC_REALM ? smmu_R_IDR0_ATS(ctx->ids->r_idr[0]) : IDR0(ATS);
	f->ats = f->ats && (f->translates1 || f->translates2);
	return out;
}

static struct smmu_rule_facts cd_facts(const struct smmu_cd *cd, const struct smmu_ste *ste,
				       const struct smmu_rule_ctx *ctx)
{
	struct smmu_rule_facts out = facts(ste, ctx);
	struct smmu_rule_facts *f = &out;

	f->cd = cd;
	f->live = CD(V);
	f->s1 = smmu_cd_vmsa(cd, ctx->ids);
	f->tt0 = !smmu_cd_epd(cd, 0, f->world);
	f->tt1 = !smmu_cd_epd(cd, 1, f->world);
	f->indirect = f->s1 == SMMU_VMSA_128 ||
		      (f->s1 == SMMU_VMSA_64 && IDR3(S1PI) && STE(S1PIE) && CD(PIE));
	return out;
}

static bool granule_is_supported(const struct smmu_rule_facts *f, uint64_t tg)
{
	enum smmu_granule granule;

	return smmu_tg0_granule(&granule, tg) && smmu_ids_has_granule(f->ids, granule);
}

/* VMSAv8-64 without DS: a granule below 64KB holds 48 bits of address. */
static bool base_is_out(uint64_t ttb, unsigned bits, enum smmu_vmsa vmsa, bool is_64k, bool ds)
{
	if (vmsa == SMMU_VMSA_64 && !is_64k && !ds && bits > 48)
		bits = 48;
	return !FITS(ttb, bits);
}

static bool s2_base_is_out(const struct smmu_rule_facts *f, uint64_t ttb, uint64_t tg)
{
	return base_is_out(ttb, smmu_ste_s2ps_bits(f->ste, f->ids), f->s2, tg == SMMU_TG0_64K,
			   smmu_ste_s2ds(f->ste, f->sec, f->ids));
}

/* VMSAv9-128 always has the small tables that SMMU_IDR3.STT gives VMSAv8-64. */
static unsigned size_max(const struct smmu_rule_facts *f, enum smmu_vmsa vmsa, bool is_64k)
{
	if (vmsa != SMMU_VMSA_128 && !IDR3(STT))
		return 39;
	return is_64k ? 47 : 48;
}

static unsigned s2_size_min(const struct smmu_rule_facts *f, bool is_64k)
{
	unsigned least = 64 - f->ias;
	unsigned floor = 16;

	if (!f->v31)
		return least;
	if (f->s2 == SMMU_VMSA_128)
		floor = 8;
	else if (is_64k || smmu_ste_s2ds(f->ste, f->sec, f->ids))
		floor = 12;
	return least > floor ? least : floor;
}

static bool s2_size_is_out(const struct smmu_rule_facts *f, uint64_t t0sz, uint64_t tg)
{
	bool is_64k = tg == SMMU_TG0_64K;

	if (f->s2 == SMMU_VMSA_LPAE)
		return false;
	return t0sz < s2_size_min(f, is_64k) || t0sz > size_max(f, f->s2, is_64k);
}

/* A granule that is reserved has a rule of its own. */
static bool s2_level_is_out(const struct smmu_rule_facts *f, bool secure_ipa, uint64_t tg)
{
	enum smmu_granule granule;
	int level;

	if (f->s2 != SMMU_VMSA_LPAE && !smmu_tg0_granule(&granule, tg))
		return false;
	return !smmu_ste_s2_start_level(&level, f->ste, f->sec, secure_ipa, f->ids);
}

static bool s2poi_is_reserved(const struct smmu_rule_facts *f)
{
	for (unsigned i = 0; i < 16; i++)
		if (!smmu_enum_find(&smmu_ste_s2poi, smmu_ste_S2POI(f->ste, i)))
			return true;
	return false;
}

/* AArch64-only regimes: EL3, any EL2&0, Secure EL2. */
static bool world_is_aarch64(const struct smmu_rule_facts *f)
{
	return f->world == SMMU_SW_EL3 || f->world == SMMU_SW_EL2_E2H ||
	       f->world == SMMU_SW_S_EL2_E2H || f->world == SMMU_SW_REALM_EL2_E2H ||
	       f->world == SMMU_SW_S_EL2;
}

static bool s1_granule(enum smmu_granule *granule, const struct smmu_rule_facts *f, unsigned n)
{
	return n ? smmu_tg1_granule(granule, CD(TG1)) : smmu_tg0_granule(granule, CD(TG0));
}

static bool s1_granule_is_out(const struct smmu_rule_facts *f, unsigned n)
{
	enum smmu_granule granule;

	return f->s1 != SMMU_VMSA_LPAE &&
	       !(s1_granule(&granule, f, n) && smmu_ids_has_granule(f->ids, granule));
}

static bool s1_is_64k(const struct smmu_rule_facts *f, unsigned n)
{
	return n ? CD(TG1) == SMMU_TG1_64K : CD(TG0) == SMMU_TG0_64K;
}

/* IDR5.VAX: 0 is 48 bits, 1 is 52 bits, 2 is 56 bits. */
static unsigned s1_size_min(const struct smmu_rule_facts *f, unsigned n)
{
	if (IDR5(VAX) >= 2 && f->s1 == SMMU_VMSA_128)
		return f->world == SMMU_SW_EL3 ? 8 : 9;
	if (IDR5(VAX) >= 1 &&
	    (f->s1 == SMMU_VMSA_128 || s1_is_64k(f, n) || smmu_cd_ds(f->cd, f->ids)))
		return 12;
	return 16;
}

static bool s1_size_is_out(const struct smmu_rule_facts *f, unsigned n)
{
	uint64_t txsz = n ? CD(T1SZ) : CD(T0SZ);

	if (f->s1 == SMMU_VMSA_LPAE)
		return false;
	return txsz < s1_size_min(f, n) || txsz > size_max(f, f->s1, s1_is_64k(f, n));
}

static bool s1_base_is_out(const struct smmu_rule_facts *f, unsigned n)
{
	return base_is_out(smmu_cd_ttb(f->cd, n, f->ids), smmu_cd_ips_bits(f->cd, f->ids), f->s1,
			   s1_is_64k(f, n), smmu_cd_ds(f->cd, f->ids));
}

static bool s1_level_is_out(const struct smmu_rule_facts *f, unsigned n)
{
	enum smmu_granule granule;
	unsigned txsz = (unsigned)(n ? CD(T1SZ) : CD(T0SZ));
	unsigned skl = (unsigned)(n ? CD(SKL1) : CD(SKL0));

	return s1_granule(&granule, f, n) && smmu_d128_start_level(txsz, granule, skl) > 3;
}

static bool piip_is_reserved(const struct smmu_rule_facts *f)
{
	for (unsigned i = 0; i < 16; i++)
		if (!smmu_enum_find(&smmu_cd_pii, smmu_cd_PIIP(f->cd, i)))
			return true;
	return false;
}

static bool piiu_is_reserved(const struct smmu_rule_facts *f)
{
	for (unsigned i = 0; i < 16; i++)
		if (!smmu_enum_find(&smmu_cd_pii, smmu_cd_PIIU(f->cd, i)))
			return true;
	return false;
}

/* Privileged x1x executes, unprivileged 1xx writes. */
static bool writable_is_executable(const struct smmu_rule_facts *f)
{
	for (unsigned i = 0; i < 16; i++)
		if (smmu_bit(smmu_cd_PIIP(f->cd, i), 1) && smmu_bit(smmu_cd_PIIU(f->cd, i), 2))
			return true;
	return false;
}

/*
 * Each row of the tables three times: predicate, index, and row of rules[].
 * Inlined into the fetch path the predicates cost less than half of their calls.
 */
#define PREDICATE(NAME, sect, sec_mask, GIVEN, condition, words, field_list, id_list, choice)      \
	SMMU_INLINE bool broken_##NAME(const struct smmu_rule_facts *f)                            \
	{                                                                                          \
		return GIVEN_##GIVEN && (condition);                                               \
	}
#define INDEX(NAME, ...) AT_##NAME,
#define ENTRY(NAME, sect, sec_mask, GIVEN, condition, words, field_list, id_list, choice)          \
	[AT_##NAME] = {                                                                            \
		.name = #NAME,                                                                     \
		.section = "IHI 0070 " sect,                                                       \
		.text = words,                                                                     \
		.fields = field_list,                                                              \
		.ids = id_list,                                                                    \
		.kind = AT_##NAME < STE_RULES ? SMMU_RULE_STE : SMMU_RULE_CD,                      \
		.secs = sec_mask,                                                                  \
		.chosen = choice,                                                                  \
		.broken = broken_##NAME,                                                           \
	},
#define RETURN_BROKEN(NAME, sect, sec_mask, ...)                                                   \
	if ((sec & (sec_mask)) && broken_##NAME(f))                                                \
		return &rules[AT_##NAME];

#define RULE PREDICATE
#include "spec/ste_rules.def"
#define RULE PREDICATE
#include "spec/cd_rules.def"

enum {
#define RULE INDEX
#include "spec/ste_rules.def"
	STE_RULES,
	STE_RULES_LAST = STE_RULES - 1, /* so that the next row counts on */
#define RULE INDEX
#include "spec/cd_rules.def"
	ALL_RULES
};

static const struct smmu_rule rules[ALL_RULES] = {
#define RULE ENTRY
#include "spec/ste_rules.def"
#define RULE ENTRY
#include "spec/cd_rules.def"
};

const struct smmu_rule *smmu_ste_illegal(const struct smmu_ste *ste,
					 const struct smmu_rule_ctx *ctx)
{
	const struct smmu_rule_facts in = facts(ste, ctx);
	const struct smmu_rule_facts *f = &in;
	unsigned sec = 1u << ctx->sec;

#define RULE RETURN_BROKEN
#include "spec/ste_rules.def"
	return NULL;
}

const struct smmu_rule *smmu_cd_illegal(const struct smmu_cd *cd, const struct smmu_ste *ste,
					const struct smmu_rule_ctx *ctx)
{
	const struct smmu_rule_facts in = cd_facts(cd, ste, ctx);
	const struct smmu_rule_facts *f = &in;
	unsigned sec = 1u << ctx->sec;

#define RULE RETURN_BROKEN
#include "spec/cd_rules.def"
	return NULL;
}

static const struct smmu_rule *next(size_t from, size_t to, const struct smmu_rule_facts *f)
{
	for (size_t i = from; i < to; i++)
		if (((1u << f->sec) & rules[i].secs) && rules[i].broken(f))
			return &rules[i];
	return NULL;
}

const struct smmu_rule *smmu_ste_rule_next(const struct smmu_rule *after,
					   const struct smmu_ste *ste,
					   const struct smmu_rule_ctx *ctx)
{
	const struct smmu_rule_facts f = facts(ste, ctx);

	return next(after ? (size_t)(after - rules) + 1 : 0, STE_RULES, &f);
}

const struct smmu_rule *smmu_cd_rule_next(const struct smmu_rule *after, const struct smmu_cd *cd,
					  const struct smmu_ste *ste,
					  const struct smmu_rule_ctx *ctx)
{
	const struct smmu_rule_facts f = cd_facts(cd, ste, ctx);

	return next(after ? (size_t)(after - rules) + 1 : STE_RULES, ALL_RULES, &f);
}

size_t smmu_rules(const struct smmu_rule **all)
{
	*all = rules;
	return SMMU_LEN(rules);
}

const struct smmu_rule *smmu_rule_find(const char *name)
{
	for (size_t i = 0; i < SMMU_LEN(rules); i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}
