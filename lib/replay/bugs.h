/*
 * The bug journal of a run: what its map and unmap records, and the accesses
 * beside them, say of a driver's mistakes.  Pages of 4 KiB of up to
 * SMMU_BUGS_PAGES are remembered, in SMMU_BUGS_BYTES each at most, and half as
 * much again while it grows; of more, what happens to them is not judged.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_BUGS_H
#define SMMU_REPLAY_BUGS_H

#include "base/emit.h"
#include "model/result.h"
#include "trace/record.h"

#define SMMU_BUGS_PAGES (1u << 20)
#define SMMU_BUGS_BYTES 68
#define SMMU_BUGS_SHOWN 100
/* Pages of one map or unmap that count: those of 1 GiB. */
#define SMMU_BUGS_OF_RECORD (1u << 18)

enum smmu_bug {
	SMMU_BUG_FAULT,	   /* an access that did not go through, to what was unmapped before */
	SMMU_BUG_OPEN,	   /* one that did: nothing has made the SMMU forget */
	SMMU_BUG_MAPPED,   /* mapped while it was */
	SMMU_BUG_UNMAPPED, /* unmapped while it was not any more */
	SMMU_BUG_COUNT,
};

struct smmu_bugs;

/* max: pages remembered, at most SMMU_BUGS_PAGES.  SMMU_E_NOMEM. */
int smmu_bugs_new(struct smmu_bugs **bugs, size_t max);
void smmu_bugs_free(struct smmu_bugs *bugs); /* NULL is legal */
/*
 * The answer to record n through that SMMU; device is the name of its
 * stream's device, NULL when it has none: logs map by name.  SMMU_E_NOMEM.
 */
int smmu_bugs_add(struct smmu_bugs *bugs, uint64_t n, uint32_t smmu,
		  const struct smmu_record *record, const struct smmu_result *result,
		  const char *device);
uint64_t smmu_bugs_count(const struct smmu_bugs *bugs, enum smmu_bug bug);
/* Members "journal" (the first SMMU_BUGS_SHOWN, with the record before) and "journal_counts". */
void smmu_bugs_emit(struct smmu_emit *emit, const struct smmu_bugs *bugs);

#endif
