/*
 * The folder that a build writes into.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_WRITE_PRIV_H
#define SMMU_COMPILE_WRITE_PRIV_H

#include "base/out.h"
#include "sys/sys.h"

/* First line of its system.yaml: proof that what lies there may be replaced. */
#define BUILD_FOLDER_MARK "# written by smmu build\n"

struct build_folder {
	const char *dir;
	bool force; /* other files may lie there too; they are never touched */
	struct smmu_diag *diag;
};

/*
 * The folder exists and holds nothing of an earlier build.  Refused are one
 * with other files, unless force, and one that holds what is read for this
 * very build.
 */
int build_folder_prepare(const struct build_folder *folder, const struct smmu_sys_info *info);
/* A new file in it; close reports a failed write. */
int build_folder_open(struct smmu_out **out, const struct build_folder *folder, const char *name);
int build_folder_close(struct smmu_out *out, const struct build_folder *folder);

#endif
