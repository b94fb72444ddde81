/*
 * What is odd about the registers that a system file gives: bits that are
 * RES0, encodings that are reserved, bases that are not aligned, structures
 * where no memory is.  All of it is legal to load, and means what the
 * architecture says it means, so all of it is a warning.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_CHECK_H
#define SMMU_COMPILE_CHECK_H

#include "mem/mem.h"
#include "sys/sys.h"

/* mem is the memory of the system, NULL when it could not be had. */
void smmu_compile_check(const struct smmu_sys *sys, const struct smmu_mem *mem,
			struct smmu_diag *diag);

#endif
