/*
 * smmu decode KIND [WORD…|FILE…]
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/words.h"
#include "command.h"
#include "entry.h"
#include "logs.h"
#include "queue.h"

struct decode_args {
	const char *kind;
	struct cli_strings rest;
	int input;
	bool follow, queue;
	struct cli_u64 prod, cons;
	struct cli_entry_args entry;
};

static const struct cli_choice inputs[] = {
	{"auto", SMMU_WORDS_AUTO},
	{"raw", SMMU_WORDS_RAW},
	{"hex", SMMU_WORDS_HEX},
	{"xxd", SMMU_WORDS_XXD},
	{NULL, 0},
};

static const struct cli_opt decode_opts[] = {
	OPT_POS("KIND", struct decode_args, kind, "what the words are"),
	OPT_POS_REST("WORD|FILE", struct decode_args, rest,
		     "64-bit words, lowest first, or files of entries; - is standard input"),
	OPT_ENUM("input", struct decode_args, input, inputs, SMMU_WORDS_AUTO,
		 "form of the files, when it is not seen rightly"),
	OPT_FLAG("follow", struct decode_args, follow,
		 "log: go on as the file grows, is cut or replaced; until Ctrl-C, or a pipe ends"),
	OPT_FLAG("queue", struct decode_args, queue,
		 "command, event, pri: what stands in the queue of --system, from CONS to PROD"),
	OPT_U64("prod", struct decode_args, prod, "VALUE",
		"FILE is a whole queue: what stands in it up to this PROD, with --cons"),
	OPT_U64("cons", struct decode_args, cons, "VALUE", "and from this CONS"),
	CLI_ENTRY_OPTS(struct decode_args),
	OPT_END(),
};

/*
 * A WORD starts with 0x, or is a decimal number, or has 16 hex digits as a log
 * prints them; everything else is a FILE.
 */
static bool is_word(const char *text)
{
	size_t size = strlen(text), bad;
	uint64_t value;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return true;
	if (smmu_parse_u64(&value, text, size) != SMMU_E_SYNTAX)
		return true;
	return size == 16 && !smmu_parse_hex(&value, text, size, &bad);
}

/* index counts the words from 0. */
static int parse_word(uint64_t *value, const char *text, size_t index, unsigned word_bytes,
		      struct smmu_diag *diag)
{
	char name[32];
	struct smmu_place place = {name, 1, 1, text, strlen(text)};
	size_t bad;
	int r;

	snprintf(name, sizeof(name), "word %zu", index + 1);
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		r = smmu_parse_hex(value, text, place.text_len, &bad);
		place.col = r == SMMU_E_SYNTAX ? (uint32_t)bad + 1 : 1;
	} else if (place.text_len == 16) {
		r = smmu_parse_hex(value, text, place.text_len, &bad);
	} else {
		r = smmu_parse_u64(value, text, place.text_len);
	}
	if (r == SMMU_E_SYNTAX)
		return smmu_diag_error(diag, &place, r, "this is no hex digit");
	if (r || (word_bytes == 4 && *value > UINT32_MAX))
		return smmu_diag_error(diag, &place, SMMU_E_RANGE,
				       "the number has more than %u bits", word_bytes * 8);
	return 0;
}

/* One entry from the command line; a VMS may be given by its first 8 words. */
static int decode_words(struct cli_session *session, const struct smmu_show *show,
			const char *const *item, size_t count)
{
	uint64_t words[SMMU_ENTRY_WORDS_MAX] = {0};
	unsigned want = smmu_entry_words(show), bytes = smmu_entry_word_bytes(show);
	bool is_short = show->kind == SMMU_ENTRY_VMS && count == 8;
	int bad = 0;

	if (count != want && !is_short) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"one %s is %u word%s of %u bits, %zu %s given",
				smmu_entry_name(show->kind), want, want == 1 ? "" : "s", bytes * 8,
				count, count == 1 ? "is" : "are");
		return CLI_EXIT_TROUBLE;
	}
	for (size_t i = 0; i < count; i++)
		bad |= parse_word(&words[i], item[i], i, bytes, session->diag);
	if (bad || !cli_emit(session))
		return CLI_EXIT_TROUBLE;
	smmu_show_entry(session->emit, NULL, show, words, -1);
	return CLI_EXIT_OK;
}

static bool is_zero(const uint64_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (words[i])
			return false;
	return true;
}

/* What was held back: entries of zeros, of which a table or queue not in use has thousands. */
static void show_zeros(struct cli_session *session, const struct smmu_show *show, int64_t first,
		       int64_t end)
{
	static const uint64_t zeros[SMMU_ENTRY_WORDS_MAX];

	if (end == first + 1)
		smmu_show_entry(session->emit, NULL, show, zeros, first);
	else if (end > first)
		smmu_emit_heading(session->emit, "#%lld to #%lld: all zero", (long long)first,
				  (long long)end - 1);
}

static int decode_entries(struct cli_session *session, const struct smmu_show *show,
			  struct smmu_words *words, const char *name)
{
	bool fold = show->people && !session->verbose;
	uint64_t entry[SMMU_ENTRY_WORDS_MAX];
	unsigned count = smmu_entry_words(show);
	int64_t index = 0, shown = 0; /* entries from shown to index are zero */
	int r = 0;

	while (!cli_output_is_lost(session) &&
	       (r = smmu_words_next(entry, count, smmu_entry_word_bytes(show), words,
				    session->diag)) > 0) {
		if (!cli_emit(session))
			return CLI_EXIT_TROUBLE;
		if (!fold || !is_zero(entry, count)) {
			show_zeros(session, show, shown, index);
			smmu_show_entry(session->emit, NULL, show, entry, index);
			shown = index + 1;
		}
		index++;
	}
	if (shown < index)
		show_zeros(session, show, shown, index);
	if (index == 0 && r == 0 && !cli_output_is_lost(session)) {
		struct smmu_place place = {.file = name};

		smmu_diag_warn(session->diag, &place, "there are no words in it");
	}
	return r < 0 ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

static int decode_file(struct cli_session *session, const struct smmu_show *show, const char *path,
		       const struct decode_args *args)
{
	struct smmu_words *words = NULL;
	struct smmu_in *in = NULL;
	int status = CLI_EXIT_TROUBLE;

	if (!smmu_in_open(&in, path, session->diag) &&
	    !smmu_words_open(&words, in, (enum smmu_words_form)args->input, session->diag))
		status = args->prod.given ? cli_decode_dump(session, show, words, smmu_in_name(in),
							    args->prod.value, args->cons.value)
					  : decode_entries(session, show, words, smmu_in_name(in));
	smmu_words_close(words);
	smmu_in_close(in);
	return status;
}

/* The queue is known: of the Non-secure interface where nothing is said. */
static int decode_queue(struct cli_session *session, struct cli_entry *entry,
			const struct decode_args *args)
{
	if (args->rest.count || args->prod.given) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"--queue takes no WORDs, no FILEs and no --prod");
		return CLI_EXIT_TROUBLE;
	}
	entry->show.is_sec_unknown = false;
	return cli_decode_queue(session, &entry->show, args->entry.system, args->entry.smmu);
}

static int decode_run(struct cli_session *session, const void *raw)
{
	const struct decode_args *args = raw;
	struct cli_entry entry = {.show.people = session->format == SMMU_EMIT_TEXT};
	const struct smmu_show *show = &entry.show;
	const char *const *item = NULL;
	size_t first, count = 0, words = 0;
	int status = CLI_EXIT_OK;

	if (!strcasecmp(args->kind, "log"))
		return cli_decode_logs(session, &args->rest, args->follow);
	if (args->follow) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE, "--follow is for KIND log");
		return CLI_EXIT_TROUBLE;
	}
	if (cli_entry_prepare(&entry, &first, args->kind, &args->rest, &args->entry, session->diag))
		return CLI_EXIT_TROUBLE;
	if (args->prod.given != args->cons.given) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE, "--prod and --cons go together");
		return CLI_EXIT_TROUBLE;
	}
	if (args->queue)
		return decode_queue(session, &entry, args);
	if (args->rest.item) {
		item = args->rest.item + first;
		count = args->rest.count - first;
	}
	for (size_t i = 0; item && i < count; i++)
		words += is_word(item[i]);
	if (words && words == count && !args->prod.given)
		return decode_words(session, show, item, count);
	if (words) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"WORDs and FILEs cannot be mixed (a file may be ./%s)", item[0]);
		return CLI_EXIT_TROUBLE;
	}
	if (!count)
		return decode_file(session, show, "-", args);
	for (size_t i = 0; i < count && status == CLI_EXIT_OK; i++)
		status = decode_file(session, show, item[i], args);
	return status;
}

const struct cli_command cli_cmd_decode = {
	.name = "decode",
	.summary = "architected bytes to words",
	.synopsis = "KIND [WORD…|FILE…]",
	.about =
		"KIND is event, command, ste, cd, l1std, l1cd, vms, pri, register NAME, s1desc, "
		"s2desc, gpt, dpt, or log, the text of a kernel log in any form.\n"
		"WORDs are 64-bit values, lowest first; a register is one value, a VMS may be given "
		"by its first 8 words.  A FILE holds entries one after another: raw bytes, hex "
		"words, or xxd or hexdump -C output, plain or gzip.  Without either, standard input "
		"is read.\n"
		"Every field is shown, also of what is invalid; runs of entries that are all zero "
		"are one line in text, but with -v.  A field that means nothing in its "
		"record is shown as -, and in JSON named by \"invalid\".\n"
		"With --queue the entries between CONS and PROD of a queue of --system, by its "
		"registers and memory, numbered by their place in it; with --prod and --cons those "
		"of a FILE that holds all of a queue.\n"
		"Of several logs each is read by itself, and its name stands with every item.\n"
		"What is illegal is said as for an SMMU with every feature, unless --system or --id "
		"tell which it is.",
	.examples =
		"smmu decode event 0x0000010000000010 0x0000020000000000 0x40001000 0\tone record\n"
		"smmu decode command --format jsonl cmdq.bin.gz\ta queue, one command a line\n"
		"smmu decode command --queue --system captured.yaml\twhat is not consumed yet\n"
		"smmu decode register SMMU_IDR0 0x0d44101b\ta register\n"
		"dmesg | smmu decode log\tevery event and message of an SMMU in a kernel log\n"
		"smmu decode s2desc --level 2 0x004000004000077d\ta stage 2 descriptor\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = decode_opts,
	.args_size = sizeof(struct decode_args),
	.run = decode_run,
};
