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

static const struct smmu_choice owners[] = {
	{"smmu", SMMU_SYS_PER_SMMU},
	{"device", SMMU_SYS_PER_DEVICE},
	{"stream", SMMU_SYS_PER_STREAM},
};

static const struct smmu_choice levels[SMMU_SYS_LEVELS] = {
	{"-2", 0}, {"-1", 1}, {"0", 2}, {"1", 3}, {"2", 4}, {"3", 5},
};

/* The keys that say how large a cache is, of a struct whose member m is it. */
#define SIZE_KEYS(type, m, none)                                                                   \
	KEY_U64("entries", type, m entries, 1, ENTRIES_MAX, "how many it has" none),               \
		KEY_U64("ways", type, m ways, 1, ENTRIES_MAX, "of a set; not given: all entries"), \
		KEY_CHOICE("policy", type, m policy, policies, SMMU_SYS_POLICY_LRU,                \
			   "which entry makes room"),                                              \
		KEY_CHOICE("per", type, m per, owners, SMMU_SYS_PER_SMMU,                          \
			   "who has one of its own; a stream of no device is one")

static const struct smmu_key cache_keys[] = {
	SIZE_KEYS(struct smmu_sys_cache, , "; not given beside per: as many as there are"),
};

static const struct smmu_key part_keys[] = {
	KEY_U64("stage", struct smmu_sys_walk_part, stage, 1, 2, "not given: both"),
	KEY_CHOICE("level", struct smmu_sys_walk_part, level, levels, 0, "not given: all"),
	KEY_BOOL("leaves", struct smmu_sys_walk_part, leaves, "Blocks and Pages too"),
	KEY_BOOL("fetches", struct smmu_sys_walk_part, fetches,
		 "stage 2 of what a walk fetches too; not given: true"),
	SIZE_KEYS(struct smmu_sys_walk_part, cache., "; not given: as many as there are"),
};

static void check_size(struct smmu_reader *r, const struct smmu_sys_cache *cache)
{
	if (cache->entries.v && cache->ways.v && cache->entries.v % cache->ways.v)
		smmu_reader_fail(r, cache->ways.at, SMMU_E_INVALID,
				 "the ways of a cache divide its entries");
}

/* Without entries there are no ways, and none makes room. */
static bool lacks_entries(const struct smmu_sys_cache *cache)
{
	return !smmu_sys_given(cache->entries.at) &&
	       (smmu_sys_given(cache->ways.at) || smmu_sys_given(cache->policy.at));
}

static void check_cache(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_cache *cache = object;

	if (lacks_entries(cache) ||
	    (!smmu_sys_given(cache->entries.at) && !smmu_sys_given(cache->per.at)))
		smmu_reader_fail(r, cache->at, SMMU_E_INVALID, "a cache needs 'entries'");
	check_size(r, cache);
}

static void cache_object_schema(struct smmu_emit *emit)
{
	smmu_schema_either(emit, "anyOf", "entries", "per");
}

static void check_part(struct smmu_reader *r, void *object)
{
	struct smmu_sys_walk_part *part = object;

	if (lacks_entries(&part->cache))
		smmu_reader_fail(r, part->at, SMMU_E_INVALID,
				 "a part with ways or a policy needs 'entries'");
	if (!smmu_sys_given(part->fetches.at))
		part->fetches.v = true;
	part->cache.at = part->at;
	part->cache.on = true;
	check_size(r, &part->cache);
}

static const struct smmu_object cache_object = {
	.name = "cache",
	.what = "a cache",
	.keys = cache_keys,
	.keys_count = SMMU_LEN(cache_keys),
	.size = sizeof(struct smmu_sys_cache),
	.doc = "a cache of a size",
	.check = check_cache,
	.schema = cache_object_schema,
};

static const struct smmu_object part_object = {
	.name = "walk-part",
	.what = "a part of the walk cache",
	.keys = part_keys,
	.keys_count = SMMU_LEN(part_keys),
	.size = sizeof(struct smmu_sys_walk_part),
	.doc = "the walk cache for one stage, one level, or both",
	.check = check_part,
};

static bool is_word(const struct smmu_yaml_node *node, const char *word)
{
	return node->kind == SMMU_YAML_SCALAR && strcmp(node->text, word) == 0;
}

/* What no word says, as an object of cache. */
static void parse_sized(struct smmu_reader *r, const struct smmu_key *key,
			const struct smmu_yaml_node *node, struct smmu_sys_cache *cache,
			const char *forms)
{
	cache->at = node->at;
	cache->on = !is_word(node, "none");
	if (!cache->on || is_word(node, "ideal"))
		return;
	if (node->kind != SMMU_YAML_MAPPING)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' is none, ideal, %s", key->name,
				 forms);
	else
		smmu_reader_object(r, &cache_object, node, cache);
	cache->on = true;
}

static void parse_cache(struct smmu_reader *r, const struct smmu_key *key,
			const struct smmu_yaml_node *node, void *object)
{
	parse_sized(r, key, node, (struct smmu_sys_cache *)(void *)((char *)object + key->offset),
		    "or {entries, ways, policy, per}");
}

static bool shares(struct smmu_sys_u64 a, struct smmu_sys_u64 b)
{
	return !smmu_sys_given(a.at) || !smmu_sys_given(b.at) || a.v == b.v;
}

static void parse_part(struct smmu_reader *r, const struct smmu_yaml_node *node,
		       struct smmu_sys_caches *caches)
{
	struct smmu_sys_walk_part *part = &caches->parts[caches->parts_count];

	*part = (struct smmu_sys_walk_part){0};
	if (!smmu_reader_object(r, &part_object, node, part))
		return;
	for (size_t i = 0; i < caches->parts_count; i++)
		if (shares(part->stage, caches->parts[i].stage) &&
		    shares(part->level, caches->parts[i].level)) {
			smmu_reader_fail(
				r, part->at, SMMU_E_CONFLICT,
				"two parts of the walk cache are for the same descriptors");
			smmu_reader_note(r, caches->parts[i].at, "the other one is here");
			return;
		}
	caches->parts_count++;
}

static void parse_walk(struct smmu_reader *r, const struct smmu_key *key,
		       const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_caches *caches = object;

	if (node->kind != SMMU_YAML_SEQUENCE) {
		parse_sized(r, key, node, &caches->walk,
			    "{entries, ways, policy, per}, or a list of parts");
		return;
	}
	caches->walk.at = node->at;
	if (!node->count)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'walk' lists no part");
	/* More than there are descriptors to tell apart have one in common. */
	for (size_t i = 0; i < node->count && caches->parts_count < SMMU_SYS_WALK_PARTS_MAX; i++)
		parse_part(r, &node->items[i], caches);
	if (node->count > SMMU_SYS_WALK_PARTS_MAX)
		smmu_reader_fail(r, node->at, SMMU_E_LIMIT, "'walk' lists more than %d parts",
				 SMMU_SYS_WALK_PARTS_MAX);
}

/* none, ideal, or what ref names; list: or a list of such. */
static void either_schema(struct smmu_emit *emit, const char *ref, const char *list)
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
	if (list) {
		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "type", "array");
		smmu_emit_uint(emit, "minItems", 1);
		smmu_emit_uint(emit, "maxItems", SMMU_SYS_WALK_PARTS_MAX);
		smmu_emit_object(emit, "items");
		smmu_emit_strf(emit, "$ref", "#/$defs/%s", list);
		smmu_emit_end(emit);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void cache_schema(struct smmu_emit *emit)
{
	either_schema(emit, cache_object.name, NULL);
}

static void walk_schema(struct smmu_emit *emit)
{
	either_schema(emit, cache_object.name, part_object.name);
}

/* Only the first one brings the object into the schema. */
static const struct smmu_key caches_keys[] = {
	KEY_CUSTOM_OBJECT("config", struct smmu_sys_caches, config, parse_cache, cache_schema,
			  &cache_object, "STEs, CDs and their first levels"),
	KEY_CUSTOM("micro", struct smmu_sys_caches, micro, parse_cache, cache_schema,
		   "the micro TLB, in front of the others"),
	KEY_CUSTOM("interface", struct smmu_sys_caches, interface, parse_cache, cache_schema,
		   "the TLB of an interface, in front of the main one"),
	KEY_CUSTOM("main", struct smmu_sys_caches, main, parse_cache, cache_schema,
		   "the main TLB: leaves"),
	KEY_CUSTOM_OBJECT("walk", struct smmu_sys_caches, walk, parse_walk, walk_schema,
			  &part_object, "Table descriptors of both stages, as one or in parts"),
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
	caches->none = is_word(node, "none");
	if (caches->ideal || caches->none)
		return;
	if (node->kind != SMMU_YAML_MAPPING)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' is none, ideal, or a mapping of caches", key->name);
	else
		smmu_reader_object(r, &smmu_caches_object, node, caches);
}

void smmu_caches_key_schema(struct smmu_emit *emit)
{
	either_schema(emit, smmu_caches_object.name, NULL);
}

static void emit_choice(struct smmu_emit *emit, const char *key, struct smmu_sys_u64 given,
			const struct smmu_choice *choices)
{
	if (smmu_sys_given(given.at))
		smmu_emit_str(emit, key, choices[given.v].name);
}

static void emit_number(struct smmu_emit *emit, const char *key, struct smmu_sys_u64 given)
{
	if (smmu_sys_given(given.at))
		smmu_emit_uint(emit, key, given.v);
}

static void emit_size(struct smmu_emit *emit, const struct smmu_sys_cache *cache)
{
	emit_number(emit, "entries", cache->entries);
	emit_number(emit, "ways", cache->ways);
	emit_choice(emit, "policy", cache->policy, policies);
	emit_choice(emit, "per", cache->per, owners);
}

static void emit_cache(struct smmu_emit *emit, const char *key, const struct smmu_sys_cache *cache)
{
	if (!smmu_sys_given(cache->at))
		return;
	if (!cache->on || (!smmu_sys_given(cache->entries.at) && !smmu_sys_given(cache->per.at))) {
		smmu_emit_str(emit, key, cache->on ? "ideal" : "none");
		return;
	}
	smmu_emit_object(emit, key);
	emit_size(emit, cache);
	smmu_emit_end(emit);
}

static void emit_part(struct smmu_emit *emit, const struct smmu_sys_walk_part *part)
{
	smmu_emit_object(emit, NULL);
	emit_number(emit, "stage", part->stage);
	if (smmu_sys_given(part->level.at))
		smmu_emit_int(emit, "level", (int64_t)part->level.v + SMMU_DESC_LEVEL_MIN);
	if (smmu_sys_given(part->leaves.at))
		smmu_emit_bool(emit, "leaves", part->leaves.v);
	if (smmu_sys_given(part->fetches.at))
		smmu_emit_bool(emit, "fetches", part->fetches.v);
	emit_size(emit, &part->cache);
	smmu_emit_end(emit);
}

void smmu_sys_emit_caches(struct smmu_emit *emit, const struct smmu_sys_caches *caches)
{
	if (!smmu_sys_given(caches->at))
		return;
	if (caches->ideal || caches->none) {
		smmu_emit_str(emit, "caches", caches->ideal ? "ideal" : "none");
		return;
	}
	smmu_emit_object(emit, "caches");
	emit_cache(emit, "config", &caches->config);
	emit_cache(emit, "micro", &caches->micro);
	emit_cache(emit, "interface", &caches->interface);
	emit_cache(emit, "main", &caches->main);
	if (caches->parts_count) {
		smmu_emit_array(emit, "walk");
		for (size_t i = 0; i < caches->parts_count; i++)
			emit_part(emit, &caches->parts[i]);
		smmu_emit_end(emit);
	} else {
		emit_cache(emit, "walk", &caches->walk);
	}
	emit_cache(emit, "ipa", &caches->ipa);
	smmu_emit_end(emit);
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
