/* Results as the contract's objects: read back with jansson. */
#include "replay/result.h"

#include <criterion/criterion.h>
#include <jansson.h>

#include "base/out.h"
#include "replay/walk.h"

static struct smmu_out *out;
static struct smmu_emit *emit;

static void begin(void)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	smmu_emit_object(emit, NULL);
}

static json_t *end(void)
{
	json_error_t error;
	const char *text;
	json_t *json;
	size_t size;

	smmu_emit_end(emit);
	cr_assert_eq(smmu_emit_free(emit), 0);
	text = smmu_out_memory(out, &size);
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(json, "%s: %.*s", error.text, (int)size, text);
	cr_assert_eq(smmu_out_close(out), 0);
	return json;
}

static json_t *object_of(const struct smmu_result *result, const struct smmu_ids *ids)
{
	begin();
	smmu_result_emit(emit, result, ids, false);
	return end();
}

static const char *at(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

Test(result, ok_has_a_pa_and_nothing_else)
{
	const struct smmu_result result = {.status = SMMU_STATUS_OK, .pa = {0x88001000, 0}};
	json_t *json = object_of(&result, &(struct smmu_ids){0});

	cr_expect_str_eq(at(json, "status"), "ok");
	cr_expect_str_eq(at(json, "pa"), "0x88001000");
	cr_expect_eq(json_object_size(json), 2);
	json_decref(json);
}

Test(result, statuses_without_an_answer_are_bare)
{
	static const struct {
		enum smmu_status status;
		const char *name;
	} rows[] = {
		{SMMU_STATUS_ABORT, "abort"}, {SMMU_STATUS_RAZ_WI, "raz-wi"},
		{SMMU_STATUS_UR, "ur"},	      {SMMU_STATUS_CA, "ca"},
		{SMMU_STATUS_NONE, "none"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_result result = {.status = rows[i].status};
		json_t *json = object_of(&result, &(struct smmu_ids){0});

		cr_expect_str_eq(at(json, "status"), rows[i].name);
		cr_expect_eq(json_object_size(json), 1, "%s", rows[i].name);
		json_decref(json);
	}
}

/* IHI 0070 7.3.13: F_TRANSLATION of stream 8, a read of 0x40001000, CLASS IN. */
Test(result, fault_has_a_response_and_an_event)
{
	const struct smmu_result result = {
		.status = SMMU_STATUS_FAULT,
		.response = SMMU_RESPONSE_RAZ_WI,
		.event = {true,
			  false,
			  false,
			  {0x0000000800000010, 0x0000020800000000, 0x40001000, 0}},
	};
	json_t *json = object_of(&result, &(struct smmu_ids){0}), *event, *record, *fields;

	event = json_object_get(json, "event");
	record = json_object_get(event, "record");
	fields = json_object_get(event, "fields");
	cr_expect_str_eq(at(json, "response"), "raz-wi");
	cr_expect_null(json_object_get(json, "pa"));
	cr_expect_str_eq(at(event, "type"), "0x10");
	cr_expect_str_eq(at(event, "name"), "F_TRANSLATION");
	cr_expect_str_eq(json_string_value(json_array_get(record, 0)), "0x0000000800000010");
	cr_expect_str_eq(json_string_value(json_array_get(record, 3)), "0x0000000000000000");
	cr_expect_str_eq(at(fields, "StreamID"), "0x8");
	cr_expect_str_eq(at(fields, "InputAddr"), "0x40001000");
	cr_expect_str_eq(at(fields, "CLASS"), "0x2");
	cr_expect(json_is_false(json_object_get(event, "recorded")));
	json_decref(json);
}

Test(result, a_recorded_event_does_not_say_so)
{
	const struct smmu_result result = {
		.status = SMMU_STATUS_FAULT,
		.event = {true, true, false, {0x0000000800000002, 0, 0, 0}},
	};
	json_t *json = object_of(&result, &(struct smmu_ids){0});

	cr_expect_null(json_object_get(json_object_get(json, "event"), "recorded"));
	cr_expect_str_eq(at(json, "response"), "abort");
	json_decref(json);
}

Test(result, updates_are_listed)
{
	const struct smmu_result result = {
		.status = SMMU_STATUS_OK,
		.updates_count = 1,
		.updates = {{{0x40102a28, 0}, 0x8000080000fc3}},
	};
	json_t *json = object_of(&result, &(struct smmu_ids){0}), *update;

	update = json_array_get(json_object_get(json, "updates"), 0);
	cr_expect_str_eq(at(update, "address"), "0x40102a28");
	cr_expect_str_eq(at(update, "value"), "0x8000080000fc3");
	json_decref(json);
}

/* DDI 0487 D8.7.2: bits that are 0 are as unused, so that none at all are not there. */
Test(result, page_based_hardware_attributes_are_shown_where_there_are_any)
{
	struct smmu_result result = {.status = SMMU_STATUS_OK,
				     .attr = {.valid = true, .pbha = 0xa5}};
	const struct smmu_ids ids = {.aidr = 4};
	json_t *json = object_of(&result, &ids);
	json_t *pbha = json_object_get(json_object_get(json, "attr"), "pbha");

	cr_expect_eq(json_integer_value(json_object_get(pbha, "s1")), 0x5);
	cr_expect_eq(json_integer_value(json_object_get(pbha, "s2")), 0xa);
	json_decref(json);
	result.attr.pbha = 0;
	json = object_of(&result, &ids);
	cr_expect_null(json_object_get(json_object_get(json, "attr"), "pbha"));
	json_decref(json);
}

/* What exists by version: 13.5 (privilege until SMMUv3.3), SMMU_IDR3.MPAM [7]. */
Test(result, attributes_are_those_that_apply)
{
	static const struct {
		const char *row;
		struct smmu_attr attr;
		uint32_t idr3, aidr;
		const char *memory, *inner, *sh, *device;
		bool has_privileged, has_mpam;
	} rows[] = {
		{"write-back, all hints",
		 {.valid = true,
		  .memory = SMMU_MEM_NORMAL_RANK << SMMU_MEMORY_RANK_SHIFT | SMMU_ATTR_WB |
			    SMMU_ATTR_RA | SMMU_ATTR_WA | SMMU_ATTR_TR |
			    SMMU_SH_ISH << SMMU_MEMORY_SH_SHIFT},
		 0x80,
		 3,
		 "normal",
		 "wb-ra-wa-tr",
		 "ish",
		 NULL,
		 true,
		 true},
		{"write-through, read-allocate",
		 {.valid = true,
		  .memory = SMMU_MEM_NORMAL_RANK << SMMU_MEMORY_RANK_SHIFT | SMMU_ATTR_WT |
			    SMMU_ATTR_RA},
		 0,
		 4,
		 "normal",
		 "wt-ra",
		 "nsh",
		 NULL,
		 false,
		 false},
		{"Device",
		 {.valid = true,
		  .memory = SMMU_MEM_NGNRE << SMMU_MEMORY_RANK_SHIFT |
			    SMMU_SH_OSH << SMMU_MEMORY_SH_SHIFT},
		 0,
		 4,
		 "device",
		 NULL,
		 "osh",
		 "nGnRE",
		 false,
		 false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_result result = {.status = SMMU_STATUS_OK, .attr = rows[i].attr};
		struct smmu_ids ids = {.aidr = rows[i].aidr};
		json_t *json, *attr;

		ids.idr[3] = rows[i].idr3;
		json = object_of(&result, &ids);
		attr = json_object_get(json, "attr");
		cr_expect_str_eq(at(attr, "memory"), rows[i].memory, "%s", rows[i].row);
		cr_expect_str_eq(at(attr, "sh"), rows[i].sh, "%s", rows[i].row);
		cr_expect_str_eq(at(attr, "pas"), "ns", "%s", rows[i].row);
		if (rows[i].inner)
			cr_expect_str_eq(at(attr, "inner"), rows[i].inner, "%s", rows[i].row);
		if (rows[i].device)
			cr_expect_str_eq(at(attr, "device"), rows[i].device, "%s", rows[i].row);
		cr_expect_eq(json_object_get(attr, "privileged") != NULL, rows[i].has_privileged,
			     "%s", rows[i].row);
		cr_expect_eq(json_object_get(attr, "mpam") != NULL, rows[i].has_mpam, "%s",
			     rows[i].row);
		json_decref(json);
	}
}
