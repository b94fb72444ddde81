/*
 * Sentences about what is wrong, on their way to who asked.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_SPEC_PROBLEM_PRIV_H
#define SMMU_SPEC_PROBLEM_PRIV_H

#include <stddef.h>

#include "base/compiler.h"

struct smmu_problems {
	void (*say)(void *ctx, const char *sentence); /* NULL: they are counted only */
	void *ctx;
	size_t count;
};

/* One more. */
void smmu_problem(struct smmu_problems *p, const char *format, ...) SMMU_PRINTF(2, 3);

#endif
