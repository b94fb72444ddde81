/*
 * What an STE and a CD ask for, worked out once so that a walk needs no field
 * of either.  IHI 0070 G.b 5.2, 5.4, 3.4; DDI 0487 D8.2.
 *
 * A configuration is derived from the structures' words and never kept in
 * their place: it lives in the configuration cache only, which results never
 * show.
 *
 * Threading: plain records.
 */
#ifndef SMMU_MODEL_CONFIG_PRIV_H
#define SMMU_MODEL_CONFIG_PRIV_H

#include "base/compiler.h"
#include "model/attr_priv.h"
#include "model/result.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/reg.h"
#include "spec/rule.h"
#include "spec/ste.h"
#include "spec/txn.h"

/*
 * Accesses, a set of bits: what a transaction needs and what a translation
 * grants.  The unprivileged half stands SMMU_PERM_UNPRIV_SHIFT above the
 * privileged one.
 */
enum smmu_perm {
	SMMU_PERM_PR = 1,
	SMMU_PERM_PW = 2,
	SMMU_PERM_PX = 4,
	SMMU_PERM_UR = 8,
	SMMU_PERM_UW = 16,
	SMMU_PERM_UX = 32,
	SMMU_PERM_READ = SMMU_PERM_PR | SMMU_PERM_UR,
	SMMU_PERM_WRITE = SMMU_PERM_PW | SMMU_PERM_UW,
	SMMU_PERM_EXEC = SMMU_PERM_PX | SMMU_PERM_UX,
	SMMU_PERM_UNPRIV = SMMU_PERM_UR | SMMU_PERM_UW | SMMU_PERM_UX,
	SMMU_PERM_ALL = 63,
};
#define SMMU_PERM_UNPRIV_SHIFT 3

/* One translation table: where it starts and how it is walked. */
struct smmu_tt {
	uint64_t base;			       /* of the initial table, aligned to its size */
	uint64_t oa_excess;		       /* address bits beyond the effective output size */
	uint64_t index_mask;		       /* of an index into a table that is not initial */
	const struct smmu_desc_level *initial; /* the next ones follow it */
	uint8_t ia_bits;		       /* input address bits that are resolved */
	uint8_t granule_log2;
	uint8_t page_log2; /* input bits that one 4 KiB of last-level descriptors covers */
	int8_t initial_level;
	bool quick; /* nothing about it needs more than quick.c has */
	/* For quick.c, of tables that are: 64-bit descriptors with 48 bits of address. */
	uint8_t initial_log2,
		last_log2; /* lowest input bit that the first and last level resolve */
	uint8_t stride;
	uint64_t ia_mask;      /* the input address bits that are resolved */
	uint64_t ia_excess;    /* those that must be 0 (after the flip by VA bit 55) */
	uint64_t taken_mask;   /* bits of Table descriptors that take permissions away */
	uint64_t table_mask;   /* bits of a Table descriptor that are the next table's address */
	uint64_t excess;       /* those of them that must be 0 */
	uint64_t watched;      /* taken_mask and excess */
	uint64_t look, want;   /* bits of a leaf that must be as in want for it to need no update */
	enum smmu_pas pas;     /* where the walk starts; of IPAs at stage 1 under stage 2 */
	bool ns_bit, ns_table; /* NS and NSTable lead to Non-secure memory (3.10.2) */
	int8_t sh; /* Shareability of all that it maps, or -1: descriptors say it (DS) */
	bool big_endian;
	bool wide;	   /* VMSAv9-128 */
	uint8_t pbha;	   /* PBHA bits of leaves that hardware may use (HWU) */
	bool affd;	   /* AF == 0 is no fault (AFFD, unless HA) */
	bool ha, hd, haft; /* hardware updates (3.13) */
	/* Stage 1 only. */
	bool absent;   /* VA bit 55 selects it, but the regime has no such table */
	bool disabled; /* EPD */
	bool e0pd, tbi, had;
	bool protect; /* descriptors have the Protected attribute (3.27.1) */
};

struct smmu_s1 {
	struct smmu_tt tt[2]; /* TTB0, TTB1 */
	uint8_t perm[16];     /* permissions by smmu_row_of(), or by PIIndex */
	bool indirect;	      /* permissions by PIIndex (3.26) */
	bool one_privilege;   /* any-EL2, EL3: all accesses are privileged */
	bool lpae;	      /* VMSAv8-32: execution needs read permission, UWXN */
	bool pan, wxn, uwxn;
	bool ns_fetch_denied; /* no execution from Non-secure memory (SIF, Realm) */
	bool aie;	      /* AttrIndx has 4 bits */
	uint64_t mair;
	bool abort, record, stall; /* CD.A, R, S */
};

struct smmu_s2 {
	struct smmu_tt tt, secure; /* the second one: Secure IPAs of a Secure stream */
	enum smmu_pas out, secure_out;
	/* Descriptors say the output space; neither instructions nor tables are Non-secure. */
	bool realm;
	uint8_t perm[16]; /* permissions by {XN[1:0], S2AP} */
	bool indirect;	  /* permissions by PIIndex and perhaps POIndex (3.26.2) */
	bool overlay;
	uint8_t base[16], over[16]; /* S2PII and S2POI: encodings of table D8-82 */
	uint8_t memattr;	    /* enum smmu_memattr_scheme */
	bool ptw, lpae;
	/* 3.27: descriptors may be AssuredOnly; TopLevel checks of tables by TTB0 and TTB1. */
	bool hardened, assured_only, top[2];
	bool record, stall; /* STE.S2R, S2S */
};

struct smmu_config {
	struct smmu_ste ste;
	struct smmu_cd cd; /* stage 1 only */
	struct smmu_pa ste_pa, cd_pa;
	uint64_t cd_ipa; /* where stage 2 translated the CD's address */
	bool cd_assured; /* CD and L1CD were fetched from AssuredOnly memory (3.27.2) */
	enum smmu_streamworld world;
	bool s1, s2;	 /* stages that translate this transaction */
	bool s1_skipped; /* S1DSS == 0b01 bypasses a stage 1 that Config enables */
	struct smmu_s1 stage1;
	struct smmu_s2 stage2;
	/* Output attributes: what every translation starts from, and what is the same for all. */
	struct smmu_attr attr; /* memory after STE overrides; marks are enum smmu_marks */
	bool nosnoop;
	enum smmu_pas bypass; /* address space of what bypasses stage 1 */
	uint16_t allowed[64]; /* kinds of access, bit smmu_txn_index(), by what is granted */
	uint8_t need[16];     /* accesses by smmu_txn_index() after STE overrides */
	uint8_t marks[16];    /* enum smmu_attr_marks by smmu_txn_index() */
	uint16_t alike[16];   /* the kinds of access that leave with the same marks */
};

/*
 * What becomes of the INST and PRIV of a transaction on its way out (13.1.2):
 * kept where KEEP says so, then set where SET does.
 */
enum smmu_marks {
	SMMU_MARK_KEEP_PRIV = 1,
	SMMU_MARK_KEEP_INST = 2,
	SMMU_MARK_SET_PRIV = 4,
	SMMU_MARK_SET_INST = 8,
};

/* enum smmu_attr_marks of a transaction that leaves; index is smmu_txn_index(). */
static inline unsigned smmu_marks_out(unsigned marks, unsigned index)
{
	unsigned data = index & SMMU_TXN_INDEX_WRITE ? SMMU_ATTR_INSTRUCTION : 0;

	/* Index and marks have privilege below instruction. */
	return ((index >> 2 & marks) | marks >> 2) & 3 & ~data;
}

/* What a configuration depends on besides the structures. */
struct smmu_config_in {
	const struct smmu_rule_ctx *legal; /* of the Stream table */
	const struct smmu_txn *txn;	   /* its incoming attributes count */
	uint64_t s2pii;			   /* the register */
	bool sif;			   /* S_CR0.SIF, of a Secure stream */
};
/* Fills in what depends on config->ste, which is legal. */
void smmu_config_ste(struct smmu_config *config, const struct smmu_config_in *in);
/* Fills in what depends on config->cd, which is legal under config->ste. */
void smmu_config_cd(struct smmu_config *config, const struct smmu_rule_ctx *ctx);

/* MTCFG, MemAttr, ALLOCCFG, SHCFG, PRIVCFG and INSTCFG as an STE and GBPA have them. */
struct smmu_overrides {
	struct smmu_attr_override memory;
	uint8_t privcfg, instcfg, nscfg;
};
/* Where NSCFG sends what bypasses stage 1 (5.2 NSCFG, 3.10.3.3). */
enum smmu_pas smmu_overrides_space(const struct smmu_overrides *overrides,
				   const struct smmu_txn *txn);
/* Those of GBPA, as IDR1 lets them count. */
struct smmu_overrides smmu_overrides_gbpa(uint64_t gbpa, const struct smmu_ids *ids);
uint8_t smmu_overrides_marks(const struct smmu_overrides *overrides, const struct smmu_ids *ids);

/* Memory attributes after stage 1, and after stage 2 of what comes from stage 1 or before. */
/* The low halves of 128-bit descriptors have MemAttr, AttrIndx[2:0] and SH in the same place. */
static inline uint16_t smmu_config_memory1(const struct smmu_config *config,
					   const struct smmu_tt *tt, uint64_t desc)
{
	const struct smmu_s1 *s1 = &config->stage1;
	const uint64_t wide[2] = {desc};
	uint64_t index = !s1->aie   ? smmu_s1desc_AttrIndx(desc)
			 : tt->wide ? smmu_s1desc128_AttrIndx_AIE(wide)
				    : smmu_s1desc_AttrIndx_AIE(desc);
	/* 5.4 MAIR1: indices above 7 select the last byte. */
	unsigned lsb = index > 7 ? 56 : (unsigned)index * 8;

	return smmu_attr_stage1(config->attr.memory, (unsigned)smmu_bits(s1->mair, lsb, 8),
				tt->sh >= 0 ? (unsigned)tt->sh : (unsigned)smmu_s1desc_SH(desc));
}

static inline uint16_t smmu_config_memory2(const struct smmu_config *config, uint16_t in,
					   uint64_t desc)
{
	const struct smmu_s2 *s2 = &config->stage2;

	return smmu_attr_stage2(
		in, (unsigned)smmu_s2desc_MemAttr(desc),
		s2->tt.sh >= 0 ? (unsigned)s2->tt.sh : (unsigned)smmu_s2desc_SH(desc), s2->memattr);
}

/* PBHA bits of a leaf that count; 128-bit ones have none, and no bit of pbha. */
static inline unsigned smmu_config_pbha(const struct smmu_tt *tt, uint64_t desc)
{
	return (unsigned)smmu_s1desc_PBHA(desc) & tt->pbha;
}

/* The output attributes of what was let out with memory, but for the marks. */
static inline struct smmu_attr smmu_config_attr(const struct smmu_config *config, uint16_t memory)
{
	struct smmu_attr attr = config->attr;

	attr.memory = smmu_attr_final(memory, config->nosnoop);
	attr.valid = true;
	return attr;
}

/* Fills in stage1->perm (DDI 0487 D8.4.1, IHI 0070 13.4.1, 3.26.1). */
void smmu_perm_stage1(struct smmu_s1 *stage1, const struct smmu_cd *cd, bool epan);
/* Row bits of smmu_s1's perm under the Direct scheme. */
enum smmu_row {
	SMMU_ROW_AP1 = 1,
	SMMU_ROW_AP2 = 2,
	SMMU_ROW_PXN = 4,
	SMMU_ROW_UXN = 8,
};

static inline unsigned smmu_row_of(uint64_t desc)
{
	return smmu_desc_permissions(desc);
}

/*
 * What Table descriptors on the way take from the permissions (D8.4.1.2), as
 * row bits: APTable[0] clears AP[1], the others set AP[2], PXN and UXN.
 */
static inline unsigned smmu_row_taken(uint64_t tables)
{
	return (unsigned)(smmu_s1table_UXNTable(tables) << 3 | smmu_s1table_PXNTable(tables) << 2 |
			  smmu_s1table_APTable(tables));
}

/* The bits that smmu_row_taken() looks at. */
static inline uint64_t smmu_row_taken_mask(void)
{
	return smmu_s1table_set_UXNTable(
		smmu_s1table_set_PXNTable(smmu_s1table_set_APTable(0, 3), 1), 1);
}

static inline unsigned smmu_row_effective(unsigned row, unsigned taken)
{
	return (row | (taken & ~(unsigned)SMMU_ROW_AP1)) & ~(taken & SMMU_ROW_AP1);
}

/* Why stage 1 denies the accesses missing, by descriptor, its PIIndex and smmu_row_taken(). */
struct smmu_perm_denial {
	enum smmu_reason reason;
	const char *field; /* of the descriptor to blame */
	bool dirty;	   /* only the dirty state stands in the way */
	unsigned took;	   /* bits of smmu_row_taken(), when a Table descriptor is to blame */
};
void smmu_perm_explain(struct smmu_perm_denial *denial, const struct smmu_s1 *stage1, uint64_t desc,
		       unsigned index, unsigned missing, unsigned taken);

/* Accesses that an encoding of table D8-82 permits to a transaction, or to walks and CD fetches. */
unsigned smmu_perm_s2_encoding(unsigned encoding, bool is_walk);
/* MRO, with TopLevel attributes or without, and those for tables by TTB0 and TTB1 (D8-81). */
bool smmu_perm_s2_is_mro(unsigned encoding);
bool smmu_perm_s2_is_top(unsigned encoding, unsigned n);
/* What Base and Overlay permissions come to together, as an encoding (D8.4.2.2.4). */
unsigned smmu_perm_s2_combine(unsigned base, unsigned overlay);
/* Fills in stage2->perm (DDI 0487 D8.4.2.1). */
void smmu_perm_stage2(struct smmu_s2 *stage2, bool xnx);

#endif
