/*
 * smmu features [REGISTER=VALUE|MASK|FILE…]
 */
#include <string.h>

#include "command.h"
#include "ids.h"
#include "spec/ids.h"

struct features_args {
	struct cli_strings rest, model;
	const char *system, *smmu;
};

static const struct cli_opt features_opts[] = {
	OPT_POS_REST("REGISTER=VALUE|MASK|FILE", struct features_args, rest,
		     "SMMU_IDR0=0x…; the mask that Linux prints; a system file (.yaml), or a text "
		     "with such values in it"),
	{CLI_OPT_ROW(CLI_OPT_STRS, 'C', "model", struct features_args, model, struct cli_strings,
		     "PATH=VALUE", "a simulator's option, such as mmu.SMMU_IDR0=0x…")},
	OPT_STR("system", struct features_args, system, "SYSTEM",
		"a system file, whatever its name"),
	OPT_STR("smmu", struct features_args, smmu, "NAME", "this SMMU of the system file"),
	OPT_END(),
};

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), n = strlen(end);

	return size >= n && !strcmp(text + size - n, end);
}

static bool is_number(const char *text)
{
	return text[0] >= '0' && text[0] <= '9' && !strchr(text, '.');
}

static int take(struct cli_ids *ids, const struct features_args *args, const char *text,
		struct smmu_diag *diag)
{
	if (strchr(text, '=') || is_number(text))
		return cli_ids_parse(ids, text, diag);
	if (ends_with(text, ".yaml") || ends_with(text, ".yml"))
		return cli_ids_system(ids, text, args->smmu, diag);
	return cli_ids_read(ids, text, diag);
}

static int gather(struct cli_ids *ids, const struct features_args *args, struct smmu_diag *diag)
{
	int bad = 0;

	for (size_t i = 0; i < args->rest.count; i++)
		bad |= take(ids, args, args->rest.item[i], diag);
	for (size_t i = 0; i < args->model.count; i++)
		bad |= cli_ids_parse(ids, args->model.item[i], diag);
	if (args->system)
		bad |= cli_ids_system(ids, args->system, args->smmu, diag);
	else if (!args->rest.count && !args->model.count)
		bad |= cli_ids_read(ids, "-", diag);
	return bad;
}

static const struct smmu_emit_column columns[] = {
	{"name", "Name", false}, {"field", "Field", false}, {"meaning", "Meaning", false}};

static void emit_row(struct smmu_emit *emit, const char *name, const char *field,
		     const char *meaning)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "name", name);
	smmu_emit_str(emit, "field", field);
	smmu_emit_str(emit, "meaning", meaning);
	smmu_emit_end(emit);
}

static void emit_features(struct smmu_emit *emit, const char *key, const struct cli_ids *ids,
			  enum smmu_feature_state state)
{
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);

	smmu_emit_table(emit, key, columns, SMMU_LEN(columns));
	for (size_t i = 0; i < count; i++)
		if (features[i].field[0] &&
		    smmu_feature_state(&features[i], ids->regs, ids->given) == state)
			emit_row(emit, features[i].name, features[i].field, features[i].summary);
	smmu_emit_end(emit);
}

static void emit_unknown(struct smmu_emit *emit, const struct cli_ids *ids)
{
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);

	smmu_emit_array(emit, "unknown");
	for (size_t i = 0; i < count; i++)
		if (features[i].field[0] &&
		    smmu_feature_state(&features[i], ids->regs, ids->given) == SMMU_FEATURE_UNKNOWN)
			smmu_emit_str(emit, NULL, features[i].name);
	smmu_emit_end(emit);
}

static void emit_problem(void *ctx, const char *sentence)
{
	smmu_emit_str(ctx, NULL, sentence);
}

static void say_problem(void *ctx, const char *sentence)
{
	smmu_emit_say(ctx, "! %s", sentence);
}

/* Returns how many contradictions there are. */
static size_t emit_ids(struct smmu_emit *emit, const struct cli_ids *ids, bool people)
{
	size_t problems = smmu_ids_problems(ids->regs, ids->given, NULL, NULL);

	smmu_ids_emit_limits(emit, ids->regs, ids->given);
	emit_features(emit, "implemented", ids, SMMU_FEATURE_PRESENT);
	emit_features(emit, "absent", ids, SMMU_FEATURE_ABSENT);
	emit_unknown(emit, ids);
	if (people || !problems) {
		smmu_ids_problems(ids->regs, ids->given, say_problem, emit);
		return problems;
	}
	smmu_emit_array(emit, "problems");
	smmu_ids_problems(ids->regs, ids->given, emit_problem, emit);
	smmu_emit_end(emit);
	return problems;
}

static void emit_bits(struct smmu_emit *emit, const char *key, uint64_t mask, bool set)
{
	const struct smmu_linux_feature *bits;
	size_t count = smmu_linux_features(&bits);

	smmu_emit_table(emit, key, columns, SMMU_LEN(columns));
	for (size_t i = 0; i < count; i++)
		if (smmu_bit(mask, bits[i].bit) == set)
			emit_row(emit, bits[i].name, bits[i].field,
				 set ? bits[i].present : bits[i].absent);
	smmu_emit_end(emit);
}

static void emit_mask(struct smmu_emit *emit, uint64_t mask)
{
	const struct smmu_linux_feature *bits;
	size_t count = smmu_linux_features(&bits);
	uint64_t rest = mask;

	for (size_t i = 0; i < count; i++)
		rest = smmu_bits_set(rest, bits[i].bit, 1, 0);
	smmu_emit_object(emit, "linux");
	smmu_emit_hex(emit, "mask", mask, 8);
	emit_bits(emit, "has", mask, true);
	emit_bits(emit, "lacks", mask, false);
	if (rest)
		smmu_emit_hex(emit, "unknown-bits", rest, 0);
	smmu_emit_end(emit);
}

static int features_run(struct cli_session *session, const void *args)
{
	struct cli_ids ids = {.count = 0};
	struct smmu_emit *emit;
	size_t problems = 0;

	if (gather(&ids, args, session->diag))
		return CLI_EXIT_TROUBLE;
	emit = cli_emit(session);
	if (!emit)
		return CLI_EXIT_TROUBLE;
	smmu_emit_object(emit, NULL);
	if (ids.count)
		problems = emit_ids(emit, &ids, session->format == SMMU_EMIT_TEXT);
	if (ids.has_mask)
		emit_mask(emit, ids.mask);
	smmu_emit_end(emit);
	return problems ? CLI_EXIT_FINDING : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_features = {
	.name = "features",
	.summary = "what an SMMU can and cannot do, by its identification registers",
	.synopsis = "[REGISTER=VALUE|MASK|FILE]… [-C PATH=VALUE]… [--system SYSTEM]",
	.about =
		"Takes identification registers as SMMU_IDR0=0x…, as a simulator's -C options, or "
		"from a file that has them in any of these forms, or as \"SMMU_IDR0: 0x…\"; also the "
		"mask of features that Linux prints when it finds an SMMU.  Without any, standard "
		"input is read.  What depends on registers that are not given is listed as unknown, "
		"and not judged.\n"
		"The registers are checked against the architecture: reserved encodings, missing "
		"mandatory features, features without what they need, or newer than the version "
		"permits.  A contradiction makes the status 1.",
	.examples = "smmu features SMMU_IDR0=0x080fe7bf SMMU_AIDR=2\ttwo registers\n"
		    "smmu features -C mmu.SMMU_IDR0=0x080fe7bf\ta simulator's option\n"
		    "smmu features board.yaml\tthe SMMU of a system file\n"
		    "smmu features 0x001c1eaf\tthe mask of a kernel log\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = features_opts,
	.args_size = sizeof(struct features_args),
	.run = features_run,
};
