#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(buf, grows_and_ends_in_nul)
{
	struct smmu_buf buf = {0};

	cr_expect_str_eq(smmu_buf_text(&buf), "");
	smmu_buf_append(&buf, "", 0);
	cr_expect_str_eq(smmu_buf_text(&buf), "");
	for (int i = 0; i < 1000; i++) {
		smmu_buf_putc(&buf, 'a');
		cr_assert_eq(buf.data[buf.size], '\0');
	}
	cr_expect_eq(buf.size, 1000);
	cr_expect_eq(strlen(buf.data), 1000);
	smmu_buf_clear(&buf);
	cr_expect_str_eq(smmu_buf_text(&buf), "");
	smmu_buf_puts(&buf, "again");
	cr_expect_str_eq(smmu_buf_text(&buf), "again");
	smmu_buf_fini(&buf);
	cr_expect_str_eq(smmu_buf_text(&buf), "");
}

Test(buf, holds_nul_bytes)
{
	struct smmu_buf buf = {0};

	smmu_buf_append(&buf, "a\0b", 3);
	cr_expect_eq(buf.size, 3);
	cr_expect_arr_eq(buf.data, "a\0b", 4);
	smmu_buf_fini(&buf);
}

Test(buf, printf_at_every_fill)
{
	/* The text must be whole wherever the end of the allocation falls. */
	for (size_t filled = 0; filled < 140; filled++) {
		struct smmu_buf buf = {0};

		for (size_t i = 0; i < filled; i++)
			smmu_buf_putc(&buf, 'x');
		smmu_buf_printf(&buf, "%d-%s", 1234567, "abc");
		cr_expect_eq(buf.size, filled + 11);
		cr_expect_str_eq(buf.data + filled, "1234567-abc", "after %zu", filled);
		smmu_buf_fini(&buf);
	}
}

Test(buf, failure_is_kept_and_harmless)
{
	struct smmu_buf buf = {0};

	smmu_buf_puts(&buf, "kept");
	smmu_buf_append(&buf, "x", SIZE_MAX / 2);
	cr_expect(buf.failed);
	cr_expect_str_eq(smmu_buf_text(&buf), "kept");
	smmu_buf_puts(&buf, "no holes");
	smmu_buf_printf(&buf, "%d", 1);
	cr_expect_str_eq(smmu_buf_text(&buf), "kept");
	smmu_buf_clear(&buf);
	cr_expect_not(buf.failed);
	smmu_buf_fini(&buf);
}
