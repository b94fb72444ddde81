/*
 * Stream tables back to devices: streams with one STE are one device, those
 * that get what the most get are left to the default.  IHI 0070 3.3, 5.1 - 5.4.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/recover_priv.h"
#include "spec/rule.h"

#define LEAF_LOG2 6u /* CDs in a 4 KiB leaf */

struct scan {
	struct recover *r;
	size_t smmu;
	const struct smmu_ids *ids;
	struct smmu_ste abort, bypass;	     /* what a description's default and devices have */
	uint64_t valid, aborting, bypassing; /* streams */
	struct smmu_reach_streams *run;	     /* owned */
	size_t runs_count, runs_capacity;
	/* Second-level tables, sorted: those that appear twice are the default's. */
	uint64_t *leaf; /* owned */
	size_t leaves_count;
};

/* ---- CDs ---- */

/* Aligned to its size, a structure lies in one page. */
static bool read_words(uint64_t *word, const struct recover *r, size_t through, uint64_t address,
		       unsigned words)
{
	size_t size = 8 * words;
	const uint8_t *bytes = recover_read(&size, r, through, address);

	if (!bytes || size < 8 * words)
		return false;
	for (unsigned i = 0; i < words; i++)
		word[i] = smmu_ld64le(bytes + 8 * i);
	return true;
}

/* CDs of one device one after another: most differ from the one before in the ASID alone. */
struct last_cd {
	struct smmu_cd cd; /* without ASID */
	size_t domain;
	bool is_known;
};

static struct smmu_rule_ctx rules_of(const struct recover *r, size_t smmu)
{
	const struct smmu_model *model = r->machine->smmu[smmu].model;
	const struct smmu_ids *ids = smmu_model_ids(model);
	uint64_t cr2 = smmu_model_reg(model, SMMU_REG_CR2);

	return (struct smmu_rule_ctx){.ids = ids, .e2h = smmu_ids_e2h(ids, SMMU_SEC_NS, cr2)};
}

/* The domain of a CD; RECOVER_NONE when it has none, which is counted. */
static int cd_domain(size_t *domain, struct last_cd *last, struct recover *r,
		     const struct recover_device *device, const struct smmu_cd *cd, bool is_plain)
{
	struct smmu_rule_ctx ctx = rules_of(r, device->smmu);
	struct smmu_cd bare = *cd;
	int status;

	smmu_cd_set_ASID(&bare, 0);
	if (!is_plain && last->is_known && !memcmp(&bare, &last->cd, sizeof(bare)) &&
	    smmu_bits_fit(smmu_cd_ASID(cd), smmu_asid_bits(ctx.ids))) {
		*domain = last->domain;
		return 0;
	}
	*domain = RECOVER_NONE;
	if (smmu_cd_illegal(cd, &device->ste, &ctx)) {
		r->lost[RECOVER_CD_ILLEGAL]++;
		return 0;
	}
	status = recover_stage1(domain, r, device->smmu, device->stage2, cd, is_plain);
	*last = (struct last_cd){.cd = bare, .domain = *domain, .is_known = status == 0};
	return status;
}

static int add_cd(struct recover *r, struct recover_device *device, struct last_cd *last,
		  uint32_t substream, const struct smmu_cd *cd)
{
	bool is_plain = substream == 0 && (smmu_ste_S1CDMax(&device->ste) == 0 ||
					   smmu_ste_S1DSS(&device->ste) == SMMU_STE_S1DSS_SSID0);
	uint32_t asid = (uint32_t)smmu_cd_ASID(cd);
	size_t domain;
	int status = cd_domain(&domain, last, r, device, cd, is_plain);

	if (status || domain == RECOVER_NONE)
		return status;
	if (is_plain) {
		device->stage1 = domain;
		return 0;
	}
	return recover_add_cd(r, device, substream, domain, asid);
}

static int read_cds(struct recover *r, struct recover_device *device, uint64_t table,
		    uint32_t first, uint64_t count)
{
	struct last_cd last = {.is_known = false};
	int status = 0;

	recover_extend(recover_extent_of(r, device->smmu, device->stage2), table,
		       count * SMMU_CD_BYTES);
	for (uint64_t i = 0; status == 0 && i < count; i++) {
		struct smmu_cd cd;

		if (r->budget == 0)
			return SMMU_E_LIMIT;
		r->budget--;
		if (!read_words(cd.word, r, device->stage2, table + i * SMMU_CD_BYTES,
				SMMU_CD_WORDS)) {
			r->lost[RECOVER_UNREADABLE]++;
			return 0;
		}
		if (smmu_cd_V(&cd))
			status = add_cd(r, device, &last, first + (uint32_t)i, &cd);
	}
	return status;
}

/* All CDs of a device: linear, or leaves of 4 KiB or 64 KiB (5.2 S1Fmt). */
static int recover_cds(struct recover *r, struct recover_device *device)
{
	const struct smmu_ste *ste = &device->ste;
	uint64_t table = smmu_ste_S1ContextPtr(ste);
	unsigned bits = (unsigned)smmu_ste_S1CDMax(ste);
	unsigned leaf_log2 = smmu_ste_S1Fmt(ste) == SMMU_STE_S1FMT_64K ? LEAF_LOG2 + 4 : LEAF_LOG2;
	int status = 0;

	if (bits == 0 || smmu_ste_S1Fmt(ste) == SMMU_STE_S1FMT_LINEAR)
		return read_cds(r, device, table, 0, smmu_pow2(bits));
	recover_extend(recover_extent_of(r, device->smmu, device->stage2), table,
		       smmu_pow2(bits > leaf_log2 ? bits - leaf_log2 + 3 : 3));
	for (uint64_t i = 0; status == 0 && i < smmu_pow2(bits); i += smmu_pow2(leaf_log2)) {
		struct smmu_l1cd l1cd = {{0}};
		uint64_t left = smmu_pow2(bits) - i;

		if (!read_words(l1cd.word, r, device->stage2, table + (i >> leaf_log2) * 8,
				SMMU_L1CD_WORDS))
			r->lost[RECOVER_UNREADABLE]++;
		else if (smmu_l1cd_V(&l1cd))
			status =
				read_cds(r, device, smmu_l1cd_L2Ptr(&l1cd), (uint32_t)i,
					 left < smmu_pow2(leaf_log2) ? left : smmu_pow2(leaf_log2));
	}
	return status;
}

/* ---- STEs ---- */

static int add_streams(struct recover *r, struct recover_streams **streams, size_t *count,
		       size_t *capacity, struct recover_streams run)
{
	struct recover_streams *last = *count ? &(*streams)[*count - 1] : NULL;

	if (last && last->first + last->count == run.first) {
		last->count += run.count;
		return 0;
	}
	if (recover_grow(streams, capacity, *count, sizeof(run), r->diag))
		return SMMU_E_NOMEM;
	(*streams)[(*count)++] = run;
	return 0;
}

static int new_device(struct recover_device **device, struct recover *r, size_t smmu,
		      const struct smmu_ste *ste)
{
	if (recover_grow(&r->device, &r->devices_capacity, r->devices_count, sizeof(*r->device),
			 r->diag))
		return SMMU_E_NOMEM;
	*device = &r->device[r->devices_count++];
	**device = (struct recover_device){
		.smmu = smmu, .ste = *ste, .stage1 = RECOVER_NONE, .stage2 = RECOVER_NONE};
	return 0;
}

static int visit_streams(void *ctx, const struct smmu_reach_streams *found)
{
	struct scan *scan = ctx;
	struct recover *r = scan->r;
	uint64_t count = (uint64_t)found->last - found->first + 1;
	struct smmu_rule_ctx rules = rules_of(r, scan->smmu);

	scan->valid += count;
	if (!memcmp(&found->ste, &scan->abort, sizeof(found->ste)))
		scan->aborting += count;
	if (!memcmp(&found->ste, &scan->bypass, sizeof(found->ste)))
		scan->bypassing += count;
	if (smmu_ste_illegal(&found->ste, &rules)) {
		r->lost[RECOVER_STE_ILLEGAL] += count;
		return 0;
	}
	if (recover_grow(&scan->run, &scan->runs_capacity, scan->runs_count, sizeof(*scan->run),
			 r->diag))
		return SMMU_E_NOMEM;
	scan->run[scan->runs_count++] = *found;
	return 0;
}

static int by_ste(const void *a, const void *b)
{
	const struct smmu_reach_streams *x = a, *y = b;
	int order = memcmp(&x->ste, &y->ste, sizeof(x->ste));

	return order ? order : (x->first > y->first) - (x->first < y->first);
}

/* Streams of one device need not be neighbours: all with one STE are. */
static int group_streams(struct scan *scan)
{
	struct recover *r = scan->r;
	struct recover_device *device = NULL;
	int status = 0;

	if (scan->runs_count)
		qsort(scan->run, scan->runs_count, sizeof(*scan->run), by_ste);
	for (size_t i = 0; status == 0 && i < scan->runs_count; i++) {
		const struct smmu_reach_streams *run = &scan->run[i];
		struct recover_streams streams = {run->first, (uint64_t)run->last - run->first + 1};

		if (!device || memcmp(&device->ste, &run->ste, sizeof(run->ste)) != 0)
			status = new_device(&device, r, scan->smmu, &run->ste);
		if (status == 0)
			status = add_streams(r, &device->streams, &device->streams_count,
					     &device->streams_capacity, streams);
	}
	return status;
}

/* ---- the default ---- */

static bool is_default(const struct scan *scan, const struct recover_device *device)
{
	enum smmu_sys_default fallback = scan->r->smmu[scan->smmu].fallback;
	const struct smmu_ste *ste =
		fallback == SMMU_SYS_DEFAULT_BYPASS ? &scan->bypass : &scan->abort;

	return device->smmu == scan->smmu && fallback != SMMU_SYS_DEFAULT_INVALID &&
	       !memcmp(&device->ste, ste, sizeof(*ste));
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The second-level tables of the first level, in its order and sorted. */
static int read_first_level(uint64_t **in_order, struct scan *scan, uint64_t strtab, size_t count)
{
	*in_order = calloc(count + 1, sizeof(**in_order));
	scan->leaf = calloc(count + 1, sizeof(*scan->leaf));
	if (!*in_order || !scan->leaf)
		return smmu_diag_nomem(scan->r->diag);
	for (size_t i = 0; i < count; i++) {
		struct smmu_l1std l1std = {{0}};

		if (read_words(l1std.word, scan->r, RECOVER_NONE, strtab + 8 * i,
			       SMMU_L1STD_WORDS) &&
		    smmu_l1std_Span(&l1std))
			(*in_order)[i] = smmu_l1std_L2Ptr(&l1std);
		scan->leaf[i] = (*in_order)[i];
	}
	scan->leaves_count = count;
	qsort(scan->leaf, count, sizeof(*scan->leaf), by_value);
	return 0;
}

static bool is_shared(const struct scan *scan, uint64_t leaf)
{
	const uint64_t *found =
		bsearch(&leaf, scan->leaf, scan->leaves_count, sizeof(leaf), by_value);

	return found && ((found > scan->leaf && found[-1] == leaf) ||
			 (found + 1 < scan->leaf + scan->leaves_count && found[1] == leaf));
}

/* Whether a device that is no default has a stream among [first, first + count). */
static bool is_claimed(const struct scan *scan, uint64_t first, uint64_t count)
{
	const struct recover *r = scan->r;

	for (size_t i = 0; i < r->devices_count; i++) {
		const struct recover_device *device = &r->device[i];

		if (device->smmu != scan->smmu || is_default(scan, device))
			continue;
		for (size_t s = 0; s < device->streams_count; s++)
			if (device->streams[s].first < first + count &&
			    device->streams[s].first + device->streams[s].count > first)
				return true;
	}
	return false;
}

/*
 * A second-level table of defaults that others do not share is there because
 * of a device that asks for the default: one of its streams is enough.
 */
static int keep_claims(struct scan *scan, const uint64_t *in_order, size_t count, unsigned bits,
		       unsigned split)
{
	struct recover *r = scan->r;
	struct recover_device *device;
	struct recover_streams *streams = NULL;
	size_t streams_count = 0, capacity = 0;
	bool shared = false;
	int status = 0;

	for (size_t i = 0; i < count; i++)
		shared = shared || (in_order[i] && is_shared(scan, in_order[i]));
	for (size_t i = 0; status == 0 && i < count; i++)
		if (in_order[i] && !is_shared(scan, in_order[i]) &&
		    !is_claimed(scan, (uint64_t)i << split, smmu_pow2(bits)))
			status = add_streams(r, &streams, &streams_count, &capacity,
					     (struct recover_streams){(uint32_t)(i << split), 1});
	/* A single one may be what unused streams would share. */
	if (status == 0 && streams_count > !shared) {
		status = new_device(&device, r, scan->smmu,
				    r->smmu[scan->smmu].fallback == SMMU_SYS_DEFAULT_BYPASS
					    ? &scan->bypass
					    : &scan->abort);
		if (status == 0) {
			device->streams = streams;
			device->streams_count = streams_count;
			return 0;
		}
	}
	free(streams);
	return status;
}

/* What streams get that nobody claims: nothing where any has no valid STE. */
static void choose_default(struct scan *scan)
{
	struct recover_smmu *smmu = &scan->r->smmu[scan->smmu];

	smmu->fallback = SMMU_SYS_DEFAULT_ABORT;
	if (scan->valid < smmu_pow2(smmu->stream_bits))
		smmu->fallback = SMMU_SYS_DEFAULT_INVALID;
	else if (scan->bypassing > scan->aborting)
		smmu->fallback = SMMU_SYS_DEFAULT_BYPASS;
}

static void drop_defaults(struct scan *scan)
{
	struct recover *r = scan->r;

	for (size_t i = 0; i < r->devices_count;) {
		if (!is_default(scan, &r->device[i])) {
			i++;
			continue;
		}
		free(r->device[i].streams);
		r->devices_count--;
		memmove(&r->device[i], &r->device[i + 1],
			(r->devices_count - i) * sizeof(*r->device));
	}
}

/* ---- one SMMU ---- */

static void set_plain_stes(struct scan *scan)
{
	smmu_ste_set_V(&scan->abort, 1);
	smmu_ste_set_Config(&scan->abort, SMMU_STE_CONFIG_ABORT);
	scan->bypass = scan->abort;
	smmu_ste_set_Config(&scan->bypass, SMMU_STE_CONFIG_BYPASS);
	if (smmu_IDR1_ATTR_TYPES_OVR(scan->ids->idr[1]))
		smmu_ste_set_SHCFG(&scan->bypass, SMMU_STE_SHCFG_INCOMING);
}

static int by_cd_table(const void *a, const void *b)
{
	const struct recover_device *x = a, *y = b;
	uint64_t p = smmu_ste_S1ContextPtr(&x->ste), q = smmu_ste_S1ContextPtr(&y->ste);

	if (x->smmu != y->smmu)
		return x->smmu < y->smmu ? -1 : 1;
	if (p != q)
		return p < q ? -1 : 1;
	return (x->streams->first > y->streams->first) - (x->streams->first < y->streams->first);
}

static bool is_device_field(const char *name)
{
	return smmu_sys_is_ste_field(name) && !smmu_sys_is_stage2_field(name);
}

static bool is_indirect(const struct recover *r, const struct recover_device *device)
{
	if (device->stage1 != RECOVER_NONE && r->domain[device->stage1].tt.indirect)
		return true;
	for (size_t i = 0; i < device->runs_count; i++)
		if (r->domain[device->run[i].domain].tt.indirect)
			return true;
	return false;
}

/* Fields that a key stands for nowhere; of a stream that aborts none counts. */
static int find_fields(struct recover *r, struct recover_device *device)
{
	const struct smmu_rule_ctx rules = rules_of(r, device->smmu);
	const struct smmu_ids *ids = rules.ids;
	uint64_t config = smmu_ste_Config(&device->ste);
	struct smmu_when_ctx ctx = {.word = device->ste.word, .ids = ids, .e2h = rules.e2h};
	struct smmu_ste base;

	build_ste_base(&base, ids, config, is_indirect(r, device));
	if (config == SMMU_STE_CONFIG_S1 || config == SMMU_STE_CONFIG_NESTED) {
		smmu_ste_set_S1CIR(&base, SMMU_CD_WB_RA);
		smmu_ste_set_S1COR(&base, SMMU_CD_WB_RA);
		smmu_ste_set_S1CSH(&base, SMMU_SH_ISH);
		if (smmu_ste_S1CDMax(&device->ste))
			smmu_ste_set_S1DSS(&base, device->stage1 != RECOVER_NONE
							  ? SMMU_STE_S1DSS_SSID0
							  : SMMU_STE_S1DSS_TERMINATE);
	}
	if (config == SMMU_STE_CONFIG_ABORT)
		return 0;
	return recover_add_fields(&device->fields, &smmu_ste_format, &ctx, base.word,
				  is_device_field, r->diag);
}

/* CD tables are built in the order of devices; stage 2 comes first, to read through it. */
static int follow(struct recover *r, size_t smmu)
{
	int status = 0;

	if (r->devices_count)
		qsort(r->device, r->devices_count, sizeof(*r->device), by_cd_table);
	for (size_t i = 0; status == 0 && i < r->devices_count; i++) {
		struct recover_device *device = &r->device[i];
		uint64_t config = smmu_ste_Config(&device->ste);

		if (device->smmu == smmu &&
		    (config == SMMU_STE_CONFIG_S2 || config == SMMU_STE_CONFIG_NESTED))
			status = recover_stage2(&device->stage2, r, smmu, &device->ste);
	}
	for (size_t i = 0; status == 0 && i < r->devices_count; i++) {
		struct recover_device *device = &r->device[i];
		uint64_t config = smmu_ste_Config(&device->ste);

		if (device->smmu != smmu ||
		    (config != SMMU_STE_CONFIG_S1 && config != SMMU_STE_CONFIG_NESTED) ||
		    (config == SMMU_STE_CONFIG_NESTED && device->stage2 == RECOVER_NONE))
			continue;
		status = recover_cds(r, device);
	}
	for (size_t i = 0; status == 0 && i < r->devices_count; i++)
		if (r->device[i].smmu == smmu)
			status = find_fields(r, &r->device[i]);
	return status;
}

static void extend_queues(struct recover *r, size_t smmu)
{
	static const struct {
		enum smmu_reg base;
		unsigned entry_log2;
	} queues[] = {{SMMU_REG_CMDQ_BASE, 4}, {SMMU_REG_EVENTQ_BASE, 5}, {SMMU_REG_PRIQ_BASE, 4}};

	for (size_t i = 0; i < SMMU_LEN(queues); i++) {
		uint64_t value = smmu_model_reg(r->machine->smmu[smmu].model, queues[i].base);
		uint64_t base = smmu_CMDQ_BASE_ADDR(value);

		if (base)
			recover_extend(&r->smmu[smmu].extent, base,
				       smmu_pow2((unsigned)smmu_CMDQ_BASE_LOG2SIZE(value) +
						 queues[i].entry_log2));
	}
}

/* The tables and what claims them; in_order is NULL for a linear one. */
static int recover_strtab(struct scan *scan)
{
	struct recover *r = scan->r;
	struct smmu_model *model = r->machine->smmu[scan->smmu].model;
	struct recover_smmu *smmu = &r->smmu[scan->smmu];
	uint64_t strtab = smmu_STRTAB_BASE_ADDR(smmu_model_reg(model, SMMU_REG_STRTAB_BASE));
	unsigned bits = smmu->stream_bits < smmu->split ? smmu->stream_bits : smmu->split;
	size_t count = (size_t)smmu_pow2(smmu->stream_bits - bits);
	uint64_t *in_order = NULL;
	int status = smmu_reach_streams(model, &r->budget, visit_streams, scan);

	if (status == 0)
		status = group_streams(scan);
	choose_default(scan);
	if (!smmu->two_level) {
		recover_extend(&smmu->extent, strtab, SMMU_STE_BYTES << smmu->stream_bits);
		drop_defaults(scan);
		return status;
	}
	recover_extend(&smmu->extent, strtab, 8 * count);
	if (status == 0)
		status = read_first_level(&in_order, scan, strtab, count);
	for (size_t i = 0; status == 0 && i < count; i++)
		if (in_order[i])
			recover_extend(&smmu->extent, in_order[i], SMMU_STE_BYTES << bits);
	drop_defaults(scan);
	if (status == 0 && smmu->fallback != SMMU_SYS_DEFAULT_INVALID)
		status = keep_claims(scan, in_order, count, bits, smmu->split);
	free(in_order);
	return status;
}

int recover_smmu(struct recover *r, size_t smmu)
{
	struct smmu_model *model = r->machine->smmu[smmu].model;
	uint64_t cfg = smmu_model_reg(model, SMMU_REG_STRTAB_BASE_CFG);
	struct scan scan = {.r = r, .smmu = smmu, .ids = smmu_model_ids(model)};
	struct recover_smmu *to = &r->smmu[smmu];
	unsigned most = smmu_sid_bits(scan.ids, SMMU_SEC_NS);
	int status;

	to->extent = (struct recover_extent){1, 0};
	to->two_level = smmu_STRTAB_BASE_CFG_FMT(cfg) == SMMU_STRTAB_2LEVEL;
	to->split = (unsigned)smmu_STRTAB_BASE_CFG_SPLIT(cfg);
	if (to->split != 8 && to->split != 10)
		to->split = 6; /* 6.3.25: reserved values behave as 6 */
	to->stream_bits = (unsigned)smmu_STRTAB_BASE_CFG_LOG2SIZE(cfg);
	if (to->stream_bits > most)
		to->stream_bits = most;
	set_plain_stes(&scan);
	extend_queues(r, smmu);
	status = recover_strtab(&scan);
	free(scan.leaf);
	free(scan.run);
	return status ? status : follow(r, smmu);
}
