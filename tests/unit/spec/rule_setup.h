/*
 * What the tests of legality share: a configuration from a few words, and the
 * cases of rule_cases.c.
 *
 * Settings are words "Name=number": a field of the STE or CD that the rule is
 * about, STE.Name in rules of the CD, REGISTER.Name for the identification
 * registers, Name[i] for an element; e2h and nsstalld for the context.
 */
#ifndef TESTS_RULE_SETUP_H
#define TESTS_RULE_SETUP_H

#include "spec/reg.h"
#include "spec/rule.h"

struct rule_setup {
	uint64_t regs[SMMU_REG_COUNT];
	struct smmu_ids ids;
	struct smmu_ste ste;
	struct smmu_cd cd;
	struct smmu_rule_ctx ctx;
	bool about_cd;
};

/* For every rule structures that break it and nothing else, and neighbours that break nothing. */
struct rule_case {
	const char *rule;
	enum smmu_sec sec;
	const char *ste, *both, *bad, *good;
};

extern const struct rule_case rule_cases[];
extern const size_t rule_cases_count;

/* An SMMUv3.3 with both stages and every Security state; of CD rules a valid CD.  Owned, free(). */
struct rule_setup *rule_setup_new(enum smmu_sec sec, const char *ste, bool about_cd);
/* The bad or the good side of a case. */
struct rule_setup *rule_setup_case(const struct rule_case *c, bool good);
bool rule_case_about_cd(const struct rule_case *c);
void rule_setup_apply(struct rule_setup *s, const char *settings);
/* The next broken rule of the structure that the setup is about. */
const struct smmu_rule *rule_setup_next(const struct rule_setup *s, const struct smmu_rule *after);

#endif
