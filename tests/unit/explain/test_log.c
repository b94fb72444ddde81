/* What a log says, in the forms of drivers: expected values by hand, IHI 0070 7.3. */
#include "explain/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define V3 "arm-smmu-v3 a.smmu: "

struct events {
	struct smmu_log_item item[16];
	size_t count, messages;
};

static int keep(void *ctx, const struct smmu_log_item *item)
{
	struct events *events = ctx;

	if (item->kind == SMMU_LOG_EVENT && events->count < 16)
		events->item[events->count++] = *item;
	events->messages += item->kind == SMMU_LOG_MESSAGE;
	return 0;
}

static void read_text(struct events *events, const char *text)
{
	struct smmu_in *in = NULL;

	memset(events, 0, sizeof(*events));
	cr_assert_eq(smmu_in_open_memory(&in, "log", text, strlen(text)), 0);
	cr_assert_eq(smmu_log_read(in, keep, events, NULL), 0);
	smmu_in_close(in);
}

static const struct {
	const char *row, *text;
	size_t events;
	unsigned type;
	uint64_t stream;
	uint64_t address; /* UINT64_MAX: not known */
} rows[] = {
	{"raw words",
	 V3 "event 0x10 received:\n" V3 "\t0x0000010000000010\n" V3 "\t0x0000020000000000\n" V3
	    "\t0x0000000040001000\n" V3 "\t0x0000000000000000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"no driver, no header of a line",
	 "event 0x10 received:\n0x0000010000000010\n0x0000020000000000\n0x0000000040001000\n"
	 "0x0000000000000000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"typed by hand, without leading zeros",
	 "event 0x10 received:\n0x10000000010\n0x20000000000\n0x40001000\n0x0\n", 1, 0x10, 0x100,
	 0x40001000},
	{"a driver pads its words: a short one is cut",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000020000000000\n" V3
	    "0x000000004000\n" V3 "0x0000000000000000\n",
	 1, 0x10, 0x100, UINT64_MAX},
	{"last word lost",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000020000000000\n" V3
	    "0x0000000040001000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"second word lost, as the prose shows",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000000040001000\n" V3
	    "0x0000000000000000\n" V3
	    "event: F_TRANSLATION client: x sid: 0x100 ssid: 0x0 iova: 0x40001000 ipa: 0x0\n",
	 1, 0x10, 0x100, 0x40001000},
	{"header alone", V3 "event 0x10 received:\n", 1, 0x10, UINT64_MAX, UINT64_MAX},
	{"prose alone",
	 V3 "event: F_TRANSLATION client: 0000:01:00.0 sid: 0x100 ssid: 0x0 iova: 0x40001000 ipa: "
	    "0x0\n" V3 "unpriv data write s1 \"Input address caused fault\" stag: 0x0\n",
	 1, 0x10, 0x100, 0x40001000},
	{"prose of another event than the words before it",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000020000000000\n" V3
	    "0x0000000040001000\n" V3 "0x0000000000000000\n" V3
	    "event: F_TRANSLATION client: x sid: 0x100 ssid: 0x0 iova: 0x40002000 ipa: 0x0\n",
	 2, 0x10, 0x100, 0x40001000},
	{"Xen",
	 "(XEN) SMMUv3: /smmuv3@9050000: event 0x02 received:\n"
	 "(XEN) SMMUv3: /smmuv3@9050000:  0x0000090000000002\n"
	 "(XEN) SMMUv3: /smmuv3@9050000:  0x0000000000000000\n"
	 "(XEN) SMMUv3: /smmuv3@9050000:  0x0000000000000000\n"
	 "(XEN) SMMUv3: /smmuv3@9050000:  0x0000000000000000\n",
	 1, 0x02, 0x900, UINT64_MAX},
	{"journald",
	 "{\"MESSAGE\":\"arm-smmu-v3 a.smmu: event 0x02 received:\"}\n"
	 "{\"MESSAGE\":\"arm-smmu-v3 a.smmu: \\t0x0000090000000002\",\"PRIORITY\":\"6\"}\n",
	 1, 0x02, 0x900, UINT64_MAX},
	{"SMMUv2 is no event",
	 "arm-smmu arm-smmu.0.auto: Unhandled context fault: fsr=0x402, "
	 "iova=0x23e0000100, fsynr=0x20040, cbfrsynra=0x4000, cb=0\n",
	 0, 0, 0, 0},
	{"PMCG is no event",
	 "arm-smmu-v3-pmcg arm-smmu-v3-pmcg.8.auto: Registered PMU @ 0x0000000148020000\n", 0, 0, 0,
	 0},
	{"numbers of nobody", "0x0000010000000010\n0x0000020000000000\n0x0\n0x0\n", 0, 0, 0, 0},
	{"the end of a record and then a whole one without header",
	 V3 "0x0000020000000000\n" V3 "0x0000000040000000\n" V3 "0x0000000000000000\n" V3
	    "0x0000010000000010\n" V3 "0x0000020000000000\n" V3 "0x0000000040001000\n" V3
	    "0x0000000000000000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"a number behind the name of another driver is no word",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000020000000000\n"
	    "pci_epf_enable_doorbell: phys_addr: 0xffffff9f0000\n" V3 "0x0000000040001000\n" V3
	    "0x0000000000000000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"words of a driver that is not known, behind its name",
	 "[ 1.000000] board_iommu: event 0x10 received:\n"
	 "[ 1.000001] board_iommu: 0x0000010000000010\n"
	 "[ 1.000002] board_iommu: 0x0000020000000000\n"
	 "[ 1.000003] other: 0x0000000012340000\n"
	 "[ 1.000004] board_iommu: 0x0000000040001000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"a header whose name was cut on the left",
	 "00.smmu: event 0x10 received:\narm-smmu-v3 a00.smmu: 0x0000010000000010\n"
	 "arm-smmu-v3 a00.smmu: 0x0000020000000000\narm-smmu-v3 a00.smmu: 0x0000000040001000\n",
	 1, 0x10, 0x100, 0x40001000},
	{"first word lost, and prose of the same event",
	 V3 "event 0x10 received:\narm-smmu-v3 a.\n" V3 "0x0000020000000000\n" V3
	    "0x0000000040001010\n" V3 "0x0000000000000000\n" V3
	    "event: F_TRANSLATION client: x sid: 0x100 ssid: 0x0 iova: 0x40001010 ipa: 0x0\n",
	 1, 0x10, 0x100, 0x40001010},
	{"a word lost where a line was cut: the third one is none",
	 V3 "event 0x10 received:\n" V3 "0x0000010000000010\n" V3 "0x0000020000000000\n"
	    "[   63.351551] arm-smm\n" V3 "0x0000000000000000\n",
	 1, 0x10, 0x100, UINT64_MAX},
	{"a number that ends with its line is not known to be whole",
	 V3 "event: C_BAD_STREAMID client: (unassigned sid) sid: 0x9\nvirtio_net virtio1 enp9s0\n",
	 1, 0x02, UINT64_MAX, UINT64_MAX},
	{"header and words of two records",
	 V3 "event 0x10 received:\n" V3 "0x0000090000000002\n" V3 "0x0000000000000000\n" V3
	    "0x0000000000000000\n" V3 "0x0000000000000000\n",
	 2, 0x10, UINT64_MAX, UINT64_MAX},
};

static uint64_t known(uint64_t value, uint64_t bits)
{
	return bits ? value : UINT64_MAX;
}

Test(log, forms)
{
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct events events;
		const struct smmu_log_item *item = &events.item[0];

		read_text(&events, rows[i].text);
		cr_expect_eq(events.count, rows[i].events, "%s: %zu events", rows[i].row,
			     events.count);
		if (!rows[i].events || !events.count)
			continue;
		cr_expect_eq(smmu_evt_Type(&item->evt), rows[i].type, "%s: type", rows[i].row);
		cr_expect_eq(known(smmu_evt_StreamID(&item->evt), smmu_evt_StreamID(&item->known)),
			     rows[i].stream, "%s: StreamID", rows[i].row);
		if (rows[i].type == SMMU_EVT_F_TRANSLATION)
			cr_expect_eq(known(smmu_evt_InputAddr(&item->evt),
					   smmu_evt_InputAddr(&item->known)),
				     rows[i].address, "%s: InputAddr", rows[i].row);
	}
}

Test(log, what_is_not_said_is_not_known)
{
	const struct smmu_format *format = smmu_event_format(SMMU_EVT_F_TRANSLATION);
	struct events events;

	read_text(&events,
		  V3 "event: F_TRANSLATION client: x sid: 0x1 ssid: 0x0 iova: 0x0 ipa: 0x0\n");
	cr_assert_eq(events.count, 1);
	cr_expect_not(smmu_log_field_is_known(smmu_format_field(format, "SSV"), &events.item[0]));
	cr_expect_not(smmu_log_field_is_known(smmu_format_field(format, "RnW"), &events.item[0]));
	cr_expect(smmu_log_field_is_known(smmu_format_field(format, "InputAddr"), &events.item[0]));
	/* Whether it counts hangs on SSV and S2, which nobody said. */
	cr_expect_eq(
		smmu_log_field_is_valid(smmu_format_field(format, "SubstreamID"), &events.item[0]),
		-1);
	cr_expect_eq(smmu_log_field_is_valid(smmu_format_field(format, "IPA"), &events.item[0]),
		     -1);
	cr_expect_eq(
		smmu_log_field_is_valid(smmu_format_field(format, "StreamID"), &events.item[0]), 1);
}

Test(log, two_smmus_interleaved)
{
	struct events events;

	read_text(&events, "arm-smmu-v3 a.smmu: event 0x10 received:\n"
			   "arm-smmu-v3 b.smmu: event 0x02 received:\n"
			   "arm-smmu-v3 a.smmu: 0x0000010000000010\n"
			   "arm-smmu-v3 b.smmu: 0x0000020000000002\n"
			   "arm-smmu-v3 b.smmu: 0x0000000000000000\n"
			   "arm-smmu-v3 a.smmu: 0x0000020000000000\n"
			   "arm-smmu-v3 a.smmu: 0x0000000000001000\n");
	cr_assert_eq(events.count, 2);
	cr_expect_str_eq(events.item[0].smmu, "a.smmu");
	cr_expect_eq(smmu_evt_StreamID(&events.item[0].evt), 0x100);
	cr_expect_eq(smmu_evt_InputAddr(&events.item[0].evt), 0x1000);
	cr_expect_str_eq(events.item[1].smmu, "b.smmu");
	cr_expect_eq(smmu_evt_StreamID(&events.item[1].evt), 0x200);
}

Test(log, many_headers_need_bounded_memory)
{
	struct events events = {.count = 0};
	struct smmu_log *log = NULL;

	cr_assert_eq(smmu_log_new(&log, keep, &events), 0);
	for (uint32_t i = 1; i <= 10000; i++) {
		char line[64];

		snprintf(line, sizeof(line),
			 "arm-smmu-v3 s%u.smmu: event 0x10 received:", (unsigned)i % 100);
		cr_assert_eq(smmu_log_line(log, line, strlen(line), i), 0);
	}
	cr_assert_eq(smmu_log_flush(log), 0);
	cr_expect_eq(events.count, 16);
	smmu_log_free(log);
}

static int stop(void *ctx, const struct smmu_log_item *item)
{
	(void)ctx;
	return (int)item->line + 40;
}

Test(log, a_visit_can_stop_it)
{
	static const char text[] =
		V3 "EVTQ overflow detected -- events lost\n" V3 "option mask 0x0\n";
	struct smmu_in *in = NULL;

	cr_assert_eq(smmu_in_open_memory(&in, "log", text, strlen(text)), 0);
	cr_expect_eq(smmu_log_read(in, stop, NULL, NULL), 41);
	smmu_in_close(in);
}

static int count_words(void *ctx, const struct smmu_log_item *item)
{
	unsigned *ones = ctx;

	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		*ones += item->kind == SMMU_LOG_EVENT && !~item->evt.word[i];
	return 0;
}

/* What an SMMU without power reads as: the first word four times is one record. */
Test(log, all_ones_are_one_record)
{
	static const char *const lines[] = {
		"arm-smmu-v3 x: event 0xff received:", "arm-smmu-v3 x: 0xffffffffffffffff",
		"arm-smmu-v3 x: 0xffffffffffffffff",   "arm-smmu-v3 x: 0xffffffffffffffff",
		"arm-smmu-v3 x: 0xffffffffffffffff",
	};
	struct smmu_log *log = NULL;
	unsigned ones = 0;

	cr_assert_eq(smmu_log_new(&log, count_words, &ones), 0);
	for (uint32_t i = 0; i < SMMU_LEN(lines); i++)
		smmu_log_line(log, lines[i], strlen(lines[i]), i + 1);
	smmu_log_flush(log);
	smmu_log_free(log);
	cr_expect_eq(ones, 4);
}
