/*
 * With a correct invalidation after every change, caches of every kind and
 * size give the answers that no caches give: accesses, faults, stalls,
 * descriptor updates, queues, address translation operations, page requests.
 */
#include "random.h"
#include "spec/cmd.h"
#include "world.h"

/* Of 64 records. */
enum { CHANGES = 8 };

static struct smmu_txn random_txn(struct world *w)
{
	static const uint8_t trees[STREAMS] = {0, 5, 8, 7, 0, 0};
	struct dice *dice = &w->dice;
	unsigned stream = (unsigned)below(dice, STREAMS);
	unsigned substream = (unsigned)below(dice, stream == 1			? 2
						   : stream == 0 || stream == 4 ? 4
										: 1);
	struct smmu_txn txn = {
		.size = 1,
		.stream = one_in(dice, 64) ? (uint32_t)below(dice, 200) : world_stream(stream),
		.substream = substream,
		.ssv = substream || (stream < 2 && one_in(dice, 16)),
		.write = one_in(dice, 2),
		.privileged = one_in(dice, 2),
		.alloc = SMMU_ALLOC_NONE_SUPPLIED,
	};

	txn.read = !txn.write || one_in(dice, 4);
	txn.instruction = !txn.write && one_in(dice, 4);
	if (stream != 1 && stream != 2 && stream != 3 && one_in(dice, 3))
		txn.address = world_address(w, &w->tree[4]);
	else
		txn.address =
			world_address(w, &w->tree[trees[stream] + (stream < 2 ? substream : 0)]);
	return txn;
}

/* Mostly one of those before: caches are for those. */
static void access_some(struct world *w)
{
	struct smmu_txn *txn = &w->recent[below(&w->dice, RECENT)];

	if (!txn->size || one_in(&w->dice, 4))
		*txn = random_txn(w);
	if (one_in(&w->dice, 8)) {
		txn->write = !txn->write;
		txn->read = !txn->write;
		txn->instruction = false;
	}
	sides_access(&w->s, txn);
}

/* CMD_RESUME of the last that stalled, or of any; CMD_STALL_TERM. */
static void end_stalls(struct world *w)
{
	struct dice *dice = &w->dice;
	struct smmu_cmd cmd = {{one_in(dice, 8) ? SMMU_CMD_STALL_TERM : SMMU_CMD_RESUME, 0}};
	bool last = !one_in(dice, 3);

	world_recover(w);
	smmu_cmd_set_StreamID(&cmd, last ? w->s.last_stream
					 : world_stream((unsigned)below(dice, STREAMS)));
	if (smmu_cmd_Opcode(&cmd) == SMMU_CMD_RESUME) {
		smmu_cmd_set_STAG(&cmd, last ? w->s.last_stall : 1 + below(dice, 8));
		smmu_cmd_set_Ac(&cmd, one_in(dice, 2));
		smmu_cmd_set_Ab(&cmd, one_in(dice, 2));
	}
	world_issue(w, cmd);
}

static void consume_events(struct world *w)
{
	uint64_t prod = sides_reg(&w->s, SMMU_REG_EVENTQ_PROD);
	uint64_t cons = sides_reg(&w->s, SMMU_REG_EVENTQ_CONS);
	uint64_t size = smmu_EVENTQ_BASE_LOG2SIZE(sides_reg(&w->s, SMMU_REG_EVENTQ_BASE));

	if (one_in(&w->dice, 4)) {
		sides_drain(&w->s);
		return;
	}
	if (smmu_EVENTQ_PROD_WR(prod) != smmu_EVENTQ_CONS_RD(cons))
		cons = smmu_EVENTQ_CONS_set_RD(
			cons, smmu_bits(smmu_EVENTQ_CONS_RD(cons) + 1, 0, (unsigned)size + 1));
	if (one_in(&w->dice, 2))
		cons = smmu_EVENTQ_CONS_set_OVACKFLG(cons, smmu_EVENTQ_PROD_OVFLG(prod));
	sides_write(&w->s, SMMU_REG_EVENTQ_CONS, cons);
}

static void request_page(struct world *w)
{
	struct smmu_txn txn = random_txn(w);
	struct smmu_page_request request = {
		.txn = &txn,
		.prg_index = (uint32_t)below(&w->dice, 512),
		.last = one_in(&w->dice, 2),
	};

	txn.read &= !one_in(&w->dice, 4);
	sides_page_request(&w->s, &request);
	/* Software takes all, and acknowledges an overflow. */
	if (one_in(&w->dice, 3))
		sides_write(&w->s, SMMU_REG_PRIQ_CONS, sides_reg(&w->s, SMMU_REG_PRIQ_PROD));
}

/* An address translation operation, and its result. */
static void ask(struct world *w)
{
	struct smmu_txn txn = random_txn(w);
	struct dice *dice = &w->dice;
	uint64_t sid = smmu_ATOS_SID_set_STREAMID(0, txn.stream), addr = 0;

	sid = smmu_ATOS_SID_set_SSID_VALID(sid, txn.ssv);
	sid = smmu_ATOS_SID_set_SUBSTREAMID(sid, txn.substream);
	addr = smmu_ATOS_ADDR_set_ADDR(addr, txn.address);
	addr = smmu_ATOS_ADDR_set_TYPE(addr, below(dice, 4));
	addr = smmu_ATOS_ADDR_set_PnU(addr, txn.privileged);
	addr = smmu_ATOS_ADDR_set_RnW(addr, txn.read);
	addr = smmu_ATOS_ADDR_set_InD(addr, txn.instruction);
	addr = smmu_ATOS_ADDR_set_HTTUI(addr, one_in(dice, 2));
	sides_write(&w->s, SMMU_REG_GATOS_SID, sid);
	sides_write(&w->s, SMMU_REG_GATOS_ADDR, addr);
	sides_write(&w->s, SMMU_REG_GATOS_CTRL, smmu_ATOS_CTRL_set_RUN(0, 1));
	sides_read(&w->s, SMMU_REG_GATOS_PAR);
}

/* Registers that come and go; world_recover() puts CR0 right again. */
static void touch_registers(struct world *w)
{
	struct dice *dice = &w->dice;
	uint64_t cr0 = sides_reg(&w->s, SMMU_REG_CR0), gbpa = 0;

	switch (below(dice, 4)) {
	case 0: /* VMW stays: what it tags by must not change under caches (6.3.9.1) */
		sides_write(&w->s, SMMU_REG_CR0,
			    smmu_bits_set(cr0, 0, 4, one_in(dice, 2) ? below(dice, 16) : 15));
		break;
	case 1:
		gbpa = smmu_GBPA_set_ABORT(smmu_GBPA_set_Update(gbpa, 1), one_in(dice, 2));
		sides_write(&w->s, SMMU_REG_GBPA, gbpa);
		break;
	case 2:
		sides_write(&w->s, SMMU_REG_IRQ_CTRL, below(dice, 8));
		break;
	default:
		sides_read(&w->s, (enum smmu_reg)below(dice, SMMU_REG_ECMDQ_BASE));
	}
}

/* Commands that change nothing that shows, or too much; some illegal. */
static void command_some(struct world *w)
{
	static const uint8_t opcodes[] = {
		SMMU_CMD_PREFETCH_CONFIG, SMMU_CMD_PREFETCH_ADDR, SMMU_CMD_CFGI_STE,
		SMMU_CMD_CFGI_CD,	  SMMU_CMD_TLBI_NH_ALL,	  SMMU_CMD_TLBI_NH_VA,
		SMMU_CMD_TLBI_S2_IPA,	  SMMU_CMD_ATC_INV,	  SMMU_CMD_PRI_RESP,
		SMMU_CMD_TLBI_EL2_ALL,
	};
	struct dice *dice = &w->dice;
	struct smmu_cmd cmd = {{0}};

	if (one_in(dice, 3)) {
		cmd.word[0] = SMMU_CMD_SYNC;
		smmu_cmd_set_CS(&cmd, below(dice, 4));
		smmu_cmd_set_MSIAddress(&cmd, SCRATCH + 0x20 + 4 * below(dice, 8));
		smmu_cmd_set_MSIData(&cmd, dice_draw(dice));
	} else {
		cmd.word[0] = dice_draw(dice);
		cmd.word[1] = dice_draw(dice);
		smmu_cmd_set_Opcode(&cmd, one_in(dice, 8)
						  ? below(dice, 256)
						  : opcodes[below(dice, SMMU_LEN(opcodes))]);
	}
	sides_command(&w->s, &cmd);
}

static void record(struct world *w)
{
	static void (*const kinds[])(struct world *) = {end_stalls, consume_events,  request_page,
							ask,	    touch_registers, command_some};
	uint64_t turn = below(&w->dice, 64);

	if (turn < CHANGES)
		world_change(w);
	else if (turn < CHANGES + 2 * SMMU_LEN(kinds))
		kinds[(turn - CHANGES) / 2](w);
	else
		access_some(w);
}

void agree(uint64_t seed, uint64_t records)
{
	static struct world w; /* large */

	world_init(&w, seed);
	for (w.s.record = 0; w.s.record < records; w.s.record++)
		record(&w);
	sides_compare(&w.s);
	world_fini(&w);
}
