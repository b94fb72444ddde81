/* WHEN conditions of STE and CD fields, IHI 0070 G.b 5.2 and 5.4. */
#include "spec/when.h"

#include <string.h>

#include "spec/effective.h"
#include "spec/reg.h"

#define IDR0(FIELD) smmu_IDR0_##FIELD(ids->idr[0])
#define IDR1(FIELD) smmu_IDR1_##FIELD(ids->idr[1])
#define IDR3(FIELD) smmu_IDR3_##FIELD(ids->idr[3])
#define IDR5(FIELD) smmu_IDR5_##FIELD(ids->idr[5])

static bool s1_translates(const struct smmu_ste *s)
{
	return smmu_ste_Config(s) & 1;
}

static bool s2_translates(const struct smmu_ste *s)
{
	return smmu_ste_Config(s) & 2;
}

static enum smmu_vmsa s2_vmsa(const struct smmu_ste *s, const struct smmu_ids *ids)
{
	return smmu_ste_s2_vmsa(s, ids);
}

static bool s2_indirect(const struct smmu_ste *s, const struct smmu_ids *ids)
{
	enum smmu_vmsa vmsa = s2_vmsa(s, ids);

	return vmsa == SMMU_VMSA_128 || (vmsa == SMMU_VMSA_64 && IDR3(S2PI) && smmu_ste_S2PIE(s));
}

static bool has_mpam_ns(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return smmu_MPAMIDR_HAS_MPAM_NS(ids->s_mpamidr);
	return sec == SMMU_SEC_REALM && smmu_MPAMIDR_HAS_MPAM_NS(ids->r_mpamidr);
}

static bool has_dpt(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_REALM)
		return smmu_R_IDR3_DPT(ids->r_idr[3]);
	return sec == SMMU_SEC_NS && IDR3(DPT);
}

static bool has_secure_s2(const struct smmu_ids *ids, enum smmu_sec sec)
{
	return sec == SMMU_SEC_S && smmu_S_IDR1_SEL2(ids->s_idr[1]);
}

/* An STE that is not known is taken to be one that permits the most. */
static bool has_el0(const struct smmu_when_ctx *ctx)
{
	return !ctx->ste || smmu_streamworld_has_el0(
				    smmu_ste_streamworld(ctx->ste, ctx->sec, ctx->ids, ctx->e2h));
}

static bool ste_allows_pie(const struct smmu_when_ctx *ctx)
{
	return !ctx->ste || smmu_ste_S1PIE(ctx->ste);
}

static enum smmu_vmsa s1_vmsa(const struct smmu_when_ctx *ctx, const struct smmu_cd *cd)
{
	return smmu_cd_vmsa(cd, ctx->ids);
}

static bool s1_indirect(const struct smmu_when_ctx *ctx, const struct smmu_cd *cd)
{
	const struct smmu_ids *ids = ctx->ids;
	enum smmu_vmsa vmsa = s1_vmsa(ctx, cd);

	return vmsa == SMMU_VMSA_128 ||
	       (vmsa == SMMU_VMSA_64 && IDR3(S1PI) && ste_allows_pie(ctx) && smmu_cd_PIE(cd));
}

static bool only_64k(const struct smmu_when_ctx *ctx, const struct smmu_cd *cd)
{
	return smmu_cd_TG0(cd) == SMMU_TG0_64K &&
	       (!has_el0(ctx) || smmu_cd_TG1(cd) == SMMU_TG1_64K);
}

/*
 * With V == 0, and an STE with Config == 0b0xx, every other field is IGNORED:
 * none of them is RES0 then.
 */
static bool STE_when(const struct smmu_when_ctx *ctx, bool layout,
		     bool (*holds)(const struct smmu_when_ctx *ctx, const struct smmu_ste *s))
{
	struct smmu_ste s;

	memcpy(&s, ctx->word, sizeof(s));
	return layout &&
	       (!ctx->ids || !smmu_ste_V(&s) || smmu_ste_Config(&s) < 4 || holds(ctx, &s));
}

static bool CD_when(const struct smmu_when_ctx *ctx, bool layout,
		    bool (*holds)(const struct smmu_when_ctx *ctx, const struct smmu_cd *cd))
{
	struct smmu_cd cd;

	memcpy(&cd, ctx->word, sizeof(cd));
	return layout && (!ctx->ids || !smmu_cd_V(&cd) || holds(ctx, &cd));
}

#define STE_ARGS const struct smmu_ste *s
#define CD_ARGS	 const struct smmu_cd *cd
#define STE_USE	 (void)s
#define CD_USE	 (void)cd

#define WHEN(STRUCTURE, NAME, layout, condition, text)                                             \
	static bool holds_##NAME(const struct smmu_when_ctx *ctx, STRUCTURE##_ARGS)                \
	{                                                                                          \
		const struct smmu_ids *ids = ctx->ids;                                             \
		enum smmu_sec sec = ctx->sec;                                                      \
                                                                                                   \
		(void)ids, (void)sec, STRUCTURE##_USE;                                             \
		return condition;                                                                  \
	}                                                                                          \
	bool smmu_when_##NAME(const struct smmu_when_ctx *ctx)                                     \
	{                                                                                          \
		bool layout128 = ctx->d128;                                                        \
                                                                                                   \
		(void)layout128;                                                                   \
		return STRUCTURE##_when(ctx, layout, holds_##NAME);                                \
	}                                                                                          \
	const char smmu_when_##NAME##_text[] = text;
#include "spec/when.def"
