/* Stage 1: IHI 0070 3.4.1, 5.4, 7.3.12 - 7.3.16; DDI 0487 D8.2, D8.3. */
#include <criterion/criterion.h>

#include "rig.h"

#define TOP(n) (~UINT64_C(0) << (n))

/* What the first levels of an invalid walk say: where it began and with which index. */
struct start {
	const char *row;
	unsigned tg0; /* CD.TG0 */
	unsigned t0sz;
	uint64_t va;
	int level;
	uint64_t desc; /* address of the first descriptor */
};

/*
 * Tables D8-18, D8-27 and D8-36: the initial level by T0SZ, and the index into
 * the initial table, worked by hand.  TTB0 is aligned to the table's size.
 */
static const struct start starts[] = {
	{"4K, 48 bits", SMMU_TG0_4K, 16, UINT64_C(0x1ff) << 39, 0, RIG_TTB0 + 0x1ff * 8},
	{"4K, 40 bits", SMMU_TG0_4K, 24, UINT64_C(1) << 39, 0, RIG_TTB0 + 8},
	{"4K, 39 bits", SMMU_TG0_4K, 25, UINT64_C(0x1ff) << 30, 1, RIG_TTB0 + 0x1ff * 8},
	{"4K, 31 bits", SMMU_TG0_4K, 33, UINT64_C(1) << 30, 1, RIG_TTB0 + 8},
	{"4K, 30 bits", SMMU_TG0_4K, 34, UINT64_C(0x1ff) << 21, 2, RIG_TTB0 + 0x1ff * 8},
	{"4K, 22 bits (STT)", SMMU_TG0_4K, 42, UINT64_C(1) << 21, 2, RIG_TTB0 + 8},
	{"4K, 21 bits (STT)", SMMU_TG0_4K, 43, UINT64_C(0x1ff) << 12, 3, RIG_TTB0 + 0x1ff * 8},
	{"4K, 16 bits (STT)", SMMU_TG0_4K, 48, UINT64_C(0xf) << 12, 3, RIG_TTB0 + 0xf * 8},
	{"16K, 48 bits", SMMU_TG0_16K, 16, UINT64_C(1) << 47, 0, RIG_TTB0 + 8},
	{"16K, 47 bits", SMMU_TG0_16K, 17, UINT64_C(0x7ff) << 36, 1, RIG_TTB0 + 0x7ff * 8},
	{"16K, 36 bits", SMMU_TG0_16K, 28, UINT64_C(0x7ff) << 25, 2, RIG_TTB0 + 0x7ff * 8},
	{"16K, 25 bits", SMMU_TG0_16K, 39, UINT64_C(0x7ff) << 14, 3, RIG_TTB0 + 0x7ff * 8},
	{"64K, 48 bits", SMMU_TG0_64K, 16, UINT64_C(0x3f) << 42, 1, RIG_TTB0 + 0x3f * 8},
	{"64K, 42 bits", SMMU_TG0_64K, 22, UINT64_C(0x1fff) << 29, 2, RIG_TTB0 + 0x1fff * 8},
	{"64K, 29 bits", SMMU_TG0_64K, 35, UINT64_C(0x1fff) << 16, 3, RIG_TTB0 + 0x1fff * 8},
	{"64K, 17 bits (STT)", SMMU_TG0_64K, 47, UINT64_C(1) << 16, 3, RIG_TTB0 + 8},
};

Test(stage1, the_initial_level_follows_from_t0sz)
{
	for (size_t i = 0; i < SMMU_LEN(starts); i++) {
		const struct start *s = &starts[i];
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_TG0(&rig.cd, s->tg0);
		smmu_cd_set_T0SZ(&rig.cd, s->t0sz);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(s->va), s->row);
		cr_expect_eq(result.blame.reason, SMMU_REASON_DESC_INVALID, "%s", s->row);
		cr_expect_eq(result.blame.level, s->level, "%s: %d", s->row, result.blame.level);
		cr_expect_eq(result.blame.pa.pa, s->desc, "%s: %#lx", s->row,
			     (unsigned long)result.blame.pa.pa);
		/* The first address above the range. */
		result = rig_run(&rig, rig_read(UINT64_C(1) << (64 - s->t0sz)), s->row);
		cr_expect_eq(result.blame.reason, SMMU_REASON_VA_RANGE, "%s", s->row);
		cr_expect_eq(result.event.word[0], 0x300000010, "%s", s->row);
		cr_expect_eq(result.event.word[1], 0x20800000000, "%s", s->row);
		rig_fini(&rig);
	}
}

Test(stage1, leaves_of_every_size)
{
	static const struct {
		const char *row;
		unsigned tg0;
		uint64_t table[3]; /* descriptors from the initial level down, 0 ends */
		uint64_t oa, size_log2;
	} rows[] = {
		{"4K block of 1 GiB",
		 SMMU_TG0_4K,
		 {0x300003, 0x1c0000000 | 0x441},
		 0x1c0000000,
		 30},
		{"4K block of 2 MiB",
		 SMMU_TG0_4K,
		 {0x300003, 0x301003, 0x12600000 | 0x441},
		 0x12600000,
		 21},
		{"16K block of 32 MiB",
		 SMMU_TG0_16K,
		 {0x300003, 0x304003, 0x12000000 | 0x441},
		 0x12000000,
		 25},
		{"64K block of 512 MiB",
		 SMMU_TG0_64K,
		 {0x300003, 0x60000000 | 0x441},
		 0x60000000,
		 29},
		/* Bits below the block are not part of its address (bit 16 is nT). */
		{"nT and RES0 bits", SMMU_TG0_4K, {0x300003, 0x1c0010000 | 0x441}, 0x1c0000000, 30},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t at = RIG_TTB0, va = 0x2345;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_TG0(&rig.cd, rows[i].tg0);
		for (unsigned level = 0; level < 3 && rows[i].table[level]; level++) {
			rig_put(&rig, at, rows[i].table[level]);
			at = smmu_align_down_log2(rows[i].table[level], 12);
		}
		rig_start(&rig);
		result = rig_run(&rig, rig_read(va), rows[i].row);
		cr_expect_eq(result.status, SMMU_STATUS_OK, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		cr_expect_eq(result.pa.pa, rows[i].oa + va, "%s: %#lx", rows[i].row,
			     (unsigned long)result.pa.pa);
		cr_expect_eq(result.page_log2, rows[i].size_log2, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(stage1, blocks_where_there_are_none)
{
	static const struct {
		const char *row;
		unsigned tg0;
		int level;
		uint64_t table[4];
	} rows[] = {
		{"4K level 0", SMMU_TG0_4K, 0, {0x441}},
		{"16K level 0", SMMU_TG0_16K, 0, {0x441}},
		{"16K level 1", SMMU_TG0_16K, 1, {0x300003, 0x441}},
		{"64K level 1 without LPA", SMMU_TG0_64K, 1, {0x441}},
		{"0b01 at level 3", SMMU_TG0_4K, 3, {0x300003, 0x301003, 0x302003, 0x77441}},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t at = RIG_TTB0;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_TG0(&rig.cd, rows[i].tg0);
		for (unsigned level = 0; level < 4 && rows[i].table[level]; level++) {
			rig_put(&rig, at, rows[i].table[level]);
			at = smmu_align_down_log2(rows[i].table[level], 12);
		}
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x123), rows[i].row);
		cr_expect_eq(result.event.word[0], 0x300000010, "%s", rows[i].row);
		/* Table D8-48: reserved at level 3 is invalid. */
		cr_expect_eq(result.blame.reason,
			     rows[i].level == 3 ? SMMU_REASON_DESC_INVALID
						: SMMU_REASON_DESC_RESERVED,
			     "%s", rows[i].row);
		cr_expect_eq(result.blame.level, rows[i].level, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(stage1, bit_55_selects_the_table_and_the_bits_above_repeat_it)
{
	static const struct {
		const char *row;
		uint64_t va;
		bool tbi0, tbi1, epd0, epd1;
		uint64_t pa; /* 0: F_TRANSLATION */
		enum smmu_reason reason;
	} rows[] = {
		{"TTB0", 0x5678, 0, 0, 0, 0, 0x40678, SMMU_REASON_NONE},
		{"TTB1", TOP(48) | 0x5678, 0, 0, 0, 0, 0x80678, SMMU_REASON_NONE},
		{"T0SZ exceeded", UINT64_C(1) << 48, 0, 0, 0, 0, 0, SMMU_REASON_VA_RANGE},
		{"T1SZ exceeded", TOP(49), 0, 0, 0, 0, 0, SMMU_REASON_VA_RANGE},
		{"bit 56 with TBI0 0", UINT64_C(1) << 56 | 0x5678, 0, 1, 0, 0, 0,
		 SMMU_REASON_VA_TOP_BYTE},
		{"bit 56 with TBI0 1", UINT64_C(1) << 56 | 0x5678, 1, 0, 0, 0, 0x40678,
		 SMMU_REASON_NONE},
		{"top byte 0 with TBI1 0", UINT64_C(0x00ffffffffff5678), 1, 0, 0, 0, 0,
		 SMMU_REASON_VA_TOP_BYTE},
		{"top byte 0 with TBI1 1", UINT64_C(0x00ffffffffff5678) & ~UINT64_C(0xffffff0000),
		 0, 1, 0, 0, 0, SMMU_REASON_DESC_INVALID},
		{"TBI does not cover bit 54", UINT64_C(0x00bf000000005678), 0, 1, 0, 0, 0,
		 SMMU_REASON_VA_RANGE},
		{"EPD0", 0x5678, 0, 0, 1, 0, 0, SMMU_REASON_TTB_DISABLED},
		{"EPD1", TOP(48) | 0x5678, 0, 0, 0, 1, 0, SMMU_REASON_TTB_DISABLED},
		{"EPD0 leaves TTB1", TOP(48) | 0x5678, 0, 0, 1, 0, 0x80678, SMMU_REASON_NONE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t next = 0x300000;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_TBI0(&rig.cd, rows[i].tbi0);
		smmu_cd_set_TBI1(&rig.cd, rows[i].tbi1);
		smmu_cd_set_EPD0(&rig.cd, rows[i].epd0);
		smmu_cd_set_EPD1(&rig.cd, rows[i].epd1);
		rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x40000), &next);
		rig_map(&rig, RIG_TTB1, 0x5000, rig_page1(0x80000), &next);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(rows[i].va), rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		if (rows[i].pa) {
			cr_expect_eq(result.pa.pa, rows[i].pa, "%s", rows[i].row);
		} else {
			cr_expect_eq(result.event.word[0], 0x300000010, "%s", rows[i].row);
			/* TBI does not touch InputAddr. */
			cr_expect_eq(result.event.word[2], rows[i].va, "%s", rows[i].row);
		}
		rig_fini(&rig);
	}
}

Test(stage1, el2_has_one_table)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_STRW(&rig.ste, SMMU_STE_STRW_EL2);
	/* IGNORED in this StreamWorld. */
	smmu_cd_set_EPD0(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x40000), &next);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "low half");
	cr_expect_eq(result.pa.pa, 0x40000);
	result = rig_run(&rig, rig_read(TOP(48) | 0x5000), "high half");
	cr_expect_eq(result.blame.reason, SMMU_REASON_TTB1_ABSENT);
	rig_fini(&rig);
}

Test(stage1, faults_name_level_and_kind)
{
	static const struct {
		const char *row;
		unsigned level;
		uint64_t desc;
		unsigned type;
		uint64_t word1;
		uint64_t word3;
		enum smmu_reason reason;
	} rows[] = {
		{"level 0 invalid", 0, 0, SMMU_EVT_F_TRANSLATION, 0x20800000000, 0,
		 SMMU_REASON_DESC_INVALID},
		{"level 3 invalid", 3, 0x77000, SMMU_EVT_F_TRANSLATION, 0x20800000000, 0,
		 SMMU_REASON_DESC_INVALID},
		{"next table beyond IPS", 1, UINT64_C(1) << 40 | 3, SMMU_EVT_F_ADDR_SIZE,
		 0x20800000000, 0, SMMU_REASON_TABLE_ADDRESS_SIZE},
		{"page beyond IPS", 3, UINT64_C(1) << 40 | 0x443, SMMU_EVT_F_ADDR_SIZE,
		 0x20800000000, 0, SMMU_REASON_OUTPUT_ADDRESS_SIZE},
		/* An Address Size fault comes before AF (7.3.22). */
		{"beyond IPS, AF 0", 3, UINT64_C(1) << 40 | 0x43, SMMU_EVT_F_ADDR_SIZE,
		 0x20800000000, 0, SMMU_REASON_OUTPUT_ADDRESS_SIZE},
		{"AF 0", 3, 0x77043, SMMU_EVT_F_ACCESS, 0x20800000000, 0, SMMU_REASON_ACCESS_FLAG},
		/* AF before permissions. */
		{"AF 0, privileged", 3, 0x77003, SMMU_EVT_F_ACCESS, 0x20800000000, 0,
		 SMMU_REASON_ACCESS_FLAG},
		{"privileged", 3, 0x77403, SMMU_EVT_F_PERMISSION, 0x20800000000, 0,
		 SMMU_REASON_NO_READ_UNPRIVILEGED},
		/* 7.3.12: CLASS TT although S2 is 0, with the address of the descriptor. */
		{"table outside memory", 2, RIG_NOWHERE | 3, SMMU_EVT_F_WALK_EABT, 0x10800000000,
		 RIG_NOWHERE + 5 * 8, SMMU_REASON_DESC_ABORT},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		static const uint64_t at[] = {RIG_TTB0, 0x300000, 0x301000, 0x302028};
		uint64_t next = 0x300000;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_IPS(&rig.cd, 2); /* 40 bits */
		rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
		rig_put(&rig, at[rows[i].level], rows[i].desc);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x5000), rows[i].row);
		cr_expect_eq(result.status, SMMU_STATUS_FAULT, "%s", rows[i].row);
		cr_expect_eq(result.event.word[0], UINT64_C(0x300000000) | rows[i].type, "%s",
			     rows[i].row);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[1]);
		cr_expect_eq(result.event.word[2], 0x5000, "%s", rows[i].row);
		cr_expect_eq(result.event.word[3], rows[i].word3, "%s", rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s", rows[i].row);
		cr_expect_eq(result.blame.stage, 1, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(stage1, affd_makes_af_count_as_1)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_AFFD(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, 0x77043, &next);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "AFFD");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.updates_count, 0);
	rig_fini(&rig);
}

Test(stage1, ips_is_capped_to_oas)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_OAS(rig.regs[SMMU_REG_IDR5], 2); /* 40 */
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(UINT64_C(1) << 40), &next);
	rig_map(&rig, RIG_TTB0, 0x6000, rig_page1(UINT64_C(1) << 39), &next);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "beyond OAS");
	cr_expect_eq(smmu_bits(result.event.word[0], 0, 8), SMMU_EVT_F_ADDR_SIZE);
	result = rig_run(&rig, rig_read(0x6000), "within OAS");
	cr_expect_eq(result.pa.pa, UINT64_C(1) << 39);
	rig_fini(&rig);
}

Test(stage1, fifty_two_bits)
{
	static const struct {
		const char *row;
		unsigned tg0;
		bool ds;
		uint64_t at[3], desc[3];
		uint64_t oa;
	} rows[] = {
		/* LPA: OA[51:48] in bits [15:12]; level 1 indexes VA[51:42]. */
		{"64K page",
		 SMMU_TG0_64K,
		 false,
		 {RIG_TTB0 + 0x3ff * 8, 0x320000, 0x330000},
		 {0x320003, 0x330003, 0x000012345678a443},
		 0x000a123456780000 & ~UINT64_C(0xffff)},
		/* LPA2: OA[49:48] in place, OA[51:50] in bits [9:8]; level -1 indexes VA[51:48]. */
		{"4K block of 512 GiB",
		 SMMU_TG0_4K,
		 true,
		 {RIG_TTB0 + 15 * 8, 0x320000 + 0x1f8 * 8},
		 {0x320003, 0x0002008000000741},
		 0x000e008000000000},
		{"16K block of 64 GiB",
		 SMMU_TG0_16K,
		 true,
		 {RIG_TTB0 + 31 * 8, 0x320000 + 0x7c0 * 8},
		 {0x320003, 0x0001001000000641},
		 0x0009001000000000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t va = UINT64_C(0xffc0000001234);
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_OAS(rig.regs[SMMU_REG_IDR5], 6);
		rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_VAX(rig.regs[SMMU_REG_IDR5], 1);
		rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_DS(rig.regs[SMMU_REG_IDR5], 1);
		smmu_cd_set_TG0(&rig.cd, rows[i].tg0);
		smmu_cd_set_DS(&rig.cd, rows[i].ds);
		smmu_cd_set_T0SZ(&rig.cd, 12);
		smmu_cd_set_IPS(&rig.cd, 6);
		for (unsigned d = 0; d < 3 && rows[i].at[d]; d++)
			rig_put(&rig, rows[i].at[d], rows[i].desc[d]);
		if (rows[i].tg0 == SMMU_TG0_4K)
			va = UINT64_C(0xffc0000001234);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(va), rows[i].row);
		cr_expect_eq(result.status, SMMU_STATUS_OK, "%s: %s level %d at %#lx", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name, result.blame.level,
			     (unsigned long)result.blame.pa.pa);
		cr_expect_eq(result.pa.pa, rows[i].oa + 0x1234, "%s: %#lx", rows[i].row,
			     (unsigned long)result.pa.pa);
		rig_fini(&rig);
	}
}

Test(stage1, big_endian_tables)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_TTENDIAN(rig.regs[SMMU_REG_IDR0], 0);
	smmu_cd_set_ENDI(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_put(&rig, RIG_TTB0, smmu_swap64(rig_get(&rig, RIG_TTB0)));
	rig_put(&rig, 0x300000, smmu_swap64(rig_get(&rig, 0x300000)));
	rig_put(&rig, 0x301000, smmu_swap64(rig_get(&rig, 0x301000)));
	rig_put(&rig, 0x302028, smmu_swap64(rig_get(&rig, 0x302028)));
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "ENDI");
	cr_expect_eq(result.pa.pa, 0x77000);
	rig_fini(&rig);
}

Test(stage1, e0pd_faults_without_a_walk)
{
	uint64_t next = 0x300000;
	struct smmu_result result;
	struct smmu_txn txn = rig_read(0x5000);
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_E0PD0(&rig.cd, 1);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_start(&rig);
	result = rig_run(&rig, txn, "unprivileged");
	cr_expect_eq(result.event.word[0], 0x300000010);
	cr_expect_eq(result.blame.reason, SMMU_REASON_E0PD);
	txn.privileged = true;
	result = rig_run(&rig, txn, "privileged");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	rig_fini(&rig);
}

/* 3.4.1: with IDR5.VAX 0b10 EL3 has 1 x 56 bits, so VA bit 55 selects no table. */
Test(stage1, el3_has_one_table_of_56_bits)
{
	static const struct {
		const char *row;
		uint64_t va;
		bool tbi;
		enum smmu_reason reason;
	} rows[] = {
		{"bit 55 is an address bit", UINT64_C(1) << 55, false, SMMU_REASON_DESC_INVALID},
		{"bit 56 is none", UINT64_C(1) << 56, false, SMMU_REASON_VA_TOP_BYTE},
		{"TBI: the top byte is ignored", UINT64_C(0xff) << 56 | UINT64_C(1) << 55, true,
		 SMMU_REASON_DESC_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rig_read(rows[i].va);
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_AIDR] = 4;
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_S1PI(rig.regs[SMMU_REG_IDR3], 1);
		rig.regs[SMMU_REG_IDR5] =
			smmu_IDR5_set_D128(smmu_IDR5_set_VAX(rig.regs[SMMU_REG_IDR5], 2), 1);
		rig.regs[SMMU_REG_S_IDR1] =
			smmu_S_IDR1_set_S_SIDSIZE(smmu_S_IDR1_set_SECURE_IMPL(0, 1), 16);
		rig.regs[SMMU_REG_S_CR0] = rig.regs[SMMU_REG_CR0];
		rig.regs[SMMU_REG_S_STRTAB_BASE] = rig.regs[SMMU_REG_STRTAB_BASE];
		rig.regs[SMMU_REG_S_STRTAB_BASE_CFG] = rig.regs[SMMU_REG_STRTAB_BASE_CFG];
		smmu_ste_set_STRW(&rig.ste, SMMU_STE_STRW_EL3);
		smmu_ste_set_S1PIE(&rig.ste, 1);
		smmu_cd_set_AA64(&rig.cd, 0);
		smmu_cd_set_T0SZ(&rig.cd, 8);
		smmu_cd_set_TBI0(&rig.cd, rows[i].tbi);
		rig_start(&rig);
		txn.sec = SMMU_SEC_S;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		rig_fini(&rig);
	}
}

Test(stage1, aie_disables_hierarchical_permissions)
{
	/* DDI 0487 D8.6.1 R_MJGNV, D8.4.1.2: APTable[1] denies writes below. */
	for (unsigned aie = 0; aie < 2; aie++) {
		uint64_t next = RIG_TTB0 + 4096;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_AIE(rig.regs[SMMU_REG_IDR3], 1);
		rig.regs[SMMU_REG_AIDR] = 4;
		smmu_cd_set_AIE(&rig.cd, aie);
		rig_map(&rig, RIG_TTB0, 0x1000, rig_page1(0x40000000), &next);
		rig_put(&rig, RIG_TTB0, smmu_s1table_set_APTable(rig_get(&rig, RIG_TTB0), 2));
		rig_start(&rig);
		result = rig_run(&rig, rig_write(0x1000), "APTable 0b10");
		cr_expect_eq(result.status, aie ? SMMU_STATUS_OK : SMMU_STATUS_FAULT, "%u", aie);
		rig_fini(&rig);
	}
}

Test(stage1, two_128_bit_descriptors_are_a_table_at_32_bytes)
{
	/* 5.4 TTB0: VMSAv9-128 asks for 32 bytes whatever the output size; level 2, one bit. */
	const uint64_t at = RIG_TTB0 + 32 + 16;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_AIDR] = 4;
	rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_S1PI(rig.regs[SMMU_REG_IDR3], 1);
	rig.regs[SMMU_REG_IDR5] =
		smmu_IDR5_set_OAS(smmu_IDR5_set_D128(rig.regs[SMMU_REG_IDR5], 1), SMMU_SIZE_56);
	smmu_ste_set_S1PIE(&rig.ste, 1);
	smmu_cd_set_AA64(&rig.cd, 0);
	smmu_cd_set_T0SZ(&rig.cd, 64 - 21);
	smmu_cd_set_IPS(&rig.cd, SMMU_SIZE_56);
	smmu_cd_set_TTB0(&rig.cd, RIG_TTB0 + 32);
	smmu_cd_set_EPD1(&rig.cd, 1);
	smmu_cd_set_PIIU(&rig.cd, 0, 1);
	/* SKL 1 at level 2: a Block of 1 MiB. */
	rig_put(&rig, at, smmu_s1desc_set_AF(0x40000000 | 1, 1));
	rig_put(&rig, at + 8, UINT64_C(1) << 45);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x123456), "second entry");
	cr_expect_eq(result.status, SMMU_STATUS_OK, "%s",
		     smmu_reason_info(result.blame.reason)->name);
	cr_expect_eq(result.pa.pa, 0x40023456);
	rig_fini(&rig);
}
