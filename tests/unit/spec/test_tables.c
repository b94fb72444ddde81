/* Every table of the architecture: bits, encodings, and encode against decode. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/text.h"
#include "layout.h"
#include "spec/dpt.h"
#include "spec/encode.h"
#include "spec/gpt.h"
#include "spec/reg_values.h"
#include "spec/ste.h"
#include "spec/vms.h"

/* xorshift64*: the same values in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static const enum smmu_name_kind owners[] = {SMMU_NAME_STRUCTURE, SMMU_NAME_EVENT,
					     SMMU_NAME_COMMAND, SMMU_NAME_REGISTER};

/* The states in which a format is looked at: of structures and commands every one. */
static size_t contexts(struct smmu_when_ctx *ctx, const struct smmu_name *name, uint64_t *words)
{
	size_t n = 0;

	memset(words, 0, name->format->words * sizeof(*words));
	if (name->number >= 0)
		words[0] = (uint64_t)name->number;
	for (int sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM; sec++)
		for (int d128 = 0; d128 < 2; d128++)
			ctx[n++] = (struct smmu_when_ctx){
				.word = words, .sec = (enum smmu_sec)sec, .d128 = d128 != 0};
	if (name->reg) {
		ctx[0].sec = name->reg->sec;
		return 1;
	}
	return n;
}

/* Two rows of one bit are never there together. */
Test(tables, rows_do_not_overlap)
{
	static uint64_t words[SMMU_VMS_WORDS];
	struct smmu_when_ctx ctx[8];
	struct smmu_name name;

	for (size_t k = 0; k < SMMU_LEN(owners); k++)
		for (size_t i = 0; smmu_name_at(&name, owners[k], i); i++) {
			size_t n = name.format ? contexts(ctx, &name, words) : 0;

			for (size_t c = 0; c < n; c++)
				for (unsigned w = 0; w < name.format->words; w++) {
					uint64_t taken = 0;

					for (size_t f = 0; f < name.format->fields_count; f++) {
						const struct smmu_field *field =
							&name.format->fields[f];
						uint64_t bits = layout_bits(field, w);

						if (!bits || !smmu_field_is_present(field, &ctx[c]))
							continue;
						cr_expect_eq(taken & bits, 0, "%s.%s", name.name,
							     field->name);
						taken |= bits;
					}
				}
		}
}

/* Bits that the text calls RES0 in one of two layouts of a register, or RES1. */
static const struct {
	const char *name, *why;
	unsigned high, low;
} overlaid[] = {
	{"SMMU_S_VATOS_SID", "RES1", 53, 53},
	{"SMMU_GATOS_PAR", "RES0 with FAULT == 1 only, ATTR without", 59, 56},
	{"SMMU_S_GATOS_PAR", "the same", 59, 56},
	{"SMMU_VATOS_PAR", "the same", 59, 56},
	{"SMMU_S_VATOS_PAR", "the same", 59, 56},
};

static bool is_overlaid(const char *name, unsigned bit)
{
	for (size_t i = 0; i < SMMU_LEN(overlaid); i++)
		if (!strcmp(overlaid[i].name, name) && bit <= overlaid[i].high &&
		    bit >= overlaid[i].low)
			return true;
	return false;
}

static bool is_claimed(const struct smmu_name *name, unsigned bit)
{
	static uint64_t words[SMMU_VMS_WORDS];
	struct smmu_when_ctx ctx[8];
	size_t n = contexts(ctx, name, words);

	for (size_t c = 0; c < n; c++)
		for (size_t f = 0; f < name->format->fields_count; f++) {
			const struct smmu_field *field = &name->format->fields[f];

			if ((layout_bits(field, bit / 64) >> (bit % 64) & 1) &&
			    smmu_field_is_present(field, &ctx[c]))
				return true;
		}
	return false;
}

/* Each bit is a field's or RES0, as the text has it. */
Test(tables, every_bit_is_claimed_or_res0)
{
	FILE *file = layout_open("layout-res0.txt");
	static char line[512];
	static bool res0[SMMU_VMS_WORDS * 64];
	size_t formats = 0;

	while (layout_line(line, sizeof(line), file)) {
		char *save, *text = strtok_r(line, " ", &save);
		struct smmu_name name;
		unsigned width, high, low;

		text = strtok_r(NULL, " ", &save);
		cr_assert(text);
		name = layout_format(text);
		width = name.reg ? name.reg->width_bits : name.format->words * 64;
		memset(res0, 0, sizeof(res0));
		while ((text = strtok_r(NULL, " ", &save))) {
			cr_assert_eq(sscanf(text, "%u:%u", &high, &low), 2, "%s", name.name);
			cr_assert(high < width && low <= high, "%s [%u:%u]", name.name, high, low);
			for (unsigned bit = low; bit <= high; bit++)
				res0[bit] = true;
		}
		for (unsigned bit = 0; bit < width; bit++)
			if (!is_overlaid(name.name, bit))
				cr_expect_neq(is_claimed(&name, bit), res0[bit], "%s [%u]: %s",
					      name.name, bit,
					      res0[bit] ? "a field, RES0 in the text"
							: "neither a field nor RES0");
		formats++;
	}
	fclose(file);
	cr_expect_gt(formats, 150);
}

static void check_enum(const struct smmu_field *field, const char *owner)
{
	const struct smmu_enum *e = field->values;
	unsigned width = field->part[0].width;

	for (size_t i = 2; i > 0; i--)
		width += field->part[i].width;
	for (size_t i = 0; i < e->count; i++) {
		const struct smmu_enum_value *v = &e->values[i];

		cr_expect(v->name && v->name[0] && v->meaning && v->meaning[0], "%s.%s: %s", owner,
			  field->name, e->name);
		cr_expect(smmu_bits_fit(v->value, width), "%s.%s: %s", owner, field->name, v->name);
		cr_expect_eq(smmu_enum_find(e, v->value), v, "%s: %s twice", e->name, v->name);
		for (size_t k = 0; k < i; k++)
			cr_expect(strcasecmp(e->values[k].name, v->name), "%s: two %s", e->name,
				  v->name);
	}
}

/* An ENUM has names, and every name is of an encoding that fits. */
Test(tables, every_encoding_has_a_name)
{
	struct smmu_name name;

	for (size_t k = 0; k < SMMU_LEN(owners); k++)
		for (size_t i = 0; smmu_name_at(&name, owners[k], i); i++)
			for (size_t f = 0; name.format && f < name.format->fields_count; f++) {
				const struct smmu_field *field = &name.format->fields[f];

				cr_expect_eq(field->values != NULL, field->kind == SMMU_FIELD_ENUM,
					     "%s.%s", name.name, field->name);
				if (field->values)
					check_enum(field, name.name);
			}
}

/* Text of assignments that smmu_encode() takes. */
struct assignments {
	char text[160][64];
	const char *item[160];
	size_t count;
};

static void assign(struct assignments *a, const struct smmu_field *field, unsigned index,
		   uint64_t value)
{
	cr_assert_lt(a->count, SMMU_LEN(a->text));
	if (field->array_count > 1)
		snprintf(a->text[a->count], 64, "%s[%u]=%#llx", field->name, index,
			 (unsigned long long)value);
	else
		snprintf(a->text[a->count], 64, "%s=%#llx", field->name, (unsigned long long)value);
	/* The case of a name does not matter. */
	for (char *c = a->text[a->count]; (value & 1) && *c != '='; c++)
		*c = (char)tolower((unsigned char)*c);
	a->item[a->count] = a->text[a->count];
	a->count++;
}

/* Whether the field says what the entry is, so that it cannot be random. */
static bool is_type(const struct smmu_field *field)
{
	return !strcmp(field->name, "Type") || !strcmp(field->name, "Opcode") ||
	       !strcmp(field->name, "SKL");
}

/* Random values in all fields, read back, and given to smmu_encode(). */
static void check_inverse(const struct smmu_show *show, const char *type,
			  const struct smmu_format *format, const uint64_t *blank, uint64_t *seed)
{
	static uint64_t words[SMMU_ENTRY_WORDS_MAX], got[SMMU_ENTRY_WORDS_MAX];
	struct smmu_when_ctx ctx = {.word = words, .sec = show->sec, .d128 = show->d128};
	unsigned count = smmu_entry_words(show);
	struct assignments a = {.count = 0};

	memcpy(words, blank, count * sizeof(*words));
	for (size_t f = 0; f < format->fields_count; f++) {
		const struct smmu_field *field = &format->fields[f];
		unsigned elements = field->array_count > 1 ? field->array_count : 1;

		if (!smmu_field_is_present(field, &ctx) || is_type(field))
			continue;
		for (unsigned e = 0; e < elements; e++) {
			uint64_t held = 0, value;

			for (size_t p = 0; p < SMMU_LEN(field->part) && field->part[p].width; p++)
				held |= smmu_mask(field->part[p].shift, field->part[p].width);
			value = next_random(seed) & held;
			cr_assert_eq(smmu_field_set(field, words, e, value), 0, "%s.%s", type,
				     field->name);
			cr_expect_eq(smmu_field_get(field, words, e), value, "%s.%s", type,
				     field->name);
			assign(&a, field, e, value);
		}
	}
	cr_expect_eq(smmu_encode(got, show, type, a.item, a.count, NULL), 0, "%s", type);
	cr_expect_arr_eq(got, words, count * sizeof(*words), "%s: %#llx %#llx, not %#llx %#llx",
			 type, (unsigned long long)got[0], (unsigned long long)got[1],
			 (unsigned long long)words[0], (unsigned long long)words[1]);
}

static const uint64_t zeros[SMMU_ENTRY_WORDS_MAX];

Test(tables, encode_is_the_inverse_of_decode)
{
	static const enum smmu_entry_kind structures[] = {
		SMMU_ENTRY_STE,	 SMMU_ENTRY_CD,	 SMMU_ENTRY_L1STD,
		SMMU_ENTRY_L1CD, SMMU_ENTRY_VMS, SMMU_ENTRY_PRI,
	};
	uint64_t seed = UINT64_C(0x5eed0001);
	struct smmu_name name;

	for (unsigned round = 0; round < 40; round++) {
		struct smmu_show show = {.sec = (enum smmu_sec)(round % 3), .d128 = round & 1};

		for (size_t k = 0; k < SMMU_LEN(structures); k++) {
			const char *type = smmu_entry_name(show.kind = structures[k]);

			cr_assert_gt(smmu_name_find(&name, 1, type), 0, "%s", type);
			check_inverse(&show, type, name.format, zeros, &seed);
		}
		show.kind = SMMU_ENTRY_EVENT;
		for (size_t i = 0; smmu_name_at(&name, SMMU_NAME_EVENT, i); i++) {
			uint64_t blank[4] = {(uint64_t)name.number};

			check_inverse(&show, name.name, name.format, blank, &seed);
		}
		show.kind = SMMU_ENTRY_COMMAND;
		for (size_t i = 0; smmu_name_at(&name, SMMU_NAME_COMMAND, i); i++) {
			uint64_t blank[2] = {(uint64_t)name.number};

			check_inverse(&show, name.name, name.format, blank, &seed);
		}
		show.kind = SMMU_ENTRY_REGISTER;
		for (size_t i = 0; smmu_name_at(&name, SMMU_NAME_REGISTER, i); i++) {
			show.reg = name.reg;
			show.sec = name.reg->sec;
			check_inverse(&show, name.name, name.format, zeros, &seed);
		}
	}
}

/* Every encoding by its name, and no number that is the name of another one. */
static void check_names(const struct smmu_show *show, const struct smmu_name *owner,
			const struct smmu_field *field)
{
	const char *type = owner->kind == SMMU_NAME_EVENT || owner->kind == SMMU_NAME_COMMAND
				   ? owner->name
				   : NULL;
	uint64_t words[SMMU_ENTRY_WORDS_MAX], value;

	for (size_t i = 0; i < field->values->count; i++) {
		const struct smmu_enum_value *v = &field->values->values[i];
		char text[96];
		const char *item = text;

		snprintf(text, sizeof(text), "%s=%s", field->name, v->name);
		cr_expect_eq(smmu_encode(words, show, type, &item, 1, NULL), 0, "%s: %s",
			     owner->name, text);
		cr_expect_eq(smmu_field_get(field, words, 0), v->value, "%s: %s", owner->name,
			     text);
		if (!smmu_parse_u64(&value, v->name, strlen(v->name)) && value != v->value)
			cr_expect_null(smmu_enum_find(field->values, value), "%s: %s", owner->name,
				       text);
	}
}

Test(tables, every_encoding_can_be_given_by_its_name)
{
	static const enum smmu_entry_kind kinds[] = {[SMMU_NAME_EVENT] = SMMU_ENTRY_EVENT,
						     [SMMU_NAME_COMMAND] = SMMU_ENTRY_COMMAND,
						     [SMMU_NAME_REGISTER] = SMMU_ENTRY_REGISTER};
	static uint64_t words[SMMU_VMS_WORDS];
	struct smmu_when_ctx ctx[8];
	struct smmu_name name;

	for (size_t k = 0; k < SMMU_LEN(owners); k++)
		for (size_t i = 0; smmu_name_at(&name, owners[k], i); i++) {
			size_t n = name.format ? contexts(ctx, &name, words) : 0;

			for (size_t c = 0; c < n; c++)
				for (size_t f = 0; f < name.format->fields_count; f++) {
					const struct smmu_field *field = &name.format->fields[f];
					struct smmu_show show = {.kind = kinds[owners[k]],
								 .reg = name.reg,
								 .sec = ctx[c].sec,
								 .d128 = ctx[c].d128};

					if (!field->values || field->array_count > 1 ||
					    !smmu_field_is_present(field, &ctx[c]))
						continue;
					if (owners[k] == SMMU_NAME_STRUCTURE &&
					    smmu_entry_find(&show.kind, name.name))
						continue;
					check_names(&show, &name, field);
				}
		}
}

/* What the lists of names do not reach: descriptors, where they were found. */
static void check_rows(const struct smmu_format *format, const uint64_t *words)
{
	struct smmu_when_ctx ctx = {.word = words};

	for (unsigned w = 0; w < format->words; w++) {
		uint64_t taken = 0;

		for (size_t f = 0; f < format->fields_count; f++) {
			const struct smmu_field *field = &format->fields[f];
			uint64_t bits = layout_bits(field, w);

			if (!smmu_field_is_present(field, &ctx))
				continue;
			cr_expect_eq(taken & bits, 0, "%s.%s", format->name, field->name);
			taken |= bits;
			cr_expect_eq(field->values != NULL, field->kind == SMMU_FIELD_ENUM, "%s.%s",
				     format->name, field->name);
			if (field->values)
				check_enum(field, format->name);
		}
	}
}

static void check_desc(const struct smmu_desc_fmt *fmt, uint64_t *seed)
{
	static const enum smmu_desc_kind kinds[] = {SMMU_DESC_TABLE, SMMU_DESC_BLOCK,
						    SMMU_DESC_PAGE};

	for (size_t k = 0; k < SMMU_LEN(kinds); k++) {
		struct smmu_show show = {.kind = fmt->stage == 1 ? SMMU_ENTRY_S1DESC
								 : SMMU_ENTRY_S2DESC,
					 .desc = *fmt};
		struct smmu_desc_format format;
		uint64_t blank[2] = {0};

		if (smmu_desc_blank(blank, kinds[k], fmt))
			continue;
		smmu_desc_format_init(&format, blank, fmt);
		check_rows(&format.format, blank);
		check_inverse(&show, format.format.name, &format.format, blank, seed);
	}
}

Test(tables, encode_is_the_inverse_of_decode_of_descriptors)
{
	static const unsigned features[] = {
		0,
		SMMU_DESC_F_PIE,
		SMMU_DESC_F_PIE | SMMU_DESC_F_POE,
		SMMU_DESC_F_AIE | SMMU_DESC_F_PNCH,
		SMMU_DESC_F_THE | SMMU_DESC_F_FWB,
		SMMU_DESC_F_NSE | SMMU_DESC_F_MEC,
	};
	uint64_t seed = UINT64_C(0x5eed0002);

	for (int family = 0; family < SMMU_DESC_FAMILY_COUNT; family++)
		for (int granule = 0; granule < 3; granule++)
			for (int level = SMMU_DESC_LEVEL_MIN; level <= SMMU_DESC_LEVEL_MAX; level++)
				for (size_t f = 0; f < 2 * SMMU_LEN(features); f++) {
					struct smmu_desc_fmt fmt = {
						.stage = (uint8_t)(1 + f % 2),
						.level = (int8_t)level,
						.family = (enum smmu_desc_family)family,
						.granule = (enum smmu_granule)granule,
						.features = features[f / 2],
					};

					if (smmu_desc_level(fmt.family, fmt.granule, level)
						    ->is_level)
						check_desc(&fmt, &seed);
				}
}

Test(tables, encode_is_the_inverse_of_decode_of_permission_tables)
{
	static const struct {
		enum smmu_entry_kind kind;
		uint64_t blank;
		unsigned level;
	} rows[] = {
		{SMMU_ENTRY_GPT, 3, 0}, {SMMU_ENTRY_GPT, 1, 0}, {SMMU_ENTRY_GPT, 1, 1},
		{SMMU_ENTRY_DPT, 0, 0}, {SMMU_ENTRY_DPT, 1, 0}, {SMMU_ENTRY_DPT, 3, 0},
		{SMMU_ENTRY_DPT, 0, 1},
	};
	uint64_t seed = UINT64_C(0x5eed0003);

	for (size_t i = 0; i < 40 * SMMU_LEN(rows); i++) {
		size_t r = i % SMMU_LEN(rows);
		struct smmu_show show = {.kind = rows[r].kind, .level = rows[r].level};
		const struct smmu_format *format =
			rows[r].kind == SMMU_ENTRY_GPT
				? smmu_gpt_format(rows[r].blank, rows[r].level)
				: smmu_dpt_format(rows[r].blank, rows[r].level);

		check_rows(format, &rows[r].blank);
		check_inverse(&show, format->name, format, &rows[r].blank, &seed);
	}
}
