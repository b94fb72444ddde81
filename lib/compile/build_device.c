/*
 * Devices: their CD tables and stream table entries.  IHI 0070 3.3, 5.2 to 5.4.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"
#include "spec/rule.h"

#define CD_BYTES   64u
#define CD_LOG2	   6u
#define LEAF_LOG2  6u /* CDs in a 4 KiB leaf: S1Fmt 0b01 */
#define ASID_COUNT 65536u

/* The context of one SMMU and stage 2 domain, made on first use; NULL: no memory. */
static struct build_context *context_of(struct builder *b, size_t smmu, size_t stage2)
{
	for (size_t i = 0; i < b->contexts_count; i++)
		if (b->context[i].smmu == smmu && b->context[i].stage2 == stage2)
			return &b->context[i];
	if (b->contexts_count == b->contexts_capacity) {
		size_t capacity = b->contexts_capacity ? 2 * b->contexts_capacity : 8;
		struct build_context *grown = realloc(b->context, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		b->context = grown;
		b->contexts_capacity = capacity;
	}
	struct build_context *context = &b->context[b->contexts_count++];

	*context = (struct build_context){.smmu = smmu, .stage2 = stage2};
	context->stage1 = calloc(b->info->domains_count, sizeof(*context->stage1));
	context->asid_of = calloc(b->info->domains_count, sizeof(*context->asid_of));
	context->asid_owner = calloc(ASID_COUNT, sizeof(*context->asid_owner));
	if (!context->stage1 || !context->asid_of || !context->asid_owner)
		return NULL;
	return context;
}

/* Takes an ASID for a domain; two domains with one ASID would share TLB entries (3.17). */
static int take_asid(struct builder *b, struct build_context *context, size_t domain, uint64_t asid,
		     struct smmu_mark at)
{
	const struct smmu_ids *ids = &b->smmu[context->smmu].ids;
	uint32_t owner;

	if (!smmu_bits_fit(asid, smmu_asid_bits(ids)))
		return build_error(b, at, SMMU_E_RANGE,
				   "ASID %" PRIu64 " does not fit in %u bits (SMMU_IDR0.ASID16)",
				   asid, smmu_asid_bits(ids));
	owner = context->asid_owner[asid];
	if (owner && owner != domain + 1) {
		int status = build_error(
			b, at, SMMU_E_CONFLICT, "domains %s and %s have the same ASID %" PRIu64,
			b->info->domains[domain].name.v, b->info->domains[owner - 1].name.v, asid);

		build_note(b, b->info->domains[owner - 1].at, "the other domain is here");
		return status;
	}
	context->asid_owner[asid] = (uint32_t)domain + 1;
	return 0;
}

/* The ASID of a domain in a context: its own, else the lowest free from 1. */
static int asid_of(uint64_t *asid, struct builder *b, struct build_context *context, size_t index)
{
	const struct smmu_sys_domain *domain = &b->info->domains[index];

	if (context->asid_of[index]) {
		*asid = context->asid_of[index] - 1;
		return 0;
	}
	*asid = domain->asid.v;
	if (!smmu_sys_given(domain->asid.at)) {
		uint64_t last = smmu_ones(smmu_asid_bits(&b->smmu[context->smmu].ids));

		for (*asid = 1; *asid < last && context->asid_owner[*asid]; (*asid)++)
			;
	}
	context->asid_of[index] = (uint32_t)*asid + 1;
	return take_asid(b, context, index, *asid,
			 smmu_sys_given(domain->asid.at) ? domain->asid.at : domain->at);
}

/* A VMID for a stage 2 domain on an SMMU, as above. */
static int take_vmid(struct builder *b, size_t smmu, size_t index)
{
	const struct smmu_sys_domain *domain = &b->info->domains[index];
	struct build_smmu *on = &b->smmu[smmu];
	unsigned bits = smmu_vmid_bits(&on->ids);
	uint64_t vmid = domain->vmid.v;

	if (on->stage2[index].vmid || on->stage2[index].built)
		return 0;
	if (!smmu_sys_given(domain->vmid.at))
		for (vmid = 1; vmid < smmu_ones(bits) && on->vmid_owner[vmid]; vmid++)
			;
	if (!smmu_bits_fit(vmid, bits))
		return build_error(b, domain->vmid.at, SMMU_E_RANGE,
				   "VMID %" PRIu64 " does not fit in %u bits (SMMU_IDR0.VMID16)",
				   vmid, bits);
	if (on->vmid_owner[vmid] && on->vmid_owner[vmid] != index + 1) {
		const struct smmu_sys_domain *other = &b->info->domains[on->vmid_owner[vmid] - 1];
		int status = build_error(b, domain->vmid.at.line ? domain->vmid.at : domain->at,
					 SMMU_E_CONFLICT,
					 "domains %s and %s have the same VMID %" PRIu64,
					 domain->name.v, other->name.v, vmid);

		build_note(b, other->at, "the other domain is here");
		return status;
	}
	on->vmid_owner[vmid] = (uint32_t)index + 1;
	on->stage2[index].vmid = (uint32_t)vmid;
	return 0;
}

/* One CD to build: substream id, of a domain. */
struct cd_run {
	uint64_t first, count;
	size_t domain;
	uint64_t asid;
	bool asid_given, asid_steps;
	struct smmu_mark at;
};

/* The CDs of a device: CD 0 for traffic without a substream, then those of substreams. */
static size_t cd_runs(struct cd_run *runs, const struct smmu_sys_device *device)
{
	size_t n = 0;

	if (device->stage1.name)
		runs[n++] = (struct cd_run){
			.count = 1, .domain = device->stage1.index, .at = device->stage1.at};
	for (size_t i = 0; i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		runs[n++] = (struct cd_run){
			.first = sub->first.v,
			.count = sub->count.v,
			.domain = sub->stage1.index,
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
		    const struct smmu_ste *ste, const struct build_context *context)
{
	struct smmu_rule_ctx ctx = {.ids = &b->smmu[context->smmu].ids};
	const struct smmu_rule *rule = smmu_cd_illegal(cd, ste, &ctx);

	if (!rule)
		return 0;
	return build_error(b, run->at, SMMU_E_CONFLICT,
			   "the CD of domain %s would be ILLEGAL: %s (%s)",
			   b->info->domains[run->domain].name.v, rule->text, rule->section);
}

/* All CDs of one run: they differ in the ASID alone. */
static int put_run(struct builder *b, struct build_context *context, const struct cd_table *table,
		   const struct cd_run *run, const struct smmu_ste *ste)
{
	struct smmu_cd cd;
	uint64_t asid = run->asid;
	int status = run->asid_given ? 0 : asid_of(&asid, b, context, run->domain);

	if (status == 0)
		status = build_cd(&cd, b, context, run->domain, (uint32_t)asid);
	if (status == 0)
		status = check_cd(b, run, &cd, ste, context);
	for (uint64_t i = 0; status == 0 && i < run->count; i++) {
		uint8_t bytes[CD_BYTES];

		if (run->asid_given)
			status = take_asid(b, context, run->domain, asid, run->at);
		if (status)
			break;
		smmu_cd_set_ASID(&cd, asid);
		for (unsigned w = 0; w < SMMU_LEN(cd.word); w++)
			smmu_st64le(bytes + 8 * w, cd.word[w]);
		status = build_put(b, table->area, cd_address(table, run->first + i), bytes,
				   sizeof(bytes));
		asid += run->asid_steps;
	}
	return status;
}

/* Leaf tables where a run has CDs, and the first-level table that leads to them. */
static int build_leaves(struct cd_table *table, struct builder *b, const struct cd_run *runs,
			size_t count)
{
	int status = 0;

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
		if (status)
			break;
		smmu_l1cd_set_V(&l1cd, 1);
		smmu_l1cd_set_L2Ptr(&l1cd, table->leaf[i]);
		smmu_st64le(bytes, l1cd.word[0]);
		status = build_put(b, table->area, table->base + 8 * i, bytes, sizeof(bytes));
	}
	return status;
}

/* Where the CDs of a device go: linear up to a page or without CD2L, else two levels. */
static int place_cds(struct cd_table *table, struct builder *b, const struct build_context *context,
		     const struct cd_run *runs, size_t count)
{
	const struct smmu_ids *ids = &b->smmu[context->smmu].ids;
	uint64_t last = 0;
	int status;

	for (size_t r = 0; r < count; r++)
		if (runs[r].first + runs[r].count - 1 > last)
			last = runs[r].first + runs[r].count - 1;
	while (table->s1cdmax < 20 && !smmu_bits_fit(last, table->s1cdmax))
		table->s1cdmax++;
	if (table->s1cdmax <= LEAF_LOG2 || !smmu_IDR0_CD2L(ids->idr[0]))
		return build_alloc(&table->base, b, table->area,
				   smmu_pow2(table->s1cdmax + CD_LOG2), table->s1cdmax + CD_LOG2,
				   "a CD table");
	table->leaf_count = (size_t)smmu_pow2(table->s1cdmax - LEAF_LOG2);
	table->leaf = calloc(table->leaf_count, sizeof(*table->leaf));
	if (!table->leaf)
		return b->error = smmu_diag_nomem(b->diag);
	/* L1 tables are aligned to their size, 64 bytes at least (5.2 S1Fmt). */
	status = build_alloc(&table->base, b, table->area, 8 * table->leaf_count,
			     table->leaf_count > 8 ? table->s1cdmax - LEAF_LOG2 + 3 : 6,
			     "a CD table");
	return status ? status : build_leaves(table, b, runs, count);
}

static int build_cd_table(struct smmu_ste *ste, struct builder *b,
			  const struct smmu_sys_device *device, struct build_context *context)
{
	struct cd_table table = {.area = build_context_area(b, context)};
	struct cd_run *runs = calloc(device->substreams_count + 1, sizeof(*runs));
	size_t count;
	int status;

	if (!runs)
		return b->error = smmu_diag_nomem(b->diag);
	count = cd_runs(runs, device);
	status = place_cds(&table, b, context, runs, count);
	smmu_ste_set_S1ContextPtr(ste, table.base);
	smmu_ste_set_S1CDMax(ste, table.s1cdmax);
	smmu_ste_set_S1Fmt(ste, table.leaf_count ? SMMU_STE_S1FMT_4K : SMMU_STE_S1FMT_LINEAR);
	if (table.s1cdmax > 0)
		smmu_ste_set_S1DSS(ste, device->stage1.name ? SMMU_STE_S1DSS_SSID0
							    : SMMU_STE_S1DSS_TERMINATE);
	smmu_ste_set_S1CIR(ste, SMMU_CD_WB_RA);
	smmu_ste_set_S1COR(ste, SMMU_CD_WB_RA);
	smmu_ste_set_S1CSH(ste, SMMU_SH_ISH);
	for (size_t r = 0; status == 0 && r < count; r++)
		status = put_run(b, context, &table, &runs[r], ste);
	free(table.leaf);
	free(runs);
	return status;
}

static int check_device(struct builder *b, const struct smmu_sys_device *device, size_t smmu)
{
	const struct smmu_ids *ids = &b->smmu[smmu].ids;
	unsigned bits = smmu_ssid_bits(ids);

	for (size_t i = 0; i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		if (!smmu_bits_fit(sub->first.v + sub->count.v - 1, bits))
			return build_error(
				b, sub->at, SMMU_E_RANGE,
				"SubstreamID %" PRIu64
				" does not fit in the %u bits of %s (SMMU_IDR1.SSIDSIZE)",
				sub->first.v + sub->count.v - 1, bits, b->info->smmus[smmu].name);
	}
	return 0;
}

static size_t stage2_of(const struct smmu_sys_device *device)
{
	return device->stage2.name ? device->stage2.index : BUILD_NONE;
}

static bool has_stage1(const struct smmu_sys_device *device)
{
	return device->stage1.name || device->substreams_count > 0;
}

/* Translation tables of a device's domains, which come before all that points to them. */
static int build_domains_of(struct builder *b, const struct smmu_sys_device *device)
{
	size_t smmu = device->smmu.index, stage2 = stage2_of(device);
	struct build_context *context;
	struct smmu_ste unused_ste = {{0}};
	struct smmu_cd unused_cd;
	int status = check_device(b, device, smmu);

	if (status == 0 && stage2 != BUILD_NONE)
		status = take_vmid(b, smmu, stage2);
	if (status == 0 && stage2 != BUILD_NONE)
		status = build_stage2(&unused_ste, b, smmu, stage2);
	if (status || !has_stage1(device))
		return status;
	context = context_of(b, smmu, stage2);
	if (!context)
		return b->error = smmu_diag_nomem(b->diag);
	if (device->stage1.name)
		status = build_cd(&unused_cd, b, context, device->stage1.index, 0);
	for (size_t i = 0; status == 0 && i < device->substreams_count; i++)
		status = build_cd(&unused_cd, b, context, device->substreams[i].stage1.index, 0);
	return status;
}

/* The STE of a device whose domains are built; its CDs go into context's area. */
static int build_ste(struct smmu_ste *ste, struct builder *b, const struct smmu_sys_device *device,
		     struct build_context *context)
{
	size_t smmu = device->smmu.index, stage2 = stage2_of(device);
	uint64_t config = SMMU_STE_CONFIG_ABORT;
	int status = 0;

	*ste = (struct smmu_ste){{0}};
	smmu_ste_set_V(ste, 1);
	if (device->bypass.v)
		config = SMMU_STE_CONFIG_BYPASS;
	else if (has_stage1(device))
		config = stage2 == BUILD_NONE ? SMMU_STE_CONFIG_S1 : SMMU_STE_CONFIG_NESTED;
	else if (stage2 != BUILD_NONE)
		config = SMMU_STE_CONFIG_S2;
	smmu_ste_set_Config(ste, config);
	/* Where attributes can be overridden, the incoming ones are used (5.2 SHCFG). */
	if (smmu_IDR1_ATTR_TYPES_OVR(b->smmu[smmu].ids.idr[1]))
		smmu_ste_set_SHCFG(ste, SMMU_STE_SHCFG_INCOMING);
	if (stage2 != BUILD_NONE)
		status = build_stage2(ste, b, smmu, stage2);
	if (status == 0 && context)
		status = build_cd_table(ste, b, device, context);
	return status;
}

/* What the description asks for may still be ILLEGAL for these features: say it before use. */
static int check_ste(struct builder *b, const struct smmu_sys_device *device,
		     const struct smmu_ste *ste)
{
	struct smmu_rule_ctx ctx = {.ids = &b->smmu[device->smmu.index].ids};
	const struct smmu_rule *rule = smmu_ste_illegal(ste, &ctx);

	if (!rule)
		return 0;
	return build_error(b, device->at, SMMU_E_CONFLICT,
			   "the STE of %s would be ILLEGAL: %s (%s)", device->name.v, rule->text,
			   rule->section);
}

static int put_device(struct builder *b, const struct smmu_sys_device *device,
		      struct build_context *context)
{
	struct smmu_ste ste;
	int status = build_ste(&ste, b, device, context);

	if (status == 0)
		status = check_ste(b, device, &ste);
	for (size_t s = 0; status == 0 && s < device->streams_count; s++)
		for (uint64_t n = 0; status == 0 && n < device->streams[s].count.v; n++)
			status = build_stream_put(b, device->smmu.index,
						  device->streams[s].first.v + n, &ste);
	return status;
}

/* The devices of one context: their CD tables make one region. */
static int build_context(struct builder *b, struct build_context *context)
{
	struct build_area *area = build_context_area(b, context);

	build_group_begin(area);
	for (size_t i = 0; i < b->info->devices_count; i++) {
		const struct smmu_sys_device *device = &b->info->devices[i];

		if (has_stage1(device) && device->smmu.index == context->smmu &&
		    stage2_of(device) == context->stage2)
			put_device(b, device, context);
	}
	if (b->error)
		return b->error;
	return context->stage2 == BUILD_NONE
		       ? build_group_end(b, area, "context descriptors of %s", area->whose)
		       : build_group_end(b, area, "context descriptors under %s", area->whose);
}

/* Every problem is reported: the next device is tried after a failure. */
int build_devices(struct builder *b)
{
	const struct smmu_sys_info *info = b->info;

	for (size_t i = 0; i < info->devices_count; i++)
		build_domains_of(b, &info->devices[i]);
	for (size_t i = 0; b->error == 0 && i < info->devices_count; i++)
		if (!has_stage1(&info->devices[i]))
			put_device(b, &info->devices[i], NULL);
	for (size_t c = 0; b->error == 0 && c < b->contexts_count; c++)
		build_context(b, &b->context[c]);
	return b->error;
}
