/*
 * What QEMU and what collects its output put before the name of an event.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_TRACE_QEMU_LINE_H
#define SMMU_TRACE_QEMU_LINE_H

#include "trace/line.h"

struct smmu_qemu_said {
	bool has_time;
	uint64_t time_ns;
	struct smmu_span name, payload; /* name is empty where the line has none of ours */
};

/* The first word of a line that names an event of an SMMU, and the time before it. */
struct smmu_qemu_said smmu_qemu_split(struct smmu_span line);
/* The stream of a configuration: "sid=0x10", once "for sid 16". */
bool smmu_qemu_stream(uint32_t *stream, struct smmu_span payload);

#endif
