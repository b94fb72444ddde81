/* Traces of every format: the block of lines, and what the formats share. */
#include "trace/reader_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "trace/binary_priv.h"
#include "trace/log_priv.h"

#define BLOCK_SIZE ((size_t)256 << 10)
#define LINE_LIMIT ((size_t)1 << 20)
/* Behind the block: the LF that a last line may lack, and a short look-ahead. */
#define SLACK 16

size_t smmu_trace_line(char **next, const struct smmu_trace *trace, const char *line)
{
	const char *end = memchr(line, '\n', (size_t)(trace->data + trace->end - line));

	*next = (char *)end + 1;
	return (size_t)(end - line) - (end > line && end[-1] == '\r');
}

bool smmu_trace_is_blank(const char *line, size_t size)
{
	size_t i = 0;

	while (i < size && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i == size || line[i] == '#';
}

void smmu_trace_bad_line(struct smmu_trace *trace, const char *line, size_t size,
			 const struct smmu_line_error *error, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = smmu_in_name(trace->in),
				.line = trace->line,
				.col = error->col ? error->col : 1,
				.text = trace->is_changed ? trace->original : line,
				.text_len = size};

	trace->is_changed = false;
	trace->bad_line = trace->line;
	trace->skipped++;
	if (trace->options.strict)
		trace->error = smmu_diag_error(diag, &at, error->code, "%s", error->message);
	else
		smmu_diag_warn(diag, &at, "%s; the line is skipped", error->message);
}

int smmu_trace_keep_line(struct smmu_trace *trace, const char *line, size_t size)
{
	if (trace->is_changed)
		return 0;
	if (smmu_array_reserve(&trace->original, &trace->original_capacity, size, 1))
		return SMMU_E_NOMEM;
	memcpy(trace->original, line, size);
	trace->is_changed = true;
	return 0;
}

int smmu_trace_block(struct smmu_trace *trace, size_t capacity)
{
	char *data = realloc(trace->data, capacity + SLACK);

	if (!data)
		return SMMU_E_NOMEM;
	trace->data = data;
	trace->capacity = capacity;
	return 0;
}

static int grow(struct smmu_trace *trace, struct smmu_diag *diag)
{
	return smmu_trace_block(trace, trace->capacity * 2) ? smmu_diag_nomem(diag) : 0;
}

/* The block is full and holds no LF: more room, or the line is given up. */
static int make_room(struct smmu_trace *trace, struct smmu_diag *diag)
{
	static const struct smmu_line_error too_long = {.code = SMMU_E_LIMIT,
							.message = "the line is longer than 1 MiB"};

	if (trace->capacity < LINE_LIMIT)
		return grow(trace, diag);
	if (!trace->dropping)
		smmu_trace_bad_line(trace, NULL, 0, &too_long, diag);
	trace->dropping = true;
	trace->filled = 0;
	return trace->error;
}

/* Finds the lines in what was read behind data[from). */
static void find_lines(struct smmu_trace *trace, size_t from)
{
	size_t end = trace->filled;

	while (end > from && trace->data[end - 1] != '\n')
		end--;
	trace->end = end > from ? end : 0;
	if (trace->dropping && trace->end) {
		const char *lf = memchr(trace->data, '\n', trace->end);

		trace->pos = (size_t)(lf + 1 - trace->data);
		trace->dropping = false;
		trace->line++;
	}
}

static int read_more(struct smmu_trace *trace, struct smmu_diag *diag)
{
	size_t got, from = trace->filled;
	int err = smmu_in_read(&got, trace->in, trace->data + from, trace->capacity - from, diag);

	/* What a cut stream leaves of its last line is no record. */
	trace->at_end = err || !got;
	trace->error = err;
	if (err)
		return err;
	trace->filled += got;
	trace->is_unended = !got && from && trace->data[from - 1] != '\n' && !trace->dropping;
	if (trace->is_unended)
		trace->data[trace->filled++] = '\n';
	find_lines(trace, from);
	return 0;
}

int smmu_trace_more(struct smmu_trace *trace, struct smmu_diag *diag)
{
	size_t got;
	int err = 0;

	memmove(trace->data, trace->data + trace->pos, trace->filled - trace->pos);
	trace->base += trace->pos;
	trace->filled -= trace->pos;
	trace->pos = 0;
	if (trace->filled == trace->capacity)
		err = grow(trace, diag);
	if (!err)
		err = smmu_in_read(&got, trace->in, trace->data + trace->filled,
				   trace->capacity - trace->filled, diag);
	trace->error = err;
	if (err)
		return err;
	trace->filled += got;
	return got != 0;
}

/*
 * Behind a last line without LF, which may be half of one: nothing shows it,
 * but where it could not be read, or a JSON object is whole.
 */
static void check_end(struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = smmu_in_name(trace->in), .line = trace->line - 1, .col = 1};
	const char *end = trace->data + trace->end - trace->is_unended, *line = end;

	while (line > trace->data && line[-1] != '\n')
		line--;
	if (trace->is_unended && (trace->number || trace->passed) && trace->bad_line != at.line &&
	    trace->format != SMMU_TRACE_JSONL && !smmu_trace_is_blank(line, (size_t)(end - line)))
		smmu_diag_warn(diag, &at, "the last line has no end: the trace may be cut in it");
	trace->is_unended = false;
}

int smmu_trace_lines(struct smmu_trace *trace, struct smmu_diag *diag)
{
	while (trace->pos == trace->end) {
		int err = 0;

		if (trace->at_end && !trace->error)
			check_end(trace, diag);
		if (trace->error || trace->at_end)
			return trace->error;
		memmove(trace->data, trace->data + trace->end, trace->filled - trace->end);
		trace->filled -= trace->end;
		trace->pos = trace->end = 0;
		if (trace->filled == trace->capacity)
			err = make_room(trace, diag);
		if (!err)
			err = read_more(trace, diag);
		if (err)
			return err;
	}
	return 1;
}

static bool is_name(const struct smmu_trace *trace, uint32_t index, const char *text, size_t size)
{
	const char *name = trace->name[index];

	return strlen(name) == size && !memcmp(name, text, size);
}

int smmu_trace_add_name(struct smmu_trace *trace, const char *text, size_t size,
			struct smmu_line_error *error)
{
	char *name = NULL;

	if (trace->names == SMMU_TRACE_NAMES_MAX || !smmu_column_is_printable(text, size)) {
		*error = (struct smmu_line_error){
			.code = SMMU_E_LIMIT,
			.message = "too many names of SMMUs, or one with control characters"};
		return error->code;
	}
	if (!smmu_array_reserve(&trace->name, &trace->names_capacity, trace->names,
				sizeof(*trace->name)))
		name = malloc(size + 1);
	if (!name) {
		*error = (struct smmu_line_error){.code = SMMU_E_NOMEM, .message = "out of memory"};
		return error->code;
	}
	memcpy(name, text, size);
	name[size] = '\0';
	trace->name[trace->names++] = name;
	return 0;
}

/* Traces name few SMMUs, and mostly the same one again. */
static int set_name(struct smmu_trace *trace, struct smmu_record *record, const char *text,
		    size_t size, struct smmu_line_error *error)
{
	uint32_t index = trace->last_name - 1;

	if (!trace->last_name || !is_name(trace, index, text, size)) {
		for (index = 0; index < trace->names; index++)
			if (is_name(trace, index, text, size))
				break;
		if (index == trace->names && smmu_trace_add_name(trace, text, size, error))
			return error->code;
	}
	record->smmu = trace->last_name = index + 1;
	return 0;
}

int smmu_trace_set(struct smmu_trace *trace, struct smmu_record *record, enum smmu_column column,
		   const char *text, size_t size, struct smmu_line_error *error)
{
	if (column == SMMU_COL_SMMU)
		return set_name(trace, record, text, size, error);
	return smmu_record_set(record, column, text, size, error);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), n = strlen(suffix);

	return length > n && !strcmp(name + length - n, suffix);
}

static void skip_byte_order_mark(struct smmu_trace *trace, struct smmu_diag *diag)
{
	if (smmu_trace_lines(trace, diag) > 0 && !strncmp(trace->data, "\xef\xbb\xbf", 3))
		trace->pos += 3;
}

/* Passes comments and blank lines: 1, 0 when there is nothing else, or an error. */
static int skip_to_content(struct smmu_trace *trace, struct smmu_diag *diag)
{
	int more;

	while ((more = smmu_trace_lines(trace, diag)) > 0) {
		char *line = trace->data + trace->pos, *next;
		size_t size = smmu_trace_line(&next, trace, line);

		if (!smmu_trace_is_blank(line, size))
			break;
		trace->pos = (size_t)(next - trace->data);
		trace->line++;
	}
	return more;
}

/* Lines behind those at hand: whether there are more, and room for them. */
static bool look_on(struct smmu_trace *trace, struct smmu_diag *diag)
{
	size_t end = trace->end;

	if (trace->at_end || trace->filled == trace->capacity || read_more(trace, diag))
		return false;
	if (trace->end < end)
		trace->end = end;
	return true;
}

/* Logs begin with whatever came before the first line of ours. */
static void detect_log(struct smmu_trace *trace, struct smmu_diag *diag)
{
	const struct smmu_log_format *log = NULL;
	size_t from = trace->pos;

	do {
		log = smmu_log_detect(trace, from);
		from = trace->end;
	} while (!log && look_on(trace, diag));
	if (log)
		trace->format = log->format;
}

/* The magic decides, else the first line that says something, else the name. */
static int detect(struct smmu_trace *trace, struct smmu_diag *diag)
{
	const char *name = smmu_in_name(trace->in);
	size_t have;
	const void *start = smmu_in_peek_some(&have, trace->in, strlen(SMMU_TRACE_MAGIC), diag);
	int more;

	/* one that is cut in its magic is none of the others, whose first byte is text */
	if (have && !memcmp(start, SMMU_TRACE_MAGIC,
			    have < strlen(SMMU_TRACE_MAGIC) ? have : strlen(SMMU_TRACE_MAGIC)))
		trace->format = SMMU_TRACE_BINARY;
	if (trace->format == SMMU_TRACE_BINARY)
		return 0;
	skip_byte_order_mark(trace, diag);
	more = skip_to_content(trace, diag);
	if (more < 0 || trace->format != SMMU_TRACE_AUTO)
		return more;
	trace->format = SMMU_TRACE_CSV;
	if (more ? trace->data[trace->pos] == '{'
		 : has_suffix(name, ".jsonl") || has_suffix(name, ".jsonl.gz"))
		trace->format = SMMU_TRACE_JSONL;
	else if (more && !smmu_csv_is_header(trace))
		detect_log(trace, diag);
	return 0;
}

static int begin(struct smmu_trace *trace, struct smmu_diag *diag)
{
	int err = detect(trace, diag);

	if (err < 0)
		return err;
	trace->ready = smmu_trace_lines;
	trace->batch = smmu_jsonl_batch;
	switch (trace->format) {
	case SMMU_TRACE_CSV:
		return smmu_csv_header(trace, diag);
	case SMMU_TRACE_BINARY:
		return smmu_binary_header(trace, diag);
	case SMMU_TRACE_FTRACE:
	case SMMU_TRACE_QEMU:
	case SMMU_TRACE_GEM5:
	case SMMU_TRACE_FVP:
		trace->ready = smmu_log_ready;
		trace->batch = smmu_log_batch;
		break;
	case SMMU_TRACE_JSONL:
	case SMMU_TRACE_AUTO:
		break;
	}
	return 0;
}

int smmu_trace_open(struct smmu_trace **out, struct smmu_in *in,
		    const struct smmu_trace_options *options, struct smmu_diag *diag)
{
	struct smmu_trace *trace = calloc(1, sizeof(*trace));
	int err;

	*out = NULL;
	if (!trace)
		return smmu_diag_nomem(diag);
	trace->in = in;
	if (options)
		trace->options = *options;
	trace->line = 1;
	trace->format = trace->options.format;
	if (smmu_trace_block(trace, BLOCK_SIZE)) {
		smmu_trace_close(trace);
		return smmu_diag_nomem(diag);
	}
	err = begin(trace, diag);
	if (err) {
		smmu_trace_close(trace);
		return err;
	}
	*out = trace;
	return 0;
}

void smmu_trace_close(struct smmu_trace *trace)
{
	if (!trace)
		return;
	for (size_t i = 0; i < trace->names; i++)
		free(trace->name[i]);
	free(trace->name);
	free(trace->log_state);
	free(trace->original);
	free(trace->column);
	free(trace->data);
	free(trace);
}

int smmu_trace_next(size_t *count, struct smmu_trace *trace, struct smmu_record *records,
		    size_t capacity, struct smmu_diag *diag)
{
	*count = 0;
	while (!*count && capacity) {
		int more = trace->error && trace->options.strict ? trace->error
								 : trace->ready(trace, diag);

		if (more <= 0)
			return more;
		*count = trace->batch(trace, records, capacity, diag);
	}
	return 0;
}

void smmu_trace_stop(struct smmu_trace *trace)
{
	smmu_in_stop(trace->in);
}

bool smmu_trace_waits(struct smmu_trace *trace, int patience_ms)
{
	return (trace->pos == trace->end || trace->wants_more) &&
	       smmu_in_waits(trace->in, patience_ms);
}

uint64_t smmu_trace_position(const struct smmu_trace *trace)
{
	return smmu_in_position(trace->in);
}

uint64_t smmu_trace_skipped(const struct smmu_trace *trace)
{
	return trace->skipped;
}

uint64_t smmu_trace_passed(const struct smmu_trace *trace)
{
	return trace->passed;
}

enum smmu_trace_format smmu_trace_format(const struct smmu_trace *trace)
{
	return trace->format;
}

unsigned smmu_trace_columns(const struct smmu_trace *trace)
{
	const struct smmu_log_format *log = smmu_log_of(trace->format);
	unsigned columns = 0;

	if (log)
		return log->columns;
	if (trace->format != SMMU_TRACE_CSV)
		return (1u << SMMU_COL_COUNT) - 1;
	for (size_t i = 0; i < trace->columns; i++)
		if (trace->column[i] != SMMU_COL_IGNORED)
			columns |= 1u << trace->column[i];
	return columns;
}

const char *smmu_trace_smmu_name(const struct smmu_trace *trace, uint32_t index)
{
	return index < trace->names ? trace->name[index] : NULL;
}
