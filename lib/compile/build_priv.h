/*
 * The parts of the builder: what is used where, identifiers, areas in which
 * structures are placed, translation tables, context descriptors, stream
 * tables, registers.
 *
 * Everything that can be said before a byte is written is said first
 * (build_check.c, build_claim.c); the rest, that something does not fit or
 * would be ILLEGAL, comes with building.
 *
 * Threading: one thread at a time.
 */
#ifndef SMMU_COMPILE_BUILD_PRIV_H
#define SMMU_COMPILE_BUILD_PRIV_H

#include "base/buf.h"
#include "compile/build.h"
#include "spec/cd.h"
#include "spec/desc.h"
#include "spec/effective.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/rule.h"
#include "spec/ste.h"

#define BUILD_PAGE_LOG2 12
#define BUILD_PAGE	(UINT64_C(1) << BUILD_PAGE_LOG2)
#define BUILD_NONE	SIZE_MAX

/* The maps of a domain by ascending input address. */
struct build_maps {
	const struct smmu_sys_map **v; /* owned array of borrowed maps */
	size_t count;
};

/*
 * Where structures are placed: physical memory of one SMMU, or the IPA range
 * of a stage 2 domain, which that domain's maps lead to memory.
 */
struct build_area {
	uint64_t base, end;   /* end is one past the last byte */
	uint64_t next;	      /* first byte not given out */
	uint64_t group_start; /* of the region being filled, once it has something */
	bool has_group;
	const struct build_maps *through;	  /* of the stage 2 domain, NULL: physical */
	const struct smmu_sys_domain *exposed_by; /* said to be: the last such domain */
	bool is_given;				  /* else nothing can be placed */
	bool said;				  /* that it overwrites captured bytes */
	struct smmu_mark at;			  /* of the area, or of whom it is missing from */
	const char *whose;			  /* name of the SMMU or domain, for messages */
};

/* Who has each 16-bit identifier, 1 + its owner: pages made on first use. */
struct build_owners {
	uint32_t *page[256]; /* owned, of 256 each; NULL: all free */
	uint32_t lowest;     /* no identifier from 1 up to here is free; 0: none is known */
};

/* One use of a domain on an SMMU: at stage 2, or at stage 1 in a context. */
struct build_use {
	size_t smmu, domain;
	size_t stage2; /* BUILD_NONE: stage 1 alone, or the domain is stage 2 itself */
	size_t context;
	uint64_t ttb[2]; /* [0] alone at stage 2 */
	bool used[2];	 /* TTB0, TTB1 lead somewhere */
	bool needs_asid; /* a CD takes the domain's ASID */
	bool needs_ttb0; /* whatever is mapped: EL2 */
};

/* Stage 1 domains that share a VMID: those alone on an SMMU, or those under one stage 2 domain. */
struct build_context {
	size_t smmu, stage2;	   /* stage2 BUILD_NONE: none */
	size_t space;		   /* the context whose asids count: another with the same VMID */
	struct build_owners asids; /* owners are uses */
};

/* When a device is built: by SMMU, those without CDs first, then by context. */
struct build_turn {
	size_t smmu, group, device; /* group: 0, or 1 + its context */
};

struct build_smmu {
	struct smmu_ids ids;
	struct smmu_rule_ctx rules; /* with ids, as its registers are */
	struct build_area area;
	struct build_owners vmids; /* owners are domains */
	bool is_described;	   /* something is to be built for it */
	unsigned stream_bits;
	bool two_level;
	unsigned split;
	uint64_t strtab; /* address of the (first-level) table */
	uint64_t *leaf;	 /* owned; two-level: second-level table by index, 0: none */
	size_t leaf_count;
};

struct builder {
	const struct smmu_sys *sys;
	const struct smmu_sys_info *info;
	struct smmu_mem *mem; /* NULL: checks only */
	struct smmu_diag *diag;
	struct smmu_build *out;
	struct build_smmu *smmu;     /* by SMMU */
	struct build_area *ipa_area; /* by domain */
	struct build_maps *maps;     /* by domain */
	uint32_t *id;		     /* by domain: 1 + its ASID or VMID, 0: none yet */
	struct build_use *use;	     /* by SMMU, domain, stage 2; no two alike */
	size_t uses_count;
	struct build_context *context; /* by SMMU, stage 2 (none first) */
	size_t contexts_count;
	struct build_turn *turn;     /* all devices, in the order of building */
	struct smmu_mark *region_at; /* by region of out: of the area it lies in */
	size_t regions_capacity;
	bool has_files; /* memory holds captured bytes */
	int error;	/* the first one */
	unsigned errors;
	uint64_t placed; /* bytes of structures */
};

/* Bytes of all structures: a short description can ask for any number. */
#define BUILD_BYTES_MAX (UINT64_C(8) << 30)
/* Errors after which no more are looked for: a hostile file must not flood. */
#define BUILD_PROBLEMS_MAX 1000u
static inline bool build_is_full(const struct builder *b)
{
	return b->errors >= BUILD_PROBLEMS_MAX;
}

/* Reports at mark and keeps the code as the builder's error; returns it. */
int build_error(struct builder *b, struct smmu_mark at, int code, const char *format, ...)
	SMMU_PRINTF(4, 5);
void build_warn(struct builder *b, struct smmu_mark at, const char *format, ...) SMMU_PRINTF(3, 4);
void build_note(struct builder *b, struct smmu_mark at, const char *format, ...) SMMU_PRINTF(3, 4);
int build_nomem(struct builder *b);
/* The first mark that was given. */
static inline struct smmu_mark build_mark(struct smmu_mark at, struct smmu_mark otherwise)
{
	return smmu_sys_given(at) ? at : otherwise;
}

/* build.c */
/* All of building, into b->out; what b holds then is for build_release() to free. */
int build_run(struct builder *b);
void build_release(struct builder *b);

/* build_use.c */
/* The uses and contexts that the devices make, and the devices' turns. */
int build_collect_uses(struct builder *b);
/* NULL when there is no such use. */
struct build_use *build_find_use(const struct builder *b, size_t smmu, size_t domain,
				 size_t stage2);
struct build_context *build_find_context(const struct builder *b, size_t smmu, size_t stage2);
/* BUILD_NONE without one. */
static inline size_t build_stage2_of(const struct smmu_sys_device *device)
{
	return device->stage2.name ? device->stage2.index : BUILD_NONE;
}
static inline bool build_has_stage1(const struct smmu_sys_device *device)
{
	return device->stage1.name || device->substreams_count > 0;
}

/* build_claim.c */
/* VMIDs and ASIDs: those given first, then the lowest free ones from 1. */
int build_claim(struct builder *b);
void build_owners_fini(struct build_owners *owners);

/* build_area.c */
/* Whether size more bytes may be built; asked ahead of a long work, too. */
int build_check_room(struct builder *b, const struct build_area *area, uint64_t size,
		     const char *what);
/* size bytes aligned to 2^align_log2; what is for the message when there is no room. */
int build_alloc(uint64_t *address, struct builder *b, struct build_area *area, uint64_t size,
		unsigned align_log2, const char *what);
/* Starts a region; build_group_end records it under its purpose and closes the page. */
void build_group_begin(struct build_area *area);
/* name is of a domain, or NULL (build.h). */
int build_group_end(struct builder *b, struct build_area *area, const char *name,
		    const char *format, ...) SMMU_PRINTF(4, 5);
/*
 * The byte at an address of the area, to be written in place up to the end of
 * its 4 KiB page; NULL where there is no memory, which is reported.  Borrowed
 * until the next call.
 */
uint8_t *build_page(struct builder *b, struct build_area *area, uint64_t address);
/* Bytes to an address of the area. */
int build_put(struct builder *b, struct build_area *area, uint64_t address, const void *bytes,
	      size_t size);
int build_clear(struct builder *b, struct build_area *area, uint64_t address, uint64_t size);
/* The map of a stage 2 domain that holds an IPA: the PA, and how far it goes on; or NULL. */
const struct smmu_sys_map *build_through(uint64_t *pa, uint64_t *run,
					 const struct build_maps *stage2, uint64_t ipa);
/* Areas that lie in each other's way, or in that of what devices write; regions that overlap. */
void build_check_areas(struct builder *b);
int build_check_regions(struct builder *b);

/* build_tt.c */
/* One translation table to build, of maps that ascend and do not overlap. */
struct build_tt {
	enum smmu_desc_family family;
	enum smmu_granule granule;
	unsigned stage;
	unsigned ia_bits;	     /* input address bits from bit 0 */
	unsigned concat_log2_max;    /* stage 2: tables folded into their parent's level, else 0 */
	int start_most;		     /* the highest level at which a walk may start */
	enum smmu_sys_leaves leaves; /* which leaf descriptors */
	bool big_endian;
	unsigned skl;	    /* VMSAv9-128: levels that the initial table takes in */
	unsigned table_skl; /* the same of tables below, as far as there are levels */
	bool table_disch;   /* tables below the initial one have no Contiguous runs */
	struct smmu_cd cd;  /* stage 1: MAIR, PIIU and PIIP of it count */
	uint64_t s2pii;	    /* stage 2: the register */
	bool fwb, indirect; /* how memory types and permissions are said */
	unsigned features;  /* SMMU_DESC_F_*: of its descriptors */
	const struct smmu_sys_fields *table; /* borrowed; of Table descriptors, NULL: none */
	const struct smmu_sys_map *const *maps;
	size_t maps_count;
	uint64_t ia_mask; /* ones in the input bits: cuts the sign extension of TTB1 */
};
/* Level at which its walk starts. */
int build_tt_start(const struct build_tt *tt);
int build_tt_build(uint64_t *root, struct builder *b, struct build_area *area,
		   const struct build_tt *tt, const char *whose);
/* log2 of the bytes of a descriptor. */
static inline unsigned build_entry_log2(const struct build_tt *tt)
{
	return tt->family == SMMU_DESC_D128 ? 4 : 3;
}

/* A descriptor, without its address and kind; word[1] is 0 where it has 64 bits. */
struct build_leaf {
	uint64_t word[2];
};
/* A Table descriptor of that level that leads to a table, and the level that this has. */
struct build_leaf build_tt_table(const struct build_tt *tt, int level, uint64_t address);
int build_tt_below(const struct build_tt *tt, int level);
/* Whether a level has leaves, and whether these can be Contiguous (3.27.1, 5.4 DisCH0). */
bool build_has_leaf(const struct build_tt *tt, int level);
bool build_has_runs(const struct build_tt *tt, int level);
/* Makes desc one of that kind at that level; sets its Contiguous bit. */
void build_set_kind(struct build_leaf *desc, const struct build_tt *tt, enum smmu_desc_kind kind,
		    int level);
void build_set_run(struct build_leaf *desc, const struct build_tt *tt, bool run);

/* build_leaf.c */
static inline bool build_same_leaf(const struct build_leaf *a, const struct build_leaf *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}
struct build_leaf build_tt_leaf(const struct build_tt *tt, const struct smmu_sys_map *map);
/* What a map asks for that its leaf cannot say. */
enum build_leaf_lack { BUILD_LACKS_NOTHING, BUILD_LACKS_MEMORY, BUILD_LACKS_ACCESS };
enum build_leaf_lack build_leaf_lack(const struct build_tt *tt, const struct smmu_sys_map *map);
/* Whether it is a field of a descriptor that the builder alone decides. */
bool build_leaf_decides(const char *name);
/* The format of its descriptors of that kind, SMMU_DESC_PAGE, BLOCK or TABLE; false: it has none.
 */
bool build_leaf_format(struct smmu_desc_format *format, const struct build_tt *tt,
		       enum smmu_desc_kind kind);
/* A field of its leaves that a map may give by name. */
bool build_leaf_field(struct smmu_field *field, const struct build_tt *tt, const char *name);
/* The same of its Table descriptors. */
bool build_table_field(struct smmu_field *field, const struct build_tt *tt, const char *name);
/* Encodings of PIIU and PIIP for an access. */
void build_pii(unsigned *unprivileged, unsigned *privileged, uint64_t access, bool is_privileged);

/* build_check.c */
/* All that is wrong with the description; every problem is reported. */
int build_check(struct builder *b);

/* build_size.c */
/* Input and output address bits of a domain's tables, as given or by the features. */
unsigned build_input_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids);
unsigned build_output_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids);
/* Ones above the input bits: of addresses that TTB1 serves (3.4.1). */
uint64_t build_high_bits(const struct smmu_sys_domain *domain, unsigned ia_bits);
bool build_is_high(const struct smmu_sys_domain *domain, unsigned ia_bits, uint64_t input);
/* Whether its tables are those of LPA2 (DS): 4K or 16K and addresses beyond 48 bits asked for. */
bool build_wants_ds(const struct smmu_sys_domain *domain);
/* Encoding of that many address bits in IPS and S2PS: the smallest that holds them. */
uint64_t build_size_encoding(unsigned bits);
/* The tables of a domain, without its maps. */
struct build_tt build_tt_of(const struct smmu_sys_domain *domain, const struct smmu_ids *ids,
			    uint64_t s2pii);
/* Levels that the initial table by TTB0, TTB1 or S2TTB takes in: SKL0, SKL1, S2SKL. */
unsigned build_skl(const struct smmu_sys_domain *domain, unsigned half);

/* build_domain.c */
/* The translation tables of a use, as one region. */
int build_tables(struct builder *b, struct build_use *use);
/* What a domain's CDs, and the stage 2 part of its STEs, have in any case. */
void build_cd_base(struct smmu_cd *cd, const struct smmu_sys_domain *domain);
void build_stage2_base(struct smmu_ste *ste, const struct smmu_sys_domain *domain);
/* Whether its permissions are indirect. */
bool build_is_indirect(const struct smmu_sys_domain *domain);
/* The CD of a stage 1 domain whose tables are built. */
void build_cd(struct smmu_cd *cd, const struct builder *b, const struct build_use *use);
/* The stage 2 fields of an STE. */
void build_stage2(struct smmu_ste *ste, const struct builder *b, const struct build_use *use);
/* The area of structures in a context. */
struct build_area *build_context_area(struct builder *b, const struct build_context *context);

/* build_field.c */
/* Sets fields in the words of a structure. */
void build_set_fields(uint64_t *word, const struct smmu_sys_fields *fields);
bool build_has_field(const struct smmu_sys_fields *fields, const char *name);
/* Fields that the structure does not have here are errors; what is "CD" or "STE". */
int build_check_fields(struct builder *b, const struct smmu_sys_fields *fields,
		       const struct smmu_when_ctx *ctx, const char *what);
/* What an STE has in any case. */
void build_ste_base(struct smmu_ste *ste, const struct smmu_ids *ids, uint64_t config,
		    bool indirect);

/* build_cd.c */
/* The CD table of a device and the fields of its STE that lead to it. */
int build_cd_table(struct smmu_ste *ste, struct builder *b, const struct smmu_sys_device *device,
		   struct build_context *context);

/* build_device.c */
/* Devices of one SMMU into its stream table: first those without CDs, then context by context. */
int build_devices(struct builder *b, size_t smmu);

/* build_stream.c */
/* Stream tables with their default entries, before devices are put in. */
int build_stream_tables(struct builder *b, size_t smmu);
int build_stream_put(struct builder *b, size_t smmu, const struct smmu_sys_streams *streams,
		     const struct smmu_ste *ste);

/* build_regs.c */
/* Entries of queues against the features. */
void build_check_queues(struct builder *b, size_t smmu);
int build_registers(struct builder *b, size_t smmu);
/* S2PII as given, or what a build takes: every index is its own encoding. */
uint64_t build_s2pii(const struct smmu_sys_smmu *smmu);
/* What an SMMU is set to beside its bases, where the file gives nothing else. */
void build_default_registers(uint64_t *regs, const bool *given, bool has_pri);

#endif
