/* Queues of a system, entry by entry. */
#include "queue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bits.h"
#include "base/compiler.h"
#include "command.h"
#include "load.h"
#include "model/pending.h"
#include "spec/reg_values.h"

static const struct {
	enum smmu_entry_kind entry;
	enum smmu_queue_kind queue;
	const char *name;
} kinds[] = {
	{SMMU_ENTRY_COMMAND, SMMU_QUEUE_CMD, "Command queue"},
	{SMMU_ENTRY_EVENT, SMMU_QUEUE_EVENT, "Event queue"},
	{SMMU_ENTRY_PRI, SMMU_QUEUE_PRI, "PRI queue"},
};

/* 6.3.2: no queue is larger. */
enum { MOST_ENTRIES = 1 << 19 };

struct queue {
	struct cli_session *session;
	const struct smmu_show *show;
	struct smmu_model *model; /* NULL: the entries are in dump */
	const uint64_t *dump;
	const char *name; /* "Command queue" */
	struct smmu_place place;
	struct smmu_pending pending;
};

static const char *prod_name(const struct queue *q)
{
	return q->model ? smmu_reg_info(q->pending.prod_reg)->name : "PROD";
}

static const char *cons_name(const struct queue *q)
{
	return q->model ? smmu_reg_info(q->pending.cons_reg)->name : "CONS";
}

/* The row of a kind that has a queue. */
static size_t kind_of(const struct queue *q)
{
	size_t k = 0;

	while (kinds[k].entry != q->show->kind)
		k++;
	return k;
}

static int find(struct queue *q, const struct cli_system *system, const char *smmu)
{
	struct smmu_diag *diag = q->session->diag;
	size_t index, k = kind_of(q);
	int r = cli_system_smmu(&index, system, smmu, diag);

	if (r)
		return r;
	q->name = kinds[k].name;
	q->model = system->machine.smmu[index].model;
	q->place.file = system->machine.smmu[index].name;
	if (smmu_pending_from(&q->pending, q->model, kinds[k].queue, q->show->sec))
		return 0;
	return smmu_diag_error(diag, &q->place, SMMU_E_INVALID,
			       "there is no %s of this Security state", q->name);
}

/* What the registers say of the queue besides where its entries are. */
static void warn(const struct queue *q)
{
	const struct smmu_pending *p = &q->pending;
	struct smmu_diag *diag = q->session->diag;
	uint64_t active;

	if (smmu_CMDQ_PROD_WR(p->prod) != smmu_queue_index(&p->queue, p->prod) ||
	    smmu_CMDQ_CONS_RD(p->cons) != smmu_queue_index(&p->queue, p->cons))
		smmu_diag_warn(diag, &q->place,
			       "%s or %s has bits above the wrap bit of a queue of %" PRIu64
			       " entries: they do not count",
			       prod_name(q), cons_name(q), smmu_pow2(p->queue.log2size));
	if (p->is_too_far)
		smmu_diag_warn(diag, &q->place,
			       "%s and %s are further apart than the queue is long: all of it is "
			       "read",
			       prod_name(q), cons_name(q));
	if (p->is_lossy)
		smmu_diag_warn(diag, &q->place,
			       "%s.OVFLG is not acknowledged: entries after these were lost",
			       prod_name(q));
	if (p->kind != SMMU_QUEUE_CMD || !q->model)
		return;
	active = smmu_model_reg(q->model, smmu_reg_of(SMMU_REG_GERROR, p->sec)) ^
		 smmu_model_reg(q->model, smmu_reg_of(SMMU_REG_GERRORN, p->sec));
	if (smmu_GERROR_CMDQ_ERR(active)) {
		const struct smmu_enum_value *error =
			smmu_enum_find(&smmu_cerror, smmu_CMDQ_CONS_ERR(p->cons));

		smmu_diag_warn(diag, &q->place, "the %s stopped at its first entry here: %s",
			       q->name, error ? error->name : "a reserved error");
	}
}

static void heading(const struct queue *q)
{
	const struct smmu_pending *p = &q->pending;
	uint64_t prod = smmu_queue_index(&p->queue, p->prod);
	uint64_t cons = smmu_queue_index(&p->queue, p->cons);

	if (!q->show->people)
		return;
	if (!p->count)
		smmu_emit_heading(q->session->emit, "%s, %s: empty, CONS and PROD 0x%" PRIx64,
				  q->place.file, q->name, prod);
	else
		smmu_emit_heading(q->session->emit,
				  "%s, %s: %" PRIu64 " of %" PRIu64 " entries, CONS 0x%" PRIx64
				  ", PROD 0x%" PRIx64,
				  q->place.file, q->name, p->count, smmu_pow2(p->queue.log2size),
				  cons, prod);
}

static bool read_entry(uint64_t *words, uint64_t *position, uint64_t *pa, const struct queue *q,
		       uint64_t n)
{
	unsigned count = smmu_entry_words(q->show);

	if (q->model)
		return smmu_pending_read(words, position, pa, q->model, &q->pending, n);
	*pa = 0;
	*position = smmu_bits(q->pending.cons + n, 0, q->pending.queue.log2size);
	memcpy(words, q->dump + *position * count, count * sizeof(*words));
	return true;
}

static int show_entries(const struct queue *q)
{
	uint64_t words[SMMU_ENTRY_WORDS_MAX], position, pa;

	for (uint64_t n = 0; n < q->pending.count && !cli_output_is_lost(q->session); n++) {
		if (!read_entry(words, &position, &pa, q, n))
			return smmu_diag_error(q->session->diag, &q->place, SMMU_E_INVALID,
					       "entry %" PRIu64 " of the %s, at 0x%" PRIx64
					       ", is not in memory",
					       position, q->name, pa);
		smmu_show_entry(q->session->emit, NULL, q->show, words, (int64_t)position);
	}
	return 0;
}

static int check_kind(const struct smmu_show *show, struct smmu_diag *diag)
{
	for (size_t i = 0; i < SMMU_LEN(kinds); i++)
		if (kinds[i].entry == show->kind)
			return 0;
	return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
			       "only KIND command, event and pri have queues");
}

static int check(const struct smmu_show *show, const char *system, struct smmu_diag *diag)
{
	int r = check_kind(show, diag);

	if (r)
		return r;
	if (!system || !strcmp(system, "-"))
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE, "--queue needs --system FILE");
	return 0;
}

static int tell(const struct queue *q)
{
	if (!cli_emit(q->session))
		return SMMU_E_IO;
	warn(q);
	heading(q);
	return show_entries(q);
}

int cli_decode_queue(struct cli_session *session, const struct smmu_show *show, const char *system,
		     const char *smmu)
{
	struct queue q = {.session = session, .show = show};
	struct cli_system loaded = {0};
	int r = check(show, system, session->diag);

	if (r)
		return CLI_EXIT_TROUBLE;
	r = cli_system_load(&loaded, system, session->diag);
	if (!r)
		r = find(&q, &loaded, smmu);
	if (!r)
		r = tell(&q);
	if (r == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	cli_system_fini(&loaded);
	return r ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

/* All entries of the file; *count how many.  The caller frees *entries. */
static int read_dump(uint64_t **entries, size_t *count, const struct queue *q,
		     struct smmu_words *words)
{
	unsigned size = smmu_entry_words(q->show);
	size_t capacity = 0;
	int r = 0;

	for (*count = 0; *count <= MOST_ENTRIES; ++*count) {
		r = smmu_array_reserve(entries, &capacity, (*count + 1) * size, sizeof(**entries));
		if (!r)
			r = smmu_words_next(*entries + *count * size, size, 8, words,
					    q->session->diag);
		if (r <= 0)
			break;
	}
	if (r >= 0 && (!*count || *count > MOST_ENTRIES || *count & (*count - 1)))
		return smmu_diag_error(q->session->diag, &q->place, SMMU_E_INVALID,
				       "a queue has a power of two of entries, up to 2^19, and "
				       "this has %zu%s",
				       *count, *count > MOST_ENTRIES ? " or more" : "");
	return r < 0 ? r : 0;
}

int cli_decode_dump(struct cli_session *session, const struct smmu_show *show,
		    struct smmu_words *words, const char *name, uint64_t prod, uint64_t cons)
{
	struct queue q = {.session = session, .show = show, .place = {.file = name}};
	uint64_t *entries = NULL;
	size_t count;
	int r = check_kind(show, session->diag);

	if (!r)
		r = read_dump(&entries, &count, &q, words);
	if (!r) {
		size_t k = kind_of(&q);

		q.name = kinds[k].name;
		q.dump = entries;
		q.pending = (struct smmu_pending){
			.kind = kinds[k].queue, .sec = show->sec, .prod = prod, .cons = cons};
		while (smmu_pow2(q.pending.queue.log2size) < count)
			q.pending.queue.log2size++;
		smmu_pending_count(&q.pending);
		r = tell(&q);
	}
	if (r == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	free(entries);
	return r ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}
