/* What becomes of a fault: IHI 0070 3.12, 5.5, 7.3, 13.1.1. */
#include <criterion/criterion.h>

#include "rig.h"

static void map(struct rig *rig, uint64_t leaf)
{
	uint64_t next = 0x300000;

	rig_map(rig, RIG_TTB0, 0x5000, leaf, &next);
}

Test(fault, a_r_s_of_stage_1)
{
	/* The table of 5.5. */
	static const struct {
		const char *row;
		bool a, r, s;
		enum smmu_status status;
		enum smmu_response response;
		uint64_t word1;
	} rows[] = {
		{"000", 0, 0, 0, SMMU_STATUS_RAZ_WI, SMMU_RESPONSE_RAZ_WI, 0},
		{"010", 0, 1, 0, SMMU_STATUS_FAULT, SMMU_RESPONSE_RAZ_WI, 0x20800000000},
		{"100", 1, 0, 0, SMMU_STATUS_ABORT, SMMU_RESPONSE_ABORT, 0},
		{"110", 1, 1, 0, SMMU_STATUS_FAULT, SMMU_RESPONSE_ABORT, 0x20800000000},
		/* Stall is bit 31, STAG 1. */
		{"001", 0, 0, 1, SMMU_STATUS_STALL, SMMU_RESPONSE_ABORT, 0x20880000001},
		{"111", 1, 1, 1, SMMU_STATUS_STALL, SMMU_RESPONSE_ABORT, 0x20880000001},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_A(&rig.cd, rows[i].a);
		smmu_cd_set_R(&rig.cd, rows[i].r);
		smmu_cd_set_S(&rig.cd, rows[i].s);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x5000), rows[i].row);
		cr_expect_eq(result.status, rows[i].status, "%s", rows[i].row);
		cr_expect_eq(result.response, rows[i].response, "%s", rows[i].row);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[1]);
		/* The blame is there also when no event is called for. */
		cr_expect_eq(result.blame.reason, SMMU_REASON_DESC_INVALID, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(fault, r_and_s_of_stage_2)
{
	static const struct {
		const char *row;
		bool r, s;
		enum smmu_status status;
		uint64_t word1;
	} rows[] = {
		{"00", 0, 0, SMMU_STATUS_ABORT, 0},
		{"10", 1, 0, SMMU_STATUS_FAULT, 0x28800000000},
		{"01", 0, 1, SMMU_STATUS_STALL, 0x28880000001},
		{"11", 1, 1, SMMU_STATUS_STALL, 0x28880000001},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_S2);
		smmu_ste_set_S2R(&rig.ste, rows[i].r);
		smmu_ste_set_S2S(&rig.ste, rows[i].s);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x5000), rows[i].row);
		cr_expect_eq(result.status, rows[i].status, "%s", rows[i].row);
		cr_expect_eq(result.response, SMMU_RESPONSE_ABORT, "%s", rows[i].row);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(fault, other_faults_abort_and_record_whatever_ars_say)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_A(&rig.cd, 0);
	smmu_cd_set_R(&rig.cd, 0);
	smmu_cd_set_S(&rig.cd, 1);
	rig_put(&rig, RIG_TTB0, RIG_NOWHERE | 3);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "F_WALK_EABT");
	cr_expect_eq(result.status, SMMU_STATUS_FAULT);
	cr_expect_eq(result.response, SMMU_RESPONSE_ABORT);
	cr_expect_eq(result.event.word[0], 0x30000000b);
	cr_expect_eq(result.event.word[1], 0x10800000000);
	rig_fini(&rig);
}

Test(fault, stags_are_the_lowest_free_numbers)
{
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_S(&rig.cd, 1);
	rig_start(&rig);
	for (unsigned i = 1; i <= 6; i++) {
		struct smmu_result result = rig_run(&rig, rig_read(0x5000), "stall");
		struct smmu_evt evt = rig_event(&result);

		cr_expect_eq(smmu_evt_STAG(&evt), i);
		cr_expect(result.event.recorded);
	}
	cr_assert_eq(rig.model->stalled_count, 6);
	/* 3 is given back, and taken again. */
	rig.model->stalled[2] = rig.model->stalled[5];
	rig.model->stalled_count = 3;
	rig.model->stalled[2].stag = 4;
	cr_expect_eq(smmu_stall_next(rig.model), 3);
	{
		struct smmu_result result = rig_run(&rig, rig_read(0x5000), "again");
		struct smmu_evt evt = rig_event(&result);

		cr_expect_eq(smmu_evt_STAG(&evt), 3);
	}
	cr_expect_eq(smmu_stall_next(rig.model), 5);
	cr_expect_eq(rig.model->stalled[2].stag, 3);
	cr_expect_eq(rig.model->stalled[3].stag, 4);
	rig_fini(&rig);
}

Test(fault, rnw_of_writes_and_atomics)
{
	/* 13.1.1: AP, access, RnW of the F_PERMISSION. */
	static const struct {
		const char *row;
		unsigned s2ap;
		bool read, write;
		uint64_t word1;
	} rows[] = {
		{"write without permission", 1, 0, 1, 0x28000000000},
		{"atomic without write", 1, 1, 1, 0x28000000000},
		{"atomic without anything", 0, 1, 1, 0x28000000000},
		{"atomic without read", 2, 1, 1, 0x28800000000},
		{"read without permission", 2, 1, 0, 0x28800000000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rig_read(0x5000);
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_S2);
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
		rig_put(&rig, RIG_S2TTB + 0x1000,
			smmu_s2desc_set_S2AP(rig_block2(0), rows[i].s2ap));
		rig_start(&rig);
		txn.read = rows[i].read;
		txn.write = rows[i].write;
		/* An atomic is Data, whatever the client says. */
		txn.instruction = rows[i].write;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.event.word[0], 0x300000013, "%s", rows[i].row);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[1]);
		rig_fini(&rig);
	}
}

Test(fault, an_atomic_that_faults_otherwise_is_a_write)
{
	struct smmu_txn txn = rig_read(0x5000);
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig_start(&rig);
	txn.write = true;
	result = rig_run(&rig, txn, "F_TRANSLATION");
	cr_expect_eq(result.event.word[1], 0x20000000000);
	rig_fini(&rig);
}

Test(fault, substreams_are_recorded)
{
	struct smmu_txn txn = rig_read(0x5000);
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_S1CDMax(&rig.ste, 3);
	rig_start(&rig);
	for (unsigned i = 0; i < 8; i++)
		rig_put(&rig, RIG_CD + 5 * 64 + 8 * i, rig.cd.word[i]);
	rig_changed(&rig);
	txn.ssv = true;
	txn.substream = 5;
	result = rig_run(&rig, txn, "SubstreamID 5");
	cr_expect_eq(result.event.word[0], 0x0000000300005810);
	rig_fini(&rig);
}

Test(fault, ipa_bits_beyond_oas_are_not_recorded)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	/* VMSAv8-32 as well: IAS is 40 where OAS is 36. */
	rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_TTF(rig.regs[SMMU_REG_IDR0], SMMU_IDR0_TTF_BOTH);
	rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_OAS(rig.regs[SMMU_REG_IDR5], 1);
	smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_S2);
	smmu_ste_set_S2T0SZ(&rig.ste, 24);
	smmu_ste_set_S2SL0(&rig.ste, 1);
	smmu_ste_set_S2PS(&rig.ste, 1);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(UINT64_C(0xf123456000)), "40-bit IPA");
	cr_expect_eq(result.event.word[0], 0x300000010);
	cr_expect_eq(result.event.word[2], UINT64_C(0xf123456000));
	cr_expect_eq(result.event.word[3], UINT64_C(0x1123456000) & UINT64_C(0xfffffffff));
	rig_fini(&rig);
}

Test(fault, permission_reasons_and_fields)
{
	static const struct {
		const char *row;
		uint64_t leaf;
		bool write, fetch, privileged, pan, wxn;
		enum smmu_reason reason;
		const char *field;
	} rows[] = {
		{"read, AP 00", 0x77403, 0, 0, 0, 0, 0, SMMU_REASON_NO_READ_UNPRIVILEGED, "AP"},
		{"write, AP 00", 0x77403, 1, 0, 0, 0, 0, SMMU_REASON_NO_WRITE_UNPRIVILEGED, "AP"},
		{"write, AP 11", 0x774c3, 1, 0, 0, 0, 0, SMMU_REASON_NO_WRITE, "AP"},
		{"privileged write, AP 10", 0x77483, 1, 0, 1, 0, 0, SMMU_REASON_NO_WRITE, "AP"},
		{"PAN", 0x77443, 0, 0, 1, 1, 0, SMMU_REASON_PAN, "AP"},
		{"UXN", UINT64_C(1) << 54 | 0x77443, 0, 1, 0, 0, 0, SMMU_REASON_NO_EXECUTE, "UXN"},
		{"PXN", UINT64_C(1) << 53 | 0x774c3, 0, 1, 1, 0, 0, SMMU_REASON_NO_EXECUTE, "PXN"},
		{"unprivileged writable", 0x77443, 0, 1, 1, 0, 0, SMMU_REASON_NO_EXECUTE_WRITABLE,
		 "AP"},
		{"WXN", 0x77443, 0, 1, 0, 0, 1, SMMU_REASON_WXN, "AP"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rows[i].write ? rig_write(0x5000) : rig_read(0x5000);
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_cd_set_PAN(&rig.cd, rows[i].pan);
		smmu_cd_set_WXN(&rig.cd, rows[i].wxn);
		map(&rig, rows[i].leaf);
		rig_start(&rig);
		txn.instruction = rows[i].fetch;
		txn.privileged = rows[i].privileged;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		cr_assert_not_null(result.blame.field, "%s", rows[i].row);
		cr_expect_str_eq(result.blame.field, rows[i].field, "%s", rows[i].row);
		cr_expect_eq(result.blame.where, SMMU_STRUCT_S1_DESC, "%s", rows[i].row);
		cr_expect_eq(result.blame.pa.pa, 0x302028, "%s", rows[i].row);
		cr_expect_eq(result.blame.word, rows[i].leaf, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* DDI 0487 D8.4.1.2: the Table descriptor that takes a right away is named, not the leaf. */
Test(fault, hierarchical_permissions_are_blamed_on_the_table)
{
	static const uint64_t at[] = {RIG_TTB0, 0x300000, 0x301000};
	static const struct {
		const char *row;
		unsigned level, top; /* of the Table descriptor, its bits [63:59] */
		bool write, fetch, privileged;
		enum smmu_reason reason;
		const char *field;
	} rows[] = {
		{"APTable 0b01, read", 0, 0x4, 0, 0, 0, SMMU_REASON_NO_ACCESS_TABLE, "APTable"},
		{"APTable 0b01, write", 1, 0x4, 1, 0, 0, SMMU_REASON_NO_ACCESS_TABLE, "APTable"},
		{"APTable 0b10, write", 2, 0x8, 1, 0, 0, SMMU_REASON_NO_WRITE_TABLE, "APTable"},
		{"APTable 0b10, privileged write", 1, 0x8, 1, 0, 1, SMMU_REASON_NO_WRITE_TABLE,
		 "APTable"},
		{"UXNTable", 0, 0x2, 0, 1, 0, SMMU_REASON_NO_EXECUTE_TABLE, "UXNTable"},
		{"PXNTable", 2, 0x1, 0, 1, 1, SMMU_REASON_NO_EXECUTE_TABLE, "PXNTable"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rows[i].write ? rig_write(0x5000) : rig_read(0x5000);
		uint64_t table, leaf = 0x77443;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		if (rows[i].privileged && rows[i].fetch)
			leaf |= 0x80; /* AP 11: what is writable without privilege is not fetched */
		map(&rig, leaf);
		table = rig_get(&rig, at[rows[i].level]) | (uint64_t)rows[i].top << 59;
		rig_put(&rig, at[rows[i].level], table);
		/* One further down takes the same away once more: the first is named. */
		if (rows[i].level < 2)
			rig_put(&rig, at[2], rig_get(&rig, at[2]) | (uint64_t)rows[i].top << 59);
		rig_start(&rig);
		txn.instruction = rows[i].fetch;
		txn.privileged = rows[i].privileged;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		cr_assert_not_null(result.blame.field, "%s", rows[i].row);
		cr_expect_str_eq(result.blame.field, rows[i].field, "%s", rows[i].row);
		cr_expect_eq(result.blame.pa.pa, at[rows[i].level], "%s: %#lx", rows[i].row,
			     (unsigned long)result.blame.pa.pa);
		cr_expect_eq(result.blame.word, table, "%s", rows[i].row);
		cr_expect_eq(result.blame.level, (int)rows[i].level, "%s", rows[i].row);
		rig_fini(&rig);
	}
}
