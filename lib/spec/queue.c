/* Circular queues, IHI 0070 G.b 3.5.1. */
#include "spec/queue.h"

#include "base/bits.h"
#include "spec/reg.h"

struct smmu_queue smmu_queue_from(const struct smmu_ids *ids, enum smmu_queue_kind kind,
				  uint64_t base_reg)
{
	uint64_t idr1 = ids->idr[1];
	uint64_t most = kind == SMMU_QUEUE_CMD	   ? smmu_IDR1_CMDQS(idr1)
			: kind == SMMU_QUEUE_EVENT ? smmu_IDR1_EVENTQS(idr1)
						   : smmu_IDR1_PRIQS(idr1);
	uint64_t log2size = smmu_EVENTQ_BASE_LOG2SIZE(base_reg);
	struct smmu_queue queue = {.entry_log2 = kind == SMMU_QUEUE_EVENT ? 5 : 4};

	/* The index has 19 bits and the wrap bit, whatever the registers say (6.3.2). */
	most = most < 19 ? most : 19;
	queue.log2size = (uint8_t)(log2size < most ? log2size : most);
	/* Address bits below the size of the queue are treated as 0 (6.3.26). */
	queue.base = smmu_align_down_log2(smmu_EVENTQ_BASE_ADDR(base_reg),
					  (unsigned)queue.log2size + queue.entry_log2);
	return queue;
}

uint64_t smmu_queue_entry(const struct smmu_queue *queue, uint64_t index)
{
	return queue->base + (smmu_bits(index, 0, queue->log2size) << queue->entry_log2);
}

uint64_t smmu_queue_index(const struct smmu_queue *queue, uint64_t index)
{
	return smmu_bits(index, 0, queue->log2size + 1u);
}

uint64_t smmu_queue_next(const struct smmu_queue *queue, uint64_t index)
{
	return smmu_queue_index(queue, index + 1);
}

uint64_t smmu_queue_used(const struct smmu_queue *queue, uint64_t prod, uint64_t cons)
{
	return smmu_queue_index(queue, prod - cons);
}

bool smmu_queue_is_empty(const struct smmu_queue *queue, uint64_t prod, uint64_t cons)
{
	return smmu_queue_used(queue, prod, cons) == 0;
}

bool smmu_queue_is_full(const struct smmu_queue *queue, uint64_t prod, uint64_t cons)
{
	return smmu_queue_used(queue, prod, cons) >= smmu_pow2(queue->log2size);
}
