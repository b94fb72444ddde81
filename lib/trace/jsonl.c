/*
 * Traces in JSON, one object a line (RFC 8259), parsed in place.  Keys are the
 * columns; a value is a number, a string as in CSV, true or false for 1 and 0,
 * or null for none.
 */
#include "trace/reader_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"

#define DEPTH_LIMIT 64

struct parser {
	struct smmu_trace *trace;
	struct smmu_record *record;
	struct smmu_line_error *error;
	char *line, *p, *end;
	size_t size;
	unsigned seen; /* columns, a bit each */
};

static int bad(struct parser *j, const char *at, int code, const char *message)
{
	j->error->code = code;
	j->error->col = (unsigned)(at - j->line) + 1;
	snprintf(j->error->message, sizeof(j->error->message), "%s", message);
	return code;
}

/* The LF behind the line ends every such loop. */
static void skip_space(struct parser *j)
{
	char *p = j->p;

	while (*p == ' ' || *p == '\t')
		p++;
	j->p = p;
}

/* Whether the next character that is no space is c, and if so passes it. */
static bool take(struct parser *j, char c)
{
	skip_space(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static int hex4(uint32_t *value, const char *p, const char *end)
{
	*value = 0;
	if (end - p < 4)
		return SMMU_E_SYNTAX;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		uint32_t d;

		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			d = (uint32_t)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			d = (uint32_t)(c - 'A') + 10;
		else
			return SMMU_E_SYNTAX;
		*value = *value * 16 + d;
	}
	return 0;
}

/* UTF-8 (RFC 3629); a surrogate that stands alone becomes U+FFFD. */
static char *put_utf8(char *to, uint32_t c)
{
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | smmu_bits(c, 6, 5));
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | smmu_bits(c, 12, 4));
		} else {
			*to++ = (char)(0xf0 | smmu_bits(c, 18, 3));
			*to++ = (char)(0x80 | smmu_bits(c, 12, 6));
		}
		*to++ = (char)(0x80 | smmu_bits(c, 6, 6));
	}
	*to++ = (char)(0x80 | smmu_bits(c, 0, 6));
	return to;
}

/* The \u at p[-1]: 4 digits, or two of them for a pair of surrogates. */
static int unicode(struct parser *j, char **to)
{
	uint32_t c, low;

	if (hex4(&c, j->p, j->end))
		return bad(j, j->p, SMMU_E_SYNTAX, "\\u needs four hex digits");
	j->p += 4;
	if (c >= 0xd800 && c < 0xdc00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u' &&
	    !hex4(&low, j->p + 2, j->end) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
		j->p += 6;
	}
	*to = put_utf8(*to, c);
	return 0;
}

/* The escape whose letter is at p. */
static int escape(struct parser *j, char **to)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *found = j->p < j->end && *j->p ? strchr(letters, *j->p) : NULL;

	if (j->p < j->end && *j->p == 'u') {
		j->p++;
		return unicode(j, to);
	}
	if (!found)
		return bad(j, j->p, SMMU_E_SYNTAX, "no such escape in a JSON string");
	*(*to)++ = values[found - letters];
	j->p++;
	return 0;
}

/* The rest of a string from its first backslash on, or what is wrong with it. */
static int rest_of_string(struct parser *j, char **to)
{
	int err = 0;

	if (smmu_trace_keep_line(j->trace, j->line, j->size))
		return bad(j, j->p, SMMU_E_NOMEM, "out of memory");
	while (!err && j->p < j->end && *j->p != '"') {
		if ((uint8_t)*j->p < 0x20)
			return bad(j, j->p, SMMU_E_SYNTAX, "a control character in a string");
		if (*j->p++ == '\\')
			err = escape(j, to);
		else
			*(*to)++ = j->p[-1];
	}
	return err;
}

/* The string whose first quote is passed.  *text stays where it was in the line. */
static int string(struct parser *j, char **text, size_t *size)
{
	char *first = j->p, *p = first;

	while (*p != '"' && *p != '\\' && (uint8_t)*p >= 0x20)
		p++;
	j->p = p;
	if (SMMU_UNLIKELY(*p != '"')) {
		int err = rest_of_string(j, &p);

		if (err)
			return err;
		if (j->p == j->end)
			return bad(j, first - 1, SMMU_E_SYNTAX,
				   "the string is not closed on its line");
	}
	*text = first;
	*size = (size_t)(p - first);
	j->p++;
	return 0;
}

/* The extent of a number or a word. */
static size_t bare(struct parser *j)
{
	char *first = j->p, *p = first;

	while ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
	       *p == '-' || *p == '+' || *p == '.')
		p++;
	j->p = p;
	return (size_t)(p - first);
}

static bool is_word(const char *text, size_t size, const char *word)
{
	return size == strlen(word) && !memcmp(text, word, size);
}

/* A JSON integer that is not negative; leading zeros are no JSON. */
static bool is_integer(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return size == 1 || (size && text[0] != '0');
}

/* A value that a column can hold; *size 0 for null.  true and false become 1 and 0 in place. */
static int scalar(struct parser *j, char **text, size_t *size)
{
	bool is_true;

	if (take(j, '"'))
		return string(j, text, size);
	*text = j->p;
	*size = bare(j);
	if (is_integer(*text, *size))
		return 0;
	is_true = is_word(*text, *size, "true");
	if (is_word(*text, *size, "null")) {
		*size = 0;
	} else if (is_true || is_word(*text, *size, "false")) {
		if (smmu_trace_keep_line(j->trace, j->line, j->size))
			return bad(j, *text, SMMU_E_NOMEM, "out of memory");
		**text = is_true ? '1' : '0';
		*size = 1;
	} else {
		return bad(j, *text, SMMU_E_SYNTAX,
			   "a value is a string or an integer from 0 (hex needs quotes)");
	}
	return 0;
}

/* Passes a value of any kind: nested ones too, for keys that are not ours. */
static int skip_value(struct parser *j)
{
	char *text;
	size_t size;
	unsigned depth = 0;

	do {
		skip_space(j);
		if (j->p == j->end)
			return bad(j, j->p, SMMU_E_SYNTAX, "the value is not complete");
		if (*j->p == '{' || *j->p == '[') {
			if (++depth > DEPTH_LIMIT)
				return bad(j, j->p, SMMU_E_LIMIT, "nested too deeply");
			j->p++;
		} else if (depth && (*j->p == '}' || *j->p == ']')) {
			depth--;
			j->p++;
		} else if (depth && (*j->p == ',' || *j->p == ':')) {
			j->p++;
		} else if (*j->p == '"') {
			j->p++;
			if (string(j, &text, &size))
				return j->error->code;
		} else if (!bare(j)) {
			return bad(j, j->p, SMMU_E_SYNTAX, "no JSON value");
		}
	} while (depth);
	return 0;
}

static int find_key(enum smmu_column *column, struct parser *j, unsigned index, const char *text,
		    size_t size)
{
	uint8_t *guess = index < KEY_GUESSES ? &j->trace->guess[index] : NULL;
	const char *nearest;
	int shown = size > 40 ? 40 : (int)size;

	if (guess && *guess < SMMU_COL_COUNT && is_word(text, size, smmu_column_name(*guess))) {
		*column = *guess;
		return 0;
	}
	if (!smmu_column_find(column, text, size)) {
		if (guess)
			*guess = (uint8_t)*column;
		return 0;
	}
	nearest = smmu_column_nearest(text, size);
	bad(j, text, SMMU_E_UNKNOWN, "");
	snprintf(j->error->message, sizeof(j->error->message),
		 "unknown key \"%.*s\"%s%s%s (own keys begin with x-)", shown, text,
		 nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	return j->error->code;
}

/* One "key": value. */
static int member(struct parser *j, unsigned index)
{
	enum smmu_column column;
	char *text;
	size_t size;
	int err;

	if (!take(j, '"'))
		return bad(j, j->p, SMMU_E_SYNTAX, "a key in quotes is wanted here");
	err = string(j, &text, &size);
	if (!err)
		err = find_key(&column, j, index, text, size);
	if (err)
		return err;
	if (column != SMMU_COL_IGNORED && smmu_bit(j->seen, column)) {
		bad(j, text, SMMU_E_CONFLICT, "");
		snprintf(j->error->message, sizeof(j->error->message), "%s is given twice",
			 smmu_column_name(column));
		return j->error->code;
	}
	j->seen |= 1u << column;
	if (!take(j, ':'))
		return bad(j, j->p, SMMU_E_SYNTAX, "a colon is wanted here");
	if (column == SMMU_COL_IGNORED)
		return skip_value(j);
	skip_space(j);
	j->error->col = (unsigned)(j->p - j->line) + 1;
	err = scalar(j, &text, &size);
	if (err || !size)
		return err;
	return smmu_trace_set(j->trace, j->record, column, text, size, j->error);
}

static int object(struct parser *j)
{
	unsigned index = 0;
	int err;

	if (!take(j, '{'))
		return bad(j, j->p, SMMU_E_SYNTAX, "an object on each line is wanted");
	if (!take(j, '}')) {
		do {
			err = member(j, index++);
			if (err)
				return err;
		} while (take(j, ','));
		if (!take(j, '}'))
			return bad(j, j->p, SMMU_E_SYNTAX, "a comma or } is wanted here");
	}
	skip_space(j);
	if (j->p < j->end)
		return bad(j, j->p, SMMU_E_SYNTAX, "text after the object");
	j->error->col = 0;
	return smmu_record_check(j->record, j->error);
}

size_t smmu_jsonl_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
			struct smmu_diag *diag)
{
	char *p = trace->data + trace->pos, *end = trace->data + trace->end;
	size_t n = 0;

	for (; n < capacity && p < end && !trace->error; trace->line++) {
		struct smmu_line_error error = {.code = 0};
		struct parser j = {
			.trace = trace, .record = &records[n], .error = &error, .line = p, .p = p};

		j.size = smmu_trace_line(&p, trace, p);
		j.end = j.line + j.size;
		if (smmu_trace_is_blank(j.line, j.size))
			continue;
		smmu_record_init(&records[n]);
		if (object(&j)) {
			smmu_trace_bad_line(trace, j.line, j.size, &error, diag);
			continue;
		}
		trace->is_changed = false;
		smmu_trace_take(trace, &records[n]);
		n++;
	}
	trace->pos = (size_t)(p - trace->data);
	return n;
}
