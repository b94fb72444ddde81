/* Address translation operations, IHI 0070 G.b chapter 9; PAR bit by bit as 6.3.40 has it. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/desc.h"

#define CTRL  UINT64_C(0x100)
#define SID   UINT64_C(0x108)
#define ADDR  UINT64_C(0x110)
#define PAR   UINT64_C(0x118)
#define VATOS UINT64_C(0x20900) /* what lies between the two groups */

/* ATOS_ADDR: TYPE, PnU, RnW, InD, HTTUI. */
#define S1    UINT64_C(0x400)
#define S2    UINT64_C(0x800)
#define BOTH  UINT64_C(0xc00)
#define PRIV  UINT64_C(0x200)
#define READ  UINT64_C(0x100)
#define INST  UINT64_C(0x080)
#define HTTUI UINT64_C(0x040)

#define VA    UINT64_C(0x1000)
#define OUT   UINT64_C(0x345000)

static uint64_t mmio(struct rig *rig, bool write, uint64_t offset, unsigned size, uint64_t value)
{
	struct smmu_mmio access = {.write = write, .size = size, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	return reply.value;
}

/* Through the group that lies at base from the global one. */
static uint64_t ask(struct rig *rig, uint64_t base, uint64_t sid, uint64_t addr)
{
	mmio(rig, true, base + SID, 8, sid);
	mmio(rig, true, base + ADDR, 8, addr);
	mmio(rig, true, base + CTRL, 4, 1);
	cr_expect_eq(mmio(rig, false, base + CTRL, 4, 0), 0, "RUN");
	return mmio(rig, false, base + PAR, 8, 0);
}

/* One page and one 2 MiB block of Normal Write-Back memory. */
static void prepare(struct rig *rig)
{
	uint64_t next = RIG_TTB0 + 0x1000;

	rig_init(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_ATOS(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_VATOS(rig->regs[SMMU_REG_IDR0], 1);
	smmu_cd_set_MAIR0(&rig->cd, 0x44ff04ff);
	rig_map(rig, RIG_TTB0, VA, rig_page1(OUT), &next);
	rig_put(rig, RIG_TTB0 + 0x2000 + 8, rig_block1(0x400000));
}

/* Stage 2 as it is in IPA, but for one page. */
static void nest(struct rig *rig, uint64_t hole)
{
	uint64_t next = RIG_S2TTB + 0x1000;
	static const uint64_t pages[] = {
		RIG_CD, RIG_TTB0, RIG_TTB0 + 0x1000, RIG_TTB0 + 0x2000, RIG_TTB0 + 0x3000, OUT};

	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_NESTED);
	smmu_ste_set_S2VMID(&rig->ste, 7);
	for (size_t i = 0; i < SMMU_LEN(pages); i++)
		if (pages[i] != hole)
			rig_map(rig, RIG_S2TTB, pages[i], rig_page2(pages[i]), &next);
}

Test(atos, results)
{
	static const struct {
		const char *row;
		uint64_t sid, addr;
		uint64_t leaf; /* in place of the page's descriptor; 0: as it is */
		uint64_t want;
	} rows[] = {
		{"page", RIG_STREAM, S1 | READ | VA, 0, 0xff00000000345000},
		{"2 MiB: the lowest 1 is bit 20, Size", RIG_STREAM, S1 | READ | 0x234000, 0,
		 0xff00000000500800},
		{"Device-nGnRE is Outer Shareable", RIG_STREAM, S1 | READ | VA, 0x345447,
		 0x0400000000345200},
		{"nothing mapped: F_TRANSLATION", RIG_STREAM, S1 | READ | 0x5000, 0, 0x101},
		{"read-only: F_PERMISSION", RIG_STREAM, S1 | VA, 0x3454c3, 0x131},
		{"privileged only: F_PERMISSION", RIG_STREAM, S1 | READ | VA, 0x345403, 0x131},
		{"privileged", RIG_STREAM, S1 | READ | PRIV | VA, 0x345403, 0xff00000000345000},
		{"AF == 0: F_ACCESS", RIG_STREAM, S1 | READ | VA, 0x345043, 0x121},
		{"UXN", RIG_STREAM, S1 | READ | INST | VA, 0x40000000345443, 0x131},
		{"InD is ignored for writes", RIG_STREAM, S1 | INST | VA, 0x40000000345443,
		 0xff00000000345000},
		{"TYPE 0 is reserved: INV_REQ", RIG_STREAM, READ | VA, 0, 0xff1},
		{"no stage 2: INV_STAGE", RIG_STREAM, S2 | READ | VA, 0, 0xfe1},
		{"not both: INV_STAGE", RIG_STREAM, BOTH | READ | VA, 0, 0xfe1},
		{"SubstreamID without stage 1: INV_REQ", RIG_STREAM | 0x10000000000000,
		 S2 | READ | VA, 0, 0xff1},
		{"C_BAD_STREAMID, whatever RECINVSID says", 0x20, S1 | READ | VA, 0, 0x21},
		{"C_BAD_STE", 4, S1 | READ | VA, 0, 0x41},
		{"C_BAD_STE, stage 2: REASON IN (9.1.4)", 4, S2 | READ | VA, 0, 0x47},
		{"C_BAD_SUBSTREAMID", RIG_STREAM | 0x10000100000000, S1 | READ | VA, 0, 0x81},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;
		uint64_t par;

		prepare(&rig);
		rig.regs[SMMU_REG_CR2] = 0;
		/* overrides that must not count */
		smmu_ste_set_PRIVCFG(&rig.ste, SMMU_STE_PRIVCFG_PRIVILEGED);
		smmu_ste_set_MTCFG(&rig.ste, 1);
		if (rows[i].leaf)
			rig_put(&rig, RIG_TTB0 + 0x3000 + 8, rows[i].leaf);
		rig_start(&rig);
		par = ask(&rig, 0, rows[i].sid, rows[i].addr);
		cr_expect_eq(par, rows[i].want, "%s: 0x%llx", rows[i].row, (unsigned long long)par);
		cr_expect_eq(smmu_model_reg(rig.model, SMMU_REG_EVENTQ_PROD), 0, "%s: no events",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* Table of 9.1.4: the same stage 2 faults by what was asked. */
Test(atos, stage_2_faults)
{
	static const struct {
		const char *row;
		uint64_t addr, hole, want;
	} rows[] = {
		{"both stages", BOTH | VA, 0, 0xff00000000345000},
		{"stage 1: no stage 2 of its output", S1 | VA, OUT, 0xff00000000345000},
		{"stage 2", S2 | OUT, 0, 0xff00000000345000},
		{"both, on the output", BOTH | VA, OUT, 0x345107},
		{"both, on the level 2 table", BOTH | VA, RIG_TTB0 + 0x2000, 0x102105},
		{"both, on the CD", BOTH | VA, RIG_CD, 0x20103},
		{"stage 1, on the table: F_WALK_EABT", S1 | VA, RIG_TTB0 + 0x2000, 0xb1},
		{"stage 1, on the CD: F_CD_FETCH", S1 | VA, RIG_CD, 0x91},
		{"stage 2: no FADDR", S2 | OUT, OUT, 0x107},
		{"stage 2 needs no CD", S2 | OUT, RIG_CD, 0xff00000000345000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;
		uint64_t par;

		prepare(&rig);
		nest(&rig, rows[i].hole);
		rig_start(&rig);
		par = ask(&rig, 0, RIG_STREAM, rows[i].addr | READ);
		cr_expect_eq(par, rows[i].want, "%s: 0x%llx", rows[i].row, (unsigned long long)par);
		rig_fini(&rig);
	}
}

/* HTTU as a transaction's, unless HTTUI inhibits it: then AF counts as set. */
Test(atos, updates_descriptors_unless_inhibited)
{
	static const uint64_t dirty_bits = 0x8000000000080; /* DBM, AP[2] */
	uint64_t leaf = smmu_s1desc_set_AF(rig_page1(OUT), 0) | dirty_bits;
	uint64_t at = RIG_TTB0 + 0x3000 + 8;
	struct rig rig;

	prepare(&rig);
	smmu_cd_set_HA(&rig.cd, 1);
	smmu_cd_set_HD(&rig.cd, 1);
	rig_put(&rig, at, leaf);
	rig_start(&rig);
	cr_expect_eq(ask(&rig, 0, RIG_STREAM, S1 | HTTUI | VA), 0xff00000000345000);
	cr_expect_eq(rig_get(&rig, at), leaf, "inhibited");
	cr_expect_eq(ask(&rig, 0, RIG_STREAM, S1 | READ | VA), 0xff00000000345000);
	cr_expect_eq(rig_get(&rig, at), leaf | 0x400, "AF alone for a read");
	cr_expect_eq(ask(&rig, 0, RIG_STREAM, S1 | VA), 0xff00000000345000);
	cr_expect_eq(rig_get(&rig, at), (leaf | 0x400) & ~UINT64_C(0x80), "dirty");
	rig_fini(&rig);
}

/* 6.3.37: nothing happens while the SMMU is off. */
Test(atos, ignored_while_disabled)
{
	struct rig rig;

	prepare(&rig);
	rig.regs[SMMU_REG_CR0] = 0;
	rig_start(&rig);
	cr_expect_eq(ask(&rig, 0, RIG_STREAM, S1 | READ | VA), 0);
	rig_fini(&rig);
}

/* 9.1.6: the streams of one VMID, stage 1 alone. */
Test(atos, vatos_sees_one_vmid)
{
	static const struct {
		const char *row;
		uint64_t vmid, addr, config, want;
	} rows[] = {
		{"its VMID", 7, S1, SMMU_STE_CONFIG_NESTED, 0xff00000000345000},
		{"another", 8, S1, SMMU_STE_CONFIG_NESTED, 0x41},
		{"stage 1 alone has a VMID too", 7, S1, SMMU_STE_CONFIG_S1, 0xff00000000345000},
		{"bypass has none", 7, S1, SMMU_STE_CONFIG_BYPASS, 0x41},
		{"stage 2 cannot be asked about", 7, S2, SMMU_STE_CONFIG_NESTED, 0xff1},
		{"nor both", 7, BOTH, SMMU_STE_CONFIG_NESTED, 0xff1},
		{"stage 2 alone", 7, S1, SMMU_STE_CONFIG_S2, 0xfe1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;
		uint64_t par;

		prepare(&rig);
		nest(&rig, 0);
		smmu_ste_set_Config(&rig.ste, rows[i].config);
		rig.regs[SMMU_REG_VATOS_SEL] = rows[i].vmid;
		rig_start(&rig);
		par = ask(&rig, VATOS, RIG_STREAM, rows[i].addr | READ | VA);
		cr_expect_eq(par, rows[i].want, "%s: 0x%llx", rows[i].row, (unsigned long long)par);
		rig_fini(&rig);
	}
}
