#include <float.h>
#include <jansson.h>
#include <math.h>

#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options json = {.format = SMMU_EMIT_JSON};
static const struct smmu_emit_options jsonl = {.format = SMMU_EMIT_JSONL};

static void nothing(struct smmu_emit *emit)
{
	(void)emit;
}

static void one_object(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "not for data");
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "n", 1);
	smmu_emit_meaning(emit, "not for data");
	smmu_emit_object(emit, "empty");
	smmu_emit_end(emit);
	smmu_emit_array(emit, "list");
	smmu_emit_hex(emit, NULL, 0x10, 4);
	smmu_emit_array(emit, NULL);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_null(emit, "z");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_bool(emit, "yes", true);
	smmu_emit_bool(emit, "no", false);
	smmu_emit_end(emit);
}

static void two_objects(struct smmu_emit *emit)
{
	for (int i = 1; i <= 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_int(emit, "n", -i);
		smmu_emit_end(emit);
	}
}

static void array_of_two(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	two_objects(emit);
	smmu_emit_end(emit);
}

static void array_left_open(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	smmu_emit_object(emit, NULL);
	smmu_emit_array(emit, "a");
}

static void empty_array(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	smmu_emit_end(emit);
}

static void table(struct smmu_emit *emit)
{
	static const struct smmu_emit_column columns[] = {{"a", "A", false}};

	smmu_emit_table(emit, NULL, columns, 1);
	for (unsigned i = 0; i < 2; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "a", i);
		smmu_emit_str(emit, "other", "o");
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void tree(struct smmu_emit *emit)
{
	smmu_emit_node(emit, NULL, "label %d", 1);
	smmu_emit_uint(emit, "a", 1);
	smmu_emit_node(emit, "ignored", "label");
	smmu_emit_uint(emit, "b", 2);
	smmu_emit_node(emit, NULL, "label");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_node(emit, NULL, "label");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void scalars(struct smmu_emit *emit)
{
	smmu_emit_str(emit, NULL, "x");
	smmu_emit_uint(emit, NULL, UINT64_MAX);
	smmu_emit_int(emit, NULL, INT64_MIN);
	smmu_emit_str(emit, NULL, NULL);
	smmu_emit_strf(emit, NULL, "%d-%s", 1, "b");
}

static void too_many_ends(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

Test(emit_json, documents)
{
	static const struct {
		const char *row;
		void (*fn)(struct smmu_emit *emit);
		const char *json, *jsonl;
	} rows[] = {
		{"nothing", nothing, "", ""},
		{"an object", one_object,
		 "{\"n\":1,\"empty\":{},\"list\":[\"0x0010\",[],{\"z\":null}],\"yes\":true,"
		 "\"no\":false}\n",
		 "{\"n\":1,\"empty\":{},\"list\":[\"0x0010\",[],{\"z\":null}],\"yes\":true,"
		 "\"no\":false}\n"},
		{"documents", two_objects, "{\"n\":-1}\n{\"n\":-2}\n", "{\"n\":-1}\n{\"n\":-2}\n"},
		{"an array", array_of_two, "[\n{\"n\":-1},\n{\"n\":-2}\n]\n",
		 "{\"n\":-1}\n{\"n\":-2}\n"},
		{"an empty array", empty_array, "[]\n", ""},
		{"ends are added", array_left_open, "[\n{\"a\":[]}\n]\n", "{\"a\":[]}\n"},
		{"ends too many", too_many_ends, "{}\n", "{}\n"},
		{"a table", table, "[\n{\"a\":0,\"other\":\"o\"},\n{\"a\":1,\"other\":\"o\"}\n]\n",
		 "{\"a\":0,\"other\":\"o\"}\n{\"a\":1,\"other\":\"o\"}\n"},
		{"a tree", tree, "{\"a\":1,\"children\":[{\"b\":2,\"children\":[{}]},{}]}\n",
		 "{\"a\":1,\"children\":[{\"b\":2,\"children\":[{}]},{}]}\n"},
		{"scalars", scalars,
		 "\"x\"\n18446744073709551615\n-9223372036854775808\nnull\n\"1-b\"\n",
		 "\"x\"\n18446744073709551615\n-9223372036854775808\nnull\n\"1-b\"\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		expect_render(rows[i].row, &json, rows[i].fn, rows[i].json);
		expect_render(rows[i].row, &jsonl, rows[i].fn, rows[i].jsonl);
	}
}

Test(emit_json, pretty)
{
	static const struct smmu_emit_options pretty = {.format = SMMU_EMIT_JSON, .pretty = true};

	expect_render("an object", &pretty, one_object,
		      "{\n"
		      "  \"n\": 1,\n"
		      "  \"empty\": {},\n"
		      "  \"list\": [\n"
		      "    \"0x0010\",\n"
		      "    [],\n"
		      "    {\n"
		      "      \"z\": null\n"
		      "    }\n"
		      "  ],\n"
		      "  \"yes\": true,\n"
		      "  \"no\": false\n"
		      "}\n");
	expect_render("an array", &pretty, array_of_two,
		      "[\n{\n  \"n\": -1\n},\n{\n  \"n\": -2\n}\n]\n");
}

Test(emit_json, no_emitter)
{
	one_object(NULL);
	tree(NULL);
	table(NULL);
	scalars(NULL);
}

static void strings(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	smmu_emit_str(emit, NULL, "");
	smmu_emit_str(emit, NULL, "q\" b\\ s/ \b\f\n\r\t \x01\x1f\x7f");
	smmu_emit_str(emit, NULL, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	smmu_emit_str(emit, NULL, "\xff \xc3( \xe2\x82");
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "k\"\n", "v");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

Test(emit_json, strings)
{
	expect_render("strings", &jsonl, strings,
		      "\"\"\n"
		      "\"q\\\" b\\\\ s/ \\b\\f\\n\\r\\t \\u0001\\u001f\x7f\"\n"
		      "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"\n"
		      "\"\xef\xbf\xbd \xef\xbf\xbd( \xef\xbf\xbd\xef\xbf\xbd\"\n"
		      "{\"k\\\"\\n\":\"v\"}\n");
}

static const double reals_in[] = {0, 0.5, -0.125, 1.995, 12345.678, 1e18, 1e300, DBL_MAX};

static void reals(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	for (size_t i = 0; i < SMMU_LEN(reals_in); i++)
		smmu_emit_real(emit, NULL, reals_in[i], 3);
	smmu_emit_real(emit, NULL, 2.5, 0);
	smmu_emit_real(emit, NULL, 0.1, 99);
	smmu_emit_real(emit, NULL, (double)INFINITY, 1);
	smmu_emit_real(emit, NULL, (double)NAN, 1);
	smmu_emit_end(emit);
}

Test(emit_json, reals)
{
	char *text = render(&json, reals);
	json_t *got = json_loads(text, JSON_DECODE_ANY, NULL);

	cr_assert_not_null(got, "%s", text);
	for (size_t i = 0; i < SMMU_LEN(reals_in); i++)
		cr_expect_float_eq(json_number_value(json_array_get(got, i)), reals_in[i],
				   fabs(reals_in[i]) * 1e-12 + 0.0006, "%g", reals_in[i]);
	cr_expect_not_null(strstr(text, "\n-0.125,\n"));
	cr_expect_not_null(strstr(text, "\n3,\n0.100000000,\nnull,\nnull\n"));
	json_decref(got);
	free(text);
}

/* Strings of every length around the room that is reserved at once, and all bytes in them. */
static void long_strings(struct smmu_emit *emit)
{
	char text[5001];

	smmu_emit_array(emit, NULL);
	for (size_t size = 4000; size <= 5000; size += 7) {
		for (size_t i = 0; i < size; i++)
			text[i] = (char)(1 + (i * 7 + size) % 255);
		text[size] = '\0';
		smmu_emit_str(emit, NULL, text);
		memset(text, 'x', size);
		smmu_emit_str(emit, NULL, text);
	}
}

Test(emit_json, long_strings_are_valid)
{
	char *text = render(&json, long_strings);
	json_error_t error;
	json_t *got = json_loads(text, 0, &error);

	cr_assert_not_null(got, "%s", error.text);
	cr_expect_eq(json_array_size(got), 286);
	cr_expect_eq(json_string_length(json_array_get(got, 1)), 4000);
	cr_expect_eq(json_string_length(json_array_get(got, 285)), 4994);
	json_decref(got);
	free(text);
}

static void deep(struct smmu_emit *emit)
{
	for (int i = 0; i < 1000; i++)
		smmu_emit_array(emit, NULL);
}

Test(emit_json, depth_has_no_limit)
{
	char *text = render(&json, deep);
	json_t *got = json_loads(text, 0, NULL);

	cr_expect_not_null(got);
	json_decref(got);
	free(text);
}

Test(emit_json, errors_stick)
{
	struct smmu_emit *emit;
	struct smmu_out *out;

	cr_assert_eq(smmu_out_open(&out, "/dev/full", NULL), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &jsonl), 0);
	for (int i = 0; i < 100000; i++)
		one_object(emit);
	cr_expect_eq(smmu_emit_free(emit), SMMU_E_IO);
	cr_expect_eq(smmu_out_close(out), SMMU_E_IO);
	cr_expect_eq(smmu_emit_free(NULL), 0);
}
