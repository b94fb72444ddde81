/*
 * The inside of a trace reader: a block of whole lines that the formats parse
 * in place, and what they share.
 *
 * Threading: as struct smmu_trace.
 */
#ifndef SMMU_TRACE_READER_PRIV_H
#define SMMU_TRACE_READER_PRIV_H

#include "base/array.h"
#include "trace/column.h"
#include "trace/reader.h"

#define KEY_GUESSES 32

/* Makes sure that there is something to parse: 1, 0 at the end, or an error, reported. */
typedef int smmu_ready_fn(struct smmu_trace *trace, struct smmu_diag *diag);
/* Records from the lines at hand, at most capacity. */
typedef size_t smmu_batch_fn(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
			     struct smmu_diag *diag);

struct smmu_trace {
	struct smmu_in *in; /* borrowed */
	struct smmu_trace_options options;
	enum smmu_trace_format format;
	smmu_ready_fn *ready;
	smmu_batch_fn *batch;

	/* data[pos, end) are lines not parsed yet, each with its LF; up to filled follows a part.
	 */
	char *data;
	size_t pos, end, filled, capacity;
	bool at_end, dropping;
	bool is_unended;	   /* the last line came without LF */
	bool plain_only;	   /* a part that is left as it is, and says nothing */
	uint32_t bad_line;	   /* that could not be read last, 0: none */
	uint64_t base;		   /* binary: where data[0] is in the input */
	bool wants_more, is_ended; /* binary: the block ends inside of an item; the end was seen */
	int error; /* of the stream, or the line that ended a strict run: all later calls */

	uint32_t line;		  /* the number of the line at pos */
	uint64_t number, skipped; /* records and unreadable lines so far */
	uint64_t passed;	  /* logs: lines that say nothing of ours */

	/* CSV: what each column is, an enum smmu_column. */
	uint8_t *column;
	size_t columns, columns_capacity;
	/* Binary: records seen before, and their flags. */
	struct smmu_record kind[32];
	uint32_t kind_flags[32];
	/* JSONL: what the keys of the last object were, in order. */
	uint8_t guess[KEY_GUESSES];
	/* ftrace: a line of several records: the next one, and where its lists go on. */
	unsigned part, parts, parts_with_pa;
	uint32_t list_at[3];
	/* QEMU: of a translation that failed. */
	bool has_iova, has_sid;
	uint64_t iova;
	uint32_t sid;
	void *log_state;	   /* owned, one block: what a format keeps from line to line */
	const char *guess_said[4]; /* logs: what was said of parts of records that are a guess */
	/* The line as it was, when parsing changed it: for messages. */
	char *original;
	size_t original_capacity;
	bool is_changed;

	char **name; /* of SMMUs, owned */
	size_t names, names_capacity;
	uint32_t last_name; /* found last, 1 + index */

	/* A part: where it begins, and what came before it, as its numbers count that. */
	struct {
		size_t pos;
		uint32_t line, bad_line;
		uint64_t skipped;
		bool is_unended;
	} start;
	struct smmu_trace_before before;
};

/* Room for that much, with what is there. */
int smmu_trace_block(struct smmu_trace *trace, size_t capacity);
/* At least one line at pos: 1, 0 at the end, or an error, reported. */
int smmu_trace_lines(struct smmu_trace *trace, struct smmu_diag *diag);
/* The size of a line without its end; *next is where the one after it begins. */
size_t smmu_trace_line(char **next, const struct smmu_trace *trace, const char *line);
bool smmu_trace_is_blank(const char *line, size_t size);
/* Reports, counts, and ends a strict trace. */
void smmu_trace_bad_line(struct smmu_trace *trace, const char *line, size_t size,
			 const struct smmu_line_error *error, struct smmu_diag *diag);
/* Keeps the line for messages before it is changed in place. */
int smmu_trace_keep_line(struct smmu_trace *trace, const char *line, size_t size);
/* As smmu_record_set, for every column. */
int smmu_trace_set(struct smmu_trace *trace, struct smmu_record *record, enum smmu_column column,
		   const char *text, size_t size, struct smmu_line_error *error);
/* The record of the line at hand is good: what comes from its place in the trace. */
static inline void smmu_trace_take(struct smmu_trace *trace, struct smmu_record *record)
{
	record->line = trace->line;
	if (!record->has_time)
		record->time_ns = trace->number;
	if (record->data)
		((char *)record->data)[record->data_size] = '\0';
	trace->number++;
}

/* Whether the line at pos begins with the name of a column, or with a quote. */
bool smmu_csv_is_header(const struct smmu_trace *trace);
int smmu_csv_header(struct smmu_trace *trace, struct smmu_diag *diag);
/* The function that reads lines of the header's columns. */
smmu_batch_fn *smmu_csv_batch_for(const struct smmu_trace *trace);
/* Whether the line at *p gave a record, all its errors reported; *p moves on. */
bool smmu_csv_careful_line(struct smmu_trace *trace, struct smmu_record *record, char **p,
			   struct smmu_diag *diag);
/* More bytes behind data[filled): 1, 0 at the end of input, or an error, reported. */
int smmu_trace_more(struct smmu_trace *trace, struct smmu_diag *diag);
int smmu_trace_add_name(struct smmu_trace *trace, const char *text, size_t size,
			struct smmu_line_error *error);
/* More for a part: 1, with *size the bytes and *count the records from pos on; 0, or an error. */
int smmu_binary_items(size_t *size, size_t *count, struct smmu_trace *trace,
		      struct smmu_diag *diag);
/* What is ready in a part in binary. */
int smmu_binary_part_ready(struct smmu_trace *part, struct smmu_diag *diag);
/* Sets ready and batch. */
int smmu_binary_header(struct smmu_trace *trace, struct smmu_diag *diag);
size_t smmu_jsonl_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
			struct smmu_diag *diag);

#endif
