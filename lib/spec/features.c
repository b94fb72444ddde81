/* Architecture features, IHI 0070 G.b chapter 2. */
#include "spec/features.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "spec/id_words_priv.h"

#define PMCG_CFGR(field) smmu_PMCG_CFGR_##field(V(PMCG_CFGR))

/* VMSAv8-64 alone; where an unknown register is taken to be all ones (ids.c), it may say so. */
static bool is_aa64_alone(const uint64_t *regs)
{
	return V(IDR0) == UINT64_MAX || IDR0(TTF) == SMMU_IDR0_TTF_AA64;
}

#define FEATURE(ID, name, since, mandatory, a_profile, field, summary, present, needs, words,      \
		does)                                                                              \
	static bool present_##ID(const uint64_t *regs)                                             \
	{                                                                                          \
		(void)regs;                                                                        \
		return present;                                                                    \
	}                                                                                          \
	static bool needs_##ID(const uint64_t *regs)                                               \
	{                                                                                          \
		(void)regs;                                                                        \
		return needs;                                                                      \
	}
#include "spec/features.def"

#define NEVER SMMU_FEATURE_NEVER
#define D     SMMU_DOES_DECODE
#define C     SMMU_DOES_CHECK
#define G     SMMU_DOES_GENERATE
#define M     SMMU_DOES_MODEL
static const struct smmu_feature table[] = {
#define FEATURE(ID, name, since, mandatory, a_profile, field, summary, present, needs, words,      \
		does)                                                                              \
	{name, a_profile, field, summary, words, since, mandatory, does, present_##ID, needs_##ID},
#include "spec/features.def"
};

size_t smmu_features(const struct smmu_feature **features)
{
	*features = table;
	return SMMU_LEN(table);
}

/* Whether name is one of the names in list, which are separated by commas and spaces. */
static bool is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	while (*list) {
		size_t len = strcspn(list, ", ");

		if (len == n && n > 0 && strncasecmp(list, name, n) == 0)
			return true;
		list += len;
		list += strspn(list, ", ");
	}
	return false;
}

const struct smmu_feature *smmu_feature_find(const char *name)
{
	for (size_t i = 0; i < SMMU_LEN(table); i++)
		if (strcasecmp(table[i].name, name) == 0)
			return &table[i];
	for (size_t i = 0; i < SMMU_LEN(table); i++)
		if (is_listed(table[i].a_profile, name))
			return &table[i];
	return NULL;
}

enum smmu_feature_problem smmu_feature_check(const struct smmu_feature *feature,
					     const uint64_t *regs)
{
	unsigned version = (unsigned)smmu_AIDR_ArchMinorRev(V(AIDR));

	/* What a feature needs decides whether it can be mandatory: XNX without stage 2. */
	if (!feature->present(regs))
		return feature->mandatory <= version && feature->needs(regs) ? SMMU_FEATURE_MISSING
									     : SMMU_FEATURE_OK;
	if (!feature->needs(regs))
		return SMMU_FEATURE_NEEDS;
	return feature->since > version + 1 ? SMMU_FEATURE_TOO_NEW : SMMU_FEATURE_OK;
}
