/*
 * Register accesses by software, and what they set off.  IHI 0070 G.b 6.2,
 * 6.3.9, 6.3.14, 6.3.16, 6.3.20, 6.3.27, 6.3.96, 7.5.
 *
 * Every Update completes with the write that asks for it.
 */
#include "base/compiler.h"
#include "model/cache_priv.h"
#include "model/program_priv.h"

uint64_t smmu_program_get(const struct smmu_model *model, enum smmu_reg reg, enum smmu_sec sec)
{
	enum smmu_reg own = smmu_reg_of(reg, sec);

	return own == SMMU_REG_COUNT ? 0 : model->regs[own];
}

void smmu_program_set(struct smmu_model *model, enum smmu_reg reg, enum smmu_sec sec,
		      uint64_t value)
{
	enum smmu_reg own = smmu_reg_of(reg, sec);

	if (own != SMMU_REG_COUNT)
		model->regs[own] = value;
}

/* A register that was written: what it was and is. */
struct change {
	enum smmu_reg reg;
	enum smmu_sec sec;
	uint64_t before, after;
};

static void acknowledge(struct smmu_model *m, const struct change *c, enum smmu_reg ack)
{
	smmu_program_set(m, ack, c->sec, c->after);
}

/* 6.3.9. */
static int wrote_cr0(struct smmu_model *m, const struct change *c)
{
	acknowledge(m, c, SMMU_REG_CR0ACK);
	if (smmu_CR0_SMMUEN(c->before) && !smmu_CR0_SMMUEN(c->after))
		return smmu_stall_abort_all(m, c->sec);
	return 0;
}

static int wrote_irq_ctrl(struct smmu_model *m, const struct change *c)
{
	acknowledge(m, c, SMMU_REG_IRQ_CTRLACK);
	return 0;
}

/* 6.3.14.1: the update is complete.  GMPAM and GBPMPAM have the flag in the same place. */
static int wrote_update(struct smmu_model *m, const struct change *c)
{
	m->regs[c->reg] = smmu_GBPA_set_Update(c->after, 0);
	return 0;
}

/* 6.3.62: all caches of all interfaces; INV_ALL reads as 0 when that is done. */
static int wrote_s_init(struct smmu_model *m, const struct change *c)
{
	m->regs[c->reg] = smmu_S_INIT_set_INV_ALL(c->after, 0);
	if (smmu_S_INIT_INV_ALL(c->after))
		smmu_cached_invalidate_all(m);
	return 0;
}

/* 3.5.6.2: ENACK follows EN, errors or not. */
static void wrote_ecmdq_prod(struct smmu_model *m, const struct change *c)
{
	enum smmu_reg cons = SMMU_REG_ECMDQ_CONS + smmu_reg_info(c->reg)->index;

	smmu_program_set(m, cons, c->sec,
			 smmu_ECMDQ_CONS_set_ENACK(smmu_program_get(m, cons, c->sec),
						   smmu_ECMDQ_PROD_EN(c->after)));
}

static const struct {
	enum smmu_reg reg; /* the Non-secure one of those that correspond */
	int (*wrote)(struct smmu_model *m, const struct change *c);
} effects[] = {
	{SMMU_REG_CR0, wrote_cr0},	  {SMMU_REG_IRQ_CTRL, wrote_irq_ctrl},
	{SMMU_REG_GBPA, wrote_update},	  {SMMU_REG_GMPAM, wrote_update},
	{SMMU_REG_GBPMPAM, wrote_update},
};

/* What the register itself sets off. */
static int effect(struct smmu_model *m, const struct change *c)
{
	if (c->reg == SMMU_REG_S_INIT)
		return wrote_s_init(m, c);
	if (smmu_reg_info(c->reg)->guard == SMMU_GUARD_ECMDQ_PROD)
		wrote_ecmdq_prod(m, c);
	for (size_t i = 0; i < SMMU_LEN(effects); i++)
		if (smmu_reg_of(effects[i].reg, c->sec) == c->reg)
			return effects[i].wrote(m, c);
	return 0;
}

/*
 * 6.3.14.1: IMPDEF before SMMUv3.2: without Update the write is ignored, as
 * later versions must.
 */
static bool is_ignored(enum smmu_reg reg, uint64_t value)
{
	return smmu_reg_info(reg)->guard == SMMU_GUARD_UPDATE && !smmu_GBPA_Update(value);
}

static int write_reg(struct smmu_reply *reply, struct smmu_model *m, enum smmu_reg reg,
		     unsigned byte, const struct smmu_mmio *access)
{
	uint64_t mask =
		smmu_reg_writable_mask(m->regs, reg) & smmu_mask(8 * byte, 8 * access->size);
	struct change c = {.reg = reg, .sec = smmu_reg_info(reg)->sec, .before = m->regs[reg]};
	uint64_t value = access->value << 8 * byte;
	int err;

	c.after = (c.before & ~mask) | (value & mask);
	if (is_ignored(reg, value))
		return 0;
	smmu_model_set_reg(m, reg, c.after);
	err = effect(m, &c);
	if (!err)
		err = smmu_atos_wrote(reply, m, reg);
	/* A write of this interface may let its queues go on (6.3.9.3, 6.3.27, 7.1, 7.2.1). */
	if (!err)
		err = smmu_cmdq_run(m, c.sec);
	return err ? err : smmu_stall_record_pending(m, c.sec);
}

int smmu_model_mmio(struct smmu_reply *reply, struct smmu_model *model,
		    const struct smmu_mmio *access)
{
	enum smmu_reg reg;
	unsigned byte;
	bool there = smmu_reg_at(&reg, &byte, model->regs, access->sec, access->offset,
				 access->size) == 0;

	*reply = (struct smmu_reply){.status = access->write ? SMMU_STATUS_NONE : SMMU_STATUS_OK};
	model->ended_count = 0;
	/* CONSTRAINED UNPREDICTABLE (6.2): illegal accesses are RAZ/WI, as those to nothing. */
	if (!there)
		return 0;
	if (access->write)
		return write_reg(reply, model, reg, byte, access);
	if (smmu_reg_info(reg)->access != SMMU_ACCESS_WO)
		reply->value = smmu_bits(model->regs[reg], 8 * byte, 8 * access->size);
	return 0;
}
