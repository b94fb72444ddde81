/*
 * What the forms of dump share: the order in which SMMUs, streams and
 * substreams are visited.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_DUMP_PRIV_H
#define SMMU_COMPILE_DUMP_PRIV_H

#include "compile/dump.h"
#include "spec/event.h"

struct dump_visit {
	uint64_t *budget; /* steps left, of all contexts together */
	/* Set before the calls below: the SMMU they are about. */
	const struct smmu_machine_smmu **smmu;
	/* May be NULL. */
	int (*smmu_begin)(void *ctx);
	void (*smmu_end)(void *ctx);
	int (*streams_begin)(void *ctx, const struct smmu_reach_streams *streams);
	void (*streams_end)(void *ctx);
	/* One CD or stream without: txn says stream and substream. */
	int (*context)(void *ctx, const struct smmu_reach_streams *streams,
		       const struct smmu_txn *txn);
	void *ctx;
};

uint64_t dump_budget(const struct smmu_dump_options *options);
/* Reports when the budget was used up. */
int dump_each_context(const struct smmu_machine *machine, const struct smmu_dump_options *options,
		      const struct dump_visit *visit, struct smmu_diag *diag);

#endif
