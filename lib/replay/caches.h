/*
 * Which caches a run has: those of the system file, or the value of --caches.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_REPLAY_CACHES_H
#define SMMU_REPLAY_CACHES_H

#include "base/diag.h"
#include "model/machine.h"
#include "sys/sys.h"

/* Those that a system file describes; none where it has no such key. */
struct smmu_caches smmu_caches_of(const struct smmu_sys_caches *sys);
/*
 * "none", "ideal", or the name of a YAML file with the value of the key caches
 * (smmu_sys_load_caches).  What is wrong with it is reported.
 */
int smmu_caches_parse(struct smmu_caches *caches, const char *what, struct smmu_diag *diag);
/*
 * Gives each SMMU of machine, which is that of info, such caches, with the
 * devices that info attaches to it.  SMMU_E_NOMEM, SMMU_E_INVALID.
 */
int smmu_caches_give(struct smmu_machine *machine, const struct smmu_caches *caches,
		     const struct smmu_sys_info *info);

#endif
