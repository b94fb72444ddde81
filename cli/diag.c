/*
 * Diagnostics for people: FILE:LINE:COL: error: message, the line, a caret.
 */
#include "diag.h"

#include <string.h>

enum {
	SHOWN_MAX = 20, /* errors, and as many warnings; the rest is counted */
	LINE_MAX_SHOWN = 100,
	LINE_BEFORE_CARET = 60,
};

static bool is_continuation(unsigned char byte)
{
	return byte >= 0x80 && byte < 0xc0;
}

/* Text of the input: nothing that a terminal would obey (C0, DEL, and C1 as UTF-8). */
static void put_clean(FILE *to, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned char next = i + 1 < size ? (unsigned char)text[i + 1] : 0;

		if (c == '\t') {
			fputc(' ', to);
		} else if (c < 0x20 || c == 0x7f) {
			fputc('?', to);
		} else if (c == 0xc2 && is_continuation(next) && next < 0xa0) {
			fputc('?', to);
			i++;
		} else {
			fputc(c, to);
		}
	}
}

static void put_colored(const struct cli_diag *diag, const char *sgr, const char *text)
{
	if (diag->color)
		fprintf(diag->to, "\033[%sm", sgr);
	put_clean(diag->to, text, strlen(text));
	if (diag->color)
		fputs("\033[0m", diag->to);
}

static void put_place(const struct cli_diag *diag, const struct smmu_place *at)
{
	const char *name = at && at->file ? at->file : diag->prefix;

	put_clean(diag->to, name, strlen(name));
	if (at && at->line)
		fprintf(diag->to, ":%u:%u", at->line, at->col ? at->col : 1);
	fputs(": ", diag->to);
}

/* The part of a long line around the caret, and the caret under its column. */
static void put_line(const struct cli_diag *diag, const struct smmu_place *at)
{
	size_t col = at->col ? at->col - 1 : 0, first = 0, size = at->text_len;

	if (col > size)
		col = size;
	if (size > LINE_MAX_SHOWN && col > LINE_BEFORE_CARET)
		first = col - LINE_BEFORE_CARET;
	while (first < col && is_continuation((unsigned char)at->text[first]))
		first++;
	size -= first;
	if (size > LINE_MAX_SHOWN)
		size = LINE_MAX_SHOWN;
	while (size && first + size < at->text_len &&
	       is_continuation((unsigned char)at->text[first + size]))
		size--;
	fputs("  ", diag->to);
	put_clean(diag->to, at->text + first, size);
	fputs("\n  ", diag->to);
	for (size_t i = first; i < col; i++)
		if (!is_continuation((unsigned char)at->text[i]))
			fputc(' ', diag->to);
	put_colored(diag, "1;32", "^");
	fputc('\n', diag->to);
}

static bool is_shown(struct cli_diag *diag, const struct smmu_diag_record *record)
{
	switch (record->severity) {
	case SMMU_NOTE:
		return !diag->hush;
	case SMMU_WARNING:
		diag->hush = diag->quiet || (!diag->all && diag->warnings_shown >= SHOWN_MAX);
		diag->warnings_shown += !diag->hush;
		break;
	case SMMU_ERROR:
		diag->hush = !diag->all && diag->errors_shown >= SHOWN_MAX;
		diag->errors_shown += !diag->hush;
		break;
	}
	return !diag->hush;
}

static void report(void *ctx, const struct smmu_diag_record *record)
{
	static const struct {
		const char *word, *sgr;
	} severities[] = {
		[SMMU_NOTE] = {"note", "1;36"},
		[SMMU_WARNING] = {"warning", "1;35"},
		[SMMU_ERROR] = {"error", "1;31"},
	};
	struct cli_diag *diag = ctx;

	if (!is_shown(diag, record))
		return;
	if (diag->unfinished)
		fputs("\r\033[K", diag->to);
	diag->unfinished = false;
	put_place(diag, record->at);
	put_colored(diag, severities[record->severity].sgr, severities[record->severity].word);
	fputs(": ", diag->to);
	put_clean(diag->to, record->message, strlen(record->message));
	fputc('\n', diag->to);
	if (record->at && record->at->line && record->at->text)
		put_line(diag, record->at);
}

void cli_diag_init(struct cli_diag *diag, FILE *to, const char *prefix)
{
	*diag = (struct cli_diag){.to = to, .prefix = prefix};
	diag->diag.report = report;
	diag->diag.ctx = diag;
}

static void say_more(const struct cli_diag *diag, unsigned all, unsigned shown, const char *what)
{
	unsigned more = all - shown;

	if (all > shown)
		fprintf(diag->to, "%s: %u more %s%s not shown\n", diag->prefix, more, what,
			more == 1 ? "" : "s");
}

void cli_diag_fini(struct cli_diag *diag)
{
	say_more(diag, diag->diag.errors, diag->errors_shown, "error");
	if (!diag->quiet)
		say_more(diag, diag->diag.warnings, diag->warnings_shown, "warning");
	fflush(diag->to);
}
