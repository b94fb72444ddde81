/* What stands in a queue.  IHI 0070 G.b 3.5.1, 6.3.26 to 6.3.38, 7.4, 8.1. */
#include "model/pending.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/event.h"

static const struct {
	enum smmu_reg base, prod, cons;
} regs[] = {
	[SMMU_QUEUE_CMD] = {SMMU_REG_CMDQ_BASE, SMMU_REG_CMDQ_PROD, SMMU_REG_CMDQ_CONS},
	[SMMU_QUEUE_EVENT] = {SMMU_REG_EVENTQ_BASE, SMMU_REG_EVENTQ_PROD, SMMU_REG_EVENTQ_CONS},
	[SMMU_QUEUE_PRI] = {SMMU_REG_PRIQ_BASE, SMMU_REG_PRIQ_PROD, SMMU_REG_PRIQ_CONS},
};

void smmu_pending_count(struct smmu_pending *p)
{
	uint64_t size = smmu_pow2(p->queue.log2size);

	p->count = smmu_queue_used(&p->queue, p->prod, p->cons);
	p->is_too_far = p->count > size;
	if (p->is_too_far)
		p->count = size;
	/* The flags are the same bits in the registers of both queues. */
	p->is_lossy = p->kind != SMMU_QUEUE_CMD &&
		      smmu_EVENTQ_PROD_OVFLG(p->prod) != smmu_EVENTQ_CONS_OVACKFLG(p->cons);
}

bool smmu_pending_from(struct smmu_pending *p, const struct smmu_model *model,
		       enum smmu_queue_kind kind, enum smmu_sec sec)
{
	*p = (struct smmu_pending){
		.kind = kind,
		.sec = sec,
		.base = smmu_reg_of(regs[kind].base, sec),
		.prod_reg = smmu_reg_of(regs[kind].prod, sec),
		.cons_reg = smmu_reg_of(regs[kind].cons, sec),
	};
	if (!smmu_has_sec(smmu_model_ids(model), sec) || p->base == SMMU_REG_COUNT)
		return false;
	p->queue = smmu_queue_from(smmu_model_ids(model), kind, smmu_model_reg(model, p->base));
	p->prod = smmu_model_reg(model, p->prod_reg);
	p->cons = smmu_model_reg(model, p->cons_reg);
	smmu_pending_count(p);
	return true;
}

bool smmu_pending_read(uint64_t *words, uint64_t *position, uint64_t *pa, struct smmu_model *model,
		       const struct smmu_pending *p, uint64_t n)
{
	static const enum smmu_pas spaces[SMMU_SEC_COUNT] = {SMMU_PAS_NS, SMMU_PAS_S,
							     SMMU_PAS_REALM, SMMU_PAS_ROOT};
	uint64_t size = smmu_pow2(p->queue.entry_log2);
	uint8_t bytes[SMMU_EVT_SIZE];

	*pa = smmu_queue_entry(&p->queue, p->cons + n);
	*position = (*pa - p->queue.base) / size;
	if (!smmu_mem_read(smmu_model_mem(model), (struct smmu_pa){*pa, spaces[p->sec]}, bytes,
			   size))
		return false;
	for (size_t i = 0; i < size / 8; i++)
		words[i] = smmu_ld64le(bytes + 8 * i);
	return true;
}
