/*
 * Fields by their architected names: of CDs, STEs and descriptors.  What other
 * keys decide is not among them.  IHI 0070 5.2, 5.4; DDI 0487 D8.3.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "spec/cd.h"
#include "spec/ste.h"
#include "sys/objects_priv.h"

/* Which structure, and what stands in it. */
struct kind {
	const char *what; /* in messages */
	const struct smmu_format *format;
	/* Fields of the format that are not for this key, by the key that decides them. */
	const struct follows {
		const char *field, *key;
	} * follows;
	size_t follows_count;
	/* Of a format that two keys share: the fields of the other one. */
	bool (*is_other)(const char *field);
	const char *other;
};

static const struct follows cd_follows[] = {
	{"V", "stage1"},	{"AA64", "format"}, {"ENDI", "endian"}, {"T0SZ", "input-bits"},
	{"T1SZ", "input-bits"}, {"TG0", "granule"}, {"TG1", "granule"}, {"EPD0", "maps"},
	{"EPD1", "maps"},	{"TTB0", "maps"},   {"TTB1", "maps"},	{"IPS", "output-bits"},
	{"DS", "input-bits"},	{"S", "stall"},	    {"ASID", "asid"},
};

static const struct follows ste_follows[] = {
	{"V", "stream-table"},	     {"Config", "stage1"},	 {"S1Fmt", "substreams"},
	{"S1ContextPtr", "stage1"},  {"S1CDMax", "substreams"},	 {"S2VMID", "vmid"},
	{"S2T0SZ", "input-bits"},    {"S2SL0", "input-bits"},	 {"S2SL0_2", "input-bits"},
	{"S2TG", "granule"},	     {"S2PS", "output-bits"},	 {"S2AA64", "format"},
	{"S2ENDI", "endian"},	     {"S2S", "stall"},		 {"S2DS", "input-bits"},
	{"S2TTB", "maps"},	     {"S_S2T0SZ", "input-bits"}, {"S_S2SL0", "input-bits"},
	{"S_S2SL0_2", "input-bits"}, {"S_S2TG", "granule"},	 {"S_S2TTB", "maps"},
	{"S_S2SKL", "maps"},
};

bool smmu_sys_is_stage2_field(const char *name)
{
	static const char *const names[] = {
		"S2HWU59", "S2HWU60", "S2HWU61", "S2HWU62", "S2FWB", "S2IR0",	    "S2OR0",
		"S2SH0",   "S2AFFD",  "S2PTW",	 "S2HD",    "S2HA",  "S2R",	    "S2HAFT",
		"S2PIE",   "S2POE",   "S2SKL",	 "S2POI",   "TL0",   "AssuredOnly", "TL1",
		"VMSPtr",  "S2NSW",   "S2NSA",	 "S2SW",    "S2SA",
	};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool is_device_field(const char *name)
{
	return !smmu_sys_is_stage2_field(name);
}

static const struct kind cd_kind = {"a CD", &smmu_cd_format, cd_follows, SMMU_LEN(cd_follows), NULL,
				    NULL};
static const struct kind stage2_kind = {"the stage 2 part of an STE", &smmu_ste_format, ste_follows,
					SMMU_LEN(ste_follows),	      is_device_field,	"a device"};
static const struct kind device_kind = {"an STE",
					&smmu_ste_format,
					ste_follows,
					SMMU_LEN(ste_follows),
					smmu_sys_is_stage2_field,
					"a stage 2 domain"};

static const char *key_of(const struct kind *kind, const char *field)
{
	for (size_t i = 0; i < kind->follows_count; i++)
		if (!strcmp(kind->follows[i].field, field))
			return kind->follows[i].key;
	return NULL;
}

bool smmu_sys_is_cd_field(const char *name)
{
	return !key_of(&cd_kind, name);
}

bool smmu_sys_is_ste_field(const char *name)
{
	return !key_of(&device_kind, name);
}

static bool is_for(const struct kind *kind, const char *field)
{
	return !key_of(kind, field) && !(kind->is_other && kind->is_other(field));
}

static void unknown_field(struct smmu_reader *r, const struct kind *kind,
			  const struct smmu_yaml_node *name)
{
	const char *names[128];
	size_t count = 0;

	for (size_t i = 0; i < kind->format->fields_count && count < SMMU_LEN(names); i++)
		if (is_for(kind, kind->format->fields[i].name))
			names[count++] = kind->format->fields[i].name;
	smmu_reader_fail(r, name->at, SMMU_E_UNKNOWN, "unknown field '%.64s' of %s", name->text,
			 kind->what);
	smmu_reader_suggest(r, name->at, name->text, names, count);
}

/* The field that a key names; NULL after an error. */
static const struct smmu_field *find_field(struct smmu_reader *r, const struct kind *kind,
					   const struct smmu_yaml_node *name)
{
	const struct smmu_field *field = smmu_format_field(kind->format, name->text);
	const char *key = field ? key_of(kind, field->name) : NULL;

	if (!field) {
		unknown_field(r, kind, name);
	} else if (key) {
		smmu_reader_fail(r, name->at, SMMU_E_CONFLICT, "'%s' follows from '%s'",
				 field->name, key);
		field = NULL;
	} else if (kind->is_other && kind->is_other(field->name)) {
		smmu_reader_fail(r, name->at, SMMU_E_INVALID, "'%s' stands with %s, not in %s",
				 field->name, kind->other, kind->what);
		field = NULL;
	}
	return field;
}

/* A number, or the name of an encoding. */
static bool read_value(struct smmu_reader *r, const struct smmu_field *field,
		       const struct smmu_yaml_node *node, uint64_t *value)
{
	const struct smmu_enum *names = field->values;
	struct smmu_sys_u64 read = {0};
	uint64_t words[16] = {0};

	for (size_t i = 0; node->kind == SMMU_YAML_SCALAR && names && i < names->count; i++)
		if (!strcasecmp(names->values[i].name, node->text)) {
			*value = names->values[i].value;
			return true;
		}
	if (node->kind == SMMU_YAML_SCALAR && !strcmp(node->text, "true"))
		read.v = 1;
	else if (node->kind == SMMU_YAML_SCALAR && !strcmp(node->text, "false"))
		read.v = 0;
	else if (!smmu_reader_u64(r, node, field->name, 0, UINT64_MAX, &read))
		return false;
	*value = read.v;
	if (smmu_field_set(field, words, 0, read.v) == 0)
		return true;
	smmu_reader_fail(r, node->at, SMMU_E_RANGE,
			 "0x%" PRIx64 " does not fit in %s, which has %u bit%s", read.v,
			 field->name, field->part[0].width, field->part[0].width == 1 ? "" : "s");
	return false;
}

struct list {
	struct smmu_sys_field *v;
	size_t count, capacity;
};

static void add(struct list *list, const struct smmu_field *field, unsigned index,
		const struct smmu_yaml_node *node, uint64_t value)
{
	list->v[list->count++] = (struct smmu_sys_field){
		.at = node->at, .name = field->name, .field = field, .index = index, .v = value};
}

/* An array has a list, with a value for every element. */
static void read_field(struct smmu_reader *r, struct list *list, const struct smmu_field *field,
		       const struct smmu_yaml_node *node)
{
	uint64_t value;

	if (field->array_count <= 1) {
		if (read_value(r, field, node, &value))
			add(list, field, 0, node, value);
		return;
	}
	if (node->kind != SMMU_YAML_SEQUENCE || node->count != field->array_count) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' must be a list of %u values",
				 field->name, field->array_count);
		return;
	}
	for (unsigned i = 0; i < node->count; i++)
		if (read_value(r, field, &node->items[i], &value))
			add(list, field, i, &node->items[i], value);
}

/* Room for as many values as the mapping can have: arrays count by their elements. */
static size_t room_of(const struct smmu_yaml_node *node)
{
	size_t room = 0;

	for (size_t i = 0; i < node->count; i++) {
		const struct smmu_yaml_node *value = smmu_yaml_value(node, i);

		room += value->kind == SMMU_YAML_SEQUENCE ? value->count : 1;
	}
	return room;
}

static bool begin(struct smmu_reader *r, const struct smmu_key *key,
		  const struct smmu_yaml_node *node, struct list *list)
{
	if (node->kind != SMMU_YAML_MAPPING) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be a mapping of field names to values, not %s",
				 key->name, smmu_reader_kind(node));
		return false;
	}
	list->v = smmu_reader_alloc(r, room_of(node), sizeof(*list->v));
	return list->v != NULL;
}

static void parse(struct smmu_reader *r, const struct smmu_key *key,
		  const struct smmu_yaml_node *node, void *object, const struct kind *kind)
{
	struct smmu_sys_fields *to = (void *)((char *)object + key->offset);
	struct list list = {0};

	if (!begin(r, key, node, &list))
		return;
	for (size_t i = 0; i < node->count && !smmu_reader_is_full(r); i++) {
		const struct smmu_field *field = find_field(r, kind, smmu_yaml_key(node, i));

		if (field)
			read_field(r, &list, field, smmu_yaml_value(node, i));
	}
	*to = (struct smmu_sys_fields){node->at, list.v, list.count};
}

void smmu_fields_parse_cd(struct smmu_reader *r, const struct smmu_key *key,
			  const struct smmu_yaml_node *node, void *object)
{
	parse(r, key, node, object, &cd_kind);
}

void smmu_fields_parse_stage2(struct smmu_reader *r, const struct smmu_key *key,
			      const struct smmu_yaml_node *node, void *object)
{
	parse(r, key, node, object, &stage2_kind);
}

void smmu_fields_parse_device(struct smmu_reader *r, const struct smmu_key *key,
			      const struct smmu_yaml_node *node, void *object)
{
	parse(r, key, node, object, &device_kind);
}

/* Of a descriptor: which it has depends on format, level and features, so the builder says. */
void smmu_fields_parse_descriptor(struct smmu_reader *r, const struct smmu_key *key,
				  const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_fields *to = (void *)((char *)object + key->offset);
	struct list list = {0};

	if (!begin(r, key, node, &list))
		return;
	for (size_t i = 0; i < node->count && !smmu_reader_is_full(r); i++) {
		const struct smmu_yaml_node *name = smmu_yaml_key(node, i);
		struct smmu_sys_u64 value;

		if (smmu_reader_u64(r, smmu_yaml_value(node, i), name->text, 0, UINT64_MAX, &value))
			list.v[list.count++] = (struct smmu_sys_field){
				.at = name->at, .name = name->text, .v = value.v};
	}
	*to = (struct smmu_sys_fields){node->at, list.v, list.count};
}

/* ---- schema ---- */

static void value_schema(struct smmu_emit *emit)
{
	smmu_emit_array(emit, "type");
	smmu_emit_str(emit, NULL, "integer");
	smmu_emit_str(emit, NULL, "string");
	smmu_emit_str(emit, NULL, "boolean");
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "minimum", 0);
}

static void field_schema(struct smmu_emit *emit, const struct smmu_field *field)
{
	smmu_emit_object(emit, field->name);
	if (field->array_count > 1) {
		smmu_emit_str(emit, "type", "array");
		smmu_emit_uint(emit, "minItems", field->array_count);
		smmu_emit_uint(emit, "maxItems", field->array_count);
		smmu_emit_object(emit, "items");
		value_schema(emit);
		smmu_emit_end(emit);
	} else {
		value_schema(emit);
	}
	smmu_emit_end(emit);
}

static void schema(struct smmu_emit *emit, const struct kind *kind)
{
	smmu_emit_str(emit, "type", "object");
	smmu_emit_bool(emit, "additionalProperties", false);
	smmu_emit_object(emit, "properties");
	for (size_t i = 0; i < kind->format->fields_count; i++)
		if (is_for(kind, kind->format->fields[i].name))
			field_schema(emit, &kind->format->fields[i]);
	smmu_emit_end(emit);
}

void smmu_fields_schema_cd(struct smmu_emit *emit)
{
	schema(emit, &cd_kind);
}

void smmu_fields_schema_stage2(struct smmu_emit *emit)
{
	schema(emit, &stage2_kind);
}

void smmu_fields_schema_device(struct smmu_emit *emit)
{
	schema(emit, &device_kind);
}

void smmu_fields_schema_descriptor(struct smmu_emit *emit)
{
	smmu_emit_str(emit, "type", "object");
	smmu_emit_object(emit, "additionalProperties");
	smmu_emit_str(emit, "$ref", "#/$defs/number");
	smmu_emit_end(emit);
}
