/*
 * Storage of the caches that show: sets of entries, who goes when a set is
 * full, statistics.  See model/cache_priv.h.
 */
#include "model/cache_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { SETS_FIRST_LOG2 = 6, LOAD = 2 };

struct smmu_cache {
	struct smmu_cache_size size;
	struct smmu_cache_entry *entry; /* owned */
	size_t used, capacity;
	uint32_t *head; /* owned; first entry of each set, index + 1 */
	uint32_t sets;
	uint32_t free; /* list of entries without use; index + 1 */
	size_t live;
	uint64_t clock, random;
	struct smmu_cache_stats stats;
};

const char *smmu_cache_name(enum smmu_cache_kind kind)
{
	static const char *const names[SMMU_CACHE_COUNT] = {
		[SMMU_CACHE_CONFIG] = "config", [SMMU_CACHE_MICRO] = "micro",
		[SMMU_CACHE_MAIN] = "main",	[SMMU_CACHE_WALK] = "walk",
		[SMMU_CACHE_IPA] = "ipa",
	};

	return (unsigned)kind < SMMU_CACHE_COUNT ? names[kind] : "?";
}

struct smmu_caches smmu_caches_ideal(void)
{
	struct smmu_caches caches = {0};

	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		caches.of[i].on = i != SMMU_CACHE_MICRO;
	return caches;
}

static bool is_ideal(const struct smmu_cache *c)
{
	return c->size.ways == 0;
}

static void cache_free(struct smmu_cache *c)
{
	if (!c)
		return;
	free(c->entry);
	free(c->head);
	free(c);
}

static int cache_new(struct smmu_cache **cache, const struct smmu_cache_size *size)
{
	struct smmu_cache *c = calloc(1, sizeof(*c));
	uint32_t ways = size->ways && size->entries ? size->ways : size->entries;

	*cache = NULL;
	if (!c)
		return SMMU_E_NOMEM;
	c->size = *size;
	c->size.ways = ways;
	c->sets = ways ? size->entries / ways : 1u << SETS_FIRST_LOG2;
	c->random = UINT64_C(0x9e3779b97f4a7c15);
	c->head = calloc(c->sets, sizeof(*c->head));
	if (!c->head) {
		cache_free(c);
		return SMMU_E_NOMEM;
	}
	*cache = c;
	return 0;
}

int smmu_cache_set_new(struct smmu_cache_set **set, const struct smmu_caches *config)
{
	struct smmu_cache_set *s = calloc(1, sizeof(*s));
	bool any = false;

	*set = NULL;
	if (!s)
		return SMMU_E_NOMEM;
	s->config = *config;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++) {
		if (!config->of[i].on)
			continue;
		any = true;
		if (cache_new(&s->of[i], &config->of[i])) {
			smmu_cache_set_free(s);
			return SMMU_E_NOMEM;
		}
	}
	if (any)
		*set = s;
	else
		free(s);
	return 0;
}

void smmu_cache_set_free(struct smmu_cache_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		cache_free(set->of[i]);
	free(set);
}

struct smmu_cache_stats smmu_cache_set_stats(const struct smmu_cache_set *set,
					     enum smmu_cache_kind kind)
{
	struct smmu_cache_stats none = {0};

	return set && set->of[kind] ? set->of[kind]->stats : none;
}

/* ASIDs and Global are no part of it: a look-up of one ASID finds global entries too. */
static uint64_t hash_of(const struct smmu_cache_tag *t)
{
	uint64_t h = t->address >> (t->what < SMMU_CACHED_S1 ? 0 : t->size_log2);

	h = (h ^ (uint64_t)t->stream << 24) * UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 29 ^ (uint64_t)t->vmid << 32 ^ (uint64_t)t->size_log2 << 8;
	h = (h ^ (uint64_t)t->what << 3 ^ (uint64_t)t->world << 52) * UINT64_C(0xbf58476d1ce4e5b9);
	return h >> 32 ^ h;
}

static uint32_t set_of(const struct smmu_cache *c, const struct smmu_cache_tag *tag)
{
	return (uint32_t)(hash_of(tag) % c->sets);
}

static bool is_same(const struct smmu_cache_tag *have, const struct smmu_cache_tag *want)
{
	return have->what == want->what && have->sec == want->sec && have->space == want->space &&
	       have->world == want->world && have->size_log2 == want->size_log2 &&
	       have->granule_log2 == want->granule_log2 && have->table == want->table &&
	       have->vmid == want->vmid && have->stream == want->stream &&
	       have->address == want->address &&
	       (have->global ? have->aset == want->aset : have->asid == want->asid);
}

static struct smmu_cache_entry *lookup(struct smmu_cache *c, const struct smmu_cache_tag *tag)
{
	for (uint32_t at = c->head[set_of(c, tag)]; at; at = c->entry[at - 1].next)
		if (is_same(&c->entry[at - 1].tag, tag))
			return &c->entry[at - 1];
	return NULL;
}

/* Notes a use, as the policy counts it. */
static void touch(struct smmu_cache *c, struct smmu_cache_entry *e)
{
	if (c->size.policy == SMMU_CACHE_LRU)
		e->stamp = ++c->clock;
	e->recent = true;
}

struct smmu_cache_entry *smmu_cache_find(struct smmu_cache *cache, const struct smmu_cache_tag *tag)
{
	struct smmu_cache_entry *e = lookup(cache, tag);

	cache->stats.lookups++;
	if (!e)
		return NULL;
	cache->stats.hits++;
	touch(cache, e);
	return e;
}

static void link_in(struct smmu_cache *c, uint32_t at)
{
	uint32_t set = set_of(c, &c->entry[at - 1].tag);

	c->entry[at - 1].next = c->head[set];
	c->head[set] = at;
}

/* More sets for an ideal cache; it goes on with those it has when memory is short. */
static void widen(struct smmu_cache *c)
{
	uint32_t sets = c->sets * 4;
	uint32_t *head = calloc(sets, sizeof(*head));
	uint32_t *old = c->head, old_sets = c->sets;

	if (!head)
		return;
	c->head = head;
	c->sets = sets;
	for (uint32_t set = 0; set < old_sets; set++) {
		uint32_t next;

		for (uint32_t at = old[set]; at; at = next) {
			next = c->entry[at - 1].next;
			link_in(c, at);
		}
	}
	free(old);
}

/* xorshift64*: the same numbers everywhere. */
static uint64_t draw(struct smmu_cache *c)
{
	c->random ^= c->random >> 12;
	c->random ^= c->random << 25;
	c->random ^= c->random >> 27;
	return c->random * UINT64_C(0x2545f4914f6cdd1d) >> 32;
}

/* The entry of a full set that goes: where it is linked from. */
static uint32_t *victim(struct smmu_cache *c, uint32_t set)
{
	uint64_t turn = c->size.policy == SMMU_CACHE_RANDOM ? draw(c) % c->size.ways : 0;
	uint32_t *chosen = NULL;

	for (uint32_t *link = &c->head[set]; *link; link = &c->entry[*link - 1].next) {
		const struct smmu_cache_entry *e = &c->entry[*link - 1];

		switch (c->size.policy) {
		case SMMU_CACHE_RANDOM:
			if (turn-- == 0)
				return link;
			break;
		case SMMU_CACHE_PLRU:
			/* of those not used since all were, the oldest */
			if (!chosen || e->recent < c->entry[*chosen - 1].recent ||
			    (e->recent == c->entry[*chosen - 1].recent &&
			     e->stamp < c->entry[*chosen - 1].stamp))
				chosen = link;
			break;
		case SMMU_CACHE_RR:
		case SMMU_CACHE_LRU:
			if (!chosen || e->stamp < c->entry[*chosen - 1].stamp)
				chosen = link;
			break;
		}
	}
	return chosen;
}

static void unlink_at(struct smmu_cache *c, uint32_t *link)
{
	uint32_t at = *link;

	*link = c->entry[at - 1].next;
	c->entry[at - 1].next = c->free;
	c->free = at;
	c->live--;
}

/* Once all of a set were used, none counts as used (bit PLRU). */
static void age(struct smmu_cache *c, uint32_t set)
{
	uint32_t at;

	for (at = c->head[set]; at; at = c->entry[at - 1].next)
		if (!c->entry[at - 1].recent)
			return;
	for (at = c->head[set]; at; at = c->entry[at - 1].next)
		c->entry[at - 1].recent = false;
}

static void make_room(struct smmu_cache *c, const struct smmu_cache_tag *tag)
{
	uint32_t set = set_of(c, tag);
	uint32_t count = 0;

	if (is_ideal(c)) {
		if (c->live >= (size_t)c->sets * LOAD && c->sets < UINT32_MAX / 4)
			widen(c);
		return;
	}
	for (uint32_t at = c->head[set]; at; at = c->entry[at - 1].next)
		count++;
	if (count < c->size.ways)
		return;
	if (c->size.policy == SMMU_CACHE_PLRU)
		age(c, set);
	unlink_at(c, victim(c, set));
	c->stats.evictions++;
}

/* An entry without use; index + 1, 0 for want of memory. */
static uint32_t take(struct smmu_cache *c)
{
	uint32_t at = c->free;

	if (at) {
		c->free = c->entry[at - 1].next;
		return at;
	}
	if (c->used >= UINT32_MAX - 1 ||
	    smmu_array_reserve(&c->entry, &c->capacity, c->used, sizeof(*c->entry)))
		return 0;
	return (uint32_t)++c->used;
}

struct smmu_cache_entry *smmu_cache_fill(struct smmu_cache *cache, const struct smmu_cache_tag *tag)
{
	struct smmu_cache_entry *e = lookup(cache, tag);
	uint32_t at;

	if (e) {
		e->tag = *tag;
		return e;
	}
	make_room(cache, tag);
	at = take(cache);
	if (!at)
		return NULL;
	e = &cache->entry[at - 1];
	memset(e, 0, sizeof(*e));
	e->tag = *tag;
	e->stamp = ++cache->clock;
	e->recent = true;
	link_in(cache, at);
	cache->live++;
	cache->stats.fills++;
	return e;
}

size_t smmu_cache_drop(struct smmu_cache *cache,
		       bool (*match)(const void *scope, const struct smmu_cache_tag *tag),
		       const void *scope)
{
	size_t dropped = 0;

	for (uint32_t set = 0; set < cache->sets && cache->live; set++) {
		uint32_t *link = &cache->head[set];

		while (*link) {
			if (match(scope, &cache->entry[*link - 1].tag)) {
				unlink_at(cache, link);
				dropped++;
			} else {
				link = &cache->entry[*link - 1].next;
			}
		}
	}
	cache->stats.invalidated += dropped;
	return dropped;
}
