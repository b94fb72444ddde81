/* Event records: IHI 0070 7.3. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/event.h"

/* Bits of the whole record, as the specification counts them. */
static struct smmu_evt with_bits(unsigned type, unsigned high, unsigned low)
{
	struct smmu_evt evt = {{type}};

	for (unsigned bit = low; bit <= high; bit++)
		evt.word[bit / 64] |= UINT64_C(1) << (bit % 64);
	return evt;
}

Test(event, fields_stand_where_the_specification_has_them)
{
	static const struct {
		unsigned type, high, low;
		const char *field;
		uint64_t want;
	} rows[] = {
		{0x10, 11, 11, "SSV", 1},
		{0x10, 31, 12, "SubstreamID", 0xfffff},
		{0x10, 63, 32, "StreamID", 0xffffffff},
		{0x10, 79, 64, "STAG", 0xffff},
		{0x10, 95, 95, "Stall", 1},
		{0x10, 97, 97, "PnU", 1},
		{0x10, 98, 98, "InD", 1},
		{0x10, 99, 99, "RnW", 1},
		{0x10, 102, 102, "NSIPA", 1},
		{0x10, 103, 103, "S2", 1},
		{0x10, 105, 104, "CLASS", 3},
		{0x13, 108, 108, "TTRnW", 1},
		{0x10, 191, 128, "InputAddr", UINT64_MAX},
		{0x10, 247, 204, "IPA", 0xfffffffffff000},
		{0x01, 79, 64, "Reason", 0xffff},
		{0x03, 80, 80, "GPCF", 1},
		{0x03, 247, 195, "FetchAddr", 0xfffffffffffff8},
		{0x07, 99, 99, "RnW", 1},
		{0x24, 97, 97, "uX", 1},
		{0x24, 99, 99, "uR", 1},
		{0x24, 101, 101, "pX", 1},
		{0x24, 103, 103, "pR", 1},
		{0x24, 115, 108, "Span", 0xff},
		{0x24, 191, 140, "InputAddr", 0xfffffffffffff000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_format *format = smmu_event_format(rows[i].type);
		struct smmu_evt evt = with_bits(rows[i].type, rows[i].high, rows[i].low);
		struct smmu_when_ctx ctx = {.word = evt.word};
		uint64_t got = 0;
		bool found = false;

		for (size_t f = 0; f < format->fields_count; f++) {
			const struct smmu_field *field = &format->fields[f];

			if (!smmu_field_is_present(field, &ctx))
				continue;
			if (!strcmp(field->name, rows[i].field)) {
				found = true;
				got = smmu_field_get(field, evt.word, 0);
			} else if (strcmp(field->name, "Type")) {
				cr_expect_eq(smmu_field_get(field, evt.word, 0), 0,
					     "%s of %#x also in %s", rows[i].field, rows[i].type,
					     field->name);
			}
		}
		cr_expect(found, "%#x has %s", rows[i].type, rows[i].field);
		cr_expect_eq(got, rows[i].want, "%s of %#x is %#llx", rows[i].field, rows[i].type,
			     (unsigned long long)got);
	}
}

Test(event, fields_of_one_type_do_not_overlap)
{
	unsigned type;

	for (size_t i = 0; smmu_event_at(i, &type); i++) {
		const struct smmu_format *format = smmu_event_format(type);
		struct smmu_evt evt = {{type}};
		struct smmu_when_ctx ctx = {.word = evt.word};
		uint64_t used[SMMU_EVT_WORDS] = {0};

		for (size_t f = 0; f < format->fields_count; f++) {
			const struct smmu_field *field = &format->fields[f];
			const struct smmu_field_part *part = &field->part[0];
			uint64_t bits = smmu_mask(part->lsb, part->width);

			if (!smmu_field_is_present(field, &ctx))
				continue;
			cr_expect_eq(used[part->word] & bits, 0, "%s: %s", format->name,
				     field->name);
			used[part->word] |= bits;
		}
	}
}

/* 7.3.2 to 7.3.20: the fields of every type besides Type, in the order of the record. */
#define SUBSTREAM "SSV SubstreamID StreamID"
#define ACCESS	  "PnU InD RnW"
#define FETCH	  "Reason GPCF"
#define FAULT	  SUBSTREAM " STAG Stall " ACCESS " NSIPA S2 CLASS"
static const struct {
	unsigned type;
	const char *fields;
} types[] = {
	{0x01, SUBSTREAM " Reason " ACCESS " InputAddr"},
	{0x02, SUBSTREAM},
	{0x03, SUBSTREAM " " FETCH " FetchAddr"},
	{0x04, SUBSTREAM},
	{0x05, SUBSTREAM " Span P X W R InputAddr"},
	{0x06, "StreamID"},
	{0x07, "StreamID RnW InputAddr"},
	{0x08, "SubstreamID StreamID"},
	{0x09, SUBSTREAM " " FETCH " FetchAddr"},
	{0x0a, SUBSTREAM},
	{0x0b, SUBSTREAM " " FETCH " " ACCESS " S2 CLASS InputAddr FetchAddr"},
	{0x10, FAULT " InputAddr IPA"},
	{0x11, FAULT " InputAddr IPA"},
	{0x12, FAULT " InputAddr IPA"},
	{0x13, FAULT " TTRnW DirtyBit Overlay AssuredOnly InputAddr IPA"},
	{0x20, SUBSTREAM " Reason " ACCESS " NSIPA S2 InputAddr IPA"},
	{0x21, SUBSTREAM " Reason"},
	{0x24, SUBSTREAM " uX uW uR pX pW pR Span InputAddr"},
	{0x25, SUBSTREAM " " FETCH " FetchAddr"},
};

/* The fields of a type that are present in a record of it, by the bit that they start with. */
static void list_fields(char *text, size_t size, unsigned type)
{
	const struct smmu_format *format = smmu_event_format(type);
	struct smmu_evt evt = {{type}};
	struct smmu_when_ctx ctx = {.word = evt.word};

	text[0] = '\0';
	for (unsigned bit = 8; bit < 64 * SMMU_EVT_WORDS; bit++)
		for (size_t i = 0; i < format->fields_count; i++) {
			const struct smmu_field *f = &format->fields[i];
			size_t n = strlen(text);

			if (f->part[0].word * 64u + f->part[0].lsb == bit &&
			    smmu_field_is_present(f, &ctx))
				snprintf(text + n, size - n, "%s%s", n ? " " : "", f->name);
		}
}

Test(event, types_have_their_fields)
{
	unsigned type, architected = 0;
	char got[256];

	for (size_t i = 0; i < SMMU_LEN(types); i++) {
		list_fields(got, sizeof(got), types[i].type);
		cr_expect_str_eq(got, types[i].fields, "%#x", types[i].type);
	}
	for (size_t i = 0; smmu_event_at(i, &type); i++)
		architected += type < 0xe0;
	cr_expect_eq(architected, SMMU_LEN(types));
	cr_expect_not(smmu_event_has_field(0x0c, "StreamID"), "reserved");
	cr_expect_not(smmu_event_has_field(0xe3, "StreamID"), "IMPLEMENTATION DEFINED");
	cr_expect_not(smmu_event_has_field(0x10, "NoSuchField"));
	cr_expect(smmu_event_has_field(0x10, "IPA"));
	cr_expect_not(smmu_event_has_field(0x10, "GPCF"));
}

/* What makes a field valid that is not always: bits of the whole record. */
static const struct {
	const char *field;
	unsigned but; /* a type in which it is always valid */
	unsigned word;
	uint64_t mask, valid;
	const char *condition;
} conditions[] = {
	/* 7.3: "Only valid if SSV == 1"; 7.3.9: "there is no SSV qualifier". */
	{"SubstreamID", 0x08, 0, 0x800, 0x800, "SSV == 1"},
	/* 7.3.21: the token of a transaction that is stalled. */
	{"STAG", 0, 1, 0x80000000, 0x80000000, "Stall == 1"},
	/* 7.3.13, 7.3.17: UNKNOWN for stage 1 faults; 7.3: NSIPA is of an IPA. */
	{"IPA", 0, 1, 0x8000000000, 0x8000000000, "S2 == 1"},
	{"NSIPA", 0, 1, 0x8000000000, 0x8000000000, "S2 == 1"},
	/* 7.3.16: "TTRnW is UNKNOWN when CLASS is not TT". */
	{"TTRnW", 0, 1, 0x30000000000, 0x10000000000, "CLASS == TT"},
};

/* In every value of the bits that decide, the others once clear and once set. */
static void one_field(unsigned type, const struct smmu_field *field)
{
	size_t c = 0;

	while (c < SMMU_LEN(conditions) &&
	       (strcmp(conditions[c].field, field->name) || conditions[c].but == type))
		c++;
	for (int ones = 0; ones < 2; ones++)
		for (uint64_t value = 0; value < 4; value++) {
			uint64_t rest = ones ? UINT64_MAX : 0, mask, bits;
			struct smmu_evt evt = {{(rest & ~UINT64_C(0xff)) | type, rest, rest, rest}};
			bool want = true;

			if (c < SMMU_LEN(conditions)) {
				mask = conditions[c].mask;
				bits = (mask & -mask) * value & mask;
				evt.word[conditions[c].word] &= ~mask;
				evt.word[conditions[c].word] |= bits;
				want = bits == conditions[c].valid;
			}
			cr_expect_eq(smmu_event_field_is_valid(field, &evt), want,
				     "%s of %#x in %016llx %016llx", field->name, type,
				     (unsigned long long)evt.word[0],
				     (unsigned long long)evt.word[1]);
		}
}

Test(event, validity_depends_on_the_record)
{
	unsigned type;

	for (size_t i = 0; smmu_event_at(i, &type); i++) {
		const struct smmu_format *format = smmu_event_format(type);
		struct smmu_evt evt = {{type}};
		struct smmu_when_ctx ctx = {.word = evt.word};

		for (size_t f = 0; f < format->fields_count; f++) {
			const struct smmu_field *field = &format->fields[f];

			if (smmu_field_is_present(field, &ctx))
				one_field(type, field);
			else
				cr_expect_not(smmu_event_field_is_valid(field, &evt), "%s of %#x",
					      field->name, type);
		}
	}
	for (size_t c = 0; c < SMMU_LEN(conditions); c++)
		cr_expect_str_eq(smmu_event_field_condition(smmu_format_field(
					 smmu_event_format(0x13), conditions[c].field)),
				 conditions[c].condition);
}

Test(event, contradictions)
{
	static const struct {
		const char *row;
		struct smmu_evt evt;
		const char *start; /* of what is said; NULL: nothing */
	} rows[] = {
		/* 7.3.12 to 7.3.17: "InD == 0 when RnW == 0". */
		{"an instruction fetch", {{0x10, 0x20c00000000}}, NULL},
		{"an instruction write", {{0x10, 0x20400000000}}, "InD "},
		{"… of a walk that aborts", {{0x0b, 0x10400000000}}, "InD "},
		{"… of a TLB conflict", {{0x20, 0x400000000}}, "InD "},
		/* 7.3.2: the attributes that came in. */
		{"F_UUT says what came in", {{0x01, 0x400000000}}, NULL},
		/* 7.3.13: "If fault occurs at stage 1, S2 == 0 and: CLASS == IN". */
		{"stage 1, CLASS IN", {{0x13, 0x20000000000}}, NULL},
		{"stage 1, CLASS TT", {{0x13, 0x10000000000}}, "CLASS is not IN"},
		{"stage 1, CLASS CD", {{0x11, 0}}, "CLASS is not IN"},
		{"stage 2, CLASS TT", {{0x13, 0x18000000000}}, NULL},
		{"stage 2, CLASS CD", {{0x12, 0x8000000000}}, NULL},
		/* 7.3.12: "S2 == 0 (stage 1), CLASS == TT". */
		{"stage 1 walk, CLASS TT", {{0x0b, 0x10000000000}}, NULL},
		{"stage 1 walk, CLASS IN", {{0x0b, 0x20000000000}}, "CLASS is not TT"},
		{"stage 2 walk, CLASS IN", {{0x0b, 0x28000000000}}, NULL},
		/* 7.3: "zero unless … S2 == 1". */
		{"NSIPA of stage 2", {{0x10, 0x2c000000000}}, NULL},
		{"NSIPA of stage 1", {{0x10, 0x24000000000}}, "NSIPA "},
		{"no S2 in C_BAD_STE", {{0x04, 0x4400000000}}, NULL},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const char *text = smmu_event_contradiction(&rows[i].evt, 0);

		cr_expect_eq(text == NULL, rows[i].start == NULL, "%s: %s", rows[i].row,
			     text ? text : "nothing");
		if (text && rows[i].start)
			cr_expect_eq(strncmp(text, rows[i].start, strlen(rows[i].start)), 0,
				     "%s: %s", rows[i].row, text);
		cr_expect_null(smmu_event_contradiction(&rows[i].evt, 1), "%s", rows[i].row);
	}
	/* All at once, in turn. */
	cr_expect_not_null(smmu_event_contradiction(&(struct smmu_evt){{0x10, 0x4400000000}}, 2));
}

Test(event, names_and_numbers)
{
	cr_expect_str_eq(smmu_event_name(0x07), "F_TRANSL_FORBIDDEN");
	cr_expect_str_eq(smmu_event_name(0xef), "IMPDEF_EVENT15");
	cr_expect_null(smmu_event_name(0x0c));
	cr_expect_null(smmu_event_name(0x100));
	cr_expect_eq(smmu_event_type("F_PERMISSION"), 0x13);
	cr_expect_eq(smmu_event_type("f_permission"), 0x13);
	cr_expect_eq(smmu_event_type("SMMU_EVT_C_BAD_STE"), 0x04);
	cr_expect_eq(smmu_event_type("F_PERMISSIO"), -1);
	cr_expect_eq(smmu_event_type("F_PERMISSIONS"), -1);
	cr_expect_eq(smmu_event_type(""), -1);
}

Test(event, setters_meet_their_getters)
{
	struct smmu_evt evt = {{0}};

	smmu_evt_set_Type(&evt, SMMU_EVT_F_TRANSLATION);
	smmu_evt_set_StreamID(&evt, 0x100);
	smmu_evt_set_CLASS(&evt, SMMU_EVT_CLASS_IN);
	smmu_evt_set_InputAddr(&evt, 0x40001234);
	smmu_evt_set_IPA(&evt, 0x80001234);
	cr_expect_eq(evt.word[0], 0x0000010000000010);
	cr_expect_eq(evt.word[1], 0x0000020000000000);
	cr_expect_eq(evt.word[2], 0x40001234);
	cr_expect_eq(evt.word[3], 0x80001000);
	cr_expect_eq(smmu_evt_IPA(&evt), 0x80001000);
	smmu_evt_set_FetchAddr(&evt, 0xff00000000000fff);
	cr_expect_eq(smmu_evt_FetchAddr(&evt), 0xff8);
}
