/* Tables of the configuration structures, IHI 0070 G.b chapter 5. */
#include "base/compiler.h"
#include "spec/cd.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"
#include "spec/vms.h"
#include "spec/when.h"

static const struct smmu_field ste_fields[] = {
#define FIELD SMMU_FIELD_ROW
#define ARRAY SMMU_ARRAY_ROW
#include "spec/ste.def"
};

static const struct smmu_field cd_fields[] = {
#define FIELD SMMU_FIELD_ROW
#define ARRAY SMMU_ARRAY_ROW
#include "spec/cd.def"
};

static const struct smmu_field l1std_fields[] = {
#define FIELD SMMU_FIELD_ROW
#define ARRAY SMMU_ARRAY_ROW
#include "spec/l1std.def"
};

static const struct smmu_field l1cd_fields[] = {
#define FIELD SMMU_FIELD_ROW
#define ARRAY SMMU_ARRAY_ROW
#include "spec/l1cd.def"
};

static const struct smmu_field vms_fields[] = {
#define FIELD SMMU_FIELD_ROW
#define ARRAY SMMU_ARRAY_ROW
#include "spec/vms.def"
};

const struct smmu_format smmu_ste_format = {
	.name = "STE",
	.section = "IHI 0070 5.2",
	.summary = "Stream Table Entry: how one stream is treated",
	.words = SMMU_STE_WORDS,
	.width_bits = SMMU_STE_WORDS * 64,
	.fields = ste_fields,
	.fields_count = SMMU_LEN(ste_fields),
};

const struct smmu_format smmu_cd_format = {
	.name = "CD",
	.section = "IHI 0070 5.4",
	.summary = "Context Descriptor: one stage 1 address space",
	.words = SMMU_CD_WORDS,
	.width_bits = SMMU_CD_WORDS * 64,
	.fields = cd_fields,
	.fields_count = SMMU_LEN(cd_fields),
};

const struct smmu_format smmu_l1std_format = {
	.name = "L1STD",
	.section = "IHI 0070 5.1",
	.summary = "Level 1 Stream Table Descriptor: leads to a range of STEs",
	.words = SMMU_L1STD_WORDS,
	.width_bits = SMMU_L1STD_WORDS * 64,
	.fields = l1std_fields,
	.fields_count = SMMU_LEN(l1std_fields),
};

const struct smmu_format smmu_l1cd_format = {
	.name = "L1CD",
	.section = "IHI 0070 5.3",
	.summary = "Level 1 Context Descriptor: leads to a range of CDs",
	.words = SMMU_L1CD_WORDS,
	.width_bits = SMMU_L1CD_WORDS * 64,
	.fields = l1cd_fields,
	.fields_count = SMMU_LEN(l1cd_fields),
};

const struct smmu_format smmu_vms_format = {
	.name = "VMS",
	.section = "IHI 0070 5.6",
	.summary = "Virtual Machine Structure: what the streams of one VM share",
	.words = SMMU_VMS_WORDS,
	.width_bits = SMMU_VMS_WORDS * 64,
	.fields = vms_fields,
	.fields_count = SMMU_LEN(vms_fields),
};
