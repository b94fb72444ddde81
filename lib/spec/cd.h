/*
 * Context Descriptor, IHI 0070 G.b 5.4: accessors and the table of fields.
 *
 * smmu_cd_<Field>() and smmu_cd_set_<Field>() exist for every row of
 * spec/cd.def, named as the specification names the field.  They read and
 * write raw bits: whether the field exists here (its WHEN) or is IGNORED is
 * the caller's question.  The structure has two layouts; fields that
 * only one of them has (HAD0, DisCH0) share bits with fields of the other.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_CD_H
#define SMMU_SPEC_CD_H

#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"
#include "spec/values.h"

#define SMMU_CD_WORDS 8
#define SMMU_CD_BYTES 64

/* The structure as memory holds it: 64-bit words, lowest first. */
struct smmu_cd {
	uint64_t word[SMMU_CD_WORDS];
};

#define FIELD(Name, w, lsb, width, KIND, values, WHEN) SMMU_ACCESS(cd, Name, w, lsb, width, KIND)
#define ARRAY(Name, w, lsb, width, count, KIND, values, WHEN)                                      \
	SMMU_ACCESS_ARRAY(cd, Name, w, lsb, width, count)
#include "spec/cd.def"

extern const struct smmu_format smmu_cd_format;

#endif
