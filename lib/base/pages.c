/* MAP_ANONYMOUS and madvise are not in POSIX.1-2008; every system we run on has them. */
#define _DEFAULT_SOURCE

#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

void *smmu_pages_alloc(size_t size)
{
	size_t whole = size + SMMU_PAGES_UNIT, head, tail;
	char *map;

	if (size > SIZE_MAX - SMMU_PAGES_UNIT)
		return NULL;
	map = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	/* A unit more holds an aligned run; what is around it goes back. */
	head = (SMMU_PAGES_UNIT - (uintptr_t)map % SMMU_PAGES_UNIT) % SMMU_PAGES_UNIT;
	tail = whole - size - head;
	if (head)
		munmap(map, head);
	if (tail)
		munmap(map + head + size, tail);
#ifdef MADV_HUGEPAGE
	/* Advice: without huge pages the run is one of small ones. */
	(void)madvise(map + head, size, MADV_HUGEPAGE);
#endif
	return map + head;
}

void smmu_pages_free(void *run, size_t size)
{
	if (run)
		munmap(run, size);
}
