/* What world.c has for change.c: structures written anew, by chance. */
#ifndef TESTS_RANDOM_TABLES_H
#define TESTS_RANDOM_TABLES_H

#include "world.h"

enum { TREE_SHARED = 4, TREE_NESTED = 5, TREE_EL2 = 7, TREE_S2 = 8 };

/* SMMUEN, PRIQEN, EVENTQEN, CMDQEN */
#define TABLES_CR0_ON UINT64_C(0xf)

/* A descriptor for a slot: what may stand there. */
uint64_t tables_random(struct world *w, const struct tree *tree, const struct node *node,
		       unsigned slot);
uint64_t tables_slot_pa(const struct node *node, unsigned slot);
/* Bytes that a slot translates. */
unsigned tables_slot_log2(const struct world *w, const struct node *node);
/* Descriptors as their value, whatever the endianness. */
uint64_t tables_read(const struct world *w, uint64_t pa);
void tables_write(struct world *w, uint64_t pa, uint64_t desc);

void tables_put_ste(struct world *w, unsigned stream);
void tables_put_cd(struct world *w, unsigned stream, unsigned substream);
void tables_put_l1cd(struct world *w, unsigned stream, bool valid);
void tables_put_l1std(struct world *w, unsigned n, bool valid);

#endif
