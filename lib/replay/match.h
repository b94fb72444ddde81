/*
 * Whether an answer is what a recorded object asks for.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_REPLAY_MATCH_H
#define SMMU_REPLAY_MATCH_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Every key that want gives is in got, with the same value: numbers by value,
 * "record" under the "mask" beside it, "recorded" true where it is left out,
 * null for what must not be there.  "any" lists alternatives.  Keys that tell of
 * the record and not of the answer (n, source, address, ...) are passed over.
 */
bool smmu_match(const json_t *want, const json_t *got);

#endif
