#include "compile/edit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compile/edit_priv.h"

struct smmu_edit {
	struct builder b; /* what building came to, kept */
	struct smmu_build out;
	struct edit_pool pool;
};

int smmu_edit_new(struct smmu_edit **edit, struct smmu_mem *mem, const struct smmu_sys *sys,
		  struct smmu_diag *diag)
{
	struct smmu_edit *e = calloc(1, sizeof(*e));
	int status;

	*edit = NULL;
	if (!e)
		return smmu_diag_nomem(diag);
	e->b = (struct builder){
		.sys = sys, .info = smmu_sys_info(sys), .mem = mem, .diag = diag, .out = &e->out};
	status = build_run(&e->b);
	if (status) {
		smmu_edit_free(e);
		return status;
	}
	*edit = e;
	return 0;
}

void smmu_edit_free(struct smmu_edit *edit)
{
	if (!edit)
		return;
	build_release(&edit->b);
	smmu_build_fini(&edit->out);
	free(edit->pool.v);
	free(edit);
}

const uint64_t *smmu_edit_regs(const struct smmu_edit *edit, size_t smmu)
{
	return edit->out.regs[smmu];
}

/* What is asked for, and where to say what is wrong with it. */
struct request {
	struct smmu_edit *edit;
	const struct smmu_record *record;
	size_t smmu;
	const struct smmu_place *at;
	struct smmu_diag *diag;
};

static bool has_stream(const struct smmu_sys_device *device, uint64_t stream)
{
	for (size_t i = 0; i < device->streams_count; i++)
		if (stream - device->streams[i].first.v < device->streams[i].count.v)
			return true;
	return false;
}

/* The domain of a stream and substream: the stage that the device's addresses enter first. */
static const struct smmu_sys_ref *domain_of_device(const struct smmu_sys_device *device,
						   const struct smmu_txn *txn)
{
	for (size_t i = 0; txn->ssv && i < device->substreams_count; i++) {
		const struct smmu_sys_substream *sub = &device->substreams[i];

		if (txn->substream - sub->first.v < sub->count.v)
			return &sub->stage1;
	}
	if (txn->ssv || (!device->stage1.name && !device->stage2.name))
		return NULL;
	return device->stage1.name ? &device->stage1 : &device->stage2;
}

static int by_stream(size_t *domain, const struct request *q)
{
	const struct smmu_sys_info *info = q->edit->b.info;
	const struct smmu_txn *txn = &q->record->txn;

	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *device = &info->devices[i];
		const struct smmu_sys_ref *ref;

		if (device->smmu.index != q->smmu || smmu_sys_names_only(device) ||
		    !has_stream(device, txn->stream))
			continue;
		ref = domain_of_device(device, txn);
		if (!ref)
			break;
		*domain = ref->index;
		return 0;
	}
	return smmu_diag_error(q->diag, q->at, SMMU_E_UNKNOWN,
			       txn->ssv ? "stream 0x%" PRIx32
					  " has no domain for substream 0x%" PRIx32
					: "stream 0x%" PRIx32 " has no domain",
			       txn->stream, txn->substream);
}

static int by_name(size_t *domain, const struct request *q)
{
	const struct smmu_sys_info *info = q->edit->b.info;

	for (size_t i = 0; i < info->domains_count; i++) {
		if (strcmp(info->domains[i].name.v, q->record->data) != 0)
			continue;
		*domain = i;
		return 0;
	}
	return smmu_diag_error(q->diag, q->at, SMMU_E_UNKNOWN, "there is no domain \"%s\"",
			       q->record->data);
}

/* The map that the record stands for, as a file would give it. */
static struct smmu_sys_map map_of(const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;
	uint64_t access = 0;

	if (!record->has_access)
		access = SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W;
	if (txn->read)
		access |= SMMU_SYS_ACCESS_R;
	if (txn->write)
		access |= SMMU_SYS_ACCESS_W;
	if (txn->instruction)
		access |= SMMU_SYS_ACCESS_X;
	return (struct smmu_sys_map){
		.input.v = txn->address,
		.pa.v = record->expected_pa,
		.size.v = txn->size,
		.access.v = access,
		.memory.v =
			txn->memtype == SMMU_MEMTYPE_NONE ? SMMU_MEMTYPE_NORMAL_WB : txn->memtype,
		.sh.v = txn->sh,
		.privileged.v = txn->privileged,
	};
}

/* Addresses within the domain's, in whole pages; a permission that its stage has. */
static int check_map(const struct request *q, const struct smmu_sys_domain *domain,
		     const struct build_tt *tt, const struct smmu_sys_map *map)
{
	unsigned granule_log2 = smmu_granule_log2(tt->granule);
	uint64_t last = map->input.v + (map->size.v - 1);
	bool high = build_is_high(domain, tt->ia_bits, map->input.v) &&
		    build_is_high(domain, tt->ia_bits, last);
	bool maps = q->record->op == SMMU_OP_MAP;
	unsigned bits = build_output_bits(domain, &q->edit->b.smmu[q->smmu].ids);

	if (!map->size.v ||
	    !smmu_is_aligned_log2(map->input.v | map->size.v | (maps ? map->pa.v : 0),
				  granule_log2))
		return smmu_diag_error(q->diag, q->at, SMMU_E_INVALID,
				       "0x%" PRIx64 " and size 0x%" PRIx64
				       " are not in whole pages of %u KiB of domain %s",
				       map->input.v, map->size.v, 1u << (granule_log2 - 10),
				       domain->name.v);
	if (map->size.v > tt->ia_mask || last < map->input.v ||
	    (!high && !smmu_bits_fit(last, tt->ia_bits)))
		return smmu_diag_error(q->diag, q->at, SMMU_E_RANGE,
				       "0x%" PRIx64 " to 0x%" PRIx64
				       " is outside the %u input bits of domain %s",
				       map->input.v, last, tt->ia_bits, domain->name.v);
	if (maps && (!smmu_bits_fit(map->pa.v, bits) ||
		     !smmu_bits_fit(map->pa.v + (map->size.v - 1), bits)))
		return smmu_diag_error(q->diag, q->at, SMMU_E_RANGE,
				       "0x%" PRIx64 " and what follows it has more than the %u "
				       "output bits of domain %s",
				       map->pa.v, bits, domain->name.v);
	if (maps && domain->stage.v == 1 && !(map->access.v & SMMU_SYS_ACCESS_R))
		return smmu_diag_error(q->diag, q->at, SMMU_E_INVALID,
				       "stage 1 has no permission to write without read");
	if (maps && build_leaf_lack(tt, map))
		return smmu_diag_error(q->diag, q->at, SMMU_E_INVALID,
				       "domain %s has no attribute or permission of that kind",
				       domain->name.v);
	return 0;
}

/* The change in one place where the domain is used. */
static int edit_use(const struct request *q, const struct build_use *use, const struct build_tt *tt,
		    const struct smmu_sys_map *map)
{
	struct builder *b = &q->edit->b;
	const struct smmu_sys_domain *domain = &b->info->domains[use->domain];
	bool high = build_is_high(domain, tt->ia_bits, map->input.v);
	struct build_tt half = *tt;
	struct edit_range range = {
		.b = b,
		.area = domain->stage.v == 1 ? build_context_area(b, &b->context[use->context])
					     : &b->smmu[use->smmu].area,
		.pool = &q->edit->pool,
		.tt = &half,
		.start = map->input.v & tt->ia_mask,
		.maps = q->record->op == SMMU_OP_MAP,
		.leaf = build_tt_leaf(tt, map),
		.oa = map->pa.v,
	};

	half.skl = build_skl(domain, high);
	range.end = range.start + map->size.v;
	if (domain->stage.v == 1 && !use->used[high])
		return smmu_diag_error(q->diag, q->at, SMMU_E_INVALID,
				       "domain %s has no table for the %s half of the addresses: "
				       "its CD disables it",
				       domain->name.v, high ? "upper" : "lower");
	return edit_tt(&range, use->ttb[high]);
}

static int edit_domain(const struct request *q, size_t index)
{
	struct builder *b = &q->edit->b;
	const struct smmu_sys_domain *domain = &b->info->domains[index];
	struct smmu_sys_map map = map_of(q->record);
	int status = 0;

	for (size_t i = 0; status == 0 && i < b->uses_count; i++) {
		const struct build_use *use = &b->use[i];
		struct build_tt tt;

		if (use->domain != index)
			continue;
		tt = build_tt_of(domain, &b->smmu[use->smmu].ids,
				 build_s2pii(&b->info->smmus[use->smmu]));
		status = check_map(q, domain, &tt, &map);
		if (!status)
			status = edit_use(q, use, &tt, &map);
	}
	return status;
}

int smmu_edit_record(bool *changed, struct smmu_edit *edit, const struct smmu_record *record,
		     size_t smmu, const struct smmu_place *at, struct smmu_diag *diag)
{
	struct request q = {edit, record, smmu, at, diag};
	bool named = record->data && record->data_size;
	size_t domain = 0;
	int status;

	*changed = false;
	if ((!named && !record->has_stream) || !record->has_address ||
	    (record->op == SMMU_OP_MAP && !record->has_expected_pa))
		return 0;
	edit->b.diag = diag;
	edit->b.error = 0;
	status = named ? by_name(&domain, &q) : by_stream(&domain, &q);
	if (!status)
		status = edit_domain(&q, domain);
	/* What the builder said has the place of the tables. */
	if (edit->b.error)
		smmu_diag_note(diag, at, "for what this record asks for");
	*changed = !status;
	return status;
}
