/* Merged ranges: what of a map is alike, and what it is called. */
#include <stdio.h>
#include <string.h>

#include "compile/dump.h"
#include "spec/desc.h"

/* A MAIR byte (DDI 0487 D8.6, MAIR_EL1): the memory types that have names. */
static const char *mair_name(uint64_t attr)
{
	static const struct {
		uint8_t attr;
		const char *name;
	} names[] = {
		{0x00, "device-nGnRnE"}, {0x04, "device-nGnRE"},  {0x08, "device-nGRE"},
		{0x0c, "device-GRE"},	 {0x44, "normal-nc"},	  {0xbb, "normal-wt"},
		{0xff, "normal-wb"},	 {0xf0, "normal-tagged"},
	};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		if (names[i].attr == attr)
			return names[i].name;
	return attr < 0x10 ? "device (unpredictable)" : "normal (other)";
}

static const char *stage1_memory(const struct smmu_cd *cd, uint64_t desc)
{
	unsigned index = (unsigned)smmu_s1desc_AttrIndx(desc);
	uint64_t mair = index < 4 ? smmu_cd_MAIR0(cd) : smmu_cd_MAIR1(cd);

	return mair_name(smmu_bits(mair, index % 4 * 8, 8));
}

/* STE.S2FWB changes what MemAttr says (D8.6.6). */
static const char *stage2_memory(const struct smmu_ste *ste, uint64_t desc)
{
	static const char *const fwb[] = {
		"device-nGnRnE", "device-nGnRE", "device-nGRE", "device-GRE", "-",
		"normal-nc",	 "normal-wb",	 "as stage 1"};
	const struct smmu_enum_value *value;

	if (smmu_ste_S2FWB(ste))
		return fwb[smmu_s2desc_MemAttr_FWB(desc)];
	value = smmu_enum_find(&smmu_ste_memattr, smmu_s2desc_MemAttr(desc));
	return value ? value->name : "-";
}

/* With both stages the types are combined (13.4): the one of stage 1 unless stage 2 is Device. */
static const char *memory_of(const struct smmu_reach_config *config,
			     const struct smmu_reach_map *map)
{
	const char *second = config->s2 ? stage2_memory(&config->ste, map->desc[1]) : NULL;

	if (!config->s1)
		return second;
	if (second && !strncmp(second, "device", 6))
		return second;
	return stage1_memory(&config->cd, map->desc[0]);
}

const char *smmu_dump_access(char *text, unsigned perm)
{
	unsigned user = smmu_bits(perm, 3, 3) & 7, priv = perm & 7;
	static const char *const names[] = {"-", "r", "w", "rw", "x", "rx", "wx", "rwx"};

	if (user == priv)
		snprintf(text, 40, "%s", names[user]);
	else
		snprintf(text, 40, "%s (privileged %s)", names[user], names[priv]);
	return text;
}

struct merge {
	const struct smmu_reach_config *config;
	struct smmu_dump_range range;
	bool open;
	int (*visit)(void *ctx, const struct smmu_dump_range *range);
	void *ctx;
};

static bool continues(const struct smmu_dump_range *range, const struct smmu_reach_map *map,
		      const char *memory)
{
	const struct smmu_reach_map *first = &range->map;
	uint64_t offset = map->input - first->input;

	if (first->last + 1 != map->input || first->perm != map->perm || range->memory != memory ||
	    first->status != map->status || first->event != map->event)
		return false;
	if (map->status != SMMU_STATUS_OK)
		return first->blame.reason == map->blame.reason;
	return map->pa.pa == first->pa.pa + offset && map->ipa == first->ipa + offset;
}

static int flush(struct merge *merge)
{
	bool was = merge->open;

	merge->open = false;
	return was ? merge->visit(merge->ctx, &merge->range) : 0;
}

static int add(void *ctx, const struct smmu_reach_map *map)
{
	struct merge *merge = ctx;
	struct smmu_dump_range *range = &merge->range;
	const char *memory = map->status == SMMU_STATUS_OK ? memory_of(merge->config, map) : NULL;
	uint64_t size = (map->last - map->input) / map->leaves + 1;
	int stop;

	if (merge->open && continues(range, map, memory)) {
		range->map.last = map->last;
		range->leaves += map->leaves;
		range->leaf_least = size < range->leaf_least ? size : range->leaf_least;
		range->leaf_most = size > range->leaf_most ? size : range->leaf_most;
		return 0;
	}
	stop = flush(merge);
	*range = (struct smmu_dump_range){*map, memory, map->leaves, size, size};
	merge->open = true;
	return stop;
}

int smmu_dump_ranges(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		     int (*visit)(void *ctx, const struct smmu_dump_range *range), void *ctx)
{
	struct smmu_reach_config config;
	struct merge merge = {.config = &config, .visit = visit, .ctx = ctx};
	int stop, last;

	smmu_reach_configure(&config, model, txn);
	stop = smmu_reach_runs(model, txn, budget, add, &merge);
	last = stop && stop != SMMU_E_LIMIT ? 0 : flush(&merge);
	return stop ? stop : last;
}
