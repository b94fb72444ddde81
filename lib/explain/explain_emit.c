/*
 * What is told of events: worked out, and as data.
 */
#include <string.h>

#include "base/text.h"
#include "explain/story_priv.h"
#include "spec/reg.h"
#include "spec/show.h"
#include "spec/ste.h"

/* Text shows the groups with the most events. */
#define SHOWN_GROUPS 20
/* Groups for which every field of every structure is tried. */
#define THOROUGH_GROUPS 256

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

/* Of every SMMU it may be, when that is not clear. */
static void name_devices(struct story *story, const struct smmu_explain_options *options,
			 uint32_t stream)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	struct smmu_buf names = {0};

	if (verdict->answer != EXPLAIN_NO_SMMU) {
		explain_devices(&story->devices, options, verdict->smmu, stream);
		return;
	}
	for (size_t i = 0; i < options->machine->count; i++) {
		explain_devices(&names, options, i, stream);
		smmu_buf_printf(&story->devices, "%s%s: %s", i ? "; " : "",
				options->machine->smmu[i].name, smmu_buf_text(&names));
	}
	smmu_buf_fini(&names);
}

static int prepare(struct story *story, bool thorough)
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
		name_devices(story, options, (uint32_t)stream);
	explain_look_at_address(&story->hints, &group->first);
	if (blames)
		error = explain_find_changes(&story->changes,
					     options->machine->smmu[verdict->smmu].model, verdict,
					     thorough);
	if (!error && blames)
		error = explain_find_pointer(&story->pointer, &story->has_pointer,
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

/* ---- For programs. ---- */

static void emit_event(struct smmu_emit *emit, const struct story *story)
{
	const struct smmu_log_item *item = &story->group->first;
	const struct smmu_when_ctx ctx = {.word = item->evt.word};

	smmu_emit_object(emit, "event");
	smmu_emit_str(emit, "type", story->format ? story->format->name : "reserved");
	smmu_emit_hex(emit, "number", smmu_evt_Type(&item->evt), 2);
	if (story->format) {
		smmu_emit_str(emit, "meaning",
			      smmu_about_event((unsigned)smmu_evt_Type(&item->evt)));
		smmu_emit_str(emit, "section", story->format->section);
	}
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

static void emit_address(void *ctx, const struct smmu_sys_device *device)
{
	char bdf[24];

	smmu_format_bdf(bdf, (uint32_t)device->bdf.v);
	smmu_emit_str(ctx, NULL, smmu_sys_given(device->bdf.at) ? bdf : NULL);
}

static void note_address(void *ctx, const struct smmu_sys_device *device)
{
	*(bool *)ctx |= smmu_sys_given(device->bdf.at);
}

/* Names, and beside them the PCI addresses where there are some, null for the others. */
static void emit_devices(struct smmu_emit *emit, const struct smmu_explain_options *options,
			 size_t smmu, uint32_t stream)
{
	bool has_address = false;

	smmu_emit_array(emit, "devices");
	explain_each_device(options, smmu, stream, emit_device, emit);
	smmu_emit_end(emit);
	explain_each_device(options, smmu, stream, note_address, &has_address);
	if (!has_address)
		return;
	smmu_emit_array(emit, "addresses");
	explain_each_device(options, smmu, stream, emit_address, emit);
	smmu_emit_end(emit);
}

/* What the StreamID is, of every SMMU it may be of when that is not clear. */
static void emit_stream(struct smmu_emit *emit, const struct story *story, uint32_t stream)
{
	const struct smmu_explain_options *options = &story->explain->options;
	const struct explain_verdict *verdict = &story->group->verdict;
	char bdf[24];

	smmu_format_bdf(bdf, stream);
	smmu_emit_str(emit, "bdf", bdf);
	if (verdict->answer != EXPLAIN_NO_SMMU) {
		emit_devices(emit, options, verdict->smmu, stream);
		return;
	}
	smmu_emit_array(emit, "smmus");
	for (size_t i = 0; i < options->machine->count; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "smmu", options->machine->smmu[i].name);
		emit_devices(emit, options, i, stream);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
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
	if (group->first.sec != SMMU_SEC_NS)
		smmu_emit_str(emit, "security", smmu_log_security(group->first.sec));
	if (group->has_time) {
		smmu_emit_real(emit, "first_time", (double)group->first_us / STORY_MICROS, 6);
		smmu_emit_real(emit, "last_time", (double)group->last_us / STORY_MICROS, 6);
	}
	if (group->has_time && group->bursts > 1) {
		smmu_emit_uint(emit, "bursts", group->bursts);
		smmu_emit_uint(emit, "largest_burst", group->largest_burst);
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
	if (explain_field(&stream, &group->first, "StreamID"))
		emit_stream(emit, story, (uint32_t)stream);
}

static void emit_blame(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const struct smmu_blame *blame = &verdict->result.blame;
	enum smmu_reg reg = smmu_blame_register(blame, verdict->txn.sec);
	const char *domain = explain_domain(&story->explain->options, verdict);
	struct smmu_model *model = story->explain->options.machine->smmu[verdict->smmu].model;
	uint64_t word[SMMU_STE_WORDS], value;
	unsigned words = explain_blamed_words(word, model, blame);

	smmu_emit_object(emit, "blame");
	smmu_emit_str(emit, "structure", smmu_struct_name(blame->where));
	if (blame->field)
		smmu_emit_str(emit, "field", blame->field);
	if (explain_blamed_value(&value, blame, word, words))
		smmu_emit_hex(emit, "value", value, 0);
	if (reg != SMMU_REG_COUNT) {
		smmu_emit_str(emit, "register", smmu_reg_info(reg)->name);
		smmu_emit_hex(emit, "value", smmu_model_reg(model, reg), 0);
	}
	if (blame->where != SMMU_STRUCT_REGISTER) {
		smmu_emit_hex(emit, "address", blame->pa.pa, 0);
	}
	if (blame->ipa)
		smmu_emit_hex(emit, "ipa", blame->ipa, 0);
	if (story_is_desc(blame->where)) {
		smmu_emit_uint(emit, "stage", blame->stage);
		smmu_emit_int(emit, "level", blame->level);
		smmu_emit_hex(emit, "word", blame->word, 16);
		if (domain)
			smmu_emit_str(emit, "domain", domain);
	}
	if (words) {
		smmu_emit_array(emit, "words");
		for (unsigned i = 0; i < words; i++)
			smmu_emit_hex(emit, NULL, word[i], 16);
		smmu_emit_end(emit);
	}
	if (blame->rule)
		smmu_show_rule(emit, blame->rule);
	smmu_emit_end(emit);
}

static void emit_pointer(struct smmu_emit *emit, const struct explain_pointer *pointer)
{
	smmu_emit_object(emit, "pointer");
	smmu_emit_str(emit, "structure", smmu_struct_name(pointer->where));
	smmu_emit_str(emit, "field", pointer->field);
	if (pointer->reg != SMMU_REG_COUNT)
		smmu_emit_str(emit, "register", smmu_reg_info(pointer->reg)->name);
	else
		smmu_emit_hex(emit, "address", pointer->pa.pa, 0);
	smmu_emit_hex(emit, "value", pointer->value, 0);
	smmu_emit_end(emit);
}

static void emit_changes(struct smmu_emit *emit, const struct story *story)
{
	const char *fix = explain_fix(story->group->verdict.result.blame.reason);

	if (story->changes.count)
		smmu_emit_array(emit, "changes");
	for (size_t i = 0; i < story->changes.count; i++) {
		const struct explain_change *change = &story->changes.change[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "structure", smmu_struct_name(change->where));
		smmu_emit_hex(emit, "address", change->pa.pa, 0);
		smmu_emit_str(emit, "field", change->field);
		smmu_emit_hex(emit, "from", change->from, 0);
		smmu_emit_hex(emit, "to", change->to, 0);
		if (!story->group->verdict.configured_only)
			smmu_emit_hex(emit, "output", change->output, 0);
		if (change->is_doubt)
			smmu_emit_bool(emit, "doubtful", true);
		smmu_emit_end(emit);
	}
	if (story->changes.count)
		smmu_emit_end(emit);
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
		emit_blame(emit, story);
	if (story->has_pointer)
		emit_pointer(emit, &story->pointer);
	emit_changes(emit, story);
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

/* Whether a group is among those with the most events, so that it is shown. */
static bool is_shown(const struct smmu_explain *explain, size_t index, bool all)
{
	size_t larger = 0;

	for (size_t i = 0; i < explain->groups && !all && larger < SHOWN_GROUPS; i++)
		larger += explain->group[i]->count > explain->group[index]->count ||
			  (i < index && explain->group[i]->count == explain->group[index]->count);
	return all || larger < SHOWN_GROUPS;
}

int smmu_explain_emit(struct smmu_emit *emit, struct smmu_explain *explain, bool people, bool all)
{
	size_t hidden = 0;

	for (size_t i = 0; i < explain->groups; i++) {
		struct story story = {.explain = explain, .group = explain->group[i], .all = all};
		int error;

		if (people && !is_shown(explain, i, all)) {
			hidden++;
			continue;
		}
		error = prepare(&story, i < THOROUGH_GROUPS);
		if (!error && people)
			story_say(emit, &story);
		else if (!error)
			emit_group(emit, &story);
		release(&story);
		if (error)
			return error;
	}
	for (size_t i = 0; i < explain->notes; i++)
		story_note(emit, explain, explain->note[i], people, all);
	story_summary(emit, explain, people, hidden);
	return 0;
}
