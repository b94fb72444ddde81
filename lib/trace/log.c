/* Logs as traces: what their formats share. */
#include "trace/log_priv.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/bits.h"
#include "base/compiler.h"

static const struct smmu_log_format *const formats[] = {&smmu_log_ftrace, &smmu_log_gem5,
							&smmu_log_qemu, &smmu_log_fvp};

const struct smmu_log_format *smmu_log_of(enum smmu_trace_format format)
{
	for (size_t i = 0; i < SMMU_LEN(formats); i++)
		if (formats[i]->format == format)
			return formats[i];
	return NULL;
}

const struct smmu_log_format *smmu_log_detect(const struct smmu_trace *trace, size_t from)
{
	char *p = trace->data + from, *end = trace->data + trace->end;

	while (p < end) {
		char *line = p;
		size_t size = smmu_trace_line(&p, trace, line);

		for (size_t i = 0; i < SMMU_LEN(formats); i++)
			if (formats[i]->is_one((struct smmu_span){line, line + size}))
				return formats[i];
	}
	return NULL;
}

enum smmu_log_outcome smmu_log_bad(struct smmu_log_line *line, const char *at, const char *format,
				   ...)
{
	struct smmu_line_error *error = line->error;
	va_list args;

	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	error->code = SMMU_E_SYNTAX;
	error->col = at ? (unsigned)(at - line->text.p) + 1 : 0;
	return SMMU_LOG_BAD;
}

void smmu_log_warn(struct smmu_log_line *line, const char *message)
{
	struct smmu_place at = {.file = smmu_in_name(line->trace->in),
				.line = line->trace->line,
				.col = 1,
				.text = line->text.p,
				.text_len = smmu_span_size(line->text)};

	smmu_diag_warn(line->diag, &at, "%s", message);
}

void smmu_log_guess(struct smmu_log_line *line, const char *message)
{
	const char **said = line->trace->guess_said;
	size_t i = 0;

	while (i < SMMU_LEN(line->trace->guess_said) && said[i] && said[i] != message)
		i++;
	if (i == SMMU_LEN(line->trace->guess_said) || said[i])
		return;
	smmu_log_warn(line, message);
	said[i] = message;
}

bool smmu_log_number(struct smmu_log_line *line, struct smmu_span text, const char *key,
		     unsigned base, enum smmu_column column)
{
	struct smmu_span found = smmu_span_find(text, key);
	const char *at = found.p < found.end ? found.p : NULL;
	uint64_t value;

	if (!smmu_span_number(&value, &found, base)) {
		smmu_log_bad(line, at, at ? "%s is no number of 64 bits" : "%s= is missing", key);
		return false;
	}
	if (column == SMMU_COL_STREAM && !smmu_bits_fit(value, 32)) {
		smmu_log_bad(line, at, "%s does not fit in 32 bits", key);
		return false;
	}
	if (column == SMMU_COL_SIZE && !value) {
		smmu_log_bad(line, at, "%s is 0", key);
		return false;
	}
	smmu_record_set_number(line->record, column, value);
	return true;
}

void smmu_log_access(struct smmu_record *record, bool read, bool write)
{
	record->has_access = true;
	record->txn.read = read;
	record->txn.write = write;
}

void smmu_log_data(struct smmu_record *record, struct smmu_span text)
{
	record->data = text.p;
	record->data_size = (uint32_t)smmu_span_size(text);
}

int smmu_log_ready(struct smmu_trace *trace, struct smmu_diag *diag)
{
	int more = smmu_trace_lines(trace, diag);

	/* what is kept comes before the end, and before the error that is it */
	if (more <= 0 && !trace->is_ended && smmu_log_of(trace->format)->finish)
		return 1;
	return more;
}

/* Records of what the lines before left open. */
static size_t finish(struct smmu_trace *trace, const struct smmu_log_format *format,
		     struct smmu_record *records, size_t capacity, struct smmu_diag *diag)
{
	struct smmu_line_error error = {.code = 0};
	struct smmu_log_line line = {.trace = trace, .error = &error, .diag = diag};
	size_t n = 0;

	while (n < capacity && !trace->is_ended) {
		line.record = &records[n];
		smmu_record_init(&records[n]);
		if (format->finish(&line))
			smmu_trace_take(trace, &records[n++]);
		else
			trace->is_ended = true;
	}
	return n;
}

size_t smmu_log_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
		      struct smmu_diag *diag)
{
	const struct smmu_log_format *format = smmu_log_of(trace->format);
	char *p = trace->data + trace->pos, *end = trace->data + trace->end;
	size_t n = 0;

	if (p == end)
		return finish(trace, format, records, capacity, diag);
	while (n < capacity && p < end && !trace->error) {
		struct smmu_line_error error = {.code = 0};
		char *first = p, *next;
		size_t size = smmu_trace_line(&next, trace, first);
		struct smmu_log_line line = {.trace = trace,
					     .record = &records[n],
					     .error = &error,
					     .diag = diag,
					     .text = {first, first + size}};
		bool is_blank = smmu_trace_is_blank(first, size);
		enum smmu_log_outcome outcome = SMMU_LOG_PASSED;

		smmu_record_init(&records[n]);
		if (!is_blank)
			outcome = format->read(&line);
		if ((outcome == SMMU_LOG_RECORD || outcome == SMMU_LOG_MORE) &&
		    smmu_record_check(&records[n], &error))
			outcome = SMMU_LOG_BAD;
		if (outcome == SMMU_LOG_BAD)
			smmu_trace_bad_line(trace, first, size, &error, diag);
		else if (outcome == SMMU_LOG_PASSED)
			trace->passed += !is_blank;
		else
			smmu_trace_take(trace, &records[n++]);
		if (outcome == SMMU_LOG_MORE)
			continue;
		p = next;
		trace->line++;
		trace->part = 0;
	}
	trace->pos = (size_t)(p - trace->data);
	return n;
}
