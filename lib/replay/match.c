/* Recorded objects against answers: what is given must hold. */
#include "replay/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

/* "0x10", "16" or 16. */
static bool number_of(unsigned long long *value, const json_t *json)
{
	const char *text = json_string_value(json);
	char *end;

	if (json_is_integer(json)) {
		*value = (unsigned long long)json_integer_value(json);
		return true;
	}
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return *end == '\0' && !errno;
}

/* An absent key, false and null are the same. */
static bool is_nothing(const json_t *json)
{
	return !json || json_is_null(json) || json_is_false(json);
}

static bool every_key(const char *key);
static bool match_object(const json_t *want, const json_t *got, bool (*counts)(const char *key));

static bool match_value(const json_t *want, const json_t *got)
{
	unsigned long long a, b;

	if (is_nothing(want) || is_nothing(got))
		return is_nothing(want) && is_nothing(got);
	if (json_is_object(want))
		return json_is_object(got) && match_object(want, got, every_key);
	if (json_is_array(want)) {
		bool same = json_array_size(want) == json_array_size(got);

		for (size_t i = 0; same && i < json_array_size(want); i++)
			same = match_value(json_array_get(want, i), json_array_get(got, i));
		return same;
	}
	return json_equal(want, got) || (number_of(&a, want) && number_of(&b, got) && a == b);
}

/* Words, of which only the bits of a mask count. */
static bool match_words(const json_t *want, const json_t *mask, const json_t *got)
{
	bool same = json_array_size(want) == json_array_size(got);

	for (size_t i = 0; same && i < json_array_size(want); i++) {
		unsigned long long a, b, bits = ~0ULL;

		if (mask && !number_of(&bits, json_array_get(mask, i)))
			bits = ~0ULL;
		same = number_of(&a, json_array_get(want, i)) &&
		       number_of(&b, json_array_get(got, i)) && !((a ^ b) & bits);
	}
	return same;
}

static bool match_any(const json_t *alternatives, const json_t *got)
{
	for (size_t i = 0; i < json_array_size(alternatives); i++)
		if (smmu_match(json_array_get(alternatives, i), got))
			return true;
	return false;
}

static bool match_key(const char *key, const json_t *want, const json_t *mask, const json_t *got)
{
	const json_t *value = json_object_get(got, key);

	if (!strcmp(key, "any"))
		return match_any(want, got);
	if (!strcmp(key, "mask"))
		return true;
	if (!strcmp(key, "record"))
		return match_words(want, mask, value);
	if (!strcmp(key, "recorded"))
		return json_is_false(want) == json_is_false(value);
	return match_value(want, value);
}

static bool match_object(const json_t *want, const json_t *got, bool (*counts)(const char *key))
{
	const json_t *mask = json_object_get(want, "mask");
	/* the iterator wants it so; nothing is changed */
	json_t *object = (json_t *)want;
	bool same = true;

	for (void *at = json_object_iter(object); at && same;
	     at = json_object_iter_next(object, at)) {
		const char *key = json_object_iter_key(at);

		if (counts(key))
			same = match_key(key, json_object_iter_value(at), mask, got);
	}
	return same;
}

static bool every_key(const char *key)
{
	(void)key;
	return true;
}

/* The rest tells of the record, or where the answer comes from. */
static bool is_of_answer(const char *key)
{
	static const char *const keys[] = {"any",   "status",  "pa",	  "value", "response",
					   "event", "updates", "attr",	  "ats",   "pri",
					   "error", "stale",   "consumed"};

	for (size_t i = 0; i < SMMU_LEN(keys); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

bool smmu_match(const json_t *want, const json_t *got)
{
	return match_object(want, got, is_of_answer);
}
