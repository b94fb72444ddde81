/*
 * Input streams: a file or standard input ("-"), plain or gzip (seen by the
 * magic bytes, whatever the name), read in bounded memory.  A gzip file may
 * have several members and zero padding behind them.  A name ending in .gz
 * whose content is not gzip is an error.
 *
 * Errors are sticky and come where they belong: what was read before the
 * place of the error is delivered first.  Each is reported once.
 *
 * Threading: one thread at a time per stream.
 */
#ifndef SMMU_BASE_IN_H
#define SMMU_BASE_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct smmu_in;

/* A directory, an unreadable file: error, reported.  path is copied. */
int smmu_in_open(struct smmu_in **in, const char *path, struct smmu_diag *diag);
/* bytes are borrowed until close. */
int smmu_in_open_memory(struct smmu_in **in, const char *name, const void *bytes, size_t size);
void smmu_in_close(struct smmu_in *in); /* NULL is legal */

/* Up to size bytes; *got 0 at the end.  A truncated or corrupt gzip is an error, reported. */
int smmu_in_read(size_t *got, struct smmu_in *in, void *bytes, size_t size, struct smmu_diag *diag);
/*
 * The next line, without its end (LF or CR-LF), borrowed until the next call.
 * Returns 1 with a line, 0 at the end, or SMMU_E_*.  A line longer than
 * 1 MiB is SMMU_E_LIMIT (the rest of it is skipped).  NUL-terminated.
 */
int smmu_in_line(const char **line, size_t *size, struct smmu_in *in, struct smmu_diag *diag);
/* The number of the line that smmu_in_line gave last, from 1. */
uint32_t smmu_in_line_number(const struct smmu_in *in);
/* Bytes taken from what is stored (compressed ones of gzip), and how many there are; 0: unknown. */
uint64_t smmu_in_position(const struct smmu_in *in);
uint64_t smmu_in_size(const struct smmu_in *in);
/*
 * Ends the stream where it is: reads that wait return, and every one from now
 * on, with SMMU_E_STOPPED.  From any thread, and from a signal handler.
 */
void smmu_in_stop(struct smmu_in *in);
/* The path given to open, "<stdin>" for "-"; borrowed until close. */
const char *smmu_in_name(const struct smmu_in *in);
/*
 * Bytes not consumed yet, for a look at the content: 4096, or fewer when the
 * input ends before; borrowed until the next call.  NULL with *got 0 at the
 * end and on an error, which is reported here and returned by the next read.
 */
const void *smmu_in_peek(size_t *got, struct smmu_in *in, struct smmu_diag *diag);
/* The same of at least want bytes, which does not wait for more; want is at most 4096. */
const void *smmu_in_peek_some(size_t *got, struct smmu_in *in, size_t want, struct smmu_diag *diag);
/* Whether the next read would wait: a pipe or terminal from which nothing comes for patience_ms. */
bool smmu_in_waits(struct smmu_in *in, int patience_ms);

/*
 * The whole of a file into memory: *bytes owned (free), NUL-terminated, at
 * most limit bytes, else SMMU_E_LIMIT.
 */
int smmu_in_load(void **bytes, size_t *size, const char *path, size_t limit,
		 struct smmu_diag *diag);

#endif
