/* Names and texts of what the model answers.  IHI 0070 G.b. */
#include "base/compiler.h"
#include "model/result.h"

static const struct smmu_reason_info infos[SMMU_REASON_COUNT] = {
	[SMMU_REASON_NONE] = {"none", "nothing went wrong", ""},
#define REASON(id, name, text, section) [SMMU_REASON_##id] = {name, text, section},
#include "model/reason.def"
};

static const char *const status_names[SMMU_STATUS_COUNT] = {
	[SMMU_STATUS_OK] = "ok",	 [SMMU_STATUS_FAULT] = "fault",
	[SMMU_STATUS_STALL] = "stall",	 [SMMU_STATUS_ABORT] = "abort",
	[SMMU_STATUS_RAZ_WI] = "raz-wi", [SMMU_STATUS_UR] = "ur",
	[SMMU_STATUS_CA] = "ca",	 [SMMU_STATUS_ERROR] = "error",
	[SMMU_STATUS_NONE] = "none",
};

static const char *const struct_names[SMMU_STRUCT_COUNT] = {
	[SMMU_STRUCT_NONE] = "none",
	[SMMU_STRUCT_L1STD] = "L1STD",
	[SMMU_STRUCT_STE] = "STE",
	[SMMU_STRUCT_L1CD] = "L1CD",
	[SMMU_STRUCT_CD] = "CD",
	[SMMU_STRUCT_VMS] = "VMS",
	[SMMU_STRUCT_S1_DESC] = "stage 1 descriptor",
	[SMMU_STRUCT_S2_DESC] = "stage 2 descriptor",
	[SMMU_STRUCT_REGISTER] = "register",
};

const struct smmu_reason_info *smmu_reason_info(enum smmu_reason reason)
{
	if ((unsigned)reason >= SMMU_REASON_COUNT)
		reason = SMMU_REASON_NONE;
	return &infos[reason];
}

const char *smmu_status_name(enum smmu_status status)
{
	return (unsigned)status < SMMU_STATUS_COUNT ? status_names[status] : "?";
}

const char *smmu_struct_name(enum smmu_struct_kind kind)
{
	return (unsigned)kind < SMMU_STRUCT_COUNT ? struct_names[kind] : "?";
}

enum smmu_reg smmu_blame_register(const struct smmu_blame *blame, enum smmu_sec sec)
{
	static const struct {
		enum smmu_reason reason;
		enum smmu_reg reg;
	} rows[] = {
		{SMMU_REASON_GBPA_ABORT, SMMU_REG_GBPA},
		{SMMU_REASON_GBPA_BYPASS, SMMU_REG_GBPA},
		{SMMU_REASON_GBPA_ADDRESS_SIZE, SMMU_REG_IDR5},
		{SMMU_REASON_NONSECURE_FETCH, SMMU_REG_CR0},
		{SMMU_REASON_STREAM_OUT_OF_RANGE, SMMU_REG_STRTAB_BASE_CFG},
		{SMMU_REASON_SUBSTREAM_UNSUPPORTED, SMMU_REG_IDR1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows) && blame->where == SMMU_STRUCT_REGISTER; i++)
		if (rows[i].reason == blame->reason) {
			enum smmu_reg own = smmu_reg_of(rows[i].reg, sec);

			return own == SMMU_REG_COUNT ? rows[i].reg : own;
		}
	return SMMU_REG_COUNT;
}
