#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

int smmu_array_reserve(void *array, size_t *capacity, size_t count, size_t item_size)
{
	void *items, *grown;
	size_t want = *capacity < 8 ? 16 : *capacity * 2;

	if (count < *capacity)
		return 0;
	if (want <= count)
		want = count + 1;
	if (want > SIZE_MAX / item_size)
		return SMMU_E_NOMEM;
	/* A pointer to any pointer type is only portable to copy. */
	memcpy(&items, array, sizeof(items));
	grown = realloc(items, want * item_size);
	if (!grown)
		return SMMU_E_NOMEM;
	memcpy(array, &grown, sizeof(grown));
	*capacity = want;
	/* cppcheck-suppress memleak ; it is the caller's now */
	return 0;
}
