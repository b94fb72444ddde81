#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options text = {.format = SMMU_EMIT_TEXT};
static const struct smmu_emit_options narrow = {.format = SMMU_EMIT_TEXT, .width_columns = 40};
static const struct smmu_emit_options colored = {.format = SMMU_EMIT_TEXT, .color = true};

static void values(struct smmu_emit *emit)
{
	smmu_emit_str(emit, "type", "F_TRANSLATION");
	smmu_emit_meaning(emit, "no %s", "mapping");
	smmu_emit_hex(emit, "StreamID", 0x100, 0);
	smmu_emit_meaning(emit, "eth0");
	smmu_emit_uint(emit, "n", 7);
	smmu_emit_bool(emit, "S", true);
	smmu_emit_bool(emit, "S2", false);
	smmu_emit_null(emit, "IPA");
	smmu_emit_str(emit, "empty", "");
}

static void object(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	values(emit);
	smmu_emit_end(emit);
}

static void nested(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "a", 1);
	smmu_emit_object(emit, "fields");
	smmu_emit_uint(emit, "long-name", 2);
	smmu_emit_uint(emit, "b", 3);
	smmu_emit_object(emit, "inner");
	smmu_emit_uint(emit, "c", 4);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "last", 5);
	smmu_emit_end(emit);
}

static void arrays(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_array(emit, "words");
	smmu_emit_hex(emit, NULL, 1, 4);
	smmu_emit_hex(emit, NULL, 2, 4);
	smmu_emit_meaning(emit, "two");
	smmu_emit_end(emit);
	smmu_emit_array(emit, "names");
	smmu_emit_str(emit, NULL, "a b");
	smmu_emit_str(emit, NULL, "c");
	smmu_emit_end(emit);
	smmu_emit_array(emit, "empty");
	smmu_emit_end(emit);
	smmu_emit_array(emit, "objects");
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "x", i);
		smmu_emit_uint(emit, "yy", i);
		smmu_emit_end(emit);
	}
	smmu_emit_str(emit, NULL, "value");
	smmu_emit_object(emit, NULL);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void records(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "n", i);
		smmu_emit_end(emit);
	}
	smmu_emit_str(emit, NULL, "value");
	smmu_emit_meaning(emit, "of it");
	smmu_emit_end(emit);
	smmu_emit_say(emit, "Two records.");
}

static void prose(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "Heading %d", 1);
	smmu_emit_say(emit, "one two three four five six seven eight nine ten\n"
			    "  - an item that is longer than the width\n"
			    "\n"
			    "averyveryverylongwordthatdoesnotfitinthewidthatall x\n");
	smmu_emit_heading(emit, "Heading 2");
	smmu_emit_object(emit, "not shown");
	smmu_emit_uint(emit, "n", 1);
	smmu_emit_say(emit, "inside");
	smmu_emit_end(emit);
}

static void long_row(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "n", 1);
	smmu_emit_meaning(emit, "a meaning that needs more than what is left");
	smmu_emit_str(emit, "value", "a value that needs more than what is left");
	smmu_emit_end(emit);
}

static void hostile(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "%s", "\x1b[2J");
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "k\n", "v\xff\r\n");
	smmu_emit_meaning(emit, "%s", "\a");
	smmu_emit_object(emit, "o\x1b");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_say(emit, "%s", "\x9b\tx");
}

Test(emit_text, documents)
{
	static const struct {
		const char *row;
		const struct smmu_emit_options *options;
		void (*fn)(struct smmu_emit *emit);
		const char *want;
	} rows[] = {
		{"an object", &text, object,
		 "type      F_TRANSLATION  no mapping\n"
		 "StreamID  0x100          eth0\n"
		 "n         7\n"
		 "S         yes\n"
		 "S2        no\n"
		 "IPA       -\n"
		 "empty     \"\"\n"},
		{"objects in it", &text, nested,
		 "a  1\n"
		 "fields:\n"
		 "  long-name  2\n"
		 "  b          3\n"
		 "  inner:\n"
		 "    c  4\n"
		 "last  5\n"},
		{"arrays in it", &text, arrays,
		 "words  0x0001 0x0002 (two)\n"
		 "names  a b, c\n"
		 "empty  -\n"
		 "objects:\n"
		 "  - x   0\n"
		 "    yy  0\n"
		 "  - x   1\n"
		 "    yy  1\n"
		 "  - value\n"
		 "  -\n"},
		{"records", &text, records, "n  0\n\nn  1\nvalue  of it\n\nTwo records.\n"},
		{"prose", &narrow, prose,
		 "Heading 1\n"
		 "one two three four five six seven eight\n"
		 "nine ten\n"
		 "  - an item that is longer than the\n"
		 "  width\n"
		 "\n"
		 "averyveryverylongwordthatdoesnotfitinthewidthatall\n"
		 "x\n"
		 "\n"
		 "Heading 2\n"
		 "n  1\n"
		 "inside\n"},
		{"a long row", &narrow, long_row,
		 "n      1  a meaning that needs more than\n"
		 "          what is left\n"
		 "value  a value that needs more than what\n"
		 "       is left\n"},
		{"hostile strings", &text, hostile,
		 "\\x1b[2J\n"
		 "k\\x0a  v\xef\xbf\xbd\\x0d\\x0a  \\x07\n"
		 "o\\x1b:\n"
		 "\n"
		 "\xef\xbf\xbd\\x09x\n"},
		{"color", &colored, records,
		 "\x1b[36mn\x1b[0m  0\n\n\x1b[36mn\x1b[0m  1\nvalue  of it\n\nTwo records.\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect_render(rows[i].row, rows[i].options, rows[i].fn, rows[i].want);
}
