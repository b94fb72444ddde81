/* A whole system: the memory and the SMMUs over it. */
#include "model/machine.h"

#include <stdlib.h>
#include <string.h>

void smmu_machine_fini(struct smmu_machine *machine)
{
	for (size_t i = 0; i < machine->count; i++) {
		smmu_model_free(machine->smmu[i].model);
		free(machine->smmu[i].name);
	}
	free(machine->smmu);
	smmu_mem_free(machine->mem);
	*machine = (struct smmu_machine){0};
}

int smmu_machine_find(size_t *index, const struct smmu_machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->count; i++)
		if (!name || !*name ||
		    (machine->smmu[i].name && !strcmp(machine->smmu[i].name, name))) {
			*index = i;
			return 0;
		}
	return SMMU_E_UNKNOWN;
}
