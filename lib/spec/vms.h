/*
 * Virtual Machine Structure, IHI 0070 G.b 5.6: accessors and the table of fields.
 *
 * smmu_vms_<Field>() and smmu_vms_set_<Field>() exist for every row of
 * spec/vms.def, named as the specification names the field.  They read and
 * write raw bits: whether the field exists here (its WHEN) or is IGNORED is
 * the caller's question.
 *
 * Threading: pure functions; the table is immutable.
 */
#ifndef SMMU_SPEC_VMS_H
#define SMMU_SPEC_VMS_H

#include <stdint.h>

#include "spec/access.h"
#include "spec/format.h"
#include "spec/values.h"

#define SMMU_VMS_WORDS 512
#define SMMU_VMS_BYTES 4096

/* The structure as memory holds it: 64-bit words, lowest first. */
struct smmu_vms {
	uint64_t word[SMMU_VMS_WORDS];
};

#define FIELD(Name, w, lsb, width, KIND, values, WHEN) SMMU_ACCESS(vms, Name, w, lsb, width, KIND)
#define ARRAY(Name, w, lsb, width, count, KIND, values, WHEN)                                      \
	SMMU_ACCESS_ARRAY(vms, Name, w, lsb, width, count)
#include "spec/vms.def"

extern const struct smmu_format smmu_vms_format;

#endif
