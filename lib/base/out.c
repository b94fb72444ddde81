#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out_priv.h"

#define BUFFER_SIZE ((size_t)64 * 1024)

static void fail(struct smmu_out *out, int error, int errnum)
{
	if (out->error)
		return;
	out->error = error;
	out->errnum = errnum;
}

static void write_fd(struct smmu_out *out, const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size && !out->error) {
		ssize_t n = write(out->fd, p, size);

		if (n >= 0) {
			p += n;
			size -= (size_t)n;
		} else if (errno != EINTR) {
			fail(out, SMMU_E_IO, errno);
		}
	}
}

/* Deflates bytes and writes what comes of it; flush is zlib's. */
static void write_gzip(struct smmu_out *out, const void *bytes, size_t size, int flush)
{
	int z;

	out->z.next_in = (z_const Bytef *)bytes;
	out->z.avail_in = (uInt)size; /* never more than UINT_MAX: callers cut */
	do {
		out->z.next_out = out->packed;
		out->z.avail_out = (uInt)BUFFER_SIZE;
		z = deflate(&out->z, flush);
		if (z == Z_STREAM_ERROR)
			fail(out, SMMU_E_IO, EIO);
		write_fd(out, out->packed, BUFFER_SIZE - out->z.avail_out);
	} while (!out->error && out->z.avail_out == 0);
}

static void write_through(struct smmu_out *out, const void *bytes, size_t size)
{
	const char *p = bytes;

	if (!out->is_gzip) {
		write_fd(out, p, size);
		return;
	}
	while (size && !out->error) {
		size_t part = size < BUFFER_SIZE ? size : BUFFER_SIZE;

		write_gzip(out, p, part, Z_NO_FLUSH);
		p += part;
		size -= part;
	}
}

static void drain(struct smmu_out *out)
{
	write_through(out, out->data, out->size);
	out->size = 0;
}

static void grow(struct smmu_out *out, size_t size)
{
	size_t capacity = out->capacity;
	char *data = NULL;

	if (size < SIZE_MAX / 2 - out->size) {
		while (capacity - out->size < size)
			capacity *= 2;
		data = realloc(out->data, capacity + 1);
	}
	if (data) {
		out->data = data;
		out->capacity = capacity;
	} else {
		fail(out, SMMU_E_NOMEM, ENOMEM);
		out->size = 0;
	}
}

void smmu_out_make_room(struct smmu_out *out, size_t size)
{
	if (out->error || out->finished)
		out->size = 0;
	else if (out->fd < 0)
		grow(out, size);
	else
		drain(out);
}

void smmu_out_write(struct smmu_out *out, const void *bytes, size_t size)
{
	if (size == 0)
		return;
	if (out->capacity - out->size < size)
		smmu_out_make_room(out, size);
	if (out->capacity - out->size >= size) {
		memcpy(out->data + out->size, bytes, size);
		out->size += size;
	} else if (out->fd >= 0 && !out->finished) {
		write_through(out, bytes, size);
	}
}

void smmu_out_puts(struct smmu_out *out, const char *text)
{
	smmu_out_write(out, text, strlen(text));
}

void smmu_out_printf(struct smmu_out *out, const char *format, ...)
{
	size_t room = out->capacity - out->size;
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(out->data + out->size, room + 1, format, args);
	if (length < 0) {
		fail(out, SMMU_E_IO, EIO);
	} else if ((size_t)length <= room) {
		out->size += (size_t)length;
	} else {
		char *text = malloc((size_t)length + 1);

		if (text)
			vsnprintf(text, (size_t)length + 1, format, again);
		else
			fail(out, SMMU_E_NOMEM, ENOMEM);
		if (text)
			smmu_out_write(out, text, (size_t)length);
		free(text);
	}
	va_end(again);
	va_end(args);
}

char *smmu_out_reserve(struct smmu_out *out, size_t size)
{
	return out_reserve(out, size);
}

void smmu_out_commit(struct smmu_out *out, size_t used)
{
	out_commit(out, used);
}

int smmu_out_error(const struct smmu_out *out)
{
	return out->error;
}

bool smmu_out_is_broken_pipe(const struct smmu_out *out)
{
	return out->error && out->errnum == EPIPE;
}

const char *smmu_out_name(const struct smmu_out *out)
{
	return out->name;
}

const char *smmu_out_memory(const struct smmu_out *out, size_t *size)
{
	out->data[out->size] = '\0';
	*size = out->size;
	return out->data;
}

int smmu_out_flush(struct smmu_out *out)
{
	if (out->fd < 0 || out->finished)
		return out->error;
	drain(out);
	if (out->is_gzip && !out->error)
		write_gzip(out, NULL, 0, Z_SYNC_FLUSH);
	return out->error;
}

/* Standard output is closed by nobody: its owner may have more to say. */
static void finish_file(struct smmu_out *out)
{
	drain(out);
	if (out->is_gzip && !out->error)
		write_gzip(out, NULL, 0, Z_FINISH);
	if (out->fd != STDOUT_FILENO && close(out->fd) < 0)
		fail(out, SMMU_E_IO, errno);
}

int smmu_out_finish(struct smmu_out *out, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = out->name};

	if (!out->finished && out->fd >= 0)
		finish_file(out);
	out->finished = true;
	if (out->error == SMMU_E_NOMEM)
		smmu_diag_nomem(diag);
	else if (out->error && !smmu_out_is_broken_pipe(out))
		smmu_diag_errno(diag, &at, out->errnum, "cannot write");
	return out->error;
}

int smmu_out_close(struct smmu_out *out)
{
	int err;

	if (!out)
		return 0;
	err = smmu_out_finish(out, NULL);
	if (out->is_gzip)
		deflateEnd(&out->z);
	free(out->packed);
	free(out->data);
	free(out->name);
	free(out);
	return err;
}

static struct smmu_out *new_out(const char *name)
{
	struct smmu_out *out = calloc(1, sizeof(*out));
	size_t length = strlen(name);

	if (!out)
		return NULL;
	out->fd = -1;
	out->capacity = BUFFER_SIZE;
	out->data = malloc(BUFFER_SIZE + 1);
	out->name = malloc(length + 1);
	if (!out->data || !out->name) {
		smmu_out_close(out);
		return NULL;
	}
	memcpy(out->name, name, length + 1);
	return out;
}

int smmu_out_open_memory(struct smmu_out **out)
{
	*out = new_out("<memory>");
	return *out ? 0 : SMMU_E_NOMEM;
}

/* The header has no time and no name: same bytes in, same bytes out. */
static int start_gzip(struct smmu_out *out)
{
	out->packed = malloc(BUFFER_SIZE);
	if (!out->packed || deflateInit2(&out->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
					 Z_DEFAULT_STRATEGY) != Z_OK)
		return SMMU_E_NOMEM;
	out->is_gzip = true;
	return 0;
}

int smmu_out_open(struct smmu_out **out, const char *path, struct smmu_diag *diag)
{
	bool is_stdout = strcmp(path, "-") == 0;
	struct smmu_place at = {.file = path};
	size_t length = strlen(path);
	struct smmu_out *o = new_out(is_stdout ? "<stdout>" : path);
	int fd = STDOUT_FILENO;

	*out = NULL;
	if (!o)
		return smmu_diag_nomem(diag);
	if (length > 3 && strcmp(path + length - 3, ".gz") == 0 && start_gzip(o)) {
		smmu_out_close(o);
		return smmu_diag_nomem(diag);
	}
	if (!is_stdout)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		int errnum = errno;

		smmu_out_close(o);
		return smmu_diag_errno(diag, &at, errnum, "cannot create");
	}
	o->fd = fd;
	*out = o;
	return 0;
}
