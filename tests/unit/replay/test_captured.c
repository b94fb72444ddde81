/*
 * The Command queues that Linux left in memory (linux-* of the oracles), run
 * between the accesses recorded beside them: every command is consumed, and what
 * the caches hold afterwards is, entry by entry, what fresh walks read, no more
 * and no less (IHI 0070 3.17, 3.21).
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/load.h"
#include "model/cache_priv.h"
#include "trace/reader.h"

enum { STEPS = 1 << 16, ACCESSES = 1 << 13, COMMANDS_BYTES = 1 << 22 };

/* A structure or descriptor: where it is and what it says. */
struct seen {
	uint64_t pa;
	uint64_t word[8];
	uint32_t kind; /* enum smmu_struct_kind */
	bool optional; /* of a walk that faulted: of it, Table descriptors may be cached */
	bool met;      /* it is cached */
};

struct run {
	struct smmu_machine machine;
	struct access {
		struct smmu_txn txn;
		size_t smmu;
	} access[ACCESSES];
	size_t accesses;
	struct seen walked[STEPS]; /* by fresh walks, ascending */
	size_t count, entries;
	const char *name;
};

static void complain(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	cr_expect(false, "%s", record->message);
}

static int by_place(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->pa != y->pa)
		return x->pa < y->pa ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* What must be cached stands before what may. */
static int by_place_and_need(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = by_place(x, y);

	return order ? order : x->optional - y->optional;
}

static void load(struct run *run, const char *folder)
{
	struct smmu_diag diag = {.report = complain};
	const struct smmu_caches ideal = smmu_caches_ideal();
	struct smmu_sys *sys;
	char path[1100];

	snprintf(path, sizeof(path), "%s/system.yaml", folder);
	cr_assert_eq(smmu_sys_load(&sys, path, &diag), 0);
	cr_assert_eq(smmu_compile_load(&run->machine, sys, &diag), 0);
	smmu_sys_free(sys);
	for (size_t i = 0; i < run->machine.count; i++)
		cr_assert_eq(smmu_model_set_caches(run->machine.smmu[i].model, &ideal), 0);
}

static void read_accesses(struct run *run, const char *folder)
{
	struct smmu_diag diag = {.report = complain};
	struct smmu_record records[64];
	struct smmu_trace *trace;
	struct smmu_in *in;
	char path[1100];
	size_t count;

	snprintf(path, sizeof(path), "%s/trace.csv", folder);
	cr_assert_eq(smmu_in_open(&in, path, &diag), 0);
	cr_assert_eq(smmu_trace_open(&trace, in, NULL, &diag), 0);
	while (!smmu_trace_next(&count, trace, records, SMMU_LEN(records), &diag) && count)
		for (size_t i = 0; i < count; i++) {
			struct access *a = &run->access[run->accesses++];
			const char *name =
				records[i].smmu ? smmu_trace_smmu_name(trace, records[i].smmu - 1)
						: NULL;

			cr_assert_lt(run->accesses, ACCESSES);
			a->txn = records[i].txn;
			cr_assert_eq(smmu_machine_find(&a->smmu, &run->machine, name), 0);
		}
	smmu_trace_close(trace);
	smmu_in_close(in);
}

/* Every access; those that stall or fault leave their records to a queue that is emptied. */
static void access_all(struct run *run)
{
	for (size_t i = 0; i < run->accesses; i++) {
		struct smmu_model *model = run->machine.smmu[run->access[i].smmu].model;
		struct smmu_result result;

		cr_assert_eq(smmu_model_translate(&result, model, &run->access[i].txn), 0);
		cr_expect_not(result.stale, "%s: access %zu", run->name, i);
		cr_assert_eq(smmu_model_drain(model, SMMU_SEC_NS), 0);
	}
}

static size_t issue_all(struct run *run, const char *queue, size_t smmu)
{
	struct smmu_diag diag = {.report = complain};
	size_t size, issued = 0;
	uint8_t *bytes;
	void *all;

	cr_assert_eq(smmu_in_load(&all, &size, queue, COMMANDS_BYTES, &diag), 0);
	bytes = all;
	for (size_t at = 0; at + SMMU_CMD_BYTES <= size; at += SMMU_CMD_BYTES) {
		struct smmu_cmd cmd = {{smmu_ld64le(bytes + at), smmu_ld64le(bytes + at + 8)}};
		struct smmu_reply reply;

		if (!cmd.word[0] && !cmd.word[1])
			continue;
		cr_assert_eq(smmu_model_command(&reply, run->machine.smmu[smmu].model, SMMU_SEC_NS,
						&cmd),
			     0);
		cr_expect(reply.status == SMMU_STATUS_NONE && !reply.pending,
			  "%s: command at 0x%zx", run->name, at);
		issued++;
	}
	free(all);
	return issued;
}

static void note_step(void *ctx, const struct smmu_step *step)
{
	struct run *run = ctx;
	struct seen *s = &run->walked[run->count++];

	cr_assert_lt(run->count, STEPS);
	*s = (struct seen){.pa = step->pa.pa, .kind = step->kind};
	memcpy(s->word, step->word, step->words * sizeof(*s->word));
}

/* What fresh walks read, each once. */
static void walk_all(struct run *run, size_t smmu)
{
	const struct smmu_walk_log log = {.visit = note_step, .ctx = run};
	size_t kept = 0;

	run->count = 0;
	for (size_t i = 0; i < run->accesses; i++) {
		size_t before = run->count;
		struct smmu_result result;

		if (run->access[i].smmu != smmu)
			continue;
		cr_assert_eq(smmu_model_probe(&result, run->machine.smmu[smmu].model,
					      &run->access[i].txn, &log),
			     0);
		for (size_t k = before; k < run->count && result.status != SMMU_STATUS_OK; k++)
			run->walked[k].optional = run->walked[k].kind >= SMMU_STRUCT_S1_DESC;
	}
	qsort(run->walked, run->count, sizeof(*run->walked), by_place_and_need);
	for (size_t i = 0; i < run->count; i++)
		if (kept == 0 || by_place(&run->walked[kept - 1], &run->walked[i]))
			run->walked[kept++] = run->walked[i];
	run->count = kept;
}

/* The tag stands first in its entry (model/cache_priv.h). */
static struct seen seen_of(const struct smmu_cache_tag *tag)
{
	static const uint8_t kinds[] = {
		[SMMU_CACHED_L1STD] = SMMU_STRUCT_L1STD,  [SMMU_CACHED_STE] = SMMU_STRUCT_STE,
		[SMMU_CACHED_L1CD] = SMMU_STRUCT_L1CD,	  [SMMU_CACHED_CD] = SMMU_STRUCT_CD,
		[SMMU_CACHED_VMS] = SMMU_STRUCT_VMS,	  [SMMU_CACHED_S1] = SMMU_STRUCT_S1_DESC,
		[SMMU_CACHED_S1S2] = SMMU_STRUCT_S2_DESC, [SMMU_CACHED_S2] = SMMU_STRUCT_S2_DESC,
	};
	const struct smmu_cache_entry *e = (const void *)tag;
	struct seen s = {.kind = kinds[tag->what]};

	if (tag->what < SMMU_CACHED_S1) {
		s.pa = e->structure.pa.pa;
		memcpy(s.word, e->structure.word, e->structure.words * sizeof(*s.word));
	} else {
		s.pa = e->desc.entry.pa;
		s.word[0] = e->desc.entry.desc;
	}
	return s;
}

/* A match that matches nothing: it looks at every entry. */
static bool look(const void *scope, const struct smmu_cache_tag *tag)
{
	struct run *run = (struct run *)(uintptr_t)scope;
	struct seen entry = seen_of(tag);
	struct seen *fresh =
		bsearch(&entry, run->walked, run->count, sizeof(*run->walked), by_place);

	run->entries++;
	cr_expect(fresh, "%s: cached 0x%" PRIx64 " is of no walk", run->name, entry.pa);
	if (!fresh)
		return false;
	fresh->met = true;
	cr_expect_arr_eq(fresh->word, entry.word, sizeof(entry.word), "%s: 0x%" PRIx64, run->name,
			 entry.pa);
	return false;
}

static void compare(struct run *run, size_t smmu)
{
	struct smmu_cache_set *set = run->machine.smmu[smmu].model->caches;
	size_t needed = 0, met = 0;

	walk_all(run, smmu);
	run->entries = 0;
	for (unsigned i = 0; i < SMMU_CACHE_COUNT; i++)
		if (set->of[i])
			smmu_cache_drop(set->of[i], look, run);
	for (size_t i = 0; i < run->count; i++) {
		needed += !run->walked[i].optional;
		met += !run->walked[i].optional && run->walked[i].met;
	}
	cr_expect_eq(met, needed, "%s: %zu of %zu structures are cached", run->name, met, needed);
	cr_expect_geq(run->entries, needed, "%s", run->name);
	cr_expect_gt(needed, 0, "%s", run->name);
}

/* The SMMU that a queue is named for: cmdq-smmu1.bin.gz; the first one otherwise. */
static size_t smmu_of(const struct run *run, const char *queue)
{
	const char *dash = strstr(strrchr(queue, '/'), "-smmu");
	size_t smmu;
	char name[16];

	snprintf(name, sizeof(name), "%.5s", dash ? dash + 1 : "");
	cr_assert_eq(smmu_machine_find(&smmu, &run->machine, name), 0);
	return smmu;
}

Test(captured, caches_hold_what_fresh_walks_read)
{
	const char *oracles = getenv("ORACLES");
	static struct run run; /* large */
	char pattern[1024];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/linux-*/cmdq*.bin.gz",
		 oracles ? oracles : "../shared/data");
	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *queue = found.gl_pathv[i];
		char folder[1024];
		size_t smmu;

		snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(queue, '/') - queue), queue);
		run = (struct run){.name = queue};
		load(&run, folder);
		read_accesses(&run, folder);
		smmu = smmu_of(&run, queue);
		access_all(&run);
		compare(&run, smmu);
		cr_expect_gt(issue_all(&run, queue, smmu), 100, "%s", queue);
		access_all(&run);
		compare(&run, smmu);
		smmu_machine_fini(&run.machine);
	}
	globfree(&found);
}
