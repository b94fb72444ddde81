/*
 * Large runs of zeroed memory from the operating system, in huge pages where
 * it has them: 2 MiB cost one page fault, not one for every 4 KiB.
 *
 * Threading: safe.
 */
#ifndef SMMU_BASE_PAGES_H
#define SMMU_BASE_PAGES_H

#include <stddef.h>

#define SMMU_PAGES_UNIT ((size_t)2 << 20)

/* size bytes of zeros, a multiple of SMMU_PAGES_UNIT and aligned to it; NULL: no memory. */
void *smmu_pages_alloc(size_t size);
void smmu_pages_free(void *run, size_t size); /* NULL is legal */

#endif
