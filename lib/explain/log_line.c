/*
 * Lines of a log: quoting and prefixes, and who speaks.
 *
 * Prefixes are not parsed from the left, there are too many of them and they
 * are cut and interleaved: the driver's name is looked for, and what stands
 * before it only tells the time.
 */
#include <ctype.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "explain/log_priv.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(const char *line, size_t at, size_t size)
{
	while (at < size && is_blank(line[at]))
		at++;
	return at;
}

static size_t run_end(const char *line, size_t at, size_t size)
{
	while (at < size && !is_blank(line[at]))
		at++;
	return at;
}

/* Control Sequences of ECMA-48, as dmesg --color prints them: ESC [ … letter. */
static size_t skip_escape(const char *line, size_t at, size_t size)
{
	if (at + 1 >= size || line[at + 1] != '[')
		return at + 1;
	for (at += 2; at < size && (isdigit((unsigned char)line[at]) || line[at] == ';');)
		at++;
	return at < size ? at + 1 : at;
}

/* The content of a JSON string from at, up to its quote. */
static void append_json(struct smmu_buf *clean, const char *line, size_t at, size_t size)
{
	for (; at < size && line[at] != '"'; at++) {
		if (line[at] != '\\' || at + 1 >= size) {
			smmu_buf_putc(clean, line[at]);
			continue;
		}
		at++;
		if (line[at] == 'u') {
			bool is_escape = at + 4 < size && !memcmp(line + at + 1, "001", 3) &&
					 (line[at + 4] == 'b' || line[at + 4] == 'B');

			smmu_buf_putc(clean, is_escape ? '\x1b' : ' ');
			at = at + 4 < size ? at + 4 : size;
		} else {
			smmu_buf_putc(clean, strchr("tnr", line[at]) ? ' ' : line[at]);
		}
	}
}

/* A message that is no text to journald, as one with colours: "[27,91,…]", byte by byte. */
static void append_bytes(struct smmu_buf *clean, const char *line, size_t at, size_t size)
{
	while (at < size && line[at] != ']') {
		unsigned byte = 0;

		if (!isdigit((unsigned char)line[at])) {
			at++;
			continue;
		}
		for (; at < size && isdigit((unsigned char)line[at]); at++)
			byte = (byte * 10 + (unsigned)(line[at] - '0')) & 0x3ff;
		smmu_buf_putc(clean, (char)(byte & 0xff));
	}
}

/* A line of journalctl -o json: only its message counts. */
static bool clean_json(struct smmu_buf *clean, const char *line, size_t size)
{
	static const char key[] = "\"MESSAGE\"";
	size_t at = skip_blanks(line, 0, size);
	const char *found;

	if (at >= size || line[at] != '{')
		return false;
	found = strstr(line + at, key);
	if (!found)
		return false;
	at = skip_blanks(line, (size_t)(found - line) + sizeof(key) - 1, size);
	if (at >= size || line[at] != ':')
		return false;
	at = skip_blanks(line, at + 1, size);
	if (at < size && line[at] == '[') {
		append_bytes(clean, line, at + 1, size);
		return true;
	}
	if (at >= size || line[at] != '"')
		return false;
	append_json(clean, line, at + 1, size);
	return true;
}

/* Escape sequences and control characters out of what stands in clean. */
static void strip(struct smmu_buf *clean)
{
	size_t kept = 0;

	for (size_t at = 0; at < clean->size;) {
		char c = clean->data[at];

		if (c == '\x1b') {
			at = skip_escape(clean->data, at, clean->size);
			continue;
		}
		clean->data[kept++] = (unsigned char)c < ' ' ? ' ' : c;
		at++;
	}
	clean->size = kept;
}

void log_line_clean(struct smmu_buf *clean, const char *line, size_t size)
{
	size_t at = 0;

	smmu_buf_clear(clean);
	if (memchr(line, '\0', size) || !clean_json(clean, line, size)) {
		/* "> " and "| " quote in mail; a "<6>" is none of them. */
		while (at < size && (line[at] == '>' || line[at] == '|' || is_blank(line[at])))
			at++;
		smmu_buf_append(clean, line + at, size - at);
	}
	strip(clean);
}

/* "[  196.747107]" at at: its end, else at. */
static size_t skip_stamp(uint64_t *time_us, const char *line, size_t at, size_t size)
{
	size_t start = at, digits = 0;
	uint64_t us = 0;

	if (at >= size || line[at] != '[')
		return start;
	at = skip_blanks(line, at + 1, size);
	for (; at < size && isdigit((unsigned char)line[at]) && digits < 12; at++, digits++)
		us = us * 10 + (unsigned)(line[at] - '0');
	if (!digits || at >= size || line[at] != '.')
		return start;
	for (at++, digits = 0; at < size && isdigit((unsigned char)line[at]) && digits < 6; at++) {
		us = us * 10 + (unsigned)(line[at] - '0');
		digits++;
	}
	if (digits != 6 || at >= size || line[at] != ']')
		return start;
	*time_us = us;
	return at + 1;
}

/* Looks for a time stamp in line[0..end), the last one counts. */
static bool find_time(uint64_t *time_us, const char *line, size_t start, size_t end)
{
	bool found = false;

	for (size_t at = start; at < end; at++)
		if (line[at] == '[' && skip_stamp(time_us, line, at, end) > at)
			found = true;
	return found;
}

static bool equals(const char *run, size_t size, const char *name)
{
	return size == strlen(name) && !memcmp(run, name, size);
}

static bool starts(const char *run, size_t size, const char *name)
{
	return size >= strlen(name) && !memcmp(run, name, strlen(name));
}

static bool ends(const char *run, size_t size, const char *tail)
{
	size_t length = strlen(tail);

	return size >= length && !memcmp(run + size - length, tail, length);
}

/* Names that drivers put first; an instance may follow. */
static const struct {
	const char *name;
	enum log_driver driver;
} drivers[] = {
	{"arm-smmu-v3-pmcg", LOG_DRIVER_PMCG}, {"arm-smmu-v3", LOG_DRIVER_V3},
	{"arm-smmu", LOG_DRIVER_V2},	       {"SMMUv3", LOG_DRIVER_V3},
	{"tegra241_cmdqv", LOG_DRIVER_CMDQV},  {"IORT", LOG_DRIVER_IORT},
	{"iommu", LOG_DRIVER_IOMMU},
};

/* "arm-smmu-v3.4.auto:", "fc900000.iommu:", "/smmuv3@9050000:": an instance without a driver. */
static enum log_driver driver_of_instance(const char *run, size_t size)
{
	if (size < 2 || run[size - 1] != ':')
		return LOG_DRIVER_NONE;
	size--;
	if (starts(run, size, "arm-smmu-v3-pmcg."))
		return LOG_DRIVER_PMCG;
	if (starts(run, size, "arm-smmu-v3."))
		return LOG_DRIVER_V3;
	if (starts(run, size, "arm-smmu."))
		return LOG_DRIVER_V2;
	if (ends(run, size, ".smmu") || ends(run, size, ".iommu") || ends(run, size, ".smmuv3"))
		return LOG_DRIVER_V3;
	if (starts(run, size, "smmu") && size > 4 && size < 8) {
		for (size_t i = 4; i < size; i++)
			if (!isdigit((unsigned char)run[i]))
				return LOG_DRIVER_NONE;
		return LOG_DRIVER_FREEBSD;
	}
	return LOG_DRIVER_NONE;
}

/* Trace lines of QEMU: "smmuv3_get_ste", "smmu_ptw_level". */
static bool is_qemu(const char *run, size_t size)
{
	if (starts(run, size, "smmuv3-iommu-memory-region-"))
		return true;
	if (!starts(run, size, "smmuv3_") && !starts(run, size, "smmu_"))
		return false;
	for (size_t i = 0; i < size; i++)
		if (!islower((unsigned char)run[i]) && !isdigit((unsigned char)run[i]) &&
		    run[i] != '_')
			return false;
	return !starts(run, size, "smmuv3_pmcg");
}

static void set_body(struct log_segment *segment, const char *line, size_t at, size_t size)
{
	at = skip_blanks(line, at, size);
	segment->body = line + at;
	segment->body_size = size - at;
}

/* The instance at at, if what stands there is one: ends with a colon. */
static size_t take_instance(struct log_segment *segment, const char *line, size_t at, size_t size)
{
	size_t start = skip_blanks(line, at, size), end = run_end(line, start, size);

	if (end - start < 2 || line[end - 1] != ':' || line[start] == '"')
		return at;
	/* "SMMUv3: DT value", "tegra241_cmdqv: …": no names of instances end in the driver's. */
	if (equals(line + start, end - start, "SMMUv3:") ||
	    equals(line + start, end - start, "R_SMMU:") ||
	    equals(line + start, end - start, "S_SMMU:") ||
	    equals(line + start, end - start, "event:"))
		return at;
	segment->smmu = line + start;
	segment->smmu_size = end - start - 1;
	return end;
}

/* "R_SMMU: " and "S_SMMU: " say the Security state; Xen repeats "SMMUv3: ". */
static size_t take_state(struct log_segment *segment, const char *line, size_t at, size_t size)
{
	size_t start = skip_blanks(line, at, size), end = run_end(line, start, size);

	if (equals(line + start, end - start, "R_SMMU:"))
		segment->sec = SMMU_SEC_REALM;
	else if (equals(line + start, end - start, "S_SMMU:"))
		segment->sec = SMMU_SEC_S;
	else if (!equals(line + start, end - start, "SMMUv3:"))
		return at;
	return end;
}

static bool take_driver(struct log_segment *segment, const char *line, size_t at, size_t end,
			size_t size);

/* "R_SMMU: text", and "R_SMMU: arm-smmu-v3 NAME: text" where the state comes first. */
static void take_stated(struct log_segment *segment, const char *line, size_t at, size_t size)
{
	size_t start, behind = take_state(segment, line, at, size);
	enum smmu_sec sec = segment->sec;

	start = skip_blanks(line, behind, size);
	if (start == size || starts(line + start, size - start, "R_SMMU:") ||
	    starts(line + start, size - start, "S_SMMU:") ||
	    !take_driver(segment, line, start, run_end(line, start, size), size)) {
		*segment = (struct log_segment){.driver = LOG_DRIVER_V3, .sec = sec};
		set_body(segment, line, behind, size);
	}
	segment->sec = sec;
}

/* "smmu:apu_smmu EVTQ_INFO: …" of MediaTek's driver, "smmu:apu_smmu: …": the end of the name. */
static bool take_mediatek(struct log_segment *segment, const char *line, size_t at, size_t end,
			  size_t size)
{
	static const char key[] = "smmu:", info[] = "EVTQ_INFO:";
	size_t name = at + sizeof(key) - 1, stop = name, behind = skip_blanks(line, end, size);

	if (!starts(line + at, end - at, key))
		return false;
	while (stop < end && (isalnum((unsigned char)line[stop]) || strchr("_.-", line[stop])))
		stop++;
	if (stop == name || (stop == end ? !starts(line + behind, size - behind, info)
					 : stop + 1 < end || line[stop] != ':'))
		return false;
	segment->driver = LOG_DRIVER_V3;
	segment->smmu = line + name;
	segment->smmu_size = stop - name;
	set_body(segment, line, end, size);
	return true;
}

/* A driver's name in the run at[0..end): fills segment and returns true. */
static bool take_driver(struct log_segment *segment, const char *line, size_t at, size_t end,
			size_t size)
{
	const char *run = line + at;
	size_t length = end - at;
	bool has_colon = run[length - 1] == ':';

	for (size_t i = 0; i < SMMU_LEN(drivers); i++) {
		if (!equals(run, length - has_colon, drivers[i].name))
			continue;
		if (!has_colon && (drivers[i].driver & (LOG_DRIVER_IORT | LOG_DRIVER_IOMMU)))
			return false;
		segment->driver = drivers[i].driver;
		if (!has_colon || equals(run, length, "SMMUv3:"))
			end = take_instance(segment, line, end, size);
		set_body(segment, line, take_state(segment, line, end, size), size);
		return true;
	}
	segment->driver = driver_of_instance(run, length);
	if (segment->driver) {
		segment->smmu = run;
		segment->smmu_size = length - 1;
		set_body(segment, line, take_state(segment, line, end, size), size);
	} else if (starts(run, length, "arm_smmu_") && has_colon) {
		segment->driver = LOG_DRIVER_V3; /* a function: the rate limit */
		set_body(segment, line, end, size);
	} else if (equals(run, length, "R_SMMU:") || equals(run, length, "S_SMMU:")) {
		take_stated(segment, line, at, size);
	} else if (is_qemu(run, length)) {
		segment->driver = LOG_DRIVER_QEMU;
		set_body(segment, line, at, size);
	} else {
		take_mediatek(segment, line, at, end, size);
	}
	return segment->driver != LOG_DRIVER_NONE;
}

/*
 * Whether a bare instance at at can be that of who speaks: the start of the
 * line, or behind a prefix, whose last character is none of a word; other
 * drivers put their name there.  "platform" is what Linux prints in place of
 * the driver when that is not bound.
 */
static bool can_speak(const char *line, size_t start, size_t at)
{
	size_t before = at;

	while (before > start && is_blank(line[before - 1]))
		before--;
	return before == start || !isalnum((unsigned char)line[before - 1]) ||
	       ends(line + start, before - start, "platform");
}

/* The next place from at where a driver's name stands; false when there is none. */
static bool find_driver(struct log_segment *segment, size_t *at, const char *line, size_t size)
{
	size_t start = *at, i = start;

	while (i < size) {
		size_t end;

		i = skip_blanks(line, i, size);
		end = run_end(line, i, size);
		if (i == end)
			break;
		/* "]" and ":" may end a prefix that the name is glued to. */
		for (size_t from = i; from < end; from++) {
			if (from > i && !strchr("]>:|)", line[from - 1]))
				continue;
			if (from == end || !take_driver(segment, line, from, end, size))
				continue;
			if (segment->smmu > line + from || can_speak(line, start, from)) {
				*at = from;
				return true;
			}
			*segment = (struct log_segment){.driver = LOG_DRIVER_NONE};
		}
		i = end;
	}
	return false;
}

/* Behind "<6>[   12.000000] ", which stands before whoever speaks. */
static size_t skip_prefix(const char *line, size_t at, size_t size)
{
	uint64_t ignored;

	if (at + 2 < size && line[at] == '<' && line[at + 2] == '>')
		at += 3;
	return skip_blanks(line, skip_stamp(&ignored, line, at, size), size);
}

/* Cuts a prefix from the end of a body: what belongs to the message glued behind it. */
static size_t trim_prefix(const char *line, size_t start, size_t end)
{
	for (;;) {
		uint64_t ignored;
		size_t at;

		while (end > start && is_blank(line[end - 1]))
			end--;
		for (at = end; at > start && line[at - 1] != '[' && end - at < 24;)
			at--;
		if (at > start && skip_stamp(&ignored, line, at - 1, end) == end)
			end = at - 1;
		else if (end > start + 2 && line[end - 1] == '>' && line[end - 3] == '<')
			end -= 3;
		else
			return end;
	}
}

bool log_line_next(struct log_segment *segment, size_t *at, const char *line, size_t size)
{
	struct log_segment next = {0};
	size_t start = *at, name = start, behind;

	*segment = (struct log_segment){.driver = LOG_DRIVER_NONE};
	if (start >= size)
		return false;
	if (!find_driver(segment, &name, line, size)) {
		segment->has_time = find_time(&segment->time_us, line, start, size);
		set_body(segment, line, skip_prefix(line, start, size), size);
		segment->is_start = segment->has_time || starts(line, size, "(XEN)");
		*at = size;
		return true;
	}
	segment->is_start = true;
	segment->has_time = find_time(&segment->time_us, line, start, name);
	*at = size;
	/* Lines that lost their end run into one: whoever speaks next starts a message. */
	behind = (size_t)(segment->body - line);
	if (segment->driver != LOG_DRIVER_QEMU && find_driver(&next, &behind, line, size) &&
	    next.smmu_size && behind > (size_t)(segment->body - line)) {
		size_t end = trim_prefix(line, (size_t)(segment->body - line), behind);

		*at = end;
		segment->body_size = end - (size_t)(segment->body - line);
	}
	return true;
}
