/*
 * A place for the tables of others, which a build places anew: memory that no
 * device reaches, else any memory, else memory that the description adds.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "compile/recover_priv.h"

/* IPAs that stage 1 structures may take beyond those they had. */
#define BENEATH_MORE (UINT64_C(64) << 20)

/* What is taken; ascending once sorted. */
struct taken {
	struct recover_extent *item; /* owned */
	size_t count, capacity;
};

static int by_low(const void *a, const void *b)
{
	const struct recover_extent *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

static void sort(struct taken *taken)
{
	if (taken->count)
		qsort(taken->item, taken->count, sizeof(*taken->item), by_low);
}

static int take(struct recover *r, struct taken *taken, uint64_t low, uint64_t size)
{
	if (recover_grow(&taken->item, &taken->capacity, taken->count, sizeof(*taken->item),
			 r->diag))
		return SMMU_E_NOMEM;
	taken->item[taken->count++] = (struct recover_extent){low, low + size};
	return 0;
}

/* Physical ranges that devices reach. */
static int take_reached(struct recover *r, struct taken *taken)
{
	int status = 0;

	for (size_t i = 0; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];

		for (size_t n = 0; d->under == RECOVER_NONE && n < d->ranges_count && !status; n++)
			status = take(r, taken, d->range[n].pa, d->range[n].size);
	}
	return status;
}

/* All memory, whoever sees it. */
static int take_memory(struct recover *r, struct taken *taken)
{
	int status = 0;

	for (size_t m = 0; status == 0 && m < r->info->memory_count; m++)
		status = take(r, taken, r->info->memory[m].base,
			      recover_memory_size(r, &r->info->memory[m]));
	return status;
}

/* Where the next entry after base starts. */
static uint64_t next_entry(const struct recover *r, uint64_t base)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < r->info->memory_count; i++)
		if (r->info->memory[i].base > base && r->info->memory[i].base < next)
			next = r->info->memory[i].base;
	return next;
}

uint64_t recover_memory_size(const struct recover *r, const struct smmu_sys_memory *entry)
{
	uint64_t most = next_entry(r, entry->base) - entry->base, size = entry->size;

	for (unsigned pas = 0; size == 0 && pas < SMMU_PAS_COUNT; pas++) {
		struct smmu_pa at = {entry->base, (enum smmu_pas)pas};

		/* a file covers whole pages */
		while (smmu_bit(entry->pas_set, pas) && size < most &&
		       smmu_mem_exists(r->machine->mem, at, 1)) {
			size += BUILD_PAGE - smmu_bits(at.pa, 0, BUILD_PAGE_LOG2);
			at.pa = entry->base + size;
		}
	}
	return size < most || entry->size ? size : most;
}

static bool fit(struct recover_extent *found, uint64_t low, uint64_t high, uint64_t size,
		unsigned align_log2)
{
	uint64_t start = smmu_align_down_log2(low + smmu_ones(align_log2), align_log2);

	if (start < low || start >= high || high - start < size)
		return false;
	*found = (struct recover_extent){start, start + size};
	return true;
}

/* The first place for size bytes in [low, end) that nothing has taken. */
static bool find_hole(struct recover_extent *found, const struct taken *taken, uint64_t low,
		      uint64_t end, uint64_t size, unsigned align_log2)
{
	for (size_t i = 0; i < taken->count && taken->item[i].low < end; i++) {
		const struct recover_extent *next = &taken->item[i];

		if (next->low > low && fit(found, low, next->low, size, align_log2))
			return true;
		if (next->high > low)
			low = next->high;
	}
	return low < end && fit(found, low, end, size, align_log2);
}

/* Such a place in memory that the SMMU can address. */
static bool find_in_memory(struct recover_extent *found, const struct recover *r,
			   const struct taken *taken, uint64_t limit, uint64_t size,
			   unsigned align_log2)
{
	for (size_t m = 0; m < r->info->memory_count; m++) {
		const struct smmu_sys_memory *entry = &r->info->memory[m];
		uint64_t end = entry->base + recover_memory_size(r, entry);

		if (smmu_bit(entry->pas_set, SMMU_PAS_NS) &&
		    find_hole(found, taken, entry->base, end < limit ? end : limit, size,
			      align_log2))
			return true;
	}
	return false;
}

/* Whether a range may be leaves of a level, as far as it goes over whole ones. */
static bool may_be_leaves(const struct recover_domain *d, const struct recover_range *range,
			  int level)
{
	const struct smmu_desc_level *l = smmu_desc_level(d->family, d->granule, level);

	return d->leaves != SMMU_SYS_LEAVES_PAGES && build_has_leaf(&d->tt, level) &&
	       smmu_is_aligned_log2(range->input ^ range->pa, l->size_log2);
}

/*
 * Tables of one half of a domain, at most: the initial one, and below every
 * level those at both ends of each range, with what lies between them where
 * the level above has no leaves for it.
 */
static uint64_t table_bytes(struct recover_domain *d, unsigned half)
{
	unsigned entries_log2;
	uint64_t total;
	int level;

	recover_initial(&level, &entries_log2, d, half);
	total = smmu_pow2(entries_log2 + build_entry_log2(&d->tt));
	while (level < SMMU_DESC_LEVEL_MAX) {
		int below = build_tt_below(&d->tt, level);
		unsigned span = smmu_desc_level(d->family, d->granule, level)->size_log2;
		unsigned log2 = span - smmu_desc_level(d->family, d->granule, below)->size_log2;
		uint64_t tables = 0;

		for (size_t n = 0; n < d->ranges_count; n++)
			tables += 2 + (may_be_leaves(d, &d->range[n], level)
					       ? 0
					       : d->range[n].size >> span);
		total += tables << (log2 + build_entry_log2(&d->tt));
		level = below;
	}
	return total;
}

/* Bytes for all tables of one SMMU: each may need as much again for its alignment. */
static uint64_t bytes_needed(struct recover *r, size_t smmu, unsigned *align_log2)
{
	const struct recover_smmu *s = &r->smmu[smmu];
	uint64_t strtab = SMMU_STE_BYTES * (s->two_level ? smmu_pow2(s->split) : 1);
	uint64_t total = 64 * BUILD_PAGE;

	for (size_t i = 0; i < r->devices_count && s->two_level; i++)
		for (size_t n = 0; n < r->device[i].streams_count; n++)
			total += strtab * (2 + (r->device[i].streams[n].count >> s->split));
	*align_log2 = s->two_level
			      ? s->stream_bits -
					(s->split < s->stream_bits ? s->split : s->stream_bits) + 3
			      : s->stream_bits + 6;
	total += smmu_pow2(*align_log2);
	for (size_t i = 0; i < r->domains_count; i++) {
		struct recover_domain *d = &r->domain[i];

		if (d->smmu != smmu || d->under != RECOVER_NONE)
			continue;
		for (unsigned half = 0; half < 2; half++)
			if (d->used[half])
				total += 2 * table_bytes(d, half);
	}
	for (size_t i = 0; i < r->devices_count; i++)
		if (r->device[i].smmu == smmu)
			total += (2 * SMMU_CD_BYTES)
				 << (r->device[i].runs_count ? smmu_ste_S1CDMax(&r->device[i].ste)
							     : 0);
	for (unsigned i = 0; i < 3; i++) {
		static const enum smmu_reg bases[] = {SMMU_REG_CMDQ_BASE, SMMU_REG_EVENTQ_BASE,
						      SMMU_REG_PRIQ_BASE};
		uint64_t value = smmu_model_reg(r->machine->smmu[smmu].model, bases[i]);

		total += UINT64_C(64) << smmu_CMDQ_BASE_LOG2SIZE(value);
	}
	return smmu_align_down_log2(total + 0xffff, 16);
}

/* What the places of one SMMU after another are chosen from. */
struct places {
	struct taken areas;   /* of SMMUs before */
	struct taken reached; /* and what devices reach */
	struct taken all;     /* and all memory */
};

static int take_area(struct recover *r, struct places *p, const struct recover_extent *area)
{
	struct taken *const taken[] = {&p->areas, &p->reached, &p->all};
	int status = 0;

	for (size_t i = 0; status == 0 && i < SMMU_LEN(taken); i++) {
		status = take(r, taken[i], area->low, area->high - area->low);
		sort(taken[i]);
	}
	return status;
}

static int place_smmu(struct recover *r, struct places *p, size_t s)
{
	struct recover_smmu *smmu = &r->smmu[s];
	const char *name = r->machine->smmu[s].name;
	unsigned align_log2;
	uint64_t size = bytes_needed(r, s, &align_log2);
	uint64_t limit = smmu_pow2(smmu_oas_bits(smmu_model_ids(r->machine->smmu[s].model)));
	/* new memory beside what there is rather than at 0 */
	uint64_t beside = r->info->memory_count ? r->info->memory[0].base : 0;
	struct recover_extent found;

	if (align_log2 < BUILD_PAGE_LOG2)
		align_log2 = BUILD_PAGE_LOG2;
	if (find_in_memory(&found, r, &p->reached, limit, size, align_log2)) {
		smmu->area = found;
	} else if (find_in_memory(&found, r, &p->areas, limit, size, align_log2)) {
		smmu->area = found;
		smmu_diag_warn(r->diag, NULL,
			       "the tables of %s are placed where devices reach them: no other "
			       "memory holds them",
			       name);
	} else if (find_hole(&found, &p->all, beside, limit, size, align_log2) ||
		   find_hole(&found, &p->all, 0, limit, size, align_log2)) {
		smmu->area = found;
		smmu->adds_memory = true;
		smmu_diag_warn(r->diag, NULL,
			       "the description adds memory at 0x%" PRIx64
			       " for the tables of %s: there is no room in what exists",
			       found.low, name);
	}
	return take_area(r, p, &smmu->area);
}

/* Stage 1 structures may need more IPAs than they had: as many as their map goes on for. */
static void place_beneath(struct recover_domain *d)
{
	for (size_t n = 0; d->beneath.low <= d->beneath.high && n < d->ranges_count; n++) {
		const struct recover_range *range = &d->range[n];
		uint64_t used = d->beneath.high - range->input;

		if (range->input < d->beneath.high && used <= range->size &&
		    range->attr.access & SMMU_SYS_ACCESS_R)
			d->beneath.high += range->size - used < BENEATH_MORE ? range->size - used
									     : BENEATH_MORE;
	}
}

int recover_place(struct recover *r)
{
	struct places p = {.areas = {0}};
	int status = take_reached(r, &p.reached);

	if (status == 0)
		status = take_reached(r, &p.all);
	if (status == 0)
		status = take_memory(r, &p.all);
	sort(&p.reached);
	sort(&p.all);
	for (size_t i = 0; i < r->domains_count; i++)
		place_beneath(&r->domain[i]);
	for (size_t s = 0; status == 0 && s < r->machine->count; s++)
		if (r->smmu[s].is_enabled)
			status = place_smmu(r, &p, s);
	free(p.areas.item);
	free(p.reached.item);
	free(p.all.item);
	return status;
}
