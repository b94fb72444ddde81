/* What a system file comes to: values, defaults, references, places. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

struct seen {
	unsigned errors, warnings;
	int code;
	unsigned line;
	char message[256];
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;

	seen->warnings += record->severity == SMMU_WARNING;
	if (record->severity != SMMU_ERROR || seen->errors++)
		return;
	seen->code = record->code;
	seen->line = record->at ? record->at->line : 0;
	snprintf(seen->message, sizeof(seen->message), "%s", record->message);
}

static struct smmu_sys *load(struct seen *seen, int *rc, const char *name, const char *text)
{
	struct smmu_diag diag = {.report = see, .ctx = seen};
	struct smmu_sys *sys = NULL;

	*seen = (struct seen){0};
	*rc = smmu_sys_load_memory(&sys, name, text, strlen(text), &diag);
	return sys;
}

static const char captured[] = "version: 1\n"
			       "memory:\n"
			       "  - {base: 0x40000000, size: 128M}\n"
			       "  - {base: 1_0, file: mem.bin.gz, space: realm}\n"
			       "  - {name: rom, base: 2G, size: 0x1_000, file: /rom.bin}\n"
			       "smmus:\n"
			       "  - name: smmu0\n"
			       "    registers:\n"
			       "      SMMU_IDR0: 0x0d44101b\n"
			       "      SMMU_IDR1: 0x02730010\n"
			       "      SMMU_CR0: 0xd\n"
			       "      SMMU_CMDQ_PROD: 5\n"
			       "      SMMU_EVENTQ_PROD: 6\n"
			       "      SMMU_EVENTQ_CONS: 2\n"
			       "      SMMU_STRTAB_BASE: 0x4000000040000000\n"
			       "  - {name: smmu1, base: 0x2b400000, registers: {SMMU_AIDR: 4}}\n";

Test(sys_load, captured)
{
	struct seen seen;
	int rc;
	struct smmu_sys *sys = load(&seen, &rc, "dir/board.yaml", captured);
	const struct smmu_sys_info *info;
	const struct smmu_sys_smmu *smmu;

	cr_assert_eq(rc, 0, "%s", seen.message);
	info = smmu_sys_info(sys);
	cr_expect_not(info->is_described);
	cr_assert_eq(info->memory_count, 3);
	cr_expect_eq(info->memory[0].base, 0x40000000);
	cr_expect_eq(info->memory[0].size, 128u << 20);
	cr_expect_eq(info->memory[0].pas_set, 0xf, "seen from all spaces");
	cr_expect_null(info->memory[0].file);
	cr_expect_eq(info->memory[1].base, 10);
	cr_expect_eq(info->memory[1].pas_set, 1u << SMMU_PAS_REALM);
	cr_expect_str_eq(info->memory[1].file, "dir/mem.bin.gz", "beside the system file");
	cr_expect_eq(info->memory[1].size, 0);
	cr_expect_eq(info->memory[1].file_at.line, 4);
	cr_expect_eq(info->memory[1].file_at.col, 23);
	cr_expect_str_eq(info->memory[2].file, "/rom.bin");
	cr_expect_str_eq(info->memory[2].name, "rom");
	cr_expect_eq(info->memory[2].size, 4096);

	cr_assert_eq(info->smmus_count, 2);
	smmu = &info->smmus[0];
	cr_expect_str_eq(smmu->name, "smmu0");
	cr_expect_not(smmu->has_base);
	cr_expect_eq(smmu->regs[SMMU_REG_IDR0], 0x0d44101b);
	cr_expect_eq(smmu->regs[SMMU_REG_STRTAB_BASE], 0x4000000040000000);
	cr_expect(smmu->given[SMMU_REG_CR0]);
	cr_expect_not(smmu->given[SMMU_REG_CR0ACK]);
	cr_expect_eq(smmu->regs[SMMU_REG_CR0ACK], 0xd, "ACK takes the value of CR0");
	cr_expect_eq(smmu->regs[SMMU_REG_CMDQ_CONS], 5, "CONS takes the value of PROD");
	cr_expect_eq(smmu->regs[SMMU_REG_EVENTQ_CONS], 2, "unless it is given");
	cr_expect_eq(smmu->regs[SMMU_REG_IDR5], 0, "an identification register left out");
	cr_expect_eq(smmu->reg_at[SMMU_REG_CR0].line, 11);
	cr_expect_eq(smmu->reg_at[SMMU_REG_CR0].col, 17);
	cr_expect_eq(info->smmus[1].base, 0x2b400000);
	cr_expect(info->smmus[1].has_base);
	smmu_sys_free(sys);
}

static const char described[] =
	"version: 1\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    features: {architecture: v3.2, stages: [1, 2], granules: [4K, 64K], output-bits: 48,\n"
	"               stream-bits: 16, substream-bits: 8}\n"
	"    stream-table: {format: 2-level, split: 10, default: invalid}\n"
	"    queues: {command: 256}\n"
	"    tables: {base: 0x90000000, size: 16M}\n"
	"domains:\n"
	"  - name: nic\n"
	"    stage: 1\n"
	"    granule: 64K\n"
	"    input-bits: 39\n"
	"    asid: 7\n"
	"    maps:\n"
	"      - {iova: 0x10000000, pa: 0x88000000, size: 2M}\n"
	"      - {iova: 0, pa: 0x08020000, size: 64K, access: rwx, memory: device-nGnRE, sh: osh,\n"
	"         privileged: true}\n"
	"  - name: vm1\n"
	"    stage: 2\n"
	"    vmid: 3\n"
	"    tables: {ipa: 0x5f000000, size: 1M}\n"
	"    maps: [{ipa: 0x40000000, pa: 0xa0000000, size: 512M, access: r}]\n"
	"devices:\n"
	"  - {name: eth0, bdf: \"0000:01:00.0\", stage1: nic}\n"
	"  - {name: gpu0, smmu: smmu0, streams: {first: 0x200, count: 16}, stage1: nic, stage2: vm1,\n"
	"     substreams: [{id: 1, stage1: nic}, {first: 2, count: 100, stage1: nic,\n"
	"     asid: {first: 16}}]}\n"
	"  - {name: uart-dma, streams: [3, {first: 5}], bypass: true}\n";

static void expect_domains(const struct smmu_sys_info *info)
{
	const struct smmu_sys_domain *nic = &info->domains[0], *vm1 = &info->domains[1];

	cr_assert_eq(info->domains_count, 2);
	cr_expect_str_eq(nic->name.v, "nic");
	cr_expect_eq(nic->stage.v, 1);
	cr_expect_eq(nic->granule.v, SMMU_GRANULE_64K);
	cr_expect_eq(nic->input_bits.v, 39);
	cr_expect_not(smmu_sys_given(nic->output_bits.at));
	cr_expect_eq(nic->asid.v, 7);
	cr_expect_not(smmu_sys_given(nic->vmid.at));
	cr_assert_eq(nic->maps_count, 2, "in the order of the file");
	cr_expect_eq(nic->maps[0].input.v, 0x10000000);
	cr_expect_not(nic->maps[0].is_ipa);
	cr_expect_eq(nic->maps[0].access.v, SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W);
	cr_expect_eq(nic->maps[0].memory.v, SMMU_MEMTYPE_NORMAL_WB);
	cr_expect_eq(nic->maps[0].sh.v, SMMU_SH_IN_NONE);
	cr_expect_not(smmu_sys_given(nic->maps[0].access.at));
	cr_expect_eq(nic->maps[1].access.v, 7);
	cr_expect_eq(nic->maps[1].memory.v, SMMU_MEMTYPE_DEVICE_NGNRE);
	cr_expect_eq(nic->maps[1].sh.v, SMMU_SH_IN_OSH);
	cr_expect_eq(nic->maps[1].privileged.v, 1);
	cr_expect_eq(vm1->granule.v, SMMU_GRANULE_4K, "the default");
	cr_expect_eq(vm1->vmid.v, 3);
	cr_expect_eq(vm1->tables.base.v, 0x5f000000);
	cr_expect(vm1->maps[0].is_ipa);
	cr_expect_eq(vm1->maps[0].size.v, 512u << 20);
}

static void expect_devices(const struct smmu_sys_info *info)
{
	const struct smmu_sys_device *eth0 = &info->devices[0], *gpu0 = &info->devices[1];
	const struct smmu_sys_device *uart = &info->devices[2];

	cr_assert_eq(info->devices_count, 3);
	cr_assert_eq(eth0->streams_count, 1, "the PCI address is its StreamID");
	cr_expect_eq(eth0->streams[0].first.v, 0x100);
	cr_expect_eq(eth0->streams[0].count.v, 1);
	cr_expect_eq(eth0->stage1.index, 0);
	cr_expect_null(eth0->stage2.name);
	cr_assert_eq(gpu0->streams_count, 1);
	cr_expect_eq(gpu0->streams[0].first.v, 0x200);
	cr_expect_eq(gpu0->streams[0].count.v, 16);
	cr_expect_eq(gpu0->stage2.index, 1);
	cr_assert_eq(gpu0->substreams_count, 2);
	cr_expect_eq(gpu0->substreams[0].first.v, 1);
	cr_expect_eq(gpu0->substreams[0].count.v, 1);
	cr_expect_not(smmu_sys_given(gpu0->substreams[0].asid.at));
	cr_expect_eq(gpu0->substreams[1].count.v, 100);
	cr_expect_eq(gpu0->substreams[1].asid.v, 16);
	cr_expect(gpu0->substreams[1].asid_steps);
	cr_assert_eq(uart->streams_count, 2);
	cr_expect_eq(uart->streams[1].first.v, 5);
	cr_expect_eq(uart->bypass.v, 1);
}

Test(sys_load, described)
{
	struct seen seen;
	int rc;
	struct smmu_sys *sys = load(&seen, &rc, "board.yaml", described);
	const struct smmu_sys_info *info;
	struct smmu_place at;

	cr_assert_eq(rc, 0, "line %u: %s", seen.line, seen.message);
	info = smmu_sys_info(sys);
	cr_expect(info->is_described);
	cr_expect_eq(info->smmus[0].strtab.format.v, SMMU_SYS_STRTAB_TWO_LEVEL);
	cr_expect_eq(info->smmus[0].strtab.split.v, 10);
	cr_expect_eq(info->smmus[0].strtab.fallback.v, SMMU_SYS_DEFAULT_INVALID);
	cr_expect_eq(info->smmus[0].queues.command.v, 256);
	cr_expect_eq(info->smmus[0].queues.event.v, 0);
	cr_expect_eq(info->smmus[0].tables.size.v, 16u << 20);
	expect_domains(info);
	expect_devices(info);
	at = smmu_sys_place(sys, info->domains[0].asid.at);
	cr_expect_str_eq(at.file, "board.yaml");
	cr_expect_eq(at.line, 14);
	cr_expect_eq(at.col, 11);
	at = smmu_sys_place(sys, info->domains[0].vmid.at);
	cr_expect_eq(at.line, 0, "a mark of nothing");
	smmu_sys_free(sys);
}

#define FEATURES "version: 1\nsmmus: [{name: s, features: {architecture: v3.2}}]\n"

/* Rules that the golden command lines show in words: here, that what borders on them is legal. */
Test(sys_load, limits)
{
	static const struct {
		const char *row, *text;
		int rc;
	} rows[] = {
		{"memory up to 2^56", FEATURES "memory: [{base: 0xfffffffffff000, size: 4K}]\n", 0},
		{"memory beyond", FEATURES "memory: [{base: 0xfffffffffff000, size: 4097}]\n",
		 SMMU_E_RANGE},
		{"all of it", FEATURES "memory: [{base: 0, size: 65536T}]\n", 0},
		{"iova up to 2^64",
		 FEATURES "domains: [{name: d, stage: 1, maps: [{iova: 0xfffffffffffff000, pa: 0, "
			  "size: 4K}]}]\n",
		 0},
		{"maps that touch",
		 FEATURES "domains: [{name: d, stage: 1, maps: [{iova: 4K, pa: 0, size: 4K}, "
			  "{iova: 0, pa: 0, size: 4K}]}]\n",
		 0},
		{"maps that overlap",
		 FEATURES "domains: [{name: d, stage: 1, maps: [{iova: 4K, pa: 0, size: 4K}, "
			  "{iova: 0, pa: 0, size: 8K}]}]\n",
		 SMMU_E_CONFLICT},
		{"the last stream",
		 "version: 1\nsmmus: [{name: s, features: {architecture: v3.2, stream-bits: 32}}]\n"
		 "devices: [{name: d, streams: {first: 0xffffffff, count: 1}, bypass: true}]\n",
		 0},
		{"every stream",
		 "version: 1\nsmmus: [{name: s, features: {architecture: v3.2, stream-bits: 32}}]\n"
		 "devices: [{name: d, streams: {first: 0, count: 0x100000000}, bypass: true}]\n",
		 0},
		{"every substream",
		 FEATURES "domains: [{name: d, stage: 1}]\ndevices: [{name: e, streams: 1, "
			  "substreams: [{first: 0, count: 0x100000, stage1: d}]}]\n",
		 0},
		{"the same stream of two SMMUs",
		 "version: 1\nsmmus: [{name: s, features: {architecture: v3.2}}, "
		 "{name: t, features: {architecture: v3.2}}]\ndevices: "
		 "[{name: d, smmu: s, streams: 1, bypass: true}, "
		 "{name: e, smmu: t, streams: 1, bypass: true}]\n",
		 0},
		{"a name of 64 characters",
		 "version: 1\nsmmus: [{name: a123456789012345678901234567890123456789012345678901234"
		 "567890123, features: {architecture: v3.2}}]\n",
		 0},
		{"of 65",
		 "version: 1\nsmmus: [{name: a123456789012345678901234567890123456789012345678901234"
		 "5678901234, features: {architecture: v3.2}}]\n",
		 SMMU_E_INVALID},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct seen seen;
		int rc;

		smmu_sys_free(load(&seen, &rc, "board.yaml", rows[i].text));
		cr_expect_eq(rc, rows[i].rc, "%s: %d %s", rows[i].row, rc, seen.message);
		cr_expect_eq(seen.errors, rows[i].rc ? 1 : 0, "%s: %u errors", rows[i].row,
			     seen.errors);
	}
}

/* 3.2: features give identification registers only where the file gives none. */
Test(sys_load, features_and_registers)
{
	static const char text[] =
		"version: 1\n"
		"smmus:\n"
		"  - {name: a, features: {architecture: v3.1}, registers: {SMMU_CR0: 1}}\n"
		"  - {name: b, features: {architecture: v3.1}, registers: {SMMU_IDR1: 5}}\n";
	struct seen seen;
	int rc;
	struct smmu_sys *sys = load(&seen, &rc, "board.yaml", text);
	const struct smmu_sys_info *info;

	cr_assert_eq(rc, 0, "%s", seen.message);
	info = smmu_sys_info(sys);
	cr_expect_eq(info->smmus[0].regs[SMMU_REG_AIDR], 1);
	cr_expect_eq(info->smmus[0].regs[SMMU_REG_CR0], 1);
	cr_expect_eq(info->smmus[0].regs[SMMU_REG_CR0ACK], 1);
	cr_expect_eq(info->smmus[1].regs[SMMU_REG_AIDR], 0);
	cr_expect_eq(info->smmus[1].regs[SMMU_REG_IDR1], 5);
	cr_expect_eq(seen.warnings, 1, "features without effect");
	smmu_sys_free(sys);
}

Test(sys_load, oracles)
{
	static const char *const folders[] = {"linux-6.1.176-strict", "linux-6.12.107-acpi-2smmu",
					      "qemu/nested-random-00", "qemu/off-abort"};
	const char *oracles = getenv("ORACLES");

	for (size_t i = 0; oracles && i < SMMU_LEN(folders); i++) {
		struct seen seen = {0};
		struct smmu_diag diag = {.report = see, .ctx = &seen};
		struct smmu_sys *sys = NULL;
		char path[512];
		FILE *file;
		int rc;

		snprintf(path, sizeof(path), "%s/%s/system.yaml", oracles, folders[i]);
		file = fopen(path, "r");
		if (!file)
			continue;
		fclose(file);
		rc = smmu_sys_load(&sys, path, &diag);
		cr_expect_eq(rc, 0, "%s: %s", path, seen.message);
		cr_expect_eq(seen.errors + seen.warnings, 0, "%s", path);
		smmu_sys_free(sys);
	}
}
