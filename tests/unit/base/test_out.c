#include "base/out.h"

#include <fcntl.h>
#include <signal.h>

#include "base/compiler.h"
#include "base/in.h"
#include "helper.h"

/* Writes what the tests below expect, by every way there is to write. */
static void write_sample(struct smmu_out *out)
{
	static char large[200000];

	memset(large, 'L', sizeof(large));
	smmu_out_puts(out, "puts ");
	smmu_out_write(out, "a\0b", 3);
	smmu_out_write(out, "", 0);
	smmu_out_printf(out, " %d %s\n", 42, "printf");
	smmu_out_write(out, large, sizeof(large));
	smmu_out_printf(out, "%.*s\n", (int)sizeof(large), large);
	for (int i = 0; i < 100000; i++) {
		memcpy(smmu_out_reserve(out, SMMU_OUT_RESERVE), "reserved\n", 9);
		smmu_out_commit(out, 9);
	}
}

static void expect_sample(const char *bytes, size_t size)
{
	cr_assert_eq(size, 19 + 200000 + 200001 + 900000, "%zu bytes", size);
	cr_expect_arr_eq(bytes, "puts a\0b 42 printf\nLLL", 22);
	cr_expect_eq(bytes[19 + 400000], '\n');
	for (size_t i = 0; i < 100000; i++)
		cr_assert_arr_eq(bytes + 19 + 400001 + 9 * i, "reserved\n", 9);
}

Test(out, memory)
{
	struct smmu_out *out;
	const char *bytes;
	size_t size;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	bytes = smmu_out_memory(out, &size);
	cr_expect_eq(size, 0);
	cr_expect_str_eq(bytes, "");
	write_sample(out);
	bytes = smmu_out_memory(out, &size);
	expect_sample(bytes, size);
	cr_expect_eq(bytes[size], '\0');
	cr_expect_eq(smmu_out_flush(out), 0);
	cr_expect_eq(smmu_out_close(out), 0);
	cr_expect_eq(smmu_out_close(NULL), 0);
}

Test(out, files_plain_and_gzip)
{
	static const char *const endings[] = {".bin", ".gz"};

	for (size_t i = 0; i < SMMU_LEN(endings); i++) {
		char path[64];
		unsigned char magic[2] = {0};
		struct smmu_out *out;
		size_t size;
		void *got;
		FILE *f;

		make_file(path, endings[i], "old content", 11);
		cr_assert_eq(smmu_out_open(&out, path, NULL), 0);
		cr_expect_str_eq(smmu_out_name(out), path);
		write_sample(out);
		cr_expect_eq(smmu_out_finish(out, NULL), 0);
		cr_expect_eq(smmu_out_close(out), 0);
		f = fopen(path, "rb");
		cr_assert_not_null(f);
		cr_assert_eq(fread(magic, 1, 2, f), 2);
		fclose(f);
		cr_expect_eq(magic[0] == 0x1f && magic[1] == 0x8b, i == 1);
		cr_assert_eq(smmu_in_load(&got, &size, path, 10000000, NULL), 0);
		expect_sample(got, size);
		free(got);
		unlink(path);
	}
}

Test(out, gzip_is_the_same_each_time)
{
	void *first, *second;
	size_t sizes[2];

	for (int i = 0; i < 2; i++) {
		struct smmu_out *out;
		char path[64], plain[64];

		make_file(path, ".gz", "", 0);
		cr_assert_eq(smmu_out_open(&out, path, NULL), 0);
		smmu_out_puts(out, "same");
		cr_assert_eq(smmu_out_close(out), 0);
		/* Read as stored, under a name and a first byte that hide the magic. */
		FILE *f = fopen(path, "r+b");

		cr_assert_not_null(f);
		fputc('x', f);
		fclose(f);
		snprintf(plain, sizeof(plain), "%.*s", (int)strlen(path) - 3, path);
		cr_assert_eq(rename(path, plain), 0);
		cr_assert_eq(smmu_in_load(i ? &second : &first, &sizes[i], plain, 1000, NULL), 0);
		unlink(plain);
	}
	cr_assert_eq(sizes[0], sizes[1]);
	cr_expect_arr_eq(first, second, sizes[0]);
	free(first);
	free(second);
}

Test(out, empty_gzip_is_valid)
{
	struct smmu_out *out;
	char path[64];
	size_t size;
	void *got;

	make_file(path, ".gz", "", 0);
	cr_assert_eq(smmu_out_open(&out, path, NULL), 0);
	cr_expect_eq(smmu_out_close(out), 0);
	cr_expect_eq(smmu_in_load(&got, &size, path, 10, NULL), 0);
	cr_expect_eq(size, 0);
	free(got);
	unlink(path);
}

Test(out, flush_reaches_the_file)
{
	static const char *const endings[] = {"", ".gz"};

	for (size_t i = 0; i < SMMU_LEN(endings); i++) {
		struct smmu_out *out;
		struct smmu_in *in;
		const char *line;
		char path[64];
		size_t size;

		make_file(path, endings[i], "", 0);
		cr_assert_eq(smmu_out_open(&out, path, NULL), 0);
		smmu_out_puts(out, "line\n");
		cr_expect_eq(smmu_out_flush(out), 0);
		cr_assert_eq(smmu_in_open(&in, path, NULL), 0);
		cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 1);
		cr_expect_str_eq(line, "line");
		smmu_in_close(in);
		cr_expect_eq(smmu_out_close(out), 0);
		unlink(path);
	}
}

Test(out, errors)
{
	struct smmu_out *out;
	struct sink sink;

	sink_init(&sink);
	cr_expect_eq(smmu_out_open(&out, "/nowhere/x.gz", &sink.diag), SMMU_E_IO);
	cr_expect_null(out);
	cr_expect_str_eq(sink.text, "/nowhere/x.gz:0: cannot create: No such file or directory");

	cr_assert_eq(smmu_out_open(&out, "/dev/full", &sink.diag), 0);
	write_sample(out);
	cr_expect_eq(smmu_out_error(out), SMMU_E_IO);
	cr_expect_not(smmu_out_is_broken_pipe(out));
	cr_expect_eq(smmu_out_flush(out), SMMU_E_IO);
	cr_expect_eq(smmu_out_finish(out, &sink.diag), SMMU_E_IO);
	cr_expect_str_eq(sink.text, "/dev/full:0: cannot write: No space left on device");
	cr_expect_eq(smmu_out_close(out), SMMU_E_IO);
}

Test(out, error_shows_at_close_at_the_latest)
{
	struct smmu_out *out;

	cr_assert_eq(smmu_out_open(&out, "/dev/full", NULL), 0);
	smmu_out_puts(out, "x");
	cr_expect_eq(smmu_out_error(out), 0);
	cr_expect_eq(smmu_out_close(out), SMMU_E_IO);
}

Test(out, broken_pipe_is_quiet)
{
	struct smmu_out *out;
	struct sink sink;
	int ends[2];

	sink_init(&sink);
	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(ends), 0);
	close(ends[0]);
	cr_assert_eq(dup2(ends[1], 1), 1);
	cr_assert_eq(smmu_out_open(&out, "-", &sink.diag), 0);
	cr_expect_str_eq(smmu_out_name(out), "<stdout>");
	smmu_out_puts(out, "x");
	cr_expect_eq(smmu_out_flush(out), SMMU_E_IO);
	cr_expect(smmu_out_is_broken_pipe(out));
	cr_expect_eq(smmu_out_finish(out, &sink.diag), SMMU_E_IO);
	cr_expect_eq(sink.diag.errors, 0);
	smmu_out_close(out);
}
