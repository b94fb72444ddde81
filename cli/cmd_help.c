/*
 * smmu help [COMMAND|TOPIC|NAME]
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "command.h"
#include "spec/about.h"
#include "topic.h"

struct help_args {
	const char *about;
};

static const struct cli_opt help_opts[] = {
	OPT_POS_MAY("COMMAND|TOPIC|NAME", struct help_args, about, "what to explain"),
	OPT_END(),
};

static int unknown(const char *about, struct smmu_diag *diag)
{
	const char *names[64], *near;
	size_t n = 0;

	for (size_t i = 0; cli_commands[i] && n + 1 < SMMU_LEN(names); i++)
		names[n++] = cli_commands[i]->name;
	for (const struct cli_topic *t = cli_topics; t->name && n + 1 < SMMU_LEN(names); t++)
		names[n++] = t->name;
	near = smmu_name_nearest(about);
	if (near)
		names[n++] = near;
	near = smmu_nearest(about, strlen(about), names, n);
	smmu_diag_error(diag, NULL, SMMU_E_USAGE,
			"there is no command, topic or architected name \"%s\"", about);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"smmu help %s\"?", near);
	else
		smmu_diag_note(diag, NULL, "\"smmu help\" lists commands and topics");
	return CLI_EXIT_TROUBLE;
}

/* Texts have no other form. */
static int check_text(struct cli_session *session, const char *about)
{
	if (session->format == SMMU_EMIT_TEXT)
		return 0;
	return smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
			       "--format: help on %s has text only", about ? about : "everything");
}

/*
 * Commands, topics and the overview; *known is whether about is one of them.
 * A list of the architecture comes before the command of its name ("features"),
 * whose own help is "smmu features --help".
 */
static int help_text(struct cli_session *session, const char *about, bool *known)
{
	const struct cli_command *command = about ? cli_command_find(about) : NULL;
	const struct cli_topic *topic = cli_topics;

	while (about && topic->name && strcasecmp(topic->name, about))
		topic++;
	*known = !about || (topic->name ? topic->text != NULL : command != NULL);
	if (!*known)
		return CLI_EXIT_OK;
	if (check_text(session, about) || !cli_out(session))
		return CLI_EXIT_TROUBLE;
	if (command)
		cli_help_command(session->out, command, session->color);
	else if (about)
		smmu_out_puts(session->out, topic->text);
	else
		cli_help_overview(session->out, session->color);
	return CLI_EXIT_OK;
}

/* "rules" are those of structures, of commands and of registers. */
static int help_list(struct cli_session *session, enum smmu_name_kind kind)
{
	struct smmu_emit *emit = cli_emit(session);

	if (!emit)
		return CLI_EXIT_TROUBLE;
	smmu_about_list(emit, NULL, kind);
	if (kind == SMMU_NAME_RULE) {
		smmu_about_list(emit, NULL, SMMU_NAME_CMD_RULE);
		smmu_about_list(emit, NULL, SMMU_NAME_REG_RULE);
	}
	return CLI_EXIT_OK;
}

/* Where several things have a field of the name. */
static void help_places(struct smmu_emit *emit, const struct smmu_name *found, size_t count)
{
	smmu_emit_heading(emit, "%s: a field of several formats", found->name);
	smmu_about_places(emit, NULL, found, count);
}

static int help_name(struct cli_session *session, const char *about)
{
	struct smmu_name found[96];
	size_t count = smmu_name_find(found, SMMU_LEN(found), about);
	struct smmu_emit *emit;
	bool fields = true;

	if (!count)
		return unknown(about, session->diag);
	emit = cli_emit(session);
	if (!emit)
		return CLI_EXIT_TROUBLE;
	count = count < SMMU_LEN(found) ? count : SMMU_LEN(found);
	for (size_t i = 0; i < count; i++)
		fields = fields && found[i].kind == SMMU_NAME_FIELD;
	if (fields && count > 3) {
		help_places(emit, found, count);
		return CLI_EXIT_OK;
	}
	for (size_t i = 0; i < count; i++)
		smmu_about_page(emit, NULL, &found[i], session->format == SMMU_EMIT_TEXT);
	return CLI_EXIT_OK;
}

static int help_run(struct cli_session *session, const void *args)
{
	const struct help_args *help = args;
	bool known;
	int status = help_text(session, help->about, &known);

	if (known)
		return status;
	for (int kind = 0; kind < SMMU_NAME_KINDS; kind++)
		if (!strcasecmp(help->about, smmu_name_kind_plural((enum smmu_name_kind)kind)))
			return help_list(session, (enum smmu_name_kind)kind);
	return help_name(session, help->about);
}

const struct cli_command cli_cmd_help = {
	.name = "help",
	.summary = "what a command does, what a name of the architecture means",
	.synopsis = "[COMMAND|TOPIC|NAME]",
	.about = "NAME is anything that the architecture names: a feature, event, command, error, "
		 "register, structure, field (STE.S1CDMax) or rule, or the number of an event or "
		 "command.  The topics features, events, commands, errors, registers, structures "
		 "and rules list them.",
	.examples = "smmu help translate\toptions of a command\n"
		    "smmu help trace\tcolumns of a trace\n"
		    "smmu help features\tevery feature, and what is done with it\n"
		    "smmu help F_TRANSLATION\tone event\n"
		    "smmu help STE_S1CDMAX\tone legality rule\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL) | CLI_FORMAT(CSV),
	.opts = help_opts,
	.args_size = sizeof(struct help_args),
	.run = help_run,
};
