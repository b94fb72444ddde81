/* Architecture features, IHI 0070 chapter 2. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/features.h"
#include "spec/reg.h"

Test(features, names_of_the_chapter_are_known)
{
	/* 2.2 - 2.8, one or more of each table. */
	static const struct {
		const char *name, *field;
		unsigned since;
	} rows[] = {
		{"SMMUv3.0-S1P", "SMMU_IDR0.S1P", 0},
		{"SMMUv3.0-HTTUD", "SMMU_IDR0.HTTU", 0},
		{"SMMU_PMCGv3.0-CAPTURE", "SMMU_PMCG_CFGR.CAPTURE", 0},
		{"SMMUv3.1-TTPBHA", "SMMU_IDR3.PBHA", 1},
		{"SMMUv3.2-RIL", "SMMU_IDR3.RIL", 2},
		{"smmuv3.2-ril", "SMMU_IDR3.RIL", 2},
		{"SMMUv3.2-SecEL2", "SMMU_S_IDR1.SEL2", 2},
		{"SMMU_PMCGv3.2-MPAM", "SMMU_PMCG_CFGR.MPAM", 2},
		{"SMMUv3.3-E0PD", "SMMU_IDR3.E0PD", 3},
		{"SMMUv3.3-RME_DA", "SMMU_ROOT_IDR0.REALM_IMPL", 3},
		{"SMMUv3.3-DPT_NS", "SMMU_IDR3.DPT", 3},
		{"SMMUv3.4-LPA2", "SMMU_IDR5.DS", 4},
		{"SMMUv3.4-PASIDTT", "SMMU_IDR3.PASIDTT", 4},
		{"FEAT_TLBIRANGE", "SMMU_IDR3.RIL", 2},
		{"FEAT_LVA3", "SMMU_IDR5.D128", 4},
		{"FEAT_HDBSS", "", 5},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_feature *f = smmu_feature_find(rows[i].name);

		cr_assert(f, "%s", rows[i].name);
		cr_expect_str_eq(f->field, rows[i].field, "%s", rows[i].name);
		cr_expect_eq(f->since, rows[i].since, "%s", rows[i].name);
	}
	cr_expect_null(smmu_feature_find("SMMUv3.2-NOTHING"));
	cr_expect_null(smmu_feature_find(""));
}

/* The register and field that a feature names exist, and the name leads back to it. */
Test(features, fields_exist)
{
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);

	for (size_t i = 0; i < count; i++) {
		char name[64];
		char *dot;
		enum smmu_reg reg;

		cr_expect_eq(smmu_feature_find(features[i].name), &features[i], "%s",
			     features[i].name);
		if (!features[i].field[0])
			continue;
		cr_assert_lt(strlen(features[i].field), sizeof(name));
		strcpy(name, features[i].field);
		dot = strchr(name, '.');
		cr_assert(dot, "%s", features[i].name);
		*dot = '\0';
		cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s", features[i].field);
		cr_expect(smmu_format_field(smmu_reg_info(reg)->format, dot + 1), "%s",
			  features[i].field);
	}
}

static const struct {
	const char *row, *feature;
	struct {
		enum smmu_reg reg;
		uint64_t value;
	} set[3];
	bool present;
	enum smmu_feature_problem want;
} judged_rows[] = {
	{"nothing there in v3.0", "SMMUv3.2-RIL", {{0}}, false, SMMU_FEATURE_OK},
	{"RIL is mandatory in v3.2",
	 "SMMUv3.2-RIL",
	 {{SMMU_REG_AIDR, 2}},
	 false,
	 SMMU_FEATURE_MISSING},
	{"RIL in v3.2",
	 "SMMUv3.2-RIL",
	 {{SMMU_REG_AIDR, 2}, {SMMU_REG_IDR3, 0x400}},
	 true,
	 SMMU_FEATURE_OK},
	{"one version ahead is permitted",
	 "SMMUv3.2-RIL",
	 {{SMMU_REG_AIDR, 1}, {SMMU_REG_IDR3, 0x400}},
	 true,
	 SMMU_FEATURE_OK},
	{"two versions are not",
	 "SMMUv3.2-RIL",
	 {{SMMU_REG_IDR3, 0x400}},
	 true,
	 SMMU_FEATURE_TOO_NEW},
	{"VATOS without ATOS",
	 "SMMUv3.0-VATOS",
	 {{SMMU_REG_IDR0, 0x100003}},
	 true,
	 SMMU_FEATURE_NEEDS},
	{"VATOS with it", "SMMUv3.0-VATOS", {{SMMU_REG_IDR0, 0x108003}}, true, SMMU_FEATURE_OK},
	{"no XNX without stage 2",
	 "SMMUv3.1-XNX",
	 {{SMMU_REG_AIDR, 1}, {SMMU_REG_IDR0, 0x2}},
	 false,
	 SMMU_FEATURE_OK},
	{"XNX with stage 2 from v3.1",
	 "SMMUv3.1-XNX",
	 {{SMMU_REG_AIDR, 1}, {SMMU_REG_IDR0, 0x1}},
	 false,
	 SMMU_FEATURE_MISSING},
	{"PBHA needs HAD",
	 "SMMUv3.1-TTPBHA",
	 {{SMMU_REG_AIDR, 1}, {SMMU_REG_IDR3, 0x8}},
	 true,
	 SMMU_FEATURE_NEEDS},
	{"LPA2 needs VAX",
	 "SMMUv3.4-LPA2",
	 {{SMMU_REG_AIDR, 4}, {SMMU_REG_IDR5, 0x90}},
	 true,
	 SMMU_FEATURE_NEEDS},
	{"LPA2 with it",
	 "SMMUv3.4-LPA2",
	 {{SMMU_REG_AIDR, 4}, {SMMU_REG_IDR5, 0x490}},
	 true,
	 SMMU_FEATURE_OK},
	{"HTTU 2 has both flags", "SMMUv3.0-HTTUA", {{SMMU_REG_IDR0, 0x80}}, true, SMMU_FEATURE_OK},
	{"HTTU 1 has no dirty state",
	 "SMMUv3.0-HTTUD",
	 {{SMMU_REG_IDR0, 0x40}},
	 false,
	 SMMU_FEATURE_OK},
	{"D128 rules LPAE out",
	 "SMMUv3.4-D128",
	 {{SMMU_REG_AIDR, 4}, {SMMU_REG_IDR0, 0xc}, {SMMU_REG_IDR5, 0x100}},
	 true,
	 SMMU_FEATURE_NEEDS},
};

Test(features, registers_are_judged)
{
	for (size_t i = 0; i < SMMU_LEN(judged_rows); i++) {
		const struct smmu_feature *f = smmu_feature_find(judged_rows[i].feature);
		uint64_t regs[SMMU_REG_COUNT] = {0};

		for (size_t n = 0; n < SMMU_LEN(judged_rows[i].set); n++)
			if (judged_rows[i].set[n].value)
				regs[judged_rows[i].set[n].reg] = judged_rows[i].set[n].value;
		cr_assert(f, "%s", judged_rows[i].row);
		cr_expect_eq(f->present(regs), judged_rows[i].present, "%s", judged_rows[i].row);
		cr_expect_eq(smmu_feature_check(f, regs), judged_rows[i].want, "%s",
			     judged_rows[i].row);
	}
}
