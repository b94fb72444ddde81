/*
 * Any description is built or refused, and what was built is described again
 * to the same bytes.  The input is a system file; it names no other files and
 * asks for a few MiB at most.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compile/dump.h"
#include "compile/load.h"

/* The loader would read what the file names; large tables only cost time. */
static bool is_modest(const struct smmu_sys_info *info)
{
	uint64_t maps = 0;

	for (size_t i = 0; i < info->memory_count; i++)
		if (info->memory[i].file)
			return false;
	for (size_t i = 0; i < info->smmus_count; i++)
		if (info->smmus[i].tables.size.v > (1u << 23))
			return false;
	for (size_t i = 0; i < info->domains_count; i++)
		for (size_t m = 0; m < info->domains[i].maps_count; m++)
			maps += info->domains[i].maps[m].size.v >> 12;
	return maps < (1u << 18);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct smmu_dump_options options = {.budget = 1u << 20};
	const struct smmu_emit_options yaml = {.format = SMMU_EMIT_YAML};
	struct smmu_machine machine = {0};
	struct smmu_sys *sys = NULL;
	struct smmu_emit *emit;
	struct smmu_out *out;

	if (smmu_sys_load_memory(&sys, "fuzz", data, size, NULL))
		return 0;
	if (is_modest(smmu_sys_info(sys)) && !smmu_compile_load(&machine, sys, NULL)) {
		if (smmu_out_open_memory(&out) || smmu_emit_new(&emit, out, &yaml))
			abort();
		smmu_dump_system(emit, sys, &machine, &options, NULL);
		smmu_emit_free(emit);
		smmu_out_close(out);
		smmu_machine_fini(&machine);
	}
	smmu_sys_free(sys);
	return 0;
}
