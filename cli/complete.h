/*
 * What can stand at the cursor of a command line, for the shells (completions/).
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "base/out.h"

/*
 * One candidate a line: words are those after "smmu", the last one is what
 * stands before the cursor, "" for nothing.  Where a file is wanted, nothing:
 * that is the shell's.
 */
void cli_complete(struct smmu_out *out, int count, char *const *words);

#endif
