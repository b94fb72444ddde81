/* Hardware updates of descriptors: IHI 0070 3.13; DDI 0487 D8.5. */
#include <criterion/criterion.h>

#include "rig.h"

#define PAGE UINT64_C(0x302028) /* the descriptor of VA 0x5000 */
#define AF   (UINT64_C(1) << 10)
#define DBM  (UINT64_C(1) << 51)
#define RO   (UINT64_C(1) << 7) /* AP[2]; S2AP[1] the other way round */

static void start(struct rig *rig, bool ha, bool hd, uint64_t leaf)
{
	uint64_t next = 0x300000;

	rig_init(rig);
	smmu_cd_set_HA(&rig->cd, ha);
	smmu_cd_set_HD(&rig->cd, hd);
	rig_map(rig, RIG_TTB0, 0x5000, leaf, &next);
	rig_start(rig);
}

Test(httu, stage_1)
{
	static const uint64_t page = 0x77443; /* AP 01, AF */
	static const struct {
		const char *row;
		bool ha, hd, write;
		uint64_t leaf, after; /* after 0: a fault, and no update */
	} rows[] = {
		{"HA 0, AF 0", 0, 0, 0, page & ~AF, 0},
		{"HA, AF 0, read", 1, 0, 0, page & ~AF, page},
		{"HA, AF 1, read", 1, 0, 0, page, page},
		{"HA, DBM without HD, write", 1, 0, 1, page | RO | DBM, 0},
		{"HD without HA is none", 0, 1, 1, page | RO | DBM, 0},
		{"HD, writable-clean, write", 1, 1, 1, page | RO | DBM, page | DBM},
		{"HD, writable-clean, read", 1, 1, 0, page | RO | DBM, page | RO | DBM},
		{"HD, writable-clean AF 0, write", 1, 1, 1, (page & ~AF) | RO | DBM, page | DBM},
		{"HD, writable-clean AF 0, read", 1, 1, 0, (page & ~AF) | RO | DBM,
		 page | RO | DBM},
		{"HD, no DBM, write", 1, 1, 1, page | RO, 0},
		/* AP[1] is 0: not writable for another reason, so not made dirty. */
		{"HD, privileged, write", 1, 1, 1, 0x77403 | RO | DBM, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rows[i].write ? rig_write(0x5000) : rig_read(0x5000);
		struct smmu_result result;
		struct rig rig;

		start(&rig, rows[i].ha, rows[i].hd, rows[i].leaf);
		/* The same twice: the second access finds the descriptor updated. */
		result = rig_run(&rig, txn, rows[i].row);
		if (!rows[i].after) {
			cr_expect_eq(result.status, SMMU_STATUS_FAULT, "%s", rows[i].row);
			cr_expect_eq(result.updates_count, 0, "%s", rows[i].row);
			cr_expect_eq(rig_get(&rig, PAGE), rows[i].leaf, "%s", rows[i].row);
			rig_fini(&rig);
			continue;
		}
		cr_expect_eq(result.status, SMMU_STATUS_OK, "%s", rows[i].row);
		cr_expect_eq(rig_get(&rig, PAGE), rows[i].after, "%s", rows[i].row);
		cr_assert_eq(result.updates_count, rows[i].after != rows[i].leaf, "%s",
			     rows[i].row);
		if (result.updates_count) {
			cr_expect_eq(result.updates[0].pa.pa, PAGE, "%s", rows[i].row);
			cr_expect_eq(result.updates[0].value, rows[i].after, "%s", rows[i].row);
		}
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.status, SMMU_STATUS_OK, "%s", rows[i].row);
		cr_expect_eq(result.updates_count, 0, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(httu, a_read_does_not_let_a_later_write_slip_by)
{
	struct smmu_result result;
	struct rig rig;

	start(&rig, true, true, 0x77443 | RO | DBM);
	result = rig_run(&rig, rig_read(0x5000), "read");
	result = rig_run(&rig, rig_read(0x5000), "read, cached");
	cr_expect_eq(result.updates_count, 0);
	result = rig_run(&rig, rig_write(0x5000), "write");
	cr_assert_eq(result.updates_count, 1);
	cr_expect_eq(rig_get(&rig, PAGE), 0x77443 | DBM);
	rig_fini(&rig);
}

Test(httu, executability_counts_a_clean_page_as_writable)
{
	struct smmu_txn fetch = rig_fetch(0x5000);
	struct smmu_result result;
	struct rig rig;

	/* AP 11 is unprivileged read-only; writable-clean it counts as 01, so PXN. */
	start(&rig, true, true, 0x77443 | RO | DBM);
	fetch.privileged = true;
	result = rig_run(&rig, fetch, "privileged fetch");
	cr_expect_eq(smmu_bits(result.event.word[0], 0, 8), SMMU_EVT_F_PERMISSION);
	rig_fini(&rig);
}

Test(httu, big_endian_tables_are_noted_as_they_stand)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_HA(&rig.cd, 1);
	smmu_cd_set_ENDI(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, 0x77043, &next);
	rig_put(&rig, RIG_TTB0, smmu_swap64(rig_get(&rig, RIG_TTB0)));
	rig_put(&rig, 0x300000, smmu_swap64(rig_get(&rig, 0x300000)));
	rig_put(&rig, 0x301000, smmu_swap64(rig_get(&rig, 0x301000)));
	rig_put(&rig, PAGE, smmu_swap64(0x77043));
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "ENDI");
	cr_assert_eq(result.updates_count, 1);
	cr_expect_eq(result.updates[0].value, smmu_swap64(0x77443));
	cr_expect_eq(rig_get(&rig, PAGE), smmu_swap64(0x77443));
	rig_fini(&rig);
}

static void nested(struct rig *rig, uint64_t leaf1, uint64_t leaf2)
{
	rig_init(rig);
	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_NESTED);
	smmu_ste_set_S2HA(&rig->ste, 1);
	smmu_ste_set_S2HD(&rig->ste, 1);
	smmu_cd_set_HA(&rig->cd, 1);
	smmu_cd_set_HD(&rig->cd, 1);
	rig_put(rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
	rig_put(rig, RIG_S2TTB + 0x1000, rig_block2(0));
	rig_put(rig, RIG_S2TTB + 0x1008, leaf2);
	/* The level 1 table of stage 1 is at IPA 0x40300000, under leaf2. */
	rig_put(rig, RIG_TTB0, rig_table(0x40300000));
	rig_put(rig, 0x300000, leaf1);
	rig_start(rig);
}

Test(httu, stage_2_descriptors_of_stage_1_tables)
{
	/* leaf2 maps 0x40000000 to 0: AF 0, S2AP 01 (read), DBM. */
	static const uint64_t leaf2 = 0x7d | 0; /* MemAttr 15, S2AP 01, Block */
	struct smmu_result result;
	struct rig rig;

	/* Stage 1 needs no update: stage 2 gains AF only. */
	nested(&rig, 0x80000441, leaf2 | DBM);
	rig_put(&rig, RIG_S2TTB + 0x1010, rig_block2(0x80000000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x10), "AF of stage 2");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(rig_get(&rig, RIG_S2TTB + 0x1008), leaf2 | DBM | AF);
	rig_fini(&rig);
	/* Stage 1 gains AF: a write to stage 2, whose descriptor becomes dirty. */
	nested(&rig, 0x80000041, leaf2 | DBM);
	rig_put(&rig, RIG_S2TTB + 0x1010, rig_block2(0x80000000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x10), "AF of stage 1");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(rig_get(&rig, 0x300000), 0x80000441);
	cr_expect_eq(rig_get(&rig, RIG_S2TTB + 0x1008), leaf2 | DBM | AF | RO);
	/* One entry a word, with its final value. */
	cr_expect_eq(result.updates_count, 2);
	rig_fini(&rig);
}

Test(httu, stage_2_may_deny_the_update)
{
	static const uint64_t leaf2 = 0x47d; /* AF, S2AP 01, no DBM */
	struct smmu_result result;
	struct rig rig;

	nested(&rig, 0x80000041, leaf2);
	rig_put(&rig, RIG_S2TTB + 0x1010, rig_block2(0x80000000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x10), "no write permission");
	/* 7.3.16: CLASS TT, S2, and TTRnW 0 although the access is a read. */
	cr_expect_eq(result.event.word[0], 0x300000013);
	cr_expect_eq(result.event.word[1], 0x18800000000);
	cr_expect_eq(result.event.word[3], 0x40300000);
	cr_expect_eq(rig_get(&rig, 0x300000), 0x80000041);
	rig_fini(&rig);
}

Test(httu, table_descriptors_with_haft)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR0] =
		smmu_IDR0_set_HTTU(rig.regs[SMMU_REG_IDR0], SMMU_IDR0_HTTU_TABLE_AF);
	smmu_cd_set_HA(&rig.cd, 1);
	smmu_cd_set_HAFT(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, 0x77043, &next);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "HAFT");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.updates_count, 4);
	cr_expect_eq(rig_get(&rig, RIG_TTB0), 0x300403);
	cr_expect_eq(rig_get(&rig, 0x300000), 0x301403);
	cr_expect_eq(rig_get(&rig, 0x301000), 0x302403);
	cr_expect_eq(rig_get(&rig, PAGE), 0x77443);
	rig_fini(&rig);
}

Test(httu, a_probe_changes_nothing)
{
	struct smmu_txn txn = rig_write(0x5000);
	struct smmu_result result;
	struct rig rig;

	start(&rig, true, true, (0x77443 & ~AF) | RO | DBM);
	cr_assert_eq(smmu_model_probe(&result, rig.model, &txn, NULL), 0);
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_assert_eq(result.updates_count, 1);
	cr_expect_eq(result.updates[0].value, 0x77443 | DBM);
	cr_expect_eq(rig_get(&rig, PAGE), (0x77443 & ~AF) | RO | DBM);
	rig_fini(&rig);
}
