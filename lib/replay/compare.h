/*
 * A run beside what was recorded of another: answers object by object, or the
 * addresses that a trace or a log of QEMU gives.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_COMPARE_H
#define SMMU_REPLAY_COMPARE_H

#include "replay/journal.h"
#include "replay/replay.h"

struct smmu_compare;
struct json_t;

enum smmu_verdict_kind {
	SMMU_VERDICT_SILENT, /* nothing is recorded of this answer */
	SMMU_VERDICT_AGREES,
	SMMU_VERDICT_CHANGED, /* differs, and the mapping was invalidated after it was recorded */
	SMMU_VERDICT_DIFFERS,
};

/* What is recorded of one answer; borrowed until the next one is compared. */
struct smmu_verdict {
	enum smmu_verdict_kind kind;
	uint32_t line;		     /* of what is recorded, 0 when that has no lines */
	uint64_t pa;		     /* where there is no object */
	const struct json_t *object; /* NULL: an address alone */
	struct smmu_journal_end end; /* CHANGED */
};

/*
 * Opens what to compare with, and reads it where it is a trace or a log; NULL:
 * the column pa of the run's own trace (smmu_replay.expect).  Objects are read
 * as the run goes on: JSONL of replay --each, whose objects have n, or stand one
 * a record.  Of a trace or log the last that it says of a stream's page counts;
 * when it is the run's own log, trace_name, each line says it for itself.
 * machine is borrowed until close.
 */
int smmu_compare_open(struct smmu_compare **compare, const char *path, const char *trace_name,
		      const struct smmu_machine *machine, struct smmu_diag *diag);
void smmu_compare_close(struct smmu_compare *compare); /* NULL is legal */

/* The next answer of the run, in its order.  An object that cannot be read is an error. */
int smmu_compare_answer(struct smmu_verdict *verdict, struct smmu_compare *compare,
			const struct smmu_answer *answer, struct smmu_diag *diag);
/*
 * The run is over: counts into stats.  Where it came to its end (is_whole),
 * objects that no answer met are among the differences; else, what is recorded
 * of later records says nothing.
 */
int smmu_compare_finish(struct smmu_stats *stats, struct smmu_compare *compare, bool is_whole,
			struct smmu_diag *diag);

/* "expected" and, of CHANGED, "changed", into the object that is open. */
void smmu_verdict_emit(struct smmu_emit *emit, const struct smmu_verdict *verdict);
/*
 * "first_difference": what was recorded, the answer, and (but in CSV) its walk;
 * nothing without one.  format is that of emit.
 */
void smmu_compare_emit(struct smmu_emit *emit, const struct smmu_compare *compare,
		       enum smmu_emit_format format);

#endif
