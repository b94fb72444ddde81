/*
 * A system file: what it says, checked for form, with a place for everything.
 *
 * The captured level is memory and registers; the described level is what a
 * person writes: features, domains, devices.  Both may stand in one file.
 * Values come checked: enumerations, ranges and alignment hold, names are
 * resolved to indices, ranges do not overlap.  What depends on an
 * implementation's features beyond that is for the builder to say.
 *
 * Threading: immutable after load.
 */
#ifndef SMMU_SYS_SYS_H
#define SMMU_SYS_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/emit.h"
#include "spec/desc.h"
#include "spec/reg.h"
#include "spec/txn.h"
#include "spec/types.h"

struct smmu_sys;

/* A place in the file; line 0: nowhere, what it marks was not given.  smmu_sys_place shows it. */
struct smmu_mark {
	uint32_t line, col;
};

/* A number, truth value or enumeration; without at.line, v is the default. */
struct smmu_sys_u64 {
	uint64_t v;
	struct smmu_mark at;
};

struct smmu_sys_text {
	const char *v; /* NULL when not given */
	struct smmu_mark at;
};

/* A reference by name, resolved. */
struct smmu_sys_ref {
	const char *name; /* NULL when not given */
	struct smmu_mark at;
	size_t index; /* of what it names; 0 when not given */
};

static inline bool smmu_sys_given(struct smmu_mark at)
{
	return at.line != 0;
}

/* Everything below is borrowed until smmu_sys_free. */
/*
 * Fields of a structure by their architected names.  field is NULL for those of
 * descriptors, which depend on where they stand.
 */
struct smmu_sys_field {
	struct smmu_mark at;
	const char *name;
	const struct smmu_field *field;
	unsigned index; /* of an array's element */
	uint64_t v;
};
struct smmu_sys_fields {
	struct smmu_mark at; /* line 0: none */
	const struct smmu_sys_field *v;
	size_t count;
};

struct smmu_sys_memory {
	const char *name;    /* or NULL */
	unsigned pas_set;    /* bit n: enum smmu_pas n */
	uint64_t base, size; /* size 0 when it is that of the file */
	const char *file;    /* resolved against the system file's folder, or NULL */
	struct smmu_place at, file_at;
};

/* Where generated structures go: PA for an SMMU, IPA for a domain.  Not given: at.line 0. */
struct smmu_sys_area {
	struct smmu_mark at;
	struct smmu_sys_u64 base, size;
};

enum smmu_sys_strtab_format { SMMU_SYS_STRTAB_LINEAR, SMMU_SYS_STRTAB_TWO_LEVEL };
/* What streams get that no device claims. */
enum smmu_sys_default { SMMU_SYS_DEFAULT_ABORT, SMMU_SYS_DEFAULT_BYPASS, SMMU_SYS_DEFAULT_INVALID };

struct smmu_sys_strtab {
	struct smmu_mark at;
	struct smmu_sys_u64 format;	 /* enum smmu_sys_strtab_format */
	struct smmu_sys_u64 split;	 /* 6, 8 or 10 */
	struct smmu_sys_u64 fallback;	 /* enum smmu_sys_default */
	struct smmu_sys_u64 stream_bits; /* not given: IDR1.SIDSIZE */
};

/* Entries, a power of two; not given: 0, and the builder's choice (pri: no queue). */
struct smmu_sys_queues {
	struct smmu_mark at;
	struct smmu_sys_u64 command, event, pri;
};

struct smmu_sys_smmu {
	const char *name;
	uint64_t base;
	bool has_base;
	/* complete: given values, then features or the contract's rules for those left out */
	uint64_t regs[SMMU_REG_COUNT];
	bool given[SMMU_REG_COUNT];
	struct smmu_place reg_at[SMMU_REG_COUNT];
	struct smmu_place at;
	struct smmu_mark features_at; /* at.line 0: none */
	struct smmu_sys_strtab strtab;
	struct smmu_sys_queues queues;
	struct smmu_sys_area tables;
};

/* Bits of smmu_sys_map.access. */
#define SMMU_SYS_ACCESS_R 1u
#define SMMU_SYS_ACCESS_W 2u
#define SMMU_SYS_ACCESS_X 4u

struct smmu_sys_map {
	struct smmu_mark at;
	struct smmu_sys_u64 input; /* IOVA at stage 1, IPA at stage 2 */
	bool is_ipa;		   /* which of them; as the domain's stage says */
	struct smmu_sys_u64 pa;	   /* the output: PA, or IPA of a nested stage 1 */
	struct smmu_sys_u64 size;
	struct smmu_sys_u64 access; /* SMMU_SYS_ACCESS_* */
	struct smmu_sys_u64 memory; /* enum smmu_memtype_in */
	struct smmu_sys_u64 sh;	    /* enum smmu_sh_in; not given: SMMU_SH_IN_NONE */
	struct smmu_sys_u64 privileged;
	struct smmu_sys_u64 global; /* stage 1: nG = 0 */
	struct smmu_sys_fields descriptor;
};

/* Which leaf descriptors may be used. */
enum smmu_sys_leaves {
	SMMU_SYS_LEAVES_LARGEST, /* the largest Blocks and Contiguous runs that fit */
	SMMU_SYS_LEAVES_BLOCKS,	 /* Blocks, never the Contiguous bit */
	SMMU_SYS_LEAVES_PAGES,	 /* Pages alone */
};

/* The format of translation tables. */
enum smmu_sys_tt_format { SMMU_SYS_VMSA64, SMMU_SYS_LPAE, SMMU_SYS_D128 };

struct smmu_sys_domain {
	struct smmu_mark at;
	struct smmu_sys_text name;
	struct smmu_sys_u64 stage;	 /* 1 or 2 */
	struct smmu_sys_u64 format;	 /* enum smmu_sys_tt_format */
	struct smmu_sys_u64 granule;	 /* enum smmu_granule */
	struct smmu_sys_u64 input_bits;	 /* not given: 0 */
	struct smmu_sys_u64 output_bits; /* not given: 0 */
	struct smmu_sys_u64 asid, vmid;
	struct smmu_sys_u64 endian; /* 1: big */
	struct smmu_sys_u64 stall;  /* faults stall where the SMMU can */
	struct smmu_sys_u64 leaves; /* enum smmu_sys_leaves */
	struct smmu_sys_area tables;
	struct smmu_sys_fields cd;	 /* stage 1 */
	struct smmu_sys_fields ste;	 /* stage 2 */
	struct smmu_sys_fields table;	 /* of every Table descriptor */
	const struct smmu_sys_map *maps; /* in the order of the file */
	size_t maps_count;
};

struct smmu_sys_streams {
	struct smmu_mark at;
	struct smmu_sys_u64 first, count; /* count 1 when not given */
};

struct smmu_sys_substream {
	struct smmu_mark at;
	struct smmu_sys_u64 first, count; /* from id, or first and count */
	struct smmu_sys_ref stage1;
	struct smmu_sys_u64 asid; /* of the first one; not given: that of the domain */
	bool asid_steps;	  /* the next one's is one more */
};

struct smmu_sys_device {
	struct smmu_mark at;
	struct smmu_sys_text name;
	struct smmu_sys_ref smmu; /* not given: the first */
	struct smmu_sys_u64 bdf;  /* its StreamID is in streams */
	const struct smmu_sys_streams *streams;
	size_t streams_count;
	struct smmu_sys_ref stage1, stage2; /* domains */
	struct smmu_sys_u64 bypass, abort;
	const struct smmu_sys_substream *substreams;
	size_t substreams_count;
	struct smmu_sys_fields ste; /* but for those of its stage 2 domain */
};

/*
 * A device that only names its streams: what those do is in the stream table
 * that was captured, or is given by another device, which has them too.
 */
static inline bool smmu_sys_names_only(const struct smmu_sys_device *device)
{
	return !device->stage1.name && !device->stage2.name && !device->substreams_count &&
	       !device->bypass.v && !device->abort.v;
}

/* Whether stream of the SMMU at index smmu is one of the device's. */
static inline bool smmu_sys_has_stream(const struct smmu_sys_device *device, size_t smmu,
				       uint32_t stream)
{
	if (device->smmu.index != smmu)
		return false;
	for (size_t i = 0; i < device->streams_count; i++) {
		uint64_t first = device->streams[i].first.v;

		if (stream >= first && stream - first < device->streams[i].count.v)
			return true;
	}
	return false;
}

/* What a replay keeps until it is invalidated. */
enum smmu_sys_policy {
	SMMU_SYS_POLICY_RR,
	SMMU_SYS_POLICY_RANDOM,
	SMMU_SYS_POLICY_LRU,
	SMMU_SYS_POLICY_PLRU,
};
/* Who has one of their own. */
enum smmu_sys_per { SMMU_SYS_PER_SMMU, SMMU_SYS_PER_DEVICE, SMMU_SYS_PER_STREAM };
struct smmu_sys_cache {
	struct smmu_mark at;
	bool on;			   /* not none */
	struct smmu_sys_u64 entries, ways; /* 0: ideal; all entries */
	struct smmu_sys_u64 policy;	   /* enum smmu_sys_policy */
	struct smmu_sys_u64 per;	   /* enum smmu_sys_per */
};
/* Part of the walk cache. */
struct smmu_sys_walk_part {
	struct smmu_mark at;
	struct smmu_sys_u64 stage;   /* 1 or 2; not given: both */
	struct smmu_sys_u64 level;   /* less SMMU_DESC_LEVEL_MIN; not given: all */
	struct smmu_sys_u64 leaves;  /* Blocks and Pages too */
	struct smmu_sys_u64 fetches; /* stage 2 of what a walk fetches too */
	struct smmu_sys_cache cache;
};
#define SMMU_SYS_LEVELS		6
#define SMMU_SYS_WALK_PARTS_MAX (2 * SMMU_SYS_LEVELS)
struct smmu_sys_caches {
	struct smmu_mark at;
	bool ideal, none; /* all of them, whatever the members say */
	struct smmu_sys_cache config, micro, interface, main, walk, ipa;
	/* in place of walk; no two are for the same descriptors */
	struct smmu_sys_walk_part parts[SMMU_SYS_WALK_PARTS_MAX];
	size_t parts_count;
};

struct smmu_sys_info {
	const char *path;
	const struct smmu_sys_memory *memory;
	size_t memory_count;
	const struct smmu_sys_smmu *smmus;
	size_t smmus_count;
	const struct smmu_sys_domain *domains;
	size_t domains_count;
	const struct smmu_sys_device *devices;
	size_t devices_count;
	struct smmu_sys_caches caches;
	/* there is something to build: domains, devices that do more than name their streams,
	 * or the structures of an SMMU */
	bool is_described;
};

/*
 * path "-" is standard input.  Reports every problem it finds and returns the
 * first error: SMMU_E_IO and SMMU_E_SYNTAX when it cannot be read as YAML at
 * all, other codes for what it says.  *sys is set only on success.
 */
int smmu_sys_load(struct smmu_sys **sys, const char *path, struct smmu_diag *diag);
/*
 * The same; where it fails for what the file says, *rest (NULL before) may be
 * set to the objects without error, to look for further problems and no more.
 */
int smmu_sys_load_rest(struct smmu_sys **sys, struct smmu_sys **rest, const char *path,
		       struct smmu_diag *diag);
/* The same from bytes (copied); name stands for the path. */
int smmu_sys_load_memory(struct smmu_sys **sys, const char *name, const void *bytes, size_t size,
			 struct smmu_diag *diag);
void smmu_sys_free(struct smmu_sys *sys); /* NULL is legal */
const struct smmu_sys_info *smmu_sys_info(const struct smmu_sys *sys);
/* The place of a mark; file only when it marks nothing.  Borrowed until smmu_sys_free. */
struct smmu_place smmu_sys_place(const struct smmu_sys *sys, struct smmu_mark at);

/*
 * The value of the key caches in a file of its own: a mapping of caches.
 * Problems are reported; errors as of smmu_in_load and smmu_sys_load.
 */
int smmu_sys_load_caches(struct smmu_sys_caches *caches, const char *path, struct smmu_diag *diag);

/* caches: as it was given, where it was. */
void smmu_sys_emit_caches(struct smmu_emit *emit, const struct smmu_sys_caches *caches);

/* Whether a field can be given: that of a CD, of an STE, and among those of a stage 2 domain. */
bool smmu_sys_is_cd_field(const char *name);
bool smmu_sys_is_ste_field(const char *name);
bool smmu_sys_is_stage2_field(const char *name);

/* The JSON Schema of a system file, from the same tables that read it. */
void smmu_sys_schema(struct smmu_emit *emit);
/* What each features: {architecture: V} stands for, as schemas/presets.yaml holds it. */
void smmu_sys_presets(struct smmu_emit *emit);
/*
 * features: of identification registers (the others do not count): the preset
 * of their version and what differs from it.  False, with nothing written,
 * where features cannot say exactly these values.
 */
bool smmu_sys_emit_features(struct smmu_emit *emit, const uint64_t *regs);

#endif
