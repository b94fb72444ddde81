/*
 * What a system says to an event: the same access, walked again.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "explain/explain_priv.h"
#include "model/reach.h"
#include "spec/cd.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"

static const char *const names[] = {
	[EXPLAIN_NO_SYSTEM] = "no-system", [EXPLAIN_NO_SMMU] = "no-smmu",
	[EXPLAIN_NO_WALK] = "no-walk",	   [EXPLAIN_AGREES] = "agrees",
	[EXPLAIN_OTHER] = "other-event",   [EXPLAIN_SILENT] = "silent",
	[EXPLAIN_PASSES] = "passes",
};

const char *explain_answer_name(enum explain_answer answer)
{
	return names[answer];
}

static const char *const fixes[SMMU_REASON_COUNT] = {
#define FIX(REASON, text) [SMMU_REASON_##REASON] = text,
#include "explain/fix.def"
};

const char *explain_fix(enum smmu_reason reason)
{
	return fixes[reason] ? fixes[reason] : "";
}

bool explain_field(uint64_t *value, const struct smmu_log_item *item, const char *name)
{
	const struct smmu_format *format = smmu_event_format((unsigned)smmu_evt_Type(&item->evt));
	const struct smmu_when_ctx ctx = {.word = item->evt.word};

	for (size_t i = 0; format && i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];

		if (strcmp(field->name, name) || !smmu_field_is_present(field, &ctx))
			continue;
		if (!smmu_log_field_is_known(field, item) ||
		    smmu_log_field_is_valid(field, item) != 1)
			continue;
		*value = smmu_field_get(field, item->evt.word, 0);
		return true;
	}
	return false;
}

/* ---- Which SMMU. ---- */

/* The base address in "fc900000.iommu" or "/smmuv3@9050000". */
static bool base_of(uint64_t *base, const char *name)
{
	const char *at = strrchr(name, '@');
	const char *text = at ? at + 1 : name;
	size_t bad, size = strcspn(text, ".");

	return size && !smmu_parse_hex(base, text, size, &bad);
}

static bool find_by_stream(size_t *index, const struct smmu_explain_options *options,
			   uint32_t stream)
{
	size_t found = 0;

	for (size_t i = 0; i < options->machine->count; i++)
		if (explain_each_device(options, i, stream, NULL, NULL)) {
			*index = i;
			found++;
		}
	return found == 1;
}

static bool find_smmu(size_t *index, const struct smmu_explain_options *options,
		      const struct smmu_log_item *item)
{
	const struct smmu_machine *machine = options->machine;
	uint64_t base, stream;

	if (options->smmu)
		return !smmu_machine_find(index, machine, options->smmu);
	if (item->smmu[0] && !smmu_machine_find(index, machine, item->smmu))
		return true;
	if (base_of(&base, item->smmu))
		for (size_t i = 0; i < machine->count; i++)
			if (machine->smmu[i].base == base && base) {
				*index = i;
				return true;
			}
	*index = 0;
	if (machine->count == 1)
		return true;
	return explain_field(&stream, item, "StreamID") &&
	       find_by_stream(index, options, (uint32_t)stream);
}

/* ---- The access. ---- */

/* Events that only the configuration of a stream decides, and have no address. */
static bool is_configuration(unsigned type)
{
	switch (type) {
	case SMMU_EVT_C_BAD_STREAMID:
	case SMMU_EVT_F_STE_FETCH:
	case SMMU_EVT_C_BAD_STE:
	case SMMU_EVT_F_STREAM_DISABLED:
	case SMMU_EVT_C_BAD_SUBSTREAMID:
	case SMMU_EVT_F_CD_FETCH:
	case SMMU_EVT_C_BAD_CD:
	case SMMU_EVT_F_VMS_FETCH:
		return true;
	default:
		return false;
	}
}

static bool is_walked(unsigned type)
{
	switch (type) {
	case SMMU_EVT_F_BAD_ATS_TREQ:
	case SMMU_EVT_F_TRANSL_FORBIDDEN:
	case SMMU_EVT_F_WALK_EABT:
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
		return true;
	default:
		return is_configuration(type);
	}
}

static enum smmu_txn_kind kind_of(unsigned type)
{
	if (type == SMMU_EVT_F_TRANSL_FORBIDDEN)
		return SMMU_TXN_ATS_TRANSLATED;
	return type == SMMU_EVT_F_BAD_ATS_TREQ ? SMMU_TXN_ATS_REQUEST : SMMU_TXN_ACCESS;
}

/* What the record says; what it does not say is left to the variants. */
static bool txn_of(struct smmu_txn *txn, const struct smmu_log_item *item, unsigned type)
{
	uint64_t stream, address = 0, value;

	if (!explain_field(&stream, item, "StreamID"))
		return false;
	if (!explain_field(&address, item, "InputAddr") && !is_configuration(type))
		return false;
	*txn = (struct smmu_txn){.stream = (uint32_t)stream,
				 .address = address,
				 .size = 1,
				 .kind = kind_of(type),
				 .sec = item->sec,
				 .alloc = SMMU_ALLOC_NONE_SUPPLIED,
				 .read = true};
	if (explain_field(&value, item, "SubstreamID")) {
		txn->ssv = true;
		txn->substream = (uint32_t)value;
	}
	if (explain_field(&value, item, "RnW")) {
		txn->read = value;
		txn->write = !value;
	}
	if (explain_field(&value, item, "PnU"))
		txn->privileged = value;
	if (explain_field(&value, item, "InD"))
		txn->instruction = value;
	if (type == SMMU_EVT_F_BAD_ATS_TREQ && explain_field(&value, item, "W"))
		txn->write = value;
	return true;
}

static void ask(struct explain_verdict *verdict, struct smmu_model *model, unsigned type)
{
	struct smmu_result *result = &verdict->result;

	memset(result, 0, sizeof(*result));
	if (is_configuration(type)) {
		struct smmu_reach_config config;

		smmu_reach_configure(&config, model, &verdict->txn);
		verdict->configured_only = true;
		result->status = config.status;
		result->blame = config.blame;
		verdict->event = config.event;
	} else {
		smmu_model_probe(result, model, &verdict->txn, NULL);
		verdict->event = result->event.present ? (unsigned)smmu_evt_Type(&(struct smmu_evt){
								 {result->event.word[0]}})
						       : 0;
	}
	/* The model does not answer what the SMMU would. */
	if (result->blame.reason == SMMU_REASON_ATS_UNSUPPORTED &&
	    smmu_IDR0_ATS(smmu_model_ids(model)->idr[0])) {
		verdict->answer = EXPLAIN_NO_WALK;
		return;
	}
	if (verdict->event)
		verdict->answer = verdict->event == type ? EXPLAIN_AGREES : EXPLAIN_OTHER;
	else
		verdict->answer =
			result->status == SMMU_STATUS_OK ? EXPLAIN_PASSES : EXPLAIN_SILENT;
}

/* What the record leaves open is asked both ways. */
static void ask_variants(struct explain_verdict *verdict, struct smmu_model *model, unsigned type,
			 const struct smmu_log_item *item)
{
	struct explain_verdict other = *verdict;
	uint64_t ignored;

	ask(verdict, model, type);
	if (verdict->answer == EXPLAIN_AGREES)
		return;
	if (type == SMMU_EVT_F_STREAM_DISABLED) {
		/* The record does not say which of two: none, or SubstreamID 0 (7.3.7). */
		other.txn.ssv = true;
		other.txn.substream = 0;
	} else if (type == SMMU_EVT_C_BAD_SUBSTREAMID) {
		/* Through S1DSS 0b10 it is recorded as 0 without one (7.3.9). */
		other.txn.ssv = false;
	} else if (!explain_field(&ignored, item, "RnW")) {
		other.txn.read = false;
		other.txn.write = true;
	} else {
		return;
	}
	ask(&other, model, type);
	if (other.answer == EXPLAIN_AGREES)
		*verdict = other;
}

void explain_judge(struct explain_verdict *verdict, const struct smmu_explain_options *options,
		   const struct smmu_log_item *item)
{
	unsigned type = (unsigned)smmu_evt_Type(&item->evt);

	*verdict = (struct explain_verdict){.answer = EXPLAIN_NO_SYSTEM};
	if (!options->machine)
		return;
	verdict->answer = EXPLAIN_NO_SMMU;
	if (!find_smmu(&verdict->smmu, options, item))
		return;
	verdict->answer = EXPLAIN_NO_WALK;
	if (is_walked(type) && txn_of(&verdict->txn, item, type))
		ask_variants(verdict, options->machine->smmu[verdict->smmu].model, type, item);
}

bool explain_same_verdict(const struct explain_verdict *a, const struct explain_verdict *b)
{
	return a->answer == b->answer && a->smmu == b->smmu && a->event == b->event &&
	       a->result.blame.reason == b->result.blame.reason &&
	       a->result.blame.where == b->result.blame.where &&
	       a->result.blame.stage == b->result.blame.stage &&
	       a->result.blame.rule == b->result.blame.rule;
}

const struct smmu_format *explain_format(enum smmu_struct_kind where)
{
	switch (where) {
	case SMMU_STRUCT_L1STD:
		return &smmu_l1std_format;
	case SMMU_STRUCT_STE:
		return &smmu_ste_format;
	case SMMU_STRUCT_L1CD:
		return &smmu_l1cd_format;
	case SMMU_STRUCT_CD:
		return &smmu_cd_format;
	case SMMU_STRUCT_NONE:
	case SMMU_STRUCT_VMS:
	case SMMU_STRUCT_S1_DESC:
	case SMMU_STRUCT_S2_DESC:
	case SMMU_STRUCT_REGISTER:
	case SMMU_STRUCT_COUNT:
		break;
	}
	return NULL;
}

unsigned explain_blamed_words(uint64_t word[8], struct smmu_model *model,
			      const struct smmu_blame *blame)
{
	const struct smmu_format *format = explain_format(blame->where);
	uint8_t bytes[64];

	if (!format || !smmu_mem_read(smmu_model_mem(model), blame->pa, bytes, format->words * 8))
		return 0;
	for (unsigned i = 0; i < format->words; i++)
		word[i] = smmu_ld64le(bytes + 8 * i);
	return format->words;
}

bool explain_blamed_value(uint64_t *value, const struct smmu_blame *blame, const uint64_t *word,
			  unsigned words)
{
	const struct smmu_format *format = explain_format(blame->where);

	for (size_t i = 0; words && blame->field && i < format->fields_count; i++)
		if (!strcmp(format->fields[i].name, blame->field) &&
		    format->fields[i].array_count <= 1) {
			*value = smmu_field_get(&format->fields[i], word, 0);
			return true;
		}
	return false;
}
