/*
 * Lines of logs that others wrote: the pieces that their formats share.
 *
 * Threading: pure functions; a line belongs to its reader's thread.
 */
#ifndef SMMU_TRACE_LINE_H
#define SMMU_TRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a line, borrowed. */
struct smmu_span {
	char *p, *end;
};

static inline size_t smmu_span_size(struct smmu_span span)
{
	return (size_t)(span.end - span.p);
}

/* Spaces, tabs, and the NUL that ends a name which a record of the line borrowed. */
static inline bool smmu_line_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\0';
}

/* Of its bytes, never 0. */
uint64_t smmu_span_hash(struct smmu_span span);
bool smmu_span_is(struct smmu_span span, const char *text);
/* Whether text begins the span, which then begins behind it. */
bool smmu_span_take(struct smmu_span *span, const char *text);
/* The next word, up to a space; empty at the end. */
struct smmu_span smmu_span_word(struct smmu_span *span);
/*
 * Digits at the beginning of a span, which moves behind them: hex after 0x, else
 * in base (10 or 16).  False when there are none, or more than 64 bits hold.
 */
bool smmu_span_number(uint64_t *value, struct smmu_span *span, unsigned base);
/*
 * What follows key and a = or : (spaces around it are passed), where key begins
 * a word; the span is empty when there is no such key.
 */
struct smmu_span smmu_span_find(struct smmu_span span, const char *key);
/* The number that key has; false as in smmu_span_number(), and when there is no key. */
bool smmu_span_key(uint64_t *value, struct smmu_span span, const char *key, unsigned base);
/*
 * SECONDS.FRACTION in ns, the span moves behind it.  A number without a fraction
 * is a clock that counts, and taken as it is.
 */
bool smmu_span_time(uint64_t *time_ns, struct smmu_span *span);

#endif
