#include "base/bits.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/compiler.h"

Test(bits, fields)
{
	static const struct {
		const char *row;
		uint64_t word;
		unsigned lsb, width;
		uint64_t value, cleared;
	} rows[] = {
		{"nothing", 0x1234, 4, 0, 0, 0x1234},
		{"a nibble", 0x1234, 4, 4, 3, 0x1204},
		{"the top bit", UINT64_C(0x8000000000000001), 63, 1, 1, 1},
		{"all of it", UINT64_C(0xfedcba9876543210), 0, 64, UINT64_C(0xfedcba9876543210), 0},
		{"the upper half", UINT64_C(0xfedcba9876543210), 32, 32, 0xfedcba98, 0x76543210},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t value = smmu_bits(rows[i].word, rows[i].lsb, rows[i].width);
		uint64_t cleared = smmu_bits_set(rows[i].word, rows[i].lsb, rows[i].width, 0);

		cr_expect_eq(value, rows[i].value, "%s: 0x%" PRIx64, rows[i].row, value);
		cr_expect_eq(cleared, rows[i].cleared, "%s: 0x%" PRIx64, rows[i].row, cleared);
		cr_expect_eq(smmu_bits_set(cleared, rows[i].lsb, rows[i].width, value),
			     rows[i].word, "%s", rows[i].row);
		cr_expect(smmu_bits_fit(value, rows[i].width), "%s", rows[i].row);
	}
	cr_expect_not(smmu_bits_fit(16, 4));
	cr_expect_not(smmu_bits_fit(1, 0));
}

Test(bits, signs)
{
	static const struct {
		uint64_t value;
		unsigned bits;
		uint64_t want;
	} rows[] = {
		{0x7f, 8, 0x7f},
		{0x80, 8, UINT64_C(0xffffffffffffff80)},
		{0x1ff, 8, UINT64_MAX},
		{1, 1, UINT64_MAX},
		{UINT64_C(0x8000000000000000), 64, UINT64_C(0x8000000000000000)},
		{UINT64_C(0x0000ffff12345678), 48, UINT64_C(0xffffffff12345678)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_sign_extend(rows[i].value, rows[i].bits), rows[i].want, "row %zu",
			     i);
}

Test(bits, bytes_in_memory)
{
	static const uint8_t bytes[9] = {0, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
	uint8_t copy[9] = {0};

	cr_expect_eq(smmu_ld32le(bytes + 1), 0x67452301);
	cr_expect_eq(smmu_ld64le(bytes + 1), UINT64_C(0xefcdab8967452301));
	cr_expect_eq(smmu_ld64be(bytes + 1), UINT64_C(0x0123456789abcdef));
	smmu_st64le(copy + 1, UINT64_C(0xefcdab8967452301));
	cr_expect_arr_eq(copy, bytes, sizeof(bytes));
	smmu_st64be(copy + 1, UINT64_C(0x0123456789abcdef));
	cr_expect_arr_eq(copy, bytes, sizeof(bytes));
	smmu_st32le(copy, 0x67452301);
	cr_expect_arr_eq(copy, bytes + 1, 4);
}

Test(bits, alignment)
{
	cr_expect_eq(smmu_align_down_log2(0x12345678, 12), 0x12345000);
	cr_expect_eq(smmu_align_down_log2(UINT64_MAX, 64), 0);
	cr_expect(smmu_is_aligned_log2(0x3000, 12));
	cr_expect_not(smmu_is_aligned_log2(0x3008, 12));
	cr_expect(smmu_is_aligned_log2(1, 0));
}
