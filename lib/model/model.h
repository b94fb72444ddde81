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
#include "spec/cmd.h"
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
/*
 * The same for up to count transactions that are alike (smmu_txn_is_like()),
 * each stride bytes behind the one before, as long as they go through and
 * nothing else happens: no event, no update, nothing stale.  *passed is how
 * many did, whose answers nobody gets; where that is less than count, result is
 * the answer of one more.
 */
int smmu_model_translate_run(struct smmu_result *result, size_t *passed, struct smmu_model *model,
			     const struct smmu_txn *txn, size_t stride, size_t count);
/* The same without caches and without any effect on memory or queues; log may be NULL. */
int smmu_model_probe(struct smmu_result *result, struct smmu_model *model,
		     const struct smmu_txn *txn, const struct smmu_walk_log *log);

/*
 * What software does: registers and commands (chapters 4, 6, 7).  What they
 * set off is complete when the call returns: updates, consumption of commands,
 * stalled transactions that end.
 */

/* How it was answered. */
struct smmu_reply {
	enum smmu_status status; /* OK: a read; ERROR: a command in error; else NONE */
	uint64_t value;		 /* of a read */
	bool pending;		 /* the command is in the queue and not consumed yet */
	const char *error;	 /* "CERROR_ILL"; status ERROR; static storage */
	/* Descriptors that an address translation operation changed (chapter 9, 3.13). */
	uint8_t updates_count;
	struct smmu_update updates[SMMU_UPDATES_MAX];
};

/* A register access through the interface of sec (ROOT too). */
struct smmu_mmio {
	enum smmu_sec sec;
	bool write;
	unsigned size;	 /* 4 or 8; others are illegal accesses, which are RAZ/WI */
	uint64_t offset; /* from the SMMU's base */
	uint64_t value;	 /* of a write */
};
/* SMMU_E_NOMEM only. */
int smmu_model_mmio(struct smmu_reply *reply, struct smmu_model *model,
		    const struct smmu_mmio *access);
/*
 * Puts one command at PROD of the queue of sec, and lets the queue go on.
 * SMMU_E_LIMIT: it is full.  SMMU_E_UNKNOWN: there is no such queue.  SMMU_E_NOMEM.
 */
int smmu_model_command(struct smmu_reply *reply, struct smmu_model *model, enum smmu_sec sec,
		       const struct smmu_cmd *cmd);
/* Software takes every record out of the Event queue of sec, and acknowledges an overflow. */
int smmu_model_drain(struct smmu_model *model, enum smmu_sec sec);

/*
 * Whether events are merged (3.5.5, 7.3.1); off after new.  IMPDEF: one that
 * repeats the newest record that software has not taken out of the queue yet is
 * told by that record, where STE.MEV permits.
 */
void smmu_model_set_merging(struct smmu_model *model, bool on);

/* A stalled transaction that ended, or stalled once more with a new event. */
struct smmu_ended {
	uint64_t id; /* smmu_model_name_stalled() */
	struct smmu_txn txn;
	struct smmu_result result;
	size_t order; /* in which they ended */
};
/*
 * Those that the last call of the three above ended, ascending by id; borrowed
 * until the next one.  Returns how many.
 */
size_t smmu_model_ended(const struct smmu_ended **ended, struct smmu_model *model);
/* Gives the stalled transaction of that STAG an id of the caller's, which retries keep. */
void smmu_model_name_stalled(struct smmu_model *model, uint16_t stag, uint64_t id);

/*
 * A PCIe Page Request (chapter 8): txn says stream, substream, address and the
 * accesses asked for; neither read nor write with last is a Stop Marker if there
 * is a substream.
 */
struct smmu_page_request {
	const struct smmu_txn *txn;
	uint32_t prg_index; /* 9 bits count */
	bool last;
};
enum smmu_page_fate {
	SMMU_PAGE_DISCARDED, /* without an answer */
	SMMU_PAGE_QUEUED,    /* entry stands in the PRI queue */
	SMMU_PAGE_ANSWERED,  /* an automatic response with that code (8.3) */
};
struct smmu_page_answer {
	enum smmu_page_fate fate;
	uint64_t entry[2]; /* as the queue holds it */
	uint8_t code;
	bool pasid;		 /* the response carries the request's PASID */
	struct smmu_event event; /* of the check of STE.PPAR (8.1) */
};
/* SMMU_E_NOMEM only. */
int smmu_model_page_request(struct smmu_page_answer *answer, struct smmu_model *model,
			    const struct smmu_page_request *request);

/* Interrupts that the SMMU raised (3.18), wired and, where pa says so, as an MSI. */
enum smmu_irq {
	SMMU_IRQ_GERROR,
	SMMU_IRQ_EVENTQ,
	SMMU_IRQ_PRIQ,
	SMMU_IRQ_CMD_SYNC,
	SMMU_IRQ_COUNT,
};
struct smmu_interrupt {
	enum smmu_irq source;
	enum smmu_sec sec;
	bool msi;     /* data was written to pa */
	bool aborted; /* and the write aborted */
	struct smmu_pa pa;
	uint32_t data;
};
/*
 * Those since the last call, oldest first; borrowed until the model is used
 * again.  Returns how many are given: of more than SMMU_INTERRUPTS_MAX the first.
 */
#define SMMU_INTERRUPTS_MAX 64
size_t smmu_model_interrupts(const struct smmu_interrupt **interrupts, struct smmu_model *model);
const char *smmu_irq_name(enum smmu_irq source);

/* Broadcast TLB invalidation by a PE, as the command of the same scope; SMMU_E_INVALID: none is. */
int smmu_model_tlbi(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd);

/*
 * Caches that show: what they hold is used until it is invalidated or makes
 * room.  Without them every answer is that of a fresh walk.
 */
enum smmu_cache_kind {
	SMMU_CACHE_CONFIG,    /* STEs, CDs and their first levels */
	SMMU_CACHE_MICRO,     /* in front of INTERFACE */
	SMMU_CACHE_INTERFACE, /* in front of MAIN */
	SMMU_CACHE_MAIN,      /* leaves by VA, and by IPA for stage 2 alone */
	SMMU_CACHE_WALK,      /* Table descriptors of both stages */
	SMMU_CACHE_IPA,	      /* stage 2 leaves under a stage 1 */
	SMMU_CACHE_COUNT,
};
enum smmu_cache_policy { SMMU_CACHE_RR, SMMU_CACHE_RANDOM, SMMU_CACHE_LRU, SMMU_CACHE_PLRU };
/* Who has a cache of this size of their own. */
enum smmu_cache_per { SMMU_CACHE_PER_SMMU, SMMU_CACHE_PER_DEVICE, SMMU_CACHE_PER_STREAM };
struct smmu_cache_size {
	bool on;
	uint32_t entries; /* 0: ideal, as many as there are */
	uint32_t ways;	  /* divides entries; 0: all of them */
	enum smmu_cache_policy policy;
	enum smmu_cache_per per;
};
/* A part of the walk cache, for some stages and levels alone. */
struct smmu_walk_part {
	uint8_t stages; /* bit n: stage n + 1 */
	uint8_t levels; /* bit n: level n + SMMU_DESC_LEVEL_MIN */
	bool leaves;	/* Blocks and Pages too */
	/* not the stage 2 of what a walk fetches: CDs and stage 1 descriptors */
	bool final_only;
	struct smmu_cache_size size;
};
#define SMMU_WALK_PARTS_MAX 12 /* two stages of six levels */
/* Non-secure streams of one device; other streams are devices of their own. */
struct smmu_cache_device {
	uint32_t first, last; /* ascending, apart from each other */
	uint32_t device;
};
struct smmu_caches {
	struct smmu_cache_size of[SMMU_CACHE_COUNT]; /* of[WALK] when it has no parts */
	/* What several parts could hold is in the first of them, what none can in none. */
	struct smmu_walk_part walk[SMMU_WALK_PARTS_MAX];
	size_t walk_count;
	const struct smmu_cache_device *devices; /* copied by who is given them */
	size_t devices_count;
};
/* Everything is kept until it is invalidated. */
struct smmu_caches smmu_caches_ideal(void);
const char *smmu_cache_name(enum smmu_cache_kind kind);
/* Gives the model these caches, empty; {0} for none, as after new.  SMMU_E_INVALID, SMMU_E_NOMEM.
 */
int smmu_model_set_caches(struct smmu_model *model, const struct smmu_caches *caches);
/* Whether it has any. */
bool smmu_model_shows_caches(const struct smmu_model *model);
struct smmu_cache_stats {
	uint64_t lookups, hits, fills, evictions, invalidated;
};
/* Of a kind, whoever has them and of all parts. */
struct smmu_cache_stats smmu_model_cache_stats(const struct smmu_model *model,
					       enum smmu_cache_kind kind);
/* Of that part of the walk cache, and what it is for; NULL, nothing told: there is none. */
const struct smmu_walk_part *smmu_model_walk_part(struct smmu_cache_stats *stats,
						  const struct smmu_model *model, size_t part);

/* Forget what was cached for speed alone, after a change to memory; caches that show stay. */
void smmu_model_flush(struct smmu_model *model);
/* The functional TLB can be switched off, for benches and tests; on after new. */
void smmu_model_set_tlb(struct smmu_model *model, bool on);

const struct smmu_ids *smmu_model_ids(const struct smmu_model *model);
uint64_t smmu_model_reg(const struct smmu_model *model, enum smmu_reg reg);
struct smmu_mem *smmu_model_mem(struct smmu_model *model);

#endif
