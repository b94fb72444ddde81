/* From a SubstreamID to a CD: IHI 0070 5.2 S1DSS, S1Fmt, 5.3, 7.3.7, 7.3.9 - 7.3.11. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/l1cd.h"

#define NONE 0xffffffffu /* no SubstreamID */

static uint64_t l1cd(uint64_t l2ptr, bool v)
{
	struct smmu_l1cd l = {{0}};

	smmu_l1cd_set_L2Ptr(&l, l2ptr);
	smmu_l1cd_set_V(&l, v);
	return l.word[0];
}

static void put_cd(struct rig *rig, uint64_t pa)
{
	for (unsigned i = 0; i < 8; i++)
		rig_put(rig, pa + 8 * i, rig->cd.word[i]);
}

static struct smmu_result run(struct rig *rig, uint32_t substream, const char *row)
{
	struct smmu_txn txn = rig_read(0x5000);

	txn.ssv = substream != NONE;
	txn.substream = txn.ssv ? substream : 0;
	return rig_run(rig, txn, row);
}

Test(cd, what_a_substream_id_or_its_absence_means)
{
	static const struct {
		const char *row;
		unsigned config, s1cdmax, s1dss;
		uint32_t substream;
		uint64_t word0; /* of the event, 0: translated */
		enum smmu_reason reason;
	} rows[] = {
		{"one CD, none", 5, 0, 0, NONE, 0, SMMU_REASON_NONE},
		{"one CD, some", 5, 0, 0, 1, 0x300001008, SMMU_REASON_SUBSTREAM_DISABLED},
		{"bypass, some", 4, 0, 0, 1, 0x300001008, SMMU_REASON_SUBSTREAM_WITHOUT_S1},
		{"stage 2 only, some", 6, 0, 0, 2, 0x300002008, SMMU_REASON_SUBSTREAM_WITHOUT_S1},
		{"in range", 5, 2, 0, 3, 0, SMMU_REASON_NONE},
		{"out of range", 5, 2, 0, 4, 0x300004008, SMMU_REASON_SUBSTREAM_OUT_OF_RANGE},
		{"more than 20 bits", 5, 2, 0, 0x100001, 0x300001008,
		 SMMU_REASON_SUBSTREAM_OUT_OF_RANGE},
		{"S1DSS 0b00, none", 5, 2, 0, NONE, 0x300000006, SMMU_REASON_SUBSTREAM_MISSING},
		{"S1DSS 0b11 is 0b00", 5, 2, 3, NONE, 0x300000006, SMMU_REASON_SUBSTREAM_MISSING},
		{"S1DSS 0b00, 0", 5, 2, 0, 0, 0, SMMU_REASON_NONE},
		{"S1DSS 0b01, none", 5, 2, 1, NONE, 0, SMMU_REASON_SUBSTREAM_BYPASS},
		{"S1DSS 0b01, 3", 5, 2, 1, 3, 0, SMMU_REASON_NONE},
		{"S1DSS 0b10, none", 5, 2, 2, NONE, 0, SMMU_REASON_NONE},
		{"S1DSS 0b10, 0", 5, 2, 2, 0, 0x300000006, SMMU_REASON_SUBSTREAM_ZERO},
		{"S1DSS 0b10, 3", 5, 2, 2, 3, 0, SMMU_REASON_NONE},
		{"S1DSS ignored with one CD", 5, 0, 1, NONE, 0, SMMU_REASON_NONE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t next = 0x300000;
		struct smmu_result result;
		struct smmu_evt evt;
		struct rig rig;

		rig_init(&rig);
		rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
		rig_put(&rig, RIG_S2TTB, 0);
		smmu_ste_set_Config(&rig.ste, rows[i].config);
		smmu_ste_set_S1CDMax(&rig.ste, rows[i].s1cdmax);
		smmu_ste_set_S1DSS(&rig.ste, rows[i].s1dss);
		put_cd(&rig, RIG_CD + 3 * 64);
		rig_start(&rig);
		result = run(&rig, rows[i].substream, rows[i].row);
		evt = rig_event(&result);
		cr_expect_eq(evt.word[0], rows[i].word0, "%s: %#lx", rows[i].row,
			     (unsigned long)evt.word[0]);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s", rows[i].row);
		if (!rows[i].word0)
			cr_expect_eq(result.pa.pa,
				     rows[i].reason == SMMU_REASON_SUBSTREAM_BYPASS ? 0x5000
										    : 0x77000,
				     "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(cd, no_substreams_at_all)
{
	struct smmu_result result;
	uint64_t next = 0x300000;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR1] = smmu_IDR1_set_SSIDSIZE(rig.regs[SMMU_REG_IDR1], 0);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	/* S1CDMax and S1Fmt are IGNORED then. */
	smmu_ste_set_S1CDMax(&rig.ste, 7);
	smmu_ste_set_S1Fmt(&rig.ste, SMMU_STE_S1FMT_4K);
	rig_start(&rig);
	result = run(&rig, NONE, "none");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	result = run(&rig, 0, "0");
	cr_expect_eq(result.blame.reason, SMMU_REASON_SUBSTREAM_UNSUPPORTED);
	rig_fini(&rig);
}

Test(cd, two_level_tables_of_both_leaf_sizes)
{
	static const struct {
		const char *row;
		unsigned s1fmt, s1cdmax;
		uint32_t substream;
		uint64_t l1_index, cd;
	} rows[] = {
		{"4K: 64 CDs a leaf", SMMU_STE_S1FMT_4K, 12, 64 * 5 + 9, 5, 0x400000 + 9 * 64},
		{"4K: S1CDMax 6 has one L1CD", SMMU_STE_S1FMT_4K, 6, 63, 0, 0x400000 + 63 * 64},
		{"64K: 1024 CDs a leaf", SMMU_STE_S1FMT_64K, 12, 1024 * 3 + 700, 3,
		 0x400000 + 700 * 64},
		{"64K: S1CDMax 10 has one L1CD", SMMU_STE_S1FMT_64K, 10, 1023, 0,
		 0x400000 + 1023 * 64},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t next = 0x300000;
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
		smmu_ste_set_S1Fmt(&rig.ste, rows[i].s1fmt);
		smmu_ste_set_S1CDMax(&rig.ste, rows[i].s1cdmax);
		put_cd(&rig, rows[i].cd);
		smmu_cd_set_V(&rig.cd, 0);
		rig_start(&rig);
		rig_put(&rig, RIG_CD + 8 * rows[i].l1_index, l1cd(0x400000, true));
		rig_changed(&rig);
		result = run(&rig, rows[i].substream, rows[i].row);
		cr_expect_eq(result.status, SMMU_STATUS_OK, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		rig_put(&rig, RIG_CD + 8 * rows[i].l1_index, l1cd(0x400000, false));
		rig_changed(&rig);
		result = run(&rig, rows[i].substream, rows[i].row);
		cr_expect_eq(result.event.word[0],
			     UINT64_C(0x300000008) | (uint64_t)rows[i].substream << 12, "%s",
			     rows[i].row);
		cr_expect_eq(result.blame.reason, SMMU_REASON_L1CD_INVALID, "%s", rows[i].row);
		cr_expect_eq(result.blame.pa.pa, RIG_CD + 8 * rows[i].l1_index, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(cd, l2ptr_out_of_range_is_a_bad_substream)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_S1Fmt(&rig.ste, SMMU_STE_S1FMT_4K);
	smmu_ste_set_S1CDMax(&rig.ste, 8);
	smmu_ste_set_S1DSS(&rig.ste, SMMU_STE_S1DSS_SSID0);
	rig_start(&rig);
	rig_put(&rig, RIG_CD, l1cd(UINT64_C(1) << 48, true));
	rig_changed(&rig);
	/* 7.3.9: the index of the CD that was intended, 0 without a SubstreamID. */
	result = run(&rig, NONE, "S1DSS 0b10");
	cr_expect_eq(result.event.word[0], 0x300000008);
	result = run(&rig, 7, "SubstreamID 7");
	cr_expect_eq(result.event.word[0], 0x300007008);
	cr_expect_eq(result.blame.reason, SMMU_REASON_L1CD_ADDRESS_SIZE);
	rig_fini(&rig);
}

Test(cd, fetch_faults)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_S1ContextPtr(&rig.ste, RIG_NOWHERE);
	rig_start(&rig);
	result = run(&rig, NONE, "CD outside memory");
	cr_expect_eq(result.event.word[0], 0x300000009);
	cr_expect_eq(result.event.word[1], 0);
	cr_expect_eq(result.event.word[3], RIG_NOWHERE);
	cr_expect_eq(result.blame.reason, SMMU_REASON_CD_ABORT);
	smmu_ste_set_S1ContextPtr(&rig.ste, RIG_CD);
	smmu_cd_set_V(&rig.cd, 0);
	rig_start(&rig);
	result = run(&rig, NONE, "V is 0");
	cr_expect_eq(result.event.word[0], 0x30000000a);
	cr_expect_eq(result.blame.reason, SMMU_REASON_CD_INVALID);
	smmu_cd_set_V(&rig.cd, 1);
	smmu_cd_set_T0SZ(&rig.cd, 49);
	rig_start(&rig);
	result = run(&rig, NONE, "T0SZ too large");
	cr_expect_eq(result.event.word[0], 0x30000000a);
	cr_expect_eq(result.blame.reason, SMMU_REASON_CD_ILLEGAL);
	cr_expect_str_eq(result.blame.field, "T0SZ");
	rig_fini(&rig);
}

/* 7.3.13: CLASS CD, S2, and the CD's address as IPA; stage 2 decides the response. */
Test(cd, nested_faults_have_class_cd)
{
	static const struct {
		const char *row;
		uint64_t desc; /* that maps the CD's IPA */
		unsigned type;
	} rows[] = {
		{"unmapped", 0, SMMU_EVT_F_TRANSLATION},
		{"no read", 0x200000 | 1 << 10 | 15 << 2 | 2 << 6 | 1, SMMU_EVT_F_PERMISSION},
		{"not accessed", 0x200000 | 15 << 2 | 3 << 6 | 1, SMMU_EVT_F_ACCESS},
		{"output beyond S2PS", UINT64_C(1) << 40 | 1 << 10 | 15 << 2 | 3 << 6 | 1,
		 SMMU_EVT_F_ADDR_SIZE},
		{"table outside memory", RIG_NOWHERE | 3, SMMU_EVT_F_WALK_EABT},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct smmu_evt evt;
		struct rig rig;

		rig_init(&rig);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_NESTED);
		smmu_ste_set_S2PS(&rig.ste, 2); /* 40 bits */
		smmu_ste_set_S1ContextPtr(&rig.ste, 0x40000000);
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
		rig_put(&rig, RIG_S2TTB + 0x1008, rig_table(RIG_S2TTB + 0x2000));
		rig_put(&rig, RIG_S2TTB + 0x2000, rows[i].desc);
		rig_start(&rig);
		result = rig_run(&rig, rig_write(0x5000), rows[i].row);
		evt = rig_event(&result);
		cr_expect_eq(evt.word[0], UINT64_C(0x300000000) | rows[i].type, "%s: %#lx",
			     rows[i].row, (unsigned long)evt.word[0]);
		/* A write: RnW 0, whatever the fetch was. */
		cr_expect_eq(evt.word[1], 0x0000008000000000, "%s: %#lx", rows[i].row,
			     (unsigned long)evt.word[1]);
		cr_expect_eq(evt.word[2], 0x5000, "%s", rows[i].row);
		cr_expect_eq(evt.word[3],
			     rows[i].type == SMMU_EVT_F_WALK_EABT ? RIG_NOWHERE : 0x40000000, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}
