/* Parts of a trace, for several threads to read. */
#include <stdlib.h>
#include <string.h>

#include "trace/binary_priv.h"
#include "trace/reader_priv.h"

bool smmu_trace_has_parts(const struct smmu_trace *trace)
{
	return trace->format == SMMU_TRACE_CSV || trace->format == SMMU_TRACE_BINARY;
}

static int copy_columns(struct smmu_trace *part, const struct smmu_trace *trace)
{
	if (smmu_array_reserve(&part->column, &part->columns_capacity, trace->columns, 1))
		return SMMU_E_NOMEM;
	if (trace->columns)
		memcpy(part->column, trace->column, trace->columns);
	part->columns = trace->columns;
	return 0;
}

int smmu_trace_part_new(struct smmu_trace **out, const struct smmu_trace *trace)
{
	struct smmu_trace *part = calloc(1, sizeof(*part));

	*out = part;
	if (!part)
		return SMMU_E_NOMEM;
	part->in = trace->in;
	part->options = trace->options;
	part->format = trace->format;
	part->ready = trace->format == SMMU_TRACE_BINARY ? smmu_binary_part_ready : trace->ready;
	part->batch = trace->batch;
	part->at_end = true;
	memcpy(part->kind, trace->kind, sizeof(part->kind));
	memcpy(part->kind_flags, trace->kind_flags, sizeof(part->kind_flags));
	if (smmu_trace_block(part, trace->capacity) || copy_columns(part, trace)) {
		smmu_trace_close(part);
		*out = NULL;
		return SMMU_E_NOMEM;
	}
	return 0;
}

/* The names that a trace in binary numbers. */
static int copy_names(struct smmu_trace *part, const struct smmu_trace *trace)
{
	struct smmu_line_error error;
	int code = 0;

	while (trace->format == SMMU_TRACE_BINARY && part->names < trace->names && !code) {
		const char *name = trace->name[part->names];

		code = smmu_trace_add_name(part, name, strlen(name), &error);
	}
	return code;
}

/* The block changes hands; what follows the first size bytes at pos stays with the trace. */
static int hand_over(struct smmu_trace *part, struct smmu_trace *trace, size_t size)
{
	size_t end = trace->pos + size, rest = trace->filled - end, capacity;
	char *data;

	if (part->capacity < trace->capacity && smmu_trace_block(part, trace->capacity))
		return SMMU_E_NOMEM;
	data = part->data;
	capacity = part->capacity;
	memcpy(data, trace->data + end, rest);
	part->data = trace->data;
	part->capacity = trace->capacity;
	part->start.pos = trace->pos;
	part->end = part->filled = end;
	part->base = trace->base;
	trace->data = data;
	trace->capacity = capacity;
	trace->pos = trace->end = 0;
	trace->filled = rest;
	trace->base += end;
	return 0;
}

/* How much the next part has: as smmu_trace_take_part(). */
static int find_part(size_t *size, struct smmu_trace *trace, struct smmu_diag *diag)
{
	size_t count;
	int more;

	if (trace->format == SMMU_TRACE_BINARY) {
		more = smmu_binary_items(size, &count, trace, diag);
		trace->number += more > 0 ? count : 0;
		return more;
	}
	more = smmu_trace_lines(trace, diag);
	*size = trace->end - trace->pos;
	return more;
}

int smmu_trace_take_part(struct smmu_trace *part, struct smmu_trace *trace, struct smmu_diag *diag)
{
	size_t size;
	int more = find_part(&size, trace, diag);

	if (more <= 0)
		return more;
	if (hand_over(part, trace, size) || copy_names(part, trace))
		return smmu_diag_nomem(diag);
	part->start.line = trace->line;
	part->start.bad_line = trace->bad_line;
	part->start.skipped = trace->skipped;
	part->start.is_unended = trace->is_unended;
	trace->line = 1;
	trace->bad_line = 0;
	trace->skipped = 0;
	trace->is_unended = false;
	smmu_trace_restart(part, &(const struct smmu_trace_before){.lines = 0});
	return 1;
}

void smmu_trace_restart(struct smmu_trace *part, const struct smmu_trace_before *before)
{
	part->before = *before;
	part->pos = part->start.pos;
	part->line = part->start.line + before->lines;
	part->bad_line = part->start.bad_line ? part->start.bad_line + before->lines : 0;
	part->number = before->records;
	part->skipped = part->start.skipped + before->skipped;
	part->is_unended = part->start.is_unended;
	part->error = 0;
	part->plain_only = false;
}

bool smmu_trace_next_plain(size_t *count, struct smmu_trace *part, struct smmu_record *records,
			   size_t capacity)
{
	part->plain_only = true;
	*count = part->pos < part->end ? part->batch(part, records, capacity, NULL) : 0;
	part->plain_only = false;
	return part->pos == part->end && !part->is_unended;
}

void smmu_trace_add_before(struct smmu_trace_before *before, const struct smmu_trace *part)
{
	before->lines += part->line - 1 - part->before.lines;
	before->records += part->number - part->before.records;
	before->skipped += part->skipped - part->before.skipped;
}
