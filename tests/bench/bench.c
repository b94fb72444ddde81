/*
 * What translation costs, over the same tables and the same sequence of
 * addresses as the bare loop it is compared with (run.py does that).
 *
 *	bench walk		prints "NAME NANOSECONDS" lines
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
#define SLOTS	(1 << 20)

static uint64_t next_table = TABLES;
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

/* One 4 KiB page at stage 1 with four levels: DDI 0487 D8.3. */
static void map(struct smmu_mem *mem, uint64_t root, uint64_t va, uint64_t pa)
{
	uint64_t table = root;

	for (unsigned level = 0; level < 3; level++) {
		uint64_t at = table + 8 * smmu_bits(va, 39 - 9 * level, 9);
		uint64_t desc = get64(mem, at);

		if (!desc) {
			desc = next_table | 3;
			next_table += 4096;
			put64(mem, at, desc);
		}
		table = smmu_align_down_log2(desc, 12);
	}
	pa = smmu_s1desc_set_AP(smmu_s1desc_set_AF(pa | 3, 1), 1);
	put64(mem, table + 8 * smmu_bits(va, 12, 9), pa);
}

static void configure(struct smmu_mem *mem, uint64_t *regs, uint64_t root)
{
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd = {{0}};

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, 5);
	smmu_ste_set_S1ContextPtr(&ste, CDTAB);
	smmu_cd_set_V(&cd, 1);
	smmu_cd_set_AA64(&cd, 1);
	smmu_cd_set_T0SZ(&cd, 16);
	smmu_cd_set_EPD1(&cd, 1);
	smmu_cd_set_IPS(&cd, 5);
	smmu_cd_set_A(&cd, 1);
	smmu_cd_set_R(&cd, 1);
	smmu_cd_set_TTB0(&cd, root);
	for (unsigned i = 0; i < 8; i++) {
		put64(mem, STRTAB + 64 * STREAM + 8 * i, ste.word[i]);
		put64(mem, CDTAB + 8 * i, cd.word[i]);
	}
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

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median of nanoseconds a call over the prepared addresses. */
static double time_calls(struct smmu_model *model)
{
	struct smmu_txn txn = {.stream = STREAM, .size = 64, .read = true, .alloc = 4};
	struct smmu_result result;
	double round[ROUNDS];
	uint64_t sum = 0;
	long bad = 0;

	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		for (long i = 0; i < CALLS; i++) {
			txn.address = address[i & (SLOTS - 1)];
			if (smmu_model_translate(&result, model, &txn) != 0)
				exit(2);
			bad += result.status != SMMU_STATUS_OK;
			sum += result.pa.pa;
		}
		round[r] = (now_ns() - start) / (double)CALLS;
	}
	if (bad || sum == 0) {
		fprintf(stderr, "bench: %ld accesses did not translate: %s (%s)\n", bad,
			smmu_reason_info(result.blame.reason)->text,
			result.blame.rule ? result.blame.rule->text : "");
		exit(2);
	}
	qsort(round, ROUNDS, sizeof(round[0]), compare);
	return round[ROUNDS / 2];
}

static void prepare(uint64_t pages)
{
	for (int i = 0; i < SLOTS; i++)
		address[i] = VA_BASE + (rnd() % pages) * 4096 + (rnd() & 0xff8);
}

static int bench_walk(void)
{
	static const struct {
		const char *name;
		uint64_t pages;
		bool tlb;
	} rows[] = {
		{"hot", 1, true},
		{"hit-64", 64, true},
		{"hit-1024", 1024, true},
		{"walk-65536", 65536, false},
	};
	static uint64_t regs[SMMU_REG_COUNT];
	struct smmu_model *model = NULL;
	struct smmu_mem *mem = NULL;
	uint64_t root = next_table;

	next_table += 4096;
	if (smmu_mem_new(&mem) || smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, RAM))
		return 2;
	for (uint64_t i = 0; i < PAGES; i++)
		map(mem, root, VA_BASE + i * 4096, OUT + i * 4096);
	configure(mem, regs, root);
	if (smmu_model_new(&model, mem, regs))
		return 2;
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		prepare(rows[i].pages);
		smmu_model_set_tlb(model, rows[i].tlb);
		printf("%s %.2f\n", rows[i].name, time_calls(model));
	}
	smmu_model_free(model);
	smmu_mem_free(mem);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "walk") == 0)
		return bench_walk();
	fputs("usage: bench walk\n", stderr);
	return 2;
}
