/*
 * Global errors and interrupts.  IHI 0070 G.b 3.18, 6.3.18 - 6.3.23, 7.5.
 */
#include "base/compiler.h"
#include "model/program_priv.h"

const char *smmu_irq_name(enum smmu_irq source)
{
	static const char *const names[SMMU_IRQ_COUNT] = {
		[SMMU_IRQ_GERROR] = "gerror",
		[SMMU_IRQ_EVENTQ] = "eventq",
		[SMMU_IRQ_PRIQ] = "priq",
		[SMMU_IRQ_CMD_SYNC] = "cmd-sync",
	};

	return (unsigned)source < SMMU_IRQ_COUNT ? names[source] : "?";
}

size_t smmu_model_interrupts(const struct smmu_interrupt **interrupts, struct smmu_model *model)
{
	size_t count = model->interrupt_count;

	*interrupts = model->interrupt;
	model->interrupt_count = 0;
	return count;
}

uint64_t smmu_gerror_active(const struct smmu_model *model, enum smmu_sec sec)
{
	return smmu_program_get(model, SMMU_REG_GERROR, sec) ^
	       smmu_program_get(model, SMMU_REG_GERRORN, sec);
}

void smmu_gerror_raise(struct smmu_model *model, enum smmu_sec sec, uint64_t errors)
{
	uint64_t news = errors & ~smmu_gerror_active(model, sec);
	uint64_t gerror = smmu_program_get(model, SMMU_REG_GERROR, sec);

	if (!news)
		return;
	smmu_program_set(model, SMMU_REG_GERROR, sec, gerror ^ news);
	/* 7.5.1: its own MSI is not sent once more because it aborted. */
	if (smmu_GERROR_set_MSI_GERROR_ABT_ERR(news, 0))
		smmu_irq_raise(model, sec, SMMU_IRQ_GERROR);
}

/* What the interrupts of registers consist of. */
static const struct {
	enum smmu_reg cfg0, cfg1;
	uint64_t (*enabled)(uint64_t irq_ctrl);
	uint64_t (*abort)(uint64_t gerror, uint64_t value);
} sources[] = {
	[SMMU_IRQ_GERROR] = {SMMU_REG_GERROR_IRQ_CFG0, SMMU_REG_GERROR_IRQ_CFG1,
			     smmu_IRQ_CTRL_GERROR_IRQEN, smmu_GERROR_set_MSI_GERROR_ABT_ERR},
	[SMMU_IRQ_EVENTQ] = {SMMU_REG_EVENTQ_IRQ_CFG0, SMMU_REG_EVENTQ_IRQ_CFG1,
			     smmu_IRQ_CTRL_EVENTQ_IRQEN, smmu_GERROR_set_MSI_EVENTQ_ABT_ERR},
	[SMMU_IRQ_PRIQ] = {SMMU_REG_PRIQ_IRQ_CFG0, SMMU_REG_PRIQ_IRQ_CFG1, smmu_IRQ_CTRL_PRIQ_IRQEN,
			   smmu_GERROR_set_MSI_PRIQ_ABT_ERR},
};

static bool has_msi(const struct smmu_ids *ids, enum smmu_sec sec)
{
	switch (sec) {
	case SMMU_SEC_S:
		return smmu_S_IDR0_MSI(ids->s_idr[0]);
	case SMMU_SEC_REALM:
		return smmu_R_IDR0_MSI(ids->r_idr[0]);
	case SMMU_SEC_NS:
	case SMMU_SEC_ROOT:
	case SMMU_SEC_COUNT:
		break;
	}
	return smmu_IDR0_MSI(ids->idr[0]);
}

/* True when the MSI is lost: error is to be raised. */
static bool send(struct smmu_model *m, struct smmu_interrupt *irq)
{
	uint8_t bytes[4];

	/* The check for zero is of the whole field, the address is cut to OAS (3.4.3, 4.7.3). */
	if (!irq->pa.pa || !has_msi(&m->ids, irq->sec))
		return false;
	irq->msi = true;
	irq->pa.pa = smmu_bits(irq->pa.pa, 0, m->iface[irq->sec].now.oas_bits);
	smmu_st32le(bytes, irq->data);
	if (smmu_mem_write(m->mem, irq->pa, bytes, sizeof(bytes)))
		smmu_model_flush(m);
	else
		irq->aborted = !smmu_mem_error(m->mem);
	return irq->aborted;
}

static void raise_irq(struct smmu_model *m, struct smmu_interrupt *irq, uint64_t error)
{
	bool lost = send(m, irq);

	if (m->interrupt_count < SMMU_INTERRUPTS_MAX)
		m->interrupt[m->interrupt_count++] = *irq;
	if (lost)
		smmu_gerror_raise(m, irq->sec, error);
}

/* 6.3.138, 4.7.3: the Realm interface chooses the space of its MSIs. */
static enum smmu_pas space(const struct smmu_model *m, enum smmu_sec sec, uint64_t ns)
{
	return sec == SMMU_SEC_REALM && ns == SMMU_MSI_NS ? SMMU_PAS_NS : m->iface[sec].bank.pas;
}

void smmu_irq_raise(struct smmu_model *model, enum smmu_sec sec, enum smmu_irq source)
{
	uint64_t cfg0 = smmu_program_get(model, sources[source].cfg0, sec);
	struct smmu_interrupt irq = {
		.source = source,
		.sec = sec,
		.pa = {smmu_IRQ_CFG0_ADDR(cfg0), space(model, sec, smmu_IRQ_CFG0_NS(cfg0))},
		.data = (uint32_t)smmu_program_get(model, sources[source].cfg1, sec),
	};

	if (sources[source].enabled(smmu_program_get(model, SMMU_REG_IRQ_CTRL, sec)))
		raise_irq(model, &irq, sources[source].abort(0, 1));
}

void smmu_irq_sync(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	struct smmu_interrupt irq = {
		.source = SMMU_IRQ_CMD_SYNC,
		.sec = sec,
		.pa = {smmu_cmd_MSIAddress(cmd), space(model, sec, smmu_cmd_MSI_NS(cmd))},
		.data = (uint32_t)smmu_cmd_MSIData(cmd),
	};

	raise_irq(model, &irq, smmu_GERROR_set_MSI_CMDQ_ABT_ERR(0, 1));
}
