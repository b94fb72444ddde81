/*
 * Registers, IHI 0070 6 and 10.5: places and fields against hand-picked rows
 * of Linux arm-smmu-v3.h, FreeBSD smmureg.h and QEMU smmuv3-common.h, and what
 * must hold for every row of the tables.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"
#include "spec/reg.h"

/* An SMMU with everything, its optional pages apart. */
static void everything(uint64_t *regs)
{
	static const bool given[SMMU_REG_COUNT] = {false};

	memset(regs, 0, SMMU_REG_COUNT * sizeof(*regs));
	smmu_regs_complete(regs, given);
	regs[SMMU_REG_IDR0] = 0x5fffffff;
	regs[SMMU_REG_IDR1] = 0x8e739d20; /* ECMDQ, queues of 2^19, 20 and 32 bits of IDs */
	regs[SMMU_REG_IDR2] = 0x0;
	regs[SMMU_REG_IDR3] = 0xffffff;
	regs[SMMU_REG_IDR5] = 0xffff0d77;
	regs[SMMU_REG_IDR6] = 0x03010000; /* 8 pages of 2 queues */
	regs[SMMU_REG_S_IDR0] = 0x80002000;
	regs[SMMU_REG_S_IDR1] = 0xa0000010;
	regs[SMMU_REG_S_IDR2] = 0x1;
	regs[SMMU_REG_S_IDR6] = 0x02020000;
	regs[SMMU_REG_R_IDR0] = 0x80012400;
	regs[SMMU_REG_R_IDR3] = 0x38000;
	regs[SMMU_REG_R_IDR6] = 0x00060000;
	regs[SMMU_REG_ROOT_IDR0] = 0x8000000f | 0x10 << 22;
	for (unsigned i = 0; i < SMMU_CMDQ_CONTROL_PAGES; i++) {
		regs[SMMU_REG_CMDQ_CONTROL_PAGE_BASE + i] = 0x100003 + i * 0x10000;
		regs[SMMU_REG_S_CMDQ_CONTROL_PAGE_BASE + i] = 0x300003 + i * 0x10000;
		regs[SMMU_REG_R_CMDQ_CONTROL_PAGE_BASE + i] = 0x500003 + i * 0x10000;
	}
}

Test(reg, places_are_those_of_other_implementations)
{
	static const struct {
		const char *name;
		enum smmu_reg_page page;
		uint32_t offset;
		unsigned width;
		enum smmu_reg_access access;
	} rows[] = {
		{"SMMU_IDR0", SMMU_PAGE_0, 0x0, 32, SMMU_ACCESS_RO},
		{"SMMU_IDR5", SMMU_PAGE_0, 0x14, 32, SMMU_ACCESS_RO},
		{"SMMU_IIDR", SMMU_PAGE_0, 0x18, 32, SMMU_ACCESS_RO},
		{"SMMU_AIDR", SMMU_PAGE_0, 0x1c, 32, SMMU_ACCESS_RO},
		{"SMMU_CR0", SMMU_PAGE_0, 0x20, 32, SMMU_ACCESS_RW},
		{"SMMU_CR0ACK", SMMU_PAGE_0, 0x24, 32, SMMU_ACCESS_RO},
		{"SMMU_CR2", SMMU_PAGE_0, 0x2c, 32, SMMU_ACCESS_RW},
		{"SMMU_GBPA", SMMU_PAGE_0, 0x44, 32, SMMU_ACCESS_RW},
		{"SMMU_IRQ_CTRL", SMMU_PAGE_0, 0x50, 32, SMMU_ACCESS_RW},
		{"SMMU_GERROR", SMMU_PAGE_0, 0x60, 32, SMMU_ACCESS_RO},
		{"SMMU_GERRORN", SMMU_PAGE_0, 0x64, 32, SMMU_ACCESS_RW},
		{"SMMU_GERROR_IRQ_CFG0", SMMU_PAGE_0, 0x68, 64, SMMU_ACCESS_RW},
		{"SMMU_GERROR_IRQ_CFG2", SMMU_PAGE_0, 0x74, 32, SMMU_ACCESS_RW},
		{"SMMU_STRTAB_BASE", SMMU_PAGE_0, 0x80, 64, SMMU_ACCESS_RW},
		{"SMMU_STRTAB_BASE_CFG", SMMU_PAGE_0, 0x88, 32, SMMU_ACCESS_RW},
		{"SMMU_CMDQ_BASE", SMMU_PAGE_0, 0x90, 64, SMMU_ACCESS_RW},
		{"SMMU_CMDQ_PROD", SMMU_PAGE_0, 0x98, 32, SMMU_ACCESS_RW},
		{"SMMU_CMDQ_CONS", SMMU_PAGE_0, 0x9c, 32, SMMU_ACCESS_RW},
		{"SMMU_EVENTQ_BASE", SMMU_PAGE_0, 0xa0, 64, SMMU_ACCESS_RW},
		{"SMMU_EVENTQ_PROD", SMMU_PAGE_1, 0xa8, 32, SMMU_ACCESS_RW},
		{"SMMU_EVENTQ_CONS", SMMU_PAGE_1, 0xac, 32, SMMU_ACCESS_RW},
		{"SMMU_PRIQ_BASE", SMMU_PAGE_0, 0xc0, 64, SMMU_ACCESS_RW},
		{"SMMU_PRIQ_CONS", SMMU_PAGE_1, 0xcc, 32, SMMU_ACCESS_RW},
		{"SMMU_PRIQ_IRQ_CFG1", SMMU_PAGE_0, 0xd8, 32, SMMU_ACCESS_RW},
		{"SMMU_GATOS_PAR", SMMU_PAGE_0, 0x118, 64, SMMU_ACCESS_RO},
		{"SMMU_VATOS_SEL", SMMU_PAGE_0, 0x180, 32, SMMU_ACCESS_RW},
		{"SMMU_S_IDR1", SMMU_PAGE_0, 0x8004, 32, SMMU_ACCESS_RO},
		{"SMMU_S_INIT", SMMU_PAGE_0, 0x803c, 32, SMMU_ACCESS_RW},
		{"SMMU_S_EVENTQ_CONS", SMMU_PAGE_0, 0x80ac, 32, SMMU_ACCESS_RW},
		{"SMMU_S_GATOS_ADDR", SMMU_PAGE_0, 0x8110, 64, SMMU_ACCESS_RW},
		{"SMMU_R_PRIQ_CONS", SMMU_PAGE_R_1, 0xcc, 32, SMMU_ACCESS_RW},
		{"SMMU_R_GBPA", SMMU_PAGE_R_0, 0x44, 32, SMMU_ACCESS_RO},
		{"SMMU_ROOT_GPT_BASE_CFG", SMMU_PAGE_ROOT, 0x30, 64, SMMU_ACCESS_RW},
		{"SMMU_CMDQ_CONTROL_PAGE_BASE3", SMMU_PAGE_0, 0x4060, 64, SMMU_ACCESS_RO},
		{"SMMU_VATOS_PAR", SMMU_PAGE_VATOS, 0xa18, 64, SMMU_ACCESS_RO},
		{"SMMU_ECMDQ_CONS63", SMMU_PAGE_CMDQCP, 0xc, 32, SMMU_ACCESS_RW},
		{"SMMU_PMCG_EVTYPER5", SMMU_PAGE_PMCG, 0x414, 32, SMMU_ACCESS_RW},
		{"SMMU_PMCG_CAPR", SMMU_PAGE_PMCG, 0xd88, 32, SMMU_ACCESS_WO},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		enum smmu_reg reg;
		const struct smmu_reg_info *info;

		cr_assert_eq(smmu_reg_find(&reg, rows[i].name), 0, "%s", rows[i].name);
		info = smmu_reg_info(reg);
		cr_expect_eq(info->page, rows[i].page, "%s", rows[i].name);
		cr_expect_eq(info->offset, rows[i].offset, "%s", rows[i].name);
		cr_expect_eq(info->width_bits, rows[i].width, "%s", rows[i].name);
		cr_expect_eq(info->access, rows[i].access, "%s", rows[i].name);
		cr_expect_str_eq(info->name, rows[i].name);
	}
}

Test(reg, fields_are_those_of_other_implementations)
{
	static const struct {
		const char *name, *field;
		uint64_t mask;
	} rows[] = {
		{"SMMU_IDR0", "ST_LEVEL", 0x18000000},
		{"SMMU_IDR0", "TTENDIAN", 0x600000},
		{"SMMU_IDR0", "RME_IMPL", 0x40000000},
		{"SMMU_IDR0", "HTTU", 0xc0},
		{"SMMU_IDR1", "CMDQS", 0x3e00000},
		{"SMMU_IDR1", "SSIDSIZE", 0x7c0},
		{"SMMU_IDR3", "BBML", 0x1800},
		{"SMMU_IDR3", "RIL", 0x400},
		{"SMMU_IDR5", "STALL_MAX", 0xffff0000},
		{"SMMU_IDR5", "VAX", 0xc00},
		{"SMMU_IIDR", "ProductID", 0xfff00000},
		{"SMMU_CR0", "VMW", 0x1c0},
		{"SMMU_CR0", "ATSCHK", 0x10},
		{"SMMU_CR1", "TABLE_SH", 0xc00},
		{"SMMU_CR1", "QUEUE_IC", 0x3},
		{"SMMU_CR2", "RECINVSID", 0x2},
		{"SMMU_GBPA", "Update", 0x80000000},
		{"SMMU_GBPA", "ABORT", 0x100000},
		{"SMMU_GERROR", "SFM_ERR", 0x100},
		{"SMMU_GERROR", "MSI_CMDQ_ABT_ERR", 0x10},
		{"SMMU_STRTAB_BASE", "RA", UINT64_C(1) << 62},
		{"SMMU_STRTAB_BASE", "ADDR", UINT64_C(0x00ffffffffffffc0)},
		{"SMMU_STRTAB_BASE_CFG", "FMT", 0x30000},
		{"SMMU_STRTAB_BASE_CFG", "SPLIT", 0x7c0},
		{"SMMU_CMDQ_BASE", "ADDR", UINT64_C(0x00ffffffffffffe0)},
		{"SMMU_CMDQ_CONS", "ERR", 0x7f000000},
		{"SMMU_EVENTQ_PROD", "OVFLG", 0x80000000},
		{"SMMU_EVENTQ_IRQ_CFG2", "SH", 0x30},
		{"SMMU_S_IDR1", "SEL2", 0x20000000},
		{"SMMU_R_IDR3", "XT", 0x20000},
		{"SMMU_ROOT_IDR0", "BA_REALM", 0xffc00000},
		{"SMMU_ROOT_GPT_BASE_CFG", "L0GPTSZ", 0xf00000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		enum smmu_reg reg;
		const struct smmu_field *f;

		cr_assert_eq(smmu_reg_find(&reg, rows[i].name), 0, "%s", rows[i].name);
		f = smmu_format_field(smmu_reg_info(reg)->format, rows[i].field);
		cr_assert(f, "%s.%s", rows[i].name, rows[i].field);
		cr_expect_eq(smmu_mask(f->part[0].lsb, f->part[0].width), rows[i].mask, "%s.%s",
			     rows[i].name, rows[i].field);
	}
}

Test(reg, accessors_read_and_write_values)
{
	uint64_t v = 0;

	cr_expect_eq(smmu_STRTAB_BASE_ADDR(UINT64_C(0x4000000040000fff)), 0x40000fc0,
		     "an address is the address");
	cr_expect_eq(smmu_STRTAB_BASE_CFG_SPLIT(0x00010208), 8);
	v = smmu_CMDQ_BASE_set_ADDR(v, 0x40100000);
	v = smmu_CMDQ_BASE_set_LOG2SIZE(v, 8);
	v = smmu_CMDQ_BASE_set_RA(v, 1);
	cr_expect_eq(v, UINT64_C(0x4000000040100008));
	cr_expect_eq(smmu_CR0_set_SMMUEN(0xc, 1), 0xd);
	cr_expect_eq(smmu_S2PII_S2PII(UINT64_C(0x416ee2b3781b3e88), 15), 4);
	cr_expect_eq(smmu_S2PII_set_S2PII(0, 3, 0xc), 0xc000);
}

/* Bits of an element 0 .. count - 1 of a field. */
static uint64_t bits_of(const struct smmu_field *f)
{
	return smmu_mask(f->part[0].lsb, f->part[0].width * f->array_count);
}

Test(reg, fields_that_can_hold_together_do_not_overlap)
{
	static const uint64_t words[] = {0, 1}; /* FAULT of ATOS_PAR */

	for (unsigned r = 0; r < SMMU_REG_COUNT; r++)
		for (size_t w = 0; w < SMMU_LEN(words); w++) {
			const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)r);
			struct smmu_when_ctx ctx = {.word = &words[w], .sec = info->sec};
			uint64_t seen = 0;

			for (size_t i = 0; i < info->format->fields_count; i++) {
				const struct smmu_field *f = &info->format->fields[i];

				if (!smmu_field_is_present(f, &ctx))
					continue;
				cr_expect_eq(seen & bits_of(f), 0, "%s.%s", info->name, f->name);
				cr_expect(smmu_bits_fit(bits_of(f), info->width_bits), "%s.%s",
					  info->name, f->name);
				cr_expect_eq(f->kind == SMMU_FIELD_ENUM, f->values != NULL, "%s.%s",
					     info->name, f->name);
				seen |= bits_of(f);
			}
		}
}

Test(reg, every_field_reads_what_was_written)
{
	for (unsigned r = 0; r < SMMU_REG_COUNT; r++) {
		const struct smmu_format *format = smmu_reg_info((enum smmu_reg)r)->format;

		for (size_t i = 0; i < format->fields_count; i++) {
			const struct smmu_field *f = &format->fields[i];
			uint64_t ones = smmu_ones(f->part[0].width) << f->part[0].shift;
			uint64_t word = 0;

			cr_expect_eq(smmu_field_set(f, &word, 0, ones), 0, "%s.%s", format->name,
				     f->name);
			cr_expect_eq(smmu_field_get(f, &word, 0), ones, "%s.%s", format->name,
				     f->name);
			cr_expect_eq(smmu_field_set(f, &word, 0, 0), 0);
			cr_expect_eq(word, 0, "%s.%s", format->name, f->name);
		}
	}
}

Test(reg, names_and_places_lead_back)
{
	static uint64_t regs[SMMU_REG_COUNT];
	/* beyond the 8 pages of 2 queues that IDR6 has */
	const unsigned queues = 16;

	everything(regs);
	for (unsigned r = 0; r < SMMU_REG_COUNT; r++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)r);
		enum smmu_reg found;
		unsigned byte;

		cr_assert_eq(smmu_reg_find(&found, info->name), 0, "%s", info->name);
		cr_expect_eq(found, r, "%s", info->name);
		cr_assert_eq(smmu_reg_find(&found, info->name + 5), 0, "%s", info->name);
		cr_expect_eq(found, r, "%s without SMMU_", info->name);
		if (info->page == SMMU_PAGE_PMCG)
			continue;
		if (info->page == SMMU_PAGE_CMDQCP && info->index >= queues)
			continue;
		/* how many control pages there are differs by interface */
		if (info->count == SMMU_CMDQ_CONTROL_PAGES && info->index)
			continue;
		cr_assert_eq(smmu_reg_at(&found, &byte, regs, info->sec,
					 smmu_reg_offset(regs, (enum smmu_reg)r),
					 info->width_bits / 8),
			     0, "%s", info->name);
		cr_expect_eq(found, r, "%s is %s", info->name, smmu_reg_info(found)->name);
		cr_expect_eq(byte, 0, "%s", info->name);
	}
	cr_expect_eq(smmu_reg_find(&(enum smmu_reg){0}, "smmu_gbpa"), 0, "either case");
	cr_expect_eq(smmu_reg_find(&(enum smmu_reg){0}, "gbpa"), 0);
	cr_expect_eq(smmu_reg_find(&(enum smmu_reg){0}, "SMMU_NOTHING"), SMMU_E_UNKNOWN);
	cr_expect_eq(smmu_reg_find(&(enum smmu_reg){0}, "SMMU_CR"), SMMU_E_UNKNOWN);
}

Test(reg, accesses_reach_what_the_memory_map_says)
{
	static const struct {
		const char *row;
		enum smmu_sec sec;
		uint64_t offset;
		unsigned size;
		int status;
		enum smmu_reg reg;
		unsigned byte;
	} rows[] = {
		{"page 0", SMMU_SEC_NS, 0x20, 4, 0, SMMU_REG_CR0, 0},
		{"page 1", SMMU_SEC_NS, 0x100a8, 4, 0, SMMU_REG_EVENTQ_PROD, 0},
		{"page 0 alias is RAZ/WI", SMMU_SEC_NS, 0xa8, 4, SMMU_E_UNKNOWN, 0, 0},
		{"high half", SMMU_SEC_NS, 0x84, 4, 0, SMMU_REG_STRTAB_BASE, 4},
		{"whole 64 bits", SMMU_SEC_NS, 0x80, 8, 0, SMMU_REG_STRTAB_BASE, 0},
		{"size 2", SMMU_SEC_NS, 0x20, 2, SMMU_E_INVALID, 0, 0},
		{"not aligned", SMMU_SEC_NS, 0x22, 4, SMMU_E_INVALID, 0, 0},
		{"two registers at once", SMMU_SEC_NS, 0x20, 8, SMMU_E_INVALID, 0, 0},
		{"reserved", SMMU_SEC_NS, 0x0f00, 4, SMMU_E_UNKNOWN, 0, 0},
		{"far away", SMMU_SEC_NS, UINT64_MAX - 7, 8, SMMU_E_UNKNOWN, 0, 0},
		{"Secure from Non-secure", SMMU_SEC_NS, 0x8020, 4, SMMU_E_UNKNOWN, 0, 0},
		{"Secure", SMMU_SEC_S, 0x8020, 4, 0, SMMU_REG_S_CR0, 0},
		{"Non-secure from Secure", SMMU_SEC_S, 0x20, 4, 0, SMMU_REG_CR0, 0},
		{"VATOS page", SMMU_SEC_NS, 0x20a10, 8, 0, SMMU_REG_VATOS_ADDR, 0},
		{"Secure VATOS page", SMMU_SEC_S, 0x30a00, 4, 0, SMMU_REG_S_VATOS_CTRL, 0},
		{"Realm page 0", SMMU_SEC_REALM, 0x20000 + 0x210 * 0x10000 + 0x20, 4, 0,
		 SMMU_REG_R_CR0, 0},
		{"Realm page 1", SMMU_SEC_REALM, 0x20000 + 0x211 * 0x10000 + 0xc8, 4, 0,
		 SMMU_REG_R_PRIQ_PROD, 0},
		{"Realm from Secure", SMMU_SEC_S, 0x20000 + 0x210 * 0x10000 + 0x20, 4,
		 SMMU_E_UNKNOWN, 0, 0},
		{"Realm from Root", SMMU_SEC_ROOT, 0x20000 + 0x210 * 0x10000 + 0x20, 4, 0,
		 SMMU_REG_R_CR0, 0},
		{"Root page", SMMU_SEC_ROOT, 0x28, 8, 0, SMMU_REG_ROOT_GPT_BASE, 0},
		{"queue 1 of 2 in page 0", SMMU_SEC_NS, 0x100000 + 0x8008, 4, 0,
		 SMMU_REG_ECMDQ_PROD + 1, 0},
		{"queue 0 of page 3", SMMU_SEC_NS, 0x130000, 8, 0, SMMU_REG_ECMDQ_BASE + 6, 0},
		{"queue 2 of 4, Secure", SMMU_SEC_S, 0x300000 + 0x800c, 4, 0,
		 SMMU_REG_S_ECMDQ_CONS + 2, 0},
		{"control page", SMMU_SEC_NS, 0x4028, 4, 0, SMMU_REG_CMDQ_CONTROL_PAGE_CFG + 1, 0},
	};
	static uint64_t regs[SMMU_REG_COUNT];

	everything(regs);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		enum smmu_reg reg = SMMU_REG_COUNT;
		unsigned byte = 99;
		int status =
			smmu_reg_at(&reg, &byte, regs, rows[i].sec, rows[i].offset, rows[i].size);

		cr_expect_eq(status, rows[i].status, "%s: %d", rows[i].row, status);
		if (rows[i].status != 0 || status != 0)
			continue;
		cr_expect_eq(reg, rows[i].reg, "%s: %s", rows[i].row, smmu_reg_info(reg)->name);
		cr_expect_eq(byte, rows[i].byte, "%s", rows[i].row);
	}
}

Test(reg, absent_registers_are_not_found)
{
	static uint64_t regs[SMMU_REG_COUNT];
	enum smmu_reg reg;
	unsigned byte;

	cr_expect_eq(smmu_reg_at(&reg, &byte, regs, SMMU_SEC_NS, 0xc0, 8), SMMU_E_UNKNOWN,
		     "PRIQ_BASE without PRI");
	cr_expect_eq(smmu_reg_at(&reg, &byte, regs, SMMU_SEC_S, 0x8020, 4), SMMU_E_UNKNOWN,
		     "S_CR0 without Secure state");
	cr_expect_eq(smmu_reg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x20a00, 4), SMMU_E_UNKNOWN,
		     "VATOS without the page");
	cr_expect_eq(smmu_reg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x20, 4), 0);
}

Test(reg, pmcg_counters_follow_their_size_and_page)
{
	static uint64_t regs[SMMU_REG_COUNT];
	enum smmu_reg reg;
	unsigned byte;

	regs[SMMU_REG_PMCG_CFGR] = 31 << 8 | 7; /* 8 counters of 32 bits */
	cr_assert_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x00c, 4), 0);
	cr_expect_eq(reg, SMMU_REG_PMCG_EVCNTR + 3);
	cr_expect_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x020, 4), SMMU_E_UNKNOWN,
		     "counter 8 of 8");
	regs[SMMU_REG_PMCG_CFGR] = 1 << 20 | 63 << 8 | 7; /* 64 bits, relocated */
	cr_assert_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x1001c, 4), 0);
	cr_expect_eq(reg, SMMU_REG_PMCG_EVCNTR + 3);
	cr_expect_eq(byte, 4);
	cr_expect_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0x018, 8), SMMU_E_UNKNOWN,
		     "moved away from page 0");
	cr_assert_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0xe00, 4), 0);
	cr_expect_eq(reg, SMMU_REG_PMCG_CFGR);
	cr_expect_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_NS, 0xdf8, 4), SMMU_E_UNKNOWN,
		     "the Secure register");
	regs[SMMU_REG_PMCG_ROOTCR] = 0x80000000;
	cr_assert_eq(smmu_reg_pmcg_at(&reg, &byte, regs, SMMU_SEC_S, 0xe40, 4), 0);
	cr_expect_eq(reg, SMMU_REG_PMCG_SCR, "by its alias");
}

Test(reg, banks_have_the_same_meaning)
{
	for (unsigned r = 0; r < SMMU_REG_COUNT; r++) {
		const char *name = smmu_reg_info((enum smmu_reg)r)->name + 5;
		enum smmu_reg ns;

		if (strncmp(name, "S_", 2) != 0 && strncmp(name, "R_", 2) != 0)
			continue;
		if (smmu_reg_find(&ns, name + 2) != 0)
			continue;
		cr_expect_eq(smmu_reg_of(ns, smmu_reg_info((enum smmu_reg)r)->sec), r, "%s", name);
	}
	cr_expect_eq(smmu_reg_of(SMMU_REG_CR0, SMMU_SEC_NS), SMMU_REG_CR0);
	cr_expect_eq(smmu_reg_of(SMMU_REG_PRIQ_BASE, SMMU_SEC_S), SMMU_REG_COUNT);
	cr_expect_eq(smmu_reg_of(SMMU_REG_CR0, SMMU_SEC_ROOT), SMMU_REG_COUNT);
	cr_expect_eq(smmu_reg_of(SMMU_REG_ECMDQ_PROD + 5, SMMU_SEC_REALM),
		     SMMU_REG_R_ECMDQ_PROD + 5);
}

Test(reg, registers_left_out_follow_those_given)
{
	static const struct {
		const char *row;
		enum smmu_reg given;
		uint64_t value;
		enum smmu_reg reg;
		uint64_t want;
	} rows[] = {
		{"CR0ACK takes CR0", SMMU_REG_CR0, 0xd, SMMU_REG_CR0ACK, 0xd},
		{"S_CR0ACK takes S_CR0", SMMU_REG_S_CR0, 0x5, SMMU_REG_S_CR0ACK, 0x5},
		{"IRQ_CTRLACK", SMMU_REG_IRQ_CTRL, 0x5, SMMU_REG_IRQ_CTRLACK, 0x5},
		{"GERRORN takes GERROR", SMMU_REG_GERROR, 0x4, SMMU_REG_GERRORN, 0x4},
		{"CMDQ_CONS takes the index", SMMU_REG_CMDQ_PROD, 0x1234, SMMU_REG_CMDQ_CONS,
		 0x1234},
		{"EVENTQ_CONS takes the overflow flag too", SMMU_REG_EVENTQ_PROD, 0x80000012,
		 SMMU_REG_EVENTQ_CONS, 0x80000012},
		{"ECMDQ_CONS takes EN as ENACK", SMMU_REG_ECMDQ_PROD + 2, 0x80000003,
		 SMMU_REG_ECMDQ_CONS + 2, 0x80000003},
		{"an acknowledge given stays", SMMU_REG_CR0ACK, 0x1, SMMU_REG_CR0ACK, 0x1},
		{"not the other way round", SMMU_REG_CR0ACK, 0x1, SMMU_REG_CR0, 0x0},
		{"identification reads 0", SMMU_REG_IDR0, 0x3, SMMU_REG_IDR5, 0x0},
		{"R_GBPA.ABORT is 1", SMMU_REG_CR0, 0x0, SMMU_REG_R_GBPA, 0x100000},
		{"R_CR0.ATSCHK is 1 with ATS", SMMU_REG_R_IDR0, 0x400, SMMU_REG_R_CR0, 0x10},
		{"a value is cut to the width", SMMU_REG_CR1, UINT64_C(0x100000d75), SMMU_REG_CR1,
		 0xd75},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		static uint64_t regs[SMMU_REG_COUNT];
		static bool given[SMMU_REG_COUNT];

		memset(regs, 0xa5, sizeof(regs));
		memset(given, 0, sizeof(given));
		given[rows[i].given] = true;
		regs[rows[i].given] = rows[i].value;
		smmu_regs_complete(regs, given);
		cr_expect_eq(regs[rows[i].reg], rows[i].want, "%s: %#lx", rows[i].row,
			     (unsigned long)regs[rows[i].reg]);
	}
}

static const struct {
	const char *row;
	enum smmu_reg reg;
	struct {
		enum smmu_reg reg;
		uint64_t value;
	} set[2];
	uint64_t want;
} guard_rows[] = {
	{"read-only", SMMU_REG_IDR0, {{0}}, 0},
	{"STRTAB_BASE while disabled", SMMU_REG_STRTAB_BASE, {{0}}, UINT64_C(0x40ffffffffffffc0)},
	{"STRTAB_BASE while enabled", SMMU_REG_STRTAB_BASE, {{SMMU_REG_CR0, 1}}, 0},
	{"… and until acknowledged", SMMU_REG_STRTAB_BASE, {{SMMU_REG_CR0ACK, 1}}, 0},
	{"STRTAB_BASE of the Secure interface is another's",
	 SMMU_REG_S_STRTAB_BASE,
	 {{SMMU_REG_CR0, 1}},
	 UINT64_C(0x40ffffffffffffc0)},
	{"STRTAB_BASE preset", SMMU_REG_STRTAB_BASE, {{SMMU_REG_IDR1, 1u << 30}}, 0},
	{"CMDQ_CONS while enabled", SMMU_REG_CMDQ_CONS, {{SMMU_REG_CR0, 8}}, 0},
	{"CMDQ_CONS while disabled", SMMU_REG_CMDQ_CONS, {{SMMU_REG_CR0, 4}}, 0x7f0fffff},
	{"EVENTQ_PROD while enabled", SMMU_REG_EVENTQ_PROD, {{SMMU_REG_CR0ACK, 4}}, 0},
	{"EVENTQ_CONS always", SMMU_REG_EVENTQ_CONS, {{SMMU_REG_CR0, 4}}, 0x800fffff},
	{"GBPA during an update", SMMU_REG_GBPA, {{SMMU_REG_GBPA, 0x80000000}}, 0},
	{"GBPA has no NSCFG", SMMU_REG_GBPA, {{0}}, 0x801f3f1f},
	{"S_GBPA has", SMMU_REG_S_GBPA, {{0}}, 0x801fff1f},
	{"CR0 field under way", SMMU_REG_CR0, {{SMMU_REG_CR0, 0x40}}, 0x41f},
	{"CR0", SMMU_REG_CR0, {{0}}, 0x5df},
	{"R_CR0.ATSCHK is read-only", SMMU_REG_R_CR0, {{0}}, 0x5cf},
	{"ROOT_CR0 under way", SMMU_REG_ROOT_CR0, {{SMMU_REG_ROOT_CR0ACK, 1}}, 0},
	{"S_CR0", SMMU_REG_S_CR0, {{0}}, 0x3ed},
	{"CR1 with everything off", SMMU_REG_CR1, {{0}}, 0xfff},
	{"CR1 with SMMUEN", SMMU_REG_CR1, {{SMMU_REG_CR0, 1}}, 0x03f},
	{"CR1 with a queue", SMMU_REG_CR1, {{SMMU_REG_CR0, 8}}, 0xfc0},
	{"CR1 with an ECMDQ", SMMU_REG_CR1, {{SMMU_REG_ECMDQ_PROD + 7, 0x80000000}}, 0xfc0},
	{"MSI address while enabled", SMMU_REG_EVENTQ_IRQ_CFG0, {{SMMU_REG_IRQ_CTRL, 4}}, 0},
	{"MSI address by its own enable",
	 SMMU_REG_EVENTQ_IRQ_CFG0,
	 {{SMMU_REG_IRQ_CTRL, 3}},
	 UINT64_C(0x00fffffffffffffc)},
	{"ATOS while running", SMMU_REG_GATOS_SID, {{SMMU_REG_GATOS_CTRL, 1}}, 0},
	{"S_GATOS by its own",
	 SMMU_REG_S_GATOS_SID,
	 {{SMMU_REG_GATOS_CTRL, 1}},
	 UINT64_C(0x003fffffffffffff)},
	{"ECMDQ_BASE of an enabled queue",
	 SMMU_REG_ECMDQ_BASE + 1,
	 {{SMMU_REG_ECMDQ_PROD + 1, 0x80000000}},
	 0},
	{"ECMDQ_PROD while EN differs",
	 SMMU_REG_ECMDQ_PROD + 1,
	 {{SMMU_REG_ECMDQ_PROD + 1, 0x80000000}},
	 0},
	{"ECMDQ_PROD of an enabled queue",
	 SMMU_REG_ECMDQ_PROD + 1,
	 {{SMMU_REG_ECMDQ_PROD + 1, 0x80000000}, {SMMU_REG_ECMDQ_CONS + 1, 0x80000000}},
	 0x808fffff},
	{"GPT_BASE while checking", SMMU_REG_ROOT_GPT_BASE, {{SMMU_REG_ROOT_CR0, 2}}, 0},
	{"GPT_BASE", SMMU_REG_ROOT_GPT_BASE, {{0}}, UINT64_C(0x000ffffffffff000)},
	{"GMECID with a queue on", SMMU_REG_R_GMECID, {{SMMU_REG_R_CR0, 8}}, 0},
	{"GMECID", SMMU_REG_R_GMECID, {{0}}, 0xffff},
	{"PMCG MSI while enabled", SMMU_REG_PMCG_IRQ_CFG1, {{SMMU_REG_PMCG_IRQ_CTRLACK, 1}}, 0},
};

Test(reg, guards_close_registers)
{
	for (size_t i = 0; i < SMMU_LEN(guard_rows); i++) {
		static uint64_t regs[SMMU_REG_COUNT];

		everything(regs);
		for (size_t n = 0; n < SMMU_LEN(guard_rows[i].set); n++)
			if (guard_rows[i].set[n].value)
				regs[guard_rows[i].set[n].reg] = guard_rows[i].set[n].value;
		cr_expect_eq(smmu_reg_writable_mask(regs, guard_rows[i].reg), guard_rows[i].want,
			     "%s: %#lx", guard_rows[i].row,
			     (unsigned long)smmu_reg_writable_mask(regs, guard_rows[i].reg));
	}
}

/* The tables of 6.3.170 and 10.5.2.29: offsets, and the values that are not IMPLEMENTATION DEFINED.
 */
Test(reg, identification_space_of_components)
{
	static const struct {
		const char *name;
		unsigned offset;
		uint64_t smmu, pmcg;
	} rows[] = {
		{"PIDR4", 0xfd0, 0, 0},
		{"PIDR5", 0xfd4, 0, 0},
		{"PIDR6", 0xfd8, 0, 0},
		{"PIDR7", 0xfdc, 0, 0},
		{"PIDR0", 0xfe0, 0, 0},
		{"PIDR1", 0xfe4, 0, 0},
		{"PIDR2", 0xfe8, 0x8, 0x8},
		{"PIDR3", 0xfec, 0, 0},
		{"CIDR0", 0xff0, 0xd, 0xd},
		{"CIDR1", 0xff4, 0xf0, 0x90},
		{"CIDR2", 0xff8, 0x5, 0x5},
		{"CIDR3", 0xffc, 0xb1, 0xb1},
		{"PMDEVARCH", 0xfbc, 0, (UINT64_C(0x23b) << 21) | (1u << 20) | 0x2a56},
		{"PMDEVTYPE", 0xfcc, 0, 0x56},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const bool only_pmcg = rows[i].name[1] == 'M';
		char name[32];
		enum smmu_reg reg;

		snprintf(name, sizeof(name), "PMCG_%s", rows[i].name);
		cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s", name);
		cr_expect_eq(smmu_reg_info(reg)->offset, rows[i].offset, "%s", name);
		cr_expect_eq(smmu_reg_info(reg)->reset, rows[i].pmcg, "%s", name);
		cr_expect_eq(smmu_reg_find(&reg, rows[i].name) != 0, only_pmcg, "%s", rows[i].name);
		if (only_pmcg)
			continue;
		cr_expect_eq(smmu_reg_info(reg)->offset, rows[i].offset, "%s", rows[i].name);
		cr_expect_eq(smmu_reg_info(reg)->reset, rows[i].smmu, "%s", rows[i].name);
		cr_expect_eq(smmu_reg_info(reg)->access, SMMU_ACCESS_RO, "%s", rows[i].name);
	}
}

Test(reg, identification)
{
	static uint64_t regs[SMMU_REG_COUNT];
	struct smmu_ids ids;

	everything(regs);
	regs[SMMU_REG_AIDR] = 4;
	smmu_ids_from_regs(&ids, regs);
	cr_expect_eq(ids.idr[0], 0x5fffffff);
	cr_expect_eq(ids.idr[6], 0x03010000);
	cr_expect_eq(ids.s_idr[1], 0xa0000010);
	cr_expect_eq(smmu_version(&ids), 4);
	cr_expect_eq(smmu_sid_bits(&ids, SMMU_SEC_NS), 32);
	cr_expect_eq(smmu_sid_bits(&ids, SMMU_SEC_S), 16);
	cr_expect_eq(smmu_ssid_bits(&ids), 20);
	cr_expect_eq(smmu_vax_bits(&ids), 48, "0b11 is reserved");
	cr_expect_eq(smmu_vmid_bits(&ids), 16);
	cr_expect_eq(smmu_asid_bits(&ids), 16);
	for (unsigned sec = 0; sec < SMMU_SEC_COUNT; sec++)
		cr_expect(smmu_has_sec(&ids, (enum smmu_sec)sec), "%u", sec);
	ids = (struct smmu_ids){.idr = {[1] = 0x3f | 0x1f << 6, [5] = 1 << 10}};
	cr_expect_eq(smmu_sid_bits(&ids, SMMU_SEC_NS), 32, "63 is not more than 32");
	cr_expect_eq(smmu_ssid_bits(&ids), 20);
	cr_expect_eq(smmu_vax_bits(&ids), 52);
	cr_expect_eq(smmu_vmid_bits(&ids), 8);
	cr_expect_not(smmu_has_sec(&ids, SMMU_SEC_S));
	cr_expect(smmu_has_sec(&ids, SMMU_SEC_NS));
}
