/* What is said of an address by what is mapped near it: one row a kind of hint. */
#include "told.h"

/* Three ranges and a doorbell for stream 8; what others have. */
static const char near[] =
	"version: 1\n"
	"memory: [{name: dram, base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    features: {architecture: v3.2, stages: [1], granules: [4K], output-bits: 44,\n"
	"               stream-bits: 8, substream-bits: 4}\n"
	"    stream-table: {format: linear, default: abort}\n"
	"    tables: {base: 0x90000000, size: 4M}\n"
	"domains:\n"
	"  - name: a\n"
	"    stage: 1\n"
	"    input-bits: 48\n"
	"    maps:\n"
	"      - {iova: 0x8020000, pa: 0x8020000, size: 64K, memory: device-nGnRE}\n"
	"      - {iova: 0x10000000, pa: 0xa0000000, size: 64K}\n"
	"      - {iova: 0x10030000, pa: 0xa0100000, size: 64K}\n"
	"      - {iova: 0x123450000000, pa: 0xa0200000, size: 64K}\n"
	"  - {name: b, stage: 1, input-bits: 48, maps: [{iova: 0x70000000, pa: 0xa1000000, size: 64K}]}\n"
	"  - {name: c, stage: 1, input-bits: 48, maps: [{iova: 0x60000000, pa: 0xa2000000, size: 64K}]}\n"
	"devices:\n"
	"  - {name: one, smmu: smmu0, streams: [8], stage1: a, substreams: [{id: 1, stage1: b}]}\n"
	"  - {name: two, smmu: smmu0, streams: [9], stage1: c}\n";

Test(nearby, every_kind_of_hint)
{
	static const struct {
		const char *row;
		uint64_t address;
		bool write;
		const char *kind, *value;
	} hints[] = {
		{"just past the end", 0x10010000, false, "past-end", "0x1000ffff"},
		{"between two ranges", 0x10010000, false, "gap", "0x10010000"},
		{"before the start", 0x1002f000, false, "before-start", "0x10030000"},
		{"bit 24", 0x11000000, false, "one-bit", "0x10000000"},
		{"another device's", 0x60000000, false, "other-stream", "0x9"},
		{"another substream's", 0x70000000, false, "other-substream", "0x1"},
		{"halves swapped", UINT64_C(0x1000000000000000), false, "swapped-halves",
		 "0x10000000"},
		{"bytes swapped", UINT64_C(0x0000001000000000), false, "swapped-bytes",
		 "0x10000000"},
		{"cut to 32 bits", 0x50000000, false, "truncated", "0x123450000000"},
		{"a physical address", 0xa0000000, false, "physical", "0xa0000000"},
		{"a doorbell", 0xfee00040, true, "doorbell", "0xfee00040"},
		{"another doorbell", 0xfee00040, true, "doorbell-mapped", "0x8020000"},
		{"0", 0, false, "zero", "0x0"},
		{"a tag", UINT64_C(0x0100000010000000), false, "high-bits", "0x100000010000000"},
	};
	struct smmu_diag diag = {.report = told_log};
	struct smmu_machine machine = {0};
	struct smmu_sys *sys = NULL;

	cr_assert_eq(smmu_sys_load_memory(&sys, "near", near, strlen(near), &diag), 0);
	cr_assert_eq(smmu_compile_load(&machine, sys, &diag), 0);
	for (size_t i = 0; i < SMMU_LEN(hints); i++) {
		const struct smmu_txn txn = {.stream = 8,
					     .address = hints[i].address,
					     .size = 1,
					     .alloc = 4,
					     .read = !hints[i].write,
					     .write = hints[i].write};
		struct smmu_result result;
		bool found = false;
		json_t *json, *hint;
		size_t at_index;

		smmu_model_probe(&result, machine.smmu[0].model, &txn, NULL);
		json = told_of_event(&machine, smmu_sys_info(sys), &result.event, SMMU_SEC_NS);
		json_array_foreach(json_object_get(json, "nearby"), at_index, hint) found |=
			!strcmp(told_text(hint, NULL, "kind"), hints[i].kind) &&
			!strcmp(told_text(hint, NULL, "value"), hints[i].value);
		cr_expect(found, "%s: no %s %s", hints[i].row, hints[i].kind, hints[i].value);
		json_decref(json);
	}
	smmu_machine_fini(&machine);
	smmu_sys_free(sys);
}
