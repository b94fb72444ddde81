/*
 * From a StreamID to a legal STE.  IHI 0070 G.b 3.3.1, 5.1, 5.2, 6.3.24,
 * 6.3.25, 7.3.3 - 7.3.5.
 */
#include "model/cache_priv.h"
#include "spec/l1std.h"
#include "spec/rule.h"

/* 5.1 Span: what is larger is reserved. */
#define SPAN_MAX 11

/*
 * IMPDEF: an STE address beyond OAS is an F_STE_FETCH, not truncated (3.4.3
 * note 5): truncation would hide the mistake.
 */
static bool is_in_range(const struct smmu_walk *w, uint64_t pa)
{
	return smmu_bits_fit(pa, w->iface->now.oas_bits);
}

static int bad_stream(struct smmu_walk *w, enum smmu_reason reason, enum smmu_struct_kind where,
		      struct smmu_pa pa, const char *field)
{
	/* 7.3.3: the event is asked for by CR2.RECINVSID. */
	unsigned type = w->iface->now.recinvsid ? SMMU_EVT_C_BAD_STREAMID : 0;

	return smmu_walk_blame(w, type, reason, where, pa, field);
}

static int fetch_abort(struct smmu_walk *w, enum smmu_reason reason, enum smmu_struct_kind where,
		       struct smmu_pa pa)
{
	smmu_walk_blame(w, SMMU_EVT_F_STE_FETCH, reason, where, pa, NULL);
	w->fault.fetch = pa.pa;
	return 1;
}

/* The second-level table's STE: 5.1, 5.1.1, 7.3.3 condition 2. */
static int second_level(struct smmu_walk *w, struct smmu_pa *ste, struct smmu_pa l1std_pa,
			const struct smmu_l1std *l1std)
{
	unsigned span = (unsigned)smmu_l1std_Span(l1std);
	unsigned split = w->iface->now.split;
	uint64_t index = smmu_bits(w->txn->stream, 0, split);

	if (span == 0)
		return bad_stream(w, SMMU_REASON_L1STD_SPAN_ZERO, SMMU_STRUCT_L1STD, l1std_pa,
				  "Span");
	if (span > SPAN_MAX)
		return bad_stream(w, SMMU_REASON_L1STD_SPAN_RESERVED, SMMU_STRUCT_L1STD, l1std_pa,
				  "Span");
	if (span > split + 1)
		return bad_stream(w, SMMU_REASON_L1STD_SPAN_LARGE, SMMU_STRUCT_L1STD, l1std_pa,
				  "Span");
	if (!smmu_bits_fit(index, span - 1))
		return bad_stream(w, SMMU_REASON_STREAM_OUTSIDE_SPAN, SMMU_STRUCT_L1STD, l1std_pa,
				  "Span");
	/* 5.1 L2Ptr: bits [5 + Span - 1:0] count as 0. */
	ste->pa = smmu_align_down_log2(smmu_l1std_L2Ptr(l1std), span - 1 + 6) +
		  index * SMMU_STE_BYTES;
	return 0;
}

/* Where the STE is, through an L1STD if the table has two levels. */
static int locate(struct smmu_walk *w, struct smmu_pa *ste)
{
	const struct smmu_derived *now = &w->iface->now;
	uint32_t stream = w->txn->stream;
	struct smmu_pa pa = {now->strtab, w->iface->bank.pas};
	struct smmu_step step = {.kind = SMMU_STRUCT_L1STD, .input = stream};
	struct smmu_l1std l1std;

	ste->pas = pa.pas;
	if (!smmu_bits_fit(stream, now->log2size)) {
		bad_stream(w, SMMU_REASON_STREAM_OUT_OF_RANGE, SMMU_STRUCT_REGISTER,
			   (struct smmu_pa){0}, "LOG2SIZE");
		return 1;
	}
	if (!now->two_level) {
		ste->pa = now->strtab + (uint64_t)stream * SMMU_STE_BYTES;
		return 0;
	}
	step.index = stream >> now->split;
	pa.pa += step.index * SMMU_L1STD_BYTES;
	if (!smmu_cached_structure(w, &step)) {
		if (!is_in_range(w, pa.pa))
			return fetch_abort(w, SMMU_REASON_STE_ADDRESS_SIZE, SMMU_STRUCT_L1STD, pa);
		if (!smmu_walk_read(w, &step, pa, SMMU_L1STD_WORDS))
			return fetch_abort(w, SMMU_REASON_L1STD_ABORT, SMMU_STRUCT_L1STD, pa);
	}
	l1std.word[0] = step.word[0];
	return second_level(w, ste, step.pa, &l1std);
}

static int check_legal(struct smmu_walk *w, const struct smmu_config *config)
{
	const struct smmu_rule *rule;

	if (!smmu_ste_V(&config->ste))
		return smmu_walk_blame(w, SMMU_EVT_C_BAD_STE, SMMU_REASON_STE_INVALID,
				       SMMU_STRUCT_STE, config->ste_pa, "V");
	rule = smmu_ste_illegal(&config->ste, &w->iface->legal);
	if (!rule)
		return 0;
	smmu_walk_blame(w, SMMU_EVT_C_BAD_STE, SMMU_REASON_STE_ILLEGAL, SMMU_STRUCT_STE,
			config->ste_pa, NULL);
	smmu_walk_blame_rule(w, rule, &smmu_ste_format);
	return 1;
}

/* Reads the STE, wherever the Stream table has it. */
static int fetch(struct smmu_walk *w, struct smmu_step *step)
{
	struct smmu_pa pa = {0};

	if (locate(w, &pa))
		return 1;
	step->index = w->iface->now.two_level ? smmu_bits(step->input, 0, w->iface->now.split)
					      : step->input;
	if (!is_in_range(w, pa.pa))
		return fetch_abort(w, SMMU_REASON_STE_ADDRESS_SIZE, SMMU_STRUCT_STE, pa);
	if (!smmu_walk_read(w, step, pa, SMMU_STE_WORDS))
		return fetch_abort(w, SMMU_REASON_STE_ABORT, SMMU_STRUCT_STE, pa);
	return 0;
}

int smmu_stream_fetch(struct smmu_walk *w, struct smmu_config *config)
{
	struct smmu_step step = {.kind = SMMU_STRUCT_STE, .input = w->txn->stream};

	if (!smmu_cached_structure(w, &step) && fetch(w, &step))
		return 1;
	config->ste_pa = step.pa;
	for (unsigned i = 0; i < SMMU_STE_WORDS; i++)
		config->ste.word[i] = step.word[i];
	if (check_legal(w, config))
		return 1;
	/* 5.2 Config: 0b0xx ends without an event, whatever else is wrong. */
	if (!(smmu_ste_Config(&config->ste) & SMMU_STE_CONFIG_BYPASS))
		return smmu_walk_blame(w, 0, SMMU_REASON_STREAM_ABORT, SMMU_STRUCT_STE,
				       config->ste_pa, "Config");
	smmu_config_ste(config, &(struct smmu_config_in){
					.legal = &w->iface->legal,
					.txn = w->txn,
					.s2pii = w->model->regs[w->iface->bank.s2pii],
					.sif = w->iface->now.sif,
				});
	return 0;
}
