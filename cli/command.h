/*
 * What a command is, and what it runs in.
 *
 *	int run(struct cli_session *session, const void *args)
 *
 * A command parses nothing itself: args is its own struct, filled from its
 * option table.  It calls the library, describes its output to
 * cli_emit(session), and returns a status of cli/exit.h.  It keeps no static
 * mutable state, since it may run many times in one process.
 *
 * Threading: one thread at a time per session.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/emit.h"
#include "diag.h"
#include "exit.h"
#include "opt.h"

struct cli_session {
	struct cli_diag diagnostics;
	struct smmu_diag *diag; /* &diagnostics.diag */
	enum smmu_emit_format format;
	bool quiet, verbose;
	bool color; /* of standard output */
	unsigned width_columns;
	const char *output;	/* -o, "-" by default; borrowed from argv */
	struct smmu_out *out;	/* NULL until asked for */
	struct smmu_emit *emit; /* NULL until asked for */
};

#define CLI_FORMAT(name) (1u << SMMU_EMIT_##name)

struct cli_command {
	const char *name;
	const char *summary;  /* one phrase, for the list of commands */
	const char *synopsis; /* after "smmu NAME" */
	const char *about;    /* paragraphs for --help, may be NULL; wrapped there */
	const char *examples; /* one a line: "COMMAND LINE\tWHAT IT DOES\n" */
	unsigned formats;     /* CLI_FORMAT(TEXT) | …; 0: text only */
	/* What -o takes and does where that is not what every command does; NULL. */
	const char *output_value, *output_help;
	const struct cli_opt *opts;
	size_t args_size; /* may be 0 */
	int (*run)(struct cli_session *session, const void *args);
};

/* Every command, in the order of the help; ends with NULL. */
extern const struct cli_command *const cli_commands[];
/* NULL when there is none of that name. */
const struct cli_command *cli_command_find(const char *name);
/* Reports an unknown command, with the nearest known one. */
void cli_command_unknown(const char *name, struct smmu_diag *diag);

/*
 * Parses argv (argv[0] is the command's name), runs it, closes its output.
 * Returns an exit status; the caller exits with it or goes on.
 */
int cli_command_run(const struct cli_command *command, int argc, char *const *argv);

/*
 * The output of the session, opened at the first call (-o and --format
 * decide); NULL when it cannot be opened, which has been reported.
 */
struct smmu_emit *cli_emit(struct cli_session *session);
struct smmu_out *cli_out(struct cli_session *session);
/* Whether nobody reads the output any more, or it cannot be written: stop early. */
bool cli_output_is_lost(const struct cli_session *session);

/* Help texts to out, 80 columns. */
void cli_help_overview(struct smmu_out *out, bool color);
void cli_help_command(struct smmu_out *out, const struct cli_command *command, bool color);

#endif
