/* Host memory for pages: slabs that grow with use, so that a small fork stays small. */
#include "base/pages.h"
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>

#define SLAB_PAGES_MIN 8
#define SLAB_PAGES_MAX 512
#define RUN_BYTES_MAX  ((size_t)64 << 20)

const uint8_t smmu_mem_zero_page[SMMU_MEM_PAGE_SIZE];

void smmu_mem_pool_fini(struct page_pool *pool)
{
	for (size_t i = 0; i < pool->slabs; i++)
		free(pool->slab[i]);
	for (size_t i = 0; i < pool->runs; i++)
		smmu_pages_free(pool->run[i].bytes, pool->run[i].size);
	free(pool->slab);
	free(pool->run);
	*pool = (struct page_pool){0};
}

/*
 * Once there are many pages, they come in runs that the kernel backs with huge
 * pages.  What is not touched of a run costs nothing.
 */
static int run_new(struct page_pool *pool)
{
	size_t last = pool->runs ? pool->run[pool->runs - 1].size : SMMU_PAGES_UNIT / 2;
	size_t size = last < RUN_BYTES_MAX ? 2 * last : last;

	if (smmu_array_reserve(&pool->run, &pool->runs_capacity, pool->runs, sizeof(*pool->run)))
		return SMMU_E_NOMEM;
	pool->next = smmu_pages_alloc(size);
	if (!pool->next)
		return SMMU_E_NOMEM;
	pool->run[pool->runs++] = (struct mapping){pool->next, size};
	pool->left = size / SMMU_MEM_PAGE_SIZE;
	return 0;
}

/* calloc hands large blocks over as the kernel zeroed them: untouched pages cost nothing. */
static int slab_new(struct page_pool *pool)
{
	size_t pages = pool->grow ? pool->grow : SLAB_PAGES_MIN;
	uintptr_t misaligned;
	uint8_t *slab;

	if (pages == SLAB_PAGES_MAX)
		return run_new(pool);
	if (smmu_array_reserve(&pool->slab, &pool->slabs_capacity, pool->slabs, sizeof(void *)))
		return SMMU_E_NOMEM;
	slab = calloc(pages + 1, SMMU_MEM_PAGE_SIZE);
	if (!slab)
		return SMMU_E_NOMEM;
	pool->slab[pool->slabs++] = slab;
	misaligned = (uintptr_t)slab % SMMU_MEM_PAGE_SIZE;
	pool->next = slab + (misaligned ? SMMU_MEM_PAGE_SIZE - misaligned : 0);
	pool->left = pages;
	pool->grow = pages * 2;
	return 0;
}

uint8_t *smmu_mem_pool_get(struct page_pool *pool, bool zero)
{
	uint8_t *page = pool->recycled;

	if (page) {
		memcpy(&pool->recycled, page, sizeof(pool->recycled));
		if (zero)
			memset(page, 0, SMMU_MEM_PAGE_SIZE);
		return page;
	}
	if (!pool->left && slab_new(pool))
		return NULL;
	page = pool->next;
	pool->next += SMMU_MEM_PAGE_SIZE;
	pool->left--;
	return page;
}

void smmu_mem_pool_put(struct page_pool *pool, uint8_t *page)
{
	memcpy(page, &pool->recycled, sizeof(pool->recycled));
	pool->recycled = page;
}
