/*
 * What comes before an event of Linux in a line:
 *
 *   TASK-PID   [CPU] FLAGS SECONDS.MICROS: EVENT: PAYLOAD       FLAGS also absent
 *   COMM   PID [CPU] SECONDS.MICROS: SUBSYSTEM:EVENT: PAYLOAD   perf; a period before the event
 *   CPU)TASK-PID 1...  MICROSus : EVENT: PAYLOAD                the dump, latency formats
 *   ... MILLIS.MICROSms (+MILLIS.MICROSms): EVENT: PAYLOAD      verbose ones
 *   SECONDS.MICROS: (+DELTA) EVENT: PAYLOAD                     trace-cmd report --ts-diff
 *
 * A task may have any name, so the time is what a line is known by, and the name
 * of the event where the time was left out (perf script -F, function_graph).
 */
#include <string.h>

#include "trace/ftrace_priv.h"

static bool ends_in(const char *line, const char *end, const char *text)
{
	size_t size = strlen(text);

	return (size_t)(end - line) > size && !memcmp(end - size, text, size);
}

static char *skip_spaces_back(const char *line, char *end)
{
	while (end > line && end[-1] == ' ')
		end--;
	return end;
}

/* What stands between a time and its colon; units of the time in ns, 0: seconds. */
static char *time_end(uint64_t *unit_ns, const char *line, char *colon)
{
	char *end = colon;

	*unit_ns = 0;
	if (ends_in(line, end, "ms)")) {
		while (end > line && end[-1] != '(')
			end--;
		end = skip_spaces_back(line, end > line ? end - 1 : end);
		if (!ends_in(line, end, "ms"))
			return NULL;
		*unit_ns = 1000000;
		return end - 2;
	}
	end = skip_spaces_back(line, end);
	/* how long it was until the next one: trace_find_mark() */
	if (end > line && end[-1] && strchr("+!#*@$", end[-1]))
		end--;
	if (ends_in(line, end, "us")) {
		*unit_ns = 1000;
		return end - 2;
	}
	return end == colon ? end : NULL;
}

/* The time that ends at a colon. */
static bool time_before(uint64_t *time_ns, const char *line, char *colon)
{
	uint64_t unit_ns;
	char *end = time_end(&unit_ns, line, colon), *first = end;
	struct smmu_span span;

	if (!end)
		return false;
	while (first > line && ((first[-1] >= '0' && first[-1] <= '9') || first[-1] == '.'))
		first--;
	if (first == end || (first > line && !smmu_line_is_space(first[-1])))
		return false;
	span = (struct smmu_span){first, end};
	if (!smmu_span_time(time_ns, &span) || span.p != end)
		return false;
	if (unit_ns == 1000000)
		*time_ns /= 1000; /* three digits behind the point: read as seconds */
	else if (unit_ns)
		*time_ns = *time_ns > UINT64_MAX / unit_ns ? UINT64_MAX : *time_ns * unit_ns;
	return true;
}

static bool is_name(struct smmu_span word)
{
	return smmu_span_size(word) > 1 && word.end[-1] == ':';
}

static void skip_spaces(struct smmu_span *span)
{
	while (span->p < span->end && smmu_line_is_space(*span->p))
		span->p++;
}

/* A count, or a time since the event before: (+12). */
static bool is_number(struct smmu_span word)
{
	struct smmu_span rest = word;
	uint64_t value;

	return smmu_span_take(&rest, "(+") ||
	       (smmu_span_number(&value, &rest, 10) && rest.p == rest.end);
}

bool smmu_ftrace_split(struct smmu_ftrace_said *said, struct smmu_span line)
{
	for (char *p = line.p; p + 1 < line.end; p++) {
		if (*p != ':' || !smmu_line_is_space(p[1]) ||
		    !time_before(&said->time_ns, line.p, p))
			continue;
		said->has_time = true;
		said->payload = (struct smmu_span){p + 1, line.end};
		said->name = smmu_span_word(&said->payload);
		if (is_number(said->name))
			said->name = smmu_span_word(&said->payload);
		if (!is_name(said->name))
			return false;
		said->name.end--;
		skip_spaces(&said->payload);
		return true;
	}
	return false;
}

bool smmu_ftrace_find(struct smmu_ftrace_said *said, struct smmu_span line,
		      bool (*is_event)(struct smmu_span name, struct smmu_span payload))
{
	said->has_time = false;
	said->payload = line;
	while (said->payload.p < said->payload.end) {
		said->name = smmu_span_word(&said->payload);
		if (!is_name(said->name))
			continue;
		said->name.end--;
		skip_spaces(&said->payload);
		if (is_event(said->name, said->payload))
			return true;
	}
	return false;
}
