/* Effective values: IHI 0070 3.4, 5.2, 5.4; DDI 0487 D8.2 and G5.5.7. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "spec/effective.h"

/* TTF in IDR0[3:2], OAS in IDR5[2:0]. */
static struct smmu_ids sizes(uint32_t ttf, uint32_t oas, uint32_t version)
{
	return (struct smmu_ids){.idr = {ttf << 2, 0, 0, 0, 0, oas}, .aidr = version};
}

Test(effective, address_sizes)
{
	static const struct {
		const char *row;
		uint32_t ttf, oas, version;
		unsigned want_oas, want_ias;
	} rows[] = {
		{"48 bits", 2, 5, 1, 48, 48},
		{"LPAE makes the IAS 40 bits at least", 3, 1, 1, 36, 40},
		{"without LPAE the IAS is the OAS", 2, 1, 1, 36, 36},
		{"LPAE alone", 1, 5, 1, 48, 40},
		{"52 bits from v3.1", 2, 6, 1, 52, 52},
		{"52 bits are reserved in v3.0", 2, 6, 0, 48, 48},
		{"56 bits from v3.4", 2, 7, 4, 56, 56},
		{"56 bits are reserved in v3.3", 2, 7, 3, 52, 52},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = sizes(rows[i].ttf, rows[i].oas, rows[i].version);

		cr_expect_eq(smmu_oas_bits(&ids), rows[i].want_oas, "%s", rows[i].row);
		cr_expect_eq(smmu_ias_bits(&ids), rows[i].want_ias, "%s", rows[i].row);
	}
}

Test(effective, output_sizes_are_capped)
{
	struct smmu_ids ids = sizes(3, 4, 2); /* OAS 44 */
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};

	smmu_cd_set_AA64(&cd, 1);
	smmu_ste_set_S2AA64(&ste, 1);
	smmu_cd_set_IPS(&cd, 5);
	smmu_ste_set_S2PS(&ste, 1);
	cr_expect_eq(smmu_cd_ips_bits(&cd, &ids), 44, "48 is capped to the OAS");
	cr_expect_eq(smmu_ste_s2ps_bits(&ste, &ids), 36);
	smmu_cd_set_AA64(&cd, 0);
	smmu_ste_set_S2AA64(&ste, 0);
	cr_expect_eq(smmu_cd_ips_bits(&cd, &ids), 40, "LPAE");
	cr_expect_eq(smmu_ste_s2ps_bits(&ste, &ids), 40, "LPAE");
}

Test(effective, table_bases_lose_reserved_bits)
{
	struct smmu_ids v30 = sizes(2, 5, 0), v31 = sizes(2, 5, 1), d128 = sizes(2, 7, 4);
	struct smmu_cd cd = {{0}};

	d128.idr[5] |= 1 << 8;
	smmu_cd_set_TTB1(&cd, UINT64_C(0xfffffffffffff0));
	smmu_cd_set_AA64(&cd, 1);
	cr_expect_eq(smmu_cd_ttb(&cd, 1, &v30), UINT64_C(0xfffffffffff0));
	cr_expect_eq(smmu_cd_ttb(&cd, 1, &v31), UINT64_C(0xffffffffffff0));
	cr_expect_eq(smmu_cd_ttb(&cd, 1, &d128), UINT64_C(0xffffffffffff0));
	smmu_cd_set_AA64(&cd, 0);
	cr_expect_eq(smmu_cd_ttb(&cd, 1, &d128), UINT64_C(0xfffffffffffff0));
	cr_expect_eq(smmu_cd_ttb(&cd, 0, &d128), 0);
}

Test(effective, streamworlds)
{
	static const struct {
		const char *row;
		enum smmu_sec sec;
		uint32_t idr0; /* S1P bit 1, Hyp bit 9 */
		unsigned config, strw;
		bool e2h;
		enum smmu_streamworld want;
	} rows[] = {
		{"EL1", SMMU_SEC_NS, 0x202, 5, 0, true, SMMU_SW_NS_EL1},
		{"EL2", SMMU_SEC_NS, 0x202, 5, 2, false, SMMU_SW_EL2},
		{"EL2&0", SMMU_SEC_NS, 0x202, 5, 2, true, SMMU_SW_EL2_E2H},
		{"no Hyp", SMMU_SEC_NS, 0x2, 5, 2, true, SMMU_SW_NS_EL1},
		{"stage 2 decides", SMMU_SEC_NS, 0x202, 7, 2, true, SMMU_SW_NS_EL1},
		{"Secure", SMMU_SEC_S, 0x2, 5, 0, false, SMMU_SW_S_EL1},
		{"Secure EL2", SMMU_SEC_S, 0x2, 5, 2, false, SMMU_SW_S_EL2},
		{"Secure EL2&0", SMMU_SEC_S, 0x2, 5, 2, true, SMMU_SW_S_EL2_E2H},
		{"EL3", SMMU_SEC_S, 0x2, 5, 1, true, SMMU_SW_EL3},
		{"Realm EL1", SMMU_SEC_REALM, 0x202, 6, 2, true, SMMU_SW_REALM_EL1},
		{"Realm EL2&0", SMMU_SEC_REALM, 0x202, 5, 2, true, SMMU_SW_REALM_EL2_E2H},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = {.idr = {rows[i].idr0}};
		struct smmu_ste ste = {{0}};

		smmu_ste_set_Config(&ste, rows[i].config);
		smmu_ste_set_STRW(&ste, rows[i].strw);
		cr_expect_eq(smmu_ste_streamworld(&ste, rows[i].sec, &ids, rows[i].e2h),
			     rows[i].want, "%s", rows[i].row);
	}
}

/* Tables D8-20 to D8-24, D8-30 to D8-33, D8-39 to D8-41 and G5-5, their ends and one beyond. */
Test(effective, stage_2_start_levels)
{
	static const struct {
		const char *row;
		unsigned tg, sl0_2, sl0, ds, stt, least, most;
		int level;
	} rows[] = {
		{"4KB level -1", SMMU_TG0_4K, 1, 0, 1, 1, 12, 15, -1},
		{"4KB level 0", SMMU_TG0_4K, 0, 2, 1, 1, 12, 24, 0},
		{"4KB level 1", SMMU_TG0_4K, 0, 1, 1, 1, 21, 33, 1},
		{"4KB level 2", SMMU_TG0_4K, 0, 0, 0, 1, 30, 42, 2},
		{"4KB level 3", SMMU_TG0_4K, 0, 3, 0, 1, 39, 48, 3},
		{"16KB level 0", SMMU_TG0_16K, 0, 3, 1, 1, 12, 16, 0},
		{"16KB level 1", SMMU_TG0_16K, 0, 2, 1, 1, 13, 27, 1},
		{"16KB level 2", SMMU_TG0_16K, 0, 1, 0, 1, 24, 38, 2},
		{"16KB level 3", SMMU_TG0_16K, 0, 0, 0, 1, 35, 48, 3},
		{"64KB level 1", SMMU_TG0_64K, 0, 2, 0, 1, 12, 21, 1},
		{"64KB level 2", SMMU_TG0_64K, 0, 1, 0, 1, 18, 34, 2},
		{"64KB level 3", SMMU_TG0_64K, 0, 0, 0, 1, 31, 47, 3},
		{"4KB reserved SL2", SMMU_TG0_4K, 1, 1, 1, 1, 1, 0, 0},
		{"64KB reserved SL0", SMMU_TG0_64K, 0, 3, 0, 1, 1, 0, 0},
		{"4KB level 3 without small tables", SMMU_TG0_4K, 0, 3, 0, 0, 1, 0, 0},
		{"16KB level 0 without DS", SMMU_TG0_16K, 0, 3, 0, 1, 1, 0, 0},
		{"SL2 counts only with DS", SMMU_TG0_4K, 1, 1, 0, 1, 21, 33, 1},
		{"SL2 counts only with 4KB", SMMU_TG0_16K, 1, 1, 1, 1, 24, 38, 2},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = {.idr = {2 << 2, 0, 0, rows[i].stt << 9, 0, 1 << 7}};
		struct smmu_ste ste = {{0}};

		smmu_ste_set_S2AA64(&ste, 1);
		smmu_ste_set_S2TG(&ste, rows[i].tg);
		smmu_ste_set_S2SL0(&ste, rows[i].sl0);
		smmu_ste_set_S2SL0_2(&ste, rows[i].sl0_2);
		smmu_ste_set_S2DS(&ste, rows[i].ds);
		for (unsigned t0sz = 12; t0sz <= 48; t0sz++) {
			bool want = t0sz >= rows[i].least && t0sz <= rows[i].most;
			int level = 99;

			/* The tables stop at 47 or 48; a range rule of its own stops there. */
			if (rows[i].tg == SMMU_TG0_64K && t0sz > 47)
				continue;
			smmu_ste_set_S2T0SZ(&ste, t0sz);
			cr_expect_eq(
				smmu_ste_s2_start_level(&level, &ste, SMMU_SEC_NS, false, &ids),
				want, "%s, T0SZ %u", rows[i].row, t0sz);
			if (want)
				cr_expect_eq(level, rows[i].level, "%s, T0SZ %u", rows[i].row,
					     t0sz);
		}
	}
}

Test(effective, stage_2_start_levels_of_lpae)
{
	for (unsigned sl0 = 0; sl0 < 4; sl0++)
		for (int t0sz = -8; t0sz <= 7; t0sz++) {
			struct smmu_ids ids = {.idr = {1 << 2}};
			bool want = sl0 == 0 ? t0sz >= -2 : sl0 == 1 && t0sz <= 1;
			struct smmu_ste ste = {{0}};
			int level;

			smmu_ste_set_S2SL0(&ste, sl0);
			smmu_ste_set_S2T0SZ(&ste, 0x30 | ((unsigned)t0sz & 15));
			cr_expect_eq(
				smmu_ste_s2_start_level(&level, &ste, SMMU_SEC_NS, false, &ids),
				want, "SL0 %u T0SZ %d", sl0, t0sz);
			if (want)
				cr_expect_eq(level, sl0 ? 1 : 2);
		}
}

/* Table D8-44. */
Test(effective, start_levels_of_vmsav9_128)
{
	static const struct {
		enum smmu_granule granule;
		unsigned least, most;
		int level;
	} rows[] = {
		{SMMU_GRANULE_4K, 8, 11, -2},  {SMMU_GRANULE_4K, 12, 19, -1},
		{SMMU_GRANULE_4K, 20, 27, 0},  {SMMU_GRANULE_4K, 28, 35, 1},
		{SMMU_GRANULE_4K, 36, 43, 2},  {SMMU_GRANULE_4K, 44, 48, 3},
		{SMMU_GRANULE_16K, 8, 9, -1},  {SMMU_GRANULE_16K, 10, 19, 0},
		{SMMU_GRANULE_16K, 20, 29, 1}, {SMMU_GRANULE_16K, 30, 39, 2},
		{SMMU_GRANULE_16K, 40, 48, 3}, {SMMU_GRANULE_64K, 8, 11, 0},
		{SMMU_GRANULE_64K, 12, 23, 1}, {SMMU_GRANULE_64K, 24, 35, 2},
		{SMMU_GRANULE_64K, 36, 47, 3},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		for (unsigned txsz = rows[i].least; txsz <= rows[i].most; txsz++)
			for (unsigned skl = 0; skl < 4; skl++)
				cr_expect_eq(smmu_d128_start_level(txsz, rows[i].granule, skl),
					     rows[i].level + (int)skl, "row %zu TxSZ %u", i, txsz);
}

Test(effective, ds_needs_its_feature_its_format_and_a_small_granule)
{
	static const struct {
		const char *row;
		uint32_t idr5_ds;
		unsigned aa64, s2tg, s_s2tg;
		bool want_s2, want_s1;
	} rows[] = {
		{"4KB", 1, 1, SMMU_TG0_4K, SMMU_TG0_16K, true, true},
		{"16KB", 1, 1, SMMU_TG0_16K, SMMU_TG0_4K, true, true},
		{"64KB", 1, 1, SMMU_TG0_64K, SMMU_TG0_4K, false, true},
		{"64KB for Secure IPAs", 1, 1, SMMU_TG0_4K, SMMU_TG0_64K, false, true},
		{"no IDR5.DS", 0, 1, SMMU_TG0_4K, SMMU_TG0_4K, false, false},
		{"not VMSAv8-64", 1, 0, SMMU_TG0_4K, SMMU_TG0_4K, false, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = {.idr = {0, 0, 0, 0, 0, rows[i].idr5_ds << 7}, .aidr = 4};
		struct smmu_ste ste = {{0}};
		struct smmu_cd cd = {{0}};

		smmu_ste_set_S2DS(&ste, 1);
		smmu_ste_set_S2TG(&ste, rows[i].s2tg);
		smmu_ste_set_S_S2TG(&ste, rows[i].s_s2tg);
		smmu_ste_set_S2AA64(&ste, rows[i].aa64);
		smmu_cd_set_DS(&cd, 1);
		smmu_cd_set_AA64(&cd, rows[i].aa64);
		cr_expect_eq(smmu_ste_s2ds(&ste, SMMU_SEC_S, &ids), rows[i].want_s2, "%s",
			     rows[i].row);
		smmu_ste_set_S_S2TG(&ste, SMMU_TG0_64K);
		cr_expect_eq(smmu_ste_s2ds(&ste, SMMU_SEC_NS, &ids),
			     rows[i].want_s2 || rows[i].s_s2tg == SMMU_TG0_64K,
			     "%s: S_S2TG is of Secure streams", rows[i].row);
		cr_expect_eq(smmu_cd_ds(&cd, &ids), rows[i].want_s1, "%s", rows[i].row);
	}
}

/* 5.4 EPD0: IGNORED, and no table 1, in EL2 and EL3. */
Test(effective, epd_by_streamworld)
{
	struct smmu_cd cd = {{0}};

	smmu_cd_set_EPD0(&cd, 1);
	cr_expect(smmu_cd_epd(&cd, 0, SMMU_SW_NS_EL1));
	cr_expect_not(smmu_cd_epd(&cd, 1, SMMU_SW_NS_EL1));
	cr_expect_not(smmu_cd_epd(&cd, 0, SMMU_SW_EL2));
	cr_expect(smmu_cd_epd(&cd, 1, SMMU_SW_EL2));
	cr_expect_not(smmu_cd_epd(&cd, 0, SMMU_SW_EL3));
	cr_expect(smmu_cd_epd(&cd, 1, SMMU_SW_EL3));
	cr_expect(smmu_cd_epd(&cd, 0, SMMU_SW_S_EL2_E2H));
}

/* 17.1, 5.6.1: which Security states have MPAM and the VMS. */
Test(effective, mpam_and_the_vms)
{
	struct smmu_ids ids = {.idr = {3, 0, 0, 1 << 7}}; /* S1P, S2P, IDR3.MPAM */

	cr_expect_not(smmu_ids_has_mpam(&ids, SMMU_SEC_NS));
	ids.mpamidr = 1 << 16; /* PMG_MAX */
	cr_expect(smmu_ids_has_mpam(&ids, SMMU_SEC_NS));
	cr_expect_not(smmu_ids_has_vms(&ids, SMMU_SEC_NS), "no PARTIDs");
	ids.mpamidr = 7;
	cr_expect(smmu_ids_has_vms(&ids, SMMU_SEC_NS));
	cr_expect_not(smmu_ids_has_vms(&ids, SMMU_SEC_REALM));
	ids.r_mpamidr = 1 << 25; /* HAS_MPAM_NS */
	cr_expect(smmu_ids_has_vms(&ids, SMMU_SEC_REALM), "of the Non-secure space");
	cr_expect_eq(smmu_ids_partid_max(&ids, SMMU_SEC_REALM, true), 7);
	cr_expect_eq(smmu_ids_partid_max(&ids, SMMU_SEC_REALM, false), 0);
	ids.s_mpamidr = 3;
	cr_expect_not(smmu_ids_has_vms(&ids, SMMU_SEC_S), "no Secure stage 2");
	ids.s_idr[1] = 1 << 29;
	cr_expect(smmu_ids_has_vms(&ids, SMMU_SEC_S));
}
