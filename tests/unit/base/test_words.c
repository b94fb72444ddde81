/* Words from raw bytes, hex words and hex dumps. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/words.h"

struct sink {
	struct smmu_diag diag;
	char message[256];
	uint32_t line, col;
};

static void keep(void *ctx, const struct smmu_diag_record *record)
{
	struct sink *sink = ctx;

	if (sink->message[0])
		return;
	snprintf(sink->message, sizeof(sink->message), "%s", record->message);
	if (record->at) {
		sink->line = record->at->line;
		sink->col = record->at->col;
	}
}

/* All words of input, one a call; the result of the call that ended it. */
static int read_all(uint64_t *words, size_t *count, const void *input, size_t size,
		    enum smmu_words_form form, unsigned per_entry, struct sink *sink)
{
	struct smmu_words *reader;
	struct smmu_in *in;
	int r = 0;

	memset(sink, 0, sizeof(*sink));
	sink->diag = (struct smmu_diag){.report = keep, .ctx = sink};
	*count = 0;
	cr_assert_eq(smmu_in_open_memory(&in, "input", input, size), 0);
	cr_assert_eq(smmu_words_open(&reader, in, form, &sink->diag), 0);
	while (*count < 32 &&
	       (r = smmu_words_next(words + *count, per_entry, 8, reader, &sink->diag)) > 0)
		*count += per_entry;
	smmu_words_close(reader);
	smmu_in_close(in);
	return *count < 32 ? r : 0;
}

Test(words, text_of_every_form)
{
	static const struct {
		const char *row, *text;
		size_t count;
		uint64_t first, last;
	} rows[] = {
		{"words with 0x", "0x10 0x20\n0x0000003000000000\n", 3, 0x10, 0x3000000000},
		{"words without 0x", "0000000000000010 0000020800000000\r\n", 2, 0x10,
		 0x20800000000},
		{"an address before them", "0x90000000: 0x10 0x20\n", 2, 0x10, 0x20},
		{"comments and commas", "# dump\n0x1, 0x2 # two\n\n0x3\n", 3, 1, 3},
		{"no newline at the end", "0xdeadbeef", 1, 0xdeadbeef, 0xdeadbeef},
		{"xxd",
		 "00000000: 1000 0000 0001 0000 0000 0000 0802 0000  ................\n"
		 "00000010: 0000 adde 0000 0000                      ........\n",
		 3, 0x10000000010, 0xdead0000},
		{"xxd -g1", "00000000: 10 00 00 00 00 01 00 00  ........\n", 1, 0x10000000010,
		 0x10000000010},
		{"xxd -g8", "00000000: 1000000000010000 0000000008020000  ................\n", 2,
		 0x10000000010, 0x20800000000},
		{"xxd -c8 with a bar in its text", "00000000: 7c61 0000 0000 0000  |a......\n", 1,
		 0x617c, 0x617c},
		{"xxd -p", "100000000001000000000000080200000000adde00000000\n", 3, 0x10000000010,
		 0xdead0000},
		{"hexdump -C",
		 "00000000  10 00 00 00 00 01 00 00  00 00 00 00 08 02 00 00  |................|\n"
		 "00000010\n",
		 2, 0x10000000010, 0x20800000000},
		{"a * repeats",
		 "00000000  01 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00  |................|\n"
		 "*\n"
		 "00000030  03 00 00 00 00 00 00 00                           |........|\n"
		 "00000038\n",
		 7, 1, 3},
		{"a * to the end",
		 "00000000  01 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00  |................|\n"
		 "*\n"
		 "00000020\n",
		 4, 1, 2},
		{"empty", "", 0, 0, 0},
	};
	uint64_t words[40];
	struct sink sink;
	size_t count;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		int r = read_all(words, &count, rows[i].text, strlen(rows[i].text), SMMU_WORDS_AUTO,
				 1, &sink);

		cr_expect_eq(r, 0, "%s: %s", rows[i].row, sink.message);
		cr_assert_eq(count, rows[i].count, "%s: %zu words", rows[i].row, count);
		if (count) {
			cr_expect_eq(words[0], rows[i].first, "%s: %#llx", rows[i].row,
				     (unsigned long long)words[0]);
			cr_expect_eq(words[count - 1], rows[i].last, "%s: %#llx", rows[i].row,
				     (unsigned long long)words[count - 1]);
		}
	}
}

Test(words, raw_bytes)
{
	static const uint8_t bytes[] = {0x10, 0, 0, 0, 0, 1, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0x80};
	uint64_t words[40];
	struct sink sink;
	size_t count;

	cr_expect_eq(read_all(words, &count, bytes, sizeof(bytes), SMMU_WORDS_AUTO, 2, &sink), 0);
	cr_expect_eq(count, 2);
	cr_expect_eq(words[0], 0x10000000010);
	cr_expect_eq(words[1], 0x80000000000000ff);
	cr_expect_eq(read_all(words, &count, bytes, 12, SMMU_WORDS_AUTO, 2, &sink), SMMU_E_SYNTAX);
	cr_expect_str_eq(sink.message, "the last entry is cut off: 12 of 16 bytes");
}

Test(words, problems_have_their_place)
{
	static const struct {
		const char *row, *text;
		enum smmu_words_form form;
		unsigned per_entry, line, col;
	} rows[] = {
		{"a letter", "0x10\n0x1 0x2g\n", SMMU_WORDS_AUTO, 1, 2, 8},
		{"nothing after 0x", "0x10 0x", SMMU_WORDS_AUTO, 1, 1, 7},
		{"17 digits", "0x12345678901234567\n", SMMU_WORDS_AUTO, 1, 1, 1},
		{"an odd digit in a dump", "00000000: 100  ...\n", SMMU_WORDS_XXD, 1, 1, 14},
		{"bytes missing",
		 "00000000: 0000 0000 0000 0000  ........\n"
		 "00000010: 0000 0000 0000 0000  ........\n",
		 SMMU_WORDS_AUTO, 1, 2, 1},
		{"an enormous *",
		 "00000000: 0000 0000 0000 0000  ........\n*\n"
		 "ffffffff0: 0000 0000 0000 0000  ........\n",
		 SMMU_WORDS_AUTO, 1, 3, 1},
	};
	uint64_t words[40];
	struct sink sink;
	size_t count;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		int r = read_all(words, &count, rows[i].text, strlen(rows[i].text), rows[i].form,
				 rows[i].per_entry, &sink);

		cr_expect_lt(r, 0, "%s", rows[i].row);
		cr_expect_eq(sink.line, rows[i].line, "%s: line %u", rows[i].row, sink.line);
		cr_expect_eq(sink.col, rows[i].col, "%s: column %u", rows[i].row, sink.col);
	}
}

Test(words, underscores_stand_between_digits)
{
	static const struct {
		const char *text;
		int error;
		uint64_t want;
		size_t bad;
	} rows[] = {
		{"0x0000_0060_0000_0010", 0, 0x6000000010, 0},
		{"a_b", 0, 0xab, 0},
		{"0x_1", SMMU_E_SYNTAX, 0, 2},
		{"_1", SMMU_E_SYNTAX, 0, 0},
		{"1_", SMMU_E_SYNTAX, 0, 1},
		{"1__2", SMMU_E_SYNTAX, 0, 1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t value = 0;
		size_t bad = 0;

		cr_expect_eq(smmu_parse_hex(&value, rows[i].text, strlen(rows[i].text), &bad),
			     rows[i].error, "%s", rows[i].text);
		if (rows[i].error)
			cr_expect_eq(bad, rows[i].bad, "%s: %zu", rows[i].text, bad);
		else
			cr_expect_eq(value, rows[i].want, "%s", rows[i].text);
	}
}
