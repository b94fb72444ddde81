/*
 * smmu build SYSTEM -o DIR
 */
#include <string.h>

#include "command.h"
#include "compile/load.h"
#include "compile/write.h"

struct build_args {
	const char *system;
	bool force;
};

static const struct cli_opt build_opts[] = {
	OPT_POS("SYSTEM", struct build_args, system, "the system file"),
	OPT_FLAG("force", struct build_args, force,
		 "write into a folder that holds other things too"),
	OPT_END(),
};

static void show(struct smmu_emit *emit, const struct smmu_build *build, const char *dir)
{
	static const struct smmu_emit_column columns[] = {
		{.key = "file", .title = "FILE"},
		{.key = "base", .title = "BASE", .right = true},
		{.key = "size", .title = "SIZE", .right = true},
		{.key = "purpose", .title = "WHAT IT HOLDS"},
	};
	char text[32];

	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "folder", dir);
	smmu_emit_table(emit, "regions", columns, SMMU_LEN(columns));
	for (size_t i = 0; i < build->regions_count; i++) {
		const struct smmu_build_region *region = &build->regions[i];

		smmu_emit_object(emit, NULL);
		smmu_emit_str(emit, "file", smmu_build_file_name(text, region));
		smmu_emit_hex(emit, "base", region->base, 0);
		smmu_emit_hex(emit, "size", region->size, 0);
		smmu_emit_str(emit, "purpose", region->purpose);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static int run_build(struct cli_session *session, const void *data)
{
	const struct build_args *args = data;
	const char *dir = session->output;
	struct smmu_build build = {0};
	struct smmu_mem *mem = NULL;
	struct smmu_sys *sys = NULL;
	struct smmu_emit *emit;
	int error;

	if (!strcmp(dir, "-")) {
		smmu_diag_error(session->diag, NULL, SMMU_E_USAGE,
				"say where to: smmu build %s -o DIR", args->system);
		return CLI_EXIT_TROUBLE;
	}
	session->output = "-"; /* the folder takes the files, the list goes to standard output */
	error = smmu_sys_load(&sys, args->system, session->diag);
	if (!error)
		error = smmu_compile_load_memory(&mem, sys, session->diag);
	if (!error)
		error = smmu_build_init(&build, mem, sys, session->diag);
	if (!error)
		error = smmu_build_write(&build, mem, sys, dir, args->force, session->diag);
	if (!error && !build.regions_count)
		smmu_diag_note(session->diag, NULL,
			       "%s describes nothing to build: what it gives is copied",
			       args->system);
	if (!error && !session->quiet && (emit = cli_emit(session)))
		show(emit, &build, dir);
	smmu_build_fini(&build);
	smmu_mem_free(mem);
	smmu_sys_free(sys);
	return error ? CLI_EXIT_TROUBLE : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_build = {
	.name = "build",
	.summary = "the tables and images that a system file describes",
	.synopsis = "SYSTEM -o DIR",
	.about =
		"Writes the stream tables, context descriptors, translation tables and queues that "
		"the description asks for: one raw file a region, manifest.json with addresses, "
		"sizes, checksums and register values, and system.yaml, which every command loads "
		"as a captured system, with the names of devices. The same description gives the same bytes.",
	.examples = "smmu build board.yaml -o out\twrite the images to out/\n"
		    "smmu translate out/system.yaml --stream 8 --address 0x1000\tuse them\n",
	.output_value = "DIR",
	.output_help = "the folder to write to; made when it is not there",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL) | CLI_FORMAT(CSV),
	.opts = build_opts,
	.args_size = sizeof(struct build_args),
	.run = run_build,
};
