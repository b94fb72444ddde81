/* Tables of the enumerations of command and PRI queue entries. */
#include "spec/cmd_values.h"

#include "base/compiler.h"

#define ENUM_BEGIN(name)		      static const struct smmu_enum_value name##_values[] = {
#define VALUE(CONSTANT, value, name, meaning) {value, name, meaning},
#define ENUM_END(name)                                                                             \
	}                                                                                          \
	;                                                                                          \
	const struct smmu_enum smmu_##name = {#name, name##_values, SMMU_LEN(name##_values)};
#include "spec/cmd_values.def"
