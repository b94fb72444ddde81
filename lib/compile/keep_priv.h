/*
 * Devices of a system file, for a file made from it: no table holds whose a
 * stream is.
 *
 * Threading: one thread at a time per emit.
 */
#ifndef SMMU_COMPILE_KEEP_PRIV_H
#define SMMU_COMPILE_KEEP_PRIV_H

#include "base/emit.h"
#include "sys/sys.h"

/* The keys name, smmu and bdf of a device. */
void keep_device_name(struct smmu_emit *emit, const struct smmu_sys_info *info,
		      const struct smmu_sys_device *device);
/* And streams: of an object that the caller opens and ends. */
void keep_device(struct smmu_emit *emit, const struct smmu_sys_info *info,
		 const struct smmu_sys_device *device);
/* UINT64_MAX where it has none. */
uint64_t keep_lowest_stream(const struct smmu_sys_device *device);

#endif
