/* Which domains are used where: the same domain elsewhere has tables of its own there. */
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"

/* BUILD_NONE wraps around and comes first. */
static int compare(size_t a, size_t b)
{
	return (a + 1 > b + 1) - (a + 1 < b + 1);
}

static int by_place(const void *a, const void *b)
{
	const struct build_use *x = a, *y = b;
	int order = compare(x->smmu, y->smmu);

	if (order == 0)
		order = compare(x->domain, y->domain);
	return order ? order : compare(x->stage2, y->stage2);
}

static int by_context(const void *a, const void *b)
{
	const struct build_context *x = a, *y = b;
	int order = compare(x->smmu, y->smmu);

	return order ? order : compare(x->stage2, y->stage2);
}

/* Removes repetitions in a sorted array; the count that is left. */
static size_t unique(void *items, size_t count, size_t size,
		     int (*order)(const void *a, const void *b))
{
	char *base = items;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && order(base + (kept - 1) * size, base + i * size) == 0)
			continue;
		for (size_t n = 0; n < size; n++)
			base[kept * size + n] = base[i * size + n];
		kept++;
	}
	return kept;
}

/* What one device uses is added at use; the number. */
static size_t uses_of(struct build_use *use, const struct smmu_sys_device *device)
{
	size_t smmu = device->smmu.index, stage2 = build_stage2_of(device), n = 0;

	if (stage2 != BUILD_NONE)
		use[n++] = (struct build_use){.smmu = smmu, .domain = stage2, .stage2 = BUILD_NONE};
	if (device->stage1.name)
		use[n++] = (struct build_use){
			.smmu = smmu, .domain = device->stage1.index, .stage2 = stage2};
	for (size_t i = 0; i < device->substreams_count; i++)
		use[n++] = (struct build_use){.smmu = smmu,
					      .domain = device->substreams[i].stage1.index,
					      .stage2 = stage2};
	return n;
}

struct build_use *build_find_use(const struct builder *b, size_t smmu, size_t domain, size_t stage2)
{
	const struct build_use key = {.smmu = smmu, .domain = domain, .stage2 = stage2};

	return b->uses_count ? bsearch(&key, b->use, b->uses_count, sizeof(key), by_place) : NULL;
}

struct build_context *build_find_context(const struct builder *b, size_t smmu, size_t stage2)
{
	const struct build_context key = {.smmu = smmu, .stage2 = stage2};

	return b->contexts_count
		       ? bsearch(&key, b->context, b->contexts_count, sizeof(key), by_context)
		       : NULL;
}

static bool is_stage1(const struct builder *b, const struct build_use *use)
{
	return b->info->domains[use->domain].stage.v == 1;
}

static int collect_contexts(struct builder *b)
{
	b->context = calloc(b->uses_count + 1, sizeof(*b->context));
	if (!b->context)
		return build_nomem(b);
	for (size_t i = 0; i < b->uses_count; i++)
		if (is_stage1(b, &b->use[i]))
			b->context[b->contexts_count++] = (struct build_context){
				.smmu = b->use[i].smmu, .stage2 = b->use[i].stage2};
	if (b->contexts_count)
		qsort(b->context, b->contexts_count, sizeof(*b->context), by_context);
	b->contexts_count = unique(b->context, b->contexts_count, sizeof(*b->context), by_context);
	for (size_t i = 0; i < b->uses_count; i++) {
		struct build_use *use = &b->use[i];

		if (is_stage1(b, use))
			use->context = (size_t)(build_find_context(b, use->smmu, use->stage2) -
						b->context);
	}
	return 0;
}

static bool is_el2(const struct smmu_sys_device *device)
{
	for (size_t i = 0; i < device->ste.count; i++)
		if (!strcmp(device->ste.v[i].name, "STRW"))
			return device->ste.v[i].v == SMMU_STE_STRW_EL2;
	return false;
}

/*
 * A CD takes its domain's ASID unless the substreams are given their own.  EPD0
 * is IGNORED at EL2 (5.4), which so needs a table even where nothing is mapped.
 */
static void mark_uses(struct builder *b, const struct smmu_sys_device *device)
{
	size_t smmu = device->smmu.index, stage2 = build_stage2_of(device);
	bool el2 = is_el2(device);

	if (device->stage1.name) {
		struct build_use *use = build_find_use(b, smmu, device->stage1.index, stage2);

		use->needs_asid = true;
		use->needs_ttb0 = use->needs_ttb0 || el2;
	}
	for (size_t i = 0; i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		struct build_use *use = build_find_use(b, smmu, sub->stage1.index, stage2);

		use->needs_ttb0 = use->needs_ttb0 || el2;
		if (!smmu_sys_given(sub->asid.at))
			use->needs_asid = true;
	}
}

static int by_turn(const void *a, const void *b)
{
	const struct build_turn *x = a, *y = b;
	int order = compare(x->smmu, y->smmu);

	if (order == 0)
		order = compare(x->group, y->group);
	return order ? order : compare(x->device, y->device);
}

static int take_turns(struct builder *b)
{
	size_t count = b->info->devices_count;

	b->turn = calloc(count + 1, sizeof(*b->turn));
	if (!b->turn)
		return build_nomem(b);
	for (size_t i = 0; i < count; i++) {
		const struct smmu_sys_device *device = &b->info->devices[i];
		const struct build_context *context =
			build_find_context(b, device->smmu.index, build_stage2_of(device));

		b->turn[i] = (struct build_turn){.smmu = device->smmu.index, .device = i};
		if (build_has_stage1(device))
			b->turn[i].group = 1 + (size_t)(context - b->context);
	}
	if (count)
		qsort(b->turn, count, sizeof(*b->turn), by_turn);
	return 0;
}

int build_collect_uses(struct builder *b)
{
	const struct smmu_sys_info *info = b->info;
	size_t most = 1;
	int status;

	for (size_t i = 0; i < info->devices_count; i++)
		most += 2 + info->devices[i].substreams_count;
	b->use = calloc(most, sizeof(*b->use));
	if (!b->use)
		return build_nomem(b);
	for (size_t i = 0; i < info->devices_count; i++)
		b->uses_count += uses_of(b->use + b->uses_count, &info->devices[i]);
	if (b->uses_count)
		qsort(b->use, b->uses_count, sizeof(*b->use), by_place);
	b->uses_count = unique(b->use, b->uses_count, sizeof(*b->use), by_place);
	status = collect_contexts(b);
	for (size_t i = 0; status == 0 && i < info->devices_count; i++)
		mark_uses(b, &info->devices[i]);
	return status ? status : take_turns(b);
}
