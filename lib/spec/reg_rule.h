/*
 * What a register must not hold, and what counts in its place: one row a rule,
 * in spec/reg_rules.def.  IHI 0070 G.b 3.5.1 and 6.3.
 *
 * Threading: pure functions; the rules are immutable.
 */
#ifndef SMMU_SPEC_REG_RULE_H
#define SMMU_SPEC_REG_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/reg.h"

struct smmu_reg_rule_facts;

struct smmu_reg_rule {
	const char *name;    /* unique: "REG_STRTAB_SPLIT" */
	const char *section; /* "IHI 0070 6.3.25" */
	const char *text; /* what is wrong: a sentence without full stop that begins with field */
	const char *outcome; /* what comes of it: "it behaves as 6" */
	const char *field;   /* of the register: "SPLIT" */
	const char *ids;     /* what else it depends on: "SMMU_IDR0.ST_LEVEL", or "" */
	enum smmu_reg reg;   /* Non-secure or Root; those of the other interfaces stand beside it */
	uint8_t secs;	     /* bit enum smmu_sec: the interfaces it holds for */
	bool (*broken)(const struct smmu_reg_rule_facts *facts);     /* for _next() */
	uint64_t (*counts)(const struct smmu_reg_rule_facts *facts); /* for _counts() */
};

/*
 * Every rule that the value of reg breaks, in turn: the one after the rule
 * given, NULL for the first.  regs is an array of SMMU_REG_COUNT values as
 * smmu_regs_complete() leaves it; a register that is not there breaks none.
 */
const struct smmu_reg_rule *smmu_reg_rule_next(const struct smmu_reg_rule *after,
					       const uint64_t *regs, enum smmu_reg reg);
/*
 * The value of the field that the SMMU goes by in place of the one that breaks
 * rule; false: the architecture names none.
 */
bool smmu_reg_rule_counts(uint64_t *value, const struct smmu_reg_rule *rule, const uint64_t *regs,
			  enum smmu_reg reg);

/* Whether the rule is about this register or array, of whichever interface. */
bool smmu_reg_rule_concerns(const struct smmu_reg_rule *rule, const struct smmu_reg_info *info);

/* All rules; returns how many. */
size_t smmu_reg_rules(const struct smmu_reg_rule **rules);

#endif
