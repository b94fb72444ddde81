/*
 * The radix tree of pages: 12 + 12 + 11 + 9 bits of the page number.  A node is
 * written only by the class whose token it carries; any other copies it first.
 */
#include "mem/mem_priv.h"

#include <stdlib.h>
#include <string.h>

#define UPPER_LOG2  12
#define UPPER_COUNT (1u << UPPER_LOG2)
#define MID_COUNT   (1u << SMMU_MEM_MID_LOG2)
#define MID_LSB	    SMMU_MEM_LEAF_LOG2
#define LOWER_LSB   (MID_LSB + SMMU_MEM_MID_LOG2)
#define ROOT_LSB    (LOWER_LSB + UPPER_LOG2)

static const struct smmu_mem_leaf no_pages;

static unsigned mid_slot(uint64_t page_number)
{
	return (unsigned)smmu_bits(page_number, MID_LSB, SMMU_MEM_MID_LOG2);
}

static const struct smmu_mem_mid *find_mid(const struct space_class *class, uint64_t page_number)
{
	const struct upper *lower;

	if (!class->root)
		return NULL;
	lower = class->root->child[smmu_bits(page_number, ROOT_LSB, UPPER_LOG2)];
	return lower ? lower->child[smmu_bits(page_number, LOWER_LSB, UPPER_LOG2)] : NULL;
}

const struct smmu_mem_leaf *smmu_mem_leaf_read(const struct space_class *class,
					       uint64_t page_number)
{
	const struct smmu_mem_mid *mid = find_mid(class, page_number);

	return mid ? mid->leaf[mid_slot(page_number)] : &no_pages;
}

void *smmu_mem_node_new(struct smmu_mem *mem, size_t size)
{
	void *node;

	if (smmu_array_reserve(&mem->node, &mem->nodes_capacity, mem->nodes, sizeof(void *)))
		return NULL;
	node = calloc(1, size);
	if (node)
		mem->node[mem->nodes++] = node;
	return node;
}

/* *link is an upper node or NULL; makes it one that class may write. */
static struct upper *own_upper(struct smmu_mem *mem, const struct space_class *class, void *old)
{
	struct upper *node = old;

	if (node && node->token == class->token)
		return node;
	node = smmu_mem_node_new(mem, sizeof(*node));
	if (!node)
		return NULL;
	if (old)
		memcpy(node, old, sizeof(*node));
	node->token = class->token;
	return node;
}

static struct smmu_mem_mid *own_mid(struct smmu_mem *mem, const struct space_class *class,
				    void *old)
{
	struct smmu_mem_mid *mid = old;

	if (mid && mid->token == class->token)
		return mid;
	mid = smmu_mem_node_new(mem, sizeof(*mid));
	if (!mid)
		return NULL;
	if (old) {
		memcpy(mid, old, sizeof(*mid));
	} else {
		for (size_t i = 0; i < MID_COUNT; i++)
			mid->leaf[i] = &no_pages;
	}
	mid->token = class->token;
	return mid;
}

static struct smmu_mem_leaf *copy_leaf(struct smmu_mem *mem, uint64_t token,
				       const struct smmu_mem_leaf *old)
{
	struct smmu_mem_leaf *leaf = smmu_mem_node_new(mem, sizeof(*leaf));

	if (!leaf)
		return NULL;
	memcpy(leaf->page, old->page, sizeof(leaf->page));
	leaf->token = token;
	leaf->mem = mem;
	/* The pages of another memory are not ours to write, nor its changes ours. */
	if (old->mem != mem)
		return leaf;
	memcpy(leaf->state, old->state, sizeof(leaf->state));
	if (!old->saved)
		return leaf;
	leaf->saved = smmu_mem_node_new(mem, sizeof(leaf->page));
	if (!leaf->saved)
		return NULL;
	memcpy(leaf->saved, old->saved, sizeof(leaf->page));
	return leaf;
}

/* The node that is at hand may have been copied. */
static void lookup_refresh(struct smmu_mem *mem, unsigned number)
{
	const struct space_class *class = &mem->class[number];

	for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++) {
		uint64_t window = mem->lookup.space[pas].window;

		if (!smmu_bit(class->pas_set, pas) || !smmu_bits_fit(window, 24))
			continue;
		mem->lookup.space[pas].mid = find_mid(class, window * smmu_pow2(LOWER_LSB));
	}
}

/* The window with most leaves is the one looked up fastest. */
static void choose_window(struct smmu_mem *mem, unsigned number, uint64_t page_number,
			  const struct smmu_mem_mid *mid)
{
	for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++) {
		const struct smmu_mem_mid *now = mem->lookup.space[pas].mid;

		if (!smmu_bit(mem->class[number].pas_set, pas) ||
		    (now && now->leaves >= mid->leaves))
			continue;
		mem->lookup.space[pas].window = smmu_bits(page_number, LOWER_LSB, 24);
		mem->lookup.space[pas].mid = mid;
	}
}

/* The nodes down to the leaf's parent, made our own. */
static struct smmu_mem_mid *mid_write(struct smmu_mem *mem, unsigned number, uint64_t page_number)
{
	struct space_class *class = &mem->class[number];
	struct upper *root = own_upper(mem, class, class->root), *lower;
	struct smmu_mem_mid *mid;
	void **link;

	if (!root)
		return NULL;
	class->root = root;
	link = &root->child[smmu_bits(page_number, ROOT_LSB, UPPER_LOG2)];
	lower = own_upper(mem, class, *link);
	if (!lower)
		return NULL;
	*link = lower;
	link = &lower->child[smmu_bits(page_number, LOWER_LSB, UPPER_LOG2)];
	mid = own_mid(mem, class, *link);
	if (!mid)
		return NULL;
	if (*link != mid) {
		*link = mid;
		lookup_refresh(mem, number);
	}
	return mid;
}

struct smmu_mem_leaf *smmu_mem_leaf_write(struct smmu_mem *mem, unsigned number,
					  uint64_t page_number)
{
	struct smmu_mem_mid *mid = mid_write(mem, number, page_number);
	const struct smmu_mem_leaf *old;
	struct smmu_mem_leaf *leaf;

	if (!mid)
		return NULL;
	old = mid->leaf[mid_slot(page_number)];
	if (old->token == mem->class[number].token)
		return (struct smmu_mem_leaf *)old;
	leaf = copy_leaf(mem, mem->class[number].token, old);
	if (!leaf)
		return NULL;
	mid->leaf[mid_slot(page_number)] = leaf;
	if (old == &no_pages)
		mid->leaves++;
	choose_window(mem, number, page_number, mid);
	return leaf;
}

/* The first child in use from index on, UPPER_COUNT when there is none. */
static unsigned upper_next(const struct upper *upper, unsigned index)
{
	while (index < UPPER_COUNT && !upper->child[index])
		index++;
	return index;
}

static unsigned mid_next(const struct smmu_mem_mid *mid, unsigned index)
{
	while (index < MID_COUNT && mid->leaf[index] == &no_pages)
		index++;
	return index;
}

bool smmu_mem_leaf_next(uint64_t *page_number, const struct space_class *class, uint64_t from)
{
	unsigned r = (unsigned)smmu_bits(from, ROOT_LSB, UPPER_LOG2);
	unsigned l = (unsigned)smmu_bits(from, LOWER_LSB, UPPER_LOG2);
	unsigned m = mid_slot(from);

	if (!class->root || !smmu_bits_fit(from, PAGE_NUMBER_BITS))
		return false;
	for (unsigned i = upper_next(class->root, r); i < UPPER_COUNT;
	     i = upper_next(class->root, i + 1)) {
		const struct upper *lower = class->root->child[i];

		if (i != r)
			l = m = 0;
		for (unsigned j = upper_next(lower, l); j < UPPER_COUNT;
		     j = upper_next(lower, j + 1)) {
			unsigned k = mid_next(lower->child[j], i == r && j == l ? m : 0);

			if (k == MID_COUNT)
				continue;
			*page_number = smmu_bits_set(smmu_bits_set(0, ROOT_LSB, UPPER_LOG2, i),
						     LOWER_LSB, UPPER_LOG2, j);
			*page_number = smmu_bits_set(*page_number, MID_LSB, SMMU_MEM_MID_LOG2, k);
			return true;
		}
	}
	return false;
}
