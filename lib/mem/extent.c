/* Which bytes exist: disjoint extents in ascending order. */
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>

void smmu_mem_extents_fini(struct extents *extents)
{
	if (!extents->borrowed)
		free(extents->item);
	*extents = (struct extents){0};
}

int smmu_mem_extents_copy(struct extents *to, const struct extents *from)
{
	size_t capacity = from->count ? from->count : 1;
	struct extent *item = malloc(capacity * sizeof(*item));

	if (!item)
		return SMMU_E_NOMEM;
	if (from->count)
		memcpy(item, from->item, from->count * sizeof(*item));
	*to = (struct extents){.item = item, .count = from->count, .capacity = capacity};
	return 0;
}

size_t smmu_mem_extents_find(const struct extents *extents, uint64_t pa)
{
	size_t low = 0, high = extents->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (extents->item[middle].end > pa)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool smmu_mem_extents_cover(const struct extents *extents, uint64_t pa, uint64_t size)
{
	uint64_t end = pa + size;

	if (pa >= MEM_END || size > MEM_END - pa)
		return false;
	for (size_t i = smmu_mem_extents_find(extents, pa); pa < end; i++) {
		if (i == extents->count || extents->item[i].start > pa)
			return false;
		pa = extents->item[i].end;
	}
	return true;
}

uint64_t smmu_mem_extents_owner(const struct extents *extents, uint64_t page_number)
{
	uint64_t start = smmu_mem_address(page_number), owner = 0;

	for (size_t i = smmu_mem_extents_find(extents, start);
	     i < extents->count && extents->item[i].start < start + SMMU_MEM_PAGE_SIZE; i++)
		if (extents->item[i].owner > owner)
			owner = extents->item[i].owner;
	return owner;
}

static int make_room(struct extents *extents)
{
	struct extents copy;

	if (extents->borrowed) {
		int err = smmu_mem_extents_copy(&copy, extents);

		if (err)
			return err;
		*extents = copy;
	}
	/* An extent can become three. */
	return smmu_array_reserve(&extents->item, &extents->capacity, extents->count + 2,
				  sizeof(*extents->item));
}

int smmu_mem_extents_add(struct extents *extents, const struct extent *extent)
{
	struct extent put[3];
	size_t first, last, n = 0;
	int err = make_room(extents);

	if (err)
		return err;
	first = smmu_mem_extents_find(extents, extent->start);
	if (first && extents->item[first - 1].end == extent->start &&
	    extents->item[first - 1].owner == extent->owner)
		first--;
	for (last = first; last < extents->count && extents->item[last].start < extent->end;)
		last++;
	put[n] = *extent;
	if (last > first && extents->item[first].start < extent->start) {
		put[n] = extents->item[first];
		if (put[n].owner == extent->owner) {
			put[n].end = extent->end;
		} else {
			put[n++].end = extent->start;
			put[n] = *extent;
		}
	}
	n++;
	if (last > first && extents->item[last - 1].end > extent->end) {
		put[n] = extents->item[last - 1];
		put[n++].start = extent->end;
	}
	memmove(&extents->item[first + n], &extents->item[last],
		(extents->count - last) * sizeof(*put));
	memcpy(&extents->item[first], put, n * sizeof(*put));
	extents->count = extents->count - (last - first) + n;
	return 0;
}
