/*
 * MPAM identifiers that a CD gives, and the Virtual Machine Structure that
 * translates them.  IHI 0070 G.b 5.6, 7.3.20, 17.2.
 */
#include "spec/vms.h"

#include "model/cache_priv.h"
#include "spec/effective.h"

/* Virtual PARTIDs that a VMS maps: CD.PARTID[4:0]. */
#define VPARTID_BITS 5

static int fetch_abort(struct smmu_walk *w, struct smmu_pa pa)
{
	smmu_walk_blame(w, SMMU_EVT_F_VMS_FETCH, SMMU_REASON_VMS_ABORT, SMMU_STRUCT_VMS, pa, NULL);
	w->fault.fetch = pa.pa;
	return 1;
}

/* PARTID_MAP[vpartid], by the 64-bit word that it stands in. */
static int map(struct smmu_walk *w, struct smmu_config *config, unsigned vpartid)
{
	struct smmu_step step = {.kind = SMMU_STRUCT_VMS, .input = vpartid, .index = vpartid};
	struct smmu_pa pa = {smmu_ste_VMSPtr(&config->ste) +
				     smmu_align_down_log2(vpartid * sizeof(uint16_t), 3),
			     config->ste_pa.pas};

	if (!smmu_cached_structure(w, &step) && !smmu_walk_read(w, &step, pa, 1))
		return fetch_abort(w, pa);
	config->attr.partid = (uint16_t)smmu_bits(step.word[0], vpartid * 16 % 64, 16);
	return 0;
}

int smmu_vms_fetch(struct smmu_walk *w, struct smmu_config *config)
{
	const struct smmu_rule_ctx *ctx = &w->iface->legal;
	unsigned partid = (unsigned)smmu_cd_PARTID(&config->cd);

	/* 5.2 S1MPAM: IGNORED where stage 1 does not translate. */
	if (!config->s1 || !smmu_ids_has_mpam(ctx->ids, ctx->sec) || !smmu_ste_S1MPAM(&config->ste))
		return 0;
	config->attr.pmg = (uint8_t)smmu_cd_PMG(&config->cd);
	config->attr.partid = (uint16_t)partid;
	/* 5.2 VMSPtr: without a VMS, all PARTIDs there are is 0. */
	if (!config->s2 || !smmu_ids_has_vms(ctx->ids, ctx->sec) ||
	    !smmu_ids_partid_max(ctx->ids, ctx->sec, smmu_ste_MPAM_NS(&config->ste)))
		return 0;
	return map(w, config, (unsigned)smmu_bits(partid, 0, VPARTID_BITS));
}
