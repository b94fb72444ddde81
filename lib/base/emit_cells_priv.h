/*
 * One row of a table: cells found by key as an object's values come.
 *
 * Objects inside the row lend their key as a prefix ("event.type"); an array,
 * with all in it, is one cell, its values separated by spaces.
 *
 * Threading: one thread at a time per row.
 */
#ifndef SMMU_BASE_EMIT_CELLS_PRIV_H
#define SMMU_BASE_EMIT_CELLS_PRIV_H

#include "base/emit_priv.h"

struct emit_cell {
	char *key;	      /* owned */
	struct smmu_buf text; /* empty: no value */
};

struct emit_cells {
	struct emit_cell *cells;
	size_t count, capacity;
	bool is_fixed;	      /* keys without a column are left out, not added */
	size_t next;	      /* where the next key is looked for first */
	struct smmu_buf path; /* "event." inside the object event */
	struct smmu_buf name;
	size_t array_depth;
	struct emit_cell *array_cell, *last; /* last: of the value just set, or NULL */
	bool is_visible;		     /* control characters are shown as \xNN */
};

/* All of these return false when there is no memory. */
bool emit_cells_add(struct emit_cells *cells, const char *key);
bool emit_cells_open(struct emit_cells *cells, enum emit_kind kind, const char *key);
bool emit_cells_value(struct emit_cells *cells, const char *key, const char *text, size_t size);

void emit_cells_close(struct emit_cells *cells, enum emit_kind kind);
/* Empties the cells for the next row. */
void emit_cells_clear(struct emit_cells *cells);
/* Forgets the columns too; what is left can be used again. */
void emit_cells_fini(struct emit_cells *cells);

#endif
