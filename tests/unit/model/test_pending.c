/* Queues between CONS and PROD: IHI 0070 3.5.1, 7.4. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "model/pending.h"
#include "rig.h"

/* An Event queue of 8 entries, whose entry n holds n in word 0. */
static void start(struct rig *rig, uint64_t cons, uint64_t prod)
{
	rig_init(rig);
	rig->regs[SMMU_REG_EVENTQ_CONS] = cons;
	rig->regs[SMMU_REG_EVENTQ_PROD] = prod;
	rig_start(rig);
	for (unsigned i = 0; i < 8; i++)
		rig_put(rig, RIG_EVENTQ + 32 * i, i);
}

Test(pending, from_cons_to_prod)
{
	static const struct {
		const char *row;
		uint64_t cons, prod, count, first;
		bool is_too_far, is_lossy;
	} rows[] = {
		{"empty", 3, 3, 0, 0, false, false},
		{"empty, with the wrap bits set", 0xb, 0xb, 0, 0, false, false},
		{"within one turn", 2, 5, 3, 2, false, false},
		{"over the end, into the next turn", 6, 9, 3, 6, false, false},
		{"over the end, with CONS in the second turn", 0xe, 1, 3, 6, false, false},
		{"full", 3, 0xb, 8, 3, false, false},
		{"full, wrapped", 0xb, 3, 8, 3, false, false},
		{"PROD too far ahead", 3, 0xd, 8, 3, true, false},
		{"PROD behind CONS in the same turn", 5, 4, 8, 5, true, false},
		{"bits above the wrap bit", 0x102, 0x205, 3, 2, false, false},
		{"overflow", 0, 0x80000008, 8, 0, false, true},
		{"overflow of before, acknowledged", 0x80000001, 0x80000002, 1, 1, false, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t words[4], position, pa;
		struct smmu_pending p;
		struct rig rig;

		start(&rig, rows[i].cons, rows[i].prod);
		cr_assert(smmu_pending_from(&p, rig.model, SMMU_QUEUE_EVENT, SMMU_SEC_NS));
		cr_expect_eq(p.count, rows[i].count, "%s", rows[i].row);
		cr_expect_eq(p.is_too_far, rows[i].is_too_far, "%s", rows[i].row);
		cr_expect_eq(p.is_lossy, rows[i].is_lossy, "%s", rows[i].row);
		for (uint64_t n = 0; n < p.count; n++) {
			uint64_t want = (rows[i].first + n) % 8;

			cr_expect(smmu_pending_read(words, &position, &pa, rig.model, &p, n));
			cr_expect_eq(position, want, "%s", rows[i].row);
			cr_expect_eq(words[0], want, "%s", rows[i].row);
			cr_expect_eq(pa, RIG_EVENTQ + 32 * want, "%s", rows[i].row);
		}
		rig_fini(&rig);
	}
}

Test(pending, what_is_not_there)
{
	uint64_t words[4], position, pa;
	struct smmu_pending p;
	struct rig rig;

	rig_init(&rig);
	rig.regs[SMMU_REG_CMDQ_BASE] = UINT64_C(0xf00000000003);
	rig.regs[SMMU_REG_CMDQ_CONS] = 0x3;
	rig.regs[SMMU_REG_CMDQ_PROD] = 0x4;
	rig_start(&rig);
	cr_expect_not(smmu_pending_from(&p, rig.model, SMMU_QUEUE_EVENT, SMMU_SEC_REALM));
	cr_expect_not(smmu_pending_from(&p, rig.model, SMMU_QUEUE_PRI, SMMU_SEC_S));
	cr_assert(smmu_pending_from(&p, rig.model, SMMU_QUEUE_CMD, SMMU_SEC_NS));
	cr_expect_not(smmu_pending_read(words, &position, &pa, rig.model, &p, 0));
	cr_expect_eq(position, 3);
	cr_expect_eq(pa, UINT64_C(0xf00000000030));
	rig_fini(&rig);
}
