/*
 * Records that the input describes, printed as Linux does, their lines between
 * those of other SMMUs and of other drivers, some of them cut or lost: every
 * record that is whole comes out once with its words, and no other bits.
 *
 * One line of a record may be cut, and none of the next record: two words that
 * are left of two records cannot be told from those of one.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "explain/log.h"

#define SMMUS	4
#define RECORDS 8 /* of each SMMU */
#define PARTS	5 /* a header and four words */
#define LINE	128

struct record {
	uint64_t word[SMMU_EVT_WORDS];
	bool is_damaged, is_seen;
};

struct queue {
	struct record record[RECORDS];
	unsigned count, next, part; /* the line that comes next */
};

struct mix {
	struct queue queue[SMMUS];
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct mix *mix)
{
	if (!mix->size)
		return 0;
	mix->size--;
	return *mix->data++;
}

/* A fault as 7.3 has it; what is RES0 stays 0, as it does in hardware. */
static void make_record(struct record *record, struct mix *mix, unsigned serial)
{
	static const uint8_t types[] = {SMMU_EVT_F_TRANSLATION, SMMU_EVT_F_PERMISSION,
					SMMU_EVT_F_ACCESS, SMMU_EVT_C_BAD_STREAMID};
	struct smmu_evt evt = {{0}};

	smmu_evt_set_Type(&evt, types[take(mix) % SMMU_LEN(types)]);
	smmu_evt_set_StreamID(&evt, 1 + serial + RECORDS * (unsigned)take(mix));
	if (smmu_evt_Type(&evt) != SMMU_EVT_C_BAD_STREAMID) {
		smmu_evt_set_RnW(&evt, take(mix) & 1);
		smmu_evt_set_CLASS(&evt, SMMU_EVT_CLASS_IN);
		for (unsigned i = 0; i < 6; i++)
			evt.word[2] = evt.word[2] * 256 + take(mix);
	}
	memcpy(record->word, evt.word, sizeof(record->word));
}

/* Marks a record of the queue that the event can be; false: there is none. */
static bool see(struct queue *queue, const struct smmu_log_item *item, bool is_damaged)
{
	for (unsigned i = 0; i < queue->count; i++) {
		struct record *record = &queue->record[i];
		bool is_true = !record->is_seen, is_whole = true;

		for (unsigned j = 0; j < SMMU_EVT_WORDS; j++) {
			is_true &= !((item->evt.word[j] ^ record->word[j]) & item->known.word[j]);
			is_whole &= item->known.word[j] == ~UINT64_C(0);
		}
		if (is_true && record->is_damaged == is_damaged && (is_whole || is_damaged))
			return record->is_seen = true;
	}
	return false;
}

static int visit(void *ctx, const struct smmu_log_item *item)
{
	struct mix *mix = ctx;
	unsigned s;

	if (item->kind != SMMU_LOG_EVENT)
		return 0;
	/* Where its name was cut, of whom it is cannot be told. */
	if (sscanf(item->smmu, "arm-smmu-v3.%u.auto", &s) == 1 && s < SMMUS &&
	    !see(&mix->queue[s], item, false) && !see(&mix->queue[s], item, true))
		abort(); /* nobody printed this */
	return 0;
}

/* The next line of queue s. */
static void print_part(char *line, struct mix *mix, unsigned s)
{
	struct queue *queue = &mix->queue[s];
	const struct record *record = &queue->record[queue->next];
	unsigned part = queue->part++;

	if (part == 0)
		snprintf(line, LINE,
			 "[    1.000000] arm-smmu-v3 arm-smmu-v3.%u.auto: event 0x%02x received:",
			 s, (unsigned)(record->word[0] & 0xff));
	else
		snprintf(line, LINE,
			 "[    1.000000] arm-smmu-v3 arm-smmu-v3.%u.auto: 0x%016" PRIx64, s,
			 record->word[part - 1]);
	if (queue->part == PARTS) {
		queue->part = 0;
		queue->next++;
	}
}

static void print_other(char *line, unsigned which)
{
	static const char *const others[] = {
		"",
		"[    1.000000] nvme nvme0: 72/0/0 default/read/poll queues",
		"[    1.000000] pci_epf_enable_doorbell: phys_addr: 0xffffff9f0000",
		"[    1.000000] arm-smmu-v3 arm-smmu-v3.9.auto: EVTQ overflow detected -- events lost",
		"[    1.000000] dw_pcie_ep_set_bar: set_bar: bar: 1 phys_addr: ffffff9f0000 flags: 0x0",
		"[    1.000000] hisi_zip 0000:31:00.0: qm_axi_rresp [error status=0x1] found",
	};

	snprintf(line, LINE, "%s", others[which % SMMU_LEN(others)]);
}

static unsigned pick_queue(const struct mix *mix, unsigned choice)
{
	for (unsigned i = 0; i < SMMUS; i++) {
		unsigned s = (choice + i) % SMMUS;

		if (mix->queue[s].next < mix->queue[s].count)
			return s;
	}
	return SMMUS;
}

static void print_all(struct mix *mix, struct smmu_log *log)
{
	char line[LINE];
	uint32_t number = 0;

	for (;;) {
		uint8_t what = take(mix);
		unsigned s = pick_queue(mix, what & 3);
		size_t size;

		if (s == SMMUS)
			return;
		if ((what & 0x1c) == 0x04) {
			print_other(line, what >> 5);
		} else {
			struct record *record = &mix->queue[s].record[mix->queue[s].next];

			print_part(line, mix, s);
			if ((what & 0x1c) == 0x08 && !record->is_damaged &&
			    (record == mix->queue[s].record || !record[-1].is_damaged)) {
				record->is_damaged = true;
				line[take(mix) % strlen(line)] = '\0';
			}
		}
		size = strlen(line);
		if (smmu_log_line(log, line, size, ++number))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mix mix = {.data = data, .size = size};
	struct smmu_log *log = NULL;

	for (unsigned s = 0; s < SMMUS; s++) {
		mix.queue[s].count = take(&mix) % RECORDS;
		for (unsigned i = 0; i < mix.queue[s].count; i++)
			make_record(&mix.queue[s].record[i], &mix, i);
	}
	if (smmu_log_new(&log, visit, &mix))
		abort();
	print_all(&mix, log);
	if (smmu_log_flush(log))
		abort();
	for (unsigned s = 0; s < SMMUS; s++)
		for (unsigned i = 0; i < mix.queue[s].count; i++)
			if (!mix.queue[s].record[i].is_seen && !mix.queue[s].record[i].is_damaged)
				abort(); /* lost */
	smmu_log_free(log);
	return 0;
}
