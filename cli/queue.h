/*
 * decode --queue: what stands between CONS and PROD of a queue, of a system or
 * of a file with all its entries.
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "base/words.h"
#include "session.h"
#include "spec/show.h"

/*
 * The queue of show->kind and show->sec of that SMMU (NULL: the first) of the
 * system file.  Problems are reported; returns an exit status.
 */
int cli_decode_queue(struct cli_session *session, const struct smmu_show *show, const char *system,
		     const char *smmu);

/* The same of a file, name, whose words are the queue; prod and cons as the registers hold them. */
int cli_decode_dump(struct cli_session *session, const struct smmu_show *show,
		    struct smmu_words *words, const char *name, uint64_t prod, uint64_t cons);

#endif
