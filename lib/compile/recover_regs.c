/* Registers that a system file must give so that the rest follows. */
#include "compile/recover_priv.h"

void recover_needed_registers(bool *needed, const uint64_t *regs, const bool *known, bool built)
{
	uint64_t values[SMMU_REG_COUNT];
	bool given[SMMU_REG_COUNT];

	/* Those that say which SMMU it is. */
	needed[SMMU_REG_IDR0] = needed[SMMU_REG_AIDR] = true;
	/* Twice: what follows from a register that was added may be right already. */
	for (unsigned round = 0; round < 2; round++) {
		for (size_t r = 0; r < SMMU_REG_COUNT; r++) {
			given[r] = needed[r] || (known && known[r]);
			values[r] = given[r] ? regs[r] : 0;
		}
		smmu_regs_complete(values, given);
		if (built)
			build_default_registers(values, given, regs[SMMU_REG_PRIQ_BASE] != 0);
		for (size_t r = 0; r < SMMU_REG_COUNT; r++)
			needed[r] = needed[r] || values[r] != regs[r];
	}
}
