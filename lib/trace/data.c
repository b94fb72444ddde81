/* The column data, by op. */
#include "trace/data.h"

#include "base/bits.h"
#include "base/err.h"
#include "base/text.h"

#define PRG_INDEX_BITS 9

/* The length of text without the spaces at its end. */
static size_t trimmed(const char *text, size_t size)
{
	while (size && (text[size - 1] == ' ' || text[size - 1] == '\t'))
		size--;
	return size;
}

int smmu_data_words(uint64_t words[2], const char *text, size_t size)
{
	size_t first = 0, second;
	int err;

	size = trimmed(text, size);
	while (first < size && text[first] != ' ' && text[first] != '\t')
		first++;
	for (second = first; second < size && (text[second] == ' ' || text[second] == '\t');)
		second++;
	err = smmu_parse_u64(&words[0], text, first);
	return err ? err : smmu_parse_u64(&words[1], text + second, size - second);
}

int smmu_data_value(uint64_t *value, const char *text, size_t size)
{
	return smmu_parse_u64(value, text, trimmed(text, size));
}

static int hex_digit(unsigned *value, char c)
{
	if (c >= '0' && c <= '9')
		*value = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*value = (unsigned)(c - 'A') + 10;
	else
		return SMMU_E_SYNTAX;
	return 0;
}

int smmu_data_bytes(uint8_t *bytes, size_t *count, size_t capacity, const char *text, size_t size)
{
	unsigned high, low;

	size = trimmed(text, size);
	*count = size / 2;
	if (!size || size % 2)
		return SMMU_E_SYNTAX;
	for (size_t i = 0; i < size; i += 2) {
		if (hex_digit(&high, text[i]) || hex_digit(&low, text[i + 1]))
			return SMMU_E_SYNTAX;
		if (i / 2 < capacity)
			bytes[i / 2] = (uint8_t)(high * 16 + low);
	}
	return 0;
}

int smmu_data_prg(uint32_t *index, bool *last, const char *text, size_t size)
{
	uint64_t value;
	int err;

	size = trimmed(text, size);
	*last = size && (text[size - 1] == 'L' || text[size - 1] == 'l');
	if (*last)
		size = trimmed(text, size - 1);
	err = smmu_parse_u64(&value, text, size);
	if (err)
		return err;
	if (!smmu_bits_fit(value, PRG_INDEX_BITS))
		return SMMU_E_RANGE;
	*index = (uint32_t)value;
	return 0;
}
