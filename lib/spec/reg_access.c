/* Where registers are and when they can be written, IHI 0070 G.b 6.1 - 6.3, 10.5. */
#include "base/compiler.h"
#include "base/err.h"
#include "spec/reg.h"

#define PAGE_BYTES UINT64_C(0x10000)

/* The counterparts of a Non-secure register; 0 (which is IDR0, no counterpart): none. */
static const uint16_t banks[SMMU_REG_COUNT][2] = {
#define BANK(id)   [SMMU_REG_##id] = {SMMU_REG_S_##id, SMMU_REG_R_##id},
#define BANK_S(id) [SMMU_REG_##id] = {SMMU_REG_S_##id, 0},
#define BANK_R(id) [SMMU_REG_##id] = {0, SMMU_REG_R_##id},
#include "spec/reg_bank.def"
};

enum smmu_reg smmu_reg_of(enum smmu_reg reg, enum smmu_sec sec)
{
	unsigned index = smmu_reg_info(reg)->index;
	unsigned first;

	if (sec == SMMU_SEC_NS)
		return reg;
	if (sec != SMMU_SEC_S && sec != SMMU_SEC_REALM)
		return SMMU_REG_COUNT;
	first = banks[reg - index][sec == SMMU_SEC_REALM];
	return first ? (enum smmu_reg)(first + index) : SMMU_REG_COUNT;
}

/* 0 for a register that the interface does not have. */
static uint64_t value_of(const uint64_t *values, enum smmu_reg reg, enum smmu_sec sec)
{
	enum smmu_reg r = smmu_reg_of(reg, sec);

	return r == SMMU_REG_COUNT ? 0 : values[r];
}

/* log2 of the bytes between the ECMDQs of a control page (6.2.5), and of their number. */
static unsigned ecmdq_log2_count(const uint64_t *values, enum smmu_sec sec)
{
	unsigned n = (unsigned)smmu_IDR6_CMDQ_CONTROL_PAGE_LOG2NUMQ(
		value_of(values, SMMU_REG_IDR6, sec));

	return n < 8 ? n : 8;
}

static unsigned ecmdq_log2_stride(const uint64_t *values, enum smmu_sec sec)
{
	return 16 - ecmdq_log2_count(values, sec);
}

static uint64_t optional_page(uint64_t index)
{
	return 2 * PAGE_BYTES + index * PAGE_BYTES;
}

/* Base of a page from the base of the SMMU; index of the control page for CMDQCP. */
static uint64_t page_base(const uint64_t *values, enum smmu_reg_page page, enum smmu_sec sec,
			  unsigned index)
{
	uint64_t realm = optional_page(smmu_ROOT_IDR0_BA_REALM(values[SMMU_REG_ROOT_IDR0]));

	switch (page) {
	case SMMU_PAGE_1:
		return PAGE_BYTES;
	case SMMU_PAGE_VATOS:
		return optional_page(smmu_IDR2_BA_VATOS(values[SMMU_REG_IDR2]));
	case SMMU_PAGE_S_VATOS:
		return optional_page(smmu_S_IDR2_BA_S_VATOS(values[SMMU_REG_S_IDR2]));
	case SMMU_PAGE_R_0:
		return realm;
	case SMMU_PAGE_R_1:
		return realm + PAGE_BYTES;
	case SMMU_PAGE_CMDQCP:
		return smmu_CMDQ_CONTROL_PAGE_BASE_ADDR(
			value_of(values, SMMU_REG_CMDQ_CONTROL_PAGE_BASE + index, sec));
	case SMMU_PAGE_0:
	case SMMU_PAGE_ROOT:
	case SMMU_PAGE_PMCG:
		break;
	}
	return 0;
}

uint64_t smmu_reg_offset(const uint64_t *values, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	unsigned log2count, queue;

	if (info->page != SMMU_PAGE_CMDQCP)
		return page_base(values, info->page, info->sec, 0) + info->offset;
	log2count = ecmdq_log2_count(values, info->sec);
	queue = info->index & (unsigned)smmu_ones(log2count);
	if (info->index >> log2count >= SMMU_CMDQ_CONTROL_PAGES)
		return info->offset;
	return page_base(values, info->page, info->sec, info->index >> log2count) +
	       ((uint64_t)queue << ecmdq_log2_stride(values, info->sec)) + info->offset;
}

/*
 * 6.3.45, 6.2.5: as many control pages and ECMDQs as IDR6 says.  A page whose
 * place is not known (an offset of 0 is that of page 0) is nowhere.
 */
static bool is_counted(const uint64_t *values, const struct smmu_reg_info *info, enum smmu_reg reg)
{
	enum smmu_reg first = smmu_reg_of(SMMU_REG_CMDQ_CONTROL_PAGE_BASE, info->sec);
	uint64_t idr6 = value_of(values, SMMU_REG_IDR6, info->sec);
	uint64_t pages = smmu_pow2((unsigned)smmu_IDR6_CMDQ_CONTROL_PAGE_LOG2NUMP(idr6));
	unsigned page = info->index;

	if (info->page == SMMU_PAGE_CMDQCP) {
		page >>= ecmdq_log2_count(values, info->sec);
		return page < pages && page < SMMU_CMDQ_CONTROL_PAGES &&
		       page_base(values, SMMU_PAGE_CMDQCP, info->sec, page) != 0;
	}
	/* BASE, CFG and STATUS follow each other. */
	if (first == SMMU_REG_COUNT || reg < first || reg >= first + 3 * SMMU_CMDQ_CONTROL_PAGES)
		return true;
	return page < pages;
}

static bool is_present(const uint64_t *values, const struct smmu_reg_info *info, enum smmu_reg reg)
{
	struct smmu_ids ids;
	struct smmu_when_ctx ctx = {.ids = &ids, .sec = info->sec};

	smmu_ids_from_regs(&ids, values);
	return (!info->present || info->present(&ctx)) && is_counted(values, info, reg);
}

/* Non-secure registers are open to every PA space, others to their own and Root (6.2). */
static bool is_visible(const struct smmu_reg_info *info, enum smmu_sec sec)
{
	return info->sec == SMMU_SEC_NS || info->sec == sec || sec == SMMU_SEC_ROOT;
}

static bool is_in_place(const struct smmu_reg_info *info, enum smmu_sec sec)
{
	/* IMPDEF: page 0 of the Root interface is the Root Control Page. */
	if (info->page == SMMU_PAGE_PMCG)
		return false;
	return sec != SMMU_SEC_ROOT || info->page != SMMU_PAGE_0;
}

static bool is_within(uint64_t at, unsigned size, uint64_t offset, unsigned width_bits)
{
	return offset >= at && offset - at < width_bits / 8 && offset - at + size <= width_bits / 8;
}

static bool is_illegal(uint64_t offset, unsigned size)
{
	return (size != 4 && size != 8) || offset % size != 0;
}

int smmu_reg_at(enum smmu_reg *reg, unsigned *byte, const uint64_t *values, enum smmu_sec sec,
		uint64_t offset, unsigned size)
{
	bool partial = false;

	if (is_illegal(offset, size))
		return SMMU_E_INVALID;
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);
		uint64_t at;

		if (!is_visible(info, sec) || !is_in_place(info, sec))
			continue;
		at = smmu_reg_offset(values, (enum smmu_reg)i);
		if (offset + size <= at || offset >= at + info->width_bits / 8)
			continue;
		if (!is_present(values, info, (enum smmu_reg)i))
			continue;
		if (is_within(at, size, offset, info->width_bits)) {
			*reg = (enum smmu_reg)i;
			*byte = (unsigned)(offset - at);
			return 0;
		}
		partial = true;
	}
	return partial ? SMMU_E_INVALID : SMMU_E_UNKNOWN;
}

/* Registers that move to page 1 of a PMCG with relocated counters (10.5.1). */
static bool is_relocated(enum smmu_reg reg)
{
	return (reg >= SMMU_REG_PMCG_EVCNTR && reg <= SMMU_REG_PMCG_EVCNTR_LAST) ||
	       (reg >= SMMU_REG_PMCG_SVR && reg <= SMMU_REG_PMCG_SVR_LAST) ||
	       reg == SMMU_REG_PMCG_OVSCLR0 || reg == SMMU_REG_PMCG_OVSSET0 ||
	       reg == SMMU_REG_PMCG_CAPR;
}

/* Counters of 32 bits or less stand 4 bytes apart and have 32 bits (10.5.1). */
static unsigned pmcg_width(uint64_t *at, const uint64_t *values, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	uint64_t cfgr = values[SMMU_REG_PMCG_CFGR];

	*at = info->offset;
	if (is_relocated(reg) && info->count > 1 &&
	    smmu_PMCG_CFGR_SIZE(cfgr) <= SMMU_PMCG_SIZE_32) {
		*at = info->offset - UINT64_C(4) * info->index;
		return 32;
	}
	return info->width_bits;
}

int smmu_reg_pmcg_at(enum smmu_reg *reg, unsigned *byte, const uint64_t *values, enum smmu_sec sec,
		     uint64_t offset, unsigned size)
{
	static const uint64_t scr_alias = 0xe40; /* beside ROOTCR (10.5.2.12) */
	bool reloc = smmu_PMCG_CFGR_RELOC_CTRS(values[SMMU_REG_PMCG_CFGR]);
	uint64_t counters = smmu_PMCG_CFGR_NCTR(values[SMMU_REG_PMCG_CFGR]) + 1;

	if (is_illegal(offset, size))
		return SMMU_E_INVALID;
	if (offset == scr_alias && smmu_PMCG_ROOTCR_ROOTCR_IMPL(values[SMMU_REG_PMCG_ROOTCR]))
		offset = smmu_reg_info(SMMU_REG_PMCG_SCR)->offset;
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);
		uint64_t at;
		unsigned width;

		if (info->page != SMMU_PAGE_PMCG || !is_visible(info, sec) ||
		    info->index >= counters)
			continue;
		width = pmcg_width(&at, values, (enum smmu_reg)i);
		if (reloc && is_relocated((enum smmu_reg)i))
			at += PAGE_BYTES;
		if (!is_within(at, size, offset, width))
			continue;
		*reg = (enum smmu_reg)i;
		*byte = (unsigned)(offset - at);
		return 0;
	}
	return SMMU_E_UNKNOWN;
}

/* Guards that are one enable: read-only unless the field is 0 in both registers. */
static const struct {
	enum smmu_reg control, ack;
	uint64_t (*field)(uint64_t value);
} enables[] = {
	[SMMU_GUARD_SMMUEN] = {SMMU_REG_CR0, SMMU_REG_CR0ACK, smmu_CR0_SMMUEN},
	[SMMU_GUARD_CMDQEN] = {SMMU_REG_CR0, SMMU_REG_CR0ACK, smmu_CR0_CMDQEN},
	[SMMU_GUARD_EVENTQEN] = {SMMU_REG_CR0, SMMU_REG_CR0ACK, smmu_CR0_EVENTQEN},
	[SMMU_GUARD_PRIQEN] = {SMMU_REG_CR0, SMMU_REG_CR0ACK, smmu_CR0_PRIQEN},
	[SMMU_GUARD_DPT] = {SMMU_REG_CR0, SMMU_REG_CR0ACK, smmu_CR0_DPT_WALK_EN},
	[SMMU_GUARD_GERROR_IRQ] = {SMMU_REG_IRQ_CTRL, SMMU_REG_IRQ_CTRLACK,
				   smmu_IRQ_CTRL_GERROR_IRQEN},
	[SMMU_GUARD_EVENTQ_IRQ] = {SMMU_REG_IRQ_CTRL, SMMU_REG_IRQ_CTRLACK,
				   smmu_IRQ_CTRL_EVENTQ_IRQEN},
	[SMMU_GUARD_PRIQ_IRQ] = {SMMU_REG_IRQ_CTRL, SMMU_REG_IRQ_CTRLACK, smmu_IRQ_CTRL_PRIQ_IRQEN},
	[SMMU_GUARD_GATOS_RUN] = {SMMU_REG_GATOS_CTRL, SMMU_REG_GATOS_CTRL, smmu_ATOS_CTRL_RUN},
	[SMMU_GUARD_VATOS_RUN] = {SMMU_REG_VATOS_CTRL, SMMU_REG_VATOS_CTRL, smmu_ATOS_CTRL_RUN},
	[SMMU_GUARD_GPCEN] = {SMMU_REG_ROOT_CR0, SMMU_REG_ROOT_CR0ACK, smmu_ROOT_CR0_GPCEN},
	[SMMU_GUARD_ROOT_TLBI] = {SMMU_REG_ROOT_TLBI_CTRL, SMMU_REG_ROOT_TLBI_CTRL,
				  smmu_ROOT_TLBI_CTRL_RUN},
	[SMMU_GUARD_PMCG_IRQ] = {SMMU_REG_PMCG_IRQ_CTRL, SMMU_REG_PMCG_IRQ_CTRLACK,
				 smmu_PMCG_IRQ_CTRL_IRQEN},
};

static bool is_enabled(const uint64_t *values, enum smmu_reg_guard guard, enum smmu_sec sec)
{
	/* Root and PMCG registers have no banks. */
	bool banked = sec != SMMU_SEC_ROOT && guard != SMMU_GUARD_PMCG_IRQ;
	enum smmu_sec of = banked ? sec : SMMU_SEC_NS;

	return enables[guard].field(value_of(values, enables[guard].control, of)) ||
	       enables[guard].field(value_of(values, enables[guard].ack, of));
}

static bool ecmdq_is_on(const uint64_t *values, enum smmu_sec sec)
{
	for (unsigned i = 0; i < SMMU_ECMDQS; i++)
		if (smmu_ECMDQ_PROD_EN(value_of(values, SMMU_REG_ECMDQ_PROD + i, sec)) ||
		    smmu_ECMDQ_CONS_ENACK(value_of(values, SMMU_REG_ECMDQ_CONS + i, sec)))
			return true;
	return false;
}

static bool queues_are_off(const uint64_t *values, enum smmu_sec sec)
{
	return !is_enabled(values, SMMU_GUARD_EVENTQEN, sec) &&
	       !is_enabled(values, SMMU_GUARD_CMDQEN, sec) && !ecmdq_is_on(values, sec);
}

/* CR1: table attributes are guarded by SMMUEN, queue attributes by every queue (6.3.11). */
static uint64_t cr1_writable(const uint64_t *values, enum smmu_sec sec)
{
	uint64_t mask = 0;

	if (!is_enabled(values, SMMU_GUARD_SMMUEN, sec)) {
		mask = smmu_CR1_set_TABLE_SH(mask, 3);
		mask = smmu_CR1_set_TABLE_OC(mask, 3);
		mask = smmu_CR1_set_TABLE_IC(mask, 3);
	}
	if (queues_are_off(values, sec) && !is_enabled(values, SMMU_GUARD_PRIQEN, sec)) {
		mask = smmu_CR1_set_QUEUE_SH(mask, 3);
		mask = smmu_CR1_set_QUEUE_OC(mask, 3);
		mask = smmu_CR1_set_QUEUE_IC(mask, 3);
	}
	return mask;
}

/* Preset tables and queues are read-only for good (6.3.24, 6.3.26). */
static bool is_preset(const uint64_t *values, enum smmu_reg reg)
{
	static const struct {
		enum smmu_reg reg;
		uint64_t (*preset)(uint64_t idr1);
	} presets[] = {
		{SMMU_REG_STRTAB_BASE, smmu_IDR1_TABLES_PRESET},
		{SMMU_REG_STRTAB_BASE_CFG, smmu_IDR1_TABLES_PRESET},
		{SMMU_REG_CMDQ_BASE, smmu_IDR1_QUEUES_PRESET},
		{SMMU_REG_EVENTQ_BASE, smmu_IDR1_QUEUES_PRESET},
		{SMMU_REG_PRIQ_BASE, smmu_IDR1_QUEUES_PRESET},
	};

	for (size_t i = 0; i < SMMU_LEN(presets); i++)
		if (smmu_reg_of(presets[i].reg, smmu_reg_info(reg)->sec) == reg)
			return presets[i].preset(values[SMMU_REG_IDR1]);
	return false;
}

/* Fields of an enable register whose last change is acknowledged. */
static uint64_t acknowledged(uint64_t value, uint64_t ack, const struct smmu_format *format)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *f = &format->fields[i];

		if (smmu_field_get(f, &value, 0) == smmu_field_get(f, &ack, 0))
			mask |= smmu_mask(f->part[0].lsb, f->part[0].width);
	}
	return mask;
}

/* The bits that the guard of a register leaves open now. */
static uint64_t open_bits(const uint64_t *values, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	unsigned i = info->index;
	bool en, ack;

	switch (info->guard) {
	case SMMU_GUARD_NONE:
		return ~UINT64_C(0);
	case SMMU_GUARD_UPDATE: /* bit 31 of GBPA, GMPAM, GBPMPAM alike */
		return smmu_GBPA_Update(values[reg]) ? 0 : ~UINT64_C(0);
	case SMMU_GUARD_CR0:
		return acknowledged(values[reg], value_of(values, SMMU_REG_CR0ACK, info->sec),
				    info->format);
	case SMMU_GUARD_IRQ_CTRL:
		return acknowledged(values[reg], value_of(values, SMMU_REG_IRQ_CTRLACK, info->sec),
				    info->format);
	case SMMU_GUARD_ROOT_CR0: /* both fields wait for each other (6.3.112) */
		return values[reg] == values[SMMU_REG_ROOT_CR0ACK] ? ~UINT64_C(0) : 0;
	case SMMU_GUARD_CR1:
		return cr1_writable(values, info->sec);
	case SMMU_GUARD_ECMDQ:
	case SMMU_GUARD_ECMDQ_PROD:
		en = smmu_ECMDQ_PROD_EN(value_of(values, SMMU_REG_ECMDQ_PROD + i, info->sec));
		ack = smmu_ECMDQ_CONS_ENACK(value_of(values, SMMU_REG_ECMDQ_CONS + i, info->sec));
		if (info->guard == SMMU_GUARD_ECMDQ_PROD)
			return en == ack ? ~UINT64_C(0) : 0;
		return en || ack ? 0 : ~UINT64_C(0);
	case SMMU_GUARD_GMECID:
		return queues_are_off(values, info->sec) &&
				       !is_enabled(values, SMMU_GUARD_SMMUEN, info->sec)
			       ? ~UINT64_C(0)
			       : 0;
	default: /* one enable */
		return is_enabled(values, info->guard, info->sec) ? 0 : ~UINT64_C(0);
	}
}

uint64_t smmu_reg_writable_mask(const uint64_t *values, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	uint64_t ones = smmu_ones(info->width_bits);
	struct smmu_ids ids;
	struct smmu_when_ctx ctx = {.word = &ones, .ids = &ids, .sec = info->sec};

	if (info->access == SMMU_ACCESS_RO || !is_present(values, info, reg) ||
	    is_preset(values, reg))
		return 0;
	smmu_ids_from_regs(&ids, values);
	ones &= ~smmu_format_res0(info->format, &ctx, 0);
	/* 3.5.6.2: ENACK is the SMMU's, also while the register is open. */
	if (info->guard == SMMU_GUARD_ECMDQ &&
	    info->offset == smmu_reg_info(SMMU_REG_ECMDQ_CONS)->offset)
		ones = smmu_ECMDQ_CONS_set_ENACK(ones, 0);
	if (reg == SMMU_REG_R_CR0) /* read-only, always 1 with ATS (6.3.128) */
		ones = smmu_CR0_set_ATSCHK(ones, 0);
	return open_bits(values, reg) & ones;
}
