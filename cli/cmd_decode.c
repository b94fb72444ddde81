/*
 * smmu decode KIND [WORD…|FILE…]
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "command.h"
#include "explain/log.h"
#include "spec/show.h"

struct decode_args {
	const char *kind;
	struct cli_strings rest;
	int input;
	const char *granule;
	const char *level;
	int ds;
	struct cli_u64 oas;
	int security;
	bool d128, lpae;
	bool pie, poe, aie, the, pnch, fwb, mec;
};

static const struct cli_choice inputs[] = {
	{"auto", SMMU_WORDS_AUTO},
	{"raw", SMMU_WORDS_RAW},
	{"hex", SMMU_WORDS_HEX},
	{"xxd", SMMU_WORDS_XXD},
	{NULL, 0},
};

static const struct cli_choice bits[] = {{"0", 0}, {"1", 1}, {NULL, 0}};

static const struct cli_choice securities[] = {
	{"ns", SMMU_SEC_NS},	 {"s", SMMU_SEC_S}, {"realm", SMMU_SEC_REALM},
	{"root", SMMU_SEC_ROOT}, {NULL, 0},
};

static const struct cli_opt decode_opts[] = {
	OPT_POS("KIND", struct decode_args, kind, "what the words are"),
	OPT_POS_REST("WORD|FILE", struct decode_args, rest,
		     "64-bit words, lowest first, or files of entries; - is standard input"),
	OPT_ENUM("input", struct decode_args, input, inputs, SMMU_WORDS_AUTO,
		 "form of the files, when it is not seen rightly"),
	OPT_ENUM("security", struct decode_args, security, securities, SMMU_SEC_NS,
		 "Security state of the structure"),
	OPT_STR("granule", struct decode_args, granule, "4K|16K|64K",
		"descriptors: translation granule (4K)"),
	OPT_STR("level", struct decode_args, level, "N",
		"descriptors: lookup level, -2 to 3 (3); gpt, dpt: 0 or 1 (1)"),
	OPT_ENUM("ds", struct decode_args, ds, bits, 0, "descriptors: DS, 52-bit with 4K and 16K"),
	OPT_U64("oas", struct decode_args, oas, "BITS",
		"descriptors: output address size; 52 with 64K moves address bits"),
	OPT_FLAG("d128", struct decode_args, d128,
		 "VMSAv9-128: CDs of an SMMU with IDR5.D128, descriptors of 128 bits"),
	OPT_FLAG("lpae", struct decode_args, lpae, "descriptors: VMSAv8-32 LPAE"),
	OPT_FLAG("pie", struct decode_args, pie, "descriptors: Indirect permissions"),
	OPT_FLAG("poe", struct decode_args, poe, "descriptors: Overlay permissions"),
	OPT_FLAG("aie", struct decode_args, aie, "descriptors: Attribute Index Extension"),
	OPT_FLAG("the", struct decode_args, the, "descriptors: stage 2 AssuredOnly"),
	OPT_FLAG("pnch", struct decode_args, pnch, "descriptors: bit 52 is Protected"),
	OPT_FLAG("fwb", struct decode_args, fwb, "descriptors: MemAttr with S2FWB"),
	OPT_FLAG("mec", struct decode_args, mec, "descriptors: bit 63 is AMEC"),
	OPT_END(),
};

/* "a, b and c" of every kind, for messages. */
static int unknown_kind(const char *kind, struct smmu_diag *diag)
{
	const char *names[SMMU_ENTRY_COUNT], *near;
	size_t n = 0;

	for (; n < SMMU_ENTRY_COUNT; n++)
		names[n] = smmu_entry_name((enum smmu_entry_kind)n);
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "there is no KIND \"%s\"", kind);
	near = smmu_nearest(kind, strlen(kind), names, n);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	else
		smmu_diag_note(diag, NULL,
			       "KIND is event, command, ste, cd, l1std, l1cd, vms, pri, register, "
			       "s1desc, s2desc, gpt, dpt or log");
	return SMMU_E_USAGE;
}

static int parse_level(int *level, const char *text, int min, int max, struct smmu_diag *diag)
{
	uint64_t value;
	bool negative = text[0] == '-';

	if (smmu_parse_u64(&value, text + negative, strlen(text + negative)) || value > 3)
		value = 4;
	*level = negative ? -(int)value : (int)value;
	if (*level >= min && *level <= max)
		return 0;
	return smmu_diag_error(diag, NULL, SMMU_E_USAGE, "--level is %d to %d, not \"%s\"", min,
			       max, text);
}

static enum smmu_desc_family family_of(const struct decode_args *args, enum smmu_granule granule)
{
	if (args->d128)
		return SMMU_DESC_D128;
	if (args->lpae)
		return SMMU_DESC_LPAE;
	return smmu_desc_family_a64(granule, args->ds, args->oas.given && args->oas.value >= 52);
}

static const char *const granule_names[] = {"4K", "16K", "64K"};

/* text may be NULL. */
static int parse_granule(enum smmu_granule *granule, const char *text, struct smmu_diag *diag)
{
	*granule = SMMU_GRANULE_4K;
	for (size_t i = 0; text && i < SMMU_LEN(granule_names); i++) {
		size_t digits = strlen(granule_names[i]) - 1;

		if (!strncmp(text, granule_names[i], digits) &&
		    (!strcmp(text + digits, "K") || !strcmp(text + digits, "k"))) {
			*granule = (enum smmu_granule)i;
			return 0;
		}
	}
	return !text ? 0
		     : smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "--granule is 4K, 16K or 64K, not \"%s\"", text);
}

static unsigned features_of(const struct decode_args *args)
{
	return (args->pie ? SMMU_DESC_F_PIE : 0) | (args->poe ? SMMU_DESC_F_POE : 0) |
	       (args->aie ? SMMU_DESC_F_AIE : 0) | (args->the ? SMMU_DESC_F_THE : 0) |
	       (args->pnch ? SMMU_DESC_F_PNCH : 0) | (args->fwb ? SMMU_DESC_F_FWB : 0) |
	       (args->mec ? SMMU_DESC_F_MEC : 0) |
	       (args->security == SMMU_SEC_ROOT ? SMMU_DESC_F_NSE : 0);
}

/* Where the options say that a descriptor was found. */
static int place_desc(struct smmu_desc_fmt *fmt, const struct decode_args *args,
		      struct smmu_diag *diag)
{
	int level = 3, r;

	r = parse_granule(&fmt->granule, args->granule, diag);
	if (!r && args->level)
		r = parse_level(&level, args->level, SMMU_DESC_LEVEL_MIN, SMMU_DESC_LEVEL_MAX,
				diag);
	if (r)
		return r;
	fmt->level = (int8_t)level;
	fmt->family = family_of(args, fmt->granule);
	fmt->features = features_of(args);
	if (!smmu_desc_level(fmt->family, fmt->granule, fmt->level)->is_level)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "tables of this format with %s granules have no level %d",
				       granule_names[fmt->granule], level);
	return 0;
}

/* The register that rest names first. */
static int find_register(struct smmu_show *show, const struct cli_strings *rest,
			 struct smmu_diag *diag)
{
	const char *names[SMMU_REG_COUNT], *near;
	enum smmu_reg reg;

	if (!rest->count)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "\"register\" needs the name of one");
	if (!smmu_reg_find(&reg, rest->item[0])) {
		show->reg = smmu_reg_info(reg);
		return 0;
	}
	for (int i = 0; i < SMMU_REG_COUNT; i++)
		names[i] = smmu_reg_info((enum smmu_reg)i)->name;
	near = smmu_nearest(rest->item[0], strlen(rest->item[0]), names, SMMU_REG_COUNT);
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "there is no register \"%s\"", rest->item[0]);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	return SMMU_E_USAGE;
}

/* Fills show from the arguments; *first is the index of the first WORD or FILE. */
static int prepare(struct smmu_show *show, size_t *first, const struct decode_args *args,
		   struct smmu_diag *diag)
{
	int level = 1, r;

	*first = 0;
	show->sec = (enum smmu_sec)args->security;
	show->d128 = args->d128;
	if (smmu_entry_find(&show->kind, args->kind))
		return unknown_kind(args->kind, diag);
	switch (show->kind) {
	case SMMU_ENTRY_REGISTER:
		*first = 1;
		return find_register(show, &args->rest, diag);
	case SMMU_ENTRY_S1DESC:
	case SMMU_ENTRY_S2DESC:
		return place_desc(&show->desc, args, diag);
	case SMMU_ENTRY_GPT:
	case SMMU_ENTRY_DPT:
		r = args->level ? parse_level(&level, args->level, 0, 1, diag) : 0;
		show->level = (unsigned)level;
		return r;
	default:
		return 0;
	}
}

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
		       enum smmu_words_form form)
{
	struct smmu_words *words = NULL;
	struct smmu_in *in = NULL;
	int status = CLI_EXIT_TROUBLE;

	if (!smmu_in_open(&in, path, session->diag) &&
	    !smmu_words_open(&words, in, form, session->diag))
		status = decode_entries(session, show, words, smmu_in_name(in));
	smmu_words_close(words);
	smmu_in_close(in);
	return status;
}

static int emit_log_item(void *ctx, const struct smmu_log_item *item)
{
	struct cli_session *session = ctx;

	smmu_log_emit(session->emit, item, session->format == SMMU_EMIT_TEXT);
	return cli_output_is_lost(session) ? CLI_EXIT_FINDING : 0;
}

static int decode_logs(struct cli_session *session, const struct cli_strings *files)
{
	static const char *const standard_input[] = {"-"};
	const char *const *file = files->count ? files->item : standard_input;
	size_t count = files->count ? files->count : 1;
	int error = 0;

	for (size_t i = 0; i < count && error >= 0; i++) {
		struct smmu_in *in = NULL;

		error = cli_emit(session) ? smmu_in_open(&in, file[i], session->diag) : SMMU_E_IO;
		if (!error)
			error = smmu_log_read(in, emit_log_item, session, session->diag);
		smmu_in_close(in);
	}
	return error < 0 ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

static int decode_run(struct cli_session *session, const void *raw)
{
	const struct decode_args *args = raw;
	struct smmu_show show = {.people = session->format == SMMU_EMIT_TEXT};
	const char *const *item = NULL;
	size_t first, count = 0, words = 0;
	int status = CLI_EXIT_OK;

	if (!strcmp(args->kind, "log"))
		return decode_logs(session, &args->rest);
	if (prepare(&show, &first, args, session->diag))
		return CLI_EXIT_TROUBLE;
	if (args->rest.item) {
		item = args->rest.item + first;
		count = args->rest.count - first;
	}
	for (size_t i = 0; item && i < count; i++)
		words += is_word(item[i]);
	if (words && words == count)
		return decode_words(session, &show, item, count);
	if (words) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"WORDs and FILEs cannot be mixed (a file may be ./%s)", item[0]);
		return CLI_EXIT_TROUBLE;
	}
	if (!count)
		return decode_file(session, &show, "-", (enum smmu_words_form)args->input);
	for (size_t i = 0; i < count && status == CLI_EXIT_OK; i++)
		status = decode_file(session, &show, item[i], (enum smmu_words_form)args->input);
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
		"record is shown as -, and in JSON named by \"invalid\".",
	.examples =
		"smmu decode event 0x0000010000000010 0x0000020000000000 0x40001000 0\tone record\n"
		"smmu decode command --format jsonl cmdq.bin.gz\ta queue, one command a line\n"
		"smmu decode register SMMU_IDR0 0x0d44101b\ta register\n"
		"dmesg | smmu decode log\tevery event and message of an SMMU in a kernel log\n"
		"smmu decode s2desc --level 2 0x004000004000077d\ta stage 2 descriptor\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = decode_opts,
	.args_size = sizeof(struct decode_args),
	.run = decode_run,
};
