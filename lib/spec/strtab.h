/*
 * The Stream table as its registers describe it, IHI 0070 G.b 6.3.24, 6.3.25:
 * what counts of STRTAB_BASE and STRTAB_BASE_CFG.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_STRTAB_H
#define SMMU_SPEC_STRTAB_H

#include <stdbool.h>
#include <stdint.h>

#include "spec/types.h"

struct smmu_strtab {
	uint64_t base;	    /* aligned as the SMMU aligns it */
	uint8_t log2size;   /* StreamIDs: LOG2SIZE, capped to SIDSIZE */
	uint8_t split;	    /* Reserved values behave as 6 */
	uint8_t align_log2; /* by the literal LOG2SIZE; at most 63 */
	bool two_level;
};
struct smmu_strtab smmu_strtab_from(const struct smmu_ids *ids, enum smmu_sec sec,
				    uint64_t base_reg, uint64_t cfg_reg);
/* log2 of the bytes at base that can be reached: all STEs, or all L1STDs. */
unsigned smmu_strtab_bytes_log2(const struct smmu_strtab *table);

#endif
