/*
 * Changes to the translation tables of a described system while it runs: what
 * a driver's map and unmap do to the bytes that were built (contract, trace
 * records "map" and "unmap").  Only tables are written: invalidation is for
 * the trace to ask for.
 *
 * A map takes the largest Blocks that fit, where the domain has them, and
 * replaces what was mapped; Blocks that are changed in part become tables, runs
 * lose their Contiguous bit, and tables that nothing leads to any more are used
 * again (DDI 0487 D8.2, D8.3, D8.7.1).
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_EDIT_H
#define SMMU_COMPILE_EDIT_H

#include "mem/mem.h"
#include "sys/sys.h"
#include "trace/record.h"

struct smmu_edit;

/*
 * Builds sys into mem as smmu_build_init does, and keeps what later changes
 * need.  *edit is owned by the caller, NULL after a failure; mem and sys are
 * borrowed until it is freed.
 */
int smmu_edit_new(struct smmu_edit **edit, struct smmu_mem *mem, const struct smmu_sys *sys,
		  struct smmu_diag *diag);
void smmu_edit_free(struct smmu_edit *edit); /* NULL is legal */
/* The registers of an SMMU of the system as built. */
const uint64_t *smmu_edit_regs(const struct smmu_edit *edit, size_t smmu);

/*
 * Makes the change that a map or unmap asks for: in the domain named by its
 * data, or in that of its stream and substream on that SMMU; everywhere the
 * domain is used.  A record without either, or a map without pa, is only to be
 * remembered: nothing is done.  *changed: memory was written.  What cannot be
 * done (no such domain, not a multiple of the granule, beyond the domain's
 * addresses, a permission that stage 1 cannot encode, no room for tables) is
 * reported at the record's place.
 */
int smmu_edit_record(bool *changed, struct smmu_edit *edit, const struct smmu_record *record,
		     size_t smmu, const struct smmu_place *at, struct smmu_diag *diag);

#endif
