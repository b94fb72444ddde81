/*
 * Between emit.c, which keeps what is open, and the backends, which write.
 *
 * Every value reaches a backend as text with a type.  Tables and nodes reach
 * a backend that does not care for them as arrays and objects.
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_BASE_EMIT_PRIV_H
#define SMMU_BASE_EMIT_PRIV_H

#include "base/buf.h"
#include "base/emit.h"

enum emit_kind { EMIT_OBJECT, EMIT_ARRAY, EMIT_TABLE, EMIT_NODE };

/* The text of a number, of true, false and null is that of JSON. */
enum emit_type { EMIT_STR, EMIT_HEX, EMIT_NUMBER, EMIT_BOOL, EMIT_NULL };

struct emit_ops {
	/* 0 or SMMU_E_NOMEM; sets emit->state. */
	int (*init)(struct smmu_emit *emit);
	/* Called when nothing is open: ends the document and frees the state, which may be NULL. */
	void (*fini)(struct smmu_emit *emit);
	void (*open)(struct smmu_emit *emit, enum emit_kind kind, const char *key);
	void (*close)(struct smmu_emit *emit, enum emit_kind kind);
	/* key is NULL in arrays; text is size bytes, of any encoding when a string. */
	void (*value)(struct smmu_emit *emit, const char *key, enum emit_type type,
		      const char *text, size_t size);
	/* NULL: open(EMIT_ARRAY) does. */
	void (*table)(struct smmu_emit *emit, const char *key,
		      const struct smmu_emit_column *columns, size_t columns_count);
	/* NULL: objects in arrays do. */
	void (*node)(struct smmu_emit *emit, const char *label);
	/* NULL: not shown. */
	void (*meaning)(struct smmu_emit *emit, const char *text);
	void (*heading)(struct smmu_emit *emit, const char *text);
	void (*say)(struct smmu_emit *emit, const char *text);
	/* Writes what is held back for its layout.  NULL: nothing is. */
	void (*flush)(struct smmu_emit *emit);
};

struct emit_frame {
	enum emit_kind kind;
	bool has_children; /* of a node: its array of children is open */
};

struct smmu_emit {
	const struct emit_ops *ops;
	struct smmu_out *out;
	struct smmu_emit_options options;
	void *state; /* of the backend, owned by it */
	struct emit_frame *frames;
	size_t depth, capacity;
	struct smmu_buf scratch; /* what printf formats make */
	int error;
};

extern const struct emit_ops emit_json_ops, emit_yaml_ops, emit_csv_ops, emit_text_ops;

/* A backend has no memory left. */
static inline void emit_nomem(struct smmu_emit *emit)
{
	if (!emit->error)
		emit->error = SMMU_E_NOMEM;
}

#define EMIT_UTF8_BAD "\xef\xbf\xbd" /* U+FFFD, stands for a byte that is not UTF-8 */
/* Appends text as valid UTF-8; when visible, with control characters as \xNN. */
void emit_utf8_append(struct smmu_buf *buf, const char *text, size_t size, bool visible);

#endif
