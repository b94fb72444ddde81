/*
 * One model under anything: memory, identification and control registers,
 * commands, accesses of every kind and Security state.  Nothing may crash or
 * run for ever, and without caches a probe says what the access then does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/reach.h"
#include "random.h"
#include "sides.h"
#include "spec/cmd.h"
#include "spec/event.h"

#define RAM	 UINT64_C(0x200000)
#define FILLED	 UINT64_C(0x40000) /* with random words at the start */
#define STRTAB	 UINT64_C(0x10000)
#define QUEUES	 UINT64_C(0x8000)
#define RAM_LOG2 21
enum { BUDGET = 4000 };

struct chaos {
	struct smmu_mem *mem;
	struct smmu_model *model;
	uint64_t regs[SMMU_REG_COUNT]; /* at the start */
	bool cached;
	struct dice dice;
	uint64_t seed, record;
};

static void check(const struct chaos *c, bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "random: chaos, seed %" PRIu64 ", record %" PRIu64 ": %s\n", c->seed,
		c->record, what);
	exit(1);
}

static void put(struct chaos *c, uint64_t pa, uint64_t value)
{
	uint8_t bytes[8];

	smmu_st64le(bytes, value);
	smmu_mem_write(c->mem, (struct smmu_pa){pa, (enum smmu_pas)below(&c->dice, 4)}, bytes,
		       sizeof(bytes));
}

static uint64_t somewhere(struct chaos *c, unsigned align_log2)
{
	uint64_t top = one_in(&c->dice, 16) ? smmu_pow2(56) : one_in(&c->dice, 4) ? RAM : FILLED;

	return smmu_align_down_log2(below(&c->dice, top), align_log2);
}

/* A word that often means something: an address inside memory with low bits set. */
static uint64_t word(struct chaos *c)
{
	struct dice *dice = &c->dice;

	if (one_in(dice, 4))
		return dice_draw(dice);
	return somewhere(c, 12) | below(dice, 4096) | below(dice, 4) << 51 | below(dice, 4) << 53 |
	       (one_in(dice, 2) ? 0x443 : 3);
}

/* An STE in random words, with what makes it mean something set right. */
static void put_ste(struct chaos *c, uint64_t pa)
{
	struct dice *dice = &c->dice;
	bool any = one_in(dice, 4);
	uint64_t w[8] = {0};

	for (unsigned i = 0; i < 8; i++)
		w[i] = any || one_in(dice, 8) ? dice_draw(dice) : 0;
	/* V, Config, S1ContextPtr; S2T0SZ, S2SL0, S2TG, S2PS, S2AA64, HD to S2R; S2TTB (5.2). */
	w[0] = smmu_bits_set(w[0], 0, 56, somewhere(c, 6) | below(dice, 8) << 1 | 1);
	w[0] = smmu_bits_set(w[0], 59, 5, below(dice, 4));
	w[2] = smmu_bits_set(w[2], 32, 16, (16 + below(dice, 28)) | below(dice, 256) << 6);
	w[2] = smmu_bits_set(w[2], 48, 16, below(dice, 8) | below(dice, 2048) << 5 | 8);
	w[3] = smmu_bits_set(w[3], 4, 52, somewhere(c, 12) >> 4);
	for (unsigned i = 0; i < 8; i++)
		put(c, pa + 8 * i, w[i]);
}

static void put_cd(struct chaos *c, uint64_t pa)
{
	struct dice *dice = &c->dice;
	uint64_t w[8];

	for (unsigned i = 0; i < 8; i++)
		w[i] = i > 2 || one_in(dice, 8) ? dice_draw(dice) : 0;
	/* T0SZ and T1SZ, TG0 and TG1, V, IPS, AA64, HD to A; TTB0, TTB1 (5.4). */
	w[0] = smmu_bits_set(w[0], 0, 32,
			     (16 + below(dice, 28)) * 0x10001 | below(dice, 4) << 6 |
				     below(dice, 4) << 22 | UINT64_C(0x80000000));
	w[0] = smmu_bits_set(w[0], 32, 16, below(dice, 8) | below(dice, 64) << 9 | 0x200);
	w[1] = smmu_bits_set(w[1], 4, 52, somewhere(c, 12) >> 4);
	w[2] = smmu_bits_set(w[2], 4, 52, somewhere(c, 12) >> 4);
	for (unsigned i = 0; i < 8; i++)
		put(c, pa + 8 * i, w[i]);
}

static void poke(struct chaos *c)
{
	switch (below(&c->dice, 4)) {
	case 0:
		put_ste(c, STRTAB + 64 * below(&c->dice, 16));
		break;
	case 1:
		put_cd(c, somewhere(c, 6));
		break;
	default:
		put(c, somewhere(c, 3), word(c));
	}
	smmu_model_flush(c->model);
}

/* Identification: what there is of it, at random; sizes within reason. */
static void identify(struct chaos *c)
{
	uint64_t *regs = c->regs;

	for (unsigned reg = 0; reg < SMMU_REG_COUNT; reg++)
		if (smmu_reg_is_id((enum smmu_reg)reg))
			regs[reg] = dice_draw(&c->dice) & smmu_ones(32);
	regs[SMMU_REG_IDR0] |= 0xf;
	regs[SMMU_REG_IDR1] = smmu_IDR1_set_SIDSIZE(regs[SMMU_REG_IDR1], 8 + below(&c->dice, 25));
	regs[SMMU_REG_IDR1] = smmu_IDR1_set_SSIDSIZE(regs[SMMU_REG_IDR1], below(&c->dice, 21));
	regs[SMMU_REG_IDR5] = smmu_IDR5_set_OAS(regs[SMMU_REG_IDR5], 2 + below(&c->dice, 6));
	regs[SMMU_REG_AIDR] = below(&c->dice, 6);
}

static void set_registers(struct chaos *c)
{
	static const enum smmu_sec secs[] = {SMMU_SEC_NS, SMMU_SEC_S, SMMU_SEC_REALM};
	static const enum smmu_reg queues[] = {SMMU_REG_CMDQ_BASE, SMMU_REG_EVENTQ_BASE,
					       SMMU_REG_PRIQ_BASE};
	struct dice *dice = &c->dice;

	memset(c->regs, 0, sizeof(c->regs));
	identify(c);
	for (unsigned i = 0; i < SMMU_LEN(secs); i++) {
		enum smmu_reg reg = smmu_reg_of(SMMU_REG_CR0, secs[i]);

		c->regs[reg] = 0xf | below(dice, 2048);
		c->regs[smmu_reg_of(SMMU_REG_CR0ACK, secs[i])] = c->regs[reg];
		c->regs[smmu_reg_of(SMMU_REG_CR2, secs[i])] = below(dice, 16);
		c->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE, secs[i])] = STRTAB;
		c->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE_CFG, secs[i])] =
			below(dice, 16) | below(dice, 16) << 6 | below(dice, 4) << 16;
		for (unsigned q = 0; q < SMMU_LEN(queues); q++) {
			reg = smmu_reg_of(queues[q], secs[i]);
			if (reg != SMMU_REG_COUNT)
				c->regs[reg] = (one_in(dice, 4) ? somewhere(c, 5)
								: QUEUES + 0x400 * (3 * i + q)) |
					       below(dice, 5);
		}
	}
	c->regs[SMMU_REG_CMDQ_CONTROL_PAGE_BASE] = RAM | 3;
	for (unsigned i = 0; i < 4; i++) {
		c->regs[SMMU_REG_ECMDQ_BASE + i] = somewhere(c, 5) | below(dice, 5);
		c->regs[SMMU_REG_ECMDQ_PROD + i] = smmu_ECMDQ_PROD_set_EN(0, 1);
		c->regs[SMMU_REG_ECMDQ_CONS + i] = smmu_ECMDQ_CONS_set_ENACK(0, 1);
	}
}

static void give_caches(struct chaos *c)
{
	static const struct smmu_caches none = {0};
	struct smmu_caches caches = sides_sized(&c->dice);

	c->cached = one_in(&c->dice, 2);
	if (one_in(&c->dice, 2))
		caches = smmu_caches_ideal();
	check(c, smmu_model_set_caches(c->model, c->cached ? &caches : &none) == 0, "caches");
}

static struct smmu_txn random_txn(struct chaos *c)
{
	struct dice *dice = &c->dice;
	struct smmu_txn txn = {
		.address = one_in(dice, 4) ? dice_draw(dice) : below(dice, smmu_pow2(RAM_LOG2)),
		.size = 1 + below(dice, 64),
		.stream = (uint32_t)(one_in(dice, 32) ? dice_draw(dice) : below(dice, 16)),
		.substream = (uint32_t)below(dice, 8),
		.write = one_in(dice, 2),
		.privileged = one_in(dice, 2),
		.ssv = one_in(dice, 3),
		.ns_supplied = one_in(dice, 2),
		.nosnoop = one_in(dice, 8),
		.ns = one_in(dice, 2),
		.memtype = (uint8_t)below(dice, 8),
		.sh = (uint8_t)below(dice, 4),
		.alloc = (uint8_t)below(dice, 5),
	};

	txn.read = !txn.write || one_in(dice, 4);
	txn.instruction = !txn.write && one_in(dice, 4);
	if (one_in(dice, 8))
		txn.kind = (uint8_t)(1 + below(dice, 2));
	if (one_in(dice, 3))
		txn.sec = (uint8_t)(1 + below(dice, 2));
	return txn;
}

static bool is_same_event(const struct smmu_event *a, const struct smmu_event *b)
{
	struct smmu_evt x, y;

	if (!a->present || !b->present)
		return a->present == b->present;
	memcpy(x.word, a->word, sizeof(x.word));
	memcpy(y.word, b->word, sizeof(y.word));
	smmu_evt_set_STAG(&x, 0);
	smmu_evt_set_STAG(&y, 0);
	return memcmp(x.word, y.word, sizeof(x.word)) == 0;
}

static void access_some(struct chaos *c)
{
	struct smmu_txn txn = random_txn(c);
	struct smmu_result probe, result;

	check(c, smmu_model_probe(&probe, c->model, &txn, NULL) == 0, "no answer of a probe");
	check(c, smmu_model_translate(&result, c->model, &txn) == 0, "no answer");
	check(c, result.status < SMMU_STATUS_COUNT, "status");
	check(c, result.updates_count <= SMMU_UPDATES_MAX, "updates");
	check(c, !probe.stale && (c->cached || !result.stale), "stale");
	if (c->cached)
		return;
	check(c, probe.status == result.status, "a probe has another status");
	check(c, is_same_event(&probe.event, &result.event), "a probe has another event");
	if (result.status == SMMU_STATUS_OK)
		check(c, probe.pa.pa == result.pa.pa && probe.pa.pas == result.pa.pas,
		      "a probe has another output address");
}

static enum smmu_sec random_sec(struct chaos *c)
{
	return one_in(&c->dice, 2) ? SMMU_SEC_NS : (enum smmu_sec)below(&c->dice, SMMU_SEC_COUNT);
}

static struct smmu_cmd random_cmd(struct chaos *c)
{
	static const uint8_t opcodes[] = {
#define COMMAND(NAME, opcode, ...) opcode,
#include "spec/commands.def"
	};
	struct dice *dice = &c->dice;
	struct smmu_cmd cmd = {{dice_draw(dice), one_in(dice, 2) ? dice_draw(dice) : word(c)}};

	if (!one_in(dice, 8))
		smmu_cmd_set_Opcode(&cmd, opcodes[below(dice, SMMU_LEN(opcodes))]);
	if (one_in(dice, 2))
		cmd.word[0] &= smmu_ones(36) & ~smmu_mask(14, 18);
	if (one_in(dice, 2))
		cmd.word[1] = below(dice, 8);
	return cmd;
}

static void command_some(struct chaos *c)
{
	struct smmu_cmd cmd = random_cmd(c);
	const struct smmu_ended *ended;
	struct smmu_reply reply;
	int err = smmu_model_command(&reply, c->model, random_sec(c), &cmd);

	check(c, err == 0 || err == SMMU_E_LIMIT || err == SMMU_E_UNKNOWN, "command");
	smmu_model_ended(&ended, c->model);
}

static void broadcast(struct chaos *c)
{
	struct smmu_cmd cmd = random_cmd(c);
	int err = smmu_model_tlbi(c->model, random_sec(c), &cmd);

	check(c, err == 0 || err == SMMU_E_INVALID, "broadcast");
}

static void touch_registers(struct chaos *c)
{
	struct dice *dice = &c->dice;
	enum smmu_reg reg = (enum smmu_reg)below(dice, SMMU_REG_COUNT);
	struct smmu_mmio access = {
		.sec = one_in(dice, 8) ? random_sec(c) : smmu_reg_info(reg)->sec,
		.write = one_in(dice, 2),
		.size = one_in(dice, 16) ? 1u << below(dice, 5) : 4u << below(dice, 2),
		.offset = one_in(dice, 4) ? below(dice, 0x200000) : smmu_reg_offset(c->regs, reg),
		.value = one_in(dice, 2) ? dice_draw(dice) : somewhere(c, 0),
	};
	const struct smmu_ended *ended;
	struct smmu_reply reply;

	check(c, smmu_model_mmio(&reply, c->model, &access) == 0, "register access");
	smmu_model_ended(&ended, c->model);
	check(c, reply.updates_count <= SMMU_UPDATES_MAX, "updates");
}

/* Mostly on: a model that is off has little to go wrong. */
static void switch_on(struct chaos *c)
{
	static const enum smmu_sec secs[] = {SMMU_SEC_NS, SMMU_SEC_S, SMMU_SEC_REALM};

	for (unsigned i = 0; i < SMMU_LEN(secs); i++) {
		enum smmu_reg gerror = smmu_reg_of(SMMU_REG_GERROR, secs[i]);
		struct smmu_mmio access = {
			.sec = secs[i],
			.write = true,
			.size = 4,
			.offset = smmu_reg_offset(c->regs, smmu_reg_of(SMMU_REG_CR0, secs[i])),
			.value = 0xf,
		};
		struct smmu_reply reply;

		check(c, smmu_model_mmio(&reply, c->model, &access) == 0, "CR0");
		access.offset = smmu_reg_offset(c->regs, smmu_reg_of(SMMU_REG_GERRORN, secs[i]));
		access.value = smmu_model_reg(c->model, gerror);
		check(c, smmu_model_mmio(&reply, c->model, &access) == 0, "GERRORN");
		if (one_in(&c->dice, 2))
			check(c, smmu_model_drain(c->model, secs[i]) == 0, "drain");
	}
}

static void request_page(struct chaos *c)
{
	struct smmu_txn txn = random_txn(c);
	struct smmu_page_request request = {
		.txn = &txn,
		.prg_index = (uint32_t)dice_draw(&c->dice),
		.last = one_in(&c->dice, 2),
	};
	const struct smmu_interrupt *interrupts;
	struct smmu_page_answer answer;

	check(c, smmu_model_page_request(&answer, c->model, &request) == 0, "page request");
	check(c, smmu_model_interrupts(&interrupts, c->model) <= SMMU_INTERRUPTS_MAX, "interrupts");
}

static void copy(struct chaos *c)
{
	struct smmu_model *twin;

	check(c, smmu_model_clone(&twin, c->model, c->mem) == 0, "clone");
	smmu_model_free(c->model);
	c->model = twin;
}

static int visit_map(void *ctx, const struct smmu_reach_map *map)
{
	const struct chaos *c = ctx;

	check(c, map->input <= map->last, "a map that ends before it begins");
	return 0;
}

static void reach(struct chaos *c)
{
	struct smmu_txn txn = random_txn(c);
	uint64_t budget = BUDGET;
	int err = smmu_reach_maps(c->model, &txn, &budget, visit_map, c);

	check(c, err == 0 || err == SMMU_E_LIMIT, "reach");
}

static void record(struct chaos *c)
{
	static void (*const kinds[])(struct chaos *) = {
		poke,	   poke,      poke,	    command_some, command_some, touch_registers,
		broadcast, switch_on, request_page, switch_on,
	};
	uint64_t turn = below(&c->dice, 24);

	if (turn < SMMU_LEN(kinds))
		kinds[turn](c);
	else
		access_some(c);
	if (one_in(&c->dice, 500))
		copy(c);
	if (one_in(&c->dice, 500))
		give_caches(c);
	if (one_in(&c->dice, 500))
		reach(c);
}

void chaos(uint64_t seed, uint64_t records)
{
	static struct chaos c; /* large */

	c = (struct chaos){.seed = seed, .dice = dice_of(seed)};
	check(&c, smmu_mem_new(&c.mem) == 0, "no memory");
	check(&c, smmu_mem_add_ram(c.mem, SMMU_PAS_ALL, 0, RAM) == 0, "no memory");
	for (uint64_t pa = 0; pa < FILLED; pa += 8)
		put(&c, pa, word(&c));
	for (unsigned i = 0; i < 16; i++)
		put_ste(&c, STRTAB + 64 * i);
	set_registers(&c);
	check(&c, smmu_model_new(&c.model, c.mem, c.regs) == 0, "no model");
	smmu_model_set_merging(c.model, one_in(&c.dice, 3));
	give_caches(&c);
	for (c.record = 0; c.record < records; c.record++)
		record(&c);
	smmu_model_free(c.model);
	smmu_mem_free(c.mem);
}
