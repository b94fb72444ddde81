/*
 * Events out of JSONL: results of replay and translate, objects of decode.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "explain/source_priv.h"

/* "0x10", or 16. */
static bool number_of(uint64_t *value, const json_t *json)
{
	if (json_is_string(json)) {
		const char *text = json_string_value(json);
		char *end;

		*value = strtoull(text, &end, 0);
		return end != text && *end == '\0';
	}
	*value = json_is_integer(json) ? (uint64_t)json_integer_value(json) : 0;
	return json_is_integer(json);
}

static void copy(char *to, size_t size, const json_t *json)
{
	const char *text = json_string_value(json);

	snprintf(to, size, "%s", text ? text : "");
}

/* "record": four words, lowest first. */
static bool take_record(struct smmu_log_item *item, const json_t *record)
{
	if (!json_is_array(record) || json_array_size(record) != SMMU_EVT_WORDS)
		return false;
	for (size_t i = 0; i < SMMU_EVT_WORDS; i++)
		if (!number_of(&item->evt.word[i], json_array_get(record, i)))
			return false;
	memset(item->known.word, 0xff, sizeof(item->known.word));
	item->sources = SMMU_LOG_WORDS;
	return true;
}

/* "type" and "fields": only what is there is known. */
static bool take_fields(struct smmu_log_item *item, const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "type"));
	const json_t *fields = json_object_get(object, "fields");
	const struct smmu_format *format;
	int type = name ? smmu_event_type(name) : -1;

	if (type < 0 || !json_is_object(fields))
		return false;
	format = smmu_event_format((unsigned)type);
	smmu_evt_set_Type(&item->evt, (uint64_t)type);
	smmu_evt_set_Type(&item->known, ~UINT64_C(0));
	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		const struct smmu_when_ctx ctx = {.word = item->evt.word};
		uint64_t value;

		if (!smmu_field_is_present(field, &ctx) ||
		    !number_of(&value, json_object_get(fields, field->name)) ||
		    smmu_field_set(field, item->evt.word, 0, value))
			continue;
		smmu_log_field_set_known(field, item);
	}
	item->sources = SMMU_LOG_PROSE;
	return true;
}

/* Whether the object tells of an event. */
static bool take_object(struct smmu_log_item *item, const json_t *object)
{
	const json_t *event = json_object_get(object, "event");
	uint64_t line;

	if (number_of(&line, json_object_get(object, "line")) && line <= UINT32_MAX)
		item->line = (uint32_t)line;
	copy(item->smmu, sizeof(item->smmu), json_object_get(object, "smmu"));
	copy(item->client, sizeof(item->client), json_object_get(object, "client"));
	if (json_is_object(event))
		return take_record(item, json_object_get(event, "record")) ||
		       take_fields(item, event);
	return take_fields(item, object);
}

int source_read_jsonl(struct smmu_in *in, smmu_log_visit *visit, void *ctx, struct smmu_diag *diag)
{
	const char *line;
	size_t size;
	int r, stopped = 0;

	while (!stopped && (r = smmu_in_line(&line, &size, in, diag)) > 0) {
		struct smmu_log_item item = {.kind = SMMU_LOG_EVENT,
					     .line = smmu_in_line_number(in)};
		json_error_t error;
		json_t *object;

		if (!size || line[strspn(line, " \t")] == '\0')
			continue;
		object = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
		if (!object) {
			struct smmu_place place = {
				smmu_in_name(in), smmu_in_line_number(in),
				error.position > 0 ? (uint32_t)error.position : 1, line, size};

			return smmu_diag_error(diag, &place, SMMU_E_SYNTAX, "this is no JSON: %s",
					       error.text);
		}
		if (take_object(&item, object))
			stopped = visit(ctx, &item);
		json_decref(object);
	}
	return stopped ? stopped : r;
}
