/*
 * Caches that show, and what each invalidation takes out of them: IHI 0070
 * 3.17, 3.21, 4.3, 4.4.
 */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "rig.h"

#define CMDQ	 UINT64_C(0x9000)
#define VA	 UINT64_C(0x1234000)
#define OLD	 UINT64_C(0x400000)
#define NEW	 UINT64_C(0x500000)
#define ASID	 5u
#define VMID	 7u
#define L1	 UINT64_C(0x110000) /* tables of the four levels, in the order rig_map makes them */
#define L3_ENTRY (L1 + 0x2000 + 8 * (VA >> 12 & 0x1ff))

static void caches(struct rig *rig)
{
	const struct smmu_caches ideal = smmu_caches_ideal();

	cr_assert_eq(smmu_model_set_caches(rig->model, &ideal), 0);
}

/* A rig whose stream has one page, of ASID and VMID; nG as said. */
static void start(struct rig *rig, bool global, uint64_t world)
{
	uint64_t next = L1;

	rig_init(rig);
	rig->regs[SMMU_REG_CR0] = rig->regs[SMMU_REG_CR0ACK] = 0xd;
	rig->regs[SMMU_REG_IDR3] = smmu_IDR3_set_RIL(rig->regs[SMMU_REG_IDR3], 1);
	rig->regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
	smmu_ste_set_S2VMID(&rig->ste, VMID);
	smmu_ste_set_STRW(&rig->ste, world);
	smmu_cd_set_ASID(&rig->cd, ASID);
	rig_start(rig);
	rig_map(rig, RIG_TTB0, VA, smmu_s1desc_set_nG(rig_page1(OLD), !global), &next);
	caches(rig);
}

static uint64_t read_pa(struct rig *rig, uint64_t va, bool *stale)
{
	struct smmu_txn txn = rig_read(va);
	struct smmu_result result;

	cr_assert_eq(smmu_model_translate(&result, rig->model, &txn), 0);
	*stale = result.stale;
	return result.status == SMMU_STATUS_OK ? result.pa.pa : 0;
}

static void issue(struct rig *rig, uint64_t low, uint64_t high)
{
	struct smmu_cmd cmd = {{low, high}};
	struct smmu_reply reply;

	cr_assert_eq(smmu_model_command(&reply, rig->model, SMMU_SEC_NS, &cmd), 0);
	cr_assert_eq(reply.status, SMMU_STATUS_NONE, "0x%" PRIx64 " 0x%" PRIx64, low, high);
}

/* A command's VMID [47:32] and ASID [63:48]. */
#define IDS(vmid, asid) ((uint64_t)(vmid) << 32 | (uint64_t)(asid) << 48)
/* TG [75:74], TTL [73:72]; NUM [16:12], SCALE [24:20]. */
#define TG4	       UINT64_C(0x400)
#define TTL(n)	       ((uint64_t)(n) << 8)
#define RANGE(num, sc) ((uint64_t)(num) << 12 | (uint64_t)(sc) << 20)

Test(cached, translations_stay_until_an_invalidation_names_them)
{
	static const struct {
		const char *row;
		bool global;
		uint64_t low, high;
		bool gone;
	} rows[] = {
		{"nothing", false, SMMU_CMD_SYNC, 0, false},
		{"NH_ALL", false, SMMU_CMD_TLBI_NH_ALL | IDS(7, 0), 0, true},
		{"NH_ALL, other VMID", false, SMMU_CMD_TLBI_NH_ALL | IDS(6, 0), 0, false},
		{"NH_ALL, global", true, SMMU_CMD_TLBI_NH_ALL | IDS(7, 0), 0, true},
		{"NH_ASID", false, SMMU_CMD_TLBI_NH_ASID | IDS(7, 5), 0, true},
		{"NH_ASID, other ASID", false, SMMU_CMD_TLBI_NH_ASID | IDS(7, 4), 0, false},
		{"NH_ASID, other VMID", false, SMMU_CMD_TLBI_NH_ASID | IDS(6, 5), 0, false},
		{"NH_ASID, global", true, SMMU_CMD_TLBI_NH_ASID | IDS(7, 5), 0, false},
		{"NH_VA", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA, true},
		{"NH_VA, last level", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA | 1, true},
		{"NH_VA, other address", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA + 0x1000,
		 false},
		{"NH_VA, other ASID", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 4), VA, false},
		{"NH_VA, other ASID, global", true, SMMU_CMD_TLBI_NH_VA | IDS(7, 4), VA, true},
		{"NH_VA, other VMID, global", true, SMMU_CMD_TLBI_NH_VA | IDS(6, 5), VA, false},
		{"NH_VAA", false, SMMU_CMD_TLBI_NH_VAA | IDS(7, 0), VA, true},
		{"NH_VAA, other VMID", false, SMMU_CMD_TLBI_NH_VAA | IDS(6, 0), VA, false},
		{"range that ends before", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5) | RANGE(3, 0),
		 (VA - 0x4000) | TG4, false},
		{"range that ends with it", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5) | RANGE(4, 0),
		 (VA - 0x4000) | TG4, true},
		{"range by SCALE", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5) | RANGE(0, 2),
		 (VA - 0x3000) | TG4, true},
		{"level 3", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA | TG4 | TTL(3), true},
		{"level 2", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA | TG4 | TTL(2), false},
		{"other granule", false, SMMU_CMD_TLBI_NH_VA | IDS(7, 5),
		 VA | UINT64_C(0xc00) | TTL(3), false},
		{"S12_VMALL", false, SMMU_CMD_TLBI_S12_VMALL | IDS(7, 0), 0, true},
		{"S12_VMALL, other VMID", false, SMMU_CMD_TLBI_S12_VMALL | IDS(6, 0), 0, false},
		{"S2_IPA is of stage 2", false, SMMU_CMD_TLBI_S2_IPA | IDS(7, 0), VA, false},
		{"NSNH_ALL", false, SMMU_CMD_TLBI_NSNH_ALL, 0, true},
		{"EL2_ALL", false, SMMU_CMD_TLBI_EL2_ALL, 0, false},
		{"EL2_VAA", false, SMMU_CMD_TLBI_EL2_VAA, VA, false},
		{"CFGI_ALL leaves translations", false, SMMU_CMD_CFGI_STE_RANGE, 31, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct rig rig;
		bool stale;

		start(&rig, rows[i].global, 0);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s", rows[i].row);
		cr_expect_not(stale, "%s", rows[i].row);
		rig_put(&rig, L3_ENTRY, smmu_s1desc_set_nG(rig_page1(NEW), !rows[i].global));
		rig_changed(&rig);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s: before", rows[i].row);
		cr_expect(stale, "%s: before", rows[i].row);
		issue(&rig, rows[i].low, rows[i].high);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].gone ? NEW : OLD, "%s",
			     rows[i].row);
		cr_expect_eq(stale, !rows[i].gone, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* 4.4.1.1 TTL128: the hint is of one format of descriptors alone. */
Test(cached, a_level_is_of_one_format)
{
	static const struct {
		const char *row;
		bool wide;
		uint64_t hints; /* TTL128 is bit 71 */
		bool gone;
	} rows[] = {
		{"64 bits", false, TG4 | TTL(3), true},
		{"64 bits, hint of 128", false, TG4 | TTL(3) | 0x80, false},
		{"128 bits", true, TG4 | TTL(3) | 0x80, true},
		{"128 bits, hint of 64", true, TG4 | TTL(3), false},
		{"128 bits, no hint", true, 0, true},
	};
	const uint64_t va = 0x5000;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		/* 128-bit descriptors of one level, the third; 64-bit ones in a new table of it. */
		uint64_t next = L1 + 0x10000;
		uint64_t at = rows[i].wide ? RIG_TTB0 + 16 * 5 : next + 8 * 5;
		uint64_t leaf = rows[i].wide ? UINT64_C(0x401) : rig_page1(0); /* valid, AF */
		struct rig rig;
		bool stale;

		start(&rig, true, 0);
		rig.regs[SMMU_REG_AIDR] = 4;
		rig.regs[SMMU_REG_IDR3] = smmu_IDR3_set_S1PI(rig.regs[SMMU_REG_IDR3], 1);
		rig.regs[SMMU_REG_IDR5] = smmu_IDR5_set_D128(rig.regs[SMMU_REG_IDR5], 1);
		if (rows[i].wide) {
			smmu_ste_set_S1PIE(&rig.ste, 1);
			smmu_cd_set_AA64(&rig.cd, 0);
			smmu_cd_set_T0SZ(&rig.cd, 44);
			smmu_cd_set_EPD1(&rig.cd, 1);
			smmu_cd_set_PIIU(&rig.cd, 0, SMMU_PII_R);
			rig_put(&rig, RIG_TTB0, 0);
			rig_put(&rig, at, OLD | leaf);
		} else {
			rig_map(&rig, RIG_TTB0, va, OLD | leaf, &next);
		}
		rig_start(&rig);
		caches(&rig);
		cr_expect_eq(read_pa(&rig, va, &stale), OLD, "%s", rows[i].row);
		rig_put(&rig, at, NEW | leaf);
		rig_changed(&rig);
		issue(&rig, SMMU_CMD_TLBI_NH_VA | IDS(VMID, ASID), va | rows[i].hints);
		cr_expect_eq(read_pa(&rig, va, &stale), rows[i].gone ? NEW : OLD, "%s",
			     rows[i].row);
		cr_expect_eq(stale, !rows[i].gone, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

Test(cached, el2_has_entries_of_its_own)
{
	static const struct {
		const char *row;
		bool e2h;
		uint64_t low, high;
		bool gone;
	} rows[] = {
		{"EL2_ALL", false, SMMU_CMD_TLBI_EL2_ALL, 0, true},
		{"EL2_ALL, E2H", true, SMMU_CMD_TLBI_EL2_ALL, 0, true},
		{"EL2_VA ignores the ASID", false, SMMU_CMD_TLBI_EL2_VA | IDS(0, 4), VA, true},
		{"EL2_VA, E2H", true, SMMU_CMD_TLBI_EL2_VA | IDS(0, 5), VA, true},
		{"EL2_VA, E2H, other ASID", true, SMMU_CMD_TLBI_EL2_VA | IDS(0, 4), VA, false},
		{"EL2_VAA, E2H", true, SMMU_CMD_TLBI_EL2_VAA, VA, true},
		{"EL2_ASID", false, SMMU_CMD_TLBI_EL2_ASID | IDS(0, 5), 0, false},
		{"EL2_ASID, E2H", true, SMMU_CMD_TLBI_EL2_ASID | IDS(0, 5), 0, true},
		{"NH_ALL", false, SMMU_CMD_TLBI_NH_ALL | IDS(7, 0), 0, false},
		{"NSNH_ALL", false, SMMU_CMD_TLBI_NSNH_ALL, 0, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t next = L1;
		struct rig rig;
		bool stale;

		rig_init(&rig);
		rig.regs[SMMU_REG_CR0] = rig.regs[SMMU_REG_CR0ACK] = 0xd;
		rig.regs[SMMU_REG_CR2] = smmu_CR2_set_E2H(rig.regs[SMMU_REG_CR2], rows[i].e2h);
		rig.regs[SMMU_REG_CMDQ_BASE] = smmu_CMDQ_BASE_set_LOG2SIZE(CMDQ, 4);
		smmu_ste_set_STRW(&rig.ste, 2); /* 0b10: EL2 */
		smmu_cd_set_ASID(&rig.cd, ASID);
		rig_start(&rig);
		rig_map(&rig, RIG_TTB0, VA, smmu_s1desc_set_nG(rig_page1(OLD), 1), &next);
		caches(&rig);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s", rows[i].row);
		rig_put(&rig, L3_ENTRY, smmu_s1desc_set_nG(rig_page1(NEW), 1));
		rig_changed(&rig);
		issue(&rig, rows[i].low, rows[i].high);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].gone ? NEW : OLD, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* 4.4.1.1, Leaf: a Table descriptor that is replaced needs the form for all levels. */
Test(cached, table_descriptors_need_all_levels)
{
	const uint64_t other = 0x160000, other_va = VA + 0x5000;
	struct rig rig;
	bool stale;

	start(&rig, false, 0);
	cr_expect_eq(read_pa(&rig, VA, &stale), OLD);
	/* Another level 3 table, with the same page elsewhere, and one more. */
	rig_put(&rig, other + 8 * (VA >> 12 & 0x1ff), smmu_s1desc_set_nG(rig_page1(NEW), 1));
	rig_put(&rig, other + 8 * (other_va >> 12 & 0x1ff), rig_page1(NEW + 0x5000));
	rig_put(&rig, L1 + 0x1000 + 8 * (VA >> 21 & 0x1ff), rig_table(other));
	rig_changed(&rig);
	issue(&rig, SMMU_CMD_TLBI_NH_VA | IDS(VMID, ASID), VA | 1);
	cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "through the Table descriptor that is kept");
	cr_expect(stale);
	issue(&rig, SMMU_CMD_TLBI_NH_VA | IDS(VMID, ASID), VA);
	cr_expect_eq(read_pa(&rig, VA, &stale), NEW);
	cr_expect_eq(read_pa(&rig, other_va, &stale), NEW + 0x5000);
	rig_fini(&rig);
}

/* A kept descriptor still knows which Table above it took its rights. */
Test(cached, hierarchical_permissions_are_blamed_on_the_table)
{
	struct smmu_txn txn = rig_write(VA);
	struct smmu_result result;
	struct rig rig;
	bool stale;

	start(&rig, false, 0);
	rig_put(&rig, L1, smmu_s1table_set_APTable(rig_get(&rig, L1), 2));
	rig_changed(&rig);
	cr_expect_eq(read_pa(&rig, VA, &stale), OLD);
	/* Memory has it no longer: the answer is that of what is kept. */
	rig_put(&rig, L1, smmu_s1table_set_APTable(rig_get(&rig, L1), 0));
	rig_changed(&rig);
	cr_assert_eq(smmu_model_translate(&result, rig.model, &txn), 0);
	cr_expect_eq(result.blame.reason, SMMU_REASON_NO_WRITE_TABLE);
	cr_expect_str_eq(result.blame.field, "APTable");
	cr_expect_eq(result.blame.pa.pa, L1);
	cr_expect_eq(result.blame.level, 1);
	rig_fini(&rig);
}

/* 3.21.1: what faults is not kept. */
Test(cached, a_fault_is_not_kept)
{
	struct rig rig;
	bool stale;

	start(&rig, false, 0);
	rig_put(&rig, L3_ENTRY, 0);
	rig_changed(&rig);
	cr_expect_eq(read_pa(&rig, VA, &stale), 0);
	rig_put(&rig, L3_ENTRY, rig_page1(NEW));
	rig_changed(&rig);
	cr_expect_eq(read_pa(&rig, VA, &stale), NEW);
	cr_expect_not(stale);
	rig_fini(&rig);
}

/* 4.3: configuration. */
Test(cached, structures_stay_until_an_invalidation_names_them)
{
	static const struct {
		const char *row;
		bool cd; /* the CD changes, else the STE */
		uint64_t low, high;
		bool gone;
	} rows[] = {
		{"STE: nothing", false, SMMU_CMD_SYNC, 0, false},
		{"STE: CFGI_STE", false, SMMU_CMD_CFGI_STE | UINT64_C(3) << 32, 1, true},
		{"STE: other stream", false, SMMU_CMD_CFGI_STE | UINT64_C(2) << 32, 1, false},
		{"STE: range around it", false, SMMU_CMD_CFGI_STE_RANGE | UINT64_C(2) << 32, 0,
		 true},
		{"STE: range beside it", false, SMMU_CMD_CFGI_STE_RANGE | UINT64_C(4) << 32, 1,
		 false},
		{"STE: CFGI_ALL", false, SMMU_CMD_CFGI_STE_RANGE, 31, true},
		{"STE: CFGI_CD", false, SMMU_CMD_CFGI_CD | UINT64_C(3) << 32, 0, false},
		{"STE: CFGI_CD_ALL", false, SMMU_CMD_CFGI_CD_ALL | UINT64_C(3) << 32, 0, false},
		{"STE: TLBI", false, SMMU_CMD_TLBI_NSNH_ALL, 0, false},
		{"CD: nothing", true, SMMU_CMD_SYNC, 0, false},
		{"CD: CFGI_CD", true, SMMU_CMD_CFGI_CD | UINT64_C(3) << 32, 1, true},
		{"CD: other SubstreamID", true, SMMU_CMD_CFGI_CD | UINT64_C(3) << 32 | 1 << 12, 1,
		 false},
		{"CD: other stream", true, SMMU_CMD_CFGI_CD | UINT64_C(2) << 32, 1, false},
		{"CD: CFGI_CD_ALL", true, SMMU_CMD_CFGI_CD_ALL | UINT64_C(3) << 32, 0, true},
		{"CD: CFGI_STE", true, SMMU_CMD_CFGI_STE | UINT64_C(3) << 32, 1, true},
		{"CD: CFGI_ALL", true, SMMU_CMD_CFGI_STE_RANGE, 31, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t at = rows[i].cd ? RIG_CD : RIG_STRTAB + RIG_STREAM * SMMU_STE_BYTES;
		struct rig rig;
		bool stale;

		start(&rig, false, 0);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s", rows[i].row);
		smmu_cd_set_V(&rig.cd, 0);
		smmu_ste_set_V(&rig.ste, 0);
		rig_put(&rig, at, rows[i].cd ? rig.cd.word[0] : rig.ste.word[0]);
		rig_changed(&rig);
		issue(&rig, rows[i].low, rows[i].high);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].gone ? 0 : OLD, "%s", rows[i].row);
		cr_expect_eq(stale, !rows[i].gone, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* 4.4.3.1: stage 2 under a stage 1 is kept by VA as well, which S2_IPA does not name. */
Test(cached, nested_translations_need_both)
{
	static const struct {
		const char *row;
		bool ipa, vaa;
		bool gone;
	} rows[] = {
		{"by IPA alone", true, false, false},
		{"by VA alone", false, true, false},
		{"both", true, true, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		uint64_t leaf_at;
		struct rig rig;
		bool stale;

		start(&rig, false, 0);
		smmu_ste_set_Config(&rig.ste, SMMU_STE_CONFIG_NESTED);
		rig_start(&rig);
		/* Stage 2 maps the first GiB as blocks of 2 MiB onto itself. */
		rig_put(&rig, RIG_S2TTB, rig_table(RIG_S2TTB + 0x1000));
		rig_put(&rig, RIG_S2TTB + 0x1000, rig_table(RIG_S2TTB + 0x2000));
		for (uint64_t n = 0; n < 512; n++)
			rig_put(&rig, RIG_S2TTB + 0x2000 + 8 * n, rig_block2(n << 21));
		caches(&rig);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s", rows[i].row);
		leaf_at = RIG_S2TTB + 0x2000 + 8 * (OLD >> 21);
		rig_put(&rig, leaf_at, rig_block2(0x600000));
		rig_changed(&rig);
		if (rows[i].ipa)
			issue(&rig, SMMU_CMD_TLBI_S2_IPA | IDS(VMID, 0), OLD);
		if (rows[i].vaa)
			issue(&rig, SMMU_CMD_TLBI_NH_VAA | IDS(VMID, 0), VA);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].gone ? 0x600000 : OLD, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* 3.17, 3.17.1. */
Test(cached, broadcasts_reach_those_that_take_part)
{
	static const struct {
		const char *row;
		bool btm, ptm, aset;
		uint64_t low, high;
		bool gone;
	} rows[] = {
		{"without BTM", false, false, false, SMMU_CMD_TLBI_NSNH_ALL, 0, false},
		{"with BTM", true, false, false, SMMU_CMD_TLBI_NSNH_ALL, 0, true},
		{"PTM", true, true, false, SMMU_CMD_TLBI_NSNH_ALL, 0, false},
		{"by ASID", true, false, false, SMMU_CMD_TLBI_NH_ASID | IDS(7, 5), 0, true},
		{"by ASID, ASET", true, false, true, SMMU_CMD_TLBI_NH_ASID | IDS(7, 5), 0, false},
		{"by VA, ASET", true, false, true, SMMU_CMD_TLBI_NH_VA | IDS(7, 5), VA, false},
		{"by VMID, ASET", true, false, true, SMMU_CMD_TLBI_NH_ALL | IDS(7, 0), 0, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_cmd cmd = {{rows[i].low, rows[i].high}};
		struct rig rig;
		bool stale;

		start(&rig, false, 0);
		rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_BTM(rig.regs[SMMU_REG_IDR0], rows[i].btm);
		rig.regs[SMMU_REG_CR2] = smmu_CR2_set_PTM(rig.regs[SMMU_REG_CR2], rows[i].ptm);
		smmu_cd_set_ASET(&rig.cd, rows[i].aset);
		rig_start(&rig);
		caches(&rig);
		cr_expect_eq(read_pa(&rig, VA, &stale), OLD, "%s", rows[i].row);
		rig_put(&rig, L3_ENTRY, smmu_s1desc_set_nG(rig_page1(NEW), 1));
		rig_changed(&rig);
		cr_assert_eq(smmu_model_tlbi(rig.model, SMMU_SEC_NS, &cmd), 0);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].gone ? NEW : OLD, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* One entry, then two: who goes. */
Test(cached, a_small_cache_makes_room)
{
	static const struct {
		const char *row;
		enum smmu_cache_policy policy;
		bool first_stays; /* after pages 0, 1, 0 again, 2 */
	} rows[] = {
		{"oldest", SMMU_CACHE_RR, false},
		{"least recently used", SMMU_CACHE_LRU, true},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_caches small = {
			.of[SMMU_CACHE_MAIN] = {true, 2, .policy = rows[i].policy}};
		struct rig rig;
		bool stale;

		start(&rig, false, 0);
		for (unsigned n = 1; n < 3; n++)
			rig_put(&rig, L3_ENTRY + 8 * n, rig_page1(OLD + 0x1000 * n));
		cr_assert_eq(smmu_model_set_caches(rig.model, &small), 0);
		read_pa(&rig, VA, &stale);
		read_pa(&rig, VA + 0x1000, &stale);
		read_pa(&rig, VA, &stale);
		read_pa(&rig, VA + 0x2000, &stale);
		rig_put(&rig, L3_ENTRY, rig_page1(NEW));
		rig_changed(&rig);
		cr_expect_eq(read_pa(&rig, VA, &stale), rows[i].first_stays ? OLD : NEW, "%s",
			     rows[i].row);
		cr_expect_eq(smmu_model_cache_stats(rig.model, SMMU_CACHE_MAIN).evictions,
			     rows[i].first_stays ? 1 : 2, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* 3.13: an update goes to what memory holds, never back to what was remembered. */
Test(cached, updates_are_of_what_memory_holds)
{
	struct smmu_txn txn = rig_write(VA);
	struct smmu_result result;
	struct rig rig;
	uint64_t clean;
	bool stale;

	start(&rig, false, 0);
	smmu_cd_set_HA(&rig.cd, 1);
	smmu_cd_set_HD(&rig.cd, 1);
	rig_start(&rig);
	clean = smmu_s1desc_set_DBM(smmu_s1desc_set_AP(rig_page1(OLD), 3), 1);
	rig_put(&rig, L3_ENTRY, clean);
	caches(&rig);
	cr_expect_eq(read_pa(&rig, VA, &stale), OLD);
	/* Software moves the page without invalidating. */
	clean = smmu_s1desc_set_DBM(smmu_s1desc_set_AP(rig_page1(NEW), 3), 1);
	rig_put(&rig, L3_ENTRY, clean);
	rig_changed(&rig);
	cr_assert_eq(smmu_model_translate(&result, rig.model, &txn), 0);
	cr_expect_eq(result.status, SMMU_STATUS_OK);
	cr_expect_eq(result.pa.pa, NEW);
	cr_expect_eq(result.updates_count, 1);
	/* AP[2] is 0 now: writable-dirty. */
	cr_expect_eq(rig_get(&rig, L3_ENTRY), smmu_s1desc_set_AP(clean, 1));
	rig_fini(&rig);
}
