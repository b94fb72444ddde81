/* What was recovered, as a description. */
#include <stdlib.h>

#include "compile/keep_priv.h"
#include "compile/recover_priv.h"

static const char *const granule_names[] = {"4K", "16K", "64K"};
static const char *const format_names[] = {"vmsa64", "lpae", "d128"};
static const char *const memory_names[] = {
	[SMMU_MEMTYPE_NORMAL_WB] = "normal-wb",
	[SMMU_MEMTYPE_NORMAL_WT] = "normal-wt",
	[SMMU_MEMTYPE_NORMAL_NC] = "normal-nc",
	[SMMU_MEMTYPE_DEVICE_GRE] = "device-GRE",
	[SMMU_MEMTYPE_DEVICE_NGRE] = "device-nGRE",
	[SMMU_MEMTYPE_DEVICE_NGNRE] = "device-nGnRE",
	[SMMU_MEMTYPE_DEVICE_NGNRNE] = "device-nGnRnE",
};
static const char *const sh_names[] = {
	[SMMU_SH_IN_NSH] = "nsh", [SMMU_SH_IN_OSH] = "osh", [SMMU_SH_IN_ISH] = "ish"};
static const char *const access_names[] = {"", "r", "w", "rw", "x", "rx", "wx", "rwx"};

/* "2M" where it is so many and not too many, else hexadecimal. */
static void emit_size(struct smmu_emit *emit, const char *key, uint64_t size)
{
	static const char units[] = "KMGT";

	for (unsigned u = SMMU_LEN(units) - 1; u-- > 0;)
		if (size && smmu_is_aligned_log2(size, 10 * (u + 1)) &&
		    smmu_bits_fit(size, 10 * (u + 1) + 16)) {
			smmu_emit_strf(emit, key, "%llu%c",
				       (unsigned long long)(size >> (10 * (u + 1))), units[u]);
			return;
		}
	smmu_emit_hex(emit, key, size, 0);
}

static void emit_area(struct smmu_emit *emit, const char *base, const struct recover_extent *area)
{
	uint64_t low = smmu_align_down_log2(area->low, BUILD_PAGE_LOG2);
	uint64_t high = smmu_align_down_log2(area->high + BUILD_PAGE - 1, BUILD_PAGE_LOG2);

	smmu_emit_object(emit, "tables");
	smmu_emit_hex(emit, base, low, 0);
	emit_size(emit, "size", high - low);
	smmu_emit_end(emit);
}

/* ---- memory ---- */

static bool holds(const struct recover_extent *extent, uint64_t address)
{
	return extent->low <= address && address < extent->high;
}

/* Files in which structures were found are built again. */
static bool is_replaced(const struct recover *r, uint64_t base)
{
	for (size_t s = 0; s < r->machine->count; s++)
		if (holds(&r->smmu[s].extent, base))
			return true;
	for (size_t i = 0; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];

		for (size_t n = 0; n < d->ranges_count && d->beneath.low <= d->beneath.high; n++) {
			const struct recover_range *range = &d->range[n];

			if (base - range->pa < range->size &&
			    holds(&d->beneath, range->input + (base - range->pa)))
				return true;
		}
	}
	return false;
}

/* Whether RAM that another entry states holds all of a file's. */
static bool is_in_ram(const struct recover *r, const struct smmu_sys_memory *file)
{
	uint64_t size = recover_memory_size(r, file);

	for (size_t i = 0; i < r->info->memory_count; i++) {
		const struct smmu_sys_memory *ram = &r->info->memory[i];
		uint64_t offset = file->base - ram->base;

		if ((ram->pas_set & file->pas_set) == file->pas_set && offset < ram->size &&
		    ram->size - offset >= size)
			return true;
	}
	return false;
}

static void emit_file(struct smmu_emit *emit, const struct recover *r, const char *file)
{
	if (r->folder && file[0] != '/')
		smmu_emit_strf(emit, "file", "%s/%s", r->folder, file);
	else
		smmu_emit_str(emit, "file", file);
}

static void emit_memory(struct smmu_emit *emit, const struct recover *r)
{
	static const char *const spaces[] = {"ns", "s", "realm", "root"};

	smmu_emit_array(emit, "memory");
	for (size_t i = 0; i < r->info->memory_count; i++) {
		const struct smmu_sys_memory *entry = &r->info->memory[i];
		bool has_file = entry->file && !r->is_foreign && !is_replaced(r, entry->base);

		if (!entry->size && !has_file && is_in_ram(r, entry))
			continue;
		smmu_emit_object(emit, NULL);
		if (entry->name)
			smmu_emit_str(emit, "name", entry->name);
		smmu_emit_hex(emit, "base", entry->base, 0);
		/* where the file goes, its memory stays */
		if (entry->size || !has_file)
			emit_size(emit, "size", recover_memory_size(r, entry));
		if (has_file)
			emit_file(emit, r, entry->file);
		for (unsigned pas = 0; pas < SMMU_LEN(spaces); pas++)
			if (entry->pas_set == smmu_pow2(pas))
				smmu_emit_str(emit, "space", spaces[pas]);
		smmu_emit_end(emit);
	}
	for (size_t s = 0; s < r->machine->count; s++) {
		if (!r->smmu[s].adds_memory)
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "base", r->smmu[s].area.low, 0);
		emit_size(emit, "size", r->smmu[s].area.high - r->smmu[s].area.low);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* ---- SMMUs ---- */

/* Queue indices mean nothing over queues that are built anew. */
static bool is_index(size_t reg)
{
	static const enum smmu_reg index[] = {
		SMMU_REG_CMDQ_PROD,   SMMU_REG_CMDQ_CONS, SMMU_REG_EVENTQ_PROD,
		SMMU_REG_EVENTQ_CONS, SMMU_REG_PRIQ_PROD, SMMU_REG_PRIQ_CONS,
	};

	for (size_t i = 0; i < SMMU_LEN(index); i++)
		if (index[i] == reg)
			return true;
	return false;
}

static void emit_registers(struct smmu_emit *emit, const struct recover *r, size_t smmu)
{
	static const enum smmu_reg built[] = {SMMU_REG_STRTAB_BASE, SMMU_REG_STRTAB_BASE_CFG,
					      SMMU_REG_CMDQ_BASE, SMMU_REG_EVENTQ_BASE,
					      SMMU_REG_PRIQ_BASE};
	bool needed[SMMU_REG_COUNT] = {false}, known[SMMU_REG_COUNT] = {false};
	bool is_built = r->smmu[smmu].is_enabled, has_features, any = false;
	uint64_t regs[SMMU_REG_COUNT];

	for (size_t reg = 0; reg < SMMU_REG_COUNT; reg++)
		regs[reg] = smmu_model_reg(r->machine->smmu[smmu].model, (enum smmu_reg)reg);
	for (size_t i = 0; is_built && i < SMMU_LEN(built); i++)
		known[built[i]] = true;
	recover_needed_registers(needed, regs, known, is_built);
	has_features = smmu_sys_emit_features(emit, regs);
	for (size_t reg = 0; reg < SMMU_REG_COUNT; reg++) {
		if (has_features && smmu_reg_is_id((enum smmu_reg)reg))
			needed[reg] = false;
		if (is_built && r->is_foreign && is_index(reg))
			needed[reg] = false;
		any = any || needed[reg];
	}
	if (any)
		smmu_emit_object(emit, "registers");
	for (size_t reg = 0; reg < SMMU_REG_COUNT; reg++)
		if (needed[reg])
			smmu_emit_hex(emit, smmu_reg_info((enum smmu_reg)reg)->name, regs[reg], 0);
	if (any)
		smmu_emit_end(emit);
}

static void emit_stream_table(struct smmu_emit *emit, const struct recover_smmu *smmu,
			      const struct smmu_ids *ids)
{
	static const char *const defaults[] = {"abort", "bypass", "invalid"};

	smmu_emit_object(emit, "stream-table");
	smmu_emit_str(emit, "format", smmu->two_level ? "2-level" : "linear");
	if (smmu->two_level)
		smmu_emit_uint(emit, "split", smmu->split);
	smmu_emit_str(emit, "default", defaults[smmu->fallback]);
	if (smmu->stream_bits != smmu_sid_bits(ids, SMMU_SEC_NS))
		smmu_emit_uint(emit, "stream-bits", smmu->stream_bits);
	smmu_emit_end(emit);
}

static void emit_queues(struct smmu_emit *emit, const struct smmu_model *model)
{
	uint32_t idr1 = smmu_model_ids(model)->idr[1];
	uint64_t most[] = {smmu_IDR1_CMDQS(idr1), smmu_IDR1_EVENTQS(idr1), smmu_IDR1_PRIQS(idr1)};
	static const struct {
		enum smmu_reg base;
		const char *key;
	} queues[] = {{SMMU_REG_CMDQ_BASE, "command"},
		      {SMMU_REG_EVENTQ_BASE, "event"},
		      {SMMU_REG_PRIQ_BASE, "pri"}};
	bool open = false;

	for (size_t i = 0; i < SMMU_LEN(queues); i++) {
		uint64_t value = smmu_model_reg(model, queues[i].base);
		uint64_t log2 = smmu_CMDQ_BASE_LOG2SIZE(value);
		bool is_pri = queues[i].base == SMMU_REG_PRIQ_BASE;
		uint64_t usual = most[i] < 8 ? most[i] : 8;

		log2 = log2 > most[i] ? most[i] : log2;
		if (is_pri ? value == 0 : log2 == usual)
			continue;
		if (!open)
			smmu_emit_object(emit, "queues");
		open = true;
		smmu_emit_uint(emit, queues[i].key, smmu_pow2((unsigned)log2));
	}
	if (open)
		smmu_emit_end(emit);
}

static void emit_smmu(struct smmu_emit *emit, const struct recover *r, size_t s)
{
	const struct smmu_machine_smmu *smmu = &r->machine->smmu[s];

	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "name", smmu->name);
	if (r->info->smmus[s].has_base)
		smmu_emit_hex(emit, "base", smmu->base, 0);
	emit_registers(emit, r, s);
	if (r->smmu[s].is_enabled) {
		emit_stream_table(emit, &r->smmu[s], smmu_model_ids(smmu->model));
		emit_queues(emit, smmu->model);
		emit_area(emit, "base", &r->smmu[s].area);
	}
	smmu_emit_end(emit);
}

/* ---- domains ---- */

static void emit_map(struct smmu_emit *emit, const struct recover *r,
		     const struct recover_domain *d, const struct recover_range *range)
{
	const struct recover_attr *attr = &range->attr;

	smmu_emit_object(emit, NULL);
	smmu_emit_hex(emit, d->stage == 1 ? "iova" : "ipa", range->input, 0);
	smmu_emit_hex(emit, "pa", range->pa, 0);
	emit_size(emit, "size", range->size);
	smmu_emit_str(emit, "access", access_names[attr->access]);
	if (attr->memory != SMMU_MEMTYPE_NORMAL_WB)
		smmu_emit_str(emit, "memory", memory_names[attr->memory]);
	if (attr->sh != SMMU_SH_IN_NONE)
		smmu_emit_str(emit, "sh", sh_names[attr->sh]);
	if (attr->privileged)
		smmu_emit_bool(emit, "privileged", true);
	if (attr->global)
		smmu_emit_bool(emit, "global", true);
	recover_emit_raw(emit, r, d, attr->raw);
	smmu_emit_end(emit);
}

static void emit_domain(struct smmu_emit *emit, const struct recover *r,
			const struct recover_domain *d)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "name", d->name);
	smmu_emit_uint(emit, "stage", d->stage);
	if (d->format != SMMU_SYS_VMSA64)
		smmu_emit_str(emit, "format", format_names[d->format]);
	if (d->granule != SMMU_GRANULE_4K)
		smmu_emit_str(emit, "granule", granule_names[d->granule]);
	if (d->ia_given)
		smmu_emit_uint(emit, "input-bits", d->ia_bits);
	if (d->oa_given)
		smmu_emit_uint(emit, "output-bits", d->oa_bits);
	if (d->has_id && !r->without_ids)
		smmu_emit_uint(emit, d->stage == 1 ? "asid" : "vmid", d->id);
	if (d->big_endian)
		smmu_emit_str(emit, "endian", "big");
	if (d->stall && !d->is_stall_forced)
		smmu_emit_bool(emit, "stall", true);
	if (d->leaves != SMMU_SYS_LEAVES_LARGEST)
		smmu_emit_str(emit, "leaves",
			      d->leaves == SMMU_SYS_LEAVES_PAGES ? "pages" : "blocks");
	if (d->beneath.low <= d->beneath.high)
		emit_area(emit, "ipa", &d->beneath);
	recover_emit_fields(emit, d->stage == 1 ? "cd" : "ste", &d->fields, r, d);
	recover_emit_table(emit, d);
	if (d->ranges_count)
		smmu_emit_array(emit, "maps");
	for (size_t i = 0; i < d->ranges_count; i++)
		emit_map(emit, r, d, &d->range[i]);
	if (d->ranges_count)
		smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static int emit_domains(struct smmu_emit *emit, const struct recover *r)
{
	size_t *order = NULL, count;
	int status = recover_order(&order, &count, r);

	if (status == 0 && count) {
		smmu_emit_array(emit, "domains");
		for (size_t i = 0; i < count; i++)
			emit_domain(emit, r, &r->domain[order[i]]);
		smmu_emit_end(emit);
	}
	free(order);
	return status;
}

/* ---- devices ---- */

static void emit_streams(struct smmu_emit *emit, const struct recover_device *device)
{
	smmu_emit_array(emit, "streams");
	for (size_t i = 0; i < device->streams_count; i++) {
		const struct recover_streams *run = &device->streams[i];

		if (run->count == 1) {
			smmu_emit_hex(emit, NULL, run->first, 0);
			continue;
		}
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "first", run->first, 0);
		smmu_emit_uint(emit, "count", run->count);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static const struct recover_domain *emitted(const struct recover *r, size_t domain)
{
	return &r->domain[r->domain[domain].same];
}

static void emit_run(struct smmu_emit *emit, const struct recover *r, const struct recover_run *run)
{
	const struct recover_domain *d = emitted(r, run->domain);

	smmu_emit_object(emit, NULL);
	if (run->count == 1) {
		smmu_emit_uint(emit, "id", run->first);
	} else {
		smmu_emit_uint(emit, "first", run->first);
		smmu_emit_uint(emit, "count", run->count);
	}
	smmu_emit_str(emit, "stage1", d->name);
	if (run->steps && !r->without_ids) {
		smmu_emit_object(emit, "asid");
		smmu_emit_uint(emit, "first", run->asid);
		smmu_emit_end(emit);
	} else if (!r->without_ids && (!d->has_id || d->id != run->asid)) {
		smmu_emit_uint(emit, "asid", run->asid);
	}
	smmu_emit_end(emit);
}

/* What a device does, after its name and streams. */
static void emit_attached(struct smmu_emit *emit, const struct recover *r,
			  const struct recover_device *device)
{
	bool translates = device->stage1 != RECOVER_NONE || device->stage2 != RECOVER_NONE ||
			  device->runs_count;
	bool bypasses = smmu_ste_Config(&device->ste) == SMMU_STE_CONFIG_BYPASS;

	if (!translates)
		smmu_emit_bool(emit, bypasses ? "bypass" : "abort", true);
	if (device->stage1 != RECOVER_NONE)
		smmu_emit_str(emit, "stage1", emitted(r, device->stage1)->name);
	if (device->stage2 != RECOVER_NONE)
		smmu_emit_str(emit, "stage2", emitted(r, device->stage2)->name);
	if (device->runs_count)
		smmu_emit_array(emit, "substreams");
	for (size_t i = 0; i < device->runs_count; i++)
		emit_run(emit, r, &device->run[i]);
	if (device->runs_count)
		smmu_emit_end(emit);
	recover_emit_fields(emit, "ste", &device->fields, r, NULL);
}

static void emit_device(struct smmu_emit *emit, const struct recover *r, size_t index,
			const struct recover_who *who)
{
	const struct recover_device *device = &r->device[index];
	const struct smmu_sys_device *part;
	size_t next = 0;

	while ((part = recover_who_part(who, index, &next))) {
		smmu_emit_object(emit, NULL);
		keep_device(emit, r->info, part);
		emit_attached(emit, r, device);
		smmu_emit_end(emit);
	}
	if (next)
		return;
	smmu_emit_object(emit, NULL);
	recover_who_emit_name(emit, who, index);
	emit_streams(emit, device);
	emit_attached(emit, r, device);
	smmu_emit_end(emit);
}

int recover_emit(struct smmu_emit *emit, const struct recover *r)
{
	struct recover_who *who = recover_who_new(r);
	int status;

	if (!who)
		return smmu_diag_nomem(r->diag);
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "version", 1);
	emit_memory(emit, r);
	smmu_emit_array(emit, "smmus");
	for (size_t s = 0; s < r->machine->count; s++)
		emit_smmu(emit, r, s);
	smmu_emit_end(emit);
	status = emit_domains(emit, r);
	if (r->devices_count || r->info->devices_count)
		smmu_emit_array(emit, "devices");
	for (size_t i = 0; i < r->devices_count; i++)
		emit_device(emit, r, i, who);
	recover_who_emit_others(emit, who);
	if (r->devices_count || r->info->devices_count)
		smmu_emit_end(emit);
	smmu_sys_emit_caches(emit, &r->info->caches);
	smmu_emit_end(emit);
	recover_who_free(who);
	return status;
}
