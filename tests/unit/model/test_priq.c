/* Page Requests, IHI 0070 G.b chapter 8. */
#include <criterion/criterion.h>
#include <string.h>

#include "rig.h"
#include "spec/pri.h"

#define PRIQ	UINT64_C(0x9000) /* 4 entries */
#define ADDRESS UINT64_C(0x123456789abc)

/* An SMMU with PRI, its queue on, substreams of 20 bits. */
static void start(struct rig *rig, bool pps)
{
	rig_init(rig);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_PRI(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_ATS(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR0] = smmu_IDR0_set_ATSRECERR(rig->regs[SMMU_REG_IDR0], 1);
	rig->regs[SMMU_REG_IDR1] = smmu_IDR1_set_PRIQS(rig->regs[SMMU_REG_IDR1], 4);
	rig->regs[SMMU_REG_IDR3] = smmu_IDR3_set_PPS(rig->regs[SMMU_REG_IDR3], pps);
	rig->regs[SMMU_REG_CR0] = smmu_CR0_set_PRIQEN(rig->regs[SMMU_REG_CR0], 1);
	rig->regs[SMMU_REG_PRIQ_BASE] =
		smmu_EVENTQ_BASE_set_ADDR(smmu_EVENTQ_BASE_set_LOG2SIZE(0, 2), PRIQ);
	smmu_ste_set_S1CDMax(&rig->ste, 1);
	smmu_ste_set_S1DSS(&rig->ste, SMMU_STE_S1DSS_SSID0);
}

static struct smmu_txn request_of(bool ssv)
{
	struct smmu_txn txn = rig_write(ADDRESS);

	txn.read = true;
	txn.ssv = ssv;
	txn.substream = ssv ? 0x155 : 0;
	return txn;
}

static struct smmu_page_answer ask(struct rig *rig, const struct smmu_txn *txn, bool last)
{
	struct smmu_page_request request = {.txn = txn, .prg_index = 0x1a5, .last = last};
	struct smmu_page_answer answer;

	cr_assert_eq(smmu_model_page_request(&answer, rig->model, &request), 0);
	return answer;
}

static void fill(struct rig *rig)
{
	struct smmu_txn txn = request_of(false);

	for (unsigned i = 0; i < 4; i++)
		cr_assert_eq(ask(rig, &txn, false).fate, SMMU_PAGE_QUEUED);
}

static uint64_t reg(const struct rig *rig, enum smmu_reg r)
{
	return smmu_model_reg(rig->model, r);
}

/* The entry bit by bit: StreamID 31:0, SubstreamID 51:32, Priv X R W Last SSV 63:58. */
Test(priq, entries_say_what_was_asked_for)
{
	static const struct {
		const char *row;
		bool ssv, read, write, privileged, instruction, last;
		uint64_t word0;
	} rows[] = {
		{"read", false, true, false, false, false, false, 0x1000000000000003},
		{"write, last", false, false, true, false, false, true, 0x6000000000000003},
		{"no X and Priv without PASID", false, true, false, true, true, false,
		 0x1000000000000003},
		{"with PASID", true, true, true, true, true, false, 0xbc00015500000003},
		{"Stop Marker", true, false, false, false, false, true, 0xc000015500000003},
	};
	struct rig rig;

	start(&rig, false);
	rig_start(&rig);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = request_of(rows[i].ssv);
		struct smmu_page_answer answer;
		uint64_t at = PRIQ + 16 * (i % 4);

		txn.read = rows[i].read;
		txn.write = rows[i].write;
		txn.privileged = rows[i].privileged;
		txn.instruction = rows[i].instruction;
		answer = ask(&rig, &txn, rows[i].last);
		cr_expect_eq(answer.fate, SMMU_PAGE_QUEUED, "%s", rows[i].row);
		cr_expect_eq(answer.entry[0], rows[i].word0, "%s: 0x%llx", rows[i].row,
			     (unsigned long long)answer.entry[0]);
		cr_expect_eq(answer.entry[1], 0x1234567891a5, "%s", rows[i].row);
		cr_expect_eq(rig_get(&rig, at), rows[i].word0, "%s", rows[i].row);
		cr_expect_eq(rig_get(&rig, at + 8), 0x1234567891a5, "%s", rows[i].row);
		/* WR has the wrap bit above 2 bits of index. */
		cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), (i + 1) % 8, "%s", rows[i].row);
		smmu_model_set_reg(rig.model, SMMU_REG_PRIQ_CONS, (i + 1) % 8);
	}
	rig_fini(&rig);
}

/* 8.2: refused with Response Failure, without PASID. */
Test(priq, refuses_while_it_is_off)
{
	static const struct {
		const char *row;
		uint64_t cr0, gerror;
		enum smmu_sec sec;
		bool pri;
	} rows[] = {
		{"PRIQEN is 0", 0x5, 0, SMMU_SEC_NS, true},
		{"SMMUEN is 0: so is the effective PRIQEN", 0x6, 0, SMMU_SEC_NS, true},
		{"an abort is not acknowledged", 0x7, 0x8, SMMU_SEC_NS, true},
		{"Secure stream", 0x7, 0, SMMU_SEC_S, true},
		{"no PRI", 0x7, 0, SMMU_SEC_NS, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = request_of(true);
		struct smmu_page_answer answer;
		struct rig rig;

		start(&rig, true);
		rig.regs[SMMU_REG_IDR0] = smmu_IDR0_set_PRI(rig.regs[SMMU_REG_IDR0], rows[i].pri);
		rig.regs[SMMU_REG_CR0] = rows[i].cr0;
		rig.regs[SMMU_REG_GERROR] = rows[i].gerror;
		rig_start(&rig);
		txn.sec = rows[i].sec;
		answer = ask(&rig, &txn, false);
		cr_expect_eq(answer.fate, SMMU_PAGE_ANSWERED, "%s", rows[i].row);
		cr_expect_eq(answer.code, 0xf, "%s", rows[i].row);
		cr_expect_not(answer.pasid, "%s", rows[i].row);
		txn.read = txn.write = false;
		cr_expect_eq(ask(&rig, &txn, true).fate, SMMU_PAGE_DISCARDED,
			     "%s: a Stop Marker has no response", rows[i].row);
		cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), 0, "%s", rows[i].row);
		rig_fini(&rig);
	}
}

/* 8.1: what an overflow answers, by PASID, PPS, PPAR and what the STE is like. */
Test(priq, overflow_answers_the_last_of_a_group)
{
	static const struct {
		const char *row;
		bool ssv, pps, ppar, valid, last;
		enum smmu_page_fate fate;
		uint8_t code;
		bool pasid;
	} rows[] = {
		{"not the last", true, true, false, true, false, SMMU_PAGE_DISCARDED, 0, false},
		{"no PASID: nothing is checked", false, false, false, false, true,
		 SMMU_PAGE_ANSWERED, 0, false},
		{"PPS: the same PASID, PPAR does not count", true, true, false, false, true,
		 SMMU_PAGE_ANSWERED, 0, true},
		{"PPAR == 1", true, false, true, true, true, SMMU_PAGE_ANSWERED, 0, true},
		{"PPAR == 0", true, false, false, true, true, SMMU_PAGE_ANSWERED, 0, false},
		{"invalid STE", true, false, true, false, true, SMMU_PAGE_ANSWERED, 0xf, false},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = request_of(rows[i].ssv);
		struct smmu_page_answer answer;
		struct rig rig;

		start(&rig, rows[i].pps);
		smmu_ste_set_PPAR(&rig.ste, rows[i].ppar);
		smmu_ste_set_V(&rig.ste, rows[i].valid);
		rig_start(&rig);
		fill(&rig);
		answer = ask(&rig, &txn, rows[i].last);
		cr_expect_eq(answer.fate, rows[i].fate, "%s", rows[i].row);
		cr_expect_eq(answer.code, rows[i].code, "%s: 0x%x", rows[i].row, answer.code);
		cr_expect_eq(answer.pasid, rows[i].pasid, "%s", rows[i].row);
		cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), 0x80000004, "%s", rows[i].row);
		cr_expect_not(answer.event.present, "%s: CR2.REC_CFG_ATS is 0", rows[i].row);
		rig_fini(&rig);
	}
}

/* 8.1: room does not end an overflow, its acknowledgement does. */
Test(priq, overflow_lasts_until_it_is_acknowledged)
{
	struct smmu_txn txn = request_of(false);
	struct rig rig;

	start(&rig, false);
	rig_start(&rig);
	fill(&rig);
	ask(&rig, &txn, false);
	smmu_model_set_reg(rig.model, SMMU_REG_PRIQ_CONS, 4);
	cr_expect_eq(ask(&rig, &txn, false).fate, SMMU_PAGE_DISCARDED);
	cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), 0x80000004, "the flag moves once");
	smmu_model_set_reg(rig.model, SMMU_REG_PRIQ_CONS, 0x80000004);
	cr_expect_eq(ask(&rig, &txn, false).fate, SMMU_PAGE_QUEUED);
	cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), 0x80000005);
	rig_fini(&rig);
}

/* 8.1: events of the PPAR check, if CR2 asks for them. */
Test(priq, check_of_ppar_records_as_cr2_says)
{
	static const struct {
		const char *row;
		uint64_t cr2;
		uint32_t stream;
		unsigned event;
	} rows[] = {
		{"C_BAD_STE", 0x8, RIG_STREAM, SMMU_EVT_C_BAD_STE},
		{"C_BAD_STREAMID needs RECINVSID", 0x8, 0x1000, 0},
		{"C_BAD_STREAMID", 0xa, 0x1000, SMMU_EVT_C_BAD_STREAMID},
		{"nothing without REC_CFG_ATS", 0x2, RIG_STREAM, 0},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = request_of(true);
		struct smmu_page_answer answer;
		struct smmu_evt evt;
		struct rig rig;

		start(&rig, false);
		rig.regs[SMMU_REG_CR2] = rows[i].cr2;
		smmu_ste_set_V(&rig.ste, 0);
		rig_start(&rig);
		fill(&rig);
		txn.stream = rows[i].stream;
		answer = ask(&rig, &txn, true);
		cr_expect_eq(answer.code, 0xf, "%s", rows[i].row);
		memcpy(evt.word, answer.event.word, sizeof(evt.word));
		cr_expect_eq(answer.event.present, rows[i].event != 0, "%s", rows[i].row);
		cr_expect_eq(smmu_evt_Type(&evt), rows[i].event, "%s", rows[i].row);
		cr_expect_eq(reg(&rig, SMMU_REG_EVENTQ_PROD), rows[i].event != 0, "%s",
			     rows[i].row);
		rig_fini(&rig);
	}
}

/* 8.2: the abort of a write stops the queue until GERRORN takes note. */
Test(priq, stops_at_an_abort)
{
	struct smmu_txn txn = request_of(true);
	struct rig rig;

	start(&rig, true);
	rig.regs[SMMU_REG_PRIQ_BASE] = smmu_EVENTQ_BASE_set_LOG2SIZE(RIG_NOWHERE, 2);
	rig_start(&rig);
	cr_expect_eq(ask(&rig, &txn, false).code, 0xf);
	cr_expect_eq(reg(&rig, SMMU_REG_GERROR), 0x8);
	cr_expect_eq(reg(&rig, SMMU_REG_PRIQ_PROD), 0);
	smmu_model_set_reg(rig.model, SMMU_REG_PRIQ_BASE, rig.regs[SMMU_REG_PRIQ_BASE]);
	smmu_model_set_reg(rig.model, SMMU_REG_GERRORN, 0x8);
	cr_expect_eq(ask(&rig, &txn, false).code, 0xf, "it aborts once more");
	cr_expect_eq(reg(&rig, SMMU_REG_GERROR), 0);
	rig_fini(&rig);
}

/* 6.3.36: LO says whether the interrupt is that of a queue with entries or of a whole group. */
Test(priq, interrupts_by_lo)
{
	static const struct {
		const char *row;
		bool lo, last[6];
		unsigned interrupts[6];
	} rows[] = {
		{"non-empty", false, {false, true, false, true, true, false}, {1, 0, 0, 0, 0, 0}},
		{"last, overflow included",
		 true,
		 {false, true, false, true, true, false},
		 {0, 1, 0, 1, 1, 0}},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_txn txn = request_of(false);
		struct rig rig;

		start(&rig, false);
		rig.regs[SMMU_REG_IRQ_CTRL] = rig.regs[SMMU_REG_IRQ_CTRLACK] = 2;
		rig.regs[SMMU_REG_PRIQ_IRQ_CFG2] = smmu_PRIQ_IRQ_CFG2_set_LO(0, rows[i].lo);
		rig_start(&rig);
		for (unsigned n = 0; n < 6; n++) {
			const struct smmu_interrupt *irq;

			ask(&rig, &txn, rows[i].last[n]);
			cr_expect_eq(smmu_model_interrupts(&irq, rig.model), rows[i].interrupts[n],
				     "%s: %u", rows[i].row, n);
			cr_expect_eq(irq->source,
				     rows[i].interrupts[n] ? SMMU_IRQ_PRIQ : irq->source);
		}
		rig_fini(&rig);
	}
}
