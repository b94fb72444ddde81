/*
 * Queues, and the registers that lead to what was built.  A register that the
 * system file gives keeps its value, unless it would lead elsewhere.
 * IHI 0070 6.3.
 */
#include "compile/build_priv.h"

#define CMD_LOG2		       4
#define EVENT_LOG2		       5
#define QUEUE_LOG2_DEFAULT	       8u
#define CR1_WRITE_BACK_INNER_SHAREABLE 0xd75u

/* log2 of the entries of a queue; 0xff: none is wanted. */
static unsigned queue_log2(const struct smmu_sys_u64 *wanted, unsigned most)
{
	unsigned log2 = 0;

	if (!smmu_sys_given(wanted->at))
		return most < QUEUE_LOG2_DEFAULT ? most : QUEUE_LOG2_DEFAULT;
	while (log2 < 32 && smmu_pow2(log2) < wanted->v)
		log2++;
	return log2;
}

static int build_queue(uint64_t *base, struct builder *b, size_t smmu, unsigned log2,
		       unsigned entry_log2, const char *what)
{
	struct build_area *area = &b->smmu[smmu].area;
	unsigned bytes_log2 = log2 + entry_log2;
	int status;

	/* Aligned to the larger of its size and 32 bytes (6.3.26). */
	build_group_begin(area);
	status = build_alloc(base, b, area, smmu_pow2(bytes_log2), bytes_log2 < 5 ? 5 : bytes_log2,
			     what);
	return status ? status
		      : build_group_end(b, area, "%s of %s", what, b->info->smmus[smmu].name);
}

static int build_queues(uint64_t *regs, struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	uint32_t idr1 = b->smmu[smmu].ids.idr[1];
	unsigned cmd = queue_log2(&from->queues.command, (unsigned)smmu_IDR1_CMDQS(idr1));
	unsigned event = queue_log2(&from->queues.event, (unsigned)smmu_IDR1_EVENTQS(idr1));
	uint64_t base, value;
	int status = 0;

	if (cmd > smmu_IDR1_CMDQS(idr1))
		build_error(b, from->queues.command.at, SMMU_E_RANGE,
			    "the Command queue has at most 2^%u entries (SMMU_IDR1.CMDQS)",
			    (unsigned)smmu_IDR1_CMDQS(idr1));
	if (event > smmu_IDR1_EVENTQS(idr1))
		build_error(b, from->queues.event.at, SMMU_E_RANGE,
			    "the Event queue has at most 2^%u entries (SMMU_IDR1.EVENTQS)",
			    (unsigned)smmu_IDR1_EVENTQS(idr1));
	if (b->error)
		return b->error;
	if (!from->given[SMMU_REG_CMDQ_BASE]) {
		status = build_queue(&base, b, smmu, cmd, CMD_LOG2, "command queue");
		value = smmu_CMDQ_BASE_set_ADDR(0, base);
		regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(value, cmd);
	}
	if (status == 0 && !from->given[SMMU_REG_EVENTQ_BASE]) {
		status = build_queue(&base, b, smmu, event, EVENT_LOG2, "event queue");
		value = smmu_EVENTQ_BASE_set_ADDR(0, base);
		regs[SMMU_REG_EVENTQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(value, event);
	}
	return status;
}

static void set_unless_given(uint64_t *regs, const struct smmu_sys_smmu *from, enum smmu_reg reg,
			     uint64_t value)
{
	if (!from->given[reg])
		regs[reg] = value;
}

int build_registers(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	const struct build_smmu *on = &b->smmu[smmu];
	uint64_t *regs = b->out->regs[smmu];
	uint64_t value;
	int status = build_queues(regs, b, smmu);

	if (status)
		return status;
	regs[SMMU_REG_STRTAB_BASE] = smmu_STRTAB_BASE_set_ADDR(0, on->strtab);
	value = smmu_STRTAB_BASE_CFG_set_LOG2SIZE(0, on->stream_bits);
	if (on->two_level) {
		value = smmu_STRTAB_BASE_CFG_set_SPLIT(value, on->split);
		value = smmu_STRTAB_BASE_CFG_set_FMT(value, 1);
	}
	regs[SMMU_REG_STRTAB_BASE_CFG] = value;
	value = smmu_CR0_set_SMMUEN(0, 1);
	value = smmu_CR0_set_EVENTQEN(value, 1);
	value = smmu_CR0_set_CMDQEN(value, 1);
	set_unless_given(regs, from, SMMU_REG_CR0, value);
	set_unless_given(regs, from, SMMU_REG_CR0ACK, regs[SMMU_REG_CR0]);
	set_unless_given(regs, from, SMMU_REG_CR1, CR1_WRITE_BACK_INNER_SHAREABLE);
	set_unless_given(regs, from, SMMU_REG_CR2, smmu_CR2_set_RECINVSID(0, 1));
	/* Should translation be switched off, nothing passes. */
	set_unless_given(regs, from, SMMU_REG_GBPA, smmu_GBPA_set_ABORT(0, 1));
	return 0;
}
