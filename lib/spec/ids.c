/* What identification registers say, and where they contradict the architecture. */
#include "spec/ids.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/effective.h"
#include "spec/id_rule.h"
#include "spec/problem_priv.h"
#include "spec/show.h"

static const struct smmu_linux_feature linux_features[] = {
#define LINUX(bit, name, field, present, absent) {bit, name, field, present, absent},
#include "spec/linux.def"
};

size_t smmu_linux_features(const struct smmu_linux_feature **features)
{
	*features = linux_features;
	return SMMU_LEN(linux_features);
}

/* The registers with those that are not known all zeros, and all ones. */
struct bounds {
	uint64_t zeros[SMMU_REG_COUNT], ones[SMMU_REG_COUNT];
};

static void bounds_init(struct bounds *b, const uint64_t *regs, const bool *given)
{
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		b->zeros[i] = given[i] ? regs[i] : 0;
		b->ones[i] = given[i] ? regs[i] : UINT64_MAX;
	}
}

static enum smmu_feature_state state_in(const struct smmu_feature *feature, const struct bounds *b)
{
	bool low = feature->present(b->zeros), high = feature->present(b->ones);

	if (!feature->field[0] || low != high)
		return SMMU_FEATURE_UNKNOWN;
	return low ? SMMU_FEATURE_PRESENT : SMMU_FEATURE_ABSENT;
}

enum smmu_feature_state smmu_feature_state(const struct smmu_feature *feature, const uint64_t *regs,
					   const bool *given)
{
	struct bounds b;

	bounds_init(&b, regs, given);
	return state_in(feature, &b);
}

/* Where the problems of one register's layout go. */
struct of_register {
	struct smmu_problems *problems;
	const char *name;
};

static void layout_problem(void *ctx, const char *sentence)
{
	struct of_register *of = ctx;

	smmu_problem(of->problems, "%s: %s", of->name, sentence);
}

/* Reserved encodings and RES0 bits; fields that depend on others count as present. */
static void layout_problems(struct smmu_problems *p, const uint64_t *regs, const bool *given)
{
	for (unsigned i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);
		struct smmu_show show = {
			.kind = SMMU_ENTRY_REGISTER, .reg = info, .sec = info->sec};

		if (!given[i] || !smmu_reg_is_id((enum smmu_reg)i))
			continue;
		smmu_show_problems(&show, &regs[i], layout_problem,
				   &(struct of_register){p, info->name});
	}
}

/* Largest values of sizes. */
static void size_problems(struct smmu_problems *p, const uint64_t *regs, const bool *given)
{
	static const struct {
		const char *field, *section;
		enum smmu_reg reg;
		unsigned most;
	} sizes[] = {
		{"SIDSIZE", "6.3.2", SMMU_REG_IDR1, 32},
		{"SSIDSIZE", "6.3.2", SMMU_REG_IDR1, 20},
		{"CMDQS", "6.3.2", SMMU_REG_IDR1, 19},
		{"EVENTQS", "6.3.2", SMMU_REG_IDR1, 19},
		{"PRIQS", "6.3.2", SMMU_REG_IDR1, 19},
		{"S_SIDSIZE", "6.3.53", SMMU_REG_S_IDR1, 32},
		{"CMDQ_CONTROL_PAGE_LOG2NUMQ", "6.3.45", SMMU_REG_IDR6, 8},
		{"CMDQ_CONTROL_PAGE_LOG2NUMP", "6.3.45", SMMU_REG_IDR6, 8},
		{"CMDQ_CONTROL_PAGE_LOG2NUMQ", "6.3.91", SMMU_REG_S_IDR6, 8},
		{"CMDQ_CONTROL_PAGE_LOG2NUMP", "6.3.91", SMMU_REG_S_IDR6, 8},
		{"CMDQ_CONTROL_PAGE_LOG2NUMQ", "6.3.157", SMMU_REG_R_IDR6, 8},
		{"CMDQ_CONTROL_PAGE_LOG2NUMP", "6.3.157", SMMU_REG_R_IDR6, 8},
	};

	for (size_t i = 0; i < SMMU_LEN(sizes); i++) {
		const struct smmu_reg_info *info = smmu_reg_info(sizes[i].reg);
		uint64_t value = smmu_field_get(smmu_format_field(info->format, sizes[i].field),
						&regs[sizes[i].reg], 0);

		if (given[sizes[i].reg] && value > sizes[i].most)
			smmu_problem(p, "%s.%s is %llu, at most %u is permitted (IHI 0070 %s)",
				     info->name, sizes[i].field, (unsigned long long)value,
				     sizes[i].most, sizes[i].section);
	}
}

/* What may be wrong with a set of registers. */
struct claim {
	const struct smmu_feature *feature; /* with this problem */
	enum smmu_feature_problem problem;
	const struct smmu_id_rule *rule; /* or this rule, broken */
};

static bool holds(const struct claim *claim, const uint64_t *regs)
{
	if (claim->rule)
		return claim->rule->broken(regs);
	return smmu_feature_check(claim->feature, regs) == claim->problem;
}

/*
 * Whether a claim holds whatever the unknown registers say: with all zeros, all
 * ones, and each of them against the rest.
 */
static bool is_certain(struct bounds *b, const bool *given, const struct claim *claim)
{
	bool certain = holds(claim, b->zeros) && holds(claim, b->ones);

	for (unsigned i = 0; certain && i < SMMU_REG_COUNT; i++) {
		if (given[i] || !smmu_reg_is_id((enum smmu_reg)i))
			continue;
		b->zeros[i] = UINT64_MAX;
		b->ones[i] = 0;
		certain = holds(claim, b->zeros) && holds(claim, b->ones);
		b->zeros[i] = 0;
		b->ones[i] = UINT64_MAX;
	}
	return certain;
}

static void feature_problem(struct smmu_problems *p, const struct smmu_feature *f, struct bounds *b,
			    const bool *given)
{
	enum smmu_feature_problem low = smmu_feature_check(f, b->zeros);
	bool has_version = given[SMMU_REG_AIDR];
	unsigned version = (unsigned)smmu_AIDR_ArchMinorRev(b->zeros[SMMU_REG_AIDR]);
	bool depends = low != SMMU_FEATURE_NEEDS;

	if (low == SMMU_FEATURE_OK || state_in(f, b) == SMMU_FEATURE_UNKNOWN ||
	    (depends && !has_version) ||
	    !is_certain(b, given, &(struct claim){.feature = f, .problem = low}))
		return;
	switch (low) {
	case SMMU_FEATURE_OK:
		break;
	case SMMU_FEATURE_TOO_NEW:
		smmu_problem(p,
			     "%s (%s) is of SMMUv3.%u, which SMMUv3.%u cannot have (IHI 0070 2.9)",
			     f->name, f->field, f->since, version);
		break;
	case SMMU_FEATURE_MISSING:
		smmu_problem(p, "%s (%s) is missing, which SMMUv3.%u requires", f->name, f->field,
			     version);
		break;
	case SMMU_FEATURE_NEEDS:
		smmu_problem(p, "%s (%s) needs %s", f->name, f->field, f->needs_text);
		break;
	}
}

/* What one register says of another. */
static void relation_problems(struct smmu_problems *p, struct bounds *b, const bool *given)
{
	const struct smmu_id_rule *rules;
	size_t count = smmu_id_rules(&rules);

	for (size_t i = 0; i < count; i++)
		if (is_certain(b, given, &(struct claim){.rule = &rules[i]}))
			smmu_problem(p, "%s (%s)", rules[i].text, rules[i].section);
}

size_t smmu_ids_problems(const uint64_t *regs, const bool *given,
			 void (*say)(void *ctx, const char *sentence), void *ctx)
{
	struct smmu_problems p = {say, ctx, 0};
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);
	struct bounds b;

	bounds_init(&b, regs, given);
	layout_problems(&p, regs, given);
	size_problems(&p, regs, given);
	relation_problems(&p, &b, given);
	for (size_t i = 0; i < count; i++)
		feature_problem(&p, &features[i], &b, given);
	return p.count;
}

/* The meaning of one field's value, or its number where it has no names. */
static void emit_field(struct smmu_emit *emit, const char *key, enum smmu_reg reg,
		       const char *field_name, const uint64_t *regs)
{
	const struct smmu_field *field = smmu_format_field(smmu_reg_info(reg)->format, field_name);
	uint64_t value = smmu_field_get(field, &regs[reg], 0);
	const struct smmu_enum_value *known = smmu_enum_find(field->values, value);

	if (field->kind == SMMU_FIELD_BOOL)
		smmu_emit_bool(emit, key, value != 0);
	else if (!field->values)
		smmu_emit_uint(emit, key, value);
	else
		smmu_emit_str(emit, key, known ? known->name : "reserved");
	if (known)
		smmu_emit_meaning(emit, "%s", known->meaning);
}

/* What is one field each. */
static const struct {
	const char *key;
	enum smmu_reg reg;
	const char *field;
} plain_limits[] = {
	{"stream-bits", SMMU_REG_IDR1, "SIDSIZE"},
	{"substream-bits", SMMU_REG_IDR1, "SSIDSIZE"},
	{"command-queue-bits", SMMU_REG_IDR1, "CMDQS"},
	{"event-queue-bits", SMMU_REG_IDR1, "EVENTQS"},
	{"pri-queue-bits", SMMU_REG_IDR1, "PRIQS"},
	{"stream-tables", SMMU_REG_IDR0, "ST_LEVEL"},
	{"two-level-contexts", SMMU_REG_IDR0, "CD2L"},
	{"endian", SMMU_REG_IDR0, "TTENDIAN"},
	{"coherent", SMMU_REG_IDR0, "COHACC"},
	{"stall", SMMU_REG_IDR0, "STALL_MODEL"},
	{"terminate", SMMU_REG_IDR0, "TERM_MODEL"},
	{"httu", SMMU_REG_IDR0, "HTTU"},
	{"msi", SMMU_REG_IDR0, "MSI"},
	{"bbml", SMMU_REG_IDR3, "BBML"},
	{"stalls-max", SMMU_REG_IDR5, "STALL_MAX"},
	{"override-types", SMMU_REG_IDR1, "ATTR_TYPES_OVR"},
	{"override-permissions", SMMU_REG_IDR1, "ATTR_PERMS_OVR"},
};

static void emit_words(struct smmu_emit *emit, const char *key, const char *const *words,
		       const bool *has, size_t count)
{
	smmu_emit_array(emit, key);
	for (size_t i = 0; i < count; i++)
		if (has[i])
			smmu_emit_str(emit, NULL, words[i]);
	smmu_emit_end(emit);
}

static void emit_idr0(struct smmu_emit *emit, const struct smmu_ids *ids)
{
	static const char *const stages[] = {"stage 1", "stage 2", "nested"};
	static const char *const formats[] = {"VMSAv8-32 LPAE", "VMSAv8-64", "VMSAv9-128"};
	uint64_t idr0 = ids->idr[0], ttf = smmu_IDR0_TTF(idr0);
	bool s1 = smmu_IDR0_S1P(idr0), s2 = smmu_IDR0_S2P(idr0);
	bool has_stage[] = {s1, s2, s1 && s2};
	bool has_format[] = {ttf & SMMU_IDR0_TTF_LPAE, ttf & SMMU_IDR0_TTF_AA64,
			     smmu_IDR5_D128(ids->idr[5])};

	emit_words(emit, "stages", stages, has_stage, SMMU_LEN(stages));
	emit_words(emit, "formats", formats, has_format, SMMU_LEN(formats));
	smmu_emit_uint(emit, "asid-bits", smmu_asid_bits(ids));
	smmu_emit_uint(emit, "vmid-bits", smmu_vmid_bits(ids));
}

static void emit_idr5(struct smmu_emit *emit, const struct smmu_ids *ids)
{
	static const char *const granules[] = {"4K", "16K", "64K"};
	uint64_t idr5 = ids->idr[5];
	bool has[] = {smmu_IDR5_GRAN4K(idr5), smmu_IDR5_GRAN16K(idr5), smmu_IDR5_GRAN64K(idr5)};

	emit_words(emit, "granules", granules, has, SMMU_LEN(granules));
	smmu_emit_uint(emit, "input-bits", smmu_vax_bits(ids));
	smmu_emit_uint(emit, "output-bits", smmu_oas_bits(ids));
}

void smmu_ids_emit_limits(struct smmu_emit *emit, const uint64_t *regs, const bool *given)
{
	struct smmu_ids ids;

	smmu_ids_from_regs(&ids, regs);
	smmu_emit_object(emit, "limits");
	if (given[SMMU_REG_AIDR])
		smmu_emit_strf(emit, "version", "SMMUv3.%u", smmu_version(&ids));
	if (given[SMMU_REG_IDR0])
		emit_idr0(emit, &ids);
	if (given[SMMU_REG_IDR5])
		emit_idr5(emit, &ids);
	for (size_t i = 0; i < SMMU_LEN(plain_limits); i++)
		if (given[plain_limits[i].reg])
			emit_field(emit, plain_limits[i].key, plain_limits[i].reg,
				   plain_limits[i].field, regs);
	smmu_emit_end(emit);
}
