#include "base/emit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/emit_priv.h"
#include "base/out_priv.h"
#include "base/text.h"

static bool is_dead(const struct smmu_emit *emit)
{
	return SMMU_UNLIKELY(!emit || emit->error || emit->out->error);
}

static bool push(struct smmu_emit *emit, enum emit_kind kind)
{
	if (SMMU_UNLIKELY(emit->depth == emit->capacity)) {
		size_t capacity = emit->capacity ? emit->capacity * 2 : 16;
		struct emit_frame *frames = realloc(emit->frames, capacity * sizeof(*emit->frames));

		if (!frames) {
			emit_nomem(emit);
			return false;
		}
		emit->frames = frames;
		emit->capacity = capacity;
	}
	emit->frames[emit->depth++] = (struct emit_frame){.kind = kind};
	return true;
}

static void value(struct smmu_emit *emit, const char *key, enum emit_type type, const char *text,
		  size_t size)
{
	if (!is_dead(emit))
		emit->ops->value(emit, key, type, text, size);
}

/* The formatted text in scratch, or NULL, which is an error. */
static const char *format_v(struct smmu_emit *emit, const char *format, va_list args)
{
	smmu_buf_clear(&emit->scratch);
	smmu_buf_vprintf(&emit->scratch, format, args);
	if (!emit->scratch.failed)
		return smmu_buf_text(&emit->scratch);
	emit_nomem(emit);
	return NULL;
}

int smmu_emit_new(struct smmu_emit **emit, struct smmu_out *out,
		  const struct smmu_emit_options *options)
{
	static const struct emit_ops *const ops[] = {
		[SMMU_EMIT_TEXT] = &emit_text_ops,  [SMMU_EMIT_JSON] = &emit_json_ops,
		[SMMU_EMIT_JSONL] = &emit_json_ops, [SMMU_EMIT_YAML] = &emit_yaml_ops,
		[SMMU_EMIT_CSV] = &emit_csv_ops,
	};
	struct smmu_emit *e = calloc(1, sizeof(*e));

	*emit = NULL;
	if (!e)
		return SMMU_E_NOMEM;
	e->out = out;
	e->options = *options;
	if (e->options.width_columns == 0)
		e->options.width_columns = 80;
	e->ops = ops[options->format];
	if (e->ops->init(e)) {
		smmu_emit_free(e);
		return SMMU_E_NOMEM;
	}
	*emit = e;
	return 0;
}

void smmu_emit_flush(struct smmu_emit *emit)
{
	if (is_dead(emit))
		return;
	if (emit->ops->flush)
		emit->ops->flush(emit);
	smmu_out_flush(emit->out);
}

int smmu_emit_free(struct smmu_emit *emit)
{
	int err;

	if (!emit)
		return 0;
	while (emit->depth && !is_dead(emit))
		smmu_emit_end(emit);
	emit->ops->fini(emit);
	err = emit->error ? emit->error : emit->out->error;
	smmu_buf_fini(&emit->scratch);
	free(emit->frames);
	free(emit);
	return err;
}

void smmu_emit_object(struct smmu_emit *emit, const char *key)
{
	if (!is_dead(emit) && push(emit, EMIT_OBJECT))
		emit->ops->open(emit, EMIT_OBJECT, key);
}

void smmu_emit_array(struct smmu_emit *emit, const char *key)
{
	if (!is_dead(emit) && push(emit, EMIT_ARRAY))
		emit->ops->open(emit, EMIT_ARRAY, key);
}

void smmu_emit_table(struct smmu_emit *emit, const char *key,
		     const struct smmu_emit_column *columns, size_t columns_count)
{
	if (is_dead(emit) || !push(emit, EMIT_TABLE))
		return;
	if (emit->ops->table)
		emit->ops->table(emit, key, columns, columns_count);
	else
		emit->ops->open(emit, EMIT_ARRAY, key);
}

/* A node as data formats see it. */
static void open_node_object(struct smmu_emit *emit, const char *key)
{
	struct emit_frame *parent = emit->depth > 1 ? &emit->frames[emit->depth - 2] : NULL;

	if (parent && parent->kind == EMIT_NODE) {
		if (!parent->has_children)
			emit->ops->open(emit, EMIT_ARRAY, "children");
		parent->has_children = true;
		key = NULL;
	}
	emit->ops->open(emit, EMIT_OBJECT, key);
}

void smmu_emit_node(struct smmu_emit *emit, const char *key, const char *format, ...)
{
	const char *label;
	va_list args;

	if (is_dead(emit) || !push(emit, EMIT_NODE))
		return;
	if (!emit->ops->node) {
		open_node_object(emit, key);
		return;
	}
	va_start(args, format);
	label = format_v(emit, format, args);
	va_end(args);
	if (label)
		emit->ops->node(emit, label);
}

void smmu_emit_end(struct smmu_emit *emit)
{
	struct emit_frame frame;

	if (is_dead(emit) || emit->depth == 0)
		return;
	frame = emit->frames[--emit->depth];
	if (frame.has_children)
		emit->ops->close(emit, EMIT_ARRAY);
	if (frame.kind == EMIT_TABLE && !emit->ops->table)
		frame.kind = EMIT_ARRAY;
	if (frame.kind == EMIT_NODE && !emit->ops->node)
		frame.kind = EMIT_OBJECT;
	emit->ops->close(emit, frame.kind);
}

void smmu_emit_null(struct smmu_emit *emit, const char *key)
{
	value(emit, key, EMIT_NULL, "null", 4);
}

void smmu_emit_str(struct smmu_emit *emit, const char *key, const char *text)
{
	if (text)
		value(emit, key, EMIT_STR, text, strlen(text));
	else
		smmu_emit_null(emit, key);
}

void smmu_emit_strf(struct smmu_emit *emit, const char *key, const char *format, ...)
{
	const char *text;
	va_list args;

	if (is_dead(emit))
		return;
	va_start(args, format);
	text = format_v(emit, format, args);
	va_end(args);
	if (text)
		value(emit, key, EMIT_STR, text, emit->scratch.size);
}

void smmu_emit_hex(struct smmu_emit *emit, const char *key, uint64_t number, unsigned digits)
{
	char text[24];

	value(emit, key, EMIT_HEX, text, smmu_format_hex(text, number, digits < 16 ? digits : 16));
}

void smmu_emit_uint(struct smmu_emit *emit, const char *key, uint64_t number)
{
	char text[24];

	value(emit, key, EMIT_NUMBER, text, smmu_format_dec(text, number));
}

void smmu_emit_int(struct smmu_emit *emit, const char *key, int64_t number)
{
	char text[25] = "-";

	if (number >= 0)
		smmu_emit_uint(emit, key, (uint64_t)number);
	else
		value(emit, key, EMIT_NUMBER, text,
		      1 + smmu_format_dec(text + 1, -(uint64_t)number));
}

/* Not by printf alone, whose decimal point is the locale's. */
static size_t format_real(char *text, size_t room, double number, unsigned decimals)
{
	uint64_t scale = 1, scaled;
	size_t n = 0;

	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	if (number < 0) {
		text[n++] = '-';
		number = -number;
	}
	if (number * (double)scale >= 9e18)
		return n + (size_t)snprintf(text + n, room - n, "%.0f.0", number);
	scaled = (uint64_t)(number * (double)scale + 0.5);
	n += smmu_format_dec(text + n, scaled / scale);
	if (decimals)
		text[n++] = '.';
	for (unsigned i = 0; i < decimals; i++) {
		scale /= 10;
		text[n++] = (char)('0' + scaled / scale % 10);
	}
	return n;
}

void smmu_emit_real(struct smmu_emit *emit, const char *key, double number, unsigned decimals)
{
	char text[352]; /* DBL_MAX has 309 digits */

	if (isfinite(number))
		value(emit, key, EMIT_NUMBER, text,
		      format_real(text, sizeof(text), number, decimals < 9 ? decimals : 9));
	else
		smmu_emit_null(emit, key);
}

void smmu_emit_bool(struct smmu_emit *emit, const char *key, bool is_true)
{
	if (is_true)
		value(emit, key, EMIT_BOOL, "true", 4);
	else
		value(emit, key, EMIT_BOOL, "false", 5);
}

/* Hands formatted text to one of the operations that only text has. */
static void say_v(struct smmu_emit *emit, void (*op)(struct smmu_emit *, const char *),
		  const char *format, va_list args)
{
	const char *text;

	if (!op)
		return;
	text = format_v(emit, format, args);
	if (text)
		op(emit, text);
}

void smmu_emit_meaning(struct smmu_emit *emit, const char *format, ...)
{
	va_list args;

	if (is_dead(emit))
		return;
	va_start(args, format);
	say_v(emit, emit->ops->meaning, format, args);
	va_end(args);
}

void smmu_emit_heading(struct smmu_emit *emit, const char *format, ...)
{
	va_list args;

	if (is_dead(emit))
		return;
	va_start(args, format);
	say_v(emit, emit->ops->heading, format, args);
	va_end(args);
}

void smmu_emit_say(struct smmu_emit *emit, const char *format, ...)
{
	va_list args;

	if (is_dead(emit))
		return;
	va_start(args, format);
	say_v(emit, emit->ops->say, format, args);
	va_end(args);
}
