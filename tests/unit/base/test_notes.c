#include "base/notes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void tell(void *ctx, const struct smmu_diag_record *record)
{
	char *text = ctx;
	size_t size = strlen(text);

	snprintf(text + size, 256 - size, "%u %s %s %.*s\n", record->at ? record->at->line : 0,
		 record->severity == SMMU_ERROR ? "error" : "warning", record->message,
		 record->at ? (int)record->at->text_len : 0,
		 record->at && record->at->text ? record->at->text : "");
}

Test(notes, come_later_in_order_with_their_lines)
{
	char text[256] = "";
	char line[] = "a,b";
	struct smmu_notes notes = {.first = NULL};
	struct smmu_diag keep = {.report = smmu_notes_keep, .ctx = &notes};
	struct smmu_diag diag = {.report = tell, .ctx = text};
	struct smmu_place at = {.file = "t", .line = 2, .col = 1, .text = line, .text_len = 3};
	struct smmu_place nowhere = {.file = "t"};

	smmu_diag_warn(&keep, &at, "first");
	smmu_diag_error(&keep, &nowhere, SMMU_E_IO, "second");
	smmu_diag_error(&keep, NULL, SMMU_E_IO, "third");
	/* nothing of it is borrowed */
	memset(line, 'x', 3);
	at.line = 7;
	smmu_notes_give(&notes, 10, &diag);
	cr_expect_str_eq(text, "12 warning first a,b\n0 error second \n0 error third \n");
	cr_expect_eq(diag.errors, 2);

	smmu_notes_give(&notes, 0, &diag);
	cr_expect_eq(diag.warnings, 1);
	smmu_diag_warn(&keep, &at, "forgotten");
	smmu_notes_give(&notes, 0, NULL);
	smmu_notes_give(&notes, 0, &diag);
	cr_expect_eq(diag.warnings, 1);
}
