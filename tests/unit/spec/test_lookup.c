/* Names of the architecture lead to what they stand for. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/lookup.h"

Test(lookup, names_are_found)
{
	static const struct {
		const char *text;
		enum smmu_name_kind kind;
		const char *name, *owner;
		int number;
		size_t count;
	} rows[] = {
		{"STE", SMMU_NAME_STRUCTURE, "STE", NULL, -1, 1},
		{"F_TRANSLATION", SMMU_NAME_EVENT, "F_TRANSLATION", NULL, 0x10, 1},
		{"f_translation", SMMU_NAME_EVENT, "F_TRANSLATION", NULL, 0x10, 1},
		{"CMD_TLBI_NH_VA", SMMU_NAME_COMMAND, "CMD_TLBI_NH_VA", NULL, 0x12, 1},
		{"tlbi_nh_va", SMMU_NAME_COMMAND, "CMD_TLBI_NH_VA", NULL, 0x12, 1},
		{"CMD_CFGI_ALL", SMMU_NAME_COMMAND, "CMD_CFGI_STE_RANGE", NULL, 0x04, 1},
		{"CERROR_ILL", SMMU_NAME_ERROR, "CERROR_ILL", NULL, 1, 1},
		{"SMMU_CR0", SMMU_NAME_REGISTER, "SMMU_CR0", NULL, -1, 1},
		{"cr0", SMMU_NAME_REGISTER, "SMMU_CR0", NULL, -1, 1},
		{"SMMU_ECMDQ_BASE3", SMMU_NAME_REGISTER, "SMMU_ECMDQ_BASE3", NULL, -1, 1},
		{"STE_S1CDMAX", SMMU_NAME_RULE, "STE_S1CDMAX", NULL, -1, 1},
		{"CMD_SYNC_CS", SMMU_NAME_CMD_RULE, "CMD_SYNC_CS", NULL, -1, 1},
		{"SMMUv3.2-RIL", SMMU_NAME_FEATURE, "SMMUv3.2-RIL", NULL, -1, 1},
		{"BBML1", SMMU_NAME_FEATURE, "SMMUv3.2-BBML1", NULL, -1, 1},
		{"FEAT_TLBIRANGE", SMMU_NAME_FEATURE, "SMMUv3.2-RIL", NULL, -1, 1},
		{"S1CDMax", SMMU_NAME_FIELD, "S1CDMax", "STE", -1, 1},
		{"STE.S1CDMax", SMMU_NAME_FIELD, "S1CDMax", "STE", -1, 1},
		{"cr0.smmuen", SMMU_NAME_FIELD, "SMMUEN", "SMMU_CR0", -1, 1},
		{"F_PERMISSION.TTRnW", SMMU_NAME_FIELD, "TTRnW", "F_PERMISSION", -1, 1},
		/* an event, and the command CMD_TLBI_NH_ALL */
		{"0x10", SMMU_NAME_EVENT, "F_TRANSLATION", NULL, 0x10, 2},
		{"16", SMMU_NAME_EVENT, "F_TRANSLATION", NULL, 0x10, 2},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_name found[4];
		size_t n = smmu_name_find(found, SMMU_LEN(found), rows[i].text);

		cr_assert_eq(n, rows[i].count, "%s: %zu", rows[i].text, n);
		cr_expect_eq(found[0].kind, rows[i].kind, "%s", rows[i].text);
		cr_expect_str_eq(found[0].name, rows[i].name, "%s", rows[i].text);
		cr_expect_eq(found[0].number, rows[i].number, "%s", rows[i].text);
		if (rows[i].owner)
			cr_expect_str_eq(found[0].owner, rows[i].owner, "%s", rows[i].text);
	}
}

/* F_TRANSLATION has no TTRnW, whatever the rows that events share say. */
Test(lookup, unknown_names)
{
	static const char *const rows[] = {
		"", "NOTHING", "F_TRANSLATION.TTRnW", "STE.NOTHING", "NOTHING.V", "0xfe", "."};
	struct smmu_name found;

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_name_find(&found, 1, rows[i]), 0, "\"%s\"", rows[i]);
}

Test(lookup, near_misses)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"F_TRANSLATON", "F_TRANSLATION"},
		{"CMD_TLBI_NH_VB", "CMD_TLBI_NH_VA"},
		{"SMMU_CR9", "SMMU_CR0"},
		{"SMMUv3.2-RILL", "SMMUv3.2-RIL"},
		{"S1CDMux", "S1CDMax"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const char *near = smmu_name_nearest(rows[i].text);

		cr_expect(near && !strcmp(near, rows[i].want), "%s: %s", rows[i].text,
			  near ? near : "(none)");
	}
	cr_expect_null(smmu_name_nearest("nothing_like_it_at_all"));
}

/* Each leads back to itself, and says something of itself. */
Test(lookup, every_name_is_found_again)
{
	for (int kind = 0; kind < SMMU_NAME_FIELD; kind++) {
		struct smmu_name name, found[8];
		size_t i;

		for (i = 0; smmu_name_at(&name, (enum smmu_name_kind)kind, i); i++) {
			size_t n = smmu_name_find(found, SMMU_LEN(found), name.name);
			bool is_there = false;

			for (size_t k = 0; k < n && k < SMMU_LEN(found); k++)
				is_there |= found[k].kind == name.kind &&
					    !strcmp(found[k].name, name.name);
			cr_expect(is_there, "%s", name.name);
			cr_expect(name.summary[0], "%s", name.name);
		}
		cr_expect_gt(i, 0, "%s", smmu_name_kind_plural((enum smmu_name_kind)kind));
	}
}
