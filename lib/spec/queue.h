/*
 * Circular queues, IHI 0070 G.b 3.5.1: entry addresses, wrap, full and empty.
 * An index is index and wrap bit together, as PROD and CONS hold it.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_QUEUE_H
#define SMMU_SPEC_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "spec/types.h"

/* One queue as its BASE register describes it. */
struct smmu_queue {
	uint64_t base;	    /* address of entry 0 */
	uint8_t log2size;   /* entries: LOG2SIZE, capped to what IDR1 permits */
	uint8_t entry_log2; /* bytes of an entry: 4 (commands, PRI) or 5 (events) */
};
enum smmu_queue_kind { SMMU_QUEUE_CMD, SMMU_QUEUE_EVENT, SMMU_QUEUE_PRI };
/* base_reg is the value of CMDQ_BASE, EVENTQ_BASE, PRIQ_BASE or ECMDQ_BASE. */
struct smmu_queue smmu_queue_from(const struct smmu_ids *ids, enum smmu_queue_kind kind,
				  uint64_t base_reg);
/* Address of the entry at index (wrap bit ignored). */
uint64_t smmu_queue_entry(const struct smmu_queue *queue, uint64_t index);
/* index with bits above the wrap bit removed. */
uint64_t smmu_queue_index(const struct smmu_queue *queue, uint64_t index);
/* The index after index, with wrap. */
uint64_t smmu_queue_next(const struct smmu_queue *queue, uint64_t index);
bool smmu_queue_is_empty(const struct smmu_queue *queue, uint64_t prod, uint64_t cons);
bool smmu_queue_is_full(const struct smmu_queue *queue, uint64_t prod, uint64_t cons);
/* Entries between cons and prod. */
uint64_t smmu_queue_used(const struct smmu_queue *queue, uint64_t prod, uint64_t cons);

#endif
