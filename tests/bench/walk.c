/*
 * What translation costs, over the same tables and the same sequence of
 * addresses as the bare loop it is compared with (run.py does that).
 *
 *	bench-walk		prints "NAME NANOSECONDS" lines
 *	bench-walk count NAME	makes COUNTED calls of that row in measured(), for
 *				a counter of instructions to look at
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/mem.h"
#include "model/model.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/reg.h"
#include "spec/ste.h"

#define STRTAB	UINT64_C(0x10000)
#define CDTAB	UINT64_C(0x20000)
#define EVENTQ	UINT64_C(0x30000)
#define TABLES	UINT64_C(0x1000000)
#define RAM	UINT64_C(0x20000000)
#define VA_BASE UINT64_C(0x10000000)
#define OUT	UINT64_C(0x10000000000)
#define PAGES	(UINT64_C(1) << 20)
#define STREAM	0x10u
#define ROUNDS	5
#define CALLS	(1L << 22)
#define COUNTED (1L << 17)
#define SLOTS	(1 << 20)
/* Where a guest sees its tables, and its pages. */
#define IPA_TABLES UINT64_C(0x4000000000)
#define IPA_PAGES  UINT64_C(0x8000000000)

static uint64_t next_table;
static uint64_t seed = UINT64_C(88172645463325252);
static uint64_t address[SLOTS];

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void put64(struct smmu_mem *mem, uint64_t pa, uint64_t value)
{
	uint8_t bytes[8];

	smmu_st64le(bytes, value);
	if (!smmu_mem_write(mem, (struct smmu_pa){pa, SMMU_PAS_NS}, bytes, sizeof(bytes)))
		exit(2);
}

static uint64_t get64(struct smmu_mem *mem, uint64_t pa)
{
	uint64_t value = 0;

	if (!smmu_mem_ld64(&value, mem, (struct smmu_pa){pa, SMMU_PAS_NS}))
		exit(2);
	return value;
}

/* The leaf entry for ia in a tree of four levels: DDI 0487 D8.3. */
struct tree {
	uint64_t root;
	uint64_t above; /* what stands in Table descriptors in place of a PA: PA + above */
};

static uint64_t new_table(void)
{
	next_table += 4096;
	return next_table - 4096;
}

static void map(struct smmu_mem *mem, const struct tree *tree, uint64_t ia, uint64_t leaf)
{
	uint64_t table = tree->root;

	for (unsigned level = 0; level < 3; level++) {
		uint64_t at = table + 8 * smmu_bits(ia, 39 - 9 * level, 9);
		uint64_t desc = get64(mem, at);

		if (!desc) {
			desc = (new_table() + tree->above) | 3;
			put64(mem, at, desc);
		}
		table = smmu_align_down_log2(desc, 12) - tree->above;
	}
	put64(mem, table + 8 * smmu_bits(ia, 12, 9), leaf);
}

static uint64_t stage1_page(uint64_t out)
{
	return smmu_s1desc_set_AP(smmu_s1desc_set_AF(out | 3, 1), 1);
}

static uint64_t stage2_page(uint64_t out)
{
	return smmu_s2desc_set_MemAttr(smmu_s2desc_set_S2AP(smmu_s2desc_set_AF(out | 3, 1), 3), 15);
}

/* Tables for pages pages; root2 0 where there is no stage 2. */
static void make_tables(struct smmu_mem *mem, struct tree *first, uint64_t pages, uint64_t root2)
{
	struct tree second = {.root = root2};

	first->root = new_table();
	first->above = root2 ? IPA_TABLES : 0;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t out = (root2 ? IPA_PAGES : OUT) + i * 4096;

		map(mem, first, VA_BASE + i * 4096, stage1_page(out));
		if (root2)
			map(mem, &second, out, stage2_page(OUT + i * 4096));
	}
	for (uint64_t pa = 0; root2 && pa < RAM; pa += 4096)
		map(mem, &second, IPA_TABLES + pa, stage2_page(pa));
}

static void put_words(struct smmu_mem *mem, uint64_t pa, const uint64_t *word)
{
	for (unsigned i = 0; i < 8; i++)
		put64(mem, pa + 8 * i, word[i]);
}

static void put_config(struct smmu_mem *mem, const struct tree *first, uint64_t root2)
{
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, root2 ? 7 : 5);
	smmu_ste_set_S1ContextPtr(&ste, CDTAB + first->above);
	if (root2) {
		smmu_ste_set_S2T0SZ(&ste, 16);
		smmu_ste_set_S2SL0(&ste, 2);
		smmu_ste_set_S2PS(&ste, 5);
		smmu_ste_set_S2AA64(&ste, 1);
		smmu_ste_set_S2R(&ste, 1);
		smmu_ste_set_S2TTB(&ste, root2);
	}
	smmu_cd_set_V(&cd, 1);
	smmu_cd_set_AA64(&cd, 1);
	smmu_cd_set_T0SZ(&cd, 16);
	smmu_cd_set_EPD1(&cd, 1);
	smmu_cd_set_IPS(&cd, 5);
	smmu_cd_set_A(&cd, 1);
	smmu_cd_set_R(&cd, 1);
	smmu_cd_set_TTB0(&cd, first->root + first->above);
	put_words(mem, STRTAB + 64 * STREAM, ste.word);
	put_words(mem, CDTAB, cd.word);
}

static void set_registers(uint64_t *regs)
{
	/* SMMUv3.1, both stages, AArch64 tables, all granules, 48-bit output. */
	regs[SMMU_REG_IDR0] = 0x0d44101b;
	regs[SMMU_REG_IDR1] = 0x02730010;
	regs[SMMU_REG_IDR5] = 0x00000075;
	regs[SMMU_REG_AIDR] = 1;
	regs[SMMU_REG_CR0] = 0xd;
	regs[SMMU_REG_CR1] = 0xd75;
	regs[SMMU_REG_STRTAB_BASE] = STRTAB;
	regs[SMMU_REG_STRTAB_BASE_CFG] = 8;
	regs[SMMU_REG_EVENTQ_BASE] = EVENTQ | 7;
}

/* A machine with pages mapped for STREAM, by both stages where nested says so. */
static struct smmu_model *make_model(struct smmu_mem **mem, uint64_t pages, bool nested)
{
	static uint64_t regs[SMMU_REG_COUNT];
	struct smmu_model *model = NULL;
	struct tree first;
	uint64_t root2;

	next_table = TABLES;
	root2 = nested ? new_table() : 0;
	if (smmu_mem_new(mem) || smmu_mem_add_ram(*mem, SMMU_PAS_ALL, 0, RAM))
		exit(2);
	make_tables(*mem, &first, pages, root2);
	put_config(*mem, &first, root2);
	set_registers(regs);
	if (smmu_model_new(&model, *mem, regs))
		exit(2);
	return model;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* calls translations of the prepared addresses; its name is what counters look for. */
SMMU_NOINLINE void measured(struct smmu_model *model, long calls);
SMMU_NOINLINE void measured(struct smmu_model *model, long calls)
{
	struct smmu_txn txn = {.stream = STREAM, .size = 64, .read = true, .alloc = 4};
	struct smmu_result result;
	uint64_t sum = 0;
	long bad = 0;

	for (long i = 0; i < calls; i++) {
		txn.address = address[i & (SLOTS - 1)];
		if (smmu_model_translate(&result, model, &txn) != 0)
			exit(2);
		bad += result.status != SMMU_STATUS_OK;
		sum += result.pa.pa;
	}
	if (bad || sum == 0) {
		fprintf(stderr, "bench-walk: %ld accesses did not translate: %s (%s)\n", bad,
			smmu_reason_info(result.blame.reason)->text,
			result.blame.rule ? result.blame.rule->text : "");
		exit(2);
	}
}

/* Median of nanoseconds a call over the prepared addresses. */
static double time_calls(struct smmu_model *model)
{
	double round[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		measured(model, CALLS);
		round[r] = (now_ns() - start) / (double)CALLS;
	}
	qsort(round, ROUNDS, sizeof(round[0]), compare);
	return round[ROUNDS / 2];
}

static void prepare(uint64_t pages)
{
	for (int i = 0; i < SLOTS; i++)
		address[i] = VA_BASE + (rnd() % pages) * 4096 + (rnd() & 0xff8);
}

static const struct row {
	const char *name;
	uint64_t pages;
	bool tlb, nested;
} rows[] = {
	{"hot", 1, true, false},
	{"hit-64", 64, true, false},
	{"hit-1024", 1024, true, false},
	{"walk-65536", 65536, false, false},
	{"nested-65536", 65536, false, true},
	{"nested-cached-65536", 65536, true, true},
};

static int bench_walk(void)
{
	for (unsigned nested = 0; nested < 2; nested++) {
		struct smmu_mem *mem;
		struct smmu_model *model = make_model(&mem, PAGES, nested);

		for (size_t i = 0; i < SMMU_LEN(rows); i++) {
			if (rows[i].nested != nested)
				continue;
			prepare(rows[i].pages);
			smmu_model_set_tlb(model, rows[i].tlb);
			printf("%s %.2f\n", rows[i].name, time_calls(model));
		}
		smmu_model_free(model);
		smmu_mem_free(mem);
	}
	return 0;
}

/* What is cached is so before the count begins. */
static void warm(struct smmu_model *model)
{
	struct smmu_txn txn = {.stream = STREAM, .size = 64, .read = true, .alloc = 4};
	struct smmu_result result;

	for (long i = 0; i < COUNTED; i++) {
		txn.address = address[SLOTS - 1 - i];
		if (smmu_model_translate(&result, model, &txn))
			exit(2);
	}
}

static int bench_count(const char *name)
{
	const struct row *row = rows;
	struct smmu_mem *mem;
	struct smmu_model *model;

	while (strcmp(row->name, name) != 0)
		if (++row == rows + SMMU_LEN(rows))
			return 2;
	model = make_model(&mem, row->pages, row->nested);
	prepare(row->pages);
	smmu_model_set_tlb(model, row->tlb);
	warm(model);
	measured(model, COUNTED);
	printf("%ld\n", COUNTED);
	smmu_model_free(model);
	smmu_mem_free(mem);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return bench_walk();
	if (argc == 3 && strcmp(argv[1], "count") == 0)
		return bench_count(argv[2]);
	fputs("usage: bench-walk [count ROW]\n", stderr);
	return 2;
}
