/*
 * Traces in CSV.  A line of plain numbers and short words is parsed in one
 * pass, in place; whatever that does not expect (quotes, spaces, suffixes,
 * comments, errors) is left to the careful way, which starts the line again.
 */
#include "trace/reader_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
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

static int add_column(struct smmu_trace *trace, const struct field *field,
		      struct smmu_line_error *error)
{
	enum smmu_column column;
	int shown = field->size > 40 ? 40 : (int)field->size;

	error->col = field->col;
	error->code = SMMU_E_UNKNOWN;
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
	if (smmu_trace_reserve(&trace->column, &trace->columns_capacity, trace->columns, 1)) {
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
	struct field field;

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
	struct field field;

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

/* Digits to their values; 16 and more for what is no hex digit. */
static const uint8_t digit_of[256] = {
#define NONE8 16, 16, 16, 16, 16, 16, 16, 16
#define NONE  NONE8, NONE8
	NONE, NONE, NONE, /* 0x00 */
	0,    1,    2,	  3,	4,    5,    6,	  7,	8,     9,
	16,   16,   16,	  16,	16,   16,			     /* 0x30 */
	16,   10,   11,	  12,	13,   14,   15,	  16,	NONE8, NONE, /* 0x40 */
	16,   10,   11,	  12,	13,   14,   15,	  16,	NONE8, NONE, /* 0x60 */
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,		     /* 0x80 */
};

/* A plain number that cannot overflow: where it ends, or NULL. */
SMMU_INLINE char *plain_number(uint64_t *value, char *p)
{
	const char *first;
	uint64_t v = 0;
	unsigned d;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		first = p += 2;
		while ((d = digit_of[(uint8_t)*p]) < 16) {
			v = v * 16 + d;
			p++;
		}
		*value = v;
		return (size_t)(p - first) - 1 < 16 ? p : NULL;
	}
	first = p;
	while ((d = digit_of[(uint8_t)*p]) < 10) {
		v = v * 10 + d;
		p++;
	}
	*value = v;
	return (size_t)(p - first) - 1 < 19 ? p : NULL;
}

SMMU_INLINE char *plain_access(struct smmu_record *record, char *p)
{
	switch (*p) {
	case 'r':
	case 'R':
		record->txn.read = true;
		if (p[1] == 'w' || p[1] == 'W') {
			record->txn.write = true;
			p++;
		}
		break;
	case 'w':
	case 'W':
		record->txn.write = true;
		break;
	case 'x':
	case 'X':
		record->txn.read = record->txn.instruction = true;
		break;
	default:
		return NULL;
	}
	record->has_access = true;
	return p + 1;
}

/* Words and flags, as the careful way sets them; NULL where there is a quote or an error. */
static char *plain_text(struct smmu_trace *trace, struct smmu_record *record,
			enum smmu_column column, char *p)
{
	struct smmu_line_error error;
	char *first = p;

	while (*p != ',' && *p != '\n' && *p != '"')
		p++;
	if (*p == '"' || is_space(*first) || is_space(p[-1]))
		return NULL;
	if (*p == '\n' && p > first && p[-1] == '\r')
		p--;
	if (p > first && smmu_trace_set(trace, record, column, first, (size_t)(p - first), &error))
		return NULL;
	return p;
}

/* One field that is not empty. */
SMMU_INLINE char *plain_field(struct smmu_trace *trace, struct smmu_record *record,
			      enum smmu_column column, char *p)
{
	uint64_t value;

	switch (column) {
	case SMMU_COL_STREAM:
	case SMMU_COL_SUBSTREAM:
		p = plain_number(&value, p);
		if (!smmu_bits_fit(value, 32))
			return NULL;
		smmu_record_set_number(record, column, value);
		return p;
	case SMMU_COL_SIZE:
		p = plain_number(&value, p);
		if (!value)
			return NULL;
		smmu_record_set_number(record, column, value);
		return p;
	case SMMU_COL_ADDRESS:
	case SMMU_COL_TIME:
	case SMMU_COL_PA:
		p = plain_number(&value, p);
		smmu_record_set_number(record, column, value);
		return p;
	case SMMU_COL_ACCESS:
		return plain_access(record, p);
	case SMMU_COL_OP:
		/* Most lines of a trace with this column. */
		if (!memcmp(p, "access", 6))
			return p + 6;
		return plain_text(trace, record, column, p);
	case SMMU_COL_SECURITY:
		if (p[0] == 'n' && p[1] == 's')
			return p + 2;
		return plain_text(trace, record, column, p);
	case SMMU_COL_PRIVILEGED:
	case SMMU_COL_INSTRUCTION:
	case SMMU_COL_NOSNOOP:
		if (*p == '0')
			return p + 1;
		return plain_text(trace, record, column, p);
	default:
		return plain_text(trace, record, column, p);
	}
}

/* Where the next line begins, or NULL when this one needs the careful way. */
static char *plain_line(struct smmu_trace *trace, struct smmu_record *record, char *p)
{
	const uint8_t *column = trace->column, *last = column + trace->columns - 1;

	if (*p == '#')
		return NULL;
	for (; column < last; column++) {
		if (*p != ',') {
			p = plain_field(trace, record, *column, p);
			if (SMMU_UNLIKELY(!p || *p != ','))
				return NULL;
		}
		p++;
	}
	if (*p != '\n' && *p != '\r') {
		p = plain_field(trace, record, *column, p);
		if (SMMU_UNLIKELY(!p))
			return NULL;
	}
	p += *p == '\r';
	return *p == '\n' ? p + 1 : NULL;
}

/* The bulk of all records need no more than this. */
static bool is_complete(struct smmu_record *record)
{
	struct smmu_line_error error;

	if (SMMU_LIKELY(record->op == SMMU_OP_ACCESS && record->has_stream && record->has_address &&
			record->has_access && !record->data))
		return record->txn.sec != SMMU_SEC_ROOT;
	return !smmu_record_check(record, &error);
}

/* Whether the line at *p gave a record; *p moves on. */
static bool careful_line(struct smmu_trace *trace, struct smmu_record *record, char **p,
			 struct smmu_diag *diag)
{
	struct smmu_line_error error = {.code = 0};
	char *line = *p;
	size_t size = smmu_trace_line(p, trace, line);

	if (smmu_trace_is_blank(line, size))
		return false;
	*record = trace->blank;
	if (parse_fields(trace, record, line, size, &error)) {
		smmu_trace_bad_line(trace, line, size, &error, diag);
		return false;
	}
	trace->is_changed = false;
	return true;
}

size_t smmu_csv_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
		      struct smmu_diag *diag)
{
	char *p = trace->data + trace->pos, *end = trace->data + trace->end;
	size_t n = 0;

	while (n < capacity && p < end && !trace->error) {
		struct smmu_record *record = &records[n];
		char *next;
		bool given = true;

		*record = trace->blank;
		next = plain_line(trace, record, p);
		if (SMMU_LIKELY(next && is_complete(record)))
			p = next;
		else
			given = careful_line(trace, record, &p, diag);
		if (SMMU_LIKELY(given)) {
			smmu_trace_take(trace, record);
			n++;
		}
		trace->line++;
	}
	trace->pos = (size_t)(p - trace->data);
	return n;
}
