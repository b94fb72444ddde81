/* What touch.c counted, as tables. */
#include <stdlib.h>

#include "base/err.h"
#include "replay/stats.h"
#include "replay/touch_priv.h"

enum { HOTTEST = 16 };

/* The rows in use, in the order of a comparison. */
struct sorted {
	const struct smmu_touched **row;
	size_t count;
};

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_source(const struct smmu_touched *p, const struct smmu_touched *q)
{
	int sign = order(p->smmu, q->smmu);

	sign = sign ? sign : order(p->sec, q->sec);
	sign = sign ? sign : order(p->stream, q->stream);
	sign = sign ? sign : order(p->ssv, q->ssv);
	return sign ? sign : order(p->substream, q->substream);
}

static int by_page(const void *a, const void *b)
{
	const struct smmu_touched *const *x = a, *const *y = b;
	int sign = by_source(*x, *y);

	return sign ? sign : order((*x)->number, (*y)->number);
}

static int by_heat(const void *a, const void *b)
{
	const struct smmu_touched *const *x = a, *const *y = b;
	int sign = order((*y)->accesses, (*x)->accesses);

	return sign ? sign : by_page(a, b);
}

static int sort(struct sorted *sorted, const struct smmu_touch *pages,
		int (*compare)(const void *, const void *))
{
	sorted->count = 0;
	sorted->row = malloc((pages->count + 1) * sizeof(const struct smmu_touched *));
	if (!sorted->row)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < pages->capacity; i++)
		if (pages->page[i].accesses)
			sorted->row[sorted->count++] = &pages->page[i];
	qsort(sorted->row, sorted->count, sizeof(const struct smmu_touched *), compare);
	return 0;
}

static void emit_whose(struct smmu_emit *emit, const struct smmu_touched *row,
		       const struct smmu_stats *stats, const struct smmu_machine *machine)
{
	const char *smmu = machine->smmu[row->smmu].name;
	const char *device =
		stats->device ? stats->device(stats->device_ctx, smmu, row->stream) : NULL;

	smmu_emit_str(emit, "smmu", smmu);
	smmu_emit_str(emit, "security", smmu_stats_sec_name((enum smmu_sec)row->sec));
	smmu_emit_hex(emit, "stream", row->stream, 0);
	if (row->ssv)
		smmu_emit_hex(emit, "substream", row->substream, 0);
	if (device)
		smmu_emit_str(emit, "device", device);
}

#define WHOSE_COLUMNS                                                                              \
	{"smmu", "SMMU", false}, {"security", "Sec", false}, {"stream", "Stream", true},           \
		{"substream", "Sub", true},                                                        \
	{                                                                                          \
		"device", "Device", false                                                          \
	}

/* The rows from i on that are of one source; returns where the next begin. */
static size_t emit_source(struct smmu_emit *emit, const struct sorted *sorted, size_t i,
			  const struct smmu_stats *stats, const struct smmu_machine *machine)
{
	const struct smmu_touched *first = sorted->row[i], *last = first;
	uint64_t pages = 0, read = 0, written = 0, not_ok = 0;

	for (; i < sorted->count && by_source(first, sorted->row[i]) == 0; i++) {
		last = sorted->row[i];
		pages++;
		read += last->read;
		written += last->written;
		not_ok += last->not_ok == last->accesses;
	}
	smmu_emit_object(emit, NULL);
	emit_whose(emit, first, stats, machine);
	smmu_emit_uint(emit, "pages", pages);
	smmu_emit_uint(emit, "bytes", pages * smmu_pow2(SMMU_TOUCH_LOG2));
	smmu_emit_uint(emit, "read", read);
	smmu_emit_uint(emit, "written", written);
	smmu_emit_uint(emit, "never_ok", not_ok);
	smmu_emit_hex(emit, "lowest", first->number * smmu_pow2(SMMU_TOUCH_LOG2), 0);
	smmu_emit_hex(emit, "highest", last->number * smmu_pow2(SMMU_TOUCH_LOG2), 0);
	smmu_emit_end(emit);
	return i;
}

static int emit_footprint(struct smmu_emit *emit, const struct smmu_touch *pages,
			  const struct smmu_stats *stats, const struct smmu_machine *machine)
{
	static const struct smmu_emit_column columns[] = {
		WHOSE_COLUMNS,
		{"pages", "Pages", true},
		{"bytes", "Bytes", true},
		{"read", "read", true},
		{"written", "wrote", true},
		{"never_ok", "never ok", true},
		{"lowest", "Lowest", true},
		{"highest", "Highest", true},
	};
	struct sorted sorted;

	if (sort(&sorted, pages, by_page))
		return SMMU_E_NOMEM;
	smmu_emit_table(emit, "footprint", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < sorted.count;)
		i = emit_source(emit, &sorted, i, stats, machine);
	smmu_emit_end(emit);
	free(sorted.row);
	return 0;
}

static int emit_hottest(struct smmu_emit *emit, const struct smmu_touch *pages,
			const struct smmu_stats *stats, const struct smmu_machine *machine)
{
	static const struct smmu_emit_column columns[] = {
		WHOSE_COLUMNS,
		{"page", "Page", true},
		{"accesses", "Accesses", true},
		{"percent", "%", true},
	};
	struct sorted sorted;

	if (sort(&sorted, pages, by_heat))
		return SMMU_E_NOMEM;
	smmu_emit_table(emit, "hottest_pages", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < sorted.count && i < HOTTEST; i++) {
		const struct smmu_touched *row = sorted.row[i];

		smmu_emit_object(emit, NULL);
		emit_whose(emit, row, stats, machine);
		smmu_emit_hex(emit, "page", row->number * smmu_pow2(SMMU_TOUCH_LOG2), 0);
		smmu_emit_uint(emit, "accesses", row->accesses);
		smmu_emit_real(emit, "percent",
			       100.0 * (double)row->accesses / (double)pages->touches, 2);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	free(sorted.row);
	return 0;
}

/* How often a page came again with so many others between, and what an LRU of that size holds. */
static void emit_reuse(struct smmu_emit *emit, const struct smmu_touch *pages)
{
	static const struct smmu_emit_column columns[] = {
		{"from", "From", true},
		{"to", "to pages", true},
		{"touches", "Touches", true},
		{"percent_held", "% held", true},
	};
	uint64_t all = pages->touches - pages->beyond, held = 0;

	smmu_emit_table(emit, "reuse_distance", columns, SMMU_LEN(columns));
	for (unsigned i = 0; i < SMMU_TOUCH_BUCKETS; i++) {
		held += pages->reuse[i];
		if (!pages->reuse[i])
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "from", i ? smmu_pow2(i - 1) : 0);
		smmu_emit_uint(emit, "to", i ? smmu_pow2(i) - 1 : 0);
		smmu_emit_uint(emit, "touches", pages->reuse[i]);
		smmu_emit_real(emit, "percent_held", 100.0 * (double)held / (double)all, 2);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "first_touches", pages->first);
}

static void emit_working_set(struct smmu_emit *emit, const struct smmu_touch *pages)
{
	static const struct smmu_emit_column columns[] = {
		{"accesses", "Accesses", true}, {"windows", "Windows", true},
		{"least", "Least pages", true}, {"average", "Average", true},
		{"most", "Most", true},
	};

	smmu_emit_table(emit, "working_set", columns, SMMU_LEN(columns));
	for (unsigned i = 0; i < SMMU_TOUCH_WINDOWS; i++) {
		const struct smmu_window *window = &pages->window[i];

		if (!window->full)
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "accesses", window->size);
		smmu_emit_uint(emit, "windows", window->full);
		smmu_emit_uint(emit, "least", window->least);
		smmu_emit_real(emit, "average", (double)window->sum / (double)window->full, 1);
		smmu_emit_uint(emit, "most", window->most);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

int smmu_touch_emit(struct smmu_emit *emit, const struct smmu_touch *pages,
		    const struct smmu_stats *stats, const struct smmu_machine *machine)
{
	int error = 0;

	smmu_emit_uint(emit, "pages", pages->count);
	if (pages->beyond) {
		smmu_emit_uint(emit, "pages_limit", pages->max);
		smmu_emit_uint(emit, "touches_beyond", pages->beyond);
	}
	if (pages->what & SMMU_TOUCH_FOOTPRINT)
		error = emit_footprint(emit, pages, stats, machine);
	if (!error && pages->what & SMMU_TOUCH_HOTTEST)
		error = emit_hottest(emit, pages, stats, machine);
	if (pages->what & SMMU_TOUCH_REUSE)
		emit_reuse(emit, pages);
	if (pages->what & SMMU_TOUCH_WORKING_SET)
		emit_working_set(emit, pages);
	return error;
}
