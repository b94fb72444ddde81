#include "replay/lane_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

int smmu_lane_part_init(struct smmu_lane_part *part, const struct smmu_trace *trace)
{
	if (smmu_trace_part_new(&part->trace, trace))
		return SMMU_E_NOMEM;
	part->names.trace = part->trace;
	return 0;
}

void smmu_lane_part_fini(struct smmu_lane_part *part)
{
	smmu_trace_close(part->trace);
	free(part->names.index);
	free(part->alike);
}

int smmu_lane_init(struct smmu_lane *lane, const struct smmu_machine *machine)
{
	lane->machine = machine;
	lane->model = calloc(machine->count, sizeof(*lane->model));
	lane->record = calloc(SMMU_RUN_BATCH, sizeof(*lane->record));
	return lane->model && lane->record ? 0 : SMMU_E_NOMEM;
}

void smmu_lane_close(struct smmu_lane *lane)
{
	for (size_t i = 0; lane->model && i < lane->machine->count; i++) {
		smmu_model_free(lane->model[i]);
		lane->model[i] = NULL;
	}
	smmu_mem_free(lane->mem);
	lane->mem = NULL;
}

void smmu_lane_fini(struct smmu_lane *lane)
{
	smmu_lane_close(lane);
	free(lane->model);
	free(lane->record);
}

int smmu_lane_open(struct smmu_lane *lane)
{
	const struct smmu_machine *machine = lane->machine;
	int error = smmu_mem_fork(&lane->mem, machine->mem);

	for (size_t i = 0; i < machine->count && !error; i++)
		error = smmu_model_clone(&lane->model[i], machine->smmu[i].model, lane->mem);
	return error;
}

/* The entry of accesses like txn, made where there is none at hand; NULL: no memory. */
static struct smmu_lane_alike *alike_of(struct smmu_lane *lane, struct smmu_lane_part *part,
					const struct smmu_txn *txn, uint32_t smmu)
{
	uint32_t hash = (txn->stream ^ txn->substream << 16) * UINT32_C(0x9e3779b1);
	uint32_t *recent = &lane->recent[hash >> (32 - SMMU_LANE_RECENT_LOG2)];
	struct smmu_lane_alike *alike = *recent ? &part->alike[*recent - 1] : NULL;

	if (alike && alike->smmu == smmu && smmu_txn_is_like(txn, &alike->txn))
		return alike;
	if (smmu_array_reserve(&part->alike, &part->alikes_capacity, part->alikes,
			       sizeof(*part->alike)))
		return NULL;
	alike = &part->alike[part->alikes++];
	*alike = (struct smmu_lane_alike){.txn = *txn, .smmu = smmu};
	*recent = (uint32_t)part->alikes;
	return alike;
}

/* Accesses from record on that are alike: how many go through, 0 also for what is no access. */
static size_t pass_run(struct smmu_lane *lane, struct smmu_lane_part *part,
		       const struct smmu_record *record, const struct smmu_record *end)
{
	const struct smmu_record *at = record;
	struct smmu_result result;
	struct smmu_lane_alike *alike;
	uint64_t bytes = 0;
	bool timed = false;
	size_t smmu = 0, passed;

	if (record->op != SMMU_OP_ACCESS ||
	    !smmu_run_find(&smmu, &part->names, lane->machine, record->smmu))
		return 0;
	for (; at < end && at->op == SMMU_OP_ACCESS && at->smmu == record->smmu &&
	       smmu_txn_is_like(&at->txn, &record->txn);
	     at++) {
		bytes += at->txn.size;
		timed |= at->has_time;
	}
	if (smmu_model_translate_run(&result, &passed, lane->model[smmu], &record->txn,
				     sizeof(*record), (size_t)(at - record)))
		return 0;
	while (at > record + passed)
		bytes -= (--at)->txn.size;
	alike = passed ? alike_of(lane, part, &record->txn, (uint32_t)smmu) : NULL;
	if (!alike)
		return 0;
	alike->count += passed;
	alike->bytes += bytes;
	part->timed |= timed;
	return passed;
}

/* Records of a part: whether all of them went through. */
static bool pass_records(struct smmu_lane *lane, struct smmu_lane_part *part, size_t count)
{
	const struct smmu_record *record = lane->record, *end = record + count;
	size_t passed = 1;

	while (record < end && passed) {
		passed = pass_run(lane, part, record, end);
		record += passed;
	}
	if (record > lane->record) {
		if (!part->passed)
			part->first = *lane->record;
		part->last = record[-1];
	}
	part->passed += (size_t)(record - lane->record);
	return record == end;
}

void smmu_lane_pass(struct smmu_lane *lane, struct smmu_lane_part *part, const atomic_bool *pause)
{
	bool whole = false, passes = true;
	size_t count = 1;

	part->passed = part->alikes = 0;
	part->timed = false;
	memset(lane->recent, 0, sizeof(lane->recent));
	smmu_trace_restart(part->trace, &(const struct smmu_trace_before){.lines = 0});
	while (passes && count && !atomic_load_explicit(pause, memory_order_relaxed)) {
		whole = smmu_trace_next_plain(&count, part->trace, lane->record, SMMU_RUN_BATCH);
		passes = pass_records(lane, part, count);
	}
	part->whole = passes && whole;
}
