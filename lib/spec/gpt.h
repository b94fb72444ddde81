/*
 * Granule Protection Tables: descriptors and geometry.  DDI 0487 D9.6, D9.7;
 * the SMMU takes its configuration from SMMU_ROOT_GPT_BASE_CFG (IHI 0070
 * 6.3.173) as a PE does from GPCCR_EL3.
 *
 * Threading: immutable, pure functions.
 */
#ifndef SMMU_SPEC_GPT_H
#define SMMU_SPEC_GPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bits.h"
#include "spec/format.h"

enum smmu_gpt_kind {
	SMMU_GPT_INVALID,    /* a fault of the table */
	SMMU_GPT_TABLE,	     /* level 0: points to a level 1 table */
	SMMU_GPT_BLOCK,	     /* level 0: one GPI for all that the entry covers */
	SMMU_GPT_GRANULES,   /* level 1: the GPIs of 16 granules */
	SMMU_GPT_CONTIGUOUS, /* level 1: one GPI for a contiguous region */
};

/* GPI: what accesses a granule permits (D9.6.5). */
enum smmu_gpi {
	SMMU_GPI_NONE = 0x0,
	SMMU_GPI_SA = 0x4,  /* System Agent PA space */
	SMMU_GPI_NSP = 0x5, /* Non-secure Protected PA space */
	SMMU_GPI_NA6 = 0x6, /* no accesses */
	SMMU_GPI_NA7 = 0x7, /* no accesses */
	SMMU_GPI_S = 0x8,
	SMMU_GPI_NS = 0x9,
	SMMU_GPI_ROOT = 0xa,
	SMMU_GPI_REALM = 0xb,
	SMMU_GPI_NSO = 0xd, /* Non-secure PA space, by Non-secure or Root only */
	SMMU_GPI_ANY = 0xf,
};

/* GPIs of every implementation of RME; the others need a control bit or feature. */
#define SMMU_GPIS_BASE                                                                             \
	((uint16_t)(1u << SMMU_GPI_NONE | 1u << SMMU_GPI_S | 1u << SMMU_GPI_NS |                   \
		    1u << SMMU_GPI_ROOT | 1u << SMMU_GPI_REALM | 1u << SMMU_GPI_ANY))

/* The decoded configuration. */
struct smmu_gpt_cfg {
	uint8_t pps_bits;  /* t: size of the protected space */
	uint8_t l0_log2;   /* s: what one level 0 entry covers, L0GPTSZ */
	uint8_t page_log2; /* p: granule, PGS */
	uint16_t gpis;	   /* bit n: GPI encoding n is not reserved */
};

/* Sizes of encodings: 30 34 36 39 for L0GPTSZ, 12 16 14 for PGS; 0: reserved. */
unsigned smmu_gpt_l0_log2(uint64_t l0gptsz);
unsigned smmu_gpt_page_log2(uint64_t pgs);

/* Indices into the two tables, and of the GPI within a Granules descriptor (D9.7). */
static inline uint64_t smmu_gpt_l0_index(uint64_t pa, const struct smmu_gpt_cfg *cfg)
{
	return cfg->pps_bits > cfg->l0_log2
		       ? smmu_bits(pa, cfg->l0_log2, cfg->pps_bits - cfg->l0_log2)
		       : 0;
}

static inline uint64_t smmu_gpt_l1_index(uint64_t pa, const struct smmu_gpt_cfg *cfg)
{
	return smmu_bits(pa, cfg->page_log2 + 4, cfg->l0_log2 - cfg->page_log2 - 4);
}

static inline unsigned smmu_gpt_gpi_index(uint64_t pa, const struct smmu_gpt_cfg *cfg)
{
	return (unsigned)smmu_bits(pa, cfg->page_log2, 4);
}

/*
 * The kind of an entry at level 0 or 1.  Reserved encodings and RES0 bits that
 * are set make it SMMU_GPT_INVALID (D9.6), so do GPIs that cfg does not permit.
 */
enum smmu_gpt_kind smmu_gpt_l0_kind(uint64_t desc, const struct smmu_gpt_cfg *cfg);
enum smmu_gpt_kind smmu_gpt_l1_kind(uint64_t desc, const struct smmu_gpt_cfg *cfg);

/* Of a Table: address of the level 1 table. */
static inline uint64_t smmu_gpt_table(uint64_t desc)
{
	return smmu_bits(desc, 12, 44) << 12;
}

/* Of a Block or Contiguous. */
static inline enum smmu_gpi smmu_gpt_gpi(uint64_t desc)
{
	return (enum smmu_gpi)smmu_bits(desc, 4, 4);
}

/* Of Granules: GPI index, 0 to 15. */
static inline enum smmu_gpi smmu_gpt_granule_gpi(uint64_t desc, unsigned index)
{
	return (enum smmu_gpi)smmu_bits(desc, 4 * (index & 15), 4);
}

/* Of a Contiguous: log2 of the region, 21, 25 or 29; 0: reserved. */
unsigned smmu_gpt_contig_log2(uint64_t desc);

/* Entries to write.  next must be aligned as the configuration demands. */
uint64_t smmu_gpt_encode_table(uint64_t next);
uint64_t smmu_gpt_encode_block(enum smmu_gpi gpi);
uint64_t smmu_gpt_encode_granules(enum smmu_gpi gpi); /* the same for all 16 */
uint64_t smmu_gpt_set_granule_gpi(uint64_t desc, unsigned index, enum smmu_gpi gpi);

/* How the descriptor is printed, without a configuration: every GPI is taken as permitted. */
const struct smmu_format *smmu_gpt_format(uint64_t desc, unsigned level);

#endif
