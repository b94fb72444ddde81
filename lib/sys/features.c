/*
 * Features by their names to identification registers.  IHI 0070 G.b 6.3.1 -
 * 6.3.8: a preset for the architecture version, and what the file overrides.
 */
#include "sys/features_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "spec/format.h"

#define ALL_STAGES   0x3u
#define ALL_GRANULES 0x7u

static const struct smmu_choice architectures[] = {{"v3.0", 0}, {"v3.1", 1}, {"v3.2", 2},
						   {"v3.3", 3}, {"v3.4", 4}, {"v3.5", 5}};
static const struct smmu_choice stages[] = {{"1", 1}, {"2", 2}};
static const struct smmu_choice granules[] = {{"4K", 1}, {"16K", 2}, {"64K", 4}};
static const struct smmu_choice output_bits[] = {{"32", 0}, {"36", 1}, {"40", 2}, {"42", 3},
						 {"44", 4}, {"48", 5}, {"52", 6}, {"56", 7}};
static const struct smmu_choice input_bits[] = {{"48", 0}, {"52", 1}, {"56", 2}};
static const struct smmu_choice formats[] = {{"lpae", 1}, {"vmsa64", 2}};
static const struct smmu_choice bits_8_16[] = {{"8", 0}, {"16", 1}};
static const struct smmu_choice endians[] = {{"mixed", 0}, {"little", 2}, {"big", 3}};
static const struct smmu_choice stalls[] = {{"possible", 0}, {"never", 1}, {"forced", 2}};
static const struct smmu_choice httus[] = {
	{"none", 0}, {"access", 1}, {"dirty", 2}, {"table-access", 3}};

#define FEATURE_ROW(id, kind_, key_, doc_)                                                         \
	.kind = (kind_), .name = (key_), .doc = (doc_),                                            \
	.offset = offsetof(struct smmu_features, value[SMMU_FEATURE_##id])

static const struct smmu_key keys[] = {
	KEY_CHOICE_REQ("architecture", struct smmu_features, architecture, architectures,
		       "version; stands for the values in schemas/presets.yaml, which the other "
		       "keys override"),
	KEY_SET("stages", struct smmu_features, stages, stages, "stages of translation"),
	KEY_SET("granules", struct smmu_features, granules, granules, "translation granules"),
#define BOOL(id, key, reg, field, doc) {FEATURE_ROW(id, SMMU_KEY_BOOL, key, doc)},
#define NUM(id, key, reg, field, lo, hi, doc)                                                      \
	{FEATURE_ROW(id, SMMU_KEY_U64, key, doc), .min = (lo), .max = (hi)},
#define WORD(id, key, reg, field, list, doc)                                                       \
	{FEATURE_ROW(id, SMMU_KEY_CHOICE, key, doc), .choices = (list),                            \
	 .choices_count = SMMU_LEN(list)},
#define MANY(id, key, reg, field, list, doc)                                                       \
	{FEATURE_ROW(id, SMMU_KEY_SET, key, doc), .choices = (list),                               \
	 .choices_count = SMMU_LEN(list)},
#include "sys/feature.def"
};

/* Keys before the rows of feature.def. */
#define FIRST_FEATURE_KEY (SMMU_LEN(keys) - SMMU_FEATURE_COUNT)

static const struct target {
	enum smmu_reg reg;
	const char *field;
} targets[SMMU_FEATURE_COUNT] = {
#define BOOL(id, key, reg, field, ...) [SMMU_FEATURE_##id] = {SMMU_REG_##reg, #field},
#define NUM(id, key, reg, field, ...)  [SMMU_FEATURE_##id] = {SMMU_REG_##reg, #field},
#define WORD(id, key, reg, field, ...) [SMMU_FEATURE_##id] = {SMMU_REG_##reg, #field},
#define MANY(id, key, reg, field, ...) [SMMU_FEATURE_##id] = {SMMU_REG_##reg, #field},
#include "sys/feature.def"
};

static const struct preset {
	unsigned version;
	enum smmu_feature feature;
	uint64_t value;
} presets[] = {
#define PRESET(version, feature, value) {version, SMMU_FEATURE_##feature, value},
#include "sys/preset.def"
};

/* What the architecture version alone stands for. */
static struct smmu_features preset_of(uint64_t version)
{
	struct smmu_features all = {
		.architecture.v = version, .stages.v = ALL_STAGES, .granules.v = ALL_GRANULES};

	for (size_t i = 0; i < SMMU_LEN(presets); i++) {
		if (presets[i].version <= version)
			all.value[presets[i].feature].v = presets[i].value;
	}
	return all;
}

static void override(struct smmu_sys_u64 *value, const struct smmu_sys_u64 *given)
{
	if (smmu_sys_given(given->at))
		*value = *given;
}

/*
 * Features that cannot be without others, or without stages (a mask).  Each
 * row: with feature at least at value, needs is at least of_value.
 */
#define S1	1u
#define S2	2u
#define F(name) SMMU_FEATURE_##name
static const struct need {
	enum smmu_feature feature;
	unsigned value;
	unsigned stages; /* 0: needs counts */
	enum smmu_feature needs;
	unsigned of_value;
	const char *section;
} needs[] = {
	{F(ASID_BITS), 1, S1, F(COUNT), 0, "IHI 0070 6.3.1"},
	{F(VMID_BITS), 1, S2, F(COUNT), 0, "IHI 0070 6.3.1"},
	{F(HYP), 1, S1 | S2, F(COUNT), 0, "IHI 0070 6.3.1"},
	{F(VMW), 1, S2, F(COUNT), 0, "IHI 0070 6.3.1"},
	{F(PRI), 1, 0, F(ATS), 1, "IHI 0070 6.3.1"},
	{F(ATSRECERR), 1, 0, F(ATS), 1, "IHI 0070 6.3.1"},
	{F(NS1ATS), 1, 0, F(ATS), 1, "IHI 0070 6.3.1"},
	{F(NS1ATS), 1, S1 | S2, F(COUNT), 0, "IHI 0070 6.3.1"},
	{F(VATOS), 1, 0, F(ATOS), 1, "IHI 0070 6.3.1"},
	{F(PBHA), 1, 0, F(HAD), 1, "IHI 0070 6.3.4"},
	{F(PTWNNC), 1, S2, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(DPT), 1, 0, F(ATS), 1, "IHI 0070 6.3.4"},
	{F(PASIDTT), 1, 0, F(ATS), 1, "IHI 0070 6.3.4"},
	{F(PASIDTT), 1, 0, F(SUBSTREAM_BITS), 1, "IHI 0070 6.3.4"},
	{F(S1PIE), 1, S1, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(S2PIE), 1, S2, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(S2POE), 1, 0, F(S2PIE), 1, "IHI 0070 6.3.4"},
	{F(THE), 1, S1, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(MTE_PERM), 1, S2, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(AIE), 1, S1, F(COUNT), 0, "IHI 0070 6.3.4"},
	{F(D128), 1, 0, F(FORMATS), 2, "IHI 0070 6.3.6"},
	{F(D128), 1, 0, F(S1PIE), 1, "IHI 0070 6.3.6"},
	{F(D128), 1, 0, F(S2POE), 1, "IHI 0070 6.3.6"},
	{F(D128), 1, 0, F(AIE), 1, "IHI 0070 6.3.6"},
	{F(D128), 1, 0, F(MTE_PERM), 1, "IHI 0070 6.3.6"},
	{F(LPA2), 1, 0, F(INPUT_BITS), 1, "IHI 0070 6.3.6"},
	{F(OUTPUT_BITS), 7, 0, F(D128), 1, "IHI 0070 6.3.6"},
	{F(INPUT_BITS), 2, 0, F(D128), 1, "IHI 0070 6.3.6"},
	{F(SECURE_EL2), 1, 0, F(SECURE), 1, "IHI 0070 6.3.53"},
};

static bool is_met(const struct need *n, const struct smmu_features *all)
{
	if (all->value[n->feature].v < n->value)
		return true;
	if (n->stages)
		return (all->stages.v & n->stages) == n->stages;
	return all->value[n->needs].v >= n->of_value;
}

/* The preset, and over it what the file gives; what then lacks its base goes. */
static struct smmu_features complete(const struct smmu_features *given)
{
	struct smmu_features all = preset_of(given->architecture.v);

	override(&all.stages, &given->stages);
	override(&all.granules, &given->granules);
	for (size_t i = 0; i < SMMU_FEATURE_COUNT; i++)
		override(&all.value[i], &given->value[i]);
	for (size_t i = 0; i < SMMU_LEN(needs); i++) {
		const struct need *n = &needs[i];

		if (!smmu_sys_given(given->value[n->feature].at) && !is_met(n, &all))
			all.value[n->feature].v = n->value - 1;
	}
	/* 6.3.6: STALL_MAX is RES0 where nothing stalls */
	if (all.value[F(STALL)].v == 1 && !smmu_sys_given(given->value[F(STALLS_MAX)].at))
		all.value[F(STALLS_MAX)].v = 0;
	return all;
}

static void set_field(uint64_t *regs, enum smmu_reg reg, const char *name, uint64_t value)
{
	const struct smmu_format *format = smmu_reg_info(reg)->format;
	const struct smmu_field *field = smmu_format_field(format, name);

	if (field)
		smmu_field_set(field, &regs[reg], 0, value); /* checked to fit when it was read */
}

static void encode(uint64_t *regs, const struct smmu_features *all)
{
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++) {
		if (smmu_reg_is_id((enum smmu_reg)reg))
			regs[reg] = 0;
	}
	for (size_t i = 0; i < SMMU_FEATURE_COUNT; i++)
		set_field(regs, targets[i].reg, targets[i].field, all->value[i].v);
	set_field(regs, SMMU_REG_AIDR, "ArchMinorRev", all->architecture.v);
	set_field(regs, SMMU_REG_IDR0, "S1P", smmu_bit(all->stages.v, 0));
	set_field(regs, SMMU_REG_IDR0, "S2P", smmu_bit(all->stages.v, 1));
	set_field(regs, SMMU_REG_IDR5, "GRAN4K", smmu_bit(all->granules.v, SMMU_GRANULE_4K));
	set_field(regs, SMMU_REG_IDR5, "GRAN16K", smmu_bit(all->granules.v, SMMU_GRANULE_16K));
	set_field(regs, SMMU_REG_IDR5, "GRAN64K", smmu_bit(all->granules.v, SMMU_GRANULE_64K));
}

void smmu_features_apply(const struct smmu_features *given, uint64_t *regs)
{
	struct smmu_features all = complete(given);

	encode(regs, &all);
}

/* What a need comes to, as one would write it: "s1pie: true". */
static void format_need(char *text, size_t size, const struct need *n)
{
	const struct smmu_key *key = &keys[FIRST_FEATURE_KEY + n->needs];
	const char *word = "true";

	for (size_t i = 0; i < key->choices_count; i++) {
		if (key->choices[i].v == n->of_value)
			word = key->choices[i].name;
	}
	if (key->kind == SMMU_KEY_U64)
		snprintf(text, size, "%s: %u", key->name, n->of_value);
	else
		snprintf(text, size, key->kind == SMMU_KEY_SET ? "%s: [%s]" : "%s: %s", key->name,
			 word);
}

static void report_need(struct smmu_reader *r, const struct need *n, struct smmu_mark at)
{
	const char *name = keys[FIRST_FEATURE_KEY + n->feature].name;
	char needed[64];

	if (n->stages == (S1 | S2))
		snprintf(needed, sizeof(needed), "stages: [1, 2]");
	else if (n->stages)
		snprintf(needed, sizeof(needed), "stages: [%u]", n->stages == S1 ? 1u : 2u);
	else
		format_need(needed, sizeof(needed), n);
	smmu_reader_fail(r, at, SMMU_E_CONFLICT, "this '%s' needs '%s' (%s)", name, needed,
			 n->section);
}

/* The file asked for something, and took away what that stands on. */
static void check(struct smmu_reader *r, void *object)
{
	const struct smmu_features *given = object;
	const struct smmu_features all = complete(given);

	for (size_t i = 0; i < SMMU_LEN(needs); i++) {
		struct smmu_mark at = given->value[needs[i].feature].at;

		if (smmu_sys_given(at) && !is_met(&needs[i], &all))
			report_need(r, &needs[i], at);
	}
	/* 6.3.6: with D128, TTF[0] is 0 */
	if (all.value[F(D128)].v && smmu_bit(all.value[F(FORMATS)].v, 0))
		smmu_reader_fail(r, given->value[F(D128)].at, SMMU_E_CONFLICT,
				 "'d128' excludes the format 'lpae' (IHI 0070 6.3.6)");
}

const struct smmu_object smmu_features_object = {
	.name = "features",
	.what = "'features'",
	.keys = keys,
	.keys_count = SMMU_LEN(keys),
	.size = sizeof(struct smmu_features),
	.doc = "what the implementation can do, where no identification register is given",
	.check = check,
};

/* ---- presets, as schemas/presets.yaml shows them ---- */

/* A choice by its name; as a number where YAML would read one. */
static void emit_choice(struct smmu_emit *emit, const char *key, const char *name)
{
	uint64_t value;

	if (strspn(name, "0123456789") == strlen(name) &&
	    smmu_parse_u64(&value, name, strlen(name)) == 0)
		smmu_emit_uint(emit, key, value);
	else
		smmu_emit_str(emit, key, name);
}

static void emit_set(struct smmu_emit *emit, const struct smmu_key *key, uint64_t value)
{
	smmu_emit_array(emit, key->name);
	for (size_t i = 0; i < key->choices_count; i++) {
		if (value & key->choices[i].v)
			emit_choice(emit, NULL, key->choices[i].name);
	}
	smmu_emit_end(emit);
}

static void emit_feature(struct smmu_emit *emit, const struct smmu_key *key, uint64_t value)
{
	switch (key->kind) {
	case SMMU_KEY_BOOL:
		smmu_emit_bool(emit, key->name, value);
		break;
	case SMMU_KEY_SET:
		emit_set(emit, key, value);
		break;
	case SMMU_KEY_CHOICE:
		for (size_t i = 0; i < key->choices_count; i++) {
			if (key->choices[i].v == value)
				emit_choice(emit, key->name, key->choices[i].name);
		}
		break;
	default:
		smmu_emit_uint(emit, key->name, value);
		break;
	}
}

static void emit_registers(struct smmu_emit *emit, const struct smmu_features *all)
{
	uint64_t regs[SMMU_REG_COUNT] = {0};

	encode(regs, all);
	smmu_emit_object(emit, "registers");
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++) {
		if (smmu_reg_is_id((enum smmu_reg)reg) && regs[reg])
			smmu_emit_hex(emit, smmu_reg_info((enum smmu_reg)reg)->name, regs[reg], 8);
	}
	smmu_emit_end(emit);
}

void smmu_sys_presets(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	for (size_t v = 0; v < SMMU_LEN(architectures); v++) {
		const struct smmu_features all = preset_of(architectures[v].v);

		smmu_emit_object(emit, architectures[v].name);
		smmu_emit_object(emit, "features");
		for (size_t i = 0; i < SMMU_LEN(keys); i++) {
			const struct smmu_sys_u64 *value =
				(const void *)((const char *)&all + keys[i].offset);

			emit_feature(emit, &keys[i], value->v);
		}
		smmu_emit_end(emit);
		emit_registers(emit, &all);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* ---- back from identification registers ---- */

static uint64_t get_field(const uint64_t *regs, enum smmu_reg reg, const char *name)
{
	const struct smmu_field *field = smmu_format_field(smmu_reg_info(reg)->format, name);

	return field ? smmu_field_get(field, &regs[reg], 0) : 0;
}

/* What encode makes of it is regs, if anything does. */
static struct smmu_features decode(const uint64_t *regs)
{
	struct smmu_features all = {0};
	static const char *const granule[] = {"GRAN4K", "GRAN16K", "GRAN64K"};

	all.architecture.v = get_field(regs, SMMU_REG_AIDR, "ArchMinorRev");
	all.stages.v = get_field(regs, SMMU_REG_IDR0, "S1P") * S1 +
		       get_field(regs, SMMU_REG_IDR0, "S2P") * S2;
	for (unsigned i = 0; i < SMMU_LEN(granule); i++)
		all.granules.v |= get_field(regs, SMMU_REG_IDR5, granule[i]) << i;
	for (size_t i = 0; i < SMMU_FEATURE_COUNT; i++)
		all.value[i].v = get_field(regs, targets[i].reg, targets[i].field);
	return all;
}

static bool encodes(const struct smmu_features *given, const uint64_t *regs)
{
	uint64_t values[SMMU_REG_COUNT] = {0};

	smmu_features_apply(given, values);
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++)
		if (smmu_reg_is_id((enum smmu_reg)reg) && values[reg] != regs[reg])
			return false;
	return true;
}

/* Whether every value has a name that the key takes. */
static bool can_say(const struct smmu_features *given)
{
	for (size_t i = 0; i < SMMU_LEN(keys); i++) {
		const struct smmu_key *key = &keys[i];
		const struct smmu_sys_u64 *value =
			(const void *)((const char *)given + key->offset);
		bool found = key->kind != SMMU_KEY_CHOICE && key->kind != SMMU_KEY_SET;
		uint64_t left = value->v;

		for (size_t c = 0; c < key->choices_count; c++) {
			found = found || key->choices[c].v == value->v;
			left &= ~key->choices[c].v;
		}
		if (key->kind == SMMU_KEY_SET)
			found = value->v && !left;
		if (smmu_sys_given(value->at) && !found)
			return false;
	}
	return true;
}

/* Gives the first feature that those given so far leave otherwise; false: there is none. */
static bool give_next(struct smmu_features *given, const struct smmu_features *all)
{
	struct smmu_features now = complete(given);

	for (size_t i = 0; i < SMMU_LEN(keys); i++) {
		const struct smmu_sys_u64 *want =
			(const void *)((const char *)all + keys[i].offset);
		const struct smmu_sys_u64 *have =
			(const void *)((const char *)&now + keys[i].offset);
		struct smmu_sys_u64 *to = (void *)((char *)given + keys[i].offset);

		if (want->v == have->v)
			continue;
		*to = (struct smmu_sys_u64){want->v, {1, 1}};
		return true;
	}
	return false;
}

bool smmu_sys_emit_features(struct smmu_emit *emit, const uint64_t *regs)
{
	const struct smmu_features all = decode(regs);
	struct smmu_features given = {.architecture = {all.architecture.v, {1, 1}}};

	/* one by one, for what is given may take others away; each at most once */
	for (size_t i = 0; i < SMMU_LEN(keys) && give_next(&given, &all); i++)
		;
	if (!encodes(&given, regs) || !can_say(&given))
		return false;
	smmu_emit_object(emit, "features");
	for (size_t i = 0; i < SMMU_LEN(keys); i++) {
		const struct smmu_sys_u64 *value =
			(const void *)((const char *)&given + keys[i].offset);

		if (smmu_sys_given(value->at))
			emit_feature(emit, &keys[i], value->v);
	}
	smmu_emit_end(emit);
	return true;
}
