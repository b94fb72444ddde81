/*
 * The record of an event, from all that lines say of it: words, some of which
 * may be lost, and prose.  IHI 0070 G.b 7.3.
 */
#include <string.h>

#include "base/compiler.h"
#include "explain/log_priv.h"

static bool agree(const struct smmu_evt *a, const struct smmu_evt *a_known,
		  const struct smmu_evt *b, const struct smmu_evt *b_known)
{
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		if ((a->word[i] ^ b->word[i]) & a_known->word[i] & b_known->word[i])
			return false;
	return true;
}

void log_event_add(struct smmu_evt *evt, struct smmu_evt *known, const struct smmu_evt *more,
		   const struct smmu_evt *more_known)
{
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++) {
		uint64_t fresh = more_known->word[i] & ~known->word[i];

		evt->word[i] |= more->word[i] & fresh;
		known->word[i] |= fresh;
	}
}

/*
 * Words of an event that has fewer than four, in their places.  The console
 * loses the last ones mostly; when that contradicts what is said in prose, the
 * lost ones are others.  False: no way agrees.
 */
static bool place(struct smmu_evt *evt, struct smmu_evt *known, const struct log_slot *slot,
		  const struct smmu_evt *said, const struct smmu_evt *said_known)
{
	static const uint8_t places[][SMMU_EVT_WORDS] = {
		{0, 1, 2, 3}, {0, 1, 3}, {0, 2, 3}, {0, 2}, {0, 3}, {1, 2, 3},
	};

	for (size_t i = 0; i < SMMU_LEN(places); i++) {
		*evt = *known = (struct smmu_evt){{0}};
		for (unsigned j = 0; j < slot->words; j++) {
			evt->word[places[i][j]] = slot->is_cut[j] ? 0 : slot->word[j];
			known->word[places[i][j]] = slot->is_cut[j] ? 0 : ~UINT64_C(0);
		}
		if (agree(evt, known, said, said_known))
			return true;
		if (slot->words == SMMU_EVT_WORDS)
			break;
	}
	return false;
}

/*
 * A record that lost words may have lost its first one.  What stands there
 * then seldom makes a first one: a SubstreamID without SSV.
 */
static bool lost_first(const struct log_slot *slot)
{
	const struct smmu_evt first = {{slot->word[0]}};

	return slot->words && slot->words < SMMU_EVT_WORDS && !slot->is_cut[0] &&
	       !smmu_evt_SSV(&first) && smmu_evt_SubstreamID(&first);
}

/* Nor does an address make a second one: bits are set that are RES0 there. */
static bool lost_second(const struct log_slot *slot)
{
	const struct smmu_evt evt = {{slot->word[0], slot->word[1]}};
	const struct smmu_format *format = smmu_event_format((unsigned)smmu_evt_Type(&evt));
	const struct smmu_when_ctx ctx = {.word = evt.word};

	return format && slot->words > 1 && slot->words < SMMU_EVT_WORDS && !slot->is_cut[1] &&
	       smmu_format_res0(format, &ctx, 1);
}

void log_slot_finish(struct log_slot *slot)
{
	struct smmu_log_item *item = &slot->item;

	if (slot->is_done)
		return;
	slot->is_done = true;
	if (item->kind != SMMU_LOG_EVENT)
		return;
	/* Where a line between was cut, a word may be lost: what follows has no place. */
	if (slot->words < SMMU_EVT_WORDS && !slot->has_prose && slot->words > slot->in_a_row)
		slot->words = slot->in_a_row;
	if (lost_first(slot))
		slot->words = 0;
	else if (lost_second(slot))
		slot->words = 1;
	place(&item->evt, &item->known, slot, &slot->said, &slot->said_known);
	log_event_add(&item->evt, &item->known, &slot->said, &slot->said_known);
}

bool log_slot_take_prose(struct log_slot *slot, const struct log_parsed *parsed)
{
	struct smmu_evt said = slot->said, known = slot->said_known, evt, evt_known;

	if (!agree(&said, &known, &parsed->evt, &parsed->known))
		return false;
	log_event_add(&said, &known, &parsed->evt, &parsed->known);
	if (!place(&evt, &evt_known, slot, &said, &known))
		return false;
	slot->said = said;
	slot->said_known = known;
	slot->item.sources |= SMMU_LOG_PROSE;
	if (parsed->client[0])
		memcpy(slot->item.client, parsed->client, sizeof(parsed->client));
	return true;
}

bool smmu_log_field_is_known(const struct smmu_field *field, const struct smmu_log_item *item)
{
	static const uint64_t all[SMMU_EVT_WORDS] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
						     ~UINT64_C(0)};

	return smmu_field_get(field, item->known.word, 0) == smmu_field_get(field, all, 0);
}

void smmu_log_field_set_known(const struct smmu_field *field, struct smmu_log_item *item)
{
	static const uint64_t all[SMMU_EVT_WORDS] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
						     ~UINT64_C(0)};

	smmu_field_set(field, item->known.word, 0, smmu_field_get(field, all, 0));
}

int smmu_log_field_is_valid(const struct smmu_field *field, const struct smmu_log_item *item)
{
	struct smmu_evt other = item->evt;
	bool low, high;

	/* The type is known; with every unknown bit 0, and with every one 1. */
	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		other.word[i] |= ~item->known.word[i];
	smmu_evt_set_Type(&other, smmu_evt_Type(&item->evt));
	low = smmu_event_field_is_valid(field, &item->evt);
	high = smmu_event_field_is_valid(field, &other);
	return low == high ? low : -1;
}
