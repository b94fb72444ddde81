/* Address spaces of Secure and Realm streams, IHI 0070 G.b 3.10.2.2, 3.10.3, 5.2. */
#include <criterion/criterion.h>

#include "model/config_priv.h"

/* 5.2 NSCFG and 13.1.3, of what bypasses stage 1. */
Test(config, bypass_space)
{
	static const struct {
		const char *row;
		struct smmu_txn txn;
		uint8_t nscfg;
		enum smmu_pas want;
	} rows[] = {
		{"Non-secure streams stay there", {.sec = SMMU_SEC_NS}, 2, SMMU_PAS_NS},
		{"Secure, nothing supplied", {.sec = SMMU_SEC_S}, 0, SMMU_PAS_NS},
		{"Secure, NS = 0", {.sec = SMMU_SEC_S, .ns_supplied = true}, 0, SMMU_PAS_S},
		{"Secure, 0b01 behaves as 0b00",
		 {.sec = SMMU_SEC_S, .ns_supplied = true},
		 1,
		 SMMU_PAS_S},
		{"Secure, 0b10", {.sec = SMMU_SEC_S}, 2, SMMU_PAS_S},
		{"Secure, 0b11", {.sec = SMMU_SEC_S, .ns_supplied = true}, 3, SMMU_PAS_NS},
		{"Realm, nothing supplied", {.sec = SMMU_SEC_REALM}, 0, SMMU_PAS_REALM},
		{"Realm, NS = 1",
		 {.sec = SMMU_SEC_REALM, .ns_supplied = true, .ns = true},
		 0,
		 SMMU_PAS_NS},
		{"Realm, 0b10",
		 {.sec = SMMU_SEC_REALM, .ns_supplied = true, .ns = true},
		 2,
		 SMMU_PAS_REALM},
		{"Realm, 0b11", {.sec = SMMU_SEC_REALM}, 3, SMMU_PAS_NS},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_overrides o = {.nscfg = rows[i].nscfg};

		cr_expect_eq(smmu_overrides_space(&o, &rows[i].txn), rows[i].want, "%s",
			     rows[i].row);
	}
}

/* 3.10.2.2: walks and outputs of the two IPA spaces of a Secure stream. */
Test(config, secure_stage2)
{
	static const struct {
		const char *row;
		bool sw, sa, nsw, nsa;
		enum smmu_pas walk, out, secure_walk, secure_out;
	} rows[] = {
		{"all Secure", 0, 0, 0, 0, SMMU_PAS_S, SMMU_PAS_S, SMMU_PAS_S, SMMU_PAS_S},
		{"S2NSA", 0, 0, 0, 1, SMMU_PAS_S, SMMU_PAS_NS, SMMU_PAS_S, SMMU_PAS_S},
		{"S2NSW", 0, 0, 1, 0, SMMU_PAS_NS, SMMU_PAS_NS, SMMU_PAS_S, SMMU_PAS_S},
		{"S2SA counts for both", 0, 1, 0, 0, SMMU_PAS_S, SMMU_PAS_NS, SMMU_PAS_S,
		 SMMU_PAS_NS},
		{"S2SW is S2SA too", 1, 0, 0, 0, SMMU_PAS_S, SMMU_PAS_NS, SMMU_PAS_NS, SMMU_PAS_NS},
	};
	struct smmu_ids ids = {.aidr = SMMU_AIDR_V34};
	struct smmu_rule_ctx ctx = {.ids = &ids, .sec = SMMU_SEC_S};
	struct smmu_txn txn = {.sec = SMMU_SEC_S, .alloc = SMMU_ALLOC_NONE_SUPPLIED};
	struct smmu_config_in in = {.legal = &ctx, .txn = &txn};

	ids.idr[5] = (uint32_t)smmu_IDR5_set_OAS(smmu_IDR5_set_GRAN4K(0, 1), SMMU_SIZE_48);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_config config = {0};
		const struct smmu_s2 *s2 = &config.stage2;

		smmu_ste_set_Config(&config.ste, SMMU_STE_CONFIG_S2);
		smmu_ste_set_S2AA64(&config.ste, 1);
		smmu_ste_set_S2T0SZ(&config.ste, 24);
		smmu_ste_set_S2SL0(&config.ste, 1);
		smmu_ste_set_S_S2T0SZ(&config.ste, 24);
		smmu_ste_set_S_S2SL0(&config.ste, 1);
		smmu_ste_set_S2SW(&config.ste, rows[i].sw);
		smmu_ste_set_S2SA(&config.ste, rows[i].sa);
		smmu_ste_set_S2NSW(&config.ste, rows[i].nsw);
		smmu_ste_set_S2NSA(&config.ste, rows[i].nsa);
		smmu_config_ste(&config, &in);
		cr_expect_eq(s2->tt.pas, rows[i].walk, "%s: walk", rows[i].row);
		cr_expect_eq(s2->out, rows[i].out, "%s: output", rows[i].row);
		cr_expect_eq(s2->secure.pas, rows[i].secure_walk, "%s: Secure walk", rows[i].row);
		cr_expect_eq(s2->secure_out, rows[i].secure_out, "%s: Secure output", rows[i].row);
	}
}
