/* Fields of architected words: get, set, presence, RES0. */
#include "spec/format.h"

#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/err.h"

/* The bits of one part of element index of an array (index 0: the part itself). */
static struct smmu_field_part element(const struct smmu_field_part *part, unsigned index,
				      unsigned *word)
{
	struct smmu_field_part at = *part;
	unsigned bit = part->lsb + index * part->width;

	*word = part->word + bit / 64;
	at.lsb = (uint8_t)(bit % 64);
	return at;
}

const struct smmu_enum_value *smmu_enum_find(const struct smmu_enum *values, uint64_t value)
{
	for (size_t i = 0; values && i < values->count; i++)
		if (values->values[i].value == value)
			return &values->values[i];
	return NULL;
}

uint64_t smmu_field_get(const struct smmu_field *field, const uint64_t *words, unsigned index)
{
	uint64_t value = 0;

	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width; i++) {
		unsigned word;
		struct smmu_field_part p = element(&field->part[i], index, &word);

		value |= smmu_bits(words[word], p.lsb, p.width) << p.shift;
	}
	return value;
}

int smmu_field_set(const struct smmu_field *field, uint64_t *words, unsigned index, uint64_t value)
{
	uint64_t held = 0;

	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width; i++)
		held |= smmu_mask(field->part[i].shift, field->part[i].width);
	if ((value & ~held) != 0 || (index > 0 && index >= field->array_count))
		return SMMU_E_RANGE;
	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width; i++) {
		unsigned word;
		struct smmu_field_part p = element(&field->part[i], index, &word);

		words[word] = smmu_bits_set(words[word], p.lsb, p.width, value >> p.shift);
	}
	return 0;
}

bool smmu_field_is_present(const struct smmu_field *field, const struct smmu_when_ctx *ctx)
{
	return !field->when || field->when(ctx);
}

const struct smmu_field *smmu_format_field(const struct smmu_format *format, const char *name)
{
	for (size_t i = 0; i < format->fields_count; i++)
		if (strcmp(format->fields[i].name, name) == 0)
			return &format->fields[i];
	return NULL;
}

/* The bits of word that field occupies. */
static uint64_t field_bits(const struct smmu_field *field, unsigned word)
{
	unsigned count = field->array_count > 1 ? field->array_count : 1;
	uint64_t bits = 0;

	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width; i++)
		for (unsigned n = 0; n < count; n++) {
			unsigned at;
			struct smmu_field_part p = element(&field->part[i], n, &at);

			if (at == word)
				bits |= smmu_mask(p.lsb, p.width);
		}
	return bits;
}

uint64_t smmu_format_res0(const struct smmu_format *format, const struct smmu_when_ctx *ctx,
			  unsigned word)
{
	uint64_t res0 = ctx->word[word];

	for (size_t i = 0; i < format->fields_count && res0; i++)
		if ((field_bits(&format->fields[i], word) & res0) != 0 &&
		    smmu_field_is_present(&format->fields[i], ctx))
			res0 &= ~field_bits(&format->fields[i], word);
	return res0;
}
