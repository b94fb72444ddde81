/* Translations and invalidations of a log, by page. */
#include "replay/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/qemu_line.h"

/* PAGES_MOST: a range of more is as good as its whole ASID. */
enum {
	FIRST_LOG2 = 10,
	FIRST = 1 << FIRST_LOG2,
	PAGE_LOG2 = 12,
	PAGES_MOST = 65536,
	VMID_LSB = 16,
	NO_ASID = 0xffff
};

enum kind { FREE, TRANSLATED, END_PAGE, END_ASID, END_VMID, END_STREAM, END_ALL };

struct entry {
	enum kind kind;
	uint32_t id; /* StreamID, VMID, or VMID and ASID; these three are the key */
	uint64_t page;
	uint32_t line;
	uint32_t tag;	   /* TRANSLATED: VMID and ASID */
	uint64_t pa;	   /* TRANSLATED */
	const char *event; /* static storage */
};

struct smmu_journal {
	struct entry *entry; /* a hash table */
	size_t capacity;     /* a power of two */
	unsigned capacity_log2;
	size_t count;
	uint32_t tag; /* of the lookup that the next translation comes from */
};

static size_t slot_of(const struct smmu_journal *journal, const struct entry *key)
{
	uint64_t value = smmu_bits_set(key->id, 32, 8, (uint64_t)key->kind);

	value = value * UINT64_C(0x9e3779b97f4a7c15) + key->page;
	value = value * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)smmu_bits(value, 64 - journal->capacity_log2, journal->capacity_log2);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->id == b->id && a->page == b->page;
}

/* The entry of that key, or the free one where it would be. */
static struct entry *lookup(const struct smmu_journal *journal, const struct entry *key)
{
	size_t i = slot_of(journal, key);

	while (journal->entry[i].kind != FREE && !is_same(&journal->entry[i], key))
		i = i + 1 == journal->capacity ? 0 : i + 1;
	return &journal->entry[i];
}

/* Twice as many places, or the first ones. */
static int grow(struct smmu_journal *journal)
{
	struct smmu_journal old = *journal;

	journal->capacity = old.capacity ? old.capacity * 2 : (size_t)FIRST;
	journal->capacity_log2 = old.capacity ? old.capacity_log2 + 1 : FIRST_LOG2;
	journal->entry = calloc(journal->capacity, sizeof(*journal->entry));
	if (!journal->entry) {
		*journal = old;
		return SMMU_E_NOMEM;
	}
	for (size_t i = 0; i < old.capacity; i++)
		if (old.entry[i].kind != FREE)
			*lookup(journal, &old.entry[i]) = old.entry[i];
	free(old.entry);
	return 0;
}

int smmu_journal_new(struct smmu_journal **journal)
{
	int error;

	*journal = calloc(1, sizeof(**journal));
	error = *journal ? grow(*journal) : SMMU_E_NOMEM;
	if (error) {
		free(*journal);
		*journal = NULL;
	}
	return error;
}

void smmu_journal_free(struct smmu_journal *journal)
{
	if (!journal)
		return;
	free(journal->entry);
	free(journal);
}

/* The last word on a key stands. */
static int put(struct smmu_journal *journal, const struct entry *entry)
{
	struct entry *place = lookup(journal, entry);

	if (place->kind == FREE) {
		if (journal->count == SMMU_JOURNAL_MAX)
			return 0;
		if (journal->count * 2 >= journal->capacity) {
			if (grow(journal))
				return SMMU_E_NOMEM;
			place = lookup(journal, entry);
		}
		journal->count++;
	}
	*place = *entry;
	return 0;
}

static uint64_t page_of(uint64_t address)
{
	return smmu_bits(address, PAGE_LOG2, 64 - PAGE_LOG2);
}

static uint64_t address_of(uint64_t page)
{
	return smmu_bits_set(0, PAGE_LOG2, 64 - PAGE_LOG2, page);
}

static uint32_t tag_of(uint64_t asid, uint64_t vmid)
{
	return (uint32_t)smmu_bits_set(smmu_bits(asid, 0, VMID_LSB), VMID_LSB, 16,
				       smmu_bits(vmid, 0, 16));
}

static uint32_t vmid_of(uint32_t tag)
{
	return (uint32_t)smmu_bits(tag, VMID_LSB, 16);
}

int smmu_journal_add(struct smmu_journal *journal, uint32_t stream, uint64_t iova, uint64_t pa,
		     uint32_t line)
{
	const struct entry entry = {.kind = TRANSLATED,
				    .id = stream,
				    .page = page_of(iova),
				    .pa = address_of(page_of(pa)),
				    .tag = journal->tag,
				    .line = line};

	return put(journal, &entry);
}

bool smmu_journal_find(struct smmu_journal_page *page, const struct smmu_journal *journal,
		       uint32_t stream, uint64_t iova)
{
	const struct entry key = {.kind = TRANSLATED, .id = stream, .page = page_of(iova)};
	const struct entry *found = lookup(journal, &key);

	if (found->kind == FREE)
		return false;
	*page = (struct smmu_journal_page){.line = found->line, .pa = found->pa};
	return true;
}

/* The one of the two that comes later. */
static const struct entry *later(const struct smmu_journal *journal, const struct entry *than,
				 enum kind kind, uint32_t id, uint64_t page)
{
	const struct entry key = {.kind = kind, .id = id, .page = page};
	const struct entry *found = lookup(journal, &key);

	return found->kind != FREE && (!than || found->line > than->line) ? found : than;
}

bool smmu_journal_end(struct smmu_journal_end *end, const struct smmu_journal *journal,
		      uint32_t stream, uint64_t iova)
{
	const struct entry key = {.kind = TRANSLATED, .id = stream, .page = page_of(iova)};
	const struct entry *translated = lookup(journal, &key), *found;

	if (translated->kind == FREE)
		return false;
	found = later(journal, NULL, END_PAGE, translated->tag, key.page);
	found = later(journal, found, END_PAGE, tag_of(NO_ASID, vmid_of(translated->tag)),
		      key.page);
	found = later(journal, found, END_ASID, translated->tag, 0);
	found = later(journal, found, END_VMID, vmid_of(translated->tag), 0);
	found = later(journal, found, END_STREAM, stream, 0);
	found = later(journal, found, END_ALL, 0, 0);
	if (!found)
		return false;
	*end = (struct smmu_journal_end){.line = found->line, .event = found->event};
	return true;
}

/* A line of the log, behind its stamp and name. */
struct said {
	struct smmu_span payload;
	const char *event;
	uint32_t line;
};

/* -1 is written where there is no ASID or VMID. */
static uint32_t tag_in(struct smmu_span payload)
{
	uint64_t asid, vmid;

	if (!smmu_span_key(&asid, payload, "asid", 10))
		asid = NO_ASID;
	if (!smmu_span_key(&vmid, payload, "vmid", 10))
		vmid = 0;
	return tag_of(asid, vmid);
}

static int note_lookup(struct smmu_journal *journal, const struct said *said)
{
	journal->tag = tag_in(said->payload);
	return 0;
}

static int note_translation(struct smmu_journal *journal, const struct said *said)
{
	uint64_t stream, iova, pa;

	if (!smmu_span_key(&stream, said->payload, "sid", 10) ||
	    !smmu_span_key(&iova, said->payload, "iova", 16) ||
	    !smmu_span_key(&pa, said->payload, "translated", 16) || stream > UINT32_MAX)
		return 0;
	return smmu_journal_add(journal, (uint32_t)stream, iova, pa, said->line);
}

static int note_end(struct smmu_journal *journal, const struct said *said, enum kind kind,
		    uint32_t id, uint64_t page)
{
	const struct entry entry = {
		.kind = kind, .id = id, .page = page, .line = said->line, .event = said->event};

	return put(journal, &entry);
}

/* tg is 1 for 4K, 2 for 16K, 3 for 64K; 0 stands for one address. */
static int note_range(struct smmu_journal *journal, const struct said *said)
{
	static const unsigned pages_log2[] = {0, 0, 2, 4};
	uint32_t tag = tag_in(said->payload);
	uint64_t iova, granule, pages;
	int error = 0;

	if (!smmu_span_key(&iova, said->payload, "addr", 16))
		return 0;
	if (!smmu_span_key(&granule, said->payload, "tg", 10))
		granule = 0;
	if (!smmu_span_key(&pages, said->payload, "num_pages", 16))
		pages = 1;
	if (granule >= SMMU_LEN(pages_log2) || pages > PAGES_MOST)
		return tag == tag_of(NO_ASID, vmid_of(tag))
			       ? note_end(journal, said, END_VMID, vmid_of(tag), 0)
			       : note_end(journal, said, END_ASID, tag, 0);
	pages *= smmu_pow2(pages_log2[granule]);
	for (uint64_t i = 0; i < pages && !error; i++)
		error = note_end(journal, said, END_PAGE, tag, page_of(iova) + i);
	return error;
}

static int note_asid(struct smmu_journal *journal, const struct said *said)
{
	return note_end(journal, said, END_ASID, tag_in(said->payload), 0);
}

static int note_vmid(struct smmu_journal *journal, const struct said *said)
{
	return note_end(journal, said, END_VMID, vmid_of(tag_in(said->payload)), 0);
}

static int note_stream(struct smmu_journal *journal, const struct said *said)
{
	uint32_t stream;

	if (!smmu_qemu_stream(&stream, said->payload))
		return 0;
	return note_end(journal, said, END_STREAM, stream, 0);
}

static int note_all(struct smmu_journal *journal, const struct said *said)
{
	return note_end(journal, said, END_ALL, 0, 0);
}

static const struct {
	const char *name;
	int (*note)(struct smmu_journal *journal, const struct said *said);
} events[] = {
	{"smmuv3_translate_success", note_translation},
	{"smmu_iotlb_lookup_hit", note_lookup},
	{"smmu_iotlb_lookup_miss", note_lookup},
	{"smmu_iotlb_cache_hit", note_lookup},
	{"smmu_iotlb_cache_miss", note_lookup},
	{"smmuv3_range_inval", note_range},
	{"smmuv3_s1_range_inval", note_range},
	{"smmu_iotlb_inv_iova", note_range},
	{"smmu_iotlb_inv_asid", note_asid},
	{"smmu_iotlb_inv_asid_vmid", note_asid},
	{"smmu_iotlb_inv_vmid", note_vmid},
	{"smmu_iotlb_inv_vmid_s1", note_vmid},
	{"smmu_iotlb_inv_all", note_all},
	{"smmu_config_cache_inv", note_stream},
	{"smmuv3_config_cache_inv", note_stream},
	{"smmu_configs_inv_sid_range", note_all},
	{"smmuv3_cmdq_cfgi_ste_range", note_all},
	{"smmuv3_invalidate_all_caches", note_all},
};

static int read_line(struct smmu_journal *journal, const char *text, size_t size, uint32_t number)
{
	/* spans are of text that may change; this one is only looked at */
	const struct smmu_qemu_said found =
		smmu_qemu_split((struct smmu_span){(char *)text, (char *)text + size});

	for (size_t i = 0; i < SMMU_LEN(events); i++)
		if (smmu_span_is(found.name, events[i].name)) {
			const struct said said = {found.payload, events[i].name, number};

			return events[i].note(journal, &said);
		}
	return 0;
}

int smmu_journal_read_qemu(struct smmu_journal *journal, struct smmu_in *in, struct smmu_diag *diag)
{
	const char *text;
	size_t size;
	int more;

	while ((more = smmu_in_line(&text, &size, in, diag)) > 0)
		if (read_line(journal, text, size, smmu_in_line_number(in)))
			return smmu_diag_nomem(diag);
	return more;
}
