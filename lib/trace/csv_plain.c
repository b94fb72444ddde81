/*
 * Traces in CSV, the fast way.  A line of plain numbers and words takes one
 * pass, in place; whatever it does not expect (quotes, spaces, suffixes,
 * comments, errors) makes the careful way start that line again, or ends the
 * batch where that must not be.  The usual
 * headers have copies of the code with their columns built in.
 */
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/reader_priv.h"

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

/*
 * Digits of a base up to what is none, at most max of them, a constant; and how many.
 * Unrolled, since compilers do not do that of themselves.
 */
SMMU_INLINE size_t hex_digits(uint64_t *value, const char *p, size_t max)
{
	uint64_t v = 0;
	size_t n;

#pragma GCC unroll 16
	for (n = 0; n < max; n++) {
		unsigned d = digit_of[(uint8_t)p[n]];

		if (d >= 16)
			break;
		v = v * 16 + d;
	}
	*value = v;
	return n;
}

SMMU_INLINE size_t decimal_digits(uint64_t *value, const char *p, size_t max)
{
	uint64_t v = 0;
	size_t n;

#pragma GCC unroll 19
	for (n = 0; n < max; n++) {
		unsigned d = (unsigned)(uint8_t)p[n] - '0';

		if (d >= 10)
			break;
		v = v * 10 + d;
	}
	*value = v;
	return n;
}

/* A number that cannot overflow, or nothing; NULL where the careful way is needed. */
SMMU_INLINE char *plain_number(struct smmu_record *record, enum smmu_column column, char *p)
{
	bool is_id = column == SMMU_COL_STREAM || column == SMMU_COL_SUBSTREAM;
	uint64_t value;
	size_t count;

	/* With more digits than that, what follows is not what ends a field. */
	if (p[0] == '0' && p[1] == 'x') {
		p += 2;
		count = hex_digits(&value, p, is_id ? 8 : 16);
		if (SMMU_UNLIKELY(!count))
			return NULL;
	} else {
		count = decimal_digits(&value, p, is_id ? 9 : 19);
		if (!count)
			return p;
	}
	if (column == SMMU_COL_SIZE && SMMU_UNLIKELY(!value))
		return NULL;
	smmu_record_set_number(record, column, value);
	return p + count;
}

SMMU_INLINE char *plain_access(struct smmu_record *record, char *p)
{
	char c = (char)(*p | 0x20);

	if (SMMU_LIKELY(c == 'r' || c == 'w')) {
		record->txn.read = c == 'r';
		record->txn.write = c == 'w';
		record->has_access = true;
		p++;
		if (*p == 'w' && c == 'r') {
			record->txn.write = true;
			p++;
		}
	}
	return p;
}

/* Words and flags, as the careful way sets them; NULL where there is a quote or an error. */
static SMMU_NOINLINE char *plain_text(struct smmu_trace *trace, struct smmu_record *record,
				      enum smmu_column column, char *p)
{
	struct smmu_line_error error;
	char *first = p;
	size_t size;

	while (*p != ',' && *p != '\n' && *p != '"')
		p++;
	if (*p == '\n' && p > first && p[-1] == '\r')
		p--;
	size = (size_t)(p - first);
	if (!size)
		return p;
	if (*p == '"' || *first == ' ' || *first == '\t' || p[-1] == ' ' || p[-1] == '\t')
		return NULL;
	return smmu_trace_set(trace, record, column, first, size, &error) ? NULL : p;
}

/* One field, which may be empty. */
SMMU_INLINE char *plain_field(struct smmu_trace *trace, struct smmu_record *record,
			      enum smmu_column column, char *p)
{
	switch (column) {
	case SMMU_COL_STREAM:
	case SMMU_COL_SUBSTREAM:
	case SMMU_COL_ADDRESS:
	case SMMU_COL_SIZE:
	case SMMU_COL_TIME:
	case SMMU_COL_PA:
		return plain_number(record, column, p);
	case SMMU_COL_ACCESS:
		return plain_access(record, p);
	case SMMU_COL_OP:
		/* Most lines of a trace with this column. */
		return memcmp(p, "access", 6) ? plain_text(trace, record, column, p) : p + 6;
	case SMMU_COL_SECURITY:
		return memcmp(p, "ns", 2) ? plain_text(trace, record, column, p) : p + 2;
	case SMMU_COL_PRIVILEGED:
	case SMMU_COL_INSTRUCTION:
	case SMMU_COL_NOSNOOP:
		return *p == '0' ? p + 1 : plain_text(trace, record, column, p);
	default:
		return plain_text(trace, record, column, p);
	}
}

SMMU_INLINE bool takes_numbers(enum smmu_column column)
{
	return column == SMMU_COL_STREAM || column == SMMU_COL_SUBSTREAM ||
	       column == SMMU_COL_ADDRESS || column == SMMU_COL_SIZE || column == SMMU_COL_TIME ||
	       column == SMMU_COL_PA;
}

SMMU_INLINE char *plain_next(struct smmu_trace *trace, struct smmu_record *record,
			     enum smmu_column column, char *p)
{
	if (SMMU_UNLIKELY(!p || *p != ','))
		return NULL;
	return plain_field(trace, record, column, p + 1);
}

/*
 * Where the next line begins, or NULL when this one needs the careful way.
 * Compilers do not unroll a loop here, which constant columns are worth.
 */
SMMU_INLINE char *plain_line(struct smmu_trace *trace, struct smmu_record *record, char *p,
			     const uint8_t *column, size_t columns)
{
	if (!takes_numbers(column[0]) && *p == '#')
		return NULL;
	p = plain_field(trace, record, column[0], p);
	if (columns > 1)
		p = plain_next(trace, record, column[1], p);
	if (columns > 2)
		p = plain_next(trace, record, column[2], p);
	if (columns > 3)
		p = plain_next(trace, record, column[3], p);
	if (columns > 4)
		p = plain_next(trace, record, column[4], p);
	if (columns > 5)
		p = plain_next(trace, record, column[5], p);
	for (size_t i = 6; i < columns; i++)
		p = plain_next(trace, record, column[i], p);
	if (SMMU_UNLIKELY(!p))
		return NULL;
	if (SMMU_LIKELY(*p == '\n'))
		return p + 1;
	return p[0] == '\r' && p[1] == '\n' ? p + 2 : NULL;
}

/*
 * Counts a record that has all its op needs.  The bulk of all records need no
 * more than this; only_accesses: no column says otherwise, nor the time.
 */
SMMU_INLINE bool take(struct smmu_trace *trace, struct smmu_record *record, bool only_accesses)
{
	struct smmu_line_error error;

	if (only_accesses && SMMU_LIKELY(smmu_record_has_access(record))) {
		record->line = trace->line;
		record->time_ns = trace->number++;
		return true;
	}
	if (!(record->op == SMMU_OP_ACCESS && smmu_record_has_access(record) && !record->data &&
	      record->txn.sec != SMMU_SEC_ROOT) &&
	    ((record->data && trace->plain_only) || smmu_record_check(record, &error)))
		return false;
	smmu_trace_take(trace, record);
	return true;
}

static SMMU_NOINLINE bool is_blank(const struct smmu_trace *trace, const char *line)
{
	char *next;
	size_t size = smmu_trace_line(&next, trace, line);

	return smmu_trace_is_blank(line, size);
}

SMMU_INLINE size_t batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
			 struct smmu_diag *diag, const uint8_t *column, size_t columns,
			 bool only_accesses)
{
	char *p = trace->data + trace->pos, *end = trace->data + trace->end;
	struct smmu_record *record = records, *last = records + capacity;

	for (; record < last && p < end; trace->line++) {
		char *next;

		smmu_record_init(record);
		next = plain_line(trace, record, p, column, columns);
		if (SMMU_LIKELY(next) && SMMU_LIKELY(take(trace, record, only_accesses))) {
			p = next;
			record++;
		} else if (trace->plain_only && !is_blank(trace, p)) {
			break;
		} else if (smmu_csv_careful_line(trace, record, &p, diag)) {
			smmu_trace_take(trace, record++);
		} else if (trace->error) {
			break;
		}
	}
	trace->pos = (size_t)(p - trace->data);
	return (size_t)(record - records);
}

static size_t any_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
			struct smmu_diag *diag)
{
	return batch(trace, records, capacity, diag, trace->column, trace->columns, false);
}

/* name_batch reads lines of exactly these columns. */
#define LAYOUT(name, ...)                                                                          \
	static const uint8_t name##_columns[] = {__VA_ARGS__};                                     \
	static size_t name##_batch(struct smmu_trace *trace, struct smmu_record *records,          \
				   size_t capacity, struct smmu_diag *diag)                        \
	{                                                                                          \
		return batch(trace, records, capacity, diag, name##_columns,                       \
			     sizeof(name##_columns), true);                                        \
	}

LAYOUT(substream, SMMU_COL_STREAM, SMMU_COL_SUBSTREAM, SMMU_COL_ADDRESS, SMMU_COL_ACCESS,
       SMMU_COL_SIZE)
LAYOUT(short, SMMU_COL_STREAM, SMMU_COL_ADDRESS, SMMU_COL_ACCESS, SMMU_COL_SIZE)
LAYOUT(dma, SMMU_COL_STREAM, SMMU_COL_ADDRESS, SMMU_COL_PA, SMMU_COL_ACCESS)
LAYOUT(smmu, SMMU_COL_SMMU, SMMU_COL_STREAM, SMMU_COL_SUBSTREAM, SMMU_COL_ADDRESS, SMMU_COL_ACCESS,
       SMMU_COL_SIZE)

smmu_batch_fn *smmu_csv_batch_for(const struct smmu_trace *trace)
{
	static const struct {
		const uint8_t *column;
		size_t columns;
		smmu_batch_fn *batch;
	} layouts[] = {
		{substream_columns, sizeof(substream_columns), substream_batch},
		{short_columns, sizeof(short_columns), short_batch},
		{dma_columns, sizeof(dma_columns), dma_batch},
		{smmu_columns, sizeof(smmu_columns), smmu_batch},
	};

	for (size_t i = 0; i < SMMU_LEN(layouts); i++)
		if (layouts[i].columns == trace->columns &&
		    !memcmp(layouts[i].column, trace->column, trace->columns))
			return layouts[i].batch;
	return any_batch;
}
