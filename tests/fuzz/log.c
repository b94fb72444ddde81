/*
 * Any bytes as events, in every form, through the emitter: no crash, bounded
 * time, and of a log: as many events as there are headers, but no more lines
 * than the input has.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "explain/explain.h"
#include "explain/source.h"

struct seen {
	struct smmu_emit *emit;
	struct smmu_explain *explain;
	uint32_t last_line;
};

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	if (!record->message)
		abort();
}

static int visit(void *ctx, const struct smmu_log_item *item)
{
	struct seen *seen = ctx;

	for (unsigned i = 0; i < SMMU_EVT_WORDS; i++)
		if (item->evt.word[i] & ~item->known.word[i])
			abort(); /* a bit that nobody said */
	if (item->line > seen->last_line)
		seen->last_line = item->line;
	smmu_log_emit(seen->emit, item, false);
	return smmu_explain_add(seen->explain, item);
}

static void read_as(enum smmu_source_form form, const uint8_t *data, size_t size)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	const struct smmu_explain_options none = {.place = "line"};
	struct smmu_diag diag = {.report = ignore};
	struct seen seen = {NULL, NULL, 0};
	struct smmu_out *out = NULL;
	struct smmu_in *in = NULL;
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (smmu_in_open_memory(&in, "fuzz", data, size) == 0 && smmu_out_open_memory(&out) == 0 &&
	    smmu_emit_new(&seen.emit, out, &options) == 0 &&
	    smmu_explain_new(&seen.explain, &none) == 0) {
		smmu_source_read(in, form, visit, &seen, &diag);
		smmu_explain_emit(seen.emit, seen.explain, false, true);
		smmu_explain_emit(seen.emit, seen.explain, true, true);
		if (form == SMMU_SOURCE_LOG && seen.last_line > lines)
			abort();
	}
	smmu_explain_free(seen.explain);
	smmu_emit_free(seen.emit);
	smmu_out_close(out);
	smmu_in_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as(SMMU_SOURCE_LOG, data, size);
	read_as(SMMU_SOURCE_JSONL, data, size);
	read_as(SMMU_SOURCE_AUTO, data, size);
	return 0;
}
