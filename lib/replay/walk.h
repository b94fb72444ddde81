/*
 * A walk for people: every structure that was read, in order, with what it
 * gave; and the structure to blame when the answer is no.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_WALK_H
#define SMMU_REPLAY_WALK_H

#include "base/emit.h"
#include "model/model.h"
#include "spec/show.h"

/* Embedded: {0} is empty, fini frees. */
struct smmu_walk {
	struct smmu_step *steps; /* owned */
	size_t count, capacity;
	bool failed; /* no memory for a step */
};

void smmu_walk_fini(struct smmu_walk *walk);
/* A log that keeps each step in walk, which is borrowed by it. */
struct smmu_walk_log smmu_walk_log(struct smmu_walk *walk);

/*
 * The steps as the array "walk": a stage 2 walk on behalf of a stage 1 fetch
 * stands below that fetch.  For people one line each, of columns as in
 * smmu_walk_emit_heading.
 */
void smmu_walk_emit(struct smmu_emit *emit, const struct smmu_walk *walk, bool people);
/* The heading of those columns, for people only. */
void smmu_walk_emit_heading(struct smmu_emit *emit);

/* The STE and CD that were read, in full: "ste", "cd"; how says for whom. */
void smmu_walk_emit_config(struct smmu_emit *emit, const struct smmu_walk *walk,
			   const struct smmu_show *how);

/*
 * Why it ended so: "reason" and, where a structure decided, "blame"; prose for
 * people.  sec: of the transaction.
 */
void smmu_blame_emit(struct smmu_emit *emit, const struct smmu_result *result, enum smmu_sec sec,
		     bool people);

#endif
