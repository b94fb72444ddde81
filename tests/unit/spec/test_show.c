/* What is said of architected words, and what is wrong with them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "spec/show.h"

static struct smmu_show of(enum smmu_entry_kind kind)
{
	return (struct smmu_show){.kind = kind, .desc = {.level = 3, .family = SMMU_DESC_A64}};
}

static void join(void *ctx, const char *sentence)
{
	char *text = ctx;

	snprintf(text + strlen(text), 512 - strlen(text), "%s; ", sentence);
}

Test(show, sizes_of_entries)
{
	static const struct {
		const char *name;
		unsigned words;
	} rows[] = {
		{"event", 4},  {"command", 2}, {"ste", 8},   {"cd", 8},
		{"l1std", 1},  {"l1cd", 1},    {"vms", 512}, {"pri", 2},
		{"s1desc", 1}, {"s2desc", 1},  {"gpt", 1},   {"dpt", 1},
	};
	struct smmu_show show;
	enum smmu_reg reg;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		enum smmu_entry_kind kind;

		cr_assert_eq(smmu_entry_find(&kind, rows[i].name), 0, "%s", rows[i].name);
		show = of(kind);
		cr_expect_eq(smmu_entry_words(&show), rows[i].words, "%s", rows[i].name);
		cr_expect_eq(smmu_entry_word_bytes(&show), 8, "%s", rows[i].name);
	}
	show = of(SMMU_ENTRY_REGISTER);
	cr_assert_eq(smmu_reg_find(&reg, "SMMU_CR0"), 0);
	show.reg = smmu_reg_info(reg);
	cr_expect_eq(smmu_entry_word_bytes(&show), 4);
	show = of(SMMU_ENTRY_S1DESC);
	show.desc.family = SMMU_DESC_D128;
	cr_expect_eq(smmu_entry_words(&show), 2);
}

Test(show, problems)
{
	static const struct {
		const char *row;
		enum smmu_entry_kind kind;
		uint64_t words[8];
		const char *part; /* of what is said; NULL: nothing is wrong */
	} rows[] = {
		{"a good event", SMMU_ENTRY_EVENT, {0x10, 0x20000000000, 0x1000, 0}, NULL},
		{"a reserved number", SMMU_ENTRY_EVENT, {0x0c}, "number 0x0c is Reserved"},
		{"CLASS 0b11", SMMU_ENTRY_EVENT, {0x10, 0x30000000000}, "CLASS is 0x3"},
		{"bit 96 of a fault", SMMU_ENTRY_EVENT, {0x10, 0x20100000000}, "bit [96] is set"},
		{"a word of C_BAD_STREAMID", SMMU_ENTRY_EVENT, {0x02, 0, 0xff00}, "[143:136]"},
		{"an invalid field is no problem", SMMU_ENTRY_EVENT, {0x10, 0x2000000013a}, NULL},
		{"CLASS CD of a stage 1 fault", SMMU_ENTRY_EVENT, {0x10}, "CLASS is not IN"},
		{"a page request", SMMU_ENTRY_PRI, {0x9c00001200000100, 0x40001003}, NULL},
		{"X without SSV", SMMU_ENTRY_PRI, {0x1800000000000100, 0x40001003}, "X is 1"},
		{"Priv without SSV", SMMU_ENTRY_PRI, {0x1400000000000100, 0x40001003}, "Priv is 1"},
		{"bit 52 of a page request", SMMU_ENTRY_PRI, {0x1010000000000100}, "bit [52]"},
		{"V == 0", SMMU_ENTRY_STE, {0}, "STE_V"},
		{"bypass", SMMU_ENTRY_STE, {0x9}, NULL},
		{"EPD1, so TG1 does not count",
		 SMMU_ENTRY_CD,
		 {0x0001420540000000 | 1u << 31 | 0x19, 0x90000000},
		 NULL},
		{"CS 0b11", SMMU_ENTRY_COMMAND, {0x3046, 0}, "CMD_SYNC_CS"},
		{"a reserved opcode", SMMU_ENTRY_COMMAND, {0xff, 0}, "CMD_OPCODE"},
		{"L1STD bits above 55", SMMU_ENTRY_L1STD, {UINT64_C(1) << 60 | 9}, "bit [60]"},
		{"a good page", SMMU_ENTRY_S1DESC, {0x40000703}, NULL},
		{"software bits of a page", SMMU_ENTRY_S1DESC, {UINT64_C(0xf) << 55 | 0x703}, NULL},
		{"anything in an invalid one", SMMU_ENTRY_S1DESC, {0xfffffffffffffff0}, NULL},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_show show = of(rows[i].kind);
		char said[512] = "";
		size_t count = smmu_show_problems(&show, rows[i].words, join, said);

		cr_expect_eq(count == 0, rows[i].part == NULL, "%s: %s", rows[i].row, said);
		if (rows[i].part)
			cr_expect(strstr(said, rows[i].part) != NULL, "%s: %s", rows[i].row, said);
		cr_expect_eq(smmu_show_problems(&show, rows[i].words, NULL, NULL), count, "%s",
			     rows[i].row);
	}
}

Test(show, one_object_an_entry)
{
	static const uint64_t l1cd[1] = {0x90000001};
	struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_show show = of(SMMU_ENTRY_L1CD);
	struct smmu_emit *emit;
	struct smmu_out *out;
	size_t size;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	smmu_show_entry(emit, NULL, &show, l1cd, -1);
	cr_expect_eq(smmu_emit_free(emit), 0);
	cr_expect_str_eq(
		smmu_out_memory(out, &size),
		"{\"type\":\"L1CD\",\"fields\":{\"V\":\"0x1\",\"L2Ptr\":\"0x90000000\"}}\n");
	smmu_out_close(out);
}

static void join_illegal(void *ctx, const char *sentence)
{
	if (strstr(sentence, "depends on"))
		join(ctx, sentence);
}

/* Nothing is illegal for want of a feature when no SMMU is given. */
Test(show, no_command_lacks_a_feature_of_an_smmu_that_has_all)
{
	for (unsigned opcode = 0; opcode < 256; opcode++)
		for (int sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM; sec++) {
			struct smmu_show show = of(SMMU_ENTRY_COMMAND);
			char said[512] = "";

			show.sec = (enum smmu_sec)sec;
			smmu_show_problems(&show, (uint64_t[2]){opcode}, join_illegal, said);
			cr_expect_str_eq(said, "", "opcode %#x", opcode);
		}
}

static void join_rule(void *ctx, const char *sentence)
{
	char *text = ctx;

	if (strncmp(sentence, "CMD_", 4) == 0)
		snprintf(text + strlen(text), 512 - strlen(text), "%.*s ",
			 (int)strcspn(sentence, ":"), sentence);
}

/* Of a command whose queue is not known: what is wrong on all queues, or on each. */
Test(show, rules_of_a_command_of_some_queue)
{
	static const struct {
		const char *row;
		uint64_t words[2];
		uint32_t idr0;
		const char *rules;
	} rows[] = {
		{"legal on the Secure queue", {0x18}, 0x2, ""},
		{"illegal on all, for one reason", {0x3046}, 0x2, "CMD_SYNC_CS "},
		{"with RME on none, for two",
		 {0x18},
		 0x40000002,
		 "CMD_TLBI_EL3_QUEUE CMD_TLBI_EL3_RME "},
		{"of two the common one", {0x40, 53}, 0x402, "CMD_ATC_INV_SIZE "},
		{"the Stall model is none of the SMMU",
		 {0x44},
		 0x1000002,
		 "CMD_STALL_REALM CMD_STALL_MODEL CMD_STALL_S_MODEL "},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = {.idr = {rows[i].idr0},
				       .s_idr = {0x1000000, 0x80000000, 0, 0x40},
				       .r_idr = {0x400},
				       .root_idr0 = 0xf};
		struct smmu_show show = of(SMMU_ENTRY_COMMAND);
		char said[512] = "";

		show.is_sec_unknown = true;
		show.ids = &ids;
		smmu_show_problems(&show, rows[i].words, join_rule, said);
		cr_expect_str_eq(said, rows[i].rules, "%s", rows[i].row);
	}
}
