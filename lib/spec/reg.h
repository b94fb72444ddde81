/*
 * Registers, IHI 0070 G.b chapters 6 and 10: where they are, what they hold,
 * how they read and when they can be written.
 *
 * The table is registers.def, the fields are reg_id.def, reg_ctrl.def,
 * reg_queue.def, reg_atos.def and reg_pmcg.def.  Interfaces of different
 * Security states share a layout, and with it the accessors: the SMMUEN of
 * S_CR0 is smmu_CR0_SMMUEN() of its value.
 *
 * Threading: pure functions; the tables are immutable.
 */
#ifndef SMMU_SPEC_REG_H
#define SMMU_SPEC_REG_H

#include "base/bits.h"
#include "spec/access.h"
#include "spec/format.h"
#include "spec/queue.h"
#include "spec/reg_values.h"
#include "spec/types.h"

/* SMMU_REG_<name without SMMU_>; element i of an array is SMMU_REG_<name> + i. */
enum smmu_reg {
#define REG(id, ...)		  SMMU_REG_##id,
#define REG_ARRAY(id, count, ...) SMMU_REG_##id, SMMU_REG_##id##_LAST = SMMU_REG_##id + (count)-1,
#include "spec/registers.def"
#undef REG
#undef REG_ARRAY
	SMMU_REG_COUNT
};

/* How much of the arrays the tables hold (registers.def). */
#define SMMU_CMDQ_CONTROL_PAGES 16
#define SMMU_ECMDQS		64
#define SMMU_PMCG_COUNTERS	64

enum smmu_reg_access { SMMU_ACCESS_RO, SMMU_ACCESS_RW, SMMU_ACCESS_WO };

/* 64 KiB pages of registers, 6.1 and 10.5.1. */
enum smmu_reg_page {
	SMMU_PAGE_0,
	SMMU_PAGE_1,
	SMMU_PAGE_VATOS,
	SMMU_PAGE_S_VATOS,
	SMMU_PAGE_CMDQCP,
	SMMU_PAGE_ROOT,
	SMMU_PAGE_R_0,
	SMMU_PAGE_R_1,
	SMMU_PAGE_PMCG,
};

/* What makes a register read-only for a time: smmu_reg_writable_mask() knows. */
enum smmu_reg_guard {
	SMMU_GUARD_NONE,
	SMMU_GUARD_SMMUEN,
	SMMU_GUARD_CMDQEN,
	SMMU_GUARD_EVENTQEN,
	SMMU_GUARD_PRIQEN,
	SMMU_GUARD_GERROR_IRQ,
	SMMU_GUARD_EVENTQ_IRQ,
	SMMU_GUARD_PRIQ_IRQ,
	SMMU_GUARD_UPDATE, /* an update of this register is under way */
	SMMU_GUARD_CR0,	   /* fields that are not acknowledged yet */
	SMMU_GUARD_CR1,	   /* tables by SMMUEN, queues by every queue enable */
	SMMU_GUARD_IRQ_CTRL,
	SMMU_GUARD_DPT,
	SMMU_GUARD_GATOS_RUN,
	SMMU_GUARD_VATOS_RUN,
	SMMU_GUARD_ECMDQ,
	SMMU_GUARD_ECMDQ_PROD,
	SMMU_GUARD_GPCEN,
	SMMU_GUARD_ROOT_CR0,
	SMMU_GUARD_ROOT_TLBI,
	SMMU_GUARD_GMECID,
	SMMU_GUARD_PMCG_IRQ,
};

struct smmu_reg_info {
	const char *name;    /* "SMMU_CR0", "SMMU_ECMDQ_BASE3" */
	const char *section; /* "6.3.9" */
	const char *summary; /* one line */
	const struct smmu_format *format;
	enum smmu_sec sec; /* the interface it belongs to */
	enum smmu_reg_page page;
	uint32_t offset; /* from the start of the page; ECMDQs: of queue 0 */
	uint8_t width_bits;
	enum smmu_reg_access access;
	enum smmu_reg_guard guard;
	uint64_t reset;					  /* UNKNOWN and IMPDEF: 0 */
	bool (*present)(const struct smmu_when_ctx *ctx); /* NULL: always */
	const char *present_text;			  /* NULL: always */
	uint8_t index;					  /* of this element of an array */
	uint8_t count; /* of elements, 1 for a register that is no array */
};

/* Static storage; reg below SMMU_REG_COUNT. */
const struct smmu_reg_info *smmu_reg_info(enum smmu_reg reg);
/* By architected name in either case, with or without "SMMU_"; SMMU_E_UNKNOWN. */
int smmu_reg_find(enum smmu_reg *reg, const char *name);

/*
 * The register that an access of size bytes at offset from the SMMU's base
 * reaches through the interface of sec, and which byte of it (0 or 4).  ids and
 * page bases come from values.  A PMCG is no part of this: it has an address of
 * its own (smmu_reg_pmcg_at).
 *
 * SMMU_E_INVALID: an access that 6.2 calls illegal (size, alignment, two
 * registers at once).  SMMU_E_UNKNOWN: nothing is there for this interface, so
 * that it is RAZ/WI.
 *
 * IMPDEF: the Root Control Page has no architected place.  The Root interface
 * finds it at offset 0, in place of page 0; the page 0 aliases of the page 1
 * registers are RAZ/WI.
 */
int smmu_reg_at(enum smmu_reg *reg, unsigned *byte, const uint64_t *values, enum smmu_sec sec,
		uint64_t offset, unsigned size);
/* The inverse: offset from the SMMU's base, as smmu_reg_at() takes it. */
uint64_t smmu_reg_offset(const uint64_t *values, enum smmu_reg reg);
/* The same within a PMCG; its page 1 holds the relocated counters (10.5.1). */
int smmu_reg_pmcg_at(enum smmu_reg *reg, unsigned *byte, const uint64_t *values, enum smmu_sec sec,
		     uint64_t offset, unsigned size);

/*
 * The bits of reg that a write would change now, whole register; 0 while the
 * register is read-only or absent.  What else a write sets off is the model's.
 */
uint64_t smmu_reg_writable_mask(const uint64_t *values, enum smmu_reg reg);

/*
 * Fills in registers left out (given[reg] false): reset values; CR0ACK,
 * IRQ_CTRLACK, GERRORN and queue CONS take CR0, IRQ_CTRL, GERROR and PROD.
 * Identification registers left out become 0.  All values are cut to their
 * register's width; R_CR0.ATSCHK, which is read-only, is 1 with R_IDR0.ATS.
 */
void smmu_regs_complete(uint64_t *values, const bool *given);

/* Whether reg is an identification register (SMMU_IDR*, S_IDR*, R_IDR*, ROOT_IDR0, AIDR …). */
bool smmu_reg_is_id(enum smmu_reg reg);
void smmu_ids_from_regs(struct smmu_ids *ids, const uint64_t *values);

/*
 * The register of interface sec that corresponds to the Non-secure one: CR0
 * and SMMU_SEC_S give S_CR0.  SMMU_REG_COUNT where there is none.
 */
enum smmu_reg smmu_reg_of(enum smmu_reg reg, enum smmu_sec sec);

/*
 * smmu_<layout>_<Field>(value) and smmu_<layout>_set_<Field>(value, x), which
 * returns the new value and keeps the low bits of an x that is too large.
 * Addresses are addresses.
 */
#define FIELD(Reg, Name, lsb, width, KIND, values, WHEN)                                           \
	static inline uint64_t smmu_##Reg##_##Name(uint64_t value)                                 \
	{                                                                                          \
		return smmu_bits(value, lsb, width) << SMMU_SHIFT_##KIND(lsb);                     \
	}                                                                                          \
	static inline uint64_t smmu_##Reg##_set_##Name(uint64_t value, uint64_t x)                 \
	{                                                                                          \
		return smmu_bits_set(value, lsb, width, x >> SMMU_SHIFT_##KIND(lsb));              \
	}
/* The same with an index: smmu_S2PII_S2PII(value, i). */
#define FIELD_ARRAY(Reg, Name, lsb, width, count, KIND, values, WHEN)                              \
	static inline uint64_t smmu_##Reg##_##Name(uint64_t value, unsigned i)                     \
	{                                                                                          \
		return smmu_bits(value, (lsb) + (i % (count)) * (width), width);                   \
	}                                                                                          \
	static inline uint64_t smmu_##Reg##_set_##Name(uint64_t value, unsigned i, uint64_t x)     \
	{                                                                                          \
		return smmu_bits_set(value, (lsb) + (i % (count)) * (width), width, x);            \
	}
#define LAYOUT(Reg)
#define LAYOUT_END(Reg)
#include "spec/reg_layouts.def"

/*
 * What the identification registers come to; address sizes and the rest are
 * in spec/effective.h.  All take any content without harm.
 */

/* Virtual address size: 48, 52 or 56 (IDR5.VAX). */
unsigned smmu_vax_bits(const struct smmu_ids *ids);
/* Whether EL2 of sec is EL2-E2H, with that value of SMMU_(*_)CR2 (5.2 STRW, 6.3.12). */
bool smmu_ids_e2h(const struct smmu_ids *ids, enum smmu_sec sec, uint64_t cr2);
/* StreamID bits of sec: S_IDR1.S_SIDSIZE for Secure; at most 32. */
unsigned smmu_sid_bits(const struct smmu_ids *ids, enum smmu_sec sec);
/* SubstreamID bits, at most 20; 0: no substreams. */
unsigned smmu_ssid_bits(const struct smmu_ids *ids);
/* Architecture minor version, AIDR: 4 for SMMUv3.4. */
unsigned smmu_version(const struct smmu_ids *ids);
unsigned smmu_vmid_bits(const struct smmu_ids *ids);
unsigned smmu_asid_bits(const struct smmu_ids *ids);
/* Whether a programming interface exists: SECURE_IMPL, REALM_IMPL, ROOT_IMPL. */
bool smmu_has_sec(const struct smmu_ids *ids, enum smmu_sec sec);

#endif
