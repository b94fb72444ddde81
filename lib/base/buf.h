/*
 * A growable run of bytes, kept NUL-terminated.
 *
 * Embedded: init to {0}, fini frees.  An append that finds no memory sets
 * failed and changes nothing else, nor does any append after it; check failed
 * once at the end.  clear empties, keeps the memory and resets failed.
 *
 * Threading: one thread at a time per buffer.
 */
#ifndef SMMU_BASE_BUF_H
#define SMMU_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct smmu_buf {
	char *data;
	size_t size, capacity;
	bool failed;
};

void smmu_buf_fini(struct smmu_buf *buf);
void smmu_buf_clear(struct smmu_buf *buf);
void smmu_buf_append(struct smmu_buf *buf, const void *bytes, size_t size);
void smmu_buf_puts(struct smmu_buf *buf, const char *text);
void smmu_buf_putc(struct smmu_buf *buf, char c);
void smmu_buf_printf(struct smmu_buf *buf, const char *format, ...) SMMU_PRINTF(2, 3);
void smmu_buf_vprintf(struct smmu_buf *buf, const char *format, va_list args) SMMU_PRINTF(2, 0);
/* The text, never NULL ("" when empty); borrowed until the buffer changes. */
const char *smmu_buf_text(const struct smmu_buf *buf);

#endif
