/*
 * Commands, IHI 0070 chapter 4: formats against the masks of Linux
 * arm-smmu-v3.h, and what their fields mean.  Legality: test_cmd_legal.c.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd_ids.h"
#include "spec/cmd.h"

Test(cmd, opcodes_are_those_of_the_table)
{
	/* 4.1.1, in its order. */
	static const struct {
		unsigned opcode;
		const char *name;
	} rows[] = {
		{0x01, "CMD_PREFETCH_CONFIG"},
		{0x02, "CMD_PREFETCH_ADDR"},
		{0x03, "CMD_CFGI_STE"},
		{0x04, "CMD_CFGI_STE_RANGE"},
		{0x05, "CMD_CFGI_CD"},
		{0x06, "CMD_CFGI_CD_ALL"},
		{0x07, "CMD_CFGI_VMS_PIDM"},
		{0x10, "CMD_TLBI_NH_ALL"},
		{0x11, "CMD_TLBI_NH_ASID"},
		{0x12, "CMD_TLBI_NH_VA"},
		{0x13, "CMD_TLBI_NH_VAA"},
		{0x18, "CMD_TLBI_EL3_ALL"},
		{0x1a, "CMD_TLBI_EL3_VA"},
		{0x20, "CMD_TLBI_EL2_ALL"},
		{0x21, "CMD_TLBI_EL2_ASID"},
		{0x22, "CMD_TLBI_EL2_VA"},
		{0x23, "CMD_TLBI_EL2_VAA"},
		{0x28, "CMD_TLBI_S12_VMALL"},
		{0x2a, "CMD_TLBI_S2_IPA"},
		{0x30, "CMD_TLBI_NSNH_ALL"},
		{0x40, "CMD_ATC_INV"},
		{0x41, "CMD_PRI_RESP"},
		{0x44, "CMD_RESUME"},
		{0x45, "CMD_STALL_TERM"},
		{0x46, "CMD_SYNC"},
		{0x50, "CMD_TLBI_S_EL2_ALL"},
		{0x51, "CMD_TLBI_S_EL2_ASID"},
		{0x52, "CMD_TLBI_S_EL2_VA"},
		{0x53, "CMD_TLBI_S_EL2_VAA"},
		{0x58, "CMD_TLBI_S_S12_VMALL"},
		{0x5a, "CMD_TLBI_S_S2_IPA"},
		{0x60, "CMD_TLBI_SNH_ALL"},
		{0x70, "CMD_DPTI_ALL"},
		{0x73, "CMD_DPTI_PA"},
	};
	size_t known = 0;

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_format *format = smmu_command_format(rows[i].opcode);
		unsigned opcode = 0;

		cr_assert(format, "%s", rows[i].name);
		cr_expect_str_eq(format->name, rows[i].name);
		cr_expect_eq(smmu_command_find(&opcode, rows[i].name), 0, "%s", rows[i].name);
		cr_expect_eq(opcode, rows[i].opcode, "%s", rows[i].name);
		cr_expect_eq(smmu_command_find(&opcode, rows[i].name + 4), 0, "%s", rows[i].name);
	}
	for (unsigned opcode = 0; opcode <= 0x100; opcode++)
		known += smmu_command_format(opcode) != NULL;
	cr_expect_eq(known, SMMU_LEN(rows), "no others");
	cr_expect_eq(smmu_command_find(&(unsigned){0}, "CMD_NOTHING"), SMMU_E_UNKNOWN);
}

Test(cmd, all_is_a_range)
{
	struct smmu_cmd cmd = {{SMMU_CMD_CFGI_STE_RANGE, 31}};
	unsigned opcode;

	cr_expect_str_eq(smmu_command_name(&cmd), "CMD_CFGI_ALL");
	cmd.word[1] = 30;
	cr_expect_str_eq(smmu_command_name(&cmd), "CMD_CFGI_STE_RANGE");
	cmd.word[0] = 0x08;
	cr_expect_null(smmu_command_name(&cmd));
	cr_expect_eq(smmu_command_find(&opcode, "CMD_CFGI_ALL"), 0);
	cr_expect_eq(opcode, SMMU_CMD_CFGI_STE_RANGE);
}

Test(cmd, fields_are_where_linux_has_them)
{
	static const struct {
		unsigned opcode;
		const char *field;
		unsigned word;
		uint64_t mask;
	} rows[] = {
		{SMMU_CMD_CFGI_STE, "Opcode", 0, 0xff},
		{SMMU_CMD_CFGI_STE, "StreamID", 0, UINT64_C(0xffffffff00000000)},
		{SMMU_CMD_CFGI_STE, "Leaf", 1, 0x1},
		{SMMU_CMD_CFGI_STE_RANGE, "Range", 1, 0x1f},
		{SMMU_CMD_CFGI_CD, "SubstreamID", 0, 0xfffff000},
		{SMMU_CMD_PREFETCH_ADDR, "SSV", 0, 0x800},
		{SMMU_CMD_PREFETCH_ADDR, "Size", 1, 0x1f},
		{SMMU_CMD_TLBI_NH_VA, "NUM", 0, 0x1f000},
		{SMMU_CMD_TLBI_NH_VA, "SCALE", 0, 0x3f00000},
		{SMMU_CMD_TLBI_NH_VA, "VMID", 0, UINT64_C(0x0000ffff00000000)},
		{SMMU_CMD_TLBI_NH_VA, "ASID", 0, UINT64_C(0xffff000000000000)},
		{SMMU_CMD_TLBI_NH_VA, "TTL", 1, 0x300},
		{SMMU_CMD_TLBI_NH_VA, "TG", 1, 0xc00},
		{SMMU_CMD_TLBI_NH_VA, "Address", 1, UINT64_C(0xfffffffffffff000)},
		{SMMU_CMD_TLBI_S2_IPA, "Address", 1, UINT64_C(0x00fffffffffff000)},
		{SMMU_CMD_ATC_INV, "Global", 0, 0x200},
		{SMMU_CMD_ATC_INV, "Size", 1, 0x3f},
		{SMMU_CMD_PRI_RESP, "PRGIndex", 1, 0x1ff},
		{SMMU_CMD_PRI_RESP, "Resp", 1, 0x3000},
		{SMMU_CMD_RESUME, "Ac", 0, 0x1000},
		{SMMU_CMD_RESUME, "Ab", 0, 0x2000},
		{SMMU_CMD_RESUME, "STAG", 1, 0xffff},
		{SMMU_CMD_SYNC, "CS", 0, 0x3000},
		{SMMU_CMD_SYNC, "MSH", 0, 0xc00000},
		{SMMU_CMD_SYNC, "MSIAttr", 0, 0xf000000},
		{SMMU_CMD_SYNC, "MSIData", 0, UINT64_C(0xffffffff00000000)},
		{SMMU_CMD_SYNC, "MSIAddress", 1, UINT64_C(0x00fffffffffffffc)},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		const struct smmu_format *format = smmu_command_format(rows[i].opcode);
		const struct smmu_field *f = smmu_format_field(format, rows[i].field);

		cr_assert(f, "%s.%s", format->name, rows[i].field);
		cr_expect_eq(f->part[0].word, rows[i].word, "%s.%s", format->name, f->name);
		cr_expect_eq(smmu_mask(f->part[0].lsb, f->part[0].width), rows[i].mask, "%s.%s",
			     format->name, f->name);
	}
}

Test(cmd, fields_do_not_overlap_and_read_what_was_written)
{
	for (unsigned opcode = 0; opcode < 256; opcode++) {
		const struct smmu_format *format = smmu_command_format(opcode);
		uint64_t seen[SMMU_CMD_WORDS] = {0};

		for (size_t i = 0; format && i < format->fields_count; i++) {
			const struct smmu_field *f = &format->fields[i];
			uint64_t mask = smmu_mask(f->part[0].lsb, f->part[0].width);
			uint64_t ones = smmu_ones(f->part[0].width) << f->part[0].shift;
			struct smmu_cmd cmd = {{0}};

			cr_expect_eq(seen[f->part[0].word] & mask, 0, "%s.%s", format->name,
				     f->name);
			seen[f->part[0].word] |= mask;
			cr_expect_eq(smmu_field_set(f, cmd.word, 0, ones), 0);
			cr_expect_eq(smmu_field_get(f, cmd.word, 0), ones, "%s.%s", format->name,
				     f->name);
		}
	}
}

Test(cmd, ranges_of_invalidation)
{
	/* 4.4.1.1: (NUM + 1) * 2^SCALE granules. */
	static const struct {
		const char *row;
		uint64_t word[2], first, bytes;
		enum which which;
		uint32_t turn;
		bool range;
		int level;
	} rows[] = {
		{"no granule", {0x12, 0x12345001}, 0x12345000, 1, NONE, 0, false, -1},
		{"one 4 KiB page at level 3",
		 {0x12, 0x12345700},
		 0x12345000,
		 0x1000,
		 NONE,
		 0,
		 true,
		 3},
		{"18 pages", {0x11012, 0x1000400}, 0x1000000, 0x12000, NONE, 0, true, -1},
		{"2^8 granules of 64 KiB", {0x800012, 0xc00}, 0, 0x1000000, NONE, 0, true, -1},
		{"SCALE 39 with DS", {0x2700012, 0x400}, 0, UINT64_C(1) << 51, NONE, 0, true, -1},
		{"SCALE above 39 is 39",
		 {0x3f00012, 0x400},
		 0,
		 UINT64_C(1) << 51,
		 NONE,
		 0,
		 true,
		 -1},
		{"SCALE has five bits without DS",
		 {0x2700012, 0x400},
		 0,
		 UINT64_C(1) << 19,
		 IDR5,
		 0x80,
		 true,
		 -1},
		{"to the end of the address space",
		 {0x1f012, UINT64_C(0xfffffffffffff400)},
		 UINT64_C(0xfffffffffffff000),
		 0xfff,
		 NONE,
		 0,
		 true,
		 -1},
		{"16 KiB at level 1 with DS", {0x1012, 0x900}, 0, 0x8000, NONE, 0, true, 1},
		{"… and without", {0x1012, 0x900}, 0, 0x8000, IDR5, 0x80, true, -1},
		{"without RIL", {0x1f012, 0x4700}, 0x4000, 1, IDR3, 0x400, false, -1},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_ids ids = ids_without(rows[i].which, rows[i].turn);
		struct smmu_cmd cmd = {{rows[i].word[0], rows[i].word[1]}};
		uint64_t first, bytes;

		cr_expect_eq(smmu_cmd_tlbi_range(&first, &bytes, &cmd, &ids), rows[i].range, "%s",
			     rows[i].row);
		cr_expect_eq(first, rows[i].first, "%s", rows[i].row);
		cr_expect_eq(bytes, rows[i].bytes, "%s: %#lx", rows[i].row, (unsigned long)bytes);
		cr_expect_eq(smmu_cmd_tlbi_level(&cmd, &ids), rows[i].level, "%s", rows[i].row);
	}
}

Test(cmd, ssec_chooses_the_stream_on_the_secure_queue_alone)
{
	struct smmu_cmd ns = {{0x03}}, s = {{0x403}};

	cr_expect_eq(smmu_cmd_stream_sec(&ns, SMMU_SEC_NS), SMMU_SEC_NS);
	cr_expect_eq(smmu_cmd_stream_sec(&ns, SMMU_SEC_S), SMMU_SEC_NS);
	cr_expect_eq(smmu_cmd_stream_sec(&s, SMMU_SEC_S), SMMU_SEC_S);
	cr_expect_eq(smmu_cmd_stream_sec(&ns, SMMU_SEC_REALM), SMMU_SEC_REALM);
}
