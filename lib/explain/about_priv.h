/*
 * Inside --about: how one name is shown, and the part of names that are fields.
 *
 * Threading: as about.h.
 */
#ifndef SMMU_EXPLAIN_ABOUT_PRIV_H
#define SMMU_EXPLAIN_ABOUT_PRIV_H

#include "base/emit.h"
#include "spec/format.h"

struct about_to {
	struct smmu_emit *emit;
	bool people;
};

/* "F_TRANSLATION, event (IHI 0070 7.3.13)"; then parts in any order. */
void about_open(const struct about_to *to, const char *kind, const char *name, const char *section);
void about_number(const struct about_to *to, uint64_t number);
void about_summary(const struct about_to *to, const char *summary);
/* before is for people only. */
void about_text(const struct about_to *to, const char *key, const char *before, const char *text);
/* is_event: only the fields that the type of this event has. */
void about_fields(const struct about_to *to, const struct smmu_format *format, bool is_event);
void about_close(const struct about_to *to);

/* Registers, structures and commands of that name. */
bool about_structures(const struct about_to *to, const char *name);
/* "S1DSS", "STE.S1DSS", "CR0.SMMUEN": in every format that has it. */
bool about_one_field(const struct about_to *to, const char *name);

struct about_names {
	const char **name;
	size_t count, capacity;
};
/* Adds the names of registers, structures, commands and fields. */
void about_field_names(struct about_names *names);

#endif
