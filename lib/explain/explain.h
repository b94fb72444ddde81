/*
 * Why each fault happened.  Events are collected in groups: of one stream,
 * type and kind of access, in neighbouring pages.  With a system each is walked
 * again, and the structure that refuses it, the smallest change that would let
 * it pass, and what is mapped near its address are told; without one, the
 * likely causes in order.
 *
 * Bounded: at most SMMU_EXPLAIN_GROUPS groups and SMMU_EXPLAIN_MESSAGES kinds
 * of messages, whatever the number of events; what finds no group is counted.
 *
 * Threading: one thread at a time per object, its machine and emitter.
 */
#ifndef SMMU_EXPLAIN_EXPLAIN_H
#define SMMU_EXPLAIN_EXPLAIN_H

#include "base/emit.h"
#include "explain/log.h"
#include "model/machine.h"
#include "sys/sys.h"

#define SMMU_EXPLAIN_GROUPS   4096
#define SMMU_EXPLAIN_MESSAGES 256

struct smmu_explain;

/* What is known; all borrowed until free, all may be NULL. */
struct smmu_explain_options {
	const struct smmu_machine *machine;
	const struct smmu_sys_info *sys; /* of the same system: names of devices */
	const char *smmu;  /* the SMMU of machine that events are of; NULL: seen by their names */
	const char *place; /* what numbers of items count: "line", "entry"; NULL: "line" */
};

int smmu_explain_new(struct smmu_explain **explain, const struct smmu_explain_options *options);
void smmu_explain_free(struct smmu_explain *explain); /* NULL is legal */

/* An event or message, copied.  A smmu_log_visit; SMMU_E_NOMEM. */
int smmu_explain_add(void *explain, const struct smmu_log_item *item);

/*
 * What there is to say: an object a group in the order of first events, one a
 * message, and a summary.  For people, all: also groups beyond the 20 largest,
 * what every event means, and structures in full.
 */
int smmu_explain_emit(struct smmu_emit *emit, struct smmu_explain *explain, bool people, bool all);

#endif
