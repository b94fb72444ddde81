/*
 * QEMU's log of -trace 'smmu*' and -d guest_errors, hw/arm/trace-events of 3.0 to 11.
 *
 * qemu_line.c has what comes before the name of an event.  StreamIDs are decimal in old versions
 * and 0x hex in later ones.  A translation that failed is told in pieces: its address where the
 * lookup begins, its stream with the event.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "trace/log_priv.h"
#include "trace/qemu_line.h"

struct event {
	const char *name; /* the word, or its beginning where this ends in - */
	enum smmu_log_outcome (*read)(struct smmu_log_line *line, struct smmu_span payload);
};

static bool number(struct smmu_log_line *line, struct smmu_span payload, const char *key,
		   enum smmu_column column)
{
	return smmu_log_number(line, payload, key, 10, column);
}

/* NAME sid=.. iova=.. translated=.. perm=..: what the mapping permits, IOMMU_RO 1 and IOMMU_WO 2.
 */
static enum smmu_log_outcome read_success(struct smmu_log_line *line, struct smmu_span payload)
{
	uint64_t perm;

	line->trace->has_iova = line->trace->has_sid = false;
	if (!number(line, payload, "sid", SMMU_COL_STREAM) ||
	    !number(line, payload, "iova", SMMU_COL_ADDRESS) ||
	    !number(line, payload, "translated", SMMU_COL_PA))
		return SMMU_LOG_BAD;
	if (!smmu_span_key(&perm, payload, "perm", 16) || perm < 1 || perm > 3)
		return smmu_log_bad(line, smmu_span_find(payload, "perm").p,
				    "perm= is none of 0x1, 0x2, 0x3");
	smmu_log_access(line->record, perm != 2, perm != 1);
	return SMMU_LOG_RECORD;
}

/* NAME sid=.. TEXT iova:.. is_write=..; addr= in the binary trace, as scripts/simpletrace.py prints
 * it. */
static enum smmu_log_outcome read_abort(struct smmu_log_line *line, struct smmu_span payload)
{
	bool is_simple = smmu_span_size(smmu_span_find(payload, "addr")) != 0;
	uint64_t is_write;

	line->trace->has_iova = line->trace->has_sid = false;
	if (!number(line, payload, "sid", SMMU_COL_STREAM) ||
	    !number(line, payload, is_simple ? "addr" : "iova", SMMU_COL_ADDRESS))
		return SMMU_LOG_BAD;
	if (!smmu_span_key(&is_write, payload, "is_write", 10) || is_write > 1)
		return smmu_log_bad(line, NULL, "is_write= is neither 0 nor 1");
	smmu_log_access(line->record, !is_write, is_write);
	return SMMU_LOG_RECORD;
}

static enum smmu_log_outcome read_bypass(struct smmu_log_line *line, struct smmu_span payload)
{
	enum smmu_log_outcome outcome = read_abort(line, payload);

	if (outcome == SMMU_LOG_RECORD)
		smmu_record_set_number(line->record, SMMU_COL_PA, line->record->txn.address);
	return outcome;
}

/* addr: .. val:.. size: ..(RESULT), the address from the SMMU's base. */
static enum smmu_log_outcome read_mmio(struct smmu_log_line *line, struct smmu_span payload,
				       bool is_write)
{
	struct smmu_span value = smmu_span_find(payload, "val");

	if (!number(line, payload, "addr", SMMU_COL_ADDRESS) ||
	    !number(line, payload, "size", SMMU_COL_SIZE))
		return SMMU_LOG_BAD;
	line->record->op = SMMU_OP_MMIO;
	smmu_log_access(line->record, !is_write, is_write);
	value = smmu_span_word(&value);
	if (!smmu_span_size(value))
		return smmu_log_bad(line, NULL, "val: is missing");
	smmu_log_data(line->record, value);
	return SMMU_LOG_RECORD;
}

static enum smmu_log_outcome read_mmio_write(struct smmu_log_line *line, struct smmu_span payload)
{
	return read_mmio(line, payload, true);
}

static enum smmu_log_outcome read_mmio_read(struct smmu_log_line *line, struct smmu_span payload)
{
	return read_mmio(line, payload, false);
}

/* Another translation begins. */
static enum smmu_log_outcome forget(struct smmu_log_line *line, struct smmu_span payload)
{
	(void)payload;
	line->trace->has_iova = line->trace->has_sid = false;
	return SMMU_LOG_PASSED;
}

/* A lookup begins: the address that an event may come from. */
static enum smmu_log_outcome note_address(struct smmu_log_line *line, struct smmu_span payload)
{
	line->trace->has_iova = smmu_span_key(&line->trace->iova, payload, "addr", 16);
	return SMMU_LOG_PASSED;
}

/* The access of the event and the address, which came in either order. */
static enum smmu_log_outcome fault(struct smmu_log_line *line, struct smmu_span name)
{
	/* Permissions mostly refuse writes; to all else it is the same. */
	bool is_write = smmu_span_is(name, "SMMU_EVT_F_PERMISSION");

	smmu_log_guess(line, "QEMU does not tell whether an access that failed was a write: taken "
			     "so where the event is F_PERMISSION");
	smmu_record_set_number(line->record, SMMU_COL_STREAM, line->trace->sid);
	smmu_record_set_number(line->record, SMMU_COL_ADDRESS, line->trace->iova);
	smmu_log_access(line->record, !is_write, is_write);
	smmu_log_data(line->record, name);
	line->trace->has_sid = line->trace->has_iova = false;
	return SMMU_LOG_RECORD;
}

/* NAME sid=.., type=NAME in the binary trace */
static enum smmu_log_outcome read_event(struct smmu_log_line *line, struct smmu_span payload)
{
	struct smmu_span type = smmu_span_find(payload, "type");
	struct smmu_span name = smmu_span_word(smmu_span_size(type) ? &type : &payload);

	if (!number(line, payload, "sid", SMMU_COL_STREAM))
		return SMMU_LOG_BAD;
	line->trace->sid = line->record->txn.stream;
	line->trace->has_sid = true;
	return line->trace->has_iova ? fault(line, name) : SMMU_LOG_PASSED;
}

/* NAME translation failed for iova=..(EVENT), a line of -d guest_errors. */
static enum smmu_log_outcome read_failed(struct smmu_log_line *line, struct smmu_span payload)
{
	struct smmu_span iova = smmu_span_find(payload, "iova"), name;

	if (!smmu_span_take(&payload, " translation failed"))
		return SMMU_LOG_PASSED;
	line->trace->has_iova = smmu_span_number(&line->trace->iova, &iova, 16);
	if (!line->trace->has_iova)
		return smmu_log_bad(line, NULL, "iova= is missing or no number");
	name = smmu_span_word(&iova);
	smmu_span_take(&name, "(");
	if (name.end > name.p && name.end[-1] == ')')
		name.end--;
	return line->trace->has_sid ? fault(line, name) : SMMU_LOG_PASSED;
}

static const struct event events[] = {
	{"smmuv3_translate_success", read_success},
	{"smmuv3_translate_disable", read_bypass},
	{"smmuv3_translate_bypass", read_bypass},
	{"smmuv3_translate_abort", read_abort},
	{"smmuv3_write_mmio", read_mmio_write},
	{"smmuv3_read_mmio", read_mmio_read},
	{"smmuv3_record_event", read_event},
	{"smmuv3_propagate_event", read_event},
	{"smmuv3_config_cache_hit", forget},
	{"smmuv3_config_cache_miss", forget},
	{"smmuv3_find_ste", forget},
	{"smmu_iotlb_lookup_miss", note_address},
	{"smmu_iotlb_lookup_hit", note_address},
	{"smmu_iotlb_cache_miss", note_address},
	{"smmu_iotlb_cache_hit", note_address},
	{"smmuv3-iommu-memory-region-", read_failed},
};

static const struct event *find_event(struct smmu_span name)
{
	for (size_t i = 0; i < SMMU_LEN(events); i++) {
		const char *text = events[i].name;
		bool is_prefix = text[strlen(text) - 1] == '-';
		struct smmu_span rest = name;

		if (is_prefix ? smmu_span_take(&rest, text) : smmu_span_is(name, text))
			return &events[i];
	}
	return NULL;
}

static bool is_one(struct smmu_span line)
{
	return smmu_span_size(smmu_qemu_split(line).name) != 0;
}

static enum smmu_log_outcome read_line(struct smmu_log_line *line)
{
	const struct smmu_qemu_said said = smmu_qemu_split(line->text);
	const struct event *event = find_event(said.name);

	if (said.has_time)
		smmu_record_set_number(line->record, SMMU_COL_TIME, said.time_ns);
	return event ? event->read(line, said.payload) : SMMU_LOG_PASSED;
}

const struct smmu_log_format smmu_log_qemu = {
	.format = SMMU_TRACE_QEMU,
	.columns = SMMU_LOG_COLUMNS,
	.is_one = is_one,
	.read = read_line,
};
