/*
 * Between the parts of the text backend: blocks of lines (emit_text.c), tables
 * (emit_table.c) and trees (emit_tree.c).
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_BASE_EMIT_TEXT_PRIV_H
#define SMMU_BASE_EMIT_TEXT_PRIV_H

#include "base/emit_priv.h"

/* Select Graphic Rendition of ECMA-48. */
#define SGR_BOLD  "\x1b[1m"
#define SGR_NAME  "\x1b[36m"
#define SGR_RESET "\x1b[0m"

/* All of these set emit->error when there is no memory. */

/* A table, from its columns to its end.  Rows are printed some thousand at a time. */
struct emit_table;
struct emit_table *emit_table_new(struct smmu_emit *emit, const struct smmu_emit_column *columns,
				  size_t columns_count, unsigned indent);
void emit_table_open(struct emit_table *table, enum emit_kind kind, const char *key);
void emit_table_close(struct emit_table *table, enum emit_kind kind);
void emit_table_value(struct emit_table *table, const char *key, enum emit_type type,
		      const char *text, size_t size);
void emit_table_meaning(struct emit_table *table, const char *text);
/* Whether what is open is the table itself, not a row of it. */
bool emit_table_is_between_rows(const struct emit_table *table);
/* Prints the rows that are held back. */
void emit_table_flush(struct emit_table *table);
/* Prints the rest and frees. */
void emit_table_free(struct emit_table *table);

/* The lines of a tree under one root, kept until their branches are known. */
struct emit_tree {
	struct emit_tree_line *lines;
	size_t count, capacity;
	size_t depth; /* nodes open */
	struct smmu_buf labels;
};
void emit_tree_add(struct smmu_emit *emit, struct emit_tree *tree, const char *label);
/* Prints and empties it. */
void emit_tree_print(struct smmu_emit *emit, struct emit_tree *tree, unsigned indent);
void emit_tree_fini(struct emit_tree *tree);

/* What text shows for a value that is no string. */
const char *emit_text_of(enum emit_type type, const char *text, size_t *size);
void emit_text_pad(struct smmu_out *out, size_t columns);

#endif
