/*
 * A queue as registers and memory hold it: what stands between CONS and PROD,
 * in order and over the wrap.  IHI 0070 G.b 3.5.1.
 *
 * Threading: one thread at a time per model.
 */
#ifndef SMMU_MODEL_PENDING_H
#define SMMU_MODEL_PENDING_H

#include "model/model.h"
#include "spec/queue.h"

struct smmu_pending {
	enum smmu_queue_kind kind;
	enum smmu_sec sec;
	struct smmu_queue queue;
	enum smmu_reg base, prod_reg, cons_reg; /* those of sec */
	uint64_t prod, cons;			/* their values */
	uint64_t count;				/* entries between them, at most the queue's */
	bool is_too_far; /* the indices are further apart than the queue is long */
	bool is_lossy;	 /* an overflow is not acknowledged: later entries were lost (7.4, 8.1) */
};

/* Fills what follows cons from kind, queue, prod and cons: of a queue without its SMMU. */
void smmu_pending_count(struct smmu_pending *pending);

/* False: the interface of sec is not there or has no such queue. */
bool smmu_pending_from(struct smmu_pending *pending, const struct smmu_model *model,
		       enum smmu_queue_kind kind, enum smmu_sec sec);

/*
 * Entry n of count, from CONS on; n may be 0 in an empty queue.  Words of 64 bits,
 * lowest first.
 * *position is its number in the queue, without wrap bit, and *pa its address;
 * both are set also when that is not in memory, and false returned.
 */
bool smmu_pending_read(uint64_t *words, uint64_t *position, uint64_t *pa, struct smmu_model *model,
		       const struct smmu_pending *pending, uint64_t n);

#endif
