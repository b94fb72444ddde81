/*
 * The inside of struct smmu_mem.
 *
 * Address spaces that see the same memory everywhere form one class, which has
 * one radix tree and one list of extents; there is a single class until an
 * entry is added for some spaces only.  A page that classes share is one page
 * of host memory, pointed to by all their trees.
 *
 * Nodes are copied before they are written by anyone but their owner (token),
 * so that a fork and a new class start by sharing all nodes.  Nodes and pages
 * are freed with the memory that allocated them.
 *
 * Threading: as struct smmu_mem.
 */
#ifndef SMMU_MEM_PRIV_H
#define SMMU_MEM_PRIV_H

#include "base/array.h"
#include "mem/mem.h"

#define PAGE_NUMBER_BITS 44
#define MEM_END		 (UINT64_C(1) << 56)

/* Bytes of [start, end) exist and belong to entry number owner. */
struct extent {
	uint64_t start, end;
	uint64_t owner;
};

/* Disjoint, ascending. */
struct extents {
	struct extent *item;
	size_t count, capacity;
	bool borrowed; /* of the memory this one was forked from */
};

void smmu_mem_extents_fini(struct extents *extents);
/* A copy that owns its items. */
int smmu_mem_extents_copy(struct extents *to, const struct extents *from);
/* The later entry takes the place of earlier ones. */
int smmu_mem_extents_add(struct extents *extents, const struct extent *extent);
/* The index of the first extent that ends after pa. */
size_t smmu_mem_extents_find(const struct extents *extents, uint64_t pa);
bool smmu_mem_extents_cover(const struct extents *extents, uint64_t pa, uint64_t size);
/* The latest entry that touches the page, 0 when none does. */
uint64_t smmu_mem_extents_owner(const struct extents *extents, uint64_t page_number);

/* A leaf's state of a page. */
enum {
	PAGE_OWNED = 1,	  /* allocated by leaf->mem: may be written in place */
	PAGE_CHANGED = 2, /* written since clean: saved holds the page before, NULL for zeros */
	PAGE_SAVED = 4,	  /* and that is a copy, to be recycled */
};

/* The upper two levels: 12 bits each. */
struct upper {
	void *child[4096];
	uint64_t token;
};

struct space_class {
	unsigned pas_set;
	uint64_t token;
	struct upper *root; /* NULL: no pages */
	struct extents extents;
};

struct mapping {
	void *bytes;
	size_t size;
};

/* Host pages: in slabs that grow, then in runs of smmu_pages_alloc. */
struct page_pool {
	void **slab;
	struct mapping *run;
	size_t slabs, slabs_capacity, runs, runs_capacity;
	uint8_t *next;
	size_t left, grow; /* pages */
	uint8_t *recycled; /* a list through the first bytes */
};

struct smmu_mem {
	struct smmu_mem_lookup lookup; /* must be first: mem.h */
	struct space_class class[SMMU_PAS_COUNT];
	unsigned classes;
	unsigned class_of[SMMU_PAS_COUNT];
	bool tracking;
	int error;
	uint64_t next_token, next_owner;
	struct page_pool pool;
	void **node; /* all nodes, owned */
	size_t nodes, nodes_capacity;
	struct mapping *mapping;
	size_t mappings, mappings_capacity;
};

extern const uint8_t smmu_mem_zero_page[SMMU_MEM_PAGE_SIZE];

void smmu_mem_pool_fini(struct page_pool *pool);
/* A page, of zeros when zero is set; NULL without host memory. */
uint8_t *smmu_mem_pool_get(struct page_pool *pool, bool zero);
void smmu_mem_pool_put(struct page_pool *pool, uint8_t *page);

/* Zeroed, freed with mem; NULL without host memory. */
void *smmu_mem_node_new(struct smmu_mem *mem, size_t size);
/* The leaf of a page number (below 2^44), for reading: never NULL. */
const struct smmu_mem_leaf *smmu_mem_leaf_read(const struct space_class *class,
					       uint64_t page_number);
/* The same, made and copied as needed, for writing: NULL without host memory. */
struct smmu_mem_leaf *smmu_mem_leaf_write(struct smmu_mem *mem, unsigned class,
					  uint64_t page_number);
/* The first page number not below from whose leaf was made; false at the end. */
bool smmu_mem_leaf_next(uint64_t *page_number, const struct space_class *class, uint64_t from);

static inline unsigned smmu_mem_slot(uint64_t page_number)
{
	return (unsigned)smmu_bits(page_number, 0, SMMU_MEM_LEAF_LOG2);
}

static inline uint64_t smmu_mem_number(uint64_t pa)
{
	return smmu_bits(pa, SMMU_MEM_PAGE_LOG2, 52);
}

static inline uint64_t smmu_mem_address(uint64_t page_number)
{
	return page_number * SMMU_MEM_PAGE_SIZE;
}

/* The page behind an entry of a leaf, NULL when nothing is stored. */
static inline uint8_t *smmu_mem_entry_page(uintptr_t entry)
{
	return (uint8_t *)(entry - entry % 2);
}

/* Sets the page of one class, and marks whether it exists wholly. */
void smmu_mem_set_page(struct smmu_mem *mem, unsigned class, struct smmu_mem_leaf *leaf,
		       uint64_t page_number, const uint8_t *page);
/* Makes every class lie inside or outside of pas_set. */
int smmu_mem_split(struct smmu_mem *mem, unsigned pas_set);
/* The extent now exists for pas_set. */
int smmu_mem_add_extent(struct smmu_mem *mem, unsigned pas_set, const struct extent *extent);

#endif
