/*
 * Threads that do numbered jobs.  Jobs are given in ascending order from 0 and
 * taken in that order, each by whichever thread is free; the giver waits for
 * any of them by its number.
 *
 * Threading: one thread gives and waits; work runs on the others.  What work
 * did before a job was done is seen by whoever has waited for it, and what the
 * giver did before it gave a job is seen by work.
 */
#ifndef SMMU_BASE_WORKERS_H
#define SMMU_BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

struct smmu_workers;

/* Jobs that may be under way: given, and not yet overtaken by that many later ones. */
#define SMMU_WORKERS_JOBS 64

/*
 * count threads, 1 or more; worker is the number of the one that does the job.
 * SMMU_E_NOMEM, also when the system has no thread left.
 */
int smmu_workers_new(struct smmu_workers **workers, unsigned count,
		     void (*work)(void *ctx, unsigned worker, size_t job), void *ctx);
/* Waits for all jobs given.  NULL is legal. */
void smmu_workers_free(struct smmu_workers *workers);

/* Gives the next job; its number is how many were given before. */
void smmu_workers_give(struct smmu_workers *workers);
/* Whether a job that was given is done. */
bool smmu_workers_is_done(struct smmu_workers *workers, size_t job);
/* Returns when a job that was given is done. */
void smmu_workers_wait(struct smmu_workers *workers, size_t job);
/* Returns when all are. */
void smmu_workers_wait_all(struct smmu_workers *workers);

#endif
