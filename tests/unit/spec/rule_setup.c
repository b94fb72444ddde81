/* Configurations for the tests of legality. */
#include "rule_setup.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An SMMUv3.3 with both stages, Secure and Realm states, VMSAv8-64 alone. */
static const char everything[] =
	"IDR0.S1P=1 IDR0.S2P=1 IDR0.TTF=2 IDR0.HTTU=2 IDR0.Hyp=1 IDR0.ATS=1 IDR0.ASID16=1 "
	"IDR0.VMID16=1 IDR0.CD2L=1 IDR1.SSIDSIZE=20 IDR1.SIDSIZE=16 IDR3.STT=1 IDR3.FWB=1 "
	"IDR5.GRAN4K=1 IDR5.GRAN16K=1 IDR5.GRAN64K=1 IDR5.OAS=5 AIDR.ArchMinorRev=3 "
	"S_IDR1.SECURE_IMPL=1 S_IDR1.SEL2=1 R_IDR0.ATS=1 ";
static const char context[] =
	"V=1 AA64=1 A=1 IPS=5 ASID=1 T0SZ=25 TTB0=0x400000 T1SZ=25 TG1=2 TTB1=0x500000 ";

static void set(const struct smmu_format *format, uint64_t *words, const char *name, unsigned index,
		uint64_t value)
{
	const struct smmu_field *field = smmu_format_field(format, name);

	cr_assert(field, "%s.%s", format->name, name);
	cr_assert_eq(smmu_field_set(field, words, index, value), 0, "%s=%llx", name,
		     (unsigned long long)value);
}

static void apply_one(struct rule_setup *s, char *setting)
{
	char *value = strchr(setting, '='), *dot = strchr(setting, '.'),
	     *bracket = strchr(setting, '[');
	unsigned index = bracket ? (unsigned)strtoul(bracket + 1, NULL, 0) : 0;
	uint64_t number;
	enum smmu_reg reg;

	cr_assert(value, "%s", setting);
	*value++ = 0;
	number = strtoull(value, NULL, 0);
	if (bracket)
		*bracket = 0;
	if (strcmp(setting, "e2h") == 0) {
		s->ctx.e2h = number;
	} else if (strcmp(setting, "nsstalld") == 0) {
		s->ctx.nsstalld = number;
	} else if (!dot && s->about_cd) {
		set(&smmu_cd_format, s->cd.word, setting, index, number);
	} else if (!dot || strncmp(setting, "STE.", 4) == 0) {
		set(&smmu_ste_format, s->ste.word, dot ? dot + 1 : setting, index, number);
	} else {
		*dot = 0;
		cr_assert_eq(smmu_reg_find(&reg, setting), 0, "%s", setting);
		set(smmu_reg_info(reg)->format, &s->regs[reg], dot + 1, index, number);
	}
}

void rule_setup_apply(struct rule_setup *s, const char *settings)
{
	char copy[1024], *save, *setting;

	cr_assert_lt(strlen(settings), sizeof(copy));
	snprintf(copy, sizeof(copy), "%s", settings);
	for (setting = strtok_r(copy, " ", &save); setting; setting = strtok_r(NULL, " ", &save))
		apply_one(s, setting);
	smmu_ids_from_regs(&s->ids, s->regs);
}

struct rule_setup *rule_setup_new(enum smmu_sec sec, const char *ste, bool about_cd)
{
	struct rule_setup *s = calloc(1, sizeof(*s));

	cr_assert(s);
	s->ctx.ids = &s->ids;
	s->ctx.sec = sec;
	rule_setup_apply(s, everything);
	rule_setup_apply(s, ste);
	s->about_cd = about_cd;
	if (about_cd)
		rule_setup_apply(s, context);
	return s;
}

const struct smmu_rule *rule_setup_next(const struct rule_setup *s, const struct smmu_rule *after)
{
	if (s->about_cd)
		return smmu_cd_rule_next(after, &s->cd, &s->ste, &s->ctx);
	return smmu_ste_rule_next(after, &s->ste, &s->ctx);
}

bool rule_case_about_cd(const struct rule_case *c)
{
	return strncmp(c->rule, "CD_", 3) == 0;
}

struct rule_setup *rule_setup_case(const struct rule_case *c, bool good)
{
	struct rule_setup *s = rule_setup_new(c->sec, c->ste, rule_case_about_cd(c));

	rule_setup_apply(s, c->both);
	rule_setup_apply(s, good ? c->good : c->bad);
	return s;
}
