/* Nothing of the architecture is without words. */
#include "explain/about.h"

#include <criterion/criterion.h>
#include <string.h>

#include "explain/explain_priv.h"
#include "spec/reg.h"
#include "spec/rule.h"

Test(about, every_event_has_its_explanation)
{
	unsigned type;

	for (size_t i = 0; smmu_event_at(i, &type); i++) {
		struct smmu_about_cause causes[SMMU_ABOUT_CAUSES_MAX];
		size_t signs;

		cr_expect(strlen(smmu_about_event(type)) > 40, "%s", smmu_event_name(type));
		if (type < SMMU_EVT_IMPDEF_EVENT0)
			cr_expect_gt(smmu_about_causes(causes, SMMU_ABOUT_CAUSES_MAX, &signs, type,
						       NULL),
				     0, "%s", smmu_event_name(type));
	}
	cr_expect_str_eq(smmu_about_event(0x00), "");
}

Test(about, every_gerror_bit_has_its_explanation)
{
	const struct smmu_format *format = smmu_reg_info(SMMU_REG_GERROR)->format;

	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_about_error *error =
			smmu_about_gerror(format->fields[i].part[0].lsb);

		cr_assert_not_null(error, "%s", format->fields[i].name);
		cr_expect_str_eq(error->name, format->fields[i].name);
	}
	for (unsigned number = 0; number < 4; number++)
		cr_expect_not_null(smmu_about_cerror(number));
	cr_expect_null(smmu_about_cerror(4));
}

/* What lets traffic through needs no remedy. */
Test(about, every_reason_has_a_remedy)
{
	for (int i = 1; i < SMMU_REASON_COUNT; i++) {
		const char *name = smmu_reason_info((enum smmu_reason)i)->name;

		if (!strstr(name, "-bypass"))
			cr_expect(explain_fix((enum smmu_reason)i)[0], "%s", name);
	}
}

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx, (void)record;
}

static int about(const char *name)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	struct smmu_diag diag = {.report = ignore};
	struct smmu_out *out = NULL;
	struct smmu_emit *emit = NULL;
	int r;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	r = smmu_about(emit, name, false, &diag);
	cr_expect_eq(smmu_emit_free(emit), 0);
	smmu_out_close(out);
	return r;
}

Test(about, names_are_found)
{
	static const char *const names[] = {
		"F_TRANSLATION",
		"f_translation",
		"0x10",
		"16",
		"CERROR_ILL",
		"CMDQ_ERR",
		"GERROR.CMDQ_ERR",
		"STE_S1CDMAX",
		"CMD_SYNC",
		"SMMU_CR0",
		"CR0",
		"STE",
		"STE.S1DSS",
		"S1DSS",
		"InputAddr",
		"SMMU_CR0.SMMUEN",
		"desc-invalid",
		"SMMUv3.2-RIL",
	};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		cr_expect_eq(about(names[i]), 0, "%s", names[i]);
	cr_expect_eq(about("F_TRANSLATON"), SMMU_E_UNKNOWN);
	cr_expect_eq(about(""), SMMU_E_UNKNOWN);
	cr_expect_eq(about("0x999"), SMMU_E_UNKNOWN);
	cr_expect_eq(about("."), SMMU_E_UNKNOWN);
}

Test(about, every_rule_and_register_is_found)
{
	const struct smmu_rule *rules;
	size_t count = smmu_rules(&rules);

	for (size_t i = 0; i < count; i++)
		cr_expect_eq(about(rules[i].name), 0, "%s", rules[i].name);
	for (int i = 0; i < SMMU_REG_COUNT; i++)
		cr_expect_eq(about(smmu_reg_info((enum smmu_reg)i)->name), 0, "%s",
			     smmu_reg_info((enum smmu_reg)i)->name);
}
