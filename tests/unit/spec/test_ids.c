/* What identification registers say, and where they contradict the architecture. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/ids.h"

struct given {
	enum smmu_reg reg;
	uint64_t value;
};

static void fill(uint64_t *regs, bool *given, const struct given *set, size_t count)
{
	memset(regs, 0, SMMU_REG_COUNT * sizeof(*regs));
	memset(given, 0, SMMU_REG_COUNT * sizeof(*given));
	for (size_t i = 0; i < count && set[i].reg != SMMU_REG_COUNT; i++) {
		regs[set[i].reg] = set[i].value;
		given[set[i].reg] = true;
	}
}

static void join(void *ctx, const char *sentence)
{
	char *text = ctx;

	snprintf(text + strlen(text), 1024 - strlen(text), "%s; ", sentence);
}

#define NONE                                                                                       \
	{                                                                                          \
		SMMU_REG_COUNT, 0                                                                  \
	}

/* IDR0 0xa is S1P with VMSAv8-64, 0x9 is S2P with it (6.3.1). */
Test(ids, contradictions)
{
	static const struct {
		const char *row;
		struct given set[4];
		const char *part; /* of what is said; NULL: nothing is wrong */
	} rows[] = {
		{"nothing is known", {NONE}, NULL},
		{"a plain SMMUv3.0", {{SMMU_REG_IDR0, 0xa}, {SMMU_REG_AIDR, 0}, NONE}, NULL},
		{"TTF 0b00", {{SMMU_REG_IDR0, 0x2}, NONE}, "TTF is 0"},
		{"SIDSIZE 33", {{SMMU_REG_IDR1, 0x21}, NONE}, "SIDSIZE is 33, at most 32"},
		{"SIDSIZE 32", {{SMMU_REG_IDR1, 0x20}, NONE}, NULL},
		{"SSIDSIZE 21", {{SMMU_REG_IDR1, 0x540}, NONE}, "SSIDSIZE is 21"},
		{"CMDQS 20", {{SMMU_REG_IDR1, 20u << 21}, NONE}, "CMDQS is 20"},
		{"VATOS without ATOS",
		 {{SMMU_REG_IDR0, 0x10000b}, NONE},
		 "SMMUv3.0-VATOS (SMMU_IDR0.VATOS) needs"},
		{"RIL in v3.0",
		 {{SMMU_REG_IDR3, 0x400}, {SMMU_REG_AIDR, 0}, NONE},
		 "SMMUv3.0 cannot have"},
		{"RIL in an unknown version", {{SMMU_REG_IDR3, 0x400}, NONE}, NULL},
		{"XNX missing in v3.1",
		 {{SMMU_REG_IDR0, 0x9}, {SMMU_REG_IDR3, 0}, {SMMU_REG_AIDR, 1}, NONE},
		 "SMMUv3.1-XNX (SMMU_IDR3.XNX) is missing"},
		{"XNX with stage 2 unknown",
		 {{SMMU_REG_IDR3, 0x4}, {SMMU_REG_AIDR, 1}, NONE},
		 NULL},
		{"PBHA without HAD", {{SMMU_REG_IDR3, 0x8}, NONE}, "SMMUv3.1-TTPBHA"},
		{"version 5 is known", {{SMMU_REG_AIDR, 5}, NONE}, NULL},
		{"PARTID_MAX of Realm state, that of Non-secure state is unknown",
		 {{SMMU_REG_ROOT_IDR0, 0xd},
		  {SMMU_REG_IDR3, 0x7794},
		  {SMMU_REG_R_MPAMIDR, 7},
		  NONE},
		 NULL},
		{"and known",
		 {{SMMU_REG_ROOT_IDR0, 0xd},
		  {SMMU_REG_IDR3, 0x7794},
		  {SMMU_REG_R_MPAMIDR, 7},
		  {SMMU_REG_MPAMIDR, 3}},
		 "SMMU_R_MPAMIDR.PARTID_MAX is not"},
		{"D128, the formats are unknown", {{SMMU_REG_IDR5, 0x100}, NONE}, NULL},
		{"Secure ECMDQs, IDR0 and IDR1 are unknown",
		 {{SMMU_REG_S_IDR0, 0x80002000}, {SMMU_REG_S_IDR1, 0x80000000}, NONE},
		 NULL},
		{"a RES0 bit", {{SMMU_REG_IDR5, 0x1003}, NONE}, "bit [12]"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		static uint64_t regs[SMMU_REG_COUNT];
		static bool given[SMMU_REG_COUNT];
		char said[1024] = "";
		size_t count;

		fill(regs, given, rows[i].set, SMMU_LEN(rows[i].set));
		count = smmu_ids_problems(regs, given, join, said);
		cr_expect_eq(count == 0, rows[i].part == NULL, "%s: %s", rows[i].row, said);
		if (rows[i].part)
			cr_expect(strstr(said, rows[i].part) != NULL, "%s: %s", rows[i].row, said);
		cr_expect_eq(smmu_ids_problems(regs, given, NULL, NULL), count, "%s", rows[i].row);
	}
}

Test(ids, features_of_known_registers_only)
{
	static const struct {
		const char *name;
		struct given set[2];
		enum smmu_feature_state want;
	} rows[] = {
		{"SMMUv3.0-S1P", {NONE}, SMMU_FEATURE_UNKNOWN},
		{"SMMUv3.0-S1P", {{SMMU_REG_IDR0, 2}, NONE}, SMMU_FEATURE_PRESENT},
		{"SMMUv3.0-S1P", {{SMMU_REG_IDR0, 1}, NONE}, SMMU_FEATURE_ABSENT},
		{"SMMUv3.2-RIL", {{SMMU_REG_IDR0, 1}, NONE}, SMMU_FEATURE_UNKNOWN},
		{"SMMUv3.2-BBML2", {{SMMU_REG_IDR3, 0x800}, NONE}, SMMU_FEATURE_ABSENT},
		{"SMMUv3.2-BBML2", {{SMMU_REG_IDR3, 0x1000}, NONE}, SMMU_FEATURE_PRESENT},
		{"FEAT_HDBSS", {NONE}, SMMU_FEATURE_UNKNOWN},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		static uint64_t regs[SMMU_REG_COUNT];
		static bool given[SMMU_REG_COUNT];

		fill(regs, given, rows[i].set, SMMU_LEN(rows[i].set));
		cr_expect_eq(smmu_feature_state(smmu_feature_find(rows[i].name), regs, given),
			     rows[i].want, "%s, row %zu", rows[i].name, i);
	}
}

/* Bits rise one by one, and what they name exists. */
Test(ids, bits_of_linux)
{
	const struct smmu_linux_feature *bits;
	size_t count = smmu_linux_features(&bits);

	for (size_t i = 0; i < count; i++) {
		char name[64], *dot;
		enum smmu_reg reg;

		cr_expect_eq(bits[i].bit, i);
		cr_expect(bits[i].present[0] && bits[i].absent[0], "%s", bits[i].name);
		if (!bits[i].field[0])
			continue;
		snprintf(name, sizeof(name), "%s", bits[i].field);
		dot = strchr(name, '.');
		cr_assert(dot, "%s", bits[i].field);
		*dot = '\0';
		cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s", bits[i].field);
		cr_expect(smmu_format_field(smmu_reg_info(reg)->format, dot + 1), "%s",
			  bits[i].field);
	}
}
