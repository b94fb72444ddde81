/* Legality of STE and CD, IHI 0070 5.2, 5.4, 5.5; the cases are in rule_cases.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "rule_setup.h"

/* The names of all broken rules; the first must be what the fetch path finds. */
static void broken(const struct rule_setup *s, char *out, size_t size, const char *row)
{
	const struct smmu_rule *first = s->about_cd ? smmu_cd_illegal(&s->cd, &s->ste, &s->ctx)
						    : smmu_ste_illegal(&s->ste, &s->ctx);
	const struct smmu_rule *rule = rule_setup_next(s, NULL);
	size_t used = 0;

	cr_expect_eq(first, rule, "%s: fetch path and iterator differ", row);
	out[0] = 0;
	for (; rule && used < size; rule = rule_setup_next(s, rule))
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "",
					 rule->name);
}

Test(rule, each_is_broken_alone_and_not_by_its_neighbour)
{
	for (size_t i = 0; i < rule_cases_count; i++) {
		const struct rule_case *c = &rule_cases[i];
		struct rule_setup *bad = rule_setup_case(c, false);
		struct rule_setup *good = rule_setup_case(c, true);
		char row[64], names[1024];

		snprintf(row, sizeof(row), "row %zu, %s", i, c->rule);
		broken(bad, names, sizeof(names), row);
		cr_expect_str_eq(names, c->rule, "%s: breaks '%s'", row, names);
		broken(good, names, sizeof(names), row);
		cr_expect_str_empty(names, "%s: the neighbour breaks '%s'", row, names);
		free(bad);
		free(good);
	}
}

static bool has_case(const char *rule)
{
	for (size_t i = 0; i < rule_cases_count; i++)
		if (strcmp(rule_cases[i].rule, rule) == 0)
			return true;
	return false;
}

/* Every name in a list is a field of the format. */
static void check_fields(const struct smmu_format *format, const char *list, const char *rule)
{
	char copy[256], *save, *name;

	snprintf(copy, sizeof(copy), "%s", list);
	for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		cr_expect(smmu_format_field(format, name), "%s: no field %s", rule, name);
}

static void check_ids(const char *list, const char *rule)
{
	char copy[256], *save, *name, *dot;
	enum smmu_reg reg;

	snprintf(copy, sizeof(copy), "%s", list);
	for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		dot = strchr(name, '.');
		cr_assert(dot, "%s: %s", rule, name);
		*dot = 0;
		if (strcmp(name, "STE") == 0) {
			cr_expect(smmu_format_field(&smmu_ste_format, dot + 1), "%s: STE.%s", rule,
				  dot + 1);
			continue;
		}
		cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s: %s", rule, name);
		cr_expect(smmu_format_field(smmu_reg_info(reg)->format, dot + 1), "%s: %s.%s", rule,
			  name, dot + 1);
	}
}

Test(rule, the_table_is_complete_and_names_real_fields)
{
	const struct smmu_rule *rules;
	size_t count = smmu_rules(&rules);

	cr_expect_gt(count, 70);
	for (size_t i = 0; i < count; i++) {
		const struct smmu_rule *r = &rules[i];

		cr_expect_eq(smmu_rule_find(r->name), r, "%s twice", r->name);
		cr_expect(has_case(r->name), "%s has no case", r->name);
		cr_expect(r->secs != 0 && r->broken != NULL, "%s", r->name);
		cr_expect(r->text[strlen(r->text) - 1] != '.', "%s", r->name);
		check_fields(r->kind == SMMU_RULE_STE ? &smmu_ste_format : &smmu_cd_format,
			     r->fields, r->name);
		check_ids(r->ids, r->name);
	}
	cr_expect_null(smmu_rule_find("ste_v"));
}

Test(rule, several_come_in_order)
{
	struct rule_setup *s =
		rule_setup_new(SMMU_SEC_NS, "V=1 Config=5 S1ContextPtr=0x100000 ", false);
	char names[256];

	rule_setup_apply(s, "IDR0.STALL_MODEL=1 S1STALLD=1 STRW=1 S1CDMax=31");
	broken(s, names, sizeof(names), "several");
	cr_expect_str_eq(names, "STE_STRW_RESERVED STE_S1STALLD STE_S1CDMAX");
	free(s);
}

/* Any bits, any features: no undefined behaviour, and both ways agree. */
Test(rule, random_structures)
{
	uint64_t x = 88172645463325252ull;

	for (unsigned n = 0; n < 20000; n++) {
		struct rule_setup s = {.about_cd = n & 1};
		char names[4096];

		for (unsigned w = 0; w < 8; w++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			s.ste.word[w] = x | 1;
			s.cd.word[w] = x * 0x9e3779b97f4a7c15ull | 0x80000000u;
			s.ids.idr[w % 7] = (uint32_t)(x >> 24);
			s.ids.s_idr[w % 5] = (uint32_t)(x >> 16);
			s.ids.r_idr[w % 5] = (uint32_t)(x >> 8);
		}
		s.ids.aidr = (uint32_t)x & 7;
		s.ctx = (struct smmu_rule_ctx){&s.ids, (enum smmu_sec)(n % 3), x & 1, x & 2};
		broken(&s, names, sizeof(names), "random");
	}
}
