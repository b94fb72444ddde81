/*
 * One SMMU over hand-made structures, for the tests of lib/model.
 *
 * Memory is RAM from 0 to RIG_RAM; nothing else exists.  A rig starts with a
 * linear Stream table, one STE that translates at stage 1 and one CD, both
 * kept in the rig until rig_start() puts them into memory.
 */
#ifndef TESTS_UNIT_MODEL_RIG_H
#define TESTS_UNIT_MODEL_RIG_H

#include "model/model.h"
#include "model/model_priv.h"
#include "spec/cd.h"
#include "spec/event.h"
#include "spec/ste.h"

#define RIG_RAM	    UINT64_C(0x800000)
#define RIG_EVENTQ  UINT64_C(0x8000) /* 8 entries */
#define RIG_STRTAB  UINT64_C(0x10000)
#define RIG_CD	    UINT64_C(0x20000)
#define RIG_TTB0    UINT64_C(0x100000)
#define RIG_TTB1    UINT64_C(0x180000)
#define RIG_S2TTB   UINT64_C(0x200000)
#define RIG_NOWHERE UINT64_C(0x70000000) /* outside memory, inside OAS */
#define RIG_STREAM  3u

struct rig {
	struct smmu_mem *mem;
	struct smmu_model *model;
	uint64_t regs[SMMU_REG_COUNT];
	struct smmu_ste ste;
	struct smmu_cd cd;
};

/* SMMUv3.3, both stages, all granules, 48-bit output, HTTU, stall and terminate. */
void rig_init(struct rig *rig);
/* Writes ste (of RIG_STREAM) and cd to memory, and makes the model. */
void rig_start(struct rig *rig);
void rig_fini(struct rig *rig);

void rig_put(struct rig *rig, uint64_t pa, uint64_t value);
uint64_t rig_get(struct rig *rig, uint64_t pa);
/* Tells the model that memory or the rig's registers changed. */
void rig_changed(struct rig *rig);

/* Descriptors: VMSAv8-64 with 4 KiB granule unless more is said. */
uint64_t rig_table(uint64_t next);
/* A leaf that everybody may read, write and execute, as far as one may: AP 01, AF. */
uint64_t rig_page1(uint64_t oa);
uint64_t rig_block1(uint64_t oa);
/* Stage 2: S2AP 11, MemAttr Normal, AF. */
uint64_t rig_page2(uint64_t oa);
uint64_t rig_block2(uint64_t oa);
/* Maps one page through four levels; tables grow upward from *next. */
void rig_map(struct rig *rig, uint64_t root, uint64_t address, uint64_t leaf, uint64_t *next);

/* An unprivileged data read of RIG_STREAM. */
struct smmu_txn rig_read(uint64_t address);
struct smmu_txn rig_write(uint64_t address);
struct smmu_txn rig_fetch(uint64_t address);
/*
 * Translates, after a probe that must have said the same; row names the case.
 */
struct smmu_result rig_run(struct rig *rig, struct smmu_txn txn, const char *row);
/* The event of a result, or one of Type 0. */
struct smmu_evt rig_event(const struct smmu_result *result);

#endif
