/* Names of the formats that traces come in. */
#include "traces.h"

#include "trace/reader.h"

const struct cli_choice cli_trace_formats[] = {
	{"auto", SMMU_TRACE_AUTO},     {"csv", SMMU_TRACE_CSV},	      {"jsonl", SMMU_TRACE_JSONL},
	{"binary", SMMU_TRACE_BINARY}, {"ftrace", SMMU_TRACE_FTRACE}, {"qemu", SMMU_TRACE_QEMU},
	{"gem5", SMMU_TRACE_GEM5},     {"fvp", SMMU_TRACE_FVP},	      {NULL, 0},
};
