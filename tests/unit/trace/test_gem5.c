/* gem5's debug text of its SMMUv3. */
#include "logs.h"

#define REQ(tick, addr, size)                                                                      \
	tick ": system.smmu.ifc: [t] req from system.dma.port addr=" addr " size=" size "\n"
#define PORT(tick, text) tick ": system.smmu.ifc.port: " text "\n"
#define GUESS(line)	 #line ":1 gem5 does not tell reads from writes: taken to be reads\n"

Test(gem5, forms_of_a_line)
{
	static const struct {
		const char *row, *text, *records, *reports;
	} rows[] = {
		{"a hit in the micro TLB",
		 REQ("5000", "0x1040", "0x40")
			 PORT("6000", "micro TLB hit vaddr=0x1040 amask=0xfffffffffffff000 "
				      "sid=0x10 ssid=0 paddr=0x88001000"),
		 "access 10 1040 40 r 88001040 5 -\n", GUESS(2)},
		{"a block of 2 MiB",
		 REQ("5000", "0x212345", "0x1")
			 PORT("6000", "micro TLB hit vaddr=0x212345 amask=0xffffffffffe00000 "
				      "sid=0x10 ssid=0 paddr=0x40000000"),
		 "access 10 212345 1 r 40012345 5 -\n", GUESS(2)},
		{"a walk",
		 REQ("5000", "0x1040", "0x40") PORT("6000",
						    "micro TLB miss vaddr=0x1040 sid=0x10 ssid=0")
			 PORT("6000", "DEVICE Interface TLB miss vaddr=0x1040 sid=0x10 ssid=0")
				 PORT("7000", "Translated vaddr 0x1040 to paddr 0x88001040")
					 PORT("8000",
					      "micro TLB upd vaddr=0x1000 amask=0xfffffffffffff000 "
					      "paddr=0x88001000 sid=0x10 ssid=0"),
		 "access 10 1040 40 r 88001040 5 -\n", GUESS(2)},
		{"stage 2 alone, with the name of the flag",
		 "5000: SMMUv3: system.smmu.ifc: [a] req from x addr=0x1 size=0x2\n"
		 "5000: SMMUv3: p: micro TLB miss vaddr=0x1 sid=0x10 ssid=0\n"
		 "5000: SMMUv3: p:   Translated vaddr 0x1 to paddr 0x2\n",
		 "access 10 1 2 r 2 5 -\n", GUESS(2)},
		{"a hit in the SMMU's TLB",
		 PORT("6000", "micro TLB miss vaddr=0x1040 sid=0x10 ssid=0") PORT(
			 "7000",
			 "SMMU TLB hit vaddr=0x1040 amask=0xfffffffffffff000 asid=0x1 vmid=0 paddr=0x2000"),
		 "access 10 1040 1 r 2040 6 -\n", GUESS(1)},
		{"an ATS request",
		 "5000: s.ifc: [t] ATS responder  req  addr=0x2000 size=0x8\n"
		 "5000: s.ifc.atsport: micro TLB hit vaddr=0x2000 amask=0xfffffffffffff000 sid=0x10 "
		 "ssid=0x3 paddr=0x88002000\n",
		 "ats-request 10 2000 8 r 88002000 5 -\n", GUESS(2)},
		{"refused",
		 PORT("1000", "micro TLB miss vaddr=0x1000 sid=0x11 ssid=0")
			 PORT("1000", "S1 PTE not valid - fault")
				 PORT("2000", "micro TLB miss vaddr=0x2000 sid=0x11 ssid=0")
					 PORT("2000", "S1 page not writable - fault"),
		 "access 11 1000 1 r - 1 -\naccess 11 2000 1 w - 2 -\n", GUESS(1)},
		{"one whose end is not told, and one whose stream is not",
		 REQ("1000", "0x9000", "0x40")
			 PORT("1000", "micro TLB miss vaddr=0x1000 sid=0x11 ssid=0"),
		 "access 11 1000 1 r - 1 -\n", GUESS(2)},
		{"a prefetch is no access",
		 PORT("1000", "SLAVE Interface TLB miss vaddr=0x1000 sid=0x11 ssid=0")
			 PORT("1000", "Translated vaddr 0x1000 to paddr 0x2000"),
		 "", ""},
		{"another line",
		 "1000: system.cpu: [t] nothing\n2000: s: CMD_CFGI_ALL\nwarn: CMD_X\n", "", ""},
		{"numbers that are none",
		 "2000: s: micro TLB miss vaddr=0x1000 sid=0x100000000 ssid=0\n", "",
		 "1:1 sid= or ssid= is missing or no number of 32 bits; the line is skipped\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct told told;

		read_text(&told, rows[i].text, 1);
		cr_expect_str_eq(told.records, rows[i].records, "%s: %s", rows[i].row,
				 told.records);
		cr_expect_str_eq(told.reports, rows[i].reports, "%s: %s", rows[i].row,
				 told.reports);
	}
}

/* More in flight than are kept: each still gives its record. */
Test(gem5, requests_without_an_end)
{
	enum { LINES = 1000 };
	char *text = malloc(LINES * 80);
	size_t size = 0;
	struct told told;

	cr_assert(text);
	for (unsigned i = 0; i < LINES; i++)
		size += (size_t)sprintf(text + size,
					"%u000: p: micro TLB miss vaddr=0x%x000 sid=0x1 ssid=0\n",
					i, i);
	read_text(&told, text, 7);
	free(text);
	cr_expect_eq(told.count, LINES, "%zu", told.count);
	cr_expect_eq(told.skipped, 0);
}
