/*
 * The functional caches in front of the model: translations and configurations
 * by stream and substream, and the ends of walks by configuration.  They never show in a
 * result: what they hold is what a fresh walk would give, because whoever
 * changes memory or registers flushes them, and what a hit does not permit is
 * walked again.
 *
 * Both are flat arrays whose sets fill one cache line.  Nothing is allocated
 * after new; a flush is O(1).
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_MODEL_TLB_PRIV_H
#define SMMU_MODEL_TLB_PRIV_H

#include "base/compiler.h"
#include "model/attr_priv.h"
#include "model/config_priv.h"
#include "spec/txn.h"

#define SMMU_TLB_PAGE_LOG2 12
#define SMMU_TLB_WAYS	   2
#define SMMU_TLB_SETS_LOG2 12
#define SMMU_TLB_SETS	   (1u << SMMU_TLB_SETS_LOG2)

#define SMMU_CFG_WAYS	   4
#define SMMU_CFG_SETS_LOG2 8
#define SMMU_CFG_SETS	   (1u << SMMU_CFG_SETS_LOG2)

/*
 * One page of one stream and substream.  Its key finds it without a look at the
 * configuration: what overrides and permissions come to is in allowed.
 */
struct smmu_tlb_entry {
	uint64_t page; /* smmu_tlb_page(); of another epoch: no entry */
	uint64_t key;  /* smmu_cfg_key(), or smmu_key_s2() of it for a page of IPA */
	/*
	 * Accesses that need no walk, bit smmu_txn_index(): those that leave as the one that
	 * walked did; number of the output page.
	 */
	uint64_t out;
	struct smmu_attr attr; /* in place of pbha smmu_tlb_range() */
};

#define SMMU_TLB_OUT 20 /* where the number of the output page starts */

static inline uint64_t smmu_tlb_out(uint64_t pa, unsigned allowed)
{
	return pa >> SMMU_TLB_PAGE_LOG2 << SMMU_TLB_OUT | allowed;
}

static inline uint64_t smmu_tlb_pa(const struct smmu_tlb_entry *entry)
{
	return entry->out >> SMMU_TLB_OUT << SMMU_TLB_PAGE_LOG2;
}

/* log2 of the translation that an entry came from, and its address space. */
static inline uint8_t smmu_tlb_range(unsigned page_log2, enum smmu_pas pas)
{
	return (uint8_t)(page_log2 << 2 | pas);
}

/*
 * A page of last-level descriptors: what a walk finds after all levels but the
 * last (the paging-structure cache).
 */
#define SMMU_WALK_SETS_LOG2 11
#define SMMU_WALK_SETS	    (1u << SMMU_WALK_SETS_LOG2)
struct smmu_walk_entry {
	uint64_t tag; /* input address >> page_log2 of the table */
	uint64_t pa;  /* of the descriptor for the first input address with that tag */
	uint32_t ctx;
	uint8_t taken; /* smmu_row_taken() of the levels above */
};

/* One stream and substream. */
struct smmu_cfg_entry {
	uint64_t key;
	uint32_t ctx;	/* names the configuration in the walk caches; never 0 */
	uint16_t epoch; /* of another epoch: no entry */
};

/*
 * Output attributes that a configuration came to, by what the leaves of both
 * stages say about them (smmu_memo_kind()): worked out once each.
 */
#define SMMU_MEMO_LOG2 5
struct smmu_memo {
	struct smmu_attr attr[1 << SMMU_MEMO_LOG2]; /* marks are enum smmu_marks */
	uint16_t kind[1 << SMMU_MEMO_LOG2];	    /* smmu_memo_kind() + 1; 0: none */
};

/* first: the leaf of stage 1, second: that of stage 2; 0 where there is none. */
static inline unsigned smmu_memo_kind(uint64_t first, uint64_t second)
{
	return smmu_s1desc_attributes(first) | smmu_s2desc_attributes(second) << SMMU_MEMO_LOG2;
}

static inline unsigned smmu_memo_slot(unsigned kind)
{
	/* Without stage 2 no two kinds meet. */
	return (kind + (kind >> SMMU_MEMO_LOG2) * 7) & ((1u << SMMU_MEMO_LOG2) - 1);
}

struct smmu_tlb {
	struct smmu_tlb_entry page[SMMU_TLB_SETS][SMMU_TLB_WAYS];
	struct smmu_cfg_entry cfg[SMMU_CFG_SETS][SMMU_CFG_WAYS];
	struct smmu_walk_entry walk[2][SMMU_WALK_SETS]; /* by stage - 1 */
	struct smmu_config config[SMMU_CFG_SETS][SMMU_CFG_WAYS];
	struct smmu_memo memo[SMMU_CFG_SETS][SMMU_CFG_WAYS];
	/* The configuration looked up last, its entry and key (SMMU_KEY_NONE: none). */
	uint64_t last_key;
	const struct smmu_cfg_entry *last;
	const struct smmu_config *last_config;
	struct smmu_memo *last_memo;
	uint64_t epoch_tag; /* epoch as smmu_tlb_page() has it */
	uint32_t next_ctx;  /* 1 and up */
	uint16_t epoch;	    /* 1 to SMMU_TLB_EPOCHS - 1 */
};

/* What an address and the epoch come to in an entry. */
#define SMMU_TLB_EPOCHS	   4096
#define SMMU_TLB_EPOCH_LSB 52
static inline uint64_t smmu_tlb_page(const struct smmu_tlb *tlb, uint64_t address)
{
	return address >> SMMU_TLB_PAGE_LOG2 | tlb->epoch_tag;
}

/* Where the parts of a key are. */
enum { SMMU_KEY_SUBSTREAM = 32, SMMU_KEY_SEC = 53, SMMU_KEY_INCOMING = 55 };
/* The key of no transaction: a SubstreamID that is not there. */
#define SMMU_KEY_NONE (UINT64_C(2) << SMMU_KEY_SUBSTREAM)

int smmu_tlb_new(struct smmu_tlb **tlb);
void smmu_tlb_free(struct smmu_tlb *tlb); /* NULL is legal */
void smmu_tlb_flush(struct smmu_tlb *tlb);

/*
 * What finds a configuration: StreamID, SubstreamID (20 bits), whether there is
 * one, SEC_SID, incoming attributes.  Larger SubstreamIDs always fault and have
 * a key that finds nothing, and so have ATS requests and Translated transactions.
 */
static inline uint64_t smmu_cfg_key(const struct smmu_txn *txn)
{
	uint64_t substream = txn->ssv ? (uint64_t)txn->substream << 1 | 1 : 0;
	uint64_t key = txn->stream | (uint64_t)txn->sec << SMMU_KEY_SEC |
		       (uint64_t)smmu_attr_incoming(txn) << SMMU_KEY_INCOMING;

	if (!smmu_bits_fit(substream, 21) || txn->kind != SMMU_TXN_ACCESS)
		return ~UINT64_C(0);
	return key | substream << SMMU_KEY_SUBSTREAM;
}

/*
 * Of pages of IPA that hold stage 1 tables, for the stream and substream of key:
 * no transaction has a Shareability without a memory type.
 */
static inline uint64_t smmu_key_s2(uint64_t key)
{
	return smmu_bits(key, 0, SMMU_KEY_INCOMING) | UINT64_C(8) << SMMU_KEY_INCOMING;
}

static inline unsigned smmu_cfg_set(uint64_t key)
{
	uint64_t hash = (key ^ key >> 33) * UINT64_C(0x9e3779b97f4a7c15);

	return (unsigned)(hash >> (64 - SMMU_CFG_SETS_LOG2));
}

/* The entry of key, or NULL. */
static inline const struct smmu_cfg_entry *smmu_cfg_find(const struct smmu_tlb *tlb, uint64_t key)
{
	const struct smmu_cfg_entry *set = tlb->cfg[smmu_cfg_set(key)];

	for (unsigned i = 0; i < SMMU_CFG_WAYS; i++)
		if (set[i].key == key && set[i].epoch == tlb->epoch)
			return &set[i];
	return NULL;
}

/* The configuration that belongs to an entry. */
static inline const struct smmu_config *smmu_cfg_config(const struct smmu_tlb *tlb,
							const struct smmu_cfg_entry *entry)
{
	return &tlb->config[0][0] + (entry - &tlb->cfg[0][0]);
}

/* Makes the configuration of key the last one; false when it is not here. */
static inline bool smmu_cfg_recall(struct smmu_tlb *tlb, uint64_t key)
{
	const struct smmu_cfg_entry *entry = smmu_cfg_find(tlb, key);

	if (!entry)
		return false;
	tlb->last_key = key;
	tlb->last = entry;
	tlb->last_config = smmu_cfg_config(tlb, entry);
	tlb->last_memo = &tlb->memo[0][0] + (entry - &tlb->cfg[0][0]);
	return true;
}

/* Keeps a copy of config under key, in place of the older of its set. */
const struct smmu_cfg_entry *smmu_cfg_insert(struct smmu_tlb *tlb, uint64_t key,
					     const struct smmu_config *config);

/* page as smmu_tlb_page() gives it. */
static inline unsigned smmu_tlb_set(uint64_t key, uint64_t page)
{
	uint64_t hash = page + (page >> SMMU_TLB_SETS_LOG2) + key * UINT64_C(0x9e3779b1);

	return (unsigned)(hash & (SMMU_TLB_SETS - 1));
}

static inline const struct smmu_tlb_entry *smmu_tlb_find(const struct smmu_tlb *tlb, uint64_t key,
							 uint64_t page)
{
	const struct smmu_tlb_entry *set = tlb->page[smmu_tlb_set(key, page)];

	for (unsigned i = 0; i < SMMU_TLB_WAYS; i++)
		if (set[i].page == page && set[i].key == key)
			return &set[i];
	return NULL;
}

/* Where a descriptor is in its page, by its index. */
static inline uint64_t smmu_walk_offset(uint64_t index)
{
	return smmu_bits(index, 0, SMMU_TLB_PAGE_LOG2 - 3) * 8;
}

/* The entry that tag has or would have. */
static inline struct smmu_walk_entry *smmu_walk_slot(struct smmu_tlb *tlb, unsigned stage,
						     uint32_t ctx, uint64_t tag)
{
	uint64_t hash = tag + (uint64_t)ctx * UINT64_C(0x9e3779b1);

	return &tlb->walk[stage - 1][hash & (SMMU_WALK_SETS - 1)];
}

/*
 * Keeps a copy of entry, in place of the older of its set: the first way is the
 * one filled last.  The same page is not kept twice.
 */
SMMU_INLINE void smmu_tlb_insert(struct smmu_tlb *tlb, const struct smmu_tlb_entry *entry)
{
	struct smmu_tlb_entry *set = tlb->page[smmu_tlb_set(entry->key, entry->page)];

	if (set[0].page != entry->page || set[0].key != entry->key)
		set[1] = set[0];
	set[0] = *entry;
}

#endif
