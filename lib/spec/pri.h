/*
 * PRI queue entries, IHI 0070 G.b chapter 8: a page request as the SMMU
 * writes it into the queue.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_PRI_H
#define SMMU_SPEC_PRI_H

#include "spec/access.h"
#include "spec/cmd_values.h"
#include "spec/format.h"

#define SMMU_PRI_WORDS 2
#define SMMU_PRI_BYTES 16

/* As memory holds it: 64-bit words, lowest first. */
struct smmu_pri {
	uint64_t word[SMMU_PRI_WORDS];
};

/* smmu_pri_<Field>(entry), smmu_pri_set_<Field>(entry, value); PageAddress is the address. */
#define FIELD(Id, Name, w, lsb, width, KIND, values) SMMU_ACCESS(pri, Id, w, lsb, width, KIND)
#include "spec/pri.def"

/* Response codes of PCIe, which automatic responses carry (8.3). */
enum smmu_pri_code {
	SMMU_PRI_CODE_SUCCESS = 0,
	SMMU_PRI_CODE_INVALID = 1,
	SMMU_PRI_CODE_FAILURE = 15,
};

extern const struct smmu_format smmu_pri_format;

/* Whether a field means something in this entry: SubstreamID is UNKNOWN without SSV (8). */
bool smmu_pri_field_is_valid(const struct smmu_field *field, const struct smmu_pri *pri);
/* A Stop Marker: SSV with Last set and neither W nor R; it is never answered. */
bool smmu_pri_is_stop_marker(const struct smmu_pri *pri);

#endif
