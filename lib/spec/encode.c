/* Architected words from named fields. */
#include "spec/encode.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/text.h"
#include "spec/cmd.h"
#include "spec/dpt.h"
#include "spec/event.h"
#include "spec/gpt.h"
#include "spec/show_priv.h"

/* At most so many names are compared with one that is not known. */
#define NAMES_MAX 128

struct names {
	const char *name[NAMES_MAX];
	size_t count;
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return;
	if (names->count < NAMES_MAX)
		names->name[names->count++] = name;
}

static int unknown(const char *what, const char *text, size_t size, const struct names *names,
		   struct smmu_diag *diag)
{
	const char *near = smmu_nearest(text, size, names->name, names->count);

	smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN, "there is no %s \"%.*s\"", what, (int)size,
			text);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	return SMMU_E_UNKNOWN;
}

bool smmu_encode_has_types(enum smmu_entry_kind kind)
{
	return kind == SMMU_ENTRY_EVENT || kind == SMMU_ENTRY_COMMAND ||
	       kind == SMMU_ENTRY_S1DESC || kind == SMMU_ENTRY_S2DESC || kind == SMMU_ENTRY_GPT ||
	       kind == SMMU_ENTRY_DPT;
}

static int begin_event(uint64_t *words, const char *type, struct smmu_diag *diag)
{
	const struct smmu_format *format;
	struct names names = {.count = 0};
	int number = smmu_event_type(type);
	struct smmu_evt evt = {{0}};

	if (number < 0) {
		for (size_t i = 0; (format = smmu_event_at(i, NULL)); i++)
			add_name(&names, format->name);
		return unknown("event", type, strlen(type), &names, diag);
	}
	smmu_evt_set_Type(&evt, (uint64_t)number);
	memcpy(words, evt.word, sizeof(evt.word));
	return 0;
}

static int begin_command(uint64_t *words, const char *type, struct smmu_diag *diag)
{
	struct names names = {.count = 0};
	struct smmu_cmd cmd = {{0}};
	unsigned opcode;

	if (smmu_command_find(&opcode, type)) {
		for (unsigned i = 0; i < 256; i++)
			if (smmu_command_format(i))
				add_name(&names, smmu_command_format(i)->name);
		return unknown("command", type, strlen(type), &names, diag);
	}
	smmu_cmd_set_Opcode(&cmd, opcode);
	/* The range that means all has a name of its own. */
	if (opcode == SMMU_CMD_CFGI_STE_RANGE &&
	    strcasecmp(type + strlen(type) - strlen("ALL"), "ALL") == 0)
		smmu_cmd_set_Range(&cmd, 31);
	memcpy(words, cmd.word, sizeof(cmd.word));
	return 0;
}

static int begin_desc(uint64_t *words, const struct smmu_show *show, const char *type,
		      struct smmu_diag *diag)
{
	static const enum smmu_desc_kind kinds[] = {SMMU_DESC_INVALID, SMMU_DESC_TABLE,
						    SMMU_DESC_BLOCK, SMMU_DESC_PAGE};
	struct smmu_desc_fmt fmt = show->desc;
	struct names names = {.count = 0};

	fmt.stage = show->kind == SMMU_ENTRY_S1DESC ? 1 : 2;
	for (size_t i = 0; i < SMMU_LEN(kinds); i++) {
		add_name(&names, smmu_desc_kind_name(kinds[i]));
		if (strcasecmp(smmu_desc_kind_name(kinds[i]), type))
			continue;
		if (!smmu_desc_blank(words, kinds[i], &fmt))
			return 0;
		return smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN,
				       "level %d of this format has no %s", fmt.level, type);
	}
	return unknown("type of descriptor", type, strlen(type), &names, diag);
}

/* GPT and DPT: the lowest bits say which it is. */
static int begin_entry(uint64_t *words, const struct smmu_show *show, const char *type,
		       struct smmu_diag *diag)
{
	struct names names = {.count = 0};

	for (uint64_t low = 0; low < 4; low++) {
		const struct smmu_format *format = show->kind == SMMU_ENTRY_GPT
							   ? smmu_gpt_format(low, show->level)
							   : smmu_dpt_format(low, show->level);

		add_name(&names, format->name);
		if (!strcasecmp(format->name, type)) {
			words[0] = low;
			return 0;
		}
	}
	return unknown("type of descriptor at this level", type, strlen(type), &names, diag);
}

static int begin(uint64_t *words, const struct smmu_show *show, const char *type,
		 struct smmu_diag *diag)
{
	memset(words, 0, smmu_entry_words(show) * sizeof(*words));
	switch (show->kind) {
	case SMMU_ENTRY_EVENT:
		return begin_event(words, type, diag);
	case SMMU_ENTRY_COMMAND:
		return begin_command(words, type, diag);
	case SMMU_ENTRY_S1DESC:
	case SMMU_ENTRY_S2DESC:
		return begin_desc(words, show, type, diag);
	case SMMU_ENTRY_GPT:
	case SMMU_ENTRY_DPT:
		return begin_entry(words, show, type, diag);
	default:
		return 0;
	}
}

/* "Field[2]=value" in its parts. */
struct assignment {
	const char *name, *value;
	size_t name_size;
	bool has_index;
	uint64_t index;
};

static int split(struct assignment *a, const char *text, struct smmu_diag *diag)
{
	const char *equals = strchr(text, '='), *open = strchr(text, '[');

	*a = (struct assignment){.name = text, .value = ""};
	if (!equals || equals == text)
		return smmu_diag_error(diag, NULL, SMMU_E_SYNTAX,
				       "\"%s\" is not of the form FIELD=VALUE", text);
	a->value = equals + 1;
	a->name_size = (size_t)(equals - text);
	if (!open || open > equals)
		return 0;
	a->name_size = (size_t)(open - text);
	a->has_index = true;
	if (equals[-1] != ']' || smmu_parse_u64(&a->index, open + 1, (size_t)(equals - open) - 2))
		return smmu_diag_error(diag, NULL, SMMU_E_SYNTAX,
				       "\"%.*s\" is no element of a field", (int)(equals - text),
				       text);
	return 0;
}

/* No format has two fields whose names differ in case alone. */
static bool is_named(const struct smmu_field *field, const struct assignment *a)
{
	return strlen(field->name) == a->name_size &&
	       !strncasecmp(field->name, a->name, a->name_size);
}

static const struct smmu_field *find_field(const struct smmu_show_entry *entry,
					   const struct assignment *a, struct smmu_diag *diag)
{
	const struct smmu_format *format = entry->format;
	const struct smmu_field *absent = NULL;
	struct names names = {.count = 0};

	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		bool is_present = smmu_field_is_present(field, &entry->ctx);

		if (is_present && is_named(field, a))
			return field;
		if (is_named(field, a))
			absent = field;
		else if (is_present)
			add_name(&names, field->name);
	}
	if (absent && absent->array_count)
		smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN, "%s has the field %s only with: %s",
				entry->type, absent->name, absent->when_text);
	else
		unknown("field", a->name, a->name_size, &names, diag);
	return NULL;
}

static int bad_name(const struct smmu_field *field, const char *text, size_t size,
		    struct smmu_diag *diag)
{
	struct names names = {.count = 0};

	for (size_t i = 0; field->values && i < field->values->count; i++)
		add_name(&names, field->values->values[i].name);
	if (names.count)
		return unknown("encoding", text, size, &names, diag);
	return smmu_diag_error(diag, NULL, SMMU_E_SYNTAX, "%s: \"%.*s\" is no number", field->name,
			       (int)size, text);
}

/* A number, or the name of an encoding: names first, "4K" is one. */
static int parse_value(uint64_t *value, const struct smmu_field *field, const char *text,
		       size_t size, struct smmu_diag *diag)
{
	int r;

	for (size_t i = 0; field->values && i < field->values->count; i++) {
		const struct smmu_enum_value *v = &field->values->values[i];

		if (strlen(v->name) == size && !strncasecmp(v->name, text, size)) {
			*value = v->value;
			return 0;
		}
	}
	r = smmu_parse_u64(value, text, size);
	if (r == SMMU_E_SYNTAX)
		return bad_name(field, text, size, diag);
	if (r)
		return smmu_diag_error(diag, NULL, r, "%s: %.*s has more than 64 bits", field->name,
				       (int)size, text);
	return 0;
}

static int report_range(const struct smmu_field *field, uint64_t value, struct smmu_diag *diag)
{
	const struct smmu_field_part *part = &field->part[0];

	if (field->kind == SMMU_FIELD_ADDR)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "%s: %#llx is no address of bits [%u:%u] only", field->name,
				       (unsigned long long)value, part->shift + part->width - 1u,
				       part->shift);
	return smmu_diag_error(diag, NULL, SMMU_E_RANGE, "%s: %#llx does not fit in %u bit%s",
			       field->name, (unsigned long long)value, part->width,
			       part->width == 1 ? "" : "s");
}

static int set_one(uint64_t *words, const struct smmu_field *field, unsigned index,
		   const char *text, size_t size, struct smmu_diag *diag)
{
	uint64_t value;
	int r = parse_value(&value, field, text, size, diag);

	if (!r && smmu_field_set(field, words, index, value))
		r = report_range(field, value, diag);
	return r;
}

static int set_list(uint64_t *words, const struct smmu_field *field, const struct assignment *a,
		    struct smmu_diag *diag)
{
	unsigned count = field->array_count > 1 ? field->array_count : 1;
	unsigned index = a->has_index ? (unsigned)(a->index < 256 ? a->index : 256) : 0;
	const char *text = a->value;
	int result = 0;

	for (;; text++, index++) {
		size_t size = strcspn(text, ",");
		int r;

		if (index >= count)
			return smmu_diag_error(diag, NULL, SMMU_E_RANGE, "%s has %u value%s",
					       field->name, count, count == 1 ? "" : "s");
		r = set_one(words, field, index, text, size, diag);
		result = r ? r : result;
		text += size;
		if (!*text)
			return result;
	}
}

/* The fields that say what the entry is can be given, but not contradict its type. */
static int assign(uint64_t *words, const struct smmu_show *show, const char *text,
		  struct smmu_diag *diag)
{
	struct smmu_show_entry entry, after;
	const struct smmu_field *field;
	struct assignment a;
	int r;

	smmu_show_resolve(&entry, show, words);
	r = split(&a, text, diag);
	if (r)
		return r;
	field = find_field(&entry, &a, diag);
	if (!field)
		return SMMU_E_UNKNOWN;
	r = set_list(words, field, &a, diag);
	if (r)
		return r;
	smmu_show_resolve(&after, show, words);
	if (!after.format || strcmp(after.format->name, entry.format->name))
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE, "%s=%s contradicts the type",
				       field->name, a.value);
	return 0;
}

int smmu_encode(uint64_t *words, const struct smmu_show *show, const char *type,
		const char *const *assignments, size_t count, struct smmu_diag *diag)
{
	int result = begin(words, show, type, diag);

	if (result)
		return result;
	for (size_t i = 0; i < count; i++) {
		int r = assign(words, show, assignments[i], diag);

		result = r ? r : result;
	}
	return result;
}
