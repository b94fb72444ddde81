/*
 * Devices of a system file, by name, PCI address and stream.
 *
 * Threading: immutable.
 */
#ifndef CLI_DEVICES_H
#define CLI_DEVICES_H

#include "sys/sys.h"

/*
 * The device of that name or PCI address, and its first stream.  Where the
 * system names none, a PCI address is a StreamID (IHI 0070 3.2) and *device is
 * NULL.  What is neither is reported.
 */
int cli_device_find(const struct smmu_sys_device **device, uint32_t *stream,
		    const struct smmu_sys *sys, const char *name, struct smmu_diag *diag);
/* Whether a stream of an SMMU of that name is the device's. */
bool cli_device_has(const struct smmu_sys_device *device, const struct smmu_sys *sys,
		    const char *smmu, uint32_t stream);
/* The name of the device that a stream belongs to; NULL when it has none. */
const char *cli_device_of(const struct smmu_sys *sys, const char *smmu, uint32_t stream);

#endif
