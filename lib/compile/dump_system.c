/*
 * A machine as a description, proved by building it: what it builds to is
 * compared with what was read.  Where that is the same to the byte there is
 * nothing to say.  Otherwise tables are placed anew, where no device reaches,
 * and what a description has no words for is told.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/load.h"
#include "compile/recover_priv.h"

#define BUDGET_LOG2 30

static const char *const loss_text[] = {
#define X(id, text) text,
	RECOVER_LOSSES(X)
#undef X
};

void recover_fini(struct recover *r)
{
	for (size_t i = 0; i < r->domains_count; i++)
		free(r->domain[i].range);
	for (size_t i = 0; i < r->devices_count; i++) {
		free(r->device[i].streams);
		free(r->device[i].run);
	}
	free(r->domain);
	free(r->device);
	free(r->smmu);
}

static int recover(struct recover *r)
{
	static const enum smmu_sec others[] = {SMMU_SEC_S, SMMU_SEC_REALM};
	int status = 0;

	r->smmu = calloc(r->machine->count + 1, sizeof(*r->smmu));
	if (!r->smmu)
		return smmu_diag_nomem(r->diag);
	for (size_t s = 0; status == 0 && s < r->machine->count; s++) {
		const struct smmu_model *model = r->machine->smmu[s].model;

		for (size_t i = 0; i < SMMU_LEN(others); i++) {
			enum smmu_reg cr0 = smmu_reg_of(SMMU_REG_CR0, others[i]);

			if (cr0 != SMMU_REG_COUNT && smmu_CR0_SMMUEN(smmu_model_reg(model, cr0)))
				r->lost[RECOVER_SECURE]++;
		}
		r->smmu[s].is_enabled = smmu_CR0_SMMUEN(smmu_model_reg(model, SMMU_REG_CR0));
		if (r->smmu[s].is_enabled)
			status = recover_smmu(r, s);
		r->smmu[s].area = r->smmu[s].extent;
	}
	return status ? status : recover_asids(r);
}

/* ---- trial builds ---- */

struct trial {
	struct smmu_sys *sys;
	struct smmu_mem *mem;
	struct smmu_build build;
};

static void trial_fini(struct trial *trial)
{
	smmu_build_fini(&trial->build);
	smmu_mem_free(trial->mem);
	smmu_sys_free(trial->sys);
}

/* The description as text, loaded and built; problems go to diag. */
static int trial_init(struct trial *trial, const struct recover *r, struct smmu_diag *diag)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_YAML};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	const char *text;
	size_t size;
	int status, end;

	*trial = (struct trial){0};
	status = smmu_out_open_memory(&out);
	if (status == 0)
		status = smmu_emit_new(&emit, out, &options);
	if (status)
		smmu_diag_nomem(diag);
	else
		status = recover_emit(emit, r);
	end = smmu_emit_free(emit);
	status = status ? status : end;
	if (status == 0) {
		text = smmu_out_memory(out, &size);
		status = smmu_sys_load_memory(&trial->sys, "(the description)", text, size, diag);
	}
	smmu_out_close(out);
	if (status == 0)
		status = smmu_compile_load_memory(&trial->mem, trial->sys, diag);
	if (status == 0)
		status = smmu_build_init(&trial->build, trial->mem, trial->sys, diag);
	return status;
}

static bool same_registers(const struct trial *trial, const struct recover *r)
{
	for (size_t s = 0; s < r->machine->count; s++)
		for (size_t reg = 0; reg < SMMU_REG_COUNT; reg++)
			if (trial->build.regs[s][reg] !=
			    smmu_model_reg(r->machine->smmu[s].model, (enum smmu_reg)reg))
				return false;
	return true;
}

/* Whether the build wrote what the machine has, and everything that was recovered. */
static bool same_bytes(const struct trial *trial, const struct recover *r)
{
	if (!same_registers(trial, r))
		return false;
	for (size_t i = 0; i < trial->build.regions_count; i++) {
		const struct smmu_build_region *region = &trial->build.regions[i];

		for (uint64_t at = 0; at < region->size; at += BUILD_PAGE) {
			struct smmu_pa pa = {region->base + at, SMMU_PAS_NS};
			const uint8_t *ours = smmu_mem_page(trial->mem, pa);
			const uint8_t *theirs = smmu_mem_page(r->machine->mem, pa);

			if (!ours || !theirs || memcmp(ours, theirs, BUILD_PAGE) != 0)
				return false;
		}
	}
	return true;
}

/* ---- a place for tables of others ---- */

struct hole {
	uint64_t low, high;
};

static int by_low(const void *a, const void *b)
{
	const struct hole *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Physical ranges that devices reach. */
static int reached(struct hole **ranges, size_t *count, const struct recover *r)
{
	size_t capacity = 0;

	*ranges = NULL;
	*count = 0;
	for (size_t i = 0; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];

		for (size_t n = 0; d->under == RECOVER_NONE && n < d->ranges_count; n++) {
			if (recover_grow(ranges, &capacity, *count, sizeof(**ranges), r->diag))
				return SMMU_E_NOMEM;
			(*ranges)[(*count)++] =
				(struct hole){d->range[n].pa, d->range[n].pa + d->range[n].size};
		}
	}
	if (*count)
		qsort(*ranges, *count, sizeof(**ranges), by_low);
	return 0;
}

static bool fit(struct hole *found, uint64_t low, uint64_t high, uint64_t size, unsigned align_log2)
{
	uint64_t start = smmu_align_down_log2(low + smmu_ones(align_log2), align_log2);

	if (start < low || start >= high || high - start < size)
		return false;
	*found = (struct hole){start, start + size};
	return true;
}

/* The first place for size bytes in RAM that no range touches. */
static bool find_hole(struct hole *found, const struct recover *r, const struct hole *ranges,
		      size_t count, uint64_t size, unsigned align_log2)
{
	for (size_t m = 0; m < r->info->memory_count; m++) {
		const struct smmu_sys_memory *entry = &r->info->memory[m];
		uint64_t low = entry->base, end = entry->base + entry->size;

		if (!entry->size || !smmu_bit(entry->pas_set, SMMU_PAS_NS))
			continue;
		for (size_t i = 0; i < count && ranges[i].low < end; i++) {
			if (ranges[i].low > low && fit(found, low, ranges[i].low, size, align_log2))
				return true;
			if (ranges[i].high > low)
				low = ranges[i].high;
		}
		if (low < end && fit(found, low, end, size, align_log2))
			return true;
	}
	return false;
}

/* Bytes for all tables of one SMMU: each may need as much again for its alignment. */
static uint64_t bytes_needed(const struct recover *r, size_t smmu, unsigned *align_log2)
{
	const struct recover_smmu *s = &r->smmu[smmu];
	uint64_t strtab = SMMU_STE_BYTES * (s->two_level ? smmu_pow2(s->split) : 1);
	uint64_t total = 64 * BUILD_PAGE;

	for (size_t i = 0; i < r->devices_count && s->two_level; i++)
		for (size_t n = 0; n < r->device[i].streams_count; n++)
			total += strtab * (2 + (r->device[i].streams[n].count >> s->split));
	*align_log2 = s->two_level
			      ? s->stream_bits -
					(s->split < s->stream_bits ? s->split : s->stream_bits) + 3
			      : s->stream_bits + 6;
	total += smmu_pow2(*align_log2);
	for (size_t i = 0; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];
		const uint64_t granule = smmu_pow2(smmu_granule_log2(d->granule));

		if (d->smmu != smmu || d->under != RECOVER_NONE)
			continue;
		total += 32 * granule;
		for (size_t n = 0; n < d->ranges_count; n++)
			total += (d->range[n].size >> smmu_granule_log2(d->granule)) * 8 +
				 3 * granule;
	}
	for (size_t i = 0; i < r->devices_count; i++)
		if (r->device[i].smmu == smmu)
			total += (2 * SMMU_CD_BYTES)
				 << (r->device[i].runs_count ? smmu_ste_S1CDMax(&r->device[i].ste)
							     : 0);
	for (unsigned i = 0; i < 3; i++) {
		static const enum smmu_reg bases[] = {SMMU_REG_CMDQ_BASE, SMMU_REG_EVENTQ_BASE,
						      SMMU_REG_PRIQ_BASE};
		uint64_t value = smmu_model_reg(r->machine->smmu[smmu].model, bases[i]);

		total += UINT64_C(64) << smmu_CMDQ_BASE_LOG2SIZE(value);
	}
	return smmu_align_down_log2(total + 0xffff, 16);
}

/* Places for all SMMUs, one after another; where there is none, the old one has to do. */
static int place_anew(struct recover *r)
{
	struct hole *ranges, found;
	size_t count;
	int status = reached(&ranges, &count, r);

	for (size_t s = 0; status == 0 && s < r->machine->count; s++) {
		unsigned align_log2;
		uint64_t size = bytes_needed(r, s, &align_log2);

		if (!r->smmu[s].is_enabled ||
		    !find_hole(&found, r, ranges, count, size, align_log2 < 12 ? 12 : align_log2))
			continue;
		r->smmu[s].area = (struct recover_extent){found.low, found.high};
		/* taken for the next one */
		struct hole *grown = realloc(ranges, (count + 1) * sizeof(*grown));

		if (!grown) {
			status = smmu_diag_nomem(r->diag);
			break;
		}
		ranges = grown;
		ranges[count++] = found;
		qsort(ranges, count, sizeof(*ranges), by_low);
	}
	free(ranges);
	return status;
}

/* ---- what is lost ---- */

static void tell_fields(const struct recover *r, const struct smmu_format *format, uint64_t fields,
			const char *what)
{
	struct smmu_buf names = {0};

	for (unsigned f = 0; f < 64; f++)
		if (smmu_bit(fields, f))
			smmu_buf_printf(&names, "%s%s", names.size ? ", " : "",
					format->fields[f].name);
	if (names.size)
		smmu_diag_warn(r->diag, NULL,
			       "not in the description: %s fields that are set and it has no word "
			       "for (%s)",
			       what, smmu_buf_text(&names));
	smmu_buf_fini(&names);
}

static void tell_losses(const struct recover *r)
{
	for (size_t i = 0; i < RECOVER_LOSS_COUNT; i++)
		if (r->lost[i])
			smmu_diag_warn(r->diag, NULL, "not in the description: %s (%" PRIu64 ")",
				       loss_text[i], r->lost[i]);
	tell_fields(r, &smmu_ste_format, r->lost_ste, "STE");
	tell_fields(r, &smmu_cd_format, r->lost_cd, "CD");
}

/* Names are those of the files, or of the regions of the description that was given. */
static int name_domains(struct recover *r, const struct smmu_sys *sys)
{
	struct smmu_build build = {0};
	struct smmu_mem *mem = NULL;
	int status = 0;

	if (r->info->is_described) {
		status = smmu_compile_load_memory(&mem, sys, NULL);
		if (status == 0)
			status = smmu_build_init(&build, mem, sys, NULL);
	}
	if (status == 0)
		status = recover_name(r, &build);
	smmu_build_fini(&build);
	smmu_mem_free(mem);
	return status;
}

/*
 * Tries what builds to the same bytes; else as others would have it, and if
 * their identifiers are in each other's way, with new ones.
 */
static int settle(struct recover *r, const struct smmu_sys *sys)
{
	struct trial trial;
	int status = trial_init(&trial, r, NULL);
	bool same = status == 0 && same_bytes(&trial, r);

	trial_fini(&trial);
	if (same || status == SMMU_E_NOMEM)
		return status;
	r->is_foreign = true;
	status = place_anew(r);
	for (unsigned round = 0; status == 0 && round < 2; round++) {
		bool is_last = round == 1;

		r->without_ids = is_last;
		if (is_last)
			status = name_domains(r, sys);
		if (status == 0)
			status = trial_init(&trial, r, is_last ? r->diag : NULL);
		trial_fini(&trial);
		if (status == 0)
			break;
		if (!is_last)
			status = 0;
	}
	if (r->without_ids)
		r->lost[RECOVER_IDS]++;
	tell_losses(r);
	if (status == 0)
		smmu_diag_warn(r->diag, NULL,
			       "the description builds to other bytes than these: its tables are "
			       "placed anew");
	return status;
}

int smmu_dump_system(struct smmu_emit *emit, const struct smmu_sys *sys,
		     const struct smmu_machine *machine, const struct smmu_dump_options *options,
		     struct smmu_diag *diag)
{
	struct recover r = {
		.info = smmu_sys_info(sys),
		.machine = machine,
		.diag = diag,
		.budget = options->budget ? options->budget : smmu_pow2(BUDGET_LOG2),
		.folder = options->folder,
	};
	int status = recover(&r);

	if (status == SMMU_E_LIMIT)
		smmu_diag_error(diag, NULL, status,
				"the tables lead on without end, or to more ranges than a "
				"description can hold");
	if (status == 0)
		status = name_domains(&r, sys);
	if (status == 0)
		status = settle(&r, sys);
	if (status == 0)
		status = recover_emit(emit, &r);
	recover_fini(&r);
	return status;
}
