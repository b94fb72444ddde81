/*
 * The JSON Schema (draft 2020-12) of a system file, from the tables of keys.
 * It says what the form is; rules between values are for smmu check.
 */
#include "sys/objects_priv.h"

#include "base/text.h"

#include <string.h>

void smmu_schema_number(struct smmu_emit *emit, uint64_t min, uint64_t max)
{
	smmu_emit_str(emit, "$ref", "#/$defs/number");
	if (min)
		smmu_emit_uint(emit, "minimum", min);
	if (max != UINT64_MAX)
		smmu_emit_uint(emit, "maximum", max);
}

/* Each choice by name, and as the number that YAML makes of a name such as 1 or -1. */
static void emit_choices(struct smmu_emit *emit, const struct smmu_key *key)
{
	smmu_emit_array(emit, "enum");
	for (size_t i = 0; i < key->choices_count; i++) {
		const char *name = key->choices[i].name;
		bool negative = name[0] == '-';
		uint64_t value;

		smmu_emit_str(emit, NULL, name);
		if (smmu_parse_u64(&value, name + negative, strlen(name + negative)) == 0)
			smmu_emit_int(emit, NULL, negative ? -(int64_t)value : (int64_t)value);
	}
	smmu_emit_end(emit);
}

static void emit_set(struct smmu_emit *emit, const struct smmu_key *key)
{
	smmu_emit_str(emit, "type", "array");
	smmu_emit_uint(emit, "minItems", 1);
	smmu_emit_object(emit, "items");
	emit_choices(emit, key);
	smmu_emit_end(emit);
}

static void emit_name(struct smmu_emit *emit)
{
	smmu_emit_str(emit, "type", "string");
	smmu_emit_str(emit, "pattern", "^[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,63}$");
}

static void emit_list(struct smmu_emit *emit, const struct smmu_key *key)
{
	smmu_emit_str(emit, "type", "array");
	if (key->required)
		smmu_emit_uint(emit, "minItems", 1);
	if (key->max)
		smmu_emit_uint(emit, "maxItems", key->max);
	smmu_emit_object(emit, "items");
	smmu_emit_strf(emit, "$ref", "#/$defs/%s", key->object->name);
	smmu_emit_end(emit);
}

static void emit_key(struct smmu_emit *emit, const struct smmu_key *key)
{
	smmu_emit_object(emit, key->name);
	smmu_emit_str(emit, "description", key->doc);
	switch (key->kind) {
	case SMMU_KEY_U64:
		smmu_schema_number(emit, key->min, key->max);
		break;
	case SMMU_KEY_BOOL:
		smmu_emit_str(emit, "type", "boolean");
		break;
	case SMMU_KEY_CHOICE:
		emit_choices(emit, key);
		break;
	case SMMU_KEY_SET:
		emit_set(emit, key);
		break;
	case SMMU_KEY_NAME:
	case SMMU_KEY_REF:
		emit_name(emit);
		break;
	case SMMU_KEY_TEXT:
		smmu_emit_str(emit, "type", "string");
		smmu_emit_uint(emit, "minLength", 1);
		break;
	case SMMU_KEY_OBJECT:
		smmu_emit_strf(emit, "$ref", "#/$defs/%s", key->object->name);
		break;
	case SMMU_KEY_LIST:
		emit_list(emit, key);
		break;
	case SMMU_KEY_CUSTOM:
		key->schema(emit);
		break;
	}
	smmu_emit_end(emit);
}

void smmu_schema_either(struct smmu_emit *emit, const char *of, const char *key, const char *other)
{
	const char *const keys[] = {key, other};

	smmu_emit_array(emit, of);
	for (size_t i = 0; i < SMMU_LEN(keys); i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_array(emit, "required");
		smmu_emit_str(emit, NULL, keys[i]);
		smmu_emit_end(emit);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void emit_required(struct smmu_emit *emit, const struct smmu_object *type)
{
	bool any = false;

	for (size_t i = 0; i < type->keys_count; i++)
		any = any || type->keys[i].required;
	if (!any)
		return;
	smmu_emit_array(emit, "required");
	for (size_t i = 0; i < type->keys_count; i++) {
		if (type->keys[i].required)
			smmu_emit_str(emit, NULL, type->keys[i].name);
	}
	smmu_emit_end(emit);
}

static void emit_object(struct smmu_emit *emit, const struct smmu_object *type)
{
	smmu_emit_str(emit, "description", type->doc);
	smmu_emit_str(emit, "type", "object");
	smmu_emit_bool(emit, "additionalProperties", false);
	emit_required(emit, type);
	if (type->schema)
		type->schema(emit);
	smmu_emit_object(emit, "properties");
	for (size_t i = 0; i < type->keys_count; i++)
		emit_key(emit, &type->keys[i]);
	smmu_emit_end(emit);
}

/* A number as smmu_parse_u64 takes it: YAML's own integer, or text. */
static void emit_number(struct smmu_emit *emit)
{
	smmu_emit_object(emit, "number");
	smmu_emit_str(emit, "description",
		      "decimal or 0x, with _ between digits, and K, M, G or T");
	smmu_emit_array(emit, "type");
	smmu_emit_str(emit, NULL, "integer");
	smmu_emit_str(emit, NULL, "string");
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "minimum", 0);
	smmu_emit_uint(emit, "maximum", UINT64_MAX);
	smmu_emit_str(emit, "pattern",
		      "^(0[xX][0-9a-fA-F]+(_[0-9a-fA-F]+)*|[0-9]+(_[0-9]+)*)[KMGT]?$");
	smmu_emit_end(emit);
}

/* Every object below type, each once: no two keys share one. */
static void emit_below(struct smmu_emit *emit, const struct smmu_object *type)
{
	for (size_t i = 0; i < type->keys_count; i++) {
		const struct smmu_object *below = type->keys[i].object;

		if (!below)
			continue;
		smmu_emit_object(emit, below->name);
		emit_object(emit, below);
		smmu_emit_end(emit);
		emit_below(emit, below); /* three deep */
	}
}

void smmu_sys_schema(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "$schema", "https://json-schema.org/draft/2020-12/schema");
	smmu_emit_str(emit, "title", "smmu system file");
	emit_object(emit, &smmu_root_object);
	smmu_emit_object(emit, "$defs");
	emit_number(emit);
	emit_below(emit, &smmu_root_object);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}
