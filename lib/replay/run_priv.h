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

/* The SMMUs of the machine by a reader's numbers of their names. */
struct smmu_run_names {
	const struct smmu_trace *trace; /* the reader */
	size_t *index;			/* owned; machine->count: not looked up yet */
	size_t count;
};

/* What a run keeps between records. */
struct smmu_run {
	const struct smmu_replay *replay;
	struct smmu_diag *diag;
	uint64_t n;
	uint64_t skipped;	      /* lines of the trace that could not be read so far */
	struct smmu_run_names *names; /* of the reader of the records at hand */
	struct smmu_buf bytes;	      /* of a poke */
	struct smmu_result result;
	struct smmu_reply reply;      /* of a command or register access */
	struct smmu_page_answer page; /* of a page request */
};

/* Records one after the other. */
int smmu_run_records(struct smmu_run *run, const struct smmu_record *records, size_t got);
/* The SMMU with a record's number of a name; false: there is none, or no memory to find it. */
bool smmu_run_find(size_t *index, struct smmu_run_names *names, const struct smmu_machine *machine,
		   uint32_t number);

/* The whole run of a trace that has parts, its answers only counted, with several threads. */
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
