/*
 * Both stages for one address, and what a walk shows of itself.  IHI 0070 G.b
 * 3.3.2, 3.4, 3.13.
 */
#include "model/cache_priv.h"

bool smmu_walk_read(struct smmu_walk *w, struct smmu_step *step, struct smmu_pa pa, unsigned words)
{
	uint8_t bytes[sizeof(step->word)];
	bool there = smmu_mem_read(w->model->mem, pa, bytes, words * 8);

	smmu_model_touch(w->model, pa.pa);
	step->pa = pa;
	step->words = there ? words : 0;
	for (unsigned i = 0; i < step->words; i++)
		step->word[i] = smmu_ld64le(bytes + 8 * i);
	if (w->log)
		w->log->visit(w->log->ctx, step);
	if (there)
		smmu_cached_keep_structure(w, step);
	return there;
}

void smmu_walk_show(const struct smmu_walk *w, const struct smmu_entry *e,
		    const struct smmu_show *show)
{
	bool ipa_valid = show->stage == 1 && w->config->s2;
	struct smmu_step step = {
		.kind = show->stage == 1 ? SMMU_STRUCT_S1_DESC : SMMU_STRUCT_S2_DESC,
		.stage = show->stage,
		.level = (int8_t)smmu_entry_level(e),
		.depth = show->nested,
		.input = show->input,
		.index = e->index,
		.pa = {e->pa, e->pas},
		.ipa_valid = ipa_valid,
		.ipa = ipa_valid ? e->ipa : 0,
		.words = show->aborted ? 0
			 : e->tt->wide ? 2
				       : 1,
		.word = {e->desc, e->high},
		.granule_log2 = e->tt->granule_log2,
		.big_endian = e->tt->big_endian,
	};

	w->log->visit(w->log->ctx, &step);
}

bool smmu_entry_load(struct smmu_walk *w, struct smmu_entry *e)
{
	const uint8_t *page = smmu_model_table(w->model, (struct smmu_pa){e->pa, e->pas});
	uint64_t at = smmu_bits(e->pa, 0, SMMU_MEM_PAGE_LOG2);
	uint64_t first = page ? smmu_ld64le(page + at) : 0;
	uint64_t second = page && e->tt->wide ? smmu_ld64le(page + at + 8) : 0;

	if (!e->tt->big_endian) {
		e->desc = first;
		e->high = second;
	} else if (e->tt->wide) {
		e->desc = smmu_swap64(second);
		e->high = smmu_swap64(first);
	} else {
		e->desc = smmu_swap64(first);
	}
	return page != NULL;
}

/* One entry a word (contract): a second update of it replaces the first. */
static void note_update(struct smmu_result *r, struct smmu_pa pa, uint64_t value)
{
	for (unsigned i = 0; i < r->updates_count; i++)
		if (r->updates[i].pa.pa == pa.pa && r->updates[i].pa.pas == pa.pas) {
			r->updates[i].value = value;
			return;
		}
	if (r->updates_count < SMMU_UPDATES_MAX)
		r->updates[r->updates_count++] = (struct smmu_update){pa, value};
}

bool smmu_walk_update(struct smmu_walk *w, struct smmu_pa pa, uint64_t update, bool big_endian)
{
	uint8_t bytes[8];

	if (!smmu_cached_may_update(w))
		return false;
	smmu_st64le(bytes, big_endian ? smmu_swap64(update) : update);
	if (w->probe) {
		if (!smmu_mem_exists(w->model->mem, pa, sizeof(bytes)))
			return false;
	} else if (!smmu_mem_write(w->model->mem, pa, bytes, sizeof(bytes))) {
		return false;
	}
	w->wrote = true;
	smmu_model_forget_frames(w->model);
	note_update(w->result, pa, smmu_ld64le(bytes));
	return true;
}

/*
 * 3.4: what bypasses stage 1 must fit in IAS, what bypasses both by Config in
 * OAS.  Such a fault is always terminated and recorded (3.12).
 */
static int bypass_stage1(struct smmu_walk *w, struct smmu_leaf *leaf)
{
	const struct smmu_derived *now = &w->iface->now;
	bool both = smmu_ste_Config(&w->config->ste) == SMMU_STE_CONFIG_BYPASS;
	unsigned bits = both ? now->oas_bits : now->ias_bits;

	leaf->oa = w->txn->address;
	leaf->pas = w->config->bypass;
	leaf->perm = SMMU_PERM_ALL;
	leaf->pbha = 0;
	leaf->memory = w->config->attr.memory;
	leaf->size_log2 = now->oas_bits;
	if (leaf->pas == SMMU_PAS_NS && w->config->stage1.ns_fetch_denied)
		leaf->perm &= (uint8_t)~SMMU_PERM_EXEC;
	if (!smmu_bits_fit(leaf->oa, bits)) {
		smmu_walk_blame(w, SMMU_EVT_F_ADDR_SIZE,
				both ? SMMU_REASON_BYPASS_ADDRESS_SIZE
				     : SMMU_REASON_S1_BYPASS_ADDRESS_SIZE,
				SMMU_STRUCT_STE, w->config->ste_pa,
				w->config->s1_skipped ? "S1DSS" : "Config");
	} else if (w->need & ~leaf->perm) {
		smmu_walk_blame(w, SMMU_EVT_F_PERMISSION, SMMU_REASON_NONSECURE_FETCH,
				SMMU_STRUCT_STE, w->config->ste_pa, "NSCFG");
		w->fault.lacks_read = true;
	} else {
		return 0;
	}
	w->result->blame.stage = 1;
	w->fault.class = SMMU_EVT_CLASS_IN;
	w->fault.terminate = true;
	return 1;
}

int smmu_walk_stage1(struct smmu_walk *w, struct smmu_leaf *leaf)
{
	return w->config->s1 ? smmu_stage1_walk(w, leaf) : bypass_stage1(w, leaf);
}

int smmu_walk_translate(struct smmu_walk *w, struct smmu_leaf *leaf)
{
	struct smmu_leaf second;

	if (smmu_walk_stage1(w, leaf))
		return 1;
	if (!w->config->s2) {
		/* 3.4: an address that is not translated further is cut to OAS. */
		leaf->oa = smmu_bits(leaf->oa, 0, w->iface->now.oas_bits);
		return 0;
	}
	if (smmu_stage2_walk(w, &second, (struct smmu_pa){leaf->oa, leaf->pas}, w->need,
			     SMMU_EVT_CLASS_IN))
		return 1;
	/* LPAE always outputs 40 bits, also beyond OAS. */
	leaf->oa = smmu_bits(second.oa, 0, w->iface->now.oas_bits);
	leaf->pas = second.pas;
	leaf->perm &= second.perm;
	leaf->pbha |= (uint8_t)(second.pbha << 4);
	leaf->memory = smmu_config_memory2(w->config, leaf->memory, second.desc);
	if (second.size_log2 < leaf->size_log2)
		leaf->size_log2 = second.size_log2;
	return 0;
}
