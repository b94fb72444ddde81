/*
 * The summary of a run, and the memory it leaves behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "replay/bugs.h"
#include "replay/compare.h"
#include "replay/replay.h"
#include "replay/touch.h"
#include "spec/desc.h"
#include "spec/event.h"

const char *smmu_stats_sec_name(enum smmu_sec sec)
{
	static const char *const names[SMMU_SEC_COUNT] = {
		[SMMU_SEC_NS] = "ns",
		[SMMU_SEC_S] = "s",
		[SMMU_SEC_REALM] = "realm",
		[SMMU_SEC_ROOT] = "root",
	};

	return names[sec % SMMU_SEC_COUNT];
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void emit_statuses(struct smmu_emit *emit, const struct smmu_stats *stats)
{
	static const struct smmu_emit_column columns[] = {
		{"status", "Status", false},
		{"records", "Records", true},
		{"percent", "%", true},
	};

	smmu_emit_table(emit, "statuses", columns, SMMU_LEN(columns));
	for (unsigned i = 0; i < SMMU_STATUS_COUNT; i++) {
		if (!stats->by_status[i])
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "status", smmu_status_name((enum smmu_status)i));
		smmu_emit_uint(emit, "records", stats->by_status[i]);
		smmu_emit_real(emit, "percent", percent(stats->by_status[i], stats->records), 2);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void emit_events(struct smmu_emit *emit, const struct smmu_stats *stats)
{
	static const struct smmu_emit_column columns[] = {
		{"type", "Event", true},
		{"name", "Name", false},
		{"records", "Records", true},
		{"percent", "%", true},
	};

	smmu_emit_table(emit, "events", columns, SMMU_LEN(columns));
	for (unsigned i = 0; i < SMMU_LEN(stats->by_event); i++) {
		const char *name = smmu_event_name(i);

		if (!stats->by_event[i])
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "type", i, 0);
		smmu_emit_str(emit, "name", name ? name : "reserved");
		smmu_emit_uint(emit, "records", stats->by_event[i]);
		smmu_emit_real(emit, "percent", percent(stats->by_event[i], stats->records), 2);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By SMMU, Security state, stream; what has no substream first. */
static int by_key(const void *a, const void *b)
{
	const struct smmu_stats_stream *const *x = a, *const *y = b;
	const struct smmu_stats_stream *p = *x, *q = *y;
	int sign = order(p->smmu, q->smmu);

	sign = sign ? sign : order(p->sec, q->sec);
	sign = sign ? sign : order(p->stream, q->stream);
	sign = sign ? sign : order(p->ssv, q->ssv);
	return sign ? sign : order(p->substream, q->substream);
}

static double seconds_of(const struct smmu_stats *stats)
{
	if (!stats->timed || stats->last_ns <= stats->first_ns)
		return 0;
	return (double)(stats->last_ns - stats->first_ns) / 1e9;
}

/* The rows of a summary, in order. */
struct rows {
	const struct smmu_stats *stats;
	const struct smmu_machine *machine;
	const struct smmu_stats_stream **row;
	size_t count;
	bool has_substreams;
};

static int rows_init(struct rows *rows, const struct smmu_stats *stats,
		     const struct smmu_machine *machine)
{
	*rows = (struct rows){.stats = stats, .machine = machine};
	rows->row = calloc(stats->streams_count + 1, sizeof(*rows->row));
	if (!rows->row)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < stats->capacity; i++)
		if (stats->streams[i].records) {
			rows->row[rows->count++] = &stats->streams[i];
			rows->has_substreams |= stats->streams[i].ssv;
		}
	qsort(rows->row, rows->count, sizeof(*rows->row), by_key);
	return 0;
}

static void add(struct smmu_stats_stream *sum, const struct smmu_stats_stream *row)
{
	sum->records += row->records;
	sum->bytes += row->bytes;
	for (unsigned s = 0; s < SMMU_STATUS_COUNT; s++)
		sum->by_status[s] += row->by_status[s];
}

/* The rows from i on that are of one SMMU (and stream), added up; returns where the next begin. */
static size_t add_up(struct smmu_stats_stream *sum, const struct rows *rows, size_t i,
		     bool of_stream)
{
	*sum = *rows->row[i];
	while (++i < rows->count) {
		const struct smmu_stats_stream *row = rows->row[i];

		if (row->smmu != sum->smmu ||
		    (of_stream && (row->stream != sum->stream || row->sec != sum->sec)))
			break;
		add(sum, row);
	}
	return i;
}

/* What every row ends in. */
static void emit_counts(struct smmu_emit *emit, const struct rows *rows,
			const struct smmu_stats_stream *row)
{
	double seconds = seconds_of(rows->stats);
	const uint64_t *n = row->by_status;

	smmu_emit_uint(emit, "records", row->records);
	smmu_emit_uint(emit, "bytes", row->bytes);
	for (unsigned i = 0; i < SMMU_STATUS_COUNT; i++)
		if (n[i] && i != SMMU_STATUS_NONE)
			smmu_emit_uint(emit, smmu_status_name((enum smmu_status)i), n[i]);
	smmu_emit_real(emit, "percent", percent(row->records - n[SMMU_STATUS_OK], row->records), 2);
	if (seconds <= 0)
		return;
	smmu_emit_real(emit, "records_per_second", (double)row->records / seconds, 1);
	smmu_emit_real(emit, "bytes_per_second", (double)row->bytes / seconds, 1);
}

static bool is_for_people(const struct rows *rows)
{
	return rows->stats->format == SMMU_EMIT_TEXT;
}

/* The columns of a table of rows: whose they are, and what emit_counts() gives. */
#define COLUMNS_MAX (8 + SMMU_STATUS_COUNT)
struct columns {
	struct smmu_emit_column column[COLUMNS_MAX];
	size_t count;
};

static void add_column(struct columns *columns, const char *key, const char *title, bool right)
{
	columns->column[columns->count++] = (struct smmu_emit_column){key, title, right};
}

/* People are spared the rarer statuses where there are none. */
static bool has_column(const struct rows *rows, enum smmu_status status)
{
	static const bool is_common[SMMU_STATUS_COUNT] = {
		[SMMU_STATUS_OK] = true,
		[SMMU_STATUS_FAULT] = true,
		[SMMU_STATUS_STALL] = true,
		[SMMU_STATUS_ABORT] = true,
	};

	return status != SMMU_STATUS_NONE &&
	       (is_common[status] || !is_for_people(rows) || rows->stats->by_status[status] != 0);
}

static void add_counts(struct columns *columns, const struct rows *rows)
{
	add_column(columns, "records", "Records", true);
	add_column(columns, "bytes", "Bytes", true);
	for (unsigned i = 0; i < SMMU_STATUS_COUNT; i++)
		if (has_column(rows, (enum smmu_status)i)) {
			const char *name = smmu_status_name((enum smmu_status)i);

			add_column(columns, name, name, true);
		}
	add_column(columns, "percent", "% not ok", true);
	if (seconds_of(rows->stats) > 0) {
		add_column(columns, "records_per_second", "Records/s", true);
		if (!is_for_people(rows))
			add_column(columns, "bytes_per_second", "Bytes/s", true);
	}
}

/* As emit_whose() gives them. */
static void add_whose(struct columns *columns)
{
	add_column(columns, "smmu", "SMMU", false);
	add_column(columns, "security", "Sec", false);
	add_column(columns, "stream", "Stream", true);
}

static const char *device_of(const struct rows *rows, const struct smmu_stats_stream *row)
{
	const struct smmu_stats *stats = rows->stats;

	return stats->device ? stats->device(stats->device_ctx, rows->machine->smmu[row->smmu].name,
					     row->stream)
			     : NULL;
}

static void emit_whose(struct smmu_emit *emit, const struct rows *rows,
		       const struct smmu_stats_stream *row)
{
	const char *device = device_of(rows, row);

	smmu_emit_str(emit, "smmu", rows->machine->smmu[row->smmu].name);
	smmu_emit_str(emit, "security", smmu_stats_sec_name(row->sec));
	smmu_emit_hex(emit, "stream", row->stream, 0);
	if (device)
		smmu_emit_str(emit, "device", device);
}

static void emit_smmus(struct smmu_emit *emit, const struct rows *rows)
{
	struct columns columns = {.count = 0};

	add_column(&columns, "smmu", "SMMU", false);
	add_counts(&columns, rows);
	smmu_emit_table(emit, "smmus", columns.column, columns.count);
	for (size_t i = 0; i < rows->count;) {
		struct smmu_stats_stream sum;

		i = add_up(&sum, rows, i, false);
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "smmu", rows->machine->smmu[sum.smmu].name);
		emit_counts(emit, rows, &sum);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* A row whose stream has a device. */
struct named {
	const char *device;
	const struct smmu_stats_stream *row;
};

static int by_device(const void *a, const void *b)
{
	const struct named *p = a, *q = b;
	int sign = order(p->row->smmu, q->row->smmu);

	return sign ? sign : strcmp(p->device, q->device);
}

static bool is_another_stream(const struct named *a, const struct named *b)
{
	return a->row->stream != b->row->stream || a->row->sec != b->row->sec;
}

static void emit_device(struct smmu_emit *emit, const struct rows *rows, const struct named *named,
			size_t count)
{
	struct smmu_stats_stream sum = *named->row;

	for (size_t i = 1; i < count; i++)
		add(&sum, named[i].row);
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "smmu", rows->machine->smmu[sum.smmu].name);
	smmu_emit_str(emit, "device", named->device);
	emit_counts(emit, rows, &sum);
	smmu_emit_end(emit);
}

/* By device; for people where one of them has several streams. */
static int emit_devices(struct smmu_emit *emit, const struct rows *rows)
{
	struct columns columns = {.count = 0};
	struct named *named = calloc(rows->count + 1, sizeof(*named));
	size_t count = 0, next;
	bool several = false;

	if (!named)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < rows->count; i++) {
		named[count] = (struct named){device_of(rows, rows->row[i]), rows->row[i]};
		count += named[count].device != NULL;
	}
	qsort(named, count, sizeof(*named), by_device);
	for (size_t i = 1; i < count; i++)
		several |= !by_device(&named[i - 1], &named[i]) &&
			   is_another_stream(&named[i - 1], &named[i]);
	if (several || (count && !is_for_people(rows))) {
		add_column(&columns, "smmu", "SMMU", false);
		add_column(&columns, "device", "Device", false);
		add_counts(&columns, rows);
		smmu_emit_table(emit, "devices", columns.column, columns.count);
		for (size_t i = 0; i < count; i = next) {
			for (next = i + 1; next < count && !by_device(&named[i], &named[next]);)
				next++;
			emit_device(emit, rows, &named[i], next - i);
		}
		smmu_emit_end(emit);
	}
	free(named);
	return 0;
}

static void emit_streams(struct smmu_emit *emit, const struct rows *rows)
{
	struct columns columns = {.count = 0};

	add_whose(&columns);
	add_column(&columns, "device", "Device", false);
	add_counts(&columns, rows);
	smmu_emit_table(emit, "streams", columns.column, columns.count);
	for (size_t i = 0; i < rows->count;) {
		struct smmu_stats_stream sum;

		i = add_up(&sum, rows, i, true);
		smmu_emit_object(emit, NULL);
		emit_whose(emit, rows, &sum);
		emit_counts(emit, rows, &sum);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void emit_substreams(struct smmu_emit *emit, const struct rows *rows)
{
	struct columns columns = {.count = 0};

	add_whose(&columns);
	/* people have read it among the streams */
	if (!is_for_people(rows))
		add_column(&columns, "device", "Device", false);
	add_column(&columns, "substream", "Sub", true);
	add_counts(&columns, rows);
	smmu_emit_table(emit, "substreams", columns.column, columns.count);
	for (size_t i = 0; i < rows->count; i++) {
		const struct smmu_stats_stream *row = rows->row[i];

		if (!row->ssv)
			continue;
		smmu_emit_object(emit, NULL);
		emit_whose(emit, rows, row);
		smmu_emit_hex(emit, "substream", row->substream, 0);
		emit_counts(emit, rows, row);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* Whose events they are. */
static void emit_faults(struct smmu_emit *emit, const struct rows *rows)
{
	struct columns columns = {.count = 0};

	add_whose(&columns);
	if (!is_for_people(rows))
		add_column(&columns, "device", "Device", false);
	add_column(&columns, "substream", "Sub", true);
	add_column(&columns, "type", "Event", true);
	add_column(&columns, "name", "Name", false);
	add_column(&columns, "records", "Records", true);
	smmu_emit_table(emit, "faults", columns.column, columns.count);
	for (size_t i = 0; i < rows->count; i++) {
		const struct smmu_stats_stream *row = rows->row[i];

		for (unsigned type = 0; row->by_event && type < SMMU_STATS_EVENTS; type++) {
			if (!row->by_event[type])
				continue;
			smmu_emit_object(emit, NULL);
			emit_whose(emit, rows, row);
			if (row->ssv)
				smmu_emit_hex(emit, "substream", row->substream, 0);
			smmu_emit_hex(emit, "type", type, 0);
			smmu_emit_str(emit, "name", smmu_event_name(type));
			smmu_emit_uint(emit, "records", row->by_event[type]);
			smmu_emit_end(emit);
		}
	}
	smmu_emit_end(emit);
}

static int emit_rows(struct smmu_emit *emit, const struct smmu_stats *stats,
		     const struct smmu_machine *machine, bool has_events)
{
	struct rows rows;
	int error;

	if (rows_init(&rows, stats, machine))
		return SMMU_E_NOMEM;
	if (machine->count > 1 || !is_for_people(&rows))
		emit_smmus(emit, &rows);
	error = emit_devices(emit, &rows);
	emit_streams(emit, &rows);
	if (rows.has_substreams)
		emit_substreams(emit, &rows);
	if (has_events)
		emit_faults(emit, &rows);
	free(rows.row);
	return error;
}

/* Of the trace's own clock, so that the same trace gives the same figures. */
static void emit_rates(struct smmu_emit *emit, const struct smmu_stats *stats, uint64_t bytes)
{
	double seconds = seconds_of(stats);

	if (seconds <= 0)
		return;
	smmu_emit_object(emit, "rates");
	smmu_emit_uint(emit, "time_ns", stats->last_ns - stats->first_ns);
	smmu_emit_real(emit, "records_per_second", (double)stats->records / seconds, 1);
	smmu_emit_real(emit, "bytes_per_second", (double)bytes / seconds, 1);
	smmu_emit_end(emit);
}

static void emit_cache(struct smmu_emit *emit, const char *smmu, const char *name,
		       const struct smmu_cache_stats *s)
{
	if (!s->lookups)
		return;
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "smmu", smmu);
	smmu_emit_str(emit, "cache", name);
	smmu_emit_uint(emit, "lookups", s->lookups);
	smmu_emit_uint(emit, "hits", s->hits);
	smmu_emit_real(emit, "percent", percent(s->hits, s->lookups), 2);
	smmu_emit_uint(emit, "fills", s->fills);
	smmu_emit_uint(emit, "evictions", s->evictions);
	smmu_emit_uint(emit, "invalidated", s->invalidated);
	smmu_emit_end(emit);
}

/* "walk-s1-l2": what a part is for, as far as it is one stage or level. */
static void emit_walk_parts(struct smmu_emit *emit, const struct smmu_machine_smmu *smmu)
{
	const struct smmu_walk_part *part;
	struct smmu_cache_stats stats;

	for (size_t i = 0; (part = smmu_model_walk_part(&stats, smmu->model, i)) != NULL; i++) {
		char name[16] = "walk";
		size_t at = 4;

		if (part->stages == 1 || part->stages == 2)
			at += (size_t)snprintf(name + at, sizeof(name) - at, "-s%u", part->stages);
		for (int level = 0; level < SMMU_DESC_LEVEL_MAX - SMMU_DESC_LEVEL_MIN + 1; level++)
			if (part->levels == smmu_pow2((unsigned)level))
				snprintf(name + at, sizeof(name) - at, "-l%d",
					 level + SMMU_DESC_LEVEL_MIN);
		emit_cache(emit, smmu->name, name, &stats);
	}
}

/* A row for each cache that the run had. */
static void emit_caches(struct smmu_emit *emit, const struct smmu_machine *machine)
{
	static const struct smmu_emit_column columns[] = {
		{"smmu", "SMMU", false},	{"cache", "Cache", false},
		{"lookups", "Lookups", true},	{"hits", "Hits", true},
		{"percent", "%", true},		{"fills", "Fills", true},
		{"evictions", "Evicted", true}, {"invalidated", "Invalidated", true},
	};

	smmu_emit_table(emit, "caches", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < machine->count; i++)
		for (unsigned kind = 0; kind < SMMU_CACHE_COUNT; kind++) {
			struct smmu_cache_stats s = smmu_model_cache_stats(
				machine->smmu[i].model, (enum smmu_cache_kind)kind);

			emit_cache(emit, machine->smmu[i].name,
				   smmu_cache_name((enum smmu_cache_kind)kind), &s);
			if (kind == SMMU_CACHE_WALK)
				emit_walk_parts(emit, &machine->smmu[i]);
		}
	smmu_emit_end(emit);
}

static bool has_caches(const struct smmu_machine *machine)
{
	for (size_t i = 0; i < machine->count; i++)
		for (unsigned kind = 0; kind < SMMU_CACHE_COUNT; kind++)
			if (smmu_model_cache_stats(machine->smmu[i].model,
						   (enum smmu_cache_kind)kind)
				    .lookups)
				return true;
	return false;
}

int smmu_stats_emit(struct smmu_emit *emit, const struct smmu_stats *stats,
		    const struct smmu_machine *machine)
{
	uint64_t bytes = stats->others.bytes, events = 0;
	int error;

	for (size_t i = 0; i < stats->capacity; i++)
		bytes += stats->streams[i].records ? stats->streams[i].bytes : 0;
	for (unsigned i = 0; i < SMMU_LEN(stats->by_event); i++)
		events += stats->by_event[i];
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "records", stats->records);
	smmu_emit_uint(emit, "bytes", bytes);
	if (stats->skipped)
		smmu_emit_uint(emit, "skipped", stats->skipped);
	if (stats->updates)
		smmu_emit_uint(emit, "updates", stats->updates);
	if (stats->stale)
		smmu_emit_uint(emit, "stale", stats->stale);
	if (events)
		smmu_emit_uint(emit, "events_not_recorded", stats->events_lost);
	if (stats->events_merged)
		smmu_emit_uint(emit, "events_merged", stats->events_merged);
	if (stats->expected)
		smmu_emit_uint(emit, "expected", stats->expected);
	if (stats->expected)
		smmu_emit_uint(emit, "differences", stats->differences);
	if (stats->changed)
		smmu_emit_uint(emit, "changed_later", stats->changed);
	if (stats->unmet)
		smmu_emit_uint(emit, "answers_missing", stats->unmet);
	if (stats->not_compared)
		smmu_emit_uint(emit, "not_compared", stats->not_compared);
	emit_rates(emit, stats, bytes);
	emit_statuses(emit, stats);
	if (events)
		emit_events(emit, stats);
	if (has_caches(machine))
		emit_caches(emit, machine);
	error = emit_rows(emit, stats, machine, events != 0);
	if (stats->touch && !error)
		error = smmu_touch_emit(emit, stats->touch, stats, machine);
	if (stats->bugs)
		smmu_bugs_emit(emit, stats->bugs);
	if (stats->compare)
		smmu_compare_emit(emit, stats->compare, stats->format);
	if (stats->others.records)
		smmu_emit_uint(emit, "records_of_other_streams", stats->others.records);
	smmu_emit_end(emit);
	return error;
}

struct changes {
	struct smmu_emit *emit;
	struct smmu_buf hex;
};

static void emit_run(struct changes *changes, const char *space, uint64_t pa)
{
	smmu_emit_object(changes->emit, NULL);
	smmu_emit_hex(changes->emit, "base", pa, 0);
	if (space)
		smmu_emit_str(changes->emit, "space", space);
	smmu_emit_str(changes->emit, "hex", smmu_buf_text(&changes->hex));
	smmu_emit_end(changes->emit);
}

static int visit_change(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes, size_t size)
{
	struct changes *changes = ctx;

	smmu_buf_clear(&changes->hex);
	for (size_t i = 0; i < size; i++)
		smmu_buf_printf(&changes->hex, "%02x", bytes[i]);
	if (changes->hex.failed)
		return SMMU_E_NOMEM;
	if (pas_set == SMMU_PAS_ALL) {
		emit_run(changes, NULL, pa);
		return 0;
	}
	for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++)
		if (smmu_bit(pas_set, pas))
			emit_run(changes, smmu_pas_name((enum smmu_pas)pas), pa);
	return 0;
}

int smmu_memory_after_emit(struct smmu_emit *emit, const struct smmu_mem *mem)
{
	struct changes changes = {.emit = emit};
	int error;

	smmu_emit_array(emit, NULL);
	error = smmu_mem_changes(mem, visit_change, &changes);
	smmu_emit_end(emit);
	smmu_buf_fini(&changes.hex);
	return error;
}
