/* Whose files a folder holds, and which of them a build may replace. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "compile/write_priv.h"

/* Names that a build writes. */
static bool is_name_of_build(const char *name)
{
	size_t size = strlen(name);
	bool is_binary = size > 4 && !strcmp(name + size - 4, ".bin");

	return !strcmp(name, "system.yaml") || !strcmp(name, "manifest.json") ||
	       (is_binary && (!strncmp(name, "captured-", 9) || !strncmp(name, "mem-", 4)));
}

static void join(struct smmu_buf *path, const struct build_folder *folder, const char *name)
{
	smmu_buf_clear(path);
	smmu_buf_printf(path, "%s/%s", folder->dir, name);
}

/* Whether the folder is the result of a build; its system.yaml is the first that is written. */
static bool is_result(const struct build_folder *folder)
{
	char line[sizeof(BUILD_FOLDER_MARK)] = "";
	struct smmu_buf path = {0};
	FILE *file;

	join(&path, folder, "system.yaml");
	file = fopen(smmu_buf_text(&path), "r");
	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	smmu_buf_fini(&path);
	return !strcmp(line, BUILD_FOLDER_MARK);
}

static bool same_file(const char *path, const struct stat *other)
{
	struct stat info;

	return path && strcmp(path, "-") != 0 && stat(path, &info) == 0 &&
	       info.st_dev == other->st_dev && info.st_ino == other->st_ino;
}

/* Replacing what this build reads would leave neither. */
static int refuse_input(const struct build_folder *folder, const struct smmu_sys_info *info,
			const char *path)
{
	struct stat at;
	bool is_input;

	if (stat(path, &at))
		return 0;
	is_input = same_file(info->path, &at);
	for (size_t i = 0; !is_input && i < info->memory_count; i++)
		is_input = same_file(info->memory[i].file, &at);
	return is_input ? smmu_diag_error(folder->diag, NULL, SMMU_E_CONFLICT,
					  "%s is what this build reads, and would be replaced: "
					  "choose another folder",
					  path)
			: 0;
}

/* One file that lies there: ours is one that the last build wrote. */
static int judge(const struct build_folder *folder, const struct smmu_sys_info *info,
		 const char *name, bool ours)
{
	struct smmu_buf path = {0};
	int status = 0;

	join(&path, folder, name);
	if (ours)
		status = refuse_input(folder, info, smmu_buf_text(&path));
	else if (!folder->force)
		status = smmu_diag_error(folder->diag, NULL, SMMU_E_CONFLICT,
					 "%s holds \"%s\", which no build wrote: choose another "
					 "folder or say --force",
					 folder->dir, name);
	else if (is_name_of_build(name))
		status = smmu_diag_error(folder->diag, NULL, SMMU_E_CONFLICT,
					 "%s was not written by a build, and would be replaced: "
					 "choose another folder",
					 smmu_buf_text(&path));
	smmu_buf_fini(&path);
	return status;
}

/* A stale region would be overlaid by nobody and mislead whoever loads the folder. */
static int remove_file(const struct build_folder *folder, const char *name)
{
	struct smmu_buf path = {0};
	int status = 0;

	join(&path, folder, name);
	if (unlink(smmu_buf_text(&path)))
		status = smmu_diag_errno(folder->diag, NULL, errno, "cannot remove %s",
					 smmu_buf_text(&path));
	smmu_buf_fini(&path);
	return status;
}

static int is_no_dot(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Everything is judged, in the order of names, before anything is removed. */
static int clear_folder(const struct build_folder *folder, const struct smmu_sys_info *info)
{
	bool result = is_result(folder);
	struct dirent **entry = NULL;
	int count = scandir(folder->dir, &entry, is_no_dot, alphasort), status = 0;

	if (count < 0)
		return smmu_diag_errno(folder->diag, NULL, errno, "cannot read %s", folder->dir);
	for (int i = 0; status == 0 && i < count; i++)
		status = judge(folder, info, entry[i]->d_name,
			       result && is_name_of_build(entry[i]->d_name));
	for (int i = 0; i < count; i++) {
		if (status == 0 && result && is_name_of_build(entry[i]->d_name))
			status = remove_file(folder, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return status;
}

int build_folder_prepare(const struct build_folder *folder, const struct smmu_sys_info *info)
{
	struct stat at;

	if (mkdir(folder->dir, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return smmu_diag_errno(folder->diag, NULL, errno, "cannot make %s", folder->dir);
	if (stat(folder->dir, &at) || !S_ISDIR(at.st_mode))
		return smmu_diag_error(folder->diag, NULL, SMMU_E_IO, "%s is no folder",
				       folder->dir);
	return clear_folder(folder, info);
}

int build_folder_open(struct smmu_out **out, const struct build_folder *folder, const char *name)
{
	struct smmu_buf path = {0};
	int status;

	join(&path, folder, name);
	status = smmu_out_open(out, smmu_buf_text(&path), folder->diag);
	smmu_buf_fini(&path);
	return status;
}

int build_folder_close(struct smmu_out *out, const struct build_folder *folder)
{
	int status = smmu_out_finish(out, folder->diag);

	smmu_out_close(out);
	return status;
}
