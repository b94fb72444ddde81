/*
 * Between what a change asks for and the tables it is made in.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_EDIT_PRIV_H
#define SMMU_COMPILE_EDIT_PRIV_H

#include "compile/build_priv.h"
#include "compile/edit.h"

/* Tables that nothing leads to any more. */
struct edit_table {
	struct build_area *area;
	uint64_t address;
	uint8_t size_log2;
};
struct edit_pool {
	struct edit_table *v; /* owned */
	size_t count, capacity;
};

/* A range of input addresses in one table, and what it becomes. */
struct edit_range {
	struct builder *b;
	struct build_area *area;
	struct edit_pool *pool;
	const struct build_tt *tt;
	uint64_t start, end; /* input bits, without the sign extension; end is one past the last */
	bool maps;	     /* to a leaf; else nothing is mapped there */
	struct build_leaf leaf;
	uint64_t oa; /* that start leads to */
};

/* root is that of a table that was built. */
int edit_tt(const struct edit_range *range, uint64_t root);

#endif
