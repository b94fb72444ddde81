/* PRI queue entries, IHI 0070 G.b chapter 8. */
#include "spec/pri.h"

#include <string.h>

#include "base/compiler.h"

static const struct smmu_field fields[] = {
#define FIELD(Id, Name, w, lsb, width, KIND, values)                                               \
	{Name, {{w, lsb, width, SMMU_SHIFT_##KIND(lsb)}}, SMMU_FIELD_##KIND, values, NULL, NULL, 1},
#include "spec/pri.def"
};

const struct smmu_format smmu_pri_format = {
	.name = "PRI",
	.section = "IHI 0070 8",
	.summary = "Page request of a device",
	.words = SMMU_PRI_WORDS,
	.width_bits = 64 * SMMU_PRI_WORDS,
	.fields = fields,
	.fields_count = SMMU_LEN(fields),
};

bool smmu_pri_field_is_valid(const struct smmu_field *field, const struct smmu_pri *pri)
{
	return smmu_pri_SSV(pri) || strcmp(field->name, "SubstreamID") != 0;
}

bool smmu_pri_is_stop_marker(const struct smmu_pri *pri)
{
	return smmu_pri_SSV(pri) && smmu_pri_Last(pri) && !smmu_pri_W(pri) && !smmu_pri_R(pri);
}
