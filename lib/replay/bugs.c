/* The bug journal: who maps and unmaps what, and who comes too late. */
#include "replay/bugs.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/err.h"

enum { CAPACITY_FIRST = 1024, PAGE_LOG2 = 12 };

struct page {
	uint64_t owner, number; /* address / 4096 */
	uint64_t n;		/* the record that did it */
	bool known, mapped;
};

struct found {
	enum smmu_bug bug;
	uint64_t n, since;
	uint64_t address;
	uint32_t stream;
	bool has_stream;
};

struct smmu_bugs {
	struct page *page; /* owned; a hash table */
	size_t max, count, capacity;
	uint64_t mapped, beyond;
	uint64_t by_bug[SMMU_BUG_COUNT];
	struct found found[SMMU_BUGS_SHOWN];
	size_t found_count;
};

static const char *const texts[SMMU_BUG_COUNT] = {
	[SMMU_BUG_FAULT] = "access after unmap",
	[SMMU_BUG_OPEN] = "access after unmap goes through",
	[SMMU_BUG_MAPPED] = "map of what is mapped",
	[SMMU_BUG_UNMAPPED] = "unmap of what is unmapped",
};

int smmu_bugs_new(struct smmu_bugs **out, size_t max)
{
	struct smmu_bugs *bugs = calloc(1, sizeof(*bugs));

	*out = NULL;
	if (!bugs)
		return SMMU_E_NOMEM;
	bugs->max = max < SMMU_BUGS_PAGES ? max : SMMU_BUGS_PAGES;
	bugs->capacity = CAPACITY_FIRST;
	bugs->page = calloc(bugs->capacity, sizeof(*bugs->page));
	if (!bugs->page) {
		smmu_bugs_free(bugs);
		return SMMU_E_NOMEM;
	}
	*out = bugs;
	return 0;
}

void smmu_bugs_free(struct smmu_bugs *bugs)
{
	if (!bugs)
		return;
	free(bugs->page);
	free(bugs);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ smmu_bits(hash, 32, 32);
}

static uint64_t owner_of_name(const char *name)
{
	uint64_t hash = 1;

	for (; *name; name++)
		hash = mix(hash, (uint8_t)*name);
	return hash;
}

static uint64_t owner_of_stream(uint32_t smmu, const struct smmu_txn *txn)
{
	return mix(mix(mix(2, smmu), txn->stream), txn->ssv ? 1 + (uint64_t)txn->substream : 0);
}

static struct page *lookup(const struct smmu_bugs *bugs, uint64_t owner, uint64_t number)
{
	size_t i = (size_t)mix(owner, number) % bugs->capacity;

	while (bugs->page[i].known &&
	       (bugs->page[i].owner != owner || bugs->page[i].number != number))
		i = i + 1 == bugs->capacity ? 0 : i + 1;
	return &bugs->page[i];
}

static int grow(struct smmu_bugs *bugs)
{
	struct page *old = bugs->page;
	size_t capacity = bugs->capacity;

	bugs->page = calloc(capacity * 2, sizeof(*bugs->page));
	if (!bugs->page) {
		bugs->page = old;
		return SMMU_E_NOMEM;
	}
	bugs->capacity = capacity * 2;
	for (size_t i = 0; i < capacity; i++)
		if (old[i].known)
			*lookup(bugs, old[i].owner, old[i].number) = old[i];
	free(old);
	return 0;
}

static void find(struct smmu_bugs *bugs, enum smmu_bug bug, uint64_t n,
		 const struct smmu_record *record, const struct page *page)
{
	bugs->by_bug[bug]++;
	if (bugs->found_count < SMMU_BUGS_SHOWN)
		bugs->found[bugs->found_count++] =
			(struct found){.bug = bug,
				       .n = n,
				       .since = page->n,
				       .address = page->number * smmu_pow2(PAGE_LOG2),
				       .stream = record->txn.stream,
				       .has_stream = record->has_stream};
}

/* A page that is mapped, or no more; *said: one bug a record is enough. */
static int change(struct smmu_bugs *bugs, uint64_t n, const struct smmu_record *record,
		  const struct page *to, bool *said)
{
	struct page *page = lookup(bugs, to->owner, to->number);

	if (!page->known) {
		if (bugs->count == bugs->max) {
			bugs->beyond++;
			return 0;
		}
		if (bugs->count * 2 >= bugs->capacity) {
			if (grow(bugs))
				return SMMU_E_NOMEM;
			page = lookup(bugs, to->owner, to->number);
		}
		bugs->count++;
	} else if (page->mapped == to->mapped && !*said) {
		find(bugs, to->mapped ? SMMU_BUG_MAPPED : SMMU_BUG_UNMAPPED, n, record, page);
		*said = true;
	}
	bugs->mapped += to->mapped && !(page->known && page->mapped);
	bugs->mapped -= !to->mapped && page->known && page->mapped;
	*page = *to;
	return 0;
}

/* Of the pages that count. */
static uint64_t last_page(const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;
	uint64_t more = txn->size ? txn->size - 1 : 0;
	uint64_t end = more > UINT64_MAX - txn->address ? UINT64_MAX : txn->address + more;
	uint64_t first = txn->address >> PAGE_LOG2, last = end >> PAGE_LOG2;

	return last - first >= SMMU_BUGS_OF_RECORD ? first + SMMU_BUGS_OF_RECORD - 1 : last;
}

static int change_pages(struct smmu_bugs *bugs, uint64_t n, uint32_t smmu,
			const struct smmu_record *record)
{
	struct page to = {.number = record->txn.address >> PAGE_LOG2,
			  .owner = record->data		? owner_of_name(record->data)
				   : record->has_stream ? owner_of_stream(smmu, &record->txn)
							: 0,
			  .n = n,
			  .known = true,
			  .mapped = record->op == SMMU_OP_MAP};
	uint64_t last = last_page(record);
	bool said = false;
	int error = 0;

	for (; to.number <= last && !error; to.number++)
		error = change(bugs, n, record, &to, &said);
	return error;
}

static void judge_access(struct smmu_bugs *bugs, uint64_t n, uint32_t smmu,
			 const struct smmu_record *record, const struct smmu_result *result,
			 const char *device)
{
	uint64_t number = record->txn.address >> PAGE_LOG2;
	const struct page *page = lookup(bugs, owner_of_stream(smmu, &record->txn), number);

	if (!page->known && device)
		page = lookup(bugs, owner_of_name(device), number);
	if (page->known && !page->mapped)
		find(bugs, result->status == SMMU_STATUS_OK ? SMMU_BUG_OPEN : SMMU_BUG_FAULT, n,
		     record, page);
}

int smmu_bugs_add(struct smmu_bugs *bugs, uint64_t n, uint32_t smmu,
		  const struct smmu_record *record, const struct smmu_result *result,
		  const char *device)
{
	switch ((enum smmu_trace_op)record->op) {
	case SMMU_OP_MAP:
	case SMMU_OP_UNMAP:
		return change_pages(bugs, n, smmu, record);
	case SMMU_OP_ACCESS:
	case SMMU_OP_ATS_REQUEST:
	case SMMU_OP_ATS_TRANSLATED:
		judge_access(bugs, n, smmu, record, result, device);
		break;
	case SMMU_OP_PRI:
	case SMMU_OP_COMMAND:
	case SMMU_OP_POKE:
	case SMMU_OP_MMIO:
	case SMMU_OP_TLBI:
		break;
	}
	return 0;
}

uint64_t smmu_bugs_count(const struct smmu_bugs *bugs, enum smmu_bug bug)
{
	return (unsigned)bug < SMMU_BUG_COUNT ? bugs->by_bug[bug] : 0;
}

static void emit_counts(struct smmu_emit *emit, const struct smmu_bugs *bugs)
{
	static const struct smmu_emit_column columns[] = {
		{"what", "What", false},
		{"records", "Records", true},
	};

	smmu_emit_table(emit, "journal_counts", columns, SMMU_LEN(columns));
	for (unsigned i = 0; i < SMMU_BUG_COUNT; i++) {
		if (!bugs->by_bug[i])
			continue;
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "what", texts[i]);
		smmu_emit_uint(emit, "records", bugs->by_bug[i]);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

void smmu_bugs_emit(struct smmu_emit *emit, const struct smmu_bugs *bugs)
{
	static const struct smmu_emit_column columns[] = {
		{"n", "n", true},	{"what", "What", false},    {"stream", "Stream", true},
		{"page", "Page", true}, {"since", "Since n", true},
	};

	smmu_emit_uint(emit, "pages_left_mapped", bugs->mapped);
	if (bugs->beyond)
		smmu_emit_uint(emit, "pages_not_remembered", bugs->beyond);
	emit_counts(emit, bugs);
	smmu_emit_table(emit, "journal", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < bugs->found_count; i++) {
		const struct found *found = &bugs->found[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "n", found->n);
		smmu_emit_str(emit, "what", texts[found->bug]);
		if (found->has_stream)
			smmu_emit_hex(emit, "stream", found->stream, 0);
		smmu_emit_hex(emit, "page", found->address, 0);
		smmu_emit_uint(emit, "since", found->since);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}
