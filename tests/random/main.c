/*
 * The model under records by chance.
 *
 *	random RECORDS [SEED]	half of RECORDS for each test, systems from SEED on
 *
 * chaos: memory, registers, commands and accesses without sense: no crash, no
 * endless loop (an alarm says the seed).  agree: caches of every kind beside
 * none, with correct invalidation.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random.h"

enum { PER_SYSTEM = 2000, SECONDS = 120 };

static volatile sig_atomic_t running; /* the seed */

static void too_long(int signal_number)
{
	char text[] = "random: one system takes more than two minutes; seed ..........\n";
	unsigned seed = (unsigned)running;

	(void)signal_number;
	for (size_t at = sizeof(text) - 3; seed || text[at] == '.'; at--, seed /= 10)
		text[at] = (char)('0' + seed % 10);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static void run(void (*test)(uint64_t seed, uint64_t records), uint64_t seed, uint64_t systems)
{
	for (uint64_t i = 0; i < systems; i++) {
		running = (sig_atomic_t)(seed + i);
		alarm(SECONDS);
		test(seed + i, PER_SYSTEM);
	}
	alarm(0);
}

int main(int argc, char **argv)
{
	uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	uint64_t systems = (records / 2 + PER_SYSTEM - 1) / PER_SYSTEM;

	if (!records) {
		fprintf(stderr, "usage: random RECORDS [SEED]\n");
		return 2;
	}
	signal(SIGALRM, too_long);
	run(chaos, seed, systems);
	run(agree, seed, systems);
	printf("%" PRIu64 " records over %" PRIu64 " random systems: no crash, caches agree\n",
	       2 * systems * PER_SYSTEM, 2 * systems);
	return 0;
}
