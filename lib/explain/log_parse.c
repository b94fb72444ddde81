/*
 * What one message of a log says.
 */
#include <ctype.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/text.h"
#include "explain/log_priv.h"

/* Fields of a record that a text gives: value and which bits are known now. */
#define SET(parsed, Field, value)                                                                  \
	do {                                                                                       \
		smmu_evt_set_##Field(&(parsed)->evt, value);                                       \
		smmu_evt_set_##Field(&(parsed)->known, ~UINT64_C(0));                              \
	} while (0)

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

static uint64_t hex_of(const char *text, size_t digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits; i++)
		value = value * 16 + (uint64_t)smmu_hex_digit(text[i]);
	return value;
}

/* A run of hex digits, with or without 0x. */
struct run {
	const char *text;
	size_t digits;
	bool prefixed;
};

/* The next run at *at; false where something else stands. */
static bool next_run(struct run *run, const char *text, size_t *at, size_t size)
{
	size_t i = *at;

	while (i < size && is_between(text[i]))
		i++;
	run->prefixed =
		i + 1 < size && text[i] == '0' && (text[i + 1] == 'x' || text[i + 1] == 'X');
	if (run->prefixed)
		i += 2;
	run->text = text + i;
	while (i < size && is_hex(text[i]))
		i++;
	run->digits = (size_t)(text + i - run->text);
	if (i < size && !is_between(text[i]))
		return false;
	*at = i;
	return run->digits > 0 || run->prefixed;
}

/*
 * Words of 64 bits: 16 digits, which a mailer may have broken in two.  One with
 * fewer is cut; where no driver is named a person has typed it, and leading
 * zeros may have been left out.
 */
static bool parse_words(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	size_t at = 0;
	struct run run;

	while (parsed->words < LOG_WORDS_MAX && next_run(&run, text, &at, size)) {
		size_t digits = run.digits, before = at;
		uint64_t value = 0;
		struct run rest;

		if (digits > 16 || (!run.prefixed && digits != 16))
			return false;
		value = hex_of(run.text, digits);
		if (digits < 16 && next_run(&rest, text, &at, size) && !rest.prefixed &&
		    digits + rest.digits == 16) {
			value = value * 16;
			for (size_t i = 0; i < rest.digits; i++)
				value = value * (i ? 16 : 1) + hex_of(rest.text + i, 1);
			digits = 16;
		} else if (digits < 16) {
			at = before;
		}
		parsed->is_cut[parsed->words] =
			digits < 16 && !(by_hand && digits && (digits == 1 || run.text[0] != '0'));
		parsed->word[parsed->words++] = value;
		parsed->used = at;
	}
	while (at < size && is_between(text[at]))
		at++;
	if (!parsed->words || at < size)
		return false;
	parsed->part = LOG_PART_WORDS;
	parsed->is_partial = parsed->is_cut[parsed->words - 1];
	return true;
}

static const char *find(const char *text, size_t size, const char *what)
{
	size_t length = strlen(what);

	for (size_t i = 0; i + length <= size; i++)
		if (!memcmp(text + i, what, length))
			return text + i;
	return NULL;
}

/*
 * The hex number behind key; false when there is none, or when something else
 * than next follows it: digits may be missing then.  next NULL: anything may,
 * also the end of the line.  *used moves behind it.
 */
static bool number_of(uint64_t *value, size_t *used, const char *text, size_t size, const char *key,
		      const char *next)
{
	const char *found = find(text, size, key);
	struct log_captures captures;

	if (!found)
		return false;
	found += strlen(key);
	if (log_match(&captures, "%x", found, (size_t)(text + size - found)) != LOG_MATCH_FULL)
		return false;
	*value = captures.number[0];
	found += captures.used;
	if (next &&
	    ((size_t)(text + size - found) < strlen(next) || memcmp(found, next, strlen(next))))
		return false;
	if ((size_t)(found - text) > *used)
		*used = (size_t)(found - text);
	return true;
}

static void copy_name(char *name, const char *text, size_t size)
{
	if (size >= SMMU_LOG_NAME)
		size = SMMU_LOG_NAME - 1;
	memcpy(name, text, size);
	name[size] = '\0';
}

static bool is_fetch(unsigned type)
{
	return type == SMMU_EVT_F_STE_FETCH || type == SMMU_EVT_F_CD_FETCH ||
	       type == SMMU_EVT_F_VMS_FETCH;
}

static bool is_fault(unsigned type)
{
	return type >= SMMU_EVT_F_TRANSLATION && type <= SMMU_EVT_F_PERMISSION;
}

/* Whether Linux prints an address of this type, behind the SubstreamID. */
static bool has_address(unsigned type)
{
	return type > 0xff || is_fault(type) || is_fetch(type);
}

/* Whether what Linux prints of this type is not all there: a text that goes on. */
static bool lacks_fields(const struct log_parsed *parsed)
{
	if (!smmu_evt_StreamID(&parsed->known))
		return true;
	if (is_fault(parsed->type))
		return !smmu_evt_IPA(&parsed->known);
	return is_fetch(parsed->type) && !smmu_evt_FetchAddr(&parsed->known);
}

static unsigned type_of_name(const char *text, size_t size)
{
	char name[SMMU_LOG_NAME];
	int type;

	copy_name(name, text, size);
	type = smmu_event_type(name);
	return type < 0 ? 0x100 : (unsigned)type;
}

/* "event: F_TRANSLATION client: 0000:01:00.0 sid: 0x100 ssid: 0x0 iova: 0x… ipa: 0x…" */
static bool parse_prose(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	const char *client, *sid;
	uint64_t value;

	(void)by_hand;
	if (log_match(&parsed->captures, "event: %s", text, size) != LOG_MATCH_FULL)
		return false;
	parsed->part = LOG_PART_PROSE;
	parsed->used = parsed->captures.used;
	parsed->type = type_of_name(parsed->captures.string, parsed->captures.string_size);
	if (parsed->type <= 0xff)
		SET(parsed, Type, parsed->type);
	client = find(text, size, " client: ");
	sid = find(text, size, " sid: ");
	if (client && sid && sid > client)
		copy_name(parsed->client, client + 9, (size_t)(sid - client - 9));
	if (number_of(&value, &parsed->used, text, size, " sid: ", " ssid: "))
		SET(parsed, StreamID, value);
	/* Without a SubstreamID Linux prints 0 too, so that 0 says nothing. */
	if (number_of(&value, &parsed->used, text, size,
		      " ssid: ", has_address(parsed->type) ? " " : NULL) &&
	    value) {
		SET(parsed, SubstreamID, value);
		SET(parsed, SSV, 1);
	}
	if (number_of(&value, &parsed->used, text, size, " iova: ", " ipa: "))
		SET(parsed, InputAddr, value);
	if (number_of(&value, &parsed->used, text, size, " ipa: ", NULL))
		SET(parsed, IPA, value);
	if (number_of(&value, &parsed->used, text, size, " fetch_addr: ", NULL))
		SET(parsed, FetchAddr, value);
	parsed->is_partial = parsed->type <= 0xff && lacks_fields(parsed);
	return true;
}

/* Words of the second line, in its order, and what each sets. */
static bool parse_access(struct log_parsed *parsed, const char *text, size_t size)
{
	static const char *const priv[] = {"unpriv ", "priv "};
	size_t at;
	unsigned is_priv = 2;

	for (unsigned i = 0; i < 2; i++)
		if (size > strlen(priv[i]) && !memcmp(text, priv[i], strlen(priv[i])))
			is_priv = i;
	if (is_priv > 1)
		return false;
	at = strlen(priv[is_priv]);
	if (size - at < 5 || (memcmp(text + at, "data ", 5) && memcmp(text + at, "inst ", 5)))
		return false;
	SET(parsed, PnU, is_priv);
	SET(parsed, InD, text[at] == 'i');
	parsed->used = at + 5;
	return true;
}

/* unpriv data write s1 "Input address caused fault" ttd_read stall stag: 0x0 */
static bool parse_prose2(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	static const struct {
		const char *name;
		unsigned class;
	} classes[] = {
		{"\"CD fetch\"", SMMU_EVT_CLASS_CD},
		{"\"Stage 1 translation table fetch\"", SMMU_EVT_CLASS_TT},
		{"\"Input address caused fault\"", SMMU_EVT_CLASS_IN},
		{"\"Reserved\"", 3},
	};
	const char *quote, *stag;
	uint64_t value;

	(void)by_hand;
	if (!parse_access(parsed, text, size))
		return false;
	parsed->part = LOG_PART_PROSE2;
	quote = find(text, size, "\"");
	stag = find(text, size, " stag: ");
	if (find(text, quote ? (size_t)(quote - text) : size, " read "))
		SET(parsed, RnW, 1);
	else if (find(text, quote ? (size_t)(quote - text) : size, " write "))
		SET(parsed, RnW, 0);
	if (quote && quote - text > 3)
		SET(parsed, S2, quote[-2] == '2');
	for (size_t i = 0; quote && i < SMMU_LEN(classes); i++)
		if (find(quote, (size_t)(text + size - quote), classes[i].name))
			SET(parsed, CLASS, classes[i].class);
	if (stag && number_of(&value, &parsed->used, text, size, " stag: ", NULL)) {
		SET(parsed, STAG, value);
		SET(parsed, Stall, find(text, size, " stall stag:") != NULL);
	}
	if (find(text, size, " ttd_read") || find(text, size, " ttd_write"))
		SET(parsed, TTRnW, find(text, size, " ttd_read") != NULL);
	parsed->is_partial = !stag || !smmu_evt_STAG(&parsed->known);
	return true;
}

/* "event 0x10 received:", words may stand behind it. */
static bool parse_header(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	enum log_match match = log_match(&parsed->captures, "event %x received", text, size);
	size_t at = parsed->captures.used;

	if (match == LOG_MATCH_NO || (match == LOG_MATCH_PART && at < 5))
		return false;
	parsed->used = at;
	if (match == LOG_MATCH_PART) {
		/* Its number is whole where a blank and more follow it. */
		parsed->is_partial = true;
		if (log_match(&parsed->captures, "event %x r", text, size) == LOG_MATCH_FULL) {
			parsed->part = LOG_PART_HEADER;
			parsed->type = (unsigned)parsed->captures.number[0];
		}
		return true;
	}
	while (at < size && (text[at] == ':' || text[at] == '.'))
		at++;
	if (!parse_words(parsed, text + at, size - at, by_hand))
		parsed->words = 0;
	parsed->is_partial = false;
	parsed->part = LOG_PART_HEADER;
	parsed->type = (unsigned)parsed->captures.number[0];
	return true;
}

/* "Event F_TRANSLATION (…) received.", "SID 1, Input Address: 0", "evt[0] 10" of FreeBSD. */
static bool parse_freebsd(struct log_parsed *parsed, const char *text, size_t size)
{
	struct log_captures *captures = &parsed->captures;

	if (log_match(captures, "evt[%d] %x", text, size) == LOG_MATCH_FULL &&
	    captures->number[0] < LOG_WORDS_MAX && smmu_bits_fit(captures->number[1], 32)) {
		parsed->part = LOG_PART_BSD_WORD;
		parsed->index = (unsigned)captures->number[0];
		parsed->word[0] = captures->number[1];
		parsed->words = 1;
	} else if (log_match(captures, "SID %x, Input Address: %x", text, size) == LOG_MATCH_FULL) {
		parsed->part = LOG_PART_BSD_INPUT;
		SET(parsed, StreamID, captures->number[0]);
		SET(parsed, InputAddr, captures->number[1]);
	} else if (log_match(captures, "Event %x received", text, size) == LOG_MATCH_FULL) {
		parsed->part = LOG_PART_HEADER;
		parsed->type = (unsigned)captures->number[0];
	} else if (log_match(captures, "Event %s (%*) received", text, size) == LOG_MATCH_FULL) {
		parsed->part = LOG_PART_HEADER;
		parsed->type = type_of_name(captures->string, captures->string_size);
	} else {
		return false;
	}
	parsed->used = captures->used;
	return true;
}

/* "… EVTQ_INFO: evt{[0]:0x…, [1]:0x…, [2]:0x…, [3]:0x…}" of MediaTek's driver. */
static bool parse_braces(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	static const char key[] = "evt{";
	static const char *const places[] = {"[0]:", "[1]:", "[2]:", "[3]:"};
	const char *found = find(text, size, key);
	size_t used = 0;

	(void)by_hand;
	if (!found)
		return false;
	for (unsigned i = 0; i < SMMU_LEN(places); i++)
		if (!number_of(&parsed->word[i], &used, found, (size_t)(text + size - found),
			       places[i], i < SMMU_EVT_WORDS - 1 ? "," : "}"))
			return false;
	parsed->part = LOG_PART_HEADER;
	parsed->is_whole = true;
	parsed->words = SMMU_EVT_WORDS;
	parsed->type = (unsigned)smmu_evt_Type(&(struct smmu_evt){{parsed->word[0]}});
	parsed->used = size;
	return true;
}

/* "smmuv3_record_event F_TRANSLATION sid=0x10"; sid is decimal in older versions. */
static bool parse_qemu_event(struct log_parsed *parsed, const char *text, size_t size)
{
	if (log_match(&parsed->captures, "smmuv3_record_event %s sid=%d", text, size) !=
	    LOG_MATCH_FULL)
		return false;
	parsed->type = type_of_name(parsed->captures.string, parsed->captures.string_size);
	if (parsed->type > 0xff || !smmu_bits_fit(parsed->captures.number[0], 32))
		return false;
	SET(parsed, Type, parsed->type);
	SET(parsed, StreamID, parsed->captures.number[0]);
	parsed->part = LOG_PART_HEADER;
	parsed->is_whole = true;
	parsed->used = size;
	return true;
}

/* The first row that matches; one that would with more text makes it partial. */
static void parse_message(struct log_parsed *parsed, const char *text, size_t size, unsigned driver)
{
	bool speaks = driver != LOG_DRIVER_NONE;

	for (int i = 1; i < SMMU_LOG_MESSAGE_COUNT; i++) {
		const struct log_message_info *info = log_message_info((enum smmu_log_message)i);
		struct log_captures captures;
		enum log_match match;

		if (!info->pattern[0] ||
		    !(info->drivers == LOG_DRIVER_ANY ? !speaks || driver == LOG_DRIVER_QEMU
						      : (info->drivers & driver)))
			continue;
		match = log_match(&captures, info->pattern, text, size);
		if (match == LOG_MATCH_PART && captures.used >= 8)
			parsed->is_partial = true;
		if (match != LOG_MATCH_FULL)
			continue;
		parsed->part = LOG_PART_MESSAGE;
		parsed->message = (enum smmu_log_message)i;
		parsed->captures = captures;
		parsed->used = captures.used;
		return;
	}
	if (speaks)
		parsed->part = LOG_PART_MESSAGE;
}

/* The forms that need no driver's name, since nothing else looks like them. */
static bool parse_event(struct log_parsed *parsed, const char *text, size_t size, bool by_hand)
{
	static bool (*const forms[])(struct log_parsed * parsed, const char *text, size_t size,
				     bool by_hand) = {
		parse_words, parse_header, parse_prose, parse_prose2, parse_braces,
	};

	for (size_t i = 0; i < SMMU_LEN(forms); i++) {
		*parsed = (struct log_parsed){.part = LOG_PART_NONE};
		if (forms[i](parsed, text, size, by_hand))
			return true;
	}
	return false;
}

/* The last name in text[0..size), which blanks and a colon follow. */
static void set_speaker(struct log_parsed *parsed, const char *text, size_t size)
{
	size_t start;

	while (size && (is_between(text[size - 1]) || text[size - 1] == ':'))
		size--;
	for (start = size; start > 0 && !is_between(text[start - 1]) && text[start - 1] != ']';)
		start--;
	parsed->speaker = text + start;
	parsed->speaker_size = size - start;
}

/*
 * A driver that is not known: what stands behind its last ": ", or a header
 * anywhere, which must look like one to its end: other devices receive events too.
 */
static bool parse_foreign(struct log_parsed *parsed, const char *text, size_t size)
{
	const char *header = find(text, size, "event 0x");

	if (header && parse_header(parsed, header, (size_t)(text + size - header), false) &&
	    parsed->part && (parsed->words || header + parsed->used >= text + size - 1)) {
		set_speaker(parsed, text, (size_t)(header - text));
		return true;
	}
	*parsed = (struct log_parsed){.part = LOG_PART_NONE};
	for (size_t i = size; i > 1; i--)
		if (text[i - 2] == ':' && is_between(text[i - 1])) {
			size_t before = i - 1;

			while (i < size && is_between(text[i]))
				i++;
			if (!parse_event(parsed, text + i, size - i, false))
				return false;
			set_speaker(parsed, text, before);
			return true;
		}
	return false;
}

void log_parse(struct log_parsed *parsed, const struct log_segment *segment)
{
	const char *text = segment->body;
	size_t size = segment->body_size;

	*parsed = (struct log_parsed){.part = LOG_PART_NONE};
	while (size && is_between(text[size - 1]))
		size--;
	if (segment->driver == LOG_DRIVER_V3 || segment->driver == LOG_DRIVER_NONE) {
		if (parse_event(parsed, text, size, segment->driver == LOG_DRIVER_NONE))
			return;
		*parsed = (struct log_parsed){.part = LOG_PART_NONE};
	}
	if (segment->driver == LOG_DRIVER_FREEBSD && parse_freebsd(parsed, text, size))
		return;
	if (segment->driver == LOG_DRIVER_QEMU && parse_qemu_event(parsed, text, size))
		return;
	if (segment->driver == LOG_DRIVER_NONE && parse_foreign(parsed, text, size))
		return;
	*parsed = (struct log_parsed){.part = LOG_PART_NONE};
	parse_message(parsed, text, size, segment->driver);
	if (!size)
		parsed->is_partial = segment->driver != LOG_DRIVER_NONE;
}
