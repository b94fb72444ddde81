/*
 * Conditions under which a field of a configuration structure exists: the
 * WHEN column of the .def tables names a row of spec/when.def.  For a row
 * NAME there is smmu_when_NAME(), the predicate, and smmu_when_NAME_text, the
 * condition in words; ALWAYS stands for none.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_WHEN_H
#define SMMU_SPEC_WHEN_H

#include "spec/format.h"

#define WHEN(STRUCTURE, NAME, layout, condition, text)                                             \
	bool smmu_when_##NAME(const struct smmu_when_ctx *ctx);                                    \
	extern const char smmu_when_##NAME##_text[];
#include "spec/when.def"

#define smmu_when_ALWAYS      NULL
#define smmu_when_ALWAYS_text NULL

/* Rows of struct smmu_field from rows of a .def table. */
#define SMMU_FIELD_ROW(Name, w, lsb, width, KIND, values, WHEN)                                    \
	{#Name,                                                                                    \
	 {{w, lsb, width, SMMU_SHIFT_##KIND(lsb)}},                                                \
	 SMMU_FIELD_##KIND,                                                                        \
	 values,                                                                                   \
	 smmu_when_##WHEN,                                                                         \
	 smmu_when_##WHEN##_text,                                                                  \
	 1},
#define SMMU_ARRAY_ROW(Name, w, lsb, width, count, KIND, values, WHEN)                             \
	{#Name,                                                                                    \
	 {{w, lsb, width, SMMU_SHIFT_##KIND(lsb)}},                                                \
	 SMMU_FIELD_##KIND,                                                                        \
	 values,                                                                                   \
	 smmu_when_##WHEN,                                                                         \
	 smmu_when_##WHEN##_text,                                                                  \
	 count},

#endif
