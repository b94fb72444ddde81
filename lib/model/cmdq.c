/*
 * The Command queue as its consumer sees it.  IHI 0070 G.b 3.5.1, chapter 4,
 * 6.3.26 - 6.3.28, 6.3.107 - 6.3.109, 3.5.6, 7.1.
 */
#include "base/compiler.h"
#include "model/cache_priv.h"
#include "model/program_priv.h"

/* The number of the queue of CMDQ_BASE; those of control pages count from 0. */
enum { MAIN_QUEUE = -1 };

/* One queue of an interface, and its indices as they were read. */
struct queue {
	enum smmu_sec sec;
	int number; /* MAIN_QUEUE, or of an ECMDQ */
	struct smmu_queue at;
	struct smmu_pa base;
	uint64_t prod, cons; /* registers */
};

static enum smmu_reg prod_of(int number)
{
	return number == MAIN_QUEUE ? SMMU_REG_CMDQ_PROD : SMMU_REG_ECMDQ_PROD + (unsigned)number;
}

static enum smmu_reg cons_of(int number)
{
	return number == MAIN_QUEUE ? SMMU_REG_CMDQ_CONS : SMMU_REG_ECMDQ_CONS + (unsigned)number;
}

static struct queue queue_of(const struct smmu_model *m, enum smmu_sec sec, int number)
{
	enum smmu_reg base =
		number == MAIN_QUEUE ? SMMU_REG_CMDQ_BASE : SMMU_REG_ECMDQ_BASE + (unsigned)number;
	struct queue q = {
		.sec = sec,
		.number = number,
		.at = smmu_queue_from(&m->ids, SMMU_QUEUE_CMD, smmu_program_get(m, base, sec)),
		.prod = smmu_program_get(m, prod_of(number), sec),
		.cons = smmu_program_get(m, cons_of(number), sec),
	};

	q.base = (struct smmu_pa){q.at.base, m->iface[sec].bank.pas};
	return q;
}

/* WR and RD are the same bits in the registers of both kinds. */
static bool is_empty(const struct queue *q)
{
	return smmu_queue_is_empty(&q->at, smmu_CMDQ_PROD_WR(q->prod), smmu_CMDQ_CONS_RD(q->cons));
}

static struct smmu_pa entry(const struct queue *q, uint64_t index)
{
	return (struct smmu_pa){smmu_queue_entry(&q->at, index), q->base.pas};
}

/*
 * Enabled, and no error waits for its acknowledgement (6.3.28, 3.5.6.2, 3.5.6.3).
 * CONSTRAINED UNPREDICTABLE: an ECMDQ whose ERRACK software has made to differ
 * from ERR stands still.
 */
static bool goes_on(const struct smmu_model *m, const struct queue *q)
{
	if (q->number == MAIN_QUEUE)
		return smmu_CR0_CMDQEN(smmu_program_get(m, SMMU_REG_CR0, q->sec)) &&
		       !smmu_GERROR_CMDQ_ERR(smmu_gerror_active(m, q->sec));
	return smmu_ECMDQ_PROD_EN(q->prod) && smmu_ECMDQ_CONS_ENACK(q->cons) &&
	       smmu_ECMDQ_PROD_ERRACK(q->prod) == smmu_ECMDQ_CONS_ERR(q->cons);
}

/* 7.1, 3.5.6.3: CONS stays at the command; the reason is there before the error. */
static void fail(struct smmu_model *m, const struct queue *q, unsigned reason)
{
	uint64_t cons = q->cons, error;

	if (q->number == MAIN_QUEUE) {
		cons = smmu_CMDQ_CONS_set_ERR(cons, reason);
		error = smmu_GERROR_set_CMDQ_ERR(0, 1);
	} else {
		cons = smmu_ECMDQ_CONS_set_ERR(cons, !smmu_ECMDQ_CONS_ERR(cons));
		cons = smmu_ECMDQ_CONS_set_ERR_REASON(cons, reason);
		error = smmu_GERROR_set_CMDQP_ERR(0, 1);
	}
	smmu_program_set(m, cons_of(q->number), q->sec, cons);
	smmu_gerror_raise(m, q->sec, error);
}

/*
 * 4.7.3: everything before it is complete as soon as it is consumed.  SIG_SEV
 * leaves no trace in memory or registers.
 */
static int sync(struct smmu_model *m, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	if (smmu_cmd_CS(cmd) == SMMU_SYNC_SIG_IRQ)
		smmu_irq_sync(m, sec, cmd);
	return 0;
}

/*
 * A command that is legal.  Prefetches are hints (4.2); ATS and PRI answers
 * (4.5) go to devices and change nothing in the SMMU.  No device is there whose
 * answer to an ATC invalidation could be late, so that CERROR_ATC_INV_SYNC does
 * not arise (3.9.1.5).
 */
static int execute(struct smmu_model *m, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	switch (smmu_cmd_Opcode(cmd)) {
	case SMMU_CMD_RESUME:
		return smmu_stall_resume(m, sec, cmd);
	case SMMU_CMD_STALL_TERM:
		return smmu_stall_terminate(m, sec, cmd);
	case SMMU_CMD_SYNC:
		return sync(m, sec, cmd);
	default: /* complete at once, before the CMD_SYNC that asks for it */
		smmu_cached_invalidate(m, sec, cmd);
		return 0;
	}
}

/* 3.12: the Secure interface can take stalls away from the Non-secure one. */
static struct smmu_cmd_ctx context(const struct smmu_model *m, enum smmu_sec sec)
{
	return (struct smmu_cmd_ctx){
		.ids = &m->ids, .sec = sec, .nsstalld = m->iface[sec].legal.nsstalld};
}

/* One command: true when it is consumed and the queue goes on. */
static bool consume(int *err, struct smmu_model *m, const struct queue *q)
{
	uint64_t rd = smmu_CMDQ_CONS_RD(q->cons);
	struct smmu_cmd_ctx ctx = context(m, q->sec);
	uint8_t bytes[SMMU_CMD_BYTES];
	struct smmu_cmd cmd;

	if (!smmu_mem_read(m->mem, entry(q, rd), bytes, sizeof(bytes))) {
		fail(m, q, SMMU_CERROR_ABT);
		return false;
	}
	for (unsigned i = 0; i < SMMU_CMD_WORDS; i++)
		cmd.word[i] = smmu_ld64le(bytes + 8 * i);
	if (smmu_cmd_illegal(&cmd, &ctx)) {
		fail(m, q, SMMU_CERROR_ILL);
		return false;
	}
	/* Consumed before its effects: an MSI must not be seen before the index (3.18). */
	smmu_program_set(m, cons_of(q->number), q->sec,
			 smmu_CMDQ_CONS_set_RD(q->cons, smmu_queue_next(&q->at, rd)));
	*err = execute(m, q->sec, &cmd);
	return *err == 0;
}

/*
 * Each turn moves CONS towards PROD: as many turns as the queue has entries at
 * most, for no command writes PROD.
 */
static int run(struct smmu_model *m, enum smmu_sec sec, int number)
{
	int err = 0;

	for (;;) {
		struct queue q = queue_of(m, sec, number);

		if (!goes_on(m, &q) || is_empty(&q) || !consume(&err, m, &q))
			return err;
	}
}

static bool has_ecmdq(const struct smmu_model *m, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return smmu_S_IDR0_ECMDQ(m->ids.s_idr[0]);
	if (sec == SMMU_SEC_REALM)
		return smmu_R_IDR0_ECMDQ(m->ids.r_idr[0]);
	return smmu_IDR1_ECMDQ(m->ids.idr[1]);
}

/* 3.5.6.1: no order among queues is promised; theirs is CMDQ, then ECMDQs by number. */
int smmu_cmdq_run(struct smmu_model *model, enum smmu_sec sec)
{
	int err = run(model, sec, MAIN_QUEUE);

	if (!has_ecmdq(model, sec))
		return err;
	for (int i = 0; i < SMMU_ECMDQS && !err; i++)
		err = run(model, sec, i);
	return err;
}

static const char *error_name(uint64_t reason)
{
	static const char *const names[] = {
		[SMMU_CERROR_NONE] = "CERROR_NONE",
		[SMMU_CERROR_ILL] = "CERROR_ILL",
		[SMMU_CERROR_ABT] = "CERROR_ABT",
		[SMMU_CERROR_ATC_INV_SYNC] = "CERROR_ATC_INV_SYNC",
	};

	return reason < SMMU_LEN(names) ? names[reason] : "CERROR_NONE";
}

/* What became of the command at index, after a run of the queue that went on or did not. */
static void answer(struct smmu_reply *reply, const struct smmu_model *m, enum smmu_sec sec,
		   uint64_t index, bool went_on)
{
	struct queue q = queue_of(m, sec, MAIN_QUEUE);

	if (is_empty(&q))
		return;
	if (went_on && smmu_queue_index(&q.at, smmu_CMDQ_CONS_RD(q.cons)) == index) {
		reply->status = SMMU_STATUS_ERROR;
		reply->error = error_name(smmu_CMDQ_CONS_ERR(q.cons));
		return;
	}
	reply->pending = true;
}

int smmu_model_command(struct smmu_reply *reply, struct smmu_model *model, enum smmu_sec sec,
		       const struct smmu_cmd *cmd)
{
	struct queue q;
	uint8_t bytes[SMMU_CMD_BYTES];
	uint64_t index;
	bool went_on;
	int err;

	*reply = (struct smmu_reply){.status = SMMU_STATUS_NONE};
	model->ended_count = 0;
	if (smmu_reg_of(SMMU_REG_CMDQ_PROD, sec) == SMMU_REG_COUNT ||
	    !smmu_has_sec(&model->ids, sec))
		return SMMU_E_UNKNOWN;
	q = queue_of(model, sec, MAIN_QUEUE);
	if (smmu_queue_is_full(&q.at, smmu_CMDQ_PROD_WR(q.prod), smmu_CMDQ_CONS_RD(q.cons)))
		return SMMU_E_LIMIT;
	index = smmu_queue_index(&q.at, smmu_CMDQ_PROD_WR(q.prod));
	for (unsigned i = 0; i < SMMU_CMD_WORDS; i++)
		smmu_st64le(bytes + 8 * i, cmd->word[i]);
	/* Where there is no memory the write is lost, and the fetch aborts. */
	if (smmu_mem_write(model->mem, entry(&q, index), bytes, sizeof(bytes)))
		smmu_model_flush(model);
	else if (smmu_mem_error(model->mem))
		return SMMU_E_NOMEM;
	smmu_program_set(model, SMMU_REG_CMDQ_PROD, sec,
			 smmu_CMDQ_PROD_set_WR(q.prod, smmu_queue_next(&q.at, index)));
	went_on = goes_on(model, &q);
	err = smmu_cmdq_run(model, sec);
	answer(reply, model, sec, index, went_on);
	return err;
}
