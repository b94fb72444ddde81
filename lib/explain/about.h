/*
 * What a name or number of the architecture means, in plain words: events,
 * command errors, GERROR bits, rules of STE, CD and commands, reasons of the
 * model, registers, structures, commands, fields and features.
 *
 * Threading: pure functions on immutable tables; an emitter has one thread.
 */
#ifndef SMMU_EXPLAIN_ABOUT_H
#define SMMU_EXPLAIN_ABOUT_H

#include "base/diag.h"
#include "base/emit.h"
#include "explain/log.h"

/*
 * An object for everything of that name: "F_TRANSLATION", "0x10", "CERROR_ILL",
 * "CMDQ_ERR", "STE_S1CDMAX", "SMMU_CR0", "STE.S1DSS", "S1DSS", "CMD_SYNC",
 * "SMMUv3.2-RIL".  Case does not matter.  SMMU_E_UNKNOWN, reported with the
 * nearest name; SMMU_E_NOMEM.
 */
int smmu_about(struct smmu_emit *emit, const char *name, bool people, struct smmu_diag *diag);

/* What an event is, "" for a number that is Reserved. */
const char *smmu_about_event(unsigned type);

/* A cause of an event, and what to look at next; static storage. */
struct smmu_about_cause {
	const char *cause, *next;
};
/*
 * The causes of an event, those that its record bears a sign of first, up to
 * capacity; signs counts these.  evt may be NULL: in the order of the table.
 */
size_t smmu_about_causes(struct smmu_about_cause *causes, size_t capacity, size_t *signs,
			 unsigned type, const struct smmu_log_item *evt);
#define SMMU_ABOUT_CAUSES_MAX 16

/* What a command error or active GERROR bit is and where to look; NULL: Reserved. */
struct smmu_about_error {
	const char *name, *section, *what, *next;
	unsigned number;
};
const struct smmu_about_error *smmu_about_cerror(unsigned number);
const struct smmu_about_error *smmu_about_gerror(unsigned bit);

#endif
