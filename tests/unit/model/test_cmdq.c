/* The Command queue: IHI 0070 3.5.1, 4.7.3, 6.3.27, 6.3.28, 7.1. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/err.h"
#include "rig.h"

#define CMDQ UINT64_C(0x9000) /* 8 entries */

static const struct smmu_cmd sync = {{SMMU_CMD_SYNC, 0}};
static const struct smmu_cmd unknown = {{0xff, 0}};

static void start(struct rig *rig, uint64_t cr0)
{
	rig_init(rig);
	rig->regs[SMMU_REG_CR0] = rig->regs[SMMU_REG_CR0ACK] = cr0;
	rig->regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 3);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig->regs[SMMU_REG_IDR0], 1);
	rig_start(rig);
}

static struct smmu_reply issue(struct rig *rig, struct smmu_cmd cmd)
{
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &cmd), 0);
	return reply;
}

static void write_reg(struct rig *rig, uint64_t offset, uint64_t value)
{
	struct smmu_mmio access = {.write = true, .size = 4, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
}

static uint64_t reg(const struct rig *rig, enum smmu_reg r)
{
	return smmu_model_reg(rig->model, r);
}

Test(cmdq, indices_wrap)
{
	struct rig rig;

	start(&rig, 0x8);
	for (unsigned i = 1; i <= 20; i++) {
		struct smmu_reply reply = issue(&rig, sync);

		cr_expect_eq(reply.status, SMMU_STATUS_NONE);
		cr_expect_not(reply.pending);
		/* three bits of index and one of wrap */
		cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_PROD), i % 16);
		cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), i % 16);
	}
	rig_fini(&rig);
}

Test(cmdq, disabled_queue_keeps_its_commands)
{
	struct smmu_reply reply;
	struct rig rig;

	start(&rig, 0);
	for (unsigned i = 0; i < 8; i++) {
		reply = issue(&rig, sync);
		cr_expect_eq(reply.status, SMMU_STATUS_NONE);
		cr_expect(reply.pending);
	}
	cr_expect_eq(smmu_model_command(&reply, rig.model, SMMU_SEC_NS, &sync), SMMU_E_LIMIT);
	cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 0);
	write_reg(&rig, 0x20, 0x8);
	cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 8);
	rig_fini(&rig);
}

/* 7.1: the reason, the halt, the repair, the acknowledgement. */
Test(cmdq, an_error_halts_the_queue_until_it_is_acknowledged)
{
	struct smmu_reply reply;
	struct rig rig;

	start(&rig, 0x8);
	issue(&rig, sync);
	reply = issue(&rig, unknown);
	cr_expect_eq(reply.status, SMMU_STATUS_ERROR);
	cr_expect_str_eq(reply.error, "CERROR_ILL");
	cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 0x1000001);
	cr_expect_eq(reg(&rig, SMMU_REG_GERROR), 1);
	reply = issue(&rig, sync);
	cr_expect_eq(reply.status, SMMU_STATUS_NONE);
	cr_expect(reply.pending);
	cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 0x1000001);
	rig_put(&rig, CMDQ + 16, sync.word[0]);
	rig_changed(&rig);
	write_reg(&rig, 0x98, 3);
	cr_expect_eq(smmu_CMDQ_CONS_RD(reg(&rig, SMMU_REG_CMDQ_CONS)), 1, "not before GERRORN");
	write_reg(&rig, 0x64, 1);
	cr_expect_eq(smmu_CMDQ_CONS_RD(reg(&rig, SMMU_REG_CMDQ_CONS)), 3);
	cr_expect_eq(reg(&rig, SMMU_REG_GERROR), 1);
	cr_expect_eq(reg(&rig, SMMU_REG_GERRORN), 1);
	/* The next one toggles back. */
	reply = issue(&rig, unknown);
	cr_expect_eq(reply.status, SMMU_STATUS_ERROR);
	cr_expect_eq(reg(&rig, SMMU_REG_GERROR), 0);
	rig_fini(&rig);
}

/* 7.1: PROD may move back to drop the commands behind the error. */
Test(cmdq, commands_behind_an_error_can_be_taken_back)
{
	struct smmu_reply reply;
	struct rig rig;

	start(&rig, 0x8);
	issue(&rig, unknown);
	issue(&rig, unknown);
	write_reg(&rig, 0x98, 0);
	write_reg(&rig, 0x64, 1);
	cr_expect_eq(smmu_CMDQ_CONS_RD(reg(&rig, SMMU_REG_CMDQ_CONS)), 0);
	reply = issue(&rig, sync);
	cr_expect_eq(reply.status, SMMU_STATUS_NONE);
	cr_expect_not(reply.pending);
	rig_fini(&rig);
}

Test(cmdq, a_fetch_that_aborts_is_an_error)
{
	struct smmu_reply reply;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CR0] = 0x8;
	rig.regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(RIG_NOWHERE, 3);
	rig_start(&rig);
	reply = issue(&rig, sync);
	cr_expect_eq(reply.status, SMMU_STATUS_ERROR);
	cr_expect_str_eq(reply.error, "CERROR_ABT");
	cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 0x2000000);
	rig_fini(&rig);
}

Test(cmdq, there_is_no_queue_of_an_interface_that_is_absent)
{
	static const enum smmu_sec secs[] = {SMMU_SEC_S, SMMU_SEC_REALM, SMMU_SEC_ROOT};
	struct smmu_reply reply;
	struct rig rig;

	start(&rig, 0x8);
	for (size_t i = 0; i < SMMU_LEN(secs); i++)
		cr_expect_eq(smmu_model_command(&reply, rig.model, secs[i], &sync), SMMU_E_UNKNOWN);
	rig_fini(&rig);
}

/* 4.7.3: CS 0b01 with an MSIAddress writes MSIData. */
Test(cmdq, sync_signals_its_completion)
{
	static const struct {
		const char *row;
		uint64_t cs, address;
		bool msi; /* supported */
		uint64_t want, gerror;
	} rows[] = {
		{"SIG_NONE", 0, 0x30000, true, 0xaaaaaaaaaaaaaaaa, 0},
		{"SIG_IRQ", 1, 0x30000, true, 0xaaaaaaaa12345678, 0},
		{"SIG_IRQ without address", 1, 0, true, 0xaaaaaaaaaaaaaaaa, 0},
		{"SIG_IRQ without MSIs", 1, 0x30000, false, 0xaaaaaaaaaaaaaaaa, 0},
		{"SIG_IRQ to nowhere", 1, RIG_NOWHERE, true, 0xaaaaaaaaaaaaaaaa, 0x10},
		{"SIG_SEV", 2, 0x30000, true, 0xaaaaaaaaaaaaaaaa, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_cmd cmd = {{SMMU_CMD_SYNC, 0}};
		struct smmu_reply reply;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_CR0] = 0x8;
		rig.regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 3);
		rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig.regs[SMMU_REG_IDR0], rows[i].msi);
		rig_start(&rig);
		rig_put(&rig, 0x30000, 0xaaaaaaaaaaaaaaaa);
		smmu_cmd_set_CS(&cmd, rows[i].cs);
		smmu_cmd_set_MSIAddress(&cmd, rows[i].address);
		smmu_cmd_set_MSIData(&cmd, 0x12345678);
		reply = issue(&rig, cmd);
		cr_expect_eq(reply.status, SMMU_STATUS_NONE, "%s", rows[i].row);
		cr_expect_eq(reg(&rig, SMMU_REG_CMDQ_CONS), 1, "%s", rows[i].row);
		cr_expect_eq(rig_get(&rig, 0x30000), rows[i].want, "%s", rows[i].row);
		cr_expect_eq(reg(&rig, SMMU_REG_GERROR), rows[i].gerror, "%s", rows[i].row);
		rig_fini(&rig);
	}
}
