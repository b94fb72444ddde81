/*
 * Which caches a run has: the value of --caches.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_REPLAY_CACHES_H
#define SMMU_REPLAY_CACHES_H

#include "base/diag.h"
#include "model/model.h"

/*
 * "none", "ideal", or the name of a YAML file that maps "config", "micro",
 * "main", "walk" and "ipa" to none, ideal, or {entries, ways, policy}; ways
 * left out is all of them, policy is rr, random, lru (the default) or plru, a
 * cache left out is none.  What is wrong with it is reported.
 */
int smmu_caches_parse(struct smmu_caches *caches, const char *what, struct smmu_diag *diag);

#endif
