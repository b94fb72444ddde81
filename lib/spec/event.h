/*
 * Event records: what an SMMU writes into an Event queue.  IHI 0070 G.b 7.3.
 *
 * Threading: immutable.
 */
#ifndef SMMU_SPEC_EVENT_H
#define SMMU_SPEC_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"

#define SMMU_EVT_WORDS 4
#define SMMU_EVT_SIZE  32

/* A record as it stands in memory, lowest word first (little-endian there). */
struct smmu_evt {
	uint64_t word[SMMU_EVT_WORDS];
};

/* SMMU_EVT_F_UUT = 0x01 and so on: every event number of 7.3. */
enum smmu_event_type {
#define EVENT(NAME, number, section, summary) SMMU_EVT_##NAME = (number),
#include "spec/event.def"
};

/* CLASS: which operation caused the fault (7.3). */
enum smmu_event_class {
	SMMU_EVT_CLASS_CD = 0, /* CD fetch */
	SMMU_EVT_CLASS_TT = 1, /* stage 1 translation table fetch */
	SMMU_EVT_CLASS_IN = 2, /* the input address */
};

/*
 * smmu_evt_<Field>(evt) and smmu_evt_set_<Field>(evt, value).  Addresses are
 * the address, their other bits are dropped.  A name that has two places is
 * smmu_evt_<Field>_<Suffix> for the second (Span_page, InputAddr_page).  They
 * look at the bits only: whether the type has the field, and whether it is
 * valid there, is asked below.
 */
#define FIELD(Name, w, lsb, width, KIND, values, TYPES, VALID)                                     \
	SMMU_ACCESS(evt, Name, w, lsb, width, KIND)
#define FIELD_AS(Suffix, Name, w, lsb, width, KIND, values, TYPES, VALID)                          \
	SMMU_ACCESS(evt, Name##_##Suffix, w, lsb, width, KIND)
#include "spec/event.def"

/* The format of one type (Type, 0 to 0xff), or NULL when that number is Reserved. */
const struct smmu_format *smmu_event_format(unsigned type);
/* "F_TRANSLATION", or NULL when the number is Reserved. */
const char *smmu_event_name(unsigned type);
/* The number of a name, or -1.  Case is ignored, "SMMU_EVT_" before it is accepted. */
int smmu_event_type(const char *name);
/* Every known type by rising number, for lists: NULL past the last.  type may be NULL. */
const struct smmu_format *smmu_event_at(size_t index, unsigned *type);

/* Whether the type has the field at all; false for a name that is no field. */
bool smmu_event_has_field(unsigned type, const char *name);
/*
 * Whether a field that the record's type has means something in this record:
 * SubstreamID needs SSV, STAG needs Stall, IPA and NSIPA need S2, TTRnW needs
 * CLASS == TT.  False also when the type does not have the field.  field is
 * one of smmu_event_format(…)->fields.
 */
bool smmu_event_field_is_valid(const struct smmu_field *field, const struct smmu_evt *evt);
/*
 * What fields say together that no SMMU writes (7.3.12 to 7.3.17), such as CLASS
 * TT of a stage 1 fault: the sentence at index among those of this record, or
 * NULL past the last.
 */
const char *smmu_event_contradiction(const struct smmu_evt *evt, size_t index);
/* The condition in words: "SSV == 1"; NULL: in every record that has the field. */
const char *smmu_event_field_condition(const struct smmu_field *field);

#endif
