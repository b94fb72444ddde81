/*
 * YAML 1.1, as libyaml writes and reads it.
 *
 * Arrays of values, and short objects of values in arrays, are written in flow
 * style, as people write maps and memory lists.  libyaml wants the style at
 * the start, so the start of an array waits for what comes first in it, and a
 * short object for its end.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/emit_priv.h"

#define WIDTH_COLUMNS 100
#define FLOW_ENTRIES  12
#define FLOW_BYTES    80

struct entry {
	size_t key, text, size; /* key and text are offsets in kept */
	enum emit_type type;
};

struct yaml {
	yaml_emitter_t emitter;
	bool is_started;   /* the emitter has been initialised */
	bool array_waits;  /* an array is open whose start is not written yet */
	bool object_waits; /* the same of an object; its values are in entries */
	size_t depth, documents;
	struct smmu_buf kinds; /* a byte for each that is open: EMIT_ARRAY or EMIT_OBJECT */
	struct entry entries[FLOW_ENTRIES];
	size_t entries_count;
	struct smmu_buf kept, clean;
};

static int write_out(void *ctx, unsigned char *bytes, size_t size)
{
	struct smmu_emit *emit = ctx;

	smmu_out_write(emit->out, bytes, size);
	return smmu_out_error(emit->out) == 0;
}

/* Hands an event over; is_made says whether there was memory for it. */
static void send(struct smmu_emit *emit, yaml_event_t *event, int is_made)
{
	struct yaml *yaml = emit->state;

	if (!is_made) {
		emit_nomem(emit);
	} else if (emit->error) {
		yaml_event_delete(event);
	} else if (!yaml_emitter_emit(&yaml->emitter, event) && !smmu_out_error(emit->out)) {
		emit_nomem(emit);
	}
}

/* Words that YAML 1.1 takes for something other than a string. */
static bool is_yaml_word(const char *text)
{
	static const char *const words[] = {
		"~", "null", "true", "false", "yes",  "no",   "on",    "off",
		"y", "n",    "=",    "<<",    ".inf", ".nan", "-.inf", "+.inf",
	};

	for (size_t i = 0; i < SMMU_LEN(words); i++) {
		size_t n = 0;

		while (words[i][n] &&
		       (text[n] == words[i][n] || (words[i][n] >= 'a' && words[i][n] <= 'z' &&
						   text[n] == words[i][n] - 'a' + 'A')))
			n++;
		if (!words[i][n] && !text[n])
			return true;
	}
	return false;
}

/* Numbers, dates and base 60 ("01:00.0"); too many rather than too few. */
static bool is_number_like(const char *text)
{
	static const char start[] = "0123456789+-.";
	static const char rest[] = "0123456789abcdefABCDEFxXoO_+-.";

	return text[0] && strchr(start, text[0]) && strpbrk(text, "0123456789") &&
	       (strchr(text, ':') || strspn(text, rest) == strlen(text));
}

static void send_scalar(struct smmu_emit *emit, enum emit_type type, const char *text, size_t size)
{
	struct yaml *yaml = emit->state;
	yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;
	yaml_event_t event;
	bool is_plain = true;

	if (type == EMIT_STR) {
		smmu_buf_clear(&yaml->clean);
		emit_utf8_append(&yaml->clean, text, size, false);
		if (yaml->clean.failed) {
			emit_nomem(emit);
			return;
		}
		text = smmu_buf_text(&yaml->clean);
		size = yaml->clean.size;
		is_plain = size && !is_yaml_word(text) && !is_number_like(text);
		if (!is_plain)
			style = YAML_SINGLE_QUOTED_SCALAR_STYLE;
	}
	send(emit, &event,
	     yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)size,
					  is_plain, 1, style));
}

static bool is_in_array(const struct yaml *yaml)
{
	return yaml->depth && yaml->kinds.data[yaml->depth - 1] == EMIT_ARRAY;
}

static void send_start(struct smmu_emit *emit, enum emit_kind kind, bool is_flow)
{
	yaml_event_t event;

	if (kind == EMIT_ARRAY)
		send(emit, &event,
		     yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
							  is_flow ? YAML_FLOW_SEQUENCE_STYLE
								  : YAML_BLOCK_SEQUENCE_STYLE));
	else
		send(emit, &event,
		     yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
							 is_flow ? YAML_FLOW_MAPPING_STYLE
								 : YAML_BLOCK_MAPPING_STYLE));
}

/* Writes the object that waits, as far as it is known. */
static void settle_object(struct smmu_emit *emit, bool is_flow)
{
	struct yaml *yaml = emit->state;

	if (!yaml->object_waits)
		return;
	yaml->object_waits = false;
	if (yaml->kept.failed) {
		emit_nomem(emit);
		return;
	}
	send_start(emit, EMIT_OBJECT, is_flow);
	for (size_t i = 0; i < yaml->entries_count; i++) {
		const struct entry *e = &yaml->entries[i];
		const char *key = yaml->kept.data + e->key;

		send_scalar(emit, EMIT_STR, key, strlen(key));
		send_scalar(emit, e->type, yaml->kept.data + e->text, e->size);
	}
}

static void settle_array(struct smmu_emit *emit, bool is_flow)
{
	struct yaml *yaml = emit->state;

	if (!yaml->array_waits)
		return;
	yaml->array_waits = false;
	send_start(emit, EMIT_ARRAY, is_flow);
}

/* What stands before a value: the start of a document, or the key. */
static void begin_value(struct smmu_emit *emit, const char *key)
{
	struct yaml *yaml = emit->state;
	yaml_event_t event;

	if (yaml->depth == 0)
		send(emit, &event,
		     yaml_document_start_event_initialize(&event, NULL, NULL, NULL,
							  yaml->documents++ == 0));
	else if (key)
		send_scalar(emit, EMIT_STR, key, strlen(key));
}

static void end_value(struct smmu_emit *emit)
{
	struct yaml *yaml = emit->state;
	yaml_event_t event;

	if (yaml->depth == 0)
		send(emit, &event, yaml_document_end_event_initialize(&event, 1));
}

static void yaml_open(struct smmu_emit *emit, enum emit_kind kind, const char *key)
{
	struct yaml *yaml = emit->state;
	bool waits = kind == EMIT_ARRAY || is_in_array(yaml);

	settle_object(emit, false);
	settle_array(emit, false);
	begin_value(emit, key);
	yaml->kinds.size = yaml->depth;
	smmu_buf_putc(&yaml->kinds, (char)kind);
	if (yaml->kinds.failed) {
		emit_nomem(emit);
		return;
	}
	yaml->depth++;
	if (!waits) {
		send_start(emit, kind, false);
		return;
	}
	yaml->array_waits = kind == EMIT_ARRAY;
	yaml->object_waits = kind == EMIT_OBJECT;
	yaml->entries_count = 0;
	smmu_buf_clear(&yaml->kept);
}

static void yaml_close(struct smmu_emit *emit, enum emit_kind kind)
{
	struct yaml *yaml = emit->state;
	yaml_event_t event;

	settle_object(emit, true);
	settle_array(emit, true);
	yaml->depth--;
	if (kind == EMIT_ARRAY)
		send(emit, &event, yaml_sequence_end_event_initialize(&event));
	else
		send(emit, &event, yaml_mapping_end_event_initialize(&event));
	end_value(emit);
}

/* Keeps a value of the object that waits; false when that has grown too long. */
static bool keep_value(struct yaml *yaml, const char *key, enum emit_type type, const char *text,
		       size_t size)
{
	struct entry *e = &yaml->entries[yaml->entries_count];
	size_t key_size = key ? strlen(key) : 0;

	if (yaml->entries_count == FLOW_ENTRIES || yaml->kept.size + key_size + size > FLOW_BYTES)
		return false;
	yaml->entries_count++;
	e->type = type;
	e->key = yaml->kept.size;
	smmu_buf_append(&yaml->kept, key ? key : "", key_size + 1);
	e->text = yaml->kept.size;
	e->size = size;
	smmu_buf_append(&yaml->kept, text, size);
	smmu_buf_putc(&yaml->kept, '\0');
	return true;
}

static void yaml_value(struct smmu_emit *emit, const char *key, enum emit_type type,
		       const char *text, size_t size)
{
	struct yaml *yaml = emit->state;

	if (yaml->object_waits && keep_value(yaml, key, type, text, size))
		return;
	settle_object(emit, false);
	settle_array(emit, true);
	begin_value(emit, key);
	send_scalar(emit, type, text, size);
	end_value(emit);
}

static int yaml_init(struct smmu_emit *emit)
{
	struct yaml *yaml = calloc(1, sizeof(*yaml));
	yaml_event_t event;

	emit->state = yaml;
	if (!yaml || !yaml_emitter_initialize(&yaml->emitter))
		return SMMU_E_NOMEM;
	yaml->is_started = true;
	yaml_emitter_set_output(&yaml->emitter, write_out, emit);
	yaml_emitter_set_unicode(&yaml->emitter, 1);
	yaml_emitter_set_width(&yaml->emitter, WIDTH_COLUMNS);
	send(emit, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	return emit->error;
}

static void yaml_fini(struct smmu_emit *emit)
{
	struct yaml *yaml = emit->state;
	yaml_event_t event;

	if (!yaml)
		return;
	if (yaml->is_started) {
		if (yaml->depth == 0 && !emit->error)
			send(emit, &event, yaml_stream_end_event_initialize(&event));
		yaml_emitter_delete(&yaml->emitter);
	}
	smmu_buf_fini(&yaml->kinds);
	smmu_buf_fini(&yaml->kept);
	smmu_buf_fini(&yaml->clean);
	free(yaml);
}

const struct emit_ops emit_yaml_ops = {
	.init = yaml_init,
	.fini = yaml_fini,
	.open = yaml_open,
	.close = yaml_close,
	.value = yaml_value,
};
