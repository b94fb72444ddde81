/*
 * How one architected format is described: a table of fields, from which
 * accessors, decode, encode, YAML keys, diff, RES0 checks, schema and
 * completion all come.  Each format is one .def file beside this header; the
 * rows are
 *
 *	FIELD(Name, word, lsb, width, KIND, values, WHEN)
 *
 * word counts 64-bit words from 0 (a register has only word 0).  A value of
 * KIND ADDR is the address the field stands for: its bits at their own
 * position ([lsb % 64 + width - 1 : lsb % 64] of the address).  KIND SPLIT
 * rows name a continuation: PART(Name, word, lsb, width, shift) rows after the
 * FIELD add further bits, shifted left by shift in the value.  An array is
 *
 *	ARRAY(Name, word, lsb, width, count, KIND, values, WHEN)
 *
 * with count elements of width bits each, one after another; none crosses a
 * word.  WHEN is a row of spec/when.def, or ALWAYS: a field whose WHEN does not
 * hold is RES0.  (A field that is IGNORED is still present.)
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_FORMAT_H
#define SMMU_SPEC_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/types.h"

enum smmu_field_kind {
	SMMU_FIELD_UINT, /* a number */
	SMMU_FIELD_BOOL, /* one bit */
	SMMU_FIELD_ENUM, /* values names every encoding */
	SMMU_FIELD_ADDR, /* an address; bits keep their position */
	SMMU_FIELD_MASK, /* a set of bits */
};

/* One encoding of an enumeration. */
struct smmu_enum_value {
	uint64_t value;
	const char *name;    /* short: what YAML and completion use */
	const char *meaning; /* one line, what text output adds */
};

struct smmu_enum {
	const char *name;
	const struct smmu_enum_value *values;
	size_t count;
};

/* Name of value, or NULL when the encoding is reserved. */
const struct smmu_enum_value *smmu_enum_find(const struct smmu_enum *values, uint64_t value);

struct smmu_format;
struct smmu_ste;

/* What decides whether a field exists: the structure's own words, and where it stands. */
struct smmu_when_ctx {
	const uint64_t *word;	    /* the structure */
	const struct smmu_ids *ids; /* NULL: not known, all fields of the layout are present */
	enum smmu_sec sec;
	bool d128;		    /* CD: decode the VMSAv9-128 layout */
	const struct smmu_ste *ste; /* CD: the STE that locates it; NULL: not known */
	bool e2h;		    /* CD, STE: SMMU_(*_)CR2.E2H */
};

struct smmu_field_part {
	uint8_t word, lsb, width, shift;
};

struct smmu_field {
	const char *name;		/* as the specification spells it */
	struct smmu_field_part part[3]; /* low part first; width 0 ends */
	enum smmu_field_kind kind;
	const struct smmu_enum *values;		       /* NULL unless ENUM */
	bool (*when)(const struct smmu_when_ctx *ctx); /* NULL: always */
	const char *when_text;			       /* the condition in words, NULL: always */
	uint8_t array_count; /* > 1: array_count elements of this width, one after another */
};

struct smmu_format {
	const char *name;    /* "STE", "F_TRANSLATION", "SMMU_CR0" */
	const char *section; /* "IHI 0070 5.2" */
	const char *summary; /* one line */
	unsigned words;	     /* 64-bit words; 1 for registers */
	unsigned width_bits; /* 32 or 64 for registers, else words * 64 */
	const struct smmu_field *fields;
	size_t fields_count;
};

/* The value of field in words; for arrays, of element index. */
uint64_t smmu_field_get(const struct smmu_field *field, const uint64_t *words, unsigned index);
/* Sets it; SMMU_E_RANGE when value does not fit (or has address bits outside). */
int smmu_field_set(const struct smmu_field *field, uint64_t *words, unsigned index, uint64_t value);
bool smmu_field_is_present(const struct smmu_field *field, const struct smmu_when_ctx *ctx);
/* The field of that name (case matters), or NULL. */
const struct smmu_field *smmu_format_field(const struct smmu_format *format, const char *name);
/* Bits of word that no present field claims and that are not zero. */
uint64_t smmu_format_res0(const struct smmu_format *format, const struct smmu_when_ctx *ctx,
			  unsigned word);

#endif
