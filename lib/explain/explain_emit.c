/*
 * How it is told: for people in prose, for programs the same facts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "explain/about.h"
#include "explain/explain_priv.h"
#include "explain/log_priv.h"
#include "spec/cd.h"
#include "spec/show.h"
#include "spec/ste.h"

#define SHOWN_GROUPS   20
#define SHOWN_CAUSES   4
#define MICROS_PER_SEC 1000000

/* What is told of one group, worked out once. */
struct story {
	const struct smmu_explain *explain;
	const struct explain_group *group;
	const struct smmu_format *format; /* NULL: reserved, or of unknown type */
	struct explain_change change;
	struct explain_hints hints;
	struct smmu_about_cause causes[SMMU_ABOUT_CAUSES_MAX];
	size_t causes_count, signs;
	struct smmu_buf devices, access;
	bool people, all;
};

static bool is_desc(enum smmu_struct_kind where)
{
	return where == SMMU_STRUCT_S1_DESC || where == SMMU_STRUCT_S2_DESC;
}

/* "unprivileged data write" */
static void describe_access(struct smmu_buf *text, const struct smmu_log_item *item)
{
	uint64_t value;

	smmu_buf_clear(text);
	if (explain_field(&value, item, "PnU"))
		smmu_buf_puts(text, value ? "privileged " : "unprivileged ");
	if (explain_field(&value, item, "InD"))
		smmu_buf_puts(text, value ? "instruction " : "data ");
	if (explain_field(&value, item, "RnW"))
		smmu_buf_puts(text, value ? "read" : "write");
	else
		smmu_buf_puts(text, "access");
}

static int prepare(struct story *story)
{
	const struct explain_group *group = story->group;
	const struct smmu_explain_options *options = &story->explain->options;
	const struct explain_verdict *verdict = &group->verdict;
	unsigned type = (unsigned)smmu_evt_Type(&group->first.evt);
	bool blames = verdict->answer == EXPLAIN_AGREES || verdict->answer == EXPLAIN_OTHER ||
		      verdict->answer == EXPLAIN_SILENT;
	uint64_t stream;
	int error = 0;

	story->format = smmu_evt_Type(&group->first.known) ? smmu_event_format(type) : NULL;
	describe_access(&story->access, &group->first);
	if (explain_field(&stream, &group->first, "StreamID"))
		explain_devices(&story->devices, options, verdict->smmu, (uint32_t)stream);
	explain_look_at_address(&story->hints, &group->first);
	if (blames)
		error = explain_find_change(&story->change,
					    options->machine->smmu[verdict->smmu].model, verdict);
	if (!error && blames && !verdict->configured_only &&
	    (verdict->event == SMMU_EVT_F_TRANSLATION || verdict->event == SMMU_EVT_F_ADDR_SIZE))
		error = explain_look_nearby(&story->hints, options, verdict);
	story->causes_count = smmu_about_causes(story->causes, SMMU_ABOUT_CAUSES_MAX, &story->signs,
						type, &group->first);
	return error;
}

static void release(struct story *story)
{
	smmu_buf_fini(&story->devices);
	smmu_buf_fini(&story->access);
}

/* ---- For people. ---- */

static void say_heading(struct smmu_emit *emit, const struct story *story)
{
	const struct smmu_log_item *item = &story->group->first;
	struct smmu_buf text = {0};
	uint64_t value;

	if (story->format)
		smmu_buf_printf(&text, "%s 0x%02x", story->format->name,
				(unsigned)smmu_evt_Type(&item->evt));
	else if (smmu_evt_Type(&item->known))
		smmu_buf_printf(&text, "Reserved event 0x%02x",
				(unsigned)smmu_evt_Type(&item->evt));
	else
		smmu_buf_puts(&text, "An event of unknown type");
	if (explain_field(&value, item, "StreamID"))
		smmu_buf_printf(&text, ", stream 0x%" PRIx64, value);
	if (explain_field(&value, item, "SubstreamID"))
		smmu_buf_printf(&text, " substream 0x%" PRIx64, value);
	if (story->group->has_address)
		smmu_buf_printf(&text, ": %s at 0x%" PRIx64, smmu_buf_text(&story->access),
				story->group->low);
	if (story->group->count > 1)
		smmu_buf_printf(&text, ", %" PRIu64 " times", story->group->count);
	smmu_emit_heading(emit, "%s", smmu_buf_text(&text));
	smmu_buf_fini(&text);
}

static const char *space_of(enum smmu_sec sec)
{
	static const char *const names[SMMU_SEC_COUNT] = {"", ", Secure", ", Realm", ", Root"};

	return names[sec % SMMU_SEC_COUNT];
}

/* "0.020 s" */
static void seconds(struct smmu_buf *text, uint64_t us)
{
	smmu_buf_printf(text, "%" PRIu64 ".%03" PRIu64 " s", us / MICROS_PER_SEC,
			us % MICROS_PER_SEC / 1000);
}

/* Where and when: "Lines 12 to 40 in 0.020 s, arm-smmu-v3.0.auto." */
static void say_place(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_group *group = story->group;
	const char *place = story->explain->options.place;
	struct smmu_buf text = {0};

	smmu_buf_printf(&text, "%s %" PRIu32, place, group->first.line);
	if (group->count > 1)
		smmu_buf_printf(&text, " to %" PRIu32, group->last_line);
	if (group->count > 1 && group->has_time && group->last_us >= group->first_us) {
		smmu_buf_puts(&text, ", in ");
		seconds(&text, group->last_us - group->first_us);
	}
	if (group->first.smmu[0])
		smmu_buf_printf(&text, ", %s", group->first.smmu);
	smmu_buf_puts(&text, space_of(group->first.sec));
	smmu_emit_say(emit, "  Seen     %s", smmu_buf_text(&text));
	if (story->devices.size || group->first.client[0])
		smmu_emit_say(emit, "  Device   %s%s%s", smmu_buf_text(&story->devices),
			      group->first.client[0] && story->devices.size ? "; the log names "
									    : "",
			      group->first.client);
	smmu_buf_clear(&text);
	if (group->low != group->high) {
		smmu_buf_printf(&text, "0x%" PRIx64 " to 0x%" PRIx64, group->low, group->high);
		if (group->is_scattered)
			smmu_buf_puts(&text, ", scattered");
		else if (group->has_step && (int64_t)group->step > 0)
			smmu_buf_printf(&text, ", every 0x%" PRIx64 " bytes", group->step);
		else if (group->has_step)
			smmu_buf_printf(&text, ", downwards by 0x%" PRIx64 " bytes",
					0 - group->step);
		smmu_emit_say(emit, "  Address  %s", smmu_buf_text(&text));
	}
	smmu_buf_fini(&text);
}

/* "AP of the stage 1 descriptor of level 3 at 0x40004008, which is 0x…" */
static void describe_blame(struct smmu_buf *text, const struct smmu_blame *blame)
{
	if (blame->field)
		smmu_buf_printf(text, "%s of ", blame->field);
	smmu_buf_printf(text, "the %s", smmu_struct_name(blame->where));
	if (is_desc(blame->where))
		smmu_buf_printf(text, " of level %d", blame->level);
	if (blame->where != SMMU_STRUCT_REGISTER)
		smmu_buf_printf(text, " at 0x%" PRIx64, blame->pa.pa);
	if (blame->ipa)
		smmu_buf_printf(text, " (IPA 0x%" PRIx64 ")", blame->ipa);
	if (is_desc(blame->where))
		smmu_buf_printf(text, ", which is 0x%016" PRIx64, blame->word);
}

static void say_reason(struct smmu_emit *emit, const struct story *story)
{
	const struct smmu_blame *blame = &story->group->verdict.result.blame;
	const struct smmu_reason_info *info = smmu_reason_info(blame->reason);
	struct smmu_buf text = {0};

	if (blame->reason == SMMU_REASON_NONE)
		return;
	smmu_emit_say(emit, "  Reason   %s [%s]", info->text, info->section);
	if (blame->rule)
		smmu_emit_say(emit, "  Rule     %s: %s [%s]", blame->rule->name, blame->rule->text,
			      blame->rule->section);
	if (blame->where != SMMU_STRUCT_NONE) {
		describe_blame(&text, blame);
		smmu_emit_say(emit, "  Look at  %s", smmu_buf_text(&text));
	}
	smmu_buf_fini(&text);
}

static const char *between(const struct explain_change *change)
{
	return is_desc(change->where) ? "the word" : change->field;
}

static void say_change(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_change *change = &story->change;
	const char *fix = explain_fix(story->group->verdict.result.blame.reason);

	if (change->found) {
		smmu_emit_say(emit,
			      "  Change   %s of the %s at 0x%" PRIx64 " from 0x%" PRIx64
			      " to 0x%" PRIx64 ": then %s",
			      between(change), smmu_struct_name(change->where), change->pa.pa,
			      change->from, change->to,
			      story->group->verdict.configured_only ? "the configuration is usable"
								    : "this access passes");
		if (change->output)
			smmu_emit_say(emit, "           and goes to 0x%" PRIx64, change->output);
	} else if (fix[0]) {
		smmu_emit_say(emit, "  Change   %s", fix);
	}
}

static void say_answer(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const char *name = smmu_event_name(verdict->event);

	switch (verdict->answer) {
	case EXPLAIN_NO_SYSTEM:
		break;
	case EXPLAIN_NO_SMMU:
		smmu_emit_say(emit,
			      "  System   has several SMMUs, and which of them this one is of is "
			      "not clear: say so with --smmu");
		break;
	case EXPLAIN_NO_WALK:
		smmu_emit_say(emit, "  System   cannot tell: %s",
			      story->format
				      ? "events of this type do not follow from tables, or the "
					"record has lost what a walk needs"
				      : "the type is not known");
		break;
	case EXPLAIN_AGREES:
		smmu_emit_say(emit, "  System   agrees: the same %s gives the same event",
			      smmu_buf_text(&story->access));
		break;
	case EXPLAIN_OTHER:
		smmu_emit_say(emit,
			      "  System   does not agree: here it gives %s. It is in another state "
			      "than when the event happened, or describes another machine",
			      name ? name : "another event");
		break;
	case EXPLAIN_SILENT:
		smmu_emit_say(emit, "  System   does not agree: here it ends without an event");
		break;
	case EXPLAIN_PASSES:
		if (verdict->configured_only)
			smmu_emit_say(emit,
				      "  System   does not agree: here the stream's configuration "
				      "is usable. It was changed since, or a stale copy was "
				      "cached: CMD_CFGI and CMD_SYNC");
		else
			smmu_emit_say(
				emit,
				"  System   does not agree: here the access passes, to 0x%" PRIx64
				". It was mapped since, or the event came of a stale entry: a "
				"TLB invalidation and CMD_SYNC",
				verdict->result.pa.pa);
		break;
	}
}

static void say_structure(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const struct smmu_blame *blame = &verdict->result.blame;
	struct smmu_model *model;
	struct smmu_show show = {.people = true, .sec = verdict->txn.sec};
	uint64_t words[SMMU_STE_WORDS];
	uint8_t bytes[SMMU_STE_BYTES];

	if (blame->where != SMMU_STRUCT_STE && blame->where != SMMU_STRUCT_CD)
		return;
	model = story->explain->options.machine->smmu[verdict->smmu].model;
	show.kind = blame->where == SMMU_STRUCT_STE ? SMMU_ENTRY_STE : SMMU_ENTRY_CD;
	show.ids = smmu_model_ids(model);
	if (!smmu_mem_read(smmu_model_mem(model), blame->pa, bytes, sizeof(bytes)))
		return;
	for (unsigned i = 0; i < SMMU_STE_WORDS; i++)
		words[i] = smmu_ld64le(bytes + 8 * i);
	smmu_show_entry(emit, NULL, &show, words, -1);
}

static void say_causes(struct smmu_emit *emit, const struct story *story)
{
	size_t count = story->signs ? story->signs : story->causes_count;

	if (story->signs && story->all)
		count = story->causes_count;
	for (size_t i = 0; i < count && (i < SHOWN_CAUSES || story->all); i++)
		smmu_emit_say(emit, "  %s %s\n           Look at %s",
			      i == 0 ? (story->signs ? "Likely  " : "Causes  ") : "or      ",
			      story->causes[i].cause, story->causes[i].next);
}

static void say_group(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	unsigned type = (unsigned)smmu_evt_Type(&story->group->first.evt);
	bool is_settled = verdict->answer == EXPLAIN_AGREES;

	say_heading(emit, story);
	say_place(emit, story);
	if (story->format && (story->all || verdict->answer == EXPLAIN_NO_SYSTEM))
		smmu_emit_say(emit, "  Meaning  %s [%s]", smmu_about_event(type),
			      story->format->section);
	say_answer(emit, story);
	if (verdict->answer > EXPLAIN_NO_WALK && verdict->answer != EXPLAIN_PASSES) {
		say_reason(emit, story);
		say_change(emit, story);
	}
	for (size_t i = 0; i < story->hints.count; i++)
		smmu_emit_say(emit, "  %s %s", i == 0 ? "Address " : "        ",
			      story->hints.hint[i].text);
	if (!is_settled || story->all)
		say_causes(emit, story);
	if (story->all)
		say_structure(emit, story);
}

/* ---- For programs. ---- */

static void emit_event(struct smmu_emit *emit, const struct story *story)
{
	const struct smmu_log_item *item = &story->group->first;
	const struct smmu_when_ctx ctx = {.word = item->evt.word};

	smmu_emit_object(emit, "event");
	smmu_emit_str(emit, "type", story->format ? story->format->name : "reserved");
	smmu_emit_hex(emit, "number", smmu_evt_Type(&item->evt), 2);
	smmu_emit_object(emit, "fields");
	for (size_t i = 0; story->format && i < story->format->fields_count; i++) {
		const struct smmu_field *field = &story->format->fields[i];

		if (smmu_field_is_present(field, &ctx) && smmu_log_field_is_known(field, item) &&
		    smmu_log_field_is_valid(field, item) == 1)
			smmu_emit_hex(emit, field->name, smmu_field_get(field, item->evt.word, 0),
				      0);
	}
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void emit_device(void *ctx, const struct smmu_sys_device *device)
{
	smmu_emit_str(ctx, NULL, device->name.v);
}

static void emit_place(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_group *group = story->group;
	uint64_t stream;

	smmu_emit_uint(emit, "count", group->count);
	smmu_emit_str(emit, "place", story->explain->options.place);
	smmu_emit_uint(emit, "first", group->first.line);
	smmu_emit_uint(emit, "last", group->last_line);
	if (group->first.smmu[0])
		smmu_emit_str(emit, "smmu", group->first.smmu);
	if (group->has_time) {
		smmu_emit_real(emit, "first_time", (double)group->first_us / MICROS_PER_SEC, 6);
		smmu_emit_real(emit, "last_time", (double)group->last_us / MICROS_PER_SEC, 6);
	}
	if (group->has_address) {
		smmu_emit_hex(emit, "low", group->low, 0);
		smmu_emit_hex(emit, "high", group->high, 0);
	}
	if (group->has_step && !group->is_scattered)
		smmu_emit_int(emit, "stride", (int64_t)group->step);
	if (group->is_scattered)
		smmu_emit_bool(emit, "scattered", true);
	if (group->first.client[0])
		smmu_emit_str(emit, "client", group->first.client);
	if (explain_field(&stream, &group->first, "StreamID")) {
		char bdf[24];

		explain_format_bdf(bdf, (uint32_t)stream);
		smmu_emit_str(emit, "bdf", bdf);
		smmu_emit_array(emit, "devices");
		explain_each_device(&story->explain->options, group->verdict.smmu, (uint32_t)stream,
				    emit_device, emit);
		smmu_emit_end(emit);
	}
}

static void emit_blame(struct smmu_emit *emit, const struct smmu_blame *blame)
{
	smmu_emit_object(emit, "blame");
	smmu_emit_str(emit, "structure", smmu_struct_name(blame->where));
	if (blame->field)
		smmu_emit_str(emit, "field", blame->field);
	if (blame->where != SMMU_STRUCT_REGISTER)
		smmu_emit_hex(emit, "address", blame->pa.pa, 0);
	if (blame->ipa)
		smmu_emit_hex(emit, "ipa", blame->ipa, 0);
	if (is_desc(blame->where)) {
		smmu_emit_uint(emit, "stage", blame->stage);
		smmu_emit_int(emit, "level", blame->level);
		smmu_emit_hex(emit, "word", blame->word, 16);
	}
	if (blame->rule) {
		smmu_emit_object(emit, "rule");
		smmu_emit_str(emit, "name", blame->rule->name);
		smmu_emit_str(emit, "text", blame->rule->text);
		smmu_emit_str(emit, "section", blame->rule->section);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void emit_change(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_change *change = &story->change;
	const char *fix = explain_fix(story->group->verdict.result.blame.reason);

	if (change->found) {
		smmu_emit_object(emit, "change");
		smmu_emit_str(emit, "structure", smmu_struct_name(change->where));
		smmu_emit_hex(emit, "address", change->pa.pa, 0);
		smmu_emit_str(emit, "field", change->field);
		smmu_emit_hex(emit, "from", change->from, 0);
		smmu_emit_hex(emit, "to", change->to, 0);
		smmu_emit_end(emit);
	}
	if (fix[0])
		smmu_emit_str(emit, "fix", fix);
}

static void emit_verdict(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const struct smmu_blame *blame = &verdict->result.blame;
	const struct smmu_reason_info *info = smmu_reason_info(blame->reason);

	if (verdict->answer == EXPLAIN_NO_SYSTEM)
		return;
	smmu_emit_str(emit, "system", explain_answer_name(verdict->answer));
	if (verdict->answer <= EXPLAIN_NO_WALK)
		return;
	if (verdict->event)
		smmu_emit_str(emit, "gives", smmu_event_name(verdict->event));
	if (verdict->answer == EXPLAIN_PASSES && !verdict->configured_only)
		smmu_emit_hex(emit, "pa", verdict->result.pa.pa, 0);
	if (blame->reason == SMMU_REASON_NONE)
		return;
	smmu_emit_object(emit, "reason");
	smmu_emit_str(emit, "name", info->name);
	smmu_emit_str(emit, "text", info->text);
	smmu_emit_str(emit, "section", info->section);
	smmu_emit_end(emit);
	if (blame->where != SMMU_STRUCT_NONE)
		emit_blame(emit, blame);
	emit_change(emit, story);
}

static void emit_group(struct smmu_emit *emit, const struct story *story)
{
	smmu_emit_object(emit, NULL);
	emit_event(emit, story);
	emit_place(emit, story);
	emit_verdict(emit, story);
	if (story->hints.count)
		smmu_emit_array(emit, "nearby");
	for (size_t i = 0; i < story->hints.count; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "kind", story->hints.hint[i].kind);
		smmu_emit_hex(emit, "value", story->hints.hint[i].address, 0);
		smmu_emit_str(emit, "text", story->hints.hint[i].text);
		smmu_emit_end(emit);
	}
	if (story->hints.count)
		smmu_emit_end(emit);
	if (story->group->verdict.answer != EXPLAIN_AGREES) {
		smmu_emit_array(emit, "causes");
		for (size_t i = 0; i < story->causes_count; i++) {
			smmu_emit_object(emit, NULL);
			smmu_emit_bool(emit, "likely", i < story->signs);
			smmu_emit_str(emit, "cause", story->causes[i].cause);
			smmu_emit_str(emit, "next", story->causes[i].next);
			smmu_emit_end(emit);
		}
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* ---- Messages. ---- */

static const struct {
	enum smmu_log_message message, cause;
	const char *text;
} sequels[] = {
#define SEQUEL(MESSAGE, CAUSE, text) {SMMU_LOG_##MESSAGE, SMMU_LOG_##CAUSE, text},
#include "explain/sequel.def"
};

/* What a message follows from, of the same SMMU or of another driver; NULL. */
static const struct explain_note *cause_of(const char **text, const struct smmu_explain *explain,
					   const struct explain_note *note)
{
	for (size_t i = 0; i < SMMU_LEN(sequels); i++) {
		if (sequels[i].message != note->item.message)
			continue;
		for (size_t j = 0; j < explain->notes; j++) {
			const struct explain_note *other = explain->note[j];

			if (other->item.message != sequels[i].cause ||
			    other->item.line >= note->item.line ||
			    (other->item.kind != SMMU_LOG_RELATED && other->item.smmu[0] &&
			     strcmp(other->item.smmu, note->item.smmu)))
				continue;
			*text = sequels[i].text;
			return other;
		}
	}
	return NULL;
}

/* Probe lines and traces explain nothing. */
static bool is_worth_telling(const struct smmu_log_item *item)
{
	if (item->kind != SMMU_LOG_MESSAGE)
		return false;
	return item->message <= SMMU_LOG_CMDQV;
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
		smmu_emit_say(emit, "  Seen     %s %" PRIu32 ", %" PRIu64 " time%s",
			      explain->options.place, note->item.line, note->count,
			      note->count == 1 ? "" : "s");
		if (meaning.size)
			smmu_emit_say(emit, "  Meaning  %s", smmu_buf_text(&meaning));
		if (cause)
			smmu_emit_say(emit, "  Follows  from %s %" PRIu32 " (%s): %s",
				      explain->options.place, cause->item.line, cause->item.text,
				      how);
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

static void emit_summary(struct smmu_emit *emit, const struct smmu_explain *explain, bool people,
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

/* Whether a group is among those with the most events, so that it is shown. */
static bool is_shown(const struct smmu_explain *explain, size_t index, bool all)
{
	size_t larger = 0;

	for (size_t i = 0; i < explain->groups && !all && larger < SHOWN_GROUPS; i++)
		larger += explain->group[i]->count > explain->group[index]->count ||
			  (explain->group[i]->count == explain->group[index]->count && i < index);
	return all || larger < SHOWN_GROUPS;
}

int smmu_explain_emit(struct smmu_emit *emit, struct smmu_explain *explain, bool people, bool all)
{
	size_t hidden = 0;

	for (size_t i = 0; i < explain->groups; i++) {
		struct story story = {.explain = explain,
				      .group = explain->group[i],
				      .people = people,
				      .all = all};
		int error;

		if (people && !is_shown(explain, i, all)) {
			hidden++;
			continue;
		}
		error = prepare(&story);
		if (!error && people)
			say_group(emit, &story);
		else if (!error)
			emit_group(emit, &story);
		release(&story);
		if (error)
			return error;
	}
	for (size_t i = 0; i < explain->notes; i++)
		if (is_worth_telling(&explain->note[i]->item))
			emit_note(emit, explain, explain->note[i], people);
	emit_summary(emit, explain, people, hidden);
	return 0;
}
