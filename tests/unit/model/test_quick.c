/*
 * The caches and the quick walk: they must never show.  What is compared is a
 * translation through them with a probe, which uses none.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "rig.h"

static uint64_t seed;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* A descriptor like those that occur, sometimes with something wrong. */
static uint64_t random_desc(uint64_t next, bool last)
{
	uint64_t desc = (rnd(64) << 12 | 0x400000) | 0x441 | rnd(4) << 6;

	if (!last && rnd(4))
		desc = next | 3 | (rnd(8) ? 0 : rnd(64) << 58);
	else if (last)
		desc |= 2;
	if (rnd(6) == 0)
		desc &= ~(UINT64_C(1) << rnd(12));
	if (rnd(6) == 0)
		desc |= UINT64_C(1) << rnd(64);
	return desc;
}

/* Tables of 8 used entries a level from base on; leaves point into memory. */
static void random_tables(struct rig *rig, uint64_t base)
{
	for (unsigned level = 0; level < 4; level++)
		for (unsigned table = 0; table < 4; table++)
			for (unsigned i = 0; i < 8; i++) {
				uint64_t at = base + (level * 4 + table) * 0x1000 + 8 * i;
				uint64_t next = base + ((level + 1) * 4 + rnd(4)) * 0x1000;

				rig_put(rig, at, random_desc(next, level == 3));
			}
}

static uint64_t random_address(void)
{
	uint64_t address = rnd(4096);

	for (unsigned level = 0; level < 4; level++)
		address |= rnd(rnd(16) ? 4 : 9) << (39 - 9 * level);
	if (rnd(8) == 0)
		address |= ~UINT64_C(0) << (47 + rnd(16));
	return address;
}

static struct smmu_txn random_txn(void)
{
	struct smmu_txn txn = rig_read(random_address());

	txn.write = rnd(2);
	txn.read = !txn.write || rnd(2);
	txn.privileged = rnd(2);
	txn.instruction = rnd(4) == 0;
	return txn;
}

static void random_config(struct rig *rig)
{
	static const unsigned configs[] = {SMMU_STE_CONFIG_S1, SMMU_STE_CONFIG_S2,
					   SMMU_STE_CONFIG_NESTED};

	smmu_ste_set_Config(&rig->ste, configs[rnd(3)]);
	smmu_ste_set_S2AFFD(&rig->ste, rnd(2));
	smmu_ste_set_S2PTW(&rig->ste, rnd(4) == 0);
	smmu_ste_set_PRIVCFG(&rig->ste, rnd(4));
	smmu_ste_set_INSTCFG(&rig->ste, rnd(4));
	smmu_cd_set_AFFD(&rig->cd, rnd(2));
	smmu_cd_set_HAD0(&rig->cd, rnd(2));
	smmu_cd_set_TBI0(&rig->cd, rnd(2));
	smmu_cd_set_TBI1(&rig->cd, rnd(2));
	smmu_cd_set_EPD1(&rig->cd, rnd(4) == 0);
	smmu_cd_set_PAN(&rig->cd, rnd(2));
	smmu_cd_set_WXN(&rig->cd, rnd(2));
	if (rnd(3) == 0) {
		smmu_cd_set_HA(&rig->cd, 1);
		smmu_cd_set_HD(&rig->cd, rnd(2));
		smmu_ste_set_S2HA(&rig->ste, 1);
		smmu_ste_set_S2HD(&rig->ste, rnd(2));
	}
}

Test(quick, random_tables_translate_as_without_caches)
{
	for (uint64_t round = 1; round <= 150; round++) {
		struct rig rig;
		char row[32];

		seed = round * UINT64_C(0x9e3779b97f4a7c15);
		snprintf(row, sizeof(row), "round %u", (unsigned)round);
		rig_init(&rig);
		random_config(&rig);
		random_tables(&rig, RIG_TTB0);
		random_tables(&rig, RIG_TTB1);
		random_tables(&rig, RIG_S2TTB);
		/* Low memory onto itself, so that nested tables can be reached at all. */
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x20000));
		rig_put(&rig, RIG_S2TTB + 0x20000, rig_block2(0));
		rig_start(&rig);
		if (round % 3 == 0)
			smmu_model_set_tlb(rig.model, false);
		for (unsigned i = 0; i < 400; i++)
			rig_run(&rig, random_txn(), row);
		rig_fini(&rig);
	}
}

Test(quick, a_flush_makes_changes_visible)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_start(&rig);
	rig_run(&rig, rig_read(0x5000), "first");
	rig_put(&rig, 0x302028, rig_page1(0x99000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x5000), "page");
	cr_expect_eq(result.pa.pa, 0x99000);
	/* Another level 3 table, and another CD. */
	rig_put(&rig, 0x301000, rig_table(0x380000));
	rig_put(&rig, 0x380028, rig_page1(0xaa000));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x5000), "table");
	cr_expect_eq(result.pa.pa, 0xaa000);
	rig_put(&rig, RIG_CD, rig.cd.word[0] & ~(UINT64_C(1) << 31));
	rig_changed(&rig);
	result = rig_run(&rig, rig_read(0x5000), "CD");
	cr_expect_eq(result.event.word[0], 0x30000000a);
	rig_fini(&rig);
}

Test(quick, streams_and_substreams_are_kept_apart)
{
	uint64_t next = 0x300000;
	struct smmu_txn txn = rig_read(0x5000);
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_S1CDMax(&rig.ste, 8);
	smmu_ste_set_S1DSS(&rig.ste, SMMU_STE_S1DSS_SSID0);
	rig_start(&rig);
	/* SubstreamID n has its tables at 0x400000 + n * 0x4000. */
	for (unsigned n = 0; n < 200; n++) {
		struct smmu_cd cd = rig.cd;
		uint64_t root = 0x400000 + n * 0x4000;

		next = root + 0x1000;
		smmu_cd_set_TTB0(&cd, root);
		for (unsigned i = 0; i < 8; i++)
			rig_put(&rig, RIG_CD + 64 * n + 8 * i, cd.word[i]);
		rig_map(&rig, root, 0x5000, rig_page1(0x1000000 + n * 0x1000), &next);
	}
	rig_changed(&rig);
	for (unsigned again = 0; again < 3; again++)
		for (unsigned n = 0; n < 200; n++) {
			struct smmu_result result;

			txn.ssv = n != 0;
			txn.substream = n;
			result = rig_run(&rig, txn, "substream");
			cr_expect_eq(result.pa.pa, 0x1000000 + n * 0x1000, "%u", n);
		}
	rig_fini(&rig);
}

/* 7.2: a record is a write to memory like any other, also where a table is. */
Test(quick, tables_inside_the_event_queue_change_with_its_records)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_map(&rig, RIG_TTB0, 0x200000, 0, &next);
	/* The level 3 table of VA 0x200000 is the queue itself. */
	rig_put(&rig, 0x301008, rig_table(RIG_EVENTQ));
	rig_put(&rig, RIG_EVENTQ, rig_page1(0x88000));
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x200000), "before");
	cr_expect_eq(result.pa.pa, 0x88000);
	/* An F_TRANSLATION is 0x...10 in word 0: invalid as a descriptor. */
	rig_run(&rig, rig_read(0x7000), "record");
	result = rig_run(&rig, rig_read(0x200000), "after");
	cr_expect_eq(result.blame.reason, SMMU_REASON_DESC_INVALID);
	cr_expect_eq(result.blame.word, 0x300000010);
	rig_fini(&rig);
}

Test(quick, tables_may_loop)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	/* Every level finds the same table: at level 3 its Table is a Page. */
	rig_put(&rig, RIG_TTB0, rig_table(RIG_TTB0) | 0x440);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x18), "self-referencing");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, RIG_TTB0 + 0x18);
	rig_fini(&rig);
}

Test(quick, shareability_is_that_of_the_descriptor_whatever_the_other_table_is)
{
	/* 5.4 SH0, DS: only a table of 52 bits has its Shareability in the CD. */
	const uint64_t va = ~UINT64_C(0) << 48 | 0x1000;
	uint64_t next = RIG_TTB1 + 4096;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_EPD0(&rig.cd, 1);
	smmu_cd_set_SH0(&rig.cd, SMMU_SH_OSH);
	smmu_cd_set_MAIR0(&rig.cd, 0xff);
	rig_map(&rig, RIG_TTB1, 0x1000, smmu_s1desc_set_SH(rig_page1(0x40000000), SMMU_SH_ISH),
		&next);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(va), "TTB1 with TTB0 disabled");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(smmu_memory_sh(result.attr.memory), SMMU_SH_ISH);
	rig_fini(&rig);
}
