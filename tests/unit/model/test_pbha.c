/* Page-Based Hardware Attributes: IHI 0070 G.b 5.2 S2HWU, 5.4 HWU; DDI 0487 D8.7.2. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/desc.h"

#define VA    UINT64_C(0x12345678000)
#define HIGH  (~UINT64_C(0) << 48 | VA)
#define LOW32 UINT64_C(0x1000)
#define OUT   UINT64_C(0x345000)

struct setup {
	const char *row;
	uint64_t va;
	unsigned leaf1, leaf2; /* PBHA of the leaves */
	unsigned hwu1, hwu2;   /* of CD.HWU0 or HWU1, whichever va is for, and of STE.S2HWU */
	unsigned config;       /* of the STE */
	bool no_had, aie, d128, lpae, big_endian;
	unsigned want; /* stage 2 in the upper half */
};

static void allow(struct rig *rig, const struct setup *s)
{
	bool n = smmu_bit(s->va, 63);

	(n ? smmu_cd_set_HAD1 : smmu_cd_set_HAD0)(&rig->cd, !s->no_had);
	(n ? smmu_cd_set_HWU159 : smmu_cd_set_HWU059)(&rig->cd, smmu_bit(s->hwu1, 0));
	(n ? smmu_cd_set_HWU160 : smmu_cd_set_HWU060)(&rig->cd, smmu_bit(s->hwu1, 1));
	(n ? smmu_cd_set_HWU161 : smmu_cd_set_HWU061)(&rig->cd, smmu_bit(s->hwu1, 2));
	(n ? smmu_cd_set_HWU162 : smmu_cd_set_HWU062)(&rig->cd, smmu_bit(s->hwu1, 3));
	smmu_ste_set_S2HWU59(&rig->ste, smmu_bit(s->hwu2, 0));
	smmu_ste_set_S2HWU60(&rig->ste, smmu_bit(s->hwu2, 1));
	smmu_ste_set_S2HWU61(&rig->ste, smmu_bit(s->hwu2, 2));
	smmu_ste_set_S2HWU62(&rig->ste, smmu_bit(s->hwu2, 3));
}

static void identify(struct rig *rig, const struct setup *s)
{
	uint64_t idr3 = smmu_IDR3_set_PBHA(rig->regs[SMMU_REG_IDR3], 1);

	rig->regs[SMMU_REG_IDR3] = smmu_IDR3_set_AIE(idr3, 1);
	rig->regs[SMMU_REG_IDR5] = smmu_IDR5_set_D128(rig->regs[SMMU_REG_IDR5], s->d128);
	rig->regs[SMMU_REG_IDR0] =
		smmu_IDR0_set_TTF(rig->regs[SMMU_REG_IDR0], s->lpae ? 3 : SMMU_IDR0_TTF_AA64);
	rig->regs[SMMU_REG_AIDR] = 4;
}

static void put(struct rig *rig, uint64_t pa, uint64_t desc, bool big_endian)
{
	rig_put(rig, pa, big_endian ? smmu_swap64(desc) : desc);
}

/* Three levels below the initial one, wherever va leads. */
static void map1(struct rig *rig, const struct setup *s)
{
	uint64_t table = smmu_bit(s->va, 63) ? RIG_TTB1 : RIG_TTB0;

	for (unsigned level = s->lpae ? 1 : 0; level < 3; level++) {
		uint64_t next = RIG_TTB0 + 4096 * (level + 1);

		put(rig, table + 8 * smmu_bits(s->va, 39 - 9 * level, 9), rig_table(next),
		    s->big_endian);
		table = next;
	}
	put(rig, table + 8 * smmu_bits(s->va, 12, 9),
	    smmu_s1desc_set_PBHA(rig_page1(OUT), s->leaf1), s->big_endian);
}

static void map2(struct rig *rig, const struct setup *s)
{
	const uint64_t pages[] = {
		RIG_CD, RIG_TTB0, RIG_TTB0 + 0x1000, RIG_TTB0 + 0x2000, RIG_TTB0 + 0x3000, OUT};
	uint64_t next = RIG_S2TTB + 0x1000;
	uint64_t leaf = smmu_s2desc_set_PBHA(rig_page2(OUT), s->leaf2);

	if (s->config == SMMU_STE_CONFIG_S2) {
		rig_map(rig, RIG_S2TTB, s->va, leaf, &next);
		return;
	}
	for (size_t i = 0; i < SMMU_LEN(pages); i++)
		rig_map(rig, RIG_S2TTB, pages[i], pages[i] == OUT ? leaf : rig_page2(pages[i]),
			&next);
}

static void arrange(struct rig *rig, const struct setup *s)
{
	rig_init(rig);
	identify(rig, s);
	smmu_ste_set_Config(&rig->ste, s->config);
	smmu_cd_set_AIE(&rig->cd, s->aie);
	smmu_cd_set_ENDI(&rig->cd, s->big_endian);
	if (s->lpae) {
		smmu_cd_set_AA64(&rig->cd, 0);
		smmu_cd_set_T0SZ(&rig->cd, 0);
		smmu_cd_set_T1SZ(&rig->cd, 0);
	}
	allow(rig, s);
	if (s->config & 1)
		map1(rig, s);
	if (s->config & 2)
		map2(rig, s);
}

#define S1     SMMU_STE_CONFIG_S1
#define S2     SMMU_STE_CONFIG_S2
#define NESTED SMMU_STE_CONFIG_NESTED

Test(pbha, bits_that_hardware_may_use)
{
	static const struct setup rows[] = {
		{"all of TTB0", VA, 0xf, 0, 0xf, 0, S1, .want = 0x0f},
		{"HWU059", VA, 0xf, 0, 1, 0, S1, .want = 0x01},
		{"HWU060", VA, 0xf, 0, 2, 0, S1, .want = 0x02},
		{"HWU061", VA, 0xf, 0, 4, 0, S1, .want = 0x04},
		{"HWU062", VA, 0xf, 0, 8, 0, S1, .want = 0x08},
		{"what the descriptor says", VA, 0x9, 0, 0xc, 0, S1, .want = 0x08},
		{"TTB1", HIGH, 0xf, 0, 5, 0, S1, .want = 0x05},
		{"big-endian tables", VA, 0xa, 0, 0xf, 0, S1, .big_endian = true, .want = 0x0a},
		{"HAD0 == 0: IGNORED", VA, 0xf, 0, 0xf, 0, S1, .no_had = true},
		{"AIE: none (R TDLFM)", VA, 0xf, 0, 0xf, 0, S1, .aie = true},
		{"HAD0 is DisCH0 where D128 is", VA, 0xf, 0, 3, 0, S1, .d128 = true},
		{"VMSAv8-32 has them (G5.5.3.2)", LOW32, 0x6, 0, 0xf, 0, S1, .lpae = true,
		 .want = 0x06},
		{"stage 2", VA, 0, 0xf, 0, 0xf, S2, .want = 0xf0},
		{"S2HWU59 and 62", VA, 0, 0xf, 0, 9, S2, .want = 0x90},
		{"no S2HWU", VA, 0, 0xf, 0xf, 0, S2, .want = 0},
		{"both stages keep theirs", VA, 0x5, 0x3, 0xf, 0xf, NESTED, .want = 0x35},
		{"leaves without any", VA, 0, 0, 0xf, 0xf, NESTED, .want = 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		arrange(&rig, &rows[i]);
		rig_start(&rig);
		/* From a walk, and again. */
		for (unsigned twice = 0; twice < 2; twice++) {
			result = rig_run(&rig, rig_read(rows[i].va), rows[i].row);
			cr_expect_eq(result.status, SMMU_STATUS_OK, "%s: %s", rows[i].row,
				     smmu_reason_info(result.blame.reason)->name);
			cr_expect_eq(result.attr.pbha, rows[i].want, "%s: %#x", rows[i].row,
				     result.attr.pbha);
		}
		rig_fini(&rig);
	}
}
