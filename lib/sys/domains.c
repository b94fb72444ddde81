/*
 * Keys of domains: what is translated to what.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sys/objects_priv.h"

/* ---- maps ---- */

static const struct smmu_choice accesses[] = {
	{"r", SMMU_SYS_ACCESS_R},
	{"w", SMMU_SYS_ACCESS_W},
	{"x", SMMU_SYS_ACCESS_X},
	{"rw", SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W},
	{"rx", SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_X},
	{"wx", SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X},
	{"rwx", SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X},
};
static const struct smmu_choice memories[] = {
	{"normal-wb", SMMU_MEMTYPE_NORMAL_WB},	       {"normal-wt", SMMU_MEMTYPE_NORMAL_WT},
	{"normal-nc", SMMU_MEMTYPE_NORMAL_NC},	       {"device-GRE", SMMU_MEMTYPE_DEVICE_GRE},
	{"device-nGRE", SMMU_MEMTYPE_DEVICE_NGRE},     {"device-nGnRE", SMMU_MEMTYPE_DEVICE_NGNRE},
	{"device-nGnRnE", SMMU_MEMTYPE_DEVICE_NGNRNE},
};
static const struct smmu_choice shareabilities[] = {
	{"nsh", SMMU_SH_IN_NSH}, {"ish", SMMU_SH_IN_ISH}, {"osh", SMMU_SH_IN_OSH}};

/* iova and ipa are the same member; which of them it was decides is_ipa. */
static void parse_input(struct smmu_reader *r, const struct smmu_key *key,
			const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_map *map = object;

	if (smmu_sys_given(map->input.at)) {
		smmu_reader_fail(r, node->at, SMMU_E_CONFLICT,
				 "a map has either 'iova' (stage 1) or 'ipa' (stage 2)");
		return;
	}
	map->is_ipa = strcmp(key->name, "ipa") == 0;
	smmu_reader_u64(r, node, key->name, 0, map->is_ipa ? PA_MAX : UINT64_MAX, &map->input);
}

static void iova_schema(struct smmu_emit *emit)
{
	smmu_schema_number(emit, 0, UINT64_MAX);
}

static void ipa_schema(struct smmu_emit *emit)
{
	smmu_schema_number(emit, 0, PA_MAX);
}

static const struct smmu_key map_keys[] = {
	KEY_CUSTOM("iova", struct smmu_sys_map, input, parse_input, iova_schema,
		   "input address of stage 1"),
	KEY_CUSTOM("ipa", struct smmu_sys_map, input, parse_input, ipa_schema,
		   "input address of stage 2"),
	KEY_U64_REQ("pa", struct smmu_sys_map, pa, 0, PA_MAX,
		    "output address; an IPA where stage 2 follows"),
	KEY_U64_REQ("size", struct smmu_sys_map, size, 1, UINT64_MAX, "bytes"),
	KEY_CHOICE("access", struct smmu_sys_map, access, accesses,
		   SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W, "what is permitted"),
	KEY_CHOICE("memory", struct smmu_sys_map, memory, memories, SMMU_MEMTYPE_NORMAL_WB,
		   "memory type"),
	KEY_CHOICE("sh", struct smmu_sys_map, sh, shareabilities, 0, "shareability"),
	KEY_BOOL("privileged", struct smmu_sys_map, privileged,
		 "stage 1: closed to unprivileged accesses"),
	KEY_BOOL("global", struct smmu_sys_map, global,
		 "stage 1: not tagged with the ASID (nG = 0)"),
	KEY_CUSTOM("descriptor", struct smmu_sys_map, descriptor, smmu_fields_parse_descriptor,
		   smmu_fields_schema_descriptor,
		   "fields of its descriptors by architected name, in place of what follows from "
		   "the other keys"),
};

static void check_map(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_map *map = object;
	uint64_t last = map->size.v - 1;

	if (!smmu_sys_given(map->input.at)) {
		smmu_reader_fail(r, map->at, SMMU_E_INVALID,
				 "a map needs 'iova' (stage 1) or 'ipa' (stage 2)");
		return;
	}
	if (last > UINT64_MAX - map->input.v)
		smmu_reader_fail(r, map->size.at, SMMU_E_RANGE,
				 "the input range from 0x%" PRIx64 " wraps around", map->input.v);
	if (last > PA_MAX - map->pa.v)
		smmu_reader_fail(r, map->size.at, SMMU_E_RANGE,
				 "the output range from 0x%" PRIx64 " ends beyond 2^56", map->pa.v);
}

static void map_schema(struct smmu_emit *emit)
{
	smmu_schema_either(emit, "oneOf", "iova", "ipa");
}

static const struct smmu_object map_object = {
	.name = "map",
	.what = "a map",
	.keys = map_keys,
	.keys_count = SMMU_LEN(map_keys),
	.size = sizeof(struct smmu_sys_map),
	.doc = "one range of input addresses",
	.check = check_map,
	.schema = map_schema,
};

/* ---- domains ---- */

static const struct smmu_choice stages[] = {{"1", 1}, {"2", 2}};
static const struct smmu_choice granules[] = {
	{"4K", SMMU_GRANULE_4K}, {"16K", SMMU_GRANULE_16K}, {"64K", SMMU_GRANULE_64K}};
static const struct smmu_choice tt_formats[] = {
	{"vmsa64", SMMU_SYS_VMSA64}, {"lpae", SMMU_SYS_LPAE}, {"d128", SMMU_SYS_D128}};
static const struct smmu_choice endians[] = {{"little", 0}, {"big", 1}};
static const struct smmu_choice leaves[] = {{"largest", SMMU_SYS_LEAVES_LARGEST},
					    {"blocks", SMMU_SYS_LEAVES_BLOCKS},
					    {"pages", SMMU_SYS_LEAVES_PAGES}};
static const struct smmu_choice output_bits[] = {{"32", 32}, {"36", 36}, {"40", 40}, {"42", 42},
						 {"44", 44}, {"48", 48}, {"52", 52}, {"56", 56}};

static const struct smmu_key domain_keys[] = {
	KEY_NAME_REQ("name", struct smmu_sys_domain, name, "what devices refer to"),
	KEY_CHOICE_REQ("stage", struct smmu_sys_domain, stage, stages, "stage of translation"),
	KEY_CHOICE("format", struct smmu_sys_domain, format, tt_formats, SMMU_SYS_VMSA64,
		   "VMSAv8-64, VMSAv8-32 LPAE or VMSAv9-128 tables"),
	KEY_CHOICE("granule", struct smmu_sys_domain, granule, granules, 0, "translation granule"),
	KEY_U64("input-bits", struct smmu_sys_domain, input_bits, 12, 56,
		"size of input addresses in bits"),
	KEY_CHOICE("output-bits", struct smmu_sys_domain, output_bits, output_bits, 0,
		   "size of output addresses in bits; without it, what the SMMU has"),
	KEY_U64("asid", struct smmu_sys_domain, asid, 0, 65535, "stage 1: tag of TLB entries"),
	KEY_U64("vmid", struct smmu_sys_domain, vmid, 0, 65535, "stage 2: tag of TLB entries"),
	KEY_CHOICE("endian", struct smmu_sys_domain, endian, endians, 0,
		   "byte order of its translation tables"),
	KEY_BOOL("stall", struct smmu_sys_domain, stall, "faults stall the transaction"),
	KEY_CHOICE("leaves", struct smmu_sys_domain, leaves, leaves, SMMU_SYS_LEAVES_LARGEST,
		   "descriptors to map with: the largest Blocks and Contiguous runs that fit, "
		   "blocks without Contiguous, or pages alone"),
	KEY_OBJECT("tables", struct smmu_sys_domain, tables, struct smmu_sys_area,
		   &smmu_ipa_area_object,
		   "stage 2: where stage 1 structures of devices nested under it are placed"),
	KEY_CUSTOM("cd", struct smmu_sys_domain, cd, smmu_fields_parse_cd, smmu_fields_schema_cd,
		   "stage 1: further fields of its CDs by architected name"),
	KEY_CUSTOM("ste", struct smmu_sys_domain, ste, smmu_fields_parse_stage2,
		   smmu_fields_schema_stage2,
		   "stage 2: further stage 2 fields of STEs by architected name"),
	KEY_CUSTOM("table-descriptor", struct smmu_sys_domain, table, smmu_fields_parse_descriptor,
		   smmu_fields_schema_descriptor,
		   "fields that all its Table descriptors have, by architected name; SKL as far as "
		   "there are levels to skip"),
	KEY_LIST("maps", struct smmu_sys_domain, maps, maps_count, struct smmu_sys_map, &map_object,
		 0, "what it translates"),
};

static void check_aligned(struct smmu_reader *r, const struct smmu_sys_u64 *value,
			  enum smmu_granule granule)
{
	char size[24];

	if (!smmu_is_aligned_log2(value->v, smmu_granule_log2(granule)))
		smmu_reader_fail(r, value->at, SMMU_E_RANGE,
				 "0x%" PRIx64 " is not a multiple of the granule, %s", value->v,
				 smmu_format_size(size, smmu_pow2(smmu_granule_log2(granule))));
}

/* DDI 0487 D8.1.8: stage 1 has a lower and an upper range, stage 2 the lower only. */
static bool is_in_range(const struct smmu_sys_domain *d, uint64_t first, uint64_t last)
{
	unsigned bits = (unsigned)d->input_bits.v;
	/* VMSAv8-32 has both in 32 bits (G5.5) */
	uint64_t all = smmu_ones(d->format.v == SMMU_SYS_LPAE ? 32 : 64);

	if (smmu_bits_fit(last, bits))
		return true;
	return d->stage.v == 1 && last <= all && smmu_bits_fit(all - first, bits);
}

static void check_map_in(struct smmu_reader *r, const struct smmu_sys_domain *d,
			 const struct smmu_sys_map *map)
{
	const struct smmu_sys_u64 *aligned[] = {&map->input, &map->pa, &map->size};

	if (map->is_ipa != (d->stage.v == 2))
		smmu_reader_fail(r, map->input.at, SMMU_E_INVALID,
				 d->stage.v == 2 ? "a stage 2 domain maps 'ipa', not 'iova'"
						 : "a stage 1 domain maps 'iova', not 'ipa'");
	for (size_t i = 0; i < SMMU_LEN(aligned); i++)
		check_aligned(r, aligned[i], (enum smmu_granule)d->granule.v);
	if (d->input_bits.v && !is_in_range(d, map->input.v, map->input.v + (map->size.v - 1)))
		smmu_reader_fail(
			r, map->input.at, SMMU_E_RANGE,
			"0x%" PRIx64 " to 0x%" PRIx64 " is outside the %u input bits of the domain",
			map->input.v, map->input.v + (map->size.v - 1), (unsigned)d->input_bits.v);
	if (d->stage.v == 2 && smmu_sys_given(map->privileged.at))
		smmu_reader_fail(r, map->privileged.at, SMMU_E_INVALID,
				 "'privileged' is for stage 1: stage 2 does not tell who asks");
	if (d->stage.v == 2 && smmu_sys_given(map->global.at))
		smmu_reader_fail(r, map->global.at, SMMU_E_INVALID,
				 "'global' is for stage 1: stage 2 has no ASID");
}

struct sorted_map {
	const struct smmu_sys_map *map;
};

static int compare_maps(const void *a, const void *b)
{
	const struct smmu_sys_map *x = ((const struct sorted_map *)a)->map;
	const struct smmu_sys_map *y = ((const struct sorted_map *)b)->map;

	if (x->input.v != y->input.v)
		return x->input.v < y->input.v ? -1 : 1;
	return (x > y) - (x < y); /* one array: the order of the file */
}

static void check_overlap(struct smmu_reader *r, const struct smmu_sys_domain *d)
{
	const struct smmu_sys_map *reach; /* of those before, the one that ends last */
	struct sorted_map *sorted;
	size_t count = d->maps_count;

	sorted = count ? malloc(count * sizeof(*sorted)) : NULL;
	if (!sorted) {
		if (count)
			smmu_reader_fail(r, d->at, SMMU_E_NOMEM, "out of memory");
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i].map = &d->maps[i];
	qsort(sorted, count, sizeof(*sorted), compare_maps);
	reach = sorted[0].map;
	for (size_t i = 1; i < count; i++) {
		const struct smmu_sys_map *map = sorted[i].map;
		uint64_t end = reach->input.v + (reach->size.v - 1);

		if (map->input.v <= end) {
			const struct smmu_sys_map *later = map > reach ? map : reach;

			smmu_reader_fail(r, later->input.at, SMMU_E_CONFLICT,
					 "this map and another one of its domain overlap at "
					 "0x%" PRIx64,
					 map->input.v);
			smmu_reader_note(r, (map > reach ? reach : map)->input.at,
					 "this is the other one");
		}
		if (map->input.v + (map->size.v - 1) > end)
			reach = map;
	}
	free(sorted);
}

/* A key that only the other stage has. */
static void check_stage_key(struct smmu_reader *r, const struct smmu_sys_domain *d,
			    struct smmu_mark at, const char *name, unsigned stage)
{
	if (smmu_sys_given(at) && d->stage.v != stage)
		smmu_reader_fail(r, at, SMMU_E_INVALID, "'%s' is for stage %u domains", name,
				 stage);
}

static void check_domain(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_domain *d = object;
	unsigned before = r->errors;

	check_stage_key(r, d, d->asid.at, "asid", 1);
	check_stage_key(r, d, d->vmid.at, "vmid", 2);
	check_stage_key(r, d, d->tables.at, "tables", 2);
	check_stage_key(r, d, d->cd.at, "cd", 1);
	check_stage_key(r, d, d->ste.at, "ste", 2);
	for (size_t i = 0; i < d->maps_count; i++)
		check_map_in(r, d, &d->maps[i]);
	if (before == r->errors)
		check_overlap(r, d);
}

const struct smmu_object smmu_domain_object = {
	.name = "domain",
	.what = "a domain",
	.keys = domain_keys,
	.keys_count = SMMU_LEN(domain_keys),
	.size = sizeof(struct smmu_sys_domain),
	.doc = "one address space: a set of translation tables",
	.check = check_domain,
};
