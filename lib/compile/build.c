/* The whole of building, in the order in which structures are placed. */
#include "compile/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "compile/build_priv.h"

#define SPLIT_DEFAULT 8u

/* One message; code 0 is a note or, with warn, a warning. */
static void say(struct builder *b, struct smmu_mark mark, int code, bool warn, const char *text)
{
	struct smmu_place at = smmu_sys_place(b->sys, mark);

	if (code)
		smmu_diag_error(b->diag, &at, code, "%s", text);
	else if (warn)
		smmu_diag_warn(b->diag, &at, "%s", text);
	else
		smmu_diag_note(b->diag, &at, "%s", text);
}

int build_error(struct builder *b, struct smmu_mark at, int code, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(b, at, code, false, text);
	b->errors++;
	if (!b->error)
		b->error = code;
	return code;
}

void build_warn(struct builder *b, struct smmu_mark at, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(b, at, 0, true, text);
}

void build_note(struct builder *b, struct smmu_mark at, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(b, at, 0, false, text);
}

int build_nomem(struct builder *b)
{
	return b->error = smmu_diag_nomem(b->diag);
}

static int by_input(const void *a, const void *b)
{
	const struct smmu_sys_map *x = *(const struct smmu_sys_map *const *)a;
	const struct smmu_sys_map *y = *(const struct smmu_sys_map *const *)b;

	return (x->input.v > y->input.v) - (x->input.v < y->input.v);
}

static int sort_maps(struct builder *b)
{
	for (size_t d = 0; d < b->info->domains_count; d++) {
		const struct smmu_sys_domain *domain = &b->info->domains[d];
		struct build_maps *maps = &b->maps[d];

		maps->v = malloc((domain->maps_count + 1) * sizeof(*maps->v));
		if (!maps->v)
			return build_nomem(b);
		maps->count = domain->maps_count;
		for (size_t i = 0; i < maps->count; i++)
			maps->v[i] = &domain->maps[i];
		qsort(maps->v, maps->count, sizeof(*maps->v), by_input);
	}
	return 0;
}

static struct build_area area_of(const struct smmu_sys_area *tables, const char *whose,
				 struct smmu_mark otherwise)
{
	return (struct build_area){
		.base = tables->base.v,
		.end = tables->base.v + tables->size.v,
		.next = tables->base.v,
		.is_given = smmu_sys_given(tables->at),
		.at = build_mark(tables->at, otherwise),
		.whose = whose,
	};
}

/* Whether an SMMU has something to build: a device, a table or queues, or a place for them. */
static bool is_described(const struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];

	for (size_t i = 0; i < b->info->devices_count; i++)
		if (b->info->devices[i].smmu.index == smmu &&
		    !smmu_sys_names_only(&b->info->devices[i]))
			return true;
	return smmu_sys_given(from->strtab.at) || smmu_sys_given(from->queues.at) ||
	       smmu_sys_given(from->tables.at);
}

/* Linear or two levels, and how many StreamIDs. */
static void choose_stream_table(struct builder *b, size_t smmu)
{
	const struct smmu_sys_strtab *strtab = &b->info->smmus[smmu].strtab;
	struct build_smmu *on = &b->smmu[smmu];
	unsigned bits = smmu_sid_bits(&on->ids, SMMU_SEC_NS);

	on->split = smmu_sys_given(strtab->split.at) ? (unsigned)strtab->split.v : SPLIT_DEFAULT;
	on->stream_bits = bits;
	if (smmu_sys_given(strtab->stream_bits.at) && strtab->stream_bits.v < bits)
		on->stream_bits = (unsigned)strtab->stream_bits.v;
	on->two_level = smmu_IDR0_ST_LEVEL(on->ids.idr[0]) && on->stream_bits > on->split;
	if (smmu_sys_given(strtab->format.at))
		on->two_level = strtab->format.v == SMMU_SYS_STRTAB_TWO_LEVEL;
}

static void prepare_smmu(struct builder *b, size_t s)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[s];
	struct build_smmu *on = &b->smmu[s];

	for (size_t reg = 0; reg < SMMU_REG_COUNT; reg++)
		b->out->regs[s][reg] = from->regs[reg];
	smmu_ids_from_regs(&on->ids, from->regs);
	on->rules = (struct smmu_rule_ctx){
		.ids = &on->ids,
		.e2h = smmu_ids_e2h(&on->ids, SMMU_SEC_NS, from->regs[SMMU_REG_CR2])};
	on->is_described = is_described(b, s);
	on->area =
		area_of(&from->tables, from->name, (struct smmu_mark){from->at.line, from->at.col});
	choose_stream_table(b, s);
}

static int prepare(struct builder *b)
{
	const struct smmu_sys_info *info = b->info;
	int status;

	b->smmu = calloc(info->smmus_count + 1, sizeof(*b->smmu));
	b->ipa_area = calloc(info->domains_count + 1, sizeof(*b->ipa_area));
	b->maps = calloc(info->domains_count + 1, sizeof(*b->maps));
	b->id = calloc(info->domains_count + 1, sizeof(*b->id));
	b->out->regs = calloc(info->smmus_count + 1, sizeof(*b->out->regs));
	if (!b->smmu || !b->ipa_area || !b->maps || !b->id || !b->out->regs)
		return build_nomem(b);
	b->out->regs_count = info->smmus_count;
	for (size_t i = 0; i < info->memory_count; i++)
		b->has_files = b->has_files || info->memory[i].file;
	status = sort_maps(b);
	for (size_t d = 0; status == 0 && d < info->domains_count; d++) {
		b->ipa_area[d] = area_of(&info->domains[d].tables, info->domains[d].name.v,
					 info->domains[d].at);
		b->ipa_area[d].through = &b->maps[d];
	}
	for (size_t s = 0; status == 0 && s < info->smmus_count; s++)
		prepare_smmu(b, s);
	return status ? status : build_collect_uses(b);
}

/* One SMMU: what all of it starts from, translation tables by domain, then the devices. */
static int build_smmu(struct builder *b, size_t s)
{
	int status = build_stream_tables(b, s);

	if (status == 0)
		status = build_registers(b, s);
	for (size_t i = 0; status == 0 && i < b->uses_count; i++)
		if (b->use[i].smmu == s)
			status = build_tables(b, &b->use[i]);
	return status ? status : build_devices(b, s);
}

int build_run(struct builder *b)
{
	int status = prepare(b);

	if (status)
		return status;
	build_check(b);
	build_claim(b);
	if (b->error || !b->mem)
		return b->error;
	/* that one SMMU's tables do not fit says nothing about the next one's */
	for (size_t s = 0; s < b->info->smmus_count; s++)
		if (b->smmu[s].is_described)
			build_smmu(b, s);
	return b->error ? b->error : build_check_regions(b);
}

void build_release(struct builder *b)
{
	for (size_t s = 0; b->smmu && s < b->info->smmus_count; s++) {
		build_owners_fini(&b->smmu[s].vmids);
		free(b->smmu[s].leaf);
	}
	for (size_t d = 0; b->maps && d < b->info->domains_count; d++)
		free(b->maps[d].v);
	for (size_t c = 0; c < b->contexts_count; c++)
		build_owners_fini(&b->context[c].asids);
	free(b->region_at);
	free(b->turn);
	free(b->context);
	free(b->use);
	free(b->id);
	free(b->maps);
	free(b->ipa_area);
	free(b->smmu);
}

static int by_base(const void *a, const void *b)
{
	const struct smmu_build_region *x = a, *y = b;

	return (x->base > y->base) - (x->base < y->base);
}

int smmu_build_init(struct smmu_build *build, struct smmu_mem *mem, const struct smmu_sys *sys,
		    struct smmu_diag *diag)
{
	struct builder b = {
		.sys = sys, .info = smmu_sys_info(sys), .mem = mem, .diag = diag, .out = build};
	int status;

	*build = (struct smmu_build){0};
	status = build_run(&b);
	build_release(&b);
	if (status == 0 && build->regions_count > 0)
		qsort(build->regions, build->regions_count, sizeof(*build->regions), by_base);
	if (status)
		smmu_build_fini(build);
	return status;
}

void smmu_build_fini(struct smmu_build *build)
{
	for (size_t i = 0; i < build->regions_count; i++) {
		free(build->regions[i].purpose);
		free(build->regions[i].name);
	}
	free(build->regions);
	free(build->regs);
	*build = (struct smmu_build){0};
}
