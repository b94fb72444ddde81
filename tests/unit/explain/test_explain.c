/* Causes that were planted are named: one row an event and reason. */
#include "explain/explain.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/bits.h"
#include "compile/load.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/l1std.h"
#include "spec/ste.h"

static const char board[] =
	"version: 1\n"
	"memory: [{name: dram, base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    base: 0x2b400000\n"
	"    features: {architecture: v3.2, stages: [1, 2], granules: [4K], output-bits: 44,\n"
	"               stream-bits: 12, substream-bits: 4, ats: true}\n"
	"    stream-table: {format: 2-level, split: 8, default: abort}\n"
	"    tables: {base: 0x90000000, size: 4M}\n"
	"domains:\n"
	"  - {name: d, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0xa0000000, size: 4K}]}\n"
	"  - {name: e, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0xa1000000, size: 4K}]}\n"
	"  - {name: v, stage: 2, input-bits: 40, vmid: 1,\n"
	"     maps: [{ipa: 0x10000000, pa: 0xa2000000, size: 4K}]}\n"
	"devices:\n"
	"  - {name: one, smmu: smmu0, streams: [8], stage1: d}\n"
	"  - {name: gpu, smmu: smmu0, streams: [9], stage1: d, substreams: [{id: 1, stage1: e}]}\n"
	"  - {name: vm, smmu: smmu0, streams: [10], stage2: v}\n"
	"  - {name: own, smmu: smmu0, streams: [11], bypass: true}\n";

/* Where the structures of an access stand. */
struct places {
	struct smmu_mem *mem;
	struct smmu_pa l1std, ste, cd, table, leaf;
};

static void note_step(void *ctx, const struct smmu_step *step)
{
	struct places *places = ctx;

	if (step->kind == SMMU_STRUCT_L1STD)
		places->l1std = step->pa;
	else if (step->kind == SMMU_STRUCT_STE)
		places->ste = step->pa;
	else if (step->kind == SMMU_STRUCT_CD)
		places->cd = step->pa;
	else if (step->kind == SMMU_STRUCT_S1_DESC || step->kind == SMMU_STRUCT_S2_DESC)
		places->table = places->leaf, places->leaf = step->pa;
}

static void load(uint64_t *word, const struct places *places, struct smmu_pa pa, unsigned words)
{
	uint8_t bytes[64];

	cr_assert(smmu_mem_read(places->mem, pa, bytes, words * 8));
	for (unsigned i = 0; i < words; i++)
		word[i] = smmu_ld64le(bytes + 8 * i);
}

static void store(const uint64_t *word, const struct places *places, struct smmu_pa pa,
		  unsigned words)
{
	uint8_t bytes[64];

	for (unsigned i = 0; i < words; i++)
		smmu_st64le(bytes + 8 * i, word[i]);
	cr_assert(smmu_mem_write(places->mem, pa, bytes, words * 8));
}

#define PLANT_STE(name, Field, value)                                                              \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		struct smmu_ste ste;                                                               \
                                                                                                   \
		load(ste.word, places, places->ste, SMMU_STE_WORDS);                               \
		smmu_ste_set_##Field(&ste, value);                                                 \
		store(ste.word, places, places->ste, SMMU_STE_WORDS);                              \
	}
#define PLANT_CD(name, Field, value)                                                               \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		struct smmu_cd cd;                                                                 \
                                                                                                   \
		load(cd.word, places, places->cd, SMMU_CD_WORDS);                                  \
		smmu_cd_set_##Field(&cd, value);                                                   \
		store(cd.word, places, places->cd, SMMU_CD_WORDS);                                 \
	}
#define PLANT_LEAF(name, change)                                                                   \
	static void name(const struct places *places)                                              \
	{                                                                                          \
		uint64_t desc;                                                                     \
                                                                                                   \
		load(&desc, places, places->leaf, 1);                                              \
		desc = change;                                                                     \
		store(&desc, places, places->leaf, 1);                                             \
	}

PLANT_STE(ste_v, V, 0)
PLANT_STE(ste_s1cdmax, S1CDMax, 9)
PLANT_STE(ste_s1dss, S1DSS, 0)
PLANT_STE(ste_context, S1ContextPtr, 0x400000000)
PLANT_STE(ste_s2ttb, S2TTB, 0x400000000)
PLANT_CD(cd_v, V, 0)
PLANT_CD(cd_asid_tg, TG0, 3)
PLANT_CD(cd_ttb, TTB0, 0x400000000)
PLANT_CD(cd_epd, EPD0, 1)
PLANT_LEAF(leaf_invalid, desc & ~UINT64_C(1))
PLANT_LEAF(leaf_af, smmu_s1desc_set_AF(desc, 0))
PLANT_LEAF(leaf_ro, smmu_s1desc_set_AP(desc, 3))
PLANT_LEAF(leaf_priv, smmu_s1desc_set_AP(desc, 0))
PLANT_LEAF(leaf2_ro, smmu_s2desc_set_S2AP(desc, 1))
PLANT_LEAF(leaf2_none, smmu_s2desc_set_S2AP(desc, 0))
PLANT_LEAF(leaf_far, smmu_bits_set(desc, 12, 36, UINT64_C(0x200000000)))

static void l1std_gone(const struct places *places)
{
	struct smmu_l1std l1std;

	load(l1std.word, places, places->l1std, 1);
	smmu_l1std_set_L2Ptr(&l1std, 0x400000000);
	store(l1std.word, places, places->l1std, 1);
}

static const struct {
	const char *row;
	void (*plant)(const struct places *places);
	struct smmu_txn txn;
	unsigned event;
	const char *reason, *structure, *field;
} rows[] = {
#define AT(s, ...)                                                                                 \
	{                                                                                          \
		.stream = s, .address = 0x10000010, .size = 1, .alloc = 4, __VA_ARGS__             \
	}
	{"stream beyond the table", NULL, AT(0x1000, .read = true), SMMU_EVT_C_BAD_STREAMID,
	 "stream-out-of-range", "register", "LOG2SIZE"},
	{"second-level table not in memory", l1std_gone, AT(8, .read = true), SMMU_EVT_F_STE_FETCH,
	 "ste-abort", "STE", NULL},
	{"STE.V", ste_v, AT(8, .read = true), SMMU_EVT_C_BAD_STE, "ste-invalid", "STE", "V"},
	{"S1CDMax above SSIDSIZE", ste_s1cdmax, AT(9, .read = true), SMMU_EVT_C_BAD_STE,
	 "ste-illegal", "STE", "S1CDMax"},
	{"S1DSS terminates", ste_s1dss, AT(9, .read = true), SMMU_EVT_F_STREAM_DISABLED,
	 "substream-missing", "STE", "S1DSS"},
	{"SubstreamID 0 is kept", NULL, AT(9, .read = true, .ssv = true),
	 SMMU_EVT_F_STREAM_DISABLED, "substream-zero", "STE", "S1DSS"},
	{"SubstreamID beyond S1CDMax", NULL, AT(9, .read = true, .ssv = true, .substream = 0x800),
	 SMMU_EVT_C_BAD_SUBSTREAMID, "substream-out-of-range", "STE", "S1CDMax"},
	{"SubstreamID without CDs", NULL, AT(8, .read = true, .ssv = true, .substream = 1),
	 SMMU_EVT_C_BAD_SUBSTREAMID, "substream-disabled", "STE", "S1CDMax"},
	{"CD not in memory", ste_context, AT(8, .read = true), SMMU_EVT_F_CD_FETCH, "cd-abort",
	 "CD", NULL},
	{"CD.V", cd_v, AT(8, .read = true), SMMU_EVT_C_BAD_CD, "cd-invalid", "CD", "V"},
	{"TG0 is reserved", cd_asid_tg, AT(8, .read = true), SMMU_EVT_C_BAD_CD, "cd-illegal", "CD",
	 "TG0"},
	{"tables not in memory", cd_ttb, AT(8, .read = true), SMMU_EVT_F_WALK_EABT, "desc-abort",
	 "stage 1 descriptor", NULL},
	{"stage 2 tables not in memory", ste_s2ttb, AT(10, .read = true), SMMU_EVT_F_WALK_EABT,
	 "desc-abort", "stage 2 descriptor", NULL},
	{"EPD0", cd_epd, AT(8, .read = true), SMMU_EVT_F_TRANSLATION, "ttb-disabled", "CD", "EPD0"},
	{"beyond T0SZ",
	 NULL,
	 {.stream = 8, .address = 0x8000000000, .size = 1, .read = true, .alloc = 4},
	 SMMU_EVT_F_TRANSLATION,
	 "va-range",
	 "CD",
	 "T0SZ"},
	{"bit 0 of the page", leaf_invalid, AT(8, .read = true), SMMU_EVT_F_TRANSLATION,
	 "desc-invalid", "stage 1 descriptor", NULL},
	{"bit 0 of the page, stage 2", leaf_invalid, AT(10, .read = true), SMMU_EVT_F_TRANSLATION,
	 "desc-invalid", "stage 2 descriptor", NULL},
	{"page beyond OAS", leaf_far, AT(8, .read = true), SMMU_EVT_F_ADDR_SIZE,
	 "output-address-size", "stage 1 descriptor", "OA"},
	{"bypass beyond OAS",
	 NULL,
	 {.stream = 11, .address = 0x1000000000000, .size = 1, .read = true, .alloc = 4},
	 SMMU_EVT_F_ADDR_SIZE,
	 "bypass-address-size",
	 "STE",
	 "Config"},
	{"AF", leaf_af, AT(8, .read = true), SMMU_EVT_F_ACCESS, "access-flag", "stage 1 descriptor",
	 "AF"},
	{"read-only", leaf_ro, AT(8, .write = true), SMMU_EVT_F_PERMISSION, "no-write",
	 "stage 1 descriptor", "AP"},
	{"privileged only", leaf_priv, AT(8, .read = true), SMMU_EVT_F_PERMISSION,
	 "no-read-unprivileged", "stage 1 descriptor", "AP"},
	{"not executable", NULL, AT(8, .read = true, .instruction = true), SMMU_EVT_F_PERMISSION,
	 "no-execute", "stage 1 descriptor", "UXN"},
	{"stage 2 read-only", leaf2_ro, AT(10, .write = true), SMMU_EVT_F_PERMISSION, "no-write",
	 "stage 2 descriptor", "S2AP"},
	{"stage 2 without access", leaf2_none, AT(10, .read = true), SMMU_EVT_F_PERMISSION,
	 "no-read", "stage 2 descriptor", "S2AP"},
};

static void fail(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	cr_log_error("%s", record->message);
}

static const char *at(const json_t *json, const char *object, const char *key)
{
	const char *text = json_string_value(
		json_object_get(object ? json_object_get(json, object) : json, key));

	return text ? text : "";
}

/* The first object that explain tells of one event. */
static json_t *explain_one(const struct smmu_machine *machine, const struct smmu_sys_info *sys,
			   const struct smmu_event *event)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	const struct smmu_explain_options known = {.machine = machine, .sys = sys, .place = "line"};
	struct smmu_log_item item = {.kind = SMMU_LOG_EVENT, .line = 1};
	struct smmu_explain *explain = NULL;
	struct smmu_out *out = NULL;
	struct smmu_emit *emit = NULL;
	const char *text;
	json_t *json;
	size_t size;

	memcpy(item.evt.word, event->word, sizeof(event->word));
	memset(item.known.word, 0xff, sizeof(item.known.word));
	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	cr_assert_eq(smmu_explain_new(&explain, &known), 0);
	cr_assert_eq(smmu_explain_add(explain, &item), 0);
	cr_assert_eq(smmu_explain_emit(emit, explain, false, true), 0);
	cr_assert_eq(smmu_emit_free(emit), 0);
	text = smmu_out_memory(out, &size);
	json = json_loadb(text, strcspn(text, "\n"), 0, NULL);
	smmu_explain_free(explain);
	smmu_out_close(out);
	return json;
}

Test(explain, planted_causes_are_named)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_diag diag = {.report = fail};
		struct smmu_machine machine = {0};
		struct smmu_sys *sys = NULL;
		struct places places = {0};
		const struct smmu_walk_log log = {note_step, &places};
		struct smmu_result result;
		json_t *json;

		cr_assert_eq(smmu_sys_load_memory(&sys, "board", board, strlen(board), &diag), 0);
		cr_assert_eq(smmu_compile_load(&machine, sys, &diag), 0);
		places.mem = machine.mem;
		smmu_model_probe(&result, machine.smmu[0].model, &rows[i].txn, &log);
		if (rows[i].plant)
			rows[i].plant(&places);
		smmu_model_flush(machine.smmu[0].model);
		smmu_model_probe(&result, machine.smmu[0].model, &rows[i].txn, NULL);
		cr_expect(result.event.present, "%s: no event", rows[i].row);
		json = explain_one(&machine, smmu_sys_info(sys), &result.event);
		cr_assert_not_null(json);
		cr_expect_str_eq(at(json, "event", "type"), smmu_event_name(rows[i].event), "%s",
				 rows[i].row);
		cr_expect_str_eq(at(json, NULL, "system"), "agrees", "%s: %s", rows[i].row,
				 at(json, NULL, "system"));
		if (rows[i].reason) {
			cr_expect_str_eq(at(json, "reason", "name"), rows[i].reason, "%s: %s",
					 rows[i].row, at(json, "reason", "name"));
			cr_expect_str_eq(at(json, "blame", "structure"), rows[i].structure,
					 "%s: %s", rows[i].row, at(json, "blame", "structure"));
		}
		if (rows[i].field)
			cr_expect_str_eq(at(json, "blame", "field"), rows[i].field, "%s: %s",
					 rows[i].row, at(json, "blame", "field"));
		json_decref(json);
		smmu_machine_fini(&machine);
		smmu_sys_free(sys);
	}
}

Test(explain, storms_are_groups_with_their_stride)
{
	struct smmu_log_item item = {.kind = SMMU_LOG_EVENT};
	const struct smmu_explain_options none = {.place = "line"};
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	struct smmu_explain *explain = NULL;
	struct smmu_out *out = NULL;
	struct smmu_emit *emit = NULL;
	json_t *json;
	size_t size;

	cr_assert_eq(smmu_explain_new(&explain, &none), 0);
	memset(item.known.word, 0xff, sizeof(item.known.word));
	smmu_evt_set_Type(&item.evt, SMMU_EVT_F_TRANSLATION);
	smmu_evt_set_CLASS(&item.evt, SMMU_EVT_CLASS_IN);
	for (uint32_t i = 0; i < 300000; i++) {
		item.line = i + 1;
		smmu_evt_set_InputAddr(&item.evt, 0x10000000 + UINT64_C(64) * i);
		cr_assert_eq(smmu_explain_add(explain, &item), 0);
	}
	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	cr_assert_eq(smmu_explain_emit(emit, explain, false, true), 0);
	cr_assert_eq(smmu_emit_free(emit), 0);
	json = json_loadb(smmu_out_memory(out, &size), strcspn(smmu_out_memory(out, &size), "\n"),
			  0, NULL);
	cr_assert_not_null(json);
	cr_expect_eq(json_integer_value(json_object_get(json, "count")), 300000);
	cr_expect_eq(json_integer_value(json_object_get(json, "stride")), 64);
	cr_expect_str_eq(at(json, NULL, "low"), "0x10000000");
	cr_expect_str_eq(at(json, NULL, "high"), "0x1124f7c0");
	json_decref(json);
	smmu_explain_free(explain);
	smmu_out_close(out);
}

Test(explain, random_events_need_bounded_memory)
{
	struct smmu_log_item item = {.kind = SMMU_LOG_EVENT, .line = 1};
	const struct smmu_explain_options none = {.place = "line"};
	struct smmu_explain *explain = NULL;
	uint64_t seed = 1;

	cr_assert_eq(smmu_explain_new(&explain, &none), 0);
	memset(item.known.word, 0xff, sizeof(item.known.word));
	for (unsigned i = 0; i < 200000; i++) {
		for (unsigned j = 0; j < SMMU_EVT_WORDS; j++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			item.evt.word[j] = seed;
		}
		smmu_evt_set_Type(&item.evt, SMMU_EVT_F_TRANSLATION);
		cr_assert_eq(smmu_explain_add(explain, &item), 0);
	}
	smmu_explain_free(explain);
}
