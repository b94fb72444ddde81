/*
 * The trace that replay is measured with: 16 streams, mostly sequential
 * bursts, descriptor rings that are read again, and random pages.  The same
 * records as those of limits/gentrace.c, as CSV on standard output.
 *
 *	bench-trace RECORDS
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAMS 16
#define NONE	UINT32_MAX

static uint64_t seed = UINT64_C(88172645463325252);

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

struct state {
	uint64_t base[STREAMS], next[STREAMS];
	unsigned stream;
};

static uint64_t address(struct state *state, uint64_t random, unsigned size)
{
	unsigned s = state->stream, kind = random >> 32 & 31;

	if (kind == 0)
		state->next[s] = state->base[s] + ((random >> 40 & 0xffff) << 12);
	if (kind == 1)
		return state->base[s] + (random >> 40 & 0xfff) * 16;
	state->next[s] += size;
	return state->next[s] - size;
}

static void print_record(struct state *state)
{
	static const unsigned sizes[] = {64, 64, 64, 128, 256, 512};
	uint64_t random = rnd(), at;
	unsigned size = sizes[(random >> 20) % 6];

	if ((random & 7) == 0)
		state->stream = random >> 8 & 15;
	at = address(state, random, size);
	printf("0x%x,", 0x100 + state->stream * 8);
	if (!(state->stream & 3))
		printf("%u", 1 + (unsigned)(random >> 16 & 3));
	printf(",0x%" PRIx64 ",%c,%u\n", at, (random >> 24) % 3 ? 'R' : 'W', size);
}

int main(int argc, char **argv)
{
	struct state state = {.stream = 0};
	long records = argc == 2 ? strtol(argv[1], NULL, 0) : 0;

	if (records < 1) {
		fputs("usage: bench-trace RECORDS\n", stderr);
		return 2;
	}
	for (unsigned s = 0; s < STREAMS; s++)
		state.base[s] = state.next[s] = UINT64_C(0x80000000) + ((uint64_t)s << 32);
	puts("stream,substream,address,access,size");
	while (records--)
		print_record(&state);
	return fflush(stdout) ? 2 : 0;
}
