/*
 * Inside explain: groups of events (explain.c), what the system says to them
 * (judge.c), the pointer that leads nowhere (pointer.c), the smallest change
 * (change.c), the neighbourhood of an address (nearby.c), devices (device.c),
 * and how it is told (explain_emit.c).
 *
 * Threading: as explain.h.
 */
#ifndef SMMU_EXPLAIN_EXPLAIN_PRIV_H
#define SMMU_EXPLAIN_EXPLAIN_PRIV_H

#include "base/buf.h"
#include "explain/explain.h"
#include "model/result.h"
#include "spec/txn.h"

enum explain_answer {
	EXPLAIN_NO_SYSTEM,
	EXPLAIN_NO_SMMU, /* it is not clear which SMMU the event is of */
	EXPLAIN_NO_WALK, /* events of this type follow from no walk, or the record lost too much */
	EXPLAIN_AGREES,	 /* the same access gives the same event */
	EXPLAIN_OTHER,	 /* it gives another event */
	EXPLAIN_SILENT,	 /* it is terminated without an event */
	EXPLAIN_PASSES,	 /* it goes through */
};
const char *explain_answer_name(enum explain_answer answer);

struct explain_verdict {
	enum explain_answer answer;
	size_t smmu;	      /* index in the machine */
	struct smmu_txn txn;  /* the access that was asked */
	bool configured_only; /* the record has no address: only the configuration was asked */
	struct smmu_result result;
	unsigned event; /* what the system gives, 0: none */
};

/* What makes events alike, besides their addresses. */
struct explain_key {
	uint64_t value[4];
};

struct explain_group {
	struct explain_key key;
	struct smmu_log_item first;
	struct explain_group *next; /* of the same hash */
	uint64_t count;
	uint32_t last_line;
	bool has_time;
	uint64_t first_us, last_us;
	uint64_t bursts, burst, largest_burst; /* how many, events of this one and the largest */
	bool has_address, is_scattered;
	uint64_t low, high, previous; /* addresses; of the event before */
	uint64_t step;		      /* between two events, as all pairs have it */
	bool is_step_known, has_step;
	struct explain_verdict verdict;
};

struct explain_note {
	struct smmu_log_item item; /* the first */
	uint64_t count;
	uint32_t last_line;
	uint64_t last_us;
};

#define EXPLAIN_BUCKETS 1024

struct smmu_explain {
	struct smmu_explain_options options;
	struct explain_group *group[SMMU_EXPLAIN_GROUPS]; /* owned, by first event */
	size_t groups;
	struct explain_group *bucket[EXPLAIN_BUCKETS];
	struct explain_note *note[SMMU_EXPLAIN_MESSAGES]; /* owned */
	size_t notes;
	uint64_t events, lost, ungrouped, unnoted;
	bool overflow;
};

/* The value of a field of the event, when it is known and valid. */
bool explain_field(uint64_t *value, const struct smmu_log_item *item, const char *name);

/* What the system says to an event. */
void explain_judge(struct explain_verdict *verdict, const struct smmu_explain_options *options,
		   const struct smmu_log_item *item);
/* Whether two verdicts blame the same, so that one explanation serves both. */
bool explain_same_verdict(const struct explain_verdict *a, const struct explain_verdict *b);

/* What led to a structure that could not be read. */
struct explain_pointer {
	enum smmu_struct_kind where;
	struct smmu_pa pa; /* of the structure that holds it */
	enum smmu_reg reg; /* the register that does; else SMMU_REG_COUNT */
	const char *field; /* static storage */
	uint64_t value;	   /* of the field; of a descriptor, its word; of a register, all of it */
};
/* found: false where the reason is another one.  SMMU_E_NOMEM. */
int explain_find_pointer(struct explain_pointer *pointer, bool *found, struct smmu_model *model,
			 const struct explain_verdict *verdict);

/* One field of one structure, changed: the access passes with it. */
struct explain_change {
	enum smmu_struct_kind where;
	struct smmu_pa pa; /* of the structure */
	char field[32];	   /* "": bits of a descriptor that make no field of the blame */
	bool is_word;	   /* from and to are whole words of a descriptor */
	bool is_doubt;	   /* a pointer that may be wrong, though something is at its end */
	uint64_t from, to; /* else values of the field */
	uint64_t output;   /* where the access then goes */
};
#define EXPLAIN_CHANGES 6
struct explain_changes {
	struct explain_change change[EXPLAIN_CHANGES]; /* the most likely first */
	size_t count;
};
/* thorough: fields of every structure on the way are tried, not only what is to blame. */
int explain_find_changes(struct explain_changes *changes, struct smmu_model *model,
			 const struct explain_verdict *verdict, bool thorough);

/* Something about the address of an event. */
struct explain_hint {
	const char *kind; /* "past-end" */
	char text[240];
	uint64_t address; /* what it is about */
};
#define EXPLAIN_HINTS 12
struct explain_hints {
	struct explain_hint hint[EXPLAIN_HINTS];
	size_t count;
};
/* What the number itself says, without a system. */
void explain_look_at_address(struct explain_hints *hints, const struct smmu_log_item *item);
/* What the system has near it. */
int explain_look_nearby(struct explain_hints *hints, const struct smmu_explain_options *options,
			const struct explain_verdict *verdict);
void explain_add_hint(struct explain_hints *hints, const char *kind, uint64_t address,
		      const char *format, ...) SMMU_PRINTF(4, 5);

/*
 * The devices of a stream, all of them: names, or what the StreamID is as a
 * Requester ID.  smmu: index in the machine.
 */
void explain_devices(struct smmu_buf *text, const struct smmu_explain_options *options, size_t smmu,
		     uint32_t stream);
/* How many devices of the system have it; visits each, visit may be NULL. */
size_t explain_each_device(const struct smmu_explain_options *options, size_t smmu, uint32_t stream,
			   void (*visit)(void *ctx, const struct smmu_sys_device *device),
			   void *ctx);

/* The domain of the system file that maps the blamed stage for the event's stream, or NULL. */
const char *explain_domain(const struct smmu_explain_options *options,
			   const struct explain_verdict *verdict);

/* The format of a structure of the configuration, or NULL. */
const struct smmu_format *explain_format(enum smmu_struct_kind where);
/* The bytes of the structure to blame, as 64-bit words, up to 8; 0: none that can be read. */
unsigned explain_blamed_words(uint64_t word[8], struct smmu_model *model,
			      const struct smmu_blame *blame);
/* The value of the field to blame; false: there is none, or it is no field of a format. */
bool explain_blamed_value(uint64_t *value, const struct smmu_blame *blame, const uint64_t *word,
			  unsigned words);

/* What would let it pass, in words; "" when nothing is known. */
const char *explain_fix(enum smmu_reason reason);

#endif
