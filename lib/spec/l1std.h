/*
 * Level 1 Stream Table Descriptor, IHI 0070 G.b 5.1: accessors and the table of fields.
 *
 * smmu_l1std_<Field>() and smmu_l1std_set_<Field>() exist for every row of
 * spec/l1std.def, named as the specification names the field.  They read and
 * write raw bits: whether the field exists here (its WHEN) or is IGNORED is
 * the caller's question.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_L1STD_H
#define SMMU_SPEC_L1STD_H

#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"
#include "spec/values.h"

#define SMMU_L1STD_WORDS 1
#define SMMU_L1STD_BYTES 8

/* The structure as memory holds it: 64-bit words, lowest first. */
struct smmu_l1std {
	uint64_t word[SMMU_L1STD_WORDS];
};

#define FIELD(Name, w, lsb, width, KIND, values, WHEN) SMMU_ACCESS(l1std, Name, w, lsb, width, KIND)
#define ARRAY(Name, w, lsb, width, count, KIND, values, WHEN)                                      \
	SMMU_ACCESS_ARRAY(l1std, Name, w, lsb, width, count)
#include "spec/l1std.def"

extern const struct smmu_format smmu_l1std_format;

#endif
