/*
 * Effective values: what fields of an STE, a CD and the identification
 * registers come to where the architecture caps, ignores or combines them.
 * IHI 0070 G.b 3.4, 5.2, 5.4.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_SPEC_EFFECTIVE_H
#define SMMU_SPEC_EFFECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "spec/cd.h"
#include "spec/ste.h"
#include "spec/types.h"

/* Format of translation tables, as AA64 selects it. */
enum smmu_vmsa {
	SMMU_VMSA_LPAE, /* VMSAv8-32 Long-descriptor */
	SMMU_VMSA_64,	/* VMSAv8-64 */
	SMMU_VMSA_128,	/* VMSAv9-128 */
};

/* Whether the SMMU is SMMUv3.minor or later. */
bool smmu_ids_is_v3(const struct smmu_ids *ids, unsigned minor);

/* Bits that an encoding of IPS, S2PS or IDR5.OAS stands for; encoding 0..7. */
unsigned smmu_address_size_bits(uint64_t encoding);
/* Output and intermediate address sizes in bits (3.4). */
unsigned smmu_oas_bits(const struct smmu_ids *ids);
unsigned smmu_ias_bits(const struct smmu_ids *ids);

/* Granule of TG0, S2TG and S_S2TG, and of TG1; false: the encoding is reserved. */
bool smmu_tg0_granule(enum smmu_granule *granule, uint64_t tg);
bool smmu_tg1_granule(enum smmu_granule *granule, uint64_t tg);
bool smmu_ids_has_granule(const struct smmu_ids *ids, enum smmu_granule granule);

/* Whether MPAM (17.1) and the VMS (5.6.1) are supported in a Security state. */
bool smmu_ids_has_mpam(const struct smmu_ids *ids, enum smmu_sec sec);
bool smmu_ids_has_vms(const struct smmu_ids *ids, enum smmu_sec sec);
/* PARTID_MAX of the PARTID space that an STE with this MPAM_NS uses. */
unsigned smmu_ids_partid_max(const struct smmu_ids *ids, enum smmu_sec sec, bool mpam_ns);

/* Whether STRW has a say (5.2.2 IgnoreSTESTRW). */
bool smmu_ste_has_strw(const struct smmu_ste *ste, enum smmu_sec sec, const struct smmu_ids *ids);
/* StreamWorld of an STE; e2h is CR2.E2H of the interface.  Reserved STRW: as EL1. */
enum smmu_streamworld smmu_ste_streamworld(const struct smmu_ste *ste, enum smmu_sec sec,
					   const struct smmu_ids *ids, bool e2h);
/* EL1 and EL2&0 regimes: two tables, ASIDs, unprivileged accesses. */
bool smmu_streamworld_has_el0(enum smmu_streamworld sw);
/* any-EL2, which does not include any-EL2-E2H. */
bool smmu_streamworld_is_el2(enum smmu_streamworld sw);

enum smmu_vmsa smmu_ste_s2_vmsa(const struct smmu_ste *ste, const struct smmu_ids *ids);
enum smmu_vmsa smmu_cd_vmsa(const struct smmu_cd *cd, const struct smmu_ids *ids);

/* Output address sizes in bits, capped to the OAS; 40 for LPAE. */
unsigned smmu_ste_s2ps_bits(const struct smmu_ste *ste, const struct smmu_ids *ids);
unsigned smmu_cd_ips_bits(const struct smmu_cd *cd, const struct smmu_ids *ids);
/* The attribute of MAIR0 and MAIR1 that an index of 0 to 7 selects (5.4 MAIR0). */
uint8_t smmu_cd_attribute(const struct smmu_cd *cd, unsigned index);

/*
 * S2DS and DS; 0 where they are RES0 for want of IDR5.DS or VMSAv8-64 tables, and DS in v3.0,
 * S2DS also with a 64KB S2TG or, of a Secure stream, S_S2TG.  A CD with two granules may have DS
 * for one.
 */
bool smmu_ste_s2ds(const struct smmu_ste *ste, enum smmu_sec sec, const struct smmu_ids *ids);
bool smmu_cd_ds(const struct smmu_cd *cd, const struct smmu_ids *ids);

/* EPD0 and EPD1: whether table n (0 or 1) is switched off or unreachable. */
bool smmu_cd_epd(const struct smmu_cd *cd, unsigned n, enum smmu_streamworld sw);

/* A table base without the high bits that are RES0 in this version and format. */
uint64_t smmu_ste_s2ttb(const struct smmu_ste *ste, const struct smmu_ids *ids);
uint64_t smmu_ste_s_s2ttb(const struct smmu_ste *ste, const struct smmu_ids *ids);
uint64_t smmu_cd_ttb(const struct smmu_cd *cd, unsigned n, const struct smmu_ids *ids);

/*
 * Level at which a stage 2 walk starts, of the tables for Secure IPAs
 * (S_S2TTB) or the others.  False when the combination of start level, size and
 * granule is one that DDI 0487 D8.2 and G5.5.7 do not have; *level is then
 * undefined.
 */
bool smmu_ste_s2_start_level(int *level, const struct smmu_ste *ste, enum smmu_sec sec,
			     bool secure_ipa, const struct smmu_ids *ids);
/* The level at which a VMSAv9-128 walk of this size starts with this skip level. */
int smmu_d128_start_level(unsigned txsz, enum smmu_granule granule, unsigned skl);

#endif
