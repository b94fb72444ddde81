/*
 * What is told of events, in prose.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/bits.h"
#include "explain/story_priv.h"
#include "spec/cd.h"
#include "spec/reg.h"
#include "spec/show.h"
#include "spec/ste.h"

#define SHOWN_CAUSES 4
#define TEXT_COLUMN  11
#define TEXT_WIDTH   79

void story_tell(struct smmu_emit *emit, const char *label, const char *format, ...)
{
	struct smmu_buf text = {0}, lines = {0};
	size_t column = TEXT_COLUMN;
	va_list args;

	va_start(args, format);
	smmu_buf_vprintf(&text, format, args);
	va_end(args);
	smmu_buf_printf(&lines, "  %-8s ", label);
	for (const char *at = smmu_buf_text(&text); *at;) {
		size_t word = strcspn(at, " "), blank = at[word] == ' ';

		if (column + word > TEXT_WIDTH && column > TEXT_COLUMN) {
			lines.size--; /* the blank before */
			smmu_buf_printf(&lines, "\n%*s", TEXT_COLUMN, "");
			column = TEXT_COLUMN;
		}
		smmu_buf_append(&lines, at, word + blank);
		column += word + blank;
		at += word + blank;
	}
	smmu_emit_say(emit, "%s", smmu_buf_text(&lines));
	smmu_buf_fini(&lines);
	smmu_buf_fini(&text);
}

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

/* "2.020 s", "742 us" */
static void add_time(struct smmu_buf *text, uint64_t us)
{
	if (us < STORY_MICROS / 100)
		smmu_buf_printf(text, "%" PRIu64 " us", us);
	else
		smmu_buf_printf(text, "%" PRIu64 ".%03" PRIu64 " s", us / STORY_MICROS,
				us % STORY_MICROS / 1000);
}

const char *story_places(const char *place)
{
	return strcmp(place, "entry") ? "lines" : "entries";
}

/* Where and when: "Lines 12 to 40 in 0.020 s, arm-smmu-v3.0.auto." */
static void say_place(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_group *group = story->group;
	const char *place = story->explain->options.place;
	struct smmu_buf text = {0};

	if (group->count > 1)
		smmu_buf_printf(&text, "%s %" PRIu32 " to %" PRIu32, story_places(place),
				group->first.line, group->last_line);
	else
		smmu_buf_printf(&text, "%s %" PRIu32, place, group->first.line);
	if (group->count > 1 && group->has_time && group->last_us >= group->first_us) {
		smmu_buf_puts(&text, ", in ");
		add_time(&text, group->last_us - group->first_us);
		if (group->bursts > 1)
			smmu_buf_printf(&text, " in %" PRIu64 " bursts of up to %" PRIu64,
					group->bursts, group->largest_burst);
	}
	if (group->first.smmu[0])
		smmu_buf_printf(&text, ", %s", group->first.smmu);
	smmu_buf_puts(&text, space_of(group->first.sec));
	story_tell(emit, "Seen", "%s", smmu_buf_text(&text));
	if (story->devices.size || group->first.client[0])
		story_tell(emit, "Device", "%s%s%s", smmu_buf_text(&story->devices),
			   group->first.client[0] && story->devices.size ? "; the log names " : "",
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
		story_tell(emit, "Address", "%s", smmu_buf_text(&text));
	}
	smmu_buf_fini(&text);
}

/* "AP of the stage 1 descriptor of level 3 at 0x40004008, which is 0x…" */
static void describe_blame(struct smmu_buf *text, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const struct smmu_blame *blame = &verdict->result.blame;
	enum smmu_reg reg = smmu_blame_register(blame, verdict->txn.sec);
	const struct smmu_machine *machine = story->explain->options.machine;
	uint64_t word[SMMU_STE_WORDS], value;
	unsigned words;

	if (blame->field)
		smmu_buf_printf(text, "%s of ", blame->field);
	if (reg != SMMU_REG_COUNT) {
		smmu_buf_printf(text, "%s, which is 0x%" PRIx64, smmu_reg_info(reg)->name,
				smmu_model_reg(machine->smmu[verdict->smmu].model, reg));
		return;
	}
	smmu_buf_printf(text, "the %s", smmu_struct_name(blame->where));
	if (story_is_desc(blame->where))
		smmu_buf_printf(text, " of level %d", blame->level);
	if (blame->where != SMMU_STRUCT_REGISTER)
		smmu_buf_printf(text, " at 0x%" PRIx64, blame->pa.pa);
	if (blame->ipa)
		smmu_buf_printf(text, " (IPA 0x%" PRIx64 ")", blame->ipa);
	if (story_is_desc(blame->where))
		smmu_buf_printf(text, ", which is 0x%016" PRIx64, blame->word);
	words = explain_blamed_words(word, machine->smmu[verdict->smmu].model, blame);
	if (explain_blamed_value(&value, blame, word, words))
		smmu_buf_printf(text, ", where it is 0x%" PRIx64, value);
	if (words)
		smmu_buf_puts(text, "; its words:");
	for (unsigned i = 0; i < words; i++)
		smmu_buf_printf(text, " 0x%016" PRIx64, word[i]);
}

/* "S1ContextPtr of the STE at 0x…, which is 0x…" */
static void say_pointer(struct smmu_emit *emit, const struct explain_pointer *pointer)
{
	if (pointer->reg != SMMU_REG_COUNT)
		story_tell(emit, "Led by", "%s of %s, which is 0x%" PRIx64, pointer->field,
			   smmu_reg_info(pointer->reg)->name, pointer->value);
	else
		story_tell(emit, "Led by", "%s of the %s at 0x%" PRIx64 ", which is 0x%" PRIx64,
			   pointer->field, smmu_struct_name(pointer->where), pointer->pa.pa,
			   pointer->value);
}

static void say_reason(struct smmu_emit *emit, const struct story *story)
{
	const struct smmu_blame *blame = &story->group->verdict.result.blame;
	const struct smmu_reason_info *info = smmu_reason_info(blame->reason);
	struct smmu_buf text = {0};

	if (blame->reason == SMMU_REASON_NONE)
		return;
	story_tell(emit, "Reason", "%s [%s]", info->text, info->section);
	if (blame->rule)
		story_tell(emit, "Rule", "%s: %s [%s]", blame->rule->name, blame->rule->text,
			   blame->rule->section);
	if (blame->where != SMMU_STRUCT_NONE) {
		describe_blame(&text, story);
		story_tell(emit, "Look at", "%s", smmu_buf_text(&text));
	}
	if (story->has_pointer)
		say_pointer(emit, &story->pointer);
	smmu_buf_fini(&text);
}

/* "AP of the stage 1 descriptor at 0x…: 0x… in place of 0x…" */
static void describe_change(struct smmu_buf *text, const struct explain_change *change)
{
	unsigned digits = change->is_word ? 16 : 1;

	smmu_buf_clear(text);
	if (change->field[0])
		smmu_buf_printf(text, "%s of ", change->field);
	smmu_buf_printf(text, "the %s at 0x%" PRIx64 ": %s0x%0*" PRIx64 " in place of 0x%0*" PRIx64,
			smmu_struct_name(change->where), change->pa.pa,
			change->is_word ? "the word " : "", (int)digits, change->to, (int)digits,
			change->from);
}

static void say_changes(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const struct explain_changes *changes = &story->changes;
	const struct smmu_blame *blame = &verdict->result.blame;
	const char *fix = explain_fix(blame->reason), *domain = NULL;
	unsigned shown = 0;
	struct smmu_buf text = {0};

	if (story_is_desc(blame->where))
		domain = explain_domain(&story->explain->options, verdict);
	if (fix[0])
		story_tell(emit, "Change", "%s%s%s%s", fix, domain ? " (domain " : "",
			   domain ? domain : "", domain ? " of the system file)" : "");
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->change[i].is_doubt && !story->all)
			continue;
		describe_change(&text, &changes->change[i]);
		if (shown == 0 && verdict->configured_only)
			smmu_buf_puts(&text, ", then the configuration is usable");
		else if (shown == 0)
			smmu_buf_printf(&text, ", then this access passes, to 0x%" PRIx64,
					changes->change[i].output);
		story_tell(emit, shown ? "or by" : "By", "%s", smmu_buf_text(&text));
		shown++;
	}
	smmu_buf_fini(&text);
}

static void say_answer(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	const char *name = smmu_event_name(verdict->event), *access = smmu_buf_text(&story->access);

	switch (verdict->answer) {
	case EXPLAIN_NO_SYSTEM:
		break;
	case EXPLAIN_NO_SMMU:
		story_tell(emit, "System",
			   "has several SMMUs, and which of them this is of is not "
			   "clear: say so with --smmu");
		break;
	case EXPLAIN_NO_WALK:
		story_tell(emit, "System", "cannot tell: %s",
			   story->format ? "events of this type do not follow from tables, or the "
					   "record has lost what a walk needs"
					 : "the type is not known");
		break;
	case EXPLAIN_AGREES:
		story_tell(emit, "System", "agrees: the same %s gives the same event", access);
		break;
	case EXPLAIN_OTHER:
		story_tell(emit, "System",
			   "does not agree, here it gives %s: it is in another state "
			   "than when the event happened, or describes another "
			   "machine",
			   name ? name : "another event");
		break;
	case EXPLAIN_SILENT:
		story_tell(emit, "System", "does not agree: here it ends without an event");
		break;
	case EXPLAIN_PASSES:
		if (verdict->configured_only)
			story_tell(emit, "System",
				   "does not agree, here the configuration of the "
				   "stream is usable: it was changed since, or the "
				   "SMMU used a stale copy (CMD_CFGI, CMD_SYNC)");
		else
			story_tell(emit, "System",
				   "does not agree, here the access passes, to "
				   "0x%" PRIx64 ": it was mapped since, or the SMMU "
				   "used a stale entry (CMD_TLBI, CMD_SYNC)",
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
		story_tell(emit, i == 0 ? (story->signs ? "Likely" : "Causes") : "or",
			   "%s. Look at %s", story->causes[i].cause, story->causes[i].next);
}

void story_say(struct smmu_emit *emit, const struct story *story)
{
	const struct explain_verdict *verdict = &story->group->verdict;
	unsigned type = (unsigned)smmu_evt_Type(&story->group->first.evt);
	bool is_settled = verdict->answer == EXPLAIN_AGREES;

	say_heading(emit, story);
	say_place(emit, story);
	if (story->format && (story->all || verdict->answer <= EXPLAIN_NO_WALK))
		story_tell(emit, "Meaning", "%s [%s]", smmu_about_event(type),
			   story->format->section);
	say_answer(emit, story);
	if (verdict->answer > EXPLAIN_NO_WALK && verdict->answer != EXPLAIN_PASSES) {
		say_reason(emit, story);
		say_changes(emit, story);
	}
	for (size_t i = 0; i < story->hints.count; i++)
		story_tell(emit, i == 0 ? "Near" : "", "%s", story->hints.hint[i].text);
	if (!is_settled || story->all)
		say_causes(emit, story);
	if (story->all)
		say_structure(emit, story);
}
