/* Causes that were planted are named, with the structure they are in: every event and reason. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "compile/load.h"
#include "explain/explain.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"
#include "told.h"

/* Streams of every kind. */
static const char plain[] =
	"version: 1\n"
	"memory: [{name: dram, base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    base: 0x2b400000\n"
	"    features: {architecture: v3.2, stages: [1, 2], granules: [4K], output-bits: 44,\n"
	"               stream-bits: 12, substream-bits: 4, ats: true}\n"
	"    stream-table: {format: 2-level, split: 8, default: abort}\n"
	"    tables: {base: 0x90000000, size: 4M}\n"
	"domains:\n"
	"  - {name: d, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0xa0000000, size: 4K}]}\n"
	"  - {name: e, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0xa1000000, size: 4K}]}\n"
	"  - {name: v, stage: 2, input-bits: 40, vmid: 1,\n"
	"     maps: [{ipa: 0x10000000, pa: 0xa2000000, size: 4K}]}\n"
	"devices:\n"
	"  - {name: one, smmu: smmu0, streams: [8], stage1: d}\n"
	"  - {name: gpu, smmu: smmu0, streams: [9], stage1: d, substreams: [{id: 1, stage1: e}]}\n"
	"  - {name: vm, smmu: smmu0, streams: [10], stage2: v}\n"
	"  - {name: own, smmu: smmu0, streams: [11], bypass: true}\n";

/* What later versions add, both stages at once, and no SubstreamIDs. */
static const char later[] =
	"version: 1\n"
	"memory: [{name: dram, base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    registers: {SMMU_IDR0: 0x088d76bb, SMMU_IDR1: 0x0e739805, SMMU_IDR3: 0x007e779c,\n"
	"                SMMU_IDR5: 0x00400074, SMMU_AIDR: 4, SMMU_MPAMIDR: 0x3f}\n"
	"    stream-table: {format: linear, default: abort}\n"
	"    tables: {base: 0x90000000, size: 4M}\n"
	"domains:\n"
	"  - {name: d, stage: 1, input-bits: 48, leaves: pages,\n"
	"     maps: [{iova: 0x10000000, pa: 0xa0000000, size: 4K, access: rwx}]}\n"
	"  - {name: e, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0x10000000, size: 4K}]}\n"
	"  - {name: v, stage: 2, input-bits: 40, vmid: 1, tables: {ipa: 0x50000000, size: 1M},\n"
	"     maps: [{ipa: 0x10000000, pa: 0xa2000000, size: 4K},\n"
	"            {ipa: 0x50000000, pa: 0xa4000000, size: 1M}]}\n"
	"devices:\n"
	"  - {name: one, smmu: smmu0, streams: [8], stage1: d}\n"
	"  - {name: vm, smmu: smmu0, streams: [10], stage2: v}\n"
	"  - {name: both, smmu: smmu0, streams: [12], stage1: e, stage2: v}\n";

/* Two-level Stream table that STRTAB_BASE does not find. */
static const char lost[] = "version: 1\n"
			   "memory: [{base: 0x80000000, size: 1G}]\n"
			   "smmus:\n"
			   "  - name: smmu0\n"
			   "    registers:\n"
			   "      SMMU_IDR0: 0x0d44101b\n"
			   "      SMMU_IDR1: 0x02730010\n"
			   "      SMMU_IDR5: 0x00000074\n"
			   "      SMMU_CR0: 1\n"
			   "      SMMU_STRTAB_BASE: 0x400000000\n"
			   "      SMMU_STRTAB_BASE_CFG: 0x1020c\n";

/* A Secure stream that may not fetch from Non-secure memory (S_CR0.SIF). */
static const char secure[] = "version: 1\n"
			     "memory: [{base: 0x80000000, size: 1G}]\n"
			     "smmus:\n"
			     "  - name: smmu0\n"
			     "    registers:\n"
			     "      SMMU_IDR0: 0x0d44101b\n"
			     "      SMMU_IDR1: 0x02730010\n"
			     "      SMMU_IDR5: 0x00000074\n"
			     "      SMMU_S_IDR1: 0x80000010\n"
			     "      SMMU_S_CR0: 0x21\n"
			     "      SMMU_S_STRTAB_BASE: 0x80010000\n"
			     "      SMMU_S_STRTAB_BASE_CFG: 4\n";

/* Where the structures of an access stand. */
struct places {
	struct smmu_mem *mem;
	struct smmu_pa l1std, ste, cd, top, table, leaf; /* top: the initial stage 1 table */
	struct smmu_pa under; /* stage 2 leaf of the table that the stage 1 leaf is in */
};

static void note_step(void *ctx, const struct smmu_step *step)
{
	struct places *places = ctx;

	if (step->kind == SMMU_STRUCT_L1STD)
		places->l1std = step->pa;
	else if (step->kind == SMMU_STRUCT_STE)
		places->ste = step->pa;
	else if (step->kind == SMMU_STRUCT_CD)
		places->cd = step->pa;
	else if (step->kind == SMMU_STRUCT_S2_DESC && step->depth)
		places->under = step->pa;
	else if (step->kind == SMMU_STRUCT_S1_DESC || step->kind == SMMU_STRUCT_S2_DESC) {
		if (!places->top.pa)
			places->top = step->pa;
		places->table = places->leaf;
		places->leaf = step->pa;
	}
}

static void load(uint64_t *word, const struct places *places, struct smmu_pa pa, unsigned words)
{
	uint8_t bytes[64];

	cr_assert(smmu_mem_read(places->mem, pa, bytes, words * 8));
	for (unsigned i = 0; i < words; i++)
		word[i] = smmu_ld64le(bytes + 8 * i);
}

static void store(const uint64_t *word, const struct places *places, struct smmu_pa pa,
		  unsigned words)
{
	uint8_t bytes[64];

	for (unsigned i = 0; i < words; i++)
		smmu_st64le(bytes + 8 * i, word[i]);
	cr_assert(smmu_mem_write(places->mem, pa, bytes, words * 8));
}

#define PLANT_STE(name, Field, value)                                                              \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		struct smmu_ste ste;                                                               \
                                                                                                   \
		load(ste.word, places, places->ste, SMMU_STE_WORDS);                               \
		smmu_ste_set_##Field(&ste, value);                                                 \
		store(ste.word, places, places->ste, SMMU_STE_WORDS);                              \
	}
#define PLANT_CD(name, Field, value)                                                               \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		struct smmu_cd cd;                                                                 \
                                                                                                   \
		load(cd.word, places, places->cd, SMMU_CD_WORDS);                                  \
		smmu_cd_set_##Field(&cd, value);                                                   \
		store(cd.word, places, places->cd, SMMU_CD_WORDS);                                 \
	}
#define PLANT_DESC(name, which, change)                                                            \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		uint64_t desc;                                                                     \
                                                                                                   \
		load(&desc, places, places->which, 1);                                             \
		desc = change;                                                                     \
		store(&desc, places, places->which, 1);                                            \
	}
#define PLANT_LEAF(name, change) PLANT_DESC(name, leaf, change)

PLANT_STE(ste_v, V, 0)
PLANT_STE(ste_s1cdmax, S1CDMax, 9)
PLANT_STE(ste_s1dss, S1DSS, 0)
PLANT_STE(ste_context, S1ContextPtr, 0x400000000)
PLANT_STE(ste_s2ttb, S2TTB, 0x400000000)
PLANT_STE(ste_el2, STRW, SMMU_STE_STRW_EL2)
PLANT_CD(cd_v, V, 0)
PLANT_CD(cd_tg, TG0, 3)
PLANT_CD(cd_ttb, TTB0, 0x400000000)
PLANT_CD(cd_epd, EPD0, 1)
PLANT_CD(cd_e0pd, E0PD0, 1)
PLANT_CD(cd_pan, PAN, 1)
PLANT_CD(cd_wxn, WXN, 1)
PLANT_LEAF(leaf_invalid, desc & ~UINT64_C(1))
PLANT_LEAF(leaf_af, smmu_s1desc_set_AF(desc, 0))
PLANT_LEAF(leaf_ro, smmu_s1desc_set_AP(desc, 3))
PLANT_LEAF(leaf_priv, smmu_s1desc_set_AP(desc, 0))
PLANT_LEAF(leaf2_ro, smmu_s2desc_set_S2AP(desc, 1))
PLANT_LEAF(leaf2_none, smmu_s2desc_set_S2AP(desc, 0))
PLANT_LEAF(leaf_far, smmu_bits_set(desc, 12, 36, UINT64_C(0x200000000)))
PLANT_LEAF(leaf_exec, smmu_s1desc_set_PXN(smmu_s1desc_set_UXN(desc, 0), 0))
PLANT_DESC(table_far, table, smmu_bits_set(desc, 12, 36, UINT64_C(0x200000000)))
PLANT_DESC(table_gone, table, smmu_bits_set(desc, 12, 36, 0x400000))
PLANT_DESC(table_ro, table, smmu_s1table_set_APTable(desc, 2))
PLANT_DESC(table_priv, table, smmu_s1table_set_APTable(desc, 1))
PLANT_DESC(table_uxn, table, smmu_s1table_set_UXNTable(desc, 1))
PLANT_DESC(top_block, top, smmu_bits_set(desc, 0, 2, 1))
PLANT_DESC(under_device, under, smmu_s2desc_set_MemAttr(desc, 0))
PLANT_DESC(under_gone, under, 0)
PLANT_STE(walk_checked, S2PTW, 1)

static void walk_device(const struct places *places)
{
	under_device(places);
	walk_checked(places);
}

/* Permissions by index: S2PII and S2POI are 0, which is no access. */
static void indirect(const struct places *places, bool overlay)
{
	struct smmu_ste ste;

	load(ste.word, places, places->ste, SMMU_STE_WORDS);
	smmu_ste_set_S2PIE(&ste, 1);
	smmu_ste_set_S2POE(&ste, overlay);
	store(ste.word, places, places->ste, SMMU_STE_WORDS);
}

static void index_none(const struct places *places)
{
	indirect(places, false);
}

static void overlay_none(const struct places *places)
{
	indirect(places, true);
}

/* Hardening (IHI 0070 3.27): nothing of stage 2 alone is assured; no table is TTB0's own. */
static void assured_only(const struct places *places)
{
	struct smmu_ste ste;
	uint64_t desc;

	load(ste.word, places, places->ste, SMMU_STE_WORDS);
	smmu_ste_set_AssuredOnly(&ste, 1);
	store(ste.word, places, places->ste, SMMU_STE_WORDS);
	load(&desc, places, places->leaf, 1);
	desc = smmu_s2desc_set_AssuredOnly(desc, 1);
	store(&desc, places, places->leaf, 1);
}

PLANT_STE(top_level, TL0, 1)

static void vms_gone(const struct places *places)
{
	struct smmu_ste ste;

	load(ste.word, places, places->ste, SMMU_STE_WORDS);
	smmu_ste_set_S1MPAM(&ste, 1);
	smmu_ste_set_VMSPtr(&ste, 0x400000000);
	store(ste.word, places, places->ste, SMMU_STE_WORDS);
}

static void l1std(const struct places *places, uint64_t ptr, unsigned span)
{
	struct smmu_l1std word;

	load(word.word, places, places->l1std, 1);
	if (ptr)
		smmu_l1std_set_L2Ptr(&word, ptr);
	else
		smmu_l1std_set_Span(&word, span);
	store(word.word, places, places->l1std, 1);
}

static void l1std_gone(const struct places *places)
{
	l1std(places, 0x400000000, 0);
}

static void l1std_far(const struct places *places)
{
	l1std(places, UINT64_C(1) << 45, 0);
}

static void span_zero(const struct places *places)
{
	l1std(places, 0, 0);
}

/* Streams of one first-level entry: SPLIT is 8. */
static void span_one(const struct places *places)
{
	l1std(places, 0, 1);
}

static void span_ten(const struct places *places)
{
	l1std(places, 0, 10);
}

static void span_reserved(const struct places *places)
{
	l1std(places, 0, 12);
}

/* Two levels of CDs, the first of which is at FIRST_CD. */
#define FIRST_CD UINT64_C(0x80001000)
static void two_levels(const struct places *places, uint64_t ptr, bool valid)
{
	struct smmu_l1cd first = {{0}};
	struct smmu_ste ste;

	load(ste.word, places, places->ste, SMMU_STE_WORDS);
	smmu_l1cd_set_L2Ptr(&first, ptr);
	smmu_l1cd_set_V(&first, valid);
	store(first.word, places, (struct smmu_pa){FIRST_CD, SMMU_PAS_NS}, 1);
	smmu_ste_set_S1Fmt(&ste, SMMU_STE_S1FMT_4K);
	smmu_ste_set_S1ContextPtr(&ste, FIRST_CD);
	store(ste.word, places, places->ste, SMMU_STE_WORDS);
}

static void l1cd_v(const struct places *places)
{
	two_levels(places, smmu_align_down_log2(places->cd.pa, 12), false);
}

static void l1cd_far(const struct places *places)
{
	two_levels(places, UINT64_C(1) << 45, true);
}

static void l1cd_lost(const struct places *places)
{
	two_levels(places, 0x400000000, true);
}

static void l1cd_gone(const struct places *places)
{
	two_levels(places, 0, true);
	ste_context(places);
}

/* One page for the Secure stream 3, in Non-secure memory by the leaf or by the table. */
static void plant_secure(const struct places *places, bool by_table)
{
	static const struct smmu_pa at[] = {{0x800100c0, SMMU_PAS_S},
					    {0x80020000, SMMU_PAS_S},
					    {0x80030000, SMMU_PAS_S},
					    {0x80031400, SMMU_PAS_S},
					    {0x80032000, SMMU_PAS_S}};
	uint64_t l1 = 0x80031003, l2 = 0x80032003, leaf = 0xa0000443;
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, SMMU_STE_CONFIG_S1);
	smmu_ste_set_S1ContextPtr(&ste, at[1].pa);
	smmu_cd_set_V(&cd, 1);
	smmu_cd_set_AA64(&cd, 1);
	smmu_cd_set_T0SZ(&cd, 25);
	smmu_cd_set_EPD1(&cd, 1);
	smmu_cd_set_IPS(&cd, 4);
	smmu_cd_set_A(&cd, 1);
	smmu_cd_set_R(&cd, 1);
	smmu_cd_set_TTB0(&cd, at[2].pa);
	if (by_table)
		l2 = smmu_s1table_set_NSTable(l2, 1);
	else
		leaf = smmu_s1desc_set_NS(leaf, 1);
	store(ste.word, places, at[0], SMMU_STE_WORDS);
	store(cd.word, places, at[1], SMMU_CD_WORDS);
	store(&l1, places, at[2], 1);
	store(&l2, places, at[3], 1);
	store(&leaf, places, at[4], 1);
}

static void ns_leaf(const struct places *places)
{
	plant_secure(places, false);
}

static void ns_table(const struct places *places)
{
	plant_secure(places, true);
}

/* Which structure of the access the blame must be at; WHERE_ANY: a register, or none that was
 * there. */
enum where {
	WHERE_ANY,
	WHERE_L1STD,
	WHERE_STE,
	WHERE_CD,
	WHERE_TABLE,
	WHERE_LEAF,
	WHERE_TOP,
	WHERE_UNDER
};

static const struct row {
	const char *row, *board;
	void (*plant)(const struct places *places);
	struct smmu_txn txn;
	unsigned event;
	enum where where;
	const char *reason, *structure, *field;
	const char *pointer; /* what leads to a structure that cannot be read */
} rows[] = {
#define AT(s, ...)                                                                                 \
	{                                                                                          \
		.stream = s, .address = 0x10000010, .size = 1, .alloc = 4, __VA_ARGS__             \
	}
#define FAR(s, where)                                                                              \
	{                                                                                          \
		.stream = s, .address = where, .size = 1, .alloc = 4, .read = true                 \
	}
	{"stream beyond the table", plain, NULL, AT(0x1000, .read = true), SMMU_EVT_C_BAD_STREAMID,
	 WHERE_ANY, "stream-out-of-range", "register", "LOG2SIZE", NULL},
	{"second-level table not in memory", plain, l1std_gone, AT(8, .read = true),
	 SMMU_EVT_F_STE_FETCH, WHERE_ANY, "ste-abort", "STE", NULL, "L2Ptr of L1STD"},
	{"STE.V", plain, ste_v, AT(8, .read = true), SMMU_EVT_C_BAD_STE, WHERE_STE, "ste-invalid",
	 "STE", "V", NULL},
	{"S1CDMax above SSIDSIZE", plain, ste_s1cdmax, AT(9, .read = true), SMMU_EVT_C_BAD_STE,
	 WHERE_STE, "ste-illegal", "STE", "S1CDMax", NULL},
	{"S1DSS terminates", plain, ste_s1dss, AT(9, .read = true), SMMU_EVT_F_STREAM_DISABLED,
	 WHERE_STE, "substream-missing", "STE", "S1DSS", NULL},
	{"SubstreamID 0 is kept", plain, NULL, AT(9, .read = true, .ssv = true),
	 SMMU_EVT_F_STREAM_DISABLED, WHERE_STE, "substream-zero", "STE", "S1DSS", NULL},
	{"SubstreamID beyond S1CDMax", plain, NULL,
	 AT(9, .read = true, .ssv = true, .substream = 0x800), SMMU_EVT_C_BAD_SUBSTREAMID,
	 WHERE_STE, "substream-out-of-range", "STE", "S1CDMax", NULL},
	{"SubstreamID without CDs", plain, NULL, AT(8, .read = true, .ssv = true, .substream = 1),
	 SMMU_EVT_C_BAD_SUBSTREAMID, WHERE_STE, "substream-disabled", "STE", "S1CDMax", NULL},
	{"CD not in memory", plain, ste_context, AT(8, .read = true), SMMU_EVT_F_CD_FETCH,
	 WHERE_ANY, "cd-abort", "CD", NULL, "S1ContextPtr of STE"},
	{"CD.V", plain, cd_v, AT(8, .read = true), SMMU_EVT_C_BAD_CD, WHERE_CD, "cd-invalid", "CD",
	 "V", NULL},
	{"TG0 is reserved", plain, cd_tg, AT(8, .read = true), SMMU_EVT_C_BAD_CD, WHERE_CD,
	 "cd-illegal", "CD", "TG0", NULL},
	{"tables not in memory", plain, cd_ttb, AT(8, .read = true), SMMU_EVT_F_WALK_EABT,
	 WHERE_ANY, "desc-abort", "stage 1 descriptor", NULL, "TTB0 of CD"},
	{"stage 2 tables not in memory", plain, ste_s2ttb, AT(10, .read = true),
	 SMMU_EVT_F_WALK_EABT, WHERE_ANY, "desc-abort", "stage 2 descriptor", NULL, "S2TTB of STE"},
	{"EPD0", plain, cd_epd, AT(8, .read = true), SMMU_EVT_F_TRANSLATION, WHERE_CD,
	 "ttb-disabled", "CD", "EPD0", NULL},
	{"beyond T0SZ",
	 plain,
	 NULL,
	 {.stream = 8, .address = 0x8000000000, .size = 1, .read = true, .alloc = 4},
	 SMMU_EVT_F_TRANSLATION,
	 WHERE_CD,
	 "va-range",
	 "CD",
	 "T0SZ",

	 NULL},
	{"bit 0 of the page", plain, leaf_invalid, AT(8, .read = true), SMMU_EVT_F_TRANSLATION,
	 WHERE_LEAF, "desc-invalid", "stage 1 descriptor", NULL, NULL},
	{"bit 0 of the page, stage 2", plain, leaf_invalid, AT(10, .read = true),
	 SMMU_EVT_F_TRANSLATION, WHERE_LEAF, "desc-invalid", "stage 2 descriptor", NULL, NULL},
	{"page beyond OAS", plain, leaf_far, AT(8, .read = true), SMMU_EVT_F_ADDR_SIZE, WHERE_LEAF,
	 "output-address-size", "stage 1 descriptor", "OA", NULL},
	{"bypass beyond OAS",
	 plain,
	 NULL,
	 {.stream = 11, .address = 0x1000000000000, .size = 1, .read = true, .alloc = 4},
	 SMMU_EVT_F_ADDR_SIZE,
	 WHERE_STE,
	 "bypass-address-size",
	 "STE",
	 "Config",

	 NULL},
	{"AF", plain, leaf_af, AT(8, .read = true), SMMU_EVT_F_ACCESS, WHERE_LEAF, "access-flag",
	 "stage 1 descriptor", "AF", NULL},
	{"read-only", plain, leaf_ro, AT(8, .write = true), SMMU_EVT_F_PERMISSION, WHERE_LEAF,
	 "no-write", "stage 1 descriptor", "AP", NULL},
	{"privileged only", plain, leaf_priv, AT(8, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "no-read-unprivileged", "stage 1 descriptor", "AP", NULL},
	{"not executable", plain, NULL, AT(8, .read = true, .instruction = true),
	 SMMU_EVT_F_PERMISSION, WHERE_LEAF, "no-execute", "stage 1 descriptor", "UXN", NULL},
	{"stage 2 read-only", plain, leaf2_ro, AT(10, .write = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "no-write", "stage 2 descriptor", "S2AP", NULL},
	{"stage 2 without access", plain, leaf2_none, AT(10, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "no-read", "stage 2 descriptor", "S2AP", NULL},
	{"no first-level table", lost, NULL, AT(3, .read = true), SMMU_EVT_F_STE_FETCH, WHERE_ANY,
	 "l1std-abort", "L1STD", NULL, "ADDR of register"},
	{"Span 0", plain, span_zero, AT(8, .read = true), SMMU_EVT_C_BAD_STREAMID, WHERE_L1STD,
	 "l1std-span-zero", "L1STD", "Span", NULL},
	{"Span is reserved", plain, span_reserved, AT(8, .read = true), SMMU_EVT_C_BAD_STREAMID,
	 WHERE_L1STD, "l1std-span-reserved", "L1STD", "Span", NULL},
	{"Span above SPLIT + 1", plain, span_ten, AT(8, .read = true), SMMU_EVT_C_BAD_STREAMID,
	 WHERE_L1STD, "l1std-span-large", "L1STD", "Span", NULL},
	{"stream outside Span", plain, span_one, AT(8, .read = true), SMMU_EVT_C_BAD_STREAMID,
	 WHERE_L1STD, "stream-outside-span", "L1STD", "Span", NULL},
	{"L2Ptr beyond OAS", plain, l1std_far, AT(8, .read = true), SMMU_EVT_F_STE_FETCH, WHERE_ANY,
	 "ste-address-size", "STE", NULL, "L2Ptr of L1STD"},
	{"last table not in memory", plain, table_gone, AT(8, .read = true), SMMU_EVT_F_WALK_EABT,
	 WHERE_ANY, "desc-abort", "stage 1 descriptor", NULL, "NLTA of stage 1 descriptor"},
	{"second-level table of CDs not in memory", plain, l1cd_lost, AT(9, .read = true),
	 SMMU_EVT_F_CD_FETCH, WHERE_ANY, "cd-abort", "CD", NULL, "L2Ptr of L1CD"},
	{"L1CD.V", plain, l1cd_v, AT(9, .read = true), SMMU_EVT_C_BAD_SUBSTREAMID, WHERE_ANY,
	 "l1cd-invalid", "L1CD", "V", NULL},
	{"L1CD.L2Ptr beyond OAS", plain, l1cd_far, AT(9, .read = true), SMMU_EVT_C_BAD_SUBSTREAMID,
	 WHERE_ANY, "l1cd-address-size", "L1CD", "L2Ptr", NULL},
	{"no first-level table of CDs", plain, l1cd_gone, AT(9, .read = true), SMMU_EVT_F_CD_FETCH,
	 WHERE_ANY, "l1cd-abort", "L1CD", NULL, "S1ContextPtr of STE"},
	{"no SubstreamIDs at all", later, NULL, AT(8, .read = true, .ssv = true, .substream = 1),
	 SMMU_EVT_C_BAD_SUBSTREAMID, WHERE_ANY, "substream-unsupported", "register", "SSIDSIZE",
	 NULL},
	{"SubstreamID without stage 1", plain, NULL,
	 AT(10, .read = true, .ssv = true, .substream = 1), SMMU_EVT_C_BAD_SUBSTREAMID, WHERE_STE,
	 "substream-without-s1", "STE", "Config", NULL},
	{"VMS not in memory", later, vms_gone, AT(12, .read = true), SMMU_EVT_F_VMS_FETCH,
	 WHERE_ANY, "vms-abort", "VMS", NULL, "VMSPtr of STE"},
	{"tag without TBI", plain, NULL, FAR(8, UINT64_C(1) << 56 | 0x10000010),
	 SMMU_EVT_F_TRANSLATION, WHERE_CD, "va-top-byte", "CD", "TBI0", NULL},
	{"EL2 has no TTB1", later, ste_el2, FAR(8, UINT64_C(0xffffffff10000010)),
	 SMMU_EVT_F_TRANSLATION, WHERE_CD, "ttb1-absent", "CD", NULL, NULL},
	{"E0PD0", later, cd_e0pd, AT(8, .read = true), SMMU_EVT_F_TRANSLATION, WHERE_CD, "e0pd",
	 "CD", "E0PD0", NULL},
	{"beyond S2T0SZ", plain, NULL, FAR(10, UINT64_C(1) << 41), SMMU_EVT_F_TRANSLATION,
	 WHERE_STE, "ipa-range", "STE", "S2T0SZ", NULL},
	{"block at level 0", later, top_block, AT(8, .read = true), SMMU_EVT_F_TRANSLATION,
	 WHERE_TOP, "desc-reserved", "stage 1 descriptor", NULL, NULL},
	{"table not mapped at stage 2", later, under_gone, AT(12, .read = true),
	 SMMU_EVT_F_TRANSLATION, WHERE_UNDER, "desc-invalid", "stage 2 descriptor", NULL, NULL},
	{"table beyond OAS", plain, table_far, AT(8, .read = true), SMMU_EVT_F_ADDR_SIZE,
	 WHERE_TABLE, "table-address-size", "stage 1 descriptor", "NLTA", NULL},
	{"stage 2 alone, beyond IAS", plain, NULL, FAR(10, UINT64_C(1) << 46), SMMU_EVT_F_ADDR_SIZE,
	 WHERE_STE, "s1-bypass-address-size", "STE", "Config", NULL},
	{"privileged only, write", plain, leaf_priv, AT(8, .write = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "no-write-unprivileged", "stage 1 descriptor", "AP", NULL},
	{"APTable, write", plain, table_ro, AT(8, .write = true), SMMU_EVT_F_PERMISSION,
	 WHERE_TABLE, "no-write-table", "stage 1 descriptor", "APTable", NULL},
	{"APTable, unprivileged", plain, table_priv, AT(8, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_TABLE, "no-access-table", "stage 1 descriptor", "APTable", NULL},
	{"UXNTable", later, table_uxn, AT(8, .read = true, .instruction = true),
	 SMMU_EVT_F_PERMISSION, WHERE_TABLE, "no-execute-table", "stage 1 descriptor", "UXNTable",
	 NULL},
	{"PAN", plain, cd_pan, AT(8, .read = true, .privileged = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "pan", "stage 1 descriptor", "AP", NULL},
	{"writable without privilege", plain, leaf_exec,
	 AT(8, .read = true, .instruction = true, .privileged = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "no-execute-writable", "stage 1 descriptor", "AP", NULL},
	{"WXN", later, cd_wxn, AT(8, .read = true, .instruction = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "wxn", "stage 1 descriptor", "AP", NULL},
	{"index without access", later, index_none, AT(10, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "indirect-permission", "stage 2 descriptor", "PIIndex", NULL},
	{"overlay without access", later, overlay_none, AT(10, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_LEAF, "overlay", "stage 2 descriptor", "POIndex", NULL},
	{"stage 1 table in Device memory", later, walk_device, AT(12, .read = true),
	 SMMU_EVT_F_PERMISSION, WHERE_UNDER, "walk-device", "stage 2 descriptor", "MemAttr", NULL},
	{"stage 2 alone in AssuredOnly memory", later, assured_only, AT(10, .read = true),
	 SMMU_EVT_F_PERMISSION, WHERE_LEAF, "assured-only", "stage 2 descriptor", "AssuredOnly",
	 NULL},
	{"TL0, no such table", later, top_level, AT(12, .read = true), SMMU_EVT_F_PERMISSION,
	 WHERE_ANY, "top-level", "stage 2 descriptor", "S2AP", NULL},
	{"SIF, NS", secure, ns_leaf, AT(3, .read = true, .instruction = true, .sec = SMMU_SEC_S),
	 SMMU_EVT_F_PERMISSION, WHERE_ANY, "nonsecure-fetch", "stage 1 descriptor", "NS", NULL},
	{"SIF, NSTable", secure, ns_table,
	 AT(3, .read = true, .instruction = true, .sec = SMMU_SEC_S), SMMU_EVT_F_PERMISSION,
	 WHERE_ANY, "nonsecure-fetch", "stage 1 descriptor", "NSTable", NULL},
};

static void check_row(const struct row *row, const json_t *json, const struct places *places)
{
	const struct smmu_pa pas[] = {[WHERE_L1STD] = places->l1std, [WHERE_STE] = places->ste,
				      [WHERE_CD] = places->cd,	     [WHERE_TABLE] = places->table,
				      [WHERE_LEAF] = places->leaf,   [WHERE_TOP] = places->top,
				      [WHERE_UNDER] = places->under};
	char pointer[64];

	cr_expect_str_eq(told_text(json, "event", "type"), smmu_event_name(row->event), "%s: %s",
			 row->row, told_text(json, "event", "type"));
	cr_expect_str_eq(told_text(json, NULL, "system"), "agrees", "%s: %s", row->row,
			 told_text(json, NULL, "system"));
	cr_expect_str_eq(told_text(json, "reason", "name"), row->reason, "%s: %s", row->row,
			 told_text(json, "reason", "name"));
	cr_expect_str_eq(told_text(json, "blame", "structure"), row->structure, "%s: %s", row->row,
			 told_text(json, "blame", "structure"));
	cr_expect_str_eq(told_text(json, "blame", "field"), row->field ? row->field : "", "%s: %s",
			 row->row, told_text(json, "blame", "field"));
	snprintf(pointer, sizeof(pointer), "%s of %s", told_text(json, "pointer", "field"),
		 told_text(json, "pointer", "structure"));
	cr_expect_str_eq(pointer, row->pointer ? row->pointer : " of ", "%s: %s", row->row,
			 pointer);
	if (row->where)
		cr_expect_eq(strtoull(told_text(json, "blame", "address"), NULL, 16),
			     pas[row->where].pa, "%s: %s", row->row,
			     told_text(json, "blame", "address"));
}

Test(explain, planted_causes_are_named)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_diag diag = {.report = told_log};
		struct smmu_machine machine = {0};
		struct smmu_sys *sys = NULL;
		struct places places = {0};
		const struct smmu_walk_log log = {note_step, &places};
		struct smmu_result result;
		struct smmu_txn there = rows[i].txn;
		json_t *json;

		cr_assert_eq(smmu_sys_load_memory(&sys, "board", rows[i].board,
						  strlen(rows[i].board), &diag),
			     0, "%s", rows[i].row);
		cr_assert_eq(smmu_compile_load(&machine, sys, &diag), 0, "%s", rows[i].row);
		places.mem = machine.mem;
		/* Where the structures are that a good access goes through. */
		there.address = 0x10000010;
		there.ssv = false;
		smmu_model_probe(&result, machine.smmu[0].model, &there, &log);
		if (rows[i].plant)
			rows[i].plant(&places);
		smmu_model_flush(machine.smmu[0].model);
		smmu_model_probe(&result, machine.smmu[0].model, &rows[i].txn, NULL);
		cr_expect(result.event.present, "%s: %s, no event", rows[i].row,
			  smmu_reason_info(result.blame.reason)->name);
		json = told_of_event(&machine, smmu_sys_info(sys), &result.event, rows[i].txn.sec);
		cr_assert_not_null(json, "%s", rows[i].row);
		check_row(&rows[i], json, &places);
		json_decref(json);
		smmu_machine_fini(&machine);
		smmu_sys_free(sys);
	}
}

/* Reasons that no event is called for, or that no state of a system brings about by itself. */
static bool is_without_event(enum smmu_reason reason)
{
	switch (reason) {
	case SMMU_REASON_NONE:
	case SMMU_REASON_GBPA_ABORT:
	case SMMU_REASON_GBPA_BYPASS:
	case SMMU_REASON_GBPA_ADDRESS_SIZE:
	case SMMU_REASON_SECURITY_ABSENT:
	case SMMU_REASON_ATS_UNSUPPORTED:
	case SMMU_REASON_STREAM_ABORT:
	case SMMU_REASON_STREAM_BYPASS:
	case SMMU_REASON_SUBSTREAM_BYPASS:
	case SMMU_REASON_DESC_UPDATE_ABORT: /* memory that can be read can be written */
		return true;
	default:
		return false;
	}
}

Test(explain, every_reason_is_planted)
{
	for (unsigned reason = 0; reason < SMMU_REASON_COUNT; reason++) {
		const char *name = smmu_reason_info((enum smmu_reason)reason)->name;
		bool found = is_without_event((enum smmu_reason)reason);

		for (size_t i = 0; i < SMMU_LEN(rows) && !found; i++)
			found = !strcmp(rows[i].reason, name);
		cr_expect(found, "%s", name);
	}
}
