/* A built system as a folder. */
#include "compile/write.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/emit.h"
#include "base/in.h"
#include "compile/keep_priv.h"
#include "compile/recover_priv.h"
#include "compile/write_priv.h"

#define PAGE_BYTES 4096u
#define RUN_BYTES  ((size_t)256 << 10) /* what is summed and then written stays in a cache */

const char *smmu_build_file_name(char *text, const struct smmu_build_region *region)
{
	snprintf(text, 32, "mem-%08" PRIx64 ".bin", region->base);
	return text;
}

/* How many of size bytes from at lie one after another in memory here too; *bytes is where. */
static size_t next_run(const uint8_t **bytes, const struct smmu_mem *mem, uint64_t at,
		       uint64_t size)
{
	size_t run = 0;

	*bytes = NULL;
	while (run < size && run < RUN_BYTES) {
		const uint8_t *page = smmu_mem_page(mem, (struct smmu_pa){at + run, SMMU_PAS_NS});

		if (!page || (run && page != *bytes + run))
			break;
		if (!run)
			*bytes = page;
		run += PAGE_BYTES;
	}
	return run;
}

static int write_region(uint32_t *crc, const struct smmu_build_region *region,
			const struct smmu_mem *mem, const struct build_folder *folder)
{
	struct smmu_out *out = NULL;
	uint32_t sum = 0; /* of no bytes */
	char name[32];
	int status = build_folder_open(&out, folder, smmu_build_file_name(name, region));

	if (status)
		return status;
	for (uint64_t done = 0; done < region->size;) {
		const uint8_t *bytes;
		size_t run = next_run(&bytes, mem, region->base + done, region->size - done);

		if (!run) /* building wrote it, so it exists */
			break;
		sum = libdeflate_crc32(sum, bytes, run);
		smmu_out_write(out, bytes, run);
		done += run;
	}
	*crc = sum;
	return build_folder_close(out, folder);
}

/* A captured file keeps its bytes; the name says its place among the entries. */
static int copy_captured(struct smmu_buf *name, const struct smmu_sys_memory *entry, size_t index,
			 const struct build_folder *folder)
{
	struct smmu_out *out = NULL;
	struct smmu_in *in = NULL;
	size_t got = 0;
	int status, end;

	smmu_buf_clear(name);
	smmu_buf_printf(name, "captured-%zu.bin", index);
	status = smmu_in_open(&in, entry->file, folder->diag);
	if (status == 0)
		status = build_folder_open(&out, folder, smmu_buf_text(name));
	while (status == 0) {
		uint8_t bytes[PAGE_BYTES];

		status = smmu_in_read(&got, in, bytes, sizeof(bytes), folder->diag);
		if (status || got == 0)
			break;
		smmu_out_write(out, bytes, got);
	}
	end = out ? build_folder_close(out, folder) : 0;
	smmu_in_close(in);
	return status ? status : end;
}

static void emit_space(struct smmu_emit *emit, unsigned pas_set)
{
	static const char *const names[] = {"ns", "s", "realm", "root"};

	for (unsigned i = 0; i < SMMU_LEN(names) && pas_set != SMMU_PAS_ALL; i++)
		if (pas_set == 1u << i)
			smmu_emit_str(emit, "space", names[i]);
}

/* A region is seen by whom the RAM is seen in which it lies. */
static unsigned spaces_of(const struct smmu_sys_info *info, uint64_t base)
{
	for (size_t i = info->memory_count; i > 0; i--) {
		const struct smmu_sys_memory *entry = &info->memory[i - 1];

		if (smmu_bit(entry->pas_set, SMMU_PAS_NS) && entry->base <= base &&
		    base - entry->base < entry->size)
			return entry->pas_set;
	}
	return SMMU_PAS_ALL;
}

static int emit_memory(struct smmu_emit *emit, const struct smmu_build *build,
		       const struct smmu_sys_info *info, const struct build_folder *folder)
{
	struct smmu_buf name = {0};
	char text[32];
	int status = 0;

	smmu_emit_array(emit, "memory");
	for (size_t i = 0; status == 0 && i < info->memory_count; i++) {
		const struct smmu_sys_memory *entry = &info->memory[i];

		smmu_emit_object(emit, NULL);
		if (entry->name)
			smmu_emit_str(emit, "name", entry->name);
		smmu_emit_hex(emit, "base", entry->base, 0);
		if (entry->size)
			smmu_emit_hex(emit, "size", entry->size, 0);
		if (entry->file) {
			status = copy_captured(&name, entry, i, folder);
			smmu_emit_str(emit, "file", smmu_buf_text(&name));
		}
		emit_space(emit, entry->pas_set);
		smmu_emit_end(emit);
	}
	for (size_t i = 0; i < build->regions_count; i++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_hex(emit, "base", build->regions[i].base, 0);
		smmu_emit_str(emit, "file", smmu_build_file_name(text, &build->regions[i]));
		if (build->regions[i].name)
			smmu_emit_str(emit, "name", build->regions[i].name);
		emit_space(emit, spaces_of(info, build->regions[i].base));
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_buf_fini(&name);
	return status;
}

static void emit_registers(struct smmu_emit *emit, const char *key, const uint64_t *regs)
{
	bool needed[SMMU_REG_COUNT] = {false};

	recover_needed_registers(needed, regs, NULL, false);
	smmu_emit_object(emit, key);
	for (size_t r = 0; r < SMMU_REG_COUNT; r++)
		if (needed[r])
			smmu_emit_hex(emit, smmu_reg_info((enum smmu_reg)r)->name, regs[r], 0);
	smmu_emit_end(emit);
}

/* By SMMU and lowest stream, which any description of the same tables gives. */
static int by_stream(const void *a, const void *b)
{
	const struct smmu_sys_device *x = *(const struct smmu_sys_device *const *)a;
	const struct smmu_sys_device *y = *(const struct smmu_sys_device *const *)b;
	uint64_t first = keep_lowest_stream(x), second = keep_lowest_stream(y);

	if (x->smmu.index != y->smmu.index)
		return x->smmu.index < y->smmu.index ? -1 : 1;
	if (first != second)
		return first < second ? -1 : 1;
	return strcmp(x->name.v, y->name.v);
}

/* By name alone: what their streams do is in the stream table now. */
static int emit_devices(struct smmu_emit *emit, const struct smmu_sys_info *info)
{
	const struct smmu_sys_device **device = calloc(info->devices_count + 1, sizeof(*device));

	if (!device)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < info->devices_count; i++)
		device[i] = &info->devices[i];
	qsort(device, info->devices_count, sizeof(*device), by_stream);
	if (info->devices_count)
		smmu_emit_array(emit, "devices");
	for (size_t i = 0; i < info->devices_count; i++) {
		smmu_emit_object(emit, NULL);
		keep_device(emit, info, device[i]);
		smmu_emit_end(emit);
	}
	if (info->devices_count)
		smmu_emit_end(emit);
	free(device);
	return 0;
}

static int write_system(const struct smmu_build *build, const struct smmu_sys_info *info,
			const struct build_folder *folder)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_YAML};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	int status = build_folder_open(&out, folder, "system.yaml"), end;

	if (status)
		return status;
	smmu_out_puts(out, BUILD_FOLDER_MARK);
	status = smmu_emit_new(&emit, out, &options);
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "version", 1);
	if (status == 0)
		status = emit_memory(emit, build, info, folder);
	if (status == 0)
		status = emit_devices(emit, info);
	/* what a replay of the description would use */
	smmu_sys_emit_caches(emit, &info->caches);
	/* last, so that a register can be added at the end of the file */
	smmu_emit_array(emit, "smmus");
	for (size_t s = 0; s < info->smmus_count; s++) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "name", info->smmus[s].name);
		if (info->smmus[s].has_base)
			smmu_emit_hex(emit, "base", info->smmus[s].base, 0);
		emit_registers(emit, "registers", build->regs[s]);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	end = smmu_emit_free(emit);
	status = status ? status : end;
	end = build_folder_close(out, folder);
	return status ? status : end;
}

static int write_manifest(const struct smmu_build *build, const uint32_t *crc,
			  const struct smmu_sys_info *info, const struct build_folder *folder)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	char text[32];
	int status = build_folder_open(&out, folder, "manifest.json"), end;

	if (status)
		return status;
	status = smmu_emit_new(&emit, out, &options);
	smmu_emit_object(emit, NULL);
	smmu_emit_array(emit, "regions");
	for (size_t i = 0; i < build->regions_count; i++) {
		const struct smmu_build_region *region = &build->regions[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "file", smmu_build_file_name(text, region));
		smmu_emit_hex(emit, "base", region->base, 0);
		smmu_emit_hex(emit, "size", region->size, 0);
		smmu_emit_str(emit, "purpose", region->purpose);
		smmu_emit_hex(emit, "crc32", crc[i], 8);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_emit_object(emit, "registers");
	for (size_t s = 0; s < info->smmus_count; s++)
		emit_registers(emit, info->smmus[s].name, build->regs[s]);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	end = smmu_emit_free(emit);
	status = status ? status : end;
	end = build_folder_close(out, folder);
	return status ? status : end;
}

int smmu_build_write(const struct smmu_build *build, const struct smmu_mem *mem,
		     const struct smmu_sys *sys, const char *dir, bool force,
		     struct smmu_diag *diag)
{
	const struct build_folder folder = {dir, force, diag};
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	uint32_t *crc = calloc(build->regions_count + 1, sizeof(*crc));
	int status;

	if (!crc)
		return smmu_diag_nomem(diag);
	status = build_folder_prepare(&folder, info);
	/* first, so that an interrupted build is known as one */
	if (status == 0)
		status = write_system(build, info, &folder);
	for (size_t i = 0; status == 0 && i < build->regions_count; i++)
		status = write_region(&crc[i], &build->regions[i], mem, &folder);
	if (status == 0)
		status = write_manifest(build, crc, info, &folder);
	free(crc);
	return status;
}
