/* The structures as a tree: SMMU, streams, CDs, what their tables map. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compile/dump_priv.h"
#include "spec/effective.h"

struct tree {
	struct smmu_emit *emit;
	const struct smmu_machine_smmu *smmu;
	uint64_t budget;
};

static const char *config_name(const struct smmu_ste *ste)
{
	const struct smmu_enum_value *value =
		smmu_enum_find(&smmu_ste_config, smmu_ste_Config(ste));

	return value ? value->meaning : "no traffic: a reserved Config that behaves as abort";
}

static int smmu_begin(void *ctx)
{
	struct tree *tree = ctx;
	const struct smmu_model *model = tree->smmu->model;
	uint64_t cr0 = smmu_model_reg(model, SMMU_REG_CR0);
	uint64_t cfg = smmu_model_reg(model, SMMU_REG_STRTAB_BASE_CFG);
	uint64_t base = smmu_STRTAB_BASE_ADDR(smmu_model_reg(model, SMMU_REG_STRTAB_BASE));
	bool two_level = smmu_STRTAB_BASE_CFG_FMT(cfg) == SMMU_STRTAB_2LEVEL;

	smmu_emit_node(tree->emit, NULL, "%s  SMMUv3.%u, %s, %s stream table of 2^%u at 0x%" PRIx64,
		       tree->smmu->name, smmu_version(smmu_model_ids(model)),
		       smmu_CR0_SMMUEN(cr0) ? "enabled" : "disabled (GBPA decides)",
		       two_level ? "two-level" : "linear",
		       (unsigned)smmu_STRTAB_BASE_CFG_LOG2SIZE(cfg), base);
	smmu_emit_str(tree->emit, "smmu", tree->smmu->name);
	smmu_emit_bool(tree->emit, "enabled", smmu_CR0_SMMUEN(cr0));
	smmu_emit_hex(tree->emit, "stream-table", base, 0);
	return 0;
}

static void node_end(void *ctx)
{
	struct tree *tree = ctx;

	smmu_emit_end(tree->emit);
}

static int streams_begin(void *ctx, const struct smmu_reach_streams *streams)
{
	struct tree *tree = ctx;
	char name[48];

	if (streams->first == streams->last)
		snprintf(name, sizeof(name), "stream 0x%x", streams->first);
	else
		snprintf(name, sizeof(name), "streams 0x%x-0x%x", streams->first, streams->last);
	smmu_emit_node(tree->emit, NULL, "%s  STE at 0x%" PRIx64 ": %s", name, streams->ste_pa.pa,
		       config_name(&streams->ste));
	smmu_emit_hex(tree->emit, "first", streams->first, 0);
	smmu_emit_hex(tree->emit, "last", streams->last, 0);
	smmu_emit_hex(tree->emit, "ste", streams->ste_pa.pa, 0);
	smmu_emit_hex(tree->emit, "Config", smmu_ste_Config(&streams->ste), 0);
	return 0;
}

static int emit_range(void *ctx, const struct smmu_dump_range *range)
{
	struct tree *tree = ctx;
	const struct smmu_reach_map *map = &range->map;
	char access[40], size[24];
	const char *event = map->event ? smmu_event_name(map->event) : "abort";

	smmu_format_size(size, map->last - map->input + 1);
	if (map->status == SMMU_STATUS_OK)
		smmu_emit_node(tree->emit, NULL, "0x%012" PRIx64 " -> 0x%012" PRIx64 "  %8s %s %s",
			       map->input, map->pa.pa, size, smmu_dump_access(access, map->perm),
			       range->memory);
	else
		smmu_emit_node(tree->emit, NULL, "0x%012" PRIx64 "  %8s  %s: %s", map->input, size,
			       event, smmu_reason_info(map->blame.reason)->text);
	smmu_emit_hex(tree->emit, "first", map->input, 0);
	smmu_emit_hex(tree->emit, "last", map->last, 0);
	if (map->status == SMMU_STATUS_OK) {
		smmu_emit_hex(tree->emit, "pa", map->pa.pa, 0);
		smmu_emit_str(tree->emit, "access", smmu_dump_access(access, map->perm));
		smmu_emit_str(tree->emit, "memory", range->memory);
	} else {
		smmu_emit_str(tree->emit, "event", event);
	}
	smmu_emit_uint(tree->emit, "leaves", range->leaves);
	smmu_emit_end(tree->emit);
	return 0;
}

/* One table: where it is, and how much input it takes. */
static void emit_ttb(struct smmu_emit *emit, const char *name, uint64_t base, uint64_t txsz)
{
	smmu_emit_node(emit, NULL, "%s 0x%" PRIx64 ", %" PRIu64 " input bits", name, base,
		       64 - txsz);
	smmu_emit_str(emit, "table", name);
	smmu_emit_hex(emit, "base", base, 0);
	smmu_emit_uint(emit, "input-bits", 64 - txsz);
	smmu_emit_end(emit);
}

static void emit_tables(struct smmu_emit *emit, const struct smmu_reach_config *config,
			const struct smmu_ids *ids)
{
	if (config->s1 && !smmu_cd_EPD0(&config->cd))
		emit_ttb(emit, "TTB0", smmu_cd_ttb(&config->cd, 0, ids), smmu_cd_T0SZ(&config->cd));
	if (config->s1 && !smmu_cd_EPD1(&config->cd))
		emit_ttb(emit, "TTB1", smmu_cd_ttb(&config->cd, 1, ids), smmu_cd_T1SZ(&config->cd));
	if (config->s2)
		emit_ttb(emit, "S2TTB", smmu_ste_s2ttb(&config->ste, ids),
			 smmu_ste_S2T0SZ(&config->ste));
}

static void context_label(char *label, size_t size, const struct smmu_reach_config *config,
			  const struct smmu_txn *txn)
{
	int n = 0;

	if (txn->ssv)
		n = snprintf(label, size, "substream 0x%x  ", txn->substream);
	if (config->s1)
		n += snprintf(label + n, size - (size_t)n, "CD at 0x%" PRIx64 ": ASID 0x%x",
			      config->cd_pa.pa, (unsigned)smmu_cd_ASID(&config->cd));
	if (config->s2)
		snprintf(label + n, size - (size_t)n, "%sVMID 0x%x", config->s1 ? ", " : "",
			 (unsigned)smmu_ste_S2VMID(&config->ste));
}

/* What is wrong with a configuration is a child of the stream: the reason and its rule. */
static void emit_refusal(struct smmu_emit *emit, const struct smmu_reach_config *config,
			 const struct smmu_txn *txn)
{
	const struct smmu_rule *rule = config->blame.rule;
	const char *text = rule ? rule->text : smmu_reason_info(config->blame.reason)->text;
	const char *section =
		rule ? rule->section : smmu_reason_info(config->blame.reason)->section;
	const char *event = config->event ? smmu_event_name(config->event) : "abort";

	if (txn->ssv)
		smmu_emit_node(emit, NULL, "substream 0x%x  %s: %s (%s)", txn->substream, event,
			       text, section);
	else
		smmu_emit_node(emit, NULL, "%s: %s (%s)", event, text, section);
	if (txn->ssv)
		smmu_emit_hex(emit, "substream", txn->substream, 0);
	smmu_emit_str(emit, "event", event);
	smmu_emit_str(emit, "reason", text);
	smmu_emit_end(emit);
}

static int emit_context(void *ctx, const struct smmu_reach_streams *streams,
			const struct smmu_txn *txn)
{
	struct tree *tree = ctx;
	struct smmu_reach_config config;
	char label[128];
	int stop;

	(void)streams;
	smmu_reach_configure(&config, tree->smmu->model, txn);
	if (config.status != SMMU_STATUS_OK) {
		if (config.event)
			emit_refusal(tree->emit, &config, txn);
		return 0;
	}
	if (!config.s1 && !config.s2)
		return 0;
	context_label(label, sizeof(label), &config, txn);
	smmu_emit_node(tree->emit, NULL, "%s", label);
	if (txn->ssv)
		smmu_emit_hex(tree->emit, "substream", txn->substream, 0);
	if (config.s1)
		smmu_emit_hex(tree->emit, "cd", config.cd_pa.pa, 0);
	emit_tables(tree->emit, &config, smmu_model_ids(tree->smmu->model));
	stop = smmu_dump_ranges(tree->smmu->model, txn, &tree->budget, emit_range, tree);
	smmu_emit_end(tree->emit);
	return stop;
}

int smmu_dump_tree(struct smmu_emit *emit, const struct smmu_machine *machine,
		   const struct smmu_dump_options *options, struct smmu_diag *diag)
{
	struct tree tree = {.emit = emit, .budget = dump_budget(options)};
	const struct dump_visit visit = {
		.budget = &tree.budget,
		.smmu = &tree.smmu,
		.smmu_begin = smmu_begin,
		.smmu_end = node_end,
		.streams_begin = streams_begin,
		.streams_end = node_end,
		.context = emit_context,
		.ctx = &tree,
	};

	return dump_each_context(machine, options, &visit, diag);
}
