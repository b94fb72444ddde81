/*
 * One SMMU: its life, and a transaction from arrival to answer.  IHI 0070 G.b
 * 3.3.2, 3.4, 6.3.9, 15.
 */
#include <stdlib.h>
#include <string.h>

#include "model/cache_priv.h"
#include "spec/effective.h"
#include "spec/strtab.h"

static void find_bank(struct smmu_bank *bank, enum smmu_sec sec)
{
	static const enum smmu_pas spaces[] = {SMMU_PAS_NS, SMMU_PAS_S, SMMU_PAS_REALM,
					       SMMU_PAS_ROOT};

	*bank = (struct smmu_bank){
		.cr0 = smmu_reg_of(SMMU_REG_CR0, sec),
		.cr2 = smmu_reg_of(SMMU_REG_CR2, sec),
		.gbpa = smmu_reg_of(SMMU_REG_GBPA, sec),
		.s2pii = smmu_reg_of(SMMU_REG_S2PII, sec),
		.strtab_base = smmu_reg_of(SMMU_REG_STRTAB_BASE, sec),
		.strtab_base_cfg = smmu_reg_of(SMMU_REG_STRTAB_BASE_CFG, sec),
		.gerror = smmu_reg_of(SMMU_REG_GERROR, sec),
		.gerrorn = smmu_reg_of(SMMU_REG_GERRORN, sec),
		.eventq_base = smmu_reg_of(SMMU_REG_EVENTQ_BASE, sec),
		.eventq_prod = smmu_reg_of(SMMU_REG_EVENTQ_PROD, sec),
		.eventq_cons = smmu_reg_of(SMMU_REG_EVENTQ_CONS, sec),
		.pas = spaces[sec],
	};
}

static void derive_stream_table(struct smmu_iface *f, const struct smmu_model *m)
{
	struct smmu_derived *now = &f->now;
	struct smmu_strtab table =
		smmu_strtab_from(&m->ids, f->legal.sec, m->regs[f->bank.strtab_base],
				 m->regs[f->bank.strtab_base_cfg]);

	now->strtab = table.base;
	now->log2size = table.log2size;
	now->split = table.split;
	now->two_level = table.two_level;
}

static void derive_iface(struct smmu_iface *f, const struct smmu_model *m, enum smmu_sec sec)
{
	struct smmu_derived *now = &f->now;
	uint64_t cr2 = m->regs[f->bank.cr2];

	now->enabled = smmu_CR0_SMMUEN(m->regs[f->bank.cr0]);
	/* 13.5: nothing of a Realm stream bypasses. */
	now->gbpa_abort = sec == SMMU_SEC_REALM || smmu_GBPA_ABORT(m->regs[f->bank.gbpa]);
	now->recinvsid = smmu_CR2_RECINVSID(cr2);
	now->e2h = smmu_ids_e2h(&m->ids, sec, cr2);
	now->oas_bits = (uint8_t)smmu_oas_bits(&m->ids);
	now->ias_bits = (uint8_t)smmu_ias_bits(&m->ids);
	f->legal = (struct smmu_rule_ctx){.ids = &m->ids,
					  .sec = sec,
					  .e2h = now->e2h,
					  .nsstalld = smmu_CR0_NSSTALLD(m->regs[SMMU_REG_S_CR0])};
	/* 6.3.57 */
	now->sif = sec == SMMU_SEC_S && smmu_CR0_SIF(m->regs[f->bank.cr0]);
	derive_stream_table(f, m);
	now->eventq = smmu_queue_from(&m->ids, SMMU_QUEUE_EVENT, m->regs[f->bank.eventq_base]);
	now->eventq_size = smmu_pow2(now->eventq.log2size + now->eventq.entry_log2);
}

static void derive(struct smmu_model *m)
{
	for (unsigned sec = 0; sec <= SMMU_SEC_REALM; sec++)
		derive_iface(&m->iface[sec], m, (enum smmu_sec)sec);
}

int smmu_model_new(struct smmu_model **model, struct smmu_mem *mem, const uint64_t *regs)
{
	struct smmu_model *m = calloc(1, sizeof(*m));

	*model = NULL;
	if (!m || smmu_tlb_new(&m->tlb)) {
		free(m);
		return SMMU_E_NOMEM;
	}
	m->mem = mem;
	m->tlb_on = true;
	memcpy(m->regs, regs, sizeof(m->regs));
	smmu_ids_from_regs(&m->ids, m->regs);
	for (unsigned sec = 0; sec < SMMU_SEC_COUNT; sec++)
		find_bank(&m->iface[sec].bank, (enum smmu_sec)sec);
	derive(m);
	smmu_model_forget_frames(m);
	*model = m;
	return 0;
}

int smmu_model_clone(struct smmu_model **model, const struct smmu_model *from, struct smmu_mem *mem)
{
	size_t size = from->stalled_count * sizeof(*from->stalled);
	int err = smmu_model_new(model, mem, from->regs);

	if (!err)
		(*model)->merging = from->merging;
	if (!err && from->caches)
		err = smmu_model_set_caches(*model, &from->caches->config);
	if (err) {
		smmu_model_free(*model);
		*model = NULL;
		return err;
	}

	if (err || !size)
		return err;
	(*model)->stalled = malloc(size);
	if (!(*model)->stalled) {
		smmu_model_free(*model);
		*model = NULL;
		return SMMU_E_NOMEM;
	}
	memcpy((*model)->stalled, from->stalled, size);
	(*model)->stalled_count = (*model)->stalled_capacity = from->stalled_count;
	return 0;
}

void smmu_model_free(struct smmu_model *model)
{
	if (!model)
		return;
	smmu_tlb_free(model->tlb);
	smmu_cache_set_free(model->caches);
	free(model->stalled);
	free(model->ended);
	free(model);
}

const uint8_t *smmu_model_table_slow(struct smmu_model *model, struct smmu_pa pa)
{
	struct smmu_pa start = {smmu_align_down_log2(pa.pa, SMMU_MEM_PAGE_LOG2), pa.pas};
	const uint8_t *page = smmu_mem_page(model->mem, pa);

	smmu_model_touch(model, pa.pa);
	if (page && smmu_mem_exists(model->mem, start, SMMU_MEM_PAGE_SIZE))
		model->frame[smmu_bits(pa.pa, SMMU_MEM_PAGE_LOG2, SMMU_FRAMES_LOG2)] =
			(struct smmu_frame){start.pa + (uint64_t)pa.pas, page};
	return page;
}

void smmu_model_forget_frames(struct smmu_model *model)
{
	/* No key is all ones: it would be an address space that is none. */
	for (size_t i = 0; i < SMMU_LEN(model->frame); i++)
		model->frame[i].key = ~UINT64_C(0);
}

void smmu_model_flush(struct smmu_model *model)
{
	smmu_tlb_flush(model->tlb);
	smmu_model_forget_frames(model);
}

void smmu_model_set_tlb(struct smmu_model *model, bool on)
{
	model->tlb_on = on;
	smmu_model_flush(model);
}

static bool is_size(const struct smmu_cache_size *size)
{
	return size->ways == 0 || (size->entries && size->entries % size->ways == 0);
}

int smmu_model_set_caches(struct smmu_model *model, const struct smmu_caches *caches)
{
	struct smmu_cache_set *set;
	int err;

	if (caches->walk_count > SMMU_WALK_PARTS_MAX)
		return SMMU_E_INVALID;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		if (!is_size(&caches->of[i]))
			return SMMU_E_INVALID;
	for (size_t i = 0; i < caches->walk_count; i++)
		if (!is_size(&caches->walk[i].size))
			return SMMU_E_INVALID;
	err = smmu_cache_set_new(&set, caches);
	if (err)
		return err;
	smmu_cache_set_free(model->caches);
	model->caches = set;
	smmu_model_flush(model);
	return 0;
}

bool smmu_model_shows_caches(const struct smmu_model *model)
{
	return model->caches != NULL;
}

void smmu_model_set_merging(struct smmu_model *model, bool on)
{
	model->merging = on;
}

void smmu_model_set_reg(struct smmu_model *model, enum smmu_reg reg, uint64_t value)
{
	model->regs[reg] = value;
	if (smmu_reg_is_id(reg))
		smmu_ids_from_regs(&model->ids, model->regs);
	derive(model);
	model->eventq_cached = false;
	smmu_model_flush(model);
}

const struct smmu_ids *smmu_model_ids(const struct smmu_model *model)
{
	return &model->ids;
}

uint64_t smmu_model_reg(const struct smmu_model *model, enum smmu_reg reg)
{
	return model->regs[reg];
}

struct smmu_mem *smmu_model_mem(struct smmu_model *model)
{
	return model->mem;
}

/* 13.2, 17.2: attributes by GBPA and GBPMPAM. */
static void bypass_attr(const struct smmu_walk *w, const struct smmu_overrides *o)
{
	const struct smmu_model *m = w->model;
	enum smmu_sec sec = w->txn->sec;
	unsigned incoming = smmu_attr_incoming(w->txn);
	uint16_t memory = smmu_attr_replace(smmu_attr_of_incoming(incoming), &o->memory);
	uint64_t gbpmpam =
		smmu_ids_has_mpam(&m->ids, sec)
			? m->regs[sec == SMMU_SEC_S ? SMMU_REG_S_GBPMPAM : SMMU_REG_GBPMPAM]
			: 0;
	struct smmu_attr attr = {
		.memory = smmu_attr_final(memory, smmu_attr_nosnoop(incoming)),
		.partid = (uint16_t)smmu_GBPMPAM_GBP_PARTID(gbpmpam),
		.pmg = (uint8_t)smmu_GBPMPAM_GBP_PMG(gbpmpam),
		.marks = smmu_overrides_marks(o, &m->ids),
		.valid = true,
	};

	smmu_walk_attr(&w->result->attr, &attr, smmu_txn_index(w->txn));
}

/* 3.3.2 step 1, 3.4: with SMMUEN == 0 nothing is recorded. */
static int disabled(struct smmu_walk *w)
{
	const struct smmu_model *m = w->model;
	const struct smmu_iface *f = w->iface;
	struct smmu_overrides o = smmu_overrides_gbpa(m->regs[f->bank.gbpa], &m->ids);
	struct smmu_pa out = {w->txn->address, smmu_overrides_space(&o, w->txn)};
	static const struct smmu_pa none = {0, SMMU_PAS_NS};

	if (f->now.gbpa_abort)
		return smmu_walk_blame(w, 0, SMMU_REASON_GBPA_ABORT, SMMU_STRUCT_REGISTER, none,
				       "ABORT");
	if (!smmu_bits_fit(out.pa, f->now.oas_bits))
		return smmu_walk_blame(w, 0, SMMU_REASON_GBPA_ADDRESS_SIZE, SMMU_STRUCT_REGISTER,
				       none, "OAS");
	smmu_walk_answer(w->result, out, f->now.oas_bits);
	bypass_attr(w, &o);
	/* 6.3.57 SIF */
	if (f->now.sif && out.pas == SMMU_PAS_NS && w->result->attr.marks & SMMU_ATTR_INSTRUCTION)
		return smmu_walk_blame(w, 0, SMMU_REASON_NONSECURE_FETCH, SMMU_STRUCT_REGISTER,
				       none, "SIF");
	w->result->blame.reason = SMMU_REASON_GBPA_BYPASS;
	w->result->blame.where = SMMU_STRUCT_REGISTER;
	return 0;
}

/* The configuration of w's stream and substream, into config. */
static int configure(struct smmu_walk *w, struct smmu_config *config)
{
	if (smmu_stream_fetch(w, config))
		return 1;
	w->config = config;
	w->need = config->need[smmu_txn_index(w->txn)];
	return smmu_cd_fetch(w, config);
}

/* From the configuration on: both stages, and the answer. */
static int translate(struct smmu_walk *w)
{
	struct smmu_attr attr;
	struct smmu_leaf leaf;
	unsigned count;

	if (smmu_walk_translate(w, &leaf))
		return 1;
	attr = smmu_config_attr(w->config, leaf.memory);
	attr.pbha = leaf.pbha;
	smmu_walk_attr(&w->result->attr, &attr, smmu_txn_index(w->txn));
	count = w->result->updates_count;
	smmu_walk_answer(w->result, (struct smmu_pa){leaf.oa, leaf.pas}, leaf.size_log2);
	w->result->updates_count = (uint8_t)count;
	if (!w->config->s1 && !w->config->s2) {
		w->result->blame.reason = w->config->s1_skipped ? SMMU_REASON_SUBSTREAM_BYPASS
								: SMMU_REASON_STREAM_BYPASS;
		w->result->blame.where = SMMU_STRUCT_STE;
		w->result->blame.pa = w->config->ste_pa;
	}
	return 0;
}

static int finish(struct smmu_walk *w, int faulted)
{
	int err = 0;

	if (w->wrote && !w->probe)
		smmu_model_flush(w->model);
	if (faulted)
		err = smmu_walk_finish_fault(w);
	return err ? err : smmu_mem_error(w->model->mem);
}

/* All steps from arrival on; config is theirs to fill in. */
static int arrive(struct smmu_walk *w, struct smmu_config *config, uint64_t key)
{
	if (w->txn->kind != SMMU_TXN_ACCESS)
		return smmu_walk_fault(w, 0, SMMU_REASON_ATS_UNSUPPORTED);
	if (w->txn->sec > SMMU_SEC_REALM || !smmu_has_sec(&w->model->ids, w->txn->sec))
		return smmu_walk_fault(w, 0, SMMU_REASON_SECURITY_ABSENT);
	w->iface = &w->model->iface[w->txn->sec];
	if (!w->iface->now.enabled)
		return disabled(w);
	if (configure(w, config))
		return 1;
	/* What an update changed may be among what was read. */
	if (!w->probe && !w->wrote && !w->caches)
		smmu_cfg_insert(w->model->tlb, key, config);
	return translate(w);
}

/* A transaction whose configuration is not cached, or a probe. */
static int translate_fresh(struct smmu_walk *w, uint64_t key)
{
	struct smmu_config config = {0};

	return finish(w, arrive(w, &config, key));
}

static bool same_attributes(const struct smmu_attr *a, const struct smmu_attr *b)
{
	return a->memory == b->memory && a->pbha == b->pbha && a->marks == b->marks &&
	       a->partid == b->partid && a->pmg == b->pmg;
}

/* Whether a fresh walk contradicts an answer; STAGs are given as they are free. */
static bool contradicts(const struct smmu_result *fresh, const struct smmu_result *r)
{
	if (fresh->status != r->status || fresh->event.present != r->event.present)
		return true;
	if (r->status == SMMU_STATUS_OK)
		return fresh->pa.pa != r->pa.pa || fresh->pa.pas != r->pa.pas ||
		       !same_attributes(&fresh->attr, &r->attr);
	if (r->status == SMMU_STATUS_FAULT && fresh->response != r->response)
		return true;
	if (r->event.present) {
		struct smmu_evt a, b;

		memcpy(a.word, fresh->event.word, sizeof(a.word));
		memcpy(b.word, r->event.word, sizeof(b.word));
		smmu_evt_set_STAG(&a, 0);
		smmu_evt_set_STAG(&b, 0);
		return memcmp(a.word, b.word, sizeof(a.word)) != 0;
	}
	return fresh->response != r->response;
}

/* With caches that show, beside a walk that knows none of them. */
static int translate_cached(struct smmu_walk *w)
{
	struct smmu_config config = {0};
	struct smmu_result fresh;
	int faulted, err;

	err = smmu_model_probe(&fresh, w->model, w->txn, NULL);
	if (err)
		return err;
	w->caches = w->model->caches;
	smmu_cache_set_enter(w->caches, w->txn->sec, w->txn->stream);
	faulted = arrive(w, &config, 0);
	if (w->again) {
		w->again = w->cached = false;
		w->afresh = true;
		config = (struct smmu_config){0};
		faulted = arrive(w, &config, 0);
	}
	err = finish(w, faulted);
	w->result->stale = contradicts(&fresh, w->result);
	return err;
}

int smmu_model_translate_full(struct smmu_result *result, struct smmu_model *model,
			      const struct smmu_txn *txn, uint64_t key)
{
	const struct smmu_cfg_entry *entry = smmu_cfg_find(model->tlb, key);
	struct smmu_walk w = {.model = model, .txn = txn, .result = result};

	result->updates_count = 0;
	if (SMMU_UNLIKELY(model->caches != NULL))
		return translate_cached(&w);
	if (!entry)
		return translate_fresh(&w, key);
	w.iface = &model->iface[txn->sec];
	w.config = smmu_cfg_config(model->tlb, entry);
	w.need = w.config->need[smmu_txn_index(txn)];
	return finish(&w, translate(&w));
}

int smmu_model_probe(struct smmu_result *result, struct smmu_model *model,
		     const struct smmu_txn *txn, const struct smmu_walk_log *log)
{
	struct smmu_walk w = {
		.model = model, .txn = txn, .log = log, .result = result, .probe = true};

	memset(result, 0, sizeof(*result));
	/* Memory may have moved since: nobody has to flush for a probe. */
	smmu_model_forget_frames(model);
	return translate_fresh(&w, 0);
}
