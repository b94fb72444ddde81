/*
 * Legality of STE and CD, IHI 0070 5.2, 5.4, 5.5: for every rule a structure
 * that breaks it and nothing else, and a neighbour that breaks nothing.
 *
 * Settings are words "Name=number": a field of the STE or CD that the rule is
 * about, STE.Name in rules of the CD, REGISTER.Name for the identification
 * registers, Name[i] for an element; e2h and nsstalld for the context.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/reg.h"
#include "spec/rule.h"

struct setup {
	uint64_t regs[SMMU_REG_COUNT];
	struct smmu_ids ids;
	struct smmu_ste ste;
	struct smmu_cd cd;
	struct smmu_rule_ctx ctx;
	bool about_cd;
};

/* An SMMUv3.3 with both stages, Secure and Realm states, VMSAv8-64 alone. */
static const char everything[] =
	"IDR0.S1P=1 IDR0.S2P=1 IDR0.TTF=2 IDR0.HTTU=2 IDR0.Hyp=1 IDR0.ATS=1 IDR0.ASID16=1 "
	"IDR0.VMID16=1 IDR0.CD2L=1 IDR1.SSIDSIZE=20 IDR1.SIDSIZE=16 IDR3.STT=1 IDR3.FWB=1 "
	"IDR5.GRAN4K=1 IDR5.GRAN16K=1 IDR5.GRAN64K=1 IDR5.OAS=5 AIDR.ArchMinorRev=3 "
	"S_IDR1.SECURE_IMPL=1 S_IDR1.SEL2=1 R_IDR0.ATS=1 ";
static const char stage1[] = "V=1 Config=5 S1ContextPtr=0x100000 ";
static const char stage2[] =
	"V=1 Config=6 S2AA64=1 S2PS=5 S2T0SZ=25 S2SL0=1 S2TTB=0x200000 S_S2T0SZ=25 S_S2SL0=1 "
	"S_S2TTB=0x300000 ";
static const char nested[] =
	"V=1 Config=7 S1ContextPtr=0x100000 S2AA64=1 S2PS=5 S2T0SZ=25 S2SL0=1 S2TTB=0x200000 ";
static const char context[] =
	"V=1 AA64=1 A=1 IPS=5 ASID=1 T0SZ=25 TTB0=0x400000 T1SZ=25 TG1=2 TTB1=0x500000 ";
/* What VMSAv9-128 needs; stage 2 LPAE. */
#define D128 "IDR5.D128=1 IDR3.S1PI=1 AIDR.ArchMinorRev=4 "
#define LPAE "IDR0.TTF=3 S2AA64=0 S2T0SZ=0 "

static void set(const struct smmu_format *format, uint64_t *words, const char *name, unsigned index,
		uint64_t value)
{
	const struct smmu_field *field = smmu_format_field(format, name);

	cr_assert(field, "%s.%s", format->name, name);
	cr_assert_eq(smmu_field_set(field, words, index, value), 0, "%s=%llx", name,
		     (unsigned long long)value);
}

static void apply_one(struct setup *s, char *setting)
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

static void apply(struct setup *s, const char *settings)
{
	char copy[512], *save, *setting;

	snprintf(copy, sizeof(copy), "%s", settings);
	for (setting = strtok_r(copy, " ", &save); setting; setting = strtok_r(NULL, " ", &save))
		apply_one(s, setting);
	smmu_ids_from_regs(&s->ids, s->regs);
}

static struct setup *new_setup(enum smmu_sec sec, const char *ste, bool about_cd)
{
	struct setup *s = calloc(1, sizeof(*s));

	cr_assert(s);
	s->ctx.ids = &s->ids;
	s->ctx.sec = sec;
	apply(s, everything);
	apply(s, ste);
	s->about_cd = about_cd;
	if (about_cd)
		apply(s, context);
	return s;
}

static const struct smmu_rule *next(const struct setup *s, const struct smmu_rule *after)
{
	if (s->about_cd)
		return smmu_cd_rule_next(after, &s->cd, &s->ste, &s->ctx);
	return smmu_ste_rule_next(after, &s->ste, &s->ctx);
}

/* The names of all broken rules; the first must be what the fetch path finds. */
static void broken(const struct setup *s, char *out, size_t size, const char *row)
{
	const struct smmu_rule *first = s->about_cd ? smmu_cd_illegal(&s->cd, &s->ste, &s->ctx)
						    : smmu_ste_illegal(&s->ste, &s->ctx);
	const struct smmu_rule *rule = next(s, NULL);
	size_t used = 0;

	cr_expect_eq(first, rule, "%s: fetch path and iterator differ", row);
	out[0] = 0;
	for (; rule && used < size; rule = next(s, rule))
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "",
					 rule->name);
}

struct rule_case {
	const char *rule;
	enum smmu_sec sec;
	const char *ste, *both, *bad, *good;
};

static const struct rule_case cases[] = {
	{"STE_V", SMMU_SEC_NS, stage1, "", "V=0", "V=1"},
	{"STE_V", SMMU_SEC_NS, stage1, "S1CDMax=31 STRW=3", "V=0", "V=1 Config=3"},
	{"STE_CONFIG_S1P", SMMU_SEC_NS, stage1, "IDR0.S1P=0", "", "Config=4"},
	{"STE_CONFIG_S2P", SMMU_SEC_NS, stage2, "IDR0.S2P=0", "", "Config=4"},
	{"STE_CONFIG_SEL2", SMMU_SEC_S, stage2, "", "S_IDR1.SEL2=0", "S_IDR1.SEL2=1"},
	{"STE_S2AA64_SEC", SMMU_SEC_REALM, stage2, "IDR0.TTF=3", "S2AA64=0 S2T0SZ=0", ""},
	{"STE_S2AA64_SEC", SMMU_SEC_S, stage2, LPAE, "", "IDR5.D128=1 S2T0SZ=25"},
	{"STE_EATS_SPLIT_CONFIG", SMMU_SEC_NS, stage1, "", "EATS=2", "EATS=1"},
	{"STE_EATS_SPLIT_CONFIG", SMMU_SEC_NS, stage1, "EATS=2", "", "IDR0.ATS=0"},
	{"STE_EATS_SPLIT_CONFIG", SMMU_SEC_REALM, stage2, "EATS=2", "", "R_IDR0.ATS=0"},
	{"STE_EATS_SPLIT_S2S", SMMU_SEC_NS, nested, "EATS=2", "S2S=1", "S2S=0"},
	{"STE_EATS_NS1ATS", SMMU_SEC_NS, nested, "EATS=2", "IDR0.NS1ATS=1", ""},
	{"STE_EATS_FULL_S2S", SMMU_SEC_NS, stage2, "S2S=1", "EATS=1", "EATS=0"},
	{"STE_EATS_FULL_S2S", SMMU_SEC_NS, nested, "S2S=1 EATS=1", "", "Config=5"},
	{"STE_EATS_DPT_S2S", SMMU_SEC_NS, stage2, "S2S=1 EATS=3", "IDR3.DPT=1", ""},
	{"STE_EATS_DPT_STRW", SMMU_SEC_NS, stage1, "IDR3.DPT=1 EATS=3", "STRW=2", "STRW=0"},
	{"STE_EATS_DPT_STRW", SMMU_SEC_NS, nested, "IDR3.DPT=1 EATS=3 STRW=2", "Config=5", ""},
	{"STE_DPT_VMATCH", SMMU_SEC_REALM, stage2, "R_IDR3.DPT=1 EATS=3", "DPT_VMATCH=2", ""},
	{"STE_DPT_VMATCH", SMMU_SEC_REALM, stage2, "EATS=3 DPT_VMATCH=1", "R_IDR3.DPT=1", ""},
	{"STE_STRW_RESERVED", SMMU_SEC_NS, stage1, "", "STRW=1", "STRW=2"},
	{"STE_STRW_RESERVED", SMMU_SEC_NS, stage1, "STRW=3", "", "IDR0.Hyp=0"},
	{"STE_STRW_RESERVED", SMMU_SEC_NS, nested, "STRW=3", "Config=5", "Config=6"},
	{"STE_STRW_RESERVED", SMMU_SEC_REALM, stage1, "", "STRW=3", "STRW=2"},
	{"STE_STRW_RESERVED_S", SMMU_SEC_S, stage1, "", "STRW=3", "STRW=1"},
	{"STE_STRW_EL3", SMMU_SEC_S, stage1, "IDR0.RME_IMPL=1", "STRW=1", "STRW=2"},
	{"STE_STRW_SEL2", SMMU_SEC_S, stage1, "STRW=2", "S_IDR1.SEL2=0", ""},
	{"STE_S1STALLD", SMMU_SEC_NS, stage1, "S1STALLD=1", "IDR0.STALL_MODEL=1", ""},
	{"STE_S1STALLD", SMMU_SEC_NS, stage1, "S1STALLD=1", "IDR0.STALL_MODEL=2", ""},
	{"STE_S1STALLD", SMMU_SEC_NS, stage1, "S1STALLD=1", "nsstalld=1", ""},
	{"STE_S1STALLD", SMMU_SEC_S, stage1, "S1STALLD=1", "S_IDR0.STALL_MODEL=2", "nsstalld=1"},
	{"STE_S1STALLD_R", SMMU_SEC_REALM, stage1, "R_IDR0.STALL_MODEL=1", "S1STALLD=1", ""},
	{"STE_S1CDMAX", SMMU_SEC_NS, stage1, "IDR1.SSIDSIZE=4", "S1CDMax=5", "S1CDMax=4"},
	{"STE_S1CDMAX", SMMU_SEC_NS, stage1, "S1CDMax=21", "", "IDR1.SSIDSIZE=0"},
	{"STE_S1FMT", SMMU_SEC_NS, stage1, "IDR0.CD2L=0 S1CDMax=8", "S1Fmt=1", "S1Fmt=3"},
	{"STE_S1FMT", SMMU_SEC_NS, stage1, "IDR0.CD2L=0 S1Fmt=2", "S1CDMax=8", "S1CDMax=0"},
	{"STE_S1CONTEXTPTR_PA", SMMU_SEC_NS, stage1, "IDR5.OAS=2", "S1ContextPtr=0x10000000000",
	 "S1ContextPtr=0xffffffffc0"},
	{"STE_S1CONTEXTPTR_V30", SMMU_SEC_NS, stage1, "IDR5.OAS=2 AIDR.ArchMinorRev=0",
	 "S1ContextPtr=0x10000000000", "S1ContextPtr=0xffffffffc0"},
	{"STE_S1CONTEXTPTR_IPA", SMMU_SEC_NS, nested, "IDR5.OAS=1 S2T0SZ=28",
	 "S1ContextPtr=0x1000000000", "IDR0.TTF=3 S1ContextPtr=0xffffffffc0"},
	{"STE_S2FWB", SMMU_SEC_NS, stage2, LPAE, "S2FWB=1", "S2FWB=0"},
	{"STE_S2S_NEVER", SMMU_SEC_NS, stage2, "IDR0.STALL_MODEL=1", "S2S=1", "S2S=0"},
	{"STE_S2S_NEVER", SMMU_SEC_NS, stage2, "S2S=1", "nsstalld=1", ""},
	{"STE_S2S_NEVER", SMMU_SEC_REALM, stage2, "S2S=1", "R_IDR0.STALL_MODEL=1", ""},
	{"STE_S2S_NEVER", SMMU_SEC_S, stage2, "S2S=1", "S_IDR0.STALL_MODEL=1", "nsstalld=1"},
	{"STE_S2S_FORCED", SMMU_SEC_NS, stage2, "IDR0.STALL_MODEL=2", "S2S=0", "S2S=1"},
	{"STE_S2AA64_LPAE", SMMU_SEC_NS, stage2, LPAE, "IDR0.TTF=2", "IDR0.TTF=3"},
	{"STE_S2AA64_VMSA64", SMMU_SEC_NS, stage2, "", "IDR0.TTF=1", "IDR0.TTF=3"},
	{"STE_S2HA_LPAE", SMMU_SEC_NS, stage2, LPAE, "S2HA=1", "S2HA=0"},
	{"STE_S2HA_LPAE", SMMU_SEC_NS, stage2, LPAE, "S2HD=1", "S2HD=0"},
	{"STE_S2HA", SMMU_SEC_NS, stage2, "S2HA=1", "IDR0.HTTU=0", "IDR0.HTTU=1"},
	{"STE_S2HD", SMMU_SEC_NS, stage2, "S2HA=1 S2HD=1", "IDR0.HTTU=1", "IDR0.HTTU=2"},
	{"STE_S2HD", SMMU_SEC_NS, stage2, "S2HD=1", "IDR0.HTTU=0", "IDR0.HTTU=3"},
	{"STE_S2HAFT", SMMU_SEC_NS, stage2, "IDR0.HTTU=3 S2HAFT=1", "S2HA=0", "S2HA=1"},
	{"STE_S2HAFT", SMMU_SEC_NS, stage2, "S2HAFT=1", "IDR0.HTTU=3", "IDR0.HTTU=2"},
	{"STE_S2TG", SMMU_SEC_NS, stage2, "", "S2TG=3", "S2TG=0"},
	{"STE_S2TG", SMMU_SEC_NS, stage2, "S2TG=1", "IDR5.GRAN64K=0", ""},
	{"STE_S2TG", SMMU_SEC_NS, stage2, "IDR0.TTF=3 S2T0SZ=0 S2TG=3", "S2AA64=1 S2T0SZ=25",
	 "S2AA64=0"},
	{"STE_S2TTB", SMMU_SEC_NS, stage2, "S2PS=2", "S2TTB=0x10000000000", "S2TTB=0xfffffff000"},
	{"STE_S2TTB", SMMU_SEC_NS, stage2, "IDR5.OAS=6 S2PS=6 S2TTB=0x1000000000000", "", "S2TG=1"},
	{"STE_S2TTB", SMMU_SEC_NS, stage2, "IDR5.OAS=6 S2PS=6 S2TTB=0x1000000000000", "",
	 "IDR5.DS=1 S2DS=1"},
	{"STE_S2TTB", SMMU_SEC_NS, stage2, LPAE "S2PS=0", "S2TTB=0x10000000000",
	 "S2TTB=0xfffffff000"},
	{"STE_S2T0SZ", SMMU_SEC_NS, stage2, "S2T0SZ=40 S2SL0=0", "IDR3.STT=0", "IDR3.STT=1"},
	{"STE_S2T0SZ", SMMU_SEC_NS, stage2, "IDR5.OAS=2 S2PS=2", "S2T0SZ=23", "S2T0SZ=24"},
	{"STE_S2T0SZ", SMMU_SEC_NS, stage2, "IDR5.OAS=6 S2SL0=2 S2T0SZ=15", "", "IDR5.DS=1 S2DS=1"},
	{"STE_S2T0SZ", SMMU_SEC_NS, stage2, "AIDR.ArchMinorRev=4 IDR5.OAS=7 S2TG=1 S2SL0=2",
	 "S2T0SZ=11", "S2T0SZ=12"},
	{"STE_S2T0SZ", SMMU_SEC_NS, stage2, D128 "IDR5.OAS=7 S2AA64=0 S2PS=7", "S2T0SZ=7",
	 "S2T0SZ=8"},
	{"STE_S2T0SZ_V30", SMMU_SEC_NS, stage2, "AIDR.ArchMinorRev=0 S2T0SZ=40 S2SL0=0",
	 "IDR3.STT=0", "IDR3.STT=1"},
	{"STE_S2SL0", SMMU_SEC_NS, stage2, "S2SL0=0", "S2T0SZ=29", "S2T0SZ=30"},
	{"STE_S2SL0", SMMU_SEC_NS, stage2, "IDR5.DS=1 S2DS=1 S2SL0_2=1", "S2SL0=1", "S2DS=0"},
	{"STE_S2SL0", SMMU_SEC_NS, stage2, LPAE "S2SL0=0", "S2T0SZ=13", "S2T0SZ=14"},
	{"STE_S2SL0", SMMU_SEC_NS, stage2, D128 "S2AA64=0 S2SL0=3 S2T0SZ=25", "S2SKL=3 S2T0SZ=28",
	 "S2SKL=3"},
	{"STE_S_S2TG", SMMU_SEC_S, stage2, "", "S_S2TG=3", ""},
	{"STE_S_S2TTB", SMMU_SEC_S, stage2, "S2PS=2", "S_S2TTB=0x10000000000",
	 "S_S2TTB=0xfffffff000"},
	{"STE_S_S2T0SZ", SMMU_SEC_S, stage2, "S_S2SL0=0 S_S2T0SZ=40", "IDR3.STT=0", "IDR3.STT=1"},
	{"STE_S_S2SL0", SMMU_SEC_S, stage2, "S_S2SL0=0", "", "S_S2T0SZ=30"},
	{"STE_S2ENDI_LITTLE", SMMU_SEC_NS, stage2, "IDR0.TTENDIAN=2", "S2ENDI=1", "S2ENDI=0"},
	{"STE_S2ENDI_BIG", SMMU_SEC_NS, stage2, "IDR0.TTENDIAN=3", "S2ENDI=0", "S2ENDI=1"},
	{"STE_S2PIE", SMMU_SEC_NS, stage2, LPAE "S2PIE=1", "IDR3.S2PI=1", "IDR3.S2PI=0"},
	{"STE_S2POE_S2PIE", SMMU_SEC_NS, stage2, "IDR3.S2PI=1 IDR3.S2PO=1 S2POE=1", "S2PIE=0",
	 "S2PIE=1"},
	{"STE_S2POE_S2PIE", SMMU_SEC_NS, stage2, D128 "IDR3.S2PO=1 S2POE=1", "S2AA64=1",
	 "S2AA64=0"},
	{"STE_S2POE_HWU", SMMU_SEC_NS, stage2, "IDR3.S2PO=1 S2POE=1 S2PIE=1 S2HWU61=1",
	 "IDR3.PBHA=1", "IDR3.PBHA=0"},
	{"STE_S2POI", SMMU_SEC_NS, stage2, "IDR3.S2PO=1 S2POE=1 S2PIE=1", "S2POI[15]=5",
	 "S2POI[15]=4"},
	{"STE_S2POI", SMMU_SEC_NS, stage2, "S2POI[0]=1 IDR3.S2PO=1 S2PIE=1", "S2POE=1", ""},
	{"STE_S2VMID", SMMU_SEC_NS, stage2, "IDR0.VMID16=0", "S2VMID=0x100", "S2VMID=0xff"},
	{"STE_S2VMID", SMMU_SEC_NS, stage1, "IDR0.VMID16=0 S2VMID=0x100", "", "STRW=2"},
	{"STE_S2VMID", SMMU_SEC_S, stage2, "IDR0.VMID16=0 S2VMID=0x100", "", "Config=5"},
	{"STE_VMSPTR", SMMU_SEC_NS, nested,
	 "IDR3.MPAM=1 MPAMIDR.PARTID_MAX=7 VMSPtr=0x1000000000000", "S1MPAM=1", "S1MPAM=0"},
	{"STE_VMSPTR", SMMU_SEC_NS, nested, "IDR3.MPAM=1 S1MPAM=1 VMSPtr=0x1000000000000",
	 "MPAMIDR.PARTID_MAX=1", "MPAMIDR.PMG_MAX=1"},

	{"CD_V", SMMU_SEC_NS, stage1, "", "V=0", "V=1"},
	{"CD_S_S1STALLD", SMMU_SEC_NS, stage1, "STE.S1STALLD=1", "S=1", "S=0"},
	{"CD_A", SMMU_SEC_NS, stage1, "IDR0.TERM_MODEL=1", "A=0", "A=1"},
	{"CD_S_NEVER", SMMU_SEC_NS, stage1, "IDR0.STALL_MODEL=1", "S=1", "S=0"},
	{"CD_S_NEVER", SMMU_SEC_NS, stage1, "S=1", "nsstalld=1", "nsstalld=0"},
	{"CD_S_NEVER", SMMU_SEC_S, stage1, "S=1", "S_IDR0.STALL_MODEL=1", "nsstalld=1"},
	{"CD_S_FORCED", SMMU_SEC_NS, stage1, "IDR0.STALL_MODEL=2", "S=0", "S=1"},
	{"CD_ENDI_LITTLE", SMMU_SEC_NS, stage1, "IDR0.TTENDIAN=2 ENDI=1", "EPD1=1",
	 "EPD0=1 EPD1=1"},
	{"CD_ENDI_BIG", SMMU_SEC_NS, stage1, "IDR0.TTENDIAN=3", "ENDI=0", "ENDI=1"},
	{"CD_AA64_LPAE", SMMU_SEC_NS, stage1, "AA64=0", "", "IDR0.TTF=3"},
	{"CD_AA64_STREAMWORLD", SMMU_SEC_NS, stage1, "AA64=0 IDR0.TTF=3 STE.STRW=2", "e2h=1",
	 "e2h=0"},
	{"CD_AA64_STREAMWORLD", SMMU_SEC_S, stage1, "AA64=0 IDR0.TTF=3", "STE.STRW=2", ""},
	{"CD_AA64_STREAMWORLD", SMMU_SEC_S, stage1, "AA64=0 IDR0.TTF=3", "STE.STRW=1", ""},
	{"CD_AA64_REALM", SMMU_SEC_REALM, stage1, "IDR0.TTF=3", "AA64=0", "AA64=1"},
	{"CD_AA64_VMSA64", SMMU_SEC_NS, stage1, "", "IDR0.TTF=1", "IDR0.TTF=3"},
	{"CD_AA64_S2", SMMU_SEC_NS, nested, "IDR0.TTF=3 STE.S2AA64=0", "AA64=1", "AA64=0"},
	{"CD_HA", SMMU_SEC_NS, stage1, "HA=1", "IDR0.HTTU=0", "IDR0.HTTU=1"},
	{"CD_HA", SMMU_SEC_NS, stage1, "HA=1 IDR0.HTTU=0 IDR0.TTF=3", "", "AA64=0"},
	{"CD_HD", SMMU_SEC_NS, stage1, "HD=1", "IDR0.HTTU=1", "IDR0.HTTU=2"},
	{"CD_HAFT", SMMU_SEC_NS, stage1, "HAFT=1 IDR0.HTTU=3", "HA=0", "HA=1"},
	{"CD_ASID", SMMU_SEC_NS, stage1, "IDR0.ASID16=0", "ASID=0x100", "ASID=0xff"},
	{"CD_ASID", SMMU_SEC_NS, stage1, "IDR0.ASID16=0 STE.STRW=2 ASID=0x100", "e2h=1", "e2h=0"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "", "T0SZ=15", "T0SZ=16"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "T0SZ=15", "", "EPD0=1"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "T0SZ=40", "IDR3.STT=0", "IDR3.STT=1"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "TG0=1", "T0SZ=48", "T0SZ=47"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "IDR5.VAX=1 T0SZ=12", "TG0=0", "TG0=1"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "IDR5.VAX=1 T0SZ=12 DS=1", "IDR5.DS=0", "IDR5.DS=1"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "IDR5.VAX=1 TG0=1", "T0SZ=11", "T0SZ=12"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, D128 "IDR5.VAX=2 AA64=0 STE.S1PIE=1", "T0SZ=8", "T0SZ=9"},
	{"CD_T0SZ", SMMU_SEC_S, stage1, D128 "IDR5.VAX=2 AA64=0 STE.S1PIE=1 STE.STRW=1", "T0SZ=7",
	 "T0SZ=8"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, D128 "IDR5.VAX=1 AA64=0 STE.S1PIE=1", "T0SZ=11",
	 "T0SZ=12"},
	{"CD_T0SZ", SMMU_SEC_NS, stage1, "T0SZ=5 IDR0.TTF=3", "", "AA64=0"},
	{"CD_T0SZ_V30", SMMU_SEC_NS, stage1, "AIDR.ArchMinorRev=0 IDR3.STT=0", "T0SZ=40",
	 "T0SZ=39"},
	{"CD_T1SZ", SMMU_SEC_NS, stage1, "", "T1SZ=15", "EPD1=1 T1SZ=15"},
	{"CD_T1SZ", SMMU_SEC_NS, stage1, "T1SZ=15", "STE.STRW=0", "STE.STRW=2"},
	{"CD_T1SZ", SMMU_SEC_NS, stage1, "TG1=3", "T1SZ=48", "T1SZ=47"},
	{"CD_T1SZ_V30", SMMU_SEC_NS, stage1, "AIDR.ArchMinorRev=0", "T1SZ=15", "T1SZ=16"},
	{"CD_TG0", SMMU_SEC_NS, stage1, "", "TG0=3", "TG0=3 EPD0=1"},
	{"CD_TG0", SMMU_SEC_NS, stage1, "TG0=2", "IDR5.GRAN16K=0", "IDR5.GRAN16K=1"},
	{"CD_TG0", SMMU_SEC_NS, stage1, "TG0=3 EPD0=1", "STE.STRW=2", ""},
	{"CD_TTB0", SMMU_SEC_NS, stage1, "IPS=2", "TTB0=0x10000000000", "TTB0=0xfffffff000"},
	{"CD_TTB0", SMMU_SEC_NS, stage1, "TTB0=0x10000000000", "IDR5.OAS=2", "IDR5.OAS=3"},
	{"CD_TTB0", SMMU_SEC_NS, stage1, "IPS=6 IDR5.OAS=6 TTB0=0x1000000000000", "TG0=0", "TG0=1"},
	{"CD_TTB0", SMMU_SEC_NS, stage1, "IDR0.TTF=3 AA64=0", "TTB0=0x10000000000",
	 "TTB0=0xfffffff000"},
	{"CD_TG1", SMMU_SEC_NS, stage1, "", "TG1=0", "TG1=0 EPD1=1"},
	{"CD_TG1", SMMU_SEC_NS, stage1, "TG1=1", "IDR5.GRAN16K=0", "IDR5.GRAN16K=1"},
	{"CD_TTB1", SMMU_SEC_NS, stage1, "IPS=2 TTB1=0x10000000000", "", "STE.STRW=2"},
	{"CD_TTB1", SMMU_SEC_NS, stage1, "IPS=2 TTB1=0x10000000000", "", "EPD1=1"},
	{"CD_AA64_S1PIE", SMMU_SEC_NS, stage1, D128 "AA64=0", "", "STE.S1PIE=1"},
	{"CD_AA64_EL2", SMMU_SEC_NS, stage1, D128 "AA64=0 STE.S1PIE=1 STE.STRW=2", "", "e2h=1"},
	{"CD_SKL0", SMMU_SEC_NS, stage1, D128 "AA64=0 STE.S1PIE=1", "SKL0=3 T0SZ=28",
	 "SKL0=3 T0SZ=27"},
	{"CD_SKL1", SMMU_SEC_NS, stage1, D128 "AA64=0 STE.S1PIE=1 TG1=3", "SKL1=3 T1SZ=25",
	 "SKL1=1 T1SZ=25"},
	{"CD_PIIP", SMMU_SEC_NS, stage1, "IDR3.S1PI=1 STE.S1PIE=1 PIE=1", "PIIP[15]=6",
	 "PIIP[15]=5"},
	{"CD_PIIP", SMMU_SEC_NS, stage1, "IDR3.S1PI=1 PIE=1 PIIP[0]=4", "STE.S1PIE=1", ""},
	{"CD_PIIU", SMMU_SEC_NS, stage1, "IDR3.S1PI=1 STE.S1PIE=1 PIE=1", "PIIU[3]=4", "PIIU[3]=1"},
	{"CD_PIIU", SMMU_SEC_NS, stage1, "IDR3.S1PI=1 STE.S1PIE=1 PIE=1 PIIU[3]=4", "",
	 "STE.STRW=2"},
	{"CD_PIIP_PIIU", SMMU_SEC_NS, stage1, "IDR3.S1PI=1 STE.S1PIE=1 PIE=1 PIIP[2]=3 PIIU[3]=5",
	 "PIIU[2]=7", "PIIU[2]=3"},
};

Test(rule, each_is_broken_alone_and_not_by_its_neighbour)
{
	for (size_t i = 0; i < SMMU_LEN(cases); i++) {
		const struct rule_case *c = &cases[i];
		bool about_cd = strncmp(c->rule, "CD_", 3) == 0;
		struct setup *bad = new_setup(c->sec, c->ste, about_cd);
		struct setup *good = new_setup(c->sec, c->ste, about_cd);
		char row[64], names[1024];

		snprintf(row, sizeof(row), "row %zu, %s", i, c->rule);
		apply(bad, c->both);
		apply(bad, c->bad);
		broken(bad, names, sizeof(names), row);
		cr_expect_str_eq(names, c->rule, "%s: breaks '%s'", row, names);
		apply(good, c->both);
		apply(good, c->good);
		broken(good, names, sizeof(names), row);
		cr_expect_str_empty(names, "%s: the neighbour breaks '%s'", row, names);
		free(bad);
		free(good);
	}
}

static bool has_case(const char *rule)
{
	for (size_t i = 0; i < SMMU_LEN(cases); i++)
		if (strcmp(cases[i].rule, rule) == 0)
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
	struct setup *s = new_setup(SMMU_SEC_NS, stage1, false);
	char names[256];

	apply(s, "IDR0.STALL_MODEL=1 S1STALLD=1 STRW=1 S1CDMax=31");
	broken(s, names, sizeof(names), "several");
	cr_expect_str_eq(names, "STE_STRW_RESERVED STE_S1STALLD STE_S1CDMAX");
	free(s);
}

/* Any bits, any features: no undefined behaviour, and both ways agree. */
Test(rule, random_structures)
{
	uint64_t x = 88172645463325252ull;

	for (unsigned n = 0; n < 20000; n++) {
		struct setup s = {.about_cd = n & 1};
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
