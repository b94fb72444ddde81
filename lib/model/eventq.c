/*
 * The Event queue as its producer sees it, and a consumer that takes all.
 * IHI 0070 G.b 3.5.1, 3.18, 7.2, 7.4, 6.3.29, 6.3.95, 6.3.96.
 */
#include "model/program_priv.h"

/* Whether an error of GERROR waits for software's acknowledgement (6.3.19). */
static bool has_abort(const struct smmu_model *m, enum smmu_sec sec)
{
	return smmu_GERROR_EVENTQ_ABT_ERR(m->regs[m->iface[sec].bank.gerror]) !=
	       smmu_GERROR_EVENTQ_ABT_ERR(m->regs[m->iface[sec].bank.gerrorn]);
}

static bool is_full(const struct smmu_model *m, enum smmu_sec sec)
{
	return smmu_queue_is_full(&m->iface[sec].now.eventq,
				  smmu_EVENTQ_PROD_WR(m->regs[m->iface[sec].bank.eventq_prod]),
				  smmu_EVENTQ_CONS_RD(m->regs[m->iface[sec].bank.eventq_cons]));
}

static bool is_empty(const struct smmu_model *m, enum smmu_sec sec)
{
	return smmu_queue_is_empty(&m->iface[sec].now.eventq,
				   smmu_EVENTQ_PROD_WR(m->regs[m->iface[sec].bank.eventq_prod]),
				   smmu_EVENTQ_CONS_RD(m->regs[m->iface[sec].bank.eventq_cons]));
}

static struct smmu_pa next_entry(const struct smmu_model *m, enum smmu_sec sec)
{
	uint64_t prod = smmu_EVENTQ_PROD_WR(m->regs[m->iface[sec].bank.eventq_prod]);

	return (struct smmu_pa){smmu_queue_entry(&m->iface[sec].now.eventq, prod),
				m->iface[sec].bank.pas};
}

bool smmu_eventq_is_writable(const struct smmu_model *model, enum smmu_sec sec)
{
	return smmu_CR0_EVENTQEN(model->regs[model->iface[sec].bank.cr0]) &&
	       !has_abort(model, sec) && !is_full(model, sec) &&
	       smmu_mem_exists(model->mem, next_entry(model, sec), SMMU_EVT_SIZE);
}

/* 7.3.1: within a page, for the types whose description says so. */
static uint64_t identity(const struct smmu_evt *evt, unsigned word)
{
	switch (smmu_evt_Type(evt)) {
	case SMMU_EVT_F_TRANSL_FORBIDDEN:
	case SMMU_EVT_F_WALK_EABT:
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
	case SMMU_EVT_F_TLB_CONFLICT: {
		struct smmu_evt page = *evt;

		smmu_evt_set_InputAddr(&page, smmu_align_down_log2(smmu_evt_InputAddr(evt), 12));
		return page.word[word];
	}
	default:
		return evt->word[word];
	}
}

bool smmu_eventq_repeats(const struct smmu_model *model, enum smmu_sec sec,
			 const struct smmu_evt *evt)
{
	const struct smmu_bank *bank = &model->iface[sec].bank;
	uint64_t prod = smmu_EVENTQ_PROD_WR(model->regs[bank->eventq_prod]);
	struct smmu_pa pa = {smmu_queue_entry(&model->iface[sec].now.eventq, prod - 1), bank->pas};
	uint8_t bytes[SMMU_EVT_SIZE];
	struct smmu_evt newest;

	if (is_empty(model, sec) || !smmu_mem_read(model->mem, pa, bytes, sizeof(bytes)))
		return false;
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		newest.word[i] = smmu_ld64le(bytes + 8 * i);
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		if (identity(&newest, i) != identity(evt, i))
			return false;
	return true;
}

/* 7.4: a discarded record shows in OVFLG, unless an overflow is already unacknowledged. */
static void overflow(struct smmu_model *m, enum smmu_sec sec)
{
	uint64_t prod = m->regs[m->iface[sec].bank.eventq_prod];
	uint64_t flag = smmu_EVENTQ_PROD_OVFLG(prod);

	if (flag == smmu_EVENTQ_CONS_OVACKFLG(m->regs[m->iface[sec].bank.eventq_cons]))
		m->regs[m->iface[sec].bank.eventq_prod] = smmu_EVENTQ_PROD_set_OVFLG(prod, !flag);
}

bool smmu_eventq_write(struct smmu_model *model, enum smmu_sec sec, const struct smmu_evt *evt,
		       bool stall)
{
	uint64_t prod = model->regs[model->iface[sec].bank.eventq_prod];
	bool was_empty = is_empty(model, sec);
	uint8_t bytes[SMMU_EVT_SIZE];

	if (!smmu_CR0_EVENTQEN(model->regs[model->iface[sec].bank.cr0]) || has_abort(model, sec))
		return false;
	if (is_full(model, sec)) {
		if (!stall)
			overflow(model, sec);
		return false;
	}
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		smmu_st64le(bytes + 8 * i, evt->word[i]);
	if (!smmu_mem_write(model->mem, next_entry(model, sec), bytes, sizeof(bytes))) {
		/* 7.2.2: IMPDEF: the abort is synchronous, PROD stays. */
		if (!smmu_mem_error(model->mem))
			smmu_gerror_raise(model, sec, smmu_GERROR_set_EVENTQ_ABT_ERR(0, 1));
		return false;
	}
	smmu_model_forget_frames(model);
	if (model->eventq_cached)
		smmu_tlb_flush(model->tlb);
	model->regs[model->iface[sec].bank.eventq_prod] = smmu_EVENTQ_PROD_set_WR(
		prod, smmu_queue_next(&model->iface[sec].now.eventq, smmu_EVENTQ_PROD_WR(prod)));
	if (was_empty)
		smmu_irq_raise(model, sec, SMMU_IRQ_EVENTQ);
	return true;
}

int smmu_model_drain(struct smmu_model *model, enum smmu_sec sec)
{
	uint64_t prod = smmu_program_get(model, SMMU_REG_EVENTQ_PROD, sec);

	model->ended_count = 0;
	/* The flags stand in the same bit (6.3.95, 6.3.96). */
	smmu_program_set(model, SMMU_REG_EVENTQ_CONS, sec, prod);
	return smmu_stall_record_pending(model, sec);
}
