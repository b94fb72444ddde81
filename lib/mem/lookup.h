/*
 * How a page of simulated memory is found: what mem.h needs to do it inline.
 *
 * A page number has 44 bits.  Each address space has a radix tree over them;
 * its last two nodes are spelled out here, and the node of the 4 GiB window
 * with most pages is at hand, so that a look-up is two dependent loads.  Only
 * lib/mem touches the members; everyone else calls the functions of mem.h.
 *
 * Threading: as struct smmu_mem.
 */
#ifndef SMMU_MEM_LOOKUP_H
#define SMMU_MEM_LOOKUP_H

#include <stdint.h>

#include "spec/types.h"

#define SMMU_MEM_PAGE_LOG2 12
#define SMMU_MEM_PAGE_SIZE 4096
#define SMMU_MEM_LEAF_LOG2 9
#define SMMU_MEM_MID_LOG2  11

/* 2 MiB of pages. */
struct smmu_mem_leaf {
	/* Address | 1: exists wholly.  Even: only in part, or 0: nothing was stored there. */
	uintptr_t page[1 << SMMU_MEM_LEAF_LOG2];
	uint8_t state[1 << SMMU_MEM_LEAF_LOG2];
	const uint8_t **saved; /* pages as they were when marked clean; NULL: none yet */
	uint64_t token;	       /* whose node it is: others copy it before they write */
	const void *mem;
};

/* 4 GiB of leaves; never NULL in it. */
struct smmu_mem_mid {
	const struct smmu_mem_leaf *leaf[1 << SMMU_MEM_MID_LOG2];
	uint64_t token;
	uint32_t leaves;
};

/* The beginning of struct smmu_mem. */
struct smmu_mem_lookup {
	struct {
		uint64_t window; /* bits [55:32] of the addresses of mid */
		const struct smmu_mem_mid *mid;
	} space[SMMU_PAS_COUNT];
	uint64_t generation; /* moves on when any page moves */
};

#endif
