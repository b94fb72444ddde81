/* Commands: formats and legality, IHI 0070 G.b chapter 4. */
#include "spec/cmd.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/err.h"
#include "spec/effective.h"
#include "spec/reg.h"

static bool when_SECURE(const struct smmu_when_ctx *ctx)
{
	return ctx->sec == SMMU_SEC_S;
}

static bool when_REALM(const struct smmu_when_ctx *ctx)
{
	return ctx->sec == SMMU_SEC_REALM;
}

static bool when_V31(const struct smmu_when_ctx *ctx)
{
	return !ctx->ids || smmu_ids_is_v3(ctx->ids, 1);
}

static bool when_RIL(const struct smmu_when_ctx *ctx)
{
	return !ctx->ids || smmu_IDR3_RIL(ctx->ids->idr[3]);
}

static bool when_D128(const struct smmu_when_ctx *ctx)
{
	return !ctx->ids || (when_RIL(ctx) && smmu_IDR5_D128(ctx->ids->idr[5]));
}

#define when_ALWAYS	 NULL
#define when_ALWAYS_text NULL
#define when_SECURE_text "on the Secure Command queue"
#define when_REALM_text	 "on the Realm Command queue"
#define when_V31_text	 "SMMUv3.1 or later"
#define when_RIL_text	 "SMMU_IDR3.RIL == 1"
#define when_D128_text	 "SMMU_IDR3.RIL == 1 and SMMU_IDR5.D128 == 1"

#define F(Id, Name, w, lsb, width, KIND, values, WHEN)                                             \
	{Name,                                                                                     \
	 {{w, lsb, width, SMMU_SHIFT_##KIND(lsb)}},                                                \
	 SMMU_FIELD_##KIND,                                                                        \
	 values,                                                                                   \
	 when_##WHEN,                                                                              \
	 when_##WHEN##_text,                                                                       \
	 1},
#define COMMAND(NAME, opcode, section, summary, list)                                              \
	static const struct smmu_field fields_##NAME[] = {SMMU_CF_Opcode(F) list};
#include "spec/commands.def"

static const struct smmu_format formats[256] = {
#define COMMAND(NAME, opcode, where, about, list)                                                  \
	[opcode] = {.name = "CMD_" #NAME,                                                          \
		    .section = "IHI 0070 " where,                                                  \
		    .summary = about,                                                              \
		    .words = SMMU_CMD_WORDS,                                                       \
		    .width_bits = 64 * SMMU_CMD_WORDS,                                             \
		    .fields = fields_##NAME,                                                       \
		    .fields_count = SMMU_LEN(fields_##NAME)},
#include "spec/commands.def"
};

const struct smmu_format *smmu_command_format(unsigned opcode)
{
	return opcode < SMMU_LEN(formats) && formats[opcode].name ? &formats[opcode] : NULL;
}

const char *smmu_command_name(const struct smmu_cmd *cmd)
{
	unsigned opcode = (unsigned)smmu_cmd_Opcode(cmd);
	const struct smmu_format *format = smmu_command_format(opcode);

	if (opcode == SMMU_CMD_CFGI_STE_RANGE && smmu_cmd_Range(cmd) == 31)
		return "CMD_CFGI_ALL";
	return format ? format->name : NULL;
}

int smmu_command_find(unsigned *opcode, const char *name)
{
	static const char prefix[] = "CMD_";
	const size_t n = sizeof(prefix) - 1;

	if (strncasecmp(name, prefix, n) == 0)
		name += n;
	if (strcasecmp(name, "CFGI_ALL") == 0)
		name = "CFGI_STE_RANGE";
	for (unsigned i = 0; i < SMMU_LEN(formats); i++) {
		if (!formats[i].name || strcasecmp(formats[i].name + n, name) != 0)
			continue;
		*opcode = i;
		return 0;
	}
	return SMMU_E_UNKNOWN;
}

/* A dense index of the commands, so that a set of them is one word. */
enum command_index {
#define COMMAND(NAME, ...) INDEX_##NAME,
#include "spec/commands.def"
	INDEX_COUNT,
};

_Static_assert(INDEX_COUNT < 64, "a set of commands, and one bit for none, is one word");

static const uint8_t indices[256] = {
#define COMMAND(NAME, opcode, ...) [opcode] = INDEX_##NAME,
#include "spec/commands.def"
};

/* Sets that the opcodes and queues columns of the rules name. */
#define OP(NAME) (UINT64_C(1) << INDEX_##NAME)
#define UNKNOWN	 (UINT64_C(1) << 63)
#define ANY	 (~UINT64_C(0))
#define HAS_SSEC                                                                                   \
	(OP(PREFETCH_CONFIG) | OP(PREFETCH_ADDR) | OP(CFGI_STE) | OP(CFGI_STE_RANGE) |             \
	 OP(CFGI_CD) | OP(CFGI_CD_ALL) | OP(CFGI_VMS_PIDM) | OP(RESUME) | OP(STALL_TERM))
#define TLBI_EL3 (OP(TLBI_EL3_ALL) | OP(TLBI_EL3_VA))
#define TLBI_EL2 (OP(TLBI_EL2_ALL) | OP(TLBI_EL2_ASID) | OP(TLBI_EL2_VA) | OP(TLBI_EL2_VAA))
#define TLBI_NH	 (OP(TLBI_NH_ALL) | OP(TLBI_NH_ASID) | OP(TLBI_NH_VA) | OP(TLBI_NH_VAA))
#define TLBI_S1	 (TLBI_NH | TLBI_EL3 | TLBI_EL2)
#define TLBI_SECURE                                                                                \
	(OP(TLBI_S_EL2_ALL) | OP(TLBI_S_EL2_ASID) | OP(TLBI_S_EL2_VA) | OP(TLBI_S_EL2_VAA) |       \
	 OP(TLBI_S_S12_VMALL) | OP(TLBI_S_S2_IPA) | OP(TLBI_SNH_ALL))
#define TLBI_RANGE                                                                                 \
	(OP(TLBI_NH_VA) | OP(TLBI_NH_VAA) | OP(TLBI_EL3_VA) | OP(TLBI_EL2_VA) | OP(TLBI_EL2_VAA) | \
	 OP(TLBI_S2_IPA) | OP(TLBI_S_EL2_VA) | OP(TLBI_S_EL2_VAA) | OP(TLBI_S_S2_IPA))
#define DPTI	  (OP(DPTI_ALL) | OP(DPTI_PA))
#define STALL	  (OP(RESUME) | OP(STALL_TERM))
#define NS	  (1u << SMMU_SEC_NS)
#define SECURE	  (1u << SMMU_SEC_S)
#define REALM	  (1u << SMMU_SEC_REALM)
#define ANY_QUEUE (NS | SECURE | REALM)

/* Granule of a range, log2; 0 for none. */
static unsigned tg_log2(const struct smmu_cmd *cmd, const struct smmu_ids *ids)
{
	static const uint8_t log2[] = {0, 12, 14, 16};

	return smmu_IDR3_RIL(ids->idr[3]) ? log2[smmu_cmd_TG(cmd)] : 0;
}

/* SCALE has five bits without IDR5.DS, and stops at 39 with it. */
static unsigned scale(const struct smmu_cmd *cmd, const struct smmu_ids *ids)
{
	uint64_t value = smmu_cmd_SCALE(cmd);

	if (!smmu_IDR5_DS(ids->idr[5]))
		value = smmu_bits(value, 0, 5);
	return value < 39 ? (unsigned)value : 39;
}

int smmu_cmd_tlbi_level(const struct smmu_cmd *cmd, const struct smmu_ids *ids)
{
	int level = (int)smmu_cmd_TTL(cmd);

	if (!tg_log2(cmd, ids) || level == 0)
		return -1;
	if (level == 1 && smmu_cmd_TG(cmd) == SMMU_CMD_TG_16K && !smmu_IDR5_DS(ids->idr[5]))
		return -1;
	return level;
}

bool smmu_cmd_tlbi_range(uint64_t *first, uint64_t *bytes, const struct smmu_cmd *cmd,
			 const struct smmu_ids *ids)
{
	unsigned granule = tg_log2(cmd, ids);
	unsigned shift = granule + scale(cmd, ids);
	uint64_t granules = smmu_cmd_NUM(cmd) + 1;

	*first = smmu_cmd_Address(cmd);
	*bytes = 1;
	if (!granule)
		return false;
	/* At most 32 << (16 + 39): the range fits, its end may not. */
	*bytes = granules << shift;
	if (*bytes > UINT64_MAX - *first)
		*bytes = UINT64_MAX - *first;
	return true;
}

/* NUM, SCALE and TTL all zero beside a granule is reserved (4.4.1.1). */
static bool tg_without_use(const struct smmu_cmd *cmd, const struct smmu_ids *ids)
{
	return tg_log2(cmd, ids) && smmu_cmd_NUM(cmd) == 0 && scale(cmd, ids) == 0 &&
	       smmu_cmd_tlbi_level(cmd, ids) < 0;
}

static bool no_stalls(const struct smmu_cmd_ctx *ctx)
{
	return ctx->nsstalld || smmu_IDR0_STALL_MODEL(ctx->ids->idr[0]) == SMMU_IDR0_STALL_NONE;
}

#define IDR0(FIELD) smmu_IDR0_##FIELD(ids->idr[0])
#define IDR3(FIELD) smmu_IDR3_##FIELD(ids->idr[3])

/* One predicate a rule. */
#define RULE(NAME, section, set, on, condition, text, fields, idfields, chosen)                    \
	static bool broken_##NAME(const struct smmu_cmd *cmd, const struct smmu_cmd_ctx *ctx)      \
	{                                                                                          \
		const struct smmu_ids *ids = ctx->ids;                                             \
		const unsigned opcode = (unsigned)smmu_cmd_Opcode(cmd);                            \
                                                                                                   \
		(void)ids;                                                                         \
		(void)opcode;                                                                      \
		return condition;                                                                  \
	}
#include "spec/cmd_rules.def"

static const struct smmu_cmd_rule rules_table[] = {
#define RULE(NAME, section, set, on, condition, text, fields, idfields, chosen)                    \
	{#NAME, "IHI 0070 " section, text, fields, idfields, chosen, on, set, broken_##NAME},
#include "spec/cmd_rules.def"
};

bool smmu_cmd_rule_concerns(const struct smmu_cmd_rule *rule, unsigned opcode)
{
	uint64_t self = smmu_command_format(opcode) ? UINT64_C(1) << indices[opcode] : UNKNOWN;

	return (rule->opcodes & self) != 0;
}

const struct smmu_cmd_rule *smmu_cmd_rule_next(const struct smmu_cmd_rule *after,
					       const struct smmu_cmd *cmd,
					       const struct smmu_cmd_ctx *ctx)
{
	const struct smmu_cmd_rule *end = rules_table + SMMU_LEN(rules_table);

	for (const struct smmu_cmd_rule *r = after ? after + 1 : rules_table; r < end; r++)
		if (smmu_cmd_rule_concerns(r, (unsigned)smmu_cmd_Opcode(cmd)) &&
		    ((1u << ctx->sec) & r->queues) && r->broken(cmd, ctx))
			return r;
	return NULL;
}

const struct smmu_cmd_rule *smmu_cmd_illegal(const struct smmu_cmd *cmd,
					     const struct smmu_cmd_ctx *ctx)
{
	return smmu_cmd_rule_next(NULL, cmd, ctx);
}

size_t smmu_cmd_rules(const struct smmu_cmd_rule **rules)
{
	*rules = rules_table;
	return SMMU_LEN(rules_table);
}
