/* Identification registers as people have them. */
#include "ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/in.h"
#include "base/text.h"
#include "sys/sys.h"

static void set(struct cli_ids *ids, enum smmu_reg reg, uint64_t value)
{
	ids->count += !ids->given[reg];
	ids->given[reg] = true;
	ids->regs[reg] = value;
}

/* A register that says what an SMMU is: also that of a counter group. */
static bool is_identification(enum smmu_reg reg)
{
	return smmu_reg_is_id(reg) || reg == SMMU_REG_PMCG_CFGR || reg == SMMU_REG_PMCG_SCR ||
	       reg == SMMU_REG_PMCG_S_MPAMIDR;
}

/* name is size bytes, with the path of a simulator's component or without. */
static bool find_reg(enum smmu_reg *reg, const char *name, size_t size)
{
	char text[64];
	size_t start = size;

	while (start > 0 && name[start - 1] != '.')
		start--;
	if (size - start >= sizeof(text))
		return false;
	memcpy(text, name + start, size - start);
	text[size - start] = '\0';
	return !smmu_reg_find(reg, text) && is_identification(*reg);
}

static void report_unknown(const char *text, size_t size, struct smmu_diag *diag)
{
	const char *names[64], *near;
	size_t n = 0;

	for (int i = 0; i < SMMU_REG_COUNT && n < SMMU_LEN(names); i++)
		if (is_identification((enum smmu_reg)i))
			names[n++] = smmu_reg_info((enum smmu_reg)i)->name;
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "\"%.*s\" is no identification register",
			(int)size, text);
	near = smmu_nearest(text, size, names, n);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
}

int cli_ids_parse(struct cli_ids *ids, const char *text, struct smmu_diag *diag)
{
	const char *equals = strchr(text, '=');
	const char *number = equals ? equals + 1 : text;
	enum smmu_reg reg;
	uint64_t value;
	int r;

	if (equals && !find_reg(&reg, text, (size_t)(equals - text))) {
		report_unknown(text, (size_t)(equals - text), diag);
		return SMMU_E_USAGE;
	}
	r = smmu_parse_u64(&value, number, strlen(number));
	if (r == SMMU_E_SYNTAX)
		return smmu_diag_error(diag, NULL, r, "\"%s\" is no number", number);
	if (r || (value > UINT32_MAX))
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE, "%s has more than 32 bits",
				       number);
	if (equals) {
		set(ids, reg, value);
	} else {
		ids->mask = value;
		ids->has_mask = true;
	}
	return 0;
}

/* The next word of a line: what stands between blanks, brackets, quotes, "=", ":" and ",". */
static size_t next_word(const char **text)
{
	static const char between[] = " \t()[]{}<>\"'=:,;";

	*text += strspn(*text, between);
	return strcspn(*text, between);
}

/* A word followed by a number. */
static void read_line(struct cli_ids *ids, const char *line)
{
	size_t size = next_word(&line);

	while (size) {
		const char *word = line, *next = line + size;
		size_t next_size = next_word(&next);
		enum smmu_reg reg;
		uint64_t value;

		if (!smmu_parse_u64(&value, next, next_size) && value <= UINT32_MAX) {
			if (find_reg(&reg, word, size)) {
				set(ids, reg, value);
			} else if (size == strlen("features") && !strncmp(word, "features", size)) {
				ids->mask = value;
				ids->has_mask = true;
			}
		}
		line = next;
		size = next_size;
	}
}

int cli_ids_read(struct cli_ids *ids, const char *path, struct smmu_diag *diag)
{
	struct smmu_in *in;
	const char *line;
	size_t size, before = ids->count + ids->has_mask;
	int r = smmu_in_open(&in, path, diag);

	if (r)
		return r;
	while ((r = smmu_in_line(&line, &size, in, diag)) > 0)
		read_line(ids, line);
	if (!r && ids->count + ids->has_mask == before) {
		struct smmu_place place = {.file = smmu_in_name(in)};

		r = smmu_diag_error(diag, &place, SMMU_E_INVALID,
				    "there is no identification register in it");
	}
	smmu_in_close(in);
	return r;
}

static int take_system(struct cli_ids *ids, const struct smmu_sys_info *info, const char *name,
		       struct smmu_diag *diag)
{
	const struct smmu_sys_smmu *smmu = info->smmus;

	for (size_t i = 0; name && i < info->smmus_count; i++, smmu++)
		if (!strcmp(smmu->name, name))
			break;
	if (!info->smmus_count || smmu == info->smmus + info->smmus_count)
		return name ? smmu_diag_error(diag, NULL, SMMU_E_UNKNOWN, "there is no SMMU \"%s\"",
					      name)
			    : smmu_diag_error(diag, NULL, SMMU_E_INVALID, "the system has no SMMU");
	for (int i = 0; i < SMMU_REG_COUNT; i++)
		if (smmu_reg_is_id((enum smmu_reg)i) ||
		    (is_identification((enum smmu_reg)i) && smmu->given[i]))
			set(ids, (enum smmu_reg)i, smmu->regs[i]);
	return 0;
}

int cli_ids_system(struct cli_ids *ids, const char *path, const char *smmu, struct smmu_diag *diag)
{
	struct smmu_sys *sys;
	int r = smmu_sys_load(&sys, path, diag);

	if (r)
		return r;
	r = take_system(ids, smmu_sys_info(sys), smmu, diag);
	smmu_sys_free(sys);
	return r;
}
