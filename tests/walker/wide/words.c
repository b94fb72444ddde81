/* Sparse memory, and numbers that a seed repeats. */
#include <stdlib.h>

#include "walker.h"

static size_t place(const struct words *w, uint64_t address)
{
	size_t i =
		(size_t)((address >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (w->capacity - 1);

	while (w->address[i] != 1 && w->address[i] != address)
		i = (i + 1) & (w->capacity - 1);
	return i;
}

bool words_get(const struct words *w, uint64_t address, uint64_t *value)
{
	size_t i;

	if (!w->capacity)
		return false;
	i = place(w, address);
	if (w->address[i] == 1)
		return false;
	*value = w->value[i];
	return true;
}

static void grow(struct words *w)
{
	struct words old = *w;

	w->capacity = old.capacity ? 2 * old.capacity : 1024;
	w->address = malloc(w->capacity * sizeof(uint64_t));
	w->value = malloc(w->capacity * sizeof(uint64_t));
	if (!w->address || !w->value)
		abort();
	for (size_t i = 0; i < w->capacity; i++)
		w->address[i] = 1;
	w->count = 0;
	for (size_t i = 0; i < old.capacity; i++)
		if (old.address[i] != 1)
			words_set(w, old.address[i], old.value[i]);
	free(old.address);
	free(old.value);
}

void words_set(struct words *w, uint64_t address, uint64_t value)
{
	size_t i;

	if (2 * (w->count + 1) > w->capacity)
		grow(w);
	i = place(w, address);
	w->count += w->address[i] == 1;
	w->address[i] = address;
	w->value[i] = value;
}

void words_clear(struct words *w)
{
	free(w->address);
	free(w->value);
	*w = (struct words){0};
}

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t rng_below(struct rng *rng, uint64_t n)
{
	return rng_next(rng) % n;
}

bool rng_chance(struct rng *rng, unsigned percent)
{
	return rng_below(rng, 100) < percent;
}
