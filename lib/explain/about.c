/*
 * Names of the architecture in plain words: the tables, and what they are
 * asked.  Structures, registers and fields are in about_field.c.
 */
#include "explain/about.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/text.h"
#include "explain/about_priv.h"
#include "explain/explain_priv.h"
#include "model/result.h"
#include "spec/cmd.h"
#include "spec/features.h"
#include "spec/reg.h"
#include "spec/rule.h"

enum sign {
	SIGN_ALWAYS,
	SIGN_ZERO,
	SIGN_DOORBELL,
	SIGN_STAGE2,
	SIGN_WALK,
	SIGN_CDFETCH,
	SIGN_WRITE,
	SIGN_FETCH,
	SIGN_PRIV,
	SIGN_STALLED,
	SIGN_HIGH,
};

static const struct {
	unsigned type;
	const char *what;
} events[] = {
#define ABOUT(NAME, what) {SMMU_EVT_##NAME, what},
#include "explain/about_event.def"
};

static const struct {
	unsigned type;
	enum sign sign;
	struct smmu_about_cause cause;
} causes_table[] = {
#define CAUSE(NAME, SIGN, cause, next) {SMMU_EVT_##NAME, SIGN_##SIGN, {cause, next}},
#include "explain/about_event.def"
};

static const struct smmu_about_error cerrors[] = {
#define ERROR(NAME, number, section, what, next) {#NAME, section, what, next, number},
#include "explain/about_error.def"
};

static const struct smmu_about_error gerrors[] = {
#define GERROR(NAME, bit, section, what, next) {#NAME, section, what, next, bit},
#include "explain/about_error.def"
};

const char *smmu_about_event(unsigned type)
{
	for (size_t i = 0; i < SMMU_LEN(events); i++)
		if (events[i].type == type)
			return events[i].what;
	return type >= SMMU_EVT_IMPDEF_EVENT0 && type <= SMMU_EVT_IMPDEF_EVENT15
		       ? "An event that the implementation defines: its manual says what it means. "
			 "Software may ignore it."
		       : "";
}

static const struct smmu_about_error *error_of(const struct smmu_about_error *errors, size_t count,
					       unsigned number)
{
	for (size_t i = 0; i < count; i++)
		if (errors[i].number == number)
			return &errors[i];
	return NULL;
}

const struct smmu_about_error *smmu_about_cerror(unsigned number)
{
	return error_of(cerrors, SMMU_LEN(cerrors), number);
}

const struct smmu_about_error *smmu_about_gerror(unsigned bit)
{
	return error_of(gerrors, SMMU_LEN(gerrors), bit);
}

/* Whether the record has the field, with a value that is known and valid. */
static bool tells(uint64_t *value, const struct smmu_log_item *item, const char *name)
{
	const struct smmu_format *format = smmu_event_format((unsigned)smmu_evt_Type(&item->evt));
	const struct smmu_when_ctx ctx = {.word = item->evt.word};

	for (size_t i = 0; format && i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];

		if (!strcmp(field->name, name) && smmu_field_is_present(field, &ctx) &&
		    smmu_log_field_is_known(field, item) &&
		    smmu_log_field_is_valid(field, item) == 1) {
			*value = smmu_field_get(field, item->evt.word, 0);
			return true;
		}
	}
	return false;
}

static bool is(const struct smmu_log_item *item, const char *name, uint64_t want)
{
	uint64_t value;

	return tells(&value, item, name) && value == want;
}

static bool has_sign(enum sign sign, const struct smmu_log_item *item)
{
	uint64_t address = 0;
	bool has_address = tells(&address, item, "InputAddr");

	switch (sign) {
	case SIGN_ALWAYS:
		return false;
	case SIGN_ZERO:
		return has_address && smmu_align_down_log2(address, 12) == 0;
	case SIGN_DOORBELL:
		return has_address && smmu_bits(address, 0, 12) == 0x40 && is(item, "RnW", 0);
	case SIGN_STAGE2:
		return is(item, "S2", 1);
	case SIGN_WALK:
		return is(item, "S2", 1) && is(item, "CLASS", SMMU_EVT_CLASS_TT);
	case SIGN_CDFETCH:
		return is(item, "S2", 1) && is(item, "CLASS", SMMU_EVT_CLASS_CD);
	case SIGN_WRITE:
		return is(item, "RnW", 0) && is(item, "CLASS", SMMU_EVT_CLASS_IN);
	case SIGN_FETCH:
		return is(item, "InD", 1);
	case SIGN_PRIV:
		return is(item, "PnU", 1);
	case SIGN_STALLED:
		return is(item, "Stall", 1);
	case SIGN_HIGH:
		return has_address && !smmu_bits_fit(address, 48);
	}
	return false;
}

size_t smmu_about_causes(struct smmu_about_cause *causes, size_t capacity, size_t *signs,
			 unsigned type, const struct smmu_log_item *evt)
{
	size_t count = 0;

	*signs = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < SMMU_LEN(causes_table) && count < capacity; i++) {
			enum sign sign = causes_table[i].sign;
			bool wanted = pass == 0 ? evt && has_sign(sign, evt)
						: !evt || sign == SIGN_ALWAYS;

			if (causes_table[i].type == type && wanted)
				causes[count++] = causes_table[i].cause;
		}
		if (pass == 0)
			*signs = count;
	}
	return count;
}

/* ---- One object a name. ---- */

static void emit_event(const struct about_to *to, unsigned type)
{
	const struct smmu_format *format = smmu_event_format(type);
	struct smmu_about_cause causes[SMMU_ABOUT_CAUSES_MAX];
	size_t signs, count = smmu_about_causes(causes, SMMU_LEN(causes), &signs, type, NULL);

	about_open(to, "event", format->name, format->section);
	about_number(to, type);
	about_summary(to, format->summary);
	about_text(to, "what", "", smmu_about_event(type));
	if (to->people && count)
		smmu_emit_say(to->emit, "Causes, with what to look at next:");
	if (!to->people)
		smmu_emit_array(to->emit, "causes");
	for (size_t i = 0; i < count; i++) {
		if (to->people) {
			smmu_emit_say(to->emit, "  - %s. Look at %s.", causes[i].cause,
				      causes[i].next);
			continue;
		}
		smmu_emit_object(to->emit, NULL);
		smmu_emit_str(to->emit, "cause", causes[i].cause);
		smmu_emit_str(to->emit, "next", causes[i].next);
		smmu_emit_end(to->emit);
	}
	if (!to->people)
		smmu_emit_end(to->emit);
	about_fields(to, format, true);
	about_close(to);
}

static bool about_events(const struct about_to *to, const char *name, bool is_number,
			 uint64_t number)
{
	int type = is_number ? -1 : smmu_event_type(name);

	if (is_number && number <= 0xff && smmu_event_format((unsigned)number))
		type = (int)number;
	if (type >= 0)
		emit_event(to, (unsigned)type);
	return type >= 0;
}

static void emit_error(const struct about_to *to, const char *kind,
		       const struct smmu_about_error *error)
{
	about_open(to, kind, error->name, error->section);
	about_number(to, error->number);
	about_text(to, "what", "", error->what);
	about_text(to, "next", "Look at ", error->next);
	about_close(to);
}

static bool about_errors(const struct about_to *to, const char *name, bool is_number,
			 uint64_t number)
{
	bool found = false;

	for (size_t i = 0; i < SMMU_LEN(cerrors); i++)
		if (is_number ? cerrors[i].number == number && number
			      : !strcasecmp(cerrors[i].name, name)) {
			emit_error(to, "command error", &cerrors[i]);
			found = true;
		}
	for (size_t i = 0; i < SMMU_LEN(gerrors) && !is_number; i++)
		if (!strcasecmp(gerrors[i].name, name) ||
		    (!strncasecmp(name, "GERROR.", 7) && !strcasecmp(gerrors[i].name, name + 7))) {
			emit_error(to, "global error", &gerrors[i]);
			found = true;
		}
	return found;
}

static void emit_rule(const struct about_to *to, const char *kind, const struct smmu_rule *rule)
{
	about_open(to, kind, rule->name, rule->section);
	about_text(to, "what", "Broken when ", rule->text);
	about_text(to, "fields", "Fields: ", rule->fields);
	if (rule->ids[0])
		about_text(to, "ids", "It depends on ", rule->ids);
	if (rule->chosen)
		about_text(to, "chosen", "",
			   "The architecture leaves the outcome open (CONSTRAINED UNPREDICTABLE); "
			   "here it is an error");
	about_close(to);
}

static bool about_rules(const struct about_to *to, const char *name)
{
	const struct smmu_cmd_rule *commands;
	const struct smmu_rule *rules;
	size_t count = smmu_rules(&rules);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(rules[i].name, name)) {
			emit_rule(to,
				  rules[i].kind == SMMU_RULE_STE ? "rule of the STE"
								 : "rule of the CD",
				  &rules[i]);
			found = true;
		}
	count = smmu_cmd_rules(&commands);
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(commands[i].name, name)) {
			const struct smmu_rule same = {
				.name = commands[i].name,
				.section = commands[i].section,
				.text = commands[i].text,
				.fields = commands[i].fields,
				.ids = commands[i].ids,
				.chosen = commands[i].chosen,
			};

			emit_rule(to, "rule of commands", &same);
			found = true;
		}
	return found;
}

static bool about_reasons(const struct about_to *to, const char *name)
{
	for (int i = 1; i < SMMU_REASON_COUNT; i++) {
		const struct smmu_reason_info *info = smmu_reason_info((enum smmu_reason)i);

		if (strcasecmp(info->name, name))
			continue;
		about_open(to, "reason", info->name, info->section);
		about_text(to, "what", "A transaction ends because ", info->text);
		if (explain_fix((enum smmu_reason)i)[0])
			about_text(to, "fix", "To let it pass: ", explain_fix((enum smmu_reason)i));
		about_close(to);
		return true;
	}
	return false;
}

static bool about_features(const struct about_to *to, const char *name)
{
	const struct smmu_feature *feature = smmu_feature_find(name);

	if (!feature)
		return false;
	about_open(to, "feature", feature->name, "IHI 0070 2");
	about_text(to, "what", "", feature->summary);
	if (feature->field[0])
		about_text(to, "field", "Advertised by ", feature->field);
	if (feature->a_profile[0])
		about_text(to, "a-profile", "A-profile name: ", feature->a_profile);
	if (feature->needs_text[0])
		about_text(to, "needs", "It needs ", feature->needs_text);
	about_close(to);
	return true;
}

/* ---- Names that are near. ---- */

static void add_name(struct about_names *names, const char *name)
{
	if (names->count < names->capacity)
		names->name[names->count++] = name;
}

static int unknown(const char *name, struct smmu_diag *diag)
{
	struct about_names names = {.capacity = 4096};
	const struct smmu_rule *rules;
	const struct smmu_feature *features;
	const char *near;
	unsigned type;
	size_t count;

	names.name = malloc(names.capacity * sizeof(*names.name));
	if (!names.name)
		return smmu_diag_nomem(diag);
	for (size_t i = 0; smmu_event_at(i, &type); i++)
		add_name(&names, smmu_event_name(type));
	for (size_t i = 0; i < SMMU_LEN(cerrors); i++)
		add_name(&names, cerrors[i].name);
	for (size_t i = 0; i < SMMU_LEN(gerrors); i++)
		add_name(&names, gerrors[i].name);
	count = smmu_rules(&rules);
	for (size_t i = 0; i < count; i++)
		add_name(&names, rules[i].name);
	count = smmu_features(&features);
	for (size_t i = 0; i < count; i++)
		add_name(&names, features[i].name);
	about_field_names(&names);
	near = smmu_nearest(name, strlen(name), names.name, names.count);
	smmu_diag_error(
		diag, NULL, SMMU_E_UNKNOWN,
		"nothing is known about \"%s\": no event, error, rule, register, structure, "
		"field, command or feature",
		name);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	free(names.name);
	return SMMU_E_UNKNOWN;
}

int smmu_about(struct smmu_emit *emit, const char *name, bool people, struct smmu_diag *diag)
{
	const struct about_to to = {emit, people};
	uint64_t number = 0;
	bool is_number = !smmu_parse_u64(&number, name, strlen(name));
	bool found = about_events(&to, name, is_number, number);

	found |= about_errors(&to, name, is_number, number);
	if (!is_number) {
		found |= about_rules(&to, name);
		found |= about_reasons(&to, name);
		found |= about_features(&to, name);
		found |= about_structures(&to, name);
		found |= about_one_field(&to, name);
	}
	return found ? 0 : unknown(name, diag);
}
