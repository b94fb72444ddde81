/*
 * A system file: what it says, checked for form, with a place for everything.
 *
 * Threading: immutable after load.
 */
#ifndef SMMU_SYS_SYS_H
#define SMMU_SYS_SYS_H

#include "base/diag.h"
#include "spec/reg.h"
#include "spec/types.h"

struct smmu_sys;

/* Everything below is borrowed until smmu_sys_free. */
struct smmu_sys_memory {
	const char *name;    /* or NULL */
	unsigned pas_set;    /* bit n: enum smmu_pas n */
	uint64_t base, size; /* size 0 when it is that of the file */
	const char *file;    /* resolved against the system file's folder, or NULL */
	struct smmu_place at, file_at;
};

struct smmu_sys_smmu {
	const char *name;
	uint64_t base;
	bool has_base;
	/* complete: given values, then the contract's rules for those left out */
	uint64_t regs[SMMU_REG_COUNT];
	bool given[SMMU_REG_COUNT];
	struct smmu_place reg_at[SMMU_REG_COUNT];
	struct smmu_place at;
};

struct smmu_sys_info {
	const char *path;
	const struct smmu_sys_memory *memory;
	size_t memory_count;
	const struct smmu_sys_smmu *smmus;
	size_t smmus_count;
};

/*
 * path "-" is standard input.  Reports every problem it finds and returns the
 * first error: SMMU_E_IO and SMMU_E_SYNTAX when it cannot be read as YAML at
 * all, other codes for what it says.  *sys is set only on success.
 */
int smmu_sys_load(struct smmu_sys **sys, const char *path, struct smmu_diag *diag);
void smmu_sys_free(struct smmu_sys *sys);
const struct smmu_sys_info *smmu_sys_info(const struct smmu_sys *sys);

#endif
