/*
 * decode --queue: what stands between CONS and PROD of a queue of a system.
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "session.h"
#include "spec/show.h"

/*
 * The queue of show->kind and show->sec of that SMMU (NULL: the first) of the
 * system file.  Problems are reported; returns an exit status.
 */
int cli_decode_queue(struct cli_session *session, const struct smmu_show *show, const char *system,
		     const char *smmu);

#endif
