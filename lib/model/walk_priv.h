/*
 * One transaction on its way through configuration and translation tables.
 * IHI 0070 G.b 3.3.2, 7.3, 15; DDI 0487 D8.2.
 *
 * Steps return 0, or 1 after they have said in the walk what went wrong
 * (smmu_walk_fault); nothing is written to a queue before the end.
 *
 * Threading: a walk belongs to one thread.
 */
#ifndef SMMU_MODEL_WALK_PRIV_H
#define SMMU_MODEL_WALK_PRIV_H

#include <stddef.h>
#include <string.h>

#include "model/config_priv.h"
#include "model/model_priv.h"
#include "spec/event.h"

/* What an event has to say beyond the transaction itself. */
struct smmu_fault {
	uint8_t type;	 /* enum smmu_event_type; 0 when no event is called for */
	uint8_t class;	 /* enum smmu_event_class */
	bool s2;	 /* the fault arose at stage 2 */
	bool terminate;	 /* aborts and records whatever A, R and S say (3.12) */
	bool ttrnw;	 /* the access to a stage 1 descriptor was a read */
	bool lacks_read; /* F_PERMISSION that no lack of write permission caused */
	bool dirty;	 /* DirtyBit (7.3.16) */
	bool overlay;	 /* Overlay */
	bool assured;	 /* AssuredOnly */
	uint64_t ipa;	 /* where s2 */
	enum smmu_pas ipa_pas;
	uint64_t fetch;	    /* FetchAddr, of the events that have it */
	uint32_t substream; /* C_BAD_SUBSTREAMID */
};

struct smmu_walk {
	struct smmu_model *model;
	const struct smmu_iface *iface; /* the one that txn belongs to */
	const struct smmu_txn *txn;
	const struct smmu_walk_log *log; /* NULL: nobody looks */
	struct smmu_result *result;
	const struct smmu_config *config; /* once the STE is known to be legal */
	uint8_t need;			  /* accesses, after STE overrides */
	bool probe;			  /* no effect on memory, queues or registers */
	bool wrote;			  /* hardware update changed memory */
	struct smmu_fault fault;	  /* once there is one */
	/* With caches that show (model/cache_priv.h). */
	struct smmu_cache_set *caches; /* NULL: none */
	bool afresh;		       /* nothing is taken from them */
	bool cached;		       /* something was */
	/* The IPA under stage 2: it has the Assured Translation property (DDI 0487 D8.2.7.3), or
	 * is in the initial table of TTBn, as n + 1. */
	bool assured;
	uint8_t top;
	bool again; /* what was taken must not be used: to be walked afresh */
	struct {
		uint8_t size_log2, granule_log2;
		int8_t level;
		bool global, wide;
	} leaf1; /* what stage 1 ended with */
};

/* Where a stage of translation ended. */
struct smmu_leaf {
	uint64_t oa; /* output address for the input address */
	uint64_t desc;
	struct smmu_pa pa; /* of the descriptor */
	enum smmu_pas pas; /* address space of oa: of the IPA under stage 2 */
	uint64_t ipa;	   /* of the descriptor, of stage 1 under stage 2 */
	uint8_t size_log2; /* of what it maps */
	int8_t level;
	uint8_t perm; /* accesses it grants without any update */
	/* Stage 2 that is hardened: mostly read-only, AssuredOnly. */
	bool mro, assured_only;
	uint16_t memory; /* attributes with which this stage and those before let it out */
	uint8_t pbha;	 /* smmu_config_pbha() of this stage */
};

/* What Table descriptors of stage 1 took away (D8.4.1.2), each right where it was first taken. */
#define SMMU_TAKEN_NS 0x10 /* beside the row bits of smmu_row_taken(): NSTable */
struct smmu_tables {
	uint64_t desc; /* all on the way, or-ed */
	unsigned count;
	struct smmu_table_limit {
		uint64_t pa, ipa, desc; /* of the Table descriptor */
		uint8_t pas;		/* enum smmu_pas */
		uint8_t took;
		int8_t level;
	} limit[5];
};

/* A descriptor that a walk has read or is about to read. */
struct smmu_entry {
	const struct smmu_tt *tt;
	const struct smmu_desc_level *l;
	uint64_t pa;  /* of the descriptor */
	uint64_t ipa; /* before stage 2, where that translates */
	enum smmu_pas pas, ipa_pas;
	uint64_t desc, high; /* high: the upper half of 128 bits */
	uint64_t index;	     /* in its table */
	/* Under a hardened stage 2: what led here has the Assured Translation property; mostly
	 * read-only there. */
	bool assured, mro;
};

static inline int smmu_entry_level(const struct smmu_entry *e)
{
	return e->tt->initial_level + (int)(e->l - e->tt->initial);
}

static inline enum smmu_desc_kind smmu_entry_kind(const struct smmu_entry *e)
{
	return e->tt->wide ? smmu_desc128_kind(e->desc, e->high, e->l)
			   : smmu_desc_kind(e->desc, e->l);
}

/* Where the descriptor for ia is in the initial table, which e->l then is. */
static inline uint64_t smmu_entry_first(struct smmu_entry *e, uint64_t ia)
{
	e->l = e->tt->initial;
	e->index = ia >> e->l->size_log2;
	return e->tt->base + (e->index << e->l->desc_log2);
}

/*
 * The same in the table that the Table descriptor of e points to: SKL leaves
 * out levels, whose bits the table resolves as well (D8.2.8).
 */
static inline uint64_t smmu_entry_next(struct smmu_entry *e, uint64_t table, uint64_t ia)
{
	const uint64_t desc[2] = {e->desc, e->high};
	unsigned above = e->l->size_log2, bits;

	e->l += e->tt->wide ? 1 + smmu_s1table128_SKL(desc) : 1;
	bits = above - e->l->size_log2;
	e->index = smmu_bits(ia, e->l->size_log2, bits);
	return smmu_align_down_log2(table, bits + e->l->desc_log2) + (e->index << e->l->desc_log2);
}

/* Where the 64 bits are that hardware updates. */
static inline struct smmu_pa smmu_entry_low(const struct smmu_entry *e)
{
	return (struct smmu_pa){e->pa + (e->tt->wide && e->tt->big_endian ? 8 : 0), e->pas};
}

/* Reads the descriptor at e->pa; false when memory aborts. */
bool smmu_entry_load(struct smmu_walk *w, struct smmu_entry *e);

/* Notes a fault of that type for that reason, with an empty blame otherwise; returns 1. */
int smmu_walk_fault(struct smmu_walk *w, unsigned type, enum smmu_reason reason);
/* The same of a descriptor. */
int smmu_walk_entry_fault(struct smmu_walk *w, const struct smmu_entry *e, unsigned type,
			  enum smmu_reason reason, const char *field);
/* The same, with the structure and field to blame (field: static storage or NULL). */
int smmu_walk_blame(struct smmu_walk *w, unsigned type, enum smmu_reason reason,
		    enum smmu_struct_kind where, struct smmu_pa pa, const char *field);
/* Blames a rule that a structure of that format breaks, and the first field it names. */
void smmu_walk_blame_rule(struct smmu_walk *w, const struct smmu_rule *rule,
			  const struct smmu_format *format);
/* Result and event of the fault in w: status, record, queue, stall.  SMMU_E_NOMEM. */
int smmu_walk_finish_fault(struct smmu_walk *w);

/*
 * Reads one configuration structure of words 64-bit words and shows it to the
 * log; false when memory aborts.  step->kind, input and index are set, also
 * ipa where it has one; pa, words and word are filled in here.
 */
bool smmu_walk_read(struct smmu_walk *w, struct smmu_step *step, struct smmu_pa pa, unsigned words);
/* What every answer without a fault has in common; the rest of the result is not looked at. */
SMMU_INLINE void smmu_walk_answer(struct smmu_result *r, struct smmu_pa pa, unsigned page_log2)
{
	r->status = SMMU_STATUS_OK;
	r->response = SMMU_RESPONSE_ABORT;
	r->pa = pa;
	r->page_log2 = (uint8_t)page_log2;
	r->stale = false;
	r->event.present = false;
	r->event.recorded = false;
	r->blame.reason = SMMU_REASON_NONE;
	r->blame.where = SMMU_STRUCT_NONE;
	r->blame.field = NULL;
	r->blame.rule = NULL;
	r->updates_count = 0;
}

/*
 * Output attributes of an answer (13.1.2, 13.4.4): from is final but for its
 * marks, which are enum smmu_marks; index is that of the transaction.
 */
SMMU_INLINE void smmu_walk_attr(struct smmu_attr *attr, const struct smmu_attr *from,
				unsigned index)
{
	memcpy(attr, from, sizeof(*attr));
	attr->marks = (uint8_t)smmu_marks_out(from->marks, index);
}

/* A transaction that caches and the quick walk have no answer for; key is smmu_cfg_key(). */
int smmu_model_translate_full(struct smmu_result *result, struct smmu_model *model,
			      const struct smmu_txn *txn, uint64_t key);

/* Stream table: config->ste and what follows from it (3.3.1, 5.1, 5.2). */
int smmu_stream_fetch(struct smmu_walk *w, struct smmu_config *config);
/* Substream rules and CD: config->cd and what follows from it (5.3, 5.4). */
int smmu_cd_fetch(struct smmu_walk *w, struct smmu_config *config);
/* MPAM by the CD (STE.S1MPAM), through the VMS when nested (5.6, 17.2). */
int smmu_vms_fetch(struct smmu_walk *w, struct smmu_config *config);

/* Both stages for w's address: pa, the range it holds for, and accesses that need no walk. */
int smmu_walk_translate(struct smmu_walk *w, struct smmu_leaf *leaf);
/* Stage 1 alone, or what becomes of an address that bypasses it. */
int smmu_walk_stage1(struct smmu_walk *w, struct smmu_leaf *leaf);
/*
 * Stage 1 of w's address, with its descriptors read through stage 2 where that
 * is on.  After a fault leaf->size_log2 is what the entry maps that it arose at,
 * unchanged when no entry was looked at.
 */
int smmu_stage1_walk(struct smmu_walk *w, struct smmu_leaf *leaf);
/* Stage 2 of ipa, which is in an IPA space of that name, for the accesses need. */
int smmu_stage2_walk(struct smmu_walk *w, struct smmu_leaf *leaf, struct smmu_pa ipa, unsigned need,
		     enum smmu_event_class class);

/*
 * Hardware update of the descriptor at pa from desc to update (3.13); noted in
 * the result, done unless this is a probe.  False when memory aborts.
 */
bool smmu_walk_update(struct smmu_walk *w, struct smmu_pa pa, uint64_t update, bool big_endian);

/* Shows the descriptor of e to the log, which is there. */
struct smmu_show {
	uint8_t stage;
	bool nested;	/* a stage 2 walk on behalf of another fetch */
	bool aborted;	/* nothing could be read */
	uint64_t input; /* VA or IPA */
};
void smmu_walk_show(const struct smmu_walk *w, const struct smmu_entry *e,
		    const struct smmu_show *show);

#endif
