#include "layout.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"

FILE *layout_open(const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "tests/data/%s", name);
	file = fopen(path, "r");
	cr_assert(file, "%s", path);
	return file;
}

bool layout_line(char *line, size_t size, FILE *file)
{
	while (fgets(line, (int)size, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			return true;
	}
	return false;
}

struct smmu_name layout_format(const char *name)
{
	struct smmu_name found[4];
	size_t count = smmu_name_find(found, SMMU_LEN(found), name);

	for (size_t i = 0; i < count && i < SMMU_LEN(found); i++)
		if (found[i].format && found[i].kind != SMMU_NAME_FIELD)
			return found[i];
	cr_assert_fail("no format %s", name);
	return found[0];
}

uint64_t layout_bits(const struct smmu_field *field, unsigned word)
{
	unsigned count = field->array_count > 1 ? field->array_count : 1;
	uint64_t bits = 0;

	for (size_t i = 0; i < SMMU_LEN(field->part) && field->part[i].width; i++)
		for (unsigned n = 0; n < count; n++) {
			const struct smmu_field_part *p = &field->part[i];
			unsigned at = p->word * 64u + p->lsb + n * p->width;

			if (at / 64 == word)
				bits |= smmu_mask(at % 64, p->width);
		}
	return bits;
}
