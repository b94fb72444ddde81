/*
 * A run with several threads: one reads batches of records ahead, others
 * translate them, each with its own models over its own view of memory.  The
 * thread that called takes the batches in order and gives the answers.
 *
 * A worker goes on as long as accesses go through, which changes nothing that
 * another one could see.  At the first record that is anything else the caller
 * waits for all workers, takes their models away, and runs that record and what
 * follows in its batch on the models of the machine.  So whatever changes state
 * happens once, in order, and nobody looks at memory meanwhile.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/workers.h"
#include "replay/run_priv.h"

/* NOTES_MAX: bytes of reports kept for a batch; with more of them the reader waits for its turn. */
enum { SLOTS = 16, NOTES_MAX = 64 << 10 };
/* Batches that are run alone after workers had to stop: twice as many where that was soon. */
enum { ALONE_MIN = 1, ALONE_MAX = 256, SOON = 16 };

/* What was reported while a batch was read, until its turn comes. */
struct note {
	struct smmu_diag_record record;
	struct smmu_place at;
	struct note *next;
	char text[]; /* the message, then the line */
};

/* An answer that goes through: a result without its list of updates. */
struct passed {
	uint8_t result[offsetof(struct smmu_result, updates)];
	uint32_t smmu;
};

/* Accesses in a row that are alike and went through (smmu_stats_add_alike()). */
struct alike {
	const struct smmu_record *first;
	size_t count;
	uint64_t bytes;
	uint32_t smmu;
	bool timed; /* one has a time of its own */
};

struct slot {
	struct smmu_record *record;
	size_t got;
	int end; /* of smmu_trace_next() */
	uint64_t position, skipped;
	struct smmu_buf data; /* what the records point to */
	struct note *notes, **next_note;
	size_t notes_size;     /* bytes */
	bool waits;	       /* smmu_trace_waits() */
	bool given;	       /* to the workers */
	size_t job;	       /* and as what */
	size_t passed_count;   /* records that went through there */
	struct passed *passed; /* NULL: they are only counted, as these say */
	struct alike *alike;
	size_t alike_count;
};

/* What one worker has to itself. */
struct view {
	struct smmu_mem *mem;
	struct smmu_model **model; /* one for each of the machine */
};

struct smmu_ahead {
	struct smmu_run *run;
	struct smmu_workers *reader, *workers;
	struct slot slot[SLOTS];
	size_t reads;		/* batches given to the reader */
	size_t jobs;		/* batches given to the workers */
	size_t next;		/* the first batch not given to them */
	size_t batch_of[SLOTS]; /* batch by job */
	struct view *view;	/* by worker; their memory is NULL while there are none */
	bool ended;		/* the reader has seen the end, or an error */
	const char **name;	/* the reader's names, written once each */
	uint32_t names;
	/* The batch that the caller waits for, and whether it wants no more; under lock. */
	pthread_mutex_t lock;
	pthread_cond_t turned;
	size_t turn;
	bool stop;
	size_t alone, alone_next;   /* batches still to be run alone, and next time */
	size_t since;		    /* batches since there are views */
	size_t *index, index_count; /* the run's smmu_index as workers may use it */
};

/* Who reports while a batch is read. */
struct reporter {
	struct smmu_ahead *ahead;
	size_t batch;
};

static struct slot *slot_of(struct smmu_ahead *a, size_t batch)
{
	return &a->slot[batch % SLOTS];
}

/* Keeps a report for later: where memory is short it is lost, not the run. */
static void keep_note(struct slot *slot, const struct smmu_diag_record *record)
{
	size_t message = strlen(record->message) + 1;
	size_t line = record->at && record->at->text ? record->at->text_len : 0;
	struct note *note = malloc(sizeof(*note) + message + line);

	if (!note)
		return;
	note->record = *record;
	note->next = NULL;
	memcpy(note->text, record->message, message);
	note->record.message = note->text;
	if (record->at) {
		note->at = *record->at;
		note->record.at = &note->at;
		if (line)
			memcpy(note->text + message, record->at->text, line);
		if (record->at->text)
			note->at.text = note->text + message;
	}
	*slot->next_note = note;
	slot->next_note = &note->next;
	slot->notes_size += sizeof(*note) + message + line;
}

/* Reports what was kept, if report; it is gone in any case. */
static void give_notes(struct smmu_ahead *a, struct slot *slot, bool report)
{
	struct smmu_diag *diag = a->run->diag;
	struct note *next;

	for (struct note *note = slot->notes; note; note = next) {
		next = note->next;
		if (report && diag)
			smmu_diag_pass(diag, &note->record);
		free(note);
	}
	slot->notes = NULL;
	slot->next_note = &slot->notes;
	slot->notes_size = 0;
}

/* Waits until the caller has nothing to do but wait for this batch; false: nobody wants it. */
static bool wait_for_turn(struct smmu_ahead *a, size_t batch)
{
	bool stop;

	pthread_mutex_lock(&a->lock);
	while (a->turn != batch && !a->stop)
		pthread_cond_wait(&a->turned, &a->lock);
	stop = a->stop;
	pthread_mutex_unlock(&a->lock);
	return !stop;
}

/* On the reader's thread.  Of a batch with many reports some are given by it. */
static void take_note(void *ctx, const struct smmu_diag_record *record)
{
	const struct reporter *reporter = ctx;
	struct smmu_ahead *a = reporter->ahead;
	struct slot *slot = slot_of(a, reporter->batch);

	if (slot->notes_size >= NOTES_MAX)
		give_notes(a, slot, wait_for_turn(a, reporter->batch));
	keep_note(slot, record);
}

/* The caller waits for the batch; or, with stop, for no other one. */
static void turn_to(struct smmu_ahead *a, size_t batch, bool stop)
{
	pthread_mutex_lock(&a->lock);
	a->turn = batch;
	a->stop = stop;
	pthread_cond_signal(&a->turned);
	pthread_mutex_unlock(&a->lock);
}

static bool is_stopped(struct smmu_ahead *a)
{
	bool stop;

	pthread_mutex_lock(&a->lock);
	stop = a->stop;
	pthread_mutex_unlock(&a->lock);
	return stop;
}

/* What records point to is the trace's until it is read again: a copy of it. */
static int keep_data(struct slot *slot)
{
	size_t at = 0;

	smmu_buf_clear(&slot->data);
	for (size_t i = 0; i < slot->got; i++)
		if (slot->record[i].data)
			smmu_buf_append(&slot->data, slot->record[i].data,
					(size_t)slot->record[i].data_size + 1);
	if (slot->data.failed)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < slot->got; i++)
		if (slot->record[i].data) {
			slot->record[i].data = slot->data.data + at;
			at += (size_t)slot->record[i].data_size + 1;
		}
	return 0;
}

static void read_batch(void *ctx, unsigned worker, size_t batch)
{
	struct smmu_ahead *a = ctx;
	struct slot *slot = slot_of(a, batch);
	struct smmu_trace *trace = a->run->replay->trace;
	struct reporter reporter = {.ahead = a, .batch = batch};
	struct smmu_diag diag = {.report = take_note, .ctx = &reporter};
	const char *name;

	(void)worker;
	slot->got = 0;
	slot->end = 0;
	if (a->ended || is_stopped(a))
		return;
	slot->end = smmu_trace_next(&slot->got, trace, slot->record, SMMU_RUN_BATCH, &diag);
	slot->position = smmu_trace_position(trace);
	slot->skipped = smmu_trace_skipped(trace);
	slot->waits = smmu_trace_waits(trace, a->run->replay->patience_ms);
	while (a->names < SMMU_TRACE_NAMES_MAX &&
	       (name = smmu_trace_smmu_name(trace, a->names)) != NULL)
		a->name[a->names++] = name;
	if (keep_data(slot)) {
		slot->got = 0;
		slot->end = smmu_diag_nomem(&diag);
	}
	a->ended = !slot->got || slot->end;
}

static bool goes_through(const struct smmu_result *result)
{
	return result->status == SMMU_STATUS_OK && !result->updates_count && !result->stale &&
	       !result->event.present;
}

/* The SMMU of a record, SIZE_MAX where a worker does not know. */
static size_t smmu_of(const struct smmu_ahead *a, const struct smmu_record *record)
{
	size_t count = a->run->replay->machine->count;

	if (!record->smmu)
		return 0;
	if (record->smmu >= a->index_count || a->index[record->smmu] >= count)
		return SIZE_MAX;
	return a->index[record->smmu];
}

/* Accesses that are alike from record on. */
static struct alike alike_of(const struct smmu_record *record, const struct smmu_record *end,
			     size_t smmu)
{
	struct alike alike = {.first = record, .smmu = (uint32_t)smmu};

	while (record < end && record->op == SMMU_OP_ACCESS && record->smmu == alike.first->smmu &&
	       smmu_txn_is_like(&record->txn, &alike.first->txn))
		record++;
	alike.count = (size_t)(record - alike.first);
	return alike;
}

/* Those that went through, to be counted. */
static void add_alike(struct slot *slot, const struct alike *passed)
{
	struct alike *alike = &slot->alike[slot->alike_count++];

	*alike = *passed;
	for (size_t i = 0; i < alike->count; i++) {
		alike->bytes += alike->first[i].txn.size;
		alike->timed |= alike->first[i].has_time;
	}
}

/* Accesses that are only counted: from the i-th on as many as go through; returns how many. */
static size_t pass_run(struct slot *slot, const struct view *view, size_t i, size_t smmu)
{
	struct alike alike = alike_of(&slot->record[i], slot->record + slot->got, smmu);
	struct smmu_result result;
	size_t passed;

	if (smmu_model_translate_run(&result, &passed, view->model[smmu], &alike.first->txn,
				     sizeof(*alike.first), alike.count))
		return 0;
	alike.count = passed;
	if (passed)
		add_alike(slot, &alike);
	return passed;
}

/* The i-th with its answer, if it goes through. */
static size_t pass_one(struct slot *slot, const struct view *view, size_t i, size_t smmu)
{
	struct smmu_result result;

	if (smmu_model_translate(&result, view->model[smmu], &slot->record[i].txn) ||
	    !goes_through(&result))
		return 0;
	memcpy(slot->passed[i].result, &result, sizeof(slot->passed[i].result));
	slot->passed[i].smmu = (uint32_t)smmu;
	return 1;
}

static void translate_batch(void *ctx, unsigned worker, size_t job)
{
	struct smmu_ahead *a = ctx;
	struct slot *slot = slot_of(a, a->batch_of[job % SLOTS]);
	const struct view *view = &a->view[worker];
	size_t i = 0, passed = 1;

	while (i < slot->got && passed) {
		const struct smmu_record *record = &slot->record[i];
		size_t smmu = record->op == SMMU_OP_ACCESS ? smmu_of(a, record) : SIZE_MAX;

		if (smmu == SIZE_MAX)
			break;
		passed = slot->passed ? pass_one(slot, view, i, smmu)
				      : pass_run(slot, view, i, smmu);
		i += passed;
	}
	slot->passed_count = i;
}

static void free_view(struct view *view, size_t models)
{
	for (size_t i = 0; i < models; i++) {
		smmu_model_free(view->model[i]);
		view->model[i] = NULL;
	}
	smmu_mem_free(view->mem);
	view->mem = NULL;
}

static int make_view(struct view *view, const struct smmu_machine *machine)
{
	int error = smmu_mem_fork(&view->mem, machine->mem);

	for (size_t i = 0; i < machine->count && !error; i++)
		error = smmu_model_clone(&view->model[i], machine->smmu[i].model, view->mem);
	return error;
}

/* The workers' views of the machine as it is now. */
static int open_views(struct smmu_ahead *a)
{
	const struct smmu_run *run = a->run;
	size_t size = run->smmu_index_count * sizeof(*a->index);
	int error = 0;

	if (size) {
		size_t *index = realloc(a->index, size);

		if (!index)
			return SMMU_E_NOMEM;
		a->index = index;
		memcpy(index, run->smmu_index, size);
	}
	a->index_count = run->smmu_index_count;
	for (unsigned i = 0; i < run->replay->jobs && !error; i++)
		error = make_view(&a->view[i], run->replay->machine);
	a->since = 0;
	return error;
}

static bool has_views(const struct smmu_ahead *a)
{
	return a->view[0].mem != NULL;
}

/* Nobody looks at the machine any more, and what was translated ahead counts for nothing. */
static void close_views(struct smmu_ahead *a)
{
	if (a->workers)
		smmu_workers_wait_all(a->workers);
	for (unsigned i = 0; a->view && i < a->run->replay->jobs; i++)
		if (a->view[i].model)
			free_view(&a->view[i], a->run->replay->machine->count);
	for (size_t i = 0; i < SLOTS; i++)
		a->slot[i].given = false;
	a->next = 0;
	if (a->since < SOON && a->alone_next < ALONE_MAX)
		a->alone_next *= 2;
	else if (a->since >= SOON)
		a->alone_next = ALONE_MIN;
	a->alone = a->alone_next;
}

/* Whatever can be under way behind batch n is. */
static void give_work(struct smmu_ahead *a, size_t n)
{
	if (a->next < n)
		a->next = n;
	for (; has_views(a) && a->next < a->reads && smmu_workers_is_done(a->reader, a->next);
	     a->next++) {
		struct slot *slot = slot_of(a, a->next);

		if (!slot->got)
			break;
		slot->given = true;
		slot->passed_count = slot->alike_count = 0;
		slot->job = a->jobs++;
		a->batch_of[slot->job % SLOTS] = a->next;
		smmu_workers_give(a->workers);
	}
}

/* The answers of a batch that a worker has been through. */
static int take_passed(struct smmu_ahead *a, const struct slot *slot)
{
	struct smmu_run *run = a->run;
	int error = 0;

	for (size_t i = 0; i < slot->passed_count && !error; i++) {
		memcpy(&run->result, slot->passed[i].result, sizeof(slot->passed[i].result));
		error = smmu_run_passed(run, &slot->record[i], slot->passed[i].smmu, &run->result);
	}
	return error;
}

/* The same where they are only counted. */
static int count_passed(struct smmu_ahead *a, const struct slot *slot)
{
	struct smmu_stats *stats = a->run->replay->stats;

	for (size_t i = 0; i < slot->alike_count; i++) {
		const struct alike *alike = &slot->alike[i];

		stats->timed |= alike->timed;
		if (smmu_stats_add_alike(stats, alike->smmu, &alike->first->txn, alike->count,
					 alike->bytes))
			return smmu_diag_nomem(a->run->diag);
	}
	if (slot->passed_count)
		smmu_stats_add_passed(stats, slot->record, slot->record + slot->passed_count - 1,
				      slot->passed_count);
	a->run->n += slot->passed_count;
	return 0;
}

static int take_batch(struct smmu_ahead *a, struct slot *slot)
{
	size_t from = 0;
	int error = 0;

	if (slot->given) {
		smmu_workers_wait(a->workers, slot->job);
		error = slot->passed ? take_passed(a, slot) : count_passed(a, slot);
		from = slot->passed_count;
		slot->given = false;
		a->since++;
	}
	if (error || from == slot->got)
		return error;
	if (has_views(a))
		close_views(a);
	return smmu_run_records(a->run, slot->record + from, slot->got - from);
}

static int run_batches(struct smmu_ahead *a)
{
	size_t n = 0;
	struct slot *slot;
	int error;

	do {
		for (; a->reads < n + SLOTS; a->reads++)
			smmu_workers_give(a->reader);
		slot = slot_of(a, n);
		turn_to(a, n, false);
		smmu_workers_wait(a->reader, n);
		turn_to(a, SIZE_MAX, false);
		give_notes(a, slot, true);
		a->run->skipped = slot->skipped;
		if (!has_views(a) && !a->alone && slot->got && open_views(a))
			return smmu_diag_nomem(a->run->diag);
		give_work(a, n);
		a->alone -= !has_views(a) && a->alone;
		error = take_batch(a, slot);
		if (!error)
			error = slot->end;
		if (!error)
			error = smmu_run_tick(a->run, slot->position, slot->waits);
		n++;
	} while (slot->got && !error);
	return error;
}

static int make_slots(struct smmu_ahead *a)
{
	const struct smmu_replay *replay = a->run->replay;
	bool seen = replay->visit || replay->expect || !replay->stats;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &a->slot[i];

		slot->next_note = &slot->notes;
		slot->record = calloc(SMMU_RUN_BATCH, sizeof(*slot->record));
		slot->passed = seen ? malloc(SMMU_RUN_BATCH * sizeof(*slot->passed)) : NULL;
		slot->alike = seen ? NULL : malloc(SMMU_RUN_BATCH * sizeof(*slot->alike));
		if (!slot->record || !(seen ? (void *)slot->passed : (void *)slot->alike))
			return SMMU_E_NOMEM;
	}
	return 0;
}

static int make_views(struct smmu_ahead *a)
{
	a->view = calloc(a->run->replay->jobs, sizeof(*a->view));
	if (!a->view)
		return SMMU_E_NOMEM;
	for (unsigned i = 0; i < a->run->replay->jobs; i++) {
		a->view[i].model =
			calloc(a->run->replay->machine->count, sizeof(*a->view[i].model));
		if (!a->view[i].model)
			return SMMU_E_NOMEM;
	}
	return 0;
}

static void fini(struct smmu_ahead *a)
{
	smmu_workers_free(a->reader);
	close_views(a);
	smmu_workers_free(a->workers);
	for (unsigned i = 0; a->view && i < a->run->replay->jobs; i++)
		free(a->view[i].model);
	free(a->view);
	for (size_t i = 0; i < SLOTS; i++) {
		give_notes(a, &a->slot[i], false);
		smmu_buf_fini(&a->slot[i].data);
		free(a->slot[i].record);
		free(a->slot[i].passed);
		free(a->slot[i].alike);
	}
	pthread_cond_destroy(&a->turned);
	pthread_mutex_destroy(&a->lock);
	free(a->name);
	free(a->index);
	free(a);
}

int smmu_run_ahead(struct smmu_run *run)
{
	struct smmu_ahead *a = calloc(1, sizeof(*a));
	int error;

	if (!a)
		return smmu_diag_nomem(run->diag);
	a->run = run;
	a->alone_next = ALONE_MIN;
	a->turn = SIZE_MAX;
	a->name = calloc(SMMU_TRACE_NAMES_MAX, sizeof(*a->name));
	run->name = a->name;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->turned, NULL);
	for (size_t i = 0; i < SLOTS; i++)
		a->slot[i].next_note = &a->slot[i].notes;
	if (!a->name || make_slots(a) || make_views(a) ||
	    smmu_workers_new(&a->reader, 1, read_batch, a) ||
	    smmu_workers_new(&a->workers, run->replay->jobs, translate_batch, a))
		error = smmu_diag_nomem(run->diag);
	else
		error = run_batches(a);
	/* what the reader is at, or waits for, nobody wants */
	turn_to(a, SIZE_MAX, true);
	if (error)
		smmu_trace_stop(run->replay->trace);
	fini(a);
	run->name = NULL;
	return error;
}
