/*
 * The parts of the builder: areas where structures are placed, translation
 * tables, context descriptors, stream tables, registers.
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
	uint64_t base, end;		  /* end is one past the last byte */
	uint64_t next;			  /* first byte not given out */
	uint64_t group_start;		  /* of the region being filled */
	const struct build_maps *through; /* of the stage 2 domain, NULL: physical */
	struct smmu_mark at;
	const char *whose; /* name of the SMMU or domain, for messages */
};

/* One use of a stage 1 domain: alone on an SMMU, or under one stage 2 domain. */
struct build_stage1 {
	bool built;
	uint64_t ttb[2];
	bool used[2]; /* TTB0, TTB1 lead somewhere */
};

/* Stage 1 domains that share a VMID: those alone on an SMMU, or those under one stage 2 domain. */
struct build_context {
	size_t smmu, stage2;	     /* stage2 BUILD_NONE: none */
	struct build_stage1 *stage1; /* by domain */
	uint32_t *asid_owner;	     /* 1 + domain by ASID, 0: free */
	uint32_t *asid_of;	     /* 1 + ASID by domain, 0: none yet */
};

/* One use of a stage 2 domain on one SMMU. */
struct build_stage2 {
	bool built;
	uint64_t ttb;
	uint32_t vmid;
};

struct build_smmu {
	struct smmu_ids ids;
	struct build_area area;
	struct build_stage2 *stage2; /* by domain */
	uint32_t *vmid_owner;	     /* 1 + domain by VMID, 0: free */
	bool described;		     /* something is to be built for it */
	unsigned stream_bits;
	bool two_level;
	unsigned split;
	uint64_t strtab; /* address of the (first-level) table */
	uint64_t *leaf;	 /* two-level: second-level table by index, 0: none */
	size_t leaf_count;
};

struct builder {
	const struct smmu_sys *sys;
	const struct smmu_sys_info *info;
	struct smmu_mem *mem;
	struct smmu_diag *diag;
	struct smmu_build *out;
	struct build_smmu *smmu;     /* by SMMU */
	struct build_area *ipa_area; /* by domain */
	struct build_maps *maps;     /* by domain */
	struct build_context *context;
	size_t contexts_count, contexts_capacity;
	size_t regions_capacity;
	int error; /* the first one */
};

/* Reports at mark and keeps the code as the builder's error; returns it. */
int build_error(struct builder *b, struct smmu_mark at, int code, const char *format, ...)
	SMMU_PRINTF(4, 5);
void build_note(struct builder *b, struct smmu_mark at, const char *format, ...) SMMU_PRINTF(3, 4);

/* build_area.c */
/* size bytes aligned to 2^align_log2; what is for the message when there is no room. */
int build_alloc(uint64_t *address, struct builder *b, struct build_area *area, uint64_t size,
		unsigned align_log2, const char *what);
/* Starts a region; build_group_end records it under its purpose and closes the page. */
void build_group_begin(struct build_area *area);
int build_group_end(struct builder *b, struct build_area *area, const char *format, ...)
	SMMU_PRINTF(3, 4);
/* Bytes to an address of the area; SMMU_E_INVALID where there is no memory. */
int build_put(struct builder *b, const struct build_area *area, uint64_t address, const void *bytes,
	      size_t size);
/* An IPA through the maps of a stage 2 domain: the PA and how far it stays contiguous. */
bool build_through(uint64_t *pa, uint64_t *run, const struct build_maps *stage2, uint64_t ipa);

/* build_tt.c */
/* One translation table to build, of maps that ascend and do not overlap. */
struct build_tt {
	enum smmu_desc_family family;
	enum smmu_granule granule;
	unsigned stage;
	unsigned ia_bits; /* input address bits from bit 0 */
	bool concatenate; /* stage 2: fold a level of up to 16 tables into its parent's */
	bool big_endian;
	const struct smmu_sys_map *const *maps;
	size_t maps_count;
	uint64_t ia_mask; /* ones in the input bits: cuts the sign extension of TTB1 */
};
/* Level at which its walk starts, and log2 of how many tables are concatenated there. */
int build_tt_start(unsigned *concat_log2, const struct build_tt *tt);
int build_tt_build(uint64_t *root, struct builder *b, struct build_area *area,
		   const struct build_tt *tt, const char *whose);

/* build_check.c */
/*
 * What a domain can come to on one SMMU; stage2 is whether it is used as stage
 * 2, nested whether a stage 1 domain outputs IPAs.  Every problem is reported.
 */
int build_check_domain(struct builder *b, size_t smmu, size_t domain, bool nested);
/* Input and output address bits of a domain's tables, as given or by the features. */
unsigned build_input_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids);
unsigned build_output_bits(const struct smmu_sys_domain *domain, const struct smmu_ids *ids);
/* Encoding of that many address bits in IPS and S2PS: the smallest that holds them. */
uint64_t build_size_encoding(unsigned bits);

/* build_domain.c */
/* The CD of a stage 1 domain in a context, its tables built on first use. */
int build_cd(struct smmu_cd *cd, struct builder *b, struct build_context *context, size_t domain,
	     uint32_t asid);
/* The stage 2 fields of an STE, the tables built on first use. */
int build_stage2(struct smmu_ste *ste, struct builder *b, size_t smmu, size_t domain);
/* The area of structures in a context. */
struct build_area *build_context_area(struct builder *b, const struct build_context *context);

/* build_device.c */
int build_devices(struct builder *b);

/* build_stream.c */
/* Stream tables with their default entries, before devices are put in. */
int build_stream_tables(struct builder *b, size_t smmu);
int build_stream_put(struct builder *b, size_t smmu, uint64_t stream, const struct smmu_ste *ste);

/* build_regs.c */
int build_registers(struct builder *b, size_t smmu);

#endif
