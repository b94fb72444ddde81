/*
 * What building costs, beside bare loops over the same bytes in the same run
 * (run.py has those of limits/).
 *
 *	bench-build FOLDER	prints "NAME FIGURE" lines: seconds, bytes and
 *				nanoseconds as the name says; writes into FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/emit.h"
#include "compile/build.h"
#include "compile/dump.h"
#include "compile/load.h"
#include "compile/write.h"

#define HEAD                                                                                       \
	"version: 1\nmemory: [{base: 0x100000000, size: 32G}]\nsmmus:\n  - name: smmu0\n"          \
	"    features: {architecture: v3.2, stages: [1], granules: [4K], output-bits: 48,\n"       \
	"      stream-bits: 16, substream-bits: 16}\n"                                             \
	"    tables: {base: 0x100000000, size: 16G}\n"

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes of this process in memory. */
static double resident(void)
{
	unsigned long size = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2)
		exit(2);
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

struct built {
	struct smmu_sys *sys;
	struct smmu_mem *mem;
	struct smmu_build build;
	double load_s, build_s, bytes;
};

static void build(struct built *b, const char *text, size_t size)
{
	double start = now_s(), before;

	*b = (struct built){0};
	if (smmu_sys_load_memory(&b->sys, "bench", text, size, NULL) ||
	    smmu_compile_load_memory(&b->mem, b->sys, NULL))
		exit(2);
	b->load_s = now_s() - start;
	before = resident();
	start = now_s();
	if (smmu_build_init(&b->build, b->mem, b->sys, NULL))
		exit(2);
	b->build_s = now_s() - start;
	b->bytes = resident() - before;
}

static void release(struct built *b)
{
	smmu_build_fini(&b->build);
	smmu_mem_free(b->mem);
	smmu_sys_free(b->sys);
}

static double table_bytes(const struct built *b)
{
	double total = 0;

	for (size_t i = 0; i < b->build.regions_count; i++)
		total += (double)b->build.regions[i].size;
	return total;
}

/* What a machine of these tables is dumped in. */
static double dump_s(const struct built *b, enum smmu_emit_format format,
		     int (*dump)(struct smmu_emit *emit, const struct smmu_sys *sys,
				 const struct smmu_machine *machine))
{
	const struct smmu_emit_options options = {.format = format};
	struct smmu_machine machine = {.mem = b->mem, .count = 1};
	struct smmu_machine_smmu smmu = {0};
	char name[] = "smmu0";
	struct smmu_emit *emit;
	struct smmu_out *out;
	double start;

	smmu.name = name;
	machine.smmu = &smmu;
	if (smmu_model_new(&smmu.model, b->mem, b->build.regs[0]) || smmu_out_open_memory(&out) ||
	    smmu_emit_new(&emit, out, &options))
		exit(2);
	start = now_s();
	if (dump(emit, b->sys, &machine))
		exit(2);
	start = now_s() - start;
	smmu_emit_free(emit);
	smmu_out_close(out);
	smmu_model_free(smmu.model);
	return start;
}

static int dump_map(struct smmu_emit *emit, const struct smmu_sys *sys,
		    const struct smmu_machine *machine)
{
	const struct smmu_dump_options options = {.budget = UINT64_C(1) << 40};

	(void)sys;
	return smmu_dump_map(emit, machine, &options, NULL);
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/*
 * One map of so many 4 KiB pages, none of them a block.  The least of some
 * rounds: the first one meets memory that the machine itself has never touched.
 */
static void pages(unsigned gib, int rounds, const char *folder)
{
	struct smmu_buf text = {0};
	double build_s = 1e9, file_s = 1e9, map_s = 1e9, bytes = 1e18, tables = 0;

	smmu_buf_printf(&text,
			HEAD "domains: [{name: a, stage: 1, leaves: pages, maps: [{iova: 0, pa: "
			     "0x1000, size: %uG}]}]\n"
			     "devices: [{name: d, streams: [1], stage1: a}]\n",
			gib);
	for (int round = 0; round < rounds; round++) {
		char path[256];
		struct built b;
		double start;

		build(&b, smmu_buf_text(&text), text.size);
		tables = table_bytes(&b);
		build_s = least(build_s, b.build_s);
		/* later rounds find memory that earlier ones left */
		bytes = round ? bytes : b.bytes;
		snprintf(path, sizeof(path), "%s/%d", folder ? folder : "", round);
		start = now_s();
		if (folder && smmu_build_write(&b.build, b.mem, b.sys, path, false, NULL))
			exit(2);
		file_s = least(file_s, now_s() - start + b.build_s);
		if (folder)
			map_s = least(map_s, dump_s(&b, SMMU_EMIT_JSON, dump_map));
		release(&b);
	}
	smmu_buf_fini(&text);
	if (folder)
		printf("tables-s/GB %.4f\nfile-s/GB %.4f\ndump-s/GB %.4f\n", build_s / tables * 1e9,
		       file_s / tables * 1e9, map_s / tables * 1e9);
	else
		printf("page-bytes %.4f\n", bytes / gib / (1 << 18));
}

/* The events of libyaml alone, over the same text. */
static double yaml_s(const char *text, size_t size)
{
	yaml_parser_t parser;
	double start = now_s();
	bool end = false;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	while (!end) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			exit(2);
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return now_s() - start;
}

/* Maps of a page each, in no order, that do not touch: seconds; *parse_s are those of libyaml. */
static double regions(unsigned count, double *parse_s)
{
	struct smmu_buf text = {0};
	double parse, best = 1e9;

	smmu_buf_puts(&text, HEAD "domains:\n  - name: a\n    stage: 1\n    maps:\n");
	for (unsigned i = 0; i < count; i++) {
		unsigned long long at = (unsigned long long)(i * 48271ull % 200003) * 0x3000;

		smmu_buf_printf(&text, "      - {iova: 0x%llx, pa: 0x%llx, size: 4K, access: rw}\n",
				at, at + 0x1000);
	}
	smmu_buf_puts(&text, "devices: [{name: d, streams: [1], stage1: a}]\n");
	parse = yaml_s(smmu_buf_text(&text), text.size);
	for (int round = 0; round < 3; round++) {
		double again = yaml_s(smmu_buf_text(&text), text.size);
		struct built b;

		parse = least(parse, again);
		build(&b, smmu_buf_text(&text), text.size);
		best = least(best, b.load_s + b.build_s);
		release(&b);
	}
	smmu_buf_fini(&text);
	*parse_s = parse;
	return best;
}

/* Streams with CDs of their own for so many SubstreamIDs. */
static void substreams(unsigned streams, unsigned count)
{
	struct smmu_buf text = {0};
	double cds = (double)streams * count, best = 1e9, bytes = 0;

	smmu_buf_puts(&text, HEAD "domains: [{name: a, stage: 1, maps: [{iova: 0, pa: 0x1000, "
				  "size: 4K}]}]\ndevices:\n");
	for (unsigned i = 0; i < streams; i++)
		smmu_buf_printf(&text,
				"  - {name: d%u, streams: [%u], substreams: [{first: 1, count: %u, "
				"stage1: a, asid: {first: 16}}]}\n",
				i, i, count);
	for (int round = 0; round < 3; round++) {
		struct built b;

		build(&b, smmu_buf_text(&text), text.size);
		bytes = round ? bytes : b.bytes / cds;
		best = least(best, b.build_s / cds * 1e9);
		release(&b);
	}
	printf("cds-bytes %.3f\ncds-ns %.3f\n", bytes, best);
	smmu_buf_fini(&text);
}

#define STREAMS 1000u
#define CALLS	(1u << 20)

/* Nanoseconds a translation of so many streams over so many pages each, in no order. */
static double translate_ns(struct smmu_model *model, uint32_t streams, uint64_t pages)
{
	struct smmu_result result;
	double best = 1e9;
	uint64_t seed = 1;

	for (int round = 0; round < 5; round++) {
		double start = now_s();

		for (unsigned i = 0; i < CALLS; i++) {
			struct smmu_txn txn = {.size = 1, .read = true};

			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			txn.stream = (uint32_t)((seed >> 40) % streams);
			txn.address = (seed >> 20) % pages * 4096;
			if (smmu_model_translate(&result, model, &txn) ||
			    result.status != SMMU_STATUS_OK)
				exit(2);
		}
		best = least(best, (now_s() - start) / CALLS * 1e9);
	}
	return best;
}

/* As many pages over a thousand streams with CDs of their own, and over one of them. */
static void streams(void)
{
	struct smmu_buf text = {0};
	struct smmu_model *model;
	struct built b;

	smmu_buf_puts(&text, HEAD
		      "domains: [{name: a, stage: 1, leaves: pages, maps: [{iova: 0, pa: 0x1000, "
		      "size: 256M}]}]\ndevices:\n");
	for (unsigned i = 0; i < STREAMS; i++)
		smmu_buf_printf(&text, "  - {name: d%u, streams: [%u], stage1: a}\n", i, i);
	build(&b, smmu_buf_text(&text), text.size);
	if (smmu_model_new(&model, b.mem, b.build.regs[0]))
		exit(2);
	printf("stream-ns %.2f\n", translate_ns(model, 1, 64 * STREAMS));
	printf("streams-ns %.2f\n", translate_ns(model, STREAMS, 64));
	smmu_model_free(model);
	release(&b);
	smmu_buf_fini(&text);
}

int main(int argc, char **argv)
{
	double parse_s;

	if (argc != 2) {
		fputs("usage: bench-build FOLDER\n", stderr);
		return 2;
	}
	/* what memory costs is seen before any was given back */
	substreams(1000, 10000);
	pages(1024, 1, NULL);
	pages(64, 4, argv[1]);
	printf("regions-s %.4f\n", regions(100000, &parse_s));
	printf("regions-yaml-s %.4f\n", parse_s);
	printf("regions-twice-s %.4f\n", regions(200000, &parse_s));
	printf("regions-twice-yaml-s %.4f\n", parse_s);
	streams();
	return 0;
}
