/*
 * The leaf descriptor of a map: what its keys come to, and what it says of
 * fields by their names.  DDI 0487 D8.3, D8.4, D8.6; IHI 0070 3.26, 5.4 MAIR0.
 */
#include <string.h>

#include "compile/build_priv.h"

#define NOT_FOUND 16u

/* 5.4 MAIR0, DDI 0487 D8.6.1: attributes of a memory type. */
static uint8_t mair_of(uint64_t memory)
{
	static const uint8_t bytes[] = {
		[SMMU_MEMTYPE_NONE] = 0xff,	 [SMMU_MEMTYPE_NORMAL_WB] = 0xff,
		[SMMU_MEMTYPE_NORMAL_WT] = 0xbb, [SMMU_MEMTYPE_NORMAL_NC] = 0x44,
		[SMMU_MEMTYPE_DEVICE_GRE] = 0xc, [SMMU_MEMTYPE_DEVICE_NGRE] = 0x8,
		[SMMU_MEMTYPE_DEVICE_NGNRE] = 4, [SMMU_MEMTYPE_DEVICE_NGNRNE] = 0,
	};

	return bytes[memory];
}

static unsigned attr_index(const struct build_tt *tt, uint64_t memory)
{
	for (unsigned i = 0; i < 8; i++)
		if (smmu_cd_attribute(&tt->cd, i) == mair_of(memory))
			return i;
	return NOT_FOUND;
}

/* Tables D8-96 and, with FWB, D8-99: Write-Through cannot be forced. */
static unsigned memattr_of(const struct build_tt *tt, uint64_t memory)
{
	static const uint8_t combined[] = {
		[SMMU_MEMTYPE_NONE] = 0xf,	 [SMMU_MEMTYPE_NORMAL_WB] = 0xf,
		[SMMU_MEMTYPE_NORMAL_WT] = 0xa,	 [SMMU_MEMTYPE_NORMAL_NC] = 0x5,
		[SMMU_MEMTYPE_DEVICE_GRE] = 3,	 [SMMU_MEMTYPE_DEVICE_NGRE] = 2,
		[SMMU_MEMTYPE_DEVICE_NGNRE] = 1, [SMMU_MEMTYPE_DEVICE_NGNRNE] = 0,
	};

	if (!tt->fwb)
		return combined[memory];
	if (memory == SMMU_MEMTYPE_NORMAL_WT)
		return NOT_FOUND;
	return combined[memory] == 0xf ? 6 : combined[memory];
}

/* Cacheable memory is Inner Shareable unless the map says otherwise, the rest Outer. */
static uint64_t shareability_of(const struct smmu_sys_map *map)
{
	switch ((enum smmu_sh_in)map->sh.v) {
	case SMMU_SH_IN_NSH:
		return SMMU_SH_NSH;
	case SMMU_SH_IN_OSH:
		return SMMU_SH_OSH;
	case SMMU_SH_IN_ISH:
		return SMMU_SH_ISH;
	case SMMU_SH_IN_NONE:
		break;
	}
	return map->memory.v == SMMU_MEMTYPE_NORMAL_WB || map->memory.v == SMMU_MEMTYPE_NORMAL_WT
		       ? SMMU_SH_ISH
		       : SMMU_SH_OSH;
}

/* 5.4 PIIU, PIIP: the encoding of an access; those without r or x alone are reserved. */
static unsigned pii_of(uint64_t access)
{
	static const uint8_t encodings[8] = {
		[0] = SMMU_PII_NONE,
		[SMMU_SYS_ACCESS_R] = SMMU_PII_R,
		[SMMU_SYS_ACCESS_W] = NOT_FOUND,
		[SMMU_SYS_ACCESS_X] = SMMU_PII_X,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W] = SMMU_PII_RW,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_X] = SMMU_PII_RX,
		[SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X] = NOT_FOUND,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X] = SMMU_PII_RWX,
	};

	return encodings[access];
}

void build_pii(unsigned *unprivileged, unsigned *privileged, uint64_t access, bool is_privileged)
{
	*privileged = pii_of(access);
	*unprivileged = is_privileged ? SMMU_PII_NONE : *privileged;
	/* 5.4: what EL0 can write is not executed by EL1. */
	if (*unprivileged == SMMU_PII_RWX)
		*privileged = SMMU_PII_RW;
}

/* The PIIndex with just that access. */
static unsigned piindex1(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	unsigned u, p;

	build_pii(&u, &p, map->access.v, map->privileged.v);
	for (unsigned i = 0; i < 16; i++)
		if (smmu_cd_PIIU(&tt->cd, i) == u && smmu_cd_PIIP(&tt->cd, i) == p)
			return i;
	return NOT_FOUND;
}

/* Table D8-82: read is in all but Write Only; x alone has no encoding. */
static unsigned piindex2(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	static const uint8_t encodings[8] = {
		[0] = 0,
		[SMMU_SYS_ACCESS_R] = 0x8,
		[SMMU_SYS_ACCESS_W] = 0x4,
		[SMMU_SYS_ACCESS_X] = NOT_FOUND,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W] = 0xc,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_X] = 0xb,
		[SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X] = NOT_FOUND,
		[SMMU_SYS_ACCESS_R | SMMU_SYS_ACCESS_W | SMMU_SYS_ACCESS_X] = 0xf,
	};

	for (unsigned i = 0; i < 16; i++)
		if (smmu_S2PII_S2PII(tt->s2pii, i) == encodings[map->access.v])
			return i;
	return NOT_FOUND;
}

static unsigned piindex(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	return tt->stage == 1 ? piindex1(tt, map) : piindex2(tt, map);
}

/* D8.4.1: AP[2] is read-only, AP[1] unprivileged too.  VMSAv8-32 has one XN for both levels. */
static uint64_t direct1(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	bool x = map->access.v & SMMU_SYS_ACCESS_X, w = map->access.v & SMMU_SYS_ACCESS_W;
	bool lpae = tt->family == SMMU_DESC_LPAE;
	uint64_t desc = smmu_s1desc_set_AP(0, (w ? 0u : 2u) + (map->privileged.v ? 0u : 1u));

	desc = smmu_s1desc_set_UXN(desc, !x || (map->privileged.v && !lpae));
	return smmu_s1desc_set_PXN(desc, !x);
}

/* D8.4.2.  XN 0b10 is no execution at all. */
static uint64_t direct2(const struct smmu_sys_map *map)
{
	bool r = map->access.v & SMMU_SYS_ACCESS_R, w = map->access.v & SMMU_SYS_ACCESS_W;
	uint64_t desc = smmu_s2desc_set_S2AP(0, (r ? 1u : 0u) + (w ? 2u : 0u));

	return smmu_s2desc_set_XN(desc, map->access.v & SMMU_SYS_ACCESS_X ? 0 : 2);
}

static void set_permissions(struct build_leaf *leaf, const struct build_tt *tt,
			    const struct smmu_sys_map *map)
{
	bool wide = tt->family == SMMU_DESC_D128;
	uint64_t *low = &leaf->word[0];
	unsigned index;

	if (!tt->indirect) {
		*low |= tt->stage == 1 ? direct1(tt, map) : direct2(map);
		return;
	}
	index = piindex(tt, map);
	/* What can be written is dirty from the start; nDirty of stage 1 is 0 for that. */
	if (tt->stage == 2)
		*low = smmu_s2desc_set_Dirty(*low, (map->access.v & SMMU_SYS_ACCESS_W) != 0);
	if (wide && tt->stage == 1)
		smmu_s1desc128_set_PIIndex(leaf->word, index);
	else if (wide)
		smmu_s2desc128_set_PIIndex(leaf->word, index);
	else
		*low |= tt->stage == 1 ? smmu_s1desc_set_PIIndex(0, index)
				       : smmu_s2desc_set_PIIndex(0, index);
}

/* Where fields of both sizes are the same: memory type, Shareability, AF, nG. */
static void set_attributes(struct build_leaf *leaf, const struct build_tt *tt,
			   const struct smmu_sys_map *map)
{
	uint64_t desc = smmu_s1desc_set_AF(0, 1);

	/* With DS, those bits are of the address, and shareability is that of the walks. */
	if (tt->family != SMMU_DESC_A64_DS)
		desc = smmu_s1desc_set_SH(desc, shareability_of(map));
	if (tt->stage == 1) {
		desc = smmu_s1desc_set_AttrIndx(desc, attr_index(tt, map->memory.v));
		desc = smmu_s1desc_set_nG(desc, !map->global.v);
	} else {
		desc = smmu_s2desc_set_MemAttr(desc, memattr_of(tt, map->memory.v));
	}
	leaf->word[0] = desc;
	leaf->word[1] = 0;
}

/* ---- fields by name ---- */

bool build_leaf_decides(const char *name)
{
	return !strcmp(name, "OA") || !strcmp(name, "NLTA") || !strcmp(name, "Contiguous") ||
	       !strcmp(name, "SKL");
}

bool build_leaf_format(struct smmu_desc_format *format, const struct build_tt *tt,
		       enum smmu_desc_kind kind)
{
	int level = kind == SMMU_DESC_PAGE ? SMMU_DESC_LEVEL_MAX : SMMU_DESC_LEVEL_MAX - 1;
	const struct smmu_desc_fmt fmt = {.stage = (uint8_t)tt->stage,
					  .level = (int8_t)level,
					  .family = tt->family,
					  .granule = tt->granule,
					  .features = tt->features};
	uint64_t blank[2] = {0};

	if (smmu_desc_blank(blank, kind, &fmt))
		return false;
	smmu_desc_format_init(format, blank, &fmt);
	return true;
}

bool build_leaf_field(struct smmu_field *field, const struct build_tt *tt, const char *name)
{
	static const enum smmu_desc_kind kinds[] = {SMMU_DESC_PAGE, SMMU_DESC_BLOCK};

	for (size_t i = 0; i < SMMU_LEN(kinds); i++) {
		struct smmu_desc_format format;
		const struct smmu_field *found;

		if (!build_leaf_format(&format, tt, kinds[i]))
			continue;
		found = smmu_format_field(&format.format, name);
		if (!found || build_leaf_decides(found->name))
			continue;
		*field = *found;
		return true;
	}
	return false;
}

bool build_table_field(struct smmu_field *field, const struct build_tt *tt, const char *name)
{
	struct smmu_desc_format format;
	const struct smmu_field *found;

	if (!build_leaf_format(&format, tt, SMMU_DESC_TABLE))
		return false;
	found = smmu_format_field(&format.format, name);
	if (!found || !strcmp(name, "NLTA"))
		return false;
	*field = *found;
	return true;
}

static bool is_given(const struct smmu_sys_map *map, const char *name)
{
	for (size_t i = 0; i < map->descriptor.count; i++)
		if (!strcmp(map->descriptor.v[i].name, name))
			return true;
	return false;
}

enum build_leaf_lack build_leaf_lack(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	bool has_memory = tt->stage == 1 ? attr_index(tt, map->memory.v) != NOT_FOUND
					 : memattr_of(tt, map->memory.v) != NOT_FOUND;

	if (!has_memory && !is_given(map, tt->stage == 1 ? "AttrIndx" : "MemAttr"))
		return BUILD_LACKS_MEMORY;
	if (tt->indirect && piindex(tt, map) == NOT_FOUND && !is_given(map, "PIIndex"))
		return BUILD_LACKS_ACCESS;
	return BUILD_LACKS_NOTHING;
}

struct build_leaf build_tt_leaf(const struct build_tt *tt, const struct smmu_sys_map *map)
{
	struct build_leaf leaf;

	set_attributes(&leaf, tt, map);
	set_permissions(&leaf, tt, map);
	for (size_t i = 0; i < map->descriptor.count; i++) {
		struct smmu_field field;

		/* Of both formats alike where the name is in both. */
		if (build_leaf_field(&field, tt, map->descriptor.v[i].name))
			smmu_field_set(&field, leaf.word, 0, map->descriptor.v[i].v);
	}
	return leaf;
}
