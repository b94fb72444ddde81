/*
 * What a rule says it depends on, it does, and on nothing else: every field of
 * the structures and of the identification registers is changed in both sides
 * of every case, and the rules whose outcome changes must name it.
 *
 * Not named are what decides whether a rule is asked at all (V and Config,
 * EPD0 and EPD1) and, where STE.STRW or STRW is, what else makes a StreamWorld.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "rule_setup.h"

#define RULES_MAX   128
#define DEPENDS_MAX 640

enum place { IN_STE, IN_CD, IN_ID, IN_CONTEXT };

struct depends {
	char name[64];
	enum place place;
	enum smmu_reg reg;
	const struct smmu_field *field; /* NULL: IN_CONTEXT */
};

static struct depends depends[DEPENDS_MAX];
static size_t depends_count;
static bool seen[RULES_MAX][DEPENDS_MAX];

static void add_format(const struct smmu_format *format, enum place place, enum smmu_reg reg)
{
	for (size_t i = 0; i < format->fields_count; i++) {
		struct depends *d = &depends[depends_count++];

		cr_assert_lt(depends_count, DEPENDS_MAX);
		snprintf(d->name, sizeof(d->name), "%s.%s", format->name, format->fields[i].name);
		d->place = place;
		d->reg = reg;
		d->field = &format->fields[i];
	}
}

static void list_depends(void)
{
	static const char *const context[] = {"SMMU_CR2.E2H", "SMMU_S_CR0.NSSTALLD"};

	add_format(&smmu_ste_format, IN_STE, SMMU_REG_COUNT);
	add_format(&smmu_cd_format, IN_CD, SMMU_REG_COUNT);
	for (unsigned r = 0; r < SMMU_REG_COUNT; r++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)r);
		struct smmu_format format = *info->format;

		format.name = info->name;
		if (smmu_reg_is_id((enum smmu_reg)r))
			add_format(&format, IN_ID, (enum smmu_reg)r);
	}
	for (size_t i = 0; i < SMMU_LEN(context); i++) {
		struct depends *d = &depends[depends_count++];

		snprintf(d->name, sizeof(d->name), "%s", context[i]);
		d->place = IN_CONTEXT;
	}
}

static uint64_t *words_of(struct rule_setup *s, const struct depends *d)
{
	if (d->place == IN_STE)
		return s->ste.word;
	return d->place == IN_CD ? s->cd.word : &s->regs[d->reg];
}

/* All values of a narrow field, single bits, the extremes and the neighbours of a wide one. */
static size_t values_of(uint64_t *values, uint64_t now, const struct smmu_field *field)
{
	unsigned width = field->part[0].width, shift = 0;
	size_t count = 0;

	if (width <= 6) {
		for (uint64_t v = 0; v < smmu_pow2(width); v++)
			values[count++] = v;
		return count;
	}
	if (field->kind == SMMU_FIELD_ADDR)
		shift = field->part[0].lsb;
	for (unsigned b = 0; b < width; b++)
		values[count++] = now ^ smmu_pow2(b + shift);
	values[count++] = 0;
	values[count++] = smmu_mask(shift, width);
	return count;
}

static void breaks(bool *broken, struct rule_setup *s, const struct smmu_rule *rules)
{
	const struct smmu_rule *rule = NULL;

	smmu_ids_from_regs(&s->ids, s->regs);
	memset(broken, 0, RULES_MAX * sizeof(*broken));
	while ((rule = rule_setup_next(s, rule)))
		broken[rule - rules] = true;
}

static void compare(const struct rule_setup *s, const bool *before, size_t d,
		    const struct smmu_rule *rules)
{
	struct rule_setup changed = *s;
	bool after[RULES_MAX];

	changed.ctx.ids = &changed.ids;
	breaks(after, &changed, rules);
	for (size_t r = 0; r < RULES_MAX; r++)
		seen[r][d] |= before[r] != after[r];
}

static void change(const struct rule_setup *s, size_t at, const struct smmu_rule *rules)
{
	const struct depends *d = &depends[at];
	struct rule_setup copy = *s;
	bool before[RULES_MAX];
	uint64_t values[80], *words = words_of(&copy, d);
	unsigned indices = d->field && d->field->array_count > 1 ? d->field->array_count : 1;
	size_t count;

	copy.ctx.ids = &copy.ids;
	breaks(before, &copy, rules);
	if (d->place == IN_CONTEXT) {
		copy.ctx.e2h ^= strstr(d->name, "E2H") != NULL;
		copy.ctx.nsstalld ^= strstr(d->name, "NSSTALLD") != NULL;
		compare(&copy, before, at, rules);
		return;
	}
	for (unsigned index = 0; index < indices; index++) {
		uint64_t now = smmu_field_get(d->field, words, index);

		count = values_of(values, now, d->field);
		for (size_t i = 0; i < count; i++) {
			cr_assert_eq(smmu_field_set(d->field, words, index, values[i]), 0, "%s",
				     d->name);
			compare(&copy, before, at, rules);
		}
		smmu_field_set(d->field, words, index, now);
	}
}

static bool lists(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

static bool is_own(const struct smmu_rule *rule, const struct depends *d)
{
	return d->place == (rule->kind == SMMU_RULE_STE ? IN_STE : IN_CD);
}

static bool is_named(const struct smmu_rule *rule, const struct depends *d)
{
	return is_own(rule, d) ? lists(rule->fields, d->field->name) : lists(rule->ids, d->name);
}

/* Bits of one that the rule names: SKL0 and HWU061 are two layouts of a CD. */
static bool is_overlaid(const struct smmu_rule *rule, const struct depends *d)
{
	const struct smmu_field_part *a = &d->field->part[0];

	if (!is_own(rule, d))
		return false;
	for (size_t i = 0; i < depends_count; i++) {
		const struct smmu_field_part *b = &depends[i].field->part[0];

		if (depends[i].place == d->place && is_named(rule, &depends[i]) &&
		    a->word == b->word && a->lsb < b->lsb + b->width && b->lsb < a->lsb + a->width)
			return true;
	}
	return false;
}

/* EPD0 and EPD1 count in StreamWorlds with two tables. */
static bool asks_epd(const struct smmu_rule *rule)
{
	const struct smmu_rule *rules;

	smmu_rules(&rules);
	for (size_t d = 0; d < depends_count; d++)
		if (!strncmp(depends[d].name, "CD.EPD", 6) && seen[rule - rules][d])
			return true;
	return false;
}

static bool is_understood(const struct smmu_rule *rule, const struct depends *d)
{
	static const char *const asked[] = {"STE.V", "STE.Config", "CD.V", "CD.EPD0", "CD.EPD1"};
	static const char *const world[] = {"SMMU_CR2.E2H", "SMMU_IDR0.Hyp", "SMMU_IDR0.S1P",
					    "STE.STRW"};
	bool has_world =
		lists(rule->ids, "STE.STRW") || lists(rule->fields, "STRW") || asks_epd(rule);

	for (size_t i = 0; i < SMMU_LEN(asked); i++)
		if (!strcmp(d->name, asked[i]))
			return true;
	for (size_t i = 0; i < SMMU_LEN(world); i++)
		if (!strcmp(d->name, world[i]) && has_world)
			return true;
	if (!strcmp(d->name, "SMMU_AIDR.ArchMajorRev"))
		return lists(rule->ids, "SMMU_AIDR.ArchMinorRev");
	return d->field && is_overlaid(rule, d);
}

static void look_at(const struct rule_setup *s, const struct smmu_rule *rules)
{
	for (size_t d = 0; d < depends_count; d++)
		if (s->about_cd || depends[d].place != IN_CD)
			change(s, d, rules);
}

/* One case under the settings of another of its kind. */
static void look_at_mixtures(const struct smmu_rule *rules)
{
	uint32_t x = 2463534242u;

	for (unsigned n = 0; n < 150; n++) {
		const struct rule_case *a, *b;
		struct rule_setup *s;

		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		a = &rule_cases[x % rule_cases_count];
		b = &rule_cases[(x >> 16) % rule_cases_count];
		if (rule_case_about_cd(a) != rule_case_about_cd(b))
			continue;
		s = rule_setup_case(a, n & 1);
		rule_setup_apply(s, b->both);
		rule_setup_apply(s, n & 2 ? b->bad : b->good);
		look_at(s, rules);
		free(s);
	}
}

Test(rule_depends, a_rule_names_what_it_depends_on_and_nothing_else)
{
	const struct smmu_rule *rules;
	size_t count = smmu_rules(&rules);

	cr_assert_leq(count, RULES_MAX);
	list_depends();
	for (size_t i = 0; i < 2 * rule_cases_count; i++) {
		struct rule_setup *s = rule_setup_case(&rule_cases[i / 2], i % 2);

		look_at(s, rules);
		free(s);
	}
	look_at_mixtures(rules);
	for (size_t r = 0; r < count; r++)
		for (size_t d = 0; d < depends_count; d++) {
			if (seen[r][d] && !is_understood(&rules[r], &depends[d]))
				cr_expect(is_named(&rules[r], &depends[d]), "%s does not name %s",
					  rules[r].name, depends[d].name);
			if (is_named(&rules[r], &depends[d]))
				cr_expect(seen[r][d], "%s names %s, which changes nothing",
					  rules[r].name, depends[d].name);
		}
}
