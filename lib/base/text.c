#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/err.h"

int smmu_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * The digits of text[0..size-1], all of it, with "_" between two digits only.
 * A number too large is an error only once its spelling is known to be right.
 */
static int parse_digits(uint64_t *value, const char *text, size_t size, unsigned base)
{
	const uint64_t limit = UINT64_MAX / base;
	bool digit_before = false, fits = true;
	uint64_t v = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned d = (unsigned)smmu_hex_digit(text[i]); /* none: above any base */

		if (d < base) {
			fits = fits && v <= limit && v * base <= UINT64_MAX - d;
			v = v * base + d;
			digit_before = true;
		} else if (text[i] == '_' && digit_before) {
			digit_before = false;
		} else {
			return SMMU_E_SYNTAX;
		}
	}
	if (!digit_before)
		return SMMU_E_SYNTAX;
	*value = v;
	return fits ? 0 : SMMU_E_RANGE;
}

/* log2 of what the suffix multiplies by; 0 for what is no suffix. */
static unsigned suffix_log2(char c)
{
	switch (c) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	case 'T':
		return 40;
	default:
		return 0;
	}
}

int smmu_parse_u64(uint64_t *value, const char *text, size_t size)
{
	unsigned scale_log2 = size ? suffix_log2(text[size - 1]) : 0;
	uint64_t v;
	int err;

	if (scale_log2)
		size--;
	if (size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		err = parse_digits(&v, text + 2, size - 2, 16);
	else
		err = parse_digits(&v, text, size, 10);
	if (err)
		return err;
	if (v > UINT64_MAX / smmu_pow2(scale_log2))
		return SMMU_E_RANGE;
	*value = v * smmu_pow2(scale_log2);
	return 0;
}

/* Hex digits, min to max of them, up to the character after; NULL if there are not. */
static const char *parse_hex_part(uint32_t *value, const char *text, const char *end, int min,
				  int max)
{
	const char *p = text;
	uint32_t v = 0;

	for (; p < end && p - text < max && smmu_hex_digit(*p) >= 0; p++)
		v = v * 16 + (unsigned)smmu_hex_digit(*p);
	*value = v;
	return p - text >= min ? p : NULL;
}

int smmu_parse_bdf(uint32_t *value, const char *text, size_t size)
{
	const char *end = text + size, *p;
	uint32_t segment, bus, device, function;
	uint64_t bdf = 0;

	/* With two colons the first part is the segment. */
	p = parse_hex_part(&segment, text, end, 1, 4);
	if (!p || p == end || *p != ':')
		return SMMU_E_SYNTAX;
	if (!memchr(p + 1, ':', (size_t)(end - p - 1))) {
		segment = 0;
		p = text;
	} else {
		p++;
	}
	p = parse_hex_part(&bus, p, end, 1, 2);
	if (!p || p == end || *p != ':')
		return SMMU_E_SYNTAX;
	p = parse_hex_part(&device, p + 1, end, 1, 2);
	if (!p || p == end || *p != '.')
		return SMMU_E_SYNTAX;
	p = parse_hex_part(&function, p + 1, end, 1, 1);
	if (p != end)
		return SMMU_E_SYNTAX;
	if (!smmu_bits_fit(device, 5) || !smmu_bits_fit(function, 3))
		return SMMU_E_RANGE;
	bdf = smmu_bits_set(bdf, 0, 3, function);
	bdf = smmu_bits_set(bdf, 3, 5, device);
	bdf = smmu_bits_set(bdf, 8, 8, bus);
	*value = (uint32_t)smmu_bits_set(bdf, 16, 16, segment);
	return 0;
}

const char *smmu_format_bdf(char *text, uint32_t bdf)
{
	snprintf(text, 24, "%04x:%02x:%02x.%x", (unsigned)smmu_bits(bdf, 16, 16),
		 (unsigned)smmu_bits(bdf, 8, 8), (unsigned)smmu_bits(bdf, 3, 5),
		 (unsigned)smmu_bits(bdf, 0, 3));
	return text;
}

size_t smmu_format_dec(char *text, uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < n; i++)
		text[i] = digits[n - 1 - i];
	text[n] = '\0';
	return n;
}

size_t smmu_format_hex(char *text, uint64_t value, unsigned digits)
{
	static const char hex[] = "0123456789abcdef";
	unsigned n = 1;

	while (n < 16 && value >= smmu_pow2(4 * n))
		n++;
	if (n < digits)
		n = digits;
	text[0] = '0';
	text[1] = 'x';
	for (unsigned i = n; i > 0; i--) {
		text[1 + i] = hex[value % 16];
		value /= 16;
	}
	text[2 + n] = '\0';
	return 2 + n;
}

const char *smmu_format_size(char *text, uint64_t size)
{
	static const char units[][4] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	size_t unit = 0, n;

	for (; size && size % 1024 == 0 && unit + 1 < SMMU_LEN(units); unit++)
		size /= 1024;
	n = smmu_format_dec(text, size);
	text[n++] = ' ';
	memcpy(text + n, units[unit], strlen(units[unit]) + 1);
	return text;
}

/* Names longer than this are nobody's typing mistake. */
#define NAME_MAX_LENGTH 64
/* Fewer letters begin too many names to tell which is meant. */
#define PREFIX_MIN_LENGTH 4

/* Case does not count, nor which of "-" and "_" joins two words. */
static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and exchanges of neighbours from a to b. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t rows[3][NAME_MAX_LENGTH + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= b_size; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		char c = folded(a[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			char d = folded(b[j - 1]);

			row[j] = min_size(last[j], row[j - 1]) + 1;
			row[j] = min_size(row[j], last[j - 1] + (c != d));
			if (i > 1 && j > 1 && c == folded(b[j - 2]) && folded(a[i - 2]) == d)
				row[j] = min_size(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_size];
}

/* The shortest name that begins with text: who stops early means it. */
static const char *completed(const char *text, size_t size, const char *const *names, size_t count)
{
	const char *best = NULL;

	if (size < PREFIX_MIN_LENGTH)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t same = 0;

		while (same < size && names[i][same] &&
		       folded(names[i][same]) == folded(text[same]))
			same++;
		if (same == size && (!best || strlen(names[i]) < strlen(best)))
			best = names[i];
	}
	return best;
}

const char *smmu_nearest(const char *text, size_t size, const char *const *names, size_t count)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	if (size > NAME_MAX_LENGTH)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);
		size_t longest = size > length ? size : length;
		/* One mistake in three letters, at least one, and something must be right. */
		size_t allowed = longest < 6 ? 1 : longest / 3;
		size_t distance;

		if (length > NAME_MAX_LENGTH)
			continue;
		distance = edit_distance(text, size, names[i], length);
		if (distance <= allowed && distance < size && distance < best_distance) {
			best = names[i];
			best_distance = distance;
		}
	}
	return best ? best : completed(text, size, names, count);
}

static bool is_between(char c, unsigned low, unsigned high)
{
	return (uint8_t)c >= low && (uint8_t)c <= high;
}

size_t smmu_utf8_size(const char *text, size_t size)
{
	/* RFC 3629, 4: by first byte, the permitted second bytes; all further are 80..BF. */
	static const struct {
		uint8_t first_low, first_high, second_low, second_high, length;
	} rows[] = {
		{0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	size_t row = 0;

	while (row < SMMU_LEN(rows) &&
	       !is_between(text[0], rows[row].first_low, rows[row].first_high))
		row++;
	if (row == SMMU_LEN(rows) || rows[row].length > size)
		return 0;
	if (rows[row].length > 1 &&
	    !is_between(text[1], rows[row].second_low, rows[row].second_high))
		return 0;
	for (size_t i = 2; i < rows[row].length; i++)
		if (!is_between(text[i], 0x80, 0xbf))
			return 0;
	return rows[row].length;
}

size_t smmu_utf8_width(const char *text, size_t size)
{
	size_t width = 0;

	for (size_t i = 0; i < size; i++)
		width += !is_between(text[i], 0x80, 0xbf);
	return width;
}
