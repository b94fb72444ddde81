/*
 * A YAML document as a tree in which every node knows its place.
 *
 * One document of UTF-8 text: mappings, sequences and scalars.  Scalars stay
 * text; what they mean is for the reader of the tree to say.  Aliases are
 * supported and share what their anchor holds.  Refused: more than one
 * document, tags, keys that are no scalars, keys given twice, aliases inside
 * their own anchor, and documents that are larger than SMMU_YAML_* once
 * their aliases are followed.
 *
 * Threading: immutable after parsing.
 */
#ifndef SMMU_SYS_YAML_H
#define SMMU_SYS_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "sys/sys.h"

#define SMMU_YAML_NODES_MAX 4000000u		/* with every alias expanded */
#define SMMU_YAML_DEPTH_MAX 64u			/* of mappings and sequences, likewise */
#define SMMU_YAML_BYTES_MAX ((size_t)256 << 20) /* of text */

enum smmu_yaml_kind { SMMU_YAML_SCALAR, SMMU_YAML_SEQUENCE, SMMU_YAML_MAPPING };

/* Small, since a large file has millions; the children of a container are one array. */
struct smmu_yaml_node {
	struct smmu_mark at;
	uint32_t count; /* bytes of text, items, or pairs */
	uint8_t kind;	/* enum smmu_yaml_kind */
	bool plain;	/* a scalar without quotes */
	union {
		const char *text;		    /* NUL-terminated */
		const struct smmu_yaml_node *items; /* of a mapping: key, value, key, … */
	};
};

struct smmu_yaml;

/*
 * bytes are taken over (free), also on failure, and must be NUL-terminated
 * beyond size; name is copied.  Reports every problem; SMMU_E_SYNTAX when it
 * is no YAML or not UTF-8, else SMMU_E_INVALID, SMMU_E_CONFLICT, SMMU_E_LIMIT.
 */
int smmu_yaml_parse(struct smmu_yaml **doc, const char *name, char *bytes, size_t size,
		    struct smmu_diag *diag);
void smmu_yaml_free(struct smmu_yaml *doc); /* NULL is legal */

/* The top node; NULL when the file holds nothing.  Borrowed until free. */
const struct smmu_yaml_node *smmu_yaml_root(const struct smmu_yaml *doc);
/* The place of a mark, with its source line; borrowed until free. */
struct smmu_place smmu_yaml_place(const struct smmu_yaml *doc, struct smmu_mark at);
/* Whether a node of the tree stands for one at another place. */
bool smmu_yaml_has_alias(const struct smmu_yaml *doc);
/* The value of a key of a mapping, or NULL. */
const struct smmu_yaml_node *smmu_yaml_get(const struct smmu_yaml_node *mapping, const char *key);

static inline const struct smmu_yaml_node *smmu_yaml_key(const struct smmu_yaml_node *mapping,
							 size_t i)
{
	return &mapping->items[2 * i];
}

static inline const struct smmu_yaml_node *smmu_yaml_value(const struct smmu_yaml_node *mapping,
							   size_t i)
{
	return &mapping->items[2 * i + 1];
}

#endif
