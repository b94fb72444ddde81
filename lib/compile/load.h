/*
 * A system file made real: its memory with what the files hold, and a model
 * for each SMMU with the registers that the file gives.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_LOAD_H
#define SMMU_COMPILE_LOAD_H

#include "compile/edit.h"
#include "model/machine.h"
#include "sys/sys.h"

/*
 * The memory: alone.  *mem is owned by the caller; NULL on failure.  Every
 * entry that cannot be had is reported at its place; the first error is
 * returned.  Where entries overlap, the later file wins.
 */
int smmu_compile_load_memory(struct smmu_mem **mem, const struct smmu_sys *sys,
			     struct smmu_diag *diag);

/* What is wrong with the description, as far as it can be said without memory. */
void smmu_compile_check_described(const struct smmu_sys *sys, struct smmu_diag *diag);

/*
 * The whole machine, in the order of the file.  machine need not be
 * initialised; it is empty after a failure, and can be given to fini then.
 * sys may be freed afterwards.
 */
int smmu_compile_load(struct smmu_machine *machine, const struct smmu_sys *sys,
		      struct smmu_diag *diag);
/*
 * The same, and what can change the tables of a described system afterwards:
 * *edit is owned by the caller, NULL where nothing is described; it borrows sys
 * and the machine's memory until it is freed.
 */
int smmu_compile_load_editable(struct smmu_machine *machine, struct smmu_edit **edit,
			       const struct smmu_sys *sys, struct smmu_diag *diag);

#endif
