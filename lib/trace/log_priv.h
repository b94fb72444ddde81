/*
 * Logs as traces: a line gives no record, one, or several.
 *
 * Threading: as struct smmu_trace.
 */
#ifndef SMMU_TRACE_LOG_PRIV_H
#define SMMU_TRACE_LOG_PRIV_H

#include "trace/line.h"
#include "trace/reader_priv.h"

enum smmu_log_outcome {
	SMMU_LOG_PASSED, /* no record of ours */
	SMMU_LOG_RECORD,
	SMMU_LOG_MORE, /* a record, and the line has another */
	SMMU_LOG_BAD,
};

struct smmu_log_line {
	struct smmu_trace *trace;
	struct smmu_record *record; /* blank */
	struct smmu_line_error *error;
	struct smmu_diag *diag;
	struct smmu_span text; /* the whole line */
};

/* What is wrong, with its place in the line (NULL: the whole). */
enum smmu_log_outcome smmu_log_bad(struct smmu_log_line *line, const char *at, const char *format,
				   ...) SMMU_PRINTF(3, 4);
/* Reports what the line says was lost; it counts for nothing. */
void smmu_log_warn(struct smmu_log_line *line, const char *message);
/* Says once a trace what the log does not tell, and what was taken instead; message is static. */
void smmu_log_guess(struct smmu_log_line *line, const char *message);
/* The number of key goes into a column; false when it is not there or wrong, line->error then says
 * so. */
bool smmu_log_number(struct smmu_log_line *line, struct smmu_span text, const char *key,
		     unsigned base, enum smmu_column column);
void smmu_log_access(struct smmu_record *record, bool read, bool write);
void smmu_log_data(struct smmu_record *record, struct smmu_span text);

/* One format: its lines, and how they are known. */
struct smmu_log_format {
	enum smmu_trace_format format;
	unsigned columns; /* a bit for each enum smmu_column that records may have */
	bool (*is_one)(struct smmu_span line);
	enum smmu_log_outcome (*read)(struct smmu_log_line *line);
	/* Behind the last line, text empty: another record of what was kept, or false; may be
	 * NULL. */
	bool (*finish)(struct smmu_log_line *line);
};

extern const struct smmu_log_format smmu_log_ftrace, smmu_log_qemu, smmu_log_gem5, smmu_log_fvp;

#define SMMU_LOG_COLUMN(name) (1u << SMMU_COL_##name)
/* What records of every log may have. */
#define SMMU_LOG_COLUMNS                                                                           \
	(SMMU_LOG_COLUMN(OP) | SMMU_LOG_COLUMN(STREAM) | SMMU_LOG_COLUMN(ADDRESS) |                \
	 SMMU_LOG_COLUMN(SIZE) | SMMU_LOG_COLUMN(ACCESS) | SMMU_LOG_COLUMN(TIME) |                 \
	 SMMU_LOG_COLUMN(DATA) | SMMU_LOG_COLUMN(PA))

/* The format whose line is among those at hand from there on, or NULL. */
const struct smmu_log_format *smmu_log_detect(const struct smmu_trace *trace, size_t from);
/* The reader of a format, or NULL when it is no log. */
const struct smmu_log_format *smmu_log_of(enum smmu_trace_format format);
int smmu_log_ready(struct smmu_trace *trace, struct smmu_diag *diag);
size_t smmu_log_batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
		      struct smmu_diag *diag);

#endif
