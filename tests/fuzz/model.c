/*
 * Random registers, random memory, random transactions: the model always
 * answers, in bounded time.  The first bytes of the input are register values
 * and transactions; the rest is memory from address 0, repeated to 64 KiB.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "model/model.h"

#define MEMORY 0x10000u

struct input {
	const uint8_t *bytes;
	size_t size;
};

static uint64_t take(struct input *in, size_t size)
{
	uint8_t word[8] = {0};

	if (size > in->size)
		size = in->size;
	memcpy(word, in->bytes, size);
	in->bytes += size;
	in->size -= size;
	return smmu_ld64le(word);
}

/* Registers that lead somewhere: bases inside memory, the SMMU mostly enabled. */
static void registers(uint64_t *regs, struct input *in)
{
	static const enum smmu_reg ids[] = {SMMU_REG_IDR0, SMMU_REG_IDR1, SMMU_REG_IDR3,
					    SMMU_REG_IDR5, SMMU_REG_AIDR, SMMU_REG_CR1,
					    SMMU_REG_CR2,  SMMU_REG_GBPA};

	for (size_t i = 0; i < SMMU_LEN(ids); i++)
		regs[ids[i]] = take(in, 4);
	regs[SMMU_REG_CR0] = take(in, 1) | 5;
	regs[SMMU_REG_STRTAB_BASE] = take(in, 2);
	regs[SMMU_REG_STRTAB_BASE_CFG] = take(in, 3);
	regs[SMMU_REG_EVENTQ_BASE] = take(in, 2);
	regs[SMMU_REG_EVENTQ_PROD] = take(in, 4);
	regs[SMMU_REG_EVENTQ_CONS] = take(in, 4);
}

static void transactions(struct smmu_model *model, struct input *in, unsigned count)
{
	struct smmu_result result;

	for (unsigned i = 0; i < count; i++) {
		uint64_t flags = take(in, 1);
		struct smmu_txn txn = {
			.address = take(in, 8),
			.size = 1,
			.stream = (uint32_t)take(in, 1),
			.substream = (uint32_t)take(in, 1),
			.ssv = smmu_bit(flags, 0),
			.read = !smmu_bit(flags, 1),
			.write = smmu_bit(flags, 1) || smmu_bit(flags, 2),
			.privileged = smmu_bit(flags, 3),
			.instruction = smmu_bit(flags, 4),
			.kind = smmu_bit(flags, 5) ? SMMU_TXN_ATS_REQUEST : SMMU_TXN_ACCESS,
		};

		if (smmu_model_translate(&result, model, &txn))
			abort();
		if (smmu_model_probe(&result, model, &txn, NULL))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t regs[SMMU_REG_COUNT];
	static uint8_t memory[MEMORY];
	struct input in = {data, size};
	struct smmu_model *model = NULL;
	struct smmu_mem *mem = NULL;

	if (size < 256)
		return 0;
	memset(regs, 0, sizeof(regs));
	registers(regs, &in);
	for (size_t i = 0; i < MEMORY; i++)
		memory[i] = data[128 + i % (size - 128)];
	if (smmu_mem_new(&mem) || smmu_mem_add_bytes(mem, SMMU_PAS_ALL, 0, memory, MEMORY) ||
	    smmu_model_new(&model, mem, regs))
		abort();
	transactions(model, &in, 6);
	smmu_model_free(model);
	smmu_mem_free(mem);
	return 0;
}
