/* JSON (RFC 8259) and JSON Lines: compact, one document a line. */
#include <stdlib.h>
#include <string.h>

#include "base/emit_priv.h"
#include "base/out_priv.h"
#include "base/text.h"

struct json {
	bool is_lines;
	bool in_list; /* an array at the top is open; its elements are at depth 0 */
	bool is_list_empty;
	bool needs_comma;
	bool is_pretty;
	size_t depth;
};

static int json_init(struct smmu_emit *emit)
{
	struct json *json = calloc(1, sizeof(*json));

	if (!json)
		return SMMU_E_NOMEM;
	json->is_lines = emit->options.format == SMMU_EMIT_JSONL;
	json->is_pretty = emit->options.pretty && !json->is_lines;
	emit->state = json;
	return 0;
}

static void json_fini(struct smmu_emit *emit)
{
	free(emit->state);
}

SMMU_INLINE void put(struct smmu_out *out, const char *bytes, size_t size)
{
	if (SMMU_LIKELY(size <= SMMU_OUT_RESERVE)) {
		memcpy(out_reserve(out, size), bytes, size);
		out_commit(out, size);
	} else {
		smmu_out_write(out, bytes, size);
	}
}

SMMU_INLINE void put_char(struct smmu_out *out, char c)
{
	*out_reserve(out, 1) = c;
	out_commit(out, 1);
}

/* Whether c stands for itself in a string, without a look at what follows. */
SMMU_INLINE bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* The escape for an ASCII character that needs one, or a whole UTF-8 character; bytes used. */
static size_t put_special(struct smmu_out *out, const char *text, size_t size)
{
	static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	static const char hex[] = "0123456789abcdef";
	size_t length = smmu_utf8_size(text, size);
	unsigned char c = (unsigned char)text[0];

	if (length == 0) {
		put(out, EMIT_UTF8_BAD, strlen(EMIT_UTF8_BAD));
		return 1;
	}
	if (length > 1) {
		put(out, text, length);
		return length;
	}
	for (size_t i = 0; i + 1 < sizeof(names); i += 2) {
		if (names[i] == text[0]) {
			put_char(out, '\\');
			put_char(out, names[i + 1]);
			return 1;
		}
	}
	put(out, "\\u00", 4);
	put_char(out, hex[c / 16]);
	put_char(out, hex[c % 16]);
	return 1;
}

static void put_string(struct smmu_out *out, const char *text, size_t size)
{
	put_char(out, '"');
	for (size_t i = 0; i < size;) {
		size_t run = i;

		while (run < size && is_plain(text[run]))
			run++;
		put(out, text + i, run - i);
		i = run;
		if (i < size)
			i += put_special(out, text + i, size - i);
	}
	put_char(out, '"');
}

static void put_line_start(struct smmu_out *out, size_t depth)
{
	put_char(out, '\n');
	while (depth--)
		put(out, "  ", 2);
}

/* What stands before a value: the comma, the key, or the frame of a list. */
static void begin_value(struct smmu_out *out, struct json *json, const char *key)
{
	if (json->depth == 0) {
		if (json->in_list && !json->is_lines)
			put(out, &",\n"[json->is_list_empty], 2 - json->is_list_empty);
		json->is_list_empty = false;
		return;
	}
	if (json->needs_comma)
		put_char(out, ',');
	if (json->is_pretty)
		put_line_start(out, json->depth);
	if (key) {
		put_string(out, key, strlen(key));
		put(out, ": ", 1 + json->is_pretty);
	}
}

static void end_value(struct smmu_out *out, struct json *json)
{
	json->needs_comma = true;
	if (json->depth == 0 && (json->is_lines || !json->in_list))
		put_char(out, '\n');
}

static void json_open(struct smmu_emit *emit, enum emit_kind kind, const char *key)
{
	struct json *json = emit->state;

	if (kind == EMIT_ARRAY && json->depth == 0 && !json->in_list) {
		json->in_list = true;
		json->is_list_empty = true;
		if (!json->is_lines)
			put_char(emit->out, '[');
		return;
	}
	begin_value(emit->out, json, key);
	put_char(emit->out, kind == EMIT_ARRAY ? '[' : '{');
	json->needs_comma = false;
	json->depth++;
}

static void json_close(struct smmu_emit *emit, enum emit_kind kind)
{
	struct json *json = emit->state;

	if (json->depth == 0) {
		json->in_list = false;
		if (!json->is_lines)
			put(emit->out, &"\n]\n"[json->is_list_empty], 3 - json->is_list_empty);
		return;
	}
	json->depth--;
	if (json->is_pretty && json->needs_comma)
		put_line_start(emit->out, json->depth);
	put_char(emit->out, kind == EMIT_ARRAY ? ']' : '}');
	end_value(emit->out, json);
}

static void json_value(struct smmu_emit *emit, const char *key, enum emit_type type,
		       const char *text, size_t size)
{
	struct json *json = emit->state;
	struct smmu_out *out = emit->out;

	begin_value(out, json, key);
	switch (type) {
	case EMIT_STR:
		put_string(out, text, size);
		break;
	case EMIT_HEX:
		put_char(out, '"');
		put(out, text, size);
		put_char(out, '"');
		break;
	case EMIT_NUMBER:
	case EMIT_BOOL:
	case EMIT_NULL:
		put(out, text, size);
		break;
	}
	end_value(out, json);
}

const struct emit_ops emit_json_ops = {
	.init = json_init,
	.fini = json_fini,
	.open = json_open,
	.close = json_close,
	.value = json_value,
};
