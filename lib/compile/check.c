/*
 * Warnings about given registers, and domains without devices.  IHI 0070 G.b 6.3.
 */
#include "compile/check.h"

#include <inttypes.h>
#include <stdlib.h>

#include "spec/queue.h"
#include "spec/reg_rule.h"
#include "spec/strtab.h"

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

static void check_rule(const struct interface *i, enum smmu_reg reg,
		       const struct smmu_reg_rule *rule)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	const struct smmu_field *field = smmu_format_field(info->format, rule->field);
	const struct smmu_place *at = &i->smmu->reg_at[reg];
	uint64_t value = smmu_field_get(field, &i->smmu->regs[reg], 0), used;

	/* the text of a rule begins with the field */
	if (!smmu_reg_rule_counts(&used, rule, i->smmu->regs, reg))
		smmu_diag_warn(i->diag, at, "%s.%s: %s (%s, %s)", info->name, rule->text,
			       rule->outcome, rule->name, rule->section);
	else if (field->kind == SMMU_FIELD_ADDR)
		smmu_diag_warn(i->diag, at,
			       "%s.%s: the SMMU uses 0x%" PRIx64 " for 0x%" PRIx64 " (%s, %s)",
			       info->name, rule->text, used, value, rule->name, rule->section);
	else
		smmu_diag_warn(i->diag, at,
			       "%s.%s: the SMMU uses %" PRIu64 " for %" PRIu64 " (%s, %s)",
			       info->name, rule->text, used, value, rule->name, rule->section);
}

static void check_register(const struct interface *i, enum smmu_reg reg)
{
	const struct smmu_reg_info *info = smmu_reg_info(reg);
	const struct smmu_place *at = &i->smmu->reg_at[reg];
	struct smmu_when_ctx ctx = {.word = &i->smmu->regs[reg], .ids = &i->ids, .sec = info->sec};
	const struct smmu_reg_rule *rule = NULL;
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
	while ((rule = smmu_reg_rule_next(rule, i->smmu->regs, reg)))
		check_rule(i, reg, rule);
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

static bool is_given(const struct interface *i, enum smmu_reg reg)
{
	enum smmu_reg own = smmu_reg_of(reg, i->sec);

	return own != SMMU_REG_COUNT && i->smmu->given[own];
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

static void check_stream_table(const struct interface *i)
{
	struct smmu_strtab table =
		smmu_strtab_from(&i->ids, i->sec, value_of(i, SMMU_REG_STRTAB_BASE),
				 value_of(i, SMMU_REG_STRTAB_BASE_CFG));

	if (smmu_CR0_SMMUEN(value_of(i, SMMU_REG_CR0)))
		check_covered(i, SMMU_REG_STRTAB_BASE, table.base,
			      smmu_pow2(smmu_strtab_bytes_log2(&table)), "stream table");
}

static void check_queue(const struct interface *i, enum smmu_queue_kind kind, enum smmu_reg base,
			const char *what)
{
	struct smmu_queue queue = smmu_queue_from(&i->ids, kind, value_of(i, base));

	if (is_given(i, base))
		check_covered(i, base, queue.base, smmu_pow2(queue.log2size + queue.entry_log2),
			      what);
}

static void check_interface(const struct interface *i)
{
	uint64_t cr0 = value_of(i, SMMU_REG_CR0);

	if (is_given(i, SMMU_REG_STRTAB_BASE))
		check_stream_table(i);
	if (smmu_CR0_CMDQEN(cr0))
		check_queue(i, SMMU_QUEUE_CMD, SMMU_REG_CMDQ_BASE, "command queue");
	if (smmu_CR0_EVENTQEN(cr0))
		check_queue(i, SMMU_QUEUE_EVENT, SMMU_REG_EVENTQ_BASE, "event queue");
	/* there is no Secure PRI queue */
	if (i->sec != SMMU_SEC_S && smmu_IDR0_PRI(i->ids.idr[0]) && smmu_CR0_PRIQEN(cr0))
		check_queue(i, SMMU_QUEUE_PRI, SMMU_REG_PRIQ_BASE, "PRI queue");
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
