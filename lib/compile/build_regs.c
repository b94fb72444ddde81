/*
 * Queues, and the registers that lead to what was built.  A register that the
 * system file gives keeps its value, unless it would lead elsewhere.
 * IHI 0070 6.3.
 */
#include "compile/build_priv.h"

#define CMD_LOG2		       4
#define EVENT_LOG2		       5
#define PRI_LOG2		       4
#define QUEUE_LOG2_DEFAULT	       8u
#define CR1_WRITE_BACK_INNER_SHAREABLE 0xd75u

/* The three BASE registers have ADDR and LOG2SIZE at the same place. */
struct queue {
	enum smmu_reg base;
	const struct smmu_sys_u64 *wanted; /* entries */
	unsigned entry_log2, most_log2;
	bool by_default; /* made when nothing is said */
	const char *what, *limit;
};

#define QUEUES 3

static void queues_of(struct queue queue[QUEUES], const struct builder *b, size_t smmu)
{
	const struct smmu_sys_queues *from = &b->info->smmus[smmu].queues;
	uint32_t idr1 = b->smmu[smmu].ids.idr[1];

	queue[0] = (struct queue){
		SMMU_REG_CMDQ_BASE, &from->command, CMD_LOG2, (unsigned)smmu_IDR1_CMDQS(idr1), true,
		"command queue",    "CMDQS"};
	queue[1] = (struct queue){SMMU_REG_EVENTQ_BASE,
				  &from->event,
				  EVENT_LOG2,
				  (unsigned)smmu_IDR1_EVENTQS(idr1),
				  true,
				  "event queue",
				  "EVENTQS"};
	queue[2] = (struct queue){
		SMMU_REG_PRIQ_BASE, &from->pri, PRI_LOG2, (unsigned)smmu_IDR1_PRIQS(idr1), false,
		"PRI queue",	    "PRIQS"};
}

/* log2 of the entries, a power of two when given. */
static unsigned log2_of(const struct queue *queue)
{
	unsigned log2 = 0;

	if (!smmu_sys_given(queue->wanted->at))
		return queue->most_log2 < QUEUE_LOG2_DEFAULT ? queue->most_log2
							     : QUEUE_LOG2_DEFAULT;
	while (smmu_pow2(log2) < queue->wanted->v)
		log2++;
	return log2;
}

void build_check_queues(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	struct queue queue[QUEUES];

	queues_of(queue, b, smmu);
	for (unsigned i = 0; i < QUEUES; i++) {
		struct smmu_mark at = queue[i].wanted->at;

		if (!smmu_sys_given(at))
			continue;
		if (queue[i].base == SMMU_REG_PRIQ_BASE && !smmu_IDR0_PRI(b->smmu[smmu].ids.idr[0]))
			build_error(b, at, SMMU_E_CONFLICT,
				    "%s has no page requests, hence no PRI queue (SMMU_IDR0.PRI)",
				    from->name);
		else if (log2_of(&queue[i]) > queue[i].most_log2)
			build_error(b, at, SMMU_E_RANGE,
				    "the %s of %s has at most 2^%u entries (SMMU_IDR1.%s)",
				    queue[i].what, from->name, queue[i].most_log2, queue[i].limit);
		else if (from->given[queue[i].base])
			build_error(b, at, SMMU_E_CONFLICT,
				    "the %s is to be built, and %s is given: leave one of them out",
				    queue[i].what, smmu_reg_info(queue[i].base)->name);
	}
}

static int build_queue(uint64_t *regs, struct builder *b, size_t smmu, const struct queue *queue)
{
	struct build_area *area = &b->smmu[smmu].area;
	unsigned log2 = log2_of(queue), bytes_log2 = log2 + queue->entry_log2;
	uint64_t base;
	int status;

	/* Aligned to the larger of its size and 32 bytes (6.3.26). */
	build_group_begin(area);
	status = build_alloc(&base, b, area, smmu_pow2(bytes_log2), bytes_log2 < 5 ? 5 : bytes_log2,
			     queue->what);
	if (status == 0)
		status = build_clear(b, area, base, smmu_pow2(bytes_log2));
	if (status)
		return status;
	regs[queue->base] = smmu_CMDQ_BASE_set_ADDR(0, base);
	regs[queue->base] = smmu_CMDQ_BASE_set_LOG2SIZE(regs[queue->base], log2);
	return build_group_end(b, area, NULL, "%s of %s", queue->what, b->info->smmus[smmu].name);
}

static int build_queues(uint64_t *regs, struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	struct queue queue[QUEUES];
	int status = 0;

	queues_of(queue, b, smmu);
	for (unsigned i = 0; status == 0 && i < QUEUES; i++)
		if (!from->given[queue[i].base] &&
		    (queue[i].by_default || smmu_sys_given(queue[i].wanted->at)))
			status = build_queue(regs, b, smmu, &queue[i]);
	return status;
}

static void set_unless_given(uint64_t *regs, const bool *given, enum smmu_reg reg, uint64_t value)
{
	if (!given[reg])
		regs[reg] = value;
}

void build_default_registers(uint64_t *regs, const bool *given, bool has_pri)
{
	uint64_t cr0 = smmu_CR0_set_SMMUEN(0, 1);

	cr0 = smmu_CR0_set_EVENTQEN(cr0, 1);
	cr0 = smmu_CR0_set_CMDQEN(cr0, 1);
	cr0 = smmu_CR0_set_PRIQEN(cr0, has_pri);
	set_unless_given(regs, given, SMMU_REG_CR0, cr0);
	set_unless_given(regs, given, SMMU_REG_CR0ACK, regs[SMMU_REG_CR0]);
	set_unless_given(regs, given, SMMU_REG_CR1, CR1_WRITE_BACK_INNER_SHAREABLE);
	set_unless_given(regs, given, SMMU_REG_CR2, smmu_CR2_set_RECINVSID(0, 1));
	/* Should translation be switched off, nothing passes. */
	set_unless_given(regs, given, SMMU_REG_GBPA, smmu_GBPA_set_ABORT(0, 1));
}

/* Where an STE has indirect permissions; 0 elsewhere. */
static uint64_t s2pii_of(const struct builder *b, size_t smmu)
{
	for (size_t i = 0; i < b->uses_count; i++) {
		const struct smmu_sys_domain *domain = &b->info->domains[b->use[i].domain];

		if (b->use[i].smmu == smmu && domain->stage.v == 2 && build_is_indirect(domain))
			return build_s2pii(&b->info->smmus[smmu]);
	}
	return 0;
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
	set_unless_given(regs, from->given, SMMU_REG_S2PII, s2pii_of(b, smmu));
	build_default_registers(regs, from->given, smmu_sys_given(from->queues.pri.at));
	return 0;
}
