/*
 * Numbers and names in text, as people write them.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_BASE_TEXT_H
#define SMMU_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The whole of text as an unsigned number: decimal or 0x hex, "_" between
 * digits, and one suffix K, M, G or T (powers of 1024).  0, SMMU_E_SYNTAX, or
 * SMMU_E_RANGE when it does not fit in 64 bits.
 */
int smmu_parse_u64(uint64_t *value, const char *text, size_t size);
/* The value of a hex digit of either case; -1 for any other character. */
int smmu_hex_digit(char c);
/* "0000:01:00.0" or "01:00.0" to segment << 16 | bus << 8 | device << 3 | function. */
int smmu_parse_bdf(uint32_t *value, const char *text, size_t size);
/* The inverse, always with a segment; text must hold 24 bytes. */
const char *smmu_format_bdf(char *text, uint32_t bdf);
/* 4096 -> "4 KiB", 6442450944 -> "6 GiB", 4097 -> "4097 B"; text must hold 24 bytes. */
const char *smmu_format_size(char *text, uint64_t size);

/*
 * value in decimal, or as "0x" and lower-case hex of at least digits digits
 * (0..16).  Return the length, without the NUL; text must hold 24 bytes.
 */
size_t smmu_format_dec(char *text, uint64_t value);
size_t smmu_format_hex(char *text, uint64_t value, unsigned digits);

/*
 * The name of names[0..count-1] nearest to text by edit distance (case is
 * ignored), else the shortest that begins with it, or NULL when none is near
 * enough to be meant.
 */
const char *smmu_nearest(const char *text, size_t size, const char *const *names, size_t count);

/*
 * The bytes of the UTF-8 character at text[0..size-1], size > 0: 1..4, or 0
 * when there is none (RFC 3629: no surrogates, nothing overlong).
 */
size_t smmu_utf8_size(const char *text, size_t size);
/* Columns that valid UTF-8 takes: one a character. */
size_t smmu_utf8_width(const char *text, size_t size);

#endif
