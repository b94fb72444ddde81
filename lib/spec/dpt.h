/*
 * Device Permission Tables: descriptors and geometry.  IHI 0070 G.b 3.24;
 * configured by SMMU_(R_)DPT_BASE_CFG.
 *
 * Threading: immutable, pure functions.
 */
#ifndef SMMU_SPEC_DPT_H
#define SMMU_SPEC_DPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bits.h"
#include "spec/format.h"

enum smmu_dpt_kind {
	SMMU_DPT_INVALID, /* a DPT lookup fault */
	SMMU_DPT_NONE,	  /* level 0: No Access */
	SMMU_DPT_BLOCK,	  /* level 0: one attribute for all that the entry covers */
	SMMU_DPT_TABLE,	  /* level 0: points to a level 1 table */
	SMMU_DPT_L1,	  /* level 1: two granules or a contiguous region */
};

/* What an entry says of one granule. */
struct smmu_dpt_attr {
	bool access; /* false: No Access, nothing else means anything */
	bool w;
	uint8_t ac;	   /* 0 to 2 */
	uint16_t vmid;	   /* meaningful unless ac is 2 */
	uint8_t size_log2; /* of the region that shares it */
};

/* The decoded configuration. */
struct smmu_dpt_cfg {
	uint8_t dptps_bits; /* size of the space */
	uint8_t l0_log2;    /* what one level 0 entry covers, L0DPTSZ */
	uint8_t page_log2;  /* granule, DPTGS */
	uint8_t oas_bits;
	bool vmid16; /* IDR0.VMID16 */
};

/* Indices into the two tables (table 3.35). */
static inline uint64_t smmu_dpt_l0_index(uint64_t pa, const struct smmu_dpt_cfg *cfg)
{
	return cfg->dptps_bits > cfg->l0_log2
		       ? smmu_bits(pa, cfg->l0_log2, cfg->dptps_bits - cfg->l0_log2)
		       : 0;
}

static inline uint64_t smmu_dpt_l1_index(uint64_t pa, const struct smmu_dpt_cfg *cfg)
{
	return smmu_bits(pa, cfg->page_log2 + 1u, cfg->l0_log2 - cfg->page_log2 - 1u);
}

/*
 * The kind of an entry.  RES0 bits that are set and Reserved encodings make it
 * SMMU_DPT_INVALID (3.24.3.1, 3.24.4).
 */
enum smmu_dpt_kind smmu_dpt_l0_kind(uint64_t desc, const struct smmu_dpt_cfg *cfg);
enum smmu_dpt_kind smmu_dpt_l1_kind(uint64_t desc, const struct smmu_dpt_cfg *cfg);

/* Of a Table: the level 1 table, aligned to its size as the SMMU does. */
uint64_t smmu_dpt_table(uint64_t desc, const struct smmu_dpt_cfg *cfg);
/* Of a Block, and of a level 1 entry for the granule of pa. */
struct smmu_dpt_attr smmu_dpt_block_attr(uint64_t desc, const struct smmu_dpt_cfg *cfg);
struct smmu_dpt_attr smmu_dpt_l1_attr(uint64_t desc, uint64_t pa, const struct smmu_dpt_cfg *cfg);

/* How the descriptor is printed, without a configuration. */
const struct smmu_format *smmu_dpt_format(uint64_t desc, unsigned level);

#endif
