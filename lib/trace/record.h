/*
 * One record of a trace, whatever format it came from.
 *
 * Threading: a plain record.
 */
#ifndef SMMU_TRACE_RECORD_H
#define SMMU_TRACE_RECORD_H

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
	enum smmu_trace_op op;
	struct smmu_txn txn; /* stream, address, access … of every op; sec is the column security */
	bool has_stream, has_address, has_size, has_access;
	bool has_time;
	uint64_t time_ns;     /* the record number when not given */
	uint32_t smmu;	      /* 0: not given; else 1 + index into the reader's names */
	bool has_expected_pa; /* the column pa */
	uint64_t expected_pa; /* also the pa of map */
	/* the column data, NUL-terminated; borrowed until the batch is read again; NULL when empty
	 */
	const char *data;
	uint32_t data_size;
	uint32_t line; /* of the input, 0 when it has no lines */
};

#endif
