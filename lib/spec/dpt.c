/* Device Permission Tables, IHI 0070 G.b 3.24. */
#include "spec/dpt.h"

#include "base/compiler.h"
#include "spec/access.h"

#define TYPE_NONE  0
#define TYPE_BLOCK 1
#define TYPE_TABLE 3
#define AC_MAX	   2
#define A_BOTH	   3

#define V(text, n, m)                                                                              \
	{                                                                                          \
		n, text, m                                                                         \
	}
#define VALUES(name, ...)                                                                          \
	static const struct smmu_enum_value name##_values[] = {__VA_ARGS__};                       \
	static const struct smmu_enum name = {#name, name##_values, SMMU_LEN(name##_values)}

VALUES(ac, V("vmid", 0, "the VMID is checked unless DPT_VMATCH is 0b10"),
       V("vmid-or-shared", 1, "the VMID is checked if DPT_VMATCH is 0b00"),
       V("any", 2, "the VMID is not checked"));
VALUES(access, V("none", 0, "no access to either granule"), V("lower", 1, "the lower granule"),
       V("upper", 2, "the upper granule"), V("both", 3, "both granules, or the region of Contig"));
VALUES(contig, V("none", 0, "no contiguity"), V("64K", 1, "64 KiB"), V("2M", 2, "2 MiB"),
       V("32M", 3, "32 MiB"), V("512M", 4, "512 MiB"), V("1G", 5, "1 GiB"), V("16G", 6, "16 GiB"),
       V("64G", 7, "64 GiB"));

/* smmu_dpt_<kind>_<Name>(desc), for this file. */
#define GET(kind, Name, lsb, width, KIND)                                                          \
	static inline uint64_t kind##_##Name(uint64_t desc)                                        \
	{                                                                                          \
		return smmu_bits(desc, lsb, width) << SMMU_SHIFT_##KIND(lsb);                      \
	}
#define DPT_BLOCK(Name, lsb, width, KIND, values) GET(block, Name, lsb, width, KIND)
#define DPT_TABLE(Name, lsb, width, KIND, values) GET(table, Name, lsb, width, KIND)
#define DPT_L1(Name, lsb, width, KIND, values)	  GET(l1, Name, lsb, width, KIND)
#include "spec/dpt.def"

#define ROW(Name, lsb, width, KIND, values)                                                        \
	{#Name, {{0, lsb, width, SMMU_SHIFT_##KIND(lsb)}}, SMMU_FIELD_##KIND, values, NULL, NULL,  \
	 1},

static const struct smmu_field none_rows[] = {
#define DPT_NONE ROW
#include "spec/dpt.def"
};
static const struct smmu_field block_rows[] = {
#define DPT_BLOCK ROW
#include "spec/dpt.def"
};
static const struct smmu_field table_rows[] = {
#define DPT_TABLE ROW
#include "spec/dpt.def"
};
static const struct smmu_field l1_rows[] = {
#define DPT_L1 ROW
#include "spec/dpt.def"
};

static const struct smmu_format formats[] = {
	[SMMU_DPT_INVALID] = {"invalid", "IHI 0070 3.24.3.1", "a DPT lookup fault", 1, 64, NULL, 0},
	[SMMU_DPT_NONE] = {"no-access", "IHI 0070 3.24.3.1.1", "no access to the region", 1, 64,
			   none_rows, SMMU_LEN(none_rows)},
	[SMMU_DPT_BLOCK] = {"block", "IHI 0070 3.24.3.1.2", "one attribute for the region", 1, 64,
			    block_rows, SMMU_LEN(block_rows)},
	[SMMU_DPT_TABLE] = {"table", "IHI 0070 3.24.3.1.3", "points to a level 1 table", 1, 64,
			    table_rows, SMMU_LEN(table_rows)},
	[SMMU_DPT_L1] = {"level1", "IHI 0070 3.24.3.1.4", "two granules, or a contiguous region", 1,
			 64, l1_rows, SMMU_LEN(l1_rows)},
};

const struct smmu_format *smmu_dpt_format(uint64_t desc, unsigned level)
{
	static const enum smmu_dpt_kind l0[4] = {SMMU_DPT_NONE, SMMU_DPT_BLOCK, SMMU_DPT_INVALID,
						 SMMU_DPT_TABLE};

	return &formats[level ? SMMU_DPT_L1 : l0[smmu_bits(desc, 0, 2)]];
}

static bool has_res0(uint64_t desc, const struct smmu_format *format)
{
	struct smmu_when_ctx ctx = {.word = &desc};

	return smmu_format_res0(format, &ctx, 0) != 0;
}

/* AC, W and VMID as a Block or half a level 1 entry has them: all zero where not in use. */
static bool is_attr_valid(bool used, uint64_t ac_, uint64_t w, uint64_t vmid,
			  const struct smmu_dpt_cfg *cfg)
{
	if (!used)
		return !ac_ && !w && !vmid;
	if (ac_ > AC_MAX || (ac_ == AC_MAX && vmid))
		return false;
	return cfg->vmid16 || smmu_bits_fit(vmid, 8);
}

enum smmu_dpt_kind smmu_dpt_l0_kind(uint64_t desc, const struct smmu_dpt_cfg *cfg)
{
	const struct smmu_format *format = smmu_dpt_format(desc, 0);
	enum smmu_dpt_kind kind = (enum smmu_dpt_kind)(format - formats);

	if (has_res0(desc, format))
		return SMMU_DPT_INVALID;
	if (kind == SMMU_DPT_BLOCK &&
	    !is_attr_valid(true, block_AC(desc), block_W(desc), block_VMID(desc), cfg))
		return SMMU_DPT_INVALID;
	if (kind == SMMU_DPT_TABLE && !smmu_bits_fit(table_Address(desc), cfg->oas_bits))
		return SMMU_DPT_INVALID;
	return kind;
}

/* log2 of the region of a Contig encoding; 0: Reserved. */
static unsigned contig_log2(uint64_t value)
{
	static const uint8_t log2[16] = {0, 16, 21, 25, 29, 30, 34, 36};

	return log2[value];
}

enum smmu_dpt_kind smmu_dpt_l1_kind(uint64_t desc, const struct smmu_dpt_cfg *cfg)
{
	uint64_t a = l1_A(desc), run = l1_Contig(desc);
	bool lower = smmu_bit(a, 0), upper = smmu_bit(a, 1) && !run;

	if (has_res0(desc, &formats[SMMU_DPT_L1]))
		return SMMU_DPT_INVALID;
	if (run &&
	    (a != A_BOTH || contig_log2(run) <= cfg->page_log2 || contig_log2(run) > cfg->l0_log2))
		return SMMU_DPT_INVALID;
	if (!is_attr_valid(lower, l1_AC0(desc), l1_W0(desc), l1_VMID0(desc), cfg) ||
	    !is_attr_valid(upper, l1_AC1(desc), l1_W1(desc), l1_VMID1(desc), cfg))
		return SMMU_DPT_INVALID;
	return SMMU_DPT_L1;
}

uint64_t smmu_dpt_table(uint64_t desc, const struct smmu_dpt_cfg *cfg)
{
	/* 8 bytes for every two granules. */
	unsigned size_log2 = cfg->l0_log2 - cfg->page_log2 - 1u + 3u;

	return smmu_align_down_log2(table_Address(desc), size_log2);
}

struct smmu_dpt_attr smmu_dpt_block_attr(uint64_t desc, const struct smmu_dpt_cfg *cfg)
{
	return (struct smmu_dpt_attr){
		.access = true,
		.w = block_W(desc),
		.ac = (uint8_t)block_AC(desc),
		.vmid = (uint16_t)block_VMID(desc),
		.size_log2 = cfg->l0_log2,
	};
}

struct smmu_dpt_attr smmu_dpt_l1_attr(uint64_t desc, uint64_t pa, const struct smmu_dpt_cfg *cfg)
{
	uint64_t run = l1_Contig(desc);
	bool upper = smmu_bit(pa, cfg->page_log2) && !run;

	return (struct smmu_dpt_attr){
		.access = smmu_bit(l1_A(desc), upper),
		.w = upper ? l1_W1(desc) : l1_W0(desc),
		.ac = (uint8_t)(upper ? l1_AC1(desc) : l1_AC0(desc)),
		.vmid = (uint16_t)(upper ? l1_VMID1(desc) : l1_VMID0(desc)),
		.size_log2 = (uint8_t)(run ? contig_log2(run) : cfg->page_log2),
	};
}
