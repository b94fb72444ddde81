/* Tests by chance; a failure says its seed and ends the program. */
#ifndef TESTS_RANDOM_RANDOM_H
#define TESTS_RANDOM_RANDOM_H

#include <stdint.h>

/* One system of that seed, and so many records. */
void agree(uint64_t seed, uint64_t records);
void chaos(uint64_t seed, uint64_t records);

#endif
