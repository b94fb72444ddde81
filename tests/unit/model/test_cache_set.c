/*
 * Whose caches are, and the walk cache in parts.
 */
#include <criterion/criterion.h>

#include "rig.h"

#define VA	 UINT64_C(0x1234000)
#define OLD	 UINT64_C(0x400000)
#define NEW	 UINT64_C(0x500000)
#define OTHER	 (RIG_STREAM + 1)
#define LEVEL(n) (1u << ((n)-SMMU_DESC_LEVEL_MIN))

static void give(struct rig *rig, const struct smmu_caches *caches)
{
	cr_assert_eq(smmu_model_set_caches(rig->model, caches), 0);
}

static uint64_t read_pa(struct rig *rig, uint32_t stream, uint64_t va)
{
	struct smmu_txn txn = rig_read(va);
	struct smmu_result result;

	txn.stream = stream;
	cr_assert_eq(smmu_model_translate(&result, rig->model, &txn), 0);
	cr_assert_eq(result.status, SMMU_STATUS_OK);
	return result.pa.pa;
}

/* Where the descriptor of each level for VA is, in tables that start at root. */
static uint64_t descriptor_at(struct rig *rig, uint64_t root, unsigned level)
{
	uint64_t table = root;

	for (unsigned n = 0; n < level; n++)
		table = smmu_align_down_log2(
			smmu_bits(rig_get(rig, table + 8 * smmu_bits(VA, 39 - 9 * n, 9)), 0, 48),
			12);
	return table + 8 * smmu_bits(VA, 39 - 9 * level, 9);
}

/* Two streams with one CD, whose VA leads to OLD. */
static void start(struct rig *rig)
{
	uint64_t next = 0x110000;

	rig_init(rig);
	rig_start(rig);
	for (unsigned i = 0; i < 8; i++)
		rig_put(rig, RIG_STRTAB + OTHER * SMMU_STE_BYTES + 8 * i, rig->ste.word[i]);
	rig_map(rig, RIG_TTB0, VA, rig_page1(OLD), &next);
	rig_map(rig, RIG_TTB0, VA + 0x1000, rig_page1(OLD + 0x1000), &next);
}

Test(cache_set, a_cache_is_of_whom_it_is_per)
{
	static const struct smmu_cache_device together[] = {{RIG_STREAM, OTHER, 0}};
	static const struct smmu_cache_device apart[] = {{RIG_STREAM, RIG_STREAM, 0},
							 {OTHER, 9, 1}};
	static const struct smmu_cache_device one[] = {{RIG_STREAM, RIG_STREAM, OTHER}};
	static const struct {
		const char *row;
		const struct smmu_cache_device *devices;
		size_t count;
		enum smmu_cache_per per;
		bool shared;
	} rows[] = {
		{"per SMMU", apart, 2, SMMU_CACHE_PER_SMMU, true},
		{"per stream", together, 1, SMMU_CACHE_PER_STREAM, false},
		{"per device, both of one", together, 1, SMMU_CACHE_PER_DEVICE, true},
		{"per device, of two", apart, 2, SMMU_CACHE_PER_DEVICE, false},
		{"per device, one of none", one, 1, SMMU_CACHE_PER_DEVICE, false},
		{"per device, none at all", NULL, 0, SMMU_CACHE_PER_DEVICE, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		for (unsigned entries = 0; entries < 2; entries++) {
			struct smmu_caches caches = {
				.of[SMMU_CACHE_MICRO] = {.on = true,
							 .entries = entries,
							 .per = rows[i].per},
				.devices = rows[i].devices,
				.devices_count = rows[i].count,
			};
			struct rig rig;

			start(&rig);
			give(&rig, &caches);
			cr_expect_eq(read_pa(&rig, RIG_STREAM, VA), OLD);
			rig_put(&rig, descriptor_at(&rig, RIG_TTB0, 3), rig_page1(NEW));
			rig_changed(&rig);
			cr_expect_eq(read_pa(&rig, OTHER, VA), rows[i].shared ? OLD : NEW, "%s",
				     rows[i].row);
			cr_expect_eq(read_pa(&rig, RIG_STREAM, VA), OLD, "%s", rows[i].row);
			rig_fini(&rig);
		}
}

/* One entry each: what the other one reads does not put it out. */
Test(cache_set, everybody_has_as_many_entries)
{
	static const struct {
		const char *row;
		enum smmu_cache_per per;
		uint64_t evictions;
	} rows[] = {{"per SMMU", SMMU_CACHE_PER_SMMU, 3}, {"per stream", SMMU_CACHE_PER_STREAM, 0}};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_caches caches = {
			.of[SMMU_CACHE_MAIN] = {.on = true, .entries = 1, .per = rows[i].per}};
		struct smmu_cache_stats stats;
		struct rig rig;

		start(&rig);
		give(&rig, &caches);
		for (unsigned n = 0; n < 2; n++) {
			read_pa(&rig, RIG_STREAM, VA);
			read_pa(&rig, OTHER, VA + 0x1000);
		}
		stats = smmu_model_cache_stats(rig.model, SMMU_CACHE_MAIN);
		cr_expect_eq(stats.evictions, rows[i].evictions, "%s", rows[i].row);
		cr_expect_eq(stats.lookups, 4, "%s", rows[i].row);
		cr_expect_eq(stats.hits, rows[i].evictions ? 0 : 2, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* An invalidation reaches everybody's. */
Test(cache_set, an_invalidation_is_of_all_of_them)
{
	struct smmu_caches caches = {
		.of[SMMU_CACHE_INTERFACE] = {.on = true, .per = SMMU_CACHE_PER_STREAM}};
	struct smmu_cmd all = {{SMMU_CMD_TLBI_NSNH_ALL}};
	struct smmu_reply reply;
	struct rig rig;

	start(&rig);
	rig.regs[SMMU_REG_CR0] = rig.regs[SMMU_REG_CR0ACK] = 0xd;
	rig.regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(0x9000, 4);
	rig_start(&rig);
	give(&rig, &caches);
	read_pa(&rig, RIG_STREAM, VA);
	read_pa(&rig, OTHER, VA);
	cr_assert_eq(smmu_model_command(&reply, rig.model, SMMU_SEC_NS, &all), 0);
	cr_expect_eq(smmu_model_cache_stats(rig.model, SMMU_CACHE_INTERFACE).invalidated, 2);
	rig_fini(&rig);
}

/* The descriptor of one level is replaced by one that leads to NEW. */
Test(cache_set, a_part_keeps_its_stage_and_level)
{
	static const struct {
		const char *row;
		unsigned stages, levels, changed;
		bool leaves, stale;
	} rows[] = {
		{"level 2: itself", 1, LEVEL(2), 2, false, true},
		{"level 2: what is above", 1, LEVEL(2), 1, false, true},
		{"level 2: what is below", 1, LEVEL(2), 3, false, false},
		{"level 1: itself", 1, LEVEL(1), 1, false, true},
		{"level 1: what is above", 1, LEVEL(1), 0, false, true},
		{"level 1: what is below", 1, LEVEL(1), 2, false, false},
		{"level 0: itself", 1, LEVEL(0), 0, false, true},
		{"level 0: what is below", 1, LEVEL(0), 1, false, false},
		{"two levels", 1, LEVEL(0) | LEVEL(2), 2, false, true},
		{"all levels", 3, 0x3f, 2, false, true},
		{"all levels: no leaf", 3, 0x3f, 3, false, false},
		{"leaves", 1, LEVEL(3), 3, true, true},
		{"leaves of another level", 1, LEVEL(2), 3, true, false},
		{"stage 2", 2, 0x3f, 2, true, false},
		{"no level", 1, 0, 2, true, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_caches caches = {
			.walk_count = 1,
			.walk[0] = {.stages = (uint8_t)rows[i].stages,
				    .levels = (uint8_t)rows[i].levels,
				    .leaves = rows[i].leaves,
				    .size.on = true},
		};
		const uint64_t root = 0x140000;
		uint64_t next = 0x141000;
		struct rig rig;

		start(&rig);
		rig_map(&rig, root, VA, rig_page1(NEW), &next);
		give(&rig, &caches);
		cr_expect_eq(read_pa(&rig, RIG_STREAM, VA), OLD, "%s", rows[i].row);
		rig_put(&rig, descriptor_at(&rig, RIG_TTB0, rows[i].changed),
			rig_get(&rig, descriptor_at(&rig, root, rows[i].changed)));
		rig_changed(&rig);
		cr_expect_eq(read_pa(&rig, RIG_STREAM, VA), rows[i].stale ? OLD : NEW, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* Under stage 2: a CD, four stage 1 descriptors, and the output, in two blocks. */
Test(cache_set, a_part_keeps_fetches_where_it_is_to)
{
	static const struct {
		const char *row;
		bool final_only;
		uint64_t lookups, fills;
	} rows[] = {{"fetches too", false, 6, 2}, {"output alone", true, 1, 1}};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_caches caches = {
			.walk_count = 1,
			.walk[0] = {.stages = 2,
				    .levels = LEVEL(2),
				    .leaves = true,
				    .final_only = rows[i].final_only,
				    .size.on = true},
		};
		struct smmu_cache_stats stats;
		struct rig rig;

		start(&rig);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_NESTED);
		rig_start(&rig);
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
		rig_put(&rig, RIG_S2TTB + 0x1000, rig_table(RIG_S2TTB + 0x2000));
		for (uint64_t n = 0; n < 4; n++)
			rig_put(&rig, RIG_S2TTB + 0x2000 + 8 * n, rig_block2(n << 21));
		give(&rig, &caches);
		cr_expect_eq(read_pa(&rig, RIG_STREAM, VA), OLD, "%s", rows[i].row);
		cr_expect_not_null(smmu_model_walk_part(&stats, rig.model, 0));
		cr_expect_eq(stats.lookups, rows[i].lookups, "%s", rows[i].row);
		cr_expect_eq(stats.fills, rows[i].fills, "%s", rows[i].row);
		cr_expect_null(smmu_model_walk_part(&stats, rig.model, 1));
		rig_fini(&rig);
	}
}

/* Sizes that are none. */
Test(cache_set, what_is_no_size_is_refused)
{
	struct smmu_caches caches = {.walk_count = 1,
				     .walk[0].size = {.on = true, .entries = 8, .ways = 3}};
	struct rig rig;

	start(&rig);
	cr_expect_eq(smmu_model_set_caches(rig.model, &caches), SMMU_E_INVALID);
	caches.walk_count = SMMU_WALK_PARTS_MAX + 1;
	cr_expect_eq(smmu_model_set_caches(rig.model, &caches), SMMU_E_INVALID);
	cr_expect_not(smmu_model_shows_caches(rig.model));
	rig_fini(&rig);
}
