/*
 * Recovering: from the bytes that an SMMU reads back to domains, devices and
 * the places of structures, as a description says them (dump --as system).
 *
 * Reads memory, not the model: the model says what an access meets, this says
 * what was written down.  What a description has no word for is a loss; every
 * kind is counted and told, never passed over.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_RECOVER_PRIV_H
#define SMMU_COMPILE_RECOVER_PRIV_H

#include "base/emit.h"
#include "compile/build_priv.h"
#include "compile/dump.h"

#define RECOVER_NONE SIZE_MAX

/* What is lost: X(ID, what a description cannot say). */
#define RECOVER_LOSSES(X)                                                                          \
	X(SECURE, "Secure and Realm streams")                                                      \
	X(STE_ILLEGAL, "STEs that are ILLEGAL")                                                    \
	X(CD_ILLEGAL, "CDs that are invalid or ILLEGAL")                                           \
	X(FORMAT, "translation tables of sizes or granules that there are not")                    \
	X(HALVES, "TTB0 and TTB1 with different sizes or granules")                                \
	X(OUTPUT, "maps to addresses beyond the output size, which fault")                         \
	X(MEMORY, "memory attributes without a name")                                              \
	X(UNREADABLE, "tables that lie where no memory is")                                        \
	X(IDS, "ASIDs or VMIDs that two domains share")

enum recover_loss {
#define X(id, text) RECOVER_##id,
	RECOVER_LOSSES(X)
#undef X
		RECOVER_LOSS_COUNT
};

/* Addresses in use: [low, high); none while low is above high. */
struct recover_extent {
	uint64_t low, high;
};

/* What a leaf says, in a map's terms. */
struct recover_attr {
	uint8_t access; /* SMMU_SYS_ACCESS_* */
	uint8_t memory; /* enum smmu_memtype_in */
	uint8_t sh;	/* enum smmu_sh_in */
	bool privileged, global;
	uint32_t raw; /* what its leaf has besides: 1 + an index, 0: nothing */
};

static inline bool recover_same_attr(const struct recover_attr *a, const struct recover_attr *b)
{
	return a->access == b->access && a->memory == b->memory && a->sh == b->sh &&
	       a->privileged == b->privileged && a->global == b->global && a->raw == b->raw;
}

/* A leaf as it was found, and as a build would write it; without address and kind. */
struct recover_raw {
	struct build_leaf found, built;
};

/* Fields that a description gives by name; those of an array one after another. */
struct recover_fields {
	struct smmu_sys_field *v; /* owned */
	size_t count, capacity;
};

struct recover_range {
	uint64_t input, pa, size;
	struct recover_attr attr;
};

/* One set of translation tables in one use. */
struct recover_domain {
	size_t smmu;
	size_t under;	     /* stage 1: of this stage 2 domain, or RECOVER_NONE */
	struct smmu_cd cd;   /* stage 1: without ASID */
	struct smmu_ste ste; /* stage 2 */
	unsigned stage, ia_bits, oa_bits;
	enum smmu_sys_tt_format format;
	struct recover_fields fields; /* of its CD, or of its part of an STE */
	struct build_tt tt;	      /* what a build would make of it; tt.table is not used */
	bool has_tables;	      /* Table descriptors, that is */
	struct build_leaf table;      /* fields of all of them alike */
	bool limits_in_table;	      /* among them what they take away from leaves */
	bool has_unnamed;	      /* memory attributes that have no name */
	bool ia_given, oa_given;      /* not what the builder takes by itself */
	enum smmu_granule granule;
	enum smmu_desc_family family;
	int start_level; /* stage 2 */
	bool big_endian, had[2];
	bool stall, is_stall_forced; /* forced: by the SMMU, whatever the domain says */
	uint64_t ttb[2];
	bool used[2];
	struct recover_range *range; /* owned; ascending */
	size_t ranges_count, ranges_capacity;
	enum smmu_sys_leaves leaves;
	bool has_block, has_run;
	struct recover_extent tables;  /* of its own tables */
	struct recover_extent beneath; /* IPAs of stage 1 structures nested under it */
	uint32_t id;		       /* ASID or VMID */
	bool has_id;		       /* of traffic without a substream, which can have no other */
	uint32_t wish;		       /* ASID of a substream: the domain's, if it has none */
	bool has_wish;
	/*
	 * Domains without tables differ in the ASID alone: the first of those
	 * alike, or RECOVER_NONE; and whether this is such a first one.
	 */
	size_t twin;
	bool has_twins;
	char name[80];
	bool named;  /* by the file, not by us */
	size_t same; /* the domain it is emitted as: itself, or an equal one */
};

/* SubstreamIDs whose CDs lead to one domain. */
struct recover_run {
	uint32_t first, count;
	size_t domain;
	uint32_t asid;
	bool steps; /* each has the next ASID */
};

struct recover_streams {
	uint32_t first;
	uint64_t count;
};

struct recover_device {
	size_t smmu;
	struct smmu_ste ste;
	struct recover_fields fields;
	struct recover_streams *streams; /* owned */
	size_t streams_count, streams_capacity;
	size_t stage1, stage2;	 /* domains, or RECOVER_NONE */
	struct recover_run *run; /* owned; ascending */
	size_t runs_count, runs_capacity;
};

struct recover_smmu {
	bool two_level;
	unsigned split, stream_bits;
	enum smmu_sys_default fallback;
	bool is_enabled;	      /* else it has registers alone */
	struct recover_extent extent; /* physical, of all its structures */
	struct recover_extent area;   /* where a build is to place them */
	bool adds_memory;	      /* and there is no memory there yet */
};

struct recover {
	const struct smmu_sys_info *info;
	const struct smmu_machine *machine;
	struct smmu_diag *diag;
	uint64_t budget;
	struct recover_smmu *smmu;     /* owned; by SMMU */
	struct recover_domain *domain; /* owned */
	size_t domains_count, domains_capacity;
	struct recover_device *device; /* owned */
	size_t devices_count, devices_capacity;
	uint64_t lost[RECOVER_LOSS_COUNT];
	struct recover_raw *raw; /* owned */
	size_t raws_count, raws_capacity;
	bool without_ids;   /* ASIDs and VMIDs are not emitted */
	bool is_foreign;    /* structures are placed anew, in area of each SMMU */
	const char *folder; /* of files that stay; NULL: as they are named */
};

/* Grows *array (items of size bytes) to hold count + 1; SMMU_E_NOMEM is reported. */
int recover_grow(void *array, size_t *capacity, size_t count, size_t size, struct smmu_diag *diag);
void recover_extend(struct recover_extent *extent, uint64_t address, uint64_t size);
/* The extent of what lies where stage 2 domain `through` leads, or SMMU smmu itself. */
struct recover_extent *recover_extent_of(struct recover *r, size_t smmu, size_t through);
/* The initial table of a half of a domain: its level, and log2 of its entries. */
void recover_initial(int *level, unsigned *entries_log2, struct recover_domain *d, unsigned half);
/* The descriptor at bytes, in both its words. */
void recover_load(uint64_t desc[2], const struct recover_domain *d, const uint8_t *bytes);
enum smmu_desc_kind recover_kind(const struct recover_domain *d, const uint64_t desc[2],
				 const struct smmu_desc_level *l);
/* The table that a Table descriptor of a level leads to (D8.2.8). */
struct recover_below {
	uint64_t table;
	int level;
	unsigned entries_log2;
};
struct recover_below recover_below(const struct recover_domain *d, const uint64_t desc[2],
				   int level);
/*
 * Bytes at an address, physical or (through a stage 2 domain) an IPA: up to
 * *size of them, without a gap; NULL where there are none.
 */
const uint8_t *recover_read(size_t *size, const struct recover *r, size_t through,
			    uint64_t address);

/* recover_field.c */
/* Adds the fields of a structure that are wanted and differ from base. */
int recover_add_fields(struct recover_fields *to, const struct smmu_format *format,
		       const struct smmu_when_ctx *ctx, const uint64_t *base,
		       bool (*is_wanted)(const char *name), struct smmu_diag *diag);
bool recover_same_fields(const struct recover_fields *a, const struct recover_fields *b);
/* d is the domain whose they are, or NULL. */
void recover_emit_fields(struct smmu_emit *emit, const char *key, const struct recover_fields *from,
			 const struct recover *r, const struct recover_domain *d);
/* What a leaf has besides: its place among those of r. */
int recover_raw(uint32_t *raw, struct recover *r, const struct build_leaf *found,
		const struct build_leaf *built);
void recover_emit_raw(struct smmu_emit *emit, const struct recover *r,
		      const struct recover_domain *d, uint32_t index);
/* Whether memory types stand for MAIR and the indices into it, which then are a build's own. */
bool recover_is_by_name(const struct recover *r, const struct recover_domain *d);

/* recover_table.c: what the Table descriptors of a domain have alike. */
void recover_table_descriptors(struct recover *r, struct recover_domain *d);
void recover_emit_table(struct smmu_emit *emit, const struct recover_domain *d);

/* recover_tables.c: the ranges of a domain whose fields are set. */
int recover_tables(struct recover *r, size_t domain);

/* recover_domain.c: the domain of a CD or STE, walked when it is new. */
int recover_stage1(size_t *domain, struct recover *r, size_t smmu, size_t under,
		   const struct smmu_cd *cd, bool needs_own_asid);
int recover_stage2(size_t *domain, struct recover *r, size_t smmu, const struct smmu_ste *ste);

/* recover_device.c: everything that the streams of an SMMU reach. */
int recover_smmu(struct recover *r, size_t smmu);

/* recover_regs.c: which registers a description must give; known are those that follow. */
void recover_needed_registers(bool *needed, const uint64_t *regs, const bool *known, bool built);

/* recover_asid.c: which ASIDs of substreams are those of domains. */
int recover_asids(struct recover *r);
/* A CD put behind the last run, or as a new one. */
int recover_add_cd(struct recover *r, struct recover_device *device, uint32_t substream,
		   size_t domain, uint32_t asid);

/* recover_order.c: names, equal domains as one, and the order in which builds place them. */
int recover_name(struct recover *r, const struct smmu_build *names);
/* Owned by the caller: the domains to emit. */
int recover_order(size_t **order, size_t *count, const struct recover *r);

/* recover_place.c: a place for the structures of every SMMU, where a build finds room. */
int recover_place(struct recover *r);
/* Bytes of an entry: of a file without a size, as many pages as exist from its base on. */
uint64_t recover_memory_size(const struct recover *r, const struct smmu_sys_memory *entry);

/*
 * recover_who.c: names of devices.  NULL where memory ran out; who is free to
 * use while r does not change.
 */
struct recover_who *recover_who_new(const struct recover *r);
void recover_who_free(struct recover_who *who); /* NULL is legal */
/* The keys name, smmu and, where it is known, bdf of the recovered device at index. */
void recover_who_emit_name(struct smmu_emit *emit, const struct recover_who *who, size_t index);
/*
 * The next device of the file that the one at index is to be said as, from
 * *next on (0 at first); NULL past the last, and when it is said as it is.
 */
const struct smmu_sys_device *recover_who_part(const struct recover_who *who, size_t index,
					       size_t *next);
/* Items of devices: that name streams of recovered ones, as the file did. */
void recover_who_emit_others(struct smmu_emit *emit, const struct recover_who *who);

/* recover_emit.c: the description. */
int recover_emit(struct smmu_emit *emit, const struct recover *r);

void recover_fini(struct recover *r);

#endif
