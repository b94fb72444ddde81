/*
 * The beginning of a line of QEMU's log:
 *
 *   EVENT PAYLOAD
 *   PID@SECONDS.MICROS:EVENT PAYLOAD               -msg timestamp=on, up to 10
 *   TIME [GUEST] PROGRAM: (PID:THREAD): EVENT ...  since then, each part optional
 *
 * Other programs put more before it (syslog, journald, the ftrace backend): the
 * first word that names an event of an SMMU counts.
 */
#include "trace/qemu_line.h"

static bool is_event(struct smmu_span word)
{
	struct smmu_span rest = word;

	return smmu_span_take(&rest, "smmuv3") || smmu_span_take(&rest, "smmu_");
}

/* PID@SECONDS.MICROS: stands before the name without a space. */
static bool take_stamp(uint64_t *time_ns, struct smmu_span *word)
{
	struct smmu_span rest = *word;
	uint64_t pid;

	if (!smmu_span_number(&pid, &rest, 10) || !smmu_span_take(&rest, "@") ||
	    !smmu_span_time(time_ns, &rest) || !smmu_span_take(&rest, ":"))
		return false;
	*word = rest;
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; the year begins in March here. */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* 2025-08-19T20:14:16.791413Z, ISO 8601 in UTC. */
static bool is_date(uint64_t *time_ns, struct smmu_span word)
{
	static const uint64_t ns = 1000000000;
	uint64_t year, month, day, hour, minute, seconds_ns;
	struct smmu_span seconds;
	bool has_fraction = false;

	if (!smmu_span_number(&year, &word, 10) || !smmu_span_take(&word, "-") ||
	    !smmu_span_number(&month, &word, 10) || !smmu_span_take(&word, "-") ||
	    !smmu_span_number(&day, &word, 10) || !smmu_span_take(&word, "T") ||
	    !smmu_span_number(&hour, &word, 10) || !smmu_span_take(&word, ":") ||
	    !smmu_span_number(&minute, &word, 10) || !smmu_span_take(&word, ":") || year < 1970 ||
	    year > 2261 || month < 1 || month > 12 || day > 31 || hour > 24 || minute > 60)
		return false;
	for (seconds = word; seconds.p < seconds.end && *seconds.p != 'Z'; seconds.p++)
		has_fraction |= *seconds.p == '.';
	if (!smmu_span_time(&seconds_ns, &word) || seconds_ns > (has_fraction ? 61 * ns : 61))
		return false;
	*time_ns = (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60) * ns +
		   (has_fraction ? seconds_ns : seconds_ns * ns);
	return smmu_span_take(&word, "Z") && word.p == word.end;
}

struct smmu_qemu_said smmu_qemu_split(struct smmu_span line)
{
	struct smmu_qemu_said said = {.payload = line};

	while (said.payload.p < said.payload.end) {
		uint64_t time_ns;

		said.name = smmu_span_word(&said.payload);
		if (take_stamp(&time_ns, &said.name) || is_date(&time_ns, said.name)) {
			said.has_time = true;
			said.time_ns = time_ns;
		}
		if (is_event(said.name))
			return said;
	}
	said.name.p = said.name.end;
	return said;
}

bool smmu_qemu_stream(uint32_t *stream, struct smmu_span payload)
{
	struct smmu_span rest = payload, word = smmu_span_word(&rest);
	uint64_t value;

	while (smmu_span_size(word) && !smmu_span_is(word, "sid"))
		word = smmu_span_word(&rest);
	smmu_span_take(&rest, " ");
	if ((!smmu_span_key(&value, payload, "sid", 10) && !smmu_span_number(&value, &rest, 10)) ||
	    value > UINT32_MAX)
		return false;
	*stream = (uint32_t)value;
	return true;
}
