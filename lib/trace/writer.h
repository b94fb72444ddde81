/*
 * Writing traces: CSV, JSONL and binary.  What a reader made of one format
 * and a writer puts into another reads the same.
 *
 * Threading: one thread at a time per writer.
 */
#ifndef SMMU_TRACE_WRITER_H
#define SMMU_TRACE_WRITER_H

#include "base/out.h"
#include "trace/column.h"
#include "trace/reader.h"

struct smmu_trace_writer;

/*
 * out is borrowed until free.  columns are those of a CSV header, as
 * smmu_trace_columns gives them (stream, address and access are always there);
 * other formats do not heed them.  SMMU_E_USAGE when format is AUTO or a
 * log, which is only read.
 */
int smmu_trace_writer_new(struct smmu_trace_writer **writer, struct smmu_out *out,
			  enum smmu_trace_format format, unsigned columns);
/* smmu is the name that record->smmu stands for, NULL when that is 0.  Nothing is borrowed. */
void smmu_trace_write(struct smmu_trace_writer *writer, const struct smmu_record *record,
		      const char *smmu);
/* Ends the trace; 0, SMMU_E_NOMEM or the error of out.  NULL is legal. */
int smmu_trace_writer_free(struct smmu_trace_writer *writer);
/* The format that the name of a file asks for (.csv, .jsonl, .smmutrace, and .gz), else AUTO. */
enum smmu_trace_format smmu_trace_format_of_name(const char *name);

#endif
