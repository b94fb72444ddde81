/*
 * Kernel logs, as people paste them: event records in every form that drivers
 * print, and what else they say about an SMMU.
 *
 * Linux prints an event as a header line and four 64-bit words, newer versions
 * add two lines of prose; Xen and vendors print the same behind other prefixes,
 * FreeBSD eight 32-bit words, QEMU's trace a name and a StreamID.  Lines may be
 * quoted, wrapped, cut, missing, and interleaved with others.  A record holds
 * what the lines say and nothing else: which bits are known is kept beside it.
 *
 * Bounded: a few dozen unfinished items of about 1 KiB, and one line.
 *
 * Threading: one thread at a time per log.
 */
#ifndef SMMU_EXPLAIN_LOG_H
#define SMMU_EXPLAIN_LOG_H

#include "base/diag.h"
#include "base/emit.h"
#include "base/in.h"
#include "spec/event.h"
#include "spec/types.h"

enum smmu_log_kind {
	SMMU_LOG_EVENT,
	SMMU_LOG_MESSAGE, /* of an SMMU's driver */
	SMMU_LOG_RELATED, /* of another driver, about what SMMU faults follow from */
};

/* Which lines an event was found in, a set of bits. */
#define SMMU_LOG_HEADER 1u /* "event 0x10 received:" */
#define SMMU_LOG_WORDS	2u
#define SMMU_LOG_PROSE	4u /* "event: F_TRANSLATION client: …" */

/* Known messages, one row each in log_message.def; OTHER is none of them. */
enum smmu_log_message {
	SMMU_LOG_OTHER,
#define MESSAGE(ID, drivers, fact, pattern, meaning) SMMU_LOG_##ID,
#include "explain/log_message.def"
	SMMU_LOG_MESSAGE_COUNT,
};

#define SMMU_LOG_NUMBERS 4
#define SMMU_LOG_NAME	 64
#define SMMU_LOG_TEXT	 512

struct smmu_log_item {
	enum smmu_log_kind kind;
	const char *file; /* where several are read, its name: borrowed; NULL otherwise */
	uint32_t line;	  /* of the first line it was found in, from 1 */
	bool has_time;
	uint64_t time_us;	  /* since boot, by the time stamp of that line */
	char smmu[SMMU_LOG_NAME]; /* instance as the driver names it; "": not said */
	enum smmu_sec sec;	  /* NS unless the line says otherwise */

	/* SMMU_LOG_EVENT: bits that are not known are 0 in evt. */
	unsigned sources;
	struct smmu_evt evt, known;
	char client[SMMU_LOG_NAME]; /* device as the driver names it; "": not said */

	/* Messages. */
	enum smmu_log_message message;
	char text[SMMU_LOG_TEXT];	   /* without the driver's prefix; cut where longer */
	uint64_t number[SMMU_LOG_NUMBERS]; /* what the pattern's %x and %d matched, in order */
	unsigned numbers;
	uint64_t word[8]; /* the command that a message is followed by, or an STE */
	unsigned words;
	uint32_t cmdq_entries; /* of this SMMU as the log said before; 0: it did not */
};

struct smmu_log;

/*
 * visit is called for every item, in the order of their first lines; item is
 * borrowed during the call.  A result that is not 0 ends it.
 */
typedef int smmu_log_visit(void *ctx, const struct smmu_log_item *item);

int smmu_log_new(struct smmu_log **log, smmu_log_visit *visit, void *ctx);
void smmu_log_free(struct smmu_log *log); /* NULL is legal; nothing more is visited */
/* The next line, without its end; number counts from 1.  Returns what visit returns, or 0. */
int smmu_log_line(struct smmu_log *log, const char *line, size_t size, uint32_t number);
/* No line follows for a while: visits what is whole, from the first on. */
int smmu_log_pause(struct smmu_log *log);
/* No line follows: visits what is left. */
int smmu_log_flush(struct smmu_log *log);

/* A whole input.  Lines that are too long are reported and skipped, and are its result then. */
int smmu_log_read(struct smmu_in *in, smmu_log_visit *visit, void *ctx, struct smmu_diag *diag);

/*
 * Whether all bits of a field are known; and whether it means something in the
 * record: 1, 0, or -1 when that depends on bits that are not known.
 */
bool smmu_log_field_is_known(const struct smmu_field *field, const struct smmu_log_item *item);
int smmu_log_field_is_valid(const struct smmu_field *field, const struct smmu_log_item *item);
void smmu_log_field_set_known(const struct smmu_field *field, struct smmu_log_item *item);

/* A Security state as the contract spells it: "ns", "s", "realm", "root". */
const char *smmu_log_security(enum smmu_sec sec);

/* The item as contract.md "Decoding" has it; RELATED ones are not shown. */
void smmu_log_emit(struct smmu_emit *emit, const struct smmu_log_item *item, bool people);
/* What the log's item means, one or more sentences, or "" when it is not known. */
struct smmu_buf;
void smmu_log_meaning(struct smmu_buf *text, const struct smmu_log_item *item);

#endif
