/*
 * What was built, as files: DIR/system.yaml (captured level, loadable as it
 * is), DIR/manifest.json and one raw file a region.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_WRITE_H
#define SMMU_COMPILE_WRITE_H

#include "compile/build.h"

/*
 * dir is made when it does not exist.  One that holds anything but an earlier
 * result is refused (SMMU_E_CONFLICT) unless force; what is not the result of
 * a build is never replaced or removed, nor is what was read for this one.
 * mem holds what smmu_build_init wrote.
 */
int smmu_build_write(const struct smmu_build *build, const struct smmu_mem *mem,
		     const struct smmu_sys *sys, const char *dir, bool force,
		     struct smmu_diag *diag);

/* Name of the file of a region, in text of 32 bytes: "mem-90000000.bin". */
const char *smmu_build_file_name(char *text, const struct smmu_build_region *region);

#endif
