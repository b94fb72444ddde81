/* What an entry is, from the options of decode and encode. */
#include "entry.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

const struct cli_choice cli_entry_bits[] = {{"0", 0}, {"1", 1}, {NULL, 0}};

const struct cli_choice cli_entry_securities[] = {
	{"ns", SMMU_SEC_NS},	 {"s", SMMU_SEC_S}, {"realm", SMMU_SEC_REALM},
	{"root", SMMU_SEC_ROOT}, {NULL, 0},
};

static int unknown_kind(const char *kind, struct smmu_diag *diag)
{
	const char *names[SMMU_ENTRY_COUNT], *near;
	struct smmu_buf list = {0};
	size_t n = 0;

	for (; n < SMMU_ENTRY_COUNT; n++) {
		names[n] = smmu_entry_name((enum smmu_entry_kind)n);
		smmu_buf_printf(&list, "%s%s", n ? ", " : "", names[n]);
	}
	smmu_diag_error(diag, NULL, SMMU_E_USAGE, "there is no KIND \"%s\"", kind);
	near = smmu_nearest(kind, strlen(kind), names, n);
	if (near)
		smmu_diag_note(diag, NULL, "did you mean \"%s\"?", near);
	else
		smmu_diag_note(diag, NULL, "KIND is one of %s; decode takes log as well",
			       smmu_buf_text(&list));
	smmu_buf_fini(&list);
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

static enum smmu_desc_family family_of(const struct cli_entry_args *args, enum smmu_granule granule)
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

static unsigned features_of(const struct cli_entry_args *args)
{
	return (args->pie ? SMMU_DESC_F_PIE : 0) | (args->poe ? SMMU_DESC_F_POE : 0) |
	       (args->aie ? SMMU_DESC_F_AIE : 0) | (args->the ? SMMU_DESC_F_THE : 0) |
	       (args->pnch ? SMMU_DESC_F_PNCH : 0) | (args->fwb ? SMMU_DESC_F_FWB : 0) |
	       (args->mec ? SMMU_DESC_F_MEC : 0) |
	       (args->security == SMMU_SEC_ROOT ? SMMU_DESC_F_NSE : 0);
}

/* Where the options say that a descriptor was found. */
static int place_desc(struct smmu_desc_fmt *fmt, const struct cli_entry_args *args,
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

/* The registers that legality is judged by: of --system, then each --id. */
static int gather_ids(struct cli_entry *entry, const struct cli_entry_args *args,
		      struct smmu_diag *diag)
{
	struct cli_ids ids = {.count = 0};
	int bad = 0;

	if (args->system)
		bad = cli_ids_system(&ids, args->system, args->smmu, diag);
	for (size_t i = 0; i < args->id.count; i++)
		bad |= cli_ids_parse(&ids, args->id.item[i], diag);
	if (bad || !ids.count)
		return bad;
	smmu_ids_from_regs(&entry->ids, ids.regs);
	entry->show.ids = &entry->ids;
	return 0;
}

int cli_entry_prepare(struct cli_entry *entry, size_t *first, const char *kind,
		      const struct cli_strings *rest, const struct cli_entry_args *args,
		      struct smmu_diag *diag)
{
	struct smmu_show *show = &entry->show;
	int level = 1, r;

	*first = 0;
	show->is_sec_unknown = args->security == SMMU_SEC_COUNT;
	show->sec = show->is_sec_unknown ? SMMU_SEC_NS : (enum smmu_sec)args->security;
	show->d128 = args->d128;
	if (smmu_entry_find(&show->kind, kind))
		return unknown_kind(kind, diag);
	r = gather_ids(entry, args, diag);
	if (r)
		return r;
	switch (show->kind) {
	case SMMU_ENTRY_REGISTER:
		*first = 1;
		return find_register(show, rest, diag);
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
