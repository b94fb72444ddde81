/*
 * Registers, commands and PRI entries of spec-samples/decode-vectors.jsonl:
 * words that the specification was read by, and the fields they come to.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec/cmd.h"
#include "spec/pri.h"
#include "spec/reg.h"

static FILE *open_vectors(void)
{
	const char *oracles = getenv("ORACLES");
	char path[4096];

	snprintf(path, sizeof(path), "%s/spec-samples/decode-vectors.jsonl",
		 oracles ? oracles : "../shared/data");
	return fopen(path, "r");
}

static uint64_t number(const json_t *value)
{
	return strtoull(json_string_value(value), NULL, 16);
}

/* What decodes the vector, or NULL for a kind that is tested elsewhere. */
static const struct smmu_format *format_of(json_t *vector, const uint64_t *words)
{
	const char *kind = json_string_value(json_object_get(vector, "kind"));
	enum smmu_reg reg;

	if (strcmp(kind, "command") == 0)
		return smmu_command_format(
			(unsigned)smmu_cmd_Opcode(&(struct smmu_cmd){{words[0], words[1]}}));
	if (strcmp(kind, "pri") == 0)
		return &smmu_pri_format;
	if (strcmp(kind, "register") != 0 ||
	    smmu_reg_find(&reg, json_string_value(json_object_get(vector, "name"))))
		return NULL;
	return smmu_reg_info(reg)->format;
}

static void expect_fields(const char *id, const struct smmu_format *format, json_t *fields,
			  const uint64_t *words)
{
	const char *name;
	json_t *want;

	json_object_foreach(fields, name, want)
	{
		const struct smmu_field *f = smmu_format_field(format, name);

		cr_assert(f, "%s: %s.%s", id, format->name, name);
		for (unsigned i = 0; i < f->array_count; i++) {
			json_t *one = json_is_array(want) ? json_array_get(want, i) : want;

			cr_expect_eq(smmu_field_get(f, words, i), number(one), "%s: %s.%s[%u]", id,
				     format->name, name, i);
		}
	}
}

Test(decode_vectors, fields_are_as_recorded)
{
	FILE *file = open_vectors();
	json_t *vector;
	unsigned tested = 0;

	if (!file)
		cr_skip_test("no decode vectors");
	while ((vector = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
		const char *id = json_string_value(json_object_get(vector, "id"));
		json_t *expect = json_object_get(vector, "expect");
		json_t *list = json_object_get(vector, "words");
		uint64_t words[8] = {0};
		const struct smmu_format *format;

		for (size_t i = 0; i < json_array_size(list) && i < 8; i++)
			words[i] = number(json_array_get(list, i));
		format = format_of(vector, words);
		if (format) {
			cr_expect_str_eq(format->name,
					 json_string_value(json_object_get(expect, "type")), "%s",
					 id);
			expect_fields(id, format, json_object_get(expect, "fields"), words);
			tested++;
		}
		json_decref(vector);
	}
	fclose(file);
	cr_expect_gt(tested, 0);
}

Test(decode_vectors, stop_markers)
{
	/* Chapter 8: L, W, R = 0b100 with a PASID. */
	static const struct {
		const char *row;
		uint64_t word;
		bool want;
	} rows[] = {
		{"Last and a PASID", UINT64_C(0xc000000000000000), true},
		{"without PASID it is a request", UINT64_C(0x4000000000000000), false},
		{"a read", UINT64_C(0xd000000000000000), false},
		{"not the last", UINT64_C(0x8000000000000000), false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(smmu_pri_is_stop_marker(&(struct smmu_pri){{rows[i].word}}),
			     rows[i].want, "%s", rows[i].row);
}
