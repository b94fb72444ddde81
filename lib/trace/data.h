/*
 * The column data, by op.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_TRACE_DATA_H
#define SMMU_TRACE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* command, tlbi: two words, lowest first, a space between.  0 or SMMU_E_SYNTAX, SMMU_E_RANGE. */
int smmu_data_words(uint64_t words[2], const char *text, size_t size);
/* mmio: one value. */
int smmu_data_value(uint64_t *value, const char *text, size_t size);
/*
 * poke: hex digits, two a byte, in memory order.  *count is set to the number
 * of bytes, which are stored up to capacity; bytes may be NULL when that is 0.
 */
int smmu_data_bytes(uint8_t *bytes, size_t *count, size_t capacity, const char *text, size_t size);
/* pri: the PRG index (9 bits, 8.1), with L for the last request of its group. */
int smmu_data_prg(uint32_t *index, bool *last, const char *text, size_t size);

#endif
