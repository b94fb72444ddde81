#include "base/in.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* As gzip itself reads; larger steps gain nothing that can be measured. */
#define CHUNK	   ((size_t)64 * 1024)
#define LINE_LIMIT ((size_t)1024 * 1024)
#define PEEK_LIMIT ((size_t)4096)

struct smmu_in {
	char *name;
	int fd; /* -1 when in memory */
	bool is_gz_name;

	/* The stream as stored: a window of it in raw_own, or the caller's memory, all of it. */
	const uint8_t *raw;
	size_t raw_pos, raw_end;
	uint8_t *raw_own;
	bool raw_at_end;
	uint64_t raw_got, raw_size; /* bytes read from fd; of the whole file, 0: unknown */
	/* A pipe that is written to end a wait for fd; -1 where reading does not wait. */
	int wake[2];
	atomic_bool stop;

	bool started, is_gzip, member_open;
	z_stream z;

	/* The stream as read: data[pos..end), and one byte spare for a NUL. */
	char *data;
	size_t pos, end, capacity;
	bool at_end;
	uint32_t line_number;

	/* The first error, kept until all before it has been consumed. */
	int error, errnum;
	const char *what;
	bool reported;
};

static int fail(struct smmu_in *in, int error, const char *what, int errnum)
{
	in->error = error;
	in->what = what;
	in->errnum = errnum;
	return error;
}

/* Tells of the stream's error, once. */
static int report(struct smmu_in *in, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = in->name};

	if (in->reported)
		return in->error;
	in->reported = true;
	if (in->error == SMMU_E_NOMEM)
		return smmu_diag_nomem(diag);
	if (in->errnum)
		return smmu_diag_errno(diag, &at, in->errnum, "%s", in->what);
	return smmu_diag_error(diag, &at, in->error, "%s", in->what);
}

/* Who asked for it needs no report. */
static int stopped(struct smmu_in *in)
{
	in->reported = true;
	return fail(in, SMMU_E_STOPPED, NULL, 0);
}

/* Waits until there is something to read, where that may take long. */
static void wait_for_input(struct smmu_in *in)
{
	struct pollfd fds[] = {{.fd = in->fd, .events = POLLIN},
			       {.fd = in->wake[0], .events = POLLIN}};

	while (in->wake[0] >= 0 && poll(fds, 2, -1) < 0 && errno == EINTR)
		;
}

/* Reads stored bytes to p, at most size; 0 at the end. */
static int raw_read(size_t *got, struct smmu_in *in, void *p, size_t size)
{
	ssize_t n;

	*got = 0;
	if (in->raw_at_end)
		return 0;
	wait_for_input(in);
	if (atomic_load(&in->stop))
		return stopped(in);
	do
		n = read(in->fd, p, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(in, SMMU_E_IO, "cannot read", errno);
	in->raw_at_end = n == 0;
	*got = (size_t)n;
	in->raw_got += *got;
	return 0;
}

/* At least want stored bytes in the window, or all there are; want is small. */
static int raw_fill(struct smmu_in *in, size_t want)
{
	while (in->raw_end - in->raw_pos < want && !in->raw_at_end) {
		size_t got;
		int err;

		memmove(in->raw_own, in->raw_own + in->raw_pos, in->raw_end - in->raw_pos);
		in->raw_end -= in->raw_pos;
		in->raw_pos = 0;
		err = raw_read(&got, in, in->raw_own + in->raw_end, CHUNK - in->raw_end);
		if (err)
			return err;
		in->raw_end += got;
	}
	return 0;
}

static bool has_magic(const struct smmu_in *in)
{
	return in->raw_end - in->raw_pos >= 2 && in->raw[in->raw_pos] == 0x1f &&
	       in->raw[in->raw_pos + 1] == 0x8b;
}

/* Decides between plain and gzip, before the first byte is given out. */
static int start(struct smmu_in *in)
{
	size_t have;
	int err = raw_fill(in, 2);

	if (err)
		return err;
	in->started = true;
	have = in->raw_end - in->raw_pos;
	in->is_gzip = has_magic(in);
	if (!in->is_gzip) {
		if (!in->is_gz_name)
			return 0;
		if (have == 0 || (have == 1 && in->raw[in->raw_pos] == 0x1f))
			return fail(in, SMMU_E_SYNTAX, "truncated gzip data", 0);
		return fail(in, SMMU_E_SYNTAX, "the name ends in .gz, but this is not gzip data",
			    0);
	}
	if (inflateInit2(&in->z, 15 + 16) != Z_OK)
		return fail(in, SMMU_E_NOMEM, NULL, 0);
	in->member_open = true;
	return 0;
}

/* Behind a member: another one, zero padding up to the end, or something else. */
static int next_member(struct smmu_in *in)
{
	int err = raw_fill(in, 2);

	if (err)
		return err;
	if (has_magic(in)) {
		if (inflateReset(&in->z) != Z_OK)
			return fail(in, SMMU_E_NOMEM, NULL, 0);
		in->member_open = true;
		return 0;
	}
	while (in->raw_pos < in->raw_end) {
		if (in->raw[in->raw_pos++])
			return fail(in, SMMU_E_SYNTAX, "bytes that are not gzip after gzip data",
				    0);
		if (in->raw_pos == in->raw_end && (err = raw_fill(in, 1)))
			return err;
	}
	in->at_end = true;
	return 0;
}

/* Inflates from the window to p; *got may be 0 before the end. */
static int inflate_some(size_t *got, struct smmu_in *in, void *p, size_t size)
{
	size_t have;
	int err = raw_fill(in, 1), z;

	*got = 0;
	if (err)
		return err;
	have = in->raw_end - in->raw_pos;
	if (have > CHUNK)
		have = CHUNK; /* avail_in is only 32 bits wide */
	if (size > CHUNK * 1024)
		size = CHUNK * 1024;
	in->z.next_in = (z_const Bytef *)(in->raw + in->raw_pos);
	in->z.avail_in = (uInt)have;
	in->z.next_out = p;
	in->z.avail_out = (uInt)size;
	z = inflate(&in->z, Z_NO_FLUSH);
	in->raw_pos += have - in->z.avail_in;
	*got = size - in->z.avail_out;
	switch (z) {
	case Z_STREAM_END:
		in->member_open = false;
		return 0;
	case Z_OK:
		return 0;
	case Z_BUF_ERROR:
		return have ? 0 : fail(in, SMMU_E_SYNTAX, "truncated gzip data", 0);
	case Z_MEM_ERROR:
		return fail(in, SMMU_E_NOMEM, NULL, 0);
	default:
		return fail(in, SMMU_E_SYNTAX, "corrupt gzip data", 0);
	}
}

static int read_gzip(size_t *got, struct smmu_in *in, void *p, size_t size)
{
	*got = 0;
	while (*got == 0 && !in->at_end) {
		int err = in->member_open ? inflate_some(got, in, p, size) : next_member(in);

		if (err)
			return *got ? 0 : err;
	}
	return 0;
}

static int read_plain(size_t *got, struct smmu_in *in, void *p, size_t size)
{
	size_t have = in->raw_end - in->raw_pos;
	int err;

	if (have) {
		*got = have < size ? have : size;
		memcpy(p, in->raw + in->raw_pos, *got);
		in->raw_pos += *got;
		return 0;
	}
	err = raw_read(got, in, p, size);
	in->at_end = !err && *got == 0;
	return err;
}

/* The stream as read, some of it to p; *got 0 only at the end. */
static int read_some(size_t *got, struct smmu_in *in, void *p, size_t size)
{
	*got = 0;
	if (in->error)
		return in->error;
	if (in->at_end)
		return 0;
	if (atomic_load(&in->stop))
		return stopped(in);
	if (!in->started && start(in))
		return in->error;
	return in->is_gzip ? read_gzip(got, in, p, size) : read_plain(got, in, p, size);
}

/* More bytes behind data[end), moved or grown for it; nothing more at the end. */
static int fill(struct smmu_in *in)
{
	size_t got;
	int err;

	if (in->pos) {
		memmove(in->data, in->data + in->pos, in->end - in->pos);
		in->end -= in->pos;
		in->pos = 0;
	}
	if (in->capacity - in->end < CHUNK / 2) {
		size_t capacity = in->capacity ? in->capacity * 2 : CHUNK;
		char *data = realloc(in->data, capacity);

		if (!data)
			return fail(in, SMMU_E_NOMEM, NULL, 0);
		in->data = data;
		in->capacity = capacity;
	}
	err = read_some(&got, in, in->data + in->end, in->capacity - in->end - 1);
	in->end += got;
	return err;
}

int smmu_in_read(size_t *got, struct smmu_in *in, void *bytes, size_t size, struct smmu_diag *diag)
{
	size_t have = in->end - in->pos;

	*got = 0;
	if (size == 0)
		return 0;
	if (have == 0)
		return read_some(got, in, bytes, size) ? report(in, diag) : 0;
	*got = have < size ? have : size;
	memcpy(bytes, in->data + in->pos, *got);
	in->pos += *got;
	return 0;
}

/* Whether length bytes, of which a CR may be the last, are more than a line may have. */
static bool is_too_long(const char *p, size_t length)
{
	return length > LINE_LIMIT + 1 || (length == LINE_LIMIT + 1 && p[LINE_LIMIT] != '\r');
}

/* Drops a line that is too long; lf is its end, NULL when that is still to come. */
static int skip_line(struct smmu_in *in, const char *lf, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = in->name, .line = ++in->line_number, .col = 1};

	while (!lf) {
		in->pos = in->end;
		if (fill(in) || in->pos == in->end)
			break;
		lf = memchr(in->data + in->pos, '\n', in->end - in->pos);
	}
	if (lf)
		in->pos = (size_t)(lf + 1 - in->data);
	return smmu_diag_error(diag, &at, SMMU_E_LIMIT, "the line is longer than 1 MiB");
}

/* Gives out length bytes at pos, without the CR before the LF (or the end of input). */
static int take_line(const char **line, size_t *size, struct smmu_in *in, size_t length)
{
	char *p = in->data + in->pos;

	in->pos += length;
	if (length && p[length - 1] == '\r')
		length--;
	p[length] = '\0';
	*line = p;
	*size = length;
	in->line_number++;
	return 1;
}

int smmu_in_line(const char **line, size_t *size, struct smmu_in *in, struct smmu_diag *diag)
{
	size_t seen = 0;

	for (;;) {
		size_t have = in->end - in->pos, length;
		const char *p = have ? in->data + in->pos : NULL;
		const char *lf = have > seen ? memchr(p + seen, '\n', have - seen) : NULL;

		length = lf ? (size_t)(lf - p) : have;
		if (is_too_long(p, length))
			return skip_line(in, lf, diag);
		if (lf) {
			int one = take_line(line, size, in, length);

			in->pos++;
			return one;
		}
		seen = have;
		if (fill(in))
			return report(in, diag);
		if (in->end - in->pos == have)
			return have ? take_line(line, size, in, have) : 0;
	}
}

void smmu_in_stop(struct smmu_in *in)
{
	int errnum = errno;

	atomic_store(&in->stop, true);
	if (in->wake[1] >= 0 && write(in->wake[1], "", 1) < 0)
		errno = errnum;
}

uint32_t smmu_in_line_number(const struct smmu_in *in)
{
	return in->line_number;
}

uint64_t smmu_in_position(const struct smmu_in *in)
{
	return in->raw_own ? in->raw_got - (in->raw_end - in->raw_pos) : in->raw_pos;
}

uint64_t smmu_in_size(const struct smmu_in *in)
{
	return in->raw_own ? in->raw_size : in->raw_end;
}

const char *smmu_in_name(const struct smmu_in *in)
{
	return in->name;
}

const void *smmu_in_peek_some(size_t *got, struct smmu_in *in, size_t want, struct smmu_diag *diag)
{
	size_t have;

	do
		have = in->end - in->pos;
	while (have < want && !fill(in) && in->end - in->pos > have);
	have = in->end - in->pos;
	*got = have < PEEK_LIMIT ? have : PEEK_LIMIT;
	if (have)
		return in->data + in->pos;
	if (in->error)
		report(in, diag);
	return NULL;
}

const void *smmu_in_peek(size_t *got, struct smmu_in *in, struct smmu_diag *diag)
{
	return smmu_in_peek_some(got, in, PEEK_LIMIT, diag);
}

bool smmu_in_waits(struct smmu_in *in, int patience_ms)
{
	struct pollfd fds[] = {{.fd = in->fd, .events = POLLIN},
			       {.fd = in->wake[0], .events = POLLIN}};

	if (in->wake[0] < 0 || in->error || in->raw_at_end || in->pos < in->end ||
	    in->raw_pos < in->raw_end)
		return false;
	return poll(fds, 2, patience_ms) == 0;
}

static struct smmu_in *new_in(const char *name)
{
	struct smmu_in *in = calloc(1, sizeof(*in));
	size_t length = strlen(name);

	if (!in)
		return NULL;
	in->fd = in->wake[0] = in->wake[1] = -1;
	in->name = malloc(length + 1);
	if (!in->name) {
		free(in);
		return NULL;
	}
	memcpy(in->name, name, length + 1);
	in->is_gz_name = length > 3 && strcmp(name + length - 3, ".gz") == 0;
	return in;
}

int smmu_in_open_memory(struct smmu_in **in, const char *name, const void *bytes, size_t size)
{
	*in = new_in(name);
	if (!*in)
		return SMMU_E_NOMEM;
	(*in)->raw = bytes ? bytes : (const uint8_t *)"";
	(*in)->raw_end = size;
	(*in)->raw_at_end = true;
	return 0;
}

static int open_file(struct smmu_in *in, const char *path, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = in->name};
	struct stat st;

	in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return smmu_diag_errno(diag, &at, errno, "cannot open");
	if (fstat(in->fd, &st) == 0 && S_ISDIR(st.st_mode))
		return smmu_diag_errno(diag, &at, EISDIR, "cannot read");
	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		in->raw_size = (uint64_t)st.st_size;
	else if (pipe(in->wake) || fcntl(in->wake[0], F_SETFD, FD_CLOEXEC) ||
		 fcntl(in->wake[1], F_SETFD, FD_CLOEXEC))
		return smmu_diag_errno(diag, &at, errno, "cannot open");
	in->raw = in->raw_own = malloc(CHUNK);
	return in->raw_own ? 0 : smmu_diag_nomem(diag);
}

int smmu_in_open(struct smmu_in **in, const char *path, struct smmu_diag *diag)
{
	int err;

	*in = new_in(strcmp(path, "-") == 0 ? "<stdin>" : path);
	if (!*in)
		return smmu_diag_nomem(diag);
	err = open_file(*in, path, diag);
	if (err) {
		smmu_in_close(*in);
		*in = NULL;
	}
	return err;
}

void smmu_in_close(struct smmu_in *in)
{
	if (!in)
		return;
	if (in->is_gzip)
		inflateEnd(&in->z);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	for (int i = 0; i < 2; i++)
		if (in->wake[i] >= 0)
			close(in->wake[i]);
	free(in->raw_own);
	free(in->data);
	free(in->name);
	free(in);
}

/* All that is left of in to *bytes, which stays the caller's to free on an error too. */
static int load_rest(char **bytes, size_t *size, struct smmu_in *in, size_t limit,
		     struct smmu_diag *diag)
{
	struct smmu_place at = {.file = in->name};
	size_t capacity = 0, got = 1;

	for (*size = 0; got; *size += got) {
		int err;

		if (*size > limit)
			return smmu_diag_error(diag, &at, SMMU_E_LIMIT,
					       "larger than the limit of %zu bytes", limit);
		if (capacity - *size < 2) {
			char *more;

			capacity = capacity ? capacity * 2 : CHUNK;
			more = realloc(*bytes, capacity);
			if (!more)
				return smmu_diag_nomem(diag);
			*bytes = more;
		}
		err = smmu_in_read(&got, in, *bytes + *size, capacity - *size - 1, diag);
		if (err)
			return err;
	}
	(*bytes)[*size] = '\0';
	return 0;
}

int smmu_in_load(void **bytes, size_t *size, const char *path, size_t limit, struct smmu_diag *diag)
{
	struct smmu_in *in;
	char *text = NULL;
	int err = smmu_in_open(&in, path, diag);

	*bytes = NULL;
	*size = 0;
	if (err)
		return err;
	err = load_rest(&text, size, in, limit, diag);
	if (err) {
		free(text);
		*size = 0;
	} else {
		*bytes = text;
	}
	smmu_in_close(in);
	return err;
}
