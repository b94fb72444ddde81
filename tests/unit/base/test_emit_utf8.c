#include "base/emit_priv.h"

#include <criterion/criterion.h>
#include <string.h>

Test(emit_utf8, append)
{
	static const struct {
		const char *text;
		size_t size;
		bool is_visible;
		const char *want;
	} rows[] = {
		{"plain \xc3\xa9", 8, true, "plain \xc3\xa9"},
		{"\x1b[1m", 4, true, "\\x1b[1m"},
		{"\x1b[1m", 4, false, "\x1b[1m"},
		{"a\0b", 3, true, "a\\x00b"},
		{"\x7f", 1, true, "\\x7f"},
		{"\xc2\x9b", 2, true, "\\x9b"},
		{"\xc2\xa0", 2, true, "\xc2\xa0"},
		{"\xe2\x82", 2, true, "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xff", 1, false, "\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_buf buf = {0};

		emit_utf8_append(&buf, rows[i].text, rows[i].size, rows[i].is_visible);
		cr_expect_str_eq(smmu_buf_text(&buf), rows[i].want, "row %zu", i);
		smmu_buf_fini(&buf);
	}
}
