/* Which caches a run has.  See replay/caches.h. */
#include "replay/caches.h"

#include <string.h>

static const enum smmu_cache_policy policies[] = {
	[SMMU_SYS_POLICY_RR] = SMMU_CACHE_RR,
	[SMMU_SYS_POLICY_RANDOM] = SMMU_CACHE_RANDOM,
	[SMMU_SYS_POLICY_LRU] = SMMU_CACHE_LRU,
	[SMMU_SYS_POLICY_PLRU] = SMMU_CACHE_PLRU,
};

static struct smmu_cache_size size_of(const struct smmu_sys_cache *cache)
{
	return (struct smmu_cache_size){
		.on = cache->on,
		.entries = (uint32_t)cache->entries.v,
		.ways = (uint32_t)cache->ways.v,
		.policy = policies[cache->policy.v % SMMU_LEN(policies)],
	};
}

struct smmu_caches smmu_caches_of(const struct smmu_sys_caches *sys)
{
	struct smmu_caches caches = {0};

	if (sys->ideal)
		return smmu_caches_ideal();
	caches.of[SMMU_CACHE_CONFIG] = size_of(&sys->config);
	caches.of[SMMU_CACHE_MICRO] = size_of(&sys->micro);
	caches.of[SMMU_CACHE_MAIN] = size_of(&sys->main);
	caches.of[SMMU_CACHE_WALK] = size_of(&sys->walk);
	caches.of[SMMU_CACHE_IPA] = size_of(&sys->ipa);
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
