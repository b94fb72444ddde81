/*
 * ASIDs of substreams: runs of them, and which are simply those of the domain.
 */
#include <stdlib.h>

#include "compile/recover_priv.h"

/* The last run goes on with a CD of this domain and ASID. */
static bool continues(struct recover_run *run, uint32_t substream, size_t domain, uint32_t asid)
{
	if (run->domain != domain || run->first + run->count != substream)
		return false;
	if (run->count == 1 && (asid == run->asid || asid == run->asid + 1))
		run->steps = asid == run->asid + 1;
	else if (asid != (run->steps ? run->asid + run->count : run->asid))
		return false;
	run->count++;
	return true;
}

int recover_add_cd(struct recover *r, struct recover_device *device, uint32_t substream,
		   size_t domain, uint32_t asid)
{
	if (device->runs_count &&
	    continues(&device->run[device->runs_count - 1], substream, domain, asid))
		return 0;
	if (recover_grow(&device->run, &device->runs_capacity, device->runs_count,
			 sizeof(*device->run), r->diag))
		return SMMU_E_NOMEM;
	device->run[device->runs_count++] = (struct recover_run){
		.first = substream, .count = 1, .domain = domain, .asid = asid};
	return 0;
}

static bool is_ambiguous(const struct recover *r, size_t domain)
{
	return r->domain[domain].has_twins || r->domain[domain].twin != RECOVER_NONE;
}

/* Of domains that are alike, the one that has this ASID; else the first of them. */
static size_t twin_with(const struct recover *r, size_t domain, uint32_t asid)
{
	size_t first = r->domain[domain].twin != RECOVER_NONE ? r->domain[domain].twin : domain;

	for (size_t i = first; i < r->domains_count; i++) {
		const struct recover_domain *d = &r->domain[i];

		if ((i == first || d->twin == first) && d->has_id && d->id == asid)
			return i;
	}
	return first;
}

/*
 * No two domains may have one ASID: what leads to one of several that are
 * alike goes, CD by CD, to the one whose ASID it has.
 */
static int untangle(struct recover *r, struct recover_device *device)
{
	struct recover_run *old = device->run;
	size_t count = device->runs_count;
	bool tangled = false;
	int status = 0;

	for (size_t i = 0; i < count; i++)
		tangled = tangled || is_ambiguous(r, old[i].domain);
	if (!tangled)
		return 0;
	device->run = NULL;
	device->runs_count = device->runs_capacity = 0;
	for (size_t i = 0; status == 0 && i < count; i++) {
		const struct recover_run *run = &old[i];
		bool choose = is_ambiguous(r, run->domain);

		for (uint32_t n = 0; status == 0 && n < run->count; n++) {
			uint32_t asid = run->asid + (run->steps ? n : 0);
			size_t domain = choose ? twin_with(r, run->domain, asid) : run->domain;

			status = recover_add_cd(r, device, run->first + n, domain, asid);
		}
	}
	free(old);
	return status;
}

/* A domain that only substreams use can have the ASID of the first that is not one of many. */
static void wish(struct recover *r, const struct recover_run *run)
{
	struct recover_domain *d = &r->domain[run->domain];

	if (run->steps || d->has_wish)
		return;
	d->wish = run->asid;
	d->has_wish = true;
}

int recover_asids(struct recover *r)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < r->devices_count; i++) {
		status = untangle(r, &r->device[i]);
		for (size_t n = 0; n < r->device[i].runs_count; n++)
			wish(r, &r->device[i].run[n]);
	}
	return status;
}
