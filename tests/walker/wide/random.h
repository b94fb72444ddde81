/* Random machines whose structures are legal, and descriptors for them. */
#ifndef TESTS_WALKER_WIDE_RANDOM_H
#define TESTS_WALKER_WIDE_RANDOM_H

#include "walker.h"

/* Registers, STE and CD from the machine's numbers. */
void random_machine(struct machine *m);
void random_descriptor(struct machine *m, const struct format *f, int level, uint64_t address);
/* like: an address near it, or 0. */
void random_access(struct access *access, struct machine *m, uint64_t like);

#endif
