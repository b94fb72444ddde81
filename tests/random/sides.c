/* Models side by side.  See sides.h. */
#include "sides.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "spec/event.h"

void sides_fail(const struct sides *s, unsigned side, const char *what)
{
	static const char *const names[SIDES] = {"plain", "none", "ideal", "sized"};

	fflush(stdout);
	fprintf(stderr, "random: agree, seed %" PRIu64 ", record %" PRIu64 ", %s: %s\n", s->seed,
		s->record, names[side], what);
	exit(1);
}

static void check(const struct sides *s, unsigned side, bool held, const char *what)
{
	if (!held)
		sides_fail(s, side, what);
}

void sides_init(struct sides *s, uint64_t seed)
{
	*s = (struct sides){.seed = seed};
	for (unsigned i = 0; i < SIDES; i++)
		check(s, i,
		      smmu_mem_new(&s->mem[i]) == 0 &&
			      smmu_mem_add_ram(s->mem[i], SMMU_PAS_ALL, 0, RAM_SIZE) == 0,
		      "no memory");
}

static struct smmu_cache_size random_size(struct dice *dice)
{
	struct smmu_cache_size size = {
		.on = !one_in(dice, 4),
		.entries = 1u << below(dice, 7),
		.policy = (enum smmu_cache_policy)below(dice, 4),
		.per = one_in(dice, 2) ? (enum smmu_cache_per)below(dice, 3) : SMMU_CACHE_PER_SMMU,
	};

	size.ways = one_in(dice, 3) ? 0 : 1u << below(dice, 3);
	if (size.ways > size.entries)
		size.ways = size.entries;
	return size;
}

struct smmu_caches sides_sized(struct dice *dice)
{
	struct smmu_caches caches = {0};

	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		caches.of[i] = random_size(dice);
	caches.walk_count = one_in(dice, 2) ? below(dice, 5) : 0;
	for (size_t i = 0; i < caches.walk_count; i++)
		caches.walk[i] = (struct smmu_walk_part){
			.stages = (uint8_t)(1 + below(dice, 3)),
			.levels = (uint8_t)below(dice, 64),
			.leaves = one_in(dice, 2),
			.final_only = one_in(dice, 2),
			.size = random_size(dice),
		};
	return caches;
}

void sides_start(struct sides *s, const uint64_t *regs, struct dice *dice)
{
	const struct smmu_caches ideal = smmu_caches_ideal(), sized = sides_sized(dice);

	memcpy(s->regs, regs, sizeof(s->regs));
	for (unsigned i = 0; i < SIDES; i++)
		check(s, i, smmu_model_new(&s->model[i], s->mem[i], regs) == 0, "no model");
	for (unsigned i = 0, merging = one_in(dice, 3); i < SIDES; i++)
		smmu_model_set_merging(s->model[i], merging);
	smmu_model_set_tlb(s->model[SIDE_PLAIN], false);
	check(s, SIDE_IDEAL, smmu_model_set_caches(s->model[SIDE_IDEAL], &ideal) == 0, "caches");
	check(s, SIDE_SIZED, smmu_model_set_caches(s->model[SIDE_SIZED], &sized) == 0, "caches");
}

void sides_fini(struct sides *s)
{
	for (unsigned i = 0; i < SIDES; i++) {
		smmu_model_free(s->model[i]);
		smmu_mem_free(s->mem[i]);
	}
}

void sides_put(struct sides *s, uint64_t pa, uint64_t value)
{
	uint8_t bytes[8];

	smmu_st64le(bytes, value);
	for (unsigned i = 0; i < SIDES; i++) {
		smmu_mem_write(s->mem[i], (struct smmu_pa){pa, SMMU_PAS_NS}, bytes, sizeof(bytes));
		if (s->model[i])
			smmu_model_flush(s->model[i]);
	}
}

uint64_t sides_get(const struct sides *s, uint64_t pa)
{
	uint64_t value = 0;

	smmu_mem_ld64(&value, s->mem[0], (struct smmu_pa){pa, SMMU_PAS_NS});
	return value;
}

uint64_t sides_reg(const struct sides *s, enum smmu_reg reg)
{
	return smmu_model_reg(s->model[0], reg);
}

/* The value that a word came to, or 0: no update of it. */
static uint64_t last_update(const struct smmu_update *updates, unsigned count, uint64_t pa)
{
	while (count--)
		if (updates[count].pa.pa == pa)
			return updates[count].value;
	return 0;
}

static bool has_all(const struct smmu_update *a, unsigned a_count, const struct smmu_update *b,
		    unsigned b_count)
{
	for (unsigned i = 0; i < b_count; i++)
		if (last_update(a, a_count, b[i].pa.pa) != last_update(b, b_count, b[i].pa.pa))
			return false;
	return true;
}

static bool is_same_updates(const struct smmu_update *a, unsigned a_count,
			    const struct smmu_update *b, unsigned b_count)
{
	return has_all(a, a_count, b, b_count) && has_all(b, b_count, a, a_count);
}

static const char *difference(const struct smmu_result *a, const struct smmu_result *b)
{
	if (b->stale)
		return "stale";
	if (a->status != b->status)
		return "status";
	if (a->event.present != b->event.present || a->event.recorded != b->event.recorded)
		return "event present or recorded";
	if (a->event.present && a->event.merged != b->event.merged)
		return "event merged";
	if (a->event.present && memcmp(a->event.word, b->event.word, sizeof(a->event.word)) != 0)
		return "event";
	if (!is_same_updates(a->updates, a->updates_count, b->updates, b->updates_count))
		return "updates";
	if (a->status != SMMU_STATUS_OK)
		return a->response != b->response ? "response" : NULL;
	if (a->pa.pa != b->pa.pa || a->pa.pas != b->pa.pas)
		return "output address";
	return a->attr.memory != b->attr.memory || a->attr.marks != b->attr.marks ? "attributes"
										  : NULL;
}

static void note_stall(struct sides *s, const struct smmu_txn *txn, const struct smmu_result *r)
{
	struct smmu_evt evt;

	if (r->status != SMMU_STATUS_STALL)
		return;
	memcpy(evt.word, r->event.word, sizeof(evt.word));
	s->last_stall = smmu_evt_STAG(&evt);
	s->last_stream = txn->stream;
	for (unsigned i = 0; i < SIDES; i++)
		smmu_model_name_stalled(s->model[i], (uint16_t)s->last_stall, s->record + 1);
}

static void compare_interrupts(struct sides *s)
{
	const struct smmu_interrupt *first, *other;
	size_t count = smmu_model_interrupts(&first, s->model[0]);

	for (unsigned side = 1; side < SIDES; side++) {
		size_t n = smmu_model_interrupts(&other, s->model[side]);

		check(s, side, n == count, "how many interrupts");
		for (size_t i = 0; i < n; i++)
			check(s, side,
			      first[i].source == other[i].source && first[i].msi == other[i].msi &&
				      first[i].pa.pa == other[i].pa.pa &&
				      first[i].data == other[i].data,
			      "interrupt");
	}
}

/* What stalled transactions came to. */
static void compare_ended(struct sides *s)
{
	const struct smmu_ended *first, *other;
	size_t count = smmu_model_ended(&first, s->model[0]);

	for (unsigned side = 1; side < SIDES; side++) {
		size_t n = smmu_model_ended(&other, s->model[side]);

		check(s, side, n == count, "how many transactions ended");
		for (size_t i = 0; i < n; i++) {
			const char *what = difference(&first[i].result, &other[i].result);

			check(s, side, first[i].id == other[i].id, "which transaction ended");
			if (what)
				sides_fail(s, side, what);
		}
	}
	for (size_t i = 0; i < count; i++)
		note_stall(s, &first[i].txn, &first[i].result);
	compare_interrupts(s);
}

void sides_access(struct sides *s, const struct smmu_txn *txn)
{
	struct smmu_result first, other;

	for (unsigned i = 0; i < SIDES; i++) {
		const char *what;

		check(s, i, smmu_model_translate(i ? &other : &first, s->model[i], txn) == 0,
		      "no answer");
		what = i ? difference(&first, &other) : NULL;
		if (what)
			sides_fail(s, i, what);
	}
	note_stall(s, txn, &first);
	compare_interrupts(s);
}

static void compare_replies(struct sides *s, unsigned side, const struct smmu_reply *a,
			    const struct smmu_reply *b)
{
	check(s, side, a->status == b->status && a->pending == b->pending, "status of a reply");
	check(s, side, a->value == b->value, "value of a register");
	check(s, side, !a->error == !b->error && (!a->error || strcmp(a->error, b->error) == 0),
	      "command error");
	check(s, side, is_same_updates(a->updates, a->updates_count, b->updates, b->updates_count),
	      "updates of an address translation operation");
}

static uint64_t mmio(struct sides *s, enum smmu_reg reg, bool write, uint64_t value)
{
	struct smmu_mmio access = {
		.write = write, .size = smmu_reg_info(reg)->width_bits / 8, .value = value};
	struct smmu_reply first, other;

	access.offset = smmu_reg_offset(s->regs, reg);
	for (unsigned i = 0; i < SIDES; i++) {
		check(s, i, smmu_model_mmio(i ? &other : &first, s->model[i], &access) == 0,
		      "no answer");
		if (i)
			compare_replies(s, i, &first, &other);
	}
	if (write)
		compare_ended(s);
	return first.value;
}

uint64_t sides_read(struct sides *s, enum smmu_reg reg)
{
	return mmio(s, reg, false, 0);
}

void sides_write(struct sides *s, enum smmu_reg reg, uint64_t value)
{
	mmio(s, reg, true, value);
}

int sides_command(struct sides *s, const struct smmu_cmd *cmd)
{
	struct smmu_reply first, other;
	int err = 0;

	for (unsigned i = 0; i < SIDES; i++) {
		int got = smmu_model_command(i ? &other : &first, s->model[i], SMMU_SEC_NS, cmd);

		check(s, i, got == 0 || got == SMMU_E_LIMIT, "no answer");
		check(s, i, i == 0 || got == err, "a queue that is full");
		err = got;
		if (i)
			compare_replies(s, i, &first, &other);
	}
	compare_ended(s);
	return err;
}

void sides_broadcast(struct sides *s, const struct smmu_cmd *cmd)
{
	for (unsigned i = 0; i < SIDES; i++)
		check(s, i, smmu_model_tlbi(s->model[i], SMMU_SEC_NS, cmd) == 0,
		      "no such broadcast");
}

void sides_page_request(struct sides *s, const struct smmu_page_request *request)
{
	struct smmu_page_answer first, other;

	for (unsigned i = 0; i < SIDES; i++) {
		check(s, i, smmu_model_page_request(i ? &other : &first, s->model[i], request) == 0,
		      "no answer");
		if (i)
			check(s, i,
			      first.fate == other.fate && first.code == other.code &&
				      first.pasid == other.pasid &&
				      first.event.present == other.event.present,
			      "answer to a page request");
	}
	compare_interrupts(s);
}

void sides_drain(struct sides *s)
{
	for (unsigned i = 0; i < SIDES; i++)
		check(s, i, smmu_model_drain(s->model[i], SMMU_SEC_NS) == 0, "no answer");
	compare_ended(s);
}

void sides_compare(const struct sides *s)
{
	for (unsigned side = 1; side < SIDES; side++) {
		for (unsigned reg = 0; reg < SMMU_REG_COUNT; reg++)
			check(s, side,
			      smmu_model_reg(s->model[0], (enum smmu_reg)reg) ==
				      smmu_model_reg(s->model[side], (enum smmu_reg)reg),
			      smmu_reg_info((enum smmu_reg)reg)->name);
		for (uint64_t pa = 0; pa < RAM_SIZE; pa += SMMU_MEM_PAGE_SIZE) {
			struct smmu_pa at = {pa, SMMU_PAS_NS};

			check(s, side,
			      memcmp(smmu_mem_page(s->mem[0], at), smmu_mem_page(s->mem[side], at),
				     SMMU_MEM_PAGE_SIZE) == 0,
			      "memory");
		}
	}
}
