/* All that a stream reaches: IHI 0070 5.2 S1CDMax, 5.4, 7.3.13; bounded on any memory. */
#include "model/reach.h"

#include <criterion/criterion.h>

#include "rig.h"

#define BUDGET 0x8000u /* steps: what is not there must not cost one a substream */

struct seen {
	unsigned count;
	uint32_t substream; /* the last one */
	struct smmu_reach_map first, last;
};

static int see_substream(void *ctx, uint32_t substream)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->substream = substream;
	return 0;
}

static int see_map(void *ctx, const struct smmu_reach_map *map)
{
	struct seen *seen = ctx;

	if (seen->count++ == 0)
		seen->first = *map;
	seen->last = *map;
	return 0;
}

Test(reach, substreams_that_cannot_be_are_not_looked_for)
{
	static const struct {
		const char *row;
		unsigned s1cdmax, ssidsize, far; /* far: the valid CD beside that of substream 0 */
		unsigned count;
	} rows[] = {
		{"all of 20 bits, most of them outside memory", 20, 20, 70000, 3},
		{"memory of zeros around one CD", 16, 20, 65535, 2},
		{"no substreams implemented: S1CDMax is ignored", 28, 0, 70, 0},
		{"an STE that is ILLEGAL for its S1CDMax", 31, 20, 70, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t table = UINT64_C(0x400000), idr1;
		struct seen seen = {0};
		uint64_t budget = BUDGET;
		struct rig rig;

		rig_init(&rig);
		idr1 = rig.regs[SMMU_REG_IDR1];
		rig.regs[SMMU_REG_IDR1] = smmu_IDR1_set_SSIDSIZE(idr1, rows[i].ssidsize);
		smmu_ste_set_S1CDMax(&rig.ste, rows[i].s1cdmax);
		smmu_ste_set_S1ContextPtr(&rig.ste, table);
		/* From 0 on, with the rig's own CD in the middle. */
		if (rows[i].s1cdmax == 20)
			smmu_ste_set_S1ContextPtr(&rig.ste, table = 0);
		rig_start(&rig);
		for (unsigned word = 0; word < SMMU_CD_WORDS; word++) {
			rig_put(&rig, table + word * 8, rig.cd.word[word]);
			rig_put(&rig, table + rows[i].far * SMMU_CD_BYTES + word * 8,
				rig.cd.word[word]);
		}
		cr_expect_eq(
			smmu_reach_substreams(rig.model, RIG_STREAM, &budget, see_substream, &seen),
			0, "%s", rows[i].row);
		cr_expect_eq(seen.count, rows[i].count, "%s: %u", rows[i].row, seen.count);
		if (rows[i].count)
			cr_expect_eq(seen.substream, rows[i].far, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* IPAs of all RAM onto themselves, in blocks of 2 MiB. */
static void map_ipas(struct rig *rig)
{
	rig_put(rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
	rig_put(rig, RIG_S2TTB + 0x1000, rig_table(RIG_S2TTB + 0x2000));
	for (unsigned i = 0; i < RIG_RAM >> 21; i++)
		rig_put(rig, RIG_S2TTB + 0x2000 + i * 8, rig_block2((uint64_t)i << 21));
}

/* One entry of a stage 1 table leads out of stage 2: it is told of, and hides nothing else. */
Test(reach, a_table_that_stage2_does_not_map_hides_only_its_own_range)
{
	struct smmu_txn txn = rig_read(0);
	uint64_t next = RIG_TTB0 + 0x1000, budget;
	struct seen seen = {0};
	struct rig rig;

	for (unsigned t0sz = 16; t0sz <= 25; t0sz += 9) {
		uint64_t level1 = t0sz == 16 ? RIG_TTB0 + 0x1000 : RIG_TTB0;

		seen.count = 0;
		budget = BUDGET;
		next = RIG_TTB0 + 0x1000;
		rig_init(&rig);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_NESTED);
		smmu_cd_set_T0SZ(&rig.cd, t0sz);
		smmu_cd_set_EPD1(&rig.cd, 1);
		rig_start(&rig);
		map_ipas(&rig);
		if (t0sz == 16) {
			rig_map(&rig, RIG_TTB0, UINT64_C(1) << 30, rig_page1(0x3000), &next);
		} else {
			rig_put(&rig, level1 + 8, rig_table(next));
			rig_put(&rig, next, rig_table(next + 0x1000));
			rig_put(&rig, next + 0x1000, rig_page1(0x3000));
		}
		rig_put(&rig, level1, rig_table(RIG_NOWHERE));
		cr_expect_eq(smmu_reach_maps(rig.model, &txn, &budget, see_map, &seen), 0);
		/* 512 entries of a table that cannot be read, then the page. */
		cr_expect_eq(seen.count, 513, "T0SZ %u: %u", t0sz, seen.count);
		cr_expect_eq(seen.first.event, SMMU_EVT_F_TRANSLATION);
		cr_expect_eq(seen.first.input, 0);
		cr_expect_eq(seen.first.last, 0x1fffff, "T0SZ %u", t0sz);
		cr_expect_eq(seen.last.event, 0);
		cr_expect_eq(seen.last.input, UINT64_C(1) << 30);
		cr_expect_eq(seen.last.pa.pa, 0x3000);
		rig_fini(&rig);
	}
}
