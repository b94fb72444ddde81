/* Reasons, and names of what the model answers. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "base/compiler.h"
#include "model/result.h"

static const char *const ids[] = {
	"NONE",
#define REASON(id, name, text, section) #id,
#include "model/reason.def"
};

Test(reason, names_are_the_ids_in_lower_case)
{
	cr_assert_eq(SMMU_LEN(ids), SMMU_REASON_COUNT);
	for (unsigned i = 0; i < SMMU_REASON_COUNT; i++) {
		const char *name = smmu_reason_info((enum smmu_reason)i)->name;

		cr_assert_eq(strlen(name), strlen(ids[i]), "%s", ids[i]);
		for (size_t c = 0; name[c]; c++)
			cr_expect_eq(name[c], ids[i][c] == '_' ? '-' : tolower(ids[i][c]), "%s",
				     ids[i]);
	}
}

Test(reason, texts_are_sentences_with_a_section)
{
	for (unsigned i = 1; i < SMMU_REASON_COUNT; i++) {
		const struct smmu_reason_info *info = smmu_reason_info((enum smmu_reason)i);

		cr_expect_neq(info->text[strlen(info->text) - 1], '.', "%s", info->name);
		cr_expect(strncmp(info->section, "IHI 0070 ", 9) == 0 ||
				  strncmp(info->section, "DDI 0487 ", 9) == 0,
			  "%s", info->name);
	}
}

Test(reason, statuses_are_those_of_results)
{
	cr_expect_str_eq(smmu_status_name(SMMU_STATUS_OK), "ok");
	cr_expect_str_eq(smmu_status_name(SMMU_STATUS_RAZ_WI), "raz-wi");
	cr_expect_str_eq(smmu_status_name(SMMU_STATUS_NONE), "none");
	for (unsigned i = 0; i < SMMU_STATUS_COUNT; i++)
		cr_expect_not_null(smmu_status_name((enum smmu_status)i));
	for (unsigned i = 0; i < SMMU_STRUCT_COUNT; i++)
		cr_expect_not_null(smmu_struct_name((enum smmu_struct_kind)i));
}
