#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for size more bytes and the NUL. */
static bool grow(struct smmu_buf *buf, size_t size)
{
	size_t capacity = buf->capacity ? buf->capacity : 64;
	char *data;

	if (buf->failed)
		return false;
	if (size < buf->capacity - buf->size)
		return true;
	if (size >= SIZE_MAX / 2 - buf->size) {
		buf->failed = true;
		return false;
	}
	while (capacity <= buf->size + size)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void smmu_buf_fini(struct smmu_buf *buf)
{
	free(buf->data);
	*buf = (struct smmu_buf){0};
}

void smmu_buf_clear(struct smmu_buf *buf)
{
	buf->size = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

void smmu_buf_append(struct smmu_buf *buf, const void *bytes, size_t size)
{
	if (!grow(buf, size))
		return;
	if (size)
		memcpy(buf->data + buf->size, bytes, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void smmu_buf_puts(struct smmu_buf *buf, const char *text)
{
	smmu_buf_append(buf, text, strlen(text));
}

void smmu_buf_putc(struct smmu_buf *buf, char c)
{
	smmu_buf_append(buf, &c, 1);
}

void smmu_buf_vprintf(struct smmu_buf *buf, const char *format, va_list args)
{
	va_list again;
	size_t room = buf->capacity - buf->size;
	int length;

	if (buf->failed)
		return;
	va_copy(again, args);
	length = vsnprintf(room ? buf->data + buf->size : NULL, room, format, args);
	if (length < 0) {
		buf->failed = true;
	} else if ((size_t)length < room) {
		buf->size += (size_t)length;
	} else if (grow(buf, (size_t)length)) {
		vsnprintf(buf->data + buf->size, (size_t)length + 1, format, again);
		buf->size += (size_t)length;
	}
	va_end(again);
	if (buf->data)
		buf->data[buf->size] = '\0';
}

void smmu_buf_printf(struct smmu_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	smmu_buf_vprintf(buf, format, args);
	va_end(args);
}

const char *smmu_buf_text(const struct smmu_buf *buf)
{
	return buf->data ? buf->data : "";
}
