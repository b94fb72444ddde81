/*
 * What becomes of a fault: the answer to the client, the event record and the
 * queue.  IHI 0070 G.b 3.12, 5.5, 7.3, 13.1.1.
 */
#include <string.h>

#include "model/walk_priv.h"

int smmu_walk_fault(struct smmu_walk *w, unsigned type, enum smmu_reason reason)
{
	w->fault = (struct smmu_fault){.type = (uint8_t)type};
	w->result->blame = (struct smmu_blame){.reason = reason};
	return 1;
}

int smmu_walk_entry_fault(struct smmu_walk *w, const struct smmu_entry *e, unsigned type,
			  enum smmu_reason reason, const char *field)
{
	smmu_walk_fault(w, type, reason);
	w->fault.fetch = e->pa;
	w->result->blame.level = (int8_t)smmu_entry_level(e);
	w->result->blame.pa = (struct smmu_pa){e->pa, e->pas};
	w->result->blame.word = e->desc;
	w->result->blame.field = field;
	return 1;
}

int smmu_walk_blame(struct smmu_walk *w, unsigned type, enum smmu_reason reason,
		    enum smmu_struct_kind where, struct smmu_pa pa, const char *field)
{
	smmu_walk_fault(w, type, reason);
	w->result->blame.where = where;
	w->result->blame.pa = pa;
	w->result->blame.field = field;
	return 1;
}

void smmu_walk_blame_rule(struct smmu_walk *w, const struct smmu_rule *rule,
			  const struct smmu_format *format)
{
	size_t size = strcspn(rule->fields, " ");

	w->result->blame.rule = rule;
	for (size_t i = 0; i < format->fields_count; i++) {
		const char *name = format->fields[i].name;

		if (strlen(name) == size && strncmp(name, rule->fields, size) == 0)
			w->result->blame.field = name;
	}
}

/* 3.12: the four faults that A, R and S have a say in. */
static bool is_translation_related(const struct smmu_fault *fault)
{
	switch (fault->type) {
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
		return !fault->terminate;
	default:
		return false;
	}
}

struct outcome {
	bool stall, record;
	enum smmu_response response;
	uint16_t stag;
};

static struct outcome decide(const struct smmu_walk *w)
{
	struct outcome o = {.record = w->fault.type != 0, .response = SMMU_RESPONSE_ABORT};

	if (!is_translation_related(&w->fault))
		return o;
	if (w->fault.s2) {
		o.stall = w->config->stage2.stall;
		o.record = w->config->stage2.record;
	} else {
		o.stall = w->config->stage1.stall;
		o.record = w->config->stage1.record;
		if (!w->config->stage1.abort)
			o.response = SMMU_RESPONSE_RAZ_WI;
	}
	if (!o.stall)
		return o;
	/* 5.5: a stall is always recorded. */
	o.record = true;
	o.response = SMMU_RESPONSE_ABORT;
	o.stag = smmu_stall_next(w->model);
	/* IMPDEF (3.12): out of tags, the transaction is terminated with an abort. */
	o.stall = o.stag != 0;
	return o;
}

/* 13.1.1: writes and atomics are writes, but for what only lacks read permission. */
static bool is_read(const struct smmu_walk *w)
{
	return !(w->need & SMMU_PERM_WRITE) || w->fault.lacks_read;
}

/* Addresses have no bits beyond OAS in a record (7.3.4, 7.3.13). */
static uint64_t recorded_address(const struct smmu_walk *w, uint64_t address)
{
	return smmu_bits(address, 0, w->iface->now.oas_bits);
}

static void set_access(struct smmu_evt *evt, const struct smmu_walk *w)
{
	smmu_evt_set_PnU(evt, !(w->need & SMMU_PERM_UNPRIV));
	smmu_evt_set_InD(evt, (w->need & SMMU_PERM_EXEC) != 0);
	smmu_evt_set_RnW(evt, is_read(w));
	smmu_evt_set_S2(evt, w->fault.s2);
	smmu_evt_set_CLASS(evt, w->fault.class);
	smmu_evt_set_InputAddr(evt, w->txn->address);
}

static void set_translation(struct smmu_evt *evt, const struct smmu_walk *w,
			    const struct outcome *o)
{
	set_access(evt, w);
	if (w->fault.s2)
		smmu_evt_set_IPA(evt, recorded_address(w, w->fault.ipa));
	/* 7.3: tells the two IPA spaces of a Secure stream apart. */
	if (w->fault.s2 && w->txn->sec == SMMU_SEC_S)
		smmu_evt_set_NSIPA(evt, w->fault.ipa_pas == SMMU_PAS_NS);
	smmu_evt_set_Stall(evt, o->stall);
	smmu_evt_set_STAG(evt, o->stag);
	if (w->fault.type != SMMU_EVT_F_PERMISSION)
		return;
	if (w->fault.class == SMMU_EVT_CLASS_TT)
		smmu_evt_set_TTRnW(evt, w->fault.ttrnw);
	smmu_evt_set_DirtyBit(evt, w->fault.dirty);
	smmu_evt_set_Overlay(evt, w->fault.overlay);
	smmu_evt_set_AssuredOnly(evt, w->fault.assured);
}

/* The 32 bytes of 7.3; what is UNKNOWN stays 0. */
static struct smmu_evt record(const struct smmu_walk *w, const struct outcome *o)
{
	const struct smmu_txn *txn = w->txn;
	struct smmu_evt evt = {{0}};

	smmu_evt_set_Type(&evt, w->fault.type);
	smmu_evt_set_StreamID(&evt, txn->stream);
	if (txn->ssv && smmu_event_has_field(w->fault.type, "SSV")) {
		smmu_evt_set_SSV(&evt, 1);
		smmu_evt_set_SubstreamID(&evt, txn->substream);
	}
	switch (w->fault.type) {
	case SMMU_EVT_C_BAD_SUBSTREAMID:
		smmu_evt_set_SubstreamID(&evt, w->fault.substream);
		break;
	case SMMU_EVT_F_WALK_EABT:
		set_access(&evt, w);
		/* fall through */
	case SMMU_EVT_F_STE_FETCH:
	case SMMU_EVT_F_CD_FETCH:
	case SMMU_EVT_F_VMS_FETCH:
		smmu_evt_set_FetchAddr(&evt, recorded_address(w, w->fault.fetch));
		break;
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
		set_translation(&evt, w, o);
		break;
	default: /* C_BAD_STREAMID, C_BAD_STE, C_BAD_CD, F_STREAM_DISABLED: no more */
		break;
	}
	return evt;
}

/* 7.3.1: stalls never; before an STE was found always, else as its MEV says. */
static bool may_merge(const struct smmu_walk *w, const struct outcome *o)
{
	switch (w->fault.type) {
	case SMMU_EVT_F_UUT:
	case SMMU_EVT_C_BAD_STREAMID:
	case SMMU_EVT_F_STE_FETCH:
	case SMMU_EVT_C_BAD_STE:
		return true;
	default:
		return !o->stall && w->config && smmu_ste_MEV(&w->config->ste);
	}
}

/* Into the Event queue, unless a record that stands there tells it already. */
static void deliver(const struct smmu_walk *w, const struct outcome *o, const struct smmu_evt *evt)
{
	struct smmu_model *m = w->model;
	struct smmu_event *event = &w->result->event;

	event->merged = m->merging && may_merge(w, o) && smmu_eventq_repeats(m, w->txn->sec, evt);
	if (event->merged)
		event->recorded = true;
	else if (w->probe)
		event->recorded = smmu_eventq_is_writable(m, w->txn->sec);
	else
		event->recorded = smmu_eventq_write(m, w->txn->sec, evt, o->stall);
}

int smmu_walk_finish_fault(struct smmu_walk *w)
{
	struct smmu_result *r = w->result;
	struct outcome o = decide(w);
	struct smmu_evt evt;

	r->response = o.response;
	r->page_log2 = 0;
	r->attr.valid = false;
	r->stale = false;
	r->event = (struct smmu_event){0};
	if (!o.record) {
		r->status =
			o.response == SMMU_RESPONSE_ABORT ? SMMU_STATUS_ABORT : SMMU_STATUS_RAZ_WI;
		return 0;
	}
	evt = record(w, &o);
	r->status = o.stall ? SMMU_STATUS_STALL : SMMU_STATUS_FAULT;
	r->event.present = true;
	memcpy(r->event.word, evt.word, sizeof(r->event.word));
	deliver(w, &o, &evt);
	if (!o.stall || w->probe)
		return 0;
	return smmu_stall_add(w->model, w->txn, &r->event, o.stag);
}
