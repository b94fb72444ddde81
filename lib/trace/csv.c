/* Traces in CSV, the careful way: the header, and every line that is not plain. */
#include "trace/reader_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

/* A field without its quotes and the spaces around it. */
struct field {
	char *text;
	size_t size;
	unsigned col; /* from 1 */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static int bad_field(struct smmu_line_error *error, const char *line, const char *at,
		     const char *message)
{
	*error = (struct smmu_line_error){.code = SMMU_E_SYNTAX, .col = (unsigned)(at - line) + 1};
	snprintf(error->message, sizeof(error->message), "%s", message);
	return error->code;
}

/* What is between the quote before p and the quote that closes it; "" stands for one. */
static char *quoted(struct field *field, struct smmu_trace *trace, char *p, const char *line,
		    size_t size)
{
	const char *end = line + size;
	char *to = field->text = p;

	for (; p < end; p++) {
		if (*p == '"' && (p + 1 == end || p[1] != '"')) {
			field->size = (size_t)(to - field->text);
			return p + 1;
		}
		if (*p == '"') {
			if (smmu_trace_keep_line(trace, line, size))
				return NULL;
			p++;
		}
		/* Nothing moves before the first doubled quote. */
		if (to != p)
			*to = *p;
		to++;
	}
	return NULL;
}

/* The field at *p, which moves to the comma behind it or the end of the line. */
static int next_field(struct field *field, char **p, struct smmu_trace *trace, const char *line,
		      size_t size, struct smmu_line_error *error)
{
	char *end = (char *)line + size, *q = *p;

	while (q < end && is_space(*q))
		q++;
	field->col = (unsigned)(q - line) + 1;
	if (q < end && *q == '"') {
		char *after = quoted(field, trace, q + 1, line, size);

		if (!after)
			return bad_field(error, line, q, "the quote is not closed on its line");
		while (after < end && is_space(*after))
			after++;
		if (after < end && *after != ',')
			return bad_field(error, line, after, "text after a closing quote");
		*p = after;
		return 0;
	}
	field->text = q;
	while (q < end && *q != ',')
		q++;
	*p = q;
	field->size = (size_t)(q - field->text);
	while (field->size && is_space(field->text[field->size - 1]))
		field->size--;
	return 0;
}

/* A column's name has no control characters; an image or another binary file does. */
static bool is_text(const struct field *field)
{
	for (size_t i = 0; i < field->size; i++)
		if ((unsigned char)field->text[i] < 0x20)
			return false;
	return true;
}

static int add_column(struct smmu_trace *trace, const struct field *field,
		      struct smmu_line_error *error)
{
	enum smmu_column column;
	int shown = field->size > 40 ? 40 : (int)field->size;

	error->col = field->col;
	error->code = SMMU_E_UNKNOWN;
	if (!is_text(field)) {
		snprintf(error->message, sizeof(error->message),
			 "bytes that are no text; is this a trace?");
		return error->code;
	}
	if (smmu_column_find(&column, field->text, field->size)) {
		const char *nearest = smmu_column_nearest(field->text, field->size);

		snprintf(error->message, sizeof(error->message),
			 "unknown column \"%.*s\"%s%s%s (own columns begin with x-)", shown,
			 field->text, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
			 nearest ? "\"?" : "");
		return error->code;
	}
	error->code = SMMU_E_CONFLICT;
	for (size_t i = 0; i < trace->columns && column != SMMU_COL_IGNORED; i++)
		if (trace->column[i] == column) {
			snprintf(error->message, sizeof(error->message),
				 "the column %s is given twice", smmu_column_name(column));
			return error->code;
		}
	if (smmu_array_reserve(&trace->column, &trace->columns_capacity, trace->columns, 1)) {
		error->code = SMMU_E_NOMEM;
		snprintf(error->message, sizeof(error->message), "out of memory");
		return error->code;
	}
	trace->column[trace->columns++] = (uint8_t)column;
	return 0;
}

/* Without a column op every line is an access, which needs these. */
static int check_columns(const struct smmu_trace *trace, struct smmu_line_error *error)
{
	static const uint8_t needed[] = {SMMU_COL_STREAM, SMMU_COL_ADDRESS, SMMU_COL_ACCESS};

	if (memchr(trace->column, SMMU_COL_OP, trace->columns))
		return 0;
	for (size_t i = 0; i < SMMU_LEN(needed); i++)
		if (!memchr(trace->column, needed[i], trace->columns)) {
			*error = (struct smmu_line_error){.code = SMMU_E_INVALID, .col = 1};
			snprintf(error->message, sizeof(error->message),
				 "the header names no column %s", smmu_column_name(needed[i]));
			return error->code;
		}
	return 0;
}

static int parse_header(struct smmu_trace *trace, char *line, size_t size,
			struct smmu_line_error *error)
{
	char *p = line;
	struct field field = {0};

	for (;; p++) {
		int err = next_field(&field, &p, trace, line, size, error);

		if (!err)
			err = add_column(trace, &field, error);
		if (err)
			return err;
		if (p == line + size)
			return check_columns(trace, error);
	}
}

bool smmu_csv_is_header(const struct smmu_trace *trace)
{
	const char *line = trace->data + trace->pos;
	size_t size = strcspn(line, ",\r\n \t");
	enum smmu_column column;

	if (*line == '"')
		return true;
	/* A task of a log may be called x-… too. */
	return !smmu_column_find(&column, line, size) &&
	       (column != SMMU_COL_IGNORED || line[size] == ',');
}

int smmu_csv_header(struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_line_error error = {.code = 0};
	struct smmu_place at = {.file = smmu_in_name(trace->in), .line = trace->line};
	char *line = trace->data + trace->pos, *next;
	int err;

	if (trace->pos == trace->end)
		return smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
				       "no header line that names the columns of a trace");
	at.text_len = smmu_trace_line(&next, trace, line);
	at.text = line;
	err = parse_header(trace, line, at.text_len, &error);
	if (err) {
		at.col = error.col;
		if (trace->is_changed)
			at.text = trace->original;
		return smmu_diag_error(diag, &at, err, "%s", error.message);
	}
	trace->batch = smmu_csv_batch_for(trace);
	trace->is_changed = false;
	trace->pos = (size_t)(next - trace->data);
	trace->line++;
	return 0;
}

static int wrong_count(const struct smmu_trace *trace, size_t size, size_t found,
		       struct smmu_line_error *error)
{
	error->code = SMMU_E_SYNTAX;
	error->col = (unsigned)size + 1;
	if (found < trace->columns)
		snprintf(error->message, sizeof(error->message),
			 "%zu field%s where the header names %zu", found, found == 1 ? "" : "s",
			 trace->columns);
	else
		snprintf(error->message, sizeof(error->message),
			 "more fields than the %zu that the header names", trace->columns);
	return error->code;
}

/* The careful way.  Every deviation that is an error is found here. */
static int parse_fields(struct smmu_trace *trace, struct smmu_record *record, char *line,
			size_t size, struct smmu_line_error *error)
{
	char *p = line;
	struct field field = {0};

	for (size_t i = 0;; i++, p++) {
		int err;

		if (i == trace->columns)
			return wrong_count(trace, size, i, error);
		err = next_field(&field, &p, trace, line, size, error);
		if (err)
			return err;
		error->col = field.col;
		if (field.size)
			err = smmu_trace_set(trace, record, trace->column[i], field.text,
					     field.size, error);
		if (err)
			return err;
		if (p < line + size)
			continue;
		if (i + 1 < trace->columns)
			return wrong_count(trace, size, i + 1, error);
		error->col = 0;
		return smmu_record_check(record, error);
	}
}

bool smmu_csv_careful_line(struct smmu_trace *trace, struct smmu_record *record, char **p,
			   struct smmu_diag *diag)
{
	struct smmu_line_error error = {.code = 0};
	char *line = *p;
	size_t size = smmu_trace_line(p, trace, line);

	if (smmu_trace_is_blank(line, size))
		return false;
	smmu_record_init(record);
	if (parse_fields(trace, record, line, size, &error)) {
		smmu_trace_bad_line(trace, line, size, &error, diag);
		return false;
	}
	trace->is_changed = false;
	return true;
}
