/*
 * Any memory is described, in bounded time: the first bytes of the input are
 * registers, the rest is memory from address 0, repeated to 64 KiB.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "compile/dump.h"
#include "compile/load.h"

#define MEMORY	  0x10000u
#define REGISTERS 32u

/* Everything an SMMU can have that a description knows, and a stream table of 16 bits at most. */
static const char text[] =
	"version: 1\n"
	"memory: [{base: 0, size: 0x10000}]\n"
	"smmus:\n"
	"  - name: s\n"
	"    registers: {SMMU_IDR0: 0x%x, SMMU_IDR1: 0x0e739c0a, SMMU_IDR3: 0x%x, "
	"SMMU_IDR5: 0x%x, SMMU_AIDR: %u, SMMU_CR0: 0xd, SMMU_STRTAB_BASE: 0x%x, "
	"SMMU_STRTAB_BASE_CFG: 0x%x, SMMU_EVENTQ_BASE: 0x%x}\n";

static int load(struct smmu_machine *machine, struct smmu_sys **sys, const uint8_t *data)
{
	char file[1024];

	snprintf(file, sizeof(file), text, smmu_ld32le(data), smmu_ld32le(data + 4),
		 smmu_ld32le(data + 8), data[12] % 6u, smmu_ld32le(data + 16) % MEMORY,
		 smmu_ld32le(data + 20) & 0x307ffu, smmu_ld32le(data + 24) % MEMORY);
	if (smmu_sys_load_memory(sys, "fuzz", file, strlen(file), NULL))
		return 1;
	return smmu_compile_load(machine, *sys, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct smmu_dump_options options = {.budget = 1u << 18};
	const struct smmu_emit_options yaml = {.format = SMMU_EMIT_YAML};
	static uint8_t memory[MEMORY];
	struct smmu_machine machine = {0};
	struct smmu_sys *sys = NULL;
	struct smmu_emit *emit;
	struct smmu_out *out;

	if (size <= REGISTERS)
		return 0;
	for (size_t i = 0; i < MEMORY; i++)
		memory[i] = data[REGISTERS + i % (size - REGISTERS)];
	if (load(&machine, &sys, data) == 0) {
		if (smmu_mem_add_bytes(machine.mem, SMMU_PAS_ALL, 0, memory, MEMORY) ||
		    smmu_out_open_memory(&out) || smmu_emit_new(&emit, out, &yaml))
			abort();
		smmu_dump_system(emit, sys, &machine, &options, NULL);
		smmu_emit_free(emit);
		smmu_out_close(out);
		smmu_machine_fini(&machine);
	}
	smmu_sys_free(sys);
	return 0;
}
