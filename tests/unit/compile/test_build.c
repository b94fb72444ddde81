/* What build writes, word by word: values put together by hand from IHI 0070 5.2, 5.4 and DDI 0487
 * D8. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "compile/build.h"
#include "compile/load.h"

/*
 * 16 STEs at 0x80000000, the Command queue (256 × 16) at 0x80001000, the Event
 * queue (256 × 32) at 0x80002000; translation tables follow at 0x80004000.
 */
static const char head[] =
	"version: 1\n"
	"memory: [{base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    features: {architecture: v3.2, output-bits: 40, stream-bits: 4, substream-bits: 8}\n"
	"    stream-table: {format: linear}\n"
	"    tables: {base: 0x80000000, size: 1M}\n";

static void build(struct smmu_build *built, struct smmu_mem **mem, const char *text)
{
	struct smmu_sys *sys = NULL;
	char whole[2048];

	snprintf(whole, sizeof(whole), "%s%s", head, text);
	cr_assert_eq(smmu_sys_load_memory(&sys, "test", whole, strlen(whole), NULL), 0, "%s", text);
	cr_assert_eq(smmu_compile_load_memory(mem, sys, NULL), 0);
	cr_assert_eq(smmu_build_init(built, *mem, sys, NULL), 0, "%s", text);
	smmu_sys_free(sys);
}

/* One device, stream 1, on one stage 1 domain with these keys. */
#define STAGE1(keys)                                                                               \
	"domains: [{name: a, stage: 1, " keys "}]\ndevices: [{name: d, streams: [1], stage1: a}]\n"
#define STAGE2(keys)                                                                               \
	"domains: [{name: a, stage: 2, " keys "}]\ndevices: [{name: d, streams: [1], stage2: a}]\n"
#define PAGE1 "input-bits: 39, maps: [{iova: 0x1000, pa: 0x90000000, size: 4K"

/* With 39 bits: level 1 at 0x80004000, level 2 at 0x80005000, level 3 at 0x80006000, then the CD.
 */
static const struct {
	const char *row, *text;
	uint64_t pa, want;
} rows[] = {
	/* V, Config 0b101, S1ContextPtr */
	{"STE word 0, stage 1", STAGE1(PAGE1 "}]"), 0x80000040, 0x8000700b},
	/* S1CIR and S1COR write-back, S1CSH inner, SHCFG incoming */
	{"STE word 1, stage 1", STAGE1(PAGE1 "}]"), 0x80000048, 0x1000000000d4},
	{"default is a valid STE that aborts", STAGE1(PAGE1 "}]"), 0x80000080, 0x1},
	/* T0SZ 25, write-back inner walks, T1SZ 25, TG1 4K, EPD1, V; IPS 40, AA64, R, A, ASET, ASID
	   1 */
	{"CD word 0", STAGE1(PAGE1 "}]"), 0x80007000, 0x0001e202f5993519},
	{"CD word 1 is TTB0", STAGE1(PAGE1 "}]"), 0x80007008, 0x80004000},
	{"CD word 3 is MAIR", STAGE1(PAGE1 "}]"), 0x80007018, 0x000c08000444bbff},
	{"level 1 leads to level 2", STAGE1(PAGE1 "}]"), 0x80004000, 0x80005003},
	{"level 2 leads to level 3", STAGE1(PAGE1 "}]"), 0x80005000, 0x80006003},
	/* page, AP 0b01, SH inner, AF, nG, PXN, UXN */
	{"page, rw", STAGE1(PAGE1 "}]"), 0x80006008, 0x0060000090000f43},
	{"nothing beside it", STAGE1(PAGE1 "}]"), 0x80006010, 0},
	{"page, r", STAGE1(PAGE1 ", access: r}]"), 0x80006008, 0x0060000090000fc3},
	{"page, rwx", STAGE1(PAGE1 ", access: rwx}]"), 0x80006008, 0x0000000090000f43},
	{"page, privileged rx: UXN stays", STAGE1(PAGE1 ", access: rx, privileged: true}]"),
	 0x80006008, 0x0040000090000f83},
	{"page, global", STAGE1(PAGE1 ", global: true}]"), 0x80006008, 0x0060000090000743},
	/* AttrIndx 3, SH outer */
	{"page, Device", STAGE1(PAGE1 ", memory: device-nGnRE}]"), 0x80006008, 0x0060000090000e4f},
	{"page, non-cacheable", STAGE1(PAGE1 ", memory: normal-nc}]"), 0x80006008,
	 0x0060000090000e4b},
	{"page, write-through, non-shareable", STAGE1(PAGE1 ", memory: normal-wt, sh: nsh}]"),
	 0x80006008, 0x0060000090000c47},
	/* 0x0060000090000f43 with its bytes turned around */
	{"big-endian", STAGE1("endian: big, " PAGE1 "}]"), 0x80006008, 0x430f009000006000},
	{"a 2 MiB block",
	 STAGE1("input-bits: 39, maps: [{iova: 0x200000, pa: 0x90200000, size: 2M}]"), 0x80005008,
	 0x0060000090200f41},
	{"no block where pages are asked for",
	 STAGE1("leaves: pages, input-bits: 39, maps: [{iova: 0x200000, pa: 0x90200000, size: 2M}]"),
	 0x80005008, 0x80006003},
	/* bit 52 in 16 pages that are aligned together */
	{"a Contiguous run",
	 STAGE1("input-bits: 39, maps: [{iova: 0x10000, pa: 0x90010000, size: 68K}]"), 0x80006080,
	 0x0070000090010f43},
	{"its last page",
	 STAGE1("input-bits: 39, maps: [{iova: 0x10000, pa: 0x90010000, size: 68K}]"), 0x800060f8,
	 0x007000009001ff43},
	{"the page after it",
	 STAGE1("input-bits: 39, maps: [{iova: 0x10000, pa: 0x90010000, size: 68K}]"), 0x80006100,
	 0x0060000090020f43},
	{"no run where blocks alone are asked for",
	 STAGE1("leaves: blocks, input-bits: 39, maps: [{iova: 0x10000, pa: 0x90010000, size: 64K}]"),
	 0x80006080, 0x0060000090010f43},
	{"two maps that continue each other are one run",
	 STAGE1("input-bits: 39, maps: [{iova: 0x10000, pa: 0x90010000, size: 32K}, "
		"{iova: 0x18000, pa: 0x90018000, size: 32K}]"),
	 0x80006080, 0x0070000090010f43},
	/* TTB1 alone: EPD0 set, EPD1 clear */
	{"the upper half",
	 STAGE1("input-bits: 39, maps: [{iova: 0xffffffffffff0000, pa: 0x90000000, size: 4K}]"),
	 0x80007000, 0x0001e202b5997519},
	{"its page is entry 496 of level 3",
	 STAGE1("input-bits: 39, maps: [{iova: 0xffffffffffff0000, pa: 0x90000000, size: 4K}]"),
	 0x80006f80, 0x0060000090000f43},
	/* level 2 of 64K at 0x80010000: 42 bits in one table of 8192 entries */
	{"64K: a 512 MiB block",
	 STAGE1("granule: 64K, input-bits: 42, maps: [{iova: 0x20000000, pa: 0xa0000000, size: 512M}]"),
	 0x80010008, 0x00600000a0000f41},
	/* level 2 of 16K at 0x80004000 */
	{"16K: a 32 MiB block",
	 STAGE1("granule: 16K, input-bits: 36, maps: [{iova: 0x2000000, pa: 0x92000000, size: 32M}]"),
	 0x80004008, 0x0060000092000f41},
	{"STE word 0, stage 2", STAGE2("maps: []"), 0x80000040, 0xd},
	/* VMID 1, 40 bits, SL0 1, write-back inner walks, S2PS 40, AA64, S2R */
	{"STE word 2: two tables of level 1", STAGE2("maps: []"), 0x80000050, 0x040a355800000001},
	{"STE word 3 is S2TTB", STAGE2("maps: []"), 0x80000058, 0x80004000},
	/* 2 GiB is entry 2 of level 1: MemAttr write-back, S2AP rw, SH inner, AF, XN 0b10 */
	{"stage 2: a 1 GiB block",
	 STAGE2("maps: [{ipa: 0x80000000, pa: 0x80000000, size: 1G, access: r}]"), 0x80004010,
	 0x004000008000077d},
	{"stage 2: w alone",
	 STAGE2("maps: [{ipa: 0x80000000, pa: 0x80000000, size: 1G, access: w}]"), 0x80004010,
	 0x00400000800007bd},
	{"stage 2: x alone",
	 STAGE2("maps: [{ipa: 0x80000000, pa: 0x80000000, size: 1G, access: x}]"), 0x80004010,
	 0x000000008000073d},
	{"stage 2: the last GiB is in the second table",
	 STAGE2("maps: [{ipa: 0xffc0000000, pa: 0x80000000, size: 1G, access: rw}]"), 0x80005ff8,
	 0x00400000800007fd},
	{"bypass", "devices: [{name: d, streams: [1], bypass: true}]\n", 0x80000040, 0x9},
	{"abort", "devices: [{name: d, streams: [1], abort: true}]\n", 0x80000040, 0x1},
};

Test(compile_build, words)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_build built;
		struct smmu_mem *mem = NULL;
		uint64_t word = 0;

		build(&built, &mem, rows[i].text);
		cr_expect(smmu_mem_ld64(&word, mem, (struct smmu_pa){rows[i].pa, SMMU_PAS_NS}));
		cr_expect_eq(word, rows[i].want, "%s: 0x%llx, not 0x%llx", rows[i].row,
			     (unsigned long long)word, (unsigned long long)rows[i].want);
		smmu_build_fini(&built);
		smmu_mem_free(mem);
	}
}

Test(compile_build, registers)
{
	static const struct {
		enum smmu_reg reg;
		uint64_t want;
	} regs[] = {
		{SMMU_REG_STRTAB_BASE, 0x80000000},
		{SMMU_REG_STRTAB_BASE_CFG, 4},
		{SMMU_REG_CMDQ_BASE, 0x80001008},
		{SMMU_REG_EVENTQ_BASE, 0x80002008},
		{SMMU_REG_CR0, 0xd},
		{SMMU_REG_CR0ACK, 0xd},
		{SMMU_REG_CR2, 2},
		{SMMU_REG_GBPA, 0x100000},
	};
	struct smmu_build built;
	struct smmu_mem *mem = NULL;

	build(&built, &mem, STAGE1("maps: []"));
	for (size_t i = 0; i < SMMU_LEN(regs); i++)
		cr_expect_eq(built.regs[0][regs[i].reg], regs[i].want, "%s",
			     smmu_reg_info(regs[i].reg)->name);
	smmu_build_fini(&built);
	smmu_mem_free(mem);
}

/* Identifiers that are chosen go around those that are given, whatever the order (3.17). */
Test(compile_build, identifiers)
{
	static const char text[] = "domains: [{name: a, stage: 1}, {name: b, stage: 1, asid: 1}]\n"
				   "devices:\n"
				   "  - {name: x, streams: [1], stage1: a}\n"
				   "  - {name: y, streams: [2], stage1: b}\n";
	struct smmu_build built;
	struct smmu_mem *mem = NULL;
	uint64_t first = 0, second = 0;

	build(&built, &mem, text);
	/* no maps, no tables: the CDs lie side by side after the queues */
	cr_expect(smmu_mem_ld64(&first, mem, (struct smmu_pa){0x80004000, SMMU_PAS_NS}));
	cr_expect(smmu_mem_ld64(&second, mem, (struct smmu_pa){0x80004040, SMMU_PAS_NS}));
	cr_expect_eq(smmu_bits(first, 48, 16), 2);
	cr_expect_eq(smmu_bits(second, 48, 16), 1);
	smmu_build_fini(&built);
	smmu_mem_free(mem);
}
