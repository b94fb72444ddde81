/*
 * Events iommu:* and dma:* of Linux as text: the kernel's trace file, trace-cmd
 * report, perf script, and the dump at an oops.  Forms of
 * include/trace/events/{iommu,dma}.h of Linux, 3.12 to 7.
 *
 *   TASK-PID   [CPU] FLAGS SECONDS.MICROS: EVENT: PAYLOAD       FLAGS also absent
 *   COMM   PID [CPU] SECONDS.MICROS: SUBSYSTEM:EVENT: PAYLOAD   perf
 *   CPU)TASK-PID 1...  MICROSus : EVENT: PAYLOAD                the dump
 *
 * A task may have any name, so the time is what a line is known by.
 */
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "trace/log_priv.h"

/* dma_addrs, sizes, phys_addrs */
enum { LISTS = 3 };

struct event {
	const char *subsystem, *name;
	enum smmu_log_outcome (*read)(struct smmu_log_line *line, const struct event *event,
				      struct smmu_span payload);
	enum smmu_trace_op op;
	const char *pa; /* its key, when the event has one */
};

static enum smmu_log_outcome read_iommu(struct smmu_log_line *line, const struct event *event,
					struct smmu_span payload);
static enum smmu_log_outcome read_fault(struct smmu_log_line *line, const struct event *event,
					struct smmu_span payload);
static enum smmu_log_outcome read_dma(struct smmu_log_line *line, const struct event *event,
				      struct smmu_span payload);
static enum smmu_log_outcome read_list(struct smmu_log_line *line, const struct event *event,
				       struct smmu_span payload);

/* Those that map nothing are not here: add_device_to_group, dma_sync_*, *_err. */
static const struct event events[] = {
	{"iommu", "map", read_iommu, SMMU_OP_MAP, "paddr"},
	{"iommu", "unmap", read_iommu, SMMU_OP_UNMAP, NULL},
	{"iommu", "io_page_fault", read_fault, SMMU_OP_ACCESS, NULL},
	{"dma", "dma_map_page", read_dma, SMMU_OP_MAP, "phys_addr"},
	{"dma", "dma_map_phys", read_dma, SMMU_OP_MAP, "phys_addr"},
	{"dma", "dma_map_resource", read_dma, SMMU_OP_MAP, "phys_addr"},
	{"dma", "dma_unmap_page", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_unmap_phys", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_unmap_resource", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_alloc", read_dma, SMMU_OP_MAP, NULL},
	{"dma", "dma_alloc_pages", read_dma, SMMU_OP_MAP, NULL},
	{"dma", "dma_alloc_sgt", read_dma, SMMU_OP_MAP, NULL},
	{"dma", "dma_free", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_free_pages", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_free_sgt", read_dma, SMMU_OP_UNMAP, NULL},
	{"dma", "dma_map_sg", read_list, SMMU_OP_MAP, "phys_addrs"},
};

/* The time that ends at a colon: SECONDS.FRACTION, or MICROSus and a space. */
static bool time_before(uint64_t *time_ns, const char *line, char *colon)
{
	char *end = colon, *first;
	bool micros = false;
	struct smmu_span span;

	while (end > line && end[-1] == ' ')
		end--;
	if (end - line > 2 && end[-1] == 's' && end[-2] == 'u') {
		micros = true;
		end -= 2;
	} else if (end != colon) {
		return false;
	}
	for (first = end;
	     first > line && ((first[-1] >= '0' && first[-1] <= '9') || first[-1] == '.');)
		first--;
	if (first == end || (first > line && !smmu_line_is_space(first[-1])))
		return false;
	span = (struct smmu_span){first, end};
	if (!smmu_span_time(time_ns, &span) || span.p != end)
		return false;
	if (micros)
		*time_ns = *time_ns > UINT64_MAX / 1000 ? UINT64_MAX : *time_ns * 1000;
	return true;
}

static const struct event *find_event(struct smmu_span name)
{
	struct smmu_span subsystem = {name.p, name.p};

	for (char *p = name.p; p < name.end; p++)
		if (*p == ':') {
			subsystem.end = p;
			name.p = p + 1;
		}
	for (size_t i = 0; i < SMMU_LEN(events); i++)
		if (smmu_span_is(name, events[i].name) &&
		    (subsystem.p == subsystem.end || smmu_span_is(subsystem, events[i].subsystem)))
			return &events[i];
	return NULL;
}

/* The time, the name of the event and what it says: false when the line is of another form. */
static bool split(uint64_t *time_ns, struct smmu_span *name, struct smmu_span *payload,
		  struct smmu_span line)
{
	for (char *p = line.p; p + 1 < line.end; p++) {
		if (*p != ':' || !smmu_line_is_space(p[1]) || !time_before(time_ns, line.p, p))
			continue;
		*payload = (struct smmu_span){p + 1, line.end};
		*name = smmu_span_word(payload);
		if (name->end - name->p < 2 || name->end[-1] != ':')
			return false;
		name->end--;
		while (payload->p < payload->end && smmu_line_is_space(*payload->p))
			payload->p++;
		return true;
	}
	return false;
}

/* Words that only these events have: a trace of other events is not taken for one. */
static bool is_one(struct smmu_span line)
{
	struct smmu_span name, payload;
	uint64_t time_ns;

	if (!split(&time_ns, &name, &payload, line))
		return false;
	return smmu_span_take(&payload, "IOMMU:") || find_event(name) != NULL;
}

static enum smmu_log_outcome read_iommu(struct smmu_log_line *line, const struct event *event,
					struct smmu_span payload)
{
	struct smmu_span device;

	if (!smmu_span_take(&payload, "IOMMU:"))
		return SMMU_LOG_PASSED;
	/* What was asked for is gone, even where less was mapped: size, not unmapped_size. */
	if (!smmu_log_number(line, payload, "iova", 16, SMMU_COL_ADDRESS) ||
	    !smmu_log_number(line, payload, "size", 10, SMMU_COL_SIZE) ||
	    (event->pa && !smmu_log_number(line, payload, event->pa, 16, SMMU_COL_PA)))
		return SMMU_LOG_BAD;
	device = smmu_span_find(payload, "dev");
	device = smmu_span_word(&device);
	if (smmu_span_size(device))
		smmu_log_data(line->record, device);
	return SMMU_LOG_RECORD;
}

/* IOMMU:DRIVER DEVICE iova=.. flags=..: bit 0 of flags is a write (IOMMU_FAULT_WRITE). */
static enum smmu_log_outcome read_fault(struct smmu_log_line *line, const struct event *event,
					struct smmu_span payload)
{
	struct smmu_span word, device;
	uint64_t flags;
	uint32_t rid;

	(void)event;
	if (!smmu_span_take(&payload, "IOMMU:"))
		return SMMU_LOG_PASSED;
	if (!smmu_log_number(line, payload, "iova", 16, SMMU_COL_ADDRESS))
		return SMMU_LOG_BAD;
	if (!smmu_span_key(&flags, payload, "flags", 16))
		return smmu_log_bad(line, NULL, "flags= is missing or no number");
	device = smmu_span_word(&payload);
	for (word = device; smmu_span_size(word) && !memchr(word.p, '=', smmu_span_size(word));
	     word = smmu_span_word(&payload))
		device = word;
	/* Where firmware says nothing else a StreamID is the RequesterID (3.2). */
	if (smmu_parse_bdf(&rid, device.p, smmu_span_size(device)))
		return smmu_log_bad(line, device.p,
				    "no PCI function: the name of the device says no StreamID");
	smmu_log_guess(line, "Linux does not name the StreamIDs of faults: those of PCI functions "
			     "are taken to be their RequesterIDs");
	smmu_record_set_number(line->record, SMMU_COL_STREAM, rid);
	smmu_log_access(line->record, !(flags & 1), flags & 1);
	smmu_log_data(line->record, device);
	return SMMU_LOG_RECORD;
}

/* A map or an allocation that failed is traced too. */
static bool has_failed(const struct smmu_record *record, struct smmu_span payload)
{
	uint64_t virt;

	return record->txn.address == UINT64_MAX ||
	       (smmu_span_key(&virt, payload, "virt_addr", 16) && !virt);
}

/* DEVICE dir=.. dma_addr=.. size=..: addresses in hex without 0x. */
static enum smmu_log_outcome read_dma(struct smmu_log_line *line, const struct event *event,
				      struct smmu_span payload)
{
	struct smmu_span device = smmu_span_word(&payload);

	if (!smmu_log_number(line, payload, "dma_addr", 16, SMMU_COL_ADDRESS))
		return SMMU_LOG_BAD;
	if (event->op == SMMU_OP_MAP && has_failed(line->record, payload))
		return SMMU_LOG_PASSED;
	if (!smmu_log_number(line, payload, "size", 10, SMMU_COL_SIZE) ||
	    (event->pa && !smmu_log_number(line, payload, event->pa, 16, SMMU_COL_PA)))
		return SMMU_LOG_BAD;
	smmu_log_data(line->record, device);
	return SMMU_LOG_RECORD;
}

/* The next number of a list {0x..,0x..}: 1, 0 behind the last, or -1. */
static int next_item(uint64_t *value, struct smmu_span *list)
{
	if (!smmu_span_take(list, "{") && !smmu_span_take(list, ","))
		return smmu_span_take(list, "}") ? 0 : -1;
	if (smmu_span_take(list, "}"))
		return 0;
	return smmu_span_number(value, list, 16) ? 1 : -1;
}

static bool count_items(unsigned *count, struct smmu_span list)
{
	uint64_t value;
	int found;

	*count = 0;
	while ((found = next_item(&value, &list)) > 0)
		++*count;
	return found == 0;
}

static const char *const list_keys[LISTS] = {"dma_addrs", "sizes", "phys_addrs"};

/* All of the line is checked before its first record is given. */
static bool begin_list(struct smmu_log_line *line, struct smmu_span payload)
{
	struct smmu_trace *trace = line->trace;
	unsigned count[LISTS];

	for (int i = 0; i < LISTS; i++) {
		struct smmu_span list = smmu_span_find(payload, list_keys[i]);

		if (!count_items(&count[i], list)) {
			smmu_log_bad(line, list.p < list.end ? list.p : NULL,
				     "%s= is no list of numbers in braces", list_keys[i]);
			return false;
		}
		trace->list_at[i] = (uint32_t)(list.p - line->text.p);
	}
	if (count[0] != count[1]) {
		smmu_log_bad(line, NULL, "%u addresses but %u sizes", count[0], count[1]);
		return false;
	}
	trace->parts = count[0];
	/* Segments may have been merged, and then only the first is known to begin at its pa. */
	trace->parts_with_pa = count[2] == count[0] ? count[0] : count[2] != 0;
	if (memchr(payload.p, '[', smmu_span_size(payload)) &&
	    smmu_span_size(smmu_span_find(payload, "ents")))
		smmu_log_warn(line, "the kernel listed only the first entries of this mapping");
	return true;
}

/* One record an entry; where each list goes on is kept from one to the next. */
static enum smmu_log_outcome read_list(struct smmu_log_line *line, const struct event *event,
				       struct smmu_span payload)
{
	static const enum smmu_column columns[LISTS] = {SMMU_COL_ADDRESS, SMMU_COL_SIZE,
							SMMU_COL_PA};
	struct smmu_trace *trace = line->trace;
	struct smmu_span device = smmu_span_word(&payload);

	(void)event;
	if (trace->part == 0 && !begin_list(line, payload))
		return SMMU_LOG_BAD;
	if (trace->parts == 0)
		return SMMU_LOG_PASSED;
	for (int i = 0; i < LISTS; i++) {
		struct smmu_span list = {line->text.p + trace->list_at[i], line->text.end};
		uint64_t value;

		if (columns[i] == SMMU_COL_PA && trace->part >= trace->parts_with_pa)
			continue;
		if (next_item(&value, &list) <= 0)
			return smmu_log_bad(line, list.p, "%s= ends too soon", list_keys[i]);
		trace->list_at[i] = (uint32_t)(list.p - line->text.p);
		smmu_record_set_number(line->record, columns[i], value);
	}
	smmu_log_data(line->record, device);
	return ++trace->part < trace->parts ? SMMU_LOG_MORE : SMMU_LOG_RECORD;
}

static bool says_lost(struct smmu_span line)
{
	static const char lost[] = "[LOST ";

	for (char *p = line.p; line.end - p > (ptrdiff_t)sizeof(lost); p++)
		if (*p == '[' && !memcmp(p, lost, sizeof(lost) - 1))
			return true;
	return false;
}

static enum smmu_log_outcome read_line(struct smmu_log_line *line)
{
	const struct event *event;
	struct smmu_span name, payload;
	uint64_t time_ns;

	if (!split(&time_ns, &name, &payload, line->text)) {
		if (says_lost(line->text))
			smmu_log_warn(line, "events are missing here: the buffer was too small");
		return SMMU_LOG_PASSED;
	}
	event = find_event(name);
	if (!event)
		return SMMU_LOG_PASSED;
	line->record->op = event->op;
	smmu_record_set_number(line->record, SMMU_COL_TIME, time_ns);
	return event->read(line, event, payload);
}

const struct smmu_log_format smmu_log_ftrace = {
	.format = SMMU_TRACE_FTRACE,
	.columns = SMMU_LOG_COLUMNS,
	.is_one = is_one,
	.read = read_line,
};
