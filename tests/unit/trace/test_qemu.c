/* QEMU's log of smmu* events. */
#include "logs.h"

#define GUESS(line)                                                                                \
#line ":1 QEMU does not tell whether an access that failed was a write: taken so where "   \
	      "the event is F_PERMISSION\n"

Test(qemu, forms_of_a_line)
{
	static const struct {
		const char *row, *text, *records;
	} rows[] = {
		{"hex sid, perm and stage",
		 "smmuv3_translate_success r-16-2 sid=0x10 iova=0x8e043242 "
		 "translated=0x4e043242 perm=0x3 stage=1\n",
		 "access 10 8e043242 1 rw 4e043242 - -\n"},
		{"decimal sid, read only",
		 "smmuv3_translate_success r-16-2 sid=16 iova=0x1000 translated=0x2000 perm=0x1\n",
		 "access 10 1000 1 r 2000 - -\n"},
		{"with a stamp",
		 "123@7.000002:smmuv3_translate_success r sid=0x1 iova=0x0 translated=0x0 perm=0x2\n",
		 "access 1 0 1 w 0 7000002000 -\n"},
		{"a date, a guest, a program and a thread",
		 "2025-08-19T20:14:16.791413Z [fish food] qemu-system-aarch64: (1144713:main): "
		 "smmuv3_translate_success r sid=0x1 iova=0x0 translated=0x0 perm=0x2\n",
		 "access 1 0 1 w 0 1755634456791413000 -\n"},
		{"the first of March behind a day in February that has no other",
		 "2024-02-29T23:59:59Z smmuv3_read_mmio addr: 0x80 val:0x0 size: 0x8(0)\n"
		 "2024-03-01T00:00:00Z smmuv3_read_mmio addr: 0x80 val:0x0 size: 0x8(0)\n",
		 "mmio - 80 8 r - 1709251199000000000 0x0\n"
		 "mmio - 80 8 r - 1709251200000000000 0x0\n"},
		{"no date",
		 "2024-13-29T23:59:59Z smmuv3_read_mmio addr: 0x80 val:0x0 size: 0x8(0)\n",
		 "mmio - 80 8 r - - 0x0\n"},
		{"collected by syslog",
		 "Nov 24 10:00:00 host qemu[12]: smmuv3_translate_success r sid=0x1 iova=0x0 "
		 "translated=0x0 perm=0x2\n",
		 "access 1 0 1 w 0 - -\n"},
		{"the simple backend, by its script",
		 "smmuv3_translate_success 1.234 pid=9 n=r sid=0x10 iova=0x1000 translated=0x2000 "
		 "perm=0x1 stage=0x1\n"
		 "smmuv3_translate_abort 0.500 pid=9 n=r sid=0x18 addr=0x40 is_write=0x1\n"
		 "smmuv3_write_mmio 0.500 pid=9 addr=0x98 val=0x1dd1 size=0x4 r=0x0\n",
		 "access 10 1000 1 r 2000 - -\naccess 18 40 1 w - - -\n"
		 "mmio - 98 4 w - - 0x1dd1\n"},
		{"the SMMU is disabled",
		 "smmuv3_translate_disable r sid=0x18 bypass (smmu disabled) iova:0xfffff040 "
		 "is_write=1\n",
		 "access 18 fffff040 1 w fffff040 - -\n"},
		{"bypass, decimal sid",
		 "smmuv3_translate_bypass r sid=24 STE bypass iova:0x40 is_write=0\n",
		 "access 18 40 1 r 40 - -\n"},
		{"abort", "smmuv3_translate_abort r sid=24 abort on iova:0x40 is_write=0\n",
		 "access 18 40 1 r - - -\n"},
		{"a register write", "smmuv3_write_mmio addr: 0x98 val:0x1dd1 size: 0x4(0)\n",
		 "mmio - 98 4 w - - 0x1dd1\n"},
		{"a register read", "smmuv3_read_mmio addr: 0x80 val:0x0 size: 0x8(0)\n",
		 "mmio - 80 8 r - - 0x0\n"},
		{"an address of another translation",
		 "smmu_iotlb_lookup_hit IOTLB cache HIT asid=8 vmid=0 addr=0x1000 hit=0\n"
		 "smmuv3_config_cache_miss Config cache MISS for sid=0x38 (hits=0)\n"
		 "smmuv3_record_event SMMU_EVT_C_BAD_STE sid=8\n",
		 ""},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_text(&told, rows[i].text, 1);
		cr_expect_str_eq(told.records, rows[i].records, "%s", rows[i].row);
		cr_expect_str_eq(told.reports, "", "%s", rows[i].row);
	}
}

Test(qemu, what_had_to_be_guessed)
{
	static const struct {
		const char *row, *text, *records, *reports;
	} rows[] = {
		{"an event after its lookup",
		 "smmu_iotlb_lookup_miss IOTLB cache MISS asid=8 vmid=0 addr=0xdead0000 hit=0\n"
		 "smmuv3_propagate_event SMMU_EVT_F_TRANSLATION sid=0x38\n",
		 "access 38 dead0000 1 r - - SMMU_EVT_F_TRANSLATION\n", GUESS(2)},
		{"an event after its guest error",
		 "smmuv3-iommu-memory-region-0-0 translation failed for iova=0x13a9d2000"
		 "(SMMU_EVT_C_BAD_STE)\n"
		 "smmuv3_record_event SMMU_EVT_C_BAD_STE sid=8\n",
		 "access 8 13a9d2000 1 r - - SMMU_EVT_C_BAD_STE\n", GUESS(2)},
		{"an event before its guest error",
		 "smmuv3_record_event SMMU_EVT_C_BAD_STE sid=8\n"
		 "smmuv3-iommu-memory-region-0-0 translation failed for iova=0x1(SMMU_EVT_C_BAD_STE)\n",
		 "access 8 1 1 r - - SMMU_EVT_C_BAD_STE\n", GUESS(2)},
		{"an event of the simple backend",
		 "smmu_iotlb_lookup_miss 0.1 pid=9 asid=0x8 vmid=0x0 addr=0xdead0000 hit=0x0\n"
		 "smmuv3_record_event 0.1 pid=9 type=SMMU_EVT_F_TRANSLATION sid=0x38\n",
		 "access 38 dead0000 1 r - - SMMU_EVT_F_TRANSLATION\n", GUESS(2)},
		{"said once",
		 "smmu_iotlb_lookup_miss IOTLB cache MISS asid=8 vmid=0 addr=0x1000 hit=0\n"
		 "smmuv3_propagate_event SMMU_EVT_F_PERMISSION sid=0x38\n"
		 "smmu_iotlb_lookup_miss IOTLB cache MISS asid=8 vmid=0 addr=0x2000 hit=0\n"
		 "smmuv3_propagate_event SMMU_EVT_F_PERMISSION sid=0x38\n",
		 "access 38 1000 1 w - - SMMU_EVT_F_PERMISSION\n"
		 "access 38 2000 1 w - - SMMU_EVT_F_PERMISSION\n",
		 GUESS(2)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_text(&told, rows[i].text, 1);
		cr_expect_str_eq(told.records, rows[i].records, "%s", rows[i].row);
		cr_expect_str_eq(told.reports, rows[i].reports, "%s", rows[i].row);
	}
}

Test(qemu, unreadable_lines)
{
	static const char text[] =
		"smmu_reset_exit \n"
		"smmuv3_translate_success r sid=0x1 iova=0x0 translated=0x0 perm=0x0\n"
		"smmuv3_translate_success r sid=0x1 iova=0x0 trans\n"
		"smmuv3_translate_success r sid=0x100000000 iova=0x0 translated=0x0 perm=0x1\n"
		"smmuv3_write_mmio addr: 0x98 val:0x1dd1 size: 0x3(0)\n"
		"invalid STE\n";
	struct told told;

	read_text(&told, text, 8);
	cr_expect_str_eq(told.records, "");
	cr_expect_eq(told.passed, 2);
	cr_expect_eq(told.skipped, 4);
	cr_expect_str_eq(told.reports,
			 "2:65 perm= is none of 0x1, 0x2, 0x3; the line is skipped\n"
			 "3:1 translated= is missing; the line is skipped\n"
			 "4:32 sid does not fit in 32 bits; the line is skipped\n"
			 "5:1 size 3: a register access has 4 or 8; the line is skipped\n");
}

/* Counted with grep: translate_success 35632, translate_bypass 1, propagate_event 120, mmio 10125.
 */
Test(qemu, log_of_a_boot)
{
	struct told told;

	read_oracle(&told, "qemu-trace/6.1.176.log.gz");
	cr_expect_eq(told.expected, 35632 + 1);
	cr_expect_eq(told.count, 35632 + 1 + 120 + 10125);
	cr_expect_eq(told.skipped, 0, "%s", told.reports);
}

Test(qemu, log_of_the_field)
{
	struct told told;

	read_oracle(&told, "kernel-logs/51-qemu-trace-and-guest-errors.log");
	cr_expect_str_eq(told.records, "access 10 8e043242 1 rw 8e043242 - -\n"
				       "access 18 fffff040 1 w fffff040 - -\n");
	cr_expect_eq(told.skipped, 0, "%s", told.reports);
}

/* What QEMU reported of two boots, as CSV: their README counts the lines, and grep does. */
Test(qemu, translations_as_csv)
{
	static const struct {
		const char *name;
		size_t records;
	} rows[] = {
		{"linux-6.1.176-strict/dma-all.csv.gz", 52398},
		{"linux-6.12.107-acpi-2smmu/dma-all.csv.gz", 41041},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_oracle(&told, rows[i].name);
		cr_expect_eq(told.count, rows[i].records, "%s: %zu", rows[i].name, told.count);
		cr_expect_eq(told.expected, rows[i].records, "%s", rows[i].name);
		cr_expect_eq(told.skipped, 0, "%s: %s", rows[i].name, told.reports);
	}
}
