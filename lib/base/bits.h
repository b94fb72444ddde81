/*
 * Bits of words and bytes of memory.  Everything that shifts, masks or swaps
 * is here or in lib/spec; nothing else may.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_BASE_BITS_H
#define SMMU_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* width ones, from bit 0; width 0..64. */
static inline uint64_t smmu_ones(unsigned width)
{
	return width >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;
}

/* Ones in bits [lsb + width - 1 : lsb]. */
static inline uint64_t smmu_mask(unsigned lsb, unsigned width)
{
	return smmu_ones(width) << lsb;
}

/* The value of bits [lsb + width - 1 : lsb] of word. */
static inline uint64_t smmu_bits(uint64_t word, unsigned lsb, unsigned width)
{
	return (word >> lsb) & smmu_ones(width);
}

static inline bool smmu_bit(uint64_t word, unsigned bit)
{
	return (word >> bit) & 1;
}

/* Whether value can be held in width bits. */
static inline bool smmu_bits_fit(uint64_t value, unsigned width)
{
	return (value & ~smmu_ones(width)) == 0;
}

/* word with bits [lsb + width - 1 : lsb] replaced by value, which must fit. */
static inline uint64_t smmu_bits_set(uint64_t word, unsigned lsb, unsigned width, uint64_t value)
{
	return (word & ~smmu_mask(lsb, width)) | ((value & smmu_ones(width)) << lsb);
}

/* value with bits [n-1:0] cleared: aligned down to 2^n. */
static inline uint64_t smmu_align_down_log2(uint64_t value, unsigned n)
{
	return value & ~smmu_ones(n);
}

static inline bool smmu_is_aligned_log2(uint64_t value, unsigned n)
{
	return (value & smmu_ones(n)) == 0;
}

/* The number 2^n; n 0..63. */
static inline uint64_t smmu_pow2(unsigned n)
{
	return UINT64_C(1) << n;
}

/* Bits [63:n] filled with bit n-1: n 1..64. */
static inline uint64_t smmu_sign_extend(uint64_t value, unsigned n)
{
	uint64_t sign = smmu_pow2(n - 1);

	value &= smmu_ones(n);
	return (value ^ sign) - sign;
}

/* Little- and big-endian loads and stores at any alignment. */
static inline uint32_t smmu_ld32le(const void *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t smmu_ld64le(const void *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint64_t)smmu_ld32le(b) | (uint64_t)smmu_ld32le(b + 4) << 32;
}

static inline uint64_t smmu_swap64(uint64_t v)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 8; i++)
		r = r << 8 | ((v >> (8 * i)) & 0xff);
	return r;
}

static inline uint64_t smmu_ld64be(const void *p)
{
	return smmu_swap64(smmu_ld64le(p));
}

/* Byte by byte in one expression each, which compilers make one store of; a loop they do not. */
static inline void smmu_st32le(void *p, uint32_t v)
{
	uint8_t *b = (uint8_t *)p;

	b[0] = (uint8_t)v;
	b[1] = (uint8_t)(v >> 8);
	b[2] = (uint8_t)(v >> 16);
	b[3] = (uint8_t)(v >> 24);
}

static inline void smmu_st64le(void *p, uint64_t v)
{
	uint8_t *b = (uint8_t *)p;

	b[0] = (uint8_t)v;
	b[1] = (uint8_t)(v >> 8);
	b[2] = (uint8_t)(v >> 16);
	b[3] = (uint8_t)(v >> 24);
	b[4] = (uint8_t)(v >> 32);
	b[5] = (uint8_t)(v >> 40);
	b[6] = (uint8_t)(v >> 48);
	b[7] = (uint8_t)(v >> 56);
}

static inline void smmu_st64be(void *p, uint64_t v)
{
	smmu_st64le(p, smmu_swap64(v));
}

#endif
