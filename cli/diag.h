/*
 * Diagnostics for people, on standard error:
 *
 *	board.yaml:41:12: error: s1cdmax 9 is larger than IDR1.SSIDSIZE 3
 *	   s1cdmax: 9
 *	            ^
 *
 * Control characters of the input never reach the terminal.
 *
 * Threading: one thread at a time per sink.
 */
#ifndef CLI_DIAG_H
#define CLI_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"

struct cli_diag {
	struct smmu_diag diag; /* hand &diag to the library */
	FILE *to;	       /* borrowed */
	const char *prefix;    /* said where a record has no place; borrowed */
	bool color;
	bool quiet;	 /* errors and their notes only */
	bool hush;	 /* internal: notes of a record that was not shown */
	bool all;	 /* show every record, not the first 20 of each kind */
	bool unfinished; /* a line without end stands on the terminal: it gives way */
	unsigned errors_shown, warnings_shown;
};

void cli_diag_init(struct cli_diag *diag, FILE *to, const char *prefix);
/* Says how many were not shown: the first 20 of each are. */
void cli_diag_fini(struct cli_diag *diag);

#endif
