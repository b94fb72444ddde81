/* Stalled transactions: IHI 0070 3.12.2, 4.7.1, 4.7.2, 6.3.9.6, 7.2.1. */
#include <criterion/criterion.h>

#include "rig.h"

#define CMDQ UINT64_C(0x9000)
#define VA   UINT64_C(0x1234000)

static void start(struct rig *rig)
{
	rig_init(rig);
	rig->regs[SMMU_REG_CR0] = rig->regs[SMMU_REG_CR0ACK] = 0xd;
	rig->regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
	smmu_cd_set_S(&rig->cd, 1);
	rig_start(rig);
}

static uint16_t stall(struct rig *rig, uint64_t va, uint64_t id)
{
	struct smmu_result result = rig_run(rig, rig_write(va), "stalls");
	struct smmu_evt evt = rig_event(&result);

	cr_assert_eq(result.status, SMMU_STATUS_STALL);
	cr_expect(smmu_evt_Stall(&evt));
	smmu_model_name_stalled(rig->model, (uint16_t)smmu_evt_STAG(&evt), id);
	return (uint16_t)smmu_evt_STAG(&evt);
}

static void map(struct rig *rig, uint64_t va, uint64_t leaf)
{
	static const uint64_t tables = 0x110000;
	uint64_t next = tables;

	rig_map(rig, RIG_TTB0, va, leaf, &next);
	rig_changed(rig);
}

static size_t resume(struct rig *rig, const struct smmu_ended **ended, uint64_t stream,
		     uint64_t stag, unsigned ac, unsigned ab)
{
	struct smmu_cmd cmd = {{SMMU_CMD_RESUME, 0}};
	struct smmu_reply reply;

	smmu_cmd_set_StreamID(&cmd, stream);
	smmu_cmd_set_STAG(&cmd, stag);
	smmu_cmd_set_Ac(&cmd, ac);
	smmu_cmd_set_Ab(&cmd, ab);
	cr_assert_eq(smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &cmd), 0);
	cr_expect_eq(reply.status, SMMU_STATUS_NONE);
	cr_expect_not(reply.pending);
	return smmu_model_ended(ended, rig->model);
}

static void write_reg(struct rig *rig, uint64_t offset, uint64_t value)
{
	struct smmu_mmio access = {.write = true, .size = 4, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
}

/* 4.7.1. */
Test(stall, resume_does_what_its_parameters_say)
{
	static const struct {
		const char *row;
		uint64_t stream, flip; /* flip: of the STAG */
		unsigned ac, ab, term_model;
		bool mapped;
		size_t count;
		enum smmu_status status;
	} rows[] = {
		{"retry of what is mapped now", 3, 0, 1, 0, 0, true, 1, SMMU_STATUS_OK},
		{"retry ignores Ab", 3, 0, 1, 1, 0, true, 1, SMMU_STATUS_OK},
		{"retry of what is not", 3, 0, 1, 0, 0, false, 1, SMMU_STATUS_STALL},
		{"terminate with abort", 3, 0, 0, 1, 0, true, 1, SMMU_STATUS_ABORT},
		{"terminate with RAZ/WI", 3, 0, 0, 0, 0, true, 1, SMMU_STATUS_RAZ_WI},
		{"RAZ/WI where it is not supported", 3, 0, 0, 0, 1, true, 1, SMMU_STATUS_ABORT},
		{"another stream", 4, 0, 0, 1, 0, true, 0, SMMU_STATUS_NONE},
		{"a tag that nothing holds", 3, 2, 0, 1, 0, true, 0, SMMU_STATUS_NONE},
		{"tag 0", 3, 1, 0, 1, 0, true, 0, SMMU_STATUS_NONE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_ended *ended;
		struct rig rig;
		uint16_t stag;
		size_t count;

		rig_init(&rig);
		rig.regs[SMMU_REG_IDR0] =
			smmu_IDR0_set_TERM_MODEL(rig.regs[SMMU_REG_IDR0], rows[i].term_model);
		rig.regs[SMMU_REG_CR0] = rig.regs[SMMU_REG_CR0ACK] = 0xd;
		rig.regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
		smmu_cd_set_S(&rig.cd, 1);
		rig_start(&rig);
		stag = stall(&rig, VA, 42);
		cr_expect_eq(stag, 1, "%s", rows[i].row);
		if (rows[i].mapped)
			map(&rig, VA, rig_page1(0x400000));
		count = resume(&rig, &ended, rows[i].stream, stag ^ rows[i].flip, rows[i].ac,
			       rows[i].ab);
		cr_expect_eq(count, rows[i].count, "%s", rows[i].row);
		if (count) {
			cr_expect_eq(ended[0].id, 42, "%s", rows[i].row);
			cr_expect_eq(ended[0].result.status, rows[i].status, "%s", rows[i].row);
			/* Only one that is gone, or has a new event, frees its tag. */
			cr_expect_eq(resume(&rig, &ended, 3, 1, 0, 1),
				     rows[i].status == SMMU_STATUS_STALL, "%s", rows[i].row);
		}
		rig_fini(&rig);
	}
}

Test(stall, tags_are_the_lowest_that_are_free)
{
	const struct smmu_ended *ended;
	struct rig rig;

	start(&rig);
	cr_expect_eq(stall(&rig, VA, 1), 1);
	cr_expect_eq(stall(&rig, VA, 2), 2);
	cr_expect_eq(stall(&rig, VA, 3), 3);
	cr_expect_eq(resume(&rig, &ended, 3, 2, 0, 1), 1);
	cr_expect_eq(stall(&rig, VA, 4), 2);
	cr_expect_eq(stall(&rig, VA, 5), 4);
	rig_fini(&rig);
}

/* 4.7.2: all of one stream; 6.3.9.6: all of the interface. */
Test(stall, all_end_with_abort_by_stall_term_and_smmuen)
{
	struct smmu_cmd term = {{SMMU_CMD_STALL_TERM, 0}};
	const struct smmu_ended *ended;
	struct smmu_reply reply;
	struct rig rig;

	start(&rig);
	smmu_cmd_set_StreamID(&term, 4);
	stall(&rig, VA, 7);
	stall(&rig, VA, 5);
	cr_assert_eq(smmu_model_command(&reply, rig.model, SMMU_SEC_NS, &term), 0);
	cr_expect_eq(smmu_model_ended(&ended, rig.model), 0, "another stream");
	smmu_cmd_set_StreamID(&term, 3);
	cr_assert_eq(smmu_model_command(&reply, rig.model, SMMU_SEC_NS, &term), 0);
	cr_assert_eq(smmu_model_ended(&ended, rig.model), 2);
	cr_expect_eq(ended[0].id, 5);
	cr_expect_eq(ended[1].id, 7);
	cr_expect_eq(ended[1].result.status, SMMU_STATUS_ABORT);
	stall(&rig, VA, 9);
	write_reg(&rig, 0x20, 0xc);
	cr_assert_eq(smmu_model_ended(&ended, rig.model), 1);
	cr_expect_eq(ended[0].id, 9);
	cr_expect_eq(ended[0].result.status, SMMU_STATUS_ABORT);
	rig_fini(&rig);
}

/* 7.2.1: a stall record is not lost; it waits for the queue. */
Test(stall, a_record_waits_until_the_queue_takes_it)
{
	const struct smmu_ended *ended;
	struct smmu_result result;
	struct rig rig;

	start(&rig);
	write_reg(&rig, 0x20, 0x9);
	result = rig_run(&rig, rig_write(VA), "EVENTQEN is 0");
	cr_expect_eq(result.status, SMMU_STATUS_STALL);
	cr_expect_not(result.event.recorded);
	write_reg(&rig, 0x20, 0xd);
	cr_expect_eq(smmu_model_ended(&ended, rig.model), 0, "nothing about it is news");
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_EVENTQ_PROD), 1);
	cr_expect_eq(rig_get(&rig, RIG_EVENTQ), result.event.word[0]);
	cr_expect_eq(rig_get(&rig, RIG_EVENTQ + 8), result.event.word[1]);
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_GERROR), 0);
	rig_fini(&rig);
}

/* 7.2.1: retried when the queue is writable; what translates then has no event. */
Test(stall, one_whose_page_came_in_time_goes_on)
{
	const struct smmu_ended *ended;
	struct rig rig;

	start(&rig);
	write_reg(&rig, 0x20, 0x9);
	stall(&rig, VA, 11);
	map(&rig, VA, rig_page1(0x400000));
	write_reg(&rig, 0x20, 0xd);
	cr_assert_eq(smmu_model_ended(&ended, rig.model), 1);
	cr_expect_eq(ended[0].id, 11);
	cr_expect_eq(ended[0].result.status, SMMU_STATUS_OK);
	cr_expect_eq(ended[0].result.pa.pa, 0x400000);
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_EVENTQ_PROD), 0);
	rig_fini(&rig);
}
