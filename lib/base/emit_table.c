/*
 * Tables in text, laid out by libsmartcols.
 *
 * libsmartcols keeps every row to find the widths; so that a table of any
 * length takes bounded memory, rows go through it in chunks, and a chunk is
 * as wide as those before it at least.
 */
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/emit_cells_priv.h"
#include "base/emit_text_priv.h"
#include "base/text.h"

#define CHUNK_ROWS 4096
/* A last column of prose is not made narrower. */
#define PROSE_LEAST 20

struct emit_table {
	struct smmu_emit *emit;
	const struct smmu_emit_column *columns; /* borrowed */
	unsigned indent, gap;			/* between columns */
	struct emit_cells cells;
	size_t row_depth; /* as in emit_csv.c */
	struct libscols_table *scols;
	bool has_printed;
	size_t *widths; /* of the columns, as printed last; 0 before */
	size_t rows;	/* in scols */
	struct smmu_buf padded;
	/* Widths are those of UTF-8, whatever locale the program runs in. */
	locale_t locale;
};

static bool add_column(struct emit_table *table, const struct smmu_emit_column *column,
		       bool is_last)
{
	int flags = column->right ? SCOLS_FL_RIGHT : is_last ? SCOLS_FL_WRAP : 0;
	struct libscols_column *c = scols_table_new_column(table->scols, column->title, 0, flags);

	if (!c || !emit_cells_add(&table->cells, column->key))
		return false;
	if (flags == SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(c, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
	if (table->emit->options.color)
		scols_cell_set_color(scols_column_get_header(c), "bold");
	return true;
}

static bool set_up(struct emit_table *table, size_t columns_count)
{
	table->widths = calloc(columns_count + 1, sizeof(*table->widths));
	table->scols = scols_new_table();
	if (!table->widths || !table->scols || scols_table_set_column_separator(table->scols, "  "))
		return false;
	scols_table_enable_noencoding(table->scols, 1); /* cells are clean already */
	scols_table_enable_colors(table->scols, table->emit->options.color);
	scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER); /* cut nothing */
	for (size_t i = 0; i < columns_count; i++)
		if (!add_column(table, &table->columns[i], i + 1 == columns_count))
			return false;
	table->cells.is_fixed = true;
	return true;
}

struct emit_table *emit_table_new(struct smmu_emit *emit, const struct smmu_emit_column *columns,
				  size_t columns_count, unsigned indent)
{
	struct emit_table *table = calloc(1, sizeof(*table));

	if (!table) {
		emit_nomem(emit);
		return NULL;
	}
	table->emit = emit;
	table->columns = columns;
	table->indent = indent;
	table->gap = 2;
	table->cells.is_visible = true;
	table->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!set_up(table, columns_count))
		emit_nomem(emit);
	return table;
}

static size_t cell_width(struct libscols_line *line, size_t column)
{
	const char *data = scols_cell_get_data(scols_line_get_cell(line, column));

	return data ? smmu_utf8_width(data, strlen(data)) : 0;
}

/* Of a column in all rows of the chunk, or of its title. */
static size_t column_width(struct emit_table *table, size_t column)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	size_t widest = strlen(table->columns[column].title);
	struct libscols_line *line;

	while (iter && scols_table_next_line(table->scols, iter, &line) == 0)
		if (cell_width(line, column) > widest)
			widest = cell_width(line, column);
	scols_free_iter(iter);
	return widest;
}

static bool is_hidden(struct emit_table *table, size_t column)
{
	return scols_column_get_flags(scols_table_get_column(table->scols, column)) &
	       SCOLS_FL_HIDDEN;
}

/* What the columns before the last take in all rows of the chunk. */
static size_t width_before_last(struct emit_table *table)
{
	size_t sum = 0;

	for (size_t i = 0; i + 1 < table->cells.count; i++)
		if (!is_hidden(table, i))
			sum += column_width(table, i) + table->gap;
	return sum;
}

static bool wraps(const struct emit_table *table)
{
	return table->cells.count && !table->columns[table->cells.count - 1].right;
}

/* Whether its rows are wider than they should be, however narrow prose is made. */
static bool is_too_wide(struct emit_table *table)
{
	size_t last = column_width(table, table->cells.count - 1);

	if (wraps(table) && last > PROSE_LEAST)
		last = PROSE_LEAST;
	return table->indent + width_before_last(table) + last > table->emit->options.width_columns;
}

static bool is_empty(struct emit_table *table, size_t column)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;
	bool empty = iter != NULL;

	while (empty && scols_table_next_line(table->scols, iter, &line) == 0)
		empty = cell_width(line, column) == 0;
	scols_free_iter(iter);
	return empty;
}

/*
 * A table that is too wide does without its empty columns, where no rows can
 * follow, and stands closer where that helps.  As the first chunk is, so are
 * those behind it.
 */
static void narrow(struct emit_table *table, bool is_last)
{
	if (table->has_printed || !table->cells.count || !is_too_wide(table))
		return;
	for (size_t i = 0; is_last && i < table->cells.count; i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);

		if (is_empty(table, i))
			scols_column_set_flags(column,
					       scols_column_get_flags(column) | SCOLS_FL_HIDDEN);
	}
	if (!is_too_wide(table))
		return;
	table->gap = 1;
	if (is_too_wide(table))
		table->gap = 2;
	else if (scols_table_set_column_separator(table->scols, " "))
		emit_nomem(table->emit);
}

/* Puts newlines for spaces so that no line is wider than width where words allow. */
static void break_lines(char *text, size_t width)
{
	char *line = text, *space = NULL;

	for (char *p = text; *p; p++) {
		if (*p == ' ')
			space = p;
		if (space && smmu_utf8_width(line, (size_t)(p + 1 - line)) > width) {
			*space = '\n';
			line = space + 1;
			space = NULL;
		}
	}
}

/* Wraps the last column, if it is prose, into what the others leave. */
static void wrap_last(struct emit_table *table)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	size_t last = table->cells.count - 1, taken = table->indent + width_before_last(table);
	size_t width = table->emit->options.width_columns;
	struct libscols_line *line;

	width = width > taken + PROSE_LEAST ? width - taken : PROSE_LEAST;
	while (iter && scols_table_next_line(table->scols, iter, &line) == 0) {
		const char *data = scols_cell_get_data(scols_line_get_cell(line, last));
		struct smmu_buf copy = {0};

		if (!data || smmu_utf8_width(data, strlen(data)) <= width)
			continue;
		smmu_buf_puts(&copy, data);
		if (!copy.failed)
			break_lines(copy.data, width);
		if (copy.failed || scols_line_set_data(line, last, copy.data))
			emit_nomem(table->emit);
		smmu_buf_fini(&copy);
	}
	scols_free_iter(iter);
}

static void write_lines(struct emit_table *table, const char *text)
{
	struct smmu_out *out = table->emit->out;

	while (*text) {
		size_t size = strcspn(text, "\n"), shown = size;

		while (shown && text[shown - 1] == ' ')
			shown--;
		if (shown)
			emit_text_pad(out, table->indent);
		smmu_out_write(out, text, shown);
		smmu_out_write(out, "\n", 1);
		text += size + (text[size] == '\n');
	}
}

/* The table as libsmartcols lays it out, owned; NULL when there is no memory. */
static char *lay_out(struct emit_table *table)
{
	locale_t before = table->locale ? uselocale(table->locale) : (locale_t)0;
	char *text = NULL;

	if (scols_print_table_to_string(table->scols, &text) || !text)
		emit_nomem(table->emit);
	if (before)
		uselocale(before);
	return text;
}

/* For a table without rows.  libsmartcols prints no header then, so it gets an empty row. */
static void print_header(struct emit_table *table)
{
	char *text = scols_table_new_line(table->scols, NULL) ? lay_out(table) : NULL;

	if (text) {
		text[strcspn(text, "\n")] = '\0';
		write_lines(table, text);
	}
	free(text);
}

static void print_chunk(struct emit_table *table, bool is_last)
{
	char *text;

	narrow(table, is_last);
	if (wraps(table))
		wrap_last(table);
	text = lay_out(table);
	if (text)
		write_lines(table, text);
	free(text);
	for (size_t i = 0; i < table->cells.count; i++)
		table->widths[i] = scols_column_get_width(scols_table_get_column(table->scols, i));
	scols_table_remove_lines(table->scols);
	scols_table_enable_noheadings(table->scols, 1);
	table->has_printed = true;
	table->rows = 0;
}

/* The text of a cell; in the first row of a chunk as wide as the chunk before was. */
static const char *cell_text(struct emit_table *table, size_t i)
{
	const struct smmu_buf *text = &table->cells.cells[i].text;
	size_t width = smmu_utf8_width(smmu_buf_text(text), text->size);

	if (table->rows || width >= table->widths[i])
		return smmu_buf_text(text);
	smmu_buf_clear(&table->padded);
	if (!table->columns[i].right)
		smmu_buf_append(&table->padded, text->data, text->size);
	for (; width < table->widths[i]; width++)
		smmu_buf_putc(&table->padded, ' ');
	if (table->columns[i].right)
		smmu_buf_append(&table->padded, text->data, text->size);
	return smmu_buf_text(&table->padded);
}

static void end_row(struct emit_table *table)
{
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);

	if (!line) {
		emit_nomem(table->emit);
		return;
	}
	for (size_t i = 0; i < table->cells.count; i++)
		if (scols_line_set_data(line, i, cell_text(table, i)))
			emit_nomem(table->emit);
	emit_cells_clear(&table->cells);
	if (++table->rows == CHUNK_ROWS)
		print_chunk(table, false);
}

void emit_table_open(struct emit_table *table, enum emit_kind kind, const char *key)
{
	if (table->row_depth++ && !emit_cells_open(&table->cells, kind, key))
		emit_nomem(table->emit);
}

void emit_table_close(struct emit_table *table, enum emit_kind kind)
{
	if (--table->row_depth)
		emit_cells_close(&table->cells, kind);
	else
		end_row(table);
}

void emit_table_value(struct emit_table *table, const char *key, enum emit_type type,
		      const char *text, size_t size)
{
	text = emit_text_of(type, text, &size);
	if (!emit_cells_value(&table->cells, key, text, size))
		emit_nomem(table->emit);
	else if (table->row_depth == 0)
		end_row(table);
}

void emit_table_meaning(struct emit_table *table, const char *text)
{
	struct emit_cell *cell = table->cells.last;

	if (!cell)
		return;
	smmu_buf_puts(&cell->text, " (");
	emit_utf8_append(&cell->text, text, strlen(text), true);
	smmu_buf_puts(&cell->text, ")");
}

bool emit_table_is_between_rows(const struct emit_table *table)
{
	return table->row_depth == 0;
}

void emit_table_flush(struct emit_table *table)
{
	if (table->rows)
		print_chunk(table, false);
}

void emit_table_free(struct emit_table *table)
{
	if (!table)
		return;
	if (!table->emit->error && !table->rows && !table->has_printed)
		print_header(table);
	else if (!table->emit->error && table->rows)
		print_chunk(table, true);
	emit_cells_fini(&table->cells);
	smmu_buf_fini(&table->padded);
	scols_unref_table(table->scols);
	if (table->locale)
		freelocale(table->locale);
	free(table->widths);
	free(table);
}
