/* Traces in binary: reading.  The format is in schemas/trace.md. */
#include "trace/binary_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/reader_priv.h"

static unsigned flag_bits(uint32_t flags, unsigned lsb, unsigned width)
{
	return (unsigned)smmu_bits(flags, lsb, width);
}

#define FLAG_OF(flags, name) flag_bits(flags, SMMU_TRACE_##name##_LSB, SMMU_TRACE_##name##_WIDTH)

/* One item: extensions and the record they belong to. */
struct item {
	struct smmu_trace *trace;
	struct smmu_record *record;
	struct smmu_line_error *error;
	char *p, *end;
	bool is_first; /* nothing of the item was taken yet */
	unsigned seen; /* extensions, a bit each */
};

/* What came of reading an item. */
enum outcome {
	OUTCOME_RECORD,
	OUTCOME_NEXT, /* an extension was taken: the item goes on */
	OUTCOME_NAME, /* a name, which stands alone */
	OUTCOME_END,  /* of the trace */
	OUTCOME_MORE, /* the block ends before the item does */
	OUTCOME_BAD,  /* a record that says something wrong; the next one follows */
	OUTCOME_LOST, /* nothing can be made of what follows */
};

static enum outcome lost(struct item *item, int code, const char *message)
{
	item->error->code = code;
	snprintf(item->error->message, sizeof(item->error->message), "%s", message);
	return OUTCOME_LOST;
}

/* The bytes behind an extension, with their NUL. */
static enum outcome take_bytes(char **bytes, struct item *item, uint64_t size)
{
	size_t units;

	if (size >= SMMU_TRACE_BYTES_LIMIT)
		return lost(item, SMMU_E_LIMIT, "data of 1 MiB or more");
	units = smmu_trace_units(size) * SMMU_TRACE_RECORD_BYTES;
	if ((size_t)(item->end - item->p) < units)
		return OUTCOME_MORE;
	*bytes = item->p;
	item->p += units;
	if ((*bytes)[size])
		return lost(item, SMMU_E_SYNTAX, "data that does not end where it says");
	return OUTCOME_NEXT;
}

static enum outcome take_name(struct item *item, uint64_t size)
{
	char *name;
	enum outcome outcome = take_bytes(&name, item, size);

	if (outcome != OUTCOME_NEXT)
		return outcome;
	if (smmu_trace_add_name(item->trace, name, size, item->error))
		return OUTCOME_LOST;
	return OUTCOME_NAME;
}

static enum outcome take_extension(struct item *item, uint64_t value, uint32_t which)
{
	struct smmu_record *record = item->record;
	enum outcome outcome;
	char *bytes = NULL;

	if (!item->is_first && which >= SMMU_TRACE_EXT_NAME)
		return lost(item, SMMU_E_SYNTAX, "a name or the end inside of a record");
	if (which <= SMMU_TRACE_EXT_END && smmu_bit(item->seen, which))
		return lost(item, SMMU_E_CONFLICT, "two extensions of the same kind");
	item->seen |= which <= SMMU_TRACE_EXT_END ? 1u << which : 0;
	switch (which) {
	case SMMU_TRACE_EXT_TIME:
		smmu_record_set_number(record, SMMU_COL_TIME, value);
		return OUTCOME_NEXT;
	case SMMU_TRACE_EXT_PA:
		smmu_record_set_number(record, SMMU_COL_PA, value);
		return OUTCOME_NEXT;
	case SMMU_TRACE_EXT_SIZE:
		smmu_record_set_number(record, SMMU_COL_SIZE, value);
		return OUTCOME_NEXT;
	case SMMU_TRACE_EXT_SMMU:
		if (value >= item->trace->names)
			return lost(item, SMMU_E_INVALID,
				    "the number of a name that was not given");
		record->smmu = (uint32_t)value + 1;
		return OUTCOME_NEXT;
	case SMMU_TRACE_EXT_DATA:
		outcome = take_bytes(&bytes, item, value);
		record->data = bytes;
		record->data_size = (uint32_t)value;
		return outcome;
	case SMMU_TRACE_EXT_NAME:
		return take_name(item, value);
	case SMMU_TRACE_EXT_END:
		if (value != item->trace->number + item->trace->skipped)
			return lost(item, SMMU_E_INVALID, "records are missing before the end");
		return OUTCOME_END;
	default:
		return lost(item, SMMU_E_UNKNOWN, "an extension of a kind that is not known");
	}
}

/*
 * Where a record of a kind seen before is: what its flags say is copied from it.
 * The product has READ, WRITE, PRIVILEGED, INSTRUCTION and HAS_SUBSTREAM, which
 * tell the kinds of one trace apart, in its highest bits.
 */
static size_t kind_of(uint32_t flags)
{
	return (uint32_t)(flags * 0x880000u) >> 27;
}

static void set_flags(struct smmu_record *record, uint32_t flags)
{
	struct smmu_txn *txn = &record->txn;

	record->op = FLAG_OF(flags, OP);
	record->has_stream = FLAG_OF(flags, HAS_STREAM);
	record->has_address = FLAG_OF(flags, HAS_ADDRESS);
	record->has_size |= FLAG_OF(flags, HAS_SIZE);
	record->has_access = FLAG_OF(flags, HAS_ACCESS);
	txn->read = FLAG_OF(flags, READ);
	txn->write = FLAG_OF(flags, WRITE);
	txn->privileged = FLAG_OF(flags, PRIVILEGED);
	txn->instruction = FLAG_OF(flags, INSTRUCTION);
	txn->ssv = FLAG_OF(flags, HAS_SUBSTREAM);
	txn->sec = FLAG_OF(flags, SECURITY);
	txn->ns = FLAG_OF(flags, NS);
	txn->ns_supplied = FLAG_OF(flags, HAS_NS);
	txn->memtype = FLAG_OF(flags, MEMORY);
	txn->sh = FLAG_OF(flags, SH);
	txn->alloc = (uint8_t)FLAG_OF(flags, ALLOC);
	txn->nosnoop = FLAG_OF(flags, NOSNOOP);
}

static enum outcome bad(struct item *item, int code, const char *message)
{
	lost(item, code, message);
	return OUTCOME_BAD;
}

/* What the text forms cannot say either is refused. */
static enum outcome check(struct item *item, uint32_t flags)
{
	const struct smmu_record *record = item->record;

	if (!smmu_bits_fit(flags, SMMU_TRACE_FLAGS_USED) || record->op > SMMU_OP_UNMAP ||
	    record->txn.alloc > SMMU_ALLOC_NONE_SUPPLIED)
		return bad(item, SMMU_E_INVALID, "flags that are not defined");
	if (record->has_access != (record->txn.read || record->txn.write))
		return bad(item, SMMU_E_INVALID, "flags that contradict each other");
	if (!record->txn.size)
		return bad(item, SMMU_E_RANGE, "size 0: a transaction has at least one byte");
	return smmu_record_check(item->record, item->error) ? OUTCOME_BAD : OUTCOME_RECORD;
}

static enum outcome take_record(struct item *item, const char *p)
{
	struct smmu_record *record = item->record;
	uint64_t ids = smmu_ld64le(p + 8), tail = smmu_ld64le(p + 16);
	uint32_t flags = (uint32_t)smmu_bits(tail, 32, 32);
	enum outcome outcome;

	set_flags(record, flags);
	record->txn.address = smmu_ld64le(p);
	record->txn.stream = (uint32_t)smmu_bits(ids, 0, 32);
	record->txn.substream = (uint32_t)smmu_bits(ids, 32, 32);
	if (FLAG_OF(flags, HAS_SIZE) && !smmu_bit(item->seen, SMMU_TRACE_EXT_SIZE))
		record->txn.size = smmu_bits(tail, 0, 32);
	outcome = check(item, flags);
	if (outcome == OUTCOME_RECORD && item->is_first && record->has_size) {
		size_t kind = kind_of(flags);

		item->trace->kind[kind] = *record;
		item->trace->kind_flags[kind] = flags;
	}
	return outcome;
}

static enum outcome take_item(struct item *item)
{
	enum outcome outcome = OUTCOME_NEXT;

	smmu_record_init(item->record);
	for (item->is_first = true; outcome == OUTCOME_NEXT; item->is_first = false) {
		const char *p = item->p;
		uint64_t tail;

		if (item->end - p < SMMU_TRACE_RECORD_BYTES)
			return OUTCOME_MORE;
		item->p += SMMU_TRACE_RECORD_BYTES;
		tail = smmu_ld64le(p + 16);
		if (FLAG_OF(smmu_bits(tail, 32, 32), OP) != SMMU_TRACE_OP_EXTENSION)
			return take_record(item, p);
		if (smmu_ld64le(p + 8) || smmu_bits(tail, 32, 32) != SMMU_TRACE_OP_EXTENSION)
			return lost(item, SMMU_E_SYNTAX, "an extension with bytes that are not 0");
		outcome = take_extension(item, smmu_ld64le(p), (uint32_t)smmu_bits(tail, 0, 32));
	}
	return outcome;
}

/* Most records: no extension, flags as seen before. */
SMMU_INLINE bool take_plain(struct smmu_record *record, const struct smmu_trace *trace,
			    const char *p, uint64_t number)
{
	uint64_t ids = smmu_ld64le(p + 8), tail = smmu_ld64le(p + 16);
	uint32_t flags = (uint32_t)smmu_bits(tail, 32, 32);
	size_t kind = kind_of(flags);

	if (SMMU_UNLIKELY(trace->kind_flags[kind] != flags || !smmu_bits(tail, 0, 32)))
		return false;
	*record = trace->kind[kind];
	record->txn.address = smmu_ld64le(p);
	record->txn.stream = (uint32_t)smmu_bits(ids, 0, 32);
	record->txn.substream = (uint32_t)smmu_bits(ids, 32, 32);
	record->txn.size = smmu_bits(tail, 0, 32);
	record->time_ns = number;
	return true;
}

/* As many of those as there are in a row, at most capacity. */
static size_t take_plain_records(struct smmu_trace *trace, struct smmu_record *records,
				 size_t capacity)
{
	const char *p = trace->data + trace->pos;
	size_t count = (trace->filled - trace->pos) / SMMU_TRACE_RECORD_BYTES, i;

	if (count > capacity)
		count = capacity;
	for (i = 0; i < count; i++, p += SMMU_TRACE_RECORD_BYTES)
		if (!take_plain(&records[i], trace, p, trace->number + i))
			break;
	trace->number += i;
	trace->pos += i * SMMU_TRACE_RECORD_BYTES;
	return i;
}

/* A record by its number from 0 and its place in the input. */
static void report(struct smmu_trace *trace, const char *p, const struct smmu_line_error *error,
		   bool is_lost, struct smmu_diag *diag)
{
	char name[256];
	struct smmu_place at = {.file = name};
	uint64_t record = trace->number + trace->skipped;
	uint64_t byte = trace->base + (uint64_t)(p - trace->data);

	snprintf(name, sizeof(name), "%s, record %llu at byte 0x%llx", smmu_in_name(trace->in),
		 (unsigned long long)record, (unsigned long long)byte);
	trace->skipped += !is_lost;
	if (is_lost || trace->options.strict)
		trace->error = smmu_diag_error(diag, &at, error->code, "%s", error->message);
	else
		smmu_diag_warn(diag, &at, "%s; the record is skipped", error->message);
}

/* One item at trace->pos: whether there is more to do in this block. */
static bool next_item(struct smmu_record **record, struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_line_error error = {.code = 0};
	char *first = trace->data + trace->pos;
	struct item item = {.trace = trace,
			    .record = *record,
			    .error = &error,
			    .p = first,
			    .end = trace->data + trace->filled};
	enum outcome outcome = take_item(&item);

	if (trace->plain_only && outcome != OUTCOME_RECORD)
		return false;
	trace->wants_more = outcome == OUTCOME_MORE;
	if (trace->wants_more)
		return false;
	trace->pos = (size_t)(item.p - trace->data);
	if (outcome == OUTCOME_RECORD) {
		smmu_trace_take(trace, *record);
		(*record)++->line = 0;
	} else if (outcome == OUTCOME_BAD || outcome == OUTCOME_LOST) {
		report(trace, first, &error, outcome == OUTCOME_LOST, diag);
	} else if (outcome == OUTCOME_END) {
		trace->is_ended = true;
	}
	return !trace->error && !trace->is_ended;
}

static size_t batch(struct smmu_trace *trace, struct smmu_record *records, size_t capacity,
		    struct smmu_diag *diag)
{
	struct smmu_record *record = records, *last = records + capacity;
	bool more = true;

	while (more && record < last) {
		record += take_plain_records(trace, record, (size_t)(last - record));
		more = record < last && next_item(&record, trace, diag);
	}
	return (size_t)(record - records);
}

/* Ready for a batch: at least one record, or one item where the block ended inside of it. */
static int ready(struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = smmu_in_name(trace->in)};
	uint64_t seen = trace->number + trace->skipped;
	int more;

	if (trace->error)
		return trace->error;
	if (!trace->is_ended && !trace->wants_more &&
	    trace->filled - trace->pos >= SMMU_TRACE_RECORD_BYTES)
		return 1;
	more = trace->is_ended && trace->pos < trace->filled ? 1 : smmu_trace_more(trace, diag);
	trace->wants_more = false;
	if (more < 0)
		return more;
	if (trace->is_ended && more)
		trace->error = smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
					       "something follows the end of the trace");
	else if (!trace->is_ended && !more)
		trace->error = smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
					       "the trace is cut short after %llu records",
					       (unsigned long long)seen);
	return trace->error ? trace->error : more;
}

/*
 * The size of the item at p, all of it there: extensions of a record and the
 * record; 0 for anything else, of which more is to be read or to be said.
 */
static size_t item_size(const char *p, const char *end)
{
	const char *at = p;

	while (end - at >= SMMU_TRACE_RECORD_BYTES) {
		uint64_t value = smmu_ld64le(at), tail = smmu_ld64le(at + 16);
		uint64_t which = smmu_bits(tail, 0, 32);
		size_t units = 1;

		if (FLAG_OF(smmu_bits(tail, 32, 32), OP) != SMMU_TRACE_OP_EXTENSION)
			return (size_t)(at - p) + SMMU_TRACE_RECORD_BYTES;
		if (!which || which >= SMMU_TRACE_EXT_NAME)
			return 0;
		if (which == SMMU_TRACE_EXT_DATA) {
			if (value >= SMMU_TRACE_BYTES_LIMIT)
				return 0;
			units += smmu_trace_units(value);
		}
		if ((size_t)(end - at) < units * SMMU_TRACE_RECORD_BYTES)
			return 0;
		at += units * SMMU_TRACE_RECORD_BYTES;
	}
	return 0;
}

int smmu_binary_items(size_t *size, size_t *count, struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_record scratch, *none = &scratch;
	int more;

	while ((more = ready(trace, diag)) > 0) {
		const char *first = trace->data + trace->pos, *end = trace->data + trace->filled;
		const char *p = first;
		size_t item;

		for (*count = 0; (item = item_size(p, end)) != 0; p += item)
			++*count;
		*size = (size_t)(p - first);
		if (*count)
			break;
		/* a name, the end, an error, or a part of an item: no record */
		next_item(&none, trace, diag);
	}
	return more;
}

int smmu_binary_part_ready(struct smmu_trace *part, struct smmu_diag *diag)
{
	(void)diag;
	return part->error ? part->error : part->pos < part->filled;
}

int smmu_binary_header(struct smmu_trace *trace, struct smmu_diag *diag)
{
	struct smmu_place at = {.file = smmu_in_name(trace->in)};
	const char *p = trace->data;
	int more = 1;

	while (trace->filled < SMMU_TRACE_RECORD_BYTES && more > 0)
		more = smmu_trace_more(trace, diag);
	if (more < 0)
		return more;
	if (!more)
		return smmu_diag_error(diag, &at, SMMU_E_SYNTAX, "the header is cut short");
	if (memcmp(p, SMMU_TRACE_MAGIC, 8))
		return smmu_diag_error(diag, &at, SMMU_E_SYNTAX, "no trace in binary form");
	if (smmu_ld32le(p + 8) != SMMU_TRACE_VERSION ||
	    smmu_ld32le(p + 12) != SMMU_TRACE_RECORD_BYTES || smmu_ld64le(p + 16))
		return smmu_diag_error(diag, &at, SMMU_E_UNKNOWN,
				       "a binary trace of version %u with records of %u bytes; "
				       "this is version %u with %u",
				       (unsigned)smmu_ld32le(p + 8), (unsigned)smmu_ld32le(p + 12),
				       SMMU_TRACE_VERSION, SMMU_TRACE_RECORD_BYTES);
	for (size_t i = 0; i < SMMU_LEN(trace->kind); i++)
		trace->kind_flags[i] = UINT32_MAX; /* of no record */
	trace->pos = SMMU_TRACE_RECORD_BYTES;
	trace->ready = ready;
	trace->batch = batch;
	return 0;
}
