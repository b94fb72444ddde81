/* Host memory for pages: slabs that grow with use, so that a small fork stays small. */
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>

#define SLAB_PAGES_MIN 8
#define SLAB_PAGES_MAX 512

const uint8_t smmu_mem_zero_page[SMMU_MEM_PAGE_SIZE];

void smmu_mem_pool_fini(struct page_pool *pool)
{
	for (size_t i = 0; i < pool->slabs; i++)
		free(pool->slab[i]);
	free(pool->slab);
	*pool = (struct page_pool){0};
}

/* calloc hands large blocks over as the kernel zeroed them: untouched pages cost nothing. */
static int slab_new(struct page_pool *pool)
{
	size_t pages = pool->grow ? pool->grow : SLAB_PAGES_MIN;
	uintptr_t misaligned;
	uint8_t *slab;

	if (smmu_array_reserve(&pool->slab, &pool->slabs_capacity, pool->slabs, sizeof(void *)))
		return SMMU_E_NOMEM;
	slab = calloc(pages + 1, SMMU_MEM_PAGE_SIZE);
	if (!slab)
		return SMMU_E_NOMEM;
	pool->slab[pool->slabs++] = slab;
	misaligned = (uintptr_t)slab % SMMU_MEM_PAGE_SIZE;
	pool->next = slab + (misaligned ? SMMU_MEM_PAGE_SIZE - misaligned : 0);
	pool->left = pages;
	pool->grow = pages < SLAB_PAGES_MAX ? pages * 2 : pages;
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
