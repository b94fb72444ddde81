/*
 * Output: a command describes what it has to say once; a backend makes text,
 * JSON, JSONL, YAML or CSV of it.
 *
 * The document is a tree of objects, arrays and values, given in order.  Text
 * backends also show headings, prose and the meaning of values, which data
 * formats leave out.  key is NULL inside an array and for the top value.
 * Strings are copied or written at once; nothing is borrowed after a call.
 *
 * A stream of records is an array (or table) at the top: JSON writes an array,
 * JSONL and CSV a line an element, YAML a sequence, text a block an element.
 * Without it every value at the top is a document of its own: JSON and JSONL
 * write each on one line, YAML separates them by "---".
 *
 * What comes out is valid UTF-8: a byte that is not part of it becomes U+FFFD.
 * Text shows control characters as \xNN, so that no input reaches a terminal
 * as a command.
 *
 * JSON and JSONL allocate nothing per record.  Text keeps the values of one
 * object, the tree under one root, and some thousand rows of a table.
 *
 * Errors are sticky: the first failed write makes every later call do nothing
 * and is returned by smmu_emit_free.  All calls do nothing with a NULL emitter.
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

enum smmu_emit_format {
	SMMU_EMIT_TEXT,
	SMMU_EMIT_JSON,
	SMMU_EMIT_JSONL,
	SMMU_EMIT_YAML,
	SMMU_EMIT_CSV
};

struct smmu_emit;

struct smmu_emit_options {
	enum smmu_emit_format format;
	bool color;		/* text only: SGR sequences */
	bool ascii;		/* text only: branches of trees in ASCII, not UTF-8 */
	bool pretty;		/* JSON only: a line a value, indented; else a line a document */
	unsigned width_columns; /* text only: wrap to this; 0 means 80 */
};

/* out is borrowed until free, options are copied. */
int smmu_emit_new(struct smmu_emit **emit, struct smmu_out *out,
		  const struct smmu_emit_options *options);
/*
 * Ends what is still open and the document; returns the first error (0,
 * SMMU_E_IO or SMMU_E_NOMEM).  The stream is neither flushed nor closed.  NULL
 * is legal.
 */
int smmu_emit_free(struct smmu_emit *emit);
/*
 * What was said so far reaches the file of the stream.  Rows of a table that were
 * held back are laid out without those to come, which may be wider.
 */
void smmu_emit_flush(struct smmu_emit *emit);

/*
 * In text an object's values are lines "Name  value  meaning" in columns; an
 * array of values is one such line; an object or array with objects in it is
 * a block under its key.
 */
void smmu_emit_object(struct smmu_emit *emit, const char *key);
void smmu_emit_array(struct smmu_emit *emit, const char *key);
void smmu_emit_end(struct smmu_emit *emit); /* of the innermost object, array, table or node */

/* NULL is null. */
void smmu_emit_str(struct smmu_emit *emit, const char *key, const char *value);
void smmu_emit_strf(struct smmu_emit *emit, const char *key, const char *format, ...)
	SMMU_PRINTF(3, 4);
/*
 * "0x…" as a string (in YAML a number): lower case, at least digits digits, at
 * most 16 (0: no leading zeros).
 */
void smmu_emit_hex(struct smmu_emit *emit, const char *key, uint64_t value, unsigned digits);
void smmu_emit_uint(struct smmu_emit *emit, const char *key, uint64_t value);
void smmu_emit_int(struct smmu_emit *emit, const char *key, int64_t value);
/* At most 9 decimals; what is not finite is null. */
void smmu_emit_real(struct smmu_emit *emit, const char *key, double value, unsigned decimals);
void smmu_emit_bool(struct smmu_emit *emit, const char *key, bool value);
void smmu_emit_null(struct smmu_emit *emit, const char *key);

/* Text only: what the value just written means; put beside it. */
void smmu_emit_meaning(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);
/*
 * Text only: a heading, and a paragraph that is wrapped to the width.  A
 * newline in it ends a line, spaces at the start of a line indent all of it,
 * and an empty one makes a blank line.  Right after a heading, a block or table
 * is shown without its key.  Inside a node both are lines of the tree; inside a
 * table they are not shown.
 */
void smmu_emit_heading(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);
void smmu_emit_say(struct smmu_emit *emit, const char *format, ...) SMMU_PRINTF(2, 3);

/*
 * A table: in text, aligned columns with a header line; in JSON an array of
 * objects; in CSV a header line and lines.  Cells are given by key inside an
 * object per row (smmu_emit_object(emit, NULL) … smmu_emit_end).  Values of an
 * object in a row have the key "outer.inner"; an array in a row is one cell.
 * A key no column names is shown in JSON and YAML only, a column without a
 * value is empty.  columns and their strings are borrowed until the end of the
 * table.
 *
 * CSV without a table: the keys of the first record are the columns.  Tables
 * inside an object are sections of the file, with a blank line between.
 */
struct smmu_emit_column {
	const char *key, *title;
	bool right; /* align right in text */
};
void smmu_emit_table(struct smmu_emit *emit, const char *key,
		     const struct smmu_emit_column *columns, size_t columns_count);

/*
 * A tree node: in text one line, the label, drawn with branches below its
 * parent; in data formats an object under key, or, when its parent is a node,
 * one in the array "children" of that.  Its values are for data formats only,
 * as the label is for text only; they come before its child nodes.  Ended by
 * smmu_emit_end.
 */
void smmu_emit_node(struct smmu_emit *emit, const char *key, const char *format, ...)
	SMMU_PRINTF(3, 4);

#endif
