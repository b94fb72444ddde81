/*
 * Small types that every layer above shares: security states, physical
 * address spaces, address formats.  IHI 0070 G.b.
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_TYPES_H
#define SMMU_SPEC_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* SEC_SID of a stream and the state of a programming interface (3.10). */
enum smmu_sec { SMMU_SEC_NS, SMMU_SEC_S, SMMU_SEC_REALM, SMMU_SEC_ROOT, SMMU_SEC_COUNT };

/* Physical address spaces (3.25). */
enum smmu_pas { SMMU_PAS_NS, SMMU_PAS_S, SMMU_PAS_REALM, SMMU_PAS_ROOT, SMMU_PAS_COUNT };

/* A physical address never travels without its address space. */
struct smmu_pa {
	uint64_t pa;
	enum smmu_pas pas;
};

/* Exception level-like regime of a stream (3.3.3): tags TLB entries. */
enum smmu_streamworld {
	SMMU_SW_NS_EL1,
	SMMU_SW_EL2,
	SMMU_SW_EL2_E2H,
	SMMU_SW_S_EL1,
	SMMU_SW_S_EL2,
	SMMU_SW_S_EL2_E2H,
	SMMU_SW_REALM_EL1,
	SMMU_SW_REALM_EL2,
	SMMU_SW_REALM_EL2_E2H,
	SMMU_SW_EL3,
};

enum smmu_granule { SMMU_GRANULE_4K, SMMU_GRANULE_16K, SMMU_GRANULE_64K };

/* log2 of the granule in bytes. */
static inline unsigned smmu_granule_log2(enum smmu_granule granule)
{
	return 12 + 2 * (unsigned)granule;
}

/* Identification registers of one SMMU: what legality and the model depend on. */
struct smmu_ids {
	uint32_t idr[7];   /* SMMU_IDR0..IDR6 */
	uint32_t s_idr[5]; /* SMMU_S_IDR0..S_IDR4 */
	uint32_t r_idr[5]; /* SMMU_R_IDR0..R_IDR4 */
	uint32_t root_idr0;
	uint32_t iidr, aidr;
	uint32_t mpamidr, s_mpamidr, r_mpamidr; /* SMMU_(*_)MPAMIDR */
	uint32_t r_mecidr;			/* SMMU_R_MECIDR */
};

#endif
