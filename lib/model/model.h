/*
 * One SMMU: registers, caches and translation over simulated memory.
 *
 * The model reads every structure out of memory through its registers, as
 * hardware does.  Nothing of the configuration is held privately, except in
 * caches that never show in results unless the run asks for such caches.
 *
 * Threading: one thread at a time per model; each worker has a model of its
 * own (smmu_model_clone) over its own view of memory.
 */
#ifndef SMMU_MODEL_MODEL_H
#define SMMU_MODEL_MODEL_H

#include "mem/mem.h"
#include "model/result.h"
#include "spec/reg.h"
#include "spec/txn.h"

struct smmu_model;

/*
 * regs is copied: SMMU_REG_COUNT values indexed by enum smmu_reg, already
 * complete (reset values filled in; see smmu_regs_complete in spec/reg.h).
 * mem is borrowed until free.
 */
int smmu_model_new(struct smmu_model **model, struct smmu_mem *mem, const uint64_t *regs);
int smmu_model_clone(struct smmu_model **model, const struct smmu_model *from,
		     struct smmu_mem *mem);
void smmu_model_free(struct smmu_model *model);

/*
 * One transaction.  Returns 0 with a result, also when it faults;
 * SMMU_E_NOMEM only.  Events are written to the Event queue in memory when
 * the registers say so.
 */
int smmu_model_translate(struct smmu_result *result, struct smmu_model *model,
			 const struct smmu_txn *txn);
/* The same without caches and without any effect on memory or queues; log may be NULL. */
int smmu_model_probe(struct smmu_result *result, struct smmu_model *model,
		     const struct smmu_txn *txn, const struct smmu_walk_log *log);

/* Forget every cached entry. */
void smmu_model_flush(struct smmu_model *model);
/* The functional TLB can be switched off, for benches and tests; on after new. */
void smmu_model_set_tlb(struct smmu_model *model, bool on);

const struct smmu_ids *smmu_model_ids(const struct smmu_model *model);
uint64_t smmu_model_reg(const struct smmu_model *model, enum smmu_reg reg);
struct smmu_mem *smmu_model_mem(struct smmu_model *model);

#endif
