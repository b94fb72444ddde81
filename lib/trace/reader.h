/*
 * Traces: CSV, JSONL and binary, and the logs of kernels and simulators, plain
 * or gzip, read as a stream in batches.
 *
 * A reader hands out batches of records; none is allocated one by one.  Lines
 * that cannot be read are reported with their place (as warnings; as the error
 * that ends it in a strict trace), counted, and skipped.
 *
 * Threading: one thread at a time per reader.  A part of a trace (below) is a
 * reader of its own.
 */
#ifndef SMMU_TRACE_READER_H
#define SMMU_TRACE_READER_H

#include "base/in.h"
#include "trace/record.h"

struct smmu_trace;

enum smmu_trace_format {
	SMMU_TRACE_AUTO,
	SMMU_TRACE_CSV,
	SMMU_TRACE_JSONL,
	SMMU_TRACE_BINARY,
	/* Logs, which are read only: their lines that say nothing of an SMMU are passed over. */
	SMMU_TRACE_FTRACE, /* Linux iommu:* and dma:* events: trace, trace-cmd report, perf script
			    */
	SMMU_TRACE_QEMU,   /* -trace 'smmu*' */
	SMMU_TRACE_GEM5,   /* --debug-flags=SMMUv3 */
	SMMU_TRACE_FVP,	   /* GenericTrace of Fast Models */
};

struct smmu_trace_options {
	enum smmu_trace_format format;
	bool strict; /* the first unreadable line ends the trace with its error */
};

/*
 * in is borrowed until close.  A wrong header is an error, reported.  AUTO sees
 * the format by the first bytes; options may be NULL.
 */
int smmu_trace_open(struct smmu_trace **trace, struct smmu_in *in,
		    const struct smmu_trace_options *options, struct smmu_diag *diag);
void smmu_trace_close(struct smmu_trace *trace);

/*
 * Up to capacity records; *count 0 at the end.  The strings they point to are
 * borrowed until the next call.  An error of the stream (a cut gzip) is
 * returned after the records before it were handed out.
 */
int smmu_trace_next(size_t *count, struct smmu_trace *trace, struct smmu_record *records,
		    size_t capacity, struct smmu_diag *diag);

/*
 * Parts: a trace of lines or records that say all by themselves (CSV, binary)
 * can be read by several threads.  One after the other they take the next part,
 * of some thousand records; each then reads the part that it has.
 */
bool smmu_trace_has_parts(const struct smmu_trace *trace);
/* An empty part, to be closed before its trace. */
int smmu_trace_part_new(struct smmu_trace **part, const struct smmu_trace *trace);
/*
 * The next part of trace in place of what part held: 1, 0 at the end, or an
 * error, reported.  The parts are all that is to be read of a trace from then on.
 */
int smmu_trace_take_part(struct smmu_trace *part, struct smmu_trace *trace, struct smmu_diag *diag);
/*
 * As smmu_trace_next() of a part, but what would be reported, or changes the
 * text, is left alone: *count is 0 there, and at the end.  Returns whether it
 * was read to its end.
 */
bool smmu_trace_next_plain(size_t *count, struct smmu_trace *part, struct smmu_record *records,
			   size_t capacity);
/* What the parts before one came to. */
struct smmu_trace_before {
	uint32_t lines;
	uint64_t records, skipped;
};
/*
 * From the beginning of the part again.  Lines and records are numbered behind
 * those of before; those of a part that was just taken begin at 1 and at 0.
 */
void smmu_trace_restart(struct smmu_trace *part, const struct smmu_trace_before *before);
/* Adds the part, as far as it was read. */
void smmu_trace_add_before(struct smmu_trace_before *before, const struct smmu_trace *part);

/* Ends the trace where it is, from any thread: smmu_in_stop(). */
void smmu_trace_stop(struct smmu_trace *trace);
/* How much of the input was read so far, as it is stored (smmu_in_position()). */
uint64_t smmu_trace_position(const struct smmu_trace *trace);
/*
 * Whether the next call would wait for input: nothing is at hand, and nothing
 * comes for patience_ms.  For who holds output back.
 */
bool smmu_trace_waits(struct smmu_trace *trace, int patience_ms);
/* Lines that could not be read so far. */
uint64_t smmu_trace_skipped(const struct smmu_trace *trace);
/* Lines of a log that are none of its records so far, comments not counted. */
uint64_t smmu_trace_passed(const struct smmu_trace *trace);
/* Which form it is in. */
enum smmu_trace_format smmu_trace_format(const struct smmu_trace *trace);
/* The columns that records may have, a bit for each enum smmu_column: all, but in CSV. */
unsigned smmu_trace_columns(const struct smmu_trace *trace);
/* Names in the column smmu, by index; borrowed until close, NULL: so far there is none. */
#define SMMU_TRACE_NAMES_MAX 4096
const char *smmu_trace_smmu_name(const struct smmu_trace *trace, uint32_t index);

#endif
