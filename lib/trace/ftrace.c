/*
 * Events iommu:* and dma:* of Linux as text: the kernel's trace file, trace-cmd
 * report, perf script, and the dump at an oops.  Forms of
 * include/trace/events/{iommu,dma}.h of Linux, 3.12 to 7; ftrace_line.c has what
 * comes before them, ftrace_sg.c those that are lists.
 */
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "trace/ftrace_priv.h"

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
static enum smmu_log_outcome read_map_sg(struct smmu_log_line *line, const struct event *event,
					 struct smmu_span payload);
static enum smmu_log_outcome read_unmap_sg(struct smmu_log_line *line, const struct event *event,
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
	{"dma", "dma_map_sg", read_map_sg, SMMU_OP_MAP, NULL},
	{"dma", "dma_unmap_sg", read_unmap_sg, SMMU_OP_UNMAP, NULL},
};

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

static bool has_subsystem(struct smmu_span name)
{
	return memchr(name.p, ':', smmu_span_size(name)) != NULL;
}

/* Without a time: a name that nothing else has, or IOMMU: behind it. */
static bool is_ours(struct smmu_span name, struct smmu_span payload)
{
	const struct event *event = find_event(name);

	return event && (has_subsystem(name) || smmu_span_take(&payload, "IOMMU:") ||
			 !strcmp(event->subsystem, "dma"));
}

static bool split(struct smmu_ftrace_said *said, struct smmu_span line)
{
	return smmu_ftrace_split(said, line) || smmu_ftrace_find(said, line, is_ours);
}

/* Words that only these events have: a trace of other events is not taken for one. */
static bool is_one(struct smmu_span line)
{
	struct smmu_ftrace_said said;

	if (!split(&said, line))
		return false;
	return smmu_span_take(&said.payload, "IOMMU:") || find_event(said.name) != NULL;
}

static enum smmu_log_outcome read_iommu(struct smmu_log_line *line, const struct event *event,
					struct smmu_span payload)
{
	struct smmu_span device;
	unsigned base = 16;

	if (!smmu_span_take(&payload, "IOMMU:")) {
		/* fields of the record: trace-cmd report -R, options/fields of the kernel */
		if (!smmu_span_size(smmu_span_find(payload, "iova")) ||
		    !smmu_span_size(smmu_span_find(payload, "size")))
			return SMMU_LOG_PASSED;
		base = 10;
	}
	/* What was asked for is gone, even where less was mapped: size, not unmapped_size. */
	if (!smmu_log_number(line, payload, "iova", base, SMMU_COL_ADDRESS) ||
	    !smmu_log_number(line, payload, "size", 10, SMMU_COL_SIZE) ||
	    (event->pa && !smmu_log_number(line, payload, event->pa, base, SMMU_COL_PA)))
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

/* A map or an allocation that failed is traced too; a pointer of 0 may be in words. */
static bool has_failed(const struct smmu_record *record, struct smmu_span payload)
{
	struct smmu_span virt = smmu_span_find(payload, "virt_addr");
	uint64_t value;

	return record->txn.address == UINT64_MAX || smmu_span_take(&virt, "(null)") ||
	       smmu_span_take(&virt, "(nil)") || (smmu_span_number(&value, &virt, 16) && !value);
}

/* Fields of the record, whose numbers are hex or decimal: only 0x tells. */
static bool is_raw(struct smmu_span payload)
{
	return smmu_span_size(smmu_span_find(payload, "device")) != 0;
}

/* The name of the device, and the key of its address. */
static bool begin_raw(struct smmu_log_line *line, struct smmu_span *device, const char **key,
		      struct smmu_span payload)
{
	struct smmu_span address = smmu_span_find(payload, *key);

	if (address.p == address.end) {
		*key = "addr";
		address = smmu_span_find(payload, *key);
	}
	if (!smmu_span_take(&address, "0x")) {
		smmu_log_bad(line, NULL,
			     "fields without 0x may be hex or decimal: print the trace "
			     "with its formats, not raw");
		return false;
	}
	*device = smmu_span_find(payload, "device");
	*device = smmu_span_word(device);
	return true;
}

/* DEVICE dir=.. dma_addr=.. size=..: addresses in hex without 0x. */
static enum smmu_log_outcome read_dma(struct smmu_log_line *line, const struct event *event,
				      struct smmu_span payload)
{
	struct smmu_span device;
	const char *key = "dma_addr";

	if (!is_raw(payload))
		device = smmu_span_word(&payload);
	else if (!begin_raw(line, &device, &key, payload))
		return SMMU_LOG_BAD;
	if (!smmu_log_number(line, payload, key, 16, SMMU_COL_ADDRESS))
		return SMMU_LOG_BAD;
	if (event->op == SMMU_OP_MAP && has_failed(line->record, payload))
		return SMMU_LOG_PASSED;
	if (!smmu_log_number(line, payload, "size", 10, SMMU_COL_SIZE) ||
	    (event->pa && !smmu_log_number(line, payload, event->pa, 16, SMMU_COL_PA)))
		return SMMU_LOG_BAD;
	smmu_log_data(line->record, device);
	return SMMU_LOG_RECORD;
}

static enum smmu_log_outcome read_map_sg(struct smmu_log_line *line, const struct event *event,
					 struct smmu_span payload)
{
	(void)event;
	return smmu_ftrace_map_sg(line, payload);
}

static enum smmu_log_outcome read_unmap_sg(struct smmu_log_line *line, const struct event *event,
					   struct smmu_span payload)
{
	(void)event;
	return smmu_ftrace_unmap_sg(line, payload);
}

/* What the kernel, trace-cmd and perf say where the buffer ran over. */
static bool says_lost(struct smmu_span line)
{
	static const char *const words[] = {"[LOST ", "EVENTS DROPPED]", "PERF_RECORD_LOST"};

	for (; line.p < line.end; line.p++)
		for (size_t i = 0; i < SMMU_LEN(words); i++) {
			struct smmu_span rest = line;

			if (*line.p == *words[i] && smmu_span_take(&rest, words[i]))
				return true;
		}
	return false;
}

static enum smmu_log_outcome read_line(struct smmu_log_line *line)
{
	const struct event *event;
	struct smmu_ftrace_said said;

	if (!split(&said, line->text)) {
		if (says_lost(line->text))
			smmu_log_warn(line, "events are missing here: the buffer was too small");
		return SMMU_LOG_PASSED;
	}
	event = find_event(said.name);
	if (!event)
		return SMMU_LOG_PASSED;
	line->record->op = event->op;
	if (said.has_time)
		smmu_record_set_number(line->record, SMMU_COL_TIME, said.time_ns);
	return event->read(line, event, said.payload);
}

const struct smmu_log_format smmu_log_ftrace = {
	.format = SMMU_TRACE_FTRACE,
	.columns = SMMU_LOG_COLUMNS,
	.is_one = is_one,
	.read = read_line,
};
