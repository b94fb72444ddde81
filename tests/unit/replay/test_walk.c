/* Walks as people and programs see them. */
#include "replay/walk.h"

#include <criterion/criterion.h>
#include <jansson.h>

#include "base/out.h"

static struct smmu_step step(enum smmu_struct_kind kind, unsigned depth, int level, uint64_t pa,
			     uint64_t word)
{
	return (struct smmu_step){
		.kind = kind,
		.stage = kind == SMMU_STRUCT_S1_DESC   ? 1
			 : kind == SMMU_STRUCT_S2_DESC ? 2
						       : 0,
		.level = (int8_t)level,
		.depth = (uint8_t)depth,
		.pa = {pa, SMMU_PAS_NS},
		.words = 1,
		.word = {word},
		.granule_log2 = 12,
	};
}

static json_t *walk_of(const struct smmu_step *steps, size_t count)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_walk walk = {0};
	const struct smmu_walk_log log = smmu_walk_log(&walk);
	struct smmu_emit *emit;
	struct smmu_out *out;
	const char *text;
	json_t *json;
	size_t size;

	for (size_t i = 0; i < count; i++)
		log.visit(log.ctx, &steps[i]);
	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	smmu_emit_object(emit, NULL);
	smmu_walk_emit(emit, &walk, false);
	smmu_emit_end(emit);
	cr_assert_eq(smmu_emit_free(emit), 0);
	text = smmu_out_memory(out, &size);
	json = json_loadb(text, size, 0, NULL);
	cr_assert_not_null(json, "%.*s", (int)size, text);
	cr_assert_eq(smmu_out_close(out), 0);
	smmu_walk_fini(&walk);
	return json;
}

static const char *gives(const json_t *walk, size_t i)
{
	return json_string_value(json_object_get(json_array_get(walk, i), "gives"));
}

/* STE with Config 0b111 (5.2), CD with AA64 (5.4 bit 41) and V; DDI 0487 D8.3 descriptors. */
Test(walk, each_step_says_what_it_gave)
{
	const struct smmu_step steps[] = {
		step(SMMU_STRUCT_STE, 0, 0, 0x90000200, 0x000000009001000f),
		step(SMMU_STRUCT_CD, 0, 0, 0x90010000, 0x0001020080000019),
		step(SMMU_STRUCT_S1_DESC, 0, 1, 0x90020000, 0x0000000090021003),
		step(SMMU_STRUCT_S1_DESC, 0, 2, 0x90021400, 0x0060000088000705),
		step(SMMU_STRUCT_S1_DESC, 0, 3, 0x90021408, 0),
		step(SMMU_STRUCT_S1_DESC, 0, 3, 0x90021410, 0x0060000088000701),
	};
	static const char *const wants[] = {
		"Config nested",    "ASID 0x1", "table 0x90021000",
		"block 0x88000000", "invalid",	"invalid",
	};
	json_t *json = walk_of(steps, SMMU_LEN(steps)), *walk = json_object_get(json, "walk");

	cr_assert_eq(json_array_size(walk), SMMU_LEN(steps));
	for (size_t i = 0; i < SMMU_LEN(wants); i++)
		cr_expect_str_eq(gives(walk, i), wants[i], "step %zu", i);
	json_decref(json);
}

Test(walk, a_nested_walk_stands_below_its_fetch)
{
	const struct smmu_step steps[] = {
		step(SMMU_STRUCT_STE, 0, 0, 0x90000200, 0x000000009001000f),
		step(SMMU_STRUCT_S2_DESC, 1, 1, 0x90030000, 0x0000000090031003),
		step(SMMU_STRUCT_S2_DESC, 1, 2, 0x90031000, 0x00000000a00004fd),
		step(SMMU_STRUCT_CD, 0, 0, 0xa0010000, 0x0001020080000019),
		step(SMMU_STRUCT_S2_DESC, 1, 1, 0x90030000, 0),
	};
	json_t *json = walk_of(steps, SMMU_LEN(steps)), *walk = json_object_get(json, "walk");
	json_t *cd = json_array_get(walk, 1), *cut = json_array_get(walk, 2);

	cr_assert_eq(json_array_size(walk), 3);
	cr_expect_str_eq(json_string_value(json_object_get(cd, "structure")), "CD");
	cr_expect_eq(json_array_size(json_object_get(cd, "children")), 2);
	cr_expect_eq(json_array_size(json_object_get(cut, "children")), 1, "fetch never made");
	json_decref(json);
}
