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

/* The two words of a row's key. */
enum { CAPACITY_FIRST_LOG2 = 6, SUBSTREAM_LSB = 32, SEC_LSB = 1, SMMU_LSB = 4 };

void smmu_stats_fini(struct smmu_stats *stats)
{
	for (size_t i = 0; i < stats->capacity; i++)
		free(stats->streams[i].by_event);
	free(stats->others.by_event);
	free(stats->streams);
	*stats = (struct smmu_stats){0};
}

/*
 * Fibonacci hashing: the high bits of the product depend on every bit of the
 * key, of which the upper half alone would move them by few steps.
 */
static size_t slot_of(const struct smmu_stats *stats, uint64_t key, uint64_t tag)
{
	return (size_t)(((key ^ key >> 25) + tag) * UINT64_C(0x9e3779b97f4a7c15) >> stats->shift);
}

SMMU_INLINE struct smmu_stats_stream *lookup(const struct smmu_stats *stats, uint64_t key,
					     uint64_t tag)
{
	size_t i = slot_of(stats, key, tag);

	while (stats->streams[i].records &&
	       (stats->streams[i].key != key || stats->streams[i].tag != tag))
		i = i + 1 == stats->capacity ? 0 : i + 1;
	return &stats->streams[i];
}

static int grow(struct smmu_stats *stats)
{
	struct smmu_stats old = *stats;

	stats->shift = old.capacity ? old.shift - 1 : 64 - CAPACITY_FIRST_LOG2;
	stats->capacity = (size_t)smmu_pow2(64 - stats->shift);
	stats->streams = calloc(stats->capacity, sizeof(*stats->streams));
	if (!stats->streams) {
		*stats = old;
		return SMMU_E_NOMEM;
	}
	for (size_t i = 0; i < old.capacity; i++)
		if (old.streams[i].records)
			*lookup(stats, old.streams[i].key, old.streams[i].tag) = old.streams[i];
	free(old.streams);
	return 0;
}

/* A row for a stream that has none. */
static int add_row(struct smmu_stats_stream **row, struct smmu_stats *stats, uint64_t key,
		   uint64_t tag)
{
	if (stats->streams_count == SMMU_STATS_STREAMS_MAX) {
		*row = &stats->others;
		return 0;
	}
	if (stats->streams_count * 2 >= stats->capacity && grow(stats))
		return SMMU_E_NOMEM;
	*row = lookup(stats, key, tag);
	stats->streams_count++;
	return 0;
}

/* A row for a stream that has none, with what it is about. */
static SMMU_NOINLINE struct smmu_stats_stream *make_row(struct smmu_stats *stats, uint32_t smmu,
							const struct smmu_txn *txn, uint64_t key,
							uint64_t tag)
{
	struct smmu_stats_stream *row;

	if (add_row(&row, stats, key, tag))
		return NULL;
	row->key = key;
	row->tag = tag;
	row->smmu = smmu;
	row->stream = txn->stream;
	row->substream = txn->ssv ? txn->substream : 0;
	row->ssv = txn->ssv;
	row->sec = txn->sec;
	return row;
}

/* The row of a transaction's stream, made where there is none yet; NULL: no memory. */
SMMU_INLINE struct smmu_stats_stream *row_of(struct smmu_stats *stats, uint32_t smmu,
					     const struct smmu_txn *txn)
{
	uint64_t key = txn->stream | (txn->ssv ? (uint64_t)txn->substream << SUBSTREAM_LSB : 0);
	uint64_t tag = txn->ssv | (uint64_t)txn->sec << SEC_LSB | (uint64_t)smmu << SMMU_LSB;
	struct smmu_stats_stream *row = stats->capacity ? lookup(stats, key, tag) : NULL;

	return SMMU_LIKELY(row && row->records) ? row : make_row(stats, smmu, txn, key, tag);
}

static unsigned type_of(const struct smmu_result *result)
{
	const struct smmu_evt evt = {{result->event.word[0]}};

	return (unsigned)smmu_evt_Type(&evt);
}

static int count_event(struct smmu_stats_stream *row, const struct smmu_result *result)
{
	if (!row->by_event)
		row->by_event = calloc(SMMU_STATS_EVENTS, sizeof(*row->by_event));
	if (!row->by_event)
		return SMMU_E_NOMEM;
	row->by_event[type_of(result) % SMMU_STATS_EVENTS]++;
	return 0;
}

static int count_stream(struct smmu_stats *stats, uint32_t smmu, const struct smmu_record *record,
			const struct smmu_result *result)
{
	struct smmu_stats_stream *row = row_of(stats, smmu, &record->txn);

	if (!row)
		return SMMU_E_NOMEM;
	row->records++;
	row->bytes += record->txn.size;
	row->by_status[result->status]++;
	return result->event.present ? count_event(row, result) : 0;
}

int smmu_stats_add_alike(struct smmu_stats *stats, uint32_t smmu, const struct smmu_txn *txn,
			 size_t count, uint64_t bytes)
{
	struct smmu_stats_stream *row = row_of(stats, smmu, txn);

	if (!row)
		return SMMU_E_NOMEM;
	row->records += count;
	row->bytes += bytes;
	row->by_status[SMMU_STATUS_OK] += count;
	return 0;
}

void smmu_stats_add_passed(struct smmu_stats *stats, const struct smmu_record *first,
			   const struct smmu_record *last, uint64_t count)
{
	if (!stats->records)
		stats->first_ns = first->time_ns;
	stats->last_ns = last->time_ns;
	stats->records += count;
	stats->by_status[SMMU_STATUS_OK] += count;
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
		stats->by_event[type_of(result) % SMMU_LEN(stats->by_event)]++;
		stats->events_lost += !result->event.recorded;
		stats->events_merged += result->event.merged;
	}
	return is_traffic(record->op) ? count_stream(stats, smmu, record, result) : 0;
}
