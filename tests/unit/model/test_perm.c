/* Stage 2 permissions by index: DDI 0487 tables D8-79 to D8-84. */
#include <criterion/criterion.h>

#include "model/config_priv.h"

#define R  SMMU_PERM_READ
#define W  SMMU_PERM_WRITE
#define UX SMMU_PERM_UX
#define PX SMMU_PERM_PX
#define WR (SMMU_PERM_PR | SMMU_PERM_PW) /* of a walk */

enum { NONE = 0, MRO = 2, TL1 = 3, WO = 4, TL0 = 6, TL01 = 7, RO = 8, RX = 11, RW = 12, RWX = 15 };

Test(perm, s2_encoding)
{
	/* By encoding: for transactions, and whether walks may read and write (D8-79, D8-80). */
	static const struct {
		unsigned access, walk;
	} want[16] = {
		[MRO] = {R, WR},
		[TL1] = {R, WR},
		[WO] = {W, 0},
		[TL0] = {R, WR},
		[TL01] = {R, WR},
		[RO] = {R, SMMU_PERM_PR},
		[9] = {R | UX, SMMU_PERM_PR},
		[10] = {R | PX, SMMU_PERM_PR},
		[RX] = {R | UX | PX, SMMU_PERM_PR},
		[RW] = {R | W, WR},
		[13] = {R | W | UX, WR},
		[14] = {R | W | PX, WR},
		[RWX] = {R | W | UX | PX, WR},
	};

	for (unsigned i = 0; i < SMMU_LEN(want); i++) {
		cr_expect_eq(smmu_perm_s2_encoding(i, false), want[i].access, "access, %u", i);
		cr_expect_eq(smmu_perm_s2_encoding(i, true) & WR, want[i].walk, "walk, %u", i);
	}
}

Test(perm, s2_combine)
{
	static const struct {
		const char *row;
		unsigned a, b, want;
	} rows[] = {
		{"RXLNQX: General permissions are ANDed", RWX, 13, 13},
		{"execute of one alone is gone", RX, RW, RO},
		{"D8-83: WO with WO", WO, WO, WO},
		{"D8-83: WO with MRO", WO, MRO, NONE},
		{"D8-83: MRO with MRO", MRO, MRO, MRO},
		{"D8-83: MRO-TL0 with MRO", TL0, MRO, TL0},
		{"D8-83: MRO-TL0 with MRO-TL1", TL0, TL1, TL01},
		{"D8-83: MRO-TL01 with MRO-TL1", TL01, TL1, TL01},
		{"D8-84: MRO with NoAccess", MRO, NONE, NONE},
		{"D8-84: MRO-TL1 with RO", TL1, RX, RO},
		{"D8-84: MRO with RW", MRO, RWX, MRO},
		{"D8-84: MRO-TL0 with RW", TL0, RW, TL0},
		{"D8-84: WO with RO", WO, RX, NONE},
		{"D8-84: WO with RW", WO, RWX, WO},
		{"D8-82: 0b0001 is NoAccess", 1, RWX, NONE},
		{"D8-82: 0b0101 is NoAccess", 5, RWX, NONE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		cr_expect_eq(smmu_perm_s2_combine(rows[i].a, rows[i].b), rows[i].want, "%s",
			     rows[i].row);
		cr_expect_eq(smmu_perm_s2_combine(rows[i].b, rows[i].a), rows[i].want,
			     "%s, the other way round", rows[i].row);
	}
}
