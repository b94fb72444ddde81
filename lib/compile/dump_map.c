/* Every stream's ranges in one table. */
#include <inttypes.h>
#include <stdio.h>

#include "compile/dump_priv.h"

struct row {
	struct smmu_emit *emit;
	const struct smmu_machine_smmu *smmu;
	const struct smmu_reach_streams *streams;
	const struct smmu_txn *txn;
	uint64_t *budget; /* of all contexts */
	const struct smmu_dump_options *options;
};

static void emit_streams(struct smmu_emit *emit, const struct smmu_reach_streams *streams)
{
	if (streams->first == streams->last)
		smmu_emit_hex(emit, "stream", streams->first, 0);
	else
		smmu_emit_strf(emit, "stream", "0x%x-0x%x", streams->first, streams->last);
}

static int emit_range(void *ctx, const struct smmu_dump_range *range)
{
	const struct row *row = ctx;
	const struct smmu_reach_map *map = &range->map;
	char text[40];

	smmu_emit_object(row->emit, NULL);
	if (row->smmu)
		smmu_emit_str(row->emit, "smmu", row->smmu->name);
	emit_streams(row->emit, row->streams);
	if (row->txn->ssv)
		smmu_emit_hex(row->emit, "substream", row->txn->substream, 0);
	smmu_emit_hex(row->emit, "first", map->input, 0);
	smmu_emit_hex(row->emit, "last", map->last, 0);
	if (map->status == SMMU_STATUS_OK) {
		smmu_emit_hex(row->emit, "pa", map->pa.pa, 0);
		smmu_emit_str(row->emit, "access", smmu_dump_access(text, map->perm));
		smmu_emit_str(row->emit, "memory", range->memory);
	} else {
		smmu_emit_str(row->emit, "pa", "-");
		smmu_emit_str(row->emit, "access",
			      map->event ? smmu_event_name(map->event) : "abort");
	}
	smmu_emit_uint(row->emit, "leaves", range->leaves);
	smmu_emit_end(row->emit);
	return 0;
}

/* A stream that passes everything, or that nothing passes: one row without ranges. */
static void emit_plain(const struct row *row, const struct smmu_reach_config *config)
{
	smmu_emit_object(row->emit, NULL);
	if (row->smmu)
		smmu_emit_str(row->emit, "smmu", row->smmu->name);
	emit_streams(row->emit, row->streams);
	if (row->txn->ssv)
		smmu_emit_hex(row->emit, "substream", row->txn->substream, 0);
	smmu_emit_str(row->emit, "access",
		      config->status == SMMU_STATUS_OK ? "bypass"
		      : config->event		       ? smmu_event_name(config->event)
						       : "abort");
	smmu_emit_end(row->emit);
}

static int emit_context(void *ctx, const struct smmu_reach_streams *streams,
			const struct smmu_txn *txn)
{
	struct row *row = ctx;
	struct smmu_reach_config config;

	row->streams = streams;
	row->txn = txn;
	smmu_reach_configure(&config, row->smmu->model, txn);
	if (config.status == SMMU_STATUS_OK && (config.s1 || config.s2)) {
		struct row named = *row;

		return smmu_dump_ranges(row->smmu->model, txn, row->budget, emit_range, &named);
	}
	/* Streams that abort by default are the absence of a map. */
	if (config.status == SMMU_STATUS_OK || config.event || row->options->has_stream)
		emit_plain(row, &config);
	return 0;
}

int smmu_dump_map(struct smmu_emit *emit, const struct smmu_machine *machine,
		  const struct smmu_dump_options *options, struct smmu_diag *diag)
{
	static const struct smmu_emit_column columns[] = {
		{.key = "smmu", .title = "SMMU"},
		{.key = "stream", .title = "STREAM", .right = true},
		{.key = "substream", .title = "SSID", .right = true},
		{.key = "first", .title = "FIRST", .right = true},
		{.key = "last", .title = "LAST", .right = true},
		{.key = "pa", .title = "OUTPUT", .right = true},
		{.key = "access", .title = "ACCESS"},
		{.key = "memory", .title = "MEMORY"},
	};
	bool one = machine->count == 1 || options->smmu;
	uint64_t budget = dump_budget(options);
	struct row row = {.emit = emit, .budget = &budget, .options = options};
	int status;

	/* With one SMMU its name says nothing: the column is left out. */
	smmu_emit_object(emit, NULL);
	smmu_emit_table(emit, "ranges", columns + one, SMMU_LEN(columns) - one);
	status = dump_each_context(
		machine, options,
		&(struct dump_visit){
			.budget = &budget, .context = emit_context, .ctx = &row, .smmu = &row.smmu},
		diag);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	return status;
}
