/*
 * Between what shows an entry and what finds fault with it.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_SHOW_PRIV_H
#define SMMU_SPEC_SHOW_PRIV_H

#include "spec/desc.h"
#include "spec/show.h"

/* What one entry turned out to be. */
struct smmu_show_entry {
	const struct smmu_format *format; /* NULL: its number is Reserved */
	const char *type;
	int number;		      /* of an event or command, -1: it has none */
	struct smmu_desc_format desc; /* format points into it where that is what it is */
	struct smmu_when_ctx ctx;
};

/* entry points into itself and to words. */
void smmu_show_resolve(struct smmu_show_entry *entry, const struct smmu_show *show,
		       const uint64_t *words);
/* Whether field means something in words: events and page requests have fields that do not. */
bool smmu_show_is_valid(const struct smmu_format *format, const struct smmu_field *field,
			const uint64_t *words);

#endif
