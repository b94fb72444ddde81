/*
 * Keys of memory: and smmus:.
 */
#include <inttypes.h>
#include <string.h>

#include "sys/objects_priv.h"

/* ---- memory ---- */

static const struct smmu_choice spaces[] = {
	{"ns", SMMU_PAS_NS}, {"s", SMMU_PAS_S}, {"realm", SMMU_PAS_REALM}, {"root", SMMU_PAS_ROOT}};

static const struct smmu_key memory_keys[] = {
	KEY_U64_REQ("base", struct smmu_raw_memory, base, 0, PA_MAX, "first physical address"),
	KEY_U64("size", struct smmu_raw_memory, size, 1, PA_MAX + 1,
		"bytes of RAM, zero where no file overlays it"),
	KEY_TEXT("file", struct smmu_raw_memory, file,
		 "bytes to be found there, plain or gzip; relative to this file"),
	KEY_CHOICE("space", struct smmu_raw_memory, space, spaces, 0,
		   "the physical address space that alone sees it; without it, all do"),
	KEY_NAME("name", struct smmu_raw_memory, name, "for people"),
};

static void check_memory(struct smmu_reader *r, void *object)
{
	const struct smmu_raw_memory *m = object;

	if (!smmu_sys_given(m->size.at) && !m->file.v)
		smmu_reader_fail(r, m->at, SMMU_E_INVALID, "a memory entry needs 'size' or 'file'");
	if (m->size.v > PA_MAX + 1 - m->base.v)
		smmu_reader_fail(r, m->size.at, SMMU_E_RANGE,
				 "memory from 0x%" PRIx64 " with this size ends beyond 2^56",
				 m->base.v);
}

static void memory_schema(struct smmu_emit *emit)
{
	smmu_schema_either(emit, "anyOf", "size", "file");
}

const struct smmu_object smmu_memory_object = {
	.name = "memory",
	.what = "a memory entry",
	.keys = memory_keys,
	.keys_count = SMMU_LEN(memory_keys),
	.size = sizeof(struct smmu_raw_memory),
	.doc = "physical memory that exists",
	.check = check_memory,
	.schema = memory_schema,
};

/* ---- registers ---- */

static void report_register(struct smmu_reader *r, const struct smmu_yaml_node *name)
{
	const char *names[SMMU_REG_COUNT];
	enum smmu_reg reg_of_short;

	smmu_reader_fail(r, name->at, SMMU_E_UNKNOWN, "unknown register '%.64s'", name->text);
	if (smmu_reg_find(&reg_of_short, name->text) == 0) {
		smmu_reader_note(r, name->at, "did you mean '%s'?",
				 smmu_reg_info(reg_of_short)->name);
		return;
	}
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++)
		names[reg] = smmu_reg_info((enum smmu_reg)reg)->name;
	smmu_reader_suggest(r, name->at, name->text, names, SMMU_REG_COUNT);
}

/*
 * Whether a register says what the SMMU can do, so that features do not count
 * beside it.  Who made it, and how many partitions it knows, go with either.
 */
static bool decides(enum smmu_reg reg)
{
	static const enum smmu_reg others[] = {SMMU_REG_IIDR,	   SMMU_REG_ROOT_IIDR,
					       SMMU_REG_MPAMIDR,   SMMU_REG_S_MPAMIDR,
					       SMMU_REG_R_MPAMIDR, SMMU_REG_R_MECIDR};

	for (size_t i = 0; i < SMMU_LEN(others); i++)
		if (others[i] == reg)
			return false;
	return smmu_reg_is_id(reg);
}

static void parse_register(struct smmu_reader *r, struct smmu_raw_smmu *smmu,
			   const struct smmu_yaml_node *name, const struct smmu_yaml_node *value)
{
	const struct smmu_reg_info *info;
	struct smmu_sys_u64 read;
	enum smmu_reg reg;

	/* the contract wants the architected name: no shorter spelling beside it */
	if (smmu_reg_find(&reg, name->text) || strcmp(smmu_reg_info(reg)->name, name->text) != 0) {
		report_register(r, name);
		return;
	}
	info = smmu_reg_info(reg);
	if (!smmu_reader_u64(r, value, info->name, 0, UINT64_MAX, &read))
		return;
	if (!smmu_bits_fit(read.v, info->width_bits)) {
		smmu_reader_fail(r, value->at, SMMU_E_RANGE,
				 "0x%" PRIx64 " does not fit the %u bits of %s (IHI 0070 %s)",
				 read.v, info->width_bits, info->name, info->section);
		return;
	}
	smmu->regs[reg] = read.v;
	smmu->given[reg] = true;
	smmu->reg_at[reg] = value->at;
	if (decides(reg) && !smmu_sys_given(smmu->ids_at))
		smmu->ids_at = name->at;
}

static void parse_registers(struct smmu_reader *r, const struct smmu_key *key,
			    const struct smmu_yaml_node *node, void *object)
{
	struct smmu_raw_smmu *smmu = object;

	if (node->kind != SMMU_YAML_MAPPING) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be a mapping of register names to values, not %s",
				 key->name, smmu_reader_kind(node));
		return;
	}
	smmu->registers_at = node->at;
	for (size_t i = 0; i < node->count && !smmu_reader_is_full(r); i++)
		parse_register(r, smmu, smmu_yaml_key(node, i), smmu_yaml_value(node, i));
}

static void registers_schema(struct smmu_emit *emit)
{
	smmu_emit_str(emit, "type", "object");
	smmu_emit_bool(emit, "additionalProperties", false);
	smmu_emit_object(emit, "properties");
	for (int i = 0; i < SMMU_REG_COUNT; i++) {
		const struct smmu_reg_info *info = smmu_reg_info((enum smmu_reg)i);

		smmu_emit_object(emit, info->name);
		smmu_schema_number(emit, 0, smmu_ones(info->width_bits));
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

/* ---- smmus ---- */

static const struct smmu_choice strtab_formats[] = {{"linear", SMMU_SYS_STRTAB_LINEAR},
						    {"2-level", SMMU_SYS_STRTAB_TWO_LEVEL}};
static const struct smmu_choice splits[] = {{"6", 6}, {"8", 8}, {"10", 10}};
static const struct smmu_choice defaults[] = {{"abort", SMMU_SYS_DEFAULT_ABORT},
					      {"bypass", SMMU_SYS_DEFAULT_BYPASS},
					      {"invalid", SMMU_SYS_DEFAULT_INVALID}};

static const struct smmu_key strtab_keys[] = {
	KEY_CHOICE("format", struct smmu_sys_strtab, format, strtab_formats, 0,
		   "one table, or a first level of pointers to small ones"),
	KEY_CHOICE("split", struct smmu_sys_strtab, split, splits, 8,
		   "StreamID bits that the second level resolves"),
	KEY_CHOICE("default", struct smmu_sys_strtab, fallback, defaults, 0,
		   "what a stream gets that no device claims"),
	KEY_U64("stream-bits", struct smmu_sys_strtab, stream_bits, 0, 32,
		"StreamID bits that the table covers; without it, all that the SMMU has"),
};

static void check_strtab(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_strtab *s = object;

	if (s->format.v == SMMU_SYS_STRTAB_LINEAR && smmu_sys_given(s->split.at))
		smmu_reader_fail(r, s->split.at, SMMU_E_CONFLICT,
				 "'split' is for format 2-level; this table is linear");
}

static const struct smmu_object strtab_object = {
	.name = "stream-table",
	.what = "a stream table",
	.keys = strtab_keys,
	.keys_count = SMMU_LEN(strtab_keys),
	.size = sizeof(struct smmu_sys_strtab),
	.doc = "how streams are looked up",
	.check = check_strtab,
};

static const struct smmu_key queues_keys[] = {
	KEY_U64("command", struct smmu_sys_queues, command, 1, 1u << 19, "entries, a power of two"),
	KEY_U64("event", struct smmu_sys_queues, event, 1, 1u << 19, "entries, a power of two"),
	KEY_U64("pri", struct smmu_sys_queues, pri, 1, 1u << 19, "entries, a power of two"),
};

static void check_queues(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_queues *q = object;
	const struct smmu_sys_u64 *sizes[] = {&q->command, &q->event, &q->pri};

	for (size_t i = 0; i < SMMU_LEN(sizes); i++) {
		if (sizes[i]->v & (sizes[i]->v - 1))
			smmu_reader_fail(r, sizes[i]->at, SMMU_E_RANGE,
					 "'%s' is %" PRIu64 ", which is no power of two",
					 queues_keys[i].name, sizes[i]->v);
	}
}

static const struct smmu_object queues_object = {
	.name = "queues",
	.what = "'queues'",
	.keys = queues_keys,
	.keys_count = SMMU_LEN(queues_keys),
	.size = sizeof(struct smmu_sys_queues),
	.doc = "sizes of queues; left out, command and event have 256 entries and pri none",
	.check = check_queues,
};

static const struct smmu_key area_keys[] = {
	KEY_U64_REQ("base", struct smmu_sys_area, base, 0, PA_MAX, "first physical address"),
	KEY_U64_REQ("size", struct smmu_sys_area, size, 1, PA_MAX + 1, "bytes"),
};

static const struct smmu_key ipa_area_keys[] = {
	KEY_U64_REQ("ipa", struct smmu_sys_area, base, 0, PA_MAX, "first IPA"),
	KEY_U64_REQ("size", struct smmu_sys_area, size, 1, PA_MAX + 1, "bytes"),
};

static void check_area(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_area *a = object;

	if (a->size.v > PA_MAX + 1 - a->base.v)
		smmu_reader_fail(r, a->size.at, SMMU_E_RANGE,
				 "an area from 0x%" PRIx64 " with this size ends beyond 2^56",
				 a->base.v);
	if (!smmu_is_aligned_log2(a->base.v, 12))
		smmu_reader_fail(r, a->base.at, SMMU_E_RANGE,
				 "0x%" PRIx64 " is not a multiple of 4 KiB", a->base.v);
}

const struct smmu_object smmu_ipa_area_object = {
	.name = "domain-tables",
	.what = "'tables'",
	.keys = ipa_area_keys,
	.keys_count = SMMU_LEN(ipa_area_keys),
	.size = sizeof(struct smmu_sys_area),
	.doc = "where stage 1 structures of devices nested under it are placed",
	.check = check_area,
};

static const struct smmu_object tables_object = {
	.name = "tables",
	.what = "'tables'",
	.keys = area_keys,
	.keys_count = SMMU_LEN(area_keys),
	.size = sizeof(struct smmu_sys_area),
	.doc = "where generated structures are placed",
	.check = check_area,
};

static const struct smmu_key smmu_keys[] = {
	KEY_NAME_REQ("name", struct smmu_raw_smmu, name, "what devices and traces refer to"),
	KEY_U64("base", struct smmu_raw_smmu, base, 0, PA_MAX, "physical address of its registers"),
	KEY_CUSTOM("registers", struct smmu_raw_smmu, regs, parse_registers, registers_schema,
		   "values by architected name"),
	KEY_OBJECT("features", struct smmu_raw_smmu, features, struct smmu_features,
		   &smmu_features_object,
		   "what the implementation can do, where no identification register is given"),
	KEY_OBJECT("stream-table", struct smmu_raw_smmu, strtab, struct smmu_sys_strtab,
		   &strtab_object, "how streams are looked up"),
	KEY_OBJECT("queues", struct smmu_raw_smmu, queues, struct smmu_sys_queues, &queues_object,
		   "sizes of queues, which are placed in 'tables'"),
	KEY_OBJECT("tables", struct smmu_raw_smmu, tables, struct smmu_sys_area, &tables_object,
		   "where generated structures are placed"),
};

/* Registers that are given beside features keep their values. */
static void apply_features(struct smmu_raw_smmu *smmu)
{
	uint64_t by_features[SMMU_REG_COUNT];

	memcpy(by_features, smmu->regs, sizeof(by_features));
	smmu_features_apply(&smmu->features, by_features);
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++)
		if (!smmu->given[reg])
			smmu->regs[reg] = by_features[reg];
}

/* The contract: identification registers, else features, else nothing is known. */
static void check_smmu(struct smmu_reader *r, void *object)
{
	struct smmu_raw_smmu *smmu = object;
	bool has_ids = smmu_sys_given(smmu->ids_at);
	bool has_features = smmu_sys_given(smmu->features.at);

	if (!has_ids && !has_features) {
		smmu_reader_fail(r, smmu->at, SMMU_E_INVALID,
				 "'%s' gives no identification register (SMMU_IDR0 …) and no "
				 "'features'",
				 smmu->name.v);
		return;
	}
	if (has_ids && has_features) {
		smmu_reader_warn(r, smmu->features.at,
				 "'features' have no effect: identification registers are given");
		smmu_reader_note(r, smmu->ids_at, "this is the first of them");
	}
	if (!smmu_sys_given(smmu->strtab.at))
		smmu->strtab.split.v = 8;
	smmu_regs_complete(smmu->regs, smmu->given);
	if (!has_ids)
		apply_features(smmu);
}

const struct smmu_object smmu_smmu_object = {
	.name = "smmu",
	.what = "an SMMU",
	.keys = smmu_keys,
	.keys_count = SMMU_LEN(smmu_keys),
	.size = sizeof(struct smmu_raw_smmu),
	.doc = "one SMMU",
	.check = check_smmu,
};
