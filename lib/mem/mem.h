/*
 * Simulated physical memory: four address spaces of up to 56 bits, sparse.
 *
 * Memory exists only where it was added; reading or writing elsewhere is an
 * external abort for whoever asked.  RAM reads as zero until written.  Files
 * are overlaid: a file covers the whole 4 KiB pages it touches, the later one
 * wins, its bytes start at any address.
 *
 * Threading: one thread at a time; any number of threads may read one object
 * that nobody writes.  smmu_mem_fork gives each thread a private view.
 */
#ifndef SMMU_MEM_MEM_H
#define SMMU_MEM_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bits.h"
#include "base/diag.h"
#include "spec/types.h"

struct smmu_mem;

/* A set of address spaces: bit n is enum smmu_pas n. */
#define SMMU_PAS_ALL 0xfu

int smmu_mem_new(struct smmu_mem **mem);
void smmu_mem_free(struct smmu_mem *mem);
/* A copy-on-write view: base must outlive it and not change meanwhile. */
int smmu_mem_fork(struct smmu_mem **mem, const struct smmu_mem *base);

/* RAM of zeros; costs memory only where it is written.  SMMU_E_RANGE beyond 2^56. */
int smmu_mem_add_ram(struct smmu_mem *mem, unsigned pas_set, uint64_t base, uint64_t size);
/* RAM with these bytes at base (copied); covers the whole 4 KiB pages it touches. */
int smmu_mem_add_bytes(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const void *bytes,
		       size_t size);
/* The same from a file, plain (mapped) or gzip; reports what is wrong with it at place at. */
int smmu_mem_add_file(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const char *path,
		      const struct smmu_place *at, struct smmu_diag *diag);

/* Whether [pa, pa + size) exists.  size 1 or more. */
bool smmu_mem_exists(const struct smmu_mem *mem, struct smmu_pa pa, uint64_t size);
/* All or nothing: false (an external abort) when any byte does not exist. */
bool smmu_mem_read(const struct smmu_mem *mem, struct smmu_pa pa, void *bytes, size_t size);
bool smmu_mem_write(struct smmu_mem *mem, struct smmu_pa pa, const void *bytes, size_t size);

/*
 * The hot path: the 4 KiB page that holds pa, or NULL when it does not exist.
 * Borrowed until the next write or add.  A page that exists but was never
 * written is a shared page of zeros.
 */
const uint8_t *smmu_mem_page(const struct smmu_mem *mem, struct smmu_pa pa);

/* pa is aligned to 8.  *value is read little-endian. */
static inline bool smmu_mem_ld64(uint64_t *value, const struct smmu_mem *mem, struct smmu_pa pa)
{
	const uint8_t *page = smmu_mem_page(mem, pa);

	if (SMMU_UNLIKELY(!page))
		return false;
	*value = smmu_ld64le(page + smmu_bits(pa.pa, 0, 12));
	return true;
}

/*
 * Changes since smmu_mem_mark_clean (or since the fork): visits maximal runs
 * of bytes whose value differs now, ascending by address space and address.
 * Runs in memory that all spaces share are given once, with pas_set of all of
 * them.  Stops when visit returns non-zero and returns that.
 */
int smmu_mem_mark_clean(struct smmu_mem *mem);
int smmu_mem_changes(const struct smmu_mem *mem,
		     int (*visit)(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes,
				  size_t size),
		     void *ctx);
/* Visits the extents that exist, ascending by address; pas_set says who sees each. */
int smmu_mem_extents(const struct smmu_mem *mem,
		     int (*visit)(void *ctx, unsigned pas_set, uint64_t pa, uint64_t size),
		     void *ctx);

#endif
