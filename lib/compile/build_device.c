/*
 * Devices: their stream table entries, and the CD tables these lead to.
 * IHI 0070 3.3, 5.2.
 */
#include "compile/build_priv.h"
#include "spec/rule.h"

static uint64_t config_of(const struct smmu_sys_device *device)
{
	bool has_stage2 = build_stage2_of(device) != BUILD_NONE;

	if (device->bypass.v)
		return SMMU_STE_CONFIG_BYPASS;
	if (build_has_stage1(device))
		return has_stage2 ? SMMU_STE_CONFIG_NESTED : SMMU_STE_CONFIG_S1;
	return has_stage2 ? SMMU_STE_CONFIG_S2 : SMMU_STE_CONFIG_ABORT;
}

/* Whether a domain of its CDs has indirect permissions, which the STE must permit. */
static bool wants_pie(const struct builder *b, const struct smmu_sys_device *device)
{
	const struct smmu_sys_domain *domains = b->info->domains;

	if (device->stage1.name && build_is_indirect(&domains[device->stage1.index]))
		return true;
	for (size_t i = 0; i < device->substreams_count; i++)
		if (build_is_indirect(&domains[device->substreams[i].stage1.index]))
			return true;
	return false;
}

/* The STE of a device whose tables are built; its CDs go into context's area. */
static int build_ste(struct smmu_ste *ste, struct builder *b, const struct smmu_sys_device *device,
		     struct build_context *context)
{
	size_t smmu = device->smmu.index, stage2 = build_stage2_of(device);
	const struct smmu_ids *ids = &b->smmu[smmu].ids;
	struct smmu_when_ctx ctx = {.word = ste->word, .ids = ids, .e2h = b->smmu[smmu].rules.e2h};
	int status = 0;

	build_ste_base(ste, ids, config_of(device), wants_pie(b, device));
	if (stage2 != BUILD_NONE)
		build_stage2(ste, b, build_find_use(b, smmu, stage2, BUILD_NONE));
	build_set_fields(ste->word, &device->ste);
	if (stage2 != BUILD_NONE)
		status = build_check_fields(b, &b->info->domains[stage2].ste, &ctx, "STE");
	if (status == 0)
		status = build_check_fields(b, &device->ste, &ctx, "STE");
	if (status == 0 && context)
		status = build_cd_table(ste, b, device, context);
	return status;
}

/* What the description asks for may still be ILLEGAL for these features: say it before use. */
static int check_ste(struct builder *b, const struct smmu_sys_device *device,
		     const struct smmu_ste *ste)
{
	const struct smmu_rule *rule = smmu_ste_illegal(ste, &b->smmu[device->smmu.index].rules);

	if (!rule)
		return 0;
	return build_error(b, device->at, SMMU_E_CONFLICT,
			   "the STE of %s would be ILLEGAL: %s (%s)", device->name.v, rule->text,
			   rule->section);
}

static int put_device(struct builder *b, const struct smmu_sys_device *device,
		      struct build_context *context)
{
	struct smmu_ste ste;
	int status;

	if (smmu_sys_names_only(device))
		return 0;
	status = build_ste(&ste, b, device, context);
	if (status == 0)
		status = check_ste(b, device, &ste);
	for (size_t s = 0; status == 0 && s < device->streams_count; s++)
		status = build_stream_put(b, device->smmu.index, &device->streams[s], &ste);
	return status;
}

static const struct smmu_sys_device *device_of(const struct builder *b, size_t turn)
{
	return &b->info->devices[b->turn[turn].device];
}

/* The devices of one context: their CD tables make one region. */
static int build_context(struct builder *b, struct build_context *context, size_t first, size_t end)
{
	struct build_area *area = build_context_area(b, context);
	int status = 0;

	build_group_begin(area);
	for (size_t i = first; status == 0 && i < end; i++)
		status = put_device(b, device_of(b, i), context);
	if (status)
		return status;
	return build_group_end(b, area, NULL,
			       context->stage2 == BUILD_NONE ? "context descriptors of %s"
							     : "context descriptors under %s",
			       area->whose);
}

int build_devices(struct builder *b, size_t smmu)
{
	int status = 0;

	for (size_t i = 0, end; status == 0 && i < b->info->devices_count; i = end) {
		const struct build_turn *turn = &b->turn[i];

		for (end = i + 1; end < b->info->devices_count; end++)
			if (b->turn[end].smmu != turn->smmu || b->turn[end].group != turn->group)
				break;
		if (turn->smmu != smmu)
			continue;
		if (turn->group > 0)
			status = build_context(b, &b->context[turn->group - 1], i, end);
		for (; status == 0 && turn->group == 0 && i < end; i++)
			status = put_device(b, device_of(b, i), NULL);
	}
	return status;
}
