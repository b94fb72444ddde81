/*
 * Stream Table Entry, IHI 0070 G.b 5.2: accessors and the table of fields.
 *
 * smmu_ste_<Field>() and smmu_ste_set_<Field>() exist for every row of
 * spec/ste.def, named as the specification names the field.  They read and
 * write raw bits: whether the field exists here (its WHEN) or is IGNORED is
 * the caller's question.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_STE_H
#define SMMU_SPEC_STE_H

#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"
#include "spec/values.h"

#define SMMU_STE_WORDS 8
#define SMMU_STE_BYTES 64

/* The structure as memory holds it: 64-bit words, lowest first. */
struct smmu_ste {
	uint64_t word[SMMU_STE_WORDS];
};

#define FIELD(Name, w, lsb, width, KIND, values, WHEN) SMMU_ACCESS(ste, Name, w, lsb, width, KIND)
#define ARRAY(Name, w, lsb, width, count, KIND, values, WHEN)                                      \
	SMMU_ACCESS_ARRAY(ste, Name, w, lsb, width, count)
#include "spec/ste.def"

extern const struct smmu_format smmu_ste_format;

#endif
