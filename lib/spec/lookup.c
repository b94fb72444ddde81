/* Names of the architecture, from every table. */
#include "spec/lookup.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/text.h"
#include "spec/cd.h"
#include "spec/dpt.h"
#include "spec/event.h"
#include "spec/gpt.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/pri.h"
#include "spec/vms.h"

/* Where a descriptor of the list stands; the rest of its layouts is in spec/desc.h. */
static const struct smmu_desc_fmt s1_fmt = {1, 2, SMMU_DESC_A64, SMMU_GRANULE_4K, 0};
static const struct smmu_desc_fmt s2_fmt = {2, 2, SMMU_DESC_A64, SMMU_GRANULE_4K, 0};
static const struct smmu_desc_fmt s1_fmt128 = {1, 2, SMMU_DESC_D128, SMMU_GRANULE_4K, 0};
static const struct smmu_desc_fmt s2_fmt128 = {2, 2, SMMU_DESC_D128, SMMU_GRANULE_4K, 0};

static const struct {
	const char *name;
	const struct smmu_format *format;
	const struct smmu_desc_fmt *desc;
	const char *section, *summary; /* where format does not say it */
} structures[] = {
	{"L1STD", &smmu_l1std_format, NULL, NULL, NULL},
	{"STE", &smmu_ste_format, NULL, NULL, NULL},
	{"L1CD", &smmu_l1cd_format, NULL, NULL, NULL},
	{"CD", &smmu_cd_format, NULL, NULL, NULL},
	{"VMS", &smmu_vms_format, NULL, NULL, NULL},
	{"PRI", &smmu_pri_format, NULL, NULL, NULL},
	{"S1DESC", NULL, &s1_fmt, "DDI 0487 D8.3.1", "Stage 1 descriptor: table, block or page"},
	{"S2DESC", NULL, &s2_fmt, "DDI 0487 D8.3.1", "Stage 2 descriptor: table, block or page"},
	{"S1DESC128", NULL, &s1_fmt128, "DDI 0487 D8.3.2", "Stage 1 descriptor of VMSAv9-128"},
	{"S2DESC128", NULL, &s2_fmt128, "DDI 0487 D8.3.2", "Stage 2 descriptor of VMSAv9-128"},
	{"GPT", NULL, NULL, "DDI 0487 D9.6", "Granule Protection Table descriptor"},
	{"DPT", NULL, NULL, "IHI 0070 3.24", "Device Permission Table descriptor"},
};

static bool structure_at(struct smmu_name *name, size_t i)
{
	if (i >= SMMU_LEN(structures))
		return false;
	name->name = structures[i].name;
	name->format = structures[i].format;
	name->desc = structures[i].desc;
	name->section = name->format ? name->format->section : structures[i].section;
	name->summary = name->format ? name->format->summary : structures[i].summary;
	return true;
}

static void of_format(struct smmu_name *name, const struct smmu_format *format, unsigned number)
{
	name->name = format->name;
	name->section = format->section;
	name->summary = format->summary;
	name->format = format;
	name->number = (int)number;
}

static bool event_at(struct smmu_name *name, size_t i)
{
	unsigned number;
	const struct smmu_format *format = smmu_event_at(i, &number);

	if (format)
		of_format(name, format, number);
	return format != NULL;
}

static bool command_at(struct smmu_name *name, size_t i)
{
	static const uint8_t opcodes[] = {
#define COMMAND(NAME, opcode, ...) opcode,
#include "spec/commands.def"
	};

	if (i >= SMMU_LEN(opcodes))
		return false;
	of_format(name, smmu_command_format(opcodes[i]), opcodes[i]);
	return true;
}

static bool error_at(struct smmu_name *name, size_t i)
{
	if (i >= smmu_cerror.count)
		return false;
	name->name = smmu_cerror.values[i].name;
	name->summary = smmu_cerror.values[i].meaning;
	name->section = "IHI 0070 7.1";
	name->number = (int)smmu_cerror.values[i].value;
	return true;
}

static void of_reg(struct smmu_name *name, const struct smmu_reg_info *info)
{
	of_format(name, info->format, 0);
	name->number = -1;
	name->reg = info;
}

static bool reg_at(struct smmu_name *name, size_t i)
{
	enum smmu_reg reg = (enum smmu_reg)0;

	for (; reg < SMMU_REG_COUNT; reg++)
		if (smmu_reg_info(reg)->index == 0 && i-- == 0)
			break;
	if (reg >= SMMU_REG_COUNT)
		return false;
	of_reg(name, smmu_reg_info(reg));
	return true;
}

static bool rule_at(struct smmu_name *name, size_t i)
{
	const struct smmu_rule *rules;

	if (i >= smmu_rules(&rules))
		return false;
	name->name = rules[i].name;
	name->section = rules[i].section;
	name->summary = rules[i].text;
	name->rule = &rules[i];
	return true;
}

static bool cmd_rule_at(struct smmu_name *name, size_t i)
{
	const struct smmu_cmd_rule *rules;

	if (i >= smmu_cmd_rules(&rules))
		return false;
	name->name = rules[i].name;
	name->section = rules[i].section;
	name->summary = rules[i].text;
	name->cmd_rule = &rules[i];
	return true;
}

static bool reg_rule_at(struct smmu_name *name, size_t i)
{
	const struct smmu_reg_rule *rules;

	if (i >= smmu_reg_rules(&rules))
		return false;
	name->name = rules[i].name;
	name->section = rules[i].section;
	name->summary = rules[i].text;
	name->reg_rule = &rules[i];
	return true;
}

static void of_feature(struct smmu_name *name, const struct smmu_feature *feature)
{
	name->name = feature->name;
	name->summary = feature->summary;
	name->feature = feature;
}

static bool feature_at(struct smmu_name *name, size_t i)
{
	const struct smmu_feature *features;

	if (i >= smmu_features(&features))
		return false;
	of_feature(name, &features[i]);
	return true;
}

/* An event has only some rows of the table that all types share. */
static bool has_field(const struct smmu_name *owner, const struct smmu_field *field)
{
	uint64_t words[SMMU_EVT_WORDS] = {0};
	struct smmu_when_ctx ctx = {.word = words};

	if (owner->kind != SMMU_NAME_EVENT)
		return true;
	words[0] = (uint64_t)owner->number;
	return smmu_field_is_present(field, &ctx);
}

static void of_field(struct smmu_name *name, const struct smmu_name *owner,
		     const struct smmu_field *field)
{
	name->name = field->name;
	name->section = owner->section;
	name->format = owner->format;
	name->reg = owner->reg;
	name->owner = owner->name;
	name->owner_number = owner->number;
	name->field = field;
}

static const enum smmu_name_kind owners[] = {SMMU_NAME_STRUCTURE, SMMU_NAME_EVENT,
					     SMMU_NAME_COMMAND, SMMU_NAME_REGISTER};

/* A place in the list of all fields, so that a walk over it is linear. */
struct field_cursor {
	size_t kind, owner, field;
};

static bool field_next(struct smmu_name *name, struct field_cursor *at)
{
	struct smmu_name owner;

	for (; at->kind < SMMU_LEN(owners); at->kind++, at->owner = 0)
		for (; smmu_name_at(&owner, owners[at->kind], at->owner);
		     at->owner++, at->field = 0)
			while (owner.format && at->field < owner.format->fields_count) {
				const struct smmu_field *f = &owner.format->fields[at->field++];

				if (!has_field(&owner, f))
					continue;
				*name = (struct smmu_name){
					.kind = SMMU_NAME_FIELD, .summary = "", .number = -1};
				of_field(name, &owner, f);
				return true;
			}
	return false;
}

static bool field_at(struct smmu_name *name, size_t i)
{
	struct field_cursor at = {0};

	while (field_next(name, &at))
		if (i-- == 0)
			return true;
	return false;
}

static const struct {
	const char *text, *plural;
	bool (*at)(struct smmu_name *name, size_t index);
} kinds[SMMU_NAME_KINDS] = {
	[SMMU_NAME_STRUCTURE] = {"structure", "structures", structure_at},
	[SMMU_NAME_EVENT] = {"event", "events", event_at},
	[SMMU_NAME_COMMAND] = {"command", "commands", command_at},
	[SMMU_NAME_ERROR] = {"error", "errors", error_at},
	[SMMU_NAME_REGISTER] = {"register", "registers", reg_at},
	[SMMU_NAME_RULE] = {"rule", "rules", rule_at},
	[SMMU_NAME_CMD_RULE] = {"rule of commands", "rules of commands", cmd_rule_at},
	[SMMU_NAME_REG_RULE] = {"rule of registers", "rules of registers", reg_rule_at},
	[SMMU_NAME_FEATURE] = {"feature", "features", feature_at},
	[SMMU_NAME_FIELD] = {"field", "fields", field_at},
};

bool smmu_name_at(struct smmu_name *name, enum smmu_name_kind kind, size_t index)
{
	*name = (struct smmu_name){
		.kind = kind, .section = "", .summary = "", .number = -1, .owner_number = -1};
	return kinds[kind].at(name, index);
}

const char *smmu_name_kind_text(enum smmu_name_kind kind)
{
	return kinds[kind].text;
}

const char *smmu_name_kind_plural(enum smmu_name_kind kind)
{
	return kinds[kind].plural;
}

/* Smaller is better. */
enum grade { EXACT, ANY_CASE, SHORT, NO_MATCH };

/* name without SMMU_, CMD_ or SMMUv3.x-. */
static const char *short_name(const struct smmu_name *name)
{
	const char *dash = strchr(name->name, '-');

	if (name->kind == SMMU_NAME_FEATURE && dash)
		return dash + 1;
	if (name->kind == SMMU_NAME_REGISTER)
		return name->name + strlen("SMMU_");
	if (name->kind == SMMU_NAME_COMMAND)
		return name->name + strlen("CMD_");
	return name->name;
}

static enum grade grade_of(const struct smmu_name *name, const char *text)
{
	if (!strcmp(name->name, text))
		return EXACT;
	if (!strcasecmp(name->name, text))
		return ANY_CASE;
	return strcasecmp(short_name(name), text) ? NO_MATCH : SHORT;
}

struct search {
	struct smmu_name *found;
	size_t max, count;
	enum grade grade;
};

static void offer(struct search *s, const struct smmu_name *name, enum grade grade)
{
	if (grade == NO_MATCH || grade > s->grade)
		return;
	if (grade < s->grade)
		s->count = 0;
	s->grade = grade;
	if (s->count < s->max)
		s->found[s->count] = *name;
	s->count++;
}

/* OWNER.FIELD. */
static void search_owned(struct search *s, const char *text, const char *dot)
{
	struct field_cursor at = {0};
	struct smmu_name name, owner;
	char owner_text[64];
	size_t size = (size_t)(dot - text);

	if (size >= sizeof(owner_text))
		return;
	memcpy(owner_text, text, size);
	owner_text[size] = '\0';
	while (field_next(&name, &at)) {
		enum grade a = strcmp(name.name, dot + 1) ? ANY_CASE : EXACT, b;

		if (strcasecmp(name.name, dot + 1))
			continue;
		owner = (struct smmu_name){.kind = owners[at.kind], .name = name.owner};
		b = grade_of(&owner, owner_text);
		offer(s, &name, a > b ? a : b);
	}
}

static void search_number(struct search *s, uint64_t number)
{
	static const enum smmu_name_kind numbered[] = {SMMU_NAME_EVENT, SMMU_NAME_COMMAND,
						       SMMU_NAME_ERROR};
	struct smmu_name name;

	for (size_t k = 0; k < SMMU_LEN(numbered); k++)
		for (size_t i = 0; smmu_name_at(&name, numbered[k], i); i++)
			if ((uint64_t)name.number == number)
				offer(s, &name, EXACT);
}

/* Names that no list holds: elements of arrays, names of the A-profile, CMD_CFGI_ALL. */
static void search_others(struct search *s, const char *text)
{
	const struct smmu_feature *feature = smmu_feature_find(text);
	struct smmu_name name = {.section = "", .summary = "", .number = -1, .owner_number = -1};
	enum smmu_reg reg;
	unsigned opcode;

	if (feature) {
		name.kind = SMMU_NAME_FEATURE;
		of_feature(&name, feature);
	} else if (smmu_reg_find(&reg, text) == 0) {
		name.kind = SMMU_NAME_REGISTER;
		of_reg(&name, smmu_reg_info(reg));
	} else if (smmu_command_find(&opcode, text) == 0) {
		name.kind = SMMU_NAME_COMMAND;
		of_format(&name, smmu_command_format(opcode), opcode);
	} else {
		return;
	}
	offer(s, &name, SHORT);
}

size_t smmu_name_find(struct smmu_name *found, size_t max, const char *text)
{
	struct search s = {found, max, 0, NO_MATCH};
	struct field_cursor at = {0};
	const char *dot = strchr(text, '.');
	struct smmu_name name;
	uint64_t number;

	if (!smmu_parse_u64(&number, text, strlen(text))) {
		search_number(&s, number);
		return s.count;
	}
	for (int kind = 0; kind < SMMU_NAME_FIELD; kind++)
		for (size_t i = 0; smmu_name_at(&name, (enum smmu_name_kind)kind, i); i++)
			offer(&s, &name, grade_of(&name, text));
	while (field_next(&name, &at))
		offer(&s, &name, grade_of(&name, text));
	if (dot && s.grade == NO_MATCH)
		search_owned(&s, text, dot);
	if (s.grade == NO_MATCH)
		search_others(&s, text);
	return s.count;
}

/* Names are compared in groups, each with the best of those before it. */
const char *smmu_name_nearest(const char *text)
{
	const char *group[64], *best = NULL;
	size_t size = strlen(text), n = 0;
	struct field_cursor at = {0};
	struct smmu_name name;

#define TRY()                                                                                      \
	do {                                                                                       \
		best = smmu_nearest(text, size, group, n);                                         \
		n = 0;                                                                             \
		if (best)                                                                          \
			group[n++] = best;                                                         \
	} while (0)
	for (int kind = 0; kind < SMMU_NAME_FIELD; kind++)
		for (size_t i = 0; smmu_name_at(&name, (enum smmu_name_kind)kind, i); i++) {
			group[n++] = name.name;
			if (n == SMMU_LEN(group))
				TRY();
		}
	while (field_next(&name, &at)) {
		group[n++] = name.name;
		if (n == SMMU_LEN(group))
			TRY();
	}
	TRY();
#undef TRY
	return best;
}
