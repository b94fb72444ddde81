/*
 * What a set of identification registers says of an SMMU, of which some may
 * not be known, and where it contradicts the architecture.  IHI 0070 G.b 2 and
 * 6.3.1 to 6.3.8.
 *
 * regs and given are arrays of SMMU_REG_COUNT: values, and which are known.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_IDS_H
#define SMMU_SPEC_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/emit.h"
#include "spec/features.h"
#include "spec/reg.h"

enum smmu_feature_state { SMMU_FEATURE_ABSENT, SMMU_FEATURE_PRESENT, SMMU_FEATURE_UNKNOWN };

/* UNKNOWN: it depends on a register that is not known, or no field advertises it. */
enum smmu_feature_state smmu_feature_state(const struct smmu_feature *feature, const uint64_t *regs,
					   const bool *given);

/*
 * Contradictions that hold whatever the unknown registers say: reserved
 * encodings, RES0 bits, sizes out of range, features that are missing, too new
 * for AIDR or without what they need.  say is called once a sentence, which it
 * must copy; it may be NULL.  Returns how many there are.
 */
size_t smmu_ids_problems(const uint64_t *regs, const bool *given,
			 void (*say)(void *ctx, const char *sentence), void *ctx);

/*
 * The object "limits": version, stages, formats, granules, sizes of addresses,
 * IDs and queues, and behaviour; only what the known registers say.
 */
void smmu_ids_emit_limits(struct smmu_emit *emit, const uint64_t *regs, const bool *given);

/*
 * The mask of features that the Linux driver prints when it probes an SMMU
 * ("features 0x001c1eaf"): each bit, and what stands behind it.
 */
struct smmu_linux_feature {
	unsigned bit;
	const char *name;    /* of the driver's, without prefix */
	const char *field;   /* "SMMU_IDR0.COHACC" */
	const char *present; /* what a set bit means */
	const char *absent;  /* what a clear bit means */
};
/* Bits by rising number; returns how many. */
size_t smmu_linux_features(const struct smmu_linux_feature **features);

#endif
