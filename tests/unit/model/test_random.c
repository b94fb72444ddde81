/*
 * The model under random memory, registers and commands, by seed: nothing may
 * crash or hang, and caches that are invalidated after every change never show.
 */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/err.h"
#include "rig.h"

#define CMDQ UINT64_C(0x9000)

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool one_in(uint64_t *state, unsigned n)
{
	return draw(state) % n == 0;
}

/* A word that often means something: an address inside memory with low bits set. */
static uint64_t word(uint64_t *state)
{
	uint64_t value = smmu_align_down_log2(draw(state) % RIG_RAM, 12);

	if (one_in(state, 4))
		return draw(state);
	return value | smmu_bits(draw(state), 0, 12) | smmu_bits(draw(state), 0, 2) << 53 |
	       (one_in(state, 2) ? 0x443 : 3);
}

static void start(struct rig *rig, uint64_t *state, const struct smmu_caches *caches)
{
	uint64_t next = 0x110000;

	rig_init(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR3] = smmu_IDR3_set_RIL(rig->regs[SMMU_REG_IDR3], 1);
	rig->regs[SMMU_REG_CR0] = rig->regs[SMMU_REG_CR0ACK] = 0xd;
	rig->regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
	smmu_ste_set_Config(&rig->ste,
			    one_in(state, 2) ? SMMU_STE_CONFIG_S1 : SMMU_STE_CONFIG_NESTED);
	smmu_cd_set_S(&rig->cd, one_in(state, 2));
	smmu_cd_set_HA(&rig->cd, one_in(state, 2));
	smmu_cd_set_HD(&rig->cd, one_in(state, 2));
	rig_start(rig);
	rig_put(rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
	rig_put(rig, RIG_S2TTB + 0x1000, rig_table(RIG_S2TTB + 0x2000));
	for (uint64_t n = 0; n < 512; n++)
		rig_put(rig, RIG_S2TTB + 0x2000 + 8 * n, rig_block2(n << 21));
	for (uint64_t page = 0; page < 16; page++)
		rig_map(rig, RIG_TTB0, page << 12, rig_page1(0x400000 + (page << 12)), &next);
	if (caches)
		cr_assert_eq(smmu_model_set_caches(rig->model, caches), 0);
}

static struct smmu_txn random_txn(uint64_t *state)
{
	struct smmu_txn txn = rig_read(draw(state) % 0x14000);

	txn.write = one_in(state, 2);
	txn.read = !txn.write || one_in(state, 4);
	txn.instruction = !txn.write && one_in(state, 4);
	txn.privileged = one_in(state, 2);
	if (one_in(state, 16))
		txn.address = draw(state);
	if (one_in(state, 16))
		txn.stream = (uint32_t)(draw(state) % 20);
	if (one_in(state, 16)) {
		txn.ssv = true;
		txn.substream = (uint32_t)(draw(state) % 4);
	}
	return txn;
}

static void random_command(struct rig *rig, uint64_t *state)
{
	static const uint8_t opcodes[] = {
		SMMU_CMD_CFGI_STE,    SMMU_CMD_CFGI_STE_RANGE, SMMU_CMD_CFGI_CD,
		SMMU_CMD_TLBI_NH_ALL, SMMU_CMD_TLBI_NH_ASID,   SMMU_CMD_TLBI_NH_VA,
		SMMU_CMD_TLBI_S2_IPA, SMMU_CMD_TLBI_NSNH_ALL,  SMMU_CMD_RESUME,
		SMMU_CMD_STALL_TERM,  SMMU_CMD_SYNC,	       SMMU_CMD_PREFETCH_ADDR,
	};
	struct smmu_cmd cmd = {{draw(state), draw(state) % (2 * RIG_RAM)}};
	const struct smmu_ended *ended;
	struct smmu_reply reply;
	int err;

	if (!one_in(state, 8))
		cmd.word[0] = opcodes[draw(state) % SMMU_LEN(opcodes)] |
			      smmu_bits(draw(state), 0, 3) << 32 | (draw(state) & 0x3000);
	if (one_in(state, 2))
		cmd.word[1] = draw(state) % 8;
	err = smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &cmd);
	cr_assert(err == 0 || err == SMMU_E_LIMIT);
	smmu_model_ended(&ended, rig->model);
}

static void random_mmio(struct rig *rig, uint64_t *state)
{
	struct smmu_mmio access = {
		.write = one_in(state, 2),
		.size = one_in(state, 2) ? 4 : 8,
		.offset = smmu_align_down_log2(draw(state) % 0xc0, 2) +
			  (one_in(state, 4) ? 0x10000 : 0),
		.value = one_in(state, 2) ? draw(state) : draw(state) % 0x100000,
	};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	/* Mostly on: a model that is off has little to go wrong. */
	if (one_in(state, 4)) {
		access = (struct smmu_mmio){.write = true, .size = 4, .offset = 0x20, .value = 0xd};
		cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
		access.offset = 0x64;
		access.value = smmu_model_reg(rig->model, SMMU_REG_GERROR);
		cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	}
}

Test(random, nothing_breaks_the_model)
{
	const struct smmu_caches ideal = smmu_caches_ideal();
	const struct smmu_caches small = {.of = {{true, 4, 2, SMMU_CACHE_PLRU},
						 {true, 2, 1, SMMU_CACHE_RR},
						 {true, 8, 2, SMMU_CACHE_RANDOM},
						 {true, 4, 4, SMMU_CACHE_LRU},
						 {true, 2, 0, SMMU_CACHE_LRU}}};
	const struct smmu_caches *const sets[] = {NULL, &ideal, &small};

	for (uint64_t seed = 1; seed <= 60; seed++) {
		uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
		struct rig rig;

		start(&rig, &state, sets[seed % 3]);
		for (unsigned i = 0; i < 2000; i++) {
			struct smmu_txn txn = random_txn(&state);
			struct smmu_result result;

			if (one_in(&state, 8)) {
				rig_put(&rig, smmu_align_down_log2(draw(&state) % RIG_RAM, 3),
					word(&state));
				rig_put(&rig, RIG_STRTAB + (draw(&state) % 0x200 & ~UINT64_C(7)),
					word(&state));
				rig_changed(&rig);
			}
			if (one_in(&state, 4))
				random_command(&rig, &state);
			if (one_in(&state, 16))
				random_mmio(&rig, &state);
			cr_assert_eq(smmu_model_translate(&result, rig.model, &txn), 0);
			cr_assert(sets[seed % 3] || !result.stale);
		}
		rig_fini(&rig);
	}
}

static void invalidate_all(struct rig *rig)
{
	static const struct smmu_cmd all[] = {{{SMMU_CMD_CFGI_STE_RANGE, 31}},
					      {{SMMU_CMD_TLBI_NSNH_ALL, 0}},
					      {{SMMU_CMD_TLBI_EL2_ALL, 0}},
					      {{SMMU_CMD_SYNC, 0}}};

	for (size_t i = 0; i < SMMU_LEN(all); i++) {
		struct smmu_reply reply;

		cr_assert_eq(smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &all[i]), 0);
		cr_assert(reply.status == SMMU_STATUS_NONE && !reply.pending);
	}
}

/* The same run without caches and with: the same answers. */
Test(random, caches_that_are_invalidated_never_show)
{
	const struct smmu_caches ideal = smmu_caches_ideal();
	const struct smmu_caches small = {.of = {{true, 4, 2, SMMU_CACHE_LRU},
						 {true, 2, 1, SMMU_CACHE_LRU},
						 {true, 8, 2, SMMU_CACHE_PLRU},
						 {true, 4, 4, SMMU_CACHE_RANDOM},
						 {true, 2, 0, SMMU_CACHE_RR}}};

	for (uint64_t seed = 1; seed <= 40; seed++) {
		uint64_t state = seed * UINT64_C(0xd1342543de82ef95), copy = state;
		struct rig plain, cached;

		start(&plain, &state, NULL);
		start(&cached, &copy, seed % 2 ? &ideal : &small);
		for (unsigned i = 0; i < 1000; i++) {
			struct smmu_txn txn = random_txn(&state);
			struct smmu_result a, b;

			if (one_in(&state, 8)) {
				/* of the tables only */
				uint64_t at = 0x110000 + (draw(&state) % 0x4000 & ~UINT64_C(7));
				uint64_t value = word(&state);

				rig_put(&plain, at, value);
				rig_put(&cached, at, value);
				rig_changed(&plain);
				rig_changed(&cached);
				invalidate_all(&cached);
			}
			cr_assert_eq(smmu_model_translate(&a, plain.model, &txn), 0);
			cr_assert_eq(smmu_model_translate(&b, cached.model, &txn), 0);
			cr_assert_not(b.stale, "seed %" PRIu64 ", access %u", seed, i);
			cr_assert_eq(a.status, b.status, "seed %" PRIu64 ", access %u", seed, i);
			cr_assert_eq(a.event.present, b.event.present);
			if (a.event.present)
				cr_assert_arr_eq(a.event.word, b.event.word, sizeof(a.event.word));
			if (a.status == SMMU_STATUS_OK)
				cr_assert_eq(a.pa.pa, b.pa.pa, "seed %" PRIu64 ", access %u", seed,
					     i);
			cr_assert_eq(a.updates_count, b.updates_count,
				     "seed %" PRIu64 ", access %u", seed, i);
		}
		rig_fini(&plain);
		rig_fini(&cached);
	}
}
