#include "base/emit_priv.h"

#include <criterion/criterion.h>
#include <string.h>

Test(emit_utf8, lengths)
{
	/* RFC 3629, 4, and the Unicode table of well-formed sequences. */
	static const struct {
		const char *row, *text;
		size_t size, want;
	} rows[] = {
		{"NUL", "\0", 1, 1},
		{"ASCII", "a", 1, 1},
		{"DEL", "\x7f", 1, 1},
		{"a continuation", "\x80", 1, 0},
		{"overlong of two", "\xc1\xbf", 2, 0},
		{"first of two", "\xc2\x80", 2, 2},
		{"two, cut", "\xc3", 1, 0},
		{"two, wrong", "\xc3(", 2, 0},
		{"overlong of three", "\xe0\x9f\xbf", 3, 0},
		{"first of three", "\xe0\xa0\x80", 3, 3},
		{"three, cut", "\xe2\x82", 2, 0},
		{"three, wrong at the end", "\xe2\x82(", 3, 0},
		{"before surrogates", "\xed\x9f\xbf", 3, 3},
		{"a surrogate", "\xed\xa0\x80", 3, 0},
		{"last of three", "\xef\xbf\xbf", 3, 3},
		{"overlong of four", "\xf0\x8f\xbf\xbf", 4, 0},
		{"first of four", "\xf0\x90\x80\x80", 4, 4},
		{"last of all", "\xf4\x8f\xbf\xbf", 4, 4},
		{"beyond", "\xf4\x90\x80\x80", 4, 0},
		{"far beyond", "\xf8\x88\x80\x80\x80", 5, 0},
		{"no byte of UTF-8", "\xff", 1, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(emit_utf8_length(rows[i].text, rows[i].size), rows[i].want, "%s",
			     rows[i].row);
}

Test(emit_utf8, append)
{
	static const struct {
		const char *text;
		size_t size;
		bool is_visible;
		const char *want;
	} rows[] = {
		{"plain \xc3\xa9", 8, true, "plain \xc3\xa9"},
		{"\x1b[1m", 4, true, "\\x1b[1m"},
		{"\x1b[1m", 4, false, "\x1b[1m"},
		{"a\0b", 3, true, "a\\x00b"},
		{"\x7f", 1, true, "\\x7f"},
		{"\xc2\x9b", 2, true, "\\x9b"},
		{"\xc2\xa0", 2, true, "\xc2\xa0"},
		{"\xe2\x82", 2, true, "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xff", 1, false, "\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_buf buf = {0};

		emit_utf8_append(&buf, rows[i].text, rows[i].size, rows[i].is_visible);
		cr_expect_str_eq(smmu_buf_text(&buf), rows[i].want, "row %zu", i);
		smmu_buf_fini(&buf);
	}
	cr_expect_eq(emit_utf8_width("a\xc3\xa9\xe2\x94\x9c", 6), 3);
}
