#include "base/emit_cells_priv.h"

#include <stdlib.h>
#include <string.h>

bool emit_cells_add(struct emit_cells *cells, const char *key)
{
	size_t size = strlen(key) + 1;
	char *copy = malloc(size);

	if (!copy)
		return false;
	memcpy(copy, key, size);
	if (cells->count == cells->capacity) {
		size_t capacity = cells->capacity ? cells->capacity * 2 : 16;
		struct emit_cell *more = realloc(cells->cells, capacity * sizeof(*more));

		if (!more) {
			free(copy);
			return false;
		}
		cells->cells = more;
		cells->capacity = capacity;
	}
	cells->cells[cells->count++] = (struct emit_cell){.key = copy};
	return true;
}

/* The cell for key in the object that is open, added where that is allowed; NULL: left out. */
static struct emit_cell *find(struct emit_cells *cells, const char *key, bool *has_memory)
{
	const char *name = key ? key : "";

	if (cells->path.size || !key) {
		smmu_buf_clear(&cells->name);
		smmu_buf_append(&cells->name, cells->path.data, cells->path.size);
		smmu_buf_puts(&cells->name, key ? key : "value");
		*has_memory = !cells->name.failed;
		name = smmu_buf_text(&cells->name);
	}
	/* Rows mostly give their values in the order of the columns. */
	for (size_t i = 0; i < cells->count; i++) {
		size_t at = cells->next + i < cells->count ? cells->next + i
							   : cells->next + i - cells->count;

		if (strcmp(cells->cells[at].key, name) == 0) {
			cells->next = at + 1 < cells->count ? at + 1 : 0;
			return &cells->cells[at];
		}
	}
	if (cells->is_fixed || !*has_memory)
		return NULL;
	*has_memory = emit_cells_add(cells, name);
	return *has_memory ? &cells->cells[cells->count - 1] : NULL;
}

bool emit_cells_open(struct emit_cells *cells, enum emit_kind kind, const char *key)
{
	bool has_memory = true;

	cells->last = NULL;
	if (cells->array_depth) {
		cells->array_depth++;
	} else if (kind == EMIT_OBJECT) {
		smmu_buf_puts(&cells->path, key ? key : "value");
		smmu_buf_putc(&cells->path, '.');
		has_memory = !cells->path.failed;
	} else {
		cells->array_depth = 1;
		cells->array_cell = find(cells, key, &has_memory);
	}
	return has_memory;
}

/* Cuts the last part of the path off. */
static void leave_object(struct emit_cells *cells)
{
	size_t size = cells->path.size;

	if (size)
		size--;
	while (size && cells->path.data[size - 1] != '.')
		size--;
	cells->path.size = size;
}

void emit_cells_close(struct emit_cells *cells, enum emit_kind kind)
{
	cells->last = NULL;
	if (cells->array_depth)
		cells->array_depth--;
	else if (kind == EMIT_OBJECT)
		leave_object(cells);
}

bool emit_cells_value(struct emit_cells *cells, const char *key, const char *text, size_t size)
{
	bool has_memory = true;
	struct emit_cell *cell =
		cells->array_depth ? cells->array_cell : find(cells, key, &has_memory);

	cells->last = cell;
	if (!cell)
		return has_memory;
	if (!cells->array_depth)
		smmu_buf_clear(&cell->text);
	else if (cell->text.size)
		smmu_buf_putc(&cell->text, ' ');
	emit_utf8_append(&cell->text, text, size, cells->is_visible);
	return !cell->text.failed;
}

void emit_cells_clear(struct emit_cells *cells)
{
	for (size_t i = 0; i < cells->count; i++)
		smmu_buf_clear(&cells->cells[i].text);
	cells->next = 0;
	cells->path.size = 0;
	cells->array_depth = 0;
	cells->last = NULL;
}

void emit_cells_fini(struct emit_cells *cells)
{
	for (size_t i = 0; i < cells->count; i++) {
		free(cells->cells[i].key);
		smmu_buf_fini(&cells->cells[i].text);
	}
	free(cells->cells);
	smmu_buf_fini(&cells->path);
	smmu_buf_fini(&cells->name);
	*cells = (struct emit_cells){.is_visible = cells->is_visible};
}
