/*
 * The objects of a system file, as read before names are resolved.
 *
 * Threading: tables are immutable.
 */
#ifndef SMMU_SYS_OBJECTS_PRIV_H
#define SMMU_SYS_OBJECTS_PRIV_H

#include "sys/features_priv.h"

/* Most SMMUs a file may have: each costs a full set of registers. */
#define SMMU_SYS_SMMUS_MAX 256
/* 3.4: no output address is wider than 56 bits. */
#define PA_MAX UINT64_C(0xffffffffffffff)

struct smmu_raw_memory {
	struct smmu_mark at;
	struct smmu_sys_text name, file;
	struct smmu_sys_u64 base, size, space; /* space: enum smmu_pas */
};

struct smmu_raw_smmu {
	struct smmu_mark at;
	struct smmu_sys_text name;
	struct smmu_sys_u64 base;
	struct smmu_mark registers_at;
	struct smmu_mark ids_at; /* the first identification register given */
	struct smmu_features features;
	struct smmu_sys_strtab strtab;
	struct smmu_sys_queues queues;
	struct smmu_sys_area tables;
	uint64_t regs[SMMU_REG_COUNT];
	bool given[SMMU_REG_COUNT];
	struct smmu_mark reg_at[SMMU_REG_COUNT];
};

struct smmu_raw_root {
	struct smmu_mark at;
	struct smmu_sys_u64 version;
	const struct smmu_raw_memory *memory;
	size_t memory_count;
	const struct smmu_raw_smmu *smmus;
	size_t smmus_count;
	const struct smmu_sys_domain *domains;
	size_t domains_count;
	const struct smmu_sys_device *devices;
	size_t devices_count;
	struct smmu_sys_caches caches;
};

extern const struct smmu_object smmu_root_object;
extern const struct smmu_object smmu_memory_object;
extern const struct smmu_object smmu_smmu_object;
extern const struct smmu_object smmu_ipa_area_object; /* tables: of a domain */
extern const struct smmu_object smmu_domain_object;
extern const struct smmu_object smmu_device_object;
extern const struct smmu_object smmu_caches_object;

/* The key caches: a word, or a mapping. */
void smmu_caches_key_parse(struct smmu_reader *r, const struct smmu_key *key,
			   const struct smmu_yaml_node *node, void *object);
void smmu_caches_key_schema(struct smmu_emit *emit);

/* fields.c: keys whose members are fields of a structure (struct smmu_sys_fields). */
void smmu_fields_parse_cd(struct smmu_reader *r, const struct smmu_key *key,
			  const struct smmu_yaml_node *node, void *object);
void smmu_fields_parse_stage2(struct smmu_reader *r, const struct smmu_key *key,
			      const struct smmu_yaml_node *node, void *object);
void smmu_fields_parse_device(struct smmu_reader *r, const struct smmu_key *key,
			      const struct smmu_yaml_node *node, void *object);
void smmu_fields_parse_descriptor(struct smmu_reader *r, const struct smmu_key *key,
				  const struct smmu_yaml_node *node, void *object);
void smmu_fields_schema_cd(struct smmu_emit *emit);
void smmu_fields_schema_stage2(struct smmu_emit *emit);
void smmu_fields_schema_device(struct smmu_emit *emit);
void smmu_fields_schema_descriptor(struct smmu_emit *emit);

/* Names to indices, overlaps between objects; writes the indices into root's arrays. */
void smmu_resolve(struct smmu_reader *r, struct smmu_raw_root *root);

/*
 * sound.c: leaves out what has an error, and what refers to it; false when nothing
 * can be said of the rest.
 */
bool smmu_keep_sound(struct smmu_reader *r, struct smmu_raw_root *root);

/* Members of a schema object that says "a number in this range". */
void smmu_schema_number(struct smmu_emit *emit, uint64_t min, uint64_t max);
/* One of two keys is required: of is "oneOf" (not both) or "anyOf". */
void smmu_schema_either(struct smmu_emit *emit, const char *of, const char *key, const char *other);

#endif
