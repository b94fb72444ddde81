/* Numbers by chance, the same for the same seed everywhere. */
#ifndef TESTS_RANDOM_DICE_H
#define TESTS_RANDOM_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* xorshift64* */
static inline uint64_t dice_draw(struct dice *dice)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return dice->state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline struct dice dice_of(uint64_t seed)
{
	struct dice dice = {(seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};

	for (unsigned i = 0; i < 4; i++)
		dice_draw(&dice);
	return dice;
}

static inline uint64_t below(struct dice *dice, uint64_t n)
{
	return (dice_draw(dice) >> 11) % n;
}

static inline bool one_in(struct dice *dice, unsigned n)
{
	return below(dice, n) == 0;
}

#endif
