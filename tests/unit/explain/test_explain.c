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

static const char *at(const json_t *json, const char *object, const char *key)
{
	const char *text = json_string_value(
		json_object_get(object ? json_object_get(json, object) : json, key));

	return text ? text : "";
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
