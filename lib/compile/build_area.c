/*
 * Where structures are placed: a deterministic allocator over the areas that
 * the description names, and the way from an area's addresses to memory.
 */
#include "compile/build_priv.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct smmu_pa at_ns(uint64_t pa)
{
	return (struct smmu_pa){pa, SMMU_PAS_NS};
}

int build_alloc(uint64_t *address, struct builder *b, struct build_area *area, uint64_t size,
		unsigned align_log2, const char *what)
{
	uint64_t start = area->next;
	uint64_t pad = smmu_ones(align_log2);

	if (!smmu_sys_given(area->at))
		return build_error(b, area->at, SMMU_E_CONFLICT,
				   "%s has no room for %s: give it tables: {base, size}",
				   area->whose, what);
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
	area->next = start + size;
	*address = start;
	return 0;
}

bool build_through(uint64_t *pa, uint64_t *run, const struct build_maps *stage2, uint64_t ipa)
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
		return false;
	const struct smmu_sys_map *map = stage2->v[low - 1];
	uint64_t offset = ipa - map->input.v;

	if (offset >= map->size.v)
		return false;
	*pa = map->pa.v + offset;
	*run = map->size.v - offset;
	return true;
}

void build_group_begin(struct build_area *area)
{
	area->next = smmu_align_down_log2(area->next + BUILD_PAGE - 1, BUILD_PAGE_LOG2);
	area->group_start = area->next;
}

static int add_region(struct builder *b, uint64_t base, uint64_t size, const char *purpose)
{
	struct smmu_build *out = b->out;

	if (out->regions_count == b->regions_capacity) {
		size_t capacity = b->regions_capacity ? 2 * b->regions_capacity : 16;
		struct smmu_build_region *grown = realloc(out->regions, capacity * sizeof(*grown));

		if (!grown)
			return b->error = smmu_diag_nomem(b->diag);
		out->regions = grown;
		b->regions_capacity = capacity;
	}
	char *copy = malloc(strlen(purpose) + 1);

	if (!copy)
		return b->error = smmu_diag_nomem(b->diag);
	strcpy(copy, purpose);
	out->regions[out->regions_count++] = (struct smmu_build_region){base, size, copy};
	return 0;
}

int build_group_end(struct builder *b, struct build_area *area, const char *format, ...)
{
	struct smmu_buf purpose = {0};
	char text[256];
	va_list args;
	int status = 0;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	smmu_buf_puts(&purpose, text);
	area->next = smmu_align_down_log2(area->next + BUILD_PAGE - 1, BUILD_PAGE_LOG2);
	for (uint64_t from = area->group_start; status == 0 && from < area->next;) {
		uint64_t pa = from, run = area->next - from;

		if (area->through && !build_through(&pa, &run, area->through, from))
			break; /* build_put has said so */
		if (run > area->next - from)
			run = area->next - from;
		status = add_region(b, pa, run, smmu_buf_text(&purpose));
		from += run;
	}
	smmu_buf_fini(&purpose);
	return status;
}

int build_put(struct builder *b, const struct build_area *area, uint64_t address, const void *bytes,
	      size_t size)
{
	const uint8_t *from = bytes;

	while (size > 0) {
		uint64_t pa = address, run = size;

		if (area->through && !build_through(&pa, &run, area->through, address))
			return build_error(b, area->at, SMMU_E_INVALID,
					   "tables of %s at IPA 0x%" PRIx64
					   " lie outside what the domain maps",
					   area->whose, address);
		if (run > size)
			run = size;
		if (!smmu_mem_write(b->mem, at_ns(pa), from, (size_t)run))
			return build_error(b, area->at, SMMU_E_INVALID,
					   "tables of %s lead to 0x%" PRIx64
					   ", where the system has no memory",
					   area->whose, pa);
		from += run;
		address += run;
		size -= (size_t)run;
	}
	return 0;
}
