/*
 * The model beside the second walker (reference.h): random systems, random
 * tables, random accesses, every answer the same.
 *
 *	walker COUNT [SEED]	COUNT translations; 1 and the first difference
 *				when there is one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "model/model.h"
#include "reference.h"
#include "spec/reg.h"

#define RAM_BASE UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(64) << 16)
#define STRTAB	 RAM_BASE
#define CDTAB	 (RAM_BASE + 0x10000)
/* Records change memory: where no table leads. */
#define EVENTQ	   UINT64_C(0xabcde0000000)
#define POOL	   (RAM_BASE + 0x100000)
#define POOL_SIZE  (RAM_BASE + RAM_SIZE - POOL)
#define PER_SYSTEM 2000
#define STREAM	   3u

/* One system: what it is as the walker sees it, and as bytes and registers. */
struct system {
	struct ref_regime regime;
	uint64_t ste[8], cd[8];
	uint64_t regs[SMMU_REG_COUNT];
	bool oas52, xnx, stt, epan, had, e0pd_able;
};

static uint64_t seed;
static uint8_t ram[RAM_SIZE];

static const struct ref_memory memory = {ram, RAM_BASE, RAM_SIZE};

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(uint64_t n)
{
	return (rnd() >> 11) % n;
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

static void put64(uint64_t pa, uint64_t value, bool big_endian)
{
	for (unsigned i = 0; i < 8; i++)
		ram[pa - RAM_BASE + i] = (uint8_t)(value >> 8 * (big_endian ? 7 - i : i));
}

static unsigned lowest_bit(const struct ref_table *t, int level)
{
	return t->granule_log2 + (unsigned)(3 - level) * (t->granule_log2 - 3);
}

static uint64_t address_bits(const struct ref_table *t, uint64_t address)
{
	if (t->lpa)
		return (address & UINT64_C(0xffffffffffff)) | (address >> 48 & 15) << 12;
	if (t->ds)
		return (address & UINT64_C(0x3ffffffffffff)) | (address >> 50 & 3) << 8;
	return address & UINT64_C(0xffffffffffff);
}

/* Somewhere in the pool, aligned. */
static uint64_t in_pool(unsigned align_log2)
{
	return POOL + (below(POOL_SIZE >> align_log2) << align_log2);
}

static uint64_t any_address(unsigned width, unsigned align_log2)
{
	return rnd() & ((UINT64_C(1) << width) - 1) & ~((UINT64_C(1) << align_log2) - 1);
}

/*
 * What descriptors of a stage lead to: IPAs that stage 2 translates, or memory
 * that is there; rarely anything at all.
 */
static uint64_t some_address(const struct ref_regime *r, bool stage2, unsigned align_log2)
{
	if (chance(4))
		return any_address(52, align_log2);
	/* Blocks of stage 2 are larger than memory: what is low in them is there. */
	if (!stage2 && r->s2)
		return any_address(r->stage2.ia_bits, align_log2) &
		       ~(chance(80) ? UINT64_C(0x3fc00000) : 0);
	return align_log2 < 20 ? in_pool(align_log2)
			       : RAM_BASE & ~((UINT64_C(1) << align_log2) - 1);
}

/* A descriptor at random, of a level that is not known: its table may be entered at any. */
static uint64_t some_descriptor(const struct ref_regime *r, const struct ref_table *t, bool stage2)
{
	uint64_t upper = rnd() & UINT64_C(0xfff8000000000000);
	uint64_t lower = rnd() & 0xbfc;
	unsigned kind = (unsigned)below(20);

	/* Mostly accessed, and without bits that take everything away. */
	if (chance(stage2 ? 97 : 85))
		lower |= 1u << 10;
	if (chance(80))
		upper &= UINT64_C(0x0fffffffffffffff);
	if (chance(70))
		upper &= ~UINT64_C(0x0060000000000000);
	if (stage2 && chance(80))
		lower |= 3u << 6;
	if (t->ds)
		lower &= ~UINT64_C(0x300);
	if (kind == 0 && (!stage2 || chance(50)))
		return (upper | lower) & ~UINT64_C(1);
	if (kind < 14)
		return upper | lower | 3 |
		       address_bits(t, some_address(r, stage2, t->granule_log2));
	return upper | lower | 1 | address_bits(t, some_address(r, stage2, lowest_bit(t, 2)));
}

/* Tables of each stage, and of each half of stage 1; any may lead into the others. */
static void fill_pool(const struct ref_regime *r)
{
	memset(ram, 0, POOL - RAM_BASE);
	for (uint64_t pa = POOL; pa < POOL + POOL_SIZE; pa += 8) {
		bool second = r->s2 && (!r->s1 || (pa >> 16) % 2 == 0);
		const struct ref_table *t = second ? &r->stage2 : &r->tt[(pa >> 17) % 2];

		put64(pa, some_descriptor(r, t, second), t->big_endian);
	}
}

static unsigned tg_code(unsigned granule_log2, unsigned n)
{
	static const uint8_t tg0[] = {0, 2, 1}, tg1[] = {2, 1, 3};

	return n ? tg1[granule_log2 / 2 - 6] : tg0[granule_log2 / 2 - 6];
}

static const uint8_t size_bits[] = {32, 36, 40, 42, 44, 48, 52};

static void set_granule(struct ref_table *t, bool oas52, bool ds)
{
	t->granule_log2 = 12 + 2 * (unsigned)below(3);
	t->lpa = oas52 && t->granule_log2 == 16;
	t->ds = oas52 && ds && t->granule_log2 != 16;
}

/* Output sizes above 48 bits need descriptors that hold them (3.4). */
static void set_output(struct ref_table *t, unsigned code, bool oas52)
{
	t->oa_bits = size_bits[code];
	if (t->oa_bits > (oas52 ? 52 : 48))
		t->oa_bits = oas52 ? 52 : 48;
	if (t->oa_bits > 48 && !t->lpa && !t->ds)
		t->oa_bits = 48;
}

/* The level that resolves all input bits, the lowest there is (D8.2.1). */
static int first_level(const struct ref_table *t)
{
	int level = 3;

	while (t->ia_bits > lowest_bit(t, level) + t->granule_log2 - 3)
		level--;
	return level;
}

/* An IPA that leads somewhere, if one can be found. */
static uint64_t readable_ipa(const struct ref_regime *r, unsigned width, unsigned align_log2)
{
	unsigned bits = width < r->stage2.ia_bits ? width : r->stage2.ia_bits;
	uint64_t ipa = 0, pa;

	for (int i = 0; i < 1000; i++) {
		ipa = any_address(bits, align_log2) & ~UINT64_C(0x3fc00000);
		if (ref_read_ipa(&pa, r, ipa) && pa >= POOL && pa < POOL + POOL_SIZE)
			return ipa;
	}
	return ipa;
}

static void make_stage1(struct system *s)
{
	struct ref_regime *r = &s->regime;
	bool ds = chance(50), big_endian = chance(20);
	unsigned ips = (unsigned)below(7);
	bool had[2] = {chance(50), chance(50)}, e0pd[2] = {chance(20), chance(20)};
	bool affd = chance(20);

	for (unsigned n = 0; n < 2; n++) {
		struct ref_table *t = &r->tt[n];
		unsigned most = s->stt ? 48 : 39;

		set_granule(t, s->oas52, ds);
		if (s->stt && t->granule_log2 == 16)
			most = 47;
		t->ia_bits = 64 - (16 + (unsigned)below(most - 15));
		t->start_level = first_level(t);
		set_output(t, ips, s->oas52);
		t->big_endian = big_endian;
		t->affd = affd;
		t->tbi = chance(50);
		t->epd = chance(10) && !r->one_privilege;
		t->had = had[n] && s->had;
		t->e0pd = e0pd[n] && s->e0pd_able && !r->one_privilege;
		s->cd[n ? 2 : 1] = (uint64_t)had[n] << 1 | (uint64_t)e0pd[n] << 2;
	}
	if (r->one_privilege)
		s->cd[1] &= ~UINT64_C(4);
	r->wxn = chance(20);
	r->pan = chance(20);
	r->epan = r->pan && chance(50) && s->epan;
	s->cd[0] = (uint64_t)(64 - r->tt[0].ia_bits) | tg_code(r->tt[0].granule_log2, 0) << 6 |
		   (uint64_t)r->tt[0].epd << 14 | (uint64_t)big_endian << 15 |
		   (uint64_t)(64 - r->tt[1].ia_bits) << 16 |
		   (uint64_t)tg_code(r->tt[1].granule_log2, 1) << 22 |
		   (uint64_t)r->tt[1].epd << 30 | UINT64_C(1) << 31 | (uint64_t)ips << 32 |
		   (uint64_t)affd << 35 | (uint64_t)r->wxn << 36 | (uint64_t)r->tt[0].tbi << 38 |
		   (uint64_t)r->tt[1].tbi << 39 | (uint64_t)r->pan << 40 | UINT64_C(1) << 41 |
		   UINT64_C(3) << 45;
	s->cd[1] |= (uint64_t)r->epan << 59;
	s->cd[2] |= (uint64_t)(ds && s->oas52) << 58;
	s->cd[3] = rnd();
}

/* D8.2.2: what a start level resolves: from one bit to its own and four of concatenation. */
static unsigned start_code(const struct ref_table *t, int level)
{
	if (t->granule_log2 == 12)
		return level == 3 ? 3 : (unsigned)(2 - level);
	return (unsigned)(3 - level);
}

static void make_stage2(struct system *s)
{
	struct ref_regime *r = &s->regime;
	struct ref_table *t = &r->stage2;
	unsigned ps = (unsigned)below(7);
	bool ds = chance(50);
	unsigned first, stride;

	set_granule(t, s->oas52, ds);
	set_output(t, ps, s->oas52);
	stride = t->granule_log2 - 3;
	do {
		t->start_level = 1 + (int)below(2);
		first = lowest_bit(t, t->start_level);
		t->ia_bits = first + 1 + (unsigned)below(stride + 4);
		/* Neither below what the next level would do alone, nor above what is permitted. */
	} while (t->ia_bits < 25 || t->ia_bits > 48 || t->ia_bits <= first);
	t->base = in_pool(20); /* 16 tables together are at most 1 MiB */
	t->big_endian = chance(20);
	t->affd = chance(20);
	r->ptw = chance(20);
	r->xnx = s->xnx;
	s->ste[2] = 1 | (uint64_t)(64 - t->ia_bits) << 32 |
		    (uint64_t)start_code(t, t->start_level) << 38 |
		    (uint64_t)tg_code(t->granule_log2, 0) << 46 | (uint64_t)ps << 48 |
		    UINT64_C(1) << 51 | (uint64_t)t->big_endian << 52 | (uint64_t)t->affd << 53 |
		    (uint64_t)r->ptw << 54 | UINT64_C(1) << 58;
	s->ste[3] = t->base | (uint64_t)(ds && s->oas52) << 3;
}

static void make_registers(struct system *s, bool e2h)
{
	s->regs[SMMU_REG_IDR0] = UINT64_C(0x0d04101b) | 1u << 9;
	s->regs[SMMU_REG_IDR1] = UINT64_C(0x02730010) | 1u << 26 | 1u << 27;
	s->regs[SMMU_REG_IDR3] = (uint64_t)s->had << 2 | (uint64_t)s->xnx << 4 |
				 (uint64_t)s->stt << 9 | (uint64_t)s->e0pd_able << 13 |
				 (uint64_t)s->epan << 17;
	s->regs[SMMU_REG_IDR5] = (s->oas52 ? 6u : 5u) | 7u << 4 | (s->oas52 ? 1u << 7 : 0);
	s->regs[SMMU_REG_AIDR] = 4;
	s->regs[SMMU_REG_CR0] = 0xd;
	s->regs[SMMU_REG_CR1] = 0xd75;
	s->regs[SMMU_REG_CR2] = e2h ? 1 : 0;
	s->regs[SMMU_REG_STRTAB_BASE] = STRTAB;
	s->regs[SMMU_REG_STRTAB_BASE_CFG] = 8;
	s->regs[SMMU_REG_EVENTQ_BASE] = EVENTQ | 7;
}

/* TTB0, TTB1 and the CD, where stage 2 lets them be read. */
static bool place_stage1(struct system *s)
{
	struct ref_regime *r = &s->regime;
	uint64_t ipa = CDTAB, pa = CDTAB, again;

	for (unsigned n = 0; n < 2; n++) {
		struct ref_table *t = &r->tt[n];

		t->base = r->s2 ? readable_ipa(r, t->oa_bits, t->granule_log2)
				: in_pool(t->granule_log2);
		s->cd[n ? 2 : 1] |= t->base;
	}
	if (r->s2) {
		ipa = readable_ipa(r, 48, 6);
		if (!ref_read_ipa(&pa, r, ipa) || pa < POOL || pa + 64 > POOL + POOL_SIZE)
			return false;
	}
	s->ste[0] |= ipa;
	for (unsigned i = 0; i < 8; i++)
		put64(pa + 8 * i, s->cd[i], false);
	/* Unless it has been written over what led to it. */
	return !r->s2 || (ref_read_ipa(&again, r, ipa) && again == pa);
}

static bool make_system(struct system *s)
{
	struct ref_regime *r = &s->regime;
	unsigned config = chance(50) ? 7 : 5 + (unsigned)below(2); /* both stages, or one */
	bool el2 = config == 5 && chance(30), e2h = el2 && chance(50);

	memset(s, 0, sizeof(*s));
	s->oas52 = chance(50);
	s->xnx = chance(50);
	s->stt = chance(50);
	s->epan = chance(50);
	s->had = chance(70);
	s->e0pd_able = chance(50);
	r->s1 = config & 1;
	r->s2 = config & 2;
	r->one_privilege = el2 && !e2h;
	r->memory = &memory;
	make_registers(s, e2h);
	if (r->s2)
		make_stage2(s);
	if (r->s1)
		make_stage1(s);
	fill_pool(r);
	s->ste[0] = 1 | (uint64_t)config << 1;
	s->ste[1] = (el2 ? UINT64_C(2) << 30 : 0) | UINT64_C(1) << 44;
	for (unsigned i = 1; i < 8; i++)
		put64(STRTAB + 64 * STREAM + 8 * i, s->ste[i], false);
	if (r->s1 && !place_stage1(s))
		return false;
	put64(STRTAB + 64 * STREAM, s->ste[0], false);
	return true;
}

/* ---- accesses ---- */

static void make_access(struct ref_access *a, const struct ref_regime *r)
{
	bool high = r->s1 && !r->one_privilege && chance(50);
	const struct ref_table *t = !r->s1 ? &r->stage2 : &r->tt[high];
	uint64_t outside = ~((UINT64_C(1) << t->ia_bits) - 1);

	a->va = rnd() & ~outside;
	if (high)
		a->va |= outside;
	if (r->s1 && t->tbi && chance(50))
		a->va ^= rnd() << 56;
	/* Beyond the table; what bypasses stage 1 stays within IAS. */
	if (chance(4))
		a->va ^= UINT64_C(1) << below(r->s1 ? 64 : 48);
	switch (below(4)) {
	case 0:
		a->write = true;
		break;
	case 1:
		a->read = a->write = true;
		break;
	default:
		a->read = true;
		a->instruction = chance(30);
	}
	a->privileged = chance(50);
}

static uint64_t page_of(uint64_t address)
{
	return address & ~UINT64_C(0xfff);
}

/* The fields of a record that say where and at what it arose (IHI 0070 7.3). */
static bool same_event(const struct smmu_event *event, const struct ref_answer *want,
		       const struct ref_regime *r, const struct ref_access *a)
{
	uint64_t what = event->word[1];

	if (!event->present || (event->word[0] & 0xff) != want->event ||
	    event->word[0] >> 32 != STREAM || event->word[2] != a->va)
		return false;
	if ((what >> 39 & 1) != want->s2)
		return false;
	if (a->read != a->write && (what >> 35 & 1) != a->read)
		return false;
	if ((what >> 34 & 1) != a->instruction)
		return false;
	if (!r->one_privilege && (what >> 33 & 1) != a->privileged)
		return false;
	if (want->event == 0x0b)
		return true;
	return (what >> 40 & 3) == want->class &&
	       (!want->s2 || page_of(event->word[3]) == page_of(want->ipa));
}

static void print_system(const struct system *s)
{
	for (unsigned i = 0; i < 4; i++)
		printf("  STE[%u] 0x%016llx  CD[%u] 0x%016llx\n", i, (unsigned long long)s->ste[i],
		       i, (unsigned long long)s->cd[i]);
	printf("  IDR0 0x%llx IDR3 0x%llx IDR5 0x%llx CR2 0x%llx\n",
	       (unsigned long long)s->regs[SMMU_REG_IDR0],
	       (unsigned long long)s->regs[SMMU_REG_IDR3],
	       (unsigned long long)s->regs[SMMU_REG_IDR5],
	       (unsigned long long)s->regs[SMMU_REG_CR2]);
}

static void print_difference(const struct system *s, const struct ref_access *a,
			     const struct ref_answer *want, const struct smmu_result *got)
{
	printf("%s%s%s%s of 0x%llx\n", a->privileged ? "privileged " : "",
	       a->instruction ? "instruction " : "", a->read ? "read " : "",
	       a->write ? "write" : "", (unsigned long long)a->va);
	printf("  reference: event 0x%02x, pa 0x%llx, s2 %d, class %u, ipa 0x%llx\n", want->event,
	       (unsigned long long)want->pa, want->s2, want->class, (unsigned long long)want->ipa);
	printf("  model: status %d, pa 0x%llx, %s%s%s, record", (int)got->status,
	       (unsigned long long)got->pa.pa, smmu_reason_info(got->blame.reason)->text,
	       got->blame.rule ? ": " : "", got->blame.rule ? got->blame.rule->name : "");
	for (unsigned i = 0; i < 4; i++)
		printf(" 0x%llx", (unsigned long long)got->event.word[i]);
	putchar('\n');
	print_system(s);
}

/* One access, from walks and then from the caches if those are on. */
static int compare(const struct system *s, struct smmu_model *model, bool *translated)
{
	struct ref_access a = {0};
	struct ref_answer want;

	make_access(&a, &s->regime);
	ref_translate(&want, &s->regime, &a);
	*translated = !want.event;
	for (unsigned twice = 0; twice < 2; twice++) {
		struct smmu_txn txn = {.address = a.va,
				       .size = 1,
				       .stream = STREAM,
				       .read = a.read,
				       .write = a.write,
				       .privileged = a.privileged,
				       .instruction = a.instruction,
				       .alloc = SMMU_ALLOC_NONE_SUPPLIED};
		struct smmu_result got;

		if (smmu_model_translate(&got, model, &txn))
			return 2;
		if (want.event ? !same_event(&got.event, &want, &s->regime, &a)
			       : got.status != SMMU_STATUS_OK || got.pa.pa != want.pa) {
			print_difference(s, &a, &want, &got);
			return 1;
		}
	}
	return 0;
}

static int run_system(const struct system *s, struct smmu_mem *mem, unsigned long *translated)
{
	static const struct smmu_pa start = {RAM_BASE, SMMU_PAS_NS};
	struct smmu_model *model;
	int status = 0;

	if (!smmu_mem_write(mem, start, ram, sizeof(ram)) || smmu_model_new(&model, mem, s->regs))
		return 2;
	for (unsigned i = 0; i < PER_SYSTEM && !status; i++) {
		bool passed;

		smmu_model_set_tlb(model, i / 500 % 2);
		status = compare(s, model, &passed);
		*translated += passed;
	}
	smmu_model_free(model);
	return status;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 0, done = 0, translated = 0;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 0) : 1, systems = 0;
	struct smmu_mem *mem;
	int status = 0;

	if (argc < 2 || argc > 3 || !count) {
		fputs("usage: walker COUNT [SEED]\n", stderr);
		return 2;
	}
	if (smmu_mem_new(&mem) || smmu_mem_add_ram(mem, SMMU_PAS_ALL, RAM_BASE, RAM_SIZE) ||
	    smmu_mem_add_ram(mem, SMMU_PAS_ALL, EVENTQ, 0x1000))
		return 2;
	for (; done < count && !status; systems++) {
		struct system s;

		seed = (first + systems) * UINT64_C(0x9e3779b97f4a7c15) | 1;
		if (!make_system(&s))
			continue;
		status = run_system(&s, mem, &translated);
		done += PER_SYSTEM;
		if (status)
			printf("seed %lu\n", first + systems);
	}
	smmu_mem_free(mem);
	printf("second walker: %lu translations of %lu systems, %lu%% without a fault%s\n", done,
	       systems, 100 * translated / done, status ? ", and a difference" : "");
	return status;
}
