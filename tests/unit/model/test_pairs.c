/*
 * A pair of cases for every feature of chapter 2 that concerns ordinary
 * Non-secure traffic: the same structures with the feature advertised and
 * without, and what the text makes of both.  IHI 0070 G.b 2.2 - 2.8.
 *
 * What an SMMU without a feature finds in a field that is RES0 for want of it
 * is as if it were 0: that is the choice the model makes where the text leaves
 * one (1.2.1).
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "spec/cmd.h"
#include "spec/desc.h"
#include "spec/features.h"

#define VA	     UINT64_C(0x12345678000)
#define OUT	     UINT64_C(0x345000)
#define NEW	     UINT64_C(0x456000)
#define T1	     UINT64_C(0x101000) /* tables below the initial one of stage 1 */
#define T2	     UINT64_C(0x201000) /* and of stage 2 */
#define ENTRY(level) (T1 + 4096 * ((level)-1) + 8 * smmu_bits(VA, 39 - 9 * (level), 9))
#define BAD_STE	     0x04u
#define BAD_CD	     0x0au
#define TRANSLATION  SMMU_EVT_F_TRANSLATION
#define PERMISSION   SMMU_EVT_F_PERMISSION
#define CMDQ	     UINT64_C(0x9000)
#define PRIQ	     UINT64_C(0xa000)
#define ECMDQ_PAGE   UINT64_C(0x100000)

/* The event, or 0 and what was looked at. */
struct outcome {
	unsigned event;
	uint64_t value;
};

struct pair {
	const char *feature, *section;
	uint64_t on, off; /* of the field that advertises it */
	void (*arrange)(struct rig *rig);
	struct outcome (*observe)(struct rig *rig);
	unsigned with_event;
	uint64_t with_value;
	unsigned without_event;
	uint64_t without_value;
};

/* ---- what to look at ---- */

static struct outcome run(struct rig *rig, struct smmu_txn txn, struct smmu_result *result)
{
	struct smmu_evt evt;

	*result = rig_run(rig, txn, "pair");
	evt = rig_event(result);
	return (struct outcome){(unsigned)smmu_evt_Type(&evt), 0};
}

static struct outcome pa_of(struct rig *rig, struct smmu_txn txn)
{
	struct smmu_result result;
	struct outcome out = run(rig, txn, &result);

	out.value = out.event ? 0 : result.pa.pa;
	return out;
}

static struct outcome reads(struct rig *rig)
{
	return pa_of(rig, rig_read(VA));
}

static struct outcome writes(struct rig *rig)
{
	return pa_of(rig, rig_write(VA));
}

static struct outcome reads_privileged(struct rig *rig)
{
	struct smmu_txn txn = rig_read(VA);

	txn.privileged = true;
	return pa_of(rig, txn);
}

static struct outcome fetches_privileged(struct rig *rig)
{
	struct smmu_txn txn = rig_fetch(VA);

	txn.privileged = true;
	return pa_of(rig, txn);
}

/* An address of 21 bits, one of 32, and those whose index is 1 in tables of 16 and 64 KiB. */
static struct outcome reads_21(struct rig *rig)
{
	return pa_of(rig, rig_read(0x5000));
}

static struct outcome reads_32(struct rig *rig)
{
	return pa_of(rig, rig_read(0x40001000));
}

static struct outcome reads_16k(struct rig *rig)
{
	return pa_of(rig, rig_read(0x2004000));
}

static struct outcome reads_64k(struct rig *rig)
{
	return pa_of(rig, rig_read(0x20010000));
}

static struct outcome reads_52(struct rig *rig)
{
	return pa_of(rig, rig_read(UINT64_C(0x1000020010000)));
}

/* The memory type alone: inner cacheability of Normal memory, or 16 and the Device type. */
static struct outcome memory_of(struct rig *rig, enum smmu_memtype_in type)
{
	struct smmu_txn txn = rig_read(VA);
	struct smmu_result result;
	struct outcome out;
	unsigned rank;

	txn.memtype = type;
	out = run(rig, txn, &result);
	rank = smmu_memory_rank(result.attr.memory);
	out.value = rank == SMMU_MEM_NORMAL_RANK
			    ? smmu_memory_inner(result.attr.memory) & SMMU_ATTR_KIND
			    : 16 + rank;
	return out;
}

static struct outcome sees_memory(struct rig *rig)
{
	return memory_of(rig, SMMU_MEMTYPE_NONE);
}

static struct outcome sees_memory_of_nc(struct rig *rig)
{
	return memory_of(rig, SMMU_MEMTYPE_NORMAL_NC);
}

static struct outcome sees_partid(struct rig *rig)
{
	struct smmu_result result;
	struct outcome out = run(rig, rig_read(VA), &result);

	out.value = (uint64_t)result.attr.partid << 8 | result.attr.pmg;
	return out;
}

static struct outcome sees_pbha(struct rig *rig)
{
	struct smmu_result result;
	struct outcome out = run(rig, rig_read(VA), &result);

	out.value = result.attr.pbha;
	return out;
}

/* The leaf afterwards: AF and AP[2]. */
static struct outcome sees_leaf(struct rig *rig)
{
	struct outcome out = writes(rig);
	uint64_t leaf = rig_get(rig, ENTRY(3));

	out.value = smmu_s1desc_AF(leaf) | smmu_s1desc_AP(leaf) << 1;
	return out;
}

static struct outcome sees_table(struct rig *rig)
{
	struct outcome out = reads(rig);

	out.value = smmu_s1table_AF(rig_get(rig, ENTRY(1)));
	return out;
}

static uint64_t mmio(struct rig *rig, bool write, uint64_t offset, unsigned size, uint64_t value)
{
	struct smmu_mmio access = {.write = write, .size = size, .offset = offset, .value = value};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_mmio(&reply, rig->model, &access), 0);
	return reply.value;
}

/* Asks for stage 1 of a read of VA; PAR of the group at base from GATOS_CTRL (9.1). */
static struct outcome asks(struct rig *rig, uint64_t base)
{
	mmio(rig, true, base + 0x108, 8, RIG_STREAM);
	mmio(rig, true, base + 0x110, 8, VA | 0x500);
	mmio(rig, true, base + 0x100, 4, 1);
	return (struct outcome){0, smmu_bits(mmio(rig, false, base + 0x118, 8, 0), 12, 44) << 12};
}

static struct outcome asks_gatos(struct rig *rig)
{
	return asks(rig, 0);
}

static struct outcome asks_vatos(struct rig *rig)
{
	return asks(rig, 0x20900);
}

static struct outcome sees_control_page(struct rig *rig)
{
	return (struct outcome){0, mmio(rig, false, 0x4000, 8, 0)};
}

/* 1 when the request is queued, 2 and the code of an automatic response. */
static struct outcome requests_page(struct rig *rig)
{
	struct smmu_txn txn = rig_read(VA);
	struct smmu_page_request request = {.txn = &txn, .prg_index = 1, .last = true};
	struct smmu_page_answer answer;

	cr_assert_eq(smmu_model_page_request(&answer, rig->model, &request), 0);
	return (struct outcome){0, (unsigned)answer.fate << 4 |
					   (answer.fate == SMMU_PAGE_ANSWERED ? answer.code : 0)};
}

/* Where VA + 4 KiB leads after its page has moved, with caches and this invalidation of VA on. */
static struct outcome moves(struct rig *rig, bool by_pe, struct smmu_cmd cmd)
{
	const struct smmu_caches ideal = smmu_caches_ideal();
	struct smmu_txn txn = rig_read(VA + 0x1000);
	struct smmu_result result;
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_set_caches(rig->model, &ideal), 0);
	cr_assert_eq(smmu_model_translate(&result, rig->model, &txn), 0);
	rig_put(rig, ENTRY(3) + 8, rig_page1(NEW));
	if (by_pe)
		cr_assert_eq(smmu_model_tlbi(rig->model, SMMU_SEC_NS, &cmd), 0);
	else
		cr_assert_eq(smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &cmd), 0);
	cr_assert_eq(smmu_model_translate(&result, rig->model, &txn), 0);
	return (struct outcome){0, result.pa.pa};
}

/* NUM 1, SCALE 0, TG 0b01: two pages of 4 KiB. */
static struct outcome invalidates_two(struct rig *rig)
{
	return moves(rig, false, (struct smmu_cmd){{SMMU_CMD_TLBI_NH_VAA | 1 << 12, VA | 1 << 10}});
}

static struct outcome broadcasts(struct rig *rig)
{
	return moves(rig, true, (struct smmu_cmd){{SMMU_CMD_TLBI_NH_VAA, VA + 0x1000}});
}

/* ---- what is there ---- */

static void idr3(struct rig *rig, uint64_t (*set)(uint64_t, uint64_t))
{
	rig->regs[SMMU_REG_IDR3] = set(rig->regs[SMMU_REG_IDR3], 1);
}

static void map1(struct rig *rig, uint64_t leaf)
{
	uint64_t next = T1;

	rig_map(rig, RIG_TTB0, VA, leaf, &next);
}

/* Stage 2 alone, of VA. */
static void map2(struct rig *rig, uint64_t leaf)
{
	uint64_t next = T2;

	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_S2);
	rig_map(rig, RIG_S2TTB, VA, leaf, &next);
}

static void page(struct rig *rig)
{
	map1(rig, rig_page1(OUT));
}

static void page_s2(struct rig *rig)
{
	map2(rig, rig_page2(OUT));
}

static void lpae(struct rig *rig)
{
	smmu_cd_set_AA64(&rig->cd, 0);
	smmu_cd_set_T0SZ(&rig->cd, 0);
	smmu_cd_set_T1SZ(&rig->cd, 0);
	rig_put(rig, RIG_TTB0 + 8, rig_table(T1));
	rig_put(rig, T1, rig_table(T1 + 4096));
	rig_put(rig, T1 + 4096 + 8, rig_page1(OUT));
}

/* 47 bits: levels 1 to 3 with indices 0, 1 and 1. */
static void granule_16k(struct rig *rig)
{
	smmu_cd_set_TG0(&rig->cd, SMMU_TG0_16K);
	smmu_cd_set_T0SZ(&rig->cd, 17);
	rig_put(rig, RIG_TTB0, rig_table(0x304000));
	rig_put(rig, 0x304000 + 8, rig_table(0x308000));
	rig_put(rig, 0x308000 + 8, rig_page1(0x348000));
}

/* 42 bits: levels 2 and 3 with index 1. */
static void leaf_64k(struct rig *rig, uint64_t oa)
{
	smmu_cd_set_TG0(&rig->cd, SMMU_TG0_64K);
	smmu_cd_set_T0SZ(&rig->cd, 22);
	rig_put(rig, RIG_TTB0 + 8, rig_table(0x310000));
	rig_put(rig, 0x310000 + 8, rig_page1(oa));
}

static void granule_64k(struct rig *rig)
{
	leaf_64k(rig, 0x350000);
}

static void asid_of_nine_bits(struct rig *rig)
{
	page(rig);
	smmu_cd_set_ASID(&rig->cd, 0x100);
}

static void vmid_of_nine_bits(struct rig *rig)
{
	page_s2(rig);
	smmu_ste_set_S2VMID(&rig->ste, 0x100);
}

/* EL2 has one privilege level, for which AP[1] does not count. */
static void world_of_el2(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_AP(rig_page1(OUT), 0));
	smmu_ste_set_STRW(&rig->ste, SMMU_STE_STRW_EL2);
}

static void aptable_disabled(struct rig *rig)
{
	page(rig);
	rig_put(rig, ENTRY(1), smmu_s1table_set_APTable(rig_get(rig, ENTRY(1)), 1));
	smmu_cd_set_HAD0(&rig->cd, 1);
}

static void accessed_by_hardware(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_AF(rig_page1(OUT), 0));
	smmu_cd_set_HA(&rig->cd, 1);
}

/* AP 0b11 with DBM: writable-clean. */
static void dirtied_by_hardware(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_DBM(smmu_s1desc_set_AP(rig_page1(OUT), 3), 1));
	smmu_cd_set_HA(&rig->cd, 1);
	smmu_cd_set_HD(&rig->cd, 1);
}

static void tables_accessed(struct rig *rig)
{
	page(rig);
	smmu_cd_set_HA(&rig->cd, 1);
	smmu_cd_set_HAFT(&rig->cd, 1);
}

static void commands(struct rig *rig)
{
	page(rig);
	rig_put(rig, ENTRY(3) + 8, rig_page1(OUT + 0x1000));
	rig->regs[SMMU_REG_CR0] = rig->regs[SMMU_REG_CR0ACK] = 0xd;
	rig->regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
}

static void page_requests(struct rig *rig)
{
	page(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_ATS(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR1] = smmu_IDR1_set_PRIQS(rig->regs[SMMU_REG_IDR1], 4);
	rig->regs[SMMU_REG_CR0] = smmu_CR0_set_PRIQEN(rig->regs[SMMU_REG_CR0], 1);
	rig->regs[SMMU_REG_PRIQ_BASE] =
		smmu_EVENTQ_BASE_set_ADDR(smmu_EVENTQ_BASE_set_LOG2SIZE(0, 2), PRIQ);
}

/* VATOS asks about a VMID: stage 1 alone has one too. */
static void vatos(struct rig *rig)
{
	page(rig);
	smmu_ste_set_S2VMID(&rig->ste, 7);
	rig->regs[SMMU_REG_VATOS_SEL] = 7;
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_ATOS(rig->regs[SMMU_REG_IDR0], 1);
}

static void control_page(struct rig *rig)
{
	page(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_MSI(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR6] = smmu_IDR6_set_CMDQ_CONTROL_PAGE_LOG2NUMQ(0, 2);
	rig->regs[SMMU_REG_CMDQ_CONTROL_PAGE_BASE] = ECMDQ_PAGE | 3;
}

/* XN[1:0] 0b01: EL0 may execute, EL1 may not. */
static void execute_never_el1(struct rig *rig)
{
	map2(rig, smmu_s2desc_set_XN(rig_page2(OUT), 1));
}

/* Bit 59 of stage 1 alone is enabled. */
static void hardware_attributes(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_PBHA(rig_page1(OUT), 0xf));
	smmu_cd_set_HAD0(&rig->cd, 1);
	smmu_cd_set_HWU059(&rig->cd, 1);
}

/* Level 1 with index 0x40, then as 42 bits. */
static void input_of_52_bits(struct rig *rig)
{
	smmu_cd_set_TG0(&rig->cd, SMMU_TG0_64K);
	smmu_cd_set_T0SZ(&rig->cd, 12);
	rig_put(rig, RIG_TTB0 + 8 * 0x40, rig_table(0x310000));
	rig_put(rig, 0x310000 + 8, rig_table(0x320000));
	rig_put(rig, 0x320000 + 8, rig_page1(0x350000));
}

/* Bits [15:12] hold OA[51:48]. */
static void output_of_52_bits(struct rig *rig)
{
	leaf_64k(rig, 0x351000);
	smmu_cd_set_IPS(&rig->cd, SMMU_SIZE_52);
}

/* A Block of 2 MiB at the level of ENTRY(2). */
static void block_with_nt(struct rig *rig)
{
	page(rig);
	rig_put(rig, ENTRY(2), smmu_s1desc_set_nT(rig_block1(0x400000), 1));
}

static void small_table(struct rig *rig)
{
	smmu_cd_set_T0SZ(&rig->cd, 43);
	rig_put(rig, RIG_TTB0 + 8 * 5, rig_page1(OUT));
}

static void partition(struct rig *rig)
{
	page(rig);
	rig->regs[SMMU_REG_MPAMIDR] = 0x0100ff;
	smmu_ste_set_PARTID(&rig->ste, 0x25);
	smmu_ste_set_PMG(&rig->ste, 1);
}

/* 0b0110 is forced Write-Back, or Outer Non-cacheable and Inner Write-Through to combine. */
static void forced_write_back(struct rig *rig)
{
	map2(rig, smmu_s2desc_set_MemAttr(rig_page2(OUT), 6));
	smmu_ste_set_S2FWB(&rig->ste, 1);
}

static void closed_half(struct rig *rig)
{
	page(rig);
	smmu_cd_set_E0PD0(&rig->cd, 1);
}

/* Bits [9:8] hold OA[51:50], or SH 0b10. */
static void lpa2(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_SH(rig_page1(OUT), 2));
	smmu_cd_set_DS(&rig->cd, 1);
	smmu_cd_set_IPS(&rig->cd, SMMU_SIZE_52);
	rig->regs[SMMU_REG_IDR5] = smmu_IDR5_set_OAS(rig->regs[SMMU_REG_IDR5], SMMU_SIZE_52);
	rig->regs[SMMU_REG_IDR5] = smmu_IDR5_set_VAX(rig->regs[SMMU_REG_IDR5], SMMU_IDR5_VAX_52);
}

/* EL0 may execute it and do nothing else. */
static void executable_by_el0(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_AP(rig_page1(OUT), 0));
	smmu_cd_set_PAN(&rig->cd, 1);
	smmu_cd_set_EPAN(&rig->cd, 1);
}

/* PIIndex 1 is what AP 0b01 is under the Direct scheme. */
static void indirect_s2(struct rig *rig, uint64_t encoding)
{
	page_s2(rig);
	smmu_ste_set_S2PIE(&rig->ste, 1);
	rig->regs[SMMU_REG_S2PII] = encoding << 4;
}

/* Without stage 1 nothing has the Assured Translation property. */
static void assured_only(struct rig *rig)
{
	idr3(rig, smmu_IDR3_set_S2PI);
	indirect_s2(rig, 0xf);
	rig_put(rig, T2 + 0x2000 + 8 * smmu_bits(VA, 12, 9),
		smmu_s2desc_set_AssuredOnly(rig_page2(OUT), 1));
	smmu_ste_set_AssuredOnly(&rig->ste, 1);
}

static void indirect_s1(struct rig *rig)
{
	page(rig);
	smmu_ste_set_S1PIE(&rig->ste, 1);
	smmu_cd_set_PIE(&rig->cd, 1);
	smmu_cd_set_PIIU(&rig->cd, 1, SMMU_PII_NONE);
}

static void no_access_s2(struct rig *rig)
{
	indirect_s2(rig, 0);
}

/* Overlay 0 is No Access. */
static void overlay_s2(struct rig *rig)
{
	idr3(rig, smmu_IDR3_set_S2PI);
	indirect_s2(rig, 0xf);
	smmu_ste_set_S2POE(&rig->ste, 1);
}

/* One level of 8 bits; AA64 == 0 is VMSAv8-32 without D128. */
static void wide_descriptors(struct rig *rig)
{
	idr3(rig, smmu_IDR3_set_S1PI);
	idr3(rig, smmu_IDR3_set_AIE);
	smmu_cd_set_AA64(&rig->cd, 0);
	smmu_cd_set_T0SZ(&rig->cd, 44);
	smmu_cd_set_EPD1(&rig->cd, 1);
	smmu_ste_set_S1PIE(&rig->ste, 1);
	smmu_cd_set_PIIU(&rig->cd, 0, SMMU_PII_R);
	/* Valid, AF. */
	rig_put(rig, RIG_TTB0 + 16 * 5, OUT | 0x401);
}

/* Index 8 takes the last byte of MAIR, index 0 the first. */
static void attribute_index_8(struct rig *rig)
{
	map1(rig, smmu_s1desc_set_AttrIndx_AIE(rig_page1(OUT), 8));
	smmu_cd_set_AIE(&rig->cd, 1);
	smmu_cd_set_MAIR0(&rig->cd, 0xff);
	smmu_cd_set_MAIR1(&rig->cd, 0x44000000);
}

static void no_tag_access(struct rig *rig)
{
	map2(rig, smmu_s2desc_set_MemAttr(rig_page2(OUT), 4));
}

#define OK(value)      0, value
#define EVENT(type)    type, 0
#define ANSWERED(code) OK(SMMU_PAGE_ANSWERED << 4 | (code))

static const struct pair pairs[] = {
	{"SMMUv3.0-S1P", "5.2 Config: ILLEGAL", 1, 0, page, reads, OK(OUT), EVENT(BAD_STE)},
	{"SMMUv3.0-S2P", "5.2 Config: ILLEGAL", 1, 0, page_s2, reads, OK(OUT), EVENT(BAD_STE)},
	{"SMMUv3.0-TTFAA32", "5.4 AA64: ILLEGAL", 3, 2, lpae, reads_32, OK(OUT), EVENT(BAD_CD)},
	{"SMMUv3.0-TTFAA64", "5.4 AA64: ILLEGAL", 3, 1, page, reads, OK(OUT), EVENT(BAD_CD)},
	{"SMMUv3.0-GRAN4K", "5.4 TG0: ILLEGAL", 1, 0, page, reads, OK(OUT), EVENT(BAD_CD)},
	{"SMMUv3.0-GRAN16K", "5.4 TG0: ILLEGAL", 1, 0, granule_16k, reads_16k, OK(0x348000),
	 EVENT(BAD_CD)},
	{"SMMUv3.0-GRAN64K", "5.4 TG0: ILLEGAL", 1, 0, granule_64k, reads_64k, OK(0x350000),
	 EVENT(BAD_CD)},
	{"SMMUv3.0-ASID16", "5.4 ASID: ILLEGAL", 1, 0, asid_of_nine_bits, reads, OK(OUT),
	 EVENT(BAD_CD)},
	{"SMMUv3.0-VMID16", "5.2 S2VMID: ILLEGAL", 1, 0, vmid_of_nine_bits, reads, OK(OUT),
	 EVENT(BAD_STE)},
	{"SMMUv3.0-Hyp", "5.2 STRW: RES0, NS-EL1", 1, 0, world_of_el2, reads, OK(OUT),
	 EVENT(PERMISSION)},
	{"SMMUv3.0-HAD", "6.3.4 HAD: HAD0 RES0, D8-64 APTable", 1, 0, aptable_disabled, reads,
	 OK(OUT), EVENT(PERMISSION)},
	{"SMMUv3.0-HTTUA", "5.4 HA: ILLEGAL; 3.13.2", 1, 0, accessed_by_hardware, sees_leaf, OK(3),
	 BAD_CD, 2},
	{"SMMUv3.0-HTTUD", "5.4 HD: ILLEGAL; 3.13.3", 2, 1, dirtied_by_hardware, sees_leaf, OK(3),
	 BAD_CD, 7},
	{"SMMUv3.0-BTM", "3.17: broadcast invalidation or none", 1, 0, commands, broadcasts,
	 OK(NEW), OK(OUT + 0x1000)},
	{"SMMUv3.0-PRI", "8.1, 8.2: queued, or Response Failure", 1, 0, page_requests,
	 requests_page, OK(SMMU_PAGE_QUEUED << 4), ANSWERED(0xf)},
	{"SMMUv3.0-ATOS", "6.3.40: PAR is RES0", 1, 0, page, asks_gatos, OK(OUT), OK(0)},
	{"SMMUv3.0-VATOS", "6.3.102: PAR is RES0", 1, 0, vatos, asks_vatos, OK(OUT), OK(0)},
	{"SMMUv3.1-XNX", "6.3.4 XNX: XN[0] is not there; D8-76", 1, 0, execute_never_el1,
	 fetches_privileged, EVENT(PERMISSION), OK(OUT)},
	{"SMMUv3.1-TTPBHA", "5.4 HWU059: IGNORED; D8.7.2", 1, 0, hardware_attributes, sees_pbha,
	 OK(1), OK(0)},
	{"SMMUv3.1-VAX", "3.4.1, 5.4 T0SZ: ILLEGAL", SMMU_IDR5_VAX_52, 0, input_of_52_bits,
	 reads_52, OK(0x350000), EVENT(BAD_CD)},
	{"SMMUv3.1-LPA", "3.4, D8.3.1: bits [15:12] RES0", SMMU_SIZE_52, 5, output_of_52_bits,
	 reads_64k, OK(UINT64_C(0x1000000350000)), OK(0x350000)},
	/* No conflict ever arises in one walk: the level decides about nothing but caches. */
	{"SMMUv3.2-BBML1", "3.21.1.3: nT == 1 causes no fault; level 0: RES0", 1, 0, block_with_nt,
	 reads, OK(0x478000), OK(0x478000)},
	{"SMMUv3.2-BBML2", "3.21.1.3: nT is ignored; level 1: no fault", 2, 1, block_with_nt, reads,
	 OK(0x478000), OK(0x478000)},
	{"SMMUv3.2-RIL", "4.4.1.1: NUM is RES0", 1, 0, commands, invalidates_two, OK(NEW),
	 OK(OUT + 0x1000)},
	{"SMMUv3.2-STT", "5.4 T0SZ: ILLEGAL", 1, 0, small_table, reads_21, OK(OUT), EVENT(BAD_CD)},
	{"SMMUv3.2-MPAM", "17.2, 5.2 PARTID: RES0", 1, 0, partition, sees_partid, OK(0x2501),
	 OK(0)},
	{"SMMUv3.2-S2FWB", "5.2 S2FWB: RES0; D8-96, D8-99", 1, 0, forced_write_back,
	 sees_memory_of_nc, OK(SMMU_ATTR_WB), OK(SMMU_ATTR_NC)},
	{"SMMUv3.3-E0PD", "5.4 E0PD0: RES0", 1, 0, closed_half, reads, EVENT(TRANSLATION), OK(OUT)},
	{"SMMUv3.3-ECMDQ", "6.3.107: RES0", 1, 0, control_page, sees_control_page,
	 OK(ECMDQ_PAGE | 3), OK(0)},
	{"SMMUv3.4-LPA2", "5.4 DS: RES0; D8.3.1", 1, 0, lpa2, reads, OK(OUT | UINT64_C(1) << 51),
	 OK(OUT)},
	{"SMMUv3.4-PAN3", "5.4 EPAN: RES0", 1, 0, executable_by_el0, reads_privileged,
	 EVENT(PERMISSION), OK(OUT)},
	{"SMMUv3.4-THE", "3.27.2, 5.2 AssuredOnly: RES0", 1, 0, assured_only, reads,
	 EVENT(PERMISSION), OK(OUT)},
	{"SMMUv3.4-S1PIE", "3.26.1, 5.4 PIE: RES0", 1, 0, indirect_s1, reads, EVENT(PERMISSION),
	 OK(OUT)},
	{"SMMUv3.4-S2PIE", "3.26.2, 5.2 S2PIE: RES0", 1, 0, no_access_s2, reads, EVENT(PERMISSION),
	 OK(OUT)},
	{"SMMUv3.4-S2POE", "3.26.2, 5.2 S2POE: RES0", 1, 0, overlay_s2, reads, EVENT(PERMISSION),
	 OK(OUT)},
	{"SMMUv3.4-D128", "5.4 AA64: VMSAv8-32, ILLEGAL", 1, 0, wide_descriptors, reads_21, OK(OUT),
	 EVENT(BAD_CD)},
	{"SMMUv3.4-AIE", "5.4 AIE: RES0; MAIR1", 1, 0, attribute_index_8, sees_memory,
	 OK(SMMU_ATTR_NC), OK(SMMU_ATTR_WB)},
	{"SMMUv3.4-HAFT", "3.13.6, 5.4 HAFT: RES0", SMMU_IDR0_HTTU_TABLE_AF,
	 SMMU_IDR0_HTTU_AF_DIRTY, tables_accessed, sees_table, OK(1), OK(0)},
	{"SMMUv3.4-MTE_PERM", "3.23.1; 5.2 MemAttr 0b0100: Device-nGnRnE", 1, 0, no_tag_access,
	 sees_memory, OK(SMMU_ATTR_WB), OK(16 + SMMU_MEM_NGNRNE)},
};

/* The field of the identification register that a feature names. */
static void advertise(struct rig *rig, const struct smmu_feature *feature, uint64_t value)
{
	const char *dot = strchr(feature->field, '.');
	char name[32] = "";
	enum smmu_reg reg;

	cr_assert(dot && (size_t)(dot - feature->field) < sizeof(name));
	memcpy(name, feature->field, (size_t)(dot - feature->field));
	cr_assert_eq(smmu_reg_find(&reg, name), 0, "%s", name);
	cr_assert_eq(smmu_field_set(smmu_format_field(smmu_reg_info(reg)->format, dot + 1),
				    &rig->regs[reg], 0, value),
		     0, "%s", feature->field);
}

static void check(const struct pair *pair, bool on)
{
	const struct smmu_feature *feature = smmu_feature_find(pair->feature);
	unsigned event = on ? pair->with_event : pair->without_event;
	uint64_t value = on ? pair->with_value : pair->without_value;
	struct outcome got;
	struct rig rig;

	cr_assert(feature, "%s", pair->feature);
	rig_init(&rig);
	if (feature->since > 3)
		rig.regs[SMMU_REG_AIDR] = feature->since;
	pair->arrange(&rig);
	advertise(&rig, feature, on ? pair->on : pair->off);
	cr_expect_eq(feature->present(rig.regs), on, "%s", pair->feature);
	rig_start(&rig);
	got = pair->observe(&rig);
	cr_expect_eq(got.event, event, "%s %s, %s: event %#x", pair->feature,
		     on ? "advertised" : "absent", pair->section, got.event);
	cr_expect_eq(got.value, value, "%s %s, %s: %#lx", pair->feature,
		     on ? "advertised" : "absent", pair->section, (unsigned long)got.value);
	rig_fini(&rig);
}

Test(pairs, a_feature_is_seen_where_it_is_advertised_alone)
{
	for (size_t i = 0; i < SMMU_LEN(pairs); i++) {
		check(&pairs[i], true);
		check(&pairs[i], false);
	}
}

static bool has_pair(const char *feature)
{
	for (size_t i = 0; i < SMMU_LEN(pairs); i++)
		if (!strcmp(pairs[i].feature, feature))
			return true;
	return false;
}

/* `smmu help features` says modelled of nothing that is not shown here, and of all that is. */
Test(pairs, what_is_said_to_be_modelled_has_a_pair)
{
	const struct smmu_feature *features;
	size_t count = smmu_features(&features);

	for (size_t i = 0; i < count; i++)
		cr_expect_eq((features[i].does & SMMU_DOES_MODEL) != 0, has_pair(features[i].name),
			     "%s", features[i].name);
}
