/* Layouts beside two public headers: facts in tests/data/layout-linux.txt and -qemu.txt. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/compiler.h"
#include "layout.h"

/* Where a header differs, and the issue of IHI 0070 or the mistake that made it so. */
struct difference {
	const char *file, *format, *field, *why;
};

static const struct difference differences[] = {
#define ISSUE_G "addresses of 56 bits (SMMUv3.4, IDR5.OAS 0b111): [51:n] up to issue F, [55:n] in G"
#define ISSUE_A "48-bit addresses of SMMUv3.0, issue A; [51:n] with SMMUv3.1"
#define ISSUE_F "SCALE has a sixth bit with IDR5.DS (SMMUv3.4), five bits up to issue E"
#define POINTER "the whole of the words that hold the address, not the field"
	{"linux", "SMMU_STRTAB_BASE", "ADDR", ISSUE_G},
	{"linux", "SMMU_CMDQ_BASE", "ADDR", ISSUE_G},
	{"linux", "SMMU_GERROR_IRQ_CFG0", "ADDR", ISSUE_G},
	{"linux", "L1STD", "L2Ptr", ISSUE_G},
	{"linux", "STE", "S1ContextPtr", ISSUE_G},
	{"linux", "STE", "S2TTB", ISSUE_G},
	{"linux", "L1CD", "L2Ptr", ISSUE_G},
	{"linux", "CD", "TTB0", ISSUE_G},
	{"linux", "CMD_TLBI_NH_VA", "SCALE", ISSUE_F},
	{"linux", "CMD_TLBI_S2_IPA", "Address", ISSUE_G},
	{"linux", "CMD_SYNC", "MSIAddress", ISSUE_G},
	{"linux", "F_TRANSLATION", "IPA", ISSUE_G},
	{"qemu", "SMMU_STRTAB_BASE", "ADDR", ISSUE_G},
	{"qemu", "STE", "S1ContextPtr", ISSUE_A},
	{"qemu", "STE", "S2TTB", ISSUE_A},
	{"qemu", "STE", "S2HD",
	 "one bit too high, a mistake: 5.2 has S2HD at [183] in every issue"},
	{"qemu", "STE", "S2HA",
	 "one bit too high, a mistake: 5.2 has S2HA at [184] in every issue"},
	{"qemu", "STE", "S2S", "one bit too high, a mistake: 5.2 has S2S at [185] in every issue"},
	{"qemu", "CD", "TTB0", "19 bits of its upper half, [50:4], a mistake: [51:4] from issue B"},
	{"qemu", "CD", "TTB1", "19 bits of its upper half, [50:4], a mistake: [51:4] from issue B"},
	{"qemu", "L1STD", "L2Ptr", POINTER},
	{"qemu", "CMD_TLBI_NH_VA", "SCALE", ISSUE_F},
	{"qemu", "CMD_PRI_RESP", "Resp", "one bit too low, not used there; Linux has [77:76]"},
	{"qemu", "F_TRANSLATION", "IPA", POINTER},
	{"qemu", "F_STE_FETCH", "FetchAddr", POINTER},
};

static const struct difference *expected(const char *file, const char *format, const char *field)
{
	for (size_t i = 0; i < SMMU_LEN(differences); i++)
		if (!strcmp(differences[i].file, file) && !strcmp(differences[i].format, format) &&
		    !strcmp(differences[i].field, field))
			return &differences[i];
	return NULL;
}

/* An event has several rows of a name; the one of its type counts. */
static const struct smmu_field *row_of(const struct smmu_name *name, const char *field)
{
	uint64_t words[4] = {name->number >= 0 ? (uint64_t)name->number : 0};
	struct smmu_when_ctx ctx = {.word = words};

	for (size_t i = 0; i < name->format->fields_count; i++) {
		const struct smmu_field *f = &name->format->fields[i];

		if (!strcmp(f->name, field) &&
		    (name->kind != SMMU_NAME_EVENT || smmu_field_is_present(f, &ctx)))
			return f;
	}
	return NULL;
}

static void compare(const char *header)
{
	char line[128], path[64], format[48], field[48];
	unsigned word, lsb, width, seen = 0, differ = 0, known = 0;
	FILE *file;

	snprintf(path, sizeof(path), "layout-%s.txt", header);
	file = layout_open(path);
	for (size_t i = 0; i < SMMU_LEN(differences); i++)
		known += !strcmp(differences[i].file, header);
	while (layout_line(line, sizeof(line), file)) {
		const struct smmu_field *f;
		struct smmu_name name;
		bool same;

		cr_assert_eq(sscanf(line, "%47s %47s %u %u %u", format, field, &word, &lsb, &width),
			     5, "%s", line);
		/* The one name with a space. */
		if (!strcmp(field, "Page_address"))
			strcpy(field, "Page address");
		name = layout_format(format);
		f = row_of(&name, field);
		cr_assert(f, "%s.%s", format, field);
		same = f->part[0].word == word && f->part[0].lsb == lsb &&
		       f->part[0].width == width;
		cr_expect_eq(same, expected(header, format, field) == NULL,
			     "%s: %s.%s is at word %u, [%u], %u bits, here at %u, [%u], %u", header,
			     format, field, word, lsb, width, f->part[0].word, f->part[0].lsb,
			     f->part[0].width);
		seen++;
		differ += !same;
	}
	fclose(file);
	cr_expect_gt(seen, 80, "%s", header);
	cr_expect_eq(differ, known, "%s: a difference is listed that the file has not", header);
}

Test(layout, linux_header)
{
	compare("linux");
}

Test(layout, qemu_header)
{
	compare("qemu");
}
