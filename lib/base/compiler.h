/*
 * The only place for extensions of the C language.
 */
#ifndef SMMU_BASE_COMPILER_H
#define SMMU_BASE_COMPILER_H

#if defined(__GNUC__)
#define SMMU_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SMMU_LIKELY(x)	       __builtin_expect(!!(x), 1)
#define SMMU_UNLIKELY(x)       __builtin_expect(!!(x), 0)
#define SMMU_NOINLINE	       __attribute__((noinline))
#define SMMU_INLINE	       static inline __attribute__((always_inline))
#define SMMU_PREFETCH(p)       __builtin_prefetch(p)
#else
#define SMMU_PRINTF(fmt, args)
#define SMMU_LIKELY(x)	 (x)
#define SMMU_UNLIKELY(x) (x)
#define SMMU_NOINLINE
#define SMMU_INLINE	 static inline
#define SMMU_PREFETCH(p) ((void)(p))
#endif

/* 1 where this is known to hold: a word in memory is its little-endian bytes. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
#define SMMU_HOST_IS_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#else
#define SMMU_HOST_IS_LITTLE_ENDIAN 0
#endif

/* Number of elements of an array (not of a pointer). */
#define SMMU_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
