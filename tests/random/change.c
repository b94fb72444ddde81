/*
 * Changes to what world.c keeps, each with an invalidation that covers it.
 * IHI 0070 G.b 3.17, 3.21.3, 4.3, 4.4.
 */
#include "spec/cmd.h"
#include "tables.h"

/* A CMD_SYNC in place of what stands where the queue stopped. */
static void repair(struct world *w, uint64_t base, uint64_t index)
{
	sides_put(&w->s, base + SMMU_CMD_BYTES * index, SMMU_CMD_SYNC);
	sides_put(&w->s, base + SMMU_CMD_BYTES * index + 8, 0);
}

static uint64_t entry_of(uint64_t base, uint64_t index)
{
	return smmu_bits(index, 0, (unsigned)smmu_CMDQ_BASE_LOG2SIZE(base));
}

/* 3.5.6.3: an ECMDQ goes on once ERRACK follows ERR. */
static void recover_ecmdq(struct world *w, unsigned n)
{
	uint64_t base = sides_reg(&w->s, SMMU_REG_ECMDQ_BASE + n);

	for (;;) {
		uint64_t prod = sides_reg(&w->s, SMMU_REG_ECMDQ_PROD + n);
		uint64_t cons = sides_reg(&w->s, SMMU_REG_ECMDQ_CONS + n);

		if (smmu_ECMDQ_PROD_ERRACK(prod) == smmu_ECMDQ_CONS_ERR(cons))
			return;
		repair(w, smmu_CMDQ_BASE_ADDR(base), entry_of(base, smmu_ECMDQ_CONS_RD(cons)));
		sides_write(&w->s, SMMU_REG_ECMDQ_PROD + n,
			    smmu_ECMDQ_PROD_set_ERRACK(prod, smmu_ECMDQ_CONS_ERR(cons)));
	}
}

void world_recover(struct world *w)
{
	uint64_t vmw = smmu_CR0_VMW(sides_reg(&w->s, SMMU_REG_CR0));
	uint64_t base = sides_reg(&w->s, SMMU_REG_CMDQ_BASE);

	sides_write(&w->s, SMMU_REG_CR0, smmu_CR0_set_VMW(TABLES_CR0_ON, vmw));
	for (;;) {
		uint64_t gerror = sides_reg(&w->s, SMMU_REG_GERROR);
		uint64_t active = gerror ^ sides_reg(&w->s, SMMU_REG_GERRORN);
		uint64_t rd = smmu_CMDQ_CONS_RD(sides_reg(&w->s, SMMU_REG_CMDQ_CONS));

		if (!active)
			break;
		if (smmu_GERROR_CMDQ_ERR(active))
			repair(w, smmu_CMDQ_BASE_ADDR(base), entry_of(base, rd));
		sides_write(&w->s, SMMU_REG_GERRORN, gerror);
	}
	for (unsigned n = 0; n < ECMDQS; n++)
		recover_ecmdq(w, n);
}

/* By one of the ECMDQs: the command in memory, then PROD. */
static void issue_ecmdq(struct world *w, const struct smmu_cmd *cmd)
{
	unsigned n = (unsigned)below(&w->dice, ECMDQS);
	uint64_t base = sides_reg(&w->s, SMMU_REG_ECMDQ_BASE + n);
	uint64_t prod = sides_reg(&w->s, SMMU_REG_ECMDQ_PROD + n);
	uint64_t wr = smmu_ECMDQ_PROD_WR(prod);
	uint64_t at = smmu_CMDQ_BASE_ADDR(base) + SMMU_CMD_BYTES * entry_of(base, wr);

	sides_put(&w->s, at, cmd->word[0]);
	sides_put(&w->s, at + 8, cmd->word[1]);
	wr = smmu_bits(wr + 1, 0, (unsigned)smmu_CMDQ_BASE_LOG2SIZE(base) + 1);
	sides_write(&w->s, SMMU_REG_ECMDQ_PROD + n, smmu_ECMDQ_PROD_set_WR(prod, wr));
	if (smmu_ECMDQ_CONS_RD(sides_reg(&w->s, SMMU_REG_ECMDQ_CONS + n)) != wr)
		sides_fail(&w->s, 0, "a command of an ECMDQ is not consumed");
}

void world_issue(struct world *w, struct smmu_cmd cmd)
{
	if (one_in(&w->dice, 4)) {
		issue_ecmdq(w, &cmd);
		return;
	}
	if (sides_command(&w->s, &cmd) ||
	    smmu_CMDQ_CONS_RD(sides_reg(&w->s, SMMU_REG_CMDQ_CONS)) !=
		    smmu_CMDQ_PROD_WR(sides_reg(&w->s, SMMU_REG_CMDQ_PROD)))
		sides_fail(&w->s, 0, "a command is not consumed");
}

/* An invalidation of translations, as a command or as the broadcast of its scope. */
static void invalidate(struct world *w, struct smmu_cmd cmd)
{
	if (one_in(&w->dice, 8))
		sides_broadcast(&w->s, &cmd);
	else
		world_issue(w, cmd);
}

static struct smmu_cmd command(unsigned opcode, const struct tree *tree)
{
	struct smmu_cmd cmd = {{opcode, 0}};

	if (opcode == SMMU_CMD_TLBI_NSNH_ALL || opcode == SMMU_CMD_TLBI_EL2_ALL)
		return cmd;
	if (!tree->el2)
		smmu_cmd_set_VMID(&cmd, tree->vmid);
	smmu_cmd_set_ASID(&cmd, tree->asid);
	return cmd;
}

/* What was in a slot: what may be cached, and is to go. */
struct gone {
	const struct tree *tree;
	uint64_t input; /* first of what the slot translates */
	unsigned size_log2;
	int level;
	bool table;
};

/*
 * Adds the address, as one entry or as a range of all that the slot
 * translates.  A Table that goes takes all below it along, which one address
 * does not name; the Leaf form and the level hint are for leaves.
 */
static void name_range(struct world *w, struct smmu_cmd *cmd, const struct gone *gone)
{
	struct dice *dice = &w->dice;

	smmu_cmd_set_Address(cmd, gone->input);
	smmu_cmd_set_Leaf(cmd, !gone->table && one_in(dice, 2));
	if (!gone->table && one_in(dice, 2))
		return;
	smmu_cmd_set_TG(cmd, w->granule + 1);
	if (!gone->table && one_in(dice, 2) &&
	    !(w->granule == SMMU_GRANULE_16K && gone->level == 1))
		smmu_cmd_set_TTL(cmd, (uint64_t)gone->level);
	/* (NUM + 1) * 2^SCALE granules (4.4.1.1). */
	smmu_cmd_set_SCALE(cmd, gone->size_log2 - w->granule_log2);
	smmu_cmd_set_NUM(cmd, one_in(dice, 4) ? below(dice, 32) : 0);
	/* A granule for nothing is illegal. */
	if (!smmu_cmd_SCALE(cmd) && !smmu_cmd_NUM(cmd) && !smmu_cmd_TTL(cmd))
		smmu_cmd_set_TG(cmd, 0);
}

static void invalidate_el1(struct world *w, const struct gone *gone)
{
	static const uint8_t opcodes[] = {
		SMMU_CMD_TLBI_NH_VA,	SMMU_CMD_TLBI_NH_VA,  SMMU_CMD_TLBI_NH_VAA,
		SMMU_CMD_TLBI_NH_ASID,	SMMU_CMD_TLBI_NH_ALL, SMMU_CMD_TLBI_S12_VMALL,
		SMMU_CMD_TLBI_NSNH_ALL,
	};
	unsigned opcode = opcodes[below(&w->dice, SMMU_LEN(opcodes))];
	struct smmu_cmd cmd;

	/* Tables that several ASIDs share were walked for each of them. */
	if (gone->tree->global && opcode == SMMU_CMD_TLBI_NH_ASID)
		opcode = SMMU_CMD_TLBI_NH_ALL;
	if (gone->tree->global && gone->table && opcode == SMMU_CMD_TLBI_NH_VA)
		opcode = SMMU_CMD_TLBI_NH_VAA;
	cmd = command(opcode, gone->tree);
	if (opcode == SMMU_CMD_TLBI_NH_VA || opcode == SMMU_CMD_TLBI_NH_VAA)
		name_range(w, &cmd, gone);
	invalidate(w, cmd);
}

static void invalidate_el2(struct world *w, const struct gone *gone)
{
	static const uint8_t opcodes[] = {SMMU_CMD_TLBI_EL2_VA, SMMU_CMD_TLBI_EL2_VAA,
					  SMMU_CMD_TLBI_EL2_ALL, SMMU_CMD_TLBI_EL2_ASID};
	/* By ASID where there are ASIDs. */
	unsigned opcode = opcodes[below(&w->dice, w->e2h ? 4 : 3)];
	struct smmu_cmd cmd = command(opcode, gone->tree);

	if (opcode == SMMU_CMD_TLBI_EL2_VA || opcode == SMMU_CMD_TLBI_EL2_VAA)
		name_range(w, &cmd, gone);
	invalidate(w, cmd);
}

/* 4.4.3.1: what stage 1 was combined with goes by itself. */
static void invalidate_s2(struct world *w, const struct gone *gone)
{
	static const uint8_t opcodes[] = {SMMU_CMD_TLBI_S2_IPA, SMMU_CMD_TLBI_S2_IPA,
					  SMMU_CMD_TLBI_S12_VMALL, SMMU_CMD_TLBI_NSNH_ALL};
	unsigned opcode = opcodes[below(&w->dice, SMMU_LEN(opcodes))];
	struct smmu_cmd cmd = command(opcode, gone->tree);

	smmu_cmd_set_ASID(&cmd, 0);
	if (opcode == SMMU_CMD_TLBI_S2_IPA)
		name_range(w, &cmd, gone);
	invalidate(w, cmd);
	if (opcode == SMMU_CMD_TLBI_S2_IPA)
		invalidate(w, command(SMMU_CMD_TLBI_NH_ALL, gone->tree));
}

static void sync(struct world *w)
{
	world_issue(w, (struct smmu_cmd){{SMMU_CMD_SYNC, 0}});
}

static void invalidate_cds(struct world *w, unsigned stream)
{
	struct smmu_cmd cmd = {{SMMU_CMD_CFGI_CD_ALL, 0}};

	smmu_cmd_set_StreamID(&cmd, world_stream(stream));
	world_issue(w, cmd);
}

static void change_slot(struct world *w)
{
	const struct tree *tree = &w->tree[below(&w->dice, TREES)];
	const struct node *node = &tree->node[below(&w->dice, tree->nodes)];
	unsigned slot = (unsigned)below(&w->dice, SLOTS), log2 = tables_slot_log2(w, node);
	uint64_t pa = tables_slot_pa(node, slot);
	struct gone gone = {
		.tree = tree,
		.input = node->input + ((uint64_t)slot << log2),
		.size_log2 = log2,
		.level = node->level,
		.table = node->level < 3 && smmu_bits(tables_read(w, pa), 0, 2) ==
						    smmu_desc_type_bits(SMMU_DESC_TABLE),
	};

	if (tree->high)
		gone.input |= ~smmu_ones(w->ia_bits);
	tables_write(w, pa, tables_random(w, tree, node, slot));
	if (tree->stage2)
		invalidate_s2(w, &gone);
	else if (tree->el2)
		invalidate_el2(w, &gone);
	else
		invalidate_el1(w, &gone);
	/* CDs of the nested stream are fetched through entry 0. */
	if (tree->stage2 && gone.input == 0)
		invalidate_cds(w, 1);
	sync(w);
}

/* All that a stream's configuration may be in: STEs, CDs (4.3.1, 4.3.2). */
static void invalidate_stream(struct world *w, unsigned stream, bool leaf)
{
	struct smmu_cmd cmd = {{SMMU_CMD_CFGI_STE, 0}};

	if (one_in(&w->dice, 3)) {
		cmd.word[0] = SMMU_CMD_CFGI_STE_RANGE;
		smmu_cmd_set_Range(&cmd, one_in(&w->dice, 2) ? 31 : 5 + below(&w->dice, 4));
	} else {
		smmu_cmd_set_Leaf(&cmd, leaf);
	}
	smmu_cmd_set_StreamID(&cmd, world_stream(stream));
	world_issue(w, cmd);
}

/* Everything of the stream's translations. */
static void invalidate_regime(struct world *w, unsigned stream)
{
	static const uint8_t trees[STREAMS] = {0, TREE_NESTED, TREE_S2, TREE_EL2, 0, 0};
	const struct tree *tree = &w->tree[trees[stream]];
	unsigned vmall =
		stream == 1 || stream == 2 ? SMMU_CMD_TLBI_S12_VMALL : SMMU_CMD_TLBI_NH_ALL;

	if (stream == 3)
		invalidate(w, command(SMMU_CMD_TLBI_EL2_ALL, tree));
	else
		invalidate(w, command(one_in(&w->dice, 4) ? SMMU_CMD_TLBI_NSNH_ALL : vmall, tree));
}

static void change_ste(struct world *w)
{
	unsigned stream = (unsigned)below(&w->dice, STREAMS);

	tables_put_ste(w, stream);
	invalidate_stream(w, stream, one_in(&w->dice, 2));
	invalidate_regime(w, stream);
	sync(w);
}

static void change_cd(struct world *w)
{
	static const uint8_t streams[] = {0, 0, 0, 0, 1, 1, 3};
	static const uint8_t substreams[] = {0, 1, 2, 3, 0, 1, 0};
	unsigned at = (unsigned)below(&w->dice, SMMU_LEN(streams));

	tables_put_cd(w, streams[at], substreams[at]);
	for (unsigned stream = streams[at]; stream < STREAMS; stream += 4) {
		struct smmu_cmd cmd = {{SMMU_CMD_CFGI_CD, 0}};

		smmu_cmd_set_SubstreamID(&cmd, substreams[at]);
		smmu_cmd_set_StreamID(&cmd, world_stream(stream));
		smmu_cmd_set_Leaf(&cmd, one_in(&w->dice, 2));
		if (one_in(&w->dice, 2))
			world_issue(w, cmd);
		else if (one_in(&w->dice, 2))
			invalidate_cds(w, stream);
		else
			invalidate_stream(w, stream, true);
	}
	invalidate_regime(w, streams[at]);
	sync(w);
}

static void change_first_level(struct world *w)
{
	bool valid = !one_in(&w->dice, 8);
	unsigned n = (unsigned)below(&w->dice, 2);
	struct smmu_cmd all = {{SMMU_CMD_CFGI_STE_RANGE, 0}};

	if (w->two_level && one_in(&w->dice, 2)) {
		/* 2^6 streams from here on. */
		tables_put_l1std(w, n, valid);
		smmu_cmd_set_StreamID(&all, 64 * n);
		smmu_cmd_set_Range(&all, 5);
		world_issue(w, all);
	} else {
		tables_put_l1cd(w, n, valid);
		invalidate_cds(w, n);
		if (n == 0)
			invalidate_cds(w, 4);
	}
	sync(w);
}

void world_change(struct world *w)
{
	world_recover(w);
	switch (below(&w->dice, 12)) {
	case 0:
		change_ste(w);
		break;
	case 1:
		change_cd(w);
		break;
	case 2:
		change_first_level(w);
		break;
	default:
		change_slot(w);
	}
}
