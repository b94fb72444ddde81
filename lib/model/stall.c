/* Stalled transactions and their tags.  IHI 0070 G.b 3.12.2. */
#include "model/model_priv.h"

#include <stdlib.h>
#include <string.h>

#define STAG_MAX 0xffffu

uint16_t smmu_stall_next(const struct smmu_model *model)
{
	size_t i = 0;

	/* Ascending from 1 without gap up to the answer. */
	while (i < model->stalled_count && model->stalled[i].stag == i + 1)
		i++;
	return i < STAG_MAX ? (uint16_t)(i + 1) : 0;
}

int smmu_stall_add(struct smmu_model *model, const struct smmu_txn *txn,
		   const struct smmu_event *event, uint16_t stag)
{
	size_t at = stag - 1u;

	if (model->stalled_count == model->stalled_capacity) {
		size_t capacity = model->stalled_capacity ? 2 * model->stalled_capacity : 16;
		void *grown = realloc(model->stalled, capacity * sizeof(*model->stalled));

		if (!grown)
			return SMMU_E_NOMEM;
		model->stalled = grown;
		model->stalled_capacity = capacity;
	}
	memmove(&model->stalled[at + 1], &model->stalled[at],
		(model->stalled_count - at) * sizeof(*model->stalled));
	model->stalled[at] = (struct smmu_stalled){.txn = *txn, .event = *event, .stag = stag};
	model->stalled_count++;
	return 0;
}
