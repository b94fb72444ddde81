/*
 * Everything that streams can reach: the streams of an SMMU, the substreams of
 * a stream, and the input addresses of either with what becomes of them.  Dump,
 * lint, explain and diff read this.  IHI 0070 G.b 3.3, 5.1 - 5.4.
 *
 * It is the model's own walk, asked address by address, so that it cannot say
 * anything else than a transaction would.  Nothing is cached or changed; a visit
 * may not write memory.
 *
 * Bounded: tables may be shared or lead to themselves, so every iteration takes
 * a budget of steps, counts it down and ends with SMMU_E_LIMIT when it is used
 * up.  Iterations that share one are bounded together.
 *
 * Threading: as the model.
 */
#ifndef SMMU_MODEL_REACH_H
#define SMMU_MODEL_REACH_H

#include "model/model.h"
#include "spec/cd.h"
#include "spec/ste.h"

/* Accesses that a translation grants, a set of bits. */
#define SMMU_REACH_PRIV_R   1u
#define SMMU_REACH_PRIV_W   2u
#define SMMU_REACH_PRIV_X   4u
#define SMMU_REACH_UNPRIV_R 8u
#define SMMU_REACH_UNPRIV_W 16u
#define SMMU_REACH_UNPRIV_X 32u

/* How one stream and substream is configured. */
struct smmu_reach_config {
	/* OK, or why there is no translation: FAULT with an event, ABORT. */
	enum smmu_status status;
	unsigned event; /* enum smmu_event_type, 0: none */
	struct smmu_blame blame;
	bool has_ste, has_cd; /* ste, cd are what memory holds, and were read */
	struct smmu_ste ste;
	struct smmu_cd cd;
	struct smmu_pa ste_pa, cd_pa;
	bool s1, s2;		  /* stages that translate */
	unsigned granule_log2[2]; /* of stage 1 (TTB0) and stage 2 */
};

/* Input addresses that are translated alike: one Block or Page, cut by both stages. */
struct smmu_reach_map {
	uint64_t input, last; /* first and last input address */
	uint64_t leaves;      /* 1; more where smmu_reach_runs put Blocks or Pages together */
	struct smmu_pa pa;    /* of input */
	uint64_t ipa;	      /* of input, with both stages */
	unsigned perm;	      /* SMMU_REACH_*; a hardware update may add to it */
	uint64_t desc[2];     /* the final descriptors of stage 1 and 2; 0: no such stage */
	struct smmu_pa desc_pa[2];
	int8_t level[2];
	/* OK; or the fault that any access to it meets (AF, address size, abort). */
	enum smmu_status status;
	unsigned event;
	struct smmu_blame blame;
};

/* A run of StreamIDs whose STEs are valid and equal. */
struct smmu_reach_streams {
	uint32_t first, last;
	struct smmu_ste ste;
	struct smmu_pa ste_pa; /* of the first */
};

/* Each stops when visit returns non-zero, and returns that. */
int smmu_reach_streams(struct smmu_model *model, uint64_t *budget,
		       int (*visit)(void *ctx, const struct smmu_reach_streams *streams),
		       void *ctx);
/* SubstreamIDs of a stream whose CDs are valid (V), ascending. */
int smmu_reach_substreams(struct smmu_model *model, uint32_t stream, uint64_t *budget,
			  int (*visit)(void *ctx, uint32_t substream), void *ctx);
/* txn says stream, substream, security; its address and access do not count. */
void smmu_reach_configure(struct smmu_reach_config *config, struct smmu_model *model,
			  const struct smmu_txn *txn);
/*
 * What is mapped, ascending from 0 to 2^64 - 1; what is not mapped is not
 * visited.  Nothing for streams that do not translate.
 */
int smmu_reach_maps(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		    int (*visit)(void *ctx, const struct smmu_reach_map *map), void *ctx);
/*
 * The same, faster: descriptors next to each other that differ in an address
 * which goes on are one map of several leaves, as the first of them says.
 */
int smmu_reach_runs(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		    int (*visit)(void *ctx, const struct smmu_reach_map *map), void *ctx);

#endif
