/*
 * Kernel logs for decode.
 */
#include "logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "explain/log.h"

#define CHUNK	       65536
#define LINE_MAX_BYTES (1u << 20)
/* How often a file is looked at for more; after how much quiet what is whole is shown, and all. */
#define PAUSE_MS       100
#define GIVE_UP_PAUSES 50
#define QUIET_PAUSES   5

static bool is_pipe_idle(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&in, 1, 0) == 0;
}

static volatile sig_atomic_t is_interrupted;

struct reading {
	struct cli_session *session;
	const char *file; /* named with every item; NULL: it is the only one */
	bool found;	  /* something was */
};

/* What a pipe gives bit by bit (dmesg -w) is shown as it comes. */
static int emit_item(void *ctx, const struct smmu_log_item *item)
{
	struct reading *reading = ctx;
	struct cli_session *session = reading->session;
	struct smmu_log_item named = *item;

	reading->found = true;
	named.file = reading->file;
	smmu_log_emit(session->emit, &named, session->format == SMMU_EMIT_TEXT);
	if (is_pipe_idle())
		smmu_out_flush(session->out);
	return cli_output_is_lost(session) ? CLI_EXIT_FINDING : 0;
}

/* ---- A file that grows. ---- */

struct growing {
	struct cli_session *session;
	struct smmu_log *log;
	struct reading reading;
	const char *path;
	int fd;
	bool is_regular; /* else a pipe, which ends */
	off_t offset;
	struct smmu_buf line;
	uint32_t number;
	bool is_skipping; /* the rest of a line that is too long */
};

static int take_bytes(struct growing *g, const char *bytes, size_t size)
{
	int stopped = 0;

	while (size && !stopped) {
		const char *end = memchr(bytes, '\n', size);
		size_t part = end ? (size_t)(end - bytes) : size;

		if (g->line.size + part > LINE_MAX_BYTES) {
			g->is_skipping = true;
			smmu_buf_clear(&g->line);
		}
		if (!g->is_skipping)
			smmu_buf_append(&g->line, bytes, part);
		if (end) {
			g->number++;
			if (!g->is_skipping)
				stopped = smmu_log_line(g->log, smmu_buf_text(&g->line),
							g->line.size, g->number);
			g->is_skipping = false;
			smmu_buf_clear(&g->line);
		}
		bytes += part + (end != NULL);
		size -= part + (end != NULL);
	}
	return g->line.failed ? SMMU_E_NOMEM : stopped;
}

/* What is left of the old file is shown, and the new one is another log. */
static int start_again(struct growing *g, const char *why)
{
	int stopped = smmu_log_flush(g->log);

	smmu_diag_warn(g->session->diag, NULL, "%s: %s", g->path, why);
	smmu_log_free(g->log);
	g->log = NULL;
	g->offset = 0;
	g->number = 0;
	g->is_skipping = false;
	smmu_buf_clear(&g->line);
	return stopped ? stopped : smmu_log_new(&g->log, emit_item, &g->reading);
}

/* A file that was made shorter is a new one, and so is one that now has its name. */
static int look_for_restart(struct growing *g)
{
	struct stat own, named;
	int fd;

	if (fstat(g->fd, &own) || !S_ISREG(own.st_mode))
		return 0;
	if (own.st_size < g->offset) {
		if (lseek(g->fd, 0, SEEK_SET))
			return smmu_diag_errno(g->session->diag, NULL, errno, "cannot read %s",
					       g->path);
		return start_again(g, "the file was cut, it is read again");
	}
	if (g->fd == STDIN_FILENO || stat(g->path, &named) ||
	    (named.st_ino == own.st_ino && named.st_dev == own.st_dev))
		return 0;
	fd = open(g->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* it may come back */
	close(g->fd);
	g->fd = fd;
	return start_again(g, "the file was replaced, the new one is read");
}

/* Something to read, or 0 after a pause; of a pipe, that waits for somebody to write. */
static int wait_for_more(const struct growing *g)
{
	struct pollfd in = {.fd = g->fd, .events = POLLIN};

	return poll(&in, 1, PAUSE_MS);
}

static int rest(struct growing *g, unsigned *quiet)
{
	const struct timespec pause = {0, PAUSE_MS * 1000000L};
	int stopped = 0;

	if (++*quiet == QUIET_PAUSES)
		stopped = smmu_log_pause(g->log);
	else if (*quiet == GIVE_UP_PAUSES)
		stopped = smmu_log_flush(g->log);
	smmu_out_flush(g->session->out);
	if (g->is_regular && !stopped) {
		stopped = look_for_restart(g);
		nanosleep(&pause, NULL);
	}
	return stopped;
}

/* Until the pipe ends, the output is lost, or the user has had enough. */
static int follow(struct growing *g, char *bytes)
{
	unsigned quiet = 0;
	int stopped = 0;

	while (!stopped && !is_interrupted && !cli_output_is_lost(g->session)) {
		ssize_t got = 0;

		if (g->is_regular || wait_for_more(g) > 0) {
			got = read(g->fd, bytes, CHUNK);
			if (got < 0 && errno != EINTR)
				return smmu_diag_errno(g->session->diag, NULL, errno,
						       "cannot read %s", g->path);
			if (got == 0 && !g->is_regular)
				break;
		}
		if (got > 0) {
			g->offset += got;
			quiet = 0;
			stopped = take_bytes(g, bytes, (size_t)got);
		} else {
			stopped = rest(g, &quiet);
		}
	}
	if (!stopped && g->line.size && !g->is_skipping)
		stopped =
			smmu_log_line(g->log, smmu_buf_text(&g->line), g->line.size, g->number + 1);
	if (!stopped)
		stopped = smmu_log_flush(g->log);
	return stopped < 0 ? stopped : 0;
}

static void on_interrupt(int number)
{
	(void)number;
	is_interrupted = 1;
}

/* Ctrl-C ends it as the end of a file would: what is open is shown, JSON is closed. */
static int follow_until_interrupted(struct growing *g, char *bytes)
{
	struct sigaction action = {.sa_handler = on_interrupt}, before[2];
	static const int numbers[2] = {SIGINT, SIGTERM};
	int error;

	is_interrupted = 0;
	for (size_t i = 0; i < 2; i++)
		sigaction(numbers[i], &action, &before[i]);
	error = follow(g, bytes);
	for (size_t i = 0; i < 2; i++)
		sigaction(numbers[i], &before[i], NULL);
	return error;
}

static int follow_file(struct cli_session *session, const char *path)
{
	struct growing g = {.session = session, .reading = {.session = session}, .path = path};
	char *bytes = malloc(CHUNK);
	struct stat own;
	int error = SMMU_E_NOMEM;

	g.fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	g.is_regular = g.fd >= 0 && fstat(g.fd, &own) == 0 && S_ISREG(own.st_mode);
	if (g.fd < 0)
		error = smmu_diag_errno(session->diag, NULL, errno, "cannot open %s", path);
	else if (bytes && !smmu_log_new(&g.log, emit_item, &g.reading))
		error = follow_until_interrupted(&g, bytes);
	if (error == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	if (g.fd > STDIN_FILENO)
		close(g.fd);
	smmu_log_free(g.log);
	smmu_buf_fini(&g.line);
	free(bytes);
	return error;
}

/* ---- Files as they are. ---- */

static int read_file(struct cli_session *session, const char *path, bool is_named)
{
	struct reading reading = {.session = session, .file = is_named ? path : NULL};
	struct smmu_place place = {.file = path};
	struct smmu_in *in = NULL;
	int error = smmu_in_open(&in, path, session->diag);

	if (in)
		place.file = smmu_in_name(in);
	if (!error)
		error = smmu_log_read(in, emit_item, &reading, session->diag);
	if (!error && !reading.found)
		smmu_diag_warn(session->diag, &place, "nothing in it comes from an SMMU");
	smmu_in_close(in);
	return error;
}

int cli_decode_logs(struct cli_session *session, const struct cli_strings *files, bool is_followed)
{
	static const char *const standard_input[] = {"-"};
	const char *const *file = files->count ? files->item : standard_input;
	size_t count = files->count ? files->count : 1;
	int error = 0;

	if (is_followed && count > 1) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"--follow takes one file, %zu are given", count);
		return CLI_EXIT_TROUBLE;
	}
	if (!cli_emit(session))
		return CLI_EXIT_TROUBLE;
	for (size_t i = 0; i < count && error == 0; i++)
		error = is_followed ? follow_file(session, file[i])
				    : read_file(session, file[i], count > 1);
	return error < 0 ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}
