/*
 * Scatter-gather lists in events of Linux:
 *
 *   dma_map_sg: DEVICE dir=.. nents=2/2 ents=2/2 dma_addrs={..} sizes={..} phys_addrs={..}
 *   dma_unmap_sg: DEVICE dir=.. phys_addrs={..}
 *
 * An unmap does not say what it unmaps: the newest map of that device which
 * begins at the same physical address is kept for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "trace/ftrace_priv.h"

/* dma_addrs, sizes, phys_addrs */
enum { LISTS = 3 };
static const char *const list_keys[LISTS] = {"dma_addrs", "sizes", "phys_addrs"};

/* DMA_TRACE_MAX_ENTRIES: the kernel lists no more; and how many maps are kept. */
enum { ENTRIES_MAX = 128, MAPS_MAX = 512 };

struct sg_map {
	uint64_t device; /* smmu_span_hash() of its name; 0: undone */
	uint64_t pa;	 /* of its first entry */
	uint32_t count;
	uint64_t iova[ENTRIES_MAX], size[ENTRIES_MAX];
};

/* A ring: the oldest gives room. */
struct sg_maps {
	unsigned next;
	struct sg_map map[MAPS_MAX];
};

/* The next number of a list {0x..,0x..}: 1, 0 behind the last, or -1. */
static int next_item(uint64_t *value, struct smmu_span *list)
{
	if (!smmu_span_take(list, "{") && !smmu_span_take(list, ","))
		return smmu_span_take(list, "}") ? 0 : -1;
	if (smmu_span_take(list, "}"))
		return 0;
	return smmu_span_number(value, list, 16) ? 1 : -1;
}

static bool count_items(unsigned *count, struct smmu_span list)
{
	uint64_t value;
	int found;

	*count = 0;
	while ((found = next_item(&value, &list)) > 0)
		++*count;
	return found == 0;
}

/* Keeps the map for its unmap; a list that is longer than the kernel's is kept in part. */
static bool keep(struct smmu_log_line *line, struct smmu_span device, const struct smmu_span *lists)
{
	struct smmu_trace *trace = line->trace;
	struct smmu_span list[LISTS] = {lists[0], lists[1], lists[2]};
	struct sg_maps *maps = trace->log_state;
	struct sg_map *map;

	if (!maps)
		maps = trace->log_state = calloc(1, sizeof(*maps));
	if (!maps) {
		smmu_log_bad(line, NULL, "out of memory");
		line->error->code = SMMU_E_NOMEM;
		return false;
	}
	map = &maps->map[maps->next];
	if (next_item(&map->pa, &list[2]) <= 0)
		return true;
	map->device = smmu_span_hash(device);
	map->count = 0;
	while (map->count < ENTRIES_MAX && next_item(&map->iova[map->count], &list[0]) > 0 &&
	       next_item(&map->size[map->count], &list[1]) > 0)
		map->count++;
	maps->next = (maps->next + 1) % MAPS_MAX;
	return true;
}

/* All of the line is checked before its first record is given. */
static bool begin_list(struct smmu_log_line *line, struct smmu_span device,
		       struct smmu_span payload)
{
	struct smmu_trace *trace = line->trace;
	struct smmu_span lists[LISTS];
	unsigned count[LISTS];

	for (int i = 0; i < LISTS; i++) {
		lists[i] = smmu_span_find(payload, list_keys[i]);
		if (!count_items(&count[i], lists[i])) {
			smmu_log_bad(line, lists[i].p < lists[i].end ? lists[i].p : NULL,
				     "%s= is no list of numbers in braces", list_keys[i]);
			return false;
		}
		trace->list_at[i] = (uint32_t)(lists[i].p - line->text.p);
	}
	if (count[0] != count[1]) {
		smmu_log_bad(line, NULL, "%u addresses but %u sizes", count[0], count[1]);
		return false;
	}
	trace->parts = count[0];
	/* Segments may have been merged, and then only the first is known to begin at its pa. */
	trace->parts_with_pa = count[2] == count[0] ? count[0] : count[2] != 0;
	if (memchr(payload.p, '[', smmu_span_size(payload)) &&
	    smmu_span_size(smmu_span_find(payload, "ents")))
		smmu_log_warn(line, "the kernel listed only the first entries of this mapping");
	return keep(line, device, lists);
}

enum smmu_log_outcome smmu_ftrace_map_sg(struct smmu_log_line *line, struct smmu_span payload)
{
	static const enum smmu_column columns[LISTS] = {SMMU_COL_ADDRESS, SMMU_COL_SIZE,
							SMMU_COL_PA};
	struct smmu_trace *trace = line->trace;
	struct smmu_span device = smmu_span_word(&payload);

	if (trace->part == 0 && !begin_list(line, device, payload))
		return SMMU_LOG_BAD;
	if (trace->parts == 0)
		return SMMU_LOG_PASSED;
	for (int i = 0; i < LISTS; i++) {
		struct smmu_span list = {line->text.p + trace->list_at[i], line->text.end};
		uint64_t value;

		if (columns[i] == SMMU_COL_PA && trace->part >= trace->parts_with_pa)
			continue;
		if (next_item(&value, &list) <= 0)
			return smmu_log_bad(line, list.p, "%s= ends too soon", list_keys[i]);
		trace->list_at[i] = (uint32_t)(list.p - line->text.p);
		smmu_record_set_number(line->record, columns[i], value);
	}
	smmu_log_data(line->record, device);
	return ++trace->part < trace->parts ? SMMU_LOG_MORE : SMMU_LOG_RECORD;
}

/* The newest map of the device at pa, or NULL. */
static struct sg_map *find(struct sg_maps *maps, struct smmu_span device, uint64_t pa)
{
	uint64_t name = smmu_span_hash(device);

	for (unsigned i = 1; maps && i <= MAPS_MAX; i++) {
		struct sg_map *map = &maps->map[(maps->next + MAPS_MAX - i) % MAPS_MAX];

		if (map->device == name && map->pa == pa)
			return map;
	}
	return NULL;
}

enum smmu_log_outcome smmu_ftrace_unmap_sg(struct smmu_log_line *line, struct smmu_span payload)
{
	struct smmu_trace *trace = line->trace;
	struct smmu_span device = smmu_span_word(&payload),
			 list = smmu_span_find(payload, "phys_addrs");
	struct sg_map *map;
	uint64_t pa;

	if (next_item(&pa, &list) <= 0)
		return smmu_log_bad(line, NULL, "phys_addrs= is no list of numbers in braces");
	map = find(trace->log_state, device, pa);
	if (!map) {
		smmu_log_guess(line, "dma_unmap_sg does not say what it unmaps, and the dma_map_sg "
				     "before it is not in this trace: left out");
		return SMMU_LOG_PASSED;
	}
	smmu_record_set_number(line->record, SMMU_COL_ADDRESS, map->iova[trace->part]);
	smmu_record_set_number(line->record, SMMU_COL_SIZE, map->size[trace->part]);
	smmu_log_data(line->record, device);
	if (++trace->part < map->count)
		return SMMU_LOG_MORE;
	map->device = 0;
	return SMMU_LOG_RECORD;
}
