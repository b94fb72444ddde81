/* Devices of a system file. */
#include "devices.h"

#include <string.h>

#include "base/text.h"

static bool is_called(const struct smmu_sys_device *device, const char *name, const uint32_t *bdf)
{
	if (device->streams_count == 0)
		return false;
	if (device->name.v && !strcmp(device->name.v, name))
		return true;
	return bdf && smmu_sys_given(device->bdf.at) && device->bdf.v == *bdf;
}

int cli_device_find(const struct smmu_sys_device **device, uint32_t *stream,
		    const struct smmu_sys *sys, const char *name, struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	const char *near = NULL;
	uint32_t bdf;
	bool has_bdf = smmu_parse_bdf(&bdf, name, strlen(name)) == 0;

	*device = NULL;
	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *one = &info->devices[i];

		if (is_called(one, name, has_bdf ? &bdf : NULL)) {
			*device = one;
			*stream = (uint32_t)one->streams[0].first.v;
			return 0;
		}
		if (one->name.v && !near)
			near = smmu_nearest(name, strlen(name), &one->name.v, 1);
	}
	if (has_bdf) {
		*stream = bdf;
		return 0;
	}
	smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN, "the system file has no device \"%s\"", name);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	return SMMU_E_UNKNOWN;
}

bool cli_device_has(const struct smmu_sys_device *device, const struct smmu_sys *sys,
		    const char *smmu, uint32_t stream)
{
	size_t own = device->smmu.index;

	return !strcmp(smmu_sys_info(sys)->smmus[own].name, smmu) &&
	       smmu_sys_has_stream(device, own, stream);
}

const char *cli_device_of(const struct smmu_sys *sys, const char *smmu, uint32_t stream)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);

	for (size_t i = 0; i < info->devices_count; i++)
		if (cli_device_has(&info->devices[i], sys, smmu, stream))
			return info->devices[i].name.v;
	return NULL;
}
