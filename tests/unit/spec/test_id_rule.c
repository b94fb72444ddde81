/*
 * What identification registers need of each other, IHI 0070 2.6, 2.7, 6.3.1 -
 * 6.3.6, 6.3.52 - 6.3.55, 6.3.110, 6.3.122 - 6.3.125, 6.3.155: for every feature
 * and every rule a set that agrees, and sets that lack one part each.
 * Settings are those of rule_setup.h, without its other values.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "rule_setup.h"
#include "spec/features.h"
#include "spec/id_rule.h"

#define REALM_BASE                                                                                 \
	"ROOT_IDR0.REALM_IMPL=1 ROOT_IDR0.ROOT_IMPL=1 IDR0.RME_IMPL=1 IDR0.S1P=1 IDR0.S2P=1 "      \
	"IDR0.Hyp=1 IDR0.COHACC=1 IDR0.TTF=2 IDR3.STT=1 IDR3.BBML=2 IDR3.RIL=1 IDR3.PTWNNC=1 "     \
	"IDR3.E0PD=1 IDR3.FWB=1 IDR3.XNX=1 IDR3.HAD=1"

/* lacks: settings apart by '|', each of which takes a part away. */
static const struct {
	const char *name, *has, *lacks;
} features[] = {
	{"SMMUv3.0-TTFAA32", "IDR0.TTF=3", "IDR3.DPT=1|R_IDR3.DPT=1|IDR5.D128=1"},
	{"SMMUv3.0-Hyp", "IDR0.Hyp=1 IDR0.S1P=1 IDR0.S2P=1", "IDR0.S1P=0|IDR0.S2P=0"},
	{"SMMUv3.0-HAD", "IDR3.HAD=1 IDR0.S1P=1", "IDR0.S1P=0"},
	{"SMMUv3.0-PRI", "IDR0.PRI=1 IDR0.ATS=1", "IDR0.ATS=0"},
	{"SMMUv3.0-VATOS", "IDR0.VATOS=1 IDR0.ATOS=1 IDR0.S1P=1 IDR0.S2P=1",
	 "IDR0.ATOS=0|IDR0.S1P=0|IDR0.S2P=0"},
	{"SMMUv3.0-SECURE_IMPL", "S_IDR1.SECURE_IMPL=1 IDR0.S1P=1", "IDR0.S1P=0"},
	{"SMMUv3.1-XNX", "IDR3.XNX=1 IDR0.S2P=1", "IDR0.S2P=0"},
	{"SMMUv3.1-TTPBHA", "IDR3.PBHA=1 IDR3.HAD=1", "IDR3.HAD=0"},
	{"SMMUv3.1-VAX", "IDR5.VAX=1 IDR5.GRAN64K=1", "IDR5.GRAN64K=0"},
	{"SMMUv3.1-VAX", "IDR5.VAX=1 IDR5.DS=1 IDR5.GRAN16K=1", "IDR5.DS=0|IDR5.GRAN16K=0"},
	{"SMMUv3.1-LPA", "IDR5.OAS=6 IDR5.GRAN64K=1", "IDR5.GRAN64K=0"},
	{"SMMUv3.1-LPA", "IDR5.OAS=6 IDR5.DS=1", "IDR5.DS=0"},
	{"SMMUv3.1-LPA", "IDR5.OAS=6 IDR5.D128=1", "IDR5.D128=0"},
	{"SMMUv3.2-SecEL2", "S_IDR1.SEL2=1 S_IDR1.SECURE_IMPL=1 IDR0.S1P=1 IDR0.S2P=1 IDR3.STT=1",
	 "S_IDR1.SECURE_IMPL=0|IDR0.S1P=0|IDR0.S2P=0|IDR3.STT=0"},
	{"SMMU_PMCGv3.2-MPAM", "PMCG_CFGR.MPAM=1 PMCG_CFGR.MSI=1", "PMCG_CFGR.MSI=0"},
	{"SMMUv3.3-PTWNNC", "IDR3.PTWNNC=1 IDR0.S2P=1", "IDR0.S2P=0"},
	{"SMMUv3.3-MPAM_NS", "S_MPAMIDR.HAS_MPAM_NS=1 IDR3.MPAM=1 S_IDR1.SECURE_IMPL=1",
	 "IDR3.MPAM=0|S_IDR1.SECURE_IMPL=0"},
	{"SMMUv3.3-ECMDQ", "IDR1.ECMDQ=1 IDR0.COHACC=1 IDR0.MSI=1",
	 "IDR0.COHACC=0|IDR0.MSI=0|IDR1.QUEUES_PRESET=1"},
	{"SMMUv3.3-SEC_ECMDQ", "S_IDR0.ECMDQ=1 S_IDR1.SECURE_IMPL=1 IDR0.COHACC=1 S_IDR0.MSI=1",
	 "S_IDR1.SECURE_IMPL=0|IDR0.COHACC=0|S_IDR0.MSI=0|IDR1.QUEUES_PRESET=1"},
	{"SMMUv3.3-ATSRECERR", "IDR0.ATSRECERR=1 IDR0.ATS=1", "IDR0.ATS=0"},
	{"SMMU_PMCGv3.3-MPAM_NS", "PMCG_S_MPAMIDR.HAS_MPAM_NS=1 PMCG_CFGR.MSI=1",
	 "PMCG_CFGR.MSI=0"},
	{"SMMUv3.3-RME_IMPL", "IDR0.RME_IMPL=1 ROOT_IDR0.ROOT_IMPL=1", "ROOT_IDR0.ROOT_IMPL=0"},
	{"SMMUv3.3-RME_BGPTM", "ROOT_IDR0.BGPTM=1 ROOT_IDR0.ROOT_IMPL=1", "ROOT_IDR0.ROOT_IMPL=0"},
	{"SMMUv3.3-RME_RGPTM", "ROOT_IDR0.RGPTM=1 ROOT_IDR0.ROOT_IMPL=1", "ROOT_IDR0.ROOT_IMPL=0"},
	{"SMMUv3.3-RME_DA", REALM_BASE,
	 "ROOT_IDR0.ROOT_IMPL=0|IDR0.RME_IMPL=0|IDR0.S1P=0|IDR0.S2P=0|IDR0.Hyp=0|IDR0.COHACC=0|"
	 "IDR0.TTF=3|IDR3.STT=0|IDR3.BBML=1|IDR3.RIL=0|IDR3.PTWNNC=0|IDR3.E0PD=0|IDR3.FWB=0|"
	 "IDR3.XNX=0|IDR3.HAD=0"},
	{"SMMUv3.3-MEC_R", "R_IDR3.MEC=1 ROOT_IDR0.REALM_IMPL=1", "ROOT_IDR0.REALM_IMPL=0"},
	{"SMMUv3.3-DPT_R", "R_IDR3.DPT=1 ROOT_IDR0.REALM_IMPL=1 R_IDR0.ATS=1",
	 "ROOT_IDR0.REALM_IMPL=0|R_IDR0.ATS=0"},
	{"SMMUv3.3-DPT_NS", "IDR3.DPT=1 IDR0.ATS=1", "IDR0.ATS=0"},
	{"SMMUv3.4-LPA2", "IDR5.DS=1 IDR5.GRAN4K=1 IDR5.VAX=1", "IDR5.GRAN4K=0|IDR5.VAX=0"},
	{"SMMUv3.4-THE", "IDR3.THE=1 IDR0.S1P=1", "IDR0.S1P=0|IDR0.S2P=1"},
	{"SMMUv3.4-THE", "IDR3.THE=1 IDR0.S1P=1 IDR0.S2P=1 IDR3.S2PI=1", "IDR3.S2PI=0"},
	{"SMMUv3.4-S1PIE", "IDR3.S1PI=1 IDR0.S1P=1", "IDR0.S1P=0"},
	{"SMMUv3.4-S2PIE", "IDR3.S2PI=1 IDR0.S2P=1", "IDR0.S2P=0"},
	{"SMMUv3.4-S2POE", "IDR3.S2PO=1 IDR3.S2PI=1", "IDR3.S2PI=0"},
	{"SMMUv3.4-D128",
	 "IDR5.D128=1 IDR0.TTF=2 IDR0.S1P=1 IDR0.S2P=1 IDR3.S1PI=1 IDR3.S2PI=1 IDR3.S2PO=1 "
	 "IDR3.AIE=1 IDR3.MTEPERM=1",
	 "IDR0.TTF=1|IDR0.TTF=3|IDR3.S1PI=0|IDR3.S2PI=0|IDR3.S2PO=0|IDR3.AIE=0|IDR3.MTEPERM=0"},
	{"SMMUv3.4-D128", "IDR5.D128=1 IDR0.TTF=2 IDR0.S1P=1 IDR3.S1PI=1 IDR3.AIE=1",
	 "IDR3.AIE=0|IDR3.S1PI=0"},
	{"SMMUv3.4-AIE", "IDR3.AIE=1 IDR0.S1P=1", "IDR0.S1P=0"},
	{"SMMUv3.4-MTE_PERM", "IDR3.MTEPERM=1 IDR0.S2P=1", "IDR0.S2P=0"},
	{"SMMUv3.4-PASIDTT", "IDR3.PASIDTT=1 IDR0.ATS=1 IDR1.SSIDSIZE=8",
	 "IDR0.ATS=0|IDR1.SSIDSIZE=0"},
};

static const struct {
	const char *name, *has, *lacks;
} relations[] = {
	{"ID_NS1ATS", "IDR0.NS1ATS=1 IDR0.ATS=1 IDR0.S1P=1 IDR0.S2P=1",
	 "IDR0.ATS=0|IDR0.S1P=0|IDR0.S2P=0"},
	{"ID_VMW", "IDR0.VMW=1 IDR0.S2P=1", "IDR0.S2P=0"},
	{"ID_REL", "IDR1.REL=1 IDR1.TABLES_PRESET=1", "IDR1.TABLES_PRESET=0"},
	{"ID_REL", "IDR1.REL=1 IDR1.QUEUES_PRESET=1", "IDR1.QUEUES_PRESET=0"},
	{"ID_ST_LEVEL", "IDR1.SIDSIZE=7 IDR0.ST_LEVEL=1", "IDR0.ST_LEVEL=0"},
	{"ID_ST_LEVEL", "IDR1.SIDSIZE=6", "IDR1.SIDSIZE=7"},
	{"ID_PPS", "IDR3.PPS=1 IDR0.PRI=1 IDR1.SSIDSIZE=1", "IDR0.PRI=0|IDR1.SSIDSIZE=0"},
	{"ID_STALL_MAX", "IDR5.STALL_MAX=4", "IDR0.STALL_MODEL=1"},
	{"ID_STALL_MAX", "IDR5.STALL_MAX=4 S_IDR1.SECURE_IMPL=1 IDR0.STALL_MODEL=1",
	 "S_IDR0.STALL_MODEL=1|S_IDR1.SECURE_IMPL=0"},
	{"ID_VAX_56", "IDR5.VAX=2 IDR5.D128=1", "IDR5.D128=0"},
	{"ID_OAS_56", "IDR5.OAS=7 IDR5.D128=1", "IDR5.D128=0"},
	{"ID_SEL2_RME", "S_IDR1.SECURE_IMPL=1 IDR0.RME_IMPL=1 S_IDR1.SEL2=1", "S_IDR1.SEL2=0"},
	{"ID_SAMS", "S_IDR3.SAMS=1 IDR0.ATS=1", "IDR0.ATS=0"},
	{"ID_RGPTM", "ROOT_IDR0.ROOT_IMPL=1 ROOT_IDR0.RGPTM=1", "ROOT_IDR0.RGPTM=0"},
	{"ID_RGPTM", "ROOT_IDR0.ROOT_IMPL=1 ROOT_IDR0.BGPTM=1", "ROOT_IDR0.BGPTM=0"},
	{"ID_BA_REALM", "ROOT_IDR0.REALM_IMPL=1 ROOT_IDR0.BA_REALM=4", "ROOT_IDR0.BA_REALM=5"},
	{"ID_R_ATS", "ROOT_IDR0.REALM_IMPL=1 R_IDR0.ATS=1 IDR0.ATS=1", "R_IDR0.ATS=0|IDR0.ATS=0"},
	{"ID_R_MSI", "ROOT_IDR0.REALM_IMPL=1 R_IDR0.MSI=1 IDR0.MSI=1", "R_IDR0.MSI=0|IDR0.MSI=0"},
	{"ID_R_PRI", "ROOT_IDR0.REALM_IMPL=1 R_IDR0.PRI=1 IDR0.PRI=1", "R_IDR0.PRI=0|IDR0.PRI=0"},
	{"ID_R_STALL_MODEL", "ROOT_IDR0.REALM_IMPL=1 R_IDR0.STALL_MODEL=1",
	 "R_IDR0.STALL_MODEL=0|R_IDR0.STALL_MODEL=2"},
	{"ID_R_ECMDQ", "R_IDR0.ECMDQ=1 IDR0.COHACC=1 R_IDR0.MSI=1",
	 "IDR0.COHACC=0|R_IDR0.MSI=0|IDR1.QUEUES_PRESET=1"},
	{"ID_R_IDR1", "ROOT_IDR0.REALM_IMPL=1 R_IDR1.RME_DA_IMPL=1", "R_IDR1.RME_DA_IMPL=0"},
	{"ID_XT", "R_IDR3.XT=1 R_IDR0.ATS=1", "R_IDR0.ATS=0"},
	{"ID_R_NS1ATS", "ROOT_IDR0.REALM_IMPL=1 IDR0.ATS=1", "IDR0.NS1ATS=1"},
	{"ID_R_NS1ATS", "ROOT_IDR0.REALM_IMPL=1 IDR0.ATS=1 IDR0.NS1ATS=1 R_IDR3.DPT=1",
	 "R_IDR3.DPT=0"},
	{"ID_R_PARTID_MAX",
	 "ROOT_IDR0.REALM_IMPL=1 IDR3.MPAM=1 MPAMIDR.PARTID_MAX=7 R_MPAMIDR.PARTID_MAX=7",
	 "R_MPAMIDR.PARTID_MAX=3"},
	{"ID_R_PMG_MAX", "ROOT_IDR0.REALM_IMPL=1 IDR3.MPAM=1 MPAMIDR.PMG_MAX=1 R_MPAMIDR.PMG_MAX=1",
	 "R_MPAMIDR.PMG_MAX=2"},
	{"ID_R_MPAM_NS",
	 "ROOT_IDR0.REALM_IMPL=1 S_IDR1.SECURE_IMPL=1 IDR3.MPAM=1 S_MPAMIDR.HAS_MPAM_NS=1 "
	 "R_MPAMIDR.HAS_MPAM_NS=1",
	 "R_MPAMIDR.HAS_MPAM_NS=0"},
};

/* The set with the part of lacks at *at taken away; *at moves on, NULL: no more. */
static bool next_lack(struct rule_setup *s, const char *has, const char **at)
{
	char one[64];
	size_t length;

	if (!*at)
		return false;
	length = strcspn(*at, "|");
	snprintf(one, sizeof(one), "%.*s", (int)length, *at);
	*at = (*at)[length] ? *at + length + 1 : NULL;
	memset(s, 0, sizeof(*s));
	rule_setup_apply(s, "AIDR.ArchMinorRev=4");
	rule_setup_apply(s, has);
	rule_setup_apply(s, one);
	return true;
}

Test(id_rule, what_features_need)
{
	static struct rule_setup s;

	for (size_t i = 0; i < SMMU_LEN(features); i++) {
		const struct smmu_feature *f = smmu_feature_find(features[i].name);
		const char *at = features[i].lacks, *none = "";

		cr_assert(f, "%s", features[i].name);
		next_lack(&s, features[i].has, &none);
		cr_expect(f->present(s.regs), "%s", features[i].name);
		cr_expect_eq(smmu_feature_check(f, s.regs), SMMU_FEATURE_OK, "%s: %s",
			     features[i].name, features[i].has);
		while (next_lack(&s, features[i].has, &at))
			cr_expect_eq(smmu_feature_check(f, s.regs), SMMU_FEATURE_NEEDS,
				     "%s: %s, before '%s'", features[i].name, features[i].has,
				     at ? at : "");
	}
}

static const struct smmu_id_rule *find(const char *name)
{
	const struct smmu_id_rule *rules;
	size_t count = smmu_id_rules(&rules);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	return NULL;
}

Test(id_rule, what_fields_say_of_each_other)
{
	static struct rule_setup s;

	for (size_t i = 0; i < SMMU_LEN(relations); i++) {
		const struct smmu_id_rule *rule = find(relations[i].name);
		const char *at = relations[i].lacks, *none = "";

		cr_assert(rule, "%s", relations[i].name);
		next_lack(&s, relations[i].has, &none);
		cr_expect_not(rule->broken(s.regs), "%s: %s", rule->name, relations[i].has);
		while (next_lack(&s, relations[i].has, &at))
			cr_expect(rule->broken(s.regs), "%s: %s, before '%s'", rule->name,
				  relations[i].has, at ? at : "");
	}
}

Test(id_rule, every_feature_that_needs_something_and_every_rule_has_a_case)
{
	const struct smmu_feature *all;
	const struct smmu_id_rule *rules;
	size_t count = smmu_features(&all);

	for (size_t i = 0; i < count; i++) {
		bool has = false;

		for (size_t n = 0; n < SMMU_LEN(features); n++)
			has |= !strcmp(features[n].name, all[i].name);
		cr_expect_eq(has, all[i].needs_text[0] != 0, "%s", all[i].name);
	}
	count = smmu_id_rules(&rules);
	for (size_t i = 0; i < count; i++) {
		bool has = false;

		for (size_t n = 0; n < SMMU_LEN(relations); n++)
			has |= !strcmp(relations[n].name, rules[i].name);
		cr_expect(has, "%s", rules[i].name);
		cr_expect_eq(find(rules[i].name), &rules[i], "%s twice", rules[i].name);
	}
}
