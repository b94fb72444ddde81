/* Counts of a run. */
#include "replay/stats.h"

#include <criterion/criterion.h>

static void add(struct smmu_stats *stats, uint32_t smmu, uint32_t stream, enum smmu_status status,
		uint64_t event_word)
{
	const struct smmu_record record = {
		.op = SMMU_OP_ACCESS,
		.txn = {.stream = stream, .size = 8, .read = true},
		.time_ns = stats->records * 10,
	};
	const struct smmu_result result = {
		.status = status,
		.event = {.present = event_word != 0, .recorded = true, .word = {event_word}},
	};

	cr_assert_eq(smmu_stats_add(stats, smmu, &record, &result), 0);
}

static const struct smmu_stats_stream *find(const struct smmu_stats *stats, uint32_t smmu,
					    uint32_t stream)
{
	for (size_t i = 0; i < stats->capacity; i++)
		if (stats->streams[i].records && stats->streams[i].smmu == smmu &&
		    stats->streams[i].stream == stream)
			return &stats->streams[i];
	return NULL;
}

Test(stats, counts_by_status_event_and_stream)
{
	struct smmu_stats stats = {0};
	const struct smmu_stats_stream *row;

	add(&stats, 0, 8, SMMU_STATUS_OK, 0);
	add(&stats, 0, 8, SMMU_STATUS_FAULT, 0x0000000800000010);
	add(&stats, 0, 9, SMMU_STATUS_FAULT, 0x0000000900000002);
	add(&stats, 1, 8, SMMU_STATUS_ABORT, 0);
	cr_expect_eq(stats.records, 4);
	cr_expect_eq(stats.by_status[SMMU_STATUS_OK], 1);
	cr_expect_eq(stats.by_status[SMMU_STATUS_FAULT], 2);
	cr_expect_eq(stats.by_status[SMMU_STATUS_ABORT], 1);
	cr_expect_eq(stats.by_event[0x10], 1);
	cr_expect_eq(stats.by_event[0x02], 1);
	cr_expect_eq(stats.streams_count, 3);
	row = find(&stats, 0, 8);
	cr_assert_not_null(row);
	cr_expect_eq(row->records, 2);
	cr_expect_eq(row->bytes, 16);
	cr_expect_eq(row->by_status[SMMU_STATUS_FAULT], 1);
	cr_expect_not_null(find(&stats, 1, 8));
	cr_expect_eq(stats.last_ns - stats.first_ns, 30);
	smmu_stats_fini(&stats);
}

Test(stats, keeps_every_stream_while_it_grows)
{
	struct smmu_stats stats = {0};

	for (uint32_t i = 0; i < 10000; i++)
		add(&stats, 0, i * 0x10001u, SMMU_STATUS_OK, 0);
	for (uint32_t i = 0; i < 10000; i++)
		add(&stats, 0, i * 0x10001u, SMMU_STATUS_OK, 0);
	cr_expect_eq(stats.streams_count, 10000);
	cr_expect_eq(find(&stats, 0, 9999 * 0x10001u)->records, 2);
	cr_expect_eq(stats.others.records, 0);
	smmu_stats_fini(&stats);
}

/* A stream without a substream, with substream 0, and with another are three rows. */
Test(stats, substreams_and_their_events)
{
	struct smmu_record record = {.op = SMMU_OP_ACCESS, .txn = {.stream = 8, .size = 8}};
	struct smmu_result result = {.status = SMMU_STATUS_OK};
	struct smmu_stats stats = {0};
	unsigned events = 0;

	cr_assert_eq(smmu_stats_add(&stats, 0, &record, &result), 0);
	record.txn.ssv = true;
	cr_assert_eq(smmu_stats_add(&stats, 0, &record, &result), 0);
	record.txn.substream = 0xfffff;
	result = (struct smmu_result){.status = SMMU_STATUS_FAULT,
				      .event = {.present = true, .word = {0x13}}};
	cr_assert_eq(smmu_stats_add(&stats, 0, &record, &result), 0);
	cr_assert_eq(smmu_stats_add(&stats, 0, &record, &result), 0);
	cr_expect_eq(stats.streams_count, 3);
	for (size_t i = 0; i < stats.capacity; i++)
		if (stats.streams[i].by_event) {
			cr_expect_eq(stats.streams[i].substream, 0xfffff);
			cr_expect_eq(stats.streams[i].by_event[0x13], 2);
			events++;
		}
	cr_expect_eq(events, 1);
	smmu_stats_fini(&stats);
}

/* Beyond the cap rows are counted together, and memory grows no more. */
Test(stats, no_more_rows_than_the_most)
{
	struct smmu_stats stats = {0};

	for (uint32_t i = 0; i < SMMU_STATS_STREAMS_MAX + 5; i++)
		add(&stats, 0, i, SMMU_STATUS_OK, 0);
	cr_expect_eq(stats.streams_count, SMMU_STATS_STREAMS_MAX);
	cr_expect_eq(stats.others.records, 5);
	smmu_stats_fini(&stats);
}
