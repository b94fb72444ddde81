/*
 * Running a trace through a machine.  Every record gives one answer, in trace
 * order; what a record changes (memory, hardware updates) later ones see.
 *
 * Threading: one thread at a time per machine and trace.
 */
#ifndef SMMU_REPLAY_REPLAY_H
#define SMMU_REPLAY_REPLAY_H

#include "base/emit.h"
#include "model/machine.h"
#include "replay/result.h"
#include "replay/stats.h"
#include "trace/reader.h"

/* One answer; borrowed during the visit. */
struct smmu_answer {
	uint64_t n; /* of the record, from 0 */
	const struct smmu_record *record;
	size_t smmu; /* index in the machine */
	const struct smmu_result *result;
	const struct smmu_reply *reply;		 /* of op command and mmio; NULL otherwise */
	const struct smmu_page_answer *page;	 /* of op pri; NULL otherwise */
	const struct smmu_interrupt *interrupts; /* that the record made the SMMU raise */
	size_t interrupts_count;
	/* The stalled transaction of record n, ended by record, whose number is by. */
	bool resumed;
	uint64_t by;
	bool differs; /* the record says what it expects, and this is not it */
	const struct smmu_verdict *verdict; /* of a comparison (replay/compare.h); NULL without */
};

/* How far a run has come. */
struct smmu_progress {
	uint64_t records;
	uint64_t position; /* smmu_trace_position() */
	bool waits;	   /* smmu_trace_waits(): what is held back should be shown */
};

/* All of it is borrowed during the run. */
struct smmu_replay {
	struct smmu_machine *machine;
	struct smmu_trace *trace;
	const char *name; /* of the trace, for diagnostics */
	bool expect;	  /* compare with the column pa */
	bool drain;	  /* software empties the Event queues after every record */
	/* Called for every answer, may be NULL; non-zero ends the run and is returned. */
	int (*visit)(void *ctx, const struct smmu_answer *answer);
	void *ctx;
	/* Called every thousand records or so and where input is slow, may be NULL; non-zero ends
	 * the run and is returned.
	 */
	int (*tick)(void *ctx, const struct smmu_progress *progress);
	int patience_ms; /* how long nothing has come before it is told that the run waits */
	struct smmu_stats *stats; /* counted into; may be NULL */
	/*
	 * Makes the change to tables that a map or unmap asks for, *changed when
	 * it did.  NULL: they are only remembered.  Non-zero ends the run.
	 */
	int (*edit)(bool *changed, void *ctx, const struct smmu_record *record, size_t smmu,
		    const struct smmu_place *at, struct smmu_diag *diag);
	void *edit_ctx;
	/*
	 * Threads that read and translate a trace that has parts
	 * (smmu_trace_has_parts()) and whose answers are only counted; 0 or 1: the
	 * caller's alone.  The counts are the same.  Accesses that go through are what
	 * threads can do ahead: what changes state (faults with events, hardware
	 * updates, commands, writes) is done by one, and so is everything with caches
	 * that show, and where answers are asked for (visit, expect, drain).
	 */
	unsigned jobs;
};

/*
 * Runs the trace to its end.  A record that asks for what cannot be done (an
 * unknown SMMU, malformed data, an op that the model does not have) is
 * reported with its line and ends the run.
 */
int smmu_replay_run(const struct smmu_replay *replay, struct smmu_diag *diag);

/*
 * The stream of answers (contract "Results"), a table at the top of the
 * document, ended by smmu_emit_end; and one answer in it.  inputs adds what the
 * record asked: SMMU, stream, address, access.
 */
void smmu_answers_emit(struct smmu_emit *emit);
void smmu_answer_emit(struct smmu_emit *emit, const struct smmu_answer *answer,
		      const struct smmu_machine *machine, bool inputs);
/* The members alone, into the object that is open. */
void smmu_answer_emit_members(struct smmu_emit *emit, const struct smmu_answer *answer,
			      const struct smmu_machine *machine, bool inputs);
/* The summary of a run. */
int smmu_stats_emit(struct smmu_emit *emit, const struct smmu_stats *stats,
		    const struct smmu_machine *machine);

/*
 * The memory whose value differs since smmu_mem_mark_clean, as an array of
 * {"base", "hex"} with "space" where the run is not seen from all spaces.
 */
int smmu_memory_after_emit(struct smmu_emit *emit, const struct smmu_mem *mem);

/* "access", "ats-request", …: the column op. */
const char *smmu_trace_op_name(enum smmu_trace_op op);

#endif
