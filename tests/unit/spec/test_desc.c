/* Translation table descriptors: DDI 0487 D8.2, D8.3, D8.7.1. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/desc.h"

#define G4  SMMU_GRANULE_4K
#define G16 SMMU_GRANULE_16K
#define G64 SMMU_GRANULE_64K

Test(desc, kinds_of_64_bits)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_desc_family family;
		enum smmu_granule granule;
		int level;
		enum smmu_desc_kind want;
	} rows[] = {
		{"bit 0 clear", 0x40000712, SMMU_DESC_A64, G4, 3, SMMU_DESC_INVALID},
		{"0b10", 0x2, SMMU_DESC_A64, G4, 1, SMMU_DESC_INVALID},
		{"0b01 at level 3", 0x40000711, SMMU_DESC_A64, G4, 3, SMMU_DESC_INVALID},
		{"0b11 at level 3", 0x40000713, SMMU_DESC_A64, G4, 3, SMMU_DESC_PAGE},
		{"0b11 at level 2", 0x40000003, SMMU_DESC_A64, G4, 2, SMMU_DESC_TABLE},
		{"4K block at level 2", 0x1, SMMU_DESC_A64, G4, 2, SMMU_DESC_BLOCK},
		{"4K block at level 1", 0x1, SMMU_DESC_A64, G4, 1, SMMU_DESC_BLOCK},
		{"4K block at level 0", 0x1, SMMU_DESC_A64, G4, 0, SMMU_DESC_RESERVED},
		{"4K block at level 0 with DS", 0x1, SMMU_DESC_A64_DS, G4, 0, SMMU_DESC_BLOCK},
		{"4K block at level -1", 0x1, SMMU_DESC_A64_DS, G4, -1, SMMU_DESC_RESERVED},
		{"4K table at level -1", 0x3, SMMU_DESC_A64_DS, G4, -1, SMMU_DESC_TABLE},
		{"16K block at level 2", 0x1, SMMU_DESC_A64, G16, 2, SMMU_DESC_BLOCK},
		{"16K block at level 1", 0x1, SMMU_DESC_A64, G16, 1, SMMU_DESC_RESERVED},
		{"16K block at level 1 with DS", 0x1, SMMU_DESC_A64_DS, G16, 1, SMMU_DESC_BLOCK},
		{"16K block at level 0 with DS", 0x1, SMMU_DESC_A64_DS, G16, 0, SMMU_DESC_RESERVED},
		{"64K block at level 1", 0x1, SMMU_DESC_A64, G64, 1, SMMU_DESC_RESERVED},
		{"64K block at level 1 with LPA", 0x1, SMMU_DESC_A64_LPA, G64, 1, SMMU_DESC_BLOCK},
		{"LPAE block at level 1", 0x1, SMMU_DESC_LPAE, G4, 1, SMMU_DESC_BLOCK},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_desc_kind(rows[i].desc,
					    smmu_desc_level(rows[i].family, rows[i].granule,
							    rows[i].level)),
			     rows[i].want, "%s", rows[i].row);
}

/* Tables D8-45, D8-46 and D8-49: the kind of level + SKL. */
Test(desc, kinds_of_128_bits)
{
	static const struct {
		const char *row;
		enum smmu_granule granule;
		int level;
		unsigned skl;
		enum smmu_desc_kind want;
	} rows[] = {
		{"page", G4, 3, 0, SMMU_DESC_PAGE},
		{"beyond level 3", G4, 3, 1, SMMU_DESC_INVALID},
		{"1 MB block", G4, 2, 1, SMMU_DESC_BLOCK},
		{"256 MB block", G4, 1, 2, SMMU_DESC_BLOCK},
		{"64 GB block", G4, 0, 3, SMMU_DESC_BLOCK},
		{"table of 64 GB", G4, -1, 3, SMMU_DESC_TABLE},
		{"16K has no block at level 0", G16, 0, 3, SMMU_DESC_INVALID},
		{"16K has no table for SKL 3", G16, -1, 3, SMMU_DESC_INVALID},
		{"16 GB block", G16, 1, 2, SMMU_DESC_BLOCK},
		{"1 TB block", G64, 1, 2, SMMU_DESC_BLOCK},
		{"64K has no block at level 0", G64, 0, 3, SMMU_DESC_INVALID},
		{"table", G64, 0, 2, SMMU_DESC_TABLE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_desc_level *l =
			smmu_desc_level(SMMU_DESC_D128, rows[i].granule, rows[i].level);
		uint64_t high = (uint64_t)rows[i].skl << 45;

		cr_expect_eq(smmu_desc128_kind(1, high, l), rows[i].want, "%s", rows[i].row);
		cr_expect_eq(smmu_desc128_kind(0, high, l), SMMU_DESC_INVALID, "%s", rows[i].row);
	}
}

/* Sizes from D8.2.7 to D8.2.11; runs from tables D8-104 and D8-105, as log2. */
Test(desc, geometry)
{
	static const struct {
		enum smmu_desc_family family;
		enum smmu_granule granule;
		int level;
		unsigned size, run, stride;
	} rows[] = {
		{SMMU_DESC_A64, G4, 3, 12, 16, 9},	{SMMU_DESC_A64, G4, 2, 21, 25, 9},
		{SMMU_DESC_A64, G4, 1, 30, 34, 9},	{SMMU_DESC_A64, G4, 0, 39, 39, 9},
		{SMMU_DESC_A64_DS, G4, -1, 48, 48, 9},	{SMMU_DESC_A64_DS, G4, 0, 39, 39, 9},
		{SMMU_DESC_A64, G16, 3, 14, 21, 11},	{SMMU_DESC_A64, G16, 2, 25, 30, 11},
		{SMMU_DESC_A64_DS, G16, 1, 36, 36, 11}, {SMMU_DESC_A64, G64, 3, 16, 21, 13},
		{SMMU_DESC_A64, G64, 2, 29, 34, 13},	{SMMU_DESC_A64_LPA, G64, 1, 42, 42, 13},
		{SMMU_DESC_D128, G4, 3, 12, 16, 8},	{SMMU_DESC_D128, G4, 2, 20, 24, 8},
		{SMMU_DESC_D128, G4, 1, 28, 30, 8},	{SMMU_DESC_D128, G4, 0, 36, 36, 8},
		{SMMU_DESC_D128, G16, 3, 14, 20, 10},	{SMMU_DESC_D128, G16, 2, 24, 28, 10},
		{SMMU_DESC_D128, G16, 1, 34, 36, 10},	{SMMU_DESC_D128, G64, 3, 16, 20, 12},
		{SMMU_DESC_D128, G64, 2, 28, 34, 12},	{SMMU_DESC_D128, G64, 1, 40, 40, 12},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_desc_level *l =
			smmu_desc_level(rows[i].family, rows[i].granule, rows[i].level);

		cr_expect(l->is_level, "row %zu", i);
		cr_expect_eq(l->size_log2, rows[i].size, "row %zu", i);
		cr_expect_eq(l->contig_log2, rows[i].run, "row %zu", i);
		cr_expect_eq(l->stride, rows[i].stride, "row %zu", i);
	}
	cr_expect_eq(smmu_desc_level_first(SMMU_DESC_A64, G4), 0);
	cr_expect_eq(smmu_desc_level_first(SMMU_DESC_A64_DS, G4), -1);
	cr_expect_eq(smmu_desc_level_first(SMMU_DESC_A64, G64), 1);
	cr_expect_eq(smmu_desc_level_first(SMMU_DESC_D128, G4), -2);
	cr_expect_eq(smmu_desc_level_first(SMMU_DESC_LPAE, G4), 1);
}

Test(desc, addresses)
{
	static const struct {
		const char *row;
		uint64_t desc;
		enum smmu_desc_family family;
		enum smmu_granule granule;
		int level;
		bool table;
		uint64_t want;
	} rows[] = {
		{"4K page", UINT64_MAX, SMMU_DESC_A64, G4, 3, false, 0xfffffffff000},
		{"2 MB block", UINT64_MAX, SMMU_DESC_A64, G4, 2, false, 0xffffffe00000},
		{"4K table", UINT64_MAX, SMMU_DESC_A64, G4, 1, true, 0xfffffffff000},
		{"16K table", UINT64_MAX, SMMU_DESC_A64, G16, 1, true, 0xffffffffc000},
		{"64K page", UINT64_MAX, SMMU_DESC_A64, G64, 3, false, 0xffffffff0000},
		{"64K page, 52 bits", 0x0000123456789003, SMMU_DESC_A64_LPA, G64, 3, false,
		 0x9123456780000},
		{"64K table, 52 bits", 0x000000000001f003, SMMU_DESC_A64_LPA, G64, 2, true,
		 0xf000000010000},
		{"4K page with DS", 0x0003000000001303, SMMU_DESC_A64_DS, G4, 3, false,
		 0xf000000001000},
		{"4K table with DS", 0x0000000000001203, SMMU_DESC_A64_DS, G4, 0, true,
		 0x8000000001000},
		{"D128 page", UINT64_MAX, SMMU_DESC_D128, G4, 3, false, 0xfffffffffff000},
		{"D128 block", UINT64_MAX, SMMU_DESC_D128, G64, 2, false, 0xfffffff0000000},
		{"LPAE keeps bits above 40", 0x0000ff0000001003, SMMU_DESC_LPAE, G4, 3, false,
		 0xff0000001000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_desc_level *l =
			smmu_desc_level(rows[i].family, rows[i].granule, rows[i].level);
		uint64_t want = rows[i].want;

		if (rows[i].table) {
			cr_expect_eq(smmu_desc_nlta(rows[i].desc, l), want, "%s", rows[i].row);
			cr_expect_eq(smmu_desc_nlta(smmu_desc_set_nlta(0, want, l), l), want, "%s",
				     rows[i].row);
		} else {
			cr_expect_eq(smmu_desc_oa(rows[i].desc, l), want, "%s", rows[i].row);
			cr_expect_eq(smmu_desc_oa(smmu_desc_set_oa(0, want, l), l), want, "%s",
				     rows[i].row);
		}
	}
}

/* Single bits from tables D8-50, D8-52 and D8-53. */
Test(desc, accessors)
{
	cr_expect_eq(smmu_s1desc_AttrIndx(0x1c), 7);
	cr_expect_eq(smmu_s1desc_AttrIndx_AIE(UINT64_C(1) << 59 | 0x4), 9);
	cr_expect_eq(smmu_s1desc_NS(1 << 5), 1);
	cr_expect_eq(smmu_s1desc_AP(0x80), 2);
	cr_expect_eq(smmu_s1desc_SH(0x300), 3);
	cr_expect_eq(smmu_s1desc_AF(0x400), 1);
	cr_expect_eq(smmu_s1desc_nG(0x800), 1);
	cr_expect_eq(smmu_s1desc_nT(0x10000), 1);
	cr_expect_eq(smmu_s1desc_GP(UINT64_C(1) << 50), 1);
	cr_expect_eq(smmu_s1desc_DBM(UINT64_C(1) << 51), 1);
	cr_expect_eq(smmu_s1desc_Contiguous(UINT64_C(1) << 52), 1);
	cr_expect_eq(smmu_s1desc_PXN(UINT64_C(1) << 53), 1);
	cr_expect_eq(smmu_s1desc_UXN(UINT64_C(1) << 54), 1);
	cr_expect_eq(smmu_s1desc_PIIndex(UINT64_C(1) << 54 | UINT64_C(1) << 51), 0xa);
	cr_expect_eq(smmu_s1desc_PIIndex(UINT64_C(1) << 53 | 1 << 6), 0x5);
	cr_expect_eq(smmu_s1desc_PIIndex(smmu_s1desc_set_PIIndex(0, 0x9)), 0x9);
	cr_expect_eq(smmu_s1desc_POIndex(UINT64_C(7) << 60), 7);
	cr_expect_eq(smmu_s2desc_MemAttr(0x3c), 0xf);
	cr_expect_eq(smmu_s2desc_S2AP(0x80), 2);
	cr_expect_eq(smmu_s2desc_XN(UINT64_C(1) << 54), 2);
	cr_expect_eq(smmu_s2desc_NS(UINT64_C(1) << 55), 1);
	cr_expect_eq(smmu_s2desc_AssuredOnly(UINT64_C(1) << 58), 1);
	cr_expect_eq(smmu_s2desc_POIndex(UINT64_C(0xf) << 59), 0xf);
	cr_expect_eq(smmu_s1table_PXNTable(UINT64_C(1) << 59), 1);
	cr_expect_eq(smmu_s1table_UXNTable(UINT64_C(1) << 60), 1);
	cr_expect_eq(smmu_s1table_APTable(UINT64_C(3) << 61), 3);
	cr_expect_eq(smmu_s1table_NSTable(UINT64_C(1) << 63), 1);
	cr_expect_eq(smmu_s1desc_set_AF(0, 1), 0x400);
	cr_expect_eq(smmu_s1desc_set_AF(UINT64_MAX, 0), ~UINT64_C(0x400));
}

/* Bits of table D8-58 and D8-56, counted from 0 to 127. */
Test(desc, accessors_of_128_bits)
{
	uint64_t desc[2] = {0, 0};

	smmu_s1desc128_set_PIIndex(desc, 0xf); /* [118:115] */
	smmu_s1desc128_set_POIndex(desc, 0xf); /* [124:121] */
	cr_expect_eq(desc[1], UINT64_C(0xf) << 51 | UINT64_C(0xf) << 57);
	cr_expect_eq(smmu_s1desc128_PIIndex(desc), 0xf);
	desc[1] = UINT64_C(1) << (111 - 64);
	cr_expect_eq(smmu_s1desc128_Contiguous(desc), 1);
	desc[1] = UINT64_C(1) << (112 - 64);
	cr_expect_eq(smmu_s1table128_DisCH(desc), 1);
	desc[1] = UINT64_C(3) << (109 - 64);
	cr_expect_eq(smmu_s2table128_SKL(desc), 3);
	desc[1] = UINT64_C(1) << (114 - 64);
	cr_expect_eq(smmu_s2desc128_AssuredOnly(desc), 1);
	desc[0] = 1 << 7;
	cr_expect_eq(smmu_s1desc128_nDirty(desc), 1);
}

static uint64_t value_of(const struct smmu_desc_format *f, const uint64_t *desc, const char *name)
{
	const struct smmu_field *field = smmu_format_field(&f->format, name);

	cr_assert_not_null(field, "%s has %s", f->format.name, name);
	return smmu_field_get(field, desc, 0);
}

Test(desc, formats_follow_where_it_was_found)
{
	uint64_t page = 0x005813244bb8561b, ds = 0x0003000000001303, table = 0xabfcf7420003;
	struct smmu_desc_fmt fmt = {.stage = 1, .level = 3, .family = SMMU_DESC_A64};
	struct smmu_desc_format f;

	smmu_desc_format_init(&f, &page, &fmt);
	cr_expect_str_eq(f.format.name, "page");
	cr_expect_eq(value_of(&f, &page, "OA"), 0x13244bb85000);
	cr_expect_eq(value_of(&f, &page, "DBM"), 1);
	cr_expect_null(smmu_format_field(&f.format, "PIIndex"));
	cr_expect_null(smmu_format_field(&f.format, "nT"), "a page has no nT");
	fmt.features = SMMU_DESC_F_PIE;
	smmu_desc_format_init(&f, &page, &fmt);
	cr_expect_null(smmu_format_field(&f.format, "AP"));
	cr_expect_eq(value_of(&f, &page, "PIIndex"), 0xa);
	fmt = (struct smmu_desc_fmt){.stage = 1, .level = 3, .family = SMMU_DESC_A64_DS};
	smmu_desc_format_init(&f, &ds, &fmt);
	cr_expect_eq(value_of(&f, &ds, "OA"), 0xf000000001000);
	cr_expect_null(smmu_format_field(&f.format, "SH"), "SH is in the CD with DS");
	fmt = (struct smmu_desc_fmt){
		.stage = 2, .level = 2, .family = SMMU_DESC_A64, .granule = G16};
	smmu_desc_format_init(&f, &table, &fmt);
	cr_expect_str_eq(f.format.name, "table");
	cr_expect_eq(value_of(&f, &table, "NLTA"), 0xabfcf7420000);
}

/* Every format must hold its fields: none is cut off, none overlaps another. */
Test(desc, formats_do_not_overlap)
{
	for (int family = 0; family < SMMU_DESC_FAMILY_COUNT; family++)
		for (unsigned n = 0; n < 3 * SMMU_DESC_LEVELS * 4 * 2; n++) {
			struct smmu_desc_fmt fmt = {
				.stage = (uint8_t)(1 + n % 2),
				.family = (enum smmu_desc_family)family,
				.granule = (enum smmu_granule)(n / 8 % 3),
				.level = (int8_t)((int)(n / 24) + SMMU_DESC_LEVEL_MIN),
				.features = n / 2 % 2 ? SMMU_DESC_F_PIE | SMMU_DESC_F_POE |
								SMMU_DESC_F_AIE
						      : 0,
			};
			uint64_t desc[2] = {n / 4 % 2 ? 3 : 1, 0}, used[2] = {0, 0};
			struct smmu_desc_format f;

			if (!smmu_desc_level(fmt.family, fmt.granule, fmt.level)->is_level)
				continue;
			smmu_desc_format_init(&f, desc, &fmt);
			cr_expect_lt(f.format.fields_count, SMMU_LEN(f.field));
			for (size_t i = 0; i < f.format.fields_count; i++)
				for (size_t p = 0; p < 3 && f.field[i].part[p].width; p++) {
					const struct smmu_field_part *part = &f.field[i].part[p];
					uint64_t bits = smmu_mask(part->lsb, part->width);

					cr_expect_eq(used[part->word] & bits, 0, "%s %s level %d",
						     f.format.name, f.field[i].name, fmt.level);
					used[part->word] |= bits;
				}
		}
}

Test(desc, res0)
{
	struct smmu_desc_fmt fmt = {.stage = 1, .level = 2, .family = SMMU_DESC_A64};
	uint64_t block = UINT64_C(1) << 48 | 1 << 20 | UINT64_C(0xf) << 55 | 0x401;
	struct smmu_desc_format f;

	smmu_desc_format_init(&f, &block, &fmt);
	cr_expect_eq(smmu_desc_res0(&f, &block, 0), UINT64_C(1) << 48 | 1 << 20);
	block = 0xfffffffffffffffe;
	smmu_desc_format_init(&f, &block, &fmt);
	cr_expect_eq(smmu_desc_res0(&f, &block, 0), 0, "all of an invalid one is IGNORED");
}
