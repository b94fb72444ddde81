/*
 * Option tables: parsing over getopt_long, whose letters and long names are
 * derived from the rows.
 */
#include "opt.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Long options are numbered from here, above every letter. */
enum { LONG_BASE = 256, LONG_UNKNOWN = '?', LONG_NO_VALUE = ':', PLAIN_WORD = 1 };

struct target {
	const struct cli_opt *opt; /* with aliases resolved */
	char *args;
};

struct parser {
	struct smmu_diag *diag;
	int error;
	size_t count; /* of named rows in both sets */
	struct target *targets;
	struct option *longs;
	const char **names;
	struct smmu_buf letters;
	const char **words; /* positional */
	size_t words_count;
	struct target may;    /* a STR_MAY that had no =VALUE, */
	const char *may_word; /* and what stood behind it */
	size_t may_at;
};

size_t cli_opt_count(const struct cli_opt *opts)
{
	size_t n = 0;

	while (opts && opts[n].kind != CLI_OPT_END)
		n++;
	return n;
}

bool cli_opt_is_positional(const struct cli_opt *opt)
{
	return opt->kind == CLI_OPT_POS || opt->kind == CLI_OPT_POS_MAY ||
	       opt->kind == CLI_OPT_POS_REST;
}

static void fail(struct parser *p, int error)
{
	if (!p->error)
		p->error = error;
}

#define FAIL(p, ...) fail(p, smmu_diag_error((p)->diag, NULL, SMMU_E_USAGE, __VA_ARGS__))

static void set_initial(const struct cli_opt_set *set)
{
	for (size_t i = 0; i < cli_opt_count(set->opts); i++) {
		const struct cli_opt *opt = &set->opts[i];
		char *member = (char *)set->args + opt->offset;

		if (opt->kind == CLI_OPT_U64 || opt->kind == CLI_OPT_ID)
			*(struct cli_u64 *)member = (struct cli_u64){opt->initial, false};
		else if (opt->kind == CLI_OPT_ENUM)
			*(int *)member = (int)opt->initial;
	}
}

static const struct cli_opt *resolve(const struct cli_opt *opts, const struct cli_opt *opt)
{
	if (opt->kind != CLI_OPT_ALIAS)
		return opt;
	for (size_t i = 0; i < cli_opt_count(opts); i++)
		if (opts[i].kind != CLI_OPT_ALIAS && !strcmp(opts[i].name, opt->target))
			return &opts[i];
	return opt;
}

static void add_rows(struct parser *p, const struct cli_opt_set *set)
{
	for (size_t i = 0; i < cli_opt_count(set->opts); i++) {
		const struct cli_opt *row = &set->opts[i];
		const struct cli_opt *opt = resolve(set->opts, row);
		int has_value = opt->kind == CLI_OPT_FLAG      ? no_argument
				: opt->kind == CLI_OPT_STR_MAY ? optional_argument
							       : required_argument;

		if (cli_opt_is_positional(row))
			continue;
		p->targets[p->count] = (struct target){opt, set->args};
		p->names[p->count] = row->name;
		p->longs[p->count] = (struct option){
			.name = row->name, .has_arg = has_value, .val = LONG_BASE + (int)p->count};
		p->count++;
		if (row->letter)
			smmu_buf_printf(&p->letters, "%c%s", row->letter, has_value ? ":" : "");
	}
}

static int parser_init(struct parser *p, const struct cli_opt_set sets[2], int argc,
		       struct smmu_diag *diag)
{
	size_t rows = cli_opt_count(sets[0].opts) + cli_opt_count(sets[1].opts) + 1;

	*p = (struct parser){.diag = diag};
	p->targets = calloc(rows, sizeof(*p->targets));
	p->longs = calloc(rows, sizeof(*p->longs));
	p->names = calloc(rows, sizeof(*p->names));
	p->words = calloc((size_t)argc + 1, sizeof(*p->words));
	/* "-": a plain word is handed out in its place; ":": we report what is wrong */
	smmu_buf_puts(&p->letters, "-:");
	if (!p->targets || !p->longs || !p->names || !p->words || p->letters.failed)
		return smmu_diag_nomem(diag);
	add_rows(p, &sets[0]);
	add_rows(p, &sets[1]);
	return p->letters.failed ? smmu_diag_nomem(diag) : 0;
}

static void parser_fini(struct parser *p)
{
	free(p->targets);
	free(p->longs);
	free(p->names);
	free(p->words);
	smmu_buf_fini(&p->letters);
}

static void store_number(struct parser *p, const struct cli_opt *opt, struct cli_u64 *member,
			 const char *text)
{
	uint32_t bdf;
	int error = smmu_parse_u64(&member->value, text, strlen(text));

	if (error == SMMU_E_SYNTAX && opt->kind == CLI_OPT_ID &&
	    smmu_parse_bdf(&bdf, text, strlen(text)) == 0) {
		member->value = bdf;
		error = 0;
	}
	member->given = true;
	if (error == SMMU_E_RANGE)
		FAIL(p, "--%s: %s does not fit in 64 bits", opt->name, text);
	else if (error)
		FAIL(p, "--%s: \"%s\" is not a number%s", opt->name, text,
		     opt->kind == CLI_OPT_ID ? " nor a PCI address" : "");
}

static void store_choice(struct parser *p, const struct cli_opt *opt, int *member, const char *text)
{
	const char *names[32], *near;
	struct smmu_buf list = {0};
	size_t n = 0;

	for (const struct cli_choice *c = opt->choices; c->name; c++) {
		if (!strcmp(c->name, text)) {
			*member = c->value;
			smmu_buf_fini(&list);
			return;
		}
		if (n < SMMU_LEN(names))
			names[n++] = c->name;
		smmu_buf_printf(&list, "%s%s", list.size ? ", " : "", c->name);
	}
	FAIL(p, "--%s: \"%s\" is not one of %s", opt->name, text, smmu_buf_text(&list));
	near = smmu_nearest(text, strlen(text), names, n);
	if (near)
		smmu_diag_note(p->diag, NULL, "did you mean --%s %s?", opt->name, near);
	smmu_buf_fini(&list);
}

static void append(struct parser *p, struct cli_strings *list, const char *text)
{
	const char **item = realloc(list->item, (list->count + 1) * sizeof(*item));

	if (!item) {
		fail(p, smmu_diag_nomem(p->diag));
		return;
	}
	list->item = item;
	list->item[list->count++] = text;
}

static void store(struct parser *p, const struct target *target, const char *text)
{
	void *member = target->args + target->opt->offset;

	switch (target->opt->kind) {
	case CLI_OPT_FLAG:
		*(bool *)member = true;
		break;
	case CLI_OPT_U64:
	case CLI_OPT_ID:
		store_number(p, target->opt, member, text);
		break;
	case CLI_OPT_ENUM:
		store_choice(p, target->opt, member, text);
		break;
	case CLI_OPT_STRS:
	case CLI_OPT_POS_REST:
		append(p, member, text);
		break;
	case CLI_OPT_STR:
	case CLI_OPT_STR_MAY:
	case CLI_OPT_POS:
	case CLI_OPT_POS_MAY:
		*(const char **)member = text;
		break;
	case CLI_OPT_ALIAS:
	case CLI_OPT_END:
		break;
	}
}

static const struct target *by_letter(const struct parser *p, int letter)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->targets[i].opt->letter == letter)
			return &p->targets[i];
	return NULL;
}

static const struct target *by_code(const struct parser *p, int code)
{
	size_t index = code >= LONG_BASE ? (size_t)(code - LONG_BASE) : p->count;

	return index < p->count ? &p->targets[index] : by_letter(p, code);
}

/* A long option that getopt_long does not know, or knows twice by its prefix. */
static void unknown_long(struct parser *p, const char *word)
{
	size_t size = strcspn(word, "="), matches = 0;
	const char *near;

	for (size_t i = 0; i < p->count; i++)
		matches += !strncmp(p->names[i], word + 2, size - 2);
	if (matches > 1) {
		FAIL(p, "%.*s could be several options", (int)size, word);
		for (size_t i = 0; i < p->count; i++)
			if (!strncmp(p->names[i], word + 2, size - 2))
				smmu_diag_note(p->diag, NULL, "--%s is one", p->names[i]);
		return;
	}
	FAIL(p, "unknown option %.*s", (int)size, word);
	near = smmu_nearest(word + 2, size - 2, p->names, p->count);
	if (near)
		smmu_diag_note(p->diag, NULL, "did you mean --%s?", near);
}

static void unknown(struct parser *p, char *const *argv)
{
	const char *word = argv[optind - 1];
	const struct target *target = optopt ? by_code(p, optopt) : NULL;

	if (target)
		FAIL(p, "--%s takes no value", target->opt->name);
	else if (optopt)
		FAIL(p, "unknown option -%c", optopt);
	else
		unknown_long(p, word);
}

static void parse_words(struct parser *p, int argc, char *const *argv)
{
	int code;

	/* 0, not 1: makes getopt of every libc forget what it scanned before */
	optind = 0;
	opterr = 0;
	while ((code = getopt_long(argc, argv, p->letters.data, p->longs, NULL)) != -1) {
		const struct target *target;

		if (code == PLAIN_WORD) {
			p->words[p->words_count++] = optarg;
		} else if (code == LONG_UNKNOWN) {
			unknown(p, argv);
		} else if (code == LONG_NO_VALUE) {
			target = by_code(p, optopt);
			FAIL(p, "--%s needs a value", target ? target->opt->name : "?");
		} else {
			target = by_code(p, code);
			store(p, target, optarg ? optarg : "");
			if (target->opt->kind == CLI_OPT_STR_MAY && !optarg) {
				p->may = *target;
				p->may_word = argv[optind];
				p->may_at = p->words_count;
			}
		}
	}
	while (optind < argc)
		p->words[p->words_count++] = argv[optind++];
}

/* The word behind an option whose value may be left out is its value when no positional needs it.
 */
static void place_may(struct parser *p, const struct cli_opt_set *set)
{
	size_t wanted = 0;

	for (size_t i = 0; i < cli_opt_count(set->opts); i++)
		wanted += cli_opt_is_positional(&set->opts[i]);
	if (!p->may_word || p->words_count <= wanted || p->words[p->may_at] != p->may_word)
		return;
	store(p, &p->may, p->may_word);
	p->words_count--;
	for (size_t i = p->may_at; i < p->words_count; i++)
		p->words[i] = p->words[i + 1];
}

/* Hands the plain words to the positional rows in their order. */
static void place_words(struct parser *p, const struct cli_opt_set *set)
{
	size_t next = 0;

	for (size_t i = 0; i < cli_opt_count(set->opts); i++) {
		const struct target target = {&set->opts[i], set->args};

		if (!cli_opt_is_positional(target.opt))
			continue;
		if (target.opt->kind == CLI_OPT_POS && next == p->words_count)
			FAIL(p, "%s is missing: %s", target.opt->name, target.opt->help);
		while (next < p->words_count) {
			store(p, &target, p->words[next++]);
			if (target.opt->kind != CLI_OPT_POS_REST)
				break;
		}
	}
	if (next < p->words_count)
		FAIL(p, "unexpected argument \"%s\"", p->words[next]);
}

int cli_opt_parse(const struct cli_opt_set sets[2], int argc, char *const *argv,
		  struct smmu_diag *diag)
{
	struct parser p;
	int error = parser_init(&p, sets, argc, diag);

	set_initial(&sets[0]);
	set_initial(&sets[1]);
	if (!error) {
		parse_words(&p, argc, argv);
		if (!p.error)
			place_may(&p, &sets[0]);
		if (!p.error)
			place_words(&p, &sets[0]);
		error = p.error;
	}
	parser_fini(&p);
	return error;
}

void cli_opt_fini(const struct cli_opt_set *set)
{
	for (size_t i = 0; i < cli_opt_count(set->opts); i++) {
		const struct cli_opt *opt = &set->opts[i];

		if (opt->kind == CLI_OPT_STRS || opt->kind == CLI_OPT_POS_REST)
			free(((struct cli_strings *)((char *)set->args + opt->offset))->item);
	}
}
