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
int smmu_out_open(struct smmu_out **out, const char *path, struct smmu_diag *diag);
/* Collects into memory; smmu_out_memory gives the bytes, borrowed until close. */
int smmu_out_open_memory(struct smmu_out **out);
const char *smmu_out_memory(const struct smmu_out *out, size_t *size);
/* Flushes and frees; returns the first error of the stream's life. NULL is legal. */
int smmu_out_close(struct smmu_out *out);
int smmu_out_flush(struct smmu_out *out);

void smmu_out_write(struct smmu_out *out, const void *bytes, size_t size);
void smmu_out_puts(struct smmu_out *out, const char *text);
void smmu_out_printf(struct smmu_out *out, const char *format, ...) SMMU_PRINTF(2, 3);
/* 0, or the first SMMU_E_* of this stream. */
int smmu_out_error(const struct smmu_out *out);
/* Whether the reader of a pipe has gone away: a quiet end, not an error to report. */
bool smmu_out_is_broken_pipe(const struct smmu_out *out);

#endif
