/* Memory attributes, IHI 0070 G.b chapter 13 and DDI 0487 D8.6: values from their tables. */
#include <criterion/criterion.h>

#include "model/attr_priv.h"

#define WB   SMMU_ATTR_WB
#define WT   SMMU_ATTR_WT
#define NC   SMMU_ATTR_NC
#define RA   SMMU_ATTR_RA
#define WA   SMMU_ATTR_WA
#define RAWA (RA | WA)
#define TR   SMMU_ATTR_TR
#define NSH  SMMU_SH_NSH
#define OSH  SMMU_SH_OSH
#define ISH  SMMU_SH_ISH

/* What is expected: a rank, and for Normal memory both levels. */
struct want {
	unsigned rank, inner, outer, sh;
};
#define NORMAL(inner, outer, sh)                                                                   \
	{                                                                                          \
		SMMU_MEM_NORMAL_RANK, inner, outer, sh                                             \
	}
#define DEVICE(rank)                                                                               \
	{                                                                                          \
		rank, 0, 0, OSH                                                                    \
	}

static void expect(const char *row, uint16_t memory, struct want want)
{
	uint16_t out = smmu_attr_final(memory, false);

	cr_expect_eq(smmu_memory_rank(out), want.rank, "%s: type", row);
	cr_expect_eq(smmu_memory_inner(out), want.inner, "%s: inner", row);
	cr_expect_eq(smmu_memory_outer(out), want.outer, "%s: outer", row);
	cr_expect_eq(smmu_memory_sh(out), want.sh, "%s: Shareability", row);
}

static uint16_t incoming(struct smmu_txn txn)
{
	return smmu_attr_of_incoming(smmu_attr_incoming(&txn));
}

Test(attr, incoming)
{
	static const struct {
		const char *row;
		struct smmu_txn txn;
		struct want want;
	} rows[] = {
		{"13.1.3: nothing supplied",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 NORMAL(WB | RAWA, WB | RAWA, NSH)},
		{"write-through with hints",
		 {.memtype = SMMU_MEMTYPE_NORMAL_WT, .sh = SMMU_SH_IN_ISH, .alloc = SMMU_ALLOC_RA},
		 NORMAL(WT | RA, WT | RA, ISH)},
		{"no hints",
		 {.memtype = SMMU_MEMTYPE_NORMAL_WB, .sh = SMMU_SH_IN_OSH, .alloc = 0},
		 NORMAL(WB, WB, OSH)},
		{"13.1.1: Non-cacheable is Outer Shareable and has no hints",
		 {.memtype = SMMU_MEMTYPE_NORMAL_NC, .sh = SMMU_SH_IN_ISH, .alloc = SMMU_ALLOC_RA},
		 NORMAL(NC, NC, OSH)},
		{"Device", {.memtype = SMMU_MEMTYPE_DEVICE_NGRE, .sh = SMMU_SH_IN_NSH}, DEVICE(2)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect(rows[i].row, incoming(rows[i].txn), rows[i].want);
}

Test(attr, incoming_ns)
{
	static const struct {
		const char *row;
		struct smmu_txn txn;
		bool want;
	} rows[] = {
		{"13.1.3: Secure defaults to Non-secure", {.sec = SMMU_SEC_S}, true},
		{"Secure, supplied", {.sec = SMMU_SEC_S, .ns_supplied = true}, false},
		{"3.10.3.1: Realm defaults to Realm", {.sec = SMMU_SEC_REALM}, false},
		{"Realm, supplied", {.sec = SMMU_SEC_REALM, .ns_supplied = true, .ns = true}, true},
		{"Non-secure", {.sec = SMMU_SEC_NS}, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		cr_expect_eq(smmu_attr_ns(&rows[i].txn), rows[i].want, "%s", rows[i].row);
}

Test(attr, replace)
{
	static const struct {
		const char *row;
		struct smmu_txn txn;
		struct smmu_attr_override override;
		struct want want;
	} rows[] = {
		{"all incoming",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {false, 0, 0, SMMU_STE_SHCFG_INCOMING},
		 NORMAL(WB | RAWA, WB | RAWA, NSH)},
		{"MemAttr 0b0011",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {true, 0x3, 0, SMMU_STE_SHCFG_ISH},
		 DEVICE(3)},
		{"MemAttr 0b1000 is reserved: Device-nGnRnE",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {true, 0x8, 0, SMMU_STE_SHCFG_ISH},
		 DEVICE(0)},
		{"MemAttr 0b0111: outer NC has no hints",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {true, 0x7, 0, SMMU_STE_SHCFG_ISH},
		 NORMAL(WB | RAWA, NC, ISH)},
		{"13.1.4: Device made cacheable takes the default hints",
		 {.memtype = SMMU_MEMTYPE_DEVICE_NGNRE, .alloc = 0},
		 {true, 0xf, 0, SMMU_STE_SHCFG_NSH},
		 NORMAL(WB | RAWA, WB | RAWA, NSH)},
		{"hints of a cacheable input stay under MemAttr",
		 {.memtype = SMMU_MEMTYPE_NORMAL_WT, .alloc = SMMU_ALLOC_WA},
		 {true, 0xf, 0, SMMU_STE_SHCFG_OSH},
		 NORMAL(WB | WA, WB | WA, OSH)},
		{"ALLOCCFG 0b1101",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {false, 0, SMMU_STE_ALLOCCFG_RT, SMMU_STE_SHCFG_INCOMING},
		 NORMAL(WB | RA | TR, WB | RA | TR, NSH)},
		{"ALLOCCFG 0b1001: no allocation is not Transient (13.1.7)",
		 {.alloc = SMMU_ALLOC_NONE_SUPPLIED},
		 {false, 0, SMMU_STE_ALLOCCFG_T, SMMU_STE_SHCFG_INCOMING},
		 NORMAL(WB, WB, NSH)},
		{"ALLOCCFG does nothing to Non-cacheable",
		 {.memtype = SMMU_MEMTYPE_NORMAL_NC},
		 {false, 0, SMMU_STE_ALLOCCFG_RW, SMMU_STE_SHCFG_ISH},
		 NORMAL(NC, NC, OSH)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect(rows[i].row, smmu_attr_replace(incoming(rows[i].txn), &rows[i].override),
		       rows[i].want);
}

/* 5.4 MAIR0 and 13.4.2, with inputs that have all hints, or the alloc given. */
Test(attr, stage1)
{
	static const struct {
		const char *row;
		unsigned mair, sh;
		uint8_t alloc;
		struct want want;
	} rows[] = {
		{"0xff", 0xff, 3, 3, NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"0xdd: RW = 0b01", 0xdd, 3, 3, NORMAL(WB | WA, WB | WA, ISH)},
		{"0x44", 0x44, 3, 3, NORMAL(NC, NC, OSH)},
		{"0xbb: Write-Through", 0xbb, 0, 3, NORMAL(WT | RAWA, WT | RAWA, NSH)},
		{"0x37: outer Write-Through, inner Write-Back, both Transient", 0x37, 2, 3,
		 NORMAL(WB | RAWA | TR, WT | RAWA | TR, OSH)},
		{"0xf4: inner Non-cacheable alone", 0xf4, 3, 3, NORMAL(NC, WB | RAWA, ISH)},
		{"0x00", 0x00, 3, 3, DEVICE(0)},
		{"0x04", 0x04, 3, 3, DEVICE(1)},
		{"0x08", 0x08, 3, 3, DEVICE(2)},
		{"0x0c", 0x0c, 3, 3, DEVICE(3)},
		{"0x0d is reserved: GRE", 0x0d, 3, 3, DEVICE(3)},
		{"0x03 is reserved: nGnRnE", 0x03, 3, 3, DEVICE(0)},
		{"0xf0 is reserved: inner Write-Through Transient RW = 0b11", 0xf0, 3, 3,
		 NORMAL(WT | RAWA | TR, WB | RAWA, ISH)},
		{"SH 0b01 is reserved: Non-shareable", 0xff, 1, 3,
		 NORMAL(WB | RAWA, WB | RAWA, NSH)},
		{"no-allocate of the input wins", 0xff, 3, 1, NORMAL(WB | RA, WB | RA, ISH)},
		{"no-allocate of the descriptor wins", 0xee, 3, 2, NORMAL(WB, WB, ISH)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect(rows[i].row,
		       smmu_attr_stage1(incoming((struct smmu_txn){.alloc = rows[i].alloc}),
					rows[i].mair, rows[i].sh),
		       rows[i].want);
}

/* Hints of a type that does not communicate them are not combined. */
Test(attr, stage1_device_input)
{
	struct smmu_txn txn = {.memtype = SMMU_MEMTYPE_DEVICE_GRE, .alloc = 0};

	expect("13.4.2", smmu_attr_stage1(incoming(txn), 0xff, 3),
	       (struct want)NORMAL(WB | RAWA, WB | RAWA, ISH));
}

/* Stage 1 by its MAIR byte, Inner Shareable, under stage 2. */
Test(attr, stage2)
{
	static const struct {
		const char *row;
		unsigned mair, memattr, sh, scheme;
		struct want want;
	} rows[] = {
		{"D8-98: 0b1111 changes nothing", 0xff, 0xf, 0, 0,
		 NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"outer NC, inner WT", 0xff, 0x6, 0, 0, NORMAL(WT | RAWA, NC, ISH)},
		{"WT over WB", 0xbb, 0xf, 0, 0, NORMAL(WT | RAWA, WT | RAWA, ISH)},
		{"NC over WB", 0x44, 0xf, 0, 0, NORMAL(NC, NC, OSH)},
		{"D8-97: nGnRE over Normal", 0x04, 0xf, 3, 0, DEVICE(1)},
		{"nGRE over nGnRnE", 0x08, 0x0, 3, 0, DEVICE(0)},
		{"GRE over nGnRE", 0x0c, 0x1, 3, 0, DEVICE(1)},
		{"Normal over GRE", 0xff, 0x3, 3, 0, DEVICE(3)},
		{"D8-103: Outer wins", 0xff, 0xf, 2, 0, NORMAL(WB | RAWA, WB | RAWA, OSH)},
		{"0b0100 without MTEPERM is reserved", 0xff, 0x4, 0, 0, DEVICE(0)},
		{"3.23.1: 0b0100 is Write-Back", 0xff, 0x4, 0, SMMU_MEMATTR_MTE,
		 NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"D8-101: 0b101 makes cacheable NC", 0xff, 0x5, 3, SMMU_MEMATTR_FWB,
		 NORMAL(NC, NC, OSH)},
		{"0b101 leaves Device", 0x08, 0x5, 3, SMMU_MEMATTR_FWB, DEVICE(2)},
		{"0b110 forces Device to WB", 0x00, 0x6, 0, SMMU_MEMATTR_FWB,
		 NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"0b110 keeps the hints of stage 1", 0xee, 0x6, 0, SMMU_MEMATTR_FWB,
		 NORMAL(WB | RA, WB | RA, ISH)},
		{"0b111 is stage 1: Device", 0x04, 0x7, 0, SMMU_MEMATTR_FWB, DEVICE(1)},
		{"0b111 is stage 1: Write-Through", 0xbb, 0x7, 0, SMMU_MEMATTR_FWB,
		 NORMAL(WT | RAWA, WT | RAWA, ISH)},
		{"0b0xx is Device and combines", 0xff, 0x2, 0, SMMU_MEMATTR_FWB, DEVICE(2)},
		{"MemAttr[3] is RES0 without MTEPERM", 0x00, 0xe, 0, SMMU_MEMATTR_FWB,
		 NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"3.23.1: 0b1110 as 0b0110", 0x00, 0xe, 0, SMMU_MEMATTR_FWB | SMMU_MEMATTR_MTE,
		 NORMAL(WB | RAWA, WB | RAWA, ISH)},
		{"3.23.1: 0b1101 is reserved", 0xff, 0xd, 0, SMMU_MEMATTR_FWB | SMMU_MEMATTR_MTE,
		 DEVICE(0)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint16_t first =
			smmu_attr_stage1(incoming((struct smmu_txn){.alloc = 3}), rows[i].mair, 3);

		expect(rows[i].row,
		       smmu_attr_stage2(first, rows[i].memattr, rows[i].sh, rows[i].scheme),
		       rows[i].want);
	}
}

/* 13.6.1.1: what is Normal cacheable becomes Non-cacheable, Device stays. */
Test(attr, nosnoop)
{
	uint16_t normal = incoming((struct smmu_txn){.alloc = 3});
	uint16_t device = incoming((struct smmu_txn){.memtype = SMMU_MEMTYPE_DEVICE_GRE});

	cr_expect_eq(smmu_attr_final(normal, true),
		     incoming((struct smmu_txn){.memtype = SMMU_MEMTYPE_NORMAL_NC}) &
			     ~(unsigned)SMMU_MEMORY_BOTH(RAWA));
	cr_expect_eq(smmu_attr_final(device, true), smmu_attr_final(device, false));
}

/* What is final stays so: whoever keeps final attributes may end a translation with them. */
Test(attr, final_is_final)
{
	for (unsigned memory = 0; memory <= UINT16_MAX; memory++) {
		for (int nosnoop = 0; nosnoop < 2; nosnoop++) {
			uint16_t once = smmu_attr_final((uint16_t)memory, nosnoop);

			cr_assert_eq(smmu_attr_final(once, nosnoop), once, "%#x", memory);
		}
	}
}
