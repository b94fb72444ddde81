/*
 * Patterns of messages, and the table of them.
 */
#include <ctype.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "base/words.h"
#include "explain/log_priv.h"

#define NONE	LOG_DRIVER_NONE
#define V3	LOG_DRIVER_V3
#define V2	LOG_DRIVER_V2
#define PMCG	LOG_DRIVER_PMCG
#define QEMU	LOG_DRIVER_QEMU
#define IORT	LOG_DRIVER_IORT
#define IOMMU	LOG_DRIVER_IOMMU
#define CMDQV	LOG_DRIVER_CMDQV
#define FREEBSD LOG_DRIVER_FREEBSD
#define ANY	LOG_DRIVER_ANY

static const struct log_message_info messages[SMMU_LOG_MESSAGE_COUNT] = {
	[SMMU_LOG_OTHER] = {0, LOG_FACT_PLAIN, "", ""},
#define MESSAGE(ID, drivers, fact, pattern, meaning)                                               \
	[SMMU_LOG_##ID] = {drivers, LOG_FACT_##fact, pattern, meaning},
#include "explain/log_message.def"
};

const struct log_message_info *log_message_info(enum smmu_log_message message)
{
	return &messages[message];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Digits of a number of the base from at; a "0x" counts as part of it. */
static size_t digits_of(const char *text, size_t at, size_t size, bool hex)
{
	static const char all[] = "0123456789abcdefABCDEF";
	size_t start = at;

	if (size - at > 2 && text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X')) {
		at += 2;
		hex = true;
	}
	while (at < size && text[at] && strchr(hex ? all : "0123456789", text[at]) &&
	       (hex || text[at] <= '9'))
		at++;
	/* "0x" and what follows a cut are no number. */
	return at < size && (isalnum((unsigned char)text[at]) || text[at] == '_') ? 0 : at - start;
}

static bool take_number(struct log_captures *captures, const char *text, size_t size, bool hex)
{
	uint64_t value;
	size_t bad;
	bool prefixed = size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	if (hex || prefixed) {
		if (smmu_parse_hex(&value, text, size, &bad))
			return false;
	} else if (smmu_parse_u64(&value, text, size)) {
		return false;
	}
	if (captures->numbers < SMMU_LOG_NUMBERS)
		captures->number[captures->numbers++] = value;
	return true;
}

/* One %x, %d or %s at *at. */
static enum log_match take(struct log_captures *captures, char kind, const char *text, size_t *at,
			   size_t size)
{
	size_t length = 0;

	if (*at >= size)
		return LOG_MATCH_PART;
	if (kind == 's') {
		while (*at + length < size && !is_blank(text[*at + length]))
			length++;
		if (!captures->string) {
			captures->string = text + *at;
			captures->string_size = length;
		}
	} else {
		length = digits_of(text, *at, size, kind == 'x');
		if (!length || !take_number(captures, text + *at, length, kind == 'x'))
			return LOG_MATCH_NO;
	}
	*at += length;
	return length ? LOG_MATCH_FULL : LOG_MATCH_NO;
}

/* The literal text of a pattern up to its next blank or %: where it stands in text. */
static const char *find_literal(const char *pattern, const char *text, size_t size)
{
	size_t length = strcspn(pattern, "%");

	while (length && is_blank(pattern[length - 1]))
		length--;
	for (size_t i = 0; i + length <= size; i++)
		if (!memcmp(text + i, pattern, length))
			return text + i;
	return NULL;
}

enum log_match log_match(struct log_captures *captures, const char *pattern, const char *text,
			 size_t size)
{
	size_t at = 0;

	*captures = (struct log_captures){0};
	for (; *pattern; pattern++) {
		if (*pattern == '%' && pattern[1] == '*') {
			const char *found = find_literal(pattern + 2, text + at, size - at);

			if (!found)
				return LOG_MATCH_NO;
			at = pattern[2] ? (size_t)(found - text) : size;
			pattern++;
		} else if (*pattern == '%') {
			enum log_match match = take(captures, pattern[1], text, &at, size);

			captures->used = at;
			if (match != LOG_MATCH_FULL)
				return match;
			pattern++;
		} else if (at >= size) {
			captures->used = at;
			return LOG_MATCH_PART;
		} else if (*pattern == ' ') {
			if (!is_blank(text[at]))
				return LOG_MATCH_NO;
			while (at < size && is_blank(text[at]))
				at++;
		} else if (text[at++] != *pattern) {
			return LOG_MATCH_NO;
		}
	}
	captures->used = at;
	return LOG_MATCH_FULL;
}
