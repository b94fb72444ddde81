/*
 * Reads objects of a system file as their tables of keys say.
 */
#include "sys/reader_priv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"

#define MESSAGE_MAX 512
#define NAMES_MAX   64 /* keys of one object, choices of one key */
/* Nearest names cost far more than the rest; after so many nobody reads them. */
#define SUGGESTIONS_MAX 100

/* ---- reports ---- */

bool smmu_reader_is_full(const struct smmu_reader *r)
{
	return r->problems >= SMMU_READER_PROBLEMS_MAX;
}

/* Counts a problem and says whether it is still to be shown. */
static bool admit(struct smmu_reader *r)
{
	r->problems++;
	r->said_last = r->problems <= SMMU_READER_PROBLEMS_MAX;
	return r->said_last;
}

int smmu_reader_fail(struct smmu_reader *r, struct smmu_mark at, int code, const char *format, ...)
{
	struct smmu_place place = smmu_yaml_place(r->doc, at);
	char message[MESSAGE_MAX];
	va_list args;

	if (r->error_at && r->errors < SMMU_READER_PROBLEMS_MAX)
		r->error_at[r->errors] = at;
	r->errors++;
	if (!r->rc)
		r->rc = code;
	if (!admit(r))
		return code;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return smmu_diag_error(r->diag, &place, code, "%s", message);
}

void smmu_reader_warn(struct smmu_reader *r, struct smmu_mark at, const char *format, ...)
{
	struct smmu_place place = smmu_yaml_place(r->doc, at);
	char message[MESSAGE_MAX];
	va_list args;

	if (!admit(r))
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	smmu_diag_warn(r->diag, &place, "%s", message);
}

void smmu_reader_note(struct smmu_reader *r, struct smmu_mark at, const char *format, ...)
{
	struct smmu_place place = smmu_yaml_place(r->doc, at);
	char message[MESSAGE_MAX];
	va_list args;

	if (!r->said_last)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	smmu_diag_note(r->diag, &place, "%s", message);
}

void smmu_reader_suggest(struct smmu_reader *r, struct smmu_mark at, const char *text,
			 const char *const *names, size_t count)
{
	const char *near = NULL;

	if (r->said_last && r->suggestions++ < SUGGESTIONS_MAX)
		near = smmu_nearest(text, strlen(text), names, count);
	if (near)
		smmu_reader_note(r, at, "did you mean '%s'?", near);
}

void *smmu_reader_alloc(struct smmu_reader *r, size_t count, size_t size)
{
	void *memory = NULL;

	if (!size || count <= SIZE_MAX / size)
		memory = smmu_arena_alloc(r->arena, count * size);
	if (!memory) {
		smmu_diag_nomem(r->diag);
		if (!r->rc)
			r->rc = SMMU_E_NOMEM;
	}
	return memory;
}

const char *smmu_reader_kind(const struct smmu_yaml_node *node)
{
	switch ((enum smmu_yaml_kind)node->kind) {
	case SMMU_YAML_SEQUENCE:
		return "a list";
	case SMMU_YAML_MAPPING:
		return "a mapping";
	case SMMU_YAML_SCALAR:
		break;
	}
	return node->count ? "a word" : "nothing";
}

/* ---- scalars ---- */

/* A scalar with something in it; name is the key it belongs to. */
static bool expect_scalar(struct smmu_reader *r, const struct smmu_yaml_node *node,
			  const char *name, const char *wanted)
{
	if (node->kind == SMMU_YAML_SCALAR && (node->count || !node->plain))
		return true;
	smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' must be %s, not %s", name, wanted,
			 smmu_reader_kind(node));
	return false;
}

bool smmu_reader_u64(struct smmu_reader *r, const struct smmu_yaml_node *node, const char *name,
		     uint64_t min, uint64_t max, struct smmu_sys_u64 *to)
{
	uint64_t value;
	int rc;

	if (!expect_scalar(r, node, name, "a number"))
		return false;
	rc = smmu_parse_u64(&value, node->text, node->count);
	if (rc == SMMU_E_RANGE) {
		smmu_reader_fail(r, node->at, rc, "'%s' does not fit in 64 bits", name);
		return false;
	}
	if (rc) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be a number (4096, 0x1000, 4K, 1_000), not '%.64s'",
				 name, node->text);
		return false;
	}
	if (value < min || value > max) {
		smmu_reader_fail(r, node->at, SMMU_E_RANGE,
				 max > UINT32_MAX ? "'%s' is 0x%" PRIx64 ", outside 0x%" PRIx64
						    " to 0x%" PRIx64
						  : "'%s' is %" PRIu64 ", outside %" PRIu64
						    " to %" PRIu64,
				 name, value, min, max);
		return false;
	}
	*to = (struct smmu_sys_u64){value, node->at};
	return true;
}

static bool read_bool(struct smmu_reader *r, const struct smmu_key *key,
		      const struct smmu_yaml_node *node, struct smmu_sys_u64 *to)
{
	bool is_true;

	if (!expect_scalar(r, node, key->name, "true or false"))
		return false;
	is_true = strcmp(node->text, "true") == 0;
	if (!is_true && strcmp(node->text, "false") != 0) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be true or false, not '%.64s'", key->name, node->text);
		return false;
	}
	*to = (struct smmu_sys_u64){is_true, node->at};
	return true;
}

/* A choice by its name, or by its value where the name is a number ("4K", 4096, 0x1000). */
static const struct smmu_choice *find_choice(const struct smmu_key *key,
					     const struct smmu_yaml_node *node)
{
	uint64_t value, named;

	for (size_t i = 0; i < key->choices_count; i++) {
		if (strcmp(key->choices[i].name, node->text) == 0)
			return &key->choices[i];
	}
	if (smmu_parse_u64(&value, node->text, node->count))
		return NULL;
	for (size_t i = 0; i < key->choices_count; i++) {
		const char *name = key->choices[i].name;

		if (!smmu_parse_u64(&named, name, strlen(name)) && named == value)
			return &key->choices[i];
	}
	return NULL;
}

static void report_choice(struct smmu_reader *r, const struct smmu_key *key,
			  const struct smmu_yaml_node *node)
{
	const char *names[NAMES_MAX];
	char list[MESSAGE_MAX / 2];
	size_t used = 0, count = key->choices_count;

	list[0] = '\0';
	for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
		const char *between = i == 0 ? "" : i + 1 == count ? " or " : ", ";
		int n = snprintf(list + used, sizeof(list) - used, "%s%s", between,
				 key->choices[i].name);

		names[i] = key->choices[i].name;
		used += n > 0 && (size_t)n < sizeof(list) - used ? (size_t)n : 0;
	}
	smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' must be %s, not '%.64s'", key->name,
			 list, node->text);
	/* 8K is near 4K in spelling only, and a letter or two are near anything */
	if (node->count > 2 && (node->text[0] < '0' || node->text[0] > '9'))
		smmu_reader_suggest(r, node->at, node->text, names, count);
}

static bool read_choice(struct smmu_reader *r, const struct smmu_key *key,
			const struct smmu_yaml_node *node, struct smmu_sys_u64 *to)
{
	const struct smmu_choice *choice;

	if (!expect_scalar(r, node, key->name, "a word"))
		return false;
	choice = find_choice(key, node);
	if (!choice) {
		report_choice(r, key, node);
		return false;
	}
	*to = (struct smmu_sys_u64){choice->v, node->at};
	return true;
}

static bool read_set(struct smmu_reader *r, const struct smmu_key *key,
		     const struct smmu_yaml_node *node, struct smmu_sys_u64 *to)
{
	struct smmu_sys_u64 set = {0, node->at}, one = {0};
	bool good = true;

	if (node->kind != SMMU_YAML_SEQUENCE || !node->count) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be a list with at least one item, not %s", key->name,
				 node->kind == SMMU_YAML_SEQUENCE ? "an empty one"
								  : smmu_reader_kind(node));
		return false;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (!read_choice(r, key, &node->items[i], &one))
			good = false;
		set.v |= one.v;
	}
	if (good)
		*to = set;
	return good;
}

static bool read_text(struct smmu_reader *r, const struct smmu_key *key,
		      const struct smmu_yaml_node *node, struct smmu_sys_text *to)
{
	if (!expect_scalar(r, node, key->name, "text"))
		return false;
	if (!node->count || memchr(node->text, '\0', node->count)) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 node->count ? "'%s' holds a NUL character" : "'%s' is empty",
				 key->name);
		return false;
	}
	*to = (struct smmu_sys_text){node->text, node->at};
	return true;
}

/* Names show up in messages, columns and file names: one word each. */
static bool is_name(const char *text, size_t size)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_";
	static const char others[] = ".:@+-";

	if (!size || size > 64 || text[0] == '\0' || !strchr(first, text[0]))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!text[i] || (!strchr(first, text[i]) && !strchr(others, text[i])))
			return false;
	}
	return true;
}

static bool read_name(struct smmu_reader *r, const struct smmu_key *key,
		      const struct smmu_yaml_node *node, struct smmu_sys_text *to)
{
	if (!expect_scalar(r, node, key->name, "a name"))
		return false;
	if (!is_name(node->text, node->count)) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be up to 64 letters, digits and _ . : @ + -, "
				 "not '%.64s'",
				 key->name, node->text);
		return false;
	}
	*to = (struct smmu_sys_text){node->text, node->at};
	return true;
}

/* ---- objects ---- */

static void report_key(struct smmu_reader *r, const struct smmu_object *type,
		       const struct smmu_yaml_node *name)
{
	const char *names[NAMES_MAX];
	size_t count = type->keys_count < NAMES_MAX ? type->keys_count : NAMES_MAX;

	for (size_t i = 0; i < count; i++)
		names[i] = type->keys[i].name;
	smmu_reader_fail(r, name->at, SMMU_E_UNKNOWN, "unknown key '%.64s' in %s", name->text,
			 type->what);
	smmu_reader_suggest(r, name->at, name->text, names, count);
}

static void read_ref(struct smmu_reader *r, const struct smmu_key *key,
		     const struct smmu_yaml_node *node, struct smmu_sys_ref *to)
{
	struct smmu_sys_text name;

	if (read_name(r, key, node, &name))
		*to = (struct smmu_sys_ref){.name = name.v, .at = name.at};
}

static void read_key(struct smmu_reader *r, const struct smmu_key *key,
		     const struct smmu_yaml_node *node, void *object)
{
	void *to = (char *)object + key->offset;
	size_t *count = (void *)((char *)object + key->count_offset);

	switch (key->kind) {
	case SMMU_KEY_U64:
		smmu_reader_u64(r, node, key->name, key->min, key->max, to);
		break;
	case SMMU_KEY_BOOL:
		read_bool(r, key, node, to);
		break;
	case SMMU_KEY_CHOICE:
		read_choice(r, key, node, to);
		break;
	case SMMU_KEY_SET:
		read_set(r, key, node, to);
		break;
	case SMMU_KEY_NAME:
		read_name(r, key, node, to);
		break;
	case SMMU_KEY_TEXT:
		read_text(r, key, node, to);
		break;
	case SMMU_KEY_REF:
		read_ref(r, key, node, to);
		break;
	case SMMU_KEY_OBJECT:
		smmu_reader_object(r, key->object, node, to);
		break;
	case SMMU_KEY_LIST:
		*(void **)to = smmu_reader_list(r, key->object, node, key, count);
		break;
	case SMMU_KEY_CUSTOM:
		key->parse(r, key, node, object);
		break;
	}
}

static void set_initial(const struct smmu_object *type, void *to)
{
	for (size_t i = 0; i < type->keys_count; i++) {
		const struct smmu_key *key = &type->keys[i];

		if (key->initial)
			((struct smmu_sys_u64 *)(void *)((char *)to + key->offset))->v =
				key->initial;
	}
}

static void check_required(struct smmu_reader *r, const struct smmu_object *type,
			   const struct smmu_yaml_node *node, uint64_t seen)
{
	for (size_t i = 0; i < type->keys_count; i++) {
		if (type->keys[i].required && !smmu_bit(seen, (unsigned)i))
			smmu_reader_fail(r, node->at, SMMU_E_INVALID, "%s needs '%s'", type->what,
					 type->keys[i].name);
	}
}

bool smmu_reader_object(struct smmu_reader *r, const struct smmu_object *type,
			const struct smmu_yaml_node *node, void *to)
{
	unsigned before = r->errors;
	uint64_t seen = 0;

	if (node->kind != SMMU_YAML_MAPPING) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "%s must be a mapping of keys to values, not %s", type->what,
				 smmu_reader_kind(node));
		return false;
	}
	*(struct smmu_mark *)to = node->at;
	set_initial(type, to);
	for (size_t i = 0; i < node->count; i++) {
		const struct smmu_yaml_node *name = smmu_yaml_key(node, i);
		size_t k = 0;

		while (k < type->keys_count && strcmp(type->keys[k].name, name->text) != 0)
			k++;
		if (k == type->keys_count) {
			report_key(r, type, name);
			continue;
		}
		seen |= smmu_pow2((unsigned)k);
		read_key(r, &type->keys[k], smmu_yaml_value(node, i), to);
	}
	check_required(r, type, node, seen);
	/* rules between keys would only repeat what is wrong already */
	if (type->check && before == r->errors)
		type->check(r, to);
	return before == r->errors;
}

void *smmu_reader_list(struct smmu_reader *r, const struct smmu_object *type,
		       const struct smmu_yaml_node *node, const struct smmu_key *key, size_t *count)
{
	char *items;

	*count = 0;
	if (node->kind != SMMU_YAML_SEQUENCE) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' must be a list, not %s",
				 key->name, smmu_reader_kind(node));
		return NULL;
	}
	if (key->max && node->count > key->max) {
		smmu_reader_fail(r, node->at, SMMU_E_LIMIT, "'%s' has more than %" PRIu64 " items",
				 key->name, key->max);
		return NULL;
	}
	items = smmu_reader_alloc(r, node->count, type->size);
	for (size_t i = 0; items && i < node->count && !smmu_reader_is_full(r); i++) {
		smmu_reader_object(r, type, &node->items[i], items + i * type->size);
		*count = i + 1;
	}
	return items;
}
