/* Granule Protection Tables: DDI 0487 D9.6, D9.7. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "spec/gpt.h"

static const struct smmu_gpt_cfg cfg = {
	.pps_bits = 48, .l0_log2 = 30, .page_log2 = 12, .gpis = SMMU_GPIS_BASE};

Test(gpt, level_0)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_gpt_kind want;
	} rows[] = {
		{"zero", 0, SMMU_GPT_INVALID},
		{"block of Non-secure", 0x91, SMMU_GPT_BLOCK},
		{"block with a reserved GPI", 0x11, SMMU_GPT_INVALID},
		{"block with NSP, which is off", 0x51, SMMU_GPT_INVALID},
		{"block with RES0 bit 8", 0x191, SMMU_GPT_INVALID},
		{"table", 0x80000003, SMMU_GPT_TABLE},
		{"table below its size, 128 KB", 0x80010003, SMMU_GPT_INVALID},
		{"table with bit 4", 0x80000013, SMMU_GPT_INVALID},
		{"table above 52 bits", 0x0010000000000003, SMMU_GPT_INVALID},
		{"0b0010", 0x2, SMMU_GPT_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_gpt_l0_kind(rows[i].desc, &cfg), rows[i].want, "%s", rows[i].row);
}

Test(gpt, level_1)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_gpt_kind want;
	} rows[] = {
		{"no accesses at all", 0, SMMU_GPT_GRANULES},
		{"all Non-secure", 0x9999999999999999, SMMU_GPT_GRANULES},
		{"one reserved GPI", 0x9999999299999999, SMMU_GPT_INVALID},
		{"2 MB contiguous", 0x1b1, SMMU_GPT_CONTIGUOUS},
		{"Contig 0b00", 0x0b1, SMMU_GPT_INVALID},
		{"RES0 bit 10", 0x5b1, SMMU_GPT_INVALID},
		{"a table here", 0x80000003, SMMU_GPT_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_gpt_l1_kind(rows[i].desc, &cfg), rows[i].want, "%s", rows[i].row);
	cr_expect_eq(smmu_gpt_contig_log2(0x1b1), 21);
	cr_expect_eq(smmu_gpt_contig_log2(0x3b1), 29);
	cr_expect_eq(smmu_gpt_gpi(0x1b1), SMMU_GPI_REALM);
	cr_expect_eq(smmu_gpt_granule_gpi(0xa98f, 1), SMMU_GPI_S);
}

/* Section D9.7: PA[t-1:s], PA[s-1:p+4], PA[p+3:p]. */
Test(gpt, indices)
{
	uint64_t pa = 0x2abcdef012;

	cr_expect_eq(smmu_gpt_l0_index(pa, &cfg), 0xaa);
	cr_expect_eq(smmu_gpt_l1_index(pa, &cfg), 0x3cde);
	cr_expect_eq(smmu_gpt_gpi_index(pa, &cfg), 0xf);
	cr_expect_eq(smmu_gpt_l0_log2(9), 39);
	cr_expect_eq(smmu_gpt_l0_log2(1), 0);
	cr_expect_eq(smmu_gpt_page_log2(1), 16);
	cr_expect_eq(smmu_gpt_page_log2(2), 14);
	cr_expect_eq(smmu_gpt_page_log2(3), 0);
}

Test(gpt, encoders_meet_their_decoders)
{
	uint64_t desc = smmu_gpt_encode_granules(SMMU_GPI_NS);

	cr_expect_eq(smmu_gpt_table(smmu_gpt_encode_table(0x80000000)), 0x80000000);
	cr_expect_eq(smmu_gpt_l0_kind(smmu_gpt_encode_table(0x80000000), &cfg), SMMU_GPT_TABLE);
	cr_expect_eq(smmu_gpt_gpi(smmu_gpt_encode_block(SMMU_GPI_ROOT)), SMMU_GPI_ROOT);
	desc = smmu_gpt_set_granule_gpi(desc, 15, SMMU_GPI_ANY);
	cr_expect_eq(desc, 0xf999999999999999);
}
