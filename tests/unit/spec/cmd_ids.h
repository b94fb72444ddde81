/* SMMUs to judge commands by. */
#ifndef TESTS_UNIT_SPEC_CMD_IDS_H
#define TESTS_UNIT_SPEC_CMD_IDS_H

#include "spec/types.h"

enum which {
	NONE,
	IDR0,
	IDR3,
	IDR5,
	S_IDR0,
	S_IDR1,
	S_IDR3,
	R_IDR0,
	R_IDR3,
	MPAMIDR,
	S_MPAMIDR,
	R_MPAMIDR
};

/* The same SMMU with some bits of one register turned. */
static inline struct smmu_ids ids_turned(struct smmu_ids ids, enum which which, uint32_t turn)
{
	uint32_t *const at[] = {
		NULL,	       &ids.idr[0],   &ids.idr[3],    &ids.idr[5],
		&ids.s_idr[0], &ids.s_idr[1], &ids.s_idr[3],  &ids.r_idr[0],
		&ids.r_idr[3], &ids.mpamidr,  &ids.s_mpamidr, &ids.r_mpamidr,
	};

	if (which != NONE)
		*at[which] ^= turn;
	return ids;
}

/* An SMMU with all features but RME, and some bits of one register turned. */
static inline struct smmu_ids ids_without(enum which which, uint32_t turn)
{
	const struct smmu_ids ids = {
		.idr = {[0] = 0x1c1fffff, [1] = 0x8e739d20, [3] = 0xffffff, [5] = 0xffff0df5},
		.s_idr = {[0] = 0x80002000, [1] = 0xa0000010},
		.r_idr = {[0] = 0x80012400, [3] = 0x38000},
		.root_idr0 = 0xf,
		.aidr = 4,
		.mpamidr = 0x10000f,
		.s_mpamidr = 0x10000f,
		.r_mpamidr = 0x10000f,
	};

	return ids_turned(ids, which, turn);
}

#endif
