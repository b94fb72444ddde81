/*
 * decode log: files of kernel logs, and one that grows.
 *
 * Threading: one thread at a time per session.
 */
#ifndef CLI_LOGS_H
#define CLI_LOGS_H

#include "command.h"

/*
 * Decodes every file, standard input without any.  follow: one file, read on as
 * it grows (plain text), until the output is lost.  Returns an exit status.
 */
int cli_decode_logs(struct cli_session *session, const struct cli_strings *files, bool follow);

#endif
