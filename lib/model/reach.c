/*
 * Everything that streams can reach, by the model's own walk with no access
 * asked for, so that permissions are an answer and no obstacle.
 */
#include "model/reach.h"

#include <string.h>

#include "model/walk_priv.h"
#include "spec/effective.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"

/* STEs and CDs alike. */
#define ENTRIES_A_PAGE 64u
/* Descriptors that are compared in the time of a step: those of one cache line. */
#define RUN_STEP 8u

static bool take_step(uint64_t *budget)
{
	if (*budget == 0)
		return false;
	(*budget)--;
	return true;
}

/* A walk that asks for nothing and changes nothing. */
static struct smmu_walk start(struct smmu_model *model, const struct smmu_txn *txn,
			      struct smmu_result *result)
{
	memset(result, 0, sizeof(*result));
	return (struct smmu_walk){.model = model,
				  .iface = &model->iface[txn->sec],
				  .txn = txn,
				  .result = result,
				  .probe = true};
}

/* Where every look at a stream begins: memory may have moved since the last one. */
static int configure(struct smmu_walk *w, struct smmu_config *config)
{
	memset(config, 0, sizeof(*config));
	smmu_model_forget_frames(w->model);
	if (!w->iface->now.enabled)
		return smmu_walk_fault(w, 0, SMMU_REASON_GBPA_ABORT);
	if (smmu_stream_fetch(w, config))
		return 1;
	w->config = config;
	return smmu_cd_fetch(w, config);
}

/* Streams: 3.3.1. */

struct stream_run {
	struct smmu_reach_streams streams;
	bool open;
	int (*visit)(void *ctx, const struct smmu_reach_streams *streams);
	void *ctx;
};

static int flush_run(struct stream_run *run)
{
	bool was = run->open;

	run->open = false;
	return was ? run->visit(run->ctx, &run->streams) : 0;
}

static int add_stream(struct stream_run *run, uint32_t stream, const struct smmu_ste *ste,
		      struct smmu_pa pa)
{
	int stop;

	if (run->open && run->streams.last + 1 == stream &&
	    !memcmp(&run->streams.ste, ste, sizeof(*ste))) {
		run->streams.last = stream;
		return 0;
	}
	stop = flush_run(run);
	run->streams = (struct smmu_reach_streams){stream, stream, *ste, pa};
	run->open = true;
	return stop;
}

static bool read_words(uint64_t *word, const struct smmu_mem *mem, struct smmu_pa pa,
		       unsigned words)
{
	uint8_t bytes[SMMU_STE_BYTES];

	if (!smmu_mem_read(mem, pa, bytes, words * 8))
		return false;
	for (unsigned i = 0; i < words; i++)
		word[i] = smmu_ld64le(bytes + 8 * i);
	return true;
}

/* The entries of one linear table of count STEs. */
static int scan_table(struct stream_run *run, const struct smmu_model *model, struct smmu_pa table,
		      uint64_t first, uint64_t count, uint64_t *budget)
{
	for (uint64_t i = 0; i < count; i++) {
		struct smmu_pa pa = {table.pa + i * SMMU_STE_BYTES, table.pas};
		struct smmu_ste ste;
		int stop = 0;

		if (!take_step(budget))
			return SMMU_E_LIMIT;
		if (!smmu_mem_exists(model->mem, pa, 1)) {
			/* To the next page: it holds up to 64 entries. */
			i |= ENTRIES_A_PAGE - 1;
			continue;
		}
		if (read_words(ste.word, model->mem, pa, SMMU_STE_WORDS) && smmu_ste_V(&ste))
			stop = add_stream(run, (uint32_t)(first + i), &ste, pa);
		if (stop)
			return stop;
	}
	return 0;
}

static int scan_two_level(struct stream_run *run, const struct smmu_model *model, uint64_t *budget)
{
	const struct smmu_derived *now = &model->iface[SMMU_SEC_NS].now;
	unsigned split = now->log2size < now->split ? now->log2size : now->split;
	uint64_t count = smmu_pow2(now->log2size - split);

	for (uint64_t i = 0; i < count; i++) {
		struct smmu_pa pa = {now->strtab + i * SMMU_L1STD_BYTES,
				     model->iface[SMMU_SEC_NS].bank.pas};
		struct smmu_l1std l1std;
		unsigned span;
		int stop;

		if (!take_step(budget))
			return SMMU_E_LIMIT;
		if (!read_words(l1std.word, model->mem, pa, SMMU_L1STD_WORDS))
			continue;
		span = (unsigned)smmu_l1std_Span(&l1std);
		if (span == 0 || span > now->split + 1u)
			continue;
		pa.pa = smmu_align_down_log2(smmu_l1std_L2Ptr(&l1std), span - 1 + 6);
		stop = scan_table(run, model, pa, i << now->split,
				  smmu_pow2(span - 1 < split ? span - 1 : split), budget);
		if (stop)
			return stop;
	}
	return 0;
}

int smmu_reach_streams(struct smmu_model *model, uint64_t *budget,
		       int (*visit)(void *ctx, const struct smmu_reach_streams *streams), void *ctx)
{
	const struct smmu_derived *now = &model->iface[SMMU_SEC_NS].now;
	struct stream_run run = {.visit = visit, .ctx = ctx};
	int stop;

	if (!now->enabled)
		return 0;
	stop = now->two_level ? scan_two_level(&run, model, budget)
			      : scan_table(&run, model,
					   (struct smmu_pa){now->strtab,
							    model->iface[SMMU_SEC_NS].bank.pas},
					   0, smmu_pow2(now->log2size), budget);
	return stop ? stop : flush_run(&run);
}

/* Whether a page starts at pa and holds nothing: as many CDs that are not valid. */
static bool is_empty_page(const struct smmu_model *model, struct smmu_pa pa)
{
	const uint8_t *page;

	if (!smmu_is_aligned_log2(pa.pa, SMMU_MEM_PAGE_LOG2))
		return false;
	page = smmu_mem_page(model->mem, pa);
	return !page || (page[0] == 0 && !memcmp(page, page + 1, SMMU_MEM_PAGE_SIZE - 1));
}

/*
 * Whether what found says of one substream holds for all whose CDs share its
 * 4 KiB: no leaf table (of 64 CDs at least), no memory, no CDs, or stage 2.
 */
static bool is_gap(const struct smmu_model *model, const struct smmu_reach_config *found)
{
	if (found->has_cd)
		return is_empty_page(model, found->cd_pa);
	if (found->event == SMMU_EVT_F_CD_FETCH && found->blame.where == SMMU_STRUCT_CD)
		return is_empty_page(model, found->blame.pa);
	return found->blame.where == SMMU_STRUCT_L1CD || found->blame.stage == 2;
}

/* Substreams: the CD table is walked as a transaction with each SubstreamID would. */
int smmu_reach_substreams(struct smmu_model *model, uint32_t stream, uint64_t *budget,
			  int (*visit)(void *ctx, uint32_t substream), void *ctx)
{
	struct smmu_txn txn = {.stream = stream, .size = 1};
	struct smmu_reach_config found;
	uint64_t count;

	smmu_reach_configure(&found, model, &txn);
	if (!found.has_ste || !(smmu_ste_Config(&found.ste) & 1) ||
	    !(smmu_ste_Config(&found.ste) & SMMU_STE_CONFIG_BYPASS))
		return 0;
	/*
	 * What is wrong with the STE is wrong for all substreams, and without
	 * substreams S1CDMax is ignored (5.2): it may claim 2^31 of them.
	 */
	if (found.event == SMMU_EVT_C_BAD_STE || !smmu_ssid_bits(smmu_model_ids(model)))
		return 0;
	count = smmu_pow2((unsigned)smmu_ste_S1CDMax(&found.ste));
	txn.ssv = true;
	for (uint64_t i = 0; i < count && smmu_ste_S1CDMax(&found.ste) > 0; i++) {
		int stop = 0;

		if (!take_step(budget))
			return SMMU_E_LIMIT;
		txn.substream = (uint32_t)i;
		smmu_reach_configure(&found, model, &txn);
		if (found.has_cd && smmu_cd_V(&found.cd))
			stop = visit(ctx, txn.substream);
		else if (is_gap(model, &found))
			i |= ENTRIES_A_PAGE - 1;
		if (stop)
			return stop;
	}
	return 0;
}

static enum smmu_status status_of(const struct smmu_walk *w)
{
	return w->fault.type ? SMMU_STATUS_FAULT : SMMU_STATUS_ABORT;
}

void smmu_reach_configure(struct smmu_reach_config *out, struct smmu_model *model,
			  const struct smmu_txn *txn)
{
	struct smmu_config config;
	struct smmu_result result;
	struct smmu_walk w = start(model, txn, &result);
	int failed = configure(&w, &config);

	*out = (struct smmu_reach_config){
		.status = failed ? status_of(&w) : SMMU_STATUS_OK,
		.event = w.fault.type,
		.blame = result.blame,
		.has_ste = config.ste_pa.pa != 0 || config.ste.word[0] != 0,
		.has_cd = config.s1 && (config.cd_pa.pa != 0 || config.cd.word[0] != 0),
		.ste = config.ste,
		.cd = config.cd,
		.ste_pa = config.ste_pa,
		.cd_pa = config.cd_pa,
		.s1 = !failed && config.s1,
		.s2 = !failed && config.s2,
	};
	if (out->s1)
		out->granule_log2[0] = config.stage1.tt[0].granule_log2;
	if (out->s2)
		out->granule_log2[1] = config.stage2.tt.granule_log2;
}

/* Bytes of input that a fault of a table walk concerns: what the entry to blame maps. */
static unsigned blamed_log2(const struct smmu_walk *w, const struct smmu_tt *tt)
{
	int level = w->result->blame.level;

	if (w->result->blame.where != SMMU_STRUCT_S1_DESC &&
	    w->result->blame.where != SMMU_STRUCT_S2_DESC)
		return tt->ia_bits;
	return tt->initial[level - tt->initial_level].size_log2;
}

/* Faults at a final descriptor, or at a table that stage 2 hides: mapped, and does not work. */
static bool is_mapped(const struct smmu_walk *w)
{
	if (w->fault.s2 && w->fault.class == SMMU_EVT_CLASS_TT)
		return true;
	return w->fault.type == SMMU_EVT_F_ACCESS || w->fault.type == SMMU_EVT_F_ADDR_SIZE ||
	       w->fault.type == SMMU_EVT_F_WALK_EABT || w->fault.type == SMMU_EVT_F_PERMISSION;
}

/*
 * One address: *size_log2 is the aligned range around it that behaves alike.
 * 1 when something is to be told of it, 0 for a gap.
 */
static int look(struct smmu_reach_map *map, unsigned *size_log2, struct smmu_walk *w,
		const struct smmu_tt *tt)
{
	struct smmu_leaf first = {
		.oa = w->txn->address, .pas = w->config->bypass, .perm = SMMU_PERM_ALL};
	struct smmu_leaf second;
	const struct smmu_config *config = w->config;
	bool failed = config->s1 && smmu_stage1_walk(w, &first);

	/* Where no table was read for it, all of the input is alike. */
	*size_log2 = first.size_log2 ? first.size_log2 : tt->ia_bits;
	map->ipa = first.oa;
	if (!failed && config->s2) {
		unsigned log2;

		failed = smmu_stage2_walk(w, &second, (struct smmu_pa){first.oa, first.pas}, 0,
					  SMMU_EVT_CLASS_IN);
		log2 = failed ? blamed_log2(w, &config->stage2.tt) : second.size_log2;
		*size_log2 = log2 < *size_log2 ? log2 : *size_log2;
		map->desc[1] = failed ? 0 : second.desc;
		map->desc_pa[1] = second.pa;
		map->level[1] = second.level;
		map->pa = (struct smmu_pa){second.oa, second.pas};
		map->perm = first.perm & second.perm;
	} else if (!failed) {
		map->pa = (struct smmu_pa){first.oa, first.pas};
		map->perm = first.perm;
	}
	map->desc[0] = config->s1 && !w->fault.type ? first.desc : 0;
	map->desc_pa[0] = first.pa;
	map->level[0] = first.level;
	map->status = failed ? status_of(w) : SMMU_STATUS_OK;
	map->event = w->fault.type;
	map->blame = w->result->blame;
	return failed ? is_mapped(w) : 1;
}

struct map_visit {
	int (*visit)(void *ctx, const struct smmu_reach_map *map);
	void *ctx;
	bool runs;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * How many leaves of a single stage go on after map as it does: the next
 * descriptors are its own with the next addresses.  Within 4 GiB of output,
 * so that all of them are within the output size or none (3.4), and at most
 * most of them.
 */
static uint64_t count_run(const struct smmu_model *model, const struct smmu_config *config,
			  const struct smmu_reach_map *map, uint64_t most)
{
	unsigned stage = config->s1 ? 0 : 1;
	const struct smmu_tt *tt = config->s1 ? &config->stage1.tt[0] : &config->stage2.tt;
	struct smmu_pa at = map->desc_pa[stage];
	uint64_t step = map->last - map->input + 1, desc = map->desc[stage], count = 0;
	uint64_t offset = smmu_bits(at.pa, 0, SMMU_MEM_PAGE_LOG2);
	struct smmu_pa start = {at.pa - offset, at.pas};
	const uint8_t *entry;

	if (map->status != SMMU_STATUS_OK || (config->s1 && config->s2) || tt->wide ||
	    tt->big_endian || !smmu_mem_exists(model->mem, start, SMMU_MEM_PAGE_SIZE))
		return 0;
	most = least(most, (SMMU_MEM_PAGE_SIZE - offset) / 8 - 1);
	most = least(most, smmu_ones(32) / step - smmu_bits(map->pa.pa, 0, 32) / step);
	entry = smmu_mem_page(model->mem, at) + offset;
	while (count < most && smmu_ld64le(entry + 8 * (count + 1)) == desc + step * (count + 1))
		count++;
	return count;
}

/* The input addresses of one table: ia_bits of them from base on. */
static int scan_input(struct smmu_model *model, const struct smmu_txn *txn,
		      const struct smmu_config *config, const struct smmu_tt *tt, uint64_t base,
		      uint64_t *budget, const struct map_visit *to)
{
	uint64_t last = base + smmu_ones(tt->ia_bits);
	struct smmu_txn at = *txn;
	uint64_t next;

	for (at.address = base;; at.address = next) {
		struct smmu_reach_map map = {.input = at.address,
					     .leaves = 1,
					     .pa = {0, model->iface[SMMU_SEC_NS].bank.pas}};
		struct smmu_result result;
		struct smmu_walk w = start(model, &at, &result);
		unsigned size_log2;
		int stop;

		if (!take_step(budget))
			return SMMU_E_LIMIT;
		w.config = config;
		stop = look(&map, &size_log2, &w, tt);
		map.last = at.address | smmu_ones(size_log2);
		if (map.last > last || map.last < at.address)
			map.last = last;
		if (stop && to->runs && map.last < last) {
			uint64_t size = map.last - map.input + 1;
			uint64_t more = count_run(model, config, &map, (last - map.last) / size);

			map.last += more * size;
			map.leaves += more;
			*budget -= least(*budget, more / RUN_STEP);
		}
		stop = stop ? to->visit(to->ctx, &map) : 0;
		if (stop || map.last == last)
			return stop;
		next = map.last + 1;
	}
}

static int scan(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		const struct map_visit *to)
{
	struct smmu_config config;
	struct smmu_result result;
	struct smmu_walk w = start(model, txn, &result);
	int stop = 0;

	if (configure(&w, &config) || (!config.s1 && !config.s2))
		return 0;
	if (!config.s1)
		return scan_input(model, txn, &config, &config.stage2.tt, 0, budget, to);
	for (unsigned n = 0; n < 2 && stop == 0; n++) {
		const struct smmu_tt *tt = &config.stage1.tt[n];
		uint64_t base = n == 0		     ? 0
				: config.stage1.lpae ? smmu_ones(32) & ~smmu_ones(tt->ia_bits)
						     : ~smmu_ones(tt->ia_bits);

		if (!tt->absent && !tt->disabled)
			stop = scan_input(model, txn, &config, tt, base, budget, to);
	}
	return stop;
}

int smmu_reach_maps(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		    int (*visit)(void *ctx, const struct smmu_reach_map *map), void *ctx)
{
	return scan(model, txn, budget, &(struct map_visit){visit, ctx, false});
}

int smmu_reach_runs(struct smmu_model *model, const struct smmu_txn *txn, uint64_t *budget,
		    int (*visit)(void *ctx, const struct smmu_reach_map *map), void *ctx)
{
	return scan(model, txn, budget, &(struct map_visit){visit, ctx, true});
}
