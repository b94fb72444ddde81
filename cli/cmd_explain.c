/*
 * smmu explain [--system SYSTEM] [EVENTS]
 */
#include <string.h>

#include "command.h"
#include "explain/about.h"
#include "explain/explain.h"
#include "explain/source.h"
#include "load.h"

struct explain_args {
	const char *events, *system, *smmu, *about;
	int input;
};

static const struct cli_choice inputs[] = {
	{"auto", SMMU_SOURCE_AUTO},
	{"log", SMMU_SOURCE_LOG},
	{"jsonl", SMMU_SOURCE_JSONL},
	{"queue", SMMU_SOURCE_DUMP},
	{NULL, 0},
};

static const struct cli_opt explain_opts[] = {
	OPT_POS_MAY("EVENTS", struct explain_args, events,
		    "a kernel log, a dump of an Event queue, or JSONL of replay or decode"),
	OPT_STR("system", struct explain_args, system, "SYSTEM",
		"walk each fault again in this system"),
	OPT_STR("smmu", struct explain_args, smmu, "NAME", "which SMMU of it the events are of"),
	OPT_STR("about", struct explain_args, about, "NAME",
		"explain one event, error, rule, register, field, command or feature"),
	OPT_ENUM("input", struct explain_args, input, inputs, SMMU_SOURCE_AUTO,
		 "form of EVENTS, when it is not seen rightly"),
	OPT_END(),
};

static int about(struct cli_session *session, const char *name)
{
	struct smmu_emit *emit = cli_emit(session);

	if (!emit)
		return CLI_EXIT_TROUBLE;
	return smmu_about(emit, name, session->format == SMMU_EMIT_TEXT, session->diag)
		       ? CLI_EXIT_TROUBLE
		       : CLI_EXIT_OK;
}

/* Without EVENTS: what stands in the queues of the system. */
static int read_queues(struct cli_session *session, const struct cli_system *system,
		       const char *name, struct smmu_explain *explain)
{
	const struct smmu_machine *machine = &system->machine;
	int error = 0;

	for (size_t i = 0; i < machine->count && !error; i++)
		if (!name || !strcmp(name, machine->smmu[i].name))
			error = smmu_source_queues(machine, i, smmu_explain_add, explain,
						   session->diag);
	return error;
}

static int tell(struct cli_session *session, const struct explain_args *args,
		const struct cli_system *system, struct smmu_in *in)
{
	enum smmu_source_form form = (enum smmu_source_form)args->input;
	struct smmu_explain_options options = {.place = "entry"};
	struct smmu_explain *state = NULL;
	int error;

	if (in && form == SMMU_SOURCE_AUTO)
		form = smmu_source_form(in, session->diag);
	if (in && form != SMMU_SOURCE_DUMP)
		options.place = "line";
	if (args->system) {
		options.machine = &system->machine;
		options.sys = smmu_sys_info(system->sys);
		options.smmu = args->smmu;
	}
	error = smmu_explain_new(&state, &options);
	if (!error)
		error = in ? smmu_source_read(in, form, smmu_explain_add, state, session->diag)
			   : read_queues(session, system, args->smmu, state);
	if (!error && !cli_emit(session))
		error = SMMU_E_IO;
	if (!error)
		error = smmu_explain_emit(session->emit, state, session->format == SMMU_EMIT_TEXT,
					  session->verbose);
	smmu_explain_free(state);
	return error;
}

static int explain(struct cli_session *session, const struct explain_args *args,
		   const struct cli_system *system)
{
	struct smmu_in *in = NULL;
	int error = args->events ? smmu_in_open(&in, args->events, session->diag) : 0;

	if (!error)
		error = tell(session, args, system, in);
	smmu_in_close(in);
	return error;
}

static int check_args(const struct explain_args *args, struct smmu_diag *diag)
{
	if (args->about && (args->events || args->system))
		return smmu_diag_error(
			diag, NULL, SMMU_E_USAGE,
			"--about explains a name: it takes no EVENTS and no --system");
	if (args->smmu && !args->system)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE, "--smmu needs --system");
	if (args->events && args->system && !strcmp(args->events, "-") &&
	    !strcmp(args->system, "-"))
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "EVENTS and SYSTEM cannot both be standard input");
	return 0;
}

static int explain_run(struct cli_session *session, const void *raw)
{
	struct explain_args args = *(const struct explain_args *)raw;
	struct cli_system system = {0};
	int error = check_args(&args, session->diag);
	size_t index;

	if (error)
		return CLI_EXIT_TROUBLE;
	if (args.about)
		return about(session, args.about);
	if (!args.events && !args.system)
		args.events = "-";
	if (args.system)
		error = cli_system_load(&system, args.system, session->diag);
	if (!error && args.smmu)
		error = cli_system_smmu(&index, &system, args.smmu, session->diag);
	if (!error)
		error = explain(session, &args, &system);
	if (error == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	cli_system_fini(&system);
	return error ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_explain = {
	.name = "explain",
	.summary = "why each fault happened",
	.synopsis = "[--system SYSTEM] [EVENTS] | --about NAME",
	.about =
		"EVENTS is a kernel log of any form, a dump of an Event queue (raw, hex words, xxd), "
		"or JSONL of \"smmu replay\" or \"smmu decode\"; plain or gzip, - is standard input.\n"
		"With --system each fault is walked again: the structure and field that refuse it, "
		"the smallest change that would let it pass, what is mapped near the address, and "
		"whether the system agrees with the events at all. Without EVENTS its own Event "
		"queues are read, between CONS and PROD. Without --system the likely causes are told, "
		"and what to look at next.\n"
		"Events of one stream, type and access in neighbouring pages are told once. -v tells "
		"everything.",
	.examples =
		"dmesg | smmu explain\tthe faults of this machine\n"
		"smmu explain --system board.yaml dmesg.txt\twith the tables that refused them\n"
		"smmu explain --system captured.yaml\twhat its Event queue holds\n"
		"smmu explain --about C_BAD_STE\tone event in words\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = explain_opts,
	.args_size = sizeof(struct explain_args),
	.run = explain_run,
};
