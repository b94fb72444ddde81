/* The SMMU as a whole: IHI 0070 3.3.2, 3.4, 6.3.14. */
#include <criterion/criterion.h>

#include "rig.h"

Test(model, disabled_lets_through_or_aborts_without_event)
{
	static const struct {
		const char *row;
		bool abort;
		uint64_t address;
		enum smmu_status status;
		enum smmu_reason reason;
	} rows[] = {
		{"bypass", false, 0x123456789abc, SMMU_STATUS_OK, SMMU_REASON_GBPA_BYPASS},
		{"beyond OAS", false, 0x1000000000000, SMMU_STATUS_ABORT,
		 SMMU_REASON_GBPA_ADDRESS_SIZE},
		{"GBPA.ABORT", true, 0x1000, SMMU_STATUS_ABORT, SMMU_REASON_GBPA_ABORT},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_CR0] = smmu_CR0_set_SMMUEN(rig.regs[SMMU_REG_CR0], 0);
		rig.regs[SMMU_REG_GBPA] = smmu_GBPA_set_ABORT(0, rows[i].abort);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(rows[i].address), rows[i].row);
		cr_expect_eq(result.status, rows[i].status, "%s", rows[i].row);
		cr_expect_eq(result.blame.reason, rows[i].reason, "%s", rows[i].row);
		cr_expect_not(result.event.present, "%s", rows[i].row);
		if (rows[i].status == SMMU_STATUS_OK)
			cr_expect_eq(result.pa.pa, rows[i].address, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(model, a_stream_that_bypasses_is_checked_against_the_output_size)
{
	struct smmu_result result;
	struct smmu_evt evt;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_BYPASS);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0xffffffffffff), "largest address");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, 0xffffffffffff);
	result = rig_run(&rig, rig_write(0x1000000000000), "OAS exceeded");
	evt = rig_event(&result);
	cr_expect_eq(result.status, SMMU_STATUS_FAULT);
	cr_expect_eq(result.response, SMMU_RESPONSE_ABORT);
	/* 7.3.14: stage 1, CLASS IN; StreamID 3, a write. */
	cr_expect_eq(evt.word[0], 0x0000000300000011);
	cr_expect_eq(evt.word[1], 0x0000020000000000);
	cr_expect_eq(evt.word[2], 0x0001000000000000);
	cr_expect_eq(evt.word[3], 0);
	rig_fini(&rig);
}

Test(model, config_0b0xx_aborts_without_event)
{
	for (unsigned config = 0; config < 4; config++) {
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		smmu_ste_set_Config(&rig.ste, config);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(0x1000), "Config 0b0xx");
		cr_expect_eq(result.status, SMMU_STATUS_ABORT, "Config %u", config);
		cr_expect_not(result.event.present, "Config %u", config);
		cr_expect_eq(result.blame.reason, SMMU_REASON_STREAM_ABORT, "Config %u", config);
		rig_fini(&rig);
	}
}

Test(model, a_clone_answers_like_its_origin)
{
	struct smmu_model *clone = NULL;
	struct smmu_result result;
	uint64_t next = 0x300000;
	struct smmu_txn txn = rig_read(0x5000);
	struct rig rig;

	rig_init(&rig);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_start(&rig);
	cr_assert_eq(smmu_model_clone(&clone, rig.model, rig.mem), 0);
	cr_assert_eq(smmu_model_translate(&result, clone, &txn), 0);
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, 0x77000);
	cr_expect_eq(smmu_model_reg(clone, SMMU_REG_STRTAB_BASE), RIG_STRTAB);
	smmu_model_free(clone);
	rig_fini(&rig);
}

struct log {
	unsigned count;
	struct smmu_step step[64];
};

static void visit(void *ctx, const struct smmu_step *step)
{
	struct log *log = ctx;

	if (log->count < SMMU_LEN(log->step))
		log->step[log->count++] = *step;
}

Test(model, a_probe_shows_every_structure_read_and_changes_nothing)
{
	static const struct {
		enum smmu_struct_kind kind;
		int level;
		uint64_t pa, index;
	} want[] = {
		{SMMU_STRUCT_STE, 0, RIG_STRTAB + 3 * 64, 3},
		{SMMU_STRUCT_CD, 0, RIG_CD, 0},
		{SMMU_STRUCT_S1_DESC, 0, RIG_TTB0, 0},
		{SMMU_STRUCT_S1_DESC, 1, 0x300000, 0},
		{SMMU_STRUCT_S1_DESC, 2, 0x301000, 0},
		{SMMU_STRUCT_S1_DESC, 3, 0x302000 + 5 * 8, 5},
	};
	struct log log = {0};
	struct smmu_walk_log walk_log = {visit, &log};
	struct smmu_result result;
	struct smmu_txn txn = rig_write(0x5000);
	uint64_t next = 0x300000;
	struct rig rig;

	rig_init(&rig);
	/* Read-only: an event, but not for a probe. */
	rig_map(&rig, RIG_TTB0, 0x5000, smmu_s1desc_set_AP(rig_page1(0x77000), 3), &next);
	rig_start(&rig);
	cr_assert_eq(smmu_model_probe(&result, rig.model, &txn, &walk_log), 0);
	cr_expect_eq(result.status, SMMU_STATUS_FAULT);
	cr_expect(result.event.recorded, "it would be");
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_EVENTQ_PROD), 0);
	cr_expect_eq(rig_get(&rig, RIG_EVENTQ), 0);
	cr_assert_eq(log.count, SMMU_LEN(want));
	for (size_t i = 0; i < SMMU_LEN(want); i++) {
		cr_expect_eq(log.step[i].kind, want[i].kind, "step %zu", i);
		cr_expect_eq(log.step[i].level, want[i].level, "step %zu", i);
		cr_expect_eq(log.step[i].pa.pa, want[i].pa, "step %zu", i);
		cr_expect_eq(log.step[i].index, want[i].index, "step %zu", i);
		cr_expect_eq(log.step[i].word[0], rig_get(&rig, want[i].pa), "step %zu", i);
	}
	rig_fini(&rig);
}

Test(model, a_nested_probe_shows_stage_2_walks_one_deeper)
{
	struct log log = {0};
	struct smmu_walk_log walk_log = {visit, &log};
	struct smmu_result result;
	struct smmu_txn txn = rig_read(0x5000);
	uint64_t next = 0x300000;
	unsigned deep = 0, stage1 = 0, last = 0;
	struct rig rig;

	rig_init(&rig);
	smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_NESTED);
	/* One 1 GiB block maps all of memory onto itself: two reads a translation. */
	rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
	rig_put(&rig, RIG_S2TTB + 0x1000, rig_block2(0));
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	rig_start(&rig);
	cr_assert_eq(smmu_model_probe(&result, rig.model, &txn, &walk_log), 0);
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, 0x77000);
	for (unsigned i = 0; i < log.count; i++) {
		const struct smmu_step *step = &log.step[i];

		deep += step->kind == SMMU_STRUCT_S2_DESC && step->depth == 1;
		last += step->kind == SMMU_STRUCT_S2_DESC && step->depth == 0;
		if (step->kind == SMMU_STRUCT_S1_DESC) {
			stage1++;
			cr_expect(step->ipa_valid);
			cr_expect_eq(step->ipa, step->pa.pa);
		}
	}
	/* For the CD and four stage 1 descriptors; then for the output of stage 1. */
	cr_expect_eq(deep, 10);
	cr_expect_eq(stage1, 4);
	cr_expect_eq(last, 2);
	rig_fini(&rig);
}

/* A probe needs no flush: a table page that did not exist in the host when it was last read. */
Test(model, probe_sees_memory_as_it_is)
{
	struct smmu_txn txn = rig_read(0x5000);
	uint64_t next = RIG_TTB0 + 0x1000;
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig_start(&rig);
	cr_assert_eq(smmu_model_probe(&result, rig.model, &txn, NULL), 0);
	cr_expect_eq(result.status, SMMU_STATUS_FAULT);
	rig_map(&rig, RIG_TTB0, 0x5000, rig_page1(0x77000), &next);
	cr_assert_eq(smmu_model_probe(&result, rig.model, &txn, NULL), 0);
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	rig_fini(&rig);
}
