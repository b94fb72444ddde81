#include "base/text.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"

#define K UINT64_C(1024)

Test(text, numbers)
{
	static const struct {
		const char *text;
		int err;
		uint64_t want;
	} rows[] = {
		{"0", 0, 0},
		{"007", 0, 7},
		{"0x0", 0, 0},
		{"0xDeadBeef", 0, 0xdeadbeef},
		{"0X10", 0, 16},
		{"1_000_000", 0, 1000000},
		{"0x9000_0000", 0, 0x90000000},
		{"18446744073709551615", 0, UINT64_MAX},
		{"0xffffffffffffffff", 0, UINT64_MAX},
		{"0x00000000000000000000001", 0, 1},
		{"4K", 0, 4 * K},
		{"2M", 0, 2 * K * K},
		{"1_0G", 0, 10 * K * K * K},
		{"1T", 0, K * K * K * K},
		{"0x10K", 0, 16 * K},
		{"0T", 0, 0},
		{"16777215T", 0, UINT64_C(0xffffff0000000000)},
		{"16777216T", SMMU_E_RANGE, 0},
		{"18014398509481983K", 0, UINT64_C(0xfffffffffffffc00)},
		{"18014398509481984K", SMMU_E_RANGE, 0},
		{"18446744073709551616", SMMU_E_RANGE, 0},
		{"0x10000000000000000", SMMU_E_RANGE, 0},
		{"99999999999999999999999999999999", SMMU_E_RANGE, 0},
		{"99999999999999999999999999999999x", SMMU_E_SYNTAX, 0},
		{"", SMMU_E_SYNTAX, 0},
		{"K", SMMU_E_SYNTAX, 0},
		{"0x", SMMU_E_SYNTAX, 0},
		{"0xK", SMMU_E_SYNTAX, 0},
		{"x1", SMMU_E_SYNTAX, 0},
		{"-1", SMMU_E_SYNTAX, 0},
		{"+1", SMMU_E_SYNTAX, 0},
		{" 1", SMMU_E_SYNTAX, 0},
		{"1 ", SMMU_E_SYNTAX, 0},
		{"1.5", SMMU_E_SYNTAX, 0},
		{"12a", SMMU_E_SYNTAX, 0},
		{"0x1g", SMMU_E_SYNTAX, 0},
		{"_1", SMMU_E_SYNTAX, 0},
		{"1_", SMMU_E_SYNTAX, 0},
		{"1__0", SMMU_E_SYNTAX, 0},
		{"0x_1", SMMU_E_SYNTAX, 0},
		{"1_K", SMMU_E_SYNTAX, 0},
		{"4KK", SMMU_E_SYNTAX, 0},
		{"4k", SMMU_E_SYNTAX, 0},
		{"4KB", SMMU_E_SYNTAX, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t value = 0;
		int err = smmu_parse_u64(&value, rows[i].text, strlen(rows[i].text));

		cr_expect_eq(err, rows[i].err, "\"%s\" gives %d", rows[i].text, err);
		if (!err)
			cr_expect_eq(value, rows[i].want, "\"%s\" is %" PRIu64, rows[i].text,
				     value);
	}
}

Test(text, numbers_end_where_told)
{
	uint64_t value;

	cr_expect_eq(smmu_parse_u64(&value, "12,34", 2), 0);
	cr_expect_eq(value, 12);
	cr_expect_eq(smmu_parse_u64(&value,
				    "1\0"
				    "2",
				    3),
		     SMMU_E_SYNTAX);
}

Test(text, bdf)
{
	/* PCI: segment 16 bits, bus 8, device 5, function 3. */
	static const struct {
		const char *text;
		int err;
		uint32_t want;
	} rows[] = {
		{"0000:01:00.0", 0, 0x100},
		{"01:00.0", 0, 0x100},
		{"00:1f.7", 0, 0xff},
		{"0002:80:10.3", 0, 0x28083},
		{"ffff:ff:1f.7", 0, 0xffffffff},
		{"1:2.3", 0, 0x113},
		{"00:20.0", SMMU_E_RANGE, 0},
		{"00:1f.8", SMMU_E_RANGE, 0},
		{"", SMMU_E_SYNTAX, 0},
		{":", SMMU_E_SYNTAX, 0},
		{"00:", SMMU_E_SYNTAX, 0},
		{"00:00", SMMU_E_SYNTAX, 0},
		{"00:00.", SMMU_E_SYNTAX, 0},
		{"00:00.00", SMMU_E_SYNTAX, 0},
		{"000:00.0", SMMU_E_SYNTAX, 0},
		{"00000:00:00.0", SMMU_E_SYNTAX, 0},
		{"0:0:0:0.0", SMMU_E_SYNTAX, 0},
		{"0x1:00.0", SMMU_E_SYNTAX, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint32_t value = 0;
		int err = smmu_parse_bdf(&value, rows[i].text, strlen(rows[i].text));

		cr_expect_eq(err, rows[i].err, "\"%s\" gives %d", rows[i].text, err);
		if (!err)
			cr_expect_eq(value, rows[i].want, "\"%s\" is 0x%x", rows[i].text, value);
	}
}

Test(text, sizes)
{
	static const struct {
		uint64_t size;
		const char *want;
	} rows[] = {
		{0, "0 B"},
		{1, "1 B"},
		{1023, "1023 B"},
		{4096, "4 KiB"},
		{4097, "4097 B"},
		{1536 * K, "1536 KiB"},
		{6 * K * K * K, "6 GiB"},
		{UINT64_C(1) << 63, "8 EiB"},
		{UINT64_MAX, "18446744073709551615 B"},
	};
	char text[24];

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_str_eq(smmu_format_size(text, rows[i].size), rows[i].want);
}

Test(text, digits)
{
	static const struct {
		uint64_t value;
		unsigned digits;
		const char *dec, *hex;
	} rows[] = {
		{0, 0, "0", "0x0"},
		{0, 16, "0", "0x0000000000000000"},
		{15, 1, "15", "0xf"},
		{16, 1, "16", "0x10"},
		{0x88001000, 0, "2281705472", "0x88001000"},
		{UINT64_MAX, 2, "18446744073709551615", "0xffffffffffffffff"},
	};
	char text[24];

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		cr_expect_eq(smmu_format_dec(text, rows[i].value), strlen(rows[i].dec));
		cr_expect_str_eq(text, rows[i].dec);
		cr_expect_eq(smmu_format_hex(text, rows[i].value, rows[i].digits),
			     strlen(rows[i].hex));
		cr_expect_str_eq(text, rows[i].hex);
	}
}

Test(text, nearest_names)
{
	static const char *const names[] = {"stream",	 "address",    "access",
					    "substream", "input-bits", "pa",
					    "iova",	 "s1dss",      "SMMU_IDR0"};
	static const struct {
		const char *row, *text, *want;
	} rows[] = {
		{"itself", "stream", "stream"},
		{"a letter left out", "adress", "address"},
		{"a letter too many", "streamm", "stream"},
		{"neighbours exchanged", "adderss", "address"},
		{"another case", "IOVA", "iova"},
		{"case of the name", "smmu_idr0", "SMMU_IDR0"},
		{"an underscore", "input_bits", "input-bits"},
		{"two mistakes in a long name", "substraem_", "substream"},
		{"the first of equals", "acess", "access"},
		{"short and wrong", "x", NULL},
		{"nothing", "", NULL},
		{"far from all", "permissions", NULL},
		{"how one begins", "inpu", "input-bits"},
		{"how several begin", "smmu-", "SMMU_IDR0"},
		{"too short to be how one begins", "inp", NULL},
	};
	char huge[200];

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const char *got =
			smmu_nearest(rows[i].text, strlen(rows[i].text), names, SMMU_LEN(names));

		cr_expect((got == NULL) == (rows[i].want == NULL), "%s: %s", rows[i].row,
			  got ? got : "NULL");
		if (got && rows[i].want)
			cr_expect_str_eq(got, rows[i].want, "%s", rows[i].row);
	}
	memset(huge, 'a', sizeof(huge));
	cr_expect_null(smmu_nearest(huge, sizeof(huge), names, SMMU_LEN(names)));
	cr_expect_null(smmu_nearest("a", 1, names, 0));
}

Test(text, utf8_sizes)
{
	/* RFC 3629, 4, and the Unicode table of well-formed sequences. */
	static const struct {
		const char *row, *text;
		size_t size, want;
	} rows[] = {
		{"NUL", "\0", 1, 1},
		{"ASCII", "a", 1, 1},
		{"DEL", "\x7f", 1, 1},
		{"a continuation", "\x80", 1, 0},
		{"overlong of two", "\xc1\xbf", 2, 0},
		{"first of two", "\xc2\x80", 2, 2},
		{"two, cut", "\xc3", 1, 0},
		{"two, wrong", "\xc3(", 2, 0},
		{"overlong of three", "\xe0\x9f\xbf", 3, 0},
		{"first of three", "\xe0\xa0\x80", 3, 3},
		{"three, cut", "\xe2\x82", 2, 0},
		{"three, wrong at the end", "\xe2\x82(", 3, 0},
		{"before surrogates", "\xed\x9f\xbf", 3, 3},
		{"a surrogate", "\xed\xa0\x80", 3, 0},
		{"last of three", "\xef\xbf\xbf", 3, 3},
		{"overlong of four", "\xf0\x8f\xbf\xbf", 4, 0},
		{"first of four", "\xf0\x90\x80\x80", 4, 4},
		{"last of all", "\xf4\x8f\xbf\xbf", 4, 4},
		{"beyond", "\xf4\x90\x80\x80", 4, 0},
		{"far beyond", "\xf8\x88\x80\x80\x80", 5, 0},
		{"no byte of UTF-8", "\xff", 1, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_utf8_size(rows[i].text, rows[i].size), rows[i].want, "%s",
			     rows[i].row);
}

Test(text, utf8_width)
{
	cr_expect_eq(smmu_utf8_width("a\xc3\xa9\xe2\x94\x9c", 6), 3);
	cr_expect_eq(smmu_utf8_width("", 0), 0);
}

Test(text, pci_addresses)
{
	/* segment << 16 | bus << 8 | device << 3 | function */
	static const struct {
		uint32_t bdf;
		const char *text;
	} rows[] = {
		{0, "0000:00:00.0"},
		{0x00000100, "0000:01:00.0"},
		{0x000102a5, "0001:02:14.5"},
		{0xffffffff, "ffff:ff:1f.7"},
	};
	char text[24];

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_str_eq(smmu_format_bdf(text, rows[i].bdf), rows[i].text);
}
