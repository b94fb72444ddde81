/*
 * What makes an STE or a CD ILLEGAL: one row a rule, in spec/ste_rules.def and
 * spec/cd_rules.def, in the order of the pseudocode of IHI 0070 G.b 5.2.2 and
 * 5.4.2.  A fetched structure that breaks any is C_BAD_STE or C_BAD_CD.
 *
 * Threading: pure functions; the rules are immutable.
 */
#ifndef SMMU_SPEC_RULE_H
#define SMMU_SPEC_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/cd.h"
#include "spec/ste.h"
#include "spec/types.h"

enum smmu_rule_kind { SMMU_RULE_STE, SMMU_RULE_CD };

struct smmu_rule_facts;

struct smmu_rule {
	const char *name;    /* unique: "STE_S1CDMAX" */
	const char *section; /* where it stands: "IHI 0070 5.2" */
	const char *text;    /* what is wrong, one sentence without full stop */
	const char *fields;  /* fields of the structure, the one to blame first: "S2T0SZ S2TG" */
	/*
	 * What else it depends on: "SMMU_IDR3.STT SMMU_IDR5.OAS", and of the STE that
	 * locates a CD "STE.S1PIE"; may be "".  Not named here and above is what decides
	 * whether the rule is asked: V, Config, EPD0 and EPD1.  (STE.)STRW stands for the
	 * StreamWorld with all that makes it.
	 */
	const char *ids;
	enum smmu_rule_kind kind;
	uint8_t secs; /* bit enum smmu_sec: the Security states it holds for */
	bool chosen;  /* CONSTRAINED UNPREDICTABLE: ILLEGAL is one of the permitted outcomes */
	bool (*broken)(const struct smmu_rule_facts *facts); /* for smmu_*_rule_next() */
};

/* Where the structure stands. */
struct smmu_rule_ctx {
	const struct smmu_ids *ids; /* borrowed for the call */
	enum smmu_sec sec;	    /* of the Stream table */
	bool e2h;		    /* SMMU_(*_)CR2.E2H of sec */
	bool nsstalld;		    /* SMMU_S_CR0.NSSTALLD */
};

/* The first rule that ste breaks, or NULL: the STE is valid.  V == 0 is a rule too. */
const struct smmu_rule *smmu_ste_illegal(const struct smmu_ste *ste,
					 const struct smmu_rule_ctx *ctx);
/* The same of a CD that is reached through ste, which is valid. */
const struct smmu_rule *smmu_cd_illegal(const struct smmu_cd *cd, const struct smmu_ste *ste,
					const struct smmu_rule_ctx *ctx);

/* Every broken rule in turn: the one after the rule given, NULL for the first. */
const struct smmu_rule *smmu_ste_rule_next(const struct smmu_rule *after,
					   const struct smmu_ste *ste,
					   const struct smmu_rule_ctx *ctx);
const struct smmu_rule *smmu_cd_rule_next(const struct smmu_rule *after, const struct smmu_cd *cd,
					  const struct smmu_ste *ste,
					  const struct smmu_rule_ctx *ctx);

/* All rules, those of the STE first; returns how many. */
size_t smmu_rules(const struct smmu_rule **rules);
/* The rule of that name (case matters), or NULL. */
const struct smmu_rule *smmu_rule_find(const char *name);

#endif
