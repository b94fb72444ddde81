/*
 * A system file from its text to struct smmu_sys_info.
 */
#include <stdlib.h>
#include <string.h>

#include "base/in.h"
#include "sys/objects_priv.h"

struct smmu_sys {
	struct smmu_yaml *doc;	 /* owned */
	struct smmu_arena arena; /* of everything that info shows */
	struct smmu_sys_info info;
};

static void versions_schema(struct smmu_emit *emit)
{
	smmu_emit_uint(emit, "const", 1);
}

static void parse_version(struct smmu_reader *r, const struct smmu_key *key,
			  const struct smmu_yaml_node *node, void *object)
{
	struct smmu_raw_root *root = object;

	if (!smmu_reader_u64(r, node, key->name, 0, UINT64_MAX, &root->version))
		return;
	if (root->version.v != 1)
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "version %.20s of system files is not known; this is version 1",
				 node->text);
}

static const struct smmu_key root_keys[] = {
	{.kind = SMMU_KEY_CUSTOM,
	 .name = "version",
	 .required = true,
	 .offset = offsetof(struct smmu_raw_root, version),
	 .parse = parse_version,
	 .schema = versions_schema,
	 .doc = "of this format"},
	KEY_LIST("memory", struct smmu_raw_root, memory, memory_count, struct smmu_raw_memory,
		 &smmu_memory_object, 0, "physical memory that exists"),
	KEY_LIST_REQ("smmus", struct smmu_raw_root, smmus, smmus_count, struct smmu_raw_smmu,
		     &smmu_smmu_object, SMMU_SYS_SMMUS_MAX, "every SMMU"),
	KEY_LIST("domains", struct smmu_raw_root, domains, domains_count, struct smmu_sys_domain,
		 &smmu_domain_object, 0, "address spaces"),
	KEY_LIST("devices", struct smmu_raw_root, devices, devices_count, struct smmu_sys_device,
		 &smmu_device_object, 0, "what sends transactions"),
	KEY_CUSTOM_OBJECT("caches", struct smmu_raw_root, caches, smmu_caches_key_parse,
			  smmu_caches_key_schema, &smmu_caches_object,
			  "what replay keeps until it is invalidated; not given: none"),
};

static void check_root(struct smmu_reader *r, void *object)
{
	const struct smmu_raw_root *root = object;

	if (!root->smmus_count)
		smmu_reader_fail(r, root->at, SMMU_E_INVALID, "'smmus' lists no SMMU");
}

const struct smmu_object smmu_root_object = {
	.name = "system",
	.what = "a system",
	.keys = root_keys,
	.keys_count = SMMU_LEN(root_keys),
	.size = sizeof(struct smmu_raw_root),
	.doc = "A system for smmu: memory, SMMUs, and what is attached to them",
	.check = check_root,
};

/* ---- from what was read to what is shown ---- */

/* Relative to the folder of the system file; of standard input: to where we are. */
static const char *resolve_path(struct smmu_reader *r, const char *path, const char *file)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0, size = strlen(file);
	char *joined;

	if (file[0] == '/' || !folder)
		return file;
	joined = smmu_reader_alloc(r, folder + size + 1, 1);
	if (joined) {
		memcpy(joined, path, folder);
		memcpy(joined + folder, file, size + 1);
	}
	return joined;
}

static void show_memory(struct smmu_reader *r, struct smmu_sys_info *info,
			const struct smmu_raw_root *root)
{
	struct smmu_sys_memory *out = smmu_reader_alloc(r, root->memory_count, sizeof(*out));

	for (size_t i = 0; out && i < root->memory_count; i++) {
		const struct smmu_raw_memory *raw = &root->memory[i];
		bool has_space = smmu_sys_given(raw->space.at);

		out[i].name = raw->name.v;
		/* the set of address spaces: one bit each */
		out[i].pas_set = has_space ? (unsigned)smmu_pow2((unsigned)raw->space.v)
					   : (unsigned)smmu_ones(SMMU_PAS_COUNT);
		out[i].base = raw->base.v;
		out[i].size = raw->size.v;
		out[i].file = raw->file.v ? resolve_path(r, info->path, raw->file.v) : NULL;
		out[i].at = smmu_yaml_place(r->doc, raw->at);
		out[i].file_at = smmu_yaml_place(r->doc, raw->file.at);
	}
	info->memory = out;
	info->memory_count = out ? root->memory_count : 0;
}

static void show_smmu(struct smmu_reader *r, struct smmu_sys_smmu *out,
		      const struct smmu_raw_smmu *raw)
{
	out->name = raw->name.v;
	out->base = raw->base.v;
	out->has_base = smmu_sys_given(raw->base.at);
	memcpy(out->regs, raw->regs, sizeof(out->regs));
	memcpy(out->given, raw->given, sizeof(out->given));
	for (int reg = 0; reg < SMMU_REG_COUNT; reg++) {
		if (raw->given[reg])
			out->reg_at[reg] = smmu_yaml_place(r->doc, raw->reg_at[reg]);
	}
	out->at = smmu_yaml_place(r->doc, raw->at);
	out->features_at = raw->features.at;
	out->strtab = raw->strtab;
	out->queues = raw->queues;
	out->tables = raw->tables;
}

static void show(struct smmu_reader *r, struct smmu_sys_info *info,
		 const struct smmu_raw_root *root)
{
	struct smmu_sys_smmu *smmus = smmu_reader_alloc(r, root->smmus_count, sizeof(*smmus));

	show_memory(r, info, root);
	info->is_described = root->domains_count > 0;
	for (size_t i = 0; i < root->devices_count; i++)
		info->is_described |= !smmu_sys_names_only(&root->devices[i]);
	for (size_t i = 0; smmus && i < root->smmus_count; i++) {
		show_smmu(r, &smmus[i], &root->smmus[i]);
		if (smmu_sys_given(smmus[i].strtab.at) || smmu_sys_given(smmus[i].queues.at) ||
		    smmu_sys_given(smmus[i].tables.at))
			info->is_described = true;
	}
	info->smmus = smmus;
	info->smmus_count = smmus ? root->smmus_count : 0;
	info->domains = root->domains;
	info->domains_count = root->domains_count;
	info->devices = root->devices;
	info->devices_count = root->devices_count;
	info->caches = root->caches;
}

/* *partly: info holds what has no errors, where others do. */
static int read_system(struct smmu_sys *sys, bool *partly, struct smmu_diag *diag)
{
	struct smmu_reader r = {.doc = sys->doc, .arena = &sys->arena, .diag = diag};
	const struct smmu_yaml_node *top = smmu_yaml_root(sys->doc);
	struct smmu_raw_root *root = smmu_reader_alloc(&r, 1, sizeof(*root));
	struct smmu_mark start = {1, 1};

	*partly = false;
	r.error_at = smmu_reader_alloc(&r, SMMU_READER_PROBLEMS_MAX, sizeof(*r.error_at));
	if (!root || !r.error_at)
		return r.rc;
	if (!top)
		return smmu_reader_fail(&r, start, SMMU_E_INVALID, "the file is empty");
	smmu_reader_object(&r, &smmu_root_object, top, root);
	if (!smmu_reader_is_full(&r))
		smmu_resolve(&r, root);
	if (smmu_reader_is_full(&r))
		smmu_diag_note(diag, NULL, "more than %u problems; the rest is not looked at",
			       SMMU_READER_PROBLEMS_MAX);
	if (r.rc)
		*partly = smmu_keep_sound(&r, root);
	if (!r.rc || *partly)
		show(&r, &sys->info, root);
	return r.rc;
}

/* bytes are taken over; *rest, when asked for: what has no errors, where others do. */
static int load(struct smmu_sys **sys, struct smmu_sys **rest, const char *name, char *bytes,
		size_t size, struct smmu_diag *diag)
{
	struct smmu_sys *s = calloc(1, sizeof(*s));
	bool partly = false;
	int rc;

	if (!s) {
		free(bytes);
		return smmu_diag_nomem(diag);
	}
	rc = smmu_yaml_parse(&s->doc, name, bytes, size, diag);
	if (!rc) {
		s->info.path = smmu_arena_text(&s->arena, name, strlen(name));
		rc = s->info.path ? read_system(s, &partly, diag) : smmu_diag_nomem(diag);
	}
	if (rc && partly && rest)
		*rest = s;
	else if (rc)
		smmu_sys_free(s);
	else
		*sys = s;
	return rc;
}

int smmu_sys_load(struct smmu_sys **sys, const char *path, struct smmu_diag *diag)
{
	return smmu_sys_load_rest(sys, NULL, path, diag);
}

int smmu_sys_load_rest(struct smmu_sys **sys, struct smmu_sys **rest, const char *path,
		       struct smmu_diag *diag)
{
	void *bytes = NULL;
	size_t size;
	int rc = smmu_in_load(&bytes, &size, path, SMMU_YAML_BYTES_MAX, diag);

	/* whatever keeps it from being read is one thing to the caller */
	if (rc)
		return rc == SMMU_E_NOMEM ? rc : SMMU_E_IO;
	return load(sys, rest, path, bytes, size, diag);
}

int smmu_sys_load_memory(struct smmu_sys **sys, const char *name, const void *bytes, size_t size,
			 struct smmu_diag *diag)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return smmu_diag_nomem(diag);
	if (size)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	return load(sys, NULL, name, copy, size, diag);
}

void smmu_sys_free(struct smmu_sys *sys)
{
	if (!sys)
		return;
	smmu_yaml_free(sys->doc);
	smmu_arena_fini(&sys->arena);
	free(sys);
}

const struct smmu_sys_info *smmu_sys_info(const struct smmu_sys *sys)
{
	return &sys->info;
}

struct smmu_place smmu_sys_place(const struct smmu_sys *sys, struct smmu_mark at)
{
	return smmu_yaml_place(sys->doc, at);
}
