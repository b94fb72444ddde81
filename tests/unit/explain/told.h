/* What explain tells of one event, as JSON. */
#ifndef TEST_EXPLAIN_TOLD_H
#define TEST_EXPLAIN_TOLD_H

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "compile/load.h"
#include "explain/explain.h"

static inline void told_log(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	cr_log_error("%s", record->message);
}

static inline const char *told_text(const json_t *json, const char *object, const char *key)
{
	const char *text = json_string_value(
		json_object_get(object ? json_object_get(json, object) : json, key));

	return text ? text : "";
}

/* The first object that explain tells of one event. */
static inline json_t *told_of_event(const struct smmu_machine *machine,
				    const struct smmu_sys_info *sys, const struct smmu_event *event,
				    enum smmu_sec sec)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	const struct smmu_explain_options known = {.machine = machine, .sys = sys, .place = "line"};
	struct smmu_log_item item = {.kind = SMMU_LOG_EVENT, .line = 1, .sec = sec};
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

#endif
