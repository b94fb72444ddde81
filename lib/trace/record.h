/*
 * One record of a trace, whatever format it came from.
 *
 * Threading: a plain record.
 */
#ifndef SMMU_TRACE_RECORD_H
#define SMMU_TRACE_RECORD_H

#include <assert.h>
#include <stddef.h>

#include "spec/txn.h"

enum smmu_trace_op {
	SMMU_OP_ACCESS,
	SMMU_OP_ATS_REQUEST,
	SMMU_OP_ATS_TRANSLATED,
	SMMU_OP_PRI,
	SMMU_OP_COMMAND,
	SMMU_OP_POKE,
	SMMU_OP_MMIO,
	SMMU_OP_TLBI,
	SMMU_OP_MAP,
	SMMU_OP_UNMAP,
};

struct smmu_record {
	uint32_t op;	     /* enum smmu_trace_op */
	uint32_t smmu;	     /* 0: not given; else 1 + index into the reader's names */
	struct smmu_txn txn; /* stream, address, access … of every op; sec is the column security */
	bool has_stream, has_address, has_access, has_size;
	bool has_time, has_expected_pa;
	uint64_t time_ns;     /* the record number when not given */
	uint64_t expected_pa; /* the column pa; also of map */
	/* the column data, NUL-terminated; borrowed until the batch is read again; NULL when empty
	 */
	const char *data;
	uint32_t data_size;
	uint32_t line; /* of the input, 0 when it has no lines */
};

static_assert(offsetof(struct smmu_record, smmu) == offsetof(struct smmu_record, op) + 4 &&
		      offsetof(struct smmu_record, has_size) ==
			      offsetof(struct smmu_record, has_stream) + 3,
	      "what follows reads several members at once");

/* An access through the SMMU that needs no name, as most records are. */
SMMU_INLINE bool smmu_record_is_first_access(const struct smmu_record *record)
{
	return smmu_ld64le((const uint8_t *)record + offsetof(struct smmu_record, op)) ==
	       SMMU_OP_ACCESS;
}

/* Whether it has what an access needs: has_stream, has_address, has_access. */
SMMU_INLINE bool smmu_record_has_access(const struct smmu_record *record)
{
	const uint8_t *has = (const uint8_t *)record + offsetof(struct smmu_record, has_stream);

	return smmu_bits(smmu_ld32le(has), 0, 24) == 0x010101;
}

#endif
