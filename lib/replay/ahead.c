/*
 * A run with several threads, whose answers are only counted.  Each thread
 * takes the next part of the trace, reads its records and translates them with
 * models and a view of memory of its own; so the records stay with whoever read
 * them.  What the parts came to is added up in order, by whichever thread has
 * the next one; the thread that called sleeps as long as there is nothing else.
 *
 * A part goes on as long as its accesses go through, which changes nothing that
 * another one could see.  At the first record that is anything else the caller
 * has all others pause, takes their models away, and reads what is left of that
 * part on the models of the machine.  So whatever changes state, or is to be
 * reported, happens once, in order, and nobody looks at memory meanwhile.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "replay/run_priv.h"

/* Parts that were taken and not yet added up: SLOTS_A_JOB for each thread, and one. */
enum { SLOTS_A_JOB = 3 };
/* Parts that are added up before the caller hears of it. */
enum { PARTS_A_TICK = 16 };
/* Parts that are read alone after threads had to pause: twice as many where that was soon. */
enum { ALONE_MIN = 1, ALONE_MAX = 16, SOON = 4 };
/* Streams that a lane finds again in what it has counted of a part. */
enum { RECENT_LOG2 = 6 };

/* What was reported while a part was taken, until its turn comes. */
struct note {
	struct smmu_diag_record record;
	struct smmu_place at;
	struct note *next;
	char text[]; /* the message, then the line */
};

/* Accesses of a part that are alike and went through (smmu_stats_add_alike()). */
struct alike {
	struct smmu_txn txn;
	uint32_t smmu;
	size_t count;
	uint64_t bytes;
};

/* A part of the trace. */
struct slot {
	struct smmu_trace *part;
	struct smmu_run_names names;
	int taken; /* of smmu_trace_take_part() */
	uint64_t position;
	struct note *notes, **next_note;
	/* What a lane found, once done: */
	bool done;
	bool whole;    /* to the end of the part */
	bool timed;    /* a record has a time of its own */
	size_t passed; /* records that went through */
	struct smmu_record first, last;
	struct alike *alike;
	size_t alikes, alikes_capacity;
};

/* A thread, and what it has to itself. */
struct lane {
	struct smmu_ahead *ahead;
	pthread_t id;
	struct smmu_mem *mem;		   /* NULL: it must not translate */
	struct smmu_model **model;	   /* one for each of the machine */
	struct smmu_record *record;	   /* SMMU_RUN_BATCH of them */
	uint32_t recent[1 << RECENT_LOG2]; /* 1 + index in the slot's alike */
};

struct smmu_ahead {
	struct smmu_run *run;
	struct slot *slot;
	size_t slots;
	struct lane *lane;
	unsigned lanes, started;
	struct smmu_record *record; /* of the caller */
	size_t alone, alone_next;   /* parts still to be read alone, and next time */

	pthread_mutex_t lock; /* for all below, and for the run's counts while lanes translate */
	pthread_cond_t work;  /* there may be some for a lane */
	pthread_cond_t call;  /* there may be some for the caller */
	size_t turn;	      /* the part to be added up next */
	size_t taken, next;   /* parts taken; and the first that no lane has translated */
	bool taking, ended;   /* a lane takes a part; there is no further one */
	unsigned busy;	      /* lanes that translate */
	size_t added, since;  /* parts added up since a tick, and since lanes may translate */
	uint64_t position;    /* behind those */
	int error;	      /* of adding up */
	bool stop;
	atomic_bool pause;		 /* lanes must not translate; written under lock */
	struct smmu_trace_before before; /* the part whose turn it is */
};

static struct slot *slot_of(struct smmu_ahead *a, size_t part)
{
	return &a->slot[part % a->slots];
}

/* Keeps a report for later: where memory is short it is lost, not the run. */
static void keep_note(void *ctx, const struct smmu_diag_record *record)
{
	struct slot *slot = ctx;
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
}

/* Reports what was kept behind so many lines; diag NULL: forgets it. */
static void give_notes(struct slot *slot, uint32_t lines, struct smmu_diag *diag)
{
	struct note *next;

	for (struct note *note = slot->notes; note; note = next) {
		next = note->next;
		note->at.line += note->at.line ? lines : 0;
		if (diag)
			smmu_diag_pass(diag, &note->record);
		free(note);
	}
	slot->notes = NULL;
	slot->next_note = &slot->notes;
}

/* The entry of accesses like txn, made where there is none at hand; NULL: no memory. */
static struct alike *alike_of(struct lane *lane, struct slot *slot, const struct smmu_txn *txn,
			      uint32_t smmu)
{
	uint32_t hash = (txn->stream ^ txn->substream << 16) * UINT32_C(0x9e3779b1);
	uint32_t *recent = &lane->recent[hash >> (32 - RECENT_LOG2)];
	struct alike *alike = *recent ? &slot->alike[*recent - 1] : NULL;

	if (alike && alike->smmu == smmu && smmu_txn_is_like(txn, &alike->txn))
		return alike;
	if (smmu_array_reserve(&slot->alike, &slot->alikes_capacity, slot->alikes,
			       sizeof(*slot->alike)))
		return NULL;
	alike = &slot->alike[slot->alikes++];
	*alike = (struct alike){.txn = *txn, .smmu = smmu};
	*recent = (uint32_t)slot->alikes;
	return alike;
}

/* Accesses from record on that are alike: how many go through, 0 also for what is no access. */
static size_t pass_run(struct lane *lane, struct slot *slot, const struct smmu_record *record,
		       const struct smmu_record *end)
{
	const struct smmu_record *at = record;
	struct smmu_result result;
	struct alike *alike;
	uint64_t bytes = 0;
	bool timed = false;
	size_t smmu = 0, passed;

	if (record->op != SMMU_OP_ACCESS ||
	    !smmu_run_find(&smmu, &slot->names, lane->ahead->run->replay->machine, record->smmu))
		return 0;
	for (; at < end && at->op == SMMU_OP_ACCESS && at->smmu == record->smmu &&
	       smmu_txn_is_like(&at->txn, &record->txn);
	     at++) {
		bytes += at->txn.size;
		timed |= at->has_time;
	}
	if (smmu_model_translate_run(&result, &passed, lane->model[smmu], &record->txn,
				     sizeof(*record), (size_t)(at - record)))
		return 0;
	while (at > record + passed)
		bytes -= (--at)->txn.size;
	alike = passed ? alike_of(lane, slot, &record->txn, (uint32_t)smmu) : NULL;
	if (!alike)
		return 0;
	alike->count += passed;
	alike->bytes += bytes;
	slot->timed |= timed;
	return passed;
}

/* Records of a part: whether all of them went through. */
static bool pass_records(struct lane *lane, struct slot *slot, size_t count)
{
	const struct smmu_record *record = lane->record, *end = record + count;
	size_t passed = 1;

	while (record < end && passed) {
		passed = pass_run(lane, slot, record, end);
		record += passed;
	}
	if (record > lane->record) {
		if (!slot->passed)
			slot->first = *lane->record;
		slot->last = record[-1];
	}
	slot->passed += (size_t)(record - lane->record);
	return record == end;
}

static void pass_part(struct lane *lane, struct slot *slot)
{
	bool whole = false, passes = true;
	size_t count = 1;

	slot->passed = slot->alikes = 0;
	slot->timed = false;
	memset(lane->recent, 0, sizeof(lane->recent));
	smmu_trace_restart(slot->part, &(const struct smmu_trace_before){.lines = 0});
	while (passes && count &&
	       !atomic_load_explicit(&lane->ahead->pause, memory_order_relaxed)) {
		whole = smmu_trace_next_plain(&count, slot->part, lane->record, SMMU_RUN_BATCH);
		passes = pass_records(lane, slot, count);
	}
	/* what was reported before it is for the caller to give */
	slot->whole = passes && whole && !slot->notes;
}

/* The counts of what a lane has been through. */
static int count_passed(struct smmu_ahead *a, struct slot *slot)
{
	struct smmu_stats *stats = a->run->replay->stats;

	for (size_t i = 0; i < slot->alikes; i++) {
		const struct alike *alike = &slot->alike[i];

		if (smmu_stats_add_alike(stats, alike->smmu, &alike->txn, alike->count,
					 alike->bytes))
			return SMMU_E_NOMEM;
	}
	if (!slot->passed)
		return 0;
	stats->timed |= slot->timed;
	slot->first.time_ns += slot->first.has_time ? 0 : a->before.records;
	slot->last.time_ns += slot->last.has_time ? 0 : a->before.records;
	smmu_stats_add_passed(stats, &slot->first, &slot->last, slot->passed);
	a->run->n += slot->passed;
	return 0;
}

/* The part whose turn it was is over. */
static void end_turn(struct smmu_ahead *a, const struct slot *slot)
{
	smmu_trace_add_before(&a->before, slot->part);
	a->run->skipped = a->before.skipped;
	a->position = slot->position;
	a->added++;
	a->since++;
	a->turn++;
	pthread_cond_signal(&a->work);
}

/* Whether something can be done about the next part, and by the caller alone. */
static bool is_for_caller(struct smmu_ahead *a)
{
	const struct slot *slot = slot_of(a, a->turn);

	return a->taken > a->turn && (slot->taken <= 0 || a->pause || (slot->done && !slot->whole));
}

static void add_up(struct smmu_ahead *a)
{
	struct slot *slot = slot_of(a, a->turn);

	while (!a->error && a->taken > a->turn && slot->done && !is_for_caller(a)) {
		a->error = count_passed(a, slot);
		end_turn(a, slot);
		slot = slot_of(a, a->turn);
	}
	if (a->error || a->added >= PARTS_A_TICK || is_for_caller(a))
		pthread_cond_signal(&a->call);
}

static bool may_translate(const struct smmu_ahead *a)
{
	return !a->pause && a->next < a->taken - a->ended;
}

/* Some are kept ready, so that nobody has to wait for one that takes. */
static bool may_take(const struct smmu_ahead *a)
{
	return !a->taking && !a->ended && a->taken - a->turn < a->slots &&
	       (a->taken - a->next < a->lanes || !may_translate(a));
}

/* With the lock, but for the part itself. */
static void translate_next(struct lane *lane)
{
	struct smmu_ahead *a = lane->ahead;
	struct slot *slot = slot_of(a, a->next++);

	a->busy++;
	pthread_mutex_unlock(&a->lock);
	pass_part(lane, slot);
	pthread_mutex_lock(&a->lock);
	a->busy--;
	slot->done = true;
	if (!a->pause)
		add_up(a);
	else if (!a->busy)
		pthread_cond_signal(&a->call);
}

static void take_next(struct smmu_ahead *a)
{
	struct slot *slot = slot_of(a, a->taken);
	struct smmu_trace *trace = a->run->replay->trace;
	struct smmu_diag diag = {.report = keep_note, .ctx = slot};

	a->taking = true;
	slot->done = false;
	pthread_mutex_unlock(&a->lock);
	slot->taken = smmu_trace_take_part(slot->part, trace, &diag);
	slot->position = smmu_trace_position(trace);
	pthread_mutex_lock(&a->lock);
	a->taking = false;
	a->ended = slot->taken <= 0;
	a->taken++;
	if (is_for_caller(a))
		pthread_cond_signal(&a->call);
	pthread_cond_signal(&a->work);
}

static void *run_lane(void *arg)
{
	struct lane *lane = arg;
	struct smmu_ahead *a = lane->ahead;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (may_take(a))
			take_next(a);
		else if (may_translate(a))
			translate_next(lane);
		else
			pthread_cond_wait(&a->work, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void close_view(struct lane *lane, size_t models)
{
	for (size_t i = 0; i < models; i++) {
		smmu_model_free(lane->model[i]);
		lane->model[i] = NULL;
	}
	smmu_mem_free(lane->mem);
	lane->mem = NULL;
}

static int open_view(struct lane *lane, const struct smmu_machine *machine)
{
	int error = smmu_mem_fork(&lane->mem, machine->mem);

	for (size_t i = 0; i < machine->count && !error; i++)
		error = smmu_model_clone(&lane->model[i], machine->smmu[i].model, lane->mem);
	return error;
}

/* Lanes translate, the machine being as it is now. */
static int open_views(struct smmu_ahead *a)
{
	int error = 0;

	for (unsigned i = 0; i < a->lanes && !error; i++)
		error = open_view(&a->lane[i], a->run->replay->machine);
	pthread_mutex_lock(&a->lock);
	a->since = 0;
	a->next = a->turn;
	a->pause = error != 0;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	return error;
}

/* Nobody looks at the machine any more, and what was translated ahead counts for nothing. */
static void close_views(struct smmu_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->pause = true;
	while (a->busy)
		pthread_cond_wait(&a->call, &a->lock);
	for (size_t i = 0; i < a->slots; i++)
		a->slot[i].done = false;
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; i < a->lanes; i++)
		close_view(&a->lane[i], a->run->replay->machine->count);
	if (a->since < SOON && a->alone_next < ALONE_MAX)
		a->alone_next *= 2;
	else if (a->since >= SOON)
		a->alone_next = ALONE_MIN;
	a->alone = a->alone_next;
}

static bool has_views(const struct smmu_ahead *a)
{
	return a->lane[0].mem != NULL;
}

/* A part on the machine itself, but for its first records. */
static int run_part(struct smmu_ahead *a, struct slot *slot, size_t passed)
{
	struct smmu_run *run = a->run;
	size_t got;
	int error;

	run->names = &slot->names;
	smmu_trace_restart(slot->part, &a->before);
	do {
		int end = smmu_trace_next(&got, slot->part, a->record, SMMU_RUN_BATCH, run->diag);
		size_t from = passed < got ? passed : got;

		passed -= from;
		run->skipped = smmu_trace_skipped(slot->part);
		error = smmu_run_records(run, a->record + from, got - from);
		error = error ? error : end;
	} while (got && !error);
	return error;
}

/* The part whose turn it is, which nobody else can add up. */
static int take_turn(struct smmu_ahead *a, struct slot *slot)
{
	size_t passed = 0;
	int error = 0;

	if (has_views(a)) {
		passed = slot->passed;
		if (count_passed(a, slot))
			error = smmu_diag_nomem(a->run->diag);
		close_views(a);
	} else {
		a->alone--;
	}
	if (!error)
		error = run_part(a, slot, passed);
	pthread_mutex_lock(&a->lock);
	end_turn(a, slot);
	pthread_mutex_unlock(&a->lock);
	return error;
}

/* What wakes the caller, and how far the run has come by then. */
struct call {
	struct slot *slot; /* to be added up, or NULL */
	bool failed;	   /* no memory */
	struct smmu_progress progress;
};

static struct call wait_for_call(struct smmu_ahead *a)
{
	struct call call = {.slot = NULL};

	pthread_mutex_lock(&a->lock);
	while (!a->error && a->added < PARTS_A_TICK && !is_for_caller(a))
		pthread_cond_wait(&a->call, &a->lock);
	if (is_for_caller(a))
		call.slot = slot_of(a, a->turn);
	call.failed = a->error != 0;
	call.progress = (struct smmu_progress){.records = a->run->n, .position = a->position};
	a->added = 0;
	pthread_mutex_unlock(&a->lock);
	return call;
}

static int run_parts(struct smmu_ahead *a)
{
	const struct smmu_replay *replay = a->run->replay;
	int error = 0;

	while (!error) {
		struct call call;

		if (!has_views(a) && !a->alone && open_views(a))
			return smmu_diag_nomem(a->run->diag);
		call = wait_for_call(a);
		if (call.failed)
			return smmu_diag_nomem(a->run->diag);
		if (call.slot) {
			give_notes(call.slot, a->before.lines, a->run->diag);
			if (call.slot->taken <= 0)
				return call.slot->taken;
			error = take_turn(a, call.slot);
		}
		if (!error && replay->tick)
			error = replay->tick(replay->ctx, &call.progress);
	}
	return error;
}

static int make_slots(struct smmu_ahead *a)
{
	a->slots = a->lanes * SLOTS_A_JOB + 1;
	a->slot = calloc(a->slots, sizeof(*a->slot));
	if (!a->slot)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < a->slots; i++) {
		struct slot *slot = &a->slot[i];

		slot->next_note = &slot->notes;
		if (smmu_trace_part_new(&slot->part, a->run->replay->trace))
			return SMMU_E_NOMEM;
		slot->names.trace = slot->part;
	}
	return 0;
}

static int start_lanes(struct smmu_ahead *a)
{
	a->lane = calloc(a->lanes, sizeof(*a->lane));
	if (!a->lane)
		return SMMU_E_NOMEM;
	for (unsigned i = 0; i < a->lanes; i++) {
		struct lane *lane = &a->lane[i];

		lane->ahead = a;
		lane->model = calloc(a->run->replay->machine->count, sizeof(*lane->model));
		lane->record = calloc(SMMU_RUN_BATCH, sizeof(*lane->record));
		if (!lane->model || !lane->record)
			return SMMU_E_NOMEM;
	}
	for (; a->started < a->lanes; a->started++)
		if (pthread_create(&a->lane[a->started].id, NULL, run_lane, &a->lane[a->started]))
			return SMMU_E_NOMEM;
	return 0;
}

static void stop_lanes(struct smmu_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	a->pause = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; i < a->started; i++)
		pthread_join(a->lane[i].id, NULL);
}

static void fini(struct smmu_ahead *a)
{
	for (unsigned i = 0; a->lane && i < a->lanes; i++) {
		if (a->lane[i].model)
			close_view(&a->lane[i], a->run->replay->machine->count);
		free(a->lane[i].model);
		free(a->lane[i].record);
	}
	free(a->lane);
	for (size_t i = 0; a->slot && i < a->slots; i++) {
		give_notes(&a->slot[i], 0, NULL);
		smmu_trace_close(a->slot[i].part);
		free(a->slot[i].names.index);
		free(a->slot[i].alike);
	}
	free(a->slot);
	free(a->record);
	pthread_cond_destroy(&a->call);
	pthread_cond_destroy(&a->work);
	pthread_mutex_destroy(&a->lock);
}

int smmu_run_ahead(struct smmu_run *run)
{
	struct smmu_ahead a = {
		.run = run, .lanes = run->replay->jobs, .alone_next = ALONE_MIN, .pause = true};
	int error;

	pthread_mutex_init(&a.lock, NULL);
	pthread_cond_init(&a.work, NULL);
	pthread_cond_init(&a.call, NULL);
	a.record = calloc(SMMU_RUN_BATCH, sizeof(*a.record));
	if (!a.record || make_slots(&a) || start_lanes(&a))
		error = smmu_diag_nomem(run->diag);
	else
		error = run_parts(&a);
	/* nobody wants what a lane may wait for */
	if (error)
		smmu_trace_stop(run->replay->trace);
	stop_lanes(&a);
	fini(&a);
	run->names = NULL;
	return error;
}
