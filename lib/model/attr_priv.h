/*
 * Memory attributes on their way through the SMMU: what a transaction brings,
 * overrides, both stages, and the output.  IHI 0070 G.b chapter 13, 5.2, 5.4;
 * DDI 0487 D8.6.
 *
 * They travel as one word of 16 bits (smmu_memory_*() in model/result.h).  On
 * the way every level carries hints: where the type does not communicate any
 * they are those of 13.1.3, Read- and Write-Allocate, which change nothing in a
 * combination.  smmu_attr_final() takes away what cannot be expressed.
 *
 * Threading: pure functions.
 */
#ifndef SMMU_MODEL_ATTR_PRIV_H
#define SMMU_MODEL_ATTR_PRIV_H

#include "base/bits.h"
#include "base/compiler.h"
#include "model/result.h"
#include "spec/txn.h"
#include "spec/values.h"

/* Both levels at once. */
#define SMMU_MEMORY_BOTH(hints) ((hints) | (hints) << SMMU_MEMORY_OUTER_SHIFT)

/*
 * Incoming attributes in 9 bits, defaults filled in (13.1.3): memory type,
 * Shareability, hints, No_snoop, NS.  The type is never 0, but for a
 * transaction that supplies nothing at all: that is 0.
 */
#define SMMU_INCOMING_BITS 9

/* The NS that the client supplies, or the default of 13.1.3 and 3.10.3.1. */
static inline bool smmu_attr_ns(const struct smmu_txn *txn)
{
	return txn->ns_supplied ? txn->ns : txn->sec != SMMU_SEC_REALM;
}

/* The same of a transaction that supplies something. */
unsigned smmu_attr_supplied(const struct smmu_txn *txn);

SMMU_INLINE bool smmu_attr_is_default(const struct smmu_txn *txn)
{
	return !((unsigned)txn->memtype | (unsigned)txn->sh |
		 (txn->alloc ^ SMMU_ALLOC_NONE_SUPPLIED) | txn->nosnoop | txn->ns_supplied);
}

static inline unsigned smmu_attr_incoming(const struct smmu_txn *txn)
{
	return smmu_attr_is_default(txn) ? 0 : smmu_attr_supplied(txn);
}

static inline bool smmu_attr_nosnoop(unsigned incoming)
{
	return smmu_bit(incoming, 7);
}

/* The memory word that an incoming combination stands for. */
uint16_t smmu_attr_of_incoming(unsigned incoming);

/* MTCFG, MemAttr, ALLOCCFG and SHCFG of an STE or GBPA. */
struct smmu_attr_override {
	bool replace; /* MTCFG */
	uint8_t memattr, alloccfg, shcfg;
};
uint16_t smmu_attr_replace(uint16_t memory, const struct smmu_attr_override *override);

/*
 * Stage 1: mair is the byte that AttrIndx selects, sh the SH field; in is what
 * comes into stage 1 (13.4.2).
 */
uint16_t smmu_attr_stage1(uint16_t in, unsigned mair, unsigned sh);

/* How the stage 2 MemAttr is read. */
enum smmu_memattr_scheme {
	SMMU_MEMATTR_COMBINE = 0,
	SMMU_MEMATTR_FWB = 1,
	SMMU_MEMATTR_MTE = 2, /* a bit: IDR3.MTEPERM (3.23.1) */
};
/* Stage 2: in is what comes from stage 1 or, without it, into the SMMU (13.4.3). */
uint16_t smmu_attr_stage2(uint16_t in, unsigned memattr, unsigned sh, unsigned scheme);
/* Whether stage 2 makes any access Device: what S2PTW looks at. */
bool smmu_attr_s2_is_device(unsigned memattr, unsigned scheme);

/* What leaves the SMMU (13.1.7), under No_snoop (13.6.1.1). */
uint16_t smmu_attr_final(uint16_t memory, bool nosnoop);

#endif
