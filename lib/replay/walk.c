/*
 * A walk for people.  Table formats are those that the STE and CD of the walk
 * ask for: IHI 0070 G.b 5.2, 5.4.
 */
#include "replay/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "replay/result.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/rule.h"
#include "spec/show.h"
#include "spec/ste.h"

enum { CAPACITY_FIRST = 32, TEXT_SIZE = 96, NAME_COLUMNS = 21, BRANCH_COLUMNS = 3 };

/* What the steps before say about the tables that follow. */
struct formats {
	struct smmu_ste ste;
	struct smmu_cd cd;
};

void smmu_walk_fini(struct smmu_walk *walk)
{
	free(walk->steps);
	*walk = (struct smmu_walk){0};
}

static void keep(void *ctx, const struct smmu_step *step)
{
	struct smmu_walk *walk = ctx;

	if (walk->count == walk->capacity) {
		size_t capacity = walk->capacity ? walk->capacity * 2 : CAPACITY_FIRST;
		struct smmu_step *steps = realloc(walk->steps, capacity * sizeof(*steps));

		if (!steps) {
			walk->failed = true;
			return;
		}
		walk->steps = steps;
		walk->capacity = capacity;
	}
	walk->steps[walk->count++] = *step;
}

struct smmu_walk_log smmu_walk_log(struct smmu_walk *walk)
{
	return (struct smmu_walk_log){keep, walk};
}

static enum smmu_granule granule_of(const struct smmu_step *step)
{
	for (unsigned g = SMMU_GRANULE_16K; g <= SMMU_GRANULE_64K; g++)
		if (smmu_granule_log2((enum smmu_granule)g) == step->granule_log2)
			return (enum smmu_granule)g;
	return SMMU_GRANULE_4K;
}

static struct smmu_desc_fmt format_of(const struct smmu_step *step, const struct formats *formats)
{
	struct smmu_desc_fmt fmt = {.stage = step->stage,
				    .level = step->level,
				    .granule = granule_of(step),
				    .family = SMMU_DESC_LPAE};
	const struct smmu_ste *ste = &formats->ste;
	const struct smmu_cd *cd = &formats->cd;

	if (step->words > 1)
		fmt.family = SMMU_DESC_D128;
	else if (step->stage == 1 && smmu_cd_AA64(cd))
		fmt.family = smmu_desc_family_a64(fmt.granule, smmu_cd_DS(cd),
						  smmu_cd_IPS(cd) >= SMMU_SIZE_52);
	else if (step->stage == 2 && smmu_ste_S2AA64(ste))
		fmt.family = smmu_desc_family_a64(fmt.granule, smmu_ste_S2DS(ste),
						  smmu_ste_S2PS(ste) >= SMMU_SIZE_52);
	return fmt;
}

static const char *gives_desc(char *text, const struct smmu_step *step,
			      const struct formats *formats)
{
	struct smmu_desc_fmt fmt = format_of(step, formats);
	const struct smmu_desc_level *level;
	enum smmu_desc_kind kind;
	uint64_t to;

	if (step->level < SMMU_DESC_LEVEL_MIN || step->level > SMMU_DESC_LEVEL_MAX)
		return "";
	level = smmu_desc_level(fmt.family, fmt.granule, fmt.level);
	if (!level->is_level)
		return "";
	kind = smmu_desc_kind_of(step->word, &fmt);
	if (kind == SMMU_DESC_INVALID || kind == SMMU_DESC_RESERVED)
		return smmu_desc_kind_name(kind);
	to = kind == SMMU_DESC_TABLE ? smmu_desc_nlta(step->word[0], level)
				     : smmu_desc_oa(step->word[0], level);
	snprintf(text, TEXT_SIZE, "%s 0x%" PRIx64, smmu_desc_kind_name(kind), to);
	return text;
}

static const char *gives_ste(char *text, const struct smmu_step *step)
{
	const struct smmu_ste ste = {{step->word[0]}};
	const struct smmu_enum_value *config =
		smmu_enum_find(&smmu_ste_config, smmu_ste_Config(&ste));

	if (!smmu_ste_V(&ste))
		return "not valid";
	snprintf(text, TEXT_SIZE, "Config %s", config ? config->name : "abort (reserved)");
	return text;
}

static const char *gives_cd(char *text, const struct smmu_step *step)
{
	const struct smmu_cd cd = {{step->word[0]}};

	if (!smmu_cd_V(&cd))
		return "not valid";
	snprintf(text, TEXT_SIZE, "ASID 0x%" PRIx64, smmu_cd_ASID(&cd));
	return text;
}

static const char *gives_l1(char *text, const struct smmu_step *step)
{
	const struct smmu_l1std l1std = {{step->word[0]}};
	const struct smmu_l1cd l1cd = {{step->word[0]}};

	if (step->kind == SMMU_STRUCT_L1CD)
		snprintf(text, TEXT_SIZE, smmu_l1cd_V(&l1cd) ? "table 0x%" PRIx64 : "not valid",
			 smmu_l1cd_L2Ptr(&l1cd));
	else
		snprintf(text, TEXT_SIZE, "table 0x%" PRIx64 ", Span %" PRIu64,
			 smmu_l1std_L2Ptr(&l1std), smmu_l1std_Span(&l1std));
	return text;
}

/* What reading the structure led to, in a few words; text holds TEXT_SIZE bytes. */
static const char *gives(char *text, const struct smmu_step *step, const struct formats *formats)
{
	if (!step->words)
		return "external abort";
	switch (step->kind) {
	case SMMU_STRUCT_STE:
		return gives_ste(text, step);
	case SMMU_STRUCT_CD:
		return gives_cd(text, step);
	case SMMU_STRUCT_L1STD:
	case SMMU_STRUCT_L1CD:
		return gives_l1(text, step);
	case SMMU_STRUCT_S1_DESC:
	case SMMU_STRUCT_S2_DESC:
		return gives_desc(text, step, formats);
	case SMMU_STRUCT_VMS:
	case SMMU_STRUCT_REGISTER:
	case SMMU_STRUCT_NONE:
	case SMMU_STRUCT_COUNT:
		break;
	}
	return "";
}

static bool is_desc(enum smmu_struct_kind kind)
{
	return kind == SMMU_STRUCT_S1_DESC || kind == SMMU_STRUCT_S2_DESC;
}

/* "STE 0x8" by its StreamID, "L1STD [0x2]" and "S1 level 2 [0x80]" by their index. */
static const char *what(char *text, const struct smmu_step *step)
{
	if (is_desc(step->kind))
		snprintf(text, TEXT_SIZE, "S%u level %d [0x%" PRIx64 "]", step->stage, step->level,
			 step->index);
	else if (step->kind == SMMU_STRUCT_STE || step->kind == SMMU_STRUCT_CD)
		snprintf(text, TEXT_SIZE, "%s 0x%" PRIx64, smmu_struct_name(step->kind),
			 step->input);
	else
		snprintf(text, TEXT_SIZE, "%s [0x%" PRIx64 "]", smmu_struct_name(step->kind),
			 step->index);
	return text;
}

/* depth: of the node, whose branch takes columns from the first one. */
static void open_step(struct smmu_emit *emit, const struct smmu_step *step,
		      const struct formats *formats, int depth)
{
	char name[TEXT_SIZE], led_to[TEXT_SIZE], word[32] = "-";
	int columns = NAME_COLUMNS - depth * BRANCH_COLUMNS;
	const char *result = gives(led_to, step, formats);

	if (step->words)
		snprintf(word, sizeof(word), "0x%016" PRIx64, step->word[0]);
	smmu_emit_node(emit, NULL, "%-*s 0x%-12" PRIx64 " %-18s %s%s", columns, what(name, step),
		       step->pa.pa, word, result, step->big_endian ? " (BE)" : "");
	smmu_emit_str(emit, "structure", smmu_struct_name(step->kind));
	if (is_desc(step->kind)) {
		smmu_emit_uint(emit, "stage", step->stage);
		smmu_emit_int(emit, "level", step->level);
	}
	smmu_emit_hex(emit, "input", step->input, 0);
	smmu_emit_hex(emit, "index", step->index, 0);
	smmu_emit_hex(emit, "address", step->pa.pa, 0);
	smmu_emit_str(emit, "pas", smmu_pas_name(step->pa.pas));
	if (step->ipa_valid)
		smmu_emit_hex(emit, "ipa", step->ipa, 0);
	smmu_emit_array(emit, "words");
	for (unsigned i = 0; i < step->words && i < SMMU_LEN(step->word); i++)
		smmu_emit_hex(emit, NULL, step->word[i], 16);
	smmu_emit_end(emit);
	if (step->big_endian)
		smmu_emit_bool(emit, "big_endian", true);
	smmu_emit_str(emit, "gives", result);
}

static void note_formats(struct formats *formats, const struct smmu_step *step)
{
	uint64_t *words = step->kind == SMMU_STRUCT_STE	 ? formats->ste.word
			  : step->kind == SMMU_STRUCT_CD ? formats->cd.word
							 : NULL;

	for (unsigned i = 0; words && i < SMMU_STE_WORDS; i++)
		words[i] = i < step->words ? step->word[i] : 0;
}

void smmu_walk_emit(struct smmu_emit *emit, const struct smmu_walk *walk, bool people)
{
	struct formats formats = {0};
	size_t i = 0;

	if (!people)
		smmu_emit_array(emit, "walk");
	while (i < walk->count) {
		size_t first = i;

		while (i < walk->count && walk->steps[i].depth)
			i++;
		if (i < walk->count)
			open_step(emit, &walk->steps[i], &formats, 0);
		else
			smmu_emit_node(emit, NULL, "fetch at IPA 0x%" PRIx64,
				       walk->steps[first].input);
		for (size_t j = first; j < i; j++) {
			open_step(emit, &walk->steps[j], &formats, 1);
			smmu_emit_end(emit);
		}
		smmu_emit_end(emit);
		if (i < walk->count)
			note_formats(&formats, &walk->steps[i++]);
	}
	if (!people)
		smmu_emit_end(emit);
}

static void emit_blamed(struct smmu_emit *emit, const struct smmu_blame *blame, enum smmu_sec sec)
{
	enum smmu_reg reg = smmu_blame_register(blame, sec);

	smmu_emit_object(emit, "blame");
	smmu_emit_str(emit, "structure", smmu_struct_name(blame->where));
	if (blame->field)
		smmu_emit_str(emit, "field", blame->field);
	if (reg != SMMU_REG_COUNT)
		smmu_emit_str(emit, "register", smmu_reg_info(reg)->name);
	if (blame->where != SMMU_STRUCT_REGISTER) {
		smmu_emit_hex(emit, "address", blame->pa.pa, 0);
		smmu_emit_str(emit, "pas", smmu_pas_name(blame->pa.pas));
	}
	if (is_desc(blame->where)) {
		smmu_emit_uint(emit, "stage", blame->stage);
		smmu_emit_int(emit, "level", blame->level);
		smmu_emit_hex(emit, "word", blame->word, 16);
	}
	if (blame->ipa)
		smmu_emit_hex(emit, "ipa", blame->ipa, 0);
	if (blame->rule)
		smmu_show_rule(emit, blame->rule);
	smmu_emit_end(emit);
}

/* "Blame AP of the stage 1 descriptor of level 3 at 0x40004008: 0x…" */
static void say_blamed(struct smmu_emit *emit, const struct smmu_blame *blame, enum smmu_sec sec)
{
	enum smmu_reg reg = smmu_blame_register(blame, sec);
	char level[TEXT_SIZE] = "", at[TEXT_SIZE] = "", word[TEXT_SIZE] = "";

	if (is_desc(blame->where)) {
		snprintf(level, sizeof(level), " of level %d", blame->level);
		snprintf(word, sizeof(word), ", which is 0x%016" PRIx64, blame->word);
	}
	if (blame->where != SMMU_STRUCT_REGISTER)
		snprintf(at, sizeof(at), " at 0x%" PRIx64, blame->pa.pa);
	smmu_emit_say(emit, "Look at %s%s%s%s%s%s%s.", blame->field ? blame->field : "",
		      blame->field ? " of " : "", reg == SMMU_REG_COUNT ? "the " : "",
		      reg == SMMU_REG_COUNT ? smmu_struct_name(blame->where)
					    : smmu_reg_info(reg)->name,
		      level, at, word);
}

static void say_reason(struct smmu_emit *emit, const struct smmu_result *result,
		       const struct smmu_reason_info *info, enum smmu_sec sec)
{
	const struct smmu_blame *blame = &result->blame;

	smmu_emit_say(emit, "Because %s [%s].", info->text, info->section);
	if (blame->rule)
		smmu_emit_say(emit, "%s: %s [%s].", blame->rule->name, blame->rule->text,
			      blame->rule->section);
	if (blame->where != SMMU_STRUCT_NONE && result->status != SMMU_STATUS_OK)
		say_blamed(emit, blame, sec);
}

void smmu_blame_emit(struct smmu_emit *emit, const struct smmu_result *result, enum smmu_sec sec,
		     bool people)
{
	const struct smmu_blame *blame = &result->blame;
	const struct smmu_reason_info *info = smmu_reason_info(blame->reason);

	if (blame->reason == SMMU_REASON_NONE)
		return;
	if (people) {
		say_reason(emit, result, info, sec);
		return;
	}
	smmu_emit_object(emit, "reason");
	smmu_emit_str(emit, "name", info->name);
	smmu_emit_str(emit, "text", info->text);
	smmu_emit_str(emit, "section", info->section);
	smmu_emit_end(emit);
	if (blame->where != SMMU_STRUCT_NONE)
		emit_blamed(emit, blame, sec);
}

void smmu_walk_emit_heading(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "%-*s %-14s %-18s %s", NAME_COLUMNS, "Structure", "at", "word 0",
			  "gives");
}

/* The STE and CD in full, as smmu decode shows them. */
void smmu_walk_emit_config(struct smmu_emit *emit, const struct smmu_walk *walk,
			   const struct smmu_show *how)
{
	struct smmu_show show = *how;

	for (size_t i = 0; i < walk->count; i++) {
		const struct smmu_step *step = &walk->steps[i];
		bool is_ste = step->kind == SMMU_STRUCT_STE;

		if (!step->words || (!is_ste && step->kind != SMMU_STRUCT_CD))
			continue;
		show.kind = is_ste ? SMMU_ENTRY_STE : SMMU_ENTRY_CD;
		smmu_show_entry(emit, is_ste ? "ste" : "cd", &show, step->word, -1);
	}
}
