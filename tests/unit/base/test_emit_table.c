#include <locale.h>

#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options text = {.format = SMMU_EMIT_TEXT};
static const struct smmu_emit_options narrow = {.format = SMMU_EMIT_TEXT, .width_columns = 40};
static const struct smmu_emit_options colored = {.format = SMMU_EMIT_TEXT, .color = true};

static const struct smmu_emit_options at_37 = {.format = SMMU_EMIT_TEXT, .width_columns = 37};
static const struct smmu_emit_options at_36 = {.format = SMMU_EMIT_TEXT, .width_columns = 36};
static const struct smmu_emit_options at_29 = {.format = SMMU_EMIT_TEXT, .width_columns = 29};
static const struct smmu_emit_options at_10 = {.format = SMMU_EMIT_TEXT, .width_columns = 10};
static const struct smmu_emit_options at_9 = {.format = SMMU_EMIT_TEXT, .width_columns = 9};

static const struct smmu_emit_column columns[] = {{"stream", "Stream", false},
						  {"event.type", "Type", false},
						  {"n", "Count", true},
						  {"text", "What", false}};

static void row(struct smmu_emit *emit, uint64_t stream, const char *type, uint64_t n,
		const char *what)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_hex(emit, "stream", stream, 0);
	smmu_emit_object(emit, "event");
	smmu_emit_str(emit, "type", type);
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "n", n);
	smmu_emit_str(emit, "no-column", "x");
	if (what) {
		smmu_emit_str(emit, "text", what);
		smmu_emit_meaning(emit, "m");
	}
	smmu_emit_end(emit);
}

static void table(struct smmu_emit *emit)
{
	smmu_emit_table(emit, NULL, columns, 4);
	row(emit, 0, "x", 5, NULL);
	row(emit, 0x12345678, "é", 1000000, "w\x1b");
	row(emit, 1, "yy", 0, "words that wrap at a space");
	smmu_emit_end(emit);
}

static void empty(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "n", 1);
	smmu_emit_table(emit, "things", columns, 4);
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "after", 1);
	smmu_emit_end(emit);
}

static void after_heading(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "Things");
	smmu_emit_table(emit, "things", columns + 2, 1);
	smmu_emit_object(emit, NULL);
	smmu_emit_bool(emit, "n", false);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

/* 37 columns with its empty one, 30 without, 28 where it stands closer. */
static void wide(struct smmu_emit *emit)
{
	static const struct smmu_emit_column three[] = {{"name", "Name", false},
							{"empty", "Empty", true},
							{"a", "A", true},
							{"b", "B", true}};

	smmu_emit_table(emit, NULL, three, 4);
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "name", i ? "a-long-device-name" : "x");
		smmu_emit_uint(emit, "a", i ? 1000000 : 1);
		smmu_emit_uint(emit, "b", i);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void many_wide(struct smmu_emit *emit)
{
	static const struct smmu_emit_column two[] = {{"name", "Name", false},
						      {"empty", "Empty", true}};

	smmu_emit_table(emit, NULL, two, 2);
	for (unsigned i = 0; i < 5000; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "name", "abcd");
		if (i == 4999)
			smmu_emit_uint(emit, "empty", i);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static const char table_text[] = "Stream      Type    Count  What\n"
				 "0x0         x           5\n"
				 "0x12345678  é     1000000  w\\x1b (m)\n"
				 "0x1         yy          0  words that wrap at a space (m)\n";

Test(emit_table, layout)
{
	static const struct {
		const char *row;
		const struct smmu_emit_options *options;
		void (*fn)(struct smmu_emit *emit);
		const char *want;
	} rows[] = {
		{"a table", &text, table, table_text},
		{"the last column wraps", &narrow, table,
		 "Stream      Type    Count  What\n"
		 "0x0         x           5\n"
		 "0x12345678  é     1000000  w\\x1b (m)\n"
		 "0x1         yy          0  words that wrap at a\n"
		 "                           space (m)\n"},
		{"wide as it may be", &at_37, wide,
		 "Name                Empty        A  B\n"
		 "x                                1  0\n"
		 "a-long-device-name         1000000  1\n"},
		{"without its empty column", &at_36, wide,
		 "Name                      A  B\n"
		 "x                         1  0\n"
		 "a-long-device-name  1000000  1\n"},
		{"closer", &at_29, wide,
		 "Name                     A B\n"
		 "x                        1 0\n"
		 "a-long-device-name 1000000 1\n"},
		{"wider than can be helped", &at_9, wide,
		 "Name                      A  B\n"
		 "x                         1  0\n"
		 "a-long-device-name  1000000  1\n"},
		{"no rows", &text, empty, "n  1\nthings:\n  Stream  Type  Count  What\nafter  1\n"},
		{"after a heading", &text, after_heading, "Things\nCount\n   no\n"},
		{"color", &colored, after_heading,
		 "\x1b[1mThings\x1b[0m\n\x1b[1mCount\x1b[0m\n   no\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect_render(rows[i].row, rows[i].options, rows[i].fn, rows[i].want);
}

Test(emit_table, locale_does_not_matter)
{
	setlocale(LC_ALL, "C");
	expect_render("C", &text, table, table_text);
	if (setlocale(LC_ALL, "C.UTF-8"))
		expect_render("C.UTF-8", &text, table, table_text);
}

static void long_table(struct smmu_emit *emit)
{
	static const struct smmu_emit_column two[] = {{"a", "A", false}, {"b", "B", true}};

	smmu_emit_table(emit, NULL, two, 2);
	for (unsigned i = 0; i < 10000; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_strf(emit, "a", "%s", i == 9 ? "widest" : "x");
		smmu_emit_uint(emit, "b", i == 9 ? 1000000 : i);
		smmu_emit_end(emit);
	}
}

Test(emit_table, widths_last_over_chunks)
{
	char *got = render(&text, long_table);
	size_t lines = 0;

	for (char *line = strtok(got, "\n"); line; line = strtok(NULL, "\n")) {
		cr_assert_eq(strlen(line), 15, "line %zu: %s", lines, line);
		lines++;
	}
	cr_expect_eq(lines, 10001);
	free(got);
}

/* What is empty in the first chunk may not be so in the next. */
Test(emit_table, columns_last_over_chunks)
{
	char *got = render(&at_10, many_wide);
	cr_expect(!strncmp(got, "Name Empty\n", 11), "%.20s", got);
	cr_expect(strstr(got, "abcd  4999\n"), "%s", got + strlen(got) - 30);
	free(got);
}
