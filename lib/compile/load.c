#include "compile/load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build.h"

/* RAM first, then what is in it: an entry may say both. */
static int add_entry(struct smmu_mem *mem, const struct smmu_sys_memory *entry,
		     struct smmu_diag *diag)
{
	int rc = 0;

	if (entry->size)
		rc = smmu_mem_add_ram(mem, entry->pas_set, entry->base, entry->size);
	if (rc == SMMU_E_NOMEM)
		return smmu_diag_nomem(diag);
	if (rc)
		return smmu_diag_error(diag, &entry->at, rc,
				       "memory from 0x%" PRIx64 " of 0x%" PRIx64
				       " bytes cannot be had",
				       entry->base, entry->size);
	if (!entry->file)
		return 0;
	return smmu_mem_add_file(mem, entry->pas_set, entry->base, entry->file, &entry->file_at,
				 diag);
}

int smmu_compile_load_memory(struct smmu_mem **mem, const struct smmu_sys *sys,
			     struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	int first = 0;

	*mem = NULL;
	if (smmu_mem_new(mem))
		return smmu_diag_nomem(diag);
	for (size_t i = 0; i < info->memory_count; i++) {
		int rc = add_entry(*mem, &info->memory[i], diag);

		if (!first)
			first = rc;
		if (rc == SMMU_E_NOMEM)
			break;
	}
	if (first) {
		smmu_mem_free(*mem);
		*mem = NULL;
	}
	return first;
}

static int add_smmu(struct smmu_machine *machine, const struct smmu_sys_smmu *smmu,
		    const uint64_t *regs, struct smmu_diag *diag)
{
	struct smmu_machine_smmu *to = &machine->smmu[machine->count];
	size_t size = strlen(smmu->name) + 1;
	int rc;

	to->name = malloc(size);
	if (!to->name)
		return smmu_diag_nomem(diag);
	memcpy(to->name, smmu->name, size);
	to->base = smmu->base;
	machine->count++; /* from here on, fini frees it */
	rc = smmu_model_new(&to->model, machine->mem, regs);
	if (rc == SMMU_E_NOMEM)
		return smmu_diag_nomem(diag);
	if (rc)
		return smmu_diag_error(diag, &smmu->at, rc, "'%s' cannot be modelled", smmu->name);
	return 0;
}

void smmu_compile_check_described(const struct smmu_sys *sys, struct smmu_diag *diag)
{
	struct smmu_build build = {0};

	if (smmu_sys_info(sys)->is_described && smmu_build_init(&build, NULL, sys, diag) == 0)
		smmu_build_fini(&build);
}

/* What is described is built first; the model then reads it as it reads any other bytes. */
static int add_smmus(struct smmu_machine *machine, struct smmu_edit **edit,
		     const struct smmu_sys *sys, struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	int rc = 0;

	if (info->is_described)
		rc = smmu_edit_new(edit, machine->mem, sys, diag);
	if (rc)
		return rc;
	machine->smmu = calloc(info->smmus_count, sizeof(*machine->smmu));
	if (!machine->smmu)
		rc = smmu_diag_nomem(diag);
	for (size_t i = 0; machine->smmu && !rc && i < info->smmus_count; i++)
		rc = add_smmu(machine, &info->smmus[i],
			      *edit ? smmu_edit_regs(*edit, i) : info->smmus[i].regs, diag);
	return rc;
}

int smmu_compile_load_editable(struct smmu_machine *machine, struct smmu_edit **edit,
			       const struct smmu_sys *sys, struct smmu_diag *diag)
{
	int rc;

	*edit = NULL;
	*machine = (struct smmu_machine){0};
	rc = smmu_compile_load_memory(&machine->mem, sys, diag);
	if (rc)
		smmu_compile_check_described(sys, diag);
	else
		rc = add_smmus(machine, edit, sys, diag);
	if (rc) {
		smmu_edit_free(*edit);
		*edit = NULL;
		smmu_machine_fini(machine);
	}
	return rc;
}

int smmu_compile_load(struct smmu_machine *machine, const struct smmu_sys *sys,
		      struct smmu_diag *diag)
{
	struct smmu_edit *edit;
	int rc = smmu_compile_load_editable(machine, &edit, sys, diag);

	smmu_edit_free(edit);
	return rc;
}
