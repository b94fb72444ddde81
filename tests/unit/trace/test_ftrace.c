/* Linux iommu:* and dma:* events in each form that prints them. */
#include "logs.h"

#define MAP                                                                                        \
	"map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000008090000 size=4096\n"
#define MAPPED "map - fffff000 1000 - 8090000 "

static const struct {
	const char *row, *text, *records;
} forms[] = {
	{"five flags", "kworker/u4:0-9 [001] .....     2.432168: " MAP, MAPPED "2432168000 -\n"},
	{"a task of several words", " (a - b: c)-532 [001] d.h. 2.4: " MAP,
	 MAPPED "2400000000 -\n"},
	{"trace-cmd: no flags, padding", "irq/26-x-154 [000] 0.000001:   " MAP, MAPPED "1000 -\n"},
	{"nanoseconds", "x-1 [000] 7.000000001: " MAP, MAPPED "7000000001 -\n"},
	{"perf", "kworker/u64:0    12 [011]   327.747766:   iommu:" MAP, MAPPED "327747766000 -\n"},
	{"the dump at an oops", "[  9.1]  init-1   0...1 2421687us : " MAP,
	 MAPPED "2421687000 -\n"},
	{"latency format, with a mark", "<idle>-0  3d..1  123us+: " MAP, MAPPED "123000 -\n"},
	{"and a longer one", "bash-1993  0.n.1 2421687us! : " MAP, MAPPED "2421687000 -\n"},
	{"verbose latency format",
	 "  bash  1993 0 1 00000000 00000000 [0a1b2c3d] 123.456ms (+0.001ms): " MAP,
	 MAPPED "123456000 -\n"},
	{"perf script -F +period", "kworker/u64:0    12 [011]   327.747766:          1 iommu:" MAP,
	 MAPPED "327747766000 -\n"},
	{"trace-cmd report --ts-diff", "x-1 [000] 7.000000001: (+120)  " MAP,
	 MAPPED "7000000001 -\n"},
	{"perf script -F comm,event,trace", "kworker/u64:0 iommu:" MAP, MAPPED "- -\n"},
	{"the function_graph tracer",
	 " 0)               |  /* dma_map_phys: a.b dir=TO_DEVICE dma_addr=10 size=512 "
	 "phys_addr=20 attrs= */\n",
	 "map - 10 200 - 20 - a.b\n"},
	{"options/nocontext-info", MAP, MAPPED "- -\n"},
	{"trace-cmd report -R: decimal, and hex where the type is long",
	 "x-1 [000] 7.000000001: map:  iova=4294963200 paddr=134807552 size=0x1000\n",
	 MAPPED "7000000001 -\n"},
	{"options/fields",
	 "x-1 [000] ..... 1.0: unmap: iova=0xfffff000 (4294963200) size=0x1000 (4096) "
	 "unmapped_size=0x1000 (4096)\n",
	 "unmap - fffff000 1000 - - 1000000000 -\n"},
	{"options/fields, in reverse as once",
	 "x-1 [000] ..... 1.0: dma_map_phys: attrs=0x0 (0) dir=0x1 (1) size=0x200 (512) "
	 "dma_addr=0x10 (16) phys_addr=0x20 (32) device=0000:01:00.0\n",
	 "map - 10 200 - 20 1000000000 0000:01:00.0\n"},
	{"options/fields: an unmap's address has another name",
	 "x-1 [000] ..... 1.0: dma_unmap_phys: device=a.b addr=0xf0 (240) size=0x1 (1)\n",
	 "unmap - f0 1 - - 1000000000 a.b\n"},
	{"CR and LF", "x-1 [000] .... 1.0: map: IOMMU: iova=0x1000 paddr=0x2000 size=0x10\r\n",
	 "map - 1000 10 - 2000 1000000000 -\n"},
	{"unmap of an old kernel",
	 "x-1 [000] .... 1.0: unmap: IOMMU: iova=0x1000 size=8192 unmapped_size=4096\n",
	 "unmap - 1000 2000 - - 1000000000 -\n"},
	{"a device first",
	 "x-1 [0] .... 1.0: map: IOMMU:dev=gpu iova=0x1000 - 0x2000 paddr=0x3000 size=4096\n",
	 "map - 1000 1000 - 3000 1000000000 gpu\n"},
	{"dma addresses are hex without 0x",
	 "x-1 [0] .... 1.0: dma_map_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=10 "
	 "size=512 phys_addr=20 attrs=\n",
	 "map - 10 200 - 20 1000000000 0000:01:00.0\n"},
	{"an unmap says no pa",
	 "x-1 [0] .... 1.0: dma_unmap_page: a.b dir=TO_DEVICE dma_addr=f0 size=1 attrs=\n",
	 "unmap - f0 1 - - 1000000000 a.b\n"},
	{"an allocation, without dir",
	 "x-1 [0] .... 1.0: dma_alloc: a.b dma_addr=fe980000 size=524288 "
	 "virt_addr=000000006cadbcb1 flags=GFP_KERNEL attrs=\n",
	 "map - fe980000 80000 - - 1000000000 a.b\n"},
	{"a list gives a record an entry",
	 "x-1 [0] .... 1.0: dma_map_sg: a.b dir=TO_DEVICE nents=2/2 ents=2/2 "
	 "dma_addrs={0x1000,0x3000} sizes={0x24,0x10} phys_addrs={0x7000,0x9000} attrs=\n",
	 "map - 1000 24 - 7000 1000000000 a.b\nmap - 3000 10 - 9000 1000000000 a.b\n"},
	{"merged: only the first pa is known",
	 "x-1 [0] .... 1.0: dma_map_sg: a.b dir=TO_DEVICE nents=3/3 ents=2/2 "
	 "dma_addrs={0x1000,0x3000} sizes={0x24,0x10} phys_addrs={0x7000,0x9000,0x1} attrs=\n",
	 "map - 1000 24 - 7000 1000000000 a.b\nmap - 3000 10 - - 1000000000 a.b\n"},
	{"a list is unmapped by its first pa, the newest of the device first",
	 "x-1 [0] .... 1.0: dma_map_sg: a.b dir=TO_DEVICE nents=3/3 ents=2/2 "
	 "dma_addrs={0x1000,0x3000} sizes={0x24,0x10} phys_addrs={0x7000,0x9000,0x1} attrs=\n"
	 "x-1 [0] .... 2.0: dma_map_sg: a.c dir=TO_DEVICE nents=1/1 ents=1/1 "
	 "dma_addrs={0x5000} sizes={0x8} phys_addrs={0x7000} attrs=\n"
	 "x-1 [0] .... 3.0: dma_map_sg: a.b dir=TO_DEVICE nents=1/1 ents=1/1 "
	 "dma_addrs={0x6000} sizes={0x4} phys_addrs={0x7000} attrs=\n"
	 "x-1 [0] .... 4.0: dma_unmap_sg: a.b dir=TO_DEVICE phys_addrs={0x7000} attrs=\n"
	 "x-1 [0] .... 5.0: dma_unmap_sg: a.b dir=TO_DEVICE phys_addrs={0x7000,0x9000,0x1} "
	 "attrs=\n",
	 "map - 1000 24 - 7000 1000000000 a.b\nmap - 3000 10 - - 1000000000 a.b\n"
	 "map - 5000 8 - 7000 2000000000 a.c\nmap - 6000 4 - 7000 3000000000 a.b\n"
	 "unmap - 6000 4 - - 4000000000 a.b\nunmap - 1000 24 - - 5000000000 a.b\n"
	 "unmap - 3000 10 - - 5000000000 a.b\n"},
};

Test(ftrace, forms_of_a_line)
{
	for (size_t i = 0; i < SMMU_LEN(forms); i++)
		for (size_t batch = 1; batch < 3; batch++) {
			struct told told;

			read_text(&told, forms[i].text, batch);
			cr_expect_str_eq(told.records, forms[i].records, "%s", forms[i].row);
			cr_expect_str_eq(told.reports, "", "%s", forms[i].row);
		}
}

Test(ftrace, what_had_to_be_guessed)
{
	static const struct {
		const char *row, *text, *records, *reports;
	} rows[] = {
		{"a fault that wrote",
		 "x-1 [0] .... 1.0: io_page_fault: IOMMU:ath12k_pci 0000:c2:00.0 "
		 "iova=0x00000000fe980000 flags=0x0001\n",
		 "access c200 fe980000 1 w - 1000000000 0000:c2:00.0\n",
		 "1:1 Linux does not name the StreamIDs of faults: those of PCI functions are "
		 "taken to be their RequesterIDs\n"},
		{"a list whose map came before the trace",
		 "x-1 [0] .... 1.0: dma_unmap_sg: a.b dir=TO_DEVICE phys_addrs={0x7000} attrs=\n"
		 "x-1 [0] .... 1.0: dma_unmap_sg: a.b dir=TO_DEVICE phys_addrs={0x8000} attrs=\n",
		 "",
		 "1:1 dma_unmap_sg does not say what it unmaps, and the dma_map_sg before it is "
		 "not in this trace: left out\n"},
		{"raw fields of which some are hex and some are decimal",
		 "x-1 [0] .... 1.0: dma_map_phys: device=a.b phys_addr=10 dma_addr=20 size=30\n",
		 "",
		 "1:1 fields without 0x may be hex or decimal: print the trace with its formats, "
		 "not raw; the line is skipped\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_text(&told, rows[i].text, 1);
		cr_expect_str_eq(told.records, rows[i].records, "%s", rows[i].row);
		cr_expect_str_eq(told.reports, rows[i].reports, "%s", rows[i].row);
	}
}

Test(ftrace, passed_lines_and_unreadable_ones)
{
	static const char text[] =
		"# tracer: nop\n"
		"cpus=2\n"
		"\n"
		"x-1 [0] .... 1.0: add_device_to_group: IOMMU: groupID=5 device=0000:01:00.0\n"
		"x-1 [0] .... 1.0: sched_wakeup: comm=a pid=1\n"
		"x-1 [0] .... 1.0: map: something else\n"
		"x-1 [0] .... 1.0: dma_map_page: a dir=X dma_addr=ffffffffffffffff size=1 phys_addr=1 attrs=\n"
		"x-1 [0] .... 1.0: dma_alloc: a dma_addr=0 size=1 virt_addr=0000000000000000 attrs=\n"
		"x-1 [0] .... 1.0: map: IOMMU: iova=0x1000 paddr=0x2000\n"
		"x-1 [0] .... 1.0: map: IOMMU: iova=0x1000 paddr=zz size=1\n"
		"x-1 [0] .... 1.0: io_page_fault: IOMMU:a a.b iova=0x1 flags=0x0\n"
		"x-1 [0] .... 1.0: dma_map_sg: a dma_addrs={0x1 sizes={0x2} phys_addrs={0x3} attrs=\n"
		"x-1 [0] .... 1.0: dma_map_sg: a dma_addrs={0x1,0x2} sizes={0x2} phys_addrs={0x3} attrs=\n"
		"x-1 [0] .... 1.0: dma_alloc: a dma_addr=0 size=1 virt_addr=(null) attrs=\n"
		"CPU:1 [LOST 12 EVENTS]\n"
		"CPU:7 [204600 EVENTS DROPPED]\n"
		"x 1 [000] 1.0: PERF_RECORD_LOST lost 24\n";
	struct told told;

	read_text(&told, text, 8);
	cr_expect_str_eq(told.records, "");
	cr_expect_eq(told.passed, 10);
	cr_expect_eq(told.skipped, 5);
	cr_expect_str_eq(told.reports,
			 "9:1 size= is missing; the line is skipped\n"
			 "10:49 paddr is no number of 64 bits; the line is skipped\n"
			 "11:42 no PCI function: the name of the device says no StreamID; "
			 "the line is skipped\n"
			 "12:43 dma_addrs= is no list of numbers in braces; the line is skipped\n"
			 "13:1 2 addresses but 1 sizes; the line is skipped\n"
			 "15:1 events are missing here: the buffer was too small\n"
			 "16:1 events are missing here: the buffer was too small\n"
			 "17:1 events are missing here: the buffer was too small\n");
}

/* Counted with grep; a list counts its entries, and its unmap as many. */
Test(ftrace, traces_of_kernels)
{
	static const struct {
		const char *name;
		size_t records, passed;
	} rows[] = {
		{"ftrace/6.1.176.txt.gz", 9080, 54},
		{"ftrace/6.12.107-acpi-2smmu.txt.gz", 14392, 60},
		{"kernel-logs/50-ftrace-iommu-map-unmap-qemu-kvm.log", 2, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_oracle(&told, rows[i].name);
		cr_expect_eq(told.count, rows[i].records, "%s: %zu", rows[i].name, told.count);
		cr_expect_eq(told.passed, rows[i].passed, "%s", rows[i].name);
		cr_expect_eq(told.skipped, 0, "%s: %s", rows[i].name, told.reports);
	}
}
