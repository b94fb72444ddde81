/*
 * The smallest change that would let an access pass: fields of the structure
 * to blame are given other values in a private view of memory, nearest first,
 * and the access is tried again.  What is found is proved, not guessed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "explain/explain_priv.h"
#include "model/reach.h"
#include "spec/cd.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/ste.h"

/* Wider fields are addresses and identifiers: no value is better than another. */
#define FIELD_BITS_MAX 8
#define WORDS_MAX      8

struct search {
	struct smmu_model *model; /* over mem */
	struct smmu_mem *mem;
	const struct explain_verdict *verdict;
	struct explain_change *change;
	uint8_t bytes[WORDS_MAX * 8]; /* of the structure, as it is */
};

static const struct smmu_format *format_of(enum smmu_struct_kind where)
{
	switch (where) {
	case SMMU_STRUCT_L1STD:
		return &smmu_l1std_format;
	case SMMU_STRUCT_STE:
		return &smmu_ste_format;
	case SMMU_STRUCT_L1CD:
		return &smmu_l1cd_format;
	case SMMU_STRUCT_CD:
		return &smmu_cd_format;
	case SMMU_STRUCT_NONE:
	case SMMU_STRUCT_VMS:
	case SMMU_STRUCT_S1_DESC:
	case SMMU_STRUCT_S2_DESC:
	case SMMU_STRUCT_REGISTER:
	case SMMU_STRUCT_COUNT:
		break;
	}
	return NULL;
}

/* Whether the access passes with these bytes in place of the structure's. */
static bool passes(struct search *s, const uint8_t *bytes, size_t size)
{
	struct smmu_pa pa = s->verdict->result.blame.pa;
	struct smmu_reach_config config;
	struct smmu_result result = {0};
	bool ok;

	if (!smmu_mem_write(s->mem, pa, bytes, size))
		return false;
	if (s->verdict->configured_only) {
		smmu_reach_configure(&config, s->model, &s->verdict->txn);
		ok = config.status == SMMU_STATUS_OK;
	} else {
		ok = !smmu_model_probe(&result, s->model, &s->verdict->txn, NULL) &&
		     result.status == SMMU_STATUS_OK;
	}
	smmu_mem_write(s->mem, pa, s->bytes, size);
	if (ok)
		s->change->output = result.pa.pa;
	return ok;
}

static void note(struct search *s, const char *field, uint64_t from, uint64_t to)
{
	struct explain_change *change = s->change;

	change->found = true;
	change->where = s->verdict->result.blame.where;
	change->pa = s->verdict->result.blame.pa;
	snprintf(change->field, sizeof(change->field), "%s", field);
	change->from = from;
	change->to = to;
}

/* Every value of one field, the nearest first: fewest bits changed. */
static bool try_field(struct search *s, const struct smmu_format *format,
		      const struct smmu_field *field)
{
	unsigned width = field->part[0].width;
	uint64_t words[WORDS_MAX], old;

	if (width > FIELD_BITS_MAX || field->array_count > 1 || format->words > WORDS_MAX)
		return false;
	for (unsigned i = 0; i < format->words; i++)
		words[i] = smmu_ld64le(s->bytes + 8 * i);
	old = smmu_field_get(field, words, 0);
	for (unsigned flips = 1; flips <= width; flips++) {
		for (uint64_t value = 0; value < smmu_pow2(width); value++) {
			uint8_t bytes[WORDS_MAX * 8];
			unsigned bits = 0;

			for (unsigned i = 0; i < width; i++)
				bits += smmu_bit(value ^ old, i);
			if (bits != flips || smmu_field_set(field, words, 0, value))
				continue;
			for (unsigned i = 0; i < format->words; i++)
				smmu_st64le(bytes + 8 * i, words[i]);
			if (passes(s, bytes, format->words * 8)) {
				note(s, field->name, old, value);
				return true;
			}
		}
	}
	return false;
}

/* Fields that the blame names, then those of the rule. */
static void search_structure(struct search *s, const struct smmu_format *format)
{
	const struct smmu_blame *blame = &s->verdict->result.blame;
	const char *names[2] = {blame->field, blame->rule ? blame->rule->fields : NULL};

	if (!smmu_mem_read(s->mem, blame->pa, s->bytes, format->words * 8))
		return;
	for (size_t i = 0; i < SMMU_LEN(names); i++) {
		const char *at = names[i];

		while (at && *at) {
			char name[32];
			size_t size = strcspn(at, " ");
			const struct smmu_field *field;

			snprintf(name, sizeof(name), "%.*s", (int)size, at);
			field = smmu_format_field(format, name);
			if (field && try_field(s, format, field))
				return;
			at += size + (at[size] == ' ');
		}
	}
}

/* A descriptor's word, as the tables' endianness has it in memory. */
static bool try_word(struct search *s, uint64_t word, bool big_endian)
{
	uint8_t bytes[8];

	if (big_endian)
		smmu_st64be(bytes, word);
	else
		smmu_st64le(bytes, word);
	return passes(s, bytes, sizeof(bytes));
}

/* Attribute bits of a descriptor: below and above the address (D8.3). */
static bool is_attribute(unsigned bit)
{
	return bit < 12 || bit >= 50;
}

/*
 * One attribute bit, then two.  A descriptor without any address in it is no
 * page that lost its valid bit: nothing is mapped there.
 */
static void search_descriptor(struct search *s)
{
	const struct smmu_blame *blame = &s->verdict->result.blame;
	uint64_t word = blame->word, one;
	bool big_endian;

	if (!smmu_mem_read(s->mem, blame->pa, s->bytes, 8) || smmu_bits(word, 12, 38) == 0)
		return;
	big_endian = smmu_ld64le(s->bytes) != word;
	for (unsigned i = 0; i < 64; i++) {
		one = word ^ smmu_pow2(i);
		if (is_attribute(i) && try_word(s, one, big_endian)) {
			note(s, blame->field ? blame->field : "", word, one);
			return;
		}
	}
	for (unsigned i = 0; i < 64; i++)
		for (unsigned j = 0; j < i && is_attribute(i); j++) {
			uint64_t two = word ^ smmu_pow2(i) ^ smmu_pow2(j);

			if (is_attribute(j) && try_word(s, two, big_endian)) {
				note(s, blame->field ? blame->field : "", word, two);
				return;
			}
		}
}

int explain_find_change(struct explain_change *change, struct smmu_model *model,
			const struct explain_verdict *verdict)
{
	struct search s = {.verdict = verdict, .change = change};
	const struct smmu_blame *blame = &verdict->result.blame;
	const struct smmu_format *format = format_of(blame->where);
	int error;

	*change = (struct explain_change){.found = false};
	if (verdict->configured_only && blame->reason == SMMU_REASON_NONE)
		return 0;
	error = smmu_mem_fork(&s.mem, smmu_model_mem(model));
	if (!error)
		error = smmu_model_clone(&s.model, model, s.mem);
	if (!error && format)
		search_structure(&s, format);
	else if (!error &&
		 (blame->where == SMMU_STRUCT_S1_DESC || blame->where == SMMU_STRUCT_S2_DESC))
		search_descriptor(&s);
	smmu_model_free(s.model);
	smmu_mem_free(s.mem);
	return error;
}
