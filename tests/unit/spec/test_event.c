/* Event records: IHI 0070 7.3. */
#include <criterion/criterion.h>
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

Test(event, types_have_their_fields)
{
	static const struct {
		unsigned type;
		const char *field;
		bool want;
	} rows[] = {
		{0x02, "SSV", true},	      {0x02, "InputAddr", false},
		{0x06, "SSV", false},	      {0x07, "SubstreamID", false},
		{0x08, "SSV", false},	      {0x08, "SubstreamID", true},
		{0x0b, "FetchAddr", true},    {0x0b, "Stall", false},
		{0x0b, "CLASS", true},	      {0x10, "TTRnW", false},
		{0x13, "TTRnW", true},	      {0x20, "IPA", true},
		{0x20, "CLASS", false},	      {0x21, "Reason", true},
		{0x05, "Span", true},	      {0xe3, "StreamID", false},
		{0x0c, "StreamID", false},    {0x25, "GPCF", true},
		{0x10, "NoSuchField", false}, {0x10, "GPCF", false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_event_has_field(rows[i].type, rows[i].field), rows[i].want,
			     "%#x %s", rows[i].type, rows[i].field);
}

Test(event, validity_depends_on_the_record)
{
	static const struct {
		const char *row;
		struct smmu_evt evt;
		const char *field;
		bool want;
	} rows[] = {
		{"SubstreamID without SSV", {{0x10}}, "SubstreamID", false},
		{"SubstreamID with SSV", {{0x810}}, "SubstreamID", true},
		{"C_BAD_SUBSTREAMID has no SSV", {{0x08}}, "SubstreamID", true},
		{"STAG without Stall", {{0x10, 0x7f}}, "STAG", false},
		{"STAG with Stall", {{0x10, 0x8000007f}}, "STAG", true},
		{"IPA of a stage 1 fault", {{0x10, 0x20000000000}}, "IPA", false},
		{"IPA of a stage 2 fault", {{0x10, 0x28000000000}}, "IPA", true},
		{"TTRnW with CLASS IN", {{0x13, 0x20000000000}}, "TTRnW", false},
		{"TTRnW with CLASS TT", {{0x13, 0x10000000000}}, "TTRnW", true},
		{"no STAG in F_WALK_EABT", {{0x0b, 0x80000000}}, "STAG", false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		unsigned type = (unsigned)smmu_evt_Type(&rows[i].evt);
		const struct smmu_field *field =
			smmu_format_field(smmu_event_format(type), rows[i].field);

		cr_assert_not_null(field, "%s", rows[i].row);
		cr_expect_eq(smmu_event_field_is_valid(field, &rows[i].evt), rows[i].want, "%s",
			     rows[i].row);
	}
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
