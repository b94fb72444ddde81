#include "base/diag.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/compiler.h"

/* Keeps a copy of the last record. */
struct seen {
	struct smmu_diag_record record;
	char message[4096];
};

static void keep(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;

	seen->record = *record;
	strncpy(seen->message, record->message, sizeof(seen->message) - 1);
}

Test(diag, records_and_counts)
{
	struct seen seen = {0};
	struct smmu_diag diag = {.report = keep, .ctx = &seen};
	struct smmu_place at = {.file = "board.yaml", .line = 41, .col = 12};

	cr_expect_eq(
		smmu_diag_error(&diag, &at, SMMU_E_RANGE, "s1cdmax %u is larger than %u", 9U, 3U),
		SMMU_E_RANGE);
	cr_expect_str_eq(seen.message, "s1cdmax 9 is larger than 3");
	cr_expect_eq(seen.record.severity, SMMU_ERROR);
	cr_expect_eq(seen.record.code, SMMU_E_RANGE);
	cr_expect_eq(seen.record.at, &at);

	smmu_diag_note(&diag, NULL, "first given %s", "here");
	cr_expect_str_eq(seen.message, "first given here");
	cr_expect_eq(seen.record.severity, SMMU_NOTE);
	cr_expect_eq(seen.record.code, 0);
	cr_expect_null(seen.record.at);

	smmu_diag_warn(&diag, &at, "odd");
	cr_expect_eq(seen.record.severity, SMMU_WARNING);

	cr_expect_eq(smmu_diag_nomem(&diag), SMMU_E_NOMEM);
	cr_expect_eq(seen.record.code, SMMU_E_NOMEM);
	cr_expect_eq(diag.errors, 2);
	cr_expect_eq(diag.warnings, 1);
}

Test(diag, long_messages_are_whole)
{
	/* Around the size of the buffer on the stack. */
	static const size_t sizes[] = {0, 510, 511, 512, 513, 4000};
	struct seen seen;
	struct smmu_diag diag = {.report = keep, .ctx = &seen};

	for (size_t i = 0; i < SMMU_LEN(sizes); i++) {
		char text[4001];

		memset(text, 'x', sizes[i]);
		text[sizes[i]] = '\0';
		memset(&seen, 0, sizeof(seen));
		smmu_diag_warn(&diag, NULL, "%s", text);
		cr_expect_str_eq(seen.message, text, "%zu bytes", sizes[i]);
	}
}

Test(diag, system_errors_say_why)
{
	struct seen seen = {0};
	struct smmu_diag diag = {.report = keep, .ctx = &seen};

	cr_expect_eq(smmu_diag_errno(&diag, NULL, ENOENT, "cannot open %s", "x"), SMMU_E_IO);
	cr_expect_str_eq(seen.message, "cannot open x: No such file or directory");
	cr_expect_eq(seen.record.code, SMMU_E_IO);
}

Test(diag, no_sink)
{
	cr_expect_eq(smmu_diag_error(NULL, NULL, SMMU_E_SYNTAX, "x"), SMMU_E_SYNTAX);
	cr_expect_eq(smmu_diag_errno(NULL, NULL, EIO, "x"), SMMU_E_IO);
	cr_expect_eq(smmu_diag_nomem(NULL), SMMU_E_NOMEM);
	smmu_diag_warn(NULL, NULL, "x");
	smmu_diag_note(NULL, NULL, "x");
}
