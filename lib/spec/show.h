/*
 * Architected words shown through an emitter: one entry of any kind as
 *
 *	{"type":"F_TRANSLATION","number":"0x10","fields":{"StreamID":"0x100",…}}
 *
 * with "invalid", the fields that mean nothing in this record, and "problems",
 * sentences, where there are any.  For people the meaning of each value is put
 * beside it, a field that is not valid is "-", and problems are prose.
 *
 * Threading: one thread at a time per emitter.
 */
#ifndef SMMU_SPEC_SHOW_H
#define SMMU_SPEC_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/emit.h"
#include "spec/desc.h"
#include "spec/reg.h"
#include "spec/types.h"

enum smmu_entry_kind {
	SMMU_ENTRY_EVENT,
	SMMU_ENTRY_COMMAND,
	SMMU_ENTRY_STE,
	SMMU_ENTRY_CD,
	SMMU_ENTRY_L1STD,
	SMMU_ENTRY_L1CD,
	SMMU_ENTRY_VMS,
	SMMU_ENTRY_PRI,
	SMMU_ENTRY_REGISTER,
	SMMU_ENTRY_S1DESC,
	SMMU_ENTRY_S2DESC,
	SMMU_ENTRY_GPT,
	SMMU_ENTRY_DPT,
	SMMU_ENTRY_COUNT,
};

/* The most words an entry has (a VMS). */
#define SMMU_ENTRY_WORDS_MAX 512

/* What an entry is, and how to show it. */
struct smmu_show {
	enum smmu_entry_kind kind;
	const struct smmu_reg_info *reg; /* REGISTER: which */
	struct smmu_desc_fmt desc;	 /* S1DESC, S2DESC: where it was found; stage is set here */
	unsigned level;			 /* GPT, DPT: 0 or 1 */
	bool d128;			 /* CD: of an SMMU with IDR5.D128 */
	enum smmu_sec sec;
	bool is_sec_unknown;	    /* COMMAND: the queue is not known; sec is a guess */
	const struct smmu_ids *ids; /* NULL: not known, nothing is said that depends on them */
	bool people;		    /* the emitter writes text */
};

/* "event", "ste", …: what the kind is called; NULL past the last. */
const char *smmu_entry_name(enum smmu_entry_kind kind);
/* Case is ignored; SMMU_E_UNKNOWN when there is none of that name. */
int smmu_entry_find(enum smmu_entry_kind *kind, const char *name);
/* Words of one entry, and bytes of one word (4 for a register of 32 bits). */
unsigned smmu_entry_words(const struct smmu_show *show);
unsigned smmu_entry_word_bytes(const struct smmu_show *show);

/* "F_TRANSLATION", "STE", "page"; "reserved" for a number that is. */
const char *smmu_show_type(const struct smmu_show *show, const uint64_t *words);

/*
 * One object under key.  index is that of the entry in what is shown, -1: it
 * stands alone.  For people every entry is a block of its own.
 */
void smmu_show_entry(struct smmu_emit *emit, const char *key, const struct smmu_show *show,
		     const uint64_t *words, int64_t index);

/*
 * Only the object "fields": every field that is present, arrays as arrays.
 * Works for every format; ctx->word is words.
 */
void smmu_show_fields(struct smmu_emit *emit, const struct smmu_format *format,
		      const uint64_t *words, const struct smmu_when_ctx *ctx, bool people);

/*
 * What is wrong with an entry: bits that are RES0 and set, encodings that are
 * reserved, what no event record says, and rules that an STE, a CD or a command
 * breaks, judged by ids, or without them as by an SMMU with every feature.  Of
 * a command whose queue is not known only what makes it illegal on every queue.
 * say is called once a sentence (without full stop), which it must copy.
 * Returns how many there are; say may be NULL.
 */
size_t smmu_show_problems(const struct smmu_show *show, const uint64_t *words,
			  void (*say)(void *ctx, const char *sentence), void *ctx);

/* A rule that is broken, as the object "rule": name, text and section. */
struct smmu_rule;
void smmu_show_rule(struct smmu_emit *emit, const struct smmu_rule *rule);

#endif
