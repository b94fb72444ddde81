/* A run beside what was recorded of another. */
#include "replay/compare.h"

#include <stdlib.h>
#include <string.h>

#include "replay/match.h"
#include "replay/qemu_walk.h"
#include "replay/walk.h"

enum { BATCH = 256, PAGE_BITS = 12 };

/* The first difference, kept for the summary. */
struct first {
	bool found, has_answer;
	uint64_t n;
	struct smmu_answer answer; /* its pointers go into the members below */
	struct smmu_record record;
	struct smmu_result result;
	struct smmu_reply reply;
	struct smmu_verdict verdict;
	json_t *object; /* owned */
	struct smmu_walk walk;
	struct smmu_result walked;
	struct smmu_qemu_walk theirs; /* of a log */
};

/* The first object that no answer met. */
struct missing {
	json_t *object; /* owned; NULL: there is none */
	uint32_t line;
};

struct smmu_compare {
	const struct smmu_machine *machine; /* borrowed */
	struct smmu_in *in;		    /* objects */
	struct smmu_journal *journal;	    /* addresses */
	bool is_own;			    /* the journal is of the run's own log */
	json_t *next;			    /* the object that no answer has met yet, owned */
	json_t *met;			    /* that of the last verdict, owned */
	uint64_t next_n, objects;
	bool next_resumed, at_end;
	uint32_t next_line;
	uint64_t expected, changed, differences, unmet, silent;
	struct first first;
	struct missing missing;
	char *log; /* the name of QEMU's log, owned; NULL: it is none */
};

/* The next object, or none at the end; its number is its place where it has none. */
static int read_object(struct smmu_compare *compare, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = smmu_in_name(compare->in), .col = 1};
	const json_t *n;
	const char *text;
	json_error_t error;
	size_t size;
	int more;

	do
		more = smmu_in_line(&text, &size, compare->in, diag);
	while (more > 0 && strspn(text, " \t\r") == size);
	compare->at_end = more <= 0;
	if (more <= 0)
		return more;
	at.line = compare->next_line = smmu_in_line_number(compare->in);
	compare->next = json_loadb(text, size, 0, &error);
	if (!json_is_object(compare->next)) {
		at.text = text;
		at.text_len = size;
		return smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
				       "no JSON object: one answer a line is expected");
	}
	n = json_object_get(compare->next, "n");
	compare->next_n = json_is_integer(n) ? (uint64_t)json_integer_value(n) : compare->objects;
	compare->next_resumed = json_object_get(compare->next, "resumed") != NULL;
	compare->objects++;
	return 0;
}

static void pass_object(struct smmu_compare *compare)
{
	if (!compare->missing.object)
		compare->missing = (struct missing){json_incref(compare->next), compare->next_line};
	json_decref(compare->next);
	compare->next = NULL;
	compare->unmet++;
}

/* Objects of numbers that the run has passed met no answer. */
static int find_object(bool *found, struct smmu_compare *compare, const struct smmu_answer *answer,
		       struct smmu_diag *diag)
{
	uint64_t by = answer->resumed ? answer->by : answer->n;

	*found = false;
	for (;;) {
		int error = compare->next || compare->at_end ? 0 : read_object(compare, diag);
		const json_t *resumed;
		uint64_t at;

		if (error || !compare->next)
			return error;
		resumed = json_object_get(compare->next, "resumed");
		at = resumed ? (uint64_t)json_integer_value(resumed) : compare->next_n;
		*found = compare->next_n == answer->n && compare->next_resumed == answer->resumed;
		if (*found || at > by || (at == by && compare->next_resumed && !answer->resumed))
			return 0;
		if (at == by && !compare->next_resumed && answer->resumed)
			return 0;
		pass_object(compare);
	}
}

/* Our answer as the object that replay --each prints. */
static json_t *object_of(const struct smmu_compare *compare, const struct smmu_answer *answer)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out;
	json_t *object = NULL;
	const char *text;
	size_t size;

	if (smmu_out_open_memory(&out))
		return NULL;
	if (!smmu_emit_new(&emit, out, &options)) {
		smmu_answer_emit(emit, answer, compare->machine, false);
		if (!smmu_emit_free(emit)) {
			text = smmu_out_memory(out, &size);
			object = json_loadb(text, size, 0, NULL);
		}
	}
	smmu_out_close(out);
	return object;
}

static int compare_object(struct smmu_verdict *verdict, struct smmu_compare *compare,
			  const struct smmu_answer *answer, struct smmu_diag *diag)
{
	bool found;
	int error = find_object(&found, compare, answer, diag);
	json_t *got;

	if (error || !found)
		return error;
	got = object_of(compare, answer);
	if (!got)
		return smmu_diag_nomem(diag);
	json_decref(compare->met);
	compare->met = compare->next;
	compare->next = NULL;
	verdict->kind = smmu_match(compare->met, got) ? SMMU_VERDICT_AGREES : SMMU_VERDICT_DIFFERS;
	verdict->object = compare->met;
	verdict->line = compare->next_line;
	json_decref(got);
	return 0;
}

static bool is_access(const struct smmu_answer *answer)
{
	return answer->record->op == SMMU_OP_ACCESS && !answer->resumed;
}

static void compare_page(struct smmu_verdict *verdict, const struct smmu_compare *compare,
			 const struct smmu_answer *answer)
{
	const struct smmu_record *record = answer->record;
	struct smmu_journal_page page;
	uint64_t offset = smmu_bits(record->txn.address, 0, PAGE_BITS);

	if (!is_access(answer) || (compare->is_own && !record->has_expected_pa) ||
	    !smmu_journal_find(&page, compare->journal, record->txn.stream, record->txn.address))
		return;
	verdict->line = compare->is_own ? record->line : page.line;
	verdict->pa = compare->is_own ? record->expected_pa : page.pa + offset;
	verdict->kind = SMMU_VERDICT_AGREES;
	if (answer->result->status == SMMU_STATUS_OK && answer->result->pa.pa == verdict->pa)
		return;
	verdict->kind = SMMU_VERDICT_DIFFERS;
	if (smmu_journal_end(&verdict->end, compare->journal, record->txn.stream,
			     record->txn.address) &&
	    verdict->end.line > verdict->line)
		verdict->kind = SMMU_VERDICT_CHANGED;
}

/* The run itself compared with its column. */
static void compare_column(struct smmu_verdict *verdict, const struct smmu_answer *answer)
{
	if (!answer->record->has_expected_pa || answer->record->op == SMMU_OP_MAP ||
	    answer->resumed)
		return;
	verdict->kind = answer->differs ? SMMU_VERDICT_DIFFERS : SMMU_VERDICT_AGREES;
	verdict->pa = answer->record->expected_pa;
	verdict->line = answer->record->line;
}

/* The walk is that of a second look, which changes nothing. */
static int keep_first(struct smmu_compare *compare, const struct smmu_answer *answer,
		      const struct smmu_verdict *verdict)
{
	struct first *first = &compare->first;
	const struct smmu_walk_log log = smmu_walk_log(&first->walk);

	first->found = true;
	first->answer = *answer;
	first->verdict = *verdict;
	first->object = json_incref(compare->met);
	first->verdict.object = first->object;
	first->record = *answer->record;
	first->record.data = NULL;
	first->answer.record = &first->record;
	first->answer.verdict = &first->verdict;
	first->answer.interrupts_count = 0;
	if (answer->result) {
		first->result = *answer->result;
		first->answer.result = &first->result;
	}
	if (answer->reply) {
		first->reply = *answer->reply;
		first->answer.reply = &first->reply;
	}
	first->has_answer = !answer->page;
	if (!is_access(answer) && answer->record->op != SMMU_OP_ATS_REQUEST &&
	    answer->record->op != SMMU_OP_ATS_TRANSLATED)
		return 0;
	return smmu_model_probe(&first->walked, compare->machine->smmu[answer->smmu].model,
				&answer->record->txn, &log);
}

int smmu_compare_answer(struct smmu_verdict *verdict, struct smmu_compare *compare,
			const struct smmu_answer *answer, struct smmu_diag *diag)
{
	int error = 0;

	*verdict = (struct smmu_verdict){.kind = SMMU_VERDICT_SILENT};
	if (compare->in)
		error = compare_object(verdict, compare, answer, diag);
	else if (compare->journal)
		compare_page(verdict, compare, answer);
	else
		compare_column(verdict, answer);
	if (error)
		return error;
	compare->expected += verdict->kind != SMMU_VERDICT_SILENT;
	compare->silent += compare->in && verdict->kind == SMMU_VERDICT_SILENT;
	compare->changed += verdict->kind == SMMU_VERDICT_CHANGED;
	compare->differences += verdict->kind == SMMU_VERDICT_DIFFERS;
	if (verdict->kind == SMMU_VERDICT_DIFFERS && !compare->first.found &&
	    keep_first(compare, answer, verdict))
		return smmu_diag_nomem(diag);
	return 0;
}

/* The walk that a log tells of the first difference. */
static int read_their_walk(struct smmu_compare *compare, struct smmu_diag *diag)
{
	struct first *first = &compare->first;
	const struct smmu_qemu_sought sought = {.stream = first->record.txn.stream,
						.iova = first->record.txn.address,
						.line = first->verdict.line};
	struct smmu_in *in;
	int error;

	if (!compare->log || !first->found)
		return 0;
	error = smmu_in_open(&in, compare->log, diag);
	if (!error)
		error = smmu_qemu_walk_read(&first->theirs, in, &sought, diag);
	smmu_in_close(in);
	return error;
}

int smmu_compare_finish(struct smmu_stats *stats, struct smmu_compare *compare, bool is_whole,
			struct smmu_diag *diag)
{
	int error = read_their_walk(compare, diag);

	while (is_whole && compare->in && !error && (compare->next || !compare->at_end)) {
		if (compare->next)
			pass_object(compare);
		error = compare->at_end ? 0 : read_object(compare, diag);
	}
	stats->expected = compare->expected + compare->unmet;
	stats->changed = compare->changed;
	stats->differences = compare->differences + compare->unmet;
	stats->unmet = compare->unmet;
	stats->not_compared = compare->silent;
	stats->compare = compare;
	return error;
}

/* Records that have an address. */
static int read_trace(struct smmu_compare *compare, struct smmu_trace *trace,
		      struct smmu_diag *diag)
{
	struct smmu_record *records = calloc(BATCH, sizeof(*records));
	size_t count = 0;
	int error = 0;

	if (!records)
		return smmu_diag_nomem(diag);
	while (!error && !(error = smmu_trace_next(&count, trace, records, BATCH, diag)) && count)
		for (size_t i = 0; i < count && !error; i++)
			if (records[i].op == SMMU_OP_ACCESS && records[i].has_expected_pa &&
			    smmu_journal_add(compare->journal, records[i].txn.stream,
					     records[i].txn.address, records[i].expected_pa,
					     records[i].line))
				error = smmu_diag_nomem(diag);
	free(records);
	return error;
}

/* Answers are objects; a trace in JSON has what was asked, and no status. */
static bool has_objects(const char *text, size_t size)
{
	char line[4096 + 1];
	bool is_asked;

	size = size < sizeof(line) ? size : sizeof(line) - 1;
	memcpy(line, text, size);
	line[size] = '\0';
	line[strcspn(line, "\n")] = '\0';
	is_asked = strstr(line, "\"access\"") != NULL;
	return strstr(line, "\"status\"") || strstr(line, "\"any\"") ||
	       (!is_asked && strstr(line, "\"n\""));
}

/* A log is read for its invalidations too, so it is read again. */
static int read_pages(struct smmu_compare *compare, struct smmu_in *in, const char *path,
		      struct smmu_diag *diag)
{
	struct smmu_trace *trace;
	bool is_log = false;
	int error = smmu_trace_open(&trace, in, NULL, diag);

	if (!error) {
		is_log = smmu_trace_format(trace) == SMMU_TRACE_QEMU;
		if (!is_log)
			error = read_trace(compare, trace, diag);
		smmu_trace_close(trace);
	}
	smmu_in_close(in);
	if (error || !is_log)
		return error;
	if (!strcmp(path, "-"))
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "a log to compare with has to be a file: it is read twice");
	error = smmu_in_open(&in, path, diag);
	if (error)
		return error;
	error = smmu_journal_read_qemu(compare->journal, in, diag);
	smmu_in_close(in);
	compare->log = strdup(path);
	return error || compare->log ? error : smmu_diag_nomem(diag);
}

/* By the first bytes: objects, or a trace or log. */
static int read_recorded(struct smmu_compare *compare, const char *path, const char *trace_name,
			 struct smmu_diag *diag)
{
	struct smmu_in *in;
	const char *text;
	size_t size;
	int error = smmu_in_open(&in, path, diag);

	if (error)
		return error;
	text = smmu_in_peek(&size, in, diag);
	if (!text || (text[0] == '{' && has_objects(text, size))) {
		compare->in = in;
		return 0;
	}
	compare->is_own = !strcmp(path, trace_name) && strcmp(path, "-") != 0;
	if (smmu_journal_new(&compare->journal)) {
		smmu_in_close(in);
		return smmu_diag_nomem(diag);
	}
	return read_pages(compare, in, path, diag);
}

int smmu_compare_open(struct smmu_compare **out, const char *path, const char *trace_name,
		      const struct smmu_machine *machine, struct smmu_diag *diag)
{
	struct smmu_compare *compare = calloc(1, sizeof(*compare));
	int error = 0;

	*out = NULL;
	if (!compare)
		return smmu_diag_nomem(diag);
	compare->machine = machine;
	if (path)
		error = read_recorded(compare, path, trace_name, diag);
	if (error) {
		smmu_compare_close(compare);
		return error;
	}
	*out = compare;
	return 0;
}

void smmu_compare_close(struct smmu_compare *compare)
{
	if (!compare)
		return;
	smmu_in_close(compare->in);
	smmu_journal_free(compare->journal);
	json_decref(compare->next);
	json_decref(compare->met);
	json_decref(compare->first.object);
	json_decref(compare->missing.object);
	free(compare->log);
	smmu_walk_fini(&compare->first.walk);
	free(compare);
}

static void emit_value(struct smmu_emit *emit, const char *key, const json_t *value)
{
	json_t *object = (json_t *)value; /* the iterator wants it so; nothing is changed */

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		smmu_emit_object(emit, key);
		for (void *at = json_object_iter(object); at;
		     at = json_object_iter_next(object, at))
			emit_value(emit, json_object_iter_key(at), json_object_iter_value(at));
		smmu_emit_end(emit);
		break;
	case JSON_ARRAY:
		smmu_emit_array(emit, key);
		for (size_t i = 0; i < json_array_size(value); i++)
			emit_value(emit, NULL, json_array_get(value, i));
		smmu_emit_end(emit);
		break;
	case JSON_STRING:
		smmu_emit_str(emit, key, json_string_value(value));
		break;
	case JSON_INTEGER:
		smmu_emit_int(emit, key, json_integer_value(value));
		break;
	case JSON_REAL:
		smmu_emit_real(emit, key, json_real_value(value), 6);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		smmu_emit_bool(emit, key, json_is_true(value));
		break;
	case JSON_NULL:
		smmu_emit_null(emit, key);
		break;
	}
}

void smmu_verdict_emit(struct smmu_emit *emit, const struct smmu_verdict *verdict)
{
	if (verdict->kind < SMMU_VERDICT_CHANGED)
		return;
	if (verdict->object)
		emit_value(emit, "expected", verdict->object);
	else
		smmu_emit_hex(emit, "expected", verdict->pa, 0);
	if (verdict->kind != SMMU_VERDICT_CHANGED)
		return;
	smmu_emit_object(emit, "changed");
	smmu_emit_uint(emit, "line", verdict->end.line);
	smmu_emit_str(emit, "by", verdict->end.event);
	smmu_emit_end(emit);
}

void smmu_compare_emit(struct smmu_emit *emit, const struct smmu_compare *compare,
		       enum smmu_emit_format format)
{
	bool people = format == SMMU_EMIT_TEXT;
	const struct first *first = &compare->first;

	if (compare->missing.object) {
		smmu_emit_object(emit, "first_missing");
		smmu_emit_uint(emit, "line", compare->missing.line);
		emit_value(emit, "expected", compare->missing.object);
		smmu_emit_end(emit);
	}
	if (!first->found)
		return;
	smmu_emit_object(emit, "first_difference");
	if (first->verdict.line)
		smmu_emit_uint(emit, "line", first->verdict.line);
	if (first->has_answer)
		smmu_answer_emit_members(emit, &first->answer, compare->machine, true);
	if (first->walk.count && format != SMMU_EMIT_CSV) {
		if (people)
			smmu_walk_emit_heading(emit);
		smmu_walk_emit(emit, &first->walk, people);
		smmu_blame_emit(emit, &first->walked, first->record.txn.sec, people);
	}
	if (format != SMMU_EMIT_CSV)
		smmu_qemu_walk_emit(emit, &first->theirs);
	smmu_emit_end(emit);
}
