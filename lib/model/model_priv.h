/*
 * What one SMMU of the model holds: its registers, what follows from them,
 * its stalled transactions and its caches.  IHI 0070 G.b.
 *
 * Threading: one thread at a time per model.
 */
#ifndef SMMU_MODEL_MODEL_PRIV_H
#define SMMU_MODEL_MODEL_PRIV_H

#include <stddef.h>

#include "model/config_priv.h"
#include "model/model.h"
#include "model/tlb_priv.h"
#include "spec/event.h"

/* The registers of one programming interface, by what they are. */
struct smmu_bank {
	enum smmu_reg cr0, cr2, gbpa, s2pii, strtab_base, strtab_base_cfg;
	enum smmu_reg gerror, gerrorn, eventq_base, eventq_prod, eventq_cons;
	enum smmu_pas pas; /* where its structures and queues are */
};

/* What the registers say, in the form a translation asks for it. */
struct smmu_derived {
	bool enabled, gbpa_abort;
	bool sif; /* S_CR0.SIF */
	bool recinvsid, e2h;
	bool two_level;
	uint8_t log2size; /* effective: min(LOG2SIZE, SIDSIZE) */
	uint8_t split;	  /* effective */
	uint8_t oas_bits, ias_bits;
	uint64_t strtab; /* aligned as 6.3.24 says */
	struct smmu_queue eventq;
	/* Where the Event queue lies: what is cached from inside it changes with a record. */
	uint64_t eventq_size;
};

/* One programming interface and the streams that belong to it (3.10). */
struct smmu_iface {
	struct smmu_bank bank;
	struct smmu_derived now;
	struct smmu_rule_ctx legal; /* what legality of STEs and CDs depends on */
};

/* Where a page of tables is in the host: only pages that exist as a whole. */
#define SMMU_FRAMES_LOG2 10
struct smmu_frame {
	uint64_t key; /* page address + address space */
	const uint8_t *page;
};

/* A transaction that waits for CMD_RESUME, and the event that tells of it. */
struct smmu_stalled {
	struct smmu_txn txn;
	struct smmu_event event;
	uint64_t id;   /* what the caller knows it by: smmu_model_name_stalled() */
	uint16_t stag; /* 1 and up; unique within the model */
};

struct smmu_model {
	struct smmu_mem *mem; /* borrowed */
	struct smmu_tlb *tlb; /* owned */
	struct smmu_frame frame[1 << SMMU_FRAMES_LOG2];
	bool tlb_on;
	bool merging; /* smmu_model_set_merging() */
	struct smmu_ids ids;
	struct smmu_iface iface[SMMU_SEC_COUNT]; /* Root has no streams: only its space is set */
	bool eventq_cached; /* caches may hold what was read inside an Event queue */
	uint64_t regs[SMMU_REG_COUNT];
	struct smmu_stalled *stalled; /* owned; ascending by stag */
	size_t stalled_count, stalled_capacity;
	uint64_t stall_id;	       /* of the transaction that is retried; 0 otherwise */
	uint16_t stag_kept;	       /* the tag that a retry keeps; 0: the lowest that is free */
	struct smmu_cache_set *caches; /* owned; those that show, or NULL */
	struct smmu_ended *ended;      /* owned; by the last command or register access */
	size_t ended_count, ended_capacity;
	struct smmu_interrupt interrupt[SMMU_INTERRUPTS_MAX];
	size_t interrupt_count;
};

/* Notes that memory was read at pa: an Event queue there is a change to what was read. */
static inline void smmu_model_touch(struct smmu_model *model, uint64_t pa)
{
	/* Whole pages: what one page holds is remembered together. */
	uint64_t page = smmu_align_down_log2(pa, SMMU_MEM_PAGE_LOG2);

	for (unsigned sec = 0; sec <= SMMU_SEC_REALM; sec++) {
		const struct smmu_derived *now = &model->iface[sec].now;
		uint64_t first = smmu_align_down_log2(now->eventq.base, SMMU_MEM_PAGE_LOG2);

		if (page - first < now->eventq_size + SMMU_MEM_PAGE_SIZE)
			model->eventq_cached = true;
	}
}

/* The general case of smmu_model_table. */
const uint8_t *smmu_model_table_slow(struct smmu_model *model, struct smmu_pa pa);

/* What finds the page of pa, and where it would be found. */
static inline uint64_t smmu_frame_key(struct smmu_pa pa)
{
	return smmu_align_down_log2(pa.pa, SMMU_MEM_PAGE_LOG2) + (uint64_t)pa.pas;
}

static inline const struct smmu_frame *smmu_model_frame(const struct smmu_model *model, uint64_t pa)
{
	return &model->frame[smmu_bits(pa, SMMU_MEM_PAGE_LOG2, SMMU_FRAMES_LOG2)];
}

/*
 * The 4 KiB page that holds the 8 bytes at pa, or NULL when they do not exist;
 * borrowed until memory is written.
 */
SMMU_INLINE const uint8_t *smmu_model_table(struct smmu_model *model, struct smmu_pa pa)
{
	const struct smmu_frame *frame = smmu_model_frame(model, pa.pa);

	if (SMMU_LIKELY(frame->key == smmu_frame_key(pa)))
		return frame->page;
	return smmu_model_table_slow(model, pa);
}

/* Forgets where pages are; for whoever writes memory. */
void smmu_model_forget_frames(struct smmu_model *model);

/*
 * Sets a register's value as it stands, without the rules of a write through
 * the programming interface, and forgets what was cached from it.
 */
void smmu_model_set_reg(struct smmu_model *model, enum smmu_reg reg, uint64_t value);

/*
 * The lowest STAG from 1 that no stalled transaction holds, or 0 when none is
 * left (IMPDEF: 65,535 transactions can be stalled).
 */
uint16_t smmu_stall_next(const struct smmu_model *model);
/* Keeps a stalled transaction under the STAG in its event; SMMU_E_NOMEM. */
int smmu_stall_add(struct smmu_model *model, const struct smmu_txn *txn,
		   const struct smmu_event *event, uint16_t stag);

/*
 * Whether the newest record in the queue of sec that software has not taken is
 * identical to evt in the sense of 7.3.1.
 */
bool smmu_eventq_repeats(const struct smmu_model *model, enum smmu_sec sec,
			 const struct smmu_evt *evt);
/* Whether a record would be written to the queue of sec now (7.2.1). */
bool smmu_eventq_is_writable(const struct smmu_model *model, enum smmu_sec sec);
/*
 * Writes one record; true when it stands in memory.  Overflow and aborts show
 * in the registers.  A stall record is never discarded: the caller keeps it.
 */
bool smmu_eventq_write(struct smmu_model *model, enum smmu_sec sec, const struct smmu_evt *evt,
		       bool stall);

#endif
