/*
 * The walk behind a translation that QEMU's log tells, from its smmu_ptw_level
 * lines.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_QEMU_WALK_H
#define SMMU_REPLAY_QEMU_WALK_H

#include "base/emit.h"
#include "base/in.h"

/* More than both stages of a walk read: 4 levels, and 5 fetches of 4 levels (DDI 0487 D8.2). */
#define SMMU_QEMU_STEPS 32

struct smmu_qemu_step {
	uint32_t line;
	unsigned stage, level;
	uint64_t at, descriptor;
};

/* Embedded; {0} is empty. */
struct smmu_qemu_walk {
	struct smmu_qemu_step step[SMMU_QEMU_STEPS];
	size_t count;
};

/* What is looked for: the newest walk of that page before a line. */
struct smmu_qemu_sought {
	uint32_t stream, line;
	uint64_t iova;
};

/*
 * Reads a log up to the line.  The walk stays empty where none is told: the
 * translation came from QEMU's TLB and its walk was of another page, or before
 * the log.  0, or the error of in.
 */
int smmu_qemu_walk_read(struct smmu_qemu_walk *walk, struct smmu_in *in,
			const struct smmu_qemu_sought *sought, struct smmu_diag *diag);
/* The steps as the table "expected_walk", into the object that is open; nothing where empty. */
void smmu_qemu_walk_emit(struct smmu_emit *emit, const struct smmu_qemu_walk *walk);

#endif
