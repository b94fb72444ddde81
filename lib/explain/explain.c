/*
 * Events in groups.
 */
#include "explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "explain/explain_priv.h"
#include "explain/log_priv.h"
#include "explain/story_priv.h"
#include "spec/reg.h"

#define PAGE_LOG2 12
/*
 * Groups of one stream, type and access; pages beyond go into the last of
 * them, and all of them when there are many groups.
 */
#define PAGES_APART 32

static uint64_t field_or(const struct smmu_log_item *item, const char *name, uint64_t otherwise)
{
	uint64_t value;

	return explain_field(&value, item, name) ? value : otherwise;
}

/* A field that is not known is as good as one that has no value. */
static struct explain_key key_of(const struct smmu_log_item *item)
{
	static const char *const flags[] = {"PnU", "InD", "RnW", "S2", "CLASS", "TTRnW", "Stall"};
	struct explain_key key = {{smmu_evt_Type(&item->evt),
				   field_or(item, "StreamID", UINT64_MAX),
				   field_or(item, "SubstreamID", UINT64_MAX), item->sec}};

	for (size_t i = 0; i < SMMU_LEN(flags); i++)
		key.value[3] = key.value[3] * 5 + field_or(item, flags[i], 4);
	return key;
}

static size_t hash_of(const struct explain_key *key)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < SMMU_LEN(key->value); i++)
		hash = (hash + key->value[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)smmu_bits(hash, 40, 10) % EXPLAIN_BUCKETS;
}

static bool is_alike(const struct explain_group *group, const struct explain_key *key,
		     const struct smmu_log_item *item)
{
	return !memcmp(&group->key, key, sizeof(*key)) && !strcmp(group->first.smmu, item->smmu);
}

static uint64_t page_of(uint64_t address)
{
	return smmu_bits(address, PAGE_LOG2, 64 - PAGE_LOG2);
}

/* Whether the page is one of the group's, or the next or the one before. */
static bool is_near(const struct explain_group *group, uint64_t address)
{
	uint64_t page = page_of(address);

	return page + 1 >= page_of(group->low) && page <= page_of(group->high) + 1;
}

static bool is_inside(const struct explain_group *group, uint64_t address)
{
	return page_of(address) >= page_of(group->low) && page_of(address) <= page_of(group->high);
}

/* The group that an event belongs to, or NULL; *verdict is set when it has to be asked for. */
static struct explain_group *find_group(struct smmu_explain *explain, const struct explain_key *key,
					const struct smmu_log_item *item,
					struct explain_verdict *verdict, bool *is_judged)
{
	uint64_t address;
	bool has_address = explain_field(&address, item, "InputAddr");
	struct explain_group *group = explain->bucket[hash_of(key)], *last = NULL;
	size_t alike = 0;

	for (; group; group = group->next) {
		if (!is_alike(group, key, item))
			continue;
		last = last ? last : group;
		alike++;
		if (has_address != group->has_address)
			continue;
		if (!has_address || is_inside(group, address))
			return group;
		if (!is_near(group, address))
			continue;
		if (!*is_judged)
			explain_judge(verdict, &explain->options, item);
		*is_judged = true;
		if (explain_same_verdict(verdict, &group->verdict))
			return group;
	}
	if (alike >= (explain->groups < SMMU_EXPLAIN_GROUPS / 2 ? PAGES_APART : 1)) {
		last->is_scattered = true;
		return last;
	}
	return NULL;
}

static struct explain_group *new_group(struct smmu_explain *explain, const struct explain_key *key,
				       const struct smmu_log_item *item)
{
	struct explain_group *group;
	size_t hash = hash_of(key);

	if (explain->groups == SMMU_EXPLAIN_GROUPS)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->first = *item;
	group->key = *key;
	group->has_address = explain_field(&group->low, item, "InputAddr");
	group->high = group->previous = group->low;
	group->has_time = item->has_time;
	group->first_us = item->time_us;
	group->next = explain->bucket[hash];
	explain->bucket[hash] = group;
	explain->group[explain->groups++] = group;
	return group;
}

/* Events of a burst are less than a second apart. */
static void count_burst(struct explain_group *group, const struct smmu_log_item *item)
{
	uint64_t last = group->count ? group->last_us : 0;

	if (!group->count || item->time_us < last || item->time_us - last >= STORY_MICROS) {
		group->bursts++;
		group->burst = 0;
	}
	group->burst++;
	if (group->burst > group->largest_burst)
		group->largest_burst = group->burst;
}

static void count_address(struct explain_group *group, uint64_t address)
{
	uint64_t step = address - group->previous;

	if (!group->is_step_known) {
		group->is_step_known = group->has_step = true;
		group->step = step;
	} else if (group->step != step) {
		group->has_step = false;
	}
	group->previous = address;
	if (address < group->low)
		group->low = address;
	if (address > group->high)
		group->high = address;
}

static int add_event(struct smmu_explain *explain, const struct smmu_log_item *item)
{
	struct explain_key key = key_of(item);
	struct explain_verdict verdict;
	struct explain_group *group;
	bool is_judged = false;
	uint64_t address;

	explain->events++;
	group = find_group(explain, &key, item, &verdict, &is_judged);
	if (!group) {
		group = new_group(explain, &key, item);
		if (!group && explain->groups < SMMU_EXPLAIN_GROUPS)
			return SMMU_E_NOMEM;
		if (!group) {
			explain->ungrouped++;
			return 0;
		}
		if (!is_judged)
			explain_judge(&verdict, &explain->options, item);
		group->verdict = verdict;
	} else if (explain_field(&address, item, "InputAddr")) {
		count_address(group, address);
	}
	count_burst(group, item);
	group->count++;
	group->last_line = item->line;
	group->last_us = item->time_us;
	group->has_time &= item->has_time;
	if (!group->first.client[0])
		memcpy(group->first.client, item->client, sizeof(item->client));
	return 0;
}

/* What an error is must not be lost among others of the same text. */
static bool says_the_same(const struct smmu_log_item *a, const struct smmu_log_item *b)
{
	switch (log_message_info(a->message)->fact) {
	case LOG_FACT_GERROR:
		return a->number[0] == b->number[0];
	case LOG_FACT_CMDQ:
		return smmu_CMDQ_CONS_ERR(a->number[0]) == smmu_CMDQ_CONS_ERR(b->number[0]);
	case LOG_FACT_COMMAND:
		return a->words == b->words && !memcmp(a->word, b->word, sizeof(a->word));
	default:
		return a->message != SMMU_LOG_OTHER || !strcmp(a->text, b->text);
	}
}

/* Messages are the same when they are of the same row and SMMU; others by their text. */
static bool is_same_note(const struct smmu_log_item *a, const struct smmu_log_item *b)
{
	return a->message == b->message && !strcmp(a->smmu, b->smmu) && says_the_same(a, b);
}

static int add_message(struct smmu_explain *explain, const struct smmu_log_item *item)
{
	struct explain_note *note = NULL;

	if (log_message_info(item->message)->fact == LOG_FACT_LOST)
		explain->lost += item->number[0];
	explain->overflow |= item->message == SMMU_LOG_EVTQ_OVERFLOW;
	for (size_t i = 0; i < explain->notes && !note; i++)
		if (is_same_note(&explain->note[i]->item, item))
			note = explain->note[i];
	if (!note && explain->notes == SMMU_EXPLAIN_MESSAGES) {
		explain->unnoted++;
		return 0;
	}
	if (!note) {
		note = calloc(1, sizeof(*note));
		if (!note)
			return SMMU_E_NOMEM;
		note->item = *item;
		explain->note[explain->notes++] = note;
	}
	note->count++;
	note->last_line = item->line;
	note->last_us = item->time_us;
	return 0;
}

int smmu_explain_add(void *explain, const struct smmu_log_item *item)
{
	return item->kind == SMMU_LOG_EVENT ? add_event(explain, item) : add_message(explain, item);
}

int smmu_explain_new(struct smmu_explain **explain, const struct smmu_explain_options *options)
{
	*explain = calloc(1, sizeof(**explain));
	if (!*explain)
		return SMMU_E_NOMEM;
	(*explain)->options = *options;
	if (!options->place)
		(*explain)->options.place = "line";
	return 0;
}

void smmu_explain_free(struct smmu_explain *explain)
{
	if (!explain)
		return;
	for (size_t i = 0; i < explain->groups; i++)
		free(explain->group[i]);
	for (size_t i = 0; i < explain->notes; i++)
		free(explain->note[i]);
	free(explain);
}
