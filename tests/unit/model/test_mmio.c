/* Register accesses: IHI 0070 6.2, 6.3.9, 6.3.14, 6.3.16, 6.3.20, 7.5. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "rig.h"

static uint64_t access_reg(struct rig *rig, bool write, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct smmu_mmio access = {.write = write, .size = size, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	cr_expect_eq(reply.status, write ? SMMU_STATUS_NONE : SMMU_STATUS_OK);
	cr_expect_not(reply.pending);
	return reply.value;
}

/* What a register reads as after a write. */
Test(mmio, a_write_changes_what_is_writable_now)
{
	static const struct {
		const char *row;
		uint64_t cr0; /* before */
		uint64_t offset;
		unsigned size;
		uint64_t value;
		uint64_t read_at, want;
	} rows[] = {
		{"identification is read-only", 0, 0x00, 4, 0xffffffff, 0x1c, 3},
		{"CR0, without PRI and ATS", 0, 0x20, 4, 0xffffffff, 0x20, 0xd},
		{"CR0 is acknowledged", 0, 0x20, 4, 0xd, 0x24, 0xd},
		{"CR0ACK is read-only", 0, 0x24, 4, 0xd, 0x24, 0},
		{"IRQ_CTRL is acknowledged", 0, 0x50, 4, 0x7, 0x54, 0x5},
		{"STRTAB_BASE while SMMUEN is 0", 4, 0x80, 8, 0x123450000c0, 0x80, 0x450000c0},
		{"STRTAB_BASE while SMMUEN is 1", 1, 0x80, 8, 0x123450000c0, 0x80, 0x10000},
		{"the high half of STRTAB_BASE", 0, 0x84, 4, 0x40000012, 0x84, 0x40000012},
		{"the low half stays", 0, 0x84, 4, 0x40000012, 0x80, 0x10000},
		{"EVENTQ_BASE while EVENTQEN is 1", 4, 0xa0, 8, 0x5, 0xa0, 0x8003},
		{"CMDQ_CONS while CMDQEN is 1", 8, 0x9c, 4, 0x5, 0x9c, 0},
		{"CMDQ_CONS while CMDQEN is 0", 0, 0x9c, 4, 0x5, 0x9c, 0x5},
		{"GBPA without Update is ignored", 0, 0x44, 4, 0x00100000, 0x44, 0},
		{"GBPA with Update", 0, 0x44, 4, 0x80100000, 0x44, 0x00100000},
		{"EVENTQ_PROD is on page 1", 0, 0x100a8, 4, 0x3, 0x100a8, 0x3},
		{"EVENTQ_PROD has no alias on page 0", 0, 0xa8, 4, 0x3, 0x100a8, 0},
		{"GERROR is read-only", 0, 0x60, 4, 0x1, 0x60, 0},
		{"nothing is there", 0, 0x3c, 4, 0x1, 0x3c, 0},
		{"Secure registers are not there", 0, 0x8020, 4, 0x1, 0x8020, 0},
		{"two registers at once are RAZ/WI", 0, 0x40, 8, 0x8010000000000000, 0x44, 0},
		{"an unsupported size is RAZ/WI", 0, 0x44, 2, 0x8010, 0x44, 0},
		{"an unaligned access is RAZ/WI", 0, 0x46, 4, 0x8010, 0x44, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;
		uint64_t got;

		rig_init(&rig);
		rig.regs[SMMU_REG_CR0] = rig.regs[SMMU_REG_CR0ACK] = rows[i].cr0;
		rig_start(&rig);
		access_reg(&rig, true, rows[i].offset, rows[i].size, rows[i].value);
		got = access_reg(&rig, false, rows[i].read_at, 4, 0);
		cr_expect_eq(got, rows[i].want, "%s: 0x%" PRIx64, rows[i].row, got);
		rig_fini(&rig);
	}
}

Test(mmio, gbpa_decides_from_its_update_on)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CR0] = 0;
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x1000), "reset value");
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	access_reg(&rig, true, 0x44, 4, 0x80100000);
	result = rig_run(&rig, rig_read(0x1000), "ABORT");
	cr_expect_eq(result.status, SMMU_STATUS_ABORT);
	cr_expect_not(result.event.present);
	rig_fini(&rig);
}

/* 7.4: a discarded record shows once, until software acknowledges. */
Test(mmio, overflow_is_told_and_acknowledged)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_EVENTQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(RIG_EVENTQ, 1);
	rig_start(&rig);
	for (unsigned i = 0; i < 4; i++) {
		result = rig_run(&rig, rig_read(0x1000), "unmapped");
		cr_expect_eq(result.event.recorded, i < 2, "record %u", i);
	}
	/* Two entries, wrapped; OVFLG toggled once. */
	cr_expect_eq(access_reg(&rig, false, 0x100a8, 4, 0), 0x80000002);
	access_reg(&rig, true, 0x100ac, 4, 0x80000001);
	result = rig_run(&rig, rig_read(0x1000), "room for one");
	cr_expect(result.event.recorded);
	cr_expect_eq(access_reg(&rig, false, 0x100a8, 4, 0), 0x80000003);
	result = rig_run(&rig, rig_read(0x1000), "full again");
	cr_expect_not(result.event.recorded);
	cr_expect_eq(access_reg(&rig, false, 0x100a8, 4, 0), 0x3);
	rig_fini(&rig);
}

/* 7.2.2: the queue stops at an abort until GERRORN takes note. */
Test(mmio, event_queue_stops_at_an_abort)
{
	struct smmu_result result;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_EVENTQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(RIG_NOWHERE, 3);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(0x1000), "no memory there");
	cr_expect_not(result.event.recorded);
	cr_expect_eq(access_reg(&rig, false, 0x60, 4, 0), 0x4);
	cr_expect_eq(access_reg(&rig, false, 0x100a8, 4, 0), 0);
	access_reg(&rig, true, 0x64, 4, 0x4);
	result = rig_run(&rig, rig_read(0x1000), "still no memory");
	cr_expect_eq(access_reg(&rig, false, 0x60, 4, 0), 0);
	rig_fini(&rig);
}

/* 3.18.2: when the Event queue is no longer empty, and not again before it was. */
Test(mmio, event_queue_sends_its_msi_once)
{
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig.regs[SMMU_REG_IDR0], 1);
	rig.regs[SMMU_REG_IRQ_CTRL] = rig.regs[SMMU_REG_IRQ_CTRLACK] = 4;
	rig.regs[SMMU_REG_EVENTQ_IRQ_CFG0] = 0x30000;
	rig.regs[SMMU_REG_EVENTQ_IRQ_CFG1] = 0xcafe;
	rig_start(&rig);
	rig_run(&rig, rig_read(0x1000), "first");
	cr_expect_eq(rig_get(&rig, 0x30000), 0xcafe);
	rig_put(&rig, 0x30000, 0);
	rig_run(&rig, rig_read(0x1000), "second");
	cr_expect_eq(rig_get(&rig, 0x30000), 0);
	cr_assert_eq(smmu_model_drain(rig.model, SMMU_SEC_NS), 0);
	rig_run(&rig, rig_read(0x1000), "after it was emptied");
	cr_expect_eq(rig_get(&rig, 0x30000), 0xcafe);
	rig_fini(&rig);
}
