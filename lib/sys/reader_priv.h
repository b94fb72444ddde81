/*
 * Objects of a system file as tables of keys.  One table gives the reading,
 * the unknown-key check, the JSON Schema and the names for completion.
 *
 * Threading: tables are immutable; one thread at a time per reader.
 */
#ifndef SMMU_SYS_READER_PRIV_H
#define SMMU_SYS_READER_PRIV_H

#include "base/emit.h"
#include "sys/arena_priv.h"
#include "sys/yaml.h"

/* Problems reported before the rest is cut off: a hostile file must not flood. */
#define SMMU_READER_PROBLEMS_MAX 1000u

struct smmu_reader {
	const struct smmu_yaml *doc;
	struct smmu_arena *arena;
	struct smmu_diag *diag;
	unsigned problems; /* errors and warnings */
	unsigned errors, suggestions;
	int rc;		/* the first error */
	bool said_last; /* the last record was shown, so its notes are too */
	struct smmu_mark
		*error_at; /* of SMMU_READER_PROBLEMS_MAX; where errors are, NULL: nowhere */
};

enum smmu_key_kind {
	SMMU_KEY_U64,	 /* struct smmu_sys_u64, from min to max */
	SMMU_KEY_BOOL,	 /* struct smmu_sys_u64 */
	SMMU_KEY_CHOICE, /* struct smmu_sys_u64 */
	SMMU_KEY_SET,	 /* struct smmu_sys_u64: a list of choices, their values or-ed */
	SMMU_KEY_NAME,	 /* struct smmu_sys_text: [A-Za-z0-9_.:@+-], what others refer to */
	SMMU_KEY_TEXT,	 /* struct smmu_sys_text */
	SMMU_KEY_REF,	 /* struct smmu_sys_ref, resolved later */
	SMMU_KEY_OBJECT, /* a struct whose first member is struct smmu_mark at */
	SMMU_KEY_LIST,	 /* pointer to such structs and, at count_offset, how many; up to max */
	SMMU_KEY_CUSTOM, /* as parse says; its schema likewise */
};

struct smmu_choice {
	const char *name;
	uint64_t v;
};

struct smmu_key {
	enum smmu_key_kind kind;
	const char *name;
	bool required;
	size_t offset, count_offset;
	uint64_t min, max;
	uint64_t initial; /* of numbers, truth values and choices when not given */
	const struct smmu_choice *choices;
	size_t choices_count;
	const struct smmu_object *object; /* of OBJECT, LIST; CUSTOM: what else its schema names */
	void (*parse)(struct smmu_reader *r, const struct smmu_key *key,
		      const struct smmu_yaml_node *node, void *object);
	void (*schema)(struct smmu_emit *emit); /* members of its schema object */
	const char *doc;
};

struct smmu_object {
	const char *name; /* in the schema: #/$defs/NAME */
	const char *what; /* in messages: "a domain" */
	const struct smmu_key *keys;
	size_t keys_count;
	size_t size; /* of the struct */
	const char *doc;
	/* Rules between keys; every key was read, those in error as not given.  May be NULL. */
	void (*check)(struct smmu_reader *r, void *object);
	/* Further members of the schema object ("oneOf": …).  May be NULL. */
	void (*schema)(struct smmu_emit *emit);
};

/* offsetof, and a compile-time proof that the member has that type. */
#define SMMU_KEY_MEMBER(type, member, wanted)                                                      \
	(offsetof(type, member) + 0 * sizeof((wanted *)0 == &((type *)0)->member))
#define SMMU_KEY_ROW(kind_, name_, type, m, wanted, doc_)                                          \
	.kind = (kind_), .name = (name_), .offset = SMMU_KEY_MEMBER(type, m, wanted), .doc = (doc_)

#define KEY_U64(n, type, m, lo, hi, d)                                                             \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_U64, n, type, m, struct smmu_sys_u64, d), .min = (lo),       \
										.max = (hi)        \
	}
#define KEY_U64_REQ(n, type, m, lo, hi, d)                                                         \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_U64, n, type, m, struct smmu_sys_u64, d),                    \
			.min = (lo), .max = (hi), .required = true                                 \
	}
#define KEY_BOOL(n, type, m, d)                                                                    \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_BOOL, n, type, m, struct smmu_sys_u64, d)                    \
	}
#define KEY_CHOICE(n, type, m, list, init, d)                                                      \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_CHOICE, n, type, m, struct smmu_sys_u64, d),                 \
			.choices = (list), .choices_count = SMMU_LEN(list), .initial = (init)      \
	}
#define KEY_CHOICE_REQ(n, type, m, list, d)                                                        \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_CHOICE, n, type, m, struct smmu_sys_u64, d),                 \
			.choices = (list), .choices_count = SMMU_LEN(list), .required = true       \
	}
#define KEY_SET(n, type, m, list, d)                                                               \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_SET, n, type, m, struct smmu_sys_u64, d),                    \
			.choices = (list), .choices_count = SMMU_LEN(list)                         \
	}
#define KEY_NAME_REQ(n, type, m, d)                                                                \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_NAME, n, type, m, struct smmu_sys_text, d), .required = true \
	}
#define KEY_NAME(n, type, m, d)                                                                    \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_NAME, n, type, m, struct smmu_sys_text, d)                   \
	}
#define KEY_TEXT(n, type, m, d)                                                                    \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_TEXT, n, type, m, struct smmu_sys_text, d)                   \
	}
#define KEY_REF(n, type, m, d)                                                                     \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_REF, n, type, m, struct smmu_sys_ref, d)                     \
	}
#define KEY_REF_REQ(n, type, m, d)                                                                 \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_REF, n, type, m, struct smmu_sys_ref, d), .required = true   \
	}
#define KEY_OBJECT(n, type, m, sub, obj, d)                                                        \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_OBJECT, n, type, m, sub, d), .object = (obj)                 \
	}
#define KEY_LIST(n, type, m, count, sub, obj, most, d)                                             \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_LIST, n, type, m, const sub *, d),                           \
			.count_offset = SMMU_KEY_MEMBER(type, count, size_t), .object = (obj),     \
			.max = (most)                                                              \
	}
#define KEY_LIST_REQ(n, type, m, count, sub, obj, most, d)                                         \
	{                                                                                          \
		SMMU_KEY_ROW(SMMU_KEY_LIST, n, type, m, const sub *, d),                           \
			.count_offset = SMMU_KEY_MEMBER(type, count, size_t), .object = (obj),     \
			.max = (most), .required = true                                            \
	}
#define KEY_CUSTOM(n, type, m, fn, schema_fn, d)                                                   \
	{                                                                                          \
		.kind = SMMU_KEY_CUSTOM, .name = (n), .offset = offsetof(type, m), .parse = (fn),  \
		.schema = (schema_fn), .doc = (d)                                                  \
	}
#define KEY_CUSTOM_OBJECT(n, type, m, fn, schema_fn, obj, d)                                       \
	{                                                                                          \
		.kind = SMMU_KEY_CUSTOM, .name = (n), .offset = offsetof(type, m), .parse = (fn),  \
		.schema = (schema_fn), .object = (obj), .doc = (d)                                 \
	}

/* Report at a mark; each respects the limit of problems.  fail returns code. */
int smmu_reader_fail(struct smmu_reader *r, struct smmu_mark at, int code, const char *format, ...)
	SMMU_PRINTF(4, 5);
void smmu_reader_warn(struct smmu_reader *r, struct smmu_mark at, const char *format, ...)
	SMMU_PRINTF(3, 4);
void smmu_reader_note(struct smmu_reader *r, struct smmu_mark at, const char *format, ...)
	SMMU_PRINTF(3, 4);
/* A note "did you mean …" where a name is near enough. */
void smmu_reader_suggest(struct smmu_reader *r, struct smmu_mark at, const char *text,
			 const char *const *names, size_t count);
/* Whether the limit of problems is reached: stop looking for more. */
bool smmu_reader_is_full(const struct smmu_reader *r);

/* Zeroed memory of the system; NULL is reported. */
void *smmu_reader_alloc(struct smmu_reader *r, size_t count, size_t size);

/* Each reads one node into place and marks it; false when that failed, which is reported. */
bool smmu_reader_u64(struct smmu_reader *r, const struct smmu_yaml_node *node, const char *name,
		     uint64_t min, uint64_t max, struct smmu_sys_u64 *to);
bool smmu_reader_object(struct smmu_reader *r, const struct smmu_object *type,
			const struct smmu_yaml_node *node, void *to);
/* A list of objects into an array. */
void *smmu_reader_list(struct smmu_reader *r, const struct smmu_object *type,
		       const struct smmu_yaml_node *node, const struct smmu_key *key,
		       size_t *count);
/* What kind of node it is, for messages: "a list". */
const char *smmu_reader_kind(const struct smmu_yaml_node *node);

#endif
