/*
 * What led to a structure that cannot be read: the pointer, and the structure
 * or register that holds it.  IHI 0070 G.b 5.1 - 5.4, 6.3.24.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "explain/explain_priv.h"
#include "mem/mem.h"
#include "spec/cd.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"

#define STEPS_MAX 64

struct way {
	struct smmu_step step[STEPS_MAX];
	size_t steps;
};

static void keep(void *ctx, const struct smmu_step *step)
{
	struct way *way = ctx;

	if (way->steps < STEPS_MAX)
		way->step[way->steps++] = *step;
}

/* The last structure of that kind that was read, or NULL. */
static const struct smmu_step *last(const struct way *way, enum smmu_struct_kind kind)
{
	for (size_t i = way->steps; i-- > 0;)
		if (way->step[i].kind == kind && way->step[i].words)
			return &way->step[i];
	return NULL;
}

/* The Table descriptor of the same walk that was read before its last, or NULL. */
static const struct smmu_step *table_before(const struct way *way, enum smmu_struct_kind kind)
{
	size_t i = way->steps;
	unsigned depth;

	while (i && way->step[i - 1].kind != kind)
		i--;
	if (!i)
		return NULL;
	depth = way->step[--i].depth;
	while (i-- > 0) {
		const struct smmu_step *step = &way->step[i];

		if (step->kind == kind && step->depth == depth)
			return step->words ? step : NULL;
		/* Between those of stage 1 stand the stage 2 walks of their fetches. */
		if (step->depth <= depth)
			return NULL;
	}
	return NULL;
}

static bool point(struct explain_pointer *pointer, const struct smmu_step *step, const char *field,
		  uint64_t value)
{
	pointer->where = step->kind;
	pointer->pa = step->pa;
	pointer->field = field;
	pointer->value = value;
	return true;
}

static bool by_register(struct explain_pointer *pointer, const struct smmu_model *model,
			enum smmu_sec sec)
{
	pointer->where = SMMU_STRUCT_REGISTER;
	pointer->reg = smmu_reg_of(SMMU_REG_STRTAB_BASE, sec);
	pointer->field = "ADDR";
	pointer->value = smmu_model_reg(model, pointer->reg);
	return true;
}

enum ste_pointer { S1_CONTEXT_PTR, VMS_PTR, S2_TTB, SECURE_S2_TTB };

static bool by_ste(struct explain_pointer *pointer, const struct way *way, enum ste_pointer which)
{
	const struct smmu_step *step = last(way, SMMU_STRUCT_STE);
	struct smmu_ste ste;

	if (!step)
		return false;
	memcpy(ste.word, step->word, sizeof(ste.word));
	switch (which) {
	case S1_CONTEXT_PTR:
		return point(pointer, step, "S1ContextPtr", smmu_ste_S1ContextPtr(&ste));
	case VMS_PTR:
		return point(pointer, step, "VMSPtr", smmu_ste_VMSPtr(&ste));
	case S2_TTB:
		return point(pointer, step, "S2TTB", smmu_ste_S2TTB(&ste));
	case SECURE_S2_TTB:
		return point(pointer, step, "S_S2TTB", smmu_ste_S_S2TTB(&ste));
	}
	return false;
}

static bool by_table(struct explain_pointer *pointer, const struct way *way,
		     enum smmu_struct_kind kind)
{
	const struct smmu_step *step = table_before(way, kind);

	return step && point(pointer, step, "NLTA", step->word[0]);
}

static bool by_cd(struct explain_pointer *pointer, const struct way *way, uint64_t address)
{
	const struct smmu_step *step = last(way, SMMU_STRUCT_CD);
	struct smmu_cd cd;

	if (!step)
		return false;
	memcpy(cd.word, step->word, sizeof(cd.word));
	if (smmu_cd_AA64(&cd) && smmu_bit(address, 55))
		return point(pointer, step, "TTB1", smmu_cd_TTB1(&cd));
	return point(pointer, step, "TTB0", smmu_cd_TTB0(&cd));
}

static bool by_l2ptr(struct explain_pointer *pointer, const struct way *way,
		     enum smmu_struct_kind kind)
{
	const struct smmu_step *step = last(way, kind);

	if (!step)
		return false;
	return point(pointer, step, "L2Ptr",
		     kind == SMMU_STRUCT_L1STD
			     ? smmu_l1std_L2Ptr(&(struct smmu_l1std){{step->word[0]}})
			     : smmu_l1cd_L2Ptr(&(struct smmu_l1cd){{step->word[0]}}));
}

/* A Secure stream has two IPA spaces, each with tables of its own (3.10.2.2). */
static enum ste_pointer s2_root(const struct way *way, const struct smmu_blame *blame)
{
	const struct smmu_step *step = last(way, SMMU_STRUCT_STE);
	struct smmu_ste ste = {{0}};
	unsigned low = SMMU_MEM_PAGE_LOG2;

	if (step)
		memcpy(ste.word, step->word, sizeof(ste.word));
	return smmu_align_down_log2(blame->pa.pa, low) ==
				       smmu_align_down_log2(smmu_ste_S_S2TTB(&ste), low) &&
			       smmu_align_down_log2(smmu_ste_S2TTB(&ste), low) !=
				       smmu_align_down_log2(smmu_ste_S_S2TTB(&ste), low)
		       ? SECURE_S2_TTB
		       : S2_TTB;
}

static bool find(struct explain_pointer *pointer, const struct way *way,
		 const struct smmu_model *model, const struct explain_verdict *verdict)
{
	const struct smmu_blame *blame = &verdict->result.blame;

	switch (blame->reason) {
	case SMMU_REASON_L1STD_ABORT:
		return by_register(pointer, model, verdict->txn.sec);
	case SMMU_REASON_STE_ABORT:
	case SMMU_REASON_STE_ADDRESS_SIZE:
		return by_l2ptr(pointer, way, SMMU_STRUCT_L1STD) ||
		       by_register(pointer, model, verdict->txn.sec);
	case SMMU_REASON_L1CD_ABORT:
		return by_ste(pointer, way, S1_CONTEXT_PTR);
	case SMMU_REASON_CD_ABORT:
		return by_l2ptr(pointer, way, SMMU_STRUCT_L1CD) ||
		       by_ste(pointer, way, S1_CONTEXT_PTR);
	case SMMU_REASON_VMS_ABORT:
		return by_ste(pointer, way, VMS_PTR);
	case SMMU_REASON_DESC_ABORT:
		if (by_table(pointer, way, blame->where))
			return true;
		return blame->where == SMMU_STRUCT_S1_DESC
			       ? by_cd(pointer, way, verdict->txn.address)
			       : by_ste(pointer, way, s2_root(way, blame));
	default:
		return false;
	}
}

int explain_find_pointer(struct explain_pointer *pointer, bool *found, struct smmu_model *model,
			 const struct explain_verdict *verdict)
{
	struct way *way = calloc(1, sizeof(*way));
	const struct smmu_walk_log log = {keep, way};
	struct smmu_result ignored;
	int error = way ? smmu_model_probe(&ignored, model, &verdict->txn, &log) : SMMU_E_NOMEM;

	*pointer = (struct explain_pointer){.reg = SMMU_REG_COUNT};
	*found = !error && find(pointer, way, model, verdict);
	free(way);
	return error;
}
