/*
 * A whole system as the model sees it: one memory, one or more SMMUs by name.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_MODEL_MACHINE_H
#define SMMU_MODEL_MACHINE_H

#include "model/model.h"

struct smmu_machine {
	struct smmu_mem *mem; /* owned */
	size_t count;
	struct smmu_machine_smmu {
		char *name;		  /* owned */
		uint64_t base;		  /* of its registers, 0 when not given */
		struct smmu_model *model; /* owned */
	} * smmu;
};

void smmu_machine_fini(struct smmu_machine *machine);
/* The index of that name; SMMU_E_UNKNOWN.  NULL or "" is the first one. */
int smmu_machine_find(size_t *index, const struct smmu_machine *machine, const char *name);

#endif
