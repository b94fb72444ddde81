/*
 * Permissions that descriptors grant, as tables by the descriptor's bits.
 * DDI 0487 D8.4.1 (stage 1), D8.4.2.1 (stage 2); IHI 0070 5.4, 13.4, 3.26.1.
 */
#include "model/config_priv.h"

/* Rows of struct smmu_s1's perm under the Direct scheme: {UXN, PXN, AP[2:1]}. */
struct s1_bits {
	bool uxn, pxn, ap2, ap1;
};

/* Table D8-66: one Exception level; AP[1] counts as 1, PXN is RES0. */
static unsigned direct_one(const struct smmu_s1 *s1, struct s1_bits bits)
{
	unsigned perm = SMMU_PERM_PR;

	if (!bits.ap2)
		perm |= SMMU_PERM_PW;
	if (!bits.uxn && !(s1->wxn && !bits.ap2))
		perm |= SMMU_PERM_PX;
	return perm | perm << SMMU_PERM_UNPRIV_SHIFT;
}

/* Table D8-65: two Exception levels. */
static unsigned direct_two(const struct smmu_s1 *s1, struct s1_bits bits)
{
	bool uw = bits.ap1 && !bits.ap2;
	/* VMSAv8-32 has no PXN by being writable, but UWXN, and one XN for both levels. */
	bool px = !bits.pxn && (s1->lpae ? !bits.uxn && !(s1->uwxn && uw) : !uw);
	bool ux = !bits.uxn && (!s1->lpae || bits.ap1);
	unsigned perm = SMMU_PERM_PR;

	if (!bits.ap2)
		perm |= SMMU_PERM_PW;
	if (bits.ap1)
		perm |= SMMU_PERM_UR;
	if (uw)
		perm |= SMMU_PERM_UW;
	if (px && !(s1->wxn && !bits.ap2))
		perm |= SMMU_PERM_PX;
	if (ux && !(s1->wxn && uw))
		perm |= SMMU_PERM_UX;
	return perm;
}

/* 3.26.1: PIIP and PIIU encode read in bit 0, execute in bit 1, write in bit 2. */
static unsigned indirect(const struct smmu_s1 *s1, const struct smmu_cd *cd, unsigned index)
{
	static const uint8_t decoded[8] = {
		[1] = SMMU_PERM_PR,
		[2] = SMMU_PERM_PX,
		[3] = SMMU_PERM_PR | SMMU_PERM_PX,
		[5] = SMMU_PERM_PR | SMMU_PERM_PW,
		[7] = SMMU_PERM_PR | SMMU_PERM_PW | SMMU_PERM_PX,
	};
	unsigned priv = decoded[smmu_cd_PIIP(cd, index)];
	unsigned unpriv = s1->one_privilege ? priv : decoded[smmu_cd_PIIU(cd, index)];

	return priv | unpriv << SMMU_PERM_UNPRIV_SHIFT;
}

void smmu_perm_stage1(struct smmu_s1 *stage1, const struct smmu_cd *cd, bool epan)
{
	for (unsigned i = 0; i < SMMU_LEN(stage1->perm); i++) {
		struct s1_bits bits = {i & SMMU_ROW_UXN, i & SMMU_ROW_PXN, i & SMMU_ROW_AP2,
				       i & SMMU_ROW_AP1};
		unsigned seen = SMMU_PERM_UR | SMMU_PERM_UW;
		unsigned perm = stage1->indirect	? indirect(stage1, cd, i)
				: stage1->one_privilege ? direct_one(stage1, bits)
							: direct_two(stage1, bits);

		/* EPAN: what may be executed without privilege counts too. */
		if (epan || stage1->indirect)
			seen |= SMMU_PERM_UX;
		if (stage1->pan && perm & seen)
			perm &= ~(unsigned)(SMMU_PERM_PR | SMMU_PERM_PW);
		stage1->perm[i] = (uint8_t)perm;
	}
}

/*
 * By {XN[1:0], S2AP}: tables D8-76 to D8-78.  Execution does not need read
 * permission (5.2 S2AA64).
 */
void smmu_perm_stage2(struct smmu_s2 *stage2, bool xnx)
{
	static const uint8_t exec[4] = {SMMU_PERM_EXEC, SMMU_PERM_UX, 0, SMMU_PERM_PX};

	for (unsigned i = 0; i < SMMU_LEN(stage2->perm); i++) {
		unsigned xn = (unsigned)smmu_bits(i, 2, 2);
		unsigned perm = 0;

		if (smmu_bit(i, 0))
			perm |= SMMU_PERM_READ;
		if (smmu_bit(i, 1))
			perm |= SMMU_PERM_WRITE;
		/* Without XNX only XN[1] exists. */
		perm |= xnx ? exec[xn] : exec[xn & 2];
		if (stage2->lpae && !(perm & SMMU_PERM_READ))
			perm &= ~(unsigned)SMMU_PERM_EXEC;
		stage2->perm[i] = (uint8_t)perm;
	}
}

/* Bits of a General permission, whose bit 3 is read (table D8-82). */
enum { S2_UX = 1, S2_PX = 2, S2_W = 4, S2_GENERAL = 8 };
enum { S2_NONE = 0, S2_MRO = 2, S2_WO = 4 };

static bool is_mro(unsigned encoding)
{
	return !(encoding & S2_GENERAL) && encoding & S2_MRO;
}

/* The rest: NoAccess, and the reserved ones that are treated so. */
static unsigned defined(unsigned encoding)
{
	return encoding == 1 || encoding == 5 ? S2_NONE : encoding;
}

bool smmu_perm_s2_is_mro(unsigned encoding)
{
	return is_mro(encoding) && defined(encoding) != S2_NONE;
}

bool smmu_perm_s2_is_top(unsigned encoding, unsigned n)
{
	/* 0b0110 is for TTB0, 0b0011 for TTB1, 0b0111 for both. */
	return smmu_perm_s2_is_mro(encoding) && encoding & (n ? S2_UX : S2_W);
}

unsigned smmu_perm_s2_encoding(unsigned encoding, bool is_walk)
{
	unsigned perm = 0;

	encoding = defined(encoding);
	if (is_mro(encoding))
		return is_walk ? SMMU_PERM_PR | SMMU_PERM_PW : SMMU_PERM_READ;
	if (encoding == S2_WO)
		return is_walk ? 0 : SMMU_PERM_WRITE;
	if (!(encoding & S2_GENERAL))
		return 0;
	perm = SMMU_PERM_READ;
	if (encoding & S2_W)
		perm |= SMMU_PERM_WRITE;
	if (encoding & S2_UX)
		perm |= SMMU_PERM_UX;
	if (encoding & S2_PX)
		perm |= SMMU_PERM_PX;
	return perm;
}

/* Table D8-84, of a Special and a General permission that is not NoAccess. */
static unsigned combine_mixed(unsigned special, unsigned general)
{
	if (general & S2_W)
		return special;
	return is_mro(special) ? S2_GENERAL : S2_NONE;
}

unsigned smmu_perm_s2_combine(unsigned base, unsigned overlay)
{
	base = defined(base);
	overlay = defined(overlay);
	if (base == S2_NONE || overlay == S2_NONE)
		return S2_NONE;
	if (base & overlay & S2_GENERAL)
		return base & overlay;
	if ((base | overlay) & S2_GENERAL)
		return base & S2_GENERAL ? combine_mixed(overlay, base)
					 : combine_mixed(base, overlay);
	/* Table D8-83: the TopLevel bits of MRO add up. */
	if (is_mro(base) && is_mro(overlay))
		return base | overlay;
	return base == overlay ? base : S2_NONE;
}

static struct smmu_perm_denial deny(enum smmu_reason reason, const char *field)
{
	return (struct smmu_perm_denial){.reason = reason, .field = field};
}

static struct smmu_perm_denial deny_by_table(enum smmu_reason reason, const char *field,
					     unsigned took)
{
	return (struct smmu_perm_denial){.reason = reason, .field = field, .took = took};
}

/* Under the Direct scheme; row is that of the descriptor alone. */
static struct smmu_perm_denial explain_execute(const struct smmu_s1 *s1, unsigned row,
					       unsigned missing, unsigned taken)
{
	bool priv = missing & SMMU_PERM_PX && !s1->one_privilege;
	unsigned never = priv ? SMMU_ROW_PXN : SMMU_ROW_UXN;

	/* VMSAv8-32: XN, where UXN is, holds for both levels. */
	if (s1->lpae)
		never |= SMMU_ROW_UXN;
	if (row & never)
		return deny(SMMU_REASON_NO_EXECUTE, row & never & SMMU_ROW_PXN ? "PXN" : "UXN");
	taken &= never;
	if (taken)
		return deny_by_table(SMMU_REASON_NO_EXECUTE_TABLE,
				     taken & SMMU_ROW_PXN ? "PXNTable" : "UXNTable", taken);
	if (priv && row & SMMU_ROW_AP1 && !s1->lpae)
		return deny(SMMU_REASON_NO_EXECUTE_WRITABLE, "AP");
	return deny(s1->wxn ? SMMU_REASON_WXN : SMMU_REASON_NO_EXECUTE, "AP");
}

static struct smmu_perm_denial explain_data(unsigned row, unsigned missing, unsigned taken)
{
	bool unpriv = missing & SMMU_PERM_UNPRIV, write = missing & SMMU_PERM_WRITE;

	if (unpriv && !(row & SMMU_ROW_AP1))
		return deny(missing & SMMU_PERM_UW ? SMMU_REASON_NO_WRITE_UNPRIVILEGED
						   : SMMU_REASON_NO_READ_UNPRIVILEGED,
			    "AP");
	if (write && row & SMMU_ROW_AP2)
		return deny(SMMU_REASON_NO_WRITE, "AP");
	if (unpriv && taken & SMMU_ROW_AP1)
		return deny_by_table(SMMU_REASON_NO_ACCESS_TABLE, "APTable", SMMU_ROW_AP1);
	if (write && taken & SMMU_ROW_AP2)
		return deny_by_table(SMMU_REASON_NO_WRITE_TABLE, "APTable", SMMU_ROW_AP2);
	return deny(SMMU_REASON_PAN, "AP");
}

void smmu_perm_explain(struct smmu_perm_denial *denial, const struct smmu_s1 *stage1, uint64_t desc,
		       unsigned index, unsigned missing, unsigned taken)
{
	unsigned granted = stage1->perm[index], row;

	*denial = deny(SMMU_REASON_INDIRECT_PERMISSION, "PIIndex");
	if (stage1->indirect) {
		/* 7.3.16 DirtyBit: only the dirty state stands in the way. */
		denial->dirty = smmu_s1desc_nDirty(desc) && !(missing & ~granted);
		if (denial->dirty)
			denial->field = "nDirty";
		return;
	}
	row = smmu_row_of(desc);
	*denial = missing & SMMU_PERM_EXEC ? explain_execute(stage1, row, missing, taken)
					   : explain_data(row, missing, taken);
}
