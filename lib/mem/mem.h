/*
 * Simulated physical memory: four address spaces of up to 56 bits, sparse.
 *
 * Memory exists only where it was added; reading or writing elsewhere is an
 * external abort for whoever asked.  RAM reads as zero until written.  Files
 * are overlaid: a file covers the whole 4 KiB pages it touches, the later one
 * wins, its bytes start at any address.
 *
 * What is added for several address spaces is one memory that all of them see.
 * Where entries of different spaces touch one 4 KiB page, the later entry
 * decides with whom the page is shared.
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
#include "base/compiler.h"
#include "base/diag.h"
#include "mem/lookup.h"
#include "spec/types.h"

struct smmu_mem;

/* A set of address spaces: bit n is enum smmu_pas n. */
#define SMMU_PAS_ALL 0xfu

int smmu_mem_new(struct smmu_mem **mem);
void smmu_mem_free(struct smmu_mem *mem);
/* A copy-on-write view: base must outlive it and not change meanwhile. */
int smmu_mem_fork(struct smmu_mem **mem, const struct smmu_mem *base);

/*
 * RAM of zeros; costs memory only where it is written, and hides no file.
 * Neither base nor size need be aligned.  SMMU_E_RANGE beyond 2^56;
 * SMMU_E_USAGE when size is 0 or pas_set empty.
 */
int smmu_mem_add_ram(struct smmu_mem *mem, unsigned pas_set, uint64_t base, uint64_t size);
/* RAM with these bytes at base (copied); covers the whole 4 KiB pages it touches. */
int smmu_mem_add_bytes(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const void *bytes,
		       size_t size);
/*
 * The same from a file, plain (mapped: the file must not shrink while mem
 * lives) or gzip; reports what is wrong with it at place at.  SMMU_E_LIMIT when
 * it holds more than SMMU_MEM_FILE_LIMIT bytes (a mapped one:
 * SMMU_MEM_MAPPED_LIMIT); an error may leave a part of the file in memory.
 */
#define SMMU_MEM_FILE_LIMIT   (UINT64_C(4) << 30)
#define SMMU_MEM_MAPPED_LIMIT (UINT64_C(64) << 30)
int smmu_mem_add_file(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const char *path,
		      const struct smmu_place *at, struct smmu_diag *diag);

/* Whether [pa, pa + size) exists.  size 1 or more. */
bool smmu_mem_exists(const struct smmu_mem *mem, struct smmu_pa pa, uint64_t size);
/* All or nothing: false (an external abort) when any byte does not exist. */
bool smmu_mem_read(const struct smmu_mem *mem, struct smmu_pa pa, void *bytes, size_t size);
bool smmu_mem_write(struct smmu_mem *mem, struct smmu_pa pa, const void *bytes, size_t size);

/*
 * The 4 KiB page that holds pa, to be written in place: NULL when it does not
 * exist wholly.  Borrowed until the next call that changes, forks or marks mem.
 */
uint8_t *smmu_mem_page_write(struct smmu_mem *mem, struct smmu_pa pa);
/* 0, or SMMU_E_NOMEM: a write answered false for want of host memory, not as an abort. */
int smmu_mem_error(const struct smmu_mem *mem);

/* The general case of smmu_mem_page. */
const uint8_t *smmu_mem_page_slow(const struct smmu_mem *mem, struct smmu_pa pa);

/*
 * The hot path: the 4 KiB page that holds pa, or NULL when the aligned 8 bytes
 * around pa do not exist.  Borrowed until the next write or add.  A page that
 * exists but was never written is a shared page of zeros.  For more than 8
 * bytes ask smmu_mem_exists or call smmu_mem_read: a page may exist in part.
 */
static inline const uint8_t *smmu_mem_page(const struct smmu_mem *mem, struct smmu_pa pa)
{
	const struct smmu_mem_lookup *lookup = (const struct smmu_mem_lookup *)mem;
	uint64_t page = smmu_bits(pa.pa, SMMU_MEM_PAGE_LOG2, 52);

	if (SMMU_LIKELY(smmu_bits(pa.pa, 32, 32) == lookup->space[pa.pas].window)) {
		const struct smmu_mem_mid *mid = lookup->space[pa.pas].mid;
		const struct smmu_mem_leaf *leaf =
			mid->leaf[smmu_bits(page, SMMU_MEM_LEAF_LOG2, SMMU_MEM_MID_LOG2)];
		uintptr_t entry = leaf->page[smmu_bits(page, 0, SMMU_MEM_LEAF_LOG2)];

		if (SMMU_LIKELY(entry % 2))
			return (const uint8_t *)(entry - 1);
	}
	return smmu_mem_page_slow(mem, pa);
}

/* pa is aligned to 8.  *value is read little-endian. */
static inline bool smmu_mem_ld64(uint64_t *value, const struct smmu_mem *mem, struct smmu_pa pa)
{
	const uint8_t *page = smmu_mem_page(mem, pa);

	if (SMMU_UNLIKELY(!page))
		return false;
	*value = smmu_ld64le(page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2));
	return true;
}

/*
 * The page that one reader looked at last, kept by the reader: repeated loads
 * from one page (the upper levels of a walk) need no look-up.  Zero-initialize;
 * it notices by itself when pages move.  Use it with one memory only, on one
 * thread.
 */
struct smmu_mem_cursor {
	uint64_t key; /* page address, with the address space and 1 in its low bits */
	uint64_t generation;
	const uint8_t *page;
};

const uint8_t *smmu_mem_cursor_fill(struct smmu_mem_cursor *cursor, const struct smmu_mem *mem,
				    struct smmu_pa pa);

/* As smmu_mem_ld64. */
static inline bool smmu_mem_cursor_ld64(uint64_t *value, struct smmu_mem_cursor *cursor,
					const struct smmu_mem *mem, struct smmu_pa pa)
{
	const struct smmu_mem_lookup *lookup = (const struct smmu_mem_lookup *)mem;
	uint64_t key = smmu_align_down_log2(pa.pa, SMMU_MEM_PAGE_LOG2) + 2 * pa.pas + 1;
	const uint8_t *page = cursor->page;

	if (SMMU_UNLIKELY(cursor->key != key || cursor->generation != lookup->generation)) {
		page = smmu_mem_cursor_fill(cursor, mem, pa);
		if (!page)
			return false;
	}
	*value = smmu_ld64le(page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2));
	return true;
}

/*
 * Changes since smmu_mem_mark_clean (or since the fork): visits maximal runs
 * of bytes whose value differs now, ascending by address space and address.
 * Runs in memory that several spaces share are given once, with pas_set of all
 * of them.  Stops when visit returns non-zero and returns that; SMMU_E_NOMEM.
 * Before the first mark nothing is recorded.  Entries that are added do not
 * count as changes.
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
