/*
 * 64-bit words as people have them: raw bytes, hex words in text (with or
 * without 0x, an address and a colon before them), and hex dumps as xxd and
 * hexdump -C print them, whose bytes stand in memory order.  Read in bounded
 * memory, whatever the size of the input.
 *
 * Threading: one thread at a time per reader.
 */
#ifndef SMMU_BASE_WORDS_H
#define SMMU_BASE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/in.h"

enum smmu_words_form {
	SMMU_WORDS_AUTO, /* seen by the first bytes */
	SMMU_WORDS_RAW,	 /* bytes, little-endian */
	SMMU_WORDS_HEX,	 /* numbers of up to 16 hex digits; "#" starts a comment */
	SMMU_WORDS_XXD,	 /* offset, colon, bytes in groups, text; or plain digits (xxd -p) */
};

struct smmu_words;

/* in is borrowed until close. */
int smmu_words_open(struct smmu_words **words, struct smmu_in *in, enum smmu_words_form form,
		    struct smmu_diag *diag);
void smmu_words_close(struct smmu_words *words); /* NULL is legal */

/* The form that is read: never AUTO. */
enum smmu_words_form smmu_words_form(const struct smmu_words *words);

/*
 * The next entry of count words, each word_bytes (4 or 8) long: 1 with an
 * entry, 0 at the end, SMMU_E_SYNTAX for what is no hex, a number too large
 * for its word, or an entry that is cut off; reported with its place.
 */
int smmu_words_next(uint64_t *entry, size_t count, unsigned word_bytes, struct smmu_words *words,
		    struct smmu_diag *diag);

/*
 * The whole of text as one number: hex digits with or without 0x, "_" between
 * digits.  0, or SMMU_E_SYNTAX with *bad the offset of the first character that
 * is no hex digit, or SMMU_E_RANGE when there are more than 16 digits.
 */
int smmu_parse_hex(uint64_t *value, const char *text, size_t size, size_t *bad);

#endif
