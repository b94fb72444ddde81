/*
 * Taking a machine apart again: what its streams can reach, as a tree of the
 * structures in memory or as merged ranges of addresses.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_DUMP_H
#define SMMU_COMPILE_DUMP_H

#include "base/emit.h"
#include "model/machine.h"
#include "model/reach.h"
#include "sys/sys.h"

struct smmu_dump_options {
	const char *smmu; /* of this SMMU only; NULL: of all */
	bool has_stream, has_substream;
	uint32_t stream, substream; /* of these only */
	uint64_t budget;	    /* steps of all of it together; 0: 2^28 */
	const char *folder;	    /* before the names of files in a description; NULL: none */
};

/*
 * Both return SMMU_E_LIMIT when tables lead on without end; what came before
 * is then written.  SMMU_E_UNKNOWN: no SMMU of that name.
 */
int smmu_dump_tree(struct smmu_emit *emit, const struct smmu_machine *machine,
		   const struct smmu_dump_options *options, struct smmu_diag *diag);
int smmu_dump_map(struct smmu_emit *emit, const struct smmu_machine *machine,
		  const struct smmu_dump_options *options, struct smmu_diag *diag);

/*
 * The machine as a description (sys/sys.h, described level), of which sys was
 * the file: what build wrote becomes what builds to the same bytes.  Of other
 * machines it is one that translates the same; what cannot be said goes to
 * diag as a warning.  options: budget (0: 2^30) and folder count.
 */
int smmu_dump_system(struct smmu_emit *emit, const struct smmu_sys *sys,
		     const struct smmu_machine *machine, const struct smmu_dump_options *options,
		     struct smmu_diag *diag);

/*
 * Maps that continue each other, merged: the same access and attributes, and
 * addresses that go on.
 */
struct smmu_dump_range {
	struct smmu_reach_map map;	/* last is that of the whole range */
	const char *memory;		/* "normal-wb", "device-nGnRE"; static storage */
	uint64_t leaves;		/* Blocks and Pages in it */
	uint64_t leaf_least, leaf_most; /* their sizes in bytes */
};
int smmu_dump_ranges(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		     int (*visit)(void *ctx, const struct smmu_dump_range *range), void *ctx);
/* "rw", "r-x", "rw (privileged rw)" into text of 40 bytes. */
const char *smmu_dump_access(char *text, unsigned perm);

#endif
