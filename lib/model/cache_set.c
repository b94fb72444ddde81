/*
 * The caches of a run together: which there are, whose they are, which part of
 * the walk cache is for a descriptor.  See model/cache_priv.h.
 */
#include "model/cache_priv.h"

#include <stdlib.h>
#include <string.h>

const char *smmu_cache_name(enum smmu_cache_kind kind)
{
	static const char *const names[SMMU_CACHE_COUNT] = {
		[SMMU_CACHE_CONFIG] = "config",	      [SMMU_CACHE_MICRO] = "micro",
		[SMMU_CACHE_INTERFACE] = "interface", [SMMU_CACHE_MAIN] = "main",
		[SMMU_CACHE_WALK] = "walk",	      [SMMU_CACHE_IPA] = "ipa",
	};

	return (unsigned)kind < SMMU_CACHE_COUNT ? names[kind] : "?";
}

struct smmu_caches smmu_caches_ideal(void)
{
	struct smmu_caches caches = {0};

	/* What stands in front of a TLB that forgets nothing changes no answer. */
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		caches.of[i].on = i != SMMU_CACHE_MICRO && i != SMMU_CACHE_INTERFACE;
	return caches;
}

static int copy_devices(struct smmu_caches *config, const struct smmu_caches *from)
{
	size_t size = from->devices_count * sizeof(*from->devices);
	struct smmu_cache_device *devices = size ? malloc(size) : NULL;

	config->devices = devices;
	if (!size)
		return 0;
	if (!devices)
		return SMMU_E_NOMEM;
	memcpy(devices, from->devices, size);
	return 0;
}

/* False: for want of memory. */
static bool make(struct smmu_cache **cache, bool *any, const struct smmu_cache_size *size)
{
	if (!size->on)
		return true;
	*any = true;
	return smmu_cache_new(cache, size) == 0;
}

int smmu_cache_set_new(struct smmu_cache_set **set, const struct smmu_caches *config)
{
	struct smmu_cache_set *s = calloc(1, sizeof(*s));
	bool any = false, good;

	*set = NULL;
	if (!s)
		return SMMU_E_NOMEM;
	s->config = *config;
	good = copy_devices(&s->config, config) == 0;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT && good; i++)
		if (i != SMMU_CACHE_WALK || !config->walk_count)
			good = make(&s->of[i], &any, &config->of[i]);
	for (size_t i = 0; i < config->walk_count && good; i++)
		good = make(&s->walk[i], &any, &config->walk[i].size);
	if (good && any) {
		*set = s;
		return 0;
	}
	smmu_cache_set_free(s);
	return good ? 0 : SMMU_E_NOMEM;
}

void smmu_cache_set_free(struct smmu_cache_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		smmu_cache_free(set->of[i]);
	for (unsigned i = 0; i < SMMU_WALK_PARTS_MAX; i++)
		smmu_cache_free(set->walk[i]);
	free((void *)(uintptr_t)set->config.devices);
	free(set);
}

/* The device that a stream is of. */
static uint64_t device_of(const struct smmu_caches *config, enum smmu_sec sec, uint32_t stream)
{
	size_t from = 0, to = sec == SMMU_SEC_NS ? config->devices_count : 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct smmu_cache_device *at = &config->devices[middle];

		if (stream < at->first)
			to = middle;
		else if (stream > at->last)
			from = middle + 1;
		else
			return at->device;
	}
	return stream | (uint64_t)(sec + 1) << 32; /* beside the numbers of devices */
}

static void enter(struct smmu_cache *cache, const struct smmu_caches *config,
		  const struct smmu_cache_size *size, enum smmu_sec sec, uint32_t stream)
{
	switch (size->per) {
	case SMMU_CACHE_PER_SMMU:
		break;
	case SMMU_CACHE_PER_DEVICE:
		smmu_cache_set_owner(cache, device_of(config, sec, stream));
		break;
	case SMMU_CACHE_PER_STREAM:
		smmu_cache_set_owner(cache, stream | (uint64_t)sec << 32);
		break;
	}
}

void smmu_cache_set_enter(struct smmu_cache_set *set, enum smmu_sec sec, uint32_t stream)
{
	const struct smmu_caches *config = &set->config;

	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		if (set->of[i])
			enter(set->of[i], config, &config->of[i], sec, stream);
	for (size_t i = 0; i < config->walk_count; i++)
		if (set->walk[i])
			enter(set->walk[i], config, &config->walk[i].size, sec, stream);
}

struct smmu_cache *smmu_cache_set_walk(const struct smmu_cache_set *set, unsigned stage,
				       const struct smmu_cache_tag *tag, bool fetch)
{
	unsigned level = (unsigned)(tag->level - SMMU_DESC_LEVEL_MIN);

	if (!set->config.walk_count)
		return tag->table ? set->of[SMMU_CACHE_WALK] : NULL;
	for (size_t i = 0; i < set->config.walk_count; i++) {
		const struct smmu_walk_part *part = &set->config.walk[i];

		if (smmu_bit(part->stages, stage - 1) && smmu_bit(part->levels, level))
			return (tag->table || part->leaves) && !(fetch && part->final_only)
				       ? set->walk[i]
				       : NULL;
	}
	return NULL;
}

struct smmu_cache_stats smmu_model_cache_stats(const struct smmu_model *model,
					       enum smmu_cache_kind kind)
{
	const struct smmu_cache_set *set = model->caches;
	struct smmu_cache_stats sum = {0};

	if (set && set->of[kind])
		return smmu_cache_stats(set->of[kind]);
	for (size_t i = 0; set && kind == SMMU_CACHE_WALK && i < set->config.walk_count; i++) {
		struct smmu_cache_stats part;

		if (!smmu_model_walk_part(&part, model, i))
			continue;
		sum.lookups += part.lookups;
		sum.hits += part.hits;
		sum.fills += part.fills;
		sum.evictions += part.evictions;
		sum.invalidated += part.invalidated;
	}
	return sum;
}

const struct smmu_walk_part *smmu_model_walk_part(struct smmu_cache_stats *stats,
						  const struct smmu_model *model, size_t part)
{
	const struct smmu_cache_set *set = model->caches;

	if (!set || part >= set->config.walk_count)
		return NULL;
	*stats = set->walk[part] ? smmu_cache_stats(set->walk[part]) : (struct smmu_cache_stats){0};
	return &set->config.walk[part];
}
