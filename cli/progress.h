/*
 * A long run that a person watches: one line on the terminal with how far it
 * is, and Ctrl-C, which ends it early with what it has come to.
 *
 * Threading: one thread; one at a time in the process, which has one handler.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/in.h"
#include "session.h"

struct cli_progress {
	struct cli_session *session; /* borrowed */
	struct smmu_in *in;	     /* borrowed */
	double start, shown;	     /* seconds; shown last */
	bool shows;		     /* somebody looks */
	struct sigaction before;     /* what Ctrl-C did */
};

/* From here on Ctrl-C stops in, which must live until the end. */
void cli_progress_start(struct cli_progress *progress, struct cli_session *session,
			struct smmu_in *in);
/* records done, and the position reached in the input. */
void cli_progress_tick(struct cli_progress *progress, uint64_t records, uint64_t position);
/* Takes the line away and leaves Ctrl-C as it was. */
void cli_progress_end(struct cli_progress *progress);

#endif
