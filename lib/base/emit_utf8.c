#include <stdint.h>

#include "base/emit_priv.h"

static bool is_between(char c, unsigned low, unsigned high)
{
	return (uint8_t)c >= low && (uint8_t)c <= high;
}

size_t emit_utf8_length(const char *text, size_t size)
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

/* C0, DEL and C1 (U+0080..U+009F), which terminals obey. */
static bool is_control(const char *c, size_t length)
{
	if (length == 1)
		return is_between(c[0], 0x00, 0x1f) || c[0] == 0x7f;
	return length == 2 && is_between(c[0], 0xc2, 0xc2) && is_between(c[1], 0x80, 0x9f);
}

void emit_utf8_append(struct smmu_buf *buf, const char *text, size_t size, bool visible)
{
	for (size_t i = 0, n; i < size; i += n) {
		n = emit_utf8_length(text + i, size - i);
		if (n == 0) {
			smmu_buf_puts(buf, EMIT_UTF8_BAD);
			n = 1;
		} else if (visible && is_control(text + i, n)) {
			smmu_buf_printf(buf, "\\x%02x", (unsigned)(uint8_t)text[i + n - 1]);
		} else {
			smmu_buf_append(buf, text + i, n);
		}
	}
}

size_t emit_utf8_width(const char *text, size_t size)
{
	size_t width = 0;

	for (size_t i = 0; i < size; i++)
		width += !is_between(text[i], 0x80, 0xbf);
	return width;
}
