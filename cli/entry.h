/*
 * What decode and encode have in common: the options that say what an entry is
 * and which SMMU it is for.
 *
 * Threading: one thread at a time.
 */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

#include "ids.h"
#include "opt.h"
#include "spec/show.h"

struct cli_entry_args {
	const char *granule, *level;
	int ds, security; /* SMMU_SEC_COUNT: not given */
	struct cli_u64 oas;
	bool d128, lpae;
	bool pie, poe, aie, the, pnch, fwb, mec;
	const char *system, *smmu;
	struct cli_strings id;
};

extern const struct cli_choice cli_entry_bits[], cli_entry_securities[];

/* Rows for the option table of a command whose args struct has the member entry. */
#define CLI_ENTRY_OPTS(type)                                                                       \
	OPT_ENUM("security", type, entry.security, cli_entry_securities, SMMU_SEC_COUNT,           \
		 "Security state of the structure or queue"),                                      \
		OPT_STR("system", type, entry.system, "SYSTEM",                                    \
			"judge legality for the SMMU of this system file"),                        \
		OPT_STR("smmu", type, entry.smmu, "NAME", "this SMMU of the system file"),         \
		OPT_STRS("id", type, entry.id, "REGISTER=VALUE",                                   \
			 "judge legality by identification registers; those left out are 0"),      \
		OPT_STR("granule", type, entry.granule, "4K|16K|64K",                              \
			"descriptors: translation granule (4K)"),                                  \
		OPT_STR("level", type, entry.level, "N",                                           \
			"descriptors: lookup level, -2 to 3 (3); gpt, dpt: 0 or 1 (1)"),           \
		OPT_ENUM("ds", type, entry.ds, cli_entry_bits, 0,                                  \
			 "descriptors: DS, 52-bit with 4K and 16K"),                               \
		OPT_U64("oas", type, entry.oas, "BITS",                                            \
			"descriptors: output address size; 52 with 64K moves address bits"),       \
		OPT_FLAG("d128", type, entry.d128,                                                 \
			 "VMSAv9-128: CDs of an SMMU with IDR5.D128, descriptors of 128 bits"),    \
		OPT_FLAG("lpae", type, entry.lpae, "descriptors: VMSAv8-32 LPAE"),                 \
		OPT_FLAG("pie", type, entry.pie, "descriptors: Indirect permissions"),             \
		OPT_FLAG("poe", type, entry.poe, "descriptors: Overlay permissions"),              \
		OPT_FLAG("aie", type, entry.aie, "descriptors: Attribute Index Extension"),        \
		OPT_FLAG("the", type, entry.the, "descriptors: stage 2 AssuredOnly"),              \
		OPT_FLAG("pnch", type, entry.pnch, "descriptors: bit 52 is Protected"),            \
		OPT_FLAG("fwb", type, entry.fwb, "descriptors: MemAttr with S2FWB"),               \
		OPT_FLAG("mec", type, entry.mec, "descriptors: bit 63 is AMEC")

struct cli_entry {
	struct smmu_show show; /* its ids point to the member below */
	struct smmu_ids ids;
};

/*
 * Fills entry, which is zeroed or has show.people set; it must not move
 * afterwards.  *first is the index in rest of what follows the name of a
 * register.  Problems are reported.
 */
int cli_entry_prepare(struct cli_entry *entry, size_t *first, const char *kind,
		      const struct cli_strings *rest, const struct cli_entry_args *args,
		      struct smmu_diag *diag);

#endif
