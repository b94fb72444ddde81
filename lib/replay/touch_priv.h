/* Pages of a run, as counting and showing share them.  Threading: as touch.h. */
#ifndef SMMU_REPLAY_TOUCH_PRIV_H
#define SMMU_REPLAY_TOUCH_PRIV_H

#include "replay/touch.h"

#define SMMU_TOUCH_LOG2	   12
#define SMMU_TOUCH_WINDOWS 3
/* Distances by power of two: 0, 1, 2-3, 4-7 ... */
#define SMMU_TOUCH_BUCKETS 22

struct smmu_touched {
	uint64_t number; /* address / 4096 */
	uint32_t smmu, stream, substream;
	uint8_t sec;
	bool ssv, read, written;
	uint64_t accesses; /* 0: the row is free */
	uint64_t not_ok;
	uint32_t last;			     /* touched; a place in the tree, from 1 */
	uint32_t window[SMMU_TOUCH_WINDOWS]; /* counted in, from 1 */
};

struct smmu_window {
	uint64_t size;	    /* records */
	uint32_t number;    /* of the one at hand, from 1 */
	uint64_t in, pages; /* records and pages of it */
	uint64_t full;	    /* windows that were */
	uint64_t sum, most, least;
};

struct smmu_touch {
	unsigned what;
	size_t max, count, capacity;
	struct smmu_touched *page; /* owned; a hash table */
	uint64_t touches, beyond;
	/* Places in the order of last touches: a tree of sums over those in use. */
	uint32_t *tree; /* owned */
	size_t places, place;
	uint64_t reuse[SMMU_TOUCH_BUCKETS], first;
	struct smmu_window window[SMMU_TOUCH_WINDOWS];
};

#endif
