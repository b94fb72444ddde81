/*
 * gem5's debug text: what its reader is made of.
 *
 * Threading: as struct smmu_trace.
 */
#ifndef SMMU_TRACE_GEM5_PRIV_H
#define SMMU_TRACE_GEM5_PRIV_H

#include "trace/log_priv.h"

/* CMD_NAME key=.. : a command as a record, its words in place of the text. */
enum smmu_log_outcome smmu_gem5_command(struct smmu_log_line *line, struct smmu_span text);

#endif
