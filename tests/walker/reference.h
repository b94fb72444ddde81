/*
 * A second walker, for the tests alone: DDI 0487 D8 and IHI 0070 3.4 as plainly
 * as their text, over a flat piece of memory.  It shares nothing with lib:
 * every bit position here was taken from the documents again.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct ref_memory {
	const uint8_t *bytes;
	uint64_t base, size;
};

/* One translation table of stage 1, or that of stage 2. */
struct ref_table {
	unsigned granule_log2; /* 12, 14, 16 */
	unsigned ia_bits;
	unsigned oa_bits;
	int start_level;
	uint64_t base;
	bool lpa; /* 64 KiB granule with addresses of 52 bits */
	bool ds;  /* 4 and 16 KiB with addresses of 52 bits */
	bool big_endian;
	bool affd;		  /* AF == 0 is no fault */
	bool tbi, epd, e0pd, had; /* stage 1 */
};

struct ref_regime {
	const struct ref_memory *memory;
	bool s1, s2;
	struct ref_table tt[2]; /* TTB0, TTB1 */
	bool one_privilege;	/* EL2: one range, no unprivileged accesses */
	bool wxn, pan, epan;
	struct ref_table stage2;
	bool xnx, ptw;
};

struct ref_access {
	uint64_t va;
	bool read, write, privileged, instruction;
};

enum { REF_CLASS_CD = 0, REF_CLASS_TT = 1, REF_CLASS_IN = 2 };

struct ref_answer {
	unsigned event; /* 0: translated, to pa */
	uint64_t pa;
	bool s2;
	unsigned class;
	uint64_t ipa; /* of a stage 2 fault */
};

/* A read by the SMMU itself, of a CD, through stage 2: whether it is let through, and to where. */
bool ref_read_ipa(uint64_t *pa, const struct ref_regime *regime, uint64_t ipa);
void ref_translate(struct ref_answer *answer, const struct ref_regime *regime,
		   const struct ref_access *access);

#endif
