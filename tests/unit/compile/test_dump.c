/* Runs of maps against the maps themselves, over tables of every kind. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "compile/build.h"
#include "compile/dump.h"
#include "compile/load.h"
#include "model/machine.h"
#include "model/reach.h"

#define HEAD                                                                                       \
	"version: 1\n"                                                                             \
	"memory: [{base: 0x80000000, size: 1G}]\n"                                                 \
	"smmus:\n"                                                                                 \
	"  - name: smmu0\n"                                                                        \
	"    features: {architecture: v3.2, output-bits: 40, stream-bits: 4}\n"                    \
	"    tables: {base: 0x80000000, size: 16M}\n"
#define DEVICE(what) "devices: [{name: d, streams: [1], " what "}]\n"
#define STAGE1	     DEVICE("stage1: a")
#define STAGE2	     DEVICE("stage2: a")

static const struct {
	const char *row, *text;
	uint64_t leaves;
} rows[] = {
	{"pages over three tables",
	 HEAD
	 "domains: [{name: a, stage: 1, leaves: pages, maps: [{iova: 0x1ff000, pa: 0x90000000, "
	 "size: 4M}]}]\n" STAGE1,
	 1024},
	{"pages, runs, blocks",
	 HEAD
	 "domains: [{name: a, stage: 1, maps: [{iova: 0x1f5000, pa: 0x901f5000, size: 8M}]}]\n" STAGE1,
	 11 + 3 * 1 + 501},
	{"the output goes on and the attributes do not",
	 HEAD "domains: [{name: a, stage: 1, maps: [{iova: 0, pa: 0x90000000, size: 8K}, {iova: "
	      "0x2000, pa: 0x90002000, size: 8K, access: r}]}]\n" STAGE1,
	 4},
	{"across 4 GiB of output",
	 HEAD "domains: [{name: a, stage: 1, leaves: pages, maps: [{iova: 0, pa: 0xffffe000, size: "
	      "64K}]}]\n" STAGE1,
	 16},
	{"both halves",
	 HEAD "domains: [{name: a, stage: 1, maps: [{iova: 0, pa: 0, size: 12K}, {iova: "
	      "0xffffffffffffd000, pa: 0x5000, size: 12K}]}]\n" STAGE1,
	 6},
	{"big-endian",
	 HEAD
	 "domains: [{name: a, stage: 1, endian: big, maps: [{iova: 0, pa: 0x1000, size: 64K}]}]\n" STAGE1,
	 16},
	{"stage 2",
	 HEAD
	 "domains: [{name: a, stage: 2, maps: [{ipa: 0x1000, pa: 0x90001000, size: 2M}]}]\n" STAGE2,
	 512},
	{"nested",
	 HEAD "domains: [{name: a, stage: 1, maps: [{iova: 0x1000, pa: 0x40101000, size: 64K}]}, "
	      "{name: vm, stage: 2, tables: {ipa: 0x40000000, size: 64K}, maps: [{ipa: 0x40000000, "
	      "pa: 0x90000000, size: 16M}]}]\n" DEVICE("stage1: a, stage2: vm"),
	 16},
};

struct list {
	struct smmu_reach_map map[2048];
	size_t count;
};

/* Leaf by leaf, whatever it was that was visited. */
static int add(void *ctx, const struct smmu_reach_map *map)
{
	struct list *list = ctx;
	uint64_t size = (map->last - map->input) / map->leaves + 1;

	for (uint64_t i = 0; i < map->leaves && list->count < SMMU_LEN(list->map); i++) {
		struct smmu_reach_map *one = &list->map[list->count++];

		*one = *map;
		one->leaves = 1;
		one->input += i * size;
		one->last = one->input + (size - 1);
		one->pa.pa += i * size;
	}
	return 0;
}

Test(compile_dump, runs_are_maps)
{
	static struct list maps, runs;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const char *row = rows[i].row;
		struct smmu_machine machine;
		struct smmu_sys *sys = NULL;
		struct smmu_txn txn = {.stream = 1, .size = 1};
		uint64_t steps[2] = {1 << 20, 1 << 20};

		maps.count = runs.count = 0;
		cr_assert_eq(
			smmu_sys_load_memory(&sys, row, rows[i].text, strlen(rows[i].text), NULL),
			0, "%s", row);
		cr_assert_eq(smmu_compile_load(&machine, sys, NULL), 0, "%s", row);
		smmu_reach_maps(machine.smmu[0].model, &txn, &steps[0], add, &maps);
		smmu_reach_runs(machine.smmu[0].model, &txn, &steps[1], add, &runs);
		cr_expect_eq(maps.count, rows[i].leaves, "%s: %zu leaves", row, maps.count);
		cr_expect_eq(runs.count, maps.count, "%s: %zu leaves in runs", row, runs.count);
		for (size_t n = 0; n < maps.count && n < runs.count; n++) {
			const struct smmu_reach_map *a = &maps.map[n], *b = &runs.map[n];

			cr_assert(a->input == b->input && a->last == b->last &&
					  a->pa.pa == b->pa.pa && a->perm == b->perm &&
					  a->status == b->status,
				  "%s: leaf %zu", row, n);
		}
		smmu_machine_fini(&machine);
		smmu_sys_free(sys);
	}
}

static int see_nothing(void *ctx, const struct smmu_reach_map *map)
{
	(void)ctx;
	(void)map;
	return 0;
}

static void keep_message(void *ctx, const struct smmu_diag_record *record)
{
	snprintf(ctx, 160, "%s", record->message);
}

static int dump_map(const struct smmu_machine *machine, uint64_t budget, struct smmu_diag *diag)
{
	const struct smmu_dump_options options = {.budget = budget};
	const struct smmu_emit_options json = {.format = SMMU_EMIT_JSON};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;
	int status;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &json), 0);
	status = smmu_dump_map(emit, machine, &options, diag);
	smmu_emit_free(emit);
	smmu_out_close(out);
	return status;
}

/* Eight devices of one domain: no one of them alone needs half of what all do. */
Test(dump, one_budget_for_all_contexts)
{
	const char *text =
		HEAD "domains: [{name: a, stage: 1, maps: [{iova: 0x1000, pa: 0, size: 1M}]}]\n"
		     "devices: [{name: a, streams: [0], stage1: a}, {name: b, streams: [1], "
		     "stage1: a}, {name: c, streams: [2], stage1: a}, {name: d, streams: [3], "
		     "stage1: a}, {name: e, streams: [4], stage1: a}, {name: f, streams: [5], "
		     "stage1: a}, {name: g, streams: [6], stage1: a}, {name: h, streams: [7], "
		     "stage1: a}]\n";
	const struct smmu_txn txn = {.stream = 1, .size = 1};
	const uint64_t plenty = 1 << 20;
	char message[160] = "";
	struct smmu_diag diag = {.report = keep_message, .ctx = message};
	uint64_t left = plenty, one;
	struct smmu_machine machine;
	struct smmu_sys *sys = NULL;

	cr_assert_eq(smmu_sys_load_memory(&sys, "eight", text, strlen(text), NULL), 0);
	cr_assert_eq(smmu_compile_load(&machine, sys, NULL), 0);
	cr_assert_eq(smmu_reach_runs(machine.smmu[0].model, &txn, &left, see_nothing, NULL), 0);
	one = plenty - left;
	cr_expect_gt(one, 0);
	cr_expect_eq(dump_map(&machine, 2 * one, NULL), SMMU_E_LIMIT);
	cr_expect_eq(dump_map(&machine, 10, &diag), SMMU_E_LIMIT);
	cr_expect_str_eq(message, "stopped after 10 steps: the tables lead on without end; "
				  "--stream and --substream narrow it down");
	/* eight of them, and a look at each stream of the table */
	cr_expect_eq(dump_map(&machine, 8 * one + 64, NULL), 0);
	smmu_machine_fini(&machine);
	smmu_sys_free(sys);
}
