/*
 * smmu check SYSTEM
 */
#include "command.h"
#include "compile/check.h"
#include "compile/load.h"
#include "sys/sys.h"

struct check_args {
	const char *system;
	bool schema, presets;
};

static const struct cli_opt check_opts[] = {
	OPT_POS_MAY("SYSTEM", struct check_args, system, "the system file"),
	OPT_FLAG("schema", struct check_args, schema,
		 "print the JSON Schema of system files instead"),
	OPT_FLAG("presets", struct check_args, presets,
		 "print what each features: {architecture: V} stands for instead"),
	OPT_END(),
};

/* Turns records into findings on standard output; notes belong to the finding before. */
struct findings {
	struct smmu_diag diag;
	struct smmu_emit *emit;
	bool is_open, has_notes;
	bool quiet; /* no warnings */
};

static void emit_place(struct smmu_emit *emit, const struct smmu_place *at)
{
	if (!at || !at->file)
		return;
	smmu_emit_str(emit, "file", at->file);
	if (!at->line)
		return;
	smmu_emit_uint(emit, "line", at->line);
	smmu_emit_uint(emit, "column", at->col);
}

static void close_finding(struct findings *f)
{
	if (f->has_notes)
		smmu_emit_end(f->emit);
	if (f->is_open)
		smmu_emit_end(f->emit);
	f->is_open = f->has_notes = false;
}

static void emit_note(struct findings *f, const struct smmu_diag_record *record)
{
	if (!f->is_open)
		return;
	if (!f->has_notes)
		smmu_emit_array(f->emit, "notes");
	f->has_notes = true;
	smmu_emit_object(f->emit, NULL);
	emit_place(f->emit, record->at);
	smmu_emit_str(f->emit, "message", record->message);
	smmu_emit_end(f->emit);
}

static void report(void *ctx, const struct smmu_diag_record *record)
{
	struct findings *f = ctx;

	if (record->severity == SMMU_NOTE) {
		emit_note(f, record);
		return;
	}
	close_finding(f);
	if (record->severity == SMMU_WARNING && f->quiet)
		return;
	smmu_emit_object(f->emit, NULL);
	smmu_emit_str(f->emit, "severity", record->severity == SMMU_ERROR ? "error" : "warning");
	emit_place(f->emit, record->at);
	smmu_emit_str(f->emit, "message", record->message);
	f->is_open = true;
}

/* Every problem of the file goes to diag; returns a status. */
static int check_system(const char *path, struct smmu_diag *diag)
{
	struct smmu_machine machine = {0};
	struct smmu_sys *sys = NULL, *rest = NULL;
	int rc = smmu_sys_load_rest(&sys, &rest, path, diag);

	if (rest)
		smmu_compile_check_described(rest, diag);
	smmu_sys_free(rest);
	if (rc == SMMU_E_IO || rc == SMMU_E_SYNTAX || rc == SMMU_E_NOMEM)
		return CLI_EXIT_TROUBLE;
	if (rc)
		return CLI_EXIT_FINDING;
	rc = smmu_compile_load(&machine, sys, diag);
	smmu_compile_check(sys, machine.mem, diag);
	smmu_machine_fini(&machine);
	smmu_sys_free(sys);
	if (rc == SMMU_E_NOMEM)
		return CLI_EXIT_TROUBLE;
	return rc ? CLI_EXIT_FINDING : CLI_EXIT_OK;
}

static int check_as_data(struct cli_session *session, const char *path)
{
	struct findings f = {.emit = cli_emit(session), .quiet = session->quiet};
	int status;

	if (!f.emit)
		return CLI_EXIT_TROUBLE;
	f.diag.report = report;
	f.diag.ctx = &f;
	smmu_emit_array(f.emit, NULL);
	status = check_system(path, &f.diag);
	close_finding(&f);
	smmu_emit_end(f.emit);
	return status;
}

/* A document that has one form only, whatever --format says. */
static int print_form(struct cli_session *session, enum smmu_emit_format format,
		      void (*form)(struct smmu_emit *emit))
{
	struct smmu_emit_options options = {.format = format};
	struct smmu_emit *emit;

	if (!cli_out(session))
		return CLI_EXIT_TROUBLE;
	if (smmu_emit_new(&emit, session->out, &options)) {
		smmu_diag_nomem(session->diag);
		return CLI_EXIT_TROUBLE;
	}
	form(emit);
	if (smmu_emit_free(emit) == SMMU_E_NOMEM) {
		smmu_diag_nomem(session->diag);
		return CLI_EXIT_TROUBLE;
	}
	return CLI_EXIT_OK; /* a failed write is reported when the output is closed */
}

static int check_run(struct cli_session *session, const void *args)
{
	const struct check_args *check = args;

	if (check->schema + check->presets + (check->system != NULL) != 1) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"give a SYSTEM, --schema or --presets");
		return CLI_EXIT_TROUBLE;
	}
	if (check->schema)
		return print_form(session, SMMU_EMIT_JSON, smmu_sys_schema);
	if (check->presets)
		return print_form(session, SMMU_EMIT_YAML, smmu_sys_presets);
	if (session->format != SMMU_EMIT_TEXT)
		return check_as_data(session, check->system);
	session->diagnostics.all = true;
	return check_system(check->system, session->diag);
}

const struct cli_command cli_cmd_check = {
	.name = "check",
	.summary = "every problem of a system file, with its place",
	.synopsis = "SYSTEM",
	.about = "Reads the system file, the files that it names and what it describes, and "
		 "reports every problem. Errors make it fail with status 1, or 2 when it "
		 "cannot be read as YAML at all; what fails here fails every other command. "
		 "Warnings are about registers that are legal, and yet hardly meant.",
	.examples = "smmu check board.yaml\tproblems on standard error\n"
		    "smmu check board.yaml --format jsonl\tone finding a line\n"
		    "smmu check --schema > system.schema.json\tfor an editor that completes YAML\n",
	.formats = CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = check_opts,
	.args_size = sizeof(struct check_args),
	.run = check_run,
};
