/*
 * Identification registers of one SMMU, as people have them: SMMU_IDR0=0x…,
 * lines of a simulator's options, register dumps, a kernel log's features
 * mask, or a system file.
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_IDS_H
#define CLI_IDS_H

#include "base/diag.h"
#include "spec/reg.h"

struct cli_ids {
	uint64_t regs[SMMU_REG_COUNT];
	bool given[SMMU_REG_COUNT];
	size_t count; /* of registers that are given */
	uint64_t mask;
	bool has_mask; /* the mask of features that Linux prints */
};

/* "SMMU_IDR0=0x…", "mmu.SMMU_IDR0=0x…" or a mask; what it is not is reported. */
int cli_ids_parse(struct cli_ids *ids, const char *text, struct smmu_diag *diag);
/*
 * Everything of that kind in a text file, whatever is around it: -C lines,
 * "SMMU_IDR0: 0x…", "features 0x…".  A file that says nothing is an error.
 */
int cli_ids_read(struct cli_ids *ids, const char *path, struct smmu_diag *diag);
/* All identification registers of an SMMU of a system file; smmu NULL: the first. */
int cli_ids_system(struct cli_ids *ids, const char *path, const char *smmu, struct smmu_diag *diag);

#endif
