#include "compile/keep_priv.h"

#include "base/text.h"

void keep_device_name(struct smmu_emit *emit, const struct smmu_sys_info *info,
		      const struct smmu_sys_device *device)
{
	char bdf[24];

	smmu_emit_str(emit, "name", device->name.v);
	smmu_emit_str(emit, "smmu", info->smmus[device->smmu.index].name);
	if (smmu_sys_given(device->bdf.at))
		smmu_emit_str(emit, "bdf", smmu_format_bdf(bdf, (uint32_t)device->bdf.v));
}

void keep_device(struct smmu_emit *emit, const struct smmu_sys_info *info,
		 const struct smmu_sys_device *device)
{
	keep_device_name(emit, info, device);
	smmu_emit_array(emit, "streams");
	for (size_t i = 0; i < device->streams_count; i++) {
		const struct smmu_sys_streams *run = &device->streams[i];

		if (run->count.v == 1) {
			smmu_emit_hex(emit, NULL, run->first.v, 0);
			continue;
		}
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "first", run->first.v, 0);
		smmu_emit_uint(emit, "count", run->count.v);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

uint64_t keep_lowest_stream(const struct smmu_sys_device *device)
{
	uint64_t lowest = UINT64_MAX;

	for (size_t i = 0; i < device->streams_count; i++)
		if (device->streams[i].first.v < lowest)
			lowest = device->streams[i].first.v;
	return lowest;
}
