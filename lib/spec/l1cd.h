/*
 * Level 1 Context Descriptor, IHI 0070 G.b 5.3: accessors and the table of fields.
 *
 * smmu_l1cd_<Field>() and smmu_l1cd_set_<Field>() exist for every row of
 * spec/l1cd.def, named as the specification names the field.  They read and
 * write raw bits: whether the field exists here (its WHEN) or is IGNORED is
 * the caller's question.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_L1CD_H
#define SMMU_SPEC_L1CD_H

#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"
#include "spec/values.h"

#define SMMU_L1CD_WORDS 1
#define SMMU_L1CD_BYTES 8

/* The structure as memory holds it: 64-bit words, lowest first. */
struct smmu_l1cd {
	uint64_t word[SMMU_L1CD_WORDS];
};

#define FIELD(Name, w, lsb, width, KIND, values, WHEN) SMMU_ACCESS(l1cd, Name, w, lsb, width, KIND)
#define ARRAY(Name, w, lsb, width, count, KIND, values, WHEN)                                      \
	SMMU_ACCESS_ARRAY(l1cd, Name, w, lsb, width, count)
#include "spec/l1cd.def"

extern const struct smmu_format smmu_l1cd_format;

#endif
