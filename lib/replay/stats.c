/*
 * Counts of a run.  Streams live in an open hash table of bounded size; they
 * are sorted where they are shown, so that output never depends on hashing.
 */
#include "replay/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/err.h"
#include "spec/event.h"

enum { CAPACITY_FIRST_LOG2 = 6, SMMU_LSB = 36, SEC_LSB = 32 };

void smmu_stats_fini(struct smmu_stats *stats)
{
	free(stats->streams);
	*stats = (struct smmu_stats){0};
}

/* Fibonacci hashing: the high bits of the product depend on every bit of the key. */
static size_t slot_of(const struct smmu_stats *stats, uint64_t key)
{
	unsigned log2 = (unsigned)stats->capacity_log2;

	return (size_t)smmu_bits(key * UINT64_C(0x9e3779b97f4a7c15), 64 - log2, log2);
}

static struct smmu_stats_stream *lookup(const struct smmu_stats *stats, uint64_t key)
{
	size_t i = slot_of(stats, key);

	while (stats->streams[i].records && stats->streams[i].key != key)
		i = i + 1 == stats->capacity ? 0 : i + 1;
	return &stats->streams[i];
}

static int grow(struct smmu_stats *stats)
{
	struct smmu_stats old = *stats;

	stats->capacity_log2 = old.capacity ? old.capacity_log2 + 1 : CAPACITY_FIRST_LOG2;
	stats->capacity = (size_t)smmu_pow2((unsigned)stats->capacity_log2);
	stats->streams = calloc(stats->capacity, sizeof(*stats->streams));
	if (!stats->streams) {
		*stats = old;
		return SMMU_E_NOMEM;
	}
	for (size_t i = 0; i < old.capacity; i++)
		if (old.streams[i].records)
			*lookup(stats, old.streams[i].key) = old.streams[i];
	free(old.streams);
	return 0;
}

/* A row for a stream that has none. */
static int add_row(struct smmu_stats_stream **row, struct smmu_stats *stats, uint64_t key)
{
	if (stats->streams_count == SMMU_STATS_STREAMS_MAX) {
		*row = &stats->others;
		return 0;
	}
	if (stats->streams_count * 2 >= stats->capacity && grow(stats))
		return SMMU_E_NOMEM;
	*row = lookup(stats, key);
	stats->streams_count++;
	return 0;
}

/* The row of a record's stream, made where there is none yet; NULL: no memory. */
static struct smmu_stats_stream *row_of(struct smmu_stats *stats, uint32_t smmu,
					const struct smmu_record *record)
{
	uint64_t key =
		smmu_bits_set(record->txn.stream, SEC_LSB, SMMU_LSB - SEC_LSB, record->txn.sec);
	struct smmu_stats_stream *row;

	key = smmu_bits_set(key, SMMU_LSB, 64 - SMMU_LSB, smmu);
	row = stats->capacity ? lookup(stats, key) : NULL;
	if (SMMU_UNLIKELY(!row || !row->records)) {
		if (add_row(&row, stats, key))
			return NULL;
		row->key = key;
		row->smmu = smmu;
		row->stream = record->txn.stream;
		row->sec = record->txn.sec;
	}
	return row;
}

static int count_stream(struct smmu_stats *stats, uint32_t smmu, const struct smmu_record *record,
			const struct smmu_result *result)
{
	struct smmu_stats_stream *row = row_of(stats, smmu, record);

	if (!row)
		return SMMU_E_NOMEM;
	row->records++;
	row->bytes += record->txn.size;
	row->by_status[result->status]++;
	return 0;
}

int smmu_stats_add_run(struct smmu_stats *stats, uint32_t smmu, const struct smmu_stats_run *run)
{
	struct smmu_stats_stream *row = row_of(stats, smmu, run->first);

	if (!row)
		return SMMU_E_NOMEM;
	if (!stats->records)
		stats->first_ns = run->first->time_ns;
	stats->last_ns = run->last->time_ns;
	stats->timed |= run->timed;
	stats->records += run->count;
	stats->by_status[SMMU_STATUS_OK] += run->count;
	row->records += run->count;
	row->bytes += run->bytes;
	row->by_status[SMMU_STATUS_OK] += run->count;
	return 0;
}

static bool is_traffic(enum smmu_trace_op op)
{
	return op == SMMU_OP_ACCESS || op == SMMU_OP_ATS_REQUEST || op == SMMU_OP_ATS_TRANSLATED;
}

int smmu_stats_add(struct smmu_stats *stats, uint32_t smmu, const struct smmu_record *record,
		   const struct smmu_result *result)
{
	if (!stats->records)
		stats->first_ns = record->time_ns;
	stats->records++;
	stats->last_ns = record->time_ns;
	stats->by_status[result->status]++;
	stats->updates += result->updates_count;
	stats->stale += result->stale;
	if (result->event.present) {
		const struct smmu_evt evt = {{result->event.word[0]}};

		stats->by_event[smmu_evt_Type(&evt) % SMMU_LEN(stats->by_event)]++;
		stats->events_lost += !result->event.recorded;
	}
	return is_traffic(record->op) ? count_stream(stats, smmu, record, result) : 0;
}
