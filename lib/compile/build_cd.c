/*
 * CD tables, linear and two-level.  IHI 0070 3.3.2, 5.2 (S1Fmt, S1CDMax, S1DSS),
 * 5.3, 5.4.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"
#include "spec/rule.h"

#define CD_BYTES  64u
#define CD_LOG2	  6u
#define LEAF_LOG2 6u /* CDs in a 4 KiB leaf: S1Fmt 0b01 */

/* CDs to build that differ in the ASID alone. */
struct cd_run {
	uint64_t first, count;
	const struct build_use *use;
	uint64_t asid;
	bool asid_given, asid_steps;
	struct smmu_mark at;
};

/* The CDs of a device: CD 0 for traffic without a substream, then those of substreams. */
static size_t cd_runs(struct cd_run *runs, const struct builder *b,
		      const struct smmu_sys_device *device)
{
	size_t smmu = device->smmu.index, stage2 = build_stage2_of(device), n = 0;

	if (device->stage1.name)
		runs[n++] = (struct cd_run){
			.count = 1,
			.use = build_find_use(b, smmu, device->stage1.index, stage2),
			.at = device->stage1.at,
		};
	for (size_t i = 0; i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		runs[n++] = (struct cd_run){
			.first = sub->first.v,
			.count = sub->count.v,
			.use = build_find_use(b, smmu, sub->stage1.index, stage2),
			.asid = sub->asid.v,
			.asid_given = smmu_sys_given(sub->asid.at),
			.asid_steps = sub->asid_steps,
			.at = sub->at,
		};
	}
	return n;
}

/* A CD table under construction. */
struct cd_table {
	struct build_area *area;
	uint64_t base;	   /* linear table, or first-level table */
	uint64_t *leaf;	   /* two-level: leaf by index, 0: none */
	size_t leaf_count; /* 0: linear */
	unsigned s1cdmax;
};

static uint64_t cd_address(const struct cd_table *table, uint64_t substream)
{
	if (table->leaf_count == 0)
		return table->base + substream * CD_BYTES;
	return table->leaf[substream >> LEAF_LOG2] + smmu_bits(substream, 0, LEAF_LOG2) * CD_BYTES;
}

static int check_cd(struct builder *b, const struct cd_run *run, const struct smmu_cd *cd,
		    const struct smmu_ste *ste)
{
	const struct smmu_rule_ctx *rules = &b->smmu[run->use->smmu].rules;
	/* Whatever the STE makes of them: a domain may serve others that use its fields. */
	struct smmu_when_ctx when = {
		.word = cd->word, .ids = rules->ids, .d128 = smmu_IDR5_D128(rules->ids->idr[5])};
	const struct smmu_rule *rule = smmu_cd_illegal(cd, ste, rules);

	if (!rule)
		return build_check_fields(b, &b->info->domains[run->use->domain].cd, &when, "CD");
	return build_error(b, run->at, SMMU_E_CONFLICT,
			   "the CD of domain %s would be ILLEGAL: %s (%s)",
			   b->info->domains[run->use->domain].name.v, rule->text, rule->section);
}

static void store_cd(uint8_t *bytes, const struct smmu_cd *cd)
{
	for (unsigned w = 0; w < SMMU_CD_WORDS; w++)
		smmu_st64le(bytes + 8 * w, cd->word[w]);
}

/* No page holds CDs of more than one leaf, and no linear table is cut by one. */
static int put_run(struct builder *b, const struct cd_table *table, const struct cd_run *run,
		   const struct smmu_ste *ste)
{
	struct smmu_cd cd;
	int status;

	build_cd(&cd, b, run->use);
	if (run->asid_given)
		smmu_cd_set_ASID(&cd, run->asid);
	status = check_cd(b, run, &cd, ste);
	for (uint64_t i = 0; status == 0 && i < run->count;) {
		uint64_t at = run->first + i;
		uint64_t room = smmu_pow2(LEAF_LOG2) - smmu_bits(at, 0, LEAF_LOG2);
		uint64_t n = run->count - i < room ? run->count - i : room;
		uint8_t *bytes = build_page(b, table->area, cd_address(table, at));

		if (!bytes)
			return b->error;
		for (uint64_t k = 0; k < n; k++, bytes += CD_BYTES) {
			store_cd(bytes, &cd);
			if (run->asid_steps)
				smmu_cd_set_ASID(&cd, smmu_cd_ASID(&cd) + 1);
		}
		i += n;
	}
	return status;
}

/*
 * Leaf tables where a run has CDs, and the first-level table that leads to them.
 * CDs that nobody asked for have V clear, whatever the memory held.
 */
static int build_leaves(struct cd_table *table, struct builder *b, const struct cd_run *runs,
			size_t count)
{
	int status = build_clear(b, table->area, table->base, 8 * table->leaf_count);

	for (size_t r = 0; r < count; r++)
		for (uint64_t i = runs[r].first >> LEAF_LOG2;
		     i <= (runs[r].first + runs[r].count - 1) >> LEAF_LOG2; i++)
			table->leaf[i] = 1;
	for (size_t i = 0; status == 0 && i < table->leaf_count; i++) {
		struct smmu_l1cd l1cd = {{0}};
		uint8_t bytes[8];

		if (!table->leaf[i])
			continue;
		status = build_alloc(&table->leaf[i], b, table->area, BUILD_PAGE, BUILD_PAGE_LOG2,
				     "a leaf of a CD table");
		if (status == 0)
			status = build_clear(b, table->area, table->leaf[i], BUILD_PAGE);
		if (status)
			break;
		smmu_l1cd_set_V(&l1cd, 1);
		smmu_l1cd_set_L2Ptr(&l1cd, table->leaf[i]);
		smmu_st64le(bytes, l1cd.word[0]);
		status = build_put(b, table->area, table->base + 8 * i, bytes, sizeof(bytes));
	}
	return status;
}

/* The SubstreamID bits of a table; with substreams at least one: none would switch them off. */
static unsigned s1cdmax_of(const struct smmu_sys_device *device, const struct cd_run *runs,
			   size_t count)
{
	unsigned bits = device->substreams_count > 0;

	for (size_t r = 0; r < count; r++)
		while (!smmu_bits_fit(runs[r].first + runs[r].count - 1, bits))
			bits++;
	return bits;
}

/* Where the CDs of a device go: linear up to a page or without CD2L, else two levels. */
static int place_cds(struct cd_table *table, struct builder *b,
		     const struct smmu_sys_device *device, const struct cd_run *runs, size_t count)
{
	const struct smmu_ids *ids = &b->smmu[device->smmu.index].ids;
	unsigned l1_log2;
	uint64_t size;
	int status;

	table->s1cdmax = s1cdmax_of(device, runs, count);
	if (table->s1cdmax <= LEAF_LOG2 || !smmu_IDR0_CD2L(ids->idr[0])) {
		size = smmu_pow2(table->s1cdmax + CD_LOG2);
		status = build_alloc(&table->base, b, table->area, size, table->s1cdmax + CD_LOG2,
				     "a CD table");
		return status ? status : build_clear(b, table->area, table->base, size);
	}
	table->leaf_count = (size_t)smmu_pow2(table->s1cdmax - LEAF_LOG2);
	table->leaf = calloc(table->leaf_count, sizeof(*table->leaf));
	if (!table->leaf)
		return build_nomem(b);
	/* L1 tables are aligned to their size, 64 bytes at least (5.2 S1Fmt). */
	l1_log2 = table->s1cdmax - LEAF_LOG2 + 3;
	status = build_alloc(&table->base, b, table->area, 8 * table->leaf_count,
			     l1_log2 < 6 ? 6 : l1_log2, "a CD table");
	return status ? status : build_leaves(table, b, runs, count);
}

int build_cd_table(struct smmu_ste *ste, struct builder *b, const struct smmu_sys_device *device,
		   struct build_context *context)
{
	struct cd_table table = {.area = build_context_area(b, context)};
	struct cd_run *runs = calloc(device->substreams_count + 1, sizeof(*runs));
	size_t count;
	int status;

	if (!runs)
		return build_nomem(b);
	count = cd_runs(runs, b, device);
	status = place_cds(&table, b, device, runs, count);
	smmu_ste_set_S1ContextPtr(ste, table.base);
	smmu_ste_set_S1CDMax(ste, table.s1cdmax);
	smmu_ste_set_S1Fmt(ste, table.leaf_count ? SMMU_STE_S1FMT_4K : SMMU_STE_S1FMT_LINEAR);
	if (table.s1cdmax > 0 && !build_has_field(&device->ste, "S1DSS"))
		smmu_ste_set_S1DSS(ste, device->stage1.name ? SMMU_STE_S1DSS_SSID0
							    : SMMU_STE_S1DSS_TERMINATE);
	if (!build_has_field(&device->ste, "S1CIR"))
		smmu_ste_set_S1CIR(ste, SMMU_CD_WB_RA);
	if (!build_has_field(&device->ste, "S1COR"))
		smmu_ste_set_S1COR(ste, SMMU_CD_WB_RA);
	if (!build_has_field(&device->ste, "S1CSH"))
		smmu_ste_set_S1CSH(ste, SMMU_SH_ISH);
	for (size_t r = 0; status == 0 && r < count; r++)
		status = put_run(b, &table, &runs[r], ste);
	free(table.leaf);
	free(runs);
	return status;
}
