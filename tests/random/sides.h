/*
 * Models that live through the same records, each with a memory of its own and
 * caches of another kind, and must give the same answers.  The first one has no
 * caches at all; the first difference ends the program and says where.
 */
#ifndef TESTS_RANDOM_SIDES_H
#define TESTS_RANDOM_SIDES_H

#include "dice.h"
#include "model/model.h"

#define RAM_SIZE UINT64_C(0x400000)

enum side { SIDE_PLAIN, SIDE_NONE, SIDE_IDEAL, SIDE_SIZED, SIDES };

struct sides {
	struct smmu_mem *mem[SIDES];
	struct smmu_model *model[SIDES];
	uint64_t regs[SMMU_REG_COUNT]; /* at the start */
	uint64_t seed, record;
	uint64_t last_stall; /* STAG and stream of the last stalled transaction */
	uint32_t last_stream;
};

/* Memory is RAM from 0 to RAM_SIZE, of zeros. */
void sides_init(struct sides *s, uint64_t seed);
/* The models, by these registers. */
void sides_start(struct sides *s, const uint64_t *regs, struct dice *dice);
void sides_fini(struct sides *s);

/* Caches of random sizes, not all of them there. */
struct smmu_caches sides_sized(struct dice *dice);

/* Says what is wrong where, and ends the program. */
_Noreturn void sides_fail(const struct sides *s, unsigned side, const char *what);

/* Software writes memory, and tells nobody. */
void sides_put(struct sides *s, uint64_t pa, uint64_t value);
uint64_t sides_get(const struct sides *s, uint64_t pa);
uint64_t sides_reg(const struct sides *s, enum smmu_reg reg);

void sides_access(struct sides *s, const struct smmu_txn *txn);
uint64_t sides_read(struct sides *s, enum smmu_reg reg);
void sides_write(struct sides *s, enum smmu_reg reg, uint64_t value);
/* 0 or SMMU_E_LIMIT. */
int sides_command(struct sides *s, const struct smmu_cmd *cmd);
void sides_broadcast(struct sides *s, const struct smmu_cmd *cmd);
void sides_page_request(struct sides *s, const struct smmu_page_request *request);
void sides_drain(struct sides *s);
/* Registers and all of memory. */
void sides_compare(const struct sides *s);

#endif
