/*
 * Commands in gem5's debug text, SMMUv3::processCommand() of its
 * src/dev/arm/smmu_v3.cc:
 *
 *   CMD_TLBI_NH_VA va=0x00fffff000 asid=0x1 vmid=0
 *
 * Leaf is not told, and taken to be 0: every level goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/cmd.h"
#include "trace/gem5_priv.h"

/* Whatever a command has is in its text, but for those that gem5 ignores or cannot do. */
static const struct {
	const char *name, *keys[3];
} commands[] = {
	{"CMD_CFGI_STE", {"sid"}},
	{"CMD_CFGI_ALL", {NULL}},
	{"CMD_CFGI_STE_RANGE", {NULL}},
	{"CMD_CFGI_CD", {"sid", "ssid"}},
	{"CMD_CFGI_CD_ALL", {"sid"}},
	{"CMD_TLBI_NH_ALL", {"vmid"}},
	{"CMD_TLBI_NH_ASID", {"asid", "vmid"}},
	{"CMD_TLBI_NH_VAA", {"va", "vmid"}},
	{"CMD_TLBI_NH_VA", {"va", "asid", "vmid"}},
	{"CMD_TLBI_S2_IPA", {"ipa", "vmid"}},
	{"CMD_TLBI_S12_VMALL", {"vmid"}},
	{"CMD_TLBI_NSNH_ALL", {NULL}},
};

static const struct {
	const char *key;
	void (*set)(struct smmu_cmd *cmd, uint64_t value);
	unsigned width;
} keys[] = {
	{"sid", smmu_cmd_set_StreamID, 32}, {"ssid", smmu_cmd_set_SubstreamID, 20},
	{"vmid", smmu_cmd_set_VMID, 16},    {"asid", smmu_cmd_set_ASID, 16},
	{"va", smmu_cmd_set_Address, 64},   {"ipa", smmu_cmd_set_IPA, 56},
};

static bool set(struct smmu_cmd *cmd, struct smmu_log_line *line, struct smmu_span text,
		const char *key)
{
	uint64_t value;

	for (size_t i = 0; i < SMMU_LEN(keys); i++)
		if (!strcmp(keys[i].key, key)) {
			if (!smmu_span_key(&value, text, key, 16) ||
			    !smmu_bits_fit(value, keys[i].width)) {
				smmu_log_bad(line, NULL, "%s= is missing or no number of %u bits",
					     key, keys[i].width);
				return false;
			}
			keys[i].set(cmd, value);
		}
	return true;
}

/* CMD_CFGI_ALL is a range of all streams (4.3.6). */
static bool make(struct smmu_cmd *cmd, struct smmu_log_line *line, struct smmu_span text, size_t i)
{
	unsigned opcode;

	if (smmu_command_find(&opcode, commands[i].name))
		return false;
	smmu_cmd_set_Opcode(cmd, opcode);
	if (opcode == SMMU_CMD_CFGI_STE_RANGE)
		smmu_cmd_set_Range(cmd, 31);
	for (size_t k = 0; k < SMMU_LEN(commands[i].keys) && commands[i].keys[k]; k++)
		if (!set(cmd, line, text, commands[i].keys[k]))
			return false;
	return true;
}

enum smmu_log_outcome smmu_gem5_command(struct smmu_log_line *line, struct smmu_span text)
{
	struct smmu_span rest = text, name = smmu_span_word(&rest);
	struct smmu_cmd cmd = {.word = {0}};
	char words[2 * sizeof("0x0123456789abcdef")];
	size_t i = 0, size;

	while (i < SMMU_LEN(commands) && !smmu_span_is(name, commands[i].name))
		i++;
	if (i == SMMU_LEN(commands))
		return SMMU_LOG_PASSED;
	if (!make(&cmd, line, rest, i))
		return SMMU_LOG_BAD;
	if (smmu_span_is(name, "CMD_CFGI_STE_RANGE"))
		smmu_log_guess(line, "gem5 does not tell the range of CMD_CFGI_STE_RANGE: taken to "
				     "be all streams");
	size = (size_t)snprintf(words, sizeof(words), "0x%" PRIx64 " 0x%" PRIx64, cmd.word[0],
				cmd.word[1]);
	/* the text of a command is longer than its words, unless somebody shortened it */
	if (size > smmu_span_size(text))
		return smmu_log_bad(line, text.p, "%s has not all of its fields", commands[i].name);
	memcpy(text.p, words, size);
	line->record->op = SMMU_OP_COMMAND;
	smmu_log_data(line->record, (struct smmu_span){text.p, text.p + size});
	return SMMU_LOG_RECORD;
}
