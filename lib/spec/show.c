/* Architected words shown through an emitter. */
#include "spec/show.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/text.h"
#include "spec/cd.h"
#include "spec/cmd.h"
#include "spec/dpt.h"
#include "spec/event.h"
#include "spec/gpt.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/pri.h"
#include "spec/rule.h"
#include "spec/show_priv.h"
#include "spec/ste.h"
#include "spec/vms.h"

static const struct {
	const char *name;
	const struct smmu_format *format; /* NULL: depends on the words */
} kinds[SMMU_ENTRY_COUNT] = {
	[SMMU_ENTRY_EVENT] = {"event", NULL},
	[SMMU_ENTRY_COMMAND] = {"command", NULL},
	[SMMU_ENTRY_STE] = {"ste", &smmu_ste_format},
	[SMMU_ENTRY_CD] = {"cd", &smmu_cd_format},
	[SMMU_ENTRY_L1STD] = {"l1std", &smmu_l1std_format},
	[SMMU_ENTRY_L1CD] = {"l1cd", &smmu_l1cd_format},
	[SMMU_ENTRY_VMS] = {"vms", &smmu_vms_format},
	[SMMU_ENTRY_PRI] = {"pri", &smmu_pri_format},
	[SMMU_ENTRY_REGISTER] = {"register", NULL},
	[SMMU_ENTRY_S1DESC] = {"s1desc", NULL},
	[SMMU_ENTRY_S2DESC] = {"s2desc", NULL},
	[SMMU_ENTRY_GPT] = {"gpt", NULL},
	[SMMU_ENTRY_DPT] = {"dpt", NULL},
};

const char *smmu_entry_name(enum smmu_entry_kind kind)
{
	return kind < SMMU_ENTRY_COUNT ? kinds[kind].name : NULL;
}

int smmu_entry_find(enum smmu_entry_kind *kind, const char *name)
{
	for (int i = 0; i < SMMU_ENTRY_COUNT; i++)
		if (!strcasecmp(kinds[i].name, name)) {
			*kind = (enum smmu_entry_kind)i;
			return 0;
		}
	return SMMU_E_UNKNOWN;
}

unsigned smmu_entry_words(const struct smmu_show *show)
{
	if (kinds[show->kind].format)
		return kinds[show->kind].format->words;
	switch (show->kind) {
	case SMMU_ENTRY_EVENT:
		return SMMU_EVT_WORDS;
	case SMMU_ENTRY_COMMAND:
		return SMMU_CMD_WORDS;
	case SMMU_ENTRY_S1DESC:
	case SMMU_ENTRY_S2DESC:
		return show->desc.family == SMMU_DESC_D128 ? 2 : 1;
	default:
		return 1;
	}
}

unsigned smmu_entry_word_bytes(const struct smmu_show *show)
{
	return show->kind == SMMU_ENTRY_REGISTER && show->reg->width_bits == 32 ? 4 : 8;
}

static void resolve_desc(struct smmu_show_entry *entry, const struct smmu_show *show,
			 const uint64_t *words)
{
	struct smmu_desc_fmt fmt = show->desc;

	fmt.stage = show->kind == SMMU_ENTRY_S1DESC ? 1 : 2;
	smmu_desc_format_init(&entry->desc, words, &fmt);
	entry->format = &entry->desc.format;
}

/* Its type is not always its format's: the range that means all is CMD_CFGI_ALL. */
static void resolve_command(struct smmu_show_entry *entry, const uint64_t *words)
{
	struct smmu_cmd cmd = {{words[0], words[1]}};

	entry->number = (int)smmu_bits(words[0], 0, 8);
	entry->format = smmu_command_format((unsigned)entry->number);
	entry->type = smmu_command_name(&cmd);
}

void smmu_show_resolve(struct smmu_show_entry *entry, const struct smmu_show *show,
		       const uint64_t *words)
{
	*entry = (struct smmu_show_entry){
		.format = kinds[show->kind].format,
		.number = -1,
		.ctx = {.word = words, .ids = show->ids, .sec = show->sec, .d128 = show->d128},
	};
	switch (show->kind) {
	case SMMU_ENTRY_EVENT:
		entry->number = (int)smmu_bits(words[0], 0, 8);
		entry->format = smmu_event_format((unsigned)entry->number);
		break;
	case SMMU_ENTRY_COMMAND:
		resolve_command(entry, words);
		break;
	case SMMU_ENTRY_REGISTER:
		entry->format = show->reg->format;
		entry->type = show->reg->name;
		break;
	case SMMU_ENTRY_S1DESC:
	case SMMU_ENTRY_S2DESC:
		resolve_desc(entry, show, words);
		break;
	case SMMU_ENTRY_GPT:
		entry->format = smmu_gpt_format(words[0], show->level);
		break;
	case SMMU_ENTRY_DPT:
		entry->format = smmu_dpt_format(words[0], show->level);
		break;
	default:
		break;
	}
	if (!entry->type)
		entry->type = entry->format ? entry->format->name : "reserved";
}

const char *smmu_show_type(const struct smmu_show *show, const uint64_t *words)
{
	struct smmu_show_entry entry;

	smmu_show_resolve(&entry, show, words);
	return entry.type;
}

bool smmu_show_is_valid(const struct smmu_format *format, const struct smmu_field *field,
			const uint64_t *words)
{
	struct smmu_evt evt;

	if (format == &smmu_pri_format)
		return smmu_pri_field_is_valid(field, &(struct smmu_pri){{words[0], words[1]}});
	if (smmu_event_format((unsigned)smmu_bits(words[0], 0, 8)) != format)
		return true;
	memcpy(evt.word, words, sizeof(evt.word));
	return smmu_event_field_is_valid(field, &evt);
}

static void show_meaning(struct smmu_emit *emit, const struct smmu_field *field, uint64_t value)
{
	const struct smmu_enum_value *known = smmu_enum_find(field->values, value);

	if (field->kind == SMMU_FIELD_ENUM && field->values)
		smmu_emit_meaning(emit, "%s", known ? known->meaning : "Reserved");
	else if (field->kind == SMMU_FIELD_UINT && field->part[0].width < 8 && value > 9)
		smmu_emit_meaning(emit, "%llu", (unsigned long long)value);
}

static void show_array(struct smmu_emit *emit, const struct smmu_field *field,
		       const uint64_t *words, unsigned words_count)
{
	const struct smmu_field_part *part = &field->part[0];

	smmu_emit_array(emit, field->name);
	for (unsigned i = 0; i < field->array_count; i++)
		if (part->word + (part->lsb + i * part->width) / 64 < words_count)
			smmu_emit_hex(emit, NULL, smmu_field_get(field, words, i), 0);
	smmu_emit_end(emit);
}

void smmu_show_fields(struct smmu_emit *emit, const struct smmu_format *format,
		      const uint64_t *words, const struct smmu_when_ctx *ctx, bool people)
{
	smmu_emit_object(emit, "fields");
	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		uint64_t value;

		if (!smmu_field_is_present(field, ctx))
			continue;
		if (field->array_count > 1) {
			show_array(emit, field, words, format->words);
			continue;
		}
		value = smmu_field_get(field, words, 0);
		if (people && !smmu_show_is_valid(format, field, words)) {
			smmu_emit_str(emit, field->name, "-");
			continue;
		}
		smmu_emit_hex(emit, field->name, value, 0);
		show_meaning(emit, field, value);
	}
	smmu_emit_end(emit);
}

static void emit_problem(void *ctx, const char *sentence)
{
	smmu_emit_str(ctx, NULL, sentence);
}

static void say_problem(void *ctx, const char *sentence)
{
	smmu_emit_say(ctx, "! %s", sentence);
}

static void show_invalid(struct smmu_emit *emit, const struct smmu_show_entry *entry,
			 const uint64_t *words)
{
	bool open = false;

	for (size_t i = 0; i < entry->format->fields_count; i++) {
		const struct smmu_field *field = &entry->format->fields[i];

		if (!smmu_field_is_present(field, &entry->ctx) ||
		    smmu_show_is_valid(entry->format, field, words))
			continue;
		if (!open)
			smmu_emit_array(emit, "invalid");
		open = true;
		smmu_emit_str(emit, NULL, field->name);
	}
	if (open)
		smmu_emit_end(emit);
}

/* An entry whose number is Reserved: its words are all there is to say. */
static void show_words(struct smmu_emit *emit, const uint64_t *words, unsigned count)
{
	smmu_emit_object(emit, "fields");
	smmu_emit_end(emit);
	smmu_emit_array(emit, "words");
	for (unsigned i = 0; i < count; i++)
		smmu_emit_hex(emit, NULL, words[i], 16);
	smmu_emit_end(emit);
}

static void show_data(struct smmu_emit *emit, const char *key, const struct smmu_show *show,
		      const struct smmu_show_entry *entry, const uint64_t *words, int64_t index)
{
	smmu_emit_object(emit, key);
	if (index >= 0)
		smmu_emit_int(emit, "entry", index);
	smmu_emit_str(emit, "type", entry->type);
	if (entry->number >= 0)
		smmu_emit_hex(emit, "number", (uint64_t)entry->number, 2);
	if (entry->format) {
		smmu_show_fields(emit, entry->format, words, &entry->ctx, false);
		show_invalid(emit, entry, words);
	} else {
		show_words(emit, words, smmu_entry_words(show));
	}
	if (smmu_show_problems(show, words, NULL, NULL)) {
		smmu_emit_array(emit, "problems");
		smmu_show_problems(show, words, emit_problem, emit);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* "block of stage 1, level 2: maps 2 MiB (DDI 0487 D8.3.1.2)" */
static void desc_heading(struct smmu_emit *emit, const char *before,
			 const struct smmu_show_entry *entry, const struct smmu_show *show)
{
	const struct smmu_desc_fmt *fmt = &show->desc;
	char size[24];
	bool is_leaf = !strcmp(entry->type, "block") || !strcmp(entry->type, "page");

	smmu_format_size(
		size, smmu_pow2(smmu_desc_level(fmt->family, fmt->granule, fmt->level)->size_log2));
	smmu_emit_heading(emit, "%s%s of stage %u, level %d: %s%s (%s)", before, entry->type,
			  show->kind == SMMU_ENTRY_S1DESC ? 1 : 2, fmt->level,
			  is_leaf ? "maps " : "", is_leaf ? size : entry->format->summary,
			  entry->format->section);
}

static const char *summary(const struct smmu_show *show, const struct smmu_show_entry *entry,
			   const uint64_t *words)
{
	if (show->kind == SMMU_ENTRY_REGISTER)
		return show->reg->summary;
	if (show->kind == SMMU_ENTRY_PRI &&
	    smmu_pri_is_stop_marker(&(struct smmu_pri){{words[0], words[1]}}))
		return "Stop PASID marker";
	return entry->format->summary;
}

static void heading(struct smmu_emit *emit, const char *before, const struct smmu_show_entry *entry,
		    const char *number, const struct smmu_show *show, const uint64_t *words)
{
	bool is_reg = show->kind == SMMU_ENTRY_REGISTER;

	if (show->kind == SMMU_ENTRY_S1DESC || show->kind == SMMU_ENTRY_S2DESC) {
		desc_heading(emit, before, entry, show);
		return;
	}
	smmu_emit_heading(emit, "%s%s%s: %s (%s%s)", before, entry->type, number,
			  summary(show, entry, words), is_reg ? "IHI 0070 " : "",
			  is_reg ? show->reg->section : entry->format->section);
}

/* "F_TRANSLATION 0x10: Translation fault (IHI 0070 7.3.13)" and what follows. */
static void show_text(struct smmu_emit *emit, const struct smmu_show *show,
		      const struct smmu_show_entry *entry, const uint64_t *words, int64_t index)
{
	char before[32] = "", number[16] = "";

	if (index >= 0)
		snprintf(before, sizeof(before), "#%lld ", (long long)index);
	if (entry->number >= 0)
		snprintf(number, sizeof(number), " 0x%02x", (unsigned)entry->number);
	if (!entry->format) {
		smmu_emit_heading(emit, "%s%s%s", before, entry->type, number);
		show_words(emit, words, smmu_entry_words(show));
	} else {
		heading(emit, before, entry, number, show, words);
		smmu_show_fields(emit, entry->format, words, &entry->ctx, true);
	}
	smmu_show_problems(show, words, say_problem, emit);
}

void smmu_show_entry(struct smmu_emit *emit, const char *key, const struct smmu_show *show,
		     const uint64_t *words, int64_t index)
{
	struct smmu_show_entry entry;

	smmu_show_resolve(&entry, show, words);
	if (show->people)
		show_text(emit, show, &entry, words, index);
	else
		show_data(emit, key, show, &entry, words, index);
}

void smmu_show_rule(struct smmu_emit *emit, const struct smmu_rule *rule)
{
	smmu_emit_object(emit, "rule");
	smmu_emit_str(emit, "name", rule->name);
	smmu_emit_str(emit, "text", rule->text);
	smmu_emit_str(emit, "section", rule->section);
	smmu_emit_end(emit);
}
