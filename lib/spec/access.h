/*
 * What turns the FIELD and ARRAY rows of a .def table into accessors: each is
 * one shift and one mask.  A format's header defines its struct, then
 *
 *	#define FIELD(Name, w, lsb, width, KIND, values, WHEN) \
 *		SMMU_ACCESS(ste, Name, w, lsb, width, KIND)
 *
 * and includes the table; setters keep the low bits of a value that is too
 * large, so check with smmu_bits_fit() or use smmu_field_set() for input.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_ACCESS_H
#define SMMU_SPEC_ACCESS_H

#include <stdint.h>

#include "base/bits.h"

/* How far the bits of a field at lsb stand from bit 0 of its value. */
#define SMMU_SHIFT_UINT(lsb) 0
#define SMMU_SHIFT_BOOL(lsb) 0
#define SMMU_SHIFT_ENUM(lsb) 0
#define SMMU_SHIFT_MASK(lsb) 0
#define SMMU_SHIFT_ADDR(lsb) (lsb)

/* smmu_<tag>_<Name>(s) and smmu_<tag>_set_<Name>(s, value). */
#define SMMU_ACCESS(tag, Name, w, lsb, width, KIND)                                                \
	static inline uint64_t smmu_##tag##_##Name(const struct smmu_##tag *s)                     \
	{                                                                                          \
		return smmu_bits(s->word[w], lsb, width) << SMMU_SHIFT_##KIND(lsb);                \
	}                                                                                          \
	static inline void smmu_##tag##_set_##Name(struct smmu_##tag *s, uint64_t value)           \
	{                                                                                          \
		s->word[w] =                                                                       \
			smmu_bits_set(s->word[w], lsb, width, value >> SMMU_SHIFT_##KIND(lsb));    \
	}

/* smmu_<tag>_<Name>(s, i) and smmu_<tag>_set_<Name>(s, i, value); i below count. */
#define SMMU_ACCESS_ARRAY(tag, Name, w, lsb, width, count)                                         \
	static inline uint64_t smmu_##tag##_##Name(const struct smmu_##tag *s, unsigned i)         \
	{                                                                                          \
		unsigned bit = (lsb) + (i % (count)) * (width);                                    \
                                                                                                   \
		return smmu_bits(s->word[(w) + bit / 64], bit % 64, width);                        \
	}                                                                                          \
	static inline void smmu_##tag##_set_##Name(struct smmu_##tag *s, unsigned i,               \
						   uint64_t value)                                 \
	{                                                                                          \
		unsigned bit = (lsb) + (i % (count)) * (width);                                    \
		uint64_t *word = &s->word[(w) + bit / 64];                                         \
                                                                                                   \
		*word = smmu_bits_set(*word, bit % 64, width, value);                              \
	}

#endif
