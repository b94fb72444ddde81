/*
 * The binary form of traces, version 1: see schemas/trace.md, which is the
 * full statement.  Records of 24 bytes, little-endian:
 *
 *   word 0        word 1                      word 2
 *   address       stream, substream (high)    size, flags (high)
 *
 * What few records have stands in records of the kind EXTENSION before the one
 * it belongs to: word 0 and word 1 are values, the low half of word 2 says
 * which.  Bytes follow in as many records as hold them and a NUL.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_TRACE_BINARY_PRIV_H
#define SMMU_TRACE_BINARY_PRIV_H

#include <stddef.h>
#include <stdint.h>

#define SMMU_TRACE_MAGIC	"\x89SMT\r\n\x1a\n"
#define SMMU_TRACE_VERSION	1
#define SMMU_TRACE_RECORD_BYTES 24
#define SMMU_TRACE_WORDS	3
/* Of data and names: less than a line of the text forms may have. */
#define SMMU_TRACE_BYTES_LIMIT (1u << 20)

/* The fields of flags: lsb, width. */
#define SMMU_TRACE_FLAGS(FLAG)                                                                     \
	FLAG(OP, 0, 4)                                                                             \
	FLAG(READ, 4, 1)                                                                           \
	FLAG(WRITE, 5, 1)                                                                          \
	FLAG(PRIVILEGED, 6, 1)                                                                     \
	FLAG(INSTRUCTION, 7, 1)                                                                    \
	FLAG(HAS_STREAM, 8, 1)                                                                     \
	FLAG(HAS_ADDRESS, 9, 1)                                                                    \
	FLAG(HAS_SIZE, 10, 1)                                                                      \
	FLAG(HAS_ACCESS, 11, 1)                                                                    \
	FLAG(HAS_SUBSTREAM, 12, 1)                                                                 \
	FLAG(SECURITY, 13, 2)                                                                      \
	FLAG(NS, 15, 1)                                                                            \
	FLAG(HAS_NS, 16, 1)                                                                        \
	FLAG(MEMORY, 17, 3)                                                                        \
	FLAG(SH, 20, 2)                                                                            \
	FLAG(ALLOC, 22, 3)                                                                         \
	FLAG(NOSNOOP, 25, 1)

enum smmu_trace_flag_lsb {
#define FLAG(name, lsb, width) SMMU_TRACE_##name##_LSB = lsb,
	SMMU_TRACE_FLAGS(FLAG)
#undef FLAG
};

enum smmu_trace_flag_width {
#define FLAG(name, lsb, width) SMMU_TRACE_##name##_WIDTH = width,
	SMMU_TRACE_FLAGS(FLAG)
#undef FLAG
};

#define SMMU_TRACE_FLAGS_USED 26

/* The value of OP that marks an extension. */
#define SMMU_TRACE_OP_EXTENSION 15

enum smmu_trace_extension {
	SMMU_TRACE_EXT_TIME = 1, /* word 0: time in ns */
	SMMU_TRACE_EXT_PA = 2,	 /* word 0: pa */
	SMMU_TRACE_EXT_SIZE = 3, /* word 0: a size that needs 64 bits */
	SMMU_TRACE_EXT_SMMU = 4, /* word 0: number of the name, from 0 */
	SMMU_TRACE_EXT_DATA = 5, /* word 0: how many bytes of data follow */
	SMMU_TRACE_EXT_NAME = 6, /* word 0: how many bytes follow: the next name of an SMMU */
	SMMU_TRACE_EXT_END = 7,	 /* word 0: how many records there were; nothing follows */
};

/* How many records hold size bytes and a NUL. */
static inline size_t smmu_trace_units(size_t size)
{
	return size / SMMU_TRACE_RECORD_BYTES + 1;
}

#endif
