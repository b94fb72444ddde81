/*
 * smmu convert TRACE -o TRACE
 */
#include "replay/replay.h"
#include "trace/writer.h"

#include <string.h>

#include "base/text.h"
#include "command.h"
#include "devices.h"
#include "load.h"
#include "traces.h"

enum { BATCH = 512, ANY_STATUS = -1 };
#define NO_STREAM UINT32_MAX /* of no PCI function */

struct convert_args {
	const char *trace, *system, *device;
	int from, to, status;
	bool strict;
	struct cli_u64 stream, first, last, since, until, sample, seed;
};

static const struct cli_choice to_formats[] = {
	{"auto", SMMU_TRACE_AUTO},
	{"csv", SMMU_TRACE_CSV},
	{"jsonl", SMMU_TRACE_JSONL},
	{"binary", SMMU_TRACE_BINARY},
	{NULL, 0},
};

static const struct cli_choice statuses[] = {
	{"any", ANY_STATUS},
	{"ok", SMMU_STATUS_OK},
	{"fault", SMMU_STATUS_FAULT},
	{"stall", SMMU_STATUS_STALL},
	{"abort", SMMU_STATUS_ABORT},
	{"raz-wi", SMMU_STATUS_RAZ_WI},
	{"ur", SMMU_STATUS_UR},
	{"ca", SMMU_STATUS_CA},
	{"error", SMMU_STATUS_ERROR},
	{"none", SMMU_STATUS_NONE},
	{NULL, 0},
};

static const struct cli_opt convert_opts[] = {
	OPT_POS("TRACE", struct convert_args, trace, "the trace; - is standard input"),
	OPT_ENUM("to", struct convert_args, to, to_formats, SMMU_TRACE_AUTO,
		 "form to write; auto goes by the name given with -o"),
	OPT_ENUM("trace-format", struct convert_args, from, cli_trace_formats, SMMU_TRACE_AUTO,
		 "form of the trace, where it is not seen rightly"),
	OPT_ID("stream", struct convert_args, stream, "ID", "only records of this stream"),
	OPT_ALIAS("sid", "stream"),
	OPT_STR("device", struct convert_args, device, "NAME",
		"only records of this device: of the system file, of a log, or a PCI address"),
	OPT_U64("first", struct convert_args, first, "ADDR",
		"only what reaches addresses from here on"),
	OPT_U64("last", struct convert_args, last, "ADDR",
		"only what reaches addresses up to here"),
	OPT_U64("since", struct convert_args, since, "NS", "only times from here on"),
	OPT_U64("until", struct convert_args, until, "NS", "only times up to here"),
	OPT_ENUM("status", struct convert_args, status, statuses, ANY_STATUS,
		 "only records that --system answers so"),
	OPT_STR("system", struct convert_args, system, "SYSTEM",
		"the system file that names devices and gives answers"),
	OPT_U64("sample", struct convert_args, sample, "N", "of what remains, every Nth record"),
	OPT_U64("seed", struct convert_args, seed, "SEED",
		"with --sample: one in N by chance, the same for the same SEED"),
	OPT_FLAG("strict", struct convert_args, strict, "stop at a line that cannot be read"),
	OPT_END(),
};

/* Whether a byte of it is in the range. */
static bool is_in_range(const struct convert_args *args, const struct smmu_record *record)
{
	uint64_t first = record->txn.address, more = record->txn.size ? record->txn.size - 1 : 0;
	uint64_t last = more > UINT64_MAX - first ? UINT64_MAX : first + more;

	if (!args->first.given && !args->last.given)
		return true;
	return record->has_address && (!args->first.given || last >= args->first.value) &&
	       (!args->last.given || first <= args->last.value);
}

static bool is_wanted(const struct convert_args *args, const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;

	if (args->stream.given && (!record->has_stream || txn->stream != args->stream.value))
		return false;
	if (!is_in_range(args, record))
		return false;
	if (args->since.given && record->time_ns < args->since.value)
		return false;
	return !args->until.given || record->time_ns <= args->until.value;
}

/* splitmix64: every bit of the result depends on every bit of the number. */
static uint64_t mix(uint64_t n)
{
	n *= UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

/* Whether the record that n others were kept before is in the sample. */
static bool is_sampled(const struct convert_args *args, uint64_t n)
{
	if (!args->sample.given)
		return true;
	if (args->seed.given)
		n = mix(mix(args->seed.value) + n);
	return n % args->sample.value == 0;
}

/* What is read, asked, and written. */
struct job {
	struct cli_session *session;
	const struct convert_args *args;
	struct smmu_trace *trace;
	struct smmu_trace_writer *writer;
	struct cli_system system; /* of --system */
	const struct smmu_sys_device *device;
	uint32_t device_stream; /* where device is NULL */
	uint64_t kept;
};

/* Logs of Linux name devices themselves. */
static bool is_of_device(const struct job *job, const struct smmu_record *record, const char *smmu)
{
	const struct smmu_txn *txn = &record->txn;

	if (!job->args->device)
		return true;
	if (record->data &&
	    (record->op == SMMU_OP_ACCESS || record->op == SMMU_OP_MAP ||
	     record->op == SMMU_OP_UNMAP) &&
	    !strcmp(record->data, job->args->device))
		return true;
	if (!record->has_stream)
		return false;
	if (!job->device || !job->system.machine.count)
		return job->device_stream != NO_STREAM && txn->stream == job->device_stream;
	return cli_device_has(job->device, job->system.sys,
			      smmu ? smmu : job->system.machine.smmu[0].name, txn->stream);
}

static void write_wanted(struct job *job, const struct smmu_record *record)
{
	const char *smmu = record->smmu ? smmu_trace_smmu_name(job->trace, record->smmu - 1) : NULL;

	if (is_wanted(job->args, record) && is_of_device(job, record, smmu) &&
	    is_sampled(job->args, job->kept++))
		smmu_trace_write(job->writer, record, smmu);
}

/* Positive: not an error, but nobody wants the rest. */
enum { STOP_QUIETLY = 1 };

static int take_answer(void *ctx, const struct smmu_answer *answer)
{
	struct job *job = ctx;

	/* the end of one that stalled before is no record */
	if (!answer->resumed && (int)answer->result->status == job->args->status)
		write_wanted(job, answer->record);
	return cli_output_is_lost(job->session) ? STOP_QUIETLY : 0;
}

/* Through the system, for the status of each. */
static int tick(void *ctx, const struct smmu_progress *progress)
{
	struct job *job = ctx;

	if (progress->waits)
		smmu_out_flush(cli_out(job->session));
	return 0;
}

static int copy_answered(struct job *job)
{
	const struct smmu_replay replay = {
		.machine = &job->system.machine,
		.trace = job->trace,
		.name = job->args->trace,
		.visit = take_answer,
		.ctx = job,
		.tick = tick,
		.edit = job->system.edit ? cli_edit_tables : NULL,
		.edit_ctx = job->system.edit,
	};
	int error = smmu_replay_run(&replay, job->session->diag);

	return error > 0 ? 0 : error;
}

static int copy(struct job *job)
{
	struct smmu_record records[BATCH];
	struct smmu_diag *diag = job->session->diag;
	size_t n;
	int error;

	if (job->args->status != ANY_STATUS)
		return copy_answered(job);
	while ((error = smmu_trace_next(&n, job->trace, records, BATCH, diag)) == 0 && n > 0) {
		for (size_t i = 0; i < n; i++)
			write_wanted(job, &records[i]);
		if (smmu_trace_waits(job->trace, 0))
			smmu_out_flush(cli_out(job->session));
		if (cli_output_is_lost(job->session))
			break;
	}
	return error;
}

static enum smmu_trace_format format_of(const struct cli_session *session,
					const struct convert_args *args)
{
	if (args->to != SMMU_TRACE_AUTO)
		return (enum smmu_trace_format)args->to;
	return smmu_trace_format_of_name(session->output);
}

static int convert(struct job *job)
{
	struct smmu_out *out = cli_out(job->session);
	struct smmu_diag *diag = job->session->diag;
	uint64_t skipped;
	int error, end;

	if (!out)
		return SMMU_E_IO;
	error = smmu_trace_writer_new(&job->writer, out, format_of(job->session, job->args),
				      smmu_trace_columns(job->trace));
	if (error)
		return smmu_diag_nomem(diag);
	error = copy(job);
	end = smmu_trace_writer_free(job->writer);
	if (end == SMMU_E_NOMEM)
		error = smmu_diag_nomem(diag);
	skipped = smmu_trace_skipped(job->trace);
	if (skipped)
		smmu_diag_warn(diag, NULL, "%llu line%s of the trace could not be read",
			       (unsigned long long)skipped, skipped == 1 ? "" : "s");
	return error;
}

static int check(const struct cli_session *session, const struct convert_args *args)
{
	if (format_of(session, args) == SMMU_TRACE_AUTO)
		return smmu_diag_error(
			session->diag, NULL, SMMU_E_USAGE,
			"say what to write: --to csv|jsonl|binary, or -o with a name "
			"in .csv, .jsonl or .smmutrace (and .gz)");
	if (args->sample.given && args->sample.value == 0)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--sample 0 would keep nothing: give 1 or more");
	if (args->seed.given && !args->sample.given)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--seed goes with --sample");
	if (args->stream.given && args->stream.value > UINT32_MAX)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--stream 0x%llx: StreamIDs have 32 bits",
				       (unsigned long long)args->stream.value);
	if (args->first.given && args->last.given && args->first.value > args->last.value)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--first 0x%llx is behind --last 0x%llx",
				       (unsigned long long)args->first.value,
				       (unsigned long long)args->last.value);
	if (args->since.given && args->until.given && args->since.value > args->until.value)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--since %llu is behind --until %llu",
				       (unsigned long long)args->since.value,
				       (unsigned long long)args->until.value);
	if (args->status != ANY_STATUS && !args->system)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--status needs answers: give --system SYSTEM");
	if (args->system && !strcmp(args->system, "-") && !strcmp(args->trace, "-"))
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "SYSTEM and TRACE cannot both be standard input");
	return 0;
}

/* A name that only the records may have, where there is no system to ask. */
static int find_device(struct job *job)
{
	const char *name = job->args->device;

	job->device_stream = NO_STREAM;
	if (!name)
		return 0;
	if (job->args->system)
		return cli_device_find(&job->device, &job->device_stream, job->system.sys, name,
				       job->session->diag);
	smmu_parse_bdf(&job->device_stream, name, strlen(name));
	return 0;
}

static int run_convert(struct cli_session *session, const void *data)
{
	const struct convert_args *args = data;
	const struct smmu_trace_options options = {.format = (enum smmu_trace_format)args->from,
						   .strict = args->strict};
	struct job job = {.session = session, .args = args};
	struct smmu_in *in = NULL;
	int error = check(session, args);

	if (!error && args->system)
		error = cli_system_load(&job.system, args->system, session->diag);
	if (!error)
		error = find_device(&job);
	if (!error)
		error = smmu_in_open(&in, args->trace, session->diag);
	if (!error)
		error = smmu_trace_open(&job.trace, in, &options, session->diag);
	if (!error)
		error = convert(&job);
	smmu_trace_close(job.trace);
	smmu_in_close(in);
	cli_system_fini(&job.system);
	return error ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_convert = {
	.name = "convert",
	.summary = "one trace format to another",
	.synopsis = "TRACE -o TRACE [--to csv|jsonl|binary] [OPTION...]",
	.about = "Reads a trace in any form and writes it in another, all of it or a part. The "
		 "binary form is the fastest to replay; schemas/trace.md describes it.",
	.examples =
		"smmu convert dma.csv.gz -o dma.smmutrace\tfor many runs\n"
		"smmu convert dma.smmutrace --to csv --stream 0x60\tto look at one stream\n"
		"smmu convert big.csv -o small.csv.gz --sample 1000\tone in a thousand\n"
		"smmu convert big.csv -o small.csv --sample 1000 --seed 7\tby chance, the same each "
		"time\n"
		"smmu convert dma.csv --to csv --system board.yaml --status fault --device eth0\t"
		"what faulted\n"
		"smmu convert qemu.log --to csv --last 0xffffffff\ta log, its low "
		"addresses\n",
	.opts = convert_opts,
	.args_size = sizeof(struct convert_args),
	.run = run_convert,
};
