/*
 * Commands, IHI 0070 G.b chapter 4: formats, accessors, and what makes one
 * illegal.
 *
 * Threading: pure functions; the tables are immutable.
 */
#ifndef SMMU_SPEC_CMD_H
#define SMMU_SPEC_CMD_H

#include "spec/access.h"
#include "spec/cmd_fields.def"
#include "spec/cmd_values.h"
#include "spec/format.h"
#include "spec/reg_values.h"
#include "spec/types.h"

#define SMMU_CMD_WORDS 2
#define SMMU_CMD_BYTES 16

/* As memory holds it: 64-bit words, lowest first. */
struct smmu_cmd {
	uint64_t word[SMMU_CMD_WORDS];
};

/* SMMU_CMD_<name without CMD_>. */
enum smmu_opcode {
#define COMMAND(NAME, opcode, ...) SMMU_CMD_##NAME = (opcode),
#include "spec/commands.def"
};

/*
 * smmu_cmd_<Field>(cmd) and smmu_cmd_set_<Field>(cmd, value), by the names of
 * commands.def: a field that several commands have in one place has one
 * accessor.  Whether this command has the field is the caller's question.
 */
#define SMMU_CMD_ACCESS(Id, Name, w, lsb, width, KIND, values, WHEN)                               \
	SMMU_ACCESS(cmd, Id, w, lsb, width, KIND)
SMMU_CF_ALL(SMMU_CMD_ACCESS)
#undef SMMU_CMD_ACCESS

/* The format of an opcode, or NULL: reserved or IMPLEMENTATION DEFINED. */
const struct smmu_format *smmu_command_format(unsigned opcode);
/* "CMD_CFGI_STE", and "CMD_CFGI_ALL" for the range that means all; NULL: unknown opcode. */
const char *smmu_command_name(const struct smmu_cmd *cmd);
/*
 * The opcode of a name, with or without CMD_ and in any case; SMMU_E_UNKNOWN.
 * CMD_CFGI_ALL is CFGI_STE_RANGE.
 */
int smmu_command_find(unsigned *opcode, const char *name);

/* Where a command stands: the queue of sec; borrowed for the call. */
struct smmu_cmd_ctx {
	const struct smmu_ids *ids;
	enum smmu_sec sec;
	bool nsstalld; /* S_CR0.NSSTALLD */
};

/* What makes a command CERROR_ILL; spec/cmd_rules.def. */
struct smmu_cmd_rule {
	const char *name;    /* unique: "CMD_SYNC_CS" */
	const char *section; /* "IHI 0070 4.7.3" */
	const char *text;    /* what is wrong, one sentence without full stop */
	const char *fields;  /* fields of the command, the one to blame first */
	const char *ids;     /* identification fields it depends on */
	bool chosen;	  /* CONSTRAINED UNPREDICTABLE: an error is one of the permitted outcomes */
	uint8_t queues;	  /* bit enum smmu_sec: the Command queues it holds on */
	uint64_t opcodes; /* smmu_cmd_rule_concerns() */
	bool (*broken)(const struct smmu_cmd *cmd,
		       const struct smmu_cmd_ctx *ctx); /* for _next() */
};

/*
 * The first rule that cmd breaks, or NULL.  IMPDEF: opcodes 0x80 - 0x8f are
 * illegal, and non-zero Reserved fields are ignored (4.1.5).
 */
const struct smmu_cmd_rule *smmu_cmd_illegal(const struct smmu_cmd *cmd,
					     const struct smmu_cmd_ctx *ctx);
/* Every broken rule in turn: the one after the rule given, NULL for the first. */
const struct smmu_cmd_rule *smmu_cmd_rule_next(const struct smmu_cmd_rule *after,
					       const struct smmu_cmd *cmd,
					       const struct smmu_cmd_ctx *ctx);
/* Whether the rule is about commands of opcode. */
bool smmu_cmd_rule_concerns(const struct smmu_cmd_rule *rule, unsigned opcode);
/* All rules; returns how many. */
size_t smmu_cmd_rules(const struct smmu_cmd_rule **rules);

/* Security state of the stream that a command with SSec names, on the queue of sec. */
static inline enum smmu_sec smmu_cmd_stream_sec(const struct smmu_cmd *cmd, enum smmu_sec sec)
{
	return sec == SMMU_SEC_S && !smmu_cmd_SSec(cmd) ? SMMU_SEC_NS : sec;
}

/*
 * The range of an invalidation by address (4.4.1.1): first address and bytes.
 * False: not a range (TG == 0 or no IDR3.RIL), the entry that holds *first.
 * bytes is cut where the range would leave the address space.
 */
bool smmu_cmd_tlbi_range(uint64_t *first, uint64_t *bytes, const struct smmu_cmd *cmd,
			 const struct smmu_ids *ids);
/*
 * Level that TTL hints at, or -1: none (IDR3.RIL 0, TG or TTL 0, or level 1
 * with the 16 KiB granule without IDR5.DS).
 */
int smmu_cmd_tlbi_level(const struct smmu_cmd *cmd, const struct smmu_ids *ids);

#endif
