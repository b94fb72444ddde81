/*
 * Enumerations of the configuration structures, IHI 0070 G.b chapter 5: for
 * each, C constants (SMMU_STE_CONFIG_ABORT) and a table of names and meanings
 * (smmu_ste_config).  Reserved encodings that behave as another one are left
 * out, so that smmu_enum_find() tells them apart.
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_VALUES_H
#define SMMU_SPEC_VALUES_H

#include "spec/format.h"

#define ENUM_BEGIN(name)                                                                           \
	enum smmu_##name                                                                           \
	{
#define VALUE(CONSTANT, value, name, meaning) SMMU_##CONSTANT = (value),
#define ENUM_END(name)                                                                             \
	}                                                                                          \
	;
#include "spec/values.def"

#define ENUM_BEGIN(name) extern const struct smmu_enum smmu_##name;
#define VALUE(CONSTANT, value, name, meaning)
#define ENUM_END(name)
#include "spec/values.def"

#endif
