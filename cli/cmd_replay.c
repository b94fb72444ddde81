/*
 * smmu replay SYSTEM TRACE
 */
#include "replay/bugs.h"
#include "replay/caches.h"
#include "replay/compare.h"
#include "replay/replay.h"
#include "replay/touch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "devices.h"
#include "load.h"
#include "progress.h"
#include "traces.h"

struct replay_args {
	const char *system, *trace, *memory_after, *caches, *expect, *stats;
	bool each, strict, drain, journal_only, merge_events;
	int format;
	struct cli_u64 jobs;
};

static const struct cli_opt replay_opts[] = {
	OPT_POS("SYSTEM", struct replay_args, system, "the system file"),
	OPT_POS("TRACE", struct replay_args, trace, "the trace; - is standard input"),
	OPT_FLAG("each", struct replay_args, each, "one answer a record instead of a summary"),
	OPT_STR_MAY("expect", struct replay_args, expect, "[FILE]",
		    "compare with recorded answers, or the trace's column pa; status 1 when they "
		    "differ"),
	OPT_STR("caches", struct replay_args, caches, "none|ideal|FILE",
		"caches that may answer with what they hold, in place of those of the system file; FILE "
		"says their sizes"),
	OPT_STR("stats", struct replay_args, stats, "WHAT,...",
		"more in the summary: footprint, hottest, reuse, working-set, journal, or all; "
		"bounded by the pages touched, up to a million"),
	OPT_FLAG("drain", struct replay_args, drain,
		 "software takes the events out of their queue as they come"),
	OPT_FLAG("merge-events", struct replay_args, merge_events,
		 "an event that repeats the newest record not taken yet leaves none, where STE.MEV "
		 "permits"),
	OPT_FLAG("journal-only", struct replay_args, journal_only,
		 "map and unmap are remembered, and change no tables"),
	OPT_FLAG("strict", struct replay_args, strict, "stop at a line that cannot be read"),
	OPT_STR("memory-after", struct replay_args, memory_after, "FILE",
		"write the memory that the run changed there, as JSON"),
	OPT_U64("jobs", struct replay_args, jobs, "N",
		"threads that read and translate a CSV or binary trace for its summary "
		"(default 1); the counts are the same"),
	OPT_ENUM("trace-format", struct replay_args, format, cli_trace_formats, SMMU_TRACE_AUTO,
		 "form of the trace, where it is not seen rightly"),
	OPT_END(),
};

struct run {
	struct cli_session *session;
	struct smmu_emit *emit;
	const struct smmu_machine *machine;
	struct smmu_edit *edit;
	struct smmu_stats stats;
	struct smmu_compare *compare;
	struct smmu_touch *touch; /* of --stats */
	struct smmu_bugs *bugs;
	struct cli_progress progress;
	bool each, inputs;
};

/* Positive: not an error, but nobody wants the rest. */
enum { STOP_QUIETLY = 1 };

enum { JOBS_MAX = 64 };

/* A pause in the input after which a table shows its rows: they are laid out together. */
enum { TABLE_PATIENCE_MS = 200 };

static int tick(void *ctx, const struct smmu_progress *progress)
{
	struct run *run = ctx;

	cli_progress_tick(&run->progress, progress->records, progress->position);
	if (progress->waits && run->each)
		smmu_emit_flush(run->emit);
	return 0;
}

/* For --stats; the end of one that stalled before is no record. */
static int count_pages(struct run *run, const struct smmu_answer *answer)
{
	const struct smmu_record *record = answer->record;
	const char *smmu = run->machine->smmu[answer->smmu].name, *device = NULL;
	int error = 0;

	if (answer->resumed)
		return 0;
	if (run->touch)
		error = smmu_touch_add(run->touch, (uint32_t)answer->smmu, record, answer->result);
	if (run->bugs && record->has_stream)
		device = run->stats.device(run->stats.device_ctx, smmu, record->txn.stream);
	if (run->bugs && !error)
		error = smmu_bugs_add(run->bugs, answer->n, (uint32_t)answer->smmu, record,
				      answer->result, device);
	return error ? smmu_diag_nomem(run->session->diag) : 0;
}

static int take_answer(void *ctx, const struct smmu_answer *answer)
{
	struct run *run = ctx;
	struct smmu_answer judged = *answer;
	struct smmu_verdict verdict;
	int error;

	if (run->touch || run->bugs) {
		error = count_pages(run, answer);
		if (error)
			return error;
	}
	if (run->compare) {
		error = smmu_compare_answer(&verdict, run->compare, answer, run->session->diag);
		if (error)
			return error;
		judged.verdict = &verdict;
	}
	if (!run->each)
		return 0;
	smmu_answer_emit(run->emit, &judged, run->machine, run->inputs);
	return cli_output_is_lost(run->session) ? STOP_QUIETLY : 0;
}

static int write_memory_after(struct cli_session *session, const char *path,
			      const struct smmu_mem *mem)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out;
	int error = smmu_out_open(&out, path, session->diag), end;

	if (error)
		return error;
	error = smmu_emit_new(&emit, out, &options);
	if (!error)
		error = smmu_memory_after_emit(emit, mem);
	end = smmu_emit_free(emit);
	error = error ? error : end;
	end = smmu_out_close(out);
	error = error ? error : end;
	if (error)
		smmu_diag_error(session->diag, NULL, error, "cannot write %s", path);
	return error;
}

static const char *device_of(const void *ctx, const char *smmu, uint32_t stream)
{
	return cli_device_of(ctx, smmu, stream);
}

static int run_trace(struct run *run, const struct replay_args *args, struct smmu_machine *machine,
		     struct smmu_in *in)
{
	const struct smmu_trace_options options = {.format = (enum smmu_trace_format)args->format,
						   .strict = args->strict};
	struct smmu_replay replay = {
		.machine = machine,
		.name = smmu_in_name(in),
		.expect = args->expect && !*args->expect,
		.drain = args->drain,
		.visit = args->each || args->expect || args->stats ? take_answer : NULL,
		.ctx = run,
		.tick = tick,
		.patience_ms = run->session->format == SMMU_EMIT_TEXT && !isatty(STDOUT_FILENO)
				       ? TABLE_PATIENCE_MS
				       : 0,
		.stats = &run->stats,
		.edit = run->edit && !args->journal_only ? cli_edit_tables : NULL,
		.edit_ctx = run->edit,
		.jobs = (unsigned)args->jobs.value,
	};
	int error = smmu_trace_open(&replay.trace, in, &options, run->session->diag), end;

	if (error)
		return error;
	/* a person does not count lines of the trace; a program can */
	run->inputs = run->session->verbose || run->session->format == SMMU_EMIT_TEXT ||
		      run->session->format == SMMU_EMIT_CSV;
	run->each = args->each;
	run->stats.format = run->session->format;
	if (args->each)
		smmu_answers_emit(run->emit);
	cli_progress_start(&run->progress, run->session, in);
	error = smmu_replay_run(&replay, run->session->diag);
	cli_progress_end(&run->progress);
	if (error == SMMU_E_STOPPED)
		error = smmu_diag_error(run->session->diag, NULL, error,
					"interrupted after %llu records",
					(unsigned long long)run->stats.records);
	if (run->compare && error != STOP_QUIETLY) {
		end = smmu_compare_finish(&run->stats, run->compare, !error, run->session->diag);
		error = error ? error : end;
	}
	if (args->each) {
		smmu_emit_end(run->emit);
	} else if (error != STOP_QUIETLY &&
		   (!error || error == SMMU_E_STOPPED || run->stats.records)) {
		/* where the trace is cut, what came before has its summary */
		end = smmu_stats_emit(run->emit, &run->stats, machine);
		error = error ? error : end;
	}
	smmu_trace_close(replay.trace);
	return error > 0 ? 0 : error;
}

/* What --stats asks for. */
static int give_stats(struct run *run, const char *what, struct smmu_diag *diag)
{
	static const struct {
		const char *name;
		unsigned pages;
		bool journal;
	} words[] = {
		{"footprint", SMMU_TOUCH_FOOTPRINT, false},
		{"hottest", SMMU_TOUCH_HOTTEST, false},
		{"reuse", SMMU_TOUCH_REUSE, false},
		{"working-set", SMMU_TOUCH_WORKING_SET, false},
		{"journal", 0, true},
		{"all", SMMU_TOUCH_ALL, true},
	};
	unsigned pages = 0;
	bool journal = false;

	for (size_t size = 0; size == 0 || *what; what += size + (what[size] == ',')) {
		size_t i = 0;

		size = strcspn(what, ",");
		while (i < SMMU_LEN(words) &&
		       (strlen(words[i].name) != size || strncmp(words[i].name, what, size) != 0))
			i++;
		if (i == SMMU_LEN(words))
			return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
					       "--stats \"%.*s\": footprint, hottest, reuse, "
					       "working-set, journal or all",
					       (int)size, what);
		pages |= words[i].pages;
		journal |= words[i].journal;
	}
	if ((pages && smmu_touch_new(&run->touch, pages, SMMU_TOUCH_MAX)) ||
	    (journal && smmu_bugs_new(&run->bugs, SMMU_BUGS_PAGES)))
		return smmu_diag_nomem(diag);
	run->stats.touch = run->touch;
	run->stats.bugs = run->bugs;
	return 0;
}

/* --caches, or what the system file says. */
static int give_caches(struct cli_system *system, const char *what, struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(system->sys);
	struct smmu_caches caches = smmu_caches_of(&info->caches);
	int error = what ? smmu_caches_parse(&caches, what, diag) : 0;

	if (!error && smmu_caches_give(&system->machine, &caches, info))
		error = smmu_diag_nomem(diag);
	return error;
}

/* An empty file, or a trace without the column pa, has agreed with nothing. */
static int check_compared(const struct run *run, const struct replay_args *args)
{
	if (!args->expect || !run->stats.records || run->stats.expected)
		return 0;
	if (!*args->expect)
		return smmu_diag_error(run->session->diag, NULL, SMMU_E_INVALID,
				       "--expect: no record of the trace has a pa to compare with");
	return smmu_diag_error(run->session->diag, NULL, SMMU_E_INVALID,
			       "--expect: %s has no answer to any record of the trace",
			       args->expect);
}

static int run_system(struct run *run, const struct replay_args *args, struct cli_system *system)
{
	struct smmu_machine *machine = &system->machine;
	struct smmu_diag *diag = run->session->diag;
	struct smmu_in *in;
	int error;

	error = give_caches(system, args->caches, diag);
	if (error)
		return error;
	for (size_t i = 0; i < machine->count; i++)
		smmu_model_set_merging(machine->smmu[i].model, args->merge_events);
	if (args->memory_after && smmu_mem_mark_clean(machine->mem))
		return smmu_diag_nomem(diag);
	error = smmu_in_open(&in, args->trace, diag);
	if (error)
		return error;
	run->machine = machine;
	if (args->expect)
		error = smmu_compare_open(&run->compare, *args->expect ? args->expect : NULL,
					  args->trace, machine, diag);
	if (!error) {
		run->emit = cli_emit(run->session);
		error = run->emit ? run_trace(run, args, machine, in) : SMMU_E_IO;
	}
	smmu_in_close(in);
	if (!error)
		error = check_compared(run, args);
	if (!error && args->memory_after)
		error = write_memory_after(run->session, args->memory_after, machine->mem);
	return error;
}

static int replay_run(struct cli_session *session, const void *args)
{
	const struct replay_args *replay = args;
	struct run run = {.session = session};
	struct cli_system system = {0};
	bool differs;
	int error = 0;

	if (!strcmp(replay->system, "-") && !strcmp(replay->trace, "-"))
		error = smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
					"SYSTEM and TRACE cannot both be standard input");
	if (!error && replay->jobs.value > JOBS_MAX)
		error = smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
					"--jobs %llu: at most %d threads",
					(unsigned long long)replay->jobs.value, JOBS_MAX);
	if (!error)
		error = cli_system_load(&system, replay->system, session->diag);
	if (!error && replay->stats && replay->each)
		error = smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
					"--stats is of the summary, which --each does not give");
	if (!error && replay->stats)
		error = give_stats(&run, replay->stats, session->diag);
	if (!error) {
		run.edit = system.edit;
		run.stats.device = device_of;
		run.stats.device_ctx = system.sys;
		error = run_system(&run, replay, &system);
	}
	if (run.stats.skipped && !error)
		smmu_diag_warn(session->diag, NULL, "%llu line%s of the trace could not be read",
			       (unsigned long long)run.stats.skipped,
			       run.stats.skipped == 1 ? "" : "s");
	differs = run.stats.differences != 0;
	smmu_compare_close(run.compare);
	smmu_stats_fini(&run.stats);
	smmu_touch_free(run.touch);
	smmu_bugs_free(run.bugs);
	cli_system_fini(&system);
	if (error)
		return CLI_EXIT_TROUBLE;
	return differs ? CLI_EXIT_FINDING : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_replay = {
	.name = "replay",
	.summary = "run a trace through the model",
	.synopsis = "SYSTEM TRACE [--each] [--expect[=FILE]] [--caches WHICH] [--drain] "
		    "[--memory-after FILE] [--jobs N] [OPTION...]",
	.about = "Every record of the trace goes through the SMMU that it names, in order. "
		 "Without --each, a summary: counts by status, event and stream. Faults are "
		 "answers: the status is 0 with them. Ctrl-C ends the run with the summary of what "
		 "was done, and status 2. \"smmu help trace\" lists the columns.",
	.examples = "smmu replay board.yaml dma.csv.gz\twhat the traffic comes to\n"
		    "smmu replay board.yaml dma.csv --each --format jsonl\tan answer a line\n"
		    "smmu replay board.yaml dma.csv --stats footprint,reuse\tand which pages it "
		    "touches\n"
		    "smmu replay board.yaml log.csv --expect\tcompare with its column pa\n"
		    "smmu replay board.yaml dma.csv --expect answers.jsonl\tand with all that is "
		    "recorded\n"
		    "smmu replay board.yaml qemu.log --expect qemu.log\twith what QEMU did, and "
		    "what it invalidated since\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL) | CLI_FORMAT(CSV),
	.opts = replay_opts,
	.args_size = sizeof(struct replay_args),
	.run = replay_run,
};
