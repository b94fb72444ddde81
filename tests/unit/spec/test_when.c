/* RES0 of STE and CD by features, format, Security state and StreamWorld: IHI 0070 5.2, 5.4. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "spec/cd.h"
#include "spec/reg.h"
#include "spec/ste.h"

static bool present(const struct smmu_format *format, const char *name,
		    const struct smmu_when_ctx *ctx)
{
	return smmu_field_is_present(smmu_format_field(format, name), ctx);
}

static struct smmu_ids ids_of(uint32_t idr0, uint32_t idr1, uint32_t idr3, uint32_t idr5)
{
	return (struct smmu_ids){.idr = {idr0, idr1, 0, idr3, 0, idr5}, .aidr = 4};
}

Test(when, features_bring_fields_of_the_ste)
{
	/* idr0 0xb: S1P, S2P, TTF 2; idr1, idr3 and idr5 one bit each (6.3.1 - 6.3.6). */
	static const struct {
		const char *field;
		uint32_t idr0, idr1, idr3, idr5;
	} rows[] = {
		{"S2FWB", 0, 0, 1 << 8, 0},	 {"S1PIE", 0, 0, 1 << 18, 0},
		{"S2PIE", 0, 0, 1 << 19, 0},	 {"S2POE", 0, 0, 1 << 20, 0},
		{"TL0", 0, 0, 1 << 21, 0},	 {"AssuredOnly", 0, 0, 1 << 21, 0},
		{"SHCFG", 0, 1 << 27, 0, 0},	 {"PRIVCFG", 0, 1 << 26, 0, 0},
		{"S2SL0_2", 0, 0, 0, 1 << 7},	 {"S2DS", 0, 0, 0, 1 << 7},
		{"PPAR", 1 << 16, 1 << 6, 0, 0}, {"S2HAFT", 3 << 6, 0, 0, 0},
		{"STRW", 1 << 9, 0, 0, 0},
	};
	struct smmu_ste ste = {{0}};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, 7);
	smmu_ste_set_S2AA64(&ste, 1);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids with =
			ids_of(0xb | rows[i].idr0, rows[i].idr1, rows[i].idr3, rows[i].idr5);
		struct smmu_ids without = ids_of(0xb, 0, 0, 0);
		struct smmu_when_ctx ctx = {.word = ste.word, .ids = &with};

		cr_expect(present(&smmu_ste_format, rows[i].field, &ctx), "%s", rows[i].field);
		ctx.ids = &without;
		cr_expect_not(present(&smmu_ste_format, rows[i].field, &ctx), "%s", rows[i].field);
	}
}

Test(when, nothing_is_reserved_that_is_ignored_or_not_known)
{
	struct smmu_ids none = {.aidr = 0};
	struct smmu_ste ste = {{0}};
	struct smmu_when_ctx ctx = {.word = ste.word, .ids = &none};

	cr_expect(present(&smmu_ste_format, "S2SW", &ctx), "V == 0");
	smmu_ste_set_V(&ste, 1);
	cr_expect(present(&smmu_ste_format, "S2SW", &ctx), "Config == 0b000");
	smmu_ste_set_Config(&ste, 4);
	cr_expect_not(present(&smmu_ste_format, "S2SW", &ctx));
	ctx.ids = NULL;
	cr_expect(present(&smmu_ste_format, "S2SW", &ctx), "registers not known");
}

Test(when, security_state_decides)
{
	struct smmu_ids ids = ids_of(0xb | 1 << 9, 0, 0, 0);
	struct smmu_ste ste = {{0}};
	struct smmu_when_ctx ctx = {.word = ste.word, .ids = &ids};

	ids.s_idr[1] = UINT32_C(1) << 31 | 1 << 29; /* SECURE_IMPL, SEL2 */
	ids.r_idr[3] = 1 << 16;			    /* MEC */
	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, 6);
	smmu_ste_set_S2AA64(&ste, 1);
	for (enum smmu_sec sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM; sec++) {
		ctx.sec = sec;
		cr_expect_eq(present(&smmu_ste_format, "S_S2TTB", &ctx), sec == SMMU_SEC_S);
		cr_expect_eq(present(&smmu_ste_format, "S2NSW", &ctx), sec == SMMU_SEC_S);
		cr_expect_eq(present(&smmu_ste_format, "MECID", &ctx), sec == SMMU_SEC_REALM);
		cr_expect_eq(present(&smmu_ste_format, "EATS", &ctx), sec != SMMU_SEC_S);
	}
}

Test(when, el2_has_no_second_table)
{
	struct smmu_ids ids = ids_of(0xb | 1 << 9, 0, 0, 0);
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};
	struct smmu_when_ctx ctx = {.word = cd.word, .ids = &ids, .ste = &ste};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, 5);
	smmu_ste_set_STRW(&ste, 2);
	smmu_cd_set_V(&cd, 1);
	smmu_cd_set_AA64(&cd, 1);
	cr_expect_not(present(&smmu_cd_format, "TTB1", &ctx), "EL2");
	cr_expect_not(present(&smmu_cd_format, "HAD1", &ctx), "EL2");
	ctx.e2h = true;
	cr_expect(present(&smmu_cd_format, "TTB1", &ctx), "EL2&0");
	ctx.ste = NULL;
	cr_expect(present(&smmu_cd_format, "TTB1", &ctx), "STE not known");
}

Test(when, the_cd_has_two_layouts)
{
	static const struct {
		const char *field;
		bool d128;
	} rows[] = {
		{"HAD0", false},  {"HAD1", false},  {"HWU061", false}, {"HWU162", false},
		{"DisCH0", true}, {"DisCH1", true}, {"SKL0", true},    {"SKL1", true},
	};
	struct smmu_cd cd = {{0}};
	struct smmu_when_ctx ctx = {.word = cd.word};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		for (unsigned d128 = 0; d128 < 2; d128++) {
			ctx.d128 = d128;
			cr_expect_eq(present(&smmu_cd_format, rows[i].field, &ctx),
				     rows[i].d128 == (d128 == 1), "%s", rows[i].field);
		}
}

Test(when, permission_fields_follow_the_scheme)
{
	struct smmu_ids ids = ids_of(0xb, 0, 1 << 18, 1 << 8); /* S1PI, D128 */
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};
	struct smmu_when_ctx ctx = {.word = cd.word, .ids = &ids, .ste = &ste, .d128 = true};

	smmu_ste_set_Config(&ste, 5);
	smmu_cd_set_V(&cd, 1);
	smmu_cd_set_AA64(&cd, 1);
	cr_expect_not(present(&smmu_cd_format, "PIE", &ctx), "STE.S1PIE == 0");
	cr_expect_not(present(&smmu_cd_format, "PIIP", &ctx));
	smmu_ste_set_S1PIE(&ste, 1);
	cr_expect(present(&smmu_cd_format, "PIE", &ctx));
	cr_expect_not(present(&smmu_cd_format, "PIIP", &ctx), "PIE == 0");
	smmu_cd_set_PIE(&cd, 1);
	cr_expect(present(&smmu_cd_format, "PIIP", &ctx));
	cr_expect_not(present(&smmu_cd_format, "WXN", &ctx), "3.26.1");
	smmu_cd_set_AA64(&cd, 0);
	cr_expect_not(present(&smmu_cd_format, "PIE", &ctx), "implied by VMSAv9-128");
	cr_expect(present(&smmu_cd_format, "PIIU", &ctx));
}
