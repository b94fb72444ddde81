/*
 * Reports that are kept until they are due: what a thread that reads ahead has
 * to say comes where it belongs.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_BASE_NOTES_H
#define SMMU_BASE_NOTES_H

#include "base/diag.h"

/* Embedded; {0} is empty. */
struct smmu_notes {
	struct smmu_note *first, *last; /* owned */
};

/* The report of a sink whose ctx is a struct smmu_notes.  Without memory a report is lost. */
void smmu_notes_keep(void *ctx, const struct smmu_diag_record *record);
/* Passes all on, in order, lines counted behind so many others; diag NULL: forgets them. */
void smmu_notes_give(struct smmu_notes *notes, uint32_t lines, struct smmu_diag *diag);

#endif
