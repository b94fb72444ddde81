/* A message that breaks off at the end of its line, and what goes on with it. */
#include <string.h>

#include "explain/log_priv.h"

/* Bytes of a message that was wrapped. */
#define TEXT_MAX 2048

static void view(struct log_segment *segment, const struct log_wait *wait,
		 const struct smmu_buf *text)
{
	*segment = wait->segment;
	segment->smmu = wait->smmu;
	segment->body = smmu_buf_text(text);
	segment->body_size = text->size;
}

bool log_wait_begin(struct log_wait *wait, const struct log_segment *segment, uint32_t line)
{
	size_t size = segment->smmu_size;

	if (segment->body_size >= TEXT_MAX)
		return false;
	if (size >= sizeof(wait->smmu))
		size = sizeof(wait->smmu) - 1;
	if (size)
		memcpy(wait->smmu, segment->smmu, size);
	wait->smmu[size] = '\0';
	wait->segment = *segment;
	wait->segment.is_start = true;
	wait->segment.smmu_size = size;
	wait->line = line;
	wait->waits = true;
	smmu_buf_clear(&wait->text);
	smmu_buf_append(&wait->text, segment->body, segment->body_size);
	return true;
}

bool log_wait_end(struct log_segment *segment, struct log_wait *wait)
{
	if (!wait->waits)
		return false;
	view(segment, wait, &wait->text);
	wait->waits = false;
	return true;
}

enum log_join log_wait_join(struct log_wait *wait, const struct log_segment *segment)
{
	struct smmu_buf *joined = &wait->joined;
	struct log_parsed before, parsed;
	struct log_segment whole;

	if (!wait->waits || segment->is_start || wait->text.size + segment->body_size >= TEXT_MAX)
		return LOG_JOIN_NO;
	view(&whole, wait, &wait->text);
	log_parse(&before, &whole);
	while (whole.body_size && whole.body[whole.body_size - 1] == ' ')
		whole.body_size--;
	smmu_buf_clear(joined);
	smmu_buf_append(joined, whole.body, whole.body_size);
	if (whole.body_size)
		smmu_buf_putc(joined, ' ');
	smmu_buf_append(joined, segment->body, segment->body_size);
	view(&whole, wait, joined);
	log_parse(&parsed, &whole);
	if (joined->failed || parsed.part == LOG_PART_NONE || parsed.used <= before.used ||
	    (before.part && before.part != LOG_PART_MESSAGE && parsed.part != before.part))
		return LOG_JOIN_NO;
	smmu_buf_clear(&wait->text);
	smmu_buf_append(&wait->text, joined->data, joined->size);
	return parsed.is_partial ? LOG_JOIN_PART : LOG_JOIN_WHOLE;
}

void log_wait_fini(struct log_wait *wait)
{
	smmu_buf_fini(&wait->text);
	smmu_buf_fini(&wait->joined);
}
