#include "base/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"

struct thread {
	struct smmu_workers *workers;
	pthread_t id;
	unsigned number;
};

struct smmu_workers {
	void (*work)(void *ctx, unsigned worker, size_t job);
	void *ctx;
	pthread_mutex_t lock;
	pthread_cond_t more, less; /* jobs given; jobs done */
	size_t given, taken, done;
	bool is_done[SMMU_WORKERS_JOBS]; /* by number modulo */
	bool stop;
	struct thread *thread;
	unsigned threads; /* that were started */
};

static void *run(void *arg)
{
	const struct thread *thread = arg;
	struct smmu_workers *w = thread->workers;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		size_t job;

		while (w->taken == w->given && !w->stop)
			pthread_cond_wait(&w->more, &w->lock);
		if (w->taken == w->given)
			break;
		job = w->taken++;
		pthread_mutex_unlock(&w->lock);
		w->work(w->ctx, thread->number, job);
		pthread_mutex_lock(&w->lock);
		w->is_done[job % SMMU_WORKERS_JOBS] = true;
		w->done++;
		pthread_cond_signal(&w->less);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int start(struct smmu_workers *w, unsigned count)
{
	for (; w->threads < count; w->threads++) {
		struct thread *thread = &w->thread[w->threads];

		*thread = (struct thread){.workers = w, .number = w->threads};
		if (pthread_create(&thread->id, NULL, run, thread))
			return SMMU_E_NOMEM;
	}
	return 0;
}

int smmu_workers_new(struct smmu_workers **workers, unsigned count,
		     void (*work)(void *ctx, unsigned worker, size_t job), void *ctx)
{
	struct smmu_workers *w = calloc(1, sizeof(*w));

	*workers = NULL;
	if (!w)
		return SMMU_E_NOMEM;
	w->work = work;
	w->ctx = ctx;
	w->thread = calloc(count, sizeof(*w->thread));
	if (!w->thread) {
		free(w);
		return SMMU_E_NOMEM;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	pthread_cond_init(&w->less, NULL);
	if (start(w, count)) {
		smmu_workers_free(w);
		return SMMU_E_NOMEM;
	}
	*workers = w;
	return 0;
}

void smmu_workers_free(struct smmu_workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->threads; i++)
		pthread_join(w->thread[i].id, NULL);
	pthread_cond_destroy(&w->more);
	pthread_cond_destroy(&w->less);
	pthread_mutex_destroy(&w->lock);
	free(w->thread);
	free(w);
}

void smmu_workers_give(struct smmu_workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->is_done[w->given % SMMU_WORKERS_JOBS] = false;
	w->given++;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

bool smmu_workers_is_done(struct smmu_workers *w, size_t job)
{
	bool done;

	pthread_mutex_lock(&w->lock);
	done = w->is_done[job % SMMU_WORKERS_JOBS];
	pthread_mutex_unlock(&w->lock);
	return done;
}

void smmu_workers_wait(struct smmu_workers *w, size_t job)
{
	pthread_mutex_lock(&w->lock);
	while (!w->is_done[job % SMMU_WORKERS_JOBS])
		pthread_cond_wait(&w->less, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

void smmu_workers_wait_all(struct smmu_workers *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->done < w->given)
		pthread_cond_wait(&w->less, &w->lock);
	pthread_mutex_unlock(&w->lock);
}
