/*
 * gem5's debug text of --debug-flags=SMMUv3, src/dev/arm/smmu_v3*.cc of gem5.
 *
 *   TICK: OBJECT: TEXT          ticks are picoseconds
 *
 * A request is told in pieces: address and size where it comes in, streams with
 * the lookups in TLBs, the output address where one hits or a walk ends, and all
 * of it where it is aborted.  What is known of each request is kept until its
 * outcome is told.  Commands are told as they are executed: gem5_cmd.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/gem5_priv.h"

enum { PENDING = 64, TICKS_PER_NS = 1000 };

struct request {
	bool has_stream, has_time, is_ats, is_write;
	uint64_t object; /* smmu_span_hash() of the name of the interface */
	uint64_t iova, size, time_ns;
	uint32_t stream, substream;
};

/* In the order they came. */
struct gem5 {
	struct request request[PENDING];
	unsigned count;
};

struct said {
	uint64_t object, time_ns;
	bool has_time, is_prefetch;
	struct smmu_span text;
};

struct phrase {
	const char *text; /* what TEXT begins with, a * stands for one word */
	enum smmu_log_outcome (*read)(struct smmu_log_line *line, const struct said *said);
};

static struct gem5 *state_of(struct smmu_log_line *line)
{
	struct smmu_trace *trace = line->trace;

	if (!trace->log_state)
		trace->log_state = calloc(1, sizeof(struct gem5));
	return trace->log_state;
}

static void drop(struct gem5 *gem5, unsigned i)
{
	gem5->count--;
	memmove(&gem5->request[i], &gem5->request[i + 1],
		(gem5->count - i) * sizeof(gem5->request[0]));
}

/* The request becomes a record, and is forgotten. */
static void give(struct smmu_record *record, struct gem5 *gem5, unsigned i)
{
	const struct request *request = &gem5->request[i];

	record->op = request->is_ats ? SMMU_OP_ATS_REQUEST : SMMU_OP_ACCESS;
	smmu_record_set_number(record, SMMU_COL_STREAM, request->stream);
	/* It does not tell SubstreamID 0 from none. */
	if (request->substream)
		smmu_record_set_number(record, SMMU_COL_SUBSTREAM, request->substream);
	smmu_record_set_number(record, SMMU_COL_ADDRESS, request->iova);
	if (request->size)
		smmu_record_set_number(record, SMMU_COL_SIZE, request->size);
	if (request->has_time)
		smmu_record_set_number(record, SMMU_COL_TIME, request->time_ns);
	smmu_log_access(record, !request->is_write, request->is_write);
	drop(gem5, i);
}

/* The oldest becomes a record without its outcome, where it is known well enough. */
static bool give_oldest(struct smmu_log_line *line, struct gem5 *gem5)
{
	if (gem5->request[0].has_stream) {
		give(line->record, gem5, 0);
		return true;
	}
	drop(gem5, 0);
	smmu_log_guess(line, "gem5 does not tell the streams of requests that it looks up in no "
			     "TLB: these are left out");
	return false;
}

/* Room for one more. */
static enum smmu_log_outcome make_room(struct smmu_log_line *line, struct gem5 *gem5)
{
	if (gem5->count == PENDING && give_oldest(line, gem5))
		return SMMU_LOG_RECORD;
	return SMMU_LOG_PASSED;
}

static enum smmu_log_outcome no_memory(struct smmu_log_line *line)
{
	smmu_log_bad(line, NULL, "out of memory");
	line->error->code = SMMU_E_NOMEM;
	return SMMU_LOG_BAD;
}

static enum smmu_log_outcome add(struct smmu_log_line *line, const struct said *said,
				 const struct request *request)
{
	struct gem5 *gem5 = state_of(line);
	enum smmu_log_outcome outcome;

	if (!gem5)
		return no_memory(line);
	outcome = make_room(line, gem5);
	gem5->request[gem5->count] = *request;
	gem5->request[gem5->count].object = said->object;
	gem5->request[gem5->count].has_time = said->has_time;
	gem5->request[gem5->count++].time_ns = said->time_ns;
	return outcome;
}

/* [t] req from NAME addr=.. size=.., [a] where time does not pass. */
static enum smmu_log_outcome read_request(struct smmu_log_line *line, const struct said *said)
{
	struct request request = {.has_stream = false};

	if (!smmu_span_key(&request.iova, said->text, "addr", 16) ||
	    !smmu_span_key(&request.size, said->text, "size", 16))
		return smmu_log_bad(line, NULL, "addr= or size= is missing or no number");
	return add(line, said, &request);
}

static enum smmu_log_outcome read_ats(struct smmu_log_line *line, const struct said *said)
{
	enum smmu_log_outcome outcome = read_request(line, said);

	if (outcome != SMMU_LOG_BAD) {
		struct gem5 *gem5 = state_of(line);

		gem5->request[gem5->count - 1].is_ats = true;
	}
	return outcome;
}

/* The oldest of that address, or NULL. */
static struct request *find(struct smmu_log_line *line, uint64_t object, uint64_t iova,
			    bool has_stream)
{
	struct gem5 *gem5 = state_of(line);

	for (unsigned i = 0; gem5 && i < gem5->count; i++) {
		struct request *request = &gem5->request[i];

		/* the interface is not always the one that says how it ends */
		if (request->iova == iova && request->has_stream == has_stream &&
		    (!has_stream || request->object == object))
			return request;
	}
	return NULL;
}

/* The page is paddr= under the mask amask=. */
static enum smmu_log_outcome hit(struct smmu_log_line *line, const struct said *said,
				 struct request *request)
{
	struct gem5 *gem5 = state_of(line);
	uint64_t mask, page;

	if (!smmu_span_key(&mask, said->text, "amask", 16) ||
	    !smmu_span_key(&page, said->text, "paddr", 16))
		return smmu_log_bad(line, NULL, "amask= or paddr= is missing or no number");
	smmu_record_set_number(line->record, SMMU_COL_PA, page + (request->iova & ~mask));
	give(line->record, gem5, (unsigned)(request - gem5->request));
	return SMMU_LOG_RECORD;
}

static bool take_stream(struct smmu_log_line *line, const struct said *said,
			struct request *request)
{
	uint64_t stream, substream;

	if (!smmu_span_key(&stream, said->text, "sid", 16) ||
	    !smmu_span_key(&substream, said->text, "ssid", 16) || stream > UINT32_MAX ||
	    substream > UINT32_MAX) {
		smmu_log_bad(line, NULL, "sid= or ssid= is missing or no number of 32 bits");
		return false;
	}
	request->has_stream = true;
	request->object = said->object;
	request->stream = (uint32_t)stream;
	request->substream = (uint32_t)substream;
	return true;
}

/* A TLB in front of the SMMU: whose request it is.  Prefetches come from no request. */
static enum smmu_log_outcome lookup(struct smmu_log_line *line, const struct said *said,
				    bool is_first, bool is_hit)
{
	struct request *request, fresh = {.has_stream = false};
	uint64_t iova;

	if (!smmu_span_key(&iova, said->text, "vaddr", 16))
		return smmu_log_bad(line, NULL, "vaddr= is missing or no number");
	request = find(line, said->object, iova, false);
	if (!request && !is_first)
		request = find(line, said->object, iova, true);
	if (!request && !is_first)
		return SMMU_LOG_PASSED;
	if (!request) {
		enum smmu_log_outcome outcome;

		fresh.iova = iova;
		outcome = add(line, said, &fresh);
		/* the line is read again, and finds what it added */
		if (outcome != SMMU_LOG_PASSED)
			return outcome == SMMU_LOG_RECORD ? SMMU_LOG_MORE : outcome;
		request = find(line, said->object, iova, false);
	}
	if (!take_stream(line, said, request)) {
		struct gem5 *gem5 = state_of(line);

		drop(gem5, (unsigned)(request - gem5->request));
		return SMMU_LOG_BAD;
	}
	smmu_log_guess(line, "gem5 does not tell reads from writes: taken to be reads");
	return is_hit ? hit(line, said, request) : SMMU_LOG_PASSED;
}

static enum smmu_log_outcome read_micro_miss(struct smmu_log_line *line, const struct said *said)
{
	return lookup(line, said, true, false);
}

static enum smmu_log_outcome read_micro_hit(struct smmu_log_line *line, const struct said *said)
{
	return lookup(line, said, true, true);
}

static enum smmu_log_outcome read_interface_miss(struct smmu_log_line *line,
						 const struct said *said)
{
	return lookup(line, said, false, false);
}

static enum smmu_log_outcome read_interface_hit(struct smmu_log_line *line, const struct said *said)
{
	return lookup(line, said, false, true);
}

static enum smmu_log_outcome read_main_hit(struct smmu_log_line *line, const struct said *said)
{
	struct request *request;
	uint64_t iova;

	if (!smmu_span_key(&iova, said->text, "vaddr", 16))
		return smmu_log_bad(line, NULL, "vaddr= is missing or no number");
	request = find(line, said->object, iova, true);
	return request ? hit(line, said, request) : SMMU_LOG_PASSED;
}

/* Translated vaddr IOVA to paddr PA */
static enum smmu_log_outcome read_translated(struct smmu_log_line *line, const struct said *said)
{
	struct smmu_span text = said->text, word[6];
	struct gem5 *gem5 = state_of(line);
	struct request *request;
	uint64_t iova, pa;

	for (size_t i = 0; i < SMMU_LEN(word); i++)
		word[i] = smmu_span_word(&text);
	if (!smmu_span_number(&iova, &word[2], 16) || !smmu_span_number(&pa, &word[5], 16))
		return smmu_log_bad(line, NULL, "no two addresses");
	request = find(line, said->object, iova, true);
	if (!request)
		return SMMU_LOG_PASSED;
	smmu_record_set_number(line->record, SMMU_COL_PA, pa);
	give(line->record, gem5, (unsigned)(request - gem5->request));
	return SMMU_LOG_RECORD;
}

/* It does not say of which request: the newest of the interface, whose abort is told later. */
static enum smmu_log_outcome read_unwritable(struct smmu_log_line *line, const struct said *said)
{
	struct gem5 *gem5 = state_of(line);

	for (unsigned i = gem5 ? gem5->count : 0; i-- > 0;)
		if (gem5->request[i].has_stream && gem5->request[i].object == said->object) {
			gem5->request[i].is_write = true;
			break;
		}
	return SMMU_LOG_PASSED;
}

/* The oldest of that address which is or may be of the stream, or NULL. */
static struct request *find_of_stream(struct gem5 *gem5, uint64_t iova, uint64_t stream)
{
	struct request *unknown = NULL;

	for (unsigned i = 0; i < gem5->count; i++) {
		struct request *request = &gem5->request[i];

		if (request->iova != iova)
			continue;
		if (request->has_stream && request->stream == stream)
			return request;
		if (!request->has_stream && !unknown)
			unknown = request;
	}
	return unknown;
}

/* Translation Fault (addr=.., size=.., sid=.., ssid=.., isWrite=.., ...): streams are decimal. */
static enum smmu_log_outcome read_abort(struct smmu_log_line *line, const struct said *said)
{
	struct request request = {.object = said->object,
				  .has_time = said->has_time,
				  .time_ns = said->time_ns,
				  .has_stream = true};
	struct gem5 *gem5 = state_of(line);
	uint64_t stream, substream, flag[3];
	struct request *begun;

	if (!smmu_span_key(&request.iova, said->text, "addr", 16) ||
	    !smmu_span_key(&request.size, said->text, "size", 16) ||
	    !smmu_span_key(&stream, said->text, "sid", 10) ||
	    !smmu_span_key(&substream, said->text, "ssid", 10) ||
	    !smmu_span_key(&flag[0], said->text, "isWrite", 10) ||
	    !smmu_span_key(&flag[1], said->text, "isPrefetch", 10) ||
	    !smmu_span_key(&flag[2], said->text, "isAtsRequest", 10) ||
	    !smmu_bits_fit(stream, 32) || !smmu_bits_fit(substream, 32))
		return smmu_log_bad(line, NULL, "a field of the fault is missing or no number");
	if (flag[1])
		return SMMU_LOG_PASSED;
	if (!gem5)
		return no_memory(line);
	begun = find_of_stream(gem5, request.iova, stream);
	if (begun) {
		request.has_time = begun->has_time;
		request.time_ns = begun->time_ns;
		drop(gem5, (unsigned)(begun - gem5->request));
	} else if (gem5->count == PENDING && give_oldest(line, gem5)) {
		return SMMU_LOG_MORE;
	}
	request.stream = (uint32_t)stream;
	request.substream = (uint32_t)substream;
	request.is_write = flag[0] != 0;
	request.is_ats = flag[2] != 0;
	gem5->request[gem5->count++] = request;
	give(line->record, gem5, gem5->count - 1);
	return SMMU_LOG_RECORD;
}

static enum smmu_log_outcome read_command(struct smmu_log_line *line, const struct said *said)
{
	enum smmu_log_outcome outcome = smmu_gem5_command(line, said->text);

	if (outcome == SMMU_LOG_RECORD && said->has_time)
		smmu_record_set_number(line->record, SMMU_COL_TIME, said->time_ns);
	return outcome;
}

static enum smmu_log_outcome pass(struct smmu_log_line *line, const struct said *said)
{
	(void)line;
	(void)said;
	return SMMU_LOG_PASSED;
}

/* Those that pass are what the format is known by. */
static const struct phrase phrases[] = {
	{"[t] req from ", read_request},
	{"[a] req from ", read_request},
	{"[t] ATS * req ", read_ats},
	{"[a] ATS * req ", read_ats},
	{"micro TLB miss ", read_micro_miss},
	{"micro TLB hit ", read_micro_hit},
	{"* Interface TLB miss ", read_interface_miss},
	{"* Interface TLB hit ", read_interface_hit},
	{"SMMU TLB hit ", read_main_hit},
	{"Translated vaddr ", read_translated},
	{"Translation Fault (", read_abort},
	{"S1 page not writable", read_unwritable},
	{"S2 PTE not writable", read_unwritable},
	{"CMD_", read_command},
	{"SMMU TLB ", pass},
	{"S1 PTE not valid", pass},
	{"S2 PTE not valid", pass},
	{"Config ", pass},
	{"WalkCache ", pass},
	{"Fetching S", pass},
};

static bool begins(struct smmu_span text, const char *phrase)
{
	for (; *phrase; phrase++) {
		if (*phrase == '*') {
			struct smmu_span word = smmu_span_word(&text);

			if (word.p == word.end)
				return false;
			/* as many spaces as there are */
			while (text.p + 1 < text.end && text.p[0] == ' ' && text.p[1] == ' ')
				text.p++;
		} else if (text.p == text.end || *text.p++ != *phrase) {
			return false;
		}
	}
	return true;
}

static const struct phrase *find_phrase(struct smmu_span text)
{
	for (size_t i = 0; i < SMMU_LEN(phrases); i++)
		if (begins(text, phrases[i].text))
			return &phrases[i];
	return NULL;
}

static bool ends_in(struct smmu_span word, const char *text)
{
	size_t size = strlen(text);

	return smmu_span_size(word) >= size && !memcmp(word.end - size, text, size);
}

/* [TICK: ][FLAG: ]OBJECT: TEXT; a fault that old versions cannot go on with has no object. */
static bool split(struct said *said, struct smmu_span line)
{
	struct smmu_span rest = line, tick = smmu_span_word(&rest), word;
	uint64_t ticks;
	unsigned names = 0;

	*said = (struct said){.has_time = smmu_span_number(&ticks, &tick, 10) &&
					  smmu_span_is(tick, ":")};
	if (said->has_time)
		said->time_ns = ticks / TICKS_PER_NS;
	else
		rest = line;
	for (said->text = rest; names < 2; said->text = rest, names++) {
		word = smmu_span_word(&rest);
		if (smmu_span_size(word) < 2 || word.end[-1] != ':')
			break;
		said->object = smmu_span_hash(word);
		/* those that the SMMU makes itself are named so, and are no requests */
		said->is_prefetch = ends_in(word, "prf:");
	}
	while (said->text.p < said->text.end && smmu_line_is_space(*said->text.p))
		said->text.p++;
	return names > 0;
}

/* Without a tick nothing but its words tells a line of gem5 from others. */
static bool is_one(struct smmu_span line)
{
	const struct phrase *phrase;
	struct said said;

	if (!split(&said, line))
		return false;
	phrase = find_phrase(said.text);
	return phrase && (said.has_time || (phrase->read != pass && phrase->read != read_command));
}

static enum smmu_log_outcome read_line(struct smmu_log_line *line)
{
	const struct phrase *phrase;
	struct said said;

	if (!split(&said, line->text) || said.is_prefetch)
		return SMMU_LOG_PASSED;
	phrase = find_phrase(said.text);
	return phrase ? phrase->read(line, &said) : SMMU_LOG_PASSED;
}

static bool finish(struct smmu_log_line *line)
{
	struct gem5 *gem5 = line->trace->log_state;

	while (gem5 && gem5->count)
		if (give_oldest(line, gem5))
			return true;
	return false;
}

const struct smmu_log_format smmu_log_gem5 = {
	.format = SMMU_TRACE_GEM5,
	.columns = SMMU_LOG_COLUMNS | SMMU_LOG_COLUMN(SUBSTREAM),
	.is_one = is_one,
	.read = read_line,
	.finish = finish,
};
