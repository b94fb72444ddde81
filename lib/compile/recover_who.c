/*
 * Which devices of the system file the recovered ones are.  Streams with one
 * STE come back as one device, whoever they were of, so that a device of the
 * file is one of these:
 *
 *   - the recovered one, when all of that one's streams are its own and the
 *     lowest of both is the same: then it gives the name;
 *   - a part of one that has no CD table, when such parts make up all of it:
 *     each is a device again, and builds to the same STEs;
 *   - a name for some streams of recovered ones, when every stream of it is;
 *   - a device that does what streams without one do, where there is a table
 *     of STEs for them anyway;
 *   - gone, with the streams that nothing is attached to any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/keep_priv.h"
#include "compile/recover_priv.h"

/* Streams [first, last] of an SMMU, and whose they are. */
struct span {
	size_t smmu, index;
	uint64_t first, last;
};

struct recover_who {
	const struct recover *r;
	struct span *span; /* owned; of recovered devices, which share no stream; ascending */
	size_t spans_count;
	const struct smmu_sys_device **of; /* owned; by recovered device; NULL: of nobody */
	bool *is_split;			   /* owned; by recovered device: its parts have names */
	size_t *part_of; /* owned; by device of the file: a recovered one, or RECOVER_NONE */
	bool *is_taken;	 /* owned; by device of the file */
};

static int by_stream(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->smmu != y->smmu)
		return x->smmu < y->smmu ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* The first span that does not end before a stream, or NULL past those of the SMMU. */
static const struct span *span_from(const struct recover_who *who, size_t smmu, uint64_t stream)
{
	size_t low = 0, high = who->spans_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct span *span = &who->span[middle];

		if (span->smmu < smmu || (span->smmu == smmu && span->last < stream))
			low = middle + 1;
		else
			high = middle;
	}
	return low < who->spans_count && who->span[low].smmu == smmu ? &who->span[low] : NULL;
}

/* The span that holds a stream, or NULL. */
static const struct span *span_at(const struct recover_who *who, size_t smmu, uint64_t stream)
{
	const struct span *span = span_from(who, smmu, stream);

	return span && span->first <= stream ? span : NULL;
}

static int list_spans(struct recover_who *who)
{
	const struct recover *r = who->r;
	size_t count = 0;

	for (size_t i = 0; i < r->devices_count; i++)
		count += r->device[i].streams_count;
	who->span = calloc(count + 1, sizeof(*who->span));
	if (!who->span)
		return SMMU_E_NOMEM;
	for (size_t i = 0; i < r->devices_count; i++)
		for (size_t j = 0; j < r->device[i].streams_count; j++) {
			const struct recover_streams *run = &r->device[i].streams[j];

			who->span[who->spans_count++] =
				(struct span){.smmu = r->device[i].smmu,
					      .index = i,
					      .first = run->first,
					      .last = run->first + run->count - 1};
		}
	qsort(who->span, count, sizeof(*who->span), by_stream);
	return 0;
}

static uint64_t streams_of(const struct smmu_sys_device *device)
{
	uint64_t count = 0;

	for (size_t i = 0; i < device->streams_count; i++)
		count += device->streams[i].count.v;
	return count;
}

/* Whether the recovered device's streams all lie in one run each of the file's. */
static bool is_within(const struct recover_device *device, const struct smmu_sys_device *file)
{
	for (size_t i = 0; i < device->streams_count; i++) {
		const struct recover_streams *run = &device->streams[i];
		bool found = false;

		for (size_t j = 0; j < file->streams_count && !found; j++) {
			uint64_t first = file->streams[j].first.v, count = file->streams[j].count.v;

			found = run->first >= first && run->first - first <= count &&
				run->count <= count - (run->first - first);
		}
		if (!found)
			return false;
	}
	return true;
}

/* Every device of the file looks for the recovered one that it is. */
static void give_names(struct recover_who *who)
{
	const struct smmu_sys_info *info = who->r->info;

	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *file = &info->devices[i];
		const struct span *span = span_at(who, file->smmu.index, keep_lowest_stream(file));
		const struct recover_device *device = span ? &who->r->device[span->index] : NULL;

		if (!device || device->streams[0].first != keep_lowest_stream(file) ||
		    who->of[span->index] || !is_within(device, file))
			continue;
		who->of[span->index] = file;
		who->is_taken[i] = true;
	}
}

/* Whether two devices under other names are the same bytes as one: they share no CD table. */
static bool can_split(const struct recover_device *device)
{
	return device->stage1 == RECOVER_NONE && !device->runs_count;
}

/* The recovered device that all streams of one of the file are of; RECOVER_NONE: of several. */
static size_t whole_of(const struct recover_who *who, const struct smmu_sys_device *file)
{
	size_t index = RECOVER_NONE;

	for (size_t i = 0; i < file->streams_count; i++) {
		uint64_t at = file->streams[i].first.v, end = at + file->streams[i].count.v;

		while (at < end) {
			const struct span *span = span_at(who, file->smmu.index, at);

			if (!span || (index != RECOVER_NONE && span->index != index))
				return RECOVER_NONE;
			index = span->index;
			at = span->last + 1;
		}
	}
	return index;
}

/* Streams that two devices of the file have are nobody's part. */
static void drop_overlaps(struct recover_who *who, struct span *part, size_t count)
{
	qsort(part, count, sizeof(*part), by_stream);
	for (size_t i = 1; i < count; i++)
		if (part[i].smmu == part[i - 1].smmu && part[i].first <= part[i - 1].last) {
			who->part_of[part[i].index] = RECOVER_NONE;
			if (part[i].last < part[i - 1].last)
				part[i].last = part[i - 1].last;
		}
}

/* Devices of the file that may be parts, and in part their streams; returns how many of these. */
static size_t offer_parts(struct recover_who *who, struct span *part)
{
	const struct smmu_sys_info *info = who->r->info;
	size_t count = 0;

	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *file = &info->devices[i];
		size_t whole = who->is_taken[i] ? RECOVER_NONE : whole_of(who, file);

		who->part_of[i] = RECOVER_NONE;
		if (whole == RECOVER_NONE || who->of[whole] || !can_split(&who->r->device[whole]))
			continue;
		who->part_of[i] = whole;
		for (size_t j = 0; j < file->streams_count; j++) {
			uint64_t first = file->streams[j].first.v;

			part[count++] = (struct span){file->smmu.index, i, first,
						      first + file->streams[j].count.v - 1};
		}
	}
	return count;
}

/* Splits where the parts have every stream; missing is by recovered device, zeroed. */
static void choose_split(struct recover_who *who, uint64_t *missing)
{
	const struct smmu_sys_info *info = who->r->info;

	for (size_t i = 0; i < who->spans_count; i++)
		missing[who->span[i].index] += who->span[i].last - who->span[i].first + 1;
	for (size_t i = 0; i < info->devices_count; i++)
		if (who->part_of[i] != RECOVER_NONE)
			missing[who->part_of[i]] -= streams_of(&info->devices[i]);
	for (size_t i = 0; i < info->devices_count; i++)
		if (who->part_of[i] != RECOVER_NONE && !missing[who->part_of[i]])
			who->is_taken[i] = who->is_split[who->part_of[i]] = true;
}

static int give_parts(struct recover_who *who)
{
	const struct smmu_sys_info *info = who->r->info;
	uint64_t *missing = calloc(who->r->devices_count + 1, sizeof(*missing));
	struct span *part;
	size_t runs = 0;
	int status = SMMU_E_NOMEM;

	for (size_t i = 0; i < info->devices_count; i++)
		runs += info->devices[i].streams_count;
	part = calloc(runs + 1, sizeof(*part));
	if (missing && part) {
		drop_overlaps(who, part, offer_parts(who, part));
		choose_split(who, missing);
		status = 0;
	}
	free(part);
	free(missing);
	return status;
}

void recover_who_free(struct recover_who *who)
{
	if (!who)
		return;
	free(who->span);
	free(who->of);
	free(who->is_split);
	free(who->part_of);
	free(who->is_taken);
	free(who);
}

struct recover_who *recover_who_new(const struct recover *r)
{
	struct recover_who *who = calloc(1, sizeof(*who));
	size_t files = r->info->devices_count + 1, devices = r->devices_count + 1;

	if (!who)
		return NULL;
	who->r = r;
	who->of = calloc(devices, sizeof(*who->of));
	who->is_split = calloc(devices, sizeof(*who->is_split));
	who->part_of = calloc(files, sizeof(*who->part_of));
	who->is_taken = calloc(files, sizeof(*who->is_taken));
	if (!who->of || !who->is_split || !who->part_of || !who->is_taken || list_spans(who)) {
		recover_who_free(who);
		return NULL;
	}
	give_names(who);
	if (give_parts(who)) {
		recover_who_free(who);
		return NULL;
	}
	return who;
}

/* A name that no device of the file has. */
static void make_name(char *name, size_t size, const struct recover *r,
		      const struct recover_device *device)
{
	char number[24] = "";
	size_t end, i = 0;

	if (r->machine->count > 1)
		snprintf(number, sizeof(number), "%zu", device->smmu);
	end = (size_t)snprintf(name, size, "dev%s-%x", number, device->streams->first);
	while (i < r->info->devices_count) {
		bool same = !strcmp(r->info->devices[i].name.v, name) && end + 1 < size;

		if (same) {
			name[end++] = '_';
			name[end] = '\0';
		}
		i = same ? 0 : i + 1;
	}
}

const struct smmu_sys_device *recover_who_part(const struct recover_who *who, size_t index,
					       size_t *next)
{
	const struct smmu_sys_info *info = who->r->info;

	for (size_t i = *next; who->is_split[index] && i < info->devices_count; i++)
		if (who->part_of[i] == index) {
			*next = i + 1;
			return &info->devices[i];
		}
	return NULL;
}

void recover_who_emit_name(struct smmu_emit *emit, const struct recover_who *who, size_t index)
{
	const struct recover *r = who->r;
	char name[64];

	if (who->of[index]) {
		keep_device_name(emit, r->info, who->of[index]);
		return;
	}
	make_name(name, sizeof(name), r, &r->device[index]);
	smmu_emit_str(emit, "name", name);
	smmu_emit_str(emit, "smmu", r->machine->smmu[r->device[index].smmu].name);
}

/* Whether every stream of a device of the file is a recovered one's. */
static bool is_attached(const struct recover_who *who, const struct smmu_sys_device *file)
{
	for (size_t i = 0; i < file->streams_count; i++) {
		uint64_t at = file->streams[i].first.v, end = at + file->streams[i].count.v;

		while (at < end) {
			const struct span *span = span_at(who, file->smmu.index, at);

			if (!span)
				return false;
			at = span->last + 1;
		}
	}
	return true;
}

/* Whether streams from first on have the default, in second-level tables that are needed anyway. */
static bool is_beside(const struct recover_who *who, size_t smmu, uint64_t first, uint64_t count)
{
	const struct recover_smmu *on = &who->r->smmu[smmu];
	const struct span *span = span_from(who, smmu, first);

	if (first + count > smmu_pow2(on->stream_bits) || (span && span->first < first + count))
		return false;
	for (uint64_t at = first; at < first + count && on->two_level;) {
		uint64_t table = smmu_align_down_log2(at, on->split);

		at = table + smmu_pow2(on->split);
		span = span_from(who, smmu, table);
		if (!span || span->first >= at)
			return false;
	}
	return true;
}

/* Whether a device of the file does what its SMMU does with streams of nobody. */
static bool has_default(const struct recover_who *who, const struct smmu_sys_device *file)
{
	const struct recover_smmu *on = &who->r->smmu[file->smmu.index];

	if (!on->is_enabled || on->fallback == SMMU_SYS_DEFAULT_INVALID)
		return false;
	for (size_t i = 0; i < file->streams_count; i++)
		if (!is_beside(who, file->smmu.index, file->streams[i].first.v,
			       file->streams[i].count.v))
			return false;
	return true;
}

void recover_who_emit_others(struct smmu_emit *emit, const struct recover_who *who)
{
	const struct smmu_sys_info *info = who->r->info;

	for (size_t i = 0; i < info->devices_count; i++) {
		const struct smmu_sys_device *file = &info->devices[i];
		bool is_default;

		if (who->is_taken[i])
			continue;
		is_default = has_default(who, file);
		if (!is_default && !is_attached(who, file))
			continue;
		smmu_emit_object(emit, NULL);
		keep_device(emit, info, file);
		if (is_default)
			smmu_emit_bool(emit,
				       who->r->smmu[file->smmu.index].fallback ==
						       SMMU_SYS_DEFAULT_BYPASS
					       ? "bypass"
					       : "abort",
				       true);
		smmu_emit_end(emit);
	}
}
