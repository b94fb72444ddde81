/*
 * Inside explain: what is told of one group of events (explain_emit.c), in
 * prose (explain_text.c) or as data, and of messages (explain_note.c).
 *
 * Threading: as explain.h.
 */
#ifndef SMMU_EXPLAIN_STORY_PRIV_H
#define SMMU_EXPLAIN_STORY_PRIV_H

#include "explain/about.h"
#include "explain/explain_priv.h"

/* Worked out once. */
struct story {
	const struct smmu_explain *explain;
	const struct explain_group *group;
	const struct smmu_format *format; /* NULL: reserved, or of unknown type */
	struct explain_changes changes;
	struct explain_pointer pointer;
	bool has_pointer;
	struct explain_hints hints;
	struct smmu_about_cause causes[SMMU_ABOUT_CAUSES_MAX];
	size_t causes_count, signs;
	struct smmu_buf devices, access;
	bool all;
};

void story_say(struct smmu_emit *emit, const struct story *story);
/* A message, and what it follows from; those that explain nothing only when all. */
void story_note(struct smmu_emit *emit, const struct smmu_explain *explain,
		const struct explain_note *note, bool people, bool all);
/* hidden: groups that were not shown. */
void story_summary(struct smmu_emit *emit, const struct smmu_explain *explain, bool people,
		   size_t hidden);

/*
 * "  Label    text", wrapped so that the text stands in a column of its own.
 * Labels are at most 8 characters; "" goes on with the one before.
 */
void story_tell(struct smmu_emit *emit, const char *label, const char *format, ...)
	SMMU_PRINTF(3, 4);

/* "lines", "entries". */
const char *story_places(const char *place);

/* A structure that translation tables are made of. */
static inline bool story_is_desc(enum smmu_struct_kind where)
{
	return where == SMMU_STRUCT_S1_DESC || where == SMMU_STRUCT_S2_DESC;
}

#define STORY_MICROS 1000000

#endif
