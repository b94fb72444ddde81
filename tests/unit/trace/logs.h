/* Logs in tests: their records as lines of text. */
#ifndef TESTS_TRACE_LOGS_H
#define TESTS_TRACE_LOGS_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/reader.h"

struct told {
	char records[4096], reports[2048];
	size_t count, expected; /* records; of these with a pa, or of op access */
	uint64_t skipped, passed;
};

static inline void add(char *text, size_t size, const char *more)
{
	strncat(text, more, size - strlen(text) - 1);
}

static inline void hear(void *ctx, const struct smmu_diag_record *record)
{
	struct told *told = ctx;
	char text[300];

	snprintf(text, sizeof(text), "%u:%u %s\n", record->at ? record->at->line : 0,
		 record->at ? record->at->col : 0, record->message);
	add(told->reports, sizeof(told->reports), text);
}

/* "OP STREAM ADDRESS SIZE ACCESS PA TIME DATA\n", - for what is not given. */
static inline void tell(struct told *told, const struct smmu_record *r)
{
	static const char *const ops[] = {
		[SMMU_OP_ACCESS] = "access",   [SMMU_OP_ATS_REQUEST] = "ats-request",
		[SMMU_OP_COMMAND] = "command", [SMMU_OP_MMIO] = "mmio",
		[SMMU_OP_MAP] = "map",	       [SMMU_OP_UNMAP] = "unmap"};
	char text[300], pa[24] = "-", stream[16] = "-", time[24] = "-";

	if (r->has_expected_pa)
		snprintf(pa, sizeof(pa), "%" PRIx64, r->expected_pa);
	if (r->has_stream)
		snprintf(stream, sizeof(stream), "%x", r->txn.stream);
	if (r->has_time)
		snprintf(time, sizeof(time), "%" PRIu64, r->time_ns);
	snprintf(text, sizeof(text), "%s %s %" PRIx64 " %" PRIx64 " %s%s%s %s %s %s\n", ops[r->op],
		 stream, r->txn.address, r->txn.size, r->txn.read ? "r" : "",
		 r->txn.write ? "w" : "", r->has_access ? "" : "-", pa, time,
		 r->data ? r->data : "-");
	add(told->records, sizeof(told->records), text);
}

static inline void read_log(struct told *told, struct smmu_in *in, size_t batch)
{
	struct smmu_diag diag = {.report = hear, .ctx = told};
	struct smmu_record records[64];
	struct smmu_trace *trace;
	size_t count;

	*told = (struct told){.count = 0};
	cr_assert_eq(smmu_trace_open(&trace, in, NULL, &diag), 0, "%s", told->reports);
	while (!smmu_trace_next(&count, trace, records, batch, &diag) && count) {
		told->count += count;
		for (size_t i = 0; i < count; i++) {
			told->expected +=
				records[i].op == SMMU_OP_ACCESS && records[i].has_expected_pa;
			tell(told, &records[i]);
		}
	}
	told->skipped = smmu_trace_skipped(trace);
	told->passed = smmu_trace_passed(trace);
	smmu_trace_close(trace);
	smmu_in_close(in);
}

static inline void read_text(struct told *told, const char *text, size_t batch)
{
	struct smmu_in *in;

	cr_assert_eq(smmu_in_open_memory(&in, "log", text, strlen(text)), 0);
	read_log(told, in, batch);
}

static inline void read_oracle(struct told *told, const char *name)
{
	struct smmu_diag diag = {.report = NULL};
	const char *oracles = getenv("ORACLES");
	char path[1024];
	struct smmu_in *in;

	snprintf(path, sizeof(path), "%s/%s", oracles ? oracles : "../shared/data", name);
	cr_assert_eq(smmu_in_open(&in, path, &diag), 0, "%s", path);
	read_log(told, in, 64);
}

#endif
