#include "rig.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "spec/desc.h"

static void expect(bool held)
{
	cr_assert(held, "the rig itself failed");
}

static void identify(struct rig *rig)
{
	uint64_t idr0 = 0, idr1 = 0, idr3 = 0, idr5 = 0;

	idr0 = smmu_IDR0_set_S1P(idr0, 1);
	idr0 = smmu_IDR0_set_S2P(idr0, 1);
	idr0 = smmu_IDR0_set_TTF(idr0, SMMU_IDR0_TTF_AA64);
	idr0 = smmu_IDR0_set_HTTU(idr0, SMMU_IDR0_HTTU_AF_DIRTY);
	idr0 = smmu_IDR0_set_Hyp(idr0, 1);
	idr0 = smmu_IDR0_set_ASID16(idr0, 1);
	idr0 = smmu_IDR0_set_VMID16(idr0, 1);
	idr0 = smmu_IDR0_set_CD2L(idr0, 1);
	idr0 = smmu_IDR0_set_ST_LEVEL(idr0, 1);
	idr1 = smmu_IDR1_set_SIDSIZE(idr1, 16);
	idr1 = smmu_IDR1_set_SSIDSIZE(idr1, 20);
	idr1 = smmu_IDR1_set_EVENTQS(idr1, 19);
	idr1 = smmu_IDR1_set_CMDQS(idr1, 19);
	idr1 = smmu_IDR1_set_ATTR_PERMS_OVR(idr1, 1);
	idr3 = smmu_IDR3_set_HAD(idr3, 1);
	idr3 = smmu_IDR3_set_XNX(idr3, 1);
	idr3 = smmu_IDR3_set_STT(idr3, 1);
	idr3 = smmu_IDR3_set_FWB(idr3, 1);
	idr3 = smmu_IDR3_set_E0PD(idr3, 1);
	idr5 = smmu_IDR5_set_OAS(idr5, 5);
	idr5 = smmu_IDR5_set_GRAN4K(idr5, 1);
	idr5 = smmu_IDR5_set_GRAN16K(idr5, 1);
	idr5 = smmu_IDR5_set_GRAN64K(idr5, 1);
	rig->regs[SMMU_REG_IDR0] = idr0;
	rig->regs[SMMU_REG_IDR1] = idr1;
	rig->regs[SMMU_REG_IDR3] = idr3;
	rig->regs[SMMU_REG_IDR5] = idr5;
	rig->regs[SMMU_REG_AIDR] = 3;
}

void rig_init(struct rig *rig)
{
	*rig = (struct rig){0};
	expect(smmu_mem_new(&rig->mem) == 0);
	expect(smmu_mem_add_ram(rig->mem, SMMU_PAS_ALL, 0, RIG_RAM) == 0);
	identify(rig);
	rig->regs[SMMU_REG_CR0] = smmu_CR0_set_EVENTQEN(smmu_CR0_set_SMMUEN(0, 1), 1);
	rig->regs[SMMU_REG_CR2] = smmu_CR2_set_RECINVSID(0, 1);
	rig->regs[SMMU_REG_STRTAB_BASE] = RIG_STRTAB;
	rig->regs[SMMU_REG_STRTAB_BASE_CFG] = smmu_STRTAB_BASE_CFG_set_LOG2SIZE(0, 4);
	rig->regs[SMMU_REG_EVENTQ_BASE] =
		smmu_EVENTQ_BASE_set_ADDR(smmu_EVENTQ_BASE_set_LOG2SIZE(0, 3), RIG_EVENTQ);
	smmu_ste_set_V(&rig->ste, 1);
	smmu_ste_set_Config(&rig->ste, SMMU_STE_CONFIG_S1);
	smmu_ste_set_S1ContextPtr(&rig->ste, RIG_CD);
	smmu_ste_set_S2T0SZ(&rig->ste, 16);
	smmu_ste_set_S2SL0(&rig->ste, 2);
	smmu_ste_set_S2PS(&rig->ste, 5);
	smmu_ste_set_S2AA64(&rig->ste, 1);
	smmu_ste_set_S2R(&rig->ste, 1);
	smmu_ste_set_S2TTB(&rig->ste, RIG_S2TTB);
	smmu_cd_set_V(&rig->cd, 1);
	smmu_cd_set_AA64(&rig->cd, 1);
	smmu_cd_set_T0SZ(&rig->cd, 16);
	smmu_cd_set_T1SZ(&rig->cd, 16);
	smmu_cd_set_TG1(&rig->cd, SMMU_TG1_4K);
	smmu_cd_set_IPS(&rig->cd, 5);
	smmu_cd_set_A(&rig->cd, 1);
	smmu_cd_set_R(&rig->cd, 1);
	smmu_cd_set_TTB0(&rig->cd, RIG_TTB0);
	smmu_cd_set_TTB1(&rig->cd, RIG_TTB1);
}

void rig_put(struct rig *rig, uint64_t pa, uint64_t value)
{
	uint8_t bytes[8];

	smmu_st64le(bytes, value);
	expect(smmu_mem_write(rig->mem, (struct smmu_pa){pa, SMMU_PAS_NS}, bytes, sizeof(bytes)));
}

uint64_t rig_get(struct rig *rig, uint64_t pa)
{
	uint64_t value = 0;

	expect(smmu_mem_ld64(&value, rig->mem, (struct smmu_pa){pa, SMMU_PAS_NS}));
	return value;
}

void rig_start(struct rig *rig)
{
	for (unsigned i = 0; i < 8; i++) {
		rig_put(rig, RIG_STRTAB + RIG_STREAM * SMMU_STE_BYTES + 8 * i, rig->ste.word[i]);
		rig_put(rig, RIG_CD + 8 * i, rig->cd.word[i]);
	}
	smmu_model_free(rig->model);
	expect(smmu_model_new(&rig->model, rig->mem, rig->regs) == 0);
}

void rig_fini(struct rig *rig)
{
	smmu_model_free(rig->model);
	smmu_mem_free(rig->mem);
}

void rig_changed(struct rig *rig)
{
	smmu_model_flush(rig->model);
}

uint64_t rig_table(uint64_t next)
{
	return next | smmu_desc_type_bits(SMMU_DESC_TABLE);
}

static uint64_t leaf1(uint64_t oa)
{
	return smmu_s1desc_set_AF(smmu_s1desc_set_AP(oa, 1), 1);
}

static uint64_t leaf2(uint64_t oa)
{
	return smmu_s2desc_set_AF(smmu_s2desc_set_S2AP(smmu_s2desc_set_MemAttr(oa, 15), 3), 1);
}

uint64_t rig_page1(uint64_t oa)
{
	return leaf1(oa) | smmu_desc_type_bits(SMMU_DESC_PAGE);
}

uint64_t rig_block1(uint64_t oa)
{
	return leaf1(oa) | smmu_desc_type_bits(SMMU_DESC_BLOCK);
}

uint64_t rig_page2(uint64_t oa)
{
	return leaf2(oa) | smmu_desc_type_bits(SMMU_DESC_PAGE);
}

uint64_t rig_block2(uint64_t oa)
{
	return leaf2(oa) | smmu_desc_type_bits(SMMU_DESC_BLOCK);
}

void rig_map(struct rig *rig, uint64_t root, uint64_t address, uint64_t leaf, uint64_t *next)
{
	uint64_t table = root;

	for (unsigned level = 0; level < 3; level++) {
		uint64_t at = table + 8 * smmu_bits(address, 39 - 9 * level, 9);

		if (!rig_get(rig, at)) {
			rig_put(rig, at, rig_table(*next));
			*next += 4096;
		}
		table = smmu_align_down_log2(smmu_bits(rig_get(rig, at), 0, 48), 12);
	}
	rig_put(rig, table + 8 * smmu_bits(address, 12, 9), leaf);
}

struct smmu_txn rig_read(uint64_t address)
{
	return (struct smmu_txn){.address = address,
				 .size = 1,
				 .stream = RIG_STREAM,
				 .read = true,
				 .alloc = SMMU_ALLOC_NONE_SUPPLIED};
}

struct smmu_txn rig_write(uint64_t address)
{
	struct smmu_txn txn = rig_read(address);

	txn.read = false;
	txn.write = true;
	return txn;
}

struct smmu_txn rig_fetch(uint64_t address)
{
	struct smmu_txn txn = rig_read(address);

	txn.instruction = true;
	return txn;
}

struct smmu_result rig_run(struct rig *rig, struct smmu_txn txn, const char *row)
{
	struct smmu_result probe, result;

	/* Nothing of the result may be left as it was. */
	memset(&result, 0x5a, sizeof(result));
	cr_assert_eq(smmu_model_probe(&probe, rig->model, &txn, NULL), 0, "%s", row);
	cr_assert_eq(smmu_model_translate(&result, rig->model, &txn), 0, "%s", row);
	cr_expect_eq(probe.status, result.status, "%s: a probe says otherwise", row);
	cr_expect_eq(probe.event.present, result.event.present, "%s", row);
	if (result.event.present)
		cr_expect_arr_eq(probe.event.word, result.event.word, sizeof(probe.event.word),
				 "%s", row);
	if (result.status == SMMU_STATUS_OK)
		cr_expect_eq(probe.pa.pa, result.pa.pa, "%s: 0x%" PRIx64, row, probe.pa.pa);
	cr_expect_eq(probe.blame.reason, result.blame.reason, "%s", row);
	return result;
}

struct smmu_evt rig_event(const struct smmu_result *result)
{
	struct smmu_evt evt = {{0}};

	if (result->event.present)
		memcpy(evt.word, result->event.word, sizeof(evt.word));
	return evt;
}
