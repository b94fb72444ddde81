/* Tables of registers and their fields, IHI 0070 G.b chapters 6 and 10. */
#include "base/compiler.h"
#include "spec/reg.h"
#include "spec/repeat_priv.h"

#define IDR0(FIELD)	       smmu_IDR0_##FIELD(ids->idr[0])
#define IDR3(FIELD)	       smmu_IDR3_##FIELD(ids->idr[3])
#define OF_REALM(other, realm) (sec == SMMU_SEC_REALM ? (realm) : (other))

static bool has_secure(const struct smmu_ids *ids)
{
	return smmu_has_sec(ids, SMMU_SEC_S);
}

static bool has_sel2(const struct smmu_ids *ids)
{
	return has_secure(ids) && smmu_S_IDR1_SEL2(ids->s_idr[1]);
}

static bool has_el2(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return has_sel2(ids);
	return sec == SMMU_SEC_REALM || IDR0(Hyp);
}

static bool has_pri(const struct smmu_ids *ids, enum smmu_sec sec)
{
	return OF_REALM(IDR0(PRI), smmu_R_IDR0_PRI(ids->r_idr[0]));
}

static bool has_msi(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return has_secure(ids) && smmu_S_IDR0_MSI(ids->s_idr[0]);
	return OF_REALM(IDR0(MSI), smmu_R_IDR0_MSI(ids->r_idr[0]));
}

static bool has_ecmdq(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return has_secure(ids) && smmu_S_IDR0_ECMDQ(ids->s_idr[0]);
	return OF_REALM(smmu_IDR1_ECMDQ(ids->idr[1]), smmu_R_IDR0_ECMDQ(ids->r_idr[0]));
}

static bool par_fault(const struct smmu_when_ctx *ctx)
{
	return ctx->word && smmu_ATOS_PAR_FAULT(ctx->word[0]);
}

#define WHEN(NAME, layout, feature, words)                                                         \
	static bool when_##NAME(const struct smmu_when_ctx *ctx)                                   \
	{                                                                                          \
		const struct smmu_ids *ids = ctx->ids;                                             \
		const enum smmu_sec sec = ctx->sec;                                                \
                                                                                                   \
		(void)sec;                                                                         \
		return (layout) && (!ids || (feature));                                            \
	}                                                                                          \
	static const char when_##NAME##_text[] = words;
#include "spec/reg_when.def"
#define when_ALWAYS	 NULL
#define when_ALWAYS_text NULL

/* The fields of each layout; the last row is no field, for layouts without any. */
#define LAYOUT(Reg) static const struct smmu_field fields_##Reg[] = {
#define FIELD_ARRAY(Reg, Name, lsb, width, count, KIND, values, WHEN)                              \
	{#Name,                                                                                    \
	 {{0, lsb, width, SMMU_SHIFT_##KIND(lsb)}},                                                \
	 SMMU_FIELD_##KIND,                                                                        \
	 values,                                                                                   \
	 when_##WHEN,                                                                              \
	 when_##WHEN##_text,                                                                       \
	 count},
#define FIELD(Reg, Name, lsb, width, KIND, values, WHEN)                                           \
	FIELD_ARRAY(Reg, Name, lsb, width, 1, KIND, values, WHEN)
#define LAYOUT_END(Reg)                                                                            \
	{                                                                                          \
		.name = NULL                                                                       \
	}                                                                                          \
	}                                                                                          \
	;
#include "spec/reg_layouts.def"

#define FORMAT(Name, layout, width, where, about)                                                  \
	{.name = Name,                                                                             \
	 .section = "IHI 0070 " where,                                                             \
	 .summary = about,                                                                         \
	 .words = 1,                                                                               \
	 .width_bits = width,                                                                      \
	 .fields = fields_##layout,                                                                \
	 .fields_count = SMMU_LEN(fields_##layout) - 1},
#define REG(id, layout, sec, page, at, width, access, guard, when, value, where, about)            \
	FORMAT("SMMU_" #id, layout, width, where, about)
#define ELEMENT(i, id, layout, width, where, about)                                                \
	FORMAT("SMMU_" #id #i, layout, width, where, about)
#define REG_ARRAY(id, n, layout, sec, page, at, stride, width, access, guard, when, value, where,  \
		  about)                                                                           \
	SMMU_REPEAT_##n(ELEMENT, id, layout, width, where, about)
static const struct smmu_format formats[] = {
#include "spec/registers.def"
};
#undef REG
#undef REG_ARRAY
#undef ELEMENT

#define INFO(Name, reg, i, n, Sec, Page, at, width, Access, Guard, when, value, where, about)      \
	{.name = Name,                                                                             \
	 .section = where,                                                                         \
	 .summary = about,                                                                         \
	 .format = &formats[reg],                                                                  \
	 .sec = SMMU_SEC_##Sec,                                                                    \
	 .page = SMMU_PAGE_##Page,                                                                 \
	 .offset = at,                                                                             \
	 .width_bits = width,                                                                      \
	 .access = SMMU_ACCESS_##Access,                                                           \
	 .guard = SMMU_GUARD_##Guard,                                                              \
	 .reset = value,                                                                           \
	 .present = when_##when,                                                                   \
	 .present_text = when_##when##_text,                                                       \
	 .index = i,                                                                               \
	 .count = n},
#define REG(id, layout, sec, page, at, width, access, guard, when, value, where, about)            \
	INFO("SMMU_" #id, SMMU_REG_##id, 0, 1, sec, page, at, width, access, guard, when, value,   \
	     where, about)
#define ELEMENT(i, id, n, sec, page, at, stride, width, access, guard, when, value, where, about)  \
	INFO("SMMU_" #id #i, SMMU_REG_##id + i, i, n, sec, page, (at) + i * (stride), width,       \
	     access, guard, when, value, where, about)
#define REG_ARRAY(id, n, layout, sec, page, at, stride, width, access, guard, when, value, where,  \
		  about)                                                                           \
	SMMU_REPEAT_##n(ELEMENT, id, n, sec, page, at, stride, width, access, guard, when, value,  \
			where, about)
static const struct smmu_reg_info infos[] = {
#include "spec/registers.def"
};

const struct smmu_reg_info *smmu_reg_info(enum smmu_reg reg)
{
	return &infos[reg];
}
