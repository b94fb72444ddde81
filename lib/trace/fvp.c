/*
 * What GenericTrace of Arm's Fast Models prints of an SMMUv3's trace sources:
 *
 *   [TIME ]SOURCE: FIELD=VALUE FIELD=VALUE
 *
 * SOURCE is a path such as FVP.pci.pci_smmuv3.mmu.ArchMsg.Error.NAME.  Those
 * that tell the stream and the address of a transaction are accesses.
 */
#include <string.h>

#include "base/compiler.h"
#include "trace/log_priv.h"

/* Spellings of a field, up to NULL; the first that is there counts. */
static const char *const stream_keys[] = {"streamid", "stream_id", "StreamID", "STREAMID", NULL};
static const char *const substream_keys[] = {"substreamid", "substream_id", "SubstreamID",
					     "SUBSTREAMID", NULL};
static const char *const address_keys[] = {"input_address", "address", "addr", "ADDRESS", "va",
					   "iova",	    NULL};
static const char *const pa_keys[] = {"output_address", "out_address", "paddr", "pa", NULL};
static const char *const size_keys[] = {"size", "length", "SIZE", NULL};
static const char *const write_keys[] = {"is_write", "iswrite", "write", NULL};
static const char *const read_keys[] = {"is_read", "isread", "rnw", "RnW", "read", NULL};
static const char *const secure_keys[] = {"ssd_ns", "SSD_NS", NULL};

/* Numbers, and bools in words. */
static bool number(uint64_t *value, struct smmu_span text, const char *const *keys)
{
	for (; *keys; keys++) {
		struct smmu_span found = smmu_span_find(text, *keys);

		if (found.p == found.end)
			continue;
		if (smmu_span_number(value, &found, 10))
			return true;
		*value = smmu_span_take(&found, "true") || smmu_span_take(&found, "True");
		return *value || smmu_span_take(&found, "false") || smmu_span_take(&found, "False");
	}
	return false;
}

static bool contains(struct smmu_span text, const char *part)
{
	size_t size = strlen(part);

	for (char *p = text.p; (size_t)(text.end - p) >= size; p++)
		if (!memcmp(p, part, size))
			return true;
	return false;
}

/* TIME: a number, perhaps in brackets, a unit or a colon behind it. */
static bool take_time(uint64_t *time_ns, struct smmu_span *line)
{
	static const struct {
		const char *name;
		uint64_t times, by;
	} units[] = {
		{"ps", 1, 1000}, {"ns", 1, 1}, {"us", 1000, 1}, {"ms", 1000000, 1}, {"s", 1, 1}};
	struct smmu_span rest = *line, behind, unit;

	smmu_span_take(&rest, "[");
	if (!smmu_span_time(time_ns, &rest))
		return false;
	behind = rest;
	unit = smmu_span_word(&behind);
	while (unit.end > unit.p && (unit.end[-1] == ']' || unit.end[-1] == ':'))
		unit.end--;
	for (size_t i = 0; i < SMMU_LEN(units); i++)
		if (smmu_span_is(unit, units[i].name)) {
			*time_ns = *time_ns / units[i].by * units[i].times;
			rest = behind;
			break;
		}
	smmu_span_take(&rest, "]");
	smmu_span_take(&rest, ":");
	*line = rest;
	return true;
}

/* SOURCE: is one word, and fields follow, or their values alone (hide-fieldnames=1). */
static bool split(struct smmu_span *source, struct smmu_span *fields, struct smmu_span line)
{
	*fields = line;
	*source = smmu_span_word(fields);
	if (smmu_span_size(*source) < 2 || source->end[-1] != ':')
		return false;
	source->end--;
	return contains(*fields, "=") || contains(*fields, "0x");
}

static bool is_of_smmu(struct smmu_span source)
{
	return contains(source, "smmu") || contains(source, "SMMU") || contains(source, "ArchMsg.");
}

static bool is_one(struct smmu_span line)
{
	struct smmu_span source, fields;
	uint64_t time_ns;

	take_time(&time_ns, &line);
	return split(&source, &fields, line) && is_of_smmu(source);
}

/* The address of a descriptor is not that of a transaction; what comes out went in before. */
static bool is_transaction(struct smmu_span source, struct smmu_span fields)
{
	return !contains(source, "fetch") && !contains(source, "descriptor") &&
	       !contains(source, "final_transaction") && !contains(fields, "desc_");
}

/* Without a field that says so it is taken to be a read. */
static void set_access(struct smmu_log_line *line, struct smmu_span fields)
{
	uint64_t flag;
	bool is_write = false;

	if (number(&flag, fields, write_keys))
		is_write = flag != 0;
	else if (number(&flag, fields, read_keys))
		is_write = flag == 0;
	else
		smmu_log_guess(line, "this source does not tell reads from writes: taken to be "
				     "reads");
	smmu_log_access(line->record, !is_write, is_write);
}

static enum smmu_log_outcome read_fields(struct smmu_log_line *line, struct smmu_span fields)
{
	struct smmu_record *record = line->record;
	uint64_t stream, value;

	if (!number(&stream, fields, stream_keys) || !number(&value, fields, address_keys))
		return SMMU_LOG_PASSED;
	if (stream > UINT32_MAX)
		return smmu_log_bad(line, NULL, "streamid does not fit in 32 bits");
	smmu_record_set_number(record, SMMU_COL_STREAM, stream);
	smmu_record_set_number(record, SMMU_COL_ADDRESS, value);
	/* all ones: none */
	if (number(&value, fields, substream_keys) && value < UINT32_MAX)
		smmu_record_set_number(record, SMMU_COL_SUBSTREAM, value);
	if (number(&value, fields, size_keys) && value)
		smmu_record_set_number(record, SMMU_COL_SIZE, value);
	if (number(&value, fields, pa_keys))
		smmu_record_set_number(record, SMMU_COL_PA, value);
	if (number(&value, fields, secure_keys) && !value)
		record->txn.sec = SMMU_SEC_S;
	set_access(line, fields);
	return SMMU_LOG_RECORD;
}

static enum smmu_log_outcome read_line(struct smmu_log_line *line)
{
	struct smmu_span text = line->text, source, fields;
	enum smmu_log_outcome outcome;
	uint64_t time_ns;
	bool is_timed = take_time(&time_ns, &text);

	if (!split(&source, &fields, text) || !is_of_smmu(source) ||
	    !is_transaction(source, fields))
		return SMMU_LOG_PASSED;
	if (!contains(fields, "=")) {
		smmu_log_guess(line, "values without names of fields tell nothing: trace without "
				     "hide-fieldnames");
		return SMMU_LOG_PASSED;
	}
	outcome = read_fields(line, fields);
	if (outcome == SMMU_LOG_RECORD && is_timed)
		smmu_record_set_number(line->record, SMMU_COL_TIME, time_ns);
	return outcome;
}

const struct smmu_log_format smmu_log_fvp = {
	.format = SMMU_TRACE_FVP,
	.columns = SMMU_LOG_COLUMNS | SMMU_LOG_COLUMN(SUBSTREAM) | SMMU_LOG_COLUMN(SECURITY),
	.is_one = is_one,
	.read = read_line,
};
