/*
 * Translation table descriptors of every format that an SMMU walks, and the
 * geometry of the tables that hold them.  DDI 0487 D8.2 (geometry), D8.3
 * (formats), D8.7.1 (Contiguous bit).  Facts only: what a walk makes of them
 * is the model's.
 *
 * A walk takes one struct smmu_desc_level per level and asks it everything:
 *
 *	const struct smmu_desc_level *l = smmu_desc_level(family, granule, level);
 *	switch (smmu_desc_kind(desc, l)) { … smmu_desc_oa(desc, l) … }
 *
 * Descriptors are given as their value: the caller has undone the endianness.
 *
 * Threading: immutable, pure functions.
 */
#ifndef SMMU_SPEC_DESC_H
#define SMMU_SPEC_DESC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bits.h"
#include "spec/format.h"
#include "spec/types.h"

/* What decides where the address bits are, and which levels have blocks. */
enum smmu_desc_family {
	SMMU_DESC_LPAE,	   /* VMSAv8-32 long descriptors: 4K, 40-bit addresses */
	SMMU_DESC_A64,	   /* VMSAv8-64, 48-bit addresses */
	SMMU_DESC_A64_LPA, /* 64K with 52-bit addresses (OAS or IPS of 52 bits) */
	SMMU_DESC_A64_DS,  /* 4K and 16K with DS (LPA2), 52-bit addresses, no SH */
	SMMU_DESC_D128,	   /* VMSAv9-128: 128-bit descriptors, 56-bit addresses */
	SMMU_DESC_FAMILY_COUNT,
};

enum smmu_desc_kind {
	SMMU_DESC_INVALID,  /* bit 0 is clear, or what tables D8-48 and D8-49 call invalid */
	SMMU_DESC_RESERVED, /* a Block where this format has none: treated as invalid */
	SMMU_DESC_TABLE,
	SMMU_DESC_BLOCK,
	SMMU_DESC_PAGE,
};

#define SMMU_DESC_LEVEL_MIN (-2)
#define SMMU_DESC_LEVEL_MAX 3
#define SMMU_DESC_LEVELS    6

/* One level of one format. */
struct smmu_desc_level {
	uint64_t leaf_mask;  /* bits of a Block or Page that are OA at their own place */
	uint64_t table_mask; /* bits of a Table that are NLTA at their own place */
	/* The rest of a 52-bit address: high_width bits at high_lsb, worth bit high_shift on. */
	uint8_t high_lsb, high_width, high_shift;
	/* enum smmu_desc_kind by bits [1:0]; of D128 by SKL, with bit 0 set. */
	uint8_t kind[4];
	uint8_t size_log2;   /* bytes that one entry maps = lowest input bit it resolves */
	uint8_t stride;	     /* input bits that a full table of this level resolves */
	uint8_t contig_log2; /* bytes of a Contiguous run; size_log2 where the bit is RES0 */
	uint8_t desc_log2;   /* bytes of a descriptor: 3, or 4 for D128 */
	uint8_t is_level;    /* the format has this level with this granule */
};

extern const struct smmu_desc_level smmu_desc_levels[SMMU_DESC_FAMILY_COUNT][3][SMMU_DESC_LEVELS];

/* level is -2 to 3; is_level says whether the format has it. */
static inline const struct smmu_desc_level *smmu_desc_level(enum smmu_desc_family family,
							    enum smmu_granule granule, int level)
{
	return &smmu_desc_levels[family][granule][level - SMMU_DESC_LEVEL_MIN];
}

/* The family of VMSAv8-64 tables: oas52 is whether addresses of 52 bits are configured. */
static inline enum smmu_desc_family smmu_desc_family_a64(enum smmu_granule granule, bool ds,
							 bool oas52)
{
	if (granule == SMMU_GRANULE_64K)
		return oas52 ? SMMU_DESC_A64_LPA : SMMU_DESC_A64;
	return ds ? SMMU_DESC_A64_DS : SMMU_DESC_A64;
}

/* Lowest level with which a walk of this format can start. */
int smmu_desc_level_first(enum smmu_desc_family family, enum smmu_granule granule);

/* Of a 64-bit descriptor. */
static inline enum smmu_desc_kind smmu_desc_kind(uint64_t desc, const struct smmu_desc_level *l)
{
	return (enum smmu_desc_kind)l->kind[desc & 3];
}

/* Of a 128-bit descriptor (table D8-49). */
static inline enum smmu_desc_kind smmu_desc128_kind(uint64_t low, uint64_t high,
						    const struct smmu_desc_level *l)
{
	return low & 1 ? (enum smmu_desc_kind)l->kind[smmu_bits(high, 45, 2)] : SMMU_DESC_INVALID;
}

/* The bits of an address that stand elsewhere in the descriptor. */
static inline uint64_t smmu_desc_high(uint64_t desc, const struct smmu_desc_level *l)
{
	return smmu_bits(desc, l->high_lsb, l->high_width) << l->high_shift;
}

/*
 * Output address of a Block or Page (of the low word of a 128-bit one), and
 * address of the next table of a Table.  LPAE gives bits [47:12]: an address
 * of more than 40 bits is an Address Size fault there (G5.5).
 * A D128 Block found by SKL at a level maps what the level maps.
 */
static inline uint64_t smmu_desc_oa(uint64_t desc, const struct smmu_desc_level *l)
{
	return (desc & l->leaf_mask) | smmu_desc_high(desc, l);
}

static inline uint64_t smmu_desc_nlta(uint64_t desc, const struct smmu_desc_level *l)
{
	return (desc & l->table_mask) | smmu_desc_high(desc, l);
}

/* The descriptor that points to oa or nlta: those bits of desc replaced. */
static inline uint64_t smmu_desc_set_high(uint64_t desc, uint64_t pa,
					  const struct smmu_desc_level *l)
{
	return smmu_bits_set(desc, l->high_lsb, l->high_width,
			     smmu_bits(pa, l->high_shift, l->high_width));
}

static inline uint64_t smmu_desc_set_oa(uint64_t desc, uint64_t oa, const struct smmu_desc_level *l)
{
	return smmu_desc_set_high((desc & ~l->leaf_mask) | (oa & l->leaf_mask), oa, l);
}

static inline uint64_t smmu_desc_set_nlta(uint64_t desc, uint64_t nlta,
					  const struct smmu_desc_level *l)
{
	return smmu_desc_set_high((desc & ~l->table_mask) | (nlta & l->table_mask), nlta, l);
}

/* Bits [1:0] of a 64-bit descriptor of this kind (a valid 128-bit one has 0b01). */
static inline uint64_t smmu_desc_type_bits(enum smmu_desc_kind kind)
{
	return kind == SMMU_DESC_INVALID ? 0 : kind == SMMU_DESC_BLOCK ? 1 : 3;
}

/* The same descriptor as one of that kind. */
static inline uint64_t smmu_desc_set_kind(uint64_t desc, enum smmu_desc_kind kind)
{
	return smmu_bits_set(desc, 0, 2, smmu_desc_type_bits(kind));
}

/* Features that decide how some bits are read: SMMU_DESC_F_PIE and so on. */
#define SMMU_DESC_F_BLOCK (1u << 0)  /* a Block, not a Page (internal to the tables) */
#define SMMU_DESC_F_LPAE  (1u << 1)  /* VMSAv8-32 (internal to the tables) */
#define SMMU_DESC_F_DS	  (1u << 2)  /* LPA2: SH is in the CD or STE (internal to the tables) */
#define SMMU_DESC_F_PIE	  (1u << 3)  /* Indirect permissions */
#define SMMU_DESC_F_POE	  (1u << 4)  /* Overlay permissions */
#define SMMU_DESC_F_AIE	  (1u << 5)  /* Attribute Index Extension */
#define SMMU_DESC_F_PNCH  (1u << 6)  /* bit 52 is Protected */
#define SMMU_DESC_F_THE	  (1u << 7)  /* stage 2 AssuredOnly */
#define SMMU_DESC_F_FWB	  (1u << 8)  /* stage 2 MemAttr with S2FWB */
#define SMMU_DESC_F_NSE	  (1u << 9)  /* bit 11 is NSE (EL3 in Root state) */
#define SMMU_DESC_F_MEC	  (1u << 10) /* bit 63 is AMEC */

/* Where a descriptor was found. */
struct smmu_desc_fmt {
	uint8_t stage; /* 1 or 2 */
	int8_t level;
	enum smmu_desc_family family;
	enum smmu_granule granule;
	unsigned features; /* SMMU_DESC_F_PIE … SMMU_DESC_F_MEC */
};

/*
 * Accessors, smmu_<section>_<Id>(desc) and smmu_<section>_set_<Id>(desc, value)
 * which returns the changed descriptor: smmu_s1desc_AF(desc), s2desc, s1table,
 * s2table.  Of 128-bit formats they take and change const uint64_t [2]:
 * smmu_s1desc128_AF(desc), s2desc128, s1table128, s2table128.  Setters drop
 * bits that do not fit.
 */
#define SMMU_DESC_ONE(section, Id, lsb, width)                                                     \
	static inline uint64_t smmu_##section##_##Id(uint64_t desc)                                \
	{                                                                                          \
		return smmu_bits(desc, lsb, width);                                                \
	}                                                                                          \
	static inline uint64_t smmu_##section##_set_##Id(uint64_t desc, uint64_t value)            \
	{                                                                                          \
		return smmu_bits_set(desc, lsb, width, value);                                     \
	}
#define SMMU_DESC_PARTS(section, Id, l0, w0, s0, l1, w1, s1, l2, w2, s2)                           \
	static inline uint64_t smmu_##section##_##Id(uint64_t desc)                                \
	{                                                                                          \
		return smmu_bits(desc, l0, w0) << (s0) | smmu_bits(desc, l1, w1) << (s1) |         \
		       smmu_bits(desc, l2, w2) << (s2);                                            \
	}                                                                                          \
	static inline uint64_t smmu_##section##_set_##Id(uint64_t desc, uint64_t value)            \
	{                                                                                          \
		desc = smmu_bits_set(desc, l0, w0, value >> (s0));                                 \
		desc = smmu_bits_set(desc, l1, w1, value >> (s1));                                 \
		return smmu_bits_set(desc, l2, w2, value >> (s2));                                 \
	}
#define SMMU_DESC_WIDE(section, Id, w, lsb, width)                                                 \
	static inline uint64_t smmu_##section##_##Id(const uint64_t desc[2])                       \
	{                                                                                          \
		return smmu_bits(desc[w], lsb, width);                                             \
	}                                                                                          \
	static inline void smmu_##section##_set_##Id(uint64_t desc[2], uint64_t value)             \
	{                                                                                          \
		desc[w] = smmu_bits_set(desc[w], lsb, width, value);                               \
	}
#define S1DESC(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                   \
	SMMU_DESC_ONE(s1desc, Id, lsb, width)
#define S1DESC_PARTS(Id, Name, KIND, values, NEED, NOT, l0, w0, s0, l1, w1, s1, l2, w2, s2)        \
	SMMU_DESC_PARTS(s1desc, Id, l0, w0, s0, l1, w1, s1, l2, w2, s2)
#define S2DESC(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                   \
	SMMU_DESC_ONE(s2desc, Id, lsb, width)
#define S2DESC_PARTS(Id, Name, KIND, values, NEED, NOT, l0, w0, s0, l1, w1, s1, l2, w2, s2)        \
	SMMU_DESC_PARTS(s2desc, Id, l0, w0, s0, l1, w1, s1, l2, w2, s2)
#define S1TABLE(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                  \
	SMMU_DESC_ONE(s1table, Id, lsb, width)
#define S2TABLE(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                  \
	SMMU_DESC_ONE(s2table, Id, lsb, width)
#define S1DESC128(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                \
	SMMU_DESC_WIDE(s1desc128, Id, w, lsb, width)
#define S2DESC128(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                \
	SMMU_DESC_WIDE(s2desc128, Id, w, lsb, width)
#define S1TABLE128(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                               \
	SMMU_DESC_WIDE(s1table128, Id, w, lsb, width)
#define S2TABLE128(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                               \
	SMMU_DESC_WIDE(s2table128, Id, w, lsb, width)
#include "spec/desc.def"

/* Bits [1:0] of a 64-bit Table, and of a Page where that is the last level. */
static inline bool smmu_desc_is_0b11(uint64_t desc)
{
	return !((desc + 1) & 3);
}

/*
 * What a leaf says of permissions under the Direct scheme, in four bits: UXN,
 * PXN, AP[2:1] of stage 1, which stand where XN[1:0] and S2AP of stage 2 do.
 */
static inline unsigned smmu_desc_permissions(uint64_t desc)
{
	return (unsigned)(smmu_s2desc_XN(desc) << 2 | smmu_s2desc_S2AP(desc));
}

/* What leaves say of memory attributes without DS and AIE: 5 bits of stage 1, 6 of stage 2. */
static inline unsigned smmu_s1desc_attributes(uint64_t desc)
{
	return (unsigned)(smmu_s1desc_AttrIndx(desc) | smmu_s1desc_SH(desc) << 3);
}

static inline unsigned smmu_s2desc_attributes(uint64_t desc)
{
	return (unsigned)(smmu_s2desc_MemAttr(desc) | smmu_s2desc_SH(desc) << 4);
}

/* The next table of a VMSAv8-64 Table descriptor with the 4 KiB granule and 48-bit addresses. */
static inline uint64_t smmu_desc_next_4k(uint64_t desc)
{
	return desc & smmu_mask(12, 36);
}

/*
 * A descriptor of that kind and nothing else in it; SMMU_E_INVALID when the
 * level has none.  desc has one word, two for D128.
 */
int smmu_desc_blank(uint64_t *desc, enum smmu_desc_kind kind, const struct smmu_desc_fmt *fmt);

/* "table", "block", "page", "invalid", "reserved". */
const char *smmu_desc_kind_name(enum smmu_desc_kind kind);
/* The kind of the descriptor that stands in desc (two words for D128, else one). */
enum smmu_desc_kind smmu_desc_kind_of(const uint64_t *desc, const struct smmu_desc_fmt *fmt);

/*
 * The format of one descriptor as it was found, OA or NLTA among its fields,
 * for printing, comparing and checking; embedded, owns nothing.  Level,
 * granule and family must go together (is_level).
 */
struct smmu_desc_format {
	struct smmu_format format;
	struct smmu_field field[24];
	uint64_t ignored[2]; /* bits that are IGNORED or for software: never RES0 */
};
/* desc has one word, two for D128. */
void smmu_desc_format_init(struct smmu_desc_format *format, const uint64_t *desc,
			   const struct smmu_desc_fmt *fmt);
/* Bits of word that no field claims, that are not IGNORED, and that are not zero. */
uint64_t smmu_desc_res0(const struct smmu_desc_format *format, const uint64_t *desc, unsigned word);

#endif
