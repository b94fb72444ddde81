#include "sys/arena_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)256 * 1024)
#define ALIGNMENT  _Alignof(max_align_t)

struct smmu_arena_chunk {
	struct smmu_arena_chunk *next;
	max_align_t bytes[];
};

void smmu_arena_fini(struct smmu_arena *arena)
{
	while (arena->chunk) {
		struct smmu_arena_chunk *next = arena->chunk->next;

		free(arena->chunk);
		arena->chunk = next;
	}
	*arena = (struct smmu_arena){0};
}

static void *alloc(struct smmu_arena *arena, size_t size, size_t alignment)
{
	size_t start = (arena->used + alignment - 1) / alignment * alignment;

	if (!arena->chunk || start > arena->capacity || size > arena->capacity - start) {
		size_t capacity = size > CHUNK_SIZE ? size : CHUNK_SIZE;
		struct smmu_arena_chunk *chunk;

		if (capacity > SIZE_MAX - sizeof(*chunk))
			return NULL;
		/* calloc: a big piece of zeros costs nothing until it is touched */
		chunk = calloc(1, sizeof(*chunk) + capacity);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunk;
		arena->chunk = chunk;
		arena->capacity = capacity;
		start = 0;
	}
	arena->used = start + size;
	return (char *)arena->chunk->bytes + start;
}

void *smmu_arena_alloc(struct smmu_arena *arena, size_t size)
{
	return alloc(arena, size, ALIGNMENT);
}

void *smmu_arena_copy(struct smmu_arena *arena, const void *bytes, size_t size)
{
	void *copy = alloc(arena, size, ALIGNMENT);

	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

char *smmu_arena_text(struct smmu_arena *arena, const char *text, size_t size)
{
	char *copy = alloc(arena, size + 1, 1);

	if (copy && size)
		memcpy(copy, text, size);
	return copy;
}
