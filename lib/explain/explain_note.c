/*
 * Messages beside events, what follows from what, and the sum of it all.
 */
#include <inttypes.h>
#include <string.h>

#include "base/compiler.h"
#include "explain/log_priv.h"
#include "explain/story_priv.h"
#include "spec/queue.h"
#include "spec/reg.h"

/* How long after a link error, or an error of a queue, something can still follow from it. */
#define FOLLOWS_MICROS (120 * (uint64_t)STORY_MICROS)

enum need { NEED_ALWAYS, NEED_ATC, NEED_CMDQ, NEED_EVTQ };

static const struct sequel {
	enum smmu_log_message message, cause;
	enum need need;
	const char *text;
} sequels[] = {
#define SEQUEL(MESSAGE, CAUSE, NEED, text)                                                         \
	{SMMU_LOG_##MESSAGE, SMMU_LOG_##CAUSE, NEED_##NEED, text},
#include "explain/sequel.def"
};

/* Whether an unanswered ATC invalidation can be behind it: CMDQ_CONS.ERR, IHI 0070 4.8. */
static bool is_of_atc(const struct smmu_log_item *item)
{
	uint64_t cons;

	if (item->message == SMMU_LOG_SYNC_TIMEOUT || !item->numbers)
		return true;
	cons = item->number[item->message == SMMU_LOG_SYNC_TIMEOUT_QUEUE ? 2 : 0];
	if (smmu_CMDQ_CONS_ERR(cons))
		return smmu_CMDQ_CONS_ERR(cons) == SMMU_CERROR_ATC_INV_SYNC;
	/* A queue that is off, or that went through, waits for nobody. */
	return item->message == SMMU_LOG_SYNC_TIMEOUT_QUEUE && cons && cons != item->number[1];
}

static bool has_need(enum need need, const struct smmu_log_item *item,
		     const struct smmu_log_item *cause)
{
	switch (need) {
	case NEED_ALWAYS:
		return true;
	case NEED_ATC:
		return is_of_atc(item);
	case NEED_CMDQ:
		return smmu_GERROR_CMDQ_ERR(cause->number[0]) ||
		       smmu_GERROR_SFM_ERR(cause->number[0]);
	case NEED_EVTQ:
		return smmu_GERROR_EVENTQ_ABT_ERR(cause->number[0]);
	}
	return false;
}

/* Whether it came before, and not too long before. */
static bool came_before(const struct explain_note *cause, const struct explain_note *note)
{
	uint64_t last = cause->last_line < note->item.line ? cause->last_us : cause->item.time_us;

	if (cause->item.line >= note->item.line)
		return false;
	return !cause->item.has_time || !note->item.has_time ||
	       cause->last_line > note->item.line || note->item.time_us - last <= FOLLOWS_MICROS;
}

/* The SMMU that each names, when it does, is the same; links are of no SMMU. */
static bool is_same_smmu(const struct smmu_log_item *a, const struct smmu_log_item *b)
{
	return a->kind == SMMU_LOG_RELATED || !a->smmu[0] || !strcmp(a->smmu, b->smmu);
}

/* What a message follows from, of the same SMMU or of another driver; NULL. */
static const struct explain_note *cause_of(const char **text, const struct smmu_explain *explain,
					   const struct explain_note *note)
{
	for (size_t i = 0; i < SMMU_LEN(sequels); i++) {
		const struct sequel *sequel = &sequels[i];

		if (sequel->message != note->item.message)
			continue;
		for (size_t j = 0; j < explain->notes; j++) {
			const struct explain_note *other = explain->note[j];

			if (other->item.message != sequel->cause || !came_before(other, note) ||
			    !is_same_smmu(&other->item, &note->item) ||
			    !has_need(sequel->need, &note->item, &other->item))
				continue;
			*text = sequel->text;
			return other;
		}
	}
	return NULL;
}

/* Probe lines and traces of what went well explain nothing. */
static bool is_quiet(enum smmu_log_message message)
{
	static const enum smmu_log_message quiet[] = {
		SMMU_LOG_FEATURES_BOTH,	 SMMU_LOG_FEATURES_OAS,	  SMMU_LOG_OPTIONS,
		SMMU_LOG_ALLOCATED_CMDQ, SMMU_LOG_ALLOCATED_EVTQ, SMMU_LOG_ALLOCATED_PRIQ,
		SMMU_LOG_ALLOCATED,	 SMMU_LOG_DOMAIN_TYPE,	  SMMU_LOG_TLB_POLICY,
		SMMU_LOG_IORT_NODE,	 SMMU_LOG_IORT_OTHER,	  SMMU_LOG_DT_IRQ,
		SMMU_LOG_PMCG,		 SMMU_LOG_V2_OTHER,	  SMMU_LOG_QEMU_SUCCESS,
		SMMU_LOG_QEMU_STE,	 SMMU_LOG_QEMU_CD,	  SMMU_LOG_QEMU_CD_OAS,
		SMMU_LOG_QEMU_CD_TT,	 SMMU_LOG_QEMU_HIT,	  SMMU_LOG_QEMU_MISS,
		SMMU_LOG_QEMU_DISABLED,	 SMMU_LOG_QEMU_BYPASS,	  SMMU_LOG_QEMU_OTHER,
	};

	for (size_t i = 0; i < SMMU_LEN(quiet); i++)
		if (quiet[i] == message)
			return true;
	return false;
}

static void say_seen(struct smmu_emit *emit, const struct smmu_explain *explain,
		     const struct explain_note *note)
{
	const char *place = explain->options.place;

	if (!note->item.line)
		return; /* a register's value */
	if (note->count == 1)
		story_tell(emit, "Seen", "%s %" PRIu32, place, note->item.line);
	else
		story_tell(emit, "Seen", "%" PRIu64 " times, %s %" PRIu32 " to %" PRIu32,
			   note->count, story_places(place), note->item.line, note->last_line);
}

static void emit_note(struct smmu_emit *emit, const struct smmu_explain *explain,
		      const struct explain_note *note, bool people)
{
	const struct explain_note *cause;
	const char *how = "";
	struct smmu_buf meaning = {0};

	cause = cause_of(&how, explain, note);
	smmu_log_meaning(&meaning, &note->item);
	if (people) {
		smmu_emit_heading(emit, "%s%s%s", note->item.smmu, note->item.smmu[0] ? ": " : "",
				  note->item.text);
		say_seen(emit, explain, note);
		if (meaning.size)
			story_tell(emit, "Meaning", "%s", smmu_buf_text(&meaning));
		if (cause)
			story_tell(emit, "Follows", "from %s %" PRIu32 " (%s): %s",
				   explain->options.place, cause->item.line, cause->item.text, how);
	} else {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "message", note->item.text);
		if (note->item.smmu[0])
			smmu_emit_str(emit, "smmu", note->item.smmu);
		smmu_emit_str(emit, "meaning", meaning.size ? smmu_buf_text(&meaning) : NULL);
		smmu_emit_uint(emit, "count", note->count);
		smmu_emit_uint(emit, "first", note->item.line);
		smmu_emit_uint(emit, "last", note->last_line);
		if (cause) {
			smmu_emit_object(emit, "follows");
			smmu_emit_uint(emit, "line", cause->item.line);
			smmu_emit_str(emit, "message", cause->item.text);
			smmu_emit_str(emit, "how", how);
			smmu_emit_end(emit);
		}
		smmu_emit_end(emit);
	}
	smmu_buf_fini(&meaning);
}

void story_summary(struct smmu_emit *emit, const struct smmu_explain *explain, bool people,
		   size_t hidden)
{
	if (!people) {
		smmu_emit_object(emit, NULL);
		smmu_emit_object(emit, "summary");
		smmu_emit_uint(emit, "events", explain->events);
		smmu_emit_uint(emit, "groups", explain->groups);
		smmu_emit_uint(emit, "ungrouped", explain->ungrouped);
		smmu_emit_uint(emit, "suppressed", explain->lost);
		smmu_emit_bool(emit, "overflow", explain->overflow);
		smmu_emit_end(emit);
		smmu_emit_end(emit);
		return;
	}
	smmu_emit_heading(emit, "%" PRIu64 " event%s of %zu kind%s", explain->events,
			  explain->events == 1 ? "" : "s", explain->groups,
			  explain->groups == 1 ? "" : "s");
	if (hidden)
		smmu_emit_say(emit, "%zu kinds with fewer events are not shown; -v shows all.",
			      hidden);
	if (explain->ungrouped)
		smmu_emit_say(emit, "%" PRIu64 " events of further kinds were only counted.",
			      explain->ungrouped);
	if (explain->lost)
		smmu_emit_say(
			emit,
			"At least %" PRIu64 " more events happened that the kernel did not "
			"print. What is shown is a sample: the first ones of each few seconds.",
			explain->lost);
	if (explain->overflow)
		smmu_emit_say(emit,
			      "The Event queue overflowed: an unknown number of events was lost. "
			      "Counts are lower bounds; that something did not happen cannot be "
			      "concluded.");
}

void story_note(struct smmu_emit *emit, const struct smmu_explain *explain,
		const struct explain_note *note, bool people, bool all)
{
	if (note->item.kind == SMMU_LOG_MESSAGE && (all || !is_quiet(note->item.message)))
		emit_note(emit, explain, note, people);
}
