/*
 * The run: batches of records, each record through the SMMU that it names.
 */
#include "replay/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { BATCH = 256 };

/* What a run keeps between records. */
struct run {
	const struct smmu_replay *replay;
	struct smmu_diag *diag;
	uint64_t n;
	size_t *smmu_index; /* owned; by the reader's number of a name, machine->count: not yet */
	size_t smmu_index_count;
	struct smmu_buf bytes; /* of a poke */
	struct smmu_result result;
};

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

static struct smmu_place place_of(const struct run *run, const struct smmu_record *record)
{
	return (struct smmu_place){.file = run->replay->name, .line = record->line, .col = 1};
}

static int find_named(size_t *index, struct run *run, const struct smmu_record *record)
{
	const struct smmu_machine *machine = run->replay->machine;
	const char *name = smmu_trace_smmu_name(run->replay->trace, record->smmu - 1);
	struct smmu_place at = place_of(run, record);

	if (smmu_machine_find(index, machine, name) == 0)
		return 0;
	smmu_diag_error(run->diag, &at, SMMU_E_UNKNOWN, "there is no SMMU \"%s\"", name);
	for (size_t i = 0; i < machine->count; i++)
		smmu_diag_note(run->diag, &at, "\"%s\" is one", machine->smmu[i].name);
	return SMMU_E_UNKNOWN;
}

static int remember(struct run *run, uint32_t number, size_t index)
{
	size_t count = run->smmu_index_count;

	if (number >= count) {
		size_t wanted = (size_t)number + 1;
		size_t *grown = realloc(run->smmu_index, wanted * sizeof(*grown));

		if (!grown)
			return smmu_diag_nomem(run->diag);
		for (size_t i = count; i < wanted; i++)
			grown[i] = run->replay->machine->count;
		run->smmu_index = grown;
		run->smmu_index_count = wanted;
	}
	run->smmu_index[number] = index;
	return 0;
}

/* Names are looked up once each: the reader numbers them in the order it meets them. */
static int smmu_of(size_t *index, struct run *run, const struct smmu_record *record)
{
	uint32_t number = record->smmu;
	int error;

	*index = 0;
	if (!number)
		return 0;
	if (number < run->smmu_index_count &&
	    run->smmu_index[number] < run->replay->machine->count) {
		*index = run->smmu_index[number];
		return 0;
	}
	error = find_named(index, run, record);
	return error ? error : remember(run, number, *index);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int poke_bytes(struct run *run, const struct smmu_record *record)
{
	struct smmu_place at = place_of(run, record);

	smmu_buf_clear(&run->bytes);
	if (!record->data || !record->data_size || record->data_size % 2)
		return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
				       "the data of a poke is hex digits, two a byte");
	for (uint32_t i = 0; i + 1 < record->data_size; i += 2) {
		int high = nibble(record->data[i]), low = nibble(record->data[i + 1]);

		if (high < 0 || low < 0)
			return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
					       "\"%.2s\" in the data of a poke is no byte",
					       record->data + i);
		smmu_buf_putc(&run->bytes, (char)(high * 16 + low));
	}
	return run->bytes.failed ? smmu_diag_nomem(run->diag) : 0;
}

/* Software writes memory: what any SMMU has cached of it may be out of date. */
static int poke(struct run *run, const struct smmu_record *record)
{
	static const enum smmu_pas spaces[SMMU_SEC_COUNT] = {
		[SMMU_SEC_NS] = SMMU_PAS_NS,
		[SMMU_SEC_S] = SMMU_PAS_S,
		[SMMU_SEC_REALM] = SMMU_PAS_REALM,
		[SMMU_SEC_ROOT] = SMMU_PAS_ROOT,
	};
	const struct smmu_machine *machine = run->replay->machine;
	struct smmu_pa pa = {record->txn.address, spaces[record->txn.sec % SMMU_SEC_COUNT]};
	struct smmu_place at = place_of(run, record);
	int error = poke_bytes(run, record);

	if (error)
		return error;
	if (!smmu_mem_write(machine->mem, pa, run->bytes.data, run->bytes.size))
		smmu_diag_warn(run->diag, &at,
			       "there is no memory for a poke of %zu bytes at 0x%llx",
			       run->bytes.size, (unsigned long long)pa.pa);
	for (size_t i = 0; i < machine->count; i++)
		smmu_model_flush(machine->smmu[i].model);
	return 0;
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

/*
 * Invalidations have nothing to act on here: caches of the model never show.
 * map and unmap are a journal of what a driver did to tables that the trace
 * itself pokes, or that stand as they were captured.
 */
static int apply(struct run *run, size_t smmu, const struct smmu_record *record)
{
	struct smmu_result *result = &run->result;
	struct smmu_place at = place_of(run, record);

	clear(result);
	switch (record->op) {
	case SMMU_OP_ACCESS:
	case SMMU_OP_ATS_REQUEST:
	case SMMU_OP_ATS_TRANSLATED:
		if (smmu_model_translate(result, run->replay->machine->smmu[smmu].model,
					 &record->txn))
			return smmu_diag_nomem(run->diag);
		return 0;
	case SMMU_OP_POKE:
		return poke(run, record);
	case SMMU_OP_TLBI:
	case SMMU_OP_MAP:
	case SMMU_OP_UNMAP:
		return 0;
	case SMMU_OP_PRI:
	case SMMU_OP_COMMAND:
	case SMMU_OP_MMIO:
		break;
	}
	return smmu_diag_error(run->diag, &at, SMMU_E_UNKNOWN,
			       "records of op \"%s\" cannot be replayed by this version",
			       smmu_trace_op_name(record->op));
}

static bool differs(const struct smmu_replay *replay, const struct smmu_record *record,
		    const struct smmu_result *result)
{
	if (!replay->expect || !record->has_expected_pa || record->op == SMMU_OP_MAP)
		return false;
	return result->status != SMMU_STATUS_OK || result->pa.pa != record->expected_pa;
}

static int count(struct run *run, const struct smmu_answer *answer)
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

static int run_record(struct run *run, const struct smmu_record *record)
{
	struct smmu_answer answer = {.n = run->n, .record = record, .result = &run->result};
	int error = smmu_of(&answer.smmu, run, record);

	if (!error)
		error = apply(run, answer.smmu, record);
	if (error)
		return error;
	answer.differs = differs(run->replay, record, &run->result);
	run->n++;
	error = count(run, &answer);
	if (!error && run->replay->visit)
		error = run->replay->visit(run->replay->ctx, &answer);
	return error;
}

static int run_batches(struct run *run, struct smmu_record *records)
{
	size_t got;
	int error = 0;

	do {
		int end = smmu_trace_next(&got, run->replay->trace, records, BATCH, run->diag);

		for (size_t i = 0; i < got && !error; i++)
			error = run_record(run, &records[i]);
		if (!error)
			error = end;
	} while (got && !error);
	return error;
}

int smmu_replay_run(const struct smmu_replay *replay, struct smmu_diag *diag)
{
	struct run run = {.replay = replay, .diag = diag};
	struct smmu_record *records;
	int error;

	if (!replay->machine->count)
		return smmu_diag_error(diag, NULL, SMMU_E_INVALID, "the system has no SMMU");
	records = calloc(BATCH, sizeof(*records));
	error = records ? run_batches(&run, records) : smmu_diag_nomem(diag);
	if (replay->stats)
		replay->stats->skipped = smmu_trace_skipped(replay->trace);
	free(records);
	free(run.smmu_index);
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

void smmu_answer_emit(struct smmu_emit *emit, const struct smmu_answer *answer,
		      const struct smmu_machine *machine, bool inputs)
{
	const struct smmu_machine_smmu *smmu = &machine->smmu[answer->smmu];

	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "n", answer->n);
	if (inputs)
		emit_inputs(emit, answer->record, smmu->name);
	smmu_result_emit(emit, answer->result, smmu_model_ids(smmu->model), false);
	if (answer->differs)
		smmu_emit_hex(emit, "expected", answer->record->expected_pa, 0);
	smmu_emit_end(emit);
}
