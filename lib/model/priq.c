/*
 * Page Requests: into the PRI queue, or answered by the SMMU itself.  IHI 0070
 * G.b chapter 8, 6.3.33 - 6.3.36, 6.3.97, 6.3.98.
 */
#include "model/program_priv.h"
#include "model/walk_priv.h"
#include "spec/pri.h"

/* The queue of one interface and its indices. */
struct queue {
	struct smmu_queue at;
	uint64_t prod, cons; /* registers */
};

static struct queue queue_of(const struct smmu_model *m, enum smmu_sec sec)
{
	return (struct queue){
		.at = smmu_queue_from(&m->ids, SMMU_QUEUE_PRI,
				      smmu_program_get(m, SMMU_REG_PRIQ_BASE, sec)),
		.prod = smmu_program_get(m, SMMU_REG_PRIQ_PROD, sec),
		.cons = smmu_program_get(m, SMMU_REG_PRIQ_CONS, sec),
	};
}

static bool has_pri(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_REALM)
		return smmu_has_sec(ids, sec) && smmu_R_IDR0_PRI(ids->r_idr[0]);
	return sec == SMMU_SEC_NS && smmu_IDR0_PRI(ids->idr[0]);
}

/*
 * 8.2: what is sent on behalf of a Secure stream, or comes while the queue is
 * off (SMMUEN included) or stopped by an abort, is refused.
 */
static bool is_accepting(const struct smmu_model *m, enum smmu_sec sec)
{
	uint64_t cr0 = smmu_program_get(m, SMMU_REG_CR0, sec);

	return has_pri(&m->ids, sec) && smmu_CR0_SMMUEN(cr0) && smmu_CR0_PRIQEN(cr0) &&
	       !smmu_GERROR_PRIQ_ABT_ERR(smmu_gerror_active(m, sec));
}

/* The entry; without substreams SSV is 0, and X and Priv with it. */
static struct smmu_pri entry_of(const struct smmu_model *m, const struct smmu_page_request *request)
{
	const struct smmu_txn *txn = request->txn;
	bool ssv = txn->ssv && smmu_ssid_bits(&m->ids);
	struct smmu_pri pri = {{0}};

	smmu_pri_set_StreamID(&pri, txn->stream);
	smmu_pri_set_SSV(&pri, ssv);
	smmu_pri_set_SubstreamID(&pri, ssv ? txn->substream : 0);
	smmu_pri_set_Priv(&pri, ssv && txn->privileged);
	smmu_pri_set_X(&pri, ssv && txn->instruction);
	smmu_pri_set_R(&pri, txn->read);
	smmu_pri_set_W(&pri, txn->write);
	smmu_pri_set_Last(&pri, request->last);
	smmu_pri_set_PRGIndex(&pri, request->prg_index);
	smmu_pri_set_PageAddress(&pri, txn->address);
	return pri;
}

/* An automatic response, which Stop Markers never have (8.2). */
static void respond(struct smmu_page_answer *answer, const struct smmu_pri *pri, uint8_t code,
		    bool pasid)
{
	if (smmu_pri_is_stop_marker(pri))
		return;
	answer->fate = SMMU_PAGE_ANSWERED;
	answer->code = code;
	answer->pasid = pasid;
}

/* 8.1: errors of the check of STE.PPAR are recorded as CR2 says. */
static int record(struct smmu_page_answer *answer, struct smmu_walk *w)
{
	uint64_t cr2 = w->model->regs[w->iface->bank.cr2];
	int err;

	if (!smmu_IDR0_ATSRECERR(w->model->ids.idr[0]) || !smmu_CR2_REC_CFG_ATS(cr2))
		return 0;
	err = smmu_walk_finish_fault(w);
	answer->event = w->result->event;
	return err;
}

/* STE.PPAR of the request's stream; *found is false where there is no valid STE. */
static int ppar(bool *pasid, bool *found, struct smmu_page_answer *answer, struct smmu_model *m,
		const struct smmu_txn *txn)
{
	struct smmu_result result = {0};
	struct smmu_config config = {0};
	struct smmu_walk w = {.model = m,
			      .txn = txn,
			      .result = &result,
			      .caches = m->caches,
			      .iface = &m->iface[txn->sec]};

	*found = true;
	/* A valid STE that aborts its traffic is one all the same. */
	if (smmu_stream_fetch(&w, &config) && result.blame.reason != SMMU_REASON_STREAM_ABORT) {
		*found = *pasid = false;
		return record(answer, &w);
	}
	*pasid = smmu_ste_PPAR(&config.ste);
	return 0;
}

/* 8.1: the response to the last request of a group that an overflow discards. */
static int respond_overflow(struct smmu_page_answer *answer, struct smmu_model *m,
			    const struct smmu_pri *pri, const struct smmu_txn *txn)
{
	bool pasid = smmu_pri_SSV(pri), found = true;
	int err = 0;

	if (!smmu_pri_Last(pri) || smmu_pri_is_stop_marker(pri))
		return 0;
	if (pasid && !smmu_IDR3_PPS(m->ids.idr[3]))
		err = ppar(&pasid, &found, answer, m, txn);
	respond(answer, pri, found ? SMMU_PRI_CODE_SUCCESS : SMMU_PRI_CODE_FAILURE, pasid);
	return err;
}

static bool is_last_only(const struct smmu_model *m, enum smmu_sec sec)
{
	return smmu_PRIQ_IRQ_CFG2_LO(smmu_program_get(m, SMMU_REG_PRIQ_IRQ_CFG2, sec));
}

/* No room, or an overflow that software has not acknowledged: nothing is written. */
static int overflow(struct smmu_page_answer *answer, struct smmu_model *m,
		    const struct smmu_pri *pri, const struct smmu_txn *txn)
{
	struct queue q = queue_of(m, txn->sec);
	uint64_t flag = smmu_EVENTQ_PROD_OVFLG(q.prod);

	if (flag == smmu_EVENTQ_CONS_OVACKFLG(q.cons))
		smmu_program_set(m, SMMU_REG_PRIQ_PROD, txn->sec,
				 smmu_EVENTQ_PROD_set_OVFLG(q.prod, !flag));
	/* 6.3.36 LO */
	if (is_last_only(m, txn->sec) && smmu_pri_Last(pri))
		smmu_irq_raise(m, txn->sec, SMMU_IRQ_PRIQ);
	return respond_overflow(answer, m, pri, txn);
}

static bool is_overflown(const struct queue *q)
{
	return smmu_EVENTQ_PROD_OVFLG(q->prod) != smmu_EVENTQ_CONS_OVACKFLG(q->cons) ||
	       smmu_queue_is_full(&q->at, smmu_EVENTQ_PROD_WR(q->prod),
				  smmu_EVENTQ_CONS_RD(q->cons));
}

/* 8.2: IMPDEF: the abort of a write is synchronous, so that the request is answered. */
static void write_entry(struct smmu_page_answer *answer, struct smmu_model *m,
			const struct queue *q, const struct smmu_pri *pri, enum smmu_sec sec)
{
	uint64_t wr = smmu_EVENTQ_PROD_WR(q->prod);
	struct smmu_pa pa = {smmu_queue_entry(&q->at, wr), m->iface[sec].bank.pas};
	bool was_empty = smmu_queue_is_empty(&q->at, wr, smmu_EVENTQ_CONS_RD(q->cons));
	uint8_t bytes[SMMU_PRI_BYTES];

	for (unsigned i = 0; i < SMMU_PRI_WORDS; i++)
		smmu_st64le(bytes + 8 * i, pri->word[i]);
	if (!smmu_mem_write(m->mem, pa, bytes, sizeof(bytes))) {
		if (smmu_mem_error(m->mem))
			return;
		smmu_gerror_raise(m, sec, smmu_GERROR_set_PRIQ_ABT_ERR(0, 1));
		respond(answer, pri, SMMU_PRI_CODE_FAILURE, false);
		return;
	}
	smmu_model_flush(m);
	smmu_program_set(m, SMMU_REG_PRIQ_PROD, sec,
			 smmu_EVENTQ_PROD_set_WR(q->prod, smmu_queue_next(&q->at, wr)));
	answer->fate = SMMU_PAGE_QUEUED;
	for (unsigned i = 0; i < SMMU_PRI_WORDS; i++)
		answer->entry[i] = pri->word[i];
	if (is_last_only(m, sec) ? smmu_pri_Last(pri) : was_empty)
		smmu_irq_raise(m, sec, SMMU_IRQ_PRIQ);
}

int smmu_model_page_request(struct smmu_page_answer *answer, struct smmu_model *model,
			    const struct smmu_page_request *request)
{
	struct smmu_pri pri = entry_of(model, request);
	enum smmu_sec sec = request->txn->sec;
	struct queue q;
	int err = 0;

	*answer = (struct smmu_page_answer){.fate = SMMU_PAGE_DISCARDED};
	model->ended_count = 0;
	if (!is_accepting(model, sec)) {
		respond(answer, &pri, SMMU_PRI_CODE_FAILURE, false);
		return 0;
	}
	q = queue_of(model, sec);
	if (is_overflown(&q))
		err = overflow(answer, model, &pri, request->txn);
	else
		write_entry(answer, model, &q, &pri, sec);
	return err ? err : smmu_mem_error(model->mem);
}
