/*
 * The columns of a trace, which are also the keys of its JSON form: their
 * names, their values, and what each kind of record needs.
 *
 * Threading: immutable tables and pure functions.
 */
#ifndef SMMU_TRACE_COLUMN_H
#define SMMU_TRACE_COLUMN_H

#include <stddef.h>

#include "trace/record.h"

enum smmu_column {
	SMMU_COL_STREAM,
	SMMU_COL_SUBSTREAM,
	SMMU_COL_ADDRESS,
	SMMU_COL_SIZE,
	SMMU_COL_ACCESS,
	SMMU_COL_PRIVILEGED,
	SMMU_COL_INSTRUCTION,
	SMMU_COL_SECURITY,
	SMMU_COL_NS,
	SMMU_COL_MEMORY,
	SMMU_COL_SH,
	SMMU_COL_ALLOC,
	SMMU_COL_NOSNOOP,
	SMMU_COL_SMMU,
	SMMU_COL_TIME,
	SMMU_COL_OP,
	SMMU_COL_DATA,
	SMMU_COL_PA,
	SMMU_COL_COUNT,
	SMMU_COL_IGNORED = SMMU_COL_COUNT, /* x-… */
};

/* The name of a column, as in a header. */
const char *smmu_column_name(enum smmu_column column);
/* The column of that name or alias; SMMU_E_UNKNOWN. */
int smmu_column_find(enum smmu_column *column, const char *name, size_t size);
/* The known name nearest to text, NULL when none is near. */
const char *smmu_column_nearest(const char *name, size_t size);

/* No control characters but tabs: what data and names may have. */
bool smmu_column_is_printable(const char *text, size_t size);

/* The value of a column as a trace spells it, or NULL when it is the default. */
const char *smmu_column_op_name(enum smmu_trace_op op);
const char *smmu_column_security_name(enum smmu_sec sec);
const char *smmu_column_memory_name(enum smmu_memtype_in memtype);
const char *smmu_column_sh_name(enum smmu_sh_in sh);
const char *smmu_column_alloc_name(uint8_t alloc);

/* A record of which no column is given: the defaults. */
extern const struct smmu_record smmu_record_blank;

static inline void smmu_record_init(struct smmu_record *record)
{
	*record = smmu_record_blank;
}

/* Puts a number that fits into its column: one of those that take numbers. */
static inline void smmu_record_set_number(struct smmu_record *record, enum smmu_column column,
					  uint64_t value)
{
	switch (column) {
	case SMMU_COL_STREAM:
		record->txn.stream = (uint32_t)value;
		record->has_stream = true;
		break;
	case SMMU_COL_SUBSTREAM:
		record->txn.substream = (uint32_t)value;
		record->txn.ssv = true;
		break;
	case SMMU_COL_ADDRESS:
		record->txn.address = value;
		record->has_address = true;
		break;
	case SMMU_COL_SIZE:
		record->txn.size = value;
		record->has_size = true;
		break;
	case SMMU_COL_TIME:
		record->time_ns = value;
		record->has_time = true;
		break;
	case SMMU_COL_PA:
		record->expected_pa = value;
		record->has_expected_pa = true;
		break;
	default:
		break;
	}
}

/* What is wrong with a line; col 0 means the line as a whole. */
struct smmu_line_error {
	int code;
	unsigned col; /* from 1, of the text that is wrong */
	char message[200];
};

/*
 * Puts a value that is not empty into a record.  Not for SMMU_COL_SMMU, whose
 * names are the reader's.  text is borrowed by the record for SMMU_COL_DATA.
 */
int smmu_record_set(struct smmu_record *record, enum smmu_column column, const char *text,
		    size_t size, struct smmu_line_error *error);
/* Whether the record has what its op needs; sets the kind of its transaction. */
int smmu_record_check(struct smmu_record *record, struct smmu_line_error *error);

#endif
