/*
 * What a register must not hold, IHI 0070 3.5.1 and 6.3: for every rule a value
 * that breaks it, what counts instead, and a neighbour that breaks nothing.
 * Settings are those of rule_setup.h.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "rule_setup.h"
#include "spec/reg_rule.h"
#include "spec/strtab.h"

#define NOTHING UINT64_MAX /* the architecture names no value that counts instead */
/* Beside rule_setup_new(): sizes, MSIs, PRI, ECMDQ, MPAM, DPT, the Root and Realm interfaces. */
#define MORE                                                                                       \
	"IDR1.CMDQS=8 IDR1.EVENTQS=7 IDR1.PRIQS=6 IDR0.ST_LEVEL=1 IDR0.MSI=1 IDR0.PRI=1 "          \
	"IDR0.VMW=1 IDR0.VATOS=1 IDR0.ATOS=1 S_IDR0.MSI=1 R_IDR0.MSI=1 R_IDR0.PRI=1 "              \
	"IDR1.ECMDQ=1 IDR6.CMDQ_CONTROL_PAGE_LOG2NUMQ=2 IDR3.MPAM=1 IDR3.S2PI=1 IDR3.DPT=1 "       \
	"R_IDR3.DPT=1 S_IDR1.S_SIDSIZE=8 ROOT_IDR0.ROOT_IMPL=1 ROOT_IDR0.REALM_IMPL=1 "            \
	"MPAMIDR.PARTID_MAX=63 MPAMIDR.PMG_MAX=1 S_MPAMIDR.PARTID_MAX=15 "                         \
	"S_MPAMIDR.HAS_MPAM_NS=1 R_MPAMIDR.PARTID_MAX=31 R_MPAMIDR.PMG_MAX=3"

static const struct {
	const char *rule, *reg, *both, *bad, *good;
	uint64_t counts;
} rows[] = {
	{"REG_CR0_VMW", "CR0", "", "CR0.VMW=5", "CR0.VMW=4", 0},
	{"REG_CR0_VMW", "S_CR0", "S_CR0.VMW=7", "", "IDR0.VMW=0 S_CR0.VMW=0", 0},
	{"REG_CR1_TABLE_SH", "CR1", "", "CR1.TABLE_SH=1", "CR1.TABLE_SH=2", 0},
	{"REG_CR1_TABLE_OC", "R_CR1", "", "R_CR1.TABLE_OC=3", "R_CR1.TABLE_OC=2", 0},
	{"REG_CR1_TABLE_IC", "CR1", "", "CR1.TABLE_IC=3", "CR1.TABLE_IC=1", 0},
	{"REG_CR1_QUEUE_SH", "S_CR1", "", "S_CR1.QUEUE_SH=1", "S_CR1.QUEUE_SH=3", 0},
	{"REG_CR1_QUEUE_OC", "CR1", "", "CR1.QUEUE_OC=3", "CR1.QUEUE_OC=0", 0},
	{"REG_CR1_QUEUE_IC", "CR1", "", "CR1.QUEUE_IC=3", "CR1.QUEUE_IC=2", 0},
	{"REG_GBPA_MEMATTR", "GBPA", "GBPA.MemAttr=8", "GBPA.MTCFG=1", "GBPA.MTCFG=0", 0},
	{"REG_GBPA_MEMATTR", "S_GBPA", "S_GBPA.MTCFG=1", "S_GBPA.MemAttr=4", "S_GBPA.MemAttr=5", 0},
	{"REG_GBPA_NSCFG", "S_GBPA", "", "S_GBPA.NSCFG=1", "S_GBPA.NSCFG=2", 0},
	{"REG_GBPA_PRIVCFG", "GBPA", "", "GBPA.PRIVCFG=1", "GBPA.PRIVCFG=3", 0},
	{"REG_GBPA_INSTCFG", "S_GBPA", "", "S_GBPA.INSTCFG=1", "S_GBPA.INSTCFG=2", 0},
	{"REG_S2PII", "S2PII", "", "S2PII.S2PII[15]=5", "S2PII.S2PII[15]=6", NOTHING},
	{"REG_S2PII", "R_S2PII", "", "R_S2PII.S2PII[0]=1", "R_S2PII.S2PII[0]=2", NOTHING},
	{"REG_GERROR_IRQ_MEMATTR", "GERROR_IRQ_CFG2", "", "GERROR_IRQ_CFG2.MemAttr=12",
	 "GERROR_IRQ_CFG2.MemAttr=13", 0},
	{"REG_GERROR_IRQ_SH", "S_GERROR_IRQ_CFG2", "S_GERROR_IRQ_CFG2.MemAttr=15",
	 "S_GERROR_IRQ_CFG2.SH=1", "S_GERROR_IRQ_CFG2.SH=3", 0},
	{"REG_GERROR_IRQ_SH", "GERROR_IRQ_CFG2", "GERROR_IRQ_CFG2.SH=1",
	 "GERROR_IRQ_CFG2.MemAttr=5", "GERROR_IRQ_CFG2.MemAttr=3", 0},
	/* 2^4 STEs are 0x400 bytes; with SPLIT 6 2^12 / 2^6 descriptors are 0x200. */
	{"REG_STRTAB_ADDR", "STRTAB_BASE", "STRTAB_BASE_CFG.LOG2SIZE=4",
	 "STRTAB_BASE.ADDR=0x80000640", "STRTAB_BASE.ADDR=0x80000400", 0x80000400},
	{"REG_STRTAB_ADDR", "STRTAB_BASE",
	 "STRTAB_BASE_CFG.LOG2SIZE=12 STRTAB_BASE_CFG.FMT=1 STRTAB_BASE_CFG.SPLIT=6",
	 "STRTAB_BASE.ADDR=0x80000340", "STRTAB_BASE.ADDR=0x80000200", 0x80000200},
	/* The literal LOG2SIZE aligns, although 16 bits of StreamID are used. */
	{"REG_STRTAB_ADDR", "STRTAB_BASE", "STRTAB_BASE_CFG.LOG2SIZE=18",
	 "STRTAB_BASE.ADDR=0x80400000", "STRTAB_BASE.ADDR=0x81000000", 0x80000000},
	{"REG_STRTAB_FMT", "STRTAB_BASE_CFG", "", "STRTAB_BASE_CFG.FMT=2",
	 "STRTAB_BASE_CFG.FMT=1 "
	 "STRTAB_BASE_CFG.SPLIT=6",
	 0},
	{"REG_STRTAB_FMT", "S_STRTAB_BASE_CFG", "S_STRTAB_BASE_CFG.FMT=3", "", "IDR0.ST_LEVEL=0",
	 0},
	{"REG_STRTAB_SPLIT", "STRTAB_BASE_CFG", "STRTAB_BASE_CFG.FMT=1", "STRTAB_BASE_CFG.SPLIT=7",
	 "STRTAB_BASE_CFG.SPLIT=8", 6},
	{"REG_STRTAB_SPLIT", "STRTAB_BASE_CFG", "STRTAB_BASE_CFG.SPLIT=0", "STRTAB_BASE_CFG.FMT=1",
	 "STRTAB_BASE_CFG.FMT=0", 6},
	{"REG_STRTAB_LOG2SIZE", "STRTAB_BASE_CFG", "", "STRTAB_BASE_CFG.LOG2SIZE=17",
	 "STRTAB_BASE_CFG.LOG2SIZE=16", 16},
	{"REG_STRTAB_LOG2SIZE", "S_STRTAB_BASE_CFG", "", "S_STRTAB_BASE_CFG.LOG2SIZE=9",
	 "S_STRTAB_BASE_CFG.LOG2SIZE=8", 8},
	{"REG_CMDQ_LOG2SIZE", "CMDQ_BASE", "", "CMDQ_BASE.LOG2SIZE=9", "CMDQ_BASE.LOG2SIZE=8", 8},
	/* 2^8 commands of 16 bytes; a queue of one entry is aligned to 32 bytes all the same. */
	{"REG_CMDQ_ADDR", "R_CMDQ_BASE", "R_CMDQ_BASE.LOG2SIZE=8", "R_CMDQ_BASE.ADDR=0x1800",
	 "R_CMDQ_BASE.ADDR=0x2000", 0x1000},
	{"REG_CMDQ_ADDR", "CMDQ_BASE", "CMDQ_BASE.ADDR=0x20", "CMDQ_BASE.LOG2SIZE=2",
	 "CMDQ_BASE.LOG2SIZE=0", 0},
	/* 2^4 entries: WR 17 of RD 0 is one too many; 16 is full. */
	{"REG_CMDQ_PROD_WR", "CMDQ_PROD", "CMDQ_BASE.LOG2SIZE=4 CR0.CMDQEN=1", "CMDQ_PROD.WR=17",
	 "CMDQ_PROD.WR=16", NOTHING},
	{"REG_CMDQ_PROD_WR", "CMDQ_PROD", "CMDQ_BASE.LOG2SIZE=4 CMDQ_CONS.RD=5 CMDQ_PROD.WR=4",
	 "CR0.CMDQEN=1", "", NOTHING},
	{"REG_EVENTQ_LOG2SIZE", "S_EVENTQ_BASE", "", "S_EVENTQ_BASE.LOG2SIZE=8",
	 "S_EVENTQ_BASE.LOG2SIZE=7", 7},
	/* 2^3 events of 32 bytes. */
	{"REG_EVENTQ_ADDR", "EVENTQ_BASE", "EVENTQ_BASE.LOG2SIZE=3", "EVENTQ_BASE.ADDR=0x180",
	 "EVENTQ_BASE.ADDR=0x200", 0x100},
	{"REG_EVENTQ_IRQ_MEMATTR", "EVENTQ_IRQ_CFG2", "", "EVENTQ_IRQ_CFG2.MemAttr=4",
	 "EVENTQ_IRQ_CFG2.MemAttr=0", 0},
	{"REG_EVENTQ_IRQ_SH", "R_EVENTQ_IRQ_CFG2", "R_EVENTQ_IRQ_CFG2.MemAttr=15",
	 "R_EVENTQ_IRQ_CFG2.SH=1", "R_EVENTQ_IRQ_CFG2.SH=0", 0},
	{"REG_PRIQ_LOG2SIZE", "PRIQ_BASE", "", "PRIQ_BASE.LOG2SIZE=7", "PRIQ_BASE.LOG2SIZE=6", 6},
	/* 2^2 page requests of 16 bytes. */
	{"REG_PRIQ_ADDR", "R_PRIQ_BASE", "R_PRIQ_BASE.LOG2SIZE=2", "R_PRIQ_BASE.ADDR=0x60",
	 "R_PRIQ_BASE.ADDR=0x80", 0x40},
	{"REG_PRIQ_IRQ_MEMATTR", "PRIQ_IRQ_CFG2", "", "PRIQ_IRQ_CFG2.MemAttr=8",
	 "PRIQ_IRQ_CFG2.MemAttr=9", 0},
	{"REG_PRIQ_IRQ_MEMATTR", "R_PRIQ_IRQ_CFG2", "R_PRIQ_IRQ_CFG2.MemAttr=8", "", "R_IDR0.MSI=0",
	 0},
	{"REG_PRIQ_IRQ_SH", "PRIQ_IRQ_CFG2", "PRIQ_IRQ_CFG2.MemAttr=15 PRIQ_IRQ_CFG2.SH=1", "",
	 "IDR0.MSI=0", 0},
	{"REG_GMPAM_PARTID", "GMPAM", "", "GMPAM.SO_PARTID=64", "GMPAM.SO_PARTID=63", NOTHING},
	{"REG_GMPAM_PARTID", "S_GMPAM", "S_GMPAM.SO_PARTID=16", "S_GMPAM.MPAM_NS=0",
	 "S_GMPAM.MPAM_NS=1", NOTHING},
	{"REG_GMPAM_PMG", "R_GMPAM", "", "R_GMPAM.SO_PMG=4", "R_GMPAM.SO_PMG=3", NOTHING},
	{"REG_GBPMPAM_PARTID", "GBPMPAM", "", "GBPMPAM.GBP_PARTID=64", "GBPMPAM.GBP_PARTID=63",
	 NOTHING},
	{"REG_GBPMPAM_PMG", "S_GBPMPAM", "S_GBPMPAM.GBP_PMG=1", "", "S_GBPMPAM.MPAM_NS=1", NOTHING},
	{"REG_VATOS_SEL_VMID", "VATOS_SEL", "VATOS_SEL.VMID=0x100", "IDR0.VMID16=0",
	 "IDR0.VMID16=1", NOTHING},
	/* 48 - 30 bits of entries of 8 bytes: 2^21; 42 - 39: less than 4KB. */
	{"REG_DPT_BADDR", "DPT_BASE", "DPT_BASE_CFG.DPTPS=5", "DPT_BASE.BADDR=0x80300000",
	 "DPT_BASE.BADDR=0x80200000", 0x80200000},
	{"REG_DPT_BADDR", "R_DPT_BASE", "R_DPT_BASE.BADDR=0x80301000 R_DPT_BASE_CFG.DPTPS=3", "",
	 "R_DPT_BASE_CFG.L0DPTSZ=9", 0x80300000},
	{"REG_DPT_L0DPTSZ", "DPT_BASE_CFG", "DPT_BASE_CFG.DPTPS=5", "DPT_BASE_CFG.L0DPTSZ=5",
	 "DPT_BASE_CFG.L0DPTSZ=6", NOTHING},
	{"REG_DPT_L0DPTSZ_DPTPS", "R_DPT_BASE_CFG", "R_DPT_BASE_CFG.L0DPTSZ=6",
	 "R_DPT_BASE_CFG.DPTPS=0", "R_DPT_BASE_CFG.DPTPS=1", NOTHING},
	{"REG_DPT_DPTGS", "DPT_BASE_CFG", "DPT_BASE_CFG.DPTPS=5", "DPT_BASE_CFG.DPTGS=3",
	 "DPT_BASE_CFG.DPTGS=2", NOTHING},
	{"REG_DPT_DPTGS", "DPT_BASE_CFG", "DPT_BASE_CFG.DPTPS=5 DPT_BASE_CFG.DPTGS=1",
	 "IDR5.GRAN64K=0", "", NOTHING},
	{"REG_DPT_DPTPS", "DPT_BASE_CFG", "", "DPT_BASE_CFG.DPTPS=7", "DPT_BASE_CFG.DPTPS=5",
	 NOTHING},
	{"REG_DPT_DPTPS", "DPT_BASE_CFG", "", "DPT_BASE_CFG.DPTPS=6",
	 "DPT_BASE_CFG.DPTPS=6 IDR5.OAS=6", NOTHING},
	{"REG_EVENTQ_CONS_RD", "S_EVENTQ_CONS",
	 "S_EVENTQ_BASE.LOG2SIZE=2 S_CR0.EVENTQEN=1 S_EVENTQ_PROD.WR=6", "S_EVENTQ_CONS.RD=1",
	 "S_EVENTQ_CONS.RD=2", NOTHING},
	{"REG_PRIQ_CONS_RD", "PRIQ_CONS", "PRIQ_BASE.LOG2SIZE=2 CR0.PRIQEN=1 PRIQ_PROD.WR=2",
	 "PRIQ_CONS.RD=3", "PRIQ_CONS.RD=6", NOTHING},
	{"REG_ECMDQ_LOG2SIZE", "ECMDQ_BASE1", "", "ECMDQ_BASE1.LOG2SIZE=9",
	 "ECMDQ_BASE1.LOG2SIZE=8 ECMDQ_BASE2.LOG2SIZE=9", 8},
	{"REG_ECMDQ_ADDR", "ECMDQ_BASE0", "ECMDQ_BASE0.LOG2SIZE=4", "ECMDQ_BASE0.ADDR=0x180",
	 "ECMDQ_BASE0.ADDR=0x100", 0x100},
	{"REG_ECMDQ_PROD_WR", "ECMDQ_PROD3",
	 "ECMDQ_BASE3.LOG2SIZE=4 ECMDQ_CONS3.RD=1 ECMDQ_PROD3.EN=1", "ECMDQ_PROD3.WR=18",
	 "ECMDQ_PROD3.WR=17", NOTHING},
	{"REG_GPT_ADDR", "ROOT_GPT_BASE", "ROOT_GPT_BASE_CFG.PPS=5",
	 "ROOT_GPT_BASE.ADDR=0x80300000", "ROOT_GPT_BASE.ADDR=0x80400000", 0x80200000},
	{"REG_GPT_L0GPTSZ", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.SH=2",
	 "ROOT_GPT_BASE_CFG.L0GPTSZ=1", "ROOT_GPT_BASE_CFG.L0GPTSZ=4", NOTHING},
	{"REG_GPT_PGS", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.SH=2", "ROOT_GPT_BASE_CFG.PGS=3",
	 "ROOT_GPT_BASE_CFG.PGS=1", NOTHING},
	{"REG_GPT_SH", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.ORGN=1", "ROOT_GPT_BASE_CFG.SH=1",
	 "ROOT_GPT_BASE_CFG.SH=3", NOTHING},
	{"REG_GPT_SH_NC", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.SH=3", "",
	 "ROOT_GPT_BASE_CFG.IRGN=2", NOTHING},
	{"REG_GPT_PPS", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.SH=2", "ROOT_GPT_BASE_CFG.PPS=6",
	 "ROOT_GPT_BASE_CFG.PPS=5", NOTHING},
	{"REG_GPT_PPS", "ROOT_GPT_BASE_CFG", "ROOT_GPT_BASE_CFG.SH=2 IDR5.OAS=6",
	 "ROOT_GPT_BASE_CFG.PPS=7", "ROOT_GPT_BASE_CFG.PPS=6", NOTHING},
};

static struct rule_setup *new_setup(size_t row, const char *side)
{
	struct rule_setup *s = rule_setup_new(SMMU_SEC_NS, "", false);

	rule_setup_apply(s, MORE);
	rule_setup_apply(s, rows[row].both);
	rule_setup_apply(s, side);
	return s;
}

static void names(char *out, size_t size, const struct rule_setup *s, enum smmu_reg reg)
{
	const struct smmu_reg_rule *rule = NULL;
	size_t used = 0;

	out[0] = 0;
	while ((rule = smmu_reg_rule_next(rule, s->regs, reg)) && used < size)
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "",
					 rule->name);
}

static const struct smmu_reg_rule *find(const char *name)
{
	const struct smmu_reg_rule *rules;
	size_t count = smmu_reg_rules(&rules);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

Test(reg_rule, each_is_broken_alone_and_not_by_its_neighbour)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rule_setup *bad = new_setup(i, rows[i].bad);
		struct rule_setup *good = new_setup(i, rows[i].good);
		const struct smmu_reg_rule *rule = find(rows[i].rule);
		enum smmu_reg reg;
		uint64_t counts;
		char broken[256];

		cr_assert(rule, "%s", rows[i].rule);
		cr_assert_eq(smmu_reg_find(&reg, rows[i].reg), 0, "%s", rows[i].reg);
		names(broken, sizeof(broken), bad, reg);
		cr_expect_str_eq(broken, rows[i].rule, "row %zu, %s: breaks '%s'", i, rows[i].rule,
				 broken);
		names(broken, sizeof(broken), good, reg);
		cr_expect_str_empty(broken, "row %zu, %s: the neighbour breaks '%s'", i,
				    rows[i].rule, broken);
		cr_expect_eq(smmu_reg_rule_counts(&counts, rule, bad->regs, reg),
			     rows[i].counts != NOTHING, "row %zu, %s", i, rows[i].rule);
		cr_expect_eq(counts, rows[i].counts, "row %zu, %s: 0x%" PRIx64 " counts", i,
			     rows[i].rule, counts);
		free(bad);
		free(good);
	}
}

/* No L0DPTSZ is larger than an OAS of 42 bits or more, which breaks another rule too. */
Test(reg_rule, an_entry_of_the_dpt_larger_than_the_address_space)
{
	struct rule_setup *s = rule_setup_new(SMMU_SEC_NS, "", false);
	char broken[256];

	rule_setup_apply(s, MORE);
	rule_setup_apply(s, "IDR5.OAS=0 DPT_BASE_CFG.L0DPTSZ=4");
	names(broken, sizeof(broken), s, SMMU_REG_DPT_BASE_CFG);
	cr_expect_str_eq(broken, "REG_DPT_L0DPTSZ_OAS REG_DPT_L0DPTSZ_DPTPS");
	free(s);
}

Test(reg_rule, registers_that_do_not_exist_break_nothing)
{
	struct rule_setup *s = rule_setup_new(SMMU_SEC_NS, "", false);
	char broken[256];

	rule_setup_apply(s, "DPT_BASE_CFG.L0DPTSZ=4 GMPAM.SO_PARTID=99 R_CR1.TABLE_SH=1");
	names(broken, sizeof(broken), s, SMMU_REG_DPT_BASE_CFG);
	cr_expect_str_empty(broken);
	names(broken, sizeof(broken), s, SMMU_REG_GMPAM);
	cr_expect_str_empty(broken);
	names(broken, sizeof(broken), s, SMMU_REG_R_CR1);
	cr_expect_str_empty(broken);
	free(s);
}

static bool has_case(const char *rule)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		if (strcmp(rows[i].rule, rule) == 0)
			return true;
	return strcmp(rule, "REG_DPT_L0DPTSZ_OAS") == 0;
}

Test(reg_rule, the_table_is_complete_and_names_real_fields)
{
	const struct smmu_reg_rule *rules;
	size_t count = smmu_reg_rules(&rules);

	for (size_t i = 0; i < count; i++) {
		const struct smmu_reg_rule *r = &rules[i];
		const struct smmu_reg_info *info = smmu_reg_info(r->reg);
		char copy[256], *save, *name, *dot;
		enum smmu_reg reg;

		cr_expect_eq(find(r->name), r, "%s twice", r->name);
		cr_expect(has_case(r->name), "%s has no case", r->name);
		cr_expect(smmu_format_field(info->format, r->field), "%s: %s", r->name, r->field);
		cr_expect_eq(strncmp(r->text, r->field, strlen(r->field)), 0,
			     "%s: '%s' is about %s", r->name, r->text, r->field);
		for (int sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM; sec++)
			if (r->secs & (1u << sec))
				cr_expect_neq(smmu_reg_of(r->reg, (enum smmu_sec)sec),
					      SMMU_REG_COUNT, "%s: interface %d", r->name, sec);
		snprintf(copy, sizeof(copy), "%s", r->ids);
		for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
			dot = strchr(name, '.');
			cr_assert(dot, "%s: %s", r->name, name);
			*dot = 0;
			cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s: %s", r->name, name);
			cr_expect(smmu_format_field(smmu_reg_info(reg)->format, dot + 1),
				  "%s: %s.%s", r->name, name, dot + 1);
		}
	}
}

/* 6.3.25: MAX(1, 2^(LOG2SIZE - SPLIT)) descriptors, of the StreamIDs that exist. */
Test(reg_rule, what_of_a_stream_table_can_be_reached)
{
	static const struct {
		const char *settings;
		unsigned bytes_log2;
	} tables[] = {
		{"STRTAB_BASE_CFG.LOG2SIZE=4", 4 + 6},
		{"STRTAB_BASE_CFG.LOG2SIZE=20", 16 + 6},
		{"STRTAB_BASE_CFG.LOG2SIZE=14 STRTAB_BASE_CFG.FMT=1 STRTAB_BASE_CFG.SPLIT=10",
		 4 + 3},
		{"STRTAB_BASE_CFG.LOG2SIZE=5 STRTAB_BASE_CFG.FMT=1 STRTAB_BASE_CFG.SPLIT=8", 3},
	};

	for (size_t i = 0; i < SMMU_LEN(tables); i++) {
		struct rule_setup *s = rule_setup_new(SMMU_SEC_NS, "", false);
		struct smmu_strtab table;

		rule_setup_apply(s, MORE);
		rule_setup_apply(s, tables[i].settings);
		table = smmu_strtab_from(&s->ids, SMMU_SEC_NS, 0,
					 s->regs[SMMU_REG_STRTAB_BASE_CFG]);
		cr_expect_eq(smmu_strtab_bytes_log2(&table), tables[i].bytes_log2, "%s",
			     tables[i].settings);
		free(s);
	}
}
