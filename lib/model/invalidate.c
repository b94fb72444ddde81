/*
 * What each invalidation makes the caches forget: exactly what it names, so
 * that a forgotten one shows.  IHI 0070 G.b 3.17, 4.3, 4.4, 6.3.9.1.
 */
#include "base/compiler.h"
#include "model/cache_priv.h"
#include "model/program_priv.h"
#include "spec/effective.h"

#define WORLD(name) (1u << SMMU_SW_##name)
#define WHAT(name)  (1u << SMMU_CACHED_##name)
#define STAGE1	    (WHAT(S1) | WHAT(S1S2))
#define STAGE2	    WHAT(S2)
#define STRUCTURES  (WHAT(L1STD) | WHAT(STE) | WHAT(L1CD) | WHAT(CD) | WHAT(VMS))

/* Which entries an invalidation concerns. */
struct scope {
	unsigned whats, worlds; /* sets */
	bool by_vmid, by_asid, by_address;
	bool with_global;     /* by_asid: global entries too, whatever their ASID */
	bool leaf;	      /* no Table descriptors */
	bool broadcast;	      /* from a PE: not what opted out (ASET) */
	uint8_t granule_log2; /* 0: any */
	int8_t level;	      /* of leaves; Table descriptors of those above; -1: any */
	bool wide;	      /* with level: 128-bit descriptors alone, else 64-bit ones */
	uint16_t vmid, vmid_mask, asid;
	uint64_t first, last;
	bool by_space; /* of an IPA */
	uint8_t space;
	/* Structures. */
	enum smmu_sec sec;
	uint64_t stream_first, stream_last;
};

static bool overlaps(const struct smmu_cache_tag *t, uint64_t first, uint64_t last)
{
	uint64_t size_log2 = t->reach_log2;
	uint64_t start = smmu_align_down_log2(t->address, (unsigned)size_log2);
	uint64_t end = start + (smmu_pow2((unsigned)size_log2) - 1);

	return start <= last && end >= first;
}

/* 4.4.1.1: the hint is of the leaf's level; Tables are those on the way to it. */
static bool is_of_level(const struct scope *s, const struct smmu_cache_tag *t)
{
	if (s->granule_log2 && s->granule_log2 != t->granule_log2)
		return false;
	if (s->level < 0)
		return true;
	return t->wide == s->wide && (t->table ? t->level < s->level : t->level == s->level);
}

static bool is_of_asid(const struct scope *s, const struct smmu_cache_tag *t)
{
	return t->global ? s->with_global : t->asid == s->asid;
}

/*
 * 3.17: a broadcast of an address or ASID need not reach what opted out, where
 * it matches an ASID, or the StreamWorld has none.
 */
static bool opts_out(const struct scope *s, const struct smmu_cache_tag *t)
{
	return t->aset &&
	       (s->by_asid ||
		(s->by_address && !smmu_streamworld_has_el0((enum smmu_streamworld)t->world)));
}

static bool match_translation(const void *scope, const struct smmu_cache_tag *t)
{
	const struct scope *s = scope;

	return smmu_bit(s->whats, t->what) && smmu_bit(s->worlds, t->world) &&
	       (!s->by_vmid || ((t->vmid ^ s->vmid) & s->vmid_mask) == 0) &&
	       (!s->by_asid || is_of_asid(s, t)) && (!s->by_space || t->space == s->space) &&
	       !(s->leaf && t->table) && !(s->broadcast && opts_out(s, t)) &&
	       (!s->by_address || (overlaps(t, s->first, s->last) && is_of_level(s, t)));
}

static bool match_structure(const void *scope, const struct smmu_cache_tag *t)
{
	const struct scope *s = scope;
	uint64_t streams = smmu_pow2(t->what == SMMU_CACHED_L1STD ? t->size_log2 : 0);

	if (!smmu_bit(s->whats, t->what) || t->sec != s->sec)
		return false;
	if (s->by_vmid && t->vmid != s->vmid)
		return false;
	if (s->by_address && t->what != SMMU_CACHED_STE && t->what != SMMU_CACHED_L1STD &&
	    !overlaps(t, s->first, s->last))
		return false;
	return t->stream <= s->stream_last && t->stream + streams - 1 >= s->stream_first;
}

/* Which entries the command names, before its parameters. */
struct kind {
	uint8_t opcode;
	uint8_t whats;
	bool vmid, asid, va, ipa;
	/* The worlds, by the queue: 0 where it is illegal. */
	uint16_t worlds[3];
};

#define WORLDS_EL1                                                                                 \
	{                                                                                          \
		WORLD(NS_EL1), WORLD(S_EL1), WORLD(REALM_EL1)                                      \
	}
#define WORLDS_NS_EL1                                                                              \
	{                                                                                          \
		WORLD(NS_EL1), WORLD(NS_EL1), WORLD(REALM_EL1)                                     \
	}
#define WORLDS_EL2                                                                                 \
	{                                                                                          \
		WORLD(EL2), WORLD(EL2), WORLD(REALM_EL2)                                           \
	}
#define WORLDS_E2H                                                                                 \
	{                                                                                          \
		WORLD(EL2_E2H), WORLD(EL2_E2H), WORLD(REALM_EL2_E2H)                               \
	}
#define WORLDS_EL2_BOTH                                                                            \
	{                                                                                          \
		WORLD(EL2) | WORLD(EL2_E2H), WORLD(EL2) | WORLD(EL2_E2H),                          \
			WORLD(REALM_EL2) | WORLD(REALM_EL2_E2H)                                    \
	}
#define WORLDS_S_EL2_BOTH                                                                          \
	{                                                                                          \
		0, WORLD(S_EL2) | WORLD(S_EL2_E2H), 0                                              \
	}
#define WORLDS_S_ONLY(w)                                                                           \
	{                                                                                          \
		0, WORLD(w), 0                                                                     \
	}

static const struct kind kinds[] = {
	{SMMU_CMD_TLBI_NH_ALL, STAGE1, .vmid = true, .worlds = WORLDS_EL1},
	{SMMU_CMD_TLBI_NH_ASID, STAGE1, .vmid = true, .asid = true, .worlds = WORLDS_EL1},
	{SMMU_CMD_TLBI_NH_VA, STAGE1, .vmid = true, .asid = true, .va = true, .worlds = WORLDS_EL1},
	{SMMU_CMD_TLBI_NH_VAA, STAGE1, .vmid = true, .va = true, .worlds = WORLDS_EL1},
	{SMMU_CMD_TLBI_EL3_ALL, STAGE1, .worlds = WORLDS_S_ONLY(EL3)},
	{SMMU_CMD_TLBI_EL3_VA, STAGE1, .va = true, .worlds = WORLDS_S_ONLY(EL3)},
	{SMMU_CMD_TLBI_EL2_ALL, STAGE1, .worlds = WORLDS_EL2_BOTH},
	{SMMU_CMD_TLBI_EL2_ASID, STAGE1, .asid = true, .worlds = WORLDS_E2H},
	{SMMU_CMD_TLBI_EL2_VA, STAGE1, .asid = true, .va = true, .worlds = WORLDS_EL2_BOTH},
	{SMMU_CMD_TLBI_EL2_VAA, STAGE1, .va = true, .worlds = WORLDS_EL2_BOTH},
	{SMMU_CMD_TLBI_S_EL2_ALL, STAGE1, .worlds = WORLDS_S_EL2_BOTH},
	{SMMU_CMD_TLBI_S_EL2_ASID, STAGE1, .asid = true, .worlds = WORLDS_S_ONLY(S_EL2_E2H)},
	{SMMU_CMD_TLBI_S_EL2_VA, STAGE1, .asid = true, .va = true, .worlds = WORLDS_S_EL2_BOTH},
	{SMMU_CMD_TLBI_S_EL2_VAA, STAGE1, .va = true, .worlds = WORLDS_S_EL2_BOTH},
	{SMMU_CMD_TLBI_S12_VMALL, STAGE1 | STAGE2, .vmid = true, .worlds = WORLDS_NS_EL1},
	{SMMU_CMD_TLBI_S2_IPA, STAGE2, .vmid = true, .ipa = true, .worlds = WORLDS_NS_EL1},
	{SMMU_CMD_TLBI_S_S12_VMALL, STAGE1 | STAGE2, .vmid = true, .worlds = WORLDS_S_ONLY(S_EL1)},
	{SMMU_CMD_TLBI_S_S2_IPA, STAGE2, .vmid = true, .ipa = true, .worlds = WORLDS_S_ONLY(S_EL1)},
	{SMMU_CMD_TLBI_NSNH_ALL, STAGE1 | STAGE2, .worlds = WORLDS_NS_EL1},
	{SMMU_CMD_TLBI_SNH_ALL, STAGE1 | STAGE2, .worlds = WORLDS_S_ONLY(S_EL1)},
};

static const struct kind *kind_of(unsigned opcode)
{
	for (size_t i = 0; i < SMMU_LEN(kinds); i++)
		if (kinds[i].opcode == opcode)
			return &kinds[i];
	return NULL;
}

/* 6.3.9.1: VMIDs match but for their lowest bits; reserved values are 0b000. */
static uint16_t vmid_mask(const struct smmu_model *m, enum smmu_sec sec)
{
	uint64_t vmw = smmu_IDR0_VMW(m->ids.idr[0])
			       ? smmu_CR0_VMW(smmu_program_get(m, SMMU_REG_CR0, sec))
			       : 0;

	return (uint16_t)~smmu_ones(vmw <= 4 ? (unsigned)vmw : 0);
}

/* Which interface's CR2.E2H and CR0.VMW the worlds of a command belong to. */
static enum smmu_sec sec_of_worlds(unsigned worlds)
{
	if (worlds & (WORLD(REALM_EL1) | WORLD(REALM_EL2) | WORLD(REALM_EL2_E2H)))
		return SMMU_SEC_REALM;
	if (worlds & (WORLD(S_EL1) | WORLD(S_EL2) | WORLD(S_EL2_E2H) | WORLD(EL3)))
		return SMMU_SEC_S;
	return SMMU_SEC_NS;
}

/* 4.4.2.8, 4.4.2.9: of EL2 and EL2-E2H, the one that E2H says; without it ASIDs are ignored. */
static void choose_el2(struct scope *s, bool e2h)
{
	unsigned with = WORLD(EL2_E2H) | WORLD(S_EL2_E2H) | WORLD(REALM_EL2_E2H);
	unsigned without = WORLD(EL2) | WORLD(S_EL2) | WORLD(REALM_EL2);

	if (!(s->worlds & with) || !(s->worlds & without))
		return;
	s->worlds &= e2h ? with : without;
	s->by_asid = s->by_asid && e2h;
}

static void set_address(struct scope *s, const struct kind *kind, const struct smmu_cmd *cmd,
			const struct smmu_ids *ids)
{
	static const uint8_t granules[] = {0, 12, 14, 16};
	uint64_t first, bytes;
	bool ranged = smmu_cmd_tlbi_range(&first, &bytes, cmd, ids);

	s->by_address = true;
	/* Bits above those that are looked up: VAs are canonical, IPAs have no more (4.1.6). */
	s->first = smmu_bits(first, 0, 56);
	s->last = bytes - 1 < smmu_ones(56) - s->first ? s->first + (bytes - 1) : smmu_ones(56);
	s->leaf = smmu_cmd_Leaf(cmd);
	s->granule_log2 = ranged ? granules[smmu_cmd_TG(cmd)] : 0;
	s->level = (int8_t)smmu_cmd_tlbi_level(cmd, ids);
	s->wide = smmu_IDR5_D128(ids->idr[5]) && smmu_cmd_TTL128(cmd);
	/* 4.4.2.4: by VA, global entries whatever their ASID. */
	s->with_global = kind->va;
}

static struct scope translation_scope(const struct smmu_model *m, enum smmu_sec sec,
				      const struct kind *kind, const struct smmu_cmd *cmd)
{
	struct scope s = {
		.whats = kind->whats,
		.worlds = kind->worlds[sec],
		.by_vmid = kind->vmid,
		.by_asid = kind->asid,
		.level = -1,
		.vmid = (uint16_t)smmu_cmd_VMID(cmd),
		.asid = (uint16_t)smmu_cmd_ASID(cmd),
	};
	enum smmu_sec of = sec_of_worlds(s.worlds);

	s.vmid_mask = vmid_mask(m, of);
	if (kind->va || kind->ipa)
		set_address(&s, kind, cmd, &m->ids);
	/* 4.4.3.3: Secure stage 2 translates two spaces of IPA. */
	s.by_space = kind->opcode == SMMU_CMD_TLBI_S_S2_IPA;
	s.space = smmu_cmd_S2NS(cmd) ? SMMU_PAS_NS : SMMU_PAS_S;
	if (kind->va)
		choose_el2(&s, smmu_CR2_E2H(smmu_program_get(m, SMMU_REG_CR2, of)));
	return s;
}

/* 4.3.  False: another command. */
static bool structure_scope(struct scope *s, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	uint64_t stream = smmu_cmd_StreamID(cmd);
	unsigned of_cd = WHAT(CD) | WHAT(L1CD);
	bool leaf = smmu_cmd_Leaf(cmd);
	unsigned range_log2;

	*s = (struct scope){.sec = smmu_cmd_stream_sec(cmd, sec),
			    .stream_first = stream,
			    .stream_last = stream};
	switch (smmu_cmd_Opcode(cmd)) {
	case SMMU_CMD_CFGI_STE:
		s->whats = WHAT(STE) | of_cd | WHAT(VMS) | (leaf ? 0 : WHAT(L1STD));
		return true;
	case SMMU_CMD_CFGI_STE_RANGE:
		range_log2 = (unsigned)smmu_cmd_Range(cmd) + 1;
		s->whats = STRUCTURES;
		s->stream_first = smmu_align_down_log2(stream, range_log2);
		s->stream_last = s->stream_first + smmu_ones(range_log2);
		return true;
	case SMMU_CMD_CFGI_CD:
		s->whats = leaf ? WHAT(CD) : of_cd;
		s->by_address = true;
		s->first = s->last = smmu_cmd_SubstreamID(cmd);
		return true;
	case SMMU_CMD_CFGI_CD_ALL:
		s->whats = of_cd;
		return true;
	case SMMU_CMD_CFGI_VMS_PIDM:
		s->whats = WHAT(VMS);
		s->by_vmid = true;
		s->vmid = (uint16_t)smmu_cmd_VMID(cmd);
		s->stream_first = 0;
		s->stream_last = UINT32_MAX;
		return true;
	default:
		return false;
	}
}

static void drop(struct smmu_cache_set *set, enum smmu_cache_kind first, enum smmu_cache_kind last,
		 const struct scope *s)
{
	for (unsigned i = first; i <= (unsigned)last; i++)
		if (set->of[i])
			smmu_cache_drop(
				set->of[i],
				i == SMMU_CACHE_CONFIG ? match_structure : match_translation, s);
	for (unsigned i = 0; i < SMMU_WALK_PARTS_MAX && last >= SMMU_CACHE_WALK; i++)
		if (set->walk[i])
			smmu_cache_drop(set->walk[i], match_translation, s);
}

void smmu_cached_invalidate(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	const struct kind *kind = kind_of((unsigned)smmu_cmd_Opcode(cmd));
	struct scope s;

	if (!model->caches)
		return;
	if (structure_scope(&s, sec, cmd)) {
		drop(model->caches, SMMU_CACHE_CONFIG, SMMU_CACHE_CONFIG, &s);
	} else if (kind) {
		s = translation_scope(model, sec, kind, cmd);
		drop(model->caches, SMMU_CACHE_MICRO, SMMU_CACHE_IPA, &s);
	}
}

/* 3.17: an SMMU takes part when IDR0.BTM says so, unless CR2.PTM declines. */
int smmu_model_tlbi(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd)
{
	const struct kind *kind = kind_of((unsigned)smmu_cmd_Opcode(cmd));
	struct scope s;

	if (!kind || sec == SMMU_SEC_ROOT || !kind->worlds[sec])
		return SMMU_E_INVALID;
	if (!model->caches || !smmu_IDR0_BTM(model->ids.idr[0]) ||
	    smmu_CR2_PTM(smmu_program_get(model, SMMU_REG_CR2, sec)))
		return 0;
	s = translation_scope(model, sec, kind, cmd);
	s.broadcast = true;
	drop(model->caches, SMMU_CACHE_MICRO, SMMU_CACHE_IPA, &s);
	return 0;
}

static bool match_all(const void *scope, const struct smmu_cache_tag *tag)
{
	(void)scope;
	(void)tag;
	return true;
}

void smmu_cached_invalidate_all(struct smmu_model *model)
{
	const struct smmu_cache_set *set = model->caches;

	for (unsigned i = 0; set && i < SMMU_CACHE_COUNT; i++)
		if (set->of[i])
			smmu_cache_drop(set->of[i], match_all, NULL);
	for (unsigned i = 0; set && i < SMMU_WALK_PARTS_MAX; i++)
		if (set->walk[i])
			smmu_cache_drop(set->walk[i], match_all, NULL);
}
