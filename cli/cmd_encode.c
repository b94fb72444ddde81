/*
 * smmu encode KIND [TYPE] FIELD=VALUE…
 */
#include <string.h>

#include "base/bits.h"
#include "command.h"
#include "entry.h"
#include "spec/encode.h"

struct encode_args {
	const char *kind;
	struct cli_strings rest;
	bool raw;
	struct cli_entry_args entry;
};

static const struct cli_opt encode_opts[] = {
	OPT_POS("KIND", struct encode_args, kind, "what to make"),
	OPT_POS_REST("TYPE|FIELD=VALUE", struct encode_args, rest,
		     "the type or register where the kind has several, then its fields"),
	OPT_FLAG("raw", struct encode_args, raw, "write bytes, little-endian, not hex words"),
	CLI_ENTRY_OPTS(struct encode_args),
	OPT_END(),
};

/* A VMS has nothing behind its first words. */
static unsigned shown_words(const struct smmu_show *show)
{
	return show->kind == SMMU_ENTRY_VMS ? 8 : smmu_entry_words(show);
}

static int write_raw(struct cli_session *session, const struct smmu_show *show,
		     const uint64_t *words)
{
	unsigned bytes = smmu_entry_word_bytes(show);
	uint8_t word[8];

	if (session->format != SMMU_EMIT_TEXT) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE, "--raw has no --format");
		return CLI_EXIT_TROUBLE;
	}
	if (!cli_out(session))
		return CLI_EXIT_TROUBLE;
	for (unsigned i = 0; i < smmu_entry_words(show); i++) {
		smmu_st64le(word, words[i]);
		smmu_out_write(session->out, word, bytes);
	}
	return CLI_EXIT_OK;
}

static int write_line(struct cli_session *session, const struct smmu_show *show,
		      const uint64_t *words)
{
	unsigned digits = 2 * smmu_entry_word_bytes(show);

	if (!cli_out(session))
		return CLI_EXIT_TROUBLE;
	for (unsigned i = 0; i < shown_words(show); i++)
		smmu_out_printf(session->out, "%s0x%0*llx", i ? " " : "", (int)digits,
				(unsigned long long)words[i]);
	smmu_out_puts(session->out, "\n");
	return CLI_EXIT_OK;
}

static void emit_problem(void *ctx, const char *sentence)
{
	smmu_emit_str(ctx, NULL, sentence);
}

static int write_data(struct cli_session *session, const struct smmu_show *show,
		      const uint64_t *words)
{
	struct smmu_emit *emit = cli_emit(session);

	if (!emit)
		return CLI_EXIT_TROUBLE;
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "type", smmu_show_type(show, words));
	smmu_emit_array(emit, "words");
	for (unsigned i = 0; i < shown_words(show); i++)
		smmu_emit_hex(emit, NULL, words[i], 2 * smmu_entry_word_bytes(show));
	smmu_emit_end(emit);
	if (smmu_show_problems(show, words, NULL, NULL)) {
		smmu_emit_array(emit, "problems");
		smmu_show_problems(show, words, emit_problem, emit);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	return CLI_EXIT_OK;
}

static void warn(void *ctx, const char *sentence)
{
	smmu_diag_warn(ctx, NULL, "%s", sentence);
}

/* The type stands before the fields; *first is where those start. */
static int take_type(const char **type, size_t *first, const struct smmu_show *show,
		     const struct cli_strings *rest, struct smmu_diag *diag)
{
	*type = NULL;
	if (!smmu_encode_has_types(show->kind))
		return 0;
	if (rest->count <= *first || strchr(rest->item[*first], '='))
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "\"%s\" needs the type of one before its fields",
				       smmu_entry_name(show->kind));
	*type = rest->item[(*first)++];
	return 0;
}

static int encode_run(struct cli_session *session, const void *raw)
{
	const struct encode_args *args = raw;
	struct cli_entry entry = {.show.people = session->format == SMMU_EMIT_TEXT};
	const struct smmu_show *show = &entry.show;
	uint64_t words[SMMU_ENTRY_WORDS_MAX];
	const char *type;
	size_t first;

	if (cli_entry_prepare(&entry, &first, args->kind, &args->rest, &args->entry,
			      session->diag) ||
	    take_type(&type, &first, show, &args->rest, session->diag) ||
	    smmu_encode(words, show, type, args->rest.item ? args->rest.item + first : NULL,
			args->rest.count - first, session->diag))
		return CLI_EXIT_TROUBLE;
	if (show->people)
		smmu_show_problems(show, words, warn, session->diag);
	if (args->raw)
		return write_raw(session, show, words);
	return show->people ? write_line(session, show, words) : write_data(session, show, words);
}

const struct cli_command cli_cmd_encode = {
	.name = "encode",
	.summary = "named fields to architected words, the inverse of decode",
	.synopsis = "KIND [TYPE] FIELD=VALUE…",
	.about = "KIND is event, command, ste, cd, l1std, l1cd, vms, pri, register NAME, s1desc, "
		 "s2desc, gpt or dpt; events, commands and descriptors have a TYPE, such as "
		 "F_TRANSLATION, CMD_CFGI_STE or page.  Fields are called as decode calls them, "
		 "and are 0 when left out.  A VALUE is a number or the name of an encoding; an "
		 "array takes a list of values with commas, FIELD[N] is one element.\n"
		 "Gives 64-bit words, lowest first.  What would be illegal is warned of.",
	.examples = "smmu encode command CMD_CFGI_STE StreamID=0x100 Leaf=1\ta command\n"
		    "smmu encode ste V=1 Config=s1 S1ContextPtr=0x90040\tan STE\n"
		    "smmu encode register SMMU_CR0 SMMUEN=1 CMDQEN=1\ta register\n"
		    "smmu encode s1desc page OA=0x40001000 AF=1 SH=3 --raw -o pte.bin\tbytes\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = encode_opts,
	.args_size = sizeof(struct encode_args),
	.run = encode_run,
};
