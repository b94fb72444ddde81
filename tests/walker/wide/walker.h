/*
 * A second reading of the two specifications, for tests: translation as plain
 * as the pseudocode of DDI 0487 has it, for one Non-secure stream.  It shares
 * no code with lib/model and no table with lib/spec; positions of fields are
 * written out where they are used (IHI 0070 G.b 5.2, 5.4, 6.3, 7.3; DDI 0487
 * D8.3).  Slow, without caches, and only for structures that are legal.
 */
#ifndef TESTS_WALKER_WIDE_WALKER_H
#define TESTS_WALKER_WIDE_WALKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory: 64-bit words, as they lie there read little-endian. */
struct words {
	uint64_t *address, *value; /* owned; address 1 is a free place */
	size_t count, capacity;	   /* capacity: a power of two */
};
bool words_get(const struct words *words, uint64_t address, uint64_t *value);
void words_set(struct words *words, uint64_t address, uint64_t value);
void words_clear(struct words *words);

struct rng {
	uint64_t state;
};
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t n);
bool rng_chance(struct rng *rng, unsigned percent);

/* The format of one stage's tables. */
struct format {
	int stage;
	bool lpae, wide, ds, lpa; /* VMSAv8-32; VMSAv9-128; LPA2; 64 KiB with 52 bits */
	unsigned page;		  /* log2 of the granule */
	unsigned stride;	  /* bits that a full table resolves */
	unsigned ia, oa;	  /* bits of input address, and of effective output size */
	int start;		  /* initial level */
	uint64_t base;
	bool big, affd, ha, hd, haft;
};

struct machine {
	uint64_t ste[8], cd[8];
	uint64_t idr0, idr1, idr3, idr5, s2pii;
	bool e2h;
	struct words words;
	struct rng rng;
	unsigned s2_ia; /* bits of IPA that stage 2 takes; 64 without stage 2 */
	/* A descriptor that nobody has written yet: what shall be there. */
	void (*invent)(struct machine *m, const struct format *f, int level, uint64_t address);
	/* Puts a word into memory, also into that of whom this is compared with. */
	void (*put)(struct machine *m, uint64_t address, uint64_t value);
	void *other;
};

struct access {
	uint64_t address;
	bool read, write, privileged, instruction;
	/* Incoming attributes: 0 none, 1 WB, 2 WT, 3 NC, 4 GRE, 5 nGRE, 6 nGnRE, 7 nGnRnE; */
	unsigned memtype;
	unsigned sh;	/* 0 none, 1 NSH, 2 OSH, 3 ISH; */
	unsigned alloc; /* bit 0 RA, bit 1 WA, bit 2 none given */
};

/* One cache level: 0 NC, 1 WT, 2 WB. */
struct level_attr {
	unsigned kind;
	bool ra, wa, tr;
};
struct attr {
	bool device;
	unsigned rank; /* 0 nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE */
	struct level_attr inner, outer;
	unsigned sh; /* 0 NSH, 2 OSH, 3 ISH */
};

enum { F_TRANSLATION = 0x10, F_ADDR_SIZE, F_ACCESS, F_PERMISSION };
enum { CLASS_CD, CLASS_TT, CLASS_IN };
struct answer {
	unsigned event; /* 0: none */
	bool s2;
	unsigned class;
	uint64_t ipa;
	bool pnu, ind, rnw, ttrnw, dirty, overlay, assured;
	uint64_t pa;
	struct attr attr;
	unsigned pbha; /* bits that hardware may use: of stage 1, and from bit 4 on of stage 2 */
};

void walk(struct answer *answer, struct machine *m, const struct access *access);

/* attr.c: chapter 13. */
struct attr attr_incoming(const struct machine *m, const struct access *access);
struct attr attr_stage1(const struct machine *m, const struct attr *in, unsigned index,
			unsigned sh);
struct attr attr_stage2(const struct machine *m, const struct attr *in, unsigned memattr,
			unsigned sh);
bool attr_stage2_is_device(const struct machine *m, unsigned memattr);
struct attr attr_output(const struct attr *in);

/* Bits [high:low] of a word. */
static inline uint64_t bits(uint64_t word, unsigned high, unsigned low)
{
	return word >> low & (UINT64_MAX >> (63 - (high - low)));
}

#endif
