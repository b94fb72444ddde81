/*
 * Registers, structures, commands and their fields in plain words, out of the
 * tables of lib/spec.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "explain/about_priv.h"
#include "spec/cd.h"
#include "spec/cmd.h"
#include "spec/event.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/pri.h"
#include "spec/reg.h"
#include "spec/rule.h"
#include "spec/ste.h"
#include "spec/vms.h"

static const struct smmu_format *const structures[] = {
	&smmu_ste_format,  &smmu_cd_format,  &smmu_l1std_format,
	&smmu_l1cd_format, &smmu_vms_format, &smmu_pri_format,
};

void about_open(const struct about_to *to, const char *kind, const char *name, const char *section)
{
	if (to->people) {
		smmu_emit_heading(to->emit, "%s: %s (%s)", name, kind, section);
		return;
	}
	smmu_emit_object(to->emit, NULL);
	smmu_emit_str(to->emit, "kind", kind);
	smmu_emit_str(to->emit, "name", name);
	smmu_emit_str(to->emit, "section", section);
}

void about_number(const struct about_to *to, uint64_t number)
{
	if (to->people)
		smmu_emit_say(to->emit, "Number 0x%02" PRIx64 ".", number);
	else
		smmu_emit_hex(to->emit, "number", number, 2);
}

void about_summary(const struct about_to *to, const char *summary)
{
	if (to->people)
		smmu_emit_say(to->emit, "%s.", summary);
	else
		smmu_emit_str(to->emit, "summary", summary);
}

void about_text(const struct about_to *to, const char *key, const char *before, const char *text)
{
	size_t size = strlen(text);

	if (to->people)
		smmu_emit_say(to->emit, "%s%s%s", before, text,
			      size && text[size - 1] == '.' ? "" : ".");
	else
		smmu_emit_str(to->emit, key, text);
}

void about_close(const struct about_to *to)
{
	if (!to->people)
		smmu_emit_end(to->emit);
}

/* "[54:50]", counted from the start of the structure. */
static void bits_of(char *text, size_t size, const struct smmu_field *field)
{
	const struct smmu_field_part *part = &field->part[0];
	unsigned lsb = part->word * 64u + part->lsb;
	unsigned width = part->width * (field->array_count > 1 ? field->array_count : 1u);

	if (width == 1)
		snprintf(text, size, "[%u]", lsb);
	else
		snprintf(text, size, "[%u:%u]", lsb + width - 1, lsb);
}

static bool event_has(const struct smmu_format *format, const struct smmu_field *field)
{
	int type = smmu_event_type(format->name);
	struct smmu_evt evt = {{0}};
	const struct smmu_when_ctx ctx = {.word = evt.word};

	smmu_evt_set_Type(&evt, (uint64_t)type);
	return type >= 0 && smmu_field_is_present(field, &ctx);
}

void about_fields(const struct about_to *to, const struct smmu_format *format, bool is_event)
{
	static const struct smmu_emit_column columns[] = {
		{"name", "Field", false}, {"bits", "Bits", true}, {"when", "When", false}};

	if (to->people)
		smmu_emit_heading(to->emit, "Fields");
	smmu_emit_table(to->emit, "fields", columns, SMMU_LEN(columns) - is_event);
	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		char bits[32];

		if (is_event && !event_has(format, field))
			continue;
		bits_of(bits, sizeof(bits), field);
		smmu_emit_object(to->emit, NULL);
		smmu_emit_str(to->emit, "name", field->name);
		smmu_emit_str(to->emit, "bits", bits);
		if (!is_event && field->when_text)
			smmu_emit_str(to->emit, "when", field->when_text);
		smmu_emit_end(to->emit);
	}
	smmu_emit_end(to->emit);
}

/* Their tables say "5.2" or "IHI 0070 5.2". */
static void section_of(char *text, size_t size, const char *section)
{
	bool is_whole = !strncmp(section, "IHI", 3) || !strncmp(section, "DDI", 3);

	snprintf(text, size, "%s%s", is_whole ? "" : "IHI 0070 ", section);
}

static bool is_register(const struct smmu_reg_info *info, const char *name)
{
	return !strcasecmp(info->name, name) || !strcasecmp(info->name + strlen("SMMU_"), name);
}

static void emit_register(const struct about_to *to, const struct smmu_reg_info *info)
{
	static const char *const accesses[] = {"read-only", "read and write", "write-only"};
	static const char *const secs[SMMU_SEC_COUNT] = {"Non-secure", "Secure", "Realm", "Root"};
	char section[64];

	section_of(section, sizeof(section), info->section);
	about_open(to, "register", info->name, section);
	about_summary(to, info->summary);
	if (to->people) {
		smmu_emit_say(to->emit,
			      "%s interface, offset 0x%" PRIx32 " of its page, %u bits, %s.%s%s%s",
			      secs[info->sec % SMMU_SEC_COUNT], info->offset, info->width_bits,
			      accesses[info->access % 3], info->present_text ? " Exists when " : "",
			      info->present_text ? info->present_text : "",
			      info->present_text ? "." : "");
	} else {
		smmu_emit_hex(to->emit, "offset", info->offset, 0);
		smmu_emit_uint(to->emit, "bits", info->width_bits);
		smmu_emit_str(to->emit, "access", accesses[info->access % 3]);
		if (info->present_text)
			smmu_emit_str(to->emit, "when", info->present_text);
	}
	about_fields(to, info->format, false);
	about_close(to);
}

static void emit_structure(const struct about_to *to, const char *kind,
			   const struct smmu_format *format)
{
	char section[64];

	section_of(section, sizeof(section), format->section);
	about_open(to, kind, format->name, section);
	about_summary(to, format->summary);
	about_fields(to, format, false);
	about_close(to);
}

bool about_structures(const struct about_to *to, const char *name)
{
	bool found = false;
	enum smmu_reg reg;
	unsigned opcode;

	for (size_t i = 0; i < SMMU_LEN(structures); i++)
		if (!strcasecmp(structures[i]->name, name)) {
			emit_structure(to, "structure", structures[i]);
			found = true;
		}
	if (!strncasecmp(name, "CMD_", 4) && !smmu_command_find(&opcode, name)) {
		emit_structure(to, "command", smmu_command_format(opcode));
		found = true;
	}
	if (!smmu_reg_find(&reg, name)) {
		emit_register(to, smmu_reg_info(reg));
		return true;
	}
	for (int i = 0; i < SMMU_REG_COUNT; i++)
		if (is_register(smmu_reg_info((enum smmu_reg)i), name)) {
			emit_register(to, smmu_reg_info((enum smmu_reg)i));
			return true;
		}
	return found;
}

/* ---- Fields. ---- */

static void emit_values(const struct about_to *to, const struct smmu_enum *values)
{
	static const struct smmu_emit_column columns[] = {
		{"value", "Value", true}, {"name", "Name", false}, {"meaning", "Meaning", false}};

	if (to->people)
		smmu_emit_heading(to->emit, "Values");
	smmu_emit_table(to->emit, "values", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < values->count; i++) {
		smmu_emit_object(to->emit, NULL);
		smmu_emit_hex(to->emit, "value", values->values[i].value, 0);
		smmu_emit_str(to->emit, "name", values->values[i].name);
		smmu_emit_str(to->emit, "meaning", values->values[i].meaning);
		smmu_emit_end(to->emit);
	}
	smmu_emit_end(to->emit);
}

static bool names_field(const char *fields, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = fields; at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (!strncmp(at, name, size) && (!at[size] || at[size] == ' '))
			return true;
	}
	return false;
}

/* Rules that a field of an STE or CD can break. */
static void emit_rules(const struct about_to *to, const struct smmu_format *format,
		       const char *field)
{
	bool is_ste = format == &smmu_ste_format, is_open = false;
	const struct smmu_rule *rules;
	size_t count = smmu_rules(&rules);

	if (!is_ste && format != &smmu_cd_format)
		return;
	for (size_t i = 0; i < count; i++) {
		if ((rules[i].kind == SMMU_RULE_STE) != is_ste ||
		    !names_field(rules[i].fields, field))
			continue;
		if (!is_open && to->people)
			smmu_emit_say(to->emit, "ILLEGAL when:");
		else if (!is_open)
			smmu_emit_array(to->emit, "rules");
		is_open = true;
		if (to->people)
			smmu_emit_say(to->emit, "  - %s (%s, %s)", rules[i].text, rules[i].name,
				      rules[i].section);
		else
			smmu_emit_str(to->emit, NULL, rules[i].name);
	}
	if (is_open && !to->people)
		smmu_emit_end(to->emit);
}

static const char *kind_of(const struct smmu_field *field)
{
	switch (field->kind) {
	case SMMU_FIELD_BOOL:
		return "one bit";
	case SMMU_FIELD_ENUM:
		return "an encoding";
	case SMMU_FIELD_ADDR:
		return "an address";
	case SMMU_FIELD_MASK:
		return "a set of bits";
	case SMMU_FIELD_UINT:
		break;
	}
	return "a number";
}

static void emit_field(const struct about_to *to, const struct smmu_format *format,
		       const struct smmu_field *field)
{
	char section[64], name[128], bits[32];

	section_of(section, sizeof(section), format->section);
	snprintf(name, sizeof(name), "%s.%s", format->name, field->name);
	bits_of(bits, sizeof(bits), field);
	about_open(to, "field", name, section);
	if (to->people) {
		smmu_emit_say(to->emit, "Bits %s of %s: %s.%s%s%s", bits, format->summary,
			      kind_of(field), field->when_text ? " Present: " : "",
			      field->when_text ? field->when_text : "",
			      field->when_text ? "." : "");
	} else {
		smmu_emit_str(to->emit, "bits", bits);
		smmu_emit_str(to->emit, "of", format->summary);
		if (field->when_text)
			smmu_emit_str(to->emit, "when", field->when_text);
	}
	if (field->values)
		emit_values(to, field->values);
	emit_rules(to, format, field->name);
	about_close(to);
}

/* A format that names are looked up in; those of a register say which interface. */
static bool look_in(const struct about_to *to, const struct smmu_format *format, const char *owner,
		    size_t owner_size, const char *field)
{
	bool found = false;

	if (owner_size &&
	    (strlen(format->name) != owner_size || strncasecmp(format->name, owner, owner_size)) &&
	    (strncmp(format->name, "SMMU_", 5) || strlen(format->name) != owner_size + 5 ||
	     strncasecmp(format->name + 5, owner, owner_size)))
		return false;
	for (size_t i = 0; i < format->fields_count; i++)
		if (!strcasecmp(format->fields[i].name, field) && !found) {
			emit_field(to, format, &format->fields[i]);
			found = true;
		}
	return found;
}

/* Events share one format; the field is shown once. */
static bool look_in_events(const struct about_to *to, const char *owner, size_t owner_size,
			   const char *field)
{
	const struct smmu_format *format;

	for (size_t i = 0; (format = smmu_event_at(i, NULL)) != NULL; i++)
		for (size_t j = 0; j < format->fields_count; j++)
			if (!strcasecmp(format->fields[j].name, field) &&
			    event_has(format, &format->fields[j]) &&
			    (!owner_size || (strlen(format->name) == owner_size &&
					     !strncasecmp(format->name, owner, owner_size)))) {
				emit_field(to, format, &format->fields[j]);
				return true;
			}
	return false;
}

static bool look_in_registers(const struct about_to *to, const char *owner, size_t owner_size,
			      const char *field)
{
	bool found = false;

	for (int i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);
		struct smmu_format format = *info->format;

		/* Without an owner the Non-secure interface stands for all that share the layout.
		 */
		if (info->index || (!owner_size && info->sec != SMMU_SEC_NS))
			continue;
		format.name = info->name;
		format.section = info->section;
		format.summary = info->summary;
		found |= look_in(to, &format, owner, owner_size, field);
	}
	return found;
}

bool about_one_field(const struct about_to *to, const char *name)
{
	const char *dot = strchr(name, '.'), *field = dot ? dot + 1 : name;
	size_t owner_size = dot ? (size_t)(dot - name) : 0;
	bool found = false;

	for (size_t i = 0; i < SMMU_LEN(structures); i++)
		found |= look_in(to, structures[i], name, owner_size, field);
	found |= look_in_events(to, name, owner_size, field);
	for (unsigned opcode = 0; opcode <= 0xff; opcode++) {
		const struct smmu_format *format = smmu_command_format(opcode);

		if (format && owner_size)
			found |= look_in(to, format, name, owner_size, field);
		else if (format && !found)
			found = look_in(to, format, name, 0, field);
	}
	found |= look_in_registers(to, name, owner_size, field);
	return found;
}

static void add(struct about_names *names, const char *name)
{
	if (names->count < names->capacity)
		names->name[names->count++] = name;
}

static void add_fields(struct about_names *names, const struct smmu_format *format)
{
	add(names, format->name);
	for (size_t i = 0; i < format->fields_count; i++)
		add(names, format->fields[i].name);
}

void about_field_names(struct about_names *names)
{
	for (size_t i = 0; i < SMMU_LEN(structures); i++)
		add_fields(names, structures[i]);
	for (unsigned opcode = 0; opcode <= 0xff; opcode++)
		if (smmu_command_format(opcode))
			add(names, smmu_command_format(opcode)->name);
	for (int i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);

		if (info->sec == SMMU_SEC_NS && !info->index)
			add_fields(names, info->format);
		add(names, info->name);
	}
}
