/*
 * How fields of the identification registers bind each other where no feature
 * of chapter 2 is concerned: spec/id_rules.def.  IHI 0070 G.b 2.7.1 and 6.3.
 *
 * Threading: pure functions; the rules are immutable.
 */
#ifndef SMMU_SPEC_ID_RULE_H
#define SMMU_SPEC_ID_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smmu_id_rule {
	const char *name;		      /* unique: "ID_R_ATS" */
	const char *section;		      /* "IHI 0070 6.3.122" */
	const char *text;		      /* what is wrong, one sentence without full stop */
	bool (*broken)(const uint64_t *regs); /* of SMMU_REG_COUNT values */
};

/* All rules in the order of the registers; returns how many. */
size_t smmu_id_rules(const struct smmu_id_rule **rules);

#endif
