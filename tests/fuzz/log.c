/*
 * Any bytes as events, in every form, through the emitter: no crash, bounded
 * time, and of a log: as many events as there are headers, but no more lines
 * than the input has.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "compile/load.h"
#include "explain/explain.h"
#include "explain/source.h"

struct seen {
	struct smmu_emit *emit;
	struct smmu_explain *explain;
	uint32_t last_line;
};

/* A system of both stages, loaded once. */
static const char board[] =
	"version: 1\n"
	"memory: [{base: 0x80000000, size: 1G}]\n"
	"smmus:\n"
	"  - name: smmu0\n"
	"    features: {architecture: v3.2, stages: [1, 2], granules: [4K], output-bits: 44,\n"
	"               stream-bits: 8, substream-bits: 4}\n"
	"    stream-table: {format: 2-level, split: 6, default: invalid}\n"
	"    tables: {base: 0x90000000, size: 4M}\n"
	"domains:\n"
	"  - {name: a, stage: 1, input-bits: 39, maps: [{iova: 0x1000, pa: 0xa0000000, size: 16K}]}\n"
	"  - {name: b, stage: 2, input-bits: 40, vmid: 1, tables: {ipa: 0x40000000, size: 1M},\n"
	"     maps: [{ipa: 0x40000000, pa: 0xa2000000, size: 2M}]}\n"
	"devices:\n"
	"  - {name: p, smmu: smmu0, streams: [0], stage1: a}\n"
	"  - {name: q, smmu: smmu0, streams: [1], stage2: b}\n"
	"  - {name: r, smmu: smmu0, streams: [2], substreams: [{id: 1, stage1: a}]}\n"
	"  - {name: s, smmu: smmu0, streams: [3], bypass: true}\n"
	"  - {name: t, smmu: smmu0, streams: [4], abort: true}\n";
static struct smmu_machine machine;
static struct smmu_sys *sys;

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

static void read_as(enum smmu_source_form form, bool has_system, const uint8_t *data, size_t size)
{
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	const struct smmu_explain_options known = {
		.place = "line",
		.machine = has_system ? &machine : NULL,
		.sys = has_system ? smmu_sys_info(sys) : NULL,
	};
	struct smmu_diag diag = {.report = ignore};
	struct seen seen = {NULL, NULL, 0};
	struct smmu_out *out = NULL;
	struct smmu_in *in = NULL;
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (smmu_in_open_memory(&in, "fuzz", data, size) == 0 && smmu_out_open_memory(&out) == 0 &&
	    smmu_emit_new(&seen.emit, out, &options) == 0 &&
	    smmu_explain_new(&seen.explain, &known) == 0) {
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
	struct smmu_diag diag = {.report = ignore};

	if (!sys && (smmu_sys_load_memory(&sys, "board", board, sizeof(board) - 1, &diag) ||
		     smmu_compile_load(&machine, sys, &diag)))
		abort();
	read_as(SMMU_SOURCE_LOG, false, data, size);
	read_as(SMMU_SOURCE_JSONL, false, data, size);
	read_as(SMMU_SOURCE_AUTO, true, data, size);
	read_as(SMMU_SOURCE_DUMP, true, data, size < 128 ? size : 128);
	return 0;
}
