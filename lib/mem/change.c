/* What differs from the state marked clean, and what exists at all. */
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

typedef int page_fn(void *ctx, unsigned class, uint64_t page_number,
		    const struct smmu_mem_leaf *leaf);

/* Visits the pages of one class that were written since clean, ascending. */
static int each_changed(const struct smmu_mem *mem, unsigned class, page_fn *visit, void *ctx)
{
	uint64_t first = 0;

	for (; smmu_mem_leaf_next(&first, &mem->class[class], first);
	     first += smmu_pow2(SMMU_MEM_LEAF_LOG2)) {
		const struct smmu_mem_leaf *leaf = smmu_mem_leaf_read(&mem->class[class], first);

		if (leaf->mem != mem || !leaf->saved)
			continue;
		for (unsigned i = 0; i < SMMU_LEN(leaf->page); i++) {
			int err = 0;

			if (leaf->state[i] & PAGE_CHANGED)
				err = visit(ctx, class, first + i, leaf);
			if (err)
				return err;
		}
	}
	return 0;
}

/* The classes that share a page share its saved copy: it is put back once. */
static int recycle(void *ctx, unsigned class, uint64_t page_number,
		   const struct smmu_mem_leaf *leaf)
{
	struct smmu_mem *mem = ctx;
	unsigned slot = smmu_mem_slot(page_number);

	if (!(leaf->state[slot] & PAGE_SAVED))
		return 0;
	for (unsigned i = 0; i < class; i++) {
		const struct smmu_mem_leaf *other = smmu_mem_leaf_read(&mem->class[i], page_number);

		if (other->page[slot] &&
		    smmu_mem_entry_page(other->page[slot]) == smmu_mem_entry_page(leaf->page[slot]))
			return 0;
	}
	smmu_mem_pool_put(&mem->pool, (uint8_t *)leaf->saved[slot]);
	return 0;
}

static int forget(void *ctx, unsigned class, uint64_t page_number, const struct smmu_mem_leaf *leaf)
{
	struct smmu_mem *mem = ctx;
	unsigned slot = smmu_mem_slot(page_number);
	struct smmu_mem_leaf *own = smmu_mem_leaf_write(mem, class, page_number);

	(void)leaf;
	if (!own)
		return SMMU_E_NOMEM;
	own->state[slot] &= PAGE_OWNED;
	own->saved[slot] = NULL;
	return 0;
}

int smmu_mem_mark_clean(struct smmu_mem *mem)
{
	int err = 0;

	mem->tracking = true;
	for (unsigned i = 0; i < mem->classes; i++)
		each_changed(mem, i, recycle, mem);
	for (unsigned i = 0; !err && i < mem->classes; i++)
		err = each_changed(mem, i, forget, mem);
	return err;
}

/* A run of changed bytes that grows until a byte does not follow on it. */
struct run {
	const struct smmu_mem *mem;
	int (*visit)(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes, size_t size);
	void *ctx;
	unsigned pas_set;
	uint64_t pa;
	struct smmu_buf bytes;
};

static int run_end(struct run *run)
{
	int err = 0;

	if (run->bytes.failed)
		return SMMU_E_NOMEM;
	if (run->bytes.size)
		err = run->visit(run->ctx, run->pas_set, run->pa, (const uint8_t *)run->bytes.data,
				 run->bytes.size);
	smmu_buf_clear(&run->bytes);
	return err;
}

static int run_add(struct run *run, unsigned pas_set, uint64_t pa, const uint8_t *bytes,
		   size_t size)
{
	if (!run->bytes.size || run->pas_set != pas_set || run->pa + run->bytes.size != pa) {
		int err = run_end(run);

		if (err)
			return err;
		run->pas_set = pas_set;
		run->pa = pa;
	}
	smmu_buf_append(&run->bytes, bytes, size);
	return run->bytes.failed ? SMMU_E_NOMEM : 0;
}

/* The address spaces whose page at page_number is this very page. */
static unsigned sharing(const struct smmu_mem *mem, uint64_t page_number, const uint8_t *page)
{
	unsigned pas_set = 0, slot = smmu_mem_slot(page_number);

	for (unsigned i = 0; i < mem->classes; i++) {
		const struct smmu_mem_leaf *leaf = smmu_mem_leaf_read(&mem->class[i], page_number);

		if (smmu_mem_entry_page(leaf->page[slot]) == page)
			pas_set |= mem->class[i].pas_set;
	}
	return pas_set;
}

/* Whether the lowest address space of pas_set is one of class. */
static bool is_told_by(const struct smmu_mem *mem, unsigned class, unsigned pas_set)
{
	unsigned lowest = pas_set & (~pas_set + 1);

	return mem->class[class].pas_set & lowest;
}

static int compare_page(void *ctx, unsigned class, uint64_t page_number,
			const struct smmu_mem_leaf *leaf)
{
	struct run *run = ctx;
	unsigned slot = smmu_mem_slot(page_number);
	const uint8_t *now = smmu_mem_entry_page(leaf->page[slot]);
	const uint8_t *then = leaf->saved[slot] ? leaf->saved[slot] : smmu_mem_zero_page;
	unsigned pas_set = sharing(run->mem, page_number, now);

	if (!is_told_by(run->mem, class, pas_set))
		return 0;
	for (size_t i = 0, start; i < SMMU_MEM_PAGE_SIZE;) {
		int err;

		for (start = i; i < SMMU_MEM_PAGE_SIZE && now[i] != then[i];)
			i++;
		if (i == start) {
			i++;
			continue;
		}
		err = run_add(run, pas_set, smmu_mem_address(page_number) + start, now + start,
			      i - start);
		if (err)
			return err;
	}
	return 0;
}

/* The class that tells of address space pas before any other does; false: none. */
static bool class_led_by(unsigned *class, const struct smmu_mem *mem, unsigned pas)
{
	*class = mem->class_of[pas];
	return smmu_bits_fit(mem->class[*class].pas_set & smmu_ones(pas), 0);
}

int smmu_mem_changes(const struct smmu_mem *mem,
		     int (*visit)(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes,
				  size_t size),
		     void *ctx)
{
	struct run run = {.mem = mem, .visit = visit, .ctx = ctx};
	unsigned class;
	int err = 0;

	for (unsigned pas = 0; !err && pas < SMMU_PAS_COUNT; pas++)
		if (class_led_by(&class, mem, pas)) {
			err = each_changed(mem, class, compare_page, &run);
			if (!err)
				err = run_end(&run);
		}
	smmu_buf_fini(&run.bytes);
	return err;
}

struct span {
	uint64_t start, end;
	unsigned pas_set;
};

struct spans {
	struct span *item;
	size_t count, capacity;
};

/* Who else sees the byte where span begins as the same memory, and up to where that holds. */
static void find_sharing(struct span *span, const struct smmu_mem *mem, unsigned class,
			 uint64_t owner)
{
	span->pas_set = mem->class[class].pas_set;
	for (unsigned i = 0; i < mem->classes; i++) {
		const struct extents *extents = &mem->class[i].extents;
		size_t k = smmu_mem_extents_find(extents, span->start);
		uint64_t change;

		if (i == class || k == extents->count)
			continue;
		change = extents->item[k].start;
		if (change <= span->start) {
			change = extents->item[k].end;
			if (extents->item[k].owner == owner)
				span->pas_set |= mem->class[i].pas_set;
		}
		if (change < span->end)
			span->end = change;
	}
}

static int collect(struct spans *spans, const struct smmu_mem *mem, unsigned class)
{
	const struct extents *extents = &mem->class[class].extents;

	for (size_t i = 0; i < extents->count; i++) {
		struct span span = {.start = extents->item[i].start};

		for (; span.start < extents->item[i].end; span.start = span.end) {
			span.end = extents->item[i].end;
			find_sharing(&span, mem, class, extents->item[i].owner);
			if (!is_told_by(mem, class, span.pas_set))
				continue;
			if (smmu_array_reserve(&spans->item, &spans->capacity, spans->count,
					       sizeof(span)))
				return SMMU_E_NOMEM;
			spans->item[spans->count++] = span;
		}
	}
	return 0;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_set(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = compare_u64(x->pas_set, y->pas_set);

	return order ? order : compare_u64(x->start, y->start);
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = compare_u64(x->start, y->start);

	return order ? order : compare_u64(x->pas_set, y->pas_set);
}

/* Joins spans that meet and are seen by the same spaces. */
static void merge(struct spans *spans)
{
	size_t n = 0;

	if (!spans->count)
		return;
	qsort(spans->item, spans->count, sizeof(*spans->item), by_set);
	for (size_t i = 0; i < spans->count; i++) {
		struct span *last = n ? &spans->item[n - 1] : NULL;

		if (last && last->pas_set == spans->item[i].pas_set &&
		    last->end == spans->item[i].start)
			last->end = spans->item[i].end;
		else
			spans->item[n++] = spans->item[i];
	}
	spans->count = n;
	qsort(spans->item, spans->count, sizeof(*spans->item), by_start);
}

int smmu_mem_extents(const struct smmu_mem *mem,
		     int (*visit)(void *ctx, unsigned pas_set, uint64_t pa, uint64_t size),
		     void *ctx)
{
	struct spans spans = {0};
	int err = 0;

	for (unsigned i = 0; !err && i < mem->classes; i++)
		err = collect(&spans, mem, i);
	if (!err && spans.count)
		merge(&spans);
	for (size_t i = 0; !err && i < spans.count; i++)
		err = visit(ctx, spans.item[i].pas_set, spans.item[i].start,
			    spans.item[i].end - spans.item[i].start);
	free(spans.item);
	return err;
}
