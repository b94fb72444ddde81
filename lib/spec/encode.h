/*
 * Architected words from named fields: the inverse of spec/show.h.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_ENCODE_H
#define SMMU_SPEC_ENCODE_H

#include "base/diag.h"
#include "spec/show.h"

/* Whether entries of the kind have types, one of which smmu_encode() needs. */
bool smmu_encode_has_types(enum smmu_entry_kind kind);

/*
 * One entry.  type is that of an event ("F_TRANSLATION"), a command, or a
 * descriptor ("page"), by name; NULL where the kind has none.  Each of
 * assignments is "Field=value" as decode prints the field: a number, the name
 * of an encoding, or for an array a list "1,2,3"; "Field[2]=value" is one
 * element.  Fields not given are 0.  The case of names does not matter.
 *
 * words holds smmu_entry_words(show).  Every problem is reported; returns 0,
 * SMMU_E_UNKNOWN for a name, SMMU_E_SYNTAX or SMMU_E_RANGE for a value.
 */
int smmu_encode(uint64_t *words, const struct smmu_show *show, const char *type,
		const char *const *assignments, size_t count, struct smmu_diag *diag);

#endif
