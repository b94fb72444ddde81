/* Which invalidation of a log covers a page. */
#include "replay/journal.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/bits.h"

#define LOOKUP "smmu_iotlb_lookup_hit IOTLB cache HIT asid=8 vmid=1 addr=0x1000 hit=0\n"
#define TRANSLATED                                                                                 \
	LOOKUP "smmuv3_translate_success r sid=0x10 iova=0x1042 translated=0x80042 perm=0x3\n"

static void read_log(struct smmu_journal **journal, const char *text)
{
	struct smmu_in *in;

	cr_assert_eq(smmu_journal_new(journal), 0);
	cr_assert_eq(smmu_in_open_memory(&in, "log", text, strlen(text)), 0);
	cr_assert_eq(smmu_journal_read_qemu(*journal, in, NULL), 0);
	smmu_in_close(in);
}

/* Line 2 of each log translates page 0x1000 of stream 0x10, ASID 8, VMID 1. */
Test(journal, what_covers_a_page)
{
	static const struct {
		const char *row, *text, *event;
		uint32_t line;
	} rows[] = {
		{"nothing", TRANSLATED, NULL, 0},
		{"its page",
		 TRANSLATED
		 "smmuv3_range_inval vmid=1 asid=8 addr=0x1000 tg=1 num_pages=0x1 ttl=3\n",
		 "smmuv3_range_inval", 3},
		{"a range over it",
		 TRANSLATED "smmuv3_range_inval vmid=1 asid=8 addr=0x0 tg=1 num_pages=0x2 ttl=3\n",
		 "smmuv3_range_inval", 3},
		{"a range before it",
		 TRANSLATED "smmuv3_range_inval vmid=1 asid=8 addr=0x0 tg=1 num_pages=0x1 ttl=3\n",
		 NULL, 0},
		{"64 KiB",
		 TRANSLATED "smmuv3_range_inval vmid=1 asid=8 addr=0x0 tg=3 num_pages=0x1 ttl=3\n",
		 "smmuv3_range_inval", 3},
		{"another ASID",
		 TRANSLATED "smmuv3_range_inval vmid=1 asid=9 addr=0x1000 tg=1 num_pages=0x1\n",
		 NULL, 0},
		{"its page, whatever the ASID (CMD_TLBI_NH_VAA)",
		 TRANSLATED "smmuv3_range_inval vmid=1 asid=-1 addr=0x1000 tg=1 num_pages=0x1\n",
		 "smmuv3_range_inval", 3},
		{"that of another VMID",
		 TRANSLATED "smmuv3_range_inval vmid=2 asid=-1 addr=0x1000 tg=1 num_pages=0x1\n",
		 NULL, 0},
		{"too large a range of every ASID",
		 TRANSLATED
		 "smmuv3_range_inval vmid=1 asid=-1 addr=0x100000 tg=1 num_pages=0x80000000\n",
		 "smmuv3_range_inval", 3},
		{"its stream, as it was written once",
		 TRANSLATED "smmuv3_config_cache_inv Config cache INV for sid 16\n",
		 "smmuv3_config_cache_inv", 3},
		{"another stream, as it was written once",
		 TRANSLATED "smmuv3_config_cache_inv Config cache INV for sid 17\n", NULL, 0},
		{"behind a date and a program",
		 TRANSLATED "2025-08-19T20:14:16.791413Z qemu-system-aarch64: smmu_iotlb_inv_all\n",
		 "smmu_iotlb_inv_all", 3},
		{"its ASID, with a stamp",
		 TRANSLATED "1@2.3:smmu_iotlb_inv_asid_vmid IOTLB invalidate asid=8 vmid=1\n",
		 "smmu_iotlb_inv_asid_vmid", 3},
		{"its VMID", TRANSLATED "smmu_iotlb_inv_vmid IOTLB invalidate vmid=1\n",
		 "smmu_iotlb_inv_vmid", 3},
		{"another VMID", TRANSLATED "smmu_iotlb_inv_vmid IOTLB invalidate vmid=2\n", NULL,
		 0},
		{"its stream", TRANSLATED "smmu_config_cache_inv Config cache INV for sid=0x10\n",
		 "smmu_config_cache_inv", 3},
		{"all", TRANSLATED "smmu_iotlb_inv_all IOTLB invalidate all\n",
		 "smmu_iotlb_inv_all", 3},
		{"the later of two",
		 TRANSLATED
		 "smmu_iotlb_inv_all\nnoise\nsmmuv3_range_inval vmid=1 asid=8 addr=0x1000\n",
		 "smmuv3_range_inval", 5},
		{"as all of the ASID: too large to be kept by page",
		 TRANSLATED
		 "smmuv3_range_inval vmid=1 asid=8 addr=0x100000 tg=1 num_pages=0x80000000\n",
		 "smmuv3_range_inval", 3},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_journal_end end = {.line = 0};
		struct smmu_journal_page page;
		struct smmu_journal *journal;

		read_log(&journal, rows[i].text);
		cr_assert(smmu_journal_find(&page, journal, 0x10, 0x1fff), "%s", rows[i].row);
		cr_expect(page.line == 2 && page.pa == 0x80000, "%s", rows[i].row);
		cr_expect_eq(smmu_journal_end(&end, journal, 0x10, 0x1000), rows[i].event != NULL,
			     "%s", rows[i].row);
		cr_expect_eq(end.line, rows[i].line, "%s", rows[i].row);
		if (rows[i].event && end.event)
			cr_expect_str_eq(end.event, rows[i].event, "%s", rows[i].row);
		cr_expect_not(smmu_journal_find(&page, journal, 0x10, 0x2000), "%s", rows[i].row);
		cr_expect_not(smmu_journal_find(&page, journal, 0x11, 0x1000), "%s", rows[i].row);
		smmu_journal_free(journal);
	}
}

/* The cap holds, and what was kept before stays. */
Test(journal, no_more_than_its_most)
{
	struct smmu_journal_page page;
	struct smmu_journal *journal;

	cr_assert_eq(smmu_journal_new(&journal), 0);
	for (uint64_t i = 0; i < SMMU_JOURNAL_MAX + 10; i++)
		cr_assert_eq(smmu_journal_add(journal, 1, i << 12, (i + 7) << 12, 1), 0);
	cr_expect(smmu_journal_find(&page, journal, 1, 0x5000));
	cr_expect_eq(page.pa, 0xc000);
	cr_expect_not(smmu_journal_find(&page, journal, 1, (uint64_t)SMMU_JOURNAL_MAX << 12));
	smmu_journal_free(journal);
}
