/*
 * Memory attributes: replace, combine, ensure consistency.  IHI 0070 G.b
 * 13.1.3 - 13.1.7, 13.4, 5.4 MAIR0; DDI 0487 D8.6.
 */
#include "model/attr_priv.h"

#define BOTH_ALLOC SMMU_MEMORY_BOTH(SMMU_ATTR_RA | SMMU_ATTR_WA)
#define BOTH_TR	   SMMU_MEMORY_BOTH(SMMU_ATTR_TR)
#define BOTH_HINTS (BOTH_ALLOC | BOTH_TR)

/* A type with the default hints, and a Shareability that is still to come. */
#define NORMAL(outer, inner)                                                                       \
	((SMMU_MEM_NORMAL_RANK << SMMU_MEMORY_RANK_SHIFT) | BOTH_ALLOC | SMMU_ATTR_##inner |       \
	 SMMU_ATTR_##outer << SMMU_MEMORY_OUTER_SHIFT)
#define DEVICE(rank) ((rank) << SMMU_MEMORY_RANK_SHIFT | BOTH_ALLOC)

static unsigned with_sh(unsigned memory, unsigned sh)
{
	return (unsigned)smmu_bits_set(memory, SMMU_MEMORY_SH_SHIFT, 2, sh);
}

static bool is_normal(unsigned memory)
{
	return smmu_memory_rank(memory) == SMMU_MEM_NORMAL_RANK;
}

static bool is_cacheable(unsigned memory)
{
	return is_normal(memory) &&
	       (memory & SMMU_MEMORY_BOTH(SMMU_ATTR_KIND)) != SMMU_MEMORY_BOTH(SMMU_ATTR_NC);
}

/* A two-bit SH; 0b01 is reserved and behaves as 0b00 (5.2 S2SH0, 5.4 SH0). */
static unsigned sh_of(unsigned field)
{
	static const uint8_t meaning[4] = {SMMU_SH_NSH, SMMU_SH_NSH, SMMU_SH_OSH, SMMU_SH_ISH};

	return meaning[field & 3];
}

/* Figure 13.1, table D8-103: Outer is stronger than Inner, Inner than Non-shareable. */
static unsigned stronger_sh(unsigned a, unsigned b)
{
	if (a == SMMU_SH_OSH || b == SMMU_SH_OSH)
		return SMMU_SH_OSH;
	return a == SMMU_SH_ISH || b == SMMU_SH_ISH ? SMMU_SH_ISH : SMMU_SH_NSH;
}

/* 13.1.4: Device and Non-cacheable come in as Outer Shareable. */
static uint16_t entering(unsigned memory)
{
	if (!is_cacheable(memory))
		memory = with_sh(memory, SMMU_SH_OSH);
	return (uint16_t)memory;
}

unsigned smmu_attr_supplied(const struct smmu_txn *txn)
{
	unsigned type = txn->memtype == SMMU_MEMTYPE_NONE ? SMMU_MEMTYPE_NORMAL_WB : txn->memtype;
	unsigned sh = txn->sh == SMMU_SH_IN_NONE ? SMMU_SH_IN_NSH : txn->sh;
	unsigned alloc =
		txn->alloc & SMMU_ALLOC_NONE_SUPPLIED ? SMMU_ALLOC_RA | SMMU_ALLOC_WA : txn->alloc;

	return type | sh << 3 | alloc << 5 | (unsigned)txn->nosnoop << 7 |
	       (unsigned)smmu_attr_ns(txn) << 8;
}

uint16_t smmu_attr_of_incoming(unsigned incoming)
{
	static const uint16_t types[8] = {
		[SMMU_MEMTYPE_NONE] = NORMAL(WB, WB),
		[SMMU_MEMTYPE_NORMAL_WB] = NORMAL(WB, WB),
		[SMMU_MEMTYPE_NORMAL_WT] = NORMAL(WT, WT),
		[SMMU_MEMTYPE_NORMAL_NC] = NORMAL(NC, NC),
		[SMMU_MEMTYPE_DEVICE_GRE] = DEVICE(3),
		[SMMU_MEMTYPE_DEVICE_NGRE] = DEVICE(2),
		[SMMU_MEMTYPE_DEVICE_NGNRE] = DEVICE(1),
		[SMMU_MEMTYPE_DEVICE_NGNRNE] = DEVICE(0),
	};
	static const uint8_t shareabilities[4] = {
		[SMMU_SH_IN_OSH] = SMMU_SH_OSH, [SMMU_SH_IN_ISH] = SMMU_SH_ISH};
	static const uint8_t hints[4] = {[SMMU_ALLOC_RA] = SMMU_ATTR_RA,
					 [SMMU_ALLOC_WA] = SMMU_ATTR_WA,
					 [SMMU_ALLOC_RA | SMMU_ALLOC_WA] =
						 SMMU_ATTR_RA | SMMU_ATTR_WA};
	unsigned memory = types[smmu_bits(incoming, 0, 3)];
	unsigned alloc =
		hints[incoming ? smmu_bits(incoming, 5, 2) : SMMU_ALLOC_RA | SMMU_ALLOC_WA];

	if (is_cacheable(memory))
		memory = (memory & ~(unsigned)BOTH_ALLOC) | SMMU_MEMORY_BOTH(alloc);
	return entering(with_sh(memory, shareabilities[smmu_bits(incoming, 3, 2)]));
}

/* Stage 2 MemAttr[3:0] without FWB (table D8-96), STE.MemAttr and GBPA.MemAttr. */
static unsigned plain_memattr(unsigned memattr)
{
	/* CONSTRAINED UNPREDICTABLE in descriptors: the reserved ones are as in 5.2 MemAttr. */
	static const uint16_t types[16] = {
		DEVICE(0), DEVICE(1),	   DEVICE(2),	   DEVICE(3),
		DEVICE(0), NORMAL(NC, NC), NORMAL(NC, WT), NORMAL(NC, WB),
		DEVICE(0), NORMAL(WT, NC), NORMAL(WT, WT), NORMAL(WT, WB),
		DEVICE(0), NORMAL(WB, NC), NORMAL(WB, WT), NORMAL(WB, WB),
	};

	return types[memattr & 15];
}

/* 0b1RWT overrides the hints of both levels alike. */
static unsigned alloccfg_hints(unsigned alloccfg)
{
	unsigned hints = 0;

	if (smmu_bit(alloccfg, 2))
		hints |= SMMU_ATTR_RA;
	if (smmu_bit(alloccfg, 1))
		hints |= SMMU_ATTR_WA;
	if (smmu_bit(alloccfg, 0))
		hints |= SMMU_ATTR_TR;
	return hints;
}

uint16_t smmu_attr_replace(uint16_t memory, const struct smmu_attr_override *o)
{
	unsigned out = memory;

	if (o->replace) {
		unsigned type = plain_memattr(o->memattr);

		/*
		 * 13.1.4, 13.4.2: hints of a type that has none are the defaults, which type
		 * brings, and none are kept for a type that has none.
		 */
		out = with_sh(type, smmu_memory_sh(memory));
		if (is_cacheable(memory) && is_cacheable(type))
			out = (out & ~(unsigned)BOTH_HINTS) | (memory & BOTH_HINTS);
	}
	/*
	 * 5.2 ALLOCCFG, CONSTRAINED UNPREDICTABLE whether it has an effect with
	 * MTCFG == 0: it has.
	 */
	if (is_cacheable(out) && o->alloccfg >= SMMU_STE_ALLOCCFG_NONE)
		out = (out & ~(unsigned)BOTH_HINTS) | SMMU_MEMORY_BOTH(alloccfg_hints(o->alloccfg));
	if (o->shcfg != SMMU_STE_SHCFG_INCOMING)
		out = with_sh(out, sh_of(o->shcfg));
	return entering(out);
}

/*
 * 5.4 MAIR0: a half of a byte that is not Device.  0b0000 as the inner half is
 * reserved and behaves as Write-Through, Transient, RW = 0b11.
 */
static const uint8_t mair_level[16] = {
#define HINTS(r, w)    ((r)*SMMU_ATTR_RA | (w)*SMMU_ATTR_WA)
#define KIND(kind, tr) SMMU_ATTR_##kind | (tr)*SMMU_ATTR_TR
	KIND(WT, 1) | HINTS(1, 1), KIND(WT, 1) | HINTS(0, 1), KIND(WT, 1) | HINTS(1, 0),
	KIND(WT, 1) | HINTS(1, 1), KIND(NC, 0) | HINTS(1, 1), KIND(WB, 1) | HINTS(0, 1),
	KIND(WB, 1) | HINTS(1, 0), KIND(WB, 1) | HINTS(1, 1), KIND(WT, 0) | HINTS(0, 0),
	KIND(WT, 0) | HINTS(0, 1), KIND(WT, 0) | HINTS(1, 0), KIND(WT, 0) | HINTS(1, 1),
	KIND(WB, 0) | HINTS(0, 0), KIND(WB, 0) | HINTS(0, 1), KIND(WB, 0) | HINTS(1, 0),
	KIND(WB, 0) | HINTS(1, 1),
#undef HINTS
#undef KIND
};

uint16_t smmu_attr_stage1(uint16_t in, unsigned mair, unsigned sh)
{
	unsigned outer = (unsigned)smmu_bits(mair, 4, 4);
	unsigned inner = (unsigned)smmu_bits(mair, 0, 4);
	unsigned memory;

	if (outer)
		memory = SMMU_MEM_NORMAL_RANK << SMMU_MEMORY_RANK_SHIFT | mair_level[inner] |
			 (unsigned)mair_level[outer] << SMMU_MEMORY_OUTER_SHIFT;
	else
		memory = DEVICE((unsigned)smmu_bits(mair, 2, 2));
	/* No-allocate and Transient are the stronger ones (figure 13.1). */
	memory &= in | ~(unsigned)BOTH_ALLOC;
	memory |= in & BOTH_TR;
	return (uint16_t)with_sh(memory, sh_of(sh));
}

static bool is_reserved_fwb(unsigned memattr, unsigned scheme)
{
	if ((memattr & 7) == 4)
		return true;
	/* 3.23.1 */
	return scheme & SMMU_MEMATTR_MTE && (memattr & 8) && memattr < 14;
}

/* What stage 2 contributes; with FWB only what is combined rather than forced. */
static unsigned stage2_type(unsigned memattr, unsigned scheme)
{
	if (scheme & SMMU_MEMATTR_FWB) {
		/* CONSTRAINED UNPREDICTABLE: what is reserved behaves as in 5.2 MemAttr. */
		if (is_reserved_fwb(memattr, scheme))
			return DEVICE(0);
		memattr &= 7;
		if (memattr < 4)
			return DEVICE(memattr);
		return memattr == 5 ? NORMAL(NC, NC) : NORMAL(WB, WB);
	}
	if (memattr == 4 && scheme & SMMU_MEMATTR_MTE)
		return NORMAL(WB, WB);
	return plain_memattr(memattr);
}

bool smmu_attr_s2_is_device(unsigned memattr, unsigned scheme)
{
	return !is_normal(stage2_type(memattr, scheme));
}

static unsigned weaker_level(unsigned a, unsigned b)
{
	unsigned kind = (a & SMMU_ATTR_KIND) < (b & SMMU_ATTR_KIND) ? a : b;

	return kind & SMMU_ATTR_KIND;
}

/* Tables D8-97 and D8-98: the lower rank, and the lower cacheability of each level. */
static unsigned combine(unsigned in, unsigned s2)
{
	unsigned rank = smmu_memory_rank(in) < smmu_memory_rank(s2) ? smmu_memory_rank(in)
								    : smmu_memory_rank(s2);

	return rank << SMMU_MEMORY_RANK_SHIFT | (in & BOTH_HINTS) |
	       weaker_level(smmu_memory_inner(in), smmu_memory_inner(s2)) |
	       weaker_level(smmu_memory_outer(in), smmu_memory_outer(s2))
		       << SMMU_MEMORY_OUTER_SHIFT;
}

uint16_t smmu_attr_stage2(uint16_t in, unsigned memattr, unsigned sh, unsigned scheme)
{
	unsigned type = stage2_type(memattr, scheme);
	unsigned shareability = stronger_sh(smmu_memory_sh(in), sh_of(sh));
	/* D8.6.6: 0b110 is Write-Back whatever comes in; it keeps the hints. */
	bool forced = scheme & SMMU_MEMATTR_FWB && is_normal(type) && (memattr & 7) == 6;
	unsigned out =
		forced ? (type & ~(unsigned)BOTH_HINTS) | (in & BOTH_HINTS) : combine(in, type);

	return (uint16_t)with_sh(out, shareability);
}

/* A level without cacheability has no hints, one without allocation is not Transient. */
static unsigned consistent_level(unsigned level)
{
	if ((level & SMMU_ATTR_KIND) == SMMU_ATTR_NC)
		return SMMU_ATTR_NC;
	return level & (SMMU_ATTR_RA | SMMU_ATTR_WA) ? level : level & SMMU_ATTR_KIND;
}

uint16_t smmu_attr_final(uint16_t memory, bool nosnoop)
{
	unsigned rank = smmu_memory_rank(memory) << SMMU_MEMORY_RANK_SHIFT;

	if (!is_cacheable(memory) || nosnoop)
		return (uint16_t)with_sh(rank, SMMU_SH_OSH);
	return (uint16_t)with_sh(rank | consistent_level(smmu_memory_inner(memory)) |
					 consistent_level(smmu_memory_outer(memory))
						 << SMMU_MEMORY_OUTER_SHIFT,
				 smmu_memory_sh(memory));
}
