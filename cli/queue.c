/* Queues of a system, entry by entry. */
#include "queue.h"

#include <inttypes.h>
#include <string.h>

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

struct queue {
	struct cli_session *session;
	const struct smmu_show *show;
	struct smmu_model *model;
	const char *name; /* "Command queue" */
	struct smmu_place place;
	struct smmu_pending pending;
};

static const char *reg_name(enum smmu_reg reg)
{
	return smmu_reg_info(reg)->name;
}

static int find(struct queue *q, const struct cli_system *system, const char *smmu)
{
	struct smmu_diag *diag = q->session->diag;
	size_t index, k = 0;
	int r = cli_system_smmu(&index, system, smmu, diag);

	if (r)
		return r;
	while (kinds[k].entry != q->show->kind)
		k++;
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
			       reg_name(p->prod_reg), reg_name(p->cons_reg),
			       smmu_pow2(p->queue.log2size));
	if (p->is_too_far)
		smmu_diag_warn(diag, &q->place,
			       "%s and %s are further apart than the queue is long: all of it is "
			       "read",
			       reg_name(p->prod_reg), reg_name(p->cons_reg));
	if (p->is_lossy)
		smmu_diag_warn(diag, &q->place,
			       "%s.OVFLG is not acknowledged: entries after these were lost",
			       reg_name(p->prod_reg));
	if (p->kind != SMMU_QUEUE_CMD)
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

static int show_entries(const struct queue *q)
{
	uint64_t words[SMMU_ENTRY_WORDS_MAX], position, pa;

	for (uint64_t n = 0; n < q->pending.count && !cli_output_is_lost(q->session); n++) {
		if (!smmu_pending_read(words, &position, &pa, q->model, &q->pending, n))
			return smmu_diag_error(q->session->diag, &q->place, SMMU_E_INVALID,
					       "entry %" PRIu64 " of the %s, at 0x%" PRIx64
					       ", is not in memory",
					       position, q->name, pa);
		smmu_show_entry(q->session->emit, NULL, q->show, words, (int64_t)position);
	}
	return 0;
}

static int check(const struct smmu_show *show, const char *system, struct smmu_diag *diag)
{
	bool is_queue = show->kind == SMMU_ENTRY_COMMAND || show->kind == SMMU_ENTRY_EVENT ||
			show->kind == SMMU_ENTRY_PRI;

	if (!is_queue)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "--queue is for KIND command, event and pri");
	if (!system || !strcmp(system, "-"))
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE, "--queue needs --system FILE");
	return 0;
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
	if (!r && !cli_emit(session))
		r = SMMU_E_IO;
	if (!r) {
		warn(&q);
		heading(&q);
		r = show_entries(&q);
	}
	if (r == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	cli_system_fini(&loaded);
	return r ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}
