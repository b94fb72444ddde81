/*
 * Warnings about given registers, and domains without devices.  IHI 0070 G.b 6.3.
 */
#include "compile/check.h"

#include <inttypes.h>
#include <stdlib.h>

#include "spec/queue.h"

/* One programming interface of one SMMU. */
struct interface {
	const struct smmu_sys_smmu *smmu;
	const struct smmu_mem *mem;
	struct smmu_diag *diag;
	struct smmu_ids ids;
	enum smmu_sec sec;
};

/* ---- each register by itself ---- */

/* Of what an implementation says it is, a reserved encoding is never meant. */
static void check_encodings(const struct interface *i, enum smmu_reg reg,
			    const struct smmu_when_ctx *ctx)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	const struct smmu_format *format = info->format;

	for (size_t f = 0; f < format->fields_count; f++) {
		const struct smmu_field *field = &format->fields[f];
		uint64_t value;

		if (field->kind != SMMU_FIELD_ENUM || field->array_count > 1 ||
		    !smmu_field_is_present(field, ctx))
			continue;
		value = smmu_field_get(field, ctx->word, 0);
		if (!smmu_enum_find(field->values, value))
			smmu_diag_warn(i->diag, &i->smmu->reg_at[reg],
				       "%s.%s is 0x%" PRIx64 ", which is reserved (IHI 0070 %s)",
				       info->name, field->name, value, info->section);
	}
}

static void check_register(const struct interface *i, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	const struct smmu_place *at = &i->smmu->reg_at[reg];
	struct smmu_when_ctx ctx = {.word = &i->smmu->regs[reg], .ids = &i->ids, .sec = info->sec};
	uint64_t res0;

	if (!i->smmu->given[reg])
		return;
	if (info->present && !info->present(&ctx)) {
		if (i->smmu->regs[reg])
			smmu_diag_warn(i->diag, at,
				       "%s does not exist here: it needs %s (IHI 0070 %s)",
				       info->name, info->present_text, info->section);
		return;
	}
	res0 = smmu_format_res0(info->format, &ctx, 0);
	if (res0)
		smmu_diag_warn(i->diag, at, "%s has RES0 bits set: 0x%" PRIx64 " (IHI 0070 %s)",
			       info->name, res0, info->section);
	if (smmu_reg_is_id(reg))
		check_encodings(i, reg, &ctx);
}

/* Reads of a device that is switched off, or is something else, give all ones. */
static void check_identity(const struct interface *i)
{
	uint64_t idr0 = i->smmu->regs[SMMU_REG_IDR0];

	if (i->smmu->given[SMMU_REG_IDR0] && idr0 == smmu_ones(32))
		smmu_diag_warn(i->diag, &i->smmu->reg_at[SMMU_REG_IDR0],
			       "SMMU_IDR0 reads as all ones: was it the SMMU that was read?");
}

/* ---- structures ---- */

static uint64_t value_of(const struct interface *i, enum smmu_reg reg)
{
	return i->smmu->regs[smmu_reg_of(reg, i->sec)];
}

static const struct smmu_place *place_of(const struct interface *i, enum smmu_reg reg)
{
	return &i->smmu->reg_at[smmu_reg_of(reg, i->sec)];
}

static const char *name_of(const struct interface *i, enum smmu_reg reg)
{
	return smmu_reg_info(smmu_reg_of(reg, i->sec))->name;
}

static bool is_given(const struct interface *i, enum smmu_reg reg)
{
	enum smmu_reg own = smmu_reg_of(reg, i->sec);

	return own != SMMU_REG_COUNT && i->smmu->given[own];
}

/* What is in use is at base; given is the address in the register. */
static void check_aligned(const struct interface *i, enum smmu_reg reg, uint64_t given,
			  uint64_t base, uint64_t size, const char *section)
{
	if (given != base)
		smmu_diag_warn(i->diag, place_of(i, reg),
			       "%s.ADDR 0x%" PRIx64 " is not aligned to its 0x%" PRIx64
			       " bytes: the SMMU uses 0x%" PRIx64 " (IHI 0070 %s)",
			       name_of(i, reg), given, size, base, section);
}

static void check_covered(const struct interface *i, enum smmu_reg reg, uint64_t base,
			  uint64_t size, const char *what)
{
	struct smmu_pa first = {base, (enum smmu_pas)i->sec};

	if (!i->mem || smmu_mem_exists(i->mem, first, size))
		return;
	smmu_diag_warn(i->diag, place_of(i, reg),
		       "the %s at 0x%" PRIx64 " to 0x%" PRIx64
		       " is not all in memory: accesses there end in an external abort",
		       what, base, base + (size - 1));
}

/* log2 of the bytes of a stream table, of its first level where it has two (3.3.1). */
static unsigned table_log2(unsigned log2size, bool two_level, unsigned split)
{
	if (!two_level)
		return log2size + 6;
	return log2size > split ? log2size - split + 3 : 3;
}

static void check_stream_table(const struct interface *i)
{
	uint64_t cfg = value_of(i, SMMU_REG_STRTAB_BASE_CFG);
	uint64_t given = smmu_STRTAB_BASE_ADDR(value_of(i, SMMU_REG_STRTAB_BASE));
	unsigned log2size = (unsigned)smmu_STRTAB_BASE_CFG_LOG2SIZE(cfg);
	unsigned split = (unsigned)smmu_STRTAB_BASE_CFG_SPLIT(cfg);
	unsigned bits = smmu_sid_bits(&i->ids, i->sec), align_log2;
	/* 6.3.25: FMT is RES0 without two-level tables; reserved values are linear */
	bool two_level = smmu_IDR0_ST_LEVEL(i->ids.idr[0]) && smmu_STRTAB_BASE_CFG_FMT(cfg) == 1;
	uint64_t base;

	if (split != 8 && split != 10 && split != 6) {
		if (two_level)
			smmu_diag_warn(i->diag, place_of(i, SMMU_REG_STRTAB_BASE_CFG),
				       "%s.SPLIT %u is reserved and behaves as 6 (IHI 0070 6.3.25)",
				       name_of(i, SMMU_REG_STRTAB_BASE_CFG), split);
		split = 6;
	}
	/* 6.3.24: all of LOG2SIZE counts for the alignment, 6.3.25: not for the index */
	align_log2 = table_log2(log2size, two_level, split);
	if (align_log2 < 6)
		align_log2 = 6;
	if (align_log2 > 63) /* of any LOG2SIZE: all bits of ADDR, and still a size to name */
		align_log2 = 63;
	base = smmu_align_down_log2(given, align_log2);
	check_aligned(i, SMMU_REG_STRTAB_BASE, given, base, smmu_pow2(align_log2), "6.3.24");
	if (log2size > bits) {
		smmu_diag_warn(i->diag, place_of(i, SMMU_REG_STRTAB_BASE_CFG),
			       "%s.LOG2SIZE %u is larger than the %u StreamID bits, which count "
			       "(IHI 0070 6.3.25)",
			       name_of(i, SMMU_REG_STRTAB_BASE_CFG), log2size, bits);
		log2size = bits;
	}
	if (smmu_CR0_SMMUEN(value_of(i, SMMU_REG_CR0)))
		check_covered(i, SMMU_REG_STRTAB_BASE, base,
			      smmu_pow2(table_log2(log2size, two_level, split)), "stream table");
}

static const struct queue_kind {
	enum smmu_queue_kind kind;
	enum smmu_reg base;
	const char *what, *section;
} queue_kinds[] = {
	{SMMU_QUEUE_CMD, SMMU_REG_CMDQ_BASE, "command queue", "6.3.26"},
	{SMMU_QUEUE_EVENT, SMMU_REG_EVENTQ_BASE, "event queue", "6.3.29"},
	{SMMU_QUEUE_PRI, SMMU_REG_PRIQ_BASE, "PRI queue", "6.3.33"},
};

/* The three BASE registers have ADDR and LOG2SIZE at the same place. */
static void check_queue(const struct interface *i, const struct queue_kind *kind, uint64_t most,
			bool enabled)
{
	uint64_t value = value_of(i, kind->base), log2size = smmu_CMDQ_BASE_LOG2SIZE(value);
	struct smmu_queue queue = smmu_queue_from(&i->ids, kind->kind, value);
	uint64_t size = smmu_pow2(queue.log2size + queue.entry_log2);

	if (!is_given(i, kind->base))
		return;
	if (log2size > most)
		smmu_diag_warn(i->diag, place_of(i, kind->base),
			       "%s.LOG2SIZE %" PRIu64 " is larger than the %" PRIu64
			       " that SMMU_IDR1 permits, which counts (IHI 0070 %s)",
			       name_of(i, kind->base), log2size, most, kind->section);
	check_aligned(i, kind->base, smmu_CMDQ_BASE_ADDR(value), queue.base, size, kind->section);
	if (enabled)
		check_covered(i, kind->base, queue.base, size, kind->what);
}

static void check_interface(const struct interface *i)
{
	uint64_t cr0 = value_of(i, SMMU_REG_CR0);
	uint32_t idr1 = i->ids.idr[1];

	if (is_given(i, SMMU_REG_STRTAB_BASE))
		check_stream_table(i);
	check_queue(i, &queue_kinds[0], smmu_IDR1_CMDQS(idr1), smmu_CR0_CMDQEN(cr0));
	check_queue(i, &queue_kinds[1], smmu_IDR1_EVENTQS(idr1), smmu_CR0_EVENTQEN(cr0));
	/* there is no Secure PRI queue */
	if (i->sec != SMMU_SEC_S && smmu_IDR0_PRI(i->ids.idr[0]))
		check_queue(i, &queue_kinds[2], smmu_IDR1_PRIQS(idr1), smmu_CR0_PRIQEN(cr0));
}

/* What no device is attached to is built nowhere, and not looked at any further. */
static void check_domains(const struct smmu_sys *sys, struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	bool *used = calloc(info->domains_count + 1, sizeof(*used));

	if (!used) {
		smmu_diag_nomem(diag);
		return;
	}
	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *device = &info->devices[i];

		if (device->stage1.name)
			used[device->stage1.index] = true;
		if (device->stage2.name)
			used[device->stage2.index] = true;
		for (size_t s = 0; s < device->substreams_count; s++)
			used[device->substreams[s].stage1.index] = true;
	}
	for (size_t d = 0; d < info->domains_count; d++) {
		struct smmu_place at = smmu_sys_place(sys, info->domains[d].at);

		if (!used[d])
			smmu_diag_warn(diag, &at,
				       "no device is attached to domain %s: nothing of it is built",
				       info->domains[d].name.v);
	}
	free(used);
}

void smmu_compile_check(const struct smmu_sys *sys, const struct smmu_mem *mem,
			struct smmu_diag *diag)
{
	const struct smmu_sys_info *info = smmu_sys_info(sys);
	static const enum smmu_sec interfaces[] = {SMMU_SEC_NS, SMMU_SEC_S, SMMU_SEC_REALM};

	check_domains(sys, diag);
	for (size_t s = 0; s < info->smmus_count; s++) {
		struct interface i = {.smmu = &info->smmus[s], .mem = mem, .diag = diag};

		smmu_ids_from_regs(&i.ids, i.smmu->regs);
		check_identity(&i);
		for (int reg = 0; reg < SMMU_REG_COUNT; reg++)
			check_register(&i, (enum smmu_reg)reg);
		for (size_t k = 0; k < SMMU_LEN(interfaces); k++) {
			i.sec = interfaces[k];
			if (smmu_has_sec(&i.ids, i.sec))
				check_interface(&i);
		}
	}
}
