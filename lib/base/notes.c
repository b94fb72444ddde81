#include "base/notes.h"

#include <stdlib.h>
#include <string.h>

struct smmu_note {
	struct smmu_diag_record record;
	struct smmu_place at;
	struct smmu_note *next;
	char text[]; /* the message, then the line */
};

void smmu_notes_keep(void *ctx, const struct smmu_diag_record *record)
{
	struct smmu_notes *notes = ctx;
	size_t message = strlen(record->message) + 1;
	size_t line = record->at && record->at->text ? record->at->text_len : 0;
	struct smmu_note *note = malloc(sizeof(*note) + message + line);

	if (!note)
		return;
	note->record = *record;
	note->at = (struct smmu_place){.line = 0};
	note->next = NULL;
	memcpy(note->text, record->message, message);
	note->record.message = note->text;
	if (record->at) {
		note->at = *record->at;
		note->record.at = &note->at;
		if (line)
			memcpy(note->text + message, record->at->text, line);
		if (record->at->text)
			note->at.text = note->text + message;
	}
	*(notes->last ? &notes->last->next : &notes->first) = note;
	notes->last = note;
}

void smmu_notes_give(struct smmu_notes *notes, uint32_t lines, struct smmu_diag *diag)
{
	struct smmu_note *next;

	for (struct smmu_note *note = notes->first; note; note = next) {
		next = note->next;
		note->at.line += note->at.line ? lines : 0;
		if (diag)
			smmu_diag_pass(diag, &note->record);
		free(note);
	}
	*notes = (struct smmu_notes){.first = NULL};
}
