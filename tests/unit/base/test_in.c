#include "base/in.h"

#include "base/compiler.h"
#include "helper.h"

#define MIB ((size_t)1024 * 1024)

Test(in, lines)
{
	/* Lines are shown with | behind each, NUL bytes as 0. */
	static const struct {
		const char *row, *bytes;
		size_t size;
		const char *want;
	} rows[] = {
		{"empty input", "", 0, ""},
		{"one empty line", "\n", 1, "|"},
		{"no end", "a", 1, "a|"},
		{"an end", "a\n", 2, "a|"},
		{"CR-LF", "a\r\nbc\r\n", 7, "a|bc|"},
		{"CR at the end of input", "a\r", 2, "a|"},
		{"CR inside stays", "a\rb\r\r\n", 6, "a\rb\r|"},
		{"only CR-LF", "\r\n\r\n", 4, "||"},
		{"NUL bytes", "a\0b\n\0\n", 6, "a0b|0|"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char got[64] = "";
		size_t n = 0, size;
		struct smmu_in *in;
		const char *line;
		uint32_t number = 0;

		cr_assert_eq(smmu_in_open_memory(&in, "m", rows[i].bytes, rows[i].size), 0);
		while (smmu_in_line(&line, &size, in, NULL) == 1) {
			cr_expect_eq(smmu_in_line_number(in), ++number);
			cr_expect_eq(line[size], '\0');
			for (size_t k = 0; k < size; k++)
				got[n++] = line[k] ? line[k] : '0';
			got[n++] = '|';
		}
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].row, got);
		smmu_in_close(in);
	}
}

/* A line of length x, its end, and "next"; what smmu_in_line makes of both. */
static void try_long_line(size_t length, const char *end, int want)
{
	size_t end_size = strlen(end), size;
	char *bytes = malloc(length + end_size + 5);
	struct sink sink;
	struct smmu_in *in;
	const char *line;
	int got;

	cr_assert_not_null(bytes);
	memset(bytes, 'x', length);
	memcpy(bytes + length, end, end_size);
	memcpy(bytes + length + end_size, "next", 5);
	sink_init(&sink);
	cr_assert_eq(smmu_in_open_memory(&in, "m", bytes, length + end_size + 4), 0);
	got = smmu_in_line(&line, &size, in, &sink.diag);
	cr_expect_eq(got, want, "%zu bytes: %d", length, got);
	if (got == 1)
		cr_expect_eq(size, length);
	else
		cr_expect_str_eq(sink.text, "m:1: the line is longer than 1 MiB");
	cr_expect_eq(sink.diag.errors, want < 0);
	cr_expect_eq(smmu_in_line(&line, &size, in, &sink.diag), 1, "after %zu bytes", length);
	cr_expect_str_eq(line, "next");
	cr_expect_eq(smmu_in_line_number(in), 2);
	cr_expect_eq(smmu_in_line(&line, &size, in, &sink.diag), 0);
	smmu_in_close(in);
	free(bytes);
}

Test(in, lines_at_the_limit)
{
	static const struct {
		size_t length;
		int want;
	} rows[] = {
		{65534, 1},
		{65535, 1},
		{65536, 1},
		{65537, 1},
		{131072, 1},
		{MIB - 1, 1},
		{MIB, 1},
		{MIB + 1, SMMU_E_LIMIT},
		{MIB + 2, SMMU_E_LIMIT},
		{2 * MIB, SMMU_E_LIMIT},
		{5 * MIB, SMMU_E_LIMIT},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		try_long_line(rows[i].length, "\n", rows[i].want);
		try_long_line(rows[i].length, "\r\n", rows[i].want);
	}
}

Test(in, line_too_long_without_end)
{
	char *bytes = malloc(3 * MIB);
	struct smmu_in *in;
	const char *line;
	size_t size;

	cr_assert_not_null(bytes);
	memset(bytes, 'x', 3 * MIB);
	cr_assert_eq(smmu_in_open_memory(&in, "m", bytes, 3 * MIB), 0);
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), SMMU_E_LIMIT);
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 0);
	smmu_in_close(in);
	free(bytes);
}

Test(in, peek_takes_nothing)
{
	static const char text[] = "first\nsecond\n";
	struct smmu_in *in;
	const void *seen;
	const char *line;
	char byte;
	size_t size;

	cr_assert_eq(smmu_in_open_memory(&in, "m", text, sizeof(text) - 1), 0);
	for (int i = 0; i < 2; i++) {
		seen = smmu_in_peek(&size, in, NULL);
		cr_expect_eq(size, sizeof(text) - 1);
		cr_expect_arr_eq(seen, text, size);
	}
	cr_expect_eq(smmu_in_read(&size, in, &byte, 1, NULL), 0);
	cr_expect_eq(byte, 'f');
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 1);
	cr_expect_str_eq(line, "irst");
	seen = smmu_in_peek(&size, in, NULL);
	cr_expect_arr_eq(seen, "second\n", size);
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 1);
	cr_expect_null(smmu_in_peek(&size, in, NULL));
	cr_expect_eq(size, 0);
	smmu_in_close(in);
}

Test(in, peek_is_whole_or_4096)
{
	char *bytes = calloc(1, 100000);
	struct smmu_in *in;
	size_t size;

	cr_assert_eq(smmu_in_open_memory(&in, "m", bytes, 100000), 0);
	smmu_in_peek(&size, in, NULL);
	cr_expect_eq(size, 4096);
	smmu_in_close(in);
	free(bytes);
}

/* Reads all, in pieces of step bytes; the code that ended it. */
static int read_all(char *bytes, size_t *size, struct smmu_in *in, size_t step, struct sink *sink)
{
	size_t got;
	int err;

	*size = 0;
	do {
		err = smmu_in_read(&got, in, bytes + *size, step, &sink->diag);
		*size += got;
	} while (!err && got);
	return err;
}

/* Text that deflate cannot make tiny. */
static size_t make_text(char *text, size_t room)
{
	size_t size = 0;
	uint32_t x = 1;

	while (size + 16 < room) {
		x = x * 1664525 + 1013904223;
		size += (size_t)snprintf(text + size, 16, "%x\n", x);
	}
	return size;
}

Test(in, gzip_cut_at_every_byte)
{
	char text[2000], packed[3000], got[2100];
	size_t text_size = make_text(text, sizeof(text)), size;
	size_t packed_size = gzip(packed, sizeof(packed), text, text_size);

	for (size_t cut = 0; cut <= packed_size; cut++) {
		bool is_whole = cut == packed_size;
		struct smmu_in *in;
		struct sink sink;
		int err;

		sink_init(&sink);
		cr_assert_eq(smmu_in_open_memory(&in, "t.gz", packed, cut), 0);
		err = read_all(got, &size, in, 64, &sink);
		cr_expect_eq(err, is_whole ? 0 : SMMU_E_SYNTAX, "cut at %zu: %d", cut, err);
		cr_expect_arr_eq(got, text, size, "cut at %zu", cut);
		if (is_whole)
			cr_expect_eq(size, text_size);
		else
			cr_expect_str_eq(sink.text, "t.gz:0: truncated gzip data", "cut at %zu: %s",
					 cut, sink.text);
		/* The error stays, and is told once. */
		cr_expect_eq(smmu_in_read(&size, in, got, 1, &sink.diag), err);
		cr_expect_eq(sink.diag.errors, !is_whole);
		smmu_in_close(in);
	}
}

Test(in, gzip_shapes)
{
	/* Two members, what is behind them, and what comes of it. */
	static const struct {
		const char *row, *name, *behind;
		size_t behind_size;
		int want;
	} rows[] = {
		{"two members", "t.gz", "", 0, 0},
		{"seen by content", "t", "", 0, 0},
		{"zero padding", "t", "\0\0\0\0\0", 5, 0},
		{"something else", "t", "x", 1, SMMU_E_SYNTAX},
		{"something behind padding", "t", "\0\0x", 3, SMMU_E_SYNTAX},
		{"a third, cut", "t", "\x1f\x8b\x08", 3, SMMU_E_SYNTAX},
		{"a third, corrupt", "t", "\x1f\x8b\x07\0\0\0\0\0\0\0\0\0", 12, SMMU_E_SYNTAX},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char packed[256], got[64] = "";
		size_t packed_size = gzip(packed, sizeof(packed), "abc\n", 4), size;
		struct smmu_in *in;
		struct sink sink;
		int err;

		sink_init(&sink);
		packed_size += gzip(packed + packed_size, 100, "def", 3);
		memcpy(packed + packed_size, rows[i].behind, rows[i].behind_size);
		packed_size += rows[i].behind_size;
		cr_assert_eq(smmu_in_open_memory(&in, rows[i].name, packed, packed_size), 0);
		err = read_all(got, &size, in, sizeof(got), &sink);
		cr_expect_eq(err, rows[i].want, "%s: %d", rows[i].row, err);
		cr_expect_eq(size, 7, "%s", rows[i].row);
		cr_expect_arr_eq(got, "abc\ndef", 7, "%s", rows[i].row);
		smmu_in_close(in);
	}
}

Test(in, gzip_with_a_wrong_checksum)
{
	char packed[256], got[64];
	size_t packed_size = gzip(packed, sizeof(packed), "abc", 3), size;
	struct smmu_in *in;
	struct sink sink;

	sink_init(&sink);
	packed[packed_size - 8] ^= 1;
	cr_assert_eq(smmu_in_open_memory(&in, "t", packed, packed_size), 0);
	cr_expect_eq(read_all(got, &size, in, sizeof(got), &sink), SMMU_E_SYNTAX);
	cr_expect_str_eq(sink.text, "t:0: corrupt gzip data");
	smmu_in_close(in);
}

Test(in, name_in_gz_is_not_enough)
{
	struct smmu_in *in;
	struct sink sink;
	const char *line;
	size_t size;

	sink_init(&sink);
	cr_assert_eq(smmu_in_open_memory(&in, "t.gz", "plain\n", 6), 0);
	cr_expect_eq(smmu_in_line(&line, &size, in, &sink.diag), SMMU_E_SYNTAX);
	cr_expect_str_eq(sink.text, "t.gz:0: the name ends in .gz, but this is not gzip data");
	smmu_in_close(in);
}

Test(in, lines_before_the_cut_are_read)
{
	char text[70000], *packed = malloc(100000);
	size_t size = make_text(text, sizeof(text)), lines = 0;
	size_t packed_size = gzip(packed, 100000, text, size);
	struct smmu_in *in;
	struct sink sink;
	const char *line, *want = text;
	int err;

	sink_init(&sink);
	cr_assert_eq(smmu_in_open_memory(&in, "t", packed, packed_size / 2), 0);
	while ((err = smmu_in_line(&line, &size, in, &sink.diag)) == 1) {
		cr_assert_eq(strncmp(line, want, size), 0);
		want += size + 1;
		lines++;
	}
	cr_expect_eq(err, SMMU_E_SYNTAX);
	cr_expect_gt(lines, 1000);
	smmu_in_close(in);
	free(packed);
}

Test(in, files)
{
	char path[64], want[128];
	struct smmu_in *in;
	struct sink sink;
	const char *line;
	size_t size;

	sink_init(&sink);
	cr_expect_eq(smmu_in_open(&in, "/nowhere/x", &sink.diag), SMMU_E_IO);
	cr_expect_str_eq(sink.text, "/nowhere/x:0: cannot open: No such file or directory");
	cr_expect_null(in);
	cr_expect_eq(smmu_in_open(&in, "/tmp", &sink.diag), SMMU_E_IO);
	cr_expect_str_eq(sink.text, "/tmp:0: cannot read: Is a directory");
	cr_expect_eq(smmu_in_open(&in, "", &sink.diag), SMMU_E_IO);

	make_file(path, ".csv", "a\nb\n", 4);
	cr_assert_eq(smmu_in_open(&in, path, &sink.diag), 0);
	cr_expect_str_eq(smmu_in_name(in), path);
	cr_expect_eq(smmu_in_line(&line, &size, in, &sink.diag), 1);
	cr_expect_str_eq(line, "a");
	smmu_in_close(in);
	unlink(path);

	make_file(path, ".gz", "", 0);
	cr_assert_eq(smmu_in_open(&in, path, &sink.diag), 0);
	cr_expect_eq(smmu_in_line(&line, &size, in, &sink.diag), SMMU_E_SYNTAX);
	snprintf(want, sizeof(want), "%s:0: truncated gzip data", path);
	cr_expect_str_eq(sink.text, want);
	smmu_in_close(in);
	unlink(path);
	smmu_in_close(NULL);
}

Test(in, standard_input_in_small_pieces)
{
	char packed[256];
	size_t packed_size = gzip(packed, sizeof(packed), "one\ntwo\n", 8), size;
	struct smmu_in *in;
	const char *line;
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(dup2(ends[0], 0), 0);
	for (size_t i = 0; i < packed_size; i++)
		cr_assert_eq(write(ends[1], packed + i, 1), 1);
	close(ends[1]);
	cr_assert_eq(smmu_in_open(&in, "-", NULL), 0);
	cr_expect_str_eq(smmu_in_name(in), "<stdin>");
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 1);
	cr_expect_str_eq(line, "one");
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 1);
	cr_expect_str_eq(line, "two");
	cr_expect_eq(smmu_in_line(&line, &size, in, NULL), 0);
	smmu_in_close(in);
}

Test(in, load)
{
	static const size_t sizes[] = {0, 1, 65534, 65535, 65536, 300000};
	char *bytes = malloc(300000), path[64];
	struct sink sink;
	size_t size;
	void *got;

	sink_init(&sink);
	make_text(bytes, 300000);
	for (size_t i = 0; i < SMMU_LEN(sizes); i++) {
		make_file(path, "", bytes, sizes[i]);
		cr_expect_eq(smmu_in_load(&got, &size, path, sizes[i], &sink.diag), 0);
		cr_expect_eq(size, sizes[i]);
		cr_expect_arr_eq(got, bytes, size);
		cr_expect_eq(((char *)got)[size], '\0');
		free(got);
		if (sizes[i]) {
			cr_expect_eq(smmu_in_load(&got, &size, path, sizes[i] - 1, &sink.diag),
				     SMMU_E_LIMIT);
			cr_expect_null(got);
			cr_expect_eq(size, 0);
		}
		unlink(path);
	}
	cr_expect_eq(smmu_in_load(&got, &size, "/nowhere", 1, &sink.diag), SMMU_E_IO);
	cr_expect_null(got);
	free(bytes);
}

Test(in, load_stops_a_bomb)
{
	char *zeros = calloc(1, 50 * MIB), *packed = malloc(MIB), path[64];
	size_t packed_size = gzip(packed, MIB, zeros, 50 * MIB), size;
	void *got;

	free(zeros);
	make_file(path, ".gz", packed, packed_size);
	cr_expect_eq(smmu_in_load(&got, &size, path, MIB, NULL), SMMU_E_LIMIT);
	cr_expect_null(got);
	unlink(path);
	free(packed);
}
