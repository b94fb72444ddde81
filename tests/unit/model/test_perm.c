/* Stage 1 permissions: DDI 0487 tables D8-64 to D8-66, IHI 0070 5.4, 13.4.1. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "rig.h"

enum { R = 1, W = 2, X = 4 };

/* What may be done with the page at 0x5000: a set of R, W, X. */
static unsigned allowed(struct rig *rig, bool privileged, const char *row)
{
	struct smmu_txn txns[] = {rig_read(0x5000), rig_write(0x5000), rig_fetch(0x5000)};
	unsigned set = 0;

	for (unsigned i = 0; i < 3; i++) {
		struct smmu_result result;

		txns[i].privileged = privileged;
		result = rig_run(rig, txns[i], row);
		if (result.status == SMMU_STATUS_OK)
			set |= 1u << i;
		else
			cr_expect_eq(smmu_bits(result.event.word[0], 0, 8), SMMU_EVT_F_PERMISSION,
				     "%s", row);
	}
	return set;
}

static void map(struct rig *rig, uint64_t leaf)
{
	uint64_t next = 0x300000;

	rig_map(rig, RIG_TTB0, 0x5000, leaf, &next);
}

Test(perm, two_exception_levels)
{
	/* Table D8-65, row for row: UXN, PXN, AP[2:1], WXN. */
	static const struct {
		unsigned uxn, pxn, ap, wxn, priv, unpriv;
	} rows[] = {
		{0, 0, 0, 0, R | W | X, X},
		{0, 0, 0, 1, R | W, X},
		{0, 0, 1, 0, R | W, R | W | X},
		{0, 0, 1, 1, R | W, R | W},
		{0, 0, 2, 0, R | X, X},
		{0, 0, 2, 1, R | X, X},
		{0, 0, 3, 0, R | X, R | X},
		{0, 0, 3, 1, R | X, R | X},
		{0, 1, 0, 0, R | W, X},
		{0, 1, 0, 1, R | W, X},
		{0, 1, 1, 0, R | W, R | W | X},
		{0, 1, 1, 1, R | W, R | W},
		{0, 1, 2, 0, R, X},
		{0, 1, 3, 1, R, R | X},
		{1, 0, 0, 0, R | W | X, 0},
		{1, 0, 0, 1, R | W, 0},
		{1, 0, 1, 0, R | W, R | W},
		{1, 0, 2, 0, R | X, 0},
		{1, 0, 3, 1, R | X, R},
		{1, 1, 0, 0, R | W, 0},
		{1, 1, 1, 1, R | W, R | W},
		{1, 1, 2, 0, R, 0},
		{1, 1, 3, 0, R, R},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t leaf = smmu_s1desc_set_AP(rig_page1(0x77000), rows[i].ap);
		char row[64];
		struct rig rig;

		snprintf(row, sizeof(row), "UXN %u PXN %u AP %u WXN %u", rows[i].uxn, rows[i].pxn,
			 rows[i].ap, rows[i].wxn);
		rig_init(&rig);
		smmu_cd_set_WXN(&rig.cd, rows[i].wxn);
		leaf = smmu_s1desc_set_PXN(smmu_s1desc_set_UXN(leaf, rows[i].uxn), rows[i].pxn);
		map(&rig, leaf);
		rig_start(&rig);
		cr_expect_eq(allowed(&rig, true, row), rows[i].priv, "%s", row);
		cr_expect_eq(allowed(&rig, false, row), rows[i].unpriv, "%s", row);
		rig_fini(&rig);
	}
}

Test(perm, one_exception_level)
{
	/* Table D8-66: XN, AP[2], WXN; AP[1] and privilege make no difference. */
	static const struct {
		unsigned xn, ap2, wxn, set;
	} rows[] = {
		{0, 0, 0, R | W | X}, {0, 0, 1, R | W}, {0, 1, 0, R | X},
		{0, 1, 1, R | X},     {1, 0, 0, R | W}, {1, 1, 1, R},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		for (unsigned ap1 = 0; ap1 < 2; ap1++) {
			uint64_t leaf =
				smmu_s1desc_set_AP(rig_page1(0x77000), rows[i].ap2 << 1 | ap1);
			char row[64];
			struct rig rig;

			snprintf(row, sizeof(row), "XN %u AP[2] %u WXN %u AP[1] %u", rows[i].xn,
				 rows[i].ap2, rows[i].wxn, ap1);
			rig_init(&rig);
			smmu_ste_set_STRW(&rig.ste, SMMU_STE_STRW_EL2);
			smmu_cd_set_WXN(&rig.cd, rows[i].wxn);
			/* IGNORED in this regime. */
			smmu_cd_set_PAN(&rig.cd, 1);
			map(&rig, smmu_s1desc_set_UXN(leaf, rows[i].xn));
			rig_start(&rig);
			cr_expect_eq(allowed(&rig, true, row), rows[i].set, "%s", row);
			cr_expect_eq(allowed(&rig, false, row), rows[i].set, "%s", row);
			rig_fini(&rig);
		}
	}
}

Test(perm, el2_e2h_has_two_levels)
{
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CR2] = smmu_CR2_set_E2H(rig.regs[SMMU_REG_CR2], 1);
	smmu_ste_set_STRW(&rig.ste, SMMU_STE_STRW_EL2);
	map(&rig, smmu_s1desc_set_AP(rig_page1(0x77000), 0));
	rig_start(&rig);
	cr_expect_eq(allowed(&rig, true, "E2H"), R | W | X);
	cr_expect_eq(allowed(&rig, false, "E2H"), X);
	rig_fini(&rig);
}

Test(perm, table_descriptors_take_permissions_away)
{
	/* Tables D8-64 and the text on UXNTable and PXNTable; AP of the page is 01. */
	static const struct {
		const char *row;
		unsigned aptable, uxntable, pxntable, had;
		unsigned priv, unpriv;
	} rows[] = {
		{"none", 0, 0, 0, 0, R | W, R | W | X},
		/* Without UnprivWrite privileged execution is no longer removed. */
		{"APTable 01", 1, 0, 0, 0, R | W | X, X},
		{"APTable 10", 2, 0, 0, 0, R | X, R | X},
		{"APTable 11", 3, 0, 0, 0, R | X, X},
		{"UXNTable", 0, 1, 0, 0, R | W, R | W},
		{"APTable 01 PXNTable", 1, 0, 1, 0, R | W, X},
		{"all, disabled", 3, 1, 1, 1, R | W, R | W | X},
	};

	for (unsigned level = 0; level < 3; level++) {
		static const uint64_t at[] = {RIG_TTB0, 0x300000, 0x301000};

		for (size_t i = 0; i < SMMU_LEN(rows); i++) {
			struct rig rig;
			uint64_t desc;

			rig_init(&rig);
			smmu_cd_set_HAD0(&rig.cd, rows[i].had);
			map(&rig, rig_page1(0x77000));
			desc = smmu_s1table_set_APTable(rig_get(&rig, at[level]), rows[i].aptable);
			desc = smmu_s1table_set_UXNTable(desc, rows[i].uxntable);
			rig_put(&rig, at[level], smmu_s1table_set_PXNTable(desc, rows[i].pxntable));
			rig_start(&rig);
			cr_expect_eq(allowed(&rig, true, rows[i].row), rows[i].priv, "%s, level %u",
				     rows[i].row, level);
			cr_expect_eq(allowed(&rig, false, rows[i].row), rows[i].unpriv,
				     "%s, level %u", rows[i].row, level);
			rig_fini(&rig);
		}
	}
}

Test(perm, pan_and_epan)
{
	static const struct {
		const char *row;
		unsigned ap, uxn, epan, priv;
	} rows[] = {
		{"unprivileged data", 1, 1, 0, 0},
		{"unprivileged read", 3, 1, 0, X},
		{"none unprivileged", 0, 1, 0, R | W | X},
		{"unprivileged execution", 2, 0, 0, R | X},
		{"unprivileged execution, EPAN", 2, 0, 1, X},
		{"none unprivileged, EPAN", 2, 1, 1, R | X},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t leaf = smmu_s1desc_set_AP(rig_page1(0x77000), rows[i].ap);
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_EPAN(rig.regs[SMMU_REG_IDR3], 1);
		smmu_cd_set_PAN(&rig.cd, 1);
		smmu_cd_set_EPAN(&rig.cd, rows[i].epan);
		map(&rig, smmu_s1desc_set_UXN(leaf, rows[i].uxn));
		rig_start(&rig);
		cr_expect_eq(allowed(&rig, true, rows[i].row), rows[i].priv, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(perm, overrides_of_privilege_and_instruction)
{
	static const struct {
		const char *row;
		unsigned privcfg, instcfg;
		bool ovr, privileged, instruction;
		uint64_t word1; /* of the F_PERMISSION on a page that permits nothing asked */
	} rows[] = {
		{"as incoming", 0, 0, 1, 0, 0, 0x20800000000},
		{"incoming privileged", 0, 0, 1, 1, 0, 0x20a00000000},
		{"incoming instruction", 0, 0, 1, 0, 1, 0x20c00000000},
		{"reserved 0b01 is incoming", 1, 1, 1, 1, 1, 0x20e00000000},
		{"unprivileged", 2, 0, 1, 1, 0, 0x20800000000},
		{"privileged", 3, 0, 1, 0, 0, 0x20a00000000},
		{"data", 0, 2, 1, 0, 1, 0x20800000000},
		{"instruction", 0, 3, 1, 0, 0, 0x20c00000000},
		{"no overrides: RES0", 3, 3, 0, 0, 0, 0x20800000000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		/* Indirect permissions of nothing: the only way to deny a privileged read. */
		struct smmu_txn txn = rig_read(0x5000);
		struct smmu_result result;
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_AIDR] = 4;
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_S1PI(rig.regs[SMMU_REG_IDR3], 1);
		rig.regs[SMMU_REG_IDR1] =
			smmu_IDR1_set_ATTR_PERMS_OVR(rig.regs[SMMU_REG_IDR1], rows[i].ovr);
		smmu_ste_set_S1PIE(&rig.ste, 1);
		smmu_cd_set_PIE(&rig.cd, 1);
		smmu_ste_set_PRIVCFG(&rig.ste, rows[i].privcfg);
		smmu_ste_set_INSTCFG(&rig.ste, rows[i].instcfg);
		map(&rig, rig_page1(0x77000));
		rig_start(&rig);
		txn.privileged = rows[i].privileged;
		txn.instruction = rows[i].instruction;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.event.word[0], 0x300000013, "%s: %s", rows[i].row,
			     smmu_reason_info(result.blame.reason)->name);
		cr_expect_eq(result.event.word[1], rows[i].word1, "%s: %#lx", rows[i].row,
			     (unsigned long)result.event.word[1]);
		/* 13.1.2: writes are Data whatever is said of them. */
		txn.read = false;
		txn.write = true;
		result = rig_run(&rig, txn, rows[i].row);
		cr_expect_eq(result.event.word[1] & UINT64_C(0xc00000000), 0, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(perm, indirect_permissions)
{
	/* 3.26.1: index from bits [54:53], 51 and 6; PIIP for privileged, PIIU for others. */
	static const struct {
		unsigned pi, set;
	} rows[] = {{0, 0}, {1, R}, {2, X}, {3, R | X}, {5, R | W}, {7, R | W | X}};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;

		rig_init(&rig);
		rig.regs[SMMU_REG_AIDR] = 4;
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_S1PI(rig.regs[SMMU_REG_IDR3], 1);
		smmu_ste_set_S1PIE(&rig.ste, 1);
		smmu_cd_set_PIE(&rig.cd, 1);
		/* WXN and APTable mean nothing here. */
		smmu_cd_set_WXN(&rig.cd, 1);
		smmu_cd_set_PIIP(&rig.cd, 9, rows[i].pi);
		smmu_cd_set_PIIU(&rig.cd, 6, rows[i].pi);
		map(&rig, smmu_s1desc_set_PIIndex(smmu_s1desc_set_AP(rig_page1(0x77000), 0), 9));
		rig_put(&rig, RIG_TTB0, smmu_s1table_set_APTable(rig_get(&rig, RIG_TTB0), 3));
		rig_start(&rig);
		cr_expect_eq(allowed(&rig, true, "PIIP"), rows[i].set, "%u", rows[i].pi);
		cr_expect_eq(allowed(&rig, false, "PIIU of another index"), 0, "%u", rows[i].pi);
		map(&rig, smmu_s1desc_set_PIIndex(smmu_s1desc_set_AP(rig_page1(0x77000), 0), 6));
		rig_changed(&rig);
		cr_expect_eq(allowed(&rig, false, "PIIU"), rows[i].set, "%u", rows[i].pi);
		rig_fini(&rig);
	}
}
