/* The order of a dump: SMMUs, runs of equal streams, substreams. */
#include <inttypes.h>
#include <string.h>

#include "compile/dump_priv.h"

#define BUDGET_LOG2 28

struct each {
	const struct smmu_machine_smmu *smmu;
	const struct smmu_dump_options *options;
	const struct dump_visit *visit;
	const struct smmu_reach_streams *streams;
	bool *has_found; /* streams that were asked about */
};

uint64_t dump_budget(const struct smmu_dump_options *options)
{
	return options->budget ? options->budget : smmu_pow2(BUDGET_LOG2);
}

static int visit_context(const struct each *each, bool ssv, uint32_t substream)
{
	struct smmu_txn txn = {
		.stream = each->streams->first, .ssv = ssv, .substream = substream, .size = 1};

	return each->visit->context(each->visit->ctx, each->streams, &txn);
}

static int visit_substream(void *ctx, uint32_t substream)
{
	const struct each *each = ctx;

	/* Substream 0 may be the CD of traffic without one, which is visited already. */
	if (substream == 0 && smmu_ste_S1DSS(&each->streams->ste) == SMMU_STE_S1DSS_SSID0)
		return 0;
	return visit_context(each, true, substream);
}

static int visit_streams(void *ctx, const struct smmu_reach_streams *found)
{
	struct each each = *(const struct each *)ctx;
	const struct smmu_dump_options *options = each.options;
	struct smmu_reach_streams one = *found;
	int stop = 0;

	if (options->has_stream) {
		if (options->stream < found->first || options->stream > found->last)
			return 0;
		one.ste_pa.pa += (uint64_t)(options->stream - found->first) * SMMU_STE_BYTES;
		one.first = one.last = options->stream;
	}
	each.streams = &one;
	*each.has_found = true;
	if (each.visit->streams_begin)
		stop = each.visit->streams_begin(each.visit->ctx, &one);
	if (stop == 0 && options->has_substream)
		stop = visit_context(&each, true, options->substream);
	else if (stop == 0)
		stop = visit_context(&each, false, 0);
	if (stop == 0 && !options->has_substream)
		stop = smmu_reach_substreams(each.smmu->model, one.first, each.visit->budget,
					     visit_substream, &each);
	if (each.visit->streams_end)
		each.visit->streams_end(each.visit->ctx);
	return stop;
}

static int visit_smmu(const struct each *each)
{
	const struct dump_visit *visit = each->visit;
	int stop = 0;

	*visit->smmu = each->smmu;
	if (visit->smmu_begin)
		stop = visit->smmu_begin(visit->ctx);
	if (stop == 0)
		stop = smmu_reach_streams(each->smmu->model, visit->budget, visit_streams,
					  (void *)each);
	if (visit->smmu_end)
		visit->smmu_end(visit->ctx);
	return stop;
}

int dump_each_context(const struct smmu_machine *machine, const struct smmu_dump_options *options,
		      const struct dump_visit *visit, struct smmu_diag *diag)
{
	bool has_found = false;
	int stop = 0;

	for (size_t i = 0; i < machine->count && stop == 0; i++) {
		struct each each = {&machine->smmu[i], options, visit, NULL, &has_found};

		if (!options->smmu || !strcmp(options->smmu, machine->smmu[i].name))
			stop = visit_smmu(&each);
	}
	if (stop == SMMU_E_LIMIT)
		smmu_diag_error(diag, NULL, SMMU_E_LIMIT,
				"stopped after %" PRIu64 " steps: the tables lead on without end; "
				"--stream and --substream narrow it down",
				dump_budget(options));
	else if (options->has_stream && !has_found && stop == 0)
		smmu_diag_warn(diag, NULL,
			       "stream 0x%" PRIx32 " has no valid STE: smmu translate shows what "
			       "its accesses meet",
			       options->stream);
	return stop;
}
