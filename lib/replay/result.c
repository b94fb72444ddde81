/*
 * A result of the model as the contract's object.
 */
#include "replay/result.h"

#include "base/compiler.h"
#include "spec/event.h"
#include "spec/reg.h"
#include "spec/show.h"

static const char *const pas_names[SMMU_PAS_COUNT] = {
	[SMMU_PAS_NS] = "ns",
	[SMMU_PAS_S] = "s",
	[SMMU_PAS_REALM] = "realm",
	[SMMU_PAS_ROOT] = "root",
};

const char *smmu_pas_name(enum smmu_pas pas)
{
	return (unsigned)pas < SMMU_PAS_COUNT ? pas_names[pas] : "?";
}

const char *smmu_response_name(enum smmu_response response)
{
	return response == SMMU_RESPONSE_RAZ_WI ? "raz-wi" : "abort";
}

void smmu_result_emit_event(struct smmu_emit *emit, const struct smmu_event *event,
			    const struct smmu_ids *ids, bool people)
{
	const struct smmu_evt evt = {
		{event->word[0], event->word[1], event->word[2], event->word[3]}};
	unsigned type = (unsigned)smmu_evt_Type(&evt);
	const struct smmu_format *format = smmu_event_format(type);
	const struct smmu_when_ctx ctx = {.word = evt.word, .ids = ids};

	smmu_emit_object(emit, "event");
	smmu_emit_hex(emit, "type", type, 0);
	if (format)
		smmu_emit_str(emit, "name", format->name);
	smmu_emit_array(emit, "record");
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		smmu_emit_hex(emit, NULL, evt.word[i], 16);
	smmu_emit_end(emit);
	if (format)
		smmu_show_fields(emit, format, evt.word, &ctx, people);
	if (!event->recorded)
		smmu_emit_bool(emit, "recorded", false);
	if (event->merged)
		smmu_emit_bool(emit, "merged", true);
	smmu_emit_end(emit);
}

static void emit_updates(struct smmu_emit *emit, const struct smmu_update *updates, unsigned count)
{
	if (!count)
		return;
	smmu_emit_array(emit, "updates");
	for (unsigned i = 0; i < count; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "address", updates[i].pa.pa, 0);
		smmu_emit_hex(emit, "value", updates[i].value, 0);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

void smmu_result_emit(struct smmu_emit *emit, const struct smmu_result *result,
		      const struct smmu_ids *ids, bool people)
{
	smmu_emit_str(emit, "status", smmu_status_name(result->status));
	if (result->status == SMMU_STATUS_OK)
		smmu_emit_hex(emit, "pa", result->pa.pa, 0);
	if (result->status == SMMU_STATUS_FAULT)
		smmu_emit_str(emit, "response", smmu_response_name(result->response));
	if (result->event.present)
		smmu_result_emit_event(emit, &result->event, ids, people);
	emit_updates(emit, result->updates, result->updates_count);
	if (result->attr.valid)
		smmu_result_emit_attr(emit, result, ids);
	if (result->stale)
		smmu_emit_bool(emit, "stale", true);
}

void smmu_reply_emit(struct smmu_emit *emit, const struct smmu_reply *reply)
{
	smmu_emit_str(emit, "status", smmu_status_name(reply->status));
	if (reply->status == SMMU_STATUS_OK)
		smmu_emit_hex(emit, "value", reply->value, 0);
	if (reply->status == SMMU_STATUS_ERROR)
		smmu_emit_str(emit, "error", reply->error);
	if (reply->pending)
		smmu_emit_bool(emit, "consumed", false);
	emit_updates(emit, reply->updates, reply->updates_count);
}

void smmu_page_emit(struct smmu_emit *emit, const struct smmu_page_answer *answer,
		    const struct smmu_ids *ids, bool people)
{
	smmu_emit_str(emit, "status", smmu_status_name(SMMU_STATUS_NONE));
	if (answer->event.present)
		smmu_result_emit_event(emit, &answer->event, ids, people);
	if (answer->fate == SMMU_PAGE_DISCARDED)
		return;
	smmu_emit_object(emit, "pri");
	if (answer->fate == SMMU_PAGE_QUEUED) {
		smmu_emit_array(emit, "entry");
		for (unsigned i = 0; i < SMMU_LEN(answer->entry); i++)
			smmu_emit_hex(emit, NULL, answer->entry[i], 16);
		smmu_emit_end(emit);
	} else {
		smmu_emit_hex(emit, "response", answer->code, 0);
		smmu_emit_bool(emit, "pasid", answer->pasid);
	}
	smmu_emit_end(emit);
}

void smmu_interrupts_emit(struct smmu_emit *emit, const struct smmu_interrupt *interrupts,
			  size_t count)
{
	if (!count)
		return;
	smmu_emit_array(emit, "interrupts");
	for (size_t i = 0; i < count; i++) {
		const struct smmu_interrupt *irq = &interrupts[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "source", smmu_irq_name(irq->source));
		if (irq->msi) {
			smmu_emit_hex(emit, "address", irq->pa.pa, 0);
			smmu_emit_hex(emit, "data", irq->data, 0);
		}
		if (irq->aborted)
			smmu_emit_bool(emit, "aborted", true);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}
