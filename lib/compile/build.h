/*
 * Building: a description (sys/sys.h, described level) becomes the bytes an
 * SMMU reads.  Stream tables, CD tables, translation tables and queues are
 * written into memory, and the registers that lead to them are set; nothing
 * else of the description survives.  IHI 0070 G.b chapters 3 and 5, DDI 0487 D8.
 *
 * Deterministic: the same description gives the same bytes at the same places.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_BUILD_H
#define SMMU_COMPILE_BUILD_H

#include "mem/mem.h"
#include "sys/sys.h"

/* A run of memory that building filled: whole 4 KiB pages. */
struct smmu_build_region {
	uint64_t base, size; /* physical, Non-secure */
	char *purpose;	     /* owned: "stage 1 tables of nic" */
	char *name;	     /* owned: the domain whose translation tables they are, or NULL */
};

/* What was built. */
struct smmu_build {
	struct smmu_build_region *regions; /* owned; ascending by base */
	size_t regions_count;
	uint64_t (*regs)[SMMU_REG_COUNT]; /* owned; one set for each SMMU of the system */
	size_t regs_count;
};

/*
 * mem holds the memory of the system already and is written to; NULL when it
 * could not be had: all that can be found without is then reported.  Every
 * problem is reported with its place; the first error is returned, and *build
 * is then empty.
 */
int smmu_build_init(struct smmu_build *build, struct smmu_mem *mem, const struct smmu_sys *sys,
		    struct smmu_diag *diag);
void smmu_build_fini(struct smmu_build *build);

#endif
