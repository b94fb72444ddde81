/*
 * What software keeps in memory for six streams: tables that are changed one
 * thing at a time, each change followed by an invalidation that covers it
 * (IHI 0070 G.b 3.17, 3.21, 4.3, 4.4), chosen among all that do.
 *
 *	stream	configuration
 *	0, 4	stage 1, VMID 1, up to four substreams with ASIDs 1 to 4; tables
 *		of TTB1 shared and global; both streams have the same CDs
 *	1	nested, VMID 2, two substreams with ASIDs 1 and 2
 *	2	stage 2 alone, VMID 2, the same tables
 *	3	EL2, with E2H or without
 *	5	bypass, abort, or no valid STE
 */
#ifndef TESTS_RANDOM_WORLD_H
#define TESTS_RANDOM_WORLD_H

#include "sides.h"
#include "spec/desc.h"

enum { STREAMS = 6, TREES = 9, NODES = 8, SLOTS = 4, RECENT = 16 };

#define EVENTQ	UINT64_C(0x8000)
#define CMDQ	UINT64_C(0x9000)
#define PRIQ	UINT64_C(0xa000)
#define ECMDQ	UINT64_C(0xb000) /* four, 256 bytes each */
#define SCRATCH UINT64_C(0xc000) /* where MSIs go */
#define ECMDQS	4u

/* A table: where it is, and the first input address it translates. */
struct node {
	uint64_t pa, input;
	int level;
};

/* Tables of one address space.  Only entries 0 to SLOTS - 1 of each are used. */
struct tree {
	struct node node[NODES];
	unsigned nodes;
	bool stage2, nested, el2;
	bool global; /* for every ASID of its VMID */
	bool high;   /* by TTB1 */
	uint16_t vmid, asid;
};

struct world {
	struct sides s;
	struct dice dice;
	struct tree tree[TREES];
	enum smmu_granule granule;
	unsigned granule_log2, ia_bits;
	unsigned httu; /* IDR0.HTTU */
	/* Of all that share entries: what one configuration cached serves the others. */
	struct {
		bool ha, hd, haft;
	} update[2];
	int first; /* level */
	bool two_level, cd_two_level, e2h, big_endian, term_model;
	uint64_t next; /* where the next table goes */
	struct smmu_txn recent[RECENT];
};

/* Everything by the seed. */
void world_init(struct world *w, uint64_t seed);
void world_fini(struct world *w);
uint32_t world_stream(unsigned index);
/* An input address of that tree, mostly one that something may be mapped at. */
uint64_t world_address(struct world *w, const struct tree *tree);
/* Makes the Command queue work again, whatever stands in it, and SMMUEN 1. */
void world_recover(struct world *w);
/* Issues one command by a queue that works; it must be consumed without error. */
void world_issue(struct world *w, struct smmu_cmd cmd);
/* One change and its invalidation. */
void world_change(struct world *w);

#endif
