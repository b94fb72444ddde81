/* Traces that others wrote: every line is read, one record for each answer that goes with it. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/reader.h"

static void complain(void *ctx, const struct smmu_diag_record *record)
{
	const struct smmu_place *at = record->at;

	(void)ctx;
	cr_expect(false, "%s:%u: %s", at ? at->file : "?", at ? at->line : 0, record->message);
}

static size_t records_of(const char *path)
{
	struct smmu_diag diag = {.report = complain};
	struct smmu_record records[64];
	struct smmu_trace *trace;
	struct smmu_in *in;
	size_t count, total = 0;

	cr_assert_eq(smmu_in_open(&in, path, &diag), 0);
	cr_assert_eq(smmu_trace_open(&trace, in, NULL, &diag), 0);
	while (!smmu_trace_next(&count, trace, records, SMMU_LEN(records), &diag) && count)
		total += count;
	cr_expect_eq(smmu_trace_skipped(trace), 0);
	smmu_trace_close(trace);
	smmu_in_close(in);
	return total;
}

static size_t lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t lines = 0;

	cr_assert_not_null(file, "%s", path);
	for (int c; (c = getc(file)) != EOF;)
		lines += c == '\n';
	fclose(file);
	return lines;
}

Test(trace_oracles, one_record_for_each_answer)
{
	static const char *const patterns[] = {"linux-*", "qemu/*", "sequence-samples/*/*"};
	const char *oracles = getenv("ORACLES");

	if (!oracles)
		oracles = "../shared/data";
	for (size_t i = 0; i < SMMU_LEN(patterns); i++) {
		char pattern[1024], expected[1024];
		glob_t found;

		snprintf(pattern, sizeof(pattern), "%s/%s/trace.csv", oracles, patterns[i]);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			int folder = (int)(strlen(found.gl_pathv[k]) - strlen("trace.csv"));

			snprintf(expected, sizeof(expected), "%.*sexpected.jsonl", folder,
				 found.gl_pathv[k]);
			cr_expect_eq(records_of(found.gl_pathv[k]), lines_of(expected), "%s",
				     found.gl_pathv[k]);
		}
		globfree(&found);
	}
}

Test(trace_oracles, a_trace_in_gzip)
{
	const char *oracles = getenv("ORACLES");
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/linux-6.1.176-strict/dma-all.csv.gz",
		 oracles ? oracles : "../shared/data");
	file = fopen(path, "r");
	if (!file)
		return;
	fclose(file);
	cr_expect_gt(records_of(path), 10000);
}
