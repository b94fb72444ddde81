#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count(struct smmu_diag *diag, enum smmu_severity severity)
{
	switch (severity) {
	case SMMU_ERROR:
		diag->errors++;
		break;
	case SMMU_WARNING:
		diag->warnings++;
		break;
	case SMMU_NOTE:
		break;
	}
}

static void report(struct smmu_diag *diag, const struct smmu_diag_record *record)
{
	count(diag, record->severity);
	diag->report(diag->ctx, record);
}

/* Formats on the stack where it fits: a report must work when memory is short. */
static void report_v(struct smmu_diag *diag, struct smmu_diag_record *record, const char *format,
		     va_list args)
{
	char text[512], *longer = NULL;
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(text, sizeof(text), format, args);
	record->message = length < 0 ? format : text;
	if (length >= (int)sizeof(text))
		longer = malloc((size_t)length + 1);
	if (longer) {
		vsnprintf(longer, (size_t)length + 1, format, again);
		record->message = longer;
	}
	va_end(again);
	report(diag, record);
	free(longer);
}

int smmu_diag_error(struct smmu_diag *diag, const struct smmu_place *at, int code,
		    const char *format, ...)
{
	struct smmu_diag_record record = {.severity = SMMU_ERROR, .code = code, .at = at};
	va_list args;

	if (!diag)
		return code;
	va_start(args, format);
	report_v(diag, &record, format, args);
	va_end(args);
	return code;
}

void smmu_diag_warn(struct smmu_diag *diag, const struct smmu_place *at, const char *format, ...)
{
	struct smmu_diag_record record = {.severity = SMMU_WARNING, .at = at};
	va_list args;

	if (!diag)
		return;
	va_start(args, format);
	report_v(diag, &record, format, args);
	va_end(args);
}

void smmu_diag_note(struct smmu_diag *diag, const struct smmu_place *at, const char *format, ...)
{
	struct smmu_diag_record record = {.severity = SMMU_NOTE, .at = at};
	va_list args;

	if (!diag)
		return;
	va_start(args, format);
	report_v(diag, &record, format, args);
	va_end(args);
}

int smmu_diag_errno(struct smmu_diag *diag, const struct smmu_place *at, int errnum,
		    const char *format, ...)
{
	char what[512], why[128];
	va_list args;

	if (!diag)
		return SMMU_E_IO;
	if (strerror_r(errnum, why, sizeof(why)) != 0)
		snprintf(why, sizeof(why), "error %d", errnum);
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return smmu_diag_error(diag, at, SMMU_E_IO, "%s: %s", what, why);
}

void smmu_diag_pass(struct smmu_diag *diag, const struct smmu_diag_record *record)
{
	report(diag, record);
}

int smmu_diag_nomem(struct smmu_diag *diag)
{
	return smmu_diag_error(diag, NULL, SMMU_E_NOMEM, "out of memory");
}
