#include <yaml.h>

#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options yaml = {.format = SMMU_EMIT_YAML};

static void nothing(struct smmu_emit *emit)
{
	(void)emit;
}

static void system_file(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "version", 1);
	smmu_emit_array(emit, "memory");
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "base", 0x40000000, 0);
		smmu_emit_str(emit, "file", "mem-40000000.bin.gz");
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_emit_array(emit, "smmus");
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "name", "smmu0");
	smmu_emit_object(emit, "registers");
	smmu_emit_hex(emit, "SMMU_CR0", 0xd, 8);
	smmu_emit_end(emit);
	smmu_emit_array(emit, "stages");
	smmu_emit_uint(emit, NULL, 1);
	smmu_emit_uint(emit, NULL, 2);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_array(emit, "domains");
	smmu_emit_end(emit);
	smmu_emit_object(emit, "options");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void documents(struct smmu_emit *emit)
{
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "a", i);
		smmu_emit_end(emit);
	}
}

static void long_object(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	smmu_emit_object(emit, NULL);
	for (int i = 0; i < 13; i++)
		smmu_emit_bool(emit, "k", true);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "a", "012345678901234567890123456789z");
	smmu_emit_str(emit, "b", "012345678901234567890123456789012345678901234567890z");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void tree(struct smmu_emit *emit)
{
	smmu_emit_node(emit, NULL, "label");
	smmu_emit_uint(emit, "a", 1);
	smmu_emit_node(emit, NULL, "label");
	smmu_emit_uint(emit, "b", 2);
}

Test(emit_yaml, documents)
{
	static const struct {
		const char *row;
		void (*fn)(struct smmu_emit *emit);
		const char *want;
	} rows[] = {
		{"nothing", nothing, ""},
		{"a system file", system_file,
		 "version: 1\n"
		 "memory:\n"
		 "- {base: 0x40000000, file: mem-40000000.bin.gz}\n"
		 "- {base: 0x40000000, file: mem-40000000.bin.gz}\n"
		 "smmus:\n"
		 "- name: smmu0\n"
		 "  registers:\n"
		 "    SMMU_CR0: 0x0000000d\n"
		 "  stages: [1, 2]\n"
		 "domains: []\n"
		 "options: {}\n"},
		{"two documents", documents, "a: 0\n---\na: 1\n"},
		{"objects too long for a line", long_object,
		 "- k: true\n  k: true\n  k: true\n  k: true\n  k: true\n  k: true\n  k: true\n"
		 "  k: true\n  k: true\n  k: true\n  k: true\n  k: true\n  k: true\n"
		 "- a: 012345678901234567890123456789z\n"
		 "  b: 012345678901234567890123456789012345678901234567890z\n"},
		{"a tree", tree, "a: 1\nchildren:\n- {b: 2}\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect_render(rows[i].row, &yaml, rows[i].fn, rows[i].want);
}

/* Strings, and whether they have to be quoted to stay strings in YAML 1.1. */
static const struct {
	const char *text;
	bool is_quoted;
} strings[] = {
	{"smmu0", false},
	{"arm-smmu-v3.4.auto", false},
	{"4K", false},
	{"2T", false},
	{"2-level", false},
	{"v3.2", false},
	{"none", false},
	{"nothing", false},
	{"two words", false},
	{"\xc3\xa9", false},
	{"", true},
	{"null", true},
	{"Null", true},
	{"~", true},
	{"yes", true},
	{"NO", true},
	{"on", true},
	{"y", true},
	{"true", true},
	{"1", true},
	{"-1", true},
	{"+1.5e3", true},
	{"0x10", true},
	{"0b11", true},
	{"0o7", true},
	{"1_000", true},
	{".5", true},
	{".inf", true},
	{"0000:01:00.0", true},
	{"2001-12-14", true},
	{"a: b", true},
	{"# no comment", true},
	{"- a", true},
	{"{x}", true},
	{"[x]", true},
	{"*x", true},
	{"&x", true},
	{"!x", true},
	{"%x", true},
	{"@x", true},
	{"'", true},
	{"\"", true},
	{" space", true},
	{"space ", true},
	{"line\nline", true},
	{"tab\tx", true},
	{"\x1b[1m", true},
	{"<<", true},
	{"=", true},
};

static void all_strings(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_array(emit, "strings");
	for (size_t i = 0; i < SMMU_LEN(strings); i++)
		smmu_emit_str(emit, NULL, strings[i].text);
}

Test(emit_yaml, strings_stay_strings)
{
	char *text = render(&yaml, all_strings);
	yaml_parser_t parser;
	yaml_event_t event;
	size_t scalars = 0;
	bool more = true;

	cr_assert(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	while (more) {
		cr_assert(yaml_parser_parse(&parser, &event), "%s\n%s", parser.problem, text);
		if (event.type == YAML_SCALAR_EVENT && scalars++ > 0) {
			const char *got = (const char *)event.data.scalar.value;
			size_t i = scalars - 2;

			cr_assert_lt(i, SMMU_LEN(strings));
			cr_expect_str_eq(got, strings[i].text);
			cr_expect_eq(event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
				     strings[i].is_quoted, "%s", strings[i].text);
		}
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	cr_expect_eq(scalars, 1 + SMMU_LEN(strings));
	yaml_parser_delete(&parser);
	free(text);
}

static void bad_bytes(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "a\xff", "b\xff");
}

Test(emit_yaml, bad_utf8_is_replaced)
{
	expect_render("bad bytes", &yaml, bad_bytes, "a\xef\xbf\xbd: b\xef\xbf\xbd\n");
}

Test(emit_yaml, errors)
{
	struct smmu_emit *emit;
	struct smmu_out *out;

	cr_assert_eq(smmu_out_open(&out, "/dev/full", NULL), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &yaml), 0);
	for (int i = 0; i < 10000; i++)
		documents(emit);
	cr_expect_eq(smmu_emit_free(emit), SMMU_E_IO);
	smmu_out_close(out);
}
