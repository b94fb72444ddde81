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

#include "base/notes.h"
#include "replay/lane_priv.h"

/* Parts that were taken and not yet added up: SLOTS_A_JOB for each thread, and one. */
enum { SLOTS_A_JOB = 3 };
/* Parts that are added up before the caller hears of it. */
enum { PARTS_A_TICK = 16 };
/* Parts that are read alone after threads had to pause: twice as many where that was soon. */
enum { ALONE_MIN = 1, ALONE_MAX = 16, SOON = 4 };

/* A part of the trace on its way. */
struct slot {
	struct smmu_lane_part part;
	int taken;		 /* of smmu_trace_take_part() */
	struct smmu_notes notes; /* of that */
	uint64_t position;
	bool done; /* a lane has translated it */
};

struct thread {
	struct smmu_ahead *ahead;
	pthread_t id;
	struct smmu_lane lane;
};

struct smmu_ahead {
	struct smmu_run *run;
	struct slot *slot;
	size_t slots;
	struct thread *thread;
	unsigned threads, started;
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

/* The counts of what a lane has been through. */
static int count_passed(struct smmu_ahead *a, struct smmu_lane_part *part)
{
	struct smmu_stats *stats = a->run->replay->stats;

	for (size_t i = 0; i < part->alikes; i++) {
		const struct smmu_lane_alike *alike = &part->alike[i];

		if (smmu_stats_add_alike(stats, alike->smmu, &alike->txn, alike->count,
					 alike->bytes))
			return SMMU_E_NOMEM;
	}
	if (!part->passed)
		return 0;
	stats->timed |= part->timed;
	part->first.time_ns += part->first.has_time ? 0 : a->before.records;
	part->last.time_ns += part->last.has_time ? 0 : a->before.records;
	smmu_stats_add_passed(stats, &part->first, &part->last, part->passed);
	a->run->n += part->passed;
	return 0;
}

/* The part whose turn it was is over. */
static void end_turn(struct smmu_ahead *a, const struct slot *slot)
{
	smmu_trace_add_before(&a->before, slot->part.trace);
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

	return a->taken > a->turn &&
	       (slot->taken <= 0 || a->pause || (slot->done && !slot->part.whole));
}

static void add_up(struct smmu_ahead *a)
{
	struct slot *slot = slot_of(a, a->turn);

	while (!a->error && a->taken > a->turn && slot->done && !is_for_caller(a)) {
		a->error = count_passed(a, &slot->part);
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
	       (a->taken - a->next < a->threads || !may_translate(a));
}

/* With the lock, but for the part itself. */
static void translate_next(struct thread *thread)
{
	struct smmu_ahead *a = thread->ahead;
	struct slot *slot = slot_of(a, a->next++);

	a->busy++;
	pthread_mutex_unlock(&a->lock);
	smmu_lane_pass(&thread->lane, &slot->part, &a->pause);
	/* what was reported before it is for the caller to give */
	slot->part.whole &= !slot->notes.first;
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
	struct smmu_diag diag = {.report = smmu_notes_keep, .ctx = &slot->notes};

	a->taking = true;
	slot->done = false;
	pthread_mutex_unlock(&a->lock);
	slot->taken = smmu_trace_take_part(slot->part.trace, trace, &diag);
	slot->position = smmu_trace_position(trace);
	pthread_mutex_lock(&a->lock);
	a->taking = false;
	a->ended = slot->taken <= 0;
	a->taken++;
	if (is_for_caller(a))
		pthread_cond_signal(&a->call);
	pthread_cond_signal(&a->work);
}

static void *run_thread(void *arg)
{
	struct thread *thread = arg;
	struct smmu_ahead *a = thread->ahead;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (may_take(a))
			take_next(a);
		else if (may_translate(a))
			translate_next(thread);
		else
			pthread_cond_wait(&a->work, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Lanes translate, the machine being as it is now. */
static int open_views(struct smmu_ahead *a)
{
	int error = 0;

	for (unsigned i = 0; i < a->threads && !error; i++)
		error = smmu_lane_open(&a->thread[i].lane);
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
	for (unsigned i = 0; i < a->threads; i++)
		smmu_lane_close(&a->thread[i].lane);
	if (a->since < SOON && a->alone_next < ALONE_MAX)
		a->alone_next *= 2;
	else if (a->since >= SOON)
		a->alone_next = ALONE_MIN;
	a->alone = a->alone_next;
}

static bool has_views(const struct smmu_ahead *a)
{
	return a->thread[0].lane.mem != NULL;
}

/* A part on the machine itself, but for its first records. */
static int run_part(struct smmu_ahead *a, struct smmu_lane_part *part, size_t passed)
{
	struct smmu_run *run = a->run;
	size_t got;
	int error;

	run->names = &part->names;
	smmu_trace_restart(part->trace, &a->before);
	do {
		int end = smmu_trace_next(&got, part->trace, a->record, SMMU_RUN_BATCH, run->diag);
		size_t from = passed < got ? passed : got;

		passed -= from;
		run->skipped = smmu_trace_skipped(part->trace);
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
		passed = slot->part.passed;
		if (count_passed(a, &slot->part))
			error = smmu_diag_nomem(a->run->diag);
		close_views(a);
	} else {
		a->alone--;
	}
	if (!error)
		error = run_part(a, &slot->part, passed);
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
			smmu_notes_give(&call.slot->notes, a->before.lines, a->run->diag);
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
	a->slots = a->threads * SLOTS_A_JOB + 1;
	a->slot = calloc(a->slots, sizeof(*a->slot));
	a->record = calloc(SMMU_RUN_BATCH, sizeof(*a->record));
	if (!a->slot || !a->record)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < a->slots; i++)
		if (smmu_lane_part_init(&a->slot[i].part, a->run->replay->trace))
			return SMMU_E_NOMEM;
	return 0;
}

static int start_threads(struct smmu_ahead *a)
{
	a->thread = calloc(a->threads, sizeof(*a->thread));
	if (!a->thread)
		return SMMU_E_NOMEM;
	for (unsigned i = 0; i < a->threads; i++) {
		a->thread[i].ahead = a;
		if (smmu_lane_init(&a->thread[i].lane, a->run->replay->machine))
			return SMMU_E_NOMEM;
	}
	for (; a->started < a->threads; a->started++)
		if (pthread_create(&a->thread[a->started].id, NULL, run_thread,
				   &a->thread[a->started]))
			return SMMU_E_NOMEM;
	return 0;
}

static void stop_threads(struct smmu_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	a->pause = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; i < a->started; i++)
		pthread_join(a->thread[i].id, NULL);
}

static void fini(struct smmu_ahead *a)
{
	for (unsigned i = 0; a->thread && i < a->threads; i++)
		smmu_lane_fini(&a->thread[i].lane);
	free(a->thread);
	for (size_t i = 0; a->slot && i < a->slots; i++) {
		smmu_notes_give(&a->slot[i].notes, 0, NULL);
		smmu_lane_part_fini(&a->slot[i].part);
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
		.run = run, .threads = run->replay->jobs, .alone_next = ALONE_MIN, .pause = true};
	int error;

	pthread_mutex_init(&a.lock, NULL);
	pthread_cond_init(&a.work, NULL);
	pthread_cond_init(&a.call, NULL);
	if (make_slots(&a) || start_threads(&a))
		error = smmu_diag_nomem(run->diag);
	else
		error = run_parts(&a);
	/* nobody wants what a lane may wait for */
	if (error)
		smmu_trace_stop(run->replay->trace);
	stop_threads(&a);
	fini(&a);
	run->names = NULL;
	return error;
}
