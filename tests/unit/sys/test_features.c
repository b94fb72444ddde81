/* Features to identification registers; positions from IHI 0070 G.b 6.3.1 - 6.3.8. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "sys/sys.h"

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	snprintf(ctx, 256, "%s", record->message);
}

/* The registers of an SMMU with these features. */
static int registers_of(uint64_t *regs, char *message, const char *features)
{
	struct smmu_diag diag = {.report = ignore, .ctx = message};
	struct smmu_sys *sys = NULL;
	char text[1024];
	int rc;

	message[0] = '\0';
	snprintf(text, sizeof(text), "version: 1\nsmmus: [{name: s, features: {%s}}]\n", features);
	rc = smmu_sys_load_memory(&sys, "t.yaml", text, strlen(text), &diag);
	if (!rc)
		memcpy(regs, smmu_sys_info(sys)->smmus[0].regs, sizeof(uint64_t) * SMMU_REG_COUNT);
	smmu_sys_free(sys);
	return rc;
}

Test(sys_features, one_bit_each)
{
	static const struct {
		const char *features;
		enum smmu_reg reg;
		unsigned lsb, width;
		uint64_t want;
	} rows[] = {
		{"architecture: v3.0", SMMU_REG_AIDR, 0, 4, 0},
		{"architecture: v3.4", SMMU_REG_AIDR, 0, 4, 4},
		{"architecture: v3.0", SMMU_REG_IDR0, 0, 2, 3},
		{"architecture: v3.0, stages: [1]", SMMU_REG_IDR0, 0, 2, 2},
		{"architecture: v3.0, stages: [2]", SMMU_REG_IDR0, 0, 2, 1},
		{"architecture: v3.0, stages: [2, 1]", SMMU_REG_IDR0, 0, 2, 3},
		{"architecture: v3.0, formats: [lpae]", SMMU_REG_IDR0, 2, 2, 1},
		{"architecture: v3.0, formats: [lpae, vmsa64]", SMMU_REG_IDR0, 2, 2, 3},
		{"architecture: v3.0, coherent: false", SMMU_REG_IDR0, 4, 1, 0},
		{"architecture: v3.0, httu: table-access", SMMU_REG_IDR0, 6, 2, 3},
		{"architecture: v3.0, asid-bits: 8", SMMU_REG_IDR0, 12, 1, 0},
		{"architecture: v3.0, asid-bits: 16", SMMU_REG_IDR0, 12, 1, 1},
		{"architecture: v3.0, vmid-bits: 0x8", SMMU_REG_IDR0, 18, 1, 0},
		{"architecture: v3.0, stages: [1]", SMMU_REG_IDR0, 18, 1, 0},
		{"architecture: v3.0, endian: big", SMMU_REG_IDR0, 21, 2, 3},
		{"architecture: v3.0, stall: forced", SMMU_REG_IDR0, 24, 2, 2},
		{"architecture: v3.0, terminate-aborts: true", SMMU_REG_IDR0, 26, 1, 1},
		{"architecture: v3.0, two-level-streams: false", SMMU_REG_IDR0, 27, 2, 0},
		{"architecture: v3.0, stream-bits: 32", SMMU_REG_IDR1, 0, 6, 32},
		{"architecture: v3.0, substream-bits: 20", SMMU_REG_IDR1, 6, 5, 20},
		{"architecture: v3.0, pri-queue-bits: 4", SMMU_REG_IDR1, 11, 5, 4},
		{"architecture: v3.0, event-queue-bits: 5", SMMU_REG_IDR1, 16, 5, 5},
		{"architecture: v3.0, command-queue-bits: 6", SMMU_REG_IDR1, 21, 5, 6},
		{"architecture: v3.1", SMMU_REG_IDR3, 4, 1, 1},
		{"architecture: v3.0", SMMU_REG_IDR3, 4, 1, 0},
		{"architecture: v3.1, stt: true", SMMU_REG_IDR3, 9, 1, 1},
		{"architecture: v3.2, bbml: 1", SMMU_REG_IDR3, 11, 2, 1},
		{"architecture: v3.3", SMMU_REG_IDR3, 13, 2, 3},
		{"architecture: v3.4, s1pie: true", SMMU_REG_IDR3, 18, 1, 1},
		{"architecture: v3.4", SMMU_REG_IDR3, 22, 1, 1},
		{"architecture: v3.0, output-bits: 32", SMMU_REG_IDR5, 0, 3, 0},
		{"architecture: v3.0, output-bits: 44", SMMU_REG_IDR5, 0, 3, 4},
		{"architecture: v3.1, output-bits: 52", SMMU_REG_IDR5, 0, 3, 6},
		{"architecture: v3.0, granules: [16K]", SMMU_REG_IDR5, 4, 3, 2},
		{"architecture: v3.0, granules: [4K, 65536]", SMMU_REG_IDR5, 4, 3, 5},
		{"architecture: v3.1, input-bits: 52", SMMU_REG_IDR5, 10, 2, 1},
		{"architecture: v3.4, input-bits: 52, lpa2: true", SMMU_REG_IDR5, 7, 1, 1},
		{"architecture: v3.0, stall: never", SMMU_REG_IDR5, 16, 16, 0},
		{"architecture: v3.0, stalls-max: 7", SMMU_REG_IDR5, 16, 16, 7},
		{"architecture: v3.0, ats: false", SMMU_REG_IDR0, 10, 1, 0},
		{"architecture: v3.0, ats: false", SMMU_REG_IDR0, 16, 1, 0},
		{"architecture: v3.0, secure: true", SMMU_REG_S_IDR1, 31, 1, 1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t regs[SMMU_REG_COUNT], got;
		char message[256];
		int rc = registers_of(regs, message, rows[i].features);

		cr_assert_eq(rc, 0, "%s: %s", rows[i].features, message);
		got = smmu_bits(regs[rows[i].reg], rows[i].lsb, rows[i].width);
		cr_expect_eq(got, rows[i].want, "%s: %s[%u] is 0x%llx", rows[i].features,
			     smmu_reg_info(rows[i].reg)->name, rows[i].lsb,
			     (unsigned long long)got);
	}
}

/* No preset advertises what chapter 6 calls RES0 beside the rest of it. */
Test(sys_features, presets_are_whole)
{
	static const char *const versions[] = {"v3.0", "v3.1", "v3.2", "v3.3", "v3.4", "v3.5"};
	static const char *const more[] = {"", ", stages: [1]", ", stages: [2]", ", ats: false",
					   ", stall: never"};

	for (size_t i = 0; i < SMMU_LEN(versions) * SMMU_LEN(more); i++) {
		uint64_t regs[SMMU_REG_COUNT];
		char message[256], features[128];
		struct smmu_ids ids;

		snprintf(features, sizeof(features), "architecture: %s%s",
			 versions[i % SMMU_LEN(versions)], more[i / SMMU_LEN(versions)]);
		cr_assert_eq(registers_of(regs, message, features), 0, "%s: %s", features, message);
		smmu_ids_from_regs(&ids, regs);
		for (int reg = 0; reg < SMMU_REG_COUNT; reg++) {
			const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)reg);
			struct smmu_when_ctx ctx = {
				.word = &regs[reg], .ids = &ids, .sec = info->sec};

			if (smmu_reg_is_id((enum smmu_reg)reg))
				cr_expect_eq(smmu_format_res0(info->format, &ctx, 0), 0, "%s: %s",
					     features, info->name);
		}
	}
}

Test(sys_features, contradictions)
{
	static const struct {
		const char *features;
		int rc;
	} rows[] = {
		{"architecture: v3.4, d128: true", SMMU_E_CONFLICT},
		{"architecture: v3.4, d128: true, s1pie: true, s2pie: true, s2poe: true, aie: true",
		 0},
		{"architecture: v3.4, output-bits: 56", SMMU_E_CONFLICT},
		{"architecture: v3.4, lpa2: true", SMMU_E_CONFLICT},
		{"architecture: v3.4, s2poe: true", SMMU_E_CONFLICT},
		{"architecture: v3.2, ats: false, pri: true", SMMU_E_CONFLICT},
		{"architecture: v3.2, ats: false, pri: false", 0},
		{"architecture: v3.2, stages: [1], vmid-bits: 16", SMMU_E_CONFLICT},
		{"architecture: v3.2, stages: [1], vmid-bits: 8", 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t regs[SMMU_REG_COUNT];
		char message[256];
		int rc = registers_of(regs, message, rows[i].features);

		cr_expect_eq(rc, rows[i].rc, "%s: %d %s", rows[i].features, rc, message);
	}
}
