/*
 * What a run amounted to: counts by stream and substream, status and event.
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

/* Streams and substreams that get a row of their own; the records of more are counted together. */
#define SMMU_STATS_STREAMS_MAX (1u << 15)
/* Event types that are counted by stream: those that a transaction may give (7.3). */
#define SMMU_STATS_EVENTS 0x40

struct smmu_compare;
struct smmu_touch;
struct smmu_bugs;

struct smmu_stats_stream {
	uint64_t key, tag; /* what is below, in two words; internal */
	uint32_t smmu;	   /* index in the machine */
	uint32_t stream, substream;
	enum smmu_sec sec;
	bool ssv;
	uint64_t records, bytes;
	uint64_t by_status[SMMU_STATUS_COUNT];
	uint32_t *by_event; /* owned, SMMU_STATS_EVENTS counts, or NULL */
};

/* Embedded: {0} is empty, fini frees. */
struct smmu_stats {
	uint64_t records;
	/* Of a comparison: answers of which something is recorded; of those not as recorded, and
	 * those that can be no more; recorded answers that the run did not give. */
	uint64_t expected, differences, changed, unmet;
	uint64_t not_compared; /* answers of which nothing is recorded, where answers are */
	const struct smmu_compare *compare; /* borrowed; NULL without */
	const struct smmu_touch *touch;	    /* the same */
	const struct smmu_bugs *bugs;	    /* the same */
	enum smmu_emit_format format;	    /* of the summary; set by the caller */
	/* The name of a stream's device, NULL when it has none; set by the caller, may be NULL. */
	const char *(*device)(const void *ctx, const char *smmu, uint32_t stream);
	const void *device_ctx;
	uint64_t skipped; /* lines of the trace that could not be read; set by the caller */
	bool timed;	  /* the trace has times of its own */
	uint64_t by_status[SMMU_STATUS_COUNT];
	uint64_t by_event[256];
	uint64_t events_lost;	/* not recorded */
	uint64_t events_merged; /* told by the record before */
	uint64_t updates;
	uint64_t stale; /* answers from a cached entry that a fresh walk contradicts */
	uint64_t first_ns, last_ns;
	struct smmu_stats_stream *streams; /* owned; a hash table, rows with records > 0 */
	size_t capacity, streams_count;
	unsigned shift;			 /* a hash to a row */
	struct smmu_stats_stream *last;	 /* counted last, or NULL; among streams */
	struct smmu_stats_stream others; /* beyond SMMU_STATS_STREAMS_MAX */
};

/* "ns", "s", "realm", "root": static storage. */
const char *smmu_stats_sec_name(enum smmu_sec sec);
void smmu_stats_fini(struct smmu_stats *stats);
/* One answer; SMMU_E_NOMEM. */
int smmu_stats_add(struct smmu_stats *stats, uint32_t smmu, const struct smmu_record *record,
		   const struct smmu_result *result);
/*
 * The same in two parts, of accesses in a row that were answered with OK and
 * nothing beside it: for the stream of those that are alike
 * (smmu_txn_is_like()), count of them with bytes together; and for the run, all
 * that went before in one go, the last record of any kind included.
 */
int smmu_stats_add_alike(struct smmu_stats *stats, uint32_t smmu, const struct smmu_txn *txn,
			 size_t count, uint64_t bytes);
void smmu_stats_add_passed(struct smmu_stats *stats, const struct smmu_record *first,
			   const struct smmu_record *last, uint64_t count);

#endif
