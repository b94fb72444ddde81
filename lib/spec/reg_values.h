/*
 * Enumerations of register fields, IHI 0070 G.b 6.3 and 10.5: C constants
 * (SMMU_STRTAB_2LEVEL) and tables of names and meanings (smmu_strtab_fmt).
 * Reserved encodings are left out.
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_REG_VALUES_H
#define SMMU_SPEC_REG_VALUES_H

#include "spec/format.h"
#include "spec/values.h"

#define ENUM_BEGIN(name)                                                                           \
	enum smmu_##name                                                                           \
	{
#define VALUE(CONSTANT, value, name, meaning) SMMU_##CONSTANT = (value),
#define ENUM_END(name)                                                                             \
	}                                                                                          \
	;
#include "spec/reg_values.def"

#define ENUM_BEGIN(name) extern const struct smmu_enum smmu_##name;
#define VALUE(CONSTANT, value, name, meaning)
#define ENUM_END(name)
#include "spec/reg_values.def"

#endif
