/* What counts of the Stream table's registers, IHI 0070 G.b 6.3.24, 6.3.25. */
#include "spec/strtab.h"

#include "base/bits.h"
#include "spec/reg.h"

enum { STE_LOG2 = 6, L1STD_LOG2 = 3 };

static unsigned bytes_log2(unsigned log2size, const struct smmu_strtab *table)
{
	if (!table->two_level)
		return log2size + STE_LOG2;
	return log2size > table->split ? log2size - table->split + L1STD_LOG2 : L1STD_LOG2;
}

struct smmu_strtab smmu_strtab_from(const struct smmu_ids *ids, enum smmu_sec sec,
				    uint64_t base_reg, uint64_t cfg_reg)
{
	unsigned literal = (unsigned)smmu_STRTAB_BASE_CFG_LOG2SIZE(cfg_reg);
	unsigned most = smmu_sid_bits(ids, sec), align_log2;
	uint64_t split = smmu_STRTAB_BASE_CFG_SPLIT(cfg_reg);
	struct smmu_strtab table = {.log2size = (uint8_t)(literal < most ? literal : most)};

	/* FMT and SPLIT are RES0 without two-level tables; a Reserved FMT is linear. */
	table.two_level = smmu_IDR0_ST_LEVEL(ids->idr[0]) != SMMU_IDR0_ST_LINEAR &&
			  smmu_STRTAB_BASE_CFG_FMT(cfg_reg) == SMMU_STRTAB_2LEVEL;
	table.split = split == SMMU_STRTAB_SPLIT_8 ? 8 : split == SMMU_STRTAB_SPLIT_10 ? 10 : 6;
	align_log2 = bytes_log2(literal, &table);
	if (align_log2 < STE_LOG2)
		align_log2 = STE_LOG2;
	table.align_log2 = (uint8_t)(align_log2 < 63 ? align_log2 : 63);
	table.base = smmu_align_down_log2(smmu_STRTAB_BASE_ADDR(base_reg), table.align_log2);
	return table;
}

unsigned smmu_strtab_bytes_log2(const struct smmu_strtab *table)
{
	return bytes_log2(table->log2size, table);
}
