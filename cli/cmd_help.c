/*
 * smmu help [COMMAND|TOPIC]
 */
#include <string.h>

#include "base/text.h"
#include "command.h"
#include "topic.h"

struct help_args {
	const char *about;
};

static const struct cli_opt help_opts[] = {
	OPT_POS_MAY("COMMAND|TOPIC", struct help_args, about, "what to explain"),
	OPT_END(),
};

static int unknown(const char *about, struct smmu_diag *diag)
{
	const char *names[64], *near;
	size_t n = 0;

	for (size_t i = 0; cli_commands[i] && n < SMMU_LEN(names); i++)
		names[n++] = cli_commands[i]->name;
	for (const struct cli_topic *t = cli_topics; t->name && n < SMMU_LEN(names); t++)
		names[n++] = t->name;
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "there is no command or topic \"%s\"", about);
	near = smmu_nearest(about, strlen(about), names, n);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"smmu help %s\"?", near);
	return CLI_EXIT_TROUBLE;
}

static int help_run(struct cli_session *session, const void *args)
{
	const struct help_args *help = args;
	const struct cli_command *command = help->about ? cli_command_find(help->about) : NULL;
	const struct cli_topic *topic = cli_topics;

	while (help->about && topic->name && strcmp(topic->name, help->about))
		topic++;
	if (help->about && !command && !topic->name)
		return unknown(help->about, session->diag);
	if (!cli_out(session))
		return CLI_EXIT_TROUBLE;
	if (command)
		cli_help_command(session->out, command, session->color);
	else if (help->about)
		smmu_out_puts(session->out, topic->text);
	else
		cli_help_overview(session->out, session->color);
	return CLI_EXIT_OK;
}

const struct cli_command cli_cmd_help = {
	.name = "help",
	.summary = "what a command does and how to use it",
	.synopsis = "[COMMAND|TOPIC]",
	.examples = "smmu help translate\toptions of a command\n"
		    "smmu help trace\tcolumns of a trace\n",
	.opts = help_opts,
	.args_size = sizeof(struct help_args),
	.run = help_run,
};
