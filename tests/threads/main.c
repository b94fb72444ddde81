/*
 * The threaded code, driven by a plain program: criterion does not start under
 * the thread sanitizer.  Every run with several threads must give what one
 * gives, to the byte: answers, reports, counts and the memory left behind.
 * Traces come through pipes, in pieces of any size, so that their parts are many.
 *
 *	threads ROUNDS [SEED]
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "compile/load.h"
#include "replay/replay.h"
#include "trace/writer.h"

enum { RECORDS_MAX = 6000 };

static const char system_text[] =
	"version: 1\n"
	"memory: [{base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - {name: s0, features: &f {architecture: v3.3, stages: [1, 2], granules: [4K],\n"
	"     output-bits: 44, stream-bits: 8, substream-bits: 4, httu: dirty},\n"
	"     tables: {base: 0x90000000, size: 1M}}\n"
	"  - {name: s1, features: *f, tables: {base: 0x91000000, size: 1M}}\n"
	"domains:\n"
	"  - {name: d0, stage: 1, input-bits: 39, asid: 1,\n"
	"     maps: [{iova: 0x10000000, pa: 0x88000000, size: 4M, access: rw}]}\n"
	"  - {name: d1, stage: 1, input-bits: 39, asid: 2,\n"
	"     maps: [{iova: 0x10000000, pa: 0x8c000000, size: 1M, access: rw}]}\n"
	"devices:\n"
	"  - {name: a, smmu: s0, streams: [1], stage1: d0, ste: {MEV: 1}}\n"
	"  - {name: b, smmu: s0, streams: [2], stage1: d0, substreams: [{id: 1, stage1: d1}]}\n"
	"  - {name: c, smmu: s1, streams: [1], stage1: d1}\n";

static uint64_t seed;
static unsigned failures;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void expect(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "threads: %s\n", what);
		failures++;
	}
}

/* Everything a run has to say. */
struct told {
	struct smmu_buf text;
	const struct smmu_machine *machine;
	unsigned ticks;
	unsigned stop_after;  /* ticks; 0: never */
	struct smmu_in *stop; /* by this end of the input, else by whoever is told */
};

static void report(void *ctx, const struct smmu_diag_record *record)
{
	struct told *told = ctx;

	smmu_buf_printf(&told->text, "%u: %s %.*s\n", record->at ? record->at->line : 0,
			record->message, record->at ? (int)record->at->text_len : 0,
			record->at && record->at->text ? record->at->text : "");
}

static int visit(void *ctx, const struct smmu_answer *answer)
{
	struct told *told = ctx;
	const struct smmu_result *result = answer->result;

	smmu_buf_printf(&told->text, "%" PRIu64 " %zu %d %" PRIx64 " %d %" PRIx64 " %u %zu\n",
			answer->n, answer->smmu, (int)result->status,
			result->status == SMMU_STATUS_OK ? result->pa.pa : 0, result->event.present,
			result->event.present ? result->event.word[0] : 0, result->updates_count,
			answer->interrupts_count);
	return 0;
}

static int tick(void *ctx, const struct smmu_progress *progress)
{
	struct told *told = ctx;

	(void)progress;
	if (++told->ticks != told->stop_after)
		return 0;
	if (!told->stop)
		return 7;
	smmu_in_stop(told->stop);
	return 0;
}

static int tell_change(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes, size_t size)
{
	struct told *told = ctx;

	smmu_buf_printf(&told->text, "memory %x %" PRIx64 " ", pas_set, pa);
	for (size_t i = 0; i < size; i++)
		smmu_buf_printf(&told->text, "%02x", bytes[i]);
	smmu_buf_putc(&told->text, '\n');
	return 0;
}

static void tell_stats(struct told *told, const struct smmu_stats *stats)
{
	struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	const char *text;
	size_t size;

	if (smmu_out_open_memory(&out) || smmu_emit_new(&emit, out, &options))
		abort();
	expect(!smmu_stats_emit(emit, stats, told->machine), "no summary");
	smmu_emit_free(emit);
	text = smmu_out_memory(out, &size);
	smmu_buf_append(&told->text, text, size);
	smmu_out_close(out);
}

static int edit(bool *changed, void *ctx, const struct smmu_record *record, size_t smmu,
		const struct smmu_place *at, struct smmu_diag *diag)
{
	return smmu_edit_record(changed, ctx, record, smmu, at, diag);
}

/* How a run is made; what it reads is in. */
struct how {
	unsigned jobs;
	bool each, drain, merging;
	unsigned stop_after;
	bool stops_input;
};

static int run(struct told *told, const struct how *how, struct smmu_in *in)
{
	struct smmu_diag diag = {.report = report, .ctx = told};
	struct smmu_machine machine;
	struct smmu_stats stats = {0};
	struct smmu_edit *tables = NULL;
	struct smmu_sys *sys = NULL;
	struct smmu_replay replay = {.machine = &machine,
				     .name = "trace",
				     .drain = how->drain,
				     .visit = how->each ? visit : NULL,
				     .tick = tick,
				     .ctx = told,
				     .edit = edit,
				     .stats = &stats,
				     .jobs = how->jobs};
	int error;

	*told = (struct told){.machine = &machine,
			      .stop_after = how->stop_after,
			      .stop = how->stops_input ? in : NULL};
	if (smmu_sys_load_memory(&sys, "system", system_text, strlen(system_text), &diag) ||
	    smmu_compile_load_editable(&machine, &tables, sys, &diag) ||
	    smmu_mem_mark_clean(machine.mem) || smmu_trace_open(&replay.trace, in, NULL, &diag)) {
		fputs(smmu_buf_text(&told->text), stderr);
		abort();
	}
	replay.edit_ctx = tables;
	for (size_t i = 0; i < machine.count; i++)
		smmu_model_set_merging(machine.smmu[i].model, how->merging);
	error = smmu_replay_run(&replay, &diag);
	smmu_trace_close(replay.trace);
	smmu_buf_printf(&told->text, "ended with %d\n", error);
	tell_stats(told, &stats);
	smmu_mem_changes(machine.mem, tell_change, told);
	smmu_stats_fini(&stats);
	smmu_edit_free(tables);
	smmu_machine_fini(&machine);
	smmu_sys_free(sys);
	return error;
}

static void add_rare(struct smmu_buf *trace, uint64_t page)
{
	switch (rnd(10)) {
	case 0:
		smmu_buf_printf(trace, "command,,,,,,,0x%x 0,\n", rnd(2) ? 0x30 : 0x46);
		break;
	case 1:
		smmu_buf_printf(trace, "mmio,s%d,,,0x100a8,4,r,,\n", (int)rnd(2));
		break;
	case 2:
		smmu_buf_printf(trace, "map,,1,,0x%" PRIx64 ",4096,rw,,0x89000000\n", page);
		break;
	case 3:
		smmu_buf_printf(trace, "unmap,,1,,0x%" PRIx64 ",4096,,,\n", page);
		break;
	case 4:
		smmu_buf_printf(trace, "poke,,,,0x80000010,,,%08x,\n", (unsigned)rnd(1u << 31));
		break;
	case 5:
		smmu_buf_printf(trace, "access,s%d,1,,0x%" PRIx64 ",1,w,,\n", (int)rnd(2),
				rnd(UINT64_C(1) << 40));
		break;
	case 6:
		for (uint64_t i = rnd(2000); i; i--)
			smmu_buf_printf(trace, "access,,x%" PRIu64 "\n", i);
		break;
	case 7:
		smmu_buf_printf(trace, "ats-request,,1,,0x%" PRIx64 ",1,r,,\n", page);
		break;
	case 8:
		for (uint64_t i = rnd(20); i; i--)
			smmu_buf_printf(trace, "access,,%d,,0x%x,1,r,,\n", rnd(4) ? 1 : 2,
					(unsigned)rnd(2) << 12);
		break;
	default:
		smmu_buf_printf(trace, "access,,40,,0x%" PRIx64 ",1,r,,\n", page);
	}
}

/* Traffic that goes through, and one record in so many that does more. */
static void make_trace(struct smmu_buf *trace)
{
	uint64_t records = 1 + rnd(RECORDS_MAX), rare = 1 + rnd(rnd(2) ? 30 : 3000);

	smmu_buf_printf(trace, "op,smmu,stream,substream,address,size,access,data,pa\n");
	for (uint64_t i = 0; i < records; i++) {
		uint64_t page = 0x10000000 + 0x1000 * rnd(200);

		if (rnd(rare) == 0)
			add_rare(trace, page);
		else
			smmu_buf_printf(trace, "access,%s,%s,0x%" PRIx64 ",64,%c,,\n",
					rnd(10) ? "" : "s0",
					rnd(4)	 ? "1,"
					: rnd(2) ? "2,"
						 : "2,1",
					page, rnd(3) ? 'r' : 'w');
	}
}

/* The same trace in binary; its lines that cannot be read are left out. */
static void make_binary(struct smmu_buf *binary, const struct smmu_buf *trace)
{
	struct smmu_trace_writer *writer;
	struct smmu_trace *reader;
	struct smmu_record records[64];
	struct smmu_out *out;
	struct smmu_in *in;
	const char *bytes;
	size_t got;

	if (smmu_in_open_memory(&in, "trace", trace->data, trace->size) ||
	    smmu_trace_open(&reader, in, NULL, NULL) || smmu_out_open_memory(&out) ||
	    smmu_trace_writer_new(&writer, out, SMMU_TRACE_BINARY, 0))
		abort();
	while (!smmu_trace_next(&got, reader, records, SMMU_LEN(records), NULL) && got)
		for (size_t i = 0; i < got; i++)
			smmu_trace_write(writer, &records[i],
					 records[i].smmu
						 ? smmu_trace_smmu_name(reader, records[i].smmu - 1)
						 : NULL);
	smmu_trace_writer_free(writer);
	bytes = smmu_out_memory(out, &got);
	smmu_buf_append(binary, bytes, got);
	smmu_out_close(out);
	smmu_trace_close(reader);
	smmu_in_close(in);
}

/* A trace on its way through a pipe. */
struct feeder {
	const struct smmu_buf *trace;
	uint64_t dice;
	int from, to;
	bool stays_open;
	pthread_t thread;
};

/* Whoever reads has taken what was written, or has gone. */
static bool is_taken(const struct feeder *feeder)
{
	int left = 0;

	return ioctl(feeder->from, FIONREAD, &left) || !left;
}

static void *write_trace(void *ctx)
{
	struct feeder *feeder = ctx;
	ssize_t n = 1;

	for (size_t at = 0; at < feeder->trace->size && n > 0; at += (size_t)n) {
		size_t size = feeder->trace->size - at;

		feeder->dice = feeder->dice * UINT64_C(6364136223846793005) + 1;
		if (size > 1 + (feeder->dice >> 52))
			size = 1 + (feeder->dice >> 52);
		n = write(feeder->to, feeder->trace->data + at, size);
		while (n > 0 && feeder->dice >> 48 & 1 && !is_taken(feeder))
			sched_yield();
	}
	if (!feeder->stays_open)
		close(feeder->to);
	return NULL;
}

static void open_pipe(struct feeder *feeder, struct smmu_in **in)
{
	int ends[2];

	feeder->dice = rnd(UINT64_MAX);
	if (pipe(ends) || dup2(ends[0], STDIN_FILENO) < 0 || smmu_in_open(in, "-", NULL))
		abort();
	if (ends[0] != STDIN_FILENO)
		close(ends[0]);
	feeder->from = STDIN_FILENO;
	feeder->to = ends[1];
	if (pthread_create(&feeder->thread, NULL, write_trace, feeder))
		abort();
}

static void close_pipe(struct feeder *feeder, struct smmu_in *in)
{
	smmu_in_close(in);
	close(STDIN_FILENO);
	pthread_join(feeder->thread, NULL);
	if (feeder->stays_open)
		close(feeder->to);
}

/* Where answers are asked for, what is reported between them depends on what was read at once. */
static void compare(const struct smmu_buf *trace, const struct how *how)
{
	struct feeder feeder = {.trace = trace};
	struct told one, many;
	struct how alone = *how;
	struct smmu_in *in;

	alone.jobs = 1;
	if (smmu_in_open_memory(&in, "<stdin>", trace->data, trace->size))
		abort();
	run(&one, &alone, in);
	smmu_in_close(in);
	if (how->each || how->drain) {
		if (smmu_in_open_memory(&in, "<stdin>", trace->data, trace->size))
			abort();
		run(&many, how, in);
		smmu_in_close(in);
	} else {
		open_pipe(&feeder, &in);
		run(&many, how, in);
		close_pipe(&feeder, in);
	}
	expect(one.text.size == many.text.size &&
		       !memcmp(one.text.data, many.text.data, one.text.size),
	       "several threads gave something else");
	smmu_buf_fini(&one.text);
	smmu_buf_fini(&many.text);
}

/* A pipe that stays open: who wants no more does not wait for it, nor who is stopped. */
static void stop_early(const struct how *how)
{
	struct smmu_buf trace = {0};
	struct feeder feeder = {.trace = &trace, .stays_open = true};
	struct told told;
	struct smmu_in *in;
	int error;

	smmu_buf_printf(&trace, "stream,address,access\n");
	while (trace.size < (size_t)1 << 19)
		smmu_buf_printf(&trace, "%d,0x10000000,r\n", rnd(100) ? 1 : 40);
	open_pipe(&feeder, &in);
	error = run(&told, how, in);
	expect(error == (how->stops_input ? SMMU_E_STOPPED : 7), "a run did not end early");
	smmu_buf_fini(&told.text);
	close_pipe(&feeder, in);
	smmu_buf_fini(&trace);
}

static void run_round(unsigned jobs)
{
	struct smmu_buf text = {0}, binary = {0};
	const struct smmu_buf *trace = rnd(3) ? &text : &binary;
	struct how how = {
		.jobs = jobs, .each = rnd(4) == 0, .drain = rnd(4) == 0, .merging = rnd(2)};

	make_trace(&text);
	make_binary(&binary, &text);
	compare(trace, &how);
	how = (struct how){.jobs = jobs, .stop_after = 1};
	stop_early(&how);
	how.stops_input = true;
	stop_early(&how);
	smmu_buf_fini(&text);
	smmu_buf_fini(&binary);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 0) : 0;

	if (rounds < 1) {
		fputs("usage: threads ROUNDS [SEED]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (long i = 0; i < rounds && !failures; i++) {
		seed = UINT64_C(0x9e3779b97f4a7c15) *
		       (uint64_t)(i + (argc > 2 ? strtol(argv[2], NULL, 0) : 1));
		run_round(2 + (unsigned)i % 4);
		if (failures)
			fprintf(stderr, "threads: round %ld\n", i);
	}
	printf("threads: %ld rounds, %u failures\n", rounds, failures);
	return failures != 0;
}
