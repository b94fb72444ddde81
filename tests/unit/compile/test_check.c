/* Warnings about registers: each once where it holds, none beside its border.  IHI 0070 6.3. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "compile/check.h"
#include "compile/load.h"

struct seen {
	unsigned count, errors;
	char messages[1024];
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;
	size_t used = strlen(seen->messages);

	seen->count += record->severity == SMMU_WARNING;
	seen->errors += record->severity == SMMU_ERROR;
	snprintf(seen->messages + used, sizeof(seen->messages) - used, "%s\n", record->message);
}

/* IDR0: two-level stream tables, VMSAv8-64, both stages; IDR1: 19 bits of queues, 16 of streams. */
#define IDS "SMMU_IDR0: 0x0d44101b, SMMU_IDR1: 0x02730010, SMMU_IDR5: 0x74, SMMU_AIDR: 1, "

struct row {
	const char *row, *registers, *want; /* NULL: no warning */
};

static void check_row(const struct row *row)
{
	struct seen seen = {0};
	struct smmu_diag diag = {.report = see, .ctx = &seen};
	struct smmu_sys *sys = NULL;
	struct smmu_mem *mem = NULL;
	char text[512];

	snprintf(text, sizeof(text),
		 "version: 1\nmemory: [{base: 0x40000000, size: 64K}]\n"
		 "smmus: [{name: s, registers: {%s}}]\n",
		 row->registers);
	cr_assert_eq(smmu_sys_load_memory(&sys, "t", text, strlen(text), &diag), 0, "%s: %s",
		     row->row, seen.messages);
	cr_assert_eq(smmu_compile_load_memory(&mem, sys, &diag), 0);
	smmu_compile_check(sys, mem, &diag);
	cr_expect_eq(seen.errors, 0, "%s", row->row);
	if (row->want)
		cr_expect_not_null(strstr(seen.messages, row->want), "%s: %s", row->row,
				   seen.messages);
	else
		cr_expect_eq(seen.count, 0, "%s: %s", row->row, seen.messages);
	smmu_mem_free(mem);
	smmu_sys_free(sys);
}

Test(compile_check, warnings)
{
	static const struct row rows[] = {
		{"nothing odd",
		 IDS "SMMU_CR0: 1, SMMU_STRTAB_BASE: 0x40000000, "
		     "SMMU_STRTAB_BASE_CFG: 8",
		 NULL},
		{"linear, 2^8 * 64 bytes: aligned",
		 IDS "SMMU_STRTAB_BASE: 0x4000, "
		     "SMMU_STRTAB_BASE_CFG: 8",
		 NULL},
		{"half of that", IDS "SMMU_STRTAB_BASE: 0x2000, SMMU_STRTAB_BASE_CFG: 8",
		 "ADDR is not aligned to the size of the Stream table: the SMMU uses 0x0 "},
		{"two-level, 2^(16-8) * 8 bytes: aligned",
		 IDS "SMMU_STRTAB_BASE: 0x800, SMMU_STRTAB_BASE_CFG: 0x10210", NULL},
		{"half of that", IDS "SMMU_STRTAB_BASE: 0x400, SMMU_STRTAB_BASE_CFG: 0x10210",
		 "ADDR is not aligned to the size of the Stream table"},
		{"a first level of one entry is 64-byte aligned",
		 IDS "SMMU_STRTAB_BASE: 0x40, SMMU_STRTAB_BASE_CFG: 0x10204", NULL},
		{"LOG2SIZE is SIDSIZE", IDS "SMMU_STRTAB_BASE: 0, SMMU_STRTAB_BASE_CFG: 0x10",
		 NULL},
		{"LOG2SIZE is one more", IDS "SMMU_STRTAB_BASE: 0, SMMU_STRTAB_BASE_CFG: 0x11",
		 "LOG2SIZE is larger than the StreamID size: the SMMU uses 16 for "},
		{"SPLIT is ignored in a linear table",
		 IDS "SMMU_STRTAB_BASE: 0, SMMU_STRTAB_BASE_CFG: 0x1c4", NULL},
		{"and not in a two-level one",
		 IDS "SMMU_STRTAB_BASE: 0, SMMU_STRTAB_BASE_CFG: 0x101c8",
		 "SPLIT is a reserved encoding: the SMMU uses 6 for 7 "},
		{"the last stream entry is memory",
		 IDS "SMMU_CR0: 1, SMMU_STRTAB_BASE: 0x4000ffc0, SMMU_STRTAB_BASE_CFG: 0", NULL},
		{"the next one is not",
		 IDS "SMMU_CR0: 1, SMMU_STRTAB_BASE: 0x40010000, SMMU_STRTAB_BASE_CFG: 0",
		 "stream table at 0x40010000 to 0x4001003f is not all in memory"},
		{"which matters with SMMUEN",
		 IDS "SMMU_CR0: 0, SMMU_STRTAB_BASE: 0x40010000, SMMU_STRTAB_BASE_CFG: 0", NULL},
		{"256 commands are 4 KiB", IDS "SMMU_CMDQ_BASE: 0x40001008", NULL},
		{"256 events are 8 KiB", IDS "SMMU_EVENTQ_BASE: 0x40001008",
		 "ADDR is not aligned to the size of the Event queue: the SMMU uses 0x40000000 "},
		{"one command is 32-byte aligned", IDS "SMMU_CMDQ_BASE: 0x40000020", NULL},
		{"a queue outside memory", IDS "SMMU_CR0: 8, SMMU_CMDQ_BASE: 0x50000000",
		 "the command queue at 0x50000000 to 0x5000000f"},
		{"which matters with CMDQEN", IDS "SMMU_CR0: 4, SMMU_CMDQ_BASE: 0x50000000", NULL},
		{"LOG2SIZE above CMDQS", IDS "SMMU_CMDQ_BASE: 0x14",
		 "LOG2SIZE is larger than the implementation supports: the SMMU uses 19 for 20 "},
		{"RES0", IDS "SMMU_CR1: 0x80000000", "SMMU_CR1 has RES0 bits set: 0x80000000"},
		{"no SMMU at all", "SMMU_IDR0: 0xffffffff", "was it the SMMU that was read?"},
		{"a command queue of 2^8 entries that holds 2^8 is full",
		 IDS "SMMU_CR0: 8, SMMU_CMDQ_BASE: 0x40000008, SMMU_CMDQ_PROD: 0x100, "
		     "SMMU_CMDQ_CONS: 0",
		 NULL},
		{"one more is no state of a queue",
		 IDS "SMMU_CR0: 8, SMMU_CMDQ_BASE: 0x40000008, SMMU_CMDQ_PROD: 0x101, "
		     "SMMU_CMDQ_CONS: 0",
		 "SMMU_CMDQ_PROD.WR and CMDQ_CONS.RD are further apart than the queue is large: no "},
		{"reserved encoding", "SMMU_IDR0: 3", "SMMU_IDR0.TTF is 0x0, which is reserved"},
		{"a Secure register without Secure state", IDS "SMMU_S_CR1: 1",
		 "SMMU_S_CR1 does not exist here"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		check_row(&rows[i]);
}
