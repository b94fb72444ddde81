/*
 * A machine as a description, proved by building it: what it builds to is
 * compared with what was read.  Where that is the same to the byte there is
 * nothing to say.  Otherwise tables are placed anew, where no device reaches,
 * and what a description has no words for is told.
 */
#include <inttypes.h>
#include <stdio.h>
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

static void free_domain(struct recover_domain *d)
{
	free(d->range);
	free(d->fields.v);
}

void recover_fini(struct recover *r)
{
	for (size_t i = 0; i < r->domains_count; i++)
		free_domain(&r->domain[i]);
	for (size_t i = 0; i < r->devices_count; i++) {
		free(r->device[i].streams);
		free(r->device[i].run);
		free(r->device[i].fields.v);
	}
	free(r->raw);
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

/* ---- what is lost ---- */

static void tell_losses(const struct recover *r)
{
	for (size_t i = 0; i < RECOVER_LOSS_COUNT; i++)
		if (r->lost[i])
			smmu_diag_warn(r->diag, NULL, "not in the description: %s (%" PRIu64 ")",
				       loss_text[i], r->lost[i]);
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

/* The first problem of a trial: its place is in a text that nobody sees. */
struct problem {
	struct smmu_diag diag;
	char text[256];
};

static void note_problem(void *ctx, const struct smmu_diag_record *record)
{
	struct problem *problem = ctx;

	if (record->severity == SMMU_ERROR && !problem->text[0])
		snprintf(problem->text, sizeof(problem->text), "%s", record->message);
}

/*
 * Tries what builds to the same bytes; else as others would have it, and if
 * their identifiers are in each other's way, with new ones.
 */
static int settle(struct recover *r, const struct smmu_sys *sys)
{
	struct problem problem = {.diag = {.report = note_problem, .ctx = &problem}};
	struct trial trial;
	int status = trial_init(&trial, r, NULL);
	bool same = status == 0 && same_bytes(&trial, r);

	trial_fini(&trial);
	if (same || status == SMMU_E_NOMEM)
		return status;
	r->is_foreign = true;
	status = recover_place(r);
	if (status)
		return status;
	status = trial_init(&trial, r, NULL);
	trial_fini(&trial);
	if (status) {
		r->without_ids = true;
		status = name_domains(r, sys);
		if (status == 0)
			status = trial_init(&trial, r, &problem.diag);
		trial_fini(&trial);
	}
	if (status && problem.text[0])
		return smmu_diag_error(r->diag, NULL, status,
				       "what was read cannot be described: it would not build, "
				       "as %s",
				       problem.text);
	if (status)
		return status;
	if (r->without_ids)
		r->lost[RECOVER_IDS]++;
	tell_losses(r);
	smmu_diag_warn(r->diag, NULL,
		       "the description builds to other bytes than these: its tables are placed "
		       "anew");
	return 0;
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
