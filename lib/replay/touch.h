/*
 * What a run touches, by page of 4 KiB: footprint, hottest pages, reuse
 * distance and working set.  Memory grows with the pages touched, up to
 * SMMU_TOUCH_MAX of them (SMMU_TOUCH_BYTES each at most, and half as much again
 * while it grows); records of further ones are counted, and no more.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_PAGES_H
#define SMMU_REPLAY_PAGES_H

#include "base/emit.h"
#include "model/machine.h"
#include "replay/stats.h"

#define SMMU_TOUCH_MAX	 (1u << 20)
#define SMMU_TOUCH_BYTES 136
/* Pages of one access that count: those of 4 MiB. */
#define SMMU_TOUCH_OF_ACCESS 1024

/* What is asked for: a bit each. */
enum smmu_touch_what {
	SMMU_TOUCH_FOOTPRINT = 1,
	SMMU_TOUCH_HOTTEST = 2,
	SMMU_TOUCH_REUSE = 4,
	SMMU_TOUCH_WORKING_SET = 8,
	SMMU_TOUCH_ALL = 15,
};

struct smmu_touch;

/* what: of enum smmu_touch_what; max: pages kept, at most SMMU_TOUCH_MAX.  SMMU_E_NOMEM. */
int smmu_touch_new(struct smmu_touch **pages, unsigned what, size_t max);
void smmu_touch_free(struct smmu_touch *pages); /* NULL is legal */
/* One answer of a run; what is no traffic of a device is not counted.  SMMU_E_NOMEM. */
int smmu_touch_add(struct smmu_touch *pages, uint32_t smmu, const struct smmu_record *record,
		   const struct smmu_result *result);
/* Members of an open object: "footprint", "hottest_pages", "reuse_distance", "working_set". */
int smmu_touch_emit(struct smmu_emit *emit, const struct smmu_touch *pages,
		    const struct smmu_stats *stats, const struct smmu_machine *machine);

#endif
