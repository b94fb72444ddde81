/*
 * The run: batches of records, each record through the SMMU that it names.
 */
#include <stdlib.h>
#include <string.h>

#include "replay/compare.h"
#include "replay/run_priv.h"
#include "spec/event.h"

static const char *const op_names[] = {
	[SMMU_OP_ACCESS] = "access",
	[SMMU_OP_ATS_REQUEST] = "ats-request",
	[SMMU_OP_ATS_TRANSLATED] = "ats-translated",
	[SMMU_OP_PRI] = "pri",
	[SMMU_OP_COMMAND] = "command",
	[SMMU_OP_POKE] = "poke",
	[SMMU_OP_MMIO] = "mmio",
	[SMMU_OP_TLBI] = "tlbi",
	[SMMU_OP_MAP] = "map",
	[SMMU_OP_UNMAP] = "unmap",
};

const char *smmu_trace_op_name(enum smmu_trace_op op)
{
	return (unsigned)op < SMMU_LEN(op_names) ? op_names[op] : "?";
}

struct smmu_place smmu_run_place(const struct smmu_run *run, const struct smmu_record *record)
{
	return (struct smmu_place){.file = run->replay->name, .line = record->line, .col = 1};
}

static int no_such_name(struct smmu_run *run, const struct smmu_record *record)
{
	const struct smmu_machine *machine = run->replay->machine;
	const char *name = smmu_trace_smmu_name(run->names->trace, record->smmu - 1);
	struct smmu_place at = smmu_run_place(run, record);
	size_t index;

	if (!smmu_machine_find(&index, machine, name))
		return smmu_diag_nomem(run->diag);
	smmu_diag_error(run->diag, &at, SMMU_E_UNKNOWN, "there is no SMMU \"%s\"", name);
	for (size_t i = 0; i < machine->count; i++)
		smmu_diag_note(run->diag, &at, "\"%s\" is one", machine->smmu[i].name);
	return SMMU_E_UNKNOWN;
}

static int remember(struct smmu_run_names *names, const struct smmu_machine *machine,
		    uint32_t number, size_t index)
{
	size_t wanted = (size_t)number + 1;

	if (number >= names->count) {
		size_t *grown = realloc(names->index, wanted * sizeof(*grown));

		if (!grown)
			return SMMU_E_NOMEM;
		for (size_t i = names->count; i < wanted; i++)
			grown[i] = machine->count;
		names->index = grown;
		names->count = wanted;
	}
	names->index[number] = index;
	return 0;
}

/* Names are looked up once each: the reader numbers them in the order it meets them. */
bool smmu_run_find(size_t *index, struct smmu_run_names *names, const struct smmu_machine *machine,
		   uint32_t number)
{
	*index = 0;
	if (!number)
		return true;
	if (number < names->count && names->index[number] < machine->count) {
		*index = names->index[number];
		return true;
	}
	return !smmu_machine_find(index, machine, smmu_trace_smmu_name(names->trace, number - 1)) &&
	       !remember(names, machine, number, *index);
}

static int smmu_of(size_t *index, struct smmu_run *run, const struct smmu_record *record)
{
	if (smmu_run_find(index, run->names, run->replay->machine, record->smmu))
		return 0;
	return no_such_name(run, record);
}

/* Not all of it: the list of updates is long, and its count says what holds. */
static void clear(struct smmu_result *result)
{
	result->status = SMMU_STATUS_NONE;
	result->event.present = result->event.recorded = false;
	result->attr.valid = false;
	result->stale = false;
	result->updates_count = 0;
}

/* What a transaction leaves behind; the others of the machine see what it changed in memory. */
static void end_access(struct smmu_run *run, size_t smmu, const struct smmu_result *result)
{
	struct smmu_model *model = run->replay->machine->smmu[smmu].model;

	if (SMMU_UNLIKELY(result->status == SMMU_STATUS_STALL)) {
		struct smmu_evt evt = {{result->event.word[0], result->event.word[1]}};

		smmu_model_name_stalled(model, (uint16_t)smmu_evt_STAG(&evt), run->n);
	}
	if (SMMU_UNLIKELY(result->updates_count || result->event.recorded))
		smmu_run_memory_changed(run, smmu);
}

static int access_memory(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	struct smmu_model *model = run->replay->machine->smmu[smmu].model;

	if (smmu_model_translate(&run->result, model, &record->txn))
		return smmu_diag_nomem(run->diag);
	end_access(run, smmu, &run->result);
	return 0;
}

/* A driver changes a mapping; without tables to change it is only remembered. */
static int change_mapping(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	const struct smmu_replay *replay = run->replay;
	struct smmu_place at = smmu_run_place(run, record);
	bool changed = false;
	int error = 0;

	if (replay->edit)
		error = replay->edit(&changed, replay->edit_ctx, record, smmu, &at, run->diag);
	if (changed)
		smmu_run_memory_changed(run, SIZE_MAX);
	return error;
}

static int apply(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	clear(&run->result);
	switch (record->op) {
	case SMMU_OP_ACCESS:
	case SMMU_OP_ATS_REQUEST:
	case SMMU_OP_ATS_TRANSLATED:
		return access_memory(run, smmu, record);
	case SMMU_OP_POKE:
		return smmu_run_poke(run, record);
	case SMMU_OP_COMMAND:
		return smmu_run_command(run, smmu, record);
	case SMMU_OP_MMIO:
		return smmu_run_mmio(run, smmu, record);
	case SMMU_OP_TLBI:
		return smmu_run_tlbi(run, record);
	case SMMU_OP_MAP:
	case SMMU_OP_UNMAP:
		return change_mapping(run, smmu, record);
	case SMMU_OP_PRI:
		return smmu_run_page_request(run, smmu, record);
	}
	return 0;
}

static bool differs(const struct smmu_replay *replay, const struct smmu_record *record,
		    const struct smmu_result *result)
{
	if (!replay->expect || !record->has_expected_pa || record->op == SMMU_OP_MAP)
		return false;
	return result->status != SMMU_STATUS_OK || result->pa.pa != record->expected_pa;
}

static int count(struct smmu_run *run, const struct smmu_answer *answer)
{
	struct smmu_stats *stats = run->replay->stats;

	if (!stats)
		return 0;
	stats->timed |= answer->record->has_time;
	stats->expected += run->replay->expect && answer->record->has_expected_pa;
	stats->differences += answer->differs;
	if (smmu_stats_add(stats, (uint32_t)answer->smmu, answer->record, answer->result))
		return smmu_diag_nomem(run->diag);
	return 0;
}

static int show(struct smmu_run *run, const struct smmu_answer *answer)
{
	return run->replay->visit ? run->replay->visit(run->replay->ctx, answer) : 0;
}

/* The stalled transactions that the answer's record ended, each with an answer of its own. */
static int show_ended(struct smmu_run *run, const struct smmu_answer *of)
{
	const struct smmu_ended *ended;
	size_t count = smmu_model_ended(&ended, run->replay->machine->smmu[of->smmu].model);
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		const struct smmu_record record = {.op = SMMU_OP_ACCESS,
						   .txn = ended[i].txn,
						   .has_stream = true,
						   .has_address = true,
						   .has_access = true,
						   .line = of->record->line};
		const struct smmu_answer answer = {.n = ended[i].id,
						   .record = &record,
						   .smmu = of->smmu,
						   .result = &ended[i].result,
						   .resumed = true,
						   .by = of->n};

		error = show(run, &answer);
	}
	return error;
}

static const enum smmu_sec drained[] = {SMMU_SEC_NS, SMMU_SEC_S, SMMU_SEC_REALM};

static bool has_events_of(const struct smmu_model *model, enum smmu_sec sec)
{
	return smmu_model_reg(model, smmu_reg_of(SMMU_REG_EVENTQ_PROD, sec)) !=
	       smmu_model_reg(model, smmu_reg_of(SMMU_REG_EVENTQ_CONS, sec));
}

/* Software takes the events of this record away. */
static int drain(struct smmu_run *run, const struct smmu_answer *of)
{
	struct smmu_model *model = run->replay->machine->smmu[of->smmu].model;
	int error = 0;

	for (size_t i = 0; i < SMMU_LEN(drained) && !error; i++) {
		if (!has_events_of(model, drained[i]))
			continue;
		if (smmu_model_drain(model, drained[i]))
			return smmu_diag_nomem(run->diag);
		error = show_ended(run, of);
	}
	/* Who looks after every record needs no interrupt. */
	smmu_model_interrupts(&(const struct smmu_interrupt *){NULL}, model);
	return error;
}

static bool is_of_software(enum smmu_trace_op op)
{
	return op == SMMU_OP_COMMAND || op == SMMU_OP_MMIO;
}

/* Interrupts, which only events and what software does can set off. */
static void add_interrupts(struct smmu_run *run, struct smmu_answer *answer)
{
	struct smmu_model *model = run->replay->machine->smmu[answer->smmu].model;

	answer->interrupts_count = smmu_model_interrupts(&answer->interrupts, model);
	if (answer->interrupts_count)
		smmu_run_memory_changed(run, answer->smmu);
}

static int give_answer(struct smmu_run *run, struct smmu_answer *answer)
{
	int error;

	answer->differs = differs(run->replay, answer->record, answer->result);
	run->n++;
	error = count(run, answer);
	return error ? error : show(run, answer);
}

static int run_record(struct smmu_run *run, const struct smmu_record *record)
{
	struct smmu_answer answer = {.n = run->n, .record = record, .result = &run->result};
	bool software = is_of_software(record->op);
	int error = smmu_of(&answer.smmu, run, record);

	if (!error)
		error = apply(run, answer.smmu, record);
	if (error)
		return error;
	if (software) {
		answer.reply = &run->reply;
		run->result.status = run->reply.status;
	}
	if (SMMU_UNLIKELY(software || record->op == SMMU_OP_PRI || run->result.event.present))
		add_interrupts(run, &answer);
	if (record->op == SMMU_OP_PRI)
		answer.page = &run->page;
	error = give_answer(run, &answer);
	if (!error && software)
		error = show_ended(run, &answer);
	if (!error && run->replay->drain)
		error = drain(run, &answer);
	return error;
}

/* Whether nobody looks at single answers. */
static bool is_only_counted(const struct smmu_replay *replay)
{
	return replay->stats && !replay->visit && !replay->drain && !replay->expect;
}

/* An access that did not just go through. */
static SMMU_NOINLINE int count_access(struct smmu_run *run, const struct smmu_record *record)
{
	struct smmu_answer answer = {.n = run->n, .record = record, .result = &run->result};

	end_access(run, 0, &run->result);
	if (run->result.event.present)
		add_interrupts(run, &answer);
	run->n++;
	return count(run, &answer);
}

/* Accesses that are alike, through the first SMMU. */
struct extent {
	const struct smmu_record *first;
	size_t count;
	uint64_t bytes;
	bool timed; /* one has a time of its own */
};

static struct extent extent_of(const struct smmu_record *at, const struct smmu_record *end)
{
	struct extent extent = {.first = at};
	uint64_t bytes = 0;
	bool timed = false;

	for (; at < end; at++) {
		if (!smmu_record_is_first_access(at) ||
		    !smmu_txn_is_like(&at->txn, &extent.first->txn))
			break;
		bytes += at->txn.size;
		timed |= at->has_time;
	}
	extent.count = (size_t)(at - extent.first);
	extent.bytes = bytes;
	extent.timed = timed;
	return extent;
}

static uint64_t bytes_of(const struct smmu_record *first, size_t count)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += first[i].txn.size;
	return bytes;
}

/* Accesses that just went through, not yet counted for the run as a whole. */
struct passed {
	const struct smmu_record *first;
	uint64_t count;
};

static void count_passed(struct smmu_run *run, struct passed *passed, const struct smmu_record *end)
{
	if (passed->count)
		smmu_stats_add_passed(run->replay->stats, passed->first, end - 1, passed->count);
	run->n += passed->count;
	*passed = (struct passed){.first = end};
}

/* Accesses that are alike and only counted. */
static int run_extent(struct passed *passed, struct smmu_run *run, const struct extent *extent)
{
	struct smmu_model *model = run->replay->machine->smmu[0].model;
	const struct smmu_record *at = extent->first;
	size_t left = extent->count, count;
	int error = 0;

	for (; left && !error; left--, at++) {
		uint64_t bytes = extent->bytes;

		if (smmu_model_translate_run(&run->result, &count, model, &at->txn, sizeof(*at),
					     left))
			return smmu_diag_nomem(run->diag);
		if (SMMU_UNLIKELY(count < extent->count))
			bytes = bytes_of(at, count);
		if (count && smmu_stats_add_alike(run->replay->stats, 0, &at->txn, count, bytes))
			return smmu_diag_nomem(run->diag);
		passed->count += count;
		left -= count;
		if (!left)
			break;
		at += count;
		count_passed(run, passed, at);
		error = count_access(run, at);
		passed->first = at + 1;
	}
	return error;
}

/*
 * Accesses through the first SMMU that are only counted, up to the first record
 * that is anything else: most of a trace.  Returns where it is.
 */
static int run_accesses(const struct smmu_record **at, struct smmu_run *run,
			const struct smmu_record *end)
{
	struct passed passed = {.first = *at};
	int error = 0;

	while (!error) {
		const struct extent extent = extent_of(*at, end);

		if (!extent.count)
			break;
		run->replay->stats->timed |= extent.timed;
		error = run_extent(&passed, run, &extent);
		*at += extent.count;
	}
	count_passed(run, &passed, *at);
	return error;
}

int smmu_run_records(struct smmu_run *run, const struct smmu_record *records, size_t got)
{
	bool only_counted = is_only_counted(run->replay);
	const struct smmu_record *at = records, *end = records + got;
	int error = 0;

	while (at < end && !error) {
		if (only_counted)
			error = run_accesses(&at, run, end);
		if (!error && at < end)
			error = run_record(run, at++);
	}
	return error;
}

/* Between batches: what the caller says to going on. */
static int tick(const struct smmu_run *run)
{
	const struct smmu_replay *replay = run->replay;
	const struct smmu_progress progress = {
		.records = run->n,
		.position = smmu_trace_position(replay->trace),
		.waits = smmu_trace_waits(replay->trace, replay->patience_ms),
	};

	return replay->tick ? replay->tick(replay->ctx, &progress) : 0;
}

static int run_batches(struct smmu_run *run, struct smmu_record *records)
{
	size_t got;
	int error;

	do {
		int end = smmu_trace_next(&got, run->replay->trace, records, SMMU_RUN_BATCH,
					  run->diag);

		run->skipped = smmu_trace_skipped(run->replay->trace);
		error = smmu_run_records(run, records, got);
		if (!error)
			error = end;
		if (!error)
			error = tick(run);
	} while (got && !error);
	return error;
}

static int run_alone(struct smmu_run *run)
{
	struct smmu_record *records = calloc(SMMU_RUN_BATCH, sizeof(*records));
	struct smmu_run_names names = {.trace = run->replay->trace};
	int error;

	run->names = &names;
	error = records ? run_batches(run, records) : smmu_diag_nomem(run->diag);
	free(names.index);
	free(records);
	run->names = NULL;
	return error;
}

/*
 * Whether threads may go ahead: what caches that show answer with depends on
 * all that came before.
 */
static bool may_be_ahead(const struct smmu_replay *replay)
{
	const struct smmu_machine *machine = replay->machine;

	if (replay->jobs < 2 || !is_only_counted(replay) || !smmu_trace_has_parts(replay->trace))
		return false;
	for (size_t i = 0; i < machine->count; i++)
		if (smmu_model_shows_caches(machine->smmu[i].model))
			return false;
	return true;
}

int smmu_replay_run(const struct smmu_replay *replay, struct smmu_diag *diag)
{
	struct smmu_run run = {.replay = replay, .diag = diag};
	int error;

	if (!replay->machine->count)
		return smmu_diag_error(diag, NULL, SMMU_E_INVALID, "the system has no SMMU");
	run.skipped = smmu_trace_skipped(replay->trace);
	error = may_be_ahead(replay) ? smmu_run_ahead(&run) : run_alone(&run);
	if (replay->stats)
		replay->stats->skipped = run.skipped;
	smmu_buf_fini(&run.bytes);
	return error;
}

void smmu_answers_emit(struct smmu_emit *emit)
{
	static const struct smmu_emit_column columns[] = {
		{"n", "n", true},
		{"stream", "Stream", true},
		{"substream", "Sub", true},
		{"address", "Address", true},
		{"access", "Acc", false},
		{"status", "Status", false},
		{"pa", "PA", true},
		{"event.type", "Ev", true},
		{"event.name", "Event", false},
	};

	smmu_emit_table(emit, NULL, columns, SMMU_LEN(columns));
}

static const char *access_name(const struct smmu_txn *txn)
{
	if (txn->read && txn->write)
		return "rw";
	if (txn->write)
		return "w";
	return txn->instruction ? "x" : "r";
}

static void emit_inputs(struct smmu_emit *emit, const struct smmu_record *record, const char *smmu)
{
	smmu_emit_str(emit, "op", smmu_trace_op_name(record->op));
	smmu_emit_str(emit, "smmu", smmu);
	if (record->has_stream)
		smmu_emit_hex(emit, "stream", record->txn.stream, 0);
	if (record->txn.ssv)
		smmu_emit_hex(emit, "substream", record->txn.substream, 0);
	if (record->has_address)
		smmu_emit_hex(emit, "address", record->txn.address, 0);
	if (record->has_access)
		smmu_emit_str(emit, "access", access_name(&record->txn));
}

void smmu_answer_emit_members(struct smmu_emit *emit, const struct smmu_answer *answer,
			      const struct smmu_machine *machine, bool inputs)
{
	const struct smmu_machine_smmu *smmu = &machine->smmu[answer->smmu];

	smmu_emit_uint(emit, "n", answer->n);
	if (inputs)
		emit_inputs(emit, answer->record, smmu->name);
	if (answer->reply)
		smmu_reply_emit(emit, answer->reply);
	else if (answer->page)
		smmu_page_emit(emit, answer->page, smmu_model_ids(smmu->model), false);
	else
		smmu_result_emit(emit, answer->result, smmu_model_ids(smmu->model), false);
	smmu_interrupts_emit(emit, answer->interrupts, answer->interrupts_count);
	if (answer->resumed)
		smmu_emit_uint(emit, "resumed", answer->by);
	if (answer->verdict)
		smmu_verdict_emit(emit, answer->verdict);
}

void smmu_answer_emit(struct smmu_emit *emit, const struct smmu_answer *answer,
		      const struct smmu_machine *machine, bool inputs)
{
	smmu_emit_object(emit, NULL);
	smmu_answer_emit_members(emit, answer, machine, inputs);
	smmu_emit_end(emit);
}
