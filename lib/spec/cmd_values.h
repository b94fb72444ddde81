/*
 * Enumerations of command and PRI queue entries, IHI 0070 G.b chapters 4 and
 * 8: C constants (SMMU_SYNC_SIG_IRQ) and tables (smmu_sync_cs).
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_CMD_VALUES_H
#define SMMU_SPEC_CMD_VALUES_H

#include "spec/format.h"

#define ENUM_BEGIN(name)                                                                           \
	enum smmu_##name                                                                           \
	{
#define VALUE(CONSTANT, value, name, meaning) SMMU_##CONSTANT = (value),
#define ENUM_END(name)                                                                             \
	}                                                                                          \
	;
#include "spec/cmd_values.def"

#define ENUM_BEGIN(name) extern const struct smmu_enum smmu_##name;
#define VALUE(CONSTANT, value, name, meaning)
#define ENUM_END(name)
#include "spec/cmd_values.def"

#endif
