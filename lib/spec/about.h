/*
 * Reference pages of the architecture, from the tables of this folder: a list
 * of every kind of name, and a page for each name.
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_SPEC_ABOUT_H
#define SMMU_SPEC_ABOUT_H

#include "base/emit.h"
#include "spec/lookup.h"

/* A table of all names of a kind, under key (NULL at the top). */
void smmu_about_list(struct smmu_emit *emit, const char *key, enum smmu_name_kind kind);

/*
 * One object under key: what the name stands for, its layout, its rules and
 * what it depends on.  people: the emitter writes text, and a heading says
 * name, number, summary and section.
 */
void smmu_about_page(struct smmu_emit *emit, const char *key, const struct smmu_name *name,
		     bool people);

/* A table of where several formats have a field of one name. */
void smmu_about_places(struct smmu_emit *emit, const char *key, const struct smmu_name *fields,
		       size_t count);

/* "decoded, checked" of feature->does; text must hold 48 bytes. */
const char *smmu_about_does(char *text, unsigned does);

#endif
