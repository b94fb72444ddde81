/*
 * Names of the architecture in plain words.  What its tables say is
 * spec/about.h's to tell; what it means in practice is added here.
 */
#include "explain/about.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/text.h"
#include "explain/explain_priv.h"
#include "model/result.h"
#include "spec/about.h"

/* Formats that may have a field of one name; beyond a few only where they have it is told. */
#define NAMES_MAX 96
#define PAGES_MAX 3

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

static bool is(const struct smmu_log_item *item, const char *name, uint64_t want)
{
	uint64_t value;

	return explain_field(&value, item, name) && value == want;
}

static bool has_sign(enum sign sign, const struct smmu_log_item *item)
{
	uint64_t address = 0;
	bool has_address = explain_field(&address, item, "InputAddr");

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

struct about_to {
	struct smmu_emit *emit;
	bool people;
};

/* "F_TRANSLATION 0x10: Translation fault (IHI 0070 7.3.13)"; then parts in any order. */
static void open_object(const struct about_to *to, const char *kind, const char *name, int number,
			const char *summary, const char *section)
{
	if (to->people) {
		char digits[16] = "";

		if (number >= 0)
			snprintf(digits, sizeof(digits), " 0x%02x", (unsigned)number);
		smmu_emit_heading(to->emit, "%s%s: %s (%s)", name, digits, summary, section);
		return;
	}
	smmu_emit_object(to->emit, NULL);
	smmu_emit_str(to->emit, "kind", kind);
	smmu_emit_str(to->emit, "name", name);
	if (number >= 0)
		smmu_emit_hex(to->emit, "number", (uint64_t)number, 2);
	smmu_emit_str(to->emit, "summary", summary);
	smmu_emit_str(to->emit, "section", section);
}

static void close_object(const struct about_to *to)
{
	if (!to->people)
		smmu_emit_end(to->emit);
}

/* before is for people only. */
static void text(const struct about_to *to, const char *key, const char *before, const char *value)
{
	size_t size = strlen(value);

	if (to->people)
		smmu_emit_say(to->emit, "%s%s%s", before, value,
			      size && value[size - 1] == '.' ? "" : ".");
	else
		smmu_emit_str(to->emit, key, value);
}

static void emit_causes(const struct about_to *to, unsigned type)
{
	struct smmu_about_cause causes[SMMU_ABOUT_CAUSES_MAX];
	size_t signs, count = smmu_about_causes(causes, SMMU_LEN(causes), &signs, type, NULL);

	if (to->people && count)
		smmu_emit_say(to->emit, "\nCauses, and what to look at next:");
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
}

static void emit_event(const struct about_to *to, const struct smmu_name *name)
{
	open_object(to, "event", name->name, name->number, name->summary, name->section);
	text(to, "what", "", smmu_about_event((unsigned)name->number));
	emit_causes(to, (unsigned)name->number);
	if (to->people)
		smmu_emit_say(to->emit, "\nIts fields: smmu help %s", name->name);
	else
		smmu_about_page(to->emit, "page", name, false);
	close_object(to);
}

static void emit_error(const struct about_to *to, const char *kind, const char *summary,
		       const struct smmu_about_error *error)
{
	open_object(to, kind, error->name, (int)error->number, summary, error->section);
	text(to, "what", "", error->what);
	text(to, "next", "Look at ", error->next);
	close_object(to);
}

static void emit_name(const struct about_to *to, const struct smmu_name *name)
{
	const struct smmu_about_error *error = NULL;

	if (name->kind == SMMU_NAME_ERROR && name->number >= 0)
		error = smmu_about_cerror((unsigned)name->number);
	if (name->kind == SMMU_NAME_EVENT)
		emit_event(to, name);
	else if (error)
		emit_error(to, "command error", name->summary, error);
	else
		smmu_about_page(to->emit, NULL, name, to->people);
}

static bool about_gerror(const struct about_to *to, const char *name)
{
	static const char prefix[] = "GERROR.";
	size_t size = sizeof(prefix) - 1;

	if (!strncasecmp(name, "SMMU_", 5) && !strncasecmp(name + 5, prefix, size))
		name += 5;
	if (!strncasecmp(name, prefix, size))
		name += size;
	for (size_t i = 0; i < SMMU_LEN(gerrors); i++)
		if (!strcasecmp(gerrors[i].name, name)) {
			emit_error(to, "global error", "a bit of SMMU_GERROR", &gerrors[i]);
			return true;
		}
	return false;
}

static bool about_reason(const struct about_to *to, const char *name)
{
	for (int i = 1; i < SMMU_REASON_COUNT; i++) {
		const struct smmu_reason_info *info = smmu_reason_info((enum smmu_reason)i);
		const char *fix = explain_fix((enum smmu_reason)i);

		if (strcasecmp(info->name, name))
			continue;
		open_object(to, "reason", info->name, -1, "why a transaction ends as it does",
			    info->section);
		text(to, "what", "", info->text);
		if (fix[0])
			text(to, "fix", "To let it pass: ", fix);
		close_object(to);
		return true;
	}
	return false;
}

static int unknown(const char *name, struct smmu_diag *diag)
{
	const char *names[SMMU_LEN(gerrors) + SMMU_REASON_COUNT + 1], *near;
	size_t count = 0;

	for (size_t i = 0; i < SMMU_LEN(gerrors); i++)
		names[count++] = gerrors[i].name;
	for (int i = 1; i < SMMU_REASON_COUNT; i++)
		names[count++] = smmu_reason_info((enum smmu_reason)i)->name;
	near = smmu_name_nearest(name);
	if (near)
		names[count++] = near;
	near = smmu_nearest(name, strlen(name), names, count);
	smmu_diag_error(
		diag, NULL, SMMU_E_UNKNOWN,
		"nothing is known about \"%s\": no event, error, rule, register, structure, "
		"field, command or feature",
		name);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	return SMMU_E_UNKNOWN;
}

int smmu_about(struct smmu_emit *emit, const char *name, bool people, struct smmu_diag *diag)
{
	const struct about_to to = {emit, people};
	struct smmu_name found[NAMES_MAX];
	size_t count;
	bool fields = true;

	if (about_gerror(&to, name) || about_reason(&to, name))
		return 0;
	count = smmu_name_find(found, SMMU_LEN(found), name);
	if (!count)
		return unknown(name, diag);
	count = count < SMMU_LEN(found) ? count : SMMU_LEN(found);
	for (size_t i = 0; i < count; i++)
		fields = fields && found[i].kind == SMMU_NAME_FIELD;
	if (fields && count > PAGES_MAX) {
		smmu_emit_heading(emit, "%s: a field of several formats", found[0].name);
		smmu_about_places(emit, NULL, found, count);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		emit_name(&to, &found[i]);
	return 0;
}
