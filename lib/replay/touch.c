/*
 * Pages of a run.  The reuse distance is the number of other pages between two
 * touches of one page: what a fully associative LRU cache of that size holds
 * (Mattson et al., 1970), counted by a tree of sums over the order of last
 * touches (Olken, 1981).
 */
#include "replay/touch_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/err.h"

enum { CAPACITY_FIRST = 1024 };

int smmu_touch_new(struct smmu_touch **out, unsigned what, size_t max)
{
	static const uint64_t sizes[SMMU_TOUCH_WINDOWS] = {1000, 10000, 100000};
	struct smmu_touch *pages = calloc(1, sizeof(*pages));

	*out = NULL;
	if (!pages)
		return SMMU_E_NOMEM;
	pages->what = what;
	pages->max = max < SMMU_TOUCH_MAX ? max : SMMU_TOUCH_MAX;
	for (unsigned i = 0; i < SMMU_TOUCH_WINDOWS; i++)
		pages->window[i] =
			(struct smmu_window){.size = sizes[i], .number = 1, .least = UINT64_MAX};
	pages->page = calloc(CAPACITY_FIRST, sizeof(*pages->page));
	if (!pages->page) {
		smmu_touch_free(pages);
		return SMMU_E_NOMEM;
	}
	pages->capacity = CAPACITY_FIRST;
	*out = pages;
	return 0;
}

void smmu_touch_free(struct smmu_touch *pages)
{
	if (!pages)
		return;
	free(pages->tree);
	free(pages->page);
	free(pages);
}

static bool is_same(const struct smmu_touched *a, const struct smmu_touched *b)
{
	return a->number == b->number && a->stream == b->stream && a->substream == b->substream &&
	       a->smmu == b->smmu && a->sec == b->sec && a->ssv == b->ssv;
}

static struct smmu_touched *lookup(const struct smmu_touch *pages, const struct smmu_touched *key)
{
	static const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = key->number * odd;
	size_t i;

	hash = (hash ^ key->stream) * odd;
	hash = (hash ^ key->substream ^ (uint64_t)key->smmu * 3 ^ key->sec) * odd;
	i = (size_t)smmu_bits(hash, 32, 32) % pages->capacity;
	while (pages->page[i].accesses && !is_same(&pages->page[i], key))
		i = i + 1 == pages->capacity ? 0 : i + 1;
	return &pages->page[i];
}

static int grow(struct smmu_touch *pages)
{
	struct smmu_touched *old = pages->page;
	size_t capacity = pages->capacity;

	pages->page = calloc(capacity * 2, sizeof(*pages->page));
	if (!pages->page) {
		pages->page = old;
		return SMMU_E_NOMEM;
	}
	pages->capacity = capacity * 2;
	for (size_t i = 0; i < capacity; i++)
		if (old[i].accesses)
			*lookup(pages, &old[i]) = old[i];
	free(old);
	return 0;
}

/* The row of a page; NULL in *row: one too many. */
static int find_row(struct smmu_touched **row, struct smmu_touch *pages,
		    const struct smmu_touched *key)
{
	*row = lookup(pages, key);
	if ((*row)->accesses)
		return 0;
	if (pages->count == pages->max) {
		*row = NULL;
		return 0;
	}
	if (pages->count * 2 >= pages->capacity) {
		if (grow(pages))
			return SMMU_E_NOMEM;
		*row = lookup(pages, key);
	}
	**row = *key;
	pages->count++;
	return 0;
}

/* The lowest bit that is set. */
static size_t lowest(size_t i)
{
	return i & (~i + 1);
}

static void mark(struct smmu_touch *pages, size_t place, int by)
{
	for (; place <= pages->places; place += lowest(place))
		pages->tree[place] += (uint32_t)by;
}

static uint64_t marked_up_to(const struct smmu_touch *pages, size_t place)
{
	uint64_t sum = 0;

	for (; place; place -= lowest(place))
		sum += pages->tree[place];
	return sum;
}

static int by_last(const void *a, const void *b)
{
	const struct smmu_touched *const *x = a, *const *y = b;

	return ((*x)->last > (*y)->last) - ((*x)->last < (*y)->last);
}

/* All places are used up: twice as many as there are pages, taken in the same order. */
static int renumber(struct smmu_touch *pages)
{
	struct smmu_touched **order = malloc((pages->count + 1) * sizeof(struct smmu_touched *));
	size_t places = pages->count * 2 + CAPACITY_FIRST, n = 0;
	uint32_t *tree = calloc(places + 1, sizeof(*tree));

	if (!order || !tree) {
		free(order);
		free(tree);
		return SMMU_E_NOMEM;
	}
	free(pages->tree);
	pages->tree = tree;
	pages->places = places;
	for (size_t i = 0; i < pages->capacity; i++)
		if (pages->page[i].accesses && pages->page[i].last)
			order[n++] = &pages->page[i];
	qsort(order, n, sizeof(struct smmu_touched *), by_last);
	for (size_t i = 0; i < n; i++) {
		order[i]->last = (uint32_t)i + 1;
		mark(pages, i + 1, 1);
	}
	pages->place = n;
	free(order);
	return 0;
}

static int count_reuse(struct smmu_touch *pages, struct smmu_touched *row)
{
	uint64_t distance;
	unsigned bucket = 0;

	if (pages->place == pages->places && renumber(pages))
		return SMMU_E_NOMEM;
	if (row->last) {
		distance = marked_up_to(pages, pages->place) - marked_up_to(pages, row->last);
		while (distance && bucket < SMMU_TOUCH_BUCKETS - 1) {
			distance /= 2;
			bucket++;
		}
		pages->reuse[bucket]++;
		mark(pages, row->last, -1);
	} else {
		pages->first++;
	}
	row->last = (uint32_t)++pages->place;
	mark(pages, row->last, 1);
	return 0;
}

static void count_windows(struct smmu_touch *pages, struct smmu_touched *row)
{
	for (unsigned i = 0; i < SMMU_TOUCH_WINDOWS; i++) {
		struct smmu_window *window = &pages->window[i];

		window->pages += row->window[i] != window->number;
		row->window[i] = window->number;
	}
}

static void end_windows(struct smmu_touch *pages)
{
	for (unsigned i = 0; i < SMMU_TOUCH_WINDOWS; i++) {
		struct smmu_window *window = &pages->window[i];

		if (++window->in < window->size)
			continue;
		window->full++;
		window->sum += window->pages;
		if (window->pages > window->most)
			window->most = window->pages;
		if (window->pages < window->least)
			window->least = window->pages;
		window->in = window->pages = 0;
		window->number++;
	}
}

static int touch(struct smmu_touch *pages, const struct smmu_touched *key, bool is_ok)
{
	struct smmu_touched *row;
	int error = find_row(&row, pages, key);

	if (error)
		return error;
	pages->touches++;
	if (!row) {
		pages->beyond++;
		return 0;
	}
	row->accesses++;
	row->not_ok += !is_ok;
	row->read |= key->read;
	row->written |= key->written;
	if (pages->what & SMMU_TOUCH_WORKING_SET)
		count_windows(pages, row);
	return pages->what & SMMU_TOUCH_REUSE ? count_reuse(pages, row) : 0;
}

int smmu_touch_add(struct smmu_touch *pages, uint32_t smmu, const struct smmu_record *record,
		   const struct smmu_result *result)
{
	const struct smmu_txn *txn = &record->txn;
	struct smmu_touched key = {.number = txn->address >> SMMU_TOUCH_LOG2,
				   .smmu = smmu,
				   .stream = txn->stream,
				   .substream = txn->ssv ? txn->substream : 0,
				   .sec = (uint8_t)txn->sec,
				   .ssv = txn->ssv,
				   .read = txn->read,
				   .written = txn->write};
	uint64_t more = txn->size ? txn->size - 1 : 0, last;
	int error = 0;

	if (record->op != SMMU_OP_ACCESS && record->op != SMMU_OP_ATS_REQUEST &&
	    record->op != SMMU_OP_ATS_TRANSLATED)
		return 0;
	last = txn->address + more < txn->address ? UINT64_MAX : txn->address + more;
	last >>= SMMU_TOUCH_LOG2;
	if (last - key.number >= SMMU_TOUCH_OF_ACCESS)
		last = key.number + SMMU_TOUCH_OF_ACCESS - 1;
	for (; key.number <= last && !error; key.number++)
		error = touch(pages, &key, result->status == SMMU_STATUS_OK);
	end_windows(pages);
	return error;
}
