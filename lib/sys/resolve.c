/*
 * What can be said only with the whole file read: names, and streams or
 * substreams that two claim.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/objects_priv.h"

/* Nearest names are looked for among so many: a hostile file must not cost more. */
#define SUGGEST_NAMES_MAX 4096

struct name {
	const struct smmu_sys_text *text;
	size_t index; /* in the file */
};

/* The names of one kind of thing, sorted. */
struct names {
	struct name *items; /* owned */
	size_t count;
	const char *what;
};

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = strcmp(x->text->v, y->text->v);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void report_twice(struct smmu_reader *r, const struct names *names)
{
	size_t first = 0;

	for (size_t i = 1; i < names->count; i++) {
		if (strcmp(names->items[i].text->v, names->items[first].text->v) != 0) {
			first = i;
			continue;
		}
		smmu_reader_fail(r, names->items[i].text->at, SMMU_E_CONFLICT,
				 "there are two %ss with the name '%s'", names->what,
				 names->items[i].text->v);
		smmu_reader_note(r, names->items[first].text->at, "this is the first one");
	}
}

/* name is where the first thing of count, each of size bytes, has its name. */
static bool collect(struct names *names, struct smmu_reader *r, const char *what,
		    const struct smmu_sys_text *name, size_t count, size_t size)
{
	*names = (struct names){.what = what};
	if (!count)
		return true;
	names->items = malloc(count * sizeof(*names->items));
	if (!names->items) {
		smmu_diag_nomem(r->diag);
		r->rc = r->rc ? r->rc : SMMU_E_NOMEM;
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct smmu_sys_text *text = (const void *)((const char *)name + i * size);

		if (text->v) /* a missing name was reported */
			names->items[names->count++] = (struct name){text, i};
	}
	qsort(names->items, names->count, sizeof(*names->items), compare_names);
	report_twice(r, names);
	return true;
}

static void report_unknown(struct smmu_reader *r, const struct names *names,
			   const struct smmu_sys_ref *ref)
{
	const char *near[SUGGEST_NAMES_MAX];
	size_t count = names->count < SUGGEST_NAMES_MAX ? names->count : SUGGEST_NAMES_MAX;

	for (size_t i = 0; i < count; i++)
		near[i] = names->items[i].text->v;
	smmu_reader_fail(r, ref->at, SMMU_E_UNKNOWN, "there is no %s '%s'", names->what, ref->name);
	smmu_reader_suggest(r, ref->at, ref->name, near, count);
}

/* False when there is no such name, which is reported. */
static bool resolve(struct smmu_reader *r, const struct names *names, struct smmu_sys_ref *ref)
{
	struct smmu_sys_text text = {.v = ref->name};
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->items[middle].text->v, text.v) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == names->count || strcmp(names->items[low].text->v, text.v) != 0) {
		report_unknown(r, names, ref);
		return false;
	}
	ref->index = names->items[low].index;
	return true;
}

/* A domain, which must be of that stage. */
static void resolve_domain(struct smmu_reader *r, const struct names *names,
			   const struct smmu_raw_root *root, struct smmu_sys_ref *ref,
			   unsigned stage)
{
	const struct smmu_sys_domain *domain;

	if (!ref->name || !resolve(r, names, ref))
		return;
	domain = &root->domains[ref->index];
	if (!smmu_sys_given(domain->stage.at) || domain->stage.v == stage)
		return;
	smmu_reader_fail(r, ref->at, SMMU_E_INVALID,
			 "domain '%s' is of stage %" PRIu64 ", not of stage %u", ref->name,
			 domain->stage.v, stage);
	smmu_reader_note(r, domain->stage.at, "its stage is given here");
}

/* ---- ranges that must not overlap ---- */

struct range {
	uint64_t group, first, last;
	struct smmu_mark at;
	size_t index; /* in the file */
};

struct ranges {
	struct range *items; /* owned */
	size_t count, capacity;
};

static bool add_range(struct ranges *ranges, struct smmu_reader *r, struct range range)
{
	if (ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? ranges->capacity * 2 : 64;
		void *more = realloc(ranges->items, capacity * sizeof(*ranges->items));

		if (!more) {
			smmu_diag_nomem(r->diag);
			r->rc = r->rc ? r->rc : SMMU_E_NOMEM;
			return false;
		}
		ranges->items = more;
		ranges->capacity = capacity;
	}
	range.index = ranges->count;
	ranges->items[ranges->count++] = range;
	return true;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Sorts them. */
static void check_ranges(struct ranges *ranges, struct smmu_reader *r, const char *what,
			 const char *help)
{
	const struct range *reach = ranges->items; /* of those before, the one that ends last */

	if (ranges->count)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
	for (size_t i = 1; i < ranges->count; i++) {
		const struct range *x = &ranges->items[i];

		if (x->group == reach->group && x->first <= reach->last) {
			const struct range *later = x->index > reach->index ? x : reach;

			smmu_reader_fail(r, later->at, SMMU_E_CONFLICT,
					 "%s 0x%" PRIx64 " is given twice", what, x->first);
			smmu_reader_note(r, (later == x ? reach : x)->at, "it is given here too%s",
					 help);
		}
		if (x->group != reach->group || x->last > reach->last)
			reach = x;
	}
}

/* SubstreamIDs are a device's own: the group is the device. */
static void check_substreams(struct smmu_reader *r, const struct smmu_raw_root *root)
{
	struct ranges all = {0};
	bool good = true;

	for (size_t i = 0; i < root->devices_count; i++) {
		const struct smmu_sys_device *d = &root->devices[i];

		for (size_t j = 0; good && j < d->substreams_count; j++) {
			const struct smmu_sys_substream *s = &d->substreams[j];

			if (smmu_sys_given(s->first.at))
				good = add_range(&all, r,
						 (struct range){.group = i,
								.first = s->first.v,
								.last = s->first.v + s->count.v - 1,
								.at = s->first.at});
		}
	}
	check_ranges(&all, r, "substream", "");
	free(all.items);
}

static void check_stream_size(struct smmu_reader *r, const struct smmu_raw_root *root,
			      const struct smmu_sys_device *d, const struct smmu_sys_streams *s)
{
	const struct smmu_raw_smmu *smmu = &root->smmus[d->smmu.index];
	uint64_t last = s->first.v + s->count.v - 1;
	struct smmu_ids ids;
	unsigned bits;

	smmu_ids_from_regs(&ids, smmu->regs);
	bits = smmu_sid_bits(&ids, SMMU_SEC_NS);
	if (smmu_sys_given(smmu->strtab.stream_bits.at) && smmu->strtab.stream_bits.v < bits)
		bits = (unsigned)smmu->strtab.stream_bits.v;
	if (!smmu_bits_fit(last, bits))
		smmu_reader_fail(r, s->first.at, SMMU_E_RANGE,
				 "stream 0x%" PRIx64 " is beyond the %u StreamID bits of '%s'",
				 last, bits, smmu->name.v);
}

/* Whether all of a range is in those, which are sorted and do not overlap. */
static bool is_covered(const struct ranges *ranges, uint64_t group, uint64_t first, uint64_t last)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct range *range = &ranges->items[middle];

		if (range->group < group || (range->group == group && range->last < first))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ranges->count && ranges->items[low].group == group; low++) {
		if (ranges->items[low].first > first)
			return false;
		if (ranges->items[low].last >= last)
			return true;
		first = ranges->items[low].last + 1;
	}
	return false;
}

/* Whether the stream table of an SMMU is to be built, rather than found in memory. */
static bool is_described(const struct smmu_raw_root *root, const struct ranges *attached,
			 size_t smmu)
{
	const struct smmu_raw_smmu *from = &root->smmus[smmu];

	for (size_t i = 0; i < attached->count; i++)
		if (attached->items[i].group == smmu)
			return true;
	return smmu_sys_given(from->strtab.at) || smmu_sys_given(from->queues.at) ||
	       smmu_sys_given(from->tables.at);
}

/* Names alone are enough where somebody else says what the streams do. */
static void check_named(struct smmu_reader *r, const struct smmu_raw_root *root,
			const struct ranges *attached)
{
	for (size_t i = 0; i < root->devices_count; i++) {
		const struct smmu_sys_device *d = &root->devices[i];
		bool good = true;

		if (!smmu_sys_names_only(d) || d->smmu.index >= root->smmus_count ||
		    !is_described(root, attached, d->smmu.index))
			continue;
		for (size_t j = 0; j < d->streams_count; j++)
			good &= is_covered(attached, d->smmu.index, d->streams[j].first.v,
					   d->streams[j].first.v + d->streams[j].count.v - 1);
		if (!good)
			smmu_reader_fail(r, d->at, SMMU_E_INVALID,
					 "a device needs 'stage1', 'stage2', 'substreams', "
					 "'bypass: true' or 'abort: true', or to share the streams "
					 "of one that has");
	}
}

static void check_streams(struct smmu_reader *r, const struct smmu_raw_root *root)
{
	bool known = r->errors == 0; /* else the registers need not be complete */
	struct ranges attached = {0};
	bool good = true;

	for (size_t i = 0; i < root->devices_count; i++) {
		const struct smmu_sys_device *d = &root->devices[i];

		for (size_t j = 0; good && j < d->streams_count; j++) {
			const struct smmu_sys_streams *s = &d->streams[j];

			if (!smmu_sys_given(s->first.at))
				continue;
			if (known && root->smmus_count)
				check_stream_size(r, root, d, s);
			if (!smmu_sys_names_only(d))
				good = add_range(&attached, r,
						 (struct range){.group = d->smmu.index,
								.first = s->first.v,
								.last = s->first.v + s->count.v - 1,
								.at = s->first.at});
		}
	}
	check_ranges(&attached, r, "stream",
		     "; a device that shares it is given without what it is attached to");
	if (good)
		check_named(r, root, &attached);
	free(attached.items);
}

/* ---- all of it ---- */

static void resolve_device(struct smmu_reader *r, const struct smmu_raw_root *root,
			   const struct names *smmus, const struct names *domains,
			   struct smmu_sys_device *d)
{
	struct smmu_sys_substream *subs = (struct smmu_sys_substream *)(uintptr_t)d->substreams;

	if (d->smmu.name)
		resolve(r, smmus, &d->smmu);
	else if (root->smmus_count > 1)
		smmu_reader_fail(r, d->at, SMMU_E_INVALID,
				 "a device needs 'smmu': there is more than one");
	resolve_domain(r, domains, root, &d->stage1, 1);
	resolve_domain(r, domains, root, &d->stage2, 2);
	for (size_t i = 0; i < d->substreams_count; i++)
		resolve_domain(r, domains, root, &subs[i].stage1, 1);
}

void smmu_resolve(struct smmu_reader *r, struct smmu_raw_root *root)
{
	struct smmu_sys_device *devices = (struct smmu_sys_device *)(uintptr_t)root->devices;
	struct names smmus = {0}, domains = {0}, named_devices = {0};

	if (collect(&smmus, r, "SMMU", root->smmus_count ? &root->smmus->name : NULL,
		    root->smmus_count, sizeof(*root->smmus)) &&
	    collect(&domains, r, "domain", root->domains_count ? &root->domains->name : NULL,
		    root->domains_count, sizeof(*root->domains)) &&
	    collect(&named_devices, r, "device", root->devices_count ? &root->devices->name : NULL,
		    root->devices_count, sizeof(*root->devices))) {
		for (size_t i = 0; i < root->devices_count; i++)
			resolve_device(r, root, &smmus, &domains, &devices[i]);
		check_streams(r, root);
		check_substreams(r, root);
	}
	free(smmus.items);
	free(domains.items);
	free(named_devices.items);
}
