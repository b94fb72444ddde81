/*
 * A run under way, as the parts of replay share it.
 *
 * Threading: one thread at a time per run.
 */
#ifndef SMMU_REPLAY_RUN_PRIV_H
#define SMMU_REPLAY_RUN_PRIV_H

#include "base/buf.h"
#include "replay/replay.h"

/* Records that are read and run at once, whoever runs them: what is reported keeps its place. */
#define SMMU_RUN_BATCH 1024

/* What a run keeps between records. */
struct smmu_run {
	const struct smmu_replay *replay;
	struct smmu_diag *diag;
	uint64_t n;
	uint64_t skipped; /* lines of the trace that could not be read so far */
	const char *const
		*name;	    /* the reader's names by number, as far as records are; NULL: ask it */
	size_t *smmu_index; /* owned; by the reader's number of a name, machine->count: not yet */
	size_t smmu_index_count;
	struct smmu_buf bytes; /* of a poke */
	struct smmu_result result;
	struct smmu_reply reply;      /* of a command or register access */
	struct smmu_page_answer page; /* of a page request */
};

/* Records one after the other. */
int smmu_run_records(struct smmu_run *run, const struct smmu_record *records, size_t got);
/* The answer of an access that a worker has translated and that went through. */
int smmu_run_passed(struct smmu_run *run, const struct smmu_record *record, size_t smmu,
		    const struct smmu_result *result);
/* Between batches: what the caller says to going on. */
int smmu_run_tick(const struct smmu_run *run, uint64_t position, bool waits);

/* The whole run with threads that read and translate ahead. */
int smmu_run_ahead(struct smmu_run *run);

struct smmu_place smmu_run_place(const struct smmu_run *run, const struct smmu_record *record);

/*
 * What software does through memory, registers and queues.  smmu is the index
 * in the machine; malformed data is reported with the record's place.
 */
int smmu_run_poke(struct smmu_run *run, const struct smmu_record *record);
int smmu_run_command(struct smmu_run *run, size_t smmu, const struct smmu_record *record);
int smmu_run_mmio(struct smmu_run *run, size_t smmu, const struct smmu_record *record);
int smmu_run_tlbi(struct smmu_run *run, const struct smmu_record *record);

/* A page request of a device. */
int smmu_run_page_request(struct smmu_run *run, size_t smmu, const struct smmu_record *record);

/* Memory was written by others than this SMMU's own caches know; SIZE_MAX: by software. */
void smmu_run_memory_changed(const struct smmu_run *run, size_t by);

#endif
