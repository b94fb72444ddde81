/* Enhanced Command queues: IHI 0070 G.b 3.5.6, 6.2.5, 6.3.107 - 6.3.109, 7.5. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/cmd.h"

#define PAGE	UINT64_C(0x100000) /* offset of the control page */
#define ECMDQ1	(PAGE + 0x4000)	   /* four ECMDQs a page: one each 16 KiB */
#define PROD	(ECMDQ1 + 8)
#define CONS	(ECMDQ1 + 12)
#define QUEUE	UINT64_C(0xa000) /* 8 entries */
#define MSI	UINT64_C(0x30000)
#define EN	UINT64_C(0x80000000)
#define ERR	UINT64_C(0x00800000)
#define GERROR	UINT64_C(0x60)
#define GERRORN UINT64_C(0x64)
#define CMDQP	UINT64_C(0x200) /* bit 9 */

static uint64_t get(struct rig *rig, uint64_t offset)
{
	struct smmu_mmio access = {.size = 4, .offset = offset};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	return reply.value;
}

static void set(struct rig *rig, uint64_t offset, unsigned size, uint64_t value)
{
	struct smmu_mmio access = {.write = true, .size = size, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
}

static void put(struct rig *rig, unsigned index, struct smmu_cmd cmd)
{
	rig_put(rig, QUEUE + 16 * index, cmd.word[0]);
	rig_put(rig, QUEUE + 16 * index + 8, cmd.word[1]);
}

static struct smmu_cmd sync(uint32_t data)
{
	struct smmu_cmd cmd = {{SMMU_CMD_SYNC, 0}};

	smmu_cmd_set_CS(&cmd, SMMU_SYNC_SIG_IRQ);
	smmu_cmd_set_MSIAddress(&cmd, MSI);
	smmu_cmd_set_MSIData(&cmd, data);
	return cmd;
}

/* One control page of four ECMDQs; CMDQEN is 0. */
static void start(struct rig *rig)
{
	rig_init(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR1] = smmu_IDR1_set_ECMDQ(rig->regs[SMMU_REG_IDR1], 1);
	rig->regs[SMMU_REG_IDR6] = smmu_IDR6_set_CMDQ_CONTROL_PAGE_LOG2NUMQ(0, 2);
	rig->regs[SMMU_REG_CMDQ_CONTROL_PAGE_BASE] = PAGE | 3;
	rig_start(rig);
	set(rig, ECMDQ1, 8, QUEUE | 3);
}

Test(ecmdq, consumes_once_it_is_enabled)
{
	struct rig rig;

	start(&rig);
	put(&rig, 0, sync(0x11));
	set(&rig, PROD, 4, 1);
	cr_expect_eq(get(&rig, CONS), 0, "disabled");
	cr_expect_eq(rig_get(&rig, MSI), 0);
	set(&rig, PROD, 4, EN | 1);
	cr_expect_eq(get(&rig, CONS), EN | 1, "ENACK follows, and the command is consumed");
	cr_expect_eq(rig_get(&rig, MSI), 0x11);
	/* Base and CONS are read-only now (6.3.107, 6.3.109). */
	set(&rig, ECMDQ1, 8, 0xb003);
	set(&rig, CONS, 4, 5);
	cr_expect_eq(get(&rig, ECMDQ1), QUEUE | 3);
	cr_expect_eq(get(&rig, CONS), EN | 1);
	put(&rig, 1, sync(0x22));
	set(&rig, PROD, 4, EN | 2);
	cr_expect_eq(rig_get(&rig, MSI), 0x22);
	set(&rig, PROD, 4, 2);
	cr_expect_eq(get(&rig, CONS), 2, "disabled again");
	rig_fini(&rig);
}

/* 3.5.6.3: an error stops this queue alone, and is told twice. */
Test(ecmdq, error_waits_for_erack)
{
	struct rig rig;

	start(&rig);
	put(&rig, 0, (struct smmu_cmd){{0xff, 0}});
	put(&rig, 1, sync(0x33));
	set(&rig, PROD, 4, EN | 2);
	/* ERR toggled, ERR_REASON CERROR_ILL, RD at the command. */
	cr_expect_eq(get(&rig, CONS), EN | 0x01800000);
	cr_expect_eq(get(&rig, GERROR), CMDQP);
	/* Acknowledging GERROR does not restart the queue. */
	set(&rig, GERRORN, 4, CMDQP);
	cr_expect_eq(get(&rig, CONS), EN | 0x01800000);
	cr_expect_eq(rig_get(&rig, MSI), 0);
	/* Repaired and acknowledged. */
	put(&rig, 0, (struct smmu_cmd){{SMMU_CMD_SYNC, 0}});
	set(&rig, PROD, 4, EN | ERR | 2);
	cr_expect_eq(get(&rig, CONS), EN | 0x01800002);
	cr_expect_eq(rig_get(&rig, MSI), 0x33);
	rig_fini(&rig);
}

/* 3.5.6.3: one that is active is not activated again; disabling works with an error. */
Test(ecmdq, second_error_and_disabling)
{
	struct rig rig;

	start(&rig);
	put(&rig, 0, (struct smmu_cmd){{0xff, 0}});
	set(&rig, PROD, 4, EN | 1);
	set(&rig, PROD, 4, EN | ERR | 1);
	/* ERR toggles back to 0, which differs from ERRACK. */
	cr_expect_eq(get(&rig, CONS), EN | 0x01000000);
	cr_expect_eq(get(&rig, GERROR), CMDQP, "already active");
	set(&rig, PROD, 4, ERR | 1);
	cr_expect_eq(get(&rig, CONS), 0x01000000);
	/* ENACK is not for software to set. */
	set(&rig, CONS, 4, EN);
	cr_expect_eq(get(&rig, CONS), 0);
	rig_fini(&rig);
}

Test(ecmdq, fetch_that_aborts)
{
	struct rig rig;

	start(&rig);
	set(&rig, ECMDQ1, 8, RIG_NOWHERE | 3);
	set(&rig, PROD, 4, EN | 1);
	cr_expect_eq(get(&rig, CONS), EN | 0x02800000, "CERROR_ABT");
	cr_expect_eq(get(&rig, GERROR), CMDQP);
	rig_fini(&rig);
}

/* 6.3.45: four ECMDQs on one page; the rest of the address space is RAZ/WI. */
Test(ecmdq, only_as_many_as_idr6_says)
{
	static const struct {
		const char *row;
		uint64_t offset;
		bool there;
	} rows[] = {
		{"ECMDQ_PROD0", PAGE + 0x0008, true},
		{"ECMDQ_PROD3", PAGE + 0xc008, true},
		{"between them", PAGE + 0x1008, false},
		{"a second page", PAGE + 0x10008, false},
		{"page 0, where a control page without place would be", 0x4408, false},
		{"the same, of its fourth queue", 0xc008, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;

		start(&rig);
		set(&rig, rows[i].offset, 4, 1);
		cr_expect_eq(get(&rig, rows[i].offset), rows[i].there, "%s", rows[i].row);
		rig_fini(&rig);
	}
}
