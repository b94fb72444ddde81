/*
 * What another SMMU's log says of pages of 4 KiB: where it translated them to
 * last, and which invalidation came last.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_JOURNAL_H
#define SMMU_REPLAY_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/in.h"

struct smmu_journal;

/* Pages and invalidations that are kept; what is said of more is passed over. */
#define SMMU_JOURNAL_MAX (1u << 20)

struct smmu_journal_page {
	uint32_t line;
	uint64_t pa; /* of the page's first byte */
};

struct smmu_journal_end {
	uint32_t line;
	const char *event; /* as the log names it; static storage */
};

/* Empty; SMMU_E_NOMEM. */
int smmu_journal_new(struct smmu_journal **journal);
void smmu_journal_free(struct smmu_journal *journal); /* NULL is legal */

/* Says that a page is translated so, as a trace with answers does.  SMMU_E_NOMEM. */
int smmu_journal_add(struct smmu_journal *journal, uint32_t stream, uint64_t iova, uint64_t pa,
		     uint32_t line);
/* Reads QEMU's log of smmu* events to its end. */
int smmu_journal_read_qemu(struct smmu_journal *journal, struct smmu_in *in,
			   struct smmu_diag *diag);

/* What was said last of the page of iova; false when nothing was. */
bool smmu_journal_find(struct smmu_journal_page *page, const struct smmu_journal *journal,
		       uint32_t stream, uint64_t iova);
/* The last invalidation that covers that page, as the log translated it; false when none does. */
bool smmu_journal_end(struct smmu_journal_end *end, const struct smmu_journal *journal,
		      uint32_t stream, uint64_t iova);

#endif
