/*
 * The line of a long run on standard error, and Ctrl-C.
 */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Seconds before the line is shown at all, and between two of them. */
#define FIRST_S 0.5
#define NEXT_S	0.2

/* What a signal handler can see: the process has one run at a time. */
static struct smmu_in *volatile input;

static void interrupt(int number)
{
	(void)number;
	if (input)
		smmu_in_stop(input);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void cli_progress_start(struct cli_progress *progress, struct cli_session *session,
			struct smmu_in *in)
{
	/* The second Ctrl-C finds the default again. */
	struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

	*progress = (struct cli_progress){.session = session, .in = in, .start = now_s()};
	progress->shows = !session->quiet && isatty(STDERR_FILENO);
	input = in;
	sigemptyset(&action.sa_mask);
	/* Who runs in the background is not to be interrupted. */
	if (!sigaction(SIGINT, NULL, &progress->before) && progress->before.sa_handler != SIG_IGN)
		sigaction(SIGINT, &action, NULL);
}

static void clear_line(void)
{
	fputs("\r\033[K", stderr);
}

static void show(struct cli_progress *progress, uint64_t records, uint64_t position, double now)
{
	double passed = now - progress->start;
	uint64_t size = smmu_in_size(progress->in);

	clear_line();
	fprintf(stderr, "%.1f M records, %.1f M/s", (double)records / 1e6,
		(double)records / passed / 1e6);
	if (size && position && position <= size) {
		double done = (double)position / (double)size;

		fprintf(stderr, ", %.0f %%, %.0f s left", done * 100, passed / done - passed);
	}
	fflush(stderr);
	progress->shown = now;
	progress->session->diagnostics.unfinished = true;
}

void cli_progress_tick(struct cli_progress *progress, uint64_t records, uint64_t position)
{
	double now;

	if (!progress->shows)
		return;
	now = now_s();
	if (now - progress->start >= FIRST_S && now - progress->shown >= NEXT_S)
		show(progress, records, position, now);
}

void cli_progress_end(struct cli_progress *progress)
{
	if (progress->session->diagnostics.unfinished)
		clear_line();
	progress->session->diagnostics.unfinished = false;
	sigaction(SIGINT, &progress->before, NULL);
	input = NULL;
}
