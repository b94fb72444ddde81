/*
 * Any bytes as entries of any kind, in every form: fields or a clear error.
 * The first byte chooses the kind, the second where a descriptor was found.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/words.h"
#include "spec/show.h"

/* A "*" of a dump may stand for more than is worth the time. */
#define ENTRIES_MAX 256

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	if (!record->message)
		abort();
}

static void show_all(const struct smmu_show *show, struct smmu_emit *emit, const uint8_t *data,
		     size_t size, enum smmu_words_form form)
{
	struct smmu_diag diag = {.report = ignore};
	uint64_t entry[SMMU_ENTRY_WORDS_MAX];
	struct smmu_words *words = NULL;
	struct smmu_in *in = NULL;

	if (smmu_in_open_memory(&in, "fuzz", data, size))
		return;
	if (smmu_words_open(&words, in, form, &diag) == 0)
		for (int n = 0; n < ENTRIES_MAX; n++) {
			if (smmu_words_next(entry, smmu_entry_words(show),
					    smmu_entry_word_bytes(show), words, &diag) <= 0)
				break;
			smmu_show_entry(emit, NULL, show, entry, n);
		}
	smmu_words_close(words);
	smmu_in_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smmu_emit_options options = {.format = SMMU_EMIT_JSONL};
	struct smmu_show show = {.reg = smmu_reg_info(SMMU_REG_CR0)};
	struct smmu_emit *emit = NULL;
	struct smmu_out *out = NULL;

	if (size < 2)
		return 0;
	show.kind = (enum smmu_entry_kind)(data[0] % SMMU_ENTRY_COUNT);
	show.people = data[0] & 0x80;
	options.format = show.people ? SMMU_EMIT_TEXT : SMMU_EMIT_JSONL;
	show.level = data[1] % 2;
	show.desc.level = (int8_t)(data[1] % SMMU_DESC_LEVELS + SMMU_DESC_LEVEL_MIN);
	show.desc.family = (enum smmu_desc_family)(data[1] / 8 % SMMU_DESC_FAMILY_COUNT);
	show.desc.features = data[1] & 0x80 ? SMMU_DESC_F_PIE | SMMU_DESC_F_POE : 0;
	if (!smmu_desc_level(show.desc.family, show.desc.granule, show.desc.level)->is_level)
		show.desc = (struct smmu_desc_fmt){.level = 3, .family = SMMU_DESC_A64};
	if (smmu_out_open_memory(&out) == 0 && smmu_emit_new(&emit, out, &options) == 0)
		for (int form = SMMU_WORDS_AUTO; form <= SMMU_WORDS_XXD; form++)
			show_all(&show, emit, data + 2, size - 2, (enum smmu_words_form)form);
	smmu_emit_free(emit);
	smmu_out_close(out);
	return 0;
}
