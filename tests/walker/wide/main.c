/*
 * Random machines, their answers by the model and by the walker of this
 * folder: translations SEED.  The first that differs ends it, with what leads
 * to it again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/mem.h"
#include "model/model.h"
#include "random.h"

#define STREAM	3
#define STRTAB	UINT64_C(0x10000)
#define ENTRIES 200 /* transactions a machine */

struct counts {
	uint64_t translations, ok, events[16];
};

static void put_other(struct smmu_mem *mem, uint64_t address, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)bits(value, 8 * i + 7, 8 * i);
	if (!smmu_mem_write(mem, (struct smmu_pa){address, SMMU_PAS_NS}, bytes, sizeof(bytes)))
		abort();
}

struct other {
	struct smmu_mem *mem;
	struct smmu_model *model;
	bool changed;
};

static void put(struct machine *m, uint64_t address, uint64_t value)
{
	struct other *other = m->other;
	uint64_t there;

	if (words_get(&m->words, address, &there) && there == value)
		return;
	words_set(&m->words, address, value);
	put_other(other->mem, address, value);
	other->changed = true;
}

static void start(struct machine *m, struct other *other)
{
	static uint64_t regs[SMMU_REG_COUNT];

	if (smmu_mem_new(&other->mem) ||
	    smmu_mem_add_ram(other->mem, SMMU_PAS_ALL, 0, UINT64_C(1) << 56))
		abort();
	memset(regs, 0, sizeof(regs));
	regs[SMMU_REG_IDR0] = m->idr0;
	regs[SMMU_REG_IDR1] = m->idr1;
	regs[SMMU_REG_IDR3] = m->idr3;
	regs[SMMU_REG_IDR5] = m->idr5;
	regs[SMMU_REG_AIDR] = 4;
	regs[SMMU_REG_CR0] = 1;
	regs[SMMU_REG_CR2] = m->e2h;
	regs[SMMU_REG_STRTAB_BASE] = STRTAB;
	regs[SMMU_REG_STRTAB_BASE_CFG] = 4;
	regs[SMMU_REG_S2PII] = m->s2pii;
	for (unsigned i = 0; i < 8; i++) {
		put_other(other->mem, STRTAB + STREAM * 64 + 8 * i, m->ste[i]);
		if (bits(m->ste[0], 3, 1) == 5)
			put_other(other->mem, (bits(m->ste[0], 55, 6) << 6) + 8 * i, m->cd[i]);
	}
	if (smmu_model_new(&other->model, other->mem, regs))
		abort();
}

static struct smmu_txn txn_of(const struct access *a)
{
	return (struct smmu_txn){.address = a->address,
				 .size = 1,
				 .stream = STREAM,
				 .read = a->read,
				 .write = a->write,
				 .privileged = a->privileged,
				 .instruction = a->instruction,
				 .memtype = (enum smmu_memtype_in)a->memtype,
				 .sh = (enum smmu_sh_in)a->sh,
				 .alloc = (uint8_t)a->alloc};
}

/* Event records in the fields that this has an opinion on (7.3). */
static uint64_t record1(const struct answer *a)
{
	uint64_t permission = a->event == F_PERMISSION;

	return (uint64_t)a->pnu << 33 | (uint64_t)a->ind << 34 | (uint64_t)a->rnw << 35 |
	       (uint64_t)a->s2 << 39 | (uint64_t)a->class << 40 |
	       permission * ((uint64_t)a->ttrnw << 44 | (uint64_t)a->dirty << 45 |
			     (uint64_t)a->overlay << 46 | (uint64_t)a->assured << 47);
}

static bool same_level(const struct level_attr *l, unsigned other)
{
	return (other & SMMU_ATTR_KIND) == l->kind && !(other & SMMU_ATTR_RA) == !l->ra &&
	       !(other & SMMU_ATTR_WA) == !l->wa && !(other & SMMU_ATTR_TR) == !l->tr;
}

static bool same_attr(const struct attr *a, unsigned memory)
{
	if (smmu_memory_sh(memory) != a->sh)
		return false;
	if (a->device)
		return smmu_memory_rank(memory) == a->rank;
	return smmu_memory_rank(memory) == SMMU_MEM_NORMAL_RANK &&
	       same_level(&a->inner, smmu_memory_inner(memory)) &&
	       same_level(&a->outer, smmu_memory_outer(memory));
}

static bool same(const struct answer *a, const struct smmu_result *r, const struct machine *m,
		 const struct access *x)
{
	uint64_t ipa = bits(a->ipa, 55, 12) << 12;
	unsigned out = (unsigned)bits(m->idr5, 2, 0);
	static const unsigned sizes[8] = {32, 36, 40, 42, 44, 48, 52, 56};

	if (!a->event)
		return r->status == SMMU_STATUS_OK && r->pa.pa == a->pa &&
		       r->attr.pbha == a->pbha && same_attr(&a->attr, r->attr.memory);
	ipa = a->s2 ? bits(ipa, sizes[out] - 1, 0) : 0;
	return r->status == SMMU_STATUS_FAULT &&
	       r->event.word[0] == ((uint64_t)STREAM << 32 | a->event) &&
	       r->event.word[1] == record1(a) && r->event.word[2] == x->address &&
	       r->event.word[3] == ipa;
}

static void show_level(const char *name, const struct level_attr *l)
{
	printf("  %s kind %u ra %d wa %d tr %d\n", name, l->kind, l->ra, l->wa, l->tr);
}

static void show(const struct answer *a, const struct smmu_result *r, const struct access *x)
{
	printf("address %#" PRIx64 " read %d write %d privileged %d instruction %d\n", x->address,
	       x->read, x->write, x->privileged, x->instruction);
	printf("incoming: memtype %u sh %u alloc %u\n", x->memtype, x->sh, x->alloc);
	printf("walker-wide: event %#x word1 %#" PRIx64 " ipa %#" PRIx64 " pa %#" PRIx64
	       " device %u rank %u sh %u\n",
	       a->event, record1(a), a->ipa, a->pa, a->attr.device, a->attr.rank, a->attr.sh);
	show_level("inner", &a->attr.inner);
	show_level("outer", &a->attr.outer);
	printf("model: status %s event %d", smmu_status_name(r->status), r->event.present);
	for (unsigned i = 0; i < 4 && r->event.present; i++)
		printf(" %016" PRIx64, r->event.word[i]);
	printf(" pa %#" PRIx64 " memory %#x: %s, rule %s, level %d\n", r->pa.pa, r->attr.memory,
	       smmu_reason_info(r->blame.reason)->name,
	       r->blame.rule ? r->blame.rule->name : "none", r->blame.level);
}

static void show_machine(const struct machine *m)
{
	printf("idr %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " s2pii %#" PRIx64 "\n",
	       m->idr0, m->idr1, m->idr3, m->idr5, m->s2pii);
	for (unsigned i = 0; i < 8; i++)
		printf("%u: STE %016" PRIx64 " CD %016" PRIx64 "\n", i, m->ste[i], m->cd[i]);
}

/* What hardware updates have left in memory is the same. */
static bool same_memory(const struct machine *m, const struct other *other)
{
	for (size_t i = 0; i < m->words.capacity; i++) {
		uint64_t there = 0;

		if (m->words.address[i] == 1)
			continue;
		if (!smmu_mem_ld64(&there, other->mem,
				   (struct smmu_pa){m->words.address[i], SMMU_PAS_NS}) ||
		    there != m->words.value[i]) {
			printf("memory at %#" PRIx64 ": walker %#" PRIx64 ", model %#" PRIx64 "\n",
			       m->words.address[i], m->words.value[i], there);
			return false;
		}
	}
	return true;
}

static bool one(struct machine *m, struct other *other, struct counts *counts, uint64_t *like)
{
	struct smmu_result result;
	struct answer answer;
	struct access access;
	struct smmu_txn txn;

	random_access(&access, m, *like);
	*like = access.address;
	other->changed = false;
	walk(&answer, m, &access);
	if (other->changed)
		smmu_model_flush(other->model);
	txn = txn_of(&access);
	if (smmu_model_translate(&result, other->model, &txn))
		abort();
	counts->translations++;
	counts->ok += !answer.event;
	counts->events[answer.event & 15] += answer.event != 0;
	if (same(&answer, &result, m, &access))
		return true;
	show(&answer, &result, &access);
	return false;
}

static bool machine(uint64_t seed, struct counts *counts)
{
	struct machine m = {.rng = {seed}, .invent = random_descriptor, .put = put};
	struct other other = {0};
	uint64_t like = 0;
	bool good = true;

	m.other = &other;
	random_machine(&m);
	start(&m, &other);
	for (unsigned i = 0; i < ENTRIES && good; i++)
		good = one(&m, &other, counts, &like);
	good = good && same_memory(&m, &other);
	if (!good)
		show_machine(&m);
	smmu_model_free(other.model);
	smmu_mem_free(other.mem);
	words_clear(&m.words);
	return good;
}

int main(int argc, char **argv)
{
	uint64_t want = argc > 1 ? strtoull(argv[1], NULL, 0) : 200000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct counts counts = {0};

	for (; counts.translations < want; seed++) {
		if (!machine(seed, &counts)) {
			printf("walker-wide: seed %" PRIu64
			       " differs; again: walker-wide 1 %" PRIu64 "\n",
			       seed, seed);
			return 1;
		}
	}
	printf("walker-wide: %" PRIu64 " translations agree; %" PRIu64
	       " went through, F_TRANSLATION "
	       "%" PRIu64 ", F_ADDR_SIZE %" PRIu64 ", F_ACCESS %" PRIu64 ", F_PERMISSION %" PRIu64
	       "\n",
	       counts.translations, counts.ok, counts.events[0], counts.events[1], counts.events[2],
	       counts.events[3]);
	return 0;
}
