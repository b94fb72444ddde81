/* Lines of logs: words, keys and numbers. */
#include "trace/line.h"

#include <string.h>

/* FNV-1a */
uint64_t smmu_span_hash(struct smmu_span span)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (const char *p = span.p; p < span.end; p++)
		value = (value ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
	return value ? value : 1;
}

bool smmu_span_is(struct smmu_span span, const char *text)
{
	return smmu_span_size(span) == strlen(text) && !memcmp(span.p, text, strlen(text));
}

bool smmu_span_take(struct smmu_span *span, const char *text)
{
	size_t size = strlen(text);

	if (smmu_span_size(*span) < size || memcmp(span->p, text, size) != 0)
		return false;
	span->p += size;
	return true;
}

static void skip_spaces(struct smmu_span *span)
{
	while (span->p < span->end && smmu_line_is_space(*span->p))
		span->p++;
}

struct smmu_span smmu_span_word(struct smmu_span *span)
{
	struct smmu_span word;

	skip_spaces(span);
	word.p = span->p;
	while (span->p < span->end && !smmu_line_is_space(*span->p))
		span->p++;
	word.end = span->p;
	return word;
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

bool smmu_span_number(uint64_t *value, struct smmu_span *span, unsigned base)
{
	const char *first;
	uint64_t v = 0;
	unsigned d;

	if (smmu_span_take(span, "0x"))
		base = 16;
	for (first = span->p; span->p < span->end && (d = digit_of(*span->p)) < base; span->p++) {
		if (v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*value = v;
	return span->p > first;
}

struct smmu_span smmu_span_find(struct smmu_span span, const char *key)
{
	bool at_start = true;
	struct smmu_span rest;

	for (; span.p < span.end; span.p++) {
		char c = *span.p;

		rest = span;
		if (at_start && c == *key && smmu_span_take(&rest, key)) {
			skip_spaces(&rest);
			if (rest.p < rest.end && (*rest.p == '=' || *rest.p == ':')) {
				rest.p++;
				skip_spaces(&rest);
				return rest;
			}
		}
		at_start = smmu_line_is_space(c) || c == ',' || c == '(' || c == ':';
	}
	return span;
}

bool smmu_span_key(uint64_t *value, struct smmu_span span, const char *key, unsigned base)
{
	struct smmu_span found = smmu_span_find(span, key);

	return smmu_span_number(value, &found, base);
}

bool smmu_span_time(uint64_t *time_ns, struct smmu_span *span)
{
	static const uint64_t ns = 1000000000;
	uint64_t seconds, unit = ns / 10;

	if (span->p < span->end && digit_of(*span->p) > 9)
		return false;
	if (!smmu_span_number(&seconds, span, 10))
		return false;
	*time_ns = seconds;
	if (!smmu_span_take(span, "."))
		return true;
	if (seconds > UINT64_MAX / ns - 1)
		return false;
	*time_ns = seconds * ns;
	for (; span->p < span->end && digit_of(*span->p) < 10; span->p++, unit /= 10)
		*time_ns += digit_of(*span->p) * unit;
	return true;
}
