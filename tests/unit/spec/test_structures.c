/* STE, CD, L1STD, L1CD, VMS: every bit is a field or RES0, and fields decode as recorded. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "spec/cd.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"
#include "spec/vms.h"

static const struct smmu_format *const formats[] = {
	&smmu_ste_format, &smmu_cd_format, &smmu_l1std_format, &smmu_l1cd_format, &smmu_vms_format,
};

/* Reserved bits as the "Bits [n:m] Reserved" headings of chapter 5 list them. */
static uint64_t reserved(const struct smmu_format *format, unsigned word)
{
	static const struct {
		const struct smmu_format *format;
		unsigned word;
		uint64_t bits;
	} rows[] = {
		{&smmu_l1std_format, 0, UINT64_C(0xff00000000000020)}, /* [63:56] [5] */
		{&smmu_l1cd_format, 0, UINT64_C(0xff00000000000ffe)},  /* [63:56] [11:1] */
		{&smmu_ste_format, 0, UINT64_C(0x0700000000000000)},   /* [58:56] */
		{&smmu_ste_format, 1, UINT64_C(0x00000e0000000000)},   /* [107:105] */
		{&smmu_ste_format, 3, UINT64_C(0x9f00000000000000)},   /* [255] [252:248] */
		{&smmu_ste_format, 4, UINT64_C(0x00003f0000000000)},   /* [301:296] */
		{&smmu_ste_format, 5, UINT64_C(0xff00000000000000)},   /* [383:376] */
		{&smmu_ste_format, 6, UINT64_C(0x9f00000000000008)},   /* [447] [444:440] [387] */
		{&smmu_cd_format, 1, UINT64_C(0x0300000000000000)},    /* [121:120] */
		{&smmu_cd_format, 2, UINT64_C(0x0300000000000000)},    /* [185:184] */
		{&smmu_cd_format, 5, UINT64_C(0xff00000000000000)},    /* [383:376] */
		{&smmu_cd_format, 6, UINT64_C(0xffff000000000000)},    /* [447:432] */
		{&smmu_cd_format, 7, UINT64_C(0xffff000000000000)},    /* [511:496] */
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		if (rows[i].format == format && rows[i].word == word)
			return rows[i].bits;
	return format == &smmu_vms_format && word >= 8 ? ~UINT64_C(0) : 0;
}

Test(structures, every_bit_is_a_field_or_reserved)
{
	static uint64_t ones[SMMU_VMS_WORDS];

	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < SMMU_LEN(formats); i++)
		for (unsigned d128 = 0; d128 < 2; d128++)
			for (unsigned word = 0; word < formats[i]->words; word++) {
				struct smmu_when_ctx ctx = {.word = ones, .d128 = d128};

				cr_expect_eq(smmu_format_res0(formats[i], &ctx, word),
					     reserved(formats[i], word), "%s word %u, d128 %u",
					     formats[i]->name, word, d128);
			}
}

static unsigned elements(const struct smmu_field *f)
{
	return f->array_count > 1 ? f->array_count : 1;
}

Test(structures, fields_of_one_layout_do_not_overlap)
{
	static uint64_t used[SMMU_VMS_WORDS], one[SMMU_VMS_WORDS];

	for (size_t i = 0; i < SMMU_LEN(formats); i++)
		for (unsigned d128 = 0; d128 < 2; d128++) {
			struct smmu_when_ctx ctx = {.word = one, .d128 = d128};

			memset(used, 0, sizeof(used));
			for (size_t n = 0; n < formats[i]->fields_count; n++) {
				const struct smmu_field *f = &formats[i]->fields[n];
				uint64_t most = f->kind == SMMU_FIELD_ADDR ? 0 : 1;

				memset(one, 0, sizeof(one));
				if (!smmu_field_is_present(f, &ctx))
					continue;
				for (unsigned e = 0; e < elements(f); e++) {
					most = ~UINT64_C(0) >> (64 - f->part[0].width);
					most <<= f->part[0].shift;
					cr_expect_eq(smmu_field_set(f, one, e, most), 0, "%s",
						     f->name);
					cr_expect_eq(smmu_field_get(f, one, e), most, "%s",
						     f->name);
				}
				for (unsigned w = 0; w < formats[i]->words; w++) {
					cr_expect_eq(used[w] & one[w], 0, "%s.%s overlaps",
						     formats[i]->name, f->name);
					used[w] |= one[w];
				}
			}
		}
}

Test(structures, tables_are_well_formed)
{
	for (size_t i = 0; i < SMMU_LEN(formats); i++)
		for (size_t n = 0; n < formats[i]->fields_count; n++) {
			const struct smmu_field *f = &formats[i]->fields[n];

			cr_expect_eq(smmu_format_field(formats[i], f->name), f, "%s twice",
				     f->name);
			cr_expect_eq(f->when == NULL, f->when_text == NULL, "%s", f->name);
			cr_expect_eq(f->kind == SMMU_FIELD_ENUM, f->values != NULL, "%s", f->name);
			for (size_t v = 0; f->values && v < f->values->count; v++)
				cr_expect_eq(smmu_enum_find(f->values, f->values->values[v].value),
					     &f->values->values[v], "%s", f->name);
		}
}

Test(structures, accessors_and_table_agree)
{
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};

	smmu_ste_set_S1ContextPtr(&ste, 0x123456780abc40);
	smmu_ste_set_S2POI(&ste, 15, 0xa);
	smmu_ste_set_VMSPtr(&ste, 0xfffff000);
	cr_expect_eq(ste.word[0], UINT64_C(0x00123456780abc40));
	cr_expect_eq(ste.word[7], UINT64_C(0xa000000000000000));
	cr_expect_eq(ste.word[5], UINT64_C(0xfffff000));
	cr_expect_eq(smmu_field_get(smmu_format_field(&smmu_ste_format, "S2POI"), ste.word, 15),
		     0xa);
	smmu_cd_set_PIIU(&cd, 15, 7);
	smmu_cd_set_SKL1(&cd, 3);
	smmu_cd_set_ASID(&cd, 0xbeef);
	cr_expect_eq(cd.word[6], UINT64_C(7) << 45);
	cr_expect_eq(cd.word[2], UINT64_C(3) << 62);
	cr_expect_eq(cd.word[0], UINT64_C(0xbeef) << 48);
	cr_expect_eq(smmu_cd_PIIU(&cd, 15), 7);
}

static const struct smmu_format *format_of(const char *kind)
{
	for (size_t i = 0; i < SMMU_LEN(formats); i++)
		if (strcasecmp(formats[i]->name, kind) == 0)
			return formats[i];
	return NULL;
}

static uint64_t number(json_t *value)
{
	return strtoull(json_string_value(value), NULL, 16);
}

/* Fields decode as recorded, and encoding them again gives the same bits. */
static void check_vector(const struct smmu_format *format, json_t *vector)
{
	static uint64_t words[SMMU_VMS_WORDS], again[SMMU_VMS_WORDS];
	json_t *fields = json_object_get(json_object_get(vector, "expect"), "fields");
	const char *id = json_string_value(json_object_get(vector, "id"));
	const char *name;
	json_t *value, *word;
	size_t i;

	memset(words, 0, sizeof(words));
	json_array_foreach(json_object_get(vector, "words"), i, word) words[i] = number(word);
	json_object_foreach(fields, name, value)
	{
		const struct smmu_field *f = smmu_format_field(format, name);
		json_t *element;

		cr_assert(f, "%s: no field %s", id, name);
		if (!json_is_array(value)) {
			cr_expect_eq(smmu_field_get(f, words, 0), number(value), "%s %s", id, name);
			continue;
		}
		cr_expect_eq(json_array_size(value), f->array_count, "%s %s", id, name);
		json_array_foreach(value, i, element)
			cr_expect_eq(smmu_field_get(f, words, (unsigned)i), number(element),
				     "%s %s[%zu]", id, name, i);
	}
	memset(again, 0, sizeof(again));
	for (size_t n = 0; n < format->fields_count; n++)
		for (unsigned e = 0; e < elements(&format->fields[n]); e++)
			smmu_field_set(&format->fields[n], again, e,
				       smmu_field_get(&format->fields[n], words, e));
	for (unsigned w = 0; w < format->words; w++)
		cr_expect_eq(again[w], words[w] & ~reserved(format, w), "%s word %u", id, w);
}

Test(structures, recorded_vectors)
{
	const char *oracles = getenv("ORACLES");
	char path[4096], line[1 << 16];
	unsigned done = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/spec-samples/decode-vectors.jsonl",
		 oracles ? oracles : "../shared/data");
	file = fopen(path, "r");
	if (!file)
		cr_skip_test("no %s", path);
	while (fgets(line, sizeof(line), file)) {
		json_t *vector = json_loads(line, 0, NULL);
		const char *kind = json_string_value(json_object_get(vector, "kind"));

		if (kind && format_of(kind)) {
			check_vector(format_of(kind), vector);
			done++;
		}
		json_decref(vector);
	}
	fclose(file);
	cr_expect_gt(done, 0);
}
