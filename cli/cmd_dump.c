/*
 * smmu dump SYSTEM
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "compile/dump.h"
#include "load.h"

enum form { FORM_TREE, FORM_MAP, FORM_SYSTEM };

struct dump_args {
	const char *system, *smmu;
	struct cli_u64 stream, substream;
	int form;
};

static const struct cli_choice forms[] = {
	{"tree", FORM_TREE}, {"map", FORM_MAP}, {"system", FORM_SYSTEM}, {NULL, 0}};

static const struct cli_opt dump_opts[] = {
	OPT_POS("SYSTEM", struct dump_args, system, "the system file"),
	OPT_ENUM("as", struct dump_args, form, forms, FORM_TREE,
		 "the structures as a tree, merged ranges, or a description to build from"),
	OPT_ID("stream", struct dump_args, stream, "ID", "of this stream only"),
	OPT_ALIAS("sid", "stream"),
	OPT_U64("substream", struct dump_args, substream, "ID", "of this substream only"),
	OPT_ALIAS("ssid", "substream"),
	OPT_ALIAS("pasid", "substream"),
	OPT_STR("smmu", struct dump_args, smmu, "NAME", "of this SMMU only"),
	OPT_END(),
};

/* A description is of the whole system, and YAML unless --format asks for JSON, which loads too. */
static int dump_system(struct cli_session *session, const struct dump_args *args,
		       const struct cli_system *system)
{
	char folder[4096];
	/* names of files are as seen from here: a description elsewhere needs all of them */
	bool elsewhere = strchr(session->output, '/') && getcwd(folder, sizeof(folder));
	const struct smmu_dump_options options = {.folder = elsewhere ? folder : NULL};
	const struct smmu_emit_options form = {
		.format = session->format == SMMU_EMIT_TEXT ? SMMU_EMIT_YAML : session->format};

	if (args->smmu || args->stream.given || args->substream.given)
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				       "--as system describes all of the system: leave out --smmu, "
				       "--stream and --substream");
	if (!cli_out(session))
		return SMMU_E_IO; /* reported */
	if (smmu_emit_new(&session->emit, session->out, &form)) {
		session->emit = NULL;
		return smmu_diag_nomem(session->diag);
	}
	return smmu_dump_system(session->emit, system->sys, &system->machine, &options,
				session->diag);
}

static int check_args(const struct dump_args *args, enum smmu_emit_format format,
		      struct smmu_diag *diag)
{
	if (format == SMMU_EMIT_CSV && args->form != FORM_MAP)
		return smmu_diag_error(
			diag, NULL, SMMU_E_USAGE,
			"--format: csv is rows of one kind, which --as map has alone");
	if (args->stream.value > UINT32_MAX)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--stream: 0x%" PRIx64 " does not fit in 32 bits",
				       args->stream.value);
	if (args->substream.value > UINT32_MAX)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--substream: 0x%" PRIx64 " does not fit in 32 bits",
				       args->substream.value);
	return 0;
}

static int run_dump(struct cli_session *session, const void *data)
{
	const struct dump_args *args = data;
	const struct smmu_dump_options options = {
		.smmu = args->smmu,
		.has_stream = args->stream.given,
		.stream = (uint32_t)args->stream.value,
		.has_substream = args->substream.given,
		.substream = (uint32_t)args->substream.value,
	};
	struct cli_system system = {0};
	struct smmu_emit *emit = NULL;
	size_t index;
	int error = check_args(args, session->format, session->diag);

	if (!error)
		error = cli_system_load(&system, args->system, session->diag);
	if (!error && args->smmu)
		error = cli_system_smmu(&index, &system, args->smmu, session->diag);
	if (!error && args->form == FORM_SYSTEM) {
		error = dump_system(session, args, &system);
		cli_system_fini(&system);
		return error ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
	}
	if (!error)
		emit = cli_emit(session);
	if (emit)
		error = args->form == FORM_TREE
				? smmu_dump_tree(emit, &system.machine, &options, session->diag)
				: smmu_dump_map(emit, &system.machine, &options, session->diag);
	cli_system_fini(&system);
	return error || !emit ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_dump = {
	.name = "dump",
	.summary = "all that is reachable, as a tree or as ranges",
	.synopsis = "SYSTEM [--as tree|map|system] [--stream ID] [--substream ID]",
	.about =
		"Walks the stream tables, context descriptors and translation tables in memory and "
		"shows what they lead to. Pages that continue each other with the same access "
		"are one range. What cannot be used is shown with its reason. With --as system the "
		"output is a system file with domains and devices: of what build wrote, one that "
		"builds to the same bytes; of other captures, one that translates the same, with "
		"a warning for everything it cannot say. Devices keep the names that the file has "
		"for their streams.",
	.examples =
		"smmu dump board.yaml\teverything, from the stream table down\n"
		"smmu dump board.yaml --stream 0x60 --as map\twhat one stream reaches\n"
		"smmu dump board.yaml --as map --format csv\tfor a spreadsheet\n"
		"smmu dump out/system.yaml --as system\ta description to change and build again\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL) | CLI_FORMAT(CSV),
	.opts = dump_opts,
	.args_size = sizeof(struct dump_args),
	.run = run_dump,
};
