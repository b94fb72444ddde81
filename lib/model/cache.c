/*
 * Storage of the caches that show: sets of entries, who goes when a set is
 * full, statistics.  See model/cache_priv.h.
 */
#include "model/cache_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { LISTS_FIRST_LOG2 = 6, LOAD = 2 };

/*
 * Entries hang in lists by a hash of their set, as many as there is need for: a
 * cache costs what it holds, however large and of however many owners.
 */
struct smmu_cache {
	struct smmu_cache_size size;
	struct smmu_cache_entry *entry; /* owned */
	size_t used, capacity;
	uint32_t *head; /* owned; first entry of each list, index + 1 */
	uint32_t lists; /* a power of two */
	uint32_t sets;	/* of an owner */
	uint32_t free;	/* list of entries without use; index + 1 */
	uint64_t owner; /* who asks */
	size_t live;
	uint64_t clock, random;
	struct smmu_cache_stats stats;
};

static bool is_ideal(const struct smmu_cache *c)
{
	return c->size.ways == 0;
}

void smmu_cache_free(struct smmu_cache *cache)
{
	if (!cache)
		return;
	free(cache->entry);
	free(cache->head);
	free(cache);
}

int smmu_cache_new(struct smmu_cache **cache, const struct smmu_cache_size *size)
{
	struct smmu_cache *c = calloc(1, sizeof(*c));
	uint32_t ways = size->ways && size->entries ? size->ways : size->entries;

	*cache = NULL;
	if (!c)
		return SMMU_E_NOMEM;
	c->size = *size;
	c->size.ways = ways;
	c->sets = ways ? size->entries / ways : 1;
	c->lists = 1u << LISTS_FIRST_LOG2;
	c->random = UINT64_C(0x9e3779b97f4a7c15);
	c->head = calloc(c->lists, sizeof(*c->head));
	if (!c->head) {
		smmu_cache_free(c);
		return SMMU_E_NOMEM;
	}
	*cache = c;
	return 0;
}

struct smmu_cache_stats smmu_cache_stats(const struct smmu_cache *cache)
{
	return cache->stats;
}

void smmu_cache_set_owner(struct smmu_cache *cache, uint64_t owner)
{
	cache->owner = owner;
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

/* Without limit none competes: any number that spreads. */
static uint64_t set_of(const struct smmu_cache *c, const struct smmu_cache_tag *tag)
{
	return is_ideal(c) ? hash_of(tag) : hash_of(tag) % c->sets;
}

static uint32_t *list_of(const struct smmu_cache *c, uint64_t set, uint64_t owner)
{
	uint64_t h = (set ^ owner << 24 ^ owner >> 40) * UINT64_C(0x9e3779b97f4a7c15);

	return &c->head[(h >> 32) & (c->lists - 1)];
}

static bool is_in(const struct smmu_cache_entry *e, uint64_t set, uint64_t owner)
{
	return e->set == set && e->owner == owner;
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
	uint64_t set = set_of(c, tag);

	for (uint32_t at = *list_of(c, set, c->owner); at; at = c->entry[at - 1].next)
		if (is_in(&c->entry[at - 1], set, c->owner) && is_same(&c->entry[at - 1].tag, tag))
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

struct smmu_cache_entry *smmu_cache_find(struct smmu_cache *cache, const struct smmu_cache_tag *tag,
					 bool goes_on)
{
	struct smmu_cache_entry *e = lookup(cache, tag);

	cache->stats.lookups += !goes_on;
	if (!e)
		return NULL;
	cache->stats.hits++;
	touch(cache, e);
	return e;
}

static void link_in(struct smmu_cache *c, uint32_t at)
{
	struct smmu_cache_entry *e = &c->entry[at - 1];
	uint32_t *head = list_of(c, e->set, e->owner);

	e->next = *head;
	*head = at;
}

/* More lists; it goes on with those it has when memory is short. */
static void widen(struct smmu_cache *c)
{
	uint32_t lists = c->lists * 4;
	uint32_t *head = calloc(lists, sizeof(*head));
	uint32_t *old = c->head, old_lists = c->lists;

	if (!head)
		return;
	c->head = head;
	c->lists = lists;
	for (uint32_t list = 0; list < old_lists; list++) {
		uint32_t next;

		for (uint32_t at = old[list]; at; at = next) {
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

/* Whether a goes before b. */
static bool goes_first(const struct smmu_cache *c, const struct smmu_cache_entry *a,
		       const struct smmu_cache_entry *b)
{
	/* of those not used since all were, the oldest */
	if (c->size.policy == SMMU_CACHE_PLRU && a->recent != b->recent)
		return b->recent;
	return a->stamp < b->stamp;
}

/* The entry of a full set of who asks that goes: where it is linked from. */
static uint32_t *victim(struct smmu_cache *c, uint64_t set)
{
	bool random = c->size.policy == SMMU_CACHE_RANDOM;
	uint64_t turn = random ? draw(c) % c->size.ways : 0;
	uint32_t *chosen = NULL;

	for (uint32_t *link = list_of(c, set, c->owner); *link; link = &c->entry[*link - 1].next) {
		const struct smmu_cache_entry *e = &c->entry[*link - 1];

		if (!is_in(e, set, c->owner))
			continue;
		if (random && turn-- == 0)
			return link;
		if (!random && (!chosen || goes_first(c, e, &c->entry[*chosen - 1])))
			chosen = link;
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
static void age(struct smmu_cache *c, uint64_t set)
{
	uint32_t first = *list_of(c, set, c->owner), at;

	for (at = first; at; at = c->entry[at - 1].next)
		if (is_in(&c->entry[at - 1], set, c->owner) && !c->entry[at - 1].recent)
			return;
	for (at = first; at; at = c->entry[at - 1].next)
		if (is_in(&c->entry[at - 1], set, c->owner))
			c->entry[at - 1].recent = false;
}

static void make_room(struct smmu_cache *c, uint64_t set)
{
	uint32_t count = 0;

	if (c->live >= (size_t)c->lists * LOAD && c->lists <= UINT32_MAX / 8)
		widen(c);
	if (is_ideal(c))
		return;
	for (uint32_t at = *list_of(c, set, c->owner); at; at = c->entry[at - 1].next)
		count += is_in(&c->entry[at - 1], set, c->owner);
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
	uint64_t set = set_of(cache, tag);
	uint32_t at;

	if (e) {
		e->tag = *tag;
		return e;
	}
	make_room(cache, set);
	at = take(cache);
	if (!at)
		return NULL;
	e = &cache->entry[at - 1];
	memset(e, 0, sizeof(*e));
	e->tag = *tag;
	e->set = set;
	e->owner = cache->owner;
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

	for (uint32_t list = 0; list < cache->lists && cache->live; list++) {
		uint32_t *link = &cache->head[list];

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
