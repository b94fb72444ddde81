/*
 * Inside the log reader: a line is cut into segments, one a driver's message
 * (log_line.c), whose text is recognised (log_parse.c, log_match.c), where it
 * was wrapped with what goes on with it (log_wait.c), and put together to items
 * (log.c) and their records (log_record.c).
 *
 * Threading: pure functions on what they are given.
 */
#ifndef SMMU_EXPLAIN_LOG_PRIV_H
#define SMMU_EXPLAIN_LOG_PRIV_H

#include "base/buf.h"
#include "explain/log.h"

/* Who speaks, a set of bits in log_message.def. */
enum log_driver {
	LOG_DRIVER_NONE = 0,
	LOG_DRIVER_V3 = 1, /* Linux, Xen and vendors alike */
	LOG_DRIVER_V2 = 2,
	LOG_DRIVER_PMCG = 4,
	LOG_DRIVER_FREEBSD = 8,
	LOG_DRIVER_QEMU = 16,
	LOG_DRIVER_IORT = 32,
	LOG_DRIVER_IOMMU = 64,
	LOG_DRIVER_CMDQV = 128,
	LOG_DRIVER_ANY = 255,
};

/* A message in a line; text and name are borrowed from the line. */
struct log_segment {
	enum log_driver driver;
	const char *smmu; /* instance, smmu_size 0: not said */
	size_t smmu_size;
	enum smmu_sec sec;
	const char *body;
	size_t body_size;
	bool is_start; /* of a message: a driver's name or a time stamp stands before it */
	bool has_time;
	uint64_t time_us;
};

/* line as log_line_next() takes it: no escape sequences, no quoting, journald's MESSAGE. */
void log_line_clean(struct smmu_buf *clean, const char *line, size_t size);
/*
 * The segment at *at, which moves on; false at the end.  A line that no driver
 * is named in is one segment of LOG_DRIVER_NONE.
 */
bool log_line_next(struct log_segment *segment, size_t *at, const char *line, size_t size);

/* How far a pattern of log_message.def matches. */
enum log_match { LOG_MATCH_NO, LOG_MATCH_PART, LOG_MATCH_FULL };
struct log_captures {
	uint64_t number[SMMU_LOG_NUMBERS];
	unsigned numbers;
	const char *string; /* the first %s, NULL without */
	size_t string_size;
	size_t used; /* bytes of the text that were matched */
};
enum log_match log_match(struct log_captures *captures, const char *pattern, const char *text,
			 size_t size);

/* What the numbers of a message are. */
enum log_fact {
	LOG_FACT_PLAIN,
	LOG_FACT_LOST,	   /* how many are not shown */
	LOG_FACT_GERROR,   /* active bits */
	LOG_FACT_CMDQ,	   /* CMDQ_CONS */
	LOG_FACT_COMMAND,  /* two words of a command follow */
	LOG_FACT_STE,	   /* index and value of one of its words */
	LOG_FACT_SYNC,	   /* position, PROD, CONS */
	LOG_FACT_FEATURES, /* the last number: the driver's mask */
	LOG_FACT_HTTU,	   /* two masks of the driver */
	LOG_FACT_CMDQ_SIZE,
	LOG_FACT_IORT,	  /* base address, node */
	LOG_FACT_RELATED, /* of another driver */
};
struct log_message_info {
	unsigned drivers;
	enum log_fact fact;
	const char *pattern, *meaning;
};
/* message below SMMU_LOG_MESSAGE_COUNT. */
const struct log_message_info *log_message_info(enum smmu_log_message message);

enum log_part {
	LOG_PART_NONE,
	LOG_PART_HEADER,    /* "event 0x10 received" */
	LOG_PART_WORDS,	    /* nothing but words */
	LOG_PART_PROSE,	    /* "event: NAME client: …" */
	LOG_PART_PROSE2,    /* "unpriv data write s1 …" */
	LOG_PART_BSD_WORD,  /* "evt[3] 12345678": a 32-bit word */
	LOG_PART_BSD_INPUT, /* "SID 1, Input Address: …" */
	LOG_PART_MESSAGE,
};

#define LOG_WORDS_MAX 8

/* What a text says. */
struct log_parsed {
	enum log_part part;
	bool is_partial;     /* it breaks off: the next line may go on */
	size_t used;	     /* bytes understood */
	const char *speaker; /* of a driver that is not known: the name before the text */
	size_t speaker_size;
	struct smmu_evt evt, known;
	unsigned type; /* HEADER, PROSE: event number; above 0xff: a name that is not known */
	bool is_whole; /* HEADER: all of the event is in this text */
	char client[SMMU_LOG_NAME];
	uint64_t word[LOG_WORDS_MAX];
	bool is_cut[LOG_WORDS_MAX]; /* the word has too few digits */
	unsigned words, index;	    /* index: of the BSD_WORD */
	enum smmu_log_message message;
	struct log_captures captures; /* string is borrowed from the text */
};
void log_parse(struct log_parsed *parsed, const struct log_segment *segment);

/* A segment that breaks off.  {0}: nothing waits. */
struct log_wait {
	bool waits;
	struct log_segment segment; /* its text and name are copies, in text and smmu */
	char smmu[SMMU_LOG_NAME];
	uint32_t line;
	struct smmu_buf text, joined;
};
/* Waits for what goes on with segment; false where that is too long. */
bool log_wait_begin(struct log_wait *wait, const struct log_segment *segment, uint32_t line);
/* What waited, borrowed until something else waits; false when nothing did. */
bool log_wait_end(struct log_segment *segment, struct log_wait *wait);
/* Whether segment goes on with what waits, whose part it then becomes, and ends it. */
enum log_join { LOG_JOIN_NO, LOG_JOIN_PART, LOG_JOIN_WHOLE };
enum log_join log_wait_join(struct log_wait *wait, const struct log_segment *segment);
void log_wait_fini(struct log_wait *wait);

/* An item that is being put together (log_record.c has its event). */
struct log_slot {
	struct smmu_log_item item;
	char speaker[SMMU_LOG_NAME]; /* item.smmu, or who it seems to be */
	bool is_done, has_prose, has_prose2, wants_command, wants_ste;
	uint32_t last_line;
	uint64_t word[SMMU_EVT_WORDS];
	bool is_cut[SMMU_EVT_WORDS];
	unsigned words;
	bool takes_no_word; /* its first word was lost, or it is over */
	unsigned in_a_row;  /* words up to the first that what is left of a line stands before */
	uint32_t word_line; /* of the last word, or of the header */
	struct smmu_evt said, said_known; /* by everything but 64-bit words */
};

/* Nothing more is said of it: its event is what all parts come to. */
void log_slot_finish(struct log_slot *slot);
/* Whether what prose says can be about the event of slot; adds it when it can. */
bool log_slot_take_prose(struct log_slot *slot, const struct log_parsed *parsed);
/* What more says and nobody said before. */
void log_event_add(struct smmu_evt *evt, struct smmu_evt *known, const struct smmu_evt *more,
		   const struct smmu_evt *more_known);

#endif
