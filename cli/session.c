/*
 * What surrounds a command: common options, output, diagnostics, status.
 */
#include "session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct common_args {
	int format, color;
	bool quiet, verbose, help;
	const char *output;
};

const struct cli_choice cli_format_choices[] = {
	{"text", SMMU_EMIT_TEXT},
	{"json", SMMU_EMIT_JSON},
	{"jsonl", SMMU_EMIT_JSONL},
	{"csv", SMMU_EMIT_CSV},
	{NULL, 0},
};

static const struct cli_choice color_choices[] = {
	{"auto", COLOR_AUTO}, {"always", COLOR_ALWAYS}, {"never", COLOR_NEVER}, {NULL, 0}};

const struct cli_opt cli_common_opts[] = {
	OPT_ENUM("format", struct common_args, format, cli_format_choices, SMMU_EMIT_TEXT,
		 "form of the output"),
	OPT_ENUM("color", struct common_args, color, color_choices, COLOR_AUTO,
		 "colour in text; auto means on a terminal"),
	OPT_STR_SHORT('o', "output", struct common_args, output, "FILE",
		      "write there instead of standard output; .gz compresses"),
	OPT_FLAG_SHORT('q', "quiet", struct common_args, quiet, "no warnings, no progress"),
	OPT_FLAG_SHORT('v', "verbose", struct common_args, verbose, "say more"),
	OPT_FLAG_SHORT('h', "help", struct common_args, help, "show this help"),
	OPT_END(),
};

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* The option, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, and whether fd is a terminal. */
static bool wants_color(enum color_when when, int fd)
{
	const char *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	if (is_set("NO_COLOR"))
		return false;
	if (force && *force && strcmp(force, "0"))
		return true;
	return isatty(fd) && term && strcmp(term, "dumb");
}

void cli_session_init(struct cli_session *session, const char *prefix)
{
	*session = (struct cli_session){.output = "-"};
	cli_diag_init(&session->diagnostics, stderr, prefix);
	session->diagnostics.color = wants_color(COLOR_AUTO, STDERR_FILENO);
	session->color = wants_color(COLOR_AUTO, STDOUT_FILENO);
	session->diag = &session->diagnostics.diag;
}

static bool is_plain_output(const char *output)
{
	return !output || !strcmp(output, "-");
}

static void apply(struct cli_session *session, const struct common_args *common)
{
	session->format = (enum smmu_emit_format)common->format;
	session->quiet = common->quiet;
	session->verbose = common->verbose;
	session->output = common->output ? common->output : "-";
	session->color = wants_color((enum color_when)common->color, STDOUT_FILENO);
	if (common->color == COLOR_AUTO && !is_plain_output(common->output))
		session->color = false;
	session->diagnostics.quiet = common->quiet;
	session->diagnostics.color = wants_color((enum color_when)common->color, STDERR_FILENO);
}

static bool is_file(const char *path, const struct stat *file)
{
	struct stat at;

	return path && strcmp(path, "-") != 0 && stat(path, &at) == 0 &&
	       at.st_dev == file->st_dev && at.st_ino == file->st_ino;
}

/* Any value of an option or argument that names this file. */
static bool is_named(const struct cli_command *command, const void *args, const struct stat *file)
{
	for (const struct cli_opt *opt = command->opts; opt->kind != CLI_OPT_END; opt++) {
		const void *member = (const char *)args + opt->offset;
		bool is_text = opt->kind == CLI_OPT_STR || opt->kind == CLI_OPT_STR_MAY ||
			       opt->kind == CLI_OPT_POS || opt->kind == CLI_OPT_POS_MAY;
		const struct cli_strings *list = NULL;

		if (opt->kind == CLI_OPT_STRS || opt->kind == CLI_OPT_POS_REST)
			list = member;
		if (is_text && is_file(*(const char *const *)member, file))
			return true;
		for (size_t i = 0; list && i < list->count; i++)
			if (is_file(list->item[i], file))
				return true;
	}
	return false;
}

/* What is read here would be gone: written over at best at the end, at worst while it is read. */
static int check_output(const struct cli_command *command, const struct cli_session *session,
			const void *args)
{
	struct stat file;

	if (!session->output[0])
		return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE, "--output names no file");
	if (is_plain_output(session->output) || stat(session->output, &file) ||
	    !S_ISREG(file.st_mode) || !is_named(command, args, &file))
		return 0;
	return smmu_diag_error(session->diag, NULL, SMMU_E_CONFLICT,
			       "%s is read here, and would be written over: choose another file",
			       session->output);
}

static int check_format(const struct cli_command *command, struct cli_session *session)
{
	unsigned has = command->formats | CLI_FORMAT(TEXT);
	const char *asked = "?";
	struct smmu_buf list = {0};

	if (has & (1u << session->format))
		return 0;
	for (const struct cli_choice *c = cli_format_choices; c->name; c++) {
		if (c->value == (int)session->format)
			asked = c->name;
		if (has & (1u << c->value))
			smmu_buf_printf(&list, "%s%s", list.size ? ", " : "", c->name);
	}
	smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
			"--format: no %s of this command, which has %s", asked,
			smmu_buf_text(&list));
	smmu_buf_fini(&list);
	return SMMU_E_USAGE;
}

struct smmu_out *cli_out(struct cli_session *session)
{
	if (!session->out)
		smmu_out_open(&session->out, session->output, session->diag);
	return session->out;
}

struct smmu_emit *cli_emit(struct cli_session *session)
{
	struct smmu_emit_options options = {
		.format = session->format,
		.color = session->color,
		.width_columns = session->width_columns,
	};

	if (!session->emit && cli_out(session) &&
	    smmu_emit_new(&session->emit, session->out, &options)) {
		session->emit = NULL;
		smmu_diag_nomem(session->diag);
	}
	return session->emit;
}

bool cli_output_is_lost(const struct cli_session *session)
{
	return session->out && smmu_out_error(session->out);
}

/* A reader that has seen enough is no error; anything else that is lost is. */
int cli_session_fini(struct cli_session *session, int status)
{
	int error = smmu_emit_free(session->emit), lost = 0;

	if (session->out) {
		lost = smmu_out_finish(session->out, session->diag);
		if (lost && !smmu_out_is_broken_pipe(session->out))
			status = CLI_EXIT_TROUBLE;
	}
	if (error && !lost) {
		smmu_diag_nomem(session->diag);
		status = CLI_EXIT_TROUBLE;
	}
	smmu_out_close(session->out);
	cli_diag_fini(&session->diagnostics);
	return status;
}

static bool asks_for_help(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run(const struct cli_command *command, int argc, char *const *argv,
	       struct cli_session *session, void *args)
{
	struct common_args common = {0};
	struct cli_opt_set sets[2] = {{command->opts, args}, {cli_common_opts, &common}};
	int error = cli_opt_parse(sets, argc, argv, session->diag);
	int status = CLI_EXIT_TROUBLE;

	if (!error) {
		apply(session, &common);
		error = check_format(command, session);
	}
	if (!error)
		error = check_output(command, session, args);
	if (!error)
		status = command->run(session, args);
	else if (error == SMMU_E_USAGE)
		smmu_diag_note(session->diag, NULL, "\"smmu %s --help\" shows how to use it",
			       command->name);
	cli_opt_fini(&sets[0]);
	return status;
}

int cli_command_run(const struct cli_command *command, int argc, char *const *argv)
{
	struct cli_session session;
	char prefix[64];
	void *args;
	int status = CLI_EXIT_TROUBLE;

	snprintf(prefix, sizeof(prefix), "smmu %s", command->name);
	cli_session_init(&session, prefix);
	args = calloc(1, command->args_size ? command->args_size : 1);
	if (!args) {
		smmu_diag_nomem(session.diag);
	} else if (asks_for_help(argc, argv)) {
		if (cli_out(&session))
			cli_help_command(session.out, command, session.color);
		status = session.out ? CLI_EXIT_OK : CLI_EXIT_TROUBLE;
	} else {
		status = run(command, argc, argv, &session, args);
	}
	free(args);
	return cli_session_fini(&session, status);
}
