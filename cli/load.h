/*
 * The machine of a system file, as every command that runs one needs it.
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "compile/edit.h"
#include "model/machine.h"
#include "sys/sys.h"

struct cli_system {
	struct smmu_sys *sys;
	struct smmu_machine machine;
	struct smmu_edit *edit; /* NULL: nothing is described */
};

/* Reports what is wrong and returns SMMU_E_*; fini either way. */
int cli_system_load(struct cli_system *system, const char *path, struct smmu_diag *diag);
void cli_system_fini(struct cli_system *system);
/* The index of the SMMU of that name (NULL: the first); an unknown one is reported. */
int cli_system_smmu(size_t *index, const struct cli_system *system, const char *name,
		    struct smmu_diag *diag);
/* The change that a map or unmap asks for, as struct smmu_replay has it: ctx is system->edit. */
int cli_edit_tables(bool *changed, void *ctx, const struct smmu_record *record, size_t smmu,
		    const struct smmu_place *at, struct smmu_diag *diag);

#endif
