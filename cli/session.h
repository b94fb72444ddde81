/*
 * The parts of a session that only the framework itself uses.
 *
 * Threading: one thread at a time per session.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "command.h"

/* Options of every command, and the words of --format. */
extern const struct cli_opt cli_common_opts[];
extern const struct cli_choice cli_format_choices[];

/* prefix is borrowed until fini: it names the program in messages without a place. */
void cli_session_init(struct cli_session *session, const char *prefix);
/* Closes the output; returns status, or CLI_EXIT_TROUBLE when output was lost. */
int cli_session_fini(struct cli_session *session, int status);

#endif
