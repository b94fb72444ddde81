/* Event records, IHI 0070 G.b 7.3. */
#include "spec/event.h"

#include <ctype.h>
#include <string.h>

#include "base/compiler.h"

/* A dense index of the types, so that a set of them is one word. */
enum event_index {
#define EVENT(NAME, number, section, summary) INDEX_##NAME,
#include "spec/event.def"
	INDEX_COUNT,
};

_Static_assert(INDEX_COUNT <= 64, "a set of event types is one word");

#define T(NAME) (UINT64_C(1) << INDEX_##NAME)

/* Sets that the TYPES column of the table names. */
#define ANY	     (~UINT64_C(0))
#define ARCHITECTED  (T(IMPDEF_EVENT0) - 1)
#define IMPDEF	     (ANY & ~ARCHITECTED)
#define C_BAD_SSID   T(C_BAD_SUBSTREAMID)
#define ATS_TREQ     T(F_BAD_ATS_TREQ)
#define FORBIDDEN    T(F_TRANSL_FORBIDDEN)
#define WALK_EABT    T(F_WALK_EABT)
#define TLB_CONFLICT T(F_TLB_CONFLICT)
#define PERMISSION   T(F_PERMISSION)
#define PAGE_REQUEST T(E_PAGE_REQUEST)
#define FAULT	     (T(F_TRANSLATION) | T(F_ADDR_SIZE) | T(F_ACCESS) | T(F_PERMISSION))
#define STAGED	     (FAULT | WALK_EABT | TLB_CONFLICT)
#define ACCESS	     (STAGED | T(F_UUT))
#define FETCH	     (T(F_STE_FETCH) | T(F_CD_FETCH) | T(F_VMS_FETCH) | WALK_EABT)
#define REASON	     (FETCH | TLB_CONFLICT | T(F_CFG_CONFLICT) | T(F_UUT))
/* C_BAD_SUBSTREAMID has a SubstreamID but no SSV (7.3.9); these two have neither. */
#define SSID (ARCHITECTED & ~(C_BAD_SSID | T(F_STREAM_DISABLED) | FORBIDDEN))

/* When a field is valid in a record that has it. */
enum validity { VALID_ALWAYS, VALID_SSV, VALID_STALL, VALID_S2, VALID_TT };

#define V(text, n, m)                                                                              \
	{                                                                                          \
		n, text, m                                                                         \
	}
#define VALUES(name, ...)                                                                          \
	static const struct smmu_enum_value name##_values[] = {__VA_ARGS__};                       \
	static const struct smmu_enum name = {#name, name##_values, SMMU_LEN(name##_values)}

VALUES(ssv, V("0", 0, "no SubstreamID was given"), V("1", 1, "a SubstreamID was given"));
VALUES(gpcf, V("0", 0, "not a granule protection check fault"),
       V("1", 1, "granule protection check fault"));
VALUES(stall, V("terminated", 0, "the transaction was terminated"),
       V("stalled", 1, "the transaction waits for CMD_RESUME or CMD_STALL_TERM"));
VALUES(pnu, V("unprivileged", 0, "Unprivileged"), V("privileged", 1, "Privileged"));
VALUES(ind, V("data", 0, "Data"), V("instruction", 1, "Instruction"));
VALUES(rnw, V("write", 0, "Write"), V("read", 1, "Read"));
VALUES(nsipa, V("own", 0, "IPA space of the stream's Security state"),
       V("ns", 1, "Non-secure IPA space"));
VALUES(s2, V("stage1", 0, "stage 1 fault"), V("stage2", 1, "stage 2 fault"));
VALUES(class, V("CD", SMMU_EVT_CLASS_CD, "CD fetch"),
       V("TT", SMMU_EVT_CLASS_TT, "stage 1 translation table fetch"),
       V("IN", SMMU_EVT_CLASS_IN, "the input address of the stage"));
VALUES(ttrnw, V("write", 0, "write of the stage 1 descriptor"),
       V("read", 1, "read of the stage 1 descriptor"));

static const uint8_t numbers[INDEX_COUNT] = {
#define EVENT(NAME, number, section, summary) number,
#include "spec/event.def"
};

static int index_of(unsigned type)
{
	for (int i = 0; i < INDEX_COUNT; i++)
		if (numbers[i] == type)
			return i;
	return -1;
}

static bool record_is_in(const uint64_t *word, uint64_t types)
{
	int index = index_of((unsigned)smmu_bits(word[0], 0, 8));

	return index >= 0 && (types >> index & 1);
}

/* One predicate a row: the format engine asks the record itself for its type. */
#define FIELD(Name, w, lsb, width, KIND, values, TYPES, VALID)                                     \
	static bool when_##Name(const struct smmu_when_ctx *ctx)                                   \
	{                                                                                          \
		return record_is_in(ctx->word, TYPES);                                             \
	}
#define FIELD_AS(Suffix, Name, w, lsb, width, KIND, values, TYPES, VALID)                          \
	static bool when_##Name##_##Suffix(const struct smmu_when_ctx *ctx)                        \
	{                                                                                          \
		return record_is_in(ctx->word, TYPES);                                             \
	}
#include "spec/event.def"

#define ROW(Name, Id, w, lsb, width, KIND, values, VALID)                                          \
	{#Name,                                                                                    \
	 {{w, lsb, width, SMMU_SHIFT_##KIND(lsb)}},                                                \
	 SMMU_FIELD_##KIND,                                                                        \
	 values,                                                                                   \
	 when_##Id,                                                                                \
	 "in some event types",                                                                    \
	 0},
static const struct smmu_field fields[] = {
#define FIELD(Name, w, lsb, width, KIND, values, TYPES, VALID)                                     \
	ROW(Name, Name, w, lsb, width, KIND, values, VALID)
#define FIELD_AS(Suffix, Name, w, lsb, width, KIND, values, TYPES, VALID)                          \
	ROW(Name, Name##_##Suffix, w, lsb, width, KIND, values, VALID)
#include "spec/event.def"
};

/* Beside fields, row for row. */
static const struct {
	uint64_t types;
	enum validity valid;
} facts[] = {
#define FIELD(Name, w, lsb, width, KIND, values, TYPES, VALID) {TYPES, VALID_##VALID},
#include "spec/event.def"
};

static const struct smmu_format formats[INDEX_COUNT] = {
#define EVENT(NAME, number, section, summary)                                                      \
	{#NAME,	 "IHI 0070 " section, summary, SMMU_EVT_WORDS, SMMU_EVT_SIZE * 8,                  \
	 fields, SMMU_LEN(fields)},
#include "spec/event.def"
};

const struct smmu_format *smmu_event_format(unsigned type)
{
	int index = index_of(type);

	return index < 0 ? NULL : &formats[index];
}

const char *smmu_event_name(unsigned type)
{
	const struct smmu_format *format = smmu_event_format(type);

	return format ? format->name : NULL;
}

const struct smmu_format *smmu_event_at(size_t index, unsigned *type)
{
	if (index >= INDEX_COUNT)
		return NULL;
	if (type)
		*type = numbers[index];
	return &formats[index];
}

/* ASCII only: names of events have no other letters. */
static bool same_name(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

int smmu_event_type(const char *name)
{
	static const char prefix[] = "SMMU_EVT_";
	unsigned type;

	if (!strncmp(name, prefix, sizeof(prefix) - 1))
		name += sizeof(prefix) - 1;
	for (size_t i = 0; smmu_event_at(i, &type); i++)
		if (same_name(formats[i].name, name))
			return (int)type;
	return -1;
}

bool smmu_event_has_field(unsigned type, const char *name)
{
	int index = index_of(type);

	if (index < 0)
		return false;
	for (size_t i = 0; i < SMMU_LEN(fields); i++)
		if (!strcmp(fields[i].name, name) && (facts[i].types >> index & 1))
			return true;
	return false;
}

bool smmu_event_field_is_valid(const struct smmu_field *field, const struct smmu_evt *evt)
{
	size_t row = (size_t)(field - fields);

	if (!record_is_in(evt->word, facts[row].types))
		return false;
	switch (facts[row].valid) {
	case VALID_ALWAYS:
		return true;
	case VALID_SSV:
		return smmu_evt_SSV(evt) || smmu_evt_Type(evt) == SMMU_EVT_C_BAD_SUBSTREAMID;
	case VALID_STALL:
		return smmu_evt_Stall(evt);
	case VALID_S2:
		return smmu_evt_S2(evt);
	case VALID_TT:
		return smmu_evt_CLASS(evt) == SMMU_EVT_CLASS_TT;
	}
	return false;
}

const char *smmu_event_contradiction(const struct smmu_evt *evt, size_t index)
{
	const char *const said[] = {
#define NEVER(TYPES, text, condition) record_is_in(evt->word, TYPES) && (condition) ? (text) : NULL,
#include "spec/event.def"
	};

	for (size_t i = 0; i < SMMU_LEN(said); i++)
		if (said[i] && index-- == 0)
			return said[i];
	return NULL;
}

const char *smmu_event_field_condition(const struct smmu_field *field)
{
	static const char *const words[] = {
		[VALID_ALWAYS] = NULL,	[VALID_SSV] = "SSV == 1",   [VALID_STALL] = "Stall == 1",
		[VALID_S2] = "S2 == 1", [VALID_TT] = "CLASS == TT",
	};

	return words[facts[field - fields].valid];
}
