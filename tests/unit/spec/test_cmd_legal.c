/*
 * Which command is CERROR_ILL where, IHI 0070 chapter 4 read sentence by
 * sentence: a table of every command on every queue of every kind of SMMU, and
 * a pair of cases, illegal and legal, for every rule.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "cmd_ids.h"
#include "spec/cmd.h"

enum { ALL_BUT_ROOT = SMMU_SEC_REALM + 1 };

static const char sec_letter[] = {[SMMU_SEC_NS] = 'n', [SMMU_SEC_S] = 's', [SMMU_SEC_REALM] = 'r'};

/* SMMUs that lack something: bits that differ from one that has everything. */
enum smmu_kind {
	FULL,
	NO_S1,	   /* S1P, and with it Hyp and SEL2 (6.3.1, 6.3.53) */
	NO_S2,	   /* S2P, the same */
	NO_HYP,	   /* before SMMUv3.2 */
	RME,	   /* RME_IMPL */
	NO_SEL2,   /* S_IDR1.SEL2 */
	NO_ATS,	   /* IDR0.ATS */
	NO_R_ATS,  /* R_IDR0.ATS */
	NO_PRI,	   /* IDR0.PRI and R_IDR0.PRI, which is the same (6.3.122) */
	SAMS,	   /* S_IDR3.SAMS: no ATS maintenance on the Secure queue */
	NO_DPT,	   /* IDR3.DPT */
	NO_R_DPT,  /* R_IDR3.DPT */
	NO_MPAM,   /* IDR3.MPAM */
	MPAM_S_R,  /* MPAMIDR is 0, the others have no MPAM_NS: not Non-secure (17.1) */
	MPAM_NS_R, /* S_MPAMIDR is 0 */
	MPAM_NS_S, /* R_MPAMIDR is 0 */
	PMG_ALONE, /* Non-secure PARTID_MAX is 0, PMG_MAX is not: MPAM, but no VMS (5.6.1) */
	NO_STALL,  /* IDR0.STALL_MODEL 0b01 */
	NO_S_STALL,
	NSSTALLD, /* S_CR0.NSSTALLD */
	KINDS
};

static const struct {
	const char *name;
	enum which which[3];
	uint32_t turn[3];
} kinds[KINDS] = {
	[FULL] = {"full", {NONE}, {0}},
	[NO_S1] = {"no stage 1", {IDR0, S_IDR1}, {0x202, 0x20000000}},
	[NO_S2] = {"no stage 2", {IDR0, S_IDR1}, {0x201, 0x20000000}},
	[NO_HYP] = {"no EL2", {IDR0}, {0x200}},
	[RME] = {"RME_IMPL", {IDR0}, {0x40000000}},
	[NO_SEL2] = {"no Secure EL2", {S_IDR1}, {0x20000000}},
	[NO_ATS] = {"no ATS", {IDR0}, {0x400}},
	[NO_R_ATS] = {"no Realm ATS", {R_IDR0}, {0x400}},
	[NO_PRI] = {"no PRI", {IDR0, R_IDR0}, {0x10000, 0x10000}},
	[SAMS] = {"SAMS", {S_IDR3}, {0x40}},
	[NO_DPT] = {"no DPT", {IDR3}, {0x8000}},
	[NO_R_DPT] = {"no Realm DPT", {R_IDR3}, {0x8000}},
	[NO_MPAM] = {"no MPAM", {IDR3}, {0x80}},
	[MPAM_S_R] = {"no Non-secure MPAM", {MPAMIDR}, {0x10000f}},
	[MPAM_NS_R] = {"no Secure MPAM", {S_MPAMIDR}, {0x10000f}},
	[MPAM_NS_S] = {"no Realm MPAM", {R_MPAMIDR}, {0x10000f}},
	[PMG_ALONE] = {"one Non-secure PARTID", {MPAMIDR}, {0xf}},
	[NO_STALL] = {"no stalls", {IDR0}, {0x1000000}},
	[NO_S_STALL] = {"no Secure stalls", {S_IDR0}, {0x1000000}},
	[NSSTALLD] = {"NSSTALLD", {NONE}, {0}},
};

/*
 * The queues on which a command is legal: n, s, r for Non-secure, Secure and
 * Realm, on an SMMU with everything, and what is different on others.
 */
static const struct {
	uint64_t word0; /* opcode, and SSec where it says whose VMS it is */
	const char *full;
	struct {
		enum smmu_kind kind;
		const char *queues;
	} but[8];
} legal[] = {
	/* 4.2: prefetches are hints. */
	{0x01, "nsr", {{0}}},
	{0x02, "nsr", {{0}}},
	/* 4.3.1, 4.3.2 */
	{0x03, "nsr", {{0}}},
	{0x04, "nsr", {{0}}},
	/* 4.3.3, 4.3.4: stage 1 is not implemented. */
	{0x05, "nsr", {{NO_S1, ""}}},
	{0x06, "nsr", {{NO_S1, ""}}},
	/* 4.3.5: IDR3.MPAM == 0, no MPAM or no VMS in the Security state that SSec names. */
	{0x07,
	 "nsr",
	 {{NO_S1, ""},
	  {NO_S2, ""},
	  {NO_MPAM, ""},
	  {MPAM_S_R, "r"},
	  {MPAM_NS_S, "ns"},
	  {PMG_ALONE, "r"}}},
	{0x407, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_MPAM, ""}, {NO_SEL2, ""}, {MPAM_NS_R, ""}}},
	/* 4.4.2: stage 1 not supported. */
	{0x10, "nsr", {{NO_S1, ""}}},
	{0x11, "nsr", {{NO_S1, ""}}},
	{0x12, "nsr", {{NO_S1, ""}}},
	{0x13, "nsr", {{NO_S1, ""}}},
	/* 4.4.2.5, 4.4.2.6: only on the Secure queue, not with RME_IMPL. */
	{0x18, "s", {{NO_S1, ""}, {RME, ""}}},
	{0x1a, "s", {{NO_S1, ""}, {RME, ""}}},
	/* 4.4.2.7 - 4.4.2.10: IDR0.Hyp == 0. */
	{0x20, "nsr", {{NO_S1, ""}, {NO_S2, ""}, {NO_HYP, ""}}},
	{0x21, "nsr", {{NO_S1, ""}, {NO_S2, ""}, {NO_HYP, ""}}},
	{0x22, "nsr", {{NO_S1, ""}, {NO_S2, ""}, {NO_HYP, ""}}},
	{0x23, "nsr", {{NO_S1, ""}, {NO_S2, ""}, {NO_HYP, ""}}},
	/* 4.4.3.1, 4.4.3.2: without stage 2 support. */
	{0x28, "nsr", {{NO_S2, ""}}},
	{0x2a, "nsr", {{NO_S2, ""}}},
	/* 4.4.4.1: whether the SMMU supports stage 1, stage 2 or both. */
	{0x30, "nsr", {{0}}},
	/* 4.5.1, 4.5.2 */
	{0x40, "nsr", {{NO_ATS, "r"}, {NO_R_ATS, "ns"}, {SAMS, "nr"}}},
	{0x41, "nsr", {{NO_PRI, ""}, {SAMS, "nr"}}},
	/* 4.7.1, 4.7.2: the Stall model of the Security state; never on the Realm queue. */
	{0x44, "ns", {{NO_STALL, "s"}, {NO_S_STALL, "n"}, {NSSTALLD, "s"}}},
	{0x45, "ns", {{NO_STALL, "s"}, {NO_S_STALL, "n"}, {NSSTALLD, "s"}}},
	/* 4.7.3 */
	{0x46, "nsr", {{0}}},
	/* 4.4.2.11 - 4.4.2.14: only on the Secure queue, with Secure EL2. */
	{0x50, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	{0x51, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	{0x52, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	{0x53, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	/* 4.4.3.3, 4.4.3.4, 4.4.4.2: with Secure stage 2. */
	{0x58, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	{0x5a, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	{0x60, "s", {{NO_S1, ""}, {NO_S2, ""}, {NO_SEL2, ""}}},
	/* 4.6.1, 4.6.2 */
	{0x70, "nsr", {{NO_DPT, "r"}, {NO_R_DPT, "ns"}, {SAMS, "nr"}}},
	{0x73, "nsr", {{NO_DPT, "r"}, {NO_R_DPT, "ns"}, {SAMS, "nr"}}},
};

static const char *legal_queues(size_t row, enum smmu_kind kind)
{
	for (size_t i = 0; i < SMMU_LEN(legal[row].but); i++)
		if (kind != FULL && legal[row].but[i].kind == kind)
			return legal[row].but[i].queues;
	return legal[row].full;
}

static struct smmu_ids ids_of(enum smmu_kind kind)
{
	struct smmu_ids ids = ids_without(NONE, 0);

	for (size_t i = 0; i < SMMU_LEN(kinds[kind].which); i++)
		ids = ids_turned(ids, kinds[kind].which[i], kinds[kind].turn[i]);
	return ids;
}

/* Notes which commands and queues of each rule a case of the table breaks. */
static uint64_t broken[64][SMMU_SEC_COUNT];

static void one_case(size_t row, enum smmu_kind kind, enum smmu_sec sec)
{
	struct smmu_ids ids = ids_of(kind);
	struct smmu_cmd_ctx ctx = {&ids, sec, kind == NSSTALLD};
	struct smmu_cmd cmd = {{legal[row].word0}};
	bool want = strchr(legal_queues(row, kind), sec_letter[sec]) != NULL;
	const struct smmu_cmd_rule *rule = smmu_cmd_illegal(&cmd, &ctx), *rules;

	smmu_cmd_rules(&rules);
	cr_expect_eq(rule == NULL, want, "%s on queue %c, %s: %s", smmu_command_name(&cmd),
		     sec_letter[sec], kinds[kind].name, rule ? rule->name : "legal");
	for (; rule; rule = smmu_cmd_rule_next(rule, &cmd, &ctx))
		broken[rule - rules][sec] |= UINT64_C(1) << row;
}

static void all_cases(void)
{
	for (size_t row = 0; row < SMMU_LEN(legal); row++)
		for (int kind = 0; kind < KINDS; kind++)
			for (int sec = 0; sec < ALL_BUT_ROOT; sec++)
				one_case(row, (enum smmu_kind)kind, (enum smmu_sec)sec);
}

Test(cmd_legal, every_command_on_every_queue_of_every_smmu)
{
	unsigned known = 0, rows = 0;

	all_cases();
	for (unsigned opcode = 0; opcode < 256; opcode++)
		known += smmu_command_format(opcode) != NULL;
	for (size_t row = 0; row < SMMU_LEN(legal); row++)
		rows += legal[row].word0 < 256;
	cr_expect_eq(rows, known, "every command has a row");
}

/* A rule that looks at fields of the command other than the opcode. */
static bool is_about_fields(const struct smmu_cmd_rule *rule)
{
	return strcmp(rule->fields, "Opcode") && strcmp(rule->name, "CMD_CFGI_VMS_MPAM") &&
	       strcmp(rule->name, "CMD_CFGI_VMS_VMS");
}

Test(cmd_legal, no_rule_concerns_a_command_or_queue_that_the_table_does_not_try)
{
	const struct smmu_cmd_rule *rules;
	size_t count = smmu_cmd_rules(&rules);

	cr_assert_leq(count, SMMU_LEN(broken));
	all_cases();
	for (size_t i = 0; i < count; i++)
		for (size_t row = 0; row < SMMU_LEN(legal); row++)
			for (int sec = 0; sec < ALL_BUT_ROOT; sec++) {
				unsigned opcode = legal[row].word0 & 0xff;

				if (is_about_fields(&rules[i]) || rules[i].opcodes == UINT64_MAX ||
				    !(rules[i].queues & 1u << sec) || legal[row].word0 > 0xff ||
				    !smmu_cmd_rule_concerns(&rules[i], opcode))
					continue;
				cr_expect(broken[i][sec] >> row & 1, "%s, opcode %#x on queue %c",
					  rules[i].name, opcode, sec_letter[sec]);
			}
}

/* 4.1.1: what is reserved or IMPLEMENTATION DEFINED is illegal on every queue. */
Test(cmd_legal, reserved_opcodes)
{
	struct smmu_ids ids = ids_without(NONE, 0);

	for (unsigned opcode = 0; opcode < 256; opcode++)
		for (int sec = 0; sec < ALL_BUT_ROOT; sec++) {
			struct smmu_cmd_ctx ctx = {&ids, (enum smmu_sec)sec, false};
			struct smmu_cmd cmd = {{opcode}};
			const struct smmu_cmd_rule *rule = smmu_cmd_illegal(&cmd, &ctx);
			bool reserved = rule && !strcmp(rule->name, "CMD_OPCODE");

			cr_expect_eq(reserved, smmu_command_format(opcode) == NULL, "%#x", opcode);
		}
}

/* 4.1.6: commands with SSec, by their headings; others have a Reserved bit there. */
Test(cmd_legal, ssec_is_of_the_secure_queue)
{
	static const uint8_t with_ssec[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x44, 0x45};
	struct smmu_ids ids = ids_without(NONE, 0);

	for (unsigned opcode = 0; opcode < 256; opcode++)
		for (int sec = 0; sec < ALL_BUT_ROOT; sec++) {
			struct smmu_cmd_ctx ctx = {&ids, (enum smmu_sec)sec, false};
			struct smmu_cmd cmd = {{opcode | 0x400}};
			const struct smmu_cmd_rule *rule = NULL;
			bool has = opcode && memchr(with_ssec, (int)opcode, sizeof(with_ssec));
			bool found = false;

			while ((rule = smmu_cmd_rule_next(rule, &cmd, &ctx)))
				found = found || !strcmp(rule->name, "CMD_SSEC_QUEUE");
			cr_expect_eq(found, has && sec != SMMU_SEC_S, "%#x on queue %c", opcode,
				     sec_letter[sec]);
		}
}

/* 4.4.1.1: "all address-based invalidation operation commands, for VA and IPA". */
Test(cmd_legal, granule_alone_is_reserved_in_every_invalidation_by_address)
{
	static const uint8_t by_address[] = {0x12, 0x13, 0x1a, 0x22, 0x23, 0x2a, 0x52, 0x53, 0x5a};
	struct smmu_ids ids = ids_without(NONE, 0);
	struct smmu_cmd_ctx ctx = {&ids, SMMU_SEC_S, false};

	for (unsigned opcode = 0; opcode < 256; opcode++) {
		struct smmu_cmd cmd = {{opcode, 0xc00}};
		const struct smmu_cmd_rule *rule = smmu_cmd_illegal(&cmd, &ctx);
		bool is_granule = rule && !strcmp(rule->name, "CMD_TLBI_TG_ONLY");

		cr_expect_eq(is_granule,
			     opcode && memchr(by_address, (int)opcode, sizeof(by_address)), "%#x",
			     opcode);
	}
}

/* One side of a pair. */
struct side {
	enum smmu_sec sec;
	uint64_t word[2];
	enum which which;
	uint32_t turn;
	bool nsstalld;
};

/* The command on the queue of sec: of an SMMU with everything, or with some bits turned. */
#define ON(which, turn, sec, word0, word1)                                                         \
	{                                                                                          \
		SMMU_SEC_##sec, {word0, word1}, which, turn, false                                 \
	}
#define FULL_SMMU(sec, word0, word1) ON(NONE, 0, sec, word0, word1)
#define NSSTALLED(sec, word0)                                                                      \
	{                                                                                          \
		SMMU_SEC_##sec, {word0, 0}, NONE, 0, true                                          \
	}

/* A command that breaks the rule and no other, and one that differs in one thing and breaks none.
 */
static const struct {
	const char *rule;
	struct side illegal, legal;
} pairs[] = {
	{"CMD_OPCODE", FULL_SMMU(NS, 0x00, 0), FULL_SMMU(NS, 0x01, 0)},
	{"CMD_OPCODE", FULL_SMMU(NS, 0x08, 0), FULL_SMMU(NS, 0x06, 0)},
	{"CMD_OPCODE", FULL_SMMU(S, 0x80, 0), FULL_SMMU(S, 0x60, 0)},
	{"CMD_SSEC_QUEUE", FULL_SMMU(NS, 0x403, 0), FULL_SMMU(NS, 0x03, 0)},
	{"CMD_SSEC_QUEUE", FULL_SMMU(NS, 0x403, 0), FULL_SMMU(S, 0x403, 0)},
	{"CMD_SSEC_QUEUE", FULL_SMMU(REALM, 0x407, 0), FULL_SMMU(REALM, 0x07, 0)},
	{"CMD_SSEC_QUEUE", FULL_SMMU(NS, 0x445, 0), FULL_SMMU(NS, 0x446, 0)}, /* has no SSec */
	{"CMD_CFGI_CD_S1P", ON(IDR0, 0x2, NS, 0x05, 0), FULL_SMMU(NS, 0x05, 0)},
	{"CMD_CFGI_CD_S1P", ON(IDR0, 0x2, NS, 0x06, 0), ON(IDR0, 0x2, NS, 0x04, 0)},
	{"CMD_CFGI_VMS_MPAM", ON(IDR3, 0x80, NS, 0x07, 0), FULL_SMMU(NS, 0x07, 0)},
	{"CMD_CFGI_VMS_MPAM", ON(MPAMIDR, 0x10000f, S, 0x07, 0),
	 ON(MPAMIDR, 0x10000f, S, 0x407, 0)},
	{"CMD_CFGI_VMS_VMS", ON(S_IDR1, 0x20000000, S, 0x407, 0), FULL_SMMU(S, 0x407, 0)},
	{"CMD_CFGI_VMS_VMS", ON(IDR0, 0x1, NS, 0x07, 0), FULL_SMMU(NS, 0x07, 0)},
	{"CMD_CFGI_VMS_VMS", ON(MPAMIDR, 0xf, NS, 0x07, 0), FULL_SMMU(NS, 0x07, 0)},
	{"CMD_TLBI_S1P", ON(IDR0, 0x2, NS, 0x10, 0), ON(IDR0, 0x2, NS, 0x30, 0)},
	{"CMD_TLBI_S1P", ON(IDR0, 0x2, NS, 0x12, 0), FULL_SMMU(NS, 0x12, 0)},
	{"CMD_TLBI_EL3_QUEUE", FULL_SMMU(NS, 0x18, 0), FULL_SMMU(S, 0x18, 0)},
	{"CMD_TLBI_EL3_QUEUE", FULL_SMMU(REALM, 0x1a, 0), FULL_SMMU(S, 0x1a, 0)},
	{"CMD_TLBI_EL3_RME", ON(IDR0, 0x40000000, S, 0x1a, 0), FULL_SMMU(S, 0x1a, 0)},
	{"CMD_TLBI_EL2_HYP", ON(IDR0, 0x200, NS, 0x20, 0), FULL_SMMU(NS, 0x20, 0)},
	{"CMD_TLBI_EL2_HYP", ON(IDR0, 0x200, REALM, 0x21, 0), FULL_SMMU(REALM, 0x21, 0)},
	{"CMD_TLBI_S_QUEUE", FULL_SMMU(NS, 0x50, 0), FULL_SMMU(S, 0x50, 0)},
	{"CMD_TLBI_S_QUEUE", FULL_SMMU(REALM, 0x60, 0), FULL_SMMU(S, 0x60, 0)},
	{"CMD_TLBI_S_SEL2", ON(S_IDR1, 0x20000000, S, 0x5a, 0), FULL_SMMU(S, 0x5a, 0)},
	{"CMD_TLBI_S2P", ON(IDR0, 0x1, NS, 0x2a, 0), FULL_SMMU(NS, 0x2a, 0)},
	{"CMD_TLBI_S2P", ON(IDR0, 0x1, S, 0x28, 0), ON(IDR0, 0x1, S, 0x30, 0)},
	{"CMD_TLBI_TG_ONLY", FULL_SMMU(NS, 0x12, 0x400), FULL_SMMU(NS, 0x12, 0)},
	{"CMD_TLBI_TG_ONLY", FULL_SMMU(NS, 0x12, 0x400), FULL_SMMU(NS, 0x12, 0x500)},
	{"CMD_TLBI_TG_ONLY", FULL_SMMU(NS, 0x12, 0x400), FULL_SMMU(NS, 0x1012, 0x400)},
	{"CMD_TLBI_TG_ONLY", FULL_SMMU(NS, 0x12, 0x400), FULL_SMMU(NS, 0x100012, 0x400)},
	/* Without RIL the fields are Reserved. */
	{"CMD_TLBI_TG_ONLY", FULL_SMMU(NS, 0x12, 0x400), ON(IDR3, 0x400, NS, 0x12, 0x400)},
	/* Level 1 of 16 KiB is none without DS; of 4 KiB it is. */
	{"CMD_TLBI_TG_ONLY", ON(IDR5, 0x80, NS, 0x12, 0x900), FULL_SMMU(NS, 0x12, 0x900)},
	{"CMD_TLBI_TG_ONLY", ON(IDR5, 0x80, NS, 0x12, 0x900), ON(IDR5, 0x80, NS, 0x12, 0x500)},
	/* SCALE has a sixth bit with DS alone. */
	{"CMD_TLBI_TG_ONLY", ON(IDR5, 0x80, NS, 0x2000012, 0x400), FULL_SMMU(NS, 0x2000012, 0x400)},
	{"CMD_ATC_INV_ATS", ON(IDR0, 0x400, NS, 0x40, 0), FULL_SMMU(NS, 0x40, 0)},
	{"CMD_ATC_INV_ATS", ON(IDR0, 0x400, S, 0x40, 0), ON(IDR0, 0x400, REALM, 0x40, 0)},
	{"CMD_ATC_INV_R_ATS", ON(R_IDR0, 0x400, REALM, 0x40, 0), FULL_SMMU(REALM, 0x40, 0)},
	{"CMD_ATC_INV_SAMS", ON(S_IDR3, 0x40, S, 0x40, 0), ON(S_IDR3, 0x40, NS, 0x40, 0)},
	{"CMD_ATC_INV_SIZE", FULL_SMMU(NS, 0x40, 53), FULL_SMMU(NS, 0x40, 52)},
	{"CMD_PRI_RESP_PRI", ON(IDR0, 0x10000, NS, 0x41, 0), FULL_SMMU(NS, 0x41, 0)},
	{"CMD_PRI_RESP_R_PRI", ON(R_IDR0, 0x10000, REALM, 0x41, 0), FULL_SMMU(REALM, 0x41, 0)},
	{"CMD_PRI_RESP_R_PRI", ON(IDR0, 0x10000, REALM, 0x41, 0), FULL_SMMU(REALM, 0x41, 0)},
	{"CMD_PRI_RESP_SAMS", ON(S_IDR3, 0x40, S, 0x41, 0), FULL_SMMU(S, 0x41, 0)},
	{"CMD_PRI_RESP_RESP", FULL_SMMU(NS, 0x41, 0x3000), FULL_SMMU(NS, 0x41, 0x2000)},
	{"CMD_PRI_RESP_RESP", FULL_SMMU(REALM, 0x41, 0x3000), FULL_SMMU(REALM, 0x41, 0x1000)},
	{"CMD_DPTI_DPT", ON(IDR3, 0x8000, NS, 0x70, 0), FULL_SMMU(NS, 0x70, 0)},
	{"CMD_DPTI_DPT", ON(IDR3, 0x8000, S, 0x73, 0), ON(IDR3, 0x8000, REALM, 0x73, 0)},
	{"CMD_DPTI_R_DPT", ON(R_IDR3, 0x8000, REALM, 0x73, 0), FULL_SMMU(REALM, 0x73, 0)},
	{"CMD_DPTI_SAMS", ON(S_IDR3, 0x40, S, 0x70, 0), ON(S_IDR3, 0x40, NS, 0x70, 0)},
	{"CMD_STALL_REALM", FULL_SMMU(REALM, 0x44, 0), FULL_SMMU(NS, 0x44, 0)},
	{"CMD_STALL_MODEL", ON(IDR0, 0x1000000, NS, 0x44, 0), FULL_SMMU(NS, 0x44, 0)},
	{"CMD_STALL_MODEL", NSSTALLED(NS, 0x45), NSSTALLED(S, 0x45)},
	{"CMD_STALL_S_MODEL", ON(S_IDR0, 0x1000000, S, 0x45, 0), FULL_SMMU(S, 0x45, 0)},
	{"CMD_SYNC_CS", FULL_SMMU(NS, 0x3046, 0), FULL_SMMU(NS, 0x2046, 0)},
};

static const struct smmu_cmd_rule *judge(const struct side *side)
{
	struct smmu_ids ids = ids_without(side->which, side->turn);
	struct smmu_cmd_ctx ctx = {&ids, side->sec, side->nsstalld};
	struct smmu_cmd cmd = {{side->word[0], side->word[1]}};
	const struct smmu_cmd_rule *rule = smmu_cmd_illegal(&cmd, &ctx);

	if (rule)
		cr_expect_null(smmu_cmd_rule_next(rule, &cmd, &ctx), "%s alone", rule->name);
	return rule;
}

/* In how many respects the sides of a pair differ: queue, words, SMMU. */
static unsigned distance(const struct side *a, const struct side *b)
{
	return (a->sec != b->sec) + (memcmp(a->word, b->word, sizeof(a->word)) != 0) +
	       (a->which != b->which || a->turn != b->turn || a->nsstalld != b->nsstalld);
}

Test(cmd_legal, every_rule_has_a_command_that_breaks_it_and_a_neighbour_that_does_not)
{
	const struct smmu_cmd_rule *rules;
	size_t count = smmu_cmd_rules(&rules);
	bool seen[64] = {false};

	cr_assert_leq(count, SMMU_LEN(seen));
	for (size_t i = 0; i < SMMU_LEN(pairs); i++) {
		const struct smmu_cmd_rule *rule = judge(&pairs[i].illegal);
		const struct smmu_cmd_rule *other = judge(&pairs[i].legal);

		cr_expect_str_eq(rule ? rule->name : "legal", pairs[i].rule, "pair %zu", i);
		cr_expect_null(other, "pair %zu of %s: %s", i, pairs[i].rule,
			       other ? other->name : "");
		cr_expect_eq(distance(&pairs[i].illegal, &pairs[i].legal), 1, "pair %zu of %s", i,
			     pairs[i].rule);
		if (rule)
			seen[rule - rules] = true;
	}
	for (size_t i = 0; i < count; i++)
		cr_expect(seen[i], "%s has no pair", rules[i].name);
}
