/*
 * Items of a log, put together from its lines.
 *
 * What is not finished stands in a queue in the order of first lines; only its
 * head is visited.  Lines find their item by the SMMU's name, so that those of
 * several SMMUs, or of anybody else, may stand between them.
 */
#include "explain/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "explain/log_priv.h"
#include "spec/cmd.h"
#include "spec/ste.h"

#define SLOTS	  32
#define INSTANCES 16
/* Lines that may stand between those of one item; without a driver's name, fewer. */
#define REACH	     64
#define REACH_NEARBY 4

/* Words that no header stands before: the last four, and how many were before them. */
struct run {
	struct smmu_log_item item[SMMU_EVT_WORDS]; /* line and name of each */
	uint64_t word[SMMU_EVT_WORDS];
	bool is_cut[SMMU_EVT_WORDS];
	unsigned words;
	struct smmu_log_item orphans; /* its text: those that begin no event */
};

struct instance {
	char name[SMMU_LOG_NAME];
	uint32_t cmdq_entries;
};

struct smmu_log {
	smmu_log_visit *visit;
	void *ctx;
	int stopped;
	struct log_slot slots[SLOTS];
	size_t head, count;
	struct log_slot *latest; /* to which lines without a name belong; NULL */
	struct run run;
	struct instance instances[INSTANCES];
	size_t instances_next;
	struct smmu_buf clean;
	struct log_wait wait;
	uint32_t fragment; /* the last line that may be what is left of another one */
};

static struct log_slot *slot_at(struct smmu_log *log, size_t i)
{
	return &log->slots[(log->head + i) % SLOTS];
}

/* ---- The queue of items. ---- */

static void drain(struct smmu_log *log, uint32_t line)
{
	while (log->count && !log->stopped) {
		struct log_slot *slot = slot_at(log, 0);

		if (!slot->is_done && line - slot->last_line > REACH)
			log_slot_finish(slot);
		if (!slot->is_done)
			return;
		if (log->latest == slot)
			log->latest = NULL;
		log->stopped = log->visit(log->ctx, &slot->item);
		log->head = (log->head + 1) % SLOTS;
		log->count--;
	}
}

static struct log_slot *push(struct smmu_log *log, const struct smmu_log_item *item)
{
	struct log_slot *slot;

	if (log->count == SLOTS) {
		log_slot_finish(slot_at(log, 0));
		drain(log, item->line);
	}
	if (log->count == SLOTS)
		log->head = (log->head + 1) % SLOTS; /* stopped: nothing is visited any more */
	else
		log->count++;
	slot = slot_at(log, log->count - 1);
	*slot = (struct log_slot){
		.item = *item,
		.last_line = item->line,
		.word_line = item->line,
	};
	memcpy(slot->speaker, item->smmu, sizeof(slot->speaker));
	return slot;
}

static bool begins_event(uint64_t word)
{
	const struct smmu_evt evt = {{word}};
	const struct smmu_format *format = smmu_event_format((unsigned)smmu_evt_Type(&evt));
	const struct smmu_when_ctx ctx = {.word = evt.word};

	if (!format || smmu_format_res0(format, &ctx, 0))
		return false;
	if (smmu_evt_SSV(&evt) || !smmu_evt_SubstreamID(&evt))
		return true;
	/* It has a SubstreamID without SSV (7.3.9); with StreamID 0 it is rather an address. */
	return smmu_evt_Type(&evt) == SMMU_EVT_C_BAD_SUBSTREAMID && smmu_evt_StreamID(&evt);
}

/*
 * False: the word is of another event, whose header was lost: the first one has
 * another number than the header, or a later one is the first one again.
 */
static bool fits_event(const struct smmu_log *log, const struct log_slot *slot, uint64_t word)
{
	const struct smmu_evt evt = {{word}};

	if (slot->words > slot->in_a_row && log->fragment > slot->word_line && begins_event(word) &&
	    smmu_evt_StreamID(&evt))
		return false; /* what is left of a line is its header */
	if (slot->words)
		return slot->is_cut[0] || word != slot->word[0] || !word || !~word;
	return !smmu_evt_Type(&slot->said_known) ||
	       smmu_evt_Type(&slot->said) == smmu_evt_Type(&evt);
}

/* The end of a driver's name that is not known; empty: the line has none. */
static void copy_speaker(char *speaker, const struct log_parsed *parsed)
{
	size_t size = parsed->speaker_size,
	       skip = size < SMMU_LOG_NAME ? 0 : size - SMMU_LOG_NAME + 1;

	if (size)
		memcpy(speaker, parsed->speaker + skip, size - skip);
	speaker[size - skip] = '\0';
}

/* Whether one name ends in the other: the beginning of one may be cut off. */
static bool can_be_same(const char *a, const char *b)
{
	size_t a_size = strlen(a), b_size = strlen(b);
	size_t size = a_size < b_size ? a_size : b_size;

	return !memcmp(a + a_size - size, b + b_size - size, size);
}

/* The latest slot, when a line without a name, or one cut on the left, may belong to it. */
static struct log_slot *find_nearby(struct smmu_log *log, const struct smmu_log_item *item,
				    const char *speaker)
{
	struct log_slot *latest = log->latest;

	if (!latest || latest->is_done || item->line - latest->last_line > REACH_NEARBY ||
	    !can_be_same(latest->speaker, speaker))
		return NULL;
	return latest;
}

/* A header whose driver's name was cut, directly before a word of who it was. */
static struct log_slot *find_cut_header(struct smmu_log *log, const struct smmu_log_item *item,
					const struct log_parsed *parsed)
{
	struct log_slot *slot = find_nearby(log, item, item->smmu);

	if (!slot || parsed->part != LOG_PART_WORDS || slot->item.sources != SMMU_LOG_HEADER ||
	    !fits_event(log, slot, parsed->word[0]))
		return NULL;
	memcpy(slot->item.smmu, item->smmu, sizeof(slot->item.smmu));
	memcpy(slot->speaker, item->smmu, sizeof(slot->speaker));
	return slot;
}

/* The newest open slot that the segment's lines belong to, or NULL. */
static struct log_slot *find_open(struct smmu_log *log, const struct smmu_log_item *item,
				  const struct log_parsed *parsed, bool is_named)
{
	if (!is_named) {
		char speaker[SMMU_LOG_NAME];

		copy_speaker(speaker, parsed);
		return find_nearby(log, item, speaker);
	}
	for (size_t i = log->count; i-- > 0;) {
		struct log_slot *slot = slot_at(log, i);

		if (!slot->is_done && item->line - slot->last_line <= REACH &&
		    slot->item.sec == item->sec && !strcmp(slot->item.smmu, item->smmu))
			return slot;
	}
	return find_cut_header(log, item, parsed);
}

static struct instance *instance_of(struct smmu_log *log, const char *name)
{
	struct instance *instance;

	for (size_t i = 0; i < INSTANCES; i++)
		if (log->instances[i].cmdq_entries && !strcmp(log->instances[i].name, name))
			return &log->instances[i];
	instance = &log->instances[log->instances_next];
	log->instances_next = (log->instances_next + 1) % INSTANCES;
	*instance = (struct instance){{0}, 0};
	snprintf(instance->name, sizeof(instance->name), "%s", name);
	return instance;
}

static uint32_t cmdq_entries_of(const struct smmu_log *log, const char *name)
{
	for (size_t i = 0; i < INSTANCES; i++)
		if (log->instances[i].cmdq_entries && !strcmp(log->instances[i].name, name))
			return log->instances[i].cmdq_entries;
	return 0;
}

/* ---- Words without a header. ---- */

static void add_orphan(struct run *run, unsigned index)
{
	char *text = run->orphans.text;
	size_t length;

	if (!text[0])
		run->orphans = run->item[index];
	length = strlen(text);
	snprintf(text + length, sizeof(run->orphans.text) - length, "%s0x%016llx",
		 length ? " " : "", (unsigned long long)run->word[index]);
}

static void say_orphans(struct smmu_log *log)
{
	struct smmu_log_item *item = &log->run.orphans;

	if (!item->text[0])
		return;
	item->kind = SMMU_LOG_MESSAGE;
	item->message = SMMU_LOG_ORPHAN_WORDS;
	log_slot_finish(push(log, item));
	item->text[0] = '\0';
}

/* What was collected: an event when it is four words that can be one. */
static struct log_slot *end_run(struct smmu_log *log)
{
	struct run *run = &log->run;
	struct log_slot *slot = NULL;
	bool is_event = run->words == SMMU_EVT_WORDS && begins_event(run->word[0]);

	for (unsigned i = 0; i < run->words; i++)
		is_event &= !run->is_cut[i];
	for (unsigned i = 0; i < run->words && !is_event; i++)
		add_orphan(run, i);
	say_orphans(log);
	if (is_event) {
		run->item[0].kind = SMMU_LOG_EVENT;
		run->item[0].sources = SMMU_LOG_WORDS;
		slot = push(log, &run->item[0]);
		slot->words = slot->in_a_row = SMMU_EVT_WORDS;
		slot->last_line = run->item[SMMU_EVT_WORDS - 1].line;
		memcpy(slot->word, run->word, sizeof(run->word));
		log->latest = slot;
	}
	run->words = 0;
	return slot;
}

/* The end of a record whose beginning is missing must not shift the next one. */
static void add_to_run(struct smmu_log *log, const struct smmu_log_item *item, uint64_t word,
		       bool is_cut)
{
	struct run *run = &log->run;

	if (run->words && strcmp(run->item[0].smmu, item->smmu))
		end_run(log);
	if (run->words == SMMU_EVT_WORDS && begins_event(run->word[0])) {
		end_run(log);
	} else if (run->words == SMMU_EVT_WORDS) {
		add_orphan(run, 0);
		memmove(run->item, run->item + 1, sizeof(run->item) - sizeof(run->item[0]));
		memmove(run->word, run->word + 1, sizeof(run->word) - sizeof(run->word[0]));
		memmove(run->is_cut, run->is_cut + 1, sizeof(run->is_cut) - sizeof(run->is_cut[0]));
		run->words--;
	}
	run->item[run->words] = *item;
	run->item[run->words].text[0] = '\0';
	run->is_cut[run->words] = is_cut;
	run->word[run->words++] = word;
}

/* ---- Parts of items. ---- */

static bool wants_words(const struct log_slot *slot)
{
	if (slot->wants_command)
		return slot->item.words < SMMU_CMD_WORDS;
	return slot->item.kind == SMMU_LOG_EVENT && slot->words < SMMU_EVT_WORDS &&
	       !slot->has_prose && !slot->has_prose2 && !slot->takes_no_word;
}

static void add_word(struct smmu_log *log, struct log_slot *slot, uint64_t word, bool is_cut,
		     uint32_t line)
{
	if (slot->wants_command) {
		slot->item.word[slot->item.words++] = word;
		if (slot->item.words == SMMU_CMD_WORDS)
			log_slot_finish(slot);
		return;
	}
	slot->item.sources |= SMMU_LOG_WORDS;
	if (slot->in_a_row == slot->words && log->fragment <= slot->word_line)
		slot->in_a_row++;
	slot->word_line = line;
	slot->is_cut[slot->words] = is_cut;
	slot->word[slot->words++] = word;
}

static void take_words(struct smmu_log *log, struct log_slot *slot, const struct log_parsed *parsed,
		       const struct smmu_log_item *item)
{
	for (unsigned i = 0; i < parsed->words; i++) {
		if (slot && slot->item.kind == SMMU_LOG_EVENT && wants_words(slot) &&
		    !parsed->is_cut[i] && !fits_event(log, slot, parsed->word[i])) {
			slot->takes_no_word = !slot->words && !begins_event(parsed->word[i]);
			if (!slot->takes_no_word) {
				log_slot_finish(slot);
				slot = NULL;
			}
		}
		if (slot && !slot->is_done && wants_words(slot))
			add_word(log, slot, parsed->word[i], parsed->is_cut[i], item->line);
		else
			add_to_run(log, item, parsed->word[i], parsed->is_cut[i]);
	}
}

static void take_header(struct smmu_log *log, struct log_slot *open,
			const struct log_parsed *parsed, struct smmu_log_item *item)
{
	struct log_slot *slot;

	if (open && open->item.kind == SMMU_LOG_EVENT)
		log_slot_finish(open);
	item->kind = SMMU_LOG_EVENT;
	item->sources = SMMU_LOG_HEADER;
	slot = push(log, item);
	if (!item->smmu[0])
		copy_speaker(slot->speaker, parsed);
	if (parsed->type <= 0xff) {
		smmu_evt_set_Type(&slot->said, parsed->type);
		smmu_evt_set_Type(&slot->said_known, ~UINT64_C(0));
	}
	log_event_add(&slot->said, &slot->said_known, &parsed->evt, &parsed->known);
	log->latest = slot;
	take_words(log, slot, parsed, item);
	if (parsed->is_whole)
		log_slot_finish(slot);
}

/* Linux prints a second line of prose for faults of a translation only. */
static bool has_second_line(unsigned type)
{
	return type >= SMMU_EVT_F_TRANSLATION && type <= SMMU_EVT_F_PERMISSION;
}

static void take_first_prose(struct smmu_log *log, struct log_slot *open,
			     const struct log_parsed *parsed, struct smmu_log_item *item)
{
	if (!open || open->item.kind != SMMU_LOG_EVENT || open->has_prose || open->has_prose2 ||
	    !log_slot_take_prose(open, parsed)) {
		if (open && open->item.kind == SMMU_LOG_EVENT)
			log_slot_finish(open);
		item->kind = SMMU_LOG_EVENT;
		open = push(log, item);
		log_slot_take_prose(open, parsed);
	}
	open->has_prose = true;
	open->last_line = item->line;
	log->latest = open;
	if (!has_second_line(parsed->type))
		log_slot_finish(open);
}

static void say(struct smmu_log *log, struct smmu_log_item *item, enum smmu_log_message message)
{
	item->kind = log_message_info(message)->fact == LOG_FACT_RELATED ? SMMU_LOG_RELATED
									 : SMMU_LOG_MESSAGE;
	item->message = message;
	log_slot_finish(push(log, item));
}

static void take_second_prose(struct smmu_log *log, struct log_slot *open,
			      const struct log_parsed *parsed, struct smmu_log_item *item)
{
	if (open && open->item.kind == SMMU_LOG_EVENT && !open->has_prose2 &&
	    log_slot_take_prose(open, parsed)) {
		open->has_prose2 = true;
		log_slot_finish(open);
	} else {
		say(log, item, SMMU_LOG_ORPHAN_PROSE);
	}
}

/* A 32-bit half of a record, or its StreamID and address again. */
static void take_freebsd(struct log_slot *open, const struct log_parsed *parsed)
{
	struct log_parsed half = *parsed;
	unsigned lsb = parsed->index % 2 ? 32 : 0, i = parsed->index / 2;

	if (!open || open->item.kind != SMMU_LOG_EVENT)
		return;
	if (parsed->part == LOG_PART_BSD_WORD) {
		half.evt.word[i] = smmu_bits_set(0, lsb, 32, parsed->word[0]);
		half.known.word[i] = smmu_mask(lsb, 32);
	}
	if (log_slot_take_prose(open, &half)) {
		open->item.sources &= ~SMMU_LOG_PROSE;
		open->item.sources |= SMMU_LOG_WORDS;
	}
}

/* A word of an STE: with the words before it, or none. */
static void take_ste_word(struct smmu_log *log, struct log_slot *open, struct smmu_log_item *item)
{
	struct log_slot *slot = open && open->wants_ste && !open->is_done ? open : NULL;

	if (item->numbers < 2)
		return;
	if (item->number[0] == 0) {
		item->kind = SMMU_LOG_MESSAGE;
		slot = push(log, item);
		slot->wants_ste = true;
		log->latest = slot;
	}
	if (!slot || slot->item.words != item->number[0] || slot->item.words == SMMU_STE_WORDS)
		return;
	slot->item.word[slot->item.words++] = item->number[1];
	if (slot->item.words == SMMU_STE_WORDS)
		log_slot_finish(slot);
}

static void take_message(struct smmu_log *log, struct log_slot *open,
			 const struct log_parsed *parsed, struct smmu_log_item *item)
{
	enum log_fact fact = log_message_info(parsed->message)->fact;

	item->numbers = parsed->captures.numbers;
	memcpy(item->number, parsed->captures.number, sizeof(item->number));
	item->cmdq_entries = cmdq_entries_of(log, item->smmu);
	if (fact == LOG_FACT_CMDQ_SIZE && item->numbers)
		instance_of(log, item->smmu)->cmdq_entries = (uint32_t)item->number[0];
	item->message = parsed->message;
	if (fact == LOG_FACT_STE) {
		take_ste_word(log, open, item);
	} else if (fact == LOG_FACT_COMMAND) {
		struct log_slot *slot;

		item->kind = SMMU_LOG_MESSAGE;
		slot = push(log, item);
		slot->wants_command = true;
		log->latest = slot;
	} else {
		say(log, item, parsed->message);
	}
}

/* ---- Lines. ---- */

static struct smmu_log_item item_of(const struct log_segment *segment, uint32_t line)
{
	struct smmu_log_item item = {
		.line = line,
		.has_time = segment->has_time,
		.time_us = segment->time_us,
		.sec = segment->sec,
	};
	size_t size = segment->smmu_size;

	if (size >= sizeof(item.smmu))
		size = sizeof(item.smmu) - 1;
	if (size)
		memcpy(item.smmu, segment->smmu, size);
	size = segment->body_size;
	if (size >= sizeof(item.text))
		size = sizeof(item.text) - 1;
	memcpy(item.text, segment->body, size);
	while (size && item.text[size - 1] == ' ')
		size--;
	item.text[size] = '\0';
	return item;
}

/* The beginning of "event 0x10 received:", after which nothing is of an event before it. */
static bool is_cut_header(const struct log_parsed *parsed, const char *text)
{
	static const char header[] = "event 0x";
	size_t size = strlen(text);

	return parsed->message == SMMU_LOG_OTHER && size &&
	       !memcmp(text, header, size < sizeof(header) - 1 ? size : sizeof(header) - 1);
}

static void take(struct smmu_log *log, const struct log_segment *segment,
		 const struct log_parsed *parsed, uint32_t line)
{
	struct smmu_log_item item = item_of(segment, line);
	bool is_named = segment->driver != LOG_DRIVER_NONE;
	struct log_slot *open = find_open(log, &item, parsed, is_named);

	if (open)
		open->last_line = line;
	if (parsed->part != LOG_PART_WORDS && log->run.words) {
		struct log_slot *ended = end_run(log);

		open = ended ? ended : open;
	}
	switch (parsed->part) {
	case LOG_PART_HEADER:
		take_header(log, open, parsed, &item);
		break;
	case LOG_PART_WORDS:
		/* Nobody said that bare numbers are of an SMMU. */
		if (open || is_named)
			take_words(log, open, parsed, &item);
		break;
	case LOG_PART_PROSE:
		take_first_prose(log, open, parsed, &item);
		break;
	case LOG_PART_PROSE2:
		take_second_prose(log, open, parsed, &item);
		break;
	case LOG_PART_BSD_WORD:
	case LOG_PART_BSD_INPUT:
		take_freebsd(open, parsed);
		break;
	case LOG_PART_MESSAGE:
		if (open && is_cut_header(parsed, item.text))
			open->takes_no_word = true;
		take_message(log, open, parsed, &item);
		break;
	case LOG_PART_NONE:
		if (open && is_cut_header(parsed, item.text))
			open->takes_no_word = true;
		if (is_named && item.text[0])
			say(log, &item, SMMU_LOG_OTHER);
		break;
	}
}

/* What waited for the next line to go on is all there is. */
static void settle(struct smmu_log *log)
{
	struct log_segment segment;
	struct log_parsed parsed;

	if (!log_wait_end(&segment, &log->wait))
		return;
	log_parse(&parsed, &segment);
	take(log, &segment, &parsed, log->wait.line);
}

/*
 * What is left of a line that was cut: its name or less, or the first word of
 * what followed that.  Whole messages have a colon, and blanks.
 */
static bool is_fragment(const struct log_segment *segment, const struct log_parsed *parsed)
{
	bool is_message = parsed->part == LOG_PART_MESSAGE && parsed->message != SMMU_LOG_OTHER;

	if (is_message || (parsed->part && parsed->part != LOG_PART_MESSAGE))
		return false;
	if (segment->driver == LOG_DRIVER_V3)
		return !segment->smmu_size || parsed->is_partial ||
		       !memchr(segment->body, ' ', segment->body_size);
	return segment->driver == LOG_DRIVER_NONE &&
	       !memchr(segment->body, ':', segment->body_size);
}

static void take_segment(struct smmu_log *log, const struct log_segment *segment, uint32_t line)
{
	struct log_parsed parsed;

	switch (log_wait_join(&log->wait, segment)) {
	case LOG_JOIN_PART:
		return;
	case LOG_JOIN_WHOLE:
		settle(log);
		return;
	case LOG_JOIN_NO:
		settle(log);
	}
	log_parse(&parsed, segment);
	if (is_fragment(segment, &parsed))
		log->fragment = line;
	if (!parsed.is_partial || !log_wait_begin(&log->wait, segment, line))
		take(log, segment, &parsed, line);
}

int smmu_log_line(struct smmu_log *log, const char *line, size_t size, uint32_t number)
{
	struct log_segment segment;
	size_t at = 0;

	if (log->stopped)
		return log->stopped;
	log_line_clean(&log->clean, line, size);
	if (!log->clean.size)
		log->fragment = number;
	if (log->run.words && number - log->run.item[log->run.words - 1].line > REACH_NEARBY)
		end_run(log);
	while (!log->stopped &&
	       log_line_next(&segment, &at, smmu_buf_text(&log->clean), log->clean.size))
		take_segment(log, &segment, number);
	if (log->clean.failed || log->wait.text.failed)
		log->stopped = SMMU_E_NOMEM;
	drain(log, number);
	return log->stopped;
}

/* Whether nothing is missing, though prose may still come. */
static bool is_whole(const struct log_slot *slot)
{
	return slot->is_done || (slot->item.kind == SMMU_LOG_EVENT &&
				 slot->words == SMMU_EVT_WORDS && !slot->has_prose);
}

int smmu_log_pause(struct smmu_log *log)
{
	for (size_t i = 0; i < log->count && is_whole(slot_at(log, i)); i++)
		log_slot_finish(slot_at(log, i));
	drain(log, log->count ? slot_at(log, 0)->last_line : 0);
	return log->stopped;
}

int smmu_log_flush(struct smmu_log *log)
{
	settle(log);
	end_run(log);
	for (size_t i = 0; i < log->count; i++)
		log_slot_finish(slot_at(log, i));
	drain(log, 0);
	return log->stopped;
}

int smmu_log_new(struct smmu_log **log, smmu_log_visit *visit, void *ctx)
{
	*log = calloc(1, sizeof(**log));
	if (!*log)
		return SMMU_E_NOMEM;
	(*log)->visit = visit;
	(*log)->ctx = ctx;
	return 0;
}

void smmu_log_free(struct smmu_log *log)
{
	if (!log)
		return;
	smmu_buf_fini(&log->clean);
	log_wait_fini(&log->wait);
	free(log);
}

int smmu_log_read(struct smmu_in *in, smmu_log_visit *visit, void *ctx, struct smmu_diag *diag)
{
	struct smmu_log *log = NULL;
	const char *line;
	size_t size;
	int error = 0, r, stopped = 0;

	if (smmu_log_new(&log, visit, ctx))
		return smmu_diag_nomem(diag);
	while (!stopped && (r = smmu_in_line(&line, &size, in, diag)) != 0) {
		if (r > 0)
			stopped = smmu_log_line(log, line, size, smmu_in_line_number(in));
		else
			error = r;
		if (r < 0 && r != SMMU_E_LIMIT)
			break;
	}
	if (!stopped)
		stopped = smmu_log_flush(log);
	smmu_log_free(log);
	if (stopped == SMMU_E_NOMEM)
		smmu_diag_nomem(diag);
	return stopped ? stopped : error;
}
