/* From a StreamID to an STE: IHI 0070 3.3.1, 5.1, 6.3.24, 6.3.25, 7.3.3 - 7.3.5. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/l1std.h"

/* A stream that translates nothing says so by bypassing: the STE was found. */
static void put_bypass(struct rig *rig, uint64_t pa)
{
	struct smmu_ste ste = {{0}};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, SMMU_STE_CONFIG_BYPASS);
	rig_put(rig, pa, ste.word[0]);
}

static uint64_t l1std(uint64_t l2ptr, unsigned span)
{
	struct smmu_l1std l = {{0}};

	smmu_l1std_set_L2Ptr(&l, l2ptr);
	smmu_l1std_set_Span(&l, span);
	return l.word[0];
}

static void expect_type(struct rig *rig, uint32_t stream, unsigned type, enum smmu_reason reason,
			const char *row)
{
	struct smmu_txn txn = rig_read(0x1000);
	struct smmu_result result;
	struct smmu_evt evt;

	txn.stream = stream;
	result = rig_run(rig, txn, row);
	evt = rig_event(&result);
	cr_expect_eq(smmu_evt_Type(&evt), type, "%s: %#x", row, (unsigned)smmu_evt_Type(&evt));
	cr_expect_eq(result.status, type ? SMMU_STATUS_FAULT : SMMU_STATUS_OK, "%s", row);
	cr_expect_eq(result.blame.reason, reason, "%s: %s", row,
		     smmu_reason_info(result.blame.reason)->name);
	if (type)
		cr_expect_eq(smmu_evt_StreamID(&evt), stream, "%s", row);
}

Test(stream, linear_tables_end_at_log2size)
{
	struct rig rig;

	rig_init(&rig);
	put_bypass(&rig, RIG_STRTAB + 15 * 64);
	rig_start(&rig);
	expect_type(&rig, 15, 0, SMMU_REASON_STREAM_BYPASS, "last");
	expect_type(&rig, 16, SMMU_EVT_C_BAD_STREAMID, SMMU_REASON_STREAM_OUT_OF_RANGE, "one more");
	expect_type(&rig, 0xffffffff, SMMU_EVT_C_BAD_STREAMID, SMMU_REASON_STREAM_OUT_OF_RANGE,
		    "largest");
	expect_type(&rig, 14, SMMU_EVT_C_BAD_STE, SMMU_REASON_STE_INVALID, "V is 0");
	rig_fini(&rig);
}

Test(stream, log2size_is_capped_by_sidsize)
{
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR1] = smmu_IDR1_set_SIDSIZE(rig.regs[SMMU_REG_IDR1], 3);
	put_bypass(&rig, RIG_STRTAB + 7 * 64);
	rig_start(&rig);
	expect_type(&rig, 7, 0, SMMU_REASON_STREAM_BYPASS, "last of SIDSIZE");
	expect_type(&rig, 8, SMMU_EVT_C_BAD_STREAMID, SMMU_REASON_STREAM_OUT_OF_RANGE,
		    "inside LOG2SIZE only");
	rig_fini(&rig);
}

Test(stream, the_base_is_aligned_to_the_literal_log2size)
{
	struct rig rig;

	rig_init(&rig);
	/* 16 STEs of 64 bytes: bits [9:0] of ADDR count as 0. */
	rig.regs[SMMU_REG_STRTAB_BASE] = RIG_STRTAB + 0x3c0;
	put_bypass(&rig, RIG_STRTAB + 64);
	rig_start(&rig);
	expect_type(&rig, 1, 0, SMMU_REASON_STREAM_BYPASS, "aligned down");
	rig_fini(&rig);
}

Test(stream, bad_stream_ids_are_recorded_only_if_asked)
{
	struct smmu_txn txn = rig_read(0);
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CR2] = 0;
	rig_start(&rig);
	txn.stream = 16;
	result = rig_run(&rig, txn, "RECINVSID 0");
	cr_expect_eq(result.status, SMMU_STATUS_ABORT);
	cr_expect_not(result.event.present);
	cr_expect_eq(result.blame.reason, SMMU_REASON_STREAM_OUT_OF_RANGE);
	rig_fini(&rig);
}

static void two_level(struct rig *rig, unsigned log2size, unsigned split)
{
	uint64_t cfg = smmu_STRTAB_BASE_CFG_set_FMT(0, SMMU_STRTAB_2LEVEL);

	cfg = smmu_STRTAB_BASE_CFG_set_SPLIT(cfg, split);
	rig->regs[SMMU_REG_STRTAB_BASE_CFG] = smmu_STRTAB_BASE_CFG_set_LOG2SIZE(cfg, log2size);
}

Test(stream, two_level_tables)
{
	static const struct {
		const char *row;
		uint32_t stream;
		unsigned type;
		enum smmu_reason reason;
	} rows[] = {
		{"first of a full span", 0x000, 0, SMMU_REASON_STREAM_BYPASS},
		{"last of a full span", 0x0ff, 0, SMMU_REASON_STREAM_BYPASS},
		{"Span 0", 0x100, SMMU_EVT_C_BAD_STREAMID, SMMU_REASON_L1STD_SPAN_ZERO},
		{"Span 12 is reserved", 0x200, SMMU_EVT_C_BAD_STREAMID,
		 SMMU_REASON_L1STD_SPAN_RESERVED},
		{"Span 10 > SPLIT + 1", 0x300, SMMU_EVT_C_BAD_STREAMID,
		 SMMU_REASON_L1STD_SPAN_LARGE},
		{"inside a span of 4", 0x403, 0, SMMU_REASON_STREAM_BYPASS},
		{"outside a span of 4", 0x404, SMMU_EVT_C_BAD_STREAMID,
		 SMMU_REASON_STREAM_OUTSIDE_SPAN},
		{"span of 1", 0x500, 0, SMMU_REASON_STREAM_BYPASS},
		{"outside a span of 1", 0x501, SMMU_EVT_C_BAD_STREAMID,
		 SMMU_REASON_STREAM_OUTSIDE_SPAN},
		{"table outside memory", 0x600, SMMU_EVT_F_STE_FETCH, SMMU_REASON_STE_ABORT},
		{"beyond LOG2SIZE", 0x1000, SMMU_EVT_C_BAD_STREAMID,
		 SMMU_REASON_STREAM_OUT_OF_RANGE},
	};
	struct rig rig;

	rig_init(&rig);
	two_level(&rig, 12, 8);
	rig_put(&rig, RIG_STRTAB + 0, l1std(0x400000, 9));
	rig_put(&rig, RIG_STRTAB + 8, l1std(0x410000, 0));
	rig_put(&rig, RIG_STRTAB + 16, l1std(0x410000, 12));
	rig_put(&rig, RIG_STRTAB + 24, l1std(0x410000, 10));
	/* L2Ptr is aligned to the array by the SMMU: 4 x 64 bytes here. */
	rig_put(&rig, RIG_STRTAB + 32, l1std(0x420000 + 0x40, 3));
	rig_put(&rig, RIG_STRTAB + 40, l1std(0x430000, 1));
	rig_put(&rig, RIG_STRTAB + 48, l1std(RIG_NOWHERE, 9));
	put_bypass(&rig, 0x400000);
	put_bypass(&rig, 0x400000 + 255 * 64);
	put_bypass(&rig, 0x420000 + 3 * 64);
	put_bypass(&rig, 0x430000);
	rig_start(&rig);
	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect_type(&rig, rows[i].stream, rows[i].type, rows[i].reason, rows[i].row);
	rig_fini(&rig);
}

Test(stream, reserved_split_values_behave_as_6)
{
	struct rig rig;

	rig_init(&rig);
	two_level(&rig, 12, 7);
	rig_put(&rig, RIG_STRTAB + 8, l1std(0x400000, 7));
	put_bypass(&rig, 0x400000 + 5 * 64);
	rig_start(&rig);
	expect_type(&rig, 64 + 5, 0, SMMU_REASON_STREAM_BYPASS, "StreamID[6:0] is not the index");
	rig_fini(&rig);
}

Test(stream, fetch_aborts_name_the_address)
{
	struct smmu_txn txn = rig_read(0);
	struct smmu_result result;
	struct smmu_evt evt;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_STRTAB_BASE] = RIG_NOWHERE;
	rig_start(&rig);
	txn.ssv = true;
	txn.substream = 0x12345;
	result = rig_run(&rig, txn, "STE outside memory");
	evt = rig_event(&result);
	cr_expect_eq(evt.word[0], 0x0000000312345803);
	cr_expect_eq(evt.word[1], 0);
	cr_expect_eq(evt.word[2], 0);
	cr_expect_eq(evt.word[3], RIG_NOWHERE + 3 * 64);
	cr_expect_eq(result.blame.where, SMMU_STRUCT_STE);
	rig_fini(&rig);
}

Test(stream, an_l2ptr_beyond_the_output_size_is_an_abort)
{
	struct smmu_txn txn = rig_read(0);
	struct smmu_result result;
	struct smmu_evt evt;
	struct rig rig;

	rig_init(&rig);
	two_level(&rig, 12, 8);
	rig_put(&rig, RIG_STRTAB, l1std(UINT64_C(1) << 48, 9));
	rig_start(&rig);
	result = rig_run(&rig, txn, "L2Ptr bit 48");
	evt = rig_event(&result);
	cr_expect_eq(smmu_evt_Type(&evt), SMMU_EVT_F_STE_FETCH);
	/* 7.3.4: bits beyond OAS are RES0. */
	cr_expect_eq(evt.word[3], 3 * 64);
	cr_expect_eq(result.blame.pa.pa, (UINT64_C(1) << 48) + 3 * 64);
	rig_fini(&rig);
}

Test(stream, an_illegal_ste_names_its_rule)
{
	struct smmu_result result;
	struct smmu_evt evt;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_S1CDMax(&rig.ste, 21);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0), "S1CDMax > SSIDSIZE");
	evt = rig_event(&result);
	cr_expect_eq(evt.word[0], 0x0000000300000004);
	cr_expect_eq(result.blame.reason, SMMU_REASON_STE_ILLEGAL);
	cr_assert_not_null(result.blame.rule);
	cr_expect_str_eq(result.blame.field, "S1CDMax");
	cr_expect_eq(result.blame.pa.pa, RIG_STRTAB + 3 * 64);
	rig_fini(&rig);
}
