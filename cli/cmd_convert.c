/*
 * smmu convert TRACE -o TRACE
 */
#include "command.h"
#include "trace/writer.h"
#include "traces.h"

#define BATCH 512

struct convert_args {
	const char *trace;
	int from, to;
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

static const struct cli_opt convert_opts[] = {
	OPT_POS("TRACE", struct convert_args, trace, "the trace; - is standard input"),
	OPT_ENUM("to", struct convert_args, to, to_formats, SMMU_TRACE_AUTO,
		 "form to write; auto goes by the name given with -o"),
	OPT_ENUM("trace-format", struct convert_args, from, cli_trace_formats, SMMU_TRACE_AUTO,
		 "form of the trace, where it is not seen rightly"),
	OPT_ID("stream", struct convert_args, stream, "ID", "only records of this stream"),
	OPT_ALIAS("sid", "stream"),
	OPT_U64("first", struct convert_args, first, "ADDR", "only addresses from here on"),
	OPT_U64("last", struct convert_args, last, "ADDR", "only addresses up to here"),
	OPT_U64("since", struct convert_args, since, "NS", "only times from here on"),
	OPT_U64("until", struct convert_args, until, "NS", "only times up to here"),
	OPT_U64("sample", struct convert_args, sample, "N", "of what remains, every Nth record"),
	OPT_U64("seed", struct convert_args, seed, "SEED",
		"with --sample: one in N by chance, the same for the same SEED"),
	OPT_FLAG("strict", struct convert_args, strict, "stop at a line that cannot be read"),
	OPT_END(),
};

static bool is_wanted(const struct convert_args *args, const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;

	if (args->stream.given && (!record->has_stream || txn->stream != args->stream.value))
		return false;
	if (args->first.given && (!record->has_address || txn->address < args->first.value))
		return false;
	if (args->last.given && (!record->has_address || txn->address > args->last.value))
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

struct counts {
	uint64_t read, kept, written;
};

static int copy(struct cli_session *session, const struct convert_args *args,
		struct smmu_trace *trace, struct smmu_trace_writer *writer, struct counts *counts)
{
	struct smmu_record records[BATCH];
	size_t n;
	int error;

	while ((error = smmu_trace_next(&n, trace, records, BATCH, session->diag)) == 0 && n > 0) {
		for (size_t i = 0; i < n; i++) {
			const struct smmu_record *record = &records[i];
			const char *smmu = NULL;

			counts->read++;
			if (!is_wanted(args, record))
				continue;
			if (!is_sampled(args, counts->kept++))
				continue;
			if (record->smmu)
				smmu = smmu_trace_smmu_name(trace, record->smmu - 1);
			smmu_trace_write(writer, record, smmu);
			counts->written++;
		}
		if (cli_output_is_lost(session))
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

static int convert(struct cli_session *session, const struct convert_args *args,
		   struct smmu_trace *trace)
{
	struct smmu_trace_writer *writer = NULL;
	struct counts counts = {0};
	struct smmu_out *out = cli_out(session);
	int error, end;

	if (!out)
		return SMMU_E_IO;
	error = smmu_trace_writer_new(&writer, out, format_of(session, args),
				      smmu_trace_columns(trace));
	if (error)
		return smmu_diag_nomem(session->diag);
	error = copy(session, args, trace, writer, &counts);
	end = smmu_trace_writer_free(writer);
	if (end == SMMU_E_NOMEM)
		error = smmu_diag_nomem(session->diag);
	if (smmu_trace_skipped(trace))
		smmu_diag_warn(session->diag, NULL, "%llu line%s of the trace could not be read",
			       (unsigned long long)smmu_trace_skipped(trace),
			       smmu_trace_skipped(trace) == 1 ? "" : "s");
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
	return 0;
}

static int run_convert(struct cli_session *session, const void *data)
{
	const struct convert_args *args = data;
	const struct smmu_trace_options options = {.format = (enum smmu_trace_format)args->from,
						   .strict = args->strict};
	struct smmu_trace *trace = NULL;
	struct smmu_in *in = NULL;
	int error = check(session, args);

	if (!error)
		error = smmu_in_open(&in, args->trace, session->diag);
	if (!error)
		error = smmu_trace_open(&trace, in, &options, session->diag);
	if (!error)
		error = convert(session, args, trace);
	smmu_trace_close(trace);
	smmu_in_close(in);
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
		"smmu convert qemu.log --to csv --last 0xffffffff\ta log, its low "
		"addresses\n",
	.opts = convert_opts,
	.args_size = sizeof(struct convert_args),
	.run = run_convert,
};
