/* gem5's debug text of its SMMUv3. */
#include "logs.h"

#define REQ(tick, addr, size)                                                                      \
	tick ": system.smmu.ifc: [t] req from system.dma.port addr=" addr " size=" size "\n"
#define PORT(tick, text) tick ": system.smmu.ifc.port: " text "\n"
#define ABORT(addr, size, sid, write, ats)                                                         \
	"Translation Fault (addr=" addr ", size=" size ", sid=" sid ", ssid=0, isWrite=" write     \
	", isPrefetch=0, isAtsRequest=" ats ")"
#define LEFT_OUT                                                                                   \
	"1 gem5 does not tell the streams of requests that it looks up in no TLB: these are left " \
	"out\n"
#define GUESS(line) #line ":1 gem5 does not tell reads from writes: taken to be reads\n"

static const struct {
	const char *row, *text, *records, *reports;
} forms[] = {
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
	 REQ("5000", "0x1040", "0x40") PORT("6000", "micro TLB miss vaddr=0x1040 sid=0x10 ssid=0")
		 PORT("6000", "DEVICE Interface TLB miss vaddr=0x1040 sid=0x10 ssid=0")
			 PORT("7000", "Translated vaddr 0x1040 to paddr 0x88001040")
				 PORT("8000", "micro TLB upd vaddr=0x1000 amask=0xfffffffffffff000 "
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
	 REQ("1000", "0x9000", "0x40") PORT("1000", "micro TLB miss vaddr=0x1000 sid=0x11 ssid=0"),
	 "access 11 1000 1 r - 1 -\n", GUESS(2) "3:" LEFT_OUT},
	{"an abort tells all of it, its streams in decimal",
	 REQ("1000", "0x1000", "0x40") PORT("1000", "micro TLB miss vaddr=0x1000 sid=0x11 ssid=0")
		 PORT("1500", "S1 PTE not valid - fault")
			 PORT("2000", ABORT("0x1000", "0x40", "17", "1", "0")),
	 "access 11 1000 40 w - 1 -\n", GUESS(2)},
	{"an ATS request that is aborted, of which nothing was told before",
	 PORT("2000", ABORT("0x1000", "0x8", "17", "0", "1")), "ats-request 11 1000 8 r - 2 -\n",
	 ""},
	{"old versions end with it",
	 PORT("1000", "micro TLB miss vaddr=0x1000 sid=0x11 ssid=0") "panic: " ABORT(
		 "0x1000", "0x40", "17", "1", "0") "\n",
	 "access 11 1000 40 w - 1 -\n", GUESS(1)},
	{"an abort without all of its fields",
	 PORT("2000", "Translation Fault (addr=0x1000, size=0x40, sid=17"), "",
	 "1:1 a field of the fault is missing or no number; the line is skipped\n"},
	{"debug flags FmtTicksOff",
	 "s.ifc: [t] req from x addr=0x1 size=0x2\n"
	 "s.ifc.port: micro TLB hit vaddr=0x1 amask=0xfffffffffffff000 sid=0x10 ssid=0 "
	 "paddr=0x5000\n",
	 "access 10 1 2 r 5001 - -\n", GUESS(2)},
	{"the SMMU's own prefetch of an address that is asked for too",
	 REQ("1000", "0x2000",
	     "0x40") "1000: s.ifc.portprf: SLAVE Interface TLB miss "
		     "vaddr=0x2000 sid=0x11 ssid=0\n"
		     "1000: s.ifc.portprf: Translated vaddr 0x2000 to "
		     "paddr 0x3000\n" PORT(
			     "2000", "micro TLB hit vaddr=0x2000 amask=0xfffffffffffff000 sid=0x11 "
				     "ssid=0 paddr=0x3000"),
	 "access 11 2000 40 r 3000 1 -\n", GUESS(4)},
	{"a prefetch is no access",
	 PORT("1000", "SLAVE Interface TLB miss vaddr=0x1000 sid=0x11 ssid=0")
		 PORT("1000", "Translated vaddr 0x1000 to paddr 0x2000"),
	 "", ""},
	{"another line",
	 "1000: system.cpu: [t] nothing\n2000: s: Config upd  sid=0x1 ssid=0\nwarn: CMD_X\n", "",
	 ""},
	{"numbers that are none", "2000: s: micro TLB miss vaddr=0x1000 sid=0x100000000 ssid=0\n",
	 "", "1:1 sid= or ssid= is missing or no number of 32 bits; the line is skipped\n"},
};

Test(gem5, forms_of_a_line)
{
	for (size_t i = 0; i < SMMU_LEN(forms); i++) {
		struct told told;

		read_text(&told, forms[i].text, 1);
		cr_expect_str_eq(told.records, forms[i].records, "%s: %s", forms[i].row,
				 told.records);
		cr_expect_str_eq(told.reports, forms[i].reports, "%s: %s", forms[i].row,
				 told.reports);
	}
}

/* Words by 4.3 and 4.4 of IHI 0070: opcode [7:0], SubstreamID [31:12], VMID [47:32], ASID [63:48],
 * StreamID [63:32]; Address and Range in the second word. */
Test(gem5, commands)
{
	static const struct {
		const char *text, *records, *reports;
	} rows[] = {
		{"CMD_CFGI_STE sid=0x60", "0x6000000003 0x0", ""},
		{"CMD_CFGI_STE sid=0", "0x3 0x0", ""},
		{"CMD_CFGI_ALL", "0x4 0x1f", ""},
		{"CMD_CFGI_STE_RANGE", "0x4 0x1f",
		 "1:1 gem5 does not tell the range of CMD_CFGI_STE_RANGE: taken to be all "
		 "streams\n"},
		{"CMD_CFGI_CD sid=0x60 ssid=0x5", "0x6000005005 0x0", ""},
		{"CMD_CFGI_CD_ALL sid=0xffffffff", "0xffffffff00000006 0x0", ""},
		{"CMD_TLBI_NH_ALL vmid=0x3", "0x300000010 0x0", ""},
		{"CMD_TLBI_NH_ASID asid=0x1 vmid=0x3", "0x1000300000011 0x0", ""},
		{"CMD_TLBI_NH_VAA va=0xfffff000 vmid=0", "0x13 0xfffff000", ""},
		{"CMD_TLBI_NH_VA va=0x00fffff000 asid=0x1 vmid=0", "0x1000000000012 0xfffff000",
		 ""},
		{"CMD_TLBI_S2_IPA ipa=0x801000 vmid=0x3", "0x30000002a 0x801000", ""},
		{"CMD_TLBI_S12_VMALL vmid=0xffff", "0xffff00000028 0x0", ""},
		{"CMD_TLBI_NSNH_ALL", "0x30 0x0", ""},
		{"CMD_PREFETCH_ADDR - ignored", NULL, ""},
		{"CMD_RESUME", NULL, ""},
		{"CMD_CFGI_STE", NULL,
		 "1:1 sid= is missing or no number of 32 bits; the line is skipped\n"},
		{"CMD_TLBI_NH_ALL vmid=0x10000", NULL,
		 "1:1 vmid= is missing or no number of 16 bits; the line is skipped\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		char text[200], want[200] = "";
		struct told told;

		snprintf(text, sizeof(text), "2000: system.smmu: %s\n", rows[i].text);
		if (rows[i].records)
			snprintf(want, sizeof(want), "command - 0 1 - - 2 %s\n", rows[i].records);
		read_text(&told, text, 1);
		cr_expect_str_eq(told.records, want, "%s: %s", rows[i].text, told.records);
		cr_expect_str_eq(told.reports, rows[i].reports, "%s: %s", rows[i].text,
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
