/*
 * Output: a command describes what it has to say once; a backend makes text,
 * JSON, JSONL, YAML or CSV of it.
 *
 * The document is a tree of objects, arrays and values, given in order.  Text
 * backends also show headings, prose and the meaning of values, which data
 * formats leave out.  key is NULL inside an array and for the top value.
 * Strings are copied or written at once; nothing is borrowed after a call.
 *
 * Errors are sticky: the first failed write makes every later call do nothing
 * and is returned by smmu_emit_free.
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_BASE_EMIT_H
#define SMMU_BASE_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/out.h"

enum smmu_emit_format { SMMU_EMIT_TEXT, SMMU_EMIT_JSON, SMMU_EMIT_JSONL, SMMU_EMIT_YAML, SMMU_EMIT_CSV };

struct smmu_emit;

struct smmu_emit_options {
	enum smmu_emit_format format;
	bool color;	    /* text only: SGR sequences */
	unsigned width_columns; /* text only: wrap to this; 0 means 80 */
};

/* out is borrowed until free. */
int smmu_emit_new(struct smmu_emit **emit, struct smmu_out *out,
		  const struct smmu_emit_options *options);
/* Ends the document; returns the first error (0 or SMMU_E_IO).  NULL is legal. */
int smmu_emit_free(struct smmu_emit *emit);

/*
 * One record of a stream: top-level object.  JSONL and CSV write one line a
 * record; JSON writes one document when there is a single record and
 * smmu_emit_records_* was not used, else an array.
 */
void smmu_emit_object(struct smmu_emit *emit, const char *key);
void smmu_emit_array(struct smmu_emit *emit, const char *key);
void smmu_emit_end(struct smmu_emit *emit); /* of the innermost object, array or table */

void smmu_emit_str(struct smmu_emit *emit, const char *key, const char *value);
void smmu_emit_strf(struct smmu_emit *emit, const char *key, const char *format, ...)
	SMMU_PRINTF(3, 4);
/* "0x…" as a string: lower case, at least digits digits (0: no leading zeros). */
void smmu_emit_hex(struct smmu_emit *emit, const char *key, uint64_t value, unsigned digits);
void smmu_emit_uint(struct smmu_emit *emit, const char *key, uint64_t value);
void smmu_emit_int(struct smmu_emit *emit, const char *key, int64_t value);
void smmu_emit_real(struct smmu_emit *emit, const char *key, double value, unsigned decimals);
void smmu_emit_bool(struct smmu_emit *emit, const char *key, bool value);
void smmu_emit_null(struct smmu_emit *emit, const char *key);

/* Text only: what the value just written means; put beside it. */
void smmu_emit_meaning(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);
/* Text only: a heading, and a paragraph that is wrapped to the width. */
void smmu_emit_heading(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);
void smmu_emit_say(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);

/*
 * A table: in text, aligned columns with a header line; in JSON an array of
 * objects; in CSV a header line and lines.  Cells are given by key inside an
 * object per row (smmu_emit_object(emit, NULL) … smmu_emit_end); a key no
 * column names is shown in data formats only, a column without a value is
 * empty.
 */
struct smmu_emit_column {
	const char *key, *title;
	bool right;    /* align right in text */
};
void smmu_emit_table(struct smmu_emit *emit, const char *key,
		     const struct smmu_emit_column *columns, size_t columns_count);

/*
 * A tree node: in text one line, drawn with branches below its parent; in
 * data formats an object under key (or in the children array of its parent
 * node), whose values are given as usual.  Ended by smmu_emit_end.  The label
 * is for text only.
 */
void smmu_emit_node(struct smmu_emit *emit, const char *key, const char *format, ...)
	SMMU_PRINTF(3, 4);

#endif
