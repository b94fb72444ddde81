/*
 * What the model answered, as the object that replay and translate print.
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_REPLAY_RESULT_H
#define SMMU_REPLAY_RESULT_H

#include "base/emit.h"
#include "model/model.h"

/*
 * The members of one result, into the object that is open: status, pa,
 * response, event, updates, attr, stale.  ids are those of the SMMU that
 * answered: they decide which attributes exist.  people: the emitter writes text.
 */
void smmu_result_emit(struct smmu_emit *emit, const struct smmu_result *result,
		      const struct smmu_ids *ids, bool people);

/* The same of a register access or a command: status, value, consumed, error. */
void smmu_reply_emit(struct smmu_emit *emit, const struct smmu_reply *reply);

/* The same of a page request: status, pri, event. */
void smmu_page_emit(struct smmu_emit *emit, const struct smmu_page_answer *answer,
		    const struct smmu_ids *ids, bool people);
/* The array "interrupts"; nothing when there are none. */
void smmu_interrupts_emit(struct smmu_emit *emit, const struct smmu_interrupt *interrupts,
			  size_t count);

/* The parts of it. */
void smmu_result_emit_event(struct smmu_emit *emit, const struct smmu_event *event,
			    const struct smmu_ids *ids, bool people);
void smmu_result_emit_attr(struct smmu_emit *emit, const struct smmu_result *result,
			   const struct smmu_ids *ids);

/* "ns", "s", "realm", "root". */
const char *smmu_pas_name(enum smmu_pas pas);
const char *smmu_response_name(enum smmu_response response);

#endif
