/*
 * StreamIDs and the devices behind them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "explain/explain_priv.h"

size_t explain_each_device(const struct smmu_explain_options *options, size_t smmu, uint32_t stream,
			   void (*visit)(void *ctx, const struct smmu_sys_device *device),
			   void *ctx)
{
	const struct smmu_sys_info *sys = options->sys;
	size_t count = 0;

	for (size_t i = 0; sys && i < sys->devices_count; i++) {
		if (!smmu_sys_has_stream(&sys->devices[i], smmu, stream))
			continue;
		count++;
		if (visit)
			visit(ctx, &sys->devices[i]);
	}
	return count;
}

static void add_name(void *ctx, const struct smmu_sys_device *device)
{
	struct smmu_buf *text = ctx;
	char bdf[24];

	smmu_buf_printf(text, "%s%s", text->size ? ", " : "",
			device->name.v ? device->name.v : "a device without name");
	if (smmu_sys_given(device->bdf.at)) {
		smmu_format_bdf(bdf, (uint32_t)device->bdf.v);
		smmu_buf_printf(text, " at %s", bdf);
	}
}

void explain_devices(struct smmu_buf *text, const struct smmu_explain_options *options, size_t smmu,
		     uint32_t stream)
{
	size_t count;
	char bdf[24];

	smmu_buf_clear(text);
	count = explain_each_device(options, smmu, stream, add_name, text);
	smmu_format_bdf(bdf, stream);
	if (count > 1)
		smmu_buf_printf(text, ", which share it");
	else if (!count && options->sys && options->sys->devices_count)
		smmu_buf_printf(text, "no device of the system has it; %s if it is a Requester ID",
				bdf);
	else if (!count)
		smmu_buf_printf(text, "%s if it is a Requester ID", bdf);
}

/* Of those that share a stream one is attached. */
static void take_device(void *ctx, const struct smmu_sys_device *device)
{
	const struct smmu_sys_device **first = ctx;

	if (!*first && !smmu_sys_names_only(device))
		*first = device;
}

const char *explain_domain(const struct smmu_explain_options *options,
			   const struct explain_verdict *verdict)
{
	const struct smmu_sys_device *device = NULL;
	const struct smmu_txn *txn = &verdict->txn;

	explain_each_device(options, verdict->smmu, txn->stream, take_device, &device);
	if (!device)
		return NULL;
	if (verdict->result.blame.stage == 2)
		return device->stage2.name;
	for (size_t i = 0; txn->ssv && i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		if (txn->substream >= sub->first.v &&
		    txn->substream - sub->first.v < (sub->count.v ? sub->count.v : 1))
			return sub->stage1.name;
	}
	return device->stage1.name;
}
