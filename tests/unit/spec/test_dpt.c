/* Device Permission Tables: IHI 0070 3.24.3. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "spec/dpt.h"

static const struct smmu_dpt_cfg cfg = {
	.dptps_bits = 40, .l0_log2 = 30, .page_log2 = 12, .oas_bits = 48, .vmid16 = true};

Test(dpt, level_0)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_dpt_kind want;
	} rows[] = {
		{"no access", 0, SMMU_DPT_NONE},
		{"no access with a RES0 bit", 0x100, SMMU_DPT_INVALID},
		{"0b10", 0x2, SMMU_DPT_INVALID},
		{"block for VMID 3", 0x30011, SMMU_DPT_BLOCK},
		{"block with AC 0b11", 0xd, SMMU_DPT_INVALID},
		{"block with AC 0b10 and a VMID", 0x30009, SMMU_DPT_INVALID},
		{"table", 0x80000003, SMMU_DPT_TABLE},
		{"table above the OAS", 0x0001000080000003, SMMU_DPT_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_dpt_l0_kind(rows[i].desc, &cfg), rows[i].want, "%s", rows[i].row);
}

Test(dpt, level_1)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_dpt_kind want;
	} rows[] = {
		{"no access", 0, SMMU_DPT_L1},
		{"lower granule", 0x30011, SMMU_DPT_L1},
		{"lower granule, W1 set", 0x1000030011, SMMU_DPT_INVALID},
		{"both granules", 0x0004001000030013, SMMU_DPT_L1},
		{"2 MB region", 0x30213, SMMU_DPT_L1},
		{"64 KB region", 0x30113, SMMU_DPT_L1},
		{"region with VMID1", 0x0004000000030213, SMMU_DPT_INVALID},
		{"Contig of one granule", 0x30211, SMMU_DPT_INVALID},
		{"16 GB region of a 1 GB entry", 0x30613, SMMU_DPT_INVALID},
		{"1 GB region", 0x30513, SMMU_DPT_L1},
		{"Contig 0b1000", 0x30813, SMMU_DPT_INVALID},
		{"MBZ bit 5", 0x30033, SMMU_DPT_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_dpt_l1_kind(rows[i].desc, &cfg), rows[i].want, "%s", rows[i].row);
}

Test(dpt, a_16_bit_vmid_needs_vmid16)
{
	struct smmu_dpt_cfg narrow = cfg;

	narrow.vmid16 = false;
	cr_expect_eq(smmu_dpt_l0_kind(0x1000011, &cfg), SMMU_DPT_BLOCK);
	cr_expect_eq(smmu_dpt_l0_kind(0x1000011, &narrow), SMMU_DPT_INVALID);
}

Test(dpt, attributes)
{
	uint64_t desc = 0x0004001400030003; /* upper: VMID 4, W, AC 1; lower: VMID 3, read only */
	struct smmu_dpt_attr lower = smmu_dpt_l1_attr(desc, 0x2000, &cfg);
	struct smmu_dpt_attr upper = smmu_dpt_l1_attr(desc, 0x3000, &cfg);
	struct smmu_dpt_attr region = smmu_dpt_l1_attr(0x30213, 0x3000, &cfg);

	cr_expect(lower.access && !lower.w);
	cr_expect_eq(lower.vmid, 3);
	cr_expect_eq(lower.size_log2, 12);
	cr_expect(upper.access && upper.w);
	cr_expect_eq(upper.vmid, 4);
	cr_expect_eq(upper.ac, 1);
	cr_expect(region.access && region.w);
	cr_expect_eq(region.vmid, 3);
	cr_expect_eq(region.size_log2, 21);
	cr_expect(!smmu_dpt_l1_attr(0x30011, 0x3000, &cfg).access);
	cr_expect_eq(smmu_dpt_block_attr(0x30011, &cfg).size_log2, 30);
}

/* Table 3.35: [dptps-1:l0dptsz] and [l0dptsz-1:dptgs+1]; 2^18 granules are 1 MB of entries. */
Test(dpt, indices_and_tables)
{
	cr_expect_eq(smmu_dpt_l0_index(0xabcdef0000, &cfg), 0x2af);
	cr_expect_eq(smmu_dpt_l1_index(0x3fffe000, &cfg), 0x1ffff);
	cr_expect_eq(smmu_dpt_table(0x80123003, &cfg), 0x80100000);
}
