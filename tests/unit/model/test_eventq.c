/* The Event queue: IHI 0070 3.5.1, 7.2, 7.4. */
#include <criterion/criterion.h>

#include "rig.h"

static uint64_t prod(struct rig *rig)
{
	return smmu_model_reg(rig->model, SMMU_REG_EVENTQ_PROD);
}

Test(eventq, records_are_written_in_order_and_wrap)
{
	struct rig rig;

	rig_init(&rig);
	/* 8 entries; the queue is empty at index 6. */
	rig.regs[SMMU_REG_EVENTQ_PROD] = 6;
	rig.regs[SMMU_REG_EVENTQ_CONS] = 6;
	rig_start(&rig);
	for (unsigned i = 0; i < 4; i++) {
		struct smmu_result result = rig_run(&rig, rig_read(0x1000 * i), "record");
		uint64_t at = RIG_EVENTQ + 32 * ((6 + i) % 8);

		cr_expect(result.event.recorded);
		for (unsigned w = 0; w < 4; w++)
			cr_expect_eq(rig_get(&rig, at + 8 * w), result.event.word[w],
				     "record %u word %u", i, w);
	}
	/* Index 2 with the wrap bit, bit 3. */
	cr_expect_eq(prod(&rig), 0xa);
	rig_fini(&rig);
}

Test(eventq, a_full_queue_discards_and_says_so_once)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_EVENTQ_PROD] = 8; /* full: the wrap bits differ */
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "full");
	cr_expect_eq(result.status, SMMU_STATUS_FAULT);
	cr_expect(result.event.present);
	cr_expect_not(result.event.recorded);
	cr_expect_eq(prod(&rig), 0x80000008);
	/* 7.4: not toggled again while it is not acknowledged. */
	rig_run(&rig, rig_read(0x5000), "still full");
	cr_expect_eq(prod(&rig), 0x80000008);
	smmu_model_set_reg(rig.model, SMMU_REG_EVENTQ_CONS, 0x80000001);
	result = rig_run(&rig, rig_read(0x5000), "one entry free");
	cr_expect(result.event.recorded);
	cr_expect_eq(prod(&rig), 0x80000009);
	rig_run(&rig, rig_read(0x5000), "full again");
	cr_expect_eq(prod(&rig), 0x00000009);
	rig_fini(&rig);
}

Test(eventq, a_stall_does_not_overflow)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	smmu_cd_set_S(&rig.cd, 1);
	rig.regs[SMMU_REG_EVENTQ_PROD] = 8;
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "full");
	cr_expect_eq(result.status, SMMU_STATUS_STALL);
	cr_expect_not(result.event.recorded);
	cr_expect_eq(prod(&rig), 8);
	cr_assert_eq(rig.model->stalled_count, 1);
	cr_expect_not(rig.model->stalled[0].event.recorded);
	rig_fini(&rig);
}

Test(eventq, a_disabled_queue_takes_nothing)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CR0] = smmu_CR0_set_EVENTQEN(rig.regs[SMMU_REG_CR0], 0);
	rig.regs[SMMU_REG_EVENTQ_PROD] = 8;
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "EVENTQEN 0");
	cr_expect(result.event.present);
	cr_expect_not(result.event.recorded);
	/* Nor does it overflow. */
	cr_expect_eq(prod(&rig), 8);
	rig_fini(&rig);
}

Test(eventq, an_abort_activates_a_global_error)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_EVENTQ_BASE] =
		smmu_EVENTQ_BASE_set_ADDR(rig.regs[SMMU_REG_EVENTQ_BASE], RIG_NOWHERE);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x5000), "queue outside memory");
	cr_expect_not(result.event.recorded);
	/* GERROR.EVENTQ_ABT_ERR is bit 2; PROD does not move. */
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_GERROR), 4);
	cr_expect_eq(prod(&rig), 0);
	/* Active: nothing is written, and it does not toggle back. */
	rig_run(&rig, rig_read(0x5000), "not writable");
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_GERROR), 4);
	/* Acknowledged, it can become active again. */
	smmu_model_set_reg(rig.model, SMMU_REG_GERRORN, 4);
	rig_run(&rig, rig_read(0x5000), "acknowledged");
	cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_GERROR), 0);
	rig_fini(&rig);
}

Test(eventq, the_base_is_aligned_to_the_queue)
{
	struct rig rig;

	rig_init(&rig);
	/* 8 entries of 32 bytes: bits [7:0] count as 0. */
	rig.regs[SMMU_REG_EVENTQ_BASE] =
		smmu_EVENTQ_BASE_set_ADDR(rig.regs[SMMU_REG_EVENTQ_BASE], RIG_EVENTQ + 0xe0);
	rig_start(&rig);
	rig_run(&rig, rig_read(0x5000), "aligned");
	cr_expect_eq(rig_get(&rig, RIG_EVENTQ), 0x300000010);
	rig_fini(&rig);
}
