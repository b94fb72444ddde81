/* What the parts of the walker share: geometry and formats, stage 2, stage 1. */
#ifndef TESTS_WALKER_WIDE_PARTS_H
#define TESTS_WALKER_WIDE_PARTS_H

#include "walker.h"

struct desc {
	uint64_t lo, hi;
};

/* What one stage came to. */
struct leaf {
	uint64_t oa;
	struct desc desc;
	bool mro, assured_only;
};

/* A stage 2 translation: of what, and for what. */
struct s2_for {
	uint64_t ipa;
	unsigned class;
	bool read, write, execute, privileged;
	bool assured; /* of the IPA */
	int top;      /* the initial table of TTB0 or TTB1, or -1 */
};

struct context {
	struct machine *m;
	struct answer *a;
	bool read, write, execute, privileged; /* after STE overrides */
	bool s1, s2;
	bool el2, e2h;	 /* StreamWorld NS-EL2, EL2-E2H */
	bool cd_assured; /* the CD is in AssuredOnly memory */
};

enum kind { INVALID, TABLE, LEAF };

/* format.c: DDI 0487 D8.2, D8.3. */
unsigned oas(const struct machine *m);
bool the(const struct machine *m);
uint64_t low(uint64_t word, unsigned n);
uint64_t cut(uint64_t word, unsigned n);
struct desc load(struct machine *m, const struct format *f, int level, uint64_t pa);
void store(struct machine *m, const struct format *f, uint64_t pa, uint64_t lo);
unsigned lsb_of(const struct format *f, int level);
enum kind kind_of(const struct format *f, int level, const struct desc *d);
uint64_t address_of(const struct format *f, const struct desc *d, unsigned lsb);
uint64_t first_entry(const struct format *f, uint64_t ia);
uint64_t next_entry(const struct format *f, const struct desc *d, int *level, uint64_t ia);
struct format format1(const struct context *c, unsigned n);
struct format format2(const struct machine *m);

/* stage2.c; false after a fault. */
bool fault1(struct context *c, unsigned event);
bool stage2(struct context *c, const struct s2_for *s, struct leaf *leaf);

#endif
