/* Which caches a run has.  See replay/caches.h. */
#include "replay/caches.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

_Static_assert((int)SMMU_SYS_WALK_PARTS_MAX == SMMU_WALK_PARTS_MAX, "parts of the walk cache");

static const enum smmu_cache_policy policies[] = {
	[SMMU_SYS_POLICY_RR] = SMMU_CACHE_RR,
	[SMMU_SYS_POLICY_RANDOM] = SMMU_CACHE_RANDOM,
	[SMMU_SYS_POLICY_LRU] = SMMU_CACHE_LRU,
	[SMMU_SYS_POLICY_PLRU] = SMMU_CACHE_PLRU,
};

static const enum smmu_cache_per owners[] = {
	[SMMU_SYS_PER_SMMU] = SMMU_CACHE_PER_SMMU,
	[SMMU_SYS_PER_DEVICE] = SMMU_CACHE_PER_DEVICE,
	[SMMU_SYS_PER_STREAM] = SMMU_CACHE_PER_STREAM,
};

static struct smmu_cache_size size_of(const struct smmu_sys_cache *cache)
{
	return (struct smmu_cache_size){
		.on = cache->on,
		.entries = (uint32_t)cache->entries.v,
		.ways = (uint32_t)cache->ways.v,
		.policy = policies[cache->policy.v % SMMU_LEN(policies)],
		.per = owners[cache->per.v % SMMU_LEN(owners)],
	};
}

/* A set of one, or of all count. */
static uint8_t set_of(bool given, uint64_t member, unsigned count)
{
	return (uint8_t)(given ? smmu_pow2((unsigned)member) : smmu_ones(count));
}

static struct smmu_walk_part part_of(const struct smmu_sys_walk_part *part)
{
	return (struct smmu_walk_part){
		.stages = set_of(smmu_sys_given(part->stage.at), part->stage.v - 1, 2),
		.levels = set_of(smmu_sys_given(part->level.at), part->level.v, SMMU_SYS_LEVELS),
		.leaves = part->leaves.v,
		.final_only = !part->fetches.v,
		.size = size_of(&part->cache),
	};
}

struct smmu_caches smmu_caches_of(const struct smmu_sys_caches *sys)
{
	struct smmu_caches caches = {0};

	if (sys->ideal)
		return smmu_caches_ideal();
	caches.of[SMMU_CACHE_CONFIG] = size_of(&sys->config);
	caches.of[SMMU_CACHE_MICRO] = size_of(&sys->micro);
	caches.of[SMMU_CACHE_INTERFACE] = size_of(&sys->interface);
	caches.of[SMMU_CACHE_MAIN] = size_of(&sys->main);
	caches.of[SMMU_CACHE_WALK] = size_of(&sys->walk);
	caches.of[SMMU_CACHE_IPA] = size_of(&sys->ipa);
	caches.walk_count = sys->parts_count;
	for (size_t i = 0; i < sys->parts_count; i++)
		caches.walk[i] = part_of(&sys->parts[i]);
	return caches;
}

int smmu_caches_parse(struct smmu_caches *caches, const char *what, struct smmu_diag *diag)
{
	struct smmu_sys_caches sys = {.ideal = strcmp(what, "ideal") == 0};
	int error = 0;

	if (!sys.ideal && strcmp(what, "none") != 0)
		error = smmu_sys_load_caches(&sys, what, diag);
	*caches = smmu_caches_of(&sys);
	return error;
}

static int by_first(const void *a, const void *b)
{
	const struct smmu_cache_device *p = a, *q = b;

	if (p->first != q->first)
		return p->first < q->first ? -1 : 1;
	return p->device < q->device ? -1 : p->device > q->device;
}

/* Of streams that several devices name, each is of the first one. */
static size_t part_devices(struct smmu_cache_device *devices, size_t count)
{
	uint64_t next = 0;
	size_t kept = 0;

	qsort(devices, count, sizeof(*devices), by_first);
	for (size_t i = 0; i < count; i++) {
		struct smmu_cache_device device = devices[i];

		if (device.last < next)
			continue;
		if (device.first < next)
			device.first = (uint32_t)next;
		devices[kept++] = device;
		next = (uint64_t)device.last + 1;
	}
	return kept;
}

/* *devices is owned by the caller. */
static int find_devices(struct smmu_cache_device **devices, size_t *count,
			const struct smmu_sys_info *info, size_t smmu)
{
	size_t capacity = 0;

	*devices = NULL;
	*count = 0;
	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *device = &info->devices[i];

		for (size_t k = 0; k < device->streams_count && device->smmu.index == smmu; k++) {
			const struct smmu_sys_streams *streams = &device->streams[k];
			int error =
				smmu_array_reserve(devices, &capacity, *count, sizeof(**devices));

			if (error)
				return error;
			(*devices)[(*count)++] = (struct smmu_cache_device){
				.first = (uint32_t)streams->first.v,
				.last = (uint32_t)(streams->first.v + (streams->count.v - 1)),
				.device = (uint32_t)i,
			};
		}
	}
	if (*count)
		*count = part_devices(*devices, *count);
	return 0;
}

int smmu_caches_give(struct smmu_machine *machine, const struct smmu_caches *caches,
		     const struct smmu_sys_info *info)
{
	struct smmu_caches own = *caches;
	int error = 0;

	for (size_t i = 0; i < machine->count && !error; i++) {
		struct smmu_cache_device *devices;

		error = find_devices(&devices, &own.devices_count, info, i);
		own.devices = devices;
		if (!error)
			error = smmu_model_set_caches(machine->smmu[i].model, &own);
		free(devices);
	}
	return error;
}
