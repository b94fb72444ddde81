/* Stage 2: IHI 0070 3.4, 5.2, 7.3; DDI 0487 D8.2.2, D8.4.2. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "rig.h"

static void stage2_only(struct rig *rig)
{
	rig_init(rig);
	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_S2);
}

Test(stage2, initial_tables_and_concatenation)
{
	/* Tables D8-19 to D8-24, D8-29, D8-38; index of the first descriptor by hand. */
	static const struct {
		const char *row;
		unsigned s2tg, s2t0sz, s2sl0;
		uint64_t ipa;
		int level;
		uint64_t desc;
	} rows[] = {
		{"4K SL0 2, 48 bits", SMMU_TG0_4K, 16, 2, UINT64_C(1) << 47, 0,
		 RIG_S2TTB + 0x100 * 8},
		{"4K SL0 1, 39 bits", SMMU_TG0_4K, 25, 1, UINT64_C(1) << 38, 1,
		 RIG_S2TTB + 0x100 * 8},
		{"4K SL0 1, 43 bits: 16 tables", SMMU_TG0_4K, 21, 1, UINT64_C(1) << 42, 1,
		 RIG_S2TTB + 0x1000 * 8},
		{"4K SL0 0, 34 bits: 16 tables", SMMU_TG0_4K, 30, 0, UINT64_C(1) << 33, 2,
		 RIG_S2TTB + 0x1000 * 8},
		{"4K SL0 3, 25 bits: 16 tables", SMMU_TG0_4K, 39, 3, UINT64_C(1) << 24, 3,
		 RIG_S2TTB + 0x1000 * 8},
		{"16K SL0 2, 48 bits: 2 tables", SMMU_TG0_16K, 16, 2, UINT64_C(1) << 47, 1,
		 RIG_S2TTB + 0x800 * 8},
		{"16K SL0 1, 40 bits: 16 tables", SMMU_TG0_16K, 24, 1, UINT64_C(1) << 39, 2,
		 RIG_S2TTB + 0x4000 * 8},
		{"64K SL0 2, 48 bits", SMMU_TG0_64K, 16, 2, UINT64_C(1) << 47, 1,
		 RIG_S2TTB + 0x20 * 8},
		{"64K SL0 1, 46 bits: 16 tables", SMMU_TG0_64K, 18, 1, UINT64_C(1) << 45, 2,
		 RIG_S2TTB + 0x10000 * 8},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		stage2_only(&rig);
		smmu_ste_set_S2TG(&rig.ste, rows[i].s2tg);
		smmu_ste_set_S2T0SZ(&rig.ste, rows[i].s2t0sz);
		smmu_ste_set_S2SL0(&rig.ste, rows[i].s2sl0);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(rows[i].ipa), rows[i].row);
		cr_expect_eq(result.blame.reason, SMMU_REASON_DESC_INVALID, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		cr_expect_eq(result.blame.level, rows[i].level, "%s", rows[i].row);
		cr_expect_eq(result.blame.pa.pa, rows[i].desc, "%s: %#lx", rows[i].row,
			     (unsigned long)result.blame.pa.pa);
		/* S2, CLASS IN, a read; the IPA beside the input address. */
		cr_expect_eq(result.event.word[0], 0x300000010, "%s", rows[i].row);
		cr_expect_eq(result.event.word[1], 0x28800000000, "%s", rows[i].row);
		cr_expect_eq(result.event.word[3], rows[i].ipa, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(stage2, the_base_is_aligned_to_all_concatenated_tables)
{
	struct smmu_result result;
	struct rig rig;

	stage2_only(&rig);
	/* 43 bits at level 1: 16 tables of 4 KiB, bits [15:0] of S2TTB count as 0. */
	smmu_ste_set_S2T0SZ(&rig.ste, 21);
	smmu_ste_set_S2SL0(&rig.ste, 1);
	smmu_ste_set_S2TTB(&rig.ste, RIG_S2TTB + 0xf000);
	rig_put(&rig, RIG_S2TTB + 0x1000 * 8, rig_block2(0x40000000));
	rig_start(&rig);
	result = rig_run(&rig, rig_read((UINT64_C(1) << 42) + 0x123), "block");
	cr_expect_eq(result.pa.pa, 0x40000123);
	cr_expect_eq(result.page_log2, 30);
	rig_fini(&rig);
}

Test(stage2, the_input_is_checked_against_ias_then_s2t0sz)
{
	struct smmu_result result;
	struct rig rig;

	stage2_only(&rig);
	smmu_ste_set_S2T0SZ(&rig.ste, 24); /* 40 bits */
	smmu_ste_set_S2SL0(&rig.ste, 1);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(UINT64_C(1) << 40), "beyond S2T0SZ");
	cr_expect_eq(result.event.word[0], 0x300000010);
	cr_expect_eq(result.event.word[1], 0x28800000000);
	cr_expect_eq(result.event.word[3], UINT64_C(1) << 40);
	cr_expect_eq(result.blame.reason, SMMU_REASON_IPA_RANGE);
	/* 3.4: stage 1 is bypassed; beyond IAS it is a stage 1 Address Size fault. */
	result = rig_run(&rig, rig_read(UINT64_C(1) << 48), "beyond IAS");
	cr_expect_eq(result.event.word[0], 0x300000011);
	cr_expect_eq(result.event.word[1], 0x20800000000);
	cr_expect_eq(result.event.word[3], 0);
	cr_expect_eq(result.blame.reason, SMMU_REASON_S1_BYPASS_ADDRESS_SIZE);
	rig_fini(&rig);
}

Test(stage2, permissions_of_s2ap_and_xn)
{
	/* Tables D8-76 and D8-78: data by S2AP, instruction fetches by XN alone. */
	static const struct {
		unsigned s2ap, xn;
		bool read, write, exec_unpriv, exec_priv;
	} rows[] = {
		{0, 0, 0, 0, 1, 1}, {1, 0, 1, 0, 1, 1}, {2, 0, 0, 1, 1, 1}, {3, 0, 1, 1, 1, 1},
		{3, 1, 1, 1, 1, 0}, {3, 2, 1, 1, 0, 0}, {3, 3, 1, 1, 0, 1}, {0, 2, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t leaf = smmu_s2desc_set_XN(rig_block2(0), rows[i].xn);
		struct smmu_txn fetch = rig_fetch(0x1000);
		struct smmu_txn both = rig_write(0x1000);
		struct smmu_result result;
		char row[40];
		struct rig rig;

		snprintf(row, sizeof(row), "S2AP %u XN %u", rows[i].s2ap, rows[i].xn);
		stage2_only(&rig);
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
		rig_put(&rig, RIG_S2TTB + 0x1000, smmu_s2desc_set_S2AP(leaf, rows[i].s2ap));
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x1000), row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].read, "%s", row);
		result = rig_run(&rig, rig_write(0x1000), row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].write, "%s", row);
		both.read = true;
		result = rig_run(&rig, both, row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].read && rows[i].write, "%s",
			     row);
		result = rig_run(&rig, fetch, row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].exec_unpriv, "%s", row);
		if (!rows[i].exec_unpriv)
			cr_expect_str_eq(result.blame.field, "XN", "%s", row);
		fetch.privileged = true;
		result = rig_run(&rig, fetch, row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].exec_priv, "%s", row);
		rig_fini(&rig);
	}
}

/* Everything onto itself but the pages of IPA from 0x40000000 on, which go to 0x300000. */
static void nested(struct rig *rig, uint64_t tables_leaf)
{
	rig_init(rig);
	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_NESTED);
	rig_put(rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
	rig_put(rig, RIG_S2TTB + 0x1000, rig_block2(0));
	rig_put(rig, RIG_S2TTB + 0x1008, rig_table(RIG_S2TTB + 0x2000));
	rig_put(rig, RIG_S2TTB + 0x2000, rig_table(RIG_S2TTB + 0x3000));
	rig_put(rig, RIG_S2TTB + 0x3000, tables_leaf);
	/* The level 1 table of stage 1 is at IPA 0x40000000. */
	rig_put(rig, RIG_TTB0, rig_table(0x40000000));
	rig_put(rig, 0x300000, rig_block1(0x40000000));
}

Test(stage2, stage_1_tables_are_in_ipa_space)
{
	struct smmu_result result;
	struct rig rig;

	nested(&rig, rig_page2(0x300000));
	rig_start(&rig);
	/* VA 0 is IPA 0x40000000, which is PA 0x300000. */
	result = rig_run(&rig, rig_read(0x10), "through both");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, 0x300010);
	cr_expect_eq(result.page_log2, 12);
	rig_fini(&rig);
}

Test(stage2, faults_on_the_way_through_stage_1_have_class_tt)
{
	static const struct {
		const char *row;
		uint64_t leaf; /* that maps the stage 1 table */
		unsigned type;
		uint64_t word1, word3;
		enum smmu_reason reason;
	} rows[] = {
		{"unmapped", 0, SMMU_EVT_F_TRANSLATION, 0x18800000000, 0x40000000,
		 SMMU_REASON_DESC_INVALID},
		{"AF 0", 0x3000ff, SMMU_EVT_F_ACCESS, 0x18800000000, 0x40000000,
		 SMMU_REASON_ACCESS_FLAG},
		/* 7.3.16: TTRnW is 1, the descriptor was read. */
		{"write-only", 0x3004bf, SMMU_EVT_F_PERMISSION, 0x118800000000, 0x40000000,
		 SMMU_REASON_NO_READ},
		{"outside memory", RIG_NOWHERE | 0x4ff, SMMU_EVT_F_WALK_EABT, 0x10800000000,
		 RIG_NOWHERE, SMMU_REASON_DESC_ABORT},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		nested(&rig, rows[i].leaf);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x10), rows[i].row);
		cr_expect_eq(result.event.word[0], UINT64_C(0x300000000) | rows[i].type, "%s: %#lx",
			     rows[i].row, (unsigned long)result.event.word[0]);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[1]);
		cr_expect_eq(result.event.word[2], 0x10, "%s", rows[i].row);
		cr_expect_eq(result.event.word[3], rows[i].word3, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[3]);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(stage2, s2ptw_denies_tables_in_device_memory)
{
	static const struct {
		const char *row;
		bool ptw, fwb;
		unsigned memattr;
		bool ok;
	} rows[] = {
		{"S2PTW 0, Device", false, false, 1, true},
		{"S2PTW 1, Device-nGnRnE", true, false, 0, false},
		{"S2PTW 1, Device-GRE", true, false, 3, false},
		{"S2PTW 1, Normal-NC", true, false, 5, true},
		{"FWB, Device", true, true, 1, false},
		{"FWB, Normal-NC", true, true, 5, true},
		{"FWB, as stage 1", true, true, 7, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		nested(&rig, smmu_s2desc_set_MemAttr(rig_page2(0x300000), rows[i].memattr));
		smmu_ste_set_S2PTW(&rig.ste, rows[i].ptw);
		smmu_ste_set_S2FWB(&rig.ste, rows[i].fwb);
		if (rows[i].fwb)
			rig_put(&rig, RIG_S2TTB + 0x1000,
				smmu_s2desc_set_MemAttr(rig_block2(0), 6));
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x10), rows[i].row);
		cr_expect_eq(result.status == SMMU_STATUS_OK, rows[i].ok, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		if (!rows[i].ok) {
			cr_expect_eq(result.event.word[0], 0x300000013, "%s", rows[i].row);
			cr_expect_eq(result.event.word[1], 0x118800000000, "%s", rows[i].row);
			cr_expect_eq(result.blame.reason, SMMU_REASON_WALK_DEVICE, "%s",
				     rows[i].row);
		}
		rig_fini(&rig);
	}
}

Test(stage2, stage_1_permissions_come_first)
{
	struct smmu_result result;
	struct rig rig;

	/* Both deny writes: stage 1 says so; then only stage 2. */
	nested(&rig, smmu_s2desc_set_S2AP(rig_page2(0x300000), 1));
	rig_put(&rig, 0x300000, smmu_s1desc_set_AP(rig_block1(0x40000000), 3));
	rig_start(&rig);
	result = rig_run(&rig, rig_write(0x10), "both");
	cr_expect_eq(result.event.word[1], 0x20000000000);
	rig_put(&rig, 0x300000, rig_block1(0x40000000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_write(0x10), "stage 2");
	cr_expect_eq(result.event.word[0], 0x300000013);
	cr_expect_eq(result.event.word[1], 0x28000000000);
	cr_expect_eq(result.event.word[3], 0x40000000);
	rig_fini(&rig);
}
