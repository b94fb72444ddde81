/*
 * What is left of a file with errors: the objects that have none.  Problems
 * that only a builder finds can then be told beside those of form.
 *
 * An error belongs to the object that starts last before it.  What refers to
 * an object in error is left out with it.
 */
#include <stdlib.h>

#include "sys/objects_priv.h"

enum kind { MEMORY, SMMU, DOMAIN, DEVICE, KINDS };

struct item {
	struct smmu_mark at;
	enum kind kind;
	size_t index;
};

struct items {
	struct item *item; /* owned */
	size_t count;
	bool *wrong[KINDS]; /* owned; by index */
};

static int compare(struct smmu_mark x, struct smmu_mark y)
{
	if (x.line != y.line)
		return x.line < y.line ? -1 : 1;
	return (x.col > y.col) - (x.col < y.col);
}

static int by_place(const void *a, const void *b)
{
	return compare(((const struct item *)a)->at, ((const struct item *)b)->at);
}

/* object is the first of count, each of size bytes, that start with their mark. */
static bool add(struct items *items, enum kind kind, const void *object, size_t count, size_t size)
{
	items->wrong[kind] = calloc(count + 1, sizeof(bool));
	for (size_t i = 0; items->wrong[kind] && i < count; i++)
		items->item[items->count++] = (struct item){
			*(const struct smmu_mark *)(const void *)((const char *)object + i * size),
			kind, i};
	return items->wrong[kind];
}

static void mark_wrong(struct items *items, struct smmu_mark error)
{
	size_t low = 0, high = items->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(items->item[middle].at, error) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		items->wrong[items->item[low - 1].kind][items->item[low - 1].index] = true;
}

static bool is_sound(const struct items *items, const struct smmu_sys_device *d, size_t index)
{
	const bool *domain = items->wrong[DOMAIN];
	bool wrong = items->wrong[DEVICE][index] || items->wrong[SMMU][d->smmu.index] ||
		     (d->stage1.name && domain[d->stage1.index]) ||
		     (d->stage2.name && domain[d->stage2.index]);

	for (size_t i = 0; !wrong && i < d->substreams_count; i++)
		wrong = domain[d->substreams[i].stage1.index];
	return !wrong;
}

/* Objects keep their numbers, devices apart: nothing refers to those. */
static void leave_out(struct items *items, struct smmu_raw_root *root)
{
	struct smmu_raw_smmu *smmus = (struct smmu_raw_smmu *)(uintptr_t)root->smmus;
	struct smmu_sys_domain *domains = (struct smmu_sys_domain *)(uintptr_t)root->domains;
	struct smmu_sys_device *devices = (struct smmu_sys_device *)(uintptr_t)root->devices;
	size_t count = 0;

	for (size_t i = 0; i < root->smmus_count; i++)
		if (items->wrong[SMMU][i])
			smmus[i].strtab.at = smmus[i].queues.at = smmus[i].tables.at =
				(struct smmu_mark){0};
	for (size_t i = 0; i < root->domains_count; i++)
		if (items->wrong[DOMAIN][i])
			domains[i].maps_count = 0;
	for (size_t i = 0; i < root->devices_count; i++)
		if (is_sound(items, &devices[i], i))
			devices[count++] = devices[i];
	root->devices_count = count;
}

bool smmu_keep_sound(struct smmu_reader *r, struct smmu_raw_root *root)
{
	struct items items = {.count = 0};
	size_t count =
		root->memory_count + root->smmus_count + root->domains_count + root->devices_count;
	bool done = false;

	if (r->rc == SMMU_E_NOMEM || smmu_reader_is_full(r) || root->version.v != 1 ||
	    !root->smmus_count || smmu_yaml_has_alias(r->doc))
		return false;
	items.item = calloc(count + 1, sizeof(*items.item));
	if (items.item &&
	    add(&items, MEMORY, root->memory, root->memory_count, sizeof(*root->memory)) &&
	    add(&items, SMMU, root->smmus, root->smmus_count, sizeof(*root->smmus)) &&
	    add(&items, DOMAIN, root->domains, root->domains_count, sizeof(*root->domains)) &&
	    add(&items, DEVICE, root->devices, root->devices_count, sizeof(*root->devices))) {
		qsort(items.item, items.count, sizeof(*items.item), by_place);
		for (unsigned i = 0; i < r->errors && i < SMMU_READER_PROBLEMS_MAX; i++)
			mark_wrong(&items, r->error_at[i]);
		leave_out(&items, root);
		done = true;
	}
	for (size_t i = 0; i < KINDS; i++)
		free(items.wrong[i]);
	free(items.item);
	return done;
}
