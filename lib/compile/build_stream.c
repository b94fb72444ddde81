/*
 * Stream tables, linear and two-level, with an entry for every StreamID.
 * IHI 0070 3.3.1, 5.1, 6.3.24.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"

#define STE_LOG2 6

static void store_ste(uint8_t *bytes, const struct smmu_ste *ste)
{
	for (unsigned w = 0; w < SMMU_STE_WORDS; w++)
		smmu_st64le(bytes + 8 * w, ste->word[w]);
}

/* Fills a run of entries with what streams get that no device claims. */
static int fill_default(struct builder *b, const struct build_smmu *on, uint64_t address,
			uint64_t entries, uint64_t fallback)
{
	uint8_t page[64 * SMMU_STE_BYTES];
	struct smmu_ste ste = {{0}};
	int status = 0;

	smmu_ste_set_V(&ste, fallback != SMMU_SYS_DEFAULT_INVALID);
	if (fallback == SMMU_SYS_DEFAULT_BYPASS) {
		smmu_ste_set_Config(&ste, SMMU_STE_CONFIG_BYPASS);
		if (smmu_IDR1_ATTR_TYPES_OVR(on->ids.idr[1]))
			smmu_ste_set_SHCFG(&ste, SMMU_STE_SHCFG_INCOMING);
	}
	for (unsigned i = 0; i < 64; i++)
		store_ste(page + SMMU_STE_BYTES * i, &ste);
	for (uint64_t done = 0; status == 0 && done < entries; done += 64) {
		uint64_t n = entries - done < 64 ? entries - done : 64;

		status = build_put(b, &on->area, address + SMMU_STE_BYTES * done, page,
				   (size_t)n * SMMU_STE_BYTES);
	}
	return status;
}

static int build_linear(struct builder *b, struct build_smmu *on, uint64_t fallback)
{
	uint64_t entries = smmu_pow2(on->stream_bits);
	int status = build_alloc(&on->strtab, b, &on->area, entries << STE_LOG2,
				 on->stream_bits + STE_LOG2, "the stream table");

	return status ? status : fill_default(b, on, on->strtab, entries, fallback);
}

/* Which second-level tables devices of this SMMU need. */
static void mark_used(struct builder *b, struct build_smmu *on, size_t smmu)
{
	for (size_t i = 0; i < b->info->devices_count; i++) {
		const struct smmu_sys_device *device = &b->info->devices[i];

		if (device->smmu.index != smmu)
			continue;
		for (size_t s = 0; s < device->streams_count; s++) {
			uint64_t first = device->streams[s].first.v;
			uint64_t last = first + device->streams[s].count.v - 1;

			for (uint64_t n = first >> on->split;
			     n <= last >> on->split && n < on->leaf_count; n++)
				on->leaf[n] = 1;
		}
	}
}

static int put_l1std(struct builder *b, const struct build_smmu *on, uint64_t index, uint64_t leaf,
		     unsigned span)
{
	struct smmu_l1std l1std = {{0}};
	uint8_t bytes[8];

	smmu_l1std_set_Span(&l1std, span);
	smmu_l1std_set_L2Ptr(&l1std, leaf);
	smmu_st64le(bytes, l1std.word[0]);
	return build_put(b, &on->area, on->strtab + 8 * index, bytes, sizeof(bytes));
}

/* The second level: a table where devices are, one table that the unused ones share. */
static int build_leaves(struct builder *b, struct build_smmu *on, uint64_t fallback, unsigned bits)
{
	uint64_t shared = 0, entries = smmu_pow2(bits);
	int status = 0;

	for (size_t i = 0; status == 0 && i < on->leaf_count; i++) {
		uint64_t leaf = on->leaf[i] ? 0 : shared;

		if (!on->leaf[i] && fallback == SMMU_SYS_DEFAULT_INVALID)
			continue;
		if (leaf == 0) {
			status = build_alloc(&leaf, b, &on->area, entries << STE_LOG2,
					     bits + STE_LOG2, "a second-level stream table");
			if (status == 0)
				status = fill_default(b, on, leaf, entries, fallback);
			if (!on->leaf[i])
				shared = leaf;
		}
		if (on->leaf[i])
			on->leaf[i] = leaf;
		if (status == 0)
			status = put_l1std(b, on, i, leaf, bits + 1);
	}
	return status;
}

static int build_two_level(struct builder *b, struct build_smmu *on, size_t smmu, uint64_t fallback)
{
	unsigned bits = on->stream_bits < on->split ? on->stream_bits : on->split;
	unsigned l1_bits = on->stream_bits - bits;
	int status;

	on->leaf_count = (size_t)smmu_pow2(l1_bits);
	on->leaf = calloc(on->leaf_count, sizeof(*on->leaf));
	if (!on->leaf)
		return b->error = smmu_diag_nomem(b->diag);
	mark_used(b, on, smmu);
	/* Aligned to its size, 64 bytes at least (6.3.24 ADDR). */
	status = build_alloc(&on->strtab, b, &on->area, 8 * on->leaf_count,
			     l1_bits + 3 < STE_LOG2 ? STE_LOG2 : l1_bits + 3,
			     "the first-level stream table");
	return status ? status : build_leaves(b, on, fallback, bits);
}

int build_stream_tables(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	struct build_smmu *on = &b->smmu[smmu];
	int status;

	build_group_begin(&on->area);
	status = on->two_level ? build_two_level(b, on, smmu, from->strtab.fallback.v)
			       : build_linear(b, on, from->strtab.fallback.v);
	return status ? status : build_group_end(b, &on->area, "stream table of %s", from->name);
}

int build_stream_put(struct builder *b, size_t smmu, uint64_t stream, const struct smmu_ste *ste)
{
	const struct build_smmu *on = &b->smmu[smmu];
	uint8_t bytes[SMMU_STE_BYTES];
	uint64_t address = on->strtab + (stream << STE_LOG2);

	if (on->two_level)
		address = on->leaf[stream >> on->split] +
			  (smmu_bits(stream, 0, on->split) << STE_LOG2);
	store_ste(bytes, ste);
	return build_put(b, &on->area, address, bytes, sizeof(bytes));
}
