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

/* What streams get that no device claims. */
static struct smmu_ste default_ste(const struct build_smmu *on, uint64_t fallback)
{
	struct smmu_ste ste = {{0}};

	smmu_ste_set_V(&ste, fallback != SMMU_SYS_DEFAULT_INVALID);
	if (fallback == SMMU_SYS_DEFAULT_BYPASS) {
		smmu_ste_set_Config(&ste, SMMU_STE_CONFIG_BYPASS);
		if (smmu_IDR1_ATTR_TYPES_OVR(on->ids.idr[1]))
			smmu_ste_set_SHCFG(&ste, SMMU_STE_SHCFG_INCOMING);
	}
	return ste;
}

/* count entries with one STE; no page holds entries of more than one table. */
static int fill(struct builder *b, struct build_area *area, uint64_t address, uint64_t count,
		const struct smmu_ste *ste)
{
	while (count > 0) {
		uint64_t room = (BUILD_PAGE - smmu_bits(address, 0, BUILD_PAGE_LOG2)) >> STE_LOG2;
		uint64_t n = count < room ? count : room;
		uint8_t *bytes = build_page(b, area, address);

		if (!bytes)
			return b->error;
		for (uint64_t i = 0; i < n; i++)
			store_ste(bytes + (i << STE_LOG2), ste);
		address += n << STE_LOG2;
		count -= n;
	}
	return 0;
}

static int build_linear(struct builder *b, struct build_smmu *on, const struct smmu_ste *fallback)
{
	uint64_t entries = smmu_pow2(on->stream_bits);
	int status = build_alloc(&on->strtab, b, &on->area, entries << STE_LOG2,
				 on->stream_bits + STE_LOG2, "the stream table");

	return status ? status : fill(b, &on->area, on->strtab, entries, fallback);
}

/* Which second-level tables devices of this SMMU need. */
static void mark_used(struct builder *b, struct build_smmu *on, size_t smmu)
{
	for (size_t i = 0; i < b->info->devices_count; i++) {
		const struct smmu_sys_device *device = &b->info->devices[i];

		if (device->smmu.index != smmu || smmu_sys_names_only(device))
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

static void store_l1std(uint8_t *bytes, uint64_t leaf, unsigned span)
{
	struct smmu_l1std l1std = {{0}};

	smmu_l1std_set_Span(&l1std, span);
	smmu_l1std_set_L2Ptr(&l1std, leaf);
	smmu_st64le(bytes, l1std.word[0]);
}

/* The second level: a table where devices are, one table that the unused ones share. */
static int build_leaves(struct builder *b, struct build_smmu *on, const struct smmu_ste *fallback,
			unsigned bits)
{
	bool leaves_out = !smmu_ste_V(fallback);
	uint64_t shared = 0, entries = smmu_pow2(bits), used = 0;
	int status;

	for (size_t i = 0; i < on->leaf_count; i++)
		used += on->leaf[i] != 0;
	status = build_check_room(b, &on->area, used * (entries << STE_LOG2),
				  "the second-level stream tables");

	for (size_t i = 0; status == 0 && i < on->leaf_count; i++) {
		uint64_t leaf = on->leaf[i] ? 0 : shared;
		uint8_t bytes[8] = {0};

		if (leaf == 0 && (on->leaf[i] || !leaves_out)) {
			status = build_alloc(&leaf, b, &on->area, entries << STE_LOG2,
					     bits + STE_LOG2, "a second-level stream table");
			if (status == 0)
				status = fill(b, &on->area, leaf, entries, fallback);
			if (!on->leaf[i])
				shared = leaf;
		}
		if (on->leaf[i])
			on->leaf[i] = leaf;
		if (leaf)
			store_l1std(bytes, leaf, bits + 1);
		if (status == 0)
			status = build_put(b, &on->area, on->strtab + 8 * i, bytes, sizeof(bytes));
	}
	return status;
}

static int build_two_level(struct builder *b, struct build_smmu *on, size_t smmu,
			   const struct smmu_ste *fallback)
{
	unsigned bits = on->stream_bits < on->split ? on->stream_bits : on->split;
	unsigned l1_bits = on->stream_bits - bits;
	/* Aligned to its size, 64 bytes at least (6.3.24 ADDR). */
	int status = build_alloc(&on->strtab, b, &on->area, smmu_pow2(l1_bits + 3),
				 l1_bits + 3 < STE_LOG2 ? STE_LOG2 : l1_bits + 3,
				 "the first-level stream table");

	if (status)
		return status;
	on->leaf_count = (size_t)smmu_pow2(l1_bits);
	on->leaf = calloc(on->leaf_count, sizeof(*on->leaf));
	if (!on->leaf)
		return build_nomem(b);
	mark_used(b, on, smmu);
	return build_leaves(b, on, fallback, bits);
}

int build_stream_tables(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	struct build_smmu *on = &b->smmu[smmu];
	struct smmu_ste fallback = default_ste(on, from->strtab.fallback.v);
	int status;

	build_group_begin(&on->area);
	status = on->two_level ? build_two_level(b, on, smmu, &fallback)
			       : build_linear(b, on, &fallback);
	return status ? status
		      : build_group_end(b, &on->area, NULL, "stream table of %s", from->name);
}

int build_stream_put(struct builder *b, size_t smmu, const struct smmu_sys_streams *streams,
		     const struct smmu_ste *ste)
{
	struct build_smmu *on = &b->smmu[smmu];
	uint64_t stream = streams->first.v, count = streams->count.v;
	int status = 0;

	if (!on->two_level)
		return fill(b, &on->area, on->strtab + (stream << STE_LOG2), count, ste);
	while (status == 0 && count > 0) {
		uint64_t index = smmu_bits(stream, 0, on->split);
		uint64_t room = smmu_pow2(on->split) - index;
		uint64_t n = count < room ? count : room;

		status = fill(b, &on->area, on->leaf[stream >> on->split] + (index << STE_LOG2), n,
			      ste);
		stream += n;
		count -= n;
	}
	return status;
}
