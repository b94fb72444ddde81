/* The field engine: get and set are inverse, ranges are checked, RES0 is what nobody claims. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "base/err.h"
#include "spec/format.h"

static bool only_when_low(const struct smmu_when_ctx *ctx)
{
	return (ctx->word[0] & 1) == 0;
}

static const struct smmu_enum_value colour_values[] = {{0, "red", "first"}, {2, "blue", "third"}};
static const struct smmu_enum colours = {"colours", colour_values, SMMU_LEN(colour_values)};

static const struct smmu_field fields[] = {
	{"Low", {{0, 0, 4, 0}}, SMMU_FIELD_UINT, NULL, NULL, NULL, 1},
	{"Base", {{0, 12, 36, 12}}, SMMU_FIELD_ADDR, NULL, NULL, NULL, 1},
	{"Split", {{0, 60, 2, 0}, {1, 0, 3, 2}}, SMMU_FIELD_UINT, NULL, NULL, NULL, 1},
	{"Array", {{1, 48, 8, 0}}, SMMU_FIELD_UINT, NULL, NULL, NULL, 6},
	{"Maybe", {{0, 62, 1, 0}}, SMMU_FIELD_BOOL, NULL, only_when_low, "Low is even", 1},
};
static const struct smmu_format format = {"T", "none", "a test", 3, 192, fields, SMMU_LEN(fields)};

Test(format, values_go_where_the_row_says)
{
	static const struct {
		const char *row, *field;
		unsigned index;
		uint64_t value, want[3];
	} rows[] = {
		{"low bits", "Low", 0, 0xf, {0xf, 0, 0}},
		{"an address keeps its place", "Base", 0, 0xabc000, {0xabc000, 0, 0}},
		{"two parts, low one first", "Split", 0, 0x1e, {UINT64_C(2) << 60, 7, 0}},
		{"element 0", "Array", 0, 0xff, {0, UINT64_C(0xff) << 48, 0}},
		{"element 2 in the next word", "Array", 2, 0xff, {0, 0, 0xff}},
		{"last element", "Array", 5, 0x81, {0, 0, UINT64_C(0x81) << 24}},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_field *f = smmu_format_field(&format, rows[i].field);
		uint64_t words[3] = {0};

		cr_assert(f, "%s", rows[i].row);
		cr_expect_eq(smmu_field_set(f, words, rows[i].index, rows[i].value), 0, "%s",
			     rows[i].row);
		cr_expect_arr_eq(words, rows[i].want, sizeof(words), "%s", rows[i].row);
		cr_expect_eq(smmu_field_get(f, words, rows[i].index), rows[i].value, "%s",
			     rows[i].row);
	}
}

Test(format, what_does_not_fit_changes_nothing)
{
	static const struct {
		const char *row, *field;
		unsigned index;
		uint64_t value;
	} rows[] = {
		{"too large", "Low", 0, 16},
		{"address below its bits", "Base", 0, 0x800},
		{"address above its bits", "Base", 0, UINT64_C(1) << 48},
		{"split too large", "Split", 0, 32},
		{"index past the array", "Array", 6, 1},
		{"index of no array", "Low", 1, 1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t words[3] = {1, 2, 3}, same[3] = {1, 2, 3};

		cr_expect_eq(smmu_field_set(smmu_format_field(&format, rows[i].field), words,
					    rows[i].index, rows[i].value),
			     SMMU_E_RANGE, "%s", rows[i].row);
		cr_expect_arr_eq(words, same, sizeof(words), "%s", rows[i].row);
	}
}

Test(format, names_and_encodings)
{
	cr_expect_null(smmu_format_field(&format, "low"), "case matters");
	cr_expect_null(smmu_format_field(&format, ""));
	cr_expect_str_eq(smmu_enum_find(&colours, 2)->name, "blue");
	cr_expect_null(smmu_enum_find(&colours, 1), "1 is reserved");
	cr_expect_null(smmu_enum_find(NULL, 0));
}

Test(format, res0_is_what_no_present_field_claims)
{
	uint64_t words[3] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)};
	struct smmu_when_ctx ctx = {.word = words};

	cr_expect_eq(smmu_format_res0(&format, &ctx, 0),
		     UINT64_C(0xc0000000000000f0) | UINT64_C(0x0fff000000000f00));
	words[0] &= ~UINT64_C(1);
	cr_expect_eq(smmu_format_res0(&format, &ctx, 0),
		     UINT64_C(0x80000000000000f0) | UINT64_C(0x0fff000000000f00));
	cr_expect_eq(smmu_format_res0(&format, &ctx, 1), UINT64_C(0x0000fffffffffff8));
	cr_expect_eq(smmu_format_res0(&format, &ctx, 2), UINT64_C(0xffffffff00000000));
}
