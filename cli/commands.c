/*
 * Every command: one row each.
 */
#include <string.h>

#include "base/text.h"
#include "command.h"

extern const struct cli_command cli_cmd_check;
extern const struct cli_command cli_cmd_build;
extern const struct cli_command cli_cmd_translate;
extern const struct cli_command cli_cmd_replay;
extern const struct cli_command cli_cmd_decode;
extern const struct cli_command cli_cmd_dump;
extern const struct cli_command cli_cmd_explain;
extern const struct cli_command cli_cmd_convert;
extern const struct cli_command cli_cmd_encode;
extern const struct cli_command cli_cmd_features;
extern const struct cli_command cli_cmd_help;

/* clang-format off */
const struct cli_command *const cli_commands[] = {
	&cli_cmd_check,
	&cli_cmd_build,
	&cli_cmd_translate,
	&cli_cmd_replay,
	&cli_cmd_decode,
	&cli_cmd_dump,
	&cli_cmd_explain,
	&cli_cmd_convert,
	&cli_cmd_encode,
	&cli_cmd_features,
	&cli_cmd_help,
	NULL,
};
/* clang-format on */

const struct cli_command *cli_command_find(const char *name)
{
	for (size_t i = 0; cli_commands[i]; i++)
		if (!strcmp(cli_commands[i]->name, name))
			return cli_commands[i];
	return NULL;
}

void cli_command_unknown(const char *name, struct smmu_diag *diag)
{
	const char *names[SMMU_LEN(cli_commands)], *near;
	size_t n = 0;

	for (; cli_commands[n]; n++)
		names[n] = cli_commands[n]->name;
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "there is no command \"%s\"", name);
	near = smmu_nearest(name, strlen(name), names, n);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"smmu %s\"?", near);
	else
		smmu_diag_note(diag, NULL, "\"smmu help\" lists the commands");
}
