#include <stdint.h>

#include "base/emit_priv.h"
#include "base/text.h"

static bool is_between(char c, unsigned low, unsigned high)
{
	return (uint8_t)c >= low && (uint8_t)c <= high;
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
		n = smmu_utf8_size(text + i, size - i);
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
