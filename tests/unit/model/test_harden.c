/* Translation hardening: IHI 0070 3.27, 3.26.2; DDI 0487 D8.2.7.3, D8.2.7.4, D8.4.2.2. */
#include <criterion/criterion.h>

#include "rig.h"
#include "spec/desc.h"

#define TABLES UINT64_C(0x101000) /* of stage 1, levels 1 to 3 */
#define DATA   UINT64_C(0x140000)
#define VA     UINT64_C(0x12345678000)

/* Permissions at stage 2 by PIIndex (table D8-82), as the rows name them. */
enum { RW, MRO, TL0, TL1, TL01 };
static const uint64_t s2pii = 0xf | 0x2 << 4 | 0x6 << 8 | 0x3 << 12 | 0x7 << 16;

struct setup {
	const char *row;
	unsigned tl0, tl1;     /* of the STE */
	unsigned initial, low; /* PIIndex of the initial table's page, and of the other tables' */
	bool cd, data;	       /* AssuredOnly memory */
	bool is_protected;     /* stage 1 descriptors, with PnCH */
	bool write;
	/* What must follow: CLASS of the F_PERMISSION, 0 for none; its AssuredOnly. */
	unsigned class;
	bool assured;
};

static void map2(struct rig *rig, uint64_t ipa, unsigned index, bool assured, uint64_t *next)
{
	uint64_t desc = smmu_s2desc_set_PIIndex(rig_page2(ipa) & ~UINT64_C(0x40), index);

	desc = smmu_s2desc_set_Dirty(desc, 1);
	rig_map(rig, RIG_S2TTB, ipa, smmu_s2desc_set_AssuredOnly(desc, assured), next);
}

static void map1(struct rig *rig, bool is_protected)
{
	uint64_t mark = smmu_s1desc_set_Protected(0, is_protected);
	uint64_t table = RIG_TTB0;

	for (unsigned level = 0; level < 3; level++) {
		uint64_t next = TABLES + 4096 * level;

		rig_put(rig, table + 8 * smmu_bits(VA, 39 - 9 * level, 9), rig_table(next) | mark);
		table = next;
	}
	rig_put(rig, table + 8 * smmu_bits(VA, 12, 9), rig_page1(DATA) | mark);
}

static void arrange(struct rig *rig, const struct setup *s)
{
	uint64_t next = RIG_S2TTB + 4096;
	uint64_t idr3;

	rig_init(rig);
	idr3 = smmu_IDR3_set_THE(rig->regs[SMMU_REG_IDR3], 1);
	rig->regs[SMMU_REG_IDR3] = smmu_IDR3_set_S2PI(idr3, 1);
	rig->regs[SMMU_REG_AIDR] = 4;
	rig->regs[SMMU_REG_S2PII] = s2pii;
	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_NESTED);
	smmu_ste_set_S2PIE(&rig->ste, 1);
	smmu_ste_set_AssuredOnly(&rig->ste, 1);
	smmu_ste_set_TL0(&rig->ste, s->tl0);
	smmu_ste_set_TL1(&rig->ste, s->tl1);
	smmu_cd_set_PnCH(&rig->cd, 1);
	map2(rig, RIG_CD, RW, s->cd, &next);
	map2(rig, RIG_TTB0, s->initial, false, &next);
	for (unsigned i = 0; i < 3; i++)
		map2(rig, TABLES + 4096 * i, s->low, false, &next);
	map2(rig, DATA, RW, s->data, &next);
	map1(rig, s->is_protected);
}

static void judge(const struct setup *s, const struct smmu_result *result)
{
	struct smmu_evt evt = rig_event(result);

	if (!s->class) {
		cr_expect_eq(result->status, SMMU_STATUS_OK, "%s", s->row);
		return;
	}
	cr_expect_eq(smmu_evt_Type(&evt), SMMU_EVT_F_PERMISSION, "%s", s->row);
	cr_expect_eq(smmu_evt_S2(&evt), 1, "%s", s->row);
	cr_expect_eq(smmu_evt_CLASS(&evt), s->class, "%s", s->row);
	cr_expect_eq(smmu_evt_AssuredOnly(&evt), s->assured, "%s", s->row);
	cr_expect_eq(smmu_evt_RnW(&evt), !s->write, "%s", s->row);
	cr_expect_eq(smmu_evt_Overlay(&evt), 0, "%s", s->row);
	cr_expect_eq(smmu_evt_DirtyBit(&evt), 0, "%s", s->row);
}

#define TT SMMU_EVT_CLASS_TT
#define IN SMMU_EVT_CLASS_IN

Test(harden, assured_only)
{
	/* What lacks for the Assured Translation property denies, each alone (D8.2.7.3, 3.27.2). */
	static const struct setup rows[] = {
		{"assured", 1, 0, TL0, MRO, true, true, true, false, 0, false},
		{"written", 1, 0, TL0, MRO, true, true, true, true, 0, false},
		{"both tops", 1, 1, TL01, MRO, true, true, true, false, 0, false},
		{"TL0 clear", 0, 0, MRO, MRO, true, true, true, false, IN, true},
		{"CD elsewhere", 1, 0, TL0, MRO, false, true, true, false, IN, true},
		{"written, CD elsewhere", 1, 0, TL0, MRO, false, true, true, true, IN, true},
		{"tables read-write", 1, 0, TL0, RW, true, true, true, false, IN, true},
		{"not Protected", 1, 0, TL0, MRO, true, true, false, false, IN, true},
		{"not Protected, any memory", 1, 0, TL0, MRO, true, false, false, false, 0, false},
		{"nothing of it, any memory", 0, 0, RW, RW, false, false, false, false, 0, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = rows[i].write ? rig_write(VA) : rig_read(VA);
		struct smmu_result result;
		struct rig rig;

		arrange(&rig, &rows[i]);
		rig_start(&rig);
		result = rig_run(&rig, txn, rows[i].row);
		judge(&rows[i], &result);
		rig_fini(&rig);
	}
}

Test(harden, top_level_checks)
{
	/* Table D8-14, row by row; {TopLevel0, TopLevel1} of MRO-TL0 is {1, 0}. */
	static const struct setup rows[] = {
		{"00, MRO", 0, 0, MRO, RW, false, false, false, false, 0, false},
		{"00, TL1", 0, 0, TL1, RW, false, false, false, false, 0, false},
		{"01, TL1", 0, 1, TL1, RW, false, false, false, false, TT, false},
		{"01, MRO", 0, 1, MRO, RW, false, false, false, false, 0, false},
		{"01, TL0", 0, 1, TL0, RW, false, false, false, false, 0, false},
		{"01, TL01", 0, 1, TL01, RW, false, false, false, false, 0, false},
		{"10, RW", 1, 0, RW, RW, false, false, false, false, TT, false},
		{"10, MRO", 1, 0, MRO, RW, false, false, false, false, TT, false},
		{"10, TL1", 1, 0, TL1, RW, false, false, false, false, TT, false},
		{"10, TL0", 1, 0, TL0, RW, false, false, false, false, 0, false},
		{"11, TL1", 1, 1, TL1, RW, false, false, false, false, TT, false},
		{"11, TL01", 1, 1, TL01, RW, false, false, false, false, 0, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_result result;
		struct rig rig;

		arrange(&rig, &rows[i]);
		rig_start(&rig);
		result = rig_run(&rig, rig_read(VA), rows[i].row);
		judge(&rows[i], &result);
		if (rows[i].class)
			cr_expect_eq(result.blame.reason, SMMU_REASON_TOP_LEVEL, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(harden, without_stage_1_nothing_is_assured)
{
	/* 3.27.2 Note: also where stage 1 is bypassed. */
	static const struct setup s = {"bypass", 1, 0, TL0, MRO, true, true, true, false, IN, true};
	struct smmu_result result;
	struct rig rig;

	arrange(&rig, &s);
	smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_S2);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(DATA), s.row);
	judge(&s, &result);
	rig_fini(&rig);
}

Test(harden, not_advertised_not_there)
{
	/* 5.2 AssuredOnly, TL0: RES0 without IDR3.THE. */
	static const struct setup s = {"no THE", 1, 0, RW, RW, false, true, false, false, 0, false};
	struct smmu_result result;
	struct rig rig;

	arrange(&rig, &s);
	rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_THE(rig.regs[SMMU_REG_IDR3], 0);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(VA), s.row);
	judge(&s, &result);
	rig_fini(&rig);
}

Test(harden, pnch_takes_the_contiguous_bit)
{
	/* 3.27.1: without PnCH bit 52 is Contiguous, and nothing is Protected. */
	struct setup s = {"no PnCH", 1, 0, TL0, MRO, true, true, true, false, IN, true};
	struct smmu_result result;
	struct rig rig;

	arrange(&rig, &s);
	smmu_cd_set_PnCH(&rig.cd, 0);
	rig_start(&rig);
	result = rig_run(&rig, rig_read(VA), s.row);
	judge(&s, &result);
	rig_fini(&rig);
}
