/* What the tests of base share: a sink that keeps messages, gzip by zlib itself, files. */
#ifndef TEST_BASE_HELPER_H
#define TEST_BASE_HELPER_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/diag.h"
#include "base/emit.h"

struct sink {
	struct smmu_diag diag;
	char text[512]; /* "file:line: message" of the last record */
	int code;
};

static inline void sink_report(void *ctx, const struct smmu_diag_record *record)
{
	struct sink *sink = ctx;
	const struct smmu_place *at = record->at;

	sink->code = record->code;
	snprintf(sink->text, sizeof(sink->text), "%s:%u: %s", at ? at->file : "", at ? at->line : 0,
		 record->message);
}

static inline void sink_init(struct sink *sink)
{
	*sink = (struct sink){.diag = {.report = sink_report, .ctx = sink}};
}

/* One gzip member of size bytes; returns its size. */
static inline size_t gzip(void *packed, size_t room, const void *bytes, size_t size)
{
	z_stream z = {0};
	size_t made;

	cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (z_const Bytef *)bytes;
	z.avail_in = (uInt)size;
	z.next_out = packed;
	z.avail_out = (uInt)room;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	made = room - z.avail_out;
	deflateEnd(&z);
	return made;
}

/* A new file in /tmp with these bytes and this ending; path holds 64. */
static inline void make_file(char *path, const char *ending, const void *bytes, size_t size)
{
	FILE *f;
	int fd;

	snprintf(path, 64, "/tmp/smmu-test-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	close(fd);
	unlink(path);
	strncat(path, ending, 63 - strlen(path));
	f = fopen(path, "wb");
	cr_assert_not_null(f);
	cr_assert_eq(fwrite(bytes, 1, size, f), size);
	fclose(f);
}

/* What fn describes, in a format; owned. */
static inline char *render(const struct smmu_emit_options *options,
			   void (*fn)(struct smmu_emit *emit))
{
	struct smmu_emit *emit;
	struct smmu_out *out;
	const char *bytes;
	char *copy;
	size_t size;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, options), 0);
	fn(emit);
	cr_expect_eq(smmu_emit_free(emit), 0);
	bytes = smmu_out_memory(out, &size);
	copy = malloc(size + 1);
	cr_assert_not_null(copy);
	memcpy(copy, bytes, size + 1);
	cr_expect_eq(smmu_out_close(out), 0);
	return copy;
}

static inline void expect_render(const char *row, const struct smmu_emit_options *options,
				 void (*fn)(struct smmu_emit *emit), const char *want)
{
	char *got = render(options, fn);

	cr_expect_str_eq(got, want, "%s:\n%s", row, got);
	free(got);
}

#endif
