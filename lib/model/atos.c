/*
 * Address translation operations.  IHI 0070 G.b chapter 9, 6.3.37 - 6.3.40,
 * 6.3.44, 6.3.83 - 6.3.86, 6.3.90, 6.3.99 - 6.3.106.
 *
 * IMPDEF: a request neither uses nor fills caches, so that its result is never
 * stale; with HTTUI nothing at all is updated.
 */
#include "model/program_priv.h"
#include "model/walk_priv.h"
#include "spec/effective.h"

/* Codes of 9.1.5 that are no events. */
enum { INV_REQ = 0xff, INV_STAGE = 0xfe, INTERNAL_ERR = 0xfd };

/* One group of registers. */
struct group {
	enum smmu_reg ctrl, sid, addr, par, sel;
	enum smmu_sec sec; /* whose interface it belongs to */
	bool vatos;
};

static const struct group groups[] = {
	{SMMU_REG_GATOS_CTRL, SMMU_REG_GATOS_SID, SMMU_REG_GATOS_ADDR, SMMU_REG_GATOS_PAR,
	 SMMU_REG_COUNT, SMMU_SEC_NS, false},
	{SMMU_REG_S_GATOS_CTRL, SMMU_REG_S_GATOS_SID, SMMU_REG_S_GATOS_ADDR, SMMU_REG_S_GATOS_PAR,
	 SMMU_REG_COUNT, SMMU_SEC_S, false},
	{SMMU_REG_VATOS_CTRL, SMMU_REG_VATOS_SID, SMMU_REG_VATOS_ADDR, SMMU_REG_VATOS_PAR,
	 SMMU_REG_VATOS_SEL, SMMU_SEC_NS, true},
	{SMMU_REG_S_VATOS_CTRL, SMMU_REG_S_VATOS_SID, SMMU_REG_S_VATOS_ADDR, SMMU_REG_S_VATOS_PAR,
	 SMMU_REG_S_VATOS_SEL, SMMU_SEC_S, true},
};

/* A request under way, and how it ended. */
struct request {
	const struct group *group;
	uint64_t type; /* SMMU_ATOS_TYPE_* */
	struct smmu_txn txn;
	uint64_t code; /* FAULTCODE; 0: no fault */
};

static struct request request_of(const struct smmu_model *m, const struct group *g)
{
	uint64_t sid = m->regs[g->sid], addr = m->regs[g->addr];
	bool read = smmu_ATOS_ADDR_RnW(addr);
	struct request r = {
		.group = g,
		.type = smmu_ATOS_ADDR_TYPE(addr),
		.txn = {.address = smmu_ATOS_ADDR_ADDR(addr),
			.size = 1,
			.stream = (uint32_t)smmu_ATOS_SID_STREAMID(sid),
			.ssv = smmu_ATOS_SID_SSID_VALID(sid) && smmu_ssid_bits(&m->ids),
			.substream = (uint32_t)smmu_ATOS_SID_SUBSTREAMID(sid),
			.read = read,
			.write = !read,
			.privileged = smmu_ATOS_ADDR_PnU(addr),
			.instruction = read && smmu_ATOS_ADDR_InD(addr),
			.alloc = SMMU_ALLOC_NONE_SUPPLIED,
			.sec = g->sec},
	};

	if (g->sec == SMMU_SEC_S && !g->vatos && !smmu_S_GATOS_SID_SSEC(sid))
		r.txn.sec = SMMU_SEC_NS;
	if (r.txn.sec == SMMU_SEC_S) {
		r.txn.ns_supplied = true;
		r.txn.ns = smmu_S_IDR1_SEL2(m->ids.s_idr[1]) && smmu_S_GATOS_ADDR_NS(addr);
	}
	return r;
}

/* 9.1.3: what no stream could have made right. */
static bool is_malformed(const struct smmu_model *m, const struct request *r)
{
	bool s1 = smmu_IDR0_S1P(m->ids.idr[0]), s2 = smmu_IDR0_S2P(m->ids.idr[0]);

	switch (r->type) {
	case SMMU_ATOS_TYPE_S1:
		return !s1;
	case SMMU_ATOS_TYPE_S2:
		return r->group->vatos || !s2 || r->txn.ssv;
	case SMMU_ATOS_TYPE_NESTED:
		return r->group->vatos || !s1 || !s2;
	default:
		return true;
	}
}

/* Accesses as ATOS_ADDR says them: no override of the STE counts. */
static uint8_t need_of(const struct smmu_txn *txn)
{
	unsigned need = txn->write ? SMMU_PERM_PW : txn->instruction ? SMMU_PERM_PX : SMMU_PERM_PR;

	return (uint8_t)(txn->privileged ? need : need << SMMU_PERM_UNPRIV_SHIFT);
}

/* Reads the STE; attributes and spaces are those of the tables, not its overrides. */
static bool fetch_stream(struct request *r, struct smmu_walk *w, struct smmu_config *config)
{
	bool failed = smmu_stream_fetch(w, config) != 0;
	bool aborting = failed && w->result->blame.reason == SMMU_REASON_STREAM_ABORT;

	if (failed && !aborting) {
		/* Without RECINVSID there is no event, but there is a code. */
		r->code = w->fault.type ? w->fault.type : SMMU_EVT_C_BAD_STREAMID;
		return false;
	}
	if (aborting)
		config->s1 = config->s2 = false;
	config->attr.memory = smmu_attr_of_incoming(0);
	config->nosnoop = false;
	config->bypass = w->iface->bank.pas == SMMU_PAS_S && !r->txn.ns ? SMMU_PAS_S : SMMU_PAS_NS;
	w->config = config;
	w->need = need_of(&r->txn);
	return true;
}

/* 9.1.6: a VATOS page sees the streams that tag with its VMID. */
static bool is_in_scope(const struct smmu_walk *w, const struct request *r)
{
	const struct smmu_config *c = w->config;
	uint64_t vmid = smmu_ste_S2VMID(&c->ste);
	bool el1 = c->world == SMMU_SW_NS_EL1 || c->world == SMMU_SW_S_EL1;

	if (r->txn.sec == SMMU_SEC_S && !c->s2)
		vmid = 0;
	return el1 && (c->s1 || c->s2) &&
	       vmid == smmu_VATOS_SEL_VMID(w->model->regs[r->group->sel]);
}

/* Whether the stages asked for are those that STE.Config has translate. */
static bool has_stages(const struct smmu_config *c, uint64_t type)
{
	return (type == SMMU_ATOS_TYPE_S2 || c->s1) && (type == SMMU_ATOS_TYPE_S1 || c->s2);
}

/* The stages asked for; false after a fault, which w and r say. */
static bool translate(struct request *r, struct smmu_walk *w, struct smmu_config *config,
		      struct smmu_leaf *leaf)
{
	bool failed;

	if (r->type == SMMU_ATOS_TYPE_S2)
		config->s1 = false;
	else if (smmu_cd_fetch(w, config))
		goto fault;
	failed = r->type == SMMU_ATOS_TYPE_S1 ? smmu_walk_stage1(w, leaf)
					      : smmu_walk_translate(w, leaf);
	if (!failed)
		return true;
fault:
	r->code = w->fault.type;
	return false;
}

static bool run(struct request *r, struct smmu_walk *w, struct smmu_config *config,
		struct smmu_leaf *leaf)
{
	if (is_malformed(w->model, r)) {
		r->code = INV_REQ;
		return false;
	}
	/* 9.1.1: a Secure request may find the Non-secure interface off. */
	if (!w->iface->now.enabled) {
		r->code = INTERNAL_ERR;
		return false;
	}
	if (!fetch_stream(r, w, config))
		return false;
	if (r->group->vatos && !is_in_scope(w, r)) {
		r->code = SMMU_EVT_C_BAD_STE;
		return false;
	}
	if (!has_stages(config, r->type)) {
		r->code = INV_STAGE;
		return false;
	}
	return translate(r, w, config, leaf);
}

/* RW of one half of a MAIR byte. */
static unsigned mair_hints(unsigned level)
{
	return (level & SMMU_ATTR_RA ? 2u : 0u) | (level & SMMU_ATTR_WA ? 1u : 0u);
}

/* A half of a MAIR byte: 0b0100, or {WT 0b10, WB 0b11} RW, and 0b00, 0b01 where Transient. */
static unsigned mair_half(unsigned level)
{
	unsigned kind = level & SMMU_ATTR_KIND;

	if (kind == SMMU_ATTR_NC)
		return 4;
	return (kind == SMMU_ATTR_WB ? 4u : 0u) | (level & SMMU_ATTR_TR ? 0u : 8u) |
	       mair_hints(level);
}

static unsigned mair_of(unsigned memory)
{
	if (smmu_memory_rank(memory) != SMMU_MEM_NORMAL_RANK)
		return smmu_memory_rank(memory) << 2;
	return mair_half(smmu_memory_outer(memory)) << 4 | mair_half(smmu_memory_inner(memory));
}

/* IMPDEF: the size of what bypasses stage 1 is that of the smallest granule. */
static unsigned size_log2(const struct smmu_walk *w, const struct smmu_leaf *leaf)
{
	const struct smmu_ids *ids = &w->model->ids;
	bool bypass = !w->config->s1 && leaf->size_log2 == w->iface->now.oas_bits;

	if (!bypass)
		return leaf->size_log2;
	return smmu_ids_has_granule(ids, SMMU_GRANULE_4K)    ? 12
	       : smmu_ids_has_granule(ids, SMMU_GRANULE_16K) ? 14
							     : 16;
}

/* 6.3.40: the size stands as the lowest 1 of the address. */
static uint64_t success(const struct smmu_walk *w, const struct smmu_leaf *leaf)
{
	uint16_t memory = smmu_attr_final(leaf->memory, false);
	unsigned bits = size_log2(w, leaf);
	uint64_t oa = smmu_align_down_log2(smmu_bits(leaf->oa, 0, w->iface->now.oas_bits), bits);
	uint64_t par = smmu_ATOS_PAR_set_ATTR(0, mair_of(memory));

	if (bits > 12) {
		oa |= smmu_pow2(bits - 1);
		par = smmu_ATOS_PAR_set_Size(par, 1);
	}
	if (w->txn->sec == SMMU_SEC_S)
		par = smmu_ATOS_PAR_set_NS(par, leaf->pas == SMMU_PAS_NS);
	par = smmu_ATOS_PAR_set_SH(par, smmu_memory_sh(memory));
	return smmu_ATOS_PAR_set_ADDR(par, oa);
}

/* 9.1.4: a stage 2 fault that only stage 1 was asked about is an abort of its fetch. */
static uint64_t code_of(const struct request *r, const struct smmu_fault *fault)
{
	if (r->type != SMMU_ATOS_TYPE_S1 || !fault->s2)
		return r->code;
	return fault->class == SMMU_EVT_CLASS_CD ? SMMU_EVT_F_CD_FETCH : SMMU_EVT_F_WALK_EABT;
}

/* Class of activity; with TYPE S2 everything but a stage 1 Address Size fault is IN. */
static uint64_t reason_of(const struct request *r, const struct smmu_fault *fault)
{
	if (r->code == INV_REQ || r->code == INV_STAGE || r->type == SMMU_ATOS_TYPE_S1)
		return SMMU_PAR_REASON_S1;
	if (r->type == SMMU_ATOS_TYPE_S2)
		return r->code == SMMU_EVT_F_ADDR_SIZE && !fault->s2 ? SMMU_PAR_REASON_S1
								     : SMMU_PAR_REASON_IN;
	if (!fault->s2)
		return SMMU_PAR_REASON_S1;
	switch (fault->class) {
	case SMMU_EVT_CLASS_CD:
		return SMMU_PAR_REASON_CD;
	case SMMU_EVT_CLASS_TT:
		return SMMU_PAR_REASON_TT;
	default:
		return SMMU_PAR_REASON_IN;
	}
}

static uint64_t failure(const struct request *r, const struct smmu_walk *w)
{
	const struct smmu_fault *fault = &w->fault;
	uint64_t par = smmu_ATOS_PAR_set_FAULT(0, 1);

	par = smmu_ATOS_PAR_set_FAULTCODE(par, code_of(r, fault));
	par = smmu_ATOS_PAR_set_REASON(par, reason_of(r, fault));
	/* FADDR: the IPA of a translation-related fault of stage 2 under stage 1. */
	if (r->type != SMMU_ATOS_TYPE_NESTED || !fault->s2 || fault->type == SMMU_EVT_F_WALK_EABT)
		return par;
	if (r->txn.sec == SMMU_SEC_S)
		par = smmu_ATOS_PAR_set_NSIPA(par, fault->ipa_pas == SMMU_PAS_NS);
	return smmu_ATOS_PAR_set_FADDR(par, smmu_bits(fault->ipa, 0, w->iface->now.oas_bits));
}

static int perform(struct smmu_reply *reply, struct smmu_model *m, const struct group *g)
{
	struct request r = request_of(m, g);
	struct smmu_result result = {0};
	struct smmu_config config = {0};
	struct smmu_leaf leaf = {0};
	struct smmu_walk w = {.model = m,
			      .txn = &r.txn,
			      .result = &result,
			      .iface = &m->iface[r.txn.sec],
			      .probe = smmu_ATOS_ADDR_HTTUI(m->regs[g->addr])};

	m->regs[g->ctrl] = smmu_ATOS_CTRL_set_RUN(m->regs[g->ctrl], 0);
	/* 6.3.37: ignored while the SMMU is off, as SMMUv3.2 and later must. */
	if (!m->iface[g->sec].now.enabled)
		return 0;
	m->regs[g->par] = run(&r, &w, &config, &leaf) ? success(&w, &leaf) : failure(&r, &w);
	if (w.probe)
		return smmu_mem_error(m->mem);
	if (w.wrote)
		smmu_model_flush(m);
	reply->updates_count = result.updates_count;
	memcpy(reply->updates, result.updates, result.updates_count * sizeof(*result.updates));
	return smmu_mem_error(m->mem);
}

int smmu_atos_wrote(struct smmu_reply *reply, struct smmu_model *model, enum smmu_reg reg)
{
	for (size_t i = 0; i < SMMU_LEN(groups); i++)
		if (groups[i].ctrl == reg && smmu_ATOS_CTRL_RUN(model->regs[reg]))
			return perform(reply, model, &groups[i]);
	return 0;
}
