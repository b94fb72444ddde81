/*
 * smmu: dispatch to the commands.
 */
#include <signal.h>
#include <string.h>

#include "complete.h"
#include "session.h"

static int say_help(void)
{
	char name[] = "help", *argv[] = {name, NULL};

	return cli_command_run(cli_command_find(name), 1, argv);
}

static int say_version(struct cli_session *session)
{
	struct smmu_out *out = cli_out(session);

	if (!out)
		return CLI_EXIT_TROUBLE;
	smmu_out_puts(out, "smmu " SMMU_VERSION "\n");
	return CLI_EXIT_OK;
}

/* For the scripts in completions/. */
static int say_candidates(struct cli_session *session, int count, char *const *words)
{
	struct smmu_out *out = cli_out(session);

	if (!out)
		return CLI_EXIT_TROUBLE;
	cli_complete(out, count, words);
	return CLI_EXIT_OK;
}

static int without_command(int argc, char **argv)
{
	struct cli_session session;
	int status = CLI_EXIT_TROUBLE;

	cli_session_init(&session, "smmu");
	if (argc < 2) {
		smmu_diag_error(session.diag, NULL, SMMU_E_USAGE, "no command given");
		smmu_diag_note(session.diag, NULL, "\"smmu help\" lists the commands");
	} else if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		status = say_version(&session);
	} else if (!strcmp(argv[1], "--complete")) {
		status = say_candidates(&session, argc - 2, argv + 2);
	} else if (argv[1][0] == '-' && argv[1][1]) {
		smmu_diag_error(session.diag, NULL, SMMU_E_USAGE, "unknown option %s", argv[1]);
		smmu_diag_note(session.diag, NULL, "options of a command follow its name");
	} else {
		cli_command_unknown(argv[1], session.diag);
	}
	return cli_session_fini(&session, status);
}

int main(int argc, char **argv)
{
	const struct cli_command *command = argc > 1 ? cli_command_find(argv[1]) : NULL;

	/* a reader that goes away shows as a failed write, and ends the run quietly */
	signal(SIGPIPE, SIG_IGN);
	if (command)
		return cli_command_run(command, argc - 1, argv + 1);
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return say_help();
	return without_command(argc, argv);
}
