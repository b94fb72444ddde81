/*
 * Names of domains, uses of one domain put together again, and an order in
 * which a build places tables where they lie.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/recover_priv.h"

/* ---- names ---- */

static bool first_table(uint64_t *pa, const struct recover *r, const struct recover_domain *d)
{
	const uint64_t low = d->tables.low;

	if (d->tables.low > d->tables.high)
		return false;
	*pa = low;
	if (d->under == RECOVER_NONE)
		return true;
	for (size_t i = 0; i < r->domain[d->under].ranges_count; i++) {
		const struct recover_range *range = &r->domain[d->under].range[i];

		if (low - range->input < range->size) {
			*pa = range->pa + (low - range->input);
			return true;
		}
	}
	return false;
}

/* The domain whose tables a file or a region of a build starts with. */
static const char *name_at(const struct recover *r, const struct smmu_build *build, uint64_t pa)
{
	uint64_t page = smmu_align_down_log2(pa, BUILD_PAGE_LOG2);

	for (size_t i = 0; i < r->info->memory_count; i++) {
		const struct smmu_sys_memory *entry = &r->info->memory[i];

		if (entry->file && entry->name && entry->base == page)
			return entry->name;
	}
	for (size_t i = 0; i < build->regions_count; i++)
		if (build->regions[i].base == page && build->regions[i].name)
			return build->regions[i].name;
	return NULL;
}

static bool same_ranges(const struct recover_domain *a, const struct recover_domain *b)
{
	if (a->ranges_count != b->ranges_count)
		return false;
	for (size_t i = 0; i < a->ranges_count; i++) {
		const struct recover_range *x = &a->range[i], *y = &b->range[i];

		if (x->input != y->input || x->pa != y->pa || x->size != y->size ||
		    !recover_same_attr(&x->attr, &y->attr))
			return false;
	}
	return true;
}

/* Where the initial table is all there is, nothing is known of Table descriptors. */
static bool same_tables(const struct recover_domain *a, const struct recover_domain *b)
{
	return !a->has_tables || !b->has_tables ||
	       (build_same_leaf(&a->table, &b->table) && a->tt.table_skl == b->tt.table_skl);
}

/* What both uses of a domain tell together. */
static void learn(struct recover_domain *d, const struct recover_domain *other)
{
	if (d->is_stall_forced) {
		d->stall = other->stall;
		d->is_stall_forced = other->is_stall_forced;
	}
	if (!d->has_tables) {
		d->has_tables = other->has_tables;
		d->table = other->table;
		d->tt.table_skl = other->tt.table_skl;
	}
}

/* Two uses of what the file calls one domain, if nothing speaks against it. */
static bool is_one(const struct recover *r, const struct recover_domain *a,
		   const struct recover_domain *b)
{
	/* areas under them are one as well, or only one has any */
	return a->named && b->named && !strcmp(a->name, b->name) && a->stage == b->stage &&
	       (a->smmu != b->smmu || a->under != b->under) && a->granule == b->granule &&
	       (a->ia_bits == b->ia_bits || (!a->ia_given && !b->ia_given)) &&
	       (a->oa_bits == b->oa_bits || (!a->oa_given && !b->oa_given)) &&
	       a->big_endian == b->big_endian && a->leaves == b->leaves && a->format == b->format &&
	       recover_same_fields(&a->fields, &b->fields) && same_tables(a, b) &&
	       (a->stall == b->stall || a->is_stall_forced || b->is_stall_forced) &&
	       (r->without_ids || !a->has_id || !b->has_id || a->id == b->id) && same_ranges(a, b);
}

static void make_name(struct recover *r, size_t i)
{
	struct recover_domain *d = &r->domain[i];

	if ((d->has_id || d->has_wish) && !r->without_ids)
		snprintf(d->name, sizeof(d->name), "%s%" PRIu32, d->stage == 1 ? "asid" : "vmid",
			 d->has_id ? d->id : d->wish);
	else
		snprintf(d->name, sizeof(d->name), "stage%u-%zu", d->stage, i + 1);
}

/* By name, then in the order in which they were found. */
struct by_name {
	const char *name;
	size_t domain;
};

static int compare_names(const void *a, const void *b)
{
	const struct by_name *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->domain > y->domain) - (x->domain < y->domain);
}

/* Joins uses of one domain; what else has its name gets a number. */
static void settle(struct recover *r, const struct by_name *names, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct recover_domain *d = &r->domain[names[i].domain];
		size_t length = strlen(d->name);

		for (size_t k = 0; k < i && d->same == names[i].domain; k++) {
			struct recover_domain *before = &r->domain[names[k].domain];

			if (before->same != names[k].domain || !is_one(r, before, d))
				continue;
			d->same = names[k].domain;
			learn(before, d);
		}
		if (d->same != names[i].domain)
			continue;
		/* names have 64 characters at most */
		snprintf(d->name + (length > 50 ? 50 : length), 24, "-%zu", i + 1);
	}
}

/* A joined domain has what either needs; an ASID of its substreams if it has none else. */
static void join(struct recover *r)
{
	for (size_t i = 0; i < r->domains_count; i++) {
		struct recover_domain *d = &r->domain[i], *to = &r->domain[d->same];

		if (d->has_wish && !to->has_wish) {
			to->wish = d->wish;
			to->has_wish = true;
		}
		if (d == to)
			continue;
		to->ia_given = to->ia_given || d->ia_given;
		to->oa_given = to->oa_given || d->oa_given;
		if (d->has_id) {
			to->id = d->id;
			to->has_id = true;
		}
		if (d->beneath.low <= d->beneath.high)
			recover_extend(&to->beneath, d->beneath.low,
				       d->beneath.high - d->beneath.low);
	}
	for (size_t i = 0; i < r->domains_count; i++) {
		struct recover_domain *d = &r->domain[i];

		if (d->has_id || !d->has_wish)
			continue;
		d->id = d->wish;
		d->has_id = true;
	}
}

int recover_name(struct recover *r, const struct smmu_build *names)
{
	struct by_name *sorted = calloc(r->domains_count + 1, sizeof(*sorted));

	if (!sorted)
		return smmu_diag_nomem(r->diag);
	for (size_t i = 0; i < r->domains_count; i++) {
		struct recover_domain *d = &r->domain[i];
		uint64_t pa;
		const char *name = first_table(&pa, r, d) ? name_at(r, names, pa) : NULL;

		d->named = name != NULL;
		d->same = i;
		if (name)
			snprintf(d->name, sizeof(d->name), "%s", name);
		else
			make_name(r, i);
		sorted[i] = (struct by_name){d->name, i};
	}
	if (r->domains_count)
		qsort(sorted, r->domains_count, sizeof(*sorted), compare_names);
	for (size_t i = 0, n; i < r->domains_count; i += n) {
		for (n = 1; i + n < r->domains_count; n++)
			if (strcmp(sorted[i + n].name, sorted[i].name) != 0)
				break;
		settle(r, sorted + i, n);
	}
	join(r);
	free(sorted);
	return 0;
}

/* ---- order ---- */

/* A use of a domain, by the area it lies in and its place there. */
struct place {
	size_t smmu, under, domain;
	uint64_t low;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->smmu != y->smmu)
		return x->smmu < y->smmu ? -1 : 1;
	if (x->under != y->under)
		return x->under + 1 < y->under + 1 ? -1 : 1;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->domain > y->domain) - (x->domain < y->domain);
}

struct sorter {
	const struct place *place;
	size_t count;
	size_t *before; /* by domain: how many of its places have an unwritten one before */
};

static bool same_area(const struct place *x, const struct place *y)
{
	return x->smmu == y->smmu && x->under == y->under;
}

/* The place at i was written: the next one of its area waits no longer. */
static void release(struct sorter *s, size_t domain)
{
	for (size_t i = 0; i + 1 < s->count; i++)
		if (s->place[i].domain == domain && same_area(&s->place[i], &s->place[i + 1]))
			s->before[s->place[i + 1].domain]--;
}

/*
 * Domains are built in the order in which they are listed, area by area: the
 * order must be that of the addresses in every area.  Where areas contradict
 * each other, which no build brings about, the first domain that is left goes on.
 */
static void sort_places(size_t *order, size_t *count, const struct recover *r, struct sorter *s,
			bool *done)
{
	for (size_t i = 0; i + 1 < s->count; i++)
		if (same_area(&s->place[i], &s->place[i + 1]))
			s->before[s->place[i + 1].domain]++;
	for (;;) {
		size_t next = RECOVER_NONE;

		for (size_t i = 0; i < s->count; i++) {
			size_t domain = s->place[i].domain;

			if (done[domain])
				continue;
			if (next == RECOVER_NONE || s->before[domain] == 0)
				next = domain;
			if (s->before[domain] == 0)
				break;
		}
		if (next == RECOVER_NONE)
			break;
		done[next] = true;
		order[(*count)++] = next;
		release(s, next);
	}
	for (size_t i = 0; i < r->domains_count; i++)
		if (!done[i] && r->domain[i].same == i)
			order[(*count)++] = i;
}

int recover_order(size_t **order, size_t *count, const struct recover *r)
{
	struct place *place = calloc(r->domains_count + 1, sizeof(*place));
	bool *done = calloc(r->domains_count + 1, sizeof(*done));
	struct sorter s = {.place = place, .before = calloc(r->domains_count + 1, sizeof(size_t))};
	int status = 0;

	*count = 0;
	*order = calloc(r->domains_count + 1, sizeof(**order));
	if (!place || !done || !s.before || !*order) {
		status = smmu_diag_nomem(r->diag);
		goto out;
	}
	for (size_t i = 0; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];

		if (d->tables.low <= d->tables.high)
			place[s.count++] =
				(struct place){d->smmu, d->under, d->same, d->tables.low};
	}
	if (s.count)
		qsort(place, s.count, sizeof(*place), by_place);
	sort_places(*order, count, r, &s, done);
out:
	free(s.before);
	free(done);
	free(place);
	return status;
}
