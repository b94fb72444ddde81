/*
 * Output attributes, IHI 0070 G.b chapter 13, as the contract spells them.
 */
#include <stdio.h>

#include "base/bits.h"
#include "replay/result.h"
#include "spec/reg.h"
#include "spec/values.h"

/* "nc", or "wb" or "wt" followed by the hints that apply; text holds 16 bytes. */
static const char *cacheability(char *text, unsigned value)
{
	unsigned kind = value & SMMU_ATTR_KIND;

	if (kind == SMMU_ATTR_NC)
		return "nc";
	snprintf(text, 16, "%s%s%s%s", kind == SMMU_ATTR_WT ? "wt" : "wb",
		 value & SMMU_ATTR_RA ? "-ra" : "", value & SMMU_ATTR_WA ? "-wa" : "",
		 value & SMMU_ATTR_TR ? "-tr" : "");
	return text;
}

static void emit_memory(struct smmu_emit *emit, const struct smmu_attr *attr)
{
	static const char *const devices[] = {[SMMU_MEM_NGNRNE] = "nGnRnE",
					      [SMMU_MEM_NGNRE] = "nGnRE",
					      [SMMU_MEM_NGRE] = "nGRE",
					      [SMMU_MEM_GRE] = "GRE"};
	char text[16];

	unsigned rank = smmu_memory_rank(attr->memory);

	if (rank < SMMU_LEN(devices)) {
		smmu_emit_str(emit, "memory", "device");
		smmu_emit_str(emit, "device", devices[rank]);
		return;
	}
	smmu_emit_str(emit, "memory", "normal");
	smmu_emit_str(emit, "inner", cacheability(text, smmu_memory_inner(attr->memory)));
	smmu_emit_str(emit, "outer", cacheability(text, smmu_memory_outer(attr->memory)));
}

void smmu_result_emit_attr(struct smmu_emit *emit, const struct smmu_result *result,
			   const struct smmu_ids *ids)
{
	static const char *const shareabilities[4] = {
		[SMMU_SH_NSH] = "nsh", [SMMU_SH_OSH] = "osh", [SMMU_SH_ISH] = "ish"};
	const struct smmu_attr *attr = &result->attr;
	const char *sh = shareabilities[smmu_memory_sh(attr->memory)];

	smmu_emit_object(emit, "attr");
	emit_memory(emit, attr);
	smmu_emit_str(emit, "sh", sh ? sh : "?");
	smmu_emit_str(emit, "pas", smmu_pas_name(result->pa.pas));
	/* 13.5: from SMMUv3.4 on, privilege and instruction are not output */
	if (smmu_AIDR_ArchMinorRev(ids->aidr) < SMMU_AIDR_V34) {
		smmu_emit_uint(emit, "privileged", (attr->marks & SMMU_ATTR_PRIVILEGED) != 0);
		smmu_emit_uint(emit, "instruction", (attr->marks & SMMU_ATTR_INSTRUCTION) != 0);
	}
	if (smmu_IDR3_MPAM(ids->idr[3])) {
		smmu_emit_object(emit, "mpam");
		smmu_emit_uint(emit, "partid", attr->partid);
		smmu_emit_uint(emit, "pmg", attr->pmg);
		smmu_emit_end(emit);
	}
	/* DDI 0487 D8.7.2: 0 is the same as no use of them. */
	if (attr->pbha) {
		smmu_emit_object(emit, "pbha");
		smmu_emit_uint(emit, "s1", smmu_attr_pbha(attr, 1));
		smmu_emit_uint(emit, "s2", smmu_attr_pbha(attr, 2));
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}
