/*
 * Areas where structures are placed: a deterministic allocator that only goes
 * forward, and the way from an address of an area to memory.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compile/build_priv.h"

static struct smmu_pa at_ns(uint64_t pa)
{
	return (struct smmu_pa){pa, SMMU_PAS_NS};
}

const struct smmu_sys_map *build_through(uint64_t *pa, uint64_t *run,
					 const struct build_maps *stage2, uint64_t ipa)
{
	size_t low = 0, high = stage2->count;

	/* The last map that starts at or below ipa. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (stage2->v[middle]->input.v <= ipa)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	const struct smmu_sys_map *map = stage2->v[low - 1];
	uint64_t offset = ipa - map->input.v;

	if (offset >= map->size.v)
		return NULL;
	*pa = map->pa.v + offset;
	*run = map->size.v - offset;
	return map;
}

static uint64_t page_up(uint64_t address)
{
	return smmu_align_down_log2(address + BUILD_PAGE - 1, BUILD_PAGE_LOG2);
}

/*
 * Pages that nothing was placed in yet, and that hold something: a RAM dump
 * under the tables is no error, but rarely meant.  Said once an area.
 */
static void warn_captured(struct builder *b, struct build_area *area, uint64_t from, uint64_t end)
{
	static const uint8_t zeros[BUILD_PAGE];

	for (uint64_t at = from; !area->said && at < end; at += BUILD_PAGE) {
		uint64_t pa = at, run;
		const uint8_t *page;

		if (area->through && !build_through(&pa, &run, area->through, at))
			return;
		page = smmu_mem_page(b->mem, at_ns(pa));
		if (!page || memcmp(page, zeros, sizeof(zeros)) == 0)
			continue;
		area->said = true;
		build_warn(b, area->at, "tables of %s overwrite what a file holds at 0x%" PRIx64,
			   area->whose, pa);
	}
}

int build_check_room(struct builder *b, const struct build_area *area, uint64_t size,
		     const char *what)
{
	char most[24], text[24];

	if (size <= BUILD_BYTES_MAX - b->placed)
		return 0;
	return build_error(b, area->at, SMMU_E_LIMIT,
			   "the tables come to more than %s, the most that are built: %s for %s of "
			   "%s",
			   smmu_format_size(most, BUILD_BYTES_MAX), smmu_format_size(text, size),
			   what, area->whose);
}

int build_alloc(uint64_t *address, struct builder *b, struct build_area *area, uint64_t size,
		unsigned align_log2, const char *what)
{
	uint64_t start = area->next;
	uint64_t pad = smmu_ones(align_log2);

	if (start > UINT64_MAX - pad)
		start = area->end;
	else
		start = smmu_align_down_log2(start + pad, align_log2);
	if (start >= area->end || size > area->end - start) {
		char text[24];

		return build_error(b, area->at, SMMU_E_LIMIT,
				   "the tables of %s do not fit: %s needs %s at 0x%" PRIx64
				   ", and the area ends at 0x%" PRIx64,
				   area->whose, what, smmu_format_size(text, size), start,
				   area->end);
	}
	if (build_check_room(b, area, size, what))
		return b->error;
	b->placed += size;
	if (!area->has_group) {
		area->has_group = true;
		area->group_start = smmu_align_down_log2(start, BUILD_PAGE_LOG2);
	}
	if (b->has_files)
		warn_captured(b, area, page_up(area->next), start + size);
	area->next = start + size;
	*address = start;
	return 0;
}

/* ---- regions ---- */

void build_group_begin(struct build_area *area)
{
	area->next = page_up(area->next);
	area->has_group = false;
}

static int grow_regions(struct builder *b)
{
	struct smmu_build *out = b->out;
	size_t capacity = b->regions_capacity ? 2 * b->regions_capacity : 16;
	struct smmu_build_region *regions;
	struct smmu_mark *marks;

	regions = realloc(out->regions, capacity * sizeof(*regions));
	if (!regions)
		return build_nomem(b);
	out->regions = regions;
	marks = realloc(b->region_at, capacity * sizeof(*marks));
	if (!marks)
		return build_nomem(b);
	b->region_at = marks;
	b->regions_capacity = capacity;
	return 0;
}

static char *copy_text(struct builder *b, const char *text)
{
	char *copy = malloc(strlen(text) + 1);

	if (!copy)
		build_nomem(b);
	return copy ? strcpy(copy, text) : NULL;
}

static int add_region(struct builder *b, const struct build_area *area, uint64_t base,
		      uint64_t size, const char *name, const char *purpose)
{
	struct smmu_build *out = b->out;
	struct smmu_build_region region = {.base = base, .size = size};

	if (out->regions_count == b->regions_capacity && grow_regions(b))
		return b->error;
	region.purpose = copy_text(b, purpose);
	region.name = name ? copy_text(b, name) : NULL;
	if (!region.purpose || (name && !region.name)) {
		free(region.purpose);
		free(region.name);
		return b->error;
	}
	b->region_at[out->regions_count] = area->at;
	out->regions[out->regions_count++] = region;
	return 0;
}

int build_group_end(struct builder *b, struct build_area *area, const char *name,
		    const char *format, ...)
{
	char purpose[320];
	va_list args;
	int status = 0;

	va_start(args, format);
	vsnprintf(purpose, sizeof(purpose), format, args);
	va_end(args);
	if (!area->has_group)
		return 0;
	area->next = page_up(area->next);
	for (uint64_t from = area->group_start; status == 0 && from < area->next;) {
		uint64_t pa = from, run = area->next - from;

		if (area->through && !build_through(&pa, &run, area->through, from))
			break; /* whoever wrote there has said so */
		if (run > area->next - from)
			run = area->next - from;
		status = add_region(b, area, pa, run, name, purpose);
		from += run;
	}
	return status;
}

/* ---- memory ---- */

/* From an IPA to memory: the SMMU reads stage 1 structures through stage 2 (5.2, 3.3.2). */
static bool lead_through(uint64_t *pa, struct builder *b, const struct build_area *area)
{
	uint64_t ipa = *pa, run;
	const struct smmu_sys_map *map = build_through(pa, &run, area->through, ipa);

	if (map && map->access.v & SMMU_SYS_ACCESS_R)
		return true;
	build_error(b, area->at, SMMU_E_INVALID,
		    map ? "tables of %s at IPA 0x%" PRIx64 " lie in a map that cannot be read"
			: "tables of %s at IPA 0x%" PRIx64 " lie outside what the domain maps",
		    area->whose, ipa);
	if (map)
		build_note(b, map->at, "the map is here");
	return false;
}

static void no_memory(struct builder *b, const struct build_area *area, uint64_t pa)
{
	build_error(b, area->at, SMMU_E_INVALID,
		    "tables of %s lead to 0x%" PRIx64 ", where the system has no memory",
		    area->whose, pa);
}

uint8_t *build_page(struct builder *b, struct build_area *area, uint64_t address)
{
	uint64_t pa = address;
	uint8_t *page;

	if (area->through && !lead_through(&pa, b, area))
		return NULL;
	page = smmu_mem_page_write(b->mem, at_ns(pa));
	if (page)
		return page + smmu_bits(pa, 0, BUILD_PAGE_LOG2);
	if (smmu_mem_error(b->mem))
		build_nomem(b);
	else
		no_memory(b, area, smmu_align_down_log2(pa, BUILD_PAGE_LOG2));
	return NULL;
}

int build_put(struct builder *b, struct build_area *area, uint64_t address, const void *bytes,
	      size_t size)
{
	const uint8_t *from = bytes;

	while (size > 0) {
		size_t room = (size_t)(BUILD_PAGE - smmu_bits(address, 0, BUILD_PAGE_LOG2));
		size_t n = size < room ? size : room;
		uint8_t *to = build_page(b, area, address);

		if (!to)
			return b->error;
		memcpy(to, from, n);
		from += n;
		address += n;
		size -= n;
	}
	return 0;
}

int build_clear(struct builder *b, struct build_area *area, uint64_t address, uint64_t size)
{
	while (size > 0) {
		uint64_t room = BUILD_PAGE - smmu_bits(address, 0, BUILD_PAGE_LOG2);
		uint64_t n = size < room ? size : room;
		uint8_t *to = build_page(b, area, address);

		if (!to)
			return b->error;
		memset(to, 0, (size_t)n);
		address += n;
		size -= n;
	}
	return 0;
}

/* ---- in each other's way ---- */

static int by_base(const void *a, const void *b)
{
	const struct build_area *x = *(struct build_area *const *)a;
	const struct build_area *y = *(struct build_area *const *)b;

	return (x->base > y->base) - (x->base < y->base);
}

static void check_apart(struct builder *b, const struct build_area *x, const struct build_area *y)
{
	const struct build_area *later = x->at.line > y->at.line ? x : y;

	if (y->base >= x->end)
		return;
	build_error(b, later->at, SMMU_E_CONFLICT, "the tables of %s and %s overlap at 0x%" PRIx64,
		    later->whose, (later == x ? y : x)->whose, y->base);
	build_note(b, (later == x ? y : x)->at, "the other tables are here");
}

/* The first area that ends beyond pa; areas ascend and are apart. */
static size_t first_beyond(struct build_area *const *area, size_t count, uint64_t pa)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (area[middle]->end <= pa)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A map through which a device can write over the tables that confine it; once an area. */
static void check_map_exposes(struct builder *b, const struct smmu_sys_domain *domain,
			      const struct smmu_sys_map *map, struct build_area *const *area,
			      size_t count)
{
	for (size_t i = first_beyond(area, count, map->pa.v);
	     map->access.v & SMMU_SYS_ACCESS_W && i < count; i++) {
		/* the map's end fits in 56 bits: sys has checked */
		if (area[i]->base >= map->pa.v + map->size.v)
			return;
		if (area[i]->exposed_by == domain)
			continue;
		area[i]->exposed_by = domain;
		build_warn(b, map->at, "devices of domain %s can write to the tables of %s",
			   domain->name.v, area[i]->whose);
		build_note(b, area[i]->at, "the tables are placed here");
	}
}

/* Domains that output physical addresses. */
static void check_exposed(struct builder *b, struct build_area *const *area, size_t count)
{
	bool *seen = calloc(b->info->domains_count + 1, sizeof(*seen));

	if (!seen)
		build_nomem(b);
	for (size_t i = 0; seen && i < b->uses_count; i++) {
		const struct build_use *use = &b->use[i];
		const struct smmu_sys_domain *domain = &b->info->domains[use->domain];

		if (use->stage2 != BUILD_NONE || seen[use->domain])
			continue;
		seen[use->domain] = true;
		for (size_t m = 0; m < domain->maps_count; m++)
			check_map_exposes(b, domain, &domain->maps[m], area, count);
	}
	free(seen);
}

/* Its first page is used whatever is built. */
static void probe(struct builder *b, const struct build_area *area)
{
	uint64_t pa = smmu_align_down_log2(area->base, BUILD_PAGE_LOG2);

	if (area->through && !lead_through(&pa, b, area))
		return;
	if (b->mem && !smmu_mem_exists(b->mem, at_ns(pa), BUILD_PAGE))
		no_memory(b, area, pa);
}

/* The end of an area may stay unused: memory must be where the tables come to lie. */
static void check_memory(struct builder *b, const struct build_area *area, unsigned oas)
{
	if (!smmu_bits_fit(area->end - 1, oas))
		build_error(b, area->at, SMMU_E_RANGE,
			    "the tables of %s end at 0x%" PRIx64 ", beyond its %u address bits "
			    "(SMMU_IDR5.OAS)",
			    area->whose, area->end - 1, oas);
	else if (b->mem && !smmu_mem_exists(b->mem, at_ns(area->base), BUILD_PAGE))
		no_memory(b, area, area->base);
	else if (b->mem && !smmu_mem_exists(b->mem, at_ns(area->base), area->end - area->base))
		build_warn(b, area->at,
			   "the tables of %s may lie at 0x%" PRIx64 " to 0x%" PRIx64
			   ", not all of which is memory",
			   area->whose, area->base, area->end - 1);
}

void build_check_areas(struct builder *b)
{
	struct build_area **area = calloc(b->info->smmus_count + 1, sizeof(*area));
	size_t count = 0;

	if (!area) {
		build_nomem(b);
		return;
	}
	for (size_t s = 0; s < b->info->smmus_count; s++) {
		struct build_smmu *on = &b->smmu[s];

		if (!on->is_described || !on->area.is_given)
			continue;
		area[count++] = &on->area;
		check_memory(b, &on->area, smmu_oas_bits(&on->ids));
	}
	for (size_t i = 0, last = BUILD_NONE; i < b->contexts_count; i++) {
		size_t stage2 = b->context[i].stage2;

		if (stage2 == BUILD_NONE || stage2 == last || !b->ipa_area[stage2].is_given)
			continue;
		last = stage2;
		probe(b, &b->ipa_area[stage2]);
	}
	if (count)
		qsort(area, count, sizeof(*area), by_base);
	for (size_t i = 1; i < count; i++)
		check_apart(b, area[i - 1], area[i]);
	check_exposed(b, area, count);
	free(area);
}

static int region_by_base(const void *a, const void *b)
{
	const struct smmu_build_region *x = *(struct smmu_build_region *const *)a;
	const struct smmu_build_region *y = *(struct smmu_build_region *const *)b;

	return (x->base > y->base) - (x->base < y->base);
}

/* IPA areas may come to lie anywhere: only what was built shows whether it is one place. */
int build_check_regions(struct builder *b)
{
	struct smmu_build_region *region = b->out->regions;
	size_t count = b->out->regions_count;
	struct smmu_build_region **sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted)
		return build_nomem(b);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &region[i];
	qsort(sorted, count, sizeof(*sorted), region_by_base);
	for (size_t i = 1; i < count; i++) {
		const struct smmu_build_region *x = sorted[i - 1], *y = sorted[i];

		if (y->base - x->base >= x->size)
			continue;
		build_error(b, b->region_at[y - region], SMMU_E_CONFLICT,
			    "the %s and the %s both lie at 0x%" PRIx64, y->purpose, x->purpose,
			    y->base);
		build_note(b, b->region_at[x - region], "the other tables are here");
	}
	free(sorted);
	return b->error;
}
