/*
 * Stalled transactions: their tags, and how they end.  IHI 0070 G.b 3.12.2,
 * 4.7.1, 4.7.2, 6.3.9.6, 7.2.1.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/program_priv.h"

#define STAG_MAX 0xffffu

uint16_t smmu_stall_next(const struct smmu_model *model)
{
	size_t low = 0, high = model->stalled_count;

	/* One whose event nobody could read keeps the tag it was answered with. */
	if (model->stag_kept)
		return model->stag_kept;
	/* Ascending from 1 without gap up to the answer. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (model->stalled[middle].stag == middle + 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low < STAG_MAX ? (uint16_t)(low + 1) : 0;
}

/* Where the transaction of that tag is or would be. */
static size_t place_of(const struct smmu_model *m, uint16_t stag)
{
	size_t first = 0, count = m->stalled_count;

	while (count) {
		size_t half = count / 2;

		if (m->stalled[first + half].stag < stag) {
			first += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return first;
}

int smmu_stall_add(struct smmu_model *model, const struct smmu_txn *txn,
		   const struct smmu_event *event, uint16_t stag)
{
	size_t at = place_of(model, stag);

	if (smmu_array_reserve(&model->stalled, &model->stalled_capacity, model->stalled_count,
			       sizeof(*model->stalled)))
		return SMMU_E_NOMEM;
	memmove(&model->stalled[at + 1], &model->stalled[at],
		(model->stalled_count - at) * sizeof(*model->stalled));
	model->stalled[at] = (struct smmu_stalled){
		.txn = *txn, .event = *event, .stag = stag, .id = model->stall_id};
	model->stalled_count++;
	return 0;
}

void smmu_model_name_stalled(struct smmu_model *model, uint16_t stag, uint64_t id)
{
	size_t at = place_of(model, stag);

	if (at < model->stalled_count && model->stalled[at].stag == stag)
		model->stalled[at].id = id;
}

static struct smmu_stalled take(struct smmu_model *m, size_t at)
{
	struct smmu_stalled s = m->stalled[at];

	m->stalled_count--;
	memmove(&m->stalled[at], &m->stalled[at + 1],
		(m->stalled_count - at) * sizeof(*m->stalled));
	return s;
}

/* A place for one more that ended; NULL for want of memory. */
static struct smmu_ended *new_ended(struct smmu_model *m, const struct smmu_stalled *s)
{
	struct smmu_ended *ended;

	if (smmu_array_reserve(&m->ended, &m->ended_capacity, m->ended_count, sizeof(*m->ended)))
		return NULL;
	ended = &m->ended[m->ended_count];
	memset(ended, 0, sizeof(*ended));
	ended->order = m->ended_count++;
	ended->id = s->id;
	ended->txn = s->txn;
	return ended;
}

/* What CMD_RESUME(Terminate) comes to. */
static int terminate(struct smmu_model *m, const struct smmu_stalled *s,
		     enum smmu_response response)
{
	struct smmu_ended *ended = new_ended(m, s);

	if (!ended)
		return SMMU_E_NOMEM;
	ended->result.status =
		response == SMMU_RESPONSE_ABORT ? SMMU_STATUS_ABORT : SMMU_STATUS_RAZ_WI;
	ended->result.response = response;
	return 0;
}

/* As though it had just arrived; it may stall again, under another tag. */
static int translate(struct smmu_model *m, const struct smmu_stalled *s, struct smmu_result *result)
{
	int err;

	m->stall_id = s->id;
	err = smmu_model_translate(result, m, &s->txn);
	m->stall_id = 0;
	return err;
}

static int retry(struct smmu_model *m, const struct smmu_stalled *s)
{
	struct smmu_ended *ended = new_ended(m, s);

	return ended ? translate(m, s, &ended->result) : SMMU_E_NOMEM;
}

int smmu_stall_resume(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	uint64_t stag = smmu_cmd_STAG(cmd);
	size_t at = place_of(model, (uint16_t)stag);
	struct smmu_stalled s;

	/* 4.7.1: a tag that holds nothing, or something of another stream: no effect. */
	if (at == model->stalled_count || model->stalled[at].stag != stag ||
	    model->stalled[at].txn.sec != smmu_cmd_stream_sec(cmd, sec) ||
	    model->stalled[at].txn.stream != smmu_cmd_StreamID(cmd))
		return 0;
	/*
	 * CONSTRAINED UNPREDICTABLE: one whose event is not visible yet is
	 * resumed like any other.
	 */
	s = take(model, at);
	if (smmu_cmd_Ac(cmd) == SMMU_RESUME_RETRY)
		return retry(model, &s);
	if (smmu_cmd_Ab(cmd) == SMMU_RESUME_ABORT || smmu_IDR0_TERM_MODEL(model->ids.idr[0]))
		return terminate(model, &s, SMMU_RESPONSE_ABORT);
	return terminate(model, &s, SMMU_RESPONSE_RAZ_WI);
}

/* Streams whose stalled transactions are to end. */
struct streams {
	enum smmu_sec sec;
	bool all;
	uint64_t stream;
};

static int abort_those(struct smmu_model *m, const struct streams *of)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < m->stalled_count; i++) {
		const struct smmu_stalled *s = &m->stalled[i];

		if (!err && s->txn.sec == of->sec && (of->all || s->txn.stream == of->stream))
			err = terminate(m, s, SMMU_RESPONSE_ABORT);
		else
			m->stalled[kept++] = *s;
	}
	m->stalled_count = kept;
	return err;
}

int smmu_stall_terminate(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	struct streams of = {.sec = smmu_cmd_stream_sec(cmd, sec),
			     .stream = smmu_cmd_StreamID(cmd)};

	return abort_those(model, &of);
}

int smmu_stall_abort_all(struct smmu_model *model, enum smmu_sec sec)
{
	struct streams of = {.sec = sec, .all = true};

	return abort_those(model, &of);
}

/* The pending one that arrived first; stalled_count when none is pending. */
static size_t oldest_pending(const struct smmu_model *m, enum smmu_sec sec)
{
	size_t oldest = m->stalled_count;

	for (size_t i = 0; i < m->stalled_count; i++)
		if (!m->stalled[i].event.recorded && m->stalled[i].txn.sec == sec &&
		    (oldest == m->stalled_count || m->stalled[i].id < m->stalled[oldest].id))
			oldest = i;
	return oldest;
}

/*
 * 7.2.1, 3.12.2: IMPDEF: every one whose event is still to be written is
 * retried when the queue becomes writable, whether an invalidation concerned
 * it or not.  One that stalls again for the same reason is simply recorded:
 * nothing about it is news.
 */
static int retry_pending(struct smmu_model *m, size_t at)
{
	struct smmu_stalled s = take(m, at);
	struct smmu_result result;
	struct smmu_ended *ended;
	int err;

	m->stag_kept = s.stag;
	err = translate(m, &s, &result);
	m->stag_kept = 0;
	if (err || (result.status == SMMU_STATUS_STALL &&
		    memcmp(result.event.word, s.event.word, sizeof(s.event.word)) == 0))
		return err;
	ended = new_ended(m, &s);
	if (!ended)
		return SMMU_E_NOMEM;
	ended->result = result;
	return 0;
}

int smmu_stall_record_pending(struct smmu_model *model, enum smmu_sec sec)
{
	/* Each turn records one, or ends it: no more turns than there are. */
	size_t turns = model->stalled_count;
	int err = 0;

	while (turns-- && !err && smmu_eventq_is_writable(model, sec)) {
		size_t at = oldest_pending(model, sec);

		if (at == model->stalled_count)
			break;
		err = retry_pending(model, at);
	}
	return err;
}

/* One that was resumed twice has its answers in that order. */
static int by_id(const void *a, const void *b)
{
	const struct smmu_ended *x = a, *y = b;

	return x->id != y->id ? (x->id > y->id) - (x->id < y->id)
			      : (x->order > y->order) - (x->order < y->order);
}

size_t smmu_model_ended(const struct smmu_ended **ended, struct smmu_model *model)
{
	if (model->ended_count > 1)
		qsort(model->ended, model->ended_count, sizeof(*model->ended), by_id);
	*ended = model->ended;
	return model->ended_count;
}
