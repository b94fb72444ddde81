/* Circular queues, IHI 0070 3.5.1. */
#include <criterion/criterion.h>

#include "base/compiler.h"
#include "spec/queue.h"

/* IDR1 with CMDQS 8, EVENTQS 7, PRIQS 6. */
static const struct smmu_ids ids = {.idr = {[1] = 8 << 21 | 7 << 16 | 6 << 11}};

Test(queue, base_and_size_come_from_the_register)
{
	static const struct {
		const char *row;
		enum smmu_queue_kind kind;
		uint64_t base_reg, base, entry3;
		unsigned log2size;
	} rows[] = {
		{"commands of 16 bytes", SMMU_QUEUE_CMD, 0x40100008, 0x40100000, 0x40100030, 8},
		{"events of 32 bytes", SMMU_QUEUE_EVENT, 0x40110005, 0x40110000, 0x40110060, 5},
		{"hints and reserved bits do not count", SMMU_QUEUE_PRI,
		 UINT64_C(0xc000000040120004), 0x40120000, 0x40120030, 4},
		{"size is capped", SMMU_QUEUE_EVENT, 0x40110013, 0x40110000, 0x40110060, 7},
		{"base is aligned to the size", SMMU_QUEUE_CMD, 0x40100fe8, 0x40100000, 0x40100030,
		 8},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_queue q = smmu_queue_from(&ids, rows[i].kind, rows[i].base_reg);

		cr_expect_eq(q.base, rows[i].base, "%s", rows[i].row);
		cr_expect_eq(q.log2size, rows[i].log2size, "%s", rows[i].row);
		cr_expect_eq(smmu_queue_entry(&q, 3), rows[i].entry3, "%s", rows[i].row);
		cr_expect_eq(smmu_queue_entry(&q, 3 + (UINT64_C(1) << q.log2size)), rows[i].entry3,
			     "%s: the wrap bit is no index", rows[i].row);
	}
}

Test(queue, fill_state_needs_the_wrap_bit)
{
	static const struct {
		const char *row;
		uint64_t prod, cons, used;
		bool empty, full;
	} rows[] = {
		{"new", 0, 0, 0, true, false},
		{"one entry", 1, 0, 1, false, false},
		{"full", 4, 0, 4, false, true},
		{"full, wrapped", 1, 5, 4, false, true},
		{"empty, wrapped", 6, 6, 0, true, false},
		{"across the wrap", 5, 3, 2, false, false},
		{"high bits ignored", 0xf1, 0x00, 1, false, false},
	};
	struct smmu_queue q = {.base = 0, .log2size = 2, .entry_log2 = 4};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		cr_expect_eq(smmu_queue_used(&q, rows[i].prod, rows[i].cons), rows[i].used, "%s",
			     rows[i].row);
		cr_expect_eq(smmu_queue_is_empty(&q, rows[i].prod, rows[i].cons), rows[i].empty,
			     "%s", rows[i].row);
		cr_expect_eq(smmu_queue_is_full(&q, rows[i].prod, rows[i].cons), rows[i].full, "%s",
			     rows[i].row);
	}
	cr_expect_eq(smmu_queue_next(&q, 3), 4);
	cr_expect_eq(smmu_queue_next(&q, 7), 0, "the wrap bit wraps too");
}

Test(queue, one_entry)
{
	struct smmu_queue q = {.base = 0x1000, .log2size = 0, .entry_log2 = 4};

	cr_expect_eq(smmu_queue_entry(&q, 1), 0x1000);
	cr_expect(smmu_queue_is_full(&q, 1, 0), "bit 0 is the wrap bit");
	cr_expect_eq(smmu_queue_next(&q, 1), 0);
}
