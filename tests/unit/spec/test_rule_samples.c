/*
 * Legality against outcomes that were worked out by others: the STE and CD of
 * every sample whose structures can be read straight from its memory.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/reg.h"
#include "spec/rule.h"

/* The sparse bytes of a sample; what it does not list is zero. */
static uint64_t load64(json_t *memory, uint64_t pa)
{
	uint8_t bytes[8] = {0};
	json_t *chunk;
	size_t i;

	json_array_foreach(memory, i, chunk)
	{
		const char *hex = json_string_value(json_object_get(chunk, "hex"));
		const char *start = json_string_value(json_object_get(chunk, "base"));
		uint64_t base = strtoull(start, NULL, 16), size = strlen(hex) / 2;

		for (unsigned b = 0; b < 8; b++) {
			char digits[3] = {0};

			if (pa + b < base || pa + b - base >= size)
				continue;
			memcpy(digits, hex + 2 * (pa + b - base), 2);
			bytes[b] = (uint8_t)strtoul(digits, NULL, 16);
		}
	}
	return smmu_ld64le(bytes);
}

struct sample {
	const char *id, *event;
	json_t *memory, *alternatives;
	uint64_t regs[SMMU_REG_COUNT];
	uint64_t stream, substream;
	struct smmu_ids ids;
	struct smmu_rule_ctx ctx;
};

static uint64_t number(json_t *value)
{
	return json_is_string(value) ? strtoull(json_string_value(value), NULL, 16)
				     : (uint64_t)json_integer_value(value);
}

static enum smmu_sec sec_of(json_t *transaction)
{
	const char *sec = json_string_value(json_object_get(transaction, "security"));

	if (sec && strcmp(sec, "s") == 0)
		return SMMU_SEC_S;
	return sec && strcmp(sec, "realm") == 0 ? SMMU_SEC_REALM : SMMU_SEC_NS;
}

static void read_sample(struct sample *s, json_t *json)
{
	json_t *transaction = json_object_get(json, "transaction");
	json_t *registers = json_object_get(json, "registers"), *value;
	const char *name;

	memset(s, 0, sizeof(*s));
	s->id = json_string_value(json_object_get(json, "id"));
	s->event = json_string_value(json_object_get(json_object_get(json, "expect"), "event"));
	s->memory = json_object_get(json, "memory");
	s->alternatives = json_object_get(json, "alternatives");
	s->stream = number(json_object_get(transaction, "stream"));
	s->substream = number(json_object_get(transaction, "substream"));
	json_object_foreach(registers, name, value)
	{
		enum smmu_reg reg;

		if (smmu_reg_find(&reg, name) == 0)
			s->regs[reg] = number(value);
	}
	smmu_ids_from_regs(&s->ids, s->regs);
	s->ctx.ids = &s->ids;
	s->ctx.sec = sec_of(transaction);
	s->ctx.e2h = smmu_CR2_E2H(s->regs[smmu_reg_of(SMMU_REG_CR2, s->ctx.sec)]);
}

/* Whether the sample's STE is in a linear table that is in use. */
static bool ste_of(struct smmu_ste *ste, const struct sample *s)
{
	uint64_t base = s->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE, s->ctx.sec)];
	uint64_t cfg = s->regs[smmu_reg_of(SMMU_REG_STRTAB_BASE_CFG, s->ctx.sec)];
	uint64_t cr0 = s->regs[smmu_reg_of(SMMU_REG_CR0, s->ctx.sec)];

	if (!smmu_CR0_SMMUEN(cr0) || smmu_STRTAB_BASE_CFG_FMT(cfg) != 0)
		return false;
	for (unsigned w = 0; w < SMMU_STE_WORDS; w++)
		ste->word[w] = load64(s->memory, smmu_STRTAB_BASE_ADDR(base) +
							 SMMU_STE_BYTES * s->stream + 8 * w);
	return true;
}

/* CDs behind stage 2 or a second level need a walk, and are left out. */
static bool cd_of(struct smmu_cd *cd, const struct smmu_ste *ste, const struct sample *s)
{
	uint64_t at = smmu_ste_S1ContextPtr(ste);

	if (smmu_ste_Config(ste) != SMMU_STE_CONFIG_S1)
		return false;
	if (smmu_ste_S1CDMax(ste) && smmu_ste_S1Fmt(ste) != SMMU_STE_S1FMT_LINEAR)
		return false;
	if (smmu_ste_S1CDMax(ste))
		at += SMMU_CD_BYTES * s->substream;
	for (unsigned w = 0; w < SMMU_CD_WORDS; w++)
		cd->word[w] = load64(s->memory, at + 8 * w);
	return true;
}

static bool expects(const struct sample *s, const char *event)
{
	return s->event && strcmp(s->event, event) == 0;
}

static bool permits(const struct sample *s, const char *event)
{
	json_t *other;
	size_t i;

	if (expects(s, event))
		return true;
	json_array_foreach(s->alternatives, i, other)
	{
		const char *name = json_string_value(json_object_get(other, "event"));

		if (name && strcmp(name, event) == 0)
			return true;
	}
	return false;
}

/* Counts in *structures what could be looked at. */
static void check_sample(json_t *json, unsigned *structures)
{
	static struct sample s;
	const struct smmu_rule *rule;
	struct smmu_ste ste;
	struct smmu_cd cd;

	read_sample(&s, json);
	if (!ste_of(&ste, &s))
		return;
	rule = smmu_ste_illegal(&ste, &s.ctx);
	(*structures)++;
	if (expects(&s, "C_BAD_STE") && !s.alternatives)
		cr_expect_not_null(rule, "%s: the STE is found legal", s.id);
	if (rule)
		cr_expect(permits(&s, "C_BAD_STE"), "%s: %s", s.id, rule->name);
	/* A transaction that is refused before does not look at a CD. */
	if (rule || !cd_of(&cd, &ste, &s))
		return;
	rule = smmu_cd_illegal(&cd, &ste, &s.ctx);
	(*structures)++;
	if (expects(&s, "C_BAD_CD") && !s.alternatives)
		cr_expect_not_null(rule, "%s: the CD is found legal", s.id);
	if (rule && !expects(&s, "C_BAD_SUBSTREAMID") && !expects(&s, "F_STREAM_DISABLED"))
		cr_expect(permits(&s, "C_BAD_CD"), "%s: %s", s.id, rule->name);
}

Test(rule_samples, outcomes_of_others)
{
	static const char *const names[] = {
		"spec-samples/legality.jsonl",	  "spec-samples/translate.jsonl",
		"extension-samples/attr.jsonl",	  "extension-samples/d128.jsonl",
		"extension-samples/lpae.jsonl",	  "extension-samples/perm.jsonl",
		"extension-samples/vmsa64.jsonl", "extension-samples/worlds.jsonl",
	};
	static char line[1 << 17];
	const char *oracles = getenv("ORACLES");
	unsigned structures = 0;

	for (size_t i = 0; i < SMMU_LEN(names); i++) {
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", oracles ? oracles : "../shared/data",
			 names[i]);
		file = fopen(path, "r");
		if (!file)
			cr_skip_test("no %s", path);
		while (fgets(line, sizeof(line), file)) {
			json_t *json = json_loads(line, 0, NULL);

			cr_assert(json, "%s", path);
			check_sample(json, &structures);
			json_decref(json);
		}
		fclose(file);
	}
	cr_expect_gt(structures, 100, "%u", structures);
}
