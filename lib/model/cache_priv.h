/*
 * The caches that a run may ask for, which show in results: configuration
 * structures and translations, each kept until something invalidates it or
 * takes its place.  IHI 0070 G.b 3.17, 3.21, 4.3, 4.4, 16.2.
 *
 * What is kept is what memory held: the words of a structure or descriptor,
 * under the tags by which an SMMU finds them (never under their address).  A
 * walk asks for an entry before it reads memory and uses its words the same
 * way, so that every rule of the walk holds for cached and fresh ones alike.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_MODEL_CACHE_PRIV_H
#define SMMU_MODEL_CACHE_PRIV_H

#include "model/walk_priv.h"
#include "spec/cmd.h"

enum smmu_cached {
	SMMU_CACHED_L1STD,
	SMMU_CACHED_STE,
	SMMU_CACHED_L1CD,
	SMMU_CACHED_CD,
	SMMU_CACHED_VMS,
	SMMU_CACHED_S1,	  /* a stage 1 descriptor, by VA */
	SMMU_CACHED_S1S2, /* the stage 2 leaf of a nested translation, by VA */
	SMMU_CACHED_S2,	  /* a stage 2 descriptor, by IPA */
};

/* What finds an entry. */
struct smmu_cache_tag {
	uint8_t what;	    /* enum smmu_cached */
	uint8_t sec;	    /* of the stream */
	uint8_t space;	    /* enum smmu_pas of an IPA */
	uint8_t world;	    /* enum smmu_streamworld; translations */
	uint8_t size_log2;  /* of the addresses, StreamIDs or SubstreamIDs it covers */
	uint8_t reach_log2; /* around its address: what an invalidation by address must meet */
	uint8_t granule_log2;
	int8_t level;
	bool table;  /* a Table descriptor */
	bool wide;   /* of 128 bits */
	bool global; /* for every ASID of its set (3.17.1); also where there are no ASIDs */
	bool aset;
	uint16_t vmid, asid;
	uint32_t stream;  /* the first it is for */
	uint64_t address; /* the first it covers: VA, IPA or SubstreamID */
};

struct smmu_cache_entry {
	struct smmu_cache_tag tag;
	uint32_t next;	/* of those that share a list; index + 1 */
	uint64_t owner; /* whose cache it is in, where each has its own */
	uint64_t set;	/* in which it competes for room */
	bool recent;	/* PLRU: used since all of the set were */
	uint64_t stamp; /* of the use (LRU) or fill (RR) */
	union {
		struct {
			uint64_t word[8];
			struct smmu_pa pa;
			uint64_t ipa;
			uint8_t words;
		} structure;
		struct {
			struct smmu_entry entry;
			struct smmu_tables tables; /* above it */
			struct smmu_pa ipa;	   /* S1S2: the page of IPA that the leaf is for */
		} desc;
	};
};

struct smmu_cache; /* one of the caches */

/* SMMU_E_NOMEM. */
int smmu_cache_new(struct smmu_cache **cache, const struct smmu_cache_size *size);
void smmu_cache_free(struct smmu_cache *cache); /* NULL is legal */
struct smmu_cache_stats smmu_cache_stats(const struct smmu_cache *cache);
/* From here on it is that of owner: what others left is found and replaced by them alone. */
void smmu_cache_set_owner(struct smmu_cache *cache, uint64_t owner);

struct smmu_cache_set {
	struct smmu_caches config; /* devices are owned */
	/* All owned; NULL: none. */
	struct smmu_cache *of[SMMU_CACHE_COUNT];
	struct smmu_cache *walk[SMMU_WALK_PARTS_MAX];
};

/* SMMU_E_NOMEM; *set is NULL when config has no cache at all. */
int smmu_cache_set_new(struct smmu_cache_set **set, const struct smmu_caches *config);
void smmu_cache_set_free(struct smmu_cache_set *set); /* NULL is legal */

/* Who asks from here on: those caches that others have too are now its own ones. */
void smmu_cache_set_enter(struct smmu_cache_set *set, enum smmu_sec sec, uint32_t stream);
/*
 * The walk cache for a descriptor of stage: part of it or all, or NULL.  fetch:
 * stage 2 of what a walk fetches.
 */
struct smmu_cache *smmu_cache_set_walk(const struct smmu_cache_set *set, unsigned stage,
				       const struct smmu_cache_tag *tag, bool fetch);

/*
 * The entry that a look-up with tag finds, or NULL; borrowed until the next
 * fill.  goes_on: with another tag, the look-up counted already found nothing.
 */
struct smmu_cache_entry *smmu_cache_find(struct smmu_cache *cache, const struct smmu_cache_tag *tag,
					 bool goes_on);
/*
 * The entry of tag, which is new or to be overwritten; NULL for want of memory,
 * in which case nothing is kept.
 */
struct smmu_cache_entry *smmu_cache_fill(struct smmu_cache *cache,
					 const struct smmu_cache_tag *tag);
/* Drops the entries that match; returns how many. */
size_t smmu_cache_drop(struct smmu_cache *cache,
		       bool (*match)(const void *scope, const struct smmu_cache_tag *tag),
		       const void *scope);

/*
 * The walk's side, for a walk that has caches.  Below are the same for any
 * walk: without caches they know nothing and keep nothing.
 */
bool smmu_caches_structure(struct smmu_walk *w, struct smmu_step *step);
void smmu_caches_keep_structure(struct smmu_walk *w, const struct smmu_step *step);
bool smmu_caches_stage1(struct smmu_walk *w, struct smmu_entry *e, struct smmu_tables *tables);
void smmu_caches_keep_stage1(struct smmu_walk *w, const struct smmu_entry *e,
			     const struct smmu_tables *tables);
bool smmu_caches_stage2(struct smmu_walk *w, struct smmu_entry *e, struct smmu_pa ipa,
			enum smmu_event_class class);
void smmu_caches_keep_stage2(struct smmu_walk *w, const struct smmu_entry *e, struct smmu_pa ipa,
			     enum smmu_event_class class);

/* A configuration structure: fills in pa, ipa, words and word of step. */
static inline bool smmu_cached_structure(struct smmu_walk *w, struct smmu_step *step)
{
	return SMMU_UNLIKELY(w->caches != NULL) && smmu_caches_structure(w, step);
}

static inline void smmu_cached_keep_structure(struct smmu_walk *w, const struct smmu_step *step)
{
	if (SMMU_UNLIKELY(w->caches != NULL))
		smmu_caches_keep_structure(w, step);
}

/*
 * Stage 1: a leaf for the transaction's address, or else the Table descriptor
 * nearest to it; tables are those above it.  False: the walk starts at its
 * initial table.
 */
static inline bool smmu_cached_stage1(struct smmu_walk *w, struct smmu_entry *e,
				      struct smmu_tables *tables)
{
	return SMMU_UNLIKELY(w->caches != NULL) && smmu_caches_stage1(w, e, tables);
}

static inline void smmu_cached_keep_stage1(struct smmu_walk *w, const struct smmu_entry *e,
					   const struct smmu_tables *tables)
{
	if (SMMU_UNLIKELY(w->caches != NULL))
		smmu_caches_keep_stage1(w, e, tables);
}

/* The same of stage 2, for the transaction itself (CLASS IN) or for a fetch. */
static inline bool smmu_cached_stage2(struct smmu_walk *w, struct smmu_entry *e, struct smmu_pa ipa,
				      enum smmu_event_class class)
{
	return SMMU_UNLIKELY(w->caches != NULL) && smmu_caches_stage2(w, e, ipa, class);
}

static inline void smmu_cached_keep_stage2(struct smmu_walk *w, const struct smmu_entry *e,
					   struct smmu_pa ipa, enum smmu_event_class class)
{
	if (SMMU_UNLIKELY(w->caches != NULL))
		smmu_caches_keep_stage2(w, e, ipa, class);
}

/*
 * 3.13: hardware changes the descriptor that memory holds, not the one it
 * remembers.  False: what stands on cached words is to be walked again.
 */
static inline bool smmu_cached_may_update(struct smmu_walk *w)
{
	w->again |= w->cached;
	return !w->cached;
}

/* What an invalidation on the queue of sec, which is legal, makes caches forget. */
void smmu_cached_invalidate(struct smmu_model *model, enum smmu_sec sec,
			    const struct smmu_cmd *cmd);
void smmu_cached_invalidate_all(struct smmu_model *model);

#endif
