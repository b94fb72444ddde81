/*
 * Growing arrays.
 *
 * Threading: one thread at a time per array.
 */
#ifndef SMMU_BASE_ARRAY_H
#define SMMU_BASE_ARRAY_H

#include <stddef.h>

/*
 * Room for more than count items: array is the address of the array's pointer
 * (NULL at first), which is replaced, *capacity how many it holds.  0, or
 * SMMU_E_NOMEM with everything as it was.
 */
int smmu_array_reserve(void *array, size_t *capacity, size_t count, size_t item_size);

#endif
