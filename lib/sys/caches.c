/*
 * The key caches of a system file, and files that hold its value alone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/in.h"
#include "sys/objects_priv.h"

enum { ENTRIES_MAX = 1 << 24 };

static const struct smmu_choice policies[] = {
	{"rr", SMMU_SYS_POLICY_RR},
	{"random", SMMU_SYS_POLICY_RANDOM},
	{"lru", SMMU_SYS_POLICY_LRU},
	{"plru", SMMU_SYS_POLICY_PLRU},
};

static const struct smmu_key cache_keys[] = {
	KEY_U64_REQ("entries", struct smmu_sys_cache, entries, 1, ENTRIES_MAX, "how many it has"),
	KEY_U64("ways", struct smmu_sys_cache, ways, 1, ENTRIES_MAX,
		"of a set; not given: all entries"),
	KEY_CHOICE("policy", struct smmu_sys_cache, policy, policies, SMMU_SYS_POLICY_LRU,
		   "which entry makes room"),
};

static void check_cache(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_cache *cache = object;

	if (cache->entries.v && cache->ways.v && cache->entries.v % cache->ways.v)
		smmu_reader_fail(r, cache->ways.at, SMMU_E_INVALID,
				 "the ways of a cache divide its entries");
}

static const struct smmu_object cache_object = {
	.name = "cache",
	.what = "a cache",
	.keys = cache_keys,
	.keys_count = SMMU_LEN(cache_keys),
	.size = sizeof(struct smmu_sys_cache),
	.doc = "a cache of a size",
	.check = check_cache,
};

static bool is_word(const struct smmu_yaml_node *node, const char *word)
{
	return node->kind == SMMU_YAML_SCALAR && strcmp(node->text, word) == 0;
}

static void parse_cache(struct smmu_reader *r, const struct smmu_key *key,
			const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_cache *cache =
		(struct smmu_sys_cache *)(void *)((char *)object + key->offset);

	cache->at = node->at;
	cache->on = !is_word(node, "none");
	if (!cache->on || is_word(node, "ideal"))
		return;
	if (node->kind != SMMU_YAML_MAPPING)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' is none, ideal, or {entries, ways, policy}", key->name);
	else
		smmu_reader_object(r, &cache_object, node, cache);
	cache->on = true;
}

/* none, ideal, or what ref names. */
static void either_schema(struct smmu_emit *emit, const char *ref)
{
	smmu_emit_array(emit, "oneOf");
	smmu_emit_object(emit, NULL);
	smmu_emit_array(emit, "enum");
	smmu_emit_str(emit, NULL, "none");
	smmu_emit_str(emit, NULL, "ideal");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_strf(emit, "$ref", "#/$defs/%s", ref);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void cache_schema(struct smmu_emit *emit)
{
	either_schema(emit, cache_object.name);
}

/* Only the first one brings the object into the schema. */
static const struct smmu_key caches_keys[] = {
	KEY_CUSTOM_OBJECT("config", struct smmu_sys_caches, config, parse_cache, cache_schema,
			  &cache_object, "STEs, CDs and their first levels"),
	KEY_CUSTOM("micro", struct smmu_sys_caches, micro, parse_cache, cache_schema,
		   "the micro TLB, in front of the main one"),
	KEY_CUSTOM("main", struct smmu_sys_caches, main, parse_cache, cache_schema,
		   "the main TLB: leaves"),
	KEY_CUSTOM("walk", struct smmu_sys_caches, walk, parse_cache, cache_schema,
		   "Table descriptors of both stages"),
	KEY_CUSTOM("ipa", struct smmu_sys_caches, ipa, parse_cache, cache_schema,
		   "stage 2 leaves under a stage 1"),
};

const struct smmu_object smmu_caches_object = {
	.name = "caches",
	.what = "a set of caches",
	.keys = caches_keys,
	.keys_count = SMMU_LEN(caches_keys),
	.size = sizeof(struct smmu_sys_caches),
	.doc = "each cache; one that is left out is none",
};

void smmu_caches_key_parse(struct smmu_reader *r, const struct smmu_key *key,
			   const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_caches *caches =
		(struct smmu_sys_caches *)(void *)((char *)object + key->offset);

	caches->at = node->at;
	caches->ideal = is_word(node, "ideal");
	if (caches->ideal || is_word(node, "none"))
		return;
	if (node->kind != SMMU_YAML_MAPPING)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' is none, ideal, or a mapping of caches", key->name);
	else
		smmu_reader_object(r, &smmu_caches_object, node, caches);
}

void smmu_caches_key_schema(struct smmu_emit *emit)
{
	either_schema(emit, smmu_caches_object.name);
}

static int read_caches(struct smmu_sys_caches *caches, const struct smmu_yaml *doc,
		       struct smmu_diag *diag)
{
	struct smmu_arena arena = {0};
	struct smmu_reader r = {.doc = doc, .arena = &arena, .diag = diag};
	const struct smmu_yaml_node *root = smmu_yaml_root(doc);
	struct smmu_mark start = {1, 1};

	*caches = (struct smmu_sys_caches){0};
	if (!root)
		smmu_reader_fail(&r, start, SMMU_E_INVALID, "the file is empty");
	else
		smmu_reader_object(&r, &smmu_caches_object, root, caches);
	smmu_arena_fini(&arena);
	return r.rc;
}

int smmu_sys_load_caches(struct smmu_sys_caches *caches, const char *path, struct smmu_diag *diag)
{
	struct smmu_yaml *doc;
	void *bytes;
	size_t size;
	int error = smmu_in_load(&bytes, &size, path, SMMU_YAML_BYTES_MAX, diag);

	if (error)
		return error;
	error = smmu_yaml_parse(&doc, path, bytes, size, diag);
	if (error)
		return error;
	error = read_caches(caches, doc, diag);
	smmu_yaml_free(doc);
	return error;
}
