/*
 * features: of an SMMU, and the identification registers that they stand for.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SYS_FEATURES_PRIV_H
#define SMMU_SYS_FEATURES_PRIV_H

#include "sys/reader_priv.h"

enum smmu_feature {
#define BOOL(id, ...) SMMU_FEATURE_##id,
#define NUM(id, ...)  SMMU_FEATURE_##id,
#define WORD(id, ...) SMMU_FEATURE_##id,
#define MANY(id, ...) SMMU_FEATURE_##id,
#include "sys/feature.def"
	SMMU_FEATURE_COUNT,
};

struct smmu_features {
	struct smmu_mark at;
	struct smmu_sys_u64 architecture;	       /* minor version */
	struct smmu_sys_u64 stages;		       /* bit n: stage n + 1 */
	struct smmu_sys_u64 granules;		       /* bit n: enum smmu_granule n */
	struct smmu_sys_u64 value[SMMU_FEATURE_COUNT]; /* as in the identification field */
};

extern const struct smmu_object smmu_features_object;

/* Sets every identification register in regs; the others are left alone. */
void smmu_features_apply(const struct smmu_features *given, uint64_t *regs);

#endif
