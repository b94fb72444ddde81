/* Which caches a run has, from its file.  See replay/caches.h. */
#include "replay/caches.h"

#include <string.h>

#include "base/in.h"
#include "base/text.h"
#include "sys/yaml.h"

enum { ENTRIES_MAX = 1 << 24, FILE_BYTES_MAX = 1 << 20 };

/* A file being read. */
struct reading {
	const struct smmu_yaml *doc;
	struct smmu_diag *diag;
};

static int wrong(const struct reading *r, const struct smmu_yaml_node *node, const char *what)
{
	struct smmu_place at = smmu_yaml_place(r->doc, node->at);

	return smmu_diag_error(r->diag, &at, SMMU_E_INVALID, "%s", what);
}

static bool is_word(const struct smmu_yaml_node *node, const char *word)
{
	return node->kind == SMMU_YAML_SCALAR && strcmp(node->text, word) == 0;
}

static int unknown(const struct reading *r, const struct smmu_yaml_node *node,
		   const char *const *names, size_t count)
{
	struct smmu_place at = smmu_yaml_place(r->doc, node->at);
	const char *text = node->kind == SMMU_YAML_SCALAR ? node->text : "";
	const char *near = smmu_nearest(text, strlen(text), names, count);

	smmu_diag_error(r->diag, &at, SMMU_E_UNKNOWN, "unknown key \"%s\"", text);
	if (near)
		smmu_diag_note(r->diag, &at, "did you mean \"%s\"?", near);
	return SMMU_E_UNKNOWN;
}

static int read_number(uint32_t *value, const struct reading *r, const struct smmu_yaml_node *node)
{
	uint64_t number;

	if (node->kind != SMMU_YAML_SCALAR || smmu_parse_u64(&number, node->text, node->count) ||
	    number == 0 || number > ENTRIES_MAX)
		return wrong(r, node, "a cache has 1 to 16M entries");
	*value = (uint32_t)number;
	return 0;
}

static int read_policy(enum smmu_cache_policy *policy, const struct reading *r,
		       const struct smmu_yaml_node *node)
{
	static const char *const names[] = {
		[SMMU_CACHE_RR] = "rr",
		[SMMU_CACHE_RANDOM] = "random",
		[SMMU_CACHE_LRU] = "lru",
		[SMMU_CACHE_PLRU] = "plru",
	};

	for (size_t i = 0; i < SMMU_LEN(names); i++)
		if (is_word(node, names[i])) {
			*policy = (enum smmu_cache_policy)i;
			return 0;
		}
	return wrong(r, node, "a policy is rr, random, lru or plru");
}

static int read_size(struct smmu_cache_size *size, const struct reading *r,
		     const struct smmu_yaml_node *node)
{
	static const char *const keys[] = {"entries", "ways", "policy"};
	int error = 0;

	*size = (struct smmu_cache_size){.policy = SMMU_CACHE_LRU};
	if (is_word(node, "none"))
		return 0;
	size->on = true;
	if (is_word(node, "ideal"))
		return 0;
	if (node->kind != SMMU_YAML_MAPPING)
		return wrong(r, node, "a cache is none, ideal, or {entries, ways, policy}");
	for (size_t i = 0; i < node->count && !error; i++) {
		const struct smmu_yaml_node *key = smmu_yaml_key(node, i);
		const struct smmu_yaml_node *value = smmu_yaml_value(node, i);

		if (is_word(key, "entries"))
			error = read_number(&size->entries, r, value);
		else if (is_word(key, "ways"))
			error = read_number(&size->ways, r, value);
		else if (is_word(key, "policy"))
			error = read_policy(&size->policy, r, value);
		else
			error = unknown(r, key, keys, SMMU_LEN(keys));
	}
	if (error)
		return error;
	if (!size->entries)
		return wrong(r, node, "a cache of a size says its entries");
	if (size->ways && size->entries % size->ways)
		return wrong(r, node, "the ways of a cache divide its entries");
	return 0;
}

static int read_cache(struct smmu_caches *caches, const struct reading *r,
		      const struct smmu_yaml_node *key, const struct smmu_yaml_node *value)
{
	const char *names[SMMU_CACHE_COUNT];

	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++) {
		names[i] = smmu_cache_name((enum smmu_cache_kind)i);
		if (is_word(key, names[i]))
			return read_size(&caches->of[i], r, value);
	}
	return unknown(r, key, names, SMMU_LEN(names));
}

static int read_file(struct smmu_caches *caches, const struct reading *r)
{
	const struct smmu_yaml_node *root = smmu_yaml_root(r->doc);
	int error = 0;

	if (!root)
		return smmu_diag_error(r->diag, NULL, SMMU_E_INVALID,
				       "the file of caches is empty");
	if (root->kind != SMMU_YAML_MAPPING)
		return wrong(r, root, "the file of caches is a mapping of their names");
	for (size_t i = 0; i < root->count && !error; i++)
		error = read_cache(caches, r, smmu_yaml_key(root, i), smmu_yaml_value(root, i));
	return error;
}

int smmu_caches_parse(struct smmu_caches *caches, const char *what, struct smmu_diag *diag)
{
	struct smmu_yaml *doc;
	struct reading r = {.diag = diag};
	void *bytes;
	size_t size;
	int error;

	*caches = (struct smmu_caches){0};
	if (strcmp(what, "none") == 0)
		return 0;
	if (strcmp(what, "ideal") == 0) {
		*caches = smmu_caches_ideal();
		return 0;
	}
	error = smmu_in_load(&bytes, &size, what, FILE_BYTES_MAX, diag);
	if (error)
		return error;
	error = smmu_yaml_parse(&doc, what, bytes, size, diag);
	if (error)
		return error;
	r.doc = doc;
	error = read_file(caches, &r);
	smmu_yaml_free(doc);
	return error;
}
