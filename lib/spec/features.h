/*
 * Architecture features by name (SMMUv3.2-RIL), IHI 0070 G.b chapter 2: what
 * advertises them, since when, and what they need.
 *
 * regs is an array of SMMU_REG_COUNT values as smmu_regs_complete() leaves it.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_FEATURES_H
#define SMMU_SPEC_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMMU_FEATURE_NEVER 0xff /* never mandatory */

/* What is done with what a feature brings. */
#define SMMU_DOES_DECODE   1u /* fields and formats are known by name */
#define SMMU_DOES_CHECK	   2u /* a legality rule or the presence of a field depends on it */
#define SMMU_DOES_GENERATE 4u /* the builder of a described system uses it */
#define SMMU_DOES_MODEL	   8u /* transactions, commands and registers behave as it says */

struct smmu_feature {
	const char *name;      /* "SMMUv3.2-RIL" */
	const char *a_profile; /* "FEAT_TTL, FEAT_TLBIRANGE", or "" */
	const char *field;     /* "SMMU_IDR3.RIL"; "": none in issue G.b */
	const char *summary;
	const char *needs_text; /* what must be there beside it, or "" */
	uint8_t since;		/* SMMUv3 minor version */
	uint8_t mandatory;	/* the version that makes it so, or SMMU_FEATURE_NEVER */
	uint8_t does;		/* SMMU_DOES_* */
	bool (*present)(const uint64_t *regs);
	bool (*needs)(const uint64_t *regs); /* holds where the feature is present */
};

/* All features in the order of the architecture; returns how many. */
size_t smmu_features(const struct smmu_feature **features);
/* By its own name, without regard to case, or by one of its A-profile names; or NULL. */
const struct smmu_feature *smmu_feature_find(const char *name);

/* How identification registers contradict the architecture over one feature. */
enum smmu_feature_problem {
	SMMU_FEATURE_OK,
	SMMU_FEATURE_TOO_NEW, /* newer than AIDR + 1 (2.9) */
	SMMU_FEATURE_MISSING, /* mandatory in the version of AIDR */
	SMMU_FEATURE_NEEDS,   /* what it needs is not there */
};
enum smmu_feature_problem smmu_feature_check(const struct smmu_feature *feature,
					     const uint64_t *regs);

#endif
