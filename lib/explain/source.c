/*
 * Events out of logs, dumps and queues.
 */
#include "explain/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/words.h"
#include "explain/source_priv.h"
#include "model/pending.h"
#include "spec/cmd.h"

/* ---- What an input is. ---- */

static bool is_text(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] == '\0')
			return false;
	return true;
}

/* Nothing but hex digits, blanks and colons up to the end of the first line with anything. */
static bool is_hex_dump(const char *bytes, size_t size)
{
	size_t digits = 0, i = 0;
	bool in_text = false;

	while (i < size && (bytes[i] == '#' || isspace((unsigned char)bytes[i]))) {
		while (bytes[i] == '#' && i + 1 < size && bytes[i + 1] != '\n')
			i++;
		i++;
	}
	for (; i < size && bytes[i] != '\n'; i++) {
		/* What xxd and hexdump -C print behind two blanks or a bar is text. */
		in_text |= digits >= 16 &&
			   (bytes[i] == '|' || (bytes[i] == ' ' && bytes[i - 1] == ' '));
		if (in_text)
			continue;
		if (isxdigit((unsigned char)bytes[i]))
			digits++;
		else if (!strchr(" \t\rxX:,", bytes[i]))
			return false;
	}
	return digits >= 8;
}

enum smmu_source_form smmu_source_form(struct smmu_in *in, struct smmu_diag *diag)
{
	size_t size = 0;
	const char *bytes = smmu_in_peek(&size, in, diag);
	size_t at = 0;

	if (!bytes)
		return SMMU_SOURCE_LOG;
	if (!is_text(bytes, size))
		return SMMU_SOURCE_DUMP;
	while (at < size && isspace((unsigned char)bytes[at]))
		at++;
	if (at < size && bytes[at] == '{') {
		size_t end = at;

		while (end < size && bytes[end] != '\n')
			end++;
		for (; at + 9 <= end; at++)
			if (!memcmp(bytes + at, "\"MESSAGE\"", 9))
				return SMMU_SOURCE_LOG; /* journalctl -o json */
		return SMMU_SOURCE_JSONL;
	}
	return is_hex_dump(bytes, size) ? SMMU_SOURCE_DUMP : SMMU_SOURCE_LOG;
}

static int read_dump(struct smmu_in *in, smmu_log_visit *visit, void *ctx, struct smmu_diag *diag)
{
	struct smmu_words *words = NULL;
	struct smmu_log_item item = {.kind = SMMU_LOG_EVENT, .sources = SMMU_LOG_WORDS};
	uint64_t entry[SMMU_EVT_WORDS];
	int r = smmu_words_open(&words, in, SMMU_WORDS_AUTO, diag), stopped = 0;

	memset(item.known.word, 0xff, sizeof(item.known.word));
	while (!r && !stopped && (r = smmu_words_next(entry, SMMU_EVT_WORDS, 8, words, diag)) > 0) {
		r = 0;
		item.line++;
		memcpy(item.evt.word, entry, sizeof(entry));
		if (entry[0] | entry[1] | entry[2] | entry[3])
			stopped = visit(ctx, &item);
	}
	smmu_words_close(words);
	return stopped ? stopped : r;
}

int smmu_source_read(struct smmu_in *in, enum smmu_source_form form, smmu_log_visit *visit,
		     void *ctx, struct smmu_diag *diag)
{
	if (form == SMMU_SOURCE_AUTO)
		form = smmu_source_form(in, diag);
	switch (form) {
	case SMMU_SOURCE_DUMP:
		return read_dump(in, visit, ctx, diag);
	case SMMU_SOURCE_JSONL:
		return source_read_jsonl(in, visit, ctx, diag);
	case SMMU_SOURCE_AUTO:
	case SMMU_SOURCE_LOG:
		break;
	}
	return smmu_log_read(in, visit, ctx, diag);
}

/* ---- The queues of a system. ---- */

struct queues {
	struct smmu_model *model;
	struct smmu_log_item item;
	smmu_log_visit *visit;
	void *ctx;
	struct smmu_diag *diag;
	enum smmu_sec sec;
	struct smmu_place place;
};

static uint64_t reg_of(const struct queues *q, enum smmu_reg reg)
{
	enum smmu_reg own = smmu_reg_of(reg, q->sec);

	return own == SMMU_REG_COUNT ? 0 : smmu_model_reg(q->model, own);
}

static const char *name_of(const struct queues *q, enum smmu_reg reg)
{
	enum smmu_reg own = smmu_reg_of(reg, q->sec);

	return own == SMMU_REG_COUNT ? "?" : smmu_reg_info(own)->name;
}

static int say(struct queues *q, enum smmu_log_message message, enum smmu_reg reg, uint64_t number)
{
	struct smmu_log_item *item = &q->item;

	item->kind = SMMU_LOG_MESSAGE;
	item->message = message;
	item->number[0] = number;
	item->numbers = 1;
	snprintf(item->text, sizeof(item->text), "%s is 0x%08" PRIx64, name_of(q, reg), number);
	return q->visit(q->ctx, item);
}

/* Global errors, and the command that stopped the Command queue. */
static int read_errors(struct queues *q)
{
	uint64_t active = reg_of(q, SMMU_REG_GERROR) ^ reg_of(q, SMMU_REG_GERRORN), position, pa;
	struct smmu_pending pending;
	int stopped = 0;

	if (active)
		stopped = say(q, SMMU_LOG_GERROR, SMMU_REG_GERROR, active);
	if (stopped || !smmu_GERROR_CMDQ_ERR(active) ||
	    !smmu_pending_from(&pending, q->model, SMMU_QUEUE_CMD, q->sec))
		return stopped;
	stopped = say(q, SMMU_LOG_CMDQ_ERROR, SMMU_REG_CMDQ_CONS, pending.cons);
	if (!stopped && smmu_pending_read(q->item.word, &position, &pa, q->model, &pending, 0)) {
		q->item.words = SMMU_CMD_WORDS;
		stopped = say(q, SMMU_LOG_CMD_ISSUED, SMMU_REG_CMDQ_CONS, pending.cons);
		q->item.words = 0;
	}
	return stopped;
}

static int read_entries(struct queues *q)
{
	struct smmu_pending pending;
	uint64_t position, pa;
	int stopped = 0;

	if (!smmu_pending_from(&pending, q->model, SMMU_QUEUE_EVENT, q->sec))
		return 0;
	if (pending.is_lossy)
		stopped = say(q, SMMU_LOG_EVTQ_OVERFLOW, SMMU_REG_EVENTQ_PROD, pending.prod);
	if (pending.is_too_far)
		smmu_diag_warn(q->diag, &q->place,
			       "%s and %s are further apart than the queue is long: all of it is "
			       "read",
			       name_of(q, SMMU_REG_EVENTQ_PROD), name_of(q, SMMU_REG_EVENTQ_CONS));
	for (uint64_t n = 0; n < pending.count && !stopped; n++) {
		q->item.kind = SMMU_LOG_EVENT;
		q->item.sources = SMMU_LOG_WORDS;
		q->item.line++;
		if (!smmu_pending_read(q->item.evt.word, &position, &pa, q->model, &pending, n)) {
			smmu_diag_warn(q->diag, &q->place,
				       "the Event queue at 0x%" PRIx64 " is not in memory", pa);
			return 0;
		}
		stopped = q->visit(q->ctx, &q->item);
	}
	return stopped;
}

int smmu_source_queues(const struct smmu_machine *machine, size_t smmu, smmu_log_visit *visit,
		       void *ctx, struct smmu_diag *diag)
{
	struct queues q = {.model = machine->smmu[smmu].model,
			   .visit = visit,
			   .ctx = ctx,
			   .diag = diag,
			   .place = {.file = machine->smmu[smmu].name}};
	int stopped = 0;

	snprintf(q.item.smmu, sizeof(q.item.smmu), "%s", machine->smmu[smmu].name);
	memset(q.item.known.word, 0xff, sizeof(q.item.known.word));
	for (int sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM && !stopped; sec++) {
		q.sec = q.item.sec = (enum smmu_sec)sec;
		if (!smmu_has_sec(smmu_model_ids(q.model), q.sec))
			continue;
		stopped = read_errors(&q);
		if (!stopped)
			stopped = read_entries(&q);
	}
	return stopped;
}
