/*
 * Tables changed while a system runs.  Descriptors are found from STRTAB_BASE on by the layouts
 * of IHI 0070 5.2, 5.4 and DDI 0487 D8.3, and compared with words worked out by hand.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "compile/load.h"

static const char text[] =
	"version: 1\n"
	"memory: [{base: 0x80000000, size: 16M}]\n"
	"smmus:\n"
	"  - name: s\n"
	"    features: {architecture: v3.2, stages: [1], granules: [4K], output-bits: 44,\n"
	"               stream-bits: 4}\n"
	"    stream-table: {format: linear}\n"
	"    tables: {base: 0x80000000, size: 16M}\n"
	"domains:\n"
	"  - name: d\n"
	"    stage: 1\n"
	"    input-bits: 39\n"
	"    maps:\n"
	"      - {iova: 0x200000, pa: 0x200000, size: 2M}\n"
	"      - {iova: 0x410000, pa: 0x410000, size: 64K}\n"
	"devices: [{name: n, streams: [1], stage1: d}]\n";

struct world {
	struct smmu_sys *sys;
	struct smmu_machine machine;
	struct smmu_edit *edit;
};

static void setup(struct world *w)
{
	cr_assert_eq(smmu_sys_load_memory(&w->sys, "t.yaml", text, strlen(text), NULL), 0);
	cr_assert_eq(smmu_compile_load_editable(&w->machine, &w->edit, w->sys, NULL), 0);
}

static void teardown(struct world *w)
{
	smmu_edit_free(w->edit);
	smmu_machine_fini(&w->machine);
	smmu_sys_free(w->sys);
}

static uint64_t word(struct world *w, uint64_t pa)
{
	uint64_t value = 0;

	cr_assert(smmu_mem_ld64(&value, w->machine.mem, (struct smmu_pa){pa, SMMU_PAS_NS}));
	return value;
}

/* Address bits [47:12] of a word. */
static uint64_t address(uint64_t value)
{
	return value & UINT64_C(0xfffffffff000);
}

/* The level 2 entry of an address below 1 GiB: level 1 is the initial one of 39 bits. */
static uint64_t level2(struct world *w, uint64_t va)
{
	uint64_t strtab = smmu_model_reg(w->machine.smmu[0].model, SMMU_REG_STRTAB_BASE);
	uint64_t cd =
		word(w, (strtab & UINT64_C(0xfffffffffffc0)) + 64) & UINT64_C(0xffffffffffffc0);
	uint64_t ttb0 = address(word(w, cd + 8));

	return address(word(w, ttb0)) + 8 * (va >> 21);
}

static uint64_t level3(struct world *w, uint64_t va)
{
	return address(word(w, level2(w, va))) + 8 * (va >> 12 & 511);
}

static int change(struct world *w, enum smmu_trace_op op, uint64_t va, uint64_t size, uint64_t pa)
{
	struct smmu_record record = {.op = op,
				     .txn = {.address = va, .size = size, .stream = 1},
				     .has_stream = true,
				     .has_address = true,
				     .has_expected_pa = op == SMMU_OP_MAP,
				     .expected_pa = pa};
	bool changed;

	return smmu_edit_record(&changed, w->edit, &record, 0, NULL, NULL);
}

/* Attributes of an rw map: AttrIndx 0, AP 0b01, SH inner, AF, nG, UXN, PXN. */
#define RW UINT64_C(0x0060000000000f40)

Test(edit, block_in_part)
{
	struct world w = {0};

	setup(&w);
	cr_assert_eq(word(&w, level2(&w, 0x200000)), RW | 0x200000 | 1);
	cr_assert_eq(change(&w, SMMU_OP_UNMAP, 0x203000, 0x1000, 0), 0);
	cr_expect_eq(word(&w, level2(&w, 0x200000)) & 3, 3, "a table in its place");
	for (unsigned i = 0; i < 512; i++) {
		uint64_t want = i == 3 ? 0 : RW | (0x200000 + i * UINT64_C(0x1000)) | 3;

		cr_expect_eq(word(&w, level3(&w, 0x200000 + i * UINT64_C(0x1000))), want, "%u", i);
	}
	teardown(&w);
}

Test(edit, contiguous_run_in_part)
{
	struct world w = {0};
	const uint64_t contiguous = UINT64_C(1) << 52;

	setup(&w);
	cr_assert_eq(word(&w, level3(&w, 0x410000)), RW | contiguous | 0x410003);
	cr_assert_eq(change(&w, SMMU_OP_MAP, 0x412000, 0x1000, 0x777000), 0);
	for (unsigned i = 0; i < 16; i++) {
		uint64_t pa = i == 2 ? 0x777000 : 0x410000 + i * UINT64_C(0x1000);

		cr_expect_eq(word(&w, level3(&w, 0x410000 + i * UINT64_C(0x1000))), RW | pa | 3,
			     "%u", i);
	}
	teardown(&w);
}

/* What is mapped as a whole becomes a Block again, and its table is the next one's. */
Test(edit, tables_are_used_again)
{
	struct world w = {0};
	uint64_t table;

	setup(&w);
	cr_assert_eq(change(&w, SMMU_OP_UNMAP, 0x203000, 0x1000, 0), 0);
	table = address(word(&w, level2(&w, 0x200000)));
	cr_assert_eq(change(&w, SMMU_OP_MAP, 0x200000, 0x200000, 0x600000), 0);
	cr_expect_eq(word(&w, level2(&w, 0x200000)), RW | 0x600000 | 1);
	cr_assert_eq(change(&w, SMMU_OP_MAP, 0x800000, 0x1000, 0x900000), 0);
	cr_expect_eq(address(word(&w, level2(&w, 0x800000))), table);
	cr_expect_eq(word(&w, level3(&w, 0x800000)), RW | 0x900000 | 3);
	cr_expect_eq(word(&w, level3(&w, 0x801000)), 0, "nothing of what the table held");
	teardown(&w);
}
