/* Reference pages of the architecture. */
#include "spec/about.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/dpt.h"
#include "spec/event.h"
#include "spec/gpt.h"

const char *smmu_about_does(char *text, unsigned does)
{
	static const char *const words[] = {"decoded", "checked", "generated", "modelled"};
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < SMMU_LEN(words); i++)
		if (does & (1u << i))
			at += (size_t)snprintf(text + at, 48 - at, "%s%s", at ? ", " : "",
					       words[i]);
	return at ? text : "recognised";
}

/* The same in a column of letters: "DC-M". */
static const char *does_letters(char text[5], unsigned does)
{
	static const char letters[] = "DCGM";

	for (size_t i = 0; i < 5; i++)
		text[i] = !letters[i] || does & (1u << i) ? letters[i] : '-';
	return text;
}

/* "[63:32]" as positions in the whole structure, every part of a field. */
static void bits_text(char *text, size_t size, const struct smmu_field *field)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width && at < size; i++) {
		const struct smmu_field_part *p = &field->part[i];
		unsigned count = field->array_count > 1 ? field->array_count : 1;
		unsigned low = p->word * 64u + p->lsb, high = low + p->width * count - 1;
		const char *separator = i ? " " : "";

		if (high == low)
			at += (size_t)snprintf(text + at, size - at, "%s[%u]", separator, low);
		else
			at += (size_t)snprintf(text + at, size - at, "%s[%u:%u]", separator, high,
					       low);
		if (count > 1 && at < size)
			at += (size_t)snprintf(text + at, size - at, " %u x %u", count, p->width);
	}
}

/* When the field is there, or means something; NULL: always. */
static const char *field_condition(const struct smmu_name *name, const struct smmu_field *field)
{
	return name->kind == SMMU_NAME_EVENT ? smmu_event_field_condition(field) : field->when_text;
}

/* Events share one table, in which a name can have two rows. */
static bool is_row(const struct smmu_name *name, const struct smmu_field *field)
{
	struct smmu_evt evt = {{(uint64_t)name->number}};
	struct smmu_when_ctx ctx = {.word = evt.word};

	return name->kind != SMMU_NAME_EVENT || smmu_field_is_present(field, &ctx);
}

static void emit_values(struct smmu_emit *emit, const struct smmu_field *field)
{
	for (size_t i = 0; field->values && i < field->values->count; i++) {
		const struct smmu_enum_value *value = &field->values->values[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "field", field->name);
		smmu_emit_hex(emit, "value", value->value, 0);
		smmu_emit_str(emit, "name", value->name);
		smmu_emit_str(emit, "meaning", value->meaning);
		smmu_emit_end(emit);
	}
}

static const struct smmu_emit_column value_columns[] = {
	{"field", "Field", false},
	{"value", "Value", true},
	{"name", "Name", false},
	{"meaning", "Meaning", false},
};

static void emit_fields(struct smmu_emit *emit, const char *key, const struct smmu_name *name,
			const struct smmu_format *format)
{
	static const struct smmu_emit_column columns[] = {
		{"name", "Field", false}, {"bits", "Bits", false}, {"when", "When", false}};
	bool has_values = false;

	smmu_emit_table(emit, key, columns, SMMU_LEN(columns));
	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		char bits[48];

		if (!is_row(name, field))
			continue;
		has_values = has_values || field->values;
		bits_text(bits, sizeof(bits), field);
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "name", field->name);
		smmu_emit_str(emit, "bits", bits);
		if (field_condition(name, field))
			smmu_emit_str(emit, "when", field_condition(name, field));
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	if (!has_values)
		return;
	smmu_emit_table(emit, "values", value_columns, SMMU_LEN(value_columns));
	for (size_t i = 0; i < format->fields_count; i++)
		if (is_row(name, &format->fields[i]))
			emit_values(emit, &format->fields[i]);
	smmu_emit_end(emit);
}

/* Whether list, words separated by spaces, holds word. */
static bool lists(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (; *list; list += strspn(list, " ")) {
		size_t n = strcspn(list, " ");

		if (n == size && !strncmp(list, word, n))
			return true;
		list += n;
	}
	return false;
}

/* What a rule has to do with the name of a page. */
struct rule_view {
	const char *name, *text, *fields, *ids;
	const struct smmu_rule *rule; /* one of these three */
	const struct smmu_cmd_rule *cmd;
	const struct smmu_reg_rule *reg;
};

static bool view_at(struct rule_view *view, size_t i)
{
	const struct smmu_reg_rule *reg;
	const struct smmu_cmd_rule *cmd;
	const struct smmu_rule *rule;
	size_t count = smmu_rules(&rule), cmd_count = smmu_cmd_rules(&cmd);

	if (i < count) {
		rule += i;
		*view = (struct rule_view){rule->name, rule->text, rule->fields, rule->ids,
					   rule,       NULL,	   NULL};
		return true;
	}
	i -= count;
	if (i < cmd_count) {
		cmd += i;
		*view = (struct rule_view){cmd->name, cmd->text, cmd->fields, cmd->ids,
					   NULL,      cmd,	 NULL};
		return true;
	}
	i -= cmd_count;
	if (i >= smmu_reg_rules(&reg))
		return false;
	reg += i;
	*view = (struct rule_view){reg->name, reg->text, reg->field, reg->ids, NULL, NULL, reg};
	return true;
}

/* A rule of some commands: that of reserved opcodes is of all. */
static bool is_of_some(const struct smmu_cmd_rule *cmd)
{
	return cmd && !smmu_cmd_rule_concerns(cmd, 0);
}

/* A field of what the rule is about. */
static bool concerns_field(const struct rule_view *view, const struct smmu_name *name)
{
	if (!lists(view->fields, name->name))
		return false;
	if (view->reg)
		return name->reg && smmu_reg_rule_concerns(view->reg, name->reg);
	if (view->cmd)
		return !strncmp(name->owner, "CMD_", 4) &&
		       smmu_cmd_rule_concerns(view->cmd, (unsigned)name->owner_number);
	return !strcmp(name->owner, view->rule->kind == SMMU_RULE_CD ? "CD" : "STE");
}

/* Whether the rule is about what the page is about. */
static bool concerns(const struct rule_view *view, const struct smmu_name *name)
{
	char id[96];

	switch (name->kind) {
	case SMMU_NAME_STRUCTURE:
		return view->rule &&
		       !strcmp(name->name, view->rule->kind == SMMU_RULE_CD ? "CD" : "STE");
	case SMMU_NAME_COMMAND:
		return is_of_some(view->cmd) &&
		       smmu_cmd_rule_concerns(view->cmd, (unsigned)name->number);
	case SMMU_NAME_REGISTER:
		return view->reg && smmu_reg_rule_concerns(view->reg, name->reg);
	case SMMU_NAME_FEATURE:
		return name->feature->field[0] && lists(view->ids, name->feature->field);
	case SMMU_NAME_FIELD:
		snprintf(id, sizeof(id), "%s.%s", name->owner, name->name);
		return lists(view->ids, id) || concerns_field(view, name);
	default:
		return false;
	}
}

static void emit_rules(struct smmu_emit *emit, const struct smmu_name *name)
{
	static const struct smmu_emit_column columns[] = {{"name", "Rule", false},
							  {"text", "What breaks it", false}};
	struct rule_view view;
	bool is_open = false;

	for (size_t i = 0; view_at(&view, i); i++) {
		if (!concerns(&view, name))
			continue;
		if (!is_open)
			smmu_emit_table(emit, "rules", columns, SMMU_LEN(columns));
		is_open = true;
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "name", view.name);
		smmu_emit_str(emit, "text", view.text);
		smmu_emit_end(emit);
	}
	if (is_open)
		smmu_emit_end(emit);
}

/* A value of the page's object, left out where it is empty. */
static void emit_some(struct smmu_emit *emit, const char *key, const char *value)
{
	if (value && value[0])
		smmu_emit_str(emit, key, value);
}

static const char *const sec_names[] = {
	[SMMU_SEC_NS] = "Non-secure",
	[SMMU_SEC_S] = "Secure",
	[SMMU_SEC_REALM] = "Realm",
	[SMMU_SEC_ROOT] = "Root",
};

static void emit_secs(struct smmu_emit *emit, const char *key, unsigned secs)
{
	smmu_emit_array(emit, key);
	for (unsigned i = 0; i < SMMU_LEN(sec_names); i++)
		if (secs & (1u << i))
			smmu_emit_str(emit, NULL, sec_names[i]);
	smmu_emit_end(emit);
}

static void emit_chosen(struct smmu_emit *emit, bool chosen)
{
	if (chosen)
		smmu_emit_str(emit, "chosen",
			      "CONSTRAINED UNPREDICTABLE: one of the permitted outcomes");
}

static void about_reg(struct smmu_emit *emit, const struct smmu_name *name)
{
	static const char *const pages[] = {
		[SMMU_PAGE_0] = "page 0",
		[SMMU_PAGE_1] = "page 1",
		[SMMU_PAGE_VATOS] = "VATOS page",
		[SMMU_PAGE_S_VATOS] = "Secure VATOS page",
		[SMMU_PAGE_CMDQCP] = "Command queue control page",
		[SMMU_PAGE_ROOT] = "Root Control Page",
		[SMMU_PAGE_R_0] = "Realm page 0",
		[SMMU_PAGE_R_1] = "Realm page 1",
		[SMMU_PAGE_PMCG] = "PMCG page",
	};
	static const char *const accesses[] = {
		[SMMU_ACCESS_RO] = "RO", [SMMU_ACCESS_RW] = "RW", [SMMU_ACCESS_WO] = "WO"};
	const struct smmu_reg_info *reg = name->reg;

	smmu_emit_str(emit, "interface", sec_names[reg->sec]);
	smmu_emit_str(emit, "page", pages[reg->page]);
	smmu_emit_hex(emit, "offset", reg->offset, 4);
	smmu_emit_uint(emit, "width", reg->width_bits);
	smmu_emit_str(emit, "access", accesses[reg->access]);
	smmu_emit_hex(emit, "reset", reg->reset, 0);
	emit_some(emit, "present", reg->present_text);
	if (reg->count > 1)
		smmu_emit_uint(emit, "elements", reg->count);
}

static void about_feature(struct smmu_emit *emit, const struct smmu_feature *feature)
{
	char does[48];

	emit_some(emit, "field", feature->field);
	smmu_emit_strf(emit, "since", "SMMUv3.%u", feature->since);
	if (feature->mandatory != SMMU_FEATURE_NEVER)
		smmu_emit_strf(emit, "mandatory", "SMMUv3.%u", feature->mandatory);
	emit_some(emit, "a-profile", feature->a_profile);
	emit_some(emit, "needs", feature->needs_text);
	smmu_emit_str(emit, "does", smmu_about_does(does, feature->does));
}

static void about_rule(struct smmu_emit *emit, const struct smmu_rule *rule)
{
	smmu_emit_str(emit, "outcome", rule->kind == SMMU_RULE_STE ? "C_BAD_STE" : "C_BAD_CD");
	emit_some(emit, "fields", rule->fields);
	emit_some(emit, "depends", rule->ids);
	emit_secs(emit, "states", rule->secs);
	emit_chosen(emit, rule->chosen);
}

static void about_cmd_rule(struct smmu_emit *emit, const struct smmu_cmd_rule *rule)
{
	struct smmu_name command;

	smmu_emit_str(emit, "outcome", "CERROR_ILL");
	emit_some(emit, "fields", rule->fields);
	emit_some(emit, "depends", rule->ids);
	emit_secs(emit, "queues", rule->queues);
	emit_chosen(emit, rule->chosen);
	if (!is_of_some(rule))
		return;
	smmu_emit_array(emit, "commands");
	for (size_t i = 0; smmu_name_at(&command, SMMU_NAME_COMMAND, i); i++)
		if (smmu_cmd_rule_concerns(rule, (unsigned)command.number))
			smmu_emit_str(emit, NULL, command.name);
	smmu_emit_end(emit);
}

static void about_reg_rule(struct smmu_emit *emit, const struct smmu_reg_rule *rule)
{
	smmu_emit_str(emit, "outcome", rule->outcome);
	smmu_emit_strf(emit, "fields", "%s.%s", smmu_reg_info(rule->reg)->name, rule->field);
	emit_some(emit, "depends", rule->ids);
	emit_secs(emit, "interfaces", rule->secs);
}

/* A field of an event: the owner is one by name and number. */
static bool is_of_event(const struct smmu_name *name)
{
	return name->owner_number >= 0 && smmu_event_type(name->owner) == name->owner_number;
}

static void about_field(struct smmu_emit *emit, const struct smmu_name *name)
{
	const struct smmu_field *field = name->field;
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);
	char bits[48], id[96];

	bits_text(bits, sizeof(bits), field);
	smmu_emit_str(emit, "of", name->owner);
	smmu_emit_str(emit, "bits", bits);
	emit_some(emit, "when",
		  is_of_event(name) ? smmu_event_field_condition(field) : field->when_text);
	snprintf(id, sizeof(id), "%s.%s", name->owner, name->name);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(features[i].field, id))
			smmu_emit_str(emit, "advertises", features[i].name);
	if (!field->values)
		return;
	smmu_emit_table(emit, "values", value_columns + 1, SMMU_LEN(value_columns) - 1);
	emit_values(emit, field);
	smmu_emit_end(emit);
}

/* One of several layouts of a structure, under its name. */
static void emit_layout(struct smmu_emit *emit, const struct smmu_name *name,
			const struct smmu_format *format)
{
	smmu_emit_object(emit, format->name);
	emit_fields(emit, "fields", name, format);
	smmu_emit_end(emit);
}

static void about_desc(struct smmu_emit *emit, const struct smmu_name *name)
{
	static const enum smmu_desc_kind kinds[] = {SMMU_DESC_TABLE, SMMU_DESC_BLOCK};
	struct smmu_desc_format format;
	uint64_t words[2] = {0};

	for (size_t i = 0; i < SMMU_LEN(kinds); i++) {
		if (smmu_desc_blank(words, kinds[i], name->desc))
			continue;
		smmu_desc_format_init(&format, words, name->desc);
		emit_layout(emit, name, &format.format);
	}
}

static void about_structure(struct smmu_emit *emit, const struct smmu_name *name)
{
	static const struct {
		uint64_t word;
		unsigned level;
	} gpts[] = {{3, 0}, {1, 0}, {0, 1}, {1, 1}}, dpts[] = {{0, 0}, {1, 0}, {3, 0}, {0, 1}};

	if (name->format) {
		smmu_emit_uint(emit, "words", name->format->words);
		emit_fields(emit, "fields", name, name->format);
	} else if (name->desc) {
		smmu_emit_str(emit, "example",
			      name->desc->family == SMMU_DESC_D128
				      ? "VMSAv9-128, 4K granule, level 2"
				      : "VMSAv8-64, 4K granule, level 2");
		about_desc(emit, name);
	} else {
		bool is_gpt = !strcmp(name->name, "GPT");

		for (size_t i = 0; i < SMMU_LEN(gpts); i++) {
			const struct smmu_format *f =
				is_gpt ? smmu_gpt_format(gpts[i].word, gpts[i].level)
				       : smmu_dpt_format(dpts[i].word, dpts[i].level);

			emit_layout(emit, name, f);
		}
	}
}

/* "F_TRANSLATION 0x10: Translation fault (IHI 0070 7.3.13)" */
static void page_heading(struct smmu_emit *emit, const struct smmu_name *name)
{
	char number[16] = "";

	if (name->number >= 0)
		snprintf(number, sizeof(number), " 0x%02x", (unsigned)name->number);
	smmu_emit_heading(emit, "%s%s%s%s%s%s%s%s%s", name->owner ? name->owner : "",
			  name->owner ? "." : "", name->name, number, name->summary[0] ? ": " : "",
			  name->summary, name->section[0] ? " (" : "", name->section,
			  name->section[0] ? ")" : "");
}

/* What the heading says, for programs. */
static void page_head(struct smmu_emit *emit, const struct smmu_name *name)
{
	smmu_emit_str(emit, "kind", smmu_name_kind_text(name->kind));
	smmu_emit_str(emit, "name", name->name);
	if (name->number >= 0)
		smmu_emit_hex(emit, "number", (uint64_t)name->number, 2);
	emit_some(emit, "summary", name->summary);
	emit_some(emit, "section", name->section);
}

void smmu_about_page(struct smmu_emit *emit, const char *key, const struct smmu_name *name,
		     bool people)
{
	if (people)
		page_heading(emit, name);
	smmu_emit_object(emit, key);
	if (!people)
		page_head(emit, name);
	switch (name->kind) {
	case SMMU_NAME_STRUCTURE:
		about_structure(emit, name);
		break;
	case SMMU_NAME_REGISTER:
		about_reg(emit, name);
		emit_fields(emit, "fields", name, name->format);
		break;
	case SMMU_NAME_EVENT:
	case SMMU_NAME_COMMAND:
		emit_fields(emit, "fields", name, name->format);
		break;
	case SMMU_NAME_RULE:
		about_rule(emit, name->rule);
		break;
	case SMMU_NAME_CMD_RULE:
		about_cmd_rule(emit, name->cmd_rule);
		break;
	case SMMU_NAME_REG_RULE:
		about_reg_rule(emit, name->reg_rule);
		break;
	case SMMU_NAME_FEATURE:
		about_feature(emit, name->feature);
		break;
	case SMMU_NAME_FIELD:
		about_field(emit, name);
		break;
	case SMMU_NAME_ERROR:
	case SMMU_NAME_KINDS:
		break;
	}
	emit_rules(emit, name);
	smmu_emit_end(emit);
}

static void list_row(struct smmu_emit *emit, const struct smmu_name *name)
{
	char does[48], letters[5], bits[48];

	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "name", name->name);
	if (name->number >= 0)
		smmu_emit_hex(emit, "number", (uint64_t)name->number, 2);
	if (name->feature) {
		smmu_emit_str(emit, "field", name->feature->field);
		smmu_emit_str(emit, "here", does_letters(letters, name->feature->does));
		smmu_emit_str(emit, "does", smmu_about_does(does, name->feature->does));
	}
	if (name->kind == SMMU_NAME_REGISTER) {
		smmu_emit_hex(emit, "offset", name->reg->offset, 4);
		smmu_emit_uint(emit, "width", name->reg->width_bits);
	}
	if (name->field) {
		bits_text(bits, sizeof(bits), name->field);
		smmu_emit_str(emit, "of", name->owner);
		smmu_emit_str(emit, "bits", bits);
	}
	if (name->section[0])
		smmu_emit_str(emit, "section", name->section);
	if (name->summary[0])
		smmu_emit_str(emit, "summary", name->summary);
	smmu_emit_end(emit);
}

static const struct smmu_emit_column plain_columns[] = {{"name", "Name", false},
							{"summary", "What it is", false}};
static const struct smmu_emit_column numbered_columns[] = {
	{"number", "No.", true}, {"name", "Name", false}, {"summary", "What it is", false}};
static const struct smmu_emit_column reg_columns[] = {{"name", "Name", false},
						      {"offset", "Offset", true},
						      {"width", "Bits", true},
						      {"summary", "What it is", false}};
static const struct smmu_emit_column feature_columns[] = {
	{"name", "Name", false},
	{"field", "Advertised by", false},
	{"here", "Here", false},
};
static const struct smmu_emit_column field_columns[] = {
	{"name", "Name", false}, {"of", "Of", false}, {"bits", "Bits", false}};

void smmu_about_places(struct smmu_emit *emit, const char *key, const struct smmu_name *fields,
		       size_t count)
{
	smmu_emit_table(emit, key, field_columns, SMMU_LEN(field_columns));
	for (size_t i = 0; i < count; i++)
		list_row(emit, &fields[i]);
	smmu_emit_end(emit);
}

#define COLUMNS(list)                                                                              \
	{                                                                                          \
		list, SMMU_LEN(list)                                                               \
	}

void smmu_about_list(struct smmu_emit *emit, const char *key, enum smmu_name_kind kind)
{
	static const struct {
		const struct smmu_emit_column *columns;
		size_t count;
	} columns[SMMU_NAME_KINDS] = {
		[SMMU_NAME_STRUCTURE] = COLUMNS(plain_columns),
		[SMMU_NAME_EVENT] = COLUMNS(numbered_columns),
		[SMMU_NAME_COMMAND] = COLUMNS(numbered_columns),
		[SMMU_NAME_ERROR] = COLUMNS(numbered_columns),
		[SMMU_NAME_REGISTER] = COLUMNS(reg_columns),
		[SMMU_NAME_RULE] = COLUMNS(plain_columns),
		[SMMU_NAME_CMD_RULE] = COLUMNS(plain_columns),
		[SMMU_NAME_REG_RULE] = COLUMNS(plain_columns),
		[SMMU_NAME_FEATURE] = COLUMNS(feature_columns),
		[SMMU_NAME_FIELD] = COLUMNS(field_columns),
	};
	struct smmu_name name;

	if (kind == SMMU_NAME_FEATURE)
		smmu_emit_say(emit, "Here: D decoded, C checked, G generated, M modelled.\n"
				    "\"smmu help NAME\" says what a feature is.");
	smmu_emit_table(emit, key, columns[kind].columns, columns[kind].count);
	for (size_t i = 0; smmu_name_at(&name, kind, i); i++)
		list_row(emit, &name);
	smmu_emit_end(emit);
}
