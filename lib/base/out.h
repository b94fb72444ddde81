/*
 * Output streams: a file, standard output, gzip (name ends in .gz), or memory.
 *
 * Buffered.  Errors are sticky and returned by close.
 *
 * Threading: one thread at a time per stream.
 */
#ifndef SMMU_BASE_OUT_H
#define SMMU_BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct smmu_out;

/* path "-" is standard output; a name ending in .gz is compressed. */
/* A path that cannot be created or written: error, reported.  path is copied. */
int smmu_out_open(struct smmu_out **out, const char *path, struct smmu_diag *diag);
/* Collects into memory; smmu_out_memory gives the bytes, borrowed until close. */
int smmu_out_open_memory(struct smmu_out **out);
const char *smmu_out_memory(const struct smmu_out *out, size_t *size);
/* The path given to open, "<stdout>" for "-"; borrowed until close. */
const char *smmu_out_name(const struct smmu_out *out);
/*
 * Ends the stream: all is written, with the gzip trailer, and the file closed.
 * Reports the first error of its life into diag, except a broken pipe, and
 * returns it.  Writes after it are lost; the memory goes with close.
 */
int smmu_out_finish(struct smmu_out *out, struct smmu_diag *diag);
/* Finishes without a report if that was not done, and frees; returns the first error. NULL is
 * legal. */
int smmu_out_close(struct smmu_out *out);
/* What was written so far reaches the file (for gzip: can be inflated from it). */
int smmu_out_flush(struct smmu_out *out);

void smmu_out_write(struct smmu_out *out, const void *bytes, size_t size);
void smmu_out_puts(struct smmu_out *out, const char *text);
void smmu_out_printf(struct smmu_out *out, const char *format, ...) SMMU_PRINTF(2, 3);
/*
 * Room for size bytes, at most SMMU_OUT_RESERVE, never NULL: write there and
 * commit what was used.  One reservation at a time.  For hot paths.
 */
#define SMMU_OUT_RESERVE 4096
char *smmu_out_reserve(struct smmu_out *out, size_t size);
void smmu_out_commit(struct smmu_out *out, size_t used);
/* 0, or the first SMMU_E_* of this stream. */
int smmu_out_error(const struct smmu_out *out);
/* Whether the reader of a pipe has gone away: a quiet end, not an error to report. */
bool smmu_out_is_broken_pipe(const struct smmu_out *out);

#endif
