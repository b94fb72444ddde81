/* Traces in CSV and JSONL: what is read, what is refused, and where. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/data.h"
#include "trace/reader.h"

/* The reports of a run: "line:col severity message\n". */
struct seen {
	char text[4096];
	size_t size;
	unsigned count;
	char line[256]; /* the last place's text */
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;
	const struct smmu_place *at = record->at;

	seen->count++;
	if (seen->size >= sizeof(seen->text))
		return;
	seen->size += (size_t)snprintf(seen->text + seen->size, sizeof(seen->text) - seen->size,
				       "%u:%u %s %s\n", at ? at->line : 0, at ? at->col : 0,
				       record->severity == SMMU_ERROR ? "error" : "warning",
				       record->message);
	seen->line[0] = '\0';
	if (at && at->text)
		snprintf(seen->line, sizeof(seen->line), "%.*s", (int)at->text_len, at->text);
}

/* All records of a text, told one by one; returns the last status. */
typedef void tell_fn(void *ctx, const struct smmu_trace *trace, const struct smmu_record *record);

static int read_all(const char *bytes, size_t size, const struct smmu_trace_options *options,
		    size_t batch, tell_fn *tell, void *ctx, struct seen *seen, uint64_t *skipped)
{
	struct smmu_diag diag = {.report = see, .ctx = seen};
	struct smmu_record records[64];
	struct smmu_trace *trace;
	struct smmu_in *in;
	size_t count;
	int err;

	*seen = (struct seen){.count = 0};
	cr_assert_eq(smmu_in_open_memory(&in, "t.csv", bytes, size), 0);
	err = smmu_trace_open(&trace, in, options, &diag);
	while (!err) {
		err = smmu_trace_next(&count, trace, records, batch, &diag);
		if (!count)
			break;
		for (size_t i = 0; tell && i < count; i++)
			tell(ctx, trace, &records[i]);
	}
	if (trace && skipped)
		*skipped = smmu_trace_skipped(trace);
	smmu_trace_close(trace);
	smmu_in_close(in);
	return err;
}

struct list {
	struct smmu_record record[16];
	char data[16][64], smmu[16][16];
	size_t count;
};

static void keep(void *ctx, const struct smmu_trace *trace, const struct smmu_record *record)
{
	struct list *list = ctx;
	size_t i = list->count++;

	if (i >= SMMU_LEN(list->record))
		return;
	list->record[i] = *record;
	if (record->data)
		snprintf(list->data[i], sizeof(list->data[i]), "%s", record->data);
	if (record->smmu)
		snprintf(list->smmu[i], sizeof(list->smmu[i]), "%s",
			 smmu_trace_smmu_name(trace, record->smmu - 1));
}

static int read_list(struct list *list, const char *text, struct seen *seen)
{
	*list = (struct list){.count = 0};
	return read_all(text, strlen(text), NULL, 3, keep, list, seen, NULL);
}

static const char every_csv[] =
	"# a comment\n"
	"\n"
	"op,stream,substream,address,size,perm,privileged,instruction,security,ns,memory,sh,alloc,"
	"nosnoop,smmu,time,data,pa,x-note\n"
	"access,0x10,7,0x8000_0000,64,r,1,1,s,1,device-nGnRE,osh,ra,1,smmu1,123,,0x99,hello\n"
	"  # another\n"
	",16,,1G,,rw,,,,,,,,,,,,,\r\n"
	"command,,,,,,,,realm,,,,,,smmu0,,0x3 0x1,,\n"
	"\"poke\", , ,\"0x40\",,,,,,,,,,,, ,\"00ff\",,\"a \"\"b\"\", c\"\n"
	"mmio,,,0x20,4,w,,,root,,,,,,,,5,,\n"
	"ats-request,1,1,0,1,x,,,,,,,,,,,,,\n"
	"pri,1,1,0x1000,,W,,,,,,,,,,,5L,,\n"
	"map,,,0x1000,4K,,,,,,,,,,,,nic,0x2000,";

static const char every_jsonl[] =
	"{\"op\":\"access\",\"stream\":16,\"substream\":\"7\",\"address\":\"0x8000_0000\",\"size\":64,"
	"\"perm\":\"r\",\"privileged\":1,\"instruction\":true,\"security\":\"s\",\"ns\":\"1\","
	"\"memory\":\"device-nGnRE\",\"sh\":\"osh\",\"alloc\":\"ra\",\"nosnoop\":1,\"smmu\":\"sm\\u006du1\","
	"\"time\":123,\"pa\":\"0x99\",\"x-note\":{\"a\":[1,-2.5e3,{}],\"b\":\"]\\\"\"}}\n"
	"# a comment\n"
	"\n"
	" { \"stream\" : \"16\" , \"address\" : 1073741824, \"access\":\"rw\", \"data\":null } \r\n"
	"{\"op\":\"command\",\"security\":\"realm\",\"smmu\":\"smmu0\",\"data\":\"0x3 0x1\"}\n"
	"{\"op\":\"poke\",\"address\":64,\"data\":\"00ff\"}\n"
	"{\"data\":5,\"op\":\"mmio\",\"address\":\"0x20\",\"size\":4,\"access\":\"w\",\"security\":\"root\"}\n"
	"{\"op\":\"ats-request\",\"stream\":1,\"substream\":1,\"address\":0,\"size\":1,\"access\":\"x\"}\n"
	"{\"op\":\"pri\",\"stream\":1,\"substream\":1,\"address\":4096,\"access\":\"w\",\"data\":\"5L\"}\n"
	"{\"op\":\"map\",\"address\":4096,\"size\":\"4K\",\"data\":\"nic\",\"pa\":8192}";

static void expect_every(const char *text, const char *reports)
{
	struct list list;
	struct seen seen;
	const struct smmu_record *r = list.record;

	cr_expect_eq(read_list(&list, text, &seen), 0);
	cr_expect_str_eq(seen.text, reports);
	cr_assert_eq(list.count, 8);

	cr_expect_eq(r[0].txn.stream, 0x10);
	cr_expect(r[0].txn.ssv && r[0].txn.substream == 7);
	cr_expect_eq(r[0].txn.address, 0x80000000);
	cr_expect_eq(r[0].txn.size, 64);
	cr_expect(r[0].txn.read && !r[0].txn.write);
	cr_expect(r[0].txn.privileged && r[0].txn.instruction);
	cr_expect_eq(r[0].txn.sec, SMMU_SEC_S);
	cr_expect(r[0].txn.ns_supplied && r[0].txn.ns);
	cr_expect_eq(r[0].txn.memtype, SMMU_MEMTYPE_DEVICE_NGNRE);
	cr_expect_eq(r[0].txn.sh, SMMU_SH_IN_OSH);
	cr_expect_eq(r[0].txn.alloc, SMMU_ALLOC_RA);
	cr_expect(r[0].txn.nosnoop);
	cr_expect_str_eq(list.smmu[0], "smmu1");
	cr_expect_eq(r[0].time_ns, 123);
	cr_expect(r[0].has_expected_pa && r[0].expected_pa == 0x99);

	cr_expect_eq(r[1].op, SMMU_OP_ACCESS);
	cr_expect_eq(r[1].txn.address, 0x40000000);
	cr_expect(!r[1].txn.ssv && !r[1].has_size && r[1].txn.size == 1);
	cr_expect(r[1].txn.read && r[1].txn.write && !r[1].txn.instruction);
	cr_expect_eq(r[1].txn.sec, SMMU_SEC_NS);
	cr_expect_eq(r[1].txn.alloc, SMMU_ALLOC_NONE_SUPPLIED);
	cr_expect(!r[1].txn.ns_supplied && !r[1].has_expected_pa && !r[1].smmu && !r[1].data);
	cr_expect_eq(r[1].time_ns, 1, "the record's number");

	cr_expect_eq(r[2].op, SMMU_OP_COMMAND);
	cr_expect_eq(r[2].txn.sec, SMMU_SEC_REALM);
	cr_expect_str_eq(list.data[2], "0x3 0x1");
	cr_expect_str_eq(list.smmu[2], "smmu0");
	cr_expect_eq(r[3].op, SMMU_OP_POKE);
	cr_expect_eq(r[3].txn.address, 64);
	cr_expect_str_eq(list.data[3], "00ff");
	cr_expect_eq(r[3].data_size, 4);
	cr_expect_eq(r[4].op, SMMU_OP_MMIO);
	cr_expect_eq(r[4].txn.sec, SMMU_SEC_ROOT);
	cr_expect_str_eq(list.data[4], "5");
	cr_expect_eq(r[5].txn.kind, SMMU_TXN_ATS_REQUEST);
	cr_expect(r[5].txn.read && r[5].txn.instruction && !r[5].txn.write);
	cr_expect_eq(r[6].op, SMMU_OP_PRI);
	cr_expect(r[6].txn.write);
	cr_expect_eq(r[7].op, SMMU_OP_MAP);
	cr_expect_eq(r[7].txn.size, 4096);
	cr_expect_eq(r[7].expected_pa, 0x2000);
	cr_expect_str_eq(list.data[7], "nic");
}

Test(trace, every_column_of_csv)
{
	expect_every(every_csv,
		     "12:1 warning the last line has no end: the trace may be cut in it\n");
}

Test(trace, every_key_of_jsonl)
{
	expect_every(every_jsonl, ""); /* an object is whole or is none */
}

#define HEAD "stream,address,access,size\n"

Test(trace, lines_that_cannot_be_read)
{
	static const struct {
		const char *text; /* of line 2 */
		const char *want; /* col and beginning of the message */
	} rows[] = {
		{"1,2,r", "2:6 warning 3 fields where the header names 4"},
		{"1,2,r,4,5", "2:10 warning more fields than the 4"},
		{"1,2,q,4", "2:5 warning access \"q\" is none of r, w, x, rw"},
		{"1,2,rwx,4", "2:5 warning access \"rwx\""},
		{"1,2,,4", "2:1 warning access is missing, which access needs"},
		{",2,r,4", "2:1 warning stream is missing"},
		{"1,,r,4", "2:1 warning address is missing"},
		{"1,2,r,0", "2:7 warning size 0"},
		{"1,2,r,-4", "2:7 warning size \"-4\" is not a number"},
		{"1, 0x,r,4", "2:4 warning address \"0x\" is not a number"},
		{"1,0xg,r,4", "2:3 warning address \"0xg\" is not a number"},
		{"1,1__2,r,4", "2:3 warning address \"1__2\" is not a number"},
		{"0x100000000,2,r,4", "2:1 warning stream 0x100000000 does not fit in 32 bits"},
		{"1,0x10000000000000000,r,4", "2:3 warning address 0x10000000000000000 does not"},
		{"1,18446744073709551616,r,4", "2:3 warning address 18446744073709551616 does not"},
		{"1,17179869184G,r,4", "2:3 warning address 17179869184G does not fit in 64"},
		{"\"1,2,r,4", "2:1 warning the quote is not closed on its line"},
		{"1,\"2\"3,r,4", "2:6 warning text after a closing quote"},
		{"\"a\"\"b\",2,r,4", "2:1 warning stream \"a\"b\" is not a number"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[256];
		struct list list;
		struct seen seen;

		snprintf(text, sizeof(text), HEAD "%s\n7,8,w,\n", rows[i].text);
		cr_expect_eq(read_list(&list, text, &seen), 0, "%s", rows[i].text);
		cr_expect_eq(strncmp(seen.text, rows[i].want, strlen(rows[i].want)), 0, "%s: %s",
			     rows[i].text, seen.text);
		cr_expect_str_eq(seen.line, rows[i].text);
		cr_expect_eq(seen.count, 1, "%s", rows[i].text);
		cr_expect_eq(list.count, 1, "%s", rows[i].text);
		cr_expect_eq(list.record[0].line, 3);
		cr_expect_eq(list.record[0].time_ns, 0, "unreadable lines take no number");
	}
}

Test(trace, numbers_at_their_limits)
{
	static const struct {
		const char *text;
		uint64_t want;
	} rows[] = {
		{"0xffffffffffffffff", UINT64_MAX},
		{"0XFFFFffffFFFFffff", UINT64_MAX},
		{"18446744073709551615", UINT64_MAX},
		{"9999999999999999999", 9999999999999999999u},
		{"00000000000000000000000012", 12},
		{"0x00000000000000000000001f", 31},
		{"0", 0},
		{" 12 ", 12},
		{"\"12\"", 12},
		{"16777215T", 16777215u * (UINT64_C(1) << 40)},
		{"1_000", 1000},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[256];
		struct list list;
		struct seen seen;

		snprintf(text, sizeof(text), HEAD "1,%s,r,4\n", rows[i].text);
		cr_expect_eq(read_list(&list, text, &seen), 0);
		cr_assert_eq(list.count, 1, "%s: %s", rows[i].text, seen.text);
		cr_expect_eq(list.record[0].txn.address, rows[i].want, "%s", rows[i].text);
	}
}

Test(trace, ops_that_lack_something)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"command,,,,,", "data is missing, which command needs"},
		{"tlbi,,,,,", "data is missing"},
		{"poke,1,,,,", "data is missing"},
		{"poke,,,,,00", "address is missing, which poke needs"},
		{"poke,1,,,,0", "data \"0\" is not hex digits, two a byte"},
		{"poke,1,,,,0x00", "data \"0x00\" is not hex digits"},
		{"command,,,,,1", "data \"1\" is not two 64-bit words"},
		{"command,,,,,1 2 3", "data \"1 2 3\" is not two 64-bit words"},
		{"command,,,,,1 0x10000000000000000", "data \"1 0x1"},
		{"mmio,1,4,,,", "access is missing"},
		{"mmio,1,,r,,", "size is missing"},
		{"mmio,1,2,r,,", "size 2: a register access has 4 or 8"},
		{"mmio,1,4,rw,,", "a register access is r or w"},
		{"mmio,1,4,x,,", "a register access is r or w"},
		{"mmio,1,4,w,,", "a register write needs data"},
		{"mmio,1,4,w,,zz", "data \"zz\" is not a number"},
		{"mmio,1,4,w,,0x100000000", "data 0x100000000 does not fit in 4 bytes"},
		{"ats-request,1,,r,,", "stream is missing, which ats-request needs"},
		{"map,1,,,,", "size is missing, which map needs"},
		{"unmap,1,,,,", "size is missing, which unmap needs"},
		{"command,,,,root,1 2", "security root is for mmio and poke only"},
		{"peek,1,,,,", "op \"peek\" is none of access, "},
		{"poke,1,,,q,00", "security \"q\" is none of ns, s, realm"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[256];
		struct list list;
		struct seen seen;

		snprintf(text, sizeof(text), "op,address,size,access,security,data\n%s\n",
			 rows[i].text);
		cr_expect_eq(read_list(&list, text, &seen), 0, "%s", rows[i].text);
		cr_expect_not_null(strstr(seen.text, rows[i].want), "%s: %s", rows[i].text,
				   seen.text);
		cr_expect_eq(list.count, 0, "%s", rows[i].text);
	}
}

Test(trace, headers)
{
	static const struct {
		const char *text;
		int want;
		const char *message;
	} rows[] = {
		{"", SMMU_E_SYNTAX, "no header line"},
		{"\n# only a comment\n", SMMU_E_SYNTAX, "no header line"},
		{HEAD, 0, ""},
		{"stream,address,access", 0, ""},
		{"\xef\xbb\xbfstream,address,access\n", 0, ""},
		{"op,data\n", 0, ""},
		{"x-a,x-b,op,x-c,x-a\n", 0, ""},
		{"stream,adress,access\n", SMMU_E_UNKNOWN,
		 "1:8 error unknown column \"adress\"; did you mean \"address\"?"},
		{"stream,address,access,zzzzzzzz\n", SMMU_E_UNKNOWN,
		 "1:23 error unknown column \"zzzzzzzz\" (own columns begin with x-)"},
		{"stream,,access\n", SMMU_E_UNKNOWN, "1:8 error unknown column \"\""},
		{"stream,address,access,perm\n", SMMU_E_CONFLICT,
		 "1:23 error the column access is given twice"},
		{"stream,access\n", SMMU_E_INVALID, "the header names no column address"},
		{"\"stream,address\n", SMMU_E_SYNTAX, "1:1 error the quote is not closed"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct list list;
		struct seen seen;

		cr_expect_eq(read_list(&list, rows[i].text, &seen), rows[i].want, "%s",
			     rows[i].text);
		cr_expect_eq(list.count, 0);
		cr_expect_not_null(strstr(seen.text, rows[i].message), "%s: %s", rows[i].text,
				   seen.text);
		cr_expect_eq(seen.count, rows[i].want != 0);
	}
}

Test(trace, json_lines_that_cannot_be_read)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"{", "2:2 warning a key in quotes is wanted here"},
		{"{\"stream\"", "2:10 warning a colon is wanted here"},
		{"{\"stream\":1", "2:12 warning a comma or } is wanted here"},
		{"{\"stream\":1,}", "2:13 warning a key in quotes"},
		{"{\"stream", "2:2 warning the string is not closed on its line"},
		{"{\"stream\":}", "2:11 warning a value is a string or an integer from 0"},
		{"{\"stream\":-1}", "2:11 warning a value is a string or an integer from 0"},
		{"{\"stream\":1.0}", "2:11 warning a value is"},
		{"{\"stream\":0x10}", "2:11 warning a value is"},
		{"{\"stream\":010}", "2:11 warning a value is"},
		{"{\"stream\":[1]}", "2:11 warning a value is"},
		{"{\"stream\":\"x\"}", "2:11 warning stream \"x\" is not a number"},
		{"{\"streem\":1}", "2:3 warning unknown key \"streem\"; did you mean \"stream\"?"},
		{"{\"stream\":1,\"stream\":1}", "2:14 warning stream is given twice"},
		{"{\"access\":\"r\",\"perm\":\"r\"}", "2:16 warning access is given twice"},
		{"{\"stream\":1} x", "2:14 warning text after the object"},
		{"[1]", "2:1 warning an object on each line is wanted"},
		{"{\"data\":\"\\q\"}", "2:11 warning no such escape"},
		{"{\"data\":\"\\u12\"}", "2:12 warning \\u needs four hex digits"},
		{"{\"data\":\"a\tb\"}", "2:11 warning a control character in a string"},
		{"{}", "2:1 warning stream is missing, which access needs"},
		{"{\"x-a\":[}", "warning stream is missing"},
		{"{\"privileged\":2}", "2:15 warning privileged \"2\" is neither 0 nor 1"},
	};
	static const char first[] = "{\"stream\":1,\"address\":2,\"access\":\"r\"}";

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[256];
		struct list list;
		struct seen seen;

		snprintf(text, sizeof(text), "%s\n%s\n%s\n", first, rows[i].text, first);
		if (!strcmp(rows[i].text, "{\"x-a\":[}"))
			continue; /* brackets of foreign values are counted, not matched */
		cr_expect_eq(read_list(&list, text, &seen), 0, "%s", rows[i].text);
		cr_expect_eq(strncmp(seen.text, rows[i].want, strlen(rows[i].want)), 0, "%s: %s",
			     rows[i].text, seen.text);
		cr_expect_str_eq(seen.line, rows[i].text);
		cr_expect_eq(list.count, 2, "%s", rows[i].text);
	}
}

Test(trace, strict_ends_at_the_first_bad_line)
{
	static const char text[] = HEAD "1,2,r,4\n1,2,q,4\n1,2,r,4\n";
	struct smmu_trace_options strict = {.strict = true};
	struct list list = {.count = 0};
	struct seen seen;
	uint64_t skipped = 0;

	cr_expect_eq(read_all(text, strlen(text), &strict, 64, keep, &list, &seen, &skipped),
		     SMMU_E_INVALID);
	cr_expect_eq(list.count, 1);
	cr_expect_eq(skipped, 1);
	cr_expect_eq(strncmp(seen.text, "3:5 error access \"q\"", 20), 0, "%s", seen.text);
	list.count = 0;
	cr_expect_eq(read_all(text, strlen(text), NULL, 64, keep, &list, &seen, &skipped), 0);
	cr_expect_eq(list.count, 2);
	cr_expect_eq(skipped, 1);
}

Test(trace, a_line_without_end_is_given_up)
{
	size_t size = 3 << 20, n;
	char *text = malloc(size + 100);
	struct list list = {.count = 0};
	struct seen seen;
	uint64_t skipped = 0;

	n = (size_t)sprintf(text, HEAD "1,2,r,4\n");
	memset(text + n, 'a', size - n);
	n = size + (size_t)sprintf(text + size, "\n5,6,w,8\n");
	cr_expect_eq(read_all(text, n, NULL, 64, keep, &list, &seen, &skipped), 0);
	cr_expect_eq(skipped, 1);
	cr_expect_eq(list.count, 2);
	cr_expect_eq(list.record[1].txn.stream, 5);
	cr_expect_eq(list.record[1].line, 4);
	cr_expect_not_null(strstr(seen.text, "3:1 warning the line is longer than 1 MiB"));
	free(text);
}

static void count(void *ctx, const struct smmu_trace *trace, const struct smmu_record *record)
{
	uint64_t *sum = ctx;

	(void)trace;
	sum[0]++;
	sum[1] += record->txn.address;
	cr_assert_eq(record->line, sum[0] + 1);
	cr_assert_eq(record->time_ns, sum[0] - 1);
}

Test(trace, blocks_do_not_show)
{
	enum { LINES = 100000 };
	char *text = malloc(LINES * 32);
	size_t n = (size_t)sprintf(text, HEAD);
	uint64_t want = 0;
	struct seen seen;

	for (uint64_t i = 0; i < LINES; i++) {
		n += (size_t)sprintf(text + n, "0x%llx,0x%llx,r,64\n", (unsigned long long)i % 7,
				     (unsigned long long)(i * i));
		want += i * i;
	}
	for (size_t batch = 1; batch <= 64; batch += 21) {
		uint64_t sum[2] = {0, 0};

		cr_expect_eq(read_all(text, n, NULL, batch, count, sum, &seen, NULL), 0);
		cr_expect_eq(sum[0], LINES);
		cr_expect_eq(sum[1], want);
	}
	free(text);
}

/*
 * A trace cut anywhere gives the records before the cut, and no more than one
 * complaint: that the line cannot be read, or that it may be half of one.
 */
static void cut_everywhere(const char *text)
{
	size_t size = strlen(text);

	for (size_t cut = 0; cut <= size; cut++) {
		char *copy = malloc(cut + 1); /* of the exact size, for the sanitizer */
		struct list list = {.count = 0};
		struct seen seen;
		size_t lines = 0;
		uint64_t skipped = 0;
		int err;

		memcpy(copy, text, cut);
		for (size_t i = 0; i < cut; i++)
			lines += text[i] == '\n';
		err = read_all(copy, cut, NULL, 5, keep, &list, &seen, &skipped);
		cr_expect(err == 0 || list.count == 0, "cut at %zu", cut);
		cr_expect_leq(list.count, lines + 1);
		if (!err)
			cr_expect_eq(seen.count, skipped + (strstr(seen.text, "no end") != NULL));
		cr_expect_leq(seen.count, 1, "cut at %zu: %s", cut, seen.text);
		free(copy);
	}
}

Test(trace, truncation)
{
	cut_everywhere(every_csv);
	cut_everywhere(every_jsonl);
}

/* Bytes changed at random: any outcome, but no crash and every line accounted for. */
Test(trace, damage)
{
	static const char *const texts[] = {every_csv, every_jsonl};
	uint64_t random = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		const char *text = texts[round % 2];
		size_t size = strlen(text);
		char *copy = malloc(size);
		struct list list = {.count = 0};
		struct seen seen;

		memcpy(copy, text, size);
		for (int i = 0; i < 3; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			copy[random % size] = "\n\",\\{}[]:0x#\r \0\377"[(random >> 32) % 17];
		}
		read_all(copy, size, NULL, 7, keep, &list, &seen, NULL);
		free(copy);
	}
}

Test(trace, data)
{
	uint64_t words[2];
	uint8_t bytes[4] = {0};
	size_t n;
	uint32_t index;
	bool last;

	cr_expect_eq(smmu_data_words(words, "0x46  0xffffffffffffffff ", 25), 0);
	cr_expect(words[0] == 0x46 && words[1] == UINT64_MAX);
	cr_expect_eq(smmu_data_words(words, "", 0), SMMU_E_SYNTAX);
	cr_expect_eq(smmu_data_bytes(bytes, &n, 2, "00fFa5", 6), 0);
	cr_expect(n == 3 && bytes[1] == 0xff && bytes[2] == 0);
	cr_expect_eq(smmu_data_prg(&index, &last, "511", 3), 0);
	cr_expect(index == 511 && !last);
	cr_expect_eq(smmu_data_prg(&index, &last, "0x1f L", 6), 0);
	cr_expect(index == 31 && last);
	cr_expect_eq(smmu_data_prg(&index, &last, "512", 3), SMMU_E_RANGE);
	cr_expect_eq(smmu_data_prg(&index, &last, "L", 1), SMMU_E_SYNTAX);
}
