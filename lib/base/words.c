/* 64-bit words from raw bytes, hex words and hex dumps. */
#include "base/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"

/* Bytes that one line of a hex dump can hold; xxd prints 256 at most. */
#define LINE_BYTES 256
/* How much a "*" line of hexdump may stand for. */
#define REPEAT_LIMIT (UINT64_C(1) << 28)

struct smmu_words {
	struct smmu_in *in;
	enum smmu_words_form form;
	/* HEX: the current line, borrowed from in until the next one. */
	const char *line;
	size_t line_size, at;
	/* XXD: bytes of the current line, and what a "*" before it repeats. */
	uint8_t bytes[LINE_BYTES];
	size_t bytes_count, bytes_at;
	uint64_t repeat;	  /* bytes of bytes[] still to be given again */
	uint64_t offset;	  /* of the byte after the current line */
	uint8_t next[LINE_BYTES]; /* the line after the "*", while repeat lasts */
	size_t next_count;
	bool has_offset, starred;
	bool has_colon; /* after the offset: xxd; without it hexdump -C */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '\f' || c == '\v';
}

/* "_" between two digits, as in any other number; the one before is at text[-1]. */
static bool is_separator(const char *text, size_t size)
{
	return text[0] == '_' && size > 1 && smmu_hex_digit(text[-1]) >= 0 &&
	       smmu_hex_digit(text[1]) >= 0;
}

int smmu_parse_hex(uint64_t *value, const char *text, size_t size, size_t *bad)
{
	size_t i = size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;
	uint64_t v = 0;

	*bad = i;
	if (i == size)
		return SMMU_E_SYNTAX;
	for (; i < size; i++) {
		int digit = smmu_hex_digit(text[i]);

		*bad = i;
		if (i && is_separator(text + i, size - i))
			continue;
		if (digit < 0)
			return SMMU_E_SYNTAX;
		if (v >> 60)
			return SMMU_E_RANGE;
		v = v << 4 | (unsigned)digit;
	}
	*value = v;
	return 0;
}

/* Number of hex digits at text. */
static size_t digits_at(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && smmu_hex_digit(text[n]) >= 0)
		n++;
	return n;
}

/* Whether a line reads as one of xxd or hexdump -C: offset, bytes in even groups, text. */
static bool looks_like_dump(const char *line, size_t size)
{
	size_t n = digits_at(line, size), group, groups = 0;
	bool wide = false; /* groups of 16 digits are words, but for a text column after them */

	if (n > 16 && n % 2 == 0 && n == size)
		return true; /* xxd -p */
	if (n < 4 || n >= size || (line[n] != ':' && line[n] != ' '))
		return false;
	if ((n < 7 || size - n < 3 || line[n + 1] != ' ') && line[n] == ' ')
		return false;
	for (n++; n < size && line[n] == ' '; n++)
		;
	for (; (group = digits_at(line + n, size - n)) > 0; groups++) {
		if (group % 2 || group > 16)
			return false;
		n += group;
		if (n + 1 < size && line[n] == ' ' && line[n + 1] == ' ')
			return true; /* the text column */
		wide |= group > 8;
		n += n < size && line[n] == ' ';
	}
	return groups > 0 && !wide && n == size;
}

static size_t line_length(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);
	size_t n = end ? (size_t)(end - text) : size;

	return n && text[n - 1] == '\r' ? n - 1 : n;
}

static enum smmu_words_form form_of(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x7f || (c < 0x20 && !strchr("\t\n\v\f\r", c)) || c == '\0')
			return SMMU_WORDS_RAW;
	}
	while (size && (text[0] == '\n' || text[0] == '\r' || text[0] == '#')) {
		n = text[0] == '#' ? line_length(text, size) : 1;
		text += n;
		size -= n;
	}
	n = line_length(text, size);
	while (n && text[n - 1] == ' ')
		n--;
	return looks_like_dump(text, n) ? SMMU_WORDS_XXD : SMMU_WORDS_HEX;
}

int smmu_words_open(struct smmu_words **words, struct smmu_in *in, enum smmu_words_form form,
		    struct smmu_diag *diag)
{
	struct smmu_words *w;

	*words = NULL;
	if (form == SMMU_WORDS_AUTO) {
		size_t got;
		const char *head = smmu_in_peek(&got, in, diag);

		form = head ? form_of(head, got) : SMMU_WORDS_RAW;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return smmu_diag_nomem(diag);
	w->in = in;
	w->form = form;
	*words = w;
	return 0;
}

void smmu_words_close(struct smmu_words *words)
{
	free(words);
}

enum smmu_words_form smmu_words_form(const struct smmu_words *words)
{
	return words->form;
}

/* A place in the current line; at is an offset into it. */
static struct smmu_place place_at(const struct smmu_words *w, size_t at)
{
	return (struct smmu_place){.file = smmu_in_name(w->in),
				   .line = smmu_in_line_number(w->in),
				   .col = (uint32_t)at + 1,
				   .text = w->line,
				   .text_len = w->line_size};
}

static int next_line(struct smmu_words *w, struct smmu_diag *diag)
{
	w->at = 0;
	return smmu_in_line(&w->line, &w->line_size, w->in, diag);
}

/* Leaves w->at before a number of the text, or says that there is none. */
static bool find_token(struct smmu_words *w)
{
	for (;;) {
		size_t n;

		while (w->at < w->line_size && is_blank(w->line[w->at]))
			w->at++;
		if (w->at == w->line_size || w->line[w->at] == '#')
			return false;
		/* An address before the words, as debuggers print it. */
		for (n = w->at; n < w->line_size && !is_blank(w->line[n]); n++)
			if (w->line[n] == ':')
				break;
		if (n == w->line_size || w->line[n] != ':')
			return true;
		w->at = n + 1;
	}
}

static int next_hex(uint64_t *word, unsigned word_bytes, struct smmu_words *w,
		    struct smmu_diag *diag)
{
	struct smmu_place place;
	size_t start, bad;
	int r;

	while (!w->line || !find_token(w)) {
		r = next_line(w, diag);
		if (r <= 0)
			return r;
	}
	start = w->at;
	while (w->at < w->line_size && !is_blank(w->line[w->at]) && w->line[w->at] != '#')
		w->at++;
	r = smmu_parse_hex(word, w->line + start, w->at - start, &bad);
	place = place_at(w, r == SMMU_E_SYNTAX ? start + bad : start);
	if (r == SMMU_E_SYNTAX)
		return smmu_diag_error(diag, &place, r, "this is no hex number");
	if (r || !smmu_bits_fit(*word, word_bytes * 8))
		return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
				       "the number has more than %u bits", word_bytes * 8);
	return 1;
}

/* The hex groups of a dump's line into bytes, up to the text column. */
static int dump_bytes(uint8_t *bytes, size_t *count, struct smmu_words *w, struct smmu_diag *diag)
{
	struct smmu_place place;
	size_t at = w->at;

	*count = 0;
	while (at < w->line_size && w->line[at] == ' ')
		at++;
	while (at < w->line_size) {
		int high = smmu_hex_digit(w->line[at]);
		int low = at + 1 < w->line_size ? smmu_hex_digit(w->line[at + 1]) : -1;

		if (high < 0 || low < 0) {
			place = place_at(w, high < 0 ? at : at + 1);
			return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
					       "this is no hex digit of a byte");
		}
		if (*count == LINE_BYTES) {
			place = place_at(w, at);
			return smmu_diag_error(diag, &place, SMMU_E_LIMIT,
					       "more than %d bytes in a line", LINE_BYTES);
		}
		bytes[(*count)++] = (uint8_t)(high << 4 | low);
		at += 2;
		if (at == w->line_size || w->line[at] != ' ')
			continue;
		/* hexdump -C puts two blanks after eight bytes too, and "|" before the text. */
		if (at + 1 < w->line_size && w->line[at + 1] == ' ' &&
		    (w->has_colon || *count != 8))
			break;
		while (at < w->line_size && w->line[at] == ' ')
			at++;
		if (at < w->line_size && w->line[at] == '|')
			break;
	}
	return 1;
}

/* Steps over "OFFSET:" or "OFFSET  "; *has says whether the line has one (xxd -p has none). */
static int dump_offset(uint64_t *offset, bool *has, struct smmu_words *w, struct smmu_diag *diag)
{
	size_t n = digits_at(w->line, w->line_size), bad;
	bool ends = n < w->line_size && (w->line[n] == ':' || w->line[n] == ' ');
	struct smmu_place place = place_at(w, n);

	/* A line of digits only is the end of a dump with offsets, or one of xxd -p. */
	*has = n > 0 && (n < w->line_size || w->has_offset);
	if (!*has)
		return 0;
	if (!ends && n < w->line_size)
		return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
				       "this is no line of a hex dump");
	if (smmu_parse_hex(offset, w->line, n, &bad))
		return smmu_diag_error(diag, &place, SMMU_E_SYNTAX, "the offset is too large");
	w->has_colon = ends && w->line[n] == ':';
	w->at = ends ? n + 1 : n;
	return 0;
}

/* What a "*" between the last line and this one, at offset, stands for. */
static int dump_gap(uint64_t offset, struct smmu_words *w, struct smmu_diag *diag)
{
	struct smmu_place place = place_at(w, 0);

	if (!w->has_offset || offset == w->offset)
		return 0;
	if (!w->starred || offset < w->offset || !w->bytes_count)
		return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
				       "the offset goes from %#llx to %#llx: bytes are missing",
				       (unsigned long long)w->offset, (unsigned long long)offset);
	if (offset - w->offset > REPEAT_LIMIT)
		return smmu_diag_error(diag, &place, SMMU_E_LIMIT,
				       "\"*\" stands for more than 256 MiB");
	if ((offset - w->offset) % w->bytes_count)
		return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
				       "\"*\" does not stand for whole lines");
	w->repeat = offset - w->offset;
	return 0;
}

/* The next line that holds bytes, into next[]; sets repeat when a "*" stood before it. */
static int dump_line(struct smmu_words *w, struct smmu_diag *diag)
{
	uint64_t offset = 0;
	bool has;
	int r;

	w->starred = false;
	for (;;) {
		r = next_line(w, diag);
		if (r <= 0)
			return r;
		while (w->line_size && w->line[w->line_size - 1] == ' ' &&
		       digits_at(w->line, w->line_size) == w->line_size - 1)
			w->line_size--;
		if (w->line_size == 1 && w->line[0] == '*')
			w->starred = true;
		else if (w->line_size && w->line[0] != '#')
			break;
	}
	r = dump_offset(&offset, &has, w, diag);
	if (!r && has)
		r = dump_gap(offset, w, diag);
	if (!r)
		r = dump_bytes(w->next, &w->next_count, w, diag);
	if (r < 0)
		return r;
	w->has_offset = has;
	w->offset = offset + w->next_count;
	return 1;
}

/* Makes bytes[] the next line's, or again the last one's where a "*" stands for it. */
static int next_dump_line(struct smmu_words *w, struct smmu_diag *diag)
{
	if (!w->repeat && !w->next_count) {
		int r = dump_line(w, diag);

		if (r <= 0)
			return r;
	}
	if (w->repeat) {
		w->repeat -= w->bytes_count;
	} else {
		memcpy(w->bytes, w->next, w->next_count);
		w->bytes_count = w->next_count;
		w->next_count = 0;
	}
	w->bytes_at = 0;
	return 1;
}

static int next_dump_byte(uint8_t *byte, struct smmu_words *w, struct smmu_diag *diag)
{
	while (w->bytes_at == w->bytes_count) {
		int r = next_dump_line(w, diag);

		if (r <= 0)
			return r;
	}
	*byte = w->bytes[w->bytes_at++];
	return 1;
}

static int next_dump(uint64_t *word, unsigned word_bytes, size_t *cut, struct smmu_words *w,
		     struct smmu_diag *diag)
{
	uint8_t bytes[8] = {0};

	for (unsigned i = 0; i < word_bytes; i++) {
		int r = next_dump_byte(&bytes[i], w, diag);

		if (r <= 0) {
			*cut = i;
			return r;
		}
	}
	*word = smmu_ld64le(bytes);
	return 1;
}

static int next_raw(uint64_t *word, unsigned word_bytes, size_t *cut, struct smmu_words *w,
		    struct smmu_diag *diag)
{
	uint8_t bytes[8] = {0};
	size_t have = 0, got = 0;
	int r;

	do {
		r = smmu_in_read(&got, w->in, bytes + have, word_bytes - have, diag);
		if (r)
			return r;
		have += got;
	} while (got && have < word_bytes);
	*cut = have;
	*word = smmu_ld64le(bytes);
	return have == word_bytes;
}

int smmu_words_next(uint64_t *entry, size_t count, unsigned word_bytes, struct smmu_words *w,
		    struct smmu_diag *diag)
{
	size_t cut = 0;

	for (size_t i = 0; i < count; i++) {
		struct smmu_place place = {.file = smmu_in_name(w->in)};
		int r;

		if (w->form == SMMU_WORDS_RAW)
			r = next_raw(&entry[i], word_bytes, &cut, w, diag);
		else if (w->form == SMMU_WORDS_XXD)
			r = next_dump(&entry[i], word_bytes, &cut, w, diag);
		else
			r = next_hex(&entry[i], word_bytes, w, diag);
		if (r < 0 || (r == 0 && i == 0 && cut == 0))
			return r;
		if (r == 0)
			return smmu_diag_error(diag, &place, SMMU_E_SYNTAX,
					       "the last entry is cut off: %zu of %zu bytes",
					       i * word_bytes + cut, count * word_bytes);
	}
	return 1;
}
