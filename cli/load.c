/*
 * Loading a system file into a machine.
 */
#include "load.h"

#include <string.h>

#include "base/text.h"
#include "compile/load.h"

int cli_system_load(struct cli_system *system, const char *path, struct smmu_diag *diag)
{
	int error;

	*system = (struct cli_system){0};
	error = smmu_sys_load(&system->sys, path, diag);
	if (!error)
		error = smmu_compile_load_editable(&system->machine, &system->edit, system->sys,
						   diag);
	return error;
}

void cli_system_fini(struct cli_system *system)
{
	smmu_edit_free(system->edit);
	smmu_machine_fini(&system->machine);
	smmu_sys_free(system->sys);
	*system = (struct cli_system){0};
}

int cli_system_smmu(size_t *index, const struct cli_system *system, const char *name,
		    struct smmu_diag *diag)
{
	const struct smmu_machine *machine = &system->machine;
	const char *near, *names[1];

	if (!machine->count)
		return smmu_diag_error(diag, NULL, SMMU_E_INVALID, "the system has no SMMU");
	if (smmu_machine_find(index, machine, name) == 0)
		return 0;
	smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN, "there is no SMMU \"%s\"", name);
	for (size_t i = 0; i < machine->count; i++) {
		names[0] = machine->smmu[i].name;
		near = smmu_nearest(name, strlen(name), names, 1);
		if (near || machine->count == 1)
			smmu_diag_note(diag, NULL, "%s \"%s\"%s",
				       near ? "did you mean" : "there is", names[0],
				       near ? "?" : "");
	}
	return SMMU_E_UNKNOWN;
}

int cli_edit_tables(bool *changed, void *ctx, const struct smmu_record *record, size_t smmu,
		    const struct smmu_place *at, struct smmu_diag *diag)
{
	return smmu_edit_record(changed, ctx, record, smmu, at, diag);
}
