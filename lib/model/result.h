/*
 * What the model answers: one value that replay, translate, explain, lint and
 * the REPL all read.  A fault is an answer.  IHI 0070 G.b chapters 3, 7, 13.
 *
 * Threading: plain records.
 */
#ifndef SMMU_MODEL_RESULT_H
#define SMMU_MODEL_RESULT_H

#include "base/bits.h"
#include "spec/reg.h"
#include "spec/rule.h"
#include "spec/types.h"

enum smmu_status {
	SMMU_STATUS_OK,
	SMMU_STATUS_FAULT,
	SMMU_STATUS_STALL,
	SMMU_STATUS_ABORT,
	SMMU_STATUS_RAZ_WI,
	SMMU_STATUS_UR,
	SMMU_STATUS_CA,
	SMMU_STATUS_ERROR,
	SMMU_STATUS_NONE,
	SMMU_STATUS_COUNT,
};

/* How a faulting transaction ends towards the client (3.12.2). */
enum smmu_response { SMMU_RESPONSE_ABORT, SMMU_RESPONSE_RAZ_WI };

/* Structures that a walk reads. */
enum smmu_struct_kind {
	SMMU_STRUCT_NONE,
	SMMU_STRUCT_L1STD,
	SMMU_STRUCT_STE,
	SMMU_STRUCT_L1CD,
	SMMU_STRUCT_CD,
	SMMU_STRUCT_VMS,
	SMMU_STRUCT_S1_DESC,
	SMMU_STRUCT_S2_DESC,
	SMMU_STRUCT_REGISTER, /* no memory: a register decided */
	SMMU_STRUCT_COUNT,
};

/*
 * Why a transaction did not go through, or went through without translation:
 * one row per cause in reason.def, REASON(ID, "name", "text", "section").
 */
enum smmu_reason {
	SMMU_REASON_NONE,
#define REASON(id, name, text, section) SMMU_REASON_##id,
#include "model/reason.def"
	SMMU_REASON_COUNT,
};

struct smmu_reason_info {
	const char *name;    /* as in reason.def, lower case with '-' */
	const char *text;    /* one sentence without full stop */
	const char *section; /* "IHI 0070 7.3.12" */
};
const struct smmu_reason_info *smmu_reason_info(enum smmu_reason reason);
const char *smmu_status_name(enum smmu_status status);
const char *smmu_struct_name(enum smmu_struct_kind kind);

struct smmu_event {
	bool present;
	bool recorded;	  /* written to the Event queue */
	bool merged;	  /* no record of its own: the newest one stands for it, too (7.3.1) */
	uint64_t word[4]; /* the 32-byte record, lowest first */
};

/* The structure, and the field in it, that decided the outcome. */
struct smmu_blame {
	enum smmu_reason reason;
	enum smmu_struct_kind where;
	const char *field;	      /* the field to blame, or NULL; static storage */
	const struct smmu_rule *rule; /* the ILLEGAL rule broken, or NULL; static storage */
	uint8_t stage;		      /* 1 or 2; 0 where it has no meaning */
	int8_t level;		      /* of a translation table descriptor */
	struct smmu_pa pa;	      /* of the structure */
	uint64_t ipa;		      /* its IPA where it was reached through stage 2 */
	uint64_t word;		      /* the descriptor, for S1_DESC and S2_DESC */
};

/*
 * The register that decided, which SMMU_STRUCT_REGISTER leaves open: that of
 * the interface of sec, where it has its own; SMMU_REG_COUNT for other structures.
 */
enum smmu_reg smmu_blame_register(const struct smmu_blame *blame, enum smmu_sec sec);

/* Cacheability: a kind, and the allocation hints beside it. */
enum smmu_cacheability {
	SMMU_ATTR_NC = 0,
	SMMU_ATTR_WT = 1,
	SMMU_ATTR_WB = 2,
	SMMU_ATTR_KIND = 3, /* the bits of the kind */
	SMMU_ATTR_RA = 4,
	SMMU_ATTR_WA = 8,
	SMMU_ATTR_TR = 16,
};

/* Memory types by strength, the strongest first. */
enum smmu_mem_rank {
	SMMU_MEM_NGNRNE,
	SMMU_MEM_NGNRE,
	SMMU_MEM_NGRE,
	SMMU_MEM_GRE,
	SMMU_MEM_NORMAL_RANK,
};

/* Memory attributes in one word. */
#define SMMU_MEMORY_OUTER_SHIFT 5
#define SMMU_MEMORY_RANK_SHIFT	10
#define SMMU_MEMORY_SH_SHIFT	13

/* enum smmu_mem_rank */
static inline unsigned smmu_memory_rank(unsigned memory)
{
	return (unsigned)smmu_bits(memory, SMMU_MEMORY_RANK_SHIFT, 3);
}

/* enum smmu_cacheability, hints among it; of Normal memory. */
static inline unsigned smmu_memory_inner(unsigned memory)
{
	return (unsigned)smmu_bits(memory, 0, 5);
}

static inline unsigned smmu_memory_outer(unsigned memory)
{
	return (unsigned)smmu_bits(memory, SMMU_MEMORY_OUTER_SHIFT, 5);
}

/* 0 NSH, 2 OSH, 3 ISH, as the architecture encodes it. */
static inline unsigned smmu_memory_sh(unsigned memory)
{
	return (unsigned)smmu_bits(memory, SMMU_MEMORY_SH_SHIFT, 2);
}

/* Output attributes (chapter 13); NS is the address space of the output address. */
enum smmu_attr_marks { SMMU_ATTR_PRIVILEGED = 1, SMMU_ATTR_INSTRUCTION = 2 };
struct smmu_attr {
	uint16_t memory; /* smmu_memory_*() */
	uint16_t partid;
	uint8_t pmg;
	uint8_t marks; /* enum smmu_attr_marks */
	bool valid;    /* attributes were computed */
	/*
	 * PBHA bits that hardware may use (DDI 0487 D8.7.2), of stage 1 in the low half and
	 * of stage 2 in the high one; how it combines them is IMPLEMENTATION DEFINED.
	 */
	uint8_t pbha;
};

static inline unsigned smmu_attr_pbha(const struct smmu_attr *attr, unsigned stage)
{
	return (unsigned)smmu_bits(attr->pbha, stage == 1 ? 0 : 4, 4);
}

/* A descriptor word that hardware update changed (3.13). */
struct smmu_update {
	struct smmu_pa pa;
	uint64_t value; /* read little-endian */
};
#define SMMU_UPDATES_MAX 16

struct smmu_result {
	enum smmu_status status;
	enum smmu_response response;
	struct smmu_pa pa; /* output address; status OK */
	uint8_t page_log2; /* log2 of the range around the input that this answer holds for */
	bool stale;	   /* from a cached entry that a fresh walk contradicts */
	uint8_t updates_count;
	struct smmu_attr attr;
	struct smmu_event event;
	struct smmu_blame blame;
	struct smmu_update updates[SMMU_UPDATES_MAX];
};

/*
 * Every structure read on the way, for people.  A walk log is filled by the
 * caller's visit function; each step is borrowed during the call.
 */
struct smmu_step {
	enum smmu_struct_kind kind;
	uint8_t stage;
	int8_t level;
	uint8_t depth;	   /* 0, or 1 for a stage 2 walk on behalf of a stage 1 fetch */
	uint64_t input;	   /* what was looked up: StreamID, SubstreamID, VA or IPA */
	uint64_t index;	   /* of the entry in its table */
	struct smmu_pa pa; /* where the structure was read */
	bool ipa_valid;
	uint64_t ipa;
	unsigned words; /* 0 when the fetch was aborted */
	uint64_t word[8];
	uint8_t granule_log2; /* of the table, for descriptors */
	bool big_endian;
};
struct smmu_walk_log {
	void (*visit)(void *ctx, const struct smmu_step *step);
	void *ctx;
};

#endif
