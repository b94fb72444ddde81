/*
 * CSV (RFC 4180, lines end in LF): sections of a header line and lines.  A
 * section is a table, or the objects that are at the top or in an array there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/emit_cells_priv.h"

struct csv {
	struct emit_cells cells;
	bool has_header; /* of this section, written */
	bool has_written;
	size_t row_depth; /* objects and arrays open in the row, with its own object; 0: no row */
	bool in_table;
	size_t outer_depth; /* row_depth and path of the row that the table stands in */
	struct smmu_buf outer_path;
};

static int csv_init(struct smmu_emit *emit)
{
	emit->state = calloc(1, sizeof(struct csv));
	return emit->state ? 0 : SMMU_E_NOMEM;
}

static void csv_fini(struct smmu_emit *emit)
{
	struct csv *csv = emit->state;

	if (!csv)
		return;
	emit_cells_fini(&csv->cells);
	smmu_buf_fini(&csv->outer_path);
	free(csv);
}

static void put_cell(struct smmu_out *out, const char *text, size_t size)
{
	if (strcspn(text, ",\"\r\n") == size) {
		smmu_out_write(out, text, size);
		return;
	}
	smmu_out_write(out, "\"", 1);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			smmu_out_write(out, "\"", 1);
		smmu_out_write(out, text + i, 1);
	}
	smmu_out_write(out, "\"", 1);
}

static void put_header(struct smmu_emit *emit)
{
	struct csv *csv = emit->state;
	const struct emit_cells *cells = &csv->cells;

	if (csv->has_written)
		smmu_out_write(emit->out, "\n", 1);
	csv->has_written = true;
	csv->has_header = true;
	csv->cells.is_fixed = true;
	for (size_t i = 0; i < cells->count; i++) {
		if (i)
			smmu_out_write(emit->out, ",", 1);
		put_cell(emit->out, cells->cells[i].key, strlen(cells->cells[i].key));
	}
	smmu_out_write(emit->out, "\n", 1);
}

static void put_row(struct smmu_emit *emit)
{
	struct csv *csv = emit->state;
	struct emit_cells *cells = &csv->cells;

	if (cells->count == 0)
		return;
	if (!csv->has_header)
		put_header(emit);
	for (size_t i = 0; i < cells->count; i++) {
		const struct smmu_buf *text = &cells->cells[i].text;

		if (i)
			smmu_out_write(emit->out, ",", 1);
		put_cell(emit->out, smmu_buf_text(text), text->size);
	}
	/* A line of one empty cell would be no line to most readers. */
	if (cells->count == 1 && cells->cells[0].text.size == 0)
		smmu_out_puts(emit->out, "\"\"");
	smmu_out_write(emit->out, "\n", 1);
	emit_cells_clear(cells);
}

static void new_section(struct csv *csv)
{
	emit_cells_fini(&csv->cells);
	csv->has_header = false;
}

static void csv_open(struct smmu_emit *emit, enum emit_kind kind, const char *key)
{
	struct csv *csv = emit->state;

	if (csv->row_depth == 0 && kind == EMIT_ARRAY)
		return; /* of rows */
	if (csv->row_depth++ && !emit_cells_open(&csv->cells, kind, key))
		emit_nomem(emit);
}

static void csv_table(struct smmu_emit *emit, const char *key,
		      const struct smmu_emit_column *columns, size_t columns_count)
{
	struct csv *csv = emit->state;

	if (csv->in_table || csv->cells.array_depth) {
		csv_open(emit, EMIT_ARRAY, key);
		return;
	}
	csv->in_table = true;
	csv->outer_depth = csv->row_depth;
	csv->outer_path = csv->cells.path;
	csv->cells.path = (struct smmu_buf){0};
	csv->row_depth = 0;
	if (csv->outer_depth)
		put_row(emit);
	new_section(csv);
	for (size_t i = 0; i < columns_count; i++)
		if (!emit_cells_add(&csv->cells, columns[i].key))
			emit_nomem(emit);
	put_header(emit);
}

static void csv_close(struct smmu_emit *emit, enum emit_kind kind)
{
	struct csv *csv = emit->state;

	if (csv->row_depth > 1) {
		emit_cells_close(&csv->cells, kind);
		csv->row_depth--;
	} else if (csv->row_depth == 1) {
		csv->row_depth = 0;
		put_row(emit);
	} else if (kind == EMIT_TABLE) {
		csv->in_table = false;
		csv->row_depth = csv->outer_depth;
		new_section(csv);
		csv->cells.path = csv->outer_path;
		csv->outer_path = (struct smmu_buf){0};
	}
}

static void csv_value(struct smmu_emit *emit, const char *key, enum emit_type type,
		      const char *text, size_t size)
{
	struct csv *csv = emit->state;

	if (!emit_cells_value(&csv->cells, key, text, type == EMIT_NULL ? 0 : size))
		emit_nomem(emit);
	else if (csv->row_depth == 0)
		put_row(emit);
}

const struct emit_ops emit_csv_ops = {
	.init = csv_init,
	.fini = csv_fini,
	.open = csv_open,
	.close = csv_close,
	.value = csv_value,
	.table = csv_table,
};
