/* Granule Protection Tables, DDI 0487 D9.6. */
#include "spec/gpt.h"

#include "base/compiler.h"
#include "spec/access.h"

#define TYPE_BLOCK 1 /* Contiguous at level 1 */
#define TYPE_TABLE 3

#define V(text, n, m)                                                                              \
	{                                                                                          \
		n, text, m                                                                         \
	}

static const struct smmu_enum_value gpi_values[] = {
	V("none", SMMU_GPI_NONE, "no accesses"),
	V("sa", SMMU_GPI_SA, "System Agent PA space"),
	V("nsp", SMMU_GPI_NSP, "Non-secure Protected PA space"),
	V("na6", SMMU_GPI_NA6, "no accesses"),
	V("na7", SMMU_GPI_NA7, "no accesses"),
	V("s", SMMU_GPI_S, "Secure PA space"),
	V("ns", SMMU_GPI_NS, "Non-secure PA space"),
	V("root", SMMU_GPI_ROOT, "Root PA space"),
	V("realm", SMMU_GPI_REALM, "Realm PA space"),
	V("nso", SMMU_GPI_NSO, "Non-secure PA space, by Non-secure or Root only"),
	V("any", SMMU_GPI_ANY, "all accesses"),
};
static const struct smmu_enum gpi = {"gpi", gpi_values, SMMU_LEN(gpi_values)};

static const struct smmu_enum_value contig_values[] = {
	V("2M", 1, "2 MiB"),
	V("32M", 2, "32 MiB"),
	V("512M", 3, "512 MiB"),
};
static const struct smmu_enum contig = {"contig", contig_values, SMMU_LEN(contig_values)};

unsigned smmu_gpt_l0_log2(uint64_t l0gptsz)
{
	static const uint8_t log2[16] = {[0x0] = 30, [0x4] = 34, [0x6] = 36, [0x9] = 39};

	return l0gptsz < SMMU_LEN(log2) ? log2[l0gptsz] : 0;
}

unsigned smmu_gpt_page_log2(uint64_t pgs)
{
	static const uint8_t log2[4] = {12, 16, 14, 0};

	return pgs < SMMU_LEN(log2) ? log2[pgs] : 0;
}

unsigned smmu_gpt_contig_log2(uint64_t desc)
{
	static const uint8_t log2[4] = {0, 21, 25, 29};

	return log2[smmu_bits(desc, 8, 2)];
}

static bool is_permitted(uint64_t value, const struct smmu_gpt_cfg *cfg)
{
	return smmu_bit(cfg->gpis, (unsigned)value);
}

/* Bits that must be zero in the address of a level 1 table: below its size, above the PPS. */
static uint64_t table_res0(const struct smmu_gpt_cfg *cfg)
{
	unsigned size_log2 = cfg->l0_log2 - cfg->page_log2 - 1u;
	uint64_t res0 = smmu_mask(56, 8) | smmu_mask(4, 8);

	if (cfg->pps_bits < 56)
		res0 |= smmu_mask(52, 4);
	if (size_log2 > 12)
		res0 |= smmu_mask(12, size_log2 - 12);
	return res0;
}

enum smmu_gpt_kind smmu_gpt_l0_kind(uint64_t desc, const struct smmu_gpt_cfg *cfg)
{
	switch (smmu_bits(desc, 0, 4)) {
	case TYPE_TABLE:
		return desc & table_res0(cfg) ? SMMU_GPT_INVALID : SMMU_GPT_TABLE;
	case TYPE_BLOCK:
		return smmu_bits_fit(desc, 8) && is_permitted(smmu_gpt_gpi(desc), cfg)
			       ? SMMU_GPT_BLOCK
			       : SMMU_GPT_INVALID;
	default:
		return SMMU_GPT_INVALID;
	}
}

enum smmu_gpt_kind smmu_gpt_l1_kind(uint64_t desc, const struct smmu_gpt_cfg *cfg)
{
	if (smmu_bits(desc, 0, 4) == TYPE_BLOCK)
		return smmu_bits_fit(desc, 10) && smmu_gpt_contig_log2(desc) &&
				       is_permitted(smmu_gpt_gpi(desc), cfg)
			       ? SMMU_GPT_CONTIGUOUS
			       : SMMU_GPT_INVALID;
	for (unsigned i = 0; i < 16; i++)
		if (!is_permitted(smmu_gpt_granule_gpi(desc, i), cfg))
			return SMMU_GPT_INVALID;
	return SMMU_GPT_GRANULES;
}

uint64_t smmu_gpt_encode_table(uint64_t next)
{
	return smmu_bits_set(TYPE_TABLE, 12, 44, next >> 12);
}

uint64_t smmu_gpt_encode_block(enum smmu_gpi value)
{
	return smmu_bits_set(TYPE_BLOCK, 4, 4, value);
}

uint64_t smmu_gpt_encode_granules(enum smmu_gpi value)
{
	return UINT64_C(0x1111111111111111) * (uint64_t)value;
}

uint64_t smmu_gpt_set_granule_gpi(uint64_t desc, unsigned index, enum smmu_gpi value)
{
	return smmu_bits_set(desc, 4 * (index & 15), 4, value);
}

#define ROW(Name, lsb, width, KIND, values) ROWS(Name, lsb, width, 1, KIND, values)
#define ROWS(Name, lsb, width, count, KIND, values)                                                \
	{#Name, {{0, lsb, width, SMMU_SHIFT_##KIND(lsb)}}, SMMU_FIELD_##KIND, values, NULL, NULL,  \
	 count},

static const struct smmu_field table_rows[] = {
#define GPT_TABLE ROW
#include "spec/gpt.def"
};

static const struct smmu_field block_rows[] = {
#define GPT_BLOCK ROW
#include "spec/gpt.def"
};

static const struct smmu_field granules_rows[] = {
#define GPT_GRANULES ROWS
#include "spec/gpt.def"
};

static const struct smmu_field contiguous_rows[] = {
#define GPT_CONTIGUOUS ROW
#include "spec/gpt.def"
};

static const struct smmu_format formats[] = {
	[SMMU_GPT_INVALID] = {"invalid", "DDI 0487 D9.6", "a fault of the table", 1, 64, NULL, 0},
	[SMMU_GPT_TABLE] = {"table", "DDI 0487 D9.6.1", "points to a level 1 table", 1, 64,
			    table_rows, SMMU_LEN(table_rows)},
	[SMMU_GPT_BLOCK] = {"block", "DDI 0487 D9.6.2", "one GPI for all that the entry covers", 1,
			    64, block_rows, SMMU_LEN(block_rows)},
	[SMMU_GPT_GRANULES] = {"granules", "DDI 0487 D9.6.3", "the GPIs of 16 granules", 1, 64,
			       granules_rows, SMMU_LEN(granules_rows)},
	[SMMU_GPT_CONTIGUOUS] = {"contiguous", "DDI 0487 D9.6.4", "one GPI for a contiguous region",
				 1, 64, contiguous_rows, SMMU_LEN(contiguous_rows)},
};

const struct smmu_format *smmu_gpt_format(uint64_t desc, unsigned level)
{
	unsigned type = (unsigned)smmu_bits(desc, 0, 4);

	if (level == 1)
		return &formats[type == TYPE_BLOCK ? SMMU_GPT_CONTIGUOUS : SMMU_GPT_GRANULES];
	return &formats[type == TYPE_TABLE   ? SMMU_GPT_TABLE
			: type == TYPE_BLOCK ? SMMU_GPT_BLOCK
					     : SMMU_GPT_INVALID];
}
