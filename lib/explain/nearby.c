/*
 * What an address looks like, and what a system has near it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "explain/explain_priv.h"
#include "model/reach.h"

/* Steps that a look at everything mapped for a stream may take. */
#define BUDGET UINT64_C(2000000)
/* Streams and substreams that are asked for the address of another. */
#define OTHERS 256
#define PAGE   UINT64_C(4096)
/* Where an ITS is written, in the second of its pages (GITS_TRANSLATER). */
#define DOORBELL UINT64_C(0x40)

void explain_add_hint(struct explain_hints *hints, const char *kind, uint64_t address,
		      const char *format, ...)
{
	struct explain_hint *hint;
	va_list args;

	if (hints->count == EXPLAIN_HINTS)
		return;
	hint = &hints->hint[hints->count++];
	hint->kind = kind;
	hint->address = address;
	va_start(args, format);
	vsnprintf(hint->text, sizeof(hint->text), format, args);
	va_end(args);
}

void explain_look_at_address(struct explain_hints *hints, const struct smmu_log_item *item)
{
	uint64_t address, is_read = 1;

	if (!explain_field(&address, item, "InputAddr"))
		return;
	explain_field(&is_read, item, "RnW");
	if (address < PAGE)
		explain_add_hint(hints, "zero", address,
				 "the address is %s: a pointer that was never programmed or was "
				 "cleared%s",
				 address ? "in the first page" : "0",
				 address ? ", with an offset" : "");
	if (address >= PAGE && smmu_bits(address, 0, 12) == DOORBELL && !is_read)
		explain_add_hint(hints, "doorbell", address,
				 "a write at offset 0x040 of a page: an MSI to the doorbell of an "
				 "interrupt controller (GITS_TRANSLATER)");
	if (!smmu_bits_fit(address, 48) && smmu_bits(address, 48, 16) != smmu_ones(16))
		explain_add_hint(hints, "high-bits", address,
				 "bits above bit 47 are set: a tag, or no address at all");
}

/* ---- Everything that the stream has mapped. ---- */

struct search {
	const struct explain_verdict *verdict;
	struct explain_hints *hints;
	uint64_t address;
	bool any, has_below, has_above, has_truncated;
	uint64_t run_first, run_last; /* the run of mappings that is being put together */
	uint64_t below_first, below_last, above_first, above_last;
	uint64_t truncated;
	uint64_t maps;
};

static void end_run(struct search *s)
{
	if (!s->any)
		return;
	if (s->run_last < s->address) {
		s->has_below = true;
		s->below_first = s->run_first;
		s->below_last = s->run_last;
	} else if (s->run_first > s->address && !s->has_above) {
		s->has_above = true;
		s->above_first = s->run_first;
		s->above_last = s->run_last;
	}
}

static int look_at_map(void *ctx, const struct smmu_reach_map *map)
{
	struct search *s = ctx;
	uint64_t whole = smmu_bits_set(map->input, 0, 32, s->address);

	s->maps++;
	if (s->any && map->input == s->run_last + 1) {
		s->run_last = map->last;
	} else {
		end_run(s);
		s->any = true;
		s->run_first = map->input;
		s->run_last = map->last;
	}
	if (!s->has_truncated && smmu_bits_fit(s->address, 32) && s->address >= PAGE &&
	    !smmu_bits_fit(whole, 32) && whole >= map->input && whole <= map->last) {
		s->has_truncated = true;
		s->truncated = whole;
	}
	return 0;
}

/* "64 KiB", "3838 MiB", "about 3 GiB", "0x40 bytes": exact where that takes few digits. */
static void distance(char *text, size_t size, uint64_t bytes)
{
	uint64_t unit = 1, finer = 1; /* a finer unit, or the same */
	char number[24];

	while (bytes / 1024 >= unit && unit < smmu_pow2(60)) {
		finer = unit;
		unit *= 1024;
	}
	if (bytes % unit && bytes % finer == 0 && bytes / finer < 10000)
		unit = finer;
	if (unit == 1 || (unit == 1024 && bytes % unit))
		snprintf(text, size, "0x%" PRIx64 " bytes", bytes);
	else
		snprintf(text, size, "%s%s", bytes % unit ? "about " : "",
			 smmu_format_size(number, bytes / unit * unit));
}

static void tell_neighbours(const struct search *s)
{
	char far[40], near[40];
	uint64_t after = s->address - s->below_last - 1, before = s->above_first - s->address;

	distance(far, sizeof(far), after);
	distance(near, sizeof(near), before);
	if (!s->any)
		explain_add_hint(s->hints, "nothing", s->address,
				 "nothing at all is mapped for it");
	if (s->has_below && (!s->has_above || after <= before))
		explain_add_hint(s->hints, "past-end", s->below_last,
				 "%s past the end of what is mapped at 0x%" PRIx64 " to 0x%" PRIx64,
				 after ? far : "just", s->below_first, s->below_last);
	if (s->has_above && (!s->has_below || before < after))
		explain_add_hint(s->hints, "before-start", s->above_first,
				 "%s before the start of what is mapped at 0x%" PRIx64
				 " to 0x%" PRIx64,
				 near, s->above_first, s->above_last);
	if (s->has_below && s->has_above)
		explain_add_hint(s->hints, "gap", s->below_last + 1,
				 "in the gap from 0x%" PRIx64 " to 0x%" PRIx64
				 ", between two mapped ranges",
				 s->below_last + 1, s->above_first - 1);
	if (s->has_truncated)
		explain_add_hint(s->hints, "truncated", s->truncated,
				 "0x%" PRIx64
				 " is mapped: the address may have been cut to 32 bits",
				 s->truncated);
}

/* ---- The same access elsewhere. ---- */

/* Whether the access passes, by a translation. */
static bool passes(uint64_t *pa, struct smmu_model *model, const struct smmu_txn *txn)
{
	struct smmu_result result;

	if (smmu_model_probe(&result, model, txn, NULL) || result.status != SMMU_STATUS_OK)
		return false;
	*pa = result.pa.pa;
	return result.blame.reason == SMMU_REASON_NONE;
}

static void try_numbers(struct explain_hints *hints, struct smmu_model *model,
			const struct smmu_txn *txn)
{
	struct smmu_txn other = *txn;
	uint64_t pa;
	unsigned found = 0;

	for (unsigned bit = 12; bit < 64 && found < 3 && txn->address >= PAGE; bit++) {
		other.address = txn->address ^ smmu_pow2(bit);
		if (!passes(&pa, model, &other))
			continue;
		found++;
		explain_add_hint(hints, "one-bit", other.address,
				 "0x%" PRIx64 " is mapped, which differs in bit %u alone",
				 other.address, bit);
	}
	other.address = smmu_bits(txn->address, 32, 32);
	other.address = smmu_bits_set(other.address, 32, 32, smmu_bits(txn->address, 0, 32));
	if (other.address != txn->address && other.address >= PAGE && passes(&pa, model, &other))
		explain_add_hint(hints, "swapped-halves", other.address,
				 "0x%" PRIx64 " is mapped: the halves of the address are swapped",
				 other.address);
	other.address = smmu_swap64(txn->address);
	if (other.address != txn->address && other.address >= PAGE && passes(&pa, model, &other))
		explain_add_hint(hints, "swapped-bytes", other.address,
				 "0x%" PRIx64 " is mapped: the bytes of the address are swapped",
				 other.address);
}

struct others {
	const struct smmu_explain_options *options;
	const struct explain_verdict *verdict;
	struct smmu_model *model;
	struct explain_hints *hints;
	unsigned asked, found;
};

static int try_substream(void *ctx, uint32_t substream)
{
	struct others *o = ctx;
	struct smmu_txn txn = o->verdict->txn;
	uint64_t pa;

	if (o->asked++ == OTHERS || o->found == 2)
		return 1;
	if (txn.ssv && txn.substream == substream)
		return 0;
	txn.ssv = true;
	txn.substream = substream;
	if (passes(&pa, o->model, &txn)) {
		o->found++;
		explain_add_hint(o->hints, "other-substream", substream,
				 "it is mapped for substream 0x%" PRIx32 " of this stream",
				 substream);
	}
	return 0;
}

static int try_streams(void *ctx, const struct smmu_reach_streams *streams)
{
	struct others *o = ctx;
	struct smmu_txn txn = o->verdict->txn;
	struct smmu_buf names = {0};
	uint64_t pa;

	if (o->asked++ == OTHERS || o->found == 3)
		return 1;
	if (txn.stream >= streams->first && txn.stream <= streams->last)
		return 0;
	txn.stream = streams->first;
	if (passes(&pa, o->model, &txn)) {
		o->found++;
		explain_devices(&names, o->options, o->verdict->smmu, streams->first);
		explain_add_hint(o->hints, "other-stream", streams->first,
				 "it is mapped for stream 0x%" PRIx32 " (%s)", streams->first,
				 smmu_buf_text(&names));
		smmu_buf_fini(&names);
	}
	return 0;
}

/* ---- What the address is, as a physical one. ---- */

static void try_physical(struct explain_hints *hints, const struct smmu_explain_options *options,
			 struct smmu_model *model, const struct smmu_txn *txn)
{
	static const enum smmu_pas spaces[SMMU_SEC_COUNT] = {SMMU_PAS_NS, SMMU_PAS_S,
							     SMMU_PAS_REALM, SMMU_PAS_ROOT};
	struct smmu_pa pa = {txn->address, spaces[txn->sec]};
	const struct smmu_sys_info *sys = options->sys;
	const char *name = NULL;

	if (txn->address < PAGE || !smmu_bits_fit(txn->address, 56) ||
	    !smmu_mem_exists(smmu_model_mem(model), pa, 1))
		return;
	for (size_t i = 0; sys && i < sys->memory_count; i++)
		if (txn->address >= sys->memory[i].base &&
		    txn->address - sys->memory[i].base < sys->memory[i].size)
			name = sys->memory[i].name;
	explain_add_hint(hints, "physical", txn->address,
			 "it is a physical address of memory%s%s: the device, or its firmware, may "
			 "expect no translation, or an identity mapping (RMR) is missing",
			 name ? " " : "", name ? name : "");
}

/* The pages of a domain's maps that are devices, for MSIs. */
static void try_doorbells(struct explain_hints *hints, const struct smmu_explain_options *options,
			  const struct smmu_txn *txn)
{
	const struct smmu_sys_info *sys = options->sys;

	if (smmu_bits(txn->address, 0, 12) != DOORBELL || txn->read || txn->address < PAGE)
		return;
	for (size_t i = 0; sys && i < sys->domains_count; i++)
		for (size_t j = 0; j < sys->domains[i].maps_count; j++) {
			const struct smmu_sys_map *map = &sys->domains[i].maps[j];

			if (map->memory.v < SMMU_MEMTYPE_DEVICE_GRE)
				continue;
			explain_add_hint(hints, "doorbell-mapped", map->input.v,
					 "domain %s has Device memory at 0x%" PRIx64
					 ", which may be the doorbell that is meant",
					 sys->domains[i].name.v ? sys->domains[i].name.v : "?",
					 map->input.v);
			return;
		}
}

int explain_look_nearby(struct explain_hints *hints, const struct smmu_explain_options *options,
			const struct explain_verdict *verdict)
{
	struct smmu_model *model = options->machine->smmu[verdict->smmu].model;
	const struct smmu_txn *txn = &verdict->txn;
	struct search s = {.verdict = verdict, .hints = hints, .address = txn->address};
	struct others o = {options, verdict, model, hints, 0, 0};
	uint64_t maps = BUDGET, substreams = BUDGET, streams = BUDGET;
	int r = smmu_reach_maps(model, txn, &maps, look_at_map, &s);

	end_run(&s);
	if (r == SMMU_E_LIMIT)
		explain_add_hint(hints, "large", s.run_last,
				 "the tables are large: only what is mapped up to 0x%" PRIx64
				 " was looked at",
				 s.run_last);
	tell_neighbours(&s);
	try_numbers(hints, model, txn);
	try_physical(hints, options, model, txn);
	try_doorbells(hints, options, txn);
	smmu_reach_substreams(model, txn->stream, &substreams, try_substream, &o);
	o.asked = o.found = 0;
	smmu_reach_streams(model, &streams, try_streams, &o);
	return r == SMMU_E_LIMIT || r > 0 ? 0 : r;
}
