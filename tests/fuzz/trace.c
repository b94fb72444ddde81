/* Any bytes as a trace, in every format: records or a clear error. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "trace/reader.h"

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	if (!record->message)
		abort();
}

static void read_all(const uint8_t *data, size_t size, const struct smmu_trace_options *options)
{
	struct smmu_diag diag = {.report = ignore};
	struct smmu_record records[16];
	struct smmu_trace *trace = NULL;
	struct smmu_in *in = NULL;
	size_t count = 0;

	if (smmu_in_open_memory(&in, "fuzz", data, size))
		return;
	if (smmu_trace_open(&trace, in, options, &diag) == 0) {
		while (smmu_trace_next(&count, trace, records, SMMU_LEN(records), &diag) == 0 &&
		       count > 0)
			;
	}
	smmu_trace_close(trace);
	smmu_in_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct smmu_trace_options options[] = {
		{.format = SMMU_TRACE_AUTO},  {.format = SMMU_TRACE_CSV, .strict = true},
		{.format = SMMU_TRACE_JSONL}, {.format = SMMU_TRACE_FTRACE},
		{.format = SMMU_TRACE_QEMU},  {.format = SMMU_TRACE_GEM5},
		{.format = SMMU_TRACE_FVP},
	};

	for (size_t i = 0; i < SMMU_LEN(options); i++)
		read_all(data, size, &options[i]);
	return 0;
}
