/* Runs of short traces through an SMMU that is not enabled: GBPA decides (6.3.14). */
#include "replay/replay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"

/* SMMU_GBPA.ABORT is bit 20. */
#define GBPA_ABORT 0x100000u

struct fixture {
	struct smmu_machine machine;
	struct smmu_machine_smmu smmu[2];
	struct smmu_diag diag;
	struct smmu_stats stats;
	unsigned reports;
	char last[256];
	enum smmu_status seen[16];
	unsigned differs, visits, stop_after;
	bool only_counts; /* nobody looks at single answers */
};

static void report(void *ctx, const struct smmu_diag_record *record)
{
	struct fixture *f = ctx;

	f->reports++;
	snprintf(f->last, sizeof(f->last), "%u: %s", record->at ? record->at->line : 0,
		 record->message);
}

static int visit(void *ctx, const struct smmu_answer *answer)
{
	struct fixture *f = ctx;

	cr_assert_lt(f->visits, SMMU_LEN(f->seen));
	cr_expect_eq(answer->n, f->visits);
	f->seen[f->visits++] = answer->result->status;
	f->differs += answer->differs;
	return f->visits == f->stop_after ? 7 : 0;
}

/* SMMU "a" lets traffic through, "b" aborts it. */
static void setup(struct fixture *f)
{
	static uint64_t regs[2][SMMU_REG_COUNT];
	static char names[2][2] = {"a", "b"};

	*f = (struct fixture){.machine = {.count = 2, .smmu = f->smmu}};
	f->diag = (struct smmu_diag){.report = report, .ctx = f};
	cr_assert_eq(smmu_mem_new(&f->machine.mem), 0);
	cr_assert_eq(smmu_mem_add_ram(f->machine.mem, SMMU_PAS_ALL, 0x1000, 0x1000), 0);
	for (unsigned i = 0; i < 2; i++) {
		regs[i][SMMU_REG_IDR0] = 3;    /* S1P, S2P */
		regs[i][SMMU_REG_IDR5] = 0x15; /* OAS 48, 4K */
		regs[i][SMMU_REG_GBPA] = i ? GBPA_ABORT : 0;
		f->smmu[i].name = names[i];
		cr_assert_eq(smmu_model_new(&f->smmu[i].model, f->machine.mem, regs[i]), 0);
	}
}

static void teardown(struct fixture *f)
{
	for (unsigned i = 0; i < 2; i++)
		smmu_model_free(f->smmu[i].model);
	smmu_mem_free(f->machine.mem);
	smmu_stats_fini(&f->stats);
}

static int run(struct fixture *f, const char *text, bool expect)
{
	const struct smmu_trace_options options = {.format = SMMU_TRACE_CSV};
	struct smmu_replay replay = {
		.machine = &f->machine,
		.name = "t.csv",
		.expect = expect,
		.visit = f->only_counts ? NULL : visit,
		.ctx = f,
		.stats = &f->stats,
	};
	struct smmu_in *in;
	int error;

	cr_assert_eq(smmu_in_open_memory(&in, "t.csv", text, strlen(text)), 0);
	cr_assert_eq(smmu_trace_open(&replay.trace, in, &options, &f->diag), 0);
	error = smmu_replay_run(&replay, &f->diag);
	smmu_trace_close(replay.trace);
	smmu_in_close(in);
	return error;
}

Test(replay, records_go_to_the_smmu_they_name)
{
	struct fixture f;

	setup(&f);
	cr_expect_eq(
		run(&f, "smmu,stream,address,access\na,1,0x10,r\nb,1,0x10,r\n,1,0x10,w\n", false),
		0);
	cr_expect_eq(f.visits, 3);
	cr_expect_eq(f.seen[0], SMMU_STATUS_OK);
	cr_expect_eq(f.seen[1], SMMU_STATUS_ABORT);
	cr_expect_eq(f.seen[2], SMMU_STATUS_OK, "the first one when none is named");
	cr_expect_eq(f.stats.streams_count, 2);
	teardown(&f);
}

Test(replay, an_unknown_smmu_ends_the_run_at_its_line)
{
	struct fixture f;

	setup(&f);
	cr_expect_eq(run(&f, "smmu,stream,address,access\na,1,0x10,r\nc,1,0x10,r\n", false),
		     SMMU_E_UNKNOWN);
	cr_expect_eq(f.visits, 1);
	cr_expect_gt(f.reports, 0);
	teardown(&f);
}

Test(replay, expectations_are_compared_where_they_are_given)
{
	static const char trace[] = "stream,address,access,pa\n1,0x10,r,0x10\n1,0x10,r,0x11\n"
				    "1,0x10,r,\n";
	struct fixture f;

	setup(&f);
	cr_expect_eq(run(&f, trace, true), 0);
	cr_expect_eq(f.differs, 1);
	cr_expect_eq(f.stats.expected, 2);
	cr_expect_eq(f.stats.differences, 1);
	teardown(&f);
	setup(&f);
	cr_expect_eq(run(&f, trace, false), 0);
	cr_expect_eq(f.differs, 0);
	teardown(&f);
}

Test(replay, a_poke_writes_memory_in_memory_order)
{
	uint8_t bytes[4];
	struct fixture f;

	setup(&f);
	cr_expect_eq(run(&f, "op,address,data\npoke,0x1ffc,00a1B2c3\n", false), 0);
	cr_expect_eq(f.seen[0], SMMU_STATUS_NONE);
	cr_assert(smmu_mem_read(f.machine.mem, (struct smmu_pa){0x1ffc, SMMU_PAS_NS}, bytes, 4));
	cr_expect_arr_eq(bytes, "\x00\xa1\xb2\xc3", 4);
	teardown(&f);
}

Test(replay, a_poke_where_no_memory_is_changes_nothing)
{
	struct fixture f;

	setup(&f);
	cr_expect_eq(run(&f, "op,address,data\npoke,0x1ffe,11223344\n", false), 0);
	cr_expect_eq(f.diag.warnings, 1);
	cr_expect_eq(f.seen[0], SMMU_STATUS_NONE);
	teardown(&f);
}

Test(replay, the_visitor_can_end_the_run)
{
	struct fixture f;

	setup(&f);
	f.stop_after = 2;
	cr_expect_eq(run(&f, "stream,address,access\n1,0,r\n1,0,r\n1,0,r\n", false), 7);
	cr_expect_eq(f.visits, 2);
	teardown(&f);
}

static int emit_after(struct fixture *f, char *text, size_t size)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit;
	struct smmu_out *out;
	const char *got;
	size_t length;
	int error;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	error = smmu_memory_after_emit(emit, f->machine.mem);
	cr_assert_eq(smmu_emit_free(emit), 0);
	got = smmu_out_memory(out, &length);
	snprintf(text, size, "%.*s", (int)length, got);
	cr_assert_eq(smmu_out_close(out), 0);
	return error;
}

Test(replay, memory_after_is_what_differs)
{
	char text[256];
	struct fixture f;

	setup(&f);
	cr_assert_eq(smmu_mem_mark_clean(f.machine.mem), 0);
	cr_expect_eq(run(&f, "op,address,data\npoke,0x1100,0102030405\npoke,0x1102,00\n", false),
		     0);
	cr_expect_eq(emit_after(&f, text, sizeof(text)), 0);
	cr_expect_not_null(strstr(text, "\"base\":\"0x1100\""), "%s", text);
	cr_expect_not_null(strstr(text, "\"hex\":\"0102\""), "%s", text);
	cr_expect_not_null(strstr(text, "\"base\":\"0x1103\""), "%s", text);
	cr_expect_not_null(strstr(text, "\"hex\":\"0405\""), "%s", text);
	cr_expect_null(strstr(text, "space"), "%s", text);
	teardown(&f);
}

static uint64_t row_sum(const struct smmu_stats_stream *row)
{
	uint64_t sum = row->records * 3 + row->bytes * 5;

	for (unsigned i = 0; i < SMMU_STATUS_COUNT; i++)
		sum += row->by_status[i] * (7 + i);
	return sum;
}

/* Rows of two runs over the same trace are at the same places. */
static void expect_same_counts(const struct smmu_stats *a, const struct smmu_stats *b)
{
	cr_expect_eq(a->records, b->records);
	cr_expect_eq(a->first_ns, b->first_ns);
	cr_expect_eq(a->last_ns, b->last_ns);
	cr_expect_eq(a->timed, b->timed);
	cr_expect_arr_eq(a->by_status, b->by_status, sizeof(a->by_status));
	cr_assert_eq(a->capacity, b->capacity);
	for (size_t i = 0; i < a->capacity; i++) {
		cr_expect_eq(a->streams[i].key, b->streams[i].key);
		cr_expect_eq(row_sum(&a->streams[i]), row_sum(&b->streams[i]));
	}
}

/* Runs of accesses that are alike take another way when they are only counted. */
Test(replay, counts_are_the_same_whether_answers_are_looked_at_or_not)
{
	/* OAS is 48 bits: what is above aborts. */
	static const char *const traces[] = {
		"1,,0x10,r,4,,50\n1,,0x20,w,4,,60\n1,,0x1000000000000,r,8,,70\n1,,0x30,r,4,,80\n",
		"1,,0x1000000000000,r,8,,50\n1,,0x1000000000000,r,8,,60\n2,,0x30,r,4,,80\n",
		"1,,0x10,r,4,,\n1,3,0x20,w,4,,\n1,3,0x30,w,2,,\n1,4,0x30,w,4,b,\n1,4,0x30,w,4,,9\n",
		"5,,0x10,r,1,b,\n5,,0x10,rw,1,,\n5,,0x10,r,64,,\n6,,0x2000000000000,w,1,,\n",
		"7,,0x10,r,4,,\n7,,0x1000000000000,r,4,,\n7,,0x1000000000000,r,4,,\n7,,0x20,r,4,,\n",
		"",
	};

	for (size_t i = 0; i < SMMU_LEN(traces); i++) {
		struct fixture looked, counted;
		char text[512];

		snprintf(text, sizeof(text), "stream,substream,address,access,size,smmu,time\n%s",
			 traces[i]);
		setup(&looked);
		cr_assert_eq(run(&looked, text, false), 0);
		setup(&counted);
		counted.only_counts = true;
		cr_assert_eq(run(&counted, text, false), 0);
		expect_same_counts(&looked.stats, &counted.stats);
		cr_expect(!*traces[i] || counted.stats.by_status[SMMU_STATUS_ABORT] > 0);
		teardown(&looked);
		teardown(&counted);
	}
}
