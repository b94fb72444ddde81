/*
 * What a run amounted to: counts by stream, status and event.
 *
 * Threading: one thread at a time per object.
 */
#ifndef SMMU_REPLAY_STATS_H
#define SMMU_REPLAY_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "base/emit.h"
#include "model/result.h"
#include "trace/record.h"

/* Streams that get a row of their own; the records of more are counted together. */
#define SMMU_STATS_STREAMS_MAX (1u << 20)

struct smmu_compare;

struct smmu_stats_stream {
	uint64_t key;  /* SMMU, security state and StreamID; internal */
	uint32_t smmu; /* index in the machine */
	uint32_t stream;
	enum smmu_sec sec;
	uint64_t records, bytes;
	uint64_t by_status[SMMU_STATUS_COUNT];
};

/* Embedded: {0} is empty, fini frees. */
struct smmu_stats {
	uint64_t records;
	/* Of a comparison: answers of which something is recorded; of those not as recorded, and
	 * those that can be no more; recorded answers that the run did not give. */
	uint64_t expected, differences, changed, unmet;
	const struct smmu_compare *compare; /* borrowed; NULL without */
	enum smmu_emit_format format;	    /* of the summary; set by the caller */
	uint64_t skipped; /* lines of the trace that could not be read; set by the caller */
	bool timed;	  /* the trace has times of its own */
	uint64_t by_status[SMMU_STATUS_COUNT];
	uint64_t by_event[256];
	uint64_t events_lost; /* not recorded */
	uint64_t updates;
	uint64_t stale; /* answers from a cached entry that a fresh walk contradicts */
	uint64_t first_ns, last_ns;
	struct smmu_stats_stream *streams; /* owned; a hash table, rows with records > 0 */
	size_t capacity, streams_count, capacity_log2;
	struct smmu_stats_stream *last;	 /* counted last, or NULL; among streams */
	struct smmu_stats_stream others; /* beyond SMMU_STATS_STREAMS_MAX */
};

void smmu_stats_fini(struct smmu_stats *stats);
/* One answer; SMMU_E_NOMEM. */
int smmu_stats_add(struct smmu_stats *stats, uint32_t smmu, const struct smmu_record *record,
		   const struct smmu_result *result);
/*
 * The same of count accesses in a row that were answered with OK and nothing
 * beside it: of one stream and security state, bytes bytes together.
 */
struct smmu_stats_run {
	const struct smmu_record *first, *last;
	uint64_t count, bytes;
	bool timed; /* one has a time of its own */
};
int smmu_stats_add_run(struct smmu_stats *stats, uint32_t smmu, const struct smmu_stats_run *run);

#endif
