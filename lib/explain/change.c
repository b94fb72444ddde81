/*
 * The smallest change that would let an access pass: fields of the structures
 * on its way are given other values in a private view of memory, and the
 * access is tried again.  What is found is proved, not guessed.
 *
 * First what is to blame: its field, those of the rule it breaks, or one and
 * two attribute bits of the descriptor.  Then the pointers that led there, when
 * nothing is there.  Then every small field of the configuration, as what else
 * it could be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "explain/explain_priv.h"
#include "model/reach.h"

/* Wider fields are addresses and identifiers: no value is better than another. */
#define FIELD_BITS_MAX 8
#define WORDS_MAX      8
#define STEPS_MAX      48
#define POINTERS_MAX   3
/* Bits of a descriptor that hold an address in one format or another (D8.3). */
#define ADDRESS_LSB 12
#define ADDRESS_END 50

struct search {
	struct smmu_model *model; /* over mem */
	struct smmu_mem *mem;
	const struct explain_verdict *verdict;
	struct explain_changes *changes;
	bool bypass; /* passing without translation counts too */
	bool doubt;  /* what is found now is is_doubt */
	struct smmu_step step[STEPS_MAX];
	size_t steps;
};

/* A structure in memory, and how to see it. */
struct target {
	enum smmu_struct_kind kind;
	struct smmu_pa pa;
	const struct smmu_format *format; /* NULL: a descriptor */
	unsigned words;
	uint8_t bytes[WORDS_MAX * 8];
	bool big_endian;
};

static bool is_desc(enum smmu_struct_kind kind)
{
	return kind == SMMU_STRUCT_S1_DESC || kind == SMMU_STRUCT_S2_DESC;
}

/* False when it is no structure in memory, or cannot be read. */
static bool target(struct target *t, const struct search *s, enum smmu_struct_kind kind,
		   struct smmu_pa pa)
{
	*t = (struct target){.kind = kind, .pa = pa, .format = explain_format(kind)};
	t->words = t->format ? t->format->words : 1;
	return (t->format || is_desc(kind)) && t->words <= WORDS_MAX &&
	       smmu_mem_read(s->mem, pa, t->bytes, t->words * 8);
}

static void add_change(struct search *s, const struct target *t, const char *field, uint64_t from,
		       uint64_t to, uint64_t output)
{
	struct explain_change *change;

	if (s->changes->count == EXPLAIN_CHANGES)
		return;
	change = &s->changes->change[s->changes->count++];
	*change = (struct explain_change){.where = t->kind,
					  .pa = t->pa,
					  .from = from,
					  .to = to,
					  .output = output,
					  .is_word = !t->format,
					  .is_doubt = s->doubt};
	snprintf(change->field, sizeof(change->field), "%s", field ? field : "");
}

/* Whether the access passes with these bytes in place of the structure's. */
static bool passes(uint64_t *output, struct search *s, const struct target *t, const uint8_t *bytes)
{
	struct smmu_reach_config config;
	struct smmu_result result = {0};
	bool ok;

	if (!smmu_mem_write(s->mem, t->pa, bytes, t->words * 8))
		return false;
	smmu_model_flush(s->model);
	if (s->verdict->configured_only) {
		smmu_reach_configure(&config, s->model, &s->verdict->txn);
		ok = config.status == SMMU_STATUS_OK && (s->bypass || config.s1 || config.s2);
	} else {
		ok = !smmu_model_probe(&result, s->model, &s->verdict->txn, NULL) &&
		     result.status == SMMU_STATUS_OK &&
		     (s->bypass || result.blame.reason == SMMU_REASON_NONE);
	}
	smmu_mem_write(s->mem, t->pa, t->bytes, t->words * 8);
	*output = result.pa.pa;
	return ok;
}

static unsigned bits_set(uint64_t value)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < 64; i++)
		bits += smmu_bit(value, i);
	return bits;
}

static bool try_value(struct search *s, const struct target *t, const struct smmu_field *field,
		      const uint64_t *words, uint64_t value)
{
	uint64_t changed[WORDS_MAX], output, old = smmu_field_get(field, words, 0);
	uint8_t bytes[WORDS_MAX * 8];

	memcpy(changed, words, t->words * 8);
	if (smmu_field_set(field, changed, 0, value))
		return false;
	for (unsigned i = 0; i < t->words; i++)
		smmu_st64le(bytes + 8 * i, changed[i]);
	if (!passes(&output, s, t, bytes))
		return false;
	add_change(s, t, field->name, old, value, output);
	return true;
}

static void words_of(uint64_t *words, const struct target *t)
{
	for (unsigned i = 0; i < t->words; i++)
		words[i] = smmu_ld64le(t->bytes + 8 * i);
}

/* Every value of one field, the nearest first: fewest bits changed. */
static bool try_field(struct search *s, const struct target *t, const struct smmu_field *field)
{
	unsigned width = field->part[0].width;
	uint64_t words[WORDS_MAX], old;

	if (width > FIELD_BITS_MAX || field->array_count > 1)
		return false;
	words_of(words, t);
	old = smmu_field_get(field, words, 0);
	for (unsigned flips = 1; flips <= width; flips++)
		for (uint64_t value = 0; value < smmu_pow2(width); value++)
			if (bits_set(value ^ old) == flips && try_value(s, t, field, words, value))
				return true;
	return false;
}

/* The bits of an address, one by one. */
static bool try_pointer(struct search *s, const struct target *t, const struct smmu_field *field)
{
	uint64_t words[WORDS_MAX], old;

	words_of(words, t);
	old = smmu_field_get(field, words, 0);
	for (unsigned bit = 0; bit < 64; bit++)
		if (try_value(s, t, field, words, old ^ smmu_pow2(bit)))
			return true;
	return false;
}

static bool is_named(const char *names, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = names; at && *at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (!strncmp(at, name, size) && (!at[size] || at[size] == ' '))
			return true;
	}
	return false;
}

/* Fields that the blame names, then those of the rule. */
static bool search_blamed(struct search *s, const struct target *t)
{
	const struct smmu_blame *blame = &s->verdict->result.blame;
	const char *names[2] = {blame->field, blame->rule ? blame->rule->fields : NULL};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		for (size_t j = 0; j < t->format->fields_count; j++) {
			const struct smmu_field *field = &t->format->fields[j];

			if (is_named(names[i], field->name) && try_field(s, t, field))
				return true;
		}
	return false;
}

/* ---- Descriptors. ---- */

static bool try_word(struct search *s, const struct target *t, uint64_t from, uint64_t to,
		     const char *field)
{
	uint8_t bytes[8];
	uint64_t output;

	if (t->big_endian)
		smmu_st64be(bytes, to);
	else
		smmu_st64le(bytes, to);
	if (!passes(&output, s, t, bytes))
		return false;
	add_change(s, t, field, from, to, output);
	return true;
}

static bool is_attribute(unsigned bit)
{
	return bit < ADDRESS_LSB || bit >= ADDRESS_END;
}

/*
 * One attribute bit, then two.  A descriptor without any address in it is no
 * page that lost its valid bit: nothing is mapped there.
 */
static bool search_descriptor(struct search *s, const struct target *t, uint64_t word,
			      const char *field)
{
	if (smmu_bits(word, ADDRESS_LSB, ADDRESS_END - ADDRESS_LSB) == 0)
		return false;
	for (unsigned i = 0; i < 64; i++)
		if (is_attribute(i) && try_word(s, t, word, word ^ smmu_pow2(i), field))
			return true;
	for (unsigned i = 0; i < 64; i++)
		for (unsigned j = 0; j < i && is_attribute(i); j++)
			if (is_attribute(j) &&
			    try_word(s, t, word, word ^ smmu_pow2(i) ^ smmu_pow2(j), field))
				return true;
	return false;
}

/* ---- The structures on the way. ---- */

static void keep_step(void *ctx, const struct smmu_step *step)
{
	struct search *s = ctx;

	if (s->steps < STEPS_MAX)
		s->step[s->steps++] = *step;
}

static bool step_target(struct target *t, const struct search *s, const struct smmu_step *step)
{
	if (!target(t, s, step->kind, step->pa))
		return false;
	t->big_endian = is_desc(step->kind) && step->big_endian;
	return true;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Whether nothing is there: the fetch was aborted, or the structure or its table is empty. */
static bool is_nowhere(const struct search *s, const struct target *t, struct smmu_pa pa)
{
	uint8_t page[4096];
	struct smmu_pa start = {smmu_align_down_log2(pa.pa, 12), pa.pas};

	if (t->format && is_zero(t->bytes, t->words * 8))
		return true;
	return !smmu_mem_read(s->mem, start, page, sizeof(page)) || is_zero(page, sizeof(page));
}

/* Where a descriptor leads: its address, bit by bit, or a Block in place of a Table. */
static void try_address_bits(struct search *s, const struct target *t, uint64_t word)
{
	for (unsigned i = ADDRESS_LSB; i < ADDRESS_END; i++)
		if (try_word(s, t, word, word ^ smmu_pow2(i), "address"))
			return;
	try_word(s, t, word, word ^ smmu_pow2(1), "type");
}

/* Pointers of one structure that was read on the way. */
static void search_pointers(struct search *s, const struct smmu_step *step)
{
	struct target t;

	if (!step_target(&t, s, step))
		return;
	if (is_desc(step->kind))
		try_address_bits(s, &t, step->word[0]);
	for (size_t i = 0; t.format && i < t.format->fields_count; i++)
		if (t.format->fields[i].kind == SMMU_FIELD_ADDR)
			try_pointer(s, &t, &t.format->fields[i]);
}

/*
 * What led to the place to blame, the last step before it first.  When there
 * is something at that place, only few pointers may help, or none is believed:
 * an address that is not mapped needs no other reason.
 */
static void search_way(struct search *s, bool is_lost)
{
	size_t before = s->changes->count;

	s->doubt = !is_lost;
	for (size_t i = s->steps; i-- > 0;)
		search_pointers(s, &s->step[i]);
	s->doubt = false;
	if (!is_lost && s->changes->count > before + POINTERS_MAX)
		s->changes->count = before;
}

/* Hierarchical permissions stand in the Table descriptors, not where they are missed. */
static void search_tables(struct search *s)
{
	for (size_t i = 0; i < s->steps; i++) {
		struct target t;

		if (s->step[i].kind != SMMU_STRUCT_S1_DESC || !step_target(&t, s, &s->step[i]))
			continue;
		for (unsigned bit = ADDRESS_END; bit < 64; bit++)
			if (try_word(s, &t, s->step[i].word[0], s->step[i].word[0] ^ smmu_pow2(bit),
				     s->verdict->result.blame.field))
				break;
	}
}

static bool is_found(const struct search *s, const struct target *t, const char *field)
{
	for (size_t i = 0; i < s->changes->count; i++)
		if (s->changes->change[i].pa.pa == t->pa.pa &&
		    !strcmp(s->changes->change[i].field, field))
			return true;
	return false;
}

/* Every small field of the configuration, the nearest structure first. */
static void search_configuration(struct search *s)
{
	for (size_t i = s->steps; i-- > 0;) {
		struct target t;

		if (is_desc(s->step[i].kind) || !step_target(&t, s, &s->step[i]))
			continue;
		for (size_t j = 0; j < t.format->fields_count; j++)
			if (s->changes->count < EXPLAIN_CHANGES &&
			    !is_found(s, &t, t.format->fields[j].name))
				try_field(s, &t, &t.format->fields[j]);
	}
}

static bool is_hierarchical(enum smmu_reason reason)
{
	return reason == SMMU_REASON_NO_WRITE_TABLE || reason == SMMU_REASON_NO_ACCESS_TABLE ||
	       reason == SMMU_REASON_NO_EXECUTE_TABLE;
}

static void search_blame(struct search *s, struct target *t)
{
	const struct smmu_blame *blame = &s->verdict->result.blame;

	if (is_hierarchical(blame->reason)) {
		search_tables(s);
	} else if (t->format && !search_blamed(s, t)) {
		s->bypass = true;
		search_blamed(s, t);
		s->bypass = false;
	} else if (!t->format) {
		t->big_endian = smmu_ld64le(t->bytes) != blame->word;
		search_descriptor(s, t, blame->word, blame->field);
	}
}

static void search_all(struct search *s, bool thorough)
{
	const struct smmu_blame *blame = &s->verdict->result.blame;
	struct target t;
	bool is_there = target(&t, s, blame->where, blame->pa), is_lost;

	if (is_there)
		search_blame(s, &t);
	if (!thorough || (blame->rule && s->changes->count))
		return;
	is_lost =
		blame->where != SMMU_STRUCT_REGISTER && (!is_there || is_nowhere(s, &t, blame->pa));
	search_way(s, is_lost);
	search_configuration(s);
}

int explain_find_changes(struct explain_changes *changes, struct smmu_model *model,
			 const struct explain_verdict *verdict, bool thorough)
{
	struct search *s = calloc(1, sizeof(*s));
	const struct smmu_walk_log log = {keep_step, s};
	struct smmu_result ignored;
	int error;

	changes->count = 0;
	if (!s)
		return SMMU_E_NOMEM;
	s->verdict = verdict;
	s->changes = changes;
	error = smmu_mem_fork(&s->mem, smmu_model_mem(model));
	if (!error)
		error = smmu_model_clone(&s->model, model, s->mem);
	if (!error)
		error = smmu_model_probe(&ignored, s->model, &verdict->txn, &log);
	if (!error)
		search_all(s, thorough);
	smmu_model_free(s->model);
	smmu_mem_free(s->mem);
	free(s);
	return error;
}
