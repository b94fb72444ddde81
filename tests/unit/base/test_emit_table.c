#include <locale.h>

#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options text = {.format = SMMU_EMIT_TEXT};
static const struct smmu_emit_options narrow = {.format = SMMU_EMIT_TEXT, .width_columns = 40};
static const struct smmu_emit_options colored = {.format = SMMU_EMIT_TEXT, .color = true};

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
