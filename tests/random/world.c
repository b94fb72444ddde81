/* Tables of six streams.  See world.h. */
#include "world.h"

#include "spec/cd.h"
#include "spec/ste.h"
#include "tables.h"

#define STRTAB	UINT64_C(0x10000)
#define STRTAB2 UINT64_C(0x12000) /* second levels, one page each */
#define CDTAB	UINT64_C(0x20000) /* of a stream, one page each */
#define L1CDTAB UINT64_C(0x30000)
#define TABLES	UINT64_C(0x100000)
#define CONTROL UINT64_C(0x100000) /* offset of the page of ECMDQs */

uint32_t world_stream(unsigned index)
{
	static const uint32_t ids[STREAMS] = {2, 3, 66, 67, 5, 70};

	return ids[index];
}

static void put_words(struct world *w, uint64_t pa, const uint64_t *word, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sides_put(&w->s, pa + 8 * i, word[i]);
}

static uint64_t cd_pa(unsigned stream, unsigned substream)
{
	/* Streams 0 and 4 share theirs. */
	return CDTAB + 0x1000 * (stream == 4 ? 0 : stream) + 64 * substream;
}

static uint64_t ste_pa(const struct world *w, unsigned stream)
{
	uint32_t id = world_stream(stream);

	return w->two_level ? STRTAB2 + 0x1000 * (id / 64) + 64 * (id % 64) : STRTAB + 64 * id;
}

static unsigned table_size_log2(const struct world *w, int level)
{
	return w->granule_log2 + (unsigned)(3 - level) * (w->granule_log2 - 3);
}

/* 1 GiB, 32 MiB or 512 MiB: stage 2 maps all memory to itself by entry 0 of its first table. */
static bool is_identity(const struct world *w, const struct tree *tree, const struct node *node,
			unsigned slot)
{
	return tree->stage2 && node->level == w->first && slot == 0;
}

/* The table that a slot may lead to, or NULL. */
static const struct node *child_of(const struct world *w, const struct tree *tree,
				   const struct node *node, unsigned slot)
{
	uint64_t input = node->input + ((uint64_t)slot << table_size_log2(w, node->level));

	for (unsigned i = 0; i < tree->nodes; i++)
		if (tree->node[i].level == node->level + 1 && tree->node[i].input == input)
			return &tree->node[i];
	return NULL;
}

static uint64_t random_output(struct world *w, const struct tree *tree, int level)
{
	unsigned size_log2 = table_size_log2(w, level);
	uint64_t out = tree->nested && !one_in(&w->dice, 8) ? world_address(w, &w->tree[TREE_S2])
							    : dice_draw(&w->dice);

	return smmu_align_down_log2(smmu_bits(out, 0, one_in(&w->dice, 32) ? 48 : 44), size_log2);
}

static uint64_t random_leaf(struct world *w, const struct tree *tree, const struct node *node,
			    unsigned slot)
{
	struct dice *dice = &w->dice;
	bool identity = is_identity(w, tree, node, slot);
	uint64_t desc = identity ? 0 : random_output(w, tree, node->level);

	desc |= smmu_desc_type_bits(node->level == 3 ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK);
	if (one_in(dice, 12))
		return 0;
	if (tree->stage2) {
		desc = smmu_s2desc_set_MemAttr(desc, one_in(dice, 4) ? below(dice, 16) : 15);
		desc = smmu_s2desc_set_S2AP(desc, one_in(dice, 2) ? 3 : below(dice, 4));
		desc = smmu_s2desc_set_XN(desc, one_in(dice, 4) ? below(dice, 4) : 0);
		desc = smmu_s2desc_set_DBM(desc, one_in(dice, 2));
		desc = smmu_s2desc_set_Contiguous(desc, one_in(dice, 4));
		return smmu_s2desc_set_AF(desc, !one_in(dice, 4));
	}
	desc = smmu_s1desc_set_AttrIndx(desc, below(dice, 8));
	desc = smmu_s1desc_set_AP(desc, one_in(dice, 3) ? below(dice, 4) : 1 + 2 * below(dice, 2));
	desc = smmu_s1desc_set_SH(desc, below(dice, 4));
	desc = smmu_s1desc_set_nG(desc, !tree->global);
	desc = smmu_s1desc_set_DBM(desc, one_in(dice, 2));
	desc = smmu_s1desc_set_Contiguous(desc, one_in(dice, 4));
	desc = smmu_s1desc_set_PXN(desc, one_in(dice, 4));
	desc = smmu_s1desc_set_UXN(desc, one_in(dice, 4));
	return smmu_s1desc_set_AF(desc, !one_in(dice, 4));
}

static uint64_t random_table(struct world *w, const struct tree *tree, uint64_t next)
{
	uint64_t desc = next | smmu_desc_type_bits(SMMU_DESC_TABLE);

	if (!tree->stage2) {
		desc = smmu_s1table_set_APTable(desc, one_in(&w->dice, 4) ? below(&w->dice, 4) : 0);
		desc = smmu_s1table_set_UXNTable(desc, one_in(&w->dice, 8));
		desc = smmu_s1table_set_PXNTable(desc, one_in(&w->dice, 8));
	}
	return smmu_s1table_set_AF(desc, one_in(&w->dice, 2));
}

uint64_t tables_random(struct world *w, const struct tree *tree, const struct node *node,
		       unsigned slot)
{
	const struct node *child = child_of(w, tree, node, slot);

	if (child && !one_in(&w->dice, 6))
		return random_table(w, tree, child->pa);
	return random_leaf(w, tree, node, slot);
}

uint64_t tables_slot_pa(const struct node *node, unsigned slot)
{
	return node->pa + 8 * slot;
}

unsigned tables_slot_log2(const struct world *w, const struct node *node)
{
	return table_size_log2(w, node->level);
}

uint64_t tables_read(const struct world *w, uint64_t pa)
{
	uint64_t desc = sides_get(&w->s, pa);

	return w->big_endian ? smmu_swap64(desc) : desc;
}

void tables_write(struct world *w, uint64_t pa, uint64_t desc)
{
	sides_put(&w->s, pa, w->big_endian ? smmu_swap64(desc) : desc);
}

/* This table and those below it: entries 1 and 2 lead further. */
static void add_nodes(struct world *w, struct tree *tree, int level, uint64_t input)
{
	struct node *node = &tree->node[tree->nodes++];

	*node = (struct node){w->next, input, level};
	w->next += smmu_pow2(w->granule_log2);
	for (unsigned slot = 1; slot <= 2 && level < 3; slot++)
		add_nodes(w, tree, level + 1,
			  input + ((uint64_t)slot << table_size_log2(w, level)));
}

static void fill_tree(struct world *w, const struct tree *tree)
{
	for (unsigned n = 0; n < tree->nodes; n++)
		for (unsigned slot = 0; slot < SLOTS; slot++)
			tables_write(w, tables_slot_pa(&tree->node[n], slot),
				     tables_random(w, tree, &tree->node[n], slot));
}

static void make_trees(struct world *w)
{
	static const struct tree kinds[TREES] = {
		[0] = {.vmid = 1, .asid = 1},
		[1] = {.vmid = 1, .asid = 2},
		[2] = {.vmid = 1, .asid = 3},
		[3] = {.vmid = 1, .asid = 4},
		[TREE_SHARED] = {.vmid = 1, .asid = 1, .global = true, .high = true},
		[TREE_NESTED] = {.vmid = 2, .asid = 1, .nested = true},
		[TREE_NESTED + 1] = {.vmid = 2, .asid = 2, .nested = true},
		[TREE_EL2] = {.el2 = true, .asid = 1},
		[TREE_S2] = {.vmid = 2, .stage2 = true},
	};

	w->next = TABLES;
	for (unsigned i = 0; i < TREES; i++) {
		w->tree[i] = kinds[i];
		add_nodes(w, &w->tree[i], w->first, 0);
	}
	for (unsigned i = 0; i < TREES; i++)
		fill_tree(w, &w->tree[i]);
}

uint64_t world_address(struct world *w, const struct tree *tree)
{
	uint64_t address = below(&w->dice, smmu_pow2(w->granule_log2));

	if (one_in(&w->dice, 16))
		return dice_draw(&w->dice);
	for (int level = w->first; level <= 3; level++)
		address |= below(&w->dice, SLOTS) << table_size_log2(w, level);
	return tree->high ? address | ~smmu_ones(w->ia_bits) : address;
}

static void set_tables(struct world *w, struct smmu_cd *cd, unsigned tree)
{
	static const uint8_t tg0[] = {SMMU_TG0_4K, SMMU_TG0_16K, SMMU_TG0_64K};
	static const uint8_t tg1[] = {SMMU_TG1_4K, SMMU_TG1_16K, SMMU_TG1_64K};

	smmu_cd_set_AA64(cd, 1);
	smmu_cd_set_T0SZ(cd, 64 - w->ia_bits);
	smmu_cd_set_T1SZ(cd, 64 - w->ia_bits);
	smmu_cd_set_TG0(cd, tg0[w->granule]);
	smmu_cd_set_TG1(cd, tg1[w->granule]);
	smmu_cd_set_ENDI(cd, w->big_endian);
	smmu_cd_set_TTB0(cd, w->tree[tree].node[0].pa);
	if (tree < TREE_SHARED)
		smmu_cd_set_TTB1(cd, w->tree[TREE_SHARED].node[0].pa);
	else
		smmu_cd_set_EPD1(cd, 1);
	smmu_cd_set_ASID(cd, w->tree[tree].asid);
	smmu_cd_set_IPS(cd, 5);
}

void tables_put_cd(struct world *w, unsigned stream, unsigned substream)
{
	static const uint8_t first_tree[STREAMS] = {0, TREE_NESTED, 0, TREE_EL2, 0, 0};
	struct dice *dice = &w->dice;
	struct smmu_cd cd = {{0}};

	set_tables(w, &cd, first_tree[stream] + substream);
	smmu_cd_set_V(&cd, !one_in(dice, 24));
	smmu_cd_set_A(&cd, w->term_model || !one_in(dice, 4));
	smmu_cd_set_R(&cd, !one_in(dice, 4));
	smmu_cd_set_S(&cd, one_in(dice, 3));
	smmu_cd_set_HA(&cd, w->update[0].ha);
	smmu_cd_set_HD(&cd, w->update[0].hd);
	smmu_cd_set_HAFT(&cd, w->update[0].haft);
	smmu_cd_set_AFFD(&cd, one_in(dice, 4));
	smmu_cd_set_WXN(&cd, one_in(dice, 8));
	smmu_cd_set_UWXN(&cd, one_in(dice, 8));
	smmu_cd_set_PAN(&cd, one_in(dice, 8));
	smmu_cd_set_TBI0(&cd, one_in(dice, 4));
	smmu_cd_set_HAD0(&cd, one_in(dice, 4));
	smmu_cd_set_EPD0(&cd, one_in(dice, 24));
	smmu_cd_set_MAIR0(&cd, dice_draw(dice));
	smmu_cd_set_MAIR1(&cd, dice_draw(dice));
	put_words(w, cd_pa(stream, substream), cd.word, SMMU_LEN(cd.word));
}

void tables_put_l1cd(struct world *w, unsigned stream, bool valid)
{
	sides_put(&w->s, L1CDTAB + 0x1000 * (stream == 4 ? 0 : stream),
		  cd_pa(stream, 0) | (valid ? 1 : 0));
}

static void set_stage1(struct world *w, struct smmu_ste *ste, unsigned stream)
{
	unsigned substreams_log2 = stream == 1 ? 1 : stream == 3 ? 0 : 2;
	bool split = w->cd_two_level && substreams_log2;

	smmu_ste_set_S1CDMax(ste, substreams_log2);
	smmu_ste_set_S1Fmt(ste, split ? SMMU_STE_S1FMT_4K : SMMU_STE_S1FMT_LINEAR);
	smmu_ste_set_S1ContextPtr(ste, split ? L1CDTAB + 0x1000 * (stream == 4 ? 0 : stream)
					     : cd_pa(stream, 0));
	smmu_ste_set_S1DSS(ste, one_in(&w->dice, 4) ? below(&w->dice, 3) : SMMU_STE_S1DSS_SSID0);
	smmu_ste_set_STRW(ste, stream == 3 ? SMMU_STE_STRW_EL2 : 0);
	smmu_ste_set_S1STALLD(ste, one_in(&w->dice, 64));
}

static void set_stage2(struct world *w, struct smmu_ste *ste)
{
	static const uint8_t tg[] = {SMMU_TG0_4K, SMMU_TG0_16K, SMMU_TG0_64K};
	struct dice *dice = &w->dice;

	smmu_ste_set_S2T0SZ(ste, 64 - w->ia_bits);
	smmu_ste_set_S2SL0(ste, 1);
	smmu_ste_set_S2TG(ste, tg[w->granule]);
	smmu_ste_set_S2PS(ste, 5);
	smmu_ste_set_S2AA64(ste, 1);
	smmu_ste_set_S2ENDI(ste, w->big_endian);
	smmu_ste_set_S2TTB(ste, w->tree[TREE_S2].node[0].pa);
	smmu_ste_set_S2R(ste, !one_in(dice, 4));
	smmu_ste_set_S2S(ste, one_in(dice, 3));
	smmu_ste_set_S2HA(ste, w->update[1].ha);
	smmu_ste_set_S2HD(ste, w->update[1].hd);
	smmu_ste_set_S2HAFT(ste, w->update[1].haft);
	smmu_ste_set_S2AFFD(ste, one_in(dice, 4));
	smmu_ste_set_S2PTW(ste, one_in(dice, 8));
}

void tables_put_ste(struct world *w, unsigned stream)
{
	static const uint8_t usual[STREAMS] = {
		SMMU_STE_CONFIG_S1, SMMU_STE_CONFIG_NESTED, SMMU_STE_CONFIG_S2,
		SMMU_STE_CONFIG_S1, SMMU_STE_CONFIG_S1,	    SMMU_STE_CONFIG_BYPASS,
	};
	struct smmu_ste ste = {{0}};
	unsigned config = usual[stream];

	if (one_in(&w->dice, 12))
		config = one_in(&w->dice, 2) ? SMMU_STE_CONFIG_BYPASS : SMMU_STE_CONFIG_ABORT;
	smmu_ste_set_V(&ste, !one_in(&w->dice, 24));
	smmu_ste_set_Config(&ste, config);
	smmu_ste_set_MEV(&ste, one_in(&w->dice, 2));
	smmu_ste_set_SHCFG(&ste, one_in(&w->dice, 2));
	set_stage1(w, &ste, stream);
	if (stream == 1 || stream == 2) {
		smmu_ste_set_S2VMID(&ste, 2);
		set_stage2(w, &ste);
	} else if (stream != 3) {
		smmu_ste_set_S2VMID(&ste, 1);
	}
	put_words(w, ste_pa(w, stream), ste.word, SMMU_LEN(ste.word));
}

void tables_put_l1std(struct world *w, unsigned n, bool valid)
{
	/* Span 7: 2^6 STEs. */
	sides_put(&w->s, STRTAB + 8 * n, (STRTAB2 + 0x1000 * n) | (valid ? 7 : 0));
}

static void put_structures(struct world *w)
{
	for (unsigned n = 0; n < 2 && w->two_level; n++)
		tables_put_l1std(w, n, true);
	for (unsigned stream = 0; stream < STREAMS; stream++) {
		tables_put_ste(w, stream);
		tables_put_l1cd(w, stream, true);
		if (stream == 0 || stream == 1 || stream == 3)
			for (unsigned n = 0; n < (stream == 0 ? 4 : stream == 1 ? 2 : 1); n++)
				tables_put_cd(w, stream, n);
	}
}

static void identify(uint64_t *regs, struct world *w)
{
	struct dice *dice = &w->dice;
	uint64_t idr0 = 0, idr1 = 0, idr3 = 0, idr5 = 0;

	idr0 = smmu_IDR0_set_S1P(idr0, 1);
	idr0 = smmu_IDR0_set_S2P(idr0, 1);
	idr0 = smmu_IDR0_set_TTF(idr0, SMMU_IDR0_TTF_AA64);
	idr0 = smmu_IDR0_set_HTTU(idr0, w->httu);
	idr0 = smmu_IDR0_set_BTM(idr0, 1);
	idr0 = smmu_IDR0_set_Hyp(idr0, 1);
	idr0 = smmu_IDR0_set_MSI(idr0, 1);
	idr0 = smmu_IDR0_set_ATOS(idr0, 1);
	idr0 = smmu_IDR0_set_PRI(idr0, 1);
	idr0 = smmu_IDR0_set_VMW(idr0, 1);
	idr0 = smmu_IDR0_set_ASID16(idr0, 1);
	idr0 = smmu_IDR0_set_VMID16(idr0, 1);
	idr0 = smmu_IDR0_set_CD2L(idr0, 1);
	idr0 = smmu_IDR0_set_TTENDIAN(idr0, 0);
	idr0 = smmu_IDR0_set_ST_LEVEL(idr0, 1);
	idr0 = smmu_IDR0_set_TERM_MODEL(idr0, w->term_model);
	idr1 = smmu_IDR1_set_SIDSIZE(idr1, 16);
	idr1 = smmu_IDR1_set_SSIDSIZE(idr1, 8);
	idr1 = smmu_IDR1_set_EVENTQS(idr1, 8);
	idr1 = smmu_IDR1_set_PRIQS(idr1, 8);
	idr1 = smmu_IDR1_set_CMDQS(idr1, 8);
	idr1 = smmu_IDR1_set_ECMDQ(idr1, 1);
	idr1 = smmu_IDR1_set_ATTR_TYPES_OVR(idr1, 1);
	idr3 = smmu_IDR3_set_HAD(idr3, 1);
	idr3 = smmu_IDR3_set_XNX(idr3, 1);
	idr3 = smmu_IDR3_set_RIL(idr3, 1);
	idr3 = smmu_IDR3_set_BBML(idr3, 2);
	idr5 = smmu_IDR5_set_OAS(idr5, 5);
	idr5 = smmu_IDR5_set_GRAN4K(idr5, 1);
	idr5 = smmu_IDR5_set_GRAN16K(idr5, 1);
	idr5 = smmu_IDR5_set_GRAN64K(idr5, 1);
	regs[SMMU_REG_IDR0] = idr0;
	regs[SMMU_REG_IDR1] = idr1;
	regs[SMMU_REG_IDR3] = idr3;
	regs[SMMU_REG_IDR5] = idr5;
	regs[SMMU_REG_IDR6] = smmu_IDR6_set_CMDQ_CONTROL_PAGE_LOG2NUMQ(0, 2);
	regs[SMMU_REG_AIDR] = 2 + below(dice, 3);
}

static void set_registers(uint64_t *regs, struct world *w)
{
	struct dice *dice = &w->dice;

	regs[SMMU_REG_CR0] = smmu_CR0_set_VMW(TABLES_CR0_ON, one_in(dice, 4) ? below(dice, 5) : 0);
	regs[SMMU_REG_CR0ACK] = regs[SMMU_REG_CR0];
	regs[SMMU_REG_CR2] = smmu_CR2_set_E2H(smmu_CR2_set_RECINVSID(0, one_in(dice, 2)), w->e2h);
	regs[SMMU_REG_STRTAB_BASE] = STRTAB;
	regs[SMMU_REG_STRTAB_BASE_CFG] = smmu_STRTAB_BASE_CFG_set_SPLIT(
		smmu_STRTAB_BASE_CFG_set_LOG2SIZE(
			smmu_STRTAB_BASE_CFG_set_FMT(0, w->two_level ? SMMU_STRTAB_2LEVEL : 0), 7),
		6);
	regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 3);
	regs[SMMU_REG_EVENTQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(EVENTQ, 2 + below(dice, 3));
	regs[SMMU_REG_PRIQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(PRIQ, 1 + below(dice, 3));
	regs[SMMU_REG_CMDQ_CONTROL_PAGE_BASE] = CONTROL | 3;
	regs[SMMU_REG_IRQ_CTRL] = regs[SMMU_REG_IRQ_CTRLACK] = below(dice, 8);
	regs[SMMU_REG_EVENTQ_IRQ_CFG0] = one_in(dice, 2) ? SCRATCH : 0;
	regs[SMMU_REG_PRIQ_IRQ_CFG0] = one_in(dice, 2) ? SCRATCH + 8 : 0;
	regs[SMMU_REG_GERROR_IRQ_CFG0] = one_in(dice, 2) ? SCRATCH + 16 : 0;
	for (unsigned i = 0; i < ECMDQS; i++) {
		regs[SMMU_REG_ECMDQ_BASE + i] =
			smmu_CMDQ_BASE_set_LOG2SIZE(ECMDQ + 0x100 * i, 1 + i);
		regs[SMMU_REG_ECMDQ_PROD + i] = smmu_ECMDQ_PROD_set_EN(0, 1);
		regs[SMMU_REG_ECMDQ_CONS + i] = smmu_ECMDQ_CONS_set_ENACK(0, 1);
	}
}

void world_init(struct world *w, uint64_t seed)
{
	static const uint8_t ia_bits[] = {39, 36, 42};
	uint64_t regs[SMMU_REG_COUNT] = {0};

	*w = (struct world){.dice = dice_of(seed)};
	w->granule = (enum smmu_granule)below(&w->dice, 3);
	w->granule_log2 = smmu_granule_log2(w->granule);
	w->ia_bits = ia_bits[w->granule];
	w->first = w->granule == SMMU_GRANULE_4K ? 1 : 2;
	w->two_level = one_in(&w->dice, 2);
	w->cd_two_level = one_in(&w->dice, 2);
	w->e2h = one_in(&w->dice, 2);
	w->term_model = one_in(&w->dice, 2);
	w->httu = (unsigned)below(&w->dice, 4);
	for (unsigned stage = 0; stage < 2; stage++) {
		w->update[stage].ha = w->httu >= 1 && !one_in(&w->dice, 4);
		w->update[stage].hd = w->update[stage].ha && w->httu >= 2 && !one_in(&w->dice, 4);
		w->update[stage].haft = w->update[stage].ha && w->httu == 3 && !one_in(&w->dice, 4);
	}
	w->big_endian = one_in(&w->dice, 4);
	sides_init(&w->s, seed);
	make_trees(w);
	put_structures(w);
	identify(regs, w);
	set_registers(regs, w);
	sides_start(&w->s, regs, &w->dice);
}

void world_fini(struct world *w)
{
	sides_fini(&w->s);
}
