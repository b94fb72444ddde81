/* Simulated physical memory: life, look-up, loads and stores. */
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int smmu_mem_new(struct smmu_mem **out)
{
	struct smmu_mem *mem = calloc(1, sizeof(*mem));

	*out = mem;
	if (!mem)
		return SMMU_E_NOMEM;
	for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++)
		mem->lookup.space[pas].window = UINT64_MAX;
	mem->classes = 1;
	mem->class[0].pas_set = SMMU_PAS_ALL;
	mem->class[0].token = 1;
	mem->next_token = 2;
	mem->next_owner = 1;
	return 0;
}

int smmu_mem_fork(struct smmu_mem **out, const struct smmu_mem *base)
{
	struct smmu_mem *mem = calloc(1, sizeof(*mem));

	*out = mem;
	if (!mem)
		return SMMU_E_NOMEM;
	mem->lookup = base->lookup;
	mem->classes = base->classes;
	memcpy(mem->class, base->class, sizeof(mem->class));
	memcpy(mem->class_of, base->class_of, sizeof(mem->class_of));
	mem->next_token = base->next_token;
	mem->next_owner = base->next_owner;
	mem->tracking = true;
	for (unsigned i = 0; i < mem->classes; i++) {
		mem->class[i].token = mem->next_token++;
		mem->class[i].extents.borrowed = true;
	}
	return 0;
}

void smmu_mem_free(struct smmu_mem *mem)
{
	if (!mem)
		return;
	for (unsigned i = 0; i < mem->classes; i++)
		smmu_mem_extents_fini(&mem->class[i].extents);
	for (size_t i = 0; i < mem->nodes; i++)
		free(mem->node[i]);
	free(mem->node);
	for (size_t i = 0; i < mem->mappings; i++)
		munmap(mem->mapping[i].bytes, mem->mapping[i].size);
	free(mem->mapping);
	smmu_mem_pool_fini(&mem->pool);
	free(mem);
}

int smmu_mem_error(const struct smmu_mem *mem)
{
	return mem->error;
}

static const struct space_class *class_of(const struct smmu_mem *mem, enum smmu_pas pas)
{
	return &mem->class[mem->class_of[pas]];
}

const uint8_t *smmu_mem_page_slow(const struct smmu_mem *mem, struct smmu_pa pa)
{
	const struct space_class *class = class_of(mem, pa.pas);
	uint64_t number = smmu_mem_number(pa.pa);
	const struct smmu_mem_leaf *leaf;
	uintptr_t entry;

	if (pa.pa >= MEM_END)
		return NULL;
	leaf = smmu_mem_leaf_read(class, number);
	entry = leaf->page[smmu_mem_slot(number)];
	if (entry % 2)
		return smmu_mem_entry_page(entry);
	if (!smmu_mem_extents_cover(&class->extents, smmu_align_down_log2(pa.pa, 3), 8))
		return NULL;
	return entry ? smmu_mem_entry_page(entry) : smmu_mem_zero_page;
}

/* A page that exists in part is asked for every time. */
const uint8_t *smmu_mem_cursor_fill(struct smmu_mem_cursor *cursor, const struct smmu_mem *mem,
				    struct smmu_pa pa)
{
	uint64_t start = smmu_align_down_log2(pa.pa, SMMU_MEM_PAGE_LOG2);
	const uint8_t *page = smmu_mem_page(mem, pa);

	if (page && smmu_mem_exists(mem, (struct smmu_pa){start, pa.pas}, SMMU_MEM_PAGE_SIZE)) {
		cursor->key = start + 2 * pa.pas + 1;
		cursor->generation = mem->lookup.generation;
		cursor->page = page;
	}
	return page;
}

/* Whether the page of pa exists and is stored as a whole. */
static bool is_whole(const struct smmu_mem *mem, struct smmu_pa pa)
{
	uint64_t number = smmu_mem_number(pa.pa);

	return pa.pa < MEM_END &&
	       smmu_mem_leaf_read(class_of(mem, pa.pas), number)->page[smmu_mem_slot(number)] % 2;
}

bool smmu_mem_exists(const struct smmu_mem *mem, struct smmu_pa pa, uint64_t size)
{
	if (size <= SMMU_MEM_PAGE_SIZE - smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2) &&
	    is_whole(mem, pa))
		return true;
	return smmu_mem_extents_cover(&class_of(mem, pa.pas)->extents, pa.pa, size);
}

/* How much of size lies in the page of pa. */
static size_t in_page(uint64_t pa, size_t size)
{
	size_t room = SMMU_MEM_PAGE_SIZE - smmu_bits(pa, 0, SMMU_MEM_PAGE_LOG2);

	return size < room ? size : room;
}

bool smmu_mem_read(const struct smmu_mem *mem, struct smmu_pa pa, void *bytes, size_t size)
{
	const struct space_class *class = class_of(mem, pa.pas);
	uint8_t *to = bytes;

	if (!smmu_mem_exists(mem, pa, size))
		return false;
	for (size_t n; size; size -= n, to += n, pa.pa += n) {
		uint64_t number = smmu_mem_number(pa.pa);
		const uint8_t *page = smmu_mem_entry_page(
			smmu_mem_leaf_read(class, number)->page[smmu_mem_slot(number)]);

		n = in_page(pa.pa, size);
		if (page)
			memcpy(to, page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2), n);
		else
			memset(to, 0, n);
	}
	return true;
}

void smmu_mem_set_page(struct smmu_mem *mem, unsigned number, struct smmu_mem_leaf *leaf,
		       uint64_t page_number, const uint8_t *page)
{
	bool whole = smmu_mem_extents_cover(&mem->class[number].extents,
					    smmu_mem_address(page_number), SMMU_MEM_PAGE_SIZE);

	leaf->page[smmu_mem_slot(page_number)] = (uintptr_t)page + whole;
	mem->lookup.generation++;
}

/* Whether two classes see one memory in this page; page is what the first has stored. */
static bool is_shared(const struct smmu_mem *mem, unsigned one, unsigned other,
		      uint64_t page_number, const uint8_t *page)
{
	const struct smmu_mem_leaf *leaf = smmu_mem_leaf_read(&mem->class[other], page_number);
	uint64_t owner;

	if (smmu_mem_entry_page(leaf->page[smmu_mem_slot(page_number)]) != page)
		return false;
	if (page)
		return true;
	owner = smmu_mem_extents_owner(&mem->class[one].extents, page_number);
	return owner && owner == smmu_mem_extents_owner(&mem->class[other].extents, page_number);
}

/* What one class is about to have in place of old, and its state. */
struct new_page {
	uint8_t *page;
	const uint8_t *saved;
	uint8_t state;
};

/* The first write to a page: since it was marked clean, or by this memory at all. */
static int prepare(struct new_page *now, struct smmu_mem *mem, uint8_t *old, uint8_t state)
{
	uint8_t *copy = smmu_mem_pool_get(&mem->pool, !old);

	if (!copy)
		return SMMU_E_NOMEM;
	if (old)
		memcpy(copy, old, SMMU_MEM_PAGE_SIZE);
	*now = (struct new_page){copy, old, PAGE_OWNED};
	if (state & PAGE_OWNED)
		*now = (struct new_page){old, copy, PAGE_OWNED | PAGE_SAVED};
	if (mem->tracking)
		now->state |= PAGE_CHANGED;
	return 0;
}

static int install(struct smmu_mem *mem, unsigned number, uint64_t page_number,
		   const struct new_page *now)
{
	struct smmu_mem_leaf *leaf = smmu_mem_leaf_write(mem, number, page_number);
	unsigned slot = smmu_mem_slot(page_number);

	if (!leaf)
		return SMMU_E_NOMEM;
	if (now->state & PAGE_CHANGED) {
		if (!leaf->saved)
			leaf->saved = smmu_mem_node_new(mem, sizeof(leaf->page));
		if (!leaf->saved)
			return SMMU_E_NOMEM;
		leaf->saved[slot] = now->saved;
	}
	leaf->state[slot] = now->state;
	smmu_mem_set_page(mem, number, leaf, page_number, now->page);
	return 0;
}

/* The page made ready to be written in place, for every class that shares it; NULL: no memory. */
static uint8_t *writable_page(struct smmu_mem *mem, unsigned number, uint64_t page_number)
{
	const struct smmu_mem_leaf *leaf = smmu_mem_leaf_read(&mem->class[number], page_number);
	unsigned slot = smmu_mem_slot(page_number), wanted = PAGE_OWNED;
	uint8_t *old = smmu_mem_entry_page(leaf->page[slot]);
	unsigned state = leaf->mem == mem ? leaf->state[slot] : 0, sharing = 0;
	struct new_page now;

	if (mem->tracking)
		wanted |= PAGE_CHANGED;
	if ((state & wanted) == wanted)
		return old;
	for (unsigned i = 0; i < mem->classes; i++)
		if (i == number || is_shared(mem, number, i, page_number, old))
			sharing |= 1u << i;
	if (prepare(&now, mem, old, (uint8_t)state))
		return NULL;
	for (unsigned i = 0; i < mem->classes; i++)
		if (smmu_bit(sharing, i) && install(mem, i, page_number, &now))
			return NULL;
	return now.page;
}

uint8_t *smmu_mem_page_write(struct smmu_mem *mem, struct smmu_pa pa)
{
	uint64_t start = smmu_align_down_log2(pa.pa, SMMU_MEM_PAGE_LOG2);
	uint8_t *page;

	if (!smmu_mem_exists(mem, (struct smmu_pa){start, pa.pas}, SMMU_MEM_PAGE_SIZE))
		return NULL;
	page = writable_page(mem, mem->class_of[pa.pas], smmu_mem_number(pa.pa));
	if (!page)
		mem->error = SMMU_E_NOMEM;
	return page;
}

/* Every page is made ready before the first byte is written: all or nothing. */
static bool make_writable(struct smmu_mem *mem, struct smmu_pa pa, size_t size)
{
	for (size_t n; size; size -= n, pa.pa += n) {
		n = in_page(pa.pa, size);
		if (!writable_page(mem, mem->class_of[pa.pas], smmu_mem_number(pa.pa))) {
			mem->error = SMMU_E_NOMEM;
			return false;
		}
	}
	return true;
}

bool smmu_mem_write(struct smmu_mem *mem, struct smmu_pa pa, const void *bytes, size_t size)
{
	unsigned number = mem->class_of[pa.pas];
	const uint8_t *from = bytes;

	if (!smmu_mem_exists(mem, pa, size) || !make_writable(mem, pa, size))
		return false;
	for (size_t n; size; size -= n, from += n, pa.pa += n) {
		uint8_t *page = writable_page(mem, number, smmu_mem_number(pa.pa));

		n = in_page(pa.pa, size);
		memcpy(page + smmu_bits(pa.pa, 0, SMMU_MEM_PAGE_LOG2), from, n);
	}
	return true;
}
