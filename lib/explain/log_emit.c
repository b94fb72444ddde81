/*
 * Items of a log through an emitter.
 */
#include <inttypes.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "explain/about.h"
#include "explain/log_priv.h"
#include "spec/cmd.h"
#include "spec/reg.h"
#include "spec/show.h"
#include "spec/ste.h"

static const struct {
	uint8_t bit;
	const char *name, *meaning;
} features[] = {
#define FEATURE(bit, name, meaning) {bit, name, meaning},
#include "explain/log_feature.def"
};
#define FEATURE_BITS	 SMMU_LEN(features)
#define FEATURE_COHERENT 8

static void meaning_of_features(struct smmu_buf *text, uint64_t mask)
{
	const char *between = ": ";

	for (size_t i = 0; i < SMMU_LEN(features); i++)
		if (smmu_bit(mask, features[i].bit)) {
			smmu_buf_printf(text, "%s%s", between, features[i].meaning);
			between = ", ";
		}
	if (!smmu_bit(mask, FEATURE_COHERENT))
		smmu_buf_puts(text,
			      ". Not coherent: tables and queues must be cleaned from caches");
	if (mask & ~smmu_ones(FEATURE_BITS))
		smmu_buf_printf(text, ". 0x%" PRIx64 " is not known here",
				mask & ~smmu_ones(FEATURE_BITS));
}

static void meaning_of_gerror(struct smmu_buf *text, uint64_t active)
{
	const struct smmu_format *format = smmu_reg_info(SMMU_REG_GERROR)->format;
	const char *between = ": ";

	for (size_t i = 0; i < format->fields_count; i++)
		if (smmu_field_get(&format->fields[i], &active, 0)) {
			smmu_buf_printf(text, "%s%s", between, format->fields[i].name);
			between = ", ";
		}
	for (unsigned bit = 0; bit < 32; bit++) {
		const struct smmu_about_error *about = smmu_about_gerror(bit);

		if (about && smmu_bit(active, bit))
			smmu_buf_printf(text, ". %s Look at %s (%s)", about->what, about->next,
					about->section);
	}
}

static void meaning_of_cmdq(struct smmu_buf *text, uint64_t cons)
{
	const struct smmu_enum_value *error =
		smmu_enum_find(&smmu_cerror, smmu_CMDQ_CONS_ERR(cons));

	smmu_buf_printf(text, ". CMDQ_CONS.ERR is 0x%" PRIx64 ", %s; RD is 0x%" PRIx64,
			smmu_CMDQ_CONS_ERR(cons), error ? error->meaning : "Reserved",
			smmu_CMDQ_CONS_RD(cons));
}

static void meaning_of_command(struct smmu_buf *text, const struct smmu_log_item *item)
{
	const struct smmu_cmd cmd = {{item->word[0], item->word[1]}};
	const char *name = smmu_command_name(&cmd);

	if (item->words < SMMU_CMD_WORDS)
		smmu_buf_puts(text, ". Its words are not in the log");
	else if (name)
		smmu_buf_printf(text, ": %s", name);
	else
		smmu_buf_printf(text, ": opcode 0x%02" PRIx64 ", which is reserved",
				smmu_cmd_Opcode(&cmd));
}

/* What PROD and CONS say about why nothing completes. */
static void meaning_of_sync(struct smmu_buf *text, const struct smmu_log_item *item)
{
	bool swapped = item->message == SMMU_LOG_SYNC_TIMEOUT_QUEUE_WORDS;
	uint64_t prod = item->number[swapped ? 2 : 1], cons = item->number[swapped ? 1 : 2];
	const struct smmu_enum_value *error =
		smmu_enum_find(&smmu_cerror, smmu_CMDQ_CONS_ERR(cons));

	if (smmu_CMDQ_CONS_ERR(cons))
		smmu_buf_printf(text, ": the queue has stopped at an error, %s",
				error ? error->meaning : "a reserved one");
	else if (!cons && prod)
		smmu_buf_puts(text,
			      ": the SMMU has consumed nothing since the queue was set up: it "
			      "is disabled (CR0.CMDQEN is 0), was reset, or has no clock");
	else if (cons == prod)
		smmu_buf_puts(text, ": yet the SMMU has consumed every command, so that its "
				    "completion was lost or came late");
	else
		smmu_buf_puts(text, ": the SMMU stands at a command and does not go on: an ATC "
				    "invalidation that an endpoint does not answer, walks that do "
				    "not end, or a global error that was not handled");
	if (item->cmdq_entries) {
		uint64_t used = (prod - cons) & (2 * (uint64_t)item->cmdq_entries - 1);

		smmu_buf_printf(text, ". %" PRIu64 " of %" PRIu32 " commands wait", used,
				item->cmdq_entries);
	}
}

static void meaning_of_numbers(struct smmu_buf *text, const struct smmu_log_item *item)
{
	unsigned last = item->numbers ? item->numbers - 1 : 0;

	switch (log_message_info(item->message)->fact) {
	case LOG_FACT_FEATURES:
		meaning_of_features(text, item->number[last]);
		break;
	case LOG_FACT_GERROR:
		meaning_of_gerror(text, item->number[0]);
		break;
	case LOG_FACT_CMDQ:
		meaning_of_cmdq(text, item->number[0]);
		break;
	case LOG_FACT_COMMAND:
		meaning_of_command(text, item);
		break;
	case LOG_FACT_SYNC:
		meaning_of_sync(text, item);
		break;
	case LOG_FACT_PLAIN:
	case LOG_FACT_STE:
	case LOG_FACT_LOST:
	case LOG_FACT_HTTU:
	case LOG_FACT_CMDQ_SIZE:
	case LOG_FACT_IORT:
	case LOG_FACT_RELATED:
		break;
	}
}

void smmu_log_meaning(struct smmu_buf *text, const struct smmu_log_item *item)
{
	smmu_buf_clear(text);
	smmu_buf_puts(text, log_message_info(item->message)->meaning);
	meaning_of_numbers(text, item);
}

/* ---- Facts of messages, as data. ---- */

static void emit_gerror(struct smmu_emit *emit, uint64_t active)
{
	const struct smmu_format *format = smmu_reg_info(SMMU_REG_GERROR)->format;

	smmu_emit_array(emit, "errors");
	for (size_t i = 0; i < format->fields_count; i++)
		if (smmu_field_get(&format->fields[i], &active, 0))
			smmu_emit_str(emit, NULL, format->fields[i].name);
	smmu_emit_end(emit);
}

static void emit_features(struct smmu_emit *emit, uint64_t mask)
{
	smmu_emit_array(emit, "features");
	for (size_t i = 0; i < SMMU_LEN(features); i++)
		if (smmu_bit(mask, features[i].bit))
			smmu_emit_str(emit, NULL, features[i].name);
	smmu_emit_end(emit);
}

static void emit_cons(struct smmu_emit *emit, uint64_t cons)
{
	const struct smmu_enum_value *error =
		smmu_enum_find(&smmu_cerror, smmu_CMDQ_CONS_ERR(cons));

	if (error)
		smmu_emit_str(emit, "error", error->name);
	else
		smmu_emit_hex(emit, "error", smmu_CMDQ_CONS_ERR(cons), 0);
	smmu_emit_hex(emit, "index", smmu_CMDQ_CONS_RD(cons), 0);
}

static void emit_facts(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	struct smmu_show show = {.kind = SMMU_ENTRY_COMMAND, .sec = item->sec};
	bool swapped = item->message == SMMU_LOG_SYNC_TIMEOUT_QUEUE_WORDS;

	switch (log_message_info(item->message)->fact) {
	case LOG_FACT_LOST:
		smmu_emit_uint(emit, "lost", item->number[0]);
		break;
	case LOG_FACT_GERROR:
		emit_gerror(emit, item->number[0]);
		break;
	case LOG_FACT_CMDQ:
		emit_cons(emit, item->number[0]);
		break;
	case LOG_FACT_COMMAND:
		if (item->words == SMMU_CMD_WORDS)
			smmu_show_entry(emit, "command", &show, item->word, -1);
		break;
	case LOG_FACT_STE:
		show.kind = SMMU_ENTRY_STE;
		if (item->words == SMMU_STE_WORDS)
			smmu_show_entry(emit, "ste", &show, item->word, -1);
		break;
	case LOG_FACT_SYNC:
		smmu_emit_hex(emit, "prod", item->number[swapped ? 2 : 1], 0);
		smmu_emit_hex(emit, "cons", item->number[swapped ? 1 : 2], 0);
		break;
	case LOG_FACT_FEATURES:
		emit_features(emit, item->number[item->numbers ? item->numbers - 1 : 0]);
		break;
	case LOG_FACT_CMDQ_SIZE:
		smmu_emit_uint(emit, "entries", item->number[0]);
		break;
	case LOG_FACT_IORT:
		smmu_emit_hex(emit, "base", item->number[0], 0);
		break;
	case LOG_FACT_HTTU:
	case LOG_FACT_PLAIN:
	case LOG_FACT_RELATED:
		break;
	}
}

/* ---- Items. ---- */

static bool has_type(const struct smmu_log_item *item)
{
	return smmu_evt_Type(&item->known) == smmu_ones(8);
}

static void emit_meaning(struct smmu_emit *emit, const struct smmu_field *field, uint64_t value)
{
	const struct smmu_enum_value *known = smmu_enum_find(field->values, value);

	if (field->kind == SMMU_FIELD_ENUM && field->values)
		smmu_emit_meaning(emit, "%s", known ? known->meaning : "Reserved");
}

static void emit_fields(struct smmu_emit *emit, const struct smmu_format *format,
			const struct smmu_log_item *item, bool people)
{
	const struct smmu_when_ctx ctx = {.word = item->evt.word};

	smmu_emit_object(emit, "fields");
	for (size_t i = 0; format && i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		bool is_known = smmu_log_field_is_known(field, item);
		uint64_t value = smmu_field_get(field, item->evt.word, 0);

		if (!smmu_field_is_present(field, &ctx))
			continue;
		if (people && smmu_log_field_is_valid(field, item) == 0) {
			smmu_emit_str(emit, field->name, "-");
		} else if (is_known) {
			smmu_emit_hex(emit, field->name, value, 0);
			emit_meaning(emit, field, value);
		} else if (people) {
			smmu_emit_str(emit, field->name, "?");
		}
	}
	smmu_emit_end(emit);
}

/* Names of fields that are not valid, or that are not known. */
static void emit_names(struct smmu_emit *emit, const char *key, const struct smmu_format *format,
		       const struct smmu_log_item *item, bool invalid)
{
	const struct smmu_when_ctx ctx = {.word = item->evt.word};
	bool is_open = false;

	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		bool is_invalid = smmu_log_field_is_valid(field, item) == 0;

		if (!smmu_field_is_present(field, &ctx) || is_invalid != invalid ||
		    (!invalid && smmu_log_field_is_known(field, item)))
			continue;
		if (!is_open)
			smmu_emit_array(emit, key);
		is_open = true;
		smmu_emit_str(emit, NULL, field->name);
	}
	if (is_open)
		smmu_emit_end(emit);
}

/* Fields as they are known, and the words of an event that has none. */
static void emit_record(struct smmu_emit *emit, const struct smmu_log_item *item, bool people)
{
	unsigned type = (unsigned)smmu_evt_Type(&item->evt);
	const struct smmu_format *format = has_type(item) ? smmu_event_format(type) : NULL;

	emit_fields(emit, format, item, people);
	if (format && !people) {
		emit_names(emit, "invalid", format, item, true);
		emit_names(emit, "unknown", format, item, false);
	}
	if (!format && (item->sources & SMMU_LOG_WORDS)) {
		smmu_emit_array(emit, "words");
		for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
			smmu_emit_hex(emit, NULL, item->evt.word[i], 16);
		smmu_emit_end(emit);
	}
}

static void emit_event(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	unsigned type = (unsigned)smmu_evt_Type(&item->evt);
	const char *name = has_type(item) ? smmu_event_name(type) : "unknown";
	const struct smmu_format *format = has_type(item) ? smmu_event_format(type) : NULL;

	smmu_emit_str(emit, "type", name ? name : "reserved");
	if (has_type(item))
		smmu_emit_hex(emit, "number", type, 2);
	if (format) {
		smmu_emit_str(emit, "summary", format->summary);
		smmu_emit_str(emit, "section", format->section);
	}
	if (item->client[0])
		smmu_emit_str(emit, "client", item->client);
	emit_record(emit, item, false);
}

/* "a.log, line 12, arm-smmu-v3.4.auto, 0000:01:00.0: " */
static void head(struct smmu_buf *text, const struct smmu_log_item *item)
{
	if (item->file)
		smmu_buf_printf(text, "%s, ", item->file);
	smmu_buf_printf(text, "line %" PRIu32, item->line);
	if (item->smmu[0])
		smmu_buf_printf(text, ", %s", item->smmu);
	if (item->client[0])
		smmu_buf_printf(text, ", %s", item->client);
	smmu_buf_puts(text, ": ");
}

static void say_event(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	unsigned type = (unsigned)smmu_evt_Type(&item->evt);
	const struct smmu_format *format = smmu_event_format(type);
	struct smmu_buf text = {0};

	head(&text, item);
	if (!has_type(item))
		smmu_buf_puts(&text, "event of unknown type");
	else if (!format)
		smmu_buf_printf(&text, "reserved event 0x%02x", type);
	else
		smmu_buf_printf(&text, "%s 0x%02x: %s (%s)", format->name, type, format->summary,
				format->section);
	smmu_emit_heading(emit, "%s", smmu_buf_text(&text));
	smmu_buf_fini(&text);
	emit_record(emit, item, true);
}

static void say_message(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	struct smmu_show show = {.kind = SMMU_ENTRY_COMMAND, .sec = item->sec, .people = true};
	struct smmu_buf text = {0};

	head(&text, item);
	smmu_emit_heading(emit, "%s%s", smmu_buf_text(&text), item->text);
	smmu_log_meaning(&text, item);
	smmu_emit_say(emit, "%s", text.size ? smmu_buf_text(&text) : "not known to this program");
	smmu_buf_fini(&text);
	if (item->words == SMMU_STE_WORDS)
		show.kind = SMMU_ENTRY_STE;
	if (item->words == SMMU_CMD_WORDS || item->words == SMMU_STE_WORDS)
		smmu_show_entry(emit, NULL, &show, item->word, -1);
}

static void emit_message(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	struct smmu_buf meaning = {0};

	smmu_log_meaning(&meaning, item);
	smmu_emit_str(emit, "message", item->text);
	smmu_emit_str(emit, "meaning", meaning.size ? smmu_buf_text(&meaning) : NULL);
	emit_facts(emit, item);
	smmu_buf_fini(&meaning);
}

const char *smmu_log_security(enum smmu_sec sec)
{
	static const char *const names[SMMU_SEC_COUNT] = {"ns", "s", "realm", "root"};

	return names[sec];
}

static void emit_item(struct smmu_emit *emit, const struct smmu_log_item *item)
{
	smmu_emit_object(emit, NULL);
	if (item->file)
		smmu_emit_str(emit, "file", item->file);
	smmu_emit_uint(emit, "line", item->line);
	if (item->smmu[0])
		smmu_emit_str(emit, "smmu", item->smmu);
	if (item->sec != SMMU_SEC_NS)
		smmu_emit_str(emit, "security", smmu_log_security(item->sec));
	if (item->has_time)
		smmu_emit_real(emit, "time", (double)item->time_us / 1e6, 6);
	if (item->kind == SMMU_LOG_EVENT)
		emit_event(emit, item);
	else
		emit_message(emit, item);
	smmu_emit_end(emit);
}

void smmu_log_emit(struct smmu_emit *emit, const struct smmu_log_item *item, bool people)
{
	if (item->kind == SMMU_LOG_RELATED)
		return;
	if (!people)
		emit_item(emit, item);
	else if (item->kind == SMMU_LOG_EVENT)
		say_event(emit, item);
	else
		say_message(emit, item);
}
