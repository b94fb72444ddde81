/* Enumerations of the configuration structures, IHI 0070 G.b 5.2 and 5.4. */
#include "spec/values.h"

#include "base/compiler.h"

#define ENUM_BEGIN(name)		      static const struct smmu_enum_value name##_values[] = {
#define VALUE(CONSTANT, value, name, meaning) {value, name, meaning},
#define ENUM_END(name)                                                                             \
	}                                                                                          \
	;                                                                                          \
	const struct smmu_enum smmu_##name = {#name, name##_values, SMMU_LEN(name##_values)};
#include "spec/values.def"
