/*
 * Any bytes as a trace, in every format: records or a clear error.  Read in
 * parts, the plain way first and then from the beginning, a trace is the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "trace/reader.h"

/* What a trace came to. */
struct sum {
	uint64_t records, skipped, hash;
	unsigned errors, warnings;
	int error;
};

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	if (!record->message)
		abort();
}

static void add(struct sum *sum, const struct smmu_record *record)
{
	const uint64_t said[] = {record->op,	   record->line,	record->time_ns,
				 record->smmu,	   record->txn.address, record->txn.stream,
				 record->txn.size, record->data_size};

	for (size_t i = 0; i < SMMU_LEN(said); i++)
		sum->hash = (sum->hash ^ said[i]) * UINT64_C(0x100000001b3);
	sum->records++;
}

static int read_to_end(struct sum *sum, struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_record records[16];
	size_t count;
	int error;

	do {
		error = smmu_trace_next(&count, trace, records, SMMU_LEN(records), diag);
		for (size_t i = 0; i < count; i++)
			add(sum, &records[i]);
	} while (count && !error);
	return error;
}

static void read_plain(struct smmu_trace *part)
{
	struct smmu_record records[16];
	size_t count;

	do
		smmu_trace_next_plain(&count, part, records, SMMU_LEN(records));
	while (count);
}

static int read_parts(struct sum *sum, struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_trace_before before = {.lines = 0};
	struct smmu_trace *part;
	int error = smmu_trace_part_new(&part, trace);

	while (!error && (error = smmu_trace_take_part(part, trace, diag)) > 0) {
		read_plain(part);
		smmu_trace_restart(part, &before);
		error = read_to_end(sum, part, diag);
		smmu_trace_add_before(&before, part);
	}
	smmu_trace_close(part);
	sum->skipped = before.skipped;
	return error;
}

static struct sum read_all(const uint8_t *data, size_t size,
			   const struct smmu_trace_options *options, bool parts)
{
	struct smmu_diag diag = {.report = ignore};
	struct smmu_trace *trace = NULL;
	struct smmu_in *in = NULL;
	struct sum sum = {.hash = 0};

	if (smmu_in_open_memory(&in, "fuzz", data, size))
		return sum;
	sum.error = smmu_trace_open(&trace, in, options, &diag);
	if (!sum.error && parts && smmu_trace_has_parts(trace)) {
		sum.error = read_parts(&sum, trace, &diag);
	} else if (!sum.error) {
		sum.error = read_to_end(&sum, trace, &diag);
		sum.skipped = smmu_trace_skipped(trace);
	}
	sum.errors = diag.errors;
	sum.warnings = diag.warnings;
	smmu_trace_close(trace);
	smmu_in_close(in);
	return sum;
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

	for (size_t i = 0; i < SMMU_LEN(options); i++) {
		struct sum whole = read_all(data, size, &options[i], false);
		struct sum parts = read_all(data, size, &options[i], true);

		if (whole.records != parts.records || whole.hash != parts.hash ||
		    whole.skipped != parts.skipped || whole.error != parts.error ||
		    whole.errors != parts.errors || whole.warnings != parts.warnings)
			abort();
	}
	return 0;
}
