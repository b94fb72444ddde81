/*
 * Linux events as text: what their reader is made of.
 *
 * Threading: as struct smmu_trace.
 */
#ifndef SMMU_TRACE_FTRACE_PRIV_H
#define SMMU_TRACE_FTRACE_PRIV_H

#include "trace/log_priv.h"

/* A line's event, and the time before it. */
struct smmu_ftrace_said {
	uint64_t time_ns;
	bool has_time;
	struct smmu_span name, payload; /* name without its last colon */
};

/* False where the line has no time, or no event behind it. */
bool smmu_ftrace_split(struct smmu_ftrace_said *said, struct smmu_span line);
/* A line without time: the first name that is_event takes for one. */
bool smmu_ftrace_find(struct smmu_ftrace_said *said, struct smmu_span line,
		      bool (*is_event)(struct smmu_span name, struct smmu_span payload));

/* dma_map_sg: a record an entry, kept for the unmap to come. */
enum smmu_log_outcome smmu_ftrace_map_sg(struct smmu_log_line *line, struct smmu_span payload);
/* dma_unmap_sg: a record an entry of the map that it undoes. */
enum smmu_log_outcome smmu_ftrace_unmap_sg(struct smmu_log_line *line, struct smmu_span payload);

#endif
