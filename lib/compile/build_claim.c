/*
 * VMIDs and ASIDs: what is given is claimed first, so that what is chosen
 * never stands in its way.  Two address spaces with one tag would share TLB
 * entries.  IHI 0070 3.17, 5.2 S2VMID, 5.4 ASID.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "compile/build_priv.h"

#define ID_PAGE 256u

void build_owners_fini(struct build_owners *owners)
{
	for (unsigned i = 0; i < SMMU_LEN(owners->page); i++)
		free(owners->page[i]);
}

static uint32_t owner_of(const struct build_owners *owners, uint64_t id)
{
	const uint32_t *page = owners->page[id / ID_PAGE];

	return page ? page[id % ID_PAGE] : 0;
}

static int set_owner(struct builder *b, struct build_owners *owners, uint64_t id, uint32_t owner)
{
	uint32_t **page = &owners->page[id / ID_PAGE];

	if (!*page)
		*page = calloc(ID_PAGE, sizeof(**page));
	if (!*page)
		return build_nomem(b);
	(*page)[id % ID_PAGE] = owner;
	return 0;
}

static const struct smmu_sys_domain *domain_of(const struct builder *b, size_t domain)
{
	return &b->info->domains[domain];
}

/* ---- VMIDs ---- */

static int claim_vmid(struct builder *b, size_t smmu, size_t index)
{
	const struct smmu_sys_domain *domain = domain_of(b, index);
	struct build_smmu *on = &b->smmu[smmu];
	unsigned bits = smmu_vmid_bits(&on->ids);
	uint64_t vmid = domain->vmid.v;
	uint32_t owner;

	if (!smmu_bits_fit(vmid, bits))
		return build_error(b, domain->vmid.at, SMMU_E_RANGE,
				   "VMID %" PRIu64
				   " does not fit in the %u bits of %s (SMMU_IDR0.VMID16)",
				   vmid, bits, b->info->smmus[smmu].name);
	owner = owner_of(&on->vmids, vmid);
	if (owner && owner != index + 1) {
		const struct smmu_sys_domain *other = domain_of(b, owner - 1);
		int status =
			build_error(b, domain->vmid.at, SMMU_E_CONFLICT,
				    "domains %s and %s have the same VMID %" PRIu64 " on %s",
				    domain->name.v, other->name.v, vmid, b->info->smmus[smmu].name);

		build_note(b, build_mark(other->vmid.at, other->at), "the other domain is here");
		return status;
	}
	b->id[index] = (uint32_t)vmid + 1;
	return set_owner(b, &on->vmids, vmid, (uint32_t)index + 1);
}

/* Uses are sorted by SMMU: a domain's may lie far apart, so they are searched. */
static struct build_use *stage2_use(const struct builder *b, size_t smmu, size_t domain)
{
	return build_find_use(b, smmu, domain, BUILD_NONE);
}

/* The lowest VMID from 1 that is free wherever the domain is used. */
static int choose_vmid(struct builder *b, size_t index)
{
	const struct smmu_sys_domain *domain = domain_of(b, index);
	uint64_t vmid = 1, last = UINT16_MAX;
	int status = 0;

	for (size_t s = 0; s < b->info->smmus_count; s++)
		if (stage2_use(b, s, index) && smmu_ones(smmu_vmid_bits(&b->smmu[s].ids)) < last)
			last = smmu_ones(smmu_vmid_bits(&b->smmu[s].ids));
	for (size_t s = 0; s < b->info->smmus_count && vmid <= last; s++) {
		if (!stage2_use(b, s, index) || !owner_of(&b->smmu[s].vmids, vmid))
			continue;
		vmid++;
		s = SIZE_MAX; /* once more from the first */
	}
	if (vmid > last)
		return build_error(b, domain->at, SMMU_E_LIMIT,
				   "there is no VMID left for domain %s: all of 1 to %" PRIu64
				   " are taken",
				   domain->name.v, last);
	b->id[index] = (uint32_t)vmid + 1;
	for (size_t s = 0; status == 0 && s < b->info->smmus_count; s++)
		if (stage2_use(b, s, index))
			status = set_owner(b, &b->smmu[s].vmids, vmid, (uint32_t)index + 1);
	return status;
}

static void claim_vmids(struct builder *b)
{
	for (size_t i = 0; i < b->uses_count; i++) {
		const struct smmu_sys_domain *domain = domain_of(b, b->use[i].domain);

		if (domain->stage.v == 2 && smmu_sys_given(domain->vmid.at))
			claim_vmid(b, b->use[i].smmu, b->use[i].domain);
	}
	for (size_t i = 0; i < b->uses_count; i++) {
		const struct smmu_sys_domain *domain = domain_of(b, b->use[i].domain);

		if (domain->stage.v == 2 && !smmu_sys_given(domain->vmid.at) &&
		    !b->id[b->use[i].domain])
			choose_vmid(b, b->use[i].domain);
	}
}

/* ---- ASIDs ---- */

/*
 * Streams with stage 1 alone are tagged with VMID 0 (their S2VMID): a stage 2
 * domain that has it shares their ASIDs.
 */
static void join_spaces(struct builder *b)
{
	for (size_t i = 0; i < b->contexts_count; i++) {
		const struct build_context *context = &b->context[i];
		const struct build_context *alone =
			build_find_context(b, context->smmu, BUILD_NONE);
		bool joins = context->stage2 != BUILD_NONE && alone && b->id[context->stage2] == 1;

		b->context[i].space = joins ? (size_t)(alone - b->context) : i;
	}
}

static struct build_owners *asids_of(struct builder *b, const struct build_use *use)
{
	return &b->context[b->context[use->context].space].asids;
}

static int asid_clash(struct builder *b, const struct build_use *use, uint64_t asid, uint32_t owner,
		      struct smmu_mark at)
{
	const struct build_use *other = &b->use[owner - 1];
	const struct smmu_sys_domain *domain = domain_of(b, use->domain);
	const struct smmu_sys_domain *before = domain_of(b, other->domain);
	int status;

	if (use->domain == other->domain)
		status = build_error(b, at, SMMU_E_CONFLICT,
				     "domain %s is used alone and under a stage 2 domain with VMID "
				     "0, with the same ASID %" PRIu64,
				     domain->name.v, asid);
	else
		status = build_error(b, at, SMMU_E_CONFLICT,
				     "domains %s and %s have the same ASID %" PRIu64 " on %s",
				     domain->name.v, before->name.v, asid,
				     b->info->smmus[use->smmu].name);
	build_note(b, build_mark(before->asid.at, before->at), "the other domain is here");
	return status;
}

/* count ASIDs from asid on, all for one use. */
static int claim_asids(struct builder *b, const struct build_use *use, uint64_t asid,
		       uint64_t count, struct smmu_mark at)
{
	unsigned bits = smmu_asid_bits(&b->smmu[use->smmu].ids);
	struct build_owners *asids = asids_of(b, use);
	uint32_t own = (uint32_t)(use - b->use) + 1;
	int status = 0;

	if (!smmu_bits_fit(asid + count - 1, bits))
		return build_error(b, at, SMMU_E_RANGE,
				   "ASID %" PRIu64
				   " does not fit in the %u bits of %s (SMMU_IDR0.ASID16)",
				   asid + count - 1, bits, b->info->smmus[use->smmu].name);
	for (uint64_t n = 0; status == 0 && n < count; n++) {
		uint32_t owner = owner_of(asids, asid + n);

		if (owner && owner != own)
			return asid_clash(b, use, asid + n, owner, at);
		if (!owner)
			status = set_owner(b, asids, asid + n, own);
	}
	return status;
}

static void claim_given(struct builder *b, const struct smmu_sys_device *device)
{
	for (size_t i = 0; i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];
		const struct build_use *use = build_find_use(
			b, device->smmu.index, sub->stage1.index, build_stage2_of(device));

		if (smmu_sys_given(sub->asid.at))
			claim_asids(b, use, sub->asid.v, sub->asid_steps ? sub->count.v : 1,
				    sub->asid.at);
	}
}

/* Moves asid to the lowest one not below it that is free in the space of use. */
static uint64_t next_free(struct builder *b, const struct build_use *use, uint64_t asid)
{
	struct build_owners *asids = asids_of(b, use);
	bool from_first = asid <= asids->lowest + 1;

	if (from_first)
		asid = asids->lowest + 1;
	while (asid <= UINT16_MAX && owner_of(asids, asid))
		asid++;
	if (from_first)
		asids->lowest = (uint32_t)asid - 1;
	return asid;
}

/* uses are those of one domain: the lowest ASID from 1 that is free in the spaces of all. */
static int choose_asid(struct builder *b, size_t *uses, size_t count)
{
	const struct build_use *first = &b->use[uses[0]];
	const struct smmu_sys_domain *domain = domain_of(b, first->domain);
	uint64_t asid = 1, last = UINT16_MAX, before;
	int status = 0;

	do {
		before = asid;
		for (size_t i = 0; i < count; i++)
			asid = next_free(b, &b->use[uses[i]], asid);
	} while (asid != before && asid <= UINT16_MAX);
	for (size_t i = 0; i < count; i++) {
		uint64_t most = smmu_ones(smmu_asid_bits(&b->smmu[b->use[uses[i]].smmu].ids));

		last = most < last ? most : last;
	}
	if (asid > last)
		return build_error(b, domain->at, SMMU_E_LIMIT,
				   "there is no ASID left for domain %s: all of 1 to %" PRIu64
				   " are taken",
				   domain->name.v, last);
	b->id[first->domain] = (uint32_t)asid + 1;
	for (size_t i = 0; status == 0 && i < count; i++)
		status = claim_asids(b, &b->use[uses[i]], asid, 1, domain->at);
	return status;
}

static void claim_own(struct builder *b, const struct build_use *use)
{
	const struct smmu_sys_domain *domain = domain_of(b, use->domain);

	if (!use->needs_asid || !smmu_sys_given(domain->asid.at))
		return;
	b->id[use->domain] = (uint32_t)domain->asid.v + 1;
	claim_asids(b, use, domain->asid.v, 1, domain->asid.at);
}

/* Uses that need an ASID chosen, by domain. */
static int by_domain(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return (x[1] > y[1]) - (x[1] < y[1]);
}

static void choose_asids(struct builder *b)
{
	size_t(*pair)[2] = calloc(b->uses_count + 1, sizeof(*pair));
	size_t *uses = calloc(b->uses_count + 1, sizeof(*uses));
	size_t count = 0;

	if (!pair || !uses) {
		build_nomem(b);
		goto out;
	}
	for (size_t i = 0; i < b->uses_count; i++) {
		const struct build_use *use = &b->use[i];

		if (!use->needs_asid || smmu_sys_given(domain_of(b, use->domain)->asid.at))
			continue;
		pair[count][0] = use->domain;
		pair[count++][1] = i;
	}
	if (count)
		qsort(pair, count, sizeof(*pair), by_domain);
	for (size_t i = 0, n; !b->error && i < count; i += n) {
		for (n = 0; i + n < count && pair[i + n][0] == pair[i][0]; n++)
			uses[n] = pair[i + n][1];
		choose_asid(b, uses, n);
	}
out:
	free(uses);
	free(pair);
}

int build_claim(struct builder *b)
{
	claim_vmids(b);
	join_spaces(b);
	for (size_t i = 0; i < b->uses_count; i++)
		claim_own(b, &b->use[i]);
	for (size_t i = 0; i < b->info->devices_count; i++)
		claim_given(b, &b->info->devices[i]);
	choose_asids(b);
	return b->error;
}
