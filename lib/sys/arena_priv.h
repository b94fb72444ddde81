/*
 * Memory that lives as long as one loaded system: small pieces, freed together.
 *
 * Embedded: init to {0}, fini frees everything that was handed out.
 *
 * Threading: one thread at a time per arena.
 */
#ifndef SMMU_SYS_ARENA_PRIV_H
#define SMMU_SYS_ARENA_PRIV_H

#include <stddef.h>

struct smmu_arena {
	struct smmu_arena_chunk *chunk; /* the one being filled, then the older ones */
	size_t used, capacity;
};

void smmu_arena_fini(struct smmu_arena *arena);
/* Zeroed, aligned for any object; NULL when the host is out of memory. */
void *smmu_arena_alloc(struct smmu_arena *arena, size_t size);
/* A copy, aligned likewise; NULL when out of memory. */
void *smmu_arena_copy(struct smmu_arena *arena, const void *bytes, size_t size);
/* NUL-terminated; NULL when out of memory. */
char *smmu_arena_text(struct smmu_arena *arena, const char *text, size_t size);

#endif
