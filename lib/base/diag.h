/*
 * Diagnostics: what is wrong with an input, and where.
 *
 * A struct smmu_diag is a sink that the caller owns and hands down; the
 * library reports into it and goes on where it can.  Everything a record
 * points to is borrowed until the report callback returns.
 *
 * Threading: one thread at a time per sink.
 */
#ifndef SMMU_BASE_DIAG_H
#define SMMU_BASE_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

enum smmu_severity { SMMU_NOTE, SMMU_WARNING, SMMU_ERROR };

/*
 * A place in an input.  Either a text file (line from 1, col from 1, text =
 * that line without its end, for the caret), or a structure in memory (file
 * names the structure, such as "STE of stream 0x8 at 0x90000200"; line is 0).
 */
struct smmu_place {
	const char *file;
	uint32_t line, col;
	const char *text; /* NULL when there is no line to show */
	size_t text_len;
};

struct smmu_diag_record {
	enum smmu_severity severity;
	int code;		     /* enum smmu_error, 0 for notes and warnings */
	const struct smmu_place *at; /* NULL: the input as a whole */
	const char *message;
};

struct smmu_diag {
	/* Called for every record; required. */
	void (*report)(void *ctx, const struct smmu_diag_record *record);
	void *ctx;
	unsigned errors, warnings; /* counted by the functions below */
};

/*
 * Each reports one record with a printf message.  diag may be NULL (nothing
 * is reported); at may be NULL.  smmu_diag_error returns code, so that
 * "return smmu_diag_error(...)" reads well.
 */
int smmu_diag_error(struct smmu_diag *diag, const struct smmu_place *at, int code,
		    const char *format, ...) SMMU_PRINTF(4, 5);
void smmu_diag_warn(struct smmu_diag *diag, const struct smmu_place *at, const char *format, ...)
	SMMU_PRINTF(3, 4);
/* A note belongs to the error or warning before it. */
void smmu_diag_note(struct smmu_diag *diag, const struct smmu_place *at, const char *format, ...)
	SMMU_PRINTF(3, 4);

/*
 * A call to the operating system failed: reports the message followed by
 * ": " and the text of errnum, and returns SMMU_E_IO.
 */
int smmu_diag_errno(struct smmu_diag *diag, const struct smmu_place *at, int errnum,
		    const char *format, ...) SMMU_PRINTF(4, 5);

/* Reports a record that another sink was given. */
void smmu_diag_pass(struct smmu_diag *diag, const struct smmu_diag_record *record);

/* Out of memory: reports it and returns SMMU_E_NOMEM. */
int smmu_diag_nomem(struct smmu_diag *diag);

#endif
