/* The tree of a YAML document, its marks, and what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/yaml.h"

struct seen {
	unsigned count;
	int code; /* of the first error */
	unsigned line, col;
	char message[256];
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;

	if (record->severity != SMMU_ERROR || seen->count++)
		return;
	seen->code = record->code;
	seen->line = record->at ? record->at->line : 0;
	seen->col = record->at ? record->at->col : 0;
	snprintf(seen->message, sizeof(seen->message), "%s", record->message);
}

static struct smmu_yaml *parse(struct seen *seen, int *rc, const char *text, size_t size)
{
	struct smmu_diag diag = {.report = see, .ctx = seen};
	struct smmu_yaml *doc = NULL;
	char *bytes = malloc(size + 1);

	cr_assert_not_null(bytes);
	memcpy(bytes, text, size);
	bytes[size] = '\0';
	*seen = (struct seen){0};
	*rc = smmu_yaml_parse(&doc, "t.yaml", bytes, size, &diag);
	return doc;
}

Test(sys_yaml, marks)
{
	static const char text[] = "a: 1\nb:\n  - x\n  - \"y z\"\r\nc: {d: e}\n";
	static const struct {
		const char *row, *key;
		uint8_t kind;
		unsigned line, col;
		const char *shown;
	} rows[] = {
		{"plain scalar", "a", SMMU_YAML_SCALAR, 1, 4, "a: 1"},
		{"block sequence", "b", SMMU_YAML_SEQUENCE, 3, 3, "  - x"},
		{"flow mapping", "c", SMMU_YAML_MAPPING, 5, 4, "c: {d: e}"},
	};
	struct seen seen;
	int rc;
	struct smmu_yaml *doc = parse(&seen, &rc, text, sizeof(text) - 1);
	const struct smmu_yaml_node *top;

	cr_assert_eq(rc, 0, "%s", seen.message);
	top = smmu_yaml_root(doc);
	cr_assert_eq(top->kind, SMMU_YAML_MAPPING);
	cr_expect_eq(top->count, 3);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_yaml_node *node = smmu_yaml_get(top, rows[i].key);
		struct smmu_place at;

		cr_assert_not_null(node, "%s", rows[i].row);
		at = smmu_yaml_place(doc, node->at);
		cr_expect_eq(node->kind, rows[i].kind, "%s", rows[i].row);
		cr_expect_eq(at.line, rows[i].line, "%s: line %u", rows[i].row, at.line);
		cr_expect_eq(at.col, rows[i].col, "%s: column %u", rows[i].row, at.col);
		cr_expect_eq(at.text_len, strlen(rows[i].shown), "%s", rows[i].row);
		cr_expect(!memcmp(at.text, rows[i].shown, at.text_len), "%s", rows[i].row);
	}
	cr_expect_null(smmu_yaml_get(top, "d"));
	/* the end of a line is not part of it, be it CR-LF */
	cr_expect_eq(smmu_yaml_place(doc, (struct smmu_mark){4, 1}).text_len, 9);
	smmu_yaml_free(doc);
}

Test(sys_yaml, scalars)
{
	static const char text[] = "[plain, 'q', \"\", ~, \"a\\0b\"]";
	struct seen seen;
	int rc;
	struct smmu_yaml *doc = parse(&seen, &rc, text, sizeof(text) - 1);
	const struct smmu_yaml_node *top;

	cr_assert_eq(rc, 0);
	top = smmu_yaml_root(doc);
	cr_assert_eq(top->count, 5);
	cr_expect(top->items[0].plain);
	cr_expect_str_eq(top->items[0].text, "plain");
	cr_expect_not(top->items[1].plain);
	cr_expect_eq(top->items[2].count, 0);
	cr_expect_eq(top->items[4].count, 3);
	smmu_yaml_free(doc);
}

Test(sys_yaml, aliases_share)
{
	static const char text[] = "a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n";
	struct seen seen;
	int rc;
	struct smmu_yaml *doc = parse(&seen, &rc, text, sizeof(text) - 1);
	const struct smmu_yaml_node *top;

	cr_assert_eq(rc, 0, "%s", seen.message);
	top = smmu_yaml_root(doc);
	cr_expect_eq(smmu_yaml_get(top, "a")->items, smmu_yaml_get(top, "b")->items);
	cr_expect_eq(smmu_yaml_get(top, "b")->at.line, 1, "where it was written");
	cr_expect_str_eq(smmu_yaml_get(top, "d")->text, "3", "an anchor may be given again");
	smmu_yaml_free(doc);
}

Test(sys_yaml, empty)
{
	static const char *const texts[] = {"", "\n", "# nothing\n"};

	for (size_t i = 0; i < SMMU_LEN(texts); i++) {
		struct seen seen;
		int rc;
		struct smmu_yaml *doc = parse(&seen, &rc, texts[i], strlen(texts[i]));

		cr_assert_eq(rc, 0, "%zu: %s", i, seen.message);
		cr_expect_null(smmu_yaml_root(doc), "%zu", i);
		smmu_yaml_free(doc);
	}
}

#define TEXT(text) text, sizeof(text) - 1

Test(sys_yaml, refused)
{
	static const struct {
		const char *row, *text;
		size_t size;
		int code;
		unsigned line, col, count;
	} rows[] = {
		{"unbalanced", TEXT("a: [1\nb: 2\n"), SMMU_E_SYNTAX, 2, 2, 1},
		{"tab as indentation", TEXT("a:\n\tb: 1\n"), SMMU_E_SYNTAX, 2, 1, 1},
		{"control character", TEXT("a: b\na: \x01\n"), SMMU_E_SYNTAX, 2, 4, 1},
		{"NUL", TEXT("a: 1\nb: \0\n"), SMMU_E_SYNTAX, 2, 4, 1},
		{"Latin-1", TEXT("a: 1\nb: \xe4\n"), SMMU_E_SYNTAX, 2, 4, 1},
		{"column counts characters", TEXT("b: \xc3\xa4\xff\n"), SMMU_E_SYNTAX, 1, 5, 1},
		{"overlong", TEXT("\xc0\xaf"), SMMU_E_SYNTAX, 1, 1, 1},
		{"surrogate", TEXT("\xed\xa0\x80"), SMMU_E_SYNTAX, 1, 1, 1},
		{"beyond U+10FFFF", TEXT("\xf4\x90\x80\x80"), SMMU_E_SYNTAX, 1, 1, 1},
		{"cut sequence", TEXT("\xe2\x80"), SMMU_E_SYNTAX, 1, 1, 1},
		{"UTF-16", TEXT("\xff\xfe\x61\x00"), SMMU_E_SYNTAX, 0, 0, 1},
		{"second document", TEXT("a: 1\n---\nb: 1\n"), SMMU_E_INVALID, 2, 1, 1},
		{"tags", TEXT("a: !!int 1\nb: !x [1]\n"), SMMU_E_INVALID, 1, 4, 2},
		{"key is a list", TEXT("[a]: 1\n"), SMMU_E_INVALID, 1, 1, 1},
		{"alias of a list as key", TEXT("a: &x [1]\n*x : 1\n"), SMMU_E_INVALID, 2, 1, 1},
		{"key twice", TEXT("a: 1\nb: 2\na: 3\n"), SMMU_E_CONFLICT, 3, 1, 1},
		{"key three times", TEXT("{a: 1, a: 2, a: 3}"), SMMU_E_CONFLICT, 1, 8, 2},
		{"quoted is the same key", TEXT("{a: 1, 'a': 2}"), SMMU_E_CONFLICT, 1, 8, 1},
		{"unknown anchor", TEXT("a: *x\n"), SMMU_E_UNKNOWN, 1, 4, 1},
		{"alias in its anchor", TEXT("a: &x {b: *x}\n"), SMMU_E_INVALID, 1, 11, 1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct seen seen;
		int rc;
		struct smmu_yaml *doc = parse(&seen, &rc, rows[i].text, rows[i].size);

		cr_expect_null(doc, "%s", rows[i].row);
		cr_expect_eq(rc, rows[i].code, "%s: %d", rows[i].row, rc);
		cr_expect_eq(seen.code, rows[i].code, "%s: %s", rows[i].row, seen.message);
		cr_expect_eq(seen.count, rows[i].count, "%s: %u errors", rows[i].row, seen.count);
		cr_expect_eq(seen.line, rows[i].line, "%s: line %u", rows[i].row, seen.line);
		cr_expect_eq(seen.col, rows[i].col, "%s: column %u", rows[i].row, seen.col);
	}
}

static void append(char *text, size_t *used, const char *more)
{
	strcpy(text + *used, more);
	*used += strlen(more);
}

Test(sys_yaml, depth)
{
	static const struct {
		const char *row;
		unsigned depth;
		int rc;
	} rows[] = {{"as deep as it may be", SMMU_YAML_DEPTH_MAX, 0},
		    {"one deeper", SMMU_YAML_DEPTH_MAX + 1, SMMU_E_LIMIT},
		    {"far deeper", 900, SMMU_E_LIMIT}};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[2000] = "";
		struct seen seen;
		size_t used = 0;
		int rc;

		for (unsigned d = 0; d < rows[i].depth; d++)
			append(text, &used, "[");
		for (unsigned d = 0; d < rows[i].depth; d++)
			append(text, &used, "]");
		smmu_yaml_free(parse(&seen, &rc, text, used));
		cr_expect_eq(rc, rows[i].rc, "%s: %d %s", rows[i].row, rc, seen.message);
	}
}

/* Ten lists of ten aliases each: 10^n nodes from n lines. */
Test(sys_yaml, expansion)
{
	static const struct {
		const char *row;
		unsigned lines;
		int rc;
	} rows[] = {{"a hundred thousand nodes", 4, 0}, {"ten million", 7, SMMU_E_LIMIT}};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[4000] = "", line[64];
		struct seen seen;
		size_t used = 0;
		int rc;

		append(text, &used, "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
		for (unsigned n = 1; n <= rows[i].lines; n++) {
			snprintf(line, sizeof(line), "a%u: &a%u [", n, n);
			append(text, &used, line);
			for (unsigned k = 0; k < 10; k++) {
				snprintf(line, sizeof(line), "%s*a%u", k ? ", " : "", n - 1);
				append(text, &used, line);
			}
			append(text, &used, "]\n");
		}
		smmu_yaml_free(parse(&seen, &rc, text, used));
		cr_expect_eq(rc, rows[i].rc, "%s: %d %s", rows[i].row, rc, seen.message);
	}
}
