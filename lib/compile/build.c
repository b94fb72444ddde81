/* The whole of building, in the order in which structures are placed. */
#include "compile/build.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build_priv.h"

#define VMID_COUNT 65536u

static void say(struct builder *b, struct smmu_mark mark, int code, const char *text)
{
	struct smmu_place at = smmu_sys_place(b->sys, mark);

	if (code)
		smmu_diag_error(b->diag, &at, code, "%s", text);
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
	say(b, at, code, text);
	if (!b->error)
		b->error = code;
	return code;
}

void build_note(struct builder *b, struct smmu_mark at, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(b, at, 0, text);
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
			return smmu_diag_nomem(b->diag);
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
	bool given = smmu_sys_given(tables->at);

	return (struct build_area){
		.base = tables->base.v,
		.end = tables->base.v + tables->size.v,
		.next = tables->base.v,
		.at = given ? tables->at : otherwise,
		.whose = whose,
	};
}

/* Whether an SMMU has something to build: a device, a stream table or a place for one. */
static bool is_described(const struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];

	for (size_t i = 0; i < b->info->devices_count; i++)
		if (b->info->devices[i].smmu.index == smmu)
			return true;
	return smmu_sys_given(from->strtab.at) || smmu_sys_given(from->tables.at);
}

/* Linear or two levels, and how many StreamIDs. */
static int choose_stream_table(struct builder *b, size_t smmu)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[smmu];
	const struct smmu_sys_strtab *strtab = &from->strtab;
	struct build_smmu *on = &b->smmu[smmu];
	unsigned bits = smmu_sid_bits(&on->ids, SMMU_SEC_NS);
	bool can_split = smmu_IDR0_ST_LEVEL(on->ids.idr[0]) != 0;

	on->split = smmu_sys_given(strtab->split.at) ? (unsigned)strtab->split.v : 8;
	on->stream_bits = bits;
	if (smmu_sys_given(strtab->stream_bits.at)) {
		if (strtab->stream_bits.v > bits)
			return build_error(b, strtab->stream_bits.at, SMMU_E_RANGE,
					   "%" PRIu64 " StreamID bits are more than the %u of %s "
					   "(SMMU_IDR1.SIDSIZE)",
					   strtab->stream_bits.v, bits, from->name);
		on->stream_bits = (unsigned)strtab->stream_bits.v;
	}
	on->two_level = can_split && on->stream_bits > on->split;
	if (smmu_sys_given(strtab->format.at))
		on->two_level = strtab->format.v == SMMU_SYS_STRTAB_TWO_LEVEL;
	if (on->two_level && !can_split)
		return build_error(b, strtab->format.at, SMMU_E_CONFLICT,
				   "%s has no two-level stream tables (SMMU_IDR0.ST_LEVEL)",
				   from->name);
	return 0;
}

/* Every StreamID of a device must have an entry. */
static int check_streams(struct builder *b, const struct smmu_sys_device *device)
{
	const struct build_smmu *on = &b->smmu[device->smmu.index];

	for (size_t s = 0; s < device->streams_count; s++) {
		const struct smmu_sys_streams *run = &device->streams[s];
		uint64_t last = run->first.v + run->count.v - 1;

		if (!smmu_bits_fit(last, on->stream_bits))
			build_error(b, run->at, SMMU_E_RANGE,
				    "StreamID 0x%" PRIx64 " does not fit in the %u bits of the "
				    "stream table of %s",
				    last, on->stream_bits, b->info->smmus[device->smmu.index].name);
	}
	return b->error;
}

static int prepare_smmu(struct builder *b, size_t s)
{
	const struct smmu_sys_smmu *from = &b->info->smmus[s];
	struct build_smmu *on = &b->smmu[s];

	memcpy(b->out->regs[s], from->regs, sizeof(b->out->regs[s]));
	smmu_ids_from_regs(&on->ids, from->regs);
	on->described = is_described(b, s);
	if (!on->described)
		return 0;
	if (from->given[SMMU_REG_STRTAB_BASE])
		build_error(b,
			    from->at.line
				    ? (struct smmu_mark){from->reg_at[SMMU_REG_STRTAB_BASE].line,
							 from->reg_at[SMMU_REG_STRTAB_BASE].col}
				    : from->features_at,
			    SMMU_E_CONFLICT,
			    "SMMU_STRTAB_BASE is given, and the stream table of %s is to be built: "
			    "leave it out",
			    from->name);
	on->area =
		area_of(&from->tables, from->name, (struct smmu_mark){from->at.line, from->at.col});
	on->stage2 = calloc(b->info->domains_count + 1, sizeof(*on->stage2));
	on->vmid_owner = calloc(VMID_COUNT, sizeof(*on->vmid_owner));
	if (!on->stage2 || !on->vmid_owner)
		return smmu_diag_nomem(b->diag);
	return choose_stream_table(b, s);
}

static int prepare(struct builder *b)
{
	const struct smmu_sys_info *info = b->info;
	int status = 0;

	b->smmu = calloc(info->smmus_count + 1, sizeof(*b->smmu));
	b->ipa_area = calloc(info->domains_count + 1, sizeof(*b->ipa_area));
	b->maps = calloc(info->domains_count + 1, sizeof(*b->maps));
	b->out->regs = calloc(info->smmus_count + 1, sizeof(*b->out->regs));
	if (!b->smmu || !b->ipa_area || !b->maps || !b->out->regs)
		return smmu_diag_nomem(b->diag);
	b->out->regs_count = info->smmus_count;
	status = sort_maps(b);
	for (size_t d = 0; status == 0 && d < info->domains_count; d++) {
		b->ipa_area[d] = area_of(&info->domains[d].tables, info->domains[d].name.v,
					 info->domains[d].at);
		b->ipa_area[d].through = &b->maps[d];
	}
	for (size_t s = 0; status == 0 && s < info->smmus_count; s++)
		status = prepare_smmu(b, s);
	for (size_t i = 0; status == 0 && i < info->devices_count; i++)
		status = check_streams(b, &info->devices[i]);
	return status ? status : b->error;
}

static int run(struct builder *b)
{
	int status = prepare(b);

	for (size_t s = 0; status == 0 && s < b->info->smmus_count; s++) {
		if (!b->smmu[s].described)
			continue;
		status = build_stream_tables(b, s);
		if (status == 0)
			status = build_registers(b, s);
	}
	return status ? status : build_devices(b);
}

static void release(struct builder *b)
{
	for (size_t s = 0; b->smmu && s < b->info->smmus_count; s++) {
		free(b->smmu[s].stage2);
		free(b->smmu[s].vmid_owner);
		free(b->smmu[s].leaf);
	}
	for (size_t d = 0; b->maps && d < b->info->domains_count; d++)
		free(b->maps[d].v);
	for (size_t c = 0; c < b->contexts_count; c++) {
		free(b->context[c].stage1);
		free(b->context[c].asid_owner);
		free(b->context[c].asid_of);
	}
	free(b->context);
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
	status = run(&b);
	release(&b);
	if (status == 0 && build->regions_count > 0)
		qsort(build->regions, build->regions_count, sizeof(*build->regions), by_base);
	if (status)
		smmu_build_fini(build);
	return status;
}

void smmu_build_fini(struct smmu_build *build)
{
	for (size_t i = 0; i < build->regions_count; i++)
		free(build->regions[i].purpose);
	free(build->regions);
	free(build->regs);
	*build = (struct smmu_build){0};
}
