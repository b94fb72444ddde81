/*
 * The JSONL side of source.h.
 *
 * Threading: as source.h.
 */
#ifndef SMMU_EXPLAIN_SOURCE_PRIV_H
#define SMMU_EXPLAIN_SOURCE_PRIV_H

#include "explain/source.h"

int source_read_jsonl(struct smmu_in *in, smmu_log_visit *visit, void *ctx, struct smmu_diag *diag);

#endif
