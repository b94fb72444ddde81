/*
 * Finding what a name of the architecture stands for: structures, events,
 * commands, registers, fields, rules, errors and features, all from the tables
 * of this folder.
 *
 *	struct smmu_name found[8];
 *	size_t n = smmu_name_find(found, SMMU_LEN(found), "STE.S1CDMax");
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_LOOKUP_H
#define SMMU_SPEC_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "spec/cmd.h"
#include "spec/desc.h"
#include "spec/features.h"
#include "spec/format.h"
#include "spec/reg.h"
#include "spec/reg_rule.h"
#include "spec/rule.h"

enum smmu_name_kind {
	SMMU_NAME_STRUCTURE, /* STE, CD, …, and descriptors */
	SMMU_NAME_EVENT,
	SMMU_NAME_COMMAND,
	SMMU_NAME_ERROR, /* CERROR_ILL and the others of the Command queue */
	SMMU_NAME_REGISTER,
	SMMU_NAME_RULE,	    /* what makes an STE or a CD ILLEGAL */
	SMMU_NAME_CMD_RULE, /* what makes a command CERROR_ILL */
	SMMU_NAME_REG_RULE, /* what a register must not hold */
	SMMU_NAME_FEATURE,
	SMMU_NAME_FIELD, /* of any of the formats above */
	SMMU_NAME_KINDS,
};

/* What a name stands for.  Everything is static; pointers that do not apply are NULL. */
struct smmu_name {
	enum smmu_name_kind kind;
	const char *name;    /* "F_TRANSLATION", "SMMU_CR0", "S1CDMax", "SMMUv3.2-RIL" */
	const char *section; /* "IHI 0070 5.2", or "" where the table has none */
	const char *summary; /* one line, or "" (a field) */
	int number;	     /* of an event, command or error; -1 */
	/* STRUCTURE, EVENT, COMMAND, REGISTER: its layout; FIELD: that of what has it. */
	const struct smmu_format *format;
	const struct smmu_field *field;	 /* FIELD */
	const char *owner;		 /* FIELD: name of what has it */
	int owner_number;		 /* FIELD of an event or command; -1 */
	const struct smmu_reg_info *reg; /* REGISTER, and FIELD of one */
	const struct smmu_rule *rule;
	const struct smmu_cmd_rule *cmd_rule;
	const struct smmu_reg_rule *reg_rule;
	const struct smmu_feature *feature;
	const struct smmu_desc_fmt *desc; /* STRUCTURE: a descriptor, as an example */
};

/*
 * The name at index of a kind, in the order of the architecture: fills *name
 * and returns true, or false past the last.  An array of registers counts once.
 */
bool smmu_name_at(struct smmu_name *name, enum smmu_name_kind kind, size_t index);

/* "structure", "event", …; and as a list is called: "structures", "events", …. */
const char *smmu_name_kind_text(enum smmu_name_kind kind);
const char *smmu_name_kind_plural(enum smmu_name_kind kind);

/*
 * Everything that text may mean, best matches only: as it is spelled, else
 * without regard to case, else without SMMU_, CMD_ or SMMUv3.x-.  OWNER.FIELD
 * is a field; a number is that of an event, command or error.  At most max are
 * stored; returns how many there are.
 */
size_t smmu_name_find(struct smmu_name *found, size_t max, const char *text);

/* The name nearest to text, NULL when none is near enough to be meant. */
const char *smmu_name_nearest(const char *text);

#endif
