/* Parts of a trace: what is left alone in them, and how they are numbered. */
#include <criterion/criterion.h>
#include <string.h>

#include "trace/reader.h"

#define BLOCK (256u << 10) /* what a trace reads at once */

struct text {
	char bytes[3 * BLOCK];
	size_t size;
	struct smmu_in *in;
	struct smmu_trace *trace, *part;
};

static void add(struct text *text, const char *line)
{
	memcpy(text->bytes + text->size, line, strlen(line));
	text->size += strlen(line);
}

static void open_text(struct text *text)
{
	cr_assert_eq(smmu_in_open_memory(&text->in, "t", text->bytes, text->size), 0);
	cr_assert_eq(smmu_trace_open(&text->trace, text->in, NULL, NULL), 0);
	cr_assert(smmu_trace_has_parts(text->trace));
	cr_assert_eq(smmu_trace_part_new(&text->part, text->trace), 0);
}

static void close_text(struct text *text)
{
	smmu_trace_close(text->part);
	smmu_trace_close(text->trace);
	smmu_in_close(text->in);
}

/* What is plain up to the end of a part, or to a line that is not. */
static const struct {
	const char *name, *text;
	size_t count;
	bool whole;
} lines[] = {
	{"plain", "1,0x1000,r,\n2,0x2000,w,\n", 2, true},
	{"comments", "1,0x1000,r,\n# no\n\n2,0x2000,w,\n#\n", 2, true},
	{"quotes", "1,0x1000,r,\n2,\"0x2000\",w,\n3,0x3000,r,\n", 1, false},
	{"spaces", "1,0x1000,r,\n2, 0x2000,w,\n", 1, false},
	{"an error", "1,0x1000,r,\nx,0x2000,w,\n", 1, false},
	{"data", "1,0x1000,r,\n2,0x2000,w,00\n", 1, false},
	{"no end", "1,0x1000,r,", 1, false},
};

Test(part, leaves_alone_what_is_not_plain)
{
	for (size_t i = 0; i < SMMU_LEN(lines); i++) {
		static struct text text;
		struct smmu_record records[8];
		size_t count;

		text.size = 0;
		add(&text, "stream,address,access,data\n");
		add(&text, lines[i].text);
		open_text(&text);
		cr_assert_eq(smmu_trace_take_part(text.part, text.trace, NULL), 1);
		cr_expect_eq(smmu_trace_next_plain(&count, text.part, records, 8), lines[i].whole,
			     "%s", lines[i].name);
		cr_expect_eq(count, lines[i].count, "%s", lines[i].name);
		cr_expect_eq(smmu_trace_take_part(text.part, text.trace, NULL), 0, "%s",
			     lines[i].name);
		close_text(&text);
	}
}

/* Lines of 16 bytes: a record, a comment, and one that cannot be read, again and again. */
Test(part, are_numbered_behind_what_came_before)
{
	static struct text text;
	struct smmu_trace_before before = {.lines = 0};
	struct smmu_record records[64];
	uint64_t seen = 0, parts = 0;
	size_t count;

	add(&text, "stream,address,access\n");
	while (text.size < 2 * BLOCK) {
		add(&text, "1,0x000000010,r\n");
		add(&text, "# 0123456789abc\n");
		add(&text, "x,0x000000010,r\n");
	}
	open_text(&text);
	while (smmu_trace_take_part(text.part, text.trace, NULL) == 1) {
		parts++;
		smmu_trace_restart(text.part, &before);
		for (;;) {
			cr_assert_eq(smmu_trace_next(&count, text.part, records, 64, NULL), 0);
			if (!count)
				break;
			for (size_t i = 0; i < count; i++, seen++) {
				cr_assert_eq(records[i].line, 2 + 3 * seen);
				cr_assert_eq(records[i].time_ns, seen);
			}
		}
		smmu_trace_add_before(&before, text.part);
	}
	cr_expect_gt(parts, 2);
	cr_expect_eq(before.records, seen);
	cr_expect_eq(before.skipped, seen);
	cr_expect_eq(before.lines, 1 + 3 * seen);
	close_text(&text);
}
