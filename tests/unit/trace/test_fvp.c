/* GenericTrace of Fast Models. */
#include "logs.h"

#define GUESS "1:1 this source does not tell reads from writes: taken to be reads\n"

Test(fvp, forms_of_a_line)
{
	static const struct {
		const char *row, *text, *records, *reports;
	} rows[] = {
		{"a transaction",
		 "FVP.pci.pci_smmuv3.mmu.smmu_initial_transaction: trans_id=0x1 streamid=0x10 "
		 "substreamid=0xffffffff ssd_ns=true address=0x80001000 size=0x40 is_write=1\n",
		 "access 10 80001000 40 w - - -\n", ""},
		{"a message, with the time before it",
		 "[17 ns] FVP.mmu.ArchMsg.Error.x: streamid=0x10 substreamid=0x3 stage=1 address=0x1000\n",
		 "access 10 1000 1 r - 17 -\n", GUESS},
		{"ticks of ps, RnW", "5000 ps: m.smmu.x: streamid=16 address=0x1 rnw=0\n",
		 "access 10 1 1 w - 5 -\n", ""},
		{"where it goes to",
		 "m.smmu.x: streamid=16 input_address=0x1 output_address=0x2 rnw=true\n",
		 "access 10 1 1 r 2 - -\n", ""},
		{"of a descriptor",
		 "m.ArchMsg.Error.fetch_from_memory_type_not_supporting_httu: address=0x1 streamid=1\n",
		 "", ""},
		{"of the command queue",
		 "m.ArchMsg.Error.ns_cmdq: cmd_id=0x0 cons=0x4 what=\"illegal\"\n", "", ""},
		{"hide-fieldnames=1: said once",
		 "m.smmu.x: 0x10 0x1000 0x40\nm.smmu.x: 0x10 0x2000 0x40\n", "",
		 "1:1 values without names of fields tell nothing: trace without hide-fieldnames\n"},
		{"a stream that is too large", "m.smmu.x: streamid=0x100000000 address=0x1\n", "",
		 "1:1 streamid does not fit in 32 bits; the line is skipped\n"},
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

/* 0xffffffff is no SubstreamID; a Secure device says ssd_ns=0. */
Test(fvp, substreams_and_security)
{
	static const char text[] =
		"m.smmu.x: streamid=1 substreamid=0xffffffff ssd_ns=1 address=1\n"
		"m.smmu.x: streamid=1 substreamid=0x5 ssd_ns=false address=1\n";
	struct smmu_diag diag = {.report = hear, .ctx = &(struct told){.count = 0}};
	struct smmu_record records[4];
	struct smmu_trace *trace;
	struct smmu_in *in;
	size_t count;

	cr_assert_eq(smmu_in_open_memory(&in, "log", text, strlen(text)), 0);
	cr_assert_eq(smmu_trace_open(&trace, in, NULL, &diag), 0);
	cr_assert_eq(smmu_trace_next(&count, trace, records, 4, &diag), 0);
	cr_assert_eq(count, 2);
	cr_expect(!records[0].txn.ssv && records[0].txn.sec == SMMU_SEC_NS);
	cr_expect(records[1].txn.ssv && records[1].txn.substream == 5);
	cr_expect_eq(records[1].txn.sec, SMMU_SEC_S);
	smmu_trace_close(trace);
	smmu_in_close(in);
}
