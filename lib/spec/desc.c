/* Translation table descriptors, DDI 0487 D8.2, D8.3, D8.7.1 and G5.5. */
#include "spec/desc.h"

#include <string.h>

#include "base/compiler.h"
#include "base/err.h"
#include "spec/access.h"
#include "spec/values.h"

#define BITS(high, low) (UINT64_MAX >> (63 - (high)) & ~((UINT64_C(1) << (low)) - 1))

#define I		SMMU_DESC_INVALID
#define R		SMMU_DESC_RESERVED
#define T		SMMU_DESC_TABLE
#define B		SMMU_DESC_BLOCK
#define P		SMMU_DESC_PAGE

/* Kinds by bits [1:0]: a level with Blocks, one with Tables only, level 3 (table D8-48). */
#define BLOCKS I, B, I, T
#define TABLES I, R, I, T
#define PAGES  I, I, I, P

/*
 * A level whose addresses end at bit top; the granule is 2^page, an entry maps
 * 2^size, a Contiguous run 2^run.  The kinds of D128 are by SKL (tables D8-45,
 * D8-46, D8-49).
 */
#define LEVEL(top, page, size, run, hl, hw, hs, desc, ...)                                         \
	{                                                                                          \
		.leaf_mask = BITS(top, size), .table_mask = BITS(top, page), .high_lsb = (hl),     \
		.high_width = (hw), .high_shift = (hs), .kind = {__VA_ARGS__},                     \
		.size_log2 = (size), .stride = (page) - (desc), .contig_log2 = (run),              \
		.desc_log2 = (desc), .is_level = 1                                                 \
	}
#define L_A64(page, size, run, ...)  LEVEL(47, page, size, run, 0, 0, 0, 3, __VA_ARGS__)
#define L_LPA(page, size, run, ...)  LEVEL(47, page, size, run, 12, 4, 48, 3, __VA_ARGS__)
#define L_DS(page, size, run, ...)   LEVEL(49, page, size, run, 8, 2, 50, 3, __VA_ARGS__)
#define L_D128(page, size, run, ...) LEVEL(55, page, size, run, 0, 0, 0, 4, __VA_ARGS__)

#define AT(level)		     [(level)-SMMU_DESC_LEVEL_MIN]

/* Sizes from D8.2.7 to D8.2.11, runs from tables D8-104 and D8-105. */
const struct smmu_desc_level smmu_desc_levels[SMMU_DESC_FAMILY_COUNT][3][SMMU_DESC_LEVELS] =
	{
		[SMMU_DESC_LPAE][SMMU_GRANULE_4K] =
			{
				AT(1) = L_A64(12, 30, 34, BLOCKS),
				AT(2) = L_A64(12, 21, 25, BLOCKS),
				AT(3) = L_A64(12, 12, 16, PAGES),
			},
		[SMMU_DESC_A64][SMMU_GRANULE_4K] =
			{
				AT(0) = L_A64(12, 39, 39, TABLES),
				AT(1) = L_A64(12, 30, 34, BLOCKS),
				AT(2) = L_A64(12, 21, 25, BLOCKS),
				AT(3) = L_A64(12, 12, 16, PAGES),
			},
		[SMMU_DESC_A64][SMMU_GRANULE_16K] =
			{
				AT(0) = L_A64(14, 47, 47, TABLES),
				AT(1) = L_A64(14, 36, 36, TABLES),
				AT(2) = L_A64(14, 25, 30, BLOCKS),
				AT(3) = L_A64(14, 14, 21, PAGES),
			},
		[SMMU_DESC_A64][SMMU_GRANULE_64K] =
			{
				AT(1) = L_A64(16, 42, 42, TABLES),
				AT(2) = L_A64(16, 29, 34, BLOCKS),
				AT(3) = L_A64(16, 16, 21, PAGES),
			},
		[SMMU_DESC_A64_LPA][SMMU_GRANULE_64K] =
			{
				AT(1) = L_LPA(16, 42, 42, BLOCKS),
				AT(2) = L_LPA(16, 29, 34, BLOCKS),
				AT(3) = L_LPA(16, 16, 21, PAGES),
			},
		[SMMU_DESC_A64_DS][SMMU_GRANULE_4K] =
			{
				AT(-1) = L_DS(12, 48, 48, TABLES),
				AT(0) = L_DS(12, 39, 39, BLOCKS),
				AT(1) = L_DS(12, 30, 34, BLOCKS),
				AT(2) = L_DS(12, 21, 25, BLOCKS),
				AT(3) = L_DS(12, 12, 16, PAGES),
			},
		[SMMU_DESC_A64_DS][SMMU_GRANULE_16K] =
			{
				AT(0) = L_DS(14, 47, 47, TABLES),
				AT(1) = L_DS(14, 36, 36, BLOCKS),
				AT(2) = L_DS(14, 25, 30, BLOCKS),
				AT(3) = L_DS(14, 14, 21, PAGES),
			},
		[SMMU_DESC_D128][SMMU_GRANULE_4K] =
			{
				AT(-2) = L_D128(12, 52, 52, T, T, T, T),
				AT(-1) = L_D128(12, 44, 44, T, T, T, T),
				AT(0) = L_D128(12, 36, 36, T, T, T, B),
				AT(1) = L_D128(12, 28, 30, T, T, B, I),
				AT(2) = L_D128(12, 20, 24, T, B, I, I),
				AT(3) = L_D128(12, 12, 16, P, I, I, I),
			},
		[SMMU_DESC_D128][SMMU_GRANULE_16K] =
			{
				AT(-1) = L_D128(14, 54, 54, T, T, T, I),
				AT(0) = L_D128(14, 44, 44, T, T, T, I),
				AT(1) = L_D128(14, 34, 36, T, T, B, I),
				AT(2) = L_D128(14, 24, 28, T, B, I, I),
				AT(3) = L_D128(14, 14, 20, P, I, I, I),
			},
		[SMMU_DESC_D128][SMMU_GRANULE_64K] =
			{
				AT(0) = L_D128(16, 52, 52, T, T, T, I),
				AT(1) = L_D128(16, 40, 40, T, T, B, I),
				AT(2) = L_D128(16, 28, 34, T, B, I, I),
				AT(3) = L_D128(16, 16, 20, P, I, I, I),
			},
};

#define V(text, n, m)                                                                              \
	{                                                                                          \
		n, text, m                                                                         \
	}
#define VALUES(name, ...)                                                                          \
	static const struct smmu_enum_value name##_values[] = {__VA_ARGS__};                       \
	static const struct smmu_enum name = {#name, name##_values, SMMU_LEN(name##_values)}

/* Direct permissions, D8.4.1 and D8.4.2.1. */
VALUES(ap, V("rw-none", 0, "privileged read and write, unprivileged none"),
       V("rw-rw", 1, "read and write"), V("ro-none", 2, "privileged read, unprivileged none"),
       V("ro-ro", 3, "read"));
VALUES(aptable, V("none", 0, "no effect"), V("no-unprivileged", 1, "no unprivileged access below"),
       V("read-only", 2, "no write below"),
       V("read-only-privileged", 3, "no write and no unprivileged access below"));
VALUES(s2ap, V("none", 0, "no access"), V("r", 1, "read"), V("w", 2, "write"),
       V("rw", 3, "read and write"));
VALUES(xn, V("x", 0, "execution is not forbidden"),
       V("x-unprivileged", 1, "no privileged execution"), V("xn", 2, "no execution"),
       V("x-privileged", 3, "no unprivileged execution"));
/* Tables D8-100 and D8-101. */
VALUES(memattr_fwb, V("device-nGnRnE", 0, "Device-nGnRnE"), V("device-nGnRE", 1, "Device-nGnRE"),
       V("device-nGRE", 2, "Device-nGRE"), V("device-GRE", 3, "Device-GRE"),
       V("nc", 5, "Normal Non-cacheable, or the Device type of stage 1"),
       V("wb", 6, "Normal Write-Back"), V("stage1", 7, "as stage 1"));

/* A row exists when all features of need and none of unless are on. */
struct row {
	struct smmu_field field;
	unsigned need, unless;
};

#define BLOCK SMMU_DESC_F_BLOCK
#define LPAE  SMMU_DESC_F_LPAE
#define DS    SMMU_DESC_F_DS
#define PIE   SMMU_DESC_F_PIE
#define POE   SMMU_DESC_F_POE
#define AIE   SMMU_DESC_F_AIE
#define PNCH  SMMU_DESC_F_PNCH
#define THE   SMMU_DESC_F_THE
#define FWB   SMMU_DESC_F_FWB
#define NSE   SMMU_DESC_F_NSE
#define MEC   SMMU_DESC_F_MEC

#define ROW(Id, Name, w, lsb, width, KIND, values, NEED, NOT)                                      \
	{{#Name, {{w, lsb, width, 0}}, SMMU_FIELD_##KIND, values, NULL, NULL, 0}, NEED, NOT},
#define ROW_PARTS(Id, Name, KIND, values, NEED, NOT, l0, w0, s0, l1, w1, s1, l2, w2, s2)           \
	{{#Name,                                                                                   \
	  {{0, l0, w0, s0}, {0, l1, w1, s1}, {0, l2, w2, s2}},                                     \
	  SMMU_FIELD_##KIND,                                                                       \
	  values,                                                                                  \
	  NULL,                                                                                    \
	  NULL,                                                                                    \
	  0},                                                                                      \
	 NEED,                                                                                     \
	 NOT},

static const struct row s1desc_rows[] = {
#define S1DESC	     ROW
#define S1DESC_PARTS ROW_PARTS
#include "spec/desc.def"
};

static const struct row s2desc_rows[] = {
#define S2DESC	     ROW
#define S2DESC_PARTS ROW_PARTS
#include "spec/desc.def"
};

static const struct row s1table_rows[] = {
#define S1TABLE ROW
#include "spec/desc.def"
};

static const struct row s2table_rows[] = {
#define S2TABLE ROW
#include "spec/desc.def"
};

static const struct row s1desc128_rows[] = {
#define S1DESC128 ROW
#include "spec/desc.def"
};

static const struct row s2desc128_rows[] = {
#define S2DESC128 ROW
#include "spec/desc.def"
};

static const struct row s1table128_rows[] = {
#define S1TABLE128 ROW
#include "spec/desc.def"
};

static const struct row s2table128_rows[] = {
#define S2TABLE128 ROW
#include "spec/desc.def"
};

/* What one kind of descriptor consists of beside its address. */
struct layout {
	const char *section;
	const struct row *rows;
	size_t count;
	uint64_t ignored[2]; /* IGNORED and software bits, and bits [1:0] */
};

#define LAYOUT(section, rows, low, high)                                                           \
	{                                                                                          \
		section, rows, SMMU_LEN(rows),                                                     \
		{                                                                                  \
			(low) | 3, high                                                            \
		}                                                                                  \
	}

/* By words - 1, stage - 1, and whether it is a Table. */
static const struct layout layouts[2][2][2] = {
	{
		{
			LAYOUT("DDI 0487 D8.3.1.2", s1desc_rows,
			       BITS(63, 63) | BITS(62, 59) | BITS(58, 55), 0),
			LAYOUT("DDI 0487 D8.3.1.1", s1table_rows, BITS(58, 51) | BITS(11, 2), 0),
		},
		{
			LAYOUT("DDI 0487 D8.3.1.2", s2desc_rows,
			       BITS(62, 59) | BITS(58, 55) | BITS(11, 11), 0),
			LAYOUT("DDI 0487 D8.3.1.1", s2table_rows, BITS(58, 51) | BITS(11, 2), 0),
		},
	},
	{
		{
			LAYOUT("DDI 0487 D8.3.2.2", s1desc128_rows, BITS(5, 5),
			       BITS(48, 48) | BITS(36, 27)),
			LAYOUT("DDI 0487 D8.3.2.1", s1table128_rows, BITS(11, 2),
			       BITS(60, 57) | BITS(54, 51) | BITS(49, 47) | BITS(36, 27)),
		},
		{
			LAYOUT("DDI 0487 D8.3.2.2", s2desc128_rows, 0, BITS(36, 27)),
			LAYOUT("DDI 0487 D8.3.2.1", s2table128_rows, BITS(11, 2),
			       BITS(63, 63) | BITS(60, 57) | BITS(54, 50) | BITS(47, 47) |
				       BITS(36, 27)),
		},
	},
};

static const struct {
	const char *name, *summary;
} kinds[] = {
	[SMMU_DESC_INVALID] = {"invalid", "nothing is mapped"},
	[SMMU_DESC_RESERVED] = {"reserved", "treated as invalid"},
	[SMMU_DESC_TABLE] = {"table", "points to the next-level table"},
	[SMMU_DESC_BLOCK] = {"block", "maps a block"},
	[SMMU_DESC_PAGE] = {"page", "maps a page"},
};

const char *smmu_desc_kind_name(enum smmu_desc_kind kind)
{
	return kinds[kind].name;
}

int smmu_desc_level_first(enum smmu_desc_family family, enum smmu_granule granule)
{
	int level = SMMU_DESC_LEVEL_MIN;

	while (level < SMMU_DESC_LEVEL_MAX && !smmu_desc_level(family, granule, level)->is_level)
		level++;
	return level;
}

enum smmu_desc_kind smmu_desc_kind_of(const uint64_t *desc, const struct smmu_desc_fmt *fmt)
{
	const struct smmu_desc_level *l = smmu_desc_level(fmt->family, fmt->granule, fmt->level);

	if (fmt->family == SMMU_DESC_D128)
		return smmu_desc128_kind(desc[0], desc[1], l);
	return smmu_desc_kind(desc[0], l);
}

int smmu_desc_blank(uint64_t *desc, enum smmu_desc_kind kind, const struct smmu_desc_fmt *fmt)
{
	bool is_wide = fmt->family == SMMU_DESC_D128;

	/* Bits [1:0], or SKL and bit 0. */
	for (unsigned i = 0; i < 4; i++) {
		desc[0] = i;
		if (is_wide) {
			desc[0] = kind != SMMU_DESC_INVALID;
			desc[1] = smmu_bits_set(0, 45, 2, i);
		}
		if (smmu_desc_kind_of(desc, fmt) == kind)
			return 0;
	}
	return SMMU_E_INVALID;
}

/* The row that stands for the address of the descriptor. */
static struct smmu_field address_field(const struct smmu_desc_level *l, bool is_table)
{
	uint64_t mask = is_table ? l->table_mask : l->leaf_mask;
	struct smmu_field field = {.name = is_table ? "NLTA" : "OA", .kind = SMMU_FIELD_ADDR};
	uint8_t lsb = 0, width = 0;

	while (!smmu_bit(mask, lsb))
		lsb++;
	while (lsb + width < 64 && smmu_bit(mask, lsb + width))
		width++;
	field.part[0] = (struct smmu_field_part){0, lsb, width, lsb};
	field.part[1] = (struct smmu_field_part){0, l->high_lsb, l->high_width, l->high_shift};
	return field;
}

static unsigned features_of(const struct smmu_desc_fmt *fmt, enum smmu_desc_kind kind)
{
	unsigned features = fmt->features;

	features |= kind == SMMU_DESC_BLOCK ? SMMU_DESC_F_BLOCK : 0;
	features |= fmt->family == SMMU_DESC_LPAE ? SMMU_DESC_F_LPAE : 0;
	features |= fmt->family == SMMU_DESC_A64_DS ? SMMU_DESC_F_DS : 0;
	return features;
}

/* VMSAv8-32: bits [63:55] of a Block or Page are not used, and [58:52] of a Table (G5.5). */
static void fill_ignored(struct smmu_desc_format *out, const struct layout *layout,
			 const struct smmu_desc_fmt *fmt)
{
	memcpy(out->ignored, layout->ignored, sizeof(out->ignored));
	if (fmt->family == SMMU_DESC_LPAE)
		out->ignored[0] |= BITS(63, 59);
}

void smmu_desc_format_init(struct smmu_desc_format *out, const uint64_t *desc,
			   const struct smmu_desc_fmt *fmt)
{
	const struct smmu_desc_level *l = smmu_desc_level(fmt->family, fmt->granule, fmt->level);
	enum smmu_desc_kind kind = smmu_desc_kind_of(desc, fmt);
	unsigned words = fmt->family == SMMU_DESC_D128 ? 2 : 1;
	bool is_table = kind == SMMU_DESC_TABLE;
	const struct layout *layout = &layouts[words - 1][fmt->stage - 1][is_table];
	unsigned features = features_of(fmt, kind);
	size_t count = 0;

	*out = (struct smmu_desc_format){
		.format = {kinds[kind].name, layout->section, kinds[kind].summary, words,
			   words * 64, out->field, 0},
		.ignored = {UINT64_MAX, UINT64_MAX},
	};
	if (kind == SMMU_DESC_INVALID || kind == SMMU_DESC_RESERVED)
		return;
	fill_ignored(out, layout, fmt);
	out->field[count++] = address_field(l, is_table);
	for (size_t i = 0; i < layout->count && count < SMMU_LEN(out->field); i++) {
		const struct row *row = &layout->rows[i];

		if ((row->need & features) == row->need && !(row->unless & features))
			out->field[count++] = row->field;
	}
	out->format.fields_count = count;
}

uint64_t smmu_desc_res0(const struct smmu_desc_format *format, const uint64_t *desc, unsigned word)
{
	struct smmu_when_ctx ctx = {.word = desc};

	return smmu_format_res0(&format->format, &ctx, word) & ~format->ignored[word];
}
