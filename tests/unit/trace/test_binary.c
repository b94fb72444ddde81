/* Writing traces, and reading the binary form.  schemas/trace.md has its layout. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/binary_priv.h"
#include "trace/writer.h"

static const char every_csv[] =
	"op,stream,substream,address,size,access,privileged,instruction,security,ns,memory,sh,"
	"alloc,nosnoop,smmu,time,data,pa\n"
	"access,0x10,7,0x80000000,64,r,1,1,s,1,device-nGnRE,osh,ra,1,smmu1,123,,0x99\n"
	",16,,1G,,rw,,,,,,,,,,,,\n"
	"command,,,,,,,,realm,,,,,,smmu0,,0x3 0x1,\n"
	"poke,,,0x40,,,,,,,,,,,,,00112233445566778899aabbccddeeff,\n"
	"mmio,,,0x20,4,w,,,root,,,,,,smmu1,,5,\n"
	"ats-request,1,1,0,1,x,,,,,,,none,,,,,\n"
	"ats-translated,1,1,0,1,w,,1,,0,normal-nc,ish,ra-wa,,,,,\n"
	"pri,1,1,0x1000,,W,,,,,,,,,,,5L,\n"
	"map,,,0xffffffffffffffff,8G,,,,,,,,,,,,\" n,\"\"ic\",0x2000\n"
	"access,4294967295,4294967295,1,18446744073709551615,r,,,,,,,,,,18446744073709551615,,\n"
	"unmap,1,,0,1,,,,,,,,,,,,,\n"
	"tlbi,,,,,,,,,,,,,,,,0x12 0,\n";

struct list {
	struct smmu_record record[16];
	char data[16][64], smmu[16][16];
	size_t count;
	int status;
	unsigned reports;
	char message[256], place[256];
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct list *list = ctx;

	list->reports++;
	snprintf(list->message, sizeof(list->message), "%s", record->message);
	snprintf(list->place, sizeof(list->place), "%s", record->at ? record->at->file : "");
}

static void keep(struct list *list, const struct smmu_trace *trace, const struct smmu_record *r)
{
	size_t i = list->count++;

	if (i >= SMMU_LEN(list->record))
		return;
	list->record[i] = *r;
	snprintf(list->data[i], sizeof(list->data[i]), "%s", r->data ? r->data : "(none)");
	snprintf(list->smmu[i], sizeof(list->smmu[i]), "%s",
		 r->smmu ? smmu_trace_smmu_name(trace, r->smmu - 1) : "(none)");
}

/* Reads bytes; each record also goes to writer, when there is one. */
static void read_bytes(struct list *list, const void *bytes, size_t size, size_t batch,
		       struct smmu_trace_writer *writer)
{
	struct smmu_diag diag = {.report = see, .ctx = list};
	struct smmu_record records[8];
	struct smmu_trace *trace;
	struct smmu_in *in;
	size_t count;

	*list = (struct list){.count = 0};
	cr_assert_eq(smmu_in_open_memory(&in, "t", bytes, size), 0);
	list->status = smmu_trace_open(&trace, in, NULL, &diag);
	while (!list->status) {
		list->status = smmu_trace_next(&count, trace, records, batch, &diag);
		if (!count)
			break;
		for (size_t i = 0; i < count; i++) {
			keep(list, trace, &records[i]);
			if (writer)
				smmu_trace_write(
					writer, &records[i],
					records[i].smmu
						? smmu_trace_smmu_name(trace, records[i].smmu - 1)
						: NULL);
		}
	}
	smmu_trace_close(trace);
	smmu_in_close(in);
}

/* bytes in one format, converted to another; the caller frees. */
static char *convert(size_t *size, struct list *list, const void *bytes, size_t from_size,
		     enum smmu_trace_format format)
{
	struct smmu_trace_writer *writer;
	struct smmu_out *out;
	const char *memory;
	char *copy;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_trace_writer_new(&writer, out, format, ~0u), 0);
	read_bytes(list, bytes, from_size, 8, writer);
	cr_assert_eq(smmu_trace_writer_free(writer), 0);
	memory = smmu_out_memory(out, size);
	copy = malloc(*size + 1);
	memcpy(copy, memory, *size);
	copy[*size] = '\0';
	smmu_out_close(out);
	return copy;
}

static void expect_same(const struct list *a, const struct list *b, const char *what)
{
	cr_expect_eq(b->status, 0, "%s: %s", what, b->message);
	cr_expect_eq(b->reports, 0, "%s: %s", what, b->message);
	cr_assert_eq(a->count, b->count, "%s", what);
	for (size_t i = 0; i < a->count; i++) {
		const struct smmu_record *x = &a->record[i], *y = &b->record[i];
		const struct smmu_txn *s = &x->txn, *t = &y->txn;

		cr_expect(x->op == y->op && x->has_stream == y->has_stream &&
				  x->has_address == y->has_address && x->has_size == y->has_size &&
				  x->has_access == y->has_access && x->has_time == y->has_time &&
				  x->time_ns == y->time_ns &&
				  x->has_expected_pa == y->has_expected_pa &&
				  x->expected_pa == y->expected_pa,
			  "%s: record %zu", what, i);
		cr_expect(s->address == t->address && s->size == t->size &&
				  s->stream == t->stream && s->substream == t->substream &&
				  s->ssv == t->ssv && s->read == t->read && s->write == t->write &&
				  s->privileged == t->privileged &&
				  s->instruction == t->instruction,
			  "%s: record %zu", what, i);
		cr_expect(s->ns_supplied == t->ns_supplied && s->ns == t->ns &&
				  s->nosnoop == t->nosnoop && s->kind == t->kind &&
				  s->sec == t->sec && s->memtype == t->memtype && s->sh == t->sh &&
				  s->alloc == t->alloc,
			  "%s: record %zu", what, i);
		cr_expect_str_eq(a->data[i], b->data[i]);
		cr_expect_str_eq(a->smmu[i], b->smmu[i]);
	}
}

Test(trace_binary, round_trips)
{
	struct list first, list;
	size_t csv_size, jsonl_size, binary_size, again_size;
	char *binary =
		convert(&binary_size, &first, every_csv, strlen(every_csv), SMMU_TRACE_BINARY);
	char *jsonl, *csv, *again;

	cr_assert_eq(first.count, 12, "%s", first.message);
	cr_assert_eq(first.reports, 0, "%s", first.message);
	jsonl = convert(&jsonl_size, &list, binary, binary_size, SMMU_TRACE_JSONL);
	expect_same(&first, &list, "binary");
	csv = convert(&csv_size, &list, jsonl, jsonl_size, SMMU_TRACE_CSV);
	expect_same(&first, &list, "jsonl");
	again = convert(&again_size, &list, csv, csv_size, SMMU_TRACE_BINARY);
	expect_same(&first, &list, "csv");
	cr_assert_eq(again_size, binary_size);
	cr_expect_arr_eq(again, binary, binary_size);
	for (size_t batch = 1; batch < 8; batch++) {
		read_bytes(&list, binary, binary_size, batch, NULL);
		expect_same(&first, &list, "binary in small batches");
	}
	free(binary);
	free(jsonl);
	free(csv);
	free(again);
}

Test(trace_binary, text_is_as_documented)
{
	static const char csv[] = "stream,address,access,time\n8,0x1000,w,\n9,16,x,7\n";
	struct list list;
	size_t size;
	char *jsonl = convert(&size, &list, csv, strlen(csv), SMMU_TRACE_JSONL);

	cr_expect_str_eq(jsonl,
			 "{\"stream\":\"0x8\",\"address\":\"0x1000\",\"access\":\"w\"}\n"
			 "{\"stream\":\"0x9\",\"address\":\"0x10\",\"access\":\"x\",\"time\":7}\n");
	free(jsonl);
}

/* By hand, from schemas/trace.md. */
static const uint8_t by_hand[] = {
	0x89, 'S', 'M', 'T', '\r', '\n', 0x1a, '\n', 1, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0,
	/* TIME 9 */
	9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 15, 0, 0, 0,
	/* rw of 64 bytes at 0x123456000, stream 8, substream 3, alloc not given */
	0x00, 0x60, 0x45, 0x23, 0x01, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 64, 0, 0, 0, 0x30, 0x1f, 0,
	0x01,
	/* END after 1 */
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 15, 0, 0, 0};

Test(trace_binary, layout)
{
	struct list list;
	const struct smmu_record *r = list.record;

	read_bytes(&list, by_hand, sizeof(by_hand), 8, NULL);
	cr_expect_eq(list.status, 0, "%s", list.message);
	cr_assert_eq(list.count, 1, "%s", list.message);
	cr_expect_eq(r->txn.address, 0x123456000);
	cr_expect_eq(r->txn.stream, 8);
	cr_expect(r->txn.ssv && r->txn.substream == 3);
	cr_expect_eq(r->txn.size, 64);
	cr_expect(r->txn.read && r->txn.write);
	cr_expect_eq(r->time_ns, 9);
	cr_expect_eq(r->txn.alloc, SMMU_ALLOC_NONE_SUPPLIED);
}

Test(trace_binary, refused)
{
	static const struct {
		const char *row;
		size_t at;
		uint8_t byte;
		bool goes_on; /* the record is skipped, the trace goes on */
		const char *message;
	} rows[] = {
		{"magic", 7, 'x', false, ""},
		{"version", 8, 2, false, "a binary trace of version 2"},
		{"record size", 12, 32, false, "records of 32 bytes"},
		{"reserved", 16, 1, false, "a binary trace of version"},
		{"extension flags", 24 + 21, 1, false, "bytes that are not 0"},
		{"extension word 1", 24 + 9, 1, false, "bytes that are not 0"},
		{"unknown extension", 24 + 16, 99, false, "of a kind that is not known"},
		{"unknown extension 0", 24 + 16, 0, false, "of a kind that is not known"},
		{"the number of no name", 24 + 16, 4, false, "a name that was not given"},
		{"data in place of the record", 24 + 16, 5, false, "the end inside of a record"},
		{"op 10", 48 + 20, 0x3a, true, "flags that are not defined"},
		{"reserved flag", 48 + 23, 0x81, true, "flags that are not defined"},
		{"alloc 5", 48 + 22, 0x40, true, "flags that are not defined"},
		{"no access", 48 + 20, 0, true, "flags that contradict each other"},
		{"size 0", 48 + 16, 0, true, "size 0"},
		{"no stream", 48 + 21, 0x1e, true, "stream is missing, which access needs"},
		{"poke without data", 48 + 20, 0x35, true, "data is missing, which poke needs"},
		{"fewer records than END says", 72, 2, false, "records are missing"},
		{"no END", 72 + 16, 6, false, "cut short"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint8_t bytes[sizeof(by_hand)];
		struct list list;

		memcpy(bytes, by_hand, sizeof(bytes));
		bytes[rows[i].at] = rows[i].byte;
		read_bytes(&list, bytes, sizeof(bytes), 8, NULL);
		cr_expect_eq(list.status == 0, rows[i].goes_on, "%s: %s", rows[i].row,
			     list.message);
		cr_expect_eq(list.reports, 1, "%s", rows[i].row);
		cr_expect_not_null(strstr(list.message, rows[i].message), "%s: %s", rows[i].row,
				   list.message);
		if (rows[i].goes_on)
			cr_expect_str_eq(list.place, "t, record 0 at byte 0x18");
	}
}

Test(trace_binary, truncation)
{
	struct list first, list;
	size_t size;
	char *binary = convert(&size, &first, every_csv, strlen(every_csv), SMMU_TRACE_BINARY);

	for (size_t cut = 8; cut < size; cut++) {
		char *copy = malloc(cut); /* of the exact size, for the sanitizer */

		memcpy(copy, binary, cut);
		read_bytes(&list, copy, cut, 8, NULL);
		cr_expect_lt(list.status, 0, "cut at %zu", cut);
		cr_expect_eq(list.reports, 1);
		cr_expect_leq(list.count, first.count);
		free(copy);
	}
	free(binary);
}

Test(trace_binary, damage)
{
	struct list first, list;
	size_t size;
	char *binary = convert(&size, &first, every_csv, strlen(every_csv), SMMU_TRACE_BINARY);
	char *copy = malloc(size);
	uint64_t random = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		memcpy(copy, binary, size);
		for (int i = 0; i < 3; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			copy[8 + random % (size - 8)] = (char)(random >> 32);
		}
		read_bytes(&list, copy, size, 8, NULL);
	}
	free(copy);
	free(binary);
}

Test(trace_binary, names)
{
	static const struct {
		const char *name;
		enum smmu_trace_format want;
	} rows[] = {
		{"a.csv", SMMU_TRACE_CSV},
		{"a.csv.gz", SMMU_TRACE_CSV},
		{"a.jsonl", SMMU_TRACE_JSONL},
		{"d/a.smmutrace", SMMU_TRACE_BINARY},
		{"a.smmutrace.gz", SMMU_TRACE_BINARY},
		{"csv", SMMU_TRACE_AUTO},
		{".gz", SMMU_TRACE_AUTO},
		{"", SMMU_TRACE_AUTO},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_trace_format_of_name(rows[i].name), rows[i].want, "%s",
			     rows[i].name);
}
