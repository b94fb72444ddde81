/*
 * A walk in QEMU's log:
 *
 *   smmuv3_config_cache_hit Config cache HIT for sid=0x80 ...
 *   smmu_iotlb_lookup_miss IOTLB cache MISS asid=1 vmid=0 addr=0xfffff040 ...
 *   smmu_ptw_level stage=1 level=0 iova=.. baseaddr=0x4805a000 offset=0 => pte=0x48079003
 */
#include "replay/qemu_walk.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/qemu_line.h"

enum { PAGE_LOG2 = 12, DESCRIPTOR_BYTES = 8 };

struct reader {
	struct smmu_qemu_walk *walk;
	const struct smmu_qemu_sought *sought;
	uint32_t line;
	bool is_stream, is_page; /* what is told now is of the one that is sought */
};

static void note_stream(struct reader *reader, struct smmu_span payload)
{
	uint32_t stream;

	reader->is_stream = smmu_qemu_stream(&stream, payload) && stream == reader->sought->stream;
	reader->is_page = false;
}

/* Another walk of the page: the one before is not what was translated with. */
static void note_miss(struct reader *reader, struct smmu_span payload)
{
	uint64_t iova;

	reader->is_page = reader->is_stream && smmu_span_key(&iova, payload, "addr", 16) &&
			  !smmu_bits(iova ^ reader->sought->iova, PAGE_LOG2, 64 - PAGE_LOG2);
	if (reader->is_page)
		reader->walk->count = 0;
}

static void note_hit(struct reader *reader, struct smmu_span payload)
{
	(void)payload;
	reader->is_page = false;
}

/* Old versions have one stage, and do not say which. */
static void note_level(struct reader *reader, struct smmu_span payload)
{
	struct smmu_qemu_walk *walk = reader->walk;
	uint64_t stage, level, base, index, descriptor;

	if (!reader->is_page || walk->count == SMMU_LEN(walk->step) ||
	    !smmu_span_key(&level, payload, "level", 10) ||
	    !smmu_span_key(&base, payload, "baseaddr", 16) ||
	    !smmu_span_key(&index, payload, "offset", 10) ||
	    !smmu_span_key(&descriptor, payload, "pte", 16))
		return;
	if (!smmu_span_key(&stage, payload, "stage", 10))
		stage = 1;
	walk->step[walk->count++] =
		(struct smmu_qemu_step){.line = reader->line,
					.stage = (unsigned)smmu_bits(stage, 0, 8),
					.level = (unsigned)smmu_bits(level, 0, 8),
					.at = base + index * DESCRIPTOR_BYTES,
					.descriptor = descriptor};
}

static const struct {
	const char *name;
	void (*note)(struct reader *reader, struct smmu_span payload);
} events[] = {
	{"smmuv3_config_cache_hit", note_stream}, {"smmuv3_config_cache_miss", note_stream},
	{"smmu_iotlb_lookup_miss", note_miss},	  {"smmu_iotlb_cache_miss", note_miss},
	{"smmu_iotlb_lookup_hit", note_hit},	  {"smmu_iotlb_cache_hit", note_hit},
	{"smmu_ptw_level", note_level},
};

int smmu_qemu_walk_read(struct smmu_qemu_walk *walk, struct smmu_in *in,
			const struct smmu_qemu_sought *sought, struct smmu_diag *diag)
{
	struct reader reader = {.walk = walk, .sought = sought};
	const char *text;
	size_t size;
	int more;

	walk->count = 0;
	while ((more = smmu_in_line(&text, &size, in, diag)) > 0) {
		/* spans are of text that may change; this one is only looked at */
		struct smmu_qemu_said said =
			smmu_qemu_split((struct smmu_span){(char *)text, (char *)text + size});

		reader.line = smmu_in_line_number(in);
		if (reader.line > sought->line)
			return 0;
		for (size_t i = 0; i < SMMU_LEN(events); i++)
			if (smmu_span_is(said.name, events[i].name))
				events[i].note(&reader, said.payload);
	}
	return more;
}

void smmu_qemu_walk_emit(struct smmu_emit *emit, const struct smmu_qemu_walk *walk)
{
	static const struct smmu_emit_column columns[] = {
		{"line", "Line", true}, {"stage", "Stage", true}, {"level", "Level", true},
		{"at", "At", true},	{"word", "Word", true},
	};

	if (!walk->count)
		return;
	smmu_emit_table(emit, "expected_walk", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < walk->count; i++) {
		const struct smmu_qemu_step *step = &walk->step[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_uint(emit, "line", step->line);
		smmu_emit_uint(emit, "stage", step->stage);
		smmu_emit_uint(emit, "level", step->level);
		smmu_emit_hex(emit, "at", step->at, 0);
		smmu_emit_hex(emit, "word", step->descriptor, 16);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}
