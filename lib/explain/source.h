/*
 * Events in any form that people have them: the text of a log, a dump of an
 * Event queue (raw bytes, hex words, xxd), JSONL of "smmu replay" or "smmu
 * decode", or the Event queues of a system itself.
 *
 * Threading: one thread at a time per input.
 */
#ifndef SMMU_EXPLAIN_SOURCE_H
#define SMMU_EXPLAIN_SOURCE_H

#include "base/diag.h"
#include "base/in.h"
#include "explain/log.h"
#include "model/machine.h"

enum smmu_source_form {
	SMMU_SOURCE_AUTO, /* seen by the first bytes */
	SMMU_SOURCE_LOG,
	SMMU_SOURCE_JSONL,
	SMMU_SOURCE_DUMP,
};

/* What the input is, by its first bytes; never AUTO. */
enum smmu_source_form smmu_source_form(struct smmu_in *in, struct smmu_diag *diag);

/*
 * Visits every event and message.  line of an item is that of the log, the
 * line of the JSONL, or the number of the entry in a dump, from 1.  In a dump,
 * entries of zeros are none.  Returns what visit returns if not 0, or an error,
 * reported with its place.
 */
int smmu_source_read(struct smmu_in *in, enum smmu_source_form form, smmu_log_visit *visit,
		     void *ctx, struct smmu_diag *diag);

/*
 * The Event queues of an SMMU between CONS and PROD, of every Security state it
 * has; overflow, global errors and a command in error as messages.  smmu of an
 * item is the name of the SMMU, line counts entries from 1.  A queue outside
 * memory is reported as a warning.
 */
int smmu_source_queues(const struct smmu_machine *machine, size_t smmu, smmu_log_visit *visit,
		       void *ctx, struct smmu_diag *diag);

#endif
