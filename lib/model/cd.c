/*
 * From a SubstreamID to a legal CD, or to none.  IHI 0070 G.b 3.3.2, 5.2
 * S1DSS and S1Fmt, 5.3, 5.4, 3.4.3, 7.3.7, 7.3.9 - 7.3.11.
 */
#include "model/cache_priv.h"
#include "spec/l1cd.h"
#include "spec/rule.h"

/* An address to read from and, under stage 2, the IPA it was. */
struct place {
	struct smmu_pa pa;
	uint64_t ipa;
};

static int bad_substream(struct smmu_walk *w, const struct smmu_config *config,
			 enum smmu_reason reason, const char *field)
{
	smmu_walk_blame(w, SMMU_EVT_C_BAD_SUBSTREAMID, reason, SMMU_STRUCT_STE, config->ste_pa,
			field);
	w->fault.substream = w->txn->ssv ? w->txn->substream : 0;
	return 1;
}

static int disabled(struct smmu_walk *w, const struct smmu_config *config, enum smmu_reason reason)
{
	return smmu_walk_blame(w, SMMU_EVT_F_STREAM_DISABLED, reason, SMMU_STRUCT_STE,
			       config->ste_pa, "S1DSS");
}

/*
 * What the STE says of this transaction's having or lacking a SubstreamID:
 * 7.3.9 before 7.3.7.  Clears config->s1 when S1DSS bypasses stage 1.
 */
static int substream_rules(struct smmu_walk *w, struct smmu_config *config)
{
	unsigned ssid_bits = smmu_ssid_bits(&w->model->ids);
	unsigned s1cdmax = ssid_bits ? (unsigned)smmu_ste_S1CDMax(&config->ste) : 0;
	uint64_t s1dss = smmu_ste_S1DSS(&config->ste);

	if (w->txn->ssv) {
		if (!ssid_bits) {
			bad_substream(w, config, SMMU_REASON_SUBSTREAM_UNSUPPORTED, "SSIDSIZE");
			w->result->blame.where = SMMU_STRUCT_REGISTER;
			w->result->blame.pa = (struct smmu_pa){0};
			return 1;
		}
		if (!config->s1)
			return bad_substream(w, config, SMMU_REASON_SUBSTREAM_WITHOUT_S1, "Config");
		if (!s1cdmax)
			return bad_substream(w, config, SMMU_REASON_SUBSTREAM_DISABLED, "S1CDMax");
		if (!smmu_bits_fit(w->txn->substream, s1cdmax))
			return bad_substream(w, config, SMMU_REASON_SUBSTREAM_OUT_OF_RANGE,
					     "S1CDMax");
		if (w->txn->substream == 0 && s1dss == SMMU_STE_S1DSS_SSID0)
			return disabled(w, config, SMMU_REASON_SUBSTREAM_ZERO);
		return 0;
	}
	if (!config->s1 || !s1cdmax)
		return 0;
	if (s1dss == SMMU_STE_S1DSS_BYPASS) {
		config->s1 = false;
		config->s1_skipped = true;
		return 0;
	}
	/* 0b11 is reserved and behaves as 0b00. */
	return s1dss == SMMU_STE_S1DSS_SSID0 ? 0
					     : disabled(w, config, SMMU_REASON_SUBSTREAM_MISSING);
}

/* Turns the address of a CD or L1CD into a PA: through stage 2 where that translates. */
static int resolve(struct smmu_walk *w, struct place *place, uint64_t address)
{
	struct smmu_leaf leaf;

	place->ipa = address;
	place->pa = (struct smmu_pa){address, w->iface->bank.pas};
	if (!w->config->s2)
		return 0;
	if (smmu_stage2_walk(w, &leaf, place->pa, SMMU_PERM_PR, SMMU_EVT_CLASS_CD))
		return 1;
	place->pa = (struct smmu_pa){leaf.oa, leaf.pas};
	w->assured &= leaf.assured_only;
	return 0;
}

static int fetch_abort(struct smmu_walk *w, enum smmu_reason reason, enum smmu_struct_kind where,
		       const struct place *place)
{
	smmu_walk_blame(w, SMMU_EVT_F_CD_FETCH, reason, where, place->pa, NULL);
	w->fault.fetch = place->pa.pa;
	w->result->blame.ipa = w->config->s2 ? place->ipa : 0;
	return 1;
}

/* Reads a CD or L1CD at that address. */
static int fetch(struct smmu_walk *w, struct smmu_step *step, uint64_t address, unsigned words)
{
	bool l1cd = step->kind == SMMU_STRUCT_L1CD;
	struct place place;

	if (resolve(w, &place, address))
		return 1;
	step->ipa = place.ipa;
	if (smmu_walk_read(w, step, place.pa, words))
		return 0;
	return fetch_abort(w, l1cd ? SMMU_REASON_L1CD_ABORT : SMMU_REASON_CD_ABORT, step->kind,
			   &place);
}

static int l1cd_fault(struct smmu_walk *w, const struct smmu_config *config,
		      enum smmu_reason reason, const struct place *place, const char *field)
{
	bad_substream(w, config, reason, field);
	w->result->blame.where = SMMU_STRUCT_L1CD;
	w->result->blame.pa = place->pa;
	w->result->blame.ipa = config->s2 ? place->ipa : 0;
	return 1;
}

/* 3.27.2: caches do not tell whether a CD was in AssuredOnly memory: where it counts, ask stage 2.
 */
static bool look_up(struct smmu_walk *w, struct smmu_step *step)
{
	bool asks = w->config->s2 && w->config->stage2.hardened;

	return !asks && smmu_cached_structure(w, step);
}

/* Through the L1CD to the second-level table; index is that of the CD. */
static int second_level(struct smmu_walk *w, uint64_t *address, const struct smmu_config *config,
			uint32_t substream, unsigned leaf_log2)
{
	unsigned s1cdmax = (unsigned)smmu_ste_S1CDMax(&config->ste);
	unsigned l1_bits = s1cdmax > leaf_log2 ? s1cdmax - leaf_log2 : 0;
	/* 5.2 S1Fmt: aligned to its size or to 64 bytes; RES0 bits count as 0. */
	uint64_t table = smmu_align_down_log2(smmu_ste_S1ContextPtr(&config->ste), l1_bits + 3);
	struct smmu_step step = {.kind = SMMU_STRUCT_L1CD,
				 .input = substream,
				 .index = substream >> leaf_log2,
				 .ipa_valid = config->s2};
	unsigned size = config->s2 ? w->iface->now.ias_bits : w->iface->now.oas_bits;
	struct smmu_l1cd l1cd;
	struct place place;

	if (!look_up(w, &step) &&
	    fetch(w, &step, table + step.index * SMMU_L1CD_BYTES, SMMU_L1CD_WORDS))
		return 1;
	place = (struct place){step.pa, step.ipa};
	l1cd.word[0] = step.word[0];
	if (!smmu_l1cd_V(&l1cd))
		return l1cd_fault(w, config, SMMU_REASON_L1CD_INVALID, &place, "V");
	/*
	 * 3.4.3 notes 3 and 4, CONSTRAINED UNPREDICTABLE: C_BAD_SUBSTREAMID with
	 * and without stage 2, and for SMMUv3.0 too.
	 */
	if (!smmu_bits_fit(smmu_l1cd_L2Ptr(&l1cd), size))
		return l1cd_fault(w, config, SMMU_REASON_L1CD_ADDRESS_SIZE, &place, "L2Ptr");
	/* A leaf table is aligned to its size. */
	*address = smmu_align_down_log2(smmu_l1cd_L2Ptr(&l1cd), leaf_log2 + 6) +
		   smmu_bits(substream, 0, leaf_log2) * SMMU_CD_BYTES;
	return 0;
}

/* The address of the CD, by S1Fmt. */
static int locate(struct smmu_walk *w, uint64_t *address, const struct smmu_config *config,
		  uint32_t substream)
{
	uint64_t base = smmu_ste_S1ContextPtr(&config->ste);
	unsigned s1cdmax = (unsigned)smmu_ste_S1CDMax(&config->ste);

	if (!smmu_ssid_bits(&w->model->ids) || !s1cdmax) {
		*address = base;
		return 0;
	}
	switch (smmu_ste_S1Fmt(&config->ste)) {
	case SMMU_STE_S1FMT_4K:
		return second_level(w, address, config, substream, 6);
	case SMMU_STE_S1FMT_64K:
		return second_level(w, address, config, substream, 10);
	default: /* linear; 0b11 is reserved and behaves so */
		*address = smmu_align_down_log2(base, s1cdmax + 6) +
			   (uint64_t)substream * SMMU_CD_BYTES;
		return 0;
	}
}

static int cd_fault(struct smmu_walk *w, const struct smmu_config *config, enum smmu_reason reason,
		    const char *field)
{
	smmu_walk_blame(w, SMMU_EVT_C_BAD_CD, reason, SMMU_STRUCT_CD, config->cd_pa, field);
	w->result->blame.ipa = config->s2 ? config->cd_ipa : 0;
	return 1;
}

static int check_legal(struct smmu_walk *w, const struct smmu_config *config)
{
	const struct smmu_rule *rule;

	if (!smmu_cd_V(&config->cd))
		return cd_fault(w, config, SMMU_REASON_CD_INVALID, "V");
	rule = smmu_cd_illegal(&config->cd, &config->ste, &w->iface->legal);
	if (!rule)
		return 0;
	cd_fault(w, config, SMMU_REASON_CD_ILLEGAL, NULL);
	smmu_walk_blame_rule(w, rule, &smmu_cd_format);
	return 1;
}

int smmu_cd_fetch(struct smmu_walk *w, struct smmu_config *config)
{
	uint32_t substream = w->txn->ssv ? w->txn->substream : 0;
	struct smmu_step step = {.kind = SMMU_STRUCT_CD,
				 .input = substream,
				 .index = substream,
				 .ipa_valid = config->s2};
	uint64_t address;

	if (substream_rules(w, config))
		return 1;
	if (!config->s1)
		return 0;
	/* A cached CD is found by its number, without the L1CD. */
	w->assured = true;
	if (!look_up(w, &step) &&
	    (locate(w, &address, config, substream) || fetch(w, &step, address, SMMU_CD_WORDS)))
		return 1;
	config->cd_pa = step.pa;
	config->cd_ipa = step.ipa;
	config->cd_assured = w->assured;
	for (unsigned i = 0; i < SMMU_CD_WORDS; i++)
		config->cd.word[i] = step.word[i];
	if (check_legal(w, config))
		return 1;
	smmu_config_cd(config, &w->iface->legal);
	return smmu_vms_fetch(w, config);
}
