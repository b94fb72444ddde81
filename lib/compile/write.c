/* A built system as a folder. */
#include "compile/write.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/emit.h"
#include "base/in.h"
#include "compile/recover_priv.h"

#define PAGE_BYTES     4096u
#define CAPTURED_LIMIT ((size_t)1 << 32)

const char *smmu_build_file_name(char *text, const struct smmu_build_region *region)
{
	snprintf(text, 32, "mem-%08" PRIx64 ".bin", region->base);
	return text;
}

/* Names that a build writes: others in the folder are somebody else's. */
static bool is_ours(const char *name)
{
	size_t size = strlen(name);

	if (!strcmp(name, "system.yaml") || !strcmp(name, "manifest.json"))
		return true;
	if (!strncmp(name, "captured-", 9))
		return true;
	return !strncmp(name, "mem-", 4) && size > 8 && !strcmp(name + size - 4, ".bin");
}

/* Visits the entries of a folder; 0, or what visit returned. */
static int each_entry(const char *dir, int (*visit)(void *ctx, const char *name), void *ctx)
{
	DIR *open = opendir(dir);
	int status = 0;

	if (!open)
		return SMMU_E_IO;
	for (struct dirent *entry = readdir(open); entry && status == 0; entry = readdir(open))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			status = visit(ctx, entry->d_name);
	closedir(open);
	return status;
}

struct folder {
	const char *dir;
	bool force;
	struct smmu_diag *diag;
};

static int refuse_foreign(void *ctx, const char *name)
{
	const struct folder *folder = ctx;

	if (is_ours(name))
		return 0;
	return smmu_diag_error(folder->diag, NULL, SMMU_E_CONFLICT,
			       "%s holds \"%s\", which no build wrote: choose another folder or "
			       "say --force",
			       folder->dir, name);
}

/* A stale region would be overlaid by nobody and mislead whoever loads the folder. */
static int remove_ours(void *ctx, const char *name)
{
	const struct folder *folder = ctx;
	struct smmu_buf path = {0};
	int status = 0;

	if (!is_ours(name))
		return 0;
	smmu_buf_printf(&path, "%s/%s", folder->dir, name);
	if (unlink(smmu_buf_text(&path)))
		status = smmu_diag_error(folder->diag, NULL, SMMU_E_IO, "cannot remove %s: %s",
					 smmu_buf_text(&path), strerror(errno));
	smmu_buf_fini(&path);
	return status;
}

static int prepare_folder(const struct folder *folder)
{
	struct stat info;
	int status;

	if (mkdir(folder->dir, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return smmu_diag_error(folder->diag, NULL, SMMU_E_IO, "cannot make %s: %s",
				       folder->dir, strerror(errno));
	if (stat(folder->dir, &info) || !S_ISDIR(info.st_mode))
		return smmu_diag_error(folder->diag, NULL, SMMU_E_IO, "%s is no folder",
				       folder->dir);
	status = folder->force ? 0 : each_entry(folder->dir, refuse_foreign, (void *)folder);
	if (status == 0)
		status = each_entry(folder->dir, remove_ours, (void *)folder);
	if (status == SMMU_E_IO)
		smmu_diag_error(folder->diag, NULL, SMMU_E_IO, "cannot read %s", folder->dir);
	return status;
}

static int open_in(struct smmu_out **out, const struct folder *folder, const char *name)
{
	struct smmu_buf path = {0};
	int status;

	smmu_buf_printf(&path, "%s/%s", folder->dir, name);
	status = smmu_out_open(out, smmu_buf_text(&path), folder->diag);
	smmu_buf_fini(&path);
	return status;
}

static int close_out(struct smmu_out *out, const struct folder *folder, const char *name)
{
	int status = smmu_out_close(out);

	if (status)
		smmu_diag_error(folder->diag, NULL, status, "cannot write %s/%s", folder->dir,
				name);
	return status;
}

static int write_region(uint32_t *crc, const struct smmu_build_region *region,
			const struct smmu_mem *mem, const struct folder *folder)
{
	struct smmu_out *out = NULL;
	uLong sum = crc32(0, NULL, 0);
	char name[32];
	int status = open_in(&out, folder, smmu_build_file_name(name, region));

	if (status)
		return status;
	for (uint64_t done = 0; done < region->size; done += PAGE_BYTES) {
		struct smmu_pa at = {region->base + done, SMMU_PAS_NS};
		const uint8_t *page = smmu_mem_page(mem, at);

		if (!page) /* building wrote it, so it exists */
			break;
		smmu_out_write(out, page, PAGE_BYTES);
		sum = crc32(sum, page, PAGE_BYTES);
	}
	*crc = (uint32_t)sum;
	return close_out(out, folder, name);
}

/* A captured file keeps its bytes; the name says its place among the entries. */
static int copy_captured(struct smmu_buf *name, const struct smmu_sys_memory *entry, size_t index,
			 const struct folder *folder)
{
	struct smmu_out *out = NULL;
	void *bytes = NULL;
	size_t size;
	int status;

	smmu_buf_clear(name);
	smmu_buf_printf(name, "captured-%zu.bin", index);
	status = smmu_in_load(&bytes, &size, entry->file, CAPTURED_LIMIT, folder->diag);
	if (status == 0)
		status = open_in(&out, folder, smmu_buf_text(name));
	if (status == 0) {
		smmu_out_write(out, bytes, size);
		status = close_out(out, folder, smmu_buf_text(name));
	}
	free(bytes);
	return status;
}

static void emit_space(struct smmu_emit *emit, unsigned pas_set)
{
	static const char *const names[] = {"ns", "s", "realm", "root"};

	for (unsigned i = 0; i < SMMU_LEN(names) && pas_set != SMMU_PAS_ALL; i++)
		if (pas_set == 1u << i)
			smmu_emit_str(emit, "space", names[i]);
}

static int emit_memory(struct smmu_emit *emit, const struct smmu_build *build,
		       const struct smmu_sys_info *info, const struct folder *folder)
{
	struct smmu_buf name = {0};
	char text[32];
	int status = 0;

	smmu_emit_array(emit, "memory");
	for (size_t i = 0; status == 0 && i < info->memory_count; i++) {
		const struct smmu_sys_memory *entry = &info->memory[i];

		smmu_emit_object(emit, NULL);
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

static int write_system(const struct smmu_build *build, const struct smmu_sys_info *info,
			const struct folder *folder)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_YAML};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	int status = open_in(&out, folder, "system.yaml"), end;

	if (status)
		return status;
	status = smmu_emit_new(&emit, out, &options);
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "version", 1);
	if (status == 0)
		status = emit_memory(emit, build, info, folder);
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
	end = close_out(out, folder, "system.yaml");
	return status ? status : end;
}

static int write_manifest(const struct smmu_build *build, const uint32_t *crc,
			  const struct smmu_sys_info *info, const struct folder *folder)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	char text[32];
	int status = open_in(&out, folder, "manifest.json"), end;

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
	end = close_out(out, folder, "manifest.json");
	return status ? status : end;
}

int smmu_build_write(const struct smmu_build *build, const struct smmu_mem *mem,
		     const struct smmu_sys *sys, const char *dir, bool force,
		     struct smmu_diag *diag)
{
	const struct folder folder = {dir, force, diag};
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	uint32_t *crc = calloc(build->regions_count + 1, sizeof(*crc));
	int status;

	if (!crc)
		return smmu_diag_nomem(diag);
	status = prepare_folder(&folder);
	for (size_t i = 0; status == 0 && i < build->regions_count; i++)
		status = write_region(&crc[i], &build->regions[i], mem, &folder);
	if (status == 0)
		status = write_system(build, info, &folder);
	if (status == 0)
		status = write_manifest(build, crc, info, &folder);
	free(crc);
	return status;
}
