/*
 * What one thread does of a run: it translates a part of the trace on models
 * and a view of memory of its own, as far as accesses just go through.
 *
 * Threading: a lane, and the part it is at, belong to one thread at a time.
 */
#ifndef SMMU_REPLAY_LANE_PRIV_H
#define SMMU_REPLAY_LANE_PRIV_H

#include <stdatomic.h>

#include "replay/run_priv.h"

/* Accesses of a part that are alike and went through (smmu_stats_add_alike()). */
struct smmu_lane_alike {
	struct smmu_txn txn;
	uint32_t smmu;
	size_t count;
	uint64_t bytes;
};

/* A part of the trace, and what it came to. */
struct smmu_lane_part {
	struct smmu_trace *trace; /* of smmu_trace_part_new(); owned */
	struct smmu_run_names names;
	bool whole;			/* to its end, with nothing left to be reported */
	bool timed;			/* a record has a time of its own */
	size_t passed;			/* records that went through, from the first on */
	struct smmu_record first, last; /* of those */
	struct smmu_lane_alike *alike;	/* owned */
	size_t alikes, alikes_capacity;
};

int smmu_lane_part_init(struct smmu_lane_part *part, const struct smmu_trace *trace);
void smmu_lane_part_fini(struct smmu_lane_part *part);

/* Streams that a lane finds again in what it has counted of a part. */
#define SMMU_LANE_RECENT_LOG2 6

/* What a thread has to itself. */
struct smmu_lane {
	const struct smmu_machine *machine;	     /* borrowed */
	struct smmu_mem *mem;			     /* owned, NULL: the lane has no view */
	struct smmu_model **model;		     /* owned, one for each of the machine */
	struct smmu_record *record;		     /* owned, SMMU_RUN_BATCH of them */
	uint32_t recent[1 << SMMU_LANE_RECENT_LOG2]; /* 1 + index in the part's alike */
};

/* Without a view.  {0} may be finished too. */
int smmu_lane_init(struct smmu_lane *lane, const struct smmu_machine *machine);
void smmu_lane_fini(struct smmu_lane *lane);
/* A view of the machine as it is, which must not change before the view is closed. */
int smmu_lane_open(struct smmu_lane *lane);
void smmu_lane_close(struct smmu_lane *lane);
/* Translates a part from its beginning, until something else is wanted. */
void smmu_lane_pass(struct smmu_lane *lane, struct smmu_lane_part *part, const atomic_bool *pause);

#endif
